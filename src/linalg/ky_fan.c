/* ky_fan.c - sums of the largest eigenvalues of symmetric matrices, from above, rounding counted.

   If S <= t I + Z with Z >= 0, then the k largest eigenvalues of S sum to at most k t + tr Z; if
   also -S <= t I + Z, so do the k largest sizes: for orthonormal u_j, |u_j'S u_j| <= u_j'(t I + Z)
   u_j. Best are t = the k-th largest and Z = sum over larger ones (mu_j - t) v_j v_j'. Here v_j are
   computed, Z = sum of y_j y_j' for the numbers y_j as they stand, and what is compared is proved
   by a factorisation (verified.h), t raised until that runs through. */
#include "linalg/ky_fan.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "linalg/verified.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, TRIES = 24 };
static const double CUSHION = 1e-290; /* above every underflow: numbers here are of size 1 */

/* ---- the matrix ---- */

static int exponent_of(double largest)
{
  int exponent = 0;

  (void)frexp(largest, &exponent);
  return exponent;
}

/* |error|_ab <= gamma sum_i |v_i| |x_ia| |x_ib| <= gamma alpha_a alpha_b, alpha_a^2 = sum |v_i|
   x_ia^2 (Cauchy and Schwarz). */
static void set_slack(lip_moment_matrix *moment, size_t n, size_t roundings)
{
  size_t terms = (n < BLOCK ? n : BLOCK) + n / BLOCK + 2 * roundings + 16;
  double gamma = lip_gamma(terms), sum = 0, cushion = (double)n * CUSHION;

  for (size_t a = 0; a < moment->d; a++) {
    double square = lip_mul_up(moment->slack[a], 1 + lip_gamma(n + 8));

    moment->slack[a] = lip_sqrt_up(lip_add_up(square, cushion)); /* squares may underflow */
    sum = lip_add_up(sum, moment->slack[a]);
  }
  for (size_t a = 0; a < moment->d; a++)
    moment->slack[a] = lip_add_up(lip_mul_up(gamma, lip_mul_up(moment->slack[a], sum)), cushion);
}

lip_status lip_moment_matrix_create(size_t n, size_t d, const double *X, const double *v,
                                    size_t roundings, lip_moment_matrix *moment, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_matrix made = {.d = d};
  double *part = lip_alloc(2 * BLOCK, d * sizeof *part), *weighted;
  int x = exponent_of(lip_largest(n * d, X)), w = exponent_of(lip_largest(n, v));

  made.S = lip_alloc_zero(d, d * sizeof *made.S);
  made.slack = lip_alloc_zero(d, sizeof *made.slack);
  if (!part || !made.S || !made.slack) FAIL(LIP_ENOMEM, "a matrix of order %zu", d);
  weighted = part + BLOCK * d;
  made.exponent = 2 * x + w;
  for (size_t first = 0; first < n; first += BLOCK) {
    size_t rows = n - first < BLOCK ? n - first : BLOCK;

    for (size_t i = 0; i < rows; i++) {
      double weight = ldexp(v[first + i], -w);

      for (size_t a = 0; a < d; a++) {
        double t = ldexp(X[(first + i) * d + a], -x), product = weight * t;

        part[i * d + a] = t;
        weighted[i * d + a] = product;
        made.slack[a] += fabs(product) * fabs(t);
      }
    }
    lip_dgemm(true, false, d, d, rows, 1, weighted, d, part, d, 1, made.S, d);
  }
  set_slack(&made, n, roundings);
  for (size_t a = 0; a < d; a++)
    for (size_t b = 0; b < a; b++) made.S[b * d + a] = made.S[a * d + b];
  *moment = made;
  made = (lip_moment_matrix){.d = 0};
done:
  lip_free(part);
  lip_moment_matrix_clear(&made);
  return st;
}

void lip_moment_matrix_clear(lip_moment_matrix *moment)
{
  lip_free(moment->S);
  lip_free(moment->slack);
  *moment = (lip_moment_matrix){.d = 0};
}

/* ---- the sum ---- */

typedef struct sum {
  size_t d, count; /* rows of Y */
  double t, trace; /* the k-th largest; tr Z, rounded up */
  double *V, *values;
  double *Y, *Z; /* Z: the lower triangle */
  double *slack; /* of Z and S */
  double *H, *H_slack;
} sum;

static void sum_clear(sum *s)
{
  lip_free(s->V);
  lip_free(s->values);
  lip_free(s->Z);
  lip_free(s->slack);
  lip_free(s->H);
}

static int descending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x < y) - (x > y);
}

/* t, Y and Z from the eigenvalues. */
static void form_Z(const lip_moment_matrix *moment, size_t k, bool sizes, sum *s)
{
  size_t d = s->d;
  double *column = s->H_slack, total = 0, gamma;

  for (size_t j = 0; j < d; j++) column[j] = sizes ? fabs(s->values[j]) : s->values[j];
  qsort(column, d, sizeof *column, descending);
  s->t = column[(k < d ? k : d) - 1];
  for (size_t j = 0; j < d; j++) {
    double excess = (sizes ? fabs(s->values[j]) : s->values[j]) - s->t, root = sqrt(excess);
    double *y = s->V + s->count * d;

    if (!(excess > 0)) continue;
    for (size_t a = 0; a < d; a++)
      y[a] = root * s->V[j * d + a]; /* row j is not before row count */
    s->trace = lip_add_up(s->trace, lip_interval_dot(d, y, y).high);
    s->count++;
  }
  lip_dsyrk(true, d, s->count, 1, s->V, d, 0, s->Z, d);
  gamma = lip_gamma(s->count + 4);
  for (size_t a = 0; a < d; a++) {
    double square = 0;

    for (size_t j = 0; j < s->count; j++) square += s->V[j * d + a] * s->V[j * d + a];
    column[a] = lip_sqrt_up(
        lip_add_up(lip_mul_up(square, 1 + lip_gamma(d + 8)), (double)d * CUSHION));
    total = lip_add_up(total, column[a]);
  }
  for (size_t a = 0; a < d; a++)
    s->slack[a] = lip_add_up(lip_add_up(lip_mul_up(gamma, lip_mul_up(column[a], total)), CUSHION),
                             moment->slack[a]);
}

/* (t + raise) I + Z - sign S >= 0, whatever S and Z exactly are? */
static bool covers(const lip_moment_matrix *moment, double sign, double raise, sum *s)
{
  size_t d = s->d;

  memcpy(s->H_slack, s->slack, d * sizeof *s->H_slack);
  for (size_t a = 0; a < d; a++)
    for (size_t b = 0; b <= a; b++) {
      double z = s->Z[a * d + b], off = sign * moment->S[a * d + b], value = z - off;
      double size = fabs(z) + fabs(off);

      if (a == b) {
        double top = s->t + raise;

        size = 2 * (size + fabs(s->t) + raise);
        value += top;
      }
      s->H[a * d + b] = value;
      s->H_slack[a] = lip_add_up(s->H_slack[a], 0x1p-51 * size);
      if (b < a) s->H_slack[b] = lip_add_up(s->H_slack[b], 0x1p-51 * size);
    }
  return lip_certainly_semidefinite(d, s->H, s->H_slack, NULL);
}

static lip_status sum_create(const lip_moment_matrix *moment, sum *s, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = moment->d;

  s->d = d;
  s->V = lip_alloc(d, d * sizeof *s->V);
  s->values = lip_alloc(d, sizeof *s->values);
  s->Z = lip_alloc_zero(d, d * sizeof *s->Z);
  s->slack = lip_alloc(d, sizeof *s->slack);
  s->H = lip_alloc(d + 1, d * sizeof *s->H);
  if (!s->V || !s->values || !s->Z || !s->slack || !s->H)
    FAIL(LIP_ENOMEM, "eigenvalues of order %zu", d);
  s->H_slack = s->H + d * d;
  memcpy(s->V, moment->S, d * d * sizeof *s->V);
  TRY(lip_symmetric_eigen(d, s->V, s->values, true, err));
done:
  return st;
}

lip_status lip_ky_fan_up(const lip_moment_matrix *moment, size_t k, bool sizes, double *bound,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = moment->d;
  sum s = {.d = 0};
  double raise, largest = 0, value;

  TRY(sum_create(moment, &s, err));
  largest = fmax(fabs(s.values[0]), fabs(s.values[d - 1]));
  form_Z(moment, k, sizes, &s);
  raise = lip_largest(d, s.slack) + (double)(d + 8) * 0x1p-52 * largest;
  *bound = INFINITY;
  for (int i = 0; i < TRIES; i++, raise *= 2) {
    if (!covers(moment, 1, raise, &s) || (sizes && !covers(moment, -1, raise, &s))) continue;
    value = lip_mul_up((double)(k < d ? k : d), lip_add_up(s.t, raise));
    value = lip_add_up(value, s.trace);
    *bound = lip_up(ldexp(fmax(value, 0), moment->exponent));
    break;
  }
done:
  sum_clear(&s);
  return st;
}
