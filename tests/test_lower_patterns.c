/* test_lower_patterns.c - sign patterns and their points: against brute force, and what always
 * holds.
 */
#include "measure_nets.h"

#include "base/memory.h"
#include "certificate/domain.h"
#include "certificate/witness.h"
#include "lipschitz/jacobian_norm.h"
#include "lipschitz/method.h"
#include "lipschitz/two_layers/realise_pattern.h"
#include "lipschitz/two_layers/sign_patterns.h"

#include <stdio.h>
#include <stdlib.h>

static const lip_activation kinds[] = {{LIP_IDENTITY, 0}, {LIP_RELU, 0},   {LIP_LEAKY_RELU, -0.4},
                                       {LIP_ABS, 0},      {LIP_TANH, 0},   {LIP_SIGMOID, 0},
                                       {LIP_SOFTPLUS, 0}, {LIP_SQUARE, 0}, {LIP_POWER, 3}};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* What one method found of one network. */
typedef struct answer {
  bool found;
  double value, pattern, slope, certain; /* slope: of the problem, at the point; certain: by
                                            intervals */
  double x[64];
} answer;

static answer ask_controlled(const lip_net *net, const char *domain, const char *output,
                             lip_norm_kind norm, size_t starts, const lip_control *control)
{
  lip_measure_options options;
  lip_problem problem;
  lip_domain where = {.kind = LIP_SPACE};
  lip_claim *claim = NULL;
  lip_steepest steepest;
  answer a = {.found = false};
  lip_finding finding = {.point = a.x, .proxy = NAN, .pattern = NAN};
  double g[64];
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.output = output;
  options.norm = (int)norm;
  options.starts = starts;
  if (lip_domain_parse(domain, NULL, &where, &err) != LIP_OK ||
      lip_problem_state(net, NULL, &options, where, &problem, &err) != LIP_OK ||
      lip_claim_create(net, problem.output, norm, where, &claim, &err) != LIP_OK ||
      lip_steepest_create(starts, problem.d, &steepest, &err) != LIP_OK)
    fail_msg("%s", err.text);
  problem.claim = claim;
  if (lip_lower_patterns.run(&problem, &steepest, &finding, control, &err) != LIP_OK)
    fail_msg("%s", err.text);
  a.found = finding.found;
  a.value = finding.value;
  a.pattern = finding.pattern;
  if (a.found) {
    assert_int_equal(lip_problem_slopes(&problem, 1, a.x, g, &a.slope, NULL), LIP_OK);
    assert_int_equal(lip_witness_slope(claim, a.x, NULL, &a.certain, NULL, NULL), LIP_OK);
    assert_true(lip_domain_contains(where, problem.d, a.x));
  }
  lip_steepest_clear(&steepest);
  lip_claim_free(claim);
  lip_domain_clear(&where);
  return a;
}

static answer ask(const lip_net *net, const char *domain, const char *output, lip_norm_kind norm)
{
  return ask_controlled(net, domain, output, norm, 8, NULL);
}

static lip_net *random_net(size_t d, size_t k, size_t m, lip_activation psi, uint64_t seed)
{
  lip_net *net = make_net(2, (size_t[]){d, k, m}, &psi, seed % 4 != 3);

  randomise(net, seed);
  return net;
}

/* The largest |A diag(s) W| over all corners of {left, right}^k. */
static double steepest_corner(const lip_net *net, lip_norm_kind norm)
{
  size_t d = net->layer[0].in, k = net->layer[0].out, m = net->layer[1].out;
  lip_activation psi = net->layer[0].activation;
  double J[64], u[8], g[8], value, largest = 0;

  for (size_t choice = 0; choice < (size_t)1 << k; choice++) {
    memset(J, 0, sizeof J);
    for (size_t l = 0; l < k; l++) {
      double slope = lip_activation_slope(psi, choice >> l & 1 ? 1 : -1);

      if (psi.kind == LIP_TANH || psi.kind == LIP_SOFTPLUS) slope = (double)(choice >> l & 1);
      for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i < d; i++)
          J[j * d + i] += net->layer[1].W[j * k + l] * slope * net->layer[0].W[l * d + i];
    }
    assert_int_equal(lip_jacobian_norm(norm, m, d, J, u, g, &value, NULL), LIP_OK);
    largest = fmax(largest, value);
  }
  return largest;
}

static void where_every_pattern_has_a_point_the_steepest_one_is_found(void **state)
{
  static const lip_activation psis[] = {
      {LIP_RELU, 0}, {LIP_LEAKY_RELU, -0.4}, {LIP_ABS, 0}, {LIP_TANH, 0}, {LIP_SOFTPLUS, 0}};
  size_t exact = 0, all = 0;

  (void)state;
  for (uint64_t seed = 0; seed < 120; seed++) {
    size_t d = 2 + seed % 7, k = 1 + seed % d, m = 1 + seed / 7 % 3;
    lip_norm_kind norm = (lip_norm_kind)(seed / 5 % 3);
    lip_net *net = random_net(d, k, m, psis[seed % 5], seed);
    double largest = steepest_corner(net, norm);
    answer a = ask(net, "space", NULL, norm);

    assert_true(a.found && a.value <= largest * (1 + 1e-12));
    assert_true(a.pattern <= largest * (1 + 1e-12) && a.value <= a.pattern * (1 + 1e-12));
    assert_true(a.value >= a.pattern * (1 - 1e-9)); /* the pattern has a point, and it is found */
    assert_true(a.value >= 0.95 * largest);
    exact += a.value >= largest * (1 - 1e-9);
    all++;
    lip_net_free(net);
  }
  print_message("%zu of %zu exact\n", exact, all);
  assert_true(exact * 100 >= all * 95);
}

/* The steepest of thousands of points of the domain, drawn at random, wide and narrow. */
static double steepest_sample(const lip_net *net, lip_domain domain, const char *output,
                              lip_norm_kind norm, uint64_t seed)
{
  enum { POINTS = 5000 };
  size_t d = net->layer[0].in;
  lip_measure_options options;
  lip_problem problem;
  double *X = lip_alloc(POINTS, 2 * d * sizeof *X), *slopes = lip_alloc(POINTS, sizeof *slopes);
  double largest = 0;

  lip_measure_defaults(&options);
  options.output = output;
  options.norm = (int)norm;
  assert_int_equal(lip_problem_state(net, NULL, &options, domain, &problem, NULL), LIP_OK);
  lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, POINTS * d, X);
  for (size_t i = 0; i < POINTS; i++) {
    for (size_t j = 0; j < d; j++) X[i * d + j] *= pow(10, (double)(i % 5) - 2);
    lip_domain_project(domain, d, X + i * d);
  }
  assert_int_equal(lip_problem_slopes(&problem, POINTS, X, X + POINTS * d, slopes, NULL), LIP_OK);
  for (size_t i = 0; i < POINTS; i++) largest = fmax(largest, slopes[i]);
  lip_free(X);
  lip_free(slopes);
  return largest;
}

static void on_every_domain_and_norm_it_is_as_steep_as_thousands_of_samples(void **state)
{
  static const char *const domains[] = {"space", "ball:0.8", "sphere:1.5", "box:-0.5,1", "ball:30"};
  static const char *const outputs[] = {NULL, "1", "0-1"};
  size_t worse = 0, all = 0;

  (void)state;
  for (uint64_t seed = 0; seed < 120; seed++) {
    size_t d = 1 + seed % 4, k = 1 + seed % 11;
    lip_net *net = random_net(d, k, 2, kinds[seed % KINDS], seed);
    const char *where = domains[seed / 2 % 5], *output = outputs[seed / 3 % 3];
    lip_domain domain;
    lip_norm_kind norm = (lip_norm_kind)(seed / 7 % 3);
    answer a;

    assert_int_equal(lip_domain_parse(where, NULL, &domain, NULL), LIP_OK);
    if (domain.kind == LIP_ON_SPHERE) norm = LIP_NORM_2;
    if (domain.kind == LIP_SPACE && kinds[seed % KINDS].kind >= LIP_SQUARE) {
      lip_net_free(net);
      continue; /* unbounded */
    }
    a = ask(net, where, output, norm);
    assert_true(a.found);
    assert_near(a.slope, a.value, 1e-12);
    if (!isnan(a.pattern)) assert_true(a.value <= a.pattern * (1 + 1e-9) || domain.kind);
    all++;
    if (a.value < steepest_sample(net, domain, output, norm, seed) * (1 - 1e-3)) worse++;
    lip_net_free(net);
  }
  print_message("%zu of %zu less steep than 5000 samples\n", worse, all);
  assert_true(worse * 100 <= 8 * all);
}

static void what_it_finds_is_certain_to_the_last_digits(void **state)
{
  static const char *const domains[] = {"space", "ball:0.8", "sphere:1.5", "box:-0.5,1"};

  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    lip_net *net = random_net(3 + seed % 9, 2 + seed % 30, 1 + seed % 2, kinds[1 + seed % 3], seed);
    answer a = ask(net, domains[seed % 4], NULL, LIP_NORM_2);

    assert_true(a.certain <= a.value * (1 + 1e-12));
    assert_near(a.certain, a.value, 1e-12);
    lip_net_free(net);
  }
}

static void around_data_it_looks_into_every_ball(void **state) /* slope 5 near the second only */
{
  lip_net *net = two_layer(1, 2, RELU, (double[]){1, 1}, (double[]){-10, -10.05},
                           (double[]){5, -5});
  double centers[] = {0, 10, -7}, x[1], slope;
  lip_domain domain = {LIP_AROUND_DATA, 0.2, 0, 0, 3, 1, centers};
  lip_measure_options options;
  lip_problem problem;
  lip_claim *claim = NULL;
  lip_steepest steepest;
  lip_finding finding = {.point = x};

  (void)state;
  lip_measure_defaults(&options);
  assert_int_equal(lip_problem_state(net, NULL, &options, domain, &problem, NULL), LIP_OK);
  assert_int_equal(lip_claim_create(net, problem.output, LIP_NORM_2, domain, &claim, NULL), LIP_OK);
  assert_int_equal(lip_steepest_create(8, 1, &steepest, NULL), LIP_OK);
  problem.claim = claim;
  assert_int_equal(lip_lower_patterns.run(&problem, &steepest, &finding, NULL, NULL), LIP_OK);
  assert_true(finding.value == 5 && x[0] > 10 && x[0] < 10.05);
  assert_int_equal(lip_witness_slope(claim, x, NULL, &slope, NULL, NULL), LIP_OK);
  assert_true(slope == 5);
  lip_steepest_clear(&steepest);
  lip_claim_free(claim);
  lip_net_free(net);
}

static void scales_of_the_weights_change_nothing_but_the_scale(void **state)
{
  static const double scales[] = {1e-150, 1e-30, 1e30, 1e150};

  (void)state;
  for (uint64_t seed = 0; seed < 8; seed++) {
    size_t d = 6, k = seed % 2 ? 5 : 14;
    lip_net *net = random_net(d, k, 1, RELU, seed), *other = random_net(d, k, 1, RELU, seed);
    double scale = scales[seed / 2];
    answer a = ask(net, "space", NULL, LIP_NORM_2), b;

    for (size_t i = 0; i < k * d; i++) other->layer[0].W[i] *= scale;
    for (size_t l = 0; other->layer[0].b && l < k; l++) other->layer[0].b[l] *= scale;
    b = ask(other, "space", NULL, LIP_NORM_2);
    assert_near(b.value, a.value * scale, 1e-2);
    assert_near(b.pattern, a.pattern * scale, 1e-9);
    assert_near(b.certain, b.value, 1e-12);
    lip_net_free(net);
    lip_net_free(other);
  }
}

static void degenerate_networks_have_points(void **state)
{
  static const double ones[4] = {1, 1, 1, 1}, zeros[4] = {0, 0, 0, 0};
  static const double far[4] = {-1e12, 1e12, -1e100, 1e100};
  static const char *const domains[] = {"space", "ball:0.7", "sphere:1.3", "box:1,1"};

  (void)state;
  for (size_t i = 0; i < KINDS; i++)
    for (size_t j = 0; j < 4; j++) {
      lip_net *nets[] = {two_layer(1, 4, kinds[i], zeros, ones, ones),
                         two_layer(1, 4, kinds[i], ones, ones, zeros),
                         two_layer(1, 4, kinds[i], ones, ones, ones),
                         two_layer(2, 2, kinds[i], ones, zeros, (double[]){1, -1}),
                         two_layer(1, 4, kinds[i], ones, far, ones)};

      for (size_t l = 0; l < 5; l++) {
        answer a = ask(nets[l], domains[j], NULL, LIP_NORM_2);

        if (a.found) assert_near(a.slope, a.value, 1e-12);
        if (l < 2) assert_true(a.found && a.value == 0);
        if (l == 2 && kinds[i].kind == LIP_RELU && j == 0) assert_true(a.value == 4);
        if (l == 3) assert_true(!a.found || a.value <= 1e-12);
        lip_net_free(nets[l]);
      }
    }
}

static void the_same_bits_come_twice(void **state)
{
  (void)state;
  for (size_t i = 0; i < KINDS; i++) {
    lip_net *net = random_net(5, 20, 2, kinds[i], i);
    answer a = ask(net, "ball:2", NULL, LIP_NORM_2), b = ask(net, "ball:2", NULL, LIP_NORM_2);

    assert_memory_equal(&a.value, &b.value, sizeof a.value);
    assert_memory_equal(a.x, b.x, 5 * sizeof *a.x);
    lip_net_free(net);
  }
}

/* Stops at the n-th question. */
static bool stop_after(void *context)
{
  size_t *left = context;

  return *left == 0 || (*left)-- == 0;
}

static void stopped_early_it_tells_what_it_has(void **state)
{
  lip_net *net = random_net(4, 30, 1, RELU, 1);
  answer whole = ask(net, "space", NULL, LIP_NORM_2);

  (void)state;
  for (size_t n = 0; n < 100; n += 1 + n / 4) {
    size_t questions = n;
    lip_control control = {stop_after, NULL, &questions};
    answer a = ask_controlled(net, "space", NULL, LIP_NORM_2, 8, &control);

    if (a.found) assert_near(a.slope, a.value, 1e-12);
    if (a.found) assert_true(a.value <= whole.value * (1 + 1e-12));
  }
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(where_every_pattern_has_a_point_the_steepest_one_is_found),
      cmocka_unit_test(on_every_domain_and_norm_it_is_as_steep_as_thousands_of_samples),
      cmocka_unit_test(what_it_finds_is_certain_to_the_last_digits),
      cmocka_unit_test(around_data_it_looks_into_every_ball),
      cmocka_unit_test(scales_of_the_weights_change_nothing_but_the_scale),
      cmocka_unit_test(degenerate_networks_have_points),
      cmocka_unit_test(the_same_bits_come_twice),
      cmocka_unit_test(stopped_early_it_tells_what_it_has),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
