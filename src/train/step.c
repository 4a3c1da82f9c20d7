/* step.c - one step of full-batch training, in blocks of neurons.

   forward   a block of neurons computes its rows of Z = W X^T, their variances, and its share of
             the outputs a . psi(gamma Z / sqrt(variance + epsilon) + beta); the shares are added in
             the order of the blocks
   backward  the same block sums r psi', r psi' z and r psi over the points, which gives the
             gradients of a, gamma and beta and the two corrections of batch normalisation, turns
             its rows of Z into their gradient, multiplies by X, and updates its rows of W
   A block belongs to one thread and stays in its cache. Blocks depend on the sizes alone and meet
   only in ordered sums, so that no bit depends on the number of threads.

   With z the centred values, s = 1 / sqrt(v + epsilon), v = mean z^2, u = gamma s z + beta, and
   g_i = 2 / n a r_i psi'(u_i), the gradient of z_i is
     gamma s (g_i - mean g - s^2 z_i mean(g z))
   (Ioffe and Szegedy 2015, section 3). Its middle term is the same for all points, and the columns
   of X sum to 0: it drops out of the product with X, and is left out. cost: 4 n k d flops */
#include "train/trainer.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/sgemm.h"

#include <math.h>
#include <string.h>

/* The neurons of one block. */
typedef struct span {
  size_t first, count;
} span;

static span block_of(const lip_trainer *t, size_t block)
{
  size_t first = block * t->block, left = t->weights.k - first;

  return (span){first, left < t->block ? left : t->block};
}

/* Rows first .. first + count of Z as the loops see them. */
static lip_rows rows_of(const lip_trainer *t, size_t first, size_t count)
{
  return (lip_rows){count,
                    t->points.padded,
                    t->points.stride,
                    t->Z + first * t->points.stride,
                    t->scale + first,
                    t->shift + first,
                    t->options->activation,
                    (float)t->options->slope};
}

/* How many neurons a pass takes at a time, so that their rows stay in the first-level cache between
   two passes. */
enum { SLICE = 4 };

/* scale and shift of the activation's argument for neurons first .. first + count. */
static void normalise(lip_trainer *t, size_t first, size_t count)
{
  const float n = (float)t->points.n, epsilon = (float)t->options->batch_norm_epsilon;

  for (size_t l = first; l < first + count; l++) {
    if (t->options->batch_norm) {
      float squares = t->loops->sum_squares(t->points.padded, t->Z + l * t->points.stride);

      t->inverse[l] = 1.0F / sqrtf(squares / n + epsilon);
    } else {
      t->inverse[l] = 1.0F;
    }
    t->scale[l] = t->weights.gamma[l] * t->inverse[l];
    t->shift[l] = t->weights.beta[l];
  }
}

static void forward_block(void *context, size_t block, size_t thread)
{
  lip_trainer *t = context;
  const lip_points *p = &t->points;
  const span b = block_of(t, block);
  float *share = t->partial + block * p->padded;

  (void)thread;
  t->outcome[block] = lip_sgemm(false, false, b.count, p->padded, p->d,
                                t->weights.W + b.first * p->d, p->d, p->transpose, p->stride, 0,
                                t->Z + b.first * p->stride, p->stride, NULL);
  if (t->outcome[block] != LIP_OK) return;
  memset(share, 0, p->padded * sizeof *share);
  for (size_t done = 0; done < b.count; done += SLICE) {
    size_t first = b.first + done, count = b.count - done < SLICE ? b.count - done : SLICE;
    lip_rows rows = rows_of(t, first, count);

    normalise(t, first, count);
    t->loops->add_outputs(&rows, t->weights.a + first, share);
  }
}

static lip_status first_failure(const lip_trainer *t, lip_error *err)
{
  for (size_t i = 0; i < t->blocks; i++)
    if (t->outcome[i] != LIP_OK)
      return lip_fail(err, t->outcome[i], "matrix product of training: %s",
                      lip_status_text(t->outcome[i]));
  return LIP_OK;
}

/* Adds the blocks' shares, in their order; residuals beyond n stay 0, so that no pass needs to know
   where the points end. */
static void find_residuals(lip_trainer *t, lip_fit *fit)
{
  const lip_points *p = &t->points;
  float *r = t->residual;
  double squares = 0, sum = 0;
  size_t correct = 0;

  for (size_t i = 0; i < p->n; i++) r[i] = *t->weights.c;
  for (size_t block = 0; block < t->blocks; block++) {
    const float *share = t->partial + block * p->padded;

    for (size_t i = 0; i < p->n; i++) r[i] += share[i];
  }
  for (size_t i = 0; i < p->n; i++) {
    correct += r[i] * p->y[i] > 0;
    r[i] -= p->y[i];
    squares += (double)r[i] * (double)r[i];
    sum += (double)r[i];
  }
  *fit = (lip_fit){squares / (double)p->n, sum / (double)p->n, correct};
}

lip_status lip_trainer_forward(lip_trainer *t, lip_fit *fit, lip_error *err)
{
  lip_status st = LIP_OK;

  lip_team_run(t->team, t->blocks, forward_block, t);
  TRY(first_failure(t, err));
  find_residuals(t, fit);
done:
  return st;
}

/* From the sums over the points to the gradients of a, gamma, beta, and to the coefficients p and q
   of the gradient of z (elementwise.h, to_gradient). */
static void combine_sums(lip_trainer *t, size_t first, size_t count)
{
  const size_t k = t->weights.k;
  const float n = (float)t->points.n;
  float *value = t->sums, *slope = value + k, *moment = slope + k;
  float *p = moment + k, *q = p + k;

  for (size_t l = first; l < first + count; l++) {
    const float a = 2.0F / n * t->weights.a[l];
    const float by_slope = slope[l], by_z = moment[l];

    p[l] = a * t->scale[l];
    q[l] = t->options->batch_norm ? -p[l] * by_z * t->inverse[l] * t->inverse[l] / n : 0.0F;
    value[l] *= 2.0F / n;                 /* of a */
    slope[l] = a * by_slope;              /* of beta */
    moment[l] = a * by_z * t->inverse[l]; /* of gamma */
  }
}

/* The same for the penalty weight F, whose gradient by c_l = scale_l a_l is known. Under batch
   normalisation scale_l is gamma_l / sqrt(variance + epsilon): its gradient in the row z is one
   more multiple of z. */
static void add_penalty(lip_trainer *t, size_t first, size_t count)
{
  const size_t k = t->weights.k;
  const float n = (float)t->points.n;
  float *value = t->sums, *moment = value + 2 * k, *q = moment + 2 * k;

  for (size_t l = first; l < first + count; l++) {
    const float by_factor = t->penalty.weight * t->penalty.by_factor[l];
    const float a = t->weights.a[l], inverse = t->inverse[l];

    value[l] += by_factor * t->scale[l];
    moment[l] += by_factor * a * inverse;
    if (t->options->batch_norm) q[l] -= by_factor * a * t->scale[l] * inverse * inverse / n;
  }
}

static void update(lip_trainer *t, size_t first, size_t count, const float *gradient)
{
  t->loops->adam(count, &t->adam, gradient, t->weights.block + first, t->first.block + first,
                 t->second.block + first);
}

static void backward_block(void *context, size_t block, size_t thread)
{
  lip_trainer *t = context;
  const lip_points *points = &t->points;
  const size_t k = t->weights.k, d = points->d;
  const span b = block_of(t, block);
  float *value = t->sums, *slope = value + k, *moment = slope + k;
  float *p = moment + k, *q = p + k;
  float *dW = t->gradient + thread * t->block * d;
  const bool penalised = t->penalty.weight > 0;
  float *SW = penalised ? t->penalty.SW + thread * t->block * d : NULL;

  if (penalised)
    t->outcome[block] = lip_penalty_block(&t->penalty, t->weights.W, t->scale, t->weights.a,
                                          b.first, b.count, SW);
  if (t->outcome[block] != LIP_OK) return;
  for (size_t done = 0; done < b.count; done += SLICE) {
    size_t first = b.first + done, count = b.count - done < SLICE ? b.count - done : SLICE;
    lip_rows rows = rows_of(t, first, count);

    t->loops->sum_slopes(&rows, t->residual, value + first, slope + first, moment + first);
    combine_sums(t, first, count);
    if (penalised) add_penalty(t, first, count);
    t->loops->to_gradient(&rows, t->residual, p + first, q + first);
  }
  t->outcome[block] = lip_sgemm(false, false, b.count, d, points->padded,
                                t->Z + b.first * t->points.stride, t->points.stride, points->X, d,
                                0, dW, d, NULL);
  if (t->outcome[block] != LIP_OK) return;
  if (penalised) lip_penalty_add(&t->penalty, t->scale, t->weights.a, b.first, b.count, SW, dW);
  update(t, b.first * d, b.count * d, dW);
  if (t->options->batch_norm) update(t, k * d + b.first, b.count, moment + b.first);
  if (t->options->bias) update(t, k * d + k + b.first, b.count, slope + b.first);
  update(t, k * d + 2 * k + b.first, b.count, value + b.first);
}

/* S is brought up to date now and then: the weights move little in between. */
static void prepare_penalty(lip_trainer *t)
{
  enum { EVERY = 5, FIRST = 30, AGAIN = 2 };
  const lip_parameters *w = &t->weights;
  size_t taken = t->updates;

  if (!t->penalty.S) return;
  t->penalty.weight = (float)lip_penalty_weight(t->options, taken);
  if (taken % EVERY == 0)
    (void)lip_penalty_improve(&t->penalty, w->W, t->scale, w->a, taken == 0 ? FIRST : AGAIN);
  lip_penalty_begin(&t->penalty, w->W, t->scale, w->a);
}

lip_status lip_trainer_backward(lip_trainer *t, const lip_fit *fit, lip_error *err)
{
  const lip_train_options *o = t->options;
  const float of_c = (float)(2.0 * fit->mean);
  double steps;
  lip_status st = LIP_OK;

  prepare_penalty(t);
  steps = (double)++t->updates;
  t->adam = (lip_adam){(float)o->beta1, (float)o->beta2,
                       (float)(o->learning_rate / (1.0 - pow(o->beta1, steps))),
                       (float)(1.0 / sqrt(1.0 - pow(o->beta2, steps))), (float)o->adam_epsilon};
  lip_team_run(t->team, t->blocks, backward_block, t);
  TRY(first_failure(t, err));
  if (o->bias) update(t, t->weights.count - 1, 1, &of_c);
done:
  return st;
}
