/* choose.c - entries of a value by lists of places along its dimensions. */
#include "net/onnx/choose.h"

#include "base/error.h"
#include "base/memory.h"

lip_status lip_onnx_choose(lip_onnx_call *call, const lip_onnx_value *from, const size_t *dims,
                           size_t *const place[LIP_ONNX_RANK], double fill, lip_onnx_value *out,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *index = NULL, rank = from->array.rank;
  lip_onnx_array shape = {0};

  TRY(lip_onnx_set_shape(&shape, rank, dims, err));
  TRY(lip_onnx_new_index(call, from, shape.count, &index, err));
  for (size_t j = 0; j < shape.count; j++) {
    size_t rest = j, step = 1, at = 0;

    for (size_t k = rank; k-- > 0; rest /= dims[k], step *= from->array.dims[k]) {
      size_t i = place[k] ? place[k][rest % dims[k]] : rest % dims[k];

      at = i == LIP_NOWHERE || at == LIP_NOWHERE ? LIP_NOWHERE : at + i * step;
    }
    index[j] = at;
  }
  TRY(lip_onnx_take(call, from, &shape, index, fill, out, err));
done:
  return st;
}

lip_status lip_onnx_new_places(lip_onnx_call *call, size_t count, size_t **place, lip_error *err)
{
  lip_status st = lip_onnx_reserve(call->import, count, err);

  if (st != LIP_OK) return st;
  *place = lip_alloc(count, sizeof **place);
  return *place ? LIP_OK : lip_fail(err, LIP_ENOMEM, "no memory for %zu places", count);
}

void lip_onnx_free_places(size_t *place[LIP_ONNX_RANK])
{
  for (size_t k = 0; k < LIP_ONNX_RANK; k++) lip_free(place[k]);
}
