/* search_sectors.c - exact search for deep piecewise linear networks in many dimensions: branch and
   bound over the slopes of neurons with the semidefinite bound of the whole graph.

   A node gives some neurons one of their two slopes, whether or not a point has them all; the
   semidefinite bound of what is left (sectors.h) closes it where it is below the steepest witness,
   else it is split at the neuron whose multiplier weighs most. The open node with the largest bound
   comes first. Witnesses come from lower_cells.c; where every neuron has its slope the pattern's
   own norm is the bound. Cost: an interior-point search of the free neurons' order for each node:
   30 ms for 64 neurons. Limits: a number of nodes; patterns without a point are not told apart. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/matrix_norm.h"
#include "certificate/witness.h"
#include "linalg/vector.h"
#include "lipschitz/graphs/cell_point.h"
#include "lipschitz/graphs/region_tree.h"
#include "lipschitz/graphs/sector_balance.h"
#include "lipschitz/graphs/sector_spare.h"
#include "lipschitz/graphs/sectors.h"

#include <math.h>
#include <string.h>

enum { MOST_NEURONS = 300, MOST_INPUTS = 1000, MOST_NODES = 40000 };
static const double MOST_BYTES = 2e9, ACCURACY = 1e-4;

typedef struct sectors_search {
  const lip_claim *claim;
  const lip_control *control;
  lip_bracket *bracket;
  double first_upper, slack;
  const lip_problem *problem;
  lip_cell_forms *forms;
  lip_cell_point *cell;
  lip_slope_bounds *slopes;
  lip_side_row *row;
  double *x, *gradient; /* d */
  lip_region_tree tree;
  signed char *side, *own;
  double *center, *radius; /* m x d */
  size_t bytes;
} sectors_search;

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->deep;
  size_t neurons = 0;

  if (!claim || claim->norm != LIP_NORM_2 || claim->d > MOST_INPUTS) return false;
  if (!lip_cell_forms_apply(claim) || claim->domain.kind == LIP_ON_SPHERE) return false;
  for (size_t i = 0; i < claim->net->nodes; i++)
    if (claim->net->node[i].kind == LIP_NODE_ACTIVATION) neurons += claim->net->node[i].size;
  return neurons > 0 && neurons <= MOST_NEURONS;
}

static double target(const sectors_search *in)
{
  return in->bracket->lower * (1 + in->slack);
}

static double upper_now(const sectors_search *in)
{
  return lip_region_tree_upper(&in->tree, in->bracket->lower);
}

static void announce(sectors_search *in)
{
  double upper = upper_now(in);

  if (!(upper < in->bracket->upper * (1 - 1e-7))) return;
  in->bracket->upper = upper;
  lip_bracket_tell(in->bracket);
}

static bool is_free(const sectors_search *in, size_t neuron)
{
  return in->side[neuron] == 0 && !lip_cell_forms_is_fixed(in->forms, neuron);
}

static double row_square(const lip_sector_block *block, const lip_sector_form *form, size_t i)
{
  double sum = 0;

  for (size_t c = 0; c < block->couplings; c++) {
    size_t size = form->block[block->coupling[c].from].size;
    const double *row = block->coupling[c].C ? block->coupling[c].C + i * size : NULL;

    if (row) sum += lip_dot(size, row, row);
  }
  return sum;
}

/* The neuron to be split: the one whose constraint weighs most. */
static size_t choose(const sectors_search *in, const lip_sector_form *form,
                     const double *multipliers)
{
  size_t best = LIP_NO_REGION;
  double most = -1;

  for (size_t b = 1; b <= form->blocks; b++) {
    const lip_sector_block *block = &form->block[b];

    for (size_t i = 0; i < block->size; i++) {
      size_t l = in->forms->first[block->node] + block->entry[i];
      double width = block->high[i] - block->low[i];
      double weight = multipliers[block->first + i] * width * width * row_square(block, form, i);

      if (is_free(in, l) && weight > most) most = weight, best = l;
    }
  }
  return best;
}

/* Keeps exponents and multipliers with the node. */
static lip_status keep(sectors_search *in, lip_region_node *node, const lip_sector_form *form,
                       const double *multipliers, lip_error *err)
{
  size_t exponents = form->blocks + 2;
  double *all = lip_alloc(exponents + form->multipliers, sizeof *all);

  if (!all) return lip_fail(err, LIP_ENOMEM, "multipliers");
  for (size_t b = 0; b < exponents; b++) all[b] = form->exponent[b];
  memcpy(all + exponents, multipliers, form->multipliers * sizeof *all);
  node->multipliers = all;
  node->multiplier_count = exponents + form->multipliers;
  in->bytes += node->multiplier_count * sizeof *all;
  return LIP_OK;
}

/* The semidefinite bound of the node's slopes, where it is better than what is known. */
static lip_status bound_node(sectors_search *in, lip_region_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;
  lip_sectors_program *program = NULL;
  lip_sectors_solver *solver = NULL;
  lip_sectors_answer answer = {.found = false};
  double *lambda = NULL, *own = NULL, scaled, value;
  bool proved = false;
  int out;

  lip_cell_forms_slopes(in->forms, in->slopes);
  TRY(lip_sector_form_create_within(in->claim, in->slopes, false, &form, err));
  if (!form->bounded || form->multipliers == 0) goto done;
  TRY(lip_sector_balance(form, in->control, err));
  TRY(lip_sectors_program_create(form, &program, in->control, err));
  TRY(lip_sectors_solver_create(program, &solver, err));
  lambda = lip_alloc(program->groups, sizeof *lambda);
  own = lip_alloc(form->multipliers, sizeof *own);
  if (!lambda || !own) FAIL(LIP_ENOMEM, "%zu multipliers", form->multipliers);
  out = form->exponent[form->blocks + 1];
  scaled = ldexp(target(in), -out);
  TRY(lip_sectors_solve(solver,
                        (lip_sectors_goal){ACCURACY, scaled * scaled * (1 - 1e-9), INFINITY}, false,
                        lambda, &answer, in->control, err));
  if (!answer.found) goto done;
  lip_sectors_program_multipliers(program, form, lambda, own);
  value = sqrt(answer.rho);
  TRY(lip_sector_spare(form, own, &value, &proved, in->control, err));
  if (!proved) goto done;
  node->pick = choose(in, form, own);
  value = ldexp(value, out);
  node->value = value;
  TRY(keep(in, node, form, own, err));
done:
  if (st == LIP_ENUMERIC) st = LIP_OK;
  lip_free(lambda);
  lip_free(own);
  lip_sectors_solver_free(solver);
  lip_sectors_program_free(program);
  lip_sector_form_free(form);
  return st;
}

/* The pattern's own norm, or that of all matrices which its free neurons allow. */
static lip_status measure_node(sectors_search *in, lip_region_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  double value;

  TRY(lip_cell_forms_jacobian(in->forms, in->center, in->radius, err));
  TRY(lip_matrix_norm_estimate(in->claim->norm, in->claim->m, in->claim->d, in->center, in->radius,
                               &value, err));
  if (node->multipliers && value > node->value) goto done;
  lip_free(node->multipliers);
  node->multipliers = NULL;
  node->value = value;
done:
  return st;
}

/* The rows of the neurons with sides whose arguments are affine on the node's cell: all neurons of
   earlier nodes have theirs. */
static lip_status state_rows(sectors_search *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->claim->net;
  size_t end = in->forms->neurons, last = 0;

  for (size_t l = 0; l < in->forms->neurons && end == in->forms->neurons; l++)
    if (is_free(in, l))
      end = in->forms->first[in->forms->node[l]] + net->node[in->forms->node[l]].size;
  for (size_t l = 0; l < end; l++)
    if (in->side[l] != 0) last = net->node[in->forms->node[l]].parent[0];
  TRY(lip_cell_forms_reach(in->forms, last, err));
  lip_cell_point_begin(in->cell);
  for (size_t l = 0; l < end; l++)
    if (in->side[l] != 0) lip_cell_point_push(in->cell, l, in->side[l]);
done:
  return st;
}

/* Has the node's cell a point? If so it may be a witness.  empty  out  proved not to; a step says
 * why
 */
static lip_status look_for_point(sectors_search *in, bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_verdict verdict;
  size_t rows;
  double slope;

  *empty = false;
  TRY(state_rows(in, err));
  for (int wide = 1; wide >= 0 && !*empty; wide--) {
    lip_cell_point_find(in->cell, wide == 1, &verdict, in->x, &rows, in->row);
    if (verdict == LIP_CELL_POINT) break;
    if (rows > 0) TRY(lip_cell_forms_empty(in->forms, rows, in->row, empty, err));
  }
  if (*empty) TRY(lip_region_tree_step(&in->tree, LIP_NO_REGION, 0, rows, in->row, err));
  if (verdict != LIP_CELL_POINT) goto done;
  TRY(lip_problem_slopes(in->problem, 1, in->x, in->gradient, &slope, err));
  if (!(slope > in->bracket->lower * (1 + 1e-14)) || !isfinite(slope)) goto done;
  TRY(lip_witness_slope(in->claim, in->x, NULL, &slope, NULL, err));
  if (!(slope > in->bracket->lower * (1 + 1e-14))) goto done;
  in->bracket->lower = slope;
  memcpy(in->bracket->point, in->x, in->claim->d * sizeof *in->x);
  lip_bracket_tell(in->bracket);
done:
  return st;
}

static lip_status add_node(sectors_search *in, size_t parent, signed char side, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_region_node *node;
  size_t index = in->tree.count;
  bool empty;

  TRY(lip_region_tree_add(&in->tree, parent, side, err));
  lip_region_tree_sides(&in->tree, index, in->forms->neurons, in->side, in->own);
  for (size_t l = 0; l < in->forms->neurons; l++) lip_cell_forms_set(in->forms, l, in->side[l]);
  node = &in->tree.node[index];
  TRY(look_for_point(in, &empty, err));
  if (empty) {
    node->state = LIP_REGION_EMPTY;
    node->value = 0;
    goto done;
  }
  TRY(bound_node(in, node, err));
  TRY(measure_node(in, node, err));
  if (node->pick == LIP_NO_REGION || !node->multipliers) { /* any neuron that is left */
    node->pick = LIP_NO_REGION;
    for (size_t l = 0; l < in->forms->neurons && node->pick == LIP_NO_REGION; l++)
      if (is_free(in, l)) node->pick = l;
  }
done:
  return st;
}

/* Opens a node, or closes it where it is good enough or all its neurons have their slopes. */
static lip_status file_node(sectors_search *in, size_t index, lip_error *err)
{
  lip_region_node *node = &in->tree.node[index];

  if (node->state == LIP_REGION_EMPTY) return LIP_OK;
  if (node->value > target(in) && node->pick != LIP_NO_REGION)
    return lip_region_tree_push(&in->tree, index, err);
  in->tree.closed = fmax(in->tree.closed, node->value);
  return LIP_OK;
}

static lip_status search(sectors_search *in, lip_error *err)
{
  lip_status st = LIP_OK;

  while (in->tree.opened > 0 && !lip_stopped(in->control) && in->tree.count < MOST_NODES &&
         (double)in->bytes < MOST_BYTES) {
    size_t top = lip_region_tree_pop(&in->tree), first;

    if (in->tree.node[top].value <= target(in)) {
      in->tree.closed = fmax(in->tree.closed, in->tree.node[top].value);
      in->tree.node[top].state = LIP_REGION_LEAF;
      continue;
    }
    in->tree.under = in->tree.node[top].value;
    first = in->tree.count;
    for (int side = -1; side <= 1 && st == LIP_OK; side += 2)
      st = add_node(in, top, (signed char)side, err);
    if (st == LIP_EINTERRUPT) st = LIP_OK;
    if (st != LIP_OK) goto done;
    if (lip_stopped(in->control)) break; /* the node stays a leaf, its children are forgotten */
    TRY(file_node(in, first, err));
    TRY(file_node(in, first + 1, err));
    in->tree.node[top].state = LIP_REGION_SPLIT;
    in->tree.under = 0;
    announce(in);
  }
done:
  return st;
}

static lip_status prepare(sectors_search *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t numbers = in->claim->m * in->claim->d;

  TRY(lip_cell_forms_create(in->claim, &in->forms, in->control, err));
  TRY(lip_slope_bounds_room(in->claim->net, &in->slopes, err));
  in->side = lip_alloc_zero(in->forms->neurons, 2);
  in->center = lip_alloc(numbers, 2 * sizeof *in->center);
  in->row = lip_alloc(in->forms->neurons, sizeof *in->row);
  in->x = lip_alloc(in->claim->d, 2 * sizeof *in->x);
  if (!in->side || !in->center || !in->row || !in->x)
    FAIL(LIP_ENOMEM, "a search over %zu neurons", in->forms->neurons);
  in->own = in->side + in->forms->neurons;
  in->radius = in->center + numbers;
  in->gradient = in->x + in->claim->d;
  TRY(lip_cell_forms_reach(in->forms, in->claim->net->nodes - 1, err));
  TRY(lip_cell_point_create(in->forms, in->control, &in->cell, err));
done:
  return st;
}

static lip_status run(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                      lip_error *err)
{
  lip_status st = LIP_OK;
  sectors_search in = {.problem = problem,
                       .claim = problem->deep,
                       .control = control,
                       .bracket = bracket,
                       .first_upper = bracket->upper};

  in.slack = fmin(fmax(bracket->gap, 1e-9), 0.5);
  if (!(bracket->lower > 0)) goto done;
  TRY(prepare(&in, err));
  in.tree.under = INFINITY;
  TRY(add_node(&in, LIP_NO_REGION, 0, err));
  TRY(file_node(&in, 0, err));
  in.tree.under = 0;
  TRY(search(&in, err));
  TRY(lip_region_tree_conclude(&in.tree, in.forms->neurons, upper_now(&in), in.first_upper, bracket,
                               err));
done:
  if (st != LIP_OK) bracket->upper = in.first_upper;
  if (st == LIP_EINTERRUPT) st = LIP_OK;
  lip_region_tree_clear(&in.tree);
  lip_cell_point_free(in.cell);
  lip_cell_forms_free(in.forms);
  lip_free(in.row);
  lip_free(in.x);
  lip_slope_bounds_free(in.slopes);
  lip_free(in.side);
  lip_free(in.center);
  return st;
}

const lip_search lip_search_sectors = {
    "sectors", "branch and bound over neurons' slopes with the semidefinite bound of the graph",
    applies, run};
