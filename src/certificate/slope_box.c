/* slope_box.c - the semidefinite test: is |A diag(s) W|_op <= upper for every s in a box?

   LipSDP-Neuron (Fazlyab, Robey, Hassani, Morari, Pappas, 2019) for one hidden layer, centered;
   derivation in docs/theory.md, how its rounding is counted in docs/numerics.md. Whatever only
   enlarges the box or changes the multipliers needs no error bound: radii are rounded up, sigma is
   taken as it is. Cost: (free + m)^3 / 3 + free k m from W W', else min(free, d)^2 max(free, d) +
   (min(free, d) + m)^3 / 3. */
#include "certificate/slope_box_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/verified.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

enum { GRAM_NEURONS = 1024 };
static const double EXACT_PRODUCTS = 2e7; /* multiplications that may be spent on exact products */

static int exponent_of(double value)
{
  int exponent;

  (void)frexp(value, &exponent);
  return exponent;
}

/* value 2^exponent, not below. */
static double scaled_up(double value, int exponent)
{
  double result = ldexp(value, exponent);

  return ldexp(result, -exponent) == value ? result : lip_up(result);
}

/* row 2^-exponent: a norm of at most 1, whatever the row's. */
static void scale_row(size_t n, const double *from, size_t stride, int exponent, double *to)
{
  double half = ldexp(1, -(exponent / 2)), rest = ldexp(1, -(exponent - exponent / 2));

  for (size_t j = 0; j < n; j++) to[j] = from[j * stride] * half * rest;
}

/* Norms, exponents and scaled columns of every neuron. `work` is max(d, m) doubles. */
static void scale_neurons(lip_slope_box *box, double *work)
{
  const lip_claim *claim = box->claim;
  double root = lip_sqrt_up((double)box->d), W_miss = lip_mul_up(root, claim->W_radius);

  if (claim->W_radius == 0) W_miss = 0;
  for (size_t l = 0; l < box->k; l++) {
    const double *w = claim->W + l * box->d;
    double w_norm = lip_interval_norm(box->d, w).high, a_norm, a_miss;

    for (size_t j = 0; j < box->m; j++) work[j] = claim->A_radius[j * box->k + l];
    a_miss = lip_interval_norm(box->m, work).high;
    for (size_t j = 0; j < box->m; j++) work[j] = claim->A[j * box->k + l];
    a_norm = lip_interval_norm(box->m, work).high;
    if (a_miss > 0) box->doubt[l] = lip_mul_up(a_miss, lip_add_up(w_norm, W_miss));
    if (W_miss > 0 && a_norm > 0)
      box->doubt[l] = lip_add_up(box->doubt[l], lip_mul_up(a_norm, W_miss));
    if (box->doubt[l] > 0) box->in_doubt = true;
    box->w_exponent[l] = exponent_of(w_norm);
    box->a_exponent[l] = exponent_of(a_norm);
    if (w_norm == 0 || a_norm == 0) continue;
    box->w_norm[l] = scaled_up(w_norm, -box->w_exponent[l]);
    box->a_norm[l] = scaled_up(a_norm, -box->a_exponent[l]);
    scale_row(box->m, work, 1, box->a_exponent[l], box->a + l * box->m);
  }
}

void lip_slope_box_rows(const lip_slope_box *box, size_t first, size_t count, size_t from,
                        size_t width, double *rows)
{
  for (size_t i = 0; i < count; i++) {
    size_t l = box->member[first + i];

    scale_row(width, box->claim->W + l * box->d + from, 1, box->w_exponent[l], rows + i * width);
  }
}

lip_status lip_slope_box_room(double **memory, size_t *room, size_t wanted, lip_error *err)
{
  double *more;

  if (*room >= wanted) return LIP_OK;
  more = lip_alloc(wanted, sizeof *more);
  if (!more) return lip_fail(err, LIP_ENOMEM, "semidefinite test: %zu doubles", wanted);
  lip_free(*memory);
  *memory = more;
  *room = wanted;
  return LIP_OK;
}

/* W~ W~'. Few neurons: entry by entry, nearly exact. */
static lip_status keep_gram(lip_slope_box *box, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = box->k, d = box->d;
  bool exact = (double)k * (double)k * (double)d <= 2 * EXACT_PRODUCTS;
  size_t width = exact ? d : d < LIP_PART ? d : LIP_PART;

  TRY(lip_slope_box_room(&box->part, &box->part_room, k * width, err));
  box->gram = lip_alloc_zero(k * k, sizeof *box->gram);
  if (!box->gram) FAIL(LIP_ENOMEM, "semidefinite test: products of %zu neurons", k);
  for (size_t l = 0; l < k; l++) box->member[l] = l;
  for (size_t from = 0; from < d; from += width) {
    size_t part = d - from < width ? d - from : width;

    lip_slope_box_rows(box, 0, k, from, part, box->part);
    if (!exact)
      lip_dgemm(false, true, k, k, part, 1, box->part, part, box->part, part, 1, box->gram, k);
  }
  for (size_t i = 0; exact && i < k; i++)
    for (size_t j = 0; j <= i; j++) {
      lip_interval dot = lip_interval_dot(d, box->part + i * d, box->part + j * d);
      double middle = 0.5 * (dot.low + dot.high);

      box->gram[i * k + j] = box->gram[j * k + i] = middle;
      box->gram_error = fmax(box->gram_error, lip_up(fmax(dot.high - middle, middle - dot.low)));
    }
  if (!exact) box->gram_error = lip_gamma(LIP_PART + d / LIP_PART + 3);
  box->gram_error = lip_add_up(box->gram_error, 1e-290); /* what underflows */
done:
  return st;
}

lip_status lip_slope_box_create(const lip_claim *claim, lip_slope_box **box, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_box *made = lip_alloc_zero(1, sizeof *made);
  size_t d = claim->d, k = claim->k, m = claim->m;
  double *work = lip_alloc(d > m ? d : m, sizeof *work);

  if (!made || !work) FAIL(LIP_ENOMEM, "a semidefinite test");
  *made = (lip_slope_box){.claim = claim, .d = d, .k = k, .m = m};
  made->w_exponent = lip_alloc_zero(k, sizeof *made->w_exponent);
  made->a_exponent = lip_alloc_zero(k, sizeof *made->a_exponent);
  made->w_norm = lip_alloc_zero(k, sizeof *made->w_norm);
  made->a_norm = lip_alloc_zero(k, sizeof *made->a_norm);
  made->a = lip_alloc_zero(k, m * sizeof *made->a);
  made->doubt = lip_alloc_zero(k, sizeof *made->doubt);
  made->member = lip_alloc_zero(k, sizeof *made->member);
  made->center = lip_alloc_zero(k, sizeof *made->center);
  made->radius = lip_alloc_zero(k, sizeof *made->radius);
  made->sigma = lip_alloc_zero(k, sizeof *made->sigma);
  made->F = lip_alloc(k, m * sizeof *made->F);
  made->Q = lip_alloc(k, m * sizeof *made->Q);
  made->S = lip_alloc(m, m * sizeof *made->S);
  made->S_error = lip_alloc(m, sizeof *made->S_error);
  made->M = lip_alloc(m, d * sizeof *made->M);
  made->X = lip_alloc(m, k * sizeof *made->X);
  if (!made->w_exponent || !made->a_exponent || !made->w_norm || !made->a_norm || !made->a ||
      !made->doubt || !made->member || !made->center || !made->radius || !made->sigma || !made->F ||
      !made->Q || !made->S || !made->S_error || !made->M || !made->X)
    FAIL(LIP_ENOMEM, "a semidefinite test of %zu neurons and %zu outputs", k, m);
  scale_neurons(made, work);
  if (k <= GRAM_NEURONS && k <= 4 * d) TRY(keep_gram(made, err));
  *box = made;
  made = NULL;
done:
  lip_free(work);
  lip_slope_box_free(made);
  return st;
}

void lip_slope_box_free(lip_slope_box *box)
{
  if (!box) return;
  lip_free(box->w_exponent);
  lip_free(box->a_exponent);
  lip_free(box->w_norm);
  lip_free(box->a_norm);
  lip_free(box->a);
  lip_free(box->doubt);
  lip_free(box->gram);
  lip_free(box->member);
  lip_free(box->center);
  lip_free(box->radius);
  lip_free(box->sigma);
  lip_free(box->F);
  lip_free(box->Q);
  lip_free(box->S);
  lip_free(box->S_error);
  lip_free(box->M);
  lip_free(box->X);
  lip_free(box->H);
  lip_free(box->slack);
  lip_free(box->part);
  lip_free(box);
}

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
  return scaled_up(product.high, box->a_exponent[l] + box->w_exponent[l]) <= upper;
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
    double radius = scaled_up(box->radius[l],
                              box->a_exponent[l] + box->w_exponent[l] - box->exponent);
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
  box->exponent = exponent_of(bound);
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
