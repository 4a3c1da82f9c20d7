/* settle.c - from what the methods propose to ends that are proved, rounding counted.

   Lower: the candidates' slopes in interval arithmetic (certificate/witness.h), until no later one
   can be better. Upper: the proposals from the smallest on, as long as one
   may settle below what is proved (certificate/proof.h). */
#include "lipschitz/settle.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/certificate.h"
#include "certificate/witness.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double ROUNDING = 1e-12; /* what a certain slope usually loses, relative */

void lip_proposals_take(lip_proposals *proposals, double value, const char *method,
                        lip_proof *proof, bool proved)
{
  size_t at = proposals->count;

  if (!proof->kind) return;
  while (at > 0 && value < proposals->item[at - 1].value) {
    proposals->item[at] = proposals->item[at - 1];
    at--;
  }
  proposals->item[at] = (lip_proposal){value, method, *proof, proved};
  proposals->count++;
  *proof = (lip_proof){.kind = NULL};
}

void lip_proposals_clear(lip_proposals *proposals)
{
  for (size_t i = 0; i < proposals->count; i++) lip_proof_clear(&proposals->item[i].proof);
  proposals->count = 0;
}

/* The best certain slope at `witness`, the best point so far, and at the candidates.
   witness, direction  out  d: the point and the direction of the slope
   scratch                  d */
static lip_status prove_lower(const lip_claim *claim, const lip_steepest *candidates, double *best,
                              double *witness, double *direction, double *scratch, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = claim->d;

  TRY(lip_witness_slope(claim, witness, NULL, best, direction, err));
  for (size_t i = 0; i < candidates->count; i++) {
    const double *x = candidates->point + i * d;
    double value;

    if (candidates->slope[i] < *best * (1 + ROUNDING)) break;
    TRY(lip_witness_slope(claim, x, NULL, &value, scratch, err));
    if (value > *best) {
      *best = value;
      memcpy(witness, x, d * sizeof *witness);
      memcpy(direction, scratch, d * sizeof *direction);
    }
    if (value >= candidates->slope[i] * (1 - ROUNDING)) break;
  }
done:
  return st;
}

static lip_status prove_upper(const lip_claim *claim, const lip_proposals *proposals, double *upper,
                              size_t *which, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;

  *which = proposals->count;
  *upper = INFINITY;
  for (size_t i = 0; i < proposals->count && proposals->item[i].value < *upper; i++) {
    const lip_proposal *proposal = &proposals->item[i];
    double claimed = proposal->value;
    bool proved = proposal->proved;

    if (!proved)
      st = lip_proof_settle(claim, &proposal->proof, proposal->value, &claimed, &proved, control,
                            err);
    if (st == LIP_EINTERRUPT) {
      st = LIP_OK;
      continue;
    }
    TRY(st);
    if (!proved || !(claimed < *upper)) continue;
    *upper = claimed;
    *which = i;
  }
done:
  return st;
}

/* A copy of v of length 1 in the norm itself, not its dual. */
static lip_status unit_copy(lip_norm_kind norm, size_t d, const double *v, double **unit,
                            lip_error *err)
{
  double length = norm == LIP_NORM_2 ? lip_norm(d, v) : lip_largest(d, v);

  *unit = lip_alloc(d, sizeof **unit);
  if (!*unit) return lip_fail(err, LIP_ENOMEM, "a direction with %zu coordinates", d);
  if (norm == LIP_NORM_1) {
    length = 0;
    for (size_t i = 0; i < d; i++) length += fabs(v[i]);
  }
  for (size_t i = 0; i < d; i++) (*unit)[i] = v[i] / length;
  return LIP_OK;
}

lip_status lip_settle(const lip_claim *claim, const lip_steepest *candidates,
                      lip_proposals *proposals, lip_certificate **certificate, double *lower,
                      double *upper, const char **method, double *witness, double **unit,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = claim->d, above;
  double *direction = lip_alloc(3 * d, sizeof *direction), *point, value = 0, bound = INFINITY;

  *certificate = NULL;
  if (!direction) FAIL(LIP_ENOMEM, "a direction with %zu coordinates", d);
  point = direction + 2 * d;
  if (candidates->count == 0) goto done;
  memcpy(point, witness, d * sizeof *point);
  TRY(prove_lower(claim, candidates, &value, point, direction, direction + d, err));
  TRY(prove_upper(claim, proposals, &bound, &above, control, err));
  if (above == proposals->count) goto done;
  if (!(value <= bound))
    FAIL(LIP_ENUMERIC, "the proofs contradict each other: %.17g <= constant <= %.17g (%s)", value,
         bound, proposals->item[above].method);
  if (value > 0) TRY(unit_copy(claim->norm, d, direction, unit, err));
  TRY(lip_certificate_make(claim, value, point, direction, bound, &proposals->item[above].proof,
                           certificate, err));
  memcpy(witness, point, d * sizeof *witness);
  *lower = value;
  *upper = bound;
  *method = proposals->item[above].method;
done:
  lip_free(direction);
  return st;
}
