/* moment_rows.c - even forms in (x, u) of degree 4 or 6, as Gram matrices over monomials.

   Monomials of degree m in n variables a_0 <= a_1 <= ... have the place sum of C(a_t + t, t + 1),
   so that C(n + m - 1, m) places are all taken. A sum of K powers costs about K rows^2 flops, in
   matrix products. */
#include "certificate/two_layers/moment_rows.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <string.h>

/* C(n + m - 1, m) */
size_t lip_moment_count(size_t n, size_t m)
{
  size_t count = 1;

  for (size_t t = 0; t < m; t++) count = count * (n + t) / (t + 1);
  return count;
}

void lip_moment_rows_count(size_t D, size_t d, size_t degree, size_t *rows, size_t *multipliers)
{
  *rows = lip_moment_count(D, degree) + lip_moment_count(D, degree - 1) * d +
          (degree == 2 ? lip_moment_count(d, 2) : 0);
  *multipliers = degree == 2 ? *rows : lip_moment_count(D, 4);
}

bool lip_moment_next(size_t count, uint16_t *variable, size_t n)
{
  for (size_t t = count; t-- > 0;)
    if (variable[t] + 1u < n) {
      uint16_t next = (uint16_t)(variable[t] + 1);

      for (; t < count; t++) variable[t] = next;
      return true;
    }
  return false;
}

static void list_rows(lip_moment_rows *rows)
{
  size_t n = rows->D + rows->d, p = rows->degree, at = 0;
  uint16_t m[LIP_MOST_ROW_DEGREE] = {0};

  do memcpy(rows->factor[at++], m, sizeof m);
  while (lip_moment_next(p, m, rows->D));
  memset(m, 0, sizeof m);
  do
    for (size_t j = rows->D; j < n; j++) {
      m[p - 1] = (uint16_t)j;
      memcpy(rows->factor[at++], m, sizeof m);
    }
  while (lip_moment_next(p - 1, m, rows->D));
  for (size_t i = rows->D; i < n && rows->uu > 0; i++)
    for (size_t j = i; j < n; j++) {
      rows->factor[at][0] = (uint16_t)i;
      rows->factor[at++][1] = (uint16_t)j;
    }
}

lip_status lip_moment_rows_create(size_t D, size_t d, size_t degree, lip_moment_rows *rows,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_rows made = {.D = D, .d = d, .degree = degree};
  uint16_t m[4] = {0};
  size_t at = 0;

  if (D == 0 || d == 0 || D > LIP_MOMENT_VARIABLES || d > LIP_MOMENT_VARIABLES - D ||
      (degree != 2 && degree != 3))
    FAIL(LIP_EINPUT, "forms of degree %zu in %zu + %zu variables", 2 * degree, D, d);
  lip_moment_rows_count(D, d, degree, &made.rows, &made.multipliers);
  made.x = lip_moment_count(D, degree);
  made.xu = lip_moment_count(D, degree - 1) * d;
  made.uu = made.rows - made.x - made.xu;
  made.factor = lip_alloc_zero(made.rows, sizeof *made.factor);
  made.multiplier = lip_alloc_zero(made.multipliers, sizeof *made.multiplier);
  if (!made.factor || !made.multiplier) FAIL(LIP_ENOMEM, "%zu monomials", made.rows);
  list_rows(&made);
  if (degree == 2)
    for (size_t q = 0; q < made.rows; q++) memcpy(made.multiplier[q], made.factor[q], 4);
  else
    do memcpy(made.multiplier[at++], m, sizeof m);
    while (lip_moment_next(4, m, D));
  *rows = made;
  made = (lip_moment_rows){0};
done:
  lip_moment_rows_clear(&made);
  return st;
}

void lip_moment_rows_clear(lip_moment_rows *rows)
{
  lip_free(rows->factor);
  lip_free(rows->multiplier);
  *rows = (lip_moment_rows){0};
}

size_t lip_moment_monomials(const lip_moment_rows *rows)
{
  return lip_moment_count(rows->D + rows->d, 2 * rows->degree);
}

size_t lip_moment_place_of(size_t count, uint16_t *variable)
{
  size_t sum = 0;

  for (size_t t = 1; t < count; t++) {
    uint16_t v = variable[t];
    size_t i = t;

    for (; i > 0 && variable[i - 1] > v; i--) variable[i] = variable[i - 1];
    variable[i] = v;
  }
  for (size_t t = 0; t < count; t++) sum += lip_moment_count(variable[t], t + 1);
  return sum;
}

size_t lip_moment_place(const lip_moment_rows *rows, size_t i, size_t j)
{
  uint16_t variable[2 * LIP_MOST_ROW_DEGREE];
  size_t p = rows->degree;

  memcpy(variable, rows->factor[i], p * sizeof *variable);
  memcpy(variable + p, rows->factor[j], p * sizeof *variable);
  return lip_moment_place_of(2 * p, variable);
}

size_t lip_moment_place_of_multiplier(const lip_moment_rows *rows, size_t q, size_t t)
{
  uint16_t variable[2 * LIP_MOST_ROW_DEGREE];
  size_t m = 2 * rows->degree - 2;

  memcpy(variable, rows->multiplier[q], m * sizeof *variable);
  variable[m] = variable[m + 1] = (uint16_t)t;
  return lip_moment_place_of(m + 2, variable);
}

double lip_moment_orders(size_t count, const uint16_t *ascending)
{
  double orders = 1;
  size_t run = 0;

  for (size_t t = 0; t < count; t++) {
    run = t > 0 && ascending[t] == ascending[t - 1] ? run + 1 : 1;
    orders *= (double)(t + 1) / (double)run;
  }
  return orders;
}

/* As rows xu: their squares, with the orders of the x among them. */
size_t lip_moment_norm_terms(const lip_moment_rows *rows)
{
  return rows->xu;
}

size_t lip_moment_norm_term(const lip_moment_rows *rows, size_t t, double *times)
{
  *times = lip_moment_orders(rows->degree - 1, rows->factor[rows->x + t]);
  return lip_moment_place(rows, rows->x + t, rows->x + t);
}

/* Features: degree 2: z^2, |x|^2, zy, y^2; degree 3: z^3, z |x|^2, z^2 y, |x|^2 y. Every even
   coefficient is a product of two of them. */
typedef struct even_term {
  unsigned char i, j, left, right;
} even_term;

static const even_term of_degree_2[] = {{4, 0, 0, 0}, {2, 0, 0, 1}, {3, 1, 0, 2}, {1, 1, 1, 2},
                                        {2, 2, 0, 3}, {0, 2, 1, 3}, {1, 3, 2, 3}, {0, 4, 3, 3}};
static const even_term of_degree_3[] = {{6, 0, 0, 0}, {4, 0, 0, 1}, {2, 0, 1, 1},
                                        {5, 1, 0, 2}, {3, 1, 0, 3}, {1, 1, 1, 3},
                                        {4, 2, 2, 2}, {2, 2, 2, 3}, {0, 2, 3, 3}};

static const even_term *terms(const lip_moment_rows *rows)
{
  return rows->degree == 2 ? of_degree_2 : of_degree_3;
}

size_t lip_moment_even_count(const lip_moment_rows *rows)
{
  return rows->degree == 2 ? sizeof of_degree_2 / sizeof *of_degree_2
                           : sizeof of_degree_3 / sizeof *of_degree_3;
}

void lip_moment_even_power(const lip_moment_rows *rows, size_t t, unsigned *i, unsigned *j)
{
  *i = terms(rows)[t].i;
  *j = terms(rows)[t].j;
}

/* Products of the forms, monomial by monomial: of the rows first .. first + count - 1. */
static void write_powers(const lip_moment_rows *rows, size_t K, const double *h, const double *v,
                         const lip_moment_feature *f)
{
  size_t p = rows->degree, D = rows->D, d = rows->d;

  for (size_t i = 0; i < f->count; i++) {
    const uint16_t *m = rows->factor[f->first + i];
    size_t x = 0; /* how many of the variables are x */
    double times;

    while (x < p && m[x] < D) x++;
    times = lip_moment_orders(x, m) * lip_moment_orders(p - x, m + x);
    for (size_t l = 0; l < K; l++) {
      double product = times;

      for (size_t t = 0; t < p; t++) product *= t < x ? h[l * D + m[t]] : v[l * d + m[t] - D];
      f->values[l * f->count + i] = product;
    }
  }
}

/* The features that are |x|^2 times a linear form or 1: what each coefficient of the form becomes.
 */
static void write_lift(const lip_moment_rows *rows, lip_moment_feature *f)
{
  size_t p = rows->degree, at;

  for (size_t i = 0; i < f->count; i++) {
    const uint16_t *m = rows->factor[f->first + i];

    if (p == 2) { /* |x|^2 */
      if (m[0] == m[1]) f->lift[i] = 1;
      continue;
    }
    if (m[0] != m[1] && m[1] != m[2]) continue; /* x_a x_a x_b or x_b x_a x_a; u comes last */
    if (f->first > 0 && m[0] != m[1]) continue;
    at = m[0] == m[1] ? m[2] : m[0];
    f->lift[(f->first > 0 ? at - rows->D : at) * f->count + i] = 1;
  }
}

lip_status lip_moment_features_create(const lip_moment_rows *rows, size_t K, const double *h,
                                      const double *v, lip_moment_feature *features, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t x = rows->x, xu = rows->xu, uu = rows->uu;
  bool sextic = rows->degree == 3;
  const lip_moment_feature made[LIP_MOMENT_FEATURES] = {
      {x, 0, x, NULL, NULL},
      {sextic ? rows->D : 1, 0, x, NULL, NULL},
      {xu, x, xu, NULL, NULL},
      {sextic ? rows->d : uu, sextic ? x : x + xu, sextic ? xu : uu, NULL, NULL}};

  for (size_t f = 0; f < LIP_MOMENT_FEATURES; f++) {
    bool lifted = f == 1 || (f == 3 && sextic);

    features[f] = made[f];
    features[f].values = lip_alloc(K, made[f].width * sizeof(double));
    if (lifted) features[f].lift = lip_alloc_zero(made[f].width, made[f].count * sizeof(double));
    if (!features[f].values || (lifted && !features[f].lift))
      FAIL(LIP_ENOMEM, "powers of %zu forms", K);
    if (!lifted) {
      write_powers(rows, K, h, v, &features[f]);
      continue;
    }
    write_lift(rows, &features[f]);
    if (sextic)
      memcpy(features[f].values, f == 1 ? h : v, K * made[f].width * sizeof(double));
    else
      for (size_t l = 0; l < K; l++) features[f].values[l] = 1;
  }
done:
  return st;
}

void lip_moment_features_clear(lip_moment_feature *features)
{
  for (size_t f = 0; f < LIP_MOMENT_FEATURES; f++) {
    lip_free(features[f].values);
    lip_free(features[f].lift);
    features[f] = (lip_moment_feature){0};
  }
}

size_t lip_moment_work(const lip_moment_rows *rows, size_t K)
{
  size_t lifted = rows->D > rows->d ? rows->D : rows->d;

  return (K > lifted ? K : lifted) * rows->rows + 2 * rows->rows * (lifted + 1);
}

/* G block += lift_a' (coefficient a)' b lift_b */
static void add_term(size_t K, const lip_moment_feature *a, const lip_moment_feature *b,
                     const double *coefficient, double *work, double *G, size_t rows)
{
  double *block = G + a->first * rows + b->first, *core = work + K * a->width, *half;

  for (size_t l = 0; l < K; l++)
    for (size_t i = 0; i < a->width; i++)
      work[l * a->width + i] = coefficient[l * LIP_MOST_EVEN] * a->values[l * a->width + i];
  if (!a->lift && !b->lift) {
    lip_dgemm(true, false, a->width, b->width, K, 1, work, a->width, b->values, b->width, 1, block,
              rows);
    return;
  }
  lip_dgemm(true, false, a->width, b->width, K, 1, work, a->width, b->values, b->width, 0, core,
            b->width);
  if (!b->lift) {
    lip_dgemm(true, false, a->count, b->count, a->width, 1, a->lift, a->count, core, b->width, 1,
              block, rows);
  } else if (!a->lift) {
    lip_dgemm(false, false, a->count, b->count, b->width, 1, core, b->width, b->lift, b->count, 1,
              block, rows);
  } else {
    half = core + a->width * b->width;
    lip_dgemm(false, false, a->width, b->count, b->width, 1, core, b->width, b->lift, b->count, 0,
              half, b->count);
    lip_dgemm(true, false, a->count, b->count, a->width, 1, a->lift, a->count, half, b->count, 1,
              block, rows);
  }
}

void lip_moment_gram(const lip_moment_rows *rows, const lip_moment_feature *features, size_t K,
                     const double *coefficient, double *work, double *G)
{
  const even_term *term = terms(rows);

  memset(G, 0, rows->rows * rows->rows * sizeof *G);
  for (size_t t = 0; t < lip_moment_even_count(rows); t++)
    add_term(K, &features[term[t].left], &features[term[t].right], coefficient + t, work, G,
             rows->rows);
}
