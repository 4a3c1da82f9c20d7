/* random_tensor_norm.c - max over unit x of |F(x)|, F(x) = sum y_i (x_i.x)^p, x_i uniform on the
   unit sphere, random signs: the operator norm of sum y_i x_i^(tensor p).

   p = 2: eigenvalues. Others: the shifted symmetric power iteration (Kolda and Mayo 2011),
   x <- the direction of s grad F(x) / p + a x, from random points and from data points; a value
   below the norm, where no start leads to the highest top. Cost 4 n d a step. */
#include "study/lemmas.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "data/sample_kinds.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { RANDOM_STARTS = 8, DATA_STARTS = 8, STEPS = 200 };

typedef struct tensor {
  size_t n, d, p;
  double *X, *y, *t, *weight, *x, *gradient; /* n x d; n; n; n; d; d */
} tensor;

/* F(x), and grad F(x) / p. */
static double value_at(const tensor *self, const double *x)
{
  double value = 0;

  lip_dgemv(false, self->n, self->d, 1, self->X, self->d, x, 0, self->t);
  for (size_t i = 0; i < self->n; i++) {
    double power = self->y[i];

    for (size_t q = 1; q < self->p; q++) power *= self->t[i];
    self->weight[i] = power;
    value += power * self->t[i];
  }
  lip_dgemv(true, self->n, self->d, 1, self->X, self->d, self->weight, 0, self->gradient);
  return value;
}

/* Climbs s F from self->x. */
static double climb(const tensor *self, double sign)
{
  double value = sign * value_at(self, self->x), shift = 0;

  for (int step = 0; step < STEPS; step++) {
    double next;

    shift = fmax(shift, fabs(value));
    for (size_t j = 0; j < self->d; j++) self->x[j] = sign * self->gradient[j] + shift * self->x[j];
    lip_sample_normalise(self->d, self->x);
    next = sign * value_at(self, self->x);
    if (next < value) shift *= 2;
    if (fabs(next - value) <= 1e-8 * fabs(next)) return fmax(next, value);
    value = next;
  }
  return value;
}

static double best_climb(const tensor *self, uint64_t seed)
{
  lip_stream stream = {seed, LIP_FOR_STARTS};
  double best = 0;

  for (size_t start = 0; start < RANDOM_STARTS + DATA_STARTS; start++)
    for (int sign = -1; sign <= 1; sign += 2) {
      if (start < RANDOM_STARTS)
        lip_random_normal(stream, start * self->d, self->d, self->x);
      else
        memcpy(self->x, self->X + (start - RANDOM_STARTS) % self->n * self->d,
               self->d * sizeof *self->x);
      lip_sample_normalise(self->d, self->x);
      best = fmax(best, climb(self, sign));
    }
  return best;
}

static lip_status largest_eigenvalue(const tensor *self, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = self->d;
  double *M = lip_alloc(d + 1, d * sizeof *M);

  if (!M) FAIL(LIP_ENOMEM, "no memory for %zu dimensions", d);
  for (int sign = -1; sign <= 1; sign += 2) /* the points with y = sign, over what is there */
    for (size_t i = 0, count = 0; i < self->n; i++) {
      if (self->y[i] == sign)
        memcpy(self->weight + count++ * d, self->X + i * d, d * sizeof *self->X);
      if (i + 1 == self->n)
        lip_dsyrk(true, d, count, sign, self->weight, d, sign < 0 ? 0 : 1, M, d);
    }
  TRY(lip_symmetric_eigen(d, M, M + d * d, false, err));
  *value = fmax(-M[d * d], M[d * d + d - 1]);
done:
  lip_free(M);
  return st;
}

lip_status random_tensor_norm(const study_run *run, size_t n, size_t d, size_t p, uint64_t seed,
                              double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sample_options options;
  lip_dataset *data = NULL;
  tensor self = {.n = n, .d = d, .p = p};
  double *room = lip_alloc((p == 2 ? n * d : n) + n + 2 * d, sizeof *room);

  (void)run;
  lip_sample_defaults(&options);
  options.kind = LIP_SPHERE;
  options.n = n;
  options.d = d;
  options.seed = seed;
  if (!room) FAIL(LIP_ENOMEM, "no memory for %zu points", n);
  TRY(lip_sample(&options, &data, err));
  self.X = data->X;
  self.y = data->y;
  self.t = room;
  self.x = room + n;
  self.gradient = self.x + d;
  self.weight = self.gradient + d;
  if (p == 2)
    TRY(largest_eigenvalue(&self, value, err));
  else
    *value = best_climb(&self, seed);
done:
  lip_free(room);
  lip_dataset_free(data);
  return st;
}
