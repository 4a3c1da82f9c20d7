/* test_base.c - random streams, options, files, teams. */
#include "base/parallel.h"
#include "base/random.h"

#include <math.h>
#include <stdarg.h>
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

static void add_task(void *context, size_t task, size_t thread)
{
  size_t *seen = context;

  (void)thread;
  seen[task]++;
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
      cmocka_unit_test(a_team_does_every_task_once),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
