/* square_system.h - a solution of a square linear system with a proved bound on its error. */
#ifndef LIP_LINALG_SQUARE_SYSTEM_H
#define LIP_LINALG_SQUARE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

/* Of every system P y = q with a matrix within P +- P_radius and a right side within q +- q_radius:
   its solution y* has |y* - y| <= away in the maximum norm. |y* - y| <= |R (q - P y)| /
   (1 - |I - R P|), R an approximate inverse (Rump, Acta Numerica 19, 2010).
   P, P_radius  in   n x n, row-major; P_radius may be NULL: zeros
   q, q_radius  in   n; q_radius may be NULL: zeros
   y            out  n
   work         in   2 n (n + 1) doubles
   return            away; infinite where none is proved
   cost              some 3 n^3 */
double lip_square_solve(size_t n, const double *P, const double *P_radius, const double *q,
                        const double *q_radius, double *y, double *work);

#endif
