/* symbol_norm.h - operator norms of large convolutions, from their symbol, rounding counted. */
#ifndef LIP_CERTIFICATE_GRAPHS_SYMBOL_NORM_H
#define LIP_CERTIFICATE_GRAPHS_SYMBOL_NORM_H

#include <liplaw/certificate.h>

/* The symbol of a convolution: the matrices P(theta) whose largest eigenvalues bound |K|^2. */
typedef struct lip_symbol lip_symbol;

/* node     in   a convolution, borrowed
   symbol   out  released with lip_symbol_free; NULL where the work would be too much
   return        LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_symbol_create(const lip_node *node, lip_symbol **symbol,
                                            lip_error *err);
void lip_symbol_free(lip_symbol *symbol); /* takes NULL */

/* Is |K|_2 <= norm certain?
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT.  cost  a Cholesky factorisation at each frequency */
LIP_MUST_CHECK lip_status lip_symbol_is_below(lip_symbol *symbol, double norm, bool *proved,
                                              const lip_control *control, lip_error *err);

/* About the least norm for which that is so: an estimate, to be tested.
   norm  in/out  >= 0; where to start: below it nothing is looked for
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_ENUMERIC where it overflows */
LIP_MUST_CHECK lip_status lip_symbol_estimate(lip_symbol *symbol, double *norm,
                                              const lip_control *control, lip_error *err);

#endif
