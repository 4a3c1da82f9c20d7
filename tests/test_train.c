/* test_train.c - training as a whole: stop rules, the folded network, threads, failures. */
#include <liplaw/dataset.h>
#include <liplaw/train.h>

#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static lip_dataset *gaussian(size_t n, size_t d)
{
  lip_sample_options options;
  lip_dataset *data = NULL;

  lip_sample_defaults(&options);
  options.n = n;
  options.d = d;
  options.seed = 5;
  assert_int_equal(lip_sample(&options, &data, NULL), LIP_OK);
  return data;
}

static lip_train_options with(size_t k)
{
  lip_train_options options;

  lip_train_defaults(&options);
  options.k = k;
  options.threads = 1;
  return options;
}

/* Loss and share of right signs of a two-layer network with ReLU, from its numbers alone. */
static void by_hand(const lip_net *net, const lip_dataset *data, double *loss, double *share)
{
  const lip_layer *hidden = &net->layer[0], *output = &net->layer[1];
  double squares = 0, right = 0;

  for (size_t i = 0; i < data->n; i++) {
    double y = output->b[0];

    for (size_t l = 0; l < hidden->out; l++) {
      double u = hidden->b[l];

      for (size_t j = 0; j < data->d; j++)
        u += hidden->W[l * data->d + j] * data->X[i * data->d + j];
      if (u > 0) y += output->W[l] * u;
    }
    squares += (y - data->y[i]) * (y - data->y[i]);
    right += (y > 0) == (data->y[i] > 0);
  }
  *loss = squares / (double)data->n;
  *share = right / (double)data->n;
}

static void random_labels_are_memorised_and_the_folded_network_proves_it(void **state)
{
  lip_dataset *data = gaussian(200, 20);
  lip_train_options options = with(100);
  lip_train_result result;
  lip_net *net = NULL;
  double loss, share;

  (void)state;
  assert_int_equal(lip_train(data, &options, &net, &result, NULL, NULL), LIP_OK);
  by_hand(net, data, &loss, &share);
  assert_true(result.fitted && loss <= options.eps && share == 1.0);
  assert_true(fabs(loss - result.loss) <= 1e-9 && result.accuracy == share);
  assert_true(result.steps > 10 && result.steps < 1000);
  assert_int_equal(net->parameters, 100 * 20 + 100 + 100 + 1);
  assert_int_equal(net->precision, LIP_F32);
  for (size_t i = 0; i < net->parameters; i++)
    assert_true(net->block[i] == (double)(float)net->block[i]);
  lip_net_free(net);
  lip_dataset_free(data);
}

/* Batch norm takes the mean off; the folded network has to do it with its bias. */
static void points_far_from_the_origin_fold_as_well(void **state)
{
  lip_dataset *data = gaussian(200, 20);
  lip_train_options options = with(100);
  lip_train_result result;
  lip_net *net = NULL;
  double loss, share;

  (void)state;
  for (size_t i = 0; i < data->n * data->d; i++) data->X[i] += (double)(i % data->d) - 7;
  assert_int_equal(lip_train(data, &options, &net, &result, NULL, NULL), LIP_OK);
  by_hand(net, data, &loss, &share);
  assert_true(result.fitted && loss <= options.eps && share == 1.0);
  assert_true(result.steps < 1000);
  lip_net_free(net);
  lip_dataset_free(data);
}

/* The loss falls step by step here, so that one step fewer must miss. */
static void training_stops_at_the_first_step_that_fits(void **state)
{
  lip_dataset *data = gaussian(100, 10);
  lip_train_options options = with(60);
  lip_train_result result, earlier;
  lip_net *net = NULL;

  (void)state;
  assert_int_equal(lip_train(data, &options, &net, &result, NULL, NULL), LIP_OK);
  lip_net_free(net);
  options.steps = result.steps - 1;
  assert_int_equal(lip_train(data, &options, &net, &earlier, NULL, NULL), LIP_OK);
  assert_true(result.fitted && !earlier.fitted && earlier.loss > options.eps);
  assert_int_equal(earlier.steps, options.steps);
  lip_net_free(net);
  lip_dataset_free(data);
}

static void a_run_that_does_not_fit_says_so(void **state)
{
  lip_dataset *data = gaussian(200, 5);
  lip_train_options options = with(2); /* 15 parameters cannot memorise 200 random signs */
  lip_train_result result;
  lip_net *net = NULL;
  double loss, share;

  (void)state;
  options.steps = 50;
  assert_int_equal(lip_train(data, &options, &net, &result, NULL, NULL), LIP_OK);
  by_hand(net, data, &loss, &share);
  assert_false(result.fitted);
  assert_int_equal(result.steps, 50);
  assert_true(fabs(loss - result.loss) <= 1e-9 && result.accuracy == share);
  lip_net_free(net);
  lip_dataset_free(data);
}

static void a_share_of_right_signs_is_a_stop_rule_of_its_own(void **state)
{
  lip_dataset *data = gaussian(200, 20);
  lip_train_options options = with(50);
  lip_train_result result;
  lip_net *net = NULL;

  (void)state;
  options.accuracy = 0.8;
  assert_int_equal(lip_train(data, &options, &net, &result, NULL, NULL), LIP_OK);
  assert_true(result.fitted && result.accuracy >= 0.8 && result.accuracy < 1 &&
              result.loss > options.eps);
  lip_net_free(net);
  lip_dataset_free(data);
}

static void real_labels_are_fitted_by_the_loss_alone(void **state)
{
  lip_dataset *data = gaussian(100, 3);
  lip_train_options options = with(50);
  lip_train_result result;
  lip_net *net = NULL;

  (void)state;
  for (size_t i = 0; i < data->n; i++) data->y[i] = 0.1 * data->X[3 * i];
  options.eps = 1e-4;
  assert_int_equal(lip_train(data, &options, &net, &result, NULL, NULL), LIP_OK);
  assert_true(result.fitted && result.loss <= 1e-4 && isnan(result.accuracy));
  lip_net_free(net);
  lip_dataset_free(data);
}

static void batches_fit_and_the_fit_speaks_of_all_points(void **state)
{
  lip_dataset *data = gaussian(205, 20); /* 5 points are left over in every epoch */
  lip_train_options options = with(100);
  lip_train_result result;
  lip_net *net = NULL;
  double loss, share;

  (void)state;
  options.batch = 50;
  assert_int_equal(lip_train(data, &options, &net, &result, NULL, NULL), LIP_OK);
  by_hand(net, data, &loss, &share);
  assert_true(result.fitted && loss <= options.eps && share == 1.0);
  assert_int_equal(result.steps % 4, 3); /* looked at before the last update of an epoch */
  lip_net_free(net);
  lip_dataset_free(data);
}

static void a_batch_of_all_points_is_a_full_step(void **state)
{
  lip_dataset *data = gaussian(64, 6);
  lip_train_options options = with(30);
  lip_train_result result;
  lip_net *full = NULL, *batch = NULL;

  (void)state;
  options.steps = 20;
  assert_int_equal(lip_train(data, &options, &full, &result, NULL, NULL), LIP_OK);
  options.batch = 64;
  assert_int_equal(lip_train(data, &options, &batch, &result, NULL, NULL), LIP_OK);
  assert_memory_equal(full->block, batch->block, full->parameters * sizeof(double));
  lip_net_free(full);
  lip_net_free(batch);
  lip_dataset_free(data);
}

static void threads_change_no_bit(void **state)
{
  static const size_t shapes[][4] = {{150, 12, 210, 0}, {33, 4, 7, 0}, {200, 30, 120, 40}};

  (void)state;
  for (size_t s = 0; s < 3; s++) {
    lip_dataset *data = gaussian(shapes[s][0], shapes[s][1]);
    lip_train_options options = with(shapes[s][2]);
    lip_train_result result;
    lip_net *one = NULL;

    options.batch = shapes[s][3];
    options.steps = 30;
    assert_int_equal(lip_train(data, &options, &one, &result, NULL, NULL), LIP_OK);
    for (options.threads = 2; options.threads <= 4; options.threads += 2) {
      lip_net *many = NULL;

      assert_int_equal(lip_train(data, &options, &many, &result, NULL, NULL), LIP_OK);
      assert_memory_equal(one->block, many->block, one->parameters * sizeof(double));
      lip_net_free(many);
    }
    lip_net_free(one);
    lip_dataset_free(data);
  }
}

static void seeds_differ(void **state)
{
  lip_dataset *data = gaussian(30, 4);
  lip_train_options options = with(8);
  lip_train_result result;
  lip_net *first = NULL, *second = NULL;

  (void)state;
  options.steps = 0;
  assert_int_equal(lip_train(data, &options, &first, &result, NULL, NULL), LIP_OK);
  options.seed = 1;
  assert_int_equal(lip_train(data, &options, &second, &result, NULL, NULL), LIP_OK);
  assert_true(memcmp(first->block, second->block, first->parameters * sizeof(double)) != 0);
  lip_net_free(first);
  lip_net_free(second);
  lip_dataset_free(data);
}

static void without_biases_the_network_has_none(void **state)
{
  lip_dataset *data = gaussian(60, 10);
  lip_train_options options = with(40);
  lip_train_result result;
  lip_net *net = NULL;

  (void)state;
  options.batch_norm = options.bias = false;
  assert_int_equal(lip_train(data, &options, &net, &result, NULL, NULL), LIP_OK);
  assert_null(net->layer[0].b);
  assert_null(net->layer[1].b);
  assert_int_equal(net->parameters, 40 * 10 + 40);
  assert_true(result.fitted);
  lip_net_free(net);
  lip_dataset_free(data);
}

static void refuse(const lip_dataset *data, lip_train_options options, lip_status expected,
                   const char *words)
{
  lip_train_result result = {.steps = 77};
  lip_net *net = NULL;
  lip_error err = {""};

  assert_int_equal(lip_train(data, &options, &net, &result, NULL, &err), expected);
  assert_non_null(strstr(err.text, words));
  assert_null(net);
  assert_int_equal(result.steps, 77);
}

static void impossible_options_and_data_are_refused(void **state)
{
  lip_dataset *data = gaussian(20, 3), *wide = NULL;
  lip_train_options options = with(4);

  (void)state;
  options.bias = false;
  refuse(data, options, LIP_EOPTION, "batch-norm");
  options = with(0);
  refuse(data, options, LIP_EOPTION, "--k");
  options = with(4);
  options.learning_rate = NAN;
  refuse(data, options, LIP_EOPTION, "--lr");
  options = with(4);
  options.activation = (lip_activation_kind)99;
  refuse(data, options, LIP_EOPTION, "--activation");
  options = with(4);
  options.batch = 1;
  refuse(data, options, LIP_EOPTION, "--batch");
  assert_int_equal(lip_dataset_create(20, 3, 2, &wide, NULL), LIP_OK);
  refuse(wide, with(4), LIP_EINPUT, "one label");
  lip_dataset_free(data);
  lip_dataset_free(wide);
}

static void a_training_that_diverges_is_an_error_with_its_step(void **state)
{
  lip_dataset *data = gaussian(50, 5);
  lip_train_options options = with(10);

  (void)state;
  options.activation = LIP_SQUARE;
  options.batch_norm = false;
  options.learning_rate = 1000;
  for (size_t i = 0; i < data->n * data->d; i++) data->X[i] *= 1e15;
  refuse(data, options, LIP_ENUMERIC, "step");
  lip_dataset_free(data);
}

static bool stop_at_the_third_call(void *context)
{
  return ++*(int *)context >= 3;
}

static void a_request_to_stop_ends_it(void **state)
{
  lip_dataset *data = gaussian(50, 5);
  lip_train_options options = with(10);
  lip_train_result result;
  lip_net *net = NULL;
  int calls = 0;
  lip_control control = {stop_at_the_third_call, NULL, &calls};

  (void)state;
  assert_int_equal(lip_train(data, &options, &net, &result, &control, NULL), LIP_EINTERRUPT);
  assert_null(net);
  lip_dataset_free(data);
}

static void every_refused_allocation_is_an_error_and_nothing_leaks(void **state)
{
  lip_dataset *data = gaussian(40, 4);
  lip_train_options options = with(6);

  (void)state;
  options.steps = 2;
  options.batch = 20;
  for (int round = 0; round < 2; round++) {
    lip_status st = LIP_ENOMEM;

    options.minimise = round == 0 ? LIP_MINIMISE_NOTHING : LIP_MINIMISE_LIPSCHITZ;
    for (size_t allowed = 0; st != LIP_OK; allowed++) {
      lip_train_result result;
      lip_net *net = NULL;

      assert_true(allowed < 1000);
      lip_alloc_fail_after(allowed);
      st = lip_train(data, &options, &net, &result, NULL, NULL);
      lip_alloc_fail_after(SIZE_MAX);
      assert_true(st == LIP_OK || (st == LIP_ENOMEM && !net));
      lip_net_free(net);
    }
  }
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_labels_are_memorised_and_the_folded_network_proves_it),
      cmocka_unit_test(points_far_from_the_origin_fold_as_well),
      cmocka_unit_test(training_stops_at_the_first_step_that_fits),
      cmocka_unit_test(a_run_that_does_not_fit_says_so),
      cmocka_unit_test(a_share_of_right_signs_is_a_stop_rule_of_its_own),
      cmocka_unit_test(real_labels_are_fitted_by_the_loss_alone),
      cmocka_unit_test(batches_fit_and_the_fit_speaks_of_all_points),
      cmocka_unit_test(a_batch_of_all_points_is_a_full_step),
      cmocka_unit_test(threads_change_no_bit),
      cmocka_unit_test(seeds_differ),
      cmocka_unit_test(without_biases_the_network_has_none),
      cmocka_unit_test(impossible_options_and_data_are_refused),
      cmocka_unit_test(a_training_that_diverges_is_an_error_with_its_step),
      cmocka_unit_test(a_request_to_stop_ends_it),
      cmocka_unit_test(every_refused_allocation_is_an_error_and_nothing_leaks),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
