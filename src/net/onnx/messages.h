/* messages.h - the protobuf messages of a network that is to be written. */
#ifndef LIP_NET_ONNX_MESSAGES_H
#define LIP_NET_ONNX_MESSAGES_H

#include <liplaw/net.h>

#include <onnx/onnx.pb-c.h>

enum {
  LIP_ONNX_NAME_SIZE = 32,
  LIP_ONNX_MOST_NODES = 6,  /* of one layer */
  LIP_ONNX_MOST_TENSORS = 5 /* likewise */
};

/* One node of a layer that is not affine, with the attributes axes and keepdims of a reduction. */
typedef struct lip_onnx_step {
  Onnx__NodeProto node;
  char *in[2], *out;
  char name[LIP_ONNX_NAME_SIZE], value[LIP_ONNX_NAME_SIZE];
  Onnx__AttributeProto axes, keep, *attributes[2];
  int64_t axis;
} lip_onnx_step;

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
  /* of a layer that is not affine */
  lip_onnx_step step[LIP_ONNX_MOST_NODES - 1];
  size_t steps;
  char scale_name[LIP_ONNX_NAME_SIZE], where_name[LIP_ONNX_NAME_SIZE];
  Onnx__TensorProto scale, where; /* where: the axis that is put in, or the shape of the groups */
  float short_scale;              /* as short_slope */
  int64_t where_values[3], where_shape;
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
  Onnx__NodeProto **node;     /* LIP_ONNX_MOST_NODES depth, the caller's */
  Onnx__TensorProto **tensor; /* LIP_ONNX_MOST_TENSORS depth, the caller's */
} lip_onnx_messages;

/* Fills the messages; they point into each other, into `net`, and nowhere else. */
void lip_onnx_build(const lip_net *net, lip_onnx_messages *all);

/* The pieces that layers of all kinds are built from. */
void lip_onnx_build_tensor(Onnx__TensorProto *tensor, char *name, size_t rank, int64_t *shape,
                           int32_t type, const void *values, size_t count);
void lip_onnx_build_node(Onnx__NodeProto *node, char *name, char *op, size_t inputs, char **input,
                         char **output);

/* The nodes of layer j, whose map is not the affine one, from the value `input` to `output`.
   type  in  FLOAT or DOUBLE */
void lip_onnx_build_map(lip_onnx_layer *at, const lip_layer *layer, size_t j, char *input,
                        char *output, int32_t type, Onnx__GraphProto *graph);

#endif
