/* limit_path_norm.c - homogeneous activations without biases: how large the weights have to be
   (Theorem 3 (6)).

   psi(t) = alpha t + beta |t|. For weights v on the points, R >= sup over |u| = 1 of |sum v_i
   psi(u.x_i)|,

     sum v_i f(x_i) = sum_l a_l |w_l| sum_i v_i psi(u_l.x_i) <= R sum |a_l| |w_l|,

   and sum |a_l| |w_l| <= |a| |W|_F <= sqrt(k) |a| |W|_op. For R: the two sums of |v_i| |u.x_i| over
   v_i > 0 and over v_i < 0 have opposite signs, so that only the larger one counts, and

     sum |v_i| |u.x_i| <= sqrt(sum |v_i| |x_i|) sqrt(u' (sum |v_i| x_i x_i' / |x_i|) u)    (Cauchy,
   Schwarz)

   so R <= |alpha| |sum v_i x_i| + |beta| times the larger one. No R of the order sqrt(n) can be
   proved this way: for n much larger than d the second term is n / sqrt(d) or so. Source: Bubeck,
   Li, Nagaraj, Theorem 3 (B9; derived: docs/theory.md). cost  n d^2 + d^3 */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/ky_fan.h"

#include <stdio.h>

/* alpha t + beta |t|; false: another activation. */
static bool parts(const lip_limit_job *job, double *alpha, double *beta)
{
  lip_activation psi = job->class.psi;

  *alpha = *beta = 0.5;
  if (!job->class.known) return true;
  if (!job->class.two_layer) return false;
  switch (psi.kind) {
  case LIP_RELU:
    return true;
  case LIP_LEAKY_RELU: /* rounded up in size: only sizes enter */
    *alpha = lip_add_up(fabs(psi.slope + 1) / 2, fabs(psi.slope) * 0x1p-52);
    *beta = lip_add_up(fabs(1 - psi.slope) / 2, fabs(psi.slope) * 0x1p-52);
    return true;
  case LIP_ABS:
    *alpha = 0;
    *beta = 1;
    return true;
  case LIP_IDENTITY:
    *alpha = 1;
    *beta = 0;
    return true;
  default:
    return false;
  }
}

/* sup over u of the sum of |v_i| |u.x_i| over the weights of one sign, from above. */
static lip_status one_sign(const lip_limit_job *job, const double *v, double sign, double *work,
                           double *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_matrix moment = {.d = 0};
  double sum = 0, largest;

  for (size_t i = 0; i < job->n; i++) {
    double length = lip_interval_norm(job->d, job->X + i * job->d).high;
    bool counts = v[i] * sign > 0 && length > 0;

    work[i] = counts ? lip_div_up(fabs(v[i]), length) : 0;
    if (counts) sum = lip_add_up(sum, lip_mul_up(fabs(v[i]), length));
  }
  TRY(lip_moment_matrix_create(job->n, job->d, job->X, work, 0, &moment, err));
  TRY(lip_ky_fan_up(&moment, 1, false, &largest, err));
  *bound = lip_sqrt_up(lip_mul_up(sum, largest));
done:
  lip_moment_matrix_clear(&moment);
  return st;
}

/* sum v_i f(x_i) / R from below, v = f. */
static lip_status quotient(const lip_limit_job *job, double *value, lip_limit_finding *finding,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  double alpha, beta, mean = 0, positive = 0, negative = 0, R, sum;
  double *v = lip_alloc(2 * job->n, sizeof *v);

  if (!v) FAIL(LIP_ENOMEM, "%zu weights", job->n);
  (void)parts(job, &alpha, &beta);
  lip_limit_middles(job, v);
  sum = lip_limit_sum_down(job, v);
  if (alpha > 0) TRY(lip_limit_nuclear_up(job->n, job->d, job->X, v, 1, &mean, err));
  if (beta > 0) TRY(one_sign(job, v, 1, v + job->n, &positive, err));
  if (beta > 0) TRY(one_sign(job, v, -1, v + job->n, &negative, err));
  R = lip_add_up(lip_mul_up(alpha, mean), lip_mul_up(beta, fmax(positive, negative)));
  *value = sum > 0 && R > 0 ? fmax(0, lip_div_down(sum, R)) : 0;
  (void)snprintf(finding->note, sizeof finding->note, "sum f y = %.6g, R = %.6g", sum, R);
done:
  lip_free(v);
  return st;
}

/* Of which functions the limit speaks: R is that of this activation alone. */
static const char *family(const lip_limit_job *job, bool narrow)
{
  if (!job->class.known || job->class.psi.kind == LIP_RELU)
    return narrow ? "ReLU networks of k neurons without biases"
                  : "ReLU networks without biases, any k";
  return narrow ? "networks of k neurons of this activation without biases"
                : "networks of this activation without biases, any k";
}

static const char *misfit(const lip_limit_job *job)
{
  double alpha, beta;

  if (!parts(job, &alpha, &beta)) return "the activation is not homogeneous of degree 1";
  if (job->class.biased) return "the neurons have biases";
  return job->m == 1 ? NULL : "for one output";
}

static lip_status run_path_norm(const lip_limit_job *job, lip_limit_finding *finding,
                                const lip_control *control, lip_error *err)
{
  const char *wrong = misfit(job);

  (void)control;
  if (wrong) return lip_limit_refuse(finding, "%s", wrong);
  finding->family = family(job, false);
  return quotient(job, &finding->value, finding, err);
}

static lip_status run_product(const lip_limit_job *job, lip_limit_finding *finding,
                              const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *wrong = misfit(job);
  double value;

  (void)control;
  if (wrong) return lip_limit_refuse(finding, "%s", wrong);
  if (job->class.neurons == 0) return lip_limit_refuse(finding, "no --k is given");
  finding->family = family(job, true);
  TRY(quotient(job, &value, finding, err));
  finding->value = fmax(0, lip_div_down(value, lip_sqrt_up((double)job->class.neurons)));
done:
  return st;
}

const lip_limit_kind lip_limit_path_norm = {
    "path-norm", "two-layer paper, Theorem 3 (theory.md B9; derived: docs/theory.md)",
    "networks of a t + b |t| without biases, any k", LIP_LIMITS_PATH_NORM, run_path_norm};
const lip_limit_kind lip_limit_product = {
    "product", "two-layer paper, Theorem 3 (theory.md B9; derived: docs/theory.md)",
    "the same of k neurons", LIP_LIMITS_PRODUCT, run_product};
