/* declared.h - the shapes that an ONNX graph declares of its values, beside those that they have.
 */
#ifndef LIP_NET_ONNX_DECLARED_H
#define LIP_NET_ONNX_DECLARED_H

#include "net/onnx/value.h"

/* Every value of graph.input, graph.value_info and graph.output that has been made has the rank and
   the sizes that are declared of it. Free are: a shape that is left out or empty, sizes with a
   name, below 1 or left out, and the first size of a value whose first dimension counts points.
   return  LIP_OK; LIP_EINPUT with the node that makes the value, its shape and the declared one */
LIP_MUST_CHECK lip_status lip_onnx_check_declared(const lip_onnx_import *import, lip_error *err);

#endif
