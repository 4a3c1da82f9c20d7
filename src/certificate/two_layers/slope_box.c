/* slope_box.c - the semidefinite test: is |A diag(s) W|_op <= upper for every s in a box?

   LipSDP-Neuron (Fazlyab, Robey, Hassani, Morari, Pappas, 2019) for one hidden layer, centered;
   derivation in docs/theory.md, how its rounding is counted in docs/numerics.md. Whatever only
   enlarges the box or changes the multipliers needs no error bound: radii are rounded up, sigma is
   taken as it is. Cost: (free + m)^3 / 3 + free k m from W W', else min(free, d)^2 max(free, d) +
   (min(free, d) + m)^3 / 3. */
#include "certificate/two_layers/slope_box_parts.h"

#include "base/error.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/verified.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/* x - y, not below; exact where the difference is. */
static double difference_up(double x, double y)
{
  return lip_interval_sub(lip_interval_of(x), lip_interval_of(y)).high;
}

/* The box as middles and radii, which neurons matter, and what A_radius and W_radius add to |J|
   (box->given, not yet scaled). False: an end is infinite, or not a number. */
static bool read_box(lip_slope_box *box, const double *low, const double *high)
{
  size_t fixed = box->k;

  box->free = 0;
  box->given = 0;
  for (size_t l = 0; l < box->k; l++) {
    double steepest = fmax(fabs(low[l]), fabs(high[l])), middle, radius;

    if (!(low[l] <= high[l]) || !isfinite(low[l]) || !isfinite(high[l])) return false;
    if (box->doubt[l] > 0 && steepest > 0)
      box->given = lip_add_up(box->given, lip_mul_up(steepest, box->doubt[l]));
    if (box->w_norm[l] == 0 || steepest == 0) continue;
    middle = low[l] == high[l] ? low[l] : 0.5 * low[l] + 0.5 * high[l];
    radius = low[l] == high[l]
                 ? 0
                 : fmax(difference_up(high[l], middle), difference_up(middle, low[l]));
    if (radius > 0)
      box->member[box->free++] = l;
    else
      box->member[--fixed] = l;
    box->center[l] = middle; /* by neuron for the moment */
    box->radius[l] = radius;
  }
  box->count = box->free + (box->k - fixed);
  memmove(box->member + box->free, box->member + fixed, (box->k - fixed) * sizeof *box->member);
  return true;
}

/* One neuron alone: |J| <= max |s| |A_l| |w_l|. */
static bool alone(const lip_slope_box *box, const double *low, const double *high, double upper)
{
  size_t l = box->member[0];
  lip_interval product = lip_interval_of(fmax(fabs(low[l]), fabs(high[l])));

  product = lip_interval_mul(product, lip_interval_of(box->a_norm[l]));
  product = lip_interval_mul(product, lip_interval_of(box->w_norm[l]));
  return lip_slope_box_scaled_up(product.high, box->a_exponent[l] + box->w_exponent[l]) <= upper;
}

/* sqrt(tau) 2^exponent */
static double root_of(double tau, int exponent)
{
  int own;
  double part = frexp(tau, &own);

  if (own % 2 != 0) {
    part *= 2;
    own--;
  }
  return ldexp(sqrt(part), own / 2 + exponent);
}

/* F, sigma and Q in units of 2^exponent. False: a multiplier is not positive, or so large that
   W' T W <= upper^2 cannot hold. */
static bool scale_box(lip_slope_box *box, const double *tau)
{
  size_t m = box->m;

  for (size_t i = 0; i < box->count; i++) {
    size_t l = box->member[i];
    int unit = box->w_exponent[l] - box->exponent;
    double center = ldexp(box->center[l], box->a_exponent[l] + unit);
    const double *a = box->a + l * m;

    for (size_t j = 0; j < m; j++) box->F[i * m + j] = center * a[j];
    if (i >= box->free) continue;
    if (!tau || !(tau[l] > 0) || isinf(tau[l])) return false;
    box->sigma[i] = root_of(tau[l], unit);
    if (!(box->sigma[i] > 0 && box->sigma[i] <= 4)) return false;
  }
  return true;
}

/* S = I - Q Q', with errors of at most S_error_i on the diagonal (in the semidefinite order): every
   entry of Q Q' is off by at most g |Q_i| |Q_j|. */
static void make_output_block(lip_slope_box *box)
{
  size_t m = box->m, f = box->free;
  double g = lip_gamma(LIP_PART + f / LIP_PART + 16), sum = 0;

  for (size_t i = 0; i < f; i++) {
    size_t l = box->member[i];
    double radius = lip_slope_box_scaled_up(box->radius[l], box->a_exponent[l] +
                                                                box->w_exponent[l] - box->exponent);
    double ratio = lip_div_up(radius, box->sigma[i]);

    for (size_t j = 0; j < m; j++) box->Q[i * m + j] = ratio * box->a[l * m + j];
  }
  memset(box->S, 0, m * m * sizeof *box->S);
  for (size_t i = 0; i < f; i += LIP_PART) {
    size_t part = f - i < LIP_PART ? f - i : LIP_PART;

    if (m == 1)
      for (size_t l = i; l < i + part; l++) sum += box->Q[l] * box->Q[l];
    else
      lip_dgemm(true, false, m, m, part, -1, box->Q + i * m, m, box->Q + i * m, m, 1, box->S, m);
    if (m == 1) box->S[0] -= sum;
    sum = 0;
  }
  for (size_t i = 0; i < m; i++) {
    box->S_error[i] = sqrt(-box->S[i * m + i]) * (1 + 1e-8);
    sum += box->S_error[i];
    box->S[i * m + i] = lip_down(1 + box->S[i * m + i]);
  }
  for (size_t i = 0; i < m; i++) box->S_error[i] = (1 + 1e-8) * g * sum * box->S_error[i] + 1e-285;
}

/* The smallest eigenvalue of S, from below, in floating point: only the margin needs it. */
static double least_of_output_block(lip_slope_box *box)
{
  size_t m = box->m;
  double largest = 0;

  if (m == 1) return box->S[0];
  if (!lip_cholesky(m, box->S)) return 0;
  lip_cholesky_inverse(m, box->S);
  for (size_t i = 0; i < m; i++) {
    double sum = 0;

    for (size_t j = 0; j < m; j++) sum += fabs(box->S[i * m + j]);
    largest = fmax(largest, sum);
  }
  return 1 / largest;
}

/* Of upper^2, how much is |M|_F^2 / S_ii at most, from the matrix as it is before the test: of
   order 1, or less where M hardly matters. */
static double output_share(const lip_slope_box *box, size_t n, bool wide)
{
  size_t m = box->m, first = n - m;
  double square = box->upper * box->upper, share = 0;

  for (size_t i = 0; i < m; i++) {
    const double *row = box->H + (first + i) * n;
    double s = box->S[i * m + i], sum = 0;

    for (size_t j = 0; wide && j < first; j++) sum += row[j] * row[j];
    if (!wide) sum = square * s - row[first + i];
    share += fmax(0, sum) / (s * square) + 1e-15;
  }
  return fmin(1, share);
}

/* By how much `upper` would have to grow to make up for slack and rounding: upper^2 (1 + 2 e)
   brings 2 e upper^2 I to the first block and 2 e S to the second one. What is taken off S, as long
   as S stays far from singular, acts on `upper` through M' S^-1 M alone: by its share. */
static double margin_of(lip_slope_box *box, size_t n, double second_unit, double given,
                        double share)
{
  size_t m = box->m, first = n - m;
  double square = box->upper * box->upper, top = 0, bottom = 0, largest = 0, least;

  for (size_t i = 0; i < first; i++) top = fmax(top, box->slack[i] / square);
  for (size_t i = 0; i < m; i++) {
    bottom = fmax(bottom, box->slack[first + i] / second_unit);
    largest = fmax(largest, box->S[i * m + i]);
  }
  if (box->free == 0) return 0.5 * (given + bottom);
  least = least_of_output_block(box);
  bottom = (bottom + given * largest) / least;
  return 0.5 * fmax(top + given, bottom < 0.1 ? bottom * fmin(1, share * largest / least) : bottom);
}

/* All neurons are fixed, one output: |M|. */
static lip_status test_vector(lip_slope_box *box, bool *proved, lip_error *err)
{
  lip_status st = lip_slope_box_center(box, err);

  if (st == LIP_OK) *proved = lip_interval_norm(box->d, box->M).high <= box->upper;
  return st;
}

/* Middles that cancel each other in M: the products of kept inner products lose twice as many
   digits as M itself. */
static bool middles_cancel(const lip_slope_box *box)
{
  double reach = 0;

  for (size_t i = 0; i < box->count * box->m; i++) reach += fabs(box->F[i]);
  return reach > 16;
}

/* One arrangement of the test: d + m, (free + m) from kept inner products, or (free + m). */
typedef enum arrangement { WIDE, FROM_GRAM, NARROW } arrangement;

static lip_status test_arranged(lip_slope_box *box, arrangement how, bool *proved, double *margin,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  double given, second_unit, share;
  size_t n = 0;

  make_output_block(box);
  for (size_t i = 0; i < box->m; i++)
    if (!(box->S[i * box->m + i] > 0)) goto done; /* not proved */
  if (how == WIDE)
    TRY(lip_slope_box_wide(box, &n, err));
  else if (how == FROM_GRAM)
    TRY(lip_slope_box_from_gram(box, &n, err));
  else
    TRY(lip_slope_box_narrow(box, &n, err));
  if (!(box->upper > 0)) goto done;
  share = output_share(box, n, how == WIDE);
  *proved = lip_certainly_semidefinite(n, box->H, box->slack, &given);
  second_unit = how == WIDE ? 1 : box->upper * box->upper;
  if (margin) *margin = margin_of(box, n, second_unit, given, share);
done:
  return st;
}

static lip_status test_matrix(lip_slope_box *box, bool *proved, double *margin, lip_error *err)
{
  bool gram = box->gram && box->free > 0;
  bool wide = box->free > box->d || (box->free == box->d && !box->gram);
  double upper = box->upper;
  lip_status st = test_arranged(box, wide ? WIDE : gram ? FROM_GRAM : NARROW, proved, margin, err);

  if (st != LIP_OK || *proved || wide || !gram || !middles_cancel(box)) return st;
  box->upper = upper;
  return test_arranged(box, NARROW, proved, margin, err);
}

lip_status lip_slope_box_test(lip_slope_box *box, const double *low, const double *high,
                              const double *tau, double upper, bool *proved, double *margin,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  double bound = lip_claim_scale_down(box->claim, upper), given, own = 0;
  bool shown = false;

  if (!(upper >= 0) || isinf(upper) || !read_box(box, low, high)) goto done;
  given = box->given;
  if (box->in_doubt) bound = lip_down(bound - given);
  if (box->count <= 1 && bound >= 0) {
    shown = box->count == 0 || alone(box, low, high, bound);
    own = 2 * DBL_EPSILON;
    goto done;
  }
  if (!(bound > 0)) goto done;
  own = given / bound;
  box->exponent = lip_slope_box_exponent(bound);
  box->upper = ldexp(bound, -box->exponent);
  bound = box->upper;
  if (!scale_box(box, tau)) goto done;
  if (box->free == 0 && box->m == 1)
    TRY(test_vector(box, &shown, err));
  else {
    double more = 0;

    TRY(test_matrix(box, &shown, &more, err));
    own += more;
  }
  own += (bound - box->upper) / bound + 2 * DBL_EPSILON;
done:
  if (st == LIP_OK) {
    *proved = shown;
    if (margin) *margin = own;
  }
  return st;
}
