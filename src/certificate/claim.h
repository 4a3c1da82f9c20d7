/* claim.h - what a bracket speaks of: a function of a network, a norm and a domain. */
#ifndef LIP_CERTIFICATE_CLAIM_H
#define LIP_CERTIFICATE_CLAIM_H

#include <liplaw/certificate.h>

/* f(x) = A psi(W x + b) + const, x in R^d, values in R^m, k neurons. J(x) = A diag(psi'(z)) W with
   z = W x + b.

   The matrices are kept scaled: the numbers below are those of the network times powers of two that
   bring the largest entry of each of W and A into [1/2, 1), so that no product of weights can
   overflow, whatever their size. The network's J is 2^exponent times the one of the scaled W and A.
   `b` and `W_true` are the network's own, for z.

   Of a network that is not of two layers the claim is `deep`: net, output, norm, domain, d and m
   alone are set, the exponents are 0, and proofs read the graph. */
typedef struct lip_claim {
  const lip_net *net; /* borrowed; its numbers do not change as long as the claim is used */
  bool deep;
  lip_output output;
  lip_norm_kind norm;
  lip_domain domain; /* borrows its centers */
  lip_activation psi;
  size_t d, k, m;
  bool one_input; /* of a part of another claim (graphs/norm_parts.h): the column of J of this input
                     alone; who does not look at it proves more than is asked */
  size_t input;
  const double *W_true; /* k x d, borrowed from the network */
  double *b;            /* k; zeros where the network has none */
  double *W;            /* k x d, scaled; owned, as b, A and A_radius */
  double *A;            /* m x k, scaled: row j is the output asked for, or a difference rounded */
  double *A_radius; /* m x k: the scaled exact A lies within A +- A_radius; 0 almost everywhere */
  double W_radius;  /* the scaled exact W lies within W +- this (what scaling underflowed) */
  int W_exponent, A_exponent;  /* W_true = 2^W_exponent W; likewise A */
  struct claim_memory *memory; /* owned: bounds found for this domain, kept by claim_memory.h; a
                                  copy of the struct, with another domain or not, shares it */
} lip_claim;

/* Two layers, the second one linear. */
bool lip_claim_is_two_layer(const lip_net *net);

/* return  LIP_OK; LIP_EINPUT where a layer is no affine map (maps.h), there is no such output,
           the domain's centers have another d, or tangential parts are asked for in another norm
           than 2; LIP_ENUMERIC where a weight is not finite; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_claim_create(const lip_net *net, lip_output output,
                                           lip_norm_kind norm, lip_domain domain, lip_claim **claim,
                                           lip_error *err);
void lip_claim_free(lip_claim *claim); /* takes NULL */

/* A number about the scaled J (>= 0) as one about the network's: value 2^(W_exponent + A_exponent),
   rounded up / down; and back. Infinite (up) where it overflows. */
double lip_claim_unscale_up(const lip_claim *claim, double value);
double lip_claim_unscale_down(const lip_claim *claim, double value);
double lip_claim_scale_down(const lip_claim *claim, double value);

#endif
