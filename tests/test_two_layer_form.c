/* test_two_layer_form.c - convolution, activation, matrix as two dense layers. */
#include "networks.h"

#include "base/memory.h"
#include "net/graph.h"
#include "net/two_layer_form.h"

static double *numbers(size_t count, uint64_t seed)
{
  double *values = lip_alloc(count, sizeof *values);

  assert_non_null(values);
  lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, count, values);
  return values;
}

/* 2 x 5 x 4 -> convolution with stride, padding, dilation and groups -> psi -> reversed -> matrix.
 */
static lip_net *small_net(bool with_pool)
{
  lip_graph graph = {0};
  lip_net *net = NULL;
  lip_node input = {.kind = LIP_NODE_INPUT, .channels = 2, .height = 5, .width = 4};
  lip_node convolution = {.kind = LIP_NODE_CONVOLUTION,
                          .channels = 6,
                          .kernel = {3, 2},
                          .stride = {2, 1},
                          .dilation = {1, 2},
                          .before = {1, 0},
                          .after = {1, 1},
                          .groups = 2,
                          .weights = 36,
                          .biases = 6,
                          .W = numbers(36, 1),
                          .b = numbers(6, 2)};
  lip_node pool = {.kind = LIP_NODE_AVERAGE_POOL, .kernel = {1, 3}};
  lip_node psi = {.kind = LIP_NODE_ACTIVATION, .activation = {LIP_LEAKY_RELU, 0.25}};
  lip_node turn = {.kind = LIP_NODE_SELECT};
  lip_node matrix = {.kind = LIP_NODE_LINEAR, .channels = 4, .biases = 4, .b = numbers(4, 4)};
  size_t at, width;

  assert_int_equal(lip_graph_add(&graph, &input, NULL, NULL), LIP_OK);
  assert_int_equal(lip_graph_after(&graph, 0, &convolution, &at, NULL), LIP_OK);
  if (with_pool) assert_int_equal(lip_graph_after(&graph, at, &pool, &at, NULL), LIP_OK);
  assert_int_equal(lip_graph_after(&graph, at, &psi, &at, NULL), LIP_OK);
  width = graph.node[at].size;
  turn.channels = width;
  turn.index = lip_alloc(width, sizeof *turn.index);
  for (size_t j = 0; j < width; j++) turn.index[j] = width - 1 - j;
  assert_int_equal(lip_graph_after(&graph, at, &turn, &at, NULL), LIP_OK);
  matrix.weights = 4 * width;
  matrix.W = numbers(4 * width, 3);
  assert_int_equal(lip_graph_after(&graph, at, &matrix, &at, NULL), LIP_OK);
  assert_int_equal(lip_graph_finish(&graph, at, LIP_F64, &net, NULL), LIP_OK);
  return net;
}

static void a_convolution_becomes_a_matrix_with_its_own_entries(void **state)
{
  lip_net *net = small_net(false), *form = NULL;
  double *X = numbers(20 * 40, 5), Y[20 * 4], Z[20 * 4];

  (void)state;
  assert_null(net->layer);
  assert_int_equal(lip_two_layer_form(net, &form, NULL), LIP_OK);
  assert_non_null(form);
  assert_int_equal(form->depth, 2);
  assert_int_equal(lip_net_values(net, 20, X, Y, NULL), LIP_OK);
  assert_int_equal(lip_net_values(form, 20, X, Z, NULL), LIP_OK);
  for (size_t i = 0; i < 80; i++) assert_true(fabs(Y[i] - Z[i]) <= 1e-13 * (1 + fabs(Y[i])));
  for (size_t i = 0; i < form->layer[0].in * form->layer[0].out; i++) {
    double w = form->layer[0].W[i];
    bool known = w == 0;

    for (size_t j = 0; j < net->node[1].weights; j++) known = known || w == net->node[1].W[j];
    assert_true(known);
  }
  lip_net_free(net);
  lip_net_free(form);
  lip_free(X);
}

static void what_would_round_or_is_a_chain_already_has_no_form(void **state)
{
  lip_net *pooled = small_net(true), *form = pooled;
  lip_net *chain = random_net(2, (size_t[]){3, 4, 1}, (lip_activation){LIP_RELU, 0}, true,
                              LIP_IDENTITY, LIP_F64);

  (void)state;
  assert_int_equal(lip_two_layer_form(pooled, &form, NULL), LIP_OK);
  assert_null(form);
  assert_int_equal(lip_two_layer_form(chain, &form, NULL), LIP_OK);
  assert_null(form);
  lip_net_free(pooled);
  lip_net_free(chain);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_convolution_becomes_a_matrix_with_its_own_entries),
      cmocka_unit_test(what_would_round_or_is_a_chain_already_has_no_form),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
