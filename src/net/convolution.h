/* convolution.h - a convolution over two axes as a linear map, zero-padded. */
#ifndef LIP_NET_CONVOLUTION_H
#define LIP_NET_CONVOLUTION_H

#include <liplaw/architecture.h>

/* y <- K x, or x <- K' y: node is a convolution with W; x channels x height x width of its input, y
   of its value, both row-major. cost: products of kernel and places. */
void lip_convolve(const lip_arch_node *node, const double *x, double *y);
void lip_convolve_transposed(const lip_arch_node *node, const double *y, double *x);

/* |K|_op, the norm of the map, not of the kernel: by Lanczos steps on K'K, raised by the error that
   the iteration estimates. */
LIP_MUST_CHECK lip_status lip_convolution_norm(const lip_arch_node *node, double *norm,
                                               const lip_control *control, lip_error *err);

/* Along one axis of `in` entries, for offset u of the kernel: at how many of `out` places it meets
   an entry rather than padding. */
size_t lip_convolution_meets(size_t in, size_t out, size_t stride, size_t padding, size_t u);

#endif
