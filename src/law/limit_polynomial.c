/* limit_polynomial.c - polynomial activations of degree p, with biases (Theorem 6).

   f = sum over q <= p of <T_q, x^q>. For weights v with sum 0 and Omega_q = sum v_i x_i^q

     sum v_i f(x_i) = sum over q >= 1 of <T_q, Omega_q> <= sum |T_q|_op |Omega_q|_nuclear,

   and on the ball of radius R, where the constant is L, |T_q|_op <= L / (F_q R^(q-1)) with V. A.
   Markov's factors F_q (markov.h): t -> f(tv) has a slope of at most L on [-R, R]. So

     L >= sum v_i f(x_i) / sum over q of |Omega_q|_nuclear / (F_q R^(q-1)).

   Of a network the T_q are known (the binomial formula), and so is each <T_q, Omega_q>: the best L
   >= F_q R^(q-1) <T_q, Omega_q> / |Omega_q|_nuclear is a limit too. The paper's step max |P'| >= q!
   |T_q| is false (theory.md's errata). Source: Bubeck, Li, Nagaraj, Theorem 6 (B12). cost  n^2 d p
   for p > 2; n k (d + p) for the expansion */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "law/markov.h"
#include "linalg/vector.h"

#include <stdio.h>

enum { MOST_DEGREE = 20 };
static const double MOST_TERMS = 3e7; /* n k p, for the expansion in interval arithmetic */

/* C(p, q), exact in these degrees. */
static double binomial(size_t p, size_t q)
{
  double value = 1;

  for (size_t i = 1; i <= q; i++) value = value * (double)(p - q + i) / (double)i;
  return value;
}

/* Adds v a C(p, q) b^(p-q) z^q to each sum[q]. */
static void expand_neuron(size_t p, double v, double a, double b, lip_interval z, lip_interval *sum)
{
  lip_interval power[MOST_DEGREE + 1], factor = lip_interval_of(1);

  power[0] = factor;
  for (size_t q = 1; q <= p; q++) power[q] = lip_interval_mul(power[q - 1], z);
  factor = lip_interval_mul(lip_interval_of(v), lip_interval_of(a));
  for (size_t q = p + 1; q-- > 0;) {
    lip_interval term = lip_interval_mul(factor, power[q]);

    sum[q] = lip_interval_add(sum[q], lip_interval_mul(term, lip_interval_of(binomial(p, q))));
    factor = lip_interval_mul(factor, lip_interval_of(b)); /* b^(p-q) of the next q */
  }
}

/* <T_q, Omega_q> for q = 0 ... p. */
static void expand(const lip_limit_job *job, size_t p, const double *v, lip_interval *sum)
{
  const lip_layer *first = &job->net->layer[0], *last = &job->net->layer[1];

  for (size_t q = 0; q <= p; q++) sum[q] = lip_interval_of(0);
  for (size_t i = 0; i < job->n; i++)
    for (size_t l = 0; l < first->out; l++)
      expand_neuron(p, v[i], last->W[l], first->b ? first->b[l] : 0,
                    lip_interval_dot(job->d, first->W + l * job->d, job->X + i * job->d), sum);
  for (size_t i = 0; last->b && i < job->n; i++)
    sum[0] = lip_interval_add(sum[0],
                              lip_interval_mul(lip_interval_of(v[i]), lip_interval_of(last->b[0])));
}

/* F_q R^(q-1), rounded down. */
static double reach(size_t p, size_t q, double radius)
{
  double value = lip_down(markov_factor((int)p, (int)q));

  for (size_t i = 1; i < q; i++) value = lip_mul_down(value, radius);
  return fmax(value, 0);
}

/* The best of the single degrees, for a network; and in words which one. */
static double by_degree(const lip_limit_job *job, size_t p, const double *v, const double *nuclear,
                        double radius, lip_limit_finding *finding)
{
  lip_interval sum[MOST_DEGREE + 1];
  double best = 0, total = 0;
  size_t fires = 0, used;

  expand(job, p, v, sum);
  for (size_t q = 0; q <= p; q++) {
    double size = fmax(sum[q].low, -sum[q].high), value;

    total += sum[q].low / 2 + sum[q].high / 2;
    if (q == 0 || !(size > 0) || !(nuclear[q] > 0)) continue;
    value = lip_mul_down(reach(p, q, radius), lip_div_down(size, nuclear[q]));
    if (value > best) {
      best = value;
      fires = q;
    }
  }
  used = (size_t)snprintf(finding->note, sizeof finding->note,
                          "degree %zu fires; <T_q,Omega_q> =", fires);
  for (size_t q = 0; q <= p && used + 24 < sizeof finding->note; q++)
    used += (size_t)snprintf(finding->note + used, sizeof finding->note - used, " %.6g",
                             sum[q].low / 2 + sum[q].high / 2);
  if (used + 40 < sizeof finding->note)
    (void)snprintf(finding->note + used, sizeof finding->note - used, ", sum %.10g", total);
  return best;
}

static lip_status run(const lip_limit_job *job, lip_limit_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t p = lip_limit_degree(job);
  double *v = NULL, nuclear[MOST_DEGREE + 1], sum, bound = 0, radius, largest;

  (void)control;
  if (p == 0) return lip_limit_refuse(finding, "the activation is no power");
  if (p > MOST_DEGREE) return lip_limit_refuse(finding, "for degrees up to %d", MOST_DEGREE);
  if (job->m != 1) return lip_limit_refuse(finding, "for one output; there are %zu", job->m);
  if (job->domain.kind == LIP_ON_SPHERE)
    return lip_limit_refuse(finding, "on a sphere degrees cannot be told apart");
  v = lip_alloc(job->n, sizeof *v);
  if (!v) FAIL(LIP_ENOMEM, "%zu weights", job->n);
  if (!lip_limit_balanced(job, v)) {
    (void)lip_limit_refuse(finding, "all values are equal");
    goto done;
  }
  largest = lip_largest(job->n, v);
  radius = lip_limit_ball(job, finding);
  for (size_t q = 1; q <= p; q++) {
    TRY(lip_limit_nuclear_up(job->n, job->d, job->X, v, q, &nuclear[q], err));
    bound = lip_add_up(bound, lip_div_up(nuclear[q], reach(p, q, radius)));
  }
  sum = lip_limit_sum_down(job, v);
  finding->value = sum > 0 && bound > 0 ? fmax(0, lip_div_down(sum, bound)) : 0;
  (void)snprintf(finding->note, sizeof finding->note, "degree %zu, on balanced weights", p);
  if (job->net && (double)job->n * (double)job->net->layer[0].out * (double)p <= MOST_TERMS) {
    for (size_t i = 0; i < job->n; i++) v[i] /= largest; /* so that the sum reads like n */
    for (size_t q = 1; q <= p; q++)
      TRY(lip_limit_nuclear_up(job->n, job->d, job->X, v, q, &nuclear[q], err));
    finding->value = fmax(finding->value, by_degree(job, p, v, nuclear, radius, finding));
  }
done:
  lip_free(v);
  return st;
}

const lip_limit_kind lip_limit_polynomial = {
    "polynomial", "two-layer paper, Theorem 6 (theory.md B12; derived: docs/theory.md)",
    "polynomials of degree p, any sum of (w.x + b)^p", LIP_LIMITS_CONSTANT, run};
