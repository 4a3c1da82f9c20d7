/* fold.c - the network that a training stands for: batch-norm statistics of all points, folded.

   The points go through in chunks; sums are taken in f64, in the order of the chunks. */
#include "train/trainer.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/sgemm.h"

#include <string.h>

enum { CHUNK = 1024, ROWS = 256 }; /* points at a time, neurons at a time */

typedef struct statistics {
  const lip_trainer *trainer;
  size_t points;   /* of the chunk in hand */
  const float *X;  /* points x d, less the mean of all points */
  float *Z;        /* threads x ROWS x CHUNK */
  double *sum;     /* k: of w.x over the points so far, x centred */
  double *squares; /* k: of its square */
  lip_status *outcome;
} statistics;

static void chunk_task(void *context, size_t task, size_t thread)
{
  statistics *s = context;
  const lip_parameters *w = &s->trainer->weights;
  size_t first = task * ROWS, count = w->k - first < ROWS ? w->k - first : ROWS;
  float *Z = s->Z + thread * ROWS * CHUNK;
  lip_status st = lip_sgemm(false, true, count, s->points, w->d, w->W + first * w->d, w->d, s->X,
                            w->d, 0, Z, CHUNK, NULL);

  if (st != LIP_OK) s->outcome[task] = st;
  for (size_t l = 0; st == LIP_OK && l < count; l++) {
    double sum = 0, squares = 0;

    for (size_t i = 0; i < s->points; i++) {
      double z = (double)Z[l * CHUNK + i];

      sum += z;
      squares += z * z;
    }
    s->sum[first + l] += sum;
    s->squares[first + l] += squares;
  }
}

static void column_means(const lip_dataset *data, double *mean)
{
  memset(mean, 0, data->d * sizeof *mean);
  for (size_t i = 0; i < data->n; i++)
    for (size_t j = 0; j < data->d; j++) mean[j] += data->X[i * data->d + j];
  for (size_t j = 0; j < data->d; j++) mean[j] /= (double)data->n;
}

/* Mean and variance of w_l . x over all points, for every neuron. */
static lip_status find_statistics(const lip_trainer *t, const lip_dataset *data, double *mean,
                                  double *variance, lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t n = data->n, d = data->d, k = t->weights.k, tasks = (k + ROWS - 1) / ROWS;
  double *centre = lip_alloc(d, sizeof *centre);
  float *X = lip_alloc(CHUNK * d, sizeof *X);
  statistics s = {.trainer = t, .X = X, .sum = mean, .squares = variance};

  s.Z = lip_alloc(lip_team_size(t->team) * ROWS * CHUNK, sizeof *s.Z);
  s.outcome = lip_alloc_zero(tasks, sizeof *s.outcome);
  if (!centre || !X || !s.Z || !s.outcome) FAIL(LIP_ENOMEM, "workspace of batch-norm statistics");
  memset(mean, 0, k * sizeof *mean);
  memset(variance, 0, k * sizeof *variance);
  column_means(data, centre);
  for (size_t from = 0; from < n; from += CHUNK) {
    s.points = n - from < CHUNK ? n - from : CHUNK;
    for (size_t i = 0; i < s.points; i++)
      for (size_t j = 0; j < d; j++)
        X[i * d + j] = (float)(data->X[(from + i) * d + j] - centre[j]);
    lip_team_run(t->team, tasks, chunk_task, &s);
    for (size_t i = 0; i < tasks; i++)
      if (s.outcome[i] != LIP_OK)
        FAIL(s.outcome[i], "matrix product of batch-norm statistics: %s",
             lip_status_text(s.outcome[i]));
  }
  for (size_t l = 0; l < k; l++) {
    const float *w = t->weights.W + l * d;
    double rest = mean[l] / (double)n; /* of the centred points: 0 up to rounding */

    variance[l] = variance[l] / (double)n - rest * rest;
    if (variance[l] < 0) variance[l] = 0;
    mean[l] = rest;
    for (size_t j = 0; j < d; j++) mean[l] += (double)w[j] * centre[j];
  }
done:
  lip_free(centre);
  lip_free(X);
  lip_free(s.Z);
  lip_free(s.outcome);
  return st;
}

static void widen(size_t count, const float *from, double *to)
{
  for (size_t i = 0; i < count; i++) to[i] = (double)from[i];
}

static void round_to_float(size_t count, double *x)
{
  for (size_t i = 0; i < count; i++) x[i] = (double)(float)x[i];
}

lip_status lip_trainer_fold(const lip_trainer *t, const lip_dataset *data, lip_net **net,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_train_options *o = t->options;
  const lip_parameters *w = &t->weights;
  const size_t k = w->k, d = w->d, widths[] = {d, k, 1};
  const lip_activation activations[] = {{o->activation, o->slope}, {LIP_IDENTITY, 0}};
  const bool biases[] = {o->bias, o->bias};
  double *of_neuron = lip_alloc(4 * k, sizeof *of_neuron);
  lip_net *folded = NULL;

  if (!of_neuron) FAIL(LIP_ENOMEM, "batch-norm statistics of %zu neurons", k);
  TRY(lip_net_create(2, widths, activations, biases, LIP_F32, &folded, err));
  widen(k * d, w->W, folded->layer[0].W);
  widen(k, w->a, folded->layer[1].W);
  if (o->bias) widen(1, w->c, folded->layer[1].b);
  if (o->batch_norm) {
    double *mean = of_neuron, *variance = mean + k, *gamma = variance + k, *beta = gamma + k;

    TRY(find_statistics(t, data, mean, variance, err));
    widen(k, w->gamma, gamma);
    widen(k, w->beta, beta);
    memset(folded->layer[0].b, 0, k * sizeof(double));
    lip_fold_batch_norm(k, d, folded->layer[0].W, folded->layer[0].b, gamma, beta, mean, variance,
                        o->batch_norm_epsilon);
    round_to_float(k * d, folded->layer[0].W);
    round_to_float(k, folded->layer[0].b);
  } else if (o->bias) {
    widen(k, w->beta, folded->layer[0].b);
  }
  *net = folded;
  folded = NULL;
done:
  lip_net_free(folded);
  lip_free(of_neuron);
  return st;
}
