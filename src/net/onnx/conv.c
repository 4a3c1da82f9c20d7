/* conv.c - the ONNX operator Conv with constant kernels, as the specification defines it for
   operator sets 7 to 20. */
#include "net/onnx/windows.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/window.h"

#include <string.h>

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
    FAIL(LIP_EINPUT, "its kernels have %zu dimensions, its input %zu", W->rank, rank);
  node->channels = W->dims[0];
  for (size_t a = 2; a < rank; a++) node->kernel[a + 2 - rank] = W->dims[a];
  if (rank == 3) node->kernel[0] = 1;
  kernel[0] = node->kernel[0];
  kernel[1] = node->kernel[1];
  TRY(lip_onnx_read_pair(call, "kernel_shape", rank - 2, 1, kernel, err));
  if (kernel[0] != node->kernel[0] || kernel[1] != node->kernel[1])
    FAIL(LIP_EINPUT, "its kernel_shape is not that of its kernels");
  if (W->dims[1] * node->groups != call->in[0]->array.dims[1])
    FAIL(LIP_EINPUT,
         "its kernels take %zu channels in each of %zu groups, its input has %zu channels",
         W->dims[1], node->groups, call->in[0]->array.dims[1]);
  node->weights = W->count;
  node->W = lip_alloc(W->count, sizeof *node->W);
  if (!node->W) FAIL(LIP_ENOMEM, "no memory for %zu weights", W->count);
  TRY(lip_onnx_array_values(W, node->W, err));
done:
  return st;
}

static lip_status repeat(lip_onnx_call *call, size_t times, size_t *count, double **values,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  double *all = NULL;
  size_t total;

  if (__builtin_mul_overflow(*count, times, &total)) total = SIZE_MAX;
  TRY(lip_onnx_reserve(call->import, total, err));
  all = lip_alloc(total, sizeof *all);
  if (!all) FAIL(LIP_ENOMEM, "no memory for %zu weights", total);
  for (size_t i = 0; i < times; i++) memcpy(all + i * *count, *values, *count * sizeof *all);
  lip_free(*values);
  *values = all;
  *count = total;
done:
  return st;
}

/* Several images at once, in a file that fixes all dimensions, are groups of channels. */
static lip_status repeat_for_images(lip_onnx_call *call, lip_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t images = call->in[0]->array.dims[0];

  if (images == 1) goto done;
  TRY(repeat(call, images, &node->weights, &node->W, err));
  if (node->biases > 0) TRY(repeat(call, images, &node->biases, &node->b, err));
  node->groups *= images;
  node->channels *= images;
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
  TRY(lip_onnx_read_biases(call, &node, err));
  TRY(repeat_for_images(call, &node, err));
  TRY(lip_onnx_read_window(call, &node, err));
  st = lip_onnx_emit(call, value.node, &node, &at, err);
  node.W = node.b = NULL;
  if (st == LIP_OK) TRY(lip_onnx_set_image(call, at, err));
done:
  lip_free(node.W);
  lip_free(node.b);
  return st;
}
