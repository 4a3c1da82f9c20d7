/* equal_rows.c - numbers the rows of a matrix so that equal rows have equal numbers: sorts them. */
#include "data/equal_rows.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

typedef struct matrix {
  const double *A;
  size_t d;
} matrix;

static int compare(const void *left, const void *right, void *context)
{
  const matrix *in = context;
  const double *a = in->A + *(const size_t *)left * in->d;
  const double *b = in->A + *(const size_t *)right * in->d;

  for (size_t k = 0; k < in->d; k++)
    if (a[k] != b[k]) return a[k] < b[k] ? -1 : 1;
  return 0;
}

lip_status lip_number_rows(const double *A, size_t n, size_t d, size_t *number, lip_error *err)
{
  matrix in = {A, d};
  size_t *order = lip_alloc(n, sizeof *order), last = 0;

  if (!order) return lip_fail(err, LIP_ENOMEM, "no memory to sort %zu rows", n);
  for (size_t i = 0; i < n; i++) order[i] = i;
  qsort_r(order, n, sizeof *order, compare, &in);
  for (size_t i = 0; i < n; i++) {
    if (i && compare(&order[i - 1], &order[i], &in) != 0) last++;
    number[order[i]] = last;
  }
  lip_free(order);
  return LIP_OK;
}
