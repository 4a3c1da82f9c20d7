/* moments.c - verifies upper ends from moments of degree 4 or 6 in (x, u), for one output and
   slopes of two values (docs/theory.md, "Moments").

   With t = (x, 1), and xi on the unit sphere with B xi = t times a positive number, J u is
   sum of v_l.u sign(z_l) + v_0.u, z_l a positive multiple of (B'h_l).xi, h_l = [w_l, b_l]. Even
   polynomials P_l(z, y) >= y sign(z) (half_plane.h) bound it by a polynomial in (xi, u), which is a
   constant less a sum of squares (Gram matrix Q) on the product of the spheres, up to residuals:
   every monomial is at most 1 there, so their absolute values are added to the bound.

   What is certain: v_l = c_l v^_l up to |error| delta_l (added to the bound), and z^_l = h^_l.xi is
   within e_l of the z_l meant (what that does to P_l is added): moments_neurons.c.
   Cost: K rows^2 and rows^3 / 3 flops, K = k + 1; rows^2 + 3 K rows doubles. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/proofs/moments_parts.h"
#include "linalg/vector.h"
#include "linalg/verified.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void moments_clear(lip_moments_proof *m)
{
  lip_moment_rows_clear(&m->rows);
  lip_moment_features_clear(m->feature);
  lip_free(m->h);
  lip_free(m->v);
  lip_free(m->weight);
  lip_free(m->coefficient);
  lip_free(m->work);
  lip_free(m->G);
  lip_free(m->residual);
}

static bool all_finite(const lip_array *array)
{
  for (size_t i = 0; i < array->count; i++)
    if (!isfinite(array->values[i])) return false;
  return true;
}

static bool refuse(lip_verdict *verdict, const char *reason)
{
  (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", reason);
  return false;
}

/* The two slopes of the activation. */
static bool slopes_of(lip_activation psi, double *low, double *high)
{
  double left = psi.kind == LIP_ABS ? -1 : psi.kind == LIP_LEAKY_RELU ? psi.slope : 0;

  if (psi.kind != LIP_RELU && psi.kind != LIP_LEAKY_RELU && psi.kind != LIP_ABS) return false;
  *low = fmin(left, 1);
  *high = fmax(left, 1);
  return isfinite(left);
}

/* Finds the arrays; shapes and numbers are checked. The Gram matrix's size says of which degree. */
static bool read_arrays(const lip_claim *claim, const lip_proof *proof, lip_moments_proof *m,
                        size_t *degree, lip_verdict *verdict)
{
  const lip_array *coordinates = lip_proof_array(proof, "coordinates"),
                  *grams = lip_proof_array(proof, "half_planes"),
                  *Q = lip_proof_array(proof, "gram"),
                  *multipliers = lip_proof_array(proof, "multipliers"),
                  *constant = lip_proof_array(proof, "constant");
  size_t D = claim->d + 1, rows, wanted;

  if (!coordinates || !grams || !Q || !multipliers || !constant || proof->count != 5)
    return refuse(verdict, "arrays are missing, or there are others");
  if (!all_finite(coordinates) || !all_finite(grams) || !all_finite(Q) ||
      !all_finite(multipliers) || !all_finite(constant))
    return refuse(verdict, "a number is not finite");
  if (D + claim->d > LIP_MOMENT_VARIABLES) return refuse(verdict, "too many inputs");
  *degree = 2;
  lip_moment_rows_count(D, claim->d, 2, &rows, &wanted);
  if (Q->count != rows * (rows + 1) / 2) {
    *degree = 3;
    lip_moment_rows_count(D, claim->d, 3, &rows, &wanted);
  }
  *m = (lip_moments_proof){.D = D,
                           .d = claim->d,
                           .K = claim->k + 1,
                           .plane = lip_half_plane_of(*degree),
                           .coordinates = coordinates->values,
                           .grams = grams->values,
                           .Q = Q->values,
                           .multipliers = multipliers->values,
                           .constant = constant->values};
  if (coordinates->rank != 2 || coordinates->shape[0] != D || coordinates->shape[1] != D ||
      grams->rank != 2 || grams->shape[0] != claim->k + 1 || grams->shape[1] != m->plane.grams ||
      Q->rank != 1 || Q->count != rows * (rows + 1) / 2 || multipliers->rank != 1 ||
      multipliers->count != wanted || constant->count != 1)
    return refuse(verdict, "an array has another shape");
  return true;
}

static lip_status allocate(lip_moments_proof *m, size_t degree, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t K = m->K, n;

  TRY(lip_moment_rows_create(m->D, m->d, degree, &m->rows, err));
  n = m->rows.rows;
  m->h = lip_alloc_zero(K, m->D * sizeof *m->h);
  m->v = lip_alloc_zero(K, m->d * sizeof *m->v);
  m->weight = lip_alloc_zero(K, sizeof *m->weight);
  m->coefficient = lip_alloc_zero(K, LIP_MOST_EVEN * sizeof *m->coefficient);
  m->work = lip_alloc(lip_moment_work(&m->rows, K), sizeof *m->work);
  m->G = lip_alloc(n, n * sizeof *m->G);
  m->residual = lip_alloc_zero(lip_moment_monomials(&m->rows), sizeof *m->residual);
  if (!m->h || !m->v || !m->weight || !m->coefficient || !m->work || !m->G || !m->residual)
    FAIL(LIP_ENOMEM, "forms of %zu rows", n);
done:
  return st;
}

/* Is B certainly nonsingular? BB' - 1e-14 diag(BB') is semidefinite, rounding counted: with n_i the
   lengths of the rows, the errors gamma n_i n_j are at most diag(gamma D n_i^2). */
static bool coordinates_are_nonsingular(lip_moments_proof *m, double *slack)
{
  size_t D = m->D;
  double *BB = m->G; /* D x D at most rows x rows */

  lip_row_norms_up(D, D, m->coordinates, slack);
  for (size_t i = 0; i < D; i++) {
    double square = lip_mul_up(slack[i], slack[i]);

    if (!(square > 1e-280 && square < 1e280)) return false; /* no underflow below */
    for (size_t j = 0; j < D; j++)
      BB[i * D + j] = lip_dot(D, m->coordinates + i * D, m->coordinates + j * D);
    slack[i] = lip_mul_up(square, 1e-14 + 2 * (double)D * lip_gamma(D + 2));
  }
  return lip_certainly_semidefinite(D, BB, slack, NULL);
}

/* Adds `sign` times a Gram matrix, monomial by monomial. return: sum of |entries|, as computed */
static double collect(lip_moments_proof *m, const double *gram, bool packed, double sign)
{
  size_t n = m->rows.rows;
  double mass = 0;

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < (packed ? i + 1 : n); j++) {
      double entry = packed ? *gram++ : gram[i * n + j];

      if (packed && i != j) entry *= 2;
      if (entry == 0) continue;
      m->residual[lip_moment_place(&m->rows, i, j)] += sign * entry;
      mass += fabs(entry);
    }
  return mass;
}

/* residual = constant |x|^.. |u|^2 - sum of the polynomials - m'Qm - multipliers (|x|^2 - |u|^2) */
static void collect_residual(lip_moments_proof *m)
{
  size_t n = m->D + m->d, count = lip_moment_monomials(&m->rows);
  double mass, sum = 0;

  mass = collect(m, m->G, false, -1) + collect(m, m->Q, true, -1);
  for (size_t t = 0; t < lip_moment_norm_terms(&m->rows); t++) {
    double times;
    size_t at = lip_moment_norm_term(&m->rows, t, &times);

    m->residual[at] += times * *m->constant;
    mass += times * fabs(*m->constant);
  }
  for (size_t q = 0; q < m->rows.multipliers; q++)
    for (size_t t = 0; t < n; t++) {
      m->residual[lip_moment_place_of_multiplier(&m->rows, q, t)] += t < m->D ? -m->multipliers[q]
                                                                              : m->multipliers[q];
      mass += fabs(m->multipliers[q]);
    }
  for (size_t t = 0; t < count; t++) sum += fabs(m->residual[t]);
  m->bound = lip_add_up(m->bound, *m->constant);
  /* a residual is a sum of at most 64 terms, which are rounded at most once */
  lip_moments_add_error(m, lip_mul_up(sum, 1 + 2 * lip_gamma(count)));
  lip_moments_add_error(
      m, lip_mul_up(lip_mul_up(mass, 1 + 2 * lip_gamma(2 * m->rows.rows * m->rows.rows +
                                                       n * m->rows.multipliers)),
                    lip_gamma(80)));
  lip_moments_add_error(m, DBL_MIN * (double)count);
}

static bool gram_is_semidefinite(lip_moments_proof *m)
{
  size_t n = m->rows.rows;
  const double *q = m->Q;

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) m->G[i * n + j] = m->G[j * n + i] = *q++;
  return lip_certainly_semidefinite(n, m->G, NULL, NULL);
}

/* All forms and polynomials of the neurons; the Gram matrix is tested. work: 3 D + k + D^2 doubles
 */
static bool set_forms(const lip_claim *claim, lip_moments_proof *m, double low, double high,
                      double *work, lip_verdict *verdict)
{
  double *columns = work + 3 * m->D + claim->k;

  if (!coordinates_are_nonsingular(m, work)) return refuse(verdict, "coordinates may be singular");
  for (size_t i = 0; i < m->D; i++)
    for (size_t j = 0; j < m->D; j++) columns[j * m->D + i] = m->coordinates[i * m->D + j];
  lip_moments_set_directions(claim, m, low, high, work, work + 3 * m->D);
  for (size_t l = 0; l < m->K; l++) {
    double e = 0;

    if (m->weight[l] == 0) continue;
    if (!lip_half_plane_is_sum_of_squares(&m->plane, m->grams + l * m->plane.grams))
      return refuse(verdict, "the polynomial of a neuron is not certainly a sum of squares");
    if (!lip_moments_set_hyperplane(claim, m, l, columns, work, &e))
      return refuse(verdict, "a neuron's weights are out of range in these coordinates");
    lip_moments_set_polynomial(m, l, e);
  }
  if (!gram_is_semidefinite(m)) return refuse(verdict, "the Gram matrix is not semidefinite");
  return true;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moments_proof m = {0};
  double low, high, *work = NULL, total;
  size_t degree = 0;

  *verdict = (lip_verdict){.proved = false};
  if (claim->m != 1 || claim->norm != LIP_NORM_2 || !slopes_of(claim->psi, &low, &high)) {
    refuse(verdict, "moments are for one output, norm 2 and slopes of two values");
    return LIP_OK;
  }
  if (!read_arrays(claim, proof, &m, &degree, verdict)) return LIP_OK;
  TRY(allocate(&m, degree, err));
  work = lip_alloc_zero(3 * m.D + claim->k + m.D * m.D, sizeof *work);
  if (!work) FAIL(LIP_ENOMEM, "%zu neurons", claim->k);
  if (control && control->stop && control->stop(control->context))
    FAIL(LIP_EINTERRUPT, "interrupted");
  if (!set_forms(claim, &m, low, high, work, verdict)) goto done;
  TRY(lip_moment_features_create(&m.rows, m.K, m.h, m.v, m.feature, err));
  lip_moment_gram(&m.rows, m.feature, m.K, m.coefficient, m.work, m.G);
  collect_residual(&m);
  total = lip_claim_unscale_up(claim, lip_add_up(m.bound, m.errors));
  verdict->margin = m.errors / m.bound;
  verdict->proved = m.bound > 0 && total <= upper;
  if (!verdict->proved)
    (void)snprintf(verdict->reason, sizeof verdict->reason,
                   "the moments prove %.17g, which is above the claim", total);
done:
  lip_free(work);
  moments_clear(&m);
  return st;
}

const lip_proof_kind lip_proof_moments = {
    "moments", "theory.md: moments in the point and the direction", false, verify};
