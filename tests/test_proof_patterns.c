/* test_proof_patterns.c - tests of trees of patterns as proofs: what is true verifies, what was
   tampered with does not prove more than what is true. */
#include "pattern_nets.h"

#include "certificate/two_layers/cell_empty.h"
#include "certificate/domain.h"
#include "linalg/dgemm.h"

static const lip_domain space = {.kind = LIP_SPACE};
static const lip_activation relu = {LIP_RELU, 0};

static lip_verdict verdict_on(const subject *s, const lip_proof *proof, double upper)
{
  lip_verdict verdict = {.proved = true};
  lip_error err = {""};

  if (lip_proof_patterns.verify(s->claim, proof, upper, &verdict, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return verdict;
}

/* A tree with bounded and empty leaves. */
static subject searched(uint64_t seed)
{
  subject s = subject_of(normal_network(2, 9, 1 + seed % 2, relu, seed), space);

  search(&s, NULL);
  assert_proved(&s);
  return s;
}

static lip_proof copy_of(const lip_proof *proof)
{
  lip_proof copy = {.kind = proof->kind};

  for (size_t i = 0; i < proof->count; i++) {
    const lip_array *array = &proof->item[i].array;
    double *values;

    assert_int_equal(
        lip_proof_add(&copy, proof->item[i].name, array->rank, array->shape, &values, NULL),
        LIP_OK);
    memcpy(values, array->values, array->count * sizeof *values);
  }
  return copy;
}

static lip_array *array_of(lip_proof *proof, const char *name)
{
  for (size_t i = 0; i < proof->count; i++)
    if (strcmp(proof->item[i].name, name) == 0) return &proof->item[i].array;
  fail_msg("no array %s", name);
  return NULL;
}

static void remove_value(lip_array *array, size_t at)
{
  memmove(array->values + at, array->values + at + 1, (array->count - at - 1) * sizeof(double));
  array->shape[0] = --array->count;
}

/* Puts a value before place `at`. */
static void insert_value(lip_array *array, size_t at, double value)
{
  double *more = lip_alloc(array->count + 1, sizeof *more);

  memcpy(more, array->values, at * sizeof *more);
  memcpy(more + at + 1, array->values + at, (array->count - at) * sizeof *more);
  more[at] = value;
  lip_free(array->values);
  array->values = more;
  array->shape[0] = ++array->count;
}

static void a_tree_proves_its_value_and_nothing_below_it(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 8; seed++) {
    subject s = searched(seed);

    assert_true(proves(s.claim, &s.bracket.proof, s.bracket.upper * 2));
    assert_false(proves(s.claim, &s.bracket.proof, s.bracket.lower * (1 - 1e-12)));
    assert_false(proves(s.claim, &s.bracket.proof, NAN));
    assert_false(proves(s.claim, &s.bracket.proof, -1));
    assert_false(proves(s.claim, &s.bracket.proof, INFINITY));
    subject_clear(&s);
  }
}

static void a_removed_or_a_doubled_value_is_refused(void **state)
{
  static const char *const names[] = {"split", "multipliers", "farkas"};
  subject s = searched(1);

  (void)state;
  for (size_t i = 0; i < 3; i++)
    for (size_t at = 0; at < array_of(&s.bracket.proof, names[i])->count; at++) {
      lip_proof shorter = copy_of(&s.bracket.proof), longer = copy_of(&s.bracket.proof);
      double value = array_of(&longer, names[i])->values[at];

      remove_value(array_of(&shorter, names[i]), at);
      insert_value(array_of(&longer, names[i]), at, value);
      assert_false(proves(s.claim, &shorter, s.bracket.upper * 10));
      assert_false(proves(s.claim, &longer, s.bracket.upper * 10));
      lip_proof_clear(&shorter);
      lip_proof_clear(&longer);
    }
  subject_clear(&s);
}

/* Numbers that have no place where they are put; two values in each other's place. */
static void strange_values_never_prove_less_than_the_truth(void **state)
{
  static const double strange[] = {NAN, INFINITY, -INFINITY, -1, -2,   -3,
                                   0,   0.5,      1e300,     9,  1e18, -0.0};

  (void)state;
  for (uint64_t seed = 0; seed < 4; seed++) {
    subject s = searched(seed);
    double below = s.bracket.lower * (1 - 1e-9);

    for (size_t i = 0; i < s.bracket.proof.count; i++) {
      lip_proof changed = copy_of(&s.bracket.proof);
      lip_array *array = &changed.item[i].array;

      for (size_t at = 0; at < array->count; at++) {
        double kept = array->values[at];

        for (size_t j = 0; j < sizeof strange / sizeof *strange; j++) {
          array->values[at] = strange[j];
          assert_false(proves(s.claim, &changed, below));
          if (isnan(strange[j])) assert_false(proves(s.claim, &changed, s.bracket.upper * 2));
        }
        array->values[at] = array->values[(at + 1) % array->count];
        array->values[(at + 1) % array->count] = kept;
        assert_false(proves(s.claim, &changed, below));
        array->values[(at + 1) % array->count] = array->values[at];
        array->values[at] = kept;
      }
      lip_proof_clear(&changed);
    }
    subject_clear(&s);
  }
}

/* Random trees over the same neurons, with all leaves said to be empty or bounded. */
static void random_trees_never_prove_less_than_the_truth(void **state)
{
  subject s = searched(3);
  double draws[64];

  (void)state;
  for (uint64_t trial = 0; trial < 3000; trial++) {
    lip_proof made = {.kind = &lip_proof_patterns};
    size_t counts[] = {1 + trial % 15, 1 + trial % 40, 1 + trial % 12};
    const char *names[] = {"split", "multipliers", "farkas"};

    for (size_t i = 0; i < 3; i++) {
      double *values;

      lip_random_uniform((lip_stream){trial, LIP_FOR_PROBES}, 64 * i, 64, draws);
      assert_int_equal(lip_proof_add(&made, names[i], 1, &counts[i], &values, NULL), LIP_OK);
      for (size_t j = 0; j < counts[i]; j++)
        values[j] = i == 0   ? floor(draws[j] * 11) - 2
                    : i == 1 ? exp(6 * draws[j] - 3)
                             : floor(draws[j] * 9);
    }
    assert_false(proves(s.claim, &made, s.bracket.lower * (1 - 1e-9)));
    lip_proof_clear(&made);
  }
  subject_clear(&s);
}

static void other_names_and_shapes_are_refused(void **state)
{
  subject s = searched(1);
  lip_proof changed = copy_of(&s.bracket.proof);
  double *values;

  (void)state;
  array_of(&changed, "split")->rank = 2;
  assert_false(proves(s.claim, &changed, s.bracket.upper * 2));
  array_of(&changed, "split")->rank = 1;
  assert_true(proves(s.claim, &changed, s.bracket.upper * 2));
  assert_int_equal(lip_proof_add(&changed, "more", 1, (size_t[]){1}, &values, NULL), LIP_OK);
  assert_false(proves(s.claim, &changed, s.bracket.upper * 2));
  (void)snprintf(changed.item[changed.count - 1].name, sizeof changed.item->name, "split");
  assert_false(proves(s.claim, &changed, s.bracket.upper * 2));
  lip_proof_clear(&changed);
  subject_clear(&s);
}

/* A tree of depth k, every neuron split on the way: far deeper than a stack would like. */
static void a_deep_tree_is_read_without_recursion(void **state)
{
  enum { K = 3000 };
  lip_net *net = network(1, K, 1, relu);
  subject s;
  lip_proof made = {.kind = &lip_proof_patterns};
  double *split;

  (void)state;
  for (size_t l = 0; l < K; l++) {
    net->layer[0].W[l] = 1;
    net->layer[0].b[l] = (double)l;
    net->layer[1].W[l] = l == 0;
  }
  s = subject_of(net, space);
  assert_int_equal(lip_proof_add(&made, "split", 1, (size_t[]){K}, &split, NULL), LIP_OK);
  for (size_t l = 0; l < K; l++) split[l] = (double)l;
  assert_false(proves(s.claim, &made, 2)); /* it ends before a leaf */
  split[K - 1] = 0;
  assert_non_null(strstr(verdict_on(&s, &made, 2).reason, "only one slope")); /* 0 a second time */
  lip_proof_clear(&made);
  subject_clear(&s);
}

static bool empty(const subject *s, size_t rows, const lip_cell_row *row)
{
  bool is = true;

  assert_int_equal(lip_cell_certainly_empty(s->claim, rows, row, &is, NULL), LIP_OK);
  return is;
}

/* Three half planes: x > 0.1, y > 0.1, x + y < 0.2 have no point; x + y < 0.25 leaves one. The
   weights are not exact in binary, so that they have to be solved for. */
static void cells_without_a_point_are_told_from_thin_ones(void **state)
{
  static const double W[] = {0.3, 0.1, 0.1, 0.7, 0.2, 0.4, 0.2, 0.4};
  const double p[] = {0.1, 0.3}; /* where the first three meet */
  lip_domain domains[] = {{.kind = LIP_SPACE},
                          {.kind = LIP_BALL, .radius = 2},
                          {.kind = LIP_ON_SPHERE, .radius = 2},
                          {.kind = LIP_BOX, .low = -2, .high = 2}};

  (void)state;
  for (size_t which = 0; which < 4; which++)
    for (int shift = -1; shift <= 1; shift += 2) {
      lip_net *net = network(2, 4, 1, relu);
      subject s;
      /* y_0 w_0 + y_1 w_1 = w_2 with y = (0.5, 0.5) would give (0.2, 0.4) */
      const lip_cell_row row[] = {{0, 1, 0.5}, {1, 1, 0.5}, {2, -1, 1}};
      const lip_cell_row wrong[] = {{0, 1, 0.5}, {1, -1, 0.5}, {2, -1, 1}};
      const lip_cell_row less[] = {{0, 1, 0.5}, {2, -1, 1}};

      memcpy(net->layer[0].W, W, sizeof W);
      for (size_t l = 0; l < 4; l++)
        net->layer[0].b[l] = -lip_dot(2, W + 2 * l, p) + (l == 2 ? shift * 1e-6 : 0);
      s = subject_of(net, domains[which]);
      assert_int_equal(empty(&s, 3, row), shift > 0);
      assert_false(empty(&s, 3, wrong));
      assert_false(empty(&s, 2, less));
      subject_clear(&s);
    }
}

static void opposite_sides_of_equal_planes_are_exactly_empty(void **state)
{
  static const double scales[] = {1, 0x1p-300, 0x1p300};

  (void)state;
  for (size_t i = 0; i < 3; i++) {
    lip_net *net = network(3, 4, 1, relu);
    subject s;

    for (size_t j = 0; j < 3; j++) {
      net->layer[0].W[j] = 0.1 * (double)(j + 1) * scales[i];
      net->layer[0].W[3 + j] = -2 * net->layer[0].W[j]; /* parallel, turned around */
      net->layer[0].W[6 + j] = net->layer[0].W[j];
    }
    net->layer[0].b[0] = 0.3;
    net->layer[0].b[1] = -2 * 0.3;
    net->layer[0].b[2] = nextafter(0.3, 1);
    s = subject_of(net, space);
    assert_true(empty(&s, 2, (lip_cell_row[]){{0, 1, 2 / scales[i]}, {1, 1, 1 / scales[i]}}));
    assert_true(empty(&s, 2, (lip_cell_row[]){{0, 1, 2}, {1, 1, 1}}) || i > 0);
    /* w x + 0.3 > 0 > w x + 0.3 (1 + eps): empty; the other way round there is a sliver */
    assert_true(empty(&s, 2, (lip_cell_row[]){{0, 1, 1 / scales[i]}, {2, -1, 1 / scales[i]}}));
    assert_false(empty(&s, 2, (lip_cell_row[]){{0, -1, 1 / scales[i]}, {2, 1, 1 / scales[i]}}));
    /* a row of zeros has no sides */
    assert_false(empty(&s, 1, (lip_cell_row[]){{3, 1, 1}}));
    assert_false(empty(&s, 1, (lip_cell_row[]){{0, 1, -1}}));
    assert_false(empty(&s, 1, (lip_cell_row[]){{0, 1, NAN}}));
    assert_false(empty(&s, 1, (lip_cell_row[]){{7, 1, 1}}));
    assert_false(empty(&s, 0, NULL));
    subject_clear(&s);
  }
}

/* Whatever the weights, a cell around a known point is never said to be empty. */
static void no_weights_show_that_a_cell_with_a_point_is_empty(void **state)
{
  const lip_domain domains[] = {{.kind = LIP_SPACE},
                                {.kind = LIP_BALL, .radius = 1},
                                {.kind = LIP_ON_SPHERE, .radius = 1},
                                {.kind = LIP_BOX, .low = -1, .high = 1}};

  (void)state;
  for (uint64_t seed = 0; seed < 2000; seed++) {
    lip_domain domain = domains[seed % 4];
    size_t d = 1 + seed % 3, rows = 1 + seed / 7 % 5;
    subject s = subject_of(normal_network(d, 5, 1, relu, seed), domain);
    double x[3], weight[5];
    lip_cell_row row[5];

    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, d, x);
    lip_domain_project(domain, d, x);
    lip_random_uniform((lip_stream){seed, LIP_FOR_POINTS}, 8, 5, weight);
    for (size_t l = 0; l < rows; l++) {
      double z = lip_dot(d, s.net->layer[0].W + l * d, x) + s.net->layer[0].b[l];

      row[l] = (lip_cell_row){l, z > 0 ? 1 : -1, weight[l]};
    }
    assert_false(empty(&s, rows, row));
    subject_clear(&s);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_tree_proves_its_value_and_nothing_below_it),
      cmocka_unit_test(a_removed_or_a_doubled_value_is_refused),
      cmocka_unit_test(strange_values_never_prove_less_than_the_truth),
      cmocka_unit_test(random_trees_never_prove_less_than_the_truth),
      cmocka_unit_test(other_names_and_shapes_are_refused),
      cmocka_unit_test(a_deep_tree_is_read_without_recursion),
      cmocka_unit_test(cells_without_a_point_are_told_from_thin_ones),
      cmocka_unit_test(opposite_sides_of_equal_planes_are_exactly_empty),
      cmocka_unit_test(no_weights_show_that_a_cell_with_a_point_is_empty),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
