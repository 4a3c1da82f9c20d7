/* onnx_windows.c - the ONNX operators Conv and the pools, over one or two dimensions, as the
   specification defines them for operator sets 7 to 20. */
#include "net/onnx_windows.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx_affine.h"
#include "net/onnx_shape.h"

#include <string.h>

/* The value in row-major order, read as channels x height x width (height 1 where there is one
   dimension); its first dimension must be 1. */
static lip_status read_image(lip_onnx_call *call, lip_node *node, lip_onnx_value *value,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *array = &call->in[0]->array;
  size_t rank = array->rank;

  if (rank != 3 && rank != 4)
    FAIL(LIP_EINPUT, "the value before it has %zu dimensions; windows of 1 and 2 are read", rank);
  if (array->dims[0] != 1)
    FAIL(LIP_EINPUT, "the value before it holds %zu images at once", array->dims[0]);
  TRY(lip_onnx_order(call, call->in[0], value, err));
  node->in_channels = array->dims[1];
  node->in_height = rank == 4 ? array->dims[2] : 1;
  node->in_width = array->dims[rank - 1];
done:
  return st;
}

/* One number for each dimension of the window into to[2], in [least, 2^31); 1 or 0 for the height
   that is not there. */
static lip_status read_pair(const lip_onnx_call *call, const char *name, size_t axes, int64_t least,
                            size_t to[2], lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_list list;

  TRY(lip_onnx_read_list(call, name, SIZE_MAX, &list, err));
  if (!list.given) goto done;
  if (list.count != axes)
    FAIL(LIP_EINPUT, "its attribute '%s' has %zu numbers instead of %zu", name, list.count, axes);
  for (size_t a = 0; a < axes; a++) {
    if (list.entry[a] < least || list.entry[a] > INT32_MAX)
      FAIL(LIP_EINPUT, "its attribute '%s' holds %lld", name, (long long)list.entry[a]);
    to[a + 2 - axes] = (size_t)list.entry[a];
  }
done:
  return st;
}

static lip_status read_pads(const lip_onnx_call *call, size_t axes, lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_list list;

  TRY(lip_onnx_read_list(call, "pads", SIZE_MAX, &list, err));
  if (!list.given) goto done;
  if (list.count != 2 * axes)
    FAIL(LIP_EINPUT, "its attribute 'pads' has %zu numbers instead of %zu", list.count, 2 * axes);
  for (size_t a = 0; a < axes; a++) {
    if (list.entry[a] < 0 || list.entry[a] > INT32_MAX || list.entry[axes + a] < 0 ||
        list.entry[axes + a] > INT32_MAX)
      FAIL(LIP_EINPUT, "its attribute 'pads' holds a number out of range");
    node->before[a + 2 - axes] = (size_t)list.entry[a];
    node->after[a + 2 - axes] = (size_t)list.entry[axes + a];
  }
done:
  return st;
}

static size_t reach(const lip_node *node, size_t axis)
{
  return node->dilation[axis] * (node->kernel[axis] - 1) + 1;
}

/* auto_pad SAME: as many places as ceil(in / stride), the odd zero at the end or the beginning. */
static void pad_same(lip_node *node, size_t axis, size_t in, bool odd_at_end)
{
  size_t out = (in - 1) / node->stride[axis] + 1;
  size_t needed = (out - 1) * node->stride[axis] + reach(node, axis), total;

  total = needed > in ? needed - in : 0;
  node->before[axis] = odd_at_end ? total / 2 : total - total / 2;
  node->after[axis] = total - node->before[axis];
}

/* Strides, dilations and padding; kernel is set. */
static lip_status read_window(const lip_onnx_call *call, lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__NodeProto *proto = call->node;
  size_t axes = call->in[0]->array.rank - 2;
  bool upper = lip_onnx_text_attribute(proto, "auto_pad", "SAME_UPPER", false);
  bool lower = lip_onnx_text_attribute(proto, "auto_pad", "SAME_LOWER", false);
  bool valid = lip_onnx_text_attribute(proto, "auto_pad", "VALID", false);

  node->stride[0] = node->stride[1] = node->dilation[0] = node->dilation[1] = 1;
  TRY(read_pair(call, "strides", axes, 1, node->stride, err));
  TRY(read_pair(call, "dilations", axes, 1, node->dilation, err));
  if (upper || lower) {
    pad_same(node, 0, node->in_height, upper);
    pad_same(node, 1, node->in_width, upper);
  } else if (!valid) {
    if (!lip_onnx_text_attribute(proto, "auto_pad", "NOTSET", true))
      FAIL(LIP_EINPUT, "its attribute 'auto_pad' is none of the specification's");
    TRY(read_pads(call, axes, node, err));
  }
done:
  return st;
}

/* out <- the value of node `at`, which has windows, in the shape that ONNX gives it. */
static lip_status set_image(lip_onnx_call *call, size_t at, lip_error *err)
{
  const lip_node *node = &call->import->graph.node[at];
  size_t dims[LIP_ONNX_RANK] = {1, node->channels, node->height, node->width};
  size_t rank = call->in[0]->array.rank;
  lip_onnx_array shape = {0};
  lip_status st;

  if (rank == 3) dims[2] = node->width;
  st = lip_onnx_set_shape(&shape, rank, dims, err);
  if (st == LIP_OK) lip_onnx_of_node(&shape, call->in[0]->batched, at, call->out[0]);
  return st;
}

/* ---- Conv ---- */

static lip_status read_kernels(lip_onnx_call *call, lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *W = &call->in[1]->array;
  size_t rank = call->in[0]->array.rank, kernel[2] = {1, 1};
  int64_t groups;

  TRY(lip_onnx_need_constant(call, 1, err));
  TRY(lip_onnx_need_constant(call, 2, err));
  TRY(lip_onnx_int_attribute(call->node, "group", 1, &groups, err));
  if (groups < 1 || groups > INT32_MAX) FAIL(LIP_EINPUT, "it has %lld groups", (long long)groups);
  node->groups = (size_t)groups;
  if (W->rank != rank)
    FAIL(LIP_EINPUT, "its kernels have %zu dimensions, the value %zu", W->rank, rank);
  node->channels = W->dims[0];
  for (size_t a = 2; a < rank; a++) node->kernel[a + 2 - rank] = W->dims[a];
  if (rank == 3) node->kernel[0] = 1;
  kernel[0] = node->kernel[0];
  kernel[1] = node->kernel[1];
  TRY(read_pair(call, "kernel_shape", rank - 2, 1, kernel, err));
  if (kernel[0] != node->kernel[0] || kernel[1] != node->kernel[1])
    FAIL(LIP_EINPUT, "its kernel_shape is not that of its kernels");
  if (W->dims[1] * node->groups != node->in_channels)
    FAIL(LIP_EINPUT, "its kernels take %zu channels in %zu groups, the value has %zu", W->dims[1],
         node->groups, node->in_channels);
  node->weights = W->count;
  node->W = lip_alloc(W->count, sizeof *node->W);
  if (!node->W) FAIL(LIP_ENOMEM, "no memory for %zu weights", W->count);
  TRY(lip_onnx_array_values(W, node->W, err));
done:
  return st;
}

static lip_status read_conv_biases(lip_onnx_call *call, lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *b;

  if (!lip_onnx_has_input(call, 2)) goto done;
  b = &call->in[2]->array;
  if (b->rank != 1 || b->count != node->channels)
    FAIL(LIP_EINPUT, "it has %zu biases for %zu channels", b->count, node->channels);
  node->b = lip_alloc(b->count, sizeof *node->b);
  if (!node->b) FAIL(LIP_ENOMEM, "no memory for %zu biases", b->count);
  node->biases = b->count;
  TRY(lip_onnx_array_values(b, node->b, err));
done:
  return st;
}

lip_status lip_onnx_conv(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node node = {.kind = LIP_NODE_CONVOLUTION};
  lip_onnx_value value;
  size_t at;

  TRY(read_image(call, &node, &value, err));
  TRY(read_kernels(call, &node, err));
  TRY(read_conv_biases(call, &node, err));
  TRY(read_window(call, &node, err));
  st = lip_onnx_emit(call, value.node, &node, &at, err);
  node.W = node.b = NULL;
  if (st == LIP_OK) TRY(set_image(call, at, err));
done:
  lip_free(node.W);
  lip_free(node.b);
  return st;
}

/* ---- pools ---- */

/* ceil_mode: one place more where numbers are left, unless its window would begin beyond them and
   the padding before them. more  out  how far it reaches beyond the padding after them */
static void pad_to_ceiling(const lip_node *node, size_t axis, size_t in, size_t *more)
{
  size_t room = in + node->before[axis] + node->after[axis], stride = node->stride[axis], begin = 0;

  *more = 0;
  if (reach(node, axis) <= room) begin = ((room - reach(node, axis)) / stride + 1) * stride;
  if (begin + reach(node, axis) >= room + stride || begin >= in + node->before[axis]) return;
  *more = begin + reach(node, axis) - room;
}

/* Every window must meet a number. */
static lip_status check_pads(const lip_node *node, size_t axis, size_t in, lip_error *err)
{
  size_t room = in + node->before[axis] + node->after[axis], places, last;
  lip_status st = LIP_OK;

  if (reach(node, axis) > room) goto done; /* refused when the node is added */
  places = (room - reach(node, axis)) / node->stride[axis] + 1;
  last = (places - 1) * node->stride[axis];
  if (node->before[axis] >= reach(node, axis) || last >= in + node->before[axis])
    FAIL(LIP_EINPUT, "a window lies in the padding");
  /* Dilated, a window may step over what it spans. */
  if (node->dilation[axis] > in && (node->before[axis] > 0 || node->after[axis] > 0))
    FAIL(LIP_EINPUT, "a dilated window may lie in the padding");
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

  TRY(read_image(call, &node, &value, err));
  if (!lip_onnx_attribute(call->node, "kernel_shape")) FAIL(LIP_EINPUT, "it has no kernel_shape");
  TRY(read_pair(call, "kernel_shape", value.array.rank - 2, 1, node.kernel, err));
  TRY(read_window(call, &node, err));
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
  TRY(set_image(call, at, err));
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

  if (array->rank < 3 || array->dims[0] != 1)
    FAIL(LIP_EINPUT, "the value before it is no single image");
  TRY(lip_onnx_order(call, call->in[0], &value, err));
  node.in_channels = array->dims[1];
  node.in_width = node.kernel[1] = array->count / array->dims[1];
  TRY(lip_onnx_emit(call, value.node, &node, &at, err));
  for (size_t k = 0; k < array->rank; k++) dims[k] = k == 1 ? array->dims[1] : 1;
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
