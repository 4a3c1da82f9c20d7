/* activation.h - activations over arrays. */
#ifndef LIP_NET_ACTIVATION_H
#define LIP_NET_ACTIVATION_H

#include <liplaw/net.h>

/* t[i] <- psi(t[i]). */
void lip_activation_values(lip_activation psi, size_t count, double *t);

/* slopes[i] <- psi'(t[i]). */
void lip_activation_slopes(lip_activation psi, size_t count, const double *t, double *slopes);

#endif
