/* sectors_completion.c - the completion of greatest determinant over a pattern of blocks.

   Block b has the blocks S before it that the pattern couples to it; eliminated from the last block
   to the first nothing fills in, so that S is a clique. Then (Grone, Johnson, Sa and Wolkowicz,
   1984; Fukuda, Kojima, Murota and Nakata, 2001) X has a positive definite completion where every
   clique of it is positive definite, and with R_b = X_bS X_SS^-1 the one of greatest determinant
   has

     X_bc = R_b X_Sc for c < b not in S,   X = V D V',  y_b = R_b y_S + a normal vector of
   covariance D_b = X_bb - R_b X_Sb

   being how y of covariance X is made. Its inverse has the pattern. Cost: order^2 times the width
   of the pattern, also of X E. */
#include "lipschitz/graphs/sectors_completion.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

static const double SPARSE = 0.7; /* of order^2: small products are slower */

struct lip_sectors_completion {
  const lip_sectors_matrix *pattern;
  lip_sectors_matrix *R; /* (a, b): R_b's columns of a, size_b x size_a; (b, b): D_b */
  bool *largest;         /* blocks + 1: no other clique holds that of b and S */
  bool sparse;           /* X E is cheaper by R and D */
  double *clique;        /* scratch: the largest clique's square */
  double *rows;          /* scratch: max size x order */
};

static bool there(const lip_sectors_matrix *pattern, size_t a, size_t b)
{
  size_t count = pattern->program->blocks + 1;

  return (a <= b ? pattern->at[a * count + b] : pattern->at[b * count + a]) != NULL;
}

static size_t size_of(const lip_sectors_completion *completion, size_t b)
{
  return completion->pattern->program->block[b].size;
}

static size_t offset_of(const lip_sectors_completion *completion, size_t b)
{
  return completion->pattern->program->block[b].offset;
}

/* ---- the workspace ---- */

static bool is_largest(const lip_sectors_matrix *pattern, size_t b)
{
  size_t count = pattern->program->blocks + 1;

  for (size_t e = b + 1; e < count; e++) {
    bool holds = there(pattern, b, e);

    for (size_t a = 0; a < b && holds; a++) holds = !there(pattern, a, b) || there(pattern, a, e);
    if (holds) return false;
  }
  return true;
}

/* The order of the largest clique. */
static size_t widest(const lip_sectors_matrix *pattern)
{
  size_t most = 0;

  for (size_t b = 0; b <= pattern->program->blocks; b++) {
    size_t width = 0;

    for (size_t a = 0; a <= b; a++)
      if (there(pattern, a, b)) width += pattern->program->block[a].size;
    if (width > most) most = width;
  }
  return most;
}

lip_status lip_sectors_completion_create(const lip_sectors_matrix *pattern,
                                         lip_sectors_completion **completion, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = pattern->program->blocks + 1, order = pattern->program->order;
  size_t size = 0, most = widest(pattern);
  lip_sectors_completion *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a matrix of order %zu", order);
  made->pattern = pattern;
  made->sparse = lip_sectors_matrix_products(pattern->program) <
                 SPARSE * (double)order * (double)order;
  for (size_t b = 0; b < count; b++)
    if (size_of(made, b) > size) size = size_of(made, b);
  made->largest = lip_alloc(count, sizeof *made->largest);
  made->clique = lip_alloc(most, most * sizeof *made->clique);
  made->rows = lip_alloc(size, order * sizeof *made->rows);
  if (!made->largest || !made->clique || !made->rows)
    FAIL(LIP_ENOMEM, "a matrix of order %zu", order);
  for (size_t b = 0; b < count; b++) made->largest[b] = is_largest(pattern, b);
  TRY(lip_sectors_matrix_create(pattern->program, &made->R, err));
  *completion = made;
  made = NULL;
done:
  lip_sectors_completion_free(made);
  return st;
}

double lip_sectors_completion_numbers(const lip_sectors_program *program)
{
  double numbers = lip_sectors_matrix_numbers(program), size = 0;

  for (size_t b = 0; b <= program->blocks; b++) size = fmax(size, (double)program->block[b].size);
  return 2 * numbers + size * (double)program->order; /* a clique: at most the pattern's square */
}

void lip_sectors_completion_free(lip_sectors_completion *completion)
{
  if (!completion) return;
  lip_sectors_matrix_free(completion->R);
  lip_free(completion->largest);
  lip_free(completion->clique);
  lip_free(completion->rows);
  lip_free(completion);
}

/* ---- positive definite? ---- */

bool lip_sectors_completable(lip_sectors_completion *completion, const double *X, double a,
                             const double *dX)
{
  const lip_sectors_matrix *pattern = completion->pattern;
  size_t order = pattern->program->order;

  for (size_t b = 0; b <= pattern->program->blocks; b++) {
    size_t width = 0, row = 0;

    if (!completion->largest[b]) continue;
    for (size_t c = 0; c <= b; c++)
      if (there(pattern, c, b)) width += size_of(completion, c);
    for (size_t c = 0; c <= b; c++) {
      if (!there(pattern, c, b)) continue;
      for (size_t i = 0; i < size_of(completion, c); i++, row++) {
        double *out = completion->clique + row * width;

        for (size_t e = 0; e <= c; e++) {
          size_t at = (offset_of(completion, c) + i) * order + offset_of(completion, e);
          size_t n = size_of(completion, e);

          if (!there(pattern, e, b)) continue;
          for (size_t j = 0; j < n; j++) out[j] = X[at + j] + a * dX[at + j];
          out += n;
        }
      }
    }
    if (width > 0 && !lip_cholesky(width, completion->clique)) return false;
  }
  return true;
}

/* ---- completion ---- */

/* rows <- X_bS, clique <- the factor of X_SS; their width. */
static bool gather(lip_sectors_completion *completion, size_t b, const double *X, size_t *width)
{
  const lip_sectors_matrix *pattern = completion->pattern;
  size_t order = pattern->program->order, n = size_of(completion, b), at = 0;

  *width = 0;
  for (size_t a = 0; a < b; a++)
    if (there(pattern, a, b)) *width += size_of(completion, a);
  for (size_t a = 0; a < b; a++) {
    size_t from = offset_of(completion, a), columns = size_of(completion, a), left = 0;

    if (!there(pattern, a, b)) continue;
    for (size_t i = 0; i < n; i++)
      memcpy(completion->rows + i * *width + at, X + (offset_of(completion, b) + i) * order + from,
             columns * sizeof *X);
    for (size_t e = 0; e <= a; e++) {
      if (!there(pattern, e, b)) continue;
      for (size_t i = 0; i < columns; i++)
        memcpy(completion->clique + (at + i) * *width + left,
               X + (from + i) * order + offset_of(completion, e),
               size_of(completion, e) * sizeof *X);
      left += size_of(completion, e);
    }
    at += columns;
  }
  return *width == 0 || lip_cholesky(*width, completion->clique);
}

/* X_bc <- R_b X_Sc for the blocks c from `first` to `last`, which are not in S. */
static void fill_run(const lip_sectors_completion *completion, size_t b, size_t first, size_t last,
                     double *X)
{
  size_t count = completion->pattern->program->blocks + 1, n = size_of(completion, b);
  size_t order = completion->pattern->program->order, at = offset_of(completion, b);
  size_t from = offset_of(completion, first),
         columns = offset_of(completion, last) + size_of(completion, last) - from;
  bool more = false;

  for (size_t i = 0; i < n; i++) memset(X + (at + i) * order + from, 0, columns * sizeof *X);
  for (size_t a = 0; a < b; a++) {
    if (!there(completion->pattern, a, b) || size_of(completion, a) == 0) continue;
    lip_dgemm(false, false, n, columns, size_of(completion, a), 1, completion->R->at[a * count + b],
              size_of(completion, a), X + offset_of(completion, a) * order + from, order, more,
              X + at * order + from, order);
    more = true;
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < columns; j++)
      X[(from + j) * order + at + i] = X[(at + i) * order + from + j];
}

/* R_b and D_b, then X's blocks left of b. */
static bool complete_block(lip_sectors_completion *completion, size_t b, double *X)
{
  const lip_sectors_matrix *pattern = completion->pattern;
  size_t count = pattern->program->blocks + 1, order = pattern->program->order, width, at = 0;
  size_t n = size_of(completion, b), offset = offset_of(completion, b);
  double *D = completion->R->at[b * count + b];

  if (!gather(completion, b, X, &width)) return false;
  for (size_t i = 0; i < n; i++)
    memcpy(D + i * n, X + (offset + i) * order + offset, n * sizeof *D);
  if (width == 0) return true;
  lip_cholesky_solve(width, completion->clique, n, completion->rows);
  for (size_t a = 0; a < b; a++) {
    size_t columns = size_of(completion, a);
    double *R = completion->R->at[a * count + b];

    if (!R || columns == 0) continue;
    for (size_t i = 0; i < n; i++)
      memcpy(R + i * columns, completion->rows + i * width + at, columns * sizeof *R);
    lip_dgemm(false, false, n, n, columns, -1, R, columns,
              X + offset_of(completion, a) * order + offset, order, 1, D, n);
    at += columns;
  }
  for (size_t c = 0; c < b; c++) {
    size_t last = c;

    if (there(pattern, c, b)) continue;
    while (last + 1 < b && !there(pattern, last + 1, b)) last++;
    fill_run(completion, b, c, last, X);
    c = last;
  }
  return true;
}

bool lip_sectors_complete(lip_sectors_completion *completion, double *X)
{
  for (size_t b = 0; b <= completion->pattern->program->blocks; b++)
    if (size_of(completion, b) > 0 && !complete_block(completion, b, X)) return false;
  return true;
}

/* ---- products ---- */

void lip_sectors_completion_times(const lip_sectors_completion *completion, const double *X,
                                  const double *E, double *F)
{
  const lip_sectors_matrix *R = completion->R;
  size_t count = R->program->blocks + 1, order = R->program->order;

  if (!completion->sparse) {
    lip_dgemm(false, false, order, order, order, 1, X, order, E, order, 0, F, order);
    return;
  }
  memcpy(F, E, order * order * sizeof *F);
  for (size_t b = count; b-- > 1;)
    for (size_t a = 0; a < b; a++)
      if (R->at[a * count + b])
        lip_dgemm(true, false, size_of(completion, a), order, size_of(completion, b), 1,
                  R->at[a * count + b], size_of(completion, a),
                  F + offset_of(completion, b) * order, order, 1,
                  F + offset_of(completion, a) * order, order);
  for (size_t b = 0; b < count; b++) {
    size_t n = size_of(completion, b);
    double *rows = F + offset_of(completion, b) * order;

    memcpy(completion->rows, rows, n * order * sizeof *rows);
    lip_dgemm(false, false, n, order, n, 1, R->at[b * count + b], n, completion->rows, order, 0,
              rows, order);
    for (size_t a = 0; a < b; a++)
      if (R->at[a * count + b])
        lip_dgemm(false, false, n, order, size_of(completion, a), 1, R->at[a * count + b],
                  size_of(completion, a), F + offset_of(completion, a) * order, order, 1, rows,
                  order);
  }
}

void lip_sectors_pattern_product(const lip_sectors_completion *completion, double alpha,
                                 const double *A, const double *B, double *C)
{
  const lip_sectors_matrix *pattern = completion->pattern;
  size_t count = pattern->program->blocks + 1, order = pattern->program->order;

  for (size_t a = 0; a < count; a++)
    for (size_t first = 0, last; first < count; first = last) {
      size_t from = offset_of(completion, first);

      for (last = first; last < count && there(pattern, a, last);) last++;
      if (last > first)
        lip_dgemm(false, false, size_of(completion, a),
                  offset_of(completion, last - 1) + size_of(completion, last - 1) - from, order,
                  alpha, A + offset_of(completion, a) * order, order, B + from, order, 0,
                  C + offset_of(completion, a) * order + from, order);
      else
        last++;
    }
  for (size_t b = 0; b < count; b++)
    for (size_t a = 0; a <= b; a++) {
      if (!there(pattern, a, b)) continue;
      for (size_t i = 0; i < size_of(completion, b); i++)
        for (size_t j = 0; j < size_of(completion, a); j++) {
          double *one = C + (offset_of(completion, b) + i) * order + offset_of(completion, a) + j;
          double *two = C + (offset_of(completion, a) + j) * order + offset_of(completion, b) + i;

          *one = *two = (*one + *two) / 2;
        }
    }
}

void lip_sectors_pattern_add(const lip_sectors_completion *completion, double alpha,
                             const double *A, double *C)
{
  const lip_sectors_matrix *pattern = completion->pattern;
  size_t count = pattern->program->blocks + 1, order = pattern->program->order;

  for (size_t a = 0; a < count; a++)
    for (size_t b = 0; b < count; b++)
      for (size_t i = 0; i < size_of(completion, a) && there(pattern, a, b); i++) {
        size_t at = (offset_of(completion, a) + i) * order + offset_of(completion, b);

        lip_add_multiple(size_of(completion, b), alpha, A + at, C + at);
      }
}
