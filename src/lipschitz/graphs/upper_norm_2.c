/* upper_norm_2.c - the norms 1 and inf of a graph by what bounds the norm 2.

   |J|_inf <= sqrt(d) times the largest |J_i|_2 of an output, |J|_1 <= sqrt(m) times the largest
   |J e_j|_2 of an input (certificate/proofs/norm_equivalence.c). First the whole function, by
   products of norms and by multipliers in closed form, whichever is less. Later the best
   multipliers: of the whole function, then of each output (norm inf) or input (norm 1) by itself,
   the one with the largest bound first, as long as it was not refined and there is time. Cost: that
   of the methods for the norm 2. */
#include "lipschitz/method.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/graph_product.h"
#include "certificate/graphs/norm_parts.h"

#include <math.h>
#include <string.h>

static const double SHARE = 0.6;        /* of the time limit */
static const double BY_PARTS = 0.3;     /* of that: what closed forms of all parts may take */
static const double MOST_NUMBERS = 1e7; /* of all parts' proofs */
static const double LEAST = 0.05; /* of that: how long parts are tried before they count as slow */

static bool applies(const lip_problem *problem)
{
  return problem->deep && problem->norm != LIP_NORM_2;
}

/* One part, and its best proof so far. */
typedef struct part {
  lip_claim claim; /* borrows from the problem's */
  double value;    /* infinite: nothing is known */
  lip_proof proof; /* owned */
  bool refined;
} part;

typedef struct parts {
  const lip_problem *problem;
  lip_steepest *steepest;
  const lip_control *control;
  double end; /* lip_seconds; infinite: when the control says so */
  size_t count;
  part *part; /* owned */
} parts;

static double end_of(const lip_problem *problem, double share)
{
  return problem->time_limit > 0 ? lip_seconds() + share * problem->time_limit : INFINITY;
}

static void clear_parts(parts *in)
{
  for (size_t p = 0; p < in->count && in->part; p++) lip_proof_clear(&in->part[p].proof);
  lip_free(in->part);
  in->part = NULL;
}

static lip_status make_parts(parts *in, size_t count, lip_error *err)
{
  clear_parts(in);
  in->part = lip_alloc_zero(count, sizeof *in->part);
  if (!in->part) return lip_fail(err, LIP_ENOMEM, "%zu parts", count);
  in->count = count;
  for (size_t p = 0; p < count; p++) {
    in->part[p].claim = lip_norm_part(in->problem->deep, count, p);
    in->part[p].value = INFINITY;
  }
  return LIP_OK;
}

/* Asks a method for the norm 2 about a part; keeps what is better than before. */
static lip_status ask(parts *in, part *of, const lip_method *method, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_problem inner = *in->problem;
  lip_finding finding = {.proxy = NAN, .pattern = NAN};

  inner.deep = &of->claim;
  inner.norm = LIP_NORM_2;
  inner.output = of->claim.output;
  inner.m = of->claim.m;
  inner.node_norm = NULL;
  if (isfinite(in->end)) inner.time_limit = fmax(1e-3, in->end - lip_seconds());
  if (!method->applies(&inner)) goto done;
  TRY(method->run(&inner, in->steepest, &finding, in->control, err));
  if (!finding.found || !(finding.value < of->value) || !finding.proof.kind) goto done;
  lip_proof_clear(&of->proof);
  of->value = finding.value;
  of->proof = finding.proof;
  finding.proof = (lip_proof){.kind = NULL};
done:
  lip_proof_clear(&finding.proof);
  return st;
}

/* What the parts say together. */
static lip_status conclude(const parts *in, lip_finding *finding, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_proof *proof = lip_alloc(in->count, sizeof *proof);
  double value = 0;

  if (!proof) FAIL(LIP_ENOMEM, "%zu proofs", in->count);
  for (size_t p = 0; p < in->count; p++) {
    value = fmax(value, in->part[p].value);
    proof[p] = in->part[p].proof;
    if (proof[p].kind != proof[0].kind) goto done;
  }
  value *= lip_norm_factor(in->problem->deep);
  if (!isfinite(value)) goto done;
  TRY(lip_norm_parts_join(in->count, proof, &finding->proof, err));
  finding->found = true;
  finding->value = value;
done:
  lip_free(proof);
  return st;
}

/* ---- the whole function ---- */

static lip_status run_whole(const lip_problem *problem, lip_steepest *steepest,
                            lip_finding *finding, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  parts in = {.problem = problem, .steepest = steepest, .control = control};

  in.end = end_of(problem, 1);
  TRY(make_parts(&in, 1, err));
  TRY(ask(&in, &in.part[0], &lip_upper_graph_product, err));
  if (!lip_stopped(control)) TRY(ask(&in, &in.part[0], &lip_upper_sectors_closed, err));
  TRY(conclude(&in, finding, err));
done:
  clear_parts(&in);
  return st;
}

/* ---- its parts ---- */

static lip_status ask_best(parts *in, part *of, lip_error *err)
{
  lip_status st = LIP_OK;

  of->refined = true;
  TRY(ask(in, of, &lip_upper_sectors, err));
  if (!isfinite(of->value)) TRY(ask(in, of, &lip_upper_sectors_tied, err));
done:
  return st;
}

/* What proves the whole function proves each part of it. */
static lip_status take_over(const part *whole, part *of, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_proof copy = {.kind = whole->proof.kind};
  double *values;

  for (size_t i = 0; i < whole->proof.count; i++) {
    const lip_array *array = &whole->proof.item[i].array;

    TRY(lip_proof_add(&copy, whole->proof.item[i].name, array->rank, array->shape, &values, err));
    memcpy(values, array->values, array->count * sizeof *values);
  }
  lip_proof_clear(&of->proof);
  of->proof = copy;
  of->value = whole->value;
  copy = (lip_proof){.kind = NULL};
done:
  lip_proof_clear(&copy);
  return st;
}

/* Closed forms of every part, or what is known of the whole where that is less, if there is time
   for all of them. made  out  false: there is not */
static lip_status ask_all(parts *in, const part *whole, bool *made, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = lip_norm_most_parts(in->problem->deep);
  double began = lip_seconds(), room = BY_PARTS * (in->end - began);

  *made = false;
  for (size_t i = 0; i < whole->proof.count; i++)
    if ((double)whole->proof.item[i].array.count > MOST_NUMBERS / (double)count) goto done;
  if (count == 1) goto done;
  TRY(make_parts(in, count, err));
  for (size_t p = 0; p < count; p++) {
    double share = (double)(p + 1) / (double)count;

    TRY(ask(in, &in->part[p], &lip_upper_sectors_closed, err));
    if (!isfinite(in->part[p].value) || lip_stopped(in->control) ||
        lip_seconds() - began > fmax(share, LEAST) * room)
      goto done;
    if (whole->value < in->part[p].value && whole->proof.kind == in->part[p].proof.kind)
      TRY(take_over(whole, &in->part[p], err));
  }
  *made = true;
done:
  return st;
}

static part *largest(const parts *in)
{
  part *most = &in->part[0];

  for (size_t p = 1; p < in->count; p++)
    if (in->part[p].value > most->value) most = &in->part[p];
  return most;
}

static lip_status run_parts(const lip_problem *problem, lip_steepest *steepest,
                            lip_finding *finding, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  parts all = {.problem = problem, .steepest = steepest, .control = control}, in = all;
  bool made;

  all.end = in.end = end_of(problem, SHARE);
  TRY(make_parts(&all, 1, err));
  TRY(ask_best(&all, &all.part[0], err));
  TRY(ask_all(&in, &all.part[0], &made, err));
  for (part *next = made ? largest(&in) : NULL; next && !next->refined && !lip_stopped(control);
       next = largest(&in))
    TRY(ask_best(&in, next, err));
  TRY(conclude(made ? &in : &all, finding, err));
done:
  clear_parts(&all);
  clear_parts(&in);
  return st;
}

const lip_method lip_upper_norm_2 = {
    "norm-2", "theory.md: the norms 1 and inf by the norm 2, products and closed forms", applies,
    run_whole};
const lip_method lip_upper_norm_2_parts = {
    "norm-2-best", "theory.md: the norms 1 and inf by the norm 2, the best multipliers", applies,
    run_parts};
