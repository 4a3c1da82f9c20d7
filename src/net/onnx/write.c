/* write.c - writes a network as an ONNX file.

   protobuf-c packs the messages piece by piece into a sink, which turns the f64 weights that the
   tensors point at into floats as they pass. So a network of 400 MB needs no second copy.

   limits  protobuf's 2 GB, checked before anything is written */
#include <liplaw/net.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"
#include "net/activation.h"
#include "net/onnx/messages.h"

#include <math.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "ONNX tensors are little-endian, and so must be the machine"
#endif

/* Receives the packed pieces. */
typedef struct sink {
  ProtobufCBuffer base;
  const lip_net *net;
  FILE *stream;
} sink;

static void append(ProtobufCBuffer *buffer, size_t size, const uint8_t *data)
{
  sink *to = (sink *)buffer;
  uintptr_t begin = (uintptr_t)to->net->block, at = (uintptr_t)data;
  const double *weights = (const double *)at;
  float floats[1024];

  if (to->net->precision == LIP_F64 || at < begin ||
      at >= begin + to->net->parameters * sizeof(double)) {
    (void)fwrite(data, 1, size, to->stream); /* the commit sees the stream's error */
    return;
  }
  for (size_t left = size / sizeof *floats; left > 0;) {
    size_t count = left < 1024 ? left : 1024;

    for (size_t i = 0; i < count; i++) floats[i] = (float)weights[i];
    (void)fwrite(floats, sizeof *floats, count, to->stream);
    weights += count;
    left -= count;
  }
}

/* That every number can be written as the network's precision says. */
static lip_status check_numbers(const lip_net *net, const char *path, lip_error *err)
{
  lip_status st = LIP_OK;
  bool narrow = net->precision == LIP_F32;

  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    const double *weights = layer->W ? layer->W : layer->b; /* b follows W */
    size_t count = (layer->W ? layer->in * layer->out : 0) + (layer->b ? layer->out : 0);
    bool sloped = lip_activation_has_parameter(layer->activation.kind);
    bool alpha = layer->activation.kind == LIP_ELU; /* a float in every file */
    double slope = layer->activation.slope;

    if (layer->activation.kind == LIP_SILU || layer->activation.kind == LIP_GELU)
      FAIL(LIP_EINPUT, "%s: layer %zu: %s is no operator of the operator set that is written", path,
           j, lip_activation_name(layer->activation.kind));
    for (size_t i = 0; i < count; i++) {
      double w = weights[i];

      if (!isfinite(w)) FAIL(LIP_ENUMERIC, "%s: a weight of layer %zu is %g", path, j, w);
      if (narrow && w != (float)w)
        FAIL(LIP_EINPUT, "%s: the weight %.17g of layer %zu is no float", path, w, j);
    }
    if (!isfinite(layer->scale) || (narrow && layer->scale != (float)layer->scale))
      FAIL(LIP_EINPUT, "%s: the scale %.17g of layer %zu cannot be written", path, layer->scale, j);
    if (sloped && (!isfinite(slope) || ((narrow || alpha) && slope != (float)slope)))
      FAIL(LIP_EINPUT, "%s: the slope %.17g of layer %zu cannot be written", path, slope, j);
  }
done:
  return st;
}

lip_status lip_net_write(const lip_net *net, const char *path, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_messages all = {0};
  lip_atomic_file file = {0};
  size_t size;

  all.layer = lip_alloc_zero(net->depth, sizeof *all.layer);
  all.node = lip_alloc(LIP_ONNX_MOST_NODES * net->depth, sizeof(void *));
  all.tensor = lip_alloc(LIP_ONNX_MOST_TENSORS * net->depth, sizeof(void *));
  if (!all.layer || !all.node || !all.tensor)
    FAIL(LIP_ENOMEM, "%s: no memory for %zu layers", path, net->depth);
  lip_onnx_build(net, &all);
  size = onnx__model_proto__get_packed_size(&all.model);
  if (size > INT32_MAX)
    FAIL(LIP_EINPUT, "%s: would have %zu bytes, more than the 2147483647 of an ONNX file", path,
         size);
  TRY(check_numbers(net, path, err));
  TRY(lip_atomic_open(path, &file, err));
  (void)onnx__model_proto__pack_to_buffer(
      &all.model, &(sink){.base = {append}, .net = net, .stream = file.stream}.base);
  TRY(lip_atomic_commit(&file, err));
done:
  lip_free(all.layer);
  lip_free(all.node);
  lip_free(all.tensor);
  return st;
}
