/* climb_crossings.c - climbs from steep part to steep part of a two-layer network whose slopes have
   narrow peaks or steps.

   Neuron l has its steep part within about 1 / |w_l| of the hyperplane z_l = w_l.x + b_l = 0, which
   gradients do not see from further away. So lines are searched where they cross hyperplanes and
   halfway between, then finer around the best, in units of the narrowest width on the line. Lines
   leave the neurons alone in whose steep part x is, but one: they are added one by one, then
   exchanged, as along the edges of an arrangement. On the sphere, and every other time on the rim
   of a ball, lines are the circles x = c + u cos(t) + |u| v sin(t) on which those z_l stay.

   cost    about 60 passes over the weights a line, more with more neurons, up to 200
   limits  a local search from each start; boxes and balls around data cut lines by projection */
#include "lipschitz/two_layers/climb.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "lipschitz/method.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST_CROSSINGS = 80,
  ROWS = 2 * MOST_CROSSINGS + 8,
  GRID = 16,
  VERTICES = 64,
  PEAKS_ON_A_LINE = 8
};
static const double STEEP = 4; /* |z| of a neuron in its steep part */
static const double GAIN = 1e-11;
static const double REACH = 1e4;

struct lip_climber {
  const lip_problem *problem;
  size_t k, d;
  const double *W, *b;           /* k x d; k or NULL */
  double *x, *z, *v, *u, *c, *r; /* the point; W x + b; direction; W v; circle's center, radius */
  double *basis;                 /* min(k, d) x d: orthonormal, of the rows that are left alone */
  double *X, *G;                 /* ROWS x d */
  double t[ROWS], slopes[ROWS], slope;
  double low, high; /* the line ends there */
  bool circle;
  size_t *steep; /* k: neurons */
  size_t kept;   /* rows of the basis */
  uint64_t seed, position;
  double *memory;
};

static bool applies(const lip_problem *problem)
{
  lip_activation_kind kind;

  if (!problem->claim) return false;
  kind = problem->claim->psi.kind;
  return kind == LIP_TANH || kind == LIP_SIGMOID || kind == LIP_SOFTPLUS;
}

static void free_climber(lip_climber *climber)
{
  if (!climber) return;
  lip_free(climber->memory);
  lip_free(climber->steep);
  lip_free(climber);
}

static lip_status create(const lip_problem *problem, lip_climber **climber, lip_error *err)
{
  const lip_layer *hidden = &problem->net->layer[0];
  size_t k = hidden->out, d = hidden->in, most = k < d ? k : d;
  lip_climber *made = lip_alloc_zero(1, sizeof *made);
  double *at = lip_alloc_zero(2 * k + 4 * d + most * d + (size_t)2 * ROWS * d, sizeof *at);
  size_t *steep = lip_alloc(k, sizeof *steep);

  if (!made || !at || !steep) {
    lip_free(made);
    lip_free(at);
    lip_free(steep);
    return lip_fail(err, LIP_ENOMEM, "workspace of the ascent");
  }
  made->problem = problem;
  made->k = k;
  made->d = d;
  made->W = hidden->W;
  made->b = hidden->b;
  made->seed = problem->seed;
  made->memory = at;
  made->z = at;
  made->u = made->z + k;
  made->x = made->u + k;
  made->v = made->x + d;
  made->c = made->v + d;
  made->r = made->c + d;
  made->basis = made->r + d;
  made->X = made->basis + most * d;
  made->G = made->X + (size_t)ROWS * d;
  made->steep = steep;
  *climber = made;
  return LIP_OK;
}

static double uniform(lip_climber *climber)
{
  double u;

  lip_random_uniform((lip_stream){climber->seed, LIP_FOR_STARTS}, climber->position++, 1, &u);
  return u;
}

/* v less its components along the basis, twice for the rounding. */
static void leave_basis(const lip_climber *climber, double *v)
{
  size_t d = climber->d;

  for (size_t i = 0; i < 2 * climber->kept; i++) {
    const double *q = climber->basis + i % climber->kept * d;

    lip_add_multiple(d, -lip_dot(d, q, v), q, v);
  }
}

static void keep_row(lip_climber *climber, const double *w)
{
  size_t d = climber->d;
  size_t most = climber->k < d ? climber->k : d;
  double *q = climber->basis + climber->kept * d, length = lip_norm(d, w), left;

  if (climber->kept == most || !(length > 0) || isinf(length)) return;
  for (size_t i = 0; i < d; i++) q[i] = w[i] / length;
  leave_basis(climber, q);
  left = lip_norm(d, q);
  if (!(left > 1e-9)) return;
  for (size_t i = 0; i < d; i++) q[i] /= left;
  climber->kept++;
}

/* The basis of the steep neurons' rows but for one of them, at random; sometimes for none, or for
   several. */
static void choose_rows(lip_climber *climber, size_t dimension)
{
  size_t count = 0, drop;
  double loose = climber->problem->claim->psi.kind == LIP_SOFTPLUS ? 0.7 : 0.2;

  climber->kept = 0;
  for (size_t l = 0; l < climber->k; l++)
    if (fabs(climber->z[l]) < STEEP) climber->steep[count++] = l;
  for (size_t i = count; i > 1; i--) {
    size_t j = (size_t)(uniform(climber) * (double)i), swap = climber->steep[i - 1];

    climber->steep[i - 1] = climber->steep[j];
    climber->steep[j] = swap;
  }
  drop = uniform(climber) < 0.5 ? 0 : uniform(climber) < 0.8 ? 1 : 2;
  if (uniform(climber) < loose) drop = (size_t)(uniform(climber) * (double)(count + 1));
  for (size_t i = drop; i < count && climber->kept + 1 < dimension; i++)
    keep_row(climber, climber->W + climber->steep[i] * climber->d);
}

/* Where the line x + t v leaves a ball. */
static void cut_line(lip_climber *climber)
{
  size_t d = climber->d;
  lip_domain domain = climber->problem->domain;
  double length = lip_norm(d, climber->x);
  double radius = domain.kind == LIP_BALL    ? domain.radius
                  : domain.kind == LIP_SPACE ? INFINITY
                                             : 2 * lip_domain_radius(domain, d);
  double along = lip_dot(d, climber->x, climber->v);
  double root = sqrt(fmax(0, along * along + (radius - length) * (radius + length)));

  climber->high = fmax(0, root - along);
  climber->low = fmin(0, -root - along);
}

/* v, u and the ends of the line or circle. False where there is none. */
static bool choose_line(lip_climber *climber)
{
  size_t d = climber->d;
  lip_domain domain = climber->problem->domain;
  double length;
  bool rim = domain.kind == LIP_BALL && lip_norm(d, climber->x) > domain.radius * (1 - 1e-9);

  climber->circle = d > 1 && (domain.kind == LIP_ON_SPHERE || (rim && uniform(climber) < 0.5));
  choose_rows(climber, climber->circle ? d - 1 : d);
  lip_random_normal((lip_stream){climber->seed, LIP_FOR_STARTS}, climber->position, d, climber->v);
  climber->position += d;
  leave_basis(climber, climber->v);
  memcpy(climber->r, climber->x, d * sizeof *climber->r);
  leave_basis(climber, climber->r);
  for (size_t i = 0; i < d; i++) climber->c[i] = climber->x[i] - climber->r[i];
  if (climber->circle) {
    double square = lip_dot(d, climber->r, climber->r);

    if (!(square > 0)) return false;
    lip_add_multiple(d, -lip_dot(d, climber->r, climber->v) / square, climber->r, climber->v);
  }
  length = lip_norm(d, climber->v);
  if (!(length > 0) || isinf(length)) return false;
  for (size_t i = 0; i < d; i++) climber->v[i] /= length;
  lip_dgemv(false, climber->k, d, 1, climber->W, d, climber->v, 0, climber->u);
  cut_line(climber);
  return true;
}

/* Row j of X <- the point at t_j, moved into the domain. */
static void place(lip_climber *climber, size_t j)
{
  size_t d = climber->d;
  double *row = climber->X + j * d, t = climber->t[j];
  double across = climber->circle ? lip_norm(d, climber->r) * sin(t) : 0;

  if (!climber->circle) climber->t[j] = t = fmax(climber->low, fmin(climber->high, t));
  for (size_t i = 0; i < d; i++)
    row[i] = climber->circle ? climber->c[i] + cos(t) * climber->r[i] + across * climber->v[i]
                             : climber->x[i] + t * climber->v[i];
  lip_domain_project(climber->problem->domain, d, row);
}

/* Slopes at the rows of X. What overflows is no gain, not a failure. */
static lip_status evaluate_rows(lip_climber *climber, size_t rows, lip_error *err)
{
  lip_status st = lip_problem_slopes(climber->problem, rows, climber->X, climber->G,
                                     climber->slopes, err);

  if (st != LIP_ENUMERIC) return st;
  for (size_t j = 0; j < rows; j++) climber->slopes[j] = -1;
  return LIP_OK;
}

static lip_status evaluate(lip_climber *climber, size_t rows, lip_error *err)
{
  for (size_t j = 0; j < rows; j++) place(climber, j);
  return evaluate_rows(climber, rows, err);
}

static int by_value(const void *left, const void *right)
{
  double a = *(const double *)left, b = *(const double *)right;

  return (a > b) - (a < b);
}

/* t <- where neuron l is 0 on the line or circle. Returns how many. */
static size_t cross(const lip_climber *climber, size_t l, double *t)
{
  size_t d = climber->d;
  const double *w = climber->W + l * d;
  double P, Q, rest, reach;

  if (!climber->circle) {
    t[0] = -climber->z[l] / climber->u[l];
    return isfinite(t[0]) && t[0] >= climber->low && t[0] <= climber->high ? 1 : 0;
  }
  P = lip_dot(d, w, climber->r);
  Q = lip_norm(d, climber->r) * climber->u[l];
  rest = climber->z[l] - P;
  reach = hypot(P, Q);
  if (!(reach > fabs(rest))) return 0;
  t[0] = remainder(atan2(Q, P) - acos(-rest / reach), 2 * acos(-1));
  t[1] = remainder(atan2(Q, P) + acos(-rest / reach), 2 * acos(-1));
  return 2;
}

/* t <- 0, the crossings (of many neurons some, at random), the middles between neighbours, the
   ends. Returns how many. */
static size_t choose_points(lip_climber *climber)
{
  size_t k = climber->k, count = 0, all;
  bool few = k <= MOST_CROSSINGS / 2;
  double reach, *t = climber->t;

  for (size_t i = 0; i < (few ? k : MOST_CROSSINGS) && count + 2 <= MOST_CROSSINGS; i++)
    count += cross(climber, few ? i : (size_t)(uniform(climber) * (double)k), t + count);
  qsort(t, count, sizeof *t, by_value);
  all = count;
  for (size_t i = 0; i + 1 < count; i++) t[all++] = 0.5 * (t[i] + t[i + 1]);
  reach = count > 1 ? t[count - 1] - t[0] : lip_norm(climber->d, climber->x);
  if (count > 0) {
    double first = t[0], last = t[count - 1];

    t[all++] = first - reach;
    t[all++] = last + reach;
  }
  t[all++] = isinf(climber->low) ? -REACH * reach : climber->low;
  t[all++] = isinf(climber->high) ? REACH * reach : climber->high;
  t[all++] = 0;
  return all;
}

/* t, slope  in/out  a point of the line; finer and finer grids around it, from the width on of the
   narrowest neuron */
static lip_status refine(lip_climber *climber, double *t, double *slope, double *passes,
                         lip_error *err)
{
  double narrow = 0, width;
  lip_status st = LIP_OK;

  for (size_t l = 0; l < climber->k; l++) narrow = fmax(narrow, fabs(climber->u[l]));
  if (climber->circle) narrow *= lip_norm(climber->d, climber->r);
  width = 1 / narrow;
  if (!isfinite(width)) return LIP_OK;
  for (int grid = 0; grid < 3; grid++, width /= 40) {
    double middle = *t;

    for (int j = 0; j < GRID; j++)
      climber->t[j] = middle + width * (j < GRID / 2 ? -1 : 1) * pow(1.7, j % (GRID / 2) - 5);
    st = evaluate(climber, GRID, err);
    if (st != LIP_OK) return st;
    *passes -= GRID;
    for (size_t j = 0; j < GRID; j++)
      if (climber->slopes[j] > *slope) {
        *slope = climber->slopes[j];
        *t = climber->t[j];
      }
  }
  return st;
}

/* x <- row j of X if it is a gain there. */
static void offer(lip_climber *climber, size_t j)
{
  size_t d = climber->d;

  if (!(climber->slopes[j] > climber->slope * (1 + GAIN))) return;
  climber->slope = climber->slopes[j];
  memcpy(climber->x, climber->X + j * d, d * sizeof *climber->x);
}

/* Moves to the best point found on a line. With one input, where the line is all there is, around
   each of the highest points. */
static lip_status try_line(lip_climber *climber, double *passes, bool *gained, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows, peaks = climber->d == 1 ? PEAKS_ON_A_LINE : 1;
  double t[PEAKS_ON_A_LINE], slopes[PEAKS_ON_A_LINE], before = climber->slope, top = -1, at = 0;

  *gained = false;
  if (!choose_line(climber)) return LIP_OK;
  rows = choose_points(climber);
  TRY(evaluate(climber, rows, err));
  *passes -= (double)rows + 4 + (double)(climber->kept * climber->kept) / (double)climber->k;
  for (size_t i = 0; i < peaks; i++) {
    size_t best = 0;

    for (size_t j = 1; j < rows; j++)
      if (climber->slopes[j] > climber->slopes[best]) best = j;
    t[i] = climber->t[best];
    slopes[i] = climber->slopes[best];
    climber->slopes[best] = -2;
  }
  for (size_t i = 0; i < peaks; i++) {
    TRY(refine(climber, &t[i], &slopes[i], passes, err));
    if (slopes[i] > top) {
      top = slopes[i];
      at = t[i];
    }
  }
  climber->t[0] = at;
  TRY(evaluate(climber, 1, err));
  offer(climber, 0);
  *gained = climber->slope > before * (1 + GAIN);
done:
  return st;
}

/* x <- on the hyperplanes of neurons drawn at random, near 0: as many as the domain's dimension has
   room for, or fewer. With Q the basis, w_l = sum_i r_i q_i and x = sum_i y_i q_i the y follow one
   by one. A neuron whose hyperplane would lead out of the domain is left out. */
static void draw_vertex(lip_climber *climber, double *x)
{
  size_t d = climber->d, k = climber->k, most = k < d ? k : d, wanted;
  double radius = lip_domain_radius(climber->problem->domain, d), left;
  bool sphere = climber->problem->domain.kind == LIP_ON_SPHERE;

  if (sphere && most == d) most = d - 1;
  wanted = uniform(climber) < 0.5 ? most : (size_t)(uniform(climber) * (double)most) + 1;
  climber->kept = 0;
  memset(x, 0, d * sizeof *x);
  for (size_t tries = 0; tries < 2 * wanted && climber->kept < wanted; tries++) {
    size_t l = (size_t)(uniform(climber) * (double)k), before = climber->kept;
    const double *w = climber->W + l * d, *q = climber->basis + before * d;
    double z = (climber->b ? climber->b[l] : 0) + lip_dot(d, w, x), step;

    keep_row(climber, w);
    if (climber->kept == before) continue;
    step = -z / lip_dot(d, w, q);
    if (!(hypot(lip_norm(d, x), step) <= radius) || isinf(step))
      climber->kept--;
    else
      lip_add_multiple(d, step, q, x);
  }
  if (!sphere) return;
  lip_random_normal((lip_stream){climber->seed, LIP_FOR_STARTS}, climber->position, d, climber->v);
  climber->position += d;
  leave_basis(climber, climber->v);
  left = lip_norm(d, x);
  left = sqrt(fmax(0, (radius - left) * (radius + left))) / lip_norm(d, climber->v);
  if (isfinite(left)) lip_add_multiple(d, left, climber->v, x);
}

lip_status lip_climb_crossings_draw(lip_climber *climber, uint64_t stream, double *passes,
                                    double *x, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = climber->d, k = climber->k, most = k < d ? k : d, best = 0;
  double flops = (double)most * (double)most / (double)k;

  climber->position = stream << LIP_CLIMB_STREAM_BITS;
  for (size_t j = 0; j < VERTICES; j++) {
    draw_vertex(climber, climber->X + j * d);
    lip_domain_project(climber->problem->domain, d, climber->X + j * d);
  }
  TRY(evaluate_rows(climber, VERTICES, err));
  for (size_t j = 1; j < VERTICES; j++)
    if (climber->slopes[j] > climber->slopes[best]) best = j;
  memcpy(x, climber->X + best * d, d * sizeof *x);
  *passes -= VERTICES * (1 + flops);
done:
  return st;
}

/* z at x. */
static void settle(lip_climber *climber)
{
  size_t k = climber->k, d = climber->d;

  memset(climber->z, 0, k * sizeof *climber->z);
  if (climber->b) memcpy(climber->z, climber->b, k * sizeof *climber->z);
  lip_dgemv(false, k, d, 1, climber->W, d, climber->x, 1, climber->z);
}

static lip_status climb(lip_climber *climber, uint64_t stream, double *passes, double *x,
                        double *slope, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = climber->d, failures = 0, patience = 4 * (climber->k < d ? climber->k : d) + 6;
  bool gained = false;

  climber->position = stream << LIP_CLIMB_STREAM_BITS;
  memcpy(climber->x, x, d * sizeof *x);
  climber->circle = false;
  climber->low = -INFINITY;
  climber->high = INFINITY;
  climber->t[0] = 0;
  TRY(evaluate(climber, 1, err));
  climber->slope = climber->slopes[0];
  settle(climber);
  *passes -= 2;
  while (climber->slope >= 0 && failures<patience && * passes> 0 && !lip_stopped(control)) {
    TRY(try_line(climber, passes, &gained, err));
    if (gained) settle(climber);
    failures = gained ? 0 : failures + 1;
  }
  memcpy(x, climber->x, d * sizeof *x);
  *slope = climber->slope;
done:
  return st;
}

const lip_climb_kind lip_climb_crossings = {applies, create, free_climber, climb};
