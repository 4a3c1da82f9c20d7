/* operands.h - what an ONNX operator finds at its node: attributes, axes, lists of numbers. */
#ifndef LIP_NET_ONNX_OPERANDS_H
#define LIP_NET_ONNX_OPERANDS_H

#include "net/onnx/value.h"

/* NULL where the node has none of that name. */
const Onnx__AttributeProto *lip_onnx_attribute(const Onnx__NodeProto *node, const char *name);

/* An attribute's number; `otherwise` where the node has none, and on failure. */
LIP_MUST_CHECK lip_status lip_onnx_float_attribute(const Onnx__NodeProto *node, const char *name,
                                                   float otherwise, double *value, lip_error *err);
LIP_MUST_CHECK lip_status lip_onnx_int_attribute(const Onnx__NodeProto *node, const char *name,
                                                 int64_t otherwise, int64_t *value, lip_error *err);

/* Is the attribute the text `expected`? `otherwise` where the node has none. */
bool lip_onnx_text_attribute(const Onnx__NodeProto *node, const char *name, const char *expected,
                             bool otherwise);

enum { LIP_ONNX_LIST = 2 * LIP_ONNX_RANK };

/* A list of whole numbers: the attribute `name` (older operator sets; NULL: there is none), or
   input i, a constant. */
typedef struct lip_onnx_list {
  bool given;
  size_t count;
  int64_t entry[LIP_ONNX_LIST];
} lip_onnx_list;
LIP_MUST_CHECK lip_status lip_onnx_read_list(const lip_onnx_call *call, const char *name, size_t i,
                                             lip_onnx_list *list, lip_error *err);

/* Input i as sizes of dimensions, among them LIP_ONNX_POINTS, which the list above refuses. */
LIP_MUST_CHECK lip_status lip_onnx_read_sizes(const lip_onnx_call *call, size_t i,
                                              lip_onnx_list *list, lip_error *err);

/* A dimension of a value of the given rank, from the end where negative; refused where it is the
   one that counts points. */
LIP_MUST_CHECK lip_status lip_onnx_axis(int64_t axis, size_t rank, bool batched, size_t *k,
                                        lip_error *err);

/* axes[k]: is dimension k in the list? (All of them, or all but the points', where not given.) */
LIP_MUST_CHECK lip_status lip_onnx_axes(const lip_onnx_list *list, size_t rank, bool batched,
                                        bool axes[LIP_ONNX_RANK], lip_error *err);

bool lip_onnx_has_input(const lip_onnx_call *call, size_t i);

/* LIP_EINPUT where input i is there and depends on the network's input. */
LIP_MUST_CHECK lip_status lip_onnx_need_constant(const lip_onnx_call *call, size_t i,
                                                 lip_error *err);

/* Input i as one number, with or without a dimension; may be infinite. */
LIP_MUST_CHECK lip_status lip_onnx_one_number(const lip_onnx_call *call, size_t i, double otherwise,
                                              double *value, lip_error *err);

#endif
