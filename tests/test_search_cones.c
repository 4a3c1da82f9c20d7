/* test_search_cones.c - the search over cones against all cells, on degenerate networks, stopped.
 */
#include "cone_nets.h"

#include "certificate/witness.h"
#include "net/activation.h"

static lip_net *random_cone_net(size_t d, size_t k, lip_activation psi, bool biases, uint64_t seed)
{
  lip_net *net = make_net(2, (size_t[]){d, k, 1}, &psi, biases);

  randomise(net, seed);
  return net;
}

/* Exact: a witness below, a proof above, 1e-9 apart; `value` between them. */
static void is_exact(const lip_net *net, double value)
{
  cone_run run;
  double lower, upper;
  bool proved;

  run_cones(&run, net);
  assert_true(run.bracket.lower <= value * (1 + 1e-12));
  assert_true(run.bracket.upper >= value * (1 - 1e-12));
  assert_true(run.bracket.upper <= run.bracket.lower * (1 + 1e-9));
  assert_int_equal(lip_witness_slope(run.claim, run.bracket.point, NULL, &lower, NULL, NULL),
                   LIP_OK);
  assert_true(lower >= value * (1 - 1e-12));
  assert_int_equal(lip_proof_settle(run.claim, &run.bracket.proof, run.bracket.upper, &upper,
                                    &proved, NULL, NULL),
                   LIP_OK);
  assert_true(proved && upper <= value * (1 + 1e-9) && upper >= value * (1 - 1e-12));
  assert_false(proved_at(&run, value * (1 - 1e-9)));
  end_cones(&run);
}

static void the_steepest_of_all_cells_is_found_and_proved(void **state)
{
  const lip_activation psi[] = {
      {LIP_RELU, 0}, {LIP_LEAKY_RELU, 0.1}, {LIP_ABS, 0}, {LIP_LEAKY_RELU, -2.5}};
  const struct {
    size_t d, k;
  } sizes[] = {{1, 7}, {2, 5}, {2, 40}, {3, 12}, {4, 9}};

  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (size_t p = 0; p < sizeof psi / sizeof *psi; p++)
      for (uint64_t seed = 0; seed < 8; seed++) {
        lip_net *net = random_cone_net(sizes[i].d, sizes[i].k, psi[p], seed % 2, seed + 1);

        is_exact(net, steepest_cell(net));
        lip_net_free(net);
      }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_steepest_of_all_cells_is_found_and_proved),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
