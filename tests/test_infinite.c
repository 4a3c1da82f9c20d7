/* test_infinite.c - squares and powers on the whole space: their constant is infinite, or it is not
   told to be. */
#include "lipschitz/infinite.h"

#include "measure_nets.h"

static const lip_activation SQUARE = {LIP_SQUARE, 0}, CUBE = {LIP_POWER, 3},
                            FIRST_POWER = {LIP_POWER, 1}, TENTH_POWER = {LIP_POWER, 10};

static bool is_infinite(const lip_net *net, lip_domain domain, lip_norm_kind norm)
{
  lip_claim *claim = NULL;
  bool infinite = false;

  assert_int_equal(lip_claim_create(net, (lip_output){0}, norm, domain, &claim, NULL), LIP_OK);
  assert_int_equal(lip_constant_is_infinite(claim, &infinite, NULL), LIP_OK);
  lip_claim_free(claim);
  return infinite;
}

static const lip_domain SPACE = {.kind = LIP_SPACE}, BALL = {.kind = LIP_BALL, .radius = 1};

static void powers_are_infinite_on_the_space_alone_and_other_activations_never(void **state)
{
  const lip_activation psi[] = {SQUARE, CUBE, TENTH_POWER};
  const lip_activation bounded[] = {FIRST_POWER, RELU, {LIP_TANH, 0}, {LIP_IDENTITY, 0}};

  (void)state;
  for (size_t i = 0; i < 3; i++) {
    lip_net *net = random_two_layer(4, 7, psi[i], i);

    for (lip_norm_kind norm = LIP_NORM_2; norm <= LIP_NORM_INF; norm++)
      assert_true(is_infinite(net, SPACE, norm));
    assert_false(is_infinite(net, BALL, LIP_NORM_2));
    lip_net_free(net);
  }
  for (size_t i = 0; i < 4; i++) {
    lip_net *net = random_two_layer(4, 7, bounded[i], i);

    assert_false(is_infinite(net, SPACE, LIP_NORM_2));
    lip_net_free(net);
  }
}

static void small_and_large_weights_make_no_difference(void **state)
{
  const double scales[] = {0x1p-1000, 1e-150, 1e150, 0x1p900};

  (void)state;
  for (size_t i = 0; i < 4; i++) {
    lip_net *net = random_two_layer(3, 5, SQUARE, i);

    for (size_t j = 0; j < 15; j++) net->layer[0].W[j] *= scales[i];
    assert_true(is_infinite(net, SPACE, LIP_NORM_2));
    lip_net_free(net);
  }
}

/* (w.x + 1)^2 - (w.x - 1)^2 = 4 w.x: constant 4 |w| = 20. */
static void squares_that_cancel_are_not_infinite(void **state)
{
  lip_net *net = two_layer(2, 2, SQUARE, (double[]){3, 4, 3, 4}, (double[]){1, -1},
                           (double[]){1, -1});
  lip_net *zero = two_layer(2, 1, SQUARE, (double[]){0, 0}, (double[]){1}, (double[]){1});
  lip_measure_options options;
  lip_measurement found;

  (void)state;
  assert_false(is_infinite(net, SPACE, LIP_NORM_2) || is_infinite(zero, SPACE, LIP_NORM_2));
  lip_measure_defaults(&options);
  assert_int_equal(lip_measure(net, NULL, &options, &found, NULL, NULL), LIP_OK);
  assert_false(found.infinite);
  assert_true(fabs(found.lower - 20) <= 1e-9 && found.upper >= 20);
  lip_measurement_clear(&found);
  lip_net_free(zero);
  lip_net_free(net);
}

static void a_measurement_says_so_at_a_point_of_ordinary_size(void **state)
{
  lip_net *net = random_two_layer(4, 7, SQUARE, 1);
  lip_measure_options options;
  lip_measurement found;

  (void)state;
  lip_measure_defaults(&options);
  assert_int_equal(lip_measure(net, NULL, &options, &found, NULL, NULL), LIP_OK);
  assert_true(found.infinite && !found.certified && isinf(found.upper) && found.lower > 0);
  for (size_t i = 0; i < 4; i++) assert_true(fabs(found.witness[i]) < 100);
  lip_measurement_clear(&found);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(powers_are_infinite_on_the_space_alone_and_other_activations_never),
      cmocka_unit_test(small_and_large_weights_make_no_difference),
      cmocka_unit_test(squares_that_cancel_are_not_infinite),
      cmocka_unit_test(a_measurement_says_so_at_a_point_of_ordinary_size),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
