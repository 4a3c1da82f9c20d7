/* search_bilinear.c - exact search in the norms 1 and inf: branch and bound over activation
   patterns, with bilinear forms in signs as bounds.

   A tree for each row (norm inf) or column (norm 1) of J. A node fixes the slopes of some neurons
   to one of their ends; what is left is bounded by all signs, where they are few, or by
   Grothendieck's relaxation (bilinear_relaxation.h), warm-started from its parent's; the node is
   closed where that is at most the steepest witness (1 + gap), else split at the neuron of the
   largest multiplier. The largest bound of all trees comes first. Witnesses as in
   search_patterns.c: the relaxation's signs, rounded and improved, at points that have them.
   Cost: some tens of products with U times the rank for each node. Limits: those of
   search_patterns.c. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/bilinear_box.h"
#include "certificate/slope_range.h"
#include "certificate/witness.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"
#include "lipschitz/bilinear_relaxation.h"
#include "lipschitz/pattern_cell.h"
#include "lipschitz/pattern_tree.h"

#include <math.h>
#include <string.h>

enum { MOST_NEURONS = 1000, ROOT_TURNS = 400, NODE_TURNS = 100, ROUNDINGS = 30 };
enum { ROWS_BYTES = 256 << 20 /* above this, children start anew */ };
static const double MOST_BYTES = 2e9;  /* of the trees; then the search ends */
static const double MOST_WORK = 1e7;   /* nodes times entries of U, where not every pattern has a
                                          point */
static const double CHEAP_SIGNS = 1e6; /* sums: all signs before the relaxation */
static const double BARELY = 1e-13;    /* relative: no gain */

/* A search under way. Values are about the claim's scaled weights. */
typedef struct forms {
  const lip_problem *problem;
  const lip_claim *claim;
  const lip_control *control;
  lip_bracket *bracket;
  double *gram, *low, *high, *at_low, *at_high, *z, *tau; /* k x k; k each; k + 1 + q */
  double *x, *g;                                          /* d each */
  float *rows;                                            /* q x rank: the relaxation's Y */
  signed char *ends, *all, *t, *spare;                    /* k + 1 each */
  lip_cell_row *row;                                      /* k */
  lip_bilinear_box box;
  lip_bilinear_relaxation relaxation;
  lip_pattern_cell *cell;
  lip_pattern_tree tree;
  double best, slack, stuck, first_upper; /* as in search_patterns.c */
  bool every, linear;
} forms;

/* What is known of a node. */
typedef struct form_bound {
  double value;
  size_t pick;    /* the neuron to split at; k: none is free */
  bool plain;     /* no multipliers are needed */
  size_t numbers; /* multipliers, in tau */
} form_bound;

static bool piecewise_linear(lip_activation psi)
{
  return psi.kind == LIP_IDENTITY || psi.kind == LIP_RELU || psi.kind == LIP_LEAKY_RELU ||
         psi.kind == LIP_ABS;
}

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;

  if (!claim || claim->norm == LIP_NORM_2 || claim->k > MOST_NEURONS) return false;
  if (claim->domain.kind == LIP_AROUND_DATA) return false;
  if (piecewise_linear(claim->psi)) return true;
  return claim->domain.kind == LIP_SPACE && claim->k <= claim->d &&
         (claim->psi.kind == LIP_TANH || claim->psi.kind == LIP_SIGMOID ||
          claim->psi.kind == LIP_SOFTPLUS);
}

static double unscaled(const forms *in, double value)
{
  return ldexp(value, in->claim->W_exponent + in->claim->A_exponent);
}

static double scaled(const forms *in, double value)
{
  return ldexp(value, -in->claim->W_exponent - in->claim->A_exponent);
}

static double target(const forms *in)
{
  return in->best * (1 + in->slack);
}

static double upper_now(const forms *in)
{
  double value = fmax(target(in), in->stuck);

  if (in->tree.opened > 0) value = fmax(value, in->tree.node[in->tree.open[0]].value);
  return value;
}

static void announce(forms *in, bool roots, bool better_lower)
{
  double upper = unscaled(in, upper_now(in)) * (1 + 1e-11);
  bool better = roots && upper < in->bracket->upper * (1 - 1e-7);

  if (better) in->bracket->upper = upper;
  if ((better || better_lower) && in->bracket->improved)
    in->bracket->improved(in->bracket->context, in->bracket);
}

/* A witness at x, where it is the steepest: with the slope that is certain there. */
static lip_status offer_point(forms *in, const double *x, lip_error *err)
{
  lip_status st;
  double slope, certain;

  st = lip_problem_slopes(in->problem, 1, x, in->g, &slope, err);
  if (st == LIP_ENUMERIC) return LIP_OK; /* what overflows is no gain */
  if (st != LIP_OK) return st;
  if (!(scaled(in, slope) > in->best * (1 + BARELY))) goto done;
  TRY(lip_witness_slope(in->claim, x, NULL, &certain, NULL, err));
  if (!(certain >= slope * (1 - 1e-11))) slope = certain;
  if (!(scaled(in, slope) > in->best * (1 + BARELY))) goto done;
  in->best = scaled(in, slope);
  in->bracket->lower = slope;
  memcpy(in->bracket->point, x, in->claim->d * sizeof *x);
  announce(in, false, true);
done:
  return st;
}

/* Looks for a point with the node's ends and, where it is free, those of the signs t of the rows of
   U. */
static lip_status offer_signs(forms *in, const signed char *t, lip_error *err)
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

/* U of a block for the ends at hand. */
static void form(forms *in, size_t block)
{
  for (size_t l = 0; l < in->claim->k; l++) {
    in->at_low[l] = in->ends[l] > 0 ? in->high[l] : in->low[l];
    in->at_high[l] = in->ends[l] < 0 ? in->low[l] : in->high[l];
  }
  (void)lip_bilinear_box_form(&in->box, block, in->at_low, in->at_high);
}

static bool signs_are_few(const forms *in)
{
  size_t rows = in->box.f + 1, q = in->box.q, shorter = rows < q ? rows : q;

  return shorter <= LIP_MOST_SIGNS && ldexp(1, (int)shorter) * (double)(rows + q) <= CHEAP_SIGNS;
}

/* The neuron of the largest multiplier, or of the largest row of U. */
static size_t choose_neuron(const forms *in, bool plain)
{
  size_t pick = in->claim->k;
  double most = -1;

  for (size_t i = 0; i < in->box.f; i++) {
    double weight = plain ? 0 : in->relaxation.row[i + 1];

    for (size_t e = 0; plain && e < in->box.q; e++)
      weight += fabs(in->box.U[(i + 1) * in->box.q + e]);
    if (!(weight > most)) continue;
    most = weight;
    pick = in->box.neuron[i];
  }
  return pick;
}

/* What holds of the parent holds of U: t_l = +-t_0 adds the multipliers of both. Found is worse. */
static void inherit(forms *in, const lip_pattern_node *parent, form_bound *found)
{
  size_t place = 1, rows = in->box.f + 1, q = in->box.q;

  *found = (form_bound){.value = parent->value, .plain = parent->plain};
  if (parent->plain || parent->free != rows + 1 + q) return;
  while (place < rows && in->box.neuron[place - 1] < parent->neuron) place++;
  memcpy(in->tau, parent->tau, place * sizeof *in->tau);
  memcpy(in->tau + place, parent->tau + place + 1, (rows + q - place) * sizeof *in->tau);
  in->tau[0] += parent->tau[place];
  found->numbers = rows + q;
}

/* Bounds U, which `form` made.  parent  NULL: a root */
static lip_status bound_node(forms *in, const lip_pattern_node *parent, form_bound *found,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows = in->box.f + 1, q = in->box.q;
  double bound;

  *found = (form_bound){.value = lip_bilinear_box_sizes(&in->box), .plain = true};
  if (found->value > target(in) && signs_are_few(in)) {
    TRY(lip_bilinear_box_signs(&in->box, &bound, err));
    found->value = fmin(found->value, bound);
  } else if (found->value > target(in)) {
    bool warm = parent && parent->rows;

    if (!warm) lip_bilinear_relaxation_begin(&in->relaxation);
    for (size_t i = 0; warm && i < q * in->relaxation.rank; i++)
      in->relaxation.Y[i] = (double)parent->rows[i];
    TRY(lip_bilinear_relax(&in->relaxation, rows, in->box.U, parent ? NODE_TURNS : ROOT_TURNS,
                           target(in), &bound, in->control, err));
    if (bound < found->value) {
      *found = (form_bound){.value = bound, .numbers = rows + q};
      memcpy(in->tau, in->relaxation.row, rows * sizeof *in->tau);
      memcpy(in->tau + rows, in->relaxation.column, q * sizeof *in->tau);
    }
  }
  if (parent && found->value > parent->value) inherit(in, parent, found);
  found->pick = choose_neuron(in, found->plain);
done:
  return st;
}

/* Rounds the relaxation of U to a pattern, and looks for a point of it. */
static lip_status round_node(forms *in, int tries, lip_error *err)
{
  lip_status st = LIP_OK;
  double value;

  lip_bilinear_round(&in->relaxation, in->box.f + 1, in->box.U, tries, in->t, in->spare, &value);
  if (value > in->best * (1 + BARELY)) TRY(offer_signs(in, in->t, err));
done:
  return st;
}

/* Settles what a node is after its bound is known. */
static lip_status file_node(forms *in, size_t index, const form_bound *found, const double *point,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pattern_node *node = &in->tree.node[index];
  bool proved = found->value <= target(in), splits = !proved && found->pick < in->claim->k;
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

/* The point of a child: its parent's, where that lies on its side, or a new one; or the child is
   closed as empty.
   point  in/out  the parent's (NULL: none); the child's */
static lip_status look_for_point(forms *in, size_t index, size_t neuron, const double **point,
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

/* The block of a node's tree. */
static size_t block_of(const forms *in, size_t index)
{
  while (in->tree.node[index].parent != LIP_NO_NODE) index = (size_t)in->tree.node[index].parent;
  return index;
}

static lip_status make_child(forms *in, size_t parent, bool high, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t index = in->tree.count, neuron = in->tree.node[parent].neuron;
  const double *point = in->tree.node[parent].point;
  bool empty = false;
  form_bound found;

  TRY(lip_pattern_tree_add(&in->tree, (ptrdiff_t)parent, high, err));
  lip_pattern_tree_ends(&in->tree, index, in->claim->k, in->ends);
  if (!in->every && in->linear) TRY(look_for_point(in, index, neuron, &point, &empty, err));
  if (empty) goto done;
  if (point) { /* in->x is needed for other points */
    memcpy(in->g + in->claim->d, point, in->claim->d * sizeof *point);
    point = in->g + in->claim->d;
  }
  form(in, block_of(in, parent));
  TRY(bound_node(in, &in->tree.node[parent], &found, err));
  if (found.value > target(in) && !found.plain) TRY(round_node(in, 0, err));
  if (found.value > target(in) && in->box.f == 0) TRY(offer_signs(in, in->t, err));
  TRY(file_node(in, index, &found, point, err));
done:
  return st;
}

static lip_status make_roots(forms *in, lip_error *err)
{
  lip_status st = LIP_OK;
  form_bound found;

  memset(in->ends, 0, in->claim->k);
  for (size_t block = 0; block < in->box.blocks; block++) {
    form(in, block);
    TRY(lip_pattern_tree_add(&in->tree, LIP_NO_NODE, false, err));
    TRY(bound_node(in, NULL, &found, err));
    if (lip_stopped(in->control)) goto done;
    if (found.value > target(in)) TRY(round_node(in, ROUNDINGS, err));
    TRY(file_node(in, block, &found, NULL, err));
  }
  announce(in, true, false);
done:
  return st;
}

/* Is it time to leave the rest to other searches? */
static bool is_enough(const forms *in)
{
  double entries = (double)in->claim->k * (double)in->box.q;

  if ((double)in->tree.bytes > MOST_BYTES) return true;
  return !in->every && (double)in->tree.count * entries > MOST_WORK;
}

static lip_status search(forms *in, lip_error *err)
{
  lip_status st = LIP_OK;

  while (in->tree.opened > 0 && !lip_stopped(in->control) && !is_enough(in)) {
    size_t top = in->tree.open[0];

    if (in->tree.node[top].value <= fmax(target(in), in->stuck)) break; /* so are all others */
    (void)lip_pattern_tree_pop(&in->tree);
    TRY(make_child(in, top, true, err));
    TRY(make_child(in, top, false, err));
    in->tree.node[top].state = LIP_NODE_SPLIT;
    lip_pattern_tree_drop(&in->tree, top, true);
    announce(in, true, false);
  }
done:
  return st;
}

static lip_status conclude(forms *in, lip_error *err)
{
  lip_status st = LIP_OK;
  double upper = unscaled(in, upper_now(in)) * (1 + 1e-11);
  lip_proof proof = {0};

  if (!(upper < in->first_upper)) {
    in->bracket->upper = in->first_upper;
    goto done;
  }
  TRY(lip_pattern_tree_proof(&in->tree, &proof, err));
  lip_proof_clear(&in->bracket->proof);
  in->bracket->proof = proof;
  in->bracket->upper = upper;
  if (in->bracket->improved) in->bracket->improved(in->bracket->context, in->bracket);
done:
  return st;
}

static lip_status prepare(forms *in, lip_error *err)
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
  in->linear = piecewise_linear(claim->psi);
done:
  return st;
}

static void clear(forms *in)
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
  forms in = {.problem = problem,
              .claim = problem->claim,
              .control = control,
              .bracket = bracket,
              .first_upper = bracket->upper};

  in.slack = fmin(fmax(bracket->gap / 2, 1e-10), 0.5);
  in.best = scaled(&in, fmax(bracket->lower, 0));
  if (isfinite(bracket->upper) && bracket->upper - bracket->lower <= bracket->gap * bracket->upper)
    goto done;
  TRY(prepare(&in, err));
  if (lip_stopped(control) || (!in.every && !in.linear)) goto done;
  TRY(make_roots(&in, err));
  if (in.tree.count < in.box.blocks || lip_stopped(control)) goto done; /* stopped too early */
  TRY(search(&in, err));
  TRY(conclude(&in, err));
done:
  if (st != LIP_OK) bracket->upper = in.first_upper;
  clear(&in);
  return st;
}

const lip_search lip_search_bilinear = {
    "patterns", "branch and bound over activation patterns with Grothendieck's relaxation", applies,
    run};
