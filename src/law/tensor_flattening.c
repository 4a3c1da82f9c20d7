/* tensor_flattening.c - upper ends of the operator norm of Omega = sum v_i x_i^p.

   |Omega|_op is at most the largest singular value of any flattening of Omega into a matrix. With
   z_i = x_i^(floor(p/2)) in the coordinates of symmetric tensors (D = C(d + i - 1, i) products,
   each times the root of how often it occurs, so that z_i.z_j = (x_i.x_j)^i):

   p = 2i      F = sum v_i z_i z_i', symmetric, of order D
   p = 2i + 1  F F' = sum over i, j of v_i v_j (x_i.x_j)^(i+1) z_i z_j' = Z' B Z, B of order n by
   blocks

   For many dimensions and few points, the flattening of certificate/two_layers/flattening.h, from n
   x n Gram matrices. Source: two-layer paper, appendix A (theory.md B14). */
#include "law/tensor_flattening.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/ky_fan.h"
#include "linalg/vector.h"
#include "linalg/verified.h"

#include <liplaw/measure.h>

#include <string.h>

enum { MOST_ORDER = 1500, MOST_NEURONS = 1200, BLOCK = 256, MOST_DEGREE = 20 };
static const double MOST_NUMBERS = 1e8; /* of Z */

/* C(d + i - 1, i) */
static double products(size_t d, size_t i)
{
  double count = 1;

  for (size_t j = 1; j <= i; j++) count = count * (double)(d + j - 1) / (double)j;
  return count;
}

/* The products of i coordinates in ascending order of indices, times sqrt(i! / prod of repeats!);
   at most 2 i + 3 roundings. Returns the place after the last one. */
static double *fill(const double *x, size_t d, size_t left, size_t from, size_t run, double product,
                    double count, double *z)
{
  if (left == 0) {
    *z = product * sqrt(count);
    return z + 1;
  }
  for (size_t a = from; a < d; a++) {
    size_t repeats = a == from ? run + 1 : 1; /* how often a stands in the product now */

    z = fill(x, d, left - 1, a, repeats, product * x[a], count / (double)repeats, z);
  }
  return z;
}

static double factorial(size_t i)
{
  double value = 1;

  for (size_t j = 2; j <= i; j++) value *= (double)j;
  return value;
}

static lip_status features(size_t n, size_t d, const double *X, size_t i, size_t D, double **Z,
                           lip_error *err)
{
  *Z = lip_alloc(n, D * sizeof **Z);
  if (!*Z) return lip_fail(err, LIP_ENOMEM, "%zu x %zu products", n, D);
  for (size_t row = 0; row < n; row++)
    (void)fill(X + row * d, d, i, 0, 0, 1, factorial(i), *Z + row * D);
  return LIP_OK;
}

static lip_status even(size_t n, size_t D, const double *Z, const double *v, size_t i,
                       double *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_matrix moment = {.d = 0};

  TRY(lip_moment_matrix_create(n, D, Z, v, i == 1 ? 0 : 2 * i + 4, &moment, err));
  TRY(lip_ky_fan_up(&moment, 1, true, bound, err));
done:
  lip_moment_matrix_clear(&moment);
  return st;
}

/* Y = B Z by blocks of B, and the sum over rows of |z_i| times the length of the error of row i,
   all roundings of x.x', its power, v v', and the sum: lengths bound entries. */
static lip_status multiply(size_t n, size_t d, const double *X, const double *v, size_t power,
                           size_t D, const double *Z, const double *z_norm, double *Y,
                           double *error, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double *G = lip_alloc(BLOCK, BLOCK * sizeof *G), *x_norm = lip_alloc(n, sizeof *x_norm);
  double dot = lip_gamma(d + 4), rest = lip_gamma(n + 4 * power + 4 * MOST_DEGREE + 32), sum = 0;

  if (!G || !x_norm) FAIL(LIP_ENOMEM, "products of %zu points", n);
  lip_row_norms_up(n, d, X, x_norm);
  memset(Y, 0, n * D * sizeof *Y);
  for (size_t i0 = 0; i0 < n; i0 += BLOCK)
    for (size_t j0 = 0; j0 < n; j0 += BLOCK) {
      size_t rows = n - i0 < BLOCK ? n - i0 : BLOCK, columns = n - j0 < BLOCK ? n - j0 : BLOCK;

      if (control && control->stop && control->stop(control->context))
        FAIL(LIP_EINTERRUPT, "interrupted");
      lip_dgemm(false, true, rows, columns, d, 1, X + i0 * d, d, X + j0 * d, d, 0, G, columns);
      for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
          double g = G[i * columns + j], e = dot * x_norm[i0 + i] * x_norm[j0 + j];
          double term = v[i0 + i] * v[j0 + j], most = fabs(term), size = fabs(g) + e;

          for (size_t q = 1; q < power; q++) {
            term *= g;
            most *= size;
          }
          G[i * columns + j] = term * g;
          sum += most * ((double)power * e + rest * size) * z_norm[i0 + i] * z_norm[j0 + j];
        }
      lip_dgemm(false, false, rows, D, columns, 1, G, columns, Z + j0 * D, D, 1, Y + i0 * D, D);
    }
  *error = lip_mul_up(sum, 1 + lip_gamma(n) * (double)n);
done:
  lip_free(G);
  lip_free(x_norm);
  return st;
}

/* Each summand of Z'Y is v v' g z z', so that what Y and the last product round is within `rest` of
   multiply() too: twice that sum covers both. */
static lip_status odd(size_t n, size_t d, const double *X, const double *v, size_t i, size_t D,
                      const double *Z, double *bound, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_matrix square = {.d = D};
  double *Y = lip_alloc(n, D * sizeof *Y), *z_norm = lip_alloc(n, sizeof *z_norm), error = 0,
         largest;

  square.S = lip_alloc(D, D * sizeof *square.S);
  square.slack = lip_alloc(D, sizeof *square.slack);
  if (!Y || !z_norm || !square.S || !square.slack) FAIL(LIP_ENOMEM, "%zu x %zu products", n, D);
  lip_row_norms_up(n, D, Z, z_norm);
  TRY(multiply(n, d, X, v, i + 1, D, Z, z_norm, Y, &error, control, err));
  lip_dgemm(true, false, D, D, n, 1, Z, D, Y, D, 0, square.S, D);
  for (size_t a = 0; a < D; a++) {
    square.slack[a] = lip_add_up(2 * error, 1e-290);
    for (size_t b = 0; b < a; b++) {
      double middle = (square.S[a * D + b] + square.S[b * D + a]) / 2;

      square.S[a * D + b] = square.S[b * D + a] = middle;
    }
  }
  TRY(lip_ky_fan_up(&square, 1, false, &largest, err));
  *bound = lip_sqrt_up(largest);
done:
  lip_free(Y);
  lip_free(z_norm);
  lip_moment_matrix_clear(&square);
  return st;
}

/* The network of neurons y_i (x_i.x)^p has the constant p |Omega|_op on the unit ball. */
static lip_status by_network(size_t n, size_t d, const double *X, const double *v, size_t p,
                             double *bound, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net *net = NULL;
  lip_measure_options options;
  lip_measurement found = {.bounds = 0};
  const size_t widths[] = {d, n, 1};
  const lip_activation psi[] = {{LIP_POWER, (double)p}, {LIP_IDENTITY, 0}};
  const bool biases[] = {false, false};

  TRY(lip_net_create(2, widths, psi, biases, LIP_F64, &net, err));
  memcpy(net->layer[0].W, X, n * d * sizeof *X);
  memcpy(net->layer[1].W, v, n * sizeof *v);
  lip_measure_defaults(&options);
  options.domain = "ball:1";
  options.search = false;
  options.starts = 0;
  options.random_points = 1;
  TRY(lip_measure(net, NULL, &options, &found, control, err));
  if (found.certified) *bound = lip_div_up(found.upper, (double)p);
done:
  lip_measurement_clear(&found);
  lip_net_free(net);
  return st;
}

lip_status lip_tensor_flattening_up(size_t n, size_t d, const double *X, const double *v, size_t p,
                                    double *bound, const char **how, const lip_control *control,
                                    lip_error *err)
{
  lip_status st = LIP_OK;
  size_t i = p / 2;
  double D = products(d, i), *Z = NULL;

  *bound = INFINITY;
  *how = "none";
  if (D <= MOST_ORDER && D * (double)n <= MOST_NUMBERS) {
    TRY(features(n, d, X, i, (size_t)D, &Z, err));
    if (p % 2 == 0)
      TRY(even(n, (size_t)D, Z, v, i, bound, err));
    else
      TRY(odd(n, d, X, v, i, (size_t)D, Z, bound, control, err));
    *how = p == 2 ? "eigenvalues" : "flattening";
  } else if (n <= MOST_NEURONS && p > 2) {
    TRY(by_network(n, d, X, v, p, bound, control, err));
    *how = "flattening";
  } else if (p == 2) {
    TRY(even(n, d, X, v, 1, bound, err));
    *how = "eigenvalues";
  }
done:
  lip_free(Z);
  return st;
}
