/* test_network_hash.c - the hash that names a network: Python computes the same from the
   description in docs/formats.md, and it moves with every number and with nothing else. */
#include "data_files.h"
#include "graph_nets.h"
#include "networks.h"

#include "certificate/network_hash.h"

static void hash_of(const lip_net *net, char hash[LIP_HASH_TEXT])
{
  assert_int_equal(lip_network_hash(net, hash, NULL), LIP_OK);
}

/* Two layers of leaky ReLU, no biases, and the identity; 3 inputs, 2 neurons, 1 output. */
static lip_net *small_net(const bool *biases, lip_precision precision)
{
  static const double block[] = {1, -2, 0.5, 3, 0.25, -1, 2, -4};
  lip_net *net = NULL;
  size_t at = 0;

  assert_int_equal(lip_net_create(2, (size_t[]){3, 2, 1},
                                  (lip_activation[]){{LIP_LEAKY_RELU, 0.25}, {LIP_IDENTITY, 0}},
                                  biases, precision, &net, NULL),
                   LIP_OK);
  for (size_t j = 0; j < 2; j++)
    for (size_t i = 0; i < net->layer[j].in * net->layer[j].out; i++)
      net->layer[j].W[i] = block[at++];
  return net;
}

static const bool none[] = {false, false}, both[] = {true, true};

/* 1 x 2 x 2 -> a convolution -> {itself, a selection} joined -> leaky ReLU. */
static lip_net *small_graph(void)
{
  builder make = start_graph(1, 1, 2, 2);
  lip_node window = window_of(2, 1, 1);
  size_t *index = lip_alloc(2, sizeof *index), one, two, joined;
  static const double kernel[] = {1, -0.0, 0.5, 3};

  assert_non_null(index);
  index[0] = 5;
  index[1] = LIP_NOWHERE;
  window.after[1] = 0;
  one = put_convolution(&make, 0, 1, window);
  memcpy(make.graph.node[one].W, kernel, sizeof kernel);
  make.graph.node[one].b[0] = 0.25;
  two = put(&make, one, (lip_node){.kind = LIP_NODE_SELECT, .channels = 2, .index = index});
  joined = put_many(&make, LIP_NODE_CONCAT, 2, (size_t[]){two, one});
  return finish_graph(&make, put_activation(&make, joined, LIP_LEAKY_RELU));
}

/* The program of docs/formats.md, between the lines that begin and end it there. */
static void python_computes_it_as_the_documentation_says(void **state)
{
  static char program[16384];
  const char *source = getenv("LIPLAW_SOURCE");
  char path[1024], line[512], hash[LIP_HASH_TEXT];
  size_t used = 0;
  bool inside = false;
  FILE *document;
  lip_net *net = small_net(none, LIP_F64), *graph = small_graph();

  (void)state;
  if (!source) skip();
  (void)snprintf(path, sizeof path, "%s/docs/formats.md", source);
  document = fopen(path, "r");
  assert_non_null(document);
  while (fgets(line, sizeof line, document)) {
    if (strncmp(line, "```", 3) == 0) inside = false;
    if (inside) used += (size_t)snprintf(program + used, sizeof program - used, "%s", line);
    if (strcmp(line, "```python\n") == 0) inside = true;
  }
  (void)fclose(document);
  assert_non_null(strstr(program, "def network_hash"));
  hash_of(net, hash);
  used += (size_t)snprintf(
      program + used, sizeof program - used,
      "\nlayers = [('leaky-relu', 0.25, np.array([[1, -2, 0.5], [3, 0.25, -1]], 'f4'), None),\n"
      "          ('identity', 0, np.array([[2., -4]]), np.array([-0.0]))]\n"
      "assert network_hash(layers) == '%s', network_hash(layers)\n",
      hash);
  hash_of(graph, hash);
  used += (size_t)snprintf(
      program + used, sizeof program - used,
      "\nu = lambda *v: np.array(v, 'u8')\n"
      "nodes = [('input', [], (1, 2, 2), []),\n"
      "         ('convolution', [0], (1, 3, 2),\n"
      "          [u(1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 0, 1), np.array([1, -0.0, 0.5, 3]),\n"
      "           np.array([0.25])]),\n"
      "         ('select', [1], (2, 1, 1), [u(5, 2**64 - 1), np.zeros(2)]),\n"
      "         ('concat', [2, 1], (8, 1, 1), []),\n"
      "         ('activation', [3], (8, 1, 1), [b'leaky-relu\\n', np.array([0.1])])]\n"
      "assert graph_hash(nodes) == '%s', graph_hash(nodes)\n",
      hash);
  assert_true(used < sizeof program);
  run_numpy(program);
  lip_net_free(graph);
  lip_net_free(net);
}

static void what_is_the_same_function_has_the_same_hash(void **state)
{
  lip_net *nets[] = {small_net(none, LIP_F64), small_net(both, LIP_F64), small_net(none, LIP_F32),
                     small_net(both, LIP_F64), NULL};
  char first[LIP_HASH_TEXT], other[LIP_HASH_TEXT];

  (void)state;
  nets[3]->layer[0].b[1] = -0.0;
  assert_int_equal(lip_net_write(nets[1], in_folder("net.onnx"), NULL), LIP_OK);
  assert_int_equal(lip_net_read(in_folder("net.onnx"), &nets[4], NULL), LIP_OK);
  nets[4]->layer[1].activation.slope = 7; /* the identity has none */
  hash_of(nets[0], first);
  assert_int_equal(strlen(first), 64);
  for (size_t i = 0; i < 5; i++) {
    hash_of(nets[i], other);
    assert_string_equal(first, other);
    lip_net_free(nets[i]);
  }
}

static void every_number_kind_and_size_changes_it(void **state)
{
  lip_net *net = small_net(both, LIP_F64);
  char first[LIP_HASH_TEXT], other[LIP_HASH_TEXT];

  (void)state;
  hash_of(net, first);
  for (size_t i = 0; i < net->parameters; i++) {
    double kept = net->block[i];

    net->block[i] = nextafter(kept, 100);
    hash_of(net, other);
    assert_string_not_equal(first, other);
    net->block[i] = kept;
  }
  net->layer[0].activation.slope = nextafter(0.25, 1);
  hash_of(net, other);
  assert_string_not_equal(first, other);
  net->layer[0].activation = (lip_activation){LIP_RELU, 0.25};
  hash_of(net, other);
  assert_string_not_equal(first, other);
  net->layer[0].activation = (lip_activation){LIP_POWER, 3};
  hash_of(net, first);
  net->layer[0].activation.slope = 4;
  hash_of(net, other);
  assert_string_not_equal(first, other);
  net->layer[0].activation = (lip_activation){LIP_LEAKY_RELU, 0.25};
  hash_of(net, first);
  net->depth = 1;
  hash_of(net, other);
  assert_string_not_equal(first, other);
  net->depth = 2;
  net->layer[0].in = 2; /* the same 6 weights as a 3 x 2 matrix */
  net->layer[0].out = 3;
  hash_of(net, other);
  assert_string_not_equal(first, other);
  lip_net_free(net);
}

/* More numbers than go through at once. */
static void a_wide_layer_is_hashed_to_its_end(void **state)
{
  lip_net *net = random_net(2, (size_t[]){1500, 2, 1}, (lip_activation){LIP_RELU, 0}, true,
                            LIP_IDENTITY, LIP_F64);
  char first[LIP_HASH_TEXT], other[LIP_HASH_TEXT];
  static const size_t places[] = {0, 1023, 1024, 2047, 2048, 2999};

  (void)state;
  hash_of(net, first);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    double *weight = &net->layer[0].W[places[i]], kept = *weight;

    *weight = -kept;
    hash_of(net, other);
    assert_string_not_equal(first, other);
    *weight = kept;
  }
  lip_net_free(net);
}

/* Nothing that makes another function, and every number, changes the name of a graph. */
static void every_part_of_a_graph_changes_its_hash(void **state)
{
  lip_net *net = tangled_net(3, LIP_LEAKY_RELU, LIP_NODE_SOFTMAX);
  char first[LIP_HASH_TEXT], other[LIP_HASH_TEXT];

  (void)state;
  hash_of(net, first);
  for (size_t i = 0; i < net->parameters; i++) {
    double kept = net->block[i];

    net->block[i] = nextafter(kept, 100);
    hash_of(net, other);
    assert_string_not_equal(first, other);
    net->block[i] = kept;
  }
  for (size_t i = 1; i < net->nodes; i++) {
    lip_node *node = &net->node[i], kept = *node;
    size_t parent = node->parent[0];

    node->parent[0]++;
    hash_of(net, other);
    assert_string_not_equal(first, other);
    node->parent[0] = parent;
    node->height++;
    hash_of(net, other);
    assert_string_not_equal(first, other);
    *node = kept;
    if (node->kernel[0] > 0) {
      node->before[1]++;
      hash_of(net, other);
      assert_string_not_equal(first, other);
      *node = kept;
      node->groups++;
      hash_of(net, other);
      assert_string_not_equal(first, other);
      *node = kept;
    }
    if (node->kind == LIP_NODE_AVERAGE_POOL || node->kind == LIP_NODE_MAX_POOL) {
      node->kind = node->kind == LIP_NODE_MAX_POOL ? LIP_NODE_AVERAGE_POOL : LIP_NODE_MAX_POOL;
      hash_of(net, other);
      assert_string_not_equal(first, other);
      *node = kept;
    }
    if (node->kind == LIP_NODE_ACTIVATION) {
      node->activation.slope = 0.2;
      hash_of(net, other);
      assert_string_not_equal(first, other);
      *node = kept;
    }
  }
  hash_of(net, other);
  assert_string_equal(first, other);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(python_computes_it_as_the_documentation_says),
      cmocka_unit_test(what_is_the_same_function_has_the_same_hash),
      cmocka_unit_test(every_number_kind_and_size_changes_it),
      cmocka_unit_test(a_wide_layer_is_hashed_to_its_end),
      cmocka_unit_test(every_part_of_a_graph_changes_its_hash),
  };

  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
