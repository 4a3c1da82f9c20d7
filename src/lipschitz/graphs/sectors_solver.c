/* sectors_solver.c - the workspace of the search for multipliers. */
#include "lipschitz/graphs/sectors_parts.h"

#include "base/error.h"
#include "base/memory.h"

static size_t most_rows(const lip_sectors_program *program)
{
  size_t rows = 0;

  for (size_t b = 1; b <= program->blocks; b++)
    if (program->block[b].rows > rows) rows = program->block[b].rows;
  return rows;
}

double lip_sectors_solver_bytes(const lip_sectors_program *program)
{
  double n = (double)program->order, R = (double)program->rows, N = (double)program->groups;
  double numbers = 5 * n * n + 2 * (n + (double)most_rows(program)) * R + (N + 1) * (N + 8);

  numbers += 2 * lip_sectors_matrix_numbers(program) + lip_sectors_completion_numbers(program);
  return numbers * sizeof(double);
}

double lip_sectors_step_flops(const lip_sectors_program *program)
{
  double n = (double)program->order, N = (double)program->groups;

  return 16 * n * lip_sectors_matrix_products(program) + N * N * N / 3;
}

lip_status lip_sectors_solver_create(const lip_sectors_program *program,
                                     lip_sectors_solver **solver, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = program->order, R = program->rows, N = program->groups + 1;
  lip_sectors_solver *s = lip_alloc_zero(1, sizeof *s);
  const struct {
    double **at;
    size_t rows, columns;
  } rooms[] = {{&s->P, n, n},
               {&s->X, n, n},
               {&s->E, n, n},
               {&s->F, n, n},
               {&s->G, n, n},
               {&s->TP, n, R},
               {&s->TX, n, R},
               {&s->H, N, N},
               {&s->ZP, most_rows(program), R},
               {&s->scale, N, 1},
               {&s->at, N, 1},
               {&s->ZX, most_rows(program), R},
               {&s->history, N, LIP_SECTORS_HISTORY},
               {&s->next, N, 1},
               {&s->toward, N, 1},
               {&s->center, N, 1},
               {&s->inner, N, 1}};

  if (!s) FAIL(LIP_ENOMEM, "a solver for %zu multipliers", N);
  s->program = program;
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
    *rooms[i].at = lip_alloc(rooms[i].rows, rooms[i].columns * sizeof(double));
    if (!*rooms[i].at) FAIL(LIP_ENOMEM, "a solver for %zu multipliers", N);
  }
  TRY(lip_sectors_matrix_create(program, &s->M, err));
  TRY(lip_sectors_matrix_create(program, &s->step, err));
  TRY(lip_sectors_completion_create(s->M, &s->completion, err));
  *solver = s;
  s = NULL;
done:
  lip_sectors_solver_free(s);
  return st;
}

void lip_sectors_solver_free(lip_sectors_solver *s)
{
  if (!s) return;
  double *const rooms[] = {s->P,    s->X,      s->E,      s->F,     s->G,  s->TP,
                           s->TX,   s->H,      s->ZP,     s->scale, s->at, s->history,
                           s->next, s->toward, s->center, s->inner, s->ZX};

  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) lip_free(rooms[i]);
  lip_sectors_matrix_free(s->M);
  lip_sectors_matrix_free(s->step);
  lip_sectors_completion_free(s->completion);
  lip_free(s);
}
