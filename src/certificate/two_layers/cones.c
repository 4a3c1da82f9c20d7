/* cones.c - cones of inputs: the signs of neurons at their vertices, rounding counted.

   Every vertex y has sum |y_i| = 1 and exact coordinates, of which rounded ones are used: h_l .
   vertex = sum_i y_i (h_l . column i) is computed within gamma_(D+1) max_i |h_l . column i| + the
   largest error of those products: one number for each neuron, whatever the vertex. */
#include "certificate/two_layers/cones.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/round.h"
#include "linalg/vector.h"
#include "linalg/verified.h"

#include <float.h>
#include <string.h>

static const double UNDERFLOW = 0x1p-900; /* above all that underflow can do to a sum here */

/* psi' below and above 0. */
static bool two_slopes(lip_activation psi, double *below, double *above)
{
  *above = 1;
  *below = psi.kind == LIP_LEAKY_RELU ? psi.slope : psi.kind == LIP_ABS ? -1 : 0;
  return (psi.kind == LIP_RELU || psi.kind == LIP_LEAKY_RELU || psi.kind == LIP_ABS) &&
         isfinite(*below);
}

static bool is_biased(const lip_claim *claim)
{
  return lip_largest(claim->k, claim->b) != 0;
}

size_t lip_cones_dimension(const lip_claim *claim)
{
  return claim->d + is_biased(claim);
}

bool lip_cones_apply(const lip_claim *claim)
{
  double below, above;

  return claim->m == 1 && claim->norm == LIP_NORM_2 && two_slopes(claim->psi, &below, &above) &&
         lip_cones_dimension(claim) <= LIP_CONE_DIMENSIONS;
}

static lip_status provide(const lip_claim *claim, lip_cones *cones, lip_error *err)
{
  size_t D = lip_cones_dimension(claim), d = claim->d, k = claim->k, padded = (k + 63) / 64 * 64;

  *cones = (lip_cones){.claim = claim,
                       .D = D,
                       .d = d,
                       .k = k,
                       .biased = D > d,
                       .padded = padded,
                       .words = padded / 64};
  cones->memory = lip_alloc_zero(padded * (D + 1 + d) + D * D + D, sizeof(double));
  cones->moving = lip_alloc_zero((D + 1) * cones->words, sizeof *cones->moving);
  if (!cones->memory || !cones->moving)
    return lip_fail(err, LIP_ENOMEM, "the cones of %zu neurons", k);
  cones->flat = cones->moving + cones->words;
  cones->reach = cones->memory;
  cones->doubt = cones->reach + padded * D;
  cones->v = cones->doubt + padded;
  cones->basis = cones->v + padded * d;
  cones->side = cones->basis + D * D;
  return LIP_OK;
}

/* Is |I - R B| < 1 in the norm of rows, with R an approximate inverse of B whose rows have been
   scaled by powers of two? Then B is nonsingular. Gauss-Jordan elimination with pivots by rows. */
static bool certainly_nonsingular(size_t D, const double *B)
{
  double scaled[LIP_CONE_DIMENSIONS][LIP_CONE_DIMENSIONS];
  double work[LIP_CONE_DIMENSIONS][2 * LIP_CONE_DIMENSIONS];

  for (size_t i = 0; i < D; i++) {
    int exponent;

    (void)frexp(lip_largest(D, B + i * D), &exponent);
    for (size_t j = 0; j < D; j++) {
      scaled[i][j] = work[i][j] = ldexp(B[i * D + j], -exponent);
      if (ldexp(scaled[i][j], exponent) != B[i * D + j]) return false;
      work[i][D + j] = i == j;
    }
  }
  for (size_t c = 0; c < D; c++) {
    size_t pivot = c;

    for (size_t i = c + 1; i < D; i++)
      if (fabs(work[i][c]) > fabs(work[pivot][c])) pivot = i;
    if (!(fabs(work[pivot][c]) > 0)) return false;
    for (size_t j = 0; j < 2 * D; j++) {
      double t = work[c][j];

      work[c][j] = work[pivot][j];
      work[pivot][j] = t;
    }
    for (size_t j = 2 * D; j-- > c;) work[c][j] /= work[c][c];
    for (size_t i = 0; i < D; i++) {
      double factor = work[i][c];

      for (size_t j = c; j < 2 * D && i != c; j++) work[i][j] -= factor * work[c][j];
    }
  }
  for (size_t i = 0; i < D; i++) {
    double row = 0;

    for (size_t j = 0; j < D; j++) {
      double entry = i == j, size = 1;

      for (size_t c = 0; c < D; c++) {
        entry -= work[i][D + c] * scaled[c][j];
        size += fabs(work[i][D + c] * scaled[c][j]);
      }
      row += fabs(entry) + 2 * lip_gamma(D + 2) * size;
    }
    if (!(row < 0.5)) return false;
  }
  return true;
}

/* h_l = (w_l, b_l) */
static void hyperplane(const lip_cones *cones, size_t l, double *h)
{
  memcpy(h, cones->claim->W_true + l * cones->d, cones->d * sizeof *h);
  if (cones->biased) h[cones->d] = cones->claim->b[l];
}

/* h_l . column i within radius, h_l scaled so that its largest entry is in [1/2, 1). */
static void reach_of_neurons(lip_cones *cones)
{
  size_t D = cones->D;
  double gamma = lip_gamma(2 * D + 4);

  for (size_t l = 0; l < cones->padded; l++) cones->doubt[l] = INFINITY;
  for (size_t l = 0; l < cones->k; l++) {
    double exact[LIP_CONE_DIMENSIONS], h[LIP_CONE_DIMENSIONS], largest = 0, radius = 0;
    int exponent;

    hyperplane(cones, l, exact);
    (void)frexp(lip_largest(D, exact), &exponent);
    for (size_t j = 0; j < D; j++) h[j] = ldexp(exact[j], -exponent);
    for (size_t i = 0; i < D; i++) {
      double sum = 0, size = 0;
      bool is_flat = true;

      for (size_t j = 0; j < D; j++) {
        sum += h[j] * cones->basis[j * D + i];
        size += fabs(h[j] * cones->basis[j * D + i]);
        is_flat = is_flat && (exact[j] == 0 || cones->basis[j * D + i] == 0);
      }
      cones->reach[i * cones->padded + l] = sum;
      if (is_flat) cones->flat[i * cones->words + l / 64] |= (uint64_t)1 << (l % 64);
      largest = fmax(largest, fabs(sum));
      radius = fmax(radius, size);
    }
    cones->doubt[l] = gamma * (largest + radius) + UNDERFLOW;
  }
  for (size_t i = 0; i < D && cones->biased; i++) cones->side[i] = cones->basis[(D - 1) * D + i];
}

/* Is a b = c d exactly? False where underflow or overflow leaves it open. */
static bool equal_products(double a, double b, double c, double d)
{
  double left = a * b, right = c * d;

  if (a == 0 || b == 0) return c == 0 || d == 0;
  return left == right && fabs(left) > 0x1p-800 && fabs(left) < 0x1p800 &&
         fma(a, b, -left) == fma(c, d, -right);
}

/* Is h = c g exactly, and of which sign is c? 0: no, or open. `pivot`: where h is largest. */
static int proportional(size_t D, const double *h, const double *g, size_t pivot)
{
  if (h[pivot] == 0 || g[pivot] == 0) return 0;
  for (size_t i = 0; i < D; i++)
    if (!equal_products(h[i], g[pivot], g[i], h[pivot])) return 0;
  return (h[pivot] > 0) == (g[pivot] > 0) ? 1 : -1;
}

/* Neurons of one hyperplane switch together: their v is counted at the first of them. */
static void merge_neurons(lip_cones *cones)
{
  size_t D = cones->D, d = cones->d;

  for (size_t l = 1; l < cones->k; l++) {
    double h[LIP_CONE_DIMENSIONS], g[LIP_CONE_DIMENSIONS];
    size_t pivot = 0;

    hyperplane(cones, l, h);
    for (size_t i = 1; i < D; i++)
      if (fabs(h[i]) > fabs(h[pivot])) pivot = i;
    for (size_t p = 0; p < l; p++) {
      int sign;

      hyperplane(cones, p, g);
      sign = proportional(D, h, g, pivot);
      if (sign == 0) continue;
      lip_add_multiple(d, sign, cones->v + l * d, cones->v + p * d);
      memset(cones->v + l * d, 0, d * sizeof(double));
      break;
    }
  }
}

/* base, v, and what they and sums of them miss of the exact gradient. */
static void jumps_of_neurons(lip_cones *cones)
{
  const lip_claim *claim = cones->claim;
  size_t d = cones->d;
  double below, above, mean, half, size = 0, radius = 0;

  (void)two_slopes(claim->psi, &below, &above);
  mean = (above + below) / 2;
  half = (above - below) / 2;
  for (size_t l = 0; l < cones->k; l++) {
    const double *w = claim->W + l * d;
    double *v = cones->v + l * d, a = claim->A[l], a_radius = claim->A_radius[l], length = 0;

    for (size_t j = 0; j < d; j++) {
      v[j] = half * a * w[j];
      cones->base[j] += mean * a * w[j];
      length += fabs(w[j]);
    }
    size += fabs(a) * length;
    radius += a_radius * length + (fabs(a) + a_radius) * claim->W_radius * (double)d;
  }
  cones->error = (fabs(mean) + fabs(half)) * 1.001 *
                     (lip_gamma(2 * cones->k + d + 20) * size + radius) +
                 UNDERFLOW;
  merge_neurons(cones);
  for (size_t i = 0; i < cones->k * d; i++)
    if (cones->v[i] != 0) cones->moving[i / d / 64] |= (uint64_t)1 << (i / d % 64);
}

lip_status lip_cones_create(const lip_claim *claim, const double *basis, lip_cones **cones,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cones *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "cones");
  TRY(provide(claim, made, err));
  memcpy(made->basis, basis, made->D * made->D * sizeof *basis);
  for (size_t i = 0; i < made->D * made->D; i++)
    if (!(fabs(basis[i]) <= 1)) FAIL(LIP_EINPUT, "an entry of the basis is not within 1");
  if (!certainly_nonsingular(made->D, basis))
    FAIL(LIP_EINPUT, "the basis is not certainly nonsingular");
  reach_of_neurons(made);
  jumps_of_neurons(made);
  *cones = made;
  made = NULL;
done:
  lip_cones_free(made);
  return st;
}

void lip_cones_free(lip_cones *cones)
{
  if (!cones) return;
  lip_free(cones->memory);
  lip_free(cones->moving);
  lip_free(cones);
}

/* Fills in the signs at y. */
static void signs(const lip_cones *cones, lip_vertex *vertex)
{
  for (size_t word = 0; word < cones->words; word++) {
    double z[64] = {0};
    const double *doubt = cones->doubt + word * 64;
    uint64_t above = 0, below = 0;

    for (size_t i = 0; i < cones->D; i++) {
      const double *reach = cones->reach + i * cones->padded + word * 64;
      double y = vertex->y[i];

      for (size_t l = 0; l < 64; l++) z[l] += y * reach[l];
    }
    for (size_t l = 0; l < 64; l++) {
      above |= (uint64_t)(z[l] > doubt[l]) << l;
      below |= (uint64_t)(-z[l] > doubt[l]) << l;
    }
    vertex->above[word] = above;
    vertex->below[word] = below;
  }
  vertex->outside = cones->biased;
  for (size_t i = 0; i < cones->D; i++)
    vertex->outside = vertex->outside && (vertex->y[i] == 0 || cones->side[i] == 0 ||
                                          (vertex->y[i] > 0) != (cones->side[i] > 0));
}

void lip_vertex_place(size_t D, const lip_wide *exact, lip_vertex *vertex)
{
  memset(vertex->y, 0, sizeof vertex->y);
  memset(vertex->exact, 0, sizeof vertex->exact);
  for (size_t i = 0; i < D; i++) {
    vertex->exact[i] = exact[i];
    vertex->y[i] = ldexp((double)exact[i], -LIP_VERTEX_BITS);
  }
}

void lip_vertex_corner(const lip_cones *cones, size_t i, bool negative, lip_vertex *corner)
{
  lip_wide exact[LIP_CONE_DIMENSIONS] = {0};

  exact[i] = (lip_wide)1 << LIP_VERTEX_BITS;
  if (negative) exact[i] = -exact[i];
  lip_vertex_place(cones->D, exact, corner);
  signs(cones, corner);
  for (size_t word = 0; word < cones->words; word++) {
    corner->above[word] |= cones->flat[i * cones->words + word];
    corner->below[word] |= cones->flat[i * cones->words + word];
  }
}

/* Coordinates are whole numbers of at most 2^100, so that the sums below stay under 2^103. */
bool lip_vertex_between(const lip_cones *cones, const lip_vertex *p, const lip_vertex *q,
                        unsigned eighths, lip_vertex *between)
{
  lip_wide exact[LIP_CONE_DIMENSIONS];

  for (size_t i = 0; i < cones->D; i++) {
    exact[i] = p->exact[i] * (8 - (int)eighths) + q->exact[i] * (int)eighths;
    if (exact[i] % 8 != 0) return false;
    exact[i] /= 8;
  }
  lip_vertex_place(cones->D, exact, between);
  signs(cones, between);
  return true;
}
