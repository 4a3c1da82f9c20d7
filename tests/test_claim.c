/* test_claim.c - the scaled copy of a network's weights that proofs work on, against ball
   arithmetic. */
#include "exact_slope.h"

#include "linalg/vector.h"
#include "measure_nets.h"

#include <float.h>

enum { D = 3, K = 5, M = 3 };

static lip_claim *claim_of(const lip_net *net, lip_output output)
{
  lip_claim *claim = NULL;
  lip_error err = {""};

  if (lip_claim_create(net, output, LIP_NORM_2, (lip_domain){.kind = LIP_SPACE}, &claim, &err) !=
      LIP_OK)
    fail_msg("%s", err.text);
  return claim;
}

/* |2^exponent scaled - (plus - minus)| <= 2^exponent radius, exactly. */
static void check_entry(double scaled, double radius, int exponent, double plus, double minus)
{
  arb_t exact, t;

  arb_init(exact), arb_init(t);
  arb_set_d(exact, plus);
  arb_set_d(t, minus);
  arb_sub(exact, exact, t, BITS);
  arb_mul_2exp_si(exact, exact, -exponent);
  arb_set_d(t, scaled);
  arb_sub(exact, exact, t, BITS);
  arb_abs(exact, exact);
  assert_true(radius >= 0 && !is_above(exact, radius));
  arb_clear(exact), arb_clear(t);
}

static void scaled_weights_and_their_radii_hold_the_exact_ones(void **state)
{
  const double scales[] = {1, 0x1p-1060, 0x1p1000, 1e-300, 1e300, 1e-20};
  const lip_output outputs[] = {
      {LIP_ALL_OUTPUTS, 0, 0}, {LIP_ONE_OUTPUT, 2, 0}, {LIP_OUTPUT_DIFFERENCE, 0, 2}};

  (void)state;
  for (uint64_t seed = 0; seed < 180; seed++) {
    lip_net *net = make_net(2, (size_t[]){D, K, M}, &RELU, true);
    lip_output output = outputs[seed % 3];
    const double *A = net->layer[1].W;
    lip_claim *claim;

    randomise(net, seed);
    for (size_t i = 0; i < K * M; i++) net->layer[1].W[i] *= scales[seed / 3 % 6];
    for (size_t i = 0; i < K * D; i++) net->layer[0].W[i] *= scales[seed / 18 % 6];
    if (seed % 2) { /* entries far apart: scaling underflows, differences round */
      net->layer[0].W[1] = 1e-310;
      net->layer[1].W[0] *= seed % 4 == 1 ? 1e-17 : 1;
      net->layer[1].W[1] = DBL_TRUE_MIN;
      net->layer[1].W[2 * K + 1] = 3 * DBL_TRUE_MIN;
    }
    claim = claim_of(net, output);
    assert_int_equal(claim->m, output.kind == LIP_ALL_OUTPUTS ? M : 1);
    assert_true(lip_largest(K * D, claim->W) >= 0.5 && lip_largest(K * D, claim->W) < 1);
    assert_true(lip_largest(claim->m * K, claim->A) < 1);
    for (size_t i = 0; i < K * D; i++)
      check_entry(claim->W[i], claim->W_radius, claim->W_exponent, net->layer[0].W[i], 0);
    for (size_t i = 0; i < claim->m * K; i++)
      check_entry(claim->A[i], claim->A_radius[i], claim->A_exponent, A[output.plus * K + i],
                  output.kind == LIP_OUTPUT_DIFFERENCE ? A[output.minus * K + i] : 0);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void ordinary_weights_are_scaled_exactly(void **state)
{
  lip_net *net = random_two_layer(D, K, RELU, 1);
  lip_claim *claim = claim_of(net, (lip_output){0});

  (void)state;
  assert_true(claim->W_radius == 0 && lip_largest(K, claim->A_radius) == 0);
  assert_true(lip_largest(K, claim->A) >= 0.5);
  lip_claim_free(claim);
  lip_net_free(net);
}

static void zeros_stay_zeros(void **state)
{
  lip_net *net = make_net(2, (size_t[]){D, K, M}, &RELU, false);
  lip_claim *claim = claim_of(net, (lip_output){LIP_OUTPUT_DIFFERENCE, 0, 1});

  (void)state;
  assert_true(lip_largest(K * D, claim->W) == 0 && lip_largest(K, claim->A) == 0);
  assert_true(lip_largest(K, claim->A_radius) == 0 && claim->W_radius == 0);
  assert_true(lip_largest(K, claim->b) == 0);
  lip_claim_free(claim);
  lip_net_free(net);
}

static void values_come_back_from_the_side_asked_for(void **state)
{
  lip_net *net = two_layer(1, 1, RELU, (double[]){1}, NULL, (double[]){1});

  (void)state;
  for (int w = -1000; w <= 1000; w += 250)
    for (int a = -1000; a <= 1000; a += 250) {
      const double values[] = {0, 0.3, 1, 1e-300, DBL_TRUE_MIN, 1e300};
      lip_claim *claim;

      net->layer[0].W[0] = ldexp(0.7, w);
      net->layer[1].W[0] = ldexp(0.7, a);
      claim = claim_of(net, (lip_output){0});
      for (size_t i = 0; i < 6; i++) {
        double up = lip_claim_unscale_up(claim, values[i]);
        double down = lip_claim_unscale_down(claim, values[i]);
        double back = lip_claim_scale_down(claim, values[i]);
        arb_t exact;

        arb_init(exact);
        arb_set_d(exact, values[i]);
        arb_mul_2exp_si(exact, exact, w + a);
        assert_false(is_above(exact, up) || is_below(exact, down));
        assert_true(isfinite(down) && up >= down && nextafter(down, INFINITY) >= up);
        arb_mul_2exp_si(exact, exact, -2 * (w + a));
        assert_false(is_below(exact, back));
        arb_clear(exact);
      }
      lip_claim_free(claim);
    }
  lip_net_free(net);
}

static void of_three_layers_nothing_is_copied(void **state)
{
  lip_net *net = make_net(3, (size_t[]){D, K, K, 2}, (lip_activation[]){RELU, RELU}, true);
  lip_claim *claim = NULL;

  (void)state;
  assert_int_equal(lip_claim_create(net, (lip_output){LIP_ONE_OUTPUT, 1, 0}, LIP_NORM_INF,
                                    (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                   LIP_OK);
  assert_true(claim->deep && claim->d == D && claim->m == 1 && !claim->W && !claim->A);
  assert_true(lip_claim_unscale_up(claim, 0.3) == 0.3 && lip_claim_scale_down(claim, 0.3) == 0.3);
  lip_claim_free(claim);
  lip_net_free(net);
}

static void what_cannot_be_claimed_is_refused(void **state)
{
  lip_net *net = random_two_layer(D, K, RELU, 1);
  double center = 1;
  const lip_domain space = {.kind = LIP_SPACE}, sphere = {.kind = LIP_ON_SPHERE, .radius = 1};
  const lip_domain other = {LIP_AROUND_DATA, 1, 0, 0, 1, 1, &center};
  const lip_output all = {0}, none = {LIP_ONE_OUTPUT, 1, 0};
  lip_claim *claim = NULL;

  (void)state;
  assert_int_equal(lip_claim_create(net, none, LIP_NORM_2, space, &claim, NULL), LIP_EINPUT);
  assert_int_equal(lip_claim_create(net, all, LIP_NORM_1, sphere, &claim, NULL), LIP_EINPUT);
  assert_int_equal(lip_claim_create(net, all, LIP_NORM_2, other, &claim, NULL), LIP_EINPUT);
  for (size_t i = 0; i < net->parameters; i++) {
    double kept = net->block[i];

    net->block[i] = i % 2 ? NAN : INFINITY;
    assert_int_equal(lip_claim_create(net, all, LIP_NORM_2, space, &claim, NULL), LIP_ENUMERIC);
    net->block[i] = kept;
  }
  assert_null(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scaled_weights_and_their_radii_hold_the_exact_ones),
      cmocka_unit_test(ordinary_weights_are_scaled_exactly),
      cmocka_unit_test(zeros_stay_zeros),
      cmocka_unit_test(values_come_back_from_the_side_asked_for),
      cmocka_unit_test(of_three_layers_nothing_is_copied),
      cmocka_unit_test(what_cannot_be_claimed_is_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
