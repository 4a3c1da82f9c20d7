/* pattern_batch.h - many slopes s of the neurons at once, each with the vectors u and v between
   which A diag(s) W is largest. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_BATCH_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_BATCH_H

#include "certificate/claim.h"

/* Row i belongs to the slopes s_i. All about the scaled A and W of the claim; a step is alternating
   maximisation of u'A diag(s) W v over |v| <= 1, then over u of dual length at most 1. */
typedef struct lip_pattern_batch {
  const lip_claim *claim; /* borrowed */
  size_t rows;
  double *slopes;  /* rows x k: set by the caller */
  double *u;       /* rows x m; all 1 where m = 1 */
  double *v;       /* rows x d, |v| = 1 */
  double *g;       /* rows x d: W' diag(s) A' u */
  double *value;   /* rows: the dual length of g, at most |A diag(s) W| */
  double *Q;       /* rows x k: A' u */
  double *P;       /* rows x k: W v */
  double *scratch; /* rows x (k + m) */
} lip_pattern_batch;

LIP_MUST_CHECK lip_status lip_pattern_batch_create(const lip_claim *claim, size_t rows,
                                                   lip_pattern_batch *batch, lip_error *err);
void lip_pattern_batch_clear(lip_pattern_batch *batch); /* takes one that is zeroed */

/* Random v and u of this seed; P and Q from them. */
void lip_pattern_batch_begin(lip_pattern_batch *batch, uint64_t seed);

/* g and value of the slopes for the u at hand. One product with W. */
void lip_pattern_batch_evaluate(lip_pattern_batch *batch);

/* v from g, then (for several outputs) u; P and Q from them. One product with W, two with A. */
void lip_pattern_batch_align(lip_pattern_batch *batch);

/* v <- the vector of unit length (norm) with the largest product with g; an axis where g = 0. */
void lip_dual_vector(lip_norm_kind norm, size_t n, const double *g, double *v);

/* The kind of norm dual to this one. */
lip_norm_kind lip_dual_norm(lip_norm_kind norm);

#endif
