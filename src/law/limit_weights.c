/* limit_weights.c - what the limits of forms share: weights on points, sums, nuclear norms. */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/ky_fan.h"
#include "linalg/vector.h"
#include "linalg/verified.h"

#include <stdio.h>

static const double CUSHION = 1e-290; /* above every underflow of numbers of size 1 */

enum { BLOCK = 512, MOST_POINTS = 20000 };

static lip_interval without_bias(const lip_limit_job *job, size_t i)
{
  const lip_layer *last = job->net ? &job->net->layer[job->net->depth - 1] : NULL;

  if (!last || !last->b) return job->f[i];
  return lip_interval_sub(job->f[i], lip_interval_of(last->b[0]));
}

double lip_limit_sum_down(const lip_limit_job *job, const double *v)
{
  lip_interval sum = {0, 0};

  for (size_t i = 0; i < job->n; i++)
    sum = lip_interval_add(sum, lip_interval_mul(lip_interval_of(v[i]), without_bias(job, i)));
  return sum.low;
}

void lip_limit_middles(const lip_limit_job *job, double *v)
{
  for (size_t i = 0; i < job->n; i++) {
    lip_interval f = without_bias(job, i);

    v[i] = f.low == f.high ? f.low : f.low / 2 + f.high / 2;
    if (!isfinite(v[i])) v[i] = 0;
  }
}

bool lip_limit_balanced(const lip_limit_job *job, double *v)
{
  double low = INFINITY, high = -INFINITY, cut;
  size_t above = 0;

  lip_limit_middles(job, v);
  for (size_t i = 0; i < job->n; i++) {
    low = fmin(low, v[i]);
    high = fmax(high, v[i]);
  }
  cut = low / 2 + high / 2;
  for (size_t i = 0; i < job->n; i++) above += v[i] > cut;
  for (size_t i = 0; i < job->n; i++) v[i] = v[i] > cut ? (double)(job->n - above) : -(double)above;
  return above > 0 && above < job->n;
}

size_t lip_limit_degree(const lip_limit_job *job)
{
  if (!job->class.known) return job->options->power;
  if (!job->class.two_layer) return 0;
  if (job->class.psi.kind == LIP_IDENTITY) return 1;
  if (job->class.psi.kind == LIP_SQUARE) return 2;
  return job->class.psi.kind == LIP_POWER ? (size_t)job->class.psi.slope : 0;
}

double lip_limit_ball(const lip_limit_job *job, lip_limit_finding *finding)
{
  bool ball = job->domain.kind == LIP_BALL;
  double radius = ball ? job->domain.radius : job->radius;

  for (size_t i = 0; !(job->radius > 0) && !ball && i < job->n; i++)
    radius = fmax(radius, lip_interval_norm(job->d, job->X + i * job->d).high);
  if (!(radius > 0)) radius = 1; /* forms have no slope on the ball of radius 0 */
  finding->within = ball || job->domain.kind == LIP_SPACE;
  (void)snprintf(finding->domain, sizeof finding->domain, "ball:%.17g", radius);
  return radius;
}

/* ---- nuclear norms ---- */

/* |sum v_i x_i| */
static lip_status vector_length(size_t n, size_t d, const double *X, const double *v,
                                lip_interval *length, lip_error *err)
{
  lip_interval *sum = lip_alloc_zero(d, sizeof *sum), square = {0, 0};

  if (!sum) return lip_fail(err, LIP_ENOMEM, "%zu sums", d);
  for (size_t i = 0; i < n; i++)
    for (size_t a = 0; a < d; a++)
      sum[a] = lip_interval_add(
          sum[a], lip_interval_mul(lip_interval_of(v[i]), lip_interval_of(X[i * d + a])));
  for (size_t a = 0; a < d; a++) {
    double least = sum[a].low > 0 ? sum[a].low : sum[a].high < 0 ? -sum[a].high : 0;
    lip_interval size = {least, fmax(-sum[a].low, sum[a].high)};

    square = lip_interval_add(square, lip_interval_mul(size, size));
  }
  *length = lip_interval_sqrt(square);
  lip_free(sum);
  return LIP_OK;
}

/* sum |v_i| |x_i|^q, rounded up. */
static double sum_of_sizes(size_t n, size_t d, const double *X, const double *v, size_t q)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++) {
    double length = lip_interval_norm(d, X + i * d).high, term = fabs(v[i]);

    for (size_t p = 0; p < q; p++) term = lip_mul_up(term, length);
    sum = lip_add_up(sum, term);
  }
  return sum;
}

typedef struct square_sum {
  size_t n, d, q;
  const double *X, *v;
  double *length;
  double gamma_dot, gamma_sum;
  double *row, *error; /* n each: sum_j v_j (x_i.x_j)^q, and what it may be off by */
} square_sum;

/* Adds a block of inner products. (|G| + e)^q - |G|^q <= q e (|G| + e)^(q-1). */
static void add_block(const square_sum *s, size_t i0, size_t rows, size_t j0, size_t columns,
                      const double *G)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++) {
      double g = G[i * columns + j], e = s->gamma_dot * s->length[i0 + i] * s->length[j0 + j];
      double term = s->v[j0 + j], most = fabs(term), size = fabs(g) + e;

      for (size_t p = 1; p < s->q; p++) {
        term *= g;
        most *= size;
      }
      s->row[i0 + i] += term * g;
      s->error[i0 + i] += most * ((double)s->q * e + s->gamma_sum * size);
    }
}

double lip_scaled_down(double value, int exponent)
{
  double result = ldexp(value, exponent);

  return ldexp(result, -exponent) == value ? result : lip_down(result);
}

double lip_scaled_up(double value, int exponent)
{
  double result = ldexp(value, exponent);

  return ldexp(result, -exponent) == value ? result : lip_up(result);
}

/* The largest entry becomes one of [1/2, 1): no product of entries overflows, and what underflows
   is nothing beside CUSHION. */
static int scale(size_t count, const double *from, double *to)
{
  int exponent;

  (void)frexp(lip_largest(count, from), &exponent);
  for (size_t i = 0; i < count; i++) to[i] = ldexp(from[i], -exponent);
  return exponent;
}

/* |Omega|_F^2 of scaled points and weights. */
static void add_squares(square_sum *s, double *G, lip_interval *square)
{
  size_t n = s->n, d = s->d;
  double slack;
  lip_interval sum;

  for (size_t i = 0; i < n; i += BLOCK)
    for (size_t j = 0; j < n; j += BLOCK) {
      size_t rows = n - i < BLOCK ? n - i : BLOCK, columns = n - j < BLOCK ? n - j : BLOCK;

      lip_dgemm(false, true, rows, columns, d, 1, s->X + i * d, d, s->X + j * d, d, 0, G, columns);
      add_block(s, i, rows, j, columns, G);
    }
  sum = lip_interval_dot(n, s->v, s->row);
  for (size_t i = 0; i < n; i++) s->length[i] = fabs(s->v[i]);
  slack = lip_interval_dot(n, s->length, s->error).high;
  slack = lip_add_up(lip_mul_up(slack, 1 + lip_gamma(n + 4 * s->q + 16)), CUSHION);
  sum = lip_interval_add(sum, (lip_interval){-slack, slack});
  *square = (lip_interval){fmax(sum.low, 0), fmax(sum.high, 0)};
}

lip_status lip_tensor_frobenius(size_t n, size_t d, const double *X, const double *v, size_t q,
                                lip_interval *norm, lip_error *err)
{
  lip_status st = LIP_OK;
  square_sum s = {.n = n, .d = d, .q = q};
  double *G = lip_alloc(BLOCK, BLOCK * sizeof *G), *memory = lip_alloc_zero(4 * n, sizeof *memory);
  double *points = lip_alloc(n, d * sizeof *points);
  int exponent;

  if (!G || !memory || !points) FAIL(LIP_ENOMEM, "products of %zu points", n);
  s.row = memory;
  s.error = memory + n;
  s.length = memory + 2 * n;
  exponent = (int)q * scale(n * d, X, points) + scale(n, v, memory + 3 * n);
  s.X = points;
  s.v = memory + 3 * n;
  s.gamma_dot = lip_gamma(d + 4);
  s.gamma_sum = lip_gamma(n + 2 * q + 16);
  lip_row_norms_up(n, d, points, s.length);
  add_squares(&s, G, norm);
  *norm = lip_interval_sqrt(*norm);
  *norm = (lip_interval){lip_scaled_down(norm->low, exponent), lip_scaled_up(norm->high, exponent)};
done:
  lip_free(G);
  lip_free(memory);
  lip_free(points);
  return st;
}

lip_status lip_limit_nuclear_up(size_t n, size_t d, const double *X, const double *v, size_t q,
                                double *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_matrix moment = {.d = 0};
  lip_interval norm;
  double dimensions = 1, value = sum_of_sizes(n, d, X, v, q), sums = value;

  if (q == 1) {
    TRY(vector_length(n, d, X, v, &norm, err));
    value = norm.high;
  } else if (q == 2) {
    TRY(lip_moment_matrix_create(n, d, X, v, 0, &moment, err));
    TRY(lip_ky_fan_up(&moment, d, true, &value, err));
  } else if (n <= MOST_POINTS) {
    TRY(lip_tensor_frobenius(n, d, X, v, q, &norm, err));
    for (size_t p = 1; p < q; p++) dimensions = lip_mul_up(dimensions, (double)d);
    value = lip_mul_up(norm.high, lip_sqrt_up(dimensions));
  }
  *bound = fmin(value, sums);
done:
  lip_moment_matrix_clear(&moment);
  return st;
}
