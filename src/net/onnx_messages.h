/* onnx_messages.h - the protobuf messages of a network that is to be written. */
#ifndef LIP_NET_ONNX_MESSAGES_H
#define LIP_NET_ONNX_MESSAGES_H

#include <liplaw/net.h>

#include <onnx/onnx.pb-c.h>

enum { LIP_ONNX_NAME_SIZE = 32 };

/* Everything that one layer contributes to the graph. */
typedef struct lip_onnx_layer {
  Onnx__NodeProto affine, activation;
  char *affine_in[3], *activation_in[2];
  char *affine_out, *activation_out;
  char W_name[LIP_ONNX_NAME_SIZE], b_name[LIP_ONNX_NAME_SIZE], slope_name[LIP_ONNX_NAME_SIZE];
  char affine_name[LIP_ONNX_NAME_SIZE], activation_name[LIP_ONNX_NAME_SIZE];
  char Z[LIP_ONNX_NAME_SIZE], H[LIP_ONNX_NAME_SIZE];
  Onnx__TensorProto W, b, slope;
  float short_slope; /* what `slope` holds where the tensors are FLOAT */
  int64_t W_shape[2], b_shape, slope_shape;
  Onnx__AttributeProto transpose, alpha, *affine_attribute, *activation_attribute;
} lip_onnx_layer;

/* X or Y: [N, size]. */
typedef struct lip_onnx_port {
  Onnx__ValueInfoProto value;
  Onnx__TypeProto type;
  Onnx__TypeProto__Tensor tensor;
  Onnx__TensorShapeProto shape;
  Onnx__TensorShapeProto__Dimension rows, size, *dims[2];
} lip_onnx_port;

typedef struct lip_onnx_messages {
  Onnx__ModelProto model;
  Onnx__GraphProto graph;
  Onnx__OperatorSetIdProto opset, *opsets[1];
  lip_onnx_port X, Y;
  Onnx__ValueInfoProto *inputs[1], *outputs[1];
  lip_onnx_layer *layer;      /* depth, the caller's */
  Onnx__NodeProto **node;     /* 2 depth, the caller's */
  Onnx__TensorProto **tensor; /* 3 depth, the caller's */
} lip_onnx_messages;

/* Fills the messages; they point into each other, into `net`, and nowhere else. */
void lip_onnx_build(const lip_net *net, lip_onnx_messages *all);

#endif
