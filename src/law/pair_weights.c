/* pair_weights.c - which pairs of points, with which weights, prove most of functions of rank k.

   For every symmetric M with 0 <= M <= I and tr M = k, min over pairs of a'M a <= min over weights
   of the sum of the k largest eigenvalues of sum c a a': a game, whose value both sides approach.
   The sum is smoothed by the entropy of M's eigenvalues (M = 1 / (1 + exp((nu - S) / eta))), the
   weights follow its gradient a'M a by multiplicative steps, eta falls, and every now and then the
   pairs with the least a'M a of all are sought: the steepest ones of the points M^(1/2) x. */
#include "law/pair_weights.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"

#include <math.h>
#include <string.h>

enum { ROOM = 4000, FRESH = 400, STEPS = 40, ROUNDS = 60 };
static const double CARRY = 0.8;
static const double FLOOR = 1e-18; /* a weight may return */
static const double LONGEST = 1e9; /* step */
static const double ENOUGH = 1e-3; /* relative gap between the two sides of the game */

typedef struct game {
  const lip_dataset *data;
  size_t d, k, count;
  size_t *i, *j;
  double *a;          /* ROOM x d */
  double *drift;      /* ROOM: how the logarithms of the weights moved last */
  double *q, *trial;  /* ROOM each: weights, sum 1 */
  double *g;          /* ROOM: a'M a */
  double *B;          /* ROOM x d: scratch */
  double *V, *values; /* d x d, d: eigenvectors of S in rows */
  double *C;          /* rows x d: C'C = M */
  size_t rows;
  double eta, smooth, sum;
  double *best, least; /* ROOM: the best weights; the best other side */
  size_t best_count;
  double best_sum;
} game;

static void game_clear(game *p)
{
  lip_free(p->i);
  lip_free(p->j);
  lip_free(p->a);
  lip_free(p->q);
  lip_free(p->trial);
  lip_free(p->drift);
  lip_free(p->g);
  lip_free(p->B);
  lip_free(p->V);
  lip_free(p->values);
  lip_free(p->C);
  lip_free(p->best);
}

static lip_status game_create(const lip_dataset *data, size_t k, game *p, lip_error *err)
{
  size_t d = data->d;

  *p = (game){.data = data, .d = d, .k = k < d ? k : d, .best_sum = INFINITY};
  p->i = lip_alloc(ROOM, sizeof *p->i);
  p->j = lip_alloc(ROOM, sizeof *p->j);
  p->a = lip_alloc(ROOM, d * sizeof *p->a);
  p->q = lip_alloc(ROOM, sizeof *p->q);
  p->trial = lip_alloc(ROOM, sizeof *p->trial);
  p->g = lip_alloc(ROOM, sizeof *p->g);
  p->drift = lip_alloc_zero(ROOM, sizeof *p->drift);
  p->B = lip_alloc(ROOM, d * sizeof *p->B);
  p->V = lip_alloc(d, d * sizeof *p->V);
  p->values = lip_alloc(2 * d, sizeof *p->values);
  p->C = lip_alloc(d, d * sizeof *p->C);
  p->best = lip_alloc_zero(ROOM, sizeof *p->best);
  if (p->i && p->j && p->a && p->q && p->trial && p->drift && p->g && p->B && p->V && p->values &&
      p->C && p->best)
    return LIP_OK;
  return lip_fail(err, LIP_ENOMEM, "%d pairs in %zu dimensions", ROOM, d);
}

/* Adds a pair of different labels that is not there yet. */
static void add(game *p, size_t i, size_t j, double weight)
{
  const double *x = p->data->X + i * p->d, *y = p->data->X + j * p->d;
  double rise = p->data->y[i] - p->data->y[j], *a = p->a + p->count * p->d;

  if (p->count == ROOM || rise == 0) return;
  for (size_t e = 0; e < p->count; e++)
    if (p->i[e] == i && p->j[e] == j) return;
  for (size_t l = 0; l < p->d; l++) {
    a[l] = (x[l] - y[l]) / rise;
    if (!isfinite(a[l])) return;
  }
  p->i[p->count] = i;
  p->j[p->count] = j;
  p->q[p->count++] = weight;
}

/* The share of eigenvalue t in M. */
static double share(double t, double nu, double eta)
{
  double s = (t - nu) / eta;

  return s > 0 ? 1 / (1 + exp(-s)) : exp(s) / (1 + exp(s));
}

/* nu with shares that sum to k. */
static double level(const game *p)
{
  double low = p->values[0] - 40 * p->eta, high = p->values[p->d - 1] + 40 * p->eta;

  for (int step = 0; step < 100; step++) {
    double nu = (low + high) / 2, sum = 0;

    for (size_t l = 0; l < p->d; l++) sum += share(p->values[l], nu, p->eta);
    if (sum > (double)p->k)
      low = nu;
    else
      high = nu;
  }
  return (low + high) / 2;
}

static double entropy(double s)
{
  return s > 0 && s < 1 ? -s * log(s) - (1 - s) * log(1 - s) : 0;
}

/* The smoothed sum at the weights q, its M and, where `gradient`, a'M a. */
static lip_status evaluate(game *p, const double *q, bool gradient, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = p->d;
  double nu = 0;

  for (size_t e = 0; e < p->count; e++)
    for (size_t l = 0; l < d; l++) p->B[e * d + l] = sqrt(q[e]) * p->a[e * d + l];
  lip_dsyrk(true, d, p->count, 1, p->B, d, 0, p->V, d);
  TRY(lip_symmetric_eigen(d, p->V, p->values, true, err));
  p->sum = p->smooth = 0;
  for (size_t l = d - p->k; l < d; l++) p->sum += p->values[l];
  if (p->k < d) nu = level(p);
  p->rows = 0;
  for (size_t l = 0; l < d; l++) {
    double s = p->k < d ? share(p->values[l], nu, p->eta) : 1, root = sqrt(s);

    p->smooth += s * p->values[l] + p->eta * entropy(s);
    if (s < 1e-7) continue;
    for (size_t c = 0; c < d; c++) p->C[p->rows * d + c] = root * p->V[l * d + c];
    p->rows++;
  }
  if (!gradient) goto done;
  lip_dgemm(false, true, p->count, p->rows, d, 1, p->a, d, p->C, d, 0, p->B, p->rows);
  for (size_t e = 0; e < p->count; e++) {
    p->g[e] = 0;
    for (size_t l = 0; l < p->rows; l++) p->g[e] += p->B[e * p->rows + l] * p->B[e * p->rows + l];
  }
done:
  return st;
}

static void keep_best(game *p, const double *q)
{
  if (!(p->sum < p->best_sum)) return;
  p->best_sum = p->sum;
  p->best_count = p->count;
  memcpy(p->best, q, p->count * sizeof *q);
}

/* The trial: a multiplicative step from q, carried on in the direction of the last one. */
static void advance(game *p, double step)
{
  double total = 0, least = INFINITY;

  for (size_t e = 0; e < p->count; e++) least = fmin(least, p->g[e]);
  for (size_t e = 0; e < p->count; e++) {
    double move = CARRY * p->drift[e] - step * (p->g[e] - least) / p->smooth;

    p->trial[e] = fmax(p->q[e] * exp(fmin(move, 50)), FLOOR);
    total += p->trial[e];
  }
  for (size_t e = 0; e < p->count; e++) p->trial[e] /= total;
}

/* Steps at one eta; one that climbs is taken back, and the next one is shorter. */
static lip_status descend(game *p, double *step, double until, lip_error *err)
{
  lip_status st = LIP_OK;
  double before;

  memset(p->drift, 0, p->count * sizeof *p->drift);
  TRY(evaluate(p, p->q, true, err));
  for (int t = 0; t < STEPS && lip_seconds() < until; t++) {
    before = p->smooth;
    advance(p, *step);
    TRY(evaluate(p, p->trial, true, err));
    keep_best(p, p->trial);
    if (p->smooth <= before) {
      for (size_t e = 0; e < p->count; e++) p->drift[e] = log(p->trial[e] / p->q[e]);
      memcpy(p->q, p->trial, p->count * sizeof *p->q);
      *step = fmin(*step * 1.2, LONGEST);
    } else {
      *step /= 2;
      memset(p->drift, 0, p->count * sizeof *p->drift);
      TRY(evaluate(p, p->q, true, err));
    }
  }
done:
  return st;
}

/* The pairs with the least a'M a of all, and that least value. */
static lip_status seek(game *p, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *seen = NULL;
  lip_pair *pairs = lip_alloc(FRESH, sizeof *pairs);
  size_t count = 0, n = p->data->n;
  double value;

  if (!pairs) FAIL(LIP_ENOMEM, "%d pairs", FRESH);
  TRY(lip_dataset_create(n, p->rows, 1, &seen, err));
  lip_dgemm(false, true, n, p->rows, p->d, 1, p->data->X, p->d, p->C, p->d, 0, seen->X, p->rows);
  memcpy(seen->y, p->data->y, n * sizeof *seen->y);
  TRY(lip_smallest_constant(seen, FRESH, pairs, &count, &value, control, err));
  if (value > 0) p->least = fmax(p->least, 1 / (value * value));
  for (size_t c = 0; c < count; c++) add(p, pairs[c].i, pairs[c].j, 1 / (double)ROOM);
done:
  lip_dataset_free(seen);
  lip_free(pairs);
  return st;
}

static void normalise(size_t count, double *q)
{
  double total = 0;

  for (size_t e = 0; e < count; e++) total += q[e];
  for (size_t e = 0; e < count; e++) q[e] /= total;
}

/* Pairs of little weight make room. */
static void forget(game *p)
{
  size_t kept = 0, target = ROOM - FRESH;
  double below = 1e-9;

  while (p->count > target && kept != p->count) {
    kept = 0;
    for (size_t e = 0; e < p->count; e++) {
      if (p->q[e] < below) continue;
      p->i[kept] = p->i[e];
      p->j[kept] = p->j[e];
      p->q[kept] = p->q[e];
      p->best[kept] = e < p->best_count ? p->best[e] : 0;
      memmove(p->a + kept * p->d, p->a + e * p->d, p->d * sizeof *p->a);
      kept++;
    }
    p->best_count = kept < p->best_count ? kept : p->best_count;
    p->count = kept;
    kept = 0;
    below *= 10;
  }
}

/* Where to start: the steepest pairs of all, and points paired by their order. */
static lip_status start(game *p, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = 0, n = p->data->n, last = 0;
  lip_pair *pairs = lip_alloc(FRESH, sizeof *pairs);
  double value, low = INFINITY, high = -INFINITY;

  if (!pairs) FAIL(LIP_ENOMEM, "%d pairs", FRESH);
  TRY(lip_smallest_constant(p->data, FRESH, pairs, &count, &value, control, err));
  for (size_t c = 0; c < count; c++) add(p, pairs[c].i, pairs[c].j, 1);
  if (isinf(value)) { /* the first pair alone says that no function is steep enough */
    p->best[0] = 1;
    p->best_count = 1;
    p->best_sum = 0;
    goto done;
  }
  if (value > 0) { /* the first pair alone says L* */
    p->best[0] = 1;
    p->best_count = 1;
    p->best_sum = 1 / (value * value);
  }
  for (size_t i = 0; i < n; i++) {
    low = fmin(low, p->data->y[i]);
    high = fmax(high, p->data->y[i]);
  }
  for (size_t i = 1; i < n && p->count < ROOM / 2; i++)
    if (fabs(p->data->y[i] - p->data->y[last]) > high / 4 - low / 4) {
      add(p, last, i, 1);
      last = i;
    }
  normalise(p->count, p->q);
done:
  lip_free(pairs);
  return st;
}

static lip_status hand_over(const game *p, lip_pair_weights *pairs, lip_error *err)
{
  lip_pair_weights made = {.sum = p->best_sum, .least = p->least};

  made.i = lip_alloc(p->best_count, sizeof *made.i);
  made.j = lip_alloc(p->best_count, sizeof *made.j);
  made.weight = lip_alloc(p->best_count, sizeof *made.weight);
  if (!made.i || !made.j || !made.weight) {
    lip_pair_weights_clear(&made);
    return lip_fail(err, LIP_ENOMEM, "%zu pairs", p->best_count);
  }
  for (size_t e = 0; e < p->best_count; e++) {
    if (!(p->best[e] > 1e-9)) continue;
    made.i[made.count] = p->i[e];
    made.j[made.count] = p->j[e];
    made.weight[made.count++] = p->best[e];
  }
  *pairs = made;
  return LIP_OK;
}

lip_status lip_pair_weights_find(const lip_dataset *data, size_t k, double seconds,
                                 lip_pair_weights *pairs, const lip_control *control,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  game p;
  double step = 1, until = lip_seconds() + seconds;

  TRY(game_create(data, k, &p, err));
  TRY(start(&p, control, err));
  if (p.best_sum > 0) TRY(evaluate(&p, p.q, false, err));
  keep_best(&p, p.q);
  p.eta = 0.3 * p.sum / (double)p.k;
  for (int round = 0; round < ROUNDS && p.best_sum > 0 && lip_seconds() < until; round++) {
    TRY(descend(&p, &step, until, err));
    TRY(seek(&p, control, err));
    if (p.best_sum - p.least <= ENOUGH * p.best_sum) break;
    forget(&p);
    normalise(p.count, p.q);
    p.eta = fmax(p.eta * 0.8, 5e-3 * p.sum / (double)p.k);
    step = fmax(step, 0.1);
  }
  TRY(hand_over(&p, pairs, err));
done:
  game_clear(&p);
  return st;
}

void lip_pair_weights_clear(lip_pair_weights *pairs)
{
  lip_free(pairs->i);
  lip_free(pairs->j);
  lip_free(pairs->weight);
  *pairs = (lip_pair_weights){.count = 0};
}
