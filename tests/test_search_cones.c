/* test_search_cones.c - the search over cones against all cells, on degenerate networks, stopped.
 */
#include "cone_nets.h"

#include "certificate/domain.h"
#include "certificate/witness.h"
#include "net/activation.h"

#include <stdio.h>
#include <stdlib.h>

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

/* net with its hidden neurons in the given order, times: neuron l of the copy is `order[l]` of net.
 */
static lip_net *reordered(const lip_net *net, size_t k, const size_t *order, const double *times)
{
  const lip_layer *hidden = &net->layer[0];
  size_t d = hidden->in;
  lip_net *copy = make_net(2, (size_t[]){d, k, 1}, &net->layer[0].activation, hidden->b != NULL);

  for (size_t l = 0; l < k; l++) {
    for (size_t j = 0; j < d; j++)
      copy->layer[0].W[l * d + j] = hidden->W[order[l] * d + j] * times[l];
    if (hidden->b) copy->layer[0].b[l] = hidden->b[order[l]] * times[l];
    copy->layer[1].W[l] = net->layer[1].W[order[l]] / times[l];
  }
  return copy;
}

/* Neurons of one hyperplane switch together: nine neurons, of which four are multiples of others.
 */
static void neurons_of_one_hyperplane_count_as_one(void **state)
{
  const size_t order[] = {0, 1, 2, 3, 4, 0, 1, 2, 3}, once[] = {0, 1, 2, 3, 4};
  const double times[] = {1, 1, 1, 1, 1, 2, 1, 0.25, 4}, ones[] = {1, 1, 1, 1, 1};

  (void)state;
  for (uint64_t seed = 20; seed < 26; seed++) {
    lip_net *net = random_cone_net(2, 5, RELU, seed % 2, seed);
    lip_net *twice = reordered(net, 9, order, times), *simple = reordered(net, 5, once, ones);

    for (size_t l = 0; l < 4; l++) simple->layer[1].W[l] *= 2;
    is_exact(twice, steepest_cell(simple));
    lip_net_free(net);
    lip_net_free(twice);
    lip_net_free(simple);
  }
}

/* relu(z) - relu(z) is nothing; relu(z) + relu(-z) and relu(z) - relu(-z) switch at one plane. */
static void pairs_that_cancel_leave_nothing(void **state)
{
  const size_t order[] = {0, 1, 2, 3, 4, 5, 0, 1, 2};
  const double times[] = {1, 1, 1, 1, 1, 1, 1, -1, -1};

  (void)state;
  for (uint64_t seed = 30; seed < 36; seed++) {
    lip_net *net = random_cone_net(2, 6, RELU, seed % 2, seed);
    lip_net *pairs = reordered(net, 9, order, times);
    double *a = pairs->layer[1].W;

    a[6] = -a[0]; /* a relu(z) - a relu(z) */
    a[7] = -a[1]; /* a relu(z) - a relu(-z) = a z: no kink, but the slope a w everywhere */
    a[8] = a[2];  /* a |z| */
    cone_run run;
    double largest = 0;
    run_cones(&run, pairs);
    for (size_t i = 0; i < 4000; i++) { /* a dense fan of points; gradients from the definition */
      double x[2], g[2] = {0}, angle = (double)i * 0.0031415, radius = 0.01 * (double)(1 + i % 97);

      x[0] = radius * cos(angle);
      x[1] = radius * sin(angle);
      for (size_t l = 0; l < 9; l++) {
        const double *w = pairs->layer[0].W + 2 * l;
        double z = w[0] * x[0] + w[1] * x[1] + (pairs->layer[0].b ? pairs->layer[0].b[l] : 0);

        for (size_t j = 0; j < 2 && z > 0; j++) g[j] += a[l] * w[j];
      }
      largest = fmax(largest, hypot(g[0], g[1]));
    }
    assert_true(run.bracket.lower >= largest * (1 - 1e-12));
    assert_true(run.bracket.upper <= run.bracket.lower * (1 + 1e-9));
    end_cones(&run);
    lip_net_free(net);
    lip_net_free(pairs);
  }
}

/* More neurons without bias than inputs: their hyperplanes all meet in one line of (x, s). */
static void hyperplanes_through_one_line_are_refined_around_it(void **state)
{
  (void)state;
  for (uint64_t seed = 40; seed < 44; seed++) {
    lip_net *net = random_cone_net(2, 30, RELU, true, seed), *central;
    double value;
    cone_run run;

    for (size_t l = 0; l < 28; l++) net->layer[0].b[l] = 0;
    central = random_cone_net(2, 30, RELU, false, 1);
    memcpy(central->layer[0].W, net->layer[0].W, 60 * sizeof(double));
    memcpy(central->layer[1].W, net->layer[1].W, 30 * sizeof(double));
    value = steepest_cell(central); /* far out the two biases do not matter */
    run_cones(&run, net);
    assert_true(run.bracket.upper >= value * (1 - 1e-12));
    assert_true(run.bracket.upper <= run.bracket.lower * (1 + 1e-9));
    end_cones(&run);
    lip_net_free(net);
    lip_net_free(central);
  }
}

static void neurons_without_effect_do_not_matter(void **state)
{
  lip_net *net = random_cone_net(2, 12, RELU, true, 50), *small;
  size_t order[9] = {1, 2, 4, 5, 7, 8, 9, 10, 11};
  double ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};

  (void)state;
  memset(net->layer[0].W, 0, 2 * sizeof(double)); /* a constant */
  net->layer[1].W[3] = 0;
  memset(net->layer[0].W + 12, 0, 2 * sizeof(double));
  net->layer[0].b[6] = 0;
  small = reordered(net, 9, order, ones);
  is_exact(net, steepest_cell(small));
  lip_net_free(net);
  lip_net_free(small);
}

/* A constant function; and one neuron. */
static void trivial_networks_are_exact(void **state)
{
  const double w[] = {3, 4}, b[] = {1}, a[] = {-2}, none[] = {0};
  lip_net *one = two_layer(2, 1, RELU, w, b, a), *zero = two_layer(2, 1, RELU, w, b, none);
  cone_run run;

  (void)state;
  is_exact(one, 10);
  run_cones(&run, zero);
  assert_true(run.bracket.upper <= 1e-200 || isinf(run.bracket.upper));
  end_cones(&run);
  lip_net_free(one);
  lip_net_free(zero);
}

static void scales_of_weights_and_biases_do_not_matter(void **state)
{
  const double scales[][3] = {{1e-150, 1e-150, 1}, {1e150, 1e150, 1},        {1e-150, 1, 1},
                              {1e100, 1, 1},       {1e-150, 1e-150, 1e-100}, {1e140, 1e140, 1e140}};

  (void)state;
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
    lip_net *net = random_cone_net(3, 10, RELU, true, 60);
    double value = steepest_cell(net);

    for (size_t j = 0; j < 30; j++) net->layer[0].W[j] *= scales[i][0];
    for (size_t j = 0; j < 10; j++) net->layer[0].b[j] *= scales[i][1];
    for (size_t j = 0; j < 10; j++) net->layer[1].W[j] *= scales[i][2];
    is_exact(net, value * scales[i][0] * scales[i][2]);
    lip_net_free(net);
  }
}

struct patience {
  size_t calls;
  double lower, upper;
  bool worse;
};

static bool no_patience(void *context)
{
  struct patience *patience = context;

  return patience->calls-- == 0;
}

static void watch(void *context, const lip_bracket *bracket)
{
  struct patience *patience = context;

  patience->worse = patience->worse || bracket->lower < patience->lower ||
                    bracket->upper > patience->upper ||
                    bracket->lower > bracket->upper * (1 + 1e-9);
  patience->lower = bracket->lower;
  patience->upper = bracket->upper;
}

/* Wherever it stops, what is left is proved; on the way it never gets worse. */
static void a_search_that_is_stopped_leaves_a_proof(void **state)
{
  lip_net *net = random_cone_net(4, 120, RELU, true, 70);

  (void)state;
  for (size_t calls = 1; calls < 3000; calls = calls * 5 + 1) {
    struct patience patience = {calls, 0, INFINITY, false};
    lip_control control = {.stop = no_patience, .context = &patience};
    cone_run run;

    begin_cones(&run, net, (lip_domain){.kind = LIP_SPACE});
    run.bracket.improved = watch;
    run.bracket.context = &patience;
    assert_int_equal(lip_search_cones.run(&run.problem, &run.bracket, &control, NULL), LIP_OK);
    assert_false(patience.worse);
    assert_true(run.bracket.lower <= run.bracket.upper);
    assert_true(proved_at(&run, run.bracket.upper * (1 + 1e-11)));
    end_cones(&run);
  }
  lip_net_free(net);
}

/* A bracket that is better already is left alone. */
static void a_better_upper_end_is_kept(void **state)
{
  lip_net *net = random_cone_net(2, 12, RELU, true, 71);
  cone_run run;

  (void)state;
  begin_cones(&run, net, (lip_domain){.kind = LIP_SPACE});
  run.bracket.upper = 1e-3;
  assert_int_equal(lip_search_cones.run(&run.problem, &run.bracket, NULL, NULL), LIP_OK);
  assert_true(run.bracket.upper == 1e-3 && run.bracket.proof.kind == NULL);
  end_cones(&run);
  lip_net_free(net);
}

/* On a ball, a box and a sphere the space's bound holds, and the witness lies in the domain. */
static void other_domains_get_the_bound_of_the_space(void **state)
{
  const lip_domain domains[] = {{.kind = LIP_BALL, .radius = 0.7},
                                {.kind = LIP_ON_SPHERE, .radius = 2},
                                {.kind = LIP_BOX, .low = -0.5, .high = 1}};
  lip_net *net = random_cone_net(2, 20, RELU, true, 72);
  double value = steepest_cell(net);

  (void)state;
  for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
    cone_run run;
    double lower;

    begin_cones(&run, net, domains[i]);
    lip_domain_project(domains[i], 2, run.bracket.point);
    run.bracket.lower = 0;
    if (lip_search_cones.applies(&run.problem)) {
      assert_int_equal(lip_search_cones.run(&run.problem, &run.bracket, NULL, NULL), LIP_OK);
      assert_true(run.bracket.upper >= value * (1 - 1e-12));
      assert_true(run.bracket.upper <= value * (1 + 1e-9));
      assert_true(proved_at(&run, run.bracket.upper * (1 + 1e-11)));
      assert_int_equal(lip_witness_slope(run.claim, run.bracket.point, NULL, &lower, NULL, NULL),
                       LIP_OK);
      assert_true(lower >= run.bracket.lower * (1 - 1e-9));
    }
    end_cones(&run);
  }
  lip_net_free(net);
}

/* Every allocation refused in turn: no crash, no leak, and the bracket as it was. */
static void refused_memory_leaves_the_bracket(void **state)
{
  lip_net *net = random_cone_net(2, 10, RELU, true, 73);
  lip_status st = LIP_ENOMEM;

  (void)state;
  for (size_t count = 0; st != LIP_OK; count++) {
    cone_run run;

    assert_true(count < 1000);
    begin_cones(&run, net, (lip_domain){.kind = LIP_SPACE});
    lip_alloc_fail_after(count);
    st = lip_search_cones.run(&run.problem, &run.bracket, NULL, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_OK || st == LIP_ENOMEM);
    if (st != LIP_OK) assert_true(isinf(run.bracket.upper) && run.bracket.proof.kind == NULL);
    end_cones(&run);
  }
  lip_net_free(net);
}

/* ECLipsE's random 4-80-1 network, against all of its cells. */
static void the_network_of_eclipse_is_exact(void **state)
{
  const char *root = getenv("LIPLAW_TESTDATA");
  char path[600];
  lip_net *net = NULL;

  (void)state;
  (void)snprintf(path, sizeof path, "%s/weights/eclipse_lyr2n80test1.npz", root ? root : "");
  if (!root || lip_net_read(path, &net, NULL) != LIP_OK) {
    print_message("LIPLAW_TESTDATA is absent: skipped\n");
    skip();
  }
  is_exact(net, steepest_cell(net));
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_steepest_of_all_cells_is_found_and_proved),
      cmocka_unit_test(neurons_of_one_hyperplane_count_as_one),
      cmocka_unit_test(pairs_that_cancel_leave_nothing),
      cmocka_unit_test(hyperplanes_through_one_line_are_refined_around_it),
      cmocka_unit_test(neurons_without_effect_do_not_matter),
      cmocka_unit_test(trivial_networks_are_exact),
      cmocka_unit_test(scales_of_weights_and_biases_do_not_matter),
      cmocka_unit_test(a_search_that_is_stopped_leaves_a_proof),
      cmocka_unit_test(a_better_upper_end_is_kept),
      cmocka_unit_test(other_domains_get_the_bound_of_the_space),
      cmocka_unit_test(refused_memory_leaves_the_bracket),
      cmocka_unit_test(the_network_of_eclipse_is_exact),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
