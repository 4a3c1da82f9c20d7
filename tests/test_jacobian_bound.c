/* test_jacobian_bound.c - norms of all Jacobians between slopes: against sampled ones. */
#include "random_graphs.h"

#include "certificate/graphs/graph_product.h"
#include "certificate/graphs/jacobian_bound.h"
#include "certificate/graphs/jacobian_parts.h"
#include "certificate/graphs/node_norm.h"
#include "certificate/proof.h"
#include "net/tape.h"

static lip_claim *claim_of(const lip_net *net, lip_norm_kind norm, lip_output output,
                           lip_domain domain)
{
  lip_claim *claim = NULL;

  assert_int_equal(lip_claim_create(net, output, norm, domain, &claim, NULL), LIP_OK);
  claim->deep = true; /* of two layers too */
  return claim;
}

static double bound_of(const lip_claim *claim)
{
  double bound = -1;

  assert_int_equal(lip_jacobian_bound(claim, &bound, NULL, NULL), LIP_OK);
  return bound;
}

/* The largest sum of |J| in a column or a row; in the norm 2 the length of the longest row. */
static double norm_of(const double *J, size_t m, size_t d, lip_norm_kind norm)
{
  double most = 0;

  for (size_t k = 0; norm == LIP_NORM_1 && k < d; k++) {
    double sum = 0;

    for (size_t r = 0; r < m; r++) sum += fabs(J[r * d + k]);
    most = fmax(most, sum);
  }
  for (size_t r = 0; norm != LIP_NORM_1 && r < m; r++) {
    double sum = 0;

    for (size_t k = 0; k < d; k++)
      sum += norm == LIP_NORM_2 ? J[r * d + k] * J[r * d + k] : fabs(J[r * d + k]);
    most = fmax(most, norm == LIP_NORM_2 ? sqrt(sum) : sum);
  }
  return most;
}

/* J at one point, rows of the function. */
static void jacobian(lip_tape *tape, const lip_net *net, lip_output output, const double *x,
                     double *J)
{
  size_t m = lip_net_outputs(net), d = lip_net_inputs(net);
  size_t rows = output.kind == LIP_ALL_OUTPUTS ? m : 1;

  assert_int_equal(lip_tape_forward(tape, 1, x, NULL), LIP_OK);
  for (size_t r = 0; r < rows; r++) {
    double u[16] = {0};

    u[output.kind == LIP_ALL_OUTPUTS ? r : output.plus] = 1;
    if (output.kind == LIP_OUTPUT_DIFFERENCE) u[output.minus] = -1;
    assert_int_equal(lip_tape_pull(tape, u, J + r * d, NULL), LIP_OK);
  }
}

static void assert_above_samples(const lip_claim *claim, lip_region region, double bound,
                                 uint64_t seed)
{
  size_t d = claim->d;
  double *X = lip_alloc(SAMPLES, d * sizeof *X), *J = lip_alloc(claim->m, d * sizeof *J);
  lip_tape *tape = NULL;

  sample(region, d, seed, X);
  assert_int_equal(lip_tape_create(claim->net, 1, &tape, NULL), LIP_OK);
  for (size_t s = 0; s < 60; s++) {
    double slope;

    jacobian(tape, claim->net, claim->output, X + s * d, J);
    slope = norm_of(J, claim->m, d, claim->norm);
    if (!(slope <= bound * (1 + 1e-12))) fail_msg("slope %.17g is above %.17g", slope, bound);
  }
  lip_tape_free(tape);
  lip_free(X);
  lip_free(J);
}

static const lip_output outputs[] = {
    {LIP_ALL_OUTPUTS, 0, 0}, {LIP_ONE_OUTPUT, 1, 0}, {LIP_OUTPUT_DIFFERENCE, 2, 0}};
static const lip_norm_kind norms[] = {LIP_NORM_2, LIP_NORM_1, LIP_NORM_INF};

/* A ball about the origin, a ball about a point, the cube. */
static lip_domain some_domain(uint64_t seed, size_t d, double *center)
{
  double size = pow(10, (double)(seed / 3 % 5) - 3);

  lip_random_normal((lip_stream){seed, LIP_FOR_SHIFTS}, 0, d, center);
  if (seed % 3 == 0) return (lip_domain){.kind = LIP_BALL, .radius = size};
  if (seed % 3 == 1) return (lip_domain){.kind = LIP_BOX, .low = -size, .high = size};
  return (lip_domain){
      .kind = LIP_AROUND_DATA, .radius = size, .count = 1, .d = d, .centers = center};
}

static void jacobians_of_random_graphs_stay_below(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 240; seed++) {
    lip_net *net = random_graph(seed + 1000, 2 + seed % 11);
    size_t d = lip_net_inputs(net);
    double center[40], ends[120];
    lip_domain domain = some_domain(seed, d, center);

    for (size_t n = 0; n < 3; n++) {
      lip_claim *claim = claim_of(net, norms[n], outputs[(seed + n) % 3], domain);

      assert_above_samples(claim, lip_claim_region(claim, 0, ends), bound_of(claim), seed);
      lip_claim_free(claim);
    }
    lip_net_free(net);
  }
}

/* Without any flops to spend rows and columns fall back on sizes, and stay true. */
static void without_work_they_are_above_and_with_it_no_worse(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    lip_net *net = random_graph(seed + 2000, 3 + seed % 9);
    double center[40], ends[120], bounds[3][2];
    lip_domain domain = some_domain(seed, lip_net_inputs(net), center);
    lip_claim *claim = claim_of(net, LIP_NORM_1, outputs[seed % 3], domain);
    lip_region region = lip_claim_region(claim, 0, ends);
    lip_value_bounds *values = NULL;
    lip_slope_back *back = NULL;

    assert_int_equal(lip_value_bounds_create(net, &values, NULL), LIP_OK);
    assert_int_equal(lip_slope_back_create(net, &back, NULL), LIP_OK);
    assert_int_equal(lip_value_bounds_find(values, &region, 1e9, NULL, NULL), LIP_OK);
    lip_slope_back_set(back, values);
    for (int much = 0; much < 2; much++) {
      double work = much ? 1e10 : 0;

      for (int euclidean = 0; euclidean < 2; euclidean++)
        assert_int_equal(lip_jacobian_by_rows(claim, back, euclidean, work,
                                              &bounds[euclidean][much], NULL, NULL),
                         LIP_OK);
      assert_int_equal(lip_jacobian_by_columns(claim, back, work, &bounds[2][much], NULL, NULL),
                       LIP_OK);
      claim->norm = LIP_NORM_INF;
      assert_above_samples(claim, region, bounds[0][much], seed);
      claim->norm = LIP_NORM_2;
      assert_above_samples(claim, region, bounds[1][much], seed);
      claim->norm = LIP_NORM_1;
      assert_above_samples(claim, region, bounds[2][much], seed);
    }
    for (int k = 0; k < 2; k++) assert_true(bounds[k][1] <= bounds[k][0] * (1 + 1e-9));
    lip_slope_back_free(back);
    lip_value_bounds_free(values);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static double product_of(const lip_claim *claim)
{
  const lip_net *net = claim->net;
  double *norm = lip_alloc_zero(net->nodes, sizeof *norm), bound;

  for (size_t i = 0; i < net->nodes; i++)
    if (lip_graph_product_reads(net, i))
      assert_int_equal(lip_node_norm_up(net, i, claim->norm, &norm[i], NULL), LIP_OK);
  assert_int_equal(lip_graph_product(claim, norm, false, &bound, NULL, NULL), LIP_OK);
  lip_free(norm);
  return bound;
}

static void in_the_norms_1_and_inf_they_are_never_above_the_product(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    lip_net *net = seed < 50 ? random_graph(seed + 3000, 2 + seed % 11)
                             : tangled_net(seed, bent[seed % 6], LIP_NODE_LINEAR);

    for (size_t n = 1; n < 3; n++) {
      lip_claim *claim = claim_of(net, norms[n], outputs[seed % 3],
                                  (lip_domain){.kind = LIP_SPACE});
      double bound = bound_of(claim), product = product_of(claim);

      if (!(bound <= product * (1 + 1e-10))) fail_msg("%.17g is above %.17g", bound, product);
      lip_claim_free(claim);
    }
    lip_net_free(net);
  }
}

/* Where no neuron switches the Jacobian is one matrix. */
static void where_nothing_switches_the_norm_is_that_of_the_jacobian(void **state)
{
  lip_net *net = tangled_net(21, LIP_RELU, LIP_NODE_LINEAR);
  size_t d = lip_net_inputs(net);
  double center[72], J[3 * 72];
  lip_domain domain = {
      .kind = LIP_AROUND_DATA, .radius = 1e-7, .count = 1, .d = d, .centers = center};
  lip_tape *tape = NULL;

  (void)state;
  lip_random_normal((lip_stream){5, LIP_FOR_POINTS}, 0, d, center);
  assert_int_equal(lip_tape_create(net, 1, &tape, NULL), LIP_OK);
  for (size_t o = 0; o < 3; o++)
    for (size_t n = 0; n < 3; n++) {
      lip_claim *claim = claim_of(net, norms[n], outputs[o], domain);
      double bound = bound_of(claim), slope;

      jacobian(tape, net, outputs[o], center, J);
      slope = norm_of(J, claim->m, d, norms[n]);
      assert_true(bound >= slope * (1 - 1e-13));
      if (claim->m == 1 || norms[n] != LIP_NORM_2)
        assert_true(bound <= slope * (1 + 1e-9));
      else
        assert_true(bound <= slope * 1.7); /* the longest row against all three */
      lip_claim_free(claim);
    }
  lip_tape_free(tape);
  lip_net_free(net);
}

/* relu(3x + 1) - relu(3x + 1) + 2 relu(x - y) on the ball of radius 1/6: 0 from what cancels.
   Slopes: 2 (1, -1) or 0. */
static void what_cancels_between_neurons_is_not_counted(void **state)
{
  builder make = start_graph(1, 2, 1, 1);
  size_t at = put_activation(&make, put_linear(&make, 0, 3), LIP_RELU);
  lip_net *net;
  const double W[] = {3, 0, 3, 0, 1, -1}, b[] = {1, 1, 0}, a[] = {1, -1, 2};
  const double exact[] = {2 * sqrt(2), 2, 4};

  (void)state;
  net = finish_graph(&make, put_linear(&make, put_linear(&make, at, 1), 1));
  memcpy(net->node[1].W, W, sizeof W);
  memcpy(net->node[1].b, b, sizeof b);
  memcpy(net->node[3].W, a, sizeof a);
  net->node[4].W[0] = 1;
  for (size_t n = 0; n < 3; n++) {
    lip_claim *claim = claim_of(net, norms[n], outputs[0],
                                (lip_domain){LIP_BALL, .radius = 1 / 6.});
    double bound = bound_of(claim);

    assert_true(bound >= exact[n] && bound <= exact[n] * (1 + 1e-12));
    lip_claim_free(claim);
  }
  lip_net_free(net);
}

static void units_of_hidden_values_do_not_matter(void **state)
{
  (void)state;
  for (int e = -150; e <= 150; e += 100)
    for (size_t n = 0; n < 3; n++) {
      lip_net *net = tangled_net(8, LIP_RELU, LIP_NODE_LINEAR);
      lip_net *other = tangled_net(8, LIP_RELU, LIP_NODE_LINEAR);
      lip_claim *claim = claim_of(net, norms[n], outputs[0], (lip_domain){.kind = LIP_SPACE});
      lip_claim *scaled = claim_of(other, norms[n], outputs[0], (lip_domain){.kind = LIP_SPACE});
      size_t last = net->nodes - 1;
      double scale = pow(10, e), bound = bound_of(claim), found;

      for (size_t k = 0; k < other->node[1].weights; k++) other->node[1].W[k] *= scale;
      for (size_t k = 0; k < other->node[last].weights; k++) other->node[last].W[k] /= scale;
      found = bound_of(scaled);
      assert_true(fabs(found - bound) <= 1e-10 * bound);
      lip_claim_free(claim);
      lip_claim_free(scaled);
      lip_net_free(net);
      lip_net_free(other);
    }
}

/* Each ball's own neurons switch: the bound is the largest of the balls', below that of all at
 * once. */
static void around_data_the_steepest_ball_counts(void **state)
{
  lip_net *net = tangled_net(17, LIP_RELU, LIP_NODE_LINEAR);
  size_t d = lip_net_inputs(net);
  double centers[4 * 72], *ends = lip_alloc(3 * d, sizeof *ends);
  lip_domain domain = {
      .kind = LIP_AROUND_DATA, .radius = 0.02, .count = 4, .d = d, .centers = centers};

  (void)state;
  lip_random_normal((lip_stream){6, LIP_FOR_POINTS}, 0, 4 * d, centers);
  for (size_t n = 0; n < 3; n++) {
    lip_claim *claim = claim_of(net, norms[n], outputs[n], domain), alone = *claim;
    double bound = bound_of(claim), most = 0;

    for (size_t ball = 0; ball < 4; ball++) { /* copies with another domain */
      alone.domain.count = 1;
      alone.domain.centers = centers + ball * d;
      most = fmax(most, bound_of(&alone));
      assert_above_samples(claim, lip_claim_region(claim, ball, ends), bound, ball);
    }
    assert_true(fabs(bound - most) <= 1e-12 * most);
    alone.domain = (lip_domain){.kind = LIP_SPACE};
    assert_true(bound < 0.9 * bound_of(&alone));
    lip_claim_free(claim);
  }
  lip_free(ends);
  lip_net_free(net);
}

static void the_proof_holds_at_its_bound_and_not_below(void **state)
{
  lip_net *net = tangled_net(9, LIP_TANH, LIP_NODE_SOFTMAX);
  lip_claim *claim = claim_of(net, LIP_NORM_INF, outputs[0], (lip_domain){LIP_BALL, .radius = 1});
  double bound = bound_of(claim), upper;
  lip_proof proof = {.kind = &lip_proof_interval_jacobian};
  lip_verdict verdict;
  bool proved;

  (void)state;
  assert_int_equal(lip_proof_verify(claim, &proof, bound, &verdict, NULL, NULL), LIP_OK);
  assert_true(verdict.proved);
  assert_int_equal(lip_proof_verify(claim, &proof, bound * (1 - 1e-12), &verdict, NULL, NULL),
                   LIP_OK);
  assert_false(verdict.proved);
  assert_int_equal(lip_proof_settle(claim, &proof, bound, &upper, &proved, NULL, NULL), LIP_OK);
  assert_true(proved && upper >= bound && upper <= bound * (1 + 1e-9));
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(jacobians_of_random_graphs_stay_below),
      cmocka_unit_test(without_work_they_are_above_and_with_it_no_worse),
      cmocka_unit_test(in_the_norms_1_and_inf_they_are_never_above_the_product),
      cmocka_unit_test(where_nothing_switches_the_norm_is_that_of_the_jacobian),
      cmocka_unit_test(what_cancels_between_neurons_is_not_counted),
      cmocka_unit_test(units_of_hidden_values_do_not_matter),
      cmocka_unit_test(around_data_the_steepest_ball_counts),
      cmocka_unit_test(the_proof_holds_at_its_bound_and_not_below),
  };

  return cmocka_run_group_tests_name("jacobian_bound", tests, NULL, NULL);
}
