/* test_signals.c - a signal that arrives during a matrix product changes nothing. */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/sgemm.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static volatile sig_atomic_t arrived;

static void on_signal(int number)
{
  (void)number;
  arrived++;
}

/* A handler that runs on the stack of the thread, and a signal every 200 microseconds. */
static int start_signals(void **state)
{
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  const struct itimerval often = {{0, 200}, {0, 200}};

  (void)state;
  arrived = 0;
  return sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &often, NULL);
}

static int end_signals(void **state)
{
  const struct itimerval never = {{0, 0}, {0, 0}};

  (void)state;
  return setitimer(ITIMER_REAL, &never, NULL);
}

enum { M = 512, N = 512, K = 300 };
static const double SECONDS = 0.4;

static void a_single_precision_product_is_not_disturbed(void **state)
{
  size_t inputs = (size_t)(M + N) * K, outputs = (size_t)M * N;
  float *A = lip_alloc(inputs, sizeof *A), *B = A + (size_t)M * K;
  float *C = lip_alloc(outputs, sizeof *C), *first = lip_alloc(outputs, sizeof *first);
  double end;

  (void)state;
  assert_true(A && C && first);
  for (size_t i = 0; i < inputs; i++) A[i] = (float)(i % 17) - 8;
  assert_int_equal(lip_sgemm(false, true, M, N, K, A, K, B, K, 0, first, N, NULL), LIP_OK);
  for (end = lip_seconds() + SECONDS; lip_seconds() < end || arrived < 20;) {
    void *other = malloc(1000); /* the heap is looked at as well */

    assert_int_equal(lip_sgemm(false, true, M, N, K, A, K, B, K, 0, C, N, NULL), LIP_OK);
    assert_memory_equal(C, first, outputs * sizeof *C);
    free(other);
  }
  lip_free(A);
  lip_free(C);
  lip_free(first);
}

static void a_double_precision_product_is_not_disturbed(void **state)
{
  size_t inputs = (size_t)(M + N) * K, outputs = (size_t)M * N;
  double *A = lip_alloc(inputs, sizeof *A), *B = A + (size_t)M * K;
  double *C = lip_alloc(outputs, sizeof *C), *first = lip_alloc(outputs, sizeof *first);
  double end;

  (void)state;
  assert_true(A && C && first);
  lip_blas_single_thread();
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, inputs, A);
  lip_dgemm(false, true, M, N, K, 1, A, K, B, K, 0, first, N);
  for (end = lip_seconds() + SECONDS; lip_seconds() < end || arrived < 20;) {
    lip_dgemm(false, true, M, N, K, 1, A, K, B, K, 0, C, N);
    assert_memory_equal(C, first, outputs * sizeof *C);
  }
  lip_free(A);
  lip_free(C);
  lip_free(first);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_single_precision_product_is_not_disturbed, start_signals,
                                      end_signals),
      cmocka_unit_test_setup_teardown(a_double_precision_product_is_not_disturbed, start_signals,
                                      end_signals),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
