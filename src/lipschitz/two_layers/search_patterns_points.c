/* search_patterns_points.c - the points of a search over patterns: witnesses, and the cells of
   nodes.

   A pattern is realised where every pattern has a point by solving for x, else by a point of its
   cell (pattern_cell.h); a cell without one closes its node by a Farkas vector. Where a smooth
   activation's slopes are only approached, they are to within rounding at arguments of some tens.
 */
#include "lipschitz/two_layers/search_patterns_parts.h"

#include "base/error.h"
#include "certificate/domain.h"
#include "certificate/witness.h"
#include "linalg/vector.h"
#include "lipschitz/jacobian_norm.h"
#include "net/activation.h"

#include <string.h>

/* The slope at x, about the scaled weights, squared. */
static lip_status slope_at(lip_patterns *in, const double *x, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = in->claim;

  memset(in->J, 0, claim->m * claim->d * sizeof *in->J);
  for (size_t l = 0; l < claim->k; l++) {
    const double *w = claim->W + l * claim->d;
    double z = lip_dot(claim->d, claim->W_true + l * claim->d, x) + claim->b[l];
    double s = lip_activation_slope(claim->psi, z);

    for (size_t i = 0; i < claim->m && s != 0; i++)
      lip_add_multiple(claim->d, s * claim->A[i * claim->k + l], w, in->J + i * claim->d);
  }
  for (size_t i = 0; i < claim->m; i++)
    lip_domain_tangential(claim->domain, claim->d, x, in->J + i * claim->d);
  TRY(lip_jacobian_norm(LIP_NORM_2, claim->m, claim->d, in->J, in->u, in->gradient, value, err));
  *value *= *value;
done:
  return st;
}

lip_status lip_patterns_offer_point(lip_patterns *in, const double *x, lip_error *err)
{
  lip_status st = LIP_OK;
  double value, certain;

  TRY(slope_at(in, x, &value, err));
  if (!(value > in->best * (1 + 1e-14)) || !isfinite(value)) goto done;
  TRY(lip_witness_slope(in->claim, x, NULL, &certain, NULL, err));
  if (!(certain >= lip_patterns_unscaled(in, value) * (1 - 1e-11)))
    value = lip_patterns_scaled(in, certain);
  if (!(value > in->best * (1 + 1e-14))) goto done;
  in->best = value;
  in->bracket->lower = lip_patterns_unscaled(in, value);
  memcpy(in->bracket->point, x, in->claim->d * sizeof *x);
  lip_patterns_announce(in, true);
done:
  return st;
}

lip_status lip_patterns_offer_ends(lip_patterns *in, const signed char *ends, const signed char *t,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_verdict verdict;
  size_t rows;
  signed char *all = in->side;

  for (size_t l = 0; l < in->claim->k; l++)
    all[l] = ends[l] != 0 || !lip_pattern_bound_matters(in->bound, l) ? ends[l] : t[l];
  if (in->every) {
    lip_pattern_arguments(in->claim, all, in->z);
    lip_pattern_cell_reach(in->cell, in->z, in->x);
    TRY(lip_patterns_offer_point(in, in->x, err));
  } else if (lip_activation_is_piecewise_linear(in->claim->psi)) {
    lip_pattern_sides(in->claim, all, all);
    TRY(lip_pattern_cell_find(in->cell, all, true, &verdict, in->x, &rows, in->row, err));
    if (verdict == LIP_CELL_POINT) TRY(lip_patterns_offer_point(in, in->x, err));
  }
done:
  return st;
}

lip_status lip_patterns_child_point(lip_patterns *in, size_t index, size_t neuron,
                                    const double **point, bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = in->claim;
  lip_cell_verdict verdict;
  size_t rows = 0;

  *empty = false;
  lip_pattern_sides(in->claim, in->ends, in->side);
  for (size_t l = 0; l < claim->k; l++) /* a neuron without weights has no sides */
    if (in->gram[l * claim->k + l] == 0) in->side[l] = 0;
  if (*point) {
    double z = lip_dot(claim->d, claim->W_true + neuron * claim->d, *point) + claim->b[neuron];

    if (z * in->side[neuron] > 0) return LIP_OK;
  }
  *point = NULL;
  TRY(lip_pattern_cell_find(in->cell, in->side, false, &verdict, in->x, &rows, in->row, err));
  *empty = verdict == LIP_CELL_EMPTY;
  if (verdict == LIP_CELL_POINT) {
    TRY(lip_patterns_offer_point(in, in->x, err));
    *point = in->x;
  }
  if (!*empty) goto done;
  in->tree.node[index].state = LIP_NODE_EMPTY;
  TRY(lip_pattern_tree_keep_rows(&in->tree, index, rows, in->row, err));
done:
  return st;
}
