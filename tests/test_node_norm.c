/* test_node_norm.c - operator norms of convolutions and pools against dense matrices. */
#include "graph_nets.h"

#include "certificate/graphs/node_norm.h"
#include "certificate/graphs/symbol_norm.h"
#include "linalg/operator_norm.h"
#include "net/operator.h"

/* in -> one affine node. */
static lip_net *one_node(size_t channels, size_t height, size_t width, size_t out, lip_node window,
                         lip_node_kind kind, uint64_t seed)
{
  builder make = start_graph(seed, channels, height, width);
  size_t at = kind == LIP_NODE_CONVOLUTION ? put_convolution(&make, 0, out, window)
                                           : put_pool(&make, 0, kind, window);

  return finish_graph(&make, at);
}

static lip_node any_window(uint64_t t)
{
  static const size_t kernels[][2] = {{3, 3}, {1, 1}, {5, 2}, {2, 4}, {4, 4}, {7, 3}};
  lip_node window = {.kernel = {kernels[t % 6][0], kernels[t % 6][1]},
                     .stride = {1 + t / 6 % 3, 1 + t / 2 % 2},
                     .dilation = {1 + t / 3 % 2, 1 + t / 5 % 2},
                     .before = {t % 3, t / 2 % 3},
                     .after = {t / 2 % 2, t % 4},
                     .groups = 1};

  return window;
}

/* |L| by its dense matrix; the sums of sizes of rows and columns. */
static double dense_norm(const lip_net *net, double *rows, double *columns)
{
  size_t in = net->node[0].size, out = net->node[1].size;
  double *E = lip_alloc_zero(in, in * sizeof *E), *K = lip_alloc_zero(in, out * sizeof *K);
  lip_operator_norm norm;

  assert_true(E && K);
  for (size_t i = 0; i < in; i++) E[i * in + i] = 1;
  assert_int_equal(lip_operator_apply(net, 1, 0, false, in, E, K, NULL), LIP_OK);
  assert_int_equal(lip_operator_norm_of(in, out, K, &norm, NULL, NULL), LIP_OK);
  *rows = *columns = 0;
  for (size_t i = 0; i < in; i++) {
    double sum = 0;

    for (size_t j = 0; j < out; j++) sum += fabs(K[i * out + j]);
    *columns = fmax(*columns, sum);
  }
  for (size_t j = 0; j < out; j++) {
    double sum = 0;

    for (size_t i = 0; i < in; i++) sum += fabs(K[i * out + j]);
    *rows = fmax(*rows, sum);
  }
  lip_free(E);
  lip_free(K);
  return norm.value;
}

static double up(const lip_net *net, lip_norm_kind norm)
{
  double value = -1;

  assert_int_equal(lip_node_norm_up(net, 1, norm, &value, NULL), LIP_OK);
  return value;
}

static bool symbol_proves(lip_symbol *symbol, double norm)
{
  bool proved = false;

  assert_int_equal(lip_symbol_is_below(symbol, norm, &proved, NULL, NULL), LIP_OK);
  return proved;
}

static void norms_of_windows_are_those_of_their_matrices(void **state)
{
  (void)state;
  for (uint64_t t = 0; t < 30; t++) {
    lip_node_kind kind = t % 5 == 4 ? LIP_NODE_AVERAGE_POOL : LIP_NODE_CONVOLUTION;
    lip_node window = any_window(t);
    lip_net *net;
    double rows, columns, exact, known, norm;
    bool proved;

    window.groups = t % 4 == 3 ? 2 : 1;
    net = one_node(2 + 2 * (t % 2), 9 + t % 3, 10, 2 + 2 * (t % 3), window, kind, t);
    exact = dense_norm(net, &rows, &columns);
    known = norm = up(net, LIP_NORM_2);
    assert_true(up(net, LIP_NORM_INF) >= rows && up(net, LIP_NORM_INF) <= rows * (1 + 1e-12));
    assert_true(up(net, LIP_NORM_1) >= columns && up(net, LIP_NORM_1) <= columns * (1 + 1e-12));
    assert_true(known >= exact * (1 - 1e-12));
    assert_int_equal(lip_node_norm_settle(net, 1, exact, &norm, NULL, NULL), LIP_OK);
    if (!(norm >= exact * (1 - 1e-12) && norm <= exact * (1 + 1e-10)))
      fail_msg("%zu: %.17g is not %.17g", (size_t)t, norm, exact);
    assert_int_equal(lip_node_norm_is_below(net, 1, norm, &proved, NULL, NULL), LIP_OK);
    assert_true(proved || norm == known);
    assert_int_equal(lip_node_norm_is_below(net, 1, exact * (1 - 1e-9), &proved, NULL, NULL),
                     LIP_OK);
    assert_false(proved);
    lip_net_free(net);
  }
}

/* Above every zero-padded matrix, and close to that of a large value. */
static void symbols_bound_the_norm_and_not_by_much(void **state)
{
  (void)state;
  for (uint64_t t = 0; t < 9; t++) {
    lip_net *net = one_node(1, 36, 36, 2, any_window(t), LIP_NODE_CONVOLUTION, t);
    double rows, columns, exact = dense_norm(net, &rows, &columns), norm = 0;
    lip_symbol *symbol = NULL;

    assert_int_equal(lip_symbol_create(&net->node[1], &symbol, NULL), LIP_OK);
    assert_non_null(symbol);
    assert_int_equal(lip_symbol_estimate(symbol, &norm, NULL, NULL), LIP_OK);
    if (!(norm >= exact * (1 - 1e-12) && norm <= exact * 1.1))
      fail_msg("%zu: %.17g is not just above %.17g", (size_t)t, norm, exact);
    assert_true(symbol_proves(symbol, norm * (1 + 1e-9)));
    assert_false(symbol_proves(symbol, norm * (1 - 1e-9)));
    assert_false(symbol_proves(symbol, exact * 0.99));
    lip_symbol_free(symbol);
    lip_net_free(net);
  }
}

/* A difference of neighbours, 1 - e^(i theta): largest, 2, at theta = pi; with stride 2 the norm is
   sqrt 2, whatever theta. A sum of 1 over 3 x 3: 9 at 0. */
static void known_symbols(void **state)
{
  static const struct known {
    size_t kernel[2], stride[2];
    double weights[9], norm, loose;
  } all[] = {{{1, 2}, {1, 1}, {1, -1}, 2, 1e-3},
             {{1, 2}, {1, 2}, {1, -1}, 1.4142135623730951, 1e-10},
             {{3, 3}, {1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}, 9, 2e-3},
             {{3, 3}, {3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1}, 3, 1e-10},
             {{1, 1}, {1, 1}, {-5}, 5, 1e-10}};

  (void)state;
  for (size_t t = 0; t < sizeof all / sizeof *all; t++)
    for (int e = -900; e <= 900; e += 300) {
      lip_node window = {.kernel = {all[t].kernel[0], all[t].kernel[1]},
                         .stride = {all[t].stride[0], all[t].stride[1]}};
      lip_net *net = one_node(1, 9, 9, 1, window, LIP_NODE_CONVOLUTION, 1);
      double norm = 0, exact = ldexp(all[t].norm, e);
      lip_symbol *symbol = NULL;

      for (size_t i = 0; i < net->node[1].weights; i++)
        net->node[1].W[i] = ldexp(all[t].weights[i], e);
      assert_int_equal(lip_symbol_create(&net->node[1], &symbol, NULL), LIP_OK);
      assert_int_equal(lip_symbol_estimate(symbol, &norm, NULL, NULL), LIP_OK);
      assert_true(norm >= exact * (1 - 1e-13) && norm <= exact * (1 + all[t].loose));
      assert_true(symbol_proves(symbol, norm * (1 + 1e-10)));
      assert_false(symbol_proves(symbol, exact * (1 - 1e-10)));
      assert_false(symbol_proves(symbol, NAN));
      assert_false(symbol_proves(symbol, 0));
      lip_symbol_free(symbol);
      lip_net_free(net);
    }
}

static void norms_scale_with_the_weights(void **state)
{
  static const int exponents[] = {-700, -400, 0, 400, 700};

  (void)state;
  for (size_t t = 0; t < 5; t++) {
    lip_net *net = one_node(2, 8, 8, 3, window_of(3, 1, 1), LIP_NODE_CONVOLUTION, 5);
    double rows, columns, exact = dense_norm(net, &rows, &columns), norm;

    for (size_t i = 0; i < net->parameters; i++) net->block[i] = ldexp(net->block[i], exponents[t]);
    norm = up(net, LIP_NORM_2);
    assert_true(norm >= ldexp(exact, exponents[t]));
    assert_int_equal(lip_node_norm_settle(net, 1, ldexp(exact, exponents[t]), &norm, NULL, NULL),
                     LIP_OK);
    assert_true(norm >= ldexp(exact * (1 - 1e-13), exponents[t]));
    assert_true(norm <= ldexp(exact * (1 + 1e-10), exponents[t]));
    lip_net_free(net);
  }
}

static void zero_weights_have_norm_zero(void **state)
{
  lip_net *net = one_node(2, 5, 5, 2, window_of(3, 1, 1), LIP_NODE_CONVOLUTION, 1);
  double norm;

  (void)state;
  memset(net->block, 0, net->parameters * sizeof *net->block);
  norm = up(net, LIP_NORM_2);
  assert_true(norm >= 0 && norm <= 1e-300);
  assert_int_equal(lip_node_norm_settle(net, 1, 0, &norm, NULL, NULL), LIP_OK);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(norms_of_windows_are_those_of_their_matrices),
      cmocka_unit_test(symbols_bound_the_norm_and_not_by_much),
      cmocka_unit_test(known_symbols),
      cmocka_unit_test(norms_scale_with_the_weights),
      cmocka_unit_test(zero_weights_have_norm_zero),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
