/* test_search_moments.c - upper ends by moments of degree 4: above every slope, and near them. */
#include "moment_proofs.h"

#include "linalg/dgemm.h"

static const lip_activation relu = {LIP_RELU, 0}, leaky = {LIP_LEAKY_RELU, 0.3},
                            absolute = {LIP_ABS, 0};

static void the_bound_is_proved_and_above_every_sampled_slope(void **state)
{
  static const struct {
    size_t d, k;
  } size[] = {{1, 6}, {2, 15}, {3, 14}, {4, 20}};
  const lip_activation psi[] = {relu, leaky, absolute};

  (void)state;
  for (size_t i = 0; i < sizeof size / sizeof *size; i++)
    for (size_t a = 0; a < 3; a++)
      for (int bias = 0; bias < 2; bias++) {
        moment_case c = search_moments(random_two_layers(size[i].d, size[i].k, psi[a], bias));

        assert_true(c.proved);
        assert_true(c.upper <= 1.0001 * c.bracket.upper);
        assert_true(c.upper >= sampled_slope(c.net, 20000));
        moment_case_clear(&c);
      }
}

/* Of two inputs, so that sampling meets nearly every pattern. */
static void with_two_inputs_the_bound_is_near_the_constant(void **state)
{
  (void)state;
  for (size_t k = 9; k < 30; k += 10) {
    moment_case c = search_moments(random_two_layers(2, k, relu, true));

    assert_true(c.upper <= 1.15 * sampled_slope(c.net, 50000));
    moment_case_clear(&c);
  }
}

static void scaling_the_layers_scales_the_bound(void **state)
{
  static const double scale[][2] = {{1e-150, 1}, {1, 1e150}, {1e100, 1e-100}, {1e-140, 1e-140}};

  (void)state;
  for (size_t i = 0; i < 4; i++) {
    lip_net *net = random_two_layers(3, 14, relu, true),
            *same = random_two_layers(3, 14, relu, true);

    for (size_t t = 0; t < 14 * 3; t++) net->layer[0].W[t] *= scale[i][0];
    for (size_t t = 0; t < 14; t++) net->layer[0].b[t] *= scale[i][0];
    for (size_t t = 0; t < 14; t++) net->layer[1].W[t] *= scale[i][1];
    moment_case a = search_moments(net), b = search_moments(same);
    assert_true(a.proved && b.proved);
    assert_true(fabs(a.upper / scale[i][0] / scale[i][1] / b.upper - 1) < 1e-3);
    moment_case_clear(&a);
    moment_case_clear(&b);
  }
}

/* A pair of equal neurons with opposite outputs is no function at all, and neurons without weights
   add nothing. */
static void cancelling_pairs_duplicates_and_empty_neurons_do_no_harm(void **state)
{
  lip_net *net = random_two_layers(3, 20, relu, true);
  double *W = net->layer[0].W, *b = net->layer[0].b, *a = net->layer[1].W;

  (void)state;
  memcpy(W + 3, W, 3 * sizeof *W);
  b[1] = b[0];
  a[1] = -a[0];
  memcpy(W + 9, W + 6, 3 * sizeof *W);
  b[3] = b[2];
  memset(W + 12, 0, 3 * sizeof *W);
  a[5] = 0;
  memset(W + 18, 0, 3 * sizeof *W);
  b[6] = 0;
  b[7] = 1e6;
  b[8] = -1e-300;
  moment_case c = search_moments(net);
  assert_true(c.proved);
  assert_true(c.upper >= sampled_slope(net, 20000));
  moment_case_clear(&c);
}

static void permuting_neurons_does_not_change_the_bound(void **state)
{
  lip_net *net = random_two_layers(3, 14, relu, true),
          *other = random_two_layers(3, 14, relu, true);

  (void)state;
  for (size_t l = 0; l < 14; l++) {
    memcpy(other->layer[0].W + 3 * l, net->layer[0].W + 3 * (13 - l), 3 * sizeof(double));
    other->layer[0].b[l] = net->layer[0].b[13 - l];
    other->layer[1].W[l] = net->layer[1].W[13 - l];
  }
  moment_case a = search_moments(net), b = search_moments(other);
  assert_true(fabs(a.upper / b.upper - 1) < 1e-3);
  moment_case_clear(&a);
  moment_case_clear(&b);
}

static bool stop_at_once(void *context)
{
  (void)context;
  return true;
}

static void a_search_that_is_stopped_leaves_the_bracket_as_it_was(void **state)
{
  lip_net *net = random_two_layers(3, 14, relu, true);
  lip_claim *claim = NULL;
  lip_bracket bracket = {.upper = 5};
  lip_control control = {.stop = stop_at_once};

  (void)state;
  assert_int_equal(lip_claim_create(net, (lip_output){LIP_ONE_OUTPUT, 0, 0}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                   LIP_OK);
  lip_problem problem = {.net = net, .claim = claim, .d = 3, .m = 1};
  assert_int_equal(lip_search_moments.run(&problem, &bracket, &control, NULL), LIP_OK);
  assert_true(bracket.upper == 5 && bracket.proof.kind == NULL);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* Every allocation refused in turn. */
static void memory_that_runs_out_is_an_error_and_leaks_nothing(void **state)
{
  lip_net *net = random_two_layers(2, 9, relu, true);
  lip_claim *claim = NULL;
  lip_status st = LIP_ENOMEM;

  (void)state;
  assert_int_equal(lip_claim_create(net, (lip_output){LIP_ONE_OUTPUT, 0, 0}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                   LIP_OK);
  lip_problem problem = {.net = net, .claim = claim, .d = 2, .m = 1};
  for (size_t successes = 0; st == LIP_ENOMEM && successes < 200; successes += 1 + successes / 8) {
    lip_bracket bracket = {.upper = INFINITY};

    lip_alloc_fail_after(successes);
    st = lip_search_moments.run(&problem, &bracket, NULL, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_ENOMEM || st == LIP_OK);
    lip_proof_clear(&bracket.proof);
  }
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_bound_is_proved_and_above_every_sampled_slope),
      cmocka_unit_test(with_two_inputs_the_bound_is_near_the_constant),
      cmocka_unit_test(scaling_the_layers_scales_the_bound),
      cmocka_unit_test(cancelling_pairs_duplicates_and_empty_neurons_do_no_harm),
      cmocka_unit_test(permuting_neurons_does_not_change_the_bound),
      cmocka_unit_test(a_search_that_is_stopped_leaves_the_bracket_as_it_was),
      cmocka_unit_test(memory_that_runs_out_is_an_error_and_leaks_nothing),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
