/* value.h - values on their way through an ONNX graph: constants, and what depends on the
   network's input; the moves of entries that are the same for both. */
#ifndef LIP_NET_ONNX_VALUE_H
#define LIP_NET_ONNX_VALUE_H

#include "net/graph.h"
#include "net/onnx/graph.h"
#include "net/onnx/tensor.h"

/* A shape like those of ONNX: in array, with array.data of constants only. What depends on the
   network's input is the value of a node of our graph, entry (i_1, i_2, ...) standing at
   sum_k i_k strides[k] of its numbers: so turned views cost nothing. Where the file leaves the
   first dimension open it counts points; it is 1 here, and `batched`. */
typedef struct lip_onnx_value {
  lip_onnx_array array;
  bool constant, batched; /* a constant of no entries, array.count = 0, is as if left out */
  size_t node, strides[LIP_ONNX_RANK];
  bool apart;            /* was unsqueezed: a subtraction makes differences from centers */
  const double *centers; /* the value is h - w_j, j < dims[rank - 2], of node's h; NULL: node's */
} lip_onnx_value;

/* The number of points, as an entry of a constant: the result of Shape. A number that no file has
   a use for. */
#define LIP_ONNX_POINTS (INT64_MIN + 0x706f696e7473)

typedef struct lip_onnx_import {
  lip_onnx_graph names;
  lip_onnx_value *value; /* by name; owned */
  const char *folder;    /* the model's */
  int64_t opset;
  lip_graph graph; /* what has been read so far */
  bool doubles;    /* a DOUBLE tensor was used */
  void **held;     /* memory of constants; owned */
  size_t holds, room;
  size_t made, most; /* entries made that no tensor holds, and how many may be */
  size_t sizes;      /* of all nodes */
} lip_onnx_import;

/* A node of the ONNX graph with its inputs (NULL where left out) and outputs (NULL where nobody
   wants them). */
typedef struct lip_onnx_call {
  lip_onnx_import *import;
  const Onnx__NodeProto *node;
  size_t inputs, outputs;
  lip_onnx_value **in, **out;
} lip_onnx_call;

/* Numbers of one value. */
enum { LIP_ONNX_WIDEST = 1 << 24 };

/* Counts entries that no tensor of the file holds, and refuses when all of them together are too
   many: a small file may not ask for all memory. */
LIP_MUST_CHECK lip_status lip_onnx_reserve(lip_onnx_import *import, size_t entries, lip_error *err);

/* Memory for `count` entries of 8 bytes that lives as long as the import; NULL in *memory on
   failure. */
LIP_MUST_CHECK lip_status lip_onnx_hold(lip_onnx_import *import, size_t count, void **memory,
                                        lip_error *err);
/* The same for memory that exists: taken over even on failure. */
LIP_MUST_CHECK lip_status lip_onnx_keep(lip_onnx_import *import, void *memory, lip_error *err);
void lip_onnx_import_clear(lip_onnx_import *import);

/* shape's rank, dims, count <- these; LIP_EINPUT above 2^31 entries. */
LIP_MUST_CHECK lip_status lip_onnx_set_shape(lip_onnx_array *shape, size_t rank, const size_t *dims,
                                             lip_error *err);

/* The value's numbers, in row-major order, have that shape now. */
void lip_onnx_set_dims(const lip_onnx_array *shape, lip_onnx_value *value);

/* out <- the numbers of `node` in row-major order. */
void lip_onnx_of_node(const lip_onnx_array *shape, bool batched, size_t node, lip_onnx_value *out);

/* out <- a constant of the given shape, INT64 or DOUBLE, whose entries are in *memory to fill. */
LIP_MUST_CHECK lip_status lip_onnx_new_constant(lip_onnx_call *call, const lip_onnx_array *shape,
                                                bool whole, void **memory, lip_onnx_value *out,
                                                lip_error *err);

/* Adds a node of our graph, named after the call's; see lip_graph_after. */
LIP_MUST_CHECK lip_status lip_onnx_emit(lip_onnx_call *call, size_t parent, lip_node *node,
                                        size_t *at, lip_error *err);

/* The same for a node whose parents are set; see lip_graph_add. */
LIP_MUST_CHECK lip_status lip_onnx_emit_many(lip_onnx_call *call, lip_node *node, size_t *at,
                                             lip_error *err);

/* Are the entries in row-major order? */
bool lip_onnx_in_order(const lip_onnx_value *value);

/* Where entry i, counted row-major, stands among the node's numbers. */
size_t lip_onnx_place(const lip_onnx_value *value, size_t i);

/* An index for lip_onnx_take with room for `count` entries, which are counted; refused where a
   value cannot be that large. */
LIP_MUST_CHECK lip_status lip_onnx_new_index(lip_onnx_call *call, const lip_onnx_value *from,
                                             size_t count, size_t **index, lip_error *err);

/* out <- a value of the given shape whose entry j is that with the row-major number index[j] of
   `from`, or `fill` where index[j] is LIP_NOWHERE. index is taken over, released with lip_free. */
LIP_MUST_CHECK lip_status lip_onnx_take(lip_onnx_call *call, const lip_onnx_value *from,
                                        const lip_onnx_array *shape, size_t *index, double fill,
                                        lip_onnx_value *out, lip_error *err);

/* out <- the same value in row-major order. */
LIP_MUST_CHECK lip_status lip_onnx_order(lip_onnx_call *call, const lip_onnx_value *from,
                                         lip_onnx_value *out, lip_error *err);

/* out <- the value with dimension k of it being dimension turn[k] of `from`. */
LIP_MUST_CHECK lip_status lip_onnx_turn(lip_onnx_call *call, const lip_onnx_value *from,
                                        const size_t *turn, lip_onnx_value *out, lip_error *err);

/* out <- the same entries in another shape of as many. */
LIP_MUST_CHECK lip_status lip_onnx_reshape(lip_onnx_call *call, const lip_onnx_value *from,
                                           const lip_onnx_array *shape, lip_onnx_value *out,
                                           lip_error *err);

/* out <- the constant as the value of a node. */
LIP_MUST_CHECK lip_status lip_onnx_as_node(lip_onnx_call *call, const lip_onnx_value *constant,
                                           lip_onnx_value *out, lip_error *err);

#endif
