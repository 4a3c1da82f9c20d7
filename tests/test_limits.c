/* test_limits.c - limits that data prove: numbers known by other means, and never above a bracket.
 */
#include "constructed.h"
#include "measure_nets.h"

#include <liplaw/limits.h>

#include "certificate/slope_range.h"
#include "linalg/symmetric_eigen.h"

static lip_limits limits_with(const lip_net *net, const lip_dataset *data,
                              const lip_limits_options *options)
{
  lip_limits found;
  lip_error err = {""};

  if (lip_find_limits(net, data, options, &found, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return found;
}

static lip_limits_options quick(const char *domain)
{
  lip_limits_options options;

  lip_limits_defaults(&options);
  options.domain = domain;
  options.time_limit = 0.2;
  return options;
}

static const lip_limit *named(const lip_limits *found, const char *name)
{
  for (size_t i = 0; i < found->limits; i++)
    if (strcmp(found->limit[i].name, name) == 0) return &found->limit[i];
  fail_msg("there is no limit %s", name);
  return NULL;
}

/* Two points 5 apart, labels 7 apart; on the unit sphere their arc is a right angle. */
static void two_points_set_their_slope(void **state)
{
  const double X[] = {3, 0, 0, 4}, unit[] = {1, 0, 0, 1}, y[] = {3, -4};
  lip_dataset *data = given(2, 2, X, y);
  lip_limits_options options = quick(NULL);
  lip_limits found = limits_with(NULL, data, &options);

  (void)state;
  assert_true(found.limit[0].for_exact_fit <= 1.4 && found.limit[0].for_exact_fit > 1.4 - 1e-14);
  assert_true(found.label_pair[0].i == 0 && found.label_pair[0].j == 1);
  lip_dataset_free(data);
  data = given(2, 2, unit, y);
  options = quick("sphere");
  found = limits_with(NULL, data, &options);
  assert_true(fabs(found.limit[0].for_exact_fit - 14 / 3.14159265358979324) < 1e-13);
  assert_true(found.limit[0].for_exact_fit <= 14 / 3.14159265358979324);
  lip_dataset_free(data);
}

/* theory.md B10: N = 300 pairs in 60 dimensions, k = 1, 5, 15, 60: about 7.62, 3.59, 2.21, 1.40. */
static void pairs_in_order_say_what_theorem_4_says(void **state)
{
  const size_t k[] = {1, 5, 15, 60};
  const double expected[] = {7.62, 3.59, 2.21, 1.40};
  lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_BALANCED, 600, 60, 1);
  lip_limits_options options = quick(NULL);

  (void)state;
  for (size_t i = 0; i < 4; i++) {
    double plain, better;
    lip_limits found;

    options.k = k[i];
    options.optimise = false;
    found = limits_with(NULL, data, &options);
    plain = named(&found, "rank")->for_exact_fit;
    assert_true(fabs(plain / expected[i] - 1) < 0.03);
    options.optimise = true;
    found = limits_with(NULL, data, &options);
    better = named(&found, "rank")->for_exact_fit;
    assert_true(better >= plain && better >= found.limit[0].for_exact_fit * (1 - 1e-9));
  }
  lip_dataset_free(data);
}

/* Through points on one line, k = 1 says no more than the line's own interpolation needs: 2 / gap.
 */
static void points_on_a_line_are_told_exactly(void **state)
{
  const double X[] = {0, 0, 0.1, 0, 1, 0, 3, 0}, y[] = {1, 1, -1, 1};
  lip_dataset *data = given(4, 2, X, y);
  lip_limits_options options = quick(NULL);
  lip_limits found;

  (void)state;
  options.k = 1;
  found = limits_with(NULL, data, &options);
  assert_true(named(&found, "rank")->for_exact_fit <= 2 / 0.9 + 1e-15);
  assert_true(named(&found, "rank")->for_exact_fit > 2 / 0.9 * (1 - 1e-6));
  lip_dataset_free(data);
}

/* Equal points with different labels: infinite, and the pair is named. */
static void contradictions_have_no_exact_fit(void **state)
{
  const double X[] = {1, 2, 0, 1, 1, 2}, y[] = {1, 1, -1};
  lip_dataset *data = given(3, 2, X, y);
  lip_limits_options options = quick(NULL);
  lip_limits found;

  (void)state;
  options.k = 1;
  found = limits_with(NULL, data, &options);
  assert_true(isinf(found.limit[0].for_exact_fit));
  assert_true(found.label_pair[0].i == 0 && found.label_pair[0].j == 2);
  assert_true(isinf(named(&found, "rank")->for_exact_fit));
  lip_dataset_free(data);
}

/* theory.md B13: n = 1000, d = 64: n / (k |Omega|) is 2.0 for k = 64, and Ky Fan's norm, from the
   eigenvalues as computed here, says more; the constant on the unit ball is 2 |T|. */
static void quadratic_networks_of_rank_k_need_theorem_7(void **state)
{
  enum { N = 1000, D = 64 };
  static double S[D * D], values[D];
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, N, D, 2);
  lip_limits_options options = quick("ball:1");

  (void)state;
  for (size_t i = 0; i < N; i++)
    for (size_t a = 0; a < D; a++)
      for (size_t b = 0; b < D; b++)
        S[a * D + b] += data->y[i] * data->X[i * D + a] * data->X[i * D + b];
  assert_int_equal(lip_symmetric_eigen(D, S, values, false, NULL), LIP_OK);
  for (size_t k = 1; k <= D; k *= 4) {
    double sum = 0, expected, largest = fmax(-values[0], values[D - 1]);
    lip_limits found;
    size_t low = 0, high = D;

    for (size_t j = 0; j < k; j++)
      sum += -values[low] > values[high - 1] ? -values[low++] : values[--high];
    expected = 2 * N / sum;
    if (k == D) assert_true(fabs(N / (D * largest) - 2.0) < 0.15 && sum <= D * largest);
    options.k = k;
    found = limits_with(NULL, data, &options);
    assert_near(named(&found, "quadratic")->for_exact_fit, expected, 1e-9);
    assert_true(named(&found, "quadratic")->for_exact_fit <= expected * (1 + 1e-13));
  }
  lip_dataset_free(data);
}

/* The min-norm linear function (k = 1, psi = identity): its own limit, p = 1, is |w| itself. */
static void linear_interpolation_attains_its_limit(void **state)
{
  lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 20, 50, 3);
  lip_construct_options kind = options_of(LIP_CONSTRUCT_LINEAR);
  built made = construct(data, &kind);
  lip_limits_options options = quick(NULL);
  lip_limits found = limits_with(made.net, data, &options);
  const lip_limit *power = named(&found, "power");

  (void)state;
  assert_true(power->compared && power->value <= found.upper);
  assert_near(power->value, made.result.lipschitz, 1e-8);
  assert_near(power->for_exact_fit, made.result.lipschitz, 1e-8);
  assert_true(named(&found, "rank")->value <= found.upper);
  assert_true(named(&found, "path-norm")->value <= named(&found, "path-norm")->upper);
  clear_built(&made);
  lip_dataset_free(data);
}

/* One square: f = 3 (e.x)^2 through points on the axis has |T| = 3 and the constant 6 on the ball.
 */
static void one_square_attains_its_limit(void **state)
{
  const double X[] = {1, 0, 0, -0.5, 0, 0}, y[] = {3, 0.75}, w[] = {1, 0, 0}, a[] = {3};
  lip_dataset *data = given(2, 3, X, y);
  lip_net *net = two_layer(3, 1, (lip_activation){LIP_SQUARE, 0}, w, NULL, a);
  lip_limits_options options = quick("ball:1");
  lip_limits found = limits_with(net, data, &options);

  (void)state;
  assert_true(named(&found, "quadratic")->value <= 6);
  assert_near(named(&found, "quadratic")->value, 6, 1e-10);
  assert_true(named(&found, "power")->value <= 6);
  assert_near(named(&found, "power")->value, 6, 1e-10);
  options = quick("sphere"); /* there it is 3: lambda_max - lambda_min */
  found = limits_with(net, data, &options);
  assert_true(named(&found, "quadratic")->value <= 3);
  assert_near(named(&found, "quadratic")->value, 3, 1e-9);
  lip_net_free(net);
  lip_dataset_free(data);
}

/* T = I has |T| = 1 and on the sphere the constant 0. */
static void a_multiple_of_the_square_length_has_no_limit_on_the_sphere(void **state)
{
  const double W[] = {1, 0, 0, 1}, a[] = {1, 1};
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, 40, 2, 1);
  lip_net *net = two_layer(2, 2, (lip_activation){LIP_SQUARE, 0}, W, NULL, a);
  lip_limits_options options = quick("sphere");
  lip_limits found = limits_with(net, data, &options);

  (void)state;
  assert_true(named(&found, "quadratic")->value <= found.upper + 1e-300);
  assert_true(named(&found, "quadratic")->value < 1e-12);
  lip_net_free(net);
  lip_dataset_free(data);
}

/* theory.md B12: sum over q of <T_q, Omega_q> is sum v_i f(x_i), by the network's own values. */
static void the_degrees_of_a_polynomial_sum_to_its_values(void **state)
{
  enum { N = 60, D = 4 };
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, N, D, 5);

  (void)state;
  for (uint64_t p = 2; p <= 5; p++) {
    lip_net *net = random_two_layer(D, 7, (lip_activation){LIP_POWER, (double)p}, p);
    lip_limits_options options = quick("ball:1");
    lip_limits found = limits_with(net, data, &options);
    const char *text = strstr(named(&found, "polynomial")->note, "sum ");
    double f[N], low = INFINITY, high = -INFINITY, sum = 0, above = 0;

    assert_int_equal(lip_net_values(net, N, data->X, f, NULL), LIP_OK);
    for (size_t i = 0; i < N; i++) {
      low = fmin(low, f[i]);
      high = fmax(high, f[i]);
    }
    for (size_t i = 0; i < N; i++) above += f[i] > (low + high) / 2;
    for (size_t i = 0; i < N; i++)
      sum += f[i] > (low + high) / 2 ? (N - above) * f[i] : -above * f[i];
    assert_non_null(text);
    assert_near(atof(text + 4), sum / fmax(N - above, above), 1e-8);
    lip_net_free(net);
  }
  lip_dataset_free(data);
}

/* One neuron, kink at distance t: on the sphere the constant is |a| |w| sqrt(1 - t^2), and half of
   it the limit. Neurons of one hyperplane count together, whichever way they point. */
static void kinks_are_merged_exactly(void **state)
{
  const double W[] = {3, 0, 0, -6, 0, 0, 1.5, 0, 0}, b[] = {-1.5, 3, -0.75};
  const double a[] = {2, 0.5, 4}, cancelling[] = {2, -0.5, -2};
  lip_dataset *data = sampled(LIP_SPHERE, LIP_LABELS_BALANCED, 10, 3, 5);
  lip_net *net = two_layer(3, 3, RELU, W, b, a);
  lip_limits_options options = quick("sphere");
  lip_limits found = limits_with(net, data, &options);
  double expected = (6 + 3 + 6) * sqrt(0.75) / 2;

  (void)state;
  assert_true(named(&found, "rigidity")->value <= expected);
  assert_near(named(&found, "rigidity")->value, expected, 1e-12);
  options = quick("ball:1");
  found = limits_with(net, data, &options);
  assert_near(named(&found, "rigidity")->value, 7.5, 1e-12);
  options = quick("ball:0.5"); /* the kink only touches it */
  found = limits_with(net, data, &options);
  assert_true(named(&found, "rigidity")->value == 0);
  memcpy(net->layer[1].W, cancelling, sizeof cancelling); /* jumps 6 - 3 - 3: f is affine */
  options = quick("sphere");
  found = limits_with(net, data, &options);
  assert_true(named(&found, "rigidity")->value < 1e-14);
  net->layer[0].W[0] = nextafter(3, 4); /* another hyperplane: now 6 steep kinks do cancel nearly */
  found = limits_with(net, data, &options);
  assert_near(named(&found, "rigidity")->value, 6 * sqrt(0.75) / 2, 1e-9);
  lip_net_free(net);
  lip_dataset_free(data);
}

/* Every limit of every kind of network stays below the upper end on every domain: lip_find_limits
   fails where one does not. */
static void no_limit_is_above_the_bracket(void **state)
{
  static const lip_activation_kind kinds[] = {
      LIP_IDENTITY, LIP_RELU,   LIP_LEAKY_RELU, LIP_ABS,   LIP_TANH,
      LIP_SOFTPLUS, LIP_SQUARE, LIP_SIGMOID,    LIP_POWER, LIP_ELU};
  static const char *const domains[] = {NULL, "space", "ball:0.7", "sphere", "box:-1,1"};
  lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_RANDOM, 30, 3, 4);

  (void)state;
  for (uint64_t seed = 0; seed < 20; seed++)
    for (size_t d = 0; d < 5; d++) {
      lip_activation psi = {kinds[seed % 10], 0};
      lip_net *net;
      lip_limits_options options = quick(domains[d]);
      lip_limits found;

      if (psi.kind == LIP_LEAKY_RELU || psi.kind == LIP_ELU) psi.slope = seed < 10 ? 0.1 : -0.5;
      if (psi.kind == LIP_POWER) psi.slope = seed < 10 ? 3 : 4;
      net = random_two_layer(3, 2 + seed % 3, psi, seed);
      if (seed % 2) memset(net->layer[0].b, 0, net->layer[0].out * sizeof(double));
      if (seed % 4 == 3) memcpy(net->layer[0].W + 3, net->layer[0].W, 3 * sizeof(double));
      options.search = false;
      options.time_limit = 0.05;
      found = limits_with(net, data, &options);
      for (size_t i = 0; i < found.limits; i++) {
        const lip_limit *limit = &found.limit[i];

        assert_true(isnan(limit->value) == (limit->why_not[0] != 0));
        assert_true(isnan(limit->for_exact_fit) == (limit->why_not_exact[0] != 0));
        assert_true(!(limit->value < 0) && !(limit->for_exact_fit < 0));
        if (limit->compared) assert_true(limit->value <= limit->upper * (1 + 1e-6));
      }
      lip_net_free(net);
    }
  lip_dataset_free(data);
}

/* Values of activations over intervals hold those at every point, in long double where it is known.
 */
static void intervals_of_activations_hold_their_values(void **state)
{
  const lip_activation psi[] = {{LIP_IDENTITY, 0},      {LIP_RELU, 0},   {LIP_LEAKY_RELU, 0.1},
                                {LIP_LEAKY_RELU, -0.7}, {LIP_ABS, 0},    {LIP_TANH, 0},
                                {LIP_SOFTPLUS, 0},      {LIP_SQUARE, 0}, {LIP_SIGMOID, 0},
                                {LIP_POWER, 3},         {LIP_POWER, 4},  {LIP_ELU, 0.6},
                                {LIP_ELU, -2}};

  (void)state;
  for (size_t kind = 0; kind < sizeof psi / sizeof *psi; kind++)
    for (uint64_t t = 0; t < 2000; t++) {
      double z[3], low, high, at;
      lip_interval values;

      lip_random_normal((lip_stream){kind, LIP_FOR_PROBES}, 3 * t, 3, z);
      low = fmin(z[0], z[1]);
      high = t % 3 ? fmax(z[0], z[1]) : low;
      at = fmin(fmax(z[2], low), high);
      values = lip_activation_values_on(psi[kind], (lip_interval){low, high});
      assert_true(values.low <= lip_activation_value(psi[kind], at) + 1e-15 * fabs(values.high));
      assert_true(values.high >= lip_activation_value(psi[kind], at) - 1e-15 * fabs(values.high));
      if (low == high) assert_true(values.high - values.low <= 1e-12 * (1 + fabs(values.high)));
      if (psi[kind].kind != LIP_TANH) continue;
      assert_true((long double)values.low <= tanhl(at) && tanhl(at) <= (long double)values.high);
    }
}

/* Several outputs and layers; weights of any size. */
static void deep_networks_and_extreme_weights_keep_to_it(void **state)
{
  const lip_activation psi[] = {RELU, {LIP_TANH, 0}};
  const int exponents[] = {0, -300, 300, -520, 490};
  lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_BALANCED, 12, 3, 8);

  (void)state;
  for (size_t e = 0; e < 5; e++)
    for (size_t depth = 2; depth <= 3; depth++) {
      const size_t shallow[] = {3, 6, 2}, deep[] = {3, 5, 4, 2};
      lip_net *net = make_net(depth, depth == 2 ? shallow : deep, psi, true);
      lip_limits_options options = quick("ball:4");
      lip_limits found;

      randomise(net, 3);
      for (size_t i = 0; i < net->layer[0].in * net->layer[0].out; i++)
        net->layer[0].W[i] = ldexp(net->layer[0].W[i], depth == 2 ? exponents[e] : 0);
      for (size_t i = 0; depth == 2 && i < net->layer[0].out; i++)
        net->layer[0].b[i] = ldexp(net->layer[0].b[i], exponents[e]);
      memset(net->layer[depth - 1].b, 0,
             2 * sizeof(double)); /* beside it small values would vanish */
      options.search = false;
      found = limits_with(net, data, &options);
      assert_true(found.limit[0].compared && found.limit[0].value > 0);
      assert_true(found.limit[0].value <= found.upper * (1 + 1e-6));
      assert_true(isnan(named(&found, "rigidity")->value) == (depth == 3));
      lip_net_free(net);
    }
  lip_dataset_free(data);
}

/* Scaling points, labels and weights scales every limit alike. */
static void limits_scale_with_the_data(void **state)
{
  lip_dataset *data = sampled(LIP_GAUSSIAN, LIP_LABELS_BALANCED, 40, 5, 9);
  lip_limits_options options = quick(NULL);
  lip_limits before, after;

  (void)state;
  options.k = 2;
  options.optimise = false;
  before = limits_with(NULL, data, &options);
  for (size_t i = 0; i < 40 * 5; i++) data->X[i] = ldexp(data->X[i], -200);
  for (size_t i = 0; i < 40; i++) data->y[i] = ldexp(data->y[i], 100);
  after = limits_with(NULL, data, &options);
  for (size_t i = 0; i < before.limits; i++) {
    double x = before.limit[i].for_exact_fit, y = after.limit[i].for_exact_fit;

    if (isnan(x) || before.limit[i].of != LIP_LIMITS_CONSTANT) continue;
    assert_near(ldexp(y, -300), x, 1e-9);
  }
  lip_dataset_free(data);
}

/* Points outside the domain say nothing about it. */
static void points_outside_the_domain_do_not_count(void **state)
{
  const double X[] = {0.5, 0, 0.4, 0, 3, 0, 3.001, 0}, y[] = {1, -1, 1, -1};
  lip_dataset *data = given(4, 2, X, y);
  lip_limits_options options = quick("ball:1");
  lip_limits found = limits_with(NULL, data, &options);

  (void)state;
  assert_near(found.limit[0].for_exact_fit, 20, 1e-12);
  options = quick("ball:0.1");
  found = limits_with(NULL, data, &options);
  assert_true(isnan(found.limit[0].for_exact_fit));
  lip_dataset_free(data);
}

/* |x| fits with the path norm 1, two ReLU need 2: the family named is that of the value. */
static void path_norms_are_those_of_the_family_named(void **state)
{
  const double X[] = {1, -1}, y[] = {1, 1}, w[] = {1}, a[] = {1};
  lip_dataset *data = given(2, 1, X, y);
  lip_net *net = two_layer(1, 1, (lip_activation){LIP_ABS, 0}, w, NULL, a);
  lip_limits_options options = quick(NULL);
  lip_limits found = limits_with(net, data, &options);

  (void)state;
  assert_true(named(&found, "path-norm")->for_exact_fit <= 1);
  assert_true(strstr(named(&found, "path-norm")->family, "this activation") != NULL);
  assert_true(strstr(named(&found, "product")->family, "this activation") != NULL);
  options.k = 1;
  found = limits_with(NULL, data, &options);
  assert_true(named(&found, "path-norm")->for_exact_fit > 1);
  assert_true(strncmp(named(&found, "path-norm")->family, "ReLU networks without", 21) == 0);
  assert_true(strncmp(named(&found, "product")->family, "ReLU networks of k", 18) == 0);
  lip_net_free(net);
  lip_dataset_free(data);
}

/* A function that fits beside the sphere may be 0 on it; points on it count, and only those. */
static void labels_beside_the_sphere_do_not_count(void **state)
{
  const double X[] = {1, 0, -1, 0, 0, 2, 0, -2}, y[] = {1, -1, 0.5, -0.5};
  lip_dataset *data = given(2, 2, X, y);
  lip_limits_options options = quick("sphere:2");
  lip_limits found = limits_with(NULL, data, &options);

  (void)state;
  assert_true(isnan(found.limit[0].for_exact_fit));
  assert_true(strstr(found.limit[0].why_not_exact, "beside it") != NULL);
  lip_dataset_free(data);
  data = given(4, 2, X, y);
  found = limits_with(NULL, data, &options);
  assert_near(found.limit[0].for_exact_fit, 1 / 6.28318530717958648, 1e-12);
  assert_true(strstr(found.limit[0].family, "R x / |x|") != NULL);
  lip_dataset_free(data);
}

/* On the ball of radius 0 every constant is 0: no limit speaks of it, though no point is inside. */
static void forms_without_points_inside_speak_of_the_data(void **state)
{
  const double X[] = {1, 0, -1, 0}, y[] = {1, -1};
  lip_dataset *data = given(2, 2, X, y);
  lip_limits_options options = quick("box:-0.1,0.1");
  lip_limits found;

  (void)state;
  options.power = 1;
  found = limits_with(NULL, data, &options);
  assert_string_equal(named(&found, "power")->domain, "ball:1");
  assert_string_equal(named(&found, "polynomial")->domain, "ball:1");
  assert_near(named(&found, "power")->for_exact_fit, 1, 1e-9);
  lip_dataset_free(data);
}

/* Where no function fits, no row says that one does, whatever the domain. */
static void contradictions_are_told_in_every_row(void **state)
{
  static const char *const domains[] = {NULL, "sphere:7", "ball:0.1", "box:-1,0.5"};
  const double X[] = {0.5, 1, 1, 0, 1, 0}, y[] = {1, 1, -1}, W[] = {1, 0, 0, 1}, a[] = {1, 1};
  lip_dataset *data = given(3, 2, X, y);
  lip_net *net = two_layer(2, 2, RELU, W, NULL, a);

  (void)state;
  for (size_t with = 0; with < 2; with++)
    for (size_t d = 0; d < 4; d++) {
      lip_limits_options options = quick(domains[d]);
      lip_limits found;

      options.k = with ? 0 : 1;
      found = limits_with(with ? net : NULL, data, &options);
      assert_true(isinf(found.limit[0].for_exact_fit));
      assert_true(strstr(found.limit[0].note, "no function fits: points 1 and 2") != NULL);
      assert_true(found.label_pair[0].i == 1 && found.label_pair[0].j == 2);
      for (size_t i = 0; i < found.limits; i++) {
        assert_true(isnan(found.limit[i].for_exact_fit) || isinf(found.limit[i].for_exact_fit));
        assert_true(isnan(found.limit[i].for_exact_fit) == (found.limit[i].why_not_exact[0] != 0));
      }
    }
  lip_net_free(net);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_points_set_their_slope),
      cmocka_unit_test(pairs_in_order_say_what_theorem_4_says),
      cmocka_unit_test(points_on_a_line_are_told_exactly),
      cmocka_unit_test(contradictions_have_no_exact_fit),
      cmocka_unit_test(quadratic_networks_of_rank_k_need_theorem_7),
      cmocka_unit_test(linear_interpolation_attains_its_limit),
      cmocka_unit_test(one_square_attains_its_limit),
      cmocka_unit_test(a_multiple_of_the_square_length_has_no_limit_on_the_sphere),
      cmocka_unit_test(the_degrees_of_a_polynomial_sum_to_its_values),
      cmocka_unit_test(kinks_are_merged_exactly),
      cmocka_unit_test(no_limit_is_above_the_bracket),
      cmocka_unit_test(intervals_of_activations_hold_their_values),
      cmocka_unit_test(deep_networks_and_extreme_weights_keep_to_it),
      cmocka_unit_test(limits_scale_with_the_data),
      cmocka_unit_test(points_outside_the_domain_do_not_count),
      cmocka_unit_test(path_norms_are_those_of_the_family_named),
      cmocka_unit_test(labels_beside_the_sphere_do_not_count),
      cmocka_unit_test(forms_without_points_inside_speak_of_the_data),
      cmocka_unit_test(contradictions_are_told_in_every_row),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
