/* regions.c - the proof by a tree of cells of a graph of piecewise linear neurons.

   A node of the tree gives a neuron a side: z >= 0 or z <= 0. Almost every point of the domain is
   an inner point of one of the leaves' cells, or lies where a neuron's argument is 0 all around it,
   and then that neuron's slope does not matter. A leaf is proved by the norm of all matrices that
   its forms allow (cell_forms.h, matrix_norm.h): the Jacobian itself where all neurons have sides.
   A side on which the cell has no inner point is shown to be so (lip_cell_forms_empty). The arrays,
   read once from front to back:

     tree    the nodes, each before what is below it, the negative side first: 0 a leaf; 1 a cell
             without inner points; 2 + 3 l: neuron l gets either side; 3 + 3 l: the positive side
             only; 4 + 3 l: the negative one only; 2 + 3 neurons: a leaf with multipliers
     multipliers  norm 2: for each leaf with multipliers the exponents and the multipliers of the
                  sector form (sector_form.h, sector_matrix.h) with the slopes of the cell,
   whichever point has them. Left out where there are none farkas  for each 1, 3 + 3 l and 4 + 3 l
   how many rows, then neuron and weight of each: of the cell's own sides, and of neuron l the side
   that it does not get. No rows: the argument of neuron l is 0 everywhere on the cell. Left out
   where there are none

   Cost: the forms after every change of a side, a norm for each leaf. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/cell_forms.h"
#include "certificate/graphs/matrix_norm.h"
#include "certificate/graphs/sector_form.h"
#include "certificate/graphs/sector_matrix.h"
#include "linalg/round.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAF = 0, EMPTY = 1, FIRST_NEURON = 2 };

/* What is read of an array from front to back. */
typedef struct tape {
  const double *values;
  size_t count, at;
} tape;

/* A neuron that got a side on the way to the node that is read next. */
typedef struct turn {
  size_t neuron;
  bool other_follows; /* its positive side comes after what hangs at the negative one */
} turn;

typedef struct replay {
  const lip_claim *claim;
  double upper;
  lip_cell_forms *forms;
  turn *path; /* neurons */
  size_t depth;
  lip_side_row *row;
  double *center, *radius; /* m x d */
  lip_slope_bounds *slopes;
  tape tree, farkas, multipliers;
  double margin;
  const char *reason; /* NULL: nothing is wrong so far */
} replay;

static tape tape_of(const lip_proof *proof, const char *name)
{
  const lip_array *array = lip_proof_array(proof, name);

  if (!array) return (tape){NULL, 0, 0};
  return (tape){array->values, array->count, 0};
}

/* The next value as a whole number in [low, high]; false where it is not one. */
static bool next_whole(tape *t, double low, double high, size_t *value)
{
  double x;

  if (t->at >= t->count) return false;
  x = t->values[t->at++];
  if (!(x >= low && x <= high && x == floor(x))) return false;
  *value = (size_t)x;
  return true;
}

/* Reads a Farkas vector for the cell, with neuron `extra` (none: the number of neurons) on the side
   that it does not get. */
static bool read_rows(replay *r, size_t extra, double extra_side, size_t *count)
{
  size_t neurons = r->forms->neurons;

  if (!next_whole(&r->farkas, 0, (double)neurons, count)) return false;
  if ((r->farkas.count - r->farkas.at) / 2 < *count) return false;
  for (size_t i = 0; i < *count; i++) {
    size_t neuron;
    double side;

    if (!next_whole(&r->farkas, 0, (double)neurons - 1, &neuron)) return false;
    side = neuron == extra ? extra_side : r->forms->side[neuron];
    if (side == 0) return false;
    r->row[i] = (lip_side_row){neuron, side, r->farkas.values[r->farkas.at++]};
  }
  return true;
}

/* extra  in  as above; its row must be there, or none at all */
static lip_status test_empty(replay *r, size_t extra, double extra_side, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count;
  bool empty = false;

  if (!read_rows(r, extra, extra_side, &count)) {
    r->reason = "a side without points has no proper Farkas vector";
    goto done;
  }
  if (count > 0)
    TRY(lip_cell_forms_empty(r->forms, count, r->row, &empty, err));
  else if (extra < r->forms->neurons)
    TRY(lip_cell_forms_vanishes(r->forms, extra, &empty, err));
  if (!empty) r->reason = "a Farkas vector does not show that its cell has no points";
done:
  return st;
}

static lip_status test_leaf(replay *r, lip_error *err)
{
  lip_status st = LIP_OK;
  double margin = 0;
  bool proved;

  TRY(lip_cell_forms_jacobian(r->forms, r->center, r->radius, err));
  TRY(lip_matrix_norm_is_below(r->claim->norm, r->claim->m, r->claim->d, r->center, r->radius,
                               r->upper, &proved, &margin, err));
  if (!proved) r->reason = "the slopes of a leaf may be larger";
  r->margin = fmax(r->margin, margin);
done:
  return st;
}

/* The exponents of a form, read from the multipliers' array; false where they are none. */
static bool read_exponents(replay *r, lip_sector_form *form)
{
  size_t count = form->blocks + 2;
  int *exponent = form->exponent; /* they are all 0: read in place */

  if (r->multipliers.count - r->multipliers.at < count + form->multipliers) return false;
  for (size_t b = 0; b < count; b++) {
    double value = r->multipliers.values[r->multipliers.at++];

    if (!(fabs(value) <= 1 << 20) || value != floor(value)) return false;
    exponent[b] = (int)value;
  }
  return lip_sector_form_rescale(form, exponent);
}

static lip_status test_sectors(replay *r, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;
  lip_sector_verdict found = {.proved = false};
  double L;
  int out;

  r->reason = "multipliers are for norm 2";
  if (r->claim->norm != LIP_NORM_2) goto done;
  lip_cell_forms_slopes(r->forms, r->slopes);
  TRY(lip_sector_form_create_within(r->claim, r->slopes, false, &form, err));
  r->reason = "the multipliers of a leaf end early, or have no proper exponents";
  if (!form->bounded || !read_exponents(r, form)) goto done;
  out = form->exponent[form->blocks + 1];
  L = ldexp(r->upper, -out);
  if (!isinf(L) && ldexp(L, out) > r->upper) L = lip_down(L);
  st = lip_sector_definite(form, r->multipliers.values + r->multipliers.at, L, &found, NULL, err);
  if (st == LIP_ENUMERIC) st = LIP_OK; /* a product of weights overflows */
  if (st != LIP_OK) goto done;
  r->multipliers.at += form->multipliers;
  r->reason = found.proved ? NULL : "the multipliers of a leaf do not prove it";
  r->margin = fmax(r->margin, found.given * (double)(form->blocks + 2));
done:
  lip_sector_form_free(form);
  return st;
}

/* Goes from a leaf that is done to where the next node hangs; false: the tree is complete. */
static bool advance(replay *r)
{
  while (r->depth > 0) {
    turn *last = &r->path[r->depth - 1];

    if (last->other_follows) {
      last->other_follows = false;
      lip_cell_forms_set(r->forms, last->neuron, 1);
      return true;
    }
    lip_cell_forms_set(r->forms, last->neuron, 0);
    r->depth--;
  }
  return false;
}

/* A node that gives a neuron a side. */
static lip_status turn_at(replay *r, size_t neuron, size_t kind, lip_error *err)
{
  lip_status st = LIP_OK;
  bool both = kind == 0;

  if (r->forms->side[neuron] != 0) {
    r->reason = "the tree gives a neuron a second side";
    goto done;
  }
  if (!both) TRY(test_empty(r, neuron, kind == 1 ? -1 : 1, err));
  if (r->reason) goto done;
  r->path[r->depth++] = (turn){neuron, both};
  lip_cell_forms_set(r->forms, neuron, kind == 1 ? 1 : -1);
done:
  return st;
}

static lip_status walk(replay *r, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t last = FIRST_NEURON + 3 * r->forms->neurons; /* the code of a leaf with multipliers */
  bool more = true;

  while (more && !r->reason) {
    size_t node;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "checking a tree of cells");
    if (!next_whole(&r->tree, 0, (double)last, &node)) {
      r->reason = "the tree ends early, or names no neuron";
      goto done;
    }
    if (node >= FIRST_NEURON && node < last) {
      TRY(turn_at(r, (node - FIRST_NEURON) / 3, (node - FIRST_NEURON) % 3, err));
      continue;
    }
    if (node == EMPTY)
      TRY(test_empty(r, r->forms->neurons, 0, err));
    else if (node == last)
      TRY(test_sectors(r, err));
    else
      TRY(test_leaf(r, err));
    more = advance(r);
  }
  if (!r->reason && (r->tree.at < r->tree.count || r->farkas.at < r->farkas.count ||
                     r->multipliers.at < r->multipliers.count))
    r->reason = "something is left over after the tree";
done:
  return st;
}

static lip_status start(replay *r, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t numbers = r->claim->m * r->claim->d;

  TRY(lip_cell_forms_create(r->claim, &r->forms, control, err));
  TRY(lip_slope_bounds_room(r->claim->net, &r->slopes, err));
  r->path = lip_alloc(r->forms->neurons, sizeof *r->path);
  r->row = lip_alloc(r->forms->neurons, sizeof *r->row);
  r->center = lip_alloc(numbers, 2 * sizeof *r->center);
  if (!r->path || !r->row || !r->center)
    FAIL(LIP_ENOMEM, "a path of %zu neurons", r->forms->neurons);
  r->radius = r->center + numbers;
done:
  return st;
}

static const char *unfit(const lip_claim *claim, const lip_proof *proof, double upper)
{
  size_t known = 0;

  for (size_t i = 0; i < proof->count; i++) {
    const char *name = proof->item[i].name;

    if (strcmp(name, "tree") != 0 && strcmp(name, "farkas") != 0 &&
        strcmp(name, "multipliers") != 0)
      continue;
    known += proof->item[i].array.rank == 1 &&
             lip_proof_array(proof, name) == &proof->item[i].array;
  }
  if (known != proof->count || !lip_proof_array(proof, "tree"))
    return "the arrays are not those of a tree";
  if (!lip_cell_forms_apply(claim) || claim->domain.kind == LIP_ON_SPHERE)
    return "trees of cells are for piecewise linear neurons on space, ball and box";
  if (!(upper >= 0 && upper < INFINITY)) return "the upper end is no number";
  return NULL;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  replay r = {.claim = claim, .upper = upper, .reason = unfit(claim, proof, upper)};

  if (!r.reason) {
    r.tree = tape_of(proof, "tree");
    r.farkas = tape_of(proof, "farkas");
    r.multipliers = tape_of(proof, "multipliers");
    TRY(start(&r, control, err));
    TRY(walk(&r, control, err));
  }
  *verdict = (lip_verdict){.proved = !r.reason, .margin = r.margin};
  if (r.reason) (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", r.reason);
done:
  lip_cell_forms_free(r.forms);
  lip_slope_bounds_free(r.slopes);
  lip_free(r.path);
  lip_free(r.row);
  lip_free(r.center);
  return st;
}

const lip_proof_kind lip_proof_regions = {
    "regions", "branch and bound over the cells of a piecewise linear network", true, verify};
