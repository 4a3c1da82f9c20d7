/* min_norm.c - the shortest w with w.x_i = 1: Gram-Schmidt, each point twice, then forward
   substitution for w = Q'c, R c = 1 (theory.md B7). Unlike by XX', the condition number counts
   once. */
#include "construct/min_norm.h"

#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <stdint.h>
#include <string.h>

static const double dependent = 1e-7;

bool lip_min_norm_create(size_t d, size_t room, lip_min_norm *group)
{
  *group = (lip_min_norm){.d = d, .room = room};
  group->Q = lip_alloc(room, d * sizeof *group->Q);
  group->X = lip_alloc(room, d * sizeof *group->X);
  group->R = lip_alloc(room, room * sizeof *group->R);
  group->r = lip_alloc(2 * room + d, sizeof *group->r);
  return group->Q && group->X && group->R && group->r;
}

void lip_min_norm_clear(lip_min_norm *group)
{
  lip_free(group->Q);
  lip_free(group->X);
  lip_free(group->R);
  lip_free(group->r);
  *group = (lip_min_norm){0};
}

bool lip_min_norm_add(lip_min_norm *group, const double *x)
{
  size_t d = group->d, g = group->count;
  double *q, *row, *part = group->r, length = lip_norm(d, x), left;

  if (g == group->room) return false;
  q = group->Q + g * d;
  row = group->R + g * group->room;
  memcpy(q, x, d * sizeof *q);
  memset(row, 0, g * sizeof *row);
  for (int pass = 0; pass < 2 && g > 0; pass++) {
    lip_dgemv(false, g, d, 1, group->Q, d, q, 0, part);
    lip_dgemv(true, g, d, -1, group->Q, d, part, 1, q);
    for (size_t i = 0; i < g; i++) row[i] += part[i];
  }
  left = lip_norm(d, q);
  if (!(left > dependent * length)) return false;
  for (size_t j = 0; j < d; j++) q[j] /= left;
  row[g] = left;
  memcpy(group->X + g * d, x, d * sizeof *x);
  group->count++;
  return true;
}

void lip_min_norm_solve(lip_min_norm *group, double *w)
{
  size_t d = group->d, g = group->count;
  double *c = group->r, *wanted = group->r + group->room;

  memset(w, 0, d * sizeof *w);
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < g; i++) wanted[i] = 1;
    lip_dgemv(false, g, d, -1, group->X, d, w, 1, wanted);
    for (size_t i = 0; i < g; i++) {
      const double *row = group->R + i * group->room;

      c[i] = (wanted[i] - lip_dot(i, row, c)) / row[i];
    }
    lip_dgemv(true, g, d, 1, group->Q, d, c, 1, w);
  }
}
