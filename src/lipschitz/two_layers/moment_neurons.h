/* moment_neurons.h - the even moments of all neurons, from moments in (x, u), and the adjoint. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_MOMENT_NEURONS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_MOMENT_NEURONS_H

#include "certificate/two_layers/moment_rows.h"

typedef struct lip_moment_neurons lip_moment_neurons;

/* Of K pairs of forms z_l = h_l.x, y_l = v_l.u.
   rows  in  not kept
   h, v  in  K x D, K x d; copied
   return    LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_moment_neurons_create(const lip_moment_rows *rows, size_t K,
                                                    const double *h, const double *v,
                                                    lip_moment_neurons **neurons, lip_error *err);
void lip_moment_neurons_free(lip_moment_neurons *neurons); /* takes NULL */

/* out_lt = mu[z^i y^j |x|^..] for term t of lip_moment_even_power: K x LIP_MOST_EVEN.
   mu  in  a number for each monomial, in the places of moment_rows.h */
void lip_moment_neurons_contract(lip_moment_neurons *neurons, const double *mu, double *out);

/* The adjoint: g.mu = sum of coefficient_lt out_lt(mu). */
void lip_moment_neurons_gather(lip_moment_neurons *neurons, const double *coefficient, double *g);

#endif
