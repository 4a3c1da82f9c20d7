/* moments_neurons.c - the neurons in a proof by moments: directions, hyperplanes and
   polynomials, with all that rounding may have changed in them. */
#include "certificate/proofs/moments_parts.h"

#include "linalg/interval.h"
#include "linalg/vector.h"
#include "linalg/verified.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* v_l = c v^ within the error, which is added; of the vector `middle` +- radius (sum of errors).
   v^ = 0, c = 0 where it vanishes. */
static void set_output_direction(lip_moments_proof *m, size_t l, const double *middle,
                                 double radius)
{
  double length = lip_norm(m->d, middle), *v = m->v + l * m->d;

  if (length > 0) {
    m->weight[l] = length;
    for (size_t j = 0; j < m->d; j++) v[j] = middle[j] / length;
    for (size_t j = 0; j < m->d; j++) /* rounded once here, and c v^ is not rounded */
      radius = lip_add_up(radius, lip_mul_up(fabs(middle[j]), 0x1p-52) + DBL_MIN);
  }
  lip_moments_add_error(m, radius);
}

void lip_moments_set_directions(const lip_claim *claim, lip_moments_proof *m, double low,
                                double high, double *vector, double *column)
{
  size_t d = m->d, k = claim->k;
  double half = (high - low) / 2, middle = (high + low) / 2, radius = 0;

  for (size_t l = 0; l < k; l++) {
    const double *w = claim->W + l * d;
    double A = fabs(claim->A[l]) + claim->A_radius[l];

    radius = 0;
    for (size_t j = 0; j < d; j++) {
      double size = fabs(w[j]) + claim->W_radius;

      vector[j] = half * claim->A[l] * w[j];
      radius = lip_add_up(radius, lip_mul_up(fabs(vector[j]), 0x1p-49) +
                                      2 * half * (claim->A_radius[l] * size + A * claim->W_radius) +
                                      (claim->A[l] * w[j] != 0 ? DBL_MIN : 0));
    }
    set_output_direction(m, l + 1, vector, lip_mul_up(radius, 1 + 0x1p-20));
  }
  radius = 0;
  for (size_t j = 0; j < d; j++) {
    lip_interval sum;
    double input = 0;

    for (size_t l = 0; l < k; l++) {
      column[l] = claim->W[l * d + j];
      input += claim->A_radius[l] * (fabs(column[l]) + claim->W_radius) +
               fabs(claim->A[l]) * claim->W_radius;
    }
    sum = lip_interval_dot(k, claim->A, column);
    vector[j] = middle * (sum.low / 2 + sum.high / 2);
    radius = lip_add_up(radius, fabs(middle) * (sum.high - sum.low + 2 * input) +
                                    fabs(vector[j]) * 0x1p-49 + DBL_MIN);
  }
  set_output_direction(m, 0, vector, lip_mul_up(radius, 1 + 0x1p-20));
}

bool lip_moments_set_hyperplane(const lip_claim *claim, lip_moments_proof *m, size_t l,
                                const double *columns, double *form, double *error)
{
  size_t D = m->D, d = m->d;
  double *h = m->h + l * D, largest, length, lost = 0;
  int exponent;

  memset(form, 0, D * sizeof *form);
  form[d] = 1;
  if (l > 0) {
    memcpy(form, claim->W_true + (l - 1) * d, d * sizeof *form);
    form[d] = claim->b[l - 1];
  }
  largest = lip_largest(D, form);
  if (!(largest > 0 && isfinite(largest))) return false;
  (void)frexp(largest, &exponent);
  for (size_t j = 0; j < D; j++) form[j] = ldexp(form[j], -exponent);
  for (size_t j = 0; j < D; j++) {
    lip_interval g = lip_interval_dot(D, columns + j * D, form);
    double width = g.high - g.low;

    h[j] = g.low / 2 + g.high / 2;
    for (size_t i = 0; i < D; i++) /* what scaling may have underflowed, and halving */
      lost = fmax(lost, fabs(columns[j * D + i]) * 0x1p-1000);
    if (!(isfinite(width) && isfinite(lost))) return false;
    lost += (double)D * 0x1p-1000;
    *error = j == 0 ? width : lip_add_up(*error, width);
  }
  length = lip_norm(D, h);
  if (!(length > 1e-250 && isfinite(length))) return false;
  *error = lip_add_up(*error, (double)D * (double)D * lost);
  *error = lip_div_up(*error, length);
  for (size_t j = 0; j < D; j++) {
    h[j] /= length;
    *error = lip_add_up(*error, lip_mul_up(fabs(h[j]), 0x1p-50) + DBL_MIN);
  }
  /* at most 1 long: a vector of length t > 1 within e of h^ is shortened by t - 1 <= |h^| - 1 + e
   */
  *error = lip_add_up(2 * *error, fmax(0, lip_add_up(lip_interval_norm(D, h).high, -1)));
  return *error < 1;
}

static double power(double x, unsigned exponent)
{
  double result = 1;

  for (unsigned i = 0; i < exponent; i++) result = lip_mul_up(result, x);
  return result;
}

/* |t|_1, rounded up. */
static double length_1(size_t n, const double *t)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++) sum = lip_add_up(sum, fabs(t[i]));
  return sum;
}

/* Where the even coefficient z^i y^j of the rows stands; -1: not there (odd, or the constant). */
static int even_place(const lip_moment_rows *rows, unsigned i, unsigned j)
{
  for (size_t t = 0; t < lip_moment_even_count(rows); t++) {
    unsigned a, b;

    lip_moment_even_power(rows, t, &a, &b);
    if (a == i && b == j) return (int)t;
  }
  return -1;
}

void lip_moments_set_polynomial(lip_moments_proof *m, size_t l, double e)
{
  lip_interval p[LIP_HALF_MONOMIALS];
  double c = m->weight[l], h1 = length_1(m->D, m->h + l * m->D),
         v1 = length_1(m->d, m->v + l * m->d);
  double z = lip_add_up(fmin(h1, 1 + 0x1p-40), e), y = fmin(v1, 1 + 0x1p-40); /* |z|, |y| at most */
  double wrong = 0, products = lip_gamma(m->K + 4 * (m->D + m->d) + 32);

  lip_half_plane_expand(&m->plane, m->grams + l * m->plane.grams, p);
  m->bound = lip_add_up(m->bound, lip_mul_up(c, p[0].high));
  p[LIP_HALF_Y] = lip_interval_add(p[LIP_HALF_Y], lip_interval_of(1)); /* left besides -y */
  for (size_t t = 1; t < m->plane.monomials; t++) {
    unsigned i = m->plane.power[t][0], j = m->plane.power[t][1];
    int even = even_place(&m->rows, i, j);
    double size = fmax(-p[t].low, p[t].high), value = p[t].low / 2 + p[t].high / 2;
    double most = lip_mul_up(power(z, i), power(y, j)), forms;

    if (even < 0) {
      wrong = lip_add_up(wrong, lip_mul_up(size, most));
      continue;
    }
    m->coefficient[l * LIP_MOST_EVEN + (size_t)even] = c * value;
    wrong = lip_add_up(wrong, lip_mul_up(p[t].high - p[t].low + DBL_MIN, most));
    if (i > 0) /* |z^i - z^^i| <= i e max^(i-1) */
      wrong = lip_add_up(wrong, lip_mul_up(lip_mul_up(size, (double)i * e),
                                           lip_mul_up(power(z, i - 1), power(y, j))));
    forms = lip_mul_up(power(h1, i), power(v1, j)); /* sum of |coefficients| of z^i y^j |x|^.. */
    forms = lip_mul_up(forms, power((double)m->D, (unsigned)m->rows.degree - (i + j) / 2));
    wrong = lip_add_up(wrong, lip_mul_up(lip_mul_up(size, forms), products));
  }
  lip_moments_add_error(m, lip_mul_up(c, wrong));
}
