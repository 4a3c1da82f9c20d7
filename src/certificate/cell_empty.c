/* cell_empty.c - proves that no point of a domain lies strictly on given sides of hyperplanes.

   Bounded domains: g.x + h with outward rounding. The space: exact sums of floating-point products
   (expansions: Shewchuk, Discrete Comput. Geom. 18, 1997) show g = 0 and h <= 0; else one weight is
   kept, and the square system for the others is solved with a verified error bound
   (|y* - y| <= |R (q - P y)| / (1 - |I - R P|) in the maximum norm, R an approximate inverse: Rump,
   Acta Numerica 19, 2010). */
#include "certificate/cell_empty.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/interval.h"

#include <string.h>

enum { MOST_SOLVED = 200 }; /* of weights that are solved for */

/* t += x y */
static void accumulate(lip_interval *t, double x, double y)
{
  if (x == 0 || y == 0) return;
  t->low = lip_add_down(t->low, lip_mul_down(x, y));
  t->high = lip_add_up(t->high, lip_mul_up(x, y));
}

static double modulus(lip_interval t)
{
  return fmax(fabs(t.low), fabs(t.high));
}

static bool bounded(lip_interval t)
{
  return isfinite(t.low) && isfinite(t.high);
}

/* Entry `column` of a row's [w, b]. */
static double entry(const lip_claim *claim, const lip_cell_row *row, size_t column)
{
  return column < claim->d ? claim->W_true[row->neuron * claim->d + column] : claim->b[row->neuron];
}

/* sum weight sign column_l: an entry of [g, h] */
static lip_interval combined(const lip_claim *claim, size_t rows, const lip_cell_row *row,
                             size_t column)
{
  lip_interval t = {0, 0};

  for (size_t r = 0; r < rows; r++)
    accumulate(&t, row[r].weight, row[r].sign * entry(claim, &row[r], column));
  return t;
}

/* sup over low <= x_i <= high of g.x + h <= 0? */
static bool below_on_box(const lip_claim *claim, size_t rows, const lip_cell_row *row)
{
  double low = claim->domain.low, high = claim->domain.high, total = 0;

  for (size_t i = 0; i <= claim->d; i++) {
    lip_interval g = combined(claim, rows, row, i);
    double most = g.high;

    if (!bounded(g)) return false;
    if (i < claim->d)
      most = fmax(fmax(lip_mul_up(g.low, low), lip_mul_up(g.low, high)),
                  fmax(lip_mul_up(g.high, low), lip_mul_up(g.high, high)));
    total = lip_add_up(total, most);
  }
  return low < high && total <= 0;
}

/* |g| radius + h <= 0? */
static bool below_on_ball(const lip_claim *claim, size_t rows, const lip_cell_row *row,
                          double *g /* d */)
{
  double largest = 0, squares = 0, length;
  lip_interval h = combined(claim, rows, row, claim->d);

  if (!bounded(h)) return false;
  for (size_t i = 0; i < claim->d; i++) {
    lip_interval t = combined(claim, rows, row, i);

    if (!bounded(t)) return false;
    g[i] = modulus(t);
    largest = fmax(largest, g[i]);
  }
  for (size_t i = 0; i < claim->d && largest > 0; i++) {
    double part = lip_div_up(g[i], largest);

    squares = lip_add_up(squares, lip_mul_up(part, part));
  }
  length = lip_mul_up(largest, lip_sqrt_up(squares));
  return lip_add_up(lip_mul_up(length, claim->domain.radius), h.high) <= 0;
}

/* Adds x to the expansion e of `count` numbers: their exact sum stays exact. */
static size_t expand(double *e, size_t count, double x)
{
  size_t kept = 0;

  for (size_t i = 0; i < count; i++) {
    double sum = x + e[i], back = sum - x;
    double lost = (x - (sum - back)) + (e[i] - back);

    if (lost != 0) e[kept++] = lost;
    x = sum;
  }
  if (x != 0) e[kept++] = x;
  return kept;
}

/* The sign of the exact sum weight sign column_l; 2 where it is not known.
   e  workspace  2 rows + 2 */
static int exact_sign(const lip_claim *claim, size_t rows, const lip_cell_row *row, size_t column,
                      double *e)
{
  size_t count = 0;

  for (size_t r = 0; r < rows; r++) {
    double x = row[r].weight, y = row[r].sign * entry(claim, &row[r], column), p = x * y;

    if (y == 0) continue;
    if (!(fabs(p) > 1e-250 && fabs(p) < 1e250)) return 2; /* the error of p may underflow */
    count = expand(e, count, p);
    count = expand(e, count, fma(x, y, -p));
  }
  if (count == 0) return 0;
  return e[count - 1] > 0 ? 1 : -1; /* the last component outweighs the others */
}

static bool exactly_below(const lip_claim *claim, size_t rows, const lip_cell_row *row, double *e)
{
  int h;

  for (size_t i = 0; i < claim->d; i++)
    if (exact_sign(claim, rows, row, i, e) != 0) return false;
  h = exact_sign(claim, rows, row, claim->d, e);
  return h == 0 || h == -1;
}

/* R <- approximate inverse of P (n x n, destroyed), by Gauss and Jordan with row exchanges. */
static bool invert(size_t n, double *P, double *R)
{
  memset(R, 0, n * n * sizeof *R);
  for (size_t i = 0; i < n; i++) R[i * n + i] = 1;
  for (size_t c = 0; c < n; c++) {
    size_t at = c;
    double pivot;

    for (size_t i = c + 1; i < n; i++)
      if (fabs(P[i * n + c]) > fabs(P[at * n + c])) at = i;
    for (size_t j = 0; j < n && at != c; j++) {
      double p = P[c * n + j], r = R[c * n + j];

      P[c * n + j] = P[at * n + j], P[at * n + j] = p;
      R[c * n + j] = R[at * n + j], R[at * n + j] = r;
    }
    pivot = P[c * n + c];
    if (!(fabs(pivot) > 0)) return false;
    for (size_t j = 0; j < n; j++) P[c * n + j] /= pivot, R[c * n + j] /= pivot;
    for (size_t i = 0; i < n; i++) {
      double factor = P[i * n + c];

      if (i == c || factor == 0) continue;
      for (size_t j = 0; j < n; j++) {
        P[i * n + j] -= factor * P[c * n + j];
        R[i * n + j] -= factor * R[c * n + j];
      }
    }
  }
  return true;
}

/* An upper bound of how far the exact solution of P y = q is from y, in the maximum norm; infinite
   where none is proved.  work  2 n */
static double distance_to_solution(size_t n, const double *P, const double *q, const double *y,
                                   const double *R, double *work)
{
  double contraction = 0, distance = 0;

  for (size_t i = 0; i < n; i++) { /* q - P y */
    lip_interval t = {q[i], q[i]};

    for (size_t j = 0; j < n; j++) accumulate(&t, -P[i * n + j], y[j]);
    work[2 * i] = t.low, work[2 * i + 1] = t.high;
  }
  for (size_t i = 0; i < n; i++) {
    double sum = 0, moved = 0;

    for (size_t j = 0; j < n; j++) { /* (I - R P)_ij */
      lip_interval t = {i == j, i == j}, residual = {work[2 * j], work[2 * j + 1]};

      for (size_t c = 0; c < n; c++) accumulate(&t, -R[i * n + c], P[c * n + j]);
      sum = lip_add_up(sum, modulus(t));
      moved = lip_add_up(moved, lip_mul_up(fabs(R[i * n + j]), modulus(residual)));
    }
    if (!(sum < 1) || !isfinite(moved)) return INFINITY;
    contraction = fmax(contraction, sum);
    distance = fmax(distance, moved);
  }
  return lip_div_up(distance, lip_add_down(1, -contraction));
}

/* y += R (q - P y).  residual  n */
static void refine(size_t n, const double *P, const double *q, const double *R, double *residual,
                   double *y)
{
  for (size_t i = 0; i < n; i++) {
    residual[i] = q[i];
    for (size_t j = 0; j < n; j++) residual[i] -= P[i * n + j] * y[j];
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) y[i] += R[i * n + j] * residual[j];
}

/* The columns of [w, b] below `end` that a row uses; more than `most` are not counted. */
static size_t used_columns(const lip_claim *claim, size_t rows, const lip_cell_row *row, size_t end,
                           size_t most, size_t *columns)
{
  size_t count = 0;

  for (size_t i = 0; i < end; i++)
    for (size_t r = 0; r < rows; r++)
      if (entry(claim, &row[r], i) != 0) {
        if (count == most) return most + 1;
        columns[count++] = i;
        break;
      }
  return count;
}

/* sum y_r sign_r b_r <= 0 for every y_r within `away` of the given ones, all of them >= 0? */
static bool biases_below(const lip_claim *claim, size_t rows, const lip_cell_row *row,
                         const double *y /* of rows 1, ...; that of row 0 is 1 */, double away)
{
  lip_interval h = {0, 0};
  bool none = true;

  for (size_t r = 0; r < rows; r++) {
    double bias = row[r].sign * claim->b[row[r].neuron];

    accumulate(&h, r == 0 ? 1 : y[r - 1], bias);
    if (r > 0) h.high = lip_add_up(h.high, lip_mul_up(away, fabs(bias)));
    none = none && bias == 0;
  }
  return none || h.high <= 0;
}

/* Rows one more than the columns they use: solves for all weights but one, such that g = 0, and
   h <= 0 as it comes out. Where they are two more than the columns of g, h = 0 is solved for too.
 */
static lip_status solved_below(const lip_claim *claim, size_t rows, const lip_cell_row *row,
                               bool *below, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = rows - 1, d = claim->d;
  size_t *columns = lip_alloc(rows + 1, sizeof *columns);
  double *P = lip_alloc(n, n * sizeof *P), *copy = lip_alloc(n, n * sizeof *copy);
  double *R = lip_alloc(n, n * sizeof *R), *q = lip_alloc(n, 4 * sizeof *q), *y;
  double away;
  bool with_biases = false;

  if (!columns || !P || !copy || !R || !q) FAIL(LIP_ENOMEM, "a linear system of %zu rows", n);
  y = q + n;
  if (used_columns(claim, rows, row, d, n, columns) != n) with_biases = true;
  if (with_biases && used_columns(claim, rows, row, d + 1, n, columns) != n) goto done;
  for (size_t i = 0; i < n; i++) { /* the unknowns y_r, r >= 1; the weight of row 0 is 1 */
    q[i] = -row[0].sign * entry(claim, &row[0], columns[i]);
    y[i] = 0;
    for (size_t r = 0; r < n; r++)
      P[i * n + r] = row[r + 1].sign * entry(claim, &row[r + 1], columns[i]);
  }
  memcpy(copy, P, n * n * sizeof *P);
  if (!invert(n, copy, R)) goto done;
  for (int refined = 0; refined < 3; refined++) refine(n, P, q, R, q + 2 * n, y);
  away = distance_to_solution(n, P, q, y, R, q + 2 * n);
  if (!isfinite(away)) goto done;
  for (size_t r = 0; r < n; r++)
    if (!(lip_add_down(y[r], -away) >= 0)) goto done;
  *below = with_biases || biases_below(claim, rows, row, y, away);
done:
  lip_free(columns);
  lip_free(P);
  lip_free(copy);
  lip_free(R);
  lip_free(q);
  return st;
}

static bool has_sides(const lip_claim *claim, const lip_cell_row *row)
{
  for (size_t i = 0; i < claim->d; i++)
    if (entry(claim, row, i) != 0) return true;
  return false;
}

lip_status lip_cell_certainly_empty(const lip_claim *claim, size_t rows, const lip_cell_row *row,
                                    bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;
  double *work = NULL;

  *empty = false;
  for (size_t r = 0; r < rows; r++) {
    if (row[r].neuron >= claim->k || !(row[r].weight > 0) || !isfinite(row[r].weight)) goto done;
    if ((row[r].sign != 1 && row[r].sign != -1) || !has_sides(claim, &row[r])) goto done;
  }
  if (rows == 0 || claim->domain.kind == LIP_AROUND_DATA) goto done;
  work = lip_alloc(rows > claim->d ? rows + 1 : claim->d + 1, 2 * sizeof *work);
  if (!work) FAIL(LIP_ENOMEM, "sums of %zu rows", rows);
  if (claim->domain.kind == LIP_BOX) *empty = below_on_box(claim, rows, row);
  if (claim->domain.kind == LIP_BALL || claim->domain.kind == LIP_ON_SPHERE)
    *empty = below_on_ball(claim, rows, row, work);
  if (!*empty) *empty = exactly_below(claim, rows, row, work); /* the space has the domain in it */
  if (!*empty && rows <= MOST_SOLVED) TRY(solved_below(claim, rows, row, empty, err));
done:
  lip_free(work);
  return st;
}
