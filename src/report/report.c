/* report.c - lip_report: a store becomes a folder of figures, tables and one page. */
#include <liplaw/report.h>

#include "base/error.h"
#include "base/memory.h"
#include "report/figure.h"
#include "report/gnuplot.h"
#include "report/page.h"
#include "report/tables.h"

#include <string.h>

static const figure *const figures[] = {
    &figure_width,          &figure_closeup,           &figure_slices, &figure_forest,
    &figure_rate,           &figure_dimension,         &figure_aspect, &figure_optimum,
    &figure_width_brackets, &figure_dimension_brackets};
enum { FIGURES = sizeof figures / sizeof *figures };

void lip_report_clear(lip_report_result *result)
{
  for (size_t i = 0; i < result->files; i++) lip_free(result->file[i]);
  lip_free(result->file);
  lip_free(result->criterion);
  *result = (lip_report_result){0};
}

static lip_status draw(const results *all, report_folder *folder, const lip_control *control,
                       lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 0; i < FIGURES; i++) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted while drawing");
    if (control && control->progress)
      control->progress(control->context, (double)(i + 1) / (FIGURES + 1), "drawing the figures");
    TRY(figure_make(figures[i], all, folder, err));
  }
done:
  if (control && control->progress) control->progress(control->context, 1, "");
  return st;
}

/* Hands the names of the files over, the page first. */
static lip_status list_files(const report_folder *folder, lip_report_result *out, lip_error *err)
{
  lip_status st = LIP_OK;

  out->file = lip_alloc_zero(folder->files, sizeof *out->file);
  if (!out->file) FAIL(LIP_ENOMEM, "no memory for %zu names", folder->files);
  for (size_t i = 0; i < folder->files; i++) {
    const char *name = folder->file[(i + folder->files - 1) % folder->files]; /* it was made last */

    out->file[i] = lip_strdup(name);
    if (!out->file[i]) FAIL(LIP_ENOMEM, "no memory for the name %s", name);
    out->files++;
  }
done:
  return st;
}

lip_status lip_report(const char *store, const char *path, lip_report_result *result,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  results all = {0};
  report_folder folder = {0};
  lip_report_result made = {0};

  TRY(gnuplot_check(err));
  TRY(results_compute(store, &all, err));
  TRY(folder_open(path, &folder, err));
  TRY(tables_make(store, &all, &folder, err));
  TRY(draw(&all, &folder, control, err));
  TRY(page_make(&all, &folder, err));
  TRY(list_files(&folder, &made, err));
  TRY(folder_commit(&folder, err));
  made.criterion = all.criteria.criterion;
  made.criteria = all.criteria.count;
  all.criteria = (criterion_list){0};
  *result = made;
  made = (lip_report_result){0};
done:
  lip_report_clear(&made);
  folder_release(&folder);
  results_clear(&all);
  return st;
}
