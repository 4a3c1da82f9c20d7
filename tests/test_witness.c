/* test_witness.c - the certified lower end against ball arithmetic, and points that are none. */
#include "exact_slope.h"

#include "certificate/domain.h"
#include "certificate/witness.h"
#include "linalg/vector.h"
#include "measure_nets.h"

#include <float.h>

static const lip_activation activations[] = {
    {LIP_IDENTITY, 0}, {LIP_RELU, 0},  {LIP_LEAKY_RELU, 0.1}, {LIP_LEAKY_RELU, -2},
    {LIP_ABS, 0},      {LIP_TANH, 0},  {LIP_SOFTPLUS, 0},     {LIP_SQUARE, 0},
    {LIP_SIGMOID, 0},  {LIP_POWER, 1}, {LIP_POWER, 3},        {LIP_POWER, 4},
    {LIP_ELU, 0.5},    {LIP_ELU, -2},
};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

static const lip_domain space = {.kind = LIP_SPACE};

static lip_claim *claim_of(const lip_net *net, lip_output output, lip_norm_kind norm,
                           lip_domain domain)
{
  lip_claim *claim = NULL;
  lip_error err = {""};

  if (lip_claim_create(net, output, norm, domain, &claim, &err) != LIP_OK) fail_msg("%s", err.text);
  return claim;
}

static double lower_at(const lip_claim *claim, const double *x, const double *direction,
                       double *chosen)
{
  double lower = -1;

  assert_int_equal(lip_witness_slope(claim, x, direction, &lower, chosen, NULL), LIP_OK);
  assert_true(lower >= 0);
  return lower;
}

/* At most what ball arithmetic says, and at most `loss` less, relative. */
static void check_at(const lip_claim *claim, const double *x, const double *direction, double loss)
{
  double v[5000], lower = lower_at(claim, x, direction, v);
  arb_t exact;

  if (!direction && lip_largest(claim->d, v) == 0) { /* no neuron is awake */
    assert_true(lower == 0);
    return;
  }
  arb_init(exact);
  exact_slope(claim, x, v, exact);
  if (is_below(exact, lower)) fail_msg("%.17g is above %.17g", lower, rounded(exact));
  if (!(lower >= rounded(exact) * (1 - loss)))
    fail_msg("%.17g is far below %.17g (activation %d, domain %d, norm %d)", lower, rounded(exact),
             (int)claim->psi.kind, (int)claim->domain.kind, (int)claim->norm);
  arb_clear(exact);
}

static void the_slope_of_one_neuron_is_met_exactly(void **state) /* 2 relu(3x) */
{
  lip_net *net = two_layer(1, 1, RELU, (double[]){3}, (double[]){0}, (double[]){2});

  (void)state;
  for (int exponent = -500; exponent <= 500; exponent += 50) {
    lip_claim *claim;

    net->layer[0].W[0] = ldexp(3, exponent);
    claim = claim_of(net, (lip_output){0}, LIP_NORM_2, space);
    assert_true(lower_at(claim, (double[]){1}, NULL, NULL) == ldexp(6, exponent));
    assert_true(lower_at(claim, (double[]){-1}, NULL, NULL) == 0);
    lip_claim_free(claim);
  }
  lip_net_free(net);
}

/* Every activation, function, norm, domain and scale. */
static void no_witness_says_more_than_ball_arithmetic(void **state)
{
  enum { D = 5, K = 7, M = 3 };
  double centers[2 * D], x[D], v[D];
  const lip_domain domains[] = {{.kind = LIP_SPACE},
                                {.kind = LIP_BALL, .radius = 2},
                                {.kind = LIP_ON_SPHERE, .radius = 1.5},
                                {.kind = LIP_BOX, .low = -1, .high = 0.7},
                                {LIP_AROUND_DATA, 0.3, 0, 0, 2, D, centers}};
  const lip_output outputs[] = {
      {LIP_ALL_OUTPUTS, 0, 0}, {LIP_ONE_OUTPUT, 1, 0}, {LIP_OUTPUT_DIFFERENCE, 2, 0}};
  const double scales[] = {1, 1e-150, 1e150, 1e-8, 1e8};

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, 2 * D, centers);
  for (uint64_t seed = 0; seed < 12 * 45; seed++) {
    lip_net *net = make_net(2, (size_t[]){D, K, M}, &activations[seed % ACTIVATIONS], true);
    lip_norm_kind norm = (lip_norm_kind)(seed / 5 % 3);
    lip_domain domain = domains[seed % 5];
    lip_claim *claim;

    randomise(net, seed);
    for (size_t i = 0; i < K * M; i++) net->layer[1].W[i] *= scales[seed / 7 % 5];
    if (domain.kind == LIP_ON_SPHERE) norm = LIP_NORM_2;
    claim = claim_of(net, outputs[seed / 3 % 3], norm, domain);
    for (uint64_t point = 0; point < 3; point++) {
      lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, point * D, D, x);
      lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, point * D, D, v);
      lip_domain_project(domain, D, x);
      check_at(claim, x, NULL, 1e-12);
      check_at(claim, x, v, 1e-11);
    }
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void hidden_weights_of_any_size_are_counted(void **state)
{
  enum { D = 3, K = 4 };
  const double scales[] = {1e-300, 1e-150, 1e-30, 1e30, 1e150, 1e250};

  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    lip_net *net = random_two_layer(D, K, activations[seed % 7], seed);
    double x[D], scale = scales[seed % 6];
    lip_claim *claim;

    for (size_t i = 0; i < D * K; i++) net->layer[0].W[i] *= scale;
    net->layer[0].W[0] *= seed % 2 ? 1e-300 : 1; /* scaling underflows it, or it is 0 */
    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, D, x);
    for (size_t i = 0; i < D; i++) x[i] /= scale > 1e200 ? 1e250 : 1;
    claim = claim_of(net, (lip_output){0}, LIP_NORM_2, space);
    check_at(claim, x, NULL, 1e-12);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void many_inputs_lose_little(void **state)
{
  enum { D = 5000, K = 20 };
  static double x[D];
  const lip_domain domains[] = {{.kind = LIP_SPACE}, {.kind = LIP_ON_SPHERE, .radius = 1}};
  lip_net *net = random_two_layer(D, K, RELU, 1);

  (void)state;
  lip_random_normal((lip_stream){2, LIP_FOR_POINTS}, 0, D, x);
  for (size_t i = 0; i < 2; i++) {
    lip_claim *claim = claim_of(net, (lip_output){0}, LIP_NORM_2, domains[i]);

    check_at(claim, x, NULL, 1e-14);
    lip_claim_free(claim);
  }
  lip_net_free(net);
}

/* f = 0, but with the left slope of each neuron at 0 its "gradient" would be -2. */
static void slopes_at_a_kink_are_not_chosen_at_will(void **state)
{
  lip_net *net = two_layer(1, 2, (lip_activation){LIP_ABS, 0}, (double[]){1, -1}, (double[]){0, 0},
                           (double[]){1, -1});
  lip_claim *claim = claim_of(net, (lip_output){0}, LIP_NORM_2, space);

  (void)state;
  assert_true(lower_at(claim, (double[]){0}, NULL, NULL) == 0);
  assert_true(lower_at(claim, (double[]){0}, (double[]){1}, NULL) == 0);
  assert_true(lower_at(claim, (double[]){DBL_TRUE_MIN}, (double[]){1}, NULL) == 0);
  lip_claim_free(claim);
  net->layer[1].W[1] = 1; /* 2 |x| */
  claim = claim_of(net, (lip_output){0}, LIP_NORM_2, space);
  assert_true(lower_at(claim, (double[]){0}, (double[]){1}, NULL) == 0);
  assert_true(lower_at(claim, (double[]){1e-300}, (double[]){1}, NULL) == 2);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* On the space no point has more than the best of all patterns. */
static void no_point_exceeds_the_best_of_all_patterns(void **state)
{
  enum { D = 3, K = 8 };

  (void)state;
  for (uint64_t seed = 0; seed < 20; seed++) {
    lip_net *net = random_two_layer(D, K, RELU, seed);
    lip_claim *claim = claim_of(net, (lip_output){0}, LIP_NORM_2, space);
    double most = 0, x[D];

    for (unsigned pattern = 0; pattern < 1U << K; pattern++) {
      double g[D] = {0}, square = 0;

      for (size_t l = 0; l < K; l++)
        for (size_t i = 0; pattern >> l & 1 && i < D; i++)
          g[i] += net->layer[1].W[l] * net->layer[0].W[l * D + i];
      for (size_t i = 0; i < D; i++) square += g[i] * g[i];
      most = fmax(most, sqrt(square));
    }
    for (uint64_t point = 0; point < 200; point++) {
      lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, point * D, D, x);
      assert_true(lower_at(claim, x, NULL, NULL) <= most * (1 + 1e-13));
    }
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static double found_at(lip_domain domain, double x0, double x1)
{
  lip_net *net = two_layer(2, 2, (lip_activation){LIP_IDENTITY, 0}, (double[]){1, 0, 0, 1},
                           (double[]){0, 0}, (double[]){1, 1});
  lip_claim *claim = claim_of(net, (lip_output){0}, LIP_NORM_2, domain);
  double lower = lower_at(claim, (double[]){x0, x1}, NULL, NULL);

  lip_claim_free(claim);
  lip_net_free(net);
  return lower;
}

static void a_point_outside_the_domain_by_one_ulp_proves_nothing(void **state)
{
  double centers[] = {0, 0, 1, 1};
  lip_domain ball = {.kind = LIP_BALL, .radius = 5}, sphere = {.kind = LIP_ON_SPHERE, .radius = 5};
  lip_domain box = {.kind = LIP_BOX, .low = 0, .high = 1};
  lip_domain near = {LIP_AROUND_DATA, 0.25, 0, 0, 2, 2, centers};

  (void)state;
  assert_true(found_at(ball, 3, 4) > 1.4);
  assert_true(found_at(ball, 3, nextafter(4, 5)) == 0);
  assert_true(found_at(ball, 5e200, 5e200) == 0);
  assert_true(found_at(sphere, 3, -3.1) > 1.4); /* any ray */
  assert_true(found_at(sphere, 0, 0) == 0);
  assert_true(found_at(box, 0, 1) > 1.4);
  assert_true(found_at(box, 0, nextafter(1, 2)) == 0);
  assert_true(found_at(box, -DBL_TRUE_MIN, 1) == 0);
  assert_true(found_at(near, 1, 0.75) > 1.4);
  assert_true(found_at(near, 1, nextafter(0.75, 0)) == 0);
  assert_true(found_at(near, 0.5, 0.5) == 0);
  for (int i = 0; i < 3; i++) {
    double bad = i == 0 ? NAN : i == 1 ? INFINITY : -INFINITY;

    assert_true(found_at(space, bad, 0) == 0 && found_at(sphere, 1, bad) == 0);
    assert_true(found_at(box, bad, 0) == 0 && found_at(near, 0, bad) == 0);
    assert_true(found_at(ball, bad, bad) == 0);
  }
}

static void a_direction_that_is_none_proves_nothing(void **state)
{
  lip_net *net = random_two_layer(2, 3, RELU, 1);
  lip_claim *claim = claim_of(net, (lip_output){0}, LIP_NORM_2, space);
  double x[] = {1, 1};

  (void)state;
  assert_true(lower_at(claim, x, (double[]){0, 0}, NULL) == 0);
  assert_true(lower_at(claim, x, (double[]){NAN, 1}, NULL) == 0);
  assert_true(lower_at(claim, x, (double[]){1, INFINITY}, NULL) == 0);
  assert_true(lower_at(claim, x, (double[]){1e-320, 1e-320}, NULL) >= 0);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* A slope that overflows is no number: nothing is claimed. */
static void an_overflow_proves_nothing(void **state)
{
  lip_net *net = two_layer(1, 1, (lip_activation){LIP_POWER, 5}, (double[]){1e200}, (double[]){0},
                           (double[]){1});
  lip_claim *claim = claim_of(net, (lip_output){0}, LIP_NORM_2, space);

  (void)state;
  assert_true(lower_at(claim, (double[]){1e100}, NULL, NULL) == 0);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_slope_of_one_neuron_is_met_exactly),
      cmocka_unit_test(no_witness_says_more_than_ball_arithmetic),
      cmocka_unit_test(hidden_weights_of_any_size_are_counted),
      cmocka_unit_test(many_inputs_lose_little),
      cmocka_unit_test(slopes_at_a_kink_are_not_chosen_at_will),
      cmocka_unit_test(no_point_exceeds_the_best_of_all_patterns),
      cmocka_unit_test(a_point_outside_the_domain_by_one_ulp_proves_nothing),
      cmocka_unit_test(a_direction_that_is_none_proves_nothing),
      cmocka_unit_test(an_overflow_proves_nothing),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
