/* flattening.c - the matrix flattening of the form of a network of powers, through Gram matrices.

   u . grad f(x) = p sum_l a_l (w_l.x + b_l)^(p-1) (w_l.u). With h_l = (w_l, b_l / R) and X = (x, R)
   this is p <F, X^(p-1) (x) u>, so that on |x| <= R

     |u . grad f(x)| <= p |X|^(p-1) |u| |F|_op,   F = sum_l a_l h_l^(i) (h_l^(j) (x) w_l),

   h^(i) the i-fold tensor power, i + j = p - 1, i = floor(p / 2); |X| is R without biases, else
   sqrt(2) R (two-layer paper, appendix A; theory.md B14, B15: the operator norm of a tensor is at
   most that of a flattening). F = P' D Q, D = diag(a), has |F|^2 = largest eigenvalue of C N with
   C = QQ' = (HH')^j o WW' and N = D PP' D, PP' = (HH')^i, powers entry by entry: nothing of size
   d^p is formed. That eigenvalue grows with C and with N in the semidefinite order, so errors are
   covered by adding the sums of their rows to the diagonals. Cost: k^2 (d + 20 p). */
#include "certificate/two_layers/flattening.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/verified.h"

#include <string.h>

static const double CUSHION = 1e-290; /* above every underflow: numbers here are of size 1 */

static unsigned power_of(lip_activation psi)
{
  return psi.kind == LIP_SQUARE ? 2 : psi.kind == LIP_POWER ? (unsigned)psi.slope : 0;
}

bool lip_flattening_applies(const lip_claim *claim)
{
  return power_of(claim->psi) >= 2 && claim->m == 1 && claim->norm == LIP_NORM_2 &&
         isfinite(lip_domain_radius(claim->domain, claim->d));
}

static lip_interval whole_power(lip_interval t, unsigned exponent)
{
  lip_interval result = lip_interval_of(1);

  for (unsigned i = 0; i < exponent; i++) result = lip_interval_mul(result, t);
  return result;
}

/* x +- radius */
static lip_interval around(double x, double radius)
{
  return (lip_interval){lip_add_down(x, -radius), lip_add_up(x, radius)};
}

/* Puts the middle of an entry into the matrix, and adds its radius to the sums of both rows. */
static void put(size_t k, double *matrix, double *sums, size_t l, size_t m, lip_interval entry)
{
  double middle = entry.low / 2 + entry.high / 2;
  double radius = fmax(lip_add_up(entry.high, -middle), lip_add_up(middle, -entry.low));

  matrix[l * k + m] = matrix[m * k + l] = middle;
  sums[l] = lip_add_up(sums[l], radius);
  if (l != m) sums[m] = lip_add_up(sums[m], radius);
}

typedef struct gram {
  double *WW;         /* k x k: W W', as computed */
  double *norm;       /* k: |w_l|, rounded up */
  lip_interval *beta; /* k: b_l / R, scaled as W */
  double *sums;       /* 2 k: of the rows' errors, of C and of N */
} gram;

static void gram_clear(gram *g)
{
  lip_free(g->WW);
  lip_free(g->norm);
  lip_free(g->beta);
  lip_free(g->sums);
}

static lip_status gram_create(const lip_claim *claim, double radius, gram *g, lip_error *err)
{
  size_t k = claim->k;

  g->WW = lip_alloc(k, k * sizeof *g->WW);
  g->norm = lip_alloc(k, sizeof *g->norm);
  g->beta = lip_alloc(k, sizeof *g->beta);
  g->sums = lip_alloc_zero(2 * k, sizeof *g->sums);
  if (!g->WW || !g->norm || !g->beta || !g->sums)
    return lip_fail(err, LIP_ENOMEM, "a Gram matrix of %zu neurons", k);
  lip_dgemm(false, true, k, k, claim->d, 1, claim->W, claim->d, claim->W, claim->d, 0, g->WW, k);
  lip_row_norms_up(k, claim->d, claim->W, g->norm);
  for (size_t l = 0; l < k; l++) {
    double beta = ldexp(claim->b[l], -claim->W_exponent) / radius;

    g->beta[l] = around(beta, lip_add_up(lip_mul_up(fabs(beta), 0x1p-52), CUSHION));
    if (claim->b[l] == 0) g->beta[l] = lip_interval_of(0);
  }
  return LIP_OK;
}

/* C and N, and on their diagonals what makes them larger than every matrix within the errors; a
   little more, so that C is definite enough for a test by floating-point Cholesky. */
static void form_matrices(const lip_claim *claim, const gram *g, lip_flattening *form)
{
  size_t k = form->k;
  unsigned i = form->power / 2, j = form->power - 1 - i;
  double gamma = lip_gamma(claim->d + 2), largest = 0;
  double spare = (double)(k + 8) * (double)(k + 8) * 0x1p-50;

  for (size_t l = 0; l < k; l++)
    for (size_t m = 0; m <= l; m++) {
      double error = lip_mul_up(gamma, lip_mul_up(g->norm[l], g->norm[m]));
      double open = lip_mul_up(4 * (double)claim->d, claim->W_radius);
      lip_interval w = around(g->WW[l * k + m], lip_add_up(lip_add_up(error, open), CUSHION));
      lip_interval h = lip_interval_add(w, lip_interval_mul(g->beta[l], g->beta[m]));
      lip_interval a = lip_interval_mul(around(claim->A[l], claim->A_radius[l]),
                                        around(claim->A[m], claim->A_radius[m]));

      put(k, form->C, g->sums, l, m, lip_interval_mul(whole_power(h, j), w));
      put(k, form->N, g->sums + k, l, m, lip_interval_mul(whole_power(h, i), a));
    }
  for (size_t l = 0; l < k; l++) largest = fmax(largest, form->C[l * k + l]);
  for (size_t l = 0; l < k; l++) {
    double *c = form->C + l * k + l, *n = form->N + l * k + l;

    *c = lip_add_up(*c, lip_add_up(g->sums[l], spare * largest));
    *n = lip_add_up(*n, g->sums[k + l]);
  }
}

lip_status lip_flattening_create(const lip_claim *claim, lip_flattening *form, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k;
  double radius = lip_domain_radius(claim->domain, claim->d);
  lip_interval length = lip_interval_of(radius);
  gram g = {NULL, NULL, NULL, NULL};
  lip_flattening made = {.k = k, .power = power_of(claim->psi)};
  int exponent = claim->A_exponent + (int)made.power * claim->W_exponent;

  made.C = lip_alloc(k, k * sizeof *made.C);
  made.N = lip_alloc(k, k * sizeof *made.N);
  if (!made.C || !made.N) FAIL(LIP_ENOMEM, "two matrices of order %zu", k);
  TRY(gram_create(claim, radius, &g, err));
  form_matrices(claim, &g, &made);
  for (size_t l = 0; l < k; l++)
    if (claim->b[l] != 0) length = around(lip_mul_up(radius, 1.4142135623730952), 0);
  made.factor = lip_mul_up(made.power, whole_power(length, made.power - 1).high);
  made.factor = lip_up(ldexp(made.factor, exponent)); /* an underflow too is rounded up */
  *form = made;
  made = (lip_flattening){.k = 0};
done:
  gram_clear(&g);
  lip_flattening_clear(&made);
  return st;
}

void lip_flattening_clear(lip_flattening *form)
{
  lip_free(form->C);
  lip_free(form->N);
  *form = (lip_flattening){.k = 0};
}
