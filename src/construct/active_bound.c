/* active_bound.c - the constant on the unit sphere of f(x) = sum_l a_l ReLU(w_l.x - theta_l).

   Neurons l, m can be active together only if some |x| <= 1 has w_l.x >= theta_l, w_m.x >= theta_m.
   Without such pairs the constant is max |a_l| sqrt(|w_l|^2 - theta_l^2), attained at a border.
   Otherwise, for the set A active at x (docs/theory.md, "Neurons that are active together"):

     how many   |A| <= 1 + the most partners that a neuron has;
                |A| <= |W~|^2 and |A| <= |w~_l|^2 + sum over |A| - 1 partners of (w~_l.w~_m)^+ for
                some l, where w~_l = w_l / theta_l, because sum_A w~_l.x >= |A|;
     how steep  |sum_A a_l w_l|^2 <= |A| |V|^2, v_l = a_l w_l;
                <= |A| max_l (|v_l|^2 + sum over |A| - 1 partners of (v_l.v_m)^+);
                the same with the tangential parts P v_l, whose inner products are at most
                |a_l a_m| (w_l.w_m - theta_l theta_m) for equal signs of a and
                |a_l a_m| (|w_l| |w_m| - w_l.w_m) / 2 for opposite ones.

   A sum over |A| - 1 partners is at most |A| - 1 times the largest term, and the sum of all. */
#include "construct/active_bound.h"

#include "base/error.h"
#include "base/memory.h"
#include "construct/gram_blocks.h"
#include "linalg/operator_norm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* What is summed over the partners of a neuron: the sum and the largest of the positive terms. */
typedef struct positive_sum {
  double sum, largest;
} positive_sum;

/* Of one neuron. */
typedef struct partners {
  size_t count;
  positive_sum scaled, ambient, tangential;
} partners;

typedef struct search {
  const lip_thresholded *f;
  double *square; /* k: |w_l|^2 */
  partners *of;   /* k */
} search;

/* Below this, relative, norms are not told apart: pairs that touch count as partners. */
static const double margin = 1e-12;

/* Whether some |x| <= 1 has w.x >= s and v.x >= t: the nearest such point has one constraint active
   or both. a = |w|^2, c = |v|^2, b = w.v */
static bool together(double a, double b, double c, double s, double t)
{
  double det = a * c - b * b, first = c * s - b * t, second = a * t - b * s;

  if (first <= 0 || second <= 0) return true; /* one alone, and s < |w|, t < |v| */
  return s * first + t * second <= (1 + margin) * det + margin * a * c;
}

static void add(positive_sum *to, double term)
{
  if (!(term > 0)) return;
  to->sum += term;
  to->largest = fmax(to->largest, term);
}

static void visit(void *context, const lip_gram_block *block)
{
  const search *in = context;
  const double *theta = in->f->theta, *a = in->f->a, *square = in->square;

  for (size_t i = 0; i < block->rows; i++)
    for (size_t j = 0; j < block->columns; j++) {
      size_t l = block->row + i, m = block->column + j;
      double g = block->G[i * block->columns + j], both = fabs(a[l] * a[m]);
      bool same = a[l] * a[m] > 0;
      partners *of = &in->of[l];

      if (l == m || !together(square[l], g, square[m], theta[l], theta[m])) continue;
      of->count++;
      add(&of->scaled, g / (theta[l] * theta[m]));
      add(&of->ambient, both * (same ? g : -g));
      add(&of->tangential,
          both * (same ? g - theta[l] * theta[m] : (sqrt(square[l] * square[m]) - g) / 2));
    }
}

/* own + the sum over count - 1 partners */
static double with_partners(double own, positive_sum of, size_t count)
{
  return own + fmin(of.sum, of.largest * (double)(count - 1));
}

/* Whether `count` neurons may be active together by the second limit. */
static bool may_be_active(const search *in, size_t count)
{
  for (size_t l = 0; l < in->f->k; l++) {
    double theta = in->f->theta[l], own = in->square[l] / (theta * theta);
    double most = with_partners(own, in->of[l].scaled, count);

    if (in->of[l].count + 1 >= count && !(most < (double)count * (1 - margin))) return true;
  }
  return false;
}

/* |diag(scale) W|_op from above: the iteration's value and its error; infinite where scale is. */
static lip_status scaled_norm(const lip_construct_job *job, const lip_thresholded *f,
                              const double *scale, bool divide, double *norm, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_operator_norm found;
  double *V = lip_alloc(f->k, f->d * sizeof *V);

  if (!V) FAIL(LIP_ENOMEM, "no memory for %zu x %zu weights", f->k, f->d);
  for (size_t l = 0; l < f->k; l++)
    for (size_t j = 0; j < f->d; j++) {
      double w = f->W[l * f->d + j];

      V[l * f->d + j] = divide ? w / scale[l] : w * scale[l];
    }
  TRY(lip_operator_norm_of(f->k, f->d, V, &found, job->control, err));
  *norm = found.value * (1 + found.error + 1e-9);
done:
  lip_free(V);
  return st;
}

/* The most neurons that can be active together. */
static lip_status count_active(const lip_construct_job *job, const search *in, size_t *most,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_thresholded *f = in->f;
  size_t together_with = 0, count = 1;
  double least = INFINITY, norm = INFINITY;

  for (size_t l = 0; l < f->k; l++) {
    if (in->of[l].count > together_with) together_with = in->of[l].count;
    least = fmin(least, f->theta[l]);
  }
  *most = together_with + 1;
  if (!(least > 1e-6)) goto done;
  while (count < *most && may_be_active(in, count + 1)) count++;
  *most = count;
  TRY(scaled_norm(job, f, f->theta, true, &norm, err));
  if (norm * norm < (double)*most) *most = (size_t)(norm * norm);
done:
  return st;
}

/* The three bounds on |sum_A P v_l|, and the least of them. */
static lip_status steepest(const lip_construct_job *job, const search *in, size_t most,
                           double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_thresholded *f = in->f;
  double ambient = 0, tangential = 0, norm = INFINITY;

  for (size_t l = 0; l < f->k; l++) {
    double a = f->a[l] * f->a[l], theta = f->theta[l] * f->theta[l];
    size_t count = in->of[l].count + 1 < most ? in->of[l].count + 1 : most;

    ambient = fmax(ambient, with_partners(a * in->square[l], in->of[l].ambient, count));
    tangential = fmax(tangential,
                      with_partners(a * (in->square[l] - theta), in->of[l].tangential, count));
  }
  *value = sqrt((double)most * fmin(ambient, tangential));
  if (most == 1) goto done;
  TRY(scaled_norm(job, f, f->a, false, &norm, err));
  *value = fmin(*value, sqrt((double)most) * norm);
done:
  return st;
}

lip_status lip_bound_active(const lip_construct_job *job, const lip_thresholded *f,
                            lip_active_bound *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  search in = {f, lip_alloc(f->k, sizeof *in.square), lip_alloc_zero(f->k, sizeof *in.of)};
  lip_active_bound found = {.most = 1};

  if (!in.square || !in.of) FAIL(LIP_ENOMEM, "no memory for %zu neurons", f->k);
  for (size_t l = 0; l < f->k; l++) in.square[l] = lip_dot(f->d, f->W + l * f->d, f->W + l * f->d);
  TRY(lip_gram_blocks(job, f->k, f->W, f->k, f->W, f->d, false, visit, &in, err));
  for (size_t l = 0; l < f->k; l++) found.pairs += (double)in.of[l].count / 2;
  found.exact = found.pairs == 0;
  if (!found.exact) TRY(count_active(job, &in, &found.most, err));
  TRY(steepest(job, &in, found.most, &found.value, err));
  if (!isfinite(found.value)) FAIL(LIP_ENUMERIC, "the bound on the constant overflows");
  *bound = found;
done:
  lip_free(in.square);
  lip_free(in.of);
  return st;
}
