/* subgaussian_sums.c - Proposition 1.2 of the universal law: where X_i are independent with mean 0
   and P(|X_i| >= t) <= 2 exp(-t^2 / C), the sum over sqrt(n) has the same with 18 C (theory.md U2).

   What the sum needs is sup over t of t^2 / log(2 / P(|S| >= t)): exactly by the binomial
   distribution for two-valued summands, from samples (a 99 % lower limit) for the others; for every
   n at most twice the best v with E exp(s X) <= exp(v s^2 / 2), by Chernoff's bound. */
#include "study/lemmas.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "study/deviation.h"

#include <math.h>

enum { SEED = 1, COLUMNS = 6, BLOCK = 4096 };
enum { OF_C, OF_EIGHTEEN, OF_NEEDED, OF_EXACT, OF_VARIANCE, OF_PROXY };

static const double rare = 0.1, cut = 2; /* a chance; where the normal is cut off */
const char *const summand_names[SUMMANDS] = {"sign", "uniform", "normal cut at 2", "rare"};
static const size_t counts[] = {1, 4, 16, 64, 256};
enum { COUNTS = sizeof counts / sizeof *counts };
static const size_t repetitions[] = {100000, 400000, 1000000};

/* P(|X| >= t), t in (0, largest value) */
static double tail(summand law, double t)
{
  double inside = erf(cut / sqrt(2));

  if (law == SUMMAND_UNIFORM) return 1 - t;
  if (law == SUMMAND_NORMAL) return (inside - erf(t / sqrt(2))) / inside;
  if (law == SUMMAND_RARE) return t > rare ? rare : 1;
  return 1;
}

double summand_constant(summand law)
{
  enum { STEPS = 200000 };
  static const double largest[SUMMANDS] = {1, 1, 2, 0.9};
  double best = 0;

  for (size_t i = 1; i <= STEPS; i++) {
    double t = largest[law] * (double)i / STEPS, p = tail(law, t);

    if (p > 0) best = fmax(best, t * t / log(2 / p));
  }
  return best;
}

double summand_variance(summand law)
{
  double density = exp(-cut * cut / 2) / sqrt(2 * 3.14159265358979323846);

  if (law == SUMMAND_UNIFORM) return 1.0 / 3;
  if (law == SUMMAND_NORMAL) return 1 - 2 * cut * density / erf(cut / sqrt(2));
  if (law == SUMMAND_RARE) return rare * (1 - rare);
  return 1;
}

/* Strictly subgaussian: signs, uniform, symmetrically cut normals. Two values: Kearns and Saul. */
double summand_proxy(summand law)
{
  if (law == SUMMAND_RARE) return (1 - 2 * rare) / (2 * log((1 - rare) / rare));
  return summand_variance(law);
}

static double log_factorial(size_t n)
{
  int sign;

  return lgamma_r((double)n + 1, &sign);
}

double summand_exactly(summand law, size_t n)
{
  double chance = law == SUMMAND_RARE ? rare : 0.5, high = law == SUMMAND_RARE ? 1 - rare : 1;
  double low = law == SUMMAND_RARE ? -rare : -1, best = 0;

  if (law != SUMMAND_SIGN && law != SUMMAND_RARE) return NAN;
  for (size_t k = 0; k <= n; k++) {
    double t = fabs((double)k * high + (double)(n - k) * low), p = 0;

    for (size_t j = 0; j <= n && t > 0; j++)
      if (fabs((double)j * high + (double)(n - j) * low) >= t * (1 - 1e-12))
        p += exp(log_factorial(n) - log_factorial(j) - log_factorial(n - j) +
                 (double)j * log(chance) + (double)(n - j) * log(1 - chance));
    if (p > 0) best = fmax(best, t * t / (double)n / log(2 / fmin(p, 1)));
  }
  return best;
}

/* The sum of n summands, repetition r. */
static double draw_sum(summand law, size_t n, size_t r)
{
  lip_stream stream = {SEED + (uint64_t)law, LIP_FOR_PROBES};
  size_t drawn = 0, room = law == SUMMAND_NORMAL ? 2 * n + 64 : n; /* normals are rejected */
  double u[BLOCK], sum = 0;

  for (size_t first = 0; first < room && drawn < n; first += BLOCK) {
    size_t count = room - first < BLOCK ? room - first : BLOCK;

    if (law == SUMMAND_NORMAL)
      lip_random_normal(stream, (uint64_t)r * room + first, count, u);
    else
      lip_random_uniform(stream, (uint64_t)r * room + first, count, u);
    for (size_t i = 0; i < count && drawn < n; i++) {
      if (law == SUMMAND_NORMAL && fabs(u[i]) > cut) continue;
      drawn++;
      if (law == SUMMAND_NORMAL) sum += u[i];
      if (law == SUMMAND_UNIFORM) sum += 2 * u[i] - 1;
      if (law == SUMMAND_SIGN) sum += u[i] < 0.5 ? -1 : 1;
      if (law == SUMMAND_RARE) sum += u[i] < rare ? 1 - rare : -rare;
    }
  }
  return sum;
}

static void words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  (void)line;
  (void)snprintf(text, size, "%s,%zu,%zu", summand_names[unit / COUNTS], counts[unit % COUNTS],
                 *(const size_t *)context);
}

static lip_status compute(const study_run *run, const void *context, size_t unit, size_t thread,
                          double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t total = *(const size_t *)context, n = counts[unit % COUNTS];
  summand law = (summand)(unit / COUNTS);
  double *sum = lip_alloc(total, sizeof *sum);

  (void)thread;
  if (!sum) FAIL(LIP_ENOMEM, "no memory for %zu sums", total);
  for (size_t r = 0; r < total; r++) {
    if (r % 1024 == 0 && study_stopped(run)) FAIL(LIP_EINTERRUPT, "interrupted");
    sum[r] = draw_sum(law, n, r) / sqrt((double)n);
  }
  value[OF_C] = summand_constant(law);
  value[OF_EIGHTEEN] = 18 * value[OF_C];
  value[OF_NEEDED] = 2 * deviation_of(total, sum).constant;
  value[OF_EXACT] = summand_exactly(law, n);
  value[OF_VARIANCE] = 2 * summand_variance(law);
  value[OF_PROXY] = 2 * summand_proxy(law);
done:
  lip_free(sum);
  return st;
}

static lip_status draw(study_run *run, const sheet *rows, lip_error *err)
{
  static const char *const hues[SUMMANDS] = {INK_BLUE, INK_GREEN, INK_ORANGE, INK_RED};
  static const int shapes[SUMMANDS] = {7, 5, 13, 9};
  lip_status st = LIP_OK;
  drawing figure;

  TRY(study_figure_begin(run, "subgaussian-sums", 8.5, 7.5, &figure, err));
  (void)fputs("law,n,needed / 18 C (99% lower limit),exact / 18 C,Chernoff / 18 C\n", figure.csv);
  for (size_t unit = 0; unit < rows->units; unit++) {
    const double *row = sheet_row(rows, unit, 0);

    (void)fprintf(figure.csv, "%s,%zu,%.17g,", summand_names[unit / COUNTS], counts[unit % COUNTS],
                  row[OF_NEEDED] / row[OF_EIGHTEEN]);
    if (!isnan(row[OF_EXACT])) (void)fprintf(figure.csv, "%.17g", row[OF_EXACT] / row[OF_EIGHTEEN]);
    (void)fprintf(figure.csv, ",%.17g\n", row[OF_PROXY] / row[OF_EIGHTEEN]);
  }
  (void)fputs("set xlabel 'n'\nset ylabel 'what n^{−1/2} Σ X_i  needs / 18 C'\nset logscale x 2\n"
              "set logscale y\nset xrange [0.7:400]\nset yrange [0.03:1.6]\nset key above "
              "maxcols 3\n"
              "plot 1 with lines linewidth 1.5 linecolor rgb " INK_BLACK " title 'Proposition 1.2'",
              figure.script);
  for (size_t law = 0; law < SUMMANDS; law++)
    (void)fprintf(figure.script,
                  ", \\\n  'subgaussian-sums.csv' skip 1 using (strcol(1) eq '%s' ? $2 : NaN):5 "
                  "with lines linewidth 1 dashtype 2 linecolor rgb %s notitle, '' skip 1 using "
                  "(strcol(1) eq '%s' ? $2 : NaN):(strlen(strcol(4)) ? $4 : $3) with linespoints "
                  "pointtype %d pointsize 0.6*swell linecolor rgb %s title '%s'",
                  summand_names[law], hues[law], summand_names[law], shapes[law], hues[law],
                  summand_names[law]);
  (void)fputc('\n', figure.script);
  TRY(study_figure_end(
      run, &figure,
      "Proposition 1.2: the constant that the sum needs, over the 18 C that the proposition gives. "
      "Signs and rare values (0.9 with probability 0.1, else −0.1): exactly; the others: 99 % "
      "lower "
      "limits. Dashed: Chernoff's bound, for every n.",
      err));
done:
  return st;
}

lip_status study_subgaussian_sums(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t total = repetitions[run->scale];
  double least = INFINITY, most = 0, worst = 0;
  const double *sign;
  sheet rows = {.name = "subgaussian-sums",
                .header = "law,n,repetitions,C,18 C,needed (99% lower limit),needed exactly,2 "
                          "Var,2 v (Chernoff)",
                .units = SUMMANDS * COUNTS,
                .lines = 1,
                .columns = COLUMNS,
                .context = &total,
                .words = words,
                .compute = compute};

  TRY(sheet_fill(run, &rows, err));
  for (size_t unit = 0; unit < rows.units; unit++) {
    const double *row = sheet_row(&rows, unit, 0);

    worst = fmax(worst, row[OF_NEEDED] / row[OF_EIGHTEEN]);
    least = fmin(least, row[OF_EIGHTEEN] / row[OF_PROXY]);
    most = fmax(most, row[OF_EIGHTEEN] / row[OF_PROXY]);
  }
  sign = sheet_row(&rows, COUNTS - 1, 0);
  html(run->findings,
       "<li><b>Proposition 1.2 gives away a factor of %.1f to %.1f.</b> Signs have C = %.4f; their "
       "sums need %.3f at n = 256 and never more than 2, where the proposition says 18 C = %.1f. "
       "This is one reason why the universal law's constants are large.</li>\n",
       least, most, sign[OF_C], sign[OF_EXACT], sign[OF_EIGHTEEN]);
  html(run->body, "<h2>Proposition 1.2: sums of subgaussian variables</h2>\n");
  TRY(draw(run, &rows, err));
  TRY(STUDY_CRITERION(run, err, sign[OF_C], 1.4426, 1.4428, "Proposition 1.2: C of a sign"));
  TRY(STUDY_CRITERION(run, err, sign[OF_EXACT], 1.4427, 2,
                      "Proposition 1.2: what 256 signs need, exactly"));
  TRY(STUDY_CRITERION(run, err, sign[OF_NEEDED], 1, sign[OF_EXACT],
                      "Proposition 1.2: the same from a sample, 99%% lower limit"));
  TRY(STUDY_CRITERION(run, err, worst, 0, 1, "Proposition 1.2: needed / 18 C, all laws and n"));
  TRY(STUDY_CRITERION(run, err, sign[OF_EIGHTEEN] / sign[OF_PROXY], 12.9, 13.1,
                      "Proposition 1.2: slack for signs"));
  TRY(STUDY_CRITERION(run, err, least, 7, 14, "Proposition 1.2: least slack of all laws"));
  TRY(STUDY_CRITERION(run, err, most, 7, 14, "Proposition 1.2: largest slack of all laws"));
done:
  sheet_clear(&rows);
  return st;
}
