/* search_regions.c - exact search for deep piecewise linear networks: branch and bound over the
   cells in which the slope is constant.

   Neurons get sides in the order of their nodes. In a cell where all neurons before a node have
   one, the node's arguments are affine forms of x (certificate/graphs/cell_forms.h): which sides
   they have there is asked of linear programs (cell_point.h), and what has one side only gets it,
   with a Farkas vector. Neurons after that count with both slopes; the norm of all matrices that
   this allows bounds the cell. The open cell with the largest bound is split first, at the neuron
   through which most may still change, so that the upper end falls all the time; every cell's point
   is a witness. Cost: cells times linear programs; cells grow like (neurons)^d, fewer where bounds
   close them. Limits: memory for the tree; the bounds of cells are coarse where many neurons are
   open. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/matrix_norm.h"
#include "certificate/witness.h"
#include "linalg/vector.h"
#include "lipschitz/graphs/cell_point.h"
#include "lipschitz/graphs/region_tree.h"
#include "net/graph.h"
#include "net/operator.h"

#include <math.h>
#include <string.h>

enum { MOST_NEURONS = 1000, FIRST_LOOK = 256 };

static const double MOST_CELLS = 1e6;                        /* more are not worth beginning */
static const double DIGITS = 1 << 18, MOST_DENOMINATOR = 60; /* of rounded weights */
static const double MOST_BYTES = 2e9;                        /* of the tree; then the search ends */

typedef struct regions {
  const lip_problem *problem;
  const lip_claim *claim;
  const lip_control *control;
  lip_bracket *bracket;
  double first_upper, best, slack;
  double upper_before; /* when the tree had half as many cells as now */
  size_t next_look;
  lip_cell_forms *forms;
  lip_cell_point *cell;
  lip_region_tree tree;
  double *gain;      /* by neuron: what its value may count for at the output, about */
  signed char *side; /* by neuron: the current cell's, */
  signed char *own;  /* those of its splits, */
  signed char *seen; /* 1: a point with the negative side is known, 2: with the positive one */
  lip_side_row *row;
  double *x, *gradient;    /* d */
  double *center, *radius; /* m x d */
} regions;

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->deep;
  size_t neurons = 0;

  if (!claim || !lip_cell_forms_apply(claim) || claim->domain.kind == LIP_ON_SPHERE) return false;
  if (claim->domain.kind == LIP_BOX && !(claim->domain.low < claim->domain.high)) return false;
  for (size_t i = 0; i < claim->net->nodes; i++)
    if (claim->net->node[i].kind == LIP_NODE_ACTIVATION) neurons += claim->net->node[i].size;
  return neurons > 0 && neurons <= MOST_NEURONS;
}

/* ---- the bracket ---- */

static double target(const regions *in)
{
  return in->best * (1 + in->slack);
}

static double upper_now(const regions *in)
{
  return lip_region_tree_upper(&in->tree, in->best);
}

static void announce(regions *in, bool better_lower)
{
  double upper = upper_now(in);
  bool better = in->tree.count > 0 && upper < in->bracket->upper * (1 - 1e-7);

  if (better) in->bracket->upper = upper;
  if (better || better_lower) lip_bracket_tell(in->bracket);
}

/* At a kink the formula of the slope may be that of no point: what is certain counts. */
static lip_status offer(regions *in, const double *x, lip_error *err)
{
  lip_status st = LIP_OK;
  double slope, certain;

  TRY(lip_problem_slopes(in->problem, 1, x, in->gradient, &slope, err));
  if (!(slope > in->best * (1 + 1e-14)) || !isfinite(slope)) goto done;
  TRY(lip_witness_slope(in->claim, x, NULL, &certain, NULL, err));
  if (!(certain >= slope * (1 - 1e-11))) slope = certain;
  if (!(slope > in->best * (1 + 1e-14))) goto done;
  in->best = slope;
  if (!(slope > in->bracket->lower)) goto done;
  in->bracket->lower = slope;
  memcpy(in->bracket->point, x, in->claim->d * sizeof *x);
  announce(in, true);
done:
  return st;
}

/* ---- which sides the neurons of a node have in a cell ---- */

static bool is_open(const regions *in, size_t neuron)
{
  return in->side[neuron] == 0 && in->gain[neuron] > 0 &&
         !lip_cell_forms_is_fixed(in->forms, neuron);
}

/* The first neuron without a side; forms->neurons: none. */
static size_t next_open(const regions *in, size_t from)
{
  while (from < in->forms->neurons && !is_open(in, from)) from++;
  return from;
}

static double argument(const regions *in, size_t neuron, const double *x)
{
  const double *c, *r;
  size_t stride = lip_cell_forms_argument(in->forms, neuron, &c, &r);
  double z = c[in->claim->d * stride];

  for (size_t i = 0; i < in->claim->d; i++) z += c[i * stride] * x[i];
  return z;
}

/* What a point of the cell says of the open neurons of `node`. */
static void look_from(regions *in, size_t node, const double *x)
{
  const size_t first = in->forms->first[node];

  for (size_t l = first; l < first + in->claim->net->node[node].size; l++)
    if (is_open(in, l)) {
      double z = argument(in, l, x);

      if (z != 0) in->seen[l] |= z > 0 ? 2 : 1;
    }
}

/* The rows of the current cell: those of its splits, or of all sides. */
static void state_rows(regions *in, const signed char *side)
{
  lip_cell_point_begin(in->cell);
  for (size_t l = 0; l < in->forms->neurons; l++)
    if (side[l] != 0) lip_cell_point_push(in->cell, l, side[l]);
}

/* The weights as small whole numbers, or else as multiples of the largest one over 2^18. */
static void round_weights(size_t count, lip_side_row *row)
{
  double least = INFINITY, most = 0;

  for (size_t r = 0; r < count; r++) {
    least = fmin(least, row[r].weight);
    most = fmax(most, row[r].weight);
  }
  for (double factor = 1; factor <= MOST_DENOMINATOR; factor++) {
    bool whole = true;

    for (size_t r = 0; r < count && whole; r++) {
      double weight = row[r].weight / least * factor;

      whole = fabs(weight - rint(weight)) <= 1e-6 * factor;
    }
    for (size_t r = 0; r < count && whole; r++)
      row[r].weight = rint(row[r].weight / least * factor);
    if (whole) return;
  }
  for (size_t r = 0; r < count; r++) row[r].weight = rint(row[r].weight / most * DIGITS) / DIGITS;
}

/* Do the rows in in->row prove that there is no point? If not as they are, then with weights of few
   digits: rows that cancel exactly do so with those. */
static lip_status prove_empty(regions *in, size_t rows, bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_cell_forms_empty(in->forms, rows, in->row, empty, err));
  if (*empty) goto done;
  round_weights(rows, in->row);
  for (size_t r = 0; r < rows; r++)
    if (!(in->row[r].weight > 0)) goto done;
  TRY(lip_cell_forms_empty(in->forms, rows, in->row, empty, err));
done:
  return st;
}

/* Asks for a point of the cell with this side of the neuron (0: of the cell). empty: proved, with
   the rows in in->row; else where found, in->x is one. */
static lip_status ask(regions *in, size_t neuron, signed char side, bool *empty, bool *found,
                      size_t *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_verdict verdict;

  *empty = *found = false;
  for (int attempt = 0; attempt < 4 && !*empty && !*found; attempt++) {
    bool all = attempt >= 2, wide = attempt % 2 == 0;

    if (all && in->claim->domain.kind != LIP_SPACE) break;
    if (all) state_rows(in, in->side);
    if (side != 0) lip_cell_point_push(in->cell, neuron, side);
    lip_cell_point_find(in->cell, wide, &verdict, in->x, rows, in->row);
    if (verdict == LIP_CELL_EMPTY && *rows > 0) TRY(prove_empty(in, *rows, empty, err));
    *found = verdict == LIP_CELL_POINT;
    if (side != 0) lip_cell_point_pop(in->cell);
    if (all) state_rows(in, in->own);
    if (lip_stopped(in->control)) break;
  }
done:
  return st;
}

static lip_status give_side(regions *in, size_t neuron, signed char side, size_t rows,
                            lip_error *err)
{
  lip_status st = lip_region_tree_step(&in->tree, neuron, side, rows, in->row, err);

  if (st != LIP_OK) return st;
  in->side[neuron] = side;
  lip_cell_forms_set(in->forms, neuron, side);
  return st;
}

/* One open neuron of the node under way: gets its side where it has only one.
   empty  out  the cell has been found to be */
static lip_status settle_neuron(regions *in, size_t neuron, bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows = 0, node = in->forms->node[neuron];
  bool zero, none, found;

  TRY(lip_cell_forms_vanishes(in->forms, neuron, &zero, err));
  if (zero) {
    TRY(give_side(in, neuron, -1, 0, err));
    goto done;
  }
  for (signed char t = 1; t >= -1 && in->side[neuron] == 0; t -= 2) {
    if (in->seen[neuron] & (t > 0 ? 2 : 1)) continue;
    TRY(ask(in, neuron, t, &none, &found, &rows, err));
    if (none) TRY(give_side(in, neuron, (signed char)-t, rows, err));
    if (found) {
      look_from(in, node, in->x);
      TRY(offer(in, in->x, err));
    }
  }
  if (in->side[neuron] == 0 || in->seen[neuron] != 0) goto done;
  TRY(ask(in, neuron, in->side[neuron], &none, &found, &rows, err)); /* no point is known at all */
  if (none) {
    *empty = true;
    for (size_t r = 0; r < rows; r++) in->row[r].side = 0;
    TRY(lip_region_tree_step(&in->tree, LIP_NO_REGION, 0, rows, in->row, err));
  }
  if (found) look_from(in, node, in->x);
done:
  return st;
}

/* Gives sides node by node until a neuron of the node reached has both; which one is to be split.
   point  in/out  a point of the cell; NULL: none is known
   pick   out     LIP_NO_REGION where every neuron has a side, or the cell is empty */
static lip_status settle_cell(regions *in, const double *point, size_t *pick, bool *empty,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->claim->net;
  size_t at = 0;

  *pick = LIP_NO_REGION;
  *empty = false;
  while ((at = next_open(in, at)) < in->forms->neurons && *pick == LIP_NO_REGION) {
    size_t node = in->forms->node[at], first = in->forms->first[node];
    size_t end = first + net->node[node].size;
    double most = 0;

    TRY(lip_cell_forms_reach(in->forms, net->node[node].parent[0], err));
    state_rows(in, in->own);
    memset(in->seen + first, 0, net->node[node].size);
    if (point) look_from(in, node, point);
    for (size_t l = at; l < end && !*empty && !lip_stopped(in->control); l++)
      if (is_open(in, l)) TRY(settle_neuron(in, l, empty, err));
    if (*empty) goto done;
    for (size_t l = at; l < end; l++) {
      const double *c, *r;
      size_t stride;
      double squares = 0;

      if (!is_open(in, l)) continue;
      stride = lip_cell_forms_argument(in->forms, l, &c, &r);
      for (size_t i = 0; i < in->claim->d; i++) squares += c[i * stride] * c[i * stride];
      squares *= in->gain[l] * in->gain[l];
      if (*pick == LIP_NO_REGION || squares > most) most = squares, *pick = l;
    }
    at = end;
  }
done:
  return st;
}

/* ---- the tree ---- */

/* The cell added last, whose sides are the current ones: settles it, bounds it, files it.
   point  in  one of the cell; NULL: none is known; copied */
static lip_status file_cell(regions *in, const double *point, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t index = in->tree.count - 1, pick;
  lip_region_node *node = &in->tree.node[index];
  double value;
  bool empty;

  if (point) {
    node->point = lip_alloc(in->claim->d, sizeof *node->point);
    if (!node->point) FAIL(LIP_ENOMEM, "a point");
    memcpy(node->point, point, in->claim->d * sizeof *point);
    TRY(offer(in, node->point, err));
  }
  TRY(settle_cell(in, node->point, &pick, &empty, err));
  if (empty) {
    node->state = LIP_REGION_EMPTY;
    goto done;
  }
  TRY(lip_cell_forms_jacobian(in->forms, in->center, in->radius, err));
  TRY(lip_matrix_norm_estimate(in->claim->norm, in->claim->m, in->claim->d, in->center, in->radius,
                               &value, err));
  if (value < node->value) node->value = value;
  node->pick = pick;
  if (pick != LIP_NO_REGION && node->value > target(in))
    TRY(lip_region_tree_push(&in->tree, index, err));
  else
    in->tree.closed = fmax(in->tree.closed, node->value);
done:
  if (st == LIP_OK && in->tree.node[index].state != LIP_REGION_OPEN) {
    lip_free(in->tree.node[index].point);
    in->tree.node[index].point = NULL;
  }
  return st;
}

static void enter_cell(regions *in, size_t index)
{
  lip_region_tree_sides(&in->tree, index, in->forms->neurons, in->side, in->own);
  for (size_t l = 0; l < in->forms->neurons; l++) lip_cell_forms_set(in->forms, l, in->side[l]);
}

static lip_status make_child(regions *in, size_t parent, signed char side, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t pick = in->tree.node[parent].pick, rows;
  const double *point = in->tree.node[parent].point;
  bool empty = false, found = false;

  TRY(lip_region_tree_add(&in->tree, parent, side, err));
  enter_cell(in, in->tree.count - 1);
  TRY(lip_cell_forms_reach(in->forms, in->claim->net->node[in->forms->node[pick]].parent[0], err));
  if (point && side * argument(in, pick, point) <= 0) point = NULL;
  if (!point) {
    state_rows(in, in->own);
    TRY(ask(in, 0, 0, &empty, &found, &rows, err));
    if (found) point = in->x;
  }
  if (empty) {
    TRY(lip_region_tree_step(&in->tree, LIP_NO_REGION, 0, rows, in->row, err));
    in->tree.node[in->tree.count - 1].state = LIP_REGION_EMPTY;
    goto done;
  }
  TRY(file_cell(in, point, err));
done:
  return st;
}

/* At every doubling of the tree: going on as it went since the last one, does the upper end come
   below the one there was before the tree has MOST_CELLS? */
static bool is_hopeless(regions *in)
{
  double upper = upper_now(in), before = in->upper_before, gained;

  if (in->tree.count < in->next_look) return false;
  in->next_look *= 2;
  in->upper_before = upper;
  if (upper <= in->first_upper || !isfinite(in->first_upper) || !isfinite(before)) return false;
  gained = log(before / upper);
  return !(log2((double)in->tree.count) + log(upper / in->first_upper) / gained <=
           log2(MOST_CELLS));
}

static lip_status search(regions *in, lip_error *err)
{
  lip_status st = LIP_OK;

  while (in->tree.opened > 0 && !lip_stopped(in->control) && !is_hopeless(in)) {
    size_t top = lip_region_tree_pop(&in->tree);

    if (in->tree.node[top].value <= target(in)) {
      in->tree.closed = fmax(in->tree.closed, in->tree.node[top].value);
      in->tree.node[top].state = LIP_REGION_LEAF;
      continue;
    }
    in->tree.under = in->tree.node[top].value;
    if ((double)lip_region_tree_bytes(&in->tree, in->claim->d) > MOST_BYTES) {
      in->tree.closed = fmax(in->tree.closed, in->tree.node[top].value);
      break; /* a leaf, as those that are still open */
    }
    for (int side = -1; side <= 1; side += 2) TRY(make_child(in, top, (signed char)side, err));
    in->tree.node[top].state = LIP_REGION_SPLIT;
    lip_free(in->tree.node[top].point);
    in->tree.node[top].point = NULL;
    in->tree.under = 0;
    announce(in, false);
  }
done:
  return st;
}

/* gain <- |D| through all paths to the outputs asked for, with the largest slopes. */
static lip_status find_gains(regions *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->claim->net;
  size_t sum = 0, last = net->nodes - 1;
  double *block = NULL, **at = lip_alloc(net->nodes, sizeof *at);

  for (size_t i = 0; i < net->nodes; i++) sum += net->node[i].size;
  block = lip_alloc_zero(sum, sizeof *block);
  if (!block || !at) FAIL(LIP_ENOMEM, "%zu gains", sum);
  sum = 0;
  for (size_t i = 0; i < net->nodes; i++) {
    at[i] = block + sum;
    sum += net->node[i].size;
  }
  for (size_t j = 0; j < net->node[last].size; j++)
    at[last][j] = in->claim->output.kind == LIP_ALL_OUTPUTS || j == in->claim->output.plus ||
                  (in->claim->output.kind == LIP_OUTPUT_DIFFERENCE && j == in->claim->output.minus);
  for (size_t i = net->nodes; i-- > 0;) {
    const lip_node *node = &net->node[i];

    if (lip_node_is_affine(node->kind) && node->kind != LIP_NODE_INPUT)
      for (size_t p = 0; p < node->parents; p++)
        TRY(lip_operator_transpose(net, i, p, true, 1, at[i], at[node->parent[p]], err));
    for (size_t j = 0; node->kind == LIP_NODE_ACTIVATION && j < node->size; j++) {
      size_t l = in->forms->first[i] + j;

      in->gain[l] = at[i][j];
      at[node->parent[0]][j] += at[i][j] * fmax(fabs(in->forms->low[l]), fabs(in->forms->high[l]));
    }
  }
done:
  lip_free(block);
  lip_free(at);
  return st;
}

static lip_status prepare(regions *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = in->claim;
  size_t neurons;

  TRY(lip_cell_forms_create(claim, &in->forms, in->control, err));
  neurons = in->forms->neurons;
  in->gain = lip_alloc_zero(neurons, sizeof *in->gain);
  in->side = lip_alloc_zero(neurons, 3);
  in->row = lip_alloc(neurons, sizeof *in->row);
  in->x = lip_alloc(claim->d, 2 * sizeof *in->x);
  in->center = lip_alloc(claim->m * claim->d, 2 * sizeof *in->center);
  if (!in->gain || !in->side || !in->row || !in->x || !in->center)
    FAIL(LIP_ENOMEM, "a search over cells of %zu neurons", neurons);
  in->own = in->side + neurons;
  in->seen = in->own + neurons;
  in->gradient = in->x + claim->d;
  in->radius = in->center + claim->m * claim->d;
  TRY(find_gains(in, err));
  TRY(lip_cell_forms_reach(in->forms, claim->net->nodes - 1, err));
  TRY(lip_cell_point_create(in->forms, in->control, &in->cell, err));
done:
  return st;
}

static lip_status make_root(regions *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows;
  bool empty, found;

  TRY(lip_region_tree_add(&in->tree, LIP_NO_REGION, 0, err));
  enter_cell(in, 0);
  state_rows(in, in->own);
  TRY(ask(in, 0, 0, &empty, &found, &rows, err));
  TRY(file_cell(in, found ? in->x : NULL, err));
  in->tree.under = 0;
  announce(in, false);
done:
  return st;
}

static lip_status run(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                      lip_error *err)
{
  lip_status st = LIP_OK;
  regions in = {.problem = problem,
                .claim = problem->deep,
                .control = control,
                .bracket = bracket,
                .first_upper = bracket->upper,
                .tree = {.under = INFINITY},
                .upper_before = INFINITY,
                .next_look = FIRST_LOOK};

  in.slack = fmin(fmax(bracket->gap, 1e-12), 0.5);
  in.best = bracket->lower > 0 ? bracket->lower : 0;
  TRY(prepare(&in, err));
  TRY(make_root(&in, err));
  TRY(search(&in, err));
  in.tree.under = 0;
  TRY(lip_region_tree_conclude(&in.tree, in.forms->neurons, upper_now(&in), in.first_upper, bracket,
                               err));
done:
  if (st != LIP_OK) bracket->upper = in.first_upper;
  if (st == LIP_EINTERRUPT) st = LIP_OK; /* before there was anything to say */
  lip_region_tree_clear(&in.tree);
  lip_cell_point_free(in.cell);
  lip_cell_forms_free(in.forms);
  lip_free(in.gain);
  lip_free(in.side);
  lip_free(in.row);
  lip_free(in.x);
  lip_free(in.center);
  return st;
}

const lip_search lip_search_regions = {
    "regions", "branch and bound over the cells of a piecewise linear network", applies, run};
