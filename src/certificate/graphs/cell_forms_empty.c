/* cell_forms_empty.c - proves that a cell has no inner point, by its neurons' forms in x.

   The sum of the rows' arguments, side z times the weight, is a form g.x + h. On a bounded domain
   it is enough that its supremum, with outward rounding, is not above 0. On the space g must be 0:
   it is exactly, where the rows are numbers of the network; or the rows are one more than the
   columns that they use, and weights near the given ones, which a verified solution of the square
   system finds, make it so; else the way back through the graph may show it
   (cell_forms_backward.c). A sum that is 0 and not below leaves at most a hyperplane of points
   where a row has a gradient. */
#include "certificate/graphs/cell_forms_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/exact_sum.h"
#include "linalg/interval.h"
#include "linalg/square_system.h"

#include <math.h>

enum { MOST_SOLVED = 200 }; /* of weights that are solved for */

/* The rows of a sum: their forms, and room for what is made of them. */
typedef struct sum {
  const lip_cell_forms *forms;
  size_t count, d;
  const lip_side_row *row;
  const double **center, **radius; /* by row */
  size_t *stride;
  int *exponent; /* workspace */
  bool bent;     /* a row has a gradient in the network's own x */
} sum;

static double center_at(const sum *in, size_t r, size_t column)
{
  return in->row[r].side * in->center[r][column * in->stride[r]];
}

static double radius_at(const sum *in, size_t r, size_t column)
{
  return in->radius[r][column * in->stride[r]];
}

static bool has_gradient(const sum *in)
{
  for (size_t r = 0; r < in->count; r++)
    for (size_t i = 0; i < in->d; i++)
      if (fabs(center_at(in, r, i)) > radius_at(in, r, i)) return true;
  return false;
}

/* Entry `column` of [g, h]. */
static lip_interval combined(const sum *in, size_t column)
{
  lip_interval t = {0, 0};

  for (size_t r = 0; r < in->count; r++) {
    double c = center_at(in, r, column), e = radius_at(in, r, column), w = in->row[r].weight;

    if (c == 0 && e == 0) continue;
    t.low = lip_add_down(t.low, lip_mul_down(w, lip_add_down(c, -e)));
    t.high = lip_add_up(t.high, lip_mul_up(w, lip_add_up(c, e)));
  }
  return t;
}

/* Is a form with this supremum nowhere positive inside, but on a hyperplane? */
static bool is_below(const sum *in, double supremum)
{
  return supremum < 0 || (supremum == 0 && in->bent);
}

static bool below_on_box(const sum *in, double low, double high)
{
  double total = 0;

  for (size_t i = 0; i <= in->d; i++) {
    lip_interval g = combined(in, i);
    double most = g.high;

    if (i < in->d)
      most = fmax(fmax(lip_mul_up(g.low, low), lip_mul_up(g.low, high)),
                  fmax(lip_mul_up(g.high, low), lip_mul_up(g.high, high)));
    total = lip_add_up(total, most);
  }
  return low < high && is_below(in, total);
}

static bool below_on_ball(const sum *in, double radius, double *sizes)
{
  lip_interval h = combined(in, in->d);
  double length;

  for (size_t i = 0; i < in->d; i++) {
    lip_interval t = combined(in, i);

    sizes[i] = fmax(fabs(t.low), fabs(t.high));
  }
  length = lip_mul_up(lip_interval_norm(in->d, sizes).high, radius);
  return is_below(in, lip_add_up(length, h.high));
}

/* g = 0 and h <= 0 exactly, of numbers without radius?  work  4 count + 2 */
static bool exactly_below(const sum *in, double *work)
{
  double *x = work, *y = x + in->count, *e = y + in->count;
  int sign = 0;

  for (size_t i = 0; i <= in->d; i++) {
    for (size_t r = 0; r < in->count; r++) {
      if (radius_at(in, r, i) != 0) return false;
      x[r] = in->row[r].weight;
      y[r] = center_at(in, r, i);
    }
    sign = lip_exact_dot_sign(in->count, x, y, e);
    if (i < in->d && sign != 0) return false;
  }
  return sign == -1 || (sign == 0 && in->bent);
}

/* The columns below `end` that a row uses; more than `most` are not counted. */
static size_t used_columns(const sum *in, size_t end, size_t most, size_t *columns)
{
  size_t used = 0;

  for (size_t i = 0; i < end; i++)
    for (size_t r = 0; r < in->count; r++)
      if (center_at(in, r, i) != 0 || radius_at(in, r, i) != 0) {
        if (used == most) return most + 1;
        columns[used++] = i;
        break;
      }
  return used;
}

/* Entry `column` of row r times the power of two that brings its largest entry near 1: the systems
   that are solved do not depend on the sizes of neurons. */
static double scaled(const sum *in, size_t r, size_t column, bool radius)
{
  return ldexp(radius ? radius_at(in, r, column) : center_at(in, r, column), -in->exponent[r]);
}

/* False: a row is not finite, or has numbers so small that scaling might round them. */
static bool scale_rows(const sum *in)
{
  for (size_t r = 0; r < in->count; r++) {
    double largest = 0, least = INFINITY;

    for (size_t i = 0; i <= in->d; i++) {
      double c = fabs(center_at(in, r, i)), e = radius_at(in, r, i);

      largest = fmax(largest, fmax(c, e));
      if (c > 0) least = fmin(least, c);
      if (e > 0) least = fmin(least, e);
    }
    if (!isfinite(largest)) return false;
    (void)frexp(largest, &in->exponent[r]);
    if (largest > 0 && !(least > 1e-290 && ldexp(least, -in->exponent[r]) > 1e-290)) return false;
  }
  return true;
}

/* sup of h over weights within `away` of (1, y). */
static double constant_up(const sum *in, const double *y, double away)
{
  double h = 0;

  for (size_t r = 0; r < in->count; r++) {
    double c = scaled(in, r, in->d, false), e = scaled(in, r, in->d, true),
           w = r == 0 ? 1 : y[r - 1];

    if (c == 0 && e == 0) continue;
    h = lip_add_up(h, lip_mul_up(w, lip_add_up(c, e)));
    if (r > 0) h = lip_add_up(h, lip_mul_up(away, lip_add_up(fabs(c), e)));
  }
  return h;
}

/* Rows one more than the columns they use: the weight of row 0 is 1, the others are solved for so
   that g = 0; where the constants are counted as a column, so that h = 0 too. */
static lip_status solved_below(const sum *in, bool *below, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = in->count - 1;
  size_t *columns = lip_alloc(n + 1, sizeof *columns);
  double *P = lip_alloc(n, 2 * n * sizeof *P), *q = lip_alloc(n + 1, 3 * sizeof *q);
  double *work = lip_alloc(n + 1, 2 * n * sizeof *work), *y, away, h;
  bool with_constants = false;

  if (!columns || !P || !q || !work) FAIL(LIP_ENOMEM, "a linear system of %zu rows", n);
  y = q + 2 * n;
  if (!scale_rows(in)) goto done;
  if (used_columns(in, in->d, n, columns) != n) with_constants = true;
  if (with_constants && used_columns(in, in->d + 1, n, columns) != n) goto done;
  for (size_t i = 0; i < n; i++) {
    q[i] = -scaled(in, 0, columns[i], false);
    q[n + i] = scaled(in, 0, columns[i], true);
    for (size_t r = 0; r < n; r++) {
      P[i * n + r] = scaled(in, r + 1, columns[i], false);
      P[n * n + i * n + r] = scaled(in, r + 1, columns[i], true);
    }
  }
  away = lip_square_solve(n, P, P + n * n, q, q + n, y, work);
  if (!isfinite(away)) goto done;
  for (size_t r = 0; r < n; r++)
    if (!(lip_add_down(y[r], -away) > 0)) goto done;
  h = with_constants ? 0 : constant_up(in, y, away);
  *below = is_below(in, h);
done:
  lip_free(columns);
  lip_free(P);
  lip_free(q);
  lip_free(work);
  return st;
}

static lip_status below(const sum *in, lip_domain domain, double *work, bool *empty, lip_error *err)
{
  if (domain.kind == LIP_BOX) *empty = below_on_box(in, domain.low, domain.high);
  if (domain.kind == LIP_BALL || domain.kind == LIP_ON_SPHERE)
    *empty = below_on_ball(in, domain.radius, work);
  if (!*empty) *empty = exactly_below(in, work);
  if (!*empty && domain.kind == LIP_SPACE && in->count <= MOST_SOLVED)
    return solved_below(in, empty, err);
  return LIP_OK;
}

/* The rows' arguments as forms in the values of the forms' root.  fits  out  all come after it */
static lip_status take_forms(lip_cell_forms *forms, sum *in, bool *fits, lip_error *err)
{
  lip_status st = LIP_OK;

  *fits = false;
  in->forms = forms;
  in->d = forms->d;
  for (size_t r = 0; r < in->count; r++) {
    size_t parent = forms->claim->net->node[forms->node[in->row[r].neuron]].parent[0];

    if (parent < forms->root) goto done;
    TRY(lip_cell_forms_reach(forms, parent, err));
  }
  for (size_t r = 0; r < in->count; r++)
    in->stride[r] = lip_cell_forms_argument(forms, in->row[r].neuron, &in->center[r],
                                            &in->radius[r]);
  *fits = true;
done:
  return st;
}

static bool is_row(const lip_cell_forms *forms, const lip_side_row *row)
{
  return row->neuron < forms->neurons && (row->side == 1 || row->side == -1) && row->weight > 0 &&
         isfinite(row->weight);
}

/* On the space: by forms in the values of later nodes. */
static lip_status try_later(lip_cell_forms *forms, sum *in, double *work, bool *empty,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_forms *later = forms;
  bool fits = true;

  while (!*empty && fits) {
    TRY(lip_cell_forms_later(later, &later, err));
    if (!later) break;
    TRY(take_forms(later, in, &fits, err));
    if (fits) TRY(below(in, (lip_domain){.kind = LIP_SPACE}, work, empty, err));
  }
done:
  return st;
}

lip_status lip_cell_forms_empty(lip_cell_forms *forms, size_t count, const lip_side_row *row,
                                bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t room = count > forms->d ? count : forms->d + 1;
  sum in = {.count = count, .row = row};
  double *work = lip_alloc(room, 5 * sizeof *work);
  bool space = forms->claim->domain.kind == LIP_SPACE, fits;

  *empty = false;
  in.center = lip_alloc(count, 2 * sizeof *in.center);
  in.stride = lip_alloc(count, sizeof *in.stride);
  in.exponent = lip_alloc(count, sizeof *in.exponent);
  if (!work || !in.center || !in.stride || !in.exponent)
    FAIL(LIP_ENOMEM, "sums of %zu forms", count);
  in.radius = in.center + count;
  if (count == 0) goto done;
  for (size_t r = 0; r < count; r++)
    if (!is_row(forms, &row[r])) goto done;
  TRY(take_forms(forms, &in, &fits, err));
  in.bent = has_gradient(&in);
  TRY(below(&in, forms->claim->domain, work, empty, err));
  if (!*empty && space) TRY(try_later(forms, &in, work, empty, err));
  if (!*empty && space) TRY(lip_cell_empty_backward(forms, count, row, empty, err));
done:
  lip_free(work);
  lip_free(in.center);
  lip_free(in.stride);
  lip_free(in.exponent);
  return st;
}
