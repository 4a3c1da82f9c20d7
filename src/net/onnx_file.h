/* onnx_file.h - an ONNX file as protobuf messages. */
#ifndef LIP_NET_ONNX_FILE_H
#define LIP_NET_ONNX_FILE_H

#include <liplaw/status.h>

#include <onnx/onnx.pb-c.h>

/* Reads and unpacks a file; nothing about its content is checked but that it is well-formed. What
   protobuf-c would do without bounds is bounded: the size of the file (protobuf's 2 GB), the
   nesting of messages (before the recursive unpacking), and the memory of what is unpacked.
   model  out  released with lip_onnx_close
   return      LIP_OK; LIP_EIO; LIP_EINPUT; LIP_ENOMEM; the text names the file */
LIP_MUST_CHECK lip_status lip_onnx_open(const char *path, Onnx__ModelProto **model, lip_error *err);
void lip_onnx_close(Onnx__ModelProto *model); /* takes NULL */

#endif
