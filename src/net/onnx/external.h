/* external.h - data of an ONNX tensor that stand in another file. */
#ifndef LIP_NET_ONNX_EXTERNAL_H
#define LIP_NET_ONNX_EXTERNAL_H

#include <liplaw/status.h>

#include <onnx/onnx.pb-c.h>

/* The `size` bytes that the tensor's external_data (location, offset, length) name. The file must
   lie in the folder, links resolved.
   folder  in   the model's
   bytes   out  released with lip_free
   return       LIP_OK; LIP_EINPUT: a place outside of the folder, an offset or a length that does
                not fit; LIP_EIO; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_onnx_external_read(const Onnx__TensorProto *tensor,
                                                 const char *folder, size_t size, void **bytes,
                                                 lip_error *err);

#endif
