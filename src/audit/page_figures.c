/* page_figures.c - the figures of an audit: accuracy against radius, the points one by one, the
   constants of pairs of classes. */
#include "audit/page_parts.h"

#include "base/error.h"
#include "report/drawing.h"

#include <math.h>
#include <string.h>

enum { GRID = 400, NAMED = 12, MOST_CLASSES = 64 };

/* Where the curves end: a little behind the last of them; and where the constants' one has lost a
   tenth of the points that are right. */
static double last_radius(const lip_audit *found)
{
  double last = 0;

  for (size_t k = 0; k < found->curve_points; k++) last = fmax(last, found->curve[k].radius);
  return 1.05 * last;
}

static double first_fall(const lip_audit *found, double last)
{
  double radius = last;

  if (found->space.infinite) return last; /* the constants tell no radius */
  while (radius > last * 1e-12 &&
         10 * lip_audit_at(found, radius).certified < 9 * lip_audit_at(found, 0).certified)
    radius /= 2;
  return radius;
}

/* Where the curves are far apart the axis is logarithmic. */
static void write_accuracy(const lip_audit *found, double first, double last, FILE *out)
{
  bool logarithmic = 50 * first < last;
  double points = (double)found->points, start = first / 10;

  (void)fputs("radius,constants,proved,attacked,possible\n", out);
  for (size_t k = 0; k <= GRID; k++) {
    double share = (double)k / GRID;
    lip_audit_radius row = lip_audit_at(found, logarithmic ? start * pow(last / start, share)
                                                           : last * share);

    (void)fprintf(out, "%.17g,%.17g,%.17g,%.17g,%.17g\n", row.radius,
                  100 * (double)row.certified / points, 100 * (double)row.local / points,
                  100 * (double)row.attacked / points, 100 * (double)row.possible / points);
  }
}

static void script_accuracy(const lip_audit *found, double first, double last, FILE *out)
{
  bool logarithmic = 50 * first < last;

  (void)fprintf(out, "set xlabel 'radius r (l2)'\nset ylabel '%% of the points'\n"
                     "set yrange [0:102]\n");
  if (logarithmic)
    (void)fprintf(out,
                  "set logscale x\nset format x '10^{%%T}'\nset xrange [%.6g:%.6g]\n"
                  "set key below height 1\n",
                  first / 10, last);
  else
    (void)fprintf(out, "set xrange [0:%.6g]\nset key below height 1\n", last);
  (void)fprintf(out, "plot 'certified-accuracy.csv' skip 1 ");
  if (found->attacked)
    (void)fprintf(out,
                  "using 1:%d:4 with filledcurves fillcolor rgb '#F1EDE4' notitle, \\\n"
                  "  '' skip 1 using 1:4 with lines linewidth 2 linecolor rgb " INK_RED
                  " title 'not broken by the attack: at most so many', \\\n  '' skip 1 ",
                  found->local_points || found->space.infinite ? 3 : 2);
  if (found->local_points)
    (void)fprintf(out, "using 1:3 with lines linewidth 2.5 linecolor rgb " INK_SKY
                       " title 'proved near each point: at least so many', \\\n  '' skip 1 ");
  if (!found->space.infinite)
    (void)fprintf(out,
                  "using 1:2 with lines linewidth 2.5 linecolor rgb " INK_BLUE
                  " title 'margin over constant%s: at least so many', \\\n  '' skip 1 ",
                  found->radii_certified ? "" : " (an estimate)");
  (void)fputs("using 1:5 with lines linewidth 1.5 dashtype 2 linecolor rgb " INK_BLACK
              " title 'possible for any classifier: at most so many'\n",
              out);
}

static lip_status draw_accuracy(const lip_audit *found, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  double last = last_radius(found), first = first_fall(found, last);
  drawing figure;

  if (!found->points || !(last > 0)) return LIP_OK;
  TRY(drawing_begin(&figure, "certified-accuracy", 17.5, 9.5, folder, err));
  write_accuracy(found, first, last, figure.csv);
  script_accuracy(found, first, last, figure.script);
  TRY(drawing_end(&figure, err));
done:
  return st;
}

static lip_status draw_points(const lip_audit *found, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  double most = 0, highest = 0;
  drawing figure;

  for (size_t k = 0; k < found->points; k++)
    if (isfinite(found->point[k].broken)) {
      most = fmax(most, found->point[k].broken);
      highest = fmax(highest, fmax(found->point[k].radius, found->point[k].local));
    }
  if (!found->attacked || !(most > 0)) return LIP_OK;
  TRY(drawing_begin(&figure, "radii", 8.5, 7.5, folder, err));
  (void)fputs("row,constants_radius,proved_radius,attack_distance\n", figure.csv);
  for (size_t k = 0; k < found->points; k++)
    if (found->point[k].right && isfinite(found->point[k].broken))
      (void)fprintf(figure.csv, "%zu,%.17g,%.17g,%.17g\n", found->point[k].row,
                    found->point[k].radius, found->point[k].local, found->point[k].broken);
  (void)fprintf(figure.script,
                "set xlabel 'attack: another class at this distance'\nset ylabel 'radius'\n"
                "set xrange [0:%.6g]\nset yrange [0:%.6g]\nset key below height 1\nplot ",
                1.04 * most, highest > 0 ? 1.4 * highest : 1);
  if (found->local_points)
    (void)fputs("'radii.csv' skip 1 using 4:3 with points pointtype 7 pointsize 0.25*swell "
                "linecolor rgb " INK_SKY " title 'proved near the point', \\\n  ",
                figure.script);
  if (!found->space.infinite)
    (void)fputs("'radii.csv' skip 1 using 4:2 with points pointtype 7 pointsize 0.25*swell "
                "linecolor rgb " INK_BLUE " title 'margin over constant', \\\n  ",
                figure.script);
  (void)fputs("x with lines linewidth 1.2 linecolor rgb " INK_BLACK " title 'equal'\n",
              figure.script);
  TRY(drawing_end(&figure, err));
done:
  return st;
}

/* The whole square, row by row, its diagonal empty. */
static void write_pairs(const lip_audit *found, double unit, FILE *out)
{
  size_t classes = found->classes;

  (void)fputs("a,b,upper,lower\n", out);
  for (size_t at = 0; at < classes * classes; at++) {
    size_t a = at / classes, b = at % classes, low = a < b ? a : b, high = a < b ? b : a;
    const lip_audit_classes *p = NULL;

    for (size_t k = 0; k < found->pairs && !p; k++)
      if (found->pair[k].a == low && found->pair[k].b == high) p = &found->pair[k];
    if (p)
      (void)fprintf(out, "%zu,%zu,%.17g,%.17g\n", a, b, p->upper / unit, p->lower / unit);
    else
      (void)fprintf(out, "%zu,%zu,NaN,NaN\n", a, b);
  }
}

/* A power of ten that leaves few digits. */
static double unit_of(const lip_audit *found)
{
  double most = 0;

  for (size_t k = 0; k < found->pairs; k++) most = fmax(most, found->pair[k].upper);
  return most >= 1e3 || most < 0.1 ? pow(10, floor(log10(most))) : 1;
}

/* Fields above this are so dark that numbers on them are white. */
static double dark_from(const lip_audit *found, double unit)
{
  double least = INFINITY, most = 0;

  for (size_t k = 0; k < found->pairs; k++) {
    least = fmin(least, found->pair[k].upper / unit);
    most = fmax(most, found->pair[k].upper / unit);
  }
  return least + 0.7 * (most - least);
}

static void write_numbers(double dark, FILE *script)
{
  static const struct {
    const char *side, *color;
  } inks[] = {{"<", INK_BLACK}, {">=", "'#FFFFFF'"}};

  for (size_t i = 0; i < 2; i++)
    (void)fprintf(script,
                  ", \\\n  '' skip 1 using 2:1:(strcol(3) ne 'NaN' && $3 %s %.17g ? "
                  "sprintf('%%.3g', $3) : '') with labels font ',7' textcolor rgb %s notitle",
                  inks[i].side, dark, inks[i].color);
}

static lip_status draw_pairs(const lip_audit *found, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t classes = found->classes;
  double unit = unit_of(found);
  char over[32] = "";
  drawing figure;

  if (!(unit > 0) || found->task != LIP_TASK_CLASSES || classes < 3 || classes > MOST_CLASSES ||
      found->pairs < found->pairs_all || 2 * found->pairs_measured < found->pairs_all ||
      isinf(found->space.upper))
    return LIP_OK;
  if (unit != 1) (void)snprintf(over, sizeof over, ", over %g", unit);
  TRY(drawing_begin(&figure, "pairs", 8.5, 7.8, folder, err));
  write_pairs(found, unit, figure.csv);
  (void)fprintf(figure.script,
                "set xlabel 'class'\nset ylabel 'class'\nunset key\nunset grid\nset size square\n"
                "set xrange [-0.5:%zu.5]\nset yrange [%zu.5:-0.5]\nset xtics scale 0 %s\nset ytics "
                "scale 0 %s\nset cblabel 'at most%s' offset -1\nset rmargin 10\n"
                "set palette defined (0 '#F7F4EC', 0.5 '#9CC3DD', 1 '#0B4F7D')\n"
                "plot 'pairs.csv' skip 1 using 2:1:3 with image pixels notitle",
                classes - 1, classes - 1, classes <= NAMED ? "1" : "", classes <= NAMED ? "1" : "",
                over);
  if (classes <= NAMED) write_numbers(dark_from(found, unit), figure.script);
  (void)fputc('\n', figure.script);
  TRY(drawing_end(&figure, err));
done:
  return st;
}

lip_status audit_figures(const lip_audit *found, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(draw_accuracy(found, folder, err));
  TRY(draw_points(found, folder, err));
  TRY(draw_pairs(found, folder, err));
done:
  return st;
}
