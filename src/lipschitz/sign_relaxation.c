/* sign_relaxation.c - coordinate ascent on unit vectors for the sign relaxation.

   With C = U U', the program max tr(C X), X >= 0, X_ll = 1 has the value max |U' V|^2 over V with
   unit rows of sqrt(2n) entries (Burer and Monteiro); far fewer suffice in practice, since the
   solution's rank is 2 to 8. The best v_l for the others fixed is the direction of
   g_l - C_ll v_l, g = C V ("mixing method", Wang, Chang and Kolter, arXiv 1706.00476): one sweep
   costs n^2 columns of V, or 2 n d columns with G = U' V kept up to date. At a fixed point
   lambda_l = |g_l| solves the dual, so the gap is known; where it stays open, V gets more columns.
   Limits: linear convergence. */
#include "lipschitz/sign_relaxation.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/eight_columns.h"
#include "linalg/largest_eigenvalue.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { EIGHT = 8, MOST_COLUMNS = 32, MOST_SWEEPS = 5000, DENSE = 130 };
static const double SMALLEST_SHARE = 1e-11; /* of one lambda in their sum, times n */

struct lip_sign_relaxation {
  size_t most, d, columns; /* of V and G, which are packed */
  const lip_eight_columns *loops;
  double *kept;   /* most x MOST_COLUMNS: V by name */
  double *V;      /* n x columns, of the call under way */
  double *G;      /* d x columns: U' V; used where there are no products */
  double *root;   /* n: 1 / sqrt(lambda) */
  double *part;   /* max(n, d) */
  double *vector; /* max(n, d): eigenvector, kept */
  double *dense;  /* DENSE x DENSE */
};

lip_status lip_sign_relaxation_create(size_t most, size_t d, lip_sign_relaxation **relaxation,
                                      lip_error *err)
{
  lip_status st = LIP_OK;
  size_t longer = most > d ? most : d;
  lip_sign_relaxation *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a sign relaxation");
  *made = (lip_sign_relaxation){.most = most, .d = d, .columns = EIGHT};
  made->loops = lip_eight_columns_best();
  made->kept = lip_alloc(most, MOST_COLUMNS * sizeof *made->kept);
  made->V = lip_alloc(most, MOST_COLUMNS * sizeof *made->V);
  made->G = lip_alloc(d, MOST_COLUMNS * sizeof *made->G);
  made->root = lip_alloc(most, sizeof *made->root);
  made->part = lip_alloc(longer, sizeof *made->part);
  made->vector = lip_alloc_zero(longer, sizeof *made->vector);
  made->dense = lip_alloc(DENSE * DENSE + DENSE, sizeof *made->dense);
  if (!made->kept || !made->V || !made->G || !made->root || !made->part || !made->vector ||
      !made->dense)
    FAIL(LIP_ENOMEM, "the sign relaxation of %zu neurons", most);
  *relaxation = made;
  made = NULL;
done:
  lip_sign_relaxation_free(made);
  return st;
}

void lip_sign_relaxation_free(lip_sign_relaxation *relaxation)
{
  if (!relaxation) return;
  lip_free(relaxation->kept);
  lip_free(relaxation->V);
  lip_free(relaxation->G);
  lip_free(relaxation->root);
  lip_free(relaxation->part);
  lip_free(relaxation->vector);
  lip_free(relaxation->dense);
  lip_free(relaxation);
}

static const double *row_of(const lip_sign_rows *rows, size_t l)
{
  return l == 0 ? rows->first : rows->W + rows->which[l] * rows->d;
}

static double scale_of(const lip_sign_rows *rows, size_t l)
{
  return l == 0 ? 1 : rows->scale[l];
}

/* g <- row l of C V */
static void product_row(const lip_sign_relaxation *s, const lip_sign_rows *rows, size_t l,
                        double *g)
{
  const double *w = rows->products ? rows->products + l * rows->n : row_of(rows, l);
  const double *X = rows->products ? s->V : s->G;
  size_t count = rows->products ? rows->n : rows->d;
  double scale = rows->products ? 1 : scale_of(rows, l);

  for (size_t q = 0; q < s->columns; q += EIGHT)
    s->loops->combine(count, w, X + q, s->columns, g + q);
  if (scale != 1)
    for (size_t q = 0; q < s->columns; q++) g[q] *= scale;
}

/* v_l <- v; G follows. */
static void replace_row(lip_sign_relaxation *s, const lip_sign_rows *rows, size_t l,
                        const double *v)
{
  double *old = s->V + l * s->columns, change[MOST_COLUMNS], scale = scale_of(rows, l);

  for (size_t q = 0; q < s->columns; q++) change[q] = scale * (v[q] - old[q]);
  if (!rows->products)
    for (size_t q = 0; q < s->columns; q += EIGHT)
      s->loops->spread(rows->d, row_of(rows, l), change + q, s->G + q, s->columns);
  memcpy(old, v, s->columns * sizeof *v);
}

/* G <- U' V, and |U' V|^2. */
static double attained(lip_sign_relaxation *s, const lip_sign_rows *rows)
{
  double g[MOST_COLUMNS], sum = 0;

  if (!rows->products) {
    memset(s->G, 0, rows->d * s->columns * sizeof *s->G);
    for (size_t l = 0; l < rows->n; l++) {
      double *v = s->V + l * s->columns, zero[MOST_COLUMNS] = {0};

      memcpy(g, v, s->columns * sizeof *g);
      memcpy(v, zero, s->columns * sizeof *v);
      replace_row(s, rows, l, g);
    }
  }
  for (size_t l = 0; l < rows->n; l++) {
    product_row(s, rows, l, g);
    sum += lip_dot(s->columns, g, s->V + l * s->columns);
  }
  return sum;
}

/* Every row of V once; lambda_l as seen on the way. Returns by how much |U' V|^2 grew. */
static double sweep(lip_sign_relaxation *s, const lip_sign_rows *rows, double *lambda)
{
  double grown = 0;

  for (size_t l = 0; l < rows->n; l++) {
    double g[MOST_COLUMNS], *v = s->V + l * s->columns, square = 0, along = 0, length;

    product_row(s, rows, l, g);
    for (size_t q = 0; q < s->columns; q++) {
      g[q] -= rows->squares[l] * v[q];
      square += g[q] * g[q];
      along += g[q] * v[q];
    }
    length = sqrt(square);
    lambda[l] = length + rows->squares[l];
    if (!(length > 0)) continue;
    grown += 2 * (length - along);
    for (size_t q = 0; q < s->columns; q++) g[q] /= length;
    replace_row(s, rows, l, g);
  }
  return grown;
}

typedef struct dual_map {
  lip_sign_relaxation *s;
  const lip_sign_rows *rows;
} dual_map;

/* y <- D^-1/2 C D^-1/2 x */
static void map_products(void *context, const double *x, double *y)
{
  const dual_map *in = context;
  size_t n = in->rows->n;

  for (size_t l = 0; l < n; l++) in->s->part[l] = in->s->root[l] * x[l];
  lip_dgemv(false, n, n, 1, in->rows->products, n, in->s->part, 0, y);
  for (size_t l = 0; l < n; l++) y[l] *= in->s->root[l];
}

/* y <- U' D^-1 U x */
static void map_rows(void *context, const double *x, double *y)
{
  const dual_map *in = context;
  size_t d = in->rows->d;

  memset(y, 0, d * sizeof *y);
  for (size_t l = 0; l < in->rows->n; l++) {
    const double *w = row_of(in->rows, l);
    double weight = scale_of(in->rows, l) * in->s->root[l];

    lip_add_multiple(d, weight * weight * lip_dot(d, w, x), w, y);
  }
}

/* eigmax(D^-1/2 C D^-1/2) for a few rows, all eigenvalues at once. */
static lip_status dense_eigenvalue(lip_sign_relaxation *s, const lip_sign_rows *rows, double *top,
                                   lip_error *err)
{
  double *values = s->dense + DENSE * DENSE;
  lip_status st;

  for (size_t i = 0; i < rows->n; i++)
    for (size_t j = 0; j <= i; j++)
      s->dense[i * rows->n + j] = s->root[i] * s->root[j] * rows->products[i * rows->n + j];
  st = lip_symmetric_eigen(rows->n, s->dense, values, false, err);
  if (st == LIP_OK) *top = values[rows->n - 1];
  return st;
}

/* Makes lambda positive with sum 1. */
static void normalise(size_t n, double *lambda)
{
  double sum = 0, least, total = 0;

  for (size_t l = 0; l < n; l++) sum += lambda[l];
  least = sum > 0 ? SMALLEST_SHARE * sum / (double)n : 1;
  for (size_t l = 0; l < n; l++) {
    lambda[l] = fmax(lambda[l], least);
    total += lambda[l];
  }
  for (size_t l = 0; l < n; l++) lambda[l] /= total;
}

/* The bound that lambda (sum 1) gives, squared. */
static lip_status dual_value(lip_sign_relaxation *s, const lip_sign_rows *rows,
                             const double *lambda, double accuracy, double *square, lip_error *err)
{
  dual_map map = {s, rows};
  size_t order = rows->products ? rows->n : rows->d;
  double missing = 0;
  lip_status st;

  for (size_t l = 0; l < rows->n; l++) s->root[l] = 1 / sqrt(lambda[l]);
  if (rows->products && rows->n <= DENSE) return dense_eigenvalue(s, rows, square, err);
  for (size_t i = 0; i < order; i++)
    s->vector[i] += 0.3 * cos((double)(i * i % 1009)) / sqrt((double)(i + 1));
  st = lip_largest_eigenvalue(order, rows->products ? map_products : map_rows, &map,
                              fmin(1e-3, 0.1 * accuracy), s->vector, square, &missing, NULL, err);
  if (st == LIP_OK) *square += fmin(missing, 0.1 * accuracy * *square);
  return st;
}

/* The main axis of U' V, by power iteration on V' C V. */
static void main_axis(lip_sign_relaxation *s, const lip_sign_rows *rows, double *direction)
{
  double z[MOST_COLUMNS], length;

  for (size_t q = 0; q < s->columns; q++) z[q] = s->V[q];
  for (int step = 0; step < 30; step++) {
    double g[MOST_COLUMNS], next[MOST_COLUMNS] = {0};

    for (size_t l = 0; l < rows->n; l++) {
      product_row(s, rows, l, g);
      lip_add_multiple(s->columns, lip_dot(s->columns, s->V + l * s->columns, z), g, next);
    }
    length = lip_norm(s->columns, next);
    if (!(length > 0)) break;
    for (size_t q = 0; q < s->columns; q++) z[q] = next[q] / length;
  }
  memset(direction, 0, rows->d * sizeof *direction);
  for (size_t l = 0; l < rows->n; l++)
    lip_add_multiple(rows->d, scale_of(rows, l) * lip_dot(s->columns, s->V + l * s->columns, z),
                     row_of(rows, l), direction);
  length = lip_norm(rows->d, direction);
  if (lip_dot(rows->d, direction, rows->first) < 0) length = -length;
  for (size_t i = 0; i < rows->d && length != 0; i++) direction[i] /= length;
}

static bool stopped(const lip_control *control)
{
  return control && control->stop && control->stop(control->context);
}

static void begin(lip_sign_relaxation *s, const lip_sign_rows *rows, const size_t *name, bool warm)
{
  if (!warm) {
    s->columns = EIGHT;
    lip_random_normal((lip_stream){1, LIP_FOR_STARTS}, 0, s->most * MOST_COLUMNS, s->kept);
    for (size_t l = 0; l < s->most; l++) {
      double *v = s->kept + l * MOST_COLUMNS, length = lip_norm(EIGHT, v);

      for (size_t q = 0; q < MOST_COLUMNS; q++) v[q] = q < EIGHT ? v[q] / length : 0;
    }
  }
  for (size_t l = 0; l < rows->n; l++)
    memcpy(s->V + l * s->columns, s->kept + name[l] * MOST_COLUMNS, s->columns * sizeof *s->V);
}

static void keep(lip_sign_relaxation *s, size_t n, const size_t *name)
{
  for (size_t l = 0; l < n; l++) {
    double *to = s->kept + name[l] * MOST_COLUMNS;

    memset(to, 0, MOST_COLUMNS * sizeof *to);
    memcpy(to, s->V + l * s->columns, s->columns * sizeof *to);
  }
}

/* Sweeps until the attained value is settled to a fraction `settled` of itself. */
static double ascend(lip_sign_relaxation *s, const lip_sign_rows *rows, double settled,
                     double *lambda, double *square, double enough, const lip_control *control)
{
  double before = INFINITY, rate = 0.9;

  for (int round = 0; round < MOST_SWEEPS; round++) {
    double grown = sweep(s, rows, lambda);

    *square += grown;
    if (round > 0 && before > 0) rate = fmin(0.99, grown / before);
    before = grown;
    if (round >= 2 && grown * rate / (1 - rate) <= settled * *square) break;
    if (*square > enough || stopped(control)) break;
  }
  return before;
}

static void add_columns(lip_sign_relaxation *s, const lip_sign_rows *rows)
{
  size_t fewer = s->columns, more = 2 * fewer;

  for (size_t l = rows->n; l-- > 0;) { /* from the end: the rows move apart in place */
    double *v = s->V + l * more, length;

    memmove(v, s->V + l * fewer, fewer * sizeof *v);
    for (size_t q = fewer; q < more; q++) v[q] = 1e-2 * sin((double)(l * 7 + q * 13 + 1));
    length = lip_norm(more, v);
    for (size_t q = 0; q < more; q++) v[q] /= length;
  }
  s->columns = more;
}

lip_status lip_sign_relaxation_solve(lip_sign_relaxation *s, const lip_sign_rows *rows,
                                     const size_t *name, lip_sign_goal goal, bool warm,
                                     double *lambda, double *value, double *direction,
                                     const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double square, bound = INFINITY, settled = 0.5 * goal.accuracy;
  double enough = goal.above * goal.above;

  begin(s, rows, name, warm);
  square = attained(s, rows);
  for (int round = 0; round < 12; round++) {
    (void)ascend(s, rows, settled, lambda, &square, enough, control);
    normalise(rows->n, lambda);
    TRY(dual_value(s, rows, lambda, goal.accuracy, &bound, err));
    if (bound - square <= 2 * goal.accuracy * bound || bound < goal.below * goal.below ||
        square > enough || stopped(control))
      break;
    if (settled < 1e-3 * goal.accuracy && s->columns < MOST_COLUMNS)
      add_columns(s, rows);
    else if (settled < 1e-15)
      break;
    else
      settled = fmax(0.1 * settled, 1e-16);
    square = attained(s, rows);
  }
  keep(s, rows->n, name);
  if (direction) main_axis(s, rows, direction);
  *value = sqrt(bound);
done:
  return st;
}
