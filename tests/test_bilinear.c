/* test_bilinear.c - the norms 1 and inf: brackets against the enumeration of all sign patterns. */
#include "measure_nets.h"
#include "proofs.h"

#include "certificate/bilinear_box.h"
#include "certificate/slope_range.h"
#include "lipschitz/bilinear_relaxation.h"

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

/* The largest l1 norm of a block over the corners of a box, in the claim's units. */
static double largest_corner(const lip_claim *claim, size_t block, const double *low,
                             const double *high)
{
  double best = 0;
  bool rows = claim->norm == LIP_NORM_INF;

  for (size_t pattern = 0; pattern < (1u << K); pattern++) {
    double sum = 0;

    for (size_t e = 0; e < (rows ? D : M); e++) {
      double entry = 0;

      for (size_t l = 0; l < K; l++)
        entry += claim->A[(rows ? block : e) * K + l] * (pattern >> l & 1 ? high[l] : low[l]) *
                 claim->W[l * D + (rows ? e : block)];
      sum += fabs(entry);
    }
    best = fmax(best, sum);
  }
  return best;
}

/* Boxes with some slopes fixed, as in a tree: signs are exact, multipliers prove their own bound
   and nothing below what is attained, rounding finds it. */
static void a_box_of_slopes_is_bounded_by_its_corners(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 40; seed++) {
    lip_activation psi = {LIP_LEAKY_RELU, seed % 2 ? 0 : -0.3};
    lip_net *net = make_net(2, (size_t[]){D, K, M}, &psi, true);
    lip_claim *claim = NULL;
    lip_bilinear_box box;
    lip_bilinear_relaxation relaxation;
    double low[K], high[K];

    randomise(net, seed);
    assert_int_equal(lip_claim_create(net, (lip_output){.kind = LIP_ALL_OUTPUTS},
                                      seed % 4 < 2 ? LIP_NORM_1 : LIP_NORM_INF,
                                      (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                     LIP_OK);
    lip_claim_all_slopes(claim, low, high);
    for (size_t l = 0; l < seed % K; l++) low[l] = high[l] = (seed >> l) % 2 ? low[l] : high[l];
    assert_int_equal(lip_bilinear_box_create(claim, &box, NULL), LIP_OK);
    assert_int_equal(lip_bilinear_relaxation_create(K + 1, box.q, &relaxation, NULL), LIP_OK);
    for (size_t block = 0; block < box.blocks; block++) {
      double corner = largest_corner(claim, block, low, high), signs, bound, rounded, margin;
      signed char t[K + 1], spare[K + 1];
      bool proved;

      assert_true(lip_bilinear_box_form(&box, block, low, high));
      assert_int_equal(box.f, K - seed % K);
      assert_int_equal(lip_bilinear_box_signs(&box, &signs, NULL), LIP_OK);
      assert_true(signs >= corner && signs <= corner * (1 + 1e-12));
      assert_true(lip_bilinear_box_sizes(&box) >= signs * (1 - 1e-12));
      lip_bilinear_relaxation_begin(&relaxation);
      assert_int_equal(
          lip_bilinear_relax(&relaxation, box.f + 1, box.U, 400, INFINITY, &bound, NULL, NULL),
          LIP_OK);
      assert_true(bound >= corner * (1 - 1e-12) && bound <= 1.783 * corner);
      assert_int_equal(lip_bilinear_box_test(&box, relaxation.row, relaxation.column, bound,
                                             &proved, &margin, NULL),
                       LIP_OK);
      assert_true(proved && margin < 1e-11);
      for (double below = 1e-9; below < 1; below *= 10) {
        assert_int_equal(lip_bilinear_box_test(&box, relaxation.row, relaxation.column,
                                               corner * (1 - below), &proved, &margin, NULL),
                         LIP_OK);
        assert_false(proved);
      }
      lip_bilinear_round(&relaxation, box.f + 1, box.U, 10, t, spare, &rounded);
      assert_near(rounded, corner, 1e-12);
      assert_int_equal(t[0], 1);
    }
    lip_bilinear_relaxation_clear(&relaxation);
    lip_bilinear_box_clear(&box);
    lip_claim_free(claim);
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
  double *block, *row, *column;

  (void)state;
  assert_int_equal(lip_claim_create(net, (lip_output){.kind = LIP_ONE_OUTPUT}, LIP_NORM_INF,
                                    (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                   LIP_OK);
  assert_false(proves(claim, &proof, 13.99));
  /* without multipliers the triangle inequality is enough here */
  assert_true(proves(claim, &proof, 14 * (1 + 1e-12)));
  assert_int_equal(lip_proof_add(&proof, "block", 1, (size_t[]){1}, &block, NULL), LIP_OK);
  assert_int_equal(lip_proof_add(&proof, "row_multipliers", 2, (size_t[]){1, 2}, &row, NULL),
                   LIP_OK);
  assert_int_equal(lip_proof_add(&proof, "column_multipliers", 2, (size_t[]){1, 2}, &column, NULL),
                   LIP_OK);
  for (int i = -3; i < 40; i++) {
    row[0] = row[1] = column[0] = column[1] = i < 0 ? -1 : pow(1.3, i - 20);
    assert_false(proves(claim, &proof, 13.99));
  }
  block[0] = 1; /* there is no such block */
  assert_false(proves(claim, &proof, 1e6));
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bounds_lie_above_every_pattern_and_below_the_triangle_inequality),
      cmocka_unit_test(a_box_of_slopes_is_bounded_by_its_corners),
      cmocka_unit_test(one_neuron_is_exact_in_every_norm),
      cmocka_unit_test(wrong_multipliers_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
