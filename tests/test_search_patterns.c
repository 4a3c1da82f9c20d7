/* test_search_patterns.c - tests of the exact search over patterns against brute force. */
#include "pattern_nets.h"

#include "base/clock.h"
#include "certificate/domain.h"
#include "data/npz.h"
#include "linalg/dgemm.h"

static const lip_domain space = {.kind = LIP_SPACE};
static const lip_activation relu = {LIP_RELU, 0};
static const lip_activation piecewise[] = {{LIP_RELU, 0},
                                           {LIP_LEAKY_RELU, 0.1},
                                           {LIP_LEAKY_RELU, 3},
                                           {LIP_LEAKY_RELU, -0.5},
                                           {LIP_ABS, 0}};
enum { PIECEWISE = sizeof piecewise / sizeof *piecewise };

static double low_of(lip_activation psi)
{
  return fmin(lip_activation_slope(psi, -1), lip_activation_slope(psi, 1));
}

static double high_of(lip_activation psi)
{
  return fmax(lip_activation_slope(psi, -1), lip_activation_slope(psi, 1));
}

static void all_patterns_are_searched_where_each_has_a_point(void **state)
{
  (void)state;
  for (size_t i = 0; i < PIECEWISE; i++)
    for (size_t k = 1; k <= 9; k += 2)
      for (size_t m = 1; m <= 3; m++) {
        subject s = subject_of(normal_network(k + 2, k, m, piecewise[i], 10 * k + m), space);

        search(&s, NULL);
        assert_exact(&s, largest_over_patterns(s.net, low_of(piecewise[i]), high_of(piecewise[i])));
        assert_proved(&s);
        subject_clear(&s);
      }
}

static void patterns_without_a_point_do_not_count(void **state)
{
  (void)state;
  for (size_t i = 0; i < PIECEWISE; i++)
    for (size_t d = 1; d <= 4; d++)
      for (size_t k = d + 1; k <= 11; k += 3)
        for (uint64_t seed = 0; seed < 3; seed++) {
          subject s = subject_of(normal_network(d, k, 1 + seed % 2, piecewise[i], seed), space);

          search(&s, NULL);
          assert_exact(&s, largest_over_cells(s.net));
          assert_proved(&s);
          subject_clear(&s);
        }
}

static int by_size(const void *x, const void *y)
{
  double s = *(const double *)x, t = *(const double *)y;

  return (s > t) - (s < t);
}

/* d = 1, k <= 10: the slopes of f between neighbouring kinks, and beyond the first and last. */
static double steepest_piece(const lip_net *net)
{
  size_t k = net->layer[0].out;
  double kink[12], largest = 0;

  for (size_t l = 0; l < k; l++)
    kink[l] = net->layer[0].W[l] == 0 ? 0 : -net->layer[0].b[l] / net->layer[0].W[l];
  kink[k] = -1e6;
  kink[k + 1] = 1e6;
  qsort(kink, k + 2, sizeof *kink, by_size);
  for (size_t i = 0; i + 1 < k + 2; i++)
    if (kink[i] < kink[i + 1])
      largest = fmax(largest, norm_at(net, (double[]){kink[i] / 2 + kink[i + 1] / 2}));
  return largest;
}

static void equal_opposite_parallel_and_zero_rows_are_no_trouble(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    double whole[40];
    lip_net *net = network(1, 10, 1 + seed % 2, piecewise[seed % PIECEWISE]);
    subject s;

    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, 40, whole);
    for (size_t i = 0; i < 10; i++) { /* small whole numbers: many kinks coincide */
      net->layer[0].W[i] = round(whole[i]);
      net->layer[0].b[i] = round(whole[i + 10]);
    }
    for (size_t i = 0; i < net->layer[1].out * 10; i++)
      net->layer[1].W[i] = round(2 * whole[i + 20]);
    s = subject_of(net, space);
    search(&s, NULL);
    if (steepest_piece(net) == 0) {
      assert_true(s.bracket.upper <= 1e-9);
    } else {
      assert_exact(&s, steepest_piece(net));
      assert_proved(&s);
    }
    subject_clear(&s);
  }
}

/* Copies of a neuron with parts of its weight change nothing; nor does a pair that cancels. */
static void copies_and_cancelling_pairs_change_nothing(void **state)
{
  (void)state;
  for (size_t d = 2; d <= 6; d += 2) {
    lip_net *net = normal_network(d, 5, 1, relu, d), *more = network(d, 9, 1, relu);
    subject s = subject_of(net, space), copy;

    for (size_t l = 0; l < 9; l++) {
      size_t from = l < 5 ? l : l < 7 ? l - 5 : 4;

      memcpy(more->layer[0].W + l * d, net->layer[0].W + from * d, d * sizeof(double));
      more->layer[0].b[l] = net->layer[0].b[from];
      more->layer[1].W[l] = net->layer[1].W[from] * (l < 2 || (l >= 5 && l < 7) ? 0.5 : 1);
      if (l >= 7) more->layer[1].W[l] = l == 7 ? 3 : -3;
    }
    copy = subject_of(more, space);
    search(&s, NULL);
    search(&copy, NULL);
    assert_exact(&copy, s.bracket.lower);
    assert_proved(&copy);
    subject_clear(&s);
    subject_clear(&copy);
  }
}

static void neurons_without_weights_are_left_alone(void **state)
{
  (void)state;
  for (size_t d = 3; d <= 9; d += 6)
    for (size_t i = 0; i < PIECEWISE; i++) {
      lip_net *net = normal_network(d, 6, 1, piecewise[i], 4),
              *more = network(d, 8, 1, piecewise[i]);
      subject s = subject_of(net, space), other;

      memcpy(more->layer[0].W, net->layer[0].W, 6 * d * sizeof(double)); /* then a row of zeros */
      memcpy(more->layer[0].W + 7 * d, net->layer[0].W + d, d * sizeof(double));
      memcpy(more->layer[0].b, net->layer[0].b, 6 * sizeof(double));
      memcpy(more->layer[1].W, net->layer[1].W, 6 * sizeof(double));
      more->layer[0].b[6] = d == 3 ? 0 : -1;
      more->layer[0].b[7] = 5;
      more->layer[1].W[6] = 3; /* and of the last neuron 0 */
      other = subject_of(more, space);
      search(&s, NULL);
      search(&other, NULL);
      assert_exact(&other, s.bracket.lower);
      assert_proved(&other);
      subject_clear(&s);
      subject_clear(&other);
    }
}

static void scales_of_the_weights_scale_the_bracket(void **state)
{
  (void)state;
  for (size_t d = 3; d <= 8; d += 5) /* without and with all patterns */
    for (int scale = -500; scale <= 500; scale += 250) {
      lip_net *net = normal_network(d, 6, 1, relu, 4), *scaled = normal_network(d, 6, 1, relu, 4);
      subject s = subject_of(net, space), other;

      for (size_t i = 0; i < 6 * d; i++) scaled->layer[0].W[i] = ldexp(net->layer[0].W[i], scale);
      for (size_t i = 0; i < 6; i++) scaled->layer[0].b[i] = ldexp(net->layer[0].b[i], scale);
      for (size_t i = 0; i < 6; i++) scaled->layer[1].W[i] = ldexp(net->layer[1].W[i], -scale / 2);
      other = subject_of(scaled, space);
      search(&s, NULL);
      search(&other, NULL);
      assert_exact(&other, ldexp(s.bracket.lower, scale - scale / 2));
      assert_proved(&other);
      subject_clear(&s);
      subject_clear(&other);
    }
}

static void neurons_in_another_order_have_the_same_constant(void **state)
{
  (void)state;
  for (size_t d = 3; d <= 12; d += 9) {
    lip_net *net = normal_network(d, 10, 2, relu, 8), *turned = network(d, 10, 2, relu);
    subject s = subject_of(net, space), other;

    for (size_t l = 0; l < 10; l++) {
      size_t from = (3 * l + 4) % 10;

      memcpy(turned->layer[0].W + l * d, net->layer[0].W + from * d, d * sizeof(double));
      turned->layer[0].b[l] = net->layer[0].b[from];
      for (size_t i = 0; i < 2; i++)
        turned->layer[1].W[i * 10 + l] = net->layer[1].W[i * 10 + from];
    }
    other = subject_of(turned, space);
    search(&s, NULL);
    search(&other, NULL);
    assert_exact(&other, s.bracket.lower);
    subject_clear(&s);
    subject_clear(&other);
  }
}

/* tanh' fills (0, 1], sigmoid' (0, 1/4], softplus' (0, 1): with k <= d all corners are approached.
 */
static void smooth_activations_approach_their_corners(void **state)
{
  const lip_activation smooth[] = {{LIP_TANH, 0}, {LIP_SIGMOID, 0}, {LIP_SOFTPLUS, 0}};

  (void)state;
  for (size_t i = 0; i < 3; i++)
    for (size_t m = 1; m <= 2; m++) {
      subject s = subject_of(normal_network(9, 7, m, smooth[i], 5 + i), space);

      search(&s, NULL);
      assert_exact(&s, largest_over_patterns(s.net, 0, smooth[i].kind == LIP_SIGMOID ? 0.25 : 1));
      assert_proved(&s);
      subject_clear(&s);
    }
}

/* No sampled slope above, the witness inside, and on the ball as good as exact. */
static void brackets_on_domains_hold_every_sampled_slope(void **state)
{
  const lip_domain domains[] = {{.kind = LIP_BALL, .radius = 0.7},
                                {.kind = LIP_ON_SPHERE, .radius = 1.5},
                                {.kind = LIP_BOX, .low = -1, .high = 0.5}};

  (void)state;
  for (size_t which = 0; which < 3; which++)
    for (uint64_t seed = 0; seed < 12; seed++) {
      lip_domain domain = domains[which];
      size_t d = 2 + seed % 3;
      subject s = subject_of(normal_network(d, 9, 1 + seed % 2, piecewise[seed % PIECEWISE], seed),
                             domain);
      double x[4], J[8], largest = 0;

      search(&s, NULL);
      assert_proved(&s);
      for (uint64_t i = 0; i < 3000; i++) {
        lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, 4 * i, d, x);
        lip_domain_project(domain, d, x);
        if (s.claim->m > 1) { /* the tangential part of a matrix is not taken here */
          if (domain.kind != LIP_ON_SPHERE) largest = fmax(largest, norm_at(s.net, x));
          continue;
        }
        memset(J, 0, sizeof J);
        assert_int_equal(lip_net_gradients(s.net, 0, 1, x, J, NULL), LIP_OK);
        largest = fmax(largest, lip_domain_slope(domain, d, x, J));
      }
      assert_true(largest <= s.bracket.upper * (1 + 1e-12));
      if (domain.kind != LIP_ON_SPHERE) {
        assert_true(largest <= s.bracket.lower * (1 + 1e-9));
        assert_true(s.bracket.upper - s.bracket.lower <= 1e-8 * s.bracket.upper);
      }
      subject_clear(&s);
    }
}

/* A control that stops at the given question. */
typedef struct patience {
  size_t asked, until;
  double told;
} patience;

static bool lose_patience(void *context)
{
  patience *p = context;

  if (++p->asked < p->until) return false;
  if (p->told == 0) p->told = lip_seconds();
  return true;
}

static void assert_only_better(void *context, const lip_bracket *bracket)
{
  double *seen = context;

  assert_true(bracket->lower >= seen[0] && bracket->upper <= seen[1]);
  seen[0] = bracket->lower;
  seen[1] = bracket->upper;
}

static void a_search_that_is_stopped_leaves_a_proved_bracket(void **state)
{
  const size_t sizes[][3] = {{30, 40, 1}, {16, 3, 1}, {14, 20, 3}};

  (void)state;
  for (size_t i = 0; i < 3; i++) {
    double value;
    subject whole = subject_of(normal_network(sizes[i][1], sizes[i][0], sizes[i][2], relu, 2),
                               space);

    search(&whole, NULL);
    value = whole.bracket.lower;
    subject_clear(&whole);
    for (size_t until = 1; until < 400; until += 1 + until / 4) {
      subject s = subject_of(normal_network(sizes[i][1], sizes[i][0], sizes[i][2], relu, 2), space);
      patience p = {0, until, 0};
      lip_control control = {.stop = lose_patience, .context = &p};
      double seen[] = {0, INFINITY};

      s.bracket.improved = assert_only_better;
      s.bracket.context = seen;
      search(&s, &control);
      assert_true(s.bracket.lower <= value * (1 + 1e-9));
      assert_true(s.bracket.upper >= value * (1 - 1e-9));
      if (isfinite(s.bracket.upper)) assert_proved(&s);
      subject_clear(&s);
    }
  }
}

static void a_stop_is_heard_soon(void **state)
{
  (void)state;
  for (size_t until = 2; until < 3000; until *= 5) {
    subject s = subject_of(normal_network(500, 400, 1, relu, 1), space);
    patience p = {0, until, 0};
    lip_control control = {.stop = lose_patience, .context = &p};

    search(&s, &control);
    if (p.told > 0) assert_true(lip_seconds() - p.told < 1); /* 0.05 on a machine of its own */
    subject_clear(&s);
  }
}

static void a_bracket_that_is_good_enough_stays(void **state)
{
  subject s = subject_of(normal_network(5, 4, 1, relu, 1), space);

  (void)state;
  s.bracket.lower = 1;
  s.bracket.upper = 1 + 1e-10;
  search(&s, NULL);
  assert_true(s.bracket.lower == 1 && s.bracket.upper == 1 + 1e-10);
  assert_null(s.bracket.proof.kind);
  subject_clear(&s);
}

static void a_refused_allocation_is_an_error_without_a_leak(void **state)
{
  (void)state;
  for (size_t successes = 0; successes < 400; successes += 1 + successes / 20) {
    subject s = subject_of(normal_network(3, 9, 2, relu, 3), space);
    lip_status st;

    lip_alloc_fail_after(successes);
    st = lip_search_patterns.run(&s.problem, &s.bracket, NULL, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_OK || st == LIP_ENOMEM);
    if (st == LIP_ENOMEM) assert_true(s.bracket.upper == INFINITY);
    subject_clear(&s);
  }
}

static bool read_array(const char *file, const char *name, lip_array *array)
{
  const char *folder = getenv("LIPLAW_TESTDATA");
  char path[1024];
  FILE *stream;
  char *bytes = malloc(1 << 20);
  size_t size;

  (void)snprintf(path, sizeof path, "%s/weights/%s", folder ? folder : "../shared/testdata", file);
  stream = fopen(path, "rb");
  if (!stream) {
    free(bytes);
    return false;
  }
  size = fread(bytes, 1, 1 << 20, stream);
  fclose(stream);
  assert_int_equal(lip_npz_read(bytes, size, name, 0, array, NULL), LIP_OK);
  free(bytes);
  return true;
}

/* The network of a file; of its outputs the one named (SIZE_MAX: all). */
static lip_net *read_network(const char *file, const char *const names[3], size_t output)
{
  lip_array W, b = {0}, A;
  lip_net *net;
  size_t k, m;

  if (!read_array(file, names[0], &W)) return NULL;
  if (names[1]) assert_true(read_array(file, names[1], &b));
  assert_true(read_array(file, names[2], &A));
  k = W.shape[0];
  m = output == SIZE_MAX ? A.shape[0] : 1;
  net = network(W.shape[1], k, m, relu);
  memcpy(net->layer[0].W, W.values, W.count * sizeof(double));
  if (b.values) memcpy(net->layer[0].b, b.values, k * sizeof(double));
  memcpy(net->layer[1].W, A.values + (m > 1 ? 0 : output * k), m * k * sizeof(double));
  lip_free(W.values);
  lip_free(b.values);
  lip_free(A.values);
  return net;
}

static void assert_known(const char *file, const char *const names[3], size_t output, double value,
                         double seconds)
{
  lip_net *net = read_network(file, names, output);
  subject s;
  double began = lip_seconds();

  if (!net) skip();
  s = subject_of(net, space);
  search(&s, NULL);
  assert_true(lip_seconds() - began < seconds);
  if (value > 0) {
    assert_true(fabs(s.bracket.lower - value) <= 1e-9 * value);
    assert_true(fabs(s.bracket.upper - value) <= 1e-9 * value);
  }
  assert_true(s.bracket.upper - s.bracket.lower <= 1e-9 * s.bracket.upper);
  assert_proved(&s);
  subject_clear(&s);
}

/* Enumerated elsewhere: all 2^32 patterns. */
static void five_trained_networks_have_their_enumerated_constants(void **state)
{
  static const double known[] = {5.080241887401, 5.226306706892, 5.003317164695, 5.562464694816,
                                 5.177308562238};
  static const char *const names[] = {"fc1.weight", "fc1.bias", "fc2.weight"};

  (void)state;
  for (size_t seed = 0; seed < 5; seed++) {
    char file[64];

    (void)snprintf(file, sizeof file, "digits_fnn2_seed%zu.npz", seed);
    assert_known(file, names, 7, known[seed], 0.1);
  }
}

static void published_networks_are_exact_as_maps_to_all_outputs(void **state)
{
  (void)state;
  assert_known("lipsdp_mnist.npz", (const char *const[]){"fc1.weight", NULL, "fc2.weight"},
               SIZE_MAX, 24.299217389987, 5);
  assert_known("abc_mnist_2x20.npz", (const char *const[]){"1.weight", "1.bias", "3.weight"},
               SIZE_MAX, 0, 2);
}

static void a_hundred_neurons_are_exact(void **state)
{
  subject s = subject_of(normal_network(120, 100, 1, relu, 6), space);

  (void)state;
  search(&s, NULL);
  assert_true(s.bracket.upper - s.bracket.lower <= 1e-9 * s.bracket.upper);
  assert_proved(&s);
  subject_clear(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_patterns_are_searched_where_each_has_a_point),
      cmocka_unit_test(patterns_without_a_point_do_not_count),
      cmocka_unit_test(equal_opposite_parallel_and_zero_rows_are_no_trouble),
      cmocka_unit_test(copies_and_cancelling_pairs_change_nothing),
      cmocka_unit_test(neurons_without_weights_are_left_alone),
      cmocka_unit_test(scales_of_the_weights_scale_the_bracket),
      cmocka_unit_test(neurons_in_another_order_have_the_same_constant),
      cmocka_unit_test(smooth_activations_approach_their_corners),
      cmocka_unit_test(brackets_on_domains_hold_every_sampled_slope),
      cmocka_unit_test(a_search_that_is_stopped_leaves_a_proved_bracket),
      cmocka_unit_test(a_stop_is_heard_soon),
      cmocka_unit_test(a_bracket_that_is_good_enough_stays),
      cmocka_unit_test(a_refused_allocation_is_an_error_without_a_leak),
      cmocka_unit_test(five_trained_networks_have_their_enumerated_constants),
      cmocka_unit_test(published_networks_are_exact_as_maps_to_all_outputs),
      cmocka_unit_test(a_hundred_neurons_are_exact),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
