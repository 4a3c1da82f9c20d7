/* sector_matrix.c - is the quadratic form of a sector form certainly nonnegative?

   Every variable is scaled by a power of two, sigma, that brings its own lambda sigma^2 (of the
   input L^2 sigma^2) into [1/2, 2); then two passes over the blocks.

   The first one bounds errors. Of a set of rows R with factors q, p_j = |sqrt|q| R_j| and rho_j the
   same of the radii, an entry of R' diag(q) R is off by at most (gamma p_j + rho_j) (p_k + rho_k) +
   p_j rho_k, a row of them together by that with the sums of p and rho in place of p_k and rho_k.
   Of cross terms the errors are added one by one. Sums of rows of errors bound their matrix in the
   semidefinite order.

   The second one adds what reaches part k of sector_partition.h, eliminates it, and goes on
   (linalg/verified_blocks.h). The outputs are variables u too, |u|^2 + 2 u.(D y) in place of
   -|D y|^2, which is its least value: the form is nonnegative with u where it is without, and D
   couples no two of its columns.

   Underflow: multipliers are within 2^+-400, scaled entries below 2^500 and p below 2^100, so that
   all of it together is below CUSHION.

   cost  that of the elimination, and rows x columns^2 for each set with squares */
#include "certificate/sector_matrix.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/sector_partition.h"
#include "certificate/sector_sets.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"
#include "linalg/verified_blocks.h"

#include <float.h>
#include <string.h>

enum { SLICE = 128 };
static const double CUSHION = 1e-90, LARGEST_ENTRY = 0x1p500, LARGEST_COLUMN = 0x1p100;
static const double LARGEST_MULTIPLIER = 0x1p400, MOST_KEPT = 2e9, MOST_BYTES = 6.5e9;

typedef struct assembly {
  lip_sector_form *form;
  const double *multipliers;
  double square; /* L^2, rounded down */
  lip_sector_partition partition;
  lip_block_matrix *matrix;
  bool keeps;                                         /* couplings stay filled */
  double *scale, *diagonal, *slack, *taken, *p, *rho; /* by variable; scale owns them all */
  double *left, *right; /* SLICE rows of all variables, part by part; left owns both */
  size_t *start;        /* by part: the sizes before it; owned */
} assembly;

static void clear(assembly *a)
{
  lip_block_matrix_free(a->matrix);
  lip_sector_partition_clear(&a->partition);
  lip_free(a->scale);
  lip_free(a->left);
  lip_free(a->start);
}

/* ---- structure ---- */

static bool has_squares(const assembly *a, size_t b)
{
  return b > 0 && b <= a->form->blocks && lip_sector_has_squares(a->form, b);
}

/* How often an entry is added to, at most: by every block that reaches one of block a. */
static size_t most_additions(const assembly *a)
{
  const lip_sector_form *form = a->form;
  size_t most = 0, groups = lip_sector_groups(&a->partition);

  for (size_t from = 0; from <= form->blocks + 1; from++) {
    size_t additions = 4;

    for (size_t b = from; b <= form->blocks + 1; b++) {
      const lip_sector_block *block = &form->block[b];
      bool reaches = from == b;

      for (size_t c = 0; c < block->couplings; c++)
        reaches = reaches || block->coupling[c].from == from;
      if (!reaches) continue;
      additions += 2;
      if (has_squares(a, b)) additions += 2 * (block->rows / SLICE + groups + 1);
    }
    most = additions > most ? additions : most;
  }
  return most;
}

static lip_status create_matrix(assembly *a, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_partition *parts = &a->partition;

  TRY(lip_sector_partition_choose(a->form, a->keeps, &a->partition, control, err));
  TRY(lip_block_matrix_create(parts->parts, parts->size, parts->pattern, most_additions(a),
                              &a->matrix, err));
  a->start = lip_alloc(parts->parts, sizeof *a->start);
  if (!a->start) FAIL(LIP_ENOMEM, "%zu parts", parts->parts);
  for (size_t p = 0, at = 0; p < parts->parts; at += parts->size[p], p++) a->start[p] = at;
done:
  return st;
}

static lip_status create_arrays(assembly *a, lip_error *err)
{
  size_t variables = a->partition.variables;

  a->scale = lip_alloc_zero(6 * variables, sizeof *a->scale);
  a->left = lip_alloc(2 * SLICE, variables * sizeof *a->left);
  if (!a->scale || !a->left) return lip_fail(err, LIP_ENOMEM, "a matrix of order %zu", variables);
  a->diagonal = a->scale + variables;
  a->slack = a->diagonal + variables;
  a->taken = a->slack + variables;
  a->p = a->taken + variables;
  a->rho = a->p + variables;
  a->right = a->left + SLICE * variables;
  return LIP_OK;
}

/* How many variables a block has, the outputs included. */
static size_t size_of(const assembly *a, size_t b)
{
  return b > a->form->blocks ? a->form->claim->m : a->form->block[b].size;
}

/* A power of two s with value s^2 in [1/2, 2); 1 for 0. */
static double root_scale(double value)
{
  int exponent;

  if (value == 0) return 1;
  (void)frexp(value, &exponent);
  return ldexp(1, -(exponent >= 0 ? exponent / 2 : -((1 - exponent) / 2)));
}

/* lambda of a variable, L^2, or 1 of an output. */
static double own_multiplier(const assembly *a, size_t b, size_t i)
{
  const lip_sector_block *block = &a->form->block[b];

  if (b == 0) return a->square;
  if (b > a->form->blocks) return 1;
  return a->multipliers[block->first + (block->kind == LIP_SECTOR_SOFTMAX ? 0 : i)];
}

/* Scales, and the diagonal's own part. */
static void begin(assembly *a)
{
  double rounding = lip_gamma(lip_block_matrix_roundings(a->matrix) + 4);

  for (size_t b = 0; b <= a->form->blocks + 1; b++)
    for (size_t i = 0; i < size_of(a, b); i++) {
      size_t at = a->form->block[b].offset + i;
      double own = own_multiplier(a, b, i);

      a->scale[at] = root_scale(own);
      a->diagonal[at] = own * a->scale[at] * a->scale[at];
      a->slack[at] = CUSHION + rounding * a->diagonal[at];
    }
}

/* ---- the first pass: errors ---- */

static bool measure_squares(assembly *a, const lip_sector_set *set, const lip_coupling *coupling,
                            double *p_sum, double *rho_sum)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  const double *scale = a->scale + from->offset;
  double *p = a->p + from->offset, *rho = a->rho + from->offset;
  double *diagonal = a->diagonal + from->offset;

  memset(p, 0, from->size * sizeof *p);
  memset(rho, 0, from->size * sizeof *rho);
  for (size_t i = 0; i < set->rows; i++) {
    double q = set->q[i], size = fabs(q);

    for (size_t j = 0; j < from->size; j++) {
      double entry = coupling->C[i * from->size + j] * scale[j];

      p[j] += size * entry * entry;
      diagonal[j] += q * entry * entry + size * entry * entry * 1e-9;
      if (!coupling->radius) continue;
      entry = coupling->radius[i * from->size + j] * scale[j];
      rho[j] += size * entry * entry;
    }
  }
  for (size_t j = 0; j < from->size; j++) {
    p[j] = sqrt(p[j]) * (1 + 1e-9);
    rho[j] = rho[j] > 0 || coupling->radius ? sqrt(rho[j]) * (1 + 1e-9) + 0x1p-500 : 0;
    if (!(p[j] <= LARGEST_COLUMN && rho[j] <= LARGEST_COLUMN)) return false;
    *p_sum += p[j];
    *rho_sum += rho[j];
  }
  return true;
}

static void measure_cross(assembly *a, const lip_sector_set *set, const lip_coupling *coupling)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  const double *scale = a->scale + from->offset;
  double *slack = a->slack + from->offset, *own = a->slack + a->form->block[set->target].offset;
  double rounding = lip_gamma(lip_block_matrix_roundings(a->matrix) + 12);

  for (size_t i = 0; i < set->rows; i++) {
    double factor = fabs(set->cross[i]) * a->scale[a->form->block[set->target].offset + i], sum = 0;

    for (size_t j = 0; j < from->size; j++) {
      double error = rounding * fabs(coupling->C[i * from->size + j]) * scale[j];

      if (coupling->radius) error += coupling->radius[i * from->size + j] * scale[j] * (1 + 1e-9);
      error *= factor * (1 + 1e-9);
      slack[j] += error;
      sum += error;
    }
    own[i] += sum * (1 + 1e-9);
  }
}

static bool entries_in_range(const assembly *a, const lip_sector_set *set,
                             const lip_coupling *coupling)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  double largest = 0, sum = 0;

  for (size_t i = 0; i < set->rows; i++)
    for (size_t j = 0; j < from->size; j++) {
      double entry = fabs(coupling->C[i * from->size + j]) * a->scale[from->offset + j];

      largest = entry > largest ? entry : largest;
      sum += 0 * entry;
    }
  return largest <= LARGEST_ENTRY && sum == 0;
}

/* Adds the errors of a set to the slack. False: out of range. */
static bool measure(assembly *a, const lip_sector_set *set)
{
  double gamma = lip_gamma(SLICE + lip_block_matrix_roundings(a->matrix) + 16);
  double p_sum = 0, rho_sum = 0;

  for (size_t c = 0; c < set->couplings; c++) {
    if (!entries_in_range(a, set, &set->coupling[c])) return false;
    if (set->squares && !measure_squares(a, set, &set->coupling[c], &p_sum, &rho_sum)) return false;
    if (set->cross) measure_cross(a, set, &set->coupling[c]);
  }
  for (size_t c = 0; set->squares && c < set->couplings; c++) {
    const lip_sector_block *from = &a->form->block[set->coupling[c].from];

    for (size_t j = from->offset; j < from->offset + from->size; j++) {
      double error = (gamma * a->p[j] + a->rho[j]) * (p_sum + rho_sum) + a->p[j] * rho_sum;

      a->slack[j] += error * (1 + 1e-9);
    }
  }
  return true;
}

/* ---- the second pass: numbers ---- */

/* Adds to one entry of the matrix. */
static lip_status add_entry(assembly *a, size_t t, size_t v, double value, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_partition *parts = &a->partition;
  double *block;

  if (parts->part[t] < parts->part[v]) {
    size_t swap = t;

    t = v;
    v = swap;
  }
  TRY(lip_block_matrix_at(a->matrix, parts->part[t], parts->part[v], &block, err));
  if (parts->part[t] == parts->part[v] && parts->place[t] < parts->place[v])
    block[parts->place[v] * parts->size[parts->part[t]] + parts->place[t]] += value;
  else
    block[parts->place[t] * parts->size[parts->part[v]] + parts->place[v]] += value;
done:
  return st;
}

static lip_status add_cross(assembly *a, const lip_sector_set *set, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t offset = a->form->block[set->target].offset;

  for (size_t c = 0; c < set->couplings; c++) {
    const lip_coupling *coupling = &set->coupling[c];
    const lip_sector_block *from = &a->form->block[coupling->from];

    for (size_t i = 0; i < set->rows; i++) {
      double factor = set->cross[i] * a->scale[offset + i];

      for (size_t j = 0; j < from->size; j++) {
        double entry = coupling->C[i * from->size + j];

        if (entry == 0) continue;
        TRY(add_entry(a, offset + i, from->offset + j,
                      factor * (entry * a->scale[from->offset + j]), err));
      }
    }
  }
done:
  return st;
}

/* Some rows of R, scaled, part by part: left with q, right without.
   touched  out  by part: is there anything? */
static void gather(assembly *a, const lip_sector_set *set, size_t count, const size_t *row,
                   bool *touched)
{
  const lip_sector_partition *parts = &a->partition;

  memset(touched, 0, parts->parts * sizeof *touched);
  for (int pass = 0; pass < 2; pass++) /* first what is touched, then the numbers */
    for (size_t c = 0; c < set->couplings; c++) {
      const lip_sector_block *from = &a->form->block[set->coupling[c].from];

      for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < from->size; j++) {
          size_t v = from->offset + j, part = parts->part[v], width = parts->size[part];
          size_t at = SLICE * a->start[part] + i * width + parts->place[v];
          double entry = set->coupling[c].C[row[i] * from->size + j];

          if (entry == 0) continue;
          if (!touched[part]) {
            touched[part] = true;
            memset(a->left + SLICE * a->start[part], 0, count * width * sizeof *a->left);
            memset(a->right + SLICE * a->start[part], 0, count * width * sizeof *a->right);
          }
          if (pass == 0) continue;
          a->right[at] = entry * a->scale[v];
          a->left[at] = set->q[row[i]] * a->right[at];
        }
    }
}

/* sum q_i R_i' R_i over some rows. */
static lip_status add_rows(assembly *a, const lip_sector_set *set, size_t count, const size_t *row,
                           bool *touched, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_partition *parts = &a->partition;

  gather(a, set, count, row, touched);
  for (size_t p = 0; p < parts->parts; p++)
    for (size_t q = 0; touched[p] && q <= p; q++) {
      double *block;

      if (!touched[q]) continue;
      TRY(lip_block_matrix_at(a->matrix, p, q, &block, err));
      lip_dgemm(true, false, parts->size[p], parts->size[q], count, 1,
                a->left + SLICE * a->start[p], parts->size[p], a->right + SLICE * a->start[q],
                parts->size[q], 1, block, parts->size[q]);
    }
done:
  return st;
}

/* sums  in  the rows are sums of windows */
static lip_status add_squares(assembly *a, const lip_sector_set *set, size_t b, bool sums,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  size_t row[SLICE], groups = lip_sector_groups(&a->partition);
  bool *touched = lip_alloc(a->partition.parts, sizeof *touched);

  if (!touched) FAIL(LIP_ENOMEM, "%zu parts", a->partition.parts);
  for (size_t group = 0; group < groups; group++) {
    size_t count = 0;

    for (size_t i = 0; i < set->rows; i++) {
      if (lip_sector_group(a->form, &a->partition, b, sums, i) != group) continue;
      row[count++] = i;
      if (count < SLICE) continue;
      TRY(add_rows(a, set, count, row, touched, err));
      count = 0;
    }
    if (count > 0) TRY(add_rows(a, set, count, row, touched, err));
  }
done:
  lip_free(touched);
  return st;
}

/* D y beside u in place of -|D y|^2. */
static lip_status as_variables(const assembly *a, lip_sector_set *set, lip_error *err)
{
  set->squares = false;
  set->target = a->form->blocks + 1;
  set->cross = lip_alloc(set->rows, sizeof *set->cross);
  if (!set->cross) return lip_fail(err, LIP_ENOMEM, "%zu outputs", set->rows);
  for (size_t i = 0; i < set->rows; i++) set->cross[i] = 1;
  return LIP_OK;
}

typedef enum pass { ERRORS, NUMBERS } pass;

/* What block b adds, in one of the passes. */
static lip_status visit(assembly *a, size_t b, pass which, bool *in_range,
                        const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_set set[2] = {{0}, {0}};
  size_t sets = 0;

  if (control && control->stop && control->stop(control->context))
    FAIL(LIP_EINTERRUPT, "interrupted");
  TRY(lip_sector_form_fill(a->form, b, control, err));
  TRY(lip_sector_sets(a->form, b, a->multipliers, set, &sets, err));
  if (b > a->form->blocks) TRY(as_variables(a, &set[0], err));
  for (size_t i = 0; i < sets; i++) {
    if (which == ERRORS) *in_range = *in_range && measure(a, &set[i]);
    if (which == NUMBERS && set[i].squares) TRY(add_squares(a, &set[i], b, i == 1, err));
    if (which == NUMBERS && set[i].cross) TRY(add_cross(a, &set[i], err));
  }
  if (!a->keeps) lip_sector_form_release(a->form, b);
done:
  for (size_t i = 0; i < sets; i++) lip_sector_set_clear(&set[i]);
  return st;
}

/* diagonal <- its own part, less what is taken off it. */
static void take_off_diagonal(assembly *a)
{
  for (size_t b = 0; b <= a->form->blocks + 1; b++)
    for (size_t i = 0; i < size_of(a, b); i++) {
      size_t at = a->form->block[b].offset + i;
      double own = own_multiplier(a, b, i) * a->scale[at] * a->scale[at];

      a->diagonal[at] = lip_add_down(own, -lip_add_up(a->slack[at], a->taken[at]));
    }
}

static lip_status eliminate(assembly *a, bool *runs, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_partition *parts = &a->partition;
  size_t added = 0;
  bool in_range = true;

  *runs = true;
  for (size_t k = 0; *runs && k < parts->parts; k++) {
    double *pivot;

    for (; added < parts->last[k]; added++)
      TRY(visit(a, added + 1, NUMBERS, &in_range, control, err));
    TRY(lip_block_matrix_at(a->matrix, k, k, &pivot, err));
    for (size_t v = 0; v < parts->variables; v++)
      if (parts->part[v] == k) pivot[parts->place[v] * (parts->size[k] + 1)] += a->diagonal[v];
    TRY(lip_block_matrix_eliminate(a->matrix, k, runs, err));
  }
done:
  return st;
}

/* ---- */

static const char *misfit(const lip_sector_form *form, const double *multipliers, double L)
{
  if (!form->bounded) return "a slope is not bounded";
  if (!(L >= 0)) return "the claim is no number";
  for (size_t i = 0; i < form->multipliers; i++)
    if (!(multipliers[i] >= 0)) return "a multiplier is negative or no number";
  for (size_t i = 0; i < form->multipliers; i++)
    if (multipliers[i] != 0 &&
        !(multipliers[i] <= LARGEST_MULTIPLIER && multipliers[i] >= 1 / LARGEST_MULTIPLIER))
      return "a multiplier is out of range";
  return NULL;
}

/* What the factorisation takes off, by variable. */
static lip_status find_taken(assembly *a, lip_error *err)
{
  const lip_sector_partition *parts = &a->partition;
  double *diagonal = lip_alloc(2 * parts->variables, sizeof *diagonal);
  double *taken = diagonal ? diagonal + parts->variables : NULL;

  if (!diagonal) return lip_fail(err, LIP_ENOMEM, "%zu variables", parts->variables);
  for (size_t v = 0; v < parts->variables; v++)
    diagonal[a->start[parts->part[v]] + parts->place[v]] = a->diagonal[v];
  lip_block_matrix_taken(a->matrix, diagonal, taken);
  for (size_t v = 0; v < parts->variables; v++)
    a->taken[v] = taken[a->start[parts->part[v]] + parts->place[v]];
  lip_free(diagonal);
  return LIP_OK;
}

/* Everything up to the numbers. wrong  out  why the answer is no already, or NULL */
static lip_status prepare(assembly *a, const char **wrong, const lip_control *control,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  bool in_range = true;

  a->keeps = 2 * a->form->bytes <= MOST_KEPT;
  TRY(create_matrix(a, control, err));
  if (sizeof(double) * lip_block_matrix_most(a->matrix) > MOST_BYTES) {
    *wrong = "the matrix is too large";
    goto done;
  }
  TRY(create_arrays(a, err));
  begin(a);
  for (size_t b = 1; b <= a->form->blocks + 1; b++)
    TRY(visit(a, b, ERRORS, &in_range, control, err));
  if (!in_range) *wrong = "the numbers are out of range";
  for (size_t i = 0; in_range && i < a->partition.variables; i++) {
    a->slack[i] *= 1 + 1e-9;
    a->diagonal[i] = fmax(a->diagonal[i], 0) + a->slack[i];
  }
  TRY(find_taken(a, err));
done:
  return st;
}

/* The most that is taken off a diagonal entry, relative to its own part. */
static double most_taken(const assembly *a)
{
  double most = 0;

  for (size_t b = 0; b <= a->form->blocks + 1; b++)
    for (size_t i = 0; i < size_of(a, b); i++) {
      size_t at = a->form->block[b].offset + i;
      double own = own_multiplier(a, b, i) * a->scale[at] * a->scale[at];

      if (own > 0) most = fmax(most, (a->slack[at] + a->taken[at]) / own);
    }
  return most;
}

lip_status lip_sector_definite(lip_sector_form *form, const double *multipliers, double L,
                               lip_sector_verdict *verdict, const lip_control *control,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  assembly a = {.form = form, .multipliers = multipliers};
  bool runs = false;

  *verdict = (lip_sector_verdict){.reason = misfit(form, multipliers, L)};
  if (verdict->reason) goto done;
  a.square = fmin(lip_mul_down(L, L), DBL_MAX);
  if (!(a.square >= 1 / LARGEST_MULTIPLIER)) a.square = 0;
  if (a.square > LARGEST_MULTIPLIER) a.square = LARGEST_MULTIPLIER;
  TRY(prepare(&a, &verdict->reason, control, err));
  if (verdict->reason) goto done;
  verdict->given = most_taken(&a);
  take_off_diagonal(&a);
  TRY(eliminate(&a, &runs, control, err));
  verdict->proved = runs;
  if (!runs) verdict->reason = "the multipliers do not prove the claim";
done:
  clear(&a);
  return st;
}
