/* liplaw/net.h - the network: layers, values, gradients, files. */
#ifndef LIPLAW_NET_H
#define LIPLAW_NET_H

#include <liplaw/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lip_activation_kind {
  LIP_IDENTITY,
  LIP_RELU,
  LIP_LEAKY_RELU, /* t < 0: slope t */
  LIP_ABS,
  LIP_TANH,
  LIP_SOFTPLUS, /* log(1 + e^t) */
  LIP_SQUARE,   /* t^2 */
  LIP_SIGMOID,  /* 1 / (1 + e^-t) */
  LIP_POWER,    /* t^p, whole 1 <= p <= LIP_MOST_POWER */
  LIP_ELU,      /* t < 0: slope (e^t - 1) */
  LIP_ERF,      /* the error function */
  LIP_SILU,     /* t / (1 + e^-t) */
  LIP_GELU,     /* t Phi(t), Phi the distribution function of a standard normal variable */
} lip_activation_kind;

enum { LIP_MOST_POWER = 1000 };

typedef struct lip_activation {
  lip_activation_kind kind;
  double slope; /* of leaky ReLU: on t < 0; of the power: p; of ELU: alpha; unused otherwise */
} lip_activation;

/* "relu", "leaky-relu", ...; static text. */
LIP_PUBLIC const char *lip_activation_name(lip_activation_kind kind);

/* psi(t), psi'(t) (at a kink the slope from the left: ReLU'(0) = 0, abs'(0) = -1), and
   sup |psi'| over the reals (infinite for square and powers above 1). */
LIP_PUBLIC double lip_activation_value(lip_activation psi, double t);
LIP_PUBLIC double lip_activation_slope(lip_activation psi, double t);
LIP_PUBLIC double lip_activation_lipschitz(lip_activation psi);

/* What a layer makes of h before its activation. Functions through data are made of the maps that
   are not affine: cones and tents about points (McShane; universal law, Remark 1.1), distances from
   cells (universal law, Theorem 4). */
typedef enum lip_map {
  LIP_AFFINE,   /* W h + b */
  LIP_DISTANCE, /* scale |h - w_j| + b_j, w_j the rows of W */
  LIP_GROUPS,   /* scale |h_j| + b_j, h_j the j-th of `out` groups of in / out numbers; no W */
  LIP_SMALLEST, /* the least entry of h: out = 1, no W, no b */
} lip_map;

/* h -> psi(map of h). W is out x in, row-major; b has out entries, or is NULL: no bias. Both point
   into the network's block. */
typedef struct lip_layer {
  size_t in, out;
  double *W, *b; /* W is NULL for LIP_GROUPS and LIP_SMALLEST */
  lip_activation activation;
  lip_map map;
  double scale; /* of distances and groups; 1 and unused otherwise */
} lip_layer;

typedef enum lip_precision { LIP_F32, LIP_F64 } lip_precision;

/* What a node makes of the values of its parents. All are affine but for pools of largest entries,
   activations, softmax and maps. */
typedef enum lip_node_kind {
  LIP_NODE_INPUT,
  LIP_NODE_LINEAR,       /* W h + b, W size x size of the parent, row-major */
  LIP_NODE_CONVOLUTION,  /* W channels x (channels of the parent / groups) x kernel; b channels */
  LIP_NODE_SCALE,        /* w o h + b: one number for each channel, or for each entry */
  LIP_NODE_SELECT,       /* h_{index[j]} + b_j, without h where index[j] is LIP_NOWHERE: transposes,
                            slices, padding */
  LIP_NODE_AVERAGE_POOL, /* means of windows */
  LIP_NODE_MAX_POOL,     /* largest entries of windows; padding is no entry */
  LIP_NODE_ACTIVATION,   /* psi(h_j) */
  LIP_NODE_SOFTMAX,      /* e^{h_j} / sum e^{h_i} */
  LIP_NODE_CONCAT,       /* the parents' values, one after the other */
  LIP_NODE_ADD,          /* the sum of the parents' values, all of one size */
  LIP_NODE_MAP,          /* a layer's map that is not affine; in chains of layers only */
} lip_node_kind;

enum { LIP_NODE_NAME = 64 };
#define LIP_NOWHERE SIZE_MAX

/* A step of the computation. Values are numbers in a row; where a convolution or a pool reads them,
   they are channels x height x width, row-major. */
typedef struct lip_node {
  lip_node_kind kind;
  char name[LIP_NODE_NAME];       /* the file's, for messages; may be empty */
  size_t parents, *parent;        /* indices of earlier nodes; owned */
  size_t size;                    /* of the value: channels * height * width */
  size_t channels, height, width; /* a vector is size x 1 x 1 */
  /* Of convolutions and pools: as what the parent's value is read, and where. The value has (in +
     before + after - dilation (kernel - 1) - 1) / stride + 1 places along an axis, rounded down */
  size_t in_channels, in_height, in_width;
  size_t kernel[2], stride[2], dilation[2], before[2], after[2], groups;
  bool counts_padding; /* average pools: the mean is over the whole window, zeros outside */
  lip_activation activation;
  size_t weights, biases; /* entries of W and b; 0: there is none */
  double *W, *b;          /* into the network's block */
  size_t *index;          /* of LIP_NODE_SELECT: size entries; owned */
  size_t layer;           /* of LIP_NODE_MAP: which */
} lip_node;

/* A feed-forward network: node[0] is the input, the last node the output, and every node stands
   after its parents.
   Where it is a chain of layers, as all networks that are trained or constructed here, `layer` are
   the same numbers once more: layer[0], ..., layer[depth - 1], the last one usually with
   LIP_IDENTITY; else depth is 0 and layer NULL. The two-layer class F_k(psi) of the two-layer paper
   (1) is depth 2: f(x) = a . psi(W x + b) + c, W = layer[0].W (k x d), a = layer[1].W (1 x k).
   It is the real function that the stored numbers define: weights are kept in f64; LIP_F32 says
   that every one of them is a float and is written as such. */
typedef struct lip_net {
  size_t nodes;
  lip_node *node; /* owned */
  size_t depth;
  lip_layer *layer;  /* owned */
  size_t max_width;  /* the largest size of a value, the input's aside */
  size_t parameters; /* the number of weights, all biases included, scales not */
  lip_precision precision;
  double *block; /* owned: all weights and biases, node by node, W before b */
} lip_net;

/* A network of zeros.
   widths       in  depth + 1 entries: inputs, hidden widths, outputs; each at least 1
   activations  in  depth entries; with LIP_F32 their slopes are rounded to float
   biases       in  depth entries
   return       LIP_OK; LIP_EINPUT for a width of 0 or above 2^31 - 1, or a power that is no whole
                number in range; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_net_create(size_t depth, const size_t *widths,
                                                    const lip_activation *activations,
                                                    const bool *biases, lip_precision precision,
                                                    lip_net **net, lip_error *err);

/* The same where layers may have another map than the affine one; scales are 1 and may be set.
   maps    in   depth entries
   return       also LIP_EINPUT where groups do not divide the width before them, or a least entry
                has another width than 1 or a bias */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_net_create_maps(
    size_t depth, const size_t *widths, const lip_map *maps, const lip_activation *activations,
    const bool *biases, lip_precision precision, lip_net **net, lip_error *err);
LIP_PUBLIC void lip_net_free(lip_net *net); /* takes NULL */
LIP_PUBLIC size_t lip_net_inputs(const lip_net *net);
LIP_PUBLIC size_t lip_net_outputs(const lip_net *net);

/* Values, in f64, blocked over rows. Distances do not cancel: their relative error is at most
   4 (in + 4) 2^-53.

   X  in   rows x d;  Y  out  rows x m
   return  LIP_OK; LIP_ENOMEM; LIP_ENUMERIC if an output is not finite; on failure Y is undefined */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_net_values(const lip_net *net, size_t rows,
                                                    const double *X, double *Y, lip_error *err);

/* Gradients of one scalar output, in f64, blocked over rows.
   Where distances have none: of |v| at 0 it is 0, of the least entry that of the first one.

   output  in   which output, from 0
   X       in   rows x d
   G       out  rows x d: row i is the gradient of f_output at x_i (at a kink the one that
                lip_activation_slope defines)
   return       LIP_OK; LIP_EOPTION: no such output; LIP_ENOMEM; LIP_ENUMERIC if one is not finite;
                on failure G is undefined */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_net_gradients(const lip_net *net, size_t output,
                                                       size_t rows, const double *X, double *G,
                                                       lip_error *err);

/* The same in single precision, by a graph's nodes: weights are rounded to floats, products and
   sums are those of floats. return  as above; LIP_EINPUT where a layer's map is not affine */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_net_values_f32(const lip_net *net, size_t rows,
                                                        const float *X, float *Y, lip_error *err);
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_net_gradients_f32(const lip_net *net, size_t output,
                                                           size_t rows, const float *X, float *G,
                                                           lip_error *err);

/* Folds batch normalisation between an affine map and its activation into the map:
   gamma (w.x + b - mean) / sqrt(variance + epsilon) + beta = w'.x + b'.
   W, b                         in/out  k x d, row-major; k
   gamma, beta, mean, variance  in      k each; variance >= 0, epsilon > 0 where one is 0 */
LIP_PUBLIC void lip_fold_batch_norm(size_t k, size_t d, double *W, double *b, const double *gamma,
                                    const double *beta, const double *mean, const double *variance,
                                    double epsilon);

/* Reads a network. The first bytes tell the format.

   An archive, .npz or .safetensors, with a list of layers beside it, NAME.arch.json: linear,
   conv2d, batch normalisation, pools, sums, concatenations and every activation; another one is
   refused with its number and name.

   Or an ONNX file: any graph of the operators that docs/formats.md lists, operator sets 7 to 20,
   float and double tensors, also in other files of its folder. What only constants make is computed
   in f64. A chain of affine maps and activations becomes layers (two matrices in a row stay two);
   constants that have to be combined are combined in f64, and then the precision is LIP_F64. What
   has no Lipschitz constant, and any other operator, is refused with the node's name.

   net     out  released with lip_net_free
   return       LIP_OK; LIP_EIO; LIP_EINPUT with file, node and cause; LIP_ENUMERIC; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_net_read(const char *path, lip_net **net, lip_error *err);

/* Writes ONNX: IR version 8, opset 17, input X [N, d], output Y [N, m], FLOAT or DOUBLE tensors by
   `precision`. The file appears whole or not at all.
   return  LIP_OK; LIP_EINPUT where the file would be above protobuf's 2 GB, or a number of a
   LIP_F32 network is no float; LIP_ENUMERIC where one is not finite; LIP_EIO; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_net_write(const lip_net *net, const char *path,
                                                   lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
