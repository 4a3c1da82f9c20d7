/* sectors_start.c - multipliers to start from, in closed form block by block.

   From the last block to the first: with S what the blocks after b and the outputs ask of y_b,
   lambda = 2 mu diag(w) for slopes in [0, 1], mu the largest eigenvalue of w^-1/2 S w^-1/2, keeps
   diag(lambda) - S > 0, and is the best multiple of w that leaves a norm (Xu and Sivaranjani's
   ECLipsE-Fast has w = 1). For [low, high]: times max |slope| over half the width. */
#include "lipschitz/graphs/sectors_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/largest_eigenvalue.h"
#include "linalg/vector.h"

#include <math.h>

static const double ROOM = 1.1;    /* of multipliers above what is needed */
static const double SLACK = 3;     /* of rho: a start in the middle, not at the border */
static const double LITTLE = 1e-9; /* of rho above the least one */
static const double NOTHING = 1e-12;

/* x -> - W^-1/2 S W^-1/2 x, S's lower triangle. */
typedef struct asked {
  size_t n;
  const double *S;
  const double *weight; /* n; NULL: 1 */
  double *scratch;      /* n */
} asked;

static void times_asked(void *context, const double *x, double *y)
{
  const asked *in = context;

  for (size_t i = 0; i < in->n; i++) {
    in->scratch[i] = in->weight ? x[i] / sqrt(in->weight[i]) : x[i];
    y[i] = 0;
  }
  for (size_t i = 0; i < in->n; i++) {
    const double *row = in->S + i * in->n;

    y[i] -= row[i] * in->scratch[i] + lip_dot(i, row, in->scratch);
    lip_add_multiple(i, -in->scratch[i], row, y);
  }
  for (size_t i = 0; in->weight && i < in->n; i++) y[i] /= sqrt(in->weight[i]);
}

/* The largest eigenvalue of -S about the weights; 0 where it is none. */
static lip_status largest_asked(size_t n, const double *S, const double *weight, double *value,
                                const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double *vector = lip_alloc_zero(n, 2 * sizeof *vector);
  asked in = {n, S, weight, vector ? vector + n : NULL};
  lip_eigenvalue found = {.value = 0};

  if (!vector) FAIL(LIP_ENOMEM, "a block of order %zu", n);
  TRY(lip_largest_eigenvalue(n, times_asked, &in, 1e-3, vector, &found, control, err));
  *value = fmax(found.value + found.error, 0);
done:
  lip_free(vector);
  return st;
}

/* max |slope| over half the width, where z counts; pools: 2. */
static double reach(const lip_sectors_block *block, size_t i)
{
  if (block->groups < block->size || block->spread[i] > 0)
    return (fabs(block->mean[i]) + block->spread[i]) / block->spread[i];
  return 2;
}

/* Weights of a block: of one multiplier 1, else the inverse of the typical |z_i|. */
static void weigh(const lip_sectors_program *program, const lip_sectors_block *block,
                  double *weight)
{
  double largest = 0;

  for (size_t i = 0; i < block->size; i++) weight[i] = 0;
  for (size_t r = 0; r < block->rows; r++)
    for (size_t c = 0; c < block->couplings; c++) {
      size_t columns = program->block[block->coupling[c].from].size;
      const double *row = block->coupling[c].C + r * columns;

      weight[r < block->size ? r : block->group[r]] += lip_dot(columns, row, row);
    }
  for (size_t i = 0; i < block->size; i++) largest = fmax(largest, weight[i]);
  for (size_t i = 0; i < block->size; i++)
    weight[i] = block->groups < block->size || !(largest > 0)
                    ? 1
                    : 1 / sqrt(fmax(weight[i] / largest, NOTHING));
}

static lip_status start_block(lip_sectors_solver *s, size_t b, double *weight, double *lambda,
                              double *heaviest, bool *made, lip_error *err)
{
  const lip_sectors_block *block = &s->program->block[b];
  size_t count = s->program->blocks + 1;
  const double *S = s->M->at[b * count + b];
  double most = 0;
  lip_status st = LIP_OK;

  weigh(s->program, block, weight);
  TRY(largest_asked(block->size, S, weight, &most, s->control, err));
  *heaviest = fmax(*heaviest, most);
  most = fmax(most, NOTHING * *heaviest);
  if (!(most > 0)) most = 1;
  for (size_t i = 0; i < block->size; i++)
    lambda[block->group[i]] = ROOM * most * weight[i] * reach(block, i);
  lip_sectors_matrix_add(s->M, b, lambda);
  *made = lip_sectors_matrix_eliminate(s->M, b);
done:
  return st;
}

lip_status lip_sectors_start(lip_sectors_solver *s, double *at, bool *found, lip_error *err)
{
  const lip_sectors_program *program = s->program;
  lip_status st = LIP_OK;
  double heaviest = 0, *weight = lip_alloc(program->order, sizeof *weight);

  if (!weight) FAIL(LIP_ENOMEM, "%zu weights", program->order);
  *found = true;
  lip_sectors_matrix_clear(s->M);
  lip_sectors_matrix_add(s->M, program->blocks + 1, NULL);
  for (size_t b = program->blocks; b > 0 && *found; b--)
    if (program->block[b].size > 0)
      TRY(start_block(s, b, weight, at + program->block[b].first, &heaviest, found, err));
  if (!*found) goto done;
  TRY(largest_asked(program->block[0].size, s->M->at[0], NULL, &at[program->groups], s->control,
                    err));
  at[program->groups] *= SLACK;
  *found = at[program->groups] > 0 && isfinite(at[program->groups]);
done:
  lip_free(weight);
  return st;
}

lip_status lip_sectors_tighten(lip_sectors_solver *s, double *at, lip_error *err)
{
  const lip_sectors_program *program = s->program;
  lip_status st = LIP_OK;
  double before = at[program->groups], least = 0;

  lip_sectors_matrix_fill(s->M, at, 0, true);
  for (size_t b = program->blocks; b > 0; b--)
    if (!lip_sectors_matrix_eliminate(s->M, b)) goto done;
  TRY(largest_asked(program->block[0].size, s->M->at[0], NULL, &least, NULL, err));
  at[program->groups] = least * (1 + LITTLE);
  if (!(at[program->groups] < before) || !lip_sectors_definite(s, at)) at[program->groups] = before;
done:
  return st;
}
