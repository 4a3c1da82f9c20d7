/* liplaw/limits.h - lower limits on Lipschitz constants that data prove, with no unknown constant.
 */
#ifndef LIPLAW_LIMITS_H
#define LIPLAW_LIMITS_H

#include <liplaw/certificate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a limit bounds from below. */
typedef enum lip_limited {
  LIP_LIMITS_CONSTANT,  /* the Lipschitz constant, norm 2, on the limit's domain */
  LIP_LIMITS_PATH_NORM, /* sum_l |a_l| |w_l| */
  LIP_LIMITS_PRODUCT    /* |a| |W|_op */
} lip_limited;

/* One limit, in two forms: of a network, from its own values at the points, enclosed and rounded
   downward; and of every function of the same class that has exactly the labels there. */
typedef struct lip_limit {
  const char *name;   /* static text: "l-star", "rank", ... */
  const char *source; /* static text: the theorem */
  const char *family; /* static text: of which functions it speaks */
  lip_limited of;
  char domain[64];      /* of the constant: "hull of the data", "ball:1.25"; empty for norms */
  double value;         /* of this network; NaN where there is none: `why_not` */
  double for_exact_fit; /* of every function of the family through the labels: infinite where there
                           is none; NaN: `why_not_exact` */
  char why_not[160], why_not_exact[160];
  char note[160];      /* how the value came about: pairs, weights, sums */
  bool compared;       /* with the upper end of the bracket, or with the norm itself */
  double lower, upper; /* of what it was compared with; NaN where it was not */
} lip_limit;

enum { LIP_MAX_LIMITS = 12, LIP_LIMIT_PAIRS = 10 };

/* A pair of points that proves the first limit, L*. */
typedef struct lip_limit_pair {
  size_t i, j;
  double distance, slope; /* rounded up; down */
} lip_limit_pair;

typedef struct lip_limits {
  size_t n, d, k;      /* k: distinct directions of first weights, or as asked; 0: none */
  char domain[64];     /* of the bracket */
  double lower, upper; /* the bracket; NaN and infinite without a network, or where it is
                          not measured: `why_no_bracket` */
  bool certified;      /* its ends are proved */
  const char *lower_method, *upper_method; /* static text */
  char why_no_bracket[256];
  lip_limit limit[LIP_MAX_LIMITS];
  size_t limits;
  lip_limit_pair pair[LIP_LIMIT_PAIRS], label_pair[LIP_LIMIT_PAIRS];
  size_t pairs, label_pairs;
} lip_limits;

typedef struct lip_limits_options {
  const char *domain;              /* as lip_domain_parse reads it; NULL: the smallest ball about 0
                                      that holds the data */
  const lip_read_options *reading; /* of a file that the domain names */
  size_t k;                        /* without a network: of which width; 0: any */
  size_t power;                    /* without a network: the degree of powers and polynomials */
  bool optimise;                   /* looks for better pairs and weights */
  bool search;                     /* of the measurement: branches where the bounds do not meet */
  double time_limit;               /* s, of the measurement and of the search for pairs, each */
} lip_limits_options;

LIP_PUBLIC void lip_limits_defaults(lip_limits_options *options);

/* The limits that data set the network, or (net NULL) every network of a size that fits.
   data    in   the points; their labels serve the form for exact fits
   return  LIP_OK; LIP_EINPUT where the sizes do not match; LIP_EOPTION; LIP_EINTERRUPT; LIP_ENOMEM;
           LIP_ENUMERIC also where a limit is above the upper end of the bracket, which would be a
           mistake in this library: the line has both numbers */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_find_limits(const lip_net *net, const lip_dataset *data,
                                                     const lip_limits_options *options,
                                                     lip_limits *result, const lip_control *control,
                                                     lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
