/* pattern_tree.h - the nodes of a search over patterns, the open ones in order of their bounds, and
   the tree as a proof. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_TREE_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_TREE_H

#include "certificate/two_layers/cell_empty.h"
#include "certificate/proof.h"
#include "lipschitz/method.h"

typedef enum lip_node_state {
  LIP_NODE_OPEN,
  LIP_NODE_SPLIT,
  LIP_NODE_LEAF,
  LIP_NODE_EMPTY
} lip_node_state;

enum { LIP_NO_NODE = -1 };

typedef struct lip_pattern_node {
  ptrdiff_t parent, child[2]; /* the low end's child, the high end's */
  size_t neuron;              /* that is split, or is to be split */
  bool high;        /* this is the high end's child; of an open node with no parent: unused */
  bool likely_high; /* which end of the split comes first */
  bool plain;       /* a leaf needs no multipliers: sizes or signs prove it (norms 1 and inf) */
  lip_node_state state;
  double value;      /* open and leaf: what tau prove, squared and scaled */
  double *tau;       /* open and leaf: `free`, of its free neurons in order; NULL for none */
  float *rows;       /* open: where the bounds of its children start; NULL: anew */
  double *point;     /* open: d, a point of its cell; NULL: none is known or needed */
  lip_cell_row *row; /* empty: `rows_count` */
  size_t free, rows_count;
} lip_pattern_node;

typedef struct lip_pattern_tree {
  lip_pattern_node *node;
  size_t count, capacity;
  size_t *open; /* a heap, the largest value first */
  size_t opened, open_capacity;
  size_t bytes; /* held by nodes */
} lip_pattern_tree;

void lip_pattern_tree_clear(lip_pattern_tree *tree); /* takes one that is zeroed */

/* A new node below `parent` (LIP_NO_NODE: the root); its index is count - 1. */
LIP_MUST_CHECK lip_status lip_pattern_tree_add(lip_pattern_tree *tree, ptrdiff_t parent, bool high,
                                               lip_error *err);

/* ends  out  k: +1 or -1 for the neurons split on the way, 0 for the others */
void lip_pattern_tree_ends(const lip_pattern_tree *tree, size_t index, size_t k, signed char *ends);

/* Copies of what a node holds. */
LIP_MUST_CHECK lip_status lip_pattern_tree_keep(lip_pattern_tree *tree, size_t index, size_t free,
                                                const double *tau, size_t floats, const float *rows,
                                                size_t d, const double *point, lip_error *err);
LIP_MUST_CHECK lip_status lip_pattern_tree_keep_rows(lip_pattern_tree *tree, size_t index,
                                                     size_t rows, const lip_cell_row *row,
                                                     lip_error *err);
/* Releases what a node holds for its children; with `all` its tau too. */
void lip_pattern_tree_drop(lip_pattern_tree *tree, size_t index, bool all);

LIP_MUST_CHECK lip_status lip_pattern_tree_push(lip_pattern_tree *tree, size_t index,
                                                lip_error *err);
size_t lip_pattern_tree_pop(lip_pattern_tree *tree);

/* The arrays of lip_proof_patterns; open nodes are leaves. The roots of several trees are the first
   nodes, and their trees follow each other. */
LIP_MUST_CHECK lip_status lip_pattern_tree_proof(const lip_pattern_tree *tree, lip_proof *proof,
                                                 lip_error *err);

/* Hands the tree over as what proves `upper`, where that is below `before`, the bracket's upper end
   when the search began; else the bracket has that end again. */
LIP_MUST_CHECK lip_status lip_pattern_tree_conclude(const lip_pattern_tree *tree, double upper,
                                                    double before, lip_bracket *bracket,
                                                    lip_error *err);

#endif
