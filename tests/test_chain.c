/* test_chain.c - networks as compositions of parts, and what the product of their bounds proves. */
#include "graph_nets.h"

#include "certificate/claim.h"
#include "certificate/graphs/graph_part.h"
#include "certificate/graphs/graph_product.h"
#include "certificate/graphs/node_norm.h"
#include "certificate/proof.h"
#include "linalg/dgemm.h"
#include "lipschitz/graphs/sector_tied.h"

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

/* Nodes: 0 input, 1 convolution, 2 relu, 3, 4, 5 a way beside 2, 6 their sum, 7 relu, 8 outputs. */
static lip_net *residual_net(uint64_t seed)
{
  builder make = start_graph(seed, 1, 7, 7);
  size_t first = put_activation(&make, put_convolution(&make, 0, 3, window_of(3, 1, 1)), LIP_RELU);
  size_t second = put_activation(&make, put_convolution(&make, first, 3, window_of(3, 1, 1)),
                                 LIP_RELU);
  size_t third = put_convolution(&make, second, 3, window_of(3, 1, 1)), sum;

  sum = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){first, third});
  sum = put_activation(&make, sum, LIP_RELU);
  return finish_graph(&make, put_linear(&make, sum, 3));
}

static void parts_are_the_same_function(void **state)
{
  static const bool passage[] = {true, true, true, false, false, false, true, true, true};
  lip_net *net = residual_net(1), *part[3] = {NULL}, *none = NULL;
  double x[49], one[147], two[147], y[3], z[3];
  lip_error err = {""};

  (void)state;
  assert_int_equal(net->nodes, 9);
  for (size_t i = 0; i < 9; i++) assert_int_equal(lip_graph_is_passage(net, i), passage[i]);
  lip_random_normal((lip_stream){2, LIP_FOR_WEIGHTS}, 0, 49, x);
  assert_int_equal(lip_graph_part(net, 0, 2, &part[0], &err), LIP_OK);
  assert_int_equal(lip_graph_part(net, 2, 6, &part[1], &err), LIP_OK);
  assert_int_equal(lip_graph_part(net, 6, 8, &part[2], &err), LIP_OK);
  assert_int_equal(lip_net_values(part[0], 1, x, one, &err), LIP_OK);
  assert_int_equal(lip_net_values(part[1], 1, one, two, &err), LIP_OK);
  assert_int_equal(lip_net_values(part[2], 1, two, y, &err), LIP_OK);
  assert_int_equal(lip_net_values(net, 1, x, z, &err), LIP_OK);
  for (size_t j = 0; j < 3; j++) assert_true(fabs(y[j] - z[j]) <= 1e-14);
  assert_int_equal(lip_graph_part(net, 0, 4, &none, &err), LIP_EINPUT);
  assert_int_equal(lip_graph_part(net, 3, 6, &none, &err), LIP_EINPUT);
  assert_int_equal(lip_graph_part(net, 6, 6, &none, &err), LIP_EINPUT);
  assert_int_equal(lip_graph_part(net, 6, 9, &none, &err), LIP_EINPUT);
  for (size_t k = 0; k < 3; k++) lip_net_free(part[k]);
  lip_net_free(net);
}

/* The proof over cuts; the part before `sectors` by its sectors, the others by norms. */
static double prove_parts(const lip_claim *claim, size_t parts, const size_t *cuts, size_t sectors,
                          lip_proof *proof)
{
  size_t cut_count = parts + 1, total = 0;
  lip_proof own[8] = {{.kind = NULL}};
  double product = 1, *cut, *upper, *size, *number;
  lip_error err = {""};

  *proof = (lip_proof){.kind = &lip_proof_chain};
  assert_int_equal(lip_proof_add(proof, "cuts", 1, &cut_count, &cut, &err), LIP_OK);
  assert_int_equal(lip_proof_add(proof, "uppers", 1, &parts, &upper, &err), LIP_OK);
  assert_int_equal(lip_proof_add(proof, "sizes", 2, (size_t[]){parts, 2}, &size, &err), LIP_OK);
  for (size_t k = 0; k < parts; k++) {
    lip_net *net = NULL;
    lip_claim *part;
    double *norm;

    cut[k + 1] = (double)cuts[k + 1];
    assert_int_equal(lip_graph_part(claim->net, cuts[k], cuts[k + 1], &net, &err), LIP_OK);
    part = claim_of(net, k + 1 == parts ? claim->output : all_outputs);
    if (k == sectors) {
      lip_finding finding = {.found = false};

      assert_int_equal(lip_sector_tied_finding(part, 20, &finding, NULL, &err), LIP_OK);
      assert_true(finding.found && finding.proved);
      own[k] = finding.proof;
      upper[k] = finding.value;
      size[2 * k] = (double)own[k].item[0].array.count;
      size[2 * k + 1] = (double)own[k].item[1].array.count;
    } else {
      assert_int_equal(lip_proof_add(&own[k], "norms", 1, &net->nodes, &norm, &err), LIP_OK);
      for (size_t i = 0; i < net->nodes; i++)
        if (lip_graph_product_reads(net, i))
          assert_int_equal(lip_node_norm_up(net, i, LIP_NORM_2, &norm[i], &err), LIP_OK);
      assert_int_equal(lip_graph_product(part, norm, false, &upper[k], NULL, &err), LIP_OK);
      size[2 * k + 1] = (double)net->nodes;
    }
    product *= upper[k];
    total += (size_t)size[2 * k] + (size_t)size[2 * k + 1];
    lip_claim_free(part);
    lip_net_free(net);
  }
  assert_int_equal(lip_proof_add(proof, "numbers", 1, &total, &number, &err), LIP_OK);
  for (size_t k = 0; k < parts; k++) {
    for (size_t i = 0; i < own[k].count; i++) {
      memcpy(number, own[k].item[i].array.values, own[k].item[i].array.count * sizeof *number);
      number += own[k].item[i].array.count;
    }
    lip_proof_clear(&own[k]);
  }
  return product * (1 + 1e-14);
}

static bool holds(const lip_claim *claim, const lip_proof *proof, double upper)
{
  lip_verdict verdict;
  lip_error err = {""};

  if (lip_proof_verify(claim, proof, upper, &verdict, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return verdict.proved;
}

static double steepest(const lip_net *net, size_t output)
{
  enum { POINTS = 300, D = 49 };
  double *X = lip_alloc((size_t)2 * POINTS * D, sizeof *X), *G = X + POINTS * D, most = 0;
  lip_error err = {""};

  lip_random_normal((lip_stream){3, LIP_FOR_WEIGHTS}, 0, POINTS * D, X);
  assert_int_equal(lip_net_gradients(net, output, POINTS, X, G, &err), LIP_OK);
  for (size_t i = 0; i < POINTS; i++) {
    double square = 0;

    for (size_t j = 0; j < D; j++) square += G[i * D + j] * G[i * D + j];
    most = fmax(most, sqrt(square));
  }
  lip_free(X);
  return most;
}

static void products_of_parts_are_proved_and_above_all_slopes(void **state)
{
  static const size_t cuts[] = {0, 1, 2, 6, 8};

  (void)state;
  for (uint64_t seed = 10; seed < 14; seed++) {
    lip_net *net = residual_net(seed);
    lip_claim *one = claim_of(net, (lip_output){.kind = LIP_ONE_OUTPUT, .plus = 1});
    lip_claim *all = claim_of(net, all_outputs);
    lip_proof proof;
    double upper = prove_parts(all, 4, cuts, LIP_NOWHERE, &proof), better;

    assert_true(holds(all, &proof, upper));
    lip_proof_clear(&proof);
    better = prove_parts(all, 4, cuts, 2, &proof);
    assert_true(better < upper && holds(all, &proof, better));
    assert_true(holds(one, &proof, better));
    lip_proof_clear(&proof);
    better = prove_parts(one, 4, cuts, 2, &proof);
    assert_true(holds(one, &proof, better) && better >= steepest(net, 1));
    assert_false(holds(all, &proof, better));
    lip_proof_clear(&proof);
    lip_claim_free(one);
    lip_claim_free(all);
    lip_net_free(net);
  }
}

/* Changes one number of one array, and changes it back. */
static void assert_refused(const lip_claim *claim, lip_proof *proof, size_t array, size_t at,
                           double value, double upper)
{
  double *number = &proof->item[array].array.values[at], before = *number;

  *number = value;
  assert_false(holds(claim, proof, upper));
  *number = before;
}

static void what_was_tampered_with_is_refused(void **state)
{
  static const size_t cuts[] = {0, 1, 2, 6, 8};
  lip_net *net = residual_net(20);
  lip_claim *claim = claim_of(net, all_outputs);
  lip_proof proof;
  double upper = prove_parts(claim, 4, cuts, 2, &proof), own;

  (void)state;
  assert_true(holds(claim, &proof, upper));
  assert_false(holds(claim, &proof, upper * (1 - 1e-6)));
  for (size_t k = 0; k < 4; k++) {
    own = proof.item[1].array.values[k];
    assert_refused(claim, &proof, 1, k, own * 0.9, upper);
    assert_refused(claim, &proof, 1, k, own * 1.1, upper);
    assert_refused(claim, &proof, 1, k, NAN, upper);
    assert_refused(claim, &proof, 1, k, -own, upper);
  }
  for (size_t k = 0; k < 5; k++) {
    assert_refused(claim, &proof, 0, k, (double)cuts[k] + 0.5, upper);
    assert_refused(claim, &proof, 0, k, NAN, upper);
    assert_refused(claim, &proof, 0, k, 1e300, upper);
  }
  assert_refused(claim, &proof, 0, 1, 2, upper); /* twice the same */
  assert_refused(claim, &proof, 0, 2, 4, upper); /* no passage */
  assert_refused(claim, &proof, 0, 3, 7, upper); /* parts of other nodes */
  assert_refused(claim, &proof, 0, 0, 1, upper); /* a part left out */
  assert_refused(claim, &proof, 0, 4, 7, upper);
  for (size_t i = 0; i < 8; i++) {
    assert_refused(claim, &proof, 2, i, proof.item[2].array.values[i] + 1, upper);
    assert_refused(claim, &proof, 2, i, -1, upper);
    assert_refused(claim, &proof, 2, i, INFINITY, upper);
  }
  for (size_t i = 0; i < (size_t)proof.item[2].array.values[4]; i += 7) { /* multipliers */
    size_t at = proof.item[3].array.count - 3 - (size_t)proof.item[2].array.values[4] -
                (size_t)proof.item[2].array.values[5] + i;

    assert_refused(claim, &proof, 3, at, NAN, upper);
    assert_refused(claim, &proof, 3, at, -1, upper);
    assert_refused(claim, &proof, 3, at, 1e9, upper);
  }
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_are_the_same_function),
      cmocka_unit_test(products_of_parts_are_proved_and_above_all_slopes),
      cmocka_unit_test(what_was_tampered_with_is_refused),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
