/* norm_equivalence.c - the norms 1 and inf of a graph by proofs for the norm 2.

   A row of J is at most sqrt(d) times as long in the norm 1 as in the norm 2, a column at most
   sqrt(m) times, so

     |J|_inf <= sqrt(d) max_i |J_i|_2 <= sqrt(d) |J|_2
     |J|_1 <= sqrt(m) max_j |J e_j|_2 <= sqrt(m) |J|_2.

   Parts: the whole function, or each output by itself (norm inf), or each input by itself (norm 1);
   each is a claim in the norm 2 on the same domain, with a proof of its own. The arrays:

     kind   (1,) which kind of proof all parts have: a place in inner_kinds
     sizes  (parts, names): how many values of each array of that kind are the part's; 0: it has
            not that array
     and each array of that kind, the parts' values one after the other

   Cost: that of the parts' proofs. */
#include "certificate/proof.h"

#include "base/error.h"
#include "certificate/graphs/norm_parts.h"
#include "linalg/round.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct inner_kind {
  const lip_proof_kind *kind;
  const char *name[LIP_PART_ARRAYS]; /* of its arrays; NULL: no more */
} inner_kind;

static const inner_kind inner_kinds[] = {
    {&lip_proof_graph_product, {"norms"}},
    {&lip_proof_sectors, {"multipliers", "exponents"}},
    {&lip_proof_regions, {"tree", "farkas", "multipliers"}},
};
enum { KINDS = sizeof inner_kinds / sizeof *inner_kinds };

static size_t count_names(const inner_kind *inner)
{
  size_t count = 0;

  while (count < LIP_PART_ARRAYS && inner->name[count]) count++;
  return count;
}

size_t lip_norm_most_parts(const lip_claim *claim)
{
  if (claim->norm == LIP_NORM_1) return claim->d;
  return claim->output.kind == LIP_ALL_OUTPUTS ? claim->m : 1;
}

lip_claim lip_norm_part(const lip_claim *claim, size_t parts, size_t part)
{
  lip_claim inner = *claim;

  inner.norm = LIP_NORM_2;
  if (parts == 1) return inner;
  if (claim->norm == LIP_NORM_1) {
    inner.one_input = true;
    inner.input = part;
    return inner;
  }
  inner.m = 1;
  inner.output = (lip_output){LIP_ONE_OUTPUT, part, 0};
  return inner;
}

double lip_norm_factor(const lip_claim *claim)
{
  size_t count = claim->norm == LIP_NORM_INF ? claim->d : claim->m;

  return count == 1 ? 1 : lip_sqrt_up((double)count);
}

lip_status lip_norm_parts_join(size_t parts, const lip_proof *part, lip_proof *joined,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  lip_proof made = {.kind = &lip_proof_norm_equivalence};
  const inner_kind *inner = inner_kinds;
  size_t names;
  double *values, *sizes;

  while (inner < inner_kinds + KINDS && inner->kind != part[0].kind) inner++;
  if (inner == inner_kinds + KINDS) FAIL(LIP_EINPUT, "a proof that is no part");
  names = count_names(inner);
  TRY(lip_proof_add(&made, "kind", 1, (size_t[]){1}, &values, err));
  values[0] = (double)(inner - inner_kinds);
  TRY(lip_proof_add(&made, "sizes", 2, (size_t[]){parts, names}, &sizes, err));
  for (size_t n = 0; n < names; n++) {
    size_t sum = 0, at = 0;

    for (size_t p = 0; p < parts; p++) {
      const lip_array *array = lip_proof_array(&part[p], inner->name[n]);

      sizes[p * names + n] = array ? (double)array->count : 0;
      sum += array ? array->count : 0;
    }
    if (sum == 0) continue;
    TRY(lip_proof_add(&made, inner->name[n], 1, &sum, &values, err));
    for (size_t p = 0; p < parts; p++) {
      const lip_array *array = lip_proof_array(&part[p], inner->name[n]);

      if (!array) continue;
      memcpy(values + at, array->values, array->count * sizeof *values);
      at += array->count;
    }
  }
  *joined = made;
  made = (lip_proof){.kind = NULL};
done:
  lip_proof_clear(&made);
  return st;
}

/* ---- reading ---- */

/* The proof under examination. */
typedef struct joint {
  const inner_kind *inner;
  size_t parts, names;
  const lip_array *sizes, *array[LIP_PART_ARRAYS]; /* NULL: not there */
  size_t at[LIP_PART_ARRAYS];                      /* where the next part's values begin */
} joint;

/* NULL: these are the arrays of such a proof. */
static const char *take_arrays(const lip_claim *claim, const lip_proof *proof, joint *in)
{
  static const char wrong[] = "the arrays are not those of this proof";
  const lip_array *kind = lip_proof_array(proof, "kind");
  size_t known = 2;

  if (claim->norm == LIP_NORM_2) return "the equivalence is for the norms 1 and inf";
  in->sizes = lip_proof_array(proof, "sizes");
  if (!kind || !in->sizes || kind->rank != 1 || kind->count != 1 || in->sizes->rank != 2)
    return wrong;
  for (size_t k = 0; k < KINDS; k++)
    if (kind->values[0] == (double)k) in->inner = &inner_kinds[k];
  if (!in->inner) return "the parts have no known kind of proof";
  in->names = count_names(in->inner);
  in->parts = in->sizes->shape[0];
  if (in->sizes->shape[1] != in->names) return wrong;
  for (size_t n = 0; n < in->names; n++) {
    in->array[n] = lip_proof_array(proof, in->inner->name[n]);
    if (in->array[n] && in->array[n]->rank != 1) return wrong;
    known += in->array[n] != NULL;
  }
  if (known != proof->count) return wrong;
  if (in->parts != 1 && in->parts != lip_norm_most_parts(claim))
    return "the parts are neither the function nor its outputs or inputs";
  return NULL;
}

/* The next part's proof; its arrays are borrowed from the joint one. False: it is none. */
static bool next_part(joint *in, size_t part, lip_proof *proof)
{
  *proof = (lip_proof){.kind = in->inner->kind};
  for (size_t n = 0; n < in->names; n++) {
    double size = in->sizes->values[part * in->names + n];
    size_t left = in->array[n] ? in->array[n]->count - in->at[n] : 0, count;

    if (!(size >= 0 && size <= (double)left && size == floor(size))) return false;
    count = (size_t)size;
    if (count == 0) continue;
    (void)snprintf(proof->item[proof->count].name, sizeof proof->item[proof->count].name, "%s",
                   in->inner->name[n]);
    proof->item[proof->count++].array = (lip_array){
        .rank = 1, .shape = {count}, .count = count, .values = in->array[n]->values + in->at[n]};
    in->at[n] += count;
  }
  return true;
}

static bool is_read(const joint *in)
{
  for (size_t n = 0; n < in->names; n++)
    if (in->array[n] && in->at[n] != in->array[n]->count) return false;
  return true;
}

/* The largest number that is certainly at most upper once it is multiplied by the factor. */
static double bound_of_parts(double upper, double factor)
{
  double bound = upper;

  if (factor == 1 || !(upper > 0)) return upper;
  bound = upper / factor;
  while (bound > 0 && lip_mul_up(bound, factor) > upper) bound = lip_down(bound);
  return bound;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  joint in = {.inner = NULL};
  const char *reason = take_arrays(claim, proof, &in);
  double bound = bound_of_parts(upper, lip_norm_factor(claim)), margin = 0;

  *verdict = (lip_verdict){.proved = false};
  for (size_t p = 0; p < in.parts && !reason; p++) {
    lip_claim inner = lip_norm_part(claim, in.parts, p);
    lip_verdict own;
    lip_proof part;

    reason = "a part has no proper size";
    if (!next_part(&in, p, &part)) break;
    TRY(lip_proof_verify(&inner, &part, bound, &own, control, err));
    reason = NULL;
    margin = fmax(margin, own.margin);
    if (own.proved) continue;
    *verdict = own; /* it says why */
    verdict->proved = false;
    goto done;
  }
  if (!reason && !is_read(&in)) reason = "something is left over after the last part";
  *verdict = (lip_verdict){.proved = !reason, .margin = margin};
  if (reason) (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", reason);
done:
  return st;
}

const lip_proof_kind lip_proof_norm_equivalence = {
    "norm-equivalence", "theory.md: the norms 1 and inf by the norm 2", true, verify};
