/* pattern_signs.c - the semidefinite relaxation of the largest t'Gt over signs t.

   Coordinate ascent on unit rows (the mixing method: Wang, Chang, Kolter, 1706.00476): with
   g_i = sum over j != i of G_ij v_j, the best v_i is g_i / |g_i|; y_i = G_ii + |g_i| are then
   the multipliers, up to a common factor, tested by a Cholesky factorisation. The rank is
   about sqrt(2n), at which no local maximum is known to be other than global (Barvinok, Pataki).
   How far to go, and when to test, is pattern_ascent.c's.
   A sweep costs n^2 rank multiplications, a test n^3 / 6. */
#include "lipschitz/two_layers/pattern_signs.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/vector.h"
#include "lipschitz/two_layers/pattern_ascent.h"

#include <math.h>
#include <string.h>

lip_status lip_pattern_signs_create(size_t capacity, lip_pattern_signs **relax, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pattern_signs *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a sign relaxation");
  made->capacity = capacity;
  made->rank = (size_t)ceil(sqrt(2.0 * (double)capacity)) + 1;
  made->stride = (made->rank + 7) / 8 * 8;
  made->G = lip_alloc_zero(capacity, capacity * sizeof *made->G);
  made->V = lip_alloc_zero(capacity, made->stride * sizeof *made->V);
  made->y = lip_alloc_zero(capacity, sizeof *made->y);
  made->test = lip_alloc(capacity, capacity * sizeof *made->test);
  made->row = lip_alloc(made->stride, sizeof *made->row);
  if (!made->G || !made->V || !made->y || !made->test || !made->row)
    FAIL(LIP_ENOMEM, "a sign relaxation of %zu signs", capacity);
  *relax = made;
  made = NULL;
done:
  lip_pattern_signs_free(made);
  return st;
}

void lip_pattern_signs_free(lip_pattern_signs *relax)
{
  if (!relax) return;
  lip_free(relax->G);
  lip_free(relax->V);
  lip_free(relax->y);
  lip_free(relax->test);
  lip_free(relax->row);
  lip_free(relax);
}

void lip_pattern_signs_start(lip_pattern_signs *relax, uint64_t seed)
{
  memset(relax->V, 0, relax->n * relax->stride * sizeof *relax->V);
  for (size_t i = 0; i < relax->n; i++) {
    double *v = relax->V + i * relax->stride, length;

    lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, i * relax->rank, relax->rank, v);
    length = lip_norm(relax->rank, v);
    for (size_t j = 0; j < relax->rank; j++) v[j] /= length;
  }
}

/* g <- sum over j != i of G_ij v_j. */
static void pull(const lip_pattern_signs *relax, size_t i, double *g)
{
  const double *row = relax->G + i * relax->n;

  lip_pattern_pull(relax->n, row, relax->V, relax->stride, g);
  lip_add_multiple(relax->stride, -row[i], relax->V + i * relax->stride, g);
}

static bool asked(const lip_control *control)
{
  return control && control->stop && control->stop(control->context);
}

/* Is a stop asked for? Asked after about a million multiplications. */
static bool stopped(const lip_pattern_signs *relax, size_t row, const lip_control *control)
{
  size_t every = 1 + (size_t)1000000 / (relax->n * relax->stride);

  return row % every == 0 && asked(control);
}

/* One sweep, and y with it, no entry of which stays below 1e-13 of their mean. */
static bool sweep(void *context, double *value, const lip_control *control)
{
  lip_pattern_signs *relax = context;
  double least = 0;

  for (size_t i = 0; i < relax->n; i++) {
    double *v = relax->V + i * relax->stride, *g = relax->row, length, along;

    if (stopped(relax, i, control)) return false;
    pull(relax, i, g);
    length = sqrt(lip_dot(relax->stride, g, g));
    along = lip_dot(relax->stride, g, v);
    relax->y[i] = relax->G[i * relax->n + i] + length;
    if (!(length > 0)) continue;
    *value += 2 * (length - along);
    for (size_t c = 0; c < relax->stride; c++) v[c] = g[c] / length;
  }
  for (size_t i = 0; i < relax->n; i++) least += 1e-13 * relax->y[i] / (double)relax->n;
  for (size_t i = 0; i < relax->n; i++) relax->y[i] += least;
  return true;
}

static double value_of(const lip_pattern_signs *relax)
{
  double value = 0;

  for (size_t i = 0; i < relax->n; i++) {
    const double *v = relax->V + i * relax->stride;

    pull(relax, i, relax->row);
    value += relax->G[i * relax->n + i] + lip_dot(relax->stride, relax->row, v);
  }
  return value;
}

static double sum(size_t n, const double *y)
{
  double total = 0;

  for (size_t i = 0; i < n; i++) total += y[i];
  return total;
}

/* Does y, scaled to the sum factor * value, satisfy diag(y) >= G? */
static bool proves(void *context, double value, double factor, const lip_control *control)
{
  lip_pattern_signs *relax = context;
  size_t n = relax->n;
  double *L = relax->test, of_y = factor * value / sum(n, relax->y);

  for (size_t i = 0; i < n; i++) {
    const double *row = relax->G + i * n;

    if (i % 64 == 63 && asked(control)) return false;
    for (size_t j = 0; j < i; j++)
      L[i * n + j] = (-row[j] - lip_dot(j, L + i * n, L + j * n)) * L[j * n + j];
    L[i * n + i] = of_y * relax->y[i] - row[i] - lip_dot(i, L + i * n, L + i * n);
    if (!(L[i * n + i] > 0)) return false;
    L[i * n + i] = 1 / sqrt(L[i * n + i]);
  }
  return true;
}

static void scale(void *context, double value, double factor)
{
  lip_pattern_signs *relax = context;
  double of_y = factor * value / sum(relax->n, relax->y);

  for (size_t i = 0; i < relax->n; i++) relax->y[i] *= of_y;
}

static const lip_pattern_relaxation signs = {sweep, proves, scale};

bool lip_pattern_signs_solve(lip_pattern_signs *relax, double below, double above, size_t sweeps,
                             double *value, const lip_control *control)
{
  *value = value_of(relax);
  return lip_pattern_ascend(&signs, relax, below, above, sweeps, value, control);
}

double lip_pattern_signs_bound(lip_pattern_signs *relax, double value, double most,
                               const lip_control *control)
{
  if (!(value > 0) || !proves(relax, value, most, control)) return INFINITY;
  return lip_pattern_least_factor(&signs, relax, value, most, control);
}

/* h = G t */
static void fields(size_t n, const double *G, const double *t, double *h)
{
  for (size_t i = 0; i < n; i++) h[i] = lip_dot(n, G + i * n, t);
}

static void flip(size_t n, const double *G, size_t i, double *t, double *h)
{
  t[i] = -t[i];
  lip_add_multiple(n, 2 * t[i], G + i * n, h);
}

double lip_pattern_climb(size_t n, const double *G, double *t, double *h)
{
  double tiny = 0;

  fields(n, G, t, h);
  for (size_t i = 0; i < n; i++) tiny += 1e-14 * fabs(h[i]);
  for (size_t round = 0; round < 100 * n; round++) {
    double best = tiny;
    size_t first = n, second = n;

    /* Flipping i adds gain_i = 4 (G_ii - t_i h_i); flipping i and j adds gain_i + gain_j + 8 t_i
       t_j G_ij. */
    for (size_t i = 0; i < n; i++) {
      double gain = 4 * (G[i * n + i] - t[i] * h[i]);

      if (gain > best) best = gain, first = i, second = n;
    }
    if (first == n)
      for (size_t i = 0; i < n; i++) {
        double gain = 4 * (G[i * n + i] - t[i] * h[i]);

        for (size_t j = 0; j < i; j++) {
          double both = gain + 4 * (G[j * n + j] - t[j] * h[j]) + 8 * t[i] * t[j] * G[i * n + j];

          if (both > best) best = both, first = i, second = j;
        }
      }
    if (first == n) break;
    flip(n, G, first, t, h);
    if (second < n) flip(n, G, second, t, h);
  }
  return lip_dot(n, t, h);
}
