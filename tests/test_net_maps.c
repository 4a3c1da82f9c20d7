/* test_net_maps.c - layers that are not affine: distances from centers, lengths of groups, the
   least entry. Values and gradients against plain loops, files, hashes, and who refuses them. */
#include "networks.h"

#include "base/memory.h"
#include "certificate/claim.h"
#include "certificate/network_hash.h"

#include <liplaw/measure.h>

#include <unistd.h>

enum { ROWS = 40, D = 7 };

/* A layer to be made. */
typedef struct shape {
  size_t out;
  lip_map map;
  lip_activation_kind psi;
  bool bias;
  double scale;
} shape;

static lip_net *net_of(size_t d, size_t depth, const shape *shapes, lip_precision precision)
{
  size_t widths[8] = {d};
  lip_map maps[8] = {0};
  lip_activation psi[8] = {{0}};
  bool biases[8] = {0};
  lip_net *net = NULL;

  for (size_t j = 0; j < depth; j++) {
    widths[j + 1] = shapes[j].out;
    maps[j] = shapes[j].map;
    psi[j] = (lip_activation){shapes[j].psi, 0.25};
    biases[j] = shapes[j].bias;
  }
  assert_int_equal(lip_net_create_maps(depth, widths, maps, psi, biases, precision, &net, NULL),
                   LIP_OK);
  lip_random_normal((lip_stream){3, LIP_FOR_WEIGHTS}, 0, net->parameters, net->block);
  for (size_t j = 0; j < depth; j++) net->layer[j].scale = shapes[j].scale;
  for (size_t i = 0; precision == LIP_F32 && i < net->parameters; i++)
    net->block[i] = (float)net->block[i];
  return net;
}

static const shape tents[] = {{30, LIP_DISTANCE, LIP_RELU, true, -0.3125},
                              {1, LIP_AFFINE, LIP_IDENTITY, false, 1}};
static const shape cones[] = {{30, LIP_DISTANCE, LIP_IDENTITY, true, 3.5},
                              {1, LIP_SMALLEST, LIP_IDENTITY, false, 1}};
static const shape corners[] = {{12, LIP_AFFINE, LIP_RELU, true, 1},
                                {4, LIP_GROUPS, LIP_IDENTITY, true, 2.25},
                                {1, LIP_SMALLEST, LIP_IDENTITY, false, 1}};
static const shape mixed[] = {{9, LIP_DISTANCE, LIP_LEAKY_RELU, false, -1.5},
                              {3, LIP_GROUPS, LIP_TANH, false, 0.5},
                              {5, LIP_DISTANCE, LIP_ABS, true, 1},
                              {2, LIP_AFFINE, LIP_IDENTITY, true, 1}};
static const shape single[] = {{1, LIP_DISTANCE, LIP_SQUARE, true, 2}};
static const shape least_last[] = {{6, LIP_GROUPS, LIP_RELU, true, -2},
                                   {1, LIP_SMALLEST, LIP_TANH, false, 1}};

static const struct {
  const shape *shapes;
  size_t d, depth;
} nets[] = {{tents, D, 2}, {cones, D, 2},  {corners, D, 3},
            {mixed, D, 4}, {single, D, 1}, {least_last, 12, 2}};
enum { NETS = sizeof nets / sizeof *nets };

/* The layer of one point, from the definition, in long double. */
static void plain_layer(const lip_layer *layer, const long double *h, long double *z)
{
  size_t size = layer->in / layer->out;

  for (size_t j = 0; j < layer->out; j++) {
    long double sum = 0;

    if (layer->map == LIP_SMALLEST) {
      sum = h[0];
      for (size_t i = 1; i < layer->in; i++) sum = fminl(sum, h[i]);
    } else if (layer->map == LIP_GROUPS) {
      for (size_t i = 0; i < size; i++) sum += h[j * size + i] * h[j * size + i];
    } else {
      for (size_t i = 0; i < layer->in; i++) {
        long double w = layer->W[j * layer->in + i];

        sum += layer->map == LIP_AFFINE ? w * h[i] : (h[i] - w) * (h[i] - w);
      }
    }
    if (layer->map == LIP_DISTANCE || layer->map == LIP_GROUPS) sum = layer->scale * sqrtl(sum);
    if (layer->b) sum += layer->b[j];
    z[j] = lip_activation_value(layer->activation, (double)sum);
  }
}

static double plain_value(const lip_net *net, size_t output, const double *x)
{
  long double here[64], next[64];

  for (size_t i = 0; i < lip_net_inputs(net); i++) here[i] = x[i];
  for (size_t j = 0; j < net->depth; j++) {
    plain_layer(&net->layer[j], here, next);
    memcpy(here, next, sizeof here);
  }
  return (double)here[output];
}

static void values_are_those_of_the_definition(void **state)
{
  double X[ROWS * 12], Y[ROWS * 2];

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, ROWS * 12, X);
  for (size_t v = 0; v < NETS; v++) {
    lip_net *net = net_of(nets[v].d, nets[v].depth, nets[v].shapes, LIP_F64);
    size_t m = lip_net_outputs(net);

    for (size_t rows = 1; rows <= ROWS; rows += 13) {
      assert_int_equal(lip_net_values(net, rows, X, Y, NULL), LIP_OK);
      for (size_t i = 0; i < rows; i++)
        for (size_t o = 0; o < m; o++) {
          double exact = plain_value(net, o, X + i * nets[v].d);

          assert_true(fabs(Y[i * m + o] - exact) <= 1e-13 * (1 + fabs(exact)));
        }
    }
    lip_net_free(net);
  }
}

static void gradients_are_central_differences(void **state)
{
  double X[ROWS * 12], G[ROWS * 12], x[12], step = 1e-6;

  (void)state;
  lip_random_normal((lip_stream){2, LIP_FOR_POINTS}, 0, ROWS * 12, X);
  for (size_t v = 0; v < NETS; v++) {
    lip_net *net = net_of(nets[v].d, nets[v].depth, nets[v].shapes, LIP_F64);
    size_t d = nets[v].d;

    for (size_t o = 0; o < lip_net_outputs(net); o++) {
      assert_int_equal(lip_net_gradients(net, o, ROWS, X, G, NULL), LIP_OK);
      for (size_t i = 0; i < ROWS * d; i++) {
        double ahead, behind;

        memcpy(x, X + i / d * d, d * sizeof *x);
        x[i % d] += step;
        ahead = plain_value(net, o, x);
        x[i % d] -= 2 * step;
        behind = plain_value(net, o, x);
        assert_true(fabs(G[i] - (ahead - behind) / (2 * step)) <= 1e-6 * (1 + fabs(G[i])));
      }
    }
    lip_net_free(net);
  }
}

/* Where |h|^2 + |w|^2 - 2 h.w would lose all digits, and where squares overflow or underflow. */
static void distances_do_not_cancel(void **state)
{
  enum { N = 200, DIM = 50 };
  static const double far[] = {0, 1e6, -1e9, 0, 0, 0}, size[] = {1e-9, 1e-3, 1, 1e-200, 1e200, 0};
  static double Y[N * N], noise[N * DIM];
  const shape near = {N, LIP_DISTANCE, LIP_IDENTITY, false, 1};

  (void)state;
  lip_random_normal((lip_stream){4, LIP_FOR_POINTS}, 0, N * DIM, noise);
  for (size_t c = 0; c < sizeof far / sizeof *far; c++) {
    lip_net *net = net_of(DIM, 1, &near, LIP_F64);
    double *W = net->layer[0].W;

    for (size_t i = 0; i < N * DIM; i++) W[i] = far[c] + size[c] * noise[i];
    memcpy(W + 7 * DIM, W + 3 * DIM, DIM * sizeof *W);
    W[7 * DIM] += 1e-7 * size[c];
    assert_int_equal(lip_net_values(net, N, W, Y, NULL), LIP_OK);
    for (size_t i = 0; i < N; i++)
      for (size_t j = 0; j < N; j++) {
        long double sum = 0, unit = size[c] > 0 ? size[c] : 1;

        for (size_t k = 0; k < DIM; k++) {
          long double t = ((long double)W[i * DIM + k] - W[j * DIM + k]) / unit;

          sum += t * t;
        }
        assert_true(fabsl(Y[i * N + j] - sqrtl(sum) * unit) <= 3e-14L * sqrtl(sum) * unit);
        if (i == j) assert_true(Y[i * N + j] == 0);
      }
    lip_net_free(net);
  }
}

static void gradients_beside_a_center_keep_their_direction(void **state)
{
  const shape one = {3, LIP_DISTANCE, LIP_IDENTITY, false, 2};
  const shape sum[] = {one, {1, LIP_AFFINE, LIP_IDENTITY, false, 1}};
  lip_net *net = net_of(D, 2, sum, LIP_F64);
  double x[D], g[D];

  (void)state;
  for (size_t i = 0; i < 3 * D; i++) net->layer[0].W[i] += 1e5;
  memcpy(net->layer[1].W, (double[]){1, 0, 0}, 3 * sizeof(double));
  memcpy(x, net->layer[0].W, sizeof x);
  assert_int_equal(lip_net_gradients(net, 0, 1, x, g, NULL), LIP_OK);
  for (size_t i = 0; i < D; i++) assert_true(g[i] == 0); /* at the center */
  for (size_t t = 1; t < 20; t++) {
    double away[D], length = 0;

    for (size_t i = 0; i < D; i++) {
      x[i] = net->layer[0].W[i] + 1e-6 * (double)(i * t % 5 + 1);
      away[i] = x[i] - net->layer[0].W[i];
      length = hypot(length, away[i]);
    }
    assert_int_equal(lip_net_gradients(net, 0, 1, x, g, NULL), LIP_OK);
    for (size_t i = 0; i < D; i++) assert_true(fabs(g[i] - 2 * away[i] / length) <= 1e-14);
  }
  lip_net_free(net);
}

static void what_is_not_finite_is_refused(void **state)
{
  lip_net *net = net_of(D, 2, cones, LIP_F64);
  double x[D] = {NAN}, y;

  (void)state;
  assert_int_equal(lip_net_values(net, 1, x, &y, NULL), LIP_ENUMERIC);
  x[0] = INFINITY;
  assert_int_equal(lip_net_values(net, 1, x, &y, NULL), LIP_ENUMERIC);
  net->layer[0].scale = INFINITY;
  x[0] = 0;
  assert_int_equal(lip_net_values(net, 1, x, &y, NULL), LIP_ENUMERIC);
  assert_int_equal(lip_net_write(net, "test_net_maps.onnx", NULL), LIP_EINPUT);
  lip_net_free(net);
}

static void assert_same_net(const lip_net *a, const lip_net *b)
{
  assert_int_equal(a->depth, b->depth);
  assert_int_equal(a->parameters, b->parameters);
  assert_int_equal(a->precision, b->precision);
  for (size_t j = 0; j < a->depth; j++) {
    const lip_layer *p = &a->layer[j], *q = &b->layer[j];

    assert_true(p->map == q->map && p->in == q->in && p->out == q->out && p->scale == q->scale);
    assert_true(!p->b == !q->b && !p->W == !q->W);
    assert_int_equal(p->activation.kind, q->activation.kind);
  }
  assert_memory_equal(a->block, b->block, a->parameters * sizeof *a->block);
}

static void what_was_written_is_read_bit_by_bit(void **state)
{
  (void)state;
  for (size_t v = 0; v < 2 * NETS; v++) {
    lip_net *net = net_of(nets[v / 2].d, nets[v / 2].depth, nets[v / 2].shapes,
                          v % 2 ? LIP_F32 : LIP_F64);
    lip_net *again = NULL;
    char one[LIP_HASH_TEXT], two[LIP_HASH_TEXT];

    assert_int_equal(lip_net_write(net, "test_net_maps.onnx", NULL), LIP_OK);
    assert_int_equal(lip_net_read("test_net_maps.onnx", &again, NULL), LIP_OK);
    assert_same_net(net, again);
    assert_int_equal(lip_network_hash(net, one, NULL), LIP_OK);
    assert_int_equal(lip_network_hash(again, two, NULL), LIP_OK);
    assert_string_equal(one, two);
    lip_net_free(net);
    lip_net_free(again);
  }
  assert_int_equal(unlink("test_net_maps.onnx"), 0);
}

static void an_independent_reader_computes_the_same_outputs(void **state)
{
  const char *source = getenv("LIPLAW_SOURCE");
  char path[64], line[1024];
  double X[ROWS * 12], Y[ROWS * 2], theirs[ROWS * 2];
  FILE *file;

  (void)state;
  if (!source || system("/usr/bin/python3 -c 'import onnx, numpy' 2> /dev/null") != 0) {
    print_message("skipped: python3-onnx is missing\n");
    skip();
  }
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, ROWS * 12, X);
  assert_int_equal(system("rm -rf test_net_maps && mkdir test_net_maps"), 0);
  for (size_t v = 0; v < NETS; v++) {
    lip_net *net = net_of(nets[v].d, nets[v].depth, nets[v].shapes, LIP_F64);

    (void)snprintf(path, sizeof path, "test_net_maps/%zu.onnx", v);
    assert_int_equal(lip_net_write(net, path, NULL), LIP_OK);
    (void)snprintf(path, sizeof path, "test_net_maps/%zu.x", v);
    file = fopen(path, "wb");
    assert_int_equal(fwrite(X, sizeof *X, ROWS * nets[v].d, file), ROWS * nets[v].d);
    assert_int_equal(fclose(file), 0);
    lip_net_free(net);
  }
  (void)snprintf(line, sizeof line, "/usr/bin/python3 -B '%s/tests/evaluate_onnx.py' test_net_maps",
                 source);
  assert_int_equal(system(line), 0);
  for (size_t v = 0; v < NETS; v++) {
    lip_net *net = net_of(nets[v].d, nets[v].depth, nets[v].shapes, LIP_F64);
    size_t count = ROWS * lip_net_outputs(net);

    (void)snprintf(path, sizeof path, "test_net_maps/%zu.y", v);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(theirs, sizeof *theirs, count, file), count);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(lip_net_values(net, ROWS, X, Y, NULL), LIP_OK);
    for (size_t i = 0; i < count; i++)
      assert_true(fabs(Y[i] - theirs[i]) <= 1e-12 * (1 + fabs(theirs[i])));
    lip_net_free(net);
  }
  assert_int_equal(system("rm -r test_net_maps"), 0);
}

static void the_hash_moves_with_the_map_and_the_scale(void **state)
{
  lip_net *net = net_of(D, 2, tents, LIP_F64);
  char first[LIP_HASH_TEXT], other[LIP_HASH_TEXT];

  (void)state;
  assert_int_equal(lip_network_hash(net, first, NULL), LIP_OK);
  net->layer[0].scale *= 2;
  assert_int_equal(lip_network_hash(net, other, NULL), LIP_OK);
  assert_string_not_equal(first, other);
  net->layer[0].scale /= 2;
  net->layer[0].map = LIP_AFFINE;
  assert_int_equal(lip_network_hash(net, other, NULL), LIP_OK);
  assert_string_not_equal(first, other);
  lip_net_free(net);
}

static void what_measures_refuses_them_by_their_layer(void **state)
{
  lip_net *net = net_of(D, 3, corners, LIP_F64);
  lip_measure_options options;
  lip_measurement found = {0};
  lip_claim *claim = NULL;
  lip_error err;

  (void)state;
  lip_measure_defaults(&options);
  assert_int_equal(lip_measure(net, NULL, &options, &found, NULL, &err), LIP_EINPUT);
  assert_non_null(
      strstr(err.text, "node 'length1' where liplaw wrote it) takes lengths of groups: measure"));
  assert_non_null(strstr(err.text, "lipschitz_predicted"));
  assert_int_equal(lip_claim_create(net, (lip_output){.kind = LIP_ALL_OUTPUTS}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &claim, &err),
                   LIP_EINPUT);
  assert_non_null(strstr(err.text, "layer 1"));
  lip_net_free(net);
}

static void impossible_layers_are_refused(void **state)
{
  static const struct {
    shape layer;
    const char *why;
  } bad[] = {{{3, LIP_GROUPS, LIP_RELU, false, 1}, "7 numbers do not make 3 groups"},
             {{2, LIP_SMALLEST, LIP_RELU, false, 1}, "one number"},
             {{1, LIP_SMALLEST, LIP_RELU, true, 1}, "without a bias"}};
  lip_error err;
  lip_net *net = NULL;

  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_int_equal(lip_net_create_maps(1, (size_t[]){D, bad[i].layer.out}, &bad[i].layer.map,
                                         (lip_activation[]){{LIP_RELU, 0}}, &bad[i].layer.bias,
                                         LIP_F64, &net, &err),
                     LIP_EINPUT);
    assert_non_null(strstr(err.text, bad[i].why));
  }
}

static void every_refused_allocation_is_reported(void **state)
{
  lip_net *net = net_of(D, 4, mixed, LIP_F64);
  double X[3 * D] = {0}, Y[6];
  lip_status st = LIP_ENOMEM;

  (void)state;
  for (size_t k = 0; st != LIP_OK; k++) {
    assert_true(k < 100);
    lip_alloc_fail_after(k);
    st = lip_net_values(net, 3, X, Y, NULL);
    if (st == LIP_OK) st = lip_net_gradients(net, 1, 3, X, (double[3 * D]){0}, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_OK || st == LIP_ENOMEM);
  }
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_those_of_the_definition),
      cmocka_unit_test(gradients_are_central_differences),
      cmocka_unit_test(distances_do_not_cancel),
      cmocka_unit_test(gradients_beside_a_center_keep_their_direction),
      cmocka_unit_test(what_is_not_finite_is_refused),
      cmocka_unit_test(what_was_written_is_read_bit_by_bit),
      cmocka_unit_test(an_independent_reader_computes_the_same_outputs),
      cmocka_unit_test(the_hash_moves_with_the_map_and_the_scale),
      cmocka_unit_test(what_measures_refuses_them_by_their_layer),
      cmocka_unit_test(impossible_layers_are_refused),
      cmocka_unit_test(every_refused_allocation_is_reported),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
