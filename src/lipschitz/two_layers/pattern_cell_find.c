/* pattern_cell_find.c - a point of the domain with given signs of some neurons, or a proof of none.

   A least-distance problem over the rows sign_l [w_l, b_l], scaled to unit length. On the space, in
   homogeneous coordinates (x, t), t >= 1, where a cell is a cone: its point nearest to 0 lies deep
   inside. On ball and sphere the least |x| of the cell is compared with the radius; on a box the
   box's own inequalities are added. Where there is no point the multipliers are a Farkas vector,
   which lip_cell_certainly_empty must confirm. Cost: that of least_distance.h. On the sphere, a
   point is pushed outward within its cell; where that fails the verdict is unknown. */
#include "lipschitz/two_layers/pattern_cell_parts.h"

#include "base/error.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "lipschitz/two_layers/least_distance.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* Do the signs hold at x, by this much relative to the terms of z? */
static bool holds(const lip_pattern_cell *cell, const signed char *side, double relative,
                  const double *x)
{
  const lip_claim *claim = cell->claim;
  double reach = lip_norm(cell->d, x);

  for (size_t l = 0; l < cell->k; l++) {
    double z, scale;

    if (side[l] == 0) continue;
    z = lip_dot(cell->d, claim->W_true + l * cell->d, x) + claim->b[l];
    scale = ldexp(cell->length[l], claim->W_exponent) * reach + fabs(claim->b[l]);
    if (!(side[l] * z > relative * scale)) return false;
  }
  return true;
}

/* The rows of the neurons with a side, then one for t (space) or the box's. Returns their number.
 */
static size_t state(lip_pattern_cell *cell, const signed char *side, double margin)
{
  size_t count = 0, k = cell->k, n, d = cell->d;
  bool space = cell->claim->domain.kind == LIP_SPACE, box = cell->claim->domain.kind == LIP_BOX;

  for (size_t l = 0; l < k; l++)
    if (side[l] != 0) cell->member[count++] = l;
  n = count + (space ? 1 : box ? 2 * d : 0);
  for (size_t a = 0; a < count; a++) {
    size_t l = cell->member[a];
    double sign = side[l], *row = cell->gram + a * n;

    cell->h[a] = space ? 1 : margin - sign * cell->offset[l];
    for (size_t c = 0; c < count; c++) {
      size_t j = cell->member[c];

      row[c] = sign * side[j] *
               (cell->cosine[l * k + j] + (space ? cell->offset[l] * cell->offset[j] : 0));
    }
    if (space) row[count] = cell->gram[count * n + a] = sign * cell->offset[l];
    for (size_t i = 0; box && i < d; i++) {
      double g = sign * cell->claim->W[l * d + i] / cell->length[l];

      row[count + i] = cell->gram[(count + i) * n + a] = g;
      row[count + d + i] = cell->gram[(count + d + i) * n + a] = -g;
    }
  }
  if (space) cell->gram[count * n + count] = cell->h[count] = 1;
  for (size_t i = 0; box && i < 2 * d; i++) {
    memset(cell->gram + (count + i) * n + count, 0, 2 * d * sizeof *cell->gram);
    cell->gram[(count + i) * n + count + i] = 1;
    cell->gram[(count + i) * n + count + (i + d) % (2 * d)] = -1;
    cell->h[count + i] = -1;
  }
  return n;
}

/* x from the multipliers. */
static void place(const lip_pattern_cell *cell, const signed char *side, double slack, double *x)
{
  const lip_domain *domain = &cell->claim->domain;
  double t = slack;
  size_t count = 0;

  memset(x, 0, cell->d * sizeof *x);
  for (size_t l = 0; l < cell->k; l++) {
    double y;

    if (side[l] == 0) continue;
    y = side[l] * cell->y[count++];
    if (y != 0) lip_add_multiple(cell->d, y / cell->length[l], cell->claim->W + l * cell->d, x);
  }
  if (domain->kind == LIP_SPACE) { /* the last coordinate, by which x is divided */
    t = cell->y[count];
    for (size_t a = 0; a < count; a++)
      t += cell->y[a] * side[cell->member[a]] * cell->offset[cell->member[a]];
  }
  for (size_t i = 0; i < cell->d; i++) {
    if (domain->kind == LIP_BOX) x[i] += cell->y[count + i] - cell->y[count + cell->d + i];
    x[i] *= cell->unit / t;
    if (domain->kind == LIP_BOX) x[i] += domain->low / 2 + domain->high / 2;
  }
}

/* Takes out of v what lies along the rows with a side; false where they span nearly all of it. */
static bool project_off(lip_pattern_cell *cell, const signed char *side, double *v)
{
  size_t count = 0, d = cell->d;
  double *L = cell->work, *s = cell->h, before = lip_norm(d, v);

  for (size_t l = 0; l < cell->k; l++)
    if (side[l] != 0) cell->member[count++] = l;
  if (count >= d) return false;
  for (size_t a = 0; a < count; a++) {
    size_t l = cell->member[a];
    double *row = L + a * count;

    for (size_t c = 0; c < a; c++)
      row[c] = (cell->cosine[l * cell->k + cell->member[c]] - lip_dot(c, row, L + c * count)) /
               L[c * count + c];
    row[a] = 1 - lip_dot(a, row, row);
    if (!(row[a] > 1e-9)) return false;
    row[a] = sqrt(row[a]);
    s[a] = lip_dot(d, cell->claim->W + l * d, v) / cell->length[l];
    s[a] = (s[a] - lip_dot(a, row, s)) / row[a];
  }
  for (size_t a = count; a-- > 0;) {
    s[a] /= L[a * count + a];
    for (size_t c = 0; c < a; c++) s[c] -= s[a] * L[a * count + c];
    lip_add_multiple(d, -s[a] / cell->length[cell->member[a]], cell->claim->W + cell->member[a] * d,
                     v);
  }
  return lip_norm(d, v) > 1e-6 * before;
}

/* On the sphere: from a point of the cell inside the ball to one of the cell on the sphere, along a
   direction that leaves the signs as they are, along the ray, or along random directions. Returns
   whether one is found. */
static bool push_outward(lip_pattern_cell *cell, const signed char *side, double *x)
{
  double radius = cell->claim->domain.radius, inside = lip_norm(cell->d, x);
  double *v = cell->outward, *y = v + cell->d;

  for (uint64_t try = 0; try < 40; try++) {
    double along, squares, step;

    lip_random_normal((lip_stream){5, LIP_FOR_STARTS}, try * cell->d, cell->d, v);
    if (try == 0) memcpy(v, x, cell->d * sizeof *v);
    if (try < 2 && !project_off(cell, side, v)) memcpy(v, x, cell->d * sizeof *v);
    squares = lip_dot(cell->d, v, v);
    if (!(squares > 0)) continue;
    along = lip_dot(cell->d, x, v) / squares;
    step = -along + sqrt(along * along + fmax(radius - inside, 0) * (radius + inside) / squares);
    memcpy(y, x, cell->d * sizeof *y);
    lip_add_multiple(cell->d, step, v, y);
    lip_domain_project(cell->claim->domain, cell->d, y);
    if (!holds(cell, side, 1e-14, y)) continue;
    memcpy(x, y, cell->d * sizeof *y);
    return true;
  }
  return false;
}

/* Where the weights are about whole multiples of one of them, at most 60 parts of which are taken,
   makes them so: then exact dependences of rows that are whole numbers, or equal, come out exact.
 */
static bool make_whole(size_t rows, lip_cell_row *row)
{
  double least = INFINITY;

  for (size_t r = 0; r < rows; r++) least = fmin(least, row[r].weight);
  for (int parts = 1; parts <= 60; parts++) {
    bool whole = true;

    for (size_t r = 0; r < rows && whole; r++) {
      double ratio = parts * (row[r].weight / least);

      whole = ratio < 1e9 && fabs(ratio - round(ratio)) < 1e-6;
    }
    if (!whole) continue;
    for (size_t r = 0; r < rows; r++) row[r].weight = round(parts * (row[r].weight / least));
    return true;
  }
  return false;
}

/* The multipliers as a proof that the cell has no point. */
static lip_status find_farkas(lip_pattern_cell *cell, const signed char *side, size_t *rows,
                              lip_cell_row *row, bool *empty, lip_error *err)
{
  lip_status st = LIP_OK;
  double largest = 0;
  size_t count = 0;

  *rows = 0;
  for (size_t l = 0; l < cell->k; l++)
    if (side[l] != 0) largest = fmax(largest, cell->y[count++]);
  count = 0;
  for (size_t l = 0; l < cell->k; l++) {
    double y;

    if (side[l] == 0) continue;
    y = cell->y[count++];
    if (!(y > 1e-11 * largest)) continue;
    y = ldexp(y / cell->length[l], -cell->claim->W_exponent);
    row[(*rows)++] = (lip_cell_row){l, side[l], y};
  }
  TRY(lip_cell_certainly_empty(cell->claim, *rows, row, empty, err));
  if (!*empty && make_whole(*rows, row))
    TRY(lip_cell_certainly_empty(cell->claim, *rows, row, empty, err));
done:
  return st;
}

/* Solves the least-distance problem with a margin, and says whether it gives a point of the cell.
 */
static bool try_margin(lip_pattern_cell *cell, const signed char *side, double margin,
                       double relative, double *x)
{
  lip_domain_kind kind = cell->claim->domain.kind;
  bool round = kind == LIP_BALL || kind == LIP_ON_SPHERE;
  double slack = lip_least_distance(state(cell, side, margin), cell->gram, cell->h, cell->y,
                                    cell->work, cell->list, cell->control);

  if (!(slack > relative * relative) || (round && (1 - slack) / slack >= 1)) return false;
  place(cell, side, slack, x);
  if (kind == LIP_ON_SPHERE) return push_outward(cell, side, x);
  lip_domain_project(cell->claim->domain, cell->d, x);
  return holds(cell, side, relative, x);
}

lip_status lip_pattern_cell_find(lip_pattern_cell *cell, const signed char *side, bool deep,
                                 lip_cell_verdict *verdict, double *x, size_t *rows,
                                 lip_cell_row *row, lip_error *err)
{
  static const double margins[] = {0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-6};
  lip_status st = LIP_OK;
  bool bounded = cell->claim->domain.kind != LIP_SPACE, found = false, empty;

  *verdict = LIP_CELL_UNKNOWN;
  if (cell->claim->domain.kind == LIP_BOX && cell->d > LIP_MOST_BOX_INPUTS) goto done;
  for (size_t i = 0; i < sizeof margins / sizeof *margins && bounded && deep && !found; i++)
    found = try_margin(cell, side, margins[i], 1e-9, x);
  if (!found) found = try_margin(cell, side, bounded ? 1e-9 : 0, 1e-10, x);
  if (!found) {
    if (bounded) (void)try_margin(cell, side, 0, 0, x); /* y of the cell itself */
    TRY(find_farkas(cell, side, rows, row, &empty, err));
    if (empty) *verdict = LIP_CELL_EMPTY;
    if (empty) goto done;
    found = try_margin(cell, side, bounded ? 1e-12 : 0, 1e-14, x);
  }
  if (found) *verdict = LIP_CELL_POINT;
done:
  return st;
}
