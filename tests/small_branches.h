/* small_branches.h - the constant of a small network of at most two inputs, between two numbers:
   interval branch and bound over the domain, in polar coordinates about its center, or over a box.

   Intervals are those of long double arithmetic, widened by 1e-15; slopes at their ends are the C
   library's in long double. The space is a ball of infinite radius r = unit t / (1 - t). */
#ifndef LIP_TESTS_SMALL_BRANCHES_H
#define LIP_TESTS_SMALL_BRANCHES_H

#include "small_value.h"

typedef struct span {
  real low, high;
} span;

/* A part of the domain: r and theta, or two coordinates. */
typedef struct branch {
  span part[2];
  const double *center;
  real high;
} branch;

typedef struct branch_search {
  const small_question *question;
  size_t d, count, room;
  bool cartesian;
  real unit, low;
  branch *heap;
} branch_search;

static inline span span_wider(span t, real size)
{
  return (span){t.low - 1e-15L * size, t.high + 1e-15L * size};
}

static inline span span_mul(span s, span t)
{
  real p[4] = {s.low * t.low, s.low * t.high, s.high * t.low, s.high * t.high};
  span result = {INFINITY, -INFINITY};

  for (int i = 0; i < 4; i++) {
    if (isnan(p[i])) p[i] = 0;
    result.low = fminl(result.low, p[i]), result.high = fmaxl(result.high, p[i]);
  }
  return result;
}

/* cos over t. */
static inline span span_cos(span t)
{
  const real turn = 2 * acosl(-1);
  real a = cosl(t.low), b = cosl(t.high);
  span result = {fminl(a, b), fmaxl(a, b)};

  if (ceill(t.low / turn) * turn <= t.high) result.high = 1;
  if (ceill((t.low - turn / 2) / turn) * turn + turn / 2 <= t.high) result.low = -1;
  result = span_wider(result, 10);
  return (span){fmaxl(result.low, -1), fminl(result.high, 1)};
}

/* psi' over z. */
static inline span span_slopes(lip_activation psi, span z)
{
  real least = z.low > 0 ? z.low : z.high < 0 ? -z.high : 0, most = fmaxl(-z.low, z.high);
  real a, b;
  bool even = psi.kind == LIP_TANH || psi.kind == LIP_SIGMOID ||
              (psi.kind == LIP_POWER && fmod(psi.slope, 2) == 1);
  span s;

  if (small_is_piecewise(psi)) {
    a = small_slope(psi, -1), b = small_slope(psi, 1);
    if (z.low > 0) a = b;
    if (z.high < 0) b = a;
    return (span){fminl(a, b), fmaxl(a, b)};
  }
  a = small_slope(psi, even ? least : z.low), b = small_slope(psi, even ? most : z.high);
  s = (span){fminl(a, b), fmaxl(a, b)};
  return (span){s.low - 1e-15L * fabsl(s.low) - 1e-4000L,
                s.high + 1e-15L * fabsl(s.high) + 1e-4000L};
}

static inline span branch_radius(const branch_search *c, span t)
{
  if (c->question->domain.kind != LIP_SPACE) return t;
  return (span){c->unit * t.low / (1 - t.low),
                t.high >= 1 ? INFINITY : c->unit * t.high / (1 - t.high)};
}

static inline span branch_argument(const branch_search *c, const branch *b, size_t l)
{
  const lip_layer *first = &c->question->net->layer[0];
  const double *w = first->W + l * c->d;
  real bias = first->b ? first->b[l] : 0, size = fabsl(bias), length = 0;
  span z = {bias, bias}, r, turn, more;

  for (size_t i = 0; i < c->d; i++) length = hypotl(length, w[i]);
  if (length == 0) return z;
  for (size_t i = 0; i < c->d; i++) {
    span x = {b->center ? b->center[i] : 0, b->center ? b->center[i] : 0};

    if (c->cartesian) x = b->part[i];
    more = span_mul((span){w[i], w[i]}, x);
    z.low += more.low, z.high += more.high;
    size += fmaxl(fabsl(more.low), fabsl(more.high));
  }
  if (c->cartesian) return span_wider(z, size);
  r = branch_radius(c, b->part[0]);
  turn = b->part[1];
  if (c->d == 2) {
    real own = atan2l(w[1], w[0]);

    more = span_cos((span){turn.low - own, turn.high - own});
  } else
    more.low = more.high = (w[0] > 0) == (turn.low > 0) ? 1 : -1;
  more = span_mul(more, (span){r.low * length, r.high * length});
  z.low += more.low, z.high += more.high;
  if (isinf(r.high)) r.high = r.low;
  return span_wider(z, size + r.high * length);
}

/* |J| over the part, from above. */
static inline real branch_bound(const branch_search *c, const branch *b)
{
  const small_question *q = c->question;
  const lip_layer *first = &q->net->layer[0];
  small_matrix middle = {.m = small_rows(q), .d = c->d}, radius = middle;
  bool sphere = q->domain.kind == LIP_ON_SPHERE;
  real sum = 0;

  if (sphere) middle.d = radius.d = 1;
  for (size_t l = 0; l < first->out; l++) {
    const double *w = first->W + l * c->d;
    span s = span_slopes(first->activation, branch_argument(c, b, l)), t;

    for (size_t j = 0; j < middle.m; j++)
      for (size_t i = 0; i < middle.d; i++) {
        real v = (real)small_output_weight(q, j, l);

        t = (span){w[i], w[i]};
        if (sphere) { /* w . (-sin, cos) = |w| cos(theta + pi/2 - own) */
          real more = acosl(-1) / 2 - atan2l(w[1], w[0]), length = hypotl(w[0], w[1]);

          t = span_mul(span_cos((span){b->part[1].low + more, b->part[1].high + more}),
                       (span){length, length});
        }
        if (v == 0) continue;
        t = span_mul(span_mul(s, t), (span){v, v});
        middle.at[j][i] += ((quad)t.low + t.high) / 2;
        radius.at[j][i] += ((quad)t.high - t.low) / 2;
      }
  }
  sum = small_norm(q->norm, &middle) + small_norm(q->norm, &radius);
  return sum * (1 + 1e-14L);
}

static inline void branch_middle(const branch_search *c, const branch *b, quad *x)
{
  span r = branch_radius(c, b->part[0]);
  real theta = (b->part[1].low + b->part[1].high) / 2, middle = (r.low + r.high) / 2;

  for (size_t i = 0; i < c->d; i++) x[i] = b->center ? b->center[i] : 0;
  if (isinf(middle)) middle = 2 * r.low + c->unit;
  if (c->cartesian)
    for (size_t i = 0; i < c->d; i++) x[i] = ((quad)b->part[i].low + b->part[i].high) / 2;
  else if (c->d == 1)
    x[0] += theta > 0 ? middle : -middle;
  else
    x[0] += middle * cosl(theta), x[1] += middle * sinl(theta);
}

static inline void branch_add(branch_search *c, branch b)
{
  quad x[SMALL_D];
  size_t at = c->count;

  b.high = branch_bound(c, &b);
  branch_middle(c, &b, x);
  if (c->question->domain.kind == LIP_ON_SPHERE)
    small_to_sphere(c->d, c->question->domain.radius, x);
  if (small_contains(c->question, x, 0)) c->low = fmaxl(c->low, small_slope_at(c->question, x));
  if (c->count == c->room) return;
  c->count++;
  for (; at > 0 && c->heap[(at - 1) / 2].high < b.high; at = (at - 1) / 2)
    c->heap[at] = c->heap[(at - 1) / 2];
  c->heap[at] = b;
}

static inline branch branch_take(branch_search *c)
{
  branch top = c->heap[0], last = c->heap[--c->count];
  size_t at = 0, child;

  while ((child = 2 * at + 1) < c->count) {
    if (child + 1 < c->count && c->heap[child + 1].high > c->heap[child].high) child++;
    if (c->heap[child].high <= last.high) break;
    c->heap[at] = c->heap[child];
    at = child;
  }
  c->heap[at] = last;
  return top;
}

static inline void branch_split(branch_search *c, branch b)
{
  real width[2] = {b.part[0].high - b.part[0].low, b.part[1].high - b.part[1].low};
  lip_domain_kind kind = c->question->domain.kind;
  size_t along = c->d == 1 ? 0 : 1, other = 1 - along;
  branch left = b, right = b;

  if (!c->cartesian && c->d == 2) /* both as fractions of the whole */
    width[0] /= kind == LIP_SPACE ? 1 : c->question->domain.radius, width[1] /= 6;
  if (c->d == 2 && width[other] > width[along]) along = other;
  left.part[along].high = right.part[along].low = (b.part[along].low + b.part[along].high) / 2;
  branch_add(c, left);
  branch_add(c, right);
}

static inline void branch_start(branch_search *c)
{
  const lip_domain *domain = &c->question->domain;
  const real half = acosl(-1);
  span all = {0, domain->kind == LIP_SPACE ? 1 : domain->radius};
  size_t balls = domain->kind == LIP_AROUND_DATA ? domain->count : 1;

  if (domain->kind == LIP_ON_SPHERE) all.low = all.high;
  if (c->cartesian) {
    branch_add(c, (branch){.part = {{domain->low, domain->high}, {domain->low, domain->high}}});
    return;
  }
  for (size_t i = 0; i < balls; i++) {
    const double *center = domain->kind == LIP_AROUND_DATA ? domain->centers + i * c->d : NULL;

    branch_add(c, (branch){.part = {all, c->d == 1 ? (span){-1, -1} : (span){-half, 0}},
                           .center = center});
    branch_add(
        c, (branch){.part = {all, c->d == 1 ? (span){1, 1} : (span){0, half}}, .center = center});
  }
}

static inline small_bounds small_by_branches(const small_question *question, size_t budget)
{
  const lip_layer *first = &question->net->layer[0];
  branch_search c = {.question = question, .d = first->in, .room = budget + 8, .unit = 1};
  real high = 0, size = 0;

  c.cartesian = question->domain.kind == LIP_BOX;
  c.heap = malloc(c.room * sizeof *c.heap);
  if (!c.heap) abort();
  for (size_t i = 0; i < first->out * first->in; i++) size = fmaxl(size, fabs(first->W[i]));
  if (size > 0) c.unit = 1 / size;
  branch_start(&c);
  for (size_t i = 0; i + 1 < budget && c.count > 0; i++) {
    if (c.heap[0].high <= c.low * (1 + 1e-9L)) break;
    branch_split(&c, branch_take(&c));
  }
  if (c.count > 0) high = c.heap[0].high;
  high = fmaxl(high, c.low);
  free(c.heap);
  return (small_bounds){(double)c.low, (double)high, high <= c.low * (1 + 1e-6L)};
}

/* Whichever of the three applies. */
static inline bool small_has_branches(const small_question *question)
{
  return lip_net_inputs(question->net) <= 2 &&
         (question->domain.kind == LIP_ON_SPHERE ||
          !small_is_piecewise(question->net->layer[0].activation));
}

#endif
