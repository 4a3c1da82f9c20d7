/* rearrange.c - the ONNX operators Tile, DepthToSpace and SpaceToDepth, as the specification
   defines them for operator sets 7 to 20. */
#include "net/onnx/rearrange.h"

#include "base/error.h"
#include "net/onnx/choose.h"

#include <string.h>

/* ---- Tile ---- */

lip_status lip_onnx_tile(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t dims[LIP_ONNX_RANK], *place[LIP_ONNX_RANK] = {NULL}, rank = from->array.rank;
  lip_onnx_list times;

  TRY(lip_onnx_read_list(call, NULL, 1, &times, err));
  if (times.count != rank)
    FAIL(LIP_EINPUT, "it has %zu repeats for %zu dimensions", times.count, rank);
  for (size_t k = 0; k < rank; k++) {
    if (times.entry[k] < 1 || times.entry[k] > INT32_MAX / (int64_t)from->array.dims[k])
      FAIL(LIP_EINPUT, "it repeats dimension %zu %lld times", k, (long long)times.entry[k]);
    if (from->batched && k == 0 && times.entry[k] != 1)
      FAIL(LIP_EINPUT, "it would mix the points of a batch, which the first dimension counts");
    dims[k] = from->array.dims[k] * (size_t)times.entry[k];
    if (times.entry[k] == 1) continue;
    TRY(lip_onnx_new_places(call, dims[k], &place[k], err));
    for (size_t j = 0; j < dims[k]; j++) place[k][j] = j % from->array.dims[k];
  }
  TRY(lip_onnx_choose(call, from, dims, place, 0, call->out[0], err));
done:
  lip_onnx_free_places(place);
  return st;
}

/* ---- blocks ---- */

/* out <- the value seen in six dimensions, turned, and seen in four. */
static lip_status rearrange(lip_onnx_call *call, const size_t split[6], const size_t turn[6],
                            const size_t joined[4], lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array six = {0}, four = {0};
  lip_onnx_value value;

  TRY(lip_onnx_set_shape(&six, 6, split, err));
  TRY(lip_onnx_set_shape(&four, 4, joined, err));
  TRY(lip_onnx_reshape(call, call->in[0], &six, &value, err));
  TRY(lip_onnx_turn(call, &value, turn, &value, err));
  TRY(lip_onnx_reshape(call, &value, &four, call->out[0], err));
done:
  return st;
}

/* Points, channels, height and width, and the size of blocks. */
static lip_status read_blocks(const lip_onnx_call *call, size_t dims[4], size_t *block,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *from = &call->in[0]->array;
  int64_t size;

  TRY(lip_onnx_int_attribute(call->node, "blocksize", 0, &size, err));
  if (from->rank != 4) FAIL(LIP_EINPUT, "its input has %zu dimensions instead of 4", from->rank);
  if (size < 1 || size > LIP_ONNX_WIDEST)
    FAIL(LIP_EINPUT, "its attribute 'blocksize' is %lld", (long long)size);
  memcpy(dims, from->dims, 4 * sizeof *dims);
  *block = (size_t)size;
done:
  return st;
}

lip_status lip_onnx_depth_to_space(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  static const size_t depth_first[] = {0, 3, 4, 1, 5, 2}, column_first[] = {0, 1, 4, 2, 5, 3};
  size_t d[4] = {0}, b = 1, channels;
  bool columns = lip_onnx_text_attribute(call->node, "mode", "CRD", false);

  if (!columns && !lip_onnx_text_attribute(call->node, "mode", "DCR", true))
    FAIL(LIP_EINPUT, "its mode is neither DCR nor CRD");
  TRY(read_blocks(call, d, &b, err));
  if (b > d[1] || d[1] % (b * b)) FAIL(LIP_EINPUT, "%zu channels are no blocks of %zu", d[1], b);
  channels = d[1] / (b * b);
  TRY(rearrange(call,
                columns ? (const size_t[]){d[0], channels, b, b, d[2], d[3]}
                        : (const size_t[]){d[0], b, b, channels, d[2], d[3]},
                columns ? column_first : depth_first,
                (const size_t[]){d[0], channels, d[2] * b, d[3] * b}, err));
done:
  return st;
}

lip_status lip_onnx_space_to_depth(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  static const size_t turn[] = {0, 3, 5, 1, 2, 4};
  size_t d[4] = {0}, b = 1;

  TRY(read_blocks(call, d, &b, err));
  if (d[2] % b || d[3] % b)
    FAIL(LIP_EINPUT, "an image of %zu x %zu is no blocks of %zu", d[2], d[3], b);
  TRY(rearrange(call, (const size_t[]){d[0], d[1], d[2] / b, b, d[3] / b, b}, turn,
                (const size_t[]){d[0], d[1] * b * b, d[2] / b, d[3] / b}, err));
done:
  return st;
}
