/* test_climb_corners.c - climbs along the edges of an arrangement, against all of its cells. */
#include "measure_nets.h"
#include "small_cells.h"

#include "certificate/witness.h"
#include "lipschitz/two_layers/climb.h"

static const lip_activation kinds[] = {{LIP_RELU, 0}, {LIP_LEAKY_RELU, -0.4}, {LIP_ABS, 0}};

typedef struct climbed {
  double before, after, certain; /* slopes; by intervals at the point where the climb ended */
} climbed;

/* One climb on the space from x, which moves. */
static climbed climb(const lip_net *net, double *x, uint64_t stream)
{
  lip_measure_options options;
  lip_problem problem;
  lip_claim *claim = NULL;
  lip_climber *climber = NULL;
  lip_domain space = {.kind = LIP_SPACE};
  lip_error err = {""};
  climbed found;
  double g[SMALL_D], passes = 20000;

  lip_measure_defaults(&options);
  if (lip_problem_state(net, NULL, &options, space, &problem, &err) != LIP_OK ||
      lip_claim_create(net, problem.output, LIP_NORM_2, space, &claim, &err) != LIP_OK)
    fail_msg("%s", err.text);
  problem.claim = claim;
  assert_true(lip_climb_corners.applies(&problem));
  assert_ptr_equal(lip_climb_kind_for(&problem), &lip_climb_corners);
  assert_int_equal(lip_problem_slopes(&problem, 1, x, g, &found.before, NULL), LIP_OK);
  if (lip_climb_corners.create(&problem, &climber, &err) != LIP_OK ||
      lip_climb_corners.climb(climber, stream, &passes, x, &found.after, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  assert_int_equal(lip_witness_slope(claim, x, NULL, &found.certain, NULL, NULL), LIP_OK);
  lip_climb_corners.free(climber);
  lip_claim_free(claim);
  return found;
}

static lip_net *draw(uint64_t seed)
{
  size_t d = 2 + seed % 3, k = d + 1 + seed / 3 % (SMALL_K - d);
  lip_net *net = make_net(2, (size_t[]){d, k, 1}, &kinds[seed % 3], seed % 4 != 3);
  double *W = net->layer[0].W, *b = net->layer[0].b;

  randomise(net, seed);
  if (seed % 5 == 0) memcpy(W + d, W, d * sizeof *W); /* parallel, or the same hyperplane */
  if (seed % 10 == 0 && b) b[1] = b[0];
  if (seed % 7 == 0) memset(W, 0, d * sizeof *W);
  if (seed % 11 == 0) net->layer[1].W[k - 1] = 0;
  for (size_t i = 0; i < k * d && seed % 6 == 1; i++) W[i] *= 1e-150;
  for (size_t i = 0; i < k && seed % 6 == 1 && b; i++) b[i] *= 1e-150;
  return net;
}

/* Most of them: where hyperplanes coincide, not all sides of a corner are seen. */
static void climbs_end_in_the_steepest_of_all_cells(void **state)
{
  enum { NETS = 150 };
  size_t reached = 0;

  (void)state;
  for (uint64_t seed = 0; seed < NETS; seed++) {
    small_question question = {.net = draw(seed), .norm = LIP_NORM_2};
    double x[SMALL_D];
    small_bounds constant;
    climbed found;

    constant = small_by_cells(&question);
    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, SMALL_D, x);
    found = climb(question.net, x, seed);
    assert_true(found.after >= found.before && found.after <= constant.high * (1 + 1e-9));
    assert_true(found.certain >= found.after * (1 - 1e-9)); /* the pattern has the point */
    reached += found.after >= constant.high * (1 - 1e-9);
    lip_net_free(question.net);
  }
  print_message("%zu of %d\n", reached, NETS);
  assert_true(reached >= NETS * 9 / 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(climbs_end_in_the_steepest_of_all_cells),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
