/* operator.h - the linear part of an affine node as an operator: products with it and with its
   transpose, without ever forming it. */
#ifndef LIP_NET_OPERATOR_H
#define LIP_NET_OPERATOR_H

#include <liplaw/net.h>

/* L_p: what an affine node makes of the value of its p-th parent, size x size of that parent; the
   node's value is sum_p L_p h_p + constant. `absolute` takes |L_p|, entry by entry, in its place:
   in floating point every entry of L_p X is off by at most gamma_t (|L_p| |X|), t =
   lip_operator_terms. */

/* Y += L_p X on rows.  X  in  rows x size of the parent;  Y  in/out  rows x size
   return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_operator_apply(const lip_net *net, size_t node, size_t p,
                                             bool absolute, size_t rows, const double *X, double *Y,
                                             lip_error *err);

/* X += L_p' Y on rows. */
LIP_MUST_CHECK lip_status lip_operator_transpose(const lip_net *net, size_t node, size_t p,
                                                 bool absolute, size_t rows, const double *Y,
                                                 double *X, lip_error *err);

/* to += L_p from, or L_p' from; `fresh`: to <- the same, whatever it held. */
LIP_MUST_CHECK lip_status lip_operator_multiply(const lip_net *net, size_t node, size_t p,
                                                bool transposed, bool fresh, size_t rows,
                                                const double *from, double *to, lip_error *err);

/* The same in single precision. W  in  the node's weights as floats; NULL where it has none */
LIP_MUST_CHECK lip_status lip_operator_multiply_f32(const lip_net *net, size_t node, size_t p,
                                                    const float *W, bool transposed, bool fresh,
                                                    size_t rows, const float *from, float *to,
                                                    lip_error *err);

/* Y <- the constant on every row: the biases, or zeros. */
void lip_operator_constant(const lip_net *net, size_t node, size_t rows, double *Y);

/* At most so many products are summed in one entry of sum_p L_p h_p + constant. */
size_t lip_operator_terms(const lip_net *net, size_t node);
/* The same for L_p' y. */
size_t lip_operator_terms_transposed(const lip_net *net, size_t node);

/* Windows of a convolution or a pool along one axis: the entry of the input that place `out` meets
   at offset u, or false where that is padding. */
bool lip_window_entry(const lip_node *node, size_t axis, size_t in, size_t out, size_t u,
                      size_t *entry);

#endif
