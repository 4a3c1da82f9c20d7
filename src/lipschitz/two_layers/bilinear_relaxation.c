/* bilinear_relaxation.c - the largest t'U s over signs, from above and from below.

   By turns x_l <- U_l Y / |.|, y_e <- U_e' X / |.| (coordinate ascent, as the mixing method of
   Wang, Chang and Kolter, 2017). At a fixed point the lengths are the multipliers; what is missing
   to definiteness is made up by a common factor, the largest singular value of
   diag(lambda)^-1/2 U diag(mu)^-1/2. Near the optimum many of its singular values are close to 1,
   so that it is found by the eigenvalues of the shorter side, not by iteration, where that side is
   short enough. */
#include "lipschitz/two_layers/bilinear_relaxation.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/operator_norm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "lipschitz/method.h"

#include <math.h>
#include <string.h>

enum { LARGEST_RANK = 40, MOST_EIGEN = 400, LEAST_TURNS = 30 };
static const double SETTLED = 1e-9; /* relative growth of a turn at which the ascent ends */
static const double SPARE = 1e-11;  /* by which the multipliers are definite, relative */
static const double FAR = 1.02;     /* above what is enough by this factor: not worth a turn more */
static const double LEAST = 1e-9;  /* of a multiplier, relative to the sizes of its row or column */
static const double SHARE = 1e-13; /* of a column's, relative to the largest one */
static const double WORK = 4e10;   /* flops of an ascent, but at least LEAST_TURNS turns */
static const double SMALLEST = 1e-290; /* of multipliers that are found by iteration */
static const double ITERATED = 1e-8;   /* what an iteration may miss */

lip_status lip_bilinear_relaxation_create(size_t most_rows, size_t q,
                                          lip_bilinear_relaxation *relaxation, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t shorter = most_rows < q ? most_rows : q, square = shorter <= MOST_EIGEN ? shorter : 0;
  size_t rank = (size_t)sqrt(2 * (double)(most_rows + q)) + 1;
  lip_bilinear_relaxation made = {.most_rows = most_rows, .q = q};

  made.rank = rank < LARGEST_RANK ? rank : LARGEST_RANK;
  made.X = lip_alloc(most_rows, (made.rank + 1) * sizeof *made.X);
  made.Y = lip_alloc(q, (made.rank + 1) * sizeof *made.Y);
  made.scaled = lip_alloc(most_rows, q * sizeof *made.scaled);
  made.scratch = lip_alloc(square + 2, (square + q + made.rank) * sizeof *made.scratch);
  if (!made.X || !made.Y || !made.scaled || !made.scratch)
    FAIL(LIP_ENOMEM, "a bilinear form of %zu x %zu", most_rows, q);
  made.row = made.X + most_rows * made.rank;
  made.column = made.Y + q * made.rank;
  *relaxation = made;
  made = (lip_bilinear_relaxation){.q = 0};
done:
  lip_bilinear_relaxation_clear(&made);
  return st;
}

void lip_bilinear_relaxation_clear(lip_bilinear_relaxation *relaxation)
{
  lip_free(relaxation->X);
  lip_free(relaxation->Y);
  lip_free(relaxation->scaled);
  lip_free(relaxation->scratch);
  memset(relaxation, 0, sizeof *relaxation);
}

/* Rows of `vectors` to unit length; their lengths into `lengths`; returns the sum of them. */
static double normalise(size_t count, size_t rank, double *vectors, double *lengths)
{
  double sum = 0;

  for (size_t i = 0; i < count; i++) {
    double *v = vectors + i * rank;

    lengths[i] = lip_norm(rank, v);
    sum += lengths[i];
    if (lengths[i] > 0)
      for (size_t j = 0; j < rank; j++) v[j] /= lengths[i];
    else
      v[0] = 1;
  }
  return sum;
}

void lip_bilinear_relaxation_begin(lip_bilinear_relaxation *in)
{
  lip_random_normal((lip_stream){0, LIP_FOR_STARTS}, 0, in->q * in->rank, in->Y);
  (void)normalise(in->q, in->rank, in->Y, in->column);
}

static void ascend(lip_bilinear_relaxation *in, size_t rows, const double *U, int turns,
                   double enough, const lip_control *control)
{
  size_t q = in->q, r = in->rank;
  double before = 0, most = WORK / (4 * (double)rows * (double)q * (double)r);

  for (int turn = 0; turn < turns && turn < fmax(most, LEAST_TURNS); turn++) {
    double now;

    lip_dgemm(false, false, rows, r, q, 1, U, q, in->Y, r, 0, in->X, r);
    (void)normalise(rows, r, in->X, in->row);
    lip_dgemm(true, false, q, r, rows, 1, U, q, in->X, r, 0, in->Y, r);
    now = normalise(q, r, in->Y, in->column);
    if (now <= before * (1 + SETTLED) || lip_stopped(control)) break;
    if (turn >= LEAST_TURNS && now > enough * FAR) break;
    before = now;
  }
}

/* |scaled|_op */
static lip_status largest_singular(lip_bilinear_relaxation *in, size_t rows, double *value,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t q = in->q, n = rows < q ? rows : q;
  lip_operator_norm norm;

  if (n > MOST_EIGEN) {
    TRY(lip_operator_norm_of(rows, q, in->scaled, &norm, control, err));
    *value = norm.value * (1 + norm.error + ITERATED);
    goto done;
  }
  lip_dsyrk(q < rows, n, q < rows ? rows : q, 1, in->scaled, q, 0, in->scratch, n);
  TRY(lip_symmetric_eigen(n, in->scratch, in->scratch + n * n, false, err));
  *value = sqrt(fmax(in->scratch[n * n + n - 1], 0));
done:
  return st;
}

/* A dominant diagonal, for slopes that all but vanish. */
static double dominate(lip_bilinear_relaxation *in, size_t rows, const double *U)
{
  double sum = 0;

  for (size_t i = 0; i < rows * in->q; i++) sum += fabs(U[i]);
  sum = sum > 0 ? fmax(2 * sum, SMALLEST) : 0;
  for (size_t l = 0; l < rows; l++) in->row[l] = sum;
  for (size_t e = 0; e < in->q; e++) in->column[e] = sum;
  return sum * (double)(rows + in->q) / 2;
}

/* Away from 0. The errors of row 0 are those of its terms, which may cancel: there, and so in the
   columns, the largest multiplier counts. */
static void raise_small(lip_bilinear_relaxation *in, size_t rows, const double *U, double largest)
{
  size_t q = in->q;

  for (size_t l = 0; l < rows; l++) {
    double size = l == 0 ? largest : 0;

    for (size_t e = 0; e < q; e++) size += fabs(U[l * q + e]);
    in->row[l] = fmax(in->row[l], LEAST * size);
  }
  for (size_t e = 0; e < q; e++) {
    double size = 0;

    for (size_t l = 0; l < rows; l++) size += fabs(U[l * q + e]);
    in->column[e] = fmax(in->column[e], fmax(LEAST * size, SHARE * largest));
  }
}

/* Makes the multipliers definite; returns half their sum in *bound. */
static lip_status complete(lip_bilinear_relaxation *in, size_t rows, const double *U, double *bound,
                           const lip_control *control, lip_error *err)
{
  size_t q = in->q;
  double largest = fmax(lip_largest(rows, in->row), lip_largest(q, in->column)), sum = 0, norm;
  lip_status st = LIP_OK;

  if (!(largest * LEAST > SMALLEST)) {
    *bound = dominate(in, rows, U);
    goto done;
  }
  raise_small(in, rows, U, largest);
  for (size_t l = 0; l < rows; l++)
    for (size_t e = 0; e < q; e++)
      in->scaled[l * q + e] = U[l * q + e] / sqrt(in->row[l]) / sqrt(in->column[e]);
  TRY(largest_singular(in, rows, &norm, control, err));
  norm *= 1 + SPARE;
  for (size_t l = 0; l < rows; l++) sum += in->row[l] *= norm;
  for (size_t e = 0; e < q; e++) sum += in->column[e] *= norm;
  *bound = sum / 2;
done:
  return st;
}

lip_status lip_bilinear_relax(lip_bilinear_relaxation *in, size_t rows, const double *U, int turns,
                              double enough, double *bound, const lip_control *control,
                              lip_error *err)
{
  ascend(in, rows, U, turns, enough, control);
  return complete(in, rows, U, bound, control, err);
}

/* Changes the sign of the row that gains most, until none does.  g  scratch, q: t'U */
static double climb(size_t rows, size_t q, const double *U, signed char *t, double *g)
{
  for (;;) {
    double value = 0, most = 0;
    size_t best = 0;

    memset(g, 0, q * sizeof *g);
    for (size_t l = 0; l < rows; l++) lip_add_multiple(q, t[l], U + l * q, g);
    for (size_t e = 0; e < q; e++) value += fabs(g[e]);
    for (size_t l = 1; l < rows; l++) {
      double after = 0;

      for (size_t e = 0; e < q; e++) after += fabs(g[e] - 2 * t[l] * U[l * q + e]);
      if (after > value * (1 + 1e-12) && after - value > most) {
        most = after - value;
        best = l;
      }
    }
    if (best == 0) return value;
    t[best] = (signed char)-t[best];
  }
}

void lip_bilinear_round(lip_bilinear_relaxation *in, size_t rows, const double *U, int tries,
                        signed char *t, signed char *spare, double *value)
{
  size_t r = in->rank;
  double *direction = in->scratch;

  *value = -1;
  for (int try = -1; try < tries; try++) {
    double found;

    if (try < 0)
      memcpy(direction, in->X, r * sizeof *direction);
    else
      lip_random_normal((lip_stream){0, LIP_FOR_STARTS}, (1ULL << 40) + (uint64_t)try * r, r,
                        direction);
    for (size_t l = 0; l < rows; l++) spare[l] = lip_dot(r, in->X + l * r, direction) < 0 ? -1 : 1;
    for (size_t l = rows; l-- > 0;) spare[l] = (signed char)(spare[l] * spare[0]);
    found = climb(rows, in->q, U, spare, direction);
    if (!(found > *value)) continue;
    *value = found;
    memcpy(t, spare, rows);
  }
}
