/* test_base.c - random streams, arrays, teams of threads. */
#include "base/memory.h"
#include "base/parallel.h"
#include "base/random.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void a_draw_depends_on_its_position_alone(void **state)
{
  lip_stream stream = {7, LIP_FOR_POINTS};
  double whole[101], part[50];

  (void)state;
  lip_random_normal(stream, 0, 101, whole);
  lip_random_normal(stream, 33, 50, part);
  assert_memory_equal(whole + 33, part, sizeof part);
}

static void normals_have_mean_zero_and_variance_one(void **state)
{
  enum { COUNT = 200000 };
  static double draws[COUNT];
  double sum = 0, squares = 0;

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, COUNT, draws);
  for (size_t i = 0; i < COUNT; i++) {
    sum += draws[i];
    squares += draws[i] * draws[i];
  }
  assert_true(fabs(sum / COUNT) < 5 / sqrt(COUNT));
  assert_true(fabs(squares / COUNT - 1) < 5 * sqrt(2.0 / COUNT));
}

/* The generator's own published vectors: counter and key 0 (Random123, kat_vectors, philox4x32 with
 * 10 rounds). */
static void bits_are_those_that_philox_defines(void **state)
{
  static const uint32_t expected[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  uint32_t bits[4];

  (void)state;
  lip_random_bits((lip_stream){0, (lip_purpose)0}, 0, 4, bits);
  assert_memory_equal(bits, expected, sizeof bits);
}

static void streams_of_another_seed_or_purpose_share_no_draw(void **state)
{
  const lip_stream streams[] = {{7, LIP_FOR_POINTS},
                                {8, LIP_FOR_POINTS},
                                {7 + (UINT64_C(1) << 40), LIP_FOR_POINTS},
                                {7, LIP_FOR_LABELS}};
  double draws[4][100];

  (void)state;
  for (size_t s = 0; s < 4; s++) lip_random_uniform(streams[s], 0, 100, draws[s]);
  for (size_t s = 0; s < 4; s++)
    for (size_t t = 0; t < s; t++)
      for (size_t i = 0; i < 100; i++)
        for (size_t j = 0; j < 100; j++) assert_true(draws[s][i] != draws[t][j]);
}

/* Kolmogorov's statistic of 100,000 draws; P(sqrt(n) D > 2.2) < 2 exp(-2 * 2.2^2) < 2e-4. */
static void uniforms_are_uniform_in_the_open_interval(void **state)
{
  enum { COUNT = 100000, CELLS = 1000 };
  static double draws[COUNT];
  size_t below[CELLS + 1] = {0};
  double worst = 0, sum = 0;

  (void)state;
  lip_random_uniform((lip_stream){3, LIP_FOR_LABELS}, 0, COUNT, draws);
  for (size_t i = 0; i < COUNT; i++) {
    assert_true(draws[i] > 0 && draws[i] < 1);
    below[(size_t)(draws[i] * CELLS)]++;
  }
  for (size_t c = 0; c < CELLS; c++) {
    sum += (double)below[c] / COUNT;
    worst = fmax(worst, fabs(sum - (double)(c + 1) / CELLS));
  }
  assert_true(sqrt(COUNT) * worst < 2.2);
}

static void a_permutation_holds_every_number_once_and_another_differs(void **state)
{
  size_t first[50], again[50], other[50];
  bool seen[50] = {false};

  (void)state;
  lip_random_permutation((lip_stream){5, LIP_FOR_BATCHES}, 0, 50, first);
  lip_random_permutation((lip_stream){5, LIP_FOR_BATCHES}, 0, 50, again);
  lip_random_permutation((lip_stream){5, LIP_FOR_BATCHES}, 1, 50, other);
  for (size_t i = 0; i < 50; i++) {
    assert_true(first[i] < 50 && !seen[first[i]]);
    seen[first[i]] = true;
  }
  assert_memory_equal(first, again, sizeof first);
  assert_memory_not_equal(first, other, sizeof first);
}

static void an_array_is_aligned_and_an_impossible_one_is_refused(void **state)
{
  (void)state;
  for (size_t count = 0; count < 100; count++) {
    unsigned char *memory = lip_alloc_zero(count, 3);

    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % 64, 0);
    for (size_t i = 0; i < 3 * count; i++) assert_int_equal(memory[i], 0);
    lip_free(memory);
  }
  assert_null(lip_alloc(SIZE_MAX / 2, 3));
  assert_null(lip_alloc(SIZE_MAX, 1));
}

static void add_task(void *context, size_t task, size_t thread)
{
  size_t *seen = context;

  (void)thread;
  seen[task]++;
}

static void note_thread(void *context, size_t task, size_t thread)
{
  size_t *by = context;

  by[task] = thread;
}

static void a_task_is_told_a_thread_of_the_team(void **state)
{
  lip_team *team = lip_team_create(3);
  size_t by[1000];

  (void)state;
  assert_non_null(team);
  assert_int_equal(lip_team_size(team), 3);
  lip_team_run(team, 1000, note_thread, by);
  for (size_t i = 0; i < 1000; i++) assert_true(by[i] < 3);
  lip_team_run(team, 0, note_thread, NULL);
  lip_team_free(team);
  lip_team_free(NULL);
}

static void a_team_does_every_task_once(void **state)
{
  (void)state;
  for (size_t threads = 1; threads <= 4; threads++) {
    lip_team *team = lip_team_create(threads);

    assert_non_null(team);
    for (size_t loop = 0; loop < 2000; loop++) {
      size_t seen[17];

      memset(seen, 0, sizeof seen);
      lip_team_run(team, 17, add_task, seen);
      for (size_t i = 0; i < 17; i++) assert_int_equal(seen[i], 1);
    }
    lip_team_free(team);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_draw_depends_on_its_position_alone),
      cmocka_unit_test(normals_have_mean_zero_and_variance_one),
      cmocka_unit_test(bits_are_those_that_philox_defines),
      cmocka_unit_test(streams_of_another_seed_or_purpose_share_no_draw),
      cmocka_unit_test(uniforms_are_uniform_in_the_open_interval),
      cmocka_unit_test(a_permutation_holds_every_number_once_and_another_differs),
      cmocka_unit_test(an_array_is_aligned_and_an_impossible_one_is_refused),
      cmocka_unit_test(a_team_does_every_task_once),
      cmocka_unit_test(a_task_is_told_a_thread_of_the_team),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
