/* test_powers.c - activations t^p: brackets on a ball against forms whose constant is known. */
#include "measure_nets.h"

#include <stdio.h>

static lip_measurement measured(const lip_net *net, const char *domain)
{
  lip_measurement r = measure(net, domain);

  assert_true(r.certified);
  assert_true(r.lower <= r.upper);
  return r;
}

/* f = sum_i a_i (e_i.x)^p along orthogonal axes: |grad f| <= p R^(p-1) max |a_i| on the ball,
   attained on an axis (an orthogonally decomposable tensor; theory.md B14). */
static void an_orthogonal_form_is_bracketed_tightly(void **state)
{
  enum { D = 4 };

  (void)state;
  for (int p = 3; p <= 5; p++)
    for (int e = -20; e <= 20; e += 20) {
      double W[D * D] = {0}, a[D] = {0.5, -2, 1, 1.5}, scale = ldexp(1, e), expected;
      lip_net *net;
      lip_measurement r;

      for (size_t i = 0; i < D; i++) W[i * D + i] = scale;
      net = two_layer(D, D, (lip_activation){LIP_POWER, p}, W, NULL, a);
      r = measured(net, "ball:0.75");
      expected = p * pow(0.75, p - 1) * 2 * pow(scale, p);
      assert_near(r.lower, expected, 1e-9);
      assert_true(r.lower <= expected * (1 + 1e-12) && expected <= r.upper * (1 + 1e-12));
      assert_near(r.upper, expected, p % 2 ? 1e-6 : 1e-6);
      lip_measurement_clear(&r);
      lip_net_free(net);
    }
}

/* Random forms with biases: no sampled slope is above the upper end, and the lower end is attained.
 */
static void no_sampled_slope_is_above_the_bracket(void **state)
{
  enum { D = 3, K = 5, POINTS = 20000 };

  (void)state;
  for (uint64_t seed = 0; seed < 8; seed++) {
    lip_net *net = random_two_layer(D, K, (lip_activation){LIP_POWER, 3 + (double)(seed % 3)},
                                    seed);
    const char *domain = seed % 2 ? "ball:0.8" : "sphere:0.8";
    lip_measurement r = measured(net, domain);
    double steepest = 0;

    for (size_t i = 0; i < POINTS; i++) {
      double x[D], g[D], length = 0, slope = 0;

      lip_random_normal((lip_stream){5, LIP_FOR_PROBES}, i * D, D, x);
      for (size_t j = 0; j < D; j++) length += x[j] * x[j];
      for (size_t j = 0; j < D; j++) x[j] *= 0.8 / sqrt(length);
      assert_int_equal(lip_net_gradients(net, 0, 1, x, g, NULL), LIP_OK);
      length = 0;
      for (size_t j = 0; j < D; j++) length += x[j] * g[j] / 0.64;
      for (size_t j = 0; j < D; j++) {
        double part = g[j] - (seed % 2 ? 0 : length * x[j]);

        slope += part * part;
      }
      steepest = fmax(steepest, sqrt(slope));
    }
    assert_true(steepest <= r.upper);
    assert_true(r.lower >= steepest * 0.999);
    lip_measurement_clear(&r);
    lip_net_free(net);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_orthogonal_form_is_bracketed_tightly),
      cmocka_unit_test(no_sampled_slope_is_above_the_bracket),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
