/* witness.c - a lower end that is attained: the slope at a point, in interval arithmetic. Here for
   two layers; witness_graph.h has the derivatives of other networks.

   With z = W x + b, s = psi'(z) and u = W P v as intervals, |A (s o u)| / |v| from below is at most
   |J(x) P v| / |v|, and so is the constant. Where the sign of a neuron is not certain, its slope is
   the interval between both sides: some Jacobian of the points around x lies in it, so what is
   proved stays true, only weaker. The gradient itself is never formed in intervals: one vector v,
   found in floating point, is enough, and three inner products a neuron, with twice the working
   precision inside, keep the loss at some units in the last place.

   cost   three passes over W (two where it is not the sphere), one over A; to choose a direction
          also the product A diag(s) W, and for the norm 2 of several outputs the eigenvectors of
          a matrix of the size of the smaller of m and d
   limits a slope without bound (overflow) proves nothing: lower = 0 */
#include "certificate/witness.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "certificate/slope_range.h"
#include "certificate/graphs/witness_graph.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <float.h>
#include <string.h>

static const double MOST_JACOBIAN = 1 << 24; /* numbers */
static const double WORTH_DIGITS = 1e-6;     /* relative: what more digits may gain */

static double middle(lip_interval t)
{
  return t.low / 2 + t.high / 2;
}

/* The least |t|. */
static double least_size(lip_interval t)
{
  return t.low > 0 ? t.low : t.high < 0 ? -t.high : 0;
}

/* ---- slopes ---- */

/* psi'(z_l) at x. A kink at an end of z counts as inside. False: one of them is not bounded. */
static bool slopes_at(const lip_claim *claim, const double *x, lip_interval *s)
{
  bool sphere = claim->domain.kind == LIP_ON_SPHERE;
  lip_interval radius = lip_interval_of(claim->domain.radius);
  lip_interval length = lip_interval_norm(claim->d, x);

  for (size_t l = 0; l < claim->k; l++) {
    lip_interval z = lip_interval_dot(claim->d, claim->W_true + l * claim->d, x);

    if (sphere) z = lip_interval_over(lip_interval_mul(z, radius), length);
    z = lip_interval_add(z, lip_interval_of(claim->b[l]));
    s[l] = lip_activation_slopes_on(claim->psi, (lip_interval){lip_down(z.low), lip_up(z.high)});
    if (!(isfinite(s[l].low) && isfinite(s[l].high))) return false;
  }
  return true;
}

/* ---- a direction, in floating point ---- */

/* G = A diag(s) W, m x d. */
static lip_status jacobian_at(const lip_claim *claim, const lip_interval *s, double *G,
                              lip_error *err)
{
  double *As = lip_alloc(claim->m, claim->k * sizeof *As);

  if (!As) return lip_fail(err, LIP_ENOMEM, "%zu x %zu slopes", claim->m, claim->k);
  for (size_t j = 0; j < claim->m; j++)
    for (size_t l = 0; l < claim->k; l++)
      As[j * claim->k + l] = claim->A[j * claim->k + l] * middle(s[l]);
  if (claim->m == 1)
    lip_dgemv(true, claim->k, claim->d, 1, claim->W, claim->d, As, 0, G);
  else
    lip_dgemm(false, false, claim->m, claim->d, claim->k, 1, As, claim->k, claim->W, claim->d, 0, G,
              claim->d);
  lip_free(As);
  return LIP_OK;
}

/* The right singular vector of the largest singular value of G, from G G' or G' G. */
static lip_status steepest_of_map(size_t m, size_t d, const double *G, double *v, lip_error *err)
{
  lip_status st = LIP_OK;
  bool wide = m <= d;
  size_t n = wide ? m : d;
  double *square = lip_alloc(n, n * sizeof *square), *values = lip_alloc(n, sizeof *values);

  if (!square || !values) FAIL(LIP_ENOMEM, "%zu x %zu numbers", n, n);
  lip_dgemm(!wide, wide, n, n, wide ? d : m, 1, G, d, G, d, 0, square, n);
  st = lip_symmetric_eigen(n, square, values, true, err);
  if (st == LIP_ENUMERIC) { /* not finite: any direction will do */
    memset(square, 0, n * n * sizeof *square);
    square[(n - 1) * n] = 1;
    st = LIP_OK;
  }
  if (st != LIP_OK) goto done;
  if (wide)
    lip_dgemv(true, m, d, 1, G, d, square + (n - 1) * n, 0, v);
  else
    memcpy(v, square + (n - 1) * n, d * sizeof *v);
done:
  lip_free(square);
  lip_free(values);
  return st;
}

/* For the norm inf: the signs of the row with the largest sum of sizes. */
static void signs_of_row(size_t m, size_t d, const double *G, double *v)
{
  double most = -1;

  for (size_t j = 0; j < m; j++) {
    double sum = 0;

    for (size_t i = 0; i < d; i++) sum += fabs(G[j * d + i]);
    if (!(sum > most)) continue;
    most = sum;
    for (size_t i = 0; i < d; i++) v[i] = G[j * d + i] < 0 ? -1 : 1;
  }
}

/* For the norm 1: the axis of the column with the largest sum of sizes. */
static void axis_of_column(size_t m, size_t d, const double *G, double *v)
{
  double most = -1;
  size_t best = 0;

  for (size_t i = 0; i < d; i++) {
    double sum = 0;

    for (size_t j = 0; j < m; j++) sum += fabs(G[j * d + i]);
    if (!(sum > most)) continue;
    most = sum;
    best = i;
  }
  memset(v, 0, d * sizeof *v);
  v[best] = 1;
}

static lip_status choose_direction(const lip_claim *claim, const double *x, const lip_interval *s,
                                   double *v, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t m = claim->m, d = claim->d;
  double *G = lip_alloc(m, d * sizeof *G);

  if (!G) FAIL(LIP_ENOMEM, "a Jacobian of %zu x %zu", m, d);
  if (claim->deep)
    TRY(lip_witness_graph_jacobian(claim, x, G, err));
  else
    TRY(jacobian_at(claim, s, G, err));
  for (size_t j = 0; j < m; j++) lip_domain_tangential(claim->domain, d, x, G + j * d);
  if (claim->norm == LIP_NORM_INF)
    signs_of_row(m, d, G, v);
  else if (claim->norm == LIP_NORM_1 || d == 1)
    axis_of_column(m, d, G, v);
  else if (m == 1)
    memcpy(v, G, d * sizeof *v);
  else
    TRY(steepest_of_map(m, d, G, v, err));
done:
  lip_free(G);
  return st;
}

/* Times a power of two, so that the largest entry lies in [1/2, 1): a direction has no length.
   False: it is zero or not finite. */
static bool scale_direction(size_t d, double *v)
{
  double largest = lip_largest(d, v);
  int exponent;

  if (!(largest > 0) || isinf(largest)) return false;
  (void)frexp(largest, &exponent);
  for (size_t i = 0; i < d; i++) v[i] = ldexp(v[i], -exponent);
  return true;
}

/* ---- the slope along it ---- */

/* t_l = s_l (w_l . P v) with the scaled W, as middle +- radius. */
static void slopes_along(const lip_claim *claim, const double *x, const double *v,
                         const lip_interval *s, double *center, double *radius)
{
  size_t d = claim->d;
  bool sphere = claim->domain.kind == LIP_ON_SPHERE;
  lip_interval length = lip_interval_norm(d, x), along = {0, 0};
  double around = claim->W_radius > 0 ? lip_mul_up((double)d, claim->W_radius) : 0; /* |v_i| <= 1 */

  if (sphere) along = lip_interval_over(lip_interval_dot(d, x, v), length);
  for (size_t l = 0; l < claim->k; l++) {
    const double *w = claim->W + l * d;
    lip_interval t = lip_interval_dot(d, w, v), inward = {0, 0};

    if (sphere) {
      inward = lip_interval_over(lip_interval_dot(d, w, x), length);
      t = lip_interval_sub(t, lip_interval_mul(inward, along));
    }
    t = lip_interval_add(t, (lip_interval){-around, around});
    t = lip_interval_mul(t, s[l]);
    center[l] = middle(t);
    radius[l] = fmax(lip_interval_sub(lip_interval_of(t.high), lip_interval_of(center[l])).high,
                     lip_interval_sub(lip_interval_of(center[l]), lip_interval_of(t.low)).high);
  }
}

/* What may be missing or too much in sum A_jl center_l. */
static double uncertainty(const lip_claim *claim, size_t j, const double *center,
                          const double *radius)
{
  const double *a = claim->A + j * claim->k, *a_radius = claim->A_radius + j * claim->k;
  double sum = 0;

  for (size_t l = 0; l < claim->k; l++) {
    if (radius[l] > 0) sum = lip_add_up(sum, lip_mul_up(fabs(a[l]), radius[l]));
    if (a_radius[l] > 0)
      sum = lip_add_up(sum, lip_mul_up(a_radius[l], lip_add_up(fabs(center[l]), radius[l])));
  }
  return sum;
}

static double norm_down(lip_norm_kind norm, size_t count, const double *sizes)
{
  double sum = 0;

  if (norm == LIP_NORM_2) return count == 1 ? sizes[0] : lip_interval_norm(count, sizes).low;
  if (norm == LIP_NORM_INF) return lip_largest(count, sizes);
  for (size_t i = 0; i < count; i++)
    sum = lip_interval_add(lip_interval_of(sum), lip_interval_of(sizes[i])).low;
  return sum;
}

static double norm_up(lip_norm_kind norm, size_t count, const double *v)
{
  double sum = 0;

  if (norm == LIP_NORM_2) return lip_interval_norm(count, v).high;
  if (norm == LIP_NORM_INF) return lip_largest(count, v);
  for (size_t i = 0; i < count; i++)
    sum = lip_interval_add(lip_interval_of(sum), lip_interval_of(fabs(v[i]))).high;
  return sum;
}

/* |A (s o W P v)| / |v| from below; work: 2 k + m. */
static double slope_down(const lip_claim *claim, const double *x, const double *v,
                         const lip_interval *s, double *work)
{
  size_t k = claim->k, m = claim->m;
  double *center = work, *radius = work + k, *sizes = work + 2 * k, slope;
  lip_interval length;

  slopes_along(claim, x, v, s, center, radius);
  for (size_t j = 0; j < m; j++) {
    double e = uncertainty(claim, j, center, radius);
    lip_interval y = lip_interval_dot(k, claim->A + j * k, center);

    sizes[j] = least_size(lip_interval_add(y, (lip_interval){-e, e}));
  }
  slope = norm_down(claim->norm, m, sizes);
  length = lip_interval_of(norm_up(claim->norm, claim->d, v));
  if (!(slope > 0) || isinf(slope)) return 0;
  return lip_interval_over(lip_interval_of(slope), length).low;
}

static const double *sizes_of(size_t count, double *values)
{
  for (size_t j = 0; j < count; j++) values[j] = fabs(values[j]);
  return values;
}

/* |y| / |v| from below, y within `along`. */
static double slope_of(const lip_claim *claim, const lip_interval *along, const double *v,
                       double *sizes)
{
  double slope;

  for (size_t j = 0; j < claim->m; j++) sizes[j] = least_size(along[j]);
  slope = norm_down(claim->norm, claim->m, sizes);
  if (!(slope > 0) || !isfinite(slope)) return 0;
  return lip_interval_over(lip_interval_of(slope),
                           lip_interval_of(norm_up(claim->norm, claim->d, v)))
      .low;
}

/* The same for a graph: with doubles, and where that says much less than floating point does, with
   more digits. */
static lip_status graph_slope(const lip_claim *claim, const double *x, const double *direction,
                              double *v, double *lower, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t m = claim->m;
  lip_interval *along = lip_alloc(m, sizeof *along);
  double *sizes = lip_alloc(m, sizeof *sizes), computed;
  bool known = false;

  if (!along || !sizes) FAIL(LIP_ENOMEM, "a witness for %zu outputs", m);
  if (!direction && (double)m * (double)claim->d > MOST_JACOBIAN)
    TRY(lip_witness_graph_direction(claim, x, v, err));
  else if (!direction)
    TRY(choose_direction(claim, x, NULL, v, err));
  if (!scale_direction(claim->d, v)) goto done;
  TRY(lip_witness_graph_along(claim, x, v, along, &known, err));
  if (known) *lower = slope_of(claim, along, v, sizes);
  TRY(lip_witness_graph_push(claim, x, v, sizes, err));
  computed = norm_down(claim->norm, m, sizes_of(m, sizes)) / norm_up(claim->norm, claim->d, v);
  if (*lower >= computed * (1 - WORTH_DIGITS)) goto done;
  TRY(lip_witness_graph_along_long(claim, x, v, along, &known, err));
  if (known) *lower = fmax(*lower, slope_of(claim, along, v, sizes));
done:
  lip_free(sizes);
  lip_free(along);
  return st;
}

lip_status lip_witness_slope(const lip_claim *claim, const double *x, const double *direction,
                             double *lower, double *chosen, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = claim->d, k = claim->k;
  lip_interval *s = lip_alloc(k, sizeof *s);
  double *v = lip_alloc_zero(d, sizeof *v), *work = lip_alloc(2 * k + claim->m, sizeof *work);
  double found = 0;

  if (!s || !v || !work) FAIL(LIP_ENOMEM, "a witness in %zu dimensions", d);
  if (direction) memcpy(v, direction, d * sizeof *v);
  if (claim->deep) {
    if (lip_domain_contains(claim->domain, d, x))
      TRY(graph_slope(claim, x, direction, v, &found, err));
  } else if (lip_domain_contains(claim->domain, d, x) && slopes_at(claim, x, s)) {
    if (!direction) TRY(choose_direction(claim, x, s, v, err));
    if (scale_direction(d, v)) found = slope_down(claim, x, v, s, work);
  }
  *lower = lip_claim_unscale_down(claim, found);
  if (chosen) memcpy(chosen, v, d * sizeof *chosen);
done:
  lip_free(s);
  lip_free(v);
  lip_free(work);
  return st;
}
