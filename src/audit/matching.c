/* matching.c - pairs of points with different labels, none in two pairs, near ones first.

   All squared distances by matrix products; sorted; taken where both points are free; the distances
   of the pairs that are taken are computed again from the differences. An order that rounding has
   changed makes the matching another one, not a wrong one. */
#include "audit/matching.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 64 };

typedef struct near_pair {
  double square;
  unsigned i, j;
} near_pair;

static int nearer(const void *a, const void *b)
{
  const near_pair *x = a, *y = b;

  if (x->square != y->square) return x->square < y->square ? -1 : 1;
  if (x->i != y->i) return x->i < y->i ? -1 : 1;
  return (x->j > y->j) - (x->j < y->j);
}

double lip_distance_up(size_t d, const double *a, const double *b)
{
  double sum = 0;

  for (size_t i = 0; i < d; i++) {
    double apart = lip_up(fabs(a[i] - b[i]));

    sum = lip_add_up(sum, lip_mul_up(apart, apart));
  }
  return lip_sqrt_up(sum);
}

/* Every pair of rows of Z with different labels. */
static size_t list_pairs(const double *Z, size_t d, size_t count, const size_t *label,
                         const double *square, double *work, near_pair *list)
{
  size_t pairs = 0;

  for (size_t first = 0; first < count; first += ROWS) {
    size_t rows = count - first < ROWS ? count - first : ROWS;

    lip_dgemm(false, true, rows, count, d, -2, Z + first * d, d, Z, d, 0, work, count);
    for (size_t r = 0; r < rows; r++)
      for (size_t j = first + r + 1; j < count; j++)
        if (label[first + r] != label[j])
          list[pairs++] = (near_pair){work[r * count + j] + square[first + r] + square[j],
                                      (unsigned)(first + r), (unsigned)j};
  }
  return pairs;
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

lip_status lip_match_rivals(const double *X, size_t d, size_t count, const lip_audit_point *points,
                            const size_t *label, double **distances, size_t *pairs, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t used = count < MOST_MATCHED ? count : MOST_MATCHED, all, kept = 0;
  double *Z = lip_alloc(used, d * sizeof *Z), *square = lip_alloc(used, sizeof *square);
  double *work = lip_alloc(ROWS, used * sizeof *work);
  size_t *own = lip_alloc(used, sizeof *own);
  bool *taken = lip_alloc_zero(used, sizeof *taken);
  near_pair *list = lip_alloc(used * (used - (used > 0)) / 2, sizeof *list);
  double *distance = lip_alloc(used / 2 + 1, sizeof *distance);

  if (!Z || !square || !work || !own || !taken || !list || !distance)
    FAIL(LIP_ENOMEM, "the distances of %zu points", used);
  for (size_t k = 0; k < used; k++) {
    memcpy(Z + k * d, X + points[k].row * d, d * sizeof *Z);
    square[k] = lip_dot(d, Z + k * d, Z + k * d);
    own[k] = label[points[k].row];
  }
  all = list_pairs(Z, d, used, own, square, work, list);
  qsort(list, all, sizeof *list, nearer);
  for (size_t p = 0; p < all; p++) {
    if (taken[list[p].i] || taken[list[p].j]) continue;
    taken[list[p].i] = taken[list[p].j] = true;
    distance[kept++] = lip_distance_up(d, Z + list[p].i * d, Z + list[p].j * d);
  }
  qsort(distance, kept, sizeof *distance, ascending);
  *distances = distance;
  *pairs = kept;
  distance = NULL;
done:
  lip_free(Z);
  lip_free(square);
  lip_free(work);
  lip_free(own);
  lip_free(taken);
  lip_free(list);
  lip_free(distance);
  return st;
}
