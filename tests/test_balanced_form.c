/* test_balanced_form.c - networks whose numbers are far from 1 get the brackets of those whose
   numbers are not. */
#include "graph_nets.h"
#include "measure_nets.h"

#include "certificate/certificate.h"
#include "net/balanced_form.h"

#include <liplaw/measure.h>

#include <float.h>
#include <stdlib.h>

enum { INPUTS = 4, LINEAR = 4 };

/* A chain whose layers are 2^exponent[j] times those of the same seed; biases keep up. */
static lip_net *scaled_chain(uint64_t seed, const int *exponent, lip_activation_kind psi)
{
  builder make = start_graph(seed, INPUTS, 1, 1);
  size_t at = 0;
  int sum = 0;

  for (size_t j = 0; j < LINEAR; j++) {
    lip_node *node;

    at = put_linear(&make, at, j + 1 < LINEAR ? 6 : 3);
    node = &make.graph.node[at];
    sum += exponent[j];
    for (size_t i = 0; i < node->weights; i++) node->W[i] = ldexp(node->W[i], exponent[j]);
    for (size_t i = 0; i < node->biases; i++) node->b[i] = ldexp(node->b[i], sum);
    if (j + 1 < LINEAR) at = put_activation(&make, at, psi);
  }
  return finish_graph(&make, at);
}

static lip_measurement measured(const lip_net *net, lip_norm_kind norm)
{
  lip_measure_options options;
  lip_measurement result;
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.norm = (int)norm;
  options.random_points = 100;
  options.time_limit = 20;
  if (lip_measure(net, NULL, &options, &result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return result;
}

static void is_valid(const lip_net *net, const lip_certificate *certificate, bool valid)
{
  lip_check_result check;

  assert_int_equal(lip_check(net, certificate, &check, NULL, NULL), LIP_OK);
  if (check.valid != valid) fail_msg("%s", check.reason);
}

static const int plain[LINEAR] = {0, 0, 0, 0};

static void brackets_scale_with_the_weights(void **state)
{
  static const int exponents[][LINEAR] = {
      {0, 0, 0, 600},       {0, 0, 0, -600},        {600, 0, 0, 0},        {-900, 0, 0, 0},
      {150, 150, 150, 150}, {600, -600, 600, -600}, {-900, 900, -900, 300}};

  (void)state;
  for (lip_norm_kind norm = LIP_NORM_2; norm <= LIP_NORM_INF; norm++) {
    lip_net *net = scaled_chain(1, plain, LIP_RELU);
    lip_measurement before = measured(net, norm);

    for (size_t t = 0; t < sizeof exponents / sizeof *exponents; t++) {
      const int *e = exponents[t];
      int sum = e[0] + e[1] + e[2] + e[3];
      lip_net *scaled = scaled_chain(1, e, LIP_RELU);
      lip_measurement after = measured(scaled, norm);

      assert_true(after.certified);
      is_valid(scaled, after.certificate, true);
      is_valid(net, after.certificate, false); /* another network */
      if (!(fabs(ldexp(after.lower, -sum) / before.lower - 1) < 1e-6 &&
            fabs(ldexp(after.upper, -sum) / before.upper - 1) < 1e-6))
        fail_msg("norm %d, scaling %zu: [%g, %g], not 2^%d [%g, %g]", (int)norm, t, after.lower,
                 after.upper, sum, before.lower, before.upper);
      assert_string_equal(after.stopped, before.stopped);
      assert_true(fabs(ldexp(after.proxy_random, -sum) / before.proxy_random - 1) < 1e-9);
      for (size_t j = 0; j < LINEAR; j++)
        assert_true(fabs(ldexp(after.layer_norm[j], -e[j]) / before.layer_norm[j] - 1) < 1e-9);
      lip_measurement_clear(&after);
      lip_net_free(scaled);
    }
    lip_measurement_clear(&before);
    lip_net_free(net);
  }
}

/* The ends of a certificate are about the network, not about its form. */
static void ends_that_are_not_the_networks_are_refused(void **state)
{
  static const int large[LINEAR] = {0, 300, 0, 300};
  lip_net *net = scaled_chain(2, large, LIP_RELU);
  lip_measurement found = measured(net, LIP_NORM_2);
  lip_certificate *certificate = found.certificate;
  double lower = found.lower, upper = found.upper;

  (void)state;
  is_valid(net, certificate, true);
  certificate->upper = nextafter(lower, 0) * 0.999;
  certificate->lower = certificate->upper / 2;
  is_valid(net, certificate, false);
  certificate->lower = lower * 1.001;
  certificate->upper = upper * 1.001;
  is_valid(net, certificate, false);
  certificate->lower = ldexp(lower, -600);
  certificate->upper = ldexp(upper, -600);
  is_valid(net, certificate, false);
  certificate->lower = lower;
  certificate->upper = upper;
  is_valid(net, certificate, true);
  lip_measurement_clear(&found);
  lip_net_free(net);
}

static void the_form_is_the_same_function(void **state)
{
  static const int exponents[LINEAR] = {300, -250, 120, 400};
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_ABS, LIP_LEAKY_RELU, LIP_TANH};

  (void)state;
  for (uint64_t k = 0; k < 4; k++) {
    lip_net *net = scaled_chain(k, exponents, kinds[k]), *form = NULL;
    double x[INPUTS], y[3], g[3];
    int exponent = 0;

    assert_int_equal(lip_balanced_form(net, &form, &exponent, NULL), LIP_OK);
    assert_non_null(form);
    if (kinds[k] != LIP_TANH) assert_true(abs(exponent - 570) < 20);
    for (uint64_t s = 0; s < 20; s++) {
      lip_random_normal((lip_stream){s, LIP_FOR_POINTS}, 0, INPUTS, x);
      assert_int_equal(lip_net_values(net, 1, x, y, NULL), LIP_OK);
      assert_int_equal(lip_net_values(form, 1, x, g, NULL), LIP_OK);
      for (size_t j = 0; j < 3; j++) assert_true(y[j] == ldexp(g[j], exponent));
    }
    lip_net_free(form);
    lip_net_free(net);
  }
}

/* A skip around a scaled map, a sum and a concatenation: values that meet have one scale. */
static void skips_keep_one_scale(void **state)
{
  builder make = start_graph(4, 4, 1, 1);
  size_t first = put_activation(&make, put_linear(&make, 0, 4), LIP_RELU);
  size_t second = put_linear(&make, first, 4), sum, both, smooth;
  lip_net *net, *form = NULL;
  double x[4], y[3], g[3];
  int exponent = 0;

  (void)state;
  for (size_t i = 0; i < 16; i++) {
    make.graph.node[1].W[i] = ldexp(make.graph.node[1].W[i], 500);
    make.graph.node[second].W[i] = ldexp(make.graph.node[second].W[i], -3);
  }
  sum = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){first, second});
  smooth = put_linear(&make, sum, 4); /* from here on values are near 1 */
  for (size_t i = 0; i < 16; i++)
    make.graph.node[smooth].W[i] = ldexp(make.graph.node[smooth].W[i], -500);
  smooth = put_activation(&make, smooth, LIP_TANH);
  both = put_many(&make, LIP_NODE_CONCAT, 2, (size_t[]){smooth, put_linear(&make, sum, 2)});
  net = finish_graph(&make, put_linear(&make, both, 3));
  assert_int_equal(lip_balanced_form(net, &form, &exponent, NULL), LIP_OK);
  assert_non_null(form);
  for (uint64_t s = 0; s < 20; s++) {
    lip_random_normal((lip_stream){s, LIP_FOR_POINTS}, 0, 4, x);
    assert_int_equal(lip_net_values(net, 1, x, y, NULL), LIP_OK);
    assert_int_equal(lip_net_values(form, 1, x, g, NULL), LIP_OK);
    for (size_t j = 0; j < 3; j++)
      assert_true(fabs(y[j] - ldexp(g[j], exponent)) <= 1e-12 * fabs(y[j]));
  }
  lip_net_free(form);
  lip_net_free(net);
}

static void ordinary_networks_stay_as_they_are(void **state)
{
  lip_net *net = tangled_net(3, LIP_RELU, LIP_NODE_SOFTMAX), *form = NULL;
  int exponent = 1;

  (void)state;
  assert_int_equal(lip_balanced_form(net, &form, &exponent, NULL), LIP_OK);
  assert_true(form == NULL && exponent == 0);
  net->block[0] = DBL_TRUE_MIN; /* it would lose its digits */
  for (size_t j = 1; j < net->node[1].weights; j++) net->block[j] = ldexp(1, 900);
  assert_int_equal(lip_balanced_form(net, &form, &exponent, NULL), LIP_OK);
  assert_true(form == NULL && exponent == 0);
  lip_net_free(net);
}

/* Constants that are no doubles: what is said stays true. */
static void constants_beyond_all_numbers_are_told_apart(void **state)
{
  static const int large[LINEAR] = {600, 0, 600, 0}, small[LINEAR] = {-600, 0, -600, 0};
  lip_net *one = scaled_chain(3, plain, LIP_RELU), *two = scaled_chain(3, small, LIP_RELU);
  lip_net *three = scaled_chain(3, plain, LIP_RELU);
  lip_measurement found;

  (void)state;
  for (size_t j = 0; j < three->nodes; j++) {
    lip_node *node = &three->node[j];

    for (size_t i = 0; i < node->weights; i++) node->W[i] = ldexp(node->W[i], large[j / 2 % 4]);
    for (size_t i = 0; i < node->biases; i++) node->b[i] = 0;
  }
  found = measured(three, LIP_NORM_2);
  assert_true(!found.certified && isinf(found.upper) && found.lower > 1e300);
  lip_measurement_clear(&found);
  found = measured(two, LIP_NORM_2);
  assert_true(found.certified && found.lower == 0 && found.upper > 0 && found.upper < 1e-320);
  is_valid(two, found.certificate, true);
  lip_measurement_clear(&found);
  lip_net_free(one);
  lip_net_free(two);
  lip_net_free(three);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(brackets_scale_with_the_weights),
      cmocka_unit_test(ends_that_are_not_the_networks_are_refused),
      cmocka_unit_test(the_form_is_the_same_function),
      cmocka_unit_test(skips_keep_one_scale),
      cmocka_unit_test(ordinary_networks_stay_as_they_are),
      cmocka_unit_test(constants_beyond_all_numbers_are_told_apart),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
