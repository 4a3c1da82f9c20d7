/* affine.c - the ONNX operators that scale, shift and add, as the specification defines them
   for operator sets 7 to 20. Constants become LIP_NODE_SCALE: one number for each channel of the
   node before where that is possible, so that they can be folded into it. */
#include "net/onnx/affine.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/gates.h"
#include "net/onnx/maps.h"
#include "net/onnx/shape.h"

#include <math.h>
#include <string.h>

/* ---- scales and shifts ---- */

static bool alike_in_channels(const double *v, size_t channels, size_t places)
{
  for (size_t c = 0; v && c < channels; c++)
    for (size_t i = 1; i < places; i++)
      if (v[c * places + i] != v[c * places]) return false;
  return true;
}

static bool all_are(const double *v, size_t count, double value)
{
  for (size_t i = 0; v && i < count; i++)
    if (v[i] != value) return false;
  return true;
}

static void keep_channels(double *v, size_t channels, size_t places)
{
  for (size_t c = 0; v && c < channels; c++) v[c] = v[c * places];
}

lip_status lip_onnx_scale(lip_onnx_call *call, const lip_onnx_value *from, double *w, double *b,
                          lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = from->array.count, at, channels, places;
  lip_node parent = call->import->graph.node[from->node];
  lip_node node = {.kind = LIP_NODE_SCALE,
                   .channels = parent.channels,
                   .height = parent.height,
                   .width = parent.width};

  for (size_t i = 0; w && i < n; i++)
    if (!isfinite(w[i])) FAIL(LIP_EINPUT, "its factor of value %zu is %g", i, w[i]);
  *out = *from;
  if (!b && all_are(w, n, 1)) goto done;
  if (!w) {
    w = lip_alloc(n, sizeof *w);
    if (!w) FAIL(LIP_ENOMEM, "no memory for %zu factors", n);
    for (size_t i = 0; i < n; i++) w[i] = 1;
  }
  channels = parent.channels;
  places = n / channels;
  if (alike_in_channels(w, channels, places) && alike_in_channels(b, channels, places)) {
    keep_channels(w, channels, places);
    keep_channels(b, channels, places);
    n = channels;
  }
  TRY(lip_onnx_reserve(call->import, n, err));
  node.W = w;
  node.weights = n;
  node.b = b;
  node.biases = b ? n : 0;
  w = b = NULL;
  TRY(lip_onnx_emit(call, from->node, &node, &at, err));
  out->node = at;
done:
  lip_free(w);
  lip_free(b);
  return st;
}

lip_status lip_onnx_scale_all(lip_onnx_call *call, const lip_onnx_value *from, double w, double b,
                              lip_onnx_value *out, lip_error *err)
{
  size_t n = from->array.count;
  double *factors = NULL, *shifts = NULL;

  *out = *from;
  if (w == 1 && b == 0) return LIP_OK;
  factors = lip_alloc(n, sizeof *factors);
  if (b != 0) shifts = lip_alloc(n, sizeof *shifts);
  if (!factors || (b != 0 && !shifts)) {
    lip_free(factors);
    lip_free(shifts);
    return lip_fail(err, LIP_ENOMEM, "no memory for %zu factors", n);
  }
  for (size_t i = 0; i < n; i++) factors[i] = w;
  for (size_t i = 0; shifts && i < n; i++) shifts[i] = b;
  return lip_onnx_scale(call, from, factors, shifts, out, err);
}

/* ---- sums ---- */

/* The place of a value's entries at its node <- those of `like`, of the same shape. */
static lip_status order_like(lip_onnx_call *call, const lip_onnx_value *from,
                             const lip_onnx_value *like, lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = from->array.count, *index;
  bool same = true;

  for (size_t k = 0; k < from->array.rank; k++)
    same = same && (from->array.dims[k] == 1 || from->strides[k] == like->strides[k]);
  *out = *from;
  if (same) goto done;
  TRY(lip_onnx_new_index(call, from, n, &index, err));
  for (size_t i = 0; i < n; i++) index[lip_onnx_place(like, i)] = i;
  TRY(lip_onnx_take(call, from, &like->array, index, 0, out, err));
  memcpy(out->strides, like->strides, sizeof out->strides);
done:
  return st;
}

static lip_status add_nodes(lip_onnx_call *call, const lip_onnx_value *one,
                            const lip_onnx_value *two, lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value second;
  lip_node node = {.kind = LIP_NODE_ADD, .parents = 2};
  size_t at;

  TRY(order_like(call, two, one, &second, err));
  node.parent = lip_alloc(2, sizeof *node.parent);
  if (!node.parent) FAIL(LIP_ENOMEM, "no memory for a node");
  node.parent[0] = one->node;
  node.parent[1] = second.node;
  TRY(lip_onnx_emit_many(call, &node, &at, err));
  *out = *one;
  out->node = at;
done:
  return st;
}

static lip_status add_constant(lip_onnx_call *call, const lip_onnx_value *from,
                               const lip_onnx_value *constant, double factor, lip_onnx_value *out,
                               lip_error *err)
{
  double *v = NULL;
  lip_status st = lip_onnx_shape_align(&constant->array, from, &v, err);

  if (st != LIP_OK) return st;
  for (size_t i = 0; factor != 1 && i < from->array.count; i++) v[i] *= factor;
  return lip_onnx_scale(call, from, NULL, v, out, err);
}

lip_status lip_onnx_plus(lip_onnx_call *call, const lip_onnx_value *one, const lip_onnx_value *two,
                         double factor, lip_onnx_value *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value first = *one, second = *two;
  lip_onnx_array shape = {0};
  bool batched;

  TRY(lip_onnx_shape_common(2, (const lip_onnx_value *const[]){one, two}, &shape, &batched, err));
  if (!one->constant) TRY(lip_onnx_shape_spread(call, one, &shape, batched, &first, err));
  if (!two->constant) TRY(lip_onnx_shape_spread(call, two, &shape, batched, &second, err));
  if (!second.constant) TRY(lip_onnx_scale_all(call, &second, factor, 0, &second, err));
  if (first.constant)
    TRY(add_constant(call, &second, &first, 1, out, err));
  else if (second.constant)
    TRY(add_constant(call, &first, &second, factor, out, err));
  else
    TRY(add_nodes(call, &first, &second, out, err));
done:
  return st;
}

lip_status lip_onnx_add(lip_onnx_call *call, lip_error *err)
{
  return lip_onnx_plus(call, call->in[0], call->in[1], 1, call->out[0], err);
}

lip_status lip_onnx_sum(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value sum = *call->in[0];

  for (size_t i = 1; i < call->inputs; i++) {
    if (sum.constant && call->in[i]->constant) TRY(lip_onnx_as_node(call, &sum, &sum, err));
    TRY(lip_onnx_plus(call, &sum, call->in[i], 1, &sum, err));
  }
  *call->out[0] = sum;
done:
  return st;
}

lip_status lip_onnx_mean(lip_onnx_call *call, lip_error *err)
{
  lip_status st = lip_onnx_sum(call, err);

  if (st != LIP_OK) return st;
  return lip_onnx_scale_all(call, call->out[0], 1 / (double)call->inputs, 0, call->out[0], err);
}

/* Sub; or the differences from all centers, which are read with the ReduceL2 after them. */
lip_status lip_onnx_sub(lip_onnx_call *call, lip_error *err)
{
  bool centers;
  lip_status st = lip_onnx_take_centers(call, &centers, err);

  if (st != LIP_OK || centers) return st;
  return lip_onnx_plus(call, call->in[0], call->in[1], -1, call->out[0], err);
}

lip_status lip_onnx_neg(lip_onnx_call *call, lip_error *err)
{
  return lip_onnx_scale_all(call, call->in[0], -1, 0, call->out[0], err);
}

/* ---- products ---- */

/* out <- the value times a constant, or 1 / constant, which may spread it. */
static lip_status scale_constant(lip_onnx_call *call, const lip_onnx_value *from,
                                 const lip_onnx_value *constant, bool inverse, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value value;
  lip_onnx_array shape = {0};
  bool batched;
  double *v = NULL;

  TRY(lip_onnx_shape_common(2, (const lip_onnx_value *const[]){from, constant}, &shape, &batched,
                            err));
  TRY(lip_onnx_shape_spread(call, from, &shape, batched, &value, err));
  TRY(lip_onnx_shape_align(&constant->array, &value, &v, err));
  for (size_t i = 0; inverse && i < shape.count; i++) v[i] = 1 / v[i];
  TRY(lip_onnx_scale(call, &value, v, NULL, call->out[0], err));
done:
  return st;
}

static bool same_value(const lip_onnx_value *a, const lip_onnx_value *b)
{
  if (a->node != b->node || a->array.rank != b->array.rank) return false;
  for (size_t k = 0; k < a->array.rank; k++)
    if (a->array.dims[k] != b->array.dims[k] || a->strides[k] != b->strides[k]) return false;
  return true;
}

/* Mul by a constant, of a value with itself, or with a gate of itself. */
lip_status lip_onnx_mul(lip_onnx_call *call, lip_error *err)
{
  const lip_onnx_value *one = call->in[0], *two = call->in[1];
  lip_node square = {.kind = LIP_NODE_ACTIVATION, .activation = {LIP_SQUARE, 0}};
  lip_status st;
  bool gate;

  if (one->constant) return scale_constant(call, two, one, false, err);
  if (two->constant) return scale_constant(call, one, two, false, err);
  st = lip_onnx_gate(call, one, two, call->out[0], &gate, err);
  if (st != LIP_OK || gate) return st;
  if (!same_value(one, two))
    return lip_fail(
        err, LIP_EINPUT,
        "it multiplies two values that depend on the network's input, which has no Lipschitz "
        "constant in general");
  *call->out[0] = *one;
  st = lip_onnx_emit(call, one->node, &square, &call->out[0]->node, err);
  return st;
}

lip_status lip_onnx_div(lip_onnx_call *call, lip_error *err)
{
  if (!call->in[1]->constant)
    return lip_fail(
        err, LIP_EINPUT,
        "it divides by a value that depends on the network's input, which has no Lipschitz "
        "constant in general");
  return scale_constant(call, call->in[0], call->in[1], true, err);
}

/* ---- batch normalisation ---- */

/* Input i of a BatchNormalization: one number for each channel, the second dimension. */
static lip_status channel_input(lip_onnx_call *call, size_t i, double **values, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  lip_onnx_array array = call->in[i]->array;

  TRY(lip_onnx_need_constant(call, i, err));
  if (array.rank != 1 || array.count != from->array.dims[1])
    FAIL(LIP_EINPUT, "its input %zu must have %zu numbers, one for each channel", i,
         from->array.dims[1]);
  array.rank = from->array.rank - 1; /* C x 1 x ... x 1 */
  for (size_t k = 1; k < array.rank; k++) array.dims[k] = 1;
  TRY(lip_onnx_shape_align(&array, from, values, err));
done:
  return st;
}

/* BatchNormalization with its stored statistics: gamma (h - mean) / sqrt(variance + eps) + beta. */
lip_status lip_onnx_batch_norm(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  double epsilon, *v[4] = {NULL}; /* gamma, beta, mean, variance */
  int64_t training;
  lip_onnx_value shifted;

  TRY(lip_onnx_float_attribute(call->node, "epsilon", 1e-5F, &epsilon, err));
  TRY(lip_onnx_int_attribute(call->node, "training_mode", 0, &training, err));
  if (training != 0)
    FAIL(LIP_EINPUT, "it is in training mode: export the network in evaluation mode");
  if (call->in[0]->array.rank < 2)
    FAIL(LIP_EINPUT, "its input has one dimension, and so no channels");
  for (size_t i = 0; i < 4; i++) TRY(channel_input(call, i + 1, &v[i], err));
  for (size_t i = 0; i < call->in[0]->array.count; i++) {
    v[0][i] /= sqrt(v[3][i] + epsilon);
    v[2][i] = -v[2][i];
  }
  st = lip_onnx_scale(call, call->in[0], NULL, v[2], &shifted, err);
  v[2] = NULL;
  if (st != LIP_OK) goto done;
  st = lip_onnx_scale(call, &shifted, v[0], v[1], call->out[0], err);
  v[0] = v[1] = NULL;
done:
  for (size_t i = 0; i < 4; i++) lip_free(v[i]);
  return st;
}
