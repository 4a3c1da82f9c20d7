/* graph.h - a network being built node by node, shapes checked. */
#ifndef LIP_NET_GRAPH_H
#define LIP_NET_GRAPH_H

#include <liplaw/net.h>

/* Nodes on their way to a network. Each owns its parent, index, W and b (until lip_graph_finish
   moves the numbers into one block). */
typedef struct lip_graph {
  size_t nodes, room;
  lip_node *node;
} lip_graph;

/* Releases the nodes; of a network's nodes, whose W and b lie in its block, see lip_net_free. */
void lip_graph_clear(lip_graph *graph);

/* Appends a node. The caller sets kind, name, parents and parent (taken over; entries below
   graph->nodes), and what the kind needs: W, weights, b, biases, index (taken over), kernel,
   stride, dilation, before, after, groups, counts_padding, activation. Strides, dilations and
   groups of 0 become 1. Shapes (a reshape is no node: whoever reads says as what): LIP_NODE_INPUT,
   LIP_NODE_SELECT  channels, height, width set by the caller (0 counts as 1) LIP_NODE_LINEAR
   channels set: the rows of W; height and width become 1 LIP_NODE_CONVOLUTION     channels set;
   in_channels, in_height, in_width set, or all 0: the shape of the parent's value LIP_NODE_..._POOL
   in_... likewise LIP_NODE_SCALE, LIP_NODE_ACTIVATION, LIP_NODE_SOFTMAX channels, height, width
   set, or all 0: the parent's LIP_NODE_CONCAT, LIP_NODE_ADD  found from the parents; a
   concatenation of values of unlike height or width is a vector at      out  its index; may be NULL
   return       LIP_OK; LIP_EINPUT where shapes do not fit (text without the node's name);
   LIP_ENOMEM The node's arrays are taken over either way. */
LIP_MUST_CHECK lip_status lip_graph_add(lip_graph *graph, lip_node *node, size_t *at,
                                        lip_error *err);

/* A node after `parent`, everything else as lip_graph_add: sets parents and parent. */
LIP_MUST_CHECK lip_status lip_graph_after(lip_graph *graph, size_t parent, lip_node *node,
                                          size_t *at, lip_error *err);

/* The network up to node `output`: nodes that it does not depend on are left out, scales are folded
   into the affine map before them where nothing else takes that (in f64: then the precision is
   LIP_F64 unless all products are floats), selections that move nothing are left out. A chain of
   linear maps and activations gets its layers. The graph is used up.
   precision LIP_F32 becomes LIP_F64 where a number is no float.
   return  LIP_OK; LIP_ENUMERIC where a number is not finite; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_graph_finish(lip_graph *graph, size_t output, lip_precision precision,
                                           lip_net **net, lip_error *err);

/* Fills net->node from net->layer. */
LIP_MUST_CHECK lip_status lip_graph_of_layers(lip_net *net, lip_error *err);

/* "linear", "convolution", ...; static text. */
const char *lip_node_kind_name(lip_node_kind kind);

/* Affine in its parents' values: every kind but max pool, activation, softmax and map. */
bool lip_node_is_affine(lip_node_kind kind);

#endif
