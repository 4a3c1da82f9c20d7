/* test_measure.c - methods, domains and proxies against values known by hand. */
#include "base/random.h"

#include <liplaw/measure.h>

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* f(x) = a . psi(W x + b) + 0.25 */
static lip_net *two_layer(size_t d, size_t k, lip_activation psi, const double *W, const double *b,
                          const double *a)
{
  lip_net *net = NULL;
  lip_error err = {""};
  size_t widths[] = {d, k, 1};
  lip_activation activations[] = {psi, {LIP_IDENTITY, 0}};
  bool biases[] = {b != NULL, true};

  if (lip_net_create(2, widths, activations, biases, LIP_F64, &net, &err) != LIP_OK)
    fail_msg("%s", err.text);
  memcpy(net->layer[0].W, W, k * d * sizeof *W);
  if (b) memcpy(net->layer[0].b, b, k * sizeof *b);
  memcpy(net->layer[1].W, a, k * sizeof *a);
  net->layer[1].b[0] = 0.25;
  return net;
}

static lip_measurement measure(const lip_net *net, const lip_dataset *data, const char *domain)
{
  lip_measure_options options;
  lip_measurement result;
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.domain = domain;
  if (lip_measure(net, data, &options, &result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return result;
}

static double value_of(const lip_measurement *result, const char *method)
{
  for (size_t i = 0; i < result->bounds; i++)
    if (strcmp(result->bound[i].method, method) == 0) return result->bound[i].value;
  return NAN;
}

#define LOWER(r) ((r).bound[(r).lower].value)
#define UPPER(r) ((r).bound[(r).upper].value)

static void one_neuron_has_the_slope_of_its_weight(void **state) /* f(x) = 2 relu(3x) */
{
  lip_net *net = two_layer(1, 1, (lip_activation){LIP_RELU, 0}, (double[]){3}, NULL, (double[]){2});
  lip_measurement r = measure(net, NULL, "space");

  (void)state;
  assert_true(value_of(&r, "random") == 6);
  assert_true(value_of(&r, "ascent") == 6);
  assert_true(value_of(&r, "path-norm") == 6);
  assert_true(value_of(&r, "product") == 6);
  assert_true(r.proxy_random == 6);
  assert_true(isnan(r.proxy_data));
  assert_string_equal(r.stopped, "done");
  lip_measurement_clear(&r);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_neuron_has_the_slope_of_its_weight),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
