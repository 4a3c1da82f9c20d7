/* test_search_regions.c - the exact search over cells of deep networks: against dense samples,
   known constants, degenerate networks; proofs that were changed are refused. */
#include "graph_nets.h"
#include "networks.h"
#include "proofs.h"

#include "certificate/graphs/cell_forms.h"
#include "certificate/domain.h"
#include "lipschitz/method.h"

#include <unistd.h>

static const lip_domain space = {.kind = LIP_SPACE};
static const lip_domain ball = {.kind = LIP_BALL, .radius = 0.8};
static const lip_domain box = {.kind = LIP_BOX, .low = -0.3, .high = 0.9};
static const lip_activation piecewise[] = {
    {LIP_RELU, 0}, {LIP_LEAKY_RELU, 0.1}, {LIP_LEAKY_RELU, -0.5}, {LIP_ABS, 0}};
enum { PIECEWISE = sizeof piecewise / sizeof *piecewise };

typedef struct subject {
  lip_net *net; /* owned */
  lip_claim *claim;
  lip_problem problem;
  lip_bracket bracket;
  double *point;
} subject;

static void subject_clear(subject *s)
{
  lip_proof_clear(&s->bracket.proof);
  lip_claim_free(s->claim);
  lip_net_free(s->net);
  lip_free(s->point);
}

/* Searches from nothing. */
static subject searched(lip_net *net, lip_domain domain, lip_norm_kind norm, const char *output,
                        const lip_control *control)
{
  subject s = {.net = net};
  lip_measure_options options;
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.norm = (int)norm;
  options.output = output;
  s.point = lip_alloc_zero(lip_net_inputs(net), sizeof *s.point);
  assert_non_null(s.point);
  assert_int_equal(lip_problem_state(net, NULL, &options, domain, &s.problem, NULL), LIP_OK);
  assert_int_equal(lip_claim_create(net, s.problem.output, norm, domain, &s.claim, NULL), LIP_OK);
  s.problem.deep = s.claim;
  s.bracket = (lip_bracket){.point = s.point, .upper = INFINITY, .gap = 1e-12};
  assert_true(lip_search_regions.applies(&s.problem));
  if (lip_search_regions.run(&s.problem, &s.bracket, control, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return s;
}

/* The ends meet, the upper one is proved, the lower one is the slope at the point. */
static void assert_exact(subject *s)
{
  double slope, *gradient = lip_alloc(s->problem.d, sizeof *gradient);

  assert_non_null(gradient);
  assert_true(s->bracket.upper <= s->bracket.lower * (1 + 1e-9) + 1e-300);
  assert_true(proves(s->claim, &s->bracket.proof, s->bracket.upper));
  if (s->bracket.lower > 0) {
    assert_int_equal(lip_problem_slopes(&s->problem, 1, s->point, gradient, &slope, NULL), LIP_OK);
    assert_true(fabs(slope - s->bracket.lower) <= 1e-12 * slope);
    assert_false(proves(s->claim, &s->bracket.proof, s->bracket.lower * (1 - 1e-9)));
  }
  lip_free(gradient);
}

/* The largest slope at points of a grid about the origin, moved into the domain. */
static double steepest_sample(const subject *s, size_t side, double reach)
{
  size_t d = s->problem.d, count = 1;
  double *X, *G, *slopes, most = 0;

  for (size_t i = 0; i < d; i++) count *= side;
  X = lip_alloc(count, d * sizeof *X);
  G = lip_alloc(count, d * sizeof *G);
  slopes = lip_alloc(count, sizeof *slopes);
  assert_true(X && G && slopes);
  for (size_t r = 0; r < count; r++) {
    size_t at = r;

    for (size_t i = 0; i < d; i++, at /= side)
      X[r * d + i] = reach * (2 * ((double)(at % side) + 0.37) / (double)side - 1);
    lip_domain_project(s->problem.domain, d, X + r * d);
  }
  assert_int_equal(lip_problem_slopes(&s->problem, count, X, G, slopes, NULL), LIP_OK);
  for (size_t r = 0; r < count; r++) most = fmax(most, slopes[r]);
  lip_free(X);
  lip_free(G);
  lip_free(slopes);
  return most;
}

static lip_net *deep_net(size_t d, size_t k, size_t depth, size_t m, lip_activation psi,
                         uint64_t seed)
{
  size_t widths[8] = {d};
  lip_net *net;

  for (size_t j = 1; j < depth; j++) widths[j] = k;
  widths[depth] = m;
  net = random_net(depth, widths, psi, true, LIP_IDENTITY, LIP_F64);
  lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, net->parameters, net->block);
  return net;
}

static void small_networks_are_exact_in_every_norm_and_domain(void **state)
{
  static const char *const outputs[] = {NULL, "1", "0-1"};

  (void)state;
  for (size_t i = 0; i < 4 * PIECEWISE; i++)
    for (int where = 0; where < 3; where++)
      for (int norm = LIP_NORM_2; norm <= LIP_NORM_INF; norm++) {
        lip_net *net = deep_net(1 + i % 3, 4, 3 + i % 2, 2, piecewise[i % PIECEWISE], i);
        subject s = searched(net,
                             where == 0   ? space
                             : where == 1 ? ball
                                          : box,
                             (lip_norm_kind)norm, outputs[i % 3], NULL);

        assert_exact(&s);
        for (double reach = 1; reach < 200; reach *= 10) {
          double sample = steepest_sample(&s, i % 3 == 0 ? 3000 : i % 3 == 1 ? 60 : 15, reach);

          assert_true(sample <= s.bracket.upper);
        }
        subject_clear(&s);
      }
}

/* In one dimension: every piece, by its kinks found on a fine grid. */
static void pieces_of_a_line_are_all_seen(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 30; seed++) {
    subject s = searched(deep_net(1, 5, 4, 1, piecewise[seed % PIECEWISE], seed), box, LIP_NORM_2,
                         NULL, NULL);

    assert_exact(&s);
    assert_true(steepest_sample(&s, 200000, 1) >= s.bracket.lower * (1 - 1e-9));
    subject_clear(&s);
  }
}

static void networks_without_biases_are_exact(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 12; seed++) {
    lip_net *net = deep_net(2 + seed % 3, 5, 3, 1, piecewise[seed % PIECEWISE], seed);
    subject s;

    for (size_t j = 0; j < 3; j++) memset(net->layer[j].b, 0, net->layer[j].out * sizeof(double));
    s = searched(net, space, LIP_NORM_2, NULL, NULL);
    assert_exact(&s);
    assert_true(steepest_sample(&s, 20, 1) <= s.bracket.upper);
    subject_clear(&s);
  }
}

/* Whole numbers of small size: equal, opposite, parallel and zero rows, dead neurons, kinks of
   several layers at the same points. (Slopes of 0.1 are no whole numbers of halves: there cells
   that are empty by nothing to spare may stay.) */
static void degenerate_networks_are_no_trouble(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 80; seed++) {
    lip_activation psi = piecewise[seed % PIECEWISE];
    lip_net *net = deep_net(1 + seed % 3, 5, 3 + seed % 2, 1, psi, seed);
    double sample;
    subject s;

    for (size_t i = 0; i < net->parameters; i++) net->block[i] = round(0.8 * net->block[i]);
    s = searched(net, seed % 2 ? space : box, LIP_NORM_2, NULL, NULL);
    sample = steepest_sample(&s, seed % 3 == 0 ? 5000 : seed % 3 == 1 ? 70 : 17, 3.1);
    assert_true(sample <= s.bracket.upper);
    assert_true(s.bracket.lower >= sample * (1 - 1e-12));
    if (s.bracket.upper < INFINITY) assert_true(proves(s.claim, &s.bracket.proof, s.bracket.upper));
    if (psi.kind != LIP_LEAKY_RELU)
      assert_true(s.bracket.upper <= s.bracket.lower * (1 + 1e-9) + 1e-300);
    subject_clear(&s);
  }
}

static void copies_and_scales_change_nothing(void **state)
{
  (void)state;
  for (int power = -480; power <= 480; power += 160) {
    lip_net *net = deep_net(3, 5, 3, 2, piecewise[0], 4), *more;
    subject s = searched(net, space, LIP_NORM_2, NULL, NULL), t;
    size_t widths[] = {3, 6, 5, 2};

    more = random_net(3, widths, piecewise[0], true, LIP_IDENTITY, LIP_F64);
    for (size_t l = 0; l < 6; l++) { /* neuron 4 of the first layer in two parts, scaled */
      size_t from = l < 5 ? l : 4;

      for (size_t i = 0; i < 3; i++)
        more->layer[0].W[l * 3 + i] = ldexp(net->layer[0].W[from * 3 + i], power);
      more->layer[0].b[l] = ldexp(net->layer[0].b[from], power);
      for (size_t j = 0; j < 5; j++)
        more->layer[1].W[j * 6 + l] = ldexp(net->layer[1].W[j * 5 + from], -power) * (l < 4 ? 1
                                                                                      : l == 4
                                                                                          ? 0.75
                                                                                          : 0.25);
    }
    memcpy(more->layer[1].b, net->layer[1].b, 5 * sizeof(double));
    memcpy(more->layer[2].W, net->layer[2].W, 10 * sizeof(double));
    t = searched(more, space, LIP_NORM_2, NULL, NULL);
    assert_exact(&t);
    assert_true(fabs(t.bracket.lower - s.bracket.lower) <= 1e-9 * s.bracket.lower);
    subject_clear(&s);
    subject_clear(&t);
  }
}

/* A skip around a layer, a convolution and an average pool. */
static void graphs_are_exact(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 6; seed++) {
    builder make = start_graph(seed, 1, 2, 2);
    size_t at = put_activation(&make, put_convolution(&make, 0, 2, window_of(2, 1, 0)), LIP_RELU);
    size_t skip = put_linear(&make, at, 3), pool;
    subject s;

    at = put_linear(&make, put_activation(&make, skip, LIP_RELU), 3);
    at = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){at, skip});
    pool = put_linear(&make, 0, 3);
    at = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){at, pool});
    at = put_linear(&make, put_activation(&make, at, LIP_LEAKY_RELU), 2);
    s = searched(finish_graph(&make, at), seed % 2 ? space : box, LIP_NORM_2, NULL, NULL);
    assert_exact(&s);
    assert_true(steepest_sample(&s, 9, 2) <= s.bracket.upper);
    subject_clear(&s);
  }
}

static bool stop_at_once(void *context)
{
  int *left = context;

  return (*left)-- <= 0;
}

static void a_stopped_search_has_a_proof_of_what_it_says(void **state)
{
  (void)state;
  for (int calls = 0; calls < 600; calls = 2 * calls + 1) {
    int left = calls;
    lip_control control = {.stop = stop_at_once, .context = &left};
    subject s = searched(deep_net(3, 6, 3, 1, piecewise[0], 8), box, LIP_NORM_2, NULL, &control);

    if (s.bracket.upper < INFINITY) assert_true(proves(s.claim, &s.bracket.proof, s.bracket.upper));
    assert_true(steepest_sample(&s, 12, 1) <= s.bracket.upper);
    subject_clear(&s);
  }
}

/* The proof with one of its numbers changed. */
static bool proves_with(subject *s, size_t item, size_t at, double value)
{
  double *number = &s->bracket.proof.item[item].array.values[at], kept = *number;
  bool proved;

  *number = value;
  proved = proves(s->claim, &s->bracket.proof, s->bracket.upper);
  *number = kept;
  return proved;
}

static void changed_trees_are_refused(void **state)
{
  subject s = searched(deep_net(3, 5, 3, 1, piecewise[0], 3), space, LIP_NORM_2, NULL, NULL);
  lip_array *tree = &s.bracket.proof.item[0].array, *farkas = &s.bracket.proof.item[1].array;
  static const double wrong[] = {-1, 0.5, 1e9, NAN, INFINITY};

  (void)state;
  assert_exact(&s);
  assert_int_equal(s.bracket.proof.count, 2);
  for (size_t i = 0; i < tree->count; i++) {
    for (size_t w = 0; w < sizeof wrong / sizeof *wrong; w++)
      assert_false(proves_with(&s, 0, i, wrong[w]));
    if (tree->values[i] != 0) assert_false(proves_with(&s, 0, i, 0)); /* the rest is left over */
    if (tree->values[i] != 1) assert_false(proves_with(&s, 0, i, 1));
    if (tree->values[i] >= 2) assert_false(proves_with(&s, 0, i, tree->values[i] + 1));
  }
  for (size_t i = 0; i < farkas->count; i++) {
    assert_false(proves_with(&s, 1, i, NAN));
    assert_false(proves_with(&s, 1, i, -1));
  }
  tree->count--; /* a leaf is missing */
  assert_false(proves(s.claim, &s.bracket.proof, s.bracket.upper));
  tree->count++;
  farkas->count--;
  assert_false(proves(s.claim, &s.bracket.proof, s.bracket.upper));
  farkas->count++;
  subject_clear(&s);
}

/* Whatever the weights: a cell that has a point deep inside is never shown to be empty. */
static void cells_with_a_point_are_never_empty(void **state)
{
  size_t tried = 0;

  (void)state;
  for (uint64_t seed = 0; seed < 40; seed++)
    for (int where = 0; where < 3; where++) {
      lip_net *net = deep_net(3, 6, 3, 1, piecewise[seed % PIECEWISE], seed);
      lip_output output = {.kind = LIP_ALL_OUTPUTS};
      lip_cell_forms *forms = NULL;
      lip_claim *claim = NULL;
      double x[3], random[12];

      assert_int_equal(lip_claim_create(net, output, LIP_NORM_2,
                                        where == 0   ? space
                                        : where == 1 ? ball
                                                     : box,
                                        &claim, NULL),
                       LIP_OK);
      assert_int_equal(lip_cell_forms_create(claim, &forms, NULL, NULL), LIP_OK);
      lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, 3, x);
      lip_domain_project(claim->domain, 3, x);
      for (size_t l = 0; l < 12; l++) { /* the sides at x */
        const double *c, *r;
        size_t stride;
        double z;

        assert_int_equal(lip_cell_forms_reach(forms, net->node[forms->node[l]].parent[0], NULL),
                         LIP_OK);
        stride = lip_cell_forms_argument(forms, l, &c, &r);
        z = c[3 * stride];
        for (size_t i = 0; i < 3; i++) z += c[i * stride] * x[i];
        lip_cell_forms_set(forms, l, z > 0 ? 1 : -1);
      }
      for (uint64_t round = 0; round < 300; round++) {
        lip_side_row row[12];
        size_t count = 0;
        bool empty;

        lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, round * 12, 12, random);
        for (size_t l = 0; l < 12; l++)
          if (random[l] > 0.5) row[count++] = (lip_side_row){l, forms->side[l], exp(3 * random[l])};
        assert_int_equal(lip_cell_forms_empty(forms, count, row, &empty, NULL), LIP_OK);
        assert_false(empty);
        tried += count > 0;
      }
      lip_cell_forms_free(forms);
      lip_claim_free(claim);
      lip_net_free(net);
    }
  assert_true(tried > 30000);
}

/* From the witness of the search over cells: the semidefinite bounds of patterns close to it, where
   every pattern has a point or its cell is shown to be empty. */
static void semidefinite_bounds_close_patterns(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 8; seed++) {
    lip_domain domain = seed % 2 ? box : space;
    lip_net *net = deep_net(3, 5, 3, 1 + seed % 2, piecewise[seed % PIECEWISE], seed);
    subject s = searched(net, domain, LIP_NORM_2, NULL, NULL);
    double exact = s.bracket.lower;

    lip_proof_clear(&s.bracket.proof);
    s.bracket.upper = INFINITY;
    s.bracket.gap = 1e-6;
    assert_true(lip_search_sectors.applies(&s.problem));
    assert_int_equal(lip_search_sectors.run(&s.problem, &s.bracket, NULL, NULL), LIP_OK);
    assert_true(s.bracket.upper <= exact * (1 + 2e-6));
    assert_true(proves(s.claim, &s.bracket.proof, s.bracket.upper));
    assert_false(proves(s.claim, &s.bracket.proof, exact * (1 - 1e-6)));
    for (size_t i = 0; i < s.bracket.proof.count; i++) {
      lip_array *array = &s.bracket.proof.item[i].array;

      if (strcmp(s.bracket.proof.item[i].name, "multipliers") != 0) continue;
      for (size_t j = 0; j < array->count; j += 1 + array->count / 20) {
        assert_false(proves_with(&s, i, j, NAN));
        assert_false(proves_with(&s, i, j, -1e9));
      }
      array->count--;
      assert_false(proves(s.claim, &s.bracket.proof, s.bracket.upper));
      array->count++;
    }
    subject_clear(&s);
  }
}

static const char *testdata_or_skip(void)
{
  const char *folder = getenv("LIPLAW_TESTDATA");

  if (!folder || access(folder, R_OK) != 0) {
    print_message("the networks of others (LIPLAW_TESTDATA) are missing: skipped\n");
    skip();
  }
  return folder;
}

typedef struct known {
  const char *file;
  lip_domain domain;
  lip_norm_kind norm;
  double constant;
} known;

/* Constants from branch and bound programs of others, and one from all pieces of a line. */
static void known_constants_are_found(void **state)
{
  static const lip_domain unit = {.kind = LIP_BOX, .low = 0, .high = 1};
  static const lip_domain tenth = {.kind = LIP_BOX, .low = 0, .high = 0.1};
  const known networks[] = {
      {"weights/exlipbab_iris_4_6_6_3.npz", space, LIP_NORM_2, 11.634355134114875},
      {"weights/exlipbab_wine_11_12_12_1.npz", space, LIP_NORM_2, 1.7433699967107172},
      {"weights/lipbab_iris_4_5_5_3.npz", unit, LIP_NORM_2, 6.771454513402937},
      {"weights/lipbab_iris_4_5_5_3.npz", unit, LIP_NORM_1, 5.958048912394726},
      {"weights/lipbab_iris_4_5_5_3.npz", unit, LIP_NORM_INF, 12.605085581416922},
      {"weights/lipbab_sd_10_15_10_3.npz", tenth, LIP_NORM_2, 9.530716922306004},
      {"weights/lipbab_sd_10_15_10_3.npz", tenth, LIP_NORM_1, 10.41286850374477},
      {"weights/lipbab_sd_10_15_10_3.npz", tenth, LIP_NORM_INF, 16.274810805318676},
      {"onnx/nn4sys/lindex.onnx", space, LIP_NORM_2, 251.04695166966565},
      {"onnx/test/test_small.onnx", space, LIP_NORM_2, 24},
      {"onnx/test/test_nano.onnx", space, LIP_NORM_2, 0.5},
  };

  (void)state;
  for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
    char path[1024];
    lip_net *net = NULL;
    lip_error err = {""};
    subject s;

    (void)snprintf(path, sizeof path, "%s/%s", testdata_or_skip(), networks[i].file);
    if (lip_net_read(path, &net, &err) != LIP_OK) fail_msg("%s", err.text);
    s = searched(net, networks[i].domain, networks[i].norm, NULL, NULL);
    assert_exact(&s);
    assert_true(fabs(s.bracket.lower - networks[i].constant) <= 1e-12 * networks[i].constant);
    subject_clear(&s);
  }
}

/* 32 + 32 neurons in 64 dimensions; the witness comes from the methods below. */
static void digits_networks_are_closed(void **state)
{
  char path[1024];
  lip_net *net = NULL;
  lip_measure_options options;
  lip_measurement found;

  (void)state;
  (void)snprintf(path, sizeof path, "%s/weights/digits_fnn3_seed0.npz", testdata_or_skip());
  assert_int_equal(lip_net_read(path, &net, NULL), LIP_OK);
  lip_measure_defaults(&options);
  options.output = "7";
  options.gap = 1e-6;
  options.time_limit = 300;
  assert_int_equal(lip_measure(net, NULL, &options, &found, NULL, NULL), LIP_OK);
  assert_true(found.certified);
  assert_true(found.lower >= 9.6515 && found.upper <= found.lower * (1 + 2e-6));
  lip_measurement_clear(&found);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_networks_are_exact_in_every_norm_and_domain),
      cmocka_unit_test(pieces_of_a_line_are_all_seen),
      cmocka_unit_test(networks_without_biases_are_exact),
      cmocka_unit_test(degenerate_networks_are_no_trouble),
      cmocka_unit_test(copies_and_scales_change_nothing),
      cmocka_unit_test(graphs_are_exact),
      cmocka_unit_test(a_stopped_search_has_a_proof_of_what_it_says),
      cmocka_unit_test(changed_trees_are_refused),
      cmocka_unit_test(cells_with_a_point_are_never_empty),
      cmocka_unit_test(known_constants_are_found),
      cmocka_unit_test(semidefinite_bounds_close_patterns),
      cmocka_unit_test(digits_networks_are_closed),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
