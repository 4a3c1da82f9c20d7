/* test_steep_parts.c - lower ends of networks whose steep parts are narrow. */
#include "measure_nets.h"

enum { NETS = 12, SAMPLES = 400000 };

static lip_measurement measure_quickly(const lip_net *net, const char *domain, bool search)
{
  lip_measure_options options;
  lip_measurement result;
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.domain = domain;
  options.search = search;
  if (lip_measure(net, NULL, &options, &result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return result;
}

static void scale_layer(lip_layer *layer, double factor)
{
  for (size_t i = 0; i < layer->in * layer->out; i++) layer->W[i] *= factor;
  for (size_t l = 0; layer->b && l < layer->out; l++) layer->b[l] *= factor;
}

static void a_wider_domain_has_no_smaller_lower_end(void **state)
{
  static const char *const domains[] = {"space", "ball:5", "ball:2", "ball:1"};
  static const lip_activation_kind kinds[] = {LIP_TANH, LIP_SIGMOID, LIP_SOFTPLUS};
  static const double scales[] = {10, 100, 1e3, 1e4};

  (void)state;
  for (uint64_t i = 0; i < NETS; i++) {
    lip_net *net = random_two_layer(i % 2 ? 10 : 3, 20, (lip_activation){kinds[i % 3], 0}, i);
    double wider = INFINITY;

    scale_layer(&net->layer[0], scales[i % 4]);
    for (size_t j = 0; j < sizeof domains / sizeof *domains; j++) {
      lip_measurement found = measure_quickly(net, domains[j], false);

      if (!(wider >= found.lower * (1 - 1e-6)))
        fail_msg("network %zu, %s: %.12g where a wider domain has %.12g", (size_t)i, domains[j],
                 found.lower, wider);
      wider = found.lower;
      lip_measurement_clear(&found);
    }
    lip_net_free(net);
  }
}

/* Steep parts 1e-4 wide, far apart: where 10 of 20 hyperplanes meet. */
static void narrow_tanh_neurons_in_ten_dimensions_are_found_together(void **state)
{
  lip_net *net = random_two_layer(10, 20, (lip_activation){LIP_TANH, 0}, 5);
  lip_measurement found;

  (void)state;
  scale_layer(&net->layer[0], 1e4);
  found = measure_quickly(net, "space", false);
  assert_true(found.lower >= 0.9 * found.upper);
  lip_measurement_clear(&found);
  lip_net_free(net);
}

/* The steepest of samples dense enough to see the narrowest neuron, in [-20, 20]. */
static double steepest_sample(const lip_net *net)
{
  const lip_layer *hidden = &net->layer[0];
  double steepest = 0;

  for (size_t i = 0; i < SAMPLES; i++) {
    double x = -20 + 40 * ((double)i + 0.5) / SAMPLES, slope = 0;

    for (size_t l = 0; l < hidden->out; l++)
      slope += net->layer[1].W[l] * hidden->W[l] *
               lip_activation_slope(hidden->activation, hidden->W[l] * x + hidden->b[l]);
    steepest = fmax(steepest, fabs(slope));
  }
  return steepest;
}

static void one_input_is_searched_as_well_as_by_dense_samples(void **state)
{
  static const lip_activation_kind kinds[] = {LIP_TANH, LIP_SIGMOID, LIP_SOFTPLUS};
  static const double scales[] = {1, 10, 100};

  (void)state;
  for (uint64_t i = 0; i < 9; i++) {
    lip_net *net = random_two_layer(1, 100, (lip_activation){kinds[i % 3], 0}, i);
    lip_measurement found;

    scale_layer(&net->layer[0], scales[i / 3]);
    found = measure_quickly(net, "box:-20,20", false);
    assert_true(found.lower >= steepest_sample(net) * (1 - 1e-9));
    lip_measurement_clear(&found);
    lip_net_free(net);
  }
}

/* Squares of 1e-300 are 0. A power of two changes nothing else, so that both searches see the same
   points; the nearest one to 1e-150 is taken, and 1e-150 itself where the search closes the gap. */
static void the_network_times_1e_150_has_its_lower_end_times_that(void **state)
{
  static const char *const domains[] = {"sphere:3", "ball:2", "space"};
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_TANH};

  (void)state;
  for (size_t i = 0; i < 12; i++) {
    lip_activation psi = {kinds[i / 6], 0};
    double factor = i / 3 % 2 ? ldexp(1, -498) : 1e-150;
    bool close = factor == 1e-150; /* by the search, to the same place */
    lip_net *net = close ? random_two_layer(2, 4, psi, 7) : random_two_layer(5, 20, psi, 7);
    lip_measurement as_it_is = measure_quickly(net, domains[i % 3], close), scaled;

    if (psi.kind == LIP_RELU) scale_layer(&net->layer[0], factor);
    scale_layer(&net->layer[1], factor);
    scaled = measure_quickly(net, domains[i % 3], close);
    assert_near(scaled.lower / factor / (psi.kind == LIP_RELU ? factor : 1), as_it_is.lower, 1e-9);
    lip_measurement_clear(&scaled);
    lip_measurement_clear(&as_it_is);
    lip_net_free(net);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_wider_domain_has_no_smaller_lower_end),
      cmocka_unit_test(narrow_tanh_neurons_in_ten_dimensions_are_found_together),
      cmocka_unit_test(one_input_is_searched_as_well_as_by_dense_samples),
      cmocka_unit_test(the_network_times_1e_150_has_its_lower_end_times_that),
  };

  return cmocka_run_group_tests_name("steep parts", tests, NULL, NULL);
}
