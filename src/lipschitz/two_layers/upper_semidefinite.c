/* upper_semidefinite.c - the semidefinite relaxation of all slopes that neurons may have:
   LipSDP-Neuron, for one output the sign relaxation.

   The multipliers of lipschitz/two_layers/multipliers.h for the slopes of each neuron on the whole
   domain; around data for each ball that the plain bound |M| + sum r_l |A_l| |w_l| leaves above the
   largest bound found, from the largest plain bound on. The proof is the test of
   certificate/two_layers/slope_box.h. Fazlyab, Robey, Hassani, Morari and Pappas, NeurIPS 2019,
   arXiv 1906.04893. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"
#include "lipschitz/two_layers/multipliers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The wanted accuracy: more than is needed costs little where there are few weights. */
static const double FEW_WEIGHTS = 2e6, FINE = 1e-7, MANY_WEIGHTS = 2e7, COARSE = 1e-4,
                    COARSEST = 1e-3;
static const double SPARE = 1e-9;

static bool applies(const lip_problem *problem)
{
  return problem->claim && problem->claim->norm == LIP_NORM_2 &&
         lip_problem_slope_is_bounded(problem);
}

static double accuracy_for(double weights)
{
  return weights <= FEW_WEIGHTS ? FINE : weights <= MANY_WEIGHTS ? COARSE : COARSEST;
}

/* Keeps the outputs' part of the test, S = I - B T^-1 B', away from singular, where rounding could
   not be told from it: S >= SPARE, for a bound that grows by half of that, relative. */
static double spare_outputs(size_t k, double *tau, double value)
{
  for (size_t l = 0; l < k; l++) tau[l] *= 1 + SPARE;
  return value * (1 + SPARE / 2);
}

/* A ball of a domain around data. */
typedef struct ball {
  size_t index;
  double plain, own; /* bounds; own: by multipliers */
} ball;

static int largest_first(const void *left, const void *right)
{
  const ball *a = left, *b = right;

  return a->plain < b->plain ? 1 : a->plain > b->plain ? -1 : a->index < b->index ? -1 : 1;
}

static int by_index(const void *left, const void *right)
{
  const ball *a = left, *b = right;

  return a->index < b->index ? -1 : a->index > b->index;
}

/* |M|_F + sum r_l |A_l| |w_l| with the slopes low, high; weight_l = |A_l| |w_l|.
   C  scratch  m x k;  M  scratch  m x d */
static double plain_bound(const lip_claim *claim, const double *low, const double *high,
                          const double *weight, double *C, double *M)
{
  size_t k = claim->k, d = claim->d, m = claim->m;
  double sum = 0;

  for (size_t l = 0; l < k; l++) {
    sum += (high[l] - low[l]) / 2 * weight[l];
    for (size_t i = 0; i < m; i++) C[i * k + l] = claim->A[i * k + l] * ((low[l] + high[l]) / 2);
  }
  lip_dgemm(false, false, m, d, k, 1, C, k, claim->W, d, 0, M, d);
  return ldexp(sum + lip_norm(m * d, M), claim->W_exponent + claim->A_exponent);
}

typedef struct balls {
  const lip_claim *claim;
  size_t count;
  ball *ball; /* owned, with what follows */
  double *low, *high, *weight, *C, *M;
} balls;

static void balls_clear(balls *b)
{
  lip_free(b->ball);
  lip_free(b->low);
  lip_free(b->M);
}

static lip_status balls_create(const lip_claim *claim, balls *b, lip_error *err)
{
  size_t k = claim->k, m = claim->m;

  *b = (balls){.claim = claim, .count = claim->domain.count};
  b->ball = lip_alloc(b->count, sizeof *b->ball);
  b->low = lip_alloc(3 + m, k * sizeof *b->low);
  b->M = lip_alloc(m, claim->d * sizeof *b->M);
  if (!b->ball || !b->low || !b->M) return lip_fail(err, LIP_ENOMEM, "%zu balls", b->count);
  b->high = b->low + k;
  b->weight = b->high + k;
  b->C = b->weight + k;
  for (size_t l = 0; l < k; l++) {
    double squares = 0;

    for (size_t i = 0; i < m; i++) squares += claim->A[i * k + l] * claim->A[i * k + l];
    b->weight[l] = sqrt(squares) * lip_norm(claim->d, claim->W + l * claim->d);
  }
  return LIP_OK;
}

/* The multipliers of the balls asked, as arrays in the order of the balls.
   tau  in  asked x k, in the order of b->ball, whose `plain` holds that place */
static lip_status propose_balls(balls *b, size_t asked, const double *tau, lip_finding *finding,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = b->claim->k;
  double *index, *multipliers;

  finding->proof.kind = &lip_proof_multipliers;
  if (asked == 0) goto done;
  TRY(lip_proof_add(&finding->proof, "ball", 1, &asked, &index, err));
  TRY(lip_proof_add(&finding->proof, "multipliers", 2, (size_t[]){asked, k}, &multipliers, err));
  for (size_t i = 0; i < asked; i++) b->ball[i].plain = (double)i;
  qsort(b->ball, asked, sizeof *b->ball, by_index);
  for (size_t i = 0; i < asked; i++) {
    index[i] = (double)b->ball[i].index;
    memcpy(multipliers + i * k, tau + (size_t)b->ball[i].plain * k, k * sizeof *tau);
  }
done:
  return st;
}

static lip_status run_around_data(const lip_problem *problem, lip_finding *finding,
                                  const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->claim;
  size_t k = claim->k, asked = 0;
  lip_multipliers_goal goal = {FINE, 0, INFINITY};
  lip_multipliers *solver = NULL;
  double *tau = NULL, best = 0;
  balls b = {.count = 0};

  TRY(balls_create(claim, &b, err));
  TRY(lip_multipliers_create(claim, &solver, err));
  for (size_t i = 0; i < b.count; i++) {
    if (lip_stopped(control)) goto done;
    lip_claim_slopes(claim, i, b.low, b.high);
    b.ball[i] = (ball){i, plain_bound(claim, b.low, b.high, b.weight, b.C, b.M), 0};
  }
  qsort(b.ball, b.count, sizeof *b.ball, largest_first);
  tau = lip_alloc_zero(b.count, k * sizeof *tau);
  if (!tau) FAIL(LIP_ENOMEM, "multipliers of %zu balls", b.count);
  while (asked < b.count && b.ball[asked].plain > best) {
    ball *own = &b.ball[asked];

    lip_claim_slopes(claim, own->index, b.low, b.high);
    st = lip_multipliers_find(solver, b.low, b.high, goal, false, tau + asked * k, &own->own, NULL,
                              control, err);
    if (st == LIP_EINTERRUPT || lip_stopped(control)) break;
    TRY(st);
    own->own = spare_outputs(k, tau + asked * k, own->own);
    if (!(own->own < own->plain)) break; /* nothing gained: this ball and the rest stay plain */
    best = fmax(best, own->own);
    asked++;
    lip_tell(control, (double)asked / (double)b.count);
  }
  st = LIP_OK;
  if (asked < b.count) best = fmax(best, b.ball[asked].plain);
  TRY(propose_balls(&b, asked, tau, finding, err));
  finding->value = best;
  finding->found = isfinite(best);
done:
  lip_free(tau);
  lip_multipliers_free(solver);
  balls_clear(&b);
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  const lip_claim *claim = problem->claim;
  double weights = (double)claim->k * (double)claim->d;
  lip_multipliers_goal goal = {accuracy_for(weights), 0, INFINITY};
  double *low = lip_alloc(claim->k, sizeof *low), *high = lip_alloc(claim->k, sizeof *high);
  double *tau = NULL, value;
  lip_multipliers *solver = NULL;
  lip_proof proof = {.kind = &lip_proof_multipliers};
  lip_status st = LIP_OK;

  (void)steepest;
  if (claim->domain.kind == LIP_AROUND_DATA) {
    st = run_around_data(problem, finding, control, err);
    goto done;
  }
  if (!low || !high) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", claim->k);
  lip_claim_slopes(claim, 0, low, high);
  TRY(lip_multipliers_create(claim, &solver, err));
  TRY(lip_proof_add(&proof, "multipliers", 1, &claim->k, &tau, err));
  st = lip_multipliers_find(solver, low, high, goal, false, tau, &value, NULL, control, err);
  if (st == LIP_EINTERRUPT)
    st = LIP_OK;
  else if (st == LIP_OK && isfinite(value)) {
    finding->found = true;
    finding->value = spare_outputs(claim->k, tau, value);
    finding->proof = proof;
    proof = (lip_proof){.kind = NULL};
  }
done:
  lip_proof_clear(&proof);
  lip_multipliers_free(solver);
  lip_free(low);
  lip_free(high);
  return st;
}

const lip_method lip_upper_semidefinite = {
    "semidefinite", "LipSDP-Neuron, arXiv 1906.04893; for one output the sign relaxation", applies,
    run};
