/* test_train_step.c - the fast training step against the textbook's. */
#include "naive_training.h"
#include "train/trainer.h"

#include "base/memory.h"
#include "base/random.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static lip_dataset *points(size_t n, size_t d, double shift)
{
  lip_dataset *data = NULL;

  assert_int_equal(lip_dataset_create(n, d, 1, &data, NULL), LIP_OK);
  lip_random_normal((lip_stream){3, LIP_FOR_POINTS}, 0, n * d, data->X);
  lip_random_uniform((lip_stream){3, LIP_FOR_LABELS}, 0, n, data->y);
  for (size_t i = 0; i < n * d; i++) data->X[i] = data->X[i] / sqrt((double)d) + shift;
  for (size_t i = 0; i < n; i++) data->y[i] = data->y[i] < 0.5 ? -1 : 1;
  return data;
}

/* A large epsilon keeps Adam smooth: with 1e-8 the first step is the sign of the gradient, which
   rounding decides where it is near 0. Also every parameter starts away from its default. */
static lip_train_options smooth_options(size_t k)
{
  lip_train_options o;

  lip_train_defaults(&o);
  o.k = k;
  o.adam_epsilon = 0.01;
  o.learning_rate = 0.02;
  o.slope = 0.3;
  o.threads = 1;
  return o;
}

/* The largest |x - y| over the largest |y|, or over `least` where that is more. */
static double gap(size_t count, const float *x, const double *y, double least)
{
  double largest = 0, size = least;

  for (size_t i = 0; i < count; i++) {
    double difference = fabs((double)x[i] - y[i]);

    if (!(difference <= largest)) largest = difference;
    size = fmax(size, fabs(y[i]));
  }
  return size > 0 ? largest / size : largest;
}

static void scramble(lip_trainer *t)
{
  double draws[64];

  for (size_t l = 0; l < t->weights.k; l++) {
    lip_random_normal((lip_stream){9, LIP_FOR_PROBES}, 2 * l, 2, draws);
    if (t->options->batch_norm) t->weights.gamma[l] = (float)(1 + 0.3 * draws[0]);
    if (t->options->bias) t->weights.beta[l] = (float)(0.5 * draws[1]);
  }
}

static void compare_gradients(const lip_trainer *t, const naive *reference, const char *what)
{
  const size_t kd = t->weights.k * t->weights.d, k = t->weights.k;
  const size_t starts[] = {0, kd, kd + k, kd + 2 * k, kd + 3 * k, kd + 3 * k + 1};

  double scale = 0;

  for (size_t i = 0; i < reference->count; i++) scale = fmax(scale, fabs(reference->first[i]));
  for (size_t part = 0; part < 5; part++) {
    size_t from = starts[part], count = starts[part + 1] - from;
    double of_first = gap(count, t->first.block + from, reference->first + from, 0.1 * scale);
    double of_theta = gap(count, t->weights.block + from, reference->theta + from, 0);

    if (!(of_first < 2e-4 && of_theta < 2e-4)) {
      print_message("%s: part %zu differs by %g, %g\n", what, part, of_first, of_theta);
      fail();
    }
  }
}

static size_t right_signs(const naive *reference)
{
  size_t count = 0;

  for (size_t i = 0; i < reference->n; i++)
    count += (reference->r[i] + reference->y[i]) * reference->y[i] > 0;
  return count;
}

/* Takes `steps` steps on the same points with both, comparing after every one. */
static void run_both(const lip_train_options *o, const char *loops, size_t n, size_t d,
                     size_t steps)
{
  lip_dataset *data = points(n, d, 0.5);
  naive reference = naive_create(n, d, o->k);
  lip_trainer t;
  char what[96];

  assert_int_equal(lip_trainer_create(o, n, d, &t, NULL), LIP_OK);
  t.loops = lip_elementwise_named(loops);
  lip_parameters_draw(&t.weights, o, t.team);
  scramble(&t);
  lip_points_take(&t.points, data, NULL, o->batch_norm, t.team);
  memcpy(reference.X, data->X, n * d * sizeof(double));
  memcpy(reference.y, data->y, n * sizeof(double));
  for (size_t i = 0; i < reference.count; i++) reference.theta[i] = (double)t.weights.block[i];
  for (size_t step = 0; step < steps; step++) {
    lip_fit fit;
    double loss = naive_forward(&reference, o);

    (void)snprintf(what, sizeof what, "%s %s n=%zu d=%zu k=%zu bn=%d bias=%d step %zu", loops,
                   lip_activation_name(o->activation), n, d, o->k, o->batch_norm, o->bias, step);
    assert_int_equal(lip_trainer_forward(&t, &fit, NULL), LIP_OK);
    if (!(fabs(fit.loss - loss) <= 1e-5 * loss)) {
      print_message("%s: loss %g, not %g\n", what, fit.loss, loss);
      fail();
    }
    assert_int_equal(fit.correct, right_signs(&reference));
    assert_int_equal(lip_trainer_backward(&t, &fit, NULL), LIP_OK);
    naive_gradient(&reference, o);
    naive_adam(&reference, o);
    compare_gradients(&t, &reference, what);
  }
  lip_trainer_clear(&t);
  lip_dataset_free(data);
  naive_free(&reference);
}

static const char *const sets[] = {"generic", "avx2", "avx512"};

static void every_activation_steps_like_the_textbook(void **state)
{
  (void)state;
  for (size_t set = 0; set < 3; set++)
    for (int kind = LIP_IDENTITY; lip_elementwise_named(sets[set]) && kind <= LIP_SQUARE; kind++)
      for (int norm = 0; norm < 3; norm++) {
        lip_train_options o = smooth_options(13);

        o.activation = (lip_activation_kind)kind;
        o.batch_norm = norm == 0;
        o.bias = norm < 2;
        run_both(&o, sets[set], 37, 5, 5);
      }
}

static void sizes_around_a_vector_and_a_block_step_like_the_textbook(void **state)
{
  static const size_t shapes[][3] = {{2, 1, 1},   {15, 3, 4},   {16, 2, 5},  {17, 7, 3},
                                     {64, 9, 67}, {65, 40, 70}, {1024, 3, 9}};

  (void)state;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (size_t set = 0; set < 3; set++) {
      lip_train_options o = smooth_options(shapes[i][2]);

      if (lip_elementwise_named(sets[set])) run_both(&o, sets[set], shapes[i][0], shapes[i][1], 4);
    }
}

/* The same points in the textbook's hands, in the order of the batch. */
static void take_both(lip_trainer *t, naive *reference, const lip_dataset *data,
                      const size_t *which)
{
  lip_points_take(&t->points, data, which, true, t->team);
  for (size_t i = 0; i < reference->n; i++) {
    memcpy(reference->X + i * data->d, data->X + which[i] * data->d, data->d * sizeof(double));
    reference->y[i] = data->y[which[i]];
  }
}

static void batches_step_like_the_textbook_on_their_points(void **state)
{
  enum { N = 50, BATCH = 18, D = 6, K = 11 };
  lip_train_options o = smooth_options(K);
  lip_dataset *data = points(N, D, 2);
  naive reference = naive_create(BATCH, D, K);
  size_t order[N];
  lip_trainer t;

  (void)state;
  assert_int_equal(lip_trainer_create(&o, BATCH, D, &t, NULL), LIP_OK);
  lip_parameters_draw(&t.weights, &o, t.team);
  for (size_t i = 0; i < reference.count; i++) reference.theta[i] = (double)t.weights.block[i];
  for (size_t step = 0; step < 6; step++) {
    lip_fit fit;
    double loss;

    lip_random_permutation((lip_stream){1, LIP_FOR_BATCHES}, step, N, order);
    take_both(&t, &reference, data, order);
    loss = naive_forward(&reference, &o);
    assert_int_equal(lip_trainer_forward(&t, &fit, NULL), LIP_OK);
    assert_true(fabs(fit.loss - loss) <= 1e-5 * loss);
    assert_int_equal(lip_trainer_backward(&t, &fit, NULL), LIP_OK);
    naive_gradient(&reference, &o);
    naive_adam(&reference, &o);
    compare_gradients(&t, &reference, "batch");
  }
  lip_trainer_clear(&t);
  lip_dataset_free(data);
  naive_free(&reference);
}

static void draw_i_of_the_stream_belongs_to_parameter_i(void **state)
{
  enum { K = 210, D = 30, COUNT = K * D + 2 * K + 1 };
  static double draws[COUNT];
  lip_train_options o = smooth_options(K);
  lip_parameters p;
  lip_team *team = lip_team_create(3);

  (void)state;
  o.seed = 8;
  o.batch_norm = false;
  o.output_scale = 0.5;
  assert_non_null(team);
  assert_int_equal(lip_parameters_create(K, D, &p, NULL), LIP_OK);
  lip_parameters_draw(&p, &o, team);
  lip_random_uniform((lip_stream){8, LIP_FOR_WEIGHTS}, 0, COUNT, draws);
  for (size_t i = 0; i < COUNT; i++) {
    double fan_in = i < K * D + K ? D : K, scale = i >= K * D + K && i < K * D + 2 * K ? 0.5 : 1;
    float drawn = i < K * D ? p.W[i] : i < K * D + K ? p.beta[i - K * D] : p.a[i - K * D - K];

    assert_true(fabs((double)drawn - scale * (2 * draws[i] - 1) / sqrt(fan_in)) <= 1e-7);
  }
  lip_parameters_clear(&p);
  lip_team_free(team);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_activation_steps_like_the_textbook),
      cmocka_unit_test(batches_step_like_the_textbook_on_their_points),
      cmocka_unit_test(draw_i_of_the_stream_belongs_to_parameter_i),
      cmocka_unit_test(sizes_around_a_vector_and_a_block_step_like_the_textbook),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
