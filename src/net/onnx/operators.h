/* operators.h - the ONNX operators that are read. */
#ifndef LIP_NET_ONNX_OPERATORS_H
#define LIP_NET_ONNX_OPERATORS_H

#include "net/onnx/operands.h"

/* Sets call->out[0], ... from call->in[0], ... whose first `fewest` are there; texts do not name
   the node, the caller puts it before them. */
typedef lip_status lip_onnx_apply(lip_onnx_call *call, lip_error *err);

enum { LIP_ONNX_MANY = 1 << 20 }; /* inputs: all of them must be there */

typedef struct lip_onnx_operator {
  const char *name;
  size_t fewest, most;   /* inputs */
  lip_onnx_apply *apply; /* where an input depends on the network's input; NULL: refused */
  lip_onnx_apply *fold;  /* where all are constant; NULL: the first becomes the value of a node */
} lip_onnx_operator;

/* NULL where it is not read. */
const lip_onnx_operator *lip_onnx_operator_find(const char *name);

/* Why networks are refused in which it takes the network's values; NULL where no reason is known.
 */
const char *lip_onnx_why_refused(const char *name);

#endif
