/* random_sums.c - Lemma 4 of the two-layer paper: |sum y_i (x_i.x)^p| <= C_p sqrt(n tau / d^p) with
   probability 1 - C exp(-tau) (theory.md B18).

   For a fixed unit x the numbers sqrt(d) x_i.x are independent normals g_i, whatever d, so
   C(tau) = (the quantile of |sum y_i g_i^p| that is exceeded with probability exp(-tau)) / sqrt(n
   tau). The lemma says that C stays bounded. Intervals: order statistics, binomial. */
#include "study/lemmas.h"

#include "base/error.h"
#include "base/incomplete_beta.h"
#include "base/memory.h"
#include "base/random.h"
#include "study/deviation.h"

#include <math.h>
#include <stdlib.h>

enum { SEED = 1, POWERS = 3, LEVELS = 24, COLUMNS = 5, BLOCK = 1024 };
enum { OF_TAU, OF_CONSTANT, OF_LOW, OF_HIGH, OF_SINGLE };

static const size_t powers[POWERS] = {2, 3, 4};
static const size_t counts[] = {10, 100, 1000};
enum { COUNTS = sizeof counts / sizeof *counts };
static const size_t repetitions[] = {100000, 400000, 2000000};

static double tau_of(size_t level)
{
  return 0.5 + 0.5 * (double)level;
}

double normal_power_tail(double p, double s)
{
  return erfc(pow(s, 1 / p) / sqrt(2));
}

double single_term_constant(double n, double p, double tau)
{
  double low = 0, high = 1;

  /* q = P(some |g_i|^p >= s) = 1 - (1 - tail(s))^n; wanted q / 2 = exp(-tau) */
  while (-expm1(n * log1p(-normal_power_tail(p, high))) / 2 > exp(-tau)) high *= 2;
  for (int step = 0; step < 100; step++) {
    double s = (low + high) / 2;

    if (-expm1(n * log1p(-normal_power_tail(p, s))) / 2 > exp(-tau))
      low = s;
    else
      high = s;
  }
  return low / sqrt(n * tau);
}

static void words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  const size_t *total = context;

  (void)snprintf(text, size, "%zu,%zu,%zu", powers[line / LEVELS], counts[unit], *total);
}

static int descending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x < y) - (x > y);
}

/* sums: of all powers, repetition by repetition */
static lip_status draw_sums(const study_run *run, size_t n, size_t total, double *sums,
                            lip_error *err)
{
  lip_stream points = {SEED + n, LIP_FOR_POINTS}, labels = {SEED + n, LIP_FOR_LABELS};
  double g[BLOCK];
  uint32_t bits[BLOCK];

  for (size_t r = 0; r < total; r++) {
    double sum[POWERS] = {0};

    if (r % 1024 == 0 && study_stopped(run)) return lip_fail(err, LIP_EINTERRUPT, "interrupted");
    for (size_t first = 0; first < n; first += BLOCK) {
      size_t count = n - first < BLOCK ? n - first : BLOCK;

      lip_random_normal(points, (uint64_t)r * n + first, count, g);
      lip_random_bits(labels, (uint64_t)r * n + first, count, bits);
      for (size_t i = 0; i < count; i++) {
        double square = bits[i] & 1 ? g[i] * g[i] : -g[i] * g[i];

        sum[0] += square;
        sum[1] += square * g[i];
        sum[2] += square * g[i] * g[i];
      }
    }
    for (size_t p = 0; p < POWERS; p++) sums[p * total + r] = fabs(sum[p]);
  }
  return LIP_OK;
}

/* The order statistic that is exceeded by a share of `share`; sorted: the largest first. */
static double exceeded(size_t total, const double *sorted, double share)
{
  double place = share * (double)total;

  return place < 1 ? NAN : sorted[(size_t)place - 1];
}

static void fill_levels(size_t n, size_t p, size_t total, double *sums, double *value)
{
  qsort(sums, total, sizeof *sums, descending);
  for (size_t level = 0; level < LEVELS; level++) {
    double tau = tau_of(level), share = exp(-tau), scale = 1 / sqrt((double)n * tau);
    double wide = 1.96 * sqrt(share * (1 - share) / (double)total), *row = value + level * COLUMNS;

    row[OF_TAU] = tau;
    row[OF_CONSTANT] = scale * exceeded(total, sums, share);
    row[OF_LOW] = scale * exceeded(total, sums, share + wide);
    row[OF_HIGH] = scale * exceeded(total, sums, share - wide);
    if (share * (double)total < 20) row[OF_CONSTANT] = row[OF_LOW] = row[OF_HIGH] = NAN;
    row[OF_SINGLE] = single_term_constant((double)n, (double)powers[p], tau);
  }
}

static lip_status compute(const study_run *run, const void *context, size_t unit, size_t thread,
                          double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t total = *(const size_t *)context;
  double *sums = lip_alloc(POWERS * total, sizeof *sums);

  (void)thread;
  if (!sums) FAIL(LIP_ENOMEM, "no memory for %zu sums", POWERS * total);
  TRY(draw_sums(run, counts[unit], total, sums, err));
  for (size_t p = 0; p < POWERS; p++)
    fill_levels(counts[unit], p, total, sums + p * total, value + p * LEVELS * COLUMNS);
done:
  lip_free(sums);
  return st;
}

/* The row with the largest tau <= limit that has a value. */
static const double *last_row(const sheet *rows, size_t unit, size_t p, double limit)
{
  const double *found = sheet_row(rows, unit, p * LEVELS);

  for (size_t level = 0; level < LEVELS; level++) {
    const double *row = sheet_row(rows, unit, p * LEVELS + level);

    if (row[OF_TAU] <= limit && !isnan(row[OF_CONSTANT])) found = row;
  }
  return found;
}

static lip_status draw(study_run *run, const sheet *rows, lip_error *err)
{
  static const char *const hues[COUNTS] = {INK_RED, INK_GREEN, INK_BLUE};
  lip_status st = LIP_OK;
  drawing figure;

  TRY(study_figure_begin(run, "random-sums", 17.5, 7, &figure, err));
  (void)fputs("p,n,tau,C,low,high,C of one term,tau / n^(1/(p-1))\n", figure.csv);
  for (size_t unit = 0; unit < COUNTS; unit++)
    for (size_t line = 0; line < rows->lines; line++) {
      const double *row = sheet_row(rows, unit, line);
      double p = (double)powers[line / LEVELS], edge = pow((double)counts[unit], 1 / (p - 1));

      if (!isnan(row[OF_CONSTANT]))
        (void)fprintf(figure.csv, "%.0f,%zu,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", p, counts[unit],
                      row[OF_TAU], row[OF_CONSTANT], row[OF_LOW], row[OF_HIGH], row[OF_SINGLE],
                      row[OF_TAU] / edge);
    }
  (void)fputs("set multiplot layout 1,3 margins 0.075,0.985,0.17,0.9 spacing 0.055,0\n"
              "set xlabel 'τ'\nset xrange [0:12]\nset yrange [0:*]\nset key bottom right "
              "\n",
              figure.script);
  for (size_t p = 0; p < POWERS; p++) {
    (void)fprintf(figure.script, "set title 'p = %zu' offset 0,-0.5\n", powers[p]);
    if (p == 0) (void)fputs("set ylabel 'C(τ)' offset 1.5,0\n", figure.script);
    if (p == 1) (void)fputs("unset ylabel\nunset key\n", figure.script);
    for (size_t unit = 0; unit < COUNTS; unit++) {
      double edge = pow((double)counts[unit], 1 / ((double)powers[p] - 1));

      (void)fprintf(figure.script,
                    edge < 12 ? "set arrow %zu from %.6g, graph 0 to %.6g, graph 1 nohead dashtype "
                                "3 linewidth 1 linecolor rgb %s\n"
                              : "unset arrow %zu\n",
                    unit + 1, edge, edge, hues[unit]);
    }
    (void)fputs("plot ", figure.script);
    for (size_t unit = 0; unit < COUNTS; unit++)
      (void)fprintf(figure.script,
                    "%s'random-sums.csv' skip 1 using ($1 == %zu && $2 == %zu ? $3 : NaN):5:6 "
                    "with filledcurves fillstyle transparent solid 0.2 noborder fillcolor rgb %s "
                    "notitle, '' skip 1 using ($1 == %zu && $2 == %zu ? $3 : NaN):4 with lines "
                    "linewidth 1.5 linecolor rgb %s title 'n = %zu'",
                    unit ? ", \\\n  " : "", powers[p], counts[unit], hues[unit], powers[p],
                    counts[unit], hues[unit], counts[unit]);
    (void)fputc('\n', figure.script);
  }
  (void)fputs("unset multiplot\n", figure.script);
  TRY(study_figure_end(
      run, &figure,
      "Lemma 4: the quantile of |Σ y_i (x_i·x)^p| that is exceeded with probability exp(−τ), over "
      "√(n τ / d^p). Bands: 95 % intervals. Dotted: τ = n^(1/(p−1)), up to where the lemma holds "
      "with a constant that does not depend on n.",
      err));
done:
  return st;
}

static lip_status judge(study_run *run, const sheet *rows, lip_error *err)
{
  static const double limit[POWERS] = {2.45, 5.48, 14.49}; /* sqrt(2 (2p - 1)!!): the normal tail */
  lip_status st = LIP_OK;

  for (size_t p = 0; p < POWERS; p++) {
    double edge = pow(1000, 1 / ((double)powers[p] - 1));
    const double *row = last_row(rows, COUNTS - 1, p, fmin(8, edge));

    TRY(STUDY_CRITERION(run, err, row[OF_CONSTANT] / limit[p], 0.8, 1.4,
                        "Lemma 4, p = %zu, n = 1000, tau = %g: C / sqrt(2 (2p - 1)!!)", powers[p],
                        row[OF_TAU]));
  }
  TRY(STUDY_CRITERION(run, err, single_term_constant(1000, 2, 1000), 0, 3,
                      "Lemma 4, p = 2, tau = n = 1000: C that one term forces"));
  TRY(STUDY_CRITERION(run, err, single_term_constant(1000, 4, 1000) / limit[2], 10, INFINITY,
                      "Lemma 4, p = 4, tau = n = 1000: the same / sqrt(2 (2p - 1)!!)"));
  TRY(STUDY_CRITERION(run, err, last_row(rows, 0, 2, 8)[OF_LOW] / last_row(rows, 0, 2, 2)[OF_HIGH],
                      1.2, INFINITY, "Lemma 4, p = 4, n = 10: C at tau = 8 / C at tau = 2"));
done:
  return st;
}

lip_status study_random_sums(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t total = repetitions[run->scale];
  sheet rows = {.name = "random-sums",
                .header = "p,n,repetitions,tau,C,low,high,C of one term alone",
                .units = COUNTS,
                .lines = POWERS * LEVELS,
                .columns = COLUMNS,
                .context = &total,
                .words = words,
                .compute = compute};
  const double *two, *four;

  TRY(sheet_fill(run, &rows, err));
  two = last_row(&rows, COUNTS - 1, 0, 8);
  four = last_row(&rows, COUNTS - 1, 2, 8);
  html(run->findings,
       "<li><b>Lemma 4 has small constants.</b> With n = 1000 terms and τ = %.0f, C<sub>2</sub> = "
       "%.2f (%.2f to %.2f) and C<sub>4</sub> = %.1f (%.1f to %.1f): %.2f and %.2f times "
       "√(2 (2p − 1)!!), the limit for a normal sum.</li>\n",
       two[OF_TAU], two[OF_CONSTANT], two[OF_LOW], two[OF_HIGH], four[OF_CONSTANT], four[OF_LOW],
       four[OF_HIGH], two[OF_CONSTANT] / sqrt(6), four[OF_CONSTANT] / sqrt(210));
  html(
      run->findings,
      "<li><b>But not for all τ ≤ n.</b> For p > 2 powers of normals have heavy tails: at τ = n = "
      "1000 and p = 4 one term alone forces C ≥ %.0f. The range is τ ≤ n<sup>1/(p−1)</sup>.</li>\n",
      single_term_constant(1000, 4, 1000));
  html(run->body, "<h2>Lemma 4: random sums</h2>\n");
  TRY(draw(run, &rows, err));
  TRY(judge(run, &rows, err));
done:
  sheet_clear(&rows);
  return st;
}
