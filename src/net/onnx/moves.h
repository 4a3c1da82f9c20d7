/* moves.h - the ONNX operators that move entries, of constants and of the network's values;
   see operators.h. */
#ifndef LIP_NET_ONNX_MOVES_H
#define LIP_NET_ONNX_MOVES_H

#include "net/onnx/operands.h"

lip_status lip_onnx_pad(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_slice(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_gather(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_split(lip_onnx_call *call, lip_error *err);

#endif
