/* limit_quadratic.c - sums of k squares: how large a matrix of rank k has to be (Theorem 7).

   f(x) = x'T x, T of rank at most k. For weights v on the points and Omega = sum v_i x_i x_i',

     sum v_i f(x_i) = <T, Omega> <= |T|_op (the k largest singular values of Omega)   (Ky Fan),

   v = y or f. On the ball of radius R the constant of f is 2 R |T|_op. On the sphere it is R
   (lambda_max
   - lambda_min) of T: at least R |T|_op for k < d, as T has the eigenvalue 0; and for every k, with
   c the middle of the spectrum, T - c I of norm spread / 2 and |c| <= |f(x_j)| / |x_j|^2 + spread /
   2 for any j,

     sum v_i f(x_i) <= (spread / 2) (sum of all singular values of Omega + |tr Omega|)
                       + |tr Omega| |f(x_j)| / |x_j|^2,

   which is best where the trace is about 0. Source: Bubeck, Li, Nagaraj, Theorem 7 (B13); docs/
   theory.md has the proofs. cost  n d^2 + d^3 */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/ky_fan.h"

#include <stdio.h>

/* |T|_op from the weights v; and what the largest singular value alone says. */
static lip_status by_rank(const lip_limit_job *job, const double *v, size_t k, double *norm,
                          double *plain, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_matrix moment = {.d = 0};
  double sum = lip_limit_sum_down(job, v), bound, largest;

  *norm = *plain = 0;
  TRY(lip_moment_matrix_create(job->n, job->d, job->X, v, 0, &moment, err));
  TRY(lip_ky_fan_up(&moment, k, true, &bound, err));
  TRY(lip_ky_fan_up(&moment, 1, true, &largest, err));
  if (sum > 0 && bound > 0) *norm = fmax(0, lip_div_down(sum, bound));
  if (sum > 0 && largest > 0) *plain = sum / ((double)k * largest);
done:
  lip_moment_matrix_clear(&moment);
  return st;
}

/* The least |f(x_j)| / |x_j|^2, rounded up; the output bias counted. */
static double least_quotient(const lip_limit_job *job)
{
  const lip_layer *last = job->net ? &job->net->layer[job->net->depth - 1] : NULL;
  double least = INFINITY, bias = last && last->b ? fabs(last->b[0]) : 0;

  for (size_t i = 0; i < job->n; i++) {
    double length = lip_interval_norm(job->d, job->X + i * job->d).low;
    double size = lip_add_up(fmax(-job->f[i].low, job->f[i].high), bias);
    double square = length > 0 ? lip_mul_down(length, length) : 0;

    if (square > 0) least = fmin(least, lip_div_up(size, square));
  }
  return least;
}

/* lambda_max - lambda_min, with weights of which the trace is about 0. */
static lip_status spread_of(const lip_limit_job *job, double *v, double *spread, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_matrix moment = {.d = 0};
  lip_interval trace = {0, 0};
  double weights[2] = {0, 0}, sum, bound, size;

  *spread = 0;
  if (!lip_limit_balanced(job, v)) goto done;
  for (size_t i = 0; i < job->n; i++) {
    double length = lip_interval_norm(job->d, job->X + i * job->d).high;

    weights[v[i] > 0] += fabs(v[i]) * length * length;
  }
  if (!(weights[0] > 0 && weights[1] > 0)) goto done;
  for (size_t i = 0; i < job->n; i++) {
    lip_interval length = lip_interval_norm(job->d, job->X + i * job->d);

    v[i] /= weights[v[i] > 0];
    length = lip_interval_mul(length, length);
    trace = lip_interval_add(trace, lip_interval_mul(lip_interval_of(v[i]), length));
  }
  TRY(lip_moment_matrix_create(job->n, job->d, job->X, v, 0, &moment, err));
  TRY(lip_ky_fan_up(&moment, job->d, true, &bound, err));
  size = fmax(-trace.low, trace.high);
  sum = lip_add_down(lip_limit_sum_down(job, v), -lip_mul_up(size, least_quotient(job)));
  bound = lip_add_up(bound, size);
  if (sum > 0 && bound > 0) *spread = fmax(0, 2 * lip_div_down(sum, bound));
done:
  lip_moment_matrix_clear(&moment);
  return st;
}

static lip_status run(const lip_limit_job *job, lip_limit_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = job->class.k > 0 && job->class.k < job->d ? job->class.k : job->d;
  double *v = NULL, norm, plain, spread = 0, radius;

  (void)control;
  if (lip_limit_degree(job) != 2)
    return lip_limit_refuse(finding,
                            job->class.known ? "the activation is no square" : "--power is not 2");
  if (job->class.biased) return lip_limit_refuse(finding, "the neurons have biases");
  if (job->m != 1) return lip_limit_refuse(finding, "for one output; there are %zu", job->m);
  v = lip_alloc(job->n, sizeof *v);
  if (!v) FAIL(LIP_ENOMEM, "%zu weights", job->n);
  lip_limit_middles(job, v);
  TRY(by_rank(job, v, k, &norm, &plain, err));
  if (job->domain.kind == LIP_ON_SPHERE && job->d > 1) {
    radius = job->domain.radius;
    TRY(spread_of(job, v, &spread, err));
    if (k < job->d) spread = fmax(spread, norm);
    finding->value = fmax(0, lip_mul_down(radius, spread));
    finding->within = true;
    (void)snprintf(finding->domain, sizeof finding->domain, "sphere:%.17g", radius);
  } else {
    radius = lip_limit_ball(job, finding);
    finding->value = fmax(0, lip_mul_down(2 * radius, norm));
  }
  (void)snprintf(finding->note, sizeof finding->note,
                 "rank %zu, |T| is at least %.6g; k |Omega| alone says %.6g", k, norm, plain);
done:
  lip_free(v);
  return st;
}

const lip_limit_kind lip_limit_quadratic = {
    "quadratic", "two-layer paper, Theorem 7 (theory.md B13; derived: docs/theory.md)",
    "sum of k squares a (w.x)^2", LIP_LIMITS_CONSTANT, run};
