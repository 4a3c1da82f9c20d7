/* region_tree.h - the cells of a search over a piecewise linear network, the open ones in order of
   their bounds, and the tree as a proof. */
#ifndef LIP_LIPSCHITZ_GRAPHS_REGION_TREE_H
#define LIP_LIPSCHITZ_GRAPHS_REGION_TREE_H

#include "certificate/graphs/cell_forms.h"
#include "lipschitz/method.h"

typedef enum lip_region_state {
  LIP_REGION_OPEN,
  LIP_REGION_SPLIT,
  LIP_REGION_LEAF,
  LIP_REGION_EMPTY
} lip_region_state;

#define LIP_NO_REGION SIZE_MAX

/* A side that is the only one in a cell, with its Farkas vector; or, of no neuron (LIP_NO_REGION),
   the Farkas vector of an empty cell. */
typedef struct lip_region_step {
  size_t neuron;
  signed char side;
  size_t first, rows; /* in the tree's rows */
} lip_region_step;

typedef struct lip_region_node {
  size_t parent, child[2]; /* child: the negative side's, the positive one's */
  size_t pick;             /* the neuron that is split, or is to be split */
  signed char side;        /* of the parent's pick */
  lip_region_state state;
  size_t first, steps; /* in the tree's steps */
  double value;        /* the slopes of the cell are at most that */
  double *point;       /* open: d, a point of the cell; NULL: none is known */
  double *multipliers; /* `count` numbers that prove the value, as a leaf has them; NULL: its forms
                          do */
  size_t multiplier_count;
} lip_region_node;

typedef struct lip_region_tree {
  lip_region_node *node;
  size_t count, capacity;
  size_t *open; /* a heap, the largest value first */
  size_t opened, open_capacity;
  lip_region_step *step;
  size_t steps, step_capacity;
  lip_side_row *row; /* the side is not kept */
  size_t rows, row_capacity;
  double closed; /* the largest bound of the cells that the searcher closed, */
  double under;  /* of the one that it is splitting; INFINITY before the root is there */
} lip_region_tree;

void lip_region_tree_clear(lip_region_tree *tree); /* takes one that is zeroed */
size_t lip_region_tree_bytes(const lip_region_tree *tree, size_t d);

/* A new cell below `parent` (LIP_NO_REGION: the root), its index is count - 1. */
LIP_MUST_CHECK lip_status lip_region_tree_add(lip_region_tree *tree, size_t parent,
                                              signed char side, lip_error *err);
/* Appends a step to the cell added last. */
LIP_MUST_CHECK lip_status lip_region_tree_step(lip_region_tree *tree, size_t neuron,
                                               signed char side, size_t rows,
                                               const lip_side_row *row, lip_error *err);

/* side  out  neurons: those of the cell, 0 for the others
   own   out  neurons: those that splits gave, without the steps' */
void lip_region_tree_sides(const lip_region_tree *tree, size_t index, size_t neurons,
                           signed char *side, signed char *own);

LIP_MUST_CHECK lip_status lip_region_tree_push(lip_region_tree *tree, size_t index, lip_error *err);
size_t lip_region_tree_pop(lip_region_tree *tree);

/* The arrays of lip_proof_regions; open cells are leaves. */
LIP_MUST_CHECK lip_status lip_region_tree_proof(const lip_region_tree *tree, size_t neurons,
                                                lip_proof *proof, lip_error *err);

/* All slopes are at most that: of cells that are open, closed or being split, and `lower`. */
double lip_region_tree_upper(const lip_region_tree *tree, double lower);

/* Hands the tree over as what proves `upper`, where that is below `before`, the bracket's upper end
   when the search began; else the bracket has that end again. */
LIP_MUST_CHECK lip_status lip_region_tree_conclude(const lip_region_tree *tree, size_t neurons,
                                                   double upper, double before,
                                                   lip_bracket *bracket, lip_error *err);

#endif
