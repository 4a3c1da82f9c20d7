/* tradeoff_figure.c - the picture of size against smoothness. */
#include "study/tradeoff.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

/* The series, in the order of the legend. */
typedef struct series {
  const char *name, *ink;
  int shape;
  bool line;
} series;

static const series all_series[] = {
    {"groups", INK_ORANGE, 11, false}, {"adaptive", INK_ORANGE, 10, false},
    {"plain", INK_RED, 7, true},       {"minimised", INK_BLUE, 5, true},
    {"projected", INK_GREEN, 9, true}, {"tensor", INK_PURPLE, 13, false},
    {"caps", INK_BLACK, 4, false},     {"mcshane", INK_BLACK, 6, false}};
enum { SERIES = sizeof all_series / sizeof *all_series };

/* What nothing reaches: L* on the sphere, and the law of networks of 32-bit numbers. */
static double limit(const tradeoff_plan *p, double parameters)
{
  return fmax(p->least_on_sphere, recipe_law((double)p->n, (double)p->d, parameters, 32, 0, 0));
}

/* The picture's ends: parameters per point, and per number of the data; its top. */
#define LEFT  0.5
#define RIGHT 4.0
enum { TOP = 300, GRID = 160 };

static void write_numbers(FILE *out, const tradeoff_plan *p, const sheet *rows)
{
  const double right = RIGHT * (double)p->n * (double)p->d;

  (void)fputs("series,size,parameters,lower,upper,conjecture,law,limit\n", out);
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = tradeoff_row(rows, unit);

    if (tradeoff_shown(at))
      (void)fprintf(out, "%s,%zu,%.17g,%.17g,%.17g,,,\n", p->recipe[unit].series,
                    p->recipe[unit].size, at->parameters, at->lower, at->upper);
  }
  for (size_t i = 0; i <= GRID; i++) {
    double first = LEFT * (double)p->n;
    double at = first * pow(right / first, (double)i / GRID);

    (void)fprintf(out, "limits,,%.17g,,,%.17g,%.17g,%.17g\n", at,
                  tradeoff_conjecture(p, at) > limit(p, at) ? tradeoff_conjecture(p, at) : 0,
                  recipe_law((double)p->n, (double)p->d, at, 32, 0, 0), limit(p, at));
  }
}

static void label(FILE *out, const char *text, double x, double y, const char *place,
                  const char *ink)
{
  (void)fprintf(out, "set label '%s' at %.4g,%.4g %s textcolor rgb %s\n", text, x, y, place, ink);
}

/* Names beside the curves, in their colours. */
static void write_names(FILE *out, const tradeoff_plan *p, const sheet *rows)
{
  static const struct {
    const char *series, *text, *place, *ink;
    size_t after; /* at the first network with at least so many parameters a point */
  } names[] = {
      {"plain", "trained: Adam, batch norm", "right offset -0.8,0.6", INK_RED, 0},
      {"minimised", "bound minimised", "left offset 0.7,0.7", INK_BLUE, 5},
      {"projected", "tents of projected points", "left offset -3.5,1", INK_GREEN, 0},
      {"groups", "groups of m points a neuron", "left offset 0,0.8", INK_ORANGE, 60},
      {"tensor", "tensor, p = 2", "left offset 1,0.2", INK_PURPLE, 0},
      {"caps", "caps at 0.9", "left offset 1,0.1", INK_BLACK, 0},
      {"mcshane", "McShane = tents", "left offset 1,0.4", INK_BLACK, 0},
  };
  const recipe_numbers *best = NULL;

  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const recipe_numbers *at = tradeoff_first(p, rows, names[i].series,
                                              (double)(names[i].after * p->n));

    if (at) label(out, names[i].text, at->parameters, at->upper, names[i].place, names[i].ink);
  }
  for (size_t unit = 0; unit < p->count; unit++)
    if (strcmp(p->recipe[unit].series, "caps") == 0 && p->recipe[unit].construct.optimise)
      best = tradeoff_row(rows, unit);
  if (best && tradeoff_shown(best))
    label(out, "caps, optimised", best->parameters, best->upper, "left offset 1,0", INK_BLACK);
}

static void write_limits(FILE *out, const tradeoff_plan *p, const sheet *rows)
{
  const double n = (double)p->n, d = (double)p->d, first = LEFT * n;
  const recipe_numbers *baum = tradeoff_first(p, rows, "baum", 0);
  char text[128];

  label(out, "conjectured optimum √(n/k) ≈ √(nd/p)", 1.1 * first,
        tradeoff_conjecture(p, 1.1 * first), "left offset 0,-1.1 rotate by -23", INK_BLACK);
  (void)snprintf(text, sizeof text, "L* = %.2f: no function through the data is smoother",
                 p->least_on_sphere);
  label(out, text, 0.9 * RIGHT * n * d, p->least_on_sphere, "right offset 0,-0.7 front", INK_BLACK);
  label(out, "proved: no network of p 32-bit numbers", 1.1 * first, 1.12, "left front", INK_BLACK);
  if (!baum) return;
  (void)snprintf(text, sizeof text, "↑ Baum''s %.0f neurons: %.0f", baum->neurons, baum->upper);
  label(out, text, baum->parameters, 0.9 * TOP, "center", INK_BLACK);
}

static void write_series(FILE *out, const series *s, bool last)
{
  char of[160];

  (void)snprintf(of, sizeof of, "(strcol(1) eq '%s' ? $3 : NaN)", s->name);
  if (s->line)
    (void)fprintf(out,
                  "  '' skip 1 using %s:5 with lines linewidth 1.2 linecolor rgb %s notitle, \\\n",
                  of, s->ink);
  (void)fprintf(out,
                "  '' skip 1 using %s:4:(0):($5-$4) with vectors nohead linewidth 2.5 "
                "linecolor rgb %s notitle, \\\n",
                of, s->ink);
  (void)fprintf(out,
                "  '' skip 1 using %s:5 with points pointtype %d pointsize 0.6*swell "
                "linecolor rgb %s notitle%s\n",
                of, s->shape, s->ink, last ? "" : ", \\");
}

lip_status tradeoff_draw(study_run *run, const tradeoff_plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  drawing figure;
  FILE *out;

  TRY(study_figure_begin(run, "tradeoff", 17.5, 11.5, &figure, err));
  out = figure.script;
  write_numbers(figure.csv, p, rows);
  (void)fprintf(out,
                "set logscale xy\nset xrange [%.6g:%.6g]\nset yrange [1:%d]\nunset key\n"
                "set xlabel 'parameters p'\nset ylabel 'Lipschitz constant on the sphere'\n"
                "set x2range [%.6g:%.6g]\nset logscale x2\nset x2tics nomirror out scale 0.6\n"
                "set x2label 'neurons k of a two-layer network'\nset format x2 '%%g'\n"
                "set format x '10^{%%T}'\nset format y '%%g'\n"
                "set ytics (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300)\n",
                LEFT * (double)p->n, RIGHT * (double)p->n * (double)p->d, TOP,
                LEFT * (double)p->n / (double)(p->d + 2),
                RIGHT * (double)p->n * (double)p->d / (double)(p->d + 2));
  write_names(out, p, rows);
  write_limits(out, p, rows);
  (void)fputs("plot 'tradeoff.csv' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):8 with "
              "filledcurves y1=1 fillcolor rgb '#EDEDED' notitle, \\\n"
              "  '' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):8 with lines linewidth 1.5 "
              "linecolor rgb " INK_GREY " notitle, \\\n"
              "  '' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):($6 > 1 ? $6 : NaN) with lines "
              "linewidth 1.2 dashtype 2 linecolor rgb " INK_BLACK " notitle, \\\n",
              out);
  for (size_t i = 0; i < SERIES; i++) write_series(out, &all_series[i], i + 1 == SERIES);
  TRY(study_figure_end(
      run, &figure,
      "Every network fits the same data, trained ones with every sign right and a mean squared "
      "error of at most 0.02. Bars are certified brackets, from witness to proof; "
      "points without a bar are constants known exactly, from the papers' constructions. Dashed: "
      "the conjectured optimum. Grey: what no network can reach, proved: L*, which no function can "
      "beat, and on the left the isoperimetric-profile law for networks stored in p numbers of 32 "
      "bits.",
      err));
done:
  return st;
}
