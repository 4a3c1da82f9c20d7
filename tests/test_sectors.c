/* test_sectors.c - the sector form of a graph and what it proves. */
#include "graph_nets.h"

#include "certificate/claim.h"
#include "certificate/proof.h"
#include "certificate/graphs/sector_form.h"
#include "certificate/graphs/sector_matrix.h"
#include "certificate/graphs/sector_partition.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/operator_norm.h"
#include "lipschitz/two_layers/multipliers.h"
#include "lipschitz/graphs/sector_balance.h"
#include "lipschitz/graphs/sector_closed.h"
#include "lipschitz/graphs/sector_spare.h"
#include "net/operator.h"
#include "net/operator_row.h"
#include "net/tape.h"

static const lip_output all_outputs = {.kind = LIP_ALL_OUTPUTS};

static lip_claim *claim_of(const lip_net *net, lip_output output)
{
  lip_claim *claim = NULL;
  lip_error err = {""};

  if (lip_claim_create(net, output, LIP_NORM_2, (lip_domain){.kind = LIP_SPACE}, &claim, &err) !=
      LIP_OK)
    fail_msg("%s", err.text);
  return claim;
}

static lip_sector_form *form_of(const lip_claim *claim, bool keep, bool balance)
{
  lip_sector_form *form = NULL;
  lip_error err = {""};

  if (lip_sector_form_create(claim, keep, &form, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  if (balance && lip_sector_balance(form, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  if (lip_sector_form_fill_all(form, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return form;
}

/* The entries of a node's values that are the variables of a block, second point minus first one,
   scaled. */
static void difference(const lip_sector_form *form, const lip_tape *tape, size_t b, size_t node,
                       size_t count, const size_t *entry, double *to)
{
  size_t size = form->claim->net->node[node].size;
  const double *values = lip_tape_value(tape, node);

  for (size_t j = 0; j < count; j++) {
    size_t at = entry ? entry[j] : j;

    to[j] = ldexp(values[size + at] - values[at], -form->exponent[b]);
  }
}

/* z_b = sum C_ba y_a for differences between any two points. */
static void assert_couplings_hold(const lip_net *net, lip_output output, bool keep, bool balance)
{
  lip_claim *claim = claim_of(net, output);
  lip_sector_form *form = form_of(claim, keep, balance);
  lip_tape *tape = NULL;
  size_t d = claim->d;
  double *X = lip_alloc(2, d * sizeof *X), *y = lip_alloc(form->order, sizeof *y);

  lip_random_normal((lip_stream){5, LIP_FOR_PROBES}, 0, 2 * d, X);
  assert_int_equal(lip_tape_create(net, 2, &tape, NULL), LIP_OK);
  assert_int_equal(lip_tape_forward(tape, 2, X, NULL), LIP_OK);
  for (size_t b = 0; b <= form->blocks; b++)
    difference(form, tape, b, form->block[b].node, form->block[b].size, form->block[b].entry,
               y + form->block[b].offset);
  for (size_t b = 1; b <= form->blocks + 1; b++) {
    const lip_sector_block *block = &form->block[b];
    double *z = lip_alloc_zero(block->rows, sizeof *z), *wanted = lip_alloc(block->rows, sizeof *z);
    bool last = b > form->blocks;
    size_t node = last ? net->nodes - 1 : net->node[block->node].parent[0];

    if (last && output.kind != LIP_ALL_OUTPUTS) {
      size_t entry[2] = {output.plus, output.minus};
      double both[2];

      difference(form, tape, b, node, 2, entry, both);
      wanted[0] = both[0] - (output.kind == LIP_OUTPUT_DIFFERENCE ? both[1] : 0);
    } else
      difference(form, tape, b, node, block->rows,
                 block->kind == LIP_SECTOR_LARGEST || last ? NULL : block->entry, wanted);
    for (size_t c = 0; c < block->couplings; c++)
      lip_dgemv(false, block->rows, form->block[block->coupling[c].from].size, 1,
                block->coupling[c].C, form->block[block->coupling[c].from].size,
                y + form->block[block->coupling[c].from].offset, 1, z);
    for (size_t i = 0; i < block->rows; i++) assert_true(fabs(z[i] - wanted[i]) < 1e-12);
    lip_free(z);
    lip_free(wanted);
  }
  lip_free(X);
  lip_free(y);
  lip_tape_free(tape);
  lip_sector_form_free(form);
  lip_claim_free(claim);
}

/* The smallest value of a block's constraints at differences z, y. */
static double least_constraint(const lip_sector_block *block, const double *z, const double *y)
{
  double least = INFINITY, sum = 0;

  for (size_t i = 0; i < block->size && block->kind == LIP_SECTOR_SLOPES; i++)
    least = fmin(least, (y[i] - block->low[i] * z[i]) * (block->high[i] * z[i] - y[i]));
  for (size_t i = 0; i < block->size; i++) sum += y[i] * (z[i] / 2 - y[i]);
  if (block->kind == LIP_SECTOR_SOFTMAX) return sum;
  for (size_t w = 0; w < block->size && block->kind == LIP_SECTOR_LARGEST; w++) {
    double k = (double)(block->window[w + 1] - block->window[w]), squares = 0;

    sum = 0;
    for (size_t l = block->window[w]; l < block->window[w + 1]; l++) {
      sum += z[block->member[l]];
      squares += z[block->member[l]] * z[block->member[l]];
    }
    least = fmin(least, (1 - 1 / k) * squares - sum * sum / k + 2 / k * sum * y[w] - y[w] * y[w]);
  }
  return least;
}

static void differences_between_points_fulfil_all_constraints(void **state)
{
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_LEAKY_RELU, LIP_ABS,
                                              LIP_TANH, LIP_SOFTPLUS,   LIP_SIGMOID};

  (void)state;
  for (size_t i = 0; i < 6; i++) {
    lip_net *net = tangled_net(30 + i, kinds[i], LIP_NODE_SOFTMAX);
    lip_claim *claim = claim_of(net, all_outputs);
    lip_sector_form *form = form_of(claim, false, false);
    lip_tape *tape = NULL;
    double X[2 * 72], z[512], y[512];

    assert_int_equal(lip_tape_create(net, 2, &tape, NULL), LIP_OK);
    for (uint64_t trial = 0; trial < 50; trial++) {
      lip_random_normal((lip_stream){trial, LIP_FOR_PROBES}, 0, 144, X);
      for (size_t j = 0; j < 144; j++) X[j] *= trial % 2 ? 3 : 0.3;
      assert_int_equal(lip_tape_forward(tape, 2, X, NULL), LIP_OK);
      for (size_t b = 1; b <= form->blocks; b++) {
        const lip_sector_block *block = &form->block[b];

        difference(form, tape, b, block->node, block->size, block->entry, y);
        difference(form, tape, b, net->node[block->node].parent[0], block->rows,
                   block->kind == LIP_SECTOR_LARGEST ? NULL : block->entry, z);
        assert_true(least_constraint(block, z, y) >= -1e-13);
      }
    }
    lip_tape_free(tape);
    lip_sector_form_free(form);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void couplings_are_those_of_the_network(void **state)
{
  lip_net *net = tangled_net(3, LIP_RELU, LIP_NODE_LINEAR);
  lip_net *soft = tangled_net(4, LIP_TANH, LIP_NODE_SOFTMAX);

  (void)state;
  assert_couplings_hold(net, all_outputs, false, false);
  assert_couplings_hold(net, all_outputs, true, true);
  assert_couplings_hold(net, (lip_output){LIP_ONE_OUTPUT, 2, 0}, false, true);
  assert_couplings_hold(soft, (lip_output){LIP_OUTPUT_DIFFERENCE, 0, 2}, false, true);
  lip_net_free(net);
  lip_net_free(soft);
}

/* A chain of dense layers of these widths. */
static lip_net *chain(uint64_t seed, size_t depth, const size_t *widths, lip_activation psi,
                      double size)
{
  lip_activation activation[128];
  bool bias[128] = {false};
  lip_net *net = NULL;
  size_t drawn = 0;

  for (size_t j = 0; j < depth; j++)
    activation[j] = j + 1 < depth ? psi : (lip_activation){.kind = LIP_IDENTITY};
  assert_int_equal(lip_net_create(depth, widths, activation, bias, LIP_F64, &net, NULL), LIP_OK);
  for (size_t j = 0; j < depth; j++) {
    size_t count = widths[j] * widths[j + 1];

    lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, drawn, count, net->layer[j].W);
    drawn += count;
    for (size_t i = 0; i < count; i++) net->layer[j].W[i] *= size / sqrt((double)widths[j]);
  }
  return net;
}

/* ---- what is proved ---- */

/* A proof with multipliers in closed form; value: about the network. */
static lip_proof closed_proof(const lip_claim *claim, bool keep, double *value)
{
  lip_proof proof = {.kind = &lip_proof_sectors};
  lip_sector_form *form = form_of(claim, keep, true);
  size_t blocks = form->blocks + 2;
  double *multipliers, *exponents;
  bool proved = false;

  assert_int_equal(lip_proof_add(&proof, "multipliers", 1, &form->multipliers, &multipliers, NULL),
                   LIP_OK);
  assert_int_equal(lip_proof_add(&proof, "exponents", 1, &blocks, &exponents, NULL), LIP_OK);
  for (size_t b = 0; b < blocks; b++) exponents[b] = form->exponent[b];
  assert_int_equal(lip_sector_closed(form, 0, multipliers, value, NULL, NULL), LIP_OK);
  assert_int_equal(lip_sector_spare(form, multipliers, value, &proved, NULL, NULL), LIP_OK);
  assert_true(proved);
  *value = ldexp(*value, form->exponent[blocks - 1]);
  lip_sector_form_free(form);
  return proof;
}

static bool proves(const lip_claim *claim, const lip_proof *proof, double L)
{
  lip_verdict verdict;
  lip_error err = {""};

  if (lip_proof_verify(claim, proof, L, &verdict, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  assert_true(verdict.proved || verdict.reason[0] != 0);
  return verdict.proved;
}

/* The largest |J(x)| at random points. */
static double steepest_sample(const lip_net *net, size_t points)
{
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  lip_tape *tape = NULL;
  double *X = lip_alloc(m, d * sizeof *X), *U = lip_alloc_zero(m, m * sizeof *U), steepest = 0;
  double *J = lip_alloc(m, d * sizeof *J);
  lip_operator_norm norm;

  assert_int_equal(lip_tape_create(net, m, &tape, NULL), LIP_OK);
  for (size_t i = 0; i < m; i++) U[i * m + i] = 1;
  for (size_t p = 0; p < points; p++) {
    lip_random_normal((lip_stream){9, LIP_FOR_PROBES}, p * d, d, X);
    for (size_t i = 1; i < m; i++) memcpy(X + i * d, X, d * sizeof *X);
    assert_int_equal(lip_tape_forward(tape, m, X, NULL), LIP_OK);
    assert_int_equal(lip_tape_pull(tape, U, J, NULL), LIP_OK);
    assert_int_equal(lip_operator_norm_of(m, d, J, &norm, NULL, NULL), LIP_OK);
    steepest = fmax(steepest, norm.value);
  }
  lip_tape_free(tape);
  lip_free(X);
  lip_free(U);
  lip_free(J);
  return steepest;
}

static void no_sampled_slope_is_above_a_proved_bound(void **state)
{
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_LEAKY_RELU, LIP_ABS,
                                              LIP_TANH, LIP_SOFTPLUS,   LIP_SIGMOID};

  (void)state;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    for (int soft = 0; soft < 2; soft++) {
      lip_net *net = tangled_net(10 + i, kinds[i], soft ? LIP_NODE_SOFTMAX : LIP_NODE_LINEAR);
      lip_claim *claim = claim_of(net, all_outputs);
      double value, sampled = steepest_sample(net, 200);
      lip_proof proof = closed_proof(claim, false, &value);

      assert_true(sampled > 0 && value >= sampled && value < 1000 * sampled);
      assert_true(proves(claim, &proof, value));
      assert_false(proves(claim, &proof, sampled * (1 - 1e-9)));
      assert_false(proves(claim, &proof, 0));
      lip_proof_clear(&proof);
      lip_claim_free(claim);
      lip_net_free(net);
    }
}

static const lip_activation relu = {.kind = LIP_RELU};

/* 3 relu(-2 relu(5 x)), and so on: every path has its own direction, all bounds are the product. */
static void chains_of_single_neurons_have_the_product_of_their_weights(void **state)
{
  lip_net *net = chain(1, 3, (size_t[]){1, 1, 1, 1}, relu, 1);
  lip_claim *claim;
  lip_proof proof;
  double value;

  (void)state;
  net->layer[0].W[0] = 5;
  net->layer[1].W[0] = -2;
  net->layer[2].W[0] = 3;
  claim = claim_of(net, all_outputs);
  proof = closed_proof(claim, false, &value);
  assert_true(value >= 30 && value < 30 * (1 + 1e-8));
  assert_false(proves(claim, &proof, 30 * (1 - 1e-9)));
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* max |A diag(s) V diag(t) W| over all s, t of 0 and 1. */
static double steepest_pattern(const lip_net *net)
{
  size_t d = net->layer[0].in, n = net->layer[0].out, k = net->layer[1].out, m = net->layer[2].out;
  double J[64], G[64], H[64], steepest = 0;

  for (size_t pattern = 0; pattern < (size_t)1 << (n + k); pattern++) {
    lip_operator_norm norm;

    for (size_t i = 0; i < n * d; i++) G[i] = pattern >> i / d & 1 ? net->layer[0].W[i] : 0;
    lip_dgemm(false, false, k, d, n, 1, net->layer[1].W, n, G, d, 0, H, d);
    for (size_t i = 0; i < k * d; i++)
      if (!(pattern >> (n + i / d) & 1)) H[i] = 0;
    lip_dgemm(false, false, m, d, k, 1, net->layer[2].W, k, H, d, 0, J, d);
    assert_int_equal(lip_operator_norm_of(m, d, J, &norm, NULL, NULL), LIP_OK);
    steepest = fmax(steepest, norm.value);
  }
  return steepest;
}

static void no_pattern_is_above_a_proved_bound(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 20; seed++) {
    lip_net *net = chain(seed, 3, (size_t[]){3, 4, 5, 2}, relu, 1);
    lip_claim *claim = claim_of(net, all_outputs);
    double value, steepest = steepest_pattern(net);
    lip_proof proof = closed_proof(claim, false, &value);
    double *multipliers = proof.item[0].array.values;

    assert_true(value >= steepest && value < 4 * steepest);
    /* whatever the multipliers are, nothing below the truth is proved */
    for (int trial = 0; trial < 40; trial++) {
      double factor[9];

      lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, (size_t)trial * 9, 9, factor);
      for (size_t i = 0; i < 9; i++) multipliers[i] *= exp(0.3 * factor[i]);
      assert_false(proves(claim, &proof, steepest * (1 - 1e-9)));
    }
    lip_proof_clear(&proof);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void proofs_that_do_not_fit_are_refused(void **state)
{
  lip_net *net = chain(2, 3, (size_t[]){3, 4, 5, 2}, relu, 1);
  lip_claim *claim = claim_of(net, all_outputs);
  double value, kept;
  lip_proof proof = closed_proof(claim, false, &value), few = {.kind = &lip_proof_sectors};
  lip_array *multipliers = &proof.item[0].array, *exponents = &proof.item[1].array;
  static const double wrong[] = {0, -1, NAN, INFINITY, 1e-300, 1e300};

  (void)state;
  assert_true(proves(claim, &proof, value));
  assert_false(proves(claim, &proof, NAN));
  assert_false(proves(claim, &few, value));
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    kept = multipliers->values[3];
    multipliers->values[3] = wrong[i];
    assert_false(proves(claim, &proof, value));
    multipliers->values[3] = kept;
  }
  multipliers->count--;
  assert_false(proves(claim, &proof, value));
  multipliers->count++;
  exponents->count--;
  assert_false(proves(claim, &proof, value));
  exponents->count++;
  static const double odd[] = {0.5, NAN, 1e9, 1e5, -1e5};
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    kept = exponents->values[2];
    exponents->values[2] = odd[i];
    assert_false(proves(claim, &proof, value));
    exponents->values[2] = kept;
  }
  assert_true(proves(claim, &proof, value));
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* Layers times 2^400 and 2^-500: the same digits. */
static void scales_of_layers_move_nothing_but_the_exponent(void **state)
{
  static const int shifts[][3] = {{0, 0, 0}, {400, -500, 100}, {-600, 300, -200}, {500, 400, -60}};
  double first = 0;

  (void)state;
  for (size_t s = 0; s < sizeof shifts / sizeof *shifts; s++) {
    lip_net *net = chain(3, 3, (size_t[]){3, 4, 5, 2}, relu, 1);
    lip_claim *claim;
    lip_proof proof;
    double value;
    int sum = 0;

    for (size_t j = 0; j < 3; j++) {
      for (size_t i = 0; i < net->layer[j].in * net->layer[j].out; i++)
        net->layer[j].W[i] = ldexp(net->layer[j].W[i], shifts[s][j]);
      sum += shifts[s][j];
    }
    claim = claim_of(net, all_outputs);
    proof = closed_proof(claim, false, &value);
    value = ldexp(value, -sum);
    if (s == 0) first = value;
    assert_true(fabs(value - first) <= 1e-12 * first);
    lip_proof_clear(&proof);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void deep_chains_keep_their_digits(void **state)
{
  size_t widths[65];
  lip_net *net;
  lip_claim *claim;
  lip_proof proof;
  double value, product = 1, upper = 0;
  bool proved = false;

  (void)state;
  for (size_t j = 0; j <= 64; j++) widths[j] = 8;
  net = chain(4, 64, widths, relu, 0.5);
  for (size_t j = 0; j < 64; j++) {
    lip_operator_norm norm;

    assert_int_equal(lip_operator_norm_of(8, 8, net->layer[j].W, &norm, NULL, NULL), LIP_OK);
    product *= norm.value;
  }
  claim = claim_of(net, all_outputs);
  proof = closed_proof(claim, false, &value);
  assert_true(value < 1e-3 * product && value > 0);
  assert_int_equal(lip_proof_settle(claim, &proof, value, &upper, &proved, NULL, NULL), LIP_OK);
  assert_true(proved && upper < value * (1 + 1e-8));
  assert_false(proves(claim, &proof, steepest_sample(net, 100) * (1 - 1e-9)));
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

/* The optimum for two layers, read as a network of three of which the last one is the identity. */
static void two_layers_read_as_deep_have_the_bound_of_two_layers(void **state)
{
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_ABS, LIP_LEAKY_RELU};

  (void)state;
  for (size_t i = 0; i < 3; i++) {
    enum { D = 5, K = 12, M = 3 };
    lip_activation psi = {kinds[i], kinds[i] == LIP_LEAKY_RELU ? 0.1 : 0};
    lip_net *two = chain(6, 2, (size_t[]){D, K, M}, psi, 1);
    lip_net *three = chain(6, 3, (size_t[]){D, K, M, M}, psi, 1);
    lip_claim *flat = claim_of(two, all_outputs), *deep;
    lip_multipliers *solver = NULL;
    lip_proof proof = {.kind = &lip_proof_sectors};
    double low[K], high[K], tau[K], value, *multipliers, *exponents;
    double r = kinds[i] == LIP_ABS ? 1 : kinds[i] == LIP_RELU ? 0.5 : 0.45;

    three->layer[1].activation.kind = LIP_IDENTITY; /* the graph has an activation node: replaced */
    for (size_t l = 0; l < K; l++) {
      high[l] = 1;
      low[l] = 1 - 2 * r;
    }
    lip_net_free(three);
    three = NULL;
    {
      builder make = start_graph(1, D, 1, 1);
      size_t at = put(&make, 0,
                      (lip_node){.kind = LIP_NODE_LINEAR,
                                 .channels = K,
                                 .weights = K * D,
                                 .W = draw(&make, K * D, 1)});
      double *identity = draw(&make, M * M, 0);

      memcpy(make.graph.node[at].W, two->layer[0].W, K * D * sizeof(double));
      at = put(&make, at, (lip_node){.kind = LIP_NODE_ACTIVATION, .activation = psi});
      at = put(&make, at,
               (lip_node){.kind = LIP_NODE_LINEAR,
                          .channels = M,
                          .weights = M * K,
                          .W = draw(&make, M * K, 1)});
      memcpy(make.graph.node[at].W, two->layer[1].W, M * K * sizeof(double));
      for (size_t j = 0; j < M; j++) identity[j * M + j] = 1;
      at = put(&make, at,
               (lip_node){.kind = LIP_NODE_LINEAR, .channels = M, .weights = M * M, .W = identity});
      three = finish_graph(&make, at);
    }
    deep = claim_of(three, all_outputs);
    assert_true(deep->deep && !flat->deep);
    assert_int_equal(lip_multipliers_create(flat, &solver, NULL), LIP_OK);
    assert_int_equal(lip_multipliers_find(solver, low, high,
                                          (lip_multipliers_goal){1e-9, 0, INFINITY}, false, tau,
                                          &value, NULL, NULL, NULL),
                     LIP_OK);
    assert_int_equal(lip_proof_add(&proof, "multipliers", 1, (size_t[]){K}, &multipliers, NULL),
                     LIP_OK);
    assert_int_equal(lip_proof_add(&proof, "exponents", 1, (size_t[]){3}, &exponents, NULL),
                     LIP_OK);
    exponents[1] = flat->W_exponent;
    exponents[2] = flat->W_exponent + flat->A_exponent;
    for (size_t l = 0; l < K; l++) multipliers[l] = tau[l] / (r * r) * (1 + 1e-7);
    assert_true(proves(deep, &proof, value * (1 + 1e-6)));
    assert_false(proves(deep, &proof, value * (1 - 1e-6)));
    lip_proof_clear(&proof);
    lip_multipliers_free(solver);
    lip_claim_free(flat);
    lip_claim_free(deep);
    lip_net_free(two);
    lip_net_free(three);
  }
}

/* A pool of windows that do not overlap has constant 1, a softmax of two numbers 1/2. */
static void pools_and_softmax_have_their_own_constants(void **state)
{
  (void)state;
  for (int soft = 0; soft < 2; soft++) {
    builder make = soft ? start_graph(1, 2, 1, 1) : start_graph(1, 2, 4, 4);
    size_t last = soft ? put(&make, 0, (lip_node){.kind = LIP_NODE_SOFTMAX})
                       : put_pool(&make, 0, LIP_NODE_MAX_POOL, window_of(2, 2, 0));
    lip_net *net = finish_graph(&make, last);
    lip_claim *claim = claim_of(net, all_outputs);
    double value, truth = soft ? 0.5 : 1;
    lip_proof proof = closed_proof(claim, false, &value);

    assert_true(value >= truth && value <= truth * 1.01);
    assert_false(proves(claim, &proof, truth * (1 - 1e-9)));
    lip_proof_clear(&proof);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

/* The quadratic form at L as a dense matrix, from its definition. M  out  order x order */
static void dense_form(const lip_sector_form *form, const double *lambda, double L, double *M)
{
  size_t n = form->order;
  double *row = lip_alloc(n, sizeof *row);

  memset(M, 0, n * n * sizeof *M);
  for (size_t i = 0; i < form->block[0].size; i++) M[i * n + i] = L * L;
  for (size_t b = 1; b <= form->blocks + 1; b++) {
    const lip_sector_block *block = &form->block[b];
    bool outputs = b > form->blocks;

    assert_true(outputs || block->kind == LIP_SECTOR_SLOPES);
    for (size_t i = 0; i < block->rows; i++) {
      size_t at = block->offset + i;
      double q = -1, cross = 0;

      memset(row, 0, n * sizeof *row);
      for (size_t c = 0; c < block->couplings; c++) {
        const lip_sector_block *from = &form->block[block->coupling[c].from];

        memcpy(row + from->offset, block->coupling[c].C + i * from->size, from->size * sizeof *row);
      }
      if (!outputs) {
        double l = lambda[block->first + i];

        M[at * n + at] += l;
        q = l * block->low[i] * block->high[i];
        cross = -l * (block->low[i] + block->high[i]) / 2;
      }
      for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; row[j] != 0 && q != 0 && k < n; k++) M[j * n + k] += q * row[j] * row[k];
        if (cross == 0) continue;
        M[at * n + j] += cross * row[j];
        M[j * n + at] += cross * row[j];
      }
    }
  }
  lip_free(row);
}

/* The smallest L for which the form is numerically definite. */
static double dense_threshold(const lip_sector_form *form, const double *lambda, double L)
{
  size_t n = form->order;
  double *M = lip_alloc(n, n * sizeof *M), low = 0, high = 2 * L;

  for (int step = 0; step < 24; step++) {
    double middle = (low + high) / 2;

    dense_form(form, lambda, middle, M);
    if (lip_cholesky(n, M))
      high = middle;
    else
      low = middle;
  }
  lip_free(M);
  return high;
}

/* One channel of 14 x 14, three times three channels, two skips, `psi`: wide for its depth. */
static lip_net *wide_net(uint64_t seed, lip_activation_kind psi)
{
  builder make = start_graph(seed, 1, 14, 14);
  size_t at = put_activation(&make, put_convolution(&make, 0, 2, window_of(3, 1, 1)), psi);
  size_t first = at, more;

  at = put_activation(&make, put_convolution(&make, at, 2, window_of(3, 1, 1)), psi);
  more = put_convolution(&make, at, 2, window_of(3, 1, 1));
  at = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){first, more});
  at = put_linear(&make, put_activation(&make, at, psi), 3);
  return finish_graph(&make, at);
}

/* Whatever the order of elimination, what is proved is the form of the definition. */
static void the_form_is_proved_where_it_is_definite(void **state)
{
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_LEAKY_RELU};

  (void)state;
  for (int i = 0; i < 2; i++)
    for (int deep = 0; deep < 2; deep++) {
      lip_net *net = deep ? chain(5, 6, (size_t[]){3, 8, 9, 7, 8, 9, 2},
                                  (lip_activation){kinds[i], 0.1}, 1)
                          : wide_net(40 + (uint64_t)i, kinds[i]);
      lip_claim *claim = claim_of(net, all_outputs);
      lip_sector_form *form = form_of(claim, false, true);
      lip_sector_partition partition = {0};
      double *lambda = lip_alloc(form->multipliers, sizeof *lambda), value, threshold;
      lip_sector_verdict verdict;

      assert_int_equal(lip_sector_partition_choose(form, true, &partition, NULL, NULL), LIP_OK);
      assert_int_equal(partition.slabs, deep ? 0 : 14);
      assert_int_equal(lip_sector_closed(form, 0, lambda, &value, NULL, NULL), LIP_OK);
      for (size_t l = 0; l < form->multipliers; l++)
        lambda[l] *= 1 + 0.1 * (double)(l % 7) / 7; /* not too regular */
      threshold = dense_threshold(form, lambda, value);
      assert_true(threshold < 1.9 * value);
      assert_int_equal(
          lip_sector_definite(form, lambda, threshold * (1 + 1e-5), &verdict, NULL, NULL), LIP_OK);
      assert_true(verdict.proved);
      assert_int_equal(
          lip_sector_definite(form, lambda, threshold * (1 - 1e-5), &verdict, NULL, NULL), LIP_OK);
      assert_false(verdict.proved);
      lip_sector_partition_clear(&partition);
      lip_free(lambda);
      lip_sector_form_free(form);
      lip_claim_free(claim);
      lip_net_free(net);
    }
}

/* Rows of operators one by one are what the transposed product with the identity says. */
static void single_rows_are_those_of_the_transposed_product(void **state)
{
  lip_net *net = tangled_net(8, LIP_RELU, LIP_NODE_LINEAR);

  (void)state;
  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (!lip_node_is_affine(node->kind)) continue;
    for (size_t p = 0; p < node->parents; p++)
      for (int absolute = 0; absolute < 2; absolute++) {
        size_t in = net->node[node->parent[p]].size;
        double *Y = lip_alloc_zero(node->size, sizeof *Y);
        double *X = lip_alloc(in, sizeof *X), *x = lip_alloc(in, sizeof *x);

        for (size_t j = 0; j < node->size; j++) {
          memset(X, 0, in * sizeof *X);
          memset(x, 0, in * sizeof *x);
          Y[j] = -3;
          assert_int_equal(lip_operator_transpose(net, i, p, absolute, 1, Y, X, NULL), LIP_OK);
          lip_operator_add_row(net, i, p, absolute, j, -3, x);
          Y[j] = 0;
          for (size_t l = 0; l < in; l++) assert_true(fabs(X[l] - x[l]) <= 1e-15 * fabs(x[l]));
        }
        lip_free(Y);
        lip_free(X);
        lip_free(x);
      }
  }
  lip_net_free(net);
}

/* On a ball some neurons keep their slope: as variables or not, the bound is nearly the same. */
static void entries_of_known_slope_may_be_variables(void **state)
{
  lip_net *net = tangled_net(21, LIP_RELU, LIP_NODE_LINEAR);
  lip_claim *space = claim_of(net, all_outputs), *ball = NULL;
  lip_proof proof, own, kept;
  lip_sector_form *form, *wide;
  double everywhere, value, with;

  (void)state;
  assert_int_equal(lip_claim_create(net, all_outputs, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_BALL, .radius = 0.05}, &ball, NULL),
                   LIP_OK);
  form = form_of(ball, false, true);
  wide = form_of(ball, true, true);
  assert_true(form->order < wide->order);
  proof = closed_proof(space, false, &everywhere);
  own = closed_proof(ball, false, &value);
  kept = closed_proof(ball, true, &with);
  assert_true(value < everywhere && with < everywhere && fabs(with - value) < 0.2 * value);
  assert_true(proves(ball, &own, value));
  assert_true(proves(ball, &kept, with));
  assert_false(proves(space, &own, value));
  assert_false(proves(space, &kept, with));
  lip_sector_form_free(form);
  lip_sector_form_free(wide);
  lip_proof_clear(&proof);
  lip_proof_clear(&own);
  lip_proof_clear(&kept);
  lip_claim_free(space);
  lip_claim_free(ball);
  lip_net_free(net);
}

/* The k-th allocation is refused, for every k: an error, never a crash or a proof. */
static void a_refused_allocation_is_an_error(void **state)
{
  lip_net *net = wide_net(50, LIP_LEAKY_RELU);
  lip_claim *claim = claim_of(net, all_outputs);
  double value;
  lip_proof proof = closed_proof(claim, false, &value);
  size_t refused = 0;

  (void)state;
  for (size_t k = 0; k < 100000; k++) {
    lip_verdict verdict = {.proved = false};
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_proof_verify(claim, &proof, value, &verdict, NULL, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    if (st == LIP_OK && verdict.proved) break;
    assert_int_equal(st, LIP_ENOMEM);
    assert_false(verdict.proved);
    refused++;
    k += k / 20;
  }
  assert_true(refused > 20 && refused < 1000);
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(couplings_are_those_of_the_network),
      cmocka_unit_test(differences_between_points_fulfil_all_constraints),
      cmocka_unit_test(pools_and_softmax_have_their_own_constants),
      cmocka_unit_test(the_form_is_proved_where_it_is_definite),
      cmocka_unit_test(single_rows_are_those_of_the_transposed_product),
      cmocka_unit_test(entries_of_known_slope_may_be_variables),
      cmocka_unit_test(chains_of_single_neurons_have_the_product_of_their_weights),
      cmocka_unit_test(no_pattern_is_above_a_proved_bound),
      cmocka_unit_test(no_sampled_slope_is_above_a_proved_bound),
      cmocka_unit_test(two_layers_read_as_deep_have_the_bound_of_two_layers),
      cmocka_unit_test(proofs_that_do_not_fit_are_refused),
      cmocka_unit_test(scales_of_layers_move_nothing_but_the_exponent),
      cmocka_unit_test(deep_chains_keep_their_digits),
      cmocka_unit_test(a_refused_allocation_is_an_error),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
