/* pattern_tree.c - the nodes of a search over patterns, and the tree as a proof. */
#include "lipschitz/two_layers/pattern_tree.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

void lip_pattern_tree_clear(lip_pattern_tree *tree)
{
  for (size_t i = 0; i < tree->count; i++) {
    lip_pattern_tree_drop(tree, i, true);
    lip_free(tree->node[i].row);
  }
  lip_free(tree->node);
  lip_free(tree->open);
  *tree = (lip_pattern_tree){0};
}

/* Makes room for one more of `count` entries. */
static lip_status grow(void **array, size_t count, size_t *capacity, size_t size, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t wanted = *capacity > 0 ? *capacity * 2 : 64;
  void *larger;

  if (count < *capacity) goto done;
  larger = lip_alloc(wanted, size);
  if (!larger) FAIL(LIP_ENOMEM, "a tree of %zu patterns", wanted);
  if (count > 0) memcpy(larger, *array, count * size);
  lip_free(*array);
  *array = larger;
  *capacity = wanted;
done:
  return st;
}

lip_status lip_pattern_tree_add(lip_pattern_tree *tree, ptrdiff_t parent, bool high, lip_error *err)
{
  lip_status st = LIP_OK;
  void *nodes = tree->node;

  TRY(grow(&nodes, tree->count, &tree->capacity, sizeof *tree->node, err));
  tree->node = nodes;
  tree->node[tree->count] = (lip_pattern_node){
      .parent = parent, .child = {LIP_NO_NODE, LIP_NO_NODE}, .high = high, .state = LIP_NODE_OPEN};
  if (parent != LIP_NO_NODE) tree->node[parent].child[high] = (ptrdiff_t)tree->count;
  tree->bytes += sizeof *tree->node;
  tree->count++;
done:
  return st;
}

void lip_pattern_tree_ends(const lip_pattern_tree *tree, size_t index, size_t k, signed char *ends)
{
  const lip_pattern_node *node = &tree->node[index];

  memset(ends, 0, k);
  for (; node->parent != LIP_NO_NODE; node = &tree->node[node->parent])
    ends[tree->node[node->parent].neuron] = node->high ? 1 : -1;
}

/* A copy, or NULL for nothing. */
static lip_status copy(lip_pattern_tree *tree, size_t bytes, const void *from, void **to,
                       lip_error *err)
{
  lip_status st = LIP_OK;

  *to = NULL;
  if (bytes == 0 || !from) goto done;
  *to = lip_alloc(bytes, 1);
  if (!*to) FAIL(LIP_ENOMEM, "a node of %zu bytes", bytes);
  memcpy(*to, from, bytes);
  tree->bytes += bytes;
done:
  return st;
}

lip_status lip_pattern_tree_keep(lip_pattern_tree *tree, size_t index, size_t free,
                                 const double *tau, size_t floats, const float *rows, size_t d,
                                 const double *point, lip_error *err)
{
  lip_status st = LIP_OK;
  void *made = NULL;

  TRY(copy(tree, free * sizeof *tau, tau, &made, err));
  tree->node[index].tau = made;
  tree->node[index].free = free;
  TRY(copy(tree, floats * sizeof *rows, rows, &made, err));
  tree->node[index].rows = made;
  TRY(copy(tree, d * sizeof *point, point, &made, err));
  tree->node[index].point = made;
done:
  return st;
}

lip_status lip_pattern_tree_keep_rows(lip_pattern_tree *tree, size_t index, size_t rows,
                                      const lip_cell_row *row, lip_error *err)
{
  lip_status st = LIP_OK;
  void *made = NULL;

  TRY(copy(tree, rows * sizeof *row, row, &made, err));
  tree->node[index].row = made;
  tree->node[index].rows_count = rows;
done:
  return st;
}

void lip_pattern_tree_drop(lip_pattern_tree *tree, size_t index, bool all)
{
  lip_pattern_node *node = &tree->node[index];

  lip_free(node->rows);
  lip_free(node->point);
  node->rows = NULL;
  node->point = NULL;
  if (!all) return;
  lip_free(node->tau);
  node->tau = NULL;
  node->free = 0;
}

lip_status lip_pattern_tree_push(lip_pattern_tree *tree, size_t index, lip_error *err)
{
  lip_status st = LIP_OK;
  void *open = tree->open;
  size_t at = tree->opened;

  TRY(grow(&open, tree->opened, &tree->open_capacity, sizeof *tree->open, err));
  tree->open = open;
  tree->opened++;
  while (at > 0 && tree->node[tree->open[(at - 1) / 2]].value < tree->node[index].value) {
    tree->open[at] = tree->open[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  tree->open[at] = index;
done:
  return st;
}

size_t lip_pattern_tree_pop(lip_pattern_tree *tree)
{
  size_t top = tree->open[0], last = tree->open[--tree->opened], at = 0;

  while (2 * at + 1 < tree->opened) {
    size_t child = 2 * at + 1;

    if (child + 1 < tree->opened &&
        tree->node[tree->open[child + 1]].value > tree->node[tree->open[child]].value)
      child++;
    if (!(tree->node[tree->open[child]].value > tree->node[last].value)) break;
    tree->open[at] = tree->open[child];
    at = child;
  }
  tree->open[at] = last;
  return top;
}

/* The node after `index` in the order of the proof: a node before what is below it, low first. */
static ptrdiff_t next(const lip_pattern_tree *tree, ptrdiff_t index)
{
  if (tree->node[index].state == LIP_NODE_SPLIT) return tree->node[index].child[0];
  while (tree->node[index].parent != LIP_NO_NODE) {
    ptrdiff_t parent = tree->node[index].parent;

    if (!tree->node[index].high) return tree->node[parent].child[1];
    index = parent;
  }
  index++;
  return index < (ptrdiff_t)tree->count && tree->node[index].parent == LIP_NO_NODE ? index
                                                                                   : LIP_NO_NODE;
}

static void write_node(const lip_pattern_node *node, double **split, double **multipliers,
                       double **farkas)
{
  *(*split)++ = node->state == LIP_NODE_SPLIT   ? (double)node->neuron
                : node->state == LIP_NODE_EMPTY ? -2
                : node->plain                   ? -3
                                                : -1;
  if (node->state == LIP_NODE_EMPTY) {
    *(*farkas)++ = (double)node->rows_count;
    for (size_t i = 0; i < node->rows_count; i++) {
      *(*farkas)++ = (double)node->row[i].neuron;
      *(*farkas)++ = node->row[i].weight;
    }
  } else if (node->state != LIP_NODE_SPLIT && node->free > 0) {
    memcpy(*multipliers, node->tau, node->free * sizeof *node->tau);
    *multipliers += node->free;
  }
}

lip_status lip_pattern_tree_proof(const lip_pattern_tree *tree, lip_proof *proof, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t nodes = 0, multipliers = 0, farkas = 0;
  double *split_at = NULL, *multipliers_at = NULL, *farkas_at = NULL;
  lip_proof made = {.kind = &lip_proof_patterns};

  for (ptrdiff_t i = 0; i != LIP_NO_NODE; i = next(tree, i)) {
    nodes++;
    if (tree->node[i].state == LIP_NODE_EMPTY)
      farkas += 1 + 2 * tree->node[i].rows_count;
    else if (tree->node[i].state != LIP_NODE_SPLIT)
      multipliers += tree->node[i].free;
  }
  TRY(lip_proof_add(&made, "split", 1, &nodes, &split_at, err));
  if (multipliers > 0)
    TRY(lip_proof_add(&made, "multipliers", 1, &multipliers, &multipliers_at, err));
  if (farkas > 0) TRY(lip_proof_add(&made, "farkas", 1, &farkas, &farkas_at, err));
  for (ptrdiff_t i = 0; i != LIP_NO_NODE; i = next(tree, i))
    write_node(&tree->node[i], &split_at, &multipliers_at, &farkas_at);
  *proof = made;
  made = (lip_proof){0};
done:
  lip_proof_clear(&made);
  return st;
}

lip_status lip_pattern_tree_conclude(const lip_pattern_tree *tree, double upper, double before,
                                     lip_bracket *bracket, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_proof proof = {0};

  if (tree->count == 0) goto done;
  if (!(upper < before)) {
    bracket->upper = before;
    goto done;
  }
  TRY(lip_pattern_tree_proof(tree, &proof, err));
  lip_bracket_take(bracket, upper, &proof);
  lip_bracket_tell(bracket);
done:
  return st;
}
