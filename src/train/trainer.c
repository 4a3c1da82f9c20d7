/* trainer.c - the memory of a training: made once, before the first step. */
#include "train/trainer.h"

#include "base/error.h"
#include "base/memory.h"

/* Neurons per block: few, so that their rows of Z stay in a core's cache (CACHE floats) from the
   product through all passes; as many as the product needs to run at full speed, more where its
   rows are long and X comes from far. An even number of equal blocks keeps two threads busy. */
static size_t neurons_per_block(size_t padded, size_t d, size_t k)
{
  enum { CACHE = 1 << 18, FEW = 24, ENOUGH = 48, MANY = 96, LONG = 512 };
  size_t most = CACHE / padded, pairs;

  if (most < FEW) most = FEW;
  if (most > ENOUGH) most = ENOUGH;
  if (d >= LONG) most = MANY;
  pairs = (k + 2 * most - 1) / (2 * most);
  return (k + 2 * pairs - 1) / (2 * pairs);
}

lip_status lip_trainer_create(const lip_train_options *options, size_t n, size_t d,
                              lip_trainer *trainer, lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t k = options->k;
  lip_trainer t = {.options = options, .loops = lip_elementwise_best()};

  t.team = lip_team_create(options->threads);
  if (!t.team) FAIL(LIP_ENOMEM, "a team of %zu threads", options->threads);
  TRY(lip_points_create(n, d, &t.points, err));
  TRY(lip_parameters_create(k, d, &t.weights, err));
  TRY(lip_parameters_create(k, d, &t.first, err));
  TRY(lip_parameters_create(k, d, &t.second, err));
  t.block = neurons_per_block(t.points.padded, d, k);
  t.blocks = (k + t.block - 1) / t.block;
  t.Z = lip_alloc(k * t.points.stride, sizeof *t.Z);
  t.scale = lip_alloc(3 * k, sizeof *t.scale);
  t.partial = lip_alloc(t.blocks * t.points.padded, sizeof *t.partial);
  t.residual = lip_alloc_zero(t.points.padded, sizeof *t.residual);
  t.gradient = lip_alloc(lip_team_size(t.team) * t.block * d, sizeof *t.gradient);
  t.sums = lip_alloc(5 * k, sizeof *t.sums);
  t.outcome = lip_alloc_zero(t.blocks, sizeof *t.outcome);
  if (!t.Z || !t.scale || !t.partial || !t.residual || !t.gradient || !t.sums || !t.outcome)
    FAIL(LIP_ENOMEM, "workspace of training %zu neurons on %zu points in %zu dimensions", k, n, d);
  TRY(lip_penalty_create(options, d, lip_team_size(t.team), t.block, &t.penalty, err));
  t.shift = t.scale + k;
  t.inverse = t.shift + k;
  *trainer = t;
  t = (lip_trainer){0};
done:
  lip_trainer_clear(&t);
  return st;
}

void lip_trainer_clear(lip_trainer *trainer)
{
  lip_team_free(trainer->team);
  lip_parameters_clear(&trainer->weights);
  lip_parameters_clear(&trainer->first);
  lip_parameters_clear(&trainer->second);
  lip_points_clear(&trainer->points);
  lip_free(trainer->Z);
  lip_free(trainer->scale);
  lip_free(trainer->partial);
  lip_free(trainer->residual);
  lip_free(trainer->gradient);
  lip_free(trainer->sums);
  lip_free(trainer->outcome);
  lip_penalty_clear(&trainer->penalty);
  *trainer = (lip_trainer){0};
}
