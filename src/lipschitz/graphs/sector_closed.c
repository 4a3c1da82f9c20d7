/* sector_closed.c - multipliers in closed form, block by block along the graph.

   Blocks are added in their order to a positive definite form F of the variables that later blocks
   still need, F = |y_0|^2 at first. With z = C y, y = c z + r w and |w_i| <= |z_i| the constraints
   leave F positive definite as long as C' diag(lambda r^2) C < F, for which lambda_i r_i^2 kappa <
   1 is enough, kappa the largest eigenvalue of C F^-1 C'. Of one neuron after one direction the
   Schur complement that remains for y is largest for lambda = 1 / (kappa r (r + |c|)), the choice
   for all; with a tilt, of the rows of C and z scaled by powers of their size. At the end L^2 = |D
   F^-1 D'|.

   For chains of ReLUs without tilt: ECLipsE-Fast (Xu and Sivaranjani, NeurIPS 2024, arXiv
   2404.04375).
   cost  a Cholesky factorisation of F for each block; F has the order of the variables that are
         needed at one time */
#include "lipschitz/graphs/sector_closed.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_sets.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/operator_norm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double MOST_KEPT = 2e9, KNOWN = 1e-5;
static const double LEAST = 1e-12; /* half a width, of the block's largest slope */

/* The form F: blocks `live`, one after the other, each with its place. */
typedef struct front {
  lip_sector_form *form;
  const double *multipliers;
  size_t lives, *live, *place; /* place: by block */
  size_t *last;                /* by block: the last one whose rows reach it */
  size_t order;
  double *F; /* order x order, the lower triangle */
} front;

static void front_clear(front *f)
{
  lip_free(f->live);
  lip_free(f->place);
  lip_free(f->last);
  lip_free(f->F);
}

static lip_status front_create(lip_sector_form *form, front *f, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t blocks = form->blocks + 1, d = form->block[0].size;

  *f = (front){.form = form, .lives = 1, .order = d};
  f->live = lip_alloc_zero(blocks, sizeof *f->live);
  f->place = lip_alloc_zero(blocks, sizeof *f->place);
  f->last = lip_alloc_zero(blocks, sizeof *f->last);
  f->F = lip_alloc_zero(d, d * sizeof *f->F);
  if (!f->live || !f->place || !f->last || !f->F) FAIL(LIP_ENOMEM, "a form of order %zu", d);
  for (size_t i = 0; i < d; i++) f->F[i * d + i] = 1;
  for (size_t b = 1; b <= blocks; b++)
    for (size_t c = 0; c < form->block[b].couplings; c++)
      f->last[form->block[b].coupling[c].from] = b;
done:
  return st;
}

double lip_sector_closed_room(const lip_sector_form *form)
{
  double most = 0;

  for (size_t b = 0; b <= form->blocks + 1; b++) {
    double live = 0, rows = (double)form->block[b].rows;

    for (size_t a = 0; a <= b && a <= form->blocks; a++) {
      bool needed = a == b;

      for (size_t e = b; e <= form->blocks + 1 && !needed; e++)
        for (size_t c = 0; c < form->block[e].couplings; c++)
          needed = needed || form->block[e].coupling[c].from == a;
      if (needed) live += (double)form->block[a].size;
    }
    most = fmax(most, live * (3 * live + rows));
  }
  return most;
}

/* ---- multipliers of one block ---- */

/* The rows of block b over the live variables, times F^(-1/2).  X  out  rows x order; owned by the
   caller. NULL with LIP_OK: F is not numerically definite. */
static lip_status whitened_rows(const front *f, size_t b, double **X, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_block *block = &f->form->block[b];
  size_t n = f->order;
  double *L = lip_alloc(n, n * sizeof *L), *rows = lip_alloc_zero(block->rows, n * sizeof *rows);

  *X = NULL;
  if (!L || !rows) FAIL(LIP_ENOMEM, "a form of order %zu", n);
  memcpy(L, f->F, n * n * sizeof *L);
  if (!lip_cholesky(n, L)) goto done;
  for (size_t c = 0; c < block->couplings; c++) {
    size_t from = block->coupling[c].from, size = f->form->block[from].size;

    for (size_t i = 0; i < block->rows; i++)
      memcpy(rows + i * n + f->place[from], block->coupling[c].C + i * size, size * sizeof *rows);
  }
  lip_cholesky_whiten(n, L, block->rows, rows);
  *X = rows;
  rows = NULL;
done:
  lip_free(rows);
  lip_free(L);
  return st;
}

/* The largest eigenvalue of X X'. */
static lip_status largest_square(size_t rows, size_t n, const double *X, double *value,
                                 const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_operator_norm norm;

  TRY(lip_operator_norm_of(rows, n, X, &norm, control, err));
  *value = norm.value * norm.value * (1 + 2 * norm.error);
done:
  return st;
}

/* Scales row i of X by |row i|^-tilt, and says so in `size`. */
static void tilt_rows(size_t rows, size_t n, double *X, double tilt, double *size)
{
  for (size_t i = 0; i < rows; i++) {
    double length = lip_norm(n, X + i * n);

    size[i] = tilt > 0 && length > 0 ? pow(fmax(length, 1e-6), tilt) : 1;
    for (size_t j = 0; size[i] != 1 && j < n; j++) X[i * n + j] /= size[i];
  }
}

/* lambda of one constraint, for kappa of its own rows.
   most   in  how much of F constraints that could take all of it may take
   least  in  a width of less counts as this much: the multiplier is in range then */
static double choose(const lip_sector_block *block, size_t i, double kappa, double most,
                     double least)
{
  double low = block->low ? block->low[i] : 0, high = block->high ? block->high[i] : 0.5;
  double c = fabs(low + high) / 2, r = (high - low) / 2;

  if (block->kind == LIP_SECTOR_LARGEST) {
    double k = (double)(block->window[i + 1] - block->window[i]);

    return most * k / (k - 1) / kappa;
  }
  r = fmax(fmax(r, least), KNOWN * fmax(c, r));
  return (c < 0.01 * r ? most : 1) / (kappa * r * (r + c));
}

/* Of all entries of a block. */
static double largest_slope(const lip_sector_block *block)
{
  double largest = 0;

  for (size_t i = 0; block->low && i < block->size; i++)
    largest = fmax(largest, fmax(fabs(block->low[i]), fabs(block->high[i])));
  return largest;
}

/* In how many windows an entry is, at most. */
static double most_windows(const lip_sector_block *block, double *count)
{
  double most = 1;

  if (block->kind != LIP_SECTOR_LARGEST) return 1;
  memset(count, 0, block->rows * sizeof *count);
  for (size_t l = 0; l < block->window[block->size]; l++)
    most = fmax(most, count[block->member[l]] += 1);
  return most;
}

static lip_status choose_all(const front *f, size_t b, double tilt, double *lambda, bool *definite,
                             const lip_control *control, lip_error *err)
{
  static const double SPARE = 1 + 1e-10;
  lip_status st = LIP_OK;
  const lip_sector_block *block = &f->form->block[b];
  size_t rows = block->rows;
  double *X = NULL, *size = lip_alloc(rows, sizeof *size), kappa, most = 0.999;
  double least = LEAST * largest_slope(block);

  if (!size) FAIL(LIP_ENOMEM, "%zu rows", rows);
  TRY(whitened_rows(f, b, &X, err));
  *definite = X != NULL;
  if (!X) goto done;
  if (block->kind != LIP_SECTOR_SLOPES) tilt = 0;
  tilt_rows(rows, f->order, X, tilt, size);
  TRY(largest_square(rows, f->order, X, &kappa, control, err));
  kappa *= SPARE * most_windows(block, X);
  if (!(kappa > 1e-30)) kappa = 1e-30;
  for (size_t c = 0; c < block->couplings; c++)
    if (f->last[block->coupling[c].from] > b) most = 0.5;
  for (size_t i = 0; i < block->multipliers; i++) {
    double own = size[block->kind == LIP_SECTOR_SLOPES ? i : 0];

    lambda[i] = choose(block, i, kappa * own * own, most, least);
  }
done:
  lip_free(X);
  lip_free(size);
  return st;
}

/* ---- F with one block more, less those that are needed no more ---- */

/* F with the variables of block b after the others. */
static lip_status extend(front *f, size_t b, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_block *block = &f->form->block[b];
  const double *lambda = f->multipliers + block->first;
  size_t n = f->order, more = n + block->size;
  double *F = lip_alloc_zero(more, more * sizeof *F);

  if (!F) FAIL(LIP_ENOMEM, "a form of order %zu", more);
  for (size_t i = 0; i < n; i++) memcpy(F + i * more, f->F + i * n, (i + 1) * sizeof *F);
  for (size_t i = 0; i < block->size; i++)
    F[(n + i) * (more + 1)] = lambda[block->kind == LIP_SECTOR_SOFTMAX ? 0 : i];
  lip_free(f->F);
  f->F = F;
  f->order = more;
  f->place[b] = n;
  f->live[f->lives++] = b;
done:
  return st;
}

/* What a set adds to F. */
static lip_status add_set(front *f, const lip_sector_set *set, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = f->order, widest = 1;
  double *scaled = NULL;

  for (size_t c = 0; c < set->couplings; c++) {
    size_t size = f->form->block[set->coupling[c].from].size;

    widest = size > widest ? size : widest;
  }
  scaled = lip_alloc(set->rows, widest * sizeof *scaled);
  if (!scaled) FAIL(LIP_ENOMEM, "%zu rows", set->rows);
  for (size_t c = 0; c < set->couplings; c++) {
    const lip_coupling *left = &set->coupling[c];
    size_t size = f->form->block[left->from].size, at = f->place[left->from];

    for (size_t i = 0; set->cross && i < set->rows; i++)
      for (size_t j = 0; j < size; j++)
        f->F[(f->place[set->target] + i) * n + at + j] += set->cross[i] * left->C[i * size + j];
    for (size_t i = 0; set->squares && i < set->rows; i++)
      for (size_t j = 0; j < size; j++) scaled[i * size + j] = set->q[i] * left->C[i * size + j];
    for (size_t e = 0; set->squares && e <= c; e++) {
      const lip_coupling *right = &set->coupling[e];
      size_t columns = f->form->block[right->from].size;

      lip_dgemm(true, false, size, columns, set->rows, 1, scaled, size, right->C, columns, 1,
                f->F + at * n + f->place[right->from], n);
    }
  }
done:
  lip_free(scaled);
  return st;
}

/* F <- the Schur complement of the blocks that come after b. */
static lip_status forget(front *f, size_t b, bool *definite, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = f->order, dead = 0, kept, lives = 0, next = 0;
  size_t *order = lip_alloc(n, sizeof *order);
  double *A = NULL, *B = NULL, *C = NULL;

  if (!order) FAIL(LIP_ENOMEM, "%zu variables", n);
  for (int live = 0; live < 2; live++) {
    for (size_t l = 0; l < f->lives; l++) {
      size_t block = f->live[l];

      if ((f->last[block] > b) != (live == 1)) continue;
      for (size_t i = 0; i < f->form->block[block].size; i++) order[next++] = f->place[block] + i;
    }
    if (live == 0) dead = next;
  }
  if (dead == 0) goto done;
  kept = n - dead;
  A = lip_alloc_zero(dead, dead * sizeof *A);
  B = lip_alloc(kept, dead * sizeof *B);
  C = lip_alloc_zero(kept, kept * sizeof *C);
  if (!A || !B || !C) FAIL(LIP_ENOMEM, "a form of order %zu", n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i || j < dead; j++) {
      size_t p = order[i], q = order[j];
      double entry = p >= q ? f->F[p * n + q] : f->F[q * n + p];

      if (j >= n) break;
      if (i < dead && j <= i) A[i * dead + j] = entry;
      if (i >= dead && j < dead) B[(i - dead) * dead + j] = entry;
      if (j >= dead && j <= i) C[(i - dead) * kept + j - dead] = entry;
    }
  *definite = lip_cholesky(dead, A);
  if (!*definite) goto done;
  if (kept > 0) {
    lip_cholesky_whiten(dead, A, kept, B);
    lip_dsyrk(false, kept, dead, -1, B, dead, 1, C, kept);
  }
  lip_free(f->F);
  f->F = C;
  C = NULL;
  f->order = kept;
  next = 0;
  for (size_t l = 0; l < f->lives; l++) {
    size_t block = f->live[l];

    if (f->last[block] <= b) continue;
    f->live[lives++] = block;
    f->place[block] = next;
    next += f->form->block[block].size;
  }
  f->lives = lives;
done:
  lip_free(order);
  lip_free(A);
  lip_free(B);
  lip_free(C);
  return st;
}

static lip_status add_block(front *f, size_t b, double tilt, double *multipliers, bool *definite,
                            const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_set set[2] = {{0}, {0}};
  size_t sets = 0;

  TRY(choose_all(f, b, tilt, multipliers + f->form->block[b].first, definite, control, err));
  if (!*definite) goto done;
  TRY(extend(f, b, err));
  TRY(lip_sector_sets(f->form, b, multipliers, set, &sets, err));
  for (size_t i = 0; i < sets; i++) TRY(add_set(f, &set[i], err));
  TRY(forget(f, b, definite, err));
done:
  for (size_t i = 0; i < sets; i++) lip_sector_set_clear(&set[i]);
  return st;
}

/* L^2 = the largest eigenvalue of D F^-1 D'. */
static lip_status finish(const front *f, double *square, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t b = f->form->blocks + 1, rows = f->form->block[b].rows;
  double *X = NULL;

  *square = INFINITY;
  TRY(whitened_rows(f, b, &X, err));
  if (X) TRY(largest_square(rows, f->order, X, square, control, err));
done:
  lip_free(X);
  return st;
}

lip_status lip_sector_closed(lip_sector_form *form, double tilt, double *multipliers, double *value,
                             const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  bool keeps = 2 * form->bytes <= MOST_KEPT, definite = true;
  double square = INFINITY;
  front f;

  TRY(front_create(form, &f, err));
  f.multipliers = multipliers;
  for (size_t b = 1; b <= form->blocks + 1 && definite; b++) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    TRY(lip_sector_form_fill(form, b, control, err));
    if (b <= form->blocks)
      TRY(add_block(&f, b, tilt, multipliers, &definite, control, err));
    else
      TRY(finish(&f, &square, control, err));
    if (!keeps) lip_sector_form_release(form, b);
  }
  *value = definite ? sqrt(square) : INFINITY;
  for (size_t i = 0; definite && isfinite(square) && i < form->multipliers; i++)
    multipliers[i] *= square;
done:
  front_clear(&f);
  return st;
}
