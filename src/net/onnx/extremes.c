/* extremes.c - the ONNX operators Max and Min, entry by entry, and Softmax, as the
   specification defines them for operator sets 7 to 20. The larger of two values is a pool over
   both; beside a constant it is max(h, c) = c + relu(h - c). */
#include "net/onnx/extremes.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/activations.h"
#include "net/onnx/affine.h"
#include "net/onnx/shape.h"

/* The values, one after the other: `count` of one shape. */
static lip_status join(lip_onnx_call *call, size_t count, const lip_onnx_value *value, size_t *at,
                       lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node node = {.kind = LIP_NODE_CONCAT, .parents = count};
  lip_onnx_value ordered;

  node.parent = lip_alloc(count, sizeof *node.parent);
  if (!node.parent) FAIL(LIP_ENOMEM, "no memory for %zu parents", count);
  for (size_t i = 0; i < count; i++) {
    TRY(lip_onnx_order(call, &value[i], &ordered, err));
    node.parent[i] = ordered.node;
  }
  st = lip_onnx_emit_many(call, &node, at, err);
  node.parent = NULL;
done:
  lip_free(node.parent);
  return st;
}

static lip_status larger(lip_onnx_call *call, const lip_onnx_value *one, const lip_onnx_value *two,
                         lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array shape = {0};
  lip_onnx_value pair[2];
  lip_node node = {.kind = LIP_NODE_MAX_POOL, .in_channels = 1, .in_height = 2, .kernel = {2, 1}};
  bool batched;
  size_t at;

  TRY(lip_onnx_shape_common(2, (const lip_onnx_value *const[]){one, two}, &shape, &batched, err));
  TRY(lip_onnx_shape_spread(call, one, &shape, batched, &pair[0], err));
  TRY(lip_onnx_shape_spread(call, two, &shape, batched, &pair[1], err));
  TRY(join(call, 2, pair, &at, err));
  node.in_width = shape.count;
  TRY(lip_onnx_emit(call, at, &node, &at, err));
  lip_onnx_of_node(&shape, batched, at, out);
done:
  return st;
}

/* sign max(sign one, sign two); one depends on the network's input. */
static lip_status extreme(lip_onnx_call *call, double sign, const lip_onnx_value *one,
                          const lip_onnx_value *two, lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value first, second, bent;

  if (two->constant) {
    if (sign > 0)
      TRY(lip_onnx_plus(call, one, two, -1, &bent, err));
    else
      TRY(lip_onnx_plus(call, two, one, -1, &bent, err));
    TRY(lip_onnx_activate(call, &bent, LIP_RELU, 0, &bent, err));
    TRY(lip_onnx_plus(call, two, &bent, sign, out, err));
    goto done;
  }
  TRY(lip_onnx_scale_all(call, one, sign, 0, &first, err));
  TRY(lip_onnx_scale_all(call, two, sign, 0, &second, err));
  TRY(larger(call, &first, &second, &first, err));
  TRY(lip_onnx_scale_all(call, &first, sign, 0, out, err));
done:
  return st;
}

static lip_status extremes(lip_onnx_call *call, double sign, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t first = 0;
  lip_onnx_value value;

  while (call->in[first]->constant) first++;
  value = *call->in[first];
  for (size_t i = 0; i < call->inputs; i++)
    if (i != first) TRY(extreme(call, sign, &value, call->in[i], &value, err));
  *call->out[0] = value;
done:
  return st;
}

lip_status lip_onnx_max(lip_onnx_call *call, lip_error *err)
{
  return extremes(call, 1, err);
}

lip_status lip_onnx_min(lip_onnx_call *call, lip_error *err)
{
  return extremes(call, -1, err);
}

/* ---- Softmax ---- */

/* Of each of `groups` parts of a value in row-major order. */
static lip_status softmax_of_groups(lip_onnx_call *call, const lip_onnx_value *from, size_t groups,
                                    lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  enum { MOST_GROUPS = 1024 };
  size_t size = from->array.count / groups, at, *index;
  lip_onnx_array shape = {0};
  lip_onnx_value *part = lip_alloc(groups, sizeof *part);

  if (!part) FAIL(LIP_ENOMEM, "no memory for %zu groups", groups);
  if (groups > MOST_GROUPS)
    FAIL(LIP_EINPUT, "it is taken of %zu groups of numbers; at most %d are supported", groups,
         MOST_GROUPS);
  TRY(lip_onnx_set_shape(&shape, 1, &size, err));
  for (size_t g = 0; g < groups; g++) {
    lip_node node = {.kind = LIP_NODE_SOFTMAX};

    TRY(lip_onnx_new_index(call, from, size, &index, err));
    for (size_t j = 0; j < size; j++) index[j] = g * size + j;
    TRY(lip_onnx_take(call, from, &shape, index, 0, &part[g], err));
    TRY(lip_onnx_emit(call, part[g].node, &node, &part[g].node, err));
  }
  at = part[0].node;
  if (groups > 1) TRY(join(call, groups, part, &at, err));
  lip_onnx_of_node(&from->array, from->batched, at, out);
done:
  lip_free(part);
  return st;
}

/* Along its axis; in operator sets up to 12 over it and all dimensions after it. */
lip_status lip_onnx_softmax(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  lip_onnx_value value = *from;
  int64_t axis;
  size_t k, along = 1, rank = from->array.rank, turn[LIP_ONNX_RANK], back[LIP_ONNX_RANK];
  bool older = call->import->opset < 13;

  TRY(lip_onnx_int_attribute(call->node, "axis", older ? 1 : -1, &axis, err));
  TRY(lip_onnx_axis(axis, rank, from->batched, &k, err));
  for (size_t i = k; i < (older ? rank : k + 1); i++) along *= from->array.dims[i];
  for (size_t i = 0; i < rank; i++) {
    turn[i] = older || i < k ? i : i + 1 < rank ? i + 1 : k;
    back[turn[i]] = i;
  }
  TRY(lip_onnx_turn(call, &value, turn, &value, err));
  TRY(lip_onnx_order(call, &value, &value, err));
  TRY(softmax_of_groups(call, &value, from->array.count / along, &value, err));
  TRY(lip_onnx_turn(call, &value, back, call->out[0], err));
done:
  return st;
}
