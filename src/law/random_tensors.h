/* random_tensors.h - how large sums of random signs times powers of random points get: what the
   theorems on polynomial activations rest on. Points are uniform on the unit sphere of d
   dimensions, or fixed unit vectors; signs are random, or balanced. All proved in docs/theory.md.
 */
#ifndef LIP_LAW_RANDOM_TENSORS_H
#define LIP_LAW_RANDOM_TENSORS_H

/* t with P(|sum y_i (x_i.x)^p| > t) <= delta for a fixed unit vector x, p = 1 or 2; NaN for others.
 */
double random_sum(double n, double d, double p, double delta);

/* t with P(|sum y_i x_i| > t) <= delta. */
double random_vector(double n, double delta);

/* t with P(|sum y_i x_i x_i'|_op > t) <= delta: the better one of a matrix Bernstein bound and of a
   net of the sphere. */
double random_matrix(double n, double d, double delta);

#endif
