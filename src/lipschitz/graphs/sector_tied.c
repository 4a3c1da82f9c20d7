/* sector_tied.c - multipliers of large sector forms by a first-order method.

   For multipliers lambda, rho(lambda) is the least L^2 for which the form is nonnegative: the
   largest eigenvalue of a pencil (linalg/pencil.h). With y its vector, d rho / d lambda_i =
   (constraint i at y) / |y_0|^2. log rho is minimised over the logarithms of multipliers that are
   the same for all neurons of a channel; in place of the largest eigenvalue, which has kinks where
   several are equal, (sum rho_j^p)^(1/p) of the sixteen largest. L-BFGS with step halving; vectors
   are kept from one point to the next.

   Start: multipliers that prove the product of norms along paths. With l_a bounds of |y_a| and
   -sum_b |C_ba y_a|^2 shared out by the parts of l, what later blocks take of |y_b|^2 is at most
   g_b, and lambda_b = g_b (1 + (high + low) / (high - low)) leaves -g_b max(high^2, low^2) |z_b|^2.

   cost  some ten products with sixteen vectors for each point */
#include "lipschitz/graphs/sector_tied.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "linalg/pencil.h"

#include <math.h>
#include <string.h>

enum { K = LIP_COLUMNS, MEMORY = 20, MOST_POINTS = 400, FIRST_STEPS = 80, STEPS = 30 };
static const double SHARPNESS = 30, TOLERANCE = 1e-4, MOST_STEEP = 1e3, MARGIN = 0.1;

typedef struct search {
  lip_sector_operator *op;
  lip_pencil pencil;
  lip_pencil_work *work;
  size_t groups, *group; /* by multiplier */
  double *lambda;        /* multipliers */
  double *values;        /* multipliers x K */
  double *kept;          /* order x K: the vectors at the best point */
  double *diagonal;      /* order: lambda by variable, of the input not used */
  double margin, target; /* delta, rho* */
  double end;
  const lip_control *control;
} search;

/* ---- the value at a point ---- */

static void map(void *context, const double *Y, double *MY)
{
  search *s = context;
  const lip_sector_form *form = s->op->form;

  lip_sector_operator_apply(s->op, s->lambda, Y, MY);
  for (size_t i = form->block[0].size; s->margin > 0 && i < form->order; i++)
    for (size_t j = 0; j < K; j++) MY[i * K + j] -= s->margin * s->diagonal[i] * Y[i * K + j];
}

static bool is_over(void *context)
{
  const search *s = context;

  return lip_seconds() > s->end ||
         (s->control && s->control->stop && s->control->stop(s->control->context));
}

static void set_multipliers(search *s, const double *theta)
{
  const lip_sector_form *form = s->op->form;

  for (size_t i = 0; i < form->multipliers; i++) s->lambda[i] = exp(theta[s->group[i]]);
  for (size_t b = 1; b <= form->blocks; b++) {
    const lip_sector_block *block = &form->block[b];

    for (size_t i = 0; i < block->size; i++)
      s->diagonal[block->offset + i] =
          s->lambda[block->first + (block->kind == LIP_SECTOR_SOFTMAX ? 0 : i)];
  }
}

/* gradient <- sum_j weight_j d rho_j / d theta */
static void add_up(search *s, const double *rho, double *weight, double *gradient)
{
  const lip_sector_form *form = s->op->form;
  const double *Y = lip_pencil_vectors(s->work);
  double square[K] = {0}, more[K];

  for (size_t i = 0; i < form->order * K; i++)
    square[i % K] += Y[i] * Y[i] *
                     (i < form->block[0].size * K ? 1 : s->pencil.elsewhere * s->diagonal[i / K]);
  for (size_t j = 0; j < K; j++) {
    weight[j] = weight[j] > 0 && square[j] > 0 ? weight[j] / square[j] : 0;
    more[j] = s->margin - s->pencil.elsewhere * rho[j];
  }
  lip_sector_operator_constraints(s->op, Y, s->values);
  memset(gradient, 0, s->groups * sizeof *gradient);
  for (size_t b = 1; b <= form->blocks; b++) {
    const lip_sector_block *block = &form->block[b];

    for (size_t i = 0; i < block->size; i++) {
      size_t at = block->first + (block->kind == LIP_SECTOR_SOFTMAX ? 0 : i);
      const double *y = Y + (block->offset + i) * K;
      bool first = block->kind != LIP_SECTOR_SOFTMAX || i == 0;

      for (size_t j = 0; j < K; j++)
        if (weight[j] > 0)
          gradient[s->group[at]] += weight[j] * s->lambda[at] *
                                    ((first ? s->values[at * K + j] : 0) + more[j] * y[j] * y[j]);
    }
  }
}

/* log of the smooth rho and its gradient; infinite where the form is not definite.
   top  out  the largest rho itself */
static lip_status evaluate(search *s, const double *theta, size_t steps, double *value, double *top,
                           double *gradient, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_control control = {.stop = is_over, .context = s};
  lip_pencil_values found;
  double weight[K], sum = 0;

  *value = *top = INFINITY;
  set_multipliers(s, theta);
  s->pencil.elsewhere = s->margin / s->target;
  TRY(lip_pencil_largest(&s->pencil, s->diagonal + s->pencil.d, s->target, TOLERANCE, steps,
                         s->work, &found, &control, err));
  if (!found.definite || !(found.rho[0] > 0)) goto done;
  for (size_t j = 0; j < K; j++) {
    weight[j] = found.rho[j] > 0 ? pow(found.rho[j] / found.rho[0], SHARPNESS) : 0;
    sum += weight[j];
  }
  *top = found.rho[0];
  *value = log(found.rho[0]) + log(sum) / SHARPNESS;
  for (size_t j = 0; j < K; j++)
    if (weight[j] > 0) weight[j] /= sum * found.rho[j];
  add_up(s, found.rho, weight, gradient);
done:
  return st;
}

/* ---- where to start ---- */

/* How much larger lambda is than g. */
static double ratio_of(const lip_sector_block *block, size_t i)
{
  if (block->kind == LIP_SECTOR_LARGEST) {
    double k = (double)(block->window[i + 1] - block->window[i]);

    return k / (k - 1);
  }
  if (block->kind == LIP_SECTOR_SOFTMAX) return 2;
  return 1 + fmin(fmax(fabs(block->high[i] + block->low[i]) /
                           fmax(block->high[i] - block->low[i], 1e-300),
                       0.02),
                  MOST_STEEP);
}

static double largest_slope(const lip_sector_block *block)
{
  double largest = 0;

  if (block->kind == LIP_SECTOR_SOFTMAX) return 0.5;
  if (block->kind == LIP_SECTOR_LARGEST) return 1;
  for (size_t i = 0; i < block->size; i++)
    largest = fmax(largest, fmax(fabs(block->high[i]), fabs(block->low[i])));
  return largest;
}

/* theta, and about the rho that it proves. */
static lip_status begin(search *s, double *theta, double *rho, lip_error *err)
{
  static const double SPARE = 1.02, LEAST = 1e-12;
  lip_status st = LIP_OK;
  const lip_sector_form *form = s->op->form;
  size_t blocks = form->blocks + 2;
  double *norm = lip_alloc_zero(blocks + 2, blocks * sizeof *norm), *l, *g;

  if (!norm) FAIL(LIP_ENOMEM, "%zu blocks", blocks);
  l = norm + blocks * blocks;
  g = l + blocks;
  l[0] = 1;
  for (size_t b = 1; b < blocks; b++) {
    const lip_sector_block *block = &form->block[b];

    for (size_t c = 0; c < block->couplings; c++) {
      size_t a = block->coupling[c].from;

      norm[b * blocks + a] = SPARE * lip_sector_operator_norm(s->op, b, a, s->kept);
      l[b] += norm[b * blocks + a] * l[a];
    }
    if (b + 1 < blocks) l[b] *= largest_slope(block);
  }
  for (size_t b = blocks - 1; b > 0; b--) {
    const lip_sector_block *block = &form->block[b];
    double slope = b + 1 < blocks ? largest_slope(block) : 1, sum = 0;

    if (b + 1 == blocks) g[b] = 1;
    g[b] = fmax(g[b], LEAST);
    for (size_t i = 0; b + 1 < blocks && i < block->multipliers; i++)
      theta[s->group[block->first + i]] = log(g[b] * ratio_of(block, i));
    for (size_t c = 0; c < block->couplings; c++)
      sum += norm[b * blocks + block->coupling[c].from] * l[block->coupling[c].from];
    for (size_t c = 0; c < block->couplings; c++) {
      size_t a = block->coupling[c].from;

      if (norm[b * blocks + a] > 0)
        g[a] += g[b] * slope * slope * norm[b * blocks + a] * sum / l[a];
    }
  }
  *rho = g[0];
done:
  lip_free(norm);
  return st;
}

/* ---- L-BFGS ---- */

typedef struct history {
  size_t n, count;
  double *step, *change; /* owned by step: MEMORY x n each */
  double product[MEMORY];
} history;

static double dot(size_t n, const double *x, const double *y)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

static void remember(history *h, const double *step, const double *change)
{
  size_t at = h->count % MEMORY;
  double product = dot(h->n, step, change);

  if (!(product > 1e-10 * dot(h->n, change, change))) return;
  memcpy(h->step + at * h->n, step, h->n * sizeof *step);
  memcpy(h->change + at * h->n, change, h->n * sizeof *change);
  h->product[at] = product;
  h->count++;
}

/* direction <- -H gradient (Nocedal and Wright, Numerical Optimization, 7.4). */
static void descend(const history *h, const double *gradient, double *direction)
{
  size_t n = h->n, have = h->count < MEMORY ? h->count : MEMORY;
  double alpha[MEMORY];

  for (size_t i = 0; i < n; i++) direction[i] = -gradient[i];
  for (size_t r = 0; r < have; r++) {
    size_t at = (h->count - 1 - r) % MEMORY;

    alpha[at] = dot(n, h->step + at * n, direction) / h->product[at];
    for (size_t i = 0; i < n; i++) direction[i] -= alpha[at] * h->change[at * n + i];
  }
  if (have > 0) {
    size_t at = (h->count - 1) % MEMORY;
    double scale = h->product[at] / dot(n, h->change + at * n, h->change + at * n);

    for (size_t i = 0; i < n; i++) direction[i] *= scale;
  }
  for (size_t r = have; r-- > 0;) {
    size_t at = (h->count - 1 - r) % MEMORY;
    double beta = dot(n, h->change + at * n, direction) / h->product[at];

    for (size_t i = 0; i < n; i++) direction[i] += (alpha[at] - beta) * h->step[at * n + i];
  }
}

static void shorten(size_t n, double most, double *direction)
{
  double largest = 0;

  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(direction[i]));
  for (size_t i = 0; largest > most && i < n; i++) direction[i] *= most / largest;
}

/* theta  in/out;  top  in/out  the largest rho at theta */
static lip_status minimise(search *s, double *theta, double *top, lip_error *err)
{
  static const double FIRST = 0.5, MOST = 1.5, ARMIJO = 1e-4, STILL = 3e-4, SHORTEST = 0.03;
  lip_status st = LIP_OK;
  size_t n = s->groups, bytes = n * sizeof(double), slow = 0, again = 0;
  double *gradient = lip_alloc_zero(2 * MEMORY + 6, bytes), value, tried = 0, largest;
  double *direction, *next, *other, *step, *Y = lip_pencil_vectors(s->work);
  history h = {.n = n};

  if (!gradient) FAIL(LIP_ENOMEM, "%zu multipliers", n);
  direction = gradient + n;
  next = direction + n;
  other = next + n;
  step = other + n;
  h.step = step + n;
  h.change = h.step + MEMORY * n;
  TRY(evaluate(s, theta, FIRST_STEPS, &value, &largest, gradient, err));
  if (!isfinite(value)) goto done;
  *top = largest;
  memcpy(s->kept, Y, s->pencil.n * K * sizeof *Y);
  for (size_t point = 0; point < MOST_POINTS && slow < 3 && again < 4; point++) {
    double slope, length = 1;
    bool better = false;

    descend(&h, gradient, direction);
    slope = dot(n, direction, gradient);
    if (!(slope < 0)) {
      h.count = 0;
      for (size_t i = 0; i < n; i++) direction[i] = -gradient[i];
      slope = -dot(n, gradient, gradient);
    }
    if (h.count == 0) {
      double norm = 0;

      for (size_t i = 0; i < n; i++) norm = fmax(norm, fabs(gradient[i]));
      if (!(norm > 0)) break;
      for (size_t i = 0; i < n; i++) direction[i] = -FIRST / norm * gradient[i];
    }
    shorten(n, MOST, direction);
    slope = dot(n, direction, gradient);
    for (; length > SHORTEST && !better; length /= 2.5) {
      for (size_t i = 0; i < n; i++) next[i] = theta[i] + length * direction[i];
      if (!isfinite(tried)) memcpy(Y, s->kept, s->pencil.n * K * sizeof *Y);
      TRY(evaluate(s, next, STEPS, &tried, &largest, other, err));
      better = tried <= value + ARMIJO * length * slope;
    }
    if (!better) { /* the vectors that the trials found may say more of theta, too */
      TRY(evaluate(s, theta, FIRST_STEPS, &tried, &largest, gradient, err));
      if (!isfinite(tried)) goto done;
      again++;
      h.count = 0;
      value = tried;
      *top = largest;
      memcpy(s->kept, Y, s->pencil.n * K * sizeof *Y);
      continue;
    }
    again = 0;
    for (size_t i = 0; i < n; i++) {
      step[i] = next[i] - theta[i];
      direction[i] = other[i] - gradient[i];
    }
    remember(&h, step, direction);
    slow = tried > value - STILL ? slow + 1 : 0;
    memcpy(theta, next, bytes);
    memcpy(gradient, other, bytes);
    memcpy(s->kept, Y, s->pencil.n * K * sizeof *Y);
    value = tried;
    *top = largest;
    if (slow > 0 || largest < 0.9 * s->target) s->target = largest;
  }
done:
  lip_free(gradient);
  return st == LIP_EINTERRUPT ? LIP_OK : st;
}

/* ---- */

/* Minimises, and looks at the result with fresh vectors, which may see what the old ones have lost;
   then again from there. top  out  infinite where time ran out before the first look */
static lip_status minimise_until_sure(search *s, double *theta, double *top, lip_error *err)
{
  static const double SURE = 1e-3, LOOK = 0.25;
  enum { ROUNDS = 6, MOST_STEPS = 200 };
  lip_status st = LIP_OK;
  double *gradient = lip_alloc(s->groups, sizeof *gradient), value, looked = INFINITY;
  double start = lip_seconds(), all = s->end - start;

  if (!gradient) FAIL(LIP_ENOMEM, "%zu multipliers", s->groups);
  for (size_t round = 0; round < ROUNDS; round++) {
    s->end = start + (1 - LOOK) * all;
    TRY(minimise(s, theta, top, err));
    s->target = *top;
    s->end = start + all;
    lip_pencil_work_shuffle(s->work);
    st = evaluate(s, theta, MOST_STEPS, &value, &looked, gradient, err);
    if (st == LIP_EINTERRUPT) looked = *top; /* what it is has to be seen by the proof */
    TRY(st);
    if (looked <= *top * (1 + SURE) || lip_seconds() > start + (1 - LOOK) * all) break;
    s->target = *top = looked;
  }
done:
  *top = looked;
  lip_free(gradient);
  return st == LIP_EINTERRUPT ? LIP_OK : st;
}

/* ---- */

/* One group for every channel of an image, for every neuron of a vector; those of known slope
   apart. */
static lip_status tie(search *s, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_form *form = s->op->form;
  const lip_net *net = form->claim->net;
  size_t *of = lip_alloc(2 * net->max_width + 2, sizeof *of); /* by channel, known or not */

  if (!of) FAIL(LIP_ENOMEM, "%zu channels", net->max_width);
  for (size_t b = 1; b <= form->blocks; b++) {
    const lip_sector_block *block = &form->block[b];
    const lip_node *node = &net->node[block->node];
    size_t places = node->height * node->width;

    for (size_t c = 0; c < 2 * (node->size / places); c++) of[c] = LIP_NOWHERE;
    for (size_t i = 0; i < block->multipliers; i++) {
      bool known = block->kind == LIP_SECTOR_SLOPES && block->low[i] == block->high[i];
      size_t at = 2 * (block->entry[i] / places) + known;

      if (of[at] == LIP_NOWHERE) of[at] = s->groups++;
      s->group[block->first + i] = of[at];
    }
  }
done:
  lip_free(of);
  return st;
}

lip_status lip_sector_tied(lip_sector_operator *op, double seconds, double *multipliers,
                           double *value, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_form *form = op->form;
  search s = {.op = op,
              .pencil = {.n = form->order, .d = form->block[0].size, .map = map},
              .end = lip_seconds() + seconds,
              .control = control};
  double *theta = NULL, top = INFINITY;

  *value = INFINITY;
  if (form->order < 4 * (size_t)K) goto done;
  s.pencil.context = &s;
  s.group = lip_alloc_zero(form->multipliers, sizeof *s.group);
  s.lambda = lip_alloc(2 * form->multipliers, sizeof *s.lambda);
  s.values = lip_alloc(form->multipliers, K * sizeof *s.values);
  s.diagonal = lip_alloc_zero(form->order, sizeof *s.diagonal);
  s.kept = lip_alloc(form->order, K * sizeof *s.kept);
  if (!s.group || !s.lambda || !s.values || !s.diagonal || !s.kept)
    FAIL(LIP_ENOMEM, "%zu multipliers", form->multipliers);
  theta = s.lambda + form->multipliers;
  TRY(lip_pencil_work_create(form->order, &s.work, err));
  TRY(tie(&s, err));
  TRY(begin(&s, theta, &top, err));
  s.target = top;
  s.margin = MARGIN;
  TRY(minimise_until_sure(&s, theta, &top, err));
  for (size_t i = 0; i < form->multipliers; i++) multipliers[i] = exp(theta[s.group[i]]);
  *value = sqrt(top);
done:
  lip_pencil_work_free(s.work);
  lip_free(s.group);
  lip_free(s.lambda);
  lip_free(s.values);
  lip_free(s.kept);
  lip_free(s.diagonal);
  return st;
}
