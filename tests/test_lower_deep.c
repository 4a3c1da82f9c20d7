/* test_lower_deep.c - steep points of deep networks: the smoothed network's derivative against
   differences, the methods against exact constants. */
#include "graph_nets.h"
#include "networks.h"

#include "certificate/domain.h"
#include "lipschitz/method.h"
#include "lipschitz/graphs/smoothed_graph.h"

#include <unistd.h>

static const lip_domain space = {.kind = LIP_SPACE};
static const lip_activation relu = {LIP_RELU, 0};

static lip_problem problem_of(const lip_net *net, lip_norm_kind norm, const char *output,
                              lip_claim **claim)
{
  lip_measure_options options;
  lip_problem problem;

  lip_measure_defaults(&options);
  options.norm = (int)norm;
  options.output = output;
  assert_int_equal(lip_problem_state(net, NULL, &options, space, &problem, NULL), LIP_OK);
  assert_int_equal(lip_claim_create(net, problem.output, norm, space, claim, NULL), LIP_OK);
  problem.deep = *claim;
  return problem;
}

/* The rise of u'J v, J with the smoothed slopes of one layer of neurons after a convolution and a
   skip, and of softmax, is what differences say. */
static void the_rise_is_a_derivative(void **state)
{
  static const lip_activation_kind kinds_of[] = {LIP_RELU, LIP_LEAKY_RELU, LIP_ABS,
                                                 LIP_TANH, LIP_SIGMOID,    LIP_SOFTPLUS};

  (void)state;
  for (uint64_t seed = 0; seed < 12; seed++) {
    builder make = start_graph(seed, 1, 4, 4);
    size_t way = put_linear(&make, put_convolution(&make, 0, 3, window_of(3, 1, 1)), 5), at;
    lip_net *net;
    lip_claim *claim;
    lip_problem problem;
    lip_smoothed_graph *graph;
    double x[16], X[2 * 16], up[16], UP[16], v[16], value[2], step = 1e-6, expected = 0, got;

    at = put_many(
        &make, LIP_NODE_ADD, 2,
        (size_t[]){put_activation(&make, way, kinds_of[seed % 6]), put_linear(&make, 0, 5)});
    at = put_linear(&make, at, 3);
    if (seed >= 6) at = put_many(&make, LIP_NODE_SOFTMAX, 1, &at);
    net = finish_graph(&make, at);
    problem = problem_of(net, LIP_NORM_2, seed == 0 ? "1" : "0-1", &claim);
    assert_true(lip_smoothed_graph_applies(&problem));
    assert_int_equal(lip_smoothed_graph_create(&problem, 2, &graph, NULL), LIP_OK);
    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, 16, x);
    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 16, 16, v);
    assert_int_equal(lip_smoothed_graph_forward(graph, 1, x, true, NULL), LIP_OK);
    assert_int_equal(lip_smoothed_graph_rise(graph, 0.5, true, up, value, NULL), LIP_OK);
    for (size_t i = 0; i < 16; i++) {
      X[i] = x[i] + step * v[i];
      X[16 + i] = x[i] - step * v[i];
      expected += up[i] * v[i];
    }
    for (int side = 0; side < 2; side++) { /* the unit of the smoothing stays that of x */
      assert_int_equal(lip_smoothed_graph_forward(graph, 1, X + 16 * side, false, NULL), LIP_OK);
      assert_int_equal(lip_smoothed_graph_rise(graph, 0.5, true, UP, value + side, NULL), LIP_OK);
    }
    got = (value[0] - value[1]) / (2 * step);
    assert_true(fabs(expected) > 1e-3);
    assert_true(fabs(got - expected) <= 1e-4 * fabs(expected));
    lip_smoothed_graph_free(graph);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

/* What both methods find, one after the other, from a few random points. */
static double steepest_found(const lip_problem *problem)
{
  size_t d = problem->d;
  double *point = lip_alloc(d, sizeof *point), slope, *gradient = lip_alloc(d, sizeof *gradient);
  lip_finding finding = {.point = point, .proxy = NAN, .pattern = NAN};
  lip_steepest steepest;

  assert_true(point && gradient);
  assert_int_equal(lip_steepest_create(8, d, &steepest, NULL), LIP_OK);
  assert_int_equal(lip_lower_random.run(problem, &steepest, &finding, NULL, NULL), LIP_OK);
  if (lip_lower_smoothed.applies(problem))
    assert_int_equal(lip_lower_smoothed.run(problem, &steepest, &finding, NULL, NULL), LIP_OK);
  if (lip_lower_cells.applies(problem))
    assert_int_equal(lip_lower_cells.run(problem, &steepest, &finding, NULL, NULL), LIP_OK);
  assert_true(finding.found);
  assert_int_equal(lip_problem_slopes(problem, 1, point, gradient, &slope, NULL), LIP_OK);
  assert_true(fabs(slope - finding.value) <= 1e-12 * slope);
  lip_steepest_clear(&steepest);
  lip_free(point);
  lip_free(gradient);
  return finding.value;
}

/* Of small networks, against the exact search. */
static void small_networks_lose_little(void **state)
{
  double sum = 0, count = 0;

  (void)state;
  for (uint64_t seed = 0; seed < 12; seed++) {
    size_t widths[] = {3, 7, 7, 1 + seed % 3};
    lip_net *net = random_net(3, widths, relu, true, LIP_IDENTITY, LIP_F64);
    double found, *point = lip_alloc_zero(3, sizeof *point);
    lip_bracket bracket = {.point = point, .upper = INFINITY, .gap = 1e-9};
    lip_claim *claim;
    lip_problem problem;

    lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, net->parameters, net->block);
    problem = problem_of(net, (lip_norm_kind)(seed % 3), NULL, &claim);
    found = steepest_found(&problem);
    assert_int_equal(lip_search_regions.run(&problem, &bracket, NULL, NULL), LIP_OK);
    assert_true(found <= bracket.upper);
    assert_true(found >= 0.8 * bracket.upper);
    sum += found / bracket.upper;
    count++;
    lip_proof_clear(&bracket.proof);
    lip_free(point);
    lip_claim_free(claim);
    lip_net_free(net);
  }
  assert_true(sum / count > 0.97);
}

/* All weights nonnegative: the constant is the norm of their product, where all neurons are on. */
static void nonnegative_networks_are_exact(void **state)
{
  size_t widths[] = {6, 20, 30, 1};
  lip_net *net = random_net(3, widths, relu, true, LIP_IDENTITY, LIP_F64);
  double one[30], two[20], three[6], squares = 0;
  lip_claim *claim;
  lip_problem problem;

  (void)state;
  for (size_t j = 0; j < 3; j++)
    for (size_t i = 0; i < net->layer[j].in * net->layer[j].out; i++)
      net->layer[j].W[i] = fabs(net->layer[j].W[i]);
  memcpy(one, net->layer[2].W, sizeof one);
  for (size_t i = 0; i < 20; i++) {
    two[i] = 0;
    for (size_t l = 0; l < 30; l++) two[i] += one[l] * net->layer[1].W[l * 20 + i];
  }
  for (size_t i = 0; i < 6; i++) {
    three[i] = 0;
    for (size_t l = 0; l < 20; l++) three[i] += two[l] * net->layer[0].W[l * 6 + i];
    squares += three[i] * three[i];
  }
  problem = problem_of(net, LIP_NORM_2, NULL, &claim);
  assert_true(fabs(steepest_found(&problem) - sqrt(squares)) <= 1e-12 * sqrt(squares));
  lip_claim_free(claim);
  lip_net_free(net);
}

/* Two classes that tie on one plane far from the origin, where softmax is not saturated: |J| is
   p (1 - p) sqrt(2) |w_1 - w_2|, largest on the plane. Elsewhere its slopes are 0 in double
   precision. */
static void softmax_is_steepest_where_classes_tie(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 4; seed++) {
    builder make = start_graph(seed, 5, 1, 1);
    size_t at = put_linear(&make, 0, 2);
    double *W = make.graph.node[at].W, square = 0, constant;
    lip_net *net;
    lip_claim *claim;
    lip_problem problem;

    for (size_t i = 0; i < 10; i++) W[i] *= 100;
    for (size_t i = 0; i < 5; i++) square += (W[i] - W[5 + i]) * (W[i] - W[5 + i]);
    make.graph.node[at].b[0] = 20 * sqrt(square);
    constant = sqrt(2 * square) / 4;
    net = finish_graph(&make, put_many(&make, LIP_NODE_SOFTMAX, 1, &at));
    problem = problem_of(net, LIP_NORM_2, NULL, &claim);
    assert_true(lip_lower_smoothed.applies(&problem));
    assert_true(steepest_found(&problem) >= 0.99 * constant);
    assert_true(steepest_found(&problem) <= constant * (1 + 1e-9));
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

/* Cells that flips and linear programs are known to reach. */
static void digits_networks_have_steep_cells(void **state)
{
  static const double known[] = {9.6515, 9.6872, 8.6, 7.58, 8.53};
  const char *folder = getenv("LIPLAW_TESTDATA");

  (void)state;
  if (!folder || access(folder, R_OK) != 0) {
    print_message("the networks of others (LIPLAW_TESTDATA) are missing: skipped\n");
    skip();
  }
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char path[1024];
    lip_net *net = NULL;
    lip_claim *claim;
    lip_problem problem;

    (void)snprintf(path, sizeof path, "%s/weights/digits_fnn3_seed%zu.npz", folder, i);
    assert_int_equal(lip_net_read(path, &net, NULL), LIP_OK);
    problem = problem_of(net, LIP_NORM_2, "7", &claim);
    assert_true(steepest_found(&problem) >= known[i]);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_rise_is_a_derivative),
      cmocka_unit_test(small_networks_lose_little),
      cmocka_unit_test(nonnegative_networks_are_exact),
      cmocka_unit_test(softmax_is_steepest_where_classes_tie),
      cmocka_unit_test(digits_networks_have_steep_cells),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
