/* proof.h - the kinds of proof of an upper end: each a name, arrays, and a verifier. */
#ifndef LIP_CERTIFICATE_PROOF_H
#define LIP_CERTIFICATE_PROOF_H

#include "certificate/claim.h"
#include "data/npz.h"

typedef struct lip_proof_kind lip_proof_kind;

enum { LIP_PROOF_ARRAYS = 8 };

/* A proposal: the kind and its arrays, all f64 (whole numbers as exact doubles), each at least one
   value. */
typedef struct lip_proof {
  const lip_proof_kind *kind; /* NULL: none */
  size_t count;
  struct {
    char name[24];
    lip_array array;
  } item[LIP_PROOF_ARRAYS];
} lip_proof;

void lip_proof_clear(lip_proof *proof); /* takes one that is zeroed */

/* Adds an array of zeros to be filled by the caller; the proof owns it.
   name    in  at most 23 letters
   shape   in  rank entries; row-major
   return      LIP_OK; LIP_ENOMEM, also where there are LIP_PROOF_ARRAYS already */
LIP_MUST_CHECK lip_status lip_proof_add(lip_proof *proof, const char *name, size_t rank,
                                        const size_t *shape, double **values, lip_error *err);
/* NULL: it is not there. */
const lip_array *lip_proof_array(const lip_proof *proof, const char *name);

/* What a verifier says. */
typedef struct lip_verdict {
  bool proved;
  double margin;    /* relative: what was given away to rounding; a writer claims
                       upper (1 + 2 margin) */
  char reason[160]; /* why not */
} lip_verdict;

/* Does the proof show that the claim's constant is at most `upper`? Trusts nothing in the arrays:
   wrong names, shapes, NaN, negative multipliers, trees that end early or late give proved = false
   and a reason.
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
struct lip_proof_kind {
  const char *name;
  const char *source; /* where the proof comes from */
  bool deep;          /* of deep claims; else of those of two layers */
  lip_status (*verify)(const lip_claim *claim, const lip_proof *proof, double upper,
                       lip_verdict *verdict, const lip_control *control, lip_error *err);
};

/* sum of |A_l| |w_l| sup |psi'|; no arrays. */
extern const lip_proof_kind lip_proof_path_norm;
/* Theorem 3 (5): norms (2,): upper bounds of the scaled |A|_op and |W|_op. */
extern const lip_proof_kind lip_proof_product;
/* slope_box.h on the whole domain: multipliers (k,). Around data: ball (n,), multipliers (n, k) for
   the balls listed, and the path norm with |M| for all others. */
extern const lip_proof_kind lip_proof_multipliers;
/* A tree of patterns, with slope_box.h and cell_empty.h at the leaves. */
extern const lip_proof_kind lip_proof_patterns;
/* A tree of cones of x, with cones.h at the leaves. */
extern const lip_proof_kind lip_proof_cones;
/* Moments of degree 4 or 6 in (x, u). */
extern const lip_proof_kind lip_proof_moments;
/* Square activations on ball and sphere, exactly; powers by flattening. */
extern const lip_proof_kind lip_proof_quadratic;
extern const lip_proof_kind lip_proof_flattening;
/* Norms 1 and inf: bilinear forms in signs. */
extern const lip_proof_kind lip_proof_bilinear;
/* Deep: a tree of cells of piecewise linear neurons, with cell_forms.h and matrix_norm.h. */
extern const lip_proof_kind lip_proof_regions;

/* Deep: norms (nodes,) for the norm 2: products of operator norms along the paths of the graph. */
extern const lip_proof_kind lip_proof_graph_product;
/* Graphs, norm 2: multipliers of sectors. */
extern const lip_proof_kind lip_proof_sectors;
/* Graphs, norm 2: parts one after the other, each with one of the two proofs before. */
extern const lip_proof_kind lip_proof_chain;
/* Deep: all Jacobians that slopes between their bounds can make; no arrays. */
extern const lip_proof_kind lip_proof_interval_jacobian;
/* Deep, norms 1 and inf: norm_parts.h. */
extern const lip_proof_kind lip_proof_norm_equivalence;

/* All kinds, ended by NULL; by name (NULL: none). */
extern const lip_proof_kind *const lip_proof_kinds[];
const lip_proof_kind *lip_proof_kind_named(const char *name);

/* verify, where the proof's kind is for claims as this one; else not proved. */
LIP_MUST_CHECK lip_status lip_proof_verify(const lip_claim *claim, const lip_proof *proof,
                                           double upper, lip_verdict *verdict,
                                           const lip_control *control, lip_error *err);

/* The smallest claim near `value` that the proof verifies, widened by twice the margin, so that any
   IEEE machine verifies it again: tries value (1 + growing margins).
   upper   out  untouched where nothing up to value (1 + 1e-3) is proved
   proved  out
   return       LIP_OK; what the verifier returns */
LIP_MUST_CHECK lip_status lip_proof_settle(const lip_claim *claim, const lip_proof *proof,
                                           double value, double *upper, bool *proved,
                                           const lip_control *control, lip_error *err);

#endif
