/* cones.c - a tree of cones of inputs that covers the space, with the sign relaxation at its
   leaves.

   basis (D, D): the orthants of its columns are the roots, 2^D of them: bit i of the number of a
   root says that column i is taken negative. tree: in preorder, one number for each node:
     8 (i D + j) + n      i < j < D, 0 < n < 8: the cone is split at the point n/8 of the way from
   its vertex i to its vertex j: first the cone with vertex i replaced by that point, then with
   vertex j 8 D^2 + l            neuron l, first above 0, then below -1                   the cone
   has s <= 0 at all vertices -2 - q               by form q of forms (count, d (d + 1) / 2) no
   gradient on it exceeds upper Vertices are exact, so the two halves cover the cone, and the roots
   cover the space because the basis is proved to be nonsingular.

   cost    k D for each split, free d^2 for each leaf; about a microsecond each
   limits  one output, piecewise linear, norm 2, D <= 8; a depth of MOST_DEPTH */
#include "certificate/two_layers/cones.h"
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_DEPTH = 4096, NODES_A_LOOK = 1024 };
static const double MOST_FORMS = 0x1p40;

/* One split on the way to the cone under examination. */
struct level {
  size_t place;    /* which vertex was replaced; or, of a neuron, SIZE_MAX */
  size_t other;    /* the edge's other end, or the neuron */
  size_t replaced; /* the number of the vertex that stood there */
  bool second;
};

struct replay {
  const lip_cones *cones;
  lip_cone_sum sum;
  lip_wide
      *exact;     /* coordinates of vertex v at exact + v D; 2 D corners, then one for each level */
  uint64_t *sign; /* 2 words each */
  bool *outside;
  uint64_t *above, *below;           /* words: of the cone; */
  uint64_t *above_here, *below_here; /* words: the neurons split by on the way */
  size_t cone[LIP_CONE_DIMENSIONS];
  struct level *level;
  size_t depth;
  const lip_array *tree, *forms;
  size_t next; /* node */
};

static lip_status provide(struct replay *replay, lip_error *err)
{
  size_t words = replay->cones->words, vertices = MOST_DEPTH + 2 * replay->cones->D;

  replay->exact = lip_alloc_zero(vertices, replay->cones->D * sizeof *replay->exact);
  replay->sign = lip_alloc_zero(vertices + 2, 2 * words * sizeof *replay->sign);
  replay->outside = lip_alloc_zero(vertices, sizeof *replay->outside);
  replay->level = lip_alloc(MOST_DEPTH, sizeof *replay->level);
  if (!replay->exact || !replay->sign || !replay->outside || !replay->level)
    return lip_fail(err, LIP_ENOMEM, "the cones of a proof");
  replay->above = replay->sign + vertices * 2 * words;
  replay->below = replay->above + words;
  replay->above_here = replay->below + words;
  replay->below_here = replay->above_here + words;
  return lip_cone_sum_create(replay->cones, &replay->sum, err);
}

static void clear(struct replay *replay)
{
  lip_free(replay->exact);
  lip_free(replay->sign);
  lip_free(replay->outside);
  lip_free(replay->level);
  lip_cone_sum_clear(&replay->sum);
}

static lip_vertex vertex_of(const struct replay *replay, size_t v)
{
  size_t words = replay->cones->words, D = replay->cones->D;
  lip_vertex view = {.outside = replay->outside[v],
                     .above = replay->sign + v * 2 * words,
                     .below = replay->sign + (v * 2 + 1) * words};

  lip_vertex_place(D, replay->exact + v * D, &view);
  return view;
}

static void keep(struct replay *replay, size_t v, const lip_vertex *vertex)
{
  size_t D = replay->cones->D;

  memcpy(replay->exact + v * D, vertex->exact, D * sizeof *vertex->exact);
  replay->outside[v] = vertex->outside;
}

static bool all_outside(const struct replay *replay)
{
  for (size_t i = 0; i < replay->cones->D; i++)
    if (!replay->outside[replay->cone[i]]) return false;
  return true;
}

/* Does form q prove the cone? */
static bool leaf_holds(struct replay *replay, size_t q, double upper)
{
  const lip_cones *cones = replay->cones;
  size_t words = cones->words, size = cones->d * (cones->d + 1) / 2;

  memcpy(replay->above, replay->sign + replay->cone[0] * 2 * words, words * sizeof(uint64_t));
  memcpy(replay->below, replay->sign + (replay->cone[0] * 2 + 1) * words, words * sizeof(uint64_t));
  for (size_t i = 1; i < cones->D; i++) {
    const uint64_t *sign = replay->sign + replay->cone[i] * 2 * words;

    for (size_t word = 0; word < words; word++) {
      replay->above[word] &= sign[word];
      replay->below[word] &= sign[words + word];
    }
  }
  for (size_t word = 0; word < words; word++) {
    replay->above[word] |= replay->above_here[word];
    replay->below[word] |= replay->below_here[word];
  }
  lip_cone_sum_make(cones, replay->above, replay->below, &replay->sum);
  return lip_cone_form_proves(cones, &replay->sum, replay->forms->values + q * size, upper);
}

/* Goes down into the first half. NULL, or why not. */
static const char *descend(struct replay *replay, size_t code)
{
  size_t D = replay->cones->D, words = replay->cones->words, fresh = 2 * D + replay->depth;
  struct level *level = &replay->level[replay->depth];

  if (replay->depth >= MOST_DEPTH) return "the tree is too deep";
  if (code >= 8 * D * D) {
    size_t l = code - 8 * D * D;
    uint64_t bit = (uint64_t)1 << (l % 64);

    if (l >= replay->cones->k) return "a split by a neuron that there is not";
    if ((replay->above_here[l / 64] | replay->below_here[l / 64]) & bit)
      return "a split by a neuron above which it was split by before";
    replay->above_here[l / 64] |= bit;
    *level = (struct level){.place = SIZE_MAX, .other = l};
  } else {
    size_t i = code / 8 / D, j = code / 8 % D;

    if (i >= j || code % 8 == 0) return "a split of an edge that there is not";
    lip_vertex p = vertex_of(replay, replay->cone[i]), q = vertex_of(replay, replay->cone[j]);
    lip_vertex middle = {.above = replay->sign + fresh * 2 * words,
                         .below = replay->sign + (fresh * 2 + 1) * words};
    if (!lip_vertex_between(replay->cones, &p, &q, code % 8, &middle))
      return "a vertex is not exact";
    keep(replay, fresh, &middle);
    *level = (struct level){.place = i, .other = j, .replaced = replay->cone[i]};
    replay->cone[i] = fresh;
  }
  replay->depth++;
  return NULL;
}

/* After a finished cone: up to where a second half waits, and into it. False: the root is done. */
static bool advance(struct replay *replay)
{
  while (replay->depth > 0) {
    struct level *level = &replay->level[replay->depth - 1];
    size_t l = level->other;
    uint64_t bit = (uint64_t)1 << (l % 64);

    if (level->place == SIZE_MAX) {
      if (!level->second) {
        replay->above_here[l / 64] &= ~bit;
        replay->below_here[l / 64] |= bit;
        level->second = true;
        return true;
      }
      replay->below_here[l / 64] &= ~bit;
    } else if (!level->second) {
      size_t fresh = replay->cone[level->place];

      replay->cone[level->place] = level->replaced;
      level->replaced = replay->cone[l];
      replay->cone[l] = fresh;
      level->place = l;
      level->second = true;
      return true;
    } else {
      replay->cone[level->place] = level->replaced;
    }
    replay->depth--;
  }
  return false;
}

/* One root's tree. NULL, or why it proves nothing. */
static const char *replay_root(struct replay *replay, size_t root, double upper,
                               const lip_control *control, bool *interrupted)
{
  size_t D = replay->cones->D, words = replay->cones->words;
  double most = (double)(8 * D * D + replay->cones->k);

  for (size_t i = 0; i < D; i++) replay->cone[i] = 2 * i + (root >> i & 1);
  memset(replay->above_here, 0, 2 * words * sizeof(uint64_t));
  do {
    double code;
    const char *why;

    if (replay->next % NODES_A_LOOK == 0 && control && control->stop &&
        control->stop(control->context)) {
      *interrupted = true;
      return "interrupted";
    }
    for (;;) { /* down to a leaf */
      if (replay->next >= replay->tree->count) return "the tree ends early";
      code = replay->tree->values[replay->next++];
      if (!(code >= -MOST_FORMS && code < most) || code != floor(code))
        return "a node of the tree is none";
      if (code < 0) break;
      why = descend(replay, (size_t)code);
      if (why) return why;
    }
    if (code == -1) {
      if (!all_outside(replay)) return "a cone is not outside";
    } else {
      size_t q = (size_t)(-2 - code);

      if (q >= replay->forms->shape[0]) return "a form is missing";
      if (!leaf_holds(replay, q, upper)) return "a cone is not proved";
    }
  } while (advance(replay));
  return NULL;
}

static const char *wrong_shapes(const lip_claim *claim, const lip_array *basis,
                                const lip_array *tree, const lip_array *forms)
{
  size_t D, size;

  if (!lip_cones_apply(claim)) return "cones do not speak of this claim";
  D = lip_cones_dimension(claim);
  size = claim->d * (claim->d + 1) / 2;
  if (!basis || !tree || !forms) return "an array is missing";
  if (basis->rank != 2 || basis->shape[0] != D || basis->shape[1] != D || tree->rank != 1 ||
      forms->rank != 2 || forms->shape[1] != size)
    return "an array has another shape";
  return NULL;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_array *basis = lip_proof_array(proof, "basis");
  struct replay replay = {.tree = lip_proof_array(proof, "tree"),
                          .forms = lip_proof_array(proof, "forms")};
  lip_cones *cones = NULL;
  double scaled = lip_claim_scale_down(claim, upper);
  bool interrupted = false;
  const char *why = wrong_shapes(claim, basis, replay.tree, replay.forms);

  *verdict = (lip_verdict){.proved = false};
  if (!why && proof->count != 3) why = "there are more arrays than three";
  if (!why && !(upper >= 0 && isfinite(upper))) why = "the claim is no number";
  if (why) goto done;
  st = lip_cones_create(claim, basis->values, &cones, NULL);
  if (st == LIP_EINPUT) why = "the basis is not certainly nonsingular";
  if (st == LIP_EINPUT) st = LIP_OK;
  if (why || st != LIP_OK) goto done;
  verdict->margin = 2 * cones->error / scaled + 1e-14;
  replay.cones = cones;
  TRY(provide(&replay, err));
  for (size_t i = 0; i < 2 * cones->D; i++) {
    lip_vertex corner = vertex_of(&replay, i);

    lip_vertex_corner(cones, i / 2, i % 2, &corner);
    keep(&replay, i, &corner);
  }
  for (size_t root = 0; root < (size_t)1 << cones->D && !why; root++)
    why = replay_root(&replay, root, scaled, control, &interrupted);
  if (interrupted) FAIL(LIP_EINTERRUPT, "interrupted while a proof was replayed");
  if (!why && replay.next != replay.tree->count) why = "the tree goes on after its end";
  if (why) goto done;
  verdict->proved = true;
done:
  if (why)
    (void)snprintf(verdict->reason, sizeof verdict->reason, "%s (node %zu)", why, replay.next);
  clear(&replay);
  lip_cones_free(cones);
  return st;
}

const lip_proof_kind lip_proof_cones = {
    "cones", "branch and bound over cones of inputs with the sign relaxation", false, verify};
