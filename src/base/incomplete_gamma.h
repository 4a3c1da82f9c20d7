/* incomplete_gamma.h - the distribution function of the gamma distribution. */
#ifndef LIP_BASE_INCOMPLETE_GAMMA_H
#define LIP_BASE_INCOMPLETE_GAMMA_H

/* log P(a, x), P the regularised lower incomplete gamma function, a > 0, x >= 0: relative error of
   P about 1e-13 for a up to 1e4, growing like a. A chi-square variable with nu degrees of freedom
   is at most x with probability P(nu/2, x/2). */
double incomplete_gamma_log(double a, double x);

#endif
