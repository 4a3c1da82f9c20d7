/* quartic_rows.h - even quartic forms in (x, u), x in R^D, u in R^d, as Gram matrices over the
   quadratic monomials x_i x_j, x_i u_j, u_i u_j. */
#ifndef LIP_CERTIFICATE_QUARTIC_ROWS_H
#define LIP_CERTIFICATE_QUARTIC_ROWS_H

#include <liplaw/status.h>

/* The rows: xx monomials x_i x_j (i <= j), then xu monomials x_i u_j, then uu monomials u_i u_j
   (i <= j), or none of these (degree at most 2 in u). Variables are counted x first: u_j is D + j.
 */
typedef struct lip_quartic_rows {
  size_t D, d, xx, xu, uu, rows;
  uint16_t (*factor)[2]; /* rows: the two variables, ascending; owned */
} lip_quartic_rows;

enum { LIP_QUARTIC_LARGEST = 1000 }; /* D + d at most */

/* return  LIP_OK; LIP_EINPUT where D or d is 0 or D + d is above the limit; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_quartic_rows_create(size_t D, size_t d, bool with_uu,
                                                  lip_quartic_rows *rows, lip_error *err);
void lip_quartic_rows_clear(lip_quartic_rows *rows); /* takes one that is zeroed */

/* How many rows that would be. */
size_t lip_quartic_rows_count(size_t D, size_t d, bool with_uu);

/* How many monomials of degree 4 there are in D + d variables, and the place of one among them:
   of the product of four variables, or of two rows. */
size_t lip_quartic_monomials(const lip_quartic_rows *rows);
size_t lip_quartic_place(size_t a, size_t b, size_t c, size_t e);
size_t lip_quartic_place_of_rows(const lip_quartic_rows *rows, size_t i, size_t j);

/* Coefficients of z^i y^j, as the even quartics of a neuron hold them. */
enum { LIP_Z2, LIP_ZY, LIP_Y2, LIP_Z4, LIP_Z3Y, LIP_Z2Y2, LIP_ZY3, LIP_Y4, LIP_EVEN_QUARTIC };

/* Squares of K pairs of linear forms z_l = h_l.x, y_l = v_l.u, written in the rows.
   h   in   K x D;  v  in  K x d
   zz  out  K x xx: z_l^2 (an off-diagonal entry is 2 h_i h_j);  zy  out  K x xu: z_l y_l
   yy  out  K x uu: y_l^2 */
void lip_quartic_squares(const lip_quartic_rows *rows, size_t K, const double *h, const double *v,
                         double *zz, double *zy, double *yy);

/* G + G' = 2 Gram matrices of sum over l of the quartic with `coefficient` row l, where z^2, zy and
   y^2 are multiplied by |x|^2: only (m' G m) counts, G is not symmetric. Without uu rows zy^3 and
   y^4 are left out.
   coefficient  in   K x LIP_EVEN_QUARTIC
   work         out  K x (xx + xu)
   G            out  rows x rows */
void lip_quartic_gram(const lip_quartic_rows *rows, size_t K, const double *v, const double *zz,
                      const double *zy, const double *yy, const double *coefficient, double *work,
                      double *G);

#endif
