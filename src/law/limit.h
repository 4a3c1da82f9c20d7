/* limit.h - one lower limit that values at points prove: what a file src/law/limit_NAME.c holds. */
#ifndef LIP_LAW_LIMIT_H
#define LIP_LAW_LIMIT_H

#include <liplaw/limits.h>

#include "linalg/interval.h"

/* The class of functions that a limit may speak of. */
typedef struct lip_limit_class {
  bool known;         /* that of a network; else what is asked for */
  bool two_layer;     /* sum a_l psi(w_l.x + b_l) + c; else nothing but its values is known */
  lip_activation psi; /* of two layers */
  bool biased;        /* some b_l is not 0 */
  size_t k;           /* the rank through which it factors; 0: any */
  size_t neurons;     /* of two layers; 0: any number */
} lip_limit_class;

/* The values of a function at points: what a limit follows from. */
typedef struct lip_limit_job {
  const lip_dataset *data;
  const lip_net *net; /* NULL: any function of the class that has these values */
  const lip_limits_options *options;
  lip_limit_class class;
  size_t n, d, m;
  const double *X;        /* n x d */
  const lip_interval *f;  /* n x m: the values at the points are in there */
  const lip_interval *on; /* n x m: on a sphere those at radius x / |x|; else f */
  lip_domain domain;      /* of the bracket */
  const bool *inside;     /* n: the point is certainly in that domain (any but spheres) */
  double radius;          /* every point that is inside is certainly at most this long; up */
} lip_limit_job;

/* What a limit says: value NaN and why_not, or a value. */
typedef struct lip_limit_finding {
  double value;
  char domain[64];
  const char *family; /* static text; NULL: that of the kind */
  bool within;        /* that domain is certainly part of the bracket's */
  char why_not[160], note[160];
  lip_limit_pair pair[LIP_LIMIT_PAIRS];
  size_t pairs;
} lip_limit_finding;

typedef struct lip_limit_kind {
  const char *name, *source, *family; /* static text */
  lip_limited of;
  lip_status (*run)(const lip_limit_job *job, lip_limit_finding *finding,
                    const lip_control *control, lip_error *err);
} lip_limit_kind;

extern const lip_limit_kind lip_limit_l_star, lip_limit_rank, lip_limit_quadratic, lip_limit_power,
    lip_limit_polynomial, lip_limit_path_norm, lip_limit_product, lip_limit_rigidity;

/* "It does not apply" : sets why_not, returns LIP_OK. */
lip_status lip_limit_refuse(lip_limit_finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The values f(x_i) enclosed, for networks of any layers.
   radius  in   0: at the points as they stand; else at radius x_i / |x_i|
   f       out  n x m
   return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT.  cost  n products with the weights in twice the
           working precision, on all cores */
LIP_MUST_CHECK lip_status lip_limit_values(const lip_net *net, size_t n, const double *X,
                                           double radius, lip_interval *f,
                                           const lip_control *control, lip_error *err);

/* |s - t| of m entries each, from below. */
double lip_limit_apart(size_t m, const lip_interval *s, const lip_interval *t);

/* |x - y|, rounded up; work: d. */
double lip_limit_distance_up(size_t d, const double *x, const double *y, double *work);

/* sum v_i (f_i - c), c the output bias of a network, from below. One output. */
double lip_limit_sum_down(const lip_limit_job *job, const double *v);

/* The middles of f_i - c; and weights on the points whose sum is exactly 0: n_- above the middle of
   all values, -n_+ elsewhere (false: all values are on one side).  v  out  n */
void lip_limit_middles(const lip_limit_job *job, double *v);
bool lip_limit_balanced(const lip_limit_job *job, double *v);

/* The degree of an activation t^p (1: the identity), of a network or as asked for; 0: another
 * activation. */
size_t lip_limit_degree(const lip_limit_job *job);

/* The ball about 0 on which a limit of forms speaks: the bracket's, else that of the data inside,
   else of all data; of a radius above 0. Sets `within` and the domain's text. */
double lip_limit_ball(const lip_limit_job *job, lip_limit_finding *finding);

/* An upper bound of the nuclear norm of the tensor Omega = sum v_i x_i^q (theory.md B14, B17): for
   q = 1 its length, for q = 2 the sum of its eigenvalues' sizes, beyond that the smaller one of sum
   |v_i| |x_i|^q and sqrt(d^(q-1)) |Omega|_F (Lemma 3's proof: Omega is a sum of d^(q-1) vectors
   times unit tensors; for n <= 20000).
   return  LIP_OK; LIP_ENOMEM; LIP_ENUMERIC */
LIP_MUST_CHECK lip_status lip_limit_nuclear_up(size_t n, size_t d, const double *X, const double *v,
                                               size_t q, double *bound, lip_error *err);

/* |Omega|_F, enclosed.  cost  n^2 d */
LIP_MUST_CHECK lip_status lip_tensor_frobenius(size_t n, size_t d, const double *X, const double *v,
                                               size_t q, lip_interval *norm, lip_error *err);

/* Two equal points i < j with labels that differ; both 0: there are none.
   return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_find_contradiction(const lip_dataset *data, size_t *i, size_t *j,
                                                 lip_error *err);

/* Such points: every limit of exact fits that applies becomes infinite, and the first one (any
   function) in any case. net: the notes are those of a network, and stay. */
void lip_contradict(lip_limits *result, bool net, size_t i, size_t j);

/* value 2^exponent, rounded to the side of the infinity named. */
double lip_scaled_down(double value, int exponent);
double lip_scaled_up(double value, int exponent);

#endif
