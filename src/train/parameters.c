/* parameters.c - the parameters of a two-layer network in one block, and their first values. */
#include "train/trainer.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"

#include <math.h>

enum { DRAWS = 4096 }; /* at a time */

lip_status lip_parameters_create(size_t k, size_t d, lip_parameters *parameters, lip_error *err)
{
  lip_parameters p = {.k = k, .d = d, .count = k * d + 3 * k + 1};

  p.block = lip_alloc_zero(p.count, sizeof *p.block);
  if (!p.block) return lip_fail(err, LIP_ENOMEM, "%zu parameters", p.count);
  p.W = p.block;
  p.gamma = p.W + k * d;
  p.beta = p.gamma + k;
  p.a = p.beta + k;
  p.c = p.a + k;
  *parameters = p;
  return LIP_OK;
}

void lip_parameters_clear(lip_parameters *parameters)
{
  lip_free(parameters->block);
  *parameters = (lip_parameters){0};
}

typedef struct drawing {
  lip_stream stream;
  uint64_t first;
  size_t count;
  double width; /* of U(-width, width) */
  float *out;
} drawing;

static void draw_task(void *context, size_t task, size_t thread)
{
  const drawing *job = context;
  size_t from = task * DRAWS;
  size_t count = job->count - from < DRAWS ? job->count - from : DRAWS;
  double uniform[DRAWS];

  (void)thread;
  lip_random_uniform(job->stream, job->first + from, count, uniform);
  for (size_t i = 0; i < count; i++)
    job->out[from + i] = (float)(job->width * (2.0 * uniform[i] - 1.0));
}

void lip_parameters_draw(lip_parameters *parameters, const lip_train_options *options,
                         lip_team *team)
{
  const size_t k = parameters->k, d = parameters->d;
  const double inner = 1.0 / sqrt((double)d), outer = 1.0 / sqrt((double)k);
  const lip_stream stream = {options->seed, LIP_FOR_WEIGHTS};
  drawing W = {stream, 0, k * d, inner, parameters->W};
  drawing b = {stream, k * d, k, inner, parameters->beta};
  drawing a = {stream, k * d + k, k, outer * options->output_scale, parameters->a};
  drawing c = {stream, k * d + 2 * k, 1, outer, parameters->c};

  lip_team_run(team, (k * d + DRAWS - 1) / DRAWS, draw_task, &W);
  lip_team_run(team, (k + DRAWS - 1) / DRAWS, draw_task, &a);
  for (size_t l = 0; l < k; l++) parameters->gamma[l] = 1.0F;
  if (!options->bias) return;
  lip_team_run(team, 1, draw_task, &c);
  if (!options->batch_norm) lip_team_run(team, (k + DRAWS - 1) / DRAWS, draw_task, &b);
}
