/* tensor_norms.c - operator, Frobenius and nuclear norm of Omega = sum y_i x_i^p, enclosed.

   Operator norm, below: symmetric power iteration (Kolda and Mayo's SS-HOPM; for p = 2 the
   eigenvectors), which by Banach's theorem looks for the right thing: for a symmetric tensor the
   largest <Omega, u_1 (x) ... (x) u_p> is attained at equal u; the value at the vector found is
   enclosed and rounded down. Above: a flattening's norm, |Omega|_F, or sum |y_i| |x_i|^p.
   Frobenius: sum y_i y_j (x_i.x_j)^p. Nuclear, below: |Omega|_F^2 / |Omega|_op, and |Omega|_F;
   above: lip_limit_nuclear_up. All are divided by 1 only: nothing of size d^p is formed. Source:
   two-layer paper, appendix A (theory.md B14, B17). */
#include <liplaw/tensor.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "law/limit.h"
#include "law/tensor_flattening.h"
#include "linalg/dgemm.h"
#include "linalg/ky_fan.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <string.h>

enum { STEPS = 300, MOST_DEGREE = 20, MOST_POINTS = 20000 };
static const double SETTLED = 1e-14;
static const double CUSHION = 1e-280;

typedef struct form {
  size_t n, d, p;
  const double *X, *y;
  double *s; /* n */
} form;

static double whole_power(double t, size_t p)
{
  double value = 1;

  for (; p > 0; p /= 2) {
    if (p % 2) value *= t;
    t *= t;
  }
  return value;
}

/* <Omega, u^p>, and g = <Omega, u^(p-1)>. */
static double evaluate(const form *f, const double *u, double *g)
{
  double value = 0;

  lip_dgemv(false, f->n, f->d, 1, f->X, f->d, u, 0, f->s);
  for (size_t i = 0; i < f->n; i++) {
    double t = f->s[i];

    f->s[i] = f->y[i] * whole_power(t, f->p - 1);
    value += f->s[i] * t;
  }
  lip_dgemv(true, f->n, f->d, 1, f->X, f->d, f->s, 0, g);
  return value;
}

/* |<Omega, u^p>| / |u|^p from below, rounding counted. */
static double value_down(const form *f, const double *u)
{
  lip_interval sum = {0, 0};
  double length = lip_interval_norm(f->d, u).high, power = 1, least;

  for (size_t i = 0; i < f->n; i++) {
    lip_interval t = lip_interval_dot(f->d, f->X + i * f->d, u), term = lip_interval_of(f->y[i]);

    for (size_t q = 0; q < f->p; q++) term = lip_interval_mul(term, t);
    sum = lip_interval_add(sum, term);
  }
  for (size_t q = 0; q < f->p; q++) power = lip_mul_up(power, length);
  least = sum.low > 0 ? sum.low : sum.high < 0 ? -sum.high : 0;
  return least > 0 && power > 0 ? fmax(0, lip_div_down(least, power)) : 0;
}

static bool normalise(size_t d, double *u)
{
  double length = lip_norm(d, u);

  if (!(length > 0) || !isfinite(length)) return false;
  for (size_t a = 0; a < d; a++) u[a] /= length;
  return true;
}

/* One climb of side <Omega, u^p>; the shift is what a step that went down asks for. */
static void climb(const form *f, double side, double *u, double *g, double *best, double *at)
{
  double before = -INFINITY, shift = 0;

  if (!normalise(f->d, u)) return;
  for (int step = 0; step < STEPS; step++) {
    double value = side * evaluate(f, u, g);

    if (value > *best) {
      *best = value;
      memcpy(at, u, f->d * sizeof *at);
    }
    if (!(value - before > SETTLED * fabs(value))) {
      double size = lip_norm(f->d, g);

      if (shift >= size) return;
      shift = size;
    }
    before = fmax(before, value);
    for (size_t a = 0; a < f->d; a++) u[a] = side * g[a] + shift * u[a];
    if (!normalise(f->d, u)) return;
  }
}

/* From the first points, the points of the largest values among them first, and from random ones.
 */
static lip_status iterate(const form *f, size_t starts, uint64_t seed, double *at,
                          const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double *u = lip_alloc(2 * f->d, sizeof *u), best = -INFINITY;
  lip_stream stream = {seed, LIP_FOR_STARTS};

  if (!u) FAIL(LIP_ENOMEM, "%zu numbers", f->d);
  memset(at, 0, f->d * sizeof *at);
  at[0] = 1;
  for (size_t s = 0; s < 4 * starts; s++) {
    size_t point = s / 4 * (f->n > starts ? f->n / starts : 1);

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    if (s % 4 < 2 && point >= f->n) continue;
    if (s % 4 < 2)
      memcpy(u, f->X + point * f->d, f->d * sizeof *u);
    else
      lip_random_normal(stream, s / 4 * f->d, f->d, u);
    climb(f, s % 2 ? -1 : 1, u, u + f->d, &best, at);
  }
done:
  lip_free(u);
  return st;
}

/* p = 2: from the eigenvectors V of S, the one of the eigenvalue that is largest in size; and Q =
   V' diag(signs) V, with which <Omega, Q> / |Q|_op is the nuclear norm from below. Q: d x d. */
static lip_status by_eigenvectors(size_t d, const double *S, double *at, double *Q, lip_error *err)
{
  lip_status st = LIP_OK;
  double *V = lip_alloc(2 * d, d * sizeof *V), *values = lip_alloc(d, sizeof *values);

  if (!V || !values) FAIL(LIP_ENOMEM, "a matrix of order %zu", d);
  memcpy(V, S, d * d * sizeof *V);
  TRY(lip_symmetric_eigen(d, V, values, true, err));
  memcpy(at, V + (fabs(values[0]) > fabs(values[d - 1]) ? 0 : d - 1) * d, d * sizeof *at);
  for (size_t l = 0; l < d; l++)
    for (size_t a = 0; a < d; a++)
      V[(d + l) * d + a] = values[l] < 0 ? -V[l * d + a] : V[l * d + a];
  lip_dgemm(true, false, d, d, d, 1, V, d, V + d * d, d, 0, Q, d);
  for (size_t a = 0; a < d; a++)
    for (size_t b = 0; b < a; b++) Q[b * d + a] = Q[a * d + b];
done:
  lip_free(V);
  lip_free(values);
  return st;
}

/* p = 2. What S is off by has a nuclear norm of at most the sum of its slack. */
static lip_status quadratic(const form *f, lip_tensor_norms *norms, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = f->d;
  lip_moment_matrix moment = {.d = 0}, signs = {.d = d};
  double slack = 0, largest, inner;
  lip_interval length;

  TRY(lip_moment_matrix_create(f->n, d, f->X, f->y, 0, &moment, err));
  signs.S = lip_alloc(d, d * sizeof *signs.S);
  signs.slack = lip_alloc_zero(d, sizeof *signs.slack);
  if (!signs.S || !signs.slack) FAIL(LIP_ENOMEM, "a matrix of order %zu", d);
  TRY(by_eigenvectors(d, moment.S, norms->direction, signs.S, err));
  TRY(lip_ky_fan_up(&moment, 1, true, &norms->op[1], err));
  TRY(lip_ky_fan_up(&signs, 1, true, &largest, err));
  norms->op_method = "eigenvalues";
  for (size_t a = 0; a < d; a++) slack = lip_add_up(slack, moment.slack[a]);
  inner = lip_interval_dot(d * d, moment.S, signs.S).low;
  inner = largest > 0 ? lip_add_down(lip_div_down(inner, largest), -slack) : 0;
  length = lip_interval_norm(d * d, moment.S);
  norms->nuclear[0] = lip_scaled_down(fmax(inner, 0), moment.exponent);
  norms->frobenius[0] = lip_scaled_down(fmax(lip_add_down(length.low, -slack), 0), moment.exponent);
  norms->frobenius[1] = lip_scaled_up(lip_add_up(length.high, slack), moment.exponent);
done:
  lip_moment_matrix_clear(&moment);
  lip_moment_matrix_clear(&signs);
  return st;
}

/* The sum of the points times their labels. */
static void linear(const form *f, double *at)
{
  lip_dgemv(true, f->n, f->d, 1, f->X, f->d, f->y, 0, at);
  if (!normalise(f->d, at)) at[0] = 1;
}

static lip_status operator_norm(const form *f, size_t starts, uint64_t seed,
                                lip_tensor_norms *norms, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;

  if (f->p == 1) {
    linear(f, norms->direction);
    TRY(lip_limit_nuclear_up(f->n, f->d, f->X, f->y, 1, &norms->op[1], err));
    norms->op_method = "length";
  } else if (f->p == 2) {
    TRY(quadratic(f, norms, err));
  } else {
    TRY(iterate(f, starts, seed, norms->direction, control, err));
    TRY(lip_tensor_flattening_up(f->n, f->d, f->X, f->y, f->p, &norms->op[1], &norms->op_method,
                                 control, err));
  }
  norms->op[0] = value_down(f, norms->direction);
  if (norms->frobenius[1] < norms->op[1]) {
    norms->op[1] = norms->frobenius[1];
    norms->op_method = "frobenius";
  }
done:
  return st;
}

/* What each norm says of the others. */
static lip_status settle(const form *f, lip_tensor_norms *norms, lip_error *err)
{
  lip_status st = LIP_OK;
  double sums, square = lip_mul_down(norms->frobenius[0], norms->frobenius[0]);

  TRY(lip_limit_nuclear_up(f->n, f->d, f->X, f->y, f->p, &norms->nuclear[1], err));
  sums = norms->nuclear[1];
  norms->nuclear_method = f->p == 2 ? "eigenvalues" : f->p == 1 ? "length" : "points or frobenius";
  norms->nuclear[0] = fmax(norms->nuclear[0], norms->frobenius[0]);
  if (square > 0 && norms->op[1] > 0)
    norms->nuclear[0] = fmax(norms->nuclear[0], lip_div_down(square, norms->op[1]));
  if (sums < norms->op[1]) {
    norms->op[1] = sums;
    norms->op_method = "nuclear";
  }
  norms->frobenius[0] = fmax(norms->frobenius[0], norms->op[0]);
  norms->frobenius[1] = fmin(norms->frobenius[1], norms->nuclear[1]);
done:
  return st;
}

/* The largest entry becomes one of [1/2, 1). */
static int scale(size_t count, const double *from, double *to)
{
  int exponent;

  (void)frexp(lip_largest(count, from), &exponent);
  for (size_t i = 0; i < count; i++) to[i] = ldexp(from[i], -exponent);
  return exponent;
}

/* Back to the data's own size; what underflowed in the scaled points is less than CUSHION. */
static void unscale(int exponent, double *ends)
{
  ends[0] = fmax(0, lip_scaled_down(lip_add_down(ends[0], -CUSHION), exponent));
  ends[1] = lip_scaled_up(lip_add_up(ends[1], CUSHION), exponent);
}

lip_status lip_tensor_norms_of(const lip_dataset *data, size_t power, size_t starts, uint64_t seed,
                               lip_tensor_norms *norms, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  form f = {.n = data->n, .d = data->d, .p = power, .X = data->X, .y = data->y};
  lip_tensor_norms made = {.n = data->n, .d = data->d, .power = power, .frobenius = {0, INFINITY}};
  lip_interval frobenius;
  double *scaled = NULL;
  int exponent = 0;

  made.op_method = made.nuclear_method = "none";
  made.op[1] = made.nuclear[1] = INFINITY;
  if (power < 1 || power > MOST_DEGREE) FAIL(LIP_EOPTION, "--power: %zu is not 1 to 20", power);
  if (data->m != 1) FAIL(LIP_EINPUT, "a point has %zu labels; tensors are of one", data->m);
  f.s = lip_alloc(f.n, sizeof *f.s);
  made.direction = lip_alloc_zero(f.d, sizeof *made.direction);
  scaled = lip_alloc(f.n, (f.d + 1) * sizeof *scaled);
  if (!f.s || !made.direction || !scaled) FAIL(LIP_ENOMEM, "%zu points", f.n);
  exponent = (int)power * scale(f.n * f.d, data->X, scaled);
  exponent += scale(f.n, data->y, scaled + f.n * f.d);
  f.X = scaled;
  f.y = scaled + f.n * f.d;
  if (power != 2 && f.n <= MOST_POINTS) {
    TRY(lip_tensor_frobenius(f.n, f.d, f.X, f.y, power, &frobenius, err));
    made.frobenius[0] = frobenius.low;
    made.frobenius[1] = frobenius.high;
  }
  TRY(operator_norm(&f, starts, seed, &made, control, err));
  TRY(settle(&f, &made, err));
  unscale(exponent, made.op);
  unscale(exponent, made.frobenius);
  unscale(exponent, made.nuclear);
  made.scale = sqrt((double)f.n / pow((double)f.d, (double)power - 1));
  *norms = made;
  made = (lip_tensor_norms){.n = 0};
done:
  lip_free(f.s);
  lip_free(scaled);
  lip_tensor_norms_clear(&made);
  return st;
}

void lip_tensor_norms_clear(lip_tensor_norms *norms)
{
  lip_free(norms->direction);
  *norms = (lip_tensor_norms){.n = 0};
}
