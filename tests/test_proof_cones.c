/* test_proof_cones.c - a tree of cones proves its claim and nothing else: changed, cut, swapped,
   doubled nodes, other bases, other networks. */
#include "cone_nets.h"

#include <stdlib.h>

static const double SLACK = 1 + 1e-11; /* what rounding may need */

static lip_net *net_of(size_t d, size_t k, bool biases, uint64_t seed)
{
  lip_net *net = make_net(2, (size_t[]){d, k, 1}, &RELU, biases);

  randomise(net, seed);
  return net;
}

static lip_array *array_of(cone_run *run, const char *name)
{
  lip_proof *proof = &run->bracket.proof;

  for (size_t i = 0; i < proof->count; i++)
    if (strcmp(proof->item[i].name, name) == 0) return &proof->item[i].array;
  fail_msg("no array %s", name);
  return NULL;
}

/* The first node from `from` on with a code in [low, high). */
static size_t node_with(const lip_array *tree, size_t from, double low, double high)
{
  while (from < tree->count && !(tree->values[from] >= low && tree->values[from] < high)) from++;
  return from;
}

static void the_search_is_proved_and_nothing_below_it(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed < 7; seed++) {
    lip_net *net = net_of(3, 30, seed % 2, seed);
    cone_run run;

    run_cones(&run, net);
    assert_true(proved_at(&run, run.bracket.upper * SLACK));
    assert_false(proved_at(&run, run.bracket.lower * (1 - 1e-9)));
    assert_false(proved_at(&run, 0));
    assert_false(proved_at(&run, -1));
    assert_false(proved_at(&run, NAN));
    assert_false(proved_at(&run, INFINITY));
    end_cones(&run);
    lip_net_free(net);
  }
}

/* Any change of one node either breaks the tree, or leaves what is still a proof (another form that
   proves the cone as well). Never is a claim below the witness proved, nor a tree that ends
   elsewhere. */
static void a_changed_node_never_proves_a_false_claim(void **state)
{
  lip_net *net = net_of(2, 30, true, 5);
  cone_run run;
  double codes[16];
  size_t refused = 0, tried = 0;

  (void)state;
  run_cones(&run, net);
  lip_array *tree = array_of(&run, "tree");
  for (size_t i = 0; i < tree->count; i++) {
    double kept = tree->values[i];
    size_t count = 0;

    for (double code = -4; code < 0; code++) codes[count++] = code;
    codes[count++] = 8 * (0 * 3 + 1) + 4;
    codes[count++] = 8 * (1 * 3 + 2) + 1;
    codes[count++] = 8 * (1 * 3 + 0) + 4;
    codes[count++] = 8 * 9;
    codes[count++] = 8 * 9 + 30;
    codes[count++] = 0.5;
    codes[count++] = NAN;
    codes[count++] = -1e300;
    codes[count++] = INFINITY;
    for (size_t c = 0; c < count; c++) {
      tree->values[i] = codes[c];
      assert_false(proved_at(&run, run.bracket.lower * (1 - 1e-9)));
      refused += (size_t)!proved_at(&run, run.bracket.upper * SLACK);
      tried++;
    }
    tree->values[i] = kept;
  }
  assert_true(refused > tried / 2);
  assert_true(proved_at(&run, run.bracket.upper * SLACK));
  end_cones(&run);
  lip_net_free(net);
}

static void a_tree_that_ends_early_or_late_is_refused(void **state)
{
  lip_net *net = net_of(3, 20, false, 2);
  cone_run run;

  (void)state;
  run_cones(&run, net);
  lip_array *tree = array_of(&run, "tree");
  for (size_t cut = 1; cut <= tree->count; cut++) {
    tree->count -= cut;
    tree->shape[0] -= cut;
    assert_false(proved_at(&run, run.bracket.upper * 2));
    tree->count += cut;
    tree->shape[0] += cut;
  }
  double *longer = lip_alloc(tree->count + 1, sizeof *longer);

  memcpy(longer, tree->values, tree->count * sizeof *longer);
  longer[tree->count] = longer[tree->count - 1]; /* the last leaf doubled */
  lip_free(tree->values);
  tree->values = longer;
  tree->count++;
  tree->shape[0]++;
  assert_false(proved_at(&run, run.bracket.upper * 2));
  end_cones(&run);
  lip_net_free(net);
}

/* A leaf at a root says that one form bounds a whole orthant: that must fail at the upper end. */
static void whole_branches_cannot_be_cut_off(void **state)
{
  lip_net *net = net_of(3, 40, false, 3);
  cone_run run;

  (void)state;
  run_cones(&run, net);
  lip_array *tree = array_of(&run, "tree");
  for (size_t i = 0; i < tree->count; i++) tree->values[i] = -2;
  tree->count = tree->shape[0] = 8;
  assert_false(proved_at(&run, run.bracket.upper * SLACK));
  assert_true(proved_at(&run, run.bracket.upper * 1000)); /* but it is a proof of something */
  for (size_t i = 0; i < 8; i++) tree->values[i] = -1;
  assert_false(proved_at(&run, run.bracket.upper * 1000)); /* nothing is outside without biases */
  end_cones(&run);
  lip_net_free(net);
}

/* Leaves with forms of their own, exchanged: at the upper end some cone is not proved any more. */
static void exchanged_leaves_are_refused(void **state)
{
  lip_net *net = net_of(4, 40, false, 4);
  cone_run run;
  size_t refused = 0, tried = 0;

  (void)state;
  run_cones(&run, net);
  lip_array *tree = array_of(&run, "tree");
  for (size_t i = node_with(tree, 0, -1e9, -2.5); i < tree->count && tried < 200;) {
    size_t j = node_with(tree, i + 1, -1e9, -2.5);
    double t = tree->values[i];

    if (j >= tree->count) break;
    if (tree->values[j] != t) {
      tree->values[i] = tree->values[j];
      tree->values[j] = t;
      assert_false(proved_at(&run, run.bracket.lower * (1 - 1e-9)));
      refused += (size_t)!proved_at(&run, run.bracket.upper * SLACK);
      tried++;
      tree->values[j] = tree->values[i];
      tree->values[i] = t;
    }
    i = j;
  }
  assert_true(tried > 10 && refused > 0);
  end_cones(&run);
  lip_net_free(net);
}

/* Splits of one edge without end: a depth, or a vertex, that is refused. */
static void trees_without_end_are_refused(void **state)
{
  lip_net *net = net_of(2, 5, true, 6);
  cone_run run;
  const double codes[] = {8 * 1 + 4, 8 * 1 + 1, 8 * 9 + 1};

  (void)state;
  run_cones(&run, net);
  lip_array *tree = array_of(&run, "tree");
  lip_free(tree->values);
  tree->count = tree->shape[0] = 100000;
  tree->values = lip_alloc(tree->count, sizeof *tree->values);
  for (size_t c = 0; c < 3; c++) {
    for (size_t i = 0; i < tree->count; i++) tree->values[i] = codes[c];
    assert_false(proved_at(&run, 1e9));
  }
  end_cones(&run);
  lip_net_free(net);
}

static void a_basis_must_span_the_space(void **state)
{
  lip_net *net = net_of(3, 30, false, 7);
  cone_run run;

  (void)state;
  run_cones(&run, net);
  double *basis = array_of(&run, "basis")->values, kept[9];

  memcpy(kept, basis, sizeof kept);
  for (size_t j = 0; j < 3; j++) basis[2 * 3 + j] = basis[3 + j]; /* two equal rows */
  assert_false(proved_at(&run, 1e9));
  memcpy(basis, kept, sizeof kept);
  for (size_t i = 0; i < 3; i++) basis[i * 3 + 2] = basis[i * 3] / 2 + basis[i * 3 + 1] / 2;
  assert_false(proved_at(&run, 1e9));
  memcpy(basis, kept, sizeof kept);
  for (size_t i = 0; i < 3; i++) basis[i * 3 + 1] = 0;
  assert_false(proved_at(&run, 1e9));
  memcpy(basis, kept, sizeof kept);
  basis[4] = NAN;
  assert_false(proved_at(&run, 1e9));
  basis[4] = 1.5;
  assert_false(proved_at(&run, 1e9));
  memcpy(basis, kept, sizeof kept);
  basis[0] = -basis[0] / 2; /* other cones: the tree does not fit them */
  assert_false(proved_at(&run, run.bracket.upper * SLACK));
  memcpy(basis, kept, sizeof kept);
  assert_true(proved_at(&run, run.bracket.upper * SLACK));
  end_cones(&run);
  lip_net_free(net);
}

/* Forms only choose multipliers: whatever they hold, what is proved is true. */
static void forms_of_any_numbers_prove_nothing_false(void **state)
{
  const double numbers[] = {NAN, INFINITY, -1, 0, 1e300, 1e-300, -1e300};
  lip_net *net = net_of(3, 30, false, 8);
  cone_run run;

  (void)state;
  run_cones(&run, net);
  lip_array *forms = array_of(&run, "forms");
  for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
    for (size_t i = 0; i < forms->count && i < 60; i++) {
      double kept = forms->values[i];

      forms->values[i] = numbers[n];
      assert_false(proved_at(&run, run.bracket.lower * (1 - 1e-9)));
      forms->values[i] = kept;
    }
  for (size_t i = 0; i < forms->count; i++) forms->values[i] = NAN;
  assert_false(proved_at(&run, run.bracket.upper * SLACK));
  forms->shape[0] = 1; /* the others are missing */
  assert_false(proved_at(&run, run.bracket.upper * 1000));
  end_cones(&run);
  lip_net_free(net);
}

/* A neuron may be split by once on a way down: its two signs cover what there is. */
static void splits_by_neurons_cover_both_signs(void **state)
{
  lip_net *net = net_of(2, 3, false, 9);
  cone_run run;
  const double N = 8 * 4;
  const double good[] = {N + 0, N + 1, N + 2, -2, -2,    N + 2, -2, -2,
                         N + 1, N + 2, -2,    -2, N + 2, -2,    -2};
  double all = 0;

  (void)state;
  run_cones(&run, net);
  for (size_t signs = 0; signs < 8; signs++) { /* the largest over all signs, feasible or not */
    double g[2] = {0};

    for (size_t l = 0; l < 3; l++)
      for (size_t j = 0; j < 2; j++)
        g[j] += (double)(signs >> l & 1) * net->layer[1].W[l] * net->layer[0].W[2 * l + j];
    all = fmax(all, hypot(g[0], g[1]));
  }
  lip_array *tree = array_of(&run, "tree");
  lip_free(tree->values);
  tree->values = lip_alloc(60, sizeof *tree->values);
  tree->count = tree->shape[0] = 60;
  for (size_t i = 0; i < 60; i++) tree->values[i] = good[i % 15];
  lip_array *forms = array_of(&run, "forms");
  memset(forms->values, 0, forms->count * sizeof *forms->values);
  forms->values[0] = forms->values[2] = 0.5;
  assert_true(proved_at(&run, all * SLACK));
  tree->values[1] = N + 0; /* the same neuron again */
  assert_false(proved_at(&run, 1e9));
  end_cones(&run);
  lip_net_free(net);
}

static void another_network_is_not_proved(void **state)
{
  lip_net *net = net_of(3, 30, true, 10), *other = net_of(3, 30, true, 10);
  cone_run run, change;

  (void)state;
  run_cones(&run, net);
  for (size_t l = 0; l < 30; l++) other->layer[1].W[l] *= 1.001;
  begin_cones(&change, other, (lip_domain){.kind = LIP_SPACE});
  change.bracket.proof = run.bracket.proof;
  assert_false(proved_at(&change, run.bracket.upper * SLACK));
  change.bracket.proof = (lip_proof){0};
  end_cones(&change);
  end_cones(&run);
  lip_net_free(net);
  lip_net_free(other);
}

/* Claims of which cones do not speak: several outputs, smooth activations, other norms. */
static void other_claims_are_refused(void **state)
{
  lip_net *net = net_of(2, 6, true, 11);
  const lip_activation tanh_ = {LIP_TANH, 0};
  lip_net *smooth = make_net(2, (size_t[]){2, 6, 1}, &tanh_, true);
  cone_run run;
  lip_norm_kind norm;

  (void)state;
  run_cones(&run, net);
  norm = run.claim->norm;
  run.claim->norm = LIP_NORM_1;
  assert_false(proved_at(&run, 1e9));
  run.claim->norm = norm;
  run.claim->psi = smooth->layer[0].activation;
  assert_false(proved_at(&run, 1e9));
  end_cones(&run);
  lip_net_free(net);
  lip_net_free(smooth);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_search_is_proved_and_nothing_below_it),
      cmocka_unit_test(a_changed_node_never_proves_a_false_claim),
      cmocka_unit_test(a_tree_that_ends_early_or_late_is_refused),
      cmocka_unit_test(whole_branches_cannot_be_cut_off),
      cmocka_unit_test(exchanged_leaves_are_refused),
      cmocka_unit_test(trees_without_end_are_refused),
      cmocka_unit_test(a_basis_must_span_the_space),
      cmocka_unit_test(forms_of_any_numbers_prove_nothing_false),
      cmocka_unit_test(splits_by_neurons_cover_both_signs),
      cmocka_unit_test(another_network_is_not_proved),
      cmocka_unit_test(other_claims_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
