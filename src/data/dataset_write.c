/* dataset_write.c - writes a data set as an .npz archive. */
#include <liplaw/dataset.h>

#include "base/error.h"
#include "data/npz.h"

lip_status lip_dataset_write(const lip_dataset *data, const char *path, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_npz_writer *out = NULL;
  size_t X_shape[] = {data->n, data->d}, y_shape[] = {data->n, data->m};

  TRY(lip_npz_create(path, &out, err));
  TRY(lip_npz_add_f64(out, "X", 2, X_shape, data->X, err));
  TRY(lip_npz_add_f64(out, "y", data->m == 1 ? 1 : 2, y_shape, data->y, err));
  TRY(lip_npz_add_text(out, "kind", data->kind, err));
  TRY(lip_npz_add_u64(out, "seed", 0, NULL, &data->seed, err));
  st = lip_npz_commit(out, err);
  out = NULL;
done:
  lip_npz_abandon(out);
  return st;
}
