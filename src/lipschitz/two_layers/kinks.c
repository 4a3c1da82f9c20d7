/* kinks.c - a two-layer piecewise linear function along a line or a great circle.

   Walks along the line from hyperplane to hyperplane: k crossings in order of t, each changes the
   gradient by a multiple of one row of W and its squared length by
     |g + c w|^2 = |g|^2 + 2 c g.w + c^2 |w|^2,
   so the slope on every piece of the line costs O(k (d + log k)) in all. On a sphere of radius R
   the line is the circle x cos(t) + R v sin(t), crossed up to twice by each hyperplane; there the
   slope^2 is |g|^2 - (alpha cos(t) + beta sin(t))^2 with alpha = g.x / R, beta = g.v, carried along
   too, and on a piece it is largest where the last term is smallest. */
#include "lipschitz/two_layers/kinks.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double TURN = 2 * 3.14159265358979323846;
static const double SHORTEST = 1e-11; /* pieces below this part of |t| or of |x| are rounding */
static const double RIM = 1e-9;       /* arcs are entered at least this far: rad */

enum { MOST_EXPONENT = 400 }; /* 2^-400 squared is far from underflow */

typedef struct lip_crossing {
  double t;
  size_t l;
  bool on; /* z_l > 0 beyond it */
} crossing;

bool lip_kinks_apply(const lip_problem *problem)
{
  lip_activation_kind kind;

  if (!lip_problem_is_two_layer(problem)) return false;
  kind = problem->net->layer[0].activation.kind;
  return problem->m == 1 && problem->norm == LIP_NORM_2 && problem->domain.kind <= LIP_ON_SPHERE &&
         (kind == LIP_IDENTITY || kind == LIP_RELU || kind == LIP_LEAKY_RELU || kind == LIP_ABS);
}

/* About the exponent of the largest |a_l| |w_l|; 0 where their squares are harmless. */
static int exponent_of(size_t k, const double *a, const double *length)
{
  int largest = -4 * MOST_EXPONENT;

  for (size_t l = 0; l < k; l++)
    if (a[l] != 0 && length[l] > 0 && isfinite(a[l]) && isfinite(length[l]))
      largest = largest > ilogb(a[l]) + ilogb(length[l]) ? largest : ilogb(a[l]) + ilogb(length[l]);
  if (largest == -4 * MOST_EXPONENT || abs(largest) < MOST_EXPONENT) return 0;
  return largest;
}

lip_status lip_kinks_create(const lip_problem *problem, lip_kinks *kinks, lip_error *err)
{
  const lip_layer *hidden = &problem->net->layer[0];
  double left = lip_activation_slope(hidden->activation, -1);
  double right = lip_activation_slope(hidden->activation, 1);
  size_t k = hidden->out, d = hidden->in;
  lip_kinks made = {.problem = problem, .k = k, .d = d, .W = hidden->W, .b = hidden->b};
  double *at = made.memory = lip_alloc(6 * k + 4 * d, sizeof *at);

  made.on = lip_alloc(k, sizeof *made.on);
  made.crossing = lip_alloc(2 * k, sizeof *made.crossing);
  if (!at || !made.on || !made.crossing) {
    lip_kinks_clear(&made);
    return lip_fail(err, LIP_ENOMEM, "workspace for %zu neurons", k);
  }
  double **const by_neuron[] = {&made.low, &made.jump, &made.length,
                                &made.z,   &made.u,    &made.weight};
  double **const by_input[] = {&made.x, &made.g, &made.v, &made.walker};
  for (size_t i = 0; i < 6; i++, at += k) *by_neuron[i] = at;
  for (size_t i = 0; i < 4; i++, at += d) *by_input[i] = at;
  lip_problem_output_rows(problem, made.low);
  for (size_t l = 0; l < k; l++) made.length[l] = lip_norm(d, hidden->W + l * d);
  made.exponent = exponent_of(k, made.low, made.length);
  for (size_t l = 0; l < k; l++) {
    double a = ldexp(made.low[l], -made.exponent);

    made.low[l] = a * left;
    made.jump[l] = made.length[l] > 0 ? a * (right - left) : 0;
  }
  *kinks = made;
  return LIP_OK;
}

void lip_kinks_clear(lip_kinks *kinks)
{
  lip_free(kinks->memory);
  lip_free(kinks->on);
  lip_free(kinks->crossing);
  memset(kinks, 0, sizeof *kinks);
}

void lip_kinks_settle(lip_kinks *kinks, const double *x)
{
  size_t k = kinks->k, d = kinks->d;

  memmove(kinks->x, x, d * sizeof *x);
  if (kinks->b)
    memcpy(kinks->z, kinks->b, k * sizeof *kinks->z);
  else
    memset(kinks->z, 0, k * sizeof *kinks->z);
  lip_dgemv(false, k, d, 1, kinks->W, d, x, 1, kinks->z);
  for (size_t l = 0; l < k; l++)
    kinks->weight[l] = kinks->low[l] + (kinks->z[l] > 0 ? kinks->jump[l] : 0);
  lip_dgemv(true, k, d, 1, kinks->W, d, kinks->weight, 0, kinks->g);
  kinks->slope = lip_domain_slope(kinks->problem->domain, d, x, kinks->g);
}

static int by_position(const void *left, const void *right)
{
  const crossing *a = left, *b = right;

  if (a->t != b->t) return a->t < b->t ? -1 : 1;
  return a->l < b->l ? -1 : a->l > b->l;
}

/* The best piece so far on the way. */
typedef struct found {
  double t, square; /* slope^2 */
} found;

/* Crossings at t >= 0 of x + t side v. */
static size_t line_crossings(lip_kinks *kinks, double side, double limit)
{
  size_t count = 0;

  for (size_t l = 0; l < kinks->k; l++) {
    double z = kinks->z[l], u = side * kinks->u[l];
    bool on = z > 0;
    double t = -z / u;

    kinks->on[l] = on;
    if (kinks->jump[l] == 0 || (on ? !(u < 0) : !(u > 0)) || !(t <= limit)) continue;
    kinks->crossing[count++] = (crossing){t, l, !on};
  }
  qsort(kinks->crossing, count, sizeof *kinks->crossing, by_position);
  return count;
}

static void offer_segment(const lip_kinks *kinks, double from, double to, double square,
                          double side, found *best)
{
  double size = lip_norm(kinks->d, kinks->x) + from;

  if (isinf(to)) to = from + (size > 0 ? size : 1);
  if (square <= best->square || !(to - from > SHORTEST * size)) return;
  *best = (found){side * (from + 0.5 * (to - from)), square};
}

/* Crosses neuron l: the walker's gradient jumps. Returns what its squared length gains. */
static double cross(lip_kinks *kinks, size_t l, bool on)
{
  double change = on == kinks->on[l] ? 0 : on ? kinks->jump[l] : -kinks->jump[l];
  const double *w = kinks->W + l * kinks->d;
  double gain;

  if (change == 0) return 0;
  gain = change *
         (2 * lip_dot(kinks->d, kinks->walker, w) + change * kinks->length[l] * kinks->length[l]);
  lip_add_multiple(kinks->d, change, w, kinks->walker);
  kinks->on[l] = on;
  return gain;
}

/* From x to one side; limit is the end of the domain. */
static void walk_line(lip_kinks *kinks, double side, double limit, found *best)
{
  size_t count = line_crossings(kinks, side, limit);
  double square = lip_dot(kinks->d, kinks->g, kinks->g);

  memcpy(kinks->walker, kinks->g, kinks->d * sizeof *kinks->g);
  for (size_t i = 0; i < count; i++) {
    const crossing *at = &kinks->crossing[i];

    square += cross(kinks, at->l, at->on);
    offer_segment(kinks, at->t, i + 1 < count ? at[1].t : limit, square, side, best);
  }
}

/* How far x + t side v stays in the ball. */
static double way_out(const lip_kinks *kinks, double side)
{
  double radius = lip_domain_radius(kinks->problem->domain, kinks->problem->d);
  double along = side * lip_dot(kinks->d, kinks->x, kinks->v);
  double length = lip_norm(kinks->d, kinks->x);
  double inside = (radius - length) * (radius + length);

  if (isinf(radius)) return INFINITY;
  return fmax(0, sqrt(fmax(0, along * along + inside)) - along);
}

/* Crossings of the circle, t in [0, 2 pi): P cos(t) + Q sin(t) = -b where P = w.x, Q = R w.v. */
static size_t circle_crossings(lip_kinks *kinks, double radius)
{
  size_t count = 0;

  for (size_t l = 0; l < kinks->k; l++) {
    double b = kinks->b ? kinks->b[l] : 0, P = kinks->z[l] - b, Q = radius * kinks->u[l];
    double reach = hypot(P, Q), middle = atan2(Q, P), half;

    kinks->on[l] = kinks->z[l] > 0;
    if (kinks->jump[l] == 0 || !(reach > fabs(b))) continue;
    half = acos(-b / reach);
    for (int side = -1; side <= 1; side += 2) {
      double t = middle + side * half;

      t -= TURN * floor(t / TURN);
      kinks->crossing[count++] = (crossing){t, l, side < 0}; /* on from middle - half on */
    }
  }
  qsort(kinks->crossing, count, sizeof *kinks->crossing, by_position);
  return count;
}

/* The best t of a piece: where alpha cos(t) + beta sin(t) is nearest to 0. */
static void offer_arc(double from, double to, double square, double alpha, double beta, found *best)
{
  double half_turn = TURN / 2, edge = fmax(RIM, 1e-6 * (to - from));
  double zero = atan2(-alpha, beta), t, along;

  if (square <= best->square || !(to - from > 4 * RIM)) return;
  zero += half_turn * ceil((from - zero) / half_turn);
  if (zero > from + edge && zero < to - edge) {
    t = zero;
  } else {
    double first = alpha * cos(from) + beta * sin(from), last = alpha * cos(to) + beta * sin(to);

    t = fabs(first) < fabs(last) ? from + edge : to - edge;
  }
  along = alpha * cos(t) + beta * sin(t);
  if (square - along * along > best->square) *best = (found){t, square - along * along};
}

static void walk_circle(lip_kinks *kinks, double radius, found *best)
{
  size_t count = circle_crossings(kinks, radius);
  double square = lip_dot(kinks->d, kinks->g, kinks->g);
  double alpha = lip_dot(kinks->d, kinks->g, kinks->x) / radius;
  double beta = lip_dot(kinks->d, kinks->g, kinks->v);

  memcpy(kinks->walker, kinks->g, kinks->d * sizeof *kinks->g);
  offer_arc(0, count > 0 ? kinks->crossing[0].t : TURN, square, alpha, beta, best);
  for (size_t i = 0; i < count; i++) {
    const crossing *at = &kinks->crossing[i];
    double b = kinks->b ? kinks->b[at->l] : 0;
    double change = at->on == kinks->on[at->l] ? 0
                    : at->on                   ? kinks->jump[at->l]
                                               : -kinks->jump[at->l];

    square += cross(kinks, at->l, at->on);
    alpha += change * (kinks->z[at->l] - b) / radius;
    beta += change * kinks->u[at->l];
    offer_arc(at->t, i + 1 < count ? at[1].t : TURN, square, alpha, beta, best);
  }
}

double lip_kinks_best_on_line(lip_kinks *kinks, double *best)
{
  lip_domain domain = kinks->problem->domain;
  bool circle = domain.kind == LIP_ON_SPHERE;
  found piece = {0, -1};

  lip_dgemv(false, kinks->k, kinks->d, 1, kinks->W, kinks->d, kinks->v, 0, kinks->u);
  if (circle) {
    walk_circle(kinks, domain.radius, &piece);
  } else {
    walk_line(kinks, 1, way_out(kinks, 1), &piece);
    walk_line(kinks, -1, way_out(kinks, -1), &piece);
  }
  for (size_t i = 0; i < kinks->d; i++)
    best[i] = circle ? kinks->x[i] * cos(piece.t) + domain.radius * kinks->v[i] * sin(piece.t)
                     : kinks->x[i] + piece.t * kinks->v[i];
  lip_domain_project(domain, kinks->d, best);
  return piece.square < 0 ? -1 : sqrt(piece.square);
}
