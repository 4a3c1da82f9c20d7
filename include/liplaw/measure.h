/* liplaw/measure.h - the bracket of a network: a witness below, a certificate above. */
#ifndef LIPLAW_MEASURE_H
#define LIPLAW_MEASURE_H

#include <liplaw/certificate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lip_measurement lip_measurement;

typedef struct lip_measure_options {
  const char *domain;              /* as lip_domain_parse reads it; borrowed */
  const lip_read_options *reading; /* of a file that the domain names; NULL: the defaults */
  const char *output;              /* as lip_output_parse reads it; NULL: all outputs */
  int norm;                        /* lip_norm_kind, of inputs and outputs */
  double gap;                      /* enough: upper - lower <= gap * upper */
  bool search;                     /* branches where the bounds do not meet */
  size_t random_points;            /* T of the paper's proxy */
  size_t starts;                   /* of the ascent and of the search for patterns; 0: neither */
  uint64_t seed;                   /* of the fresh points and of the starts */
  double time_limit;               /* s; what was found until then is the result. Its proof comes
                                      after: a second, for trees of many leaves up to some ten */
  /* The measurement of the same function in the same norm on a domain that contains this one;
     borrowed; NULL: none. Saves work: its upper end is taken over where it is all that could be
     found here, its witness is where the search below starts, its proxies are told again. */
  const lip_measurement *wider;
  /* Enough: the lower end is above this number, or the upper end at most it; borrowed; NULL: none.
   */
  const double *claim;
} lip_measure_options;

LIP_PUBLIC void lip_measure_defaults(lip_measure_options *options);

typedef enum lip_side { LIP_LOWER, LIP_UPPER } lip_side;

/* What one method says: an estimate, computed in f64 without counting rounding: true up to
   rounding, or (a norm by iteration) up to convergence. */
typedef struct lip_bound {
  const char *method; /* static text: "random", "data", "ascent", "patterns", "path-norm", ... */
  const char *source; /* static text: where the method comes from */
  lip_side side;
  double value; /* output units per input unit */
  double
      error; /* relative, estimated, of a value that an iteration approaches from below; else 0 */
} lip_bound;

enum { LIP_MAX_BOUNDS = 24 };

struct lip_measurement {
  /* The bracket. certified: both ends are proved, rounding counted, and `certificate` says by what
     (two-layer networks with a bounded slope); else they are the best estimates, and the upper one
     may be infinite. infinite: that the constant is, is proved; `lower` is the slope at some point.
   */
  double lower, upper;
  bool certified, infinite;
  const char *lower_method, *upper_method; /* static text; "none" for an infinite upper end */
  double *witness;   /* d entries, owned: a point of the domain at which `lower` is attained */
  double *direction; /* d entries, owned: of length 1 in `norm`, along which the slope at the
                        witness is at least `lower`; NULL where not certified or `lower` is 0 */
  lip_certificate *certificate; /* owned; NULL where not certified */
  lip_output output;
  lip_norm_kind norm;
  lip_domain domain;               /* without its centers */
  char domain_text[256];           /* as lip_domain_parse reads it; a long file name is cut */
  lip_bound bound[LIP_MAX_BOUNDS]; /* every method that applied, in the order of their turns */
  size_t bounds;
  /* Where the gap comes from (estimates, two layers): `relaxed` is the semidefinite bound over all
     sign patterns, `pattern` the steepest pattern found, whether or not any point has it. relaxed /
     pattern is due to the relaxation, pattern / lower to patterns without a point. NaN: not asked.
   */
  double relaxed, pattern;
  /* The paper's "maximum random gradient": max |grad f(z)| over random_points draws z ~ N(0, I/d),
     and the same at the data points; both whatever the domain. NaN without data, or if stopped
     before the last point. */
  double proxy_random, proxy_data;
  double *layer_norm; /* depth entries, owned: |W_j|_op, of the last layer the outputs asked for; an
                         estimate; NaN if stopped before */
  double *node_norm; /* net->nodes entries, owned: the constant of each node by itself in `norm`, of
                        affine ones |L|: estimates, or where a product needed it proved; NaN of
                        inputs, sums and concatenations, and if stopped before */
  double seconds;
  const char *stopped; /* "gap": the ends met; "claim": enough to judge it; "done": every method had
                          its turn; "time"; "interrupt" */
};

/* The bracket of a network on a domain. Runs on the calling thread: the same network, options and
   data give the same bits (on one machine, with one BLAS thread, and unless stopped). Upper methods
   first, then lower ones, then, while the ends are apart, the searches; at last the proofs.
   data     in   adds the gradient at its points; may be NULL; d must match
   result   out  released with lip_measurement_clear; when stopped by the time limit or by control,
                 what was found until then, at least one point
   cost          four flops for each weight and each point; about a hundred passes over the weights
                 for their norms, and for each start 16 (a large network) to 4000 (a small one);
                 k d min(k, d) for multipliers and proof; the searches as long as they may
   return        LIP_OK; LIP_EINPUT; LIP_EOPTION; LIP_EIO; LIP_ENOMEM; LIP_ENUMERIC, also where two
                 proofs contradict each other (which would be a mistake in this library) */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_measure(const lip_net *net, const lip_dataset *data,
                                                 const lip_measure_options *options,
                                                 lip_measurement *result,
                                                 const lip_control *control, lip_error *err);
LIP_PUBLIC void lip_measurement_clear(lip_measurement *result);

#ifdef __cplusplus
}
#endif
#endif
