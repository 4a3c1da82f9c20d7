/* method.h - what every lower and every upper method implements. */
#ifndef LIP_LIPSCHITZ_METHOD_H
#define LIP_LIPSCHITZ_METHOD_H

#include "certificate/proof.h"
#include "lipschitz/problem.h"
#include "lipschitz/steepest.h"

/* What a method leaves behind. */
typedef struct lip_finding {
  bool found;     /* false: it was stopped before it had anything to say */
  double value;   /* upper: the bound; lower: the slope at the point, which is evaluated again */
  double error;   /* as in lip_bound */
  double *point;  /* lower: d entries, provided; upper: NULL */
  double proxy;   /* lower: the largest |gradient| at the method's own points, before they are
                     moved into the domain; NaN where it has none or was stopped among them */
  double pattern; /* lower_patterns: the steepest sign pattern found, whether or not a point has it;
                     others leave it */
  lip_proof proof; /* upper: what proves about `value` (lip_proof_settle); kind NULL: an estimate
                      without proof */
  bool proved;     /* upper: `value` itself is what the proof was found to verify */
} lip_finding;

/* A lower method proposes a point, an upper one a number. `run` returns early when control asks it
   to stop, with LIP_OK and what it has. `steepest` passes on what the lower methods before it have
   found, and takes what it finds. */
typedef struct lip_method {
  const char *name;
  const char *source; /* where the method comes from */
  bool (*applies)(const lip_problem *problem);
  lip_status (*run)(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                    const lip_control *control, lip_error *err);
} lip_method;

/* A bracket under way, in floating point. */
typedef struct lip_bracket {
  double lower; /* the slope at `point` (d) */
  double *point;
  double upper; /* about what `proof` proves; it may be replaced by a better one of any kind */
  lip_proof proof;
  double gap; /* wanted: upper - lower <= gap * upper */
  /* Called after every improvement of either side, for the progress line; may be NULL. */
  void (*improved)(void *context, const struct lip_bracket *bracket);
  void *context;
} lip_bracket;

/* The upper end and what proves it, which moves into the bracket; what it held is released. */
void lip_bracket_take(lip_bracket *bracket, double upper, lip_proof *proof);

/* Tells who asked that the bracket has improved. */
void lip_bracket_tell(const lip_bracket *bracket);

/* A search works on both sides at once, anytime: it only ever improves the bracket, and where it is
   stopped (LIP_OK) the bracket holds what is proved so far. */
typedef struct lip_search {
  const char *name;
  const char *source;
  bool (*applies)(const lip_problem *problem);
  lip_status (*run)(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                    lip_error *err);
} lip_search;

/* In the order in which they run. */
extern const lip_method lip_lower_random, lip_lower_data, lip_lower_ascent;
extern const lip_method lip_lower_power, lip_lower_patterns, lip_lower_smoothed, lip_lower_cells;
/* The products of two numbers that a run of lip_lower_smoothed takes, about. */
double lip_lower_smoothed_work(const lip_problem *problem);
extern const lip_method lip_upper_path_norm, lip_upper_product, lip_upper_graph_product,
    lip_upper_semidefinite, lip_upper_flattening, lip_upper_bilinear, lip_upper_sectors_closed;
extern const lip_method lip_upper_interval_jacobian, lip_upper_sectors;
extern const lip_method lip_upper_norm_2, lip_upper_norm_2_parts;
extern const lip_method lip_upper_sectors_tied, lip_upper_chain;
extern const lip_search lip_search_points, lip_search_quadratic, lip_search_patterns,
    lip_search_bilinear, lip_search_cones, lip_search_moments, lip_search_regions,
    lip_search_sectors;

/* Lower methods: keeps x if it is the steepest point of this finding, and passes it on. */
void lip_finding_offer(lip_finding *finding, lip_steepest *steepest, double slope, const double *x);

/* How much of the method's own work is done, in [0, 1]. */
void lip_tell(const lip_control *control, double done);

bool lip_stopped(const lip_control *control);

#endif
