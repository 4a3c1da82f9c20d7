/* onnx_conv.c - the ONNX operator Conv with constant kernels, as the specification defines it for
   operator sets 7 to 20. */
#include "net/onnx_windows.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx_window.h"

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
  TRY(lip_onnx_read_pair(call, "kernel_shape", rank - 2, 1, kernel, err));
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

  TRY(lip_onnx_read_image(call, &node, &value, err));
  TRY(read_kernels(call, &node, err));
  TRY(read_conv_biases(call, &node, err));
  TRY(lip_onnx_read_window(call, &node, err));
  st = lip_onnx_emit(call, value.node, &node, &at, err);
  node.W = node.b = NULL;
  if (st == LIP_OK) TRY(lip_onnx_set_image(call, at, err));
done:
  lip_free(node.W);
  lip_free(node.b);
  return st;
}
