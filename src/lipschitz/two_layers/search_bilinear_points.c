/* search_bilinear_points.c - witnesses of the search with bilinear forms: points that have given
   signs, and the points of a node's children. */
#include "lipschitz/two_layers/search_bilinear_parts.h"

#include "base/error.h"
#include "certificate/witness.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* A witness at x, where it is the steepest: with the slope that is certain there. */
static lip_status offer_point(lip_forms *in, const double *x, lip_error *err)
{
  lip_status st;
  double slope, certain;

  st = lip_problem_slopes(in->problem, 1, x, in->g, &slope, err);
  if (st == LIP_ENUMERIC) return LIP_OK; /* what overflows is no gain */
  if (st != LIP_OK) return st;
  if (!lip_forms_is_gain(in, lip_forms_scaled(in, slope))) goto done;
  TRY(lip_witness_slope(in->claim, x, NULL, &certain, NULL, err));
  if (!(certain >= slope * (1 - 1e-11))) slope = certain;
  if (!lip_forms_is_gain(in, lip_forms_scaled(in, slope))) goto done;
  in->best = lip_forms_scaled(in, slope);
  in->bracket->lower = slope;
  memcpy(in->bracket->point, x, in->claim->d * sizeof *x);
  lip_forms_announce(in, false, true);
done:
  return st;
}

lip_status lip_forms_offer_signs(lip_forms *in, const signed char *t, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_verdict verdict;
  size_t rows;

  memcpy(in->all, in->ends, in->claim->k);
  for (size_t i = 0; i < in->box.f; i++)
    if (in->all[in->box.neuron[i]] == 0) in->all[in->box.neuron[i]] = t[i + 1];
  if (in->every) {
    lip_pattern_arguments(in->claim, in->all, in->z);
    lip_pattern_cell_reach(in->cell, in->z, in->x);
    TRY(offer_point(in, in->x, err));
  } else if (in->linear) {
    lip_pattern_sides(in->claim, in->all, in->all);
    TRY(lip_pattern_cell_find(in->cell, in->all, true, &verdict, in->x, &rows, in->row, err));
    if (verdict == LIP_CELL_POINT) TRY(offer_point(in, in->x, err));
  }
done:
  return st;
}

lip_status lip_forms_child_point(lip_forms *in, size_t index, size_t neuron, const double **point,
                                 bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = in->claim;
  lip_cell_verdict verdict;
  size_t rows = 0;

  *empty = false;
  lip_pattern_sides(claim, in->ends, in->all);
  for (size_t l = 0; l < claim->k; l++) /* a neuron without weights has no sides */
    if (in->gram[l * claim->k + l] == 0) in->all[l] = 0;
  if (*point) {
    double z = lip_dot(claim->d, claim->W_true + neuron * claim->d, *point) + claim->b[neuron];

    if (z * in->all[neuron] > 0) return LIP_OK;
  }
  *point = NULL;
  TRY(lip_pattern_cell_find(in->cell, in->all, false, &verdict, in->x, &rows, in->row, err));
  *empty = verdict == LIP_CELL_EMPTY;
  if (verdict == LIP_CELL_POINT) {
    TRY(offer_point(in, in->x, err));
    *point = in->x;
  }
  if (!*empty) goto done;
  in->tree.node[index].state = LIP_NODE_EMPTY;
  TRY(lip_pattern_tree_keep_rows(&in->tree, index, rows, in->row, err));
done:
  return st;
}
