/* certificate.h - what a certificate holds. */
#ifndef LIP_CERTIFICATE_CERTIFICATE_H
#define LIP_CERTIFICATE_CERTIFICATE_H

#include "certificate/network_hash.h"
#include "certificate/proof.h"

/* A proposal, all of it: d is the network's number of inputs, as far as the certificate knows it.
   Numbers are finite; the proof's kind is one of lip_proof_kinds. */
struct lip_certificate {
  char network[LIP_HASH_TEXT];
  lip_output output;
  lip_norm_kind norm;
  lip_domain domain; /* owns its centers */
  double lower, upper;
  size_t d;              /* of the witness; 0 where there is none */
  double *x, *direction; /* d each, owned; NULL where lower is 0, which needs no witness */
  lip_proof proof;
};

/* A certificate that says: lower <= constant of the claim <= upper.
   x, direction  in      d each, as for lip_witness_slope, copied; not looked at where lower is 0
   proof         in/out  taken over, and zeroed, on success alone
   return        LIP_OK; LIP_EINPUT where a number is not finite, lower is negative or above upper,
                 or the proof has no kind; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_certificate_make(const lip_claim *claim, double lower,
                                               const double *x, const double *direction,
                                               double upper, lip_proof *proof,
                                               lip_certificate **certificate, lip_error *err);

/* Of a certificate for g: one for net, f = 2^exponent g (net/balanced_form.h); its proof stays the
   one for g, which lip_check finds again.
   scaled  out  false: the upper end overflows so; the certificate is as it was
   return       LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_certificate_scale(lip_certificate *certificate, const lip_net *net,
                                                int exponent, bool *scaled, lip_error *err);

/* What has to hold before anything is proved: finite numbers, 0 <= lower, a domain that is one.
   Messages do not name the file. */
LIP_MUST_CHECK lip_status lip_certificate_sane(const lip_certificate *certificate, lip_error *err);

/* "all", "I" or "I-J". Returns buffer. */
const char *lip_output_format(lip_output output, char *buffer, size_t size);

/* As lip_certificate_read, of bytes that stand in memory; `path` serves messages only. */
LIP_MUST_CHECK lip_status lip_certificate_parse(const void *bytes, size_t size, const char *path,
                                                lip_certificate **certificate, lip_error *err);

#endif
