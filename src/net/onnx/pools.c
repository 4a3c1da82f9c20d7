/* pools.c - the ONNX operators that pool, as the specification defines them for operator sets
   7 to 20. */
#include "net/onnx/windows.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/affine.h"
#include "net/onnx/window.h"

/* ceil_mode: one place more where numbers are left, unless its window would begin beyond them and
   the padding before them. more  out  how far it reaches beyond the padding after them */
static void pad_to_ceiling(const lip_node *node, size_t axis, size_t in, size_t *more)
{
  size_t room = in + node->before[axis] + node->after[axis], stride = node->stride[axis], begin = 0;

  *more = 0;
  if (lip_onnx_reach(node, axis) <= room)
    begin = ((room - lip_onnx_reach(node, axis)) / stride + 1) * stride;
  if (begin + lip_onnx_reach(node, axis) >= room + stride || begin >= in + node->before[axis])
    return;
  *more = begin + lip_onnx_reach(node, axis) - room;
}

/* Every window must meet a number. */
static lip_status check_pads(const lip_node *node, size_t axis, size_t in, lip_error *err)
{
  size_t room = in + node->before[axis] + node->after[axis], places, last;
  lip_status st = LIP_OK;

  if (lip_onnx_reach(node, axis) > room) goto done; /* refused when the node is added */
  places = (room - lip_onnx_reach(node, axis)) / node->stride[axis] + 1;
  last = (places - 1) * node->stride[axis];
  if (node->before[axis] >= lip_onnx_reach(node, axis) || last >= in + node->before[axis])
    FAIL(LIP_EINPUT, "a window of it lies in the padding alone");
  /* Dilated, a window may step over what it spans. */
  if (node->dilation[axis] > in && (node->before[axis] > 0 || node->after[axis] > 0))
    FAIL(LIP_EINPUT, "a dilated window of it may lie in the padding alone");
done:
  return st;
}

/* Where windows reach beyond the padding, that part does not count: the mean over the kernel's
   whole size is scaled. */
static lip_status scale_overhang(lip_onnx_call *call, const size_t more[2], lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value *out = call->out[0];
  lip_node node = call->import->graph.node[out->node];
  size_t in[2] = {node.in_height, node.in_width}, places = node.height * node.width;
  double *factors = lip_alloc(node.size, sizeof *factors);

  if (!factors) FAIL(LIP_ENOMEM, "no memory for %zu factors", node.size);
  for (size_t i = 0; i < node.size; i++) {
    size_t at[2] = {i % places / node.width, i % node.width}, count = 1;

    for (size_t a = 0; a < 2; a++) {
      size_t end = in[a] + node.before[a] + node.after[a] - more[a], inside = 0;

      for (size_t u = 0; u < node.kernel[a]; u++)
        inside += at[a] * node.stride[a] + u * node.dilation[a] < end;
      count *= inside;
    }
    factors[i] = (double)(node.kernel[0] * node.kernel[1]) / (double)count;
  }
  st = lip_onnx_scale(call, out, factors, NULL, out, err);
done:
  return st;
}

static lip_status pool(lip_onnx_call *call, lip_node_kind kind, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node node = {.kind = kind, .kernel = {1, 1}};
  lip_onnx_value value;
  size_t at, more[2] = {0, 0};
  int64_t ceiling, counted;

  TRY(lip_onnx_read_image(call, &node, &value, err));
  if (!lip_onnx_attribute(call->node, "kernel_shape")) FAIL(LIP_EINPUT, "it has no kernel_shape");
  TRY(lip_onnx_read_pair(call, "kernel_shape", value.array.rank - 2, 1, node.kernel, err));
  TRY(lip_onnx_read_window(call, &node, err));
  TRY(lip_onnx_int_attribute(call->node, "ceil_mode", 0, &ceiling, err));
  TRY(lip_onnx_int_attribute(call->node, "count_include_pad", 0, &counted, err));
  node.counts_padding = kind == LIP_NODE_AVERAGE_POOL && counted != 0;
  if (ceiling != 0) {
    pad_to_ceiling(&node, 0, node.in_height, &more[0]);
    pad_to_ceiling(&node, 1, node.in_width, &more[1]);
    node.after[0] += more[0];
    node.after[1] += more[1];
  }
  TRY(check_pads(&node, 0, node.in_height, err));
  TRY(check_pads(&node, 1, node.in_width, err));
  TRY(lip_onnx_emit(call, value.node, &node, &at, err));
  TRY(lip_onnx_set_image(call, at, err));
  if (node.counts_padding && (more[0] > 0 || more[1] > 0)) TRY(scale_overhang(call, more, err));
done:
  return st;
}

lip_status lip_onnx_max_pool(lip_onnx_call *call, lip_error *err)
{
  return pool(call, LIP_NODE_MAX_POOL, err);
}

lip_status lip_onnx_average_pool(lip_onnx_call *call, lip_error *err)
{
  return pool(call, LIP_NODE_AVERAGE_POOL, err);
}

/* Over all places of each channel, however many dimensions they have. */
static lip_status global_pool(lip_onnx_call *call, lip_node_kind kind, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *array = &call->in[0]->array;
  lip_node node = {.kind = kind, .kernel = {1, 1}, .in_height = 1};
  lip_onnx_value value;
  lip_onnx_array shape = {0};
  size_t at, dims[LIP_ONNX_RANK];

  if (array->rank < 3)
    FAIL(LIP_EINPUT, "its input has %zu dimensions; it needs points, channels and one more",
         array->rank);
  TRY(lip_onnx_order(call, call->in[0], &value, err));
  node.in_channels = array->dims[0] * array->dims[1];
  node.in_width = node.kernel[1] = array->count / node.in_channels;
  TRY(lip_onnx_emit(call, value.node, &node, &at, err));
  for (size_t k = 0; k < array->rank; k++) dims[k] = k < 2 ? array->dims[k] : 1;
  TRY(lip_onnx_set_shape(&shape, array->rank, dims, err));
  lip_onnx_of_node(&shape, value.batched, at, call->out[0]);
done:
  return st;
}

lip_status lip_onnx_global_average_pool(lip_onnx_call *call, lip_error *err)
{
  return global_pool(call, LIP_NODE_AVERAGE_POOL, err);
}

lip_status lip_onnx_global_max_pool(lip_onnx_call *call, lip_error *err)
{
  return global_pool(call, LIP_NODE_MAX_POOL, err);
}
