/* limit_rank.c - functions that factor through rank k: the certificate of Theorem 4, its pairs and
   weights chosen to prove most.

   f(x) = g(Px), P an orthogonal projection of rank k, so that f(x_i) - f(x_j) = f(Px_i) - f(Px_j)
   is at most Lip |P (x_i - x_j)| on any ball about 0 that holds the points. For weights c_e >= 0 on
   pairs

     sum c_e (f(x_i) - f(x_j))^2 <= Lip^2 sum c_e |P (x_i - x_j)|^2 = Lip^2 tr(P S P)
                                 <= Lip^2 (the k largest eigenvalues of S = sum c_e (x_i - x_j)(x_i
   - x_j)').

   With N disjoint pairs of opposite labels and c = 1 this is theory.md's row B10; neither
   disjointness nor equal weights are needed. Source: Bubeck, Li, Nagaraj, Theorem 4 (B10).
   cost  the search of pair_weights.c; one d x d problem to prove it */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "law/pair_weights.h"
#include "linalg/ky_fan.h"

#include <stdio.h>
#include <string.h>

static double middle(lip_interval t)
{
  return t.low == t.high ? t.low : t.low / 2 + t.high / 2;
}

/* Values that differ by less than 2^-24 of their range become equal: a network that fits has equal
   labels up to rounding, and pairs of those prove nothing. */
static void settle_values(lip_dataset *data)
{
  double low = INFINITY, high = -INFINITY, step;

  for (size_t i = 0; i < data->n; i++) {
    low = fmin(low, data->y[i]);
    high = fmax(high, data->y[i]);
  }
  step = (high / 2 - low / 2) * 0x1p-23;
  if (!(step > 0)) return;
  for (size_t i = 0; i < data->n; i++) data->y[i] = round((data->y[i] - low) / step) * step;
}

/* The points that count, with the values' middles as labels; where[i] of the job's point. */
static lip_status collect(const lip_limit_job *job, lip_dataset **data, size_t *where,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = 0;

  for (size_t i = 0; i < job->n; i++)
    if (job->inside[i]) where[count++] = i;
  if (count < 2) goto done;
  TRY(lip_dataset_create(count, job->d, 1, data, err));
  for (size_t i = 0; i < count; i++) {
    memcpy((*data)->X + i * job->d, job->X + where[i] * job->d, job->d * sizeof *job->X);
    (*data)->y[i] = middle(job->f[where[i]]);
  }
  settle_values(*data);
done:
  return st;
}

/* Points above and not above the middle of all values, paired in their order, with weight 1. */
static lip_status pair_in_order(const lip_dataset *data, lip_pair_weights *pairs, lip_error *err)
{
  double low = INFINITY, high = -INFINITY, cut;
  size_t first = 0, second = 0, n = data->n;
  lip_pair_weights made = {.sum = NAN};

  made.i = lip_alloc(n, sizeof *made.i);
  made.j = lip_alloc(n, sizeof *made.j);
  made.weight = lip_alloc(n, sizeof *made.weight);
  if (!made.i || !made.j || !made.weight) {
    lip_pair_weights_clear(&made);
    return lip_fail(err, LIP_ENOMEM, "%zu pairs", n);
  }
  for (size_t i = 0; i < n; i++) {
    low = fmin(low, data->y[i]);
    high = fmax(high, data->y[i]);
  }
  cut = low / 2 + high / 2;
  for (;;) {
    while (first < n && !(data->y[first] > cut)) first++;
    while (second < n && data->y[second] > cut) second++;
    if (first == n || second == n) break;
    made.i[made.count] = first++;
    made.j[made.count] = second++;
    made.weight[made.count++] = 1;
  }
  *pairs = made;
  return LIP_OK;
}

/* What the pairs prove, rounding counted. relative: weights are those of (x_i - x_j) / (y_i - y_j).
 */
static lip_status prove(const lip_limit_job *job, const lip_dataset *data, const size_t *where,
                        const lip_pair_weights *pairs, bool relative, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = job->d;
  lip_moment_matrix moment = {.d = 0};
  double *apart = lip_alloc(pairs->count, d * sizeof *apart), *weight, rise = 0, bound;

  weight = lip_alloc(pairs->count, sizeof *weight);
  if (!apart || !weight) FAIL(LIP_ENOMEM, "%zu pairs", pairs->count);
  for (size_t e = 0; e < pairs->count; e++) {
    const double *x = data->X + pairs->i[e] * d, *y = data->X + pairs->j[e] * d;
    double between = data->y[pairs->i[e]] - data->y[pairs->j[e]];
    double least = lip_limit_apart(1, job->f + where[pairs->i[e]], job->f + where[pairs->j[e]]);

    weight[e] = relative ? pairs->weight[e] / (between * between) : pairs->weight[e];
    if (!isfinite(weight[e])) weight[e] = 0;
    rise = lip_add_down(rise, lip_mul_down(weight[e], lip_mul_down(least, least)));
    for (size_t l = 0; l < d; l++) apart[e * d + l] = x[l] - y[l];
  }
  *value = 0;
  TRY(lip_moment_matrix_create(pairs->count, d, apart, weight, 1, &moment, err));
  TRY(lip_ky_fan_up(&moment, job->class.k, false, &bound, err));
  if (rise > 0 && bound > 0) *value = lip_down(sqrt(fmax(0, lip_div_down(rise, bound))));
done:
  lip_moment_matrix_clear(&moment);
  lip_free(apart);
  lip_free(weight);
  return st;
}

/* Equal points with values that differ: no function is steep enough. */
static bool impossible(const lip_pair_weights *pairs)
{
  return pairs->sum == 0;
}

static bool contains_ball(lip_domain domain, double radius)
{
  return domain.kind == LIP_SPACE || (domain.kind == LIP_BALL && radius <= domain.radius);
}

static lip_status weigh(const lip_limit_job *job, const lip_dataset *data, const size_t *where,
                        lip_limit_finding *finding, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pair_weights pairs = {.count = 0}, best = {.count = 0};
  double in_order = 0, weighted = 0;

  TRY(pair_in_order(data, &pairs, err));
  if (pairs.count == 0) {
    (void)lip_limit_refuse(finding, "all values are equal");
    goto done;
  }
  TRY(prove(job, data, where, &pairs, false, &in_order, err));
  if (job->options->optimise) {
    TRY(lip_pair_weights_find(data, job->class.k, job->options->time_limit, &best, control, err));
    if (impossible(&best))
      weighted = INFINITY;
    else
      TRY(prove(job, data, where, &best, true, &weighted, err));
  }
  finding->value = fmax(in_order, weighted);
  (void)snprintf(finding->note, sizeof finding->note,
                 weighted > 0
                     ? "%zu pairs in order say %.6g; %zu weighted ones, none more than %.6g"
                     : "%zu pairs in order say %.6g",
                 pairs.count, in_order, best.count, 1 / sqrt(best.least));
done:
  lip_pair_weights_clear(&pairs);
  lip_pair_weights_clear(&best);
  return st;
}

static lip_status run(const lip_limit_job *job, lip_limit_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *data = NULL;
  size_t *where = NULL;

  if (job->class.k == 0)
    return lip_limit_refuse(finding, job->net ? "the first layer is no matrix" : "no --k is given");
  if (job->m != 1) return lip_limit_refuse(finding, "for one output; there are %zu", job->m);
  where = lip_alloc(job->n, sizeof *where);
  if (!where) FAIL(LIP_ENOMEM, "%zu points", job->n);
  TRY(collect(job, &data, where, err));
  if (!data) {
    (void)lip_limit_refuse(finding, "fewer than two points lie in the domain");
    goto done;
  }
  TRY(weigh(job, data, where, finding, control, err));
  finding->within = contains_ball(job->domain, job->radius);
  (void)snprintf(finding->domain, sizeof finding->domain, "ball:%.17g", job->radius);
done:
  lip_dataset_free(data);
  lip_free(where);
  return st;
}

const lip_limit_kind lip_limit_rank = {
    "rank", "two-layer paper, Theorem 4 (theory.md B10; derived: docs/theory.md)",
    "g(Px), P of rank k, any g", LIP_LIMITS_CONSTANT, run};
