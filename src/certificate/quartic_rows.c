/* quartic_rows.c - even quartic forms in (x, u) as Gram matrices.

   Monomials of degree 4 in n variables a <= b <= c <= e have the place
   C(e + 3, 4) + C(c + 2, 3) + C(b + 1, 2) + a, so that C(n + 3, 4) places are all taken. A sum of K
   quartics costs K rows^2 flops, in matrix products. */
#include "certificate/quartic_rows.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"

#include <string.h>

size_t lip_quartic_rows_count(size_t D, size_t d, bool with_uu)
{
  return D * (D + 1) / 2 + D * d + (with_uu ? d * (d + 1) / 2 : 0);
}

lip_status lip_quartic_rows_create(size_t D, size_t d, bool with_uu, lip_quartic_rows *rows,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  lip_quartic_rows made = {.D = D, .d = d};
  size_t n = D + d, at = 0;

  if (D == 0 || d == 0 || D > LIP_QUARTIC_LARGEST || d > LIP_QUARTIC_LARGEST - D)
    FAIL(LIP_EINPUT, "quartic forms in %zu + %zu variables", D, d);
  made.xx = D * (D + 1) / 2;
  made.xu = D * d;
  made.uu = with_uu ? d * (d + 1) / 2 : 0;
  made.rows = made.xx + made.xu + made.uu;
  made.factor = lip_alloc(made.rows, sizeof *made.factor);
  if (!made.factor) FAIL(LIP_ENOMEM, "%zu monomials", made.rows);
  for (size_t kind = 0; kind < (with_uu ? 3 : 2); kind++) /* xx, xu, uu */
    for (size_t i = kind == 2 ? D : 0; i < (kind == 2 ? n : D); i++)
      for (size_t j = kind == 1 ? D : i; j < (kind == 0 ? D : n); j++, at++) {
        made.factor[at][0] = (uint16_t)i;
        made.factor[at][1] = (uint16_t)j;
      }
  *rows = made;
done:
  return st;
}

void lip_quartic_rows_clear(lip_quartic_rows *rows)
{
  lip_free(rows->factor);
  *rows = (lip_quartic_rows){0};
}

size_t lip_quartic_monomials(const lip_quartic_rows *rows)
{
  size_t n = rows->D + rows->d;

  return n * (n + 1) / 2 * (n + 2) / 3 * (n + 3) / 4;
}

static void put_in_order(size_t *low, size_t *high)
{
  if (*low > *high) {
    size_t t = *low;

    *low = *high;
    *high = t;
  }
}

size_t lip_quartic_place(size_t a, size_t b, size_t c, size_t e)
{
  put_in_order(&a, &b);
  put_in_order(&c, &e);
  put_in_order(&a, &c);
  put_in_order(&b, &e);
  put_in_order(&b, &c);
  return e * (e + 1) / 2 * (e + 2) / 3 * (e + 3) / 4 + c * (c + 1) / 2 * (c + 2) / 3 +
         b * (b + 1) / 2 + a;
}

size_t lip_quartic_place_of_rows(const lip_quartic_rows *rows, size_t i, size_t j)
{
  const uint16_t *s = rows->factor[i], *t = rows->factor[j];

  return lip_quartic_place(s[0], s[1], t[0], t[1]);
}

/* The square of the linear form with n coefficients, in n (n + 1) / 2 monomials. */
static void write_square(size_t n, const double *form, double *square)
{
  for (size_t i = 0; i < n; i++) {
    *square++ = form[i] * form[i];
    for (size_t j = i + 1; j < n; j++) *square++ = 2 * form[i] * form[j];
  }
}

void lip_quartic_squares(const lip_quartic_rows *rows, size_t K, const double *h, const double *v,
                         double *zz, double *zy, double *yy)
{
  size_t D = rows->D, d = rows->d;

  for (size_t l = 0; l < K; l++) {
    write_square(D, h + l * D, zz + l * rows->xx);
    for (size_t i = 0; i < D; i++)
      for (size_t j = 0; j < d; j++) zy[l * rows->xu + i * d + j] = h[l * D + i] * v[l * d + j];
    if (rows->uu > 0) write_square(d, v + l * d, yy + l * rows->uu);
  }
}

/* G block += sum over l of coefficient_l a_l b_l' */
static void add_products(size_t K, const double *coefficient, size_t m, const double *a, size_t n,
                         const double *b, double *work, double *G, size_t rows)
{
  for (size_t l = 0; l < K; l++)
    for (size_t i = 0; i < m; i++)
      work[l * m + i] = coefficient[l * LIP_EVEN_QUARTIC] * a[l * m + i];
  lip_dgemm(true, false, m, n, K, 1, work, m, b, n, 1, G, rows);
}

/* |x|^2 times sum of coefficient_l a_l, the a_l in rows from `first`. */
static void add_lifted(const lip_quartic_rows *rows, size_t K, const double *coefficient, size_t m,
                       const double *a, size_t first, double *G)
{
  for (size_t t = 0; t < rows->xx; t++) {
    double *row = G + t * rows->rows + first;

    if (rows->factor[t][0] != rows->factor[t][1]) continue;
    for (size_t l = 0; l < K; l++)
      for (size_t i = 0; i < m; i++) row[i] += coefficient[l * LIP_EVEN_QUARTIC] * a[l * m + i];
  }
}

void lip_quartic_gram(const lip_quartic_rows *rows, size_t K, const double *v, const double *zz,
                      const double *zy, const double *yy, const double *coefficient, double *work,
                      double *G)
{
  size_t n = rows->rows, xx = rows->xx, xu = rows->xu, uu = rows->uu, d = rows->d;
  double *of_xx = G, *of_xu = G + xx * n, *of_uu = of_xu + xu * n;

  memset(G, 0, n * n * sizeof *G);
  add_products(K, coefficient + LIP_Z4, xx, zz, xx, zz, work, of_xx, n);
  add_products(K, coefficient + LIP_Z3Y, xx, zz, xu, zy, work, of_xx + xx, n);
  add_lifted(rows, K, coefficient + LIP_Z2, xx, zz, 0, G);
  add_lifted(rows, K, coefficient + LIP_ZY, xu, zy, xx, G);
  for (size_t i = 0; i < rows->D; i++) /* x_i^2 y^2 */
    add_products(K, coefficient + LIP_Y2, d, v, d, v, work, of_xu + i * d * n + xx + i * d, n);
  if (uu == 0) {
    add_products(K, coefficient + LIP_Z2Y2, xu, zy, xu, zy, work, of_xu + xx, n);
    return;
  }
  add_products(K, coefficient + LIP_Z2Y2, xx, zz, uu, yy, work, G + xx + xu, n);
  add_products(K, coefficient + LIP_ZY3, xu, zy, uu, yy, work, of_xu + xx + xu, n);
  add_products(K, coefficient + LIP_Y4, uu, yy, uu, yy, work, of_uu + xx + xu, n);
}
