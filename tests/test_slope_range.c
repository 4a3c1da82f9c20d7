/* test_slope_range.c - activations and arguments enclosed: against ball arithmetic. */
#include "exact_slope.h"

#include "certificate/slope_range.h"
#include "measure_nets.h"

#include <float.h>

static const lip_activation activations[] = {
    {LIP_IDENTITY, 0}, {LIP_RELU, 0},  {LIP_LEAKY_RELU, 0.1}, {LIP_LEAKY_RELU, -2},
    {LIP_ABS, 0},      {LIP_TANH, 0},  {LIP_SOFTPLUS, 0},     {LIP_SQUARE, 0},
    {LIP_SIGMOID, 0},  {LIP_POWER, 1}, {LIP_POWER, 3},        {LIP_POWER, 4},
    {LIP_POWER, 17},   {LIP_ELU, 1},   {LIP_ELU, 0.3},        {LIP_ELU, -2.5},
    {LIP_ELU, 3},      {LIP_ERF, 0},   {LIP_SILU, 0},         {LIP_GELU, 0},
};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

static const double special[] = {0,     DBL_TRUE_MIN, 1e-320, 1e-310, DBL_MIN, 1e-200, 1e-20, 1e-9,
                                 1e-3,  0.25,         0.5,    1,      2,       10,     18.7,  19.1,
                                 22,    36.7,         37,     350,    372.6,   700,    708.4, 709.8,
                                 710.5, 745.1,        746,    1e3,    1e4};
enum { SPECIAL = sizeof special / sizeof *special, RANDOM = 300, POINTS = 2 * SPECIAL + RANDOM };

/* Arguments of every size and sign. */
static double argument(size_t i)
{
  double t, size;

  if (i < 2 * SPECIAL) return i % 2 ? -special[i / 2] : special[i / 2];
  lip_random_normal((lip_stream){7, LIP_FOR_POINTS}, 2 * i, 1, &t);
  lip_random_uniform((lip_stream){8, LIP_FOR_POINTS}, i, 1, &size);
  return t * pow(10, 12 * size - 9);
}

static void check_inside(lip_activation psi, lip_interval on, double t, lip_interval found)
{
  arb_t x, y;

  arb_init(x), arb_init(y);
  arb_set_d(x, t);
  exact_activation_slope(psi, x, y);
  if (is_below(y, found.low) || is_above(y, found.high) || !(found.low <= found.high))
    fail_msg("activation %d at %.17g: %.17g is not in [%.17g, %.17g] of [%.17g, %.17g]",
             (int)psi.kind, t, rounded(y), found.low, found.high, on.low, on.high);
  arb_clear(x), arb_clear(y);
}

/* F(t) + t F'(t), whose terms cancel; or e^(-t^2), whose t^2 is rounded. */
static bool loses_digits(lip_activation psi)
{
  return psi.kind == LIP_SILU || psi.kind == LIP_GELU || psi.kind == LIP_ERF;
}

/* At points, and over intervals between two points, at their ends and inside. */
static void slopes_are_enclosed_and_not_widely(void **state)
{
  (void)state;
  for (size_t a = 0; a < ACTIVATIONS; a++)
    for (size_t i = 0; i < POINTS; i++) {
      double t = argument(i), u = argument((i * 7 + 3) % POINTS);
      lip_interval on = {fmin(t, u), fmax(t, u)};
      lip_interval point = lip_activation_slopes_on(activations[a], lip_interval_of(t));
      lip_interval found = lip_activation_slopes_on(activations[a], on);
      double inside[] = {t, u, t / 2 + u / 2, t * 0.999 + u * 0.001};

      for (size_t j = 0; j < 4; j++)
        if (inside[j] != 0 && on.low <= inside[j] && inside[j] <= on.high)
          check_inside(activations[a], on, inside[j], found);
      if (t == 0) continue;
      check_inside(activations[a], on, t, point);
      if (isfinite(point.low) && isfinite(point.high))
        assert_true(point.high - point.low <=
                    0x1p-46 * (loses_digits(activations[a]) ? 1 : fabs(point.high)) + 1e-320);
    }
}

static void assert_value_inside(lip_activation psi, double t, lip_interval found)
{
  arb_t x, y;

  arb_init(x), arb_init(y);
  arb_set_d(x, t);
  exact_activation_value(psi, x, y);
  if (is_below(y, found.low) || is_above(y, found.high))
    fail_msg("activation %d at %.17g: %.17g is not in [%.17g, %.17g]", (int)psi.kind, t, rounded(y),
             found.low, found.high);
  arb_clear(x), arb_clear(y);
}

/* Of erf, SiLU and GELU: at points, and over intervals with the least value inside or not. */
static void values_are_enclosed_and_not_widely(void **state)
{
  const lip_activation curves[] = {{LIP_ERF, 0}, {LIP_SILU, 0}, {LIP_GELU, 0}};
  const double least_at[] = {0, -1.2784645427610738, -0.7517915246935645};

  (void)state;
  for (size_t a = 0; a < 3; a++)
    for (size_t i = 0; i < POINTS; i++) {
      double t = argument(i), u = argument((i * 7 + 3) % POINTS), near = least_at[a];
      lip_interval on = {fmin(t, u), fmax(t, u)};
      lip_interval point = lip_activation_values_on(curves[a], lip_interval_of(t));
      lip_interval found = lip_activation_values_on(curves[a], on);
      double inside[] = {t, u, near, t / 2 + u / 2, t * 0.999 + u * 0.001};

      assert_value_inside(curves[a], t, point);
      assert_true(point.high - point.low <= 0x1p-46 * fmin(fabs(t), fabs(t) + 1) + 1e-320);
      for (size_t j = 0; j < 5; j++)
        if (on.low <= inside[j] && inside[j] <= on.high)
          assert_value_inside(curves[a], inside[j], found);
    }
}

/* The largest slopes of SiLU and GELU are those that are claimed, to the last digit or so. */
static void slopes_of_gates_are_steepest_where_they_should(void **state)
{
  const lip_activation curves[] = {{LIP_SILU, 0}, {LIP_GELU, 0}};
  const double places[] = {2.3993572805154677, 1.4142135623730951};

  (void)state;
  for (size_t a = 0; a < 2; a++) {
    lip_interval all = lip_activation_slopes_on(curves[a], (lip_interval){-INFINITY, INFINITY});

    for (double t = -8; t < 8; t += 0.01) check_inside(curves[a], all, t, all);
    for (int k = -40; k <= 40; k++) { /* about the extremes, over which no interval may step */
      double t = places[a] + ldexp(k, -28);

      for (int side = -1; side <= 1; side += 2) {
        lip_interval on = {side * t - 1e-9, side * t + 1e-9};
        lip_interval found = lip_activation_slopes_on(curves[a], on);

        check_inside(curves[a], on, side * places[a], all);
        if (on.low <= side * places[a] && side * places[a] <= on.high)
          check_inside(curves[a], on, side * places[a], found);
        check_inside(curves[a], on, side * t, found);
      }
    }
    assert_true(all.high - lip_activation_slope(curves[a], places[a]) < 1e-15);
    assert_true(lip_activation_slope(curves[a], -places[a]) - all.low < 1e-15);
  }
}

static void assert_slopes(lip_activation psi, double low, double high, double least, double most)
{
  lip_interval s = lip_activation_slopes_on(psi, (lip_interval){low, high});

  assert_true(s.low == least && s.high == most);
}

static void a_kink_inside_has_both_slopes_and_one_at_an_end_has_one(void **state)
{
  const lip_activation leaky = {LIP_LEAKY_RELU, -2}, size = {LIP_ABS, 0};

  (void)state;
  assert_slopes(RELU, -1, DBL_TRUE_MIN, 0, 1);
  assert_slopes(RELU, -1, 0, 0, 0);
  assert_slopes(RELU, 0, 1, 1, 1);
  assert_slopes(RELU, 0, 0, 0, 1);
  assert_slopes(RELU, -INFINITY, INFINITY, 0, 1);
  assert_slopes(leaky, -1, 1, -2, 1);
  assert_slopes(leaky, -INFINITY, 0, -2, -2);
  assert_slopes(size, -1, 1, -1, 1);
  assert_slopes(size, 0, INFINITY, 1, 1);
}

static void the_whole_line_has_the_slopes_of_the_definition(void **state)
{
  (void)state;
  for (size_t a = 0; a < ACTIVATIONS; a++) {
    lip_activation psi = activations[a];
    lip_interval s = lip_activation_slopes_on(psi, (lip_interval){-INFINITY, INFINITY});

    assert_true(s.low <= s.high);
    assert_true(fmax(-s.low, s.high) == lip_activation_lipschitz(psi));
  }
  assert_slopes((lip_activation){LIP_TANH, 0}, -INFINITY, INFINITY, 0, 1);
  assert_slopes((lip_activation){LIP_SIGMOID, 0}, -INFINITY, INFINITY, 0, 0.25);
  assert_slopes((lip_activation){LIP_POWER, 1}, -INFINITY, INFINITY, 1, 1);
}

/* ---- arguments ---- */

enum { D = 4, K = 6 };

static lip_claim *claim_on(const lip_net *net, lip_domain domain)
{
  lip_claim *claim = NULL;

  assert_int_equal(lip_claim_create(net, (lip_output){0}, LIP_NORM_2, domain, &claim, NULL),
                   LIP_OK);
  return claim;
}

/* The exact w.x + b is in z. */
static void check_argument(const lip_claim *claim, size_t l, const double *x, lip_interval z)
{
  arb_t sum, b;

  arb_init(sum), arb_init(b);
  arb_dot_doubles(sum, claim->d, claim->W_true + l * claim->d, x);
  arb_set_d(b, claim->b[l]);
  arb_add(sum, sum, b, BITS);
  assert_false(is_below(sum, z.low) || is_above(sum, z.high));
  arb_clear(sum), arb_clear(b);
}

static lip_net *net_of_scale(uint64_t seed, double scale)
{
  lip_net *net = random_two_layer(D, K, RELU, seed);

  for (size_t i = 0; i < D * K; i++) net->layer[0].W[i] *= scale;
  memset(net->layer[0].W, 0, D * sizeof(double));
  return net;
}

static void arguments_over_a_box_reach_their_corners(void **state)
{
  const double scales[] = {1, 1e-200, 1e200};
  lip_interval z[K];

  (void)state;
  for (uint64_t seed = 0; seed < 30; seed++) {
    lip_net *net = net_of_scale(seed, scales[seed % 3]);
    lip_domain box = {.kind = LIP_BOX, .low = -0.3, .high = seed % 2 ? 0 : 1.7};
    lip_claim *claim = claim_on(net, box);

    lip_claim_arguments(claim, 0, z);
    for (size_t l = 0; l < K; l++) {
      double least = INFINITY, most = -INFINITY, slack;

      for (unsigned corner = 0; corner < 1U << D; corner++) {
        double x[D], sum = claim->b[l];

        for (size_t i = 0; i < D; i++) x[i] = corner >> i & 1 ? box.high : box.low;
        for (size_t i = 0; i < D; i++) sum += x[i] * claim->W_true[l * D + i];
        check_argument(claim, l, x, z[l]);
        least = fmin(least, sum);
        most = fmax(most, sum);
      }
      slack = 1e-14 * (fabs(least) + fabs(most));
      assert_true(z[l].low >= least - slack && z[l].high <= most + slack);
    }
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void arguments_over_balls_hold_their_steepest_points(void **state)
{
  double centers[2 * D];
  const lip_domain domains[] = {{.kind = LIP_BALL, .radius = 3},
                                {.kind = LIP_ON_SPHERE, .radius = 0.1},
                                {LIP_AROUND_DATA, 0.2, 0, 0, 2, D, centers}};
  lip_interval z[K];

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, 2 * D, centers);
  for (uint64_t seed = 0; seed < 60; seed++) {
    lip_net *net = net_of_scale(seed, pow(10, (double)(seed % 5) * 60 - 120));
    lip_domain domain = domains[seed % 3];
    lip_claim *claim = claim_on(net, domain);

    lip_claim_arguments(claim, 1, z);
    for (size_t l = 1; l < K; l++) {
      const double *w = claim->W_true + l * D;
      double x[D], length = 0, reach, width = z[l].high - z[l].low;

      for (size_t i = 0; i < D; i++) length = hypot(length, w[i]);
      reach = length * domain.radius;
      assert_true(width <= 2 * reach * (1 + 1e-14) + 1e-14 * (reach + fabs(z[l].high)) + 1e-300);
      for (int side = -1; side <= 1; side += 2) {
        for (size_t i = 0; i < D; i++) {
          x[i] = side * (1 - 1e-15) * domain.radius * w[i] / length;
          if (domain.kind == LIP_AROUND_DATA) x[i] += centers[D + i] * (1 - 1e-15 * side);
        }
        if (domain.kind != LIP_AROUND_DATA) check_argument(claim, l, x, z[l]);
      }
      if (domain.kind == LIP_AROUND_DATA) check_argument(claim, l, centers + D, z[l]);
    }
    assert_true(z[0].low == claim->b[0] && z[0].high == claim->b[0]); /* a zero row: exactly b */
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void on_the_space_only_a_zero_row_is_bounded(void **state)
{
  lip_net *net = net_of_scale(1, 1);
  lip_claim *claim = claim_on(net, (lip_domain){.kind = LIP_SPACE});
  lip_interval z[K];
  double low[K], high[K];

  (void)state;
  lip_claim_arguments(claim, 0, z);
  lip_claim_slopes(claim, 0, low, high);
  assert_true(z[0].low == claim->b[0] && z[0].high == claim->b[0]);
  assert_true(low[0] == (claim->b[0] > 0) && high[0] == low[0]);
  for (size_t l = 1; l < K; l++) assert_true(isinf(z[l].low) && isinf(z[l].high));
  for (size_t l = 1; l < K; l++) assert_true(low[l] == 0 && high[l] == 1);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* Inputs in [0, 1], weights >= 0, no bias: the neuron never sleeps, and no rounding may say else.
 */
static void a_neuron_that_touches_its_kink_is_fixed(void **state)
{
  lip_net *net = two_layer(3, 2, RELU, (double[]){0.1, 0.2, 0.3, -0.1, -0.7, -0.3},
                           (double[]){0, 0}, (double[]){1, 1});
  lip_claim *claim = claim_on(net, (lip_domain){.kind = LIP_BOX, .low = 0, .high = 1});
  double low[2], high[2];

  (void)state;
  lip_claim_slopes(claim, 0, low, high);
  assert_true(low[0] == 1 && high[0] == 1 && low[1] == 0 && high[1] == 0);
  lip_claim_free(claim);
  lip_net_free(net);
}

static void an_overflow_is_infinite_and_never_no_number(void **state)
{
  const double big[] = {1e300, -1e300, 1e300, 1e300, -1e300, 1e300};
  lip_net *net = two_layer(3, 2, (lip_activation){LIP_POWER, 3}, big, (double[]){1e308, -1e308},
                           (double[]){1, 1});
  double centers[] = {1e100, 1e100, -1e100};
  const lip_domain domains[] = {{.kind = LIP_SPACE},
                                {.kind = LIP_BALL, .radius = 1e100},
                                {.kind = LIP_BOX, .low = -1e100, .high = 1e100},
                                {LIP_AROUND_DATA, 1e100, 0, 0, 1, 3, centers}};

  (void)state;
  for (size_t i = 0; i < 4; i++) {
    lip_claim *claim = claim_on(net, domains[i]);
    lip_interval z[2];
    double low[2], high[2];

    lip_claim_arguments(claim, 0, z);
    lip_claim_slopes(claim, 0, low, high);
    for (size_t l = 0; l < 2; l++) {
      assert_true(z[l].low == -INFINITY && z[l].high == INFINITY);
      assert_true(low[l] <= 0 && high[l] == INFINITY);
    }
    lip_claim_free(claim);
  }
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slopes_are_enclosed_and_not_widely),
      cmocka_unit_test(values_are_enclosed_and_not_widely),
      cmocka_unit_test(slopes_of_gates_are_steepest_where_they_should),
      cmocka_unit_test(a_kink_inside_has_both_slopes_and_one_at_an_end_has_one),
      cmocka_unit_test(the_whole_line_has_the_slopes_of_the_definition),
      cmocka_unit_test(arguments_over_a_box_reach_their_corners),
      cmocka_unit_test(arguments_over_balls_hold_their_steepest_points),
      cmocka_unit_test(on_the_space_only_a_zero_row_is_bounded),
      cmocka_unit_test(a_neuron_that_touches_its_kink_is_fixed),
      cmocka_unit_test(an_overflow_is_infinite_and_never_no_number),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
