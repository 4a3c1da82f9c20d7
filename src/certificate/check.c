/* check.c - proves a certificate again: from the network and the certificate alone, without any
   solver, and with rounding counted.

   Nothing in the certificate is believed. The claim is set up from the network; the slope at the
   witness is enclosed (witness.h); the verifier of the proof's kind recomputes the upper end
   (proof.h). That the network's hash is the one written down adds nothing to the proof; it says in
   one line that two files do not belong together. */
#include "certificate/certificate.h"

#include "base/clock.h"
#include "base/error.h"
#include "certificate/domain.h"
#include "certificate/witness.h"
#include "linalg/vector.h"
#include "linalg/round.h"
#include "net/balanced_form.h"
#include "net/two_layer_form.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Says why the certificate is not valid. */
static void refuse(lip_check_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void refuse(lip_check_result *result, const char *format, ...)
{
  va_list args;

  result->valid = false;
  va_start(args, format);
  (void)vsnprintf(result->reason, sizeof result->reason, format, args);
  va_end(args);
}

static lip_status check_network(const lip_net *net, const lip_certificate *certificate,
                                lip_check_result *result, lip_error *err)
{
  char hash[LIP_HASH_TEXT];
  lip_status st = lip_network_hash(net, hash, err);

  if (st == LIP_OK && strcmp(hash, certificate->network) != 0)
    refuse(result,
           "the certificate is for another network: for %.16s..., but this one's hash is %.16s...",
           certificate->network, hash);
  return st;
}

/* exponent  in  the claim is about f / 2^exponent, the certificate about f */
static lip_status check_lower(const lip_claim *claim, const lip_certificate *certificate,
                              int exponent, lip_check_result *result, lip_error *err)
{
  lip_status st = LIP_OK;
  double slope = 0, wanted = lip_ldexp_up(certificate->lower, -exponent);

  if (certificate->lower == 0) return LIP_OK; /* no constant is below 0 */
  if (certificate->d != claim->d) {
    refuse(result, "the witness has %zu coordinates, the network takes %zu", certificate->d,
           claim->d);
    return LIP_OK;
  }
  if (!(lip_largest(claim->d, certificate->direction) > 0)) {
    refuse(result, "the witness has no direction: all its coordinates are 0");
    return LIP_OK;
  }
  st = lip_witness_slope(claim, certificate->x, certificate->direction, &slope, NULL, err);
  if (st != LIP_OK || slope >= wanted) return st;
  if (!lip_domain_contains(claim->domain, claim->d, certificate->x))
    refuse(result, "the witness is not certainly in the domain");
  else if (slope > 0)
    refuse(
        result,
        "the lower end %.17g is not attained: the slope at the witness is proved to be %.17g only",
        certificate->lower, lip_ldexp_down(slope, exponent));
  else
    refuse(result,
           "the lower end %.17g is not attained: the witness proves no slope at all (on a "
           "kink, or on the edge of the domain)",
           certificate->lower);
  return LIP_OK;
}

static lip_status check_upper(const lip_claim *claim, const lip_certificate *certificate,
                              int exponent, lip_check_result *result, const lip_control *control,
                              lip_error *err)
{
  lip_verdict verdict = {.proved = false};
  double upper = lip_ldexp_down(certificate->upper, -exponent);
  lip_status st = lip_proof_verify(claim, &certificate->proof, upper, &verdict, control, err);

  if (st == LIP_OK && !verdict.proved)
    refuse(result, "the upper end %.17g is not proved (%s): %s", certificate->upper, result->proof,
           verdict.reason[0] ? verdict.reason : "the proof shows less");
  return st;
}

/* The parts in their order; the first that fails gives the reason.
   form, exponent  in  net = 2^exponent form, which is what is looked at; net itself and 0 */
static lip_status check_all(const lip_net *net, const lip_net *form, int exponent,
                            const lip_certificate *certificate, lip_check_result *result,
                            const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_claim *claim = NULL;
  lip_error cause = {""};

  if (lip_certificate_sane(certificate, &cause) != LIP_OK) /* no file holds that, memory may */
    refuse(result, "%.200s", cause.text);
  else if (!(certificate->lower <= certificate->upper))
    refuse(result, "the lower end %.17g is above the upper end %.17g", certificate->lower,
           certificate->upper);
  if (!result->valid) goto done;
  TRY(check_network(net, certificate, result, err));
  if (!result->valid) goto done;
  st = lip_claim_create(form, certificate->output, certificate->norm, certificate->domain, &claim,
                        &cause);
  if (st == LIP_EINPUT) {
    refuse(result, "the claim does not fit the network: %.200s", cause.text);
    st = LIP_OK;
  } else if (st != LIP_OK) {
    FAIL(st, "%s", cause.text);
  }
  if (!result->valid) goto done;
  TRY(check_lower(claim, certificate, exponent, result, err));
  if (!result->valid) goto done;
  TRY(check_upper(claim, certificate, exponent, result, control, err));
done:
  lip_claim_free(claim);
  return st;
}

lip_status lip_check(const lip_net *net, const lip_certificate *certificate,
                     lip_check_result *result, const lip_control *control, lip_error *err)
{
  double start = lip_seconds();
  lip_check_result made = {.valid = true,
                           .lower = certificate->lower,
                           .upper = certificate->upper,
                           .proof = certificate->proof.kind->name};
  lip_net *form = NULL, *balanced = NULL;
  const lip_net *meant;
  lip_status st = LIP_OK;
  int exponent = 0;

  TRY(lip_two_layer_form(net, &form, err));
  meant = form ? form : net;
  if (!lip_claim_is_two_layer(meant)) TRY(lip_balanced_form(meant, &balanced, &exponent, err));
  TRY(check_all(meant, balanced ? balanced : meant, exponent, certificate, &made, control, err));
  made.seconds = lip_seconds() - start;
  *result = made;
done:
  lip_net_free(form);
  lip_net_free(balanced);
  return st;
}
