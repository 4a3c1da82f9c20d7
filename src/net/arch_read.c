/* arch_read.c - a network as a list of layers in JSON beside an archive of weights.

   The layers go into the chain (affine_chain.c) one after the other. A key that is not read is
   refused, not passed over: it may change what the layer means.

   cost  one pass over the weights that are used */
#include "net/arch_read.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/affine_chain.h"
#include "net/arch_archive.h"

#include <math.h>
#include <string.h>

/* A network being read. */
typedef struct reading {
  lip_archive archive;
  lip_affine_chain chain;
  size_t rank; /* of the value */
} reading;

/* ---- layers ---- */

static lip_status apply_linear(reading *from, const json_t *layer, lip_activation psi,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  const char *weight = json_string_value(json_object_get(layer, "weight"));
  const char *bias = json_string_value(json_object_get(layer, "bias"));
  lip_array W = {0}, b = {0};
  double *owned;

  (void)psi;
  if (!weight) FAIL(LIP_EINPUT, "'weight' names no array");
  if (json_object_get(layer, "bias") && !bias) FAIL(LIP_EINPUT, "'bias' names no array");
  if (from->rank != 1)
    FAIL(LIP_EINPUT, "the value before it has %zu dimensions; flatten comes first", from->rank);
  TRY(lip_archive_array(&from->archive, weight, &W, err));
  if (W.rank != 2) FAIL(LIP_EINPUT, "'%.64s' has %zu dimensions, a matrix has 2", weight, W.rank);
  if (W.shape[1] != from->chain.width)
    FAIL(LIP_EINPUT, "'%.64s' takes %zu numbers, the value has %zu", weight, W.shape[1],
         from->chain.width);
  owned = W.values;
  W.values = NULL;
  TRY(lip_chain_product(&from->chain, W.shape[0], owned, err));
  if (!bias) goto done;
  TRY(lip_archive_array(&from->archive, bias, &b, err));
  if (b.count != W.shape[0])
    FAIL(LIP_EINPUT, "'%.64s' has %zu numbers, the value has %zu", bias, b.count, W.shape[0]);
  st = lip_chain_shift(&from->chain, b.values, err);
  b.values = NULL;
done:
  lip_free(W.values);
  lip_free(b.values);
  return st;
}

static lip_status apply_activation(reading *from, const json_t *layer, lip_activation psi,
                                   lip_error *err)
{
  (void)layer;
  return lip_chain_activate(&from->chain, psi, err);
}

/* leaky_relu, elu: 'alpha'; power: 'p'. */
static lip_status apply_with_number(reading *from, const json_t *layer, lip_activation psi,
                                    lip_error *err)
{
  bool power = psi.kind == LIP_POWER;
  const json_t *number = json_object_get(layer, power ? "p" : "alpha");

  psi.slope = json_number_value(number);
  if (!json_is_number(number) || !isfinite(psi.slope))
    return lip_fail(err, LIP_EINPUT, "'%s' is no number", power ? "p" : "alpha");
  if (power && !(psi.slope >= 1 && psi.slope <= LIP_MOST_POWER && psi.slope == floor(psi.slope)))
    return lip_fail(err, LIP_EINPUT, "'p' is no whole number from 1 to %d", LIP_MOST_POWER);
  return lip_chain_activate(&from->chain, psi, err);
}

static lip_status apply_flatten(reading *from, const json_t *layer, lip_activation psi,
                                lip_error *err)
{
  (void)layer, (void)psi, (void)err;
  from->rank = 1;
  return LIP_OK;
}

static const struct operation {
  const char *name;
  const char *keys[2]; /* beside "op" */
  lip_activation_kind kind;
  lip_status (*apply)(reading *from, const json_t *layer, lip_activation psi, lip_error *err);
} operations[] = {
    {"linear", {"weight", "bias"}, LIP_IDENTITY, apply_linear},
    {"flatten", {NULL}, LIP_IDENTITY, apply_flatten},
    {"relu", {NULL}, LIP_RELU, apply_activation},
    {"leaky_relu", {"alpha"}, LIP_LEAKY_RELU, apply_with_number},
    {"abs", {NULL}, LIP_ABS, apply_activation},
    {"tanh", {NULL}, LIP_TANH, apply_activation},
    {"softplus", {NULL}, LIP_SOFTPLUS, apply_activation},
    {"sigmoid", {NULL}, LIP_SIGMOID, apply_activation},
    {"square", {NULL}, LIP_SQUARE, apply_activation},
    {"elu", {"alpha"}, LIP_ELU, apply_with_number},
    {"power", {"p"}, LIP_POWER, apply_with_number},
};

static lip_status check_keys(const struct operation *operation, const json_t *layer, lip_error *err)
{
  void *at = json_object_iter((json_t *)(uintptr_t)layer); /* jansson's iterators take no const */

  for (; at; at = json_object_iter_next((json_t *)(uintptr_t)layer, at)) {
    const char *key = json_object_iter_key(at);
    bool known = strcmp(key, "op") == 0;

    for (size_t i = 0; i < 2; i++)
      known = known || (operation->keys[i] && strcmp(operation->keys[i], key) == 0);
    if (!known) return lip_fail(err, LIP_EINPUT, "the key '%.64s' is not read", key);
  }
  return LIP_OK;
}

static lip_status apply_layer(reading *from, const json_t *layer, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *name = json_string_value(json_object_get(layer, "op"));

  if (!name) return lip_fail(err, LIP_EINPUT, "it has no 'op'");
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    const struct operation *operation = &operations[i];

    if (strcmp(operation->name, name) != 0) continue;
    TRY(check_keys(operation, layer, err));
    TRY(operation->apply(from, layer, (lip_activation){operation->kind, 0}, err));
    return LIP_OK;
  }
  st = lip_fail(err, LIP_EINPUT, "this operation is not read");
done:
  lip_error_prefix(err, "%.64s", name);
  return st;
}

/* ---- the list ---- */

static lip_status start_value(reading *from, const json_t *shape, lip_error *err)
{
  size_t width = 1;

  from->rank = json_array_size(shape);
  for (size_t i = 0; i < from->rank; i++) {
    json_int_t size = json_integer_value(json_array_get(shape, i));

    if (size < 1 || __builtin_mul_overflow(width, (size_t)size, &width)) from->rank = 0;
  }
  if (from->rank == 0 || width > INT32_MAX)
    return lip_fail(err, LIP_EINPUT, "'input_shape' is no list of positive whole numbers");
  from->chain.width = width;
  return LIP_OK;
}

static lip_status apply_list(reading *from, const json_t *list, lip_error *err)
{
  lip_status st = LIP_OK;
  const json_t *layers = json_object_get(list, "layers");

  TRY(start_value(from, json_object_get(list, "input_shape"), err));
  if (json_array_size(layers) == 0) FAIL(LIP_EINPUT, "'layers' is no list of layers");
  for (size_t i = 0; i < json_array_size(layers); i++) {
    st = apply_layer(from, json_array_get(layers, i), err);
    if (st == LIP_OK) continue;
    lip_error_prefix(err, "layer %zu", i);
    goto done;
  }
done:
  return st;
}

lip_status lip_arch_read(const char *path, bool is_npz, lip_net **net, lip_error *err)
{
  lip_status st = LIP_OK;
  reading from = {0};
  json_t *list = NULL;
  char *beside = lip_archive_list_path(path);

  if (!beside) FAIL(LIP_ENOMEM, "the name of a file");
  st = lip_json_file(beside, &list, err);
  if (st != LIP_OK) {
    lip_error_prefix(err, "%s: a network's tensors need their list of layers", path);
    goto done;
  }
  TRY(lip_archive_open(path, is_npz, &from.archive, err));
  st = apply_list(&from, list, err);
  if (st == LIP_OK) st = lip_chain_finish(&from.chain, LIP_F32, net, err);
  if (st != LIP_OK) lip_error_prefix(err, "%s", beside);
done:
  json_decref(list);
  lip_archive_clear(&from.archive);
  lip_chain_clear(&from.chain);
  lip_free(beside);
  return st;
}
