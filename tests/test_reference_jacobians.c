/* test_reference_jacobians.c - bounds of real networks in every norm are above the norms of their
   Jacobians at three points, as somebody else's program found them (testdata/ref/reference.json),
   and on small balls most neurons keep one slope. */
#include "certificate/graphs/jacobian_bound.h"
#include "certificate/graphs/value_bounds.h"

#include <liplaw/net.h>

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_VALUES = 4000, LEAST_COMPARED = 100 };

/* The file that a key names: of a list of layers the archive beside it. False: there is none. */
static bool file_of(const char *key, char *path, size_t size)
{
  const char *data = getenv("LIPLAW_TESTDATA"), *list = strstr(key, ".arch.json");
  int length = list ? (int)(list - key) : (int)strlen(key);

  (void)snprintf(path, size, "%s/%.*s%s", data, length, key, list ? ".npz" : "");
  if (list && access(path, R_OK) != 0)
    (void)snprintf(path, size, "%s/%.*s.safetensors", data, length, key);
  return access(path, R_OK) == 0;
}

static json_t *references(void)
{
  char path[512];
  const char *data = getenv("LIPLAW_TESTDATA");
  json_t *all;

  (void)snprintf(path, sizeof path, "%s/ref/reference.json", data ? data : ".");
  all = json_load_file(path, 0, NULL);
  if (!all) skip();
  return all;
}

static bool is_small(const lip_net *net)
{
  size_t values = 0;

  for (size_t i = 0; i < net->nodes; i++) values += net->node[i].size;
  return values <= MOST_VALUES;
}

static double largest_of(const json_t *list)
{
  double most = -1;

  for (size_t i = 0; i < json_array_size(list); i++)
    most = fmax(most, json_number_value(json_array_get(list, i)));
  return most;
}

/* Differences of values are off by some 1e-6. Returns how many norms there were. */
static size_t compare(const lip_net *net, const char *key, const json_t *entry)
{
  static const char *const names[] = {"jac_l2_at_points", "jac_l1", "jac_linf"};
  static const lip_norm_kind norms[] = {LIP_NORM_2, LIP_NORM_1, LIP_NORM_INF};
  size_t count = 0;

  for (size_t n = 0; n < 3; n++) {
    double slope = largest_of(json_object_get(entry, names[n])), bound;
    lip_claim *claim = NULL;

    if (!(slope >= 0)) continue;
    assert_int_equal(lip_claim_create(net, (lip_output){LIP_ALL_OUTPUTS, 0, 0}, norms[n],
                                      (lip_domain){.kind = LIP_SPACE}, &claim, NULL),
                     LIP_OK);
    assert_int_equal(lip_jacobian_bound(claim, &bound, NULL, NULL), LIP_OK);
    if (!(bound >= slope * (1 - 1e-5)))
      fail_msg("%s, %s: %.17g is below %.17g", key, names[n], bound, slope);
    lip_claim_free(claim);
    count++;
  }
  return count;
}

static void bounds_are_above_the_jacobians_of_another_program(void **state)
{
  json_t *all = references(), *entry;
  const char *key;
  size_t compared = 0;

  (void)state;
  json_object_foreach(all, key, entry)
  {
    char path[512];
    lip_net *net = NULL;

    if (strstr(key, "refuse/") || !file_of(key, path, sizeof path)) continue;
    if (lip_net_read(path, &net, NULL) != LIP_OK) continue; /* the readers have their own tests */
    if (is_small(net)) compared += compare(net, key, entry);
    lip_net_free(net);
  }
  json_decref(all);
  assert_true(compared >= LEAST_COMPARED);
}

/* How many ReLUs keep one slope on the ball. */
static size_t sure(lip_value_bounds *bounds, const lip_region *region, double work)
{
  size_t count = 0;

  assert_int_equal(lip_value_bounds_find(bounds, region, work, NULL, NULL), LIP_OK);
  for (size_t i = 0; i < bounds->net->nodes; i++) {
    const lip_node *node = &bounds->net->node[i];

    for (size_t j = 0; node->kind == LIP_NODE_ACTIVATION && j < node->size; j++)
      count += bounds->low[node->parent[0]][j] >= 0 || bounds->high[node->parent[0]][j] <= 0;
  }
  return count;
}

/* About a grey image, where intervals know the signs of few of 1750 neurons. */
static void lines_know_many_more_signs_than_intervals(void **state)
{
  char path[512];
  lip_net *net = NULL;
  lip_value_bounds *bounds = NULL;
  double grey[784];
  lip_region region = {.center = grey, .radius = 0.05};

  (void)state;
  for (size_t k = 0; k < 784; k++) grey[k] = 0.5;
  if (!getenv("LIPLAW_TESTDATA") || !file_of("onnx/cora/mnist-point.onnx", path, sizeof path))
    skip();
  assert_int_equal(lip_net_read(path, &net, NULL), LIP_OK);
  assert_int_equal(lip_value_bounds_create(net, &bounds, NULL), LIP_OK);
  assert_true(2 * sure(bounds, &region, 0) < sure(bounds, &region, 1e10));
  lip_value_bounds_free(bounds);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bounds_are_above_the_jacobians_of_another_program),
      cmocka_unit_test(lines_know_many_more_signs_than_intervals),
  };

  return cmocka_run_group_tests_name("reference_jacobians", tests, NULL, NULL);
}
