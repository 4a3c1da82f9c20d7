/* region_tree.c - the cells of a search over a piecewise linear network, the open ones in order of
   their bounds, and the tree as a proof. */
#include "lipschitz/graphs/region_tree.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/* Makes room for `wanted` items. */
static lip_status grow(void **items, size_t size, size_t held, size_t wanted, size_t *capacity,
                       lip_error *err)
{
  size_t room = *capacity > 0 ? *capacity : 64;
  void *larger;

  if (wanted <= *capacity) return LIP_OK;
  while (room < wanted) room *= 2;
  larger = lip_alloc(room, size);
  if (!larger) return lip_fail(err, LIP_ENOMEM, "a tree of %zu cells", wanted);
  if (held > 0) memcpy(larger, *items, held * size);
  lip_free(*items);
  *items = larger;
  *capacity = room;
  return LIP_OK;
}

void lip_region_tree_clear(lip_region_tree *tree)
{
  for (size_t i = 0; i < tree->count; i++) {
    lip_free(tree->node[i].point);
    lip_free(tree->node[i].multipliers);
  }
  lip_free(tree->node);
  lip_free(tree->open);
  lip_free(tree->step);
  lip_free(tree->row);
  memset(tree, 0, sizeof *tree);
}

size_t lip_region_tree_bytes(const lip_region_tree *tree, size_t d)
{
  return tree->count * sizeof *tree->node + tree->opened * (d + 9) * sizeof(double) +
         tree->steps * sizeof *tree->step + tree->rows * sizeof *tree->row;
}

lip_status lip_region_tree_add(lip_region_tree *tree, size_t parent, signed char side,
                               lip_error *err)
{
  lip_status st = grow((void **)&tree->node, sizeof *tree->node, tree->count, tree->count + 1,
                       &tree->capacity, err);

  if (st != LIP_OK) return st;
  tree->node[tree->count] = (lip_region_node){.parent = parent,
                                              .child = {LIP_NO_REGION, LIP_NO_REGION},
                                              .pick = LIP_NO_REGION,
                                              .side = side,
                                              .state = LIP_REGION_LEAF,
                                              .first = tree->steps,
                                              .value = INFINITY};
  if (parent != LIP_NO_REGION) {
    tree->node[tree->count].value = tree->node[parent].value;
    tree->node[parent].child[side > 0] = tree->count;
  }
  tree->count++;
  return st;
}

lip_status lip_region_tree_step(lip_region_tree *tree, size_t neuron, signed char side, size_t rows,
                                const lip_side_row *row, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(grow((void **)&tree->step, sizeof *tree->step, tree->steps, tree->steps + 1,
           &tree->step_capacity, err));
  TRY(grow((void **)&tree->row, sizeof *tree->row, tree->rows, tree->rows + rows,
           &tree->row_capacity, err));
  tree->step[tree->steps++] = (lip_region_step){neuron, side, tree->rows, rows};
  if (rows > 0) memcpy(tree->row + tree->rows, row, rows * sizeof *row);
  tree->rows += rows;
  tree->node[tree->count - 1].steps++;
done:
  return st;
}

void lip_region_tree_sides(const lip_region_tree *tree, size_t index, size_t neurons,
                           signed char *side, signed char *own)
{
  memset(side, 0, neurons);
  memset(own, 0, neurons);
  while (index != LIP_NO_REGION) {
    const lip_region_node *node = &tree->node[index];

    for (size_t s = node->first; s < node->first + node->steps; s++)
      if (tree->step[s].neuron < neurons) side[tree->step[s].neuron] = tree->step[s].side;
    if (node->parent != LIP_NO_REGION) {
      size_t neuron = tree->node[node->parent].pick;

      side[neuron] = own[neuron] = node->side;
    }
    index = node->parent;
  }
}

static bool before(const lip_region_tree *tree, size_t i, size_t j)
{
  return tree->node[tree->open[i]].value > tree->node[tree->open[j]].value;
}

static void exchange(lip_region_tree *tree, size_t i, size_t j)
{
  size_t held = tree->open[i];

  tree->open[i] = tree->open[j];
  tree->open[j] = held;
}

lip_status lip_region_tree_push(lip_region_tree *tree, size_t index, lip_error *err)
{
  size_t at = tree->opened;
  lip_status st = grow((void **)&tree->open, sizeof *tree->open, tree->opened, tree->opened + 1,
                       &tree->open_capacity, err);

  if (st != LIP_OK) return st;
  tree->open[tree->opened++] = index;
  tree->node[index].state = LIP_REGION_OPEN;
  for (; at > 0 && before(tree, at, (at - 1) / 2); at = (at - 1) / 2)
    exchange(tree, at, (at - 1) / 2);
  return st;
}

size_t lip_region_tree_pop(lip_region_tree *tree)
{
  size_t top = tree->open[0], at = 0;

  tree->open[0] = tree->open[--tree->opened];
  for (;;) {
    size_t larger = at, left = 2 * at + 1;

    if (left < tree->opened && before(tree, left, larger)) larger = left;
    if (left + 1 < tree->opened && before(tree, left + 1, larger)) larger = left + 1;
    if (larger == at) return top;
    exchange(tree, at, larger);
    at = larger;
  }
}

/* What is written of the tree; with NULL arrays it is counted only. */
typedef struct writer {
  double *tree, *farkas, *multipliers;
  size_t nodes, numbers, held;
  size_t neurons;
} writer;

static void write_node(writer *to, size_t code)
{
  if (to->tree) to->tree[to->nodes] = (double)code;
  to->nodes++;
}

static void write_step(writer *to, const lip_region_tree *tree, const lip_region_step *step)
{
  bool empty = step->neuron == LIP_NO_REGION;

  write_node(to, empty ? 1 : 2 + 3 * step->neuron + (step->side > 0 ? 1 : 2));
  if (to->farkas) {
    double *at = to->farkas + to->numbers;

    *at++ = (double)step->rows;
    for (size_t r = 0; r < step->rows; r++) {
      *at++ = (double)tree->row[step->first + r].neuron;
      *at++ = tree->row[step->first + r].weight;
    }
  }
  to->numbers += 1 + 2 * step->rows;
}

/* stack  workspace  nodes */
static void write_tree(writer *to, const lip_region_tree *tree, size_t *stack)
{
  size_t depth = 0;

  stack[depth++] = 0;
  while (depth > 0) {
    const lip_region_node *node = &tree->node[stack[--depth]];

    for (size_t s = 0; s < node->steps; s++) write_step(to, tree, &tree->step[node->first + s]);
    if (node->state == LIP_REGION_EMPTY) continue;
    if (node->state != LIP_REGION_SPLIT) {
      write_node(to, node->multipliers ? 2 + 3 * to->neurons : 0);
      if (to->multipliers && node->multipliers)
        memcpy(to->multipliers + to->held, node->multipliers,
               node->multiplier_count * sizeof *to->multipliers);
      to->held += node->multipliers ? node->multiplier_count : 0;
      continue;
    }
    write_node(to, 2 + 3 * node->pick);
    stack[depth++] = node->child[1];
    stack[depth++] = node->child[0];
  }
}

lip_status lip_region_tree_proof(const lip_region_tree *tree, size_t neurons, lip_proof *proof,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  writer to = {.neurons = neurons};
  size_t *stack = lip_alloc(tree->count + 1, sizeof *stack);

  if (!stack) FAIL(LIP_ENOMEM, "a tree of %zu cells", tree->count);
  write_tree(&to, tree, stack);
  TRY(lip_proof_add(proof, "tree", 1, &to.nodes, &to.tree, err));
  if (to.numbers > 0) TRY(lip_proof_add(proof, "farkas", 1, &to.numbers, &to.farkas, err));
  if (to.held > 0) TRY(lip_proof_add(proof, "multipliers", 1, &to.held, &to.multipliers, err));
  to.nodes = to.numbers = to.held = 0;
  write_tree(&to, tree, stack);
  proof->kind = &lip_proof_regions;
done:
  lip_free(stack);
  return st;
}

double lip_region_tree_upper(const lip_region_tree *tree, double lower)
{
  double value = fmax(fmax(lower, tree->closed), tree->under);

  if (tree->opened > 0) value = fmax(value, tree->node[tree->open[0]].value);
  return value * (1 + 1e-12);
}

lip_status lip_region_tree_conclude(const lip_region_tree *tree, size_t neurons, double upper,
                                    double before, lip_bracket *bracket, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_proof proof = {0};

  if (tree->count == 0) goto done;
  if (!(upper < before)) {
    bracket->upper = before;
    goto done;
  }
  TRY(lip_region_tree_proof(tree, neurons, &proof, err));
  lip_bracket_take(bracket, upper, &proof);
  lip_bracket_tell(bracket);
done:
  return st;
}
