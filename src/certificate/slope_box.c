/* slope_box.c - the semidefinite test: is |A diag(s) W|_op <= upper for every s in a box?

   The matrix of slope_box.h is formed in floating point beside a bound on the error of each entry,
   always a product of a number for the row and one for the column, E_ij <= u_i v_j. For positive
   weights g, E <= diag(sum_j E_ij g_j / g_i) in the semidefinite order (2 |x_i x_j| <= x_i^2 g_j /
   g_i + x_j^2 g_i / g_j); g_i = 1 / sqrt(H_ii) makes that small beside the diagonal. The rest is
   lip_certainly_semidefinite. Underflow is covered by an absolute cushion: the scaled matrices have
   entries of size 1. */
#include "certificate/slope_box.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <string.h>

static const double CUSHION = 1e-290;

struct lip_slope_box {
  const lip_claim *claim;
  size_t k, d, m;
  double *w;    /* k: |w_l|, rounded up */
  double *K;    /* k x k: W W', made when first needed; NULL: never needed */
  size_t *free; /* k: the neurons that are free and matter */
  size_t frees;
  double *c, *r;   /* k: middles and half widths */
  double *inverse; /* k: 1 / tau of the free ones */
  double *alpha;   /* m: sum_l |A_il c_l| |w_l| */
  double *open;    /* m: the same of A_radius */
  double *beta;    /* m: sqrt(sum_l (A_il r_l)^2 / tau_l) over the free ones */
  double *beta_open;
  double *C; /* m x k: A diag(c) */
  double *P; /* m x k: M W' */
  double *H, *slack, *weight;
  size_t room; /* order that H has room for */
};

lip_status lip_slope_box_create(const lip_claim *claim, lip_slope_box **box, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = claim->k, m = claim->m;
  lip_slope_box *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a test of %zu neurons", k);
  *made = (lip_slope_box){.claim = claim, .k = k, .d = claim->d, .m = m};
  made->w = lip_alloc(k, sizeof *made->w);
  made->free = lip_alloc(k, sizeof *made->free);
  made->c = lip_alloc(3 * k, sizeof *made->c);
  made->alpha = lip_alloc(4 * m, sizeof *made->alpha);
  made->C = lip_alloc(m, k * sizeof *made->C);
  made->P = lip_alloc(m, k * sizeof *made->P);
  if (!made->w || !made->free || !made->c || !made->alpha || !made->C || !made->P)
    FAIL(LIP_ENOMEM, "a test of %zu neurons", k);
  made->r = made->c + k;
  made->inverse = made->r + k;
  made->open = made->alpha + m;
  made->beta = made->open + m;
  made->beta_open = made->beta + m;
  lip_row_norms_up(k, claim->d, claim->W, made->w);
  *box = made;
  made = NULL;
done:
  lip_slope_box_free(made);
  return st;
}

void lip_slope_box_free(lip_slope_box *box)
{
  if (!box) return;
  lip_free(box->w);
  lip_free(box->K);
  lip_free(box->free);
  lip_free(box->c);
  lip_free(box->alpha);
  lip_free(box->C);
  lip_free(box->P);
  lip_free(box->H);
  lip_free(box->slack);
  lip_free(box->weight);
  lip_free(box);
}

static bool column_is_zero(const lip_claim *claim, size_t l)
{
  for (size_t i = 0; i < claim->m; i++)
    if (claim->A[i * claim->k + l] != 0 || claim->A_radius[i * claim->k + l] != 0) return false;
  return true;
}

/* Middles, half widths and the list of free neurons. False where a slope is not finite or a
   multiplier that matters is not positive. */
static bool sort_neurons(lip_slope_box *box, const double *low, const double *high,
                         const double *tau)
{
  box->frees = 0;
  for (size_t l = 0; l < box->k; l++) {
    double c = low[l] == high[l] ? low[l] : low[l] / 2 + high[l] / 2;

    if (!(low[l] <= high[l]) || !isfinite(low[l]) || !isfinite(high[l])) return false;
    box->c[l] = c;
    box->r[l] = 0;
    if (low[l] == high[l] || box->w[l] == 0 || column_is_zero(box->claim, l)) continue;
    box->r[l] = high[l] - c == c - low[l] && c - (high[l] - c) == low[l] &&
                        c + (c - low[l]) == high[l]
                    ? high[l] - c
                    : fmax(lip_add_up(high[l], -c), lip_add_up(c, -low[l]));
    if (!tau || !(tau[l] > 0) || !isfinite(tau[l])) return false;
    box->inverse[l] = 1 / tau[l];
    if (!(box->inverse[l] > 0) || !isfinite(box->inverse[l])) return false;
    box->free[box->frees++] = l;
  }
  return true;
}

/* A diag(c), and the row sums that bound errors. */
static void form_rows(lip_slope_box *box)
{
  const lip_claim *claim = box->claim;

  for (size_t i = 0; i < box->m; i++) {
    const double *a = claim->A + i * box->k, *radius = claim->A_radius + i * box->k;
    double alpha = 0, open = 0, beta = 0, beta_open = 0;

    for (size_t l = 0; l < box->k; l++) {
      double c = a[l] * box->c[l];

      box->C[i * box->k + l] = c;
      alpha += fabs(c) * box->w[l];
      if (radius[l] > 0) open += radius[l] * fabs(box->c[l]) * box->w[l];
    }
    for (size_t f = 0; f < box->frees; f++) {
      size_t l = box->free[f];
      double b = a[l] * box->r[l], o = radius[l] * box->r[l];

      beta += b * b * box->inverse[l];
      beta_open += o * o * box->inverse[l];
    }
    box->alpha[i] = alpha * (1 + 2 * lip_gamma(box->k + 8)) + CUSHION;
    box->open[i] = open * (1 + 2 * lip_gamma(box->k + 8)) + CUSHION;
    box->beta[i] = sqrt(beta) * (1 + 2 * lip_gamma(box->frees + 8)) + CUSHION;
    box->beta_open[i] = sqrt(beta_open) * (1 + 2 * lip_gamma(box->frees + 8)) + CUSHION;
  }
}

/* S_ij = (i == j) - sum over the free of B_il B_jl / tau_l, as computed. */
static double form_S(const lip_slope_box *box, size_t i, size_t j)
{
  const double *a = box->claim->A + i * box->k, *b = box->claim->A + j * box->k;
  double sum = 0;

  for (size_t f = 0; f < box->frees; f++) {
    size_t l = box->free[f];

    sum += (a[l] * box->r[l]) * (b[l] * box->r[l]) * box->inverse[l];
  }
  return (i == j) - sum;
}

static lip_status make_room(lip_slope_box *box, size_t order, lip_error *err)
{
  if (order <= box->room) return LIP_OK;
  lip_free(box->H);
  lip_free(box->slack);
  lip_free(box->weight);
  box->room = 0;
  box->H = lip_alloc(order, order * sizeof *box->H);
  box->slack = lip_alloc(order, sizeof *box->slack);
  box->weight = lip_alloc(order, sizeof *box->weight);
  if (!box->H || !box->slack || !box->weight)
    return lip_fail(err, LIP_ENOMEM, "the definiteness of a matrix of order %zu", order);
  box->room = order;
  return LIP_OK;
}

/* weight_i = 1 / sqrt(H_ii); false where a diagonal entry is not positive. */
static bool form_weights(lip_slope_box *box, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    double h = box->H[i * n + i];

    if (!(h > 0) || !isfinite(h)) return false;
    box->weight[i] = 1 / sqrt(h);
  }
  return true;
}

/* slack_i += u_i (sum_j v_j g_j) / g_i over a block of columns; u, v by the callers below. The
   weights are any positive numbers, so only this sum is rounded up. */
static double weighted(const lip_slope_box *box, size_t first, size_t count, const double *v,
                       const size_t *index)
{
  double sum = 0;

  for (size_t j = 0; j < count; j++) sum += v[index ? index[j] : j] * box->weight[first + j];
  return sum * (1 + 2 * lip_gamma(count + 4)) + CUSHION;
}

/* The last m rows and columns, S and what is taken off it, have the errors
   scale (gamma beta_i beta_j + beta_i o_j + o_i beta_j + o_i o_j), o = beta_open, and extra e_i
   e_j. */
static void slack_of_S(lip_slope_box *box, size_t first, double scale)
{
  double gamma = lip_gamma(2 * box->frees + 12);
  double *slack = box->slack + first;
  double beta = weighted(box, first, box->m, box->beta, NULL);
  double open = weighted(box, first, box->m, box->beta_open, NULL);

  for (size_t i = 0; i < box->m; i++) {
    double sum = box->beta[i] * (gamma * beta + open) + box->beta_open[i] * (beta + open);

    slack[i] += (scale * sum / box->weight[first + i]) * (1 + 1e-14);
    slack[i] += 8 * 0x1p-53 * scale * (1 + box->beta[i] * box->beta[i]) + CUSHION;
  }
}

static void finish_slack(lip_slope_box *box, size_t n)
{
  for (size_t i = 0; i < n; i++) box->slack[i] = box->slack[i] * (1 + 1e-12) + CUSHION;
}

static bool decide(lip_slope_box *box, size_t n, double *margin)
{
  double relative = 0, given = 0;
  bool proved;

  finish_slack(box, n);
  for (size_t i = 0; i < n; i++) relative = fmax(relative, box->slack[i] / box->H[i * n + i]);
  proved = lip_certainly_semidefinite(n, box->H, box->slack, &given);
  if (margin) *margin = lip_add_up(relative, given);
  return proved;
}

/* W W', with |E_lj| <= gamma_d |w_l| |w_j|. */
static lip_status form_K(lip_slope_box *box, lip_error *err)
{
  const lip_claim *claim = box->claim;

  if (box->K) return LIP_OK;
  box->K = lip_alloc(box->k, box->k * sizeof *box->K);
  if (!box->K) return lip_fail(err, LIP_ENOMEM, "the Gram matrix of %zu neurons", box->k);
  lip_dgemm(false, true, box->k, box->k, box->d, 1, claim->W, box->d, claim->W, box->d, 0, box->K,
            box->k);
  return LIP_OK;
}

/* Order (free neurons) + m. P = A diag(c) W W' has |E_ij| <= (gamma alpha_i + open_i) |w_j|, and M
   M' likewise. */
static lip_status test_by_neurons(lip_slope_box *box, double rho, bool *proved, double *margin,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = box->k, m = box->m, f = box->frees, n = f + m;
  double gamma = lip_gamma(2 * k + box->d + 16), w, extra = 0, *H;

  TRY(form_K(box, err));
  TRY(make_room(box, n, err));
  H = box->H;
  memset(box->slack, 0, n * sizeof *box->slack);
  if (m == 1)
    lip_dgemv(false, k, k, 1, box->K, k, box->C, 0, box->P);
  else
    lip_dgemm(false, false, m, k, k, 1, box->C, k, box->K, k, 0, box->P, k);
  for (size_t a = 0; a < f; a++) {
    size_t l = box->free[a];

    for (size_t b = 0; b <= a; b++) H[a * n + b] = -box->K[l * k + box->free[b]];
    H[a * n + a] = lip_add_down(lip_mul_down(rho, lip_down(box->inverse[l])), H[a * n + a]);
  }
  for (size_t i = 0; i < m; i++) {
    double *row = H + (f + i) * n;

    for (size_t b = 0; b < f; b++) row[b] = -box->P[i * k + box->free[b]];
    for (size_t j = 0; j <= i; j++) {
      double across = 0;

      for (size_t l = 0; l < k; l++) across += box->P[i * k + l] * box->C[j * k + l];
      row[f + j] = rho * form_S(box, i, j) - across;
    }
  }
  *proved = false;
  if (margin) *margin = 0;
  if (!form_weights(box, n)) goto done;
  w = weighted(box, 0, f, box->w, box->free);
  for (size_t i = 0; i < m; i++) /* sum_i (gamma alpha_i + open_i) g_i, over the rows of S */
    extra += (gamma * box->alpha[i] + box->open[i]) * box->weight[f + i];
  extra = extra * (1 + 1e-12) + CUSHION;
  for (size_t a = 0; a < f; a++)
    box->slack[a] = box->w[box->free[a]] * (gamma * w + extra) / box->weight[a];
  slack_of_S(box, f, rho);
  for (size_t i = 0; i < m; i++) {
    double own = gamma * box->alpha[i] + box->open[i], across = 0;

    for (size_t j = 0; j < m; j++)
      across += (own * (box->alpha[j] + box->open[j]) + box->alpha[i] * box->open[j]) *
                box->weight[f + j];
    box->slack[f + i] += (own * w + across * (1 + 1e-12)) / box->weight[f + i];
    box->slack[f + i] += 8 * 0x1p-53 * box->alpha[i] * box->alpha[i];
  }
  *proved = decide(box, n, margin);
done:
  return st;
}

/* Order d + m. W'TW through V = sqrt(T) W has |E_ij| <= gamma |V_i| |V_j| by columns; M has
   |E_ij| <= (gamma |C_i| + |A_radius c|) |W_j| by the lengths of rows and columns. */
static lip_status test_by_inputs(lip_slope_box *box, const double *tau, double rho, bool *proved,
                                 double *margin, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = box->claim;
  size_t k = box->k, d = box->d, m = box->m, f = box->frees, n = d + m;
  double gamma_V = lip_gamma(f + 12), gamma_M = lip_gamma(k + 8), *H, *column;
  double *V = lip_alloc(f, d * sizeof *V), *M = lip_alloc(m, d * sizeof *M);
  double *X = lip_alloc(d, d * sizeof *X), sum_V, sum_W, rows = 0;

  column = lip_alloc_zero(2 * d + m, sizeof *column); /* |V_j|, |W_j|, the rows' factors of M */
  if (!V || !M || !X || !column) FAIL(LIP_ENOMEM, "the definiteness of a matrix of order %zu", n);
  TRY(make_room(box, n, err));
  H = box->H;
  memset(box->slack, 0, n * sizeof *box->slack);
  for (size_t a = 0; a < f; a++) {
    double root = sqrt(tau[box->free[a]]);
    const double *w = claim->W + box->free[a] * d;

    for (size_t j = 0; j < d; j++) {
      V[a * d + j] = root * w[j];
      column[j] += V[a * d + j] * V[a * d + j];
    }
  }
  for (size_t l = 0; l < k; l++)
    for (size_t j = 0; j < d; j++) column[d + j] += claim->W[l * d + j] * claim->W[l * d + j];
  for (size_t j = 0; j < 2 * d; j++)
    column[j] = sqrt(column[j]) * (1 + 2 * lip_gamma(k + 8)) + CUSHION;
  for (size_t i = 0; i < m; i++) {
    double squares = 0, open = 0;

    for (size_t l = 0; l < k; l++) {
      double o = claim->A_radius[i * k + l] * box->c[l];

      squares += box->C[i * k + l] * box->C[i * k + l];
      open += o * o;
    }
    column[2 * d + i] = (gamma_M * sqrt(squares) + sqrt(open)) * (1 + 1e-12) + CUSHION;
  }
  lip_dgemm(true, false, d, d, f, 1, V, d, V, d, 0, X, d);
  lip_dgemm(false, false, m, d, k, 1, box->C, k, claim->W, d, 0, M, d);
  for (size_t i = 0; i < d; i++) {
    for (size_t j = 0; j < i; j++) H[i * n + j] = -X[i * d + j];
    H[i * n + i] = lip_add_down(rho, -X[i * d + i]);
  }
  for (size_t i = 0; i < m; i++) {
    memcpy(H + (d + i) * n, M + i * d, d * sizeof *M);
    for (size_t j = 0; j <= i; j++) H[(d + i) * n + d + j] = form_S(box, i, j);
  }
  *proved = false;
  if (margin) *margin = 0;
  if (!form_weights(box, n)) goto done;
  sum_V = weighted(box, 0, d, column, NULL);
  sum_W = weighted(box, 0, d, column + d, NULL);
  for (size_t i = 0; i < m; i++) rows += column[2 * d + i] * box->weight[d + i];
  rows = rows * (1 + 1e-12) + CUSHION;
  for (size_t j = 0; j < d; j++)
    box->slack[j] = (gamma_V * column[j] * sum_V + column[d + j] * rows) / box->weight[j];
  for (size_t i = 0; i < m; i++) box->slack[d + i] = column[2 * d + i] * sum_W / box->weight[d + i];
  slack_of_S(box, d, 1);
  *proved = decide(box, n, margin);
done:
  lip_free(column);
  lip_free(X);
  lip_free(M);
  lip_free(V);
  return st;
}

/* One output, nothing free: |M| itself, a vector with |E_j| <= gamma sum_l |C_l| |W_lj|. */
static void test_vector(lip_slope_box *box, double limit, bool *proved, double *margin)
{
  const lip_claim *claim = box->claim;
  size_t k = box->k, d = box->d;
  double gamma = lip_gamma(k + 8), squares = 0, errors = 0, norm, error;

  for (size_t j = 0; j < d; j++) {
    double sum = 0, size = 0, open = 0;

    for (size_t l = 0; l < k; l++) {
      double term = box->C[l] * claim->W[l * d + j];

      sum += term;
      size += fabs(term);
      if (claim->A_radius[l] > 0)
        open += claim->A_radius[l] * fabs(box->c[l] * claim->W[l * d + j]);
    }
    squares += sum * sum;
    error = gamma * size + open + CUSHION;
    errors += error * error;
  }
  norm = lip_up(sqrt(squares) * (1 + 2 * lip_gamma(d + 4)));
  error = sqrt(errors) * (1 + 2 * lip_gamma(d + k + 8));
  *proved = lip_add_up(norm, error) <= limit;
  if (margin) *margin = 2 * lip_gamma(d + 4) + error / norm;
}

lip_status lip_slope_box_test(lip_slope_box *box, const double *low, const double *high,
                              const double *tau, double upper, bool *proved, double *margin,
                              lip_error *err)
{
  double limit = lip_claim_scale_down(box->claim, upper), rho = lip_mul_down(limit, limit);

  *proved = false;
  if (margin) *margin = 0;
  if (!(limit >= 0) || !isfinite(rho) || !sort_neurons(box, low, high, tau)) return LIP_OK;
  form_rows(box);
  if (box->frees == 0 && box->m == 1) {
    test_vector(box, limit, proved, margin);
    return LIP_OK;
  }
  if (box->frees <= box->d && box->k <= 2 * box->d + 64)
    return test_by_neurons(box, rho, proved, margin, err);
  return test_by_inputs(box, tau, rho, proved, margin, err);
}
