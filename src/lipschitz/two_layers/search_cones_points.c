/* search_cones_points.c - steep points for the search over cones: climbs from random points and
   from vertices, the bracket's lower end and the target that they set. */
#include "lipschitz/two_layers/search_cones_parts.h"

#include "base/error.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { CLIMBS = 24 };
static const double PASSES = 2000;      /* of a climb */
static const double FINEST_GAP = 1e-11; /* relative: below, rounding may keep cones open */

static void set_target(lip_cone_search *search)
{
  double gap = fmax(search->bracket->gap / 2, FINEST_GAP);

  search->target = search->best * (1 + gap) + search->cones->error;
}

/* A steeper gradient than any before: the new target, and the form of its direction. */
static lip_status raise_best(lip_cone_search *search, const double *g, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = search->cones->d;
  double length = lip_norm(d, g), *S;

  search->best = length;
  set_target(search);
  TRY(lip_cone_tree_reserve(&search->tree, 0, 0, 1, err));
  lip_cone_tree_drop_form(&search->tree, search->best_form);
  search->best_form = lip_cone_tree_take_form(&search->tree);
  S = search->tree.form + search->best_form * search->tree.form_size;
  for (size_t i = 0, at = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++)
      S[at++] = g[i] / length * (g[j] / length) + (i == j ? 1e-18 : 0);
done:
  return st;
}

/* No kink goes through x, as far as rounding can tell. (Neurons without effect do not matter.) */
static bool is_inside_a_cell(const lip_cones *cones, const double *x)
{
  const lip_claim *claim = cones->claim;

  for (size_t l = 0; l < cones->k; l++) {
    double z = claim->b[l], size = fabs(z);

    if (!(cones->moving[l / 64] >> (l % 64) & 1)) continue;
    for (size_t i = 0; i < cones->d; i++) {
      z += claim->W_true[l * cones->d + i] * x[i];
      size += fabs(claim->W_true[l * cones->d + i] * x[i]);
    }
    if (!(fabs(z) > 4e-15 * size)) return false;
  }
  return true;
}

/* A point: what its gradient is in the space, and what the slope is in the domain next to it. */
static lip_status offer(lip_cone_search *search, const double *x, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_bracket *bracket = search->bracket;
  const lip_cones *cones = search->cones;
  size_t d = cones->d;
  double inside[LIP_CONE_DIMENSIONS], g[LIP_CONE_DIMENSIONS], slope;

  memcpy(inside, x, d * sizeof *x);
  lip_domain_project(search->problem->domain, d, inside);
  TRY(lip_problem_slopes(search->problem, 1, inside, g, &slope, err));
  if (slope > bracket->lower && is_inside_a_cell(cones, inside)) {
    bracket->lower = slope;
    memcpy(bracket->point, inside, d * sizeof *x);
    lip_bracket_tell(bracket);
  }
  if (!is_inside_a_cell(cones, x)) return LIP_OK;
  TRY(lip_problem_slopes(&search->space, 1, x, g, &slope, err));
  for (size_t i = 0; i < d; i++)
    g[i] = ldexp(g[i], -cones->claim->W_exponent - cones->claim->A_exponent);
  if (lip_norm(d, g) > search->best) TRY(raise_best(search, g, err));
done:
  return st;
}

/* Climbs from the point of a vertex. */
static lip_status climb_from(lip_cone_search *search, const double *y, const lip_control *control,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_cones *cones = search->cones;
  size_t D = cones->D, d = cones->d;
  double x[LIP_CONE_DIMENSIONS] = {0}, slope, passes = PASSES;

  for (size_t r = 0; r < D; r++) x[r] = lip_dot(D, cones->basis + r * D, y);
  if (cones->biased && !(x[d] > 0)) return LIP_OK;
  for (size_t r = 0; r < d && cones->biased; r++) x[r] /= x[d];
  if (!isfinite(lip_norm(d, x))) return LIP_OK;
  TRY(offer(search, x, err));
  TRY(search->kind->climb(search->climber, search->climbs++, &passes, x, &slope, control, err));
  TRY(offer(search, x, err));
done:
  return st;
}

lip_status lip_cone_search_start(lip_cone_search *search, const lip_control *control,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  size_t D = search->cones->D;

  search->best_form = 0;
  TRY(offer(search, search->bracket->point, err));
  for (uint64_t i = 0; i < CLIMBS && !lip_stopped(control); i++) {
    double y[LIP_CONE_DIMENSIONS];

    lip_random_normal((lip_stream){search->problem->seed, LIP_FOR_STARTS}, (i + 1) * D * D, D, y);
    if (search->cones->biased && lip_dot(D, search->cones->side, y) < 0)
      for (size_t j = 0; j < D; j++) y[j] = -y[j];
    TRY(climb_from(search, y, control, err));
  }
  set_target(search);
done:
  return st;
}

lip_status lip_cone_search_look_at(lip_cone_search *search, const lip_vertex *vertex,
                                   const lip_control *control, lip_error *err)
{
  double g[LIP_CONE_DIMENSIONS];
  lip_status st;

  lip_cone_sum_make(search->cones, vertex->above, vertex->below, &search->sum);
  if (search->sum.free > 0 || vertex->outside ||
      !(lip_norm(search->cones->d, search->sum.fixed) > search->best * (1 + 1e-12)))
    return LIP_OK;
  memcpy(g, search->sum.fixed, sizeof g);
  st = raise_best(search, g, err);
  if (st != LIP_OK) return st;
  return climb_from(search, vertex->y, control, err);
}
