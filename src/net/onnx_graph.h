/* onnx_graph.h - looks up values of an ONNX graph: which are constant, which node takes which. */
#ifndef LIP_NET_ONNX_GRAPH_H
#define LIP_NET_ONNX_GRAPH_H

#include <liplaw/status.h>

#include <onnx/onnx.pb-c.h>

/* Node `node` takes the value `name` as its input `input`. */
typedef struct lip_onnx_use {
  const char *name;
  size_t node, input;
} lip_onnx_use;

typedef struct lip_onnx_graph {
  const Onnx__GraphProto *proto;
  const Onnx__TensorProto **constant; /* initialisers and Constant nodes, sorted by name; owned */
  const char **constant_name;         /* beside it; owned */
  size_t constants;
  lip_onnx_use *use; /* sorted by name, then node, then input; owned */
  size_t uses;
} lip_onnx_graph;

LIP_MUST_CHECK lip_status lip_onnx_graph_index(const Onnx__GraphProto *proto, lip_onnx_graph *graph,
                                               lip_error *err);
void lip_onnx_graph_clear(lip_onnx_graph *graph);

/* NULL where no constant has that name. */
const Onnx__TensorProto *lip_onnx_graph_constant(const lip_onnx_graph *graph, const char *name);

/* The uses of a value: count of them, from the one returned on. */
const lip_onnx_use *lip_onnx_graph_uses(const lip_onnx_graph *graph, const char *name,
                                        size_t *count);

/* Names in ONNX files are optional and may hold anything. */
enum { LIP_ONNX_TEXT = 96 };
const char *lip_onnx_text(const char *text);                                  /* "" for NULL */
const char *lip_onnx_printable(const char *text, char buffer[LIP_ONNX_TEXT]); /* cut, ASCII */

/* Puts "node 'NAME' (OPERATOR)" before the error's text; where it has no name, its output's. */
void lip_onnx_prefix_node(const Onnx__NodeProto *node, lip_error *err);

#endif
