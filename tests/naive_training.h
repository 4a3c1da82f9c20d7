/* naive_training.h - a training step as the textbook writes it, in f64: what the fast one is tested
   against. Batch normalisation is differentiated through mean and variance as they stand (Ioffe and
   Szegedy 2015, section 3), nothing is centred beforehand, nothing is fused. */
#ifndef NAIVE_TRAINING_H
#define NAIVE_TRAINING_H

#include <liplaw/net.h>
#include <liplaw/train.h>

#include <math.h>
#include <stdlib.h>

typedef struct naive {
  size_t n, d, k, count;
  double *X, *y;                  /* n x d, n */
  double *theta, *first, *second; /* W (k x d), gamma, beta, a (k each), c */
  double *gradient;
  double *z, *normal, *u; /* k x n */
  double *r;              /* n */
  size_t updates;
} naive;

static double *numbers(size_t count)
{
  double *x = calloc(count, sizeof *x);

  if (!x) abort();
  return x;
}

static naive naive_create(size_t n, size_t d, size_t k)
{
  naive t = {.n = n, .d = d, .k = k, .count = k * d + 3 * k + 1};

  t.X = numbers(n * d);
  t.y = numbers(n);
  t.theta = numbers(t.count);
  t.first = numbers(t.count);
  t.second = numbers(t.count);
  t.gradient = numbers(t.count);
  t.z = numbers(k * n);
  t.normal = numbers(k * n);
  t.u = numbers(k * n);
  t.r = numbers(n);
  return t;
}

static void naive_free(naive *t)
{
  double *all[] = {t->X,        t->y, t->theta,  t->first, t->second,
                   t->gradient, t->z, t->normal, t->u,     t->r};

  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void mean_and_variance(size_t n, const double *x, double *mean, double *variance)
{
  double sum = 0, squares = 0;

  for (size_t i = 0; i < n; i++) sum += x[i];
  for (size_t i = 0; i < n; i++) squares += (x[i] - sum / (double)n) * (x[i] - sum / (double)n);
  *mean = sum / (double)n;
  *variance = squares / (double)n;
}

/* Returns the loss. */
static double naive_forward(naive *t, const lip_train_options *o)
{
  const double *W = t->theta, *gamma = W + t->k * t->d, *beta = gamma + t->k, *a = beta + t->k;
  lip_activation psi = {o->activation, o->slope};
  double loss = 0;

  for (size_t i = 0; i < t->n; i++) t->r[i] = a[t->k] - t->y[i];
  for (size_t l = 0; l < t->k; l++) {
    double *z = t->z + l * t->n, *normal = t->normal + l * t->n, mean = 0, variance = 1;

    for (size_t i = 0; i < t->n; i++) {
      z[i] = 0;
      for (size_t j = 0; j < t->d; j++) z[i] += W[l * t->d + j] * t->X[i * t->d + j];
    }
    if (o->batch_norm) mean_and_variance(t->n, z, &mean, &variance);
    for (size_t i = 0; i < t->n; i++) {
      normal[i] = o->batch_norm ? (z[i] - mean) / sqrt(variance + o->batch_norm_epsilon) : z[i];
      t->u[l * t->n + i] = gamma[l] * normal[i] + beta[l];
      t->r[i] += a[l] * lip_activation_value(psi, t->u[l * t->n + i]);
    }
  }
  for (size_t i = 0; i < t->n; i++) loss += t->r[i] * t->r[i];
  return loss / (double)t->n;
}

/* dz from g = the gradient of u, for one neuron. */
static void back_through_batch_norm(const naive *t, const lip_train_options *o, size_t l,
                                    const double *g, double *dz)
{
  const double n = (double)t->n, gamma = t->theta[t->k * t->d + l];
  const double *z = t->z + l * t->n;
  double mean = 0, variance = 0, inverse, of_variance = 0, of_mean = 0;

  if (!o->batch_norm) {
    for (size_t i = 0; i < t->n; i++) dz[i] = g[i];
    return;
  }
  mean_and_variance(t->n, z, &mean, &variance);
  inverse = 1 / sqrt(variance + o->batch_norm_epsilon);
  for (size_t i = 0; i < t->n; i++) {
    of_variance -= 0.5 * gamma * g[i] * (z[i] - mean) * inverse * inverse * inverse;
    of_mean -= gamma * g[i] * inverse;
  }
  for (size_t i = 0; i < t->n; i++)
    dz[i] = gamma * g[i] * inverse + of_variance * 2 * (z[i] - mean) / n + of_mean / n;
}

static inline void naive_gradient(naive *t, const lip_train_options *o)
{
  const size_t kd = t->k * t->d;
  lip_activation psi = {o->activation, o->slope};
  double *G = t->gradient, *g = numbers(t->n), *dz = numbers(t->n);

  for (size_t i = 0; i < t->count; i++) G[i] = 0;
  for (size_t i = 0; i < t->n; i++) G[t->count - 1] += 2 / (double)t->n * t->r[i];
  for (size_t l = 0; l < t->k; l++) {
    for (size_t i = 0; i < t->n; i++) {
      double u = t->u[l * t->n + i], of_output = 2 / (double)t->n * t->r[i];

      g[i] = of_output * t->theta[kd + 2 * t->k + l] * lip_activation_slope(psi, u);
      G[kd + l] += g[i] * t->normal[l * t->n + i];
      G[kd + t->k + l] += g[i];
      G[kd + 2 * t->k + l] += of_output * lip_activation_value(psi, u);
    }
    back_through_batch_norm(t, o, l, g, dz);
    for (size_t i = 0; i < t->n; i++)
      for (size_t j = 0; j < t->d; j++) G[l * t->d + j] += dz[i] * t->X[i * t->d + j];
    if (!o->batch_norm) G[kd + l] = 0;
    if (!o->bias) G[kd + t->k + l] = 0;
  }
  if (!o->bias) G[t->count - 1] = 0;
  free(g);
  free(dz);
}

/* Adam as in Kingma and Ba 2015, algorithm 1. */
static inline void naive_adam(naive *t, const lip_train_options *o)
{
  const double step = (double)++t->updates;

  for (size_t i = 0; i < t->count; i++) {
    double g = t->gradient[i];

    t->first[i] = o->beta1 * t->first[i] + (1 - o->beta1) * g;
    t->second[i] = o->beta2 * t->second[i] + (1 - o->beta2) * g * g;
    t->theta[i] -= o->learning_rate * (t->first[i] / (1 - pow(o->beta1, step))) /
                   (sqrt(t->second[i] / (1 - pow(o->beta2, step))) + o->adam_epsilon);
  }
}

#endif
