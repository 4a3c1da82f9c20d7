/* test_onnx_networks.c - published networks of many exporters: all are read, and compute what an
   independent evaluator says; what has no Lipschitz constant is refused. */
#include "networks.h"

#include "base/atomic_file.h"
#include "base/memory.h"
#include "data/npz.h"

#include <dirent.h>
#include <unistd.h>

static const char *public;

/* Inputs and outputs that stand in ref/io/, one npz for each network. */
static void read_expected(const char *group, const char *name, lip_array *x, lip_array *y)
{
  char path[1024];
  void *bytes = NULL;
  size_t size = 0;

  (void)snprintf(path, sizeof path, "%s/ref/io/onnx__%s__%.*s.npz", public, group,
                 (int)(strlen(name) - strlen(".onnx")), name);
  assert_int_equal(lip_read_file(path, 1 << 28, &bytes, &size, NULL), LIP_OK);
  assert_int_equal(lip_npz_read(bytes, size, "x", 0, x, NULL), LIP_OK);
  assert_int_equal(lip_npz_read(bytes, size, "y", 0, y, NULL), LIP_OK);
  lip_free(bytes);
}

/* MaxPool with ceil_mode and a declared output of 2 x 2: the evaluator knew the first window only.
 */
static bool is_half_known(const char *group, const char *name)
{
  return strcmp(group, "layer-zoo") == 0 && strcmp(name, "maxpool.onnx") == 0;
}

static void check_network(const char *group, const char *name)
{
  char path[1024];
  lip_array x = {0}, y = {0};
  lip_net *net = NULL;
  lip_error err;
  double *ours, largest = 0, error = 0;
  size_t known;

  (void)snprintf(path, sizeof path, "%s/onnx/%s/%s", public, group, name);
  if (lip_net_read(path, &net, &err) != LIP_OK) fail_msg("%s", err.text);
  read_expected(group, name, &x, &y);
  assert_int_equal(x.count, x.shape[0] * lip_net_inputs(net));
  known = is_half_known(group, name) ? 4 : 1;
  assert_int_equal(known * y.count, x.shape[0] * lip_net_outputs(net));
  ours = lip_alloc(known * y.count, sizeof *ours);
  assert_non_null(ours);
  if (lip_net_values(net, x.shape[0], x.values, ours, &err) != LIP_OK) fail_msg("%s", err.text);
  for (size_t i = 0; i < y.count; i++) {
    largest = fmax(largest, fabs(y.values[i]));
    error = fmax(error, fabs(y.values[i] - ours[known * i]));
  }
  print_message("%s/%s: %zu nodes, depth %zu, %zu parameters, error %.1e\n", group, name,
                net->nodes, net->depth, net->parameters, error / largest);
  if (!(error <= 1e-9 * largest)) fail_msg("%s: off by %g of %g", path, error, largest);
  lip_free(ours);
  lip_free(x.values);
  lip_free(y.values);
  lip_net_free(net);
}

/* All files NAME.onnx of a folder. */
static size_t check_group(const char *group)
{
  char path[1024];
  size_t count = 0;
  DIR *listing;

  (void)snprintf(path, sizeof path, "%s/onnx/%s", public, group);
  listing = opendir(path);
  assert_non_null(listing);
  for (struct dirent *at = readdir(listing); at; at = readdir(listing)) {
    const char *dot = strrchr(at->d_name, '.');

    if (!dot || strcmp(dot, ".onnx") != 0) continue;
    check_network(group, at->d_name);
    count++;
  }
  assert_int_equal(closedir(listing), 0);
  return count;
}

static void every_published_network_computes_what_others_say(void **state)
{
  char path[1024];
  size_t count = 0;
  DIR *listing;

  (void)state;
  if (!public) {
    print_message("LIPLAW_TESTDATA is absent: skipped\n");
    skip();
  }
  (void)snprintf(path, sizeof path, "%s/onnx", public);
  listing = opendir(path);
  assert_non_null(listing);
  for (struct dirent *at = readdir(listing); at; at = readdir(listing))
    if (at->d_name[0] != '.' && strcmp(at->d_name, "refuse") != 0) count += check_group(at->d_name);
  assert_int_equal(closedir(listing), 0);
  assert_true(count >= 57);
}

static void a_network_without_a_constant_is_refused_by_node_and_operator(void **state)
{
  char path[1024];
  lip_net *net = NULL;
  lip_error err;

  (void)state;
  if (!public) {
    print_message("LIPLAW_TESTDATA is absent: skipped\n");
    skip();
  }
  (void)snprintf(path, sizeof path, "%s/onnx/refuse/mscn_128d.onnx", public);
  assert_int_equal(lip_net_read(path, &net, &err), LIP_EINPUT);
  assert_non_null(strstr(err.text, "(Mul): it multiplies two values"));
  assert_null(strchr(err.text, '\n'));
  print_message("%s\n", err.text);
}

/* The same weights from three exporters: with a dynamic reshape, simplified, by a later version. */
static void three_exports_of_one_network_are_one_network(void **state)
{
  static const char *const names[] = {"oval21/cifar_base_kw", "oval_pt04/cifar_base_kw",
                                      "oval_pt04/cifar_base_kw_simp"};
  lip_net *net[3] = {NULL};

  (void)state;
  if (!public) {
    print_message("LIPLAW_TESTDATA is absent: skipped\n");
    skip();
  }
  for (size_t i = 0; i < 3; i++) {
    char path[1024];

    (void)snprintf(path, sizeof path, "%s/onnx/%s.onnx", public, names[i]);
    assert_int_equal(lip_net_read(path, &net[i], NULL), LIP_OK);
    assert_int_equal(net[i]->nodes, net[0]->nodes);
    assert_int_equal(net[i]->parameters, net[0]->parameters);
    assert_memory_equal(net[i]->block, net[0]->block, net[0]->parameters * sizeof(double));
  }
  for (size_t i = 0; i < 3; i++) lip_net_free(net[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_published_network_computes_what_others_say),
      cmocka_unit_test(a_network_without_a_constant_is_refused_by_node_and_operator),
      cmocka_unit_test(three_exports_of_one_network_are_one_network),
  };

  public = getenv("LIPLAW_TESTDATA");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
