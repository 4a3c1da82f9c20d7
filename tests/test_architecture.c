/* test_architecture.c - architectures: sizes, shapes and uses by brute force; what their bounds
   claim of slopes in x and in the parameters, tried on random networks with and without skip
   connections, biases, pools and shared weights. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/random.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "net/architecture.h"
#include "net/operator.h"
#include "net/tape.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

enum { MOST = 4096 }; /* numbers of a value, and parameters */

static uint64_t cast;

static void normals(size_t count, double *out)
{
  lip_random_normal((lip_stream){7, LIP_FOR_PROBES}, cast, count, out);
  cast += count + count % 2;
}

/* The description; NULL where it is refused, `why` then says so. */
static lip_architecture *described(const char *text, lip_error *why)
{
  char path[] = "/tmp/architecture-XXXXXX";
  int descriptor = mkstemp(path);
  FILE *file = fdopen(descriptor, "w");
  lip_architecture *made = NULL;

  assert_non_null(file);
  (void)fputs(text, file);
  (void)fclose(file);
  if (lip_architecture_read(path, &made, NULL, why) != LIP_OK) made = NULL;
  (void)remove(path);
  return made;
}

/* Random weights of length about `scale` a row, biases of size `bias`. */
static void fill(lip_architecture *of, double scale, double bias)
{
  for (size_t i = 1; i < of->nodes; i++) {
    lip_node *node = &of->node[i];

    if (!of->of[i].parameters) continue;
    node->W = lip_alloc(node->weights, sizeof *node->W);
    normals(node->weights, node->W);
    for (size_t j = 0; j < node->weights; j++) node->W[j] *= scale / sqrt((double)of->of[i].fan_in);
    if (!node->biases) continue;
    node->b = lip_alloc(node->biases, sizeof *node->b);
    normals(node->biases, node->b);
    for (size_t j = 0; j < node->biases; j++) node->b[j] *= bias;
  }
  assert_int_equal(lip_architecture_measure(of, NULL, NULL), LIP_OK);
}

static lip_net view_of(const lip_architecture *of)
{
  return (lip_net){.nodes = of->nodes, .node = of->node};
}

/* f(x) */
static void value(const lip_architecture *of, const double *x, double *out)
{
  lip_net net = view_of(of);

  assert_int_equal(lip_tape_values(&net, 1, x, out, NULL), LIP_OK);
}

/* Every parameter in turn. */
static double *parameter(lip_architecture *of, size_t index)
{
  for (size_t i = 1; i < of->nodes; i++) {
    lip_node *node = &of->node[i];
    size_t count = of->of[i].parameters;

    if (count == 0) continue;
    if (index < node->weights) return &node->W[index];
    if (index < count) return &node->b[index - node->weights];
    index -= count;
  }
  return NULL;
}

static lip_architecture_bounds bounds_at(lip_architecture *of, double radius)
{
  double norm[32], bias[32];
  lip_architecture_bounds bounds;

  for (size_t i = 0; i < of->nodes; i++) {
    norm[i] = of->of[i].norm;
    bias[i] = of->of[i].bias_norm;
  }
  assert_int_equal(lip_architecture_bound(of, norm, bias, radius, &bounds, NULL), LIP_OK);
  return bounds;
}

/* A random point of length `radius`. */
static void point(size_t d, double radius, double *x)
{
  double length;

  normals(d, x);
  length = lip_norm(d, x);
  for (size_t i = 0; i < d; i++) x[i] *= radius / length;
}

/* The gradient of f, a network with one output, in its parameters at x. */
static void gradient(lip_architecture *of, const double *x, double *g)
{
  size_t p = lip_architecture_count(of).parameters;

  for (size_t a = 0; a < p; a++) {
    double *w = parameter(of, a), kept = *w, above, below;

    *w = kept + 1e-6;
    value(of, x, &above);
    *w = kept - 1e-6;
    value(of, x, &below);
    *w = kept;
    g[a] = (above - below) / 2e-6;
  }
}

static const char *const chains[] = {
    "{\"input_shape\":[6],\"layers\":[{\"op\":\"linear\",\"outputs\":5,\"bias\":false},{\"op\":"
    "\"relu\"},"
    "{\"op\":\"linear\",\"outputs\":4,\"bias\":false},{\"op\":\"tanh\"},"
    "{\"op\":\"linear\",\"outputs\":1,\"bias\":false}]}",
    "{\"input_shape\":[2,5,4],\"layers\":["
    "{\"op\":\"conv2d\",\"filters\":3,\"kernel\":3,\"padding\":\"same\",\"bias\":false},{\"op\":"
    "\"relu\"},"
    "{\"op\":\"maxpool2d\",\"kernel\":2},{\"op\":\"flatten\"},"
    "{\"op\":\"linear\",\"outputs\":1,\"bias\":false}]}",
};

/* Skips, biases, pools that overlap, activations that are not 0 at 0. */
static const char *const graphs[] = {
    "{\"input_shape\":[5],\"layers\":[{\"op\":\"linear\",\"name\":\"a\",\"outputs\":5},{\"op\":"
    "\"sigmoid\"},"
    "{\"op\":\"add\",\"name\":\"c\",\"from\":[\"a\",\"input\",\"1:sigmoid\"]},{\"op\":\"softplus\"}"
    ","
    "{\"op\":\"linear\",\"from\":[\"3:softplus\",\"input\",\"a\"],\"outputs\":1}]}",
    "{\"input_shape\":[2,6,5],\"layers\":["
    "{\"op\":\"conv2d\",\"name\":\"k\",\"filters\":2,\"kernel\":[3,2],\"stride\":[2,1],\"padding\":"
    "[1,0]},"
    "{\"op\":\"softplus\"},{\"op\":\"maxpool2d\",\"kernel\":2,\"stride\":1,\"padding\":1},"
    "{\"op\":\"avgpool2d\",\"kernel\":[2,3],\"stride\":[1,2]},"
    "{\"op\":\"conv2d\",\"filters\":3,\"kernel\":2},{\"op\":\"leaky_relu\",\"alpha\":-2},"
    "{\"op\":\"flatten\"},{\"op\":\"linear\",\"outputs\":1}]}",
    "{\"input_shape\":[4,5,6],\"layers\":["
    "{\"op\":\"conv2d\",\"filters\":4,\"kernel\":[2,3],\"dilation\":[2,1],\"groups\":2,"
    "\"padding\":[0,1,1,0]},{\"op\":\"elu\",\"alpha\":1.5},"
    "{\"op\":\"batchnorm2d\",\"name\":\"b\"},"
    "{\"op\":\"avgpool2d\",\"kernel\":2,\"stride\":1,\"padding\":1,"
    "\"count_include_pad\":false},"
    "{\"op\":\"batchnorm2d\"},{\"op\":\"flatten\",\"name\":\"one\"},"
    "{\"op\":\"flatten\",\"from\":\"b\"},{\"op\":\"softmax\",\"name\":\"two\"},"
    "{\"op\":\"linear\",\"from\":[\"two\",\"one\"],\"outputs\":1}]}",
};
enum { GRAPHS = sizeof graphs / sizeof *graphs };

/* Lemma 3.1 as printed, where its proof holds: |grad_w f|_inf <= Q R B; and the bound that replaces
   it. */
static void gradients_of_chains_keep_to_the_lemma(void **state)
{
  double x[128], g[MOST], closest = 0;

  (void)state;
  for (size_t trial = 0; trial < 60; trial++) {
    lip_architecture *of = described(chains[trial % 2], NULL);
    double radius = trial % 3 ? 1 : 2.5;
    lip_architecture_bounds bounds;
    lip_architecture_sizes sizes = lip_architecture_count(of);

    fill(of, trial % 5 ? 1.3 : 0.3, 0);
    bounds = bounds_at(of, radius);
    for (size_t i = 0; i < 10; i++) {
      double length;

      point(sizes.inputs, radius, x);
      gradient(of, x, g);
      length = lip_norm(sizes.parameters, g);
      assert_true(lip_largest(sizes.parameters, g) <=
                  (double)sizes.multiplicity * radius * exp(bounds.log_product) * (1 + 1e-6));
      assert_true(length <= exp(bounds.log_slope) * (1 + 1e-6));
      closest = fmax(closest, length / exp(bounds.log_slope));
    }
    lip_architecture_free(of);
  }
  assert_true(closest > 0.2); /* the bound is of the right order */
}

static void gradients_of_graphs_keep_to_the_bound_that_counts_skips_and_biases(void **state)
{
  double x[128], g[MOST], y;
  size_t beyond_the_lemma = 0;

  (void)state;
  for (size_t trial = 0; trial < 60; trial++) {
    lip_architecture *of = described(graphs[trial % GRAPHS], NULL);
    lip_architecture_bounds bounds;
    lip_architecture_sizes sizes = lip_architecture_count(of);

    fill(of, 0.8, trial % 3 ? 0.5 : 2);
    bounds = bounds_at(of, 0.5);
    for (size_t i = 0; i < 10; i++) {
      point(sizes.inputs, 0.5, x);
      gradient(of, x, g);
      assert_true(lip_norm(sizes.parameters, g) <= exp(bounds.log_slope) * (1 + 1e-6));
      beyond_the_lemma += lip_largest(sizes.parameters, g) >
                          (double)sizes.multiplicity * 0.5 * exp(bounds.log_product);
      value(of, x, &y);
      assert_true(fabs(y) <= bounds.value);
    }
    lip_architecture_free(of);
  }
  assert_true(beyond_the_lemma > 0); /* errata 4 and 5 */
}

/* Any two parameter vectors of the class, not only near ones. */
static void networks_far_apart_differ_by_no_more_than_J(void **state)
{
  double x[128];

  (void)state;
  for (size_t trial = 0; trial < 400; trial++) {
    const char *text = trial % (2 + GRAPHS) < 2 ? chains[trial % (2 + GRAPHS)]
                                                : graphs[trial % (2 + GRAPHS) - 2];
    lip_architecture *w = described(text, NULL), *v = described(text, NULL);
    size_t p = lip_architecture_count(w).parameters;
    double one, other, square = 0, norm_v[32];
    lip_architecture_bounds bounds;

    fill(w, 1, 0.5);
    fill(v, trial % 3 ? 1 : 0.1, 0.5);
    for (size_t a = 0; a < p; a++) {
      double *at = parameter(v, a);

      if (trial % 5 == 0) *at = *parameter(w, a) + 0.01 * *at;
      square += (*at - *parameter(w, a)) * (*at - *parameter(w, a));
    }
    assert_int_equal(lip_architecture_measure(v, NULL, NULL), LIP_OK);
    for (size_t i = 1; i < w->nodes; i++) { /* the convex class that holds both */
      norm_v[i] = v->of[i].norm;
      w->of[i].norm = fmax(w->of[i].norm, norm_v[i]);
      w->of[i].bias_norm = fmax(w->of[i].bias_norm, v->of[i].bias_norm);
    }
    bounds = bounds_at(w, 1);
    for (size_t i = 0; i < 10; i++) {
      point(lip_architecture_count(w).inputs, 1, x);
      value(w, x, &one);
      value(v, x, &other);
      assert_true(fabs(one - other) <= exp(bounds.log_slope) * sqrt(square) * (1 + 1e-9));
    }
    assert_true(sqrt(square) <= exp(bounds.log_diameter));
    lip_architecture_free(w);
    lip_architecture_free(v);
  }
}

static void slopes_in_x_keep_to_the_bound(void **state)
{
  double x[128], y[128], step[128], one, other;

  (void)state;
  for (size_t trial = 0; trial < 100; trial++) {
    lip_architecture *of = described(trial % (2 + GRAPHS) < 2 ? chains[trial % (2 + GRAPHS)]
                                                              : graphs[trial % (2 + GRAPHS) - 2],
                                     NULL);
    size_t d = lip_architecture_count(of).inputs;
    lip_architecture_bounds bounds;

    fill(of, 1, 0.5);
    bounds = bounds_at(of, 1);
    for (size_t i = 0; i < 30; i++) {
      double far = i % 2 ? 3 : 1e-4;

      point(d, 2, x);
      point(d, far, step);
      for (size_t j = 0; j < d; j++) y[j] = x[j] + step[j];
      value(of, x, &one);
      value(of, y, &other);
      assert_true(fabs(one - other) <= bounds.lipschitz * far * (1 + 1e-6));
    }
    lip_architecture_free(of);
  }
}

/* f = w_D ... w_1 x: the gradient is known, and J is its length at the corner of the class. */
static void a_product_of_numbers_attains_the_bounds(void **state)
{
  lip_architecture *of = described("{\"input_shape\":[1],\"layers\":[{\"op\":\"linear\","
                                   "\"outputs\":1,\"bias\":false,\"norm\":2},"
                                   "{\"op\":\"linear\",\"outputs\":1,\"bias\":false,\"norm\":0.25},"
                                   "{\"op\":\"linear\",\"outputs\":1,\"bias\":false,\"norm\":3}]}",
                                   NULL);
  lip_architecture_bounds bounds = bounds_at(of, 4);

  (void)state;
  assert_near(exp(bounds.log_slope), 4 * sqrt(36 + 0.75 * 0.75 + 0.25), 1e-12);
  assert_near(exp(bounds.log_product), 6, 1e-12); /* without the 1/4 */
  assert_near(bounds.lipschitz, 1.5, 1e-15);
  assert_near(exp(bounds.log_diameter), 2 * sqrt(4 + 0.0625 + 9), 1e-12);
  lip_architecture_free(of);
}

/* All weights of layer `index` are w, all biases b. */
static void set_layer(lip_architecture *of, size_t index, double w, double b)
{
  lip_node *node = &of->node[index];

  node->W = lip_alloc(node->weights, sizeof *node->W);
  for (size_t j = 0; j < node->weights; j++) node->W[j] = w;
  if (node->biases) node->b = lip_alloc(node->biases, sizeof *node->b);
  for (size_t j = 0; j < node->biases; j++) node->b[j] = b;
}

/* The length of the gradient in the parameters at a constant x, over J at its length. */
static double share_attained(lip_architecture *of, double x)
{
  size_t d = lip_architecture_count(of).inputs, p = lip_architecture_count(of).parameters;
  double point_at[MOST], g[MOST];

  assert_int_equal(lip_architecture_measure(of, NULL, NULL), LIP_OK);
  for (size_t j = 0; j < d; j++) point_at[j] = x;
  gradient(of, point_at, g);
  return lip_norm(p, g) / exp(bounds_at(of, lip_norm(d, point_at)).log_slope);
}

/* Each term of J has a network that needs all of it. */
static void no_term_of_the_bounds_can_be_left_out(void **state)
{
  lip_architecture *of;
  double x[4] = {0, 1, 0, 0}, y[4] = {0, 1.1, 0, 0}, one, other;

  (void)state;
  /* one bias, at 12 places */
  of = described(
      "{\"input_shape\":[1,3,4],\"layers\":[{\"op\":\"conv2d\",\"filters\":1,\"kernel\":1},"
      "{\"op\":\"flatten\"},{\"op\":\"linear\",\"outputs\":1,\"bias\":false}]}",
      NULL);
  set_layer(of, 1, 0, 0);
  set_layer(of, 2, 1, 0);
  assert_near(share_attained(of, 1e-8), 1, 1e-6);
  lip_architecture_free(of);
  /* a kernel of 2 along 100 entries */
  of = described("{\"input_shape\":[1,1,100],\"layers\":[{\"op\":\"conv2d\",\"filters\":1,"
                 "\"kernel\":[1,2],\"bias\":false},{\"op\":\"flatten\"},"
                 "{\"op\":\"linear\",\"outputs\":1,\"bias\":false}]}",
                 NULL);
  set_layer(of, 1, 0, 0);
  set_layer(of, 2, 1, 0);
  assert_near(share_attained(of, 1), 1, 0.01);
  lip_architecture_free(of);
  /* values that come from biases, and from activations that are not 0 at 0 */
  of = described(
      "{\"input_shape\":[2],\"layers\":[{\"op\":\"linear\",\"outputs\":6},{\"op\":\"sigmoid\"},"
      "{\"op\":\"linear\",\"outputs\":5},{\"op\":\"linear\",\"outputs\":1,\"bias\":false}]}",
      NULL);
  set_layer(of, 1, 0, 0);
  set_layer(of, 3, 0, 3);
  set_layer(of, 4, 0, 0);
  assert_near(share_attained(of, 1), 1, 1e-6); /* |b| = 3 sqrt 5 */
  assert_near(exp(bounds_at(of, 1).log_slope), 3 * sqrt(5), 1e-9);
  lip_free(of->node[4].W);
  set_layer(of, 4, 1e9, 0); /* now layer 3 counts: its inputs are sigmoid(0) */
  assert_near(share_attained(of, 1), 1, 1e-6);
  lip_architecture_free(of);
  /* windows that overlap: one entry is the largest of two */
  of = described("{\"input_shape\":[1,1,4],\"layers\":["
                 "{\"op\":\"maxpool2d\",\"kernel\":[1,2],\"stride\":1},{\"op\":\"flatten\"},"
                 "{\"op\":\"linear\",\"outputs\":1,\"bias\":false}]}",
                 NULL);
  set_layer(of, 2, 1, 0);
  of->node[2].W[2] = 0;
  assert_int_equal(lip_architecture_measure(of, NULL, NULL), LIP_OK);
  value(of, x, &one);
  value(of, y, &other);
  assert_near((other - one) / 0.1, bounds_at(of, 1).lipschitz, 1e-9);
  lip_architecture_free(of);
  /* a sum of three copies, and a layer that two feed */
  of = described("{\"input_shape\":[1],\"layers\":["
                 "{\"op\":\"add\",\"name\":\"s\",\"from\":[\"input\",\"input\",\"input\"]},"
                 "{\"op\":\"add\",\"name\":\"t\",\"from\":[\"s\",\"s\"]},"
                 "{\"op\":\"linear\",\"from\":[\"t\",\"t\"],\"outputs\":1,\"bias\":false}]}",
                 NULL);
  set_layer(of, 4, 1, 0); /* after the concatenation */
  assert_int_equal(lip_architecture_measure(of, NULL, NULL), LIP_OK);
  assert_near(bounds_at(of, 1).lipschitz, 12, 1e-9);
  lip_architecture_free(of);
}

static void the_product_is_no_bound_with_skip_connections(void **state)
{
  char path[512];
  lip_architecture *of;
  lip_architecture_bounds bounds;

  (void)state;
  (void)snprintf(path, sizeof path, "%s/examples/architectures/skip.json", getenv("LIPLAW_SOURCE"));
  assert_int_equal(lip_architecture_read(path, &of, NULL, NULL), LIP_OK);
  bounds = bounds_at(of, 1);
  assert_near(exp(bounds.log_product), 1, 1e-15);
  assert_near(bounds.lipschitz, sqrt(2), 1e-15);
  lip_architecture_free(of);
}

static void madrys_networks_have_the_printed_sizes(void **state)
{
  static const struct {
    const char *name;
    size_t parameters;
  } rows[] = {{"madry-mnist-4", 206954}, {"madry-mnist-16", 3274634}};

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    char path[512];
    lip_architecture *of;
    lip_architecture_sizes sizes;

    (void)snprintf(path, sizeof path, "%s/examples/architectures/%s.json", getenv("LIPLAW_SOURCE"),
                   rows[i].name);
    assert_int_equal(lip_architecture_read(path, &of, NULL, NULL), LIP_OK);
    sizes = lip_architecture_count(of);
    assert_int_equal(sizes.parameters, rows[i].parameters);
    assert_int_equal(sizes.multiplicity, 784);
    assert_int_equal(sizes.depth, 4);
    assert_int_equal(sizes.inputs, 784);
    assert_int_equal(sizes.outputs, 10);
    assert_true(sizes.biases && !sizes.skips);
    lip_architecture_free(of);
  }
}

/* The matrix of a convolution, column by column: its uses, its rows and columns, its norm. */
static void check_convolution(const char *text)
{
  lip_architecture *of = described(text, NULL);
  lip_net net = view_of(of);
  const lip_node *node = &of->node[1];
  const lip_arch_counts *counts = &of->of[1];
  size_t in = of->node[0].size, out = node->size;
  size_t weights = node->weights, most = 0, row = 0, column = 0;
  double x[256] = {0}, *M = lip_alloc(in * out, sizeof *M), *gram, values[256];

  fill(of, 1, 1);
  for (size_t i = 0; i < in; i++) {
    x[i] = 1;
    assert_int_equal(lip_operator_multiply(&net, 1, 0, false, true, 1, x, M + i * out, NULL),
                     LIP_OK);
    x[i] = 0;
  }
  for (size_t a = 0; a < weights; a++) {
    size_t uses = 0;

    for (size_t i = 0; i < in * out; i++) uses += M[i] == node->W[a];
    most = uses > most ? uses : most;
  }
  for (size_t i = 0; i < in; i++) {
    size_t filled = 0;

    for (size_t o = 0; o < out; o++) filled += M[i * out + o] != 0;
    column = filled > column ? filled : column;
  }
  for (size_t o = 0; o < out; o++) {
    size_t filled = 0;

    for (size_t i = 0; i < in; i++) filled += M[i * out + o] != 0;
    row = filled > row ? filled : row;
  }
  assert_int_equal(most, counts->uses);
  assert_int_equal(column, counts->fan_out);
  assert_true(row <= counts->fan_in && (row == counts->fan_in || !counts->whole_kernel));
  assert_int_equal(counts->bias_uses, node->height * node->width);
  gram = lip_alloc(in * in, sizeof *gram);
  for (size_t i = 0; i < in; i++)
    for (size_t j = 0; j < in; j++) gram[i * in + j] = lip_dot(out, M + i * out, M + j * out);
  assert_int_equal(lip_symmetric_eigen(in, gram, values, false, NULL), LIP_OK);
  assert_near(counts->norm / sqrt(values[in - 1]), 1, 1e-9);
  assert_true(counts->norm <= lip_largest(weights, node->W) *
                                  sqrt((double)counts->fan_in * (double)counts->fan_out));
  lip_free(M);
  lip_free(gram);
  lip_architecture_free(of);
}

static void convolutions_are_counted_as_their_matrices_are(void **state)
{
  (void)state;
  for (size_t kernel = 1; kernel <= 4; kernel++)
    for (size_t stride = 1; stride <= 3; stride++)
      for (size_t padding = 0; padding < kernel; padding++)
        for (size_t more = 1; more <= 2; more++) {
          char text[256];

          if ((kernel - 1) * more >= 5 + 2 * padding) continue;
          (void)snprintf(text, sizeof text,
                         "{\"input_shape\":[2,5,6],\"layers\":[{\"op\":\"conv2d\",\"filters\":4,"
                         "\"kernel\":[%zu,%zu],\"stride\":[%zu,2],\"padding\":[%zu,%zu],"
                         "\"dilation\":[%zu,1],\"groups\":%zu}]}",
                         kernel, kernel > 1 ? kernel - 1 : 1, stride, padding,
                         padding > 0 && kernel > 2 ? padding - 1 : 0, more, more);
          check_convolution(text);
        }
}

static void refuses(const char *text, const char *why)
{
  lip_error err = {""};

  assert_null(described(text, &err));
  if (!strstr(err.text, why)) (void)fprintf(stderr, "%s: %s\n", text, err.text);
  assert_non_null(strstr(err.text, why));
}

static void bad_descriptions_are_refused_with_their_layer(void **state)
{
  (void)state;
#define LAYERS(shape, layers) "{\"input_shape\":[" shape "],\"layers\":[" layers "]}"
  refuses(LAYERS("3", ""), "'layers' is no list");
  refuses(LAYERS("3,4", "{\"op\":\"conv2d\",\"filters\":1,\"kernel\":1}"),
          "no channels x height x width");
  refuses(LAYERS("0", "{}"), "'input_shape' is no whole number of at least 1");
  refuses(LAYERS("3", "{\"op\":\"relu\"}"), "no layer has parameters");
  refuses(LAYERS("3", "{\"outputs\":1}"), "layer 0: it has no 'op'");
  refuses(LAYERS("3", "{\"op\":\"lstm\"}"), "layer 0: lstm: this operation is not read");
  refuses(LAYERS("3", "{\"op\":\"relu\"},{\"op\":\"linear\",\"outputs\":0}"),
          "layer 1: linear: 'outputs' is no whole number");
  refuses(LAYERS("3", "{\"op\":\"linear\",\"outputs\":2.5}"), "'outputs' is no whole number");
  refuses(LAYERS("3", "{\"op\":\"linear\",\"outputs\":2,\"output\":2}"),
          "the key 'output' is not read");
  refuses(LAYERS("3", "{\"op\":\"linear\",\"outputs\":2,\"norm\":-1}"), "'norm' is no number");
  refuses(LAYERS("3", "{\"op\":\"linear\",\"weight\":\"a\"}"), "there is no archive");
  refuses(LAYERS("3", "{\"op\":\"linear\",\"outputs\":2,\"from\":\"a\"}"),
          "no layer before it is named 'a'");
  refuses(LAYERS("1,3,3", "{\"op\":\"linear\",\"outputs\":2}"), "flatten comes first");
  refuses(LAYERS("1,3,3", "{\"op\":\"conv2d\",\"filters\":2,\"kernel\":4}"),
          "a kernel that reaches over 4 entries does not fit into 3");
  refuses(LAYERS("1,3,3", "{\"op\":\"maxpool2d\",\"kernel\":2,\"padding\":2}"),
          "a padding of 2 for a kernel of 2");
  refuses(LAYERS("3", "{\"op\":\"linear\",\"name\":\"a\",\"outputs\":2},"
                      "{\"op\":\"add\",\"from\":[\"a\",\"input\"]}"),
          "different shapes");
  refuses(LAYERS("3", "{\"op\":\"relu\",\"name\":\"input\"}"), "another layer is named 'input'");
  refuses(LAYERS("9007199254740992", "{\"op\":\"linear\",\"outputs\":9007199254740992}"),
          "more than 2^31 - 1 numbers");
  refuses(LAYERS("2147483647", "{\"op\":\"linear\",\"outputs\":2147483647}"), "2^53 weights");
  refuses(LAYERS("1,1000000,1", "{\"op\":\"conv2d\",\"filters\":1,\"kernel\":[500000,1]}"),
          "too large to be counted");
  refuses(LAYERS("3", "{\"op\":\"linear\",\"outputs\":2},{\"op\":\"square\"}"),
          "square is not Lipschitz");
  refuses("{\"input_shape\": ", "line 1");
#undef LAYERS
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(madrys_networks_have_the_printed_sizes),
      cmocka_unit_test(convolutions_are_counted_as_their_matrices_are),
      cmocka_unit_test(gradients_of_chains_keep_to_the_lemma),
      cmocka_unit_test(gradients_of_graphs_keep_to_the_bound_that_counts_skips_and_biases),
      cmocka_unit_test(networks_far_apart_differ_by_no_more_than_J),
      cmocka_unit_test(slopes_in_x_keep_to_the_bound),
      cmocka_unit_test(a_product_of_numbers_attains_the_bounds),
      cmocka_unit_test(no_term_of_the_bounds_can_be_left_out),
      cmocka_unit_test(the_product_is_no_bound_with_skip_connections),
      cmocka_unit_test(bad_descriptions_are_refused_with_their_layer),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
