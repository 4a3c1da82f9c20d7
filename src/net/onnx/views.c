/* views.c - the ONNX operators that change a value's shape but move nothing, and Shape, as the
   specification defines them for operator sets 7 to 20. */
#include "net/onnx/views.h"

#include "base/error.h"
#include "net/onnx/shape.h"

lip_status lip_onnx_identity(lip_onnx_call *call, lip_error *err)
{
  (void)err;
  *call->out[0] = *call->in[0];
  return LIP_OK;
}

/* To a type of reals; of constants also to integers and back. */
lip_status lip_onnx_cast(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  int64_t to;
  bool whole;
  void *memory;

  TRY(lip_onnx_int_attribute(call->node, "to", 0, &to, err));
  whole = to == ONNX__TENSOR_PROTO__DATA_TYPE__INT64 ||
          to == ONNX__TENSOR_PROTO__DATA_TYPE__INT32 || to == ONNX__TENSOR_PROTO__DATA_TYPE__BOOL;
  if ((!whole || !from->constant) && to != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT &&
      to != ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE)
    FAIL(LIP_EINPUT, "it casts to the type %lld; FLOAT (1) and DOUBLE (11) are supported",
         (long long)to);
  *call->out[0] = *from;
  if (!from->constant || whole != lip_onnx_array_is_real(&from->array)) goto done;
  TRY(lip_onnx_new_constant(call, &from->array, whole, &memory, call->out[0], err));
  for (size_t i = 0; i < from->array.count; i++) {
    double real = whole ? lip_onnx_array_real(&from->array, i) : 0;

    if (!(real > -9e18 && real < 9e18)) FAIL(LIP_EINPUT, "it casts %g to an integer", real);
    if (whole)
      ((int64_t *)memory)[i] = to == ONNX__TENSOR_PROTO__DATA_TYPE__BOOL ? real != 0
                                                                         : (int64_t)real;
    else
      ((double *)memory)[i] = (double)lip_onnx_array_integer(&from->array, i);
  }
done:
  return st;
}

lip_status lip_onnx_flatten(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array shape = {0};
  int64_t axis;

  TRY(lip_onnx_int_attribute(call->node, "axis", 1, &axis, err));
  TRY(lip_onnx_shape_flatten(call->in[0], axis, &shape, err));
  TRY(lip_onnx_reshape(call, call->in[0], &shape, call->out[0], err));
done:
  return st;
}

lip_status lip_onnx_reshape_to(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_list target;
  lip_onnx_array shape = {0};
  int64_t zeros;

  TRY(lip_onnx_int_attribute(call->node, "allowzero", 0, &zeros, err));
  TRY(lip_onnx_read_sizes(call, 1, &target, err));
  if (!target.given) FAIL(LIP_EINPUT, "it has no target");
  TRY(lip_onnx_shape_reshape(call->in[0], &target, zeros != 0, &shape, err));
  TRY(lip_onnx_reshape(call, call->in[0], &shape, call->out[0], err));
done:
  return st;
}

lip_status lip_onnx_transpose(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t rank = from->array.rank, turn[LIP_ONNX_RANK];
  bool seen[LIP_ONNX_RANK] = {false};
  lip_onnx_list perm;

  TRY(lip_onnx_read_list(call, "perm", SIZE_MAX, &perm, err));
  if (perm.given && perm.count != rank)
    FAIL(LIP_EINPUT, "its perm has %zu numbers for %zu dimensions", perm.count, rank);
  for (size_t k = 0; k < rank; k++) {
    int64_t at = perm.given ? perm.entry[k] : (int64_t)(rank - 1 - k);

    if (at < 0 || at >= (int64_t)rank || seen[at]) FAIL(LIP_EINPUT, "its perm is no permutation");
    seen[at] = true;
    turn[k] = (size_t)at;
  }
  if (from->batched && turn[0] != 0)
    FAIL(LIP_EINPUT, "it would mix the points of a batch, which the first dimension counts");
  TRY(lip_onnx_turn(call, from, turn, call->out[0], err));
done:
  return st;
}

/* A value in which dimension k of `from` has become dimension to[k], or gone (SIZE_MAX: it is 1);
   all others are 1. */
static lip_status move_dimensions(const lip_onnx_value *from, size_t rank, const size_t *to,
                                  lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value made = *from;
  size_t dims[LIP_ONNX_RANK];

  if (rank > LIP_ONNX_RANK)
    FAIL(LIP_EINPUT, "its value would have more than %d dimensions", LIP_ONNX_RANK);
  for (size_t k = 0; k < rank; k++) {
    dims[k] = 1;
    made.strides[k] = 0;
  }
  for (size_t k = 0; k < from->array.rank; k++) {
    if (to[k] == SIZE_MAX) continue;
    dims[to[k]] = from->array.dims[k];
    made.strides[to[k]] = from->strides[k];
  }
  TRY(lip_onnx_set_shape(&made.array, rank, dims, err));
  *out = made;
done:
  return st;
}

lip_status lip_onnx_squeeze(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t to[LIP_ONNX_RANK], rank = 0;
  bool gone[LIP_ONNX_RANK];
  lip_onnx_list list;

  TRY(lip_onnx_read_list(call, "axes", 1, &list, err));
  TRY(lip_onnx_axes(&list, from->array.rank, from->batched, gone, err));
  for (size_t k = 0; k < from->array.rank; k++) {
    if (gone[k] && list.given && from->array.dims[k] != 1)
      FAIL(LIP_EINPUT, "its dimension %zu is %zu instead of 1", k, from->array.dims[k]);
    to[k] = gone[k] && from->array.dims[k] == 1 ? SIZE_MAX : rank++;
  }
  TRY(move_dimensions(from, rank, to, call->out[0], err));
done:
  return st;
}

lip_status lip_onnx_unsqueeze(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t to[LIP_ONNX_RANK], rank, at = 0;
  bool made[LIP_ONNX_RANK];
  lip_onnx_list list;

  TRY(lip_onnx_read_list(call, "axes", 1, &list, err));
  if (!list.given) FAIL(LIP_EINPUT, "it has no axes");
  rank = from->array.rank + list.count;
  if (rank > LIP_ONNX_RANK)
    FAIL(LIP_EINPUT, "its value would have more than %d dimensions", LIP_ONNX_RANK);
  TRY(lip_onnx_axes(&list, rank, from->batched, made, err));
  for (size_t k = 0; k < rank; k++) {
    if (made[k]) continue;
    if (at == from->array.rank) FAIL(LIP_EINPUT, "its axes are not all different");
    to[at++] = k;
  }
  TRY(move_dimensions(from, rank, to, call->out[0], err));
  call->out[0]->apart = true;
done:
  return st;
}

/* Which dimensions Shape tells: from `start` on, before `end`. */
static lip_status shape_range(const lip_onnx_call *call, size_t *first, size_t *end, lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t rank = (int64_t)call->in[0]->array.rank, bound[2];

  TRY(lip_onnx_int_attribute(call->node, "start", 0, &bound[0], err));
  TRY(lip_onnx_int_attribute(call->node, "end", rank, &bound[1], err));
  for (size_t i = 0; i < 2; i++) {
    if (bound[i] < 0) bound[i] = bound[i] < -rank ? 0 : bound[i] + rank;
    if (bound[i] > rank) bound[i] = rank;
  }
  if (bound[0] >= bound[1]) FAIL(LIP_EINPUT, "it tells no dimension");
  *first = (size_t)bound[0];
  *end = (size_t)bound[1];
done:
  return st;
}

lip_status lip_onnx_shape_of(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t first = 0, end = 0;
  lip_onnx_array shape = {0};
  lip_onnx_value made;
  void *memory;

  TRY(shape_range(call, &first, &end, err));
  TRY(lip_onnx_set_shape(&shape, 1, (size_t[]){end - first}, err));
  TRY(lip_onnx_new_constant(call, &shape, true, &memory, &made, err));
  for (size_t k = first; k < end; k++)
    ((int64_t *)memory)[k - first] = from->batched && k == 0 ? LIP_ONNX_POINTS
                                                             : (int64_t)from->array.dims[k];
  *call->out[0] = made;
done:
  return st;
}

lip_status lip_onnx_size_of(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array shape = {.count = 1};
  void *memory;

  if (call->in[0]->batched) FAIL(LIP_EINPUT, "it counts the numbers of all points");
  TRY(lip_onnx_new_constant(call, &shape, true, &memory, call->out[0], err));
  *(int64_t *)memory = (int64_t)call->in[0]->array.count;
done:
  return st;
}
