/* upper_chain.c - networks that are too large as a whole, part by part.

   From the output backwards: parts as large as fit begin behind a node that is not affine and that
   every way passes; each gets the semidefinite bound of sector_tied.h, as long as there is time,
   and else, or where that is less, the product of norms along its paths. The last part may be
   larger than the others: what the outputs see of the network is little. The proof is
   certificate/proofs/chain.c. */
#include "lipschitz/method.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/graph_part.h"
#include "certificate/graphs/graph_product.h"
#include "certificate/graphs/node_norm.h"
#include "linalg/round.h"
#include "lipschitz/graphs/sector_proposal.h"
#include "lipschitz/graphs/sector_tied.h"
#include "net/graph.h"

#include <math.h>
#include <string.h>

static const double WHOLE_BYTES = 1e9, LAST_BYTES = 7.5e8, PART_BYTES = 3e8; /* of couplings */
static const double SHARE = 0.4, EACH = 0.08, NO_LIMIT = 120;
enum { MOST_ORDER = 25000 };

/* A part: what a chain proof says of it. */
typedef struct part {
  size_t from, to;
  double upper;
  lip_proof proof;
} part;

typedef struct division {
  const lip_problem *problem;
  size_t parts;
  part *part; /* owned; from the output to the input */
  double end;
  const lip_control *control;
} division;

static bool is_over(void *context)
{
  const division *all = context;

  return lip_seconds() > all->end || lip_stopped(all->control);
}

/* A part as a claim on the whole space. The caller releases both. */
static lip_status claim_part(const lip_claim *claim, size_t from, size_t to, lip_net **net,
                             lip_claim **made, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_output all = {.kind = LIP_ALL_OUTPUTS};

  TRY(lip_graph_part(claim->net, from, to, net, err));
  TRY(lip_claim_create(*net, to + 1 == claim->net->nodes ? claim->output : all, LIP_NORM_2,
                       (lip_domain){.kind = LIP_SPACE}, made, err));
done:
  return st;
}

/* How large the form of a part is; infinite where there is none. */
static lip_status bytes_of(const lip_claim *claim, size_t from, size_t to, double *bytes,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net *net = NULL;
  lip_claim *made = NULL;
  lip_sector_form *form = NULL;

  *bytes = INFINITY;
  TRY(claim_part(claim, from, to, &net, &made, err));
  if (!made->deep) goto done;
  TRY(lip_sector_form_create(made, true, &form, NULL, err));
  if (form->bounded && form->order <= MOST_ORDER) *bytes = form->bytes;
done:
  lip_sector_form_free(form);
  lip_claim_free(made);
  lip_net_free(net);
  return st == LIP_EINPUT ? LIP_OK : st;
}

/* The product of norms of a part, from the norms that are known. */
static lip_status product_of(const division *all, const lip_claim *claim, part *to, lip_error *err)
{
  lip_status st = LIP_OK;
  const double *known = all->problem->node_norm;
  size_t nodes = claim->net->nodes;
  double *norm;

  to->proof.kind = &lip_proof_graph_product;
  TRY(lip_proof_add(&to->proof, "norms", 1, &nodes, &norm, err));
  for (size_t i = 0; i < nodes; i++) {
    if (!lip_graph_product_reads(claim->net, i)) continue;
    TRY(lip_node_norm_up(claim->net, i, LIP_NORM_2, &norm[i], err));
    if (known && known[to->from + i] < norm[i]) norm[i] = known[to->from + i];
  }
  TRY(lip_graph_product(claim, norm, false, &to->upper, NULL, err));
done:
  return st;
}

/* sectors  in  whether to try them; made  out  false: a part that has no proof of its own */
static lip_status bound_part(division *all, size_t from, size_t to, bool sectors, bool *made,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  part *own = &all->part[all->parts];
  lip_control control = {.stop = is_over, .context = all};
  lip_finding finding = {.found = false};
  lip_net *net = NULL;
  lip_claim *claim = NULL;
  double seconds = all->problem->time_limit > 0 ? EACH * all->problem->time_limit : NO_LIMIT;

  if (to + 1 == all->problem->deep->net->nodes) seconds *= 2;
  *made = false;
  *own = (part){.from = from, .to = to};
  TRY(claim_part(all->problem->deep, from, to, &net, &claim, err));
  if (!claim->deep) goto done;
  TRY(product_of(all, claim, own, err));
  all->parts++;
  *made = true;
  if (!sectors || is_over(all)) goto done;
  TRY(lip_sector_tied_finding(claim, seconds, &finding, &control, err));
  if (!finding.proved || !(finding.value < own->upper)) goto done;
  lip_proof_clear(&own->proof);
  own->proof = finding.proof;
  own->upper = finding.value;
  finding.proof = (lip_proof){.kind = NULL};
done:
  lip_proof_clear(&finding.proof);
  lip_claim_free(claim);
  lip_net_free(net);
  return st;
}

/* The parts, from the output on. */
static lip_status divide(division *all, bool *made, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = all->problem->deep->net;
  size_t to = net->nodes - 1;

  *made = true;
  while (to > 0 && *made) {
    bool affine = lip_node_is_affine(net->node[to].kind), large = false;
    size_t before = to, best = LIP_NOWHERE;
    double most = to == net->nodes - 1 ? LAST_BYTES : PART_BYTES, bytes;

    while (before > 0 && !lip_graph_is_passage(net, before - 1)) before--;
    before -= before > 0;
    for (size_t from = before; affine && !large; from--) {
      bool begins = from == 0 || !lip_node_is_affine(net->node[from].kind);

      if (begins && lip_graph_is_passage(net, from)) {
        TRY(bytes_of(all->problem->deep, from, to, &bytes, err));
        large = bytes > most && isfinite(bytes);
        if (bytes <= most) best = from;
      }
      if (from == 0) break;
    }
    TRY(bound_part(all, best == LIP_NOWHERE ? before : best, to, best != LIP_NOWHERE, made, err));
    if (best != LIP_NOWHERE) before = best;
    to = before;
  }
done:
  return st;
}

/* Parts in their order, as arrays. */
static lip_status assemble(const division *all, lip_proof *proof, double *upper, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t parts = all->parts, cuts = parts + 1, total = 0;
  double *cut, *bound, *size, *number;

  for (size_t k = 0; k < parts; k++)
    for (size_t i = 0; i < all->part[k].proof.count; i++)
      total += all->part[k].proof.item[i].array.count;
  proof->kind = &lip_proof_chain;
  TRY(lip_proof_add(proof, "cuts", 1, &cuts, &cut, err));
  TRY(lip_proof_add(proof, "uppers", 1, &parts, &bound, err));
  TRY(lip_proof_add(proof, "sizes", 2, (size_t[]){parts, 2}, &size, err));
  TRY(lip_proof_add(proof, "numbers", 1, &total, &number, err));
  *upper = 1;
  for (size_t k = 0; k < parts; k++) {
    const part *own = &all->part[parts - 1 - k];
    bool sectors = own->proof.kind == &lip_proof_sectors;

    cut[k + 1] = (double)own->to;
    bound[k] = own->upper;
    *upper = lip_mul_up(*upper, own->upper);
    for (size_t i = 0; i < own->proof.count; i++) {
      const lip_array *array = &own->proof.item[i].array;

      size[2 * k + (sectors ? i : 1)] = (double)array->count;
      memcpy(number, array->values, array->count * sizeof *number);
      number += array->count;
    }
  }
done:
  return st;
}

static lip_status is_small(const lip_claim *claim, bool *small, const lip_control *control,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;

  TRY(lip_sector_form_create(claim, true, &form, control, err));
  *small = form->bytes <= WHOLE_BYTES;
done:
  lip_sector_form_free(form);
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double seconds = problem->time_limit > 0 ? SHARE * problem->time_limit : NO_LIMIT;
  division all = {.problem = problem, .control = control, .end = lip_seconds() + seconds};
  bool small = false, made = false;

  (void)steepest;
  TRY(is_small(problem->deep, &small, control, err));
  if (small) goto done;
  all.part = lip_alloc_zero(problem->deep->net->nodes, sizeof *all.part);
  if (!all.part) FAIL(LIP_ENOMEM, "%zu parts", problem->deep->net->nodes);
  TRY(divide(&all, &made, err));
  if (!made || all.parts < 2) goto done;
  TRY(assemble(&all, &finding->proof, &finding->value, err));
  finding->found = finding->proved = isfinite(finding->value); /* as every part is */
done:
  for (size_t k = 0; all.part && k < all.parts; k++) lip_proof_clear(&all.part[k].proof);
  if (!finding->found) lip_proof_clear(&finding->proof);
  lip_free(all.part);
  return st == LIP_EINTERRUPT || st == LIP_EINPUT ? LIP_OK : st;
}

const lip_method lip_upper_chain = {
    "chain", "the product over parts, each by its sectors or its norms; theory.md: parts",
    lip_sector_methods_apply, run};
