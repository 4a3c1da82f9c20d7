/* pattern_outputs.h - the semidefinite relaxation of the largest |A diag(s) W| over ends of slopes,
   for several outputs. */
#ifndef LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_OUTPUTS_H
#define LIP_LIPSCHITZ_TWO_LAYERS_PATTERN_OUTPUTS_H

#include <liplaw/status.h>

/* |J'u|^2 with J'u = M'u + sum over l of e_l r_l w_l, where e_l = +-a_l.u: a quadratic form in
   (u, e), of the matrix G. The relaxation is

     max <G, V V'>, V = (V_u, V_e), |V_u|_F = 1, |row l of V_e| = |a_l' V_u|,

   and every positive y with [ value I - sum y_l a_l a_l'   0 ; 0  diag(y) ] >= G proves `value`.
   For one output it is the one of pattern_signs.h. */
typedef struct lip_pattern_outputs {
  size_t capacity, m, n, rank, stride;
  double *G;                   /* (m + n) x (m + n), first u; provided by the caller */
  double *a;                   /* n x m: a_l; provided by the caller */
  double *V;                   /* (m + n) x stride; the entries from `rank` on are 0 */
  double *y;                   /* n */
  double *test, *row, *pulled; /* (m + n)^2; 2 stride; m x stride */
  double share;                /* of a factor of the value that goes to y too */
} lip_pattern_outputs;

LIP_MUST_CHECK lip_status lip_pattern_outputs_create(size_t capacity, size_t m,
                                                     lip_pattern_outputs **relax, lip_error *err);
void lip_pattern_outputs_free(lip_pattern_outputs *relax); /* takes NULL */

/* Random rows. */
void lip_pattern_outputs_start(lip_pattern_outputs *relax, uint64_t seed);

/* q <- a_l' V_u.  q  out  stride */
void lip_pattern_outputs_seen(const lip_pattern_outputs *relax, size_t l, double *q);

/* As in pattern_signs.h. */
bool lip_pattern_outputs_solve(lip_pattern_outputs *relax, double below, double above,
                               size_t sweeps, double *value, const lip_control *control);
double lip_pattern_outputs_bound(lip_pattern_outputs *relax, double value, double most,
                                 const lip_control *control);

#endif
