/* moves.c - the ONNX operators that move entries, as the specification defines them for
   operator sets 7 to 20. Each of them chooses, for each dimension of the result, a list of places
   along the same dimension of the value. */
#include "net/onnx/moves.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/choose.h"

#include <string.h>

/* ---- Pad ---- */

typedef enum padding { CONSTANT, REFLECT, EDGE } padding;

/* Place i of a dimension of `size`, i from outside too. */
static size_t padded_place(padding mode, int64_t i, int64_t size)
{
  if (i >= 0 && i < size) return (size_t)i;
  if (mode == CONSTANT) return LIP_NOWHERE;
  if (mode == EDGE) return i < 0 ? 0 : (size_t)(size - 1);
  return (size_t)(i < 0 ? -i : 2 * (size - 1) - i);
}

static lip_status pad_dimension(lip_onnx_call *call, padding mode, size_t size, int64_t before,
                                int64_t after, size_t **place, size_t *made, lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t most = INT32_MAX, whole = (int64_t)size, sum;

  if (before < -most || before > most || after < -most || after > most ||
      (sum = whole + before + after) < 1)
    FAIL(LIP_EINPUT, "it pads a dimension of %zu by %lld and %lld", size, (long long)before,
         (long long)after);
  if (mode == REFLECT && (before >= whole || after >= whole))
    FAIL(LIP_EINPUT, "it reflects more than a dimension of %zu holds", size);
  *made = (size_t)sum;
  TRY(lip_onnx_new_places(call, *made, place, err));
  for (int64_t i = 0; i < sum; i++) (*place)[i] = padded_place(mode, i - before, whole);
done:
  return st;
}

/* The pads of each dimension; from an attribute up to operator set 10, with axes from 18 on. */
static lip_status read_pads(lip_onnx_call *call, int64_t pads[2 * LIP_ONNX_RANK], lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_list list, axes;
  size_t rank = call->in[0]->array.rank, count;

  TRY(lip_onnx_read_list(call, "pads", 1, &list, err));
  TRY(lip_onnx_read_list(call, NULL, 3, &axes, err));
  count = axes.given ? axes.count : rank;
  if (!list.given || list.count != 2 * count)
    FAIL(LIP_EINPUT, "it has %zu pads for %zu dimensions", list.count, count);
  memset(pads, 0, 2 * LIP_ONNX_RANK * sizeof *pads);
  for (size_t i = 0; i < count; i++) {
    size_t k = i;

    if (axes.given) TRY(lip_onnx_axis(axes.entry[i], rank, false, &k, err));
    pads[k] = list.entry[i];
    pads[LIP_ONNX_RANK + k] = list.entry[count + i];
  }
  if (call->in[0]->batched && (pads[0] != 0 || pads[LIP_ONNX_RANK] != 0))
    FAIL(LIP_EINPUT, "it would mix the points of a batch, which the first dimension counts");
done:
  return st;
}

lip_status lip_onnx_pad(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t rank = from->array.rank, dims[LIP_ONNX_RANK], *place[LIP_ONNX_RANK] = {NULL};
  int64_t pads[2 * LIP_ONNX_RANK];
  double fill;
  padding mode = CONSTANT;

  if (lip_onnx_text_attribute(call->node, "mode", "reflect", false)) mode = REFLECT;
  if (lip_onnx_text_attribute(call->node, "mode", "edge", false)) mode = EDGE;
  if (mode == CONSTANT && !lip_onnx_text_attribute(call->node, "mode", "constant", true))
    FAIL(LIP_EINPUT, "its mode is none of constant, reflect and edge");
  TRY(read_pads(call, pads, err));
  if (lip_onnx_attribute(call->node, "value"))
    TRY(lip_onnx_float_attribute(call->node, "value", 0, &fill, err));
  else
    TRY(lip_onnx_one_number(call, 2, 0, &fill, err));
  for (size_t k = 0; k < rank; k++) {
    dims[k] = from->array.dims[k];
    if (pads[k] != 0 || pads[LIP_ONNX_RANK + k] != 0)
      TRY(pad_dimension(call, mode, from->array.dims[k], pads[k], pads[LIP_ONNX_RANK + k],
                        &place[k], &dims[k], err));
  }
  TRY(lip_onnx_choose(call, from, dims, place, fill, call->out[0], err));
done:
  lip_onnx_free_places(place);
  return st;
}

/* ---- Slice, Split, Gather ---- */

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
  return value < low ? low : value > high ? high : value;
}

/* Entries start, start + step, ... before end of a dimension of `size`. */
static lip_status slice_dimension(lip_onnx_call *call, int64_t size, int64_t start, int64_t end,
                                  int64_t step, size_t **place, size_t *made, lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t count;

  if (step == 0) FAIL(LIP_EINPUT, "it slices with step 0");
  step = clamp(step, -INT32_MAX, INT32_MAX);
  start = clamp(start, -INT32_MAX, INT32_MAX);
  end = clamp(end, -INT32_MAX, INT32_MAX);
  if (start < 0) start += size;
  if (end < 0) end += size;
  start = clamp(start, 0, step > 0 ? size : size - 1);
  end = clamp(end, step > 0 ? 0 : -1, size);
  count = step > 0 ? (end - start + step - 1) / step : (end - start + step + 1) / step;
  if (count < 1) FAIL(LIP_EINPUT, "its slice of a dimension of %lld is empty", (long long)size);
  *made = (size_t)count;
  lip_free(*place);
  *place = NULL;
  TRY(lip_onnx_new_places(call, *made, place, err));
  for (int64_t i = 0; i < count; i++) (*place)[i] = (size_t)(start + i * step);
done:
  return st;
}

lip_status lip_onnx_slice(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t dims[LIP_ONNX_RANK], *place[LIP_ONNX_RANK] = {NULL};
  lip_onnx_list starts, ends, axes, steps;

  TRY(lip_onnx_read_list(call, "starts", 1, &starts, err));
  TRY(lip_onnx_read_list(call, "ends", 2, &ends, err));
  TRY(lip_onnx_read_list(call, "axes", 3, &axes, err));
  TRY(lip_onnx_read_list(call, NULL, 4, &steps, err));
  if (!starts.given || starts.count != ends.count || (axes.given && axes.count != starts.count) ||
      (steps.given && steps.count != starts.count))
    FAIL(LIP_EINPUT, "its starts, ends, axes and steps are not equally many");
  memcpy(dims, from->array.dims, sizeof dims);
  for (size_t i = 0; i < starts.count; i++) {
    size_t k;

    TRY(lip_onnx_axis(axes.given ? axes.entry[i] : (int64_t)i, from->array.rank, false, &k, err));
    if (from->batched && k == 0) {
      if (starts.entry[i] == 0 && ends.entry[i] >= INT32_MAX &&
          (!steps.given || steps.entry[i] == 1))
        continue; /* all points */
      FAIL(LIP_EINPUT, "it would mix the points of a batch, which the first dimension counts");
    }
    TRY(slice_dimension(call, (int64_t)from->array.dims[k], starts.entry[i], ends.entry[i],
                        steps.given ? steps.entry[i] : 1, &place[k], &dims[k], err));
  }
  TRY(lip_onnx_choose(call, from, dims, place, 0, call->out[0], err));
done:
  lip_onnx_free_places(place);
  return st;
}

/* How many of the `size` numbers along the axis each output gets. */
static lip_status split_sizes(lip_onnx_call *call, size_t size, lip_onnx_list *sizes,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  size_t parts = call->outputs, each = (size + parts - 1) / parts;
  int64_t sum = 0;

  TRY(lip_onnx_read_list(call, "split", 1, sizes, err));
  if (parts > LIP_ONNX_LIST) FAIL(LIP_EINPUT, "it has %zu outputs", parts);
  for (size_t i = 0; !sizes->given && i < parts; i++) /* the last one may be smaller */
    sizes->entry[i] = (int64_t)(i + 1 < parts ? each : size - each * (parts - 1));
  if (!sizes->given) sizes->count = parts;
  for (size_t i = 0; i < sizes->count; i++) {
    if (sizes->entry[i] < 1 || sizes->entry[i] > INT32_MAX)
      FAIL(LIP_EINPUT, "its part %zu has %lld numbers", i, (long long)sizes->entry[i]);
    sum += sizes->entry[i];
  }
  if (sizes->count != parts || sum != (int64_t)size)
    FAIL(LIP_EINPUT, "it splits %zu numbers into %zu parts of %lld together", size, sizes->count,
         (long long)sum);
done:
  return st;
}

lip_status lip_onnx_split(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t dims[LIP_ONNX_RANK], *place[LIP_ONNX_RANK] = {NULL}, k;
  int64_t axis, first = 0;
  lip_onnx_list sizes;

  TRY(lip_onnx_int_attribute(call->node, "axis", 0, &axis, err));
  TRY(lip_onnx_axis(axis, from->array.rank, from->batched, &k, err));
  TRY(split_sizes(call, from->array.dims[k], &sizes, err));
  memcpy(dims, from->array.dims, sizeof dims);
  for (size_t i = 0; i < call->outputs; first += sizes.entry[i], i++) {
    if (!call->out[i]) continue;
    TRY(slice_dimension(call, (int64_t)from->array.dims[k], first, first + sizes.entry[i], 1,
                        &place[k], &dims[k], err));
    TRY(lip_onnx_choose(call, from, dims, place, 0, call->out[i], err));
  }
done:
  lip_onnx_free_places(place);
  return st;
}

/* Gather: entries along one axis, in the shape of the indices. */
lip_status lip_onnx_gather(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  const lip_onnx_array *list = &call->in[1]->array;
  size_t dims[LIP_ONNX_RANK], *place[LIP_ONNX_RANK] = {NULL}, k, rank = from->array.rank;
  size_t shaped[2 * LIP_ONNX_RANK];
  lip_onnx_array shape = {0};
  lip_onnx_value chosen;
  int64_t axis, size;

  TRY(lip_onnx_need_constant(call, 1, err));
  TRY(lip_onnx_int_attribute(call->node, "axis", 0, &axis, err));
  TRY(lip_onnx_axis(axis, rank, from->batched, &k, err));
  if (lip_onnx_array_is_real(list)) FAIL(LIP_EINPUT, "its indices are no integers");
  memcpy(dims, from->array.dims, sizeof dims);
  dims[k] = list->count;
  size = (int64_t)from->array.dims[k];
  TRY(lip_onnx_new_places(call, list->count, &place[k], err));
  for (size_t i = 0; i < list->count; i++) {
    int64_t at = lip_onnx_array_integer(list, i);

    if (at < -size || at >= size)
      FAIL(LIP_EINPUT, "it takes index %lld of a dimension of %lld", (long long)at,
           (long long)size);
    place[k][i] = (size_t)(at < 0 ? at + size : at);
  }
  TRY(lip_onnx_choose(call, from, dims, place, 0, &chosen, err));
  memcpy(shaped, dims, k * sizeof *dims);
  memcpy(shaped + k, list->dims, list->rank * sizeof *dims);
  memcpy(shaped + k + list->rank, dims + k + 1, (rank - k - 1) * sizeof *dims);
  TRY(lip_onnx_set_shape(&shape, rank - 1 + list->rank, shaped, err));
  TRY(lip_onnx_reshape(call, &chosen, &shape, call->out[0], err));
done:
  lip_onnx_free_places(place);
  return st;
}
