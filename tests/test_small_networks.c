/* test_small_networks.c - brackets of random small networks beside their constants by other means
   (small_constant.h), which are compared with answers known by hand first; and networks that once
   went wrong. bench/bench_small_networks.c measures many more. */
#include "small_constant.h"

#include "certificate/certificate.h"
#include "linalg/dgemm.h"

#include <liplaw/measure.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

enum { NETWORKS = 250 };
static const double ROUNDING = 1e-14;

static small_question ask(size_t d, size_t k, lip_activation psi, const double *W, const double *b,
                          const double *a)
{
  small_question q = {.domain = {.kind = LIP_SPACE}};
  lip_activation activations[] = {psi, {LIP_IDENTITY, 0}};

  assert_int_equal(lip_net_create(2, (size_t[]){d, k, 1}, activations, (bool[]){true, false},
                                  LIP_F64, &q.net, NULL),
                   LIP_OK);
  memcpy(q.net->layer[0].W, W, k * d * sizeof *W);
  memcpy(q.net->layer[0].b, b, k * sizeof *b);
  memcpy(q.net->layer[1].W, a, k * sizeof *a);
  return q;
}

static lip_measurement measured(const small_question *q, const char *file, double time_limit)
{
  small_asked asked;
  lip_measurement found;
  lip_error err = {""};

  small_ask(q, file, &asked);
  asked.options.random_points = 20;
  asked.options.time_limit = time_limit;
  if (lip_measure(q->net, NULL, &asked.options, &found, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return found;
}

static void assert_found(const small_question *q, double value)
{
  small_bounds found = small_constant(q, (small_effort){200, 20000});

  if (!(found.low <= value * (1 + 1e-12) && value * (1 - 1e-12) <= found.high) ||
      !(found.high <= found.low * (1 + 1e-3)))
    fail_msg("[%.17g, %.17g], but %.17g by hand", found.low, found.high, value);
}

/* relu(x) + relu(y) + relu(1 - x - y): the cells are 0 .. 3 of the gradients (1, 0), (0, 1),
   (-1, -1) switched on; all but none of them have points. */
static void the_comparison_knows_answers_known_by_hand(void **state)
{
  small_question q = ask(2, 3, (lip_activation){LIP_RELU, 0}, (double[]){1, 0, 0, 1, -1, -1},
                         (double[]){0, 0, 1}, (double[]){1, 1, 1});

  (void)state;
  assert_found(&q, sqrt(2));
  q.domain = (lip_domain){.kind = LIP_BOX, .low = 0.1, .high = 0.4}; /* all on */
  assert_found(&q, 0);
  q.domain = (lip_domain){.kind = LIP_BALL, .radius = 0.5};
  assert_found(&q, sqrt(2));
  q.net->layer[0].b[0] = q.net->layer[0].b[1] = 1; /* first two on in the ball, all three */
  assert_found(&q, 0);
  q.domain.radius = 0.7071; /* less than sqrt(1/2), the distance of x + y = 1 */
  assert_found(&q, 0);
  q.domain.radius = 0.7072;
  assert_found(&q, sqrt(2));
  lip_net_free(q.net);
}

/* tanh(3 x) - tanh(3 x - 6): steepest near 0, 3 (1 - sech^2(6)) less. */
static void smooth_networks_too(void **state)
{
  small_question q = ask(2, 1, (lip_activation){LIP_TANH, 0}, (double[]){3, 4}, (double[]){10},
                         (double[]){2});

  (void)state;
  assert_found(&q, 10);
  q.domain = (lip_domain){.kind = LIP_BALL, .radius = 1}; /* z >= 5 */
  assert_found(&q, 10 / pow(cosh(5), 2));
  q.domain.kind = LIP_ON_SPHERE; /* z = 10 + 5 cos(t): max 10 sin(t) / cosh^2 z */
  assert_true(small_constant(&q, (small_effort){200, 20000}).high < 10 / pow(cosh(5), 2));
  q.net->layer[0].activation = (lip_activation){LIP_SQUARE, 0};
  q.domain = (lip_domain){.kind = LIP_BALL, .radius = 2};
  assert_found(&q, 10 * 2 * 20);
  lip_net_free(q.net);
}

static void judge(const small_question *q, const lip_measurement *found, uint64_t seed)
{
  small_bounds truth = small_constant(q, (small_effort){150, 1000});
  const lip_certificate *made = found->certificate;
  lip_check_result checked;

  if (!found->certified) fail_msg("network %llu is not certified", (unsigned long long)seed);
  if (!(found->upper >= truth.low * (1 - ROUNDING)) ||
      !(found->lower <= truth.high * (1 + ROUNDING)))
    fail_msg("network %llu: [%.17g, %.17g] by %s and %s, but [%.17g, %.17g]",
             (unsigned long long)seed, found->lower, found->upper, found->lower_method,
             found->upper_method, truth.low, truth.high);
  assert_int_equal(lip_check(q->net, made, &checked, NULL, NULL), LIP_OK);
  if (!checked.valid) fail_msg("network %llu: %s", (unsigned long long)seed, checked.reason);
  if (made->lower > 0 &&
      !(made->lower <= small_slope_along(q, made->x, made->direction) * (1 + 1e-16L)))
    fail_msg("network %llu: %.17g is not the slope at the witness, but %.17Lg",
             (unsigned long long)seed, made->lower, small_slope_along(q, made->x, made->direction));
}

static void brackets_of_small_networks_hold_their_constants(void **state)
{
  char file[] = "/tmp/liplaw-centers-XXXXXX.csv";
  int handle = mkstemps(file, 4);

  (void)state;
  assert_true(handle >= 0);
  (void)close(handle);
  for (uint64_t seed = 200000; seed < 200000 + NETWORKS; seed++) {
    small_question q;
    lip_measurement found;

    small_question_make(seed, &q);
    found = measured(&q, file, 0.2);
    judge(&q, &found, seed);
    lip_measurement_clear(&found);
    small_question_free(&q);
  }
  (void)remove(file);
}

/* |x| + |x + 2 y|: all slopes have opposite ends, so that M = 0 and the best multipliers leave
   nothing of S. */
static void slopes_of_opposite_ends_lose_nothing_to_rounding(void **state)
{
  small_question q = ask(2, 2, (lip_activation){LIP_ABS, 0}, (double[]){1, 0, 1, 2},
                         (double[]){0.1, 0.2}, (double[]){1, 1});
  lip_measurement found = measured(&q, NULL, 10);

  (void)state;
  judge(&q, &found, 0);
  assert_true(found.upper <= sqrt(8) * (1 + 2e-9) && found.lower >= sqrt(8) * (1 - 1e-12));
  lip_measurement_clear(&found);
  lip_net_free(q.net);
}

/* Slopes that underflow: tanh'(400) is about 1e-347 and the slope of 370 1e-321. */
static void saturated_networks_are_certified_in_every_norm(void **state)
{
  small_question q = ask(1, 3, (lip_activation){LIP_TANH, 0}, (double[]){1, -2, 0.5},
                         (double[]){400, 370, -371}, (double[]){1, 1, -3});

  (void)state;
  q.domain = (lip_domain){.kind = LIP_BALL, .radius = 0.1};
  for (int norm = 0; norm < 3; norm++) {
    lip_measurement found;

    q.norm = (lip_norm_kind)norm;
    found = measured(&q, NULL, 10);
    judge(&q, &found, (uint64_t)norm);
    assert_true(found.upper <= 1e-12);
    lip_measurement_clear(&found);
  }
  lip_net_free(q.net);
}

/* |x| = 2 on the line: two points, whose tangent space is 0. */
static void the_sphere_of_one_input_has_the_constant_0(void **state)
{
  small_question q = ask(1, 2, (lip_activation){LIP_RELU, 0}, (double[]){1, -3},
                         (double[]){0.1, 0.2}, (double[]){1, 1});
  lip_measurement found;

  (void)state;
  q.domain = (lip_domain){.kind = LIP_ON_SPHERE, .radius = 2};
  found = measured(&q, NULL, 10);
  judge(&q, &found, 0);
  assert_true(found.lower == 0 && found.upper == 0);
  lip_measurement_clear(&found);
  lip_net_free(q.net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_comparison_knows_answers_known_by_hand),
      cmocka_unit_test(smooth_networks_too),
      cmocka_unit_test(brackets_of_small_networks_hold_their_constants),
      cmocka_unit_test(slopes_of_opposite_ends_lose_nothing_to_rounding),
      cmocka_unit_test(the_sphere_of_one_input_has_the_constant_0),
      cmocka_unit_test(saturated_networks_are_certified_in_every_norm),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
