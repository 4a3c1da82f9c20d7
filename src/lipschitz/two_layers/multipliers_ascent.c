/* multipliers_ascent.c - multipliers for several outputs of many neurons, by an ascent on blocks of
   vectors.

   The dual of the test of slope_box.h: maximise |M X + B E|^2 over X (d x 8) with |X| = 1 and E
   whose rows are at most those of W X in length. The objective is convex; linearised, it gives

     q = M X + B E,   E_l along (B'q)_l with the length of w_l X,   tau_l = |(B'q)_l| / |w_l X|,
     X <- M'q + W'TW X, normalised,

   which never descends, and the bound that tau gives meets it at a fixed point. tau is then scaled
   for the best bound, eigmax(s W'TW + M'(I - B T^-1 B'/s)^-1 M). Cost: 32 k d flops a step. */
#include "lipschitz/two_layers/multipliers_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/eight_columns.h"
#include "linalg/largest_eigenvalue.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { EIGHT = 8, MOST_STEPS = 20000, SCALES = 40, DENSE = 64 };

struct lip_multipliers_ascent {
  const lip_eight_columns *loops;
  double *X;               /* d x 8 */
  double *T;               /* k x 8: directions of the rows of E, kept by neuron */
  double *P, *Z;           /* k x 8: W X; what W' takes to the next X */
  double *Q;               /* m x 8 */
  double *tau;             /* k */
  double *K, *kappa;       /* m x m: eigenvectors of B T^-1 B'; their values */
  double *turned;          /* m x d: eigenvectors times M */
  double *vector, *weight; /* d; k + m */
  double *dense;           /* DENSE x DENSE */
  bool begun;
};

lip_status lip_multipliers_ascent_create(lip_multipliers *s, lip_error *err)
{
  size_t k = s->claim->k, d = s->claim->d, m = s->claim->m;
  lip_multipliers_ascent *v = lip_alloc_zero(1, sizeof *v);

  if (!v) return lip_fail(err, LIP_ENOMEM, "a solver for multipliers");
  s->ascent = v;
  v->loops = lip_eight_columns_best();
  v->X = lip_alloc(d, EIGHT * sizeof *v->X);
  v->T = lip_alloc(k, EIGHT * sizeof *v->T);
  v->P = lip_alloc(k, EIGHT * sizeof *v->P);
  v->Z = lip_alloc(k, EIGHT * sizeof *v->Z);
  v->Q = lip_alloc(m, EIGHT * sizeof *v->Q);
  v->tau = lip_alloc(k, sizeof *v->tau);
  v->K = lip_alloc(m, m * sizeof *v->K);
  v->kappa = lip_alloc(m, sizeof *v->kappa);
  v->turned = lip_alloc(m, d * sizeof *v->turned);
  v->vector = lip_alloc_zero(d, sizeof *v->vector);
  v->weight = lip_alloc(k + m, sizeof *v->weight);
  v->dense = lip_alloc(DENSE + 1, DENSE * sizeof *v->dense);
  if (!v->X || !v->T || !v->P || !v->Z || !v->Q || !v->tau || !v->K || !v->kappa || !v->turned ||
      !v->vector || !v->weight || !v->dense)
    return lip_fail(err, LIP_ENOMEM, "a solver for %zu multipliers", k);
  return LIP_OK;
}

void lip_multipliers_ascent_clear(lip_multipliers *s)
{
  lip_multipliers_ascent *v = s->ascent;

  if (!v) return;
  lip_free(v->X);
  lip_free(v->T);
  lip_free(v->P);
  lip_free(v->Z);
  lip_free(v->Q);
  lip_free(v->tau);
  lip_free(v->K);
  lip_free(v->kappa);
  lip_free(v->turned);
  lip_free(v->vector);
  lip_free(v->weight);
  lip_free(v->dense);
  lip_free(v);
  s->ascent = NULL;
}

static void make_unit_rows(size_t rows, double *X)
{
  for (size_t i = 0; i < rows; i++) {
    double length = lip_norm(EIGHT, X + i * EIGHT);

    for (size_t q = 0; q < EIGHT && length > 0; q++) X[i * EIGHT + q] /= length;
  }
}

static void begin(lip_multipliers *s, bool warm)
{
  lip_multipliers_ascent *v = s->ascent;
  size_t k = s->claim->k, d = s->claim->d;
  double length;

  if (warm && v->begun) return;
  v->begun = true;
  lip_random_normal((lip_stream){1, LIP_FOR_STARTS}, 0, d * EIGHT, v->X);
  length = lip_norm(d * EIGHT, v->X);
  for (size_t i = 0; i < d * EIGHT; i++) v->X[i] /= length;
  lip_random_normal((lip_stream){2, LIP_FOR_STARTS}, 0, k * EIGHT, v->T);
  make_unit_rows(k, v->T);
}

/* Q = M X + B E with E_l = |w_l X| T_l; then T and tau from B'Q. Returns |Q|^2 of the E before. */
static double turn(lip_multipliers *s, const double *A)
{
  lip_multipliers_ascent *v = s->ascent;
  size_t k = s->claim->k, d = s->claim->d, m = s->claim->m;
  double square;

  for (size_t j = 0; j < m; j++) v->loops->combine(d, s->M + j * d, v->X, EIGHT, v->Q + j * EIGHT);
  for (size_t i = 0; i < s->free; i++) {
    size_t l = s->neuron[i];
    double length = lip_norm(EIGHT, v->P + l * EIGHT);

    for (size_t j = 0; j < m; j++)
      lip_add_multiple(EIGHT, A[j * k + l] * s->half[l] * length, v->T + l * EIGHT,
                       v->Q + j * EIGHT);
  }
  square = lip_dot(m * EIGHT, v->Q, v->Q);
  for (size_t i = 0; i < s->free; i++) {
    size_t l = s->neuron[i];
    double h[EIGHT] = {0}, length;

    for (size_t j = 0; j < m; j++)
      lip_add_multiple(EIGHT, A[j * k + l] * s->half[l], v->Q + j * EIGHT, h);
    length = lip_norm(EIGHT, h);
    v->tau[l] = length / fmax(lip_norm(EIGHT, v->P + l * EIGHT), DBL_MIN);
    if (!(length > 0)) continue;
    for (size_t q = 0; q < EIGHT; q++) v->T[l * EIGHT + q] = h[q] / length;
  }
  return square;
}

/* One step; returns |Q|^2. */
static double step(lip_multipliers *s, const double *A)
{
  lip_multipliers_ascent *v = s->ascent;
  size_t d = s->claim->d, m = s->claim->m;
  double square, length;

  for (size_t i = 0; i < s->free; i++) {
    size_t l = s->neuron[i];

    v->loops->combine(d, s->claim->W + l * d, v->X, EIGHT, v->P + l * EIGHT);
  }
  (void)turn(s, A);
  square = turn(s, A);
  memset(v->X, 0, d * EIGHT * sizeof *v->X);
  for (size_t j = 0; j < m; j++) v->loops->spread(d, s->M + j * d, v->Q + j * EIGHT, v->X, EIGHT);
  for (size_t i = 0; i < s->free; i++) {
    size_t l = s->neuron[i];
    double z[EIGHT];

    for (size_t q = 0; q < EIGHT; q++) z[q] = v->tau[l] * v->P[l * EIGHT + q];
    v->loops->spread(d, s->claim->W + l * d, z, v->X, EIGHT);
  }
  length = lip_norm(d * EIGHT, v->X);
  for (size_t i = 0; i < d * EIGHT && length > 0; i++) v->X[i] /= length;
  return square;
}

/* y <- (s W'TW + M'S^-1 M) x: weight holds s tau and 1 / (1 - kappa / s). */
static void map(void *context, const double *x, double *y)
{
  lip_multipliers *s = context;
  const lip_multipliers_ascent *v = s->ascent;
  size_t d = s->claim->d;

  memset(y, 0, d * sizeof *y);
  for (size_t i = 0; i < s->free; i++) {
    const double *w = s->claim->W + s->neuron[i] * d;

    lip_add_multiple(d, v->weight[i] * lip_dot(d, w, x), w, y);
  }
  for (size_t j = 0; j < s->claim->m; j++) {
    const double *row = v->turned + j * d;

    lip_add_multiple(d, v->weight[s->free + j] * lip_dot(d, row, x), row, y);
  }
}

/* K = B T^-1 B' = K' diag(kappa) K, and K M. */
static lip_status decompose(lip_multipliers *s, const double *A, lip_error *err)
{
  lip_multipliers_ascent *v = s->ascent;
  size_t k = s->claim->k, d = s->claim->d, m = s->claim->m;
  lip_status st;

  memset(v->K, 0, m * m * sizeof *v->K);
  for (size_t i = 0; i < s->free; i++) {
    size_t l = s->neuron[i];

    for (size_t j = 0; j < m; j++)
      for (size_t h = 0; h <= j; h++)
        v->K[j * m + h] += s->half[l] * A[j * k + l] / v->tau[l] * s->half[l] * A[h * k + l];
  }
  st = lip_symmetric_eigen(m, v->K, v->kappa, true, err);
  if (st != LIP_OK) return st;
  memset(v->turned, 0, m * d * sizeof *v->turned);
  for (size_t j = 0; j < m; j++)
    for (size_t h = 0; h < m; h++)
      lip_add_multiple(d, v->K[j * m + h], s->M + h * d, v->turned + j * d);
  return LIP_OK;
}

/* All eigenvalues of the same matrix, where it is small. */
static lip_status dense_bound(lip_multipliers *s, double *square, lip_error *err)
{
  lip_multipliers_ascent *v = s->ascent;
  size_t d = s->claim->d;
  double *values = v->dense + DENSE * DENSE, unit[DENSE] = {0};
  lip_status st;

  for (size_t i = 0; i < d; i++) {
    unit[i] = 1;
    map(s, unit, v->dense + i * d);
    unit[i] = 0;
  }
  st = lip_symmetric_eigen(d, v->dense, values, true, err);
  if (st != LIP_OK) return st;
  *square = values[d - 1];
  memcpy(v->vector, v->dense + (d - 1) * d, d * sizeof *v->vector);
  return LIP_OK;
}

/* The bound for tau times 2^scale of kappa_max: s = kappa_max (1 + e^u). */
static lip_status bound_at(lip_multipliers *s, double u, double accuracy, double *square,
                           lip_error *err)
{
  lip_multipliers_ascent *v = s->ascent;
  size_t m = s->claim->m;
  double factor = v->kappa[m - 1] * (1 + exp(u));
  lip_eigenvalue found = {.value = 0};
  lip_status st;

  for (size_t i = 0; i < s->free; i++) v->weight[i] = factor * v->tau[s->neuron[i]];
  for (size_t j = 0; j < m; j++) v->weight[s->free + j] = 1 / (1 - v->kappa[j] / factor);
  if (s->claim->d <= DENSE) return dense_bound(s, square, err);
  memset(v->vector, 0, s->claim->d * sizeof *v->vector);
  st = lip_largest_eigenvalue(s->claim->d, map, s, accuracy, v->vector, &found, NULL, err);
  *square = found.value + found.error;
  return st;
}

/* The best multiple of tau: golden section on u. */
static lip_status scale(lip_multipliers *s, const double *A, double accuracy, double *square,
                        lip_error *err)
{
  static const double GOLDEN = 0.6180339887498949;
  lip_multipliers_ascent *v = s->ascent;
  double left = -30, right = 10, x = right - GOLDEN * (right - left),
         y = left + GOLDEN * (right - left), fx = 0, fy = 0, factor;
  lip_status st = LIP_OK;

  for (size_t i = 0; i < s->free; i++) v->tau[s->neuron[i]] = fmax(v->tau[s->neuron[i]], 1e-150);
  TRY(decompose(s, A, err));
  TRY(bound_at(s, x, accuracy, &fx, err));
  TRY(bound_at(s, y, accuracy, &fy, err));
  for (int round = 0; round < SCALES; round++) {
    if (fx < fy) {
      right = y, y = x, fy = fx, x = right - GOLDEN * (right - left);
      TRY(bound_at(s, x, accuracy, &fx, err));
    } else {
      left = x, x = y, fx = fy, y = left + GOLDEN * (right - left);
      TRY(bound_at(s, y, accuracy, &fy, err));
    }
    if (fabs(fx - fy) <= accuracy * fx && right - left < 1) break;
  }
  *square = fmin(fx, fy);
  factor = v->kappa[s->claim->m - 1] * (1 + exp(fx < fy ? x : y));
  for (size_t i = 0; i < s->free; i++) v->tau[s->neuron[i]] *= factor;
done:
  return st;
}

lip_status lip_multipliers_ascent_find(lip_multipliers *s, lip_multipliers_goal goal, bool warm,
                                       double *tau, double *value, double *direction,
                                       const lip_control *control, lip_error *err)
{
  lip_multipliers_ascent *v = s->ascent;
  double square = 0, bound = INFINITY, settled = goal.accuracy, enough = goal.above * goal.above;
  lip_status st = LIP_OK;

  begin(s, warm);
  lip_multipliers_middle(s);
  for (int total = 0; total < MOST_STEPS;) {
    double before = 0;
    bool stop = false;

    for (int round = 0; total < MOST_STEPS && !stop; round++, total++) {
      before = square;
      square = step(s, s->A);
      stop = (round >= 5 && square - before <= settled * square) || square > enough ||
             (control && control->stop && control->stop(control->context));
    }
    TRY(scale(s, s->A, 0.1 * goal.accuracy, &bound, err));
    for (size_t i = 0; i < s->free; i++) tau[s->neuron[i]] = v->tau[s->neuron[i]];
    if (bound - square <= 2 * goal.accuracy * bound || bound < goal.below * goal.below ||
        square > enough || settled < 1e-15 ||
        (control && control->stop && control->stop(control->context)))
      break;
    settled *= 0.1;
  }
  if (direction)
    for (size_t i = 0; i < s->claim->d; i++) direction[i] = v->vector[i];
  *value = sqrt(bound);
done:
  return st;
}
