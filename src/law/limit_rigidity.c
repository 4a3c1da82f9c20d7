/* limit_rigidity.c - across a kink the gradient jumps: half of the jump is a limit.

   Across the hyperplane w.x + b = 0 the gradient of a ReLU network jumps by (sum of a_l |w_l| over
   the neurons with this hyperplane) u, u = w / |w|, whichever way w_l points; on the sphere of
   radius R its tangential part by sqrt(1 - t^2 / R^2) times that, t = b / |w|. At almost every
   point of the hyperplane no other kink passes (on a sphere: for d >= 3, where two of them meet in
   less than a kink), so on one of its sides the gradient is at least half as long as the jump.
   Leaky ReLU jumps by 1 - slope, abs by
   2. Neurons of one hyperplane are found exactly: rows (w, b) that are multiples have the same
   floating quotients by their largest entry, and products of two numbers are compared without
   rounding. Source: Shmalo 2026, rigidity (canonical kinks); for balls and other domains derived in
   docs/theory.md. cost  k d log k, exact */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "data/equal_rows.h"
#include "linalg/vector.h"

#include <stdio.h>
#include <string.h>

typedef struct kinks {
  const lip_limit_job *job;
  const double *W, *b, *A; /* b may be NULL */
  size_t k, d, m;
  size_t *group; /* k: the number of the normalised row */
  size_t *order; /* k: neurons, group by group */
  double *rows;  /* k x (d + 1): rows over their largest entries */
  bool *done;
  lip_interval *jump; /* m */
  double *work;       /* m or d */
} kinks;

static double entry(const kinks *in, size_t l, size_t i)
{
  return i < in->d ? in->W[l * in->d + i] : in->b ? in->b[l] : 0;
}

/* x y = (p + e) 2^exponent, exactly, p in [1/2, 1) or 0: equal products have equal parts. */
static void exact_product(double x, double y, double *p, double *e, int *exponent)
{
  int first, second, third;

  x = frexp(x, &first);
  y = frexp(y, &second);
  *p = x * y;
  *e = fma(x, y, -*p);
  *p = frexp(*p, &third);
  *e = ldexp(*e, -third);
  *exponent = *p == 0 ? 0 : first + second + third;
}

static bool equal_products(double x, double y, double s, double t)
{
  double p, e, q, f;
  int i, j;

  exact_product(x, y, &p, &e, &i);
  exact_product(s, t, &q, &f, &j);
  return p == q && e == f && i == j;
}

static size_t pivot(const kinks *in, size_t l)
{
  size_t best = 0;

  for (size_t i = 1; i <= in->d; i++)
    if (fabs(entry(in, l, i)) > fabs(entry(in, l, best))) best = i;
  return best;
}

/* Is (w_l, b_l) a multiple of (w_m, b_m)? */
static bool same_hyperplane(const kinks *in, size_t l, size_t m)
{
  size_t p = pivot(in, l);

  for (size_t i = 0; i <= in->d; i++)
    if (!equal_products(entry(in, l, i), entry(in, m, p), entry(in, m, i), entry(in, l, p)))
      return false;
  return true;
}

/* How much the slope of psi rises at 0; 0: no kink. */
static double rise(lip_activation psi)
{
  switch (psi.kind) {
  case LIP_RELU:
    return 1;
  case LIP_LEAKY_RELU:
    return 1 - psi.slope;
  case LIP_ABS:
    return 2;
  default:
    return 0;
  }
}

/* Does the hyperplane certainly cross the inside of the domain? */
static bool crosses(const kinks *in, size_t l)
{
  const double *w = in->W + l * in->d;
  lip_domain domain = in->job->domain;
  double b = entry(in, l, in->d),
         reach = lip_mul_down(lip_interval_norm(in->d, w).low, domain.radius);

  switch (domain.kind) {
  case LIP_SPACE:
    return true;
  case LIP_BALL:
  case LIP_ON_SPHERE:
    return fabs(b) < reach;
  case LIP_AROUND_DATA:
    for (size_t c = 0; c < domain.count; c++) {
      lip_interval z = lip_interval_dot(in->d, w, domain.centers + c * in->d);

      z = lip_interval_add(z, lip_interval_of(b));
      if (fmax(-z.low, z.high) < reach) return true;
    }
    return false;
  case LIP_BOX:
    for (size_t i = 0; i < in->d; i++) in->work[i] = w[i] > 0 ? domain.low : domain.high;
    if (!(lip_interval_add(lip_interval_dot(in->d, w, in->work), lip_interval_of(b)).high < 0))
      return false;
    for (size_t i = 0; i < in->d; i++) in->work[i] = w[i] > 0 ? domain.high : domain.low;
    return lip_interval_add(lip_interval_dot(in->d, w, in->work), lip_interval_of(b)).low > 0;
  }
  return false;
}

/* sqrt(1 - t^2 / R^2), from below; 1 elsewhere. */
static double tangential(const kinks *in, size_t l)
{
  lip_interval length = lip_interval_norm(in->d, in->W + l * in->d);
  double ratio;

  if (in->job->domain.kind != LIP_ON_SPHERE) return 1;
  ratio = lip_div_up(fabs(entry(in, l, in->d)), lip_mul_down(length.low, in->job->domain.radius));
  ratio = lip_add_down(1, -lip_mul_up(ratio, ratio));
  return ratio > 0 ? fmax(0, lip_down(sqrt(ratio))) : 0;
}

/* Half of the jump across the hyperplane of neuron l, over all neurons of its group. */
static double half_jump(kinks *in, size_t first, size_t end)
{
  size_t l = in->order[first];
  lip_interval none = {0, 0};
  double bend = rise(in->job->class.psi), size;

  for (size_t j = 0; j < in->m; j++) in->jump[j] = none;
  for (size_t at = first; at < end; at++) {
    size_t other = in->order[at];
    lip_interval length = lip_interval_norm(in->d, in->W + other * in->d);

    if (at != first && (in->done[other] || !same_hyperplane(in, l, other))) continue;
    in->done[other] = true;
    for (size_t j = 0; j < in->m; j++)
      in->jump[j] = lip_interval_add(
          in->jump[j], lip_interval_mul(lip_interval_of(in->A[j * in->k + other]), length));
  }
  if (!crosses(in, l)) return 0;
  for (size_t j = 0; j < in->m; j++)
    in->work[j] = in->jump[j].low > 0    ? in->jump[j].low
                  : in->jump[j].high < 0 ? -in->jump[j].high
                                         : 0;
  size = in->m == 1 ? in->work[0] : lip_interval_norm(in->m, in->work).low;
  size = lip_mul_down(size, fabs(bend) / 2 * (bend == 1 || bend == 2 ? 1 : 1 - 0x1p-50));
  return fmax(0, lip_mul_down(size, tangential(in, l)));
}

/* Neurons in the order of their groups; those with w = 0 come with the last group, and are done. */
static lip_status sort(kinks *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *start = lip_alloc_zero(in->k + 2, sizeof *start);

  if (!start) FAIL(LIP_ENOMEM, "%zu neurons", in->k);
  for (size_t l = 0; l < in->k; l++) {
    double largest = entry(in, l, pivot(in, l));

    in->done[l] = !(lip_largest(in->d, in->W + l * in->d) > 0);
    for (size_t i = 0; i <= in->d; i++)
      in->rows[l * (in->d + 1) + i] = largest != 0 ? entry(in, l, i) / largest : 0;
  }
  TRY(lip_number_rows(in->rows, in->k, in->d + 1, in->group, err));
  for (size_t l = 0; l < in->k; l++) start[in->group[l] + 1]++;
  for (size_t g = 0; g < in->k; g++) start[g + 1] += start[g];
  for (size_t l = 0; l < in->k; l++) in->order[start[in->group[l]]++] = l;
done:
  lip_free(start);
  return st;
}

static lip_status search(kinks *in, lip_limit_finding *finding, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t best = 0, count = 0;

  TRY(sort(in, err));
  finding->value = 0;
  for (size_t first = 0; first < in->k; first++) {
    size_t end = first;
    double value;

    if (in->done[in->order[first]]) continue;
    while (end < in->k && in->group[in->order[end]] == in->group[in->order[first]]) end++;
    value = half_jump(in, first, end);
    count++;
    if (value > finding->value) {
      finding->value = value;
      best = in->order[first];
    }
  }
  (void)snprintf(finding->note, sizeof finding->note, "kink of neuron %zu, of %zu kinks", best,
                 count);
done:
  return st;
}

static lip_status run(const lip_limit_job *job, lip_limit_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  kinks in = {.job = job, .d = job->d, .m = job->m};
  size_t k;

  (void)control;
  if (!job->net) return lip_limit_refuse(finding, "it follows from a network, not from data");
  if (!job->class.two_layer || rise(job->class.psi) == 0)
    return lip_limit_refuse(finding, "not two layers with a kink at 0");
  if (job->domain.kind == LIP_ON_SPHERE && job->d < 3)
    return lip_limit_refuse(finding, "on a sphere it needs 3 dimensions");
  in.W = job->net->layer[0].W;
  in.b = job->net->layer[0].b;
  in.A = job->net->layer[1].W;
  in.k = k = job->net->layer[0].out;
  in.group = lip_alloc(k, sizeof *in.group);
  in.order = lip_alloc(k, sizeof *in.order);
  in.rows = lip_alloc(k, (job->d + 1) * sizeof *in.rows);
  in.done = lip_alloc_zero(k, sizeof *in.done);
  in.jump = lip_alloc(job->m, sizeof *in.jump);
  in.work = lip_alloc(job->m + job->d, sizeof *in.work);
  if (!in.group || !in.order || !in.rows || !in.done || !in.jump || !in.work)
    FAIL(LIP_ENOMEM, "%zu kinks", k);
  TRY(search(&in, finding, err));
  finding->within = true;
  (void)lip_domain_format(job->domain, finding->domain, sizeof finding->domain);
done:
  lip_free(in.group);
  lip_free(in.order);
  lip_free(in.rows);
  lip_free(in.done);
  lip_free(in.jump);
  lip_free(in.work);
  return st;
}

const lip_limit_kind lip_limit_rigidity = {
    "rigidity", "Shmalo 2026 (theory.md B3; derived: docs/theory.md)",
    "two layers with kinks: half the largest jump", LIP_LIMITS_CONSTANT, run};
