/* markov.h - V. A. Markov's inequality for coefficients: what a bounded derivative says of a
   polynomial's coefficients (B12). */
#ifndef LIP_LAW_MARKOV_H
#define LIP_LAW_MARKOV_H

/* The factor with max over [-1, 1] of |P'| >= factor |coefficient of t^order in P| for every P of
   degree at most `degree`, 1 <= order <= degree: order over |coefficient of t^(order - 1)| in the
   Chebyshev polynomial of degree - 1 or degree - 2, the one whose parity is that of order - 1. */
double markov_factor(int degree, int order);

#endif
