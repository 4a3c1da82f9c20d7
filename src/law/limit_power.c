/* limit_power.c - forms of degree p: how large a tensor has to be (Theorem 5).

   f(x) = sum a_l (w_l.x)^p = <T, x^p>. For weights v on the points and Omega = sum v_i x_i^p,

     sum v_i f(x_i) = <T, Omega> <= |T|_op |Omega|_nuclear,

   and the nuclear norm is at most d^(p-1) |Omega|_op (Lemma 3); what is used here is what stands
   between the two in that lemma's proof, sqrt(d^(p-1)) |Omega|_F, which is never more, and sum
   |v_i| |x_i|^p. On the ball of radius R the constant of f is p R^(p-1) |T|_op: T is symmetric, so
   a unit x has |<T, x^p>| = |T|_op (Banach), and there x.grad f = p f. Source: Bubeck, Li, Nagaraj,
   Theorem 5 (B11). cost  n^2 d, for p = 2 n d^2 + d^3 */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"

#include <stdio.h>
#include <string.h>

enum { MOST_SOLVED = 2000 };

static lip_status by_weights(const lip_limit_job *job, const double *v, size_t p, double *norm,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  double sum = lip_limit_sum_down(job, v), bound;

  TRY(lip_limit_nuclear_up(job->n, job->d, job->X, v, p, &bound, err));
  if (sum > 0 && bound > 0 && isfinite(bound)) *norm = fmax(*norm, lip_div_down(sum, bound));
done:
  return st;
}

/* Weights with which Omega is (nearly) the least tensor in Frobenius norm through the values: those
   that prove most where that norm stands for the nuclear one. v in/out. False: none were found. */
static lip_status solve(const lip_limit_job *job, size_t p, double *v, bool *found, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = job->n;
  double *K = NULL;

  *found = false;
  if (n > MOST_SOLVED) goto done;
  K = lip_alloc(n, n * sizeof *K);
  if (!K) FAIL(LIP_ENOMEM, "a matrix of order %zu", n);
  lip_dgemm(false, true, n, n, job->d, 1, job->X, job->d, job->X, job->d, 0, K, n);
  for (size_t i = 0; i < n * n; i++) {
    double g = K[i], power = g;

    for (size_t q = 1; q < p; q++) power *= g;
    K[i] = power;
  }
  for (size_t i = 0; i < n; i++) K[i * n + i] *= 1 + 1e-10;
  if (!lip_cholesky(n, K)) goto done;
  lip_cholesky_solve(n, K, 1, v);
  *found = true;
  for (size_t i = 0; i < n; i++) *found &= isfinite(v[i]) != 0;
done:
  lip_free(K);
  return st;
}

/* |f(x_i)| <= |T|_op |x_i|^p at the best point; v is used up. */
static double by_point(const lip_limit_job *job, size_t p, double *v)
{
  double most = -1, best_power = 1, least;
  size_t best = 0;

  for (size_t i = 0; i < job->n; i++) {
    double length = lip_interval_norm(job->d, job->X + i * job->d).high, power = 1;

    for (size_t q = 0; q < p; q++) power = lip_mul_up(power, length);
    if (!(fabs(v[i]) > most * power) || !(power > 0)) continue;
    most = fabs(v[i]) / power;
    best_power = power;
    best = i;
  }
  least = v[best] < 0 ? -1 : 1;
  memset(v, 0, job->n * sizeof *v);
  v[best] = least;
  least = lip_limit_sum_down(job, v);
  return least > 0 ? lip_div_down(least, best_power) : 0;
}

static lip_status run(const lip_limit_job *job, lip_limit_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t p = lip_limit_degree(job);
  double *v = NULL, norm = 0, first, radius, scale;
  bool found;

  (void)control;
  if (p == 0) return lip_limit_refuse(finding, "the activation is no power");
  if (job->class.biased) return lip_limit_refuse(finding, "the neurons have biases");
  if (job->m != 1) return lip_limit_refuse(finding, "for one output; there are %zu", job->m);
  if (job->domain.kind == LIP_ON_SPHERE)
    return lip_limit_refuse(finding, "on a sphere a large tensor may have a small constant");
  v = lip_alloc(job->n, sizeof *v);
  if (!v) FAIL(LIP_ENOMEM, "%zu weights", job->n);
  lip_limit_middles(job, v);
  TRY(by_weights(job, v, p, &norm, err));
  first = norm;
  if (job->options->optimise) {
    TRY(solve(job, p, v, &found, err));
    if (found) TRY(by_weights(job, v, p, &norm, err));
  }
  lip_limit_middles(job, v);
  norm = fmax(norm, by_point(job, p, v));
  radius = lip_limit_ball(job, finding);
  scale = (double)p;
  for (size_t q = 1; q < p; q++) scale = lip_mul_down(scale, radius);
  finding->value = fmax(0, lip_mul_down(scale, norm));
  (void)snprintf(finding->note, sizeof finding->note,
                 "degree %zu, |T| is at least %.6g; by weights f alone %.6g", p, norm, first);
done:
  lip_free(v);
  return st;
}

const lip_limit_kind lip_limit_power = {
    "power", "two-layer paper, Theorem 5 (theory.md B11; derived: docs/theory.md)",
    "forms of degree p, sum of a (w.x)^p", LIP_LIMITS_CONSTANT, run};
