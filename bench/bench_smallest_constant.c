/* bench_smallest_constant.c - times L* of a sample beside the bare products of its blocks, in
   turns; prints the medians. Usage: bench_smallest_constant [N [D [REPEATS]]] (10000 1000 5) */
#include "base/clock.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "data/near_pairs.h"
#include "data/smallest_constant.h"
#include "linalg/dgemm.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 512, MAX_REPEATS = 101 };

typedef struct products {
  lip_squares X;
  float *g; /* BLOCK x BLOCK for each thread */
  size_t blocks;
} products;

static void check(lip_status st, const lip_error *err)
{
  if (st == LIP_OK) return;
  (void)fprintf(stderr, "bench_smallest_constant: %s\n", err->text);
  exit(1);
}

/* One row of blocks, from the diagonal on. */
static void multiply(void *context, size_t task, size_t thread)
{
  products *in = context;
  lip_error err;

  for (size_t j = task; j < in->blocks; j++) {
    size_t left = in->X.n - task * BLOCK, right = in->X.n - j * BLOCK;

    check(lip_squares_products(&in->X, task * BLOCK, left < BLOCK ? left : BLOCK, j * BLOCK,
                               right < BLOCK ? right : BLOCK, in->g + thread * BLOCK * BLOCK, &err),
          &err);
  }
}

static int ascending(const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
  lip_sample_options options = {.n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000,
                                .d = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000};
  size_t repeats = argc > 3 ? strtoul(argv[3], NULL, 10) : 5, count;
  double all[MAX_REPEATS], bare[MAX_REPEATS], value = 0;
  lip_team *team = lip_team_create(0);
  lip_dataset *data = NULL;
  products in = {.blocks = (options.n + BLOCK - 1) / BLOCK};
  lip_error err;

  lip_blas_single_thread();
  if (repeats < 1 || repeats > MAX_REPEATS || !team) return 2;
  check(lip_sample(&options, &data, &err), &err);
  check(lip_squares_prepare(data->X, data->n, data->d, &in.X, &err), &err);
  in.g = lip_alloc(lip_team_size(team), sizeof *in.g * BLOCK * BLOCK);
  if (!in.g) return 1;
  for (size_t r = 0; r < repeats; r++) {
    double start = lip_seconds();

    check(lip_smallest_constant_on(team, data, 0, NULL, &count, &value, NULL, &err), &err);
    all[r] = lip_seconds() - start;
    start = lip_seconds();
    lip_team_run(team, in.blocks, multiply, &in);
    bare[r] = lip_seconds() - start;
  }
  qsort(all, repeats, sizeof *all, ascending);
  qsort(bare, repeats, sizeof *bare, ascending);
  (void)printf("n = %zu, d = %zu, %zu threads: L* = %.6g in %.2f s, its products alone %.2f s, "
               "ratio %.2f\n",
               data->n, data->d, lip_team_size(team), value, all[repeats / 2], bare[repeats / 2],
               all[repeats / 2] / bare[repeats / 2]);
  lip_free(in.g);
  lip_squares_clear(&in.X);
  lip_dataset_free(data);
  lip_team_free(team);
  return 0;
}
