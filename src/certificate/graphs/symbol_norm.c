/* symbol_norm.c - operator norms of large convolutions, from their symbol, rounding counted.

   A zero-padded convolution is a part of the one on all of Z^2, whose norm is the largest singular
   value of its symbol (theory.md). With stride s, offset u of the kernel meets the input at s m + u
   = s (m + a) + r: the kernel is that of s_h s_w phases r of every input channel, with stride 1 and
   matrices V_a, and the symbol G(theta) = sum_a V_a e^{i a.theta}. The squares of its singular
   values are the eigenvalues of

       P(theta) = G G* = sum_delta C_delta e^{i delta.theta},   C_delta = sum_a V_(a+delta) V_a'

   (or of G* G where that is smaller), a trigonometric polynomial of degrees n_1, n_2. At the N_1 x
   N_2 frequencies of a grid s^2 I - P >= 0 is tested; between them v* P v, v fixed, is at most the
   grid's largest value times (1 + 1 / cos(pi n / N)) / 2 for each axis (M. Riesz; theory.md). A
   Hermitian matrix is tested as the real one of twice its order. Of groups each is a convolution
   of its own.

   cost    frequencies times (2 c)^3 / 3, c the smaller number of channels; the number of
           frequencies is chosen so that this stays below WORK, with what is lost by it
   limits  what zero padding takes off the norm is not seen: some parts in a thousand for values of
           some 30 x 30 */
#include "certificate/graphs/symbol_norm.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "linalg/verified.h"

#include <string.h>

static const double WORK = 1e10, TRIG = 0x1p-46, CUSHION = 1e-200, PI = 3.14159265358979324;
enum { FINEST = 64, COARSEST = 4 }; /* frequencies for each degree */

struct lip_symbol {
  const lip_node *node;
  size_t order;         /* c: of P */
  size_t shifts[2];     /* of the kernel, along each axis; degrees are one less */
  size_t grid[2];       /* N; 1 where the degree is 0 */
  double between;       /* what |P| may be more between the frequencies, a factor */
  int exponent;         /* the kernel is kept as 2^-exponent times itself */
  size_t rows, columns; /* of V_a: channels out and in of a group, in times phases */
  double *V, *C;        /* shifts x rows x columns; differences x order x order */
  double *slack;        /* order: of errors of P, as sums of rows */
  double *H, *weight;   /* 2 order x 2 order; differences: cos, sin */
  size_t differences;   /* delta >= 0 in lexical order */
};

/* ---- the kernel in phases ---- */

static size_t count_shifts(const lip_node *node, size_t axis)
{
  return (node->kernel[axis] - 1) * node->dilation[axis] / node->stride[axis] + 1;
}

/* What is lost between the frequencies, rounded up. */
static double loss(size_t degree, size_t grid)
{
  if (degree == 0) return 1;
  return (1 + 1 / cos(PI * (double)degree / (double)grid)) / 2 * (1 + 1e-13);
}

/* The finest grid whose work is within bounds; false: none is. */
static bool choose_grid(lip_symbol *s)
{
  double each = 8.0 / 3 * pow((double)s->order, 3) +
                4 * (double)s->differences * (double)s->order * (double)s->order;
  size_t density = FINEST;

  each *= (double)s->node->groups;
  for (; density >= COARSEST; density /= 2) {
    double points = 1;

    for (size_t a = 0; a < 2; a++) {
      size_t degree = s->shifts[a] - 1;

      s->grid[a] = degree == 0 ? 1 : density * degree;
      points *= (double)s->grid[a];
    }
    if (points / 2 * each <= WORK) break;
  }
  s->between = loss(s->shifts[0] - 1, s->grid[0]) * loss(s->shifts[1] - 1, s->grid[1]) *
               (1 + 1e-15);
  return density >= COARSEST;
}

lip_status lip_symbol_create(const lip_node *node, lip_symbol **symbol, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_symbol *made = lip_alloc_zero(1, sizeof *made);
  size_t shifts, square;

  *symbol = NULL;
  if (!made) FAIL(LIP_ENOMEM, "a symbol");
  made->node = node;
  made->rows = node->channels / node->groups;
  made->columns = node->in_channels / node->groups * node->stride[0] * node->stride[1];
  made->order = made->rows < made->columns ? made->rows : made->columns;
  for (size_t a = 0; a < 2; a++) made->shifts[a] = count_shifts(node, a);
  shifts = made->shifts[0] * made->shifts[1];
  made->differences = ((2 * made->shifts[0] - 1) * (2 * made->shifts[1] - 1) + 1) / 2;
  if (!choose_grid(made)) goto done;
  (void)frexp(lip_largest(node->weights, node->W), &made->exponent);
  square = made->order * made->order;
  made->V = lip_alloc(shifts, made->rows * made->columns * sizeof *made->V);
  made->C = lip_alloc(made->differences, square * sizeof *made->C);
  made->slack = lip_alloc(2 * made->order, sizeof *made->slack);
  made->H = lip_alloc(4 * square, sizeof *made->H);
  made->weight = lip_alloc(made->differences, 2 * sizeof *made->weight);
  if (!made->V || !made->C || !made->slack || !made->H || !made->weight)
    FAIL(LIP_ENOMEM, "the symbol of %zu x %zu channels", made->rows, made->columns);
  *symbol = made;
  made = NULL;
done:
  lip_symbol_free(made);
  return st;
}

void lip_symbol_free(lip_symbol *symbol)
{
  if (!symbol) return;
  lip_free(symbol->V);
  lip_free(symbol->C);
  lip_free(symbol->slack);
  lip_free(symbol->H);
  lip_free(symbol->weight);
  lip_free(symbol);
}

/* V of a group, scaled. */
static void fill_phases(lip_symbol *s, size_t group)
{
  const lip_node *node = s->node;
  size_t ins = node->in_channels / node->groups, phases = node->stride[0] * node->stride[1];

  memset(s->V, 0, s->shifts[0] * s->shifts[1] * s->rows * s->columns * sizeof *s->V);
  for (size_t o = 0; o < s->rows; o++)
    for (size_t i = 0; i < ins; i++)
      for (size_t u = 0; u < node->kernel[0]; u++)
        for (size_t v = 0; v < node->kernel[1]; v++) {
          size_t y = u * node->dilation[0], x = v * node->dilation[1];
          size_t shift = y / node->stride[0] * s->shifts[1] + x / node->stride[1];
          size_t phase = y % node->stride[0] * node->stride[1] + x % node->stride[1];
          size_t from = (((group * s->rows + o) * ins + i) * node->kernel[0] + u) * node->kernel[1];

          s->V[(shift * s->rows + o) * s->columns + i * phases + phase] = ldexp(node->W[from + v],
                                                                                -s->exponent);
        }
}

/* ---- P's coefficients, and what they are off by ---- */

/* C_delta for one delta = (p, q - shifts[1] + 1), p and q - shifts[1] + 1 such that delta >= 0. */
static void add_products(lip_symbol *s, long p, long q, double *C)
{
  bool wide = s->rows <= s->columns;
  size_t size = s->rows * s->columns;
  double start = 0;

  memset(C, 0, s->order * s->order * sizeof *C);
  for (long a = 0; a + p < (long)s->shifts[0]; a++)
    for (long b = q < 0 ? -q : 0; b < (long)s->shifts[1] && b + q < (long)s->shifts[1]; b++) {
      const double *here = s->V + (size_t)(a * (long)s->shifts[1] + b) * size;
      const double *there = s->V + (size_t)((a + p) * (long)s->shifts[1] + b + q) * size;

      if (wide)
        lip_dgemm(false, true, s->rows, s->rows, s->columns, 1, there, s->columns, here, s->columns,
                  start, C, s->order);
      else
        lip_dgemm(true, false, s->columns, s->columns, s->rows, 1, here, s->columns, there,
                  s->columns, start, C, s->order);
      start = 1;
    }
}

/* Sums of rows of A A' (A' A), A = sum |V_a|, times what a term may be off by.
   scratch  rows + columns */
static void fill_slack(lip_symbol *s, double *scratch)
{
  bool wide = s->rows <= s->columns;
  size_t shifts = s->shifts[0] * s->shifts[1], size = s->rows * s->columns;
  size_t terms = shifts * (s->rows + s->columns) + 4 * s->differences + 16;
  double *rows = scratch, *columns = scratch + s->rows;
  double factor = lip_add_up(lip_gamma(2 * terms), TRIG);

  memset(scratch, 0, (s->rows + s->columns) * sizeof *scratch);
  for (int pass = 0; pass < 2; pass++) {
    bool down = (pass == 0) == wide; /* first the sums of the longer side */

    memset(down ? columns : rows, 0, (down ? s->columns : s->rows) * sizeof *scratch);
    for (size_t e = 0; e < shifts * size; e++) {
      size_t o = e % size / s->columns, i = e % s->columns;
      double entry = fabs(s->V[e]);

      if (down)
        columns[i] += entry * (pass == 0 ? 1 : rows[o]);
      else
        rows[o] += entry * (pass == 0 ? 1 : columns[i]);
    }
  }
  for (size_t j = 0; j < s->order; j++) {
    double sum = wide ? rows[j] : columns[j];

    s->slack[j] = lip_add_up(lip_mul_up(factor, 2 * sum), CUSHION);
    s->slack[s->order + j] = s->slack[j];
  }
}

static lip_status fill_group(lip_symbol *s, size_t group, lip_error *err)
{
  double *scratch = lip_alloc(s->rows + s->columns, sizeof *scratch), *C = s->C;

  if (!scratch) return lip_fail(err, LIP_ENOMEM, "sums of %zu channels", s->rows + s->columns);
  fill_phases(s, group);
  fill_slack(s, scratch);
  for (long p = 0; p < (long)s->shifts[0]; p++)
    for (long q = p == 0 ? 0 : 1 - (long)s->shifts[1]; q < (long)s->shifts[1]; q++) {
      add_products(s, p, q, C);
      C += s->order * s->order;
    }
  lip_free(scratch);
  return LIP_OK;
}

/* ---- at one frequency ---- */

static void fill_weights(lip_symbol *s, size_t j, size_t l)
{
  double *weight = s->weight;
  long whole = (long)(s->grid[0] * s->grid[1]);

  for (long p = 0; p < (long)s->shifts[0]; p++)
    for (long q = p == 0 ? 0 : 1 - (long)s->shifts[1]; q < (long)s->shifts[1]; q++) {
      long turn = (p * (long)(j * s->grid[1]) + q * (long)(l * s->grid[0])) % whole;
      double angle = 2 * PI * ((double)turn / (double)whole);

      *weight++ = cos(angle);
      *weight++ = sin(angle);
    }
}

/* H <- the lower triangle of (square I - P) as a real matrix. */
static void fill_matrix(lip_symbol *s, double square)
{
  size_t n = s->order;

  for (size_t i = 0; i < n; i++) {
    double *real = s->H + i * 2 * n, *mixed = s->H + (n + i) * 2 * n;

    for (size_t j = 0; j < n; j++) {
      double re = s->C[i * n + j] * s->weight[0], im = 0;

      for (size_t t = 1; t < s->differences; t++) {
        double c = s->C[(t * n + i) * n + j], back = s->C[(t * n + j) * n + i];

        re += (c + back) * s->weight[2 * t];
        im += (c - back) * s->weight[2 * t + 1];
      }
      if (j <= i) real[j] = mixed[n + j] = i == j ? lip_down(square - re) : -re;
      mixed[j] = -im;
    }
  }
}

/* Every frequency of one half: P(-theta) is the conjugate of P(theta). False from `visit` ends it.
 */
typedef struct visit {
  lip_symbol *symbol;
  double square; /* s^2, of the scaled kernel */
  bool below;
} visit;

static lip_status at_all(visit *in, lip_status (*each)(visit *in, lip_error *err),
                         const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_symbol *s = in->symbol;

  for (size_t g = 0; g < s->node->groups && in->below; g++) {
    TRY(fill_group(s, g, err));
    for (size_t j = 0; j <= s->grid[0] / 2 && in->below; j++)
      for (size_t l = 0; l < s->grid[1] && in->below; l++) {
        if (control && control->stop && control->stop(control->context))
          FAIL(LIP_EINTERRUPT, "interrupted");
        fill_weights(s, j, l);
        TRY(each(in, err));
      }
  }
done:
  return st;
}

static lip_status test(visit *in, lip_error *err)
{
  (void)err;
  fill_matrix(in->symbol, in->square);
  in->below = lip_certainly_semidefinite(2 * in->symbol->order, in->symbol->H, in->symbol->slack,
                                         NULL);
  return LIP_OK;
}

lip_status lip_symbol_is_below(lip_symbol *symbol, double norm, bool *proved,
                               const lip_control *control, lip_error *err)
{
  double scaled = ldexp(norm, -symbol->exponent), square = scaled * scaled / symbol->between;
  visit in = {.symbol = symbol, .square = square * (1 - 1e-15), .below = true};
  lip_status st = LIP_OK;

  *proved = false;
  if (!(scaled > 1e-100 && scaled < 1e100)) return LIP_OK;
  st = at_all(&in, test, control, err);
  if (st == LIP_OK) *proved = in.below;
  return st;
}

/* Raises the square where the test fails at a frequency. */
static lip_status raise(visit *in, lip_error *err)
{
  lip_symbol *s = in->symbol;
  size_t n = 2 * s->order;
  double *values, slack = lip_largest(n, s->slack);
  lip_status st = LIP_OK;

  TRY(test(in, err));
  if (in->below) return LIP_OK;
  values = lip_alloc(n, sizeof *values);
  if (!values) FAIL(LIP_ENOMEM, "%zu eigenvalues", n);
  fill_matrix(s, 0);
  st = lip_symmetric_eigen(n, s->H, values, false, err);
  if (st == LIP_OK)
    in->square = fmax(in->square, -values[0] * (1 + 1e-12 * (double)n) + 2 * slack) * (1 + 1e-12);
  lip_free(values);
  in->below = true;
done:
  return st;
}

lip_status lip_symbol_estimate(lip_symbol *symbol, double *norm, const lip_control *control,
                               lip_error *err)
{
  double start = ldexp(*norm, -symbol->exponent);
  visit in = {.symbol = symbol, .square = start * start / symbol->between, .below = true};
  lip_status st = at_all(&in, raise, control, err);

  if (st != LIP_OK) return st;
  *norm = ldexp(sqrt(in.square * symbol->between) * (1 + 1e-14), symbol->exponent);
  return LIP_OK;
}
