/* slope_box_neurons.c - the semidefinite test: its workspace, and what it keeps of all neurons.

   Every neuron is scaled by powers of two, so that numbers of any size meet as numbers of order 1
   (slope_box_parts.h); inner products of the rows are kept where they are few enough. */
#include "certificate/two_layers/slope_box_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/verified.h"

enum { GRAM_NEURONS = 1024 };
static const double EXACT_PRODUCTS = 2e7; /* multiplications that may be spent on exact products */

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
    box->w_exponent[l] = lip_slope_box_exponent(w_norm);
    box->a_exponent[l] = lip_slope_box_exponent(a_norm);
    if (w_norm == 0 || a_norm == 0) continue;
    box->w_norm[l] = lip_slope_box_scaled_up(w_norm, -box->w_exponent[l]);
    box->a_norm[l] = lip_slope_box_scaled_up(a_norm, -box->a_exponent[l]);
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
