/* arch_read.c - a network as a list of layers in JSON (docs/formats.md), beside an archive of
   weights or with sizes alone.

   Every layer becomes a node of a graph, after the layers that `from` names or the one before;
   flattening is no node but another shape of the same value. A key that is not read is refused, not
   passed over: it may change what the layer means.

   cost  one pass over the weights that are used */
#include "net/arch_read.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/arch_layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_LAYERS = 10000 };

typedef struct reading {
  const lip_archive *archive;
  lip_arch_list *list;
  size_t values;
  lip_arch_value *value; /* of the input and the layers so far; owned */
  json_t *number;        /* of the value with a name; owned */
} reading;

void lip_arch_list_clear(lip_arch_list *list)
{
  lip_graph_clear(&list->graph);
  lip_free(list->norm);
  lip_free(list->bias_norm);
  memset(list, 0, sizeof *list);
}

/* ---- what feeds a layer ---- */

static lip_status find_value(const reading *from, const char *name, const lip_arch_value **value,
                             lip_error *err)
{
  const json_t *number = name ? json_object_get(from->number, name) : NULL;

  if (!number)
    return lip_fail(err, LIP_EINPUT, "'from': no layer before it is named '%.64s'",
                    name ? name : "(no text)");
  *value = &from->value[json_integer_value(number)];
  return LIP_OK;
}

/* The next value is complete; its name finds it, an earlier one's of the same name before it. */
static lip_status keep_value(reading *from, lip_error *err)
{
  const char *name = from->value[from->values].name;

  if (!json_object_get(from->number, name) &&
      json_object_set_new(from->number, name, json_integer((json_int_t)from->values)) != 0)
    return lip_fail(err, LIP_ENOMEM, "the name of a layer");
  from->values++;
  return LIP_OK;
}

/* The shape that several values have together: of a sum that of each, else along channels. */
static lip_status join(lip_arch_value *all, const lip_arch_value *one, bool sum, lip_error *err)
{
  bool same = one->rank == all->rank && one->height == all->height && one->width == all->width;

  if (sum && !(same && one->channels == all->channels))
    return lip_fail(err, LIP_EINPUT, "it adds values of different shapes");
  if (!same)
    return lip_fail(err, LIP_EINPUT,
                    "it joins values of different heights or widths; flatten first");
  if (!sum) all->channels += one->channels;
  return LIP_OK;
}

/* The values named in `from`, else the one before: layer->in their shape together, and the node's
   parents. */
static lip_status read_parents(const reading *from, lip_arch_layer *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *names = json_object_get(layer->keys, "from");
  bool list = json_is_array(names);
  lip_node *node = &layer->node;

  node->parents = list ? json_array_size(names) : 1;
  if (node->parents < 1 || node->parents > MOST_LAYERS)
    FAIL(LIP_EINPUT, "'from' names %zu layers", node->parents);
  node->parent = lip_alloc(node->parents, sizeof *node->parent);
  if (!node->parent) FAIL(LIP_ENOMEM, "a node of a network");
  for (size_t i = 0; i < node->parents; i++) {
    const lip_arch_value *value = &from->value[from->values - 1];

    if (names)
      TRY(find_value(from, json_string_value(list ? json_array_get(names, i) : names), &value,
                     err));
    node->parent[i] = value->node;
    if (i == 0)
      layer->in = *value;
    else
      TRY(join(&layer->in, value, node->kind == LIP_NODE_ADD, err));
  }
done:
  return st;
}

/* Layers that take one value take several one after the other. */
static lip_status join_parents(reading *from, lip_arch_layer *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node *node = &layer->node;
  lip_node joined = {.kind = LIP_NODE_CONCAT, .parents = node->parents, .parent = node->parent};

  if (node->parents == 1 || node->kind == LIP_NODE_ADD || node->kind == LIP_NODE_CONCAT) goto done;
  (void)snprintf(joined.name, sizeof joined.name, "%s", node->name);
  node->parent = NULL;
  TRY(lip_graph_add(&from->list->graph, &joined, &layer->in.node, err));
  node->parents = 1;
  node->parent = lip_alloc(1, sizeof *node->parent);
  if (!node->parent) FAIL(LIP_ENOMEM, "a node of a network");
  node->parent[0] = layer->in.node;
done:
  return st;
}

/* ---- layers ---- */

static lip_status check_keys(const lip_arch_operation *operation, const json_t *layer,
                             lip_error *err)
{
  void *at = json_object_iter((json_t *)(uintptr_t)layer); /* jansson's iterators take no const */

  for (; at; at = json_object_iter_next((json_t *)(uintptr_t)layer, at)) {
    const char *key = json_object_iter_key(at);
    bool known = strcmp(key, "op") == 0 || strcmp(key, "name") == 0 || strcmp(key, "from") == 0;

    for (size_t i = 0; i < LIP_ARCH_KEYS && operation->keys[i]; i++)
      known = known || strcmp(operation->keys[i], key) == 0;
    if (!known) return lip_fail(err, LIP_EINPUT, "the key '%.64s' is not read", key);
  }
  return LIP_OK;
}

static lip_status name_node(const reading *from, const json_t *layer, size_t number,
                            const char *operation, lip_node *node, lip_error *err)
{
  const json_t *named = json_object_get(layer, "name");
  const char *name = json_string_value(named);
  const lip_arch_value *other;

  if (!named) {
    (void)snprintf(node->name, sizeof node->name, "%zu:%s", number, operation);
    return LIP_OK;
  }
  if (!name || !*name || strlen(name) >= sizeof node->name)
    return lip_fail(err, LIP_EINPUT, "'name' is no text of 1 to %zu letters",
                    sizeof node->name - 1);
  if (find_value(from, name, &other, NULL) == LIP_OK)
    return lip_fail(err, LIP_EINPUT, "another layer is named '%s'", name);
  (void)snprintf(node->name, sizeof node->name, "%s", name);
  return LIP_OK;
}

/* The shape of a new node's value. */
static void shape_value(const lip_arch_layer *layer, bool flatten, lip_arch_value *value)
{
  const lip_node *node = &layer->node;
  bool keeps = node->kind == LIP_NODE_ACTIVATION || node->kind == LIP_NODE_SOFTMAX ||
               node->kind == LIP_NODE_SCALE || node->kind == LIP_NODE_ADD ||
               node->kind == LIP_NODE_CONCAT;

  value->rank = keeps ? layer->in.rank : node->kind == LIP_NODE_LINEAR ? 1 : 3;
  value->channels = keeps ? layer->in.channels : node->channels;
  value->height = keeps ? layer->in.height : node->height;
  value->width = keeps ? layer->in.width : node->width;
  if (!flatten) return;
  value->channels *= value->height * value->width;
  value->rank = value->height = value->width = 1;
}

/* layer->node goes into the graph, or is nothing but another shape. */
static lip_status add_node(reading *from, lip_arch_layer *layer, const char *operation,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  lip_node *node = &layer->node;
  lip_arch_value *value = &from->value[from->values];
  bool shape_only = node->kind == LIP_NODE_ACTIVATION && node->activation.kind == LIP_IDENTITY;

  (void)snprintf(value->name, sizeof value->name, "%s", node->name);
  if (node->kind == LIP_NODE_ACTIVATION || node->kind == LIP_NODE_SOFTMAX) {
    node->channels = layer->in.channels;
    node->height = layer->in.height;
    node->width = layer->in.width;
  }
  if (shape_only) {
    lip_free(node->parent);
    value->node = layer->in.node;
  } else {
    lip_node added = *node;

    memset(node, 0, sizeof *node);
    TRY(lip_graph_add(&from->list->graph, &added, &value->node, err));
    *node = from->list->graph.node[value->node];
    from->list->norm[value->node] = layer->norm;
    from->list->bias_norm[value->node] = layer->bias_norm;
  }
  shape_value(layer, strcmp(operation, "flatten") == 0, value);
  memset(node, 0, sizeof *node); /* the graph's */
  TRY(keep_value(from, err));
done:
  return st;
}

static lip_status read_one(reading *from, const json_t *keys, size_t number, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *name = json_string_value(json_object_get(keys, "op"));
  const lip_arch_operation *operation = name ? lip_arch_operation_named(name) : NULL;
  lip_arch_layer layer = {.archive = from->archive, .keys = keys, .norm = NAN, .bias_norm = NAN};
  lip_node *node = &layer.node;

  if (!name) return lip_fail(err, LIP_EINPUT, "it has no 'op'");
  if (!operation) FAIL(LIP_EINPUT, "this operation is not read");
  node->kind = operation->kind;
  node->activation.kind = operation->activation;
  TRY(check_keys(operation, keys, err));
  TRY(name_node(from, keys, number, name, node, err));
  TRY(read_parents(from, &layer, err));
  TRY(join_parents(from, &layer, err));
  if (operation->read) TRY(operation->read(&layer, err));
  TRY(add_node(from, &layer, name, err));
done:
  lip_free(node->parent);
  lip_free(node->W);
  lip_free(node->b);
  if (st != LIP_OK) lip_error_prefix(err, "%.64s", name);
  return st;
}

/* ---- the list ---- */

static lip_status read_input(reading *from, const json_t *shape, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rank = json_array_size(shape), size = 1, three[3] = {1, 1, 1};
  lip_arch_value *value = &from->value[0];
  lip_node input = {.kind = LIP_NODE_INPUT, .name = "input"};

  if (rank < 1) FAIL(LIP_EINPUT, "'input_shape' is no list of positive whole numbers");
  for (size_t i = 0; i < rank; i++) {
    size_t one;

    TRY(lip_arch_read_size(json_array_get(shape, i), "input_shape", 1, &one, err));
    if (rank == 3) three[i] = one;
    if (__builtin_mul_overflow(size, one, &size) || size > INT32_MAX)
      FAIL(LIP_EINPUT, "'input_shape' has more than 2^31 - 1 numbers");
  }
  if (rank != 3) three[0] = size;
  *value = (lip_arch_value){
      .name = "input", .rank = rank, .channels = three[0], .height = three[1], .width = three[2]};
  input.channels = three[0];
  input.height = three[1];
  input.width = three[2];
  TRY(lip_graph_add(&from->list->graph, &input, &value->node, err));
  TRY(keep_value(from, err));
done:
  return st;
}

static lip_status read_list(reading *from, const json_t *list, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *layers = json_object_get(list, "layers");
  size_t count = json_array_size(layers);

  if (count > MOST_LAYERS) FAIL(LIP_EINPUT, "%zu layers are more than %d", count, MOST_LAYERS);
  from->value = lip_alloc(count + 1, sizeof *from->value);
  from->list->norm = lip_alloc(2 * count + 1, sizeof *from->list->norm); /* with a concatenation */
  from->list->bias_norm = lip_alloc(2 * count + 1, sizeof *from->list->bias_norm);
  from->number = json_object();
  if (!from->value || !from->number || !from->list->norm || !from->list->bias_norm)
    FAIL(LIP_ENOMEM, "%zu layers", count);
  for (size_t i = 0; i < 2 * count + 1; i++) from->list->norm[i] = from->list->bias_norm[i] = NAN;
  TRY(read_input(from, json_object_get(list, "input_shape"), err));
  if (count == 0) FAIL(LIP_EINPUT, "'layers' is no list of layers");
  for (size_t i = 0; i < count; i++) {
    st = read_one(from, json_array_get(layers, i), i, err);
    if (st != LIP_OK) lip_error_prefix(err, "layer %zu", i);
    if (st != LIP_OK) goto done;
  }
  from->list->output = from->value[from->values - 1].node;
done:
  return st;
}

lip_status lip_arch_list_of(const json_t *object, const lip_archive *archive, lip_arch_list *list,
                            lip_error *err)
{
  reading from = {.archive = archive, .list = list};
  lip_status st;

  memset(list, 0, sizeof *list);
  st = read_list(&from, object, err);
  if (st != LIP_OK) lip_arch_list_clear(list);
  lip_free(from.value);
  json_decref(from.number);
  return st;
}

lip_status lip_arch_list_read(const char *path, const lip_archive *archive, lip_arch_list *list,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  json_t *object = NULL;

  memset(list, 0, sizeof *list);
  TRY(lip_json_file(path, &object, err));
  st = lip_arch_list_of(object, archive, list, err);
  if (st != LIP_OK) lip_error_prefix(err, "%s", path);
done:
  json_decref(object);
  return st;
}

lip_status lip_arch_read(const char *path, bool is_npz, lip_net **net, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_archive archive = {0};
  lip_arch_list list = {0};
  char *beside = lip_archive_list_path(path);

  if (!beside) FAIL(LIP_ENOMEM, "the name of a file");
  TRY(lip_archive_open(path, is_npz, &archive, err));
  st = lip_arch_list_read(beside, &archive, &list, err);
  if (st == LIP_EIO)
    lip_error_prefix(err, "%s: a network's tensors need their list of layers", path);
  if (st != LIP_OK) goto done;
  st = lip_graph_finish(&list.graph, list.output, LIP_F32, net, err);
  if (st != LIP_OK) lip_error_prefix(err, "%s", beside);
done:
  lip_archive_clear(&archive);
  lip_arch_list_clear(&list);
  lip_free(beside);
  return st;
}
