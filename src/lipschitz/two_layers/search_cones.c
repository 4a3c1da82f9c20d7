/* search_cones.c - branch and bound over cones of inputs: exact where x has few dimensions.

   x is covered by the 2^D orthants of a basis in radial isotropic position. A cone's neurons of one
   sign at all of its vertices are fixed; the sign relaxation over the others bounds the gradient on
   it. The cone of the largest bound is split (cone_split.c) until no bound exceeds the steepest
   point known (search_cones_points.c).

   source  docs/theory.md, "Cones of inputs"
   cost    a few microseconds a cone; their number grows like k^(D-1) at worst
   limits  D <= 7, one output, piecewise linear, norm 2; the memory of MOST_BYTES; on the sphere a
           bound only: the whole gradient is measured, not its tangential part */
#include "lipschitz/two_layers/search_cones_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "lipschitz/two_layers/cone_basis.h"
#include "lipschitz/two_layers/cone_bound.h"
#include "lipschitz/two_layers/cone_split.h"

#include <math.h>
#include <string.h>

enum { MOST_D = 7, STEPS = 12, MANY_STEPS = 200, BATCH = 64 };
enum { SQUARE = LIP_CONE_DIMENSIONS * LIP_CONE_DIMENSIONS };
static const size_t MOST_BYTES = (size_t)3 << 29;

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;

  return claim && lip_cones_apply(claim) && lip_cones_dimension(claim) <= MOST_D;
}

static bool is_outside(const lip_cone_tree *tree, const lip_cone_node *node)
{
  for (size_t i = 0; i < tree->cones->D; i++)
    if (!tree->outside[node->vertex[i]]) return false;
  return true;
}

/* Bounds a node that has its parent's bound and form: closes it, or finds its own form and opens
   it. A spare form is reserved. What holds of the parent holds here, but not always by the parent's
   form: more steps find one that shows it, so that bounds only improve. */
static void evaluate(lip_cone_search *search, uint32_t at)
{
  lip_cone_tree *tree = &search->tree;
  lip_cone_node *node = &tree->node[at];
  const double *best = tree->form + search->best_form * tree->form_size;
  double S[LIP_CONE_FORM], before = node->bound;
  uint32_t own;

  if (is_outside(tree, node)) {
    node->split = LIP_CONE_OUTSIDE;
    return;
  }
  lip_cone_tree_signs(tree, node, search->above, search->below);
  lip_cone_sum_make(search->cones, search->above, search->below, &search->sum);
  memcpy(S, tree->form + node->form * tree->form_size, tree->form_size * sizeof *S);
  if (lip_cone_closes(search->cones, &search->sum, search->target, best)) {
    own = search->best_form;
    tree->users[own]++;
    node->bound = search->target;
  } else if (lip_cone_closes(search->cones, &search->sum, search->target, S)) {
    node->bound = search->target;
    return;
  } else {
    if (!lip_cone_improve(search->cones, &search->sum, search->target, STEPS, S, &node->bound) &&
        node->bound > before)
      (void)lip_cone_improve(search->cones, &search->sum, before, MANY_STEPS, S, &node->bound);
    own = lip_cone_tree_take_form(tree);
    memcpy(tree->form + own * tree->form_size, S, tree->form_size * sizeof *S);
  }
  lip_cone_tree_drop_form(tree, node->form);
  node->form = own;
  if (node->bound > search->target) lip_cone_tree_push(tree, at);
}

/* Makes search->sum that of the node, with the multipliers of its form. */
static void settle(lip_cone_search *search, const lip_cone_node *node)
{
  double M[SQUARE];
  const lip_cone_tree *tree = &search->tree;

  lip_cone_tree_signs(tree, node, search->above, search->below);
  lip_cone_sum_make(search->cones, search->above, search->below, &search->sum);
  (void)lip_cone_form(search->cones, &search->sum, tree->form + node->form * tree->form_size, M);
}

/* Chooses how to split a node, and makes the new vertex where it is on an edge. False where none is
   exact. */
static bool divide(lip_cone_search *search, lip_cone_node *node, lip_cone_node *first,
                   lip_cone_node *second, lip_vertex *vertex)
{
  lip_cone_tree *tree = &search->tree;
  size_t D = tree->cones->D, i = 0, j = 1;
  uint32_t fresh = (uint32_t)tree->vertices;
  unsigned eighths;
  int neuron;

  settle(search, node);
  neuron = lip_cone_split_neuron(tree->cones, &search->sum, search->target);
  if (neuron >= 0) {
    node->split = (int)(8 * D * D) + neuron;
    first->branches++;
    second->branches++;
    return true;
  }
  lip_cone_split_edge(tree, node, &search->sum, search->best, &i, &j);
  lip_vertex p = lip_cone_tree_vertex(tree, node->vertex[i]),
             q = lip_cone_tree_vertex(tree, node->vertex[j]);
  tree->outside[fresh] = false;
  memset(tree->exact + fresh * D, 0, D * sizeof *tree->exact);
  memset(tree->y + fresh * D, 0, D * sizeof *tree->y);
  *vertex = lip_cone_tree_vertex(tree, fresh);
  eighths = lip_cone_split_eighths(tree->cones, &search->sum, &p, &q);
  if (!lip_vertex_between(tree->cones, &p, &q, eighths, vertex)) return false;
  lip_cone_tree_keep_vertex(tree, fresh, vertex);
  tree->vertices++;
  node->split = (int)(8 * (i * D + j) + eighths);
  first->vertex[i] = fresh;
  second->vertex[j] = fresh;
  return true;
}

/* Splits the open node `at`; done: false where that cannot be done exactly. */
static lip_status split(lip_cone_search *search, uint32_t at, bool *done,
                        const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cone_tree *tree = &search->tree;
  uint32_t child = (uint32_t)tree->nodes;
  lip_vertex vertex = {.above = NULL};

  TRY(lip_cone_tree_reserve(tree, 2, 1, 0, err));
  lip_cone_node first = tree->node[at], second;
  first.parent = at;
  second = first;
  *done = divide(search, &tree->node[at], &first, &second, &vertex);
  if (!*done) goto done;
  if (vertex.above) TRY(lip_cone_search_look_at(search, &vertex, control, err));
  tree->node[at].child = child;
  tree->node[child] = first;
  tree->node[child + 1] = second;
  tree->nodes += 2;
  tree->users[first.form] += 2;
  TRY(lip_cone_tree_reserve(tree, 0, 0, 2, err));
  evaluate(search, child);
  evaluate(search, child + 1);
  lip_cone_tree_drop_form(tree, tree->node[at].form);
done:
  return st;
}

/* What all cones show together, in the network's units. */
static double upper_end(const lip_cone_search *search, double stuck)
{
  const lip_cone_tree *tree = &search->tree;
  double bound = fmax(search->target, stuck);

  if (tree->open) bound = fmax(bound, tree->node[tree->heap[0]].bound);
  return lip_claim_unscale_up(search->cones->claim, bound);
}

static lip_status explore(lip_cone_search *search, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cone_tree *tree = &search->tree;
  lip_bracket *bracket = search->bracket;
  double stuck = 0, upper, before = bracket->upper;
  lip_proof proof = {0};

  TRY(lip_cone_tree_reserve(tree, 0, 0, tree->roots, err));
  for (uint32_t r = 0; r < tree->roots; r++) evaluate(search, r);
  for (size_t count = 0; tree->open && tree->node[tree->heap[0]].bound > search->target; count++) {
    uint32_t top = lip_cone_tree_pop(tree);
    bool done;

    TRY(split(search, top, &done, control, err));
    if (!done) stuck = fmax(stuck, tree->node[top].bound);
    if (count % BATCH) continue;
    upper = upper_end(search, stuck);
    if (upper < bracket->upper * (1 - 1e-3)) {
      bracket->upper = upper;
      lip_bracket_tell(bracket);
    }
    if (lip_stopped(control) || lip_cone_tree_bytes(tree) > MOST_BYTES) break;
  }
  upper = upper_end(search, stuck);
  bracket->upper = before;
  if (upper < before) {
    TRY(lip_cone_tree_proof(tree, &proof, err));
    lip_bracket_take(bracket, upper, &proof);
    lip_bracket_tell(bracket);
  }
done:
  if (st != LIP_OK) bracket->upper = before;
  return st;
}

static lip_status run(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                      lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->claim;
  lip_cone_search search = {.problem = problem, .bracket = bracket};
  double basis[SQUARE];

  search.space = *problem;
  search.space.domain = (lip_domain){.kind = LIP_SPACE};
  search.kind = lip_climb_kind_for(&search.space);
  TRY(lip_cone_basis(claim, problem->seed, basis, err));
  TRY(lip_cones_create(claim, basis, &search.cones, err));
  TRY(lip_cone_tree_create(search.cones, &search.tree, err));
  TRY(lip_cone_sum_create(search.cones, &search.sum, err));
  TRY(search.kind->create(&search.space, &search.climber, err));
  search.above = lip_alloc(2 * search.cones->words, sizeof *search.above);
  if (!search.above) FAIL(LIP_ENOMEM, "signs");
  search.below = search.above + search.cones->words;
  TRY(lip_cone_search_start(&search, control, err));
  TRY(explore(&search, control, err));
done:
  search.kind->free(search.climber);
  lip_free(search.above);
  lip_cone_sum_clear(&search.sum);
  lip_cone_tree_clear(&search.tree);
  lip_cones_free(search.cones);
  return st;
}

const lip_search lip_search_cones = {"cones", "branch and bound over cones of inputs", applies,
                                     run};
