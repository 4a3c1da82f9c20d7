/* dataset_write.c - writes a data set as an .npz archive. */
#include <liplaw/dataset.h>

#include "base/error.h"
#include "data/npz.h"

#include <math.h>

lip_status lip_dataset_write(const lip_dataset *data, const char *path, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_npz_writer *out = NULL;
  size_t X_shape[] = {data->n, data->d}, y_shape[] = {data->n, data->m};

  TRY(lip_npz_create(path, &out, err));
  TRY(lip_npz_add_f64(out, "X", 2, X_shape, data->X, err));
  TRY(lip_npz_add_f64(out, "y", data->m == 1 ? 1 : 2, y_shape, data->y, err));
  if (data->g) TRY(lip_npz_add_f64(out, "g", 1, X_shape, data->g, err));
  if (data->z) TRY(lip_npz_add_f64(out, "z", 1, X_shape, data->z, err));
  if (isfinite(data->noise_level))
    TRY(lip_npz_add_f64(out, "noise_level", 0, NULL, &data->noise_level, err));
  if (isfinite(data->isoperimetry_c))
    TRY(lip_npz_add_f64(out, "isoperimetry_c", 0, NULL, &data->isoperimetry_c, err));
  TRY(lip_npz_add_text(out, "kind", data->kind, err));
  TRY(lip_npz_add_u64(out, "seed", 0, NULL, &data->seed, err));
  st = lip_npz_commit(out, err);
  out = NULL;
done:
  lip_npz_abandon(out);
  return st;
}
