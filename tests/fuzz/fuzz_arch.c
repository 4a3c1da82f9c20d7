/* fuzz_arch.c - any bytes as a list of layers: as a description whose parameters are counted, and
   as a network beside a fixed archive, evaluated where that is quick. */
#include "fuzz.h"

#include "base/memory.h"
#include "net/architecture.h"

#include <stdlib.h>
#include <string.h>

/* Tensors of ones: a matrix, two kernels, two vectors. */
static const char header[] =
    "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,32]},"
    "\"k\":{\"dtype\":\"F32\",\"shape\":[2,2,2,2],\"data_offsets\":[0,64]},"
    "\"g\":{\"dtype\":\"F32\",\"shape\":[4,1,1,3],\"data_offsets\":[0,48]},"
    "\"u\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
    "\"v\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}";

static lip_safetensors *archive(void)
{
  static uint8_t bytes[8 + sizeof header - 1 + 64];
  static const float one = 1;
  uint64_t length = sizeof header - 1;
  lip_safetensors *tensors = NULL;

  memcpy(bytes, &length, 8);
  memcpy(bytes + 8, header, length);
  for (size_t i = 0; i < 16; i++) memcpy(bytes + 8 + length + 4 * i, &one, 4);
  if (lip_safetensors_open(bytes, sizeof bytes, &tensors, NULL) != LIP_OK) abort();
  return tensors;
}

static bool is_small(size_t nodes, const lip_node *node)
{
  size_t work = 0;

  for (size_t i = 0; i < nodes; i++) {
    size_t window = node[i].kernel[0] * node[i].kernel[1];

    if (node[i].size > 4096 || window > 4096 || node[i].weights > 65536) return false;
    work += node[i].size * (1 + window) * (1 + node[i].in_channels + node[i].parents);
  }
  return work < 1 << 20;
}

static void count(const json_t *object)
{
  lip_architecture *of = NULL;
  lip_arch_list list;
  lip_error err;

  if (lip_arch_list_of(object, NULL, &list, &err) != LIP_OK) return;
  if (!is_small(list.graph.nodes, list.graph.node))
    lip_arch_list_clear(&list);
  else if (lip_architecture_of_list(&list, &of, &err) == LIP_OK &&
           lip_architecture_count(of).parameters == 0)
    abort();
  lip_architecture_free(of);
}

static void evaluate(const json_t *object, lip_safetensors *tensors)
{
  lip_arch_list list;
  lip_net *net = NULL;
  lip_error err;

  if (lip_arch_list_of(object, &(lip_archive){.tensors = tensors}, &list, &err) != LIP_OK) return;
  if (!is_small(list.graph.nodes, list.graph.node)) {
    lip_arch_list_clear(&list);
    return;
  }
  if (lip_graph_finish(&list.graph, list.output, LIP_F32, &net, &err) == LIP_OK) {
    size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
    double *x = lip_alloc_zero(d, sizeof *x), *y = lip_alloc_zero(m, sizeof *y);

    if (x && y && lip_net_values(net, 1, x, y, &err) == LIP_OK)
      for (size_t i = 0; i < m; i++)
        if (y[i] - y[i] != 0) abort();
    if (x && y) (void)(lip_net_gradients(net, m - 1, 1, x, x, &err) == LIP_OK);
    lip_free(x);
    lip_free(y);
  }
  lip_net_free(net);
  lip_arch_list_clear(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  json_t *object = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
  lip_safetensors *tensors = archive();

  if (object) {
    count(object);
    evaluate(object, tensors);
  }
  json_decref(object);
  lip_safetensors_close(tensors);
  return 0;
}
