/* liplaw/law.h - every theorem as a calculator: its assumptions checked, its constants named. */
#ifndef LIPLAW_LAW_H
#define LIPLAW_LAW_H

#include <liplaw/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The values that a quantity may have; none is infinite. */
typedef enum lip_range {
  LIP_COUNT,        /* at least 1; a theorem that is solved for it may say 17.3 */
  LIP_POSITIVE,     /* above 0 */
  LIP_NOT_NEGATIVE, /* at least 0 */
  LIP_FRACTION      /* in (0, 1) */
} lip_range;

/* What a theorem may speak of: the field, its option on the command line, its range. All are
   doubles, NaN where not given. */
#define LIP_QUANTITY_LIST(X)                                                                       \
  X(n, "n", LIP_COUNT, "points")                                                                   \
  X(d, "d", LIP_COUNT, "dimension of a point")                                                     \
  X(p, "p", LIP_COUNT, "parameters")                                                               \
  X(k, "k", LIP_COUNT, "hidden neurons, or the rank that the function factors through")            \
  X(L, "L", LIP_POSITIVE, "Lipschitz constant; with --solve, the bound that is wanted")            \
  X(eps, "eps", LIP_FRACTION, "how far the mean squared error lies below the noise level")         \
  X(delta, "delta", LIP_FRACTION, "probability of failure")                                        \
  X(c, "c", LIP_POSITIVE, "isoperimetry constant (Definition 1.1)")                                \
  X(sigma2, "sigma2", LIP_NOT_NEGATIVE, "noise level E Var(y | x)")                                \
  X(fit_error, "fit-error", LIP_NOT_NEGATIVE, "largest |f(x_i) - y_i|")                            \
  X(positive, "positive", LIP_FRACTION, "share of the labels +1 among the labels at hand")         \
  X(outliers, "outliers", LIP_NOT_NEGATIVE, "points that may have any error, in profile")          \
  X(net_radius, "net-radius", LIP_NOT_NEGATIVE, "radius of the net of the class, in outputs")      \
  X(W, "W", LIP_POSITIVE, "largest |parameter|: half the side of their box")                       \
  X(J, "J", LIP_POSITIVE, "Lipschitz constant of w -> f_w(x)")                                     \
  X(diam, "diam", LIP_POSITIVE, "diameter of the set of parameters")                               \
  X(log, "log", LIP_NOT_NEGATIVE, "log of the net's size per parameter, for W, J and diam")        \
  X(log_size, "log-size", LIP_NOT_NEGATIVE, "log of the number of functions of a finite class")    \
  X(bits, "bits", LIP_POSITIVE, "bits per parameter of a quantised model")                         \
  X(mixture, "mixture", LIP_COUNT, "components of the mixture that the points come from")          \
  X(degree, "degree", LIP_COUNT, "of the activation t^p or polynomial, or order of the tensor")    \
  X(depth, "depth", LIP_COUNT, "layers D")                                                         \
  X(multiplicity, "multiplicity", LIP_COUNT, "Q: how often one parameter is used at most")         \
  X(radius, "radius", LIP_POSITIVE, "R: of the ball that holds the points")                        \
  X(product, "product", LIP_POSITIVE, "product of the layers' norms: |a| |W|_op, or B")            \
  X(norm, "norm", LIP_POSITIVE,                                                                    \
    "operator norm of a tensor; of all parameters in profile-two-layer")                           \
  X(subgaussian, "subgaussian", LIP_POSITIVE, "C of P(|X| >= t) <= 2 exp(-t^2 / C)")               \
  X(loss_bound, "loss-bound", LIP_POSITIVE, "largest loss")                                        \
  X(threshold, "threshold", LIP_FRACTION, "t of the caps {x: x.x_i >= t}")                         \
  X(value, "value", LIP_POSITIVE,                                                                  \
    "with --solve: the number that is wanted where it is no Lipschitz constant")                   \
  X(L_star, "L-star", LIP_NOT_NEGATIVE, "smallest constant of any function through the data")

typedef enum lip_answer { LIP_NO, LIP_YES, LIP_UNKNOWN } lip_answer;

typedef struct lip_law_input {
#define LIP_QUANTITY_FIELD(name, option, range, meaning) double name;
  LIP_QUANTITY_LIST(LIP_QUANTITY_FIELD)
#undef LIP_QUANTITY_FIELD
  /* What is known of the points' law, an assumption of every theorem that speaks of c: static text
     of at most 150 bytes, NULL where nothing shall be said, and whether c holds. */
  const char *points_law;
  lip_answer isoperimetric;
} lip_law_input;

typedef struct lip_quantity {
  const char *name, *option, *meaning; /* static text */
  lip_range range;
  size_t offset; /* of the double in lip_law_input */
} lip_quantity;

/* The quantities in the order of the list; NULL after the last. By name or option; NULL: unknown.
 */
LIP_PUBLIC const lip_quantity *lip_quantity_at(size_t index);
LIP_PUBLIC const lip_quantity *lip_quantity_find(const char *name);
LIP_PUBLIC double *lip_quantity_of(const lip_quantity *quantity, lip_law_input *input);

/* All NaN but eps = 0.5, delta = 0.01, c = 1, mixture = 1, fit_error = 0; nothing known of the
   points' law. */
LIP_PUBLIC void lip_law_defaults(lip_law_input *input);

typedef struct lip_assumption {
  char text[160]; /* "n eps^2 >= 4096 k log(8 k / delta)" */
  lip_answer holds;
  double value, needed; /* what it is and what it must be at least or at most; NaN: not a number */
} lip_assumption;

typedef struct lip_constant {
  const char *name, *source; /* static text; source "derived: docs/theory.md" for [D] */
  double value;              /* NaN: no paper names it */
} lip_constant;

typedef enum lip_bound_kind {
  LIP_LIPSCHITZ_AT_LEAST, /* bound: the Lipschitz constant is at least this */
  LIP_LIPSCHITZ_AT_MOST,  /* some network reaches this, or every one keeps to it */
  LIP_PROBABILITY,        /* bound: the probability of the bad event is at most this */
  LIP_NUMBER              /* another number, named in `says` */
} lip_bound_kind;

enum { LIP_LAW_ASSUMPTIONS = 12, LIP_LAW_CONSTANTS = 12 };

typedef struct lip_law_result {
  lip_bound_kind kind;
  double bound;   /* INFINITY: the event is impossible at any constant; NaN: a constant in it is
                     unknown, `order` tells the rest */
  double order;   /* the paper's bound with its unknown constants set to 1; NaN where it has none */
  char says[384]; /* the statement in a sentence, numbers in it */
  bool vacuous;   /* it says nothing that was not known: why_vacuous */
  char why_vacuous[160];
  lip_assumption assumption[LIP_LAW_ASSUMPTIONS];
  size_t assumptions;
  lip_answer holds; /* NO where one fails, else UNKNOWN where one is unknown, else YES */
  lip_constant constant[LIP_LAW_CONSTANTS];
  size_t constants;
  lip_law_input solved; /* the input, with the unknown filled in */
} lip_law_result;

/* One theorem; one file of src/law each. */
typedef struct lip_law {
  const char *name;   /* "theorem-3-sharp" */
  const char *title;  /* one line for the list */
  const char *source; /* which paper, which statement */
  const char *needs;  /* "n d p eps", names of quantities, separated by spaces */
  const char *may;    /* those it uses where they are given */
  const char *solves; /* those it may be solved for */
  const char *target; /* the quantity that is compared with the bound when it is solved: "L" */
  lip_status (*evaluate)(const lip_law_input *input, lip_law_result *result, lip_error *err);
} lip_law;

/* The list, in the order of the papers; NULL after the last. By name: one that has modes stands for
   its mode "corrected", and "two-layer-" may be left out where the universal law has none of that
   name. NULL: unknown. */
LIP_PUBLIC const lip_law *lip_law_at(size_t index);
LIP_PUBLIC const lip_law *lip_law_find(const char *name);

/* Evaluates a theorem.
   return  LIP_OK, also where assumptions fail (that is the result) or the bound is vacuous;
           LIP_EOPTION where a needed quantity is missing or one is out of range; LIP_ENUMERIC */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_law_evaluate(const lip_law *law,
                                                      const lip_law_input *input,
                                                      lip_law_result *result, lip_error *err);

/* Finds the value of one quantity (whatever the input holds for it) at which the bound, or its
   order where a constant is unknown, becomes the law's target, to 1e-12 relative: the least such
   value, found on a logarithmic grid and by bisection. Where the bound jumps over the target
   (`projection` keeps whole coordinates) it is a value next to the jump.
   result  out  evaluated at that value; result->solved holds it
   return  LIP_OK; LIP_EOPTION where there is no such value, with the reason */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_law_solve(const lip_law *law, const char *unknown,
                                                   const lip_law_input *input,
                                                   lip_law_result *result, lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
