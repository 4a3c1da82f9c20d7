/* read.h - reads a network from an ONNX file. */
#ifndef LIP_NET_ONNX_READ_H
#define LIP_NET_ONNX_READ_H

#include <liplaw/net.h>

/* As lip_net_read, of an ONNX file. */
LIP_MUST_CHECK lip_status lip_onnx_read(const char *path, lip_net **net, lip_error *err);

/* The same of a file that stands in memory; the text does not name it.
   folder  in      where data in other files are sought
   bytes   in/out  released with lip_free, and set to NULL, once they are unpacked */
LIP_MUST_CHECK lip_status lip_onnx_read_bytes(const char *folder, void **bytes, size_t size,
                                              lip_net **net, lip_error *err);

#endif
