/* incomplete_beta.h - the distribution function of the beta distribution. */
#ifndef LIP_BASE_INCOMPLETE_BETA_H
#define LIP_BASE_INCOMPLETE_BETA_H

/* I_x(a, b), the regularised incomplete beta function, a, b > 0, 0 <= x <= 1: continued fraction,
   relative error about 1e-14. */
double incomplete_beta(double a, double b, double x);

/* Its logarithm, also where I_x(a, b) underflows. */
double incomplete_beta_log(double a, double b, double x);

#endif
