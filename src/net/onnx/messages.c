/* messages.c - a network as protobuf messages: per layer Gemm(H, W, b) with transB (the maps
   that are not affine stand in map_messages.c), and the node of its activation. No bytes are
   copied: raw_data points at the network's own f64 weights and has the length that the tensor will
   have in the file. */
#include "net/onnx/messages.h"

#include <stdio.h>

enum { IR_VERSION = 8, OPSET = 17 };

#define FLOAT_TENSOR  ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
#define DOUBLE_TENSOR ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE

static void build_port(lip_onnx_port *port, char *name, size_t size, int32_t type)
{
  onnx__value_info_proto__init(&port->value);
  onnx__type_proto__init(&port->type);
  onnx__type_proto__tensor__init(&port->tensor);
  onnx__tensor_shape_proto__init(&port->shape);
  onnx__tensor_shape_proto__dimension__init(&port->rows);
  onnx__tensor_shape_proto__dimension__init(&port->size);
  port->rows.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
  port->rows.dim_param = "N";
  port->size.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
  port->size.dim_value = (int64_t)size;
  port->dims[0] = &port->rows;
  port->dims[1] = &port->size;
  port->shape.n_dim = 2;
  port->shape.dim = port->dims;
  port->tensor.has_elem_type = true;
  port->tensor.elem_type = type;
  port->tensor.shape = &port->shape;
  port->type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  port->type.tensor_type = &port->tensor;
  port->value.name = name;
  port->value.type = &port->type;
}

void lip_onnx_build_tensor(Onnx__TensorProto *tensor, char *name, size_t rank, int64_t *shape,
                           int32_t type, const void *values, size_t count)
{
  onnx__tensor_proto__init(tensor);
  tensor->name = name;
  tensor->n_dims = rank;
  tensor->dims = shape;
  tensor->has_data_type = true;
  tensor->data_type = type;
  tensor->has_raw_data = true;
  tensor->raw_data.len = count * (type == FLOAT_TENSOR ? sizeof(float) : 8); /* doubles, integers */
  tensor->raw_data.data = (uint8_t *)(uintptr_t)values;                      /* only ever read */
}

void lip_onnx_build_node(Onnx__NodeProto *node, char *name, char *op, size_t inputs, char **input,
                         char **output)
{
  onnx__node_proto__init(node);
  node->name = name;
  node->op_type = op;
  node->n_input = inputs;
  node->input = input;
  node->n_output = 1;
  node->output = output;
}

/* The operator of an activation; NULL for the identity. */
static char *operator_of(lip_activation psi)
{
  switch (psi.kind) {
  case LIP_RELU:
    return "Relu";
  case LIP_LEAKY_RELU: /* LeakyRelu's own alpha is a float */
    return psi.slope == (float)psi.slope ? "LeakyRelu" : "PRelu";
  case LIP_ABS:
    return "Abs";
  case LIP_TANH:
    return "Tanh";
  case LIP_SOFTPLUS:
    return "Softplus";
  case LIP_SQUARE:
    return "Mul";
  case LIP_SIGMOID:
    return "Sigmoid";
  case LIP_POWER:
    return "Pow";
  case LIP_ELU:
    return "Elu";
  case LIP_ERF:
    return "Erf";
  case LIP_SILU: /* write.c refuses them */
  case LIP_GELU:
  case LIP_IDENTITY:
    break;
  }
  return NULL;
}

static void build_affine(lip_onnx_layer *at, const lip_layer *layer, char *input, char *output,
                         int32_t type, Onnx__GraphProto *graph)
{
  at->W_shape[0] = (int64_t)layer->out;
  at->W_shape[1] = (int64_t)layer->in;
  at->b_shape = (int64_t)layer->out;
  lip_onnx_build_tensor(&at->W, at->W_name, 2, at->W_shape, type, layer->W, layer->out * layer->in);
  graph->initializer[graph->n_initializer++] = &at->W;
  if (layer->b) {
    lip_onnx_build_tensor(&at->b, at->b_name, 1, &at->b_shape, type, layer->b, layer->out);
    graph->initializer[graph->n_initializer++] = &at->b;
  }
  at->affine_in[0] = input;
  at->affine_in[1] = at->W_name;
  at->affine_in[2] = at->b_name;
  at->affine_out = output;
  lip_onnx_build_node(&at->affine, at->affine_name, "Gemm", layer->b ? 3 : 2, at->affine_in,
                      &at->affine_out);
  onnx__attribute_proto__init(&at->transpose);
  at->transpose.name = "transB";
  at->transpose.has_type = true;
  at->transpose.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
  at->transpose.has_i = true;
  at->transpose.i = 1;
  at->affine_attribute = &at->transpose;
  at->affine.n_attribute = 1;
  at->affine.attribute = &at->affine_attribute;
  graph->node[graph->n_node++] = &at->affine;
}

static void build_activation(lip_onnx_layer *at, const lip_layer *layer, char *op, char *output,
                             int32_t type, Onnx__GraphProto *graph)
{
  bool squared = layer->activation.kind == LIP_SQUARE;
  bool sloped = layer->activation.kind == LIP_LEAKY_RELU || layer->activation.kind == LIP_ELU;
  bool by_tensor = (sloped && op[0] == 'P') || layer->activation.kind == LIP_POWER;

  at->activation_in[0] = at->Z;
  at->activation_in[1] = squared ? at->Z : at->slope_name;
  at->activation_out = output;
  lip_onnx_build_node(&at->activation, at->activation_name, op, squared || by_tensor ? 2 : 1,
                      at->activation_in, &at->activation_out);
  graph->node[graph->n_node++] = &at->activation;
  if (by_tensor) {
    at->slope_shape = 1;
    at->short_slope = (float)layer->activation.slope;
    lip_onnx_build_tensor(
        &at->slope, at->slope_name, 1, &at->slope_shape, type,
        type == FLOAT_TENSOR ? (const void *)&at->short_slope : &layer->activation.slope, 1);
    graph->initializer[graph->n_initializer++] = &at->slope;
  } else if (sloped) {
    onnx__attribute_proto__init(&at->alpha);
    at->alpha.name = "alpha";
    at->alpha.has_type = true;
    at->alpha.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
    at->alpha.has_f = true;
    at->alpha.f = (float)layer->activation.slope;
    at->activation_attribute = &at->alpha;
    at->activation.n_attribute = 1;
    at->activation.attribute = &at->activation_attribute;
  }
}

static void build_graph(const lip_net *net, lip_onnx_messages *all, int32_t type)
{
  Onnx__GraphProto *graph = &all->graph;
  char *value = "X";

  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    lip_onnx_layer *at = &all->layer[j];
    char *op = operator_of(layer->activation);
    char *output = j + 1 == net->depth ? "Y" : at->H;

    (void)snprintf(at->W_name, LIP_ONNX_NAME_SIZE, "W%zu", j);
    (void)snprintf(at->b_name, LIP_ONNX_NAME_SIZE, "b%zu", j);
    (void)snprintf(at->slope_name, LIP_ONNX_NAME_SIZE, "slope%zu", j);
    (void)snprintf(at->affine_name, LIP_ONNX_NAME_SIZE, "affine%zu", j);
    (void)snprintf(at->activation_name, LIP_ONNX_NAME_SIZE, "activation%zu", j);
    (void)snprintf(at->Z, LIP_ONNX_NAME_SIZE, "Z%zu", j);
    (void)snprintf(at->H, LIP_ONNX_NAME_SIZE, "H%zu", j);
    if (layer->map == LIP_AFFINE)
      build_affine(at, layer, value, op ? at->Z : output, type, graph);
    else
      lip_onnx_build_map(at, layer, j, value, op ? at->Z : output, type, graph);
    if (op) build_activation(at, layer, op, output, type, graph);
    value = output;
  }
}

void lip_onnx_build(const lip_net *net, lip_onnx_messages *all)
{
  int32_t type = net->precision == LIP_F32 ? FLOAT_TENSOR : DOUBLE_TENSOR;

  onnx__model_proto__init(&all->model);
  onnx__graph_proto__init(&all->graph);
  onnx__operator_set_id_proto__init(&all->opset);
  all->opset.domain = "";
  all->opset.has_version = true;
  all->opset.version = OPSET;
  all->opsets[0] = &all->opset;
  all->model.has_ir_version = true;
  all->model.ir_version = IR_VERSION;
  all->model.n_opset_import = 1;
  all->model.opset_import = all->opsets;
  all->model.producer_name = "liplaw";
  all->model.producer_version = (char *)(uintptr_t)lip_version();
  all->model.graph = &all->graph;
  build_port(&all->X, "X", lip_net_inputs(net), type);
  build_port(&all->Y, "Y", lip_net_outputs(net), type);
  all->inputs[0] = &all->X.value;
  all->outputs[0] = &all->Y.value;
  all->graph.name = "network";
  all->graph.n_input = all->graph.n_output = 1;
  all->graph.input = all->inputs;
  all->graph.output = all->outputs;
  all->graph.node = all->node;
  all->graph.initializer = all->tensor;
  build_graph(net, all, type);
}
