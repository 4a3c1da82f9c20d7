/* test_norm_equivalence.c - the norms 1 and inf of graphs by proofs for the norm 2: against sampled
   slopes, and against proofs that leave the factor out. */
#include "graph_nets.h"
#include "measure_nets.h"
#include "proofs.h"

#include "certificate/graphs/norm_parts.h"
#include "linalg/round.h"
#include "lipschitz/method.h"

#include <liplaw/measure.h>

enum { WIDTH = 6, DEPTH = 3, OUTPUTS = 3, INPUTS = 5 };

static lip_net *chain_net(uint64_t seed, lip_activation_kind psi)
{
  builder make = start_graph(seed, INPUTS, 1, 1);
  size_t at = 0;

  for (size_t j = 0; j < DEPTH; j++) at = put_activation(&make, put_linear(&make, at, WIDTH), psi);
  return finish_graph(&make, put_linear(&make, at, OUTPUTS));
}

static lip_claim *claim_of(const lip_net *net, lip_norm_kind norm, lip_output output,
                           lip_domain domain)
{
  lip_claim *claim = NULL;

  assert_int_equal(lip_claim_create(net, output, norm, domain, &claim, NULL), LIP_OK);
  return claim;
}

/* What a method proposes for a claim. */
static lip_finding found_by(const lip_method *method, const lip_claim *claim)
{
  lip_problem problem = {.net = claim->net,
                         .deep = claim,
                         .output = claim->output,
                         .norm = claim->norm,
                         .d = claim->d,
                         .m = claim->m,
                         .domain = claim->domain};
  lip_steepest *none = NULL;
  lip_finding finding = {.proxy = NAN};
  lip_error err = {""};

  assert_true(method->applies(&problem));
  if (method->run(&problem, none, &finding, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  assert_true(finding.found && finding.proof.kind);
  return finding;
}

/* The least number that the proof is found to prove, near the value. */
static double settled(const lip_claim *claim, const lip_finding *finding)
{
  double upper = INFINITY;
  bool proved;

  assert_int_equal(
      lip_proof_settle(claim, &finding->proof, finding->value, &upper, &proved, NULL, NULL),
      LIP_OK);
  assert_true(proved);
  assert_true(upper <= finding->value * (1 + 1e-6));
  return upper;
}

static const lip_output every = {LIP_ALL_OUTPUTS, 0, 0};
static const lip_domain space = {.kind = LIP_SPACE};

/* |J| in the norm at points of many sizes, by the sums of columns or rows. */
static double steepest_sample(const lip_claim *claim, double size)
{
  double most = 0, x[72], row[3][72];
  const lip_net *net = claim->net;
  size_t d = claim->d, m = lip_net_outputs(net);

  for (uint64_t s = 0; s < 300; s++) {
    double columns[72] = {0};

    lip_random_normal((lip_stream){3, LIP_FOR_POINTS}, s * d, d, x);
    for (size_t i = 0; i < d; i++) x[i] *= size * pow(10, (double)(s % 4) - 2);
    for (size_t r = 0; r < m; r++) {
      double sum = 0;

      assert_int_equal(lip_net_gradients(net, r, 1, x, row[r], NULL), LIP_OK);
      for (size_t i = 0; i < d; i++) {
        sum += fabs(row[r][i]);
        columns[i] += fabs(row[r][i]);
      }
      if (claim->norm == LIP_NORM_INF) most = fmax(most, sum);
    }
    for (size_t i = 0; i < d && claim->norm == LIP_NORM_1; i++) most = fmax(most, columns[i]);
  }
  return most;
}

static void both_methods_are_above_every_slope_and_verify(void **state)
{
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_TANH, LIP_ABS, LIP_LEAKY_RELU};

  (void)state;
  for (uint64_t seed = 0; seed < 6; seed++) {
    lip_net *net = seed % 3 == 2 ? tangled_net(seed, kinds[seed % 4], LIP_NODE_LINEAR)
                                 : chain_net(seed, kinds[seed % 4]);

    for (lip_norm_kind norm = LIP_NORM_1; norm <= LIP_NORM_INF; norm++) {
      lip_claim *claim = claim_of(net, norm, every, space);
      lip_finding whole = found_by(&lip_upper_norm_2, claim);
      lip_finding parts = found_by(&lip_upper_norm_2_parts, claim);
      double slope = steepest_sample(claim, 1), upper = settled(claim, &whole);
      double finer = settled(claim, &parts);

      if (!(slope <= finer * (1 + 1e-9) && slope <= upper * (1 + 1e-9)))
        fail_msg("seed %zu, norm %d: %g above %g or %g", (size_t)seed, (int)norm, slope, finer,
                 upper);
      assert_true(finer <= upper * (1 + 1e-6));
      lip_proof_clear(&whole.proof);
      lip_proof_clear(&parts.proof);
      lip_claim_free(claim);
    }
    lip_net_free(net);
  }
}

static void the_factor_is_the_root_of_inputs_or_outputs(void **state)
{
  lip_net *net = chain_net(5, LIP_RELU);

  (void)state;
  for (lip_norm_kind norm = LIP_NORM_1; norm <= LIP_NORM_INF; norm++) {
    lip_claim *claim = claim_of(net, norm, every, space);
    lip_claim inner = lip_norm_part(claim, 1, 0);
    lip_finding two = found_by(&lip_upper_sectors_closed, &inner);
    lip_proof joined = {.kind = NULL};
    double root = sqrt(norm == LIP_NORM_1 ? OUTPUTS : INPUTS), upper = settled(&inner, &two);

    assert_int_equal(lip_norm_parts_join(1, &two.proof, &joined, NULL), LIP_OK);
    assert_true(proves(claim, &joined, upper * root * (1 + 1e-14)));
    assert_false(proves(claim, &joined, two.value * root * (1 - 1e-2)));
    assert_false(proves(claim, &joined, upper)); /* as if there were no factor */
    lip_proof_clear(&two.proof);
    lip_proof_clear(&joined);
    lip_claim_free(claim);
  }
  lip_net_free(net);
}

static void a_proof_for_the_norm_2_proves_nothing_in_another_norm(void **state)
{
  lip_net *net = chain_net(6, LIP_RELU);
  lip_claim *claim = claim_of(net, LIP_NORM_INF, every, space);
  lip_claim inner = lip_norm_part(claim, 1, 0);
  lip_finding sectors = found_by(&lip_upper_sectors_closed, &inner);
  lip_finding product = found_by(&lip_upper_graph_product, &inner);

  (void)state;
  assert_true(proves(&inner, &product.proof, 1e9));
  assert_false(proves(claim, &sectors.proof, 1e9));
  assert_false(proves(claim, &product.proof, 1e9));
  sectors.proof.kind = product.proof.kind = &lip_proof_norm_equivalence; /* names without parts */
  assert_false(proves(claim, &sectors.proof, 1e9));
  assert_false(proves(claim, &product.proof, 1e9));
  lip_proof_clear(&sectors.proof);
  lip_proof_clear(&product.proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* A proof with an array changed: the entry gets another value for the time of one look. */
static bool proves_with(const lip_claim *claim, lip_proof *proof, const char *name, size_t at,
                        double value, double upper)
{
  double *entry = lip_proof_array(proof, name)->values + at, before = *entry;
  bool result;

  *entry = value;
  result = proves(claim, proof, upper);
  *entry = before;
  return result;
}

static void parts_are_all_outputs_each_with_its_own_proof(void **state)
{
  lip_net *net = chain_net(7, LIP_RELU);
  lip_claim *claim = claim_of(net, LIP_NORM_INF, every, space);
  lip_claim *columns = claim_of(net, LIP_NORM_1, every, space);
  lip_claim *one = claim_of(net, LIP_NORM_INF, (lip_output){LIP_ONE_OUTPUT, 1, 0}, space);
  lip_finding found = found_by(&lip_upper_norm_2_parts, claim);
  double upper = settled(claim, &found), count;
  lip_proof *proof = &found.proof;
  lip_array *sizes = (lip_array *)lip_proof_array(proof, "sizes");

  (void)state;
  assert_int_equal(sizes->shape[0], OUTPUTS);
  count = sizes->values[0];
  assert_true(proves(claim, proof, upper));
  assert_false(proves(claim, proof, upper * 0.99));
  assert_false(proves(claim, proof, 0));
  assert_false(proves(claim, proof, NAN));
  assert_false(proves(columns, proof, 1e9)); /* rows say nothing about columns */
  assert_false(proves(one, proof, 1e9));
  assert_false(proves_with(claim, proof, "kind", 0, 0, upper));
  assert_false(proves_with(claim, proof, "kind", 0, 17, upper));
  assert_false(proves_with(claim, proof, "kind", 0, NAN, upper));
  assert_false(proves_with(claim, proof, "sizes", 0, count - 1, upper));
  assert_false(proves_with(claim, proof, "sizes", 0, count + 0.5, upper));
  assert_false(proves_with(claim, proof, "sizes", 0, -1, upper));
  assert_false(proves_with(claim, proof, "sizes", 0, NAN, upper));
  assert_false(proves_with(claim, proof, "sizes", 0, 1e300, upper));
  assert_false(proves_with(claim, proof, "sizes", 2 * OUTPUTS - 1, 1, upper));
  assert_false(proves_with(claim, proof, "multipliers", 0, -1, upper));
  sizes->shape[0] = OUTPUTS - 1; /* one output is left out */
  sizes->count = (OUTPUTS - 1) * sizes->shape[1];
  assert_false(proves(claim, proof, 1e9));
  lip_proof_clear(proof);
  lip_claim_free(claim);
  lip_claim_free(columns);
  lip_claim_free(one);
  lip_net_free(net);
}

static void in_the_norm_1_the_parts_are_columns(void **state)
{
  lip_net *net = chain_net(8, LIP_RELU);
  lip_claim *claim = claim_of(net, LIP_NORM_1, every, space);
  lip_claim *rows = claim_of(net, LIP_NORM_INF, every, space);
  lip_finding whole = found_by(&lip_upper_norm_2, claim);
  lip_finding found = found_by(&lip_upper_norm_2_parts, claim);
  double upper = settled(claim, &found);
  const lip_array *sizes = lip_proof_array(&found.proof, "sizes");

  (void)state;
  assert_int_equal(sizes->shape[0], INPUTS);
  assert_true(upper < 0.99 * whole.value);
  assert_false(proves(claim, &found.proof, 0.99 * upper));
  assert_false(proves(rows, &found.proof, 1e9));
  for (size_t j = 0; j < INPUTS; j++) { /* each part is about its own column */
    lip_claim part = lip_norm_part(claim, INPUTS, j), norm_2 = part;
    lip_finding own = found_by(&lip_upper_sectors, &part), all;
    double slope = 0, x[INPUTS], g[INPUTS], squares;

    norm_2.one_input = false;
    all = found_by(&lip_upper_sectors, &norm_2);
    assert_true(own.value <= all.value * (1 + 1e-6));
    for (uint64_t s = 0; s < 200; s++) {
      lip_random_normal((lip_stream){9, LIP_FOR_POINTS}, s * INPUTS, INPUTS, x);
      squares = 0;
      for (size_t r = 0; r < OUTPUTS; r++) {
        assert_int_equal(lip_net_gradients(net, r, 1, x, g, NULL), LIP_OK);
        squares += g[j] * g[j];
      }
      slope = fmax(slope, sqrt(squares));
    }
    assert_true(slope <= own.value);
    assert_false(proves(&norm_2, &own.proof, 0.9 * all.value)); /* of a column alone */
    lip_proof_clear(&own.proof);
    lip_proof_clear(&all.proof);
  }
  lip_proof_clear(&whole.proof);
  lip_proof_clear(&found.proof);
  lip_claim_free(claim);
  lip_claim_free(rows);
  lip_net_free(net);
}

/* The bracket is never far above what the norm 2 says, and is proved again. */
static void brackets_in_all_norms_agree_and_are_proved_again(void **state)
{
  static const char *const domains[] = {"space", "ball:2", "box:-1,1"};

  (void)state;
  for (uint64_t seed = 0; seed < 6; seed++) {
    lip_net *net = chain_net(seed, seed % 2 ? LIP_TANH : LIP_RELU);
    double upper[3];

    for (lip_norm_kind norm = LIP_NORM_2; norm <= LIP_NORM_INF; norm++) {
      lip_measure_options options;
      lip_measurement result;
      lip_check_result check;
      lip_error err = {""};

      lip_measure_defaults(&options);
      options.domain = domains[seed % 3];
      options.norm = (int)norm;
      options.random_points = 100;
      options.search = false;
      if (lip_measure(net, NULL, &options, &result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
      assert_true(result.certified && result.lower > 0);
      assert_int_equal(lip_check(net, result.certificate, &check, NULL, NULL), LIP_OK);
      if (!check.valid) fail_msg("%s", check.reason);
      upper[norm] = result.upper;
      lip_measurement_clear(&result);
    }
    assert_true(upper[LIP_NORM_INF] <= sqrt(INPUTS) * upper[LIP_NORM_2] * (1 + 1e-6));
    assert_true(upper[LIP_NORM_1] <= sqrt(OUTPUTS) * upper[LIP_NORM_2] * (1 + 1e-6));
    lip_net_free(net);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_methods_are_above_every_slope_and_verify),
      cmocka_unit_test(the_factor_is_the_root_of_inputs_or_outputs),
      cmocka_unit_test(a_proof_for_the_norm_2_proves_nothing_in_another_norm),
      cmocka_unit_test(parts_are_all_outputs_each_with_its_own_proof),
      cmocka_unit_test(in_the_norm_1_the_parts_are_columns),
      cmocka_unit_test(brackets_in_all_norms_agree_and_are_proved_again),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
