/* liplaw/construct.h - networks by theorem: every explicit construction of the papers. */
#ifndef LIPLAW_CONSTRUCT_H
#define LIPLAW_CONSTRUCT_H

#include <liplaw/dataset.h>
#include <liplaw/net.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lip_construct_kind {
  LIP_CONSTRUCT_LINEAR,        /* min-norm interpolation (two-layer paper 3.1; B5) */
  LIP_CONSTRUCT_CAPS,          /* one neuron per point (3.2; B6) */
  LIP_CONSTRUCT_GROUPS,        /* m points of equal labels per neuron (Theorem 1, appendix C; B7) */
  LIP_CONSTRUCT_TENSOR,        /* sum y_i (x_i.x)^p, approximate or exact (Theorem 2; B8) */
  LIP_CONSTRUCT_BAUM,          /* about n/d neurons memorise (B22) */
  LIP_CONSTRUCT_MCSHANE,       /* min_i y_i + L* |x - x_i| (B24) */
  LIP_CONSTRUCT_RBF,           /* sum y_i tent(|x - x_i|) (universal law, Remark 1.1; U14) */
  LIP_CONSTRUCT_PROJECTED,     /* the same of the first coordinates of x (U14) */
  LIP_CONSTRUCT_COUNTEREXAMPLE /* one real parameter (universal law, Theorem 4; U15) */
} lip_construct_kind;

typedef struct lip_construct_options {
  lip_construct_kind kind;
  bool normalise;    /* divides every point by its length first; the network fits those points */
  bool optimise;     /* caps: the threshold sqrt((1 + max x_i.x_j) / 2) in place of `threshold` */
  double threshold;  /* caps: of x_i.x; groups: of w_l.x, the largest allowed where adaptive; 0:
                        0.9 for caps, 1/2 for groups, 0.99 for adaptive ones */
  size_t group;      /* groups: m, points per neuron; 0: the largest that the condition allows;
                        baum: points per hyperplane; 0: d */
  bool adaptive;     /* groups: each neuron's own threshold, its largest value off its group */
  size_t power;      /* tensor: p of (x_i.x)^p */
  bool exact;        /* tensor: solves for an exact fit in place of alpha = y */
  bool implicit;     /* tensor: n neurons (x_i.x)^p in place of d or C(2d + p - 2, p - 1) */
  size_t dimensions; /* projected: how many coordinates are kept */
  size_t cells;      /* counterexample: how many coordinates cut the space, at most 17; 0: all where
                        the points have up to 4, else the fewest with 2^cells >= 100 n */
  size_t tries;      /* counterexample beyond 4 coordinates: the parameters tried */
  uint64_t seed;
} lip_construct_options;

typedef struct lip_construct_result {
  size_t k, parameters; /* neurons; numbers that the construction stores (theory.md's count) */
  double max_error, rms_error; /* of f(x_i) - y_i, the network's own values in f64 */
  double lipschitz;            /* lipschitz_predicted: on `domain`, by `source` */
  bool exact;                  /* that is the constant itself; else an upper bound on it */
  const char *domain;          /* "sphere:1" (tangential gradients) or "space"; static text */
  const char *source;          /* static text: which theorem, and the formula */
  double threshold;            /* used; NaN where there is none. Of groups: the largest */
  double fitted;               /* share of points with the right sign */
  char note[256]; /* what a reader should know: which condition was close, what was regrouped */
} lip_construct_result;

LIP_PUBLIC void lip_construct_defaults(lip_construct_options *options);

/* Builds the network of a theorem, f64, one output, from data with one label per point, on all
   cores. Options of other kinds are not looked at.
   net     out  owned by the caller
   return  LIP_OK; LIP_EOPTION; LIP_EINPUT where the construction does not apply: the line names the
           condition, which points violate it, and the number; LIP_ENUMERIC; LIP_EINTERRUPT;
           LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_construct(const lip_dataset *data,
                                                   const lip_construct_options *options,
                                                   lip_net **net, lip_construct_result *result,
                                                   const lip_control *control, lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
