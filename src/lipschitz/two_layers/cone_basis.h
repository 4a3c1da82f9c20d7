/* cone_basis.h - the basis whose orthants a search over cones begins with. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_CONE_BASIS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_CONE_BASIS_H

#include "certificate/two_layers/cones.h"

/* A basis for lip_cones_create.
   claim  in   one that cones speak of
   basis  out  D x D, largest entry in [1/2, 1); undefined on failure
   return      LIP_OK; LIP_ENOMEM; what lip_isotropic_position returns */
LIP_MUST_CHECK lip_status lip_cone_basis(const lip_claim *claim, uint64_t seed, double *basis,
                                         lip_error *err);

#endif
