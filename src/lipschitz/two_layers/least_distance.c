/* least_distance.c - the point nearest to 0 that satisfies linear inequalities.

   Minimises y'(gram + h h')y / 2 - h'y over y >= 0: rows enter one at a time, the one whose
   inequality is violated most, and leave when their multiplier reaches 0. The system of the active
   rows is factorised anew at each step. */
#include "lipschitz/two_layers/least_distance.h"

#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* One problem under way. */
typedef struct search {
  size_t n, active;
  const double *gram, *h;
  double *y, *L, *s, *slope; /* L: active x n, rows of the factor; s: the trial y of the active */
  size_t *list;              /* the active rows */
} search;

static double curvature(const search *in, size_t i, size_t j)
{
  return in->gram[i * in->n + j] + in->h[i] * in->h[j];
}

/* Solves (gram + h h') s = h on the active rows; false where they are dependent. */
static bool solve(search *in)
{
  for (size_t a = 0; a < in->active; a++) {
    double *row = in->L + a * in->n, diagonal = curvature(in, in->list[a], in->list[a]);

    for (size_t c = 0; c < a; c++)
      row[c] = (curvature(in, in->list[a], in->list[c]) - lip_dot(c, row, in->L + c * in->n)) /
               in->L[c * in->n + c];
    row[a] = diagonal - lip_dot(a, row, row);
    if (!(row[a] > 1e-13 * diagonal)) return false;
    row[a] = sqrt(row[a]);
    in->s[a] = (in->h[in->list[a]] - lip_dot(a, row, in->s)) / row[a];
  }
  for (size_t a = in->active; a-- > 0;) {
    in->s[a] /= in->L[a * in->n + a];
    for (size_t c = 0; c < a; c++) in->s[c] -= in->s[a] * in->L[a * in->n + c];
  }
  return true;
}

static void drop(search *in, size_t at)
{
  in->y[in->list[at]] = 0;
  memmove(in->list + at, in->list + at + 1, (in->active - at - 1) * sizeof *in->list);
  in->active--;
}

/* Moves y to the minimum over the active rows, dropping those that reach 0 on the way. */
static bool settle(search *in)
{
  while (in->active > 0) {
    double step = 1;
    size_t first = in->active;

    if (!solve(in)) return false;
    for (size_t a = 0; a < in->active; a++) {
      double y = in->y[in->list[a]];

      if (in->s[a] <= 0 && (first == in->active || y / (y - in->s[a]) < step))
        step = y - in->s[a] > 0 ? y / (y - in->s[a]) : 0, first = a;
    }
    for (size_t a = 0; a < in->active; a++)
      in->y[in->list[a]] += step * (in->s[a] - in->y[in->list[a]]);
    if (first == in->active) return true;
    drop(in, first);
  }
  return true;
}

double lip_least_distance(size_t n, const double *gram, const double *h, double *y, double *work,
                          size_t *list, const lip_control *control)
{
  search in = {n, 0, gram, h, y, work, work + n * n, work + n * n + n, list};
  double *barred = work + n * n + 2 * n, slack = 1;

  memset(y, 0, n * sizeof *y);
  memset(barred, 0, n * sizeof *barred);
  for (size_t round = 0; round < 20 * n + 20; round++) {
    double most = 1e-13, along = lip_dot(n, h, y);
    size_t enter = n;

    if (control && control->stop && control->stop(control->context)) break;
    for (size_t i = 0; i < n; i++) { /* minus the derivative by y_i */
      in.slope[i] = h[i] * (1 - along);
      for (size_t a = 0; a < in.active; a++) in.slope[i] -= gram[i * n + list[a]] * y[list[a]];
      if (y[i] == 0 && barred[i] == 0 && in.slope[i] > most * sqrt(curvature(&in, i, i)))
        most = in.slope[i] / sqrt(curvature(&in, i, i)), enter = i;
    }
    if (enter == n) break;
    list[in.active++] = enter;
    if (!settle(&in) || y[enter] == 0) { /* dependent on the active rows, or of no use now */
      size_t at = 0;

      while (at < in.active && list[at] != enter) at++;
      if (at < in.active) drop(&in, at);
      barred[enter] = 1;
      if (in.active > 0 && !settle(&in)) break;
    } else {
      memset(barred, 0, n * sizeof *barred);
    }
  }
  slack = 1 - lip_dot(n, h, y);
  return slack > 0 ? slack : 0;
}
