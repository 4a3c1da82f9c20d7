/* bench_evaluate.c - times values and gradients of a network at rows of points beside the matrix
   products that its dense layers and convolutions are, alone.
   Usage: bench_evaluate NETWORK ROWS REPEATS
   Prints one line for each precision: CPU seconds (the least of the repeats) of the products, of
   values, of gradients, and the ratios. */
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/sgemm.h"

#include <liplaw/net.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void check(lip_status st, const lip_error *err)
{
  if (st == LIP_OK) return;
  (void)fprintf(stderr, "bench_evaluate: %s\n", err->text);
  exit(1);
}

static double seconds(void)
{
  struct timespec t;

  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *numbers(size_t count)
{
  double *made = lip_alloc(count, sizeof *made);

  if (!made) exit(1);
  for (size_t i = 0; i < count; i++) made[i] = 0;
  return made;
}

/* One product of m x k by k x n, in doubles or floats. */
static double time_product(size_t m, size_t n, size_t k, bool narrow)
{
  void *A = numbers(m * k), *B = numbers(k * n), *C = numbers(m * n);
  lip_error err;
  double start = seconds();

  if (narrow)
    check(lip_sgemm(false, false, m, n, k, A, k, B, n, 0, C, n, &err), &err);
  else
    lip_dgemm(false, false, m, n, k, 1, A, k, B, n, 0, C, n);
  start = seconds() - start;
  lip_free(A);
  lip_free(B);
  lip_free(C);
  return start;
}

/* Every dense layer and convolution, windows laid out beforehand. */
static double time_products(const lip_net *net, size_t rows, bool narrow)
{
  double sum = 0;

  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];
    size_t places = node->height * node->width;

    if (node->kind == LIP_NODE_CONVOLUTION || node->kind == LIP_NODE_LINEAR)
      sum += time_product(node->channels, rows * places, node->weights / node->channels, narrow);
  }
  return sum;
}

typedef struct points {
  size_t rows;
  double *X, *Y, *G;
  float *x, *y, *g;
} points;

static double time_values(const lip_net *net, const points *at, bool narrow)
{
  lip_error err;
  double start = seconds();

  if (narrow)
    check(lip_net_values_f32(net, at->rows, at->x, at->y, &err), &err);
  else
    check(lip_net_values(net, at->rows, at->X, at->Y, &err), &err);
  return seconds() - start;
}

static double time_gradients(const lip_net *net, const points *at, bool narrow)
{
  lip_error err;
  double start = seconds();

  if (narrow)
    check(lip_net_gradients_f32(net, 0, at->rows, at->x, at->g, &err), &err);
  else
    check(lip_net_gradients(net, 0, at->rows, at->X, at->G, &err), &err);
  return seconds() - start;
}

int main(int argc, char **argv)
{
  lip_net *net = NULL;
  lip_error err;
  points at;
  size_t d, m;

  if (argc != 4) return 1;
  lip_blas_single_thread();
  check(lip_net_read(argv[1], &net, &err), &err);
  at.rows = strtoul(argv[2], NULL, 10);
  d = lip_net_inputs(net);
  m = lip_net_outputs(net);
  at.X = numbers(at.rows * d), at.Y = numbers(at.rows * m), at.G = numbers(at.rows * d);
  at.x = numbers(at.rows * d), at.y = numbers(at.rows * m), at.g = numbers(at.rows * d);
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, at.rows * d, at.X);
  for (size_t i = 0; i < at.rows * d; i++) at.x[i] = (float)at.X[i];
  for (int narrow = 0; narrow < 2; narrow++) {
    double products = INFINITY, values = INFINITY, gradients = INFINITY;

    for (unsigned long repeat = strtoul(argv[3], NULL, 10); repeat > 0; repeat--) {
      products = fmin(products, time_products(net, at.rows, narrow));
      values = fmin(values, time_values(net, &at, narrow));
      gradients = fmin(gradients, time_gradients(net, &at, narrow));
    }
    (void)printf("%s products %.4g values %.4g gradients %.4g ratios %.3g %.3g\n",
                 narrow ? "f32" : "f64", products, values, gradients, values / products,
                 gradients / products);
  }
  lip_net_free(net);
  return 0;
}
