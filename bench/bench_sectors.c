/* bench_sectors.c WIDTH DEPTH REPEATS [SDPA] | NET - the semidefinite bound of a random ReLU chain,
   or of a network, over its sectors: value, CPU seconds, steps; the same problem for another solver
   as an SDPA file.

   DEPTH matrices of WIDTH x WIDTH, normal numbers of variance 2 / WIDTH, ReLU between them, all
   outputs. Prints: order, multipliers, bound, lower bound of the relaxation, seconds, steps. */
#include "base/memory.h"
#include "base/random.h"
#include "certificate/claim.h"
#include "linalg/dgemm.h"
#include "lipschitz/graphs/sector_balance.h"
#include "lipschitz/graphs/sectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static lip_net *chain(size_t width, size_t depth, lip_error *err)
{
  size_t *widths = lip_alloc(depth + 1, sizeof *widths);
  lip_activation *kinds = lip_alloc(depth, sizeof *kinds);
  bool *biases = lip_alloc_zero(depth, sizeof *biases);
  lip_net *net = NULL;

  if (!widths || !kinds || !biases) return NULL;
  for (size_t j = 0; j <= depth; j++) widths[j] = width;
  for (size_t j = 0; j < depth; j++)
    kinds[j] = (lip_activation){j + 1 < depth ? LIP_RELU : LIP_IDENTITY, 0};
  if (lip_net_create(depth, widths, kinds, biases, LIP_F64, &net, err) == LIP_OK)
    for (size_t j = 0; j < depth; j++) {
      lip_random_normal((lip_stream){1, LIP_FOR_WEIGHTS}, j * width * width, width * width,
                        net->layer[j].W);
      for (size_t i = 0; i < width * width; i++) net->layer[j].W[i] *= sqrt(2 / (double)width);
    }
  lip_free(widths);
  lip_free(kinds);
  lip_free(biases);
  return net;
}

/* One entry of the symmetric matrix `which` (0: the constant), from 1. */
static void put(FILE *file, size_t which, size_t i, size_t j, double value)
{
  if (value != 0 && i <= j) fprintf(file, "%zu 1 %zu %zu %.17g\n", which, i + 1, j + 1, value);
}

/* min rho, sum over multipliers of lambda_g F_g + rho F_rho - F_0 >= 0, lambda >= 0. ReLU chains:
   F_i has 1 at (y_i, y_i) and -C_i / 2 beside it; F_0 is D'D. */
static void write_sdpa(const lip_sectors_program *program, FILE *file)
{
  const lip_sectors_block *output = &program->block[program->blocks + 1];
  const lip_sectors_block *top = &program->block[program->blocks];
  size_t groups = program->groups;

  fprintf(file, "%zu\n2\n%zu -%zu\n", groups + 1, program->order, groups);
  for (size_t g = 0; g < groups; g++) fprintf(file, "0 ");
  fprintf(file, "1\n");
  for (size_t i = 0; i < top->size; i++)
    for (size_t j = i; j < top->size; j++) {
      double sum = 0;

      for (size_t r = 0; r < output->rows; r++)
        sum += output->coupling[0].C[r * top->size + i] * output->coupling[0].C[r * top->size + j];
      put(file, 0, top->offset + i, top->offset + j, sum);
    }
  for (size_t b = 1; b <= program->blocks; b++) {
    const lip_sectors_block *block = &program->block[b];
    const lip_sectors_block *from = &program->block[block->coupling[0].from];

    for (size_t i = 0; i < block->size; i++) {
      size_t g = block->first + i;

      for (size_t k = 0; k < from->size; k++)
        put(file, g + 1, from->offset + k, block->offset + i,
            -block->mean[i] * block->coupling[0].C[i * from->size + k]);
      put(file, g + 1, block->offset + i, block->offset + i, 1);
      fprintf(file, "%zu 2 %zu %zu 1\n", g + 1, g + 1, g + 1);
    }
  }
  for (size_t i = 0; i < program->block[0].size; i++) put(file, groups + 1, i, i, 1);
}

static double cpu_seconds(void)
{
  return (double)clock() / CLOCKS_PER_SEC;
}

int main(int argc, char **argv)
{
  size_t width = argc > 2 ? (size_t)atol(argv[1]) : 64,
         depth = argc > 2 ? (size_t)atol(argv[2]) : 4;
  int repeats = argc > 3 ? atoi(argv[3]) : 1;
  lip_error err = {""};
  lip_net *net = NULL;
  lip_claim *claim = NULL;
  lip_sector_form *form = NULL;
  lip_sectors_program *program = NULL;
  lip_sectors_answer answer = {.found = false};
  lip_output all = {.kind = LIP_ALL_OUTPUTS};
  double best = INFINITY, unit;
  double *lambda;

  lip_blas_single_thread();
  if (argc != 2)
    net = chain(width, depth, &err);
  else if (lip_net_read(argv[1], &net, &err) != LIP_OK)
    net = NULL;
  if (!net || lip_claim_create(net, all, LIP_NORM_2, (lip_domain){.kind = LIP_SPACE}, &claim, &err))
    return fprintf(stderr, "%s\n", err.text), 1;
  claim->deep = true;
  if (lip_sector_form_create(claim, false, &form, NULL, &err) ||
      lip_sector_balance(form, NULL, &err) ||
      lip_sectors_program_create(form, &program, NULL, &err))
    return fprintf(stderr, "%s\n", err.text), 1;
  unit = ldexp(1, form->exponent[form->blocks + 1]);
  lambda = lip_alloc(program->groups, sizeof *lambda);
  for (int i = 0; lambda && i < repeats; i++) {
    lip_sectors_solver *solver = NULL;
    double before = cpu_seconds();

    if (lip_sectors_solver_create(program, &solver, &err) ||
        lip_sectors_solve(solver, (lip_sectors_goal){1e-7, 0, INFINITY}, false, lambda, &answer,
                          NULL, &err))
      return fprintf(stderr, "%s\n", err.text), 1;
    best = fmin(best, cpu_seconds() - before);
    lip_sectors_solver_free(solver);
  }
  printf("%zu %zu %.12g %.12g %.4g %zu %.17g\n", program->order, program->groups,
         sqrt(answer.rho) * unit, sqrt(fmax(answer.least, 0)) * unit, best, answer.steps, unit);
  if (argc > 4) {
    FILE *file = fopen(argv[4], "w");

    if (!file) return 1;
    write_sdpa(program, file);
    if (fclose(file) != 0) return 1;
  }
  lip_free(lambda);
  lip_sectors_program_free(program);
  lip_sector_form_free(form);
  lip_claim_free(claim);
  lip_net_free(net);
  return 0;
}
