/* dataset.c - the data set: its memory. */
#include "data/dataset.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>

static lip_status create_empty(size_t n, size_t d, size_t m, lip_dataset **data, lip_error *err)
{
  lip_dataset *made = lip_alloc_zero(1, sizeof *made);

  if (!made) return lip_fail(err, LIP_ENOMEM, "no memory for a data set");
  *made = (lip_dataset){.n = n,
                        .d = d,
                        .m = m,
                        .noise_level = NAN,
                        .isoperimetry_c = NAN,
                        .isoperimetry_source = "unknown",
                        .components = 1};
  (void)snprintf(made->kind, sizeof made->kind, "file");
  *data = made;
  return LIP_OK;
}

lip_status lip_dataset_create(size_t n, size_t d, size_t m, lip_dataset **data, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *made = NULL;
  size_t inputs, labels;

  if (n == 0 || d == 0 || m == 0)
    FAIL(LIP_EINPUT, "a data set of %zu points, %zu inputs and %zu labels is empty", n, d, m);
  if (__builtin_mul_overflow(n, d, &inputs) || __builtin_mul_overflow(n, m, &labels))
    FAIL(LIP_ENOMEM, "no memory for %zu points of %zu inputs and %zu labels", n, d, m);
  TRY(create_empty(n, d, m, &made, err));
  made->X = lip_alloc(inputs, sizeof *made->X);
  made->y = lip_alloc(labels, sizeof *made->y);
  if (!made->X || !made->y)
    FAIL(LIP_ENOMEM, "no memory for %zu points of %zu inputs and %zu labels", n, d, m);
  *data = made;
  made = NULL;
done:
  lip_dataset_free(made);
  return st;
}

lip_status lip_dataset_adopt(size_t n, size_t d, size_t m, double **X, double **y,
                             lip_dataset **data, lip_error *err)
{
  lip_status st = create_empty(n, d, m, data, err);

  if (st != LIP_OK) return st;
  (*data)->X = *X;
  (*data)->y = *y;
  *X = *y = NULL;
  return LIP_OK;
}

void lip_dataset_drop_labels(lip_dataset *data)
{
  lip_free(data->y);
  data->y = NULL;
  data->m = 0;
}

void lip_dataset_free(lip_dataset *data)
{
  if (!data) return;
  lip_free(data->X);
  lip_free(data->y);
  lip_free(data->g);
  lip_free(data->z);
  lip_free(data);
}
