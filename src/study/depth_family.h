/* depth_family.h - deep networks whose Lipschitz constant is known, or sampled, beside the product
   of their layers' norms. */
#ifndef LIP_STUDY_DEPTH_FAMILY_H
#define LIP_STUDY_DEPTH_FAMILY_H

#include <liplaw/net.h>

typedef enum depth_family {
  DEPTH_ROTATION, /* orthogonal layers, no activation: nothing is lost */
  DEPTH_TURNING,  /* ReLU; every layer projects on a line, 60 degrees from the last one */
  DEPTH_SQUEEZE,  /* no activation: rotations by 30 degrees between squeezes diag(1, 1/2) */
  DEPTH_LINEAR,   /* no activation: independent Gaussian matrices */
  DEPTH_RELU,     /* ReLU, independent Gaussian matrices: the constant is sampled */
  DEPTH_FAMILIES
} depth_family;

extern const char *const depth_family_names[DEPTH_FAMILIES];

typedef struct depth_gap {
  double log_product;          /* log B(w), B = max over i of the product of all norms but the i-th
                                  (universal          law, section 3) */
  double log_lower, log_upper; /* of the Lipschitz constant on the whole space: equal where known */
} depth_gap;

/* The network of that family with D layers, one output.
   net  out  owned by the caller */
LIP_MUST_CHECK lip_status depth_network(depth_family family, size_t depth, size_t width,
                                        lip_net **net, lip_error *err);

/* Computes both numbers of such a network. */
LIP_MUST_CHECK lip_status depth_measure(depth_family family, const lip_net *net, depth_gap *gap,
                                        const lip_control *control, lip_error *err);

#endif
