/* one_hot.c - class labels as one-hot vectors. */
#include <liplaw/dataset.h>

#include "base/error.h"
#include "base/memory.h"
#include "data/equal_rows.h"

enum { MAX_CLASSES = 1000 };

lip_status lip_dataset_one_hot(lip_dataset *data, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *rank = NULL, classes = 0;
  double *y = NULL;

  if (data->m != 1) FAIL(LIP_EINPUT, "every point has %zu labels, not one class", data->m);
  rank = lip_alloc(data->n, sizeof *rank);
  if (!rank) FAIL(LIP_ENOMEM, "no memory for %zu labels", data->n);
  TRY(lip_number_rows(data->y, data->n, 1, rank, err));
  for (size_t i = 0; i < data->n; i++)
    if (rank[i] >= classes) classes = rank[i] + 1;
  if (classes > MAX_CLASSES)
    FAIL(LIP_EINPUT, "the labels have %zu different values, too many for classes", classes);
  y = lip_alloc_zero(data->n, classes * sizeof *y);
  if (!y) FAIL(LIP_ENOMEM, "no memory for %zu labels of %zu classes", data->n, classes);
  for (size_t i = 0; i < data->n; i++) y[i * classes + rank[i]] = 1;
  lip_free(data->y);
  data->y = y;
  data->m = classes;
  data->classes = false;
done:
  lip_free(rank);
  return st;
}
