/* window.c - kernels, strides, dilations and padding, explicit or automatic, of the ONNX
   operators that look through windows over one or two dimensions. */
#include "net/onnx/window.h"

#include "base/error.h"
#include "base/memory.h"

lip_status lip_onnx_read_image(lip_onnx_call *call, lip_node *node, lip_onnx_value *value,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *array = &call->in[0]->array;
  size_t rank = array->rank;

  if (rank != 3 && rank != 4)
    FAIL(LIP_EINPUT,
         "its input has %zu dimensions; points, channels and one or two more are supported", rank);
  TRY(lip_onnx_order(call, call->in[0], value, err));
  node->in_channels = array->dims[0] * array->dims[1];
  node->in_height = rank == 4 ? array->dims[2] : 1;
  node->in_width = array->dims[rank - 1];
done:
  return st;
}

lip_status lip_onnx_read_pair(const lip_onnx_call *call, const char *name, size_t axes,
                              int64_t least, size_t to[2], lip_error *err)
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

size_t lip_onnx_reach(const lip_node *node, size_t axis)
{
  return node->dilation[axis] * (node->kernel[axis] - 1) + 1;
}

/* auto_pad SAME: as many places as ceil(in / stride), the odd zero at the end or the beginning. */
static void pad_same(lip_node *node, size_t axis, size_t in, bool odd_at_end)
{
  size_t out = (in - 1) / node->stride[axis] + 1;
  size_t needed = (out - 1) * node->stride[axis] + lip_onnx_reach(node, axis), total;

  total = needed > in ? needed - in : 0;
  node->before[axis] = odd_at_end ? total / 2 : total - total / 2;
  node->after[axis] = total - node->before[axis];
}

lip_status lip_onnx_read_window(const lip_onnx_call *call, lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__NodeProto *proto = call->node;
  size_t axes = call->in[0]->array.rank - 2;
  bool upper = lip_onnx_text_attribute(proto, "auto_pad", "SAME_UPPER", false);
  bool lower = lip_onnx_text_attribute(proto, "auto_pad", "SAME_LOWER", false);
  bool valid = lip_onnx_text_attribute(proto, "auto_pad", "VALID", false);

  node->stride[0] = node->stride[1] = node->dilation[0] = node->dilation[1] = 1;
  TRY(lip_onnx_read_pair(call, "strides", axes, 1, node->stride, err));
  TRY(lip_onnx_read_pair(call, "dilations", axes, 1, node->dilation, err));
  if (upper || lower) {
    pad_same(node, 0, node->in_height, upper);
    pad_same(node, 1, node->in_width, upper);
  } else if (!valid) {
    if (!lip_onnx_text_attribute(proto, "auto_pad", "NOTSET", true))
      FAIL(LIP_EINPUT,
           "its attribute 'auto_pad' is none of NOTSET, SAME_UPPER, SAME_LOWER and VALID");
    TRY(read_pads(call, axes, node, err));
  }
done:
  return st;
}

lip_status lip_onnx_set_image(lip_onnx_call *call, size_t at, lip_error *err)
{
  const lip_node *node = &call->import->graph.node[at];
  size_t rank = call->in[0]->array.rank, images = call->in[0]->array.dims[0];
  size_t dims[LIP_ONNX_RANK] = {images, node->channels / images, node->height, node->width};
  lip_onnx_array shape = {0};
  lip_status st;

  if (rank == 3) dims[2] = node->width;
  st = lip_onnx_set_shape(&shape, rank, dims, err);
  if (st == LIP_OK) lip_onnx_of_node(&shape, call->in[0]->batched, at, call->out[0]);
  return st;
}

lip_status lip_onnx_read_biases(lip_onnx_call *call, lip_node *node, lip_error *err)
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
