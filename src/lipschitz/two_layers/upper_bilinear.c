/* upper_bilinear.c - the norms 1 and inf from above: multipliers for certificate/proofs/bilinear.c.

   Blocks in the order of their plain bounds sum |U|, as long as these are above the largest bound
   found: all signs where they are few, which is the largest value over all patterns; else
   multipliers by bilinear_relaxation.c. Cost: some hundred products with U times the rank for each
   block that is asked. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/two_layers/bilinear_box.h"
#include "certificate/slope_range.h"
#include "lipschitz/two_layers/bilinear_relaxation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TURNS = 400 };
static const double MOST_ENTRIES = 5e7; /* of all blocks' U together: above that, plain bounds */

typedef struct plain_bound {
  double bound;
  size_t block;
} plain_bound;

static int largest_first(const void *a, const void *b)
{
  const plain_bound *x = a, *y = b;

  return x->bound < y->bound ? 1 : x->bound > y->bound ? -1 : x->block < y->block ? -1 : 1;
}

static int in_order(const void *a, const void *b)
{
  const plain_bound *x = a, *y = b;

  return x->block < y->block ? -1 : x->block > y->block;
}

/* What is under way. Of each of the `asked` blocks that are listed k + 1 + q numbers. */
typedef struct blocks {
  lip_bilinear_box box;
  lip_bilinear_relaxation relaxation;
  double *low, *high, *multipliers; /* k, k; NULL: none are asked */
  plain_bound *order, *listed;      /* blocks; those with multipliers */
  size_t asked, each;
} blocks;

static void clear(blocks *in)
{
  lip_bilinear_box_clear(&in->box);
  lip_bilinear_relaxation_clear(&in->relaxation);
  lip_free(in->low);
  lip_free(in->multipliers);
  lip_free(in->order);
}

/* The blocks by their plain bounds, and room for their multipliers. */
static lip_status prepare(const lip_claim *claim, blocks *in, bool *finite, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k;

  *finite = false;
  in->low = lip_alloc(k, 2 * sizeof *in->low);
  TRY(lip_bilinear_box_create(claim, &in->box, err));
  in->order = lip_alloc(in->box.blocks, 2 * sizeof *in->order);
  if (!in->low || !in->order) FAIL(LIP_ENOMEM, "%zu blocks", in->box.blocks);
  in->high = in->low + k;
  in->listed = in->order + in->box.blocks;
  lip_claim_all_slopes(claim, in->low, in->high);
  for (size_t i = 0; i < in->box.blocks; i++) {
    if (!lip_bilinear_box_form(&in->box, i, in->low, in->high)) goto done;
    in->order[i] = (plain_bound){lip_bilinear_box_sizes(&in->box), i};
  }
  qsort(in->order, in->box.blocks, sizeof *in->order, largest_first);
  *finite = true;
  in->each = k + 1 + in->box.q;
  if ((double)in->box.blocks * (double)in->each >= MOST_ENTRIES) goto done;
  in->multipliers = lip_alloc_zero(in->box.blocks, in->each * sizeof *in->multipliers);
  if (!in->multipliers) FAIL(LIP_ENOMEM, "multipliers of %zu blocks", in->box.blocks);
  TRY(lip_bilinear_relaxation_create(k + 1, in->box.q, &in->relaxation, err));
done:
  return st;
}

/* A better bound of a block than the one it has; with multipliers, if these prove it. */
static lip_status ask(blocks *in, plain_bound *asked, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double bound, *multipliers;
  size_t rows;

  (void)lip_bilinear_box_form(&in->box, asked->block, in->low, in->high);
  rows = in->box.f + 1;
  TRY(lip_bilinear_box_signs(&in->box, &bound, err));
  asked->bound = fmin(asked->bound, bound);
  if (isfinite(bound) || !in->multipliers) goto done;
  multipliers = in->multipliers + in->asked * in->each;
  lip_bilinear_relaxation_begin(&in->relaxation);
  TRY(lip_bilinear_relax(&in->relaxation, rows, in->box.U, MOST_TURNS, INFINITY, &bound, control,
                         err));
  if (!(bound < asked->bound)) goto done;
  memcpy(multipliers, in->relaxation.row, rows * sizeof *multipliers);
  memcpy(multipliers + in->each - in->box.q, in->relaxation.column,
         in->box.q * sizeof *multipliers);
  in->listed[in->asked++] = (plain_bound){bound, asked->block};
  asked->bound = bound;
done:
  return st;
}

/* The blocks asked, as arrays, in the order of their numbers. */
static lip_status propose(blocks *in, lip_finding *finding, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = in->asked, q = in->box.q, rows = in->each - q;
  double *block, *row, *column;

  finding->proof.kind = &lip_proof_bilinear;
  if (n == 0) goto done;
  TRY(lip_proof_add(&finding->proof, "block", 1, (size_t[]){n}, &block, err));
  TRY(lip_proof_add(&finding->proof, "row_multipliers", 2, (size_t[]){n, rows}, &row, err));
  TRY(lip_proof_add(&finding->proof, "column_multipliers", 2, (size_t[]){n, q}, &column, err));
  for (size_t i = 0; i < n; i++) in->listed[i].bound = (double)i;
  qsort(in->listed, n, sizeof *in->listed, in_order);
  for (size_t i = 0; i < n; i++) {
    const double *from = in->multipliers + (size_t)in->listed[i].bound * in->each;

    block[i] = (double)in->listed[i].block;
    memcpy(row + i * rows, from, rows * sizeof *row);
    memcpy(column + i * q, from + rows, q * sizeof *column);
  }
done:
  return st;
}

static bool applies(const lip_problem *problem)
{
  return problem->claim && problem->claim->norm != LIP_NORM_2;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->claim;
  blocks in = {.asked = 0};
  double best = 0;
  bool finite;

  (void)steepest;
  TRY(prepare(claim, &in, &finite, err));
  if (!finite) goto done;
  for (size_t i = 0; i < in.box.blocks && in.order[i].bound > best; i++) {
    if (!lip_stopped(control)) TRY(ask(&in, &in.order[i], control, err));
    best = fmax(best, in.order[i].bound);
    lip_tell(control, (double)i / (double)in.box.blocks);
  }
  TRY(propose(&in, finding, err));
  finding->value = ldexp(best, claim->W_exponent + claim->A_exponent);
  finding->found = true;
done:
  if (st == LIP_EINTERRUPT) st = LIP_OK;
  clear(&in);
  return st;
}

const lip_method lip_upper_bilinear = {
    "bilinear", "Grothendieck's semidefinite relaxation of bilinear forms in signs", applies, run};
