/* onnx_read.h - reads a network from an ONNX file. */
#ifndef LIP_NET_ONNX_READ_H
#define LIP_NET_ONNX_READ_H

#include <liplaw/net.h>

/* As lip_net_read, of an ONNX file. */
LIP_MUST_CHECK lip_status lip_onnx_read(const char *path, lip_net **net, lip_error *err);

#endif
