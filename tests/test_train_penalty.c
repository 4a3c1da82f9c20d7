/* test_train_penalty.c - training that keeps the certified Lipschitz bound small. */
#include "naive_training.h"
#include "train/trainer.h"

#include <liplaw/measure.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static lip_dataset *sphere(size_t n, size_t d)
{
  lip_sample_options o;
  lip_dataset *data = NULL;

  lip_sample_defaults(&o);
  o.kind = LIP_SPHERE;
  o.labels = LIP_LABELS_BALANCED;
  o.n = n;
  o.d = d;
  o.seed = 5;
  assert_int_equal(lip_sample(&o, &data, NULL), LIP_OK);
  return data;
}

static lip_train_options penalised(size_t k)
{
  lip_train_options o;

  lip_train_defaults(&o);
  o.k = k;
  o.slope = 0.3;
  o.threads = 1;
  o.minimise = LIP_MINIMISE_LIPSCHITZ;
  return o;
}

static double size_by(const double *S, size_t d, const double *u)
{
  double square = 0;

  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < d; j++) square += u[i] * S[i * d + j] * u[j];
  return sqrt(square);
}

/* F(S) of the folded network, from its definition. */
static double penalty_of(const naive *t, const lip_train_options *o, const double *S)
{
  const size_t d = t->d;
  const double *gamma = t->theta + t->k * d, *a = gamma + 2 * t->k;
  lip_activation psi = {o->activation, o->slope};
  double low = lip_activation_slope(psi, -1e9), high = lip_activation_slope(psi, 1e9), value = 0;
  double *sum = numbers(d), *u = numbers(d);

  if (o->activation == LIP_TANH) low = 0, high = 1;
  for (size_t l = 0; l < t->k; l++) {
    double mean = 0, variance = 1, c = a[l];

    if (o->batch_norm) {
      mean_and_variance(t->n, t->z + l * t->n, &mean, &variance);
      c *= gamma[l] / sqrt(variance + o->batch_norm_epsilon);
    }
    for (size_t j = 0; j < d; j++) {
      sum[j] += 0.5 * (low + high) * c * t->theta[l * d + j];
      u[j] = 0.5 * (high - low) * c * t->theta[l * d + j];
    }
    value += size_by(S, d, u);
  }
  value += size_by(S, d, sum);
  free(sum);
  free(u);
  return value;
}

static double objective(naive *t, const lip_train_options *o, const double *S)
{
  double loss = naive_forward(t, o);

  return loss + o->weight * penalty_of(t, o, S);
}

/* Adam's first moment after one step is (1 - beta1) times the gradient. */
static void compare_with_differences(const lip_train_options *o, size_t n, size_t d)
{
  lip_dataset *data = sphere(n, d);
  naive t = naive_create(n, d, o->k);
  const size_t kd = t.k * d;
  lip_trainer trainer;
  lip_fit fit;
  double largest = 0, worst = 0;

  assert_int_equal(lip_trainer_create(o, n, d, &trainer, NULL), LIP_OK);
  lip_parameters_draw(&trainer.weights, o, trainer.team);
  lip_points_take(&trainer.points, data, NULL, o->batch_norm, trainer.team);
  memcpy(t.X, data->X, n * d * sizeof(double));
  memcpy(t.y, data->y, n * sizeof(double));
  for (size_t i = 0; i < t.count; i++) t.theta[i] = (double)trainer.weights.block[i];
  assert_int_equal(lip_trainer_forward(&trainer, &fit, NULL), LIP_OK);
  assert_int_equal(lip_trainer_backward(&trainer, &fit, NULL), LIP_OK);
  for (size_t i = 0; i < t.count; i++) {
    const double h = 1e-6, at = t.theta[i];
    double found = (double)trainer.first.block[i] / (1 - o->beta1), difference;

    if (i >= kd && i < kd + t.k && !o->batch_norm) continue; /* gamma, which there is none of */
    if (!o->bias && ((i >= kd + t.k && i < kd + 2 * t.k) || i + 1 == t.count)) continue;
    t.theta[i] = at + h;
    difference = objective(&t, o, trainer.penalty.S);
    t.theta[i] = at - h;
    difference = (difference - objective(&t, o, trainer.penalty.S)) / (2 * h);
    t.theta[i] = at;
    largest = fmax(largest, fabs(difference));
    if (!(fabs(found - difference) <= worst)) worst = fabs(found - difference);
  }
  if (!(worst <= 2e-4 * largest)) {
    print_message("%s bn=%d: off by %g of %g\n", lip_activation_name(o->activation), o->batch_norm,
                  worst, largest);
    fail();
  }
  lip_trainer_clear(&trainer);
  lip_dataset_free(data);
  naive_free(&t);
}

static void the_gradient_is_that_of_differences(void **state)
{
  (void)state;
  for (int kind = LIP_IDENTITY; kind < LIP_SQUARE; kind++)
    for (int norm = 0; norm < 3; norm++) {
      lip_train_options o = penalised(11);

      o.activation = (lip_activation_kind)kind;
      o.batch_norm = norm == 0;
      o.bias = norm < 2;
      o.weight = 2;
      compare_with_differences(&o, 33, 6);
    }
}

/* One neuron: |a| |w|. Neurons along the axes, each with its mirror image: every sign vector is a
   pattern, and the steepest has |grad| = |(1, ..., 1)| for outputs of slope 1. */
static void the_bound_is_exact_where_every_pattern_has_a_point(void **state)
{
  const float one[] = {3, 4}, factor[] = {1, 1, 1, 1, 1, 1}, minus_two[] = {-2};
  const float axes[] = {1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1};
  lip_train_options o = penalised(1);
  lip_penalty p = {0};

  (void)state;
  assert_int_equal(lip_penalty_create(&o, 2, 1, 1, &p, NULL), LIP_OK);
  assert_true(fabs(lip_penalty_improve(&p, one, factor, minus_two, 200) - 10) < 1e-3);
  lip_penalty_clear(&p);
  o.k = 6;
  assert_int_equal(lip_penalty_create(&o, 3, 1, 6, &p, NULL), LIP_OK);
  assert_true(fabs(lip_penalty_improve(&p, axes, factor, factor, 200) - sqrt(3)) < 1e-3);
  lip_penalty_clear(&p);
}

static double upper_end(const lip_net *net)
{
  lip_measure_options o;
  lip_measurement found = {0};
  double upper;

  lip_measure_defaults(&o);
  o.search = false;
  assert_int_equal(lip_measure(net, NULL, &o, &found, NULL, NULL), LIP_OK);
  assert_true(found.certified);
  upper = found.upper;
  lip_measurement_clear(&found);
  return upper;
}

static void the_certified_constant_falls_by_a_third_at_equal_fit(void **state)
{
  lip_dataset *data = sphere(200, 30);

  (void)state;
  for (int norm = 0; norm < 2; norm++) {
    lip_train_options o = penalised(150);
    lip_train_result plain, kept;
    lip_net *nets[2] = {NULL};
    double ends[2];

    o.batch_norm = norm == 0;
    assert_int_equal(lip_train(data, &o, &nets[1], &kept, NULL, NULL), LIP_OK);
    o.minimise = LIP_MINIMISE_NOTHING;
    assert_int_equal(lip_train(data, &o, &nets[0], &plain, NULL, NULL), LIP_OK);
    assert_true(plain.fitted && kept.fitted && kept.loss <= o.eps && plain.loss <= o.eps);
    for (size_t i = 0; i < 2; i++) ends[i] = upper_end(nets[i]);

    assert_true(ends[1] < ends[0] / 1.5);
    lip_net_free(nets[0]);
    lip_net_free(nets[1]);
  }
  lip_dataset_free(data);
}

/* S need not be at its maximum for F(S) to be below the bound; with time it gets there. */
static void the_penalty_becomes_the_bound_that_measure_proves(void **state)
{
  lip_dataset *data = sphere(100, 12);
  lip_train_options o = penalised(40);
  lip_train_result result;
  lip_net *net = NULL;
  lip_penalty p = {0};
  float W[40 * 12], a[40], factor[40];
  double upper, soon, late;

  (void)state;
  o.batch_norm = false;
  assert_int_equal(lip_train(data, &o, &net, &result, NULL, NULL), LIP_OK);
  for (size_t i = 0; i < 40 * 12; i++) W[i] = (float)net->layer[0].W[i];
  for (size_t l = 0; l < 40; l++) a[l] = (float)net->layer[1].W[l], factor[l] = 1;
  upper = upper_end(net);
  assert_int_equal(lip_penalty_create(&o, 12, 1, 40, &p, NULL), LIP_OK);
  soon = lip_penalty_improve(&p, W, factor, a, 3);
  late = lip_penalty_improve(&p, W, factor, a, 2000);
  assert_true(soon <= late && late <= upper * (1 + 1e-9) && late >= upper * (1 - 2e-3));
  lip_penalty_clear(&p);
  lip_net_free(net);
  lip_dataset_free(data);
}

static void the_number_of_threads_changes_no_bit(void **state)
{
  lip_dataset *data = sphere(90, 20);
  lip_net *nets[2] = {NULL};

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    lip_train_options o = penalised(130);
    lip_train_result result;

    o.threads = i + 1;
    o.steps = 40;
    assert_int_equal(lip_train(data, &o, &nets[i], &result, NULL, NULL), LIP_OK);
  }
  assert_memory_equal(nets[0]->block, nets[1]->block, nets[0]->parameters * sizeof(double));
  lip_net_free(nets[0]);
  lip_net_free(nets[1]);
  lip_dataset_free(data);
}

static void what_has_no_constant_is_refused(void **state)
{
  lip_dataset *data = sphere(10, 3);
  lip_train_options o = penalised(4);
  lip_train_result result;
  lip_net *net = NULL;
  lip_error err = {""};

  (void)state;
  o.activation = LIP_SQUARE;
  assert_int_equal(lip_train(data, &o, &net, &result, NULL, &err), LIP_EOPTION);
  assert_non_null(strstr(err.text, "--minimise lipschitz"));
  lip_dataset_free(data);
}

static void the_weight_falls_to_a_10000th(void **state)
{
  lip_train_options o = penalised(4);

  (void)state;
  o.steps = 999;
  o.weight = 3;
  assert_true(fabs(lip_penalty_weight(&o, 0) - 3) < 1e-12);
  assert_true(fabs(lip_penalty_weight(&o, 500) - 0.03) < 1e-12);
  assert_true(fabs(lip_penalty_weight(&o, 1000) - 3e-4) < 1e-12);
  o.minimise = LIP_MINIMISE_NOTHING;
  assert_true(lip_penalty_weight(&o, 0) == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_gradient_is_that_of_differences),
      cmocka_unit_test(the_bound_is_exact_where_every_pattern_has_a_point),
      cmocka_unit_test(the_certified_constant_falls_by_a_third_at_equal_fit),
      cmocka_unit_test(the_penalty_becomes_the_bound_that_measure_proves),
      cmocka_unit_test(the_number_of_threads_changes_no_bit),
      cmocka_unit_test(what_has_no_constant_is_refused),
      cmocka_unit_test(the_weight_falls_to_a_10000th),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
