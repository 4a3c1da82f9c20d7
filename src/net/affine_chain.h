/* affine_chain.h - builds a network from a chain of maps, most of them affine, and activations, one
   at a time. */
#ifndef LIP_NET_AFFINE_CHAIN_H
#define LIP_NET_AFFINE_CHAIN_H

#include <liplaw/net.h>

/* The value so far is an affine map of the last finished layer's output h (of the input where there
   is none): W h + b, or s o h + b while no matrix has come; or one of the other maps of h.
   Zero-initialised but for `width`. */
typedef struct lip_affine_chain {
  size_t width;      /* of the value */
  size_t in;         /* of W */
  double *W, *s, *b; /* owned; NULL: no matrix, all ones, all zeros */
  lip_map map;
  double scale;     /* of a map that is not affine */
  lip_layer *layer; /* the finished layers; the array and each W and b owned */
  size_t depth, room;
  size_t inserted; /* entries of matrices that no tensor holds */
} lip_affine_chain;

void lip_chain_clear(lip_affine_chain *chain);

/* Counts a matrix, out x in, that no tensor of the file holds (an identity, or blocks on a
   diagonal) and refuses when all of them together are too large: a small file may not ask for all
   memory. */
LIP_MUST_CHECK lip_status lip_chain_reserve(lip_affine_chain *chain, size_t out, size_t in,
                                            lip_error *err);

/* value <- W value, W out x width, taken over even on failure. Two matrices in a row stay two
   layers, the first with the identity, so that no product of matrices is ever rounded. */
LIP_MUST_CHECK lip_status lip_chain_product(lip_affine_chain *chain, size_t out, double *W,
                                            lip_error *err);

/* value <- a map of it that is not affine, with `out` results and scale 1: distances from the rows
   of W (out x width, taken over even on failure), lengths of groups, the least entry; W is NULL for
   the latter two. */
LIP_MUST_CHECK lip_status lip_chain_map(lip_affine_chain *chain, lip_map map, size_t out, double *W,
                                        lip_error *err);

/* value <- v o value, value <- value + v. v has `width` entries, is taken over even on failure.
   Scales are multiplied into the matrix before, or else after them, in f64. Both make a layer of
   their own where they come after a map that does not take them. */
LIP_MUST_CHECK lip_status lip_chain_scale(lip_affine_chain *chain, double *v, lip_error *err);
LIP_MUST_CHECK lip_status lip_chain_shift(lip_affine_chain *chain, double *v, lip_error *err);

/* value <- psi(value). */
LIP_MUST_CHECK lip_status lip_chain_activate(lip_affine_chain *chain, lip_activation psi,
                                             lip_error *err);

/* The network; the chain is used up. precision LIP_F32 becomes LIP_F64 where a weight or a slope is
   no float.
   return  LIP_OK; LIP_ENUMERIC where a weight is not finite; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_chain_finish(lip_affine_chain *chain, lip_precision precision,
                                           lip_net **net, lip_error *err);

#endif
