/* liplaw/tensor.h - norms of the symmetric tensor that labelled points make. */
#ifndef LIPLAW_TENSOR_H
#define LIPLAW_TENSOR_H

#include <liplaw/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Omega = sum_i y_i x_i^p, the p-fold tensor powers (two-layer paper, appendices A and B), without
   d^p numbers. Every pair below encloses the norm, rounding counted. */
typedef struct lip_tensor_norms {
  size_t n, d, power;
  double op[2]; /* largest |<Omega, x^p>| over unit x: NP-hard from degree 3 on */
  double frobenius[2];
  double nuclear[2]; /* the dual of op: the least sum of |a| over Omega = sum a u_1 (x) ... */
  double scale;      /* sqrt(n / d^(p-1)), which Lemma 5 compares the operator norm with */
  const char *op_method, *nuclear_method; /* of the upper ends; static text */
  double *direction;                      /* d, owned: a unit vector at which op[0] is attained */
} lip_tensor_norms;

/* data    in   one label per point
   power   in   p, 1 to 20
   starts  in   of the power iteration, from data points and at random, each
   cost         p = 2: n d^2 + d^3. Else n^2 d for the Frobenius norm (n <= 20000), and for the
                operator norm's upper end n D^2 (p even) or n^2 (d + D) (p odd) with
                D = C(d + i - 1, i), i = floor(p / 2), where D <= 1500; beyond, n^3 for n <= 1200
   norms   out  released with lip_tensor_norms_clear
   return       LIP_OK; LIP_EINPUT; LIP_EOPTION; LIP_EINTERRUPT; LIP_ENOMEM; LIP_ENUMERIC */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_tensor_norms_of(const lip_dataset *data, size_t power,
                                                         size_t starts, uint64_t seed,
                                                         lip_tensor_norms *norms,
                                                         const lip_control *control,
                                                         lip_error *err);
LIP_PUBLIC void lip_tensor_norms_clear(lip_tensor_norms *norms); /* takes one that is zeroed */

#ifdef __cplusplus
}
#endif
#endif
