/* cell_point.c - a point deep inside a cell given by sides of affine forms, or a proposal why there
   is none.

   Space and box: in homogeneous coordinates (u, t), x = origin + unit u / t, rows of length 1, the
   least vector with all rows >= 1 (t itself, or t +- u_i, among them): its u / t lies deep inside.
   Ball: the least |u| in units of the radius, by margins that shrink. Least vectors by non-negative
   least squares (Lawson, Hanson, Solving Least Squares Problems, chapter 23) on the rows
   themselves: few of them are active, however many there are. The multipliers of what has no
   solution are a Farkas vector. Cost: rows times d and active^3 / 3 for each row that becomes
   active. */
#include "lipschitz/graphs/cell_point.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double margins[] = {0.1, 1e-2, 1e-4, 1e-7, 1e-10};
static const double WIDER = 1e-9;
static const double NOISE = 1e-9; /* relative: multipliers that are not meant */
enum { MARGINS = sizeof margins / sizeof *margins };

struct lip_cell_point {
  const lip_cell_forms *forms;
  const lip_control *control;
  size_t d, D, fixed, room; /* D: the length of a row; the first rows are the domain's */
  size_t count;             /* rows; of neurons are those from `fixed` on */
  double origin, unit;
  double *rows;  /* room x D, of length 1 */
  double *scale; /* room: the row before was so long */
  double *h;     /* room: of the ball */
  size_t *neuron;
  signed char *side;
  bool wrong; /* a row that is constant has the other side: */
  size_t wrong_row;
  /* of the least squares */
  size_t active, factored, *list; /* the factor L is that of the first `factored` active rows */
  double *y, *s, *L, *v, *x;
};

static int compare(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* The middle one of the hyperplanes' distances from 0, of the first node of neurons. */
static double typical_distance(const lip_cell_forms *forms, double *work)
{
  size_t count = 0;

  for (size_t l = 0; l < forms->neurons && forms->node[l] == forms->node[0]; l++) {
    const double *c, *r;
    size_t stride = lip_cell_forms_argument(forms, l, &c, &r);
    double squares = 0, distance;

    for (size_t i = 0; i < forms->d; i++) squares += c[i * stride] * c[i * stride];
    distance = fabs(c[forms->d * stride]) / sqrt(squares);
    if (distance > 0 && isfinite(distance)) work[count++] = distance;
  }
  if (count == 0) return 1;
  qsort(work, count, sizeof *work, compare);
  return work[count / 2];
}

/* The rows of the domain. */
static void state_domain(lip_cell_point *cell)
{
  lip_domain domain = cell->forms->claim->domain;
  size_t d = cell->d, D = cell->D;

  if (domain.kind == LIP_SPACE) {
    cell->rows[d] = 1;
    cell->fixed = 1;
  }
  if (domain.kind == LIP_BOX) {
    cell->origin = domain.low / 2 + domain.high / 2;
    cell->unit = domain.high / 2 - domain.low / 2;
    cell->fixed = 2 * d;
    for (size_t i = 0; i < 2 * d; i++) {
      cell->rows[i * D + d] = sqrt(0.5);
      cell->rows[i * D + i % d] = i < d ? sqrt(0.5) : -sqrt(0.5);
    }
  }
  for (size_t i = 0; i < cell->fixed; i++) cell->scale[i] = 1;
  if (domain.kind == LIP_BALL) cell->unit = domain.radius;
  if (!(cell->unit > 0)) cell->unit = 1;
}

lip_status lip_cell_point_create(const lip_cell_forms *forms, const lip_control *control,
                                 lip_cell_point **cell, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_cell_point *made = lip_alloc_zero(1, sizeof *made);
  size_t d = forms->d, room = forms->neurons + 2 * d + 1, D = d + 1;

  if (!made) FAIL(LIP_ENOMEM, "a cell");
  made->forms = forms;
  made->control = control;
  made->d = d;
  made->D = D;
  made->room = room;
  made->rows = lip_alloc_zero(room, D * sizeof *made->rows);
  made->scale = lip_alloc(room, 3 * sizeof *made->scale);
  made->neuron = lip_alloc(room, 2 * sizeof *made->neuron);
  made->side = lip_alloc(room, 1);
  made->L = lip_alloc(D + 1, (D + 2) * sizeof *made->L);
  made->v = lip_alloc(D + 1, 3 * sizeof *made->v);
  if (!made->rows || !made->scale || !made->neuron || !made->side || !made->L || !made->v)
    FAIL(LIP_ENOMEM, "the rows of a cell of %zu neurons", forms->neurons);
  made->h = made->scale + room;
  made->y = made->h + room;
  made->list = made->neuron + room;
  made->x = made->v + D + 1;
  made->s = made->x + D + 1;
  made->unit = forms->claim->domain.kind == LIP_SPACE && forms->neurons > 0
                   ? typical_distance(forms, made->y)
                   : 1;
  state_domain(made);
  *cell = made;
  made = NULL;
done:
  lip_cell_point_free(made);
  return st;
}

void lip_cell_point_free(lip_cell_point *cell)
{
  if (!cell) return;
  lip_free(cell->rows);
  lip_free(cell->scale);
  lip_free(cell->neuron);
  lip_free(cell->side);
  lip_free(cell->L);
  lip_free(cell->v);
  lip_free(cell);
}

void lip_cell_point_begin(lip_cell_point *cell)
{
  cell->count = cell->fixed;
  cell->wrong = false;
}

/* A row without gradient keeps no direction; it is wrong where its constant has the other sign. */
void lip_cell_point_push(lip_cell_point *cell, size_t neuron, signed char side)
{
  const double *c, *r;
  size_t stride = lip_cell_forms_argument(cell->forms, neuron, &c, &r), at = cell->count++;
  double *row = cell->rows + at * cell->D, length, constant = c[cell->d * stride];
  double noise = 0;

  cell->neuron[at] = neuron;
  cell->side[at] = side;
  for (size_t i = 0; i < cell->d; i++) {
    row[i] = side * c[i * stride] * cell->unit;
    noise = fmax(noise, r[i * stride] * cell->unit);
    constant += cell->origin * c[i * stride];
  }
  row[cell->d] = side * constant;
  length = lip_norm(cell->forms->claim->domain.kind == LIP_BALL ? cell->d : cell->D, row);
  cell->scale[at] = length;
  if (lip_norm(cell->d, row) <= 4 * noise || !(length > 0) || !isfinite(length)) {
    if (row[cell->d] < 0 && !cell->wrong) cell->wrong = true, cell->wrong_row = at;
    cell->scale[at] = 0;
    memset(row, 0, cell->D * sizeof *row);
    return;
  }
  for (size_t i = 0; i <= cell->d; i++) row[i] /= length;
}

void lip_cell_point_pop(lip_cell_point *cell)
{
  cell->count--;
  if (cell->wrong && cell->wrong_row >= cell->count) cell->wrong = false;
}

/* ---- the least vector with rows g_i.v >= h_i ---- */

static double curvature(const lip_cell_point *cell, size_t length, size_t i, size_t j)
{
  return lip_dot(length, cell->rows + i * cell->D, cell->rows + j * cell->D) +
         cell->h[i] * cell->h[j];
}

/* Solves (G G' + h h') s = h on the active rows; false where they are dependent. */
static bool solve(lip_cell_point *cell, size_t length)
{
  size_t n = cell->D + 1;

  for (size_t a = 0; a < cell->active; a++) cell->s[a] = cell->h[cell->list[a]];
  for (size_t a = cell->factored; a < cell->active; a++) {
    double *row = cell->L + a * n, diagonal = curvature(cell, length, cell->list[a], cell->list[a]);

    for (size_t c = 0; c < a; c++)
      row[c] = (curvature(cell, length, cell->list[a], cell->list[c]) -
                lip_dot(c, row, cell->L + c * n)) /
               cell->L[c * n + c];
    row[a] = diagonal - lip_dot(a, row, row);
    if (!(row[a] > 1e-13 * diagonal)) return false;
    row[a] = sqrt(row[a]);
    cell->factored = a + 1;
  }
  for (size_t a = 0; a < cell->active; a++)
    cell->s[a] = (cell->s[a] - lip_dot(a, cell->L + a * n, cell->s)) / cell->L[a * n + a];
  for (size_t a = cell->active; a-- > 0;) {
    cell->s[a] /= cell->L[a * n + a];
    for (size_t c = 0; c < a; c++) cell->s[c] -= cell->s[a] * cell->L[a * n + c];
  }
  return true;
}

static void drop(lip_cell_point *cell, size_t at)
{
  cell->y[cell->list[at]] = 0;
  memmove(cell->list + at, cell->list + at + 1, (cell->active - at - 1) * sizeof *cell->list);
  cell->active--;
  if (cell->factored > at) cell->factored = at;
}

/* Moves y to the minimum over the active rows, dropping those that reach 0 on the way. */
static bool settle(lip_cell_point *cell, size_t length)
{
  while (cell->active > 0) {
    double step = 1;
    size_t first = cell->active;

    if (!solve(cell, length)) return false;
    for (size_t a = 0; a < cell->active; a++) {
      double y = cell->y[cell->list[a]];

      if (cell->s[a] <= 0 && (first == cell->active || y / (y - cell->s[a]) < step))
        step = y - cell->s[a] > 0 ? y / (y - cell->s[a]) : 0, first = a;
    }
    for (size_t a = 0; a < cell->active; a++)
      cell->y[cell->list[a]] += step * (cell->s[a] - cell->y[cell->list[a]]);
    if (first == cell->active) return true;
    drop(cell, first);
  }
  return true;
}

/* v <- sum y_i g_i; returns sum y_i h_i. */
static double gather(lip_cell_point *cell, size_t length)
{
  double along = 0;

  memset(cell->v, 0, length * sizeof *cell->v);
  for (size_t a = 0; a < cell->active; a++) {
    size_t i = cell->list[a];

    lip_add_multiple(length, cell->y[i], cell->rows + i * cell->D, cell->v);
    along += cell->y[i] * cell->h[i];
  }
  return along;
}

/* The row whose inequality is violated most; cell->count: none. y = -1 marks rows that are barred.
 */
static size_t most_violated(const lip_cell_point *cell, size_t length, double along)
{
  double most = 1e-13;
  size_t enter = cell->count;

  for (size_t i = 0; i < cell->count; i++) {
    double slope;

    if (cell->y[i] != 0 || cell->scale[i] == 0) continue;
    slope = cell->h[i] * (1 - along) - lip_dot(length, cell->rows + i * cell->D, cell->v);
    slope /= sqrt(1 + cell->h[i] * cell->h[i]);
    if (slope > most) most = slope, enter = i;
  }
  return enter;
}

/* Returns slack = 1 - sum y_i h_i; the least vector is v / slack. */
static double least_vector(lip_cell_point *cell, size_t length)
{
  double along = 0;

  cell->active = cell->factored = 0;
  memset(cell->y, 0, cell->count * sizeof *cell->y);
  (void)gather(cell, length);
  for (size_t round = 0; round < 20 * cell->count + 20; round++) {
    size_t enter = most_violated(cell, length, along), at = 0;

    if (enter == cell->count) break;
    if (cell->control && cell->control->stop && cell->control->stop(cell->control->context)) break;
    if (cell->active > length) break; /* as many rows as there are dimensions */
    cell->list[cell->active++] = enter;
    if (!settle(cell, length) ||
        cell->y[enter] == 0) { /* dependent on the active rows, or no use */
      while (at < cell->active && cell->list[at] != enter) at++;
      if (at < cell->active) drop(cell, at);
      cell->y[enter] = -1;
      if (cell->active > 0 && !settle(cell, length)) break;
    } else {
      for (size_t i = 0; i < cell->count; i++)
        if (cell->y[i] < 0) cell->y[i] = 0;
    }
    along = gather(cell, length);
  }
  along = gather(cell, length);
  return along < 1 ? 1 - along : 0;
}

/* ---- what it says of the cell ---- */

static bool has_sides(const lip_cell_point *cell, const double *x)
{
  if (!lip_domain_contains(cell->forms->claim->domain, cell->d, x)) return false;
  for (size_t a = cell->fixed; a < cell->count; a++) {
    const double *c, *r;
    size_t stride;
    double z, off;

    if (cell->scale[a] == 0) continue;
    stride = lip_cell_forms_argument(cell->forms, cell->neuron[a], &c, &r);
    z = c[cell->d * stride];
    off = r[cell->d * stride] + fabs(z) * 1e-15;
    for (size_t i = 0; i < cell->d; i++) {
      z += c[i * stride] * x[i];
      off += (r[i * stride] + 1e-15 * fabs(c[i * stride])) * fabs(x[i]);
    }
    if (!(cell->side[a] * z > off)) return false;
  }
  return true;
}

/* x <- origin + unit u / t */
static void place(const lip_cell_point *cell, const double *u, double t, double *x)
{
  for (size_t i = 0; i < cell->d; i++) x[i] = cell->origin + cell->unit * (u[i] / t);
}

static void list_rows(const lip_cell_point *cell, size_t *rows, lip_side_row *row)
{
  double most = 0;

  *rows = 0;
  for (size_t a = 0; a < cell->active; a++) most = fmax(most, cell->y[cell->list[a]]);
  for (size_t a = 0; a < cell->active; a++) {
    size_t i = cell->list[a];

    if (i < cell->fixed || !(cell->y[i] > NOISE * most)) continue;
    row[(*rows)++] = (lip_side_row){cell->neuron[i], cell->side[i], cell->y[i] / cell->scale[i]};
  }
}

static lip_cell_verdict find_in_ball(lip_cell_point *cell, bool wide, double *x)
{
  double slack, last = wide ? -WIDER : 0;

  for (size_t m = 0; m <= MARGINS; m++) { /* at last without a margin: is there any? */
    for (size_t i = 0; i < cell->count; i++)
      cell->h[i] = (m < MARGINS ? margins[m] : last) - cell->rows[i * cell->D + cell->d];
    slack = least_vector(cell, cell->d);
    if (slack < 1e-14) continue;
    place(cell, cell->v, slack, x);
    lip_domain_project(cell->forms->claim->domain, cell->d, x);
    if (has_sides(cell, x)) return LIP_CELL_POINT;
  }
  return LIP_CELL_EMPTY;
}

/* Moves the hyperplanes of all neurons outward, so far in units of `unit`. */
static void widen(lip_cell_point *cell, double by)
{
  for (size_t i = cell->fixed; i < cell->count; i++)
    if (cell->scale[i] > 0) {
      double *row = cell->rows + i * cell->D;

      row[cell->d] += by * lip_norm(cell->d, row);
    }
}

static lip_cell_verdict find_in_cone(lip_cell_point *cell, bool wide, double *x)
{
  for (size_t i = 0; i < cell->count; i++) cell->h[i] = 1;
  if (wide) widen(cell, WIDER);
  (void)least_vector(cell, cell->D);
  if (wide) widen(cell, -WIDER);
  if (cell->v[cell->d] > 0) {
    place(cell, cell->v, cell->v[cell->d], x);
    lip_domain_project(cell->forms->claim->domain, cell->d, x);
    if (has_sides(cell, x)) return LIP_CELL_POINT;
  }
  return LIP_CELL_EMPTY;
}

void lip_cell_point_find(lip_cell_point *cell, bool wide, lip_cell_verdict *verdict, double *x,
                         size_t *rows, lip_side_row *row)
{
  *rows = 0;
  if (cell->wrong) {
    row[(*rows)++] = (lip_side_row){cell->neuron[cell->wrong_row], cell->side[cell->wrong_row], 1};
    *verdict = LIP_CELL_EMPTY;
    return;
  }
  *verdict = cell->forms->claim->domain.kind == LIP_BALL ? find_in_ball(cell, wide, x)
                                                         : find_in_cone(cell, wide, x);
  if (*verdict == LIP_CELL_EMPTY) list_rows(cell, rows, row);
}
