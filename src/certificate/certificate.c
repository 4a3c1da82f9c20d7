/* certificate.c - a certificate in memory: made from a claim and what proves its two ends. */
#include "certificate/certificate.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/round.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static lip_status copy(const double *values, size_t count, double **to, lip_error *err)
{
  double *made = lip_alloc(count, sizeof *made);

  if (!made) return lip_fail(err, LIP_ENOMEM, "no memory for a certificate's %zu numbers", count);
  memcpy(made, values, count * sizeof *made);
  *to = made;
  return LIP_OK;
}

lip_status lip_certificate_make(const lip_claim *claim, double lower, const double *x,
                                const double *direction, double upper, lip_proof *proof,
                                lip_certificate **certificate, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_certificate *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "no memory for a certificate");
  made->output = claim->output;
  made->norm = claim->norm;
  made->domain = claim->domain;
  made->domain.centers = NULL;
  made->lower = lower == 0 ? 0 : lower; /* no -0 */
  made->upper = upper == 0 ? 0 : upper;
  if (claim->domain.centers)
    TRY(copy(claim->domain.centers, claim->domain.count * claim->domain.d, &made->domain.centers,
             err));
  if (lower > 0) {
    made->d = claim->d;
    TRY(copy(x, claim->d, &made->x, err));
    TRY(copy(direction, claim->d, &made->direction, err));
  }
  if (!(lower <= upper))
    FAIL(LIP_EINPUT, "a certificate of [%.17g, %.17g], an empty bracket", lower, upper);
  TRY(lip_network_hash(claim->net, made->network, err));
  made->proof = *proof; /* to be looked at; taken over below */
  st = lip_certificate_sane(made, err);
  made->proof = (lip_proof){.kind = NULL};
  if (st != LIP_OK) goto done;
  made->proof = *proof;
  *proof = (lip_proof){.kind = NULL};
  *certificate = made;
  made = NULL;
done:
  lip_certificate_free(made);
  return st;
}

lip_status lip_certificate_scale(lip_certificate *certificate, const lip_net *net, int exponent,
                                 bool *scaled, lip_error *err)
{
  lip_status st = LIP_OK;
  char network[LIP_HASH_TEXT];
  double lower = lip_ldexp_down(certificate->lower, exponent);
  double upper = lip_ldexp_up(certificate->upper, exponent);

  *scaled = false;
  TRY(lip_network_hash(net, network, err));
  if (!isfinite(upper)) goto done;
  memcpy(certificate->network, network, sizeof network);
  certificate->lower = lower;
  certificate->upper = upper;
  *scaled = true;
  if (lower > 0) goto done;
  lip_free(certificate->x);
  lip_free(certificate->direction);
  certificate->x = certificate->direction = NULL;
  certificate->d = 0;
done:
  return st;
}

void lip_certificate_free(lip_certificate *certificate)
{
  if (!certificate) return;
  lip_free(certificate->domain.centers);
  lip_free(certificate->x);
  lip_free(certificate->direction);
  lip_proof_clear(&certificate->proof);
  lip_free(certificate);
}

static lip_status all_finite(const char *name, size_t count, const double *values, lip_error *err)
{
  for (size_t i = 0; i < count; i++)
    if (!isfinite(values[i]))
      return lip_fail(err, LIP_EINPUT, "%s: number %zu is %g, not a finite one", name, i,
                      values[i]);
  return LIP_OK;
}

static lip_status sane_domain(const lip_domain *domain, lip_error *err)
{
  lip_status st = LIP_OK;

  if (domain->kind != LIP_SPACE && domain->kind != LIP_BOX &&
      !(domain->radius > 0 && domain->radius < INFINITY))
    FAIL(LIP_EINPUT, "radius: %g is not positive and finite", domain->radius);
  if (domain->kind == LIP_BOX) {
    TRY(all_finite("box", 2, (double[]){domain->low, domain->high}, err));
    if (!(domain->low <= domain->high))
      FAIL(LIP_EINPUT, "box: %g is above %g", domain->low, domain->high);
  }
  if (domain->kind == LIP_AROUND_DATA)
    TRY(all_finite("centers", domain->count * domain->d, domain->centers, err));
done:
  return st;
}

lip_status lip_certificate_sane(const lip_certificate *certificate, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_proof *proof = &certificate->proof;

  TRY(all_finite("lower", 1, &certificate->lower, err));
  TRY(all_finite("upper", 1, &certificate->upper, err));
  if (signbit(certificate->lower) || signbit(certificate->upper))
    FAIL(LIP_EINPUT, "a constant is not negative: [%g, %g]", certificate->lower,
         certificate->upper);
  TRY(sane_domain(&certificate->domain, err));
  if (certificate->lower > 0) {
    TRY(all_finite("x", certificate->d, certificate->x, err));
    TRY(all_finite("direction", certificate->d, certificate->direction, err));
  }
  if (!proof->kind) FAIL(LIP_EINPUT, "nothing proves the upper end");
  for (size_t i = 0; i < proof->count; i++) {
    const lip_array *array = &proof->item[i].array;
    char name[40];

    (void)snprintf(name, sizeof name, "proof_%s", proof->item[i].name);
    TRY(all_finite(name, array->count, array->values, err));
  }
done:
  return st;
}
