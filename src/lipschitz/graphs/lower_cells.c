/* lower_cells.c - steep cells of a small piecewise linear graph: flips of sides, and points that
   have them.

   The slope of a pattern of sides, whether or not a point has it, is easy to improve: a flip of one
   neuron changes u'J by a multiple of its gradient. So: flips that pay until none does; then a
   point with as much of that pattern as there can be, node by node, the neurons that matter most
   first, by linear programs (cell_point.h); from its cell, flips of neurons that pay and can be
   had; then again, from the best cell with some sides changed at random. Cost: d + 1 passes over
   the weights a flip, a linear program for each side that a point has not. Limits: a local search
   over patterns; small d and few neurons. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "linalg/vector.h"
#include "lipschitz/graphs/cell_point.h"
#include "lipschitz/jacobian_norm.h"
#include "net/activation.h"
#include "net/graph.h"
#include "net/operator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NEURONS = 2000, MOST_FLIPS = 400, TRIED = 12, PATIENCE = 40 };
static const double WORK = 1e8;         /* multiplications for one start */
static const double MOST_NUMBERS = 4e5; /* of all forms */
static const double PROGRAM = 40;       /* a linear program, in products of its rows with a point */
static const double GAIN = 1e-9;        /* relative */
static const uint64_t FLIPS_AT = 5ULL << 58;

typedef struct cells {
  const lip_problem *problem;
  const lip_claim *claim;
  lip_steepest *steepest;
  lip_finding *finding;
  const lip_control *control;
  lip_cell_forms *forms;
  lip_cell_point *cell;
  size_t n, d;
  double work;              /* done so far */
  double pass;              /* one forward of all forms */
  signed char *side, *best; /* n: of the current pattern; of the steepest cell */
  double best_value;
  double *value;              /* n: the slope with this neuron flipped, about */
  size_t *order;              /* n */
  double **adjoint, *block;   /* by node */
  double *J, *radius, *u, *g; /* m x d, m x d, m, d */
  double *x, *y, *G;          /* d each */
  lip_side_row *row;          /* n */
} cells;

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->deep;
  double numbers = 0, neurons = 0;

  if (problem->starts == 0 || !claim || !lip_cell_forms_apply(claim)) return false;
  if (claim->domain.kind == LIP_ON_SPHERE) return false;
  if (claim->domain.kind == LIP_BOX && !(claim->domain.low < claim->domain.high)) return false;
  for (size_t i = 0; i < claim->net->nodes; i++) {
    numbers += (double)(claim->d + 1) * (double)claim->net->node[i].size;
    if (claim->net->node[i].kind == LIP_NODE_ACTIVATION)
      neurons += (double)claim->net->node[i].size;
  }
  return neurons > 0 && neurons <= MOST_NEURONS && numbers <= MOST_NUMBERS;
}

static void take_sides(cells *in)
{
  for (size_t l = 0; l < in->n; l++) lip_cell_forms_set(in->forms, l, in->side[l]);
}

static double argument(const cells *in, size_t neuron, const double *x)
{
  const double *c, *r;
  size_t stride = lip_cell_forms_argument(in->forms, neuron, &c, &r);
  double z = c[in->d * stride];

  for (size_t i = 0; i < in->d; i++) z += c[i * stride] * x[i];
  return z;
}

static size_t end_of_node(const cells *in, size_t first)
{
  return first + in->claim->net->node[in->forms->node[first]].size;
}

static lip_status reach_arguments(cells *in, size_t neuron, lip_error *err)
{
  return lip_cell_forms_reach(in->forms, in->claim->net->node[in->forms->node[neuron]].parent[0],
                              err);
}

/* side <- those of the cell of x. */
static lip_status sides_at(cells *in, const double *x, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t first = 0; first < in->n; first = end_of_node(in, first)) {
    TRY(reach_arguments(in, first, err));
    for (size_t l = first; l < end_of_node(in, first); l++) {
      in->side[l] = argument(in, l, x) > 0 ? 1 : -1;
      lip_cell_forms_set(in->forms, l, in->side[l]);
    }
  }
  in->work += in->pass;
done:
  return st;
}

static void slopes_of(const cells *in, size_t neuron, double *here, double *there)
{
  lip_activation psi = in->claim->net->node[in->forms->node[neuron]].activation;

  *here = lip_activation_slope(psi, in->side[neuron]);
  *there = lip_activation_slope(psi, -in->side[neuron]);
  if (lip_cell_forms_is_fixed(in->forms, neuron)) *here = *there = in->forms->low[neuron];
}

/* From u at the outputs to the coefficients of all neurons' values. */
static lip_status pull(cells *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->claim->net;
  lip_output output = in->claim->output;
  double *last = in->adjoint[net->nodes - 1];

  for (size_t i = 0; i < net->nodes; i++)
    memset(in->adjoint[i], 0, net->node[i].size * sizeof **in->adjoint);
  if (output.kind == LIP_ALL_OUTPUTS)
    memcpy(last, in->u, in->claim->m * sizeof *last);
  else
    last[output.plus] = in->u[0];
  if (output.kind == LIP_OUTPUT_DIFFERENCE) last[output.minus] = -in->u[0];
  for (size_t i = net->nodes; i-- > 1;) {
    const lip_node *node = &net->node[i];

    if (node->kind != LIP_NODE_ACTIVATION) {
      for (size_t p = 0; p < node->parents; p++)
        TRY(lip_operator_transpose(net, i, p, false, 1, in->adjoint[i],
                                   in->adjoint[node->parent[p]], err));
      continue;
    }
    for (size_t j = 0; j < node->size; j++) {
      double here, there;

      slopes_of(in, in->forms->first[i] + j, &here, &there);
      in->adjoint[node->parent[0]][j] += in->adjoint[i][j] * here;
    }
  }
done:
  return st;
}

/* The slope of the pattern, and about that of all patterns with one more flip: |J'u| with the same
   u. */
static lip_status weigh(cells *in, double *slope, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = in->claim;

  in->u[0] = 1;
  TRY(lip_cell_forms_jacobian(in->forms, in->J, in->radius, err));
  TRY(lip_jacobian_norm(claim->norm, claim->m, in->d, in->J, in->u, in->g, slope, err));
  if (claim->m == 1) in->u[0] = 1;
  if (claim->m == 1) memcpy(in->g, in->J, in->d * sizeof *in->g);
  TRY(pull(in, err));
  in->work += 2 * in->pass;
  for (size_t l = 0; l < in->n; l++) {
    const double *c, *r;
    size_t stride = lip_cell_forms_argument(in->forms, l, &c, &r);
    double here, there, factor;

    slopes_of(in, l, &here, &there);
    factor = (there - here) * in->adjoint[in->forms->node[l]][in->forms->entry[l]];
    for (size_t i = 0; i < in->d; i++) in->G[i] = in->g[i] + factor * c[i * stride];
    in->value[l] = factor != 0 ? lip_dual_length(claim->norm, in->d, in->G) : *slope;
  }
done:
  return st;
}

/* Flips that pay until none does, whether or not a point has the pattern. */
static lip_status improve_pattern(cells *in, lip_error *err)
{
  lip_status st = LIP_OK;
  double slope = 0, last = -1;

  for (size_t flips = 0; flips < MOST_FLIPS && !lip_stopped(in->control); flips++) {
    size_t best = 0;

    take_sides(in);
    TRY(weigh(in, &slope, err));
    if (!(slope > last * (1 + GAIN))) break;
    last = slope;
    for (size_t l = 1; l < in->n; l++)
      if (in->value[l] > in->value[best]) best = l;
    if (!(in->value[best] > slope * (1 + GAIN))) break;
    in->side[best] = (signed char)-in->side[best];
  }
done:
  return st;
}

static lip_status offer(cells *in, const double *x, double *slope, lip_error *err)
{
  lip_status st = lip_problem_slopes(in->problem, 1, x, in->G, slope, err);

  if (st == LIP_ENUMERIC) *slope = -1;
  if (st == LIP_OK) lip_finding_offer(in->finding, in->steepest, *slope, x);
  return st == LIP_ENUMERIC ? LIP_OK : st;
}

/* Neurons first, ..., end - 1 in the order of what a flip loses. */
static void sort_by_loss(cells *in, size_t first, size_t end)
{
  for (size_t l = first; l < end; l++) {
    size_t at = l;

    for (; at > first && in->value[in->order[at - 1]] > in->value[l]; at--)
      in->order[at] = in->order[at - 1];
    in->order[at] = l;
  }
}

/* Goes to a point that has as much of the pattern as can be had: node by node, each neuron gets the
   wanted side where the cell so far allows it. x: out; found: false where there is none at all. The
   pattern becomes the point's own.
   forced  in  a neuron whose side must be had (n: none), else found is false */
static lip_status realise(cells *in, size_t forced, bool *found, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_verdict verdict;
  size_t rows;
  bool known;

  lip_cell_point_begin(in->cell);
  lip_cell_point_find(in->cell, false, &verdict, in->x, &rows, in->row);
  known = verdict == LIP_CELL_POINT;
  *found = false;
  for (size_t first = 0; first < in->n && known; first = end_of_node(in, first)) {
    size_t end = end_of_node(in, first);

    TRY(reach_arguments(in, first, err));
    sort_by_loss(in, first, end);
    for (size_t at = first; at < end && known; at++) { /* the one that must be had comes first */
      if (in->order[at] != forced) continue;
      memmove(in->order + first + 1, in->order + first, (at - first) * sizeof *in->order);
      in->order[first] = forced;
    }
    for (size_t at = first; at < end && !lip_stopped(in->control); at++) {
      size_t l = in->order[at];
      double z = argument(in, l, in->x);

      lip_cell_point_push(in->cell, l, in->side[l]);
      if (in->side[l] * z > 0) continue;
      lip_cell_point_find(in->cell, false, &verdict, in->y, &rows, in->row);
      in->work += PROGRAM * (double)((at + in->d) * in->d);
      if (verdict == LIP_CELL_POINT) {
        memcpy(in->x, in->y, in->d * sizeof *in->x);
        continue;
      }
      if (l == forced) goto done;
      lip_cell_point_pop(in->cell);
      in->side[l] = z > 0 ? 1 : -1;
      lip_cell_point_push(in->cell, l, in->side[l]);
    }
    lip_cell_point_find(in->cell, false, &verdict, in->y, &rows, in->row); /* deep inside */
    if (verdict == LIP_CELL_POINT) memcpy(in->x, in->y, in->d * sizeof *in->x);
    for (size_t l = first; l < end; l++) lip_cell_forms_set(in->forms, l, in->side[l]);
  }
  *found = known;
done:
  return st;
}

static int compare(const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x < *y) - (*x > *y);
}

/* From the cell of the pattern: single flips that pay, the best ones first, until none of those
   tried can be had with a gain. slope  in/out */
static lip_status climb_cells(cells *in, double *slope, lip_error *err)
{
  lip_status st = LIP_OK;
  signed char *kept = lip_alloc(in->n, 1);
  double *ranked = lip_alloc(in->n, 2 * sizeof *ranked), pattern;
  bool gained = true;

  if (!kept || !ranked) FAIL(LIP_ENOMEM, "%zu sides", in->n);
  while (gained && !lip_stopped(in->control)) {
    gained = false;
    take_sides(in);
    TRY(weigh(in, &pattern, err));
    memcpy(kept, in->side, in->n);
    for (size_t l = 0; l < in->n; l++) ranked[2 * l] = in->value[l], ranked[2 * l + 1] = (double)l;
    qsort(ranked, in->n, 2 * sizeof *ranked, compare);
    for (size_t t = 0; t < in->n && t < TRIED && !gained; t++) {
      size_t l = (size_t)ranked[2 * t + 1];
      double reached;
      bool found;

      if (!(ranked[2 * t] > *slope * (1 + GAIN)) || lip_stopped(in->control)) break;
      memcpy(in->side, kept, in->n);
      in->side[l] = (signed char)-in->side[l];
      take_sides(in);
      TRY(realise(in, l, &found, err));
      if (!found) continue;
      TRY(offer(in, in->x, &reached, err));
      if (!(reached > *slope * (1 + GAIN))) continue;
      *slope = reached;
      gained = true;
    }
    if (!gained) memcpy(in->side, kept, in->n);
  }
done:
  lip_free(kept);
  lip_free(ranked);
  return st;
}

/* One round from the pattern: improved where that is wanted, realised, climbed. */
static lip_status try_pattern(cells *in, bool improve, lip_error *err)
{
  lip_status st = LIP_OK;
  double slope, pattern;
  bool found;

  if (improve) TRY(improve_pattern(in, err));
  take_sides(in);
  TRY(weigh(in, &pattern, err));
  if (!(in->finding->pattern >= pattern)) in->finding->pattern = pattern;
  TRY(realise(in, in->n, &found, err));
  if (!found) goto done;
  TRY(offer(in, in->x, &slope, err));
  TRY(climb_cells(in, &slope, err));
  if (!(slope > in->best_value)) goto done;
  in->best_value = slope;
  memcpy(in->best, in->side, in->n);
done:
  return st;
}

/* The best cell's sides, some of them changed. */
static void disturb(cells *in, uint64_t round)
{
  lip_stream stream = {in->problem->seed, LIP_FOR_STARTS};
  double u[2];

  lip_random_uniform(stream, FLIPS_AT + (round << 12), 1, u);
  memcpy(in->side, in->best, in->n);
  for (uint64_t flips = (uint64_t)(1 + u[0] * u[0] * 0.3 * (double)in->n); flips > 0; flips--) {
    size_t l;

    lip_random_uniform(stream, FLIPS_AT + (round << 12) + flips, 1, u);
    l = (size_t)(u[0] * (double)in->n);
    in->side[l] = (signed char)-in->side[l];
  }
}

static lip_status prepare(cells *in, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = in->claim->net;
  size_t sum = 0, m = in->claim->m, d = in->claim->d;

  TRY(lip_cell_forms_create(in->claim, &in->forms, in->control, err));
  in->n = in->forms->neurons;
  for (size_t i = 0; i < net->nodes; i++) sum += net->node[i].size;
  in->side = lip_alloc_zero(in->n, 2);
  in->value = lip_alloc_zero(in->n, sizeof *in->value);
  in->order = lip_alloc(in->n, sizeof *in->order);
  in->adjoint = lip_alloc(net->nodes, sizeof *in->adjoint);
  in->block = lip_alloc(sum, sizeof *in->block);
  in->J = lip_alloc(2 * m + 4, d * sizeof *in->J);
  in->u = lip_alloc(m, sizeof *in->u);
  in->row = lip_alloc(in->n, sizeof *in->row);
  if (!in->side || !in->value || !in->order || !in->adjoint || !in->block || !in->J || !in->u ||
      !in->row)
    FAIL(LIP_ENOMEM, "patterns of %zu neurons", in->n);
  in->best = in->side + in->n;
  in->radius = in->J + m * d;
  in->g = in->radius + m * d;
  in->x = in->g + d;
  in->y = in->x + d;
  in->G = in->y + d;
  sum = 0;
  for (size_t i = 0; i < net->nodes; i++) {
    in->adjoint[i] = in->block + sum;
    sum += net->node[i].size;
  }
  in->pass = 3 * (double)(d + 1) * lip_problem_weights(in->problem) / (double)m;
  TRY(lip_cell_forms_reach(in->forms, net->nodes - 1, err));
  TRY(lip_cell_point_create(in->forms, in->control, &in->cell, err));
done:
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double most = WORK * (double)problem->starts, before;
  size_t starts = steepest->count, idle = 0;
  cells in = {.problem = problem,
              .claim = problem->deep,
              .steepest = steepest,
              .finding = finding,
              .control = control,
              .d = problem->d,
              .best_value = -1};
  double *points = lip_alloc(starts + 1, problem->d * sizeof *points);

  if (!points) FAIL(LIP_ENOMEM, "%zu points", starts);
  memcpy(points, steepest->point, starts * problem->d * sizeof *points);
  TRY(prepare(&in, err));
  for (size_t i = 0; i < starts && in.work < most && !lip_stopped(control); i++) {
    double slope;

    TRY(sides_at(&in, points + i * in.d, err));
    TRY(offer(&in, points + i * in.d, &slope, err));
    TRY(climb_cells(&in, &slope, err));
    if (slope > in.best_value) {
      in.best_value = slope;
      memcpy(in.best, in.side, in.n);
    }
    TRY(try_pattern(&in, true, err));
    lip_tell(control, fmin(1, in.work / most));
  }
  for (uint64_t round = 0; in.work < most && idle < PATIENCE && !lip_stopped(control); round++) {
    before = in.best_value;
    disturb(&in, round);
    TRY(try_pattern(&in, round % 3 == 0, err));
    idle = in.best_value > before * (1 + GAIN) ? 0 : idle + 1;
    lip_tell(control, fmin(1, in.work / most));
  }
done:
  if (st == LIP_EINTERRUPT) st = LIP_OK;
  lip_cell_point_free(in.cell);
  lip_cell_forms_free(in.forms);
  lip_free(points);
  lip_free(in.side);
  lip_free(in.value);
  lip_free(in.order);
  lip_free(in.adjoint);
  lip_free(in.block);
  lip_free(in.J);
  lip_free(in.u);
  lip_free(in.row);
  return st;
}

const lip_method lip_lower_cells = {"cells", "theory.md: cells of deep piecewise linear networks",
                                    applies, run};
