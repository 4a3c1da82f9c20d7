/* cone_tree.h - the tree of a search over cones: nodes, vertices, forms; and as a proof. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_CONE_TREE_H
#define LIP_LIPSCHITZ_TWO_LAYERS_CONE_TREE_H

#include "certificate/two_layers/cones.h"
#include "certificate/proof.h"

enum { LIP_CONE_OUTSIDE = -1, LIP_CONE_LEAF = -2 };

typedef struct lip_cone_node {
  double bound;                         /* what its form shows */
  uint32_t vertex[LIP_CONE_DIMENSIONS]; /* D */
  uint32_t form;
  uint32_t parent, child; /* child, child + 1; 0: none */
  int split;         /* as in proofs/cones.c: of an edge, or 8 D^2 + l by the sign of neuron l; or
                        LIP_CONE_OUTSIDE, LIP_CONE_LEAF */
  unsigned branches; /* how many of its ancestors are split by neurons */
} lip_cone_node;

typedef struct lip_cone_tree {
  const lip_cones *cones; /* borrowed */
  size_t roots, nodes, vertices, forms, form_size;
  size_t node_room, vertex_room, form_room;
  lip_cone_node *node;
  lip_wide *exact; /* vertex_room x D */
  double *y;       /* vertex_room x D: the same, rounded */
  uint64_t *sign;  /* vertex_room x 2 words: above, then below */
  bool *outside;   /* vertex_room */
  double *form;    /* form_room x form_size */
  uint32_t *users; /* form_room: how many nodes use it */
  uint32_t *spare; /* form_room: forms without users */
  size_t spares;
  uint32_t *heap; /* node_room: the open nodes, largest bound first */
  size_t open;
} lip_cone_tree;

/* The roots: the 2^D orthants, node 0 to 2^D - 1, in the order of the proof, with form 0 (the
   identity). */
LIP_MUST_CHECK lip_status lip_cone_tree_create(const lip_cones *cones, lip_cone_tree *tree,
                                               lip_error *err);
void lip_cone_tree_clear(lip_cone_tree *tree);

/* Room for so many more; pointers into the tree move. */
LIP_MUST_CHECK lip_status lip_cone_tree_reserve(lip_cone_tree *tree, size_t nodes, size_t vertices,
                                                size_t forms, lip_error *err);
size_t lip_cone_tree_bytes(const lip_cone_tree *tree);

lip_vertex lip_cone_tree_vertex(const lip_cone_tree *tree, uint32_t vertex);
void lip_cone_tree_keep_vertex(lip_cone_tree *tree, uint32_t at, const lip_vertex *vertex);

/* A form with one user (room must have been reserved); and one user less. */
uint32_t lip_cone_tree_take_form(lip_cone_tree *tree);
void lip_cone_tree_drop_form(lip_cone_tree *tree, uint32_t form);

void lip_cone_tree_push(lip_cone_tree *tree, uint32_t node);
uint32_t lip_cone_tree_pop(lip_cone_tree *tree);

/* The signs that are fixed on a node's cone, also by neurons above it.  above, below  out  words */
void lip_cone_tree_signs(const lip_cone_tree *tree, const lip_cone_node *node, uint64_t *above,
                         uint64_t *below);

/* The proof as docs/formats.md describes it; open nodes become leaves. */
LIP_MUST_CHECK lip_status lip_cone_tree_proof(const lip_cone_tree *tree, lip_proof *proof,
                                              lip_error *err);

#endif
