/* architecture_read.c - a description of an architecture: a list of layers in JSON, with sizes or
   with the names of weights in an archive (docs/formats.md).

   Every layer is read by one row of a table; a key that is not read is refused, since it may change
   what the layer means. */
#include "net/architecture.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/arch_archive.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_LAYERS = 10000, KEYS = 10 };

typedef struct reading {
  const lip_archive *archive; /* NULL: sizes only */
  lip_architecture *made;
  const json_t *layer;
} reading;

/* ---- numbers ---- */

static lip_status read_size(const json_t *value, const char *key, size_t least, size_t *size,
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
    TRY(read_size(list ? json_array_get(value, i) : value, key, least, &pair[i], err));
done:
  return st;
}

/* Half the kernel, so that a stride of 1 keeps the shape. */
static lip_status read_padding(const json_t *value, lip_arch_node *node, lip_error *err)
{
  const char *word = json_string_value(value);

  if (!value) return LIP_OK;
  if (!word) return read_pair(value, "padding", 0, node->padding, err);
  if (strcmp(word, "same") != 0 || node->kernel[0] % 2 == 0 || node->kernel[1] % 2 == 0)
    return lip_fail(err, LIP_EINPUT,
                    "'padding' is no number, no pair, and no \"same\" of an odd kernel");
  node->padding[0] = node->kernel[0] / 2;
  node->padding[1] = node->kernel[1] / 2;
  return LIP_OK;
}

static lip_status read_norm(const json_t *value, const char *key, double *norm, lip_error *err)
{
  if (!value) return LIP_OK;
  *norm = json_number_value(value);
  if (json_is_number(value) && *norm >= 0 && isfinite(*norm)) return LIP_OK;
  return lip_fail(err, LIP_EINPUT, "'%s' is no number of at least 0", key);
}

/* ---- weights ---- */

static lip_status read_weights(const reading *from, const char *name, size_t rank, lip_array *array,
                               lip_error *err)
{
  lip_status st = lip_archive_array(from->archive, name, array, err);

  if (st != LIP_OK) return st;
  if (array->rank != rank)
    return lip_fail(err, LIP_EINPUT, "'%.64s' has %zu dimensions, not %zu", name, array->rank,
                    rank);
  for (size_t i = 0; i < array->count; i++)
    if (!isfinite(array->values[i]))
      return lip_fail(err, LIP_EINPUT, "'%.64s' holds a number that is not finite", name);
  return LIP_OK;
}

static lip_status read_bias(const reading *from, lip_arch_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *bias = json_object_get(from->layer, "bias");
  const char *name = json_string_value(bias);
  lip_array array = {0};

  if (!from->archive) {
    if (bias && !json_is_boolean(bias)) FAIL(LIP_EINPUT, "'bias' is neither true nor false");
    node->bias = !bias || json_is_true(bias);
    goto done;
  }
  if (!bias) goto done;
  if (!name) FAIL(LIP_EINPUT, "'bias' names no array");
  TRY(read_weights(from, name, 1, &array, err));
  if (array.count != node->channels)
    FAIL(LIP_EINPUT, "'%.64s' has %zu numbers, not %zu", name, array.count, node->channels);
  node->bias = true;
  node->b = array.values;
  array.values = NULL;
done:
  lip_free(array.values);
  return st;
}

/* Numbers that the layer takes: those of its parents' channels together. */
static size_t taken(const reading *from, const lip_arch_node *node)
{
  size_t sum = 0;

  for (size_t i = 0; i < node->parents; i++) sum += from->made->node[node->parent[i]].channels;
  return sum;
}

/* W of a linear map (rank 2) or a convolution (rank 4), from the archive; `sizes` names the key
   that tells how many outputs there are where there is none. */
static lip_status read_layer(const reading *from, const char *sizes, size_t rank,
                             lip_arch_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *name = json_string_value(json_object_get(from->layer, "weight"));
  const json_t *count = json_object_get(from->layer, sizes);
  lip_array array = {0};

  TRY(read_norm(json_object_get(from->layer, "norm"), "norm", &node->norm, err));
  TRY(read_norm(json_object_get(from->layer, "bias_norm"), "bias_norm", &node->bias_norm, err));
  if (!from->archive && json_object_get(from->layer, "weight"))
    FAIL(LIP_EINPUT, "'weight' names an array, but there is no archive: give NAME.npz");
  if (!from->archive) {
    TRY(read_size(count, sizes, 1, &node->channels, err));
    TRY(read_bias(from, node, err));
    goto done;
  }
  if (!name) FAIL(LIP_EINPUT, "'weight' names no array");
  TRY(read_weights(from, name, rank, &array, err));
  if (array.shape[1] != taken(from, node))
    FAIL(LIP_EINPUT, "'%.64s' takes %zu channels, the value has %zu", name, array.shape[1],
         taken(from, node));
  node->channels = array.shape[0];
  if (rank == 4) node->kernel[0] = array.shape[2];
  if (rank == 4) node->kernel[1] = array.shape[3];
  node->W = array.values;
  array.values = NULL;
  TRY(read_bias(from, node, err));
done:
  lip_free(array.values);
  return st;
}

/* ---- layers ---- */

static lip_status apply_linear(const reading *from, lip_arch_node *node, lip_error *err)
{
  return read_layer(from, "outputs", 2, node, err);
}

static lip_status apply_convolution(const reading *from, lip_arch_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *kernel = json_object_get(from->layer, "kernel"),
               *stride = json_object_get(from->layer, "stride");

  if (!from->archive) TRY(read_pair(kernel, "kernel", 1, node->kernel, err));
  TRY(read_layer(from, "filters", 4, node, err));
  node->stride[0] = node->stride[1] = 1;
  if (stride) TRY(read_pair(stride, "stride", 1, node->stride, err));
  TRY(read_padding(json_object_get(from->layer, "padding"), node, err));
done:
  return st;
}

static lip_status apply_pool(const reading *from, lip_arch_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *stride = json_object_get(from->layer, "stride");

  TRY(read_pair(json_object_get(from->layer, "kernel"), "kernel", 1, node->kernel, err));
  memcpy(node->stride, node->kernel, sizeof node->stride);
  if (stride) TRY(read_pair(stride, "stride", 1, node->stride, err));
  TRY(read_padding(json_object_get(from->layer, "padding"), node, err));
done:
  return st;
}

static lip_status apply_leaky(const reading *from, lip_arch_node *node, lip_error *err)
{
  const json_t *alpha = json_object_get(from->layer, "alpha");

  node->activation.slope = json_number_value(alpha);
  if (json_is_number(alpha) && isfinite(node->activation.slope)) return LIP_OK;
  return lip_fail(err, LIP_EINPUT, "'alpha' is no number");
}

static lip_status apply_plain(const reading *from, lip_arch_node *node, lip_error *err)
{
  (void)from, (void)node, (void)err;
  return LIP_OK;
}

static const struct operation {
  const char *name;
  lip_arch_kind kind;
  lip_activation_kind activation;
  lip_status (*apply)(const reading *from, lip_arch_node *node, lip_error *err);
  const char *keys[KEYS]; /* beside op, name, from */
} operations[] = {
    {"linear",
     LIP_ARCH_LINEAR,
     LIP_IDENTITY,
     apply_linear,
     {"outputs", "weight", "bias", "norm", "bias_norm"}},
    {"conv2d",
     LIP_ARCH_CONVOLUTION,
     LIP_IDENTITY,
     apply_convolution,
     {"filters", "kernel", "stride", "padding", "weight", "bias", "norm", "bias_norm"}},
    {"maxpool2d", LIP_ARCH_MAX_POOL, LIP_IDENTITY, apply_pool, {"kernel", "stride", "padding"}},
    {"avgpool2d", LIP_ARCH_AVERAGE_POOL, LIP_IDENTITY, apply_pool, {"kernel", "stride", "padding"}},
    {"flatten", LIP_ARCH_FLATTEN, LIP_IDENTITY, apply_plain, {NULL}},
    {"concat", LIP_ARCH_CONCAT, LIP_IDENTITY, apply_plain, {NULL}},
    {"add", LIP_ARCH_ADD, LIP_IDENTITY, apply_plain, {NULL}},
    {"relu", LIP_ARCH_ACTIVATION, LIP_RELU, apply_plain, {NULL}},
    {"abs", LIP_ARCH_ACTIVATION, LIP_ABS, apply_plain, {NULL}},
    {"tanh", LIP_ARCH_ACTIVATION, LIP_TANH, apply_plain, {NULL}},
    {"softplus", LIP_ARCH_ACTIVATION, LIP_SOFTPLUS, apply_plain, {NULL}},
    {"sigmoid", LIP_ARCH_ACTIVATION, LIP_SIGMOID, apply_plain, {NULL}},
    {"leaky_relu", LIP_ARCH_ACTIVATION, LIP_LEAKY_RELU, apply_leaky, {"alpha"}},
};

static lip_status check_keys(const struct operation *operation, const json_t *layer, lip_error *err)
{
  void *at = json_object_iter((json_t *)(uintptr_t)layer); /* jansson's iterators take no const */

  for (; at; at = json_object_iter_next((json_t *)(uintptr_t)layer, at)) {
    const char *key = json_object_iter_key(at);
    bool known = strcmp(key, "op") == 0 || strcmp(key, "name") == 0 || strcmp(key, "from") == 0;

    for (size_t i = 0; i < KEYS && operation->keys[i]; i++)
      known = known || strcmp(operation->keys[i], key) == 0;
    if (!known) return lip_fail(err, LIP_EINPUT, "the key '%.64s' is not read", key);
  }
  return LIP_OK;
}

static lip_status find_parent(const reading *from, const char *name, size_t *parent, lip_error *err)
{
  for (size_t i = 0; name && i < from->made->nodes; i++) {
    if (strcmp(from->made->node[i].name, name) != 0) continue;
    *parent = i;
    return LIP_OK;
  }
  return lip_fail(err, LIP_EINPUT, "'from': no layer before it is named '%.64s'",
                  name ? name : "(no text)");
}

/* The layers that feed it: those named in `from`, else the one before. */
static lip_status read_parents(const reading *from, lip_arch_node *node, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *names = json_object_get(from->layer, "from");
  bool list = json_is_array(names);

  node->parents = list ? json_array_size(names) : 1;
  if (node->parents < 1 || node->parents > MOST_LAYERS)
    FAIL(LIP_EINPUT, "'from' names %zu layers", node->parents);
  node->parent = lip_alloc(node->parents, sizeof *node->parent);
  if (!node->parent) FAIL(LIP_ENOMEM, "a node of an architecture");
  node->parent[0] = from->made->nodes - 1;
  for (size_t i = 0; names && i < node->parents; i++)
    TRY(find_parent(from, json_string_value(list ? json_array_get(names, i) : names),
                    &node->parent[i], err));
done:
  return st;
}

static lip_status name_node(const reading *from, size_t number, const char *operation,
                            lip_arch_node *node, lip_error *err)
{
  const json_t *named = json_object_get(from->layer, "name");
  const char *name = json_string_value(named);
  size_t unused;

  if (!named) {
    (void)snprintf(node->name, sizeof node->name, "%zu:%s", number, operation);
    return LIP_OK;
  }
  if (!name || !*name || strlen(name) >= sizeof node->name)
    return lip_fail(err, LIP_EINPUT, "'name' is no text of 1 to %zu letters",
                    sizeof node->name - 1);
  if (find_parent(from, name, &unused, NULL) == LIP_OK)
    return lip_fail(err, LIP_EINPUT, "another layer is named '%s'", name);
  (void)snprintf(node->name, sizeof node->name, "%s", name);
  return LIP_OK;
}

static lip_status read_one(reading *from, size_t number, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *name = json_string_value(json_object_get(from->layer, "op"));
  const struct operation *operation = NULL;
  lip_arch_node node = {.norm = NAN, .bias_norm = NAN};

  for (size_t i = 0; name && i < sizeof operations / sizeof *operations; i++)
    if (strcmp(operations[i].name, name) == 0) operation = &operations[i];
  if (!name) FAIL(LIP_EINPUT, "it has no 'op'");
  if (!operation) FAIL(LIP_EINPUT, "the operation '%.64s' is not read", name);
  node.kind = operation->kind;
  node.activation.kind = operation->activation;
  TRY(check_keys(operation, from->layer, err));
  TRY(name_node(from, number, name, &node, err));
  TRY(read_parents(from, &node, err));
  TRY(operation->apply(from, &node, err));
  st = lip_architecture_add(from->made, &node, err);
  node = (lip_arch_node){0}; /* taken over */
done:
  lip_arch_node_clear(&node);
  if (st != LIP_OK) lip_error_prefix(err, "layer %zu", number);
  return st;
}

static lip_status read_input(reading *from, const json_t *shape, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rank = json_array_size(shape), size[3] = {1, 1, 1};
  lip_arch_node input = {.kind = LIP_ARCH_INPUT, .name = "input"};

  if (rank != 1 && rank != 3) FAIL(LIP_EINPUT, "'input_shape' is no list of 1 or 3 whole numbers");
  for (size_t i = 0; i < rank; i++)
    TRY(read_size(json_array_get(shape, i), "input_shape", 1, &size[i], err));
  input.channels = size[0];
  input.height = size[1];
  input.width = size[2];
  st = lip_architecture_add(from->made, &input, err);
done:
  return st;
}

static lip_status read_list(reading *from, const json_t *list, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *layers = json_object_get(list, "layers");
  size_t count = json_array_size(layers);

  TRY(read_input(from, json_object_get(list, "input_shape"), err));
  if (count == 0) FAIL(LIP_EINPUT, "'layers' is no list of layers");
  if (count > MOST_LAYERS) FAIL(LIP_EINPUT, "%zu layers are more than %d", count, MOST_LAYERS);
  for (size_t i = 0; i < count; i++) {
    from->layer = json_array_get(layers, i);
    TRY(read_one(from, i, err));
  }
  if (lip_architecture_count(from->made).depth == 0) FAIL(LIP_EINPUT, "no layer has parameters");
done:
  return st;
}

lip_status lip_architecture_list(const char *path, const lip_archive *archive,
                                 lip_architecture **architecture, lip_error *err)
{
  lip_status st = LIP_OK;
  json_t *list = NULL;
  reading from = {.archive = archive, .made = lip_alloc_zero(1, sizeof *from.made)};

  if (!from.made) FAIL(LIP_ENOMEM, "an architecture");
  TRY(lip_json_file(path, &list, err));
  st = read_list(&from, list, err);
  if (st != LIP_OK) {
    lip_error_prefix(err, "%s", path);
    goto done;
  }
  *architecture = from.made;
  from.made = NULL;
done:
  lip_architecture_free(from.made);
  json_decref(list);
  return st;
}
