/* test_infinite.c - squares and powers on the whole space: their constant is infinite, or it is not
   told to be. */
#include "lipschitz/infinite.h"

#include "graph_nets.h"
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

/* linear, first, linear, second, linear. */
static lip_net *two_bends(uint64_t seed, lip_activation_kind first, lip_activation_kind second,
                          double factor)
{
  builder make = start_graph(seed, 3, 1, 1);
  size_t at = put_activation(&make, put_linear(&make, 0, 5), first);

  at = put_linear(&make, at, 5);
  for (size_t i = 0; i < 25; i++) make.graph.node[at].W[i] *= factor;
  return finish_graph(&make, put_linear(&make, put_activation(&make, at, second), 2));
}

static void squares_anywhere_in_a_graph_are_infinite_where_they_reach_the_output(void **state)
{
  static const struct {
    lip_activation_kind first, second;
    bool infinite;
  } cases[] = {
      {LIP_RELU, LIP_SQUARE, true},       {LIP_SQUARE, LIP_RELU, true},
      {LIP_SQUARE, LIP_SQUARE, true},     {LIP_SOFTPLUS, LIP_SQUARE, true},
      {LIP_LEAKY_RELU, LIP_SQUARE, true}, {LIP_SQUARE, LIP_ELU, true},
      {LIP_TANH, LIP_SQUARE, false},      {LIP_SIGMOID, LIP_SQUARE, false},
      {LIP_SQUARE, LIP_TANH, false},      {LIP_RELU, LIP_RELU, false},
      {LIP_SQUARE, LIP_SIGMOID, false},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (uint64_t seed = 0; seed < 3; seed++) {
      lip_net *net = two_bends(seed, cases[i].first, cases[i].second, 1);

      if (is_infinite(net, SPACE, LIP_NORM_2) != cases[i].infinite)
        fail_msg("case %zu, seed %zu", i, (size_t)seed);
      assert_false(is_infinite(net, BALL, LIP_NORM_2));
      lip_net_free(net);
    }
}

/* The square meets weights that are 0, or another square that cancels it. */
static void squares_that_do_not_reach_the_output_are_not_infinite(void **state)
{
  lip_net *dead = two_bends(1, LIP_SQUARE, LIP_RELU, 0);
  builder make = start_graph(2, 3, 1, 1);
  size_t square = put_activation(&make, put_linear(&make, 0, 4), LIP_SQUARE), minus, rest;
  lip_net *cancelled;

  (void)state;
  minus = put(&make, square,
              (lip_node){.kind = LIP_NODE_SCALE, .W = draw(&make, 4, 1), .weights = 4});
  for (size_t i = 0; i < 4; i++) make.graph.node[minus].W[i] = -1;
  rest = put_activation(&make, put_linear(&make, 0, 4), LIP_RELU);
  cancelled = finish_graph(&make,
                           put_many(&make, LIP_NODE_ADD, 3, (size_t[]){square, minus, rest}));
  assert_false(is_infinite(dead, SPACE, LIP_NORM_2));
  assert_false(is_infinite(cancelled, SPACE, LIP_NORM_2));
  lip_net_free(dead);
  lip_net_free(cancelled);
}

/* f_0 = a square, f_1 = f_0 + a linear function: their difference is not infinite. */
static void differences_are_asked_by_themselves(void **state)
{
  builder make = start_graph(3, 2, 1, 1);
  size_t square = put_activation(&make, put_linear(&make, 0, 1), LIP_SQUARE), sum;
  size_t line = put_activation(&make, put_linear(&make, 0, 1), LIP_ABS);
  lip_net *net;
  const lip_output asked[] = {{LIP_ONE_OUTPUT, 0, 0},
                              {LIP_ONE_OUTPUT, 1, 0},
                              {LIP_OUTPUT_DIFFERENCE, 1, 0},
                              {LIP_ONE_OUTPUT, 2, 0}};
  const bool expected[] = {true, true, false, false};

  (void)state;
  sum = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){square, line});
  net = finish_graph(&make, put_many(&make, LIP_NODE_CONCAT, 3, (size_t[]){square, sum, line}));
  for (size_t i = 0; i < 4; i++) {
    lip_claim *claim = NULL;
    bool infinite;

    assert_int_equal(lip_claim_create(net, asked[i], LIP_NORM_2, SPACE, &claim, NULL), LIP_OK);
    assert_int_equal(lip_constant_is_infinite(claim, &infinite, NULL), LIP_OK);
    assert_true(infinite == expected[i]);
    lip_claim_free(claim);
  }
  lip_net_free(net);
}

/* Slopes that grow along the ray, as they are told to. */
static void what_is_infinite_grows_faster_than_a_line(void **state)
{
  lip_net *net = two_bends(4, LIP_SQUARE, LIP_RELU, 1);
  double x[3], y[2], before = 0;

  (void)state;
  assert_true(is_infinite(net, SPACE, LIP_NORM_2));
  lip_random_normal((lip_stream){0, LIP_FOR_PROBES}, 0, 3, x);
  for (double t = 1e3; t < 1e7; t *= 10) {
    double z[3] = {t * x[0], t * x[1], t * x[2]};

    assert_int_equal(lip_net_values(net, 1, z, y, NULL), LIP_OK);
    assert_true(hypot(y[0], y[1]) / t > 5 * before);
    before = hypot(y[0], y[1]) / t;
  }
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(powers_are_infinite_on_the_space_alone_and_other_activations_never),
      cmocka_unit_test(small_and_large_weights_make_no_difference),
      cmocka_unit_test(squares_that_cancel_are_not_infinite),
      cmocka_unit_test(squares_anywhere_in_a_graph_are_infinite_where_they_reach_the_output),
      cmocka_unit_test(squares_that_do_not_reach_the_output_are_not_infinite),
      cmocka_unit_test(differences_are_asked_by_themselves),
      cmocka_unit_test(what_is_infinite_grows_faster_than_a_line),
      cmocka_unit_test(a_measurement_says_so_at_a_point_of_ordinary_size),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
