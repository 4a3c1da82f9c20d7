/* polarised.c - a form of degree p as a sum of p-th powers (two-layer paper, Lemma 2; theory.md
   B16).

   With T = sum_i alpha_i x_i^(tensor p), f(x) = sum_J m_J x_j1 ... x_j(p-1) (T_J.x) over sorted J =
   (j1 <= ... <= j(p-1)), m_J the number of its orders and T_J = sum_i alpha_i x_ij1 ... x_ij(p-1)
   x_i; and each product of p linear forms is

       z_1 ... z_p = 1 / (2^(p-1) p!) sum over signs e of e_1 ... e_(p-1) (e_1 z_1 + ... + e_(p-1)
                     z_(p-1) + z_p)^p.

   Where an index stands r times in J, its signs sum to r - 2t in C(r, t) ways: r + 1 neurons for it
   in place of 2^r.
   cost    2 n d monomials(d, p - 1) flops
   limits  the terms cancel: about 2^p times the rounding of f */
#include "construct/tensor_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { MOST_POWER = 16, BLOCK = 128, CHUNK = 256 };

static const double most_bytes = 2147483648.0;

/* A monomial of degree q = p - 1: its variables, each with how often it stands. */
typedef struct monomial {
  size_t variables, variable[MOST_POWER], often[MOST_POWER];
} monomial;

static monomial collect(size_t q, const size_t *sorted)
{
  monomial of = {0};

  for (size_t s = 0; s < q; s++)
    if (s > 0 && sorted[s] == sorted[s - 1]) {
      of.often[of.variables - 1]++;
    } else {
      of.variable[of.variables] = sorted[s];
      of.often[of.variables++] = 1;
    }
  return of;
}

/* The next sorted tuple; false after the last one. */
static bool next(size_t d, size_t q, size_t *sorted)
{
  size_t s = q;

  while (s > 0 && sorted[s - 1] == d - 1) s--;
  if (s == 0) return false;
  sorted[s - 1]++;
  for (size_t t = s; t < q; t++) sorted[t] = sorted[s - 1];
  return true;
}

static double factorial(size_t r)
{
  double product = 1;

  for (size_t s = 2; s <= r; s++) product *= (double)s;
  return product;
}

static double binomial(size_t r, size_t t)
{
  return round(factorial(r) / (factorial(t) * factorial(r - t)));
}

static size_t neurons_of(const monomial *of)
{
  size_t product = 1;

  for (size_t c = 0; c < of->variables; c++) product *= of->often[c] + 1;
  return product;
}

/* How many neurons all monomials take: the coefficient of t^q in (sum_r (r + 1) t^r)^d, which is
   (1 - t)^(-2d), so C(2d + q - 1, q). */
static double neurons_of_all(size_t d, size_t q)
{
  return lip_monomials(2 * d, q);
}

/* The neurons of one monomial: rows of W and entries of a. T is T_J of length > 0. */
static void write_neurons(size_t d, size_t p, const monomial *of, const double *T, double *W,
                          double *a)
{
  double length = lip_norm(d, T), orders = factorial(p - 1);
  size_t count = neurons_of(of);

  for (size_t c = 0; c < of->variables; c++) orders /= factorial(of->often[c]);
  for (size_t s = 0; s < count; s++, W += d) {
    double weight = orders * length / (ldexp(1, (int)p - 1) * factorial(p));
    size_t rest = s;

    for (size_t j = 0; j < d; j++) W[j] = T[j] / length;
    for (size_t c = 0; c < of->variables; c++) {
      size_t r = of->often[c], t = rest % (r + 1);

      rest /= r + 1;
      W[of->variable[c]] += (double)r - 2 * (double)t;
      weight *= (t % 2 ? -1 : 1) * binomial(r, t);
    }
    a[s] = weight;
  }
}

/* T_J for the `count` monomials that begin at `sorted`, rows of T; moves `sorted` on. */
static void slices(const lip_dataset *data, const double *alpha, size_t q, size_t count,
                   size_t *sorted, monomial *of, double *values, double *T)
{
  size_t d = data->d;

  for (size_t s = 0; s < count; s++) {
    of[s] = collect(q, sorted);
    (void)next(d, q, sorted);
  }
  for (size_t begin = 0; begin < data->n; begin += CHUNK) {
    size_t points = data->n - begin < CHUNK ? data->n - begin : CHUNK;

    for (size_t s = 0; s < count; s++)
      for (size_t i = 0; i < points; i++) {
        const double *x = data->X + (begin + i) * d;
        double product = alpha[begin + i];

        for (size_t c = 0; c < of[s].variables; c++)
          product *= lip_whole_power(x[of[s].variable[c]], of[s].often[c]);
        values[s * CHUNK + i] = product;
      }
    lip_dgemm(false, false, count, d, points, 1, values, CHUNK, data->X + begin * d, d, begin > 0,
              T, d);
  }
}

lip_status lip_polarised_neurons(const lip_construct_job *job, const double *alpha, lip_net **net,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t d = data->d, p = job->options->power, q = p - 1, k, at = 0, sorted[MOST_POWER] = {0};
  double most, left, *values = NULL, *T = NULL;
  monomial *of = NULL;
  lip_net *made = NULL;

  if (p > MOST_POWER)
    FAIL(LIP_EINPUT, "power %zu: signs cancel too much beyond %d; --implicit takes n neurons", p,
         MOST_POWER);
  most = neurons_of_all(d, q);
  if (!(most * (double)(d + 1) * 8 < most_bytes))
    FAIL(LIP_EINPUT,
         "power %zu in %zu dimensions takes %.4g neurons, %.3g GB: above 2 GB; --implicit takes "
         "one per point, %zu",
         p, d, most, most * (double)(d + 1) * 8e-9, data->n);
  k = (size_t)most;
  values = lip_alloc(BLOCK, CHUNK * sizeof *values);
  T = lip_alloc(BLOCK, d * sizeof *T);
  of = lip_alloc(BLOCK, sizeof *of);
  if (!values || !T || !of) FAIL(LIP_ENOMEM, "no memory for %d slices of a tensor", BLOCK);
  TRY(lip_two_layers(d, k, lip_power_activation(p), false, false, &made, err));
  left = lip_monomials(d, q);
  while (left > 0) {
    size_t count = left < BLOCK ? (size_t)left : BLOCK;

    if (lip_construct_stopped(job)) FAIL(LIP_EINTERRUPT, "interrupted");
    slices(data, alpha, q, count, sorted, of, values, T);
    for (size_t s = 0; s < count; s++) {
      /* A slice that is 0 leaves its neurons 0. */
      if (lip_norm(d, T + s * d) > 0)
        write_neurons(d, p, &of[s], T + s * d, made->layer[0].W + at * d, made->layer[1].W + at);
      at += neurons_of(&of[s]);
    }
    left -= (double)count;
  }
  *net = made;
  made = NULL;
done:
  lip_net_free(made);
  lip_free(values);
  lip_free(T);
  lip_free(of);
  return st;
}
