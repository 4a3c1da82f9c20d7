/* proof_bilinear.c - the norms 1 and inf: bilinear forms in signs, bounded by Grothendieck's
   relaxation.

   With middles c and half widths r of the slopes, J = M + sum t_l r_l A_l w_l', |t_l| <= 1. From
   inf to inf |J| is the largest l1 norm of a row (m blocks of d entries), from 1 to 1 that of a
   column (d blocks of m entries). The l1 norm of a block is at most the largest t' U s over signs
   t_0 ... t_k, s_1 ... s_q; the rows of U: the block of M, then those of r_l A_l w_l'. If

       [ diag(lambda)   -U       ]
       [ -U'            diag(mu) ] >= 0   then   t' U s <= (sum lambda + sum mu) / 2.

   Without multipliers the block's bound is sum |U|. Arrays, all about the scaled W and A: `block`
   (n,) ascending, `row_multipliers` (n, k + 1), `column_multipliers` (n, q); or none of them.
   Cost: (k + 1 + q)^3 / 3 for each block listed. */
#include "certificate/proof.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <stdio.h>
#include <string.h>

static const double CUSHION = 1e-290; /* above every underflow: numbers here are of size 1 */

typedef struct blocks {
  const lip_claim *claim;
  size_t k, q, count;    /* rows of U but one, columns of U, blocks */
  double *middle, *half; /* k each */
  double *M, *M_error;   /* m x d; one bound for each row of M: uniform over its entries */
  double *low, *scaled;  /* k; k x d: diag(middle) W */
  double *H, *slack;     /* of one block: order^2, order, order = k + 1 + q; NULL until asked for */
} blocks;

static void blocks_clear(blocks *b)
{
  lip_free(b->middle);
  lip_free(b->half);
  lip_free(b->M);
  lip_free(b->M_error);
  lip_free(b->low);
  lip_free(b->scaled);
  lip_free(b->H);
  lip_free(b->slack);
}

/* Middles and half widths of the slopes over the domain (around data: over all balls), such that
   middle +- half contains them. */
static bool form_slopes(blocks *b)
{
  const lip_claim *claim = b->claim;
  size_t k = b->k, balls = claim->domain.count > 0 ? claim->domain.count : 1;
  double *low = b->middle, *high = b->half;

  for (size_t ball = 0; ball < balls; ball++) {
    lip_claim_slopes(claim, ball, ball ? b->low : low, ball ? b->scaled : high);
    for (size_t l = 0; ball && l < k; l++) {
      low[l] = fmin(low[l], b->low[l]);
      high[l] = fmax(high[l], b->scaled[l]);
    }
  }
  for (size_t l = 0; l < k; l++) {
    double c = low[l] / 2 + high[l] / 2;
    double r = fmax(lip_add_up(high[l], -c), lip_add_up(c, -low[l]));

    if (!isfinite(c) || !isfinite(r)) return false;
    if (low[l] == high[l]) c = low[l], r = 0;
    b->middle[l] = c;
    b->half[l] = r;
  }
  return true;
}

/* M = A diag(middle) W; the error of an entry of row i is at most gamma |A_i o c|_1 (|w| <= 1), and
   what the radii leave open. */
static void form_M(blocks *b)
{
  const lip_claim *claim = b->claim;
  size_t k = b->k, d = claim->d, m = claim->m;
  double gamma = lip_gamma(k + 4);

  for (size_t l = 0; l < k; l++)
    for (size_t j = 0; j < d; j++) b->scaled[l * d + j] = b->middle[l] * claim->W[l * d + j];
  lip_dgemm(false, false, m, d, k, 1, claim->A, k, b->scaled, d, 0, b->M, d);
  for (size_t i = 0; i < m; i++) {
    double sum = 0, open = CUSHION;

    for (size_t l = 0; l < k; l++) {
      double c = fabs(b->middle[l]);

      sum = lip_add_up(sum, lip_mul_up(c, fabs(claim->A[i * k + l])));
      open = lip_add_up(open, lip_mul_up(c, claim->A_radius[i * k + l]));
      open = lip_add_up(open, lip_mul_up(2 * c, claim->W_radius));
      open = lip_add_up(open, lip_mul_up(c, CUSHION));
    }
    b->M_error[i] = lip_add_up(lip_mul_up(gamma, sum), open);
  }
}

static lip_status blocks_create(const lip_claim *claim, blocks *b, bool *finite, lip_error *err)
{
  size_t k = claim->k, d = claim->d, m = claim->m;
  bool rows = claim->norm == LIP_NORM_INF;

  *b = (blocks){.claim = claim, .k = k, .q = rows ? d : m, .count = rows ? m : d};
  b->middle = lip_alloc(k, sizeof *b->middle);
  b->half = lip_alloc(k, sizeof *b->half);
  b->M = lip_alloc(m, d * sizeof *b->M);
  b->M_error = lip_alloc(m, sizeof *b->M_error);
  b->low = lip_alloc(k, sizeof *b->low);
  b->scaled = lip_alloc(k, d * sizeof *b->scaled);
  if (!b->middle || !b->half || !b->M || !b->M_error || !b->low || !b->scaled)
    return lip_fail(err, LIP_ENOMEM, "%zu x %zu weights", k, d);
  *finite = form_slopes(b);
  if (*finite) form_M(b);
  return LIP_OK;
}

/* Entry (l, e) of U of a block, l = 0 the block of M; and a bound on its error. */
static double entry(const blocks *b, size_t block, size_t l, size_t e, double *error)
{
  const lip_claim *claim = b->claim;
  bool rows = claim->norm == LIP_NORM_INF;
  size_t i = rows ? block : e, j = rows ? e : block;
  double a, w, value;

  if (l == 0) {
    *error = b->M_error[i];
    return b->M[i * claim->d + j];
  }
  l--;
  a = claim->A[i * b->k + l];
  w = claim->W[l * claim->d + j];
  value = b->half[l] * a * w;
  *error = lip_add_up(lip_mul_up(fabs(value), 0x1p-51), CUSHION);
  *error = lip_add_up(*error, lip_mul_up(b->half[l], lip_mul_up(2, claim->A_radius[i * b->k + l])));
  *error = lip_add_up(*error, lip_mul_up(b->half[l], lip_mul_up(2, claim->W_radius)));
  return b->half[l] == 0 ? (*error = 0) : value;
}

/* sum |U| */
static double plain_bound(const blocks *b, size_t block)
{
  double sum = 0, error;

  for (size_t l = 0; l <= b->k; l++)
    for (size_t e = 0; e < b->q; e++) {
      double value = fabs(entry(b, block, l, e, &error));

      sum = lip_add_up(sum, lip_add_up(value, error));
    }
  return sum;
}

/* Is the matrix of these multipliers certainly semidefinite, and half their sum at most `limit`? */
static lip_status test(blocks *b, size_t block, const double *row, const double *column,
                       double limit, lip_verdict *verdict, lip_error *err)
{
  size_t n = b->k + 1 + b->q, k = b->k;
  double sum = 0, error, given = 0;

  if (!b->H) b->H = lip_alloc(n, n * sizeof *b->H);
  if (!b->slack) b->slack = lip_alloc(n, sizeof *b->slack);
  if (!b->H || !b->slack) return lip_fail(err, LIP_ENOMEM, "a matrix of order %zu", n);
  memset(b->H, 0, n * n * sizeof *b->H);
  memset(b->slack, 0, n * sizeof *b->slack);
  for (size_t l = 0; l < n; l++) {
    double multiplier = l <= k ? row[l] : column[l - k - 1];

    if (!(multiplier >= 0)) return LIP_OK;
    sum = lip_add_up(sum, multiplier);
    b->H[l * n + l] = multiplier;
  }
  for (size_t e = 0; e < b->q; e++)
    for (size_t l = 0; l <= k; l++) {
      b->H[(k + 1 + e) * n + l] = -entry(b, block, l, e, &error);
      b->slack[k + 1 + e] = lip_add_up(b->slack[k + 1 + e], error);
      b->slack[l] = lip_add_up(b->slack[l], error);
    }
  for (size_t l = 0; l < n; l++)
    if (b->H[l * n + l] > 0) verdict->margin = fmax(verdict->margin, b->slack[l] / b->H[l * n + l]);
  verdict->proved = sum / 2 <= limit && lip_certainly_semidefinite(n, b->H, b->slack, &given);
  verdict->margin = lip_add_up(verdict->margin, given);
  return LIP_OK;
}

static const char *misfit(const lip_claim *claim, const lip_proof *proof, size_t n)
{
  const lip_array *block = lip_proof_array(proof, "block");
  const lip_array *row = lip_proof_array(proof, "row_multipliers");
  const lip_array *column = lip_proof_array(proof, "column_multipliers");
  size_t q = claim->norm == LIP_NORM_INF ? claim->d : claim->m;

  if (claim->norm == LIP_NORM_2) return "the proof is for the norms 1 and inf";
  if (proof->count != (n > 0 ? 3 : 0)) return "the arrays are not those of this proof";
  if (n == 0) return NULL;
  if (!row || !column || block->rank != 1 || row->rank != 2 || column->rank != 2 ||
      row->shape[0] != n || row->shape[1] != claim->k + 1 || column->shape[0] != n ||
      column->shape[1] != q)
    return "the multipliers have other shapes than the network asks for";
  return NULL;
}

static lip_status verify(const lip_claim *claim, const lip_proof *proof, double upper,
                         lip_verdict *verdict, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_array *block = lip_proof_array(proof, "block");
  const lip_array *row = lip_proof_array(proof, "row_multipliers");
  const lip_array *column = lip_proof_array(proof, "column_multipliers");
  size_t n = block ? block->count : 0, at = 0;
  const char *wrong = misfit(claim, proof, n);
  double limit = lip_claim_scale_down(claim, upper);
  blocks b = {.k = 0};
  bool finite = false;

  *verdict = (lip_verdict){.proved = false};
  if (wrong) goto refuse;
  TRY(blocks_create(claim, &b, &finite, err));
  wrong = "the slopes are not bounded on the domain";
  if (!finite) goto refuse;
  for (size_t i = 0; i < b.count; i++) {
    bool listed = at < n && block->values[at] == (double)i;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    verdict->proved = false;
    if (listed)
      TRY(test(&b, i, row->values + at * (b.k + 1), column->values + at * b.q, limit, verdict,
               err));
    else
      verdict->proved = plain_bound(&b, i) <= limit;
    at += listed;
    wrong = "the multipliers of a block do not prove the bound";
    if (!verdict->proved) goto refuse;
  }
  wrong = "blocks are not in ascending order";
  if (at != n) goto refuse;
  verdict->proved = true;
  verdict->margin = lip_add_up(verdict->margin, 1e-15);
  goto done;
refuse:
  verdict->proved = false;
  (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", wrong);
done:
  blocks_clear(&b);
  return st;
}

const lip_proof_kind lip_proof_bilinear = {
    "bilinear", "Grothendieck's semidefinite relaxation of bilinear forms in signs", verify};
