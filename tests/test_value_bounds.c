/* test_value_bounds.c - bounds of values and slopes on a graph: against sampled points. */
#include "random_graphs.h"

#include "certificate/domain.h"
#include "certificate/graphs/slope_bounds.h"
#include "certificate/slope_range.h"
#include "net/activation.h"
#include "net/tape.h"

#include <float.h>
#include <stdlib.h>

static lip_value_bounds *room(const lip_net *net)
{
  lip_value_bounds *bounds = NULL;

  assert_int_equal(lip_value_bounds_create(net, &bounds, NULL), LIP_OK);
  return bounds;
}

static void find(lip_value_bounds *bounds, lip_region region, double work)
{
  assert_int_equal(lip_value_bounds_find(bounds, &region, work, NULL, NULL), LIP_OK);
}

/* Values of floating point are themselves off by some units of what is summed. */
static void assert_values_inside(const lip_value_bounds *bounds, lip_region region, uint64_t seed)
{
  const lip_net *net = bounds->net;
  size_t d = net->node[0].size;
  double *X = lip_alloc(SAMPLES, d * sizeof *X);
  lip_tape *tape = NULL;

  sample(region, d, seed, X);
  assert_false(bounds->empty);
  assert_int_equal(lip_tape_create(net, SAMPLES, &tape, NULL), LIP_OK);
  assert_int_equal(lip_tape_forward(tape, SAMPLES, X, NULL), LIP_OK);
  for (size_t i = 0; i < net->nodes; i++) {
    size_t size = net->node[i].size;
    const double *value = lip_tape_value(tape, i);
    double largest = 0;

    for (size_t s = 0; s < SAMPLES * size; s++) largest = fmax(largest, fabs(value[s]));
    for (size_t s = 0; s < SAMPLES * size; s++) {
      size_t j = s % size;

      if (bounds->low[i][j] <= value[s] + 1e-13 * largest &&
          value[s] - 1e-13 * largest <= bounds->high[i][j])
        continue;
      fail_msg("node %zu entry %zu: %.17g is not in [%.17g, %.17g]", i, j, value[s],
               bounds->low[i][j], bounds->high[i][j]);
    }
  }
  lip_tape_free(tape);
  lip_free(X);
}

static void values_of_random_graphs_stay_inside_their_bounds(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 300; seed++) {
    lip_net *net = random_graph(seed, 2 + seed % 11);
    size_t d = net->node[0].size;
    double numbers[80];
    lip_region region = some_region(seed, d, numbers);
    lip_value_bounds *bounds = room(net);

    for (int lines = 0; lines < 2; lines++) {
      find(bounds, region, lines ? 1e9 : 0);
      assert_values_inside(bounds, region, seed);
    }
    lip_value_bounds_free(bounds);
    lip_net_free(net);
  }
}

static void values_of_tangled_graphs_stay_inside_their_bounds(void **state)
{
  (void)state;
  for (size_t k = 0; k < BENT; k++) {
    lip_net *net = tangled_net(k + 5, bent[k], k % 2 ? LIP_NODE_SOFTMAX : LIP_NODE_LINEAR);
    double numbers[144];
    lip_value_bounds *bounds = room(net);

    for (uint64_t seed = 0; seed < 15; seed++) {
      lip_region region = some_region(seed, net->node[0].size, numbers);

      find(bounds, region, 1e9);
      assert_values_inside(bounds, region, seed);
    }
    lip_value_bounds_free(bounds);
    lip_net_free(net);
  }
}

/* w.x + b with w = (3, -4), b = 1, on |x| <= 2 is [-9, 11]. */
static lip_net *one_neuron(double scale, lip_activation_kind psi)
{
  builder make = start_graph(1, 2, 1, 1);
  size_t at = put_linear(&make, 0, 1);
  lip_net *net;

  at = put_activation(&make, at, psi);
  net = finish_graph(&make, put_linear(&make, at, 1));
  net->node[1].W[0] = 3 * scale;
  net->node[1].W[1] = -4 * scale;
  net->node[1].b[0] = scale;
  return net;
}

static void a_neuron_on_a_ball_reaches_the_length_of_its_weights(void **state)
{
  (void)state;
  for (int e = -150; e <= 150; e += 50) {
    double scale = pow(10, e);
    lip_net *net = one_neuron(scale, LIP_RELU);
    lip_value_bounds *bounds = room(net);

    find(bounds, (lip_region){.radius = 2}, 0);
    assert_true(bounds->low[1][0] <= -9 * scale && bounds->low[1][0] >= -9 * scale * (1 + 1e-14));
    assert_true(bounds->high[1][0] >= 11 * scale && bounds->high[1][0] <= 11 * scale * (1 + 1e-14));
    assert_true(bounds->low[2][0] == 0);
    find(bounds, (lip_region){.radius = 0, .center = (double[]){1, 1}}, 1e9);
    assert_true(fabs(bounds->low[1][0]) <= 1e-14 * scale);
    lip_value_bounds_free(bounds);
    lip_net_free(net);
  }
}

/* psi(W1 x + b1) and then sums that cancel where no neuron switches: lines see it. */
static void neurons_that_cancel_leave_nothing(void **state)
{
  (void)state;
  for (int e = -150; e <= 150; e += 50) {
    double scale = pow(10, e);
    builder make = start_graph(1, 2, 1, 1);
    size_t at = put_activation(&make, put_linear(&make, 0, 2), LIP_RELU);
    lip_net *net;
    lip_value_bounds *bounds;

    at = put_activation(&make, put_linear(&make, at, 1), LIP_RELU);
    net = finish_graph(&make, put_linear(&make, at, 1));
    bounds = room(net);
    for (size_t k = 0; k < 4; k++) net->node[1].W[k] = scale * (1 + (double)(k % 2));
    net->node[1].b[0] = net->node[1].b[1] = 3 * scale;
    net->node[3].W[0] = 1 / scale;
    net->node[3].W[1] = -1 / scale;
    net->node[3].b[0] = 0.25;
    find(bounds, (lip_region){.radius = 1}, 0);
    assert_true(bounds->high[3][0] > 4.7 && bounds->low[3][0] < -4.2);
    find(bounds, (lip_region){.radius = 1}, 1e9);
    assert_true(fabs(bounds->high[3][0] - 0.25) < 1e-12 && bounds->low[3][0] > 0);
    find(bounds, (lip_region){.radius = 0, .center = (double[]){-0.4, 1}}, 0);
    assert_true(fabs(bounds->high[3][0] - 0.25) < 1e-12 && bounds->low[3][0] > 0);
    lip_value_bounds_free(bounds);
    lip_net_free(net);
  }
}

/* Units of the hidden values do not matter. */
static void scaling_one_layer_up_and_the_next_down_scales_the_bounds(void **state)
{
  lip_net *net = tangled_net(3, LIP_RELU, LIP_NODE_LINEAR),
          *other = tangled_net(3, LIP_RELU, LIP_NODE_LINEAR);
  lip_value_bounds *bounds = room(net), *others = room(other);
  size_t last = net->nodes - 1;

  (void)state;
  for (size_t k = 0; k < other->node[1].weights; k++) other->node[1].W[k] *= 0x1p-500;
  for (size_t k = 0; k < other->node[1].biases; k++) other->node[1].b[k] *= 0x1p-500;
  for (size_t i = 2; i <= last; i++) /* all biases in the new unit; back at the end */
    for (size_t k = 0; k < other->node[i].biases; k++) other->node[i].b[k] *= 0x1p-500;
  for (size_t k = 0; k < other->node[last].weights; k++) other->node[last].W[k] *= 0x1p500;
  for (size_t k = 0; k < other->node[last].biases; k++) other->node[last].b[k] *= 0x1p500;
  find(bounds, (lip_region){.radius = 0.5}, 1e9);
  find(others, (lip_region){.radius = 0.5}, 1e9);
  for (size_t j = 0; j < 3; j++) {
    assert_true(fabs(bounds->low[last][j] - others->low[last][j]) < 1e-10);
    assert_true(fabs(bounds->high[last][j] - others->high[last][j]) < 1e-10);
  }
  lip_value_bounds_free(bounds);
  lip_value_bounds_free(others);
  lip_net_free(net);
  lip_net_free(other);
}

static void nothing_is_known_on_the_space_but_what_saturates(void **state)
{
  lip_net *net = one_neuron(1, LIP_TANH);
  lip_value_bounds *bounds = room(net);

  (void)state;
  find(bounds, (lip_region){.radius = INFINITY}, 1e9);
  assert_true(isinf(bounds->low[1][0]) && isinf(bounds->high[1][0]));
  assert_true(bounds->low[2][0] == -1 && bounds->high[2][0] == 1);
  assert_true(bounds->high[3][0] <= fabs(net->node[3].W[0]) + fabs(net->node[3].b[0]) + 1e-12);
  lip_value_bounds_free(bounds);
  lip_net_free(net);
}

static void signs_that_are_fixed_cut_and_may_leave_nothing(void **state)
{
  lip_net *net = one_neuron(1, LIP_RELU);
  lip_value_bounds *bounds = room(net);
  const signed char up[] = {1}, down[] = {-1};
  const signed char *sign[4] = {NULL, NULL, up, NULL};

  (void)state;
  find(bounds, (lip_region){.radius = 2, .sign = sign}, 1e9);
  assert_true(!bounds->empty && bounds->low[1][0] == 0);
  find(bounds, (lip_region){.radius = 0.1, .sign = sign}, 1e9);
  assert_true(!bounds->empty);
  sign[2] = down;
  find(bounds, (lip_region){.radius = 0.1, .sign = sign}, 1e9);
  assert_true(bounds->empty);
  lip_value_bounds_free(bounds);
  lip_net_free(net);
}

static lip_slope_bounds *slopes_of(const lip_net *net, lip_domain domain)
{
  lip_slope_bounds *slopes = NULL;
  lip_claim *claim = NULL;

  assert_int_equal(
      lip_claim_create(net, (lip_output){LIP_ALL_OUTPUTS, 0, 0}, LIP_NORM_2, domain, &claim, NULL),
      LIP_OK);
  assert_int_equal(lip_slope_bounds_create(claim, &slopes, NULL, NULL), LIP_OK);
  lip_claim_free(claim);
  return slopes;
}

static void neurons_that_do_not_switch_have_one_slope(void **state)
{
  lip_net *net = one_neuron(1, LIP_RELU);
  double centers[] = {1, -1, -1, 1};
  lip_slope_bounds *slopes = slopes_of(net, (lip_domain){.kind = LIP_BALL, .radius = 0.1});

  (void)state;
  assert_true(slopes->low[2][0] == 1 && slopes->high[2][0] == 1 && !slopes->low[1]);
  lip_slope_bounds_free(slopes);
  slopes = slopes_of(net, (lip_domain){.kind = LIP_ON_SPHERE, .radius = 2});
  assert_true(slopes->low[2][0] == 0 && slopes->high[2][0] == 1);
  lip_slope_bounds_free(slopes);
  slopes = slopes_of(
      net,
      (lip_domain){.kind = LIP_AROUND_DATA, .radius = 0.1, .count = 2, .d = 2, .centers = centers});
  assert_true(slopes->low[2][0] == 0 &&
              slopes->high[2][0] == 1); /* 1 at one ball, 0 at the other */
  lip_slope_bounds_free(slopes);
  slopes = slopes_of(net, (lip_domain){.kind = LIP_SPACE});
  assert_true(slopes->low[2][0] == 0 && slopes->high[2][0] == 1);
  lip_slope_bounds_free(slopes);
  lip_net_free(net);
}

/* So many balls that only the box about all of them is bounded. */
static void many_balls_are_bounded_together(void **state)
{
  enum { BALLS = 20000 };
  lip_net *net = tangled_net(4, LIP_RELU, LIP_NODE_LINEAR);
  size_t d = net->node[0].size;
  double *centers = lip_alloc(BALLS, d * sizeof *centers), *ends = lip_alloc(3 * d, sizeof *ends);
  lip_domain domain = {
      .kind = LIP_AROUND_DATA, .radius = 0.1, .count = BALLS, .d = d, .centers = centers};
  lip_value_bounds *bounds = room(net);
  lip_claim *claim = NULL;

  (void)state;
  lip_random_normal((lip_stream){7, LIP_FOR_POINTS}, 0, BALLS * d, centers);
  assert_int_equal(
      lip_claim_create(net, (lip_output){LIP_ALL_OUTPUTS, 0, 0}, LIP_NORM_2, domain, &claim, NULL),
      LIP_OK);
  assert_int_equal(lip_claim_regions(claim), 1);
  find(bounds, lip_claim_region_at(claim, 0, ends), 1e8);
  for (size_t ball = 0; ball < BALLS; ball += BALLS / 7)
    assert_values_inside(bounds, lip_claim_region(claim, ball, ends), ball);
  claim->domain.count = 10;
  assert_int_equal(lip_claim_regions(claim), 10);
  lip_claim_free(claim);
  lip_value_bounds_free(bounds);
  lip_free(centers);
  lip_free(ends);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_of_random_graphs_stay_inside_their_bounds),
      cmocka_unit_test(values_of_tangled_graphs_stay_inside_their_bounds),
      cmocka_unit_test(a_neuron_on_a_ball_reaches_the_length_of_its_weights),
      cmocka_unit_test(neurons_that_cancel_leave_nothing),
      cmocka_unit_test(scaling_one_layer_up_and_the_next_down_scales_the_bounds),
      cmocka_unit_test(nothing_is_known_on_the_space_but_what_saturates),
      cmocka_unit_test(signs_that_are_fixed_cut_and_may_leave_nothing),
      cmocka_unit_test(many_balls_are_bounded_together),
      cmocka_unit_test(neurons_that_do_not_switch_have_one_slope),
  };

  return cmocka_run_group_tests_name("value_bounds", tests, NULL, NULL);
}
