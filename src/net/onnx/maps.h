/* maps.h - the ONNX operators of the maps that are not affine (lip_map); see
   operators.h. Networks with them are chains of layers. */
#ifndef LIP_NET_ONNX_MAPS_H
#define LIP_NET_ONNX_MAPS_H

#include "net/onnx/operands.h"

lip_status lip_onnx_reduce_l2(lip_onnx_call *call, lip_error *err);
lip_status lip_onnx_reduce_min(lip_onnx_call *call, lip_error *err);

/* A Sub before a ReduceL2: keeps its constant as centers, and says so, where it has several points
   for the value's one, ... x 1 x in against ... x out x in (or one, after Unsqueeze). */
LIP_MUST_CHECK lip_status lip_onnx_take_centers(lip_onnx_call *call, bool *taken, lip_error *err);

#endif
