/* activation.h - activations over arrays. */
#ifndef LIP_NET_ACTIVATION_H
#define LIP_NET_ACTIVATION_H

#include <liplaw/net.h>

/* Is psi' one of at most two values, one on each side of 0? */
bool lip_activation_is_piecewise_linear(lip_activation psi);

/* Does `slope` mean anything? */
bool lip_activation_has_parameter(lip_activation_kind kind);

/* t[i] <- psi(t[i]). */
void lip_activation_values(lip_activation psi, size_t count, double *t);

/* slopes[i] <- psi'(t[i]). */
void lip_activation_slopes(lip_activation psi, size_t count, const double *t, double *slopes);

#endif
