/* upper_bilinear.c - the norms 1 and inf from above: multipliers for certificate/proof_bilinear.c.

   For each block the matrix U, (k + 1) x q, and the low-rank form of Grothendieck's relaxation:
   maximise sum U_le <x_l, y_e> over unit vectors, by turns x_l <- U_l Y / |.|, y_e <- U_e' X / |.|
   (coordinate ascent, as the mixing method of Wang, Chang and Kolter, 2017). At a fixed point the
   lengths are the multipliers; what is missing to definiteness is made up by a common factor, the
   largest singular value of diag(lambda)^-1/2 U diag(mu)^-1/2. Blocks whose plain bound sum |U| is
   below the largest bound found need no multipliers. Cost: some hundred products with U times the
   rank for each block that is asked. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/slope_range.h"
#include "linalg/dgemm.h"
#include "linalg/operator_norm.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TURNS = 400, LARGEST_RANK = 40 };
static const double SETTLED = 1e-9; /* relative growth of a turn at which the ascent ends */
static const double SPARE = 1e-10;  /* by which the proposed multipliers are definite, relative */
static const double SMALLEST = 1e-290;  /* of multipliers that are found by iteration */
static const double MOST_ENTRIES = 5e7; /* of all blocks' U together: above that, plain bounds */

typedef struct forms {
  const lip_claim *claim;
  size_t k, q, count, rank;
  double *middle, *half; /* k */
  double *M;             /* m x d */
  double *U;             /* (k + 1) x q, of the block under way */
  double *X, *Y;         /* (k + 1) x rank, q x rank */
  double *scaled;        /* as U */
} forms;

static void forms_clear(forms *f)
{
  lip_free(f->middle);
  lip_free(f->half);
  lip_free(f->M);
  lip_free(f->U);
  lip_free(f->X);
  lip_free(f->Y);
  lip_free(f->scaled);
}

static lip_status forms_create(const lip_claim *claim, forms *f, bool *finite, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k, d = claim->d, m = claim->m;
  size_t balls = claim->domain.count > 0 ? claim->domain.count : 1;
  bool rows = claim->norm == LIP_NORM_INF;
  size_t q = rows ? d : m, rank = (size_t)sqrt(2 * (double)(k + 1 + q)) + 1;
  double *low = lip_alloc(4 * k, sizeof *low), *scaled = lip_alloc(k, d * sizeof *scaled);

  *f = (forms){.claim = claim, .k = k, .q = q, .count = rows ? m : d};
  f->rank = rank < LARGEST_RANK ? rank : LARGEST_RANK;
  f->middle = lip_alloc(k, sizeof *f->middle);
  f->half = lip_alloc(k, sizeof *f->half);
  f->M = lip_alloc(m, d * sizeof *f->M);
  f->U = lip_alloc(k + 1, q * sizeof *f->U);
  f->scaled = lip_alloc(k + 1, q * sizeof *f->scaled);
  f->X = lip_alloc(k + 1, f->rank * sizeof *f->X);
  f->Y = lip_alloc(q, f->rank * sizeof *f->Y);
  if (!low || !scaled || !f->middle || !f->half || !f->M || !f->U || !f->scaled || !f->X || !f->Y)
    FAIL(LIP_ENOMEM, "bilinear forms of %zu x %zu", k + 1, q);
  lip_claim_slopes(claim, 0, low, low + k);
  for (size_t ball = 1; ball < balls; ball++) {
    lip_claim_slopes(claim, ball, low + 2 * k, low + 3 * k);
    for (size_t l = 0; l < k; l++) low[l] = fmin(low[l], low[2 * k + l]);
    for (size_t l = 0; l < k; l++) low[k + l] = fmax(low[k + l], low[3 * k + l]);
  }
  *finite = true;
  for (size_t l = 0; l < k; l++) {
    f->middle[l] = (low[l] + low[k + l]) / 2;
    f->half[l] = (low[k + l] - low[l]) / 2;
    *finite = *finite && isfinite(f->middle[l]) && isfinite(f->half[l]);
    for (size_t j = 0; j < d; j++) scaled[l * d + j] = f->middle[l] * claim->W[l * d + j];
  }
  if (*finite) lip_dgemm(false, false, m, d, k, 1, claim->A, k, scaled, d, 0, f->M, d);
done:
  lip_free(scaled);
  lip_free(low);
  return st;
}

/* U of a block; returns sum |U|. */
static double form_block(forms *f, size_t block)
{
  const lip_claim *claim = f->claim;
  bool rows = claim->norm == LIP_NORM_INF;
  size_t d = claim->d;
  double sum = 0;

  for (size_t e = 0; e < f->q; e++) f->U[e] = rows ? f->M[block * d + e] : f->M[e * d + block];
  for (size_t l = 0; l < f->k; l++) {
    double *row = f->U + (l + 1) * f->q;

    for (size_t e = 0; e < f->q; e++) {
      size_t i = rows ? block : e, j = rows ? e : block;

      row[e] = f->half[l] * claim->A[i * f->k + l] * claim->W[l * d + j];
    }
  }
  for (size_t at = 0; at < (f->k + 1) * f->q; at++) sum += fabs(f->U[at]);
  return sum;
}

/* Rows of `vectors` to unit length; their lengths into `lengths`; returns the sum of them. */
static double normalise(size_t count, size_t rank, double *vectors, double *lengths)
{
  double sum = 0;

  for (size_t i = 0; i < count; i++) {
    double *v = vectors + i * rank;

    lengths[i] = lip_norm(rank, v);
    sum += lengths[i];
    if (lengths[i] > 0)
      for (size_t j = 0; j < rank; j++) v[j] /= lengths[i];
    else
      v[0] = 1;
  }
  return sum;
}

static void ascend(forms *f, double *row, double *column, const lip_control *control)
{
  size_t n = f->k + 1, q = f->q, r = f->rank;
  double before = 0;

  lip_random_normal((lip_stream){0, LIP_FOR_STARTS}, 0, q * r, f->Y);
  (void)normalise(q, r, f->Y, column);
  for (int turn = 0; turn < MOST_TURNS && !lip_stopped(control); turn++) {
    double now;

    lip_dgemm(false, false, n, r, q, 1, f->U, q, f->Y, r, 0, f->X, r);
    (void)normalise(n, r, f->X, row);
    lip_dgemm(true, false, q, r, n, 1, f->U, q, f->X, r, 0, f->Y, r);
    now = normalise(q, r, f->Y, column);
    if (now <= before * (1 + SETTLED)) break;
    before = now;
  }
}

/* Makes the multipliers definite; returns half their sum. */
static lip_status complete(forms *f, double *row, double *column, double *bound,
                           const lip_control *control, lip_error *err)
{
  size_t n = f->k + 1, q = f->q;
  lip_operator_norm norm;
  double largest = fmax(lip_largest(n, row), lip_largest(q, column)), sum = 0;
  lip_status st = LIP_OK;

  if (!(largest * 1e-9 > SMALLEST)) { /* a dominant diagonal: slopes that all but vanish */
    double entries = 0;

    for (size_t i = 0; i < n * q; i++) entries += fabs(f->U[i]);
    entries = entries > 0 ? fmax(2 * entries, SMALLEST) : 0;
    for (size_t l = 0; l < n; l++) row[l] = entries;
    for (size_t e = 0; e < q; e++) column[e] = entries;
    *bound = entries * (double)(n + q) / 2;
    return st;
  }
  for (size_t l = 0; l < n; l++) row[l] = fmax(row[l], largest * 1e-9);
  for (size_t e = 0; e < q; e++) column[e] = fmax(column[e], largest * 1e-9);
  for (size_t l = 0; l < n; l++)
    for (size_t e = 0; e < q; e++)
      f->scaled[l * q + e] = f->U[l * q + e] / sqrt(row[l]) / sqrt(column[e]);
  TRY(lip_operator_norm_of(n, q, f->scaled, &norm, control, err));
  norm.value *= 1 + norm.error + SPARE;
  /* The errors of M are those of its largest entries: a share of the largest multiplier covers
   * them. */
  for (size_t l = 0; l < n; l++) sum += row[l] = row[l] * norm.value + 1e-11 * largest;
  for (size_t e = 0; e < q; e++) sum += column[e] = column[e] * norm.value + 1e-11 * largest;
  *bound = sum / 2;
done:
  return st;
}

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

/* The blocks asked, as arrays. multipliers: for each one k + 1 + q numbers, in the order of
   `asked` before it is sorted by block; `bound` of each holds that place. */
static lip_status propose(const forms *f, size_t n, plain_bound *asked, const double *multipliers,
                          lip_finding *finding, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows = f->k + 1, each = rows + f->q;
  double *block, *row, *column;

  finding->proof.kind = &lip_proof_bilinear;
  if (n == 0) goto done;
  TRY(lip_proof_add(&finding->proof, "block", 1, (size_t[]){n}, &block, err));
  TRY(lip_proof_add(&finding->proof, "row_multipliers", 2, (size_t[]){n, rows}, &row, err));
  TRY(lip_proof_add(&finding->proof, "column_multipliers", 2, (size_t[]){n, f->q}, &column, err));
  for (size_t i = 0; i < n; i++) asked[i].bound = (double)i;
  qsort(asked, n, sizeof *asked, in_order);
  for (size_t i = 0; i < n; i++) {
    const double *from = multipliers + (size_t)asked[i].bound * each;

    block[i] = (double)asked[i].block;
    memcpy(row + i * rows, from, rows * sizeof *row);
    memcpy(column + i * f->q, from + rows, f->q * sizeof *column);
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
  forms f = {.k = 0};
  plain_bound *order = NULL;
  double *multipliers = NULL, best = 0;
  bool finite = false;
  size_t n = 0, each;

  (void)steepest;
  TRY(forms_create(claim, &f, &finite, err));
  each = f.k + 1 + f.q;
  if (!finite) goto done;
  order = lip_alloc(f.count, sizeof *order);
  if (!order) FAIL(LIP_ENOMEM, "%zu blocks", f.count);
  for (size_t i = 0; i < f.count; i++) order[i] = (plain_bound){form_block(&f, i), i};
  qsort(order, f.count, sizeof *order, largest_first);
  if ((double)f.count * (double)each < MOST_ENTRIES)
    multipliers = lip_alloc(f.count, each * sizeof *multipliers);
  for (n = 0; multipliers && n < f.count && order[n].bound > best; n++) {
    double *row = multipliers + n * each, bound;

    if (lip_stopped(control)) break;
    (void)form_block(&f, order[n].block);
    ascend(&f, row, row + f.k + 1, control);
    TRY(complete(&f, row, row + f.k + 1, &bound, control, err));
    if (bound >= order[n].bound) break; /* nothing gained: this block and the rest stay plain */
    best = fmax(best, bound);
    lip_tell(control, (double)n / (double)f.count);
  }
  if (n < f.count) best = fmax(best, order[n].bound);
  TRY(propose(&f, n, order, multipliers, finding, err));
  finding->value = ldexp(best, claim->W_exponent + claim->A_exponent);
  finding->found = true;
done:
  if (st == LIP_EINTERRUPT) st = LIP_OK;
  lip_free(multipliers);
  lip_free(order);
  forms_clear(&f);
  return st;
}

const lip_method lip_upper_bilinear = {
    "bilinear", "Grothendieck's semidefinite relaxation of bilinear forms in signs", applies, run};
