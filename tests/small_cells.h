/* small_cells.h - the constant of a small piecewise linear network: all cells that meet the domain.

   Kinks are inserted one by one. Of each cell a point inside is known; the side of a new kink where
   it lies is there, and the other side is where a linear program leads across. Cells of the whole
   space meet an open ball where the point of their closure that is nearest to its center lies
   inside, which is the projection of the center to some intersection of kinks. Every cell that
   counts from below is shown by a point: signs in quadruple precision. Where a decision is closer
   than 1e-20 nothing is said from above. */
#ifndef LIP_TESTS_SMALL_CELLS_H
#define LIP_TESTS_SMALL_CELLS_H

#include "small_value.h"

enum { CELL_ROWS = SMALL_K + 2 * SMALL_D, CELL_FLATS = 4096 };
static const quad CELL_CLOSE = 1e-20L, CELL_NOTHING = 1e-29L;

/* Where the center's projection to an intersection of kinks lies. */
typedef struct cell_flat {
  quad distance, at[SMALL_D];
  unsigned above, below; /* of which kinks it is certainly on that side */
} cell_flat;

typedef struct cell_search {
  const small_question *question;
  size_t d, kinks, walls;
  quad g[CELL_ROWS][SMALL_D],
      h[CELL_ROWS];        /* g.x + h: kinks, |g| = 1, then walls of the box, >= 0 */
  size_t kink_of[SMALL_K]; /* of each neuron; kinks: none */
  int side_of[SMALL_K];    /* +-1: the neuron's z against the kink's */
  int sign[CELL_ROWS];
  size_t flats;
  cell_flat flat[CELL_FLATS];
  uint64_t state;
  bool unsure;
  size_t cells;
  real largest;
} cell_search;

static inline quad cell_value(const cell_search *c, size_t row, const quad *x)
{
  quad z = c->h[row];

  for (size_t i = 0; i < c->d; i++) z += c->g[row][i] * x[i];
  return z;
}

static inline quad cell_size(const cell_search *c, size_t row, const quad *x)
{
  return quad_abs(c->h[row]) + small_distance(c->d, x, NULL);
}

/* Are these the same hyperplane? Products of doubles are exact here. */
static inline int cell_same(size_t d, const double *v, double b, const double *w, double c)
{
  size_t i = 0;

  while (v[i] == 0) i++;
  if (w[i] == 0 || (quad)v[i] * c != (quad)w[i] * b) return 0;
  for (size_t j = 0; j < d; j++)
    if ((quad)v[i] * w[j] != (quad)w[i] * v[j]) return 0;
  return (v[i] > 0) == (w[i] > 0) ? 1 : -1;
}

static inline void cell_rows(cell_search *c)
{
  const lip_layer *first = &c->question->net->layer[0];
  const lip_domain *domain = &c->question->domain;
  size_t d = c->d, owner[SMALL_K];

  for (size_t l = 0; l < first->out; l++) {
    const double *w = first->W + l * d;
    quad norm = 0;
    size_t i;

    for (i = 0; i < d; i++) norm += (quad)w[i] * w[i];
    c->kink_of[l] = SMALL_K;
    if (norm == 0 || small_is_linear(first->activation)) continue;
    for (i = 0; i < c->kinks; i++) {
      size_t o = owner[i];

      c->side_of[l] = cell_same(d, first->W + o * d, first->b ? first->b[o] : 0, w,
                                first->b ? first->b[l] : 0);
      if (c->side_of[l]) break;
    }
    c->kink_of[l] = i;
    if (i < c->kinks) continue;
    owner[c->kinks++] = l;
    c->side_of[l] = 1;
    norm = quad_sqrt(norm);
    for (size_t j = 0; j < d; j++) c->g[i][j] = w[j] / norm;
    c->h[i] = (first->b ? first->b[l] : 0) / norm;
  }
  for (size_t i = 0; domain->kind == LIP_BOX && i < d; i++) {
    size_t row = c->kinks + c->walls;

    c->g[row][i] = 1, c->h[row] = -(quad)domain->low, c->sign[row] = 1;
    c->g[row + 1][i] = -1, c->h[row + 1] = domain->high, c->sign[row + 1] = 1;
    c->walls += 2;
  }
}

/* ---- linear program: maximise v.y where rows.y <= 1 ---- */

typedef struct cell_program {
  size_t rows, columns;
  quad T[CELL_ROWS + 1]
        [2 * SMALL_D + 1]; /* the dictionary; last row: objective, last column: right */
  size_t basic[CELL_ROWS], other[2 * SMALL_D];
} cell_program;

static inline void cell_pivot(cell_program *p, size_t r, size_t s)
{
  quad pivot = p->T[r][s];
  size_t swap = p->basic[r];

  for (size_t j = 0; j <= p->columns; j++)
    if (j != s) p->T[r][j] /= pivot;
  p->T[r][s] = 1 / pivot;
  for (size_t i = 0; i <= p->rows; i++) {
    quad factor = p->T[i][s];

    if (i == r || factor == 0) continue;
    for (size_t j = 0; j <= p->columns; j++)
      if (j != s) p->T[i][j] -= factor * p->T[r][j];
    p->T[i][s] = -factor * p->T[r][s];
  }
  p->basic[r] = p->other[s];
  p->other[s] = swap;
}

/* y as the dictionary has it, or, along column `ray`, far out there. */
static inline void cell_read(const cell_program *p, size_t d, size_t ray, quad far, quad *y)
{
  for (size_t i = 0; i < d; i++) y[i] = 0;
  for (size_t r = 0; r < p->rows; r++) {
    size_t v = p->basic[r];
    quad value = p->T[r][p->columns] - (ray < p->columns ? far * p->T[r][ray] : 0);

    if (v < 2 * d) y[v / 2] += v % 2 ? -value : value;
  }
  if (ray < p->columns && p->other[ray] < 2 * d)
    y[p->other[ray] / 2] += p->other[ray] % 2 ? -far : far;
}

/* Bland's rule. Returns false where it does not end. */
static inline bool cell_solve(cell_program *p, size_t d, quad enough, quad *y)
{
  for (int turn = 0; turn < 2000; turn++) {
    size_t s = p->columns, r = p->rows;
    quad least = 0;

    for (size_t j = 0; j < p->columns; j++)
      if (p->T[p->rows][j] > CELL_NOTHING && (s == p->columns || p->other[j] < p->other[s])) s = j;
    if (s == p->columns) {
      cell_read(p, d, p->columns, 0, y);
      return true;
    }
    for (size_t i = 0; i < p->rows; i++) {
      quad ratio;

      if (!(p->T[i][s] > CELL_NOTHING)) continue;
      ratio = p->T[i][p->columns] / p->T[i][s];
      if (r == p->rows || ratio < least || (ratio == least && p->basic[i] < p->basic[r]))
        r = i, least = ratio;
    }
    if (r == p->rows) {
      cell_read(p, d, s, enough / p->T[p->rows][s], y);
      return true;
    }
    cell_pivot(p, r, s);
  }
  return false;
}

/* From x inside the cell of rows 0 .. fixed - 1 and the walls: the farthest point across row
   `fixed`, or one that is far enough. Returns how far it is across (<= 0: not), relative. */
static inline quad cell_cross(cell_search *c, size_t fixed, const quad *x, int side, quad *other)
{
  cell_program p = {.columns = 2 * c->d};
  quad reach = 0, slack = side * cell_value(c, fixed, x), y[SMALL_D], gone = 0;

  for (size_t i = 0; i < c->kinks + c->walls; i++)
    if (i < fixed || i >= c->kinks)
      reach = fmaxl((real)reach, (real)(c->sign[i] * cell_value(c, i, x)));
  if (reach < slack) reach = slack;
  for (size_t i = 0; i < c->kinks + c->walls; i++) {
    quad room = c->sign[i] * cell_value(c, i, x) / reach;

    if (i >= fixed && i < c->kinks) continue;
    for (size_t j = 0; j < c->d; j++) {
      p.T[p.rows][2 * j] = -c->sign[i] * c->g[i][j] / room;
      p.T[p.rows][2 * j + 1] = -p.T[p.rows][2 * j];
    }
    p.T[p.rows][p.columns] = 1;
    p.basic[p.rows] = 2 * c->d + p.rows;
    p.rows++;
  }
  for (size_t j = 0; j < c->d; j++) {
    p.T[p.rows][2 * j] = -side * c->g[fixed][j];
    p.T[p.rows][2 * j + 1] = -p.T[p.rows][2 * j];
    p.other[2 * j] = 2 * j, p.other[2 * j + 1] = 2 * j + 1;
  }
  if (!cell_solve(&p, c->d, 4 * slack / reach, y)) {
    c->unsure = true;
    return -1;
  }
  for (size_t j = 0; j < c->d; j++) {
    other[j] = x[j] + reach * y[j];
    gone -= side * c->g[fixed][j] * reach * y[j];
  }
  /* from the farthest point a bit back inside */
  gone = gone > slack ? (gone - slack) / gone : 0;
  if (gone > 0) {
    quad back = gone * (0.2 + 0.6 * small_uniform(&c->state));

    for (size_t j = 0; j < c->d; j++) other[j] += back * (x[j] - other[j]);
  }
  return gone;
}

/* ---- balls ---- */

static inline void cell_flats(cell_search *c, size_t from, size_t count, quad (*basis)[SMALL_D],
                              const quad *at, const double *center)
{
  if (c->flats < CELL_FLATS) {
    cell_flat *flat = &c->flat[c->flats++];

    *flat = (cell_flat){.distance = small_distance(c->d, at, center)};
    memcpy(flat->at, at, c->d * sizeof *at);
    for (size_t i = 0; i < c->kinks; i++) {
      quad z = cell_value(c, i, at);

      if (quad_abs(z) <= CELL_CLOSE * cell_size(c, i, at)) continue;
      if (z > 0) flat->above |= 1u << i;
      if (z < 0) flat->below |= 1u << i;
    }
  } else
    c->unsure = true;
  for (size_t l = from; count < c->d && l < c->kinks; l++) {
    quad v[SMALL_D], norm, z = cell_value(c, l, at), next[SMALL_D];

    memcpy(v, c->g[l], sizeof v);
    for (int twice = 0; twice < 2; twice++)
      for (size_t i = 0; i < count; i++) {
        quad dot = 0;

        for (size_t j = 0; j < c->d; j++) dot += v[j] * basis[i][j];
        for (size_t j = 0; j < c->d; j++) v[j] -= dot * basis[i][j];
      }
    norm = small_distance(c->d, v, NULL);
    if (norm < 1e-22L) continue;
    for (size_t j = 0; j < c->d; j++) {
      basis[count][j] = v[j] / norm;
      next[j] = at[j] - z / norm * basis[count][j];
    }
    cell_flats(c, l + 1, count + 1, basis, next, center);
  }
}

static inline int cell_by_distance(const void *a, const void *b)
{
  const cell_flat *x = a, *y = b;

  return (x->distance > y->distance) - (x->distance < y->distance);
}

/* Moves x, inside the cell, into the ball as well. */
static inline bool cell_into_ball(cell_search *c, const double *center, quad *x)
{
  quad radius = c->question->domain.radius;

  if (small_distance(c->d, x, center) < radius) return true;
  for (size_t f = 0; f < c->flats; f++) {
    const cell_flat *flat = &c->flat[f];
    bool inside = true;
    quad t = 0.5, point[SMALL_D];

    for (size_t i = 0; i < c->kinks && inside; i++)
      inside = !((c->sign[i] > 0 ? flat->below : flat->above) & 1u << i);
    if (!inside) continue;
    if (flat->distance > radius * (1 + CELL_CLOSE)) return false;
    for (int i = 0; i < 60; i++, t /= 4) {
      for (size_t j = 0; j < c->d; j++) point[j] = flat->at[j] + t * (x[j] - flat->at[j]);
      if (small_distance(c->d, point, center) >= radius) continue;
      memcpy(x, point, c->d * sizeof *x);
      return true;
    }
    break;
  }
  c->unsure = true;
  return false;
}

/* ---- all cells ---- */

static inline void cell_found(cell_search *c, const double *center, const quad *inside)
{
  const lip_layer *first = &c->question->net->layer[0];
  lip_domain_kind kind = c->question->domain.kind;
  quad x[SMALL_D];
  real s[SMALL_K];
  small_matrix J;

  memcpy(x, inside, c->d * sizeof *x);
  if ((kind == LIP_BALL || kind == LIP_AROUND_DATA) && !cell_into_ball(c, center, x)) return;
  for (size_t i = 0; i < c->kinks; i++)
    if (!(c->sign[i] * cell_value(c, i, x) > CELL_NOTHING * cell_size(c, i, x))) {
      c->unsure = true;
      return;
    }
  if (!small_contains(c->question, x, 0)) {
    c->unsure = true;
    return;
  }
  for (size_t l = 0; l < first->out; l++) {
    int side = c->kink_of[l] < c->kinks ? c->side_of[l] * c->sign[c->kink_of[l]] : 1;

    s[l] = small_is_linear(first->activation) ? 1 : small_slope(first->activation, side);
  }
  small_jacobian(c->question, s, &J);
  c->largest = fmaxl(c->largest, small_norm(c->question->norm, &J));
  c->cells++;
}

static inline void cell_divide(cell_search *c, size_t row, const double *center, const quad *x)
{
  quad z, other[SMALL_D], gone;

  if (row == c->kinks) {
    cell_found(c, center, x);
    return;
  }
  z = cell_value(c, row, x);
  if (quad_abs(z) <= CELL_NOTHING * cell_size(c, row, x)) {
    c->unsure = true;
    return;
  }
  gone = cell_cross(c, row, x, z > 0 ? 1 : -1, other);
  c->sign[row] = z > 0 ? 1 : -1;
  cell_divide(c, row + 1, center, x);
  if (gone > 0 && gone < CELL_CLOSE) c->unsure = c->unsure || gone > CELL_NOTHING;
  if (gone < CELL_CLOSE) return;
  c->sign[row] = z > 0 ? -1 : 1;
  cell_divide(c, row + 1, center, other);
}

static inline void cell_start(cell_search *c, const double *center)
{
  quad x[SMALL_D], basis[SMALL_D][SMALL_D], at[SMALL_D] = {0};
  const lip_domain *domain = &c->question->domain;
  double size = domain->kind == LIP_SPACE ? 1 : domain->radius;

  for (size_t i = 0; domain->kind == LIP_SPACE && i < c->kinks; i++)
    if (c->h[i] != 0) size = (double)quad_abs(c->h[i]);
  for (size_t i = 0; i < c->d; i++) {
    at[i] = center ? center[i] : 0;
    x[i] = domain->kind == LIP_BOX
               ? domain->low + ((quad)domain->high - domain->low) * small_uniform(&c->state)
               : at[i] + size * small_normal(&c->state);
  }
  c->flats = 0;
  if (domain->kind == LIP_BALL || domain->kind == LIP_AROUND_DATA) {
    cell_flats(c, 0, 0, basis, at, center);
    qsort(c->flat, c->flats, sizeof *c->flat, cell_by_distance);
  }
  cell_divide(c, 0, center, x);
}

/* Not for the sphere. */
static inline small_bounds small_by_cells(const small_question *question)
{
  cell_search *c = calloc(1, sizeof *c);
  small_bounds found;
  size_t d = lip_net_inputs(question->net);

  if (!c) abort();
  c->question = question;
  c->d = d;
  c->state = 5;
  cell_rows(c);
  if (question->domain.kind == LIP_AROUND_DATA)
    for (size_t i = 0; i < question->domain.count; i++)
      cell_start(c, question->domain.centers + i * d);
  else
    cell_start(c, NULL);
  found = (small_bounds){(double)c->largest, c->unsure ? INFINITY : (double)c->largest, !c->unsure};
  free(c);
  return found;
}

#endif
