/* test_activation_lines.c - lines above and below activations: against their values. */
#include "measure_nets.h"

#include "certificate/graphs/activation_lines.h"
#include "net/activation.h"

static const lip_activation activations[] = {
    {LIP_IDENTITY, 0}, {LIP_RELU, 0},  {LIP_LEAKY_RELU, 0.1}, {LIP_LEAKY_RELU, -2},
    {LIP_ABS, 0},      {LIP_TANH, 0},  {LIP_SOFTPLUS, 0},     {LIP_SQUARE, 0},
    {LIP_SIGMOID, 0},  {LIP_POWER, 1}, {LIP_POWER, 3},        {LIP_POWER, 4},
    {LIP_ELU, 1},      {LIP_ELU, 0.3}, {LIP_ELU, 3},          {LIP_LEAKY_RELU, 3},
    {LIP_ELU, -1},     {LIP_ERF, 0},   {LIP_SILU, 0},         {LIP_GELU, 0},
};
enum { ACTIVATIONS = sizeof activations / sizeof *activations, INTERVALS = 400, PLACES = 50 };

/* Ends of every size and sign, now and then equal or 0. */
static lip_interval interval(size_t i)
{
  double t[2], size[2];

  lip_random_normal((lip_stream){7, LIP_FOR_POINTS}, 2 * i, 2, t);
  lip_random_uniform((lip_stream){8, LIP_FOR_POINTS}, 2 * i, 2, size);
  for (int k = 0; k < 2; k++) t[k] *= pow(10, i % 2 ? 3 * size[k] - 1 : 30 * size[k] - 25);
  if (i % 17 == 0) t[0] = 0;
  if (i % 19 == 0) t[1] = t[0];
  if (i % 23 == 0) t[1] = t[0] * (1 + 1e-12);
  return (lip_interval){fmin(t[0], t[1]), fmax(t[0], t[1])};
}

static void assert_between(lip_activation psi, lip_interval z, lip_line below, lip_line above,
                           double t)
{
  double value = lip_activation_value(psi, t), error;

  if (t < z.low || t > z.high) return;
  error = 1e-15 * (fabs(value) + fabs(above.slope * t) + fabs(above.offset) +
                   fabs(below.slope * t) + fabs(below.offset));
  if (above.slope * t + above.offset < value - error ||
      below.slope * t + below.offset > value + error)
    fail_msg("activation %d slope %g at %.17g in [%.17g, %.17g]: %.17g is not between %.17g and "
             "%.17g",
             (int)psi.kind, psi.slope, t, z.low, z.high, value, below.slope * t + below.offset,
             above.slope * t + above.offset);
}

static void lines_stay_above_and_below(void **state)
{
  (void)state;
  for (size_t a = 0; a < ACTIVATIONS; a++)
    for (size_t i = 0; i < INTERVALS; i++) {
      lip_interval z = interval(i);
      lip_line below, above;

      lip_activation_lines(activations[a], z, &below, &above);
      assert_true(isfinite(below.offset) && isfinite(above.offset));
      for (size_t k = 0; k <= PLACES; k++) {
        double share = (double)k / PLACES;

        assert_between(activations[a], z, below, above, z.low * (1 - share) + z.high * share);
        assert_between(activations[a], z, below, above, z.low * pow(share, 9));
        assert_between(activations[a], z, below, above, z.high * pow(share, 9));
      }
    }
}

/* No line may be much further away than the function is curved: the gap at the ends and the middle
   together is at most the range of slopes times the width. */
static void lines_are_close(void **state)
{
  (void)state;
  for (size_t a = 0; a < ACTIVATIONS; a++)
    for (int i = 1; i < 60; i++) {
      double c = 0.1 * i - 3, r = 1e-3;
      lip_line below, above;
      double slope = lip_activation_slope(activations[a], c), gap;

      if (fabs(c) < 2 * r) continue;
      lip_activation_lines(activations[a], (lip_interval){c - r, c + r}, &below, &above);
      gap = (above.slope - below.slope) * c + above.offset - below.offset;
      assert_true(gap >= 0 && gap <= 200 * r * r + 1e-12);
      assert_true(fabs(above.slope - slope) <= 200 * r);
    }
}

static void the_lines_of_a_relu_are_known(void **state)
{
  lip_line below, above;

  (void)state;
  lip_activation_lines(RELU, (lip_interval){-1, 3}, &below, &above);
  assert_true(below.slope == 1 && below.offset == 0);
  assert_true(above.slope == 0.75 && above.offset == 0.75);
  lip_activation_lines(RELU, (lip_interval){-3, 1}, &below, &above);
  assert_true(below.slope == 0 && below.offset == 0);
  assert_true(above.slope == 0.25 && above.offset == 0.75);
  lip_activation_lines(RELU, (lip_interval){-3, -1}, &below, &above);
  assert_true(above.slope == 0 && above.offset == 0);
  lip_activation_lines(RELU, (lip_interval){1, 3}, &below, &above);
  assert_true(below.slope == 1 && below.offset == 0 && above.slope == 1 && above.offset == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_stay_above_and_below),
      cmocka_unit_test(lines_are_close),
      cmocka_unit_test(the_lines_of_a_relu_are_known),
  };

  return cmocka_run_group_tests_name("activation_lines", tests, NULL, NULL);
}
