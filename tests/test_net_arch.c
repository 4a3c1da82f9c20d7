/* test_net_arch.c - networks as a list of layers beside an archive of weights: read exactly, or
   refused with the place. */
#include "data_files.h"

#include "base/atomic_file.h"
#include "base/memory.h"
#include "data/npz.h"
#include "net/safetensors.h"

#include <liplaw/net.h>

#include <math.h>

static const double W1[] = {1, -2, 0.5, 3, 0.25, 8}, b1[] = {1, 2, -3}, W2[] = {1, 2, 3};

static const char RELU_LIST[] = "{\"input_shape\": [2], \"layers\": ["
                                "{\"op\": \"linear\", \"weight\": \"one\", \"bias\": \"shift\"},"
                                "{\"op\": \"relu\"}, {\"op\": \"linear\", \"weight\": \"two\"}],"
                                "\"preprocess\": \"a comment\"}";

static void write_text(const char *path, const char *text)
{
  FILE *file = fopen(path, "wb");

  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void write_npz(void)
{
  lip_npz_writer *writer = NULL;

  assert_int_equal(lip_npz_create("test_net_arch.npz", &writer, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(writer, "one", 2, (size_t[]){3, 2}, W1, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(writer, "shift", 1, (size_t[]){3}, b1, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(writer, "two", 2, (size_t[]){1, 3}, W2, NULL), LIP_OK);
  assert_int_equal(lip_npz_commit(writer, NULL), LIP_OK);
}

/* A file with this header (its length is counted, or `length`) and `bytes` of data. */
static void write_safetensors(const char *header, uint64_t length, const void *data, size_t bytes)
{
  FILE *file = fopen("test_net_arch.safetensors", "wb");

  if (length == 0) length = strlen(header);
  assert_non_null(file);
  assert_int_equal(fwrite(&length, 8, 1, file), 1);
  assert_int_equal(fwrite(header, 1, strlen(header), file), strlen(header));
  if (bytes > 0) assert_int_equal(fwrite(data, 1, bytes, file), bytes);
  assert_int_equal(fclose(file), 0);
}

static void assert_network(const lip_net *net, lip_activation_kind kind)
{
  assert_int_equal(net->depth, 2);
  assert_int_equal(net->layer[0].in, 2);
  assert_int_equal(net->layer[0].out, 3);
  assert_int_equal(net->layer[1].out, 1);
  assert_int_equal(net->layer[0].activation.kind, kind);
  assert_int_equal(net->layer[1].activation.kind, LIP_IDENTITY);
  assert_memory_equal(net->layer[0].W, W1, sizeof W1);
  assert_memory_equal(net->layer[0].b, b1, sizeof b1);
  assert_memory_equal(net->layer[1].W, W2, sizeof W2);
  assert_null(net->layer[1].b);
}

static lip_net *read_net(const char *path)
{
  lip_net *net = NULL;
  lip_error err = {""};

  if (lip_net_read(path, &net, &err) != LIP_OK) fail_msg("%s", err.text);
  return net;
}

/* One line that says `cause`. */
static void refused(const char *path, lip_status status, const char *cause)
{
  lip_net *net = NULL;
  lip_error err = {""};

  if (lip_net_read(path, &net, &err) != status)
    fail_msg("%s, where it should say %s", err.text, cause);
  assert_null(net);
  if (!strstr(err.text, cause)) fail_msg("'%s' does not say '%s'", err.text, cause);
  assert_null(strchr(err.text, '\n'));
}

static void an_npz_beside_its_list_is_a_network(void **state)
{
  lip_net *net;

  (void)state;
  write_npz();
  write_text("test_net_arch.arch.json", RELU_LIST);
  net = read_net("test_net_arch.npz");
  assert_network(net, LIP_RELU);
  assert_int_equal(net->precision, LIP_F32); /* every number is a float */
  lip_net_free(net);
}

static void every_operation_is_read(void **state)
{
  static const struct {
    const char *layer;
    lip_activation_kind kind;
    double slope;
  } cases[] = {
      {"\"relu\"", LIP_RELU, 0},
      {"\"leaky_relu\", \"alpha\": -0.1", LIP_LEAKY_RELU, -0.1},
      {"\"abs\"", LIP_ABS, 0},
      {"\"tanh\"", LIP_TANH, 0},
      {"\"softplus\"", LIP_SOFTPLUS, 0},
      {"\"sigmoid\"", LIP_SIGMOID, 0},
      {"\"erf\"", LIP_ERF, 0},
      {"\"silu\"", LIP_SILU, 0},
      {"\"gelu\"", LIP_GELU, 0},
      {"\"square\"", LIP_SQUARE, 0},
      {"\"power\", \"p\": 3", LIP_POWER, 3},
      {"\"elu\", \"alpha\": 0.5", LIP_ELU, 0.5},
  };

  (void)state;
  write_npz();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[512];
    lip_net *net;

    (void)snprintf(text, sizeof text,
                   "{\"input_shape\": [1, 2, 1], \"layers\": [{\"op\": \"flatten\"},"
                   "{\"op\": \"linear\", \"weight\": \"one\", \"bias\": \"shift\"},"
                   "{\"op\": %s}, {\"op\": \"linear\", \"weight\": \"two\"}]}",
                   cases[i].layer);
    write_text("test_net_arch.arch.json", text);
    net = read_net("test_net_arch.npz");
    assert_network(net, cases[i].kind);
    assert_true(net->layer[0].activation.slope == cases[i].slope);
    assert_int_equal(net->precision, cases[i].kind == LIP_LEAKY_RELU ? LIP_F64 : LIP_F32);
    lip_net_free(net);
  }
}

static void safetensors_of_every_type_are_read_exactly(void **state)
{
  static const uint16_t half[] = {0x3c00, 0xc000, 0x3800, 0x4200, 0x3400, 0x4800,
                                  0x3c00, 0x4000, 0xc200, 0x3c00, 0x4000, 0x4200};
  double numbers[12];
  float floats[12];
  uint16_t brains[12];
  const void *data[] = {numbers, floats, half, brains};
  static const char *const types[] = {"F64", "F32", "F16", "BF16"};
  static const int items[] = {8, 4, 2, 2};

  (void)state;
  memcpy(numbers, W1, sizeof W1);
  memcpy(numbers + 6, b1, sizeof b1);
  memcpy(numbers + 9, W2, sizeof W2);
  for (size_t i = 0; i < 12; i++) {
    floats[i] = (float)numbers[i];
    memcpy(&brains[i], (char *)&floats[i] + 2, 2);
  }
  write_text("test_net_arch.arch.json", RELU_LIST);
  for (size_t i = 0; i < 4; i++) {
    char header[512];
    int n = items[i];
    lip_net *net;

    (void)snprintf(header, sizeof header,
                   "{\"__metadata__\": {\"format\": \"pt\"},"
                   "\"two\":{\"dtype\":\"%s\",\"shape\":[1,3],\"data_offsets\":[%d,%d]},"
                   "\"one\":{\"dtype\":\"%s\",\"shape\":[3,2],\"data_offsets\":[0,%d]},"
                   "\"shift\":{\"dtype\":\"%s\",\"shape\":[3],\"data_offsets\":[%d,%d]}}   ",
                   types[i], 9 * n, 12 * n, types[i], 6 * n, types[i], 6 * n, 9 * n);
    write_safetensors(header, 0, data[i], 12 * (size_t)n);
    net = read_net("test_net_arch.safetensors");
    assert_network(net, LIP_RELU);
    lip_net_free(net);
  }
}

/* Every one of the 65536: against the definition of binary16. */
static void half_precision_is_decoded_as_defined(void **state)
{
  static uint16_t bits[65536];
  static char file[8 + 128 + sizeof bits];
  uint64_t length = 128;
  lip_safetensors *opened = NULL;
  lip_array array = {0};

  (void)state;
  for (size_t i = 0; i < 65536; i++) bits[i] = (uint16_t)i;
  memcpy(file, &length, 8);
  (void)snprintf(file + 8, 129, "%-128s",
                 "{\"h\":{\"dtype\":\"F16\",\"shape\":[256,256],\"data_offsets\":[0,131072]}}");
  memcpy(file + 136, bits, sizeof bits);
  assert_int_equal(lip_safetensors_open(file, sizeof file, &opened, NULL), LIP_OK);
  assert_int_equal(lip_safetensors_read(opened, "h", &array, NULL), LIP_OK);
  for (size_t i = 0; i < 65536; i++) {
    int sign = i >> 15 ? -1 : 1, exponent = (int)(i >> 10 & 31);
    double fraction = (double)(i & 1023) / 1024, value = array.values[i];

    if (exponent == 31)
      assert_true(fraction == 0 ? value == sign * HUGE_VAL : isnan(value));
    else
      assert_true(value == sign * (exponent ? (1 + fraction) * pow(2, exponent - 15)
                                            : fraction * pow(2, -14)));
  }
  lip_free(array.values);
  lip_safetensors_close(opened);
}

static void a_list_that_is_not_understood_is_refused_with_its_layer(void **state)
{
#define LIST(layers) "{\"input_shape\": [2], \"layers\": [" layers "]}"
  static const char *const cases[][2] = {
      {LIST("{\"op\": \"relu\"}, {\"op\": \"conv3d\"}"), "layer 1: conv3d: this operation"},
      {LIST("{\"op\": \"conv2d\", \"weight\": \"one\"}"), "has 2 dimensions, a kernel has 4"},
      {LIST("{\"op\": \"conv2d\", \"groups\": 3}"), "3 groups do not divide 2 channels"},
      {LIST("{\"op\": \"maxpool2d\"}"), "layer 0: maxpool2d: 'kernel' is no whole number"},
      {LIST("{\"op\": \"maxpool2d\", \"kernel\": 2}"), "reaches over 2 entries"},
      {LIST("{\"op\": \"maxpool2d\", \"kernel\": 2, \"padding\": 2}"), "a padding of 2"},
      {LIST("{\"op\": \"batchnorm2d\"}"), "'running_mean' names no array"},
      {LIST("{\"op\": \"batchnorm2d\", \"running_mean\": \"shift\"}"), "3 numbers, not 2"},
      {LIST("{\"op\": \"relu\", \"from\": \"nobody\"}"), "no layer before it is named 'nobody'"},
      {LIST("{\"op\": \"relu\", \"from\": []}"), "'from' names 0 layers"},
      {LIST("{\"op\": \"relu\", \"name\": \"input\"}"), "another layer is named 'input'"},
      {LIST("{\"weight\": \"one\"}"), "layer 0: it has no 'op'"},
      {LIST("7"), "layer 0: it has no 'op'"},
      {LIST("{\"op\": \"linear\"}"), "layer 0: linear: 'weight' names no array"},
      {LIST("{\"op\": \"linear\", \"weight\": \"three\"}"), "three"},
      {LIST("{\"op\": \"linear\", \"weight\": \"one\", \"bias\": 3}"), "'bias' names no array"},
      {LIST("{\"op\": \"linear\", \"weight\": \"one\", \"transposed\": true}"), "'transposed'"},
      {LIST("{\"op\": \"linear\", \"weight\": \"two\"}"), "'two' takes 3 numbers, the value has 2"},
      {LIST("{\"op\": \"linear\", \"weight\": \"shift\"}"), "has 1 dimensions, a matrix has 2"},
      {LIST("{\"op\": \"linear\", \"weight\": \"one\", \"bias\": \"one\"}"), "a vector has 1"},
      {LIST("{\"op\": \"leaky_relu\"}"), "'alpha' is no number"},
      {LIST("{\"op\": \"power\", \"p\": 1.5}"), "'p' is no whole number"},
      {LIST("{\"op\": \"power\", \"p\": 0}"), "'p' is no whole number"},
      {LIST(""), "'layers'"},
      {"{\"input_shape\": [2]}", "'layers'"},
      {"{\"layers\": [{\"op\": \"relu\"}]}", "'input_shape'"},
      {"{\"input_shape\": [0], \"layers\": [{\"op\": \"relu\"}]}", "'input_shape'"},
      {"{\"input_shape\": [99999999, 99999999, 99999999], \"layers\": []}", "'input_shape'"},
      {"{\"input_shape\": [1, 2], \"layers\": [{\"op\": \"linear\", \"weight\": \"one\"}]}",
       "flatten comes first"},
      {"{\"input_shape\": [4294967296], \"layers\": [{\"op\": \"relu\"}]}", "test_net_arch"},
      {"{\"input_shape\": [2], \"input_shape\": [2]}", "duplicate"},
      {"[]", "no JSON object"},
      {"{", "test_net_arch.arch.json: line 1"},
      {"", "test_net_arch.arch.json: line"},
  };

  (void)state;
  write_npz();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    write_text("test_net_arch.arch.json", cases[i][0]);
    refused("test_net_arch.npz", LIP_EINPUT, cases[i][1]);
  }
  assert_int_equal(unlink("test_net_arch.arch.json"), 0);
  refused("test_net_arch.npz", LIP_EIO, "test_net_arch.arch.json");
}

static void a_damaged_safetensors_file_is_refused(void **state)
{
#define ONE(rest) "{\"one\":{" rest "}}"
  static const char *const headers[][2] = {
      {ONE("\"dtype\":\"I64\",\"shape\":[3,2],\"data_offsets\":[0,48]"), "dtype"},
      {ONE("\"dtype\":7,\"shape\":[3,2],\"data_offsets\":[0,48]"), "dtype"},
      {ONE("\"dtype\":\"F64\",\"shape\":[3,2],\"data_offsets\":[0,49]"), "data_offsets"},
      {ONE("\"dtype\":\"F64\",\"shape\":[3,2],\"data_offsets\":[48,0]"), "data_offsets"},
      {ONE("\"dtype\":\"F64\",\"shape\":[3,2],\"data_offsets\":[-1,47]"), "data_offsets"},
      {ONE("\"dtype\":\"F64\",\"shape\":[3,2],\"data_offsets\":[0]"), "data_offsets"},
      {ONE("\"dtype\":\"F64\",\"shape\":[3,2],\"data_offsets\":[0,40]"), "disagree"},
      {ONE("\"dtype\":\"F64\",\"shape\":[3,3],\"data_offsets\":[0,48]"), "disagree"},
      {ONE("\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]"), "shape"},
      {ONE("\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,48]"), "shape"},
      {ONE("\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,48]"),
       "disagree"},
      {ONE("\"dtype\":\"F64\",\"shape\":[1,1,1,1,1,1,1,3,2],\"data_offsets\":[0,48]"), "shape"},
      {ONE("\"dtype\":\"F64\",\"shape\":3,\"data_offsets\":[0,48]"), "shape"},
      {"{\"one\":7}", "dtype"},
      {"{\"other\":{}}", "no tensor 'one'"},
      {"{\"one\":{},\"one\":{}}", "duplicate"},
      {"{\"one\":", "header"},
  };
  static const double poison[] = {1, 2, NAN, 4, 5, 6};
  const char *good = ONE("\"dtype\":\"F64\",\"shape\":[3,2],\"data_offsets\":[0,48]");

  (void)state;
  write_text("test_net_arch.arch.json", LIST("{\"op\": \"linear\", \"weight\": \"one\"}"));
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    write_safetensors(headers[i][0], 0, W1, sizeof W1);
    refused("test_net_arch.safetensors", LIP_EINPUT, headers[i][1]);
  }
  write_safetensors(good, 0, W1, sizeof W1 - 1);
  refused("test_net_arch.safetensors", LIP_EINPUT, "data_offsets");
  write_safetensors(good, UINT64_MAX, W1, sizeof W1);
  refused("test_net_arch.safetensors", LIP_EINPUT, "test_net_arch.safetensors");
  write_safetensors(good, strlen(good) + sizeof W1 + 1, W1, sizeof W1);
  refused("test_net_arch.safetensors", LIP_EINPUT, "test_net_arch.safetensors");
  write_safetensors(good, 0, poison, sizeof poison);
  refused("test_net_arch.safetensors", LIP_ENUMERIC, "layer 0");
  write_safetensors(good, 0, W1, sizeof W1);
  lip_net_free(read_net("test_net_arch.safetensors"));
}

/* Whatever is cut off, or becomes another byte, is read or refused: nothing else. */
static void every_damage_to_a_file_ends_well(void **state)
{
  const char *header = ONE("\"dtype\":\"F64\",\"shape\":[3,2],\"data_offsets\":[0,48]");
  size_t size = 8 + strlen(header) + sizeof W1;
  unsigned char whole[256];
  uint64_t length = strlen(header);

  (void)state;
  memcpy(whole, &length, 8);
  memcpy(whole + 8, header, (size_t)length);
  memcpy(whole + 8 + length, W1, sizeof W1);
  for (size_t at = 0; at < 3 * size; at++) {
    unsigned char *copy = lip_alloc(size, 1);
    size_t held = at < size ? at : size;
    lip_safetensors *file = NULL;
    lip_array array = {0};

    memcpy(copy, whole, size);
    if (at >= size) copy[at % size] = (unsigned char)(at * 31 + copy[at % size]);
    if (lip_safetensors_open(copy, held, &file, NULL) == LIP_OK &&
        lip_safetensors_read(file, "one", &array, NULL) == LIP_OK)
      lip_free(array.values);
    lip_safetensors_close(file);
    lip_free(copy);
  }
}

/* The two-layer networks that others have published. */
static void public_networks_are_read(void **state)
{
  static const struct {
    const char *name;
    size_t d, k, m;
  } nets[] = {
      {"digits_fnn2_seed0.npz", 64, 32, 10},       {"digits_fnn2_seed4.npz", 64, 32, 10},
      {"lipsdp_mnist.npz", 784, 50, 10},           {"abc_mnist_2x20.npz", 784, 20, 10},
      {"abc_mnist_2x20.safetensors", 784, 20, 10}, {"tinygrad_mnist.safetensors", 784, 128, 10},
      {"eclipse_lyr2n80test1.npz", 4, 80, 1},
  };
  const char *public = getenv("LIPLAW_TESTDATA");
  lip_net *twins[2] = {NULL, NULL};
  char path[1024];

  (void)state;
  (void)snprintf(path, sizeof path, "%s/weights", public ? public : "");
  if (access(path, F_OK) != 0) {
    print_message("skipped: %s is absent\n", path);
    skip();
  }
  for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
    lip_net *net;

    (void)snprintf(path, sizeof path, "%s/weights/%s", public, nets[i].name);
    net = read_net(path);
    assert_int_equal(net->depth, 2);
    assert_int_equal(lip_net_inputs(net), nets[i].d);
    assert_int_equal(net->layer[0].out, nets[i].k);
    assert_int_equal(lip_net_outputs(net), nets[i].m);
    if (i == 3 || i == 4)
      twins[i - 3] = net;
    else
      lip_net_free(net);
  }
  assert_int_equal(twins[0]->parameters, twins[1]->parameters);
  assert_memory_equal(twins[0]->block, twins[1]->block, twins[0]->parameters * sizeof(double));
  lip_net_free(twins[0]);
  lip_net_free(twins[1]);
}

static lip_array array_of(const char *path, const char *name)
{
  void *bytes = NULL;
  size_t size = 0;
  lip_array array = {0};
  lip_error err = {""};

  if (lip_read_file(path, (size_t)1 << 30, &bytes, &size, &err) != LIP_OK ||
      lip_npz_read(bytes, size, name, 0, &array, &err) != LIP_OK)
    fail_msg("%s: %s", path, err.text);
  lip_free(bytes);
  return array;
}

/* An independent program's outputs. */
static void assert_outputs(const char *path, const char *reference)
{
  lip_net *net = read_net(path);
  lip_array x = array_of(reference, "x"), y = array_of(reference, "y");
  size_t rows = x.shape[0];
  double *found = lip_alloc(y.count, sizeof *found), size = 0;
  float *points = lip_alloc(x.count, sizeof *points), *single = lip_alloc(y.count, sizeof *single);

  assert_int_equal(x.count, rows * lip_net_inputs(net));
  assert_int_equal(y.count, rows * lip_net_outputs(net));
  assert_int_equal(lip_net_values(net, rows, x.values, found, NULL), LIP_OK);
  for (size_t i = 0; i < y.count; i++) size = fmax(size, fabs(y.values[i]));
  for (size_t i = 0; i < y.count; i++)
    if (!(fabs(found[i] - y.values[i]) <= 1e-9 * size))
      fail_msg("%s: output %zu is %.17g, not %.17g", path, i, found[i], y.values[i]);
  for (size_t i = 0; i < x.count; i++) points[i] = (float)x.values[i];
  assert_int_equal(lip_net_values_f32(net, rows, points, single, NULL), LIP_OK);
  for (size_t i = 0; i < y.count; i++)
    if (!(fabs((double)single[i] - y.values[i]) <= 1e-5 * size))
      fail_msg("%s: output %zu in f32 is %.9g, not %.17g", path, i, (double)single[i], y.values[i]);
  lip_free(points);
  lip_free(single);
  lip_free(found);
  lip_free(x.values);
  lip_free(y.values);
  lip_net_free(net);
}

static void every_public_network_has_the_outputs_that_others_compute(void **state)
{
  const char *public = getenv("LIPLAW_TESTDATA");
  char path[1024], reference[1024];
  const struct dirent *entry;
  size_t compared = 0;
  DIR *listing;

  (void)state;
  (void)snprintf(path, sizeof path, "%s/weights", public ? public : "");
  listing = opendir(path);
  if (!listing) {
    print_message("skipped: %s is absent\n", path);
    skip();
  }
  while ((entry = readdir(listing))) {
    const char *dot = strrchr(entry->d_name, '.');

    if (!dot || (strcmp(dot, ".npz") != 0 && strcmp(dot, ".safetensors") != 0)) continue;
    (void)snprintf(path, sizeof path, "%s/weights/%s", public, entry->d_name);
    (void)snprintf(reference, sizeof reference, "%s/ref/io/weights__%.*s.npz", public,
                   (int)(dot - entry->d_name), entry->d_name);
    assert_outputs(path, reference);
    compared++;
  }
  assert_int_equal(closedir(listing), 0);
  assert_true(compared > 40);
}

static int clean(void **state)
{
  (void)state;
  (void)unlink("test_net_arch.npz");
  (void)unlink("test_net_arch.safetensors");
  (void)unlink("test_net_arch.arch.json");
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_npz_beside_its_list_is_a_network),
      cmocka_unit_test(every_operation_is_read),
      cmocka_unit_test(safetensors_of_every_type_are_read_exactly),
      cmocka_unit_test(half_precision_is_decoded_as_defined),
      cmocka_unit_test(a_list_that_is_not_understood_is_refused_with_its_layer),
      cmocka_unit_test(a_damaged_safetensors_file_is_refused),
      cmocka_unit_test(every_damage_to_a_file_ends_well),
      cmocka_unit_test(public_networks_are_read),
      cmocka_unit_test(every_public_network_has_the_outputs_that_others_compute),
  };

  return cmocka_run_group_tests(tests, NULL, clean);
}
