/* generalisation.c - isoperimetry makes smooth classes generalise: the Rademacher average of finite
   classes of 1-Lipschitz ridge functions (theory.md U16).

   Rad = E max_f |sum_i s_i f(x_i)| / n over points and signs s. Two classes, u uniform on the unit
   sphere: "odd", f(x) = u.x cut at b and -b, b uniform on [0, 1], of mean 0; and "bent", f(x) =
   |u.x - b| - 1/2, b uniform on [-1/2, 1/2]. Values lie in [-1, 1]. Points: uniform on the unit
   sphere; d = 1: uniform on [-1, 1]. Each class and each set of points is drawn anew; a set serves
   SIGNS draws of signs. */
#include "study/study.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "data/sample_kinds.h"
#include "linalg/dgemm.h"

#include <math.h>

enum { MOST_TRIALS = 32, COLUMNS = 5, SIGNS = 16, MOST_SETS = 400 };
enum { OF_RAD, OF_ERROR, OF_BOUND, OF_MASSART, OF_SIMPLE };
enum { ODD, BENT, CLASSES };
static const char *const class_names[CLASSES] = {"odd", "bent"};

typedef struct trial {
  size_t n, d, functions;
} trial;

typedef struct plan {
  trial at[MOST_TRIALS];
  size_t trials, sets;
} plan;

enum { BASE_N = 500, BASE_D = 200, BASE_F = 256 };
static const size_t dimensions[] = {1, 2, 5, 10, 20, 50, 100, 200, 400, 800};
static const size_t class_sizes[] = {1, 4, 16, 64, 256, 1024, 4096};
static const size_t counts[] = {50, 100, 200, 500, 1000, 2000};

static void add(plan *p, size_t n, size_t d, size_t functions)
{
  for (size_t i = 0; i < p->trials; i++)
    if (p->at[i].n == n && p->at[i].d == d && p->at[i].functions == functions) return;
  p->at[p->trials++] = (trial){n, d, functions};
}

static void make_plan(lip_scale scale, plan *out)
{
  static const size_t sets[] = {12, 60, 400};

  *out = (plan){.sets = sets[scale]};
  for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++)
    add(out, BASE_N, dimensions[i], BASE_F);
  for (size_t i = 0; i < sizeof class_sizes / sizeof *class_sizes; i++)
    add(out, BASE_N, BASE_D, class_sizes[i]);
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) add(out, counts[i], BASE_D, BASE_F);
}

static void words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  const plan *p = context;
  const trial *t = &p->at[unit];

  (void)snprintf(text, size, "%s,%zu,%zu,%zu,%zu", class_names[line], t->n, t->d, t->functions,
                 p->sets * SIGNS);
}

/* c of Definition 1.1: the sphere's d/(d - 1); [-1, 1] is an interval of length 2, 4/(2 pi). */
static double constant_of(size_t d)
{
  return d == 1 ? 2 / 3.14159265358979323846 : (double)d / ((double)d - 1);
}

static void fill_limits(const trial *t, double *row)
{
  double n = (double)t->n, d = (double)t->d, size = log(2 * (double)t->functions);

  row[OF_MASSART] = sqrt(2 * size / n);
  row[OF_SIMPLE] = sqrt(1 / n) + sqrt(2 * constant_of(t->d) * size / (n * d));
  row[OF_BOUND] = fmin(row[OF_MASSART], row[OF_SIMPLE]);
}

/* Rows uniform on the unit sphere, or numbers uniform on [-1, 1]. */
static void draw_rows(lip_stream stream, size_t first, size_t rows, size_t d, bool unit, double *X)
{
  if (d == 1 && !unit) {
    lip_random_uniform(stream, first, rows, X);
    for (size_t i = 0; i < rows; i++) X[i] = 2 * X[i] - 1;
    return;
  }
  lip_random_normal(stream, first * d, rows * d, X);
  for (size_t i = 0; i < rows; i++) lip_sample_normalise(d, X + i * d);
}

/* values: functions x n */
static void evaluate(const trial *t, size_t kind, size_t set, const double *X, const double *U,
                     double *values)
{
  lip_dgemm(false, true, t->functions, t->n, t->d, 1, U, t->d, X, t->d, 0, values, t->n);
  for (size_t f = 0; f < t->functions; f++) {
    double b, *row = values + f * t->n;

    lip_random_uniform((lip_stream){set, LIP_FOR_SHIFTS}, f, 1, &b);
    for (size_t i = 0; i < t->n; i++)
      row[i] = kind == ODD ? fmax(-b, fmin(b, row[i])) : fabs(row[i] - (b - 0.5)) - 0.5;
  }
}

/* max_f |sum_i s_i f(x_i)| / n for SIGNS draws of signs; room: n x SIGNS and functions x SIGNS */
static void correlate(const trial *t, size_t set, const double *values, double *signs, double *sums,
                      double *largest)
{
  for (size_t k = 0; k < SIGNS; k++)
    for (size_t i = 0; i < t->n; i++) {
      uint32_t bits;

      lip_random_bits((lip_stream){set, LIP_FOR_LABELS}, k * t->n + i, 1, &bits);
      signs[i * SIGNS + k] = bits & 1 ? 1 : -1;
    }
  lip_dgemm(false, false, t->functions, SIGNS, t->n, 1 / (double)t->n, values, t->n, signs, SIGNS,
            0, sums, SIGNS);
  for (size_t k = 0; k < SIGNS; k++) {
    largest[k] = 0;
    for (size_t f = 0; f < t->functions; f++)
      largest[k] = fmax(largest[k], fabs(sums[f * SIGNS + k]));
  }
}

/* Means over sets, into a row. */
static void summarise_sets(const plan *p, const trial *t, const double *mean, double *row)
{
  double total = 0, squares = 0, sets = (double)p->sets;

  for (size_t set = 0; set < p->sets; set++) total += mean[set] / sets;
  for (size_t set = 0; set < p->sets; set++) squares += (mean[set] - total) * (mean[set] - total);
  row[OF_RAD] = total;
  row[OF_ERROR] = 1.96 * sqrt(squares / (sets * (sets - 1)));
  fill_limits(t, row);
}

static lip_status compute(const study_run *run, const void *context, size_t unit, size_t thread,
                          double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  const plan *p = context;
  const trial *t = &p->at[unit];
  double mean[CLASSES][MOST_SETS] = {{0}};
  double *X = lip_alloc(t->n, t->d * sizeof *X), *U = lip_alloc(t->functions, t->d * sizeof *U);
  double *values = lip_alloc(t->functions, t->n * sizeof *values);
  double *signs = lip_alloc(t->n, SIGNS * sizeof *signs);
  double *sums = lip_alloc(t->functions, SIGNS * sizeof *sums);

  (void)thread;
  if (!X || !U || !values || !signs || !sums) FAIL(LIP_ENOMEM, "no memory for %zu points", t->n);
  for (size_t set = 0; set < p->sets; set++) {
    draw_rows((lip_stream){set, LIP_FOR_POINTS}, 0, t->n, t->d, false, X);
    draw_rows((lip_stream){set, LIP_FOR_WEIGHTS}, 0, t->functions, t->d, true, U);
    for (size_t kind = 0; kind < CLASSES; kind++) {
      double largest[SIGNS];

      if (study_stopped(run)) FAIL(LIP_EINTERRUPT, "interrupted");
      evaluate(t, kind, set, X, U, values);
      correlate(t, set, values, signs, sums, largest);
      for (size_t k = 0; k < SIGNS; k++) mean[kind][set] += largest[k] / SIGNS;
    }
  }
  for (size_t kind = 0; kind < CLASSES; kind++)
    summarise_sets(p, t, mean[kind], value + kind * COLUMNS);
done:
  lip_free(X);
  lip_free(U);
  lip_free(values);
  lip_free(signs);
  lip_free(sums);
  return st;
}

static const double *find(const plan *p, const sheet *rows, size_t kind, size_t n, size_t d,
                          size_t functions)
{
  size_t i = 0;

  while (p->at[i].n != n || p->at[i].d != d || p->at[i].functions != functions) i++;
  return sheet_row(rows, i, kind);
}

static void write_rows(const plan *p, const sheet *rows, FILE *out)
{
  (void)fputs("n,d,functions,Rad odd,95% half-width,Rad bent,95% half-width,bound,Massart\n", out);
  for (size_t i = 0; i < p->trials; i++) {
    const double *odd = sheet_row(rows, i, ODD), *bent = sheet_row(rows, i, BENT);

    (void)fprintf(out, "%zu,%zu,%zu,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", p->at[i].n, p->at[i].d,
                  p->at[i].functions, odd[OF_RAD], odd[OF_ERROR], bent[OF_RAD], bent[OF_ERROR],
                  odd[OF_SIMPLE], odd[OF_MASSART]);
  }
}

/* One panel: against column `axis`, the two others at their base values. */
static void plot_panel(FILE *out, int axis, const char *label, const char *range)
{
  static const int base[] = {BASE_N, BASE_D, BASE_F};
  char keep[64];
  int a = axis % 3 + 1, b = (axis + 1) % 3 + 1;

  (void)snprintf(keep, sizeof keep, "($%d == %d && $%d == %d ? $%d : NaN)", a, base[a - 1], b,
                 base[b - 1], axis);
  (void)fprintf(
      out,
      "set xlabel '%s'\nset xrange %s\n"
      "plot 'rademacher.csv' skip 1 using %s:9 smooth unique with lines linewidth 1.4 "
      "dashtype 2 linecolor rgb " INK_GREY " title 'Massart', \\\n"
      "  '' skip 1 using %s:8 smooth unique with lines linewidth 1.6 linecolor rgb " INK_RED
      " title 'by isoperimetry', \\\n"
      "  '' skip 1 using %s:6 with points pointtype 5 pointsize 0.5*swell linecolor "
      "rgb " INK_ORANGE " title 'measured, bent', \\\n"
      "  '' skip 1 using %s:($4 - $5):(0):(2*$5) with vectors nohead linewidth 1.2 "
      "linecolor rgb " INK_BLUE " notitle, \\\n"
      "  '' skip 1 using %s:4 with points pointtype 7 pointsize 0.55*swell linecolor "
      "rgb " INK_BLUE " title 'measured, odd'\n",
      label, range, keep, keep, keep, keep, keep);
}

static lip_status draw(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  drawing figure;

  TRY(study_figure_begin(run, "rademacher", 17.5, 7, &figure, err));
  write_rows(p, rows, figure.csv);
  (void)fputs("set multiplot layout 1,3 margins 0.075,0.985,0.17,0.95 spacing 0.05,0\n"
              "set logscale xy\nset yrange [0.002:2]\nset format y '%g'\nset format x '%g'\n"
              "set key top right\nset ylabel 'Rademacher average' offset 1,0\n",
              figure.script);
  plot_panel(figure.script, 2, "d, n = 500, |F| = 256", "[0.7:1200]");
  (void)fputs("unset ylabel\nunset key\nset format y ''\n", figure.script);
  plot_panel(figure.script, 3, "|F|, n = 500, d = 200", "[0.7:6000]");
  plot_panel(figure.script, 1, "n, d = 200, |F| = 256", "[35:3000]");
  (void)fputs("unset multiplot\n", figure.script);
  TRY(study_figure_end(
      run, &figure,
      "The Rademacher average of finite classes of 1-Lipschitz ridge functions on the sphere (d = "
      "1: on an interval); 95 % intervals are mostly smaller than the points. Odd functions have "
      "mean 0; bent ones have means, which cost √(1/n). Red: √(1/n) + √(2c log(2|F|)/(nd)). "
      "Massart’s lemma knows only that values lie in [−1, 1].",
      err));
done:
  return st;
}

static lip_status judge(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  const double *base = find(p, rows, BENT, BASE_N, BASE_D, BASE_F);
  const double *line = find(p, rows, BENT, BASE_N, 1, BASE_F);
  const double *low = find(p, rows, ODD, BASE_N, 50, BASE_F);
  const double *high = find(p, rows, ODD, BASE_N, 800, BASE_F);
  double worst = 0, worst_massart = 0;

  for (size_t i = 0; i < CLASSES * p->trials; i++) {
    const double *row = sheet_row(rows, i / CLASSES, i % CLASSES);

    worst = fmax(worst, (row[OF_RAD] - row[OF_ERROR]) / row[OF_SIMPLE]);
    worst_massart = fmax(worst_massart, (row[OF_RAD] - row[OF_ERROR]) / row[OF_MASSART]);
  }
  TRY(STUDY_CRITERION(run, err, base[OF_RAD] / base[OF_SIMPLE], 0, 1,
                      "sphere, n = 500, d = 200, |F| = 256: Rad / bound"));
  TRY(STUDY_CRITERION(run, err, line[OF_RAD] / line[OF_SIMPLE], 0, 1,
                      "interval, n = 500, d = 1, |F| = 256: Rad / bound"));
  TRY(STUDY_CRITERION(run, err, worst, 0, 1, "all sizes: Rad / bound"));
  TRY(STUDY_CRITERION(run, err, worst_massart, 0, 1, "all sizes: Rad / Massart's bound"));
  TRY(STUDY_CRITERION(run, err, base[OF_SIMPLE] / base[OF_MASSART], 0, 0.5,
                      "sphere, d = 200: bound / Massart's bound"));
  TRY(STUDY_CRITERION(run, err, line[OF_SIMPLE] / line[OF_MASSART], 0.9, INFINITY,
                      "interval, d = 1: bound / Massart's bound"));
  TRY(STUDY_CRITERION(run, err, log(high[OF_RAD] / low[OF_RAD]) / log(16), -0.6, -0.4,
                      "odd functions, from d = 50 to 800: exponent of Rad in d"));
done:
  return st;
}

static lip_status run_generalisation(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  plan p;
  const double *base, *line;
  sheet rows = {
      .name = "rademacher",
      .header = "class,n,d,functions,draws,Rad,95% half-width,best bound,Massart,isoperimetry",
      .lines = CLASSES,
      .columns = COLUMNS,
      .context = &p,
      .words = words,
      .compute = compute};

  make_plan(run->scale, &p);
  rows.units = p.trials;
  TRY(sheet_fill(run, &rows, err));
  base = find(&p, &rows, ODD, BASE_N, BASE_D, BASE_F);
  line = find(&p, &rows, ODD, BASE_N, 1, BASE_F);
  html(run->findings,
       "<li><b>On the sphere smooth classes generalise better than their size says.</b> At n = "
       "500, d = 200 and 256 functions of mean 0 the Rademacher average is %.4f ± %.4f; "
       "isoperimetry proves "
       "%.3f, Massart's lemma %.3f.</li>\n",
       base[OF_RAD], base[OF_ERROR], base[OF_SIMPLE], base[OF_MASSART]);
  html(run->findings,
       "<li><b>On an interval nothing is gained:</b> there the average is %.4f ± %.4f, and the "
       "bound %.3f is no better than Massart's %.3f. The gain is √(d/c)/L.</li>\n",
       line[OF_RAD], line[OF_ERROR], line[OF_SIMPLE], line[OF_MASSART]);
  html(run->body, "<h2>The Rademacher average and its bounds</h2>\n");
  TRY(draw(run, &p, &rows, err));
  TRY(judge(run, &p, &rows, err));
done:
  sheet_clear(&rows);
  return st;
}

const study generalisation_study = {
    .name = "generalisation",
    .summary = "Rademacher averages of classes of 1-Lipschitz functions against their bounds",
    .title = "Do smooth classes generalise better on isoperimetric data?",
    .lede = "How well random signs can be matched by a class of functions bounds how far its "
            "training error can lie from its test error. If the data are isoperimetric, "
            "1-Lipschitz functions hardly vary, and so match less. Here the average is measured "
            "for finite classes and set against the two bounds.",
    .run = run_generalisation};
