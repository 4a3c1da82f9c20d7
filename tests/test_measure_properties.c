/* test_measure_properties.c - what holds for every network: order, invariances, witnesses, stops.
 */
#include "measure_nets.h"

#include "base/memory.h"

static const lip_activation kinds[] = {
    {LIP_IDENTITY, 0}, {LIP_RELU, 0},   {LIP_LEAKY_RELU, 0.1}, {LIP_LEAKY_RELU, -2},
    {LIP_ABS, 0},      {LIP_TANH, 0},   {LIP_SOFTPLUS, 0},     {LIP_SQUARE, 0},
    {LIP_ELU, 1},      {LIP_ELU, -1.5},
};
enum { KINDS = sizeof kinds / sizeof *kinds };
static const char *const domains[] = {"space", "ball:0.7", "sphere:1.3", "sphere:1e-3", "ball:100"};
enum { DOMAINS = sizeof domains / sizeof *domains };

static double length_of(const double *x, size_t d)
{
  double square = 0;

  for (size_t i = 0; i < d; i++) square += x[i] * x[i];
  return sqrt(square);
}

/* |gradient| at x by the network's own gradients; tangential on a sphere. */
static double slope_at(const lip_net *net, size_t output, lip_domain domain, const double *x)
{
  double g[64], along = 0, square = 0;
  size_t d = lip_net_inputs(net);
  lip_error err = {""};

  if (lip_net_gradients(net, output, 1, x, g, &err) != LIP_OK) fail_msg("%s", err.text);
  for (size_t i = 0; i < d; i++) along += g[i] * x[i] / length_of(x, d) / length_of(x, d);
  if (domain.kind != LIP_ON_SPHERE) along = 0;
  for (size_t i = 0; i < d; i++) square += (g[i] - along * x[i]) * (g[i] - along * x[i]);
  return sqrt(square);
}

static void check_order_and_witness(const lip_net *net, const lip_measurement *r)
{
  double length = length_of(r->witness, lip_net_inputs(net));
  double slope = slope_at(net, r->output.plus, r->domain, r->witness);

  assert_true(lower_of(r) <= upper_of(r) * (1 + 1e-9));
  for (size_t i = 0; i < r->bounds; i++) {
    if (r->bound[i].side == LIP_LOWER &&
        !(r->bound[i].value <= lower_of(r) * (1 + 1e-9) + 1e-14 * upper_of(r)))
      fail_msg("%s, k = %zu, d = %zu, psi %d, domain %d: %.17g above %.17g", r->bound[i].method,
               net->layer[0].out, net->layer[0].in, (int)net->layer[0].activation.kind,
               (int)r->domain.kind, r->bound[i].value, lower_of(r));
    /* A flattening of neurons that cancel is the root of what rounding left; multipliers of graphs
       lie so near the border that a proof may ask for a little more. */
    if (r->bound[i].side == LIP_UPPER && strcmp(r->bound[i].method, "flattening") != 0 &&
        !(r->bound[i].value >=
          upper_of(r) *
                  (1 - (strcmp(r->bound[i].method, "semidefinite-sectors") == 0 ? 1e-6 : 1e-8)) -
              1e-12))
      fail_msg("%s of %zu bounds, k = %zu, d = %zu, psi %d: %.17g below %.17g (%s)",
               r->bound[i].method, r->bounds, net->layer[0].out, net->layer[0].in,
               (int)net->layer[0].activation.kind, r->bound[i].value, upper_of(r), r->upper_method);
  }
  if (r->domain.kind == LIP_BALL) assert_true(length <= r->domain.radius * (1 + 1e-14));
  if (r->domain.kind == LIP_ON_SPHERE) assert_near(length, r->domain.radius, 1e-14);
  /* 1e-15: on the sphere of one input the gradient less its radial part is rounding */
  assert_true(fabs(slope - lower_of(r)) <= 1e-12 * lower_of(r) + 1e-14 * upper_of(r) + 1e-15);
}

static void the_lower_value_is_attained_and_below_the_upper_one(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 400; seed++) {
    size_t depth = 1 + seed % 4, widths[5] = {1 + seed % 5, 1 + seed % 7, 1 + seed % 3, 3, 1};
    lip_activation psi[4];
    lip_measure_options options;
    lip_measurement r;
    lip_error err = {""};
    lip_net *net;

    widths[depth] = 1;
    for (size_t j = 0; j < 4; j++) psi[j] = kinds[(seed / 3 + 5 * j) % KINDS];
    net = make_net(depth, widths, psi, seed % 3 != 0);
    randomise(net, seed);
    lip_measure_defaults(&options);
    options.domain = domains[seed % DOMAINS];
    options.random_points = 20;
    options.starts = 2;
    options.seed = seed;
    options.time_limit = 0.3; /* deep networks go on as long as there is time */
    if (lip_measure(net, NULL, &options, &r, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
    check_order_and_witness(net, &r);
    lip_measurement_clear(&r);
    lip_net_free(net);
  }
}

static void scaling_a_layer_up_and_the_next_down_changes_nothing(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 5; seed++) {
    lip_net *net = random_two_layer(4, 9, RELU, seed);
    lip_measurement before = measure(net, domains[seed % DOMAINS]), after;

    for (size_t i = 0; i < 36; i++) net->layer[0].W[i] *= 2;
    for (size_t i = 0; i < 9; i++) net->layer[0].b[i] *= 2;
    for (size_t i = 0; i < 9; i++) net->layer[1].W[i] /= 2;
    after = measure(net, domains[seed % DOMAINS]);
    assert_int_equal(before.bounds, after.bounds);
    for (size_t i = 0; i < before.bounds; i++)
      assert_near(after.bound[i].value, before.bound[i].value, 1e-8);
    lip_measurement_clear(&before);
    lip_measurement_clear(&after);
    lip_net_free(net);
  }
}

static void permuting_neurons_changes_nothing(void **state)
{
  enum { D = 2, K = 6 };

  (void)state;
  for (uint64_t seed = 0; seed < 5; seed++) {
    lip_net *net = random_two_layer(D, K, RELU, seed), *other = random_two_layer(D, K, RELU, 99);
    lip_measurement before = measure(net, "space"), after;

    for (size_t l = 0; l < K; l++) {
      size_t to = (l * 5 + 2) % K;

      memcpy(other->layer[0].W + to * D, net->layer[0].W + l * D, D * sizeof(double));
      other->layer[0].b[to] = net->layer[0].b[l];
      other->layer[1].W[to] = net->layer[1].W[l];
    }
    after = measure(other, "space");
    for (size_t i = 0; i < before.bounds; i++)
      assert_near(after.bound[i].value, before.bound[i].value, 1e-8);
    lip_measurement_clear(&before);
    lip_measurement_clear(&after);
    lip_net_free(net);
    lip_net_free(other);
  }
}

static void the_same_seed_gives_the_same_bits(void **state)
{
  (void)state;
  for (size_t i = 0; i < KINDS; i++) {
    lip_net *net = random_two_layer(5, 20, kinds[i], i);
    lip_measurement one = measure_seeded(net, NULL, "ball:2", 5);
    lip_measurement two = measure_seeded(net, NULL, "ball:2", 5);
    lip_measurement other = measure_seeded(net, NULL, "ball:2", 6);

    assert_int_equal(one.bounds, two.bounds);
    for (size_t j = 0; j < one.bounds; j++)
      assert_memory_equal(&one.bound[j].value, &two.bound[j].value, sizeof(double));
    assert_memory_equal(one.witness, two.witness, 5 * sizeof(double));
    assert_memory_equal(&one.proxy_random, &two.proxy_random, sizeof(double));
    if (kinds[i].kind == LIP_TANH) assert_true(other.proxy_random != one.proxy_random);
    lip_measurement_clear(&one);
    lip_measurement_clear(&two);
    lip_measurement_clear(&other);
    lip_net_free(net);
  }
}

static void the_proxies_do_not_depend_on_the_domain(void **state)
{
  enum { D = 3, N = 40 };
  lip_sample_options sampling = {
      .kind = LIP_GAUSSIAN, .labels = LIP_LABELS_RANDOM, .n = N, .d = D, .seed = 4};
  lip_dataset *data = NULL;
  lip_net *net = random_two_layer(D, 30, (lip_activation){LIP_TANH, 0}, 2);
  double random = 0, at_data = 0, z[200 * D];

  (void)state;
  assert_int_equal(lip_sample(&sampling, &data, NULL), LIP_OK);
  lip_random_normal((lip_stream){7, LIP_FOR_PROBES}, 0, 200 * D, z);
  for (size_t i = 0; i < 200 * D; i++) z[i] /= sqrt(D); /* N(0, I/d): the paper's definition */
  for (size_t i = 0; i < 200; i++)
    random = fmax(random,
                  slope_at(net, 0, (lip_domain){.kind = LIP_SPACE, .radius = 1}, z + i * D));
  for (size_t i = 0; i < N; i++)
    at_data = fmax(at_data,
                   slope_at(net, 0, (lip_domain){.kind = LIP_SPACE, .radius = 1}, data->X + i * D));
  for (size_t i = 0; i < DOMAINS; i++) {
    lip_measurement r = measure_seeded(net, data, domains[i], 7);

    assert_near(r.proxy_random, random, 1e-13);
    assert_near(r.proxy_data, at_data, 1e-13);
    if (i == 0) assert_near(value_of(&r, "random"), random, 1e-13);
    if (i == 0) assert_near(value_of(&r, "data"), at_data, 1e-13);
    check_order_and_witness(net, &r);
    lip_measurement_clear(&r);
  }
  lip_net_free(net);
  lip_dataset_free(data);
}

static void data_outside_the_domain_are_no_witnesses(void **state) /* slope 1 on x > 5 only */
{
  lip_net *net = two_layer(1, 1, RELU, (double[]){1}, (double[]){-5}, (double[]){1});
  double X[] = {6, 3}, y[] = {0, 0};
  lip_dataset data = {.n = 2, .d = 1, .m = 1, .X = X, .y = y};
  lip_measurement r = measure_seeded(net, &data, "space", 0);

  (void)state;
  assert_true(value_of(&r, "data") == 1 && r.proxy_data == 1);
  lip_measurement_clear(&r);
  r = measure_seeded(net, &data, "ball:4", 0);
  assert_true(value_of(&r, "data") == 0 && r.proxy_data == 1 && lower_of(&r) == 0);
  lip_measurement_clear(&r);
  r = measure_seeded(net, &data, "ball:2", 0);
  assert_true(isnan(value_of(&r, "data")) && r.proxy_data == 1);
  lip_measurement_clear(&r);
  lip_net_free(net);
}

/* In two dimensions the sphere is one circle: sampled finely, nothing may be steeper. */
static void on_a_circle_nothing_sampled_is_steeper_than_the_ascent(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 10; seed++) {
    lip_net *net = random_two_layer(2, 25, kinds[1 + seed % 4], seed);
    lip_measurement r = measure(net, "sphere:1.7");
    double steepest = 0;

    for (size_t i = 0; i < 50000; i++) {
      double angle = 6.283185307179586 * ((double)i + 0.5) / 50000;
      double x[] = {1.7 * cos(angle), 1.7 * sin(angle)};

      steepest = fmax(steepest, slope_at(net, 0, r.domain, x));
    }
    assert_true(lower_of(&r) >= steepest * (1 - 1e-5));
    assert_true(lower_of(&r) <= steepest * (1 + 1e-3)); /* the grid misses little */
    lip_measurement_clear(&r);
    lip_net_free(net);
  }
}

static void degenerate_networks_are_measured(void **state)
{
  static const double ones[4] = {1, 1, 1, 1}, zeros[4] = {0, 0, 0, 0};
  static const double far[4] = {-1e12, 1e12, -1e300, 1e300};

  (void)state;
  for (size_t i = 0; i < KINDS; i++)
    for (size_t j = 0; j < DOMAINS; j++) {
      lip_net *nets[] = {
          two_layer(1, 4, kinds[i], zeros, ones, ones),              /* zero weights: constant */
          two_layer(1, 4, kinds[i], ones, ones, zeros),              /* a = 0 */
          two_layer(1, 4, kinds[i], ones, ones, ones),               /* four equal neurons */
          two_layer(2, 2, kinds[i], ones, zeros, (double[]){1, -1}), /* that cancel */
      };

      for (size_t l = 0; l < 4; l++) {
        lip_measurement r = measure(nets[l], domains[j]);

        check_order_and_witness(nets[l], &r);
        if (l < 2) assert_true(lower_of(&r) == 0);
        if (l < 2 && kinds[i].kind != LIP_SQUARE) assert_true(upper_of(&r) == 0);
        if (l == 2 && kinds[i].kind == LIP_RELU && j == 0) assert_true(lower_of(&r) == 4);
        if (l == 3 && kinds[i].kind != LIP_SQUARE) assert_true(lower_of(&r) == 0);
        lip_measurement_clear(&r);
        lip_net_free(nets[l]);
      }
      if (kinds[i].kind == LIP_SQUARE) continue; /* overflows, and says so: below */
      lip_net *huge = two_layer(1, 4, kinds[i], ones, far, ones);
      lip_measurement r = measure(huge, domains[j]);

      check_order_and_witness(huge, &r);
      lip_measurement_clear(&r);
      lip_net_free(huge);
    }
}

static void what_overflows_is_an_error_with_its_place(void **state)
{
  lip_net *net = two_layer(1, 2, RELU, (double[]){1e300, 1}, NULL, (double[]){1e300, 1});
  lip_measure_options options;
  lip_measurement r;
  lip_error err = {""};

  (void)state;
  lip_measure_defaults(&options);
  assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, &err), LIP_ENUMERIC);
  assert_true(err.text[0] != 0);
  lip_net_free(net);
}

static void impossible_options_are_refused(void **state)
{
  static const char *const bad_domains[] = {"",       "box:1,0",   "ball:",   "ball:-1",
                                            "ball:0", "ball:nan",  "ball:1x", "space:1",
                                            "spher",  "sphere:inf"};
  static const char *const bad_outputs[] = {"1", "-1", "x", "", "0-1", "99999999999999999999999"};
  lip_net *net = random_two_layer(2, 2, RELU, 0), *wide = make_net(1, (size_t[]){2, 2}, NULL, true);
  double X[] = {1, 2, 3}, y[] = {1};
  lip_dataset data = {.n = 1, .d = 3, .m = 1, .X = X, .y = y};
  lip_measure_options options;
  lip_measurement r;
  lip_error err;

  (void)state;
  lip_measure_defaults(&options);
  for (size_t i = 0; i < sizeof bad_domains / sizeof *bad_domains; i++) {
    options.domain = bad_domains[i];
    assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, &err), LIP_EOPTION);
    assert_non_null(strstr(err.text, bad_domains[i]));
  }
  lip_measure_defaults(&options);
  for (size_t i = 0; i < sizeof bad_outputs / sizeof *bad_outputs; i++) {
    options.output = bad_outputs[i];
    assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, &err), LIP_EOPTION);
  }
  lip_measure_defaults(&options);
  options.domain = "sphere";
  options.norm = LIP_NORM_INF;
  assert_int_equal(lip_measure(wide, NULL, &options, &r, NULL, &err), LIP_EOPTION);
  lip_measure_defaults(&options);
  assert_int_equal(lip_measure(net, &data, &options, &r, NULL, &err), LIP_EINPUT);
  options.time_limit = NAN;
  assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, &err), LIP_EOPTION);
  lip_net_free(net);
  lip_net_free(wide);
}

/* Stops at the n-th question. */
static bool stop_after(void *context)
{
  size_t *left = context;

  return *left == 0 || (*left)-- == 0;
}

static void whenever_it_is_stopped_there_is_a_result(void **state)
{
  lip_net *net = random_two_layer(6, 40, RELU, 1), *deep;
  size_t questions = 0;

  (void)state;
  deep = make_net(3, (size_t[]){3, 8, 5, 1}, (lip_activation[]){RELU, RELU}, true);
  randomise(deep, 1);
  for (size_t n = 0; n < 60; n++) {
    const lip_net *which = n % 2 ? deep : net;
    lip_control control = {stop_after, NULL, &questions};
    lip_measure_options options;
    lip_measurement r;

    lip_measure_defaults(&options);
    questions = n;
    assert_int_equal(lip_measure(which, NULL, &options, &r, &control, NULL), LIP_OK);
    assert_string_equal(r.stopped, "interrupt");
    check_order_and_witness(which, &r);
    lip_measurement_clear(&r);
  }
  lip_net_free(net);
  lip_net_free(deep);
}

static void a_time_limit_ends_it_with_a_result(void **state)
{
  lip_net *net = random_two_layer(50, 300, RELU, 1);
  lip_measure_options options;
  lip_measurement r;

  (void)state;
  lip_measure_defaults(&options);
  options.time_limit = 0;
  options.random_points = 100000;
  assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, NULL), LIP_OK);
  assert_string_equal(r.stopped, "time");
  assert_true(lower_of(&r) > 0 && isnan(r.proxy_random));
  lip_measurement_clear(&r);
  lip_net_free(net);
}

static void every_refused_allocation_is_reported(void **state)
{
  lip_activation tanh_kind = {LIP_TANH, 0};

  (void)state;
  for (size_t kind = 0; kind < 2; kind++) {
    lip_net *net = random_two_layer(3, 6, kind ? tanh_kind : RELU, 1);
    lip_measure_options options;
    lip_status st = LIP_ENOMEM;
    size_t successes = 0;

    lip_measure_defaults(&options);
    options.random_points = 10;
    for (; st == LIP_ENOMEM && successes < 100000000; successes++) {
      lip_measurement r;

      lip_alloc_fail_after(successes);
      st = lip_measure(net, NULL, &options, &r, NULL, NULL);
      lip_alloc_fail_after(SIZE_MAX);
      if (st == LIP_OK) lip_measurement_clear(&r);
      if (successes > 50) successes += successes / 4; /* methods repeat themselves */
    }
    assert_int_equal(st, LIP_OK);
    assert_true(successes > 10);
    lip_net_free(net);
  }
}

static lip_measurement measure_within(const lip_net *net, const char *domain,
                                      const lip_measurement *wider)
{
  lip_measure_options options;
  lip_measurement found;
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.domain = domain;
  options.search = false;
  options.random_points = 50;
  options.starts = 2;
  options.wider = wider;
  if (lip_measure(net, NULL, &options, &found, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return found;
}

/* The upper end is the one found without it, to the last bit; the certificate can be checked. */
static void a_wider_domain_saves_work_and_changes_no_upper_end(void **state)
{
  static const char *const inner[] = {"ball:3", "sphere:1", "ball:0.01"};

  (void)state;
  for (uint64_t seed = 0; seed < 6; seed++) {
    lip_net *net = random_two_layer(4, 9, RELU, seed);
    lip_measurement space = measure_within(net, "space", NULL);

    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
      lip_measurement alone = measure_within(net, inner[i], NULL);
      lip_measurement within = measure_within(net, inner[i], &space);
      lip_check_result checked;

      assert_true(within.certified);
      assert_true(within.upper == alone.upper);
      assert_true(within.lower <= within.upper);
      assert_int_equal(lip_check(net, within.certificate, &checked, NULL, NULL), LIP_OK);
      if (!checked.valid) fail_msg("%s", checked.reason);
      check_order_and_witness(net, &within);
      lip_measurement_clear(&alone);
      lip_measurement_clear(&within);
    }
    lip_measurement_clear(&space);
    lip_net_free(net);
  }
}

/* Half the weights, half the constant: what was proved of one network proves nothing of another. */
static void another_networks_upper_end_is_not_taken_over(void **state)
{
  lip_net *net = random_two_layer(4, 9, RELU, 1), *half = random_two_layer(4, 9, RELU, 1);
  lip_measurement small, within, alone;

  (void)state;
  for (size_t i = 0; i < 9; i++) half->layer[1].W[i] /= 2;
  small = measure_within(half, "space", NULL);
  within = measure_within(net, "sphere:1", &small);
  alone = measure_within(net, "sphere:1", NULL);
  assert_true(within.upper == alone.upper);
  lip_measurement_clear(&small);
  lip_measurement_clear(&within);
  lip_measurement_clear(&alone);
  lip_net_free(net);
  lip_net_free(half);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_lower_value_is_attained_and_below_the_upper_one),
      cmocka_unit_test(scaling_a_layer_up_and_the_next_down_changes_nothing),
      cmocka_unit_test(permuting_neurons_changes_nothing),
      cmocka_unit_test(the_same_seed_gives_the_same_bits),
      cmocka_unit_test(the_proxies_do_not_depend_on_the_domain),
      cmocka_unit_test(data_outside_the_domain_are_no_witnesses),
      cmocka_unit_test(on_a_circle_nothing_sampled_is_steeper_than_the_ascent),
      cmocka_unit_test(degenerate_networks_are_measured),
      cmocka_unit_test(what_overflows_is_an_error_with_its_place),
      cmocka_unit_test(impossible_options_are_refused),
      cmocka_unit_test(whenever_it_is_stopped_there_is_a_result),
      cmocka_unit_test(a_time_limit_ends_it_with_a_result),
      cmocka_unit_test(every_refused_allocation_is_reported),
      cmocka_unit_test(a_wider_domain_saves_work_and_changes_no_upper_end),
      cmocka_unit_test(another_networks_upper_end_is_not_taken_over),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
