/* search_patterns.c - exact search: branch and bound over activation patterns.

   A node fixes the slopes of some neurons to one of their ends; the semidefinite bound of what is
   left (pattern_bound.h), warm-started from its parent's, closes it where it is below the steepest
   witness (1 + gap); else it is split at the neuron whose sign the relaxation leaves open the most.
   The open node with the largest bound comes first, so that the upper end falls all the time.
   Witnesses: patterns by rounding and climbing, realised by a point where every pattern has one
   (k <= d and W of full row rank, on the space); otherwise the cells' own points, and cells without
   a point are closed (search_patterns_points.c).
   Cost: a few sweeps of n^2 sqrt(2n) for each node, n its free neurons. Limits: memory for the
   nodes' multipliers; where not every pattern has a point, a number of nodes. */
#include "lipschitz/two_layers/search_patterns_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/dgemm.h"
#include "net/activation.h"

#include <string.h>

enum {
  MOST_NEURONS = 1000,
  ROOT_SWEEPS = 400,
  NODE_SWEEPS = 60,
  ROUNDINGS = 100,
  ROWS_BYTES = 256 << 20, /* above this, children start anew */
};

static const double MOST_BYTES = 2e9; /* of the tree; then the search ends */

/* Where patterns without a point loosen the bounds, other searches may do better: cones of x in few
   dimensions, moments for many neurons. Then so many nodes times squares of neurons are enough. */
static const double MOST_WORK = 3e8, LEAST_WORK = 1e7;
enum { FEW_DIMENSIONS = 6, MANY_NEURONS = 10 /* for each input */ };

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;

  if (!claim || claim->norm != LIP_NORM_2 || claim->k > MOST_NEURONS) return false;
  if (claim->domain.kind == LIP_AROUND_DATA) return false;
  if (lip_activation_is_piecewise_linear(claim->psi)) return true;
  return claim->domain.kind == LIP_SPACE && claim->k <= claim->d &&
         (claim->psi.kind == LIP_TANH || claim->psi.kind == LIP_SIGMOID ||
          claim->psi.kind == LIP_SOFTPLUS);
}

static double target(const lip_patterns *in)
{
  return in->best * (1 + in->slack);
}

static double upper_now(const lip_patterns *in)
{
  double value = fmax(target(in), in->stuck);

  if (in->tree.opened > 0) value = fmax(value, in->tree.node[in->tree.open[0]].value);
  return value;
}

void lip_patterns_announce(lip_patterns *in, bool better_lower)
{
  double upper = lip_patterns_unscaled(in, upper_now(in)) * (1 + 1e-11);
  bool better = in->tree.count > 0 && upper < in->bracket->upper * (1 - 1e-7);

  if (better) in->bracket->upper = upper;
  if (better || better_lower) lip_bracket_tell(in->bracket);
}

/* Keeps of tau what is free, in the order of the proof. Returns their number. */
static size_t pack_multipliers(const lip_patterns *in, const signed char *ends, double *tau)
{
  size_t count = 0;

  for (size_t l = 0; l < in->claim->k; l++)
    if (ends[l] == 0 && in->low[l] < in->high[l]) tau[count++] = tau[l];
  return count;
}

/* Those of a node for the child whose ends are given. */
static void unpack_multipliers(const lip_patterns *in, size_t index, const signed char *ends,
                               double *tau)
{
  const lip_pattern_node *node = &in->tree.node[index];
  size_t at = 0;

  for (size_t l = 0; l < in->claim->k; l++) {
    bool was_free = (ends[l] == 0 || l == node->neuron) && in->low[l] < in->high[l];

    tau[l] = was_free ? node->tau[at++] : 1;
  }
}

/* Settles what a node is after its bound is known. */
static lip_status file_node(lip_patterns *in, size_t index, const signed char *ends,
                            const lip_node_bound *found, float *rows, const double *point,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pattern_node *node = &in->tree.node[index];
  bool splits = !found->proved && found->pick < in->claim->k;
  bool roomy = in->tree.bytes < ROWS_BYTES;
  size_t free = pack_multipliers(in, ends, in->tau);

  node->value = found->value;
  node->neuron = found->pick;
  node->likely_high = found->likely_high;
  node->state = splits ? LIP_NODE_OPEN : LIP_NODE_LEAF;
  TRY(lip_pattern_tree_keep(&in->tree, index, free, in->tau,
                            splits && roomy ? lip_pattern_bound_rows(in->bound) : 0, rows,
                            splits ? in->claim->d : 0, point, err));
  if (splits)
    TRY(lip_pattern_tree_push(&in->tree, index, err));
  else if (!found->proved)
    in->stuck = fmax(in->stuck, found->value);
done:
  return st;
}

/* One child of the node `parent`, whose tau are in in->tau and whose rows in in->rows. */
static lip_status make_child(lip_patterns *in, size_t parent, bool high, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t index = in->tree.count, neuron = in->tree.node[parent].neuron, k = in->claim->k;
  double known = in->tree.node[parent].value, value = 0;
  const double *point = in->tree.node[parent].point;
  lip_node_bound found;
  bool empty = false;

  TRY(lip_pattern_tree_add(&in->tree, (ptrdiff_t)parent, high, err));
  lip_pattern_tree_ends(&in->tree, index, k, in->ends);
  unpack_multipliers(in, parent, in->ends, in->tau);
  if (!in->every && lip_activation_is_piecewise_linear(in->claim->psi))
    TRY(lip_patterns_child_point(in, index, neuron, &point, &empty, err));
  if (empty) goto done;
  if (in->tree.node[parent].rows)
    memcpy(in->rows, in->tree.node[parent].rows,
           lip_pattern_bound_rows(in->bound) * sizeof *in->rows);
  else
    memset(in->rows, 0, lip_pattern_bound_rows(in->bound) * sizeof *in->rows);
  TRY(lip_pattern_bound_node(in->bound, in->ends, in->rows, target(in), target(in), known,
                             NODE_SWEEPS, in->tau, &found, in->t, &value, in->control, err));
  TRY(file_node(in, index, in->ends, &found, in->rows, point, err));
  if (value > in->best * (1 + 1e-13)) TRY(lip_patterns_offer_ends(in, in->ends, in->t, err));
done:
  return st;
}

static lip_status make_root(lip_patterns *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = in->claim->k;
  double signs = 0, value = 0, before;
  lip_node_bound found;
  lip_cell_verdict verdict = LIP_CELL_UNKNOWN;
  size_t rows;

  memset(in->ends, 0, k);
  memset(in->side, 0, k);
  memset(in->rows, 0, lip_pattern_bound_rows(in->bound) * sizeof *in->rows);
  for (size_t l = 0; l < k; l++) /* where the neuron does not matter: out of the test's way */
    in->tau[l] = in->gram[l * k + l] > 0 ? 1e-30 : 1e30;
  if (!in->every) {
    TRY(lip_pattern_cell_find(in->cell, in->side, false, &verdict, in->x, &rows, in->row, err));
    if (verdict == LIP_CELL_POINT) TRY(lip_patterns_offer_point(in, in->x, err));
  }
  do {
    before = signs;
    TRY(lip_pattern_bound_node(in->bound, in->ends, in->rows,
                               fmax(signs, in->best) * (1 + in->slack), INFINITY, INFINITY,
                               ROOT_SWEEPS, in->tau, &found, in->t, &value, in->control, err));
    signs = fmax(signs, value);
    if (value > in->best * (1 + 1e-13)) TRY(lip_patterns_offer_ends(in, in->ends, in->t, err));
    if (found.pick == k) break;
    TRY(lip_pattern_bound_round(in->bound, in->ends, in->claim->m == 1 ? ROUNDINGS : ROUNDINGS / 4,
                                2, in->t, in->side, &value, in->control, err));
    if (value > fmax(signs, in->best) * (1 + 1e-13))
      TRY(lip_patterns_offer_ends(in, in->ends, in->t, err));
    signs = fmax(signs, value);
  } while (signs > before * (1 + in->slack) && !lip_stopped(in->control));
  found.proved = found.value <= target(in);
  if (!isfinite(found.value)) goto done; /* stopped too early */
  TRY(lip_pattern_tree_add(&in->tree, LIP_NO_NODE, false, err));
  TRY(file_node(in, 0, in->ends, &found, in->rows, NULL, err));
  lip_patterns_announce(in, false);
done:
  return st;
}

/* Is it time to leave the rest to other searches? */
static bool is_enough(const lip_patterns *in)
{
  double k = (double)in->claim->k, nodes = (double)in->tree.count;
  bool few = in->claim->d <= FEW_DIMENSIONS || in->claim->k > MANY_NEURONS * in->claim->d;

  if ((double)in->tree.bytes > MOST_BYTES) return true;
  if (in->every) return false;
  return nodes * k * k > (few ? LEAST_WORK : MOST_WORK);
}

static lip_status search(lip_patterns *in, lip_error *err)
{
  lip_status st = LIP_OK;

  while (in->tree.opened > 0 && !lip_stopped(in->control)) {
    size_t top = in->tree.open[0];
    bool first;

    if (is_enough(in)) break;
    if (in->tree.node[top].value <= target(in)) break; /* so are all others */
    if (in->stuck > 0 && in->tree.node[top].value <= in->stuck) break;
    (void)lip_pattern_tree_pop(&in->tree);
    first = in->tree.node[top].likely_high;
    TRY(make_child(in, top, first, err));
    TRY(make_child(in, top, !first, err));
    in->tree.node[top].state = LIP_NODE_SPLIT;
    lip_pattern_tree_drop(&in->tree, top, true);
    lip_patterns_announce(in, false);
  }
done:
  return st;
}

/* W W', some rows at a time. */
static bool multiply(lip_patterns *in)
{
  const lip_claim *claim = in->claim;
  size_t k = claim->k, rows = 1 + (size_t)1e7 / (k * claim->d + 1);

  for (size_t i = 0; i < k; i += rows) {
    size_t count = k - i < rows ? k - i : rows;

    if (lip_stopped(in->control)) return false;
    lip_dgemm(false, true, count, k, claim->d, 1, claim->W + i * claim->d, claim->d, claim->W,
              claim->d, 0, in->gram + i * k, k);
  }
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < i; j++) in->gram[j * k + i] = in->gram[i * k + j];
  return true;
}

static lip_status prepare(lip_patterns *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = in->claim->k, d = in->claim->d, m = in->claim->m, floats;

  in->gram = lip_alloc(k, k * sizeof *in->gram);
  in->low = lip_alloc(k, 4 * sizeof *in->low);
  in->x = lip_alloc(d, (m + 2) * sizeof *in->x);
  in->u = lip_alloc(m, sizeof *in->u);
  in->ends = lip_alloc_zero(k, 3);
  in->row = lip_alloc(k, sizeof *in->row);
  if (!in->gram || !in->low || !in->x || !in->u || !in->ends || !in->row)
    FAIL(LIP_ENOMEM, "a search over patterns of %zu neurons", k);
  in->high = in->low + k;
  in->tau = in->high + k;
  in->z = in->tau + k;
  in->gradient = in->x + d;
  in->J = in->gradient + d;
  in->t = in->ends + k;
  in->side = in->t + k;
  if (!multiply(in)) goto done;
  lip_claim_slopes(in->claim, 0, in->low, in->high);
  TRY(lip_pattern_cell_create(in->claim, in->gram, in->control, &in->cell, err));
  in->every = lip_pattern_cell_every(in->cell);
  TRY(lip_pattern_bound_create(in->claim, in->gram, in->low, in->high, &in->bound, err));
  floats = lip_pattern_bound_rows(in->bound);
  in->rows = lip_alloc_zero(floats, sizeof *in->rows);
  if (!in->rows) FAIL(LIP_ENOMEM, "a node of %zu numbers", floats);
done:
  return st;
}

static lip_status run(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                      lip_error *err)
{
  lip_status st = LIP_OK;
  lip_patterns in = {.claim = problem->claim,
                     .control = control,
                     .bracket = bracket,
                     .first_upper = bracket->upper};

  in.slack = fmin(fmax(bracket->gap, 1e-10), 0.5);
  in.best = lip_patterns_scaled(&in, bracket->lower > 0 ? bracket->lower : 0);
  if (isfinite(bracket->upper) && bracket->upper - bracket->lower <= bracket->gap * bracket->upper)
    goto done;
  TRY(prepare(&in, err));
  if (!in.rows) goto done; /* stopped */
  if (!in.every && !lip_activation_is_piecewise_linear(in.claim->psi)) goto done;
  TRY(make_root(&in, err));
  TRY(search(&in, err));
  TRY(lip_pattern_tree_conclude(&in.tree, lip_patterns_unscaled(&in, upper_now(&in)) * (1 + 1e-11),
                                in.first_upper, bracket, err));
done:
  if (st != LIP_OK) bracket->upper = in.first_upper;
  lip_pattern_tree_clear(&in.tree);
  lip_pattern_bound_free(in.bound);
  lip_pattern_cell_free(in.cell);
  lip_free(in.gram);
  lip_free(in.low);
  lip_free(in.x);
  lip_free(in.u);
  lip_free(in.ends);
  lip_free(in.row);
  lip_free(in.rows);
  return st;
}

const lip_search lip_search_patterns = {
    "patterns", "branch and bound over activation patterns with the semidefinite bound", applies,
    run};
