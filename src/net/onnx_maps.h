/* onnx_maps.h - the ONNX operators of the maps that are not affine; see onnx_operators.h for the
   arguments. */
#ifndef LIP_NET_ONNX_MAPS_H
#define LIP_NET_ONNX_MAPS_H

#include "net/onnx_operands.h"

lip_status lip_onnx_unsqueeze(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                              lip_error *err);
lip_status lip_onnx_reduce_l2(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                              lip_error *err);
lip_status lip_onnx_reduce_min(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                               lip_error *err);

/* Input i of a Sub: keeps it as centers, and says so, where it has several points for the value's
   one, ... x 1 x in against ... x out x in (or one, after Unsqueeze). */
LIP_MUST_CHECK lip_status lip_onnx_take_centers(lip_onnx_import *import,
                                                const Onnx__NodeProto *node, size_t i, bool *taken,
                                                lip_error *err);

#endif
