/* neuron_coordinates.c - coordinates y of the points of a domain, in which the hyperplanes of the
   neurons lie evenly around the origin.

   Rays: rows h_l = [w_l, b_l] of length 1; then H <- H L^-T with L L' = (D/k) H'H and rows back to
   length 1, a few times (isotropic.h goes on to the end, at a higher price). cost  about 3 k D^2
   flops a step. */
#include "lipschitz/two_layers/neuron_coordinates.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double MOST_FLOPS = 2e10; /* for the isotropic position */
static const double NUDGE = 1e-6;      /* added to the moments: what keeps Q well-conditioned */
static const double SMALLEST_S = 1e-6;
static const double FAR = 1e6; /* how far out softplus is steepest, in units of its middle */
enum { STEPS = 8 };

/* H_l and length_l from rows of W alone. */
static void rows_of_weights(lip_neuron_coordinates *to)
{
  const lip_claim *claim = to->claim;
  size_t d = claim->d;

  for (size_t l = 0; l < claim->k; l++) {
    double length = lip_norm(d, claim->W + l * d);

    to->b[l] = length > 0 ? claim->b[l] / ldexp(length, claim->W_exponent) / to->unit : 0;
    to->length[l] = ldexp(length, claim->W_exponent) * to->unit;
    for (size_t i = 0; i < d; i++)
      to->H[l * to->D + i] = length > 0 ? claim->W[l * d + i] / length : 0;
  }
}

/* How far out the neurons' slopes change, on average. */
static double middle_distance(const lip_neuron_coordinates *of)
{
  double sum = 0, count = 0;

  for (size_t l = 0; l < of->claim->k; l++)
    if (of->length[l] > 0) {
      sum += fmin(fabs(of->b[l]) + 1 / of->length[l], 1e100);
      count++;
    }
  return sum > 0 ? sum / count : 1;
}

static void normalise_rows(size_t rows, size_t D, double *H)
{
  for (size_t l = 0; l < rows; l++) {
    double length = lip_norm(D, H + l * D);

    for (size_t i = 0; length > 0 && i < D; i++) H[l * D + i] /= length;
  }
}

/* One step towards the isotropic position. False where it is not possible. */
static bool even_out(lip_neuron_coordinates *to, double *moments)
{
  size_t k = to->claim->k, D = to->D;

  lip_dgemm(true, false, D, D, k, (double)D / (double)k, to->H, D, to->H, D, 0, moments, D);
  for (size_t i = 0; i < D; i++) moments[i * D + i] += NUDGE;
  if (!lip_cholesky(D, moments)) return false;
  lip_cholesky_whiten(D, moments, k, to->H);
  lip_cholesky_whiten(D, moments, D, to->Q);
  normalise_rows(k, D, to->H);
  return true;
}

static lip_status position(lip_neuron_coordinates *to, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = to->claim->k, D = to->D;
  double steps = fmin(STEPS, MOST_FLOPS / (4 * (double)k * (double)D * (double)D));
  double *moments = NULL;

  if (k <= D || steps < 1) goto done;
  moments = lip_alloc(D, D * sizeof *moments);
  to->Q = lip_alloc_zero(D, D * sizeof *to->Q);
  if (!moments || !to->Q) FAIL(LIP_ENOMEM, "%zu coordinates", D);
  for (size_t i = 0; i < D; i++) to->Q[i * D + i] = 1;
  while (steps >= 1 && even_out(to, moments)) steps--;
done:
  lip_free(moments);
  return st;
}

/* [w_l, b_l]: the length of w_l stands for 1, and b_l is multiplied so that the last column counts
   as much as another. */
static void append_biases(lip_neuron_coordinates *to)
{
  size_t k = to->claim->k, D = to->D;
  double largest = lip_largest(k, to->b);

  to->s_scale = 1 / (largest * sqrt((double)D));
  for (size_t l = 0; l < k; l++) to->H[l * D + D - 1] = to->b[l] * to->s_scale;
  normalise_rows(k, D, to->H);
}

static lip_status find_axis(lip_neuron_coordinates *to, lip_error *err)
{
  size_t D = to->D;

  to->axis = lip_alloc_zero(D, sizeof *to->axis);
  if (!to->axis) return lip_fail(err, LIP_ENOMEM, "%zu coordinates", D);
  to->axis[D - 1] = 1;
  if (to->Q) memcpy(to->axis, to->Q + (D - 1) * D, D * sizeof *to->axis);
  normalise_rows(1, D, to->axis);
  return LIP_OK;
}

static bool has_rays(const lip_claim *claim)
{
  lip_activation_kind kind = claim->psi.kind;

  return claim->domain.kind == LIP_SPACE &&
         (kind == LIP_IDENTITY || kind == LIP_RELU || kind == LIP_LEAKY_RELU || kind == LIP_ABS ||
          kind == LIP_SOFTPLUS);
}

static bool has_biases(const lip_claim *claim)
{
  return claim->psi.kind != LIP_SOFTPLUS && lip_largest(claim->k, claim->b) > 0;
}

lip_status lip_neuron_coordinates_create(const lip_claim *claim, lip_neuron_coordinates *to,
                                         lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k, d = claim->d;
  lip_domain domain = claim->domain;
  lip_neuron_coordinates made = {.claim = claim, .rays = has_rays(claim), .unit = 1};
  bool with_s = made.rays && has_biases(claim);

  made.D = d + with_s;
  if (domain.kind == LIP_BOX)
    made.unit = fmax(0.5 * (domain.high - domain.low), 1e-300);
  else if (domain.kind != LIP_SPACE)
    made.unit = domain.radius;
  made.H = lip_alloc(k, made.D * sizeof *made.H);
  made.length = lip_alloc(2 * k, sizeof *made.length);
  if (!made.H || !made.length) FAIL(LIP_ENOMEM, "a copy of %zu x %zu weights", k, made.D);
  made.b = made.length + k;
  rows_of_weights(&made);
  if (with_s) append_biases(&made);
  if (made.rays) TRY(position(&made, err));
  if (with_s) TRY(find_axis(&made, err));
  if (!made.rays && domain.kind == LIP_SPACE) {
    made.unit = middle_distance(&made);
    rows_of_weights(&made);
  }
  *to = made;
  memset(&made, 0, sizeof made);
done:
  lip_neuron_coordinates_clear(&made);
  return st;
}

void lip_neuron_coordinates_clear(lip_neuron_coordinates *of)
{
  lip_free(of->H);
  lip_free(of->length);
  lip_free(of->axis);
  lip_free(of->Q);
  memset(of, 0, sizeof *of);
}

/* Entry i of a center of the domain. */
static double center_of(lip_domain domain, size_t center, size_t i)
{
  if (domain.kind == LIP_BOX) return 0.5 * domain.low + 0.5 * domain.high;
  return domain.kind == LIP_AROUND_DATA ? domain.centers[center * domain.d + i] : 0;
}

void lip_neuron_offsets(const lip_neuron_coordinates *of, size_t center, double *offset)
{
  size_t d = of->claim->d;

  for (size_t l = 0; l < of->claim->k; l++) {
    double sum = of->rays ? 0 : of->b[l];

    if (of->claim->domain.kind == LIP_BOX || of->claim->domain.kind == LIP_AROUND_DATA)
      for (size_t i = 0; i < d; i++)
        sum += of->H[l * d + i] * (center_of(of->claim->domain, center, i) / of->unit);
    offset[l] = sum;
  }
}

void lip_neuron_coordinates_project(const lip_neuron_coordinates *of, double *y)
{
  lip_domain_kind kind = of->claim->domain.kind;
  size_t D = of->D;
  double length = lip_norm(D, y);

  if (kind == LIP_BOX) {
    for (size_t i = 0; i < D; i++) y[i] = fmax(-1, fmin(1, y[i]));
    return;
  }
  if (!of->rays && (kind == LIP_SPACE || (kind != LIP_ON_SPHERE && length <= 1))) return;
  for (size_t i = 0; length > 0 && i < D; i++) y[i] /= length;
  if (of->axis) {
    double s = lip_dot(D, of->axis, y);

    if (s < SMALLEST_S) lip_add_multiple(D, SMALLEST_S - s, of->axis, y);
  }
}

/* x on the ray of y. */
static void point_of_ray(const lip_neuron_coordinates *of, const double *y, double *x)
{
  size_t d = of->claim->d, D = of->D;
  double factor = 1;

  for (size_t i = 0; i < d; i++) x[i] = of->Q ? lip_dot(D, of->Q + i * D, y) : y[i];
  if (of->axis)
    factor = 1 / of->s_scale / (of->Q ? lip_dot(D, of->Q + d * D, y) : y[d]);
  else if (of->claim->psi.kind == LIP_SOFTPLUS)
    factor = FAR * middle_distance(of) / fmax(lip_norm(d, x), 1e-300);
  for (size_t i = 0; i < d; i++) x[i] *= factor;
}

void lip_neuron_coordinates_point(const lip_neuron_coordinates *of, size_t center, const double *y,
                                  double *x)
{
  size_t d = of->claim->d;

  if (of->rays) {
    point_of_ray(of, y, x);
    return;
  }
  for (size_t i = 0; i < d; i++) x[i] = center_of(of->claim->domain, center, i) + of->unit * y[i];
  lip_domain_project(of->claim->domain, d, x);
}
