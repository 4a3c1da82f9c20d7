/* graph.h - the values of an ONNX graph by their names, and its nodes in an order in which
   they can be computed. */
#ifndef LIP_NET_ONNX_GRAPH_H
#define LIP_NET_ONNX_GRAPH_H

#include <liplaw/status.h>

#include <onnx/onnx.pb-c.h>

typedef enum lip_onnx_source {
  LIP_ONNX_INITIALISER,
  LIP_ONNX_INPUT,
  LIP_ONNX_NODE,
} lip_onnx_source;

/* Where a value comes from: initialiser, input or node `at`; of a node, which of its outputs. */
typedef struct lip_onnx_name {
  const char *name;
  lip_onnx_source source;
  size_t at, output;
} lip_onnx_name;

typedef struct lip_onnx_graph {
  const Onnx__GraphProto *proto;
  lip_onnx_name *name; /* sorted; owned */
  size_t names;
  size_t input, output; /* which names: the only input that is no constant, the only output */
  size_t *order, steps; /* the nodes that the output depends on, each after those it takes; owned */
} lip_onnx_graph;

/* return  LIP_OK; LIP_EINPUT: two values of one name, not one input and one output, a value that
           nothing makes, a node that depends on itself; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_onnx_graph_index(const Onnx__GraphProto *proto, lip_onnx_graph *graph,
                                               lip_error *err);
void lip_onnx_graph_clear(lip_onnx_graph *graph);

/* Which of the names it is; SIZE_MAX where nothing has it. */
size_t lip_onnx_graph_find(const lip_onnx_graph *graph, const char *name);

/* Names in ONNX files are optional and may hold anything. */
enum { LIP_ONNX_TEXT = 96 };
const char *lip_onnx_text(const char *text);                                  /* "" for NULL */
const char *lip_onnx_printable(const char *text, char buffer[LIP_ONNX_TEXT]); /* cut, ASCII */

/* The node's name, or its first output's where it has none. */
const char *lip_onnx_node_name(const Onnx__NodeProto *node);

/* Puts "node 'NAME' (OPERATOR)" before the error's text; where it has no name, its output's. */
void lip_onnx_prefix_node(const Onnx__NodeProto *node, lip_error *err);

#endif
