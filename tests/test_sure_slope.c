/* test_sure_slope.c - what looks steep at a kink is no witness: the lower end is that of points
   beside it. */
#include "measure_nets.h"

/* Whole weights, biases 0 or 1: on boxes with a corner at 0 the corner is a kink of many neurons.
 */
static lip_net *whole_net(size_t d, size_t k, lip_activation psi, uint64_t seed)
{
  lip_net *net = random_two_layer(d, k, psi, seed);

  for (size_t j = 0; j < 2; j++) {
    lip_layer *layer = &net->layer[j];

    for (size_t i = 0; i < layer->in * layer->out; i++) layer->W[i] = round(2 * layer->W[i]);
    for (size_t i = 0; i < layer->out; i++) layer->b[i] = layer->b[i] > 1 ? 1 : 0;
  }
  return net;
}

/* The largest gradient at random points inside the domain: almost surely none is a kink. */
static double sampled(const lip_net *net, const char *domain, uint64_t seed)
{
  enum { POINTS = 300 };
  size_t d = lip_net_inputs(net);
  double x[8], g[8], best = 0;

  for (size_t t = 0; t < POINTS; t++) {
    double square = 0;

    lip_random_uniform((lip_stream){seed, LIP_FOR_PROBES}, t * d, d, x);
    if (strcmp(domain, "ball:1") == 0)
      for (size_t j = 0; j < d; j++) x[j] = (2 * x[j] - 1) / sqrt((double)d);
    assert_int_equal(lip_net_gradients(net, 0, 1, x, g, NULL), LIP_OK);
    for (size_t j = 0; j < d; j++) square += g[j] * g[j];
    best = fmax(best, sqrt(square));
  }
  return best;
}

static void the_lower_end_is_never_below_a_sampled_slope(void **state)
{
  static const lip_activation kinds[] = {{LIP_RELU, 0}, {LIP_ABS, 0}, {LIP_LEAKY_RELU, 2}};
  static const char *const domains[] = {"box:0,1", "ball:1", "space"};

  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    lip_net *net = whole_net(1 + seed % 4, 3 + seed % 7, kinds[seed % 3], seed);

    for (size_t j = 0; j < 3; j++) {
      lip_measurement found = measure(net, domains[j]);
      double slope = sampled(net, domains[j], seed);

      if (!(found.certified && found.lower >= slope * (1 - 1e-9)))
        fail_msg("seed %zu on %s: %.17g below %.17g", (size_t)seed, domains[j], found.lower, slope);
      if (strcmp(found.stopped, "gap") == 0) assert_true(found.upper <= found.lower * (1 + 3e-9));
      lip_measurement_clear(&found);
    }
    lip_net_free(net);
  }
}

/* 2 |x| - |-x| has slope 1 on [0, 1], and -3 by the formula at 0. */
static void a_corner_of_the_box_may_be_a_kink(void **state)
{
  lip_net *net = two_layer(1, 2, (lip_activation){LIP_ABS, 0}, (double[]){1, -1}, NULL,
                           (double[]){2, -1});
  lip_measurement found = measure(net, "box:0,1");

  (void)state;
  assert_true(found.certified && found.lower <= 1 && found.lower >= 1 - 1e-12);
  assert_true(found.upper >= 1 && found.upper <= 1 + 1e-9);
  lip_measurement_clear(&found);
  lip_net_free(net);
}

/* relu(relu(-x)) is 0 on [0, 1]; the formula of leaky kinks at 0 says otherwise. */
static void deeper_networks_do_not_take_a_kink_either(void **state)
{
  lip_activation psi[2] = {{LIP_ABS, 0}, {LIP_RELU, 0}};
  lip_net *net = make_net(3, (size_t[]){1, 2, 1, 1}, psi, false);
  lip_measurement found;

  (void)state;
  memcpy(net->layer[0].W, (double[]){1, -1}, 2 * sizeof(double));
  memcpy(net->layer[1].W, (double[]){1, -1}, 2 * sizeof(double)); /* |x| - |-x| = 0 */
  net->layer[2].W[0] = 1;
  found = measure(net, "box:0,1");
  assert_true(found.lower == 0);
  lip_measurement_clear(&found);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_lower_end_is_never_below_a_sampled_slope),
      cmocka_unit_test(a_corner_of_the_box_may_be_a_kink),
      cmocka_unit_test(deeper_networks_do_not_take_a_kink_either),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
