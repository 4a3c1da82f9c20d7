/* test_net.c - the network: values, gradients, batch-norm folding. */
#include "networks.h"

#include "base/memory.h"

/* The network's definition, neuron by neuron. */
static void naive_values(const lip_net *net, const double *x, double *y)
{
  double h[64], z[64];

  memcpy(h, x, lip_net_inputs(net) * sizeof *h);
  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];

    for (size_t l = 0; l < layer->out; l++) {
      z[l] = layer->b ? layer->b[l] : 0;
      for (size_t i = 0; i < layer->in; i++) z[l] += layer->W[l * layer->in + i] * h[i];
      z[l] = lip_activation_value(layer->activation, z[l]);
    }
    memcpy(h, z, sizeof h);
  }
  memcpy(y, h, lip_net_outputs(net) * sizeof *h);
}

static void one_relu_neuron_has_the_values_and_slopes_known_by_hand(void **state)
{
  size_t widths[] = {1, 1, 1};
  lip_activation activations[] = {{LIP_RELU, 0}, {LIP_IDENTITY, 0}};
  bool biases[] = {true, true};
  double X[] = {-1, 0, 0.5, 2}, Y[4], G[4];
  lip_net *net = NULL;

  (void)state;
  assert_int_equal(lip_net_create(2, widths, activations, biases, LIP_F64, &net, NULL), LIP_OK);
  net->layer[0].W[0] = 3;
  net->layer[0].b[0] = -1.5; /* f(x) = 2 relu(3 x - 1.5) + 1: the kink is at 0.5 */
  net->layer[1].W[0] = 2;
  net->layer[1].b[0] = 1;
  assert_int_equal(net->parameters, 4);
  assert_int_equal(lip_net_values(net, 4, X, Y, NULL), LIP_OK);
  assert_int_equal(lip_net_gradients(net, 0, 4, X, G, NULL), LIP_OK);
  assert_true(Y[0] == 1 && Y[1] == 1 && Y[2] == 1 && Y[3] == 10);
  assert_true(G[0] == 0 && G[1] == 0 && G[2] == 0 && G[3] == 6);
  lip_net_free(net);
}

static void the_slope_at_a_kink_is_the_one_from_the_left(void **state)
{
  (void)state;
  assert_true(lip_activation_slope((lip_activation){LIP_RELU, 0}, 0) == 0);
  assert_true(lip_activation_slope((lip_activation){LIP_ABS, 0}, 0) == -1);
  assert_true(lip_activation_slope((lip_activation){LIP_LEAKY_RELU, 0.1}, 0) == 0.1);
  assert_true(lip_activation_slope((lip_activation){LIP_ELU, 0.7}, 0) == 0.7);
}

static void far_tails_of_smooth_activations_lose_no_digits(void **state)
{
  lip_activation softplus = {LIP_SOFTPLUS, 0}, tangent = {LIP_TANH, 0}, elu = {LIP_ELU, 2};

  (void)state; /* log(1 + e^-50) = e^-50 - ..., 1 - tanh(30)^2 = 4 e^-60 - ... */
  assert_true(fabs(lip_activation_value(softplus, -50) / exp(-50) - 1) < 1e-15);
  assert_true(lip_activation_value(softplus, 1000) == 1000);
  assert_true(fabs(lip_activation_slope(softplus, -50) / exp(-50) - 1) < 1e-15);
  assert_true(fabs(lip_activation_slope(tangent, -30) / (4 * exp(-60)) - 1) < 1e-15);
  assert_true(lip_activation_value(elu, -1e-20) == -2e-20); /* no cancellation at 0 either */
  assert_true(lip_activation_value(elu, -1000) == -2 && lip_activation_slope(elu, -1000) == 0);
}

static void no_sampled_slope_exceeds_the_lipschitz_constant(void **state)
{
  (void)state;
  for (size_t a = 0; a < KINDS; a++) {
    lip_activation psi = {kinds[a], kinds[a] == LIP_POWER ? 3 : -1.25};
    double bound = lip_activation_lipschitz(psi), steepest = 0;

    for (int i = -4000; i <= 4000; i++)
      steepest = fmax(steepest, fabs(lip_activation_slope(psi, i / 100.0)));
    assert_true(steepest <= bound);
    assert_true(isinf(bound) || steepest > bound - 1e-6); /* and it is not a loose one */
  }
}

static void values_are_those_of_the_definition(void **state)
{
  enum { ROWS = 37, D = 9, M = 3 };
  size_t widths[] = {D, 17, 11, 13, M};
  double X[ROWS * D], Y[ROWS * M], y[M];

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, ROWS * D, X);
  for (size_t a = 0; a < 2 * KINDS; a++) {
    lip_net *net = random_net(4, widths,
                              (lip_activation){kinds[a / 2], kinds[a / 2] == LIP_POWER ? 3 : 0.2},
                              a % 2, kinds[a / 2], LIP_F64);

    assert_int_equal(lip_net_values(net, ROWS, X, Y, NULL), LIP_OK);
    for (size_t i = 0; i < ROWS; i++) {
      naive_values(net, X + i * D, y);
      for (size_t o = 0; o < M; o++)
        assert_true(fabs(Y[i * M + o] - y[o]) <=
                    (kinds[a / 2] == LIP_POWER ? 1e-9 : 1e-12) * (1 + fabs(y[o])));
    }
    lip_net_free(net);
  }
}

/* Central differences with step 1e-5 err by about 1e-10 f''' + 1e-11 |f|; a kink within the step
   makes them wrong, and then two step lengths disagree. */
static void gradients_agree_with_central_differences(void **state)
{
  enum { ROWS = 20, D = 5, M = 3 };
  size_t widths[] = {D, 7, 8, M};
  double X[ROWS * D], G[ROWS * D], high[M], low[M];
  size_t compared = 0, skipped = 0;

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, ROWS * D, X);
  for (size_t a = 0; a < 2 * KINDS; a++) {
    lip_net *net = random_net(3, widths,
                              (lip_activation){kinds[a / 2], kinds[a / 2] == LIP_POWER ? 3 : 0.2},
                              a % 2, a % 3 ? LIP_IDENTITY : kinds[a / 2], LIP_F64);
    size_t o = a % M;

    assert_int_equal(lip_net_gradients(net, o, ROWS, X, G, NULL), LIP_OK);
    for (size_t i = 0; i < ROWS * D; i++) {
      double quotient[2], x = X[i];

      for (int s = 0; s < 2; s++) {
        double h = s ? 1e-5 : 2e-5;

        X[i] = x + h;
        naive_values(net, X + i / D * D, high);
        X[i] = x - h;
        naive_values(net, X + i / D * D, low);
        X[i] = x;
        quotient[s] = (high[o] - low[o]) / (2 * h);
      }
      if (fabs(quotient[0] - quotient[1]) > 1e-6 * (1 + fabs(quotient[1]))) {
        skipped++;
        continue;
      }
      compared++;
      assert_true(fabs(G[i] - quotient[1]) <= 1e-6 * (1 + fabs(quotient[1])));
    }
    lip_net_free(net);
  }
  assert_true(skipped < compared / 100);
}

static void rows_in_many_blocks_are_rows_one_by_one(void **state)
{
  enum { ROWS = 2500, D = 4 };
  size_t widths[] = {D, 3, 1};
  static double X[ROWS * D], Y[ROWS], G[ROWS * D];
  lip_net *net = random_net(2, widths, (lip_activation){LIP_TANH, 0}, true, LIP_IDENTITY, LIP_F64);

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, ROWS * D, X);
  assert_int_equal(lip_net_values(net, ROWS, X, Y, NULL), LIP_OK);
  assert_int_equal(lip_net_gradients(net, 0, ROWS, X, G, NULL), LIP_OK);
  for (size_t i = 0; i < ROWS; i++) {
    double y, g[D];

    assert_int_equal(lip_net_values(net, 1, X + i * D, &y, NULL), LIP_OK);
    assert_int_equal(lip_net_gradients(net, 0, 1, X + i * D, g, NULL), LIP_OK);
    assert_true(fabs(y - Y[i]) < 1e-14);
    for (size_t j = 0; j < D; j++) assert_true(fabs(g[j] - G[i * D + j]) < 1e-14);
  }
  lip_net_free(net);
}

static void an_affine_network_has_its_row_of_weights_as_gradient(void **state)
{
  size_t widths[] = {3, 2};
  double X[] = {1, 2, 3, -1, 0, 5}, G[6];
  lip_net *net = random_net(1, widths, (lip_activation){LIP_IDENTITY, 0}, true, LIP_IDENTITY,
                            LIP_F64);

  (void)state;
  assert_int_equal(lip_net_gradients(net, 1, 2, X, G, NULL), LIP_OK);
  for (size_t i = 0; i < 6; i++) assert_true(G[i] == net->layer[0].W[3 + i % 3]);
  assert_int_equal(lip_net_gradients(net, 2, 2, X, G, NULL), LIP_EOPTION);
  lip_net_free(net);
}

static void a_folded_batch_norm_is_the_unfolded_one(void **state)
{
  enum { K = 6, D = 4 };
  double W[K * D], b[K], gamma[K], beta[K], mean[K], variance[K], x[D], z[K];

  (void)state;
  lip_random_normal((lip_stream){5, LIP_FOR_WEIGHTS}, 0, K * D, W);
  lip_random_normal((lip_stream){6, LIP_FOR_WEIGHTS}, 0, K, b);
  lip_random_normal((lip_stream){7, LIP_FOR_WEIGHTS}, 0, K, gamma);
  lip_random_normal((lip_stream){8, LIP_FOR_WEIGHTS}, 0, K, beta);
  lip_random_normal((lip_stream){9, LIP_FOR_WEIGHTS}, 0, K, mean);
  lip_random_uniform((lip_stream){9, LIP_FOR_BATCHES}, 0, K, variance);
  lip_random_normal((lip_stream){5, LIP_FOR_POINTS}, 0, D, x);
  variance[0] = 0;
  for (size_t l = 0; l < K; l++) {
    double sum = b[l];

    for (size_t i = 0; i < D; i++) sum += W[l * D + i] * x[i];
    z[l] = gamma[l] * (sum - mean[l]) / sqrt(variance[l] + 1e-5) + beta[l];
  }
  lip_fold_batch_norm(K, D, W, b, gamma, beta, mean, variance, 1e-5);
  for (size_t l = 0; l < K; l++) {
    double sum = b[l];

    for (size_t i = 0; i < D; i++) sum += W[l * D + i] * x[i];
    assert_true(fabs(sum - z[l]) <= 1e-12 * (1 + fabs(gamma[l]) / sqrt(variance[l] + 1e-5)));
  }
}

static void an_overflow_is_reported_and_not_hidden_by_relu(void **state)
{
  size_t widths[] = {2, 2, 1};
  double X[] = {1e308, 1e308}, Y[1], G[2];
  lip_net *net = random_net(2, widths, (lip_activation){LIP_RELU, 0}, false, LIP_IDENTITY, LIP_F64);

  (void)state; /* 1e308 * 10 - 1e308 * 10 is infinite minus infinite in floating point */
  net->layer[0].W[0] = 10;
  net->layer[0].W[1] = -10;
  assert_int_equal(lip_net_values(net, 1, X, Y, NULL), LIP_ENUMERIC);
  assert_int_equal(lip_net_gradients(net, 0, 1, X, G, NULL), LIP_ENUMERIC);
  lip_net_free(net);
}

static void impossible_shapes_are_refused(void **state)
{
  size_t none[] = {2, 0, 1}, vast[] = {2147483647, 2147483647, 2147483647, 2147483647, 2147483647},
         wide[] = {2, (size_t)1 << 40, 1};
  lip_activation activations[4] = {{LIP_RELU, 0}, {LIP_RELU, 0}, {LIP_RELU, 0}, {LIP_RELU, 0}};
  bool biases[4] = {true, true, true, true};
  lip_net *net = NULL;

  (void)state;
  assert_int_equal(lip_net_create(0, none, activations, biases, LIP_F64, &net, NULL), LIP_EINPUT);
  assert_int_equal(lip_net_create(2, none, activations, biases, LIP_F64, &net, NULL), LIP_EINPUT);
  assert_int_equal(lip_net_create(2, wide, activations, biases, LIP_F64, &net, NULL), LIP_EINPUT);
  assert_int_equal(lip_net_create(4, vast, activations, biases, LIP_F64, &net, NULL), LIP_ENOMEM);
  assert_null(net);
}

static void every_refused_allocation_fails_cleanly(void **state)
{
  size_t widths[] = {4, 5, 2}, done = 0;
  lip_activation activations[] = {{LIP_RELU, 0}, {LIP_IDENTITY, 0}};
  bool biases[] = {true, false};
  double X[12] = {0}, Y[6], G[12];

  (void)state;
  for (size_t k = 0; !done; k++) {
    lip_net *net = NULL;
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_net_create(2, widths, activations, biases, LIP_F32, &net, NULL);
    if (st == LIP_OK) st = lip_net_values(net, 3, X, Y, NULL);
    if (st == LIP_OK) st = lip_net_gradients(net, 1, 3, X, G, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    lip_net_free(net);
    assert_true(st == LIP_OK || st == LIP_ENOMEM);
    done = st == LIP_OK;
    assert_true(!done || k >= 5);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_relu_neuron_has_the_values_and_slopes_known_by_hand),
      cmocka_unit_test(the_slope_at_a_kink_is_the_one_from_the_left),
      cmocka_unit_test(far_tails_of_smooth_activations_lose_no_digits),
      cmocka_unit_test(no_sampled_slope_exceeds_the_lipschitz_constant),
      cmocka_unit_test(values_are_those_of_the_definition),
      cmocka_unit_test(gradients_agree_with_central_differences),
      cmocka_unit_test(rows_in_many_blocks_are_rows_one_by_one),
      cmocka_unit_test(an_affine_network_has_its_row_of_weights_as_gradient),
      cmocka_unit_test(a_folded_batch_norm_is_the_unfolded_one),
      cmocka_unit_test(an_overflow_is_reported_and_not_hidden_by_relu),
      cmocka_unit_test(impossible_shapes_are_refused),
      cmocka_unit_test(every_refused_allocation_fails_cleanly),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
