/* choose.h - entries of a value by lists of places along its dimensions: how operators move, repeat
   and leave out. */
#ifndef LIP_NET_ONNX_CHOOSE_H
#define LIP_NET_ONNX_CHOOSE_H

#include "net/onnx/value.h"

/* out <- the value with the entries place[k][0 .. dims[k]) along dimension k (place[k] NULL: all
   of them as they are; LIP_NOWHERE: `fill`); of constants a constant. */
LIP_MUST_CHECK lip_status lip_onnx_choose(lip_onnx_call *call, const lip_onnx_value *from,
                                          const size_t *dims, size_t *const place[LIP_ONNX_RANK],
                                          double fill, lip_onnx_value *out, lip_error *err);

/* Room for `count` places, which are counted; released with lip_free, or all of them: */
LIP_MUST_CHECK lip_status lip_onnx_new_places(lip_onnx_call *call, size_t count, size_t **place,
                                              lip_error *err);
void lip_onnx_free_places(size_t *place[LIP_ONNX_RANK]);

#endif
