/* test_measure.c - measuring networks whose constants are known by hand. */
#include "measure_nets.h"

static void one_neuron_has_the_slope_of_its_weight(void **state) /* f(x) = 2 relu(3x): constant 6 */
{
  lip_net *net = two_layer(1, 1, RELU, (double[]){3}, NULL, (double[]){2});
  lip_measurement r = measure(net, "space");

  (void)state;
  assert_true(value_of(&r, "random") == 6);
  assert_true(value_of(&r, "ascent") == 6);
  assert_true(value_of(&r, "path-norm") == 6);
  assert_true(value_of(&r, "product") == 6);
  assert_true(r.proxy_random == 6);
  assert_true(isnan(r.proxy_data));
  assert_string_equal(r.stopped, "gap");
  lip_measurement_clear(&r);
  lip_net_free(net);
}

static void a_far_piece_of_a_line_is_found(void **state) /* slope 7 on (1000, 1001) only */
{
  lip_net *net = two_layer(1, 2, RELU, (double[]){1, 1}, (double[]){-1000, -1001},
                           (double[]){7, -7});
  lip_measurement r = measure(net, "space");

  (void)state;
  assert_true(value_of(&r, "random") == 0);
  assert_true(lower_of(&r) == 7);
  assert_true(r.witness[0] > 1000 && r.witness[0] < 1001);
  lip_measurement_clear(&r);
  r = measure(net, "ball:1000");
  assert_true(lower_of(&r) == 0);
  lip_measurement_clear(&r);
  r = measure(net, "ball:1000.5");
  assert_true(lower_of(&r) == 7);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

/* f(x) = x'Mx with eigenvalues 3, 1, 0.5, -2 along the columns of a reflection. */
static lip_net *quadratic(void)
{
  static const double u[4] = {0.5, -0.5, 0.1, 0.7}; /* |u| = 1 */
  double W[16];

  for (size_t l = 0; l < 4; l++)
    for (size_t i = 0; i < 4; i++) W[4 * l + i] = (l == i) - 2 * u[l] * u[i];
  return two_layer(4, 4, (lip_activation){LIP_SQUARE, 0}, W, NULL, (double[]){3, 1, 0.5, -2});
}

static void a_quadratic_on_the_sphere_has_its_spread_of_eigenvalues(void **state)
{
  lip_net *net = quadratic();
  lip_measurement r = measure(net, "sphere"); /* theory.md B3: lambda_max - lambda_min */

  (void)state;
  assert_near(lower_of(&r), 5, 1e-8);
  assert_true(lower_of(&r) <= 5 * (1 + 1e-14));
  assert_true(upper_of(&r) >= 5);
  lip_measurement_clear(&r);
  r = measure(net, "sphere:10");
  assert_near(lower_of(&r), 50, 1e-8);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

static void a_quadratic_on_a_ball_has_twice_its_norm_times_the_radius(void **state)
{
  lip_net *net = quadratic();
  lip_measurement r = measure(net, "ball:2.5");

  (void)state;
  assert_near(lower_of(&r), 2 * 3 * 2.5, 1e-8);
  assert_true(lower_of(&r) <= 15 * (1 + 1e-14));
  assert_near(value_of(&r, "path-norm"), 2 * 2.5 * (3 + 1 + 0.5 + 2), 1e-14);
  assert_near(value_of(&r, "product"), 2 * 2.5 * sqrt(9 + 1 + 0.25 + 4), 1e-14);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

static void a_quadratic_on_the_space_has_no_upper_bound(void **state)
{
  lip_net *net = quadratic();
  lip_measurement r = measure(net, "space");

  (void)state;
  assert_true(isinf(upper_of(&r)));
  assert_string_equal(r.upper_method, "none");
  lip_measurement_clear(&r);
  lip_net_free(net);
}

/* f(x) = sum 10 y_i relu(x_i.x - 0.9) with disjoint caps (theory.md B6). */
static void a_cap_network_has_its_tangential_and_its_ambient_constant(void **state)
{
  enum { D = 40, N = 30 };
  double W[N * D], b[N], a[N];
  lip_net *net;
  lip_measurement r;

  (void)state;
  lip_random_normal((lip_stream){3, LIP_FOR_POINTS}, 0, N * D, W);
  for (size_t l = 0; l < N; l++) {
    double square = 0;

    for (size_t i = 0; i < D; i++) square += W[l * D + i] * W[l * D + i];
    for (size_t i = 0; i < D; i++) W[l * D + i] /= sqrt(square);
    for (size_t m = 0; m < l; m++) {
      double product = 0;

      for (size_t i = 0; i < D; i++) product += W[l * D + i] * W[m * D + i];
      assert_true(product < 2 * 0.81 - 1); /* disjoint, the condition of B6 */
    }
    b[l] = -0.9;
    a[l] = l % 3 == 0 ? -10 : 10;
  }
  net = two_layer(D, N, RELU, W, b, a);
  r = measure(net, "sphere:1");
  assert_near(lower_of(&r), sqrt(19), 1e-5); /* 10 sqrt(1 - 0.81), approached at the cap's rim */
  assert_true(lower_of(&r) <= sqrt(19) * (1 + 1e-12));
  lip_measurement_clear(&r);
  r = measure(net, "ball:1");
  assert_near(lower_of(&r), 10, 1e-12);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

static void
the_square_of_an_affine_map_is_bounded_on_a_ball(void **state) /* (3x + 1)^2, |x| <= 2 */
{
  lip_net *net = two_layer(1, 1, (lip_activation){LIP_SQUARE, 0}, (double[]){3}, (double[]){1},
                           (double[]){1});
  lip_measurement r = measure(net, "ball:2");

  (void)state;
  assert_near(lower_of(&r), 2 * 3 * 7, 1e-12);
  assert_near(upper_of(&r), 2 * 3 * 7, 1e-12);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

static void a_deep_chain_of_squares_is_bounded_on_a_ball(void **state) /* x^8 on |x| <= 2 */
{
  const lip_activation square = {LIP_SQUARE, 0};
  lip_net *net = make_net(4, (size_t[]){1, 1, 1, 1, 1}, (lip_activation[]){square, square, square},
                          false);
  lip_measurement r;

  (void)state;
  for (size_t j = 0; j < 4; j++) net->layer[j].W[0] = 1;
  r = measure(net, "ball:2");
  assert_near(lower_of(&r), 8 * 128, 1e-12);
  assert_near(upper_of(&r), 8 * 128, 1e-12);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

static void an_affine_network_is_bracketed_exactly(void **state)
{
  lip_net *net = make_net(1, (size_t[]){3, 2}, NULL, true);
  lip_measure_options options;
  lip_measurement r;
  lip_error err = {""};

  (void)state;
  memcpy(net->layer[0].W, (double[]){1, 2, 2, 2, 3, 6}, 6 * sizeof(double));
  lip_measure_defaults(&options);
  options.output = "1";
  assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, &err), LIP_OK);
  assert_true(r.certified);
  assert_near(lower_of(&r), 7, 1e-14);
  assert_near(upper_of(&r), 7, 1e-14);
  lip_measurement_clear(&r);
  options.output = "0";
  options.domain = "sphere:4"; /* on a sphere a linear function is steepest on its equator */
  assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, &err), LIP_OK);
  assert_near(lower_of(&r), 3, 1e-9);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

static void smooth_neurons_are_steepest_at_their_centre(void **state) /* 5 tanh(2 u.x - 4) */
{
  lip_net *net = two_layer(2, 1, (lip_activation){LIP_TANH, 0}, (double[]){1.2, 1.6},
                           (double[]){-4}, (double[]){5});
  lip_measurement r = measure(net, "space");

  (void)state;
  assert_near(lower_of(&r), 10, 1e-9);
  assert_near(upper_of(&r), 10, 1e-12);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_neuron_has_the_slope_of_its_weight),
      cmocka_unit_test(a_far_piece_of_a_line_is_found),
      cmocka_unit_test(a_quadratic_on_the_sphere_has_its_spread_of_eigenvalues),
      cmocka_unit_test(a_quadratic_on_a_ball_has_twice_its_norm_times_the_radius),
      cmocka_unit_test(a_quadratic_on_the_space_has_no_upper_bound),
      cmocka_unit_test(a_cap_network_has_its_tangential_and_its_ambient_constant),
      cmocka_unit_test(the_square_of_an_affine_map_is_bounded_on_a_ball),
      cmocka_unit_test(a_deep_chain_of_squares_is_bounded_on_a_ball),
      cmocka_unit_test(an_affine_network_is_bracketed_exactly),
      cmocka_unit_test(smooth_neurons_are_steepest_at_their_centre),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
