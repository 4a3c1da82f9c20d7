/* tables.c - the csv tables of a report. */
#include "report/tables.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

const char *verdict_name(lip_verdict verdict)
{
  return verdict == LIP_PASS ? "pass" : verdict == LIP_FAIL ? "fail" : "none";
}

/* A text as a csv field. */
static void put_text(FILE *out, const char *text)
{
  (void)fputc('"', out);
  for (; *text; text++) {
    if (*text == '"') (void)fputc('"', out);
    (void)fputc(*text, out);
  }
  (void)fputc('"', out);
}

/* ",value" for each of `count` numbers; nothing after the comma for NaN. */
static void put_numbers(FILE *out, size_t count, ...)
{
  va_list args;

  va_start(args, count);
  for (size_t i = 0; i < count; i++) {
    double value = va_arg(args, double);

    if (isnan(value))
      (void)fputc(',', out);
    else
      (void)fprintf(out, ",%.17g", value);
  }
  va_end(args);
}

static void write_cells(FILE *out, const results *all)
{
  const experiment *parts[] = {&all->width, &all->dimension};

  (void)fputs("experiment,n,d,k,eps,learning_rate,attempted,kept,failed,gradient_mean,gradient_sd,"
              "gradient_median,gradient_low,gradient_high,lower_mean,path_norm_mean,l_star_mean,"
              "steps_mean\n",
              out);
  for (int which = 0; which < 2; which++)
    for (size_t i = 0; i < parts[which]->cells; i++) {
      const cell *c = &parts[which]->cell[i];

      (void)fprintf(out, "%d,%zu,%zu,%zu,%.17g,%.17g,%zu,%zu,%zu", which + 1, c->n, c->d, c->k,
                    c->eps, c->rate, c->attempted, c->kept, c->failed);
      put_numbers(out, 9, c->gradient.mean, c->gradient.sd, c->gradient.median, c->gradient.low,
                  c->gradient.high, c->lower.mean, c->path_norm.mean, c->optimum.mean,
                  c->steps.mean);
      (void)fputc('\n', out);
    }
}

static void write_fit(FILE *out, int which, const trend *t, const char *law_name,
                      const line_fit *fit, double aic_above)
{
  (void)fprintf(out, "%d,", which);
  put_text(out, t->name);
  (void)fprintf(out, ",%s,%zu,%zu", law_name, t->cells, t->runs);
  put_numbers(out, 9, fit->intercept.value, fit->intercept.low, fit->intercept.high,
              fit->slope.value, fit->slope.low, fit->slope.high, fit->r, fit->rss, fit->aic);
  put_numbers(out, 1, aic_above);
  (void)fputc('\n', out);
}

static void write_fits(FILE *out, const results *all)
{
  const trend_list *parts[] = {&all->width_trends, &all->dimension_trends};

  (void)fputs(
      "experiment,set,law,cells,runs,intercept,intercept_low,intercept_high,slope,slope_low,"
      "slope_high,r,rss,aic,aic_above_best\n",
      out);
  for (int which = 0; which < 2; which++)
    for (size_t i = 0; i < parts[which]->count; i++) {
      const trend *t = &parts[which]->trend[i];
      line_fit power = t->power;

      for (size_t j = 0; j < LAWS; j++)
        write_fit(out, which + 1, t, t->laws[j].name, &t->fit[j],
                  t->fit[j].aic - t->fit[trend_best_law(t)].aic);
      power.aic = NAN; /* of log y: not comparable with the others */
      write_fit(out, which + 1, t, "log-log", &power, NAN);
    }
}

static void write_criteria(FILE *out, const results *all)
{
  (void)fputs("criterion,value,low,high,verdict,reason\n", out);
  for (size_t i = 0; i < all->criteria.count; i++) {
    const lip_criterion *c = &all->criteria.criterion[i];

    put_text(out, c->name);
    put_numbers(out, 3, c->value, c->low, c->high);
    (void)fprintf(out, ",%s,", verdict_name(c->verdict));
    put_text(out, c->reason);
    (void)fputc('\n', out);
  }
}

static lip_status make(const char *name, void (*write)(FILE *, const results *), const results *all,
                       report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  FILE *out = NULL;

  TRY(folder_create(folder, name, &out, err));
  write(out, all);
  TRY(folder_close(folder, out, err));
done:
  return st;
}

lip_status tables_make(const char *store, const results *all, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  char *path = folder_add(folder, "tables/runs.csv");

  if (!path) FAIL(LIP_ENOMEM, "tables/runs.csv: no memory for its name");
  TRY(lip_store_write_csv(store, NULL, true, path, err));
  TRY(make("tables/cells.csv", write_cells, all, folder, err));
  TRY(make("tables/fits.csv", write_fits, all, folder, err));
  TRY(make("tables/criteria.csv", write_criteria, all, folder, err));
done:
  lip_free(path);
  return st;
}
