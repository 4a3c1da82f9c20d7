/* conv_transpose.c - the ONNX operator ConvTranspose with constant kernels: zeros put between
   the value's places, then a convolution with the kernels turned round and in and out exchanged. */
#include "net/onnx/windows.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/window.h"

/* The window of the transposed convolution as its node reads it: before and after are still those
   that are taken away from the result. */
static lip_status read_transposed(lip_onnx_call *call, lip_node *node, size_t extra[2],
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *W = &call->in[1]->array;
  size_t rank = call->in[0]->array.rank;
  int64_t groups;

  TRY(lip_onnx_need_constant(call, 1, err));
  TRY(lip_onnx_need_constant(call, 2, err));
  TRY(lip_onnx_int_attribute(call->node, "group", 1, &groups, err));
  if (call->in[0]->array.dims[0] != 1)
    FAIL(LIP_EINPUT, "its input holds %zu images, not one", call->in[0]->array.dims[0]);
  if (W->rank != rank || W->dims[0] != node->in_channels || groups < 1 ||
      groups > (int64_t)W->dims[0] || W->dims[0] % (size_t)groups)
    FAIL(LIP_EINPUT, "its kernels do not fit %zu channels in %lld groups", node->in_channels,
         (long long)groups);
  if (lip_onnx_attribute(call->node, "output_shape") ||
      !(lip_onnx_text_attribute(call->node, "auto_pad", "NOTSET", true) ||
        lip_onnx_text_attribute(call->node, "auto_pad", "VALID", false)))
    FAIL(LIP_EINPUT, "only explicit pads are supported, neither output_shape nor auto_pad");
  node->groups = (size_t)groups;
  node->channels = W->dims[1] * node->groups;
  node->kernel[0] = rank == 3 ? 1 : W->dims[2];
  node->kernel[1] = W->dims[rank - 1];
  TRY(lip_onnx_read_window(call, node, err));
  TRY(lip_onnx_read_pair(call, "output_padding", rank - 2, 0, extra, err));
done:
  return st;
}

/* W[c][o][u][v] -> W'[group g's o][c of group g][K - 1 - u][L - 1 - v]. */
static lip_status turn_kernels(const lip_onnx_array *from, lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t places = node->kernel[0] * node->kernel[1], outs = node->channels / node->groups;
  size_t ins = node->in_channels / node->groups;
  double *given = lip_alloc(from->count, sizeof *given);

  node->weights = from->count;
  node->W = lip_alloc(from->count, sizeof *node->W);
  if (!given || !node->W) FAIL(LIP_ENOMEM, "no memory for %zu weights", from->count);
  TRY(lip_onnx_array_values(from, given, err));
  for (size_t o = 0; o < node->channels; o++)
    for (size_t i = 0; i < ins; i++)
      for (size_t u = 0; u < places; u++)
        node->W[(o * ins + i) * places + u] =
            given[((o / outs * ins + i) * outs + o % outs) * places + places - 1 - u];
done:
  lip_free(given);
  return st;
}

/* node's value <- the call's with stride - 1 zeros between neighbours. */
static lip_status spread_places(lip_onnx_call *call, lip_node *node, const lip_onnx_value *from,
                                lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t high = (node->in_height - 1) * node->stride[0] + 1;
  size_t wide = (node->in_width - 1) * node->stride[1] + 1, *index = NULL;
  lip_onnx_array shape = {0};

  TRY(lip_onnx_set_shape(&shape, 4, (size_t[]){1, node->in_channels, high, wide}, err));
  TRY(lip_onnx_new_index(call, from, shape.count, &index, err));
  for (size_t j = 0; j < shape.count; j++) {
    size_t c = j / (high * wide), y = j / wide % high, x = j % wide;
    bool between = y % node->stride[0] || x % node->stride[1];

    index[j] = between ? LIP_NOWHERE
                       : (c * node->in_height + y / node->stride[0]) * node->in_width +
                             x / node->stride[1];
  }
  TRY(lip_onnx_take(call, from, &shape, index, 0, out, err));
  node->in_height = high;
  node->in_width = wide;
  node->stride[0] = node->stride[1] = 1;
done:
  return st;
}

lip_status lip_onnx_conv_transpose(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node node = {.kind = LIP_NODE_CONVOLUTION};
  lip_onnx_value value;
  size_t at, extra[2] = {0, 0};

  TRY(lip_onnx_read_image(call, &node, &value, err));
  TRY(read_transposed(call, &node, extra, err));
  for (size_t a = 0; a < 2; a++) {
    size_t overlap = lip_onnx_reach(&node, a) - 1;

    if (node.before[a] > overlap || node.after[a] > overlap + extra[a])
      FAIL(LIP_EINPUT, "its pads take more away than its kernel reaches");
    node.before[a] = overlap - node.before[a];
    node.after[a] = overlap + extra[a] - node.after[a];
  }
  TRY(spread_places(call, &node, &value, &value, err));
  TRY(turn_kernels(&call->in[1]->array, &node, err));
  TRY(lip_onnx_read_biases(call, &node, err));
  st = lip_onnx_emit(call, value.node, &node, &at, err);
  node.W = node.b = NULL;
  if (st == LIP_OK) TRY(lip_onnx_set_image(call, at, err));
done:
  lip_free(node.W);
  lip_free(node.b);
  return st;
}
