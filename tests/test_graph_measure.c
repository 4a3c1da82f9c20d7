/* test_graph_measure.c - brackets of networks that are no chains of two layers, and their
   certificates: skips, convolutions, pools, softmax. */
#include "graph_nets.h"
#include "measure_nets.h"

#include "certificate/graphs/graph_product.h"
#include "certificate/graphs/node_norm.h"
#include "certificate/proof.h"
#include "certificate/witness.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"
#include "lipschitz/jacobian_norm.h"
#include "lipschitz/graphs/node_norms.h"
#include "lipschitz/method.h"

static const char *const domains[] = {"space", "ball:2", "box:-1,1", "sphere:3"};
static const lip_activation_kind activations[] = {LIP_RELU,    LIP_TANH, LIP_ABS,  LIP_LEAKY_RELU,
                                                  LIP_SIGMOID, LIP_SILU, LIP_GELU, LIP_ERF};

static lip_measurement measured(const lip_net *net, const char *domain, lip_norm_kind norm,
                                const char *output)
{
  lip_measure_options options;
  lip_measurement result;
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.domain = domain;
  options.norm = (int)norm;
  options.output = output;
  options.random_points = 100;
  options.starts = 0;
  options.search = false;
  options.time_limit = 0.3;
  if (lip_measure(net, NULL, &options, &result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return result;
}

static void is_proved(const lip_net *net, const lip_measurement *found)
{
  lip_check_result result;

  assert_true(found->certified && found->lower <= found->upper && found->lower >= 0);
  assert_int_equal(lip_check(net, found->certificate, &result, NULL, NULL), LIP_OK);
  if (!result.valid) fail_msg("%s", result.reason);
}

/* |f(x) - f(y)| / |x - y| of nearby and far points, in the norm. */
static double sampled_slope(const lip_net *net, lip_norm_kind norm, uint64_t seed, double size)
{
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  lip_norm_kind dual = norm == LIP_NORM_1 ? LIP_NORM_INF : norm == LIP_NORM_INF ? LIP_NORM_1 : norm;
  double x[200], y[200], f[20], g[20], best = 0;

  assert_true(d <= 200 && m <= 20);
  for (uint64_t t = 0; t < 300; t++) {
    double apart = t % 2 ? 1e-4 : 1;

    lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, 2 * t * d, d, x);
    lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, (2 * t + 1) * d, d, y);
    for (size_t i = 0; i < d; i++) {
      x[i] *= size;
      y[i] = x[i] + apart * (t % 3 == 0 && i != t % d ? 0 : y[i]);
    }
    assert_int_equal(lip_net_values(net, 1, x, f, NULL), LIP_OK);
    assert_int_equal(lip_net_values(net, 1, y, g, NULL), LIP_OK);
    for (size_t i = 0; i < d; i++) y[i] -= x[i];
    for (size_t j = 0; j < m; j++) g[j] -= f[j];
    best = fmax(best, lip_dual_length(dual, m, g) / lip_dual_length(dual, d, y));
  }
  return best;
}

static void brackets_hold_every_slope_and_are_proved_again(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 15; seed++) {
    lip_net *net = tangled_net(seed, activations[seed % 8],
                               seed % 4 == 3 ? LIP_NODE_SOFTMAX : LIP_NODE_LINEAR);

    for (lip_norm_kind norm = LIP_NORM_2; norm <= LIP_NORM_INF; norm++) {
      lip_measurement found = measured(net, "space", norm, NULL);
      double slope = sampled_slope(net, norm, seed, seed % 2 ? 1 : 0.1);

      is_proved(net, &found);
      if (!(slope <= found.upper * (1 + 1e-9)))
        fail_msg("seed %zu, norm %d: %g above %g", (size_t)seed, (int)norm, slope, found.upper);
      assert_true(found.lower > 0);
      lip_measurement_clear(&found);
    }
    lip_net_free(net);
  }
}

static void every_domain_and_output_has_a_proof(void **state)
{
  static const char *const outputs[] = {NULL, "1", "2-0"};
  lip_net *net = tangled_net(7, LIP_RELU, LIP_NODE_LINEAR);
  lip_net *soft = tangled_net(8, LIP_TANH, LIP_NODE_SOFTMAX);

  (void)state;
  for (size_t i = 0; i < 4; i++)
    for (size_t o = 0; o < 3; o++) {
      lip_measurement one = measured(net, domains[i], LIP_NORM_2, outputs[o]);
      lip_measurement two = measured(soft, domains[i], LIP_NORM_2, outputs[o]);

      is_proved(net, &one);
      is_proved(soft, &two);
      assert_true(one.lower > 0 && two.lower > 0);
      lip_measurement_clear(&one);
      lip_measurement_clear(&two);
    }
  lip_net_free(net);
  lip_net_free(soft);
}

/* The witness's slope is that of J v as floating point has it, from below and close. */
static void a_witness_is_as_steep_as_its_gradient(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 20; seed++) {
    lip_net *net = tangled_net(seed, activations[seed % 8], LIP_NODE_LINEAR);
    lip_claim *claim = NULL;
    double x[72], G[3 * 72], u[3], g[72], slope, lower;

    assert_int_equal(lip_claim_create(net, (lip_output){0}, LIP_NORM_2,
                                      (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                     LIP_OK);
    lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, 0, 72, x);
    for (size_t j = 0; j < 3; j++)
      assert_int_equal(lip_net_gradients(net, j, 1, x, G + j * 72, NULL), LIP_OK);
    assert_int_equal(lip_jacobian_norm(LIP_NORM_2, 3, 72, G, u, g, &slope, NULL), LIP_OK);
    assert_int_equal(lip_witness_slope(claim, x, NULL, &lower, NULL, NULL), LIP_OK);
    if (!(lower <= slope * (1 + 1e-12) && lower >= slope * (1 - 1e-9)))
      fail_msg("seed %zu: %.17g is not %.17g", (size_t)seed, lower, slope);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

/* h + h + h: the product of all norms, 1, would be wrong (theory.md, errata 4). */
static void skips_add_up(void **state)
{
  builder make = start_graph(1, 2, 1, 1);
  size_t h = put_linear(&make, 0, 2), one, two;
  lip_net *net;
  lip_measurement found;

  (void)state;
  memcpy(make.graph.node[h].W, (double[]){1, 0, 0, 1}, 4 * sizeof(double));
  one = put_activation(&make, h, LIP_RELU);
  two = put_activation(&make, h, LIP_LEAKY_RELU);
  net = finish_graph(&make, put_many(&make, LIP_NODE_ADD, 3, (size_t[]){one, two, h}));
  found = measured(net, "space", LIP_NORM_2, NULL);
  is_proved(net, &found);
  assert_true(found.lower >= 3 * (1 - 1e-12) && found.upper >= 3 && found.upper <= 3 * (1 + 1e-8));
  lip_measurement_clear(&found);
  lip_net_free(net);
}

/* Every norm that is made smaller, and what is no norm. */
static void norms_that_are_too_small_are_refused(void **state)
{
  static const double wrong[] = {-1, 0, 1e-300};
  lip_net *net = tangled_net(5, LIP_RELU, LIP_NODE_LINEAR);
  lip_claim *claim = NULL;
  lip_verdict verdict;
  lip_proof proof = {.kind = &lip_proof_graph_product};
  double *norms, known, bound;

  (void)state;
  assert_int_equal(lip_claim_create(net, (lip_output){0}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                   LIP_OK);
  assert_int_equal(lip_proof_add(&proof, "norms", 1, &net->nodes, &norms, NULL), LIP_OK);
  for (size_t i = 0; i < net->nodes; i++) {
    if (!lip_graph_product_reads(net, i)) continue;
    assert_int_equal(lip_node_norm_up(net, i, LIP_NORM_2, &known, NULL), LIP_OK);
    norms[i] = known;
    assert_int_equal(lip_node_norm_settle(net, i, known / 1.5, &norms[i], NULL, NULL), LIP_OK);
    assert_int_equal(lip_node_norm_estimate(net, i, 1e-12, &known, NULL, NULL), LIP_OK);
    assert_int_equal(lip_node_norm_settle(net, i, known, &norms[i], NULL, NULL), LIP_OK);
  }
  assert_int_equal(lip_graph_product(claim, norms, false, &bound, NULL, NULL), LIP_OK);
  assert_int_equal(lip_proof_verify(claim, &proof, bound, &verdict, NULL, NULL), LIP_OK);
  assert_true(verdict.proved);
  assert_int_equal(lip_proof_verify(claim, &proof, bound * (1 - 1e-15), &verdict, NULL, NULL),
                   LIP_OK);
  assert_false(verdict.proved);
  for (size_t i = 0; i < net->nodes; i++) {
    double kept = norms[i];

    if (net->node[i].kind != LIP_NODE_CONVOLUTION && net->node[i].kind != LIP_NODE_LINEAR) continue;
    for (size_t t = 0; t < 4; t++) {
      norms[i] = t < 3 ? wrong[t] : kept * (1 - 1e-6);
      assert_int_equal(lip_proof_verify(claim, &proof, bound, &verdict, NULL, NULL), LIP_OK);
      assert_false(verdict.proved);
    }
    norms[i] = NAN; /* is not read: what is known without it is too large */
    assert_int_equal(lip_proof_verify(claim, &proof, bound, &verdict, NULL, NULL), LIP_OK);
    assert_false(verdict.proved);
    norms[i] = kept;
  }
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

static bool has_ended(void *context)
{
  (void)context;
  return true;
}

/* Slopes of the whole line, and the proof says so: the domain's own would be smaller. */
static void without_time_for_slopes_the_product_takes_those_of_the_line(void **state)
{
  lip_net *net = tangled_net(6, LIP_GELU, LIP_NODE_LINEAR);
  lip_domain ball = {.kind = LIP_BALL, .radius = 1e-3};
  lip_control control = {.stop = has_ended};
  lip_finding late = {.proxy = NAN}, whole = {.proxy = NAN};
  lip_problem problem = {.net = net, .norm = LIP_NORM_1};
  lip_claim *claim = NULL;
  lip_verdict verdict;

  (void)state;
  assert_int_equal(lip_claim_create(net, (lip_output){0}, LIP_NORM_1, ball, &claim, NULL), LIP_OK);
  problem.deep = claim;
  assert_int_equal(lip_upper_graph_product.run(&problem, NULL, &late, &control, NULL), LIP_OK);
  assert_int_equal(lip_upper_graph_product.run(&problem, NULL, &whole, NULL, NULL), LIP_OK);
  assert_true(late.found && whole.found && whole.value < 0.99 * late.value);
  assert_null(lip_proof_array(&whole.proof, "everywhere"));
  assert_non_null(lip_proof_array(&late.proof, "everywhere"));
  assert_int_equal(lip_proof_verify(claim, &late.proof, late.value, &verdict, NULL, NULL), LIP_OK);
  assert_true(verdict.proved);
  assert_int_equal(
      lip_proof_verify(claim, &late.proof, late.value * (1 - 1e-15), &verdict, NULL, NULL), LIP_OK);
  assert_false(verdict.proved);
  late.proof.item[0].array.values[0] = 0;
  assert_int_equal(lip_proof_verify(claim, &late.proof, late.value, &verdict, NULL, NULL), LIP_OK);
  assert_false(verdict.proved);
  lip_proof_clear(&late.proof);
  lip_proof_clear(&whole.proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* Proofs have the last quarter of the time; what they leave goes to steep points, and what is found
   then is proved as well. Every method is told once a side. */
static void an_open_bracket_names_every_method_once(void **state)
{
  size_t widths[] = {60, 150, 150, 150, 10};
  lip_net *net = make_net(4, widths, (lip_activation[]){RELU, RELU, RELU, RELU}, true);
  lip_measure_options options;
  lip_measurement found;

  (void)state;
  randomise(net, 1);
  lip_measure_defaults(&options);
  options.time_limit = 4;
  assert_int_equal(lip_measure(net, NULL, &options, &found, NULL, NULL), LIP_OK);
  is_proved(net, &found);
  assert_true(found.lower < 0.99 * found.upper);
  for (size_t i = 0; i < found.bounds; i++)
    for (size_t j = 0; j < i; j++)
      assert_true(found.bound[i].side != found.bound[j].side ||
                  strcmp(found.bound[i].method, found.bound[j].method) != 0);
  lip_measurement_clear(&found);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(brackets_hold_every_slope_and_are_proved_again),
      cmocka_unit_test(every_domain_and_output_has_a_proof),
      cmocka_unit_test(a_witness_is_as_steep_as_its_gradient),
      cmocka_unit_test(skips_add_up),
      cmocka_unit_test(an_open_bracket_names_every_method_once),
      cmocka_unit_test(without_time_for_slopes_the_product_takes_those_of_the_line),
      cmocka_unit_test(norms_that_are_too_small_are_refused),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
