/* liplaw/architecture.h - the shape of a network: layers, parameters, how often each is used, and
   how fast the network moves with its inputs and its parameters. */
#ifndef LIPLAW_ARCHITECTURE_H
#define LIPLAW_ARCHITECTURE_H

#include <liplaw/net.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is counted of a node. Its layers, in the words of the universal law's section 3, are linear
   maps, convolutions and scales. */
typedef struct lip_arch_counts {
  size_t parameters, uses, bias_uses; /* how often one of W is used at most, one of b always */
  size_t fan_in, fan_out;             /* entries of W's matrix that are not 0: a row, a column */
  bool bias, whole_kernel;            /* has b; some output uses the whole kernel */
  double norm, bias_norm;             /* |W|_op as a map, |b| as the value it adds; NaN: unknown */
  double slope; /* of what is no layer: a Lipschitz constant of it, from all that
                   feeds it; 1 of sums, each of which adds as much */
} lip_arch_counts;

/* node[0] is the input, the last node the output. Of a description, whose sizes alone are known, W
   and b are NULL, and weights and biases say how many there would be. */
typedef struct lip_architecture {
  size_t nodes;
  lip_node *node;      /* the network's, or owned */
  lip_arch_counts *of; /* by node; owned; 0 of nodes that are no layers but for slope */
  lip_net *net;        /* owned; NULL: a description */
} lip_architecture;

/* What section 3 counts. */
typedef struct lip_architecture_sizes {
  size_t inputs, outputs;
  size_t depth;        /* D: linear maps, convolutions and scales */
  size_t parameters;   /* p, biases included */
  size_t multiplicity; /* Q: how often one parameter is used at most */
  double activation;   /* largest Lipschitz constant of the activations; 1 where there is none */
  bool skips, biases;  /* some node is not fed by the one before alone; some layer has b */
} lip_architecture_sizes;

/* What norms |W_j|_op <= norm, |b_j| <= bias_norm and |x| <= R give. All are computed in double
   precision, as estimates that no rounding is counted in. */
typedef struct lip_architecture_bounds {
  double log_product;  /* of B(w), the largest product of all norms, or all but one, as printed */
  double lipschitz;    /* >= Lip(f) on the space, skip connections and pools counted */
  double value;        /* >= |f(x)| */
  double log_slope;    /* of J: |f_w(x) - f_v(x)| <= J |w - v| for all w, v with these norms */
  double log_diameter; /* of the set of parameters with these norms */
} lip_architecture_bounds;

/* Reads a description (docs/formats.md), or any network that lip_net_read takes, whose norms are
   measured from its weights: convolutions as maps, pools and batch normalisation included.
   return  LIP_OK; LIP_EIO; LIP_EINPUT with file, layer and cause; LIP_ENUMERIC; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_architecture_read(const char *path,
                                                           lip_architecture **architecture,
                                                           const lip_control *control,
                                                           lip_error *err);
LIP_PUBLIC void lip_architecture_free(lip_architecture *architecture); /* takes NULL */

LIP_PUBLIC lip_architecture_sizes lip_architecture_count(const lip_architecture *architecture);

/* norm, bias_norm  in   one per node; those of layers are read
   radius           in   R > 0
   return                LIP_OK; LIP_ENUMERIC where a bound overflows; LIP_ENOMEM
   cost                  O(depth * nodes)
   source                universal law, Lemma 3.1; the forms for skip connections, biases, pools and
                         shared weights derived: docs/theory.md */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_architecture_bound(const lip_architecture *architecture,
                                                            const double *norm,
                                                            const double *bias_norm, double radius,
                                                            lip_architecture_bounds *bounds,
                                                            lip_error *err);

/* Norms that parameters in [-W, W] cannot exceed: |W_j|_op <= W sqrt(fan_in fan_out), |b_j| <= W
   sqrt(values).  norm, bias_norm  out  one per node; 0 for those that are no layers */
LIP_PUBLIC void lip_architecture_box(const lip_architecture *architecture, double W, double *norm,
                                     double *bias_norm);

#ifdef __cplusplus
}
#endif
#endif
