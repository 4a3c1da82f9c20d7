/* search_bilinear.c - exact search in the norms 1 and inf: branch and bound over activation
   patterns, with bilinear forms in signs as bounds.

   A tree for each row (norm inf) or column (norm 1) of J. A node fixes the slopes of some neurons
   to one of their ends; what is left is bounded (search_bilinear_bound.c), and the node is closed
   where that is at most the steepest witness (1 + gap), else split at the neuron of the largest
   multiplier. The largest bound of all trees comes first. Witnesses (search_bilinear_points.c) as
   in search_patterns.c: the relaxation's signs, rounded and improved, at points that have them.
   Limits: those of search_patterns.c. */
#include "lipschitz/two_layers/search_bilinear_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/dgemm.h"
#include "net/activation.h"

#include <math.h>
#include <string.h>

enum { MOST_NEURONS = 1000, ROUNDINGS = 30 };
enum { ROWS_BYTES = 256 << 20 /* above this, children start anew */ };
static const double MOST_BYTES = 2e9; /* of the trees; then the search ends */
static const double MOST_WORK = 1e7;  /* nodes times entries of U, where not every pattern has a
                                         point */

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;

  if (!claim || claim->norm == LIP_NORM_2 || claim->k > MOST_NEURONS) return false;
  if (claim->domain.kind == LIP_AROUND_DATA) return false;
  if (lip_activation_is_piecewise_linear(claim->psi)) return true;
  return claim->domain.kind == LIP_SPACE && claim->k <= claim->d &&
         (claim->psi.kind == LIP_TANH || claim->psi.kind == LIP_SIGMOID ||
          claim->psi.kind == LIP_SOFTPLUS);
}

static double upper_now(const lip_forms *in)
{
  double value = fmax(lip_forms_target(in), in->stuck);

  if (in->tree.opened > 0) value = fmax(value, in->tree.node[in->tree.open[0]].value);
  return value;
}

void lip_forms_announce(lip_forms *in, bool roots, bool better_lower)
{
  double upper = lip_forms_unscaled(in, upper_now(in)) * (1 + 1e-11);
  bool better = roots && upper < in->bracket->upper * (1 - 1e-7);

  if (better) in->bracket->upper = upper;
  if (better || better_lower) lip_bracket_tell(in->bracket);
}

/* Settles what a node is after its bound is known. */
static lip_status file_node(lip_forms *in, size_t index, const lip_form_bound *found,
                            const double *point, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pattern_node *node = &in->tree.node[index];
  bool proved = found->value <= lip_forms_target(in),
       splits = !proved && found->pick < in->claim->k;
  size_t floats = splits && !found->plain && in->tree.bytes < ROWS_BYTES
                      ? in->box.q * in->relaxation.rank
                      : 0;

  node->value = found->value;
  node->neuron = found->pick;
  node->plain = found->plain;
  node->state = splits ? LIP_NODE_OPEN : LIP_NODE_LEAF;
  for (size_t i = 0; i < floats; i++) in->rows[i] = (float)in->relaxation.Y[i];
  TRY(lip_pattern_tree_keep(&in->tree, index, found->numbers, in->tau, floats, in->rows,
                            splits && point ? in->claim->d : 0, point, err));
  if (splits)
    TRY(lip_pattern_tree_push(&in->tree, index, err));
  else if (!proved)
    in->stuck = fmax(in->stuck, found->value);
done:
  return st;
}

/* The block of a node's tree. */
static size_t block_of(const lip_forms *in, size_t index)
{
  while (in->tree.node[index].parent != LIP_NO_NODE) index = (size_t)in->tree.node[index].parent;
  return index;
}

static lip_status make_child(lip_forms *in, size_t parent, bool high, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t index = in->tree.count, neuron = in->tree.node[parent].neuron;
  const double *point = in->tree.node[parent].point;
  bool empty = false;
  lip_form_bound found;

  TRY(lip_pattern_tree_add(&in->tree, (ptrdiff_t)parent, high, err));
  lip_pattern_tree_ends(&in->tree, index, in->claim->k, in->ends);
  if (!in->every && in->linear) TRY(lip_forms_child_point(in, index, neuron, &point, &empty, err));
  if (empty) goto done;
  if (point) { /* in->x is needed for other points */
    memcpy(in->g + in->claim->d, point, in->claim->d * sizeof *point);
    point = in->g + in->claim->d;
  }
  lip_forms_make(in, block_of(in, parent));
  TRY(lip_forms_bound(in, &in->tree.node[parent], &found, err));
  if (found.value > lip_forms_target(in) && !found.plain) TRY(lip_forms_round(in, 0, err));
  if (found.value > lip_forms_target(in) && in->box.f == 0)
    TRY(lip_forms_offer_signs(in, in->t, err));
  TRY(file_node(in, index, &found, point, err));
done:
  return st;
}

static lip_status make_roots(lip_forms *in, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_form_bound found;

  memset(in->ends, 0, in->claim->k);
  for (size_t block = 0; block < in->box.blocks; block++) {
    lip_forms_make(in, block);
    TRY(lip_pattern_tree_add(&in->tree, LIP_NO_NODE, false, err));
    TRY(lip_forms_bound(in, NULL, &found, err));
    if (lip_stopped(in->control)) goto done;
    if (found.value > lip_forms_target(in)) TRY(lip_forms_round(in, ROUNDINGS, err));
    TRY(file_node(in, block, &found, NULL, err));
  }
  lip_forms_announce(in, true, false);
done:
  return st;
}

/* Is it time to leave the rest to other searches? */
static bool is_enough(const lip_forms *in)
{
  double entries = (double)in->claim->k * (double)in->box.q;

  if ((double)in->tree.bytes > MOST_BYTES) return true;
  return !in->every && (double)in->tree.count * entries > MOST_WORK;
}

static lip_status search(lip_forms *in, lip_error *err)
{
  lip_status st = LIP_OK;

  while (in->tree.opened > 0 && !lip_stopped(in->control) && !is_enough(in)) {
    size_t top = in->tree.open[0];

    if (in->tree.node[top].value <= fmax(lip_forms_target(in), in->stuck))
      break; /* so are all others */
    (void)lip_pattern_tree_pop(&in->tree);
    TRY(make_child(in, top, true, err));
    TRY(make_child(in, top, false, err));
    in->tree.node[top].state = LIP_NODE_SPLIT;
    lip_pattern_tree_drop(&in->tree, top, true);
    lip_forms_announce(in, true, false);
  }
done:
  return st;
}

static lip_status prepare(lip_forms *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = in->claim;
  size_t k = claim->k, d = claim->d;

  TRY(lip_bilinear_box_create(claim, &in->box, err));
  TRY(lip_bilinear_relaxation_create(k + 1, in->box.q, &in->relaxation, err));
  in->gram = lip_alloc(k, k * sizeof *in->gram);
  in->low = lip_alloc(6 * k + 1 + in->box.q, sizeof *in->low);
  in->x = lip_alloc(d, 3 * sizeof *in->x);
  in->rows = lip_alloc(in->box.q, in->relaxation.rank * sizeof *in->rows);
  in->ends = lip_alloc_zero(k + 1, 4);
  in->row = lip_alloc(k, sizeof *in->row);
  if (!in->gram || !in->low || !in->x || !in->rows || !in->ends || !in->row)
    FAIL(LIP_ENOMEM, "a search over patterns of %zu neurons", k);
  in->high = in->low + k;
  in->at_low = in->high + k;
  in->at_high = in->at_low + k;
  in->z = in->at_high + k;
  in->tau = in->z + k;
  in->g = in->x + d; /* 2 d: the gradient, a point of the node at hand */
  in->all = in->ends + k + 1;
  in->t = in->all + k + 1;
  in->spare = in->t + k + 1;
  lip_dgemm(false, true, k, k, d, 1, claim->W, d, claim->W, d, 0, in->gram, k);
  lip_claim_slopes(claim, 0, in->low, in->high);
  TRY(lip_pattern_cell_create(claim, in->gram, in->control, &in->cell, err));
  in->every = lip_pattern_cell_every(in->cell);
  in->linear = lip_activation_is_piecewise_linear(claim->psi);
done:
  return st;
}

static void clear(lip_forms *in)
{
  lip_pattern_tree_clear(&in->tree);
  lip_pattern_cell_free(in->cell);
  lip_bilinear_relaxation_clear(&in->relaxation);
  lip_bilinear_box_clear(&in->box);
  lip_free(in->gram);
  lip_free(in->low);
  lip_free(in->x);
  lip_free(in->rows);
  lip_free(in->ends);
  lip_free(in->row);
}

static lip_status run(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                      lip_error *err)
{
  lip_status st = LIP_OK;
  lip_forms in = {.problem = problem,
                  .claim = problem->claim,
                  .control = control,
                  .bracket = bracket,
                  .first_upper = bracket->upper};

  in.slack = fmin(fmax(bracket->gap / 2, 1e-10), 0.5);
  in.best = lip_forms_scaled(&in, fmax(bracket->lower, 0));
  if (isfinite(bracket->upper) && bracket->upper - bracket->lower <= bracket->gap * bracket->upper)
    goto done;
  TRY(prepare(&in, err));
  if (lip_stopped(control) || (!in.every && !in.linear)) goto done;
  TRY(make_roots(&in, err));
  if (in.tree.count < in.box.blocks || lip_stopped(control)) goto done; /* stopped too early */
  TRY(search(&in, err));
  TRY(lip_pattern_tree_conclude(&in.tree, lip_forms_unscaled(&in, upper_now(&in)) * (1 + 1e-11),
                                in.first_upper, bracket, err));
done:
  if (st != LIP_OK) bracket->upper = in.first_upper;
  clear(&in);
  return st;
}

const lip_search lip_search_bilinear = {
    "patterns", "branch and bound over activation patterns with Grothendieck's relaxation", applies,
    run};
