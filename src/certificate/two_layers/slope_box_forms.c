/* slope_box_forms.c - the matrices of the semidefinite test, and bounds of their rounding errors.

   In the units of slope_box_parts.h, with N = [Y; M] and g = gamma of the number of roundings a
   term goes through (products are summed in parts of LIP_PART terms, so that this is about LIP_PART
   + terms / LIP_PART): wide    [ u^2 I - Y'Y   M' ]      the entries of Y'Y are off by at most g
   |Y_.i| |Y_.j| [ M             S  ] narrow  u^2 diag(I, S) - N N'     the entries of N N' by g
   |N_i| |N_j| An error of at most p_i p_j entry by entry is at most diag(p_i / v_i sum p_j v_j) in
   the semidefinite order, for any v > 0 (Cauchy and Schwarz): v = 1 in the first block, S_ii^-1/2
   in the second one. The error of M itself counts at once: |J| is at most upper where the J of the
   rounded M is at most upper - |error of M|. */
#include "certificate/two_layers/slope_box_parts.h"

#include "base/error.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/verified.h"

#include <math.h>
#include <string.h>

static const double SAFE = 1 + 1e-8; /* for the rounding of the bounds themselves */
static const double TINY = 1e-285;   /* for all that underflows */

static size_t smaller(size_t a, size_t b)
{
  return a < b ? a : b;
}

static lip_status make_room(lip_slope_box *box, size_t n, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(lip_slope_box_room(&box->H, &box->room, n * n, err));
  TRY(lip_slope_box_room(&box->slack, &box->length, n, err));
done:
  return st;
}

static double gamma_of_sum(size_t terms)
{
  return lip_gamma(LIP_PART + terms / LIP_PART + 16);
}

lip_status lip_slope_box_center(lip_slope_box *box, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = box->d, m = box->m;
  double size = 0;

  TRY(lip_slope_box_room(&box->part, &box->part_room, LIP_PART * d, err));
  memset(box->M, 0, m * d * sizeof *box->M);
  for (size_t i = 0; i < box->count; i += LIP_PART) {
    size_t part = smaller(box->count - i, LIP_PART);

    for (size_t l = i; l < i + part; l++) {
      double length = lip_interval_norm(m, box->F + l * m).high;

      size += length * box->w_norm[box->member[l]];
    }
    lip_slope_box_rows(box, i, part, 0, d, box->part);
    lip_dgemm(true, false, m, d, part, 1, box->F + i * m, m, box->part, d, 1, box->M, d);
  }
  box->upper = lip_down(box->upper - (SAFE * gamma_of_sum(box->count) * size + TINY));
done:
  return st;
}

lip_status lip_slope_box_wide(lip_slope_box *box, size_t *n, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = box->d, m = box->m, size = d + m;
  double square, sum = 0, g = gamma_of_sum(box->free);
  double *H;

  TRY(make_room(box, size, err));
  TRY(lip_slope_box_center(box, err));
  H = box->H;
  square = lip_mul_down(box->upper, box->upper);
  memset(H, 0, size * size * sizeof *H);
  for (size_t i = 0; i < box->free; i += LIP_PART) {
    size_t part = smaller(box->free - i, LIP_PART);

    lip_slope_box_rows(box, i, part, 0, d, box->part);
    for (size_t l = 0; l < part; l++)
      for (size_t j = 0; j < d; j++) box->part[l * d + j] *= box->sigma[i + l];
    lip_dsyrk(true, d, part, -1, box->part, d, 1, H, size);
  }
  for (size_t i = 0; i < d; i++) {
    box->slack[i] = sqrt(-H[i * size + i]);
    sum += box->slack[i];
    H[i * size + i] = lip_down(square + H[i * size + i]);
  }
  for (size_t i = 0; i < d; i++) box->slack[i] = SAFE * g * sum * box->slack[i] + TINY;
  for (size_t i = 0; i < m; i++) {
    double *row = H + (d + i) * size;

    memcpy(row, box->M + i * d, d * sizeof *row);
    memcpy(row + d, box->S + i * m, (i + 1) * sizeof *row);
    box->slack[d + i] = box->S_error[i];
  }
  *n = size;
done:
  return st;
}

/* u^2 S is added to the second block; slack counts its error too. */
static void add_output_block(lip_slope_box *box, double square, size_t size)
{
  size_t m = box->m, first = size - m;

  for (size_t i = 0; i < m; i++) {
    double *row = box->H + (first + i) * size + first;

    for (size_t j = 0; j < i; j++) row[j] += square * box->S[i * m + j];
    row[i] = lip_down(row[i] + lip_mul_down(square, box->S[i * m + i]));
    box->slack[first + i] += box->S_error[i]; /* u < 1 */
  }
}

lip_status lip_slope_box_narrow(lip_slope_box *box, size_t *n, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = box->d, m = box->m, f = box->free, size = f + m;
  double square, sum = 0, g = gamma_of_sum(d);
  double *H, *p;

  TRY(make_room(box, size, err));
  TRY(lip_slope_box_center(box, err));
  TRY(lip_slope_box_room(&box->part, &box->part_room, size * smaller(d, LIP_PART), err));
  H = box->H;
  p = box->slack;
  square = lip_mul_down(box->upper, box->upper);
  memset(H, 0, size * size * sizeof *H);
  for (size_t from = 0; from < d; from += LIP_PART) {
    size_t part = smaller(d - from, LIP_PART);

    lip_slope_box_rows(box, 0, f, from, part, box->part);
    for (size_t l = 0; l < f; l++)
      for (size_t j = 0; j < part; j++) box->part[l * part + j] *= box->sigma[l];
    for (size_t i = 0; i < m; i++)
      memcpy(box->part + (f + i) * part, box->M + i * d + from, part * sizeof *box->part);
    lip_dsyrk(false, size, part, -1, box->part, part, 1, H, size);
  }
  for (size_t i = 0; i < size; i++) {
    double weight = i < f ? 1 : 1 / sqrt(box->S[(i - f) * m + i - f]);

    p[i] = sqrt(-H[i * size + i]);
    sum += p[i] * weight;
  }
  for (size_t i = 0; i < size; i++) {
    double weight = i < f ? 1 : 1 / sqrt(box->S[(i - f) * m + i - f]);

    box->slack[i] = SAFE * g * sum * p[i] / weight + TINY;
    if (i < f) H[i * size + i] = lip_down(square + H[i * size + i]);
  }
  add_output_block(box, square, size);
  *n = size;
done:
  return st;
}

/* N N' = R G R' with R = [diag(sigma), 0; F'], G the kept products. Entries of |G| are at most 1,
   so those of the first block are off by (error of G + 3 roundings) sigma_i sigma_j, all others by
   e = error of G + gamma, times sigma_i f_j or f_i f_j with f_i = sum_l |F_li|; and
   2 (sum sigma_i x_i) (sum f_j z_j) <= t (sum sigma_i x_i)^2 + (sum f_j z_j)^2 / t. */
static void bound_gram_errors(lip_slope_box *box, const double *reach)
{
  size_t m = box->m, f = box->free;
  double near = SAFE * (box->gram_error + lip_gamma(3));
  double far = SAFE * (box->gram_error + lip_gamma(2 * box->count + 16));
  double total = 0, out = 0, t;

  for (size_t i = 0; i < f; i++) total += box->sigma[i];
  for (size_t i = 0; i < m; i++) out += reach[i] / sqrt(box->S[i * m + i]);
  t = total > 0 && out > 0 ? out / total : 1;
  for (size_t i = 0; i < f; i++)
    box->slack[i] = SAFE * (near + (out > 0 ? far * t : 0)) * total * box->sigma[i] + TINY;
  for (size_t i = 0; i < m; i++)
    box->slack[f + i] = SAFE * far * (1 + 1 / t) * out * reach[i] * sqrt(box->S[i * m + i]) + TINY;
}

lip_status lip_slope_box_from_gram(lip_slope_box *box, size_t *n, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = box->k, m = box->m, f = box->free, count = box->count, size = f + m;
  double square = lip_mul_down(box->upper, box->upper);
  double *reach;

  TRY(make_room(box, size, err));
  TRY(lip_slope_box_room(&box->part, &box->part_room, count * m + m, err));
  reach = box->part + count * m;
  memset(reach, 0, m * sizeof *reach);
  memset(box->X, 0, m * count * sizeof *box->X);
  for (size_t i = 0; i < count; i++) {
    const double *gram = box->gram + box->member[i] * k, *F = box->F + i * m;

    for (size_t j = 0; j < m; j++) reach[j] += fabs(F[j]);
    for (size_t j = 0; j < m; j++) {
      double *X = box->X + j * count;

      if (F[j] == 0) continue;
      for (size_t l = 0; l < count; l++) X[l] += F[j] * gram[box->member[l]];
    }
  }
  for (size_t i = 0; i < f; i++) {
    const double *gram = box->gram + box->member[i] * k;
    double *row = box->H + i * size;

    for (size_t j = 0; j <= i; j++)
      row[j] = -(box->sigma[i] * box->sigma[j]) * gram[box->member[j]];
    row[i] = lip_down(square + row[i]);
  }
  for (size_t i = 0; i < m; i++) {
    double *row = box->H + (f + i) * size;

    for (size_t j = 0; j < f; j++) row[j] = -box->sigma[j] * box->X[i * count + j];
    for (size_t j = 0; j <= i; j++) {
      double sum = 0;

      for (size_t l = 0; l < count; l++) sum += box->F[l * m + j] * box->X[i * count + l];
      row[f + j] = -sum;
    }
  }
  bound_gram_errors(box, reach);
  add_output_block(box, square, size);
  *n = size;
done:
  return st;
}
