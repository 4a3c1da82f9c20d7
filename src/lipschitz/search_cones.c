/* search_cones.c - branch and bound over cones of inputs: exact where x has few dimensions.

   x is covered by the 2^D orthants of a basis in radial isotropic position. A cone's neurons of one
   sign at all of its vertices are fixed; the sign relaxation over the others bounds the gradient on
   it. The cone of the largest bound is split at an edge that is long and crosses many neurons, near
   where it has crossed half of them, until no bound exceeds the steepest point known. Cones with
   few free neurons all of whose patterns are known to be no steeper are split by signs instead, so
   that they close whatever the relaxation gives away.

   source  docs/theory.md, "Cones of inputs"
   cost    a few microseconds a cone; their number grows like k^(D-1) at worst
   limits  D <= 7, one output, piecewise linear, norm 2; the memory of MOST_BYTES; on the sphere a
           bound only: the whole gradient is measured, not its tangential part */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "lipschitz/climb.h"
#include "lipschitz/cone_bound.h"
#include "lipschitz/cone_tree.h"
#include "lipschitz/isotropic.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double PASSES = 2000; /* of a climb */
enum { MOST_D = 7, STEPS = 12, MANY_STEPS = 200, FEW = 7, CLIMBS = 24, BATCH = 64, COARSE = 70 };
enum { SQUARE = LIP_CONE_DIMENSIONS * LIP_CONE_DIMENSIONS };
static const size_t MOST_BYTES = (size_t)3 << 29;
static const double OFF_MIDDLE = 0.2, FARTHER = 0.25;
static const double FINEST_GAP = 1e-11; /* relative: below, rounding may keep cones open */

struct search {
  const lip_problem *problem;
  lip_problem space; /* the same on the whole space */
  lip_bracket *bracket;
  lip_cones *cones;
  lip_cone_tree tree;
  lip_cone_sum sum;
  const lip_climb_kind *kind;
  lip_climber *climber;
  uint64_t *above, *below; /* words */
  double best;             /* scaled: the steepest gradient seen anywhere */
  double target;           /* scaled: cones at or below are done */
  uint32_t best_form;      /* of its direction */
  uint64_t climbs;
};

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;

  return claim && lip_cones_apply(claim) && lip_cones_dimension(claim) <= MOST_D;
}

/* Q times a rotation, scaled to largest entry in [1/2, 1). With biases all columns but the
   first lie in s = 0, so that no cone crosses it; otherwise the rotation is random: no column lies
   on a hyperplane. Where more neurons than inputs have bias 0, they meet in the line of s, which
   then is the first column: cones around it are refined in angle only. */
static lip_status choose_basis(const lip_problem *problem, double *basis, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->claim;
  size_t D = lip_cones_dimension(claim), d = claim->d, through = 0;
  int exponent;
  double *H = lip_alloc(claim->k, D * sizeof *H);
  double Q[SQUARE], turn[SQUARE];

  if (!H) FAIL(LIP_ENOMEM, "a copy of %zu x %zu weights", claim->k, D);
  for (size_t l = 0; l < claim->k; l++) {
    memcpy(H + l * D, claim->W_true + l * d, d * sizeof *H);
    if (D > d) H[l * D + d] = claim->b[l];
    through += claim->b[l] == 0;
  }
  TRY(lip_isotropic_position(claim->k, D, H, Q, NULL, err));
  lip_random_normal((lip_stream){problem->seed, LIP_FOR_STARTS}, 0, D * D, turn);
  if (D > d) memcpy(turn, Q + d * D, D * sizeof *turn); /* the normal of s = 0 */
  for (size_t i = 0; i < D; i++) {                      /* Gram-Schmidt */
    double *row = turn + i * D, length;

    for (size_t j = 0; j < 2 * i; j++) /* twice, against rounding */
      lip_add_multiple(D, -lip_dot(D, row, turn + j % i * D), turn + j % i * D, row);
    length = lip_norm(D, row);
    for (size_t j = 0; j < D; j++) row[j] /= length;
    for (size_t r = 0; r < D; r++) basis[r * D + i] = lip_dot(D, Q + r * D, row);
  }
  for (size_t i = 1; i < D && D > d; i++) basis[d * D + i] = 0;
  for (size_t r = 0; r < d && D > d && through > d; r++) basis[r * D] = 0;
  (void)frexp(lip_largest(D * D, basis), &exponent);
  for (size_t i = 0; i < D * D; i++) basis[i] = ldexp(basis[i], -exponent);
done:
  lip_free(H);
  return st;
}

static void set_target(struct search *search)
{
  double gap = fmax(search->bracket->gap / 2, FINEST_GAP);

  search->target = search->best * (1 + gap) + search->cones->error;
}

/* A steeper gradient than any before: the new target, and the form of its direction. */
static lip_status raise_best(struct search *search, const double *g, lip_error *err)
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
static lip_status offer(struct search *search, const double *x, lip_error *err)
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
    if (bracket->improved) bracket->improved(bracket->context, bracket);
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
static lip_status climb_from(struct search *search, const double *y, const lip_control *control,
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

static lip_status start(struct search *search, const lip_control *control, lip_error *err)
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
done:
  return st;
}

/* The gradient at a new vertex may be steeper than any before: climb from there. */
static lip_status look_at(struct search *search, const lip_vertex *vertex,
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

static bool is_outside(const lip_cone_tree *tree, const lip_cone_node *node)
{
  for (size_t i = 0; i < tree->cones->D; i++)
    if (!tree->outside[node->vertex[i]]) return false;
  return true;
}

/* Bounds a node that has its parent's bound and form: closes it, or finds its own form and opens
   it. A spare form is reserved. What holds of the parent holds here, but not always by the parent's
   form: more steps find one that shows it, so that bounds only improve. */
static void evaluate(struct search *search, uint32_t at)
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
static void settle(struct search *search, const lip_cone_node *node)
{
  double M[SQUARE];
  const lip_cone_tree *tree = &search->tree;

  lip_cone_tree_signs(tree, node, search->above, search->below);
  lip_cone_sum_make(search->cones, search->above, search->below, &search->sum);
  (void)lip_cone_form(search->cones, &search->sum, tree->form + node->form * tree->form_size, M);
}

/* Where few neurons are free and no pattern of theirs is steeper than the target: the neuron to
   split by, the one that matters most; else -1. */
static int neuron_to_split(const struct search *search)
{
  const lip_cones *cones = search->cones;
  const lip_cone_sum *sum = &search->sum;
  size_t best = 0;

  if (sum->free > FEW || sum->free == 0 ||
      lip_cone_corners(cones, sum) * (1 + 1e-12) + 2 * cones->error > search->target)
    return -1;
  for (size_t t = 1; t < sum->free; t++)
    if (sum->lambda[t] > sum->lambda[best]) best = t;
  return (int)sum->neuron[best];
}

/* Certainly, and not only at an end. */
static bool crosses(const lip_vertex *p, const lip_vertex *q, unsigned l)
{
  unsigned word = l / 64, bit = l % 64;
  uint64_t up = p->below[word] & ~p->above[word] & q->above[word] & ~q->below[word];
  uint64_t down = p->above[word] & ~p->below[word] & q->below[word] & ~q->above[word];

  return (up | down) >> bit & 1;
}

/* The edge i < j that is long, and crosses much of what the multipliers say matters. A neuron
   counts less the more vertices lie on its smaller side: it stays free after more splits, whichever
   edge is taken. sum->lambda becomes these weights. */
static void choose_edge(struct search *search, const lip_cone_node *node, size_t *first,
                        size_t *second)
{
  const lip_cone_sum *sum = &search->sum;
  size_t D = search->cones->D;
  lip_vertex vertex[LIP_CONE_DIMENSIONS];
  double length[LIP_CONE_DIMENSIONS], weight[LIP_CONE_DIMENSIONS][LIP_CONE_DIMENSIONS] = {{0}};
  double best = -1;

  for (size_t i = 0; i < D; i++) {
    vertex[i] = lip_cone_tree_vertex(&search->tree, node->vertex[i]);
    length[i] = sqrt(lip_dot(D, vertex[i].y, vertex[i].y));
  }
  for (size_t t = 0; t < sum->free; t++) {
    size_t word = sum->neuron[t] / 64, bit = sum->neuron[t] % 64, ups = 0, downs = 0;
    size_t up[LIP_CONE_DIMENSIONS], down[LIP_CONE_DIMENSIONS];

    for (size_t i = 0; i < D; i++) {
      uint64_t above = vertex[i].above[word] >> bit & 1, below = vertex[i].below[word] >> bit & 1;

      up[ups] = down[downs] = i;
      ups += above & ~below;
      downs += below & ~above;
    }
    for (size_t c = 1; c < ups && c < downs; c++) sum->lambda[t] *= FARTHER;
    for (size_t i = 0; i < ups; i++)
      for (size_t j = 0; j < downs; j++) weight[up[i]][down[j]] += sum->lambda[t];
  }
  for (size_t i = 0; i < D; i++)
    for (size_t j = i + 1; j < D; j++) {
      double cosine = lip_dot(D, vertex[i].y, vertex[j].y) / (length[i] * length[j]);
      double score = weight[i][j] + weight[j][i] + 1e-9 * search->best;

      score *= sqrt(fmax(1 - cosine, 0));
      if (!(score > best)) continue;
      best = score;
      *first = i;
      *second = j;
    }
}

/* The coordinates use a part of their bits only. */
static bool is_coarse(size_t D, const lip_vertex *p)
{
  for (size_t i = 0; i < D; i++)
    if (p->exact[i] % ((lip_wide)1 << (LIP_VERTEX_BITS - COARSE)) != 0) return false;
  return true;
}

/* Where on the edge from p to q the neurons that it crosses are halved, by their multipliers; not
   too far from the middle. Bits are spent on it while there are enough of them. */
static unsigned choose_eighths(const struct search *search, const lip_vertex *p,
                               const lip_vertex *q)
{
  const lip_cones *cones = search->cones;
  const lip_cone_sum *sum = &search->sum;
  double before[8] = {0}, all = 0, left = 0, least = INFINITY;
  unsigned best = 4;

  if (!is_coarse(cones->D, p) || !is_coarse(cones->D, q)) return best;
  for (size_t t = 0; t < sum->free; t++) {
    unsigned l = sum->neuron[t];
    double zp = 0, zq = 0;

    if (!crosses(p, q, l)) continue;
    for (size_t i = 0; i < cones->D; i++) {
      zp += p->y[i] * cones->reach[i * cones->padded + l];
      zq += q->y[i] * cones->reach[i * cones->padded + l];
    }
    before[(size_t)fmin(8 * zp / (zp - zq), 7)] += sum->lambda[t];
    all += sum->lambda[t];
  }
  for (unsigned n = 1; n < 8 && all > 0; n++) {
    double cost;

    left += before[n - 1];
    cost = fabs(left / all - 0.5) + OFF_MIDDLE * fabs(n / 8.0 - 0.5);
    if (cost < least) {
      least = cost;
      best = n;
    }
  }
  return best;
}

/* Chooses how to split a node, and makes the new vertex where it is on an edge. False where none is
   exact. */
static bool divide(struct search *search, lip_cone_node *node, lip_cone_node *first,
                   lip_cone_node *second, lip_vertex *vertex)
{
  lip_cone_tree *tree = &search->tree;
  size_t D = tree->cones->D, i = 0, j = 1;
  uint32_t fresh = (uint32_t)tree->vertices;
  unsigned eighths;
  int neuron;

  settle(search, node);
  neuron = neuron_to_split(search);
  if (neuron >= 0) {
    node->split = (int)(8 * D * D) + neuron;
    first->branches++;
    second->branches++;
    return true;
  }
  choose_edge(search, node, &i, &j);
  lip_vertex p = lip_cone_tree_vertex(tree, node->vertex[i]),
             q = lip_cone_tree_vertex(tree, node->vertex[j]);
  tree->outside[fresh] = false;
  memset(tree->exact + fresh * D, 0, D * sizeof *tree->exact);
  memset(tree->y + fresh * D, 0, D * sizeof *tree->y);
  *vertex = lip_cone_tree_vertex(tree, fresh);
  eighths = choose_eighths(search, &p, &q);
  if (!lip_vertex_between(tree->cones, &p, &q, eighths, vertex)) return false;
  lip_cone_tree_keep_vertex(tree, fresh, vertex);
  tree->vertices++;
  node->split = (int)(8 * (i * D + j) + eighths);
  first->vertex[i] = fresh;
  second->vertex[j] = fresh;
  return true;
}

/* Splits the open node `at`; done: false where that cannot be done exactly. */
static lip_status split(struct search *search, uint32_t at, bool *done, const lip_control *control,
                        lip_error *err)
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
  if (vertex.above) TRY(look_at(search, &vertex, control, err));
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
static double upper_end(const struct search *search, double stuck)
{
  const lip_cone_tree *tree = &search->tree;
  double bound = fmax(search->target, stuck);

  if (tree->open) bound = fmax(bound, tree->node[tree->heap[0]].bound);
  return lip_claim_unscale_up(search->cones->claim, bound);
}

static lip_status explore(struct search *search, const lip_control *control, lip_error *err)
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
      if (bracket->improved) bracket->improved(bracket->context, bracket);
    }
    if (lip_stopped(control) || lip_cone_tree_bytes(tree) > MOST_BYTES) break;
  }
  upper = upper_end(search, stuck);
  bracket->upper = before;
  if (upper < before) {
    TRY(lip_cone_tree_proof(tree, &proof, err));
    lip_proof_clear(&bracket->proof);
    bracket->proof = proof;
    bracket->upper = upper;
    if (bracket->improved) bracket->improved(bracket->context, bracket);
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
  struct search search = {.problem = problem, .bracket = bracket};
  double basis[SQUARE];

  search.space = *problem;
  search.space.domain = (lip_domain){.kind = LIP_SPACE};
  search.kind = lip_climb_kind_for(&search.space);
  TRY(choose_basis(problem, basis, err));
  TRY(lip_cones_create(claim, basis, &search.cones, err));
  TRY(lip_cone_tree_create(search.cones, &search.tree, err));
  TRY(lip_cone_sum_create(search.cones, &search.sum, err));
  TRY(search.kind->create(&search.space, &search.climber, err));
  search.above = lip_alloc(2 * search.cones->words, sizeof *search.above);
  if (!search.above) FAIL(LIP_ENOMEM, "signs");
  search.below = search.above + search.cones->words;
  TRY(start(&search, control, err));
  set_target(&search);
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
