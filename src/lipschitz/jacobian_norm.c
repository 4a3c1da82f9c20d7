/* jacobian_norm.c - the operator norm of one Jacobian, and the vector in which it is attained.

   Norm inf: the row of the largest sum |J_ji|; norm 1: the column, u its signs; norm 2: the first
   left singular vector, by the eigenvectors of JJ' or J'J, or where both are large by power
   iteration. J is scaled first, so that squares neither overflow nor vanish. */
#include "lipschitz/jacobian_norm.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { MOST_EIGEN = 64, POWER_STEPS = 40 };

double lip_dual_length(lip_norm_kind norm, size_t n, const double *v)
{
  double sum = 0;

  if (norm == LIP_NORM_2) return lip_norm(n, v);
  if (norm == LIP_NORM_1) return lip_largest(n, v);
  for (size_t i = 0; i < n; i++) sum += fabs(v[i]);
  return sum;
}

/* u <- the axis of the largest row. */
static void choose_row(size_t m, size_t d, const double *J, double *u)
{
  size_t best = 0;
  double largest = -1;

  for (size_t j = 0; j < m; j++) {
    double sum = lip_dual_length(LIP_NORM_INF, d, J + j * d);

    if (sum > largest) {
      largest = sum;
      best = j;
    }
  }
  for (size_t j = 0; j < m; j++) u[j] = j == best;
}

/* u <- the signs of the largest column. */
static void choose_column(size_t m, size_t d, const double *J, double *u)
{
  size_t best = 0;
  double largest = -1;

  for (size_t i = 0; i < d; i++) {
    double sum = 0;

    for (size_t j = 0; j < m; j++) sum += fabs(J[j * d + i]);
    if (sum > largest) {
      largest = sum;
      best = i;
    }
  }
  for (size_t j = 0; j < m; j++) u[j] = J[j * d + best] < 0 ? -1 : 1;
}

/* x <- x / |x|; false where that is not possible. */
static bool make_unit(size_t n, double *x)
{
  double length = lip_norm(n, x);

  if (!(length > 0) || isinf(length)) return false;
  for (size_t i = 0; i < n; i++) x[i] /= length;
  return true;
}

/* u <- the first eigenvector of S S'; of the right: of S'S. square  scratch: n x n, n the length of
   u; values  scratch: n */
static lip_status first_vector(bool right, size_t m, size_t d, const double *S, double *u,
                               double *square, double *values, lip_error *err)
{
  lip_status st;
  size_t n = right ? d : m, terms = right ? m : d;

  lip_dgemm(right, !right, n, n, terms, 1, S, d, S, d, 0, square, n);
  st = lip_symmetric_eigen(n, square, values, true, err);
  if (st == LIP_OK) memcpy(u, square + (n - 1) * n, n * sizeof *u);
  return st;
}

/* From the longest row on. */
static void iterate(size_t m, size_t d, const double *S, double *u, double *v)
{
  size_t longest = 0;

  for (size_t j = 1; j < m; j++)
    if (lip_norm(d, S + j * d) > lip_norm(d, S + longest * d)) longest = j;
  memcpy(v, S + longest * d, d * sizeof *v);
  for (int step = 0; step < POWER_STEPS && make_unit(d, v); step++) {
    lip_dgemv(false, m, d, 1, S, d, v, 0, u);
    if (!make_unit(m, u)) return;
    lip_dgemv(true, m, d, 1, S, d, u, 0, v);
  }
}

/* u <- the first left singular vector of J, of unit length. v  scratch, d */
static lip_status choose_singular(size_t m, size_t d, const double *J, double *u, double *v,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  size_t small = m < d ? m : d, square = small <= MOST_EIGEN ? small : 0;
  double largest = lip_largest(m * d, J);
  double *S = lip_alloc(m * d + square * square + square, sizeof *S);

  if (!S) FAIL(LIP_ENOMEM, "a Jacobian of %zu x %zu", m, d);
  memset(u, 0, m * sizeof *u);
  u[0] = 1;
  if (!(largest > 0) || isinf(largest)) goto done;
  for (size_t i = 0; i < m * d; i++) S[i] = J[i] / largest;
  if (square == 0) {
    iterate(m, d, S, u, v);
  } else if (m <= d) {
    TRY(first_vector(false, m, d, S, u, S + m * d, S + m * d + m * m, err));
  } else {
    TRY(first_vector(true, m, d, S, v, S + m * d, S + m * d + d * d, err));
    lip_dgemv(false, m, d, 1, S, d, v, 0, u);
  }
  if (!make_unit(m, u)) u[0] = 1;
done:
  lip_free(S);
  return st;
}

lip_status lip_jacobian_norm(lip_norm_kind norm, size_t m, size_t d, const double *J, double *u,
                             double *g, double *value, lip_error *err)
{
  lip_status st = LIP_OK;

  if (m == 1) {
    memmove(g, J, d * sizeof *g);
    if (u) u[0] = 1;
  } else {
    if (norm == LIP_NORM_INF) choose_row(m, d, J, u);
    if (norm == LIP_NORM_1) choose_column(m, d, J, u);
    if (norm == LIP_NORM_2) TRY(choose_singular(m, d, J, u, g, err));
    lip_dgemv(true, m, d, 1, J, d, u, 0, g);
  }
  *value = lip_dual_length(norm, d, g);
done:
  return st;
}
