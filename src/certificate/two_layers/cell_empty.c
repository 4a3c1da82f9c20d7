/* cell_empty.c - proves that no point of a domain lies strictly on given sides of hyperplanes.

   Bounded domains: g.x + h with outward rounding. The space: exact sums of floating-point products
   (linalg/exact_sum.h) show g = 0 and h <= 0; else one weight is kept, and the square system for
   the others is solved with a verified error bound (linalg/square_system.h). */
#include "certificate/two_layers/cell_empty.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/exact_sum.h"
#include "linalg/interval.h"
#include "linalg/square_system.h"

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

/* The sign of the exact sum weight sign column_l; 2 where it is not known.
   e  workspace  4 rows + 2 */
static int exact_sign(const lip_claim *claim, size_t rows, const lip_cell_row *row, size_t column,
                      double *e)
{
  double *x = e + 2 * rows + 2, *y = x + rows;

  for (size_t r = 0; r < rows; r++) {
    x[r] = row[r].weight;
    y[r] = row[r].sign * entry(claim, &row[r], column);
  }
  return lip_exact_dot_sign(rows, x, y, e);
}

static bool exactly_below(const lip_claim *claim, size_t rows, const lip_cell_row *row, double *e)
{
  int h;

  for (size_t i = 0; i < claim->d; i++)
    if (exact_sign(claim, rows, row, i, e) != 0) return false;
  h = exact_sign(claim, rows, row, claim->d, e);
  return h == 0 || h == -1;
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
  double *P = lip_alloc(n, n * sizeof *P), *work = lip_alloc(n + 1, 2 * n * sizeof *work);
  double *q = lip_alloc(n, 2 * sizeof *q), *y;
  double away;
  bool with_biases = false;

  if (!columns || !P || !work || !q) FAIL(LIP_ENOMEM, "a linear system of %zu rows", n);
  y = q + n;
  if (used_columns(claim, rows, row, d, n, columns) != n) with_biases = true;
  if (with_biases && used_columns(claim, rows, row, d + 1, n, columns) != n) goto done;
  for (size_t i = 0; i < n; i++) { /* the unknowns y_r, r >= 1; the weight of row 0 is 1 */
    q[i] = -row[0].sign * entry(claim, &row[0], columns[i]);
    for (size_t r = 0; r < n; r++)
      P[i * n + r] = row[r + 1].sign * entry(claim, &row[r + 1], columns[i]);
  }
  away = lip_square_solve(n, P, NULL, q, NULL, y, work);
  if (!isfinite(away)) goto done;
  for (size_t r = 0; r < n; r++)
    if (!(lip_add_down(y[r], -away) >= 0)) goto done;
  *below = with_biases || biases_below(claim, rows, row, y, away);
done:
  lip_free(columns);
  lip_free(P);
  lip_free(work);
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
  work = lip_alloc(rows > claim->d ? rows + 1 : claim->d + 1, 4 * sizeof *work);
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
