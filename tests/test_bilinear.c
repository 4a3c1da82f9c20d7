/* test_bilinear.c - the norms 1 and inf: brackets against the enumeration of all sign patterns. */
#include "measure_nets.h"
#include "proofs.h"

#include "certificate/two_layers/bilinear_box.h"
#include "certificate/slope_range.h"
#include "base/memory.h"
#include "certificate/certificate.h"
#include "lipschitz/two_layers/bilinear_relaxation.h"

enum { D = 5, K = 6, M = 3 };

/* The largest |A diag(s) W| over corners of slopes low, high: what no bound may be below. */
static double steepest_of(const lip_net *net, size_t d, double low, lip_norm_kind norm)
{
  double best = 0;

  for (size_t pattern = 0; pattern < (1u << K); pattern++) {
    double row[M] = {0};

    for (size_t j = 0; j < d; j++) {
      double column = 0;

      for (size_t i = 0; i < M; i++) {
        double entry = 0;

        for (size_t l = 0; l < K; l++)
          entry += net->layer[1].W[i * K + l] * (pattern >> l & 1 ? 1 : low) *
                   net->layer[0].W[l * d + j];
        column += fabs(entry);
        row[i] += fabs(entry);
      }
      if (norm == LIP_NORM_1) best = fmax(best, column);
    }
    for (size_t i = 0; norm == LIP_NORM_INF && i < M; i++) best = fmax(best, row[i]);
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
    options.search = false; /* which knows which patterns have a point */
    for (int norm = LIP_NORM_1; norm <= LIP_NORM_INF; norm++) {
      lip_measurement r;
      lip_error err = {""};
      double best = steepest_of(net, D, low, (lip_norm_kind)norm);

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

/* k <= d: every pattern has a point, so that the constant is the steepest pattern's. */
static void where_every_pattern_has_a_point_the_bracket_is_exact(void **state)
{
  enum { WIDE = K + 1 };
  static const lip_activation kinds[] = {
      {LIP_RELU, 0}, {LIP_LEAKY_RELU, -0.4}, {LIP_ABS, 0}, {LIP_TANH, 0}, {LIP_SOFTPLUS, 0}};

  (void)state;
  for (uint64_t seed = 0; seed < 20; seed++) {
    lip_activation psi = kinds[seed % 5];
    double low = psi.kind == LIP_ABS ? -1 : psi.kind == LIP_LEAKY_RELU ? psi.slope : 0;
    lip_net *net = make_net(2, (size_t[]){WIDE, K, M}, &psi, true);
    lip_measure_options options;

    randomise(net, seed);
    lip_measure_defaults(&options);
    for (int norm = LIP_NORM_1; norm <= LIP_NORM_INF; norm++) {
      lip_measurement r;
      lip_check_result checked;
      double best = steepest_of(net, WIDE, low, (lip_norm_kind)norm);

      options.norm = norm;
      assert_int_equal(lip_measure(net, NULL, &options, &r, NULL, NULL), LIP_OK);
      assert_true(r.certified);
      assert_true(r.lower <= best * (1 + 1e-14) && best <= r.upper * (1 + 1e-14));
      assert_near(r.lower, best, 1e-9);
      assert_near(r.upper, best, 1e-8);
      assert_int_equal(lip_check(net, r.certificate, &checked, NULL, NULL), LIP_OK);
      assert_true(checked.valid);
      lip_measurement_clear(&r);
    }
    lip_net_free(net);
  }
}

/* A claim in norm inf with more neurons and inputs than all signs can be tried of, and its tree. */
static lip_net *searched(lip_claim **claim, lip_measurement *found, const lip_proof **proof)
{
  lip_activation psi = {LIP_RELU, 0};
  lip_net *net = make_net(2, (size_t[]){20, 18, 2}, &psi, true);
  lip_measure_options options;

  randomise(net, 5);
  lip_measure_defaults(&options);
  options.norm = LIP_NORM_INF;
  assert_int_equal(lip_measure(net, NULL, &options, found, NULL, NULL), LIP_OK);
  assert_int_equal(lip_claim_create(net, found->output, found->norm, found->domain, claim, NULL),
                   LIP_OK);
  *proof = &found->certificate->proof;
  assert_true((*proof)->kind == &lip_proof_patterns);
  assert_true(found->upper <= found->lower * (1 + 1e-6));
  return net;
}

static void trees_of_forms_prove_nothing_below_what_is_attained(void **state)
{
  lip_claim *claim;
  lip_measurement found;
  const lip_proof *proof;
  lip_net *net = searched(&claim, &found, &proof);
  const lip_array *split = lip_proof_array(proof, "split");
  const lip_array *multipliers = lip_proof_array(proof, "multipliers");
  double false_claim = found.lower * (1 - 1e-9);

  (void)state;
  assert_true(split->count > 4 && multipliers);
  assert_true(proves(claim, proof, found.upper));
  assert_false(proves(claim, proof, false_claim));
  for (size_t i = 0; i < split->count; i++) {
    double kept = split->values[i];

    for (double other = -4; other <= 18; other++) { /* another node in its place */
      split->values[i] = other;
      assert_false(proves(claim, proof, false_claim));
    }
    split->values[i] = kept;
  }
  for (size_t i = 0; i < multipliers->count; i++) {
    double kept = multipliers->values[i];
    static const double factors[] = {0, -1, 0.1, 0.99, 10, 1e300, INFINITY, NAN};

    for (size_t j = 0; j < sizeof factors / sizeof *factors && i % 5 == 0; j++) {
      multipliers->values[i] = kept * factors[j];
      assert_false(proves(claim, proof, false_claim));
    }
    multipliers->values[i] = kept;
  }
  lip_claim_free(claim);
  lip_measurement_clear(&found);
  lip_net_free(net);
}

/* A shorter or longer tape is no tree, whatever is claimed. */
static void trees_of_forms_that_end_early_or_late_are_refused(void **state)
{
  static const char *const names[] = {"split", "multipliers"};
  lip_claim *claim;
  lip_measurement found;
  const lip_proof *proof;
  lip_net *net = searched(&claim, &found, &proof);

  (void)state;
  for (size_t name = 0; name < 2; name++)
    for (int change = -1; change <= 1; change++) {
      lip_proof copy = {.kind = proof->kind};

      for (size_t i = 0; i < proof->count; i++) {
        const lip_array *array = &proof->item[i].array;
        bool here = strcmp(proof->item[i].name, names[name]) == 0;
        size_t count = here ? array->count + (size_t)change : array->count;
        double *values;

        assert_int_equal(lip_proof_add(&copy, proof->item[i].name, 1, &count, &values, NULL),
                         LIP_OK);
        memcpy(values, array->values,
               (count < array->count ? count : array->count) * sizeof *values);
        if (count > array->count) values[count - 1] = values[count - 2];
      }
      assert_int_equal(proves(claim, &copy, found.upper), change == 0);
      assert_int_equal(proves(claim, &copy, 1e6), change == 0);
      lip_proof_clear(&copy);
    }
  lip_claim_free(claim);
  lip_measurement_clear(&found);
  lip_net_free(net);
}

/* [lower, upper] of a network in a norm, certified and checked. */
static void measure_odd(const lip_net *net, int norm, double *lower, double *upper)
{
  lip_measure_options options;
  lip_measurement r;
  lip_check_result checked;
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.norm = norm;
  options.random_points = 50;
  if (lip_measure(net, NULL, &options, &r, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  assert_true(r.certified);
  assert_int_equal(lip_check(net, r.certificate, &checked, NULL, NULL), LIP_OK);
  if (!checked.valid) fail_msg("%s", checked.reason);
  *lower = r.lower;
  *upper = r.upper;
  lip_measurement_clear(&r);
}

/* The steepest pattern of layers of any size, by enumeration; weights of any scale. */
static double enumerated(const lip_net *net, lip_norm_kind norm)
{
  size_t k = net->layer[0].out, d = net->layer[0].in, m = net->layer[1].out;
  double best = 0;

  for (size_t pattern = 0; pattern < (size_t)1 << k; pattern++) {
    size_t blocks = norm == LIP_NORM_INF ? m : d, q = norm == LIP_NORM_INF ? d : m;

    for (size_t block = 0; block < blocks; block++) {
      double sum = 0;

      for (size_t e = 0; e < q; e++) {
        size_t i = norm == LIP_NORM_INF ? block : e, j = norm == LIP_NORM_INF ? e : block;
        double entry = 0;

        for (size_t l = 0; l < k; l++)
          if (pattern >> l & 1) entry += net->layer[1].W[i * k + l] * net->layer[0].W[l * d + j];
        sum += fabs(entry);
      }
      best = fmax(best, sum);
    }
  }
  return best;
}

/* Zero weights, zero neurons, one neuron, one input, ten outputs, weights of 1e-150 and 1e150. */
static void odd_networks_have_brackets_at_every_scale(void **state)
{
  static const size_t shapes[][3] = {{1, 1, 1},  {1, 5, 1},  {5, 1, 3},
                                     {1, 1, 10}, {4, 3, 10}, {15, 14, 2}};
  static const double scales[] = {1, 1e-150, 1e150};

  (void)state;
  for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++)
    for (size_t odd = 0; odd < 5; odd++) {
      lip_net *net = make_net(2, shapes[shape], &RELU, true);
      size_t d = shapes[shape][0], k = shapes[shape][1], m = shapes[shape][2];

      randomise(net, shape);
      if (odd == 1) memset(net->layer[0].W, 0, k * d * sizeof(double));
      if (odd == 2) memset(net->layer[1].W, 0, m * k * sizeof(double));
      if (odd == 3) memset(net->layer[0].W, 0, d * sizeof(double)); /* one neuron */
      if (odd == 4)                                                 /* one input */
        for (size_t l = 0; l < k; l++) net->layer[0].W[l * d] = 0;
      for (int norm = LIP_NORM_1; norm <= LIP_NORM_INF; norm++) {
        double lower, upper, first = 0;

        for (size_t i = 0; i < 3; i++) {
          double best;

          for (size_t l = 0; l < k * d; l++) net->layer[0].W[l] *= scales[i];
          measure_odd(net, norm, &lower, &upper);
          best = enumerated(net, (lip_norm_kind)norm);
          assert_true(lower <= best * (1 + 1e-14));
          if (k <= d) assert_true(best * (1 - 1e-14) <= upper);
          if (k <= d) assert_true(lower >= best * (1 - 1e-6));
          assert_true(upper - lower <= 1e-6 * upper || (lower == 0 && upper <= 1e-12 * scales[i]));
          if (i == 0) first = upper;
          assert_true(fabs(upper - first * scales[i]) <= 2e-6 * first * scales[i] || lower == 0);
          for (size_t l = 0; l < k * d; l++) net->layer[0].W[l] /= scales[i];
        }
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
      cmocka_unit_test(where_every_pattern_has_a_point_the_bracket_is_exact),
      cmocka_unit_test(trees_of_forms_prove_nothing_below_what_is_attained),
      cmocka_unit_test(trees_of_forms_that_end_early_or_late_are_refused),
      cmocka_unit_test(odd_networks_have_brackets_at_every_scale),
      cmocka_unit_test(one_neuron_is_exact_in_every_norm),
      cmocka_unit_test(wrong_multipliers_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
