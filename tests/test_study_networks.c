/* test_study_networks.c - the networks that studies are about: numbers of a row against independent
   ones. */
#include "base/memory.h"
#include "study/depth_family.h"
#include "study/recipe.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static recipe plain(size_t k)
{
  recipe r = {.series = "plain", .size = k, .trained = true};

  lip_train_defaults(&r.train);
  lip_construct_defaults(&r.construct);
  r.train.k = k;
  return r;
}

static recipe_numbers made(const recipe *r, const lip_dataset *data)
{
  study_run run = {0};
  recipe_numbers numbers;

  assert_int_equal(recipe_make(&run, r, data, &numbers, NULL), LIP_OK);
  return numbers;
}

static lip_dataset *points(size_t n, size_t d)
{
  lip_dataset *data = NULL;

  assert_int_equal(recipe_data(n, d, &data, NULL), LIP_OK);
  return data;
}

/* theory.md B6: sqrt((1 + t) / (1 - t)) = 4.3589 at t = 0.9. */
static void caps_have_the_constant_of_the_paper(void **state)
{
  lip_dataset *data = points(30, 60);
  recipe r = plain(1);
  recipe_numbers at;

  (void)state;
  r.trained = false;
  r.construct.kind = LIP_CONSTRUCT_CAPS;
  at = made(&r, data);
  assert_true(at.fitted == 1 && fabs(at.upper - sqrt(19)) < 1e-9 && at.lower == at.upper);
  assert_true(at.neurons == 30 && at.bits == 64 && at.mse < 1e-20);
  lip_dataset_free(data);
}

static void a_construction_that_does_not_apply_has_no_numbers(void **state)
{
  lip_dataset *data = points(30, 20); /* more points than a linear function fits */
  recipe r = plain(1);
  recipe_numbers at;

  (void)state;
  r.trained = false;
  r.construct.kind = LIP_CONSTRUCT_LINEAR;
  at = made(&r, data);
  assert_true(isnan(at.upper) && isnan(at.fitted) && isnan(at.law));
  lip_dataset_free(data);
}

/* The slope between outputs along arcs is below the constant on the sphere; for an exact fit it is
   the largest 2 / arc over pairs with opposite labels. */
static void outputs_are_no_steeper_than_the_constant(void **state)
{
  lip_dataset *data = points(60, 10);
  recipe r = plain(40);
  recipe_numbers at = made(&r, data);
  double steepest = 0;

  (void)state;
  assert_true(at.fitted == 1 && at.lower <= at.upper && at.own <= at.upper && at.mse <= 0.02);
  assert_true(at.parameters == 40 * 10 + 40 + 40 + 1 && at.bits == 32);
  r.trained = false;
  r.construct.kind = LIP_CONSTRUCT_MCSHANE;
  at = made(&r, data);
  for (size_t i = 0; i < data->n; i++)
    for (size_t j = 0; j < i; j++) {
      double dot = 0;

      for (size_t m = 0; m < data->d; m++) dot += data->X[i * 10 + m] * data->X[j * 10 + m];
      if (data->y[i] != data->y[j]) steepest = fmax(steepest, 2 / acos(dot));
    }
  assert_true(fabs(at.own - steepest) < 1e-9 * steepest && at.own < at.upper);
  lip_dataset_free(data);
}

static void minimising_is_smoother_at_equal_fit(void **state)
{
  lip_dataset *data = points(100, 12);
  recipe r = plain(80);
  recipe_numbers before = made(&r, data), after;

  (void)state;
  r.train.minimise = LIP_MINIMISE_LIPSCHITZ;
  after = made(&r, data);
  assert_true(before.fitted == 1 && after.fitted == 1 && after.mse <= 0.02);
  assert_true(after.upper < before.lower);
  lip_dataset_free(data);
}

/* brackets.md's table: at 8 bits a sample 0.38 sqrt(d), at 32 bits 0.16 sqrt(d). */
static void the_law_is_the_profile_law(void **state)
{
  const double n = 1e5, d = 1e4;

  (void)state;
  assert_true(fabs(recipe_law(n, d, n / 4, 32, 0, 0) / 100 - 0.38) < 0.006);
  assert_true(fabs(recipe_law(n, d, n, 32, 0, 0) / 100 - 0.16) < 0.006);
  assert_true(recipe_law(n, d, n, 32, 0, 0.5) < 0.51 * recipe_law(n, d, n, 32, 0, 0));
  assert_true(recipe_law(n, d, n, 32, 0, 1.5) == 0);
  assert_true(recipe_law(n, d, n, 32, 100, 0) < recipe_law(n, d, n, 32, 0, 0));
}

static double steepest_sample(const lip_net *net)
{
  enum { POINTS = 721 };
  double X[2 * POINTS], G[2 * POINTS], largest = 0;

  for (size_t i = 0; i < POINTS; i++) {
    X[2 * i] = cos((double)i * M_PI / 360);
    X[2 * i + 1] = sin((double)i * M_PI / 360);
  }
  assert_int_equal(lip_net_gradients(net, 0, POINTS, X, G, NULL), LIP_OK);
  for (size_t i = 0; i < POINTS; i++) largest = fmax(largest, hypot(G[2 * i], G[2 * i + 1]));
  return largest;
}

/* In the plane the largest gradient over all directions is the constant. */
static void families_in_the_plane_have_the_constants_told(void **state)
{
  (void)state;
  for (depth_family family = DEPTH_ROTATION; family < DEPTH_LINEAR; family++)
    for (size_t depth = 2; depth <= 20; depth++) {
      lip_net *net = NULL;
      depth_gap gap;

      assert_int_equal(depth_network(family, depth, 2, &net, NULL), LIP_OK);
      assert_int_equal(depth_measure(family, net, &gap, NULL, NULL), LIP_OK);
      assert_true(fabs(steepest_sample(net) / exp(gap.log_upper) - 1) < 1e-9);
      assert_true(gap.log_lower == gap.log_upper && fabs(gap.log_product) < 1e-9);
      lip_net_free(net);
    }
}

static void turning_lines_are_exponentially_below_their_product(void **state)
{
  lip_net *net = NULL;
  depth_gap gap;

  (void)state;
  assert_int_equal(depth_network(DEPTH_TURNING, 64, 2, &net, NULL), LIP_OK);
  assert_int_equal(depth_measure(DEPTH_TURNING, net, &gap, NULL, NULL), LIP_OK);
  assert_true(fabs(gap.log_product - gap.log_upper - 63 * log(2)) < 1e-9);
  assert_true(fabs(steepest_sample(net) * ldexp(1, 63) - 1) < 1e-9);
  lip_net_free(net);
}

/* Linear: the row vector of the whole product, multiplied without scaling. */
static void gaussian_products_are_those_of_the_matrices(void **state)
{
  enum { W = 9, DEPTH = 7 };
  lip_net *net = NULL;
  depth_gap gap;
  double at[2][W] = {{0}}, squares = 0;

  (void)state;
  assert_int_equal(depth_network(DEPTH_LINEAR, DEPTH, W, &net, NULL), LIP_OK);
  assert_int_equal(depth_measure(DEPTH_LINEAR, net, &gap, NULL, NULL), LIP_OK);
  at[0][0] = 1;
  for (size_t j = DEPTH; j-- > 0;) {
    const lip_layer *layer = &net->layer[j];

    for (size_t i = 0; i < W; i++) {
      at[1][i] = 0;
      for (size_t o = 0; o < layer->out; o++) at[1][i] += at[0][o] * layer->W[o * W + i];
    }
    memcpy(at[0], at[1], sizeof at[0]);
  }
  for (size_t i = 0; i < W; i++) squares += at[0][i] * at[0][i];
  assert_true(fabs(gap.log_upper - 0.5 * log(squares)) < 1e-12);
  assert_true(gap.log_product > gap.log_upper);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(caps_have_the_constant_of_the_paper),
      cmocka_unit_test(a_construction_that_does_not_apply_has_no_numbers),
      cmocka_unit_test(outputs_are_no_steeper_than_the_constant),
      cmocka_unit_test(minimising_is_smoother_at_equal_fit),
      cmocka_unit_test(the_law_is_the_profile_law),
      cmocka_unit_test(families_in_the_plane_have_the_constants_told),
      cmocka_unit_test(turning_lines_are_exponentially_below_their_product),
      cmocka_unit_test(gaussian_products_are_those_of_the_matrices),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
