/* test_graph.c - graphs: products with nodes against matrices written down entry by entry, values
   and derivatives in both directions and both precisions. */
#include "graph_nets.h"

#include "linalg/dgemm.h"
#include "net/operator.h"
#include "net/tape.h"

enum { ROWS = 5 };

static void normals(uint64_t seed, size_t count, double *out)
{
  lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, 0, count, out);
}

/* ---- products with nodes ---- */

/* Does place (h, w) meet the entry (y, x) of the image at offset (u, v)? */
static bool meets(const lip_node *node, size_t h, size_t w, size_t u, size_t v, size_t y, size_t x)
{
  return h * node->stride[0] + u * node->dilation[0] == y + node->before[0] &&
         w * node->stride[1] + v * node->dilation[1] == x + node->before[1];
}

/* The sum over offsets of the kernel's entries (of ones) that lead from (y, x) to (h, w). */
static double led(const lip_node *node, const double *kernel, size_t h, size_t w, size_t y,
                  size_t x)
{
  double sum = 0;

  for (size_t u = 0; u < node->kernel[0]; u++)
    for (size_t v = 0; v < node->kernel[1]; v++)
      if (meets(node, h, w, u, v, y, x)) sum += kernel ? kernel[u * node->kernel[1] + v] : 1;
  return sum;
}

/* Entries of the image in the window of (h, w). */
static double in_window(const lip_node *node, size_t h, size_t w)
{
  double sum = 0;

  if (node->counts_padding) return (double)(node->kernel[0] * node->kernel[1]);
  for (size_t y = 0; y < node->in_height; y++)
    for (size_t x = 0; x < node->in_width; x++) sum += led(node, NULL, h, w, y, x);
  return sum;
}

/* Entry (j, i) of the linear part of a node with one parent of `in` numbers. */
static double matrix_entry(const lip_node *node, size_t in, size_t j, size_t i)
{
  size_t w = j % node->width, h = j / node->width % node->height,
         o = j / node->width / node->height;
  size_t places = node->in_height * node->in_width, c = places ? i / places : 0;
  size_t y = places ? i / node->in_width % node->in_height : 0, x = places ? i % node->in_width : 0;
  size_t area = node->kernel[0] * node->kernel[1];

  switch (node->kind) {
  case LIP_NODE_LINEAR:
    return node->W[j * in + i];
  case LIP_NODE_CONVOLUTION: {
    size_t each = node->in_channels / node->groups;

    if (c / each != o / (node->channels / node->groups)) return 0;
    return led(node, node->W + (o * each + c % each) * area, h, w, y, x);
  }
  case LIP_NODE_AVERAGE_POOL:
    return c == o ? led(node, NULL, h, w, y, x) / in_window(node, h, w) : 0;
  case LIP_NODE_SCALE:
    return i == j ? node->W[node->weights == node->size ? j : o] : 0;
  case LIP_NODE_SELECT:
    return node->index[j] == i;
  default:
    return i == j;
  }
}

/* to += L from by the matrix, or what is asked for. */
static void naive(const lip_net *net, size_t at, bool transposed, bool absolute, const double *from,
                  double *to)
{
  const lip_node *node = &net->node[at];
  size_t in = net->node[node->parent[0]].size, out = node->size;

  for (size_t j = 0; j < out; j++)
    for (size_t i = 0; i < in; i++) {
      double c = matrix_entry(node, in, j, i);

      if (absolute) c = fabs(c);
      for (size_t r = 0; c != 0 && r < ROWS; r++) {
        if (transposed)
          to[r * in + i] += c * from[r * out + j];
        else
          to[r * out + j] += c * from[r * in + i];
      }
    }
}

static void assert_close(size_t count, const double *a, const double *b, double tolerance)
{
  double size = 1;

  for (size_t i = 0; i < count; i++) size = fmax(size, fabs(b[i]));
  for (size_t i = 0; i < count; i++)
    if (!(fabs(a[i] - b[i]) <= tolerance * size))
      fail_msg("entry %zu is %.17g, not %.17g", i, a[i], b[i]);
}

static void check_single(const lip_net *net, size_t at, bool transposed, size_t count, size_t total,
                         const double *from, const double *expected)
{
  const lip_node *node = &net->node[at];
  float *x = lip_alloc(ROWS, count * sizeof *x), *y = lip_alloc(ROWS, total * sizeof *y);
  float *W = lip_alloc(node->weights, sizeof *W);
  double *found = lip_alloc(ROWS, total * sizeof *found);

  for (size_t i = 0; i < ROWS * count; i++) x[i] = (float)from[i];
  for (size_t i = 0; i < ROWS * total; i++) y[i] = NAN;
  for (size_t i = 0; i < node->weights; i++) W[i] = (float)node->W[i];
  assert_int_equal(lip_operator_multiply_f32(net, at, 0, W, transposed, true, ROWS, x, y, NULL),
                   LIP_OK);
  for (size_t i = 0; i < ROWS * total; i++) found[i] = (double)y[i];
  assert_close(ROWS * total, found, expected, 1e-5);
  lip_free(x), lip_free(y), lip_free(W), lip_free(found);
}

/* Both directions, added and written, L and |L|, all rows together and one alone. */
static void check_node(const lip_net *net, size_t at)
{
  size_t size = net->node[at].size, in = net->node[net->node[at].parent[0]].size;

  for (int transposed = 0; transposed < 2; transposed++)
    for (int absolute = 0; absolute < 2; absolute++) {
      size_t count = transposed ? size : in, total = transposed ? in : size;
      double *from = lip_alloc(ROWS, count * sizeof *from);
      double *found = lip_alloc(ROWS, total * sizeof *found);
      double *expected = lip_alloc(ROWS, total * sizeof *expected);

      normals(at, ROWS * count, from);
      normals(at + 50, ROWS * total, found);
      memcpy(expected, found, ROWS * total * sizeof *found);
      naive(net, at, transposed, absolute, from, expected);
      assert_int_equal((transposed ? lip_operator_transpose : lip_operator_apply)(
                           net, at, 0, absolute, ROWS, from, found, NULL),
                       LIP_OK);
      assert_close(ROWS * total, found, expected, 1e-13);
      memset(expected, 0, ROWS * total * sizeof *expected);
      naive(net, at, transposed, absolute, from, expected);
      for (size_t r = 0; !absolute && r < ROWS; r++) {
        for (size_t i = 0; i < total; i++) found[i] = NAN; /* it is not read */
        assert_int_equal(
            lip_operator_multiply(net, at, 0, transposed, true, 1, from + r * count, found, NULL),
            LIP_OK);
        assert_close(total, found, expected + r * total, 1e-13);
      }
      if (!absolute) check_single(net, at, transposed, count, total, from, expected);
      lip_free(from), lip_free(found), lip_free(expected);
    }
}

static lip_net *one_convolution(uint64_t seed)
{
  double z[8];
  size_t groups = 1 + seed % 3, in = groups * (1 + seed % 2), height = 6 + seed % 7;
  builder make;
  lip_node window;

  normals(seed, 8, z);
  make = start_graph(seed, in, height, 7 + seed % 5);
  window = (lip_node){.kernel = {1 + seed % 3, 1 + seed / 3 % 4},
                      .stride = {1 + seed / 5 % 3, 1 + seed / 7 % 2},
                      .before = {seed / 2 % 3, seed / 4 % 4},
                      .after = {2, 1 + seed % 2},
                      .dilation = {1 + seed / 11 % 2, 1 + seed / 13 % 2},
                      .groups = groups};
  return finish_graph(&make, put_convolution(&make, 0, groups * (1 + seed % 7), window));
}

static void convolutions_are_their_matrices(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 300; seed++) {
    lip_net *net = one_convolution(seed);

    check_node(net, 1);
    lip_net_free(net);
  }
}

/* Wide enough for parts: many windows, and a window too large for one part. */
static void large_convolutions_are_cut_without_a_seam(void **state)
{
  static const struct {
    size_t channels, height, width, made, kernel, stride;
  } cases[] = {{40, 17, 9, 8, 5, 1}, {2, 30, 31, 5, 3, 2}, {300, 5, 12, 4, 4, 1}};

  (void)state;
  for (size_t i = 0; i < 3; i++) {
    builder make = start_graph(i, cases[i].channels, cases[i].height, cases[i].width);
    lip_net *net = finish_graph(
        &make,
        put_convolution(&make, 0, cases[i].made, window_of(cases[i].kernel, cases[i].stride, 1)));

    check_node(net, 1);
    lip_net_free(net);
  }
}

static void pools_scales_and_selections_are_their_matrices(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    builder make = start_graph(seed, 3, 4 + seed % 4, 5);
    lip_node window = window_of(2 + seed % 2, 1 + seed / 2 % 3, seed / 6 % 2);
    size_t *index = lip_alloc(7, sizeof *index), size = make.graph.node[0].size, at;
    lip_net *net;

    window.counts_padding = seed % 4 == 0;
    window.after[0] += seed % 2;
    at = put_pool(&make, 0, LIP_NODE_AVERAGE_POOL, window);
    for (size_t j = 0; j < 7; j++) index[j] = j == 3 ? LIP_NOWHERE : (j * j * 5) % size;
    at = put_many(
        &make, LIP_NODE_CONCAT, 3,
        (size_t[]){
            at,
            put(&make, 0,
                (lip_node){.kind = LIP_NODE_SCALE,
                           .W = draw(&make, seed % 3 ? size : 3, 1),
                           .weights = seed % 3 ? size : 3}),
            put(&make, 0, (lip_node){.kind = LIP_NODE_SELECT, .channels = 7, .index = index})});
    net = finish_graph(&make, at);
    for (size_t i = 1; i < 4; i++) check_node(net, i);
    lip_net_free(net);
  }
}

/* ---- values and derivatives of graphs ---- */

static const lip_activation_kind curves[] = {LIP_TANH,       LIP_ELU, LIP_SOFTPLUS, LIP_RELU,
                                             LIP_LEAKY_RELU, LIP_ERF, LIP_SILU,     LIP_GELU};

static lip_net *tangled(uint64_t seed)
{
  return tangled_net(seed, curves[seed % 8], seed % 2 ? LIP_NODE_SOFTMAX : LIP_NODE_ADD);
}

/* Smooth activations, no kink of a maximum between the two points but by chance. */
static void gradients_are_central_differences(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 30; seed++) {
    lip_net *net = tangled(seed);
    size_t d = lip_net_inputs(net), m = lip_net_outputs(net), off = 0;
    double x[256], g[256], y[2][3];

    normals(seed, d, x);
    assert_int_equal(lip_net_gradients(net, seed % m, 1, x, g, NULL), LIP_OK);
    for (size_t i = 0; i < d; i++) {
      double kept = x[i];

      for (int side = 0; side < 2; side++) {
        x[i] = kept + (side ? 1e-5 : -1e-5);
        assert_int_equal(lip_net_values(net, 1, x, y[side], NULL), LIP_OK);
      }
      x[i] = kept;
      off += !(fabs((y[1][seed % m] - y[0][seed % m]) / 2e-5 - g[i]) <= 1e-7);
    }
    assert_true(off <= 1); /* a kink */
    lip_net_free(net);
  }
}

static double dot(size_t count, const double *a, const double *b)
{
  double sum = 0;

  for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

/* <u, J v> = <J' u, v> at every row, and a second use of the tape finds the same. */
static void pulling_is_the_transpose_of_pushing(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 40; seed++) {
    lip_net *net = tangled(seed);
    size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
    double X[ROWS * 256], V[ROWS * 256], G[ROWS * 256], again[ROWS * 256], U[ROWS * 3], Z[ROWS * 3];
    lip_tape *tape = NULL;

    normals(seed, ROWS * d, X);
    normals(seed + 100, ROWS * d, V);
    normals(seed + 200, ROWS * m, U);
    assert_int_equal(lip_tape_create(net, ROWS + 2, &tape, NULL), LIP_OK);
    assert_int_equal(lip_tape_forward(tape, ROWS, X, NULL), LIP_OK);
    assert_int_equal(lip_tape_pull(tape, U, G, NULL), LIP_OK);
    assert_int_equal(lip_tape_push(tape, V, Z, NULL), LIP_OK);
    assert_int_equal(lip_tape_pull(tape, U, again, NULL), LIP_OK);
    assert_memory_equal(G, again, ROWS * d * sizeof *G);
    for (size_t r = 0; r < ROWS; r++) {
      double one = dot(m, U + r * m, Z + r * m), other = dot(d, G + r * d, V + r * d);

      assert_true(fabs(one - other) <= 1e-12 * (1 + fabs(one)));
    }
    lip_tape_free(tape);
    lip_net_free(net);
  }
}

static void single_precision_agrees_to_its_digits(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 40; seed++) {
    lip_net *net = tangled(seed);
    size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
    double X[ROWS * 256], Y[ROWS * 3], G[ROWS * 256], found[ROWS * 256];
    float x[ROWS * 256], y[ROWS * 3], g[ROWS * 256];

    normals(seed, ROWS * d, X);
    for (size_t i = 0; i < ROWS * d; i++) X[i] = x[i] = (float)X[i];
    assert_int_equal(lip_net_values(net, ROWS, X, Y, NULL), LIP_OK);
    assert_int_equal(lip_net_values_f32(net, ROWS, x, y, NULL), LIP_OK);
    for (size_t i = 0; i < ROWS * m; i++) found[i] = (double)y[i];
    assert_close(ROWS * m, found, Y, 1e-5);
    assert_int_equal(lip_net_gradients(net, m - 1, ROWS, X, G, NULL), LIP_OK);
    assert_int_equal(lip_net_gradients_f32(net, m - 1, ROWS, x, g, NULL), LIP_OK);
    for (size_t i = 0; i < ROWS * d; i++) found[i] = (double)g[i];
    assert_close(ROWS * d, found, G, 1e-4);
    assert_int_equal(lip_net_gradients_f32(net, m, ROWS, x, g, NULL), LIP_EOPTION);
    lip_net_free(net);
  }
}

/* One value that many take, and outputs that do not depend on the input. */
static void values_that_are_used_often_or_never_have_their_gradients(void **state)
{
  builder make = start_graph(1, 3, 1, 1);
  size_t sum = put_many(&make, LIP_NODE_ADD, 3, (size_t[]){0, 0, 0});
  size_t all = put_many(&make, LIP_NODE_CONCAT, 3, (size_t[]){sum, 0, sum});
  size_t *nowhere = lip_alloc(2, sizeof *nowhere);
  double x[] = {1, 2, 3}, y[9], g[3], *b = lip_alloc(2, sizeof *b);
  lip_net *net = finish_graph(&make, all);

  (void)state;
  assert_int_equal(lip_net_values(net, 1, x, y, NULL), LIP_OK);
  assert_true(y[0] == 3 && y[3] == 1 && y[8] == 9);
  assert_int_equal(lip_net_gradients(net, 8, 1, x, g, NULL), LIP_OK);
  assert_true(g[0] == 0 && g[1] == 0 && g[2] == 3);
  assert_int_equal(lip_net_gradients(net, 4, 1, x, g, NULL), LIP_OK);
  assert_true(g[0] == 0 && g[1] == 1 && g[2] == 0);
  lip_net_free(net);
  make = start_graph(1, 3, 1, 1);
  nowhere[0] = nowhere[1] = LIP_NOWHERE;
  b[0] = 7, b[1] = 8;
  net = finish_graph(
      &make,
      put(&make, 0,
          (lip_node){
              .kind = LIP_NODE_SELECT, .channels = 2, .index = nowhere, .b = b, .biases = 2}));
  assert_int_equal(lip_net_values(net, 1, x, y, NULL), LIP_OK);
  assert_true(y[0] == 7 && y[1] == 8);
  assert_int_equal(lip_net_gradients(net, 0, 1, x, g, NULL), LIP_OK);
  assert_true(g[0] == 0 && g[1] == 0 && g[2] == 0);
  lip_net_free(net);
}

static void an_overflow_names_its_node(void **state)
{
  builder make = start_graph(1, 1, 2, 2);
  lip_node node = window_of(2, 1, 0);
  size_t at = put_convolution(&make, 0, 1, node);
  double x[] = {1e308, 1e308, 1e308, 1e308}, y;
  float f[] = {1e38F, 1e38F, 1e38F, 1e38F}, g;
  lip_error err = {""};
  lip_net *net;

  (void)state;
  (void)strcpy(make.graph.node[at].name, "the one");
  for (size_t i = 0; i < 4; i++) make.graph.node[at].W[i] = 4;
  net = finish_graph(&make, put_activation(&make, at, LIP_RELU));
  assert_int_equal(lip_net_values(net, 1, x, &y, &err), LIP_ENUMERIC);
  assert_non_null(strstr(err.text, "the one"));
  assert_int_equal(lip_net_values_f32(net, 1, f, &g, &err), LIP_ENUMERIC);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(convolutions_are_their_matrices),
      cmocka_unit_test(large_convolutions_are_cut_without_a_seam),
      cmocka_unit_test(pools_scales_and_selections_are_their_matrices),
      cmocka_unit_test(gradients_are_central_differences),
      cmocka_unit_test(pulling_is_the_transpose_of_pushing),
      cmocka_unit_test(single_precision_agrees_to_its_digits),
      cmocka_unit_test(values_that_are_used_often_or_never_have_their_gradients),
      cmocka_unit_test(an_overflow_names_its_node),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
