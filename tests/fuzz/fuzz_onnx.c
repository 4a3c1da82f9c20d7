/* fuzz_onnx.c - any bytes as an ONNX file; what is read is evaluated where that is quick. */
#include "fuzz.h"

#include "base/memory.h"
#include "net/onnx/read.h"

#include <stdlib.h>
#include <string.h>

/* Does one evaluation take less than some million products? */
static bool is_small(const lip_net *net)
{
  size_t work = 0;

  for (size_t i = 0; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];
    size_t window = node->kernel[0] * node->kernel[1];

    if (node->size > 4096 || window > 4096 || node->weights > 65536) return false;
    work += node->size * (1 + window) * (1 + node->in_channels) + node->weights;
  }
  return work < 1 << 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  lip_net *net = NULL;
  lip_error err;
  void *copy = lip_alloc(size, 1);

  if (!copy) return 0;
  if (size > 0) memcpy(copy, bytes, size);
  if (lip_onnx_read_bytes("no-such-folder", &copy, size, &net, &err) == LIP_OK && is_small(net)) {
    double *x = lip_alloc_zero(lip_net_inputs(net), sizeof *x);
    double *y = lip_alloc_zero(lip_net_outputs(net), sizeof *y);

    if (x && y && lip_net_values(net, 1, x, y, &err) == LIP_OK)
      for (size_t i = 0; i < lip_net_outputs(net); i++)
        if (y[i] - y[i] != 0) abort();
    lip_free(x);
    lip_free(y);
  }
  if (net && net->nodes < 1) abort();
  lip_net_free(net);
  lip_free(copy);
  return 0;
}
