/* arch_layers.c - reads each kind of layer of a list: sizes, weights, windows, parameters.

   What a key means stands in docs/formats.md. Shapes are checked twice: here where a message can
   name the array, and by lip_graph_add. */
#include "net/arch_layers.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/* ---- numbers ---- */

lip_status lip_arch_read_size(const json_t *value, const char *key, size_t least, size_t *size,
                              lip_error *err)
{
  double number = json_number_value(value);

  if (!json_is_number(value) || !(number >= (double)least && number <= 0x1p53) ||
      number != floor(number))
    return lip_fail(err, LIP_EINPUT, "'%s' is no whole number of at least %zu", key, least);
  *size = (size_t)number;
  return LIP_OK;
}

/* One number for both axes, or a pair. */
static lip_status read_pair(const json_t *value, const char *key, size_t least, size_t pair[2],
                            lip_error *err)
{
  lip_status st = LIP_OK;
  bool list = json_is_array(value);

  if (list && json_array_size(value) != 2) FAIL(LIP_EINPUT, "'%s' is no pair", key);
  for (size_t i = 0; i < 2; i++)
    TRY(lip_arch_read_size(list ? json_array_get(value, i) : value, key, least, &pair[i], err));
done:
  return st;
}

/* Half the kernel, so that a stride of 1 keeps the shape; a number; a pair; or all four sides. */
static lip_status read_padding(lip_arch_layer *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *value = json_object_get(layer->keys, "padding");
  const char *word = json_string_value(value);
  lip_node *node = &layer->node;

  if (!value) goto done;
  if (word) {
    if (strcmp(word, "same") != 0 || node->kernel[0] % 2 == 0 || node->kernel[1] % 2 == 0)
      FAIL(LIP_EINPUT, "'padding' is no number, no list, and no \"same\" of an odd kernel");
    for (size_t i = 0; i < 2; i++)
      node->before[i] = node->after[i] = (node->kernel[i] - 1) / 2 * node->dilation[i];
  } else if (json_array_size(value) == 4) {
    for (size_t i = 0; i < 4; i++)
      TRY(lip_arch_read_size(json_array_get(value, i), "padding", 0,
                             i < 2 ? &node->before[i] : &node->after[i - 2], err));
  } else {
    TRY(read_pair(value, "padding", 0, node->before, err));
    memcpy(node->after, node->before, sizeof node->after);
  }
done:
  return st;
}

static lip_status read_norm(const json_t *value, const char *key, double *norm, lip_error *err)
{
  if (!value) return LIP_OK;
  *norm = json_number_value(value);
  if (json_is_number(value) && *norm >= 0 && isfinite(*norm)) return LIP_OK;
  return lip_fail(err, LIP_EINPUT, "'%s' is no number of at least 0", key);
}

/* ---- weights ---- */

static lip_status read_array(const lip_arch_layer *layer, const char *key, size_t rank,
                             lip_array *array, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *name = json_string_value(json_object_get(layer->keys, key));

  if (!name) FAIL(LIP_EINPUT, "'%s' names no array", key);
  TRY(lip_archive_array(layer->archive, name, array, err));
  if (array->rank != rank)
    FAIL(LIP_EINPUT, "'%.64s' has %zu dimensions, %s has %zu", name, array->rank,
         rank == 1   ? "a vector"
         : rank == 2 ? "a matrix"
                     : "a kernel",
         rank);
  for (size_t i = 0; i < array->count; i++)
    if (!isfinite(array->values[i]))
      FAIL(LIP_ENUMERIC, "'%.64s' holds a number that is not finite", name);
done:
  return st;
}

/* One number for each channel. */
static lip_status read_vector(const lip_arch_layer *layer, const char *key, size_t channels,
                              double **values, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_array array = {0};

  TRY(read_array(layer, key, 1, &array, err));
  if (array.count != channels)
    FAIL(LIP_EINPUT, "'%.64s' has %zu numbers, not %zu",
         json_string_value(json_object_get(layer->keys, key)), array.count, channels);
  *values = array.values;
  array.values = NULL;
done:
  lip_free(array.values);
  return st;
}

static lip_status read_bias(lip_arch_layer *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *bias = json_object_get(layer->keys, "bias");

  if (!layer->archive) {
    if (bias && !json_is_boolean(bias)) FAIL(LIP_EINPUT, "'bias' is neither true nor false");
    layer->node.biases = !bias || json_is_true(bias) ? layer->node.channels : 0;
  } else if (bias) {
    TRY(read_vector(layer, "bias", layer->node.channels, &layer->node.b, err));
    layer->node.biases = layer->node.channels;
  }
done:
  return st;
}

static lip_status count_weights(lip_node *node, size_t taken, lip_error *err)
{
  size_t area = 1, weights;

  if (node->kind == LIP_NODE_CONVOLUTION &&
      __builtin_mul_overflow(node->kernel[0], node->kernel[1], &area))
    return lip_fail(err, LIP_EINPUT, "its kernel is too large");
  if (__builtin_mul_overflow(node->channels, taken, &weights) ||
      __builtin_mul_overflow(weights, area, &weights) || weights > (size_t)1 << 53)
    return lip_fail(err, LIP_EINPUT, "it has more than 2^53 weights");
  node->weights = weights;
  return LIP_OK;
}

/* W of a linear map (rank 2) or a convolution (rank 4), which takes `taken` numbers or channels;
   `sizes` names the key that tells how many outputs there are where there is no archive. */
static lip_status read_layer(lip_arch_layer *layer, const char *sizes, size_t rank, size_t taken,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node *node = &layer->node;
  const json_t *weight = json_object_get(layer->keys, "weight");
  lip_array array = {0};

  TRY(read_norm(json_object_get(layer->keys, "norm"), "norm", &layer->norm, err));
  TRY(read_norm(json_object_get(layer->keys, "bias_norm"), "bias_norm", &layer->bias_norm, err));
  if (!layer->archive) {
    if (weight) FAIL(LIP_EINPUT, "'weight' names an array, but there is no archive: give NAME.npz");
    TRY(lip_arch_read_size(json_object_get(layer->keys, sizes), sizes, 1, &node->channels, err));
    TRY(count_weights(node, taken, err));
  } else {
    TRY(read_array(layer, "weight", rank, &array, err));
    if (array.shape[1] != taken)
      FAIL(LIP_EINPUT, "'%.64s' takes %zu %s, the value has %zu", json_string_value(weight),
           array.shape[1], rank == 2 ? "numbers" : "channels", taken);
    node->channels = array.shape[0];
    if (rank == 4) node->kernel[0] = array.shape[2];
    if (rank == 4) node->kernel[1] = array.shape[3];
    node->weights = array.count;
    node->W = array.values;
    array.values = NULL;
  }
  TRY(read_bias(layer, err));
done:
  lip_free(array.values);
  return st;
}

/* ---- layers ---- */

static lip_status read_linear(lip_arch_layer *layer, lip_error *err)
{
  const lip_arch_value *in = &layer->in;

  if (in->rank != 1 && in->rank != 3)
    return lip_fail(err, LIP_EINPUT, "its input has %zu dimensions; flatten comes first", in->rank);
  if (in->height != 1 || in->width != 1)
    return lip_fail(err, LIP_EINPUT, "its input is %zu x %zu x %zu; flatten comes first",
                    in->channels, in->height, in->width);
  return read_layer(layer, "outputs", 2, in->channels, err);
}

/* What slides over an image. */
static lip_status require_image(lip_arch_layer *layer, lip_error *err)
{
  const lip_arch_value *in = &layer->in;

  if (in->rank != 3 && in->rank != 1)
    return lip_fail(err, LIP_EINPUT, "its input is no channels x height x width");
  layer->node.in_channels = in->channels;
  layer->node.in_height = in->height;
  layer->node.in_width = in->width;
  return LIP_OK;
}

static lip_status read_stride(lip_arch_layer *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *stride = json_object_get(layer->keys, "stride"),
               *dilation = json_object_get(layer->keys, "dilation");

  layer->node.dilation[0] = layer->node.dilation[1] = 1;
  if (stride) TRY(read_pair(stride, "stride", 1, layer->node.stride, err));
  if (dilation) TRY(read_pair(dilation, "dilation", 1, layer->node.dilation, err));
  TRY(read_padding(layer, err));
done:
  return st;
}

static lip_status read_convolution(lip_arch_layer *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *groups = json_object_get(layer->keys, "groups");
  lip_node *node = &layer->node;

  TRY(require_image(layer, err));
  node->groups = node->stride[0] = node->stride[1] = 1;
  if (groups) TRY(lip_arch_read_size(groups, "groups", 1, &node->groups, err));
  if (node->in_channels % node->groups)
    FAIL(LIP_EINPUT, "%zu groups do not divide %zu channels", node->groups, node->in_channels);
  if (!layer->archive)
    TRY(read_pair(json_object_get(layer->keys, "kernel"), "kernel", 1, node->kernel, err));
  TRY(read_layer(layer, "filters", 4, node->in_channels / node->groups, err));
  TRY(read_stride(layer, err));
done:
  return st;
}

static lip_status read_pool(lip_arch_layer *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *counts = json_object_get(layer->keys, "count_include_pad");
  lip_node *node = &layer->node;

  TRY(require_image(layer, err));
  TRY(read_pair(json_object_get(layer->keys, "kernel"), "kernel", 1, node->kernel, err));
  memcpy(node->stride, node->kernel, sizeof node->stride);
  TRY(read_stride(layer, err));
  for (size_t i = 0; i < 2; i++)
    if (node->before[i] >= node->kernel[i] || node->after[i] >= node->kernel[i])
      FAIL(LIP_EINPUT, "a padding of %zu for a kernel of %zu",
           node->before[i] > node->after[i] ? node->before[i] : node->after[i], node->kernel[i]);
  if (counts && !json_is_boolean(counts))
    FAIL(LIP_EINPUT, "'count_include_pad' is neither true nor false");
  node->counts_padding = !counts || json_is_true(counts);
done:
  return st;
}

static lip_status read_whole_pool(lip_arch_layer *layer, lip_error *err)
{
  lip_status st = require_image(layer, err);

  layer->node.kernel[0] = layer->in.height;
  layer->node.kernel[1] = layer->in.width;
  return st;
}

/* 'weight' and 'bias' may be left out: 1 and 0. */
static lip_status read_batch_norm(lip_arch_layer *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *eps = json_object_get(layer->keys, "eps");
  size_t channels = layer->in.channels;
  double epsilon = eps ? json_number_value(eps) : 1e-5, *mean = NULL, *variance = NULL;
  lip_node *node = &layer->node;

  node->weights = node->biases = channels;
  node->channels = channels;
  node->height = layer->in.height;
  node->width = layer->in.width;
  TRY(read_norm(json_object_get(layer->keys, "norm"), "norm", &layer->norm, err));
  TRY(read_norm(json_object_get(layer->keys, "bias_norm"), "bias_norm", &layer->bias_norm, err));
  if (!layer->archive) goto done;
  if ((eps && !json_is_number(eps)) || !(epsilon >= 0) || !isfinite(epsilon))
    FAIL(LIP_EINPUT, "'eps' is no number of at least 0");
  TRY(read_vector(layer, "running_mean", channels, &mean, err));
  TRY(read_vector(layer, "running_var", channels, &variance, err));
  node->W = lip_alloc(channels, sizeof *node->W);
  node->b = lip_alloc_zero(channels, sizeof *node->b);
  if (!node->W || !node->b) FAIL(LIP_ENOMEM, "%zu factors", channels);
  for (size_t l = 0; l < channels; l++) node->W[l] = 1;
  for (int bias = 0; bias < 2; bias++) {
    const char *key = bias ? "bias" : "weight";
    double **to = bias ? &node->b : &node->W, *read = NULL;

    if (!json_object_get(layer->keys, key)) continue;
    TRY(read_vector(layer, key, channels, &read, err));
    lip_free(*to);
    *to = read;
  }
  for (size_t l = 0; l < channels; l++) {
    if (!(variance[l] + epsilon > 0))
      FAIL(LIP_EINPUT, "the variance of channel %zu is %g", l, variance[l]);
    node->W[l] /= sqrt(variance[l] + epsilon);
    node->b[l] -= node->W[l] * mean[l];
  }
done:
  lip_free(mean);
  lip_free(variance);
  return st;
}

/* leaky_relu, elu: 'alpha'; power: 'p'. */
static lip_status read_parameter(lip_arch_layer *layer, lip_error *err)
{
  bool power = layer->node.activation.kind == LIP_POWER;
  const json_t *number = json_object_get(layer->keys, power ? "p" : "alpha");
  double value = json_number_value(number);

  if (!json_is_number(number) || !isfinite(value))
    return lip_fail(err, LIP_EINPUT, "'%s' is no number", power ? "p" : "alpha");
  if (power && !(value >= 1 && value <= LIP_MOST_POWER && value == floor(value)))
    return lip_fail(err, LIP_EINPUT, "'p' is no whole number from 1 to %d", LIP_MOST_POWER);
  layer->node.activation.slope = value;
  return LIP_OK;
}

#define WINDOW     "kernel", "stride", "padding", "dilation"
#define WEIGHTS    "weight", "bias", "norm", "bias_norm"
#define STATISTICS "weight", "bias", "running_mean", "running_var", "eps", "norm", "bias_norm"

static const lip_arch_operation operations[] = {
    {"linear", LIP_NODE_LINEAR, LIP_IDENTITY, read_linear, {"outputs", WEIGHTS}},
    {"conv2d",
     LIP_NODE_CONVOLUTION,
     LIP_IDENTITY,
     read_convolution,
     {"filters", WINDOW, "groups", WEIGHTS}},
    {"batchnorm2d", LIP_NODE_SCALE, LIP_IDENTITY, read_batch_norm, {STATISTICS}},
    {"batchnorm1d", LIP_NODE_SCALE, LIP_IDENTITY, read_batch_norm, {STATISTICS}},
    {"maxpool2d", LIP_NODE_MAX_POOL, LIP_IDENTITY, read_pool, {WINDOW}},
    {"avgpool2d",
     LIP_NODE_AVERAGE_POOL,
     LIP_IDENTITY,
     read_pool,
     {"kernel", "stride", "padding", "count_include_pad"}},
    {"global_avgpool2d", LIP_NODE_AVERAGE_POOL, LIP_IDENTITY, read_whole_pool, {NULL}},
    {"concat", LIP_NODE_CONCAT, LIP_IDENTITY, NULL, {NULL}},
    {"add", LIP_NODE_ADD, LIP_IDENTITY, NULL, {NULL}},
    {"softmax", LIP_NODE_SOFTMAX, LIP_IDENTITY, NULL, {NULL}},
    {"flatten", LIP_NODE_ACTIVATION, LIP_IDENTITY, NULL, {NULL}},
    {"identity", LIP_NODE_ACTIVATION, LIP_IDENTITY, NULL, {NULL}},
    {"dropout", LIP_NODE_ACTIVATION, LIP_IDENTITY, NULL, {"p"}},
    {"relu", LIP_NODE_ACTIVATION, LIP_RELU, NULL, {NULL}},
    {"abs", LIP_NODE_ACTIVATION, LIP_ABS, NULL, {NULL}},
    {"tanh", LIP_NODE_ACTIVATION, LIP_TANH, NULL, {NULL}},
    {"softplus", LIP_NODE_ACTIVATION, LIP_SOFTPLUS, NULL, {NULL}},
    {"sigmoid", LIP_NODE_ACTIVATION, LIP_SIGMOID, NULL, {NULL}},
    {"erf", LIP_NODE_ACTIVATION, LIP_ERF, NULL, {NULL}},
    {"silu", LIP_NODE_ACTIVATION, LIP_SILU, NULL, {NULL}},
    {"gelu", LIP_NODE_ACTIVATION, LIP_GELU, NULL, {NULL}},
    {"square", LIP_NODE_ACTIVATION, LIP_SQUARE, NULL, {NULL}},
    {"leaky_relu", LIP_NODE_ACTIVATION, LIP_LEAKY_RELU, read_parameter, {"alpha"}},
    {"elu", LIP_NODE_ACTIVATION, LIP_ELU, read_parameter, {"alpha"}},
    {"power", LIP_NODE_ACTIVATION, LIP_POWER, read_parameter, {"p"}},
};

const lip_arch_operation *lip_arch_operation_named(const char *name)
{
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    if (strcmp(operations[i].name, name) == 0) return &operations[i];
  return NULL;
}
