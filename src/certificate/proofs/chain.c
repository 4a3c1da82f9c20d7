/* chain.c - a network as a composition of parts: the product of the parts' bounds.

   Where every way from the input to the output passes the nodes c_0 = input, c_1, ..., c_P = output
   (graph_part.h), f = f_P o ... o f_1 with f_k a network of the value of node c_(k-1), and the
   constant of f is at most the product of theirs, each on the whole space; the outputs asked for
   are those of f_P.

   Arrays: `cuts` (P + 1,); `uppers` (P,), the parts' bounds; `sizes` (P, 2): how many multipliers
   and exponents a part has (sectors.c), or 0 and its number of nodes: norms (graph_product.c);
   `numbers`: all of these, part by part. Cost: that of the parts' proofs. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/graph_part.h"
#include "linalg/round.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double LARGEST_COUNT = 1e15;

static bool is_count(double value)
{
  return value >= 0 && value <= LARGEST_COUNT && value == floor(value);
}

/* NULL, or what is wrong with the arrays. */
static const char *misfit(const lip_claim *claim, const lip_array *cuts, const lip_array *uppers,
                          const lip_array *sizes, const lip_array *numbers, double upper)
{
  size_t parts, last = claim->net->nodes - 1;
  double product = 1, total = 0;

  if (claim->norm != LIP_NORM_2) return "the parts are for norm 2";
  if (!cuts || !uppers || !sizes || !numbers) return "the arrays are not those of this proof";
  parts = uppers->count;
  if (parts < 1 || parts > last || cuts->count != parts + 1 || sizes->count != 2 * parts)
    return "the arrays are not one for each part";
  for (size_t k = 0; k <= parts; k++)
    if (!is_count(cuts->values[k]) || cuts->values[k] > (double)last ||
        (k > 0 && cuts->values[k] <= cuts->values[k - 1]))
      return "the cuts are no nodes in their order";
  if (cuts->values[0] != 0 || cuts->values[parts] != (double)last)
    return "the cuts do not end at the input and the output";
  for (size_t k = 0; k < parts; k++) {
    if (!(uppers->values[k] >= 0)) return "a part's bound is no number";
    product = lip_mul_up(product, uppers->values[k]);
  }
  for (size_t i = 0; i < 2 * parts; i++) {
    if (!is_count(sizes->values[i])) return "a size is no number";
    total += sizes->values[i];
  }
  if (total != (double)numbers->count) return "the sizes are not those of the numbers";
  return product <= upper ? NULL : "the parts do not prove the claim";
}

static lip_status take(lip_proof *proof, const char *name, size_t count, const double *numbers,
                       lip_error *err)
{
  double *values;
  lip_status st = lip_proof_add(proof, name, 1, &count, &values, err);

  if (st == LIP_OK) memcpy(values, numbers, count * sizeof *values);
  return st;
}

/* Is the constant of the nodes after `from` up to `to` at most `upper`? */
static lip_status verify_part(const lip_claim *claim, size_t from, size_t to, double upper,
                              const double *sizes, const double *numbers, lip_verdict *verdict,
                              const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  bool last = to == claim->net->nodes - 1;
  lip_output output = {.kind = LIP_ALL_OUTPUTS};
  lip_net *net = NULL;
  lip_claim *part = NULL;
  lip_proof proof = {.kind = sizes[0] > 0 ? &lip_proof_sectors : &lip_proof_graph_product};

  TRY(lip_graph_part(claim->net, from, to, &net, err));
  TRY(lip_claim_create(net, last ? claim->output : output, LIP_NORM_2,
                       (lip_domain){.kind = LIP_SPACE}, &part, err));
  if (sizes[0] > 0) {
    TRY(take(&proof, "multipliers", (size_t)sizes[0], numbers, err));
    TRY(take(&proof, "exponents", (size_t)sizes[1], numbers + (size_t)sizes[0], err));
  } else {
    TRY(take(&proof, "norms", (size_t)sizes[1], numbers, err));
  }
  TRY(lip_proof_verify(part, &proof, upper, verdict, control, err));
done:
  lip_proof_clear(&proof);
  lip_claim_free(part);
  lip_net_free(net);
  return st;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_array *cuts = lip_proof_array(proof, "cuts");
  const lip_array *uppers = lip_proof_array(proof, "uppers");
  const lip_array *sizes = lip_proof_array(proof, "sizes");
  const lip_array *numbers = lip_proof_array(proof, "numbers");
  const char *wrong = misfit(claim, cuts, uppers, sizes, numbers, upper);
  const double *at = numbers ? numbers->values : NULL;
  double margin = 0;

  *verdict = (lip_verdict){.proved = false};
  if (!wrong && proof->count != 4) wrong = "the arrays are not those of this proof";
  if (wrong) {
    (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", wrong);
    goto done;
  }
  for (size_t k = 0; k < uppers->count; k++) {
    const double *size = sizes->values + 2 * k;

    st = verify_part(claim, (size_t)cuts->values[k], (size_t)cuts->values[k + 1], uppers->values[k],
                     size, at, verdict, control, err);
    if (st == LIP_EINPUT) {
      st = LIP_OK;
      *verdict = (lip_verdict){.proved = false};
      (void)snprintf(verdict->reason, sizeof verdict->reason, "the network cannot be divided so");
    }
    TRY(st);
    if (!verdict->proved) goto done;
    margin += verdict->margin;
    at += (size_t)size[0] + (size_t)size[1];
  }
  verdict->margin = margin;
done:
  return st;
}

const lip_proof_kind lip_proof_chain = {
    "chain", "theory.md: parts of a network one after the other", true, verify};
