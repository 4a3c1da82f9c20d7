/* test_train_loops.c - the elementwise passes of every instruction set against the C library. */
#include "train/elementwise.h"

#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

enum { COUNT = 1 << 16 };
static const char *const sets[] = {"generic", "avx2", "avx512"};

/* Arguments of both signs over all magnitudes that matter, 0 among them. */
static float *arguments(void)
{
  float *u = lip_alloc(COUNT, sizeof *u);

  assert_non_null(u);
  for (int i = 0; i < COUNT; i++) {
    double size = exp(40.0 * (double)(i / 2) / (COUNT / 2) - 35.0); /* 6e-16 to 150 */

    u[i] = (float)(i % 2 ? size : -size);
  }
  u[0] = 0;
  return u;
}

static double softplus(double x)
{
  return fmax(x, 0) + log1p(exp(-fabs(x)));
}

static double sigmoid(double x)
{
  return 1 / (1 + exp(-x));
}

/* |x - y| in units of the last place of y, or of 1e-30 where y is smaller. */
static double ulps(float x, double y)
{
  return fabs((double)x - y) / fmax(fabs(y) * 0x1p-24, 1e-30);
}

static double worst_value(const lip_elementwise *loops, lip_activation_kind kind,
                          double (*exact)(double))
{
  const float one = 1, zero = 0;
  float *u = arguments(), *y = lip_alloc_zero(COUNT, sizeof *y);
  lip_rows rows = {1, COUNT, COUNT, u, &one, &zero, kind, 0};
  double worst = 0;

  assert_non_null(y);
  loops->add_outputs(&rows, &one, y);
  for (int i = 0; i < COUNT; i++) {
    double off = fabs(exact((double)u[i])) > 1e-36 ? ulps(y[i], exact((double)u[i])) : 0;

    if (!(off <= worst)) worst = off;
  }
  lip_free(u);
  lip_free(y);
  return worst;
}

static void tanh_and_softplus_are_within_four_units_in_the_last_place(void **state)
{
  (void)state;
  for (size_t set = 0; set < 3; set++) {
    const lip_elementwise *loops = lip_elementwise_named(sets[set]);

    if (!loops) continue;
    assert_string_equal(loops->name, sets[set]);
    assert_true(worst_value(loops, LIP_TANH, tanh) <= 4);
    assert_true(worst_value(loops, LIP_SOFTPLUS, softplus) <= 4);
  }
}

/* to_gradient with p = 1, q = 0 is r psi'(u). */
static void their_slopes_are_right_to_seven_digits(void **state)
{
  const float one = 1, zero = 0;

  (void)state;
  for (size_t set = 0; set < 3; set++)
    for (int kind = LIP_TANH; kind <= LIP_SOFTPLUS; kind++) {
      const lip_elementwise *loops = lip_elementwise_named(sets[set]);
      float *u = arguments(), *z = arguments(), *r = lip_alloc(COUNT, sizeof *r);
      lip_rows rows = {1, COUNT, COUNT, z, &one, &zero, (lip_activation_kind)kind, 0};

      assert_non_null(r);
      for (int i = 0; i < COUNT; i++) r[i] = 1;
      if (loops) loops->to_gradient(&rows, r, &one, &zero);
      for (int i = 0; loops && i < COUNT; i++) {
        double x = (double)u[i], slope = kind == LIP_TANH ? 1 - tanh(x) * tanh(x) : sigmoid(x);

        assert_true(fabs((double)z[i] - slope) <= 4e-7);
      }
      lip_free(u);
      lip_free(z);
      lip_free(r);
    }
}

static void what_is_not_a_number_stays_visible(void **state)
{
  (void)state;
  for (size_t set = 0; set < 3; set++)
    for (int kind = LIP_IDENTITY; kind <= LIP_SQUARE; kind++) {
      const lip_elementwise *loops = lip_elementwise_named(sets[set]);
      const float one = 1, zero = 0;
      float z[LIP_LANES] = {0}, y[LIP_LANES] = {0};
      lip_rows rows = {1, LIP_LANES, LIP_LANES, z, &one, &zero, (lip_activation_kind)kind, 0.1F};

      z[3] = NAN;
      if (loops) loops->add_outputs(&rows, &one, y);
      assert_true(!loops || (isnan(y[3]) && !isnan(y[4])));
    }
}

/* Rows of every number around a group of neurons, lengths of one vector and more. */
static void sums_agree_with_plain_loops(void **state)
{
  (void)state;
  for (size_t set = 0; set < 3; set++)
    for (size_t rows = 1; rows <= 9; rows++) {
      enum { N = 80 };
      const lip_elementwise *loops = lip_elementwise_named(sets[set]);
      float z[9 * N], r[N], scale[9], shift[9], value[9], slope[9], moment[9];
      lip_rows in = {rows, N, N, z, scale, shift, LIP_LEAKY_RELU, 0.25F};

      for (size_t i = 0; i < 9 * N; i++) z[i] = (float)((double)((i * 37) % 101) / 50 - 1);
      for (size_t i = 0; i < N; i++) r[i] = (float)((double)((i * 53) % 97) / 50 - 0.9);
      for (size_t l = 0; l < 9; l++) {
        scale[l] = 0.5F + (float)l;
        shift[l] = 0.2F * (float)l - 0.5F;
      }
      if (!loops) continue;
      loops->sum_slopes(&in, r, value, slope, moment);
      for (size_t l = 0; l < rows; l++) {
        double of_value = 0, of_slope = 0, of_moment = 0, squares = 0;

        for (size_t i = 0; i < N; i++) {
          double u = (double)scale[l] * (double)z[l * N + i] + (double)shift[l];
          double s = u > 0 ? 1 : 0.25;

          of_value += (double)r[i] * s * u;
          of_slope += (double)r[i] * s;
          of_moment += (double)r[i] * s * (double)z[l * N + i];
          squares += (double)z[l * N + i] * (double)z[l * N + i];
        }
        assert_true(fabs((double)value[l] - of_value) <= 1e-4);
        assert_true(fabs((double)slope[l] - of_slope) <= 1e-4);
        assert_true(fabs((double)moment[l] - of_moment) <= 1e-4);
        assert_true(fabs((double)loops->sum_squares(N, z + l * N) - squares) <= 1e-4);
      }
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tanh_and_softplus_are_within_four_units_in_the_last_place),
      cmocka_unit_test(their_slopes_are_right_to_seven_digits),
      cmocka_unit_test(what_is_not_a_number_stays_visible),
      cmocka_unit_test(sums_agree_with_plain_loops),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
