/* map_messages.c - the maps that are not affine as ONNX nodes, in operator set 17:

     distances   Unsqueeze(H, [1]), Sub(., W), ReduceL2 over axis 2, Mul(., scale), Add(., b)
     groups      Reshape(H, [0, out, in / out]), ReduceL2 over axis 2, Mul(., scale), Add(., b)
     least       ReduceMin over axis 1, which stays

   As in messages.c no bytes of weights are copied. */
#include "net/onnx/messages.h"

#include <stdio.h>

#define FLOAT_TENSOR ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
#define WHOLE_TENSOR ONNX__TENSOR_PROTO__DATA_TYPE__INT64

/* The node NAMEj that takes the value before it, and a constant where `constant` is not NULL. */
static lip_onnx_step *add_step(lip_onnx_layer *at, size_t j, const char *name, char *op,
                               char *input, char *constant, Onnx__GraphProto *graph)
{
  lip_onnx_step *step = &at->step[at->steps];

  (void)snprintf(step->name, LIP_ONNX_NAME_SIZE, "%s%zu", name, j);
  (void)snprintf(step->value, LIP_ONNX_NAME_SIZE, "%s.%zu", name, j);
  step->in[0] = input;
  step->in[1] = constant;
  step->out = step->value;
  lip_onnx_build_node(&step->node, step->name, op, constant ? 2 : 1, step->in, &step->out);
  graph->node[graph->n_node++] = &step->node;
  at->steps++;
  return step;
}

static void reduce_over(lip_onnx_step *step, int64_t axis, bool keep)
{
  step->axis = axis;
  onnx__attribute_proto__init(&step->axes);
  step->axes.name = "axes";
  step->axes.has_type = true;
  step->axes.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
  step->axes.n_ints = 1;
  step->axes.ints = &step->axis;
  onnx__attribute_proto__init(&step->keep);
  step->keep.name = "keepdims";
  step->keep.has_type = true;
  step->keep.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
  step->keep.has_i = true;
  step->keep.i = keep;
  step->attributes[0] = &step->axes;
  step->attributes[1] = &step->keep;
  step->node.n_attribute = 2;
  step->node.attribute = step->attributes;
}

static void add_integers(lip_onnx_layer *at, size_t count, Onnx__GraphProto *graph)
{
  at->where_shape = (int64_t)count;
  lip_onnx_build_tensor(&at->where, at->where_name, 1, &at->where_shape, WHOLE_TENSOR,
                        at->where_values, count);
  graph->initializer[graph->n_initializer++] = &at->where;
}

static lip_onnx_step *add_differences(lip_onnx_layer *at, const lip_layer *layer, size_t j,
                                      char *input, int32_t type, Onnx__GraphProto *graph)
{
  lip_onnx_step *step;

  (void)snprintf(at->where_name, LIP_ONNX_NAME_SIZE, "axes%zu", j);
  at->where_values[0] = 1;
  add_integers(at, 1, graph);
  at->W_shape[0] = (int64_t)layer->out;
  at->W_shape[1] = (int64_t)layer->in;
  lip_onnx_build_tensor(&at->W, at->W_name, 2, at->W_shape, type, layer->W, layer->out * layer->in);
  graph->initializer[graph->n_initializer++] = &at->W;
  step = add_step(at, j, "apart", "Unsqueeze", input, at->where_name, graph);
  return add_step(at, j, "minus", "Sub", step->out, at->W_name, graph);
}

static lip_onnx_step *add_groups(lip_onnx_layer *at, const lip_layer *layer, size_t j, char *input,
                                 Onnx__GraphProto *graph)
{
  (void)snprintf(at->where_name, LIP_ONNX_NAME_SIZE, "shape%zu", j);
  at->where_values[0] = 0;
  at->where_values[1] = (int64_t)layer->out;
  at->where_values[2] = (int64_t)(layer->in / layer->out);
  add_integers(at, 3, graph);
  return add_step(at, j, "groups", "Reshape", input, at->where_name, graph);
}

static lip_onnx_step *add_scale(lip_onnx_layer *at, const lip_layer *layer, size_t j, char *input,
                                int32_t type, Onnx__GraphProto *graph)
{
  (void)snprintf(at->scale_name, LIP_ONNX_NAME_SIZE, "scale%zu", j);
  at->short_scale = (float)layer->scale;
  at->slope_shape = 1; /* the shape [1] of one number */
  lip_onnx_build_tensor(&at->scale, at->scale_name, 1, &at->slope_shape, type,
                        type == FLOAT_TENSOR ? (const void *)&at->short_scale : &layer->scale, 1);
  graph->initializer[graph->n_initializer++] = &at->scale;
  return add_step(at, j, "times", "Mul", input, at->scale_name, graph);
}

void lip_onnx_build_map(lip_onnx_layer *at, const lip_layer *layer, size_t j, char *input,
                        char *output, int32_t type, Onnx__GraphProto *graph)
{
  lip_onnx_step *step;

  at->steps = 0;
  if (layer->map == LIP_SMALLEST) {
    step = add_step(at, j, "least", "ReduceMin", input, NULL, graph);
    reduce_over(step, 1, true);
    step->out = output;
    return;
  }
  if (layer->map == LIP_DISTANCE)
    step = add_differences(at, layer, j, input, type, graph);
  else
    step = add_groups(at, layer, j, input, graph);
  step = add_step(at, j, "length", "ReduceL2", step->out, NULL, graph);
  reduce_over(step, 2, false);
  step = add_scale(at, layer, j, step->out, type, graph);
  if (layer->b) {
    at->b_shape = (int64_t)layer->out;
    lip_onnx_build_tensor(&at->b, at->b_name, 1, &at->b_shape, type, layer->b, layer->out);
    graph->initializer[graph->n_initializer++] = &at->b;
    step = add_step(at, j, "plus", "Add", step->out, at->b_name, graph);
  }
  step->out = output;
}
