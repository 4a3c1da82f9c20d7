/* cone_tree.c - the tree of a search over cones, in arrays that grow; a heap of its open nodes. */
#include "lipschitz/two_layers/cone_tree.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

static const uint32_t UNUSED = UINT32_MAX;

/* Moves an array to one with room for more. */
static bool grow(void *array, size_t used, size_t room, size_t size)
{
  void *old, *larger = lip_alloc(room, size);

  if (!larger) return false;
  memcpy(&old, array, sizeof old);
  if (used) memcpy(larger, old, used * size);
  lip_free(old);
  memcpy(array, &larger, sizeof larger);
  return true;
}

static size_t larger_room(size_t room, size_t needed)
{
  return needed > 2 * room ? needed : 2 * room;
}

lip_status lip_cone_tree_reserve(lip_cone_tree *tree, size_t nodes, size_t vertices, size_t forms,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  size_t D = tree->cones->D, words = tree->cones->words, room;

  if (tree->nodes + nodes > tree->node_room) {
    room = larger_room(tree->node_room, tree->nodes + nodes);
    if (!grow(&tree->node, tree->nodes, room, sizeof *tree->node) ||
        !grow(&tree->heap, tree->open, room, sizeof *tree->heap))
      FAIL(LIP_ENOMEM, "%zu cones", room);
    tree->node_room = room;
  }
  if (tree->vertices + vertices > tree->vertex_room) {
    room = larger_room(tree->vertex_room, tree->vertices + vertices);
    if (!grow(&tree->exact, tree->vertices, room, D * sizeof *tree->exact) ||
        !grow(&tree->y, tree->vertices, room, D * sizeof *tree->y) ||
        !grow(&tree->sign, tree->vertices, room, 2 * words * sizeof *tree->sign) ||
        !grow(&tree->outside, tree->vertices, room, sizeof *tree->outside))
      FAIL(LIP_ENOMEM, "%zu vertices of cones", room);
    tree->vertex_room = room;
  }
  if (tree->forms + forms > tree->form_room) {
    room = larger_room(tree->form_room, tree->forms + forms);
    if (!grow(&tree->form, tree->forms, room, tree->form_size * sizeof *tree->form) ||
        !grow(&tree->users, tree->forms, room, sizeof *tree->users) ||
        !grow(&tree->spare, tree->spares, room, sizeof *tree->spare))
      FAIL(LIP_ENOMEM, "%zu forms of cones", room);
    tree->form_room = room;
  }
done:
  return st;
}

size_t lip_cone_tree_bytes(const lip_cone_tree *tree)
{
  size_t vertex = tree->cones->D * (sizeof(lip_wide) + sizeof(double)) +
                  2 * tree->cones->words * sizeof(uint64_t) + 1;

  return tree->node_room * (sizeof *tree->node + sizeof *tree->heap) + tree->vertex_room * vertex +
         tree->form_room * (tree->form_size + 1) * sizeof(double);
}

static void make_roots(lip_cone_tree *tree)
{
  size_t D = tree->cones->D;
  lip_cone_node root = {.bound = INFINITY, .split = LIP_CONE_LEAF};

  for (uint32_t i = 0; i < 2 * D; i++) { /* vertex 2 i + 1 is the negative of vertex 2 i */
    tree->outside[i] = false;
    memset(tree->exact + i * D, 0, D * sizeof *tree->exact);
    memset(tree->y + i * D, 0, D * sizeof *tree->y);
    lip_vertex corner = lip_cone_tree_vertex(tree, i);

    lip_vertex_corner(tree->cones, i / 2, i % 2, &corner);
    lip_cone_tree_keep_vertex(tree, i, &corner);
  }
  tree->vertices = 2 * D;
  for (uint32_t r = 0; r < tree->roots; r++) {
    for (uint32_t i = 0; i < D; i++) root.vertex[i] = 2 * i + (r >> i & 1);
    tree->node[r] = root;
  }
  tree->nodes = tree->roots;
  tree->forms = 1;
  tree->users[0] = (uint32_t)tree->roots + 1;
  memset(tree->form, 0, tree->form_size * sizeof *tree->form);
  for (size_t i = 0, at = 0; i < tree->cones->d; i++, at += i + 1)
    tree->form[at] = 1 / (double)tree->cones->d;
}

lip_status lip_cone_tree_create(const lip_cones *cones, lip_cone_tree *tree, lip_error *err)
{
  lip_status st = LIP_OK;

  *tree = (lip_cone_tree){
      .cones = cones, .roots = (size_t)1 << cones->D, .form_size = cones->d * (cones->d + 1) / 2};
  TRY(lip_cone_tree_reserve(tree, tree->roots, 2 * cones->D, 1, err));
  make_roots(tree);
done:
  if (st != LIP_OK) lip_cone_tree_clear(tree);
  return st;
}

void lip_cone_tree_clear(lip_cone_tree *tree)
{
  lip_free(tree->node);
  lip_free(tree->exact);
  lip_free(tree->y);
  lip_free(tree->sign);
  lip_free(tree->outside);
  lip_free(tree->form);
  lip_free(tree->users);
  lip_free(tree->spare);
  lip_free(tree->heap);
  *tree = (lip_cone_tree){0};
}

lip_vertex lip_cone_tree_vertex(const lip_cone_tree *tree, uint32_t vertex)
{
  size_t words = tree->cones->words, D = tree->cones->D;
  lip_vertex view = {.outside = tree->outside[vertex],
                     .above = tree->sign + (size_t)vertex * 2 * words,
                     .below = tree->sign + ((size_t)vertex * 2 + 1) * words};

  memcpy(view.exact, tree->exact + vertex * D, D * sizeof *view.exact);
  memcpy(view.y, tree->y + vertex * D, D * sizeof *view.y);
  return view;
}

void lip_cone_tree_keep_vertex(lip_cone_tree *tree, uint32_t at, const lip_vertex *vertex)
{
  size_t D = tree->cones->D;

  memcpy(tree->exact + at * D, vertex->exact, D * sizeof *vertex->exact);
  memcpy(tree->y + at * D, vertex->y, D * sizeof *vertex->y);
  tree->outside[at] = vertex->outside;
}

uint32_t lip_cone_tree_take_form(lip_cone_tree *tree)
{
  uint32_t form = tree->spares ? tree->spare[--tree->spares] : (uint32_t)tree->forms++;

  tree->users[form] = 1;
  return form;
}

void lip_cone_tree_drop_form(lip_cone_tree *tree, uint32_t form)
{
  if (--tree->users[form] == 0) tree->spare[tree->spares++] = form;
}

void lip_cone_tree_push(lip_cone_tree *tree, uint32_t node)
{
  size_t at = tree->open++;
  double bound = tree->node[node].bound;

  while (at > 0 && tree->node[tree->heap[(at - 1) / 2]].bound < bound) {
    tree->heap[at] = tree->heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  tree->heap[at] = node;
}

uint32_t lip_cone_tree_pop(lip_cone_tree *tree)
{
  uint32_t top = tree->heap[0], last = tree->heap[--tree->open];
  double bound = tree->node[last].bound;
  size_t at = 0, next;

  while ((next = 2 * at + 1) < tree->open) {
    if (next + 1 < tree->open &&
        tree->node[tree->heap[next + 1]].bound > tree->node[tree->heap[next]].bound)
      next++;
    if (tree->node[tree->heap[next]].bound <= bound) break;
    tree->heap[at] = tree->heap[next];
    at = next;
  }
  tree->heap[at] = last;
  return top;
}

void lip_cone_tree_signs(const lip_cone_tree *tree, const lip_cone_node *node, uint64_t *above,
                         uint64_t *below)
{
  size_t words = tree->cones->words, first = 8 * tree->cones->D * tree->cones->D;
  const uint64_t *sign = tree->sign + (size_t)node->vertex[0] * 2 * words;

  memcpy(above, sign, words * sizeof *above);
  memcpy(below, sign + words, words * sizeof *below);
  for (size_t i = 1; i < tree->cones->D; i++) {
    sign = tree->sign + (size_t)node->vertex[i] * 2 * words;
    for (size_t word = 0; word < words; word++) {
      above[word] &= sign[word];
      below[word] &= sign[words + word];
    }
  }
  for (unsigned left = node->branches; left > 0;) {
    const lip_cone_node *parent = &tree->node[node->parent];
    size_t split = (size_t)parent->split;

    if (split >= first) {
      size_t l = split - first;
      uint64_t *set = node == &tree->node[parent->child] ? above : below;

      set[l / 64] |= (uint64_t)1 << (l % 64);
      left--;
    }
    node = parent;
  }
}

/* Calls for every node in preorder: root by root, the first child's tree before the second's. */
static void in_preorder(const lip_cone_tree *tree, uint32_t *stack,
                        void (*visit)(void *context, const lip_cone_node *node), void *context)
{
  for (uint32_t r = 0; r < tree->roots; r++) {
    size_t waiting = 0;

    stack[waiting++] = r;
    while (waiting) {
      const lip_cone_node *node = &tree->node[stack[--waiting]];

      visit(context, node);
      if (!node->child) continue;
      stack[waiting++] = node->child + 1;
      stack[waiting++] = node->child;
    }
  }
}

struct writer {
  const lip_cone_tree *tree;
  uint32_t *number; /* of each form in the proof */
  size_t forms, nodes;
  double *code, *form;
};

static void write_node(void *context, const lip_cone_node *node)
{
  struct writer *writer = context;
  const lip_cone_tree *tree = writer->tree;
  size_t size = tree->form_size;
  double code = node->split;

  if (!node->child && node->split != LIP_CONE_OUTSIDE) {
    uint32_t *number = &writer->number[node->form];

    if (*number == UNUSED) {
      *number = (uint32_t)writer->forms++;
      if (writer->form)
        memcpy(writer->form + *number * size, tree->form + node->form * size,
               size * sizeof(double));
    }
    code = LIP_CONE_LEAF - (double)*number;
  }
  if (writer->code) writer->code[writer->nodes] = code;
  writer->nodes++;
}

lip_status lip_cone_tree_proof(const lip_cone_tree *tree, lip_proof *proof, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t D = tree->cones->D, open = 0;
  lip_proof made = {.kind = &lip_proof_cones};
  uint32_t *number = lip_alloc(tree->forms, sizeof *number);
  uint32_t *stack = lip_alloc(tree->nodes + 1, sizeof *stack);
  struct writer writer = {.tree = tree, .number = number};
  double *basis;

  if (!number || !stack) FAIL(LIP_ENOMEM, "a proof of %zu cones", tree->nodes);
  memset(number, 0xff, tree->forms * sizeof *number);
  in_preorder(tree, stack, write_node, &writer); /* counts */
  TRY(lip_proof_add(&made, "basis", 2, (size_t[]){D, D}, &basis, err));
  TRY(lip_proof_add(&made, "tree", 1, &writer.nodes, &writer.code, err));
  open = writer.forms ? writer.forms : 1;
  TRY(lip_proof_add(&made, "forms", 2, (size_t[]){open, tree->form_size}, &writer.form, err));
  memcpy(basis, tree->cones->basis, D * D * sizeof *basis);
  memset(number, 0xff, tree->forms * sizeof *number);
  writer.forms = writer.nodes = 0;
  in_preorder(tree, stack, write_node, &writer);
  *proof = made;
  made = (lip_proof){0};
done:
  lip_proof_clear(&made);
  lip_free(number);
  lip_free(stack);
  return st;
}
