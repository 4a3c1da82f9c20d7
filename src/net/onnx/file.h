/* file.h - an ONNX file as protobuf messages. */
#ifndef LIP_NET_ONNX_FILE_H
#define LIP_NET_ONNX_FILE_H

#include <liplaw/status.h>

#include <onnx/onnx.pb-c.h>

/* Unpacks the bytes of a file; nothing about its content is checked but that it is well-formed.
   What protobuf-c would do without bounds is bounded: the nesting of messages (before the recursive
   unpacking), and the memory of what is unpacked.
   model  out  released with lip_onnx_close; holds nothing of `bytes`
   return      LIP_OK; LIP_EINPUT; LIP_ENOMEM; the text does not name the file */
LIP_MUST_CHECK lip_status lip_onnx_unpack(const void *bytes, size_t size, Onnx__ModelProto **model,
                                          lip_error *err);
void lip_onnx_close(Onnx__ModelProto *model); /* takes NULL */

#endif
