/* page_tables.c - the csv tables of an audit. Numbers carry 17 digits; what does not exist is
   empty. */
#include "audit/page_parts.h"

#include "base/error.h"

#include <math.h>

static void number(FILE *out, double value, char after)
{
  if (isinf(value))
    (void)fputs(value > 0 ? "inf" : "-inf", out);
  else if (!isnan(value))
    (void)fprintf(out, "%.17g", value);
  (void)fputc(after, out);
}

/* A text in quotes. */
static void words(FILE *out, const char *text, char after)
{
  (void)fputc('"', out);
  for (; *text; text++) {
    if (*text == '"') (void)fputc('"', out);
    (void)fputc(*text, out);
  }
  (void)fprintf(out, "\"%c", after);
}

static void write_points(const lip_audit *found, FILE *out)
{
  (void)fputs("row,right,margin,certified_radius,local_radius,attack_distance\n", out);
  for (size_t k = 0; k < found->points; k++) {
    const lip_audit_point *p = &found->point[k];

    (void)fprintf(out, "%zu,%d,", p->row, p->right);
    number(out, p->margin, ',');
    number(out, p->radius, ',');
    number(out, p->near ? p->local : NAN, ',');
    number(out, found->attacked ? p->broken : NAN, '\n');
  }
}

static void write_curve(const lip_audit *found, FILE *out)
{
  (void)fputs("radius,points,certified,near_points,local,attacked,possible\n", out);
  for (size_t k = 0; k < found->curve_points; k++) {
    const lip_audit_radius *row = &found->curve[k];

    number(out, row->radius, ',');
    (void)fprintf(out, "%zu,%zu,%zu,%zu,", found->points, row->certified, found->local_points,
                  row->local);
    number(out, found->attacked ? (double)row->attacked : NAN, ',');
    (void)fprintf(out, "%zu\n", row->possible);
  }
}

static void write_pairs(const lip_audit *found, FILE *out)
{
  (void)fputs("a,b,lower,upper,certified,upper_method\n", out);
  for (size_t k = 0; k < found->pairs; k++) {
    const lip_audit_classes *pair = &found->pair[k];

    (void)fprintf(out, "%zu,%zu,", pair->a, pair->b);
    number(out, pair->lower, ',');
    number(out, pair->upper, ',');
    (void)fprintf(out, "%d,%s\n", pair->certified, pair->upper_method);
  }
}

static void write_conflicts(const lip_audit *found, FILE *out)
{
  (void)fputs("i,j,label_i,label_j,distance,slope,right_i,right_j\n", out);
  for (size_t k = 0; k < found->conflicts; k++) {
    const lip_audit_conflict *c = &found->conflict[k];

    (void)fprintf(out, "%zu,%zu,", c->i, c->j);
    number(out, c->label_i, ',');
    number(out, c->label_j, ',');
    number(out, c->distance, ',');
    number(out, c->slope, ',');
    (void)fprintf(out, "%d,%d\n", c->right_i, c->right_j);
  }
}

static void write_laws(const lip_audit *found, FILE *out)
{
  static const char *const holds[] = {"no", "yes", "unknown"};

  (void)fputs("theorem,bound,holds,vacuous,says\n", out);
  for (size_t k = 0; k < found->laws; k++) {
    const lip_law_result *r = &found->law[k].result;

    (void)fprintf(out, "%s,", found->law[k].law->name);
    number(out, r->bound, ',');
    (void)fprintf(out, "%s,%d,", holds[r->holds], r->vacuous);
    words(out, r->says, '\n');
  }
}

static void write_sentences(const lip_audit *found, FILE *out)
{
  static const char *const sureness[] = {"proved", "assumed", "computed", "estimate"};

  (void)fputs("sureness,text\n", out);
  for (size_t k = 0; k < found->sentences; k++) {
    (void)fprintf(out, "%s,", sureness[found->sentence[k].sureness]);
    words(out, found->sentence[k].text, '\n');
  }
}

lip_status audit_tables(const lip_audit *found, report_folder *folder, lip_error *err)
{
  static const struct {
    const char *name;
    void (*write)(const lip_audit *, FILE *);
  } tables[] = {
      {"tables/explanation.csv", write_sentences},    {"tables/points.csv", write_points},
      {"tables/certified-accuracy.csv", write_curve}, {"tables/pairs.csv", write_pairs},
      {"tables/conflicts.csv", write_conflicts},      {"tables/law.csv", write_laws},
  };
  lip_status st = LIP_OK;

  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    FILE *out = NULL;

    TRY(folder_create(folder, tables[i].name, &out, err));
    tables[i].write(found, out);
    TRY(folder_close(folder, out, err));
  }
done:
  return st;
}
