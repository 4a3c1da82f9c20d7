/* operands.c - attributes, axes and lists of an ONNX node. */
#include "net/onnx/operands.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

const Onnx__AttributeProto *lip_onnx_attribute(const Onnx__NodeProto *node, const char *name)
{
  for (size_t i = 0; i < node->n_attribute; i++)
    if (strcmp(lip_onnx_text(node->attribute[i]->name), name) == 0) return node->attribute[i];
  return NULL;
}

/* Is it of the type? A number that is 0 may be left out then. */
static bool is_of_type(const Onnx__AttributeProto *attribute,
                       Onnx__AttributeProto__AttributeType type)
{
  return attribute->has_type && attribute->type == type;
}

lip_status lip_onnx_float_attribute(const Onnx__NodeProto *node, const char *name, float otherwise,
                                    double *value, lip_error *err)
{
  const Onnx__AttributeProto *found = lip_onnx_attribute(node, name);

  *value = otherwise;
  if (!found) return LIP_OK;
  if (!(found->has_f || is_of_type(found, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT)) ||
      !isfinite(found->f))
    return lip_fail(err, LIP_EINPUT, "its attribute '%s' is no finite number", name);
  *value = found->f;
  return LIP_OK;
}

lip_status lip_onnx_int_attribute(const Onnx__NodeProto *node, const char *name, int64_t otherwise,
                                  int64_t *value, lip_error *err)
{
  const Onnx__AttributeProto *found = lip_onnx_attribute(node, name);

  *value = otherwise;
  if (!found) return LIP_OK;
  if (!(found->has_i || is_of_type(found, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT)))
    return lip_fail(err, LIP_EINPUT, "its attribute '%s' is no whole number", name);
  *value = found->i;
  return LIP_OK;
}

bool lip_onnx_text_attribute(const Onnx__NodeProto *node, const char *name, const char *expected,
                             bool otherwise)
{
  const Onnx__AttributeProto *found = lip_onnx_attribute(node, name);

  if (!found) return otherwise;
  return found->has_s && found->s.len == strlen(expected) &&
         memcmp(found->s.data, expected, found->s.len) == 0;
}

lip_status lip_onnx_read_sizes(const lip_onnx_call *call, size_t i, lip_onnx_list *list,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *array;

  *list = (lip_onnx_list){.given = lip_onnx_has_input(call, i)};
  if (!list->given) goto done;
  TRY(lip_onnx_need_constant(call, i, err));
  array = &call->in[i]->array;
  if (lip_onnx_array_is_real(array) || array->rank > 1 || array->count > LIP_ONNX_LIST)
    FAIL(LIP_EINPUT, "its input %zu is no short list of whole numbers", i);
  list->count = array->count;
  for (size_t k = 0; k < list->count; k++) list->entry[k] = lip_onnx_array_integer(array, k);
done:
  return st;
}

lip_status lip_onnx_read_list(const lip_onnx_call *call, const char *name, size_t i,
                              lip_onnx_list *list, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__AttributeProto *found = name ? lip_onnx_attribute(call->node, name) : NULL;

  if (!found) {
    TRY(lip_onnx_read_sizes(call, i, list, err));
    for (size_t k = 0; k < list->count; k++)
      if (list->entry[k] == LIP_ONNX_POINTS)
        FAIL(LIP_EINPUT, "its input %zu depends on how many points there are", i);
    goto done;
  }
  *list = (lip_onnx_list){.given = true, .count = found->n_ints};
  if (list->count > LIP_ONNX_LIST)
    FAIL(LIP_EINPUT, "its attribute '%s' has %zu numbers", name, list->count);
  for (size_t k = 0; k < list->count; k++) list->entry[k] = found->ints[k];
done:
  return st;
}

lip_status lip_onnx_axis(int64_t axis, size_t rank, bool batched, size_t *k, lip_error *err)
{
  if (axis < -(int64_t)rank || axis >= (int64_t)rank)
    return lip_fail(err, LIP_EINPUT, "there is no axis %lld: the value has %zu dimensions",
                    (long long)axis, rank);
  *k = (size_t)(axis < 0 ? axis + (int64_t)rank : axis);
  if (batched && *k == 0)
    return lip_fail(err, LIP_EINPUT, "axis %lld counts the points of a batch, which would be mixed",
                    (long long)axis);
  return LIP_OK;
}

lip_status lip_onnx_axes(const lip_onnx_list *list, size_t rank, bool batched,
                         bool axes[LIP_ONNX_RANK], lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t k = 0; k < LIP_ONNX_RANK; k++) axes[k] = !list->given && k >= batched && k < rank;
  for (size_t i = 0; i < list->count; i++) {
    size_t k;

    TRY(lip_onnx_axis(list->entry[i], rank, batched, &k, err));
    axes[k] = true;
  }
done:
  return st;
}

bool lip_onnx_has_input(const lip_onnx_call *call, size_t i)
{
  return i < call->inputs && call->in[i];
}

lip_status lip_onnx_need_constant(const lip_onnx_call *call, size_t i, lip_error *err)
{
  char name[LIP_ONNX_TEXT];

  if (!lip_onnx_has_input(call, i) || call->in[i]->constant) return LIP_OK;
  return lip_fail(err, LIP_EINPUT,
                  "its input %zu, '%s', must be constant, but depends on the network's input", i,
                  lip_onnx_printable(call->node->input[i], name));
}

lip_status lip_onnx_one_number(const lip_onnx_call *call, size_t i, double otherwise, double *value,
                               lip_error *err)
{
  const lip_onnx_array *array;

  *value = otherwise;
  if (!lip_onnx_has_input(call, i)) return LIP_OK;
  array = &call->in[i]->array;
  if (!call->in[i]->constant || array->count != 1)
    return lip_fail(err, LIP_EINPUT, "its input %zu is not one constant number", i);
  *value = lip_onnx_array_is_real(array) ? lip_onnx_array_real(array, 0)
                                         : (double)lip_onnx_array_integer(array, 0);
  return LIP_OK;
}
