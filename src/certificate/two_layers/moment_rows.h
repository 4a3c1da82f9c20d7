/* moment_rows.h - even forms in (x, u), x in R^D, u in R^d, of degree 4 or 6, as Gram matrices over
   monomials. */
#ifndef LIP_CERTIFICATE_TWO_LAYERS_MOMENT_ROWS_H
#define LIP_CERTIFICATE_TWO_LAYERS_MOMENT_ROWS_H

#include <liplaw/status.h>

enum { LIP_MOST_ROW_DEGREE = 3, LIP_MOMENT_VARIABLES = 1000 /* D + d at most */ };

/* Rows of degree 2: monomials x_i x_j, then x_i u_j, then u_i u_j (indices ascending); of degree 3:
   x_i x_j x_k, then x_i x_j u_k. Variables are counted x first: u_j is D + j.

   Multiples q (|x|^2 - |u|^2) vanish on |x| = |u|: the q are the rows (degree 2), or the monomials
   of degree 4 in x (degree 3). */
typedef struct lip_moment_rows {
  size_t D, d, degree, x, xu, uu, rows, multipliers;
  uint16_t (*factor)[LIP_MOST_ROW_DEGREE]; /* rows: the variables, ascending; owned */
  uint16_t (*multiplier)[4];               /* multipliers: `2 degree - 2` variables each; owned */
} lip_moment_rows;

/* return  LIP_OK; LIP_EINPUT where D or d is 0 or D + d is above the limit; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_moment_rows_create(size_t D, size_t d, size_t degree,
                                                 lip_moment_rows *rows, lip_error *err);
void lip_moment_rows_clear(lip_moment_rows *rows); /* takes one that is zeroed */

/* How many rows and multipliers that would be; D + d at most LIP_MOMENT_VARIABLES. */
void lip_moment_rows_count(size_t D, size_t d, size_t degree, size_t *rows, size_t *multipliers);

/* How many monomials of degree 2 `degree` there are in D + d variables, and the place of one among
   them: of a product of two rows, of multiplier q times variable t squared, and of
   s_1^2 ... s_(degree - 1)^2 u_t^2 for variables s. */
size_t lip_moment_monomials(const lip_moment_rows *rows);
size_t lip_moment_place(const lip_moment_rows *rows, size_t i, size_t j);
size_t lip_moment_place_of_multiplier(const lip_moment_rows *rows, size_t q, size_t t);

/* Terms of |x|^(2 degree - 2) |u|^2: where term t stands, and how often; t < the number of terms.
 */
size_t lip_moment_norm_terms(const lip_moment_rows *rows);
size_t lip_moment_norm_term(const lip_moment_rows *rows, size_t t, double *times);

/* Monomials of degree m in n variables: how many there are, the place of one (sorted here), and the
   next one, ascending.   lip_moment_next  return  false after the last */
size_t lip_moment_count(size_t n, size_t m);
size_t lip_moment_place_of(size_t count, uint16_t *variable);
bool lip_moment_next(size_t count, uint16_t *variable, size_t n);

/* How many orders of its variables a monomial has: its coefficient in a power of a sum. */
double lip_moment_orders(size_t count, const uint16_t *ascending);

/* The even coefficients of a neuron's polynomial: those of z^i y^j for which a form of degree
   2 degree is found in the rows, not the constant. */
enum { LIP_MOST_EVEN = 9 };
size_t lip_moment_even_count(const lip_moment_rows *rows);
void lip_moment_even_power(const lip_moment_rows *rows, size_t t, unsigned *i, unsigned *j);

/* Powers of K pairs of linear forms z_l = h_l.x, y_l = v_l.u in the rows: of a feature, `values` is
   K x `width`, to be multiplied by `lift` (width x rows of its kind; NULL: the identity). */
typedef struct lip_moment_feature {
  size_t width, first, count; /* it fills rows first .. first + count - 1 */
  double *values, *lift;
} lip_moment_feature;

enum { LIP_MOMENT_FEATURES = 4 };

/* h, v      in   K x D, K x d; not needed afterwards
   features  out  LIP_MOMENT_FEATURES of them, zeroed before; own their arrays, also on failure
   return         LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_moment_features_create(const lip_moment_rows *rows, size_t K,
                                                     const double *h, const double *v,
                                                     lip_moment_feature *features, lip_error *err);
void lip_moment_features_clear(lip_moment_feature *features); /* takes zeroed ones */

/* How many doubles `work` below needs. */
size_t lip_moment_work(const lip_moment_rows *rows, size_t K);

/* G (rows x rows): m'Gm = sum over l of the form with coefficients row l; not symmetric.
   coefficient  in  K x LIP_MOST_EVEN
   work             lip_moment_work doubles */
void lip_moment_gram(const lip_moment_rows *rows, const lip_moment_feature *features, size_t K,
                     const double *coefficient, double *work, double *G);

#endif
