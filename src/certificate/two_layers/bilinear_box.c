/* bilinear_box.c - norms 1 and inf: how large is a row or column of A diag(s) W, s in a box?

   Entries of U carry bounds of their errors: of a product of three numbers, or of a sum of such;
   zeros are exact. All signs are tried depth first, so that every sum has few terms. The matrix of
   the multipliers sigma^2, tau^2 is semidefinite where Z = diag(sigma)^-1 U diag(tau)^-1 has
   |Z|_op <= 1: with the error |dZ|_F of Z, where |Z|_op <= 1 - |dZ|_F, which is asked of the Gram
   matrix of its shorter side (linalg/verified.h). */
#include "certificate/two_layers/bilinear_box.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <string.h>

static const double CUSHION = 1e-290; /* above every underflow: numbers here are of size 1 */

lip_status lip_bilinear_box_create(const lip_claim *claim, lip_bilinear_box *box, lip_error *err)
{
  lip_status st = LIP_OK;
  bool rows = claim->norm == LIP_NORM_INF;
  size_t k = claim->k;
  lip_bilinear_box made = {
      .claim = claim, .blocks = rows ? claim->m : claim->d, .q = rows ? claim->d : claim->m};

  made.neuron = lip_alloc(k, sizeof *made.neuron);
  made.U = lip_alloc(2 * k + 3, made.q * sizeof *made.U);
  if (!made.neuron || !made.U) FAIL(LIP_ENOMEM, "a bilinear form of %zu x %zu", k + 1, made.q);
  made.E = made.U + (k + 1) * made.q;
  made.size = made.E + (k + 1) * made.q;
  *box = made;
  made = (lip_bilinear_box){.q = 0};
done:
  lip_bilinear_box_clear(&made);
  return st;
}

void lip_bilinear_box_clear(lip_bilinear_box *box)
{
  lip_free(box->neuron);
  lip_free(box->U);
  lip_free(box->H);
  memset(box, 0, sizeof *box);
}

static lip_status make_room(lip_bilinear_box *box, size_t doubles, lip_error *err)
{
  if (box->room >= doubles) return LIP_OK;
  lip_free(box->H);
  box->room = 0;
  box->H = lip_alloc(doubles, sizeof *box->H);
  if (!box->H) return lip_fail(err, LIP_ENOMEM, "a test of %zu numbers", doubles);
  box->room = doubles;
  return LIP_OK;
}

/* Adds factor A_l w_l of entry e of the block to *value, its size to *size, what underflow and the
   radii of A and W leave open to *error. False where it is exactly 0: nothing is added. */
static bool add_product(const lip_bilinear_box *box, size_t block, size_t l, size_t e,
                        double factor, double *value, double *size, double *error)
{
  const lip_claim *claim = box->claim;
  bool rows = claim->norm == LIP_NORM_INF;
  size_t i = rows ? block : e, j = rows ? e : block;
  double a = claim->A[i * claim->k + l], a_radius = claim->A_radius[i * claim->k + l];
  double w = claim->W[l * claim->d + j], w_radius = claim->W_radius, open = CUSHION, product;

  if (factor == 0 || (a == 0 && a_radius == 0) || (w == 0 && w_radius == 0)) return false;
  product = factor * a * w;
  if (a_radius > 0 || w_radius > 0) /* |a|, |w| <= 1 */
    open = lip_add_up(open, lip_mul_up(fabs(factor), 2 * (a_radius + w_radius)));
  *value += product;
  *size = lip_add_up(*size, fabs(product));
  *error = lip_add_up(*error, open);
  return true;
}

/* The next row of U. Returns whether there is anything in it. */
static bool form_row(lip_bilinear_box *box, size_t block, size_t neuron, double half)
{
  double *U = box->U + (box->f + 1) * box->q, *E = box->E + (box->f + 1) * box->q;
  bool any = false;

  for (size_t e = 0; e < box->q; e++) {
    double size = 0;

    U[e] = E[e] = 0;
    if (!add_product(box, block, neuron, e, half, &U[e], &size, &E[e])) continue;
    E[e] = lip_add_up(E[e], lip_mul_up(size, 0x1p-51));
    any = true;
  }
  return any;
}

bool lip_bilinear_box_form(lip_bilinear_box *box, size_t block, const double *low,
                           const double *high)
{
  size_t k = box->claim->k, q = box->q;
  double gamma = lip_gamma(k + 4);

  box->f = 0;
  memset(box->U, 0, q * sizeof *box->U);
  memset(box->E, 0, q * sizeof *box->E);
  memset(box->size, 0, q * sizeof *box->size);
  for (size_t l = 0; l < k; l++) {
    bool fixed = low[l] == high[l];
    double c = fixed ? low[l] : low[l] / 2 + high[l] / 2;
    double r = fixed ? 0 : fmax(lip_add_up(high[l], -c), lip_add_up(c, -low[l]));

    if (!isfinite(c) || !isfinite(r)) return false;
    for (size_t e = 0; e < q; e++)
      (void)add_product(box, block, l, e, c, &box->U[e], &box->size[e], &box->E[e]);
    if (!fixed && form_row(box, block, l, r)) box->neuron[box->f++] = l;
  }
  for (size_t e = 0; e < q; e++)
    if (box->size[e] > 0) box->E[e] = lip_add_up(box->E[e], lip_mul_up(gamma, box->size[e]));
  return true;
}

static bool is_zero(const lip_bilinear_box *box)
{
  for (size_t i = 0; i < (box->f + 1) * box->q; i++)
    if (box->U[i] != 0 || box->E[i] > 0) return false;
  return true;
}

double lip_bilinear_box_sizes(const lip_bilinear_box *box)
{
  double sum = 0;

  for (size_t i = 0; i < (box->f + 1) * box->q; i++)
    if (box->U[i] != 0 || box->E[i] > 0)
      sum = lip_add_up(sum, lip_add_up(fabs(box->U[i]), box->E[i]));
  return sum;
}

/* The largest l1 norm of partial + sum over i >= at of +- V_i, for vectors V_i of length n; row 0
   of `partial` is the sum so far, the others are scratch. */
static double largest_sum(size_t at, size_t count, size_t n, const double *V, size_t stride,
                          size_t step, double *partial)
{
  double best = 0, *next = partial + n;

  if (at == count) {
    for (size_t j = 0; j < n; j++) best += fabs(partial[j]);
    return best;
  }
  for (int sign = at == 0 ? 1 : -1; sign <= 1; sign += 2) { /* V_0 once: all may change sign */
    for (size_t j = 0; j < n; j++) next[j] = partial[j] + sign * V[at * stride + j * step];
    best = fmax(best, largest_sum(at + 1, count, n, V, stride, step, next));
  }
  return best;
}

lip_status lip_bilinear_box_signs(lip_bilinear_box *box, double *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows = box->f + 1, q = box->q;
  bool down = q <= rows; /* signs of the columns */
  size_t count = down ? q : rows, n = down ? rows : q;
  double sum = 0, error = 0;

  *bound = INFINITY;
  if (count > LIP_MOST_SIGNS) goto done;
  TRY(make_room(box, (count + 1) * n, err));
  memset(box->H, 0, n * sizeof *box->H);
  for (size_t i = 0; i < rows * q; i++) {
    sum = lip_add_up(sum, fabs(box->U[i]));
    error = lip_add_up(error, box->E[i]);
  }
  error = lip_add_up(error, lip_mul_up(lip_gamma(rows + q), sum));
  *bound = lip_add_up(largest_sum(0, count, n, box->U, down ? 1 : q, down ? q : 1, box->H), error);
  if (is_zero(box)) *bound = 0;
done:
  return st;
}

/* sigma <- roots of multipliers times `factor`, rounded down. False: one is no multiplier. */
static bool take_roots(size_t n, const double *multiplier, double factor, double *sigma)
{
  for (size_t i = 0; i < n; i++) {
    if (!(multiplier[i] >= 0 && multiplier[i] < INFINITY)) return false;
    sigma[i] = fmax(lip_down(sqrt(fmax(lip_mul_down(factor, multiplier[i]), 0))), 0);
  }
  return true;
}

/* Z, and a bound of |dZ|_F: infinite or NaN where a multiplier is 0 that must not be. */
static double scale(const lip_bilinear_box *box, const double *sigma, const double *tau, double *Z)
{
  size_t q = box->q;
  double squares = 0;

  for (size_t l = 0; l <= box->f; l++)
    for (size_t e = 0; e < q; e++) {
      double U = box->U[l * q + e], E = box->E[l * q + e], by = sigma[l] * tau[e], error;

      Z[l * q + e] = 0;
      if (U == 0 && E == 0) continue;
      if (!(by > CUSHION)) return INFINITY; /* no underflow, which has no relative error */
      Z[l * q + e] = U / by;
      error = lip_add_up(lip_mul_up(fabs(Z[l * q + e]), 0x1p-50), lip_mul_up(E / by, 1 + 0x1p-50));
      squares = lip_add_up(squares, lip_mul_up(error, error));
    }
  return lip_sqrt_up(squares);
}

/* size^2 - the Gram matrix of the shorter side of Z, n x n, and its errors.
   given  out  the largest of them */
static void form_gram(size_t rows, size_t q, const double *Z, double size, double *H, double *slack,
                      double *given)
{
  bool down = q < rows;
  size_t n = down ? q : rows, terms = down ? rows : q;
  double sum = 0, gamma = lip_gamma(terms + 4);

  for (size_t i = 0; i < n; i++) {
    double squares = 0;

    for (size_t j = 0; j < terms; j++) {
      double z = Z[down ? j * q + i : i * q + j];

      squares = lip_add_up(squares, lip_mul_up(z, z));
    }
    slack[i] = lip_sqrt_up(squares);
    sum = lip_add_up(sum, slack[i]);
  }
  *given = 0;
  for (size_t i = 0; i < n; i++) {
    slack[i] = lip_add_up(lip_mul_up(gamma, lip_mul_up(slack[i], sum)), CUSHION);
    *given = fmax(*given, slack[i]);
  }
  memset(H, 0, n * n * sizeof *H);
  lip_dsyrk(down, n, terms, -1, Z, q, 0, H, n);
  for (size_t i = 0; i < n; i++)
    H[i * n + i] = lip_add_down(H[i * n + i], lip_mul_down(size, size));
}

lip_status lip_bilinear_box_test(lip_bilinear_box *box, const double *row, const double *column,
                                 double limit, bool *proved, double *margin, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows = box->f + 1, q = box->q, n = rows < q ? rows : q;
  double sum = 0, lost, given = 0, more = 0, factor, *Z, *sigma, *tau, *slack, *H;

  *proved = is_zero(box) && limit >= 0;
  *margin = 0;
  if (*proved) goto done;
  TRY(make_room(box, rows * q + rows + q + n + n * n, err));
  Z = box->H;
  sigma = Z + rows * q;
  tau = sigma + rows;
  slack = tau + q;
  H = slack + n;
  for (size_t l = 0; l < rows; l++) sum = lip_add_up(sum, row[l]);
  for (size_t e = 0; e < q; e++) sum = lip_add_up(sum, column[e]);
  factor = lip_div_down(limit, sum / 2);
  if (!(factor > 0) || !take_roots(rows, row, factor, sigma) || !take_roots(q, column, factor, tau))
    goto done;
  lost = scale(box, sigma, tau, Z);
  *margin = lost;
  if (!(lost < 1)) goto done;
  form_gram(rows, q, Z, lip_down(1 - lost), H, slack, &given);
  *proved = lip_certainly_semidefinite(n, H, slack, &more);
  *margin = lip_add_up(lost, lip_add_up(given, more));
done:
  return st;
}
