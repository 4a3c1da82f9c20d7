/* moment_splitting_proof.c - a proof by moments from the dual variables of the splitting.

   The small blocks are repaired one by one; what then is left over of the identity goes by least
   squares into the Gram matrix and the multipliers of the spheres; the Gram matrix is lifted to be
   semidefinite, and the lift put into the constant.
   Cost: eigenvalues of order rows, a few passes over the neurons. */
#include "lipschitz/two_layers/moment_splitting_proof.h"

#include "base/error.h"
#include "linalg/symmetric_eigen.h"

#include <math.h>
#include <string.h>

/* The polynomials of all neurons, from the repaired dual blocks: coefficients times weight into
   s->coefficient, Grams of unit weight, unscaled, into `grams`.  return  the sum of their constants
 */
static double repair_neurons(lip_moment_splitting *s, double *grams)
{
  const lip_moment_program *p = s->program;
  double constant = 0;

  for (size_t l = 0; l < p->K; l++) {
    double block[LIP_HALF_ENTRIES], sum[LIP_HALF_MONOMIALS], c = p->weight[l];
    const lip_half_plane *plane = &s->places.plane;
    double *gram = grams + l * plane->grams;

    memset(s->coefficient + l * LIP_MOST_EVEN, 0, LIP_MOST_EVEN * sizeof *s->coefficient);
    memset(gram, 0, plane->grams * sizeof *gram);
    if (!(c > 0)) continue;
    for (size_t e = 0; e < s->places.entries; e++)
      block[e] = -s->step * s->penalty[l] * s->small_dual[l * LIP_HALF_ENTRIES + e] / c;
    lip_half_plane_repair(&s->places, 1 / p->y_scale, block);
    lip_half_plane_adjoint(&s->places, block, sum);
    constant += c * sum[0];
    for (size_t t = 0; t < s->places.count; t++)
      s->coefficient[l * LIP_MOST_EVEN + t] = c * sum[s->places.at[t]];
    for (size_t e = 0; e < plane->grams; e++) {
      bool of_T = e >= plane->S * (plane->S + 1) / 2;
      size_t i = plane->row[e], j = plane->column[e];
      size_t at = of_T ? plane->S * plane->S + i * plane->T + j : i * plane->S + j;
      const unsigned char *power = plane->power[plane->monomial[e]];

      gram[e] = block[at] * s->places.factor[at] * pow(p->z_scale, power[0]) *
                pow(p->y_scale, power[1]);
    }
  }
  return constant;
}

/* On the spheres |rows|^2 is 3 |x|^2 |u|^2 (degree 2) or 2 |x|^4 |u|^2 (degree 3); as polynomials
   they differ by (|u|^2 - |x|^2) (|x|^2 - |u|^2) and -|x|^4 (|x|^2 - |u|^2). The coefficient of
   multiplier q in that factor. */
static double lift_multiplier(const lip_moment_program *p, size_t q)
{
  const uint16_t *m = p->rows.multiplier[q];

  if (m[0] != m[1]) return 0;
  if (p->rows.degree == 2) return m[0] < p->D ? -1 : 1;
  return m[2] != m[3] ? 0 : m[0] == m[2] ? -1 : -2;
}

lip_status lip_moment_splitting_proof(lip_moment_splitting *s, double *grams, double *Q,
                                      double *multipliers, double *constant, double *bound,
                                      lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_moment_program *p = s->program;
  size_t n = p->rows.rows, N = p->moments;
  double of_neurons, lambda, shift, trace = 0;

  of_neurons = repair_neurons(s, grams);
  for (size_t i = 0; i < n * n; i++) s->M[i] = -s->step * s->big_dual[i];
  lip_moment_neurons_gather(p->neurons, s->coefficient, s->residual);
  lip_moments_adjoint(p, s->M, s->g); /* residual: -neurons - Q + constraints, by least squares */
  for (size_t i = 0; i < N; i++) s->residual[i] = -s->residual[i] - s->g[i];
  lip_moments_multipliers(p, s->residual, s->multipliers, s->scratch);
  lip_moments_add_constraints(p, s->multipliers, s->residual);
  lambda = s->multipliers[p->constraints - 1];
  for (size_t i = 0; i < N; i++) s->residual[i] /= p->multiplicity[i];
  lip_moments_matrix(p, s->residual, p->matrix);
  for (size_t i = 0; i < n * n; i++) s->M[i] += p->matrix[i];
  for (size_t i = 0; i < n; i++) trace += fabs(s->M[i * n + i]);
  memcpy(s->V, s->M, n * n * sizeof *s->V);
  TRY(lip_symmetric_eigen(n, s->V, s->values, false, err));
  shift = fmax(0, -s->values[0]) + 1e-14 * (double)n * trace;
  for (size_t i = 0; i < n; i++) s->M[i * n + i] += shift;
  lambda += (p->rows.uu > 0 ? 3 : 2) * shift; /* |rows|^2 on the spheres */
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      *Q++ = s->M[i * n + j] * p->row_scale[i] * p->row_scale[j] * p->total;
  for (size_t q = 0; q < p->rows.multipliers; q++)
    multipliers[q] = p->total * (shift * lift_multiplier(p, q) - s->multipliers[q]);
  *constant = lambda * p->total;
  *bound = (lambda + of_neurons) * p->total;
done:
  return st;
}
