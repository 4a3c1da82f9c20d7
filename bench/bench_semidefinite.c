/* bench_semidefinite.c - times the semidefinite bound of a random network, proof included, and
   writes the same problem for other solvers.
   Usage: bench_semidefinite NEURONS INPUTS REPEATS FILE (in SDPA's sparse format; - for none)
   Prints the proved bound and the median CPU seconds of multipliers and of their proof. */
#include "base/memory.h"
#include "base/random.h"
#include "certificate/claim.h"
#include "certificate/proof.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"
#include "lipschitz/two_layers/multipliers.h"

#include <liplaw/net.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_REPEATS = 101 };
static const double ACCURACY = 2e-7;

static void check(lip_status st, const lip_error *err)
{
  if (st == LIP_OK) return;
  (void)fprintf(stderr, "bench_semidefinite: %s\n", err->text);
  exit(1);
}

/* One hidden ReLU layer, normal weights. */
static lip_net *random_network(size_t k, size_t d)
{
  const size_t widths[] = {d, k, 1};
  const lip_activation psi[] = {{LIP_RELU, 0}, {LIP_IDENTITY, 0}};
  const bool biases[] = {true, true};
  lip_net *net = NULL;
  lip_error err;

  check(lip_net_create(2, widths, psi, biases, LIP_F64, &net, &err), &err);
  lip_random_normal((lip_stream){k + d, LIP_FOR_WEIGHTS}, 0, net->parameters, net->block);
  for (size_t i = 0; i < k * d; i++) net->layer[0].W[i] /= sqrt((double)d);
  for (size_t l = 0; l < k; l++) net->layer[1].W[l] /= sqrt((double)k);
  return net;
}

/* Minimise sum(y) with diag(y) - U U' >= 0, U = [M; v_1; ...; v_k], v_l = a_l w_l / 2, M their sum:
   the bound squared. */
static void write_problem(const lip_net *net, const char *path)
{
  size_t d = net->layer[0].in, n = net->layer[0].out + 1;
  double *U = lip_alloc_zero(n, d * sizeof *U), *C = lip_alloc(n, n * sizeof *C);
  FILE *file = fopen(path, "w");

  if (!file || !U || !C) exit(1);
  for (size_t l = 1; l < n; l++) {
    lip_add_multiple(d, net->layer[1].W[l - 1] / 2, net->layer[0].W + (l - 1) * d, U + l * d);
    lip_add_multiple(d, 1, U + l * d, U);
  }
  lip_dgemm(false, true, n, n, d, 1, U, d, U, d, 0, C, n);
  (void)fprintf(file, "%zu\n1\n%zu\n", n, n);
  for (size_t l = 0; l < n; l++) (void)fprintf(file, "1 ");
  (void)fprintf(file, "\n");
  for (size_t i = 0; i < n; i++)
    for (size_t j = i; j < n; j++)
      (void)fprintf(file, "0 1 %zu %zu %.17g\n", i + 1, j + 1, C[i * n + j]);
  for (size_t l = 1; l <= n; l++) (void)fprintf(file, "%zu 1 %zu %zu 1\n", l, l, l);
  if (fclose(file)) exit(1);
  lip_free(U);
  lip_free(C);
}

static double cpu_seconds(void)
{
  struct timespec now;

  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* From the network to the proved bound. */
static double prove(const lip_claim *claim, double *seconds, double *proving)
{
  size_t k = claim->k;
  double *low = lip_alloc_zero(k, sizeof *low), *high = lip_alloc(k, sizeof *high), *tau, value,
         upper = INFINITY, start = cpu_seconds();
  lip_proof proof = {.kind = &lip_proof_multipliers};
  lip_multipliers *solver = NULL;
  bool proved = false;
  lip_error err;

  if (!low || !high) exit(1);
  for (size_t l = 0; l < k; l++) high[l] = 1;
  check(lip_proof_add(&proof, "multipliers", 1, &k, &tau, &err), &err);
  check(lip_multipliers_create(claim, &solver, &err), &err);
  check(lip_multipliers_find(solver, low, high, (lip_multipliers_goal){ACCURACY, 0, INFINITY},
                             false, tau, &value, NULL, NULL, &err),
        &err);
  *seconds = cpu_seconds() - start;
  start = cpu_seconds();
  check(lip_proof_settle(claim, &proof, value, &upper, &proved, NULL, &err), &err);
  *proving = cpu_seconds() - start;
  lip_multipliers_free(solver);
  lip_proof_clear(&proof);
  lip_free(low);
  lip_free(high);
  return proved ? upper : INFINITY;
}

static int ascending(const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
  size_t repeats = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
  double seconds[MOST_REPEATS], proving[MOST_REPEATS], upper = 0;
  lip_net *net;
  lip_claim *claim = NULL;
  lip_error err;

  if (repeats < 1 || repeats > MOST_REPEATS) return 2;
  lip_blas_single_thread();
  net = random_network(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10));
  if (strcmp(argv[4], "-") != 0) write_problem(net, argv[4]);
  check(lip_claim_create(net, (lip_output){LIP_ALL_OUTPUTS, 0, 0}, LIP_NORM_2,
                         (lip_domain){.kind = LIP_SPACE}, &claim, &err),
        &err);
  for (size_t r = 0; r < repeats; r++) upper = prove(claim, seconds + r, proving + r);
  qsort(seconds, repeats, sizeof *seconds, ascending);
  qsort(proving, repeats, sizeof *proving, ascending);
  (void)printf("%.12g %.6g %.6g\n", upper, seconds[repeats / 2], proving[repeats / 2]);
  lip_claim_free(claim);
  lip_net_free(net);
  return 0;
}
