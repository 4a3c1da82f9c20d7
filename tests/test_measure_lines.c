/* test_measure_lines.c - the exact search of a line or circle against samples of it. */
#include "measure_nets.h"

#include "certificate/domain.h"
#include "lipschitz/two_layers/kinks.h"

enum { D = 4, K = 15, SAMPLES = 20000 };

static double slope_at(const lip_problem *problem, const double *x)
{
  double g[D], slope;
  lip_error err = {""};

  if (lip_problem_slopes(problem, 1, x, g, &slope, &err) != LIP_OK) fail_msg("%s", err.text);
  return slope;
}

/* Point number i of the line through x along v, over a wide range, or once round the circle. */
static bool sample(lip_domain domain, const double *x, const double *v, size_t i, double *out)
{
  double part = ((double)i + 0.5) / SAMPLES, angle = 6.283185307179586 * part;
  double t = tan(3.14159265358979 * (part - 0.5)), square = 0;

  for (size_t j = 0; j < D; j++) {
    out[j] = domain.kind == LIP_ON_SPHERE ? x[j] * cos(angle) + domain.radius * v[j] * sin(angle)
                                          : x[j] + t * v[j];
    square += out[j] * out[j];
  }
  return domain.kind != LIP_BALL || square <= domain.radius * domain.radius;
}

static void check_line(const char *text, lip_activation psi, bool bias, uint64_t seed)
{
  lip_net *net = make_net(2, (size_t[]){D, K, 1}, &psi, bias);
  lip_problem problem = {.net = net, .d = D, .m = 1};
  lip_kinks kinks;
  double x[D], best[D], out[D], slope, steepest = 0, length = 0;

  randomise(net, seed);
  assert_int_equal(lip_domain_parse(text, NULL, &problem.domain, NULL), LIP_OK);
  assert_true(lip_kinks_apply(&problem));
  assert_int_equal(lip_kinks_create(&problem, &kinks, NULL), LIP_OK);
  lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, 0, D, x);
  lip_domain_project(problem.domain, D, x);
  lip_kinks_settle(&kinks, x);
  assert_near(kinks.slope, slope_at(&problem, x), 1e-12);
  lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, D, D, kinks.v);
  lip_domain_tangential(problem.domain, D, x, kinks.v);
  for (size_t j = 0; j < D; j++) length += kinks.v[j] * kinks.v[j];
  for (size_t j = 0; j < D; j++) kinks.v[j] /= sqrt(length);

  slope = lip_kinks_best_on_line(&kinks, best);
  if (slope >= 0) assert_near(slope, slope_at(&problem, best), 1e-9);
  slope = fmax(slope, kinks.slope); /* the piece of x itself is not searched on a line */
  for (size_t i = 0; i < SAMPLES; i++)
    if (sample(problem.domain, x, kinks.v, i, out))
      steepest = fmax(steepest, slope_at(&problem, out));
  assert_true(slope >= steepest * (1 - 1e-5));
  lip_kinks_clear(&kinks);
  lip_net_free(net);
}

static void nothing_on_the_line_is_steeper_and_the_value_is_that_of_the_point(void **state)
{
  static const char *const domains[] = {"space", "ball:2", "ball:0.1", "sphere:1.5", "sphere:0.2"};
  static const lip_activation kinds[] = {
      {LIP_RELU, 0}, {LIP_LEAKY_RELU, -0.5}, {LIP_ABS, 0}, {LIP_IDENTITY, 0}};

  (void)state;
  for (uint64_t seed = 0; seed < 5; seed++)
    for (size_t i = 0; i < 5; i++)
      check_line(domains[i], kinds[(seed + i) % 4], seed % 2 == 0, 5 * seed + i);
}

/* f(x) = |x_1| - |x_2|: at 0 every neuron switches at once. */
static void a_line_through_a_point_on_every_hyperplane_is_searched(void **state)
{
  static const double W[] = {1, 0, 0, 0, 0, 1, 0, 0}, zero[D] = {0, 0, 0, 0};
  lip_net *net = two_layer(D, 2, (lip_activation){LIP_ABS, 0}, W, NULL, (double[]){1, -1});
  lip_problem problem = {.net = net, .d = D, .m = 1, .domain = {.kind = LIP_SPACE}};
  lip_kinks kinks;
  double best[D];

  (void)state;
  assert_int_equal(lip_kinks_create(&problem, &kinks, NULL), LIP_OK);
  lip_kinks_settle(&kinks, zero);
  for (size_t j = 0; j < D; j++) kinks.v[j] = 0.5;
  assert_near(lip_kinks_best_on_line(&kinks, best), sqrt(2), 1e-15);
  assert_near(slope_at(&problem, best), sqrt(2), 1e-15);
  lip_kinks_clear(&kinks);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_on_the_line_is_steeper_and_the_value_is_that_of_the_point),
      cmocka_unit_test(a_line_through_a_point_on_every_hyperplane_is_searched),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
