/* liplaw/law.h - every theorem as a calculator: its assumptions checked, its constants named. */
#ifndef LIPLAW_LAW_H
#define LIPLAW_LAW_H

#include <liplaw/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a theorem may speak of. All are doubles, NaN where not given; counts need not be whole where
   a theorem is solved for them. */
#define LIP_QUANTITY_LIST(X)                                                                       \
  X(n, "points")                                                                                   \
  X(d, "dimension of a point")                                                                     \
  X(p, "parameters")                                                                               \
  X(k, "hidden neurons")                                                                           \
  X(L, "Lipschitz constant")                                                                       \
  X(eps, "how far the mean squared error lies below the noise level, or the error of a fit")       \
  X(delta, "probability of failure")                                                               \
  X(c, "isoperimetry constant (Definition 1.1)")                                                   \
  X(sigma2, "noise level E Var(y | x)")                                                            \
  X(fit_error, "largest |f(x_i) - y_i|")                                                           \
  X(net_radius, "radius of the net of the class, in outputs")                                      \
  X(W, "half the side of the box of the parameters")                                               \
  X(J, "Lipschitz constant of w -> f_w(x)")                                                        \
  X(diam, "diameter of the set of parameters")                                                     \
  X(log, "logarithm of the net's size per parameter, in place of W, J, diam")                      \
  X(bits, "bits per parameter of a quantised model")                                               \
  X(mixture, "components of the mixture")                                                          \
  X(degree, "p of t^p, or degree of the polynomial activation")                                    \
  X(depth, "layers D")                                                                             \
  X(multiplicity, "Q: how often one parameter is used at most")                                    \
  X(radius, "R: of the ball that holds the points")                                                \
  X(product, "B: product of the layers' norms")                                                    \
  X(loss_bound, "largest loss")                                                                    \
  X(L_star, "smallest constant of any function through the data")

typedef struct lip_law_input {
#define LIP_QUANTITY_FIELD(name, meaning) double name;
  LIP_QUANTITY_LIST(LIP_QUANTITY_FIELD)
#undef LIP_QUANTITY_FIELD
} lip_law_input;

LIP_PUBLIC void lip_law_defaults(lip_law_input *input); /* all NaN but eps, delta, c, mixture */

typedef enum lip_answer { LIP_NO, LIP_YES, LIP_UNKNOWN } lip_answer;

typedef struct lip_assumption {
  char text[160]; /* "n >= 4096 k log(8 k / delta) / eps^2" */
  lip_answer holds;
  double value, needed; /* what it is and what it must be at least or at most; NaN: not a number */
} lip_assumption;

typedef struct lip_constant {
  const char *name, *source; /* static text; source "derived: docs/theory.md" for [D] */
  double value;
} lip_constant;

typedef enum lip_bound_kind {
  LIP_LIPSCHITZ_AT_LEAST, /* bound: the Lipschitz constant is at least this */
  LIP_LIPSCHITZ_AT_MOST,  /* some network reaches this */
  LIP_PROBABILITY,        /* bound: the probability of the bad event is at most this */
  LIP_QUANTITY            /* another number, named in `says` */
} lip_bound_kind;

enum { LIP_LAW_ASSUMPTIONS = 12, LIP_LAW_CONSTANTS = 12 };

typedef struct lip_law_result {
  lip_bound_kind kind;
  double bound;
  char says[256]; /* the statement in one sentence, numbers in it */
  bool vacuous;
  char why_vacuous[160];
  lip_assumption assumption[LIP_LAW_ASSUMPTIONS];
  size_t assumptions;
  lip_answer holds; /* all of them */
  lip_constant constant[LIP_LAW_CONSTANTS];
  size_t constants;
  lip_law_input solved; /* the input, with the unknown filled in */
} lip_law_result;

/* One theorem; one file of src/law each. */
typedef struct lip_law {
  const char *name;   /* "theorem-3-sharp" */
  const char *title;  /* one line for the list */
  const char *source; /* which paper, which statement; theory.md row */
  const char *needs;  /* "n d p eps", names of quantities, separated by spaces */
  const char *may;    /* those it uses where they are given */
  const char *solves; /* those it may be solved for (given L, or delta, in place of the bound) */
  lip_status (*evaluate)(const lip_law_input *input, lip_law_result *result, lip_error *err);
} lip_law;

/* The list, in the order of the papers; NULL after the last. */
LIP_PUBLIC const lip_law *lip_law_at(size_t index);
LIP_PUBLIC const lip_law *lip_law_find(const char *name);

/* Evaluates a theorem.
   return  LIP_OK, also where assumptions fail (that is the result) or the bound is vacuous;
           LIP_EOPTION where a needed quantity is missing or out of range; LIP_ENUMERIC */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_law_evaluate(const lip_law *law,
                                                      const lip_law_input *input,
                                                      lip_law_result *result, lip_error *err);

/* Finds the value of one quantity (NaN in the input) at which the bound becomes L (or delta, where
   the bound is a probability), to 1e-12 relative, by bisection: the bounds are monotone in each.
   return  LIP_OK; LIP_EOPTION where there is no such value, with the reason */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_law_solve(const lip_law *law, const char *unknown,
                                                   const lip_law_input *input,
                                                   lip_law_result *result, lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
