/* penalty.c - the semidefinite Lipschitz bound of a two-layer network as a penalty.

   method  S moves towards the maximum of F by S <- N S N / tr(N S N), N = sum_l u_l u_l' / |u_l|_S,
           whose fixed points of full rank satisfy the maximum's condition N S = F S; a few of these
           whenever the trainer asks, each from the S before. In between S is frozen, and the
           gradient of F(S) in the weights is, where S attains the maximum, a subgradient of the
           bound itself (Danskin).
             dF/dc_l = w_l . g + half sign(c_l) |w_l|_S      g = mid S u_0 / |u_0|_S
             dF/dw_l = c_l g + half |c_l| S w_l / |w_l|_S
   cost    2 k d^2 flops a step, 4 (k + d) d^2 an iteration, beside 4 n k d of the step itself
   limits  one output; the bound of the whole space: it counts patterns that no point has */
#include "train/penalty.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/sgemm.h"

#include <math.h>
#include <string.h>

/* The slopes of psi. */
static void slopes(const lip_train_options *options, double *low, double *high)
{
  *low = options->activation == LIP_ABS          ? -1
         : options->activation == LIP_IDENTITY   ? 1
         : options->activation == LIP_LEAKY_RELU ? options->slope
                                                 : 0;
  *high = 1;
  if (*low > *high) *low = *high;
}

lip_status lip_penalty_create(const lip_train_options *options, size_t d, size_t threads,
                              size_t block, lip_penalty *penalty, lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t k = options->k;
  lip_penalty p = {.k = k, .d = d};
  double low, high;

  if (options->minimise == LIP_MINIMISE_NOTHING) goto done;
  slopes(options, &low, &high);
  p.mid = 0.5 * (low + high);
  p.half = 0.5 * (high - low);
  p.S = lip_alloc_zero(d * d, sizeof *p.S);
  p.rounded = lip_alloc(d * d, sizeof *p.rounded);
  p.u = lip_alloc((k + 1) * d, sizeof *p.u);
  p.mapped = lip_alloc((k < d ? d : k + 1) * d, sizeof *p.mapped);
  p.N = lip_alloc(d * d, sizeof *p.N);
  p.square = lip_alloc(d * d, sizeof *p.square);
  p.sum = lip_alloc(d, sizeof *p.sum);
  p.common = lip_alloc(d, sizeof *p.common);
  p.by_factor = lip_alloc(k, sizeof *p.by_factor);
  p.along = lip_alloc(k, sizeof *p.along);
  p.SW = lip_alloc(threads * block * d, sizeof *p.SW);
  if (!p.S || !p.rounded || !p.u || !p.mapped || !p.N || !p.square || !p.sum || !p.common ||
      !p.by_factor || !p.along || !p.SW)
    FAIL(LIP_ENOMEM, "workspace of a Lipschitz penalty of %zu neurons in %zu dimensions", k, d);
  for (size_t j = 0; j < d; j++) p.S[j * d + j] = 1.0 / (double)d;
  *penalty = p;
  p = (lip_penalty){0};
done:
  lip_penalty_clear(&p);
  return st;
}

void lip_penalty_clear(lip_penalty *penalty)
{
  lip_free(penalty->S);
  lip_free(penalty->rounded);
  lip_free(penalty->u);
  lip_free(penalty->mapped);
  lip_free(penalty->N);
  lip_free(penalty->square);
  lip_free(penalty->sum);
  lip_free(penalty->common);
  lip_free(penalty->by_factor);
  lip_free(penalty->along);
  lip_free(penalty->SW);
  *penalty = (lip_penalty){0};
}

double lip_penalty_weight(const lip_train_options *options, size_t taken)
{
  const double least = 1e-4;

  if (options->minimise == LIP_MINIMISE_NOTHING) return 0;
  return options->weight * pow(least, (double)taken / (double)(options->steps + 1));
}

static void find_rows(lip_penalty *p, const float *W, const float *factor, const float *a)
{
  const size_t k = p->k, d = p->d;

  memset(p->u, 0, d * sizeof *p->u);
  for (size_t l = 0; l < k; l++) {
    const double c = (double)factor[l] * (double)a[l];
    double *u = p->u + (l + 1) * d;

    for (size_t j = 0; j < d; j++) {
      double v = c * (double)W[l * d + j];

      p->u[j] += p->mid * v;
      u[j] = p->half * v;
    }
  }
}

/* N = sum u u' / |u|_S, and the sum of the |u|_S. */
static double find_N(lip_penalty *p)
{
  const size_t rows = p->k + 1, d = p->d;
  double value = 0;

  lip_dgemm(false, false, rows, d, d, 1, p->u, d, p->S, d, 0, p->mapped, d);
  for (size_t l = 0; l < rows; l++) {
    double *u = p->u + l * d, *Su = p->mapped + l * d, square = 0;
    double size, share;

    for (size_t j = 0; j < d; j++) square += u[j] * Su[j];
    size = square > 0 ? sqrt(square) : 0;
    share = size > 0 ? 1 / size : 0;
    value += size;
    for (size_t j = 0; j < d; j++) Su[j] = share * u[j];
  }
  lip_dgemm(true, false, d, d, rows, 1, p->u, d, p->mapped, d, 0, p->N, d);
  return value;
}

double lip_penalty_improve(lip_penalty *p, const float *W, const float *factor, const float *a,
                           size_t iterations)
{
  const size_t d = p->d;
  double value = 0;

  find_rows(p, W, factor, a);
  for (size_t i = 0; i < iterations; i++) {
    double trace = 0;

    value = find_N(p);
    lip_dgemm(false, false, d, d, d, 1, p->N, d, p->S, d, 0, p->square, d);
    lip_dgemm(false, false, d, d, d, 1, p->square, d, p->N, d, 0, p->mapped, d);
    for (size_t j = 0; j < d; j++) trace += p->mapped[j * d + j];
    if (!(trace > 0 && isfinite(trace))) break; /* all weights are 0, or training diverges */
    for (size_t j = 0; j < d; j++)
      for (size_t m = 0; m < d; m++)
        p->S[j * d + m] = (p->mapped[j * d + m] + p->mapped[m * d + j]) / (2 * trace);
  }
  for (size_t j = 0; j < d * d; j++) p->rounded[j] = (float)p->S[j];
  return value;
}

void lip_penalty_begin(lip_penalty *p, const float *W, const float *factor, const float *a)
{
  const size_t k = p->k, d = p->d;
  double square = 0;

  memset(p->sum, 0, d * sizeof *p->sum);
  for (size_t l = 0; l < k; l++) {
    const double c = p->mid * (double)factor[l] * (double)a[l];

    for (size_t j = 0; j < d; j++) p->sum[j] += c * (double)W[l * d + j];
  }
  lip_dgemv(false, d, d, 1, p->S, d, p->sum, 0, p->mapped);
  for (size_t j = 0; j < d; j++) square += p->sum[j] * p->mapped[j];
  for (size_t j = 0; j < d; j++)
    p->common[j] = square > 0 ? (float)(p->mid * p->mapped[j] / sqrt(square)) : 0.0F;
}

lip_status lip_penalty_block(lip_penalty *p, const float *W, const float *factor, const float *a,
                             size_t first, size_t count, float *SW)
{
  const size_t d = p->d;
  lip_status st = lip_sgemm(false, false, count, d, d, W + first * d, d, p->rounded, d, 0, SW, d,
                            NULL);

  for (size_t l = first; st == LIP_OK && l < first + count; l++) {
    const float *w = W + l * d, *Sw = SW + (l - first) * d;
    const float c = factor[l] * a[l], half = (float)p->half;
    float square = 0, shared = 0, size;

    for (size_t j = 0; j < d; j++) {
      square += w[j] * Sw[j];
      shared += w[j] * p->common[j];
    }
    size = square > 0 ? sqrtf(square) : 0.0F;
    p->by_factor[l] = shared + (c > 0 ? half : c < 0 ? -half : 0) * size;
    p->along[l] = size > 0 ? half * fabsf(c) / size : 0.0F;
  }
  return st;
}

void lip_penalty_add(const lip_penalty *p, const float *factor, const float *a, size_t first,
                     size_t count, const float *SW, float *dW)
{
  const size_t d = p->d;

  for (size_t l = 0; l < count; l++) {
    const float c = p->weight * factor[first + l] * a[first + l];
    const float along = p->weight * p->along[first + l];

    for (size_t j = 0; j < d; j++) dW[l * d + j] += c * p->common[j] + along * SW[l * d + j];
  }
}
