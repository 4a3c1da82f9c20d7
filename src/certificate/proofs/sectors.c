/* sectors.c - the semidefinite bound over a whole graph, by its multipliers.

   Arrays `multipliers`, one for each constraint of sector_form.h, and `exponents` (blocks + 2,),
   the powers of two that scale its blocks. Entries of known slope are variables or not, whichever
   the number of multipliers fits; both are proofs. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_form.h"
#include "certificate/graphs/sector_matrix.h"
#include "linalg/round.h"

#include <stdio.h>

/* The scales as the proof has them. */
static const char *rescale(lip_sector_form *form, const lip_array *exponents, int *scratch)
{
  if (exponents->rank != 1 || exponents->count != form->blocks + 2)
    return "the exponents are not one for each block";
  for (size_t b = 0; b < exponents->count; b++) {
    double value = exponents->values[b];

    if (!(fabs(value) <= 1 << 20) || value != floor(value)) return "an exponent is no whole number";
    scratch[b] = (int)value;
  }
  return lip_sector_form_rescale(form, scratch) ? NULL : "the exponents are out of range";
}

/* The form that the multipliers are for. */
static lip_status create_form(const lip_claim *claim, const lip_array *multipliers,
                              lip_sector_form **form, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_sector_form_create(claim, false, form, control, err));
  if ((*form)->multipliers == multipliers->count) goto done;
  lip_sector_form_free(*form);
  *form = NULL;
  TRY(lip_sector_form_create(claim, true, form, control, err));
done:
  return st;
}

/* L in the scaled units, rounded down. */
static double scaled_down(double upper, int exponent)
{
  double value = ldexp(upper, -exponent);

  return isinf(value) || ldexp(value, exponent) <= upper ? value : lip_down(value);
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_array *multipliers = lip_proof_array(proof, "multipliers");
  const lip_array *exponents = lip_proof_array(proof, "exponents");
  lip_sector_form *form = NULL;
  lip_sector_verdict found = {.proved = false};
  int *scratch = NULL;

  *verdict = (lip_verdict){.proved = false};
  found.reason = claim->norm != LIP_NORM_2 ? "the multipliers are for norm 2"
                                           : "the arrays are not those of this proof";
  if (claim->norm != LIP_NORM_2 || proof->count != 2 || !multipliers || !exponents) goto done;
  TRY(create_form(claim, multipliers, &form, control, err));
  found.reason = "the multipliers are not one for each constraint";
  if (multipliers->rank != 1 || multipliers->count != form->multipliers) goto done;
  scratch = lip_alloc(form->blocks + 2, sizeof *scratch);
  if (!scratch) FAIL(LIP_ENOMEM, "%zu exponents", form->blocks + 2);
  found.reason = rescale(form, exponents, scratch);
  if (found.reason) goto done;
  st = lip_sector_definite(form, multipliers->values,
                           scaled_down(upper, form->exponent[form->blocks + 1]), &found, control,
                           err);
  if (st == LIP_ENUMERIC) { /* a product of weights overflows: nothing is proved */
    st = LIP_OK;
    found = (lip_sector_verdict){.reason = "a product of weights overflows"};
  }
  if (st != LIP_OK) goto done;
  verdict->proved = found.proved;
  verdict->margin = found.given * (double)(form->blocks + 2);
done:
  if (found.reason && !verdict->proved)
    (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", found.reason);
  lip_free(scratch);
  lip_sector_form_free(form);
  return st;
}

const lip_proof_kind lip_proof_sectors = {
    "sectors", "LipSDP-Neuron over a graph; theory.md: the sector bound", true, verify};
