/* elementwise.h - the passes of a training step between its two matrix products, one set of them
   per instruction set. */
#ifndef LIP_TRAIN_ELEMENTWISE_H
#define LIP_TRAIN_ELEMENTWISE_H

#include <liplaw/net.h>

/* Rows of Z: the neurons' values at all points, row j at Z + j * stride, u_j = scale_j z_j +
   shift_j before the activation psi. n is a multiple of LIP_LANES. */
typedef struct lip_rows {
  size_t rows, n, stride;
  float *Z;
  const float *scale, *shift; /* rows entries each */
  lip_activation_kind kind;
  float slope; /* leaky ReLU's */
} lip_rows;

enum { LIP_LANES = 16 };

/* Adam (Kingma and Ba 2015, algorithm 1) at step t >= 1, as
   w -= rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon). */
typedef struct lip_adam {
  float beta1, beta2;
  float rate; /* rate / (1 - beta1^t) */
  float root; /* 1 / sqrt(1 - beta2^t) */
  float epsilon;
} lip_adam;

/* Sums are taken in a fixed order, so that bits depend on the set and the sizes alone. */
typedef struct lip_elementwise {
  const char *name; /* "generic", "avx2", "avx512" */

  /* sum of z_i^2 */
  float (*sum_squares)(size_t n, const float *z);

  /* y_i += sum_j a_j psi(u_ji) */
  void (*add_outputs)(const lip_rows *in, const float *a, float *y);

  /* by_value_j = sum_i r_i psi(u_ji), by_slope_j = sum_i r_i psi'(u_ji),
     by_slope_z_j = sum_i r_i psi'(u_ji) z_ji */
  void (*sum_slopes)(const lip_rows *in, const float *r, float *by_value, float *by_slope,
                     float *by_slope_z);

  /* z_ji <- p_j r_i psi'(u_ji) + q_j z_ji */
  void (*to_gradient)(const lip_rows *in, const float *r, const float *p, const float *q);

  /* one step of `count` parameters with gradient g */
  void (*adam)(size_t count, const lip_adam *adam, const float *g, float *w, float *m, float *v);
} lip_elementwise;

/* The best set that this CPU runs; or the one of that name, NULL where it has none such. */
const lip_elementwise *lip_elementwise_best(void);
const lip_elementwise *lip_elementwise_named(const char *name);

#endif
