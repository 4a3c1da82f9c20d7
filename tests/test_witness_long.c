/* test_witness_long.c - derivatives of deep graphs with many digits, against whole numbers and
   against the enclosures in doubles. */
#include "graph_nets.h"
#include "measure_nets.h"

#include "certificate/witness.h"
#include "certificate/graphs/witness_graph.h"
#include "linalg/vector.h"

__extension__ typedef __int128 whole;

static lip_claim *claim_of(const lip_net *net)
{
  lip_claim *claim = NULL;

  assert_int_equal(lip_claim_create(net, (lip_output){0}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                   LIP_OK);
  return claim;
}

/* Whole weights from -9 to 9 times 2^shift, |.| between the layers: values and derivatives are
   whole numbers (2^-shift apart) below 2^127. */
static void whole_numbers_are_met_to_the_last_digit_of_a_double(void **state)
{
  enum { D = 6, DEPTH = 14 };

  (void)state;
  for (int seed = 0; seed < 12; seed++) {
    size_t widths[DEPTH + 1];
    lip_activation psi[DEPTH];
    lip_net *net = NULL;
    bool biases[DEPTH] = {false};
    lip_claim *claim;
    double x[D], v[D];
    whole value[D], change[D];
    lip_interval along[D];
    bool known;
    int shift = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 60 : -60;

    for (size_t j = 0; j <= DEPTH; j++) widths[j] = D;
    for (size_t j = 0; j < DEPTH; j++)
      psi[j] = (lip_activation){j + 1 < DEPTH ? LIP_ABS : LIP_IDENTITY, 0};
    assert_int_equal(lip_net_create(DEPTH, widths, psi, biases, LIP_F64, &net, NULL), LIP_OK);
    lip_random_normal((lip_stream){(uint64_t)seed, LIP_FOR_WEIGHTS}, 0, net->parameters,
                      net->block);
    for (size_t i = 0; i < net->parameters; i++)
      net->block[i] = fmax(-9, fmin(9, rint(4 * net->block[i])));
    for (size_t i = 0; i < D; i++) {
      x[i] = (double)(int)(i * i) - 7;
      v[i] = (double)(int)i + 1;
      value[i] = (whole)x[i];
      change[i] = (whole)v[i];
    }
    for (size_t j = 0; j < DEPTH; j++) {
      whole z[D] = {0}, t[D] = {0};

      for (size_t o = 0; o < D; o++)
        for (size_t i = 0; i < D; i++) {
          z[o] += (whole)net->layer[j].W[o * D + i] * value[i];
          t[o] += (whole)net->layer[j].W[o * D + i] * change[i];
        }
      for (size_t o = 0; o < D; o++) {
        assert_true(z[o] != 0);
        value[o] = j + 1 < DEPTH && z[o] < 0 ? -z[o] : z[o];
        change[o] = j + 1 < DEPTH && z[o] < 0 ? -t[o] : t[o];
      }
    }
    for (size_t i = 0; i < net->parameters; i++) net->block[i] = ldexp(net->block[i], shift);
    claim = claim_of(net);
    assert_int_equal(lip_witness_graph_along_long(claim, x, v, along, &known, NULL), LIP_OK);
    assert_true(known);
    for (size_t o = 0; o < D; o++) {
      double exact = ldexp((double)change[o], shift * DEPTH), step = fabs(exact) * 0x1p-52;

      assert_true(along[o].low <= exact + step && along[o].high >= exact - step);
      assert_true(along[o].high - along[o].low <= 1e-13 * fabs(exact));
    }
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

/* 1 x 8 x 8 -> convolutions, psi, a maximum, a skip, a scale, matrices. */
static lip_net *windows_net(uint64_t seed, lip_activation_kind psi)
{
  builder make = start_graph(seed, 1, 8, 8);
  size_t one = put_activation(&make, put_convolution(&make, 0, 3, window_of(3, 1, 1)), psi), two;

  two = put_convolution(&make, one, 3, window_of(3, 1, 1));
  one = put_activation(&make, put_many(&make, LIP_NODE_ADD, 2, (size_t[]){two, one}), psi);
  one = put_pool(&make, one, LIP_NODE_MAX_POOL, window_of(2, 2, 0));
  one = put(&make, one,
            (lip_node){.kind = LIP_NODE_SCALE,
                       .W = draw(&make, 3, 1),
                       .weights = 3,
                       .b = draw(&make, 3, 1),
                       .biases = 3});
  one = put_activation(&make, put_linear(&make, one, 10), psi);
  return finish_graph(&make, put_linear(&make, one, 3));
}

static void both_enclosures_agree(void **state)
{
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_ABS, LIP_LEAKY_RELU, LIP_TANH,
                                              LIP_SIGMOID};

  (void)state;
  for (uint64_t seed = 0; seed < 40; seed++) {
    lip_net *net = windows_net(seed, kinds[seed % 5]);
    lip_claim *claim;
    double x[64], v[64], plain[3];
    lip_interval quick[3], slow[3];
    bool known;

    for (size_t i = 0; seed % 4 == 3 && i < net->parameters; i++) /* of very unlike sizes */
      net->block[i] *= ldexp(1, -(int)(i * 7 % 130));
    claim = claim_of(net);
    lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, 0, 64, x);
    lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, 64, 64, v);
    assert_int_equal(lip_witness_graph_along(claim, x, v, quick, &known, NULL), LIP_OK);
    assert_true(known);
    assert_int_equal(lip_witness_graph_along_long(claim, x, v, slow, &known, NULL), LIP_OK);
    assert_true(known);
    assert_int_equal(lip_witness_graph_push(claim, x, v, plain, NULL), LIP_OK);
    for (size_t o = 0; o < 3; o++) {
      double size = fabs(plain[o]) + 1e-280;

      assert_true(slow[o].low <= quick[o].high && quick[o].low <= slow[o].high);
      if (!(slow[o].low <= plain[o] + 1e-9 * size && slow[o].high >= plain[o] - 1e-9 * size))
        fail_msg("seed %zu: [%.17g, %.17g] without %.17g", (size_t)seed, slow[o].low, slow[o].high,
                 plain[o]);
      if (seed % 5 < 2) assert_true(slow[o].high - slow[o].low <= 1e-12 * size);
    }
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

/* Sixty-four layers, where doubles alone say 0. */
static void deep_networks_have_witnesses(void **state)
{
  enum { W = 24, DEPTH = 64 };
  size_t widths[DEPTH + 1];
  lip_activation psi[DEPTH];
  bool biases[DEPTH];
  lip_net *net = NULL;
  lip_claim *claim;
  double x[W], lower, G[W * W], most = 0;
  lip_interval along[W];
  bool known = true;

  (void)state;
  for (size_t j = 0; j <= DEPTH; j++) widths[j] = W;
  for (size_t j = 0; j < DEPTH; j++) {
    psi[j] = (lip_activation){j + 1 < DEPTH ? LIP_RELU : LIP_IDENTITY, 0};
    biases[j] = true;
  }
  assert_int_equal(lip_net_create(DEPTH, widths, psi, biases, LIP_F64, &net, NULL), LIP_OK);
  lip_random_normal((lip_stream){3, LIP_FOR_WEIGHTS}, 0, net->parameters, net->block);
  for (size_t j = 0; j < DEPTH; j++) {
    for (size_t i = 0; i < W * W; i++) net->layer[j].W[i] *= sqrt(2.0 / W);
    for (size_t i = 0; i < W; i++) net->layer[j].b[i] *= 0.1;
  }
  claim = claim_of(net);
  lip_random_normal((lip_stream){4, LIP_FOR_PROBES}, 0, W, x);
  assert_int_equal(lip_witness_graph_jacobian(claim, x, G, NULL), LIP_OK);
  for (size_t o = 0; o < W; o++) most = fmax(most, lip_norm(W, G + o * W));
  assert_true(most > 0);
  assert_int_equal(lip_witness_slope(claim, x, NULL, &lower, NULL, NULL), LIP_OK);
  assert_true(lower >= most * (1 - 1e-9));
  assert_int_equal(lip_witness_graph_along(claim, x, x, along, &known, NULL), LIP_OK);
  if (known) assert_true(along[0].high - along[0].low > 1);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_numbers_are_met_to_the_last_digit_of_a_double),
      cmocka_unit_test(both_enclosures_agree),
      cmocka_unit_test(deep_networks_have_witnesses),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
