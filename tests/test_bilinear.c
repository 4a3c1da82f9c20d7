/* test_bilinear.c - the norms 1 and inf: brackets against the enumeration of all sign patterns. */
#include "measure_nets.h"

#include "certificate/proof.h"

enum { D = 5, K = 6, M = 3 };

/* The largest |A diag(s) W| over corners of slopes low, high: what no bound may be below. */
static double steepest_pattern(const lip_net *net, double low, lip_norm_kind norm)
{
  double best = 0;

  for (size_t pattern = 0; pattern < (1u << K); pattern++) {
    double J[M][D], sums = 0;

    for (size_t i = 0; i < M; i++)
      for (size_t j = 0; j < D; j++) {
        J[i][j] = 0;
        for (size_t l = 0; l < K; l++)
          J[i][j] += net->layer[1].W[i * K + l] * (pattern >> l & 1 ? 1 : low) *
                     net->layer[0].W[l * D + j];
      }
    for (size_t i = 0; norm == LIP_NORM_INF && i < M; i++, sums = 0) {
      for (size_t j = 0; j < D; j++) sums += fabs(J[i][j]);
      best = fmax(best, sums);
    }
    for (size_t j = 0; norm == LIP_NORM_1 && j < D; j++, sums = 0) {
      for (size_t i = 0; i < M; i++) sums += fabs(J[i][j]);
      best = fmax(best, sums);
    }
  }
  return best;
}

static void bounds_lie_above_every_pattern_and_below_the_triangle_inequality(void **state)
{
  static const lip_activation kinds[] = {{LIP_RELU, 0}, {LIP_LEAKY_RELU, 0.2}, {LIP_ABS, 0}};

  (void)state;
  for (uint64_t seed = 0; seed < 12; seed++) {
    lip_activation psi = kinds[seed % 3];
    double low = psi.kind == LIP_RELU ? 0 : psi.kind == LIP_ABS ? -1 : psi.slope;
    lip_net *net = make_net(2, (size_t[]){D, K, M}, &psi, true);
    lip_measure_options options;

    randomise(net, seed);
    lip_measure_defaults(&options);
    for (int norm = LIP_NORM_1; norm <= LIP_NORM_INF; norm++) {
      lip_measurement r;
      lip_error err = {""};
      double best = steepest_pattern(net, low, (lip_norm_kind)norm);

      options.norm = norm;
      if (lip_measure(net, NULL, &options, &r, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
      assert_true(r.certified);
      assert_true(r.lower <= best * (1 + 1e-12) && best <= r.upper * (1 + 1e-12));
      assert_true(r.upper <= 1.8 * best); /* Grothendieck's constant is below 1.783 */
      assert_true(r.upper <= value_of(&r, "path-norm") * (1 + 1e-12));
      lip_measurement_clear(&r);
    }
    lip_net_free(net);
  }
}

static void one_neuron_is_exact_in_every_norm(void **state) /* 2 relu(3 x_1 - 4 x_2) */
{
  lip_net *net = two_layer(2, 1, RELU, (double[]){3, -4}, NULL, (double[]){2});
  static const double expected[] = {[LIP_NORM_2] = 10, [LIP_NORM_1] = 8, [LIP_NORM_INF] = 14};

  (void)state;
  for (int norm = LIP_NORM_2; norm <= LIP_NORM_INF; norm++) {
    lip_measure_options options;
    lip_measurement r;

    lip_measure_defaults(&options);
    options.norm = norm;
    assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, NULL), LIP_OK);
    assert_true(r.certified);
    assert_true(r.lower <= expected[norm] && expected[norm] <= r.upper);
    assert_near(r.lower, expected[norm], 1e-12);
    assert_near(r.upper, expected[norm], 1e-12);
    lip_measurement_clear(&r);
  }
  lip_net_free(net);
}

static void wrong_multipliers_are_refused(void **state)
{
  lip_net *net = two_layer(2, 1, RELU, (double[]){3, -4}, NULL, (double[]){2});
  lip_claim *claim = NULL;
  lip_proof proof = {.kind = &lip_proof_bilinear};
  lip_verdict verdict;
  double *block, *row, *column;

  (void)state;
  assert_int_equal(lip_claim_create(net, (lip_output){.kind = LIP_ONE_OUTPUT}, LIP_NORM_INF,
                                    (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                   LIP_OK);
  assert_int_equal(proof.kind->verify(claim, &proof, 13.99, &verdict, NULL, NULL), LIP_OK);
  assert_false(verdict.proved);
  assert_int_equal(proof.kind->verify(claim, &proof, 14 * (1 + 1e-12), &verdict, NULL, NULL),
                   LIP_OK);
  assert_true(verdict.proved); /* without multipliers the triangle inequality is enough here */
  assert_int_equal(lip_proof_add(&proof, "block", 1, (size_t[]){1}, &block, NULL), LIP_OK);
  assert_int_equal(lip_proof_add(&proof, "row_multipliers", 2, (size_t[]){1, 2}, &row, NULL),
                   LIP_OK);
  assert_int_equal(lip_proof_add(&proof, "column_multipliers", 2, (size_t[]){1, 2}, &column, NULL),
                   LIP_OK);
  for (int i = -3; i < 40; i++) {
    row[0] = row[1] = column[0] = column[1] = i < 0 ? -1 : pow(1.3, i - 20);
    assert_int_equal(proof.kind->verify(claim, &proof, 13.99, &verdict, NULL, NULL), LIP_OK);
    assert_false(verdict.proved);
  }
  block[0] = 1; /* there is no such block */
  assert_int_equal(proof.kind->verify(claim, &proof, 1e6, &verdict, NULL, NULL), LIP_OK);
  assert_false(verdict.proved);
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bounds_lie_above_every_pattern_and_below_the_triangle_inequality),
      cmocka_unit_test(one_neuron_is_exact_in_every_norm),
      cmocka_unit_test(wrong_multipliers_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
