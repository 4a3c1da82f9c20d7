/* tape.c - the values of every node and derivatives, in double precision. */
#include "net/tape.h"

enum { WORKSPACE = 32 << 20, MOST_ROWS = 1024 };

/* The network's own numbers. */
static lip_status take_numbers(const lip_net *net, double **W, double **b, double **block,
                               lip_error *err)
{
  (void)err;
  for (size_t i = 0; i < net->nodes; i++) {
    W[i] = net->node[i].W;
    b[i] = net->node[i].b;
  }
  *block = NULL;
  return LIP_OK;
}

#define REAL       double
#define TAPE(name) lip_##name
#define MULTIPLY(tape, i, p, transposed, fresh, from, to, err)                                     \
  lip_operator_multiply((tape)->net, i, p, transposed, fresh, (tape)->rows, from, to, err)
#include "net/tape_loops.h"

size_t lip_tape_rows(const lip_net *net, size_t rows)
{
  size_t fit = WORKSPACE / sizeof(double) / (2 * all_sizes(net));

  if (fit < 1) fit = 1;
  if (fit > MOST_ROWS) fit = MOST_ROWS;
  return rows < fit ? rows : fit;
}
