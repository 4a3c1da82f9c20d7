/* bench_small_networks.c - brackets of random small networks beside their constants by other means
   (tests/small_constant.h): how many are wrong, how many exact, how far apart the ends are.
   Usage: bench_small_networks COUNT [FIRST]   (FIRST: the first one's seed)
   Says on standard error how far it is and on which networks something is wrong; prints what
   bench/README.md shows, as lines of a name, a comma and a value. With LIPLAW_VERBOSE set it also
   says where an upper end is above a known constant. Exit status 1: a bracket is wrong, refused by
   check, or missing. */
#include "small_constant.h"

#include "linalg/dgemm.h"

#include <liplaw/measure.h>

#include <time.h>
#include <unistd.h>

typedef struct tally {
  size_t all, certified, violations, refused, failed, by_cells, by_branches, exact, missed;
  size_t unbounded;
  double *ratio;
  size_t ratios;
  double seconds, longest;
} tally;

static double cpu_seconds(void)
{
  struct timespec now;

  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void describe(const small_question *q, uint64_t seed, const char *domain, const char *what)
{
  (void)fprintf(stderr, "%llu: %s (k %zu, d %zu, m %zu, %s %g, norm %s, %s, output kind %d)\n",
                (unsigned long long)seed, what, q->net->layer[0].out, q->net->layer[0].in,
                lip_net_outputs(q->net), lip_activation_name(q->net->layer[0].activation.kind),
                q->net->layer[0].activation.slope, lip_norm_name(q->norm), domain,
                (int)q->output.kind);
}

static void judge(tally *t, const small_question *q, uint64_t seed, const char *domain,
                  const lip_measurement *found)
{
  const double rounding = 1e-13;
  small_bounds truth = small_constant(q, (small_effort){300, 4000});
  bool piecewise = small_is_piecewise(q->net->layer[0].activation);
  char text[400];
  lip_check_result checked;
  lip_error err = {""};

  if (!found->certified) {
    describe(q, seed, domain, "not certified");
    return;
  }
  t->certified++;
  if (lip_check(q->net, found->certificate, &checked, NULL, &err) != LIP_OK || !checked.valid) {
    t->refused++;
    (void)snprintf(text, sizeof text, "refused by check: %s%s", err.text, checked.reason);
    describe(q, seed, domain, text);
  }
  if (small_has_branches(q))
    t->by_branches++;
  else if (piecewise && isfinite(truth.high))
    t->by_cells++;
  if (found->upper < truth.low * (1 - rounding) || found->lower > truth.high * (1 + rounding)) {
    t->violations++;
    (void)snprintf(text, sizeof text, "WRONG: [%.17g, %.17g] by %s and %s, is [%.17g, %.17g]",
                   found->lower, found->upper, found->lower_method, found->upper_method, truth.low,
                   truth.high);
    describe(q, seed, domain, text);
  }
  if (found->upper <= found->lower * (1 + 1e-9)) t->exact++;
  if (found->lower > 0) t->ratio[t->ratios++] = found->upper / found->lower;
  if (found->lower == 0 && found->upper > 0) t->unbounded++;
  if (truth.exact && found->upper > truth.high * (1 + 1e-6)) {
    t->missed++;
    (void)snprintf(text, sizeof text, "upper %.17g (%s) is %.3g above %.17g, lower %.3g below (%s)",
                   found->upper, found->upper_method, found->upper / truth.high - 1, truth.high,
                   1 - found->lower / truth.low, found->stopped);
    if (getenv("LIPLAW_VERBOSE")) describe(q, seed, domain, text);
  }
}

static void measure(tally *t, uint64_t seed, const char *file)
{
  small_question q;
  small_asked asked;
  lip_measurement found;
  lip_error err = {""};
  double start;
  lip_status st;

  small_question_make(seed, &q);
  small_ask(&q, file, &asked);
  asked.options.random_points = 50;
  asked.options.time_limit = 0.1;
  t->all++;
  start = cpu_seconds();
  st = lip_measure(q.net, NULL, &asked.options, &found, NULL, &err);
  start = cpu_seconds() - start;
  t->seconds += start;
  t->longest = fmax(t->longest, start);
  if (start > 1) describe(&q, seed, asked.domain, "slow");
  if (st != LIP_OK) {
    t->failed++;
    describe(&q, seed, asked.domain, err.text);
  } else {
    judge(t, &q, seed, asked.domain, &found);
    lip_measurement_clear(&found);
  }
  small_question_free(&q);
}

static int ascending(const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static void print(tally *t)
{
  const struct {
    const char *name;
    size_t count;
  } counts[] = {
      {"networks", t->all},
      {"wrong", t->violations},
      {"refused by check", t->refused},
      {"ended with an error", t->failed},
      {"not certified", t->all - t->failed - t->certified},
      {"constant known by cells", t->by_cells},
      {"constant known by branch and bound", t->by_branches},
      {"exact (upper = lower to 1e-9)", t->exact},
      {"upper end above a known constant by 1e-6", t->missed},
      {"lower end 0 and upper end not", t->unbounded},
  };
  const size_t percents[] = {50, 90, 99};

  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    (void)printf("%s,%zu\n", counts[i].name, counts[i].count);
  qsort(t->ratio, t->ratios, sizeof *t->ratio, ascending);
  for (size_t i = 0; i < sizeof percents / sizeof *percents && t->ratios > 0; i++)
    (void)printf("upper / lower - 1 of %zu %% is at most,%.2g\n", percents[i],
                 t->ratio[t->ratios * percents[i] / 100] - 1);
  (void)printf("CPU seconds of measuring,%.3g\nthe longest,%.3g\n", t->seconds, t->longest);
}

int main(int argc, char **argv)
{
  size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  uint64_t first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
  char file[] = "/tmp/liplaw-centers-XXXXXX.csv";
  int handle = mkstemps(file, 4);
  tally t = {0};

  if (count < 1 || handle < 0) return 2;
  (void)close(handle);
  lip_blas_single_thread();
  t.ratio = calloc(count, sizeof *t.ratio);
  if (!t.ratio) return 1;
  for (size_t i = 0; i < count; i++) {
    measure(&t, first + i, file);
    if ((i + 1) % 100 == 0)
      (void)fprintf(stderr, "%zu of %zu networks, %zu wrong, %zu refused, %zu failed\n", i + 1,
                    count, t.violations, t.refused, t.failed);
  }
  (void)remove(file);
  print(&t);
  free(t.ratio);
  return t.failed + t.violations + t.refused > 0;
}
