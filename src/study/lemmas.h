/* lemmas.h - the parts of the study of lemmas: each fills its sheet, draws, judges and says. */
#ifndef LIP_STUDY_LEMMAS_H
#define LIP_STUDY_LEMMAS_H

#include "study/study.h"

LIP_MUST_CHECK lip_status study_random_sums(study_run *run, lip_error *err);    /* Lemma 4 */
LIP_MUST_CHECK lip_status study_random_tensors(study_run *run, lip_error *err); /* Lemma 5 */
LIP_MUST_CHECK lip_status study_subgaussian_sums(study_run *run,
                                                 lip_error *err); /* Proposition 1.2 */

/* P(|N(0, 1)|^p >= s) */
double normal_power_tail(double p, double s);

/* A limit below which the constant C_p of Lemma 4 cannot lie at this tau: one of the n terms alone
   is as large with probability q, and by symmetry the sum then with q/2. */
double single_term_constant(double n, double p, double tau);

/* Lemma 5's constant as n grows without limit, at most: p sqrt((2p - 3)!!) (docs/theory.md B19). */
double tensor_constant_limit(size_t p);

/* max over unit x of |sum y_i (x_i.x)^p| as far as ascent finds it, X n x d. p = 2: exactly.
   value  out  over all starts */
LIP_MUST_CHECK lip_status random_tensor_norm(const study_run *run, size_t n, size_t d, size_t p,
                                             uint64_t seed, double *value, lip_error *err);

/* A law with mean 0 in Proposition 1.2. */
typedef enum summand {
  SUMMAND_SIGN,
  SUMMAND_UNIFORM,
  SUMMAND_NORMAL,
  SUMMAND_RARE,
  SUMMANDS
} summand;
extern const char *const summand_names[SUMMANDS];

/* The least C with P(|X| >= t) <= 2 exp(-t^2 / C) for all t. */
double summand_constant(summand law);

/* The least constant of n^(-1/2) times the sum of n, as n grows without limit, at least: 2 Var X;
   at most: twice the least v with E exp(s X) <= exp(v s^2 / 2). */
double summand_variance(summand law);
double summand_proxy(summand law);

/* The least constant of n^(-1/2) times the sum of n signs, or rare ones: by the binomial
   distribution. NaN for the others. */
double summand_exactly(summand law, size_t n);

#endif
