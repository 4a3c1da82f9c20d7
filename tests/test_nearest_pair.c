/* test_nearest_pair.c - the least distance of different points against all pairs, one by one. */
#include "networks.h"

#include "base/memory.h"
#include "data/nearest_pair.h"

#include <liplaw/dataset.h>

static lip_pair by_all_pairs(const double *A, size_t n, size_t d)
{
  lip_pair best = {.distance = INFINITY};

  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++) {
      long double square = 0;

      for (size_t k = 0; k < d; k++) {
        long double t = (long double)A[i * d + k] - A[j * d + k];

        square += t * t;
      }
      if (square > 0 && (double)sqrtl(square) < best.distance * (1 - 1e-14))
        best = (lip_pair){.i = i, .j = j, .distance = (double)sqrtl(square)};
    }
  return best;
}

static lip_pair found_in(const double *A, size_t n, size_t d, size_t threads)
{
  lip_team *team = lip_team_create(threads);
  lip_pair pair;

  assert_non_null(team);
  assert_int_equal(lip_nearest_pair(team, A, n, d, &pair, NULL, NULL), LIP_OK);
  lip_team_free(team);
  return pair;
}

/* Clouds, far from the origin, of all sizes, with equal points, on a grid where many distances tie.
 */
static void it_is_the_nearest_of_all_pairs(void **state)
{
  static const struct {
    size_t n, d;
    double far, size;
    bool grid;
  } cases[] = {{1300, 3, 0, 1, false},     {1300, 3, 1e8, 1, false},    {700, 40, -3, 1e-9, false},
               {700, 40, 0, 1e150, false}, {700, 40, 0, 1e-150, false}, {900, 2, 5, 1, true},
               {2, 1, 0, 1, false},        {513, 1, 0, 1, false}};
  static double A[1300 * 40];

  (void)state;
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    size_t n = cases[c].n, d = cases[c].d;
    lip_pair all, found;

    lip_random_normal((lip_stream){c, LIP_FOR_POINTS}, 0, n * d, A);
    for (size_t i = 0; i < n * d; i++) {
      if (cases[c].grid) A[i] = floor(8 * A[i]);
      A[i] = cases[c].far + cases[c].size * A[i];
    }
    for (size_t i = 40; i < n; i += 40) memcpy(A + i * d, A + (i - 7) * d, d * sizeof *A);
    all = by_all_pairs(A, n, d);
    for (size_t threads = 1; threads <= 3; threads += 2) {
      found = found_in(A, n, d, threads);
      assert_true(found.i == all.i && found.j == all.j);
      assert_true(fabs(found.distance / all.distance - 1) <= 1e-15);
    }
  }
}

static void equal_points_have_no_nearest_pair(void **state)
{
  double A[] = {1, 2, 1, 2, 1, 2};

  (void)state;
  assert_true(isinf(found_in(A, 3, 2, 1).distance));
  assert_true(isinf(found_in(A, 1, 2, 1).distance));
}

static bool stop(void *context)
{
  (void)context;
  return true;
}

static void it_stops_when_asked_and_reports_memory(void **state)
{
  double A[] = {1, 2, 3, 4};
  lip_team *team = lip_team_create(1);
  lip_pair pair;
  lip_status st = LIP_ENOMEM;

  (void)state;
  assert_int_equal(lip_nearest_pair(team, A, 2, 2, &pair, &(lip_control){.stop = stop}, NULL),
                   LIP_EINTERRUPT);
  for (size_t k = 0; st != LIP_OK; k++) {
    assert_true(k < 50);
    lip_alloc_fail_after(k);
    st = lip_nearest_pair(team, A, 2, 2, &pair, NULL, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_OK || st == LIP_ENOMEM);
  }
  lip_team_free(team);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_the_nearest_of_all_pairs),
      cmocka_unit_test(equal_points_have_no_nearest_pair),
      cmocka_unit_test(it_stops_when_asked_and_reports_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
