/* liplaw/audit.h - a network beside data: fit, bracket, certified radii, L*, the law, a verdict. */
#ifndef LIPLAW_AUDIT_H
#define LIPLAW_AUDIT_H

#include <liplaw/law.h>
#include <liplaw/measure.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lip_audit_options {
  double time_limit;   /* s, shared over the parts */
  size_t points;       /* of the certified and the attacked accuracy: a subset drawn from the seed
                          where there are more; 0: all */
  size_t attack_steps; /* of projected gradient descent, for each start and radius; 0: no attack */
  size_t attack_starts;
  bool local;   /* radii from bounds near each point as well */
  size_t pairs; /* of labels that stand in the way: how many are told */
  uint64_t seed;
  double target; /* the constant that is wanted, label units per input unit; 0: L* of the data */
  double sigma2; /* noise level, if known; below 0: not */
  double flips;  /* share of wrong labels, if known; below 0: not */
  double c;     /* isoperimetry constant of the points' law (Definition 1.1); 0: as the data tell */
  double delta; /* probability of failure of the law's theorems */
} lip_audit_options;

LIP_PUBLIC void lip_audit_defaults(lip_audit_options *options);

/* What the labels are to the network. */
typedef enum lip_task {
  LIP_TASK_VALUES, /* as many numbers as outputs */
  LIP_TASK_SIGNS,  /* -1 and +1, one output: right is y f(x) > 0 */
  LIP_TASK_CLASSES /* numbers of classes, as many as outputs: right is the largest output */
} lip_task;

/* One end of knowledge: the bracket on a domain. */
typedef struct lip_audit_bracket {
  bool known;          /* false: stopped before */
  double lower, upper; /* norm 2; of all outputs */
  bool certified, infinite;
  char domain[64];
  char why[128]; /* where it is not certified: why; else empty */
  const char *lower_method, *upper_method, *stopped; /* static text */
  double seconds;
} lip_audit_bracket;

/* The bracket of the function whose sign tells class a from class b: f_a - f_b, or f itself. */
typedef struct lip_audit_classes {
  size_t a, b;
  double lower, upper;
  bool certified;
  const char *upper_method; /* static text; "whole": sqrt 2 times the bracket of all outputs */
} lip_audit_classes;

/* Two points whose labels force a slope. */
typedef struct lip_audit_conflict {
  size_t i, j;             /* rows, from 0 */
  double label_i, label_j; /* the first of each label, as in the data */
  double distance, slope;
  bool right_i, right_j; /* as the network says; of values: true */
} lip_audit_conflict;

/* One of the points whose radius was asked. */
typedef struct lip_audit_point {
  size_t row;
  bool right;    /* the margin is above 0, rounding counted */
  double margin; /* the least over the other classes, a lower bound */
  double radius; /* every point within less than that has the same class; 0 where not right */
  double local; /* the same, proved by whatever proves most: the constants where they are certified,
                   or bounds of the network near the point; 0: nothing is proved */
  bool near;    /* bounds near this point were asked for, or it is not right */
  double broken; /* distance, rounded up, of a point of another class that the attack found; 0 where
                    not right; INFINITY: none */
} lip_audit_point;

/* How many of the points keep their class within a radius. */
typedef struct lip_audit_radius {
  double radius;
  size_t certified; /* at least so many, by the constants */
  size_t local;     /* at least so many, by all that is proved */
  size_t attacked;  /* at most so many: the attack broke the others */
  size_t possible;  /* at most so many for any classifier whatever */
} lip_audit_radius;

typedef struct lip_audit_law {
  const lip_law *law;
  lip_law_result result;
  double c;           /* the isoperimetry constant it was told; NaN: it has none */
  const char *c_from; /* static text: where that c comes from; NULL: it has none */
} lip_audit_law;

/* Estimates. */
typedef struct lip_audit_dimension {
  bool known;
  bool no_time; /* not known for lack of time, or by an interrupt */
  size_t points;
  double largest_variance; /* lambda_max of the covariance */
  double effective;        /* E |x|^2 / lambda_max of the covariance */
  double effective_rank;   /* trace / lambda_max */
  double participation;    /* (trace)^2 / trace of the square */
  double two_nearest;      /* from the distances to two neighbours */
  double least, largest;   /* of these, and of the classes' own effective dimensions */
  size_t classes;          /* of which there was an estimate */
} lip_audit_dimension;

typedef enum lip_audit_verdict {
  LIP_AUDIT_IMPOSSIBLE,
  LIP_AUDIT_NOT_EXCLUDED,
  LIP_AUDIT_ACHIEVED
} lip_audit_verdict;

/* How sure a sentence is. */
typedef enum lip_sureness {
  LIP_PROVED,   /* rounding counted */
  LIP_ASSUMED,  /* a theorem, if its assumptions hold, which cannot all be checked here */
  LIP_COMPUTED, /* from outputs and distances in double precision, rounding not counted */
  LIP_ESTIMATED /* found by search or by statistics; another run or other data may say otherwise */
} lip_sureness;

typedef struct lip_audit_sentence {
  lip_sureness sureness;
  char text[480];
} lip_audit_sentence;

enum { LIP_AUDIT_SENTENCES = 24 };

typedef struct lip_audit {
  size_t n, d, outputs, parameters;
  lip_task task;
  char labels[320];        /* how they were read, in words */
  size_t classes;          /* 2 for signs; 0 for values */
  double loss;             /* mean |f(x_i) - y_i|^2; of classes y_i is a one-hot vector */
  double accuracy;         /* share of the points that are right; NaN for values */
  double largest_error;    /* largest |f(x_i) - y_i| */
  double scale;            /* the median of the margins above 0: what the outputs are measured with;
                              1 for values */
  double noise_level;      /* E |y - E(y | x)|^2; NaN: unknown */
  double noise_neighbours; /* the estimate from nearest neighbours; NaN: unknown */
  const char *noise_source; /* static text: "given", "flips", "data", "neighbours", "unknown" */
  double radius;            /* max |x_i|: of the data's ball about 0 */
  lip_audit_dimension dimension;
  lip_audit_bracket space, ball;
  lip_audit_classes *pair;                 /* owned; measured ones, or all where there are few */
  size_t pairs, pairs_measured, pairs_all; /* measured: whose upper end is their own, not "whole" */
  double l_star;                           /* NaN: stopped before */
  size_t l_star_points; /* of how many points it is; a lower limit where below n */
  double separation;    /* least distance of two points with different labels; INFINITY: none */
  lip_audit_conflict *conflict; /* owned; steepest first */
  size_t conflicts;
  lip_audit_point *point; /* owned; in the order of their rows */
  size_t points;
  bool margins_certified, radii_certified; /* rounding counted; so are the constants */
  bool attacked;                           /* the attack ran; attack_done: to its end */
  bool attack_done;
  bool local;              /* bounds near the points were asked for, */
  size_t local_points;     /* as far as there was time: at so many of the points, spread evenly */
  lip_audit_radius *curve; /* owned; ascending radii, the first 0 */
  size_t curve_points;
  double *rival; /* owned, ascending: distances of pairs of points with different labels, none in
                    two pairs: of one of each pair at least no classifier keeps the class within
                    half of it */
  size_t rivals;
  lip_audit_law *law; /* owned; those that speak of these data and this network */
  size_t laws;
  size_t laws_without_c;  /* theorems left out because no c is known: none was given, and there was
                             no time for the data's covariance, or it tells none */
  char law_function[240]; /* of which function of the network they speak, with labels -1 and +1 */
  double law_unit;        /* its constant times this is one of the network's; NaN: there is none */
  double law_noise, law_error;  /* noise level of its labels, and its mean squared error */
  double law_p_low, law_p_high; /* section 1.1: parameters; NaN: unknown */
  const char *size_position;    /* static text: "below", "inside", "above", "unknown" */
  double target;                /* as asked, or L* */
  lip_audit_verdict verdict;
  lip_sureness verdict_sureness;
  char question[320];
  lip_audit_sentence sentence[LIP_AUDIT_SENTENCES];
  size_t sentences;
  double seconds;
  const char *stopped; /* "done"; "time": something could have used more of it; "interrupt" */
} lip_audit;

/* Everything the two tell. Stopped by its limit or by control it returns what is known.
   data    in   d as many as the network's inputs; labels as lip_task reads them
   result  out  released with lip_audit_clear
   return       LIP_OK; LIP_EINPUT where sizes or labels do not fit; LIP_EOPTION; LIP_ENOMEM;
                LIP_ENUMERIC, also where the attack contradicts a certified radius (which would be a
                mistake in this library) */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_run_audit(const lip_net *net, const lip_dataset *data,
                                                   const lip_audit_options *options,
                                                   lip_audit *result, const lip_control *control,
                                                   lip_error *err);
LIP_PUBLIC void lip_audit_clear(lip_audit *result);

/* The curve at any radius: the numbers of points, of `points`. */
LIP_PUBLIC lip_audit_radius lip_audit_at(const lip_audit *result, double radius);

/* Whether a page could be written there: asked before work that takes long. Leaves nothing.
   return  LIP_OK; LIP_EIO: gnuplot is missing, or the folder cannot be made */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_audit_page_check(const char *folder, lip_error *err);

/* Writes figures (svg, pdf; gnuplot's script and the csv beside each), tables and index.html into
   `folder`, which is made where missing. All files are made aside and moved into place at the end.
   Needs the program gnuplot.
   net_name, data_name  in  for the page
   return                   LIP_OK; LIP_EIO (gnuplot missing or failing, the folder cannot be
                            written); LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_audit_page(const lip_audit *result, const lip_net *net,
                                                    const lip_dataset *data, const char *net_name,
                                                    const char *data_name, const char *folder,
                                                    lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
