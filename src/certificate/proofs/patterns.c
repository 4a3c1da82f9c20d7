/* patterns.c - the proof by a tree of activation patterns.

   J(x) = A diag(s) W with slopes s in a box (slope_range.h). A split of neuron l replaces the box
   by its two faces s_l = low_l and s_l = high_l: as |A diag(s) W| is convex in s, its largest value
   over the box is the larger one of the two faces'; and where psi is piecewise linear, almost every
   x has its s_l at one end. A leaf is a face that slope_box.h proves, or, where psi is piecewise
   linear with its kink at 0, one whose sides of the hyperplanes have no point in the domain
   (cell_empty.h). The arrays, all read once from front to back:

     split        the nodes, each before what is below it, the low end first: the neuron that is
                  split, -1 for a leaf with multipliers, -2 for one without a point, -3 for one
                  without multipliers
     multipliers  for each leaf -1 the multipliers of its free neurons in order; left out where
                  there are none
     farkas       for each leaf -2 how many rows, then neuron and weight of each, the sides being
                  those of the leaf; left out where there are none

   For the norms 1 and inf there is a tree for each block of bilinear_box.h, one after another; a
   leaf -1 has the multipliers of row 0, of the free neurons that matter to the block, of the
   columns, and a leaf -3 is proved by sizes or by all signs.

   Cost: a test of slope_box.h or bilinear_box.h for each leaf. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/two_layers/bilinear_box.h"
#include "certificate/two_layers/cell_empty.h"
#include "certificate/two_layers/slope_box.h"
#include "certificate/slope_range.h"
#include "net/activation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is read of an array from front to back. */
typedef struct tape {
  const double *values;
  size_t count, at;
} tape;

/* The path from the root to the node that is read next. */
typedef struct replay {
  const lip_claim *claim;
  double upper;
  size_t k, depth;
  double *low, *high;             /* k: the root's box */
  double *at_low, *at_high, *tau; /* k: the node's box; the multipliers of a leaf */
  size_t *path; /* k: the neurons split on the way, and whether we are at their high end */
  bool *at_end, *split;
  lip_cell_row *row;
  lip_slope_box *box;    /* norm 2; */
  lip_bilinear_box form; /* norms 1 and inf */
  size_t block, blocks;
  double limit; /* upper, about the scaled weights */
  tape splits, multipliers, farkas;
  double margin;
  const char *reason; /* NULL: nothing is wrong so far */
} replay;

static tape tape_of(const lip_proof *proof, const char *name)
{
  const lip_array *array = lip_proof_array(proof, name);

  if (!array || array->rank != 1) return (tape){NULL, 0, 0};
  return (tape){array->values, array->count, 0};
}

/* The next value as a whole number in [low, high]; false where it is not one. */
static bool next_whole(tape *t, double low, double high, double *value)
{
  if (t->at >= t->count) return false;
  *value = t->values[t->at++];
  return *value >= low && *value <= high && *value == floor(*value);
}

static bool piecewise_linear(lip_activation psi)
{
  return psi.kind == LIP_RELU || psi.kind == LIP_LEAKY_RELU || psi.kind == LIP_ABS;
}

/* +1: the high end is the slope right of the kink; -1: left of it. */
static double side_of_high(lip_activation psi)
{
  return lip_activation_slope(psi, 1) > lip_activation_slope(psi, -1) ? 1 : -1;
}

static void put_at_end(replay *r, size_t neuron, bool high)
{
  r->at_low[neuron] = r->at_high[neuron] = high ? r->high[neuron] : r->low[neuron];
}

static lip_status test_bounded(replay *r, lip_error *err)
{
  lip_status st = LIP_OK;
  double margin = 0;
  bool proved = false, any = false;

  for (size_t l = 0; l < r->k; l++) {
    r->tau[l] = 1;
    if (!(r->at_low[l] < r->at_high[l])) continue;
    any = true;
    if (r->multipliers.at >= r->multipliers.count) {
      r->reason = "the multipliers end early";
      goto done;
    }
    r->tau[l] = r->multipliers.values[r->multipliers.at++];
  }
  TRY(lip_slope_box_test(r->box, r->at_low, r->at_high, any ? r->tau : NULL, r->upper, &proved,
                         &margin, err));
  if (!proved) r->reason = "the multipliers of a leaf do not prove it";
  r->margin = fmax(r->margin, margin);
done:
  return st;
}

static lip_status test_form(replay *r, bool plain, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_bilinear_box *form = &r->form;
  double margin = 0, bound;
  const double *row = r->multipliers.values;
  size_t count;
  bool proved = false;

  r->reason = "the slopes are not bounded on the domain";
  if (!lip_bilinear_box_form(form, r->block, r->at_low, r->at_high)) goto done;
  r->reason = NULL;
  if (plain) {
    bound = lip_bilinear_box_sizes(form);
    if (!(bound <= r->limit)) TRY(lip_bilinear_box_signs(form, &bound, err));
    proved = bound <= r->limit;
  } else {
    count = form->f + 1 + form->q;
    r->reason = "the multipliers end early";
    if (r->multipliers.count - r->multipliers.at < count) goto done;
    row += r->multipliers.at;
    r->multipliers.at += count;
    TRY(lip_bilinear_box_test(form, row, row + form->f + 1, r->limit, &proved, &margin, err));
  }
  r->reason = proved ? NULL : "a leaf is not proved";
  r->margin = fmax(r->margin, margin);
done:
  return st;
}

static lip_status test_empty(replay *r, lip_error *err)
{
  lip_status st = LIP_OK;
  double count, neuron;
  double side = side_of_high(r->claim->psi);
  bool empty = false;

  if (!piecewise_linear(r->claim->psi) || !next_whole(&r->farkas, 1, (double)r->k, &count) ||
      r->farkas.count - r->farkas.at < 2 * (size_t)count) {
    r->reason = "a leaf without a point has no proper Farkas vector";
    goto done;
  }
  for (size_t i = 0; i < (size_t)count; i++) {
    double weight;
    size_t l;

    if (!next_whole(&r->farkas, 0, (double)(r->k - 1), &neuron) || !r->split[(size_t)neuron]) {
      r->reason = "a Farkas vector names a neuron that is not split on the way to its leaf";
      goto done;
    }
    l = (size_t)neuron;
    weight = r->farkas.values[r->farkas.at++];
    r->row[i] = (lip_cell_row){l, r->at_low[l] == r->high[l] ? side : -side, weight};
  }
  TRY(lip_cell_certainly_empty(r->claim, (size_t)count, r->row, &empty, err));
  if (!empty) r->reason = "a Farkas vector does not show that its leaf has no point";
done:
  return st;
}

/* Goes from a leaf that is done to where the next node hangs; false: the tree is complete. */
static bool advance(replay *r)
{
  while (r->depth > 0) {
    size_t l = r->path[r->depth - 1];

    if (!r->at_end[r->depth - 1]) {
      r->at_end[r->depth - 1] = true;
      put_at_end(r, l, true);
      return true;
    }
    r->depth--;
    r->split[l] = false;
    r->at_low[l] = r->low[l];
    r->at_high[l] = r->high[l];
  }
  return false;
}

static lip_status walk(replay *r, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double node;
  bool more = true;

  while (more) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "checking a tree of patterns");
    if (!next_whole(&r->splits, r->box ? -2 : -3, (double)r->k - 1, &node)) {
      r->reason = "the tree ends early, or names no neuron";
      goto done;
    }
    if (node >= 0) {
      size_t l = (size_t)node;

      if (r->split[l] || !(r->low[l] < r->high[l])) {
        r->reason = "the tree splits a neuron that has only one slope";
        goto done;
      }
      r->split[l] = true;
      r->at_end[r->depth] = false;
      r->path[r->depth++] = l;
      put_at_end(r, l, false);
      continue;
    }
    if (node == -2)
      TRY(test_empty(r, err));
    else
      TRY(r->box ? test_bounded(r, err) : test_form(r, node == -3, err));
    if (r->reason) goto done;
    more = advance(r);
  }
done:
  return st;
}

static lip_status walk_all(replay *r, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;

  for (r->block = 0; r->block < r->blocks && !r->reason; r->block++) TRY(walk(r, control, err));
  if (r->reason) goto done;
  if (r->splits.at < r->splits.count || r->multipliers.at < r->multipliers.count ||
      r->farkas.at < r->farkas.count)
    r->reason = "something is left over after the tree";
done:
  return st;
}

static lip_status start(replay *r, const lip_claim *claim, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k;

  r->low = lip_alloc(k, 5 * sizeof *r->low);
  r->path = lip_alloc(k, sizeof *r->path);
  r->at_end = lip_alloc_zero(2 * k, sizeof *r->at_end);
  r->row = lip_alloc(k, sizeof *r->row);
  if (!r->low || !r->path || !r->at_end || !r->row) FAIL(LIP_ENOMEM, "a path of %zu splits", k);
  r->high = r->low + k;
  r->at_low = r->high + k;
  r->at_high = r->at_low + k;
  r->tau = r->at_high + k;
  r->split = r->at_end + k;
  lip_claim_slopes(claim, 0, r->low, r->high);
  memcpy(r->at_low, r->low, k * sizeof *r->low);
  memcpy(r->at_high, r->high, k * sizeof *r->high);
  r->blocks = 1;
  if (claim->norm == LIP_NORM_2) {
    TRY(lip_slope_box_create(claim, &r->box, err));
  } else {
    TRY(lip_bilinear_box_create(claim, &r->form, err));
    r->blocks = r->form.blocks;
    r->limit = lip_claim_scale_down(claim, r->upper);
    r->margin = 1e-15;
  }
done:
  return st;
}

static const char *unfit(const lip_claim *claim, const lip_proof *proof)
{
  static const char *const names[] = {"split", "multipliers", "farkas"};
  size_t known = 0;

  for (size_t i = 0; i < proof->count; i++)
    for (size_t j = 0; j < sizeof names / sizeof *names; j++)
      if (strcmp(proof->item[i].name, names[j]) == 0 &&
          lip_proof_array(proof, names[j]) == &proof->item[i].array)
        known += proof->item[i].array.rank == 1;
  if (known != proof->count || !lip_proof_array(proof, "split"))
    return "the arrays are not those of a tree";
  if (claim->domain.kind == LIP_AROUND_DATA) return "trees of patterns are for one domain";
  return NULL;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  replay r = {.claim = claim, .upper = upper, .k = claim->k, .reason = unfit(claim, proof)};

  if (!r.reason && !(upper >= 0 && upper < INFINITY)) r.reason = "the upper end is no number";
  if (!r.reason) {
    r.splits = tape_of(proof, "split");
    r.multipliers = tape_of(proof, "multipliers");
    r.farkas = tape_of(proof, "farkas");
    TRY(start(&r, claim, err));
    TRY(walk_all(&r, control, err));
  }
  *verdict = (lip_verdict){.proved = !r.reason, .margin = r.margin};
  if (r.reason) (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", r.reason);
done:
  lip_slope_box_free(r.box);
  lip_bilinear_box_clear(&r.form);
  lip_free(r.low);
  lip_free(r.path);
  lip_free(r.at_end);
  lip_free(r.row);
  return st;
}

const lip_proof_kind lip_proof_patterns = {
    "patterns",
    "branch and bound over activation patterns, a semidefinite relaxation at the leaves", false,
    verify};
