/* test_onnx_read.c - networks from ONNX: our own come back bit by bit, those of other exporters
   compute what they should, broken ones are refused in one line. */
#include "networks.h"

#include "base/atomic_file.h"
#include "base/memory.h"

#include <dirent.h>
#include <unistd.h>

static void assert_same_net(const lip_net *a, const lip_net *b)
{
  assert_int_equal(a->depth, b->depth);
  assert_int_equal(a->parameters, b->parameters);
  assert_int_equal(a->precision, b->precision);
  assert_int_equal(a->max_width, b->max_width);
  for (size_t j = 0; j < a->depth; j++) {
    assert_int_equal(a->layer[j].in, b->layer[j].in);
    assert_int_equal(a->layer[j].out, b->layer[j].out);
    assert_int_equal(a->layer[j].b != NULL, b->layer[j].b != NULL);
    assert_int_equal(a->layer[j].activation.kind, b->layer[j].activation.kind);
    if (a->layer[j].activation.kind == LIP_LEAKY_RELU)
      assert_true(a->layer[j].activation.slope == b->layer[j].activation.slope);
  }
  assert_memory_equal(a->block, b->block, a->parameters * sizeof *a->block);
}

/* Every activation, with and without biases, float and double, one to four layers. */
static void what_was_written_is_read_bit_by_bit(void **state)
{
  size_t widths[] = {5, 4, 7, 3, 2};

  (void)state;
  for (size_t variant = 0; variant < 4 * KINDS; variant++) {
    lip_activation psi = {kinds[variant / 4], 0.3};
    lip_net *net = random_net(1 + (variant + variant / 4) % 4, widths, psi, variant & 1,
                              variant % 3 ? LIP_IDENTITY : psi.kind,
                              variant & 2 ? LIP_F32 : LIP_F64);
    lip_net *again = NULL;

    net->block[0] = -0.0;
    assert_int_equal(lip_net_write(net, "test_onnx_read.onnx", NULL), LIP_OK);
    assert_int_equal(lip_net_read("test_onnx_read.onnx", &again, NULL), LIP_OK);
    assert_same_net(net, again);
    lip_net_free(net);
    lip_net_free(again);
  }
  assert_int_equal(unlink("test_onnx_read.onnx"), 0);
}

static void *contents(const char *folder, const char *name, const char *suffix, size_t *size)
{
  char path[512];
  void *bytes = NULL;

  (void)snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
  if (access(path, F_OK) != 0) return NULL;
  assert_int_equal(lip_read_file(path, 1 << 20, &bytes, size, NULL), LIP_OK);
  return bytes;
}

static void check_outputs(const lip_net *net, const char *folder, const char *name)
{
  size_t x_size = 0, y_size = 0, rows;
  double *x = contents(folder, name, ".x", &x_size), *y = contents(folder, name, ".y", &y_size);
  double *ours = lip_alloc(y_size, 1), largest = 0, error = 0;

  assert_true(x && y && ours);
  rows = x_size / sizeof *x / lip_net_inputs(net);
  assert_int_equal(y_size, rows * lip_net_outputs(net) * sizeof *y);
  assert_int_equal(lip_net_values(net, rows, x, ours, NULL), LIP_OK);
  for (size_t i = 0; i < y_size / sizeof *y; i++) {
    largest = fmax(largest, fabs(y[i]));
    error = fmax(error, fabs(y[i] - ours[i]));
  }
  if (!(error <= 1e-13 * largest)) fail_msg("%s: off by %g of %g", name, error, largest);
  lip_free(x);
  lip_free(y);
  lip_free(ours);
}

static void check_refusal(lip_status st, const lip_error *err, const char *name, const char *words)
{
  if (st == LIP_OK) fail_msg("%s was read", name);
  if (!strstr(err->text, words)) fail_msg("%s: '%s' is not in '%s'", name, words, err->text);
  if (!strstr(err->text, name)) fail_msg("%s is not named: '%s'", name, err->text);
  if (strchr(err->text, '\n')) fail_msg("%s: more than a line: '%s'", name, err->text);
}

/* The folder of tests/make_onnx.py and make_onnx_graphs.py, which know the outputs from numpy. */
static void files_of_other_exporters_are_read_or_refused_as_they_should(void **state)
{
  const char *source = getenv("LIPLAW_SOURCE"), *folder = "test_onnx_read";
  char line[1024];
  size_t read = 0, refused = 0;
  DIR *listing;

  (void)state;
  if (!source || system("/usr/bin/python3 -c 'import onnx, numpy' 2> /dev/null") != 0) {
    print_message("skipped: python3-onnx is missing\n");
    skip();
  }
  (void)snprintf(line, sizeof line,
                 "rm -rf %s && mkdir %s && /usr/bin/python3 -B '%s/tests/make_onnx.py' %s && "
                 "/usr/bin/python3 -B '%s/tests/make_onnx_graphs.py' %s",
                 folder, folder, source, folder, source, folder);
  assert_int_equal(system(line), 0);
  listing = opendir(folder);
  assert_non_null(listing);
  for (struct dirent *at = readdir(listing); at; at = readdir(listing)) {
    char name[256], path[512], *dot = strrchr(at->d_name, '.'), *words;
    lip_net *net = NULL;
    lip_error err;
    size_t size = 0;
    lip_status st;

    if (!dot || strcmp(dot, ".onnx") != 0) continue;
    (void)snprintf(name, sizeof name, "%.*s", (int)(dot - at->d_name), at->d_name);
    (void)snprintf(path, sizeof path, "%s/%s.onnx", folder, name);
    words = contents(folder, name, ".refused", &size);
    st = lip_net_read(path, &net, &err);
    if (words) {
      check_refusal(st, &err, name, words);
      refused++;
    } else {
      if (st != LIP_OK) fail_msg("%s", err.text);
      check_outputs(net, folder, name);
      if (strcmp(name, "plain") == 0) assert_int_equal(net->precision, LIP_F32);
      if (strcmp(name, "arithmetic") == 0) /* folding had to round */
        assert_int_equal(net->precision, LIP_F64);
      read++;
    }
    lip_free(words);
    lip_net_free(net);
  }
  assert_int_equal(closedir(listing), 0);
  assert_true(read >= 200 && refused >= 100);
  assert_int_equal(system("rm -r test_onnx_read"), 0);
}

static void doubles_that_could_be_floats_stay_doubles(void **state)
{
  size_t widths[] = {3, 2};
  lip_net *net = random_net(1, widths, (lip_activation){0}, true, LIP_IDENTITY, LIP_F64), *again;

  (void)state;
  for (size_t i = 0; i < net->parameters; i++) net->block[i] = (double)i; /* doubles all the same */
  assert_int_equal(lip_net_write(net, "test_onnx_read.onnx", NULL), LIP_OK);
  assert_int_equal(lip_net_read("test_onnx_read.onnx", &again, NULL), LIP_OK);
  assert_int_equal(again->precision, LIP_F64);
  assert_int_equal(unlink("test_onnx_read.onnx"), 0);
  lip_net_free(net);
  lip_net_free(again);
}

/* Writes `bytes`, reads them as a network: any status, no crash, no leak. */
static lip_status read_bytes(const unsigned char *bytes, size_t size)
{
  lip_net *net = NULL;
  lip_error err = {0};
  lip_status st;
  FILE *file;

  (void)unlink("test_onnx_read.bad"); /* overwritten files are flushed, new ones are not */
  file = fopen("test_onnx_read.bad", "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
  st = lip_net_read("test_onnx_read.bad", &net, &err);
  assert_int_equal(st == LIP_OK, net != NULL);
  if (st != LIP_OK) {
    assert_non_null(strstr(err.text, "test_onnx_read.bad: "));
    assert_null(strchr(err.text, '\n'));
  }
  lip_net_free(net);
  return st;
}

static unsigned char *small_file(lip_precision precision, size_t *size)
{
  size_t widths[] = {2, 3, 1};
  lip_net *net = random_net(2, widths, (lip_activation){LIP_LEAKY_RELU, 0.3}, true, LIP_IDENTITY,
                            precision);
  void *bytes = NULL;

  assert_int_equal(lip_net_write(net, "test_onnx_read.bad", NULL), LIP_OK);
  assert_int_equal(lip_read_file("test_onnx_read.bad", 1 << 20, &bytes, size, NULL), LIP_OK);
  lip_net_free(net);
  return bytes;
}

static void a_file_cut_at_any_length_is_refused(void **state)
{
  (void)state;
  for (lip_precision precision = LIP_F32; precision <= LIP_F64; precision++) {
    size_t size = 0, whole = 0;
    unsigned char *bytes = small_file(precision, &size);

    for (size_t length = 0; length < size; length++) whole += read_bytes(bytes, length) == LIP_OK;
    assert_int_equal(whole, 0);
    assert_int_equal(read_bytes(bytes, size), LIP_OK);
    lip_free(bytes);
  }
  assert_int_equal(unlink("test_onnx_read.bad"), 0);
}

static void a_file_with_any_bit_or_byte_changed_is_read_or_refused(void **state)
{
  (void)state;
  for (lip_precision precision = LIP_F32; precision <= LIP_F64; precision++) {
    size_t size = 0;
    unsigned char *bytes = small_file(precision, &size);

    for (size_t i = 0; i < size; i++) {
      unsigned char kept = bytes[i];

      for (int bit = 0; bit < 8; bit++) {
        bytes[i] = (unsigned char)(kept ^ 1 << bit);
        (void)read_bytes(bytes, size);
      }
      bytes[i] = 0xff;
      (void)read_bytes(bytes, size);
      bytes[i] = 0;
      (void)read_bytes(bytes, size);
      bytes[i] = kept;
    }
    lip_free(bytes);
  }
  assert_int_equal(unlink("test_onnx_read.bad"), 0);
}

static void random_damage_is_read_or_refused(void **state)
{
  size_t size = 0;
  unsigned char *bytes = small_file(LIP_F32, &size), *damaged = lip_alloc(size, 1);

  (void)state;
  assert_non_null(damaged);
  for (uint64_t round = 0; round < 5000; round++) {
    uint32_t draws[16];

    lip_random_bits((lip_stream){11, LIP_FOR_PROBES}, 16 * round, 16, draws);
    memcpy(damaged, bytes, size);
    for (size_t i = 0; i < 2 + round % 14; i++)
      damaged[draws[i] % size] = (unsigned char)(draws[i] >> 24);
    (void)read_bytes(damaged, size);
  }
  lip_free(bytes);
  lip_free(damaged);
  assert_int_equal(unlink("test_onnx_read.bad"), 0);
}

/* One more message around the bytes, field `field`; bytes end at buffer + end. */
static size_t wrap(unsigned char *buffer, size_t begin, size_t end, unsigned field)
{
  size_t size = end - begin;
  unsigned char header[8];
  size_t used = 0;

  header[used++] = (unsigned char)(field << 3 | 2);
  for (; size >= 0x80; size >>= 7) header[used++] = (unsigned char)(size | 0x80);
  header[used++] = (unsigned char)size;
  memcpy(buffer + begin - used, header, used);
  return begin - used;
}

/* graph.node.attribute.graph.node...: unpacked by recursion, they would run out of stack. */
static void twenty_thousand_nested_graphs_are_refused(void **state)
{
  enum { DEEP = 20000, SIZE = DEEP * 3 * 8 };
  unsigned char *buffer = lip_alloc(SIZE, 1);
  size_t begin = SIZE;

  (void)state;
  assert_non_null(buffer);
  for (size_t i = 0; i < DEEP; i++) {
    begin = wrap(buffer, begin, SIZE, 6); /* AttributeProto.g */
    begin = wrap(buffer, begin, SIZE, 5); /* NodeProto.attribute */
    begin = wrap(buffer, begin, SIZE, 1); /* GraphProto.node */
  }
  begin = wrap(buffer, begin, SIZE, 7); /* ModelProto.graph */
  assert_int_equal(read_bytes(buffer + begin, SIZE - begin), LIP_EINPUT);
  lip_free(buffer);
  assert_int_equal(unlink("test_onnx_read.bad"), 0);
}

/* Two bytes in the file each, hundreds in memory: bounded before the memory is asked for. */
static void millions_of_empty_nodes_are_refused(void **state)
{
  enum { NODES = 4000000, SIZE = 2 * NODES + 16 };
  unsigned char *buffer = lip_alloc(SIZE, 1);
  size_t begin = 16;

  (void)state;
  assert_non_null(buffer);
  for (size_t i = begin; i < SIZE; i += 2) {
    buffer[i] = 1 << 3 | 2; /* GraphProto.node */
    buffer[i + 1] = 0;
  }
  begin = wrap(buffer, begin, SIZE, 7);
  assert_int_equal(read_bytes(buffer + begin, SIZE - begin), LIP_EINPUT);
  lip_free(buffer);
  assert_int_equal(unlink("test_onnx_read.bad"), 0);
}

static void every_refused_allocation_fails_cleanly(void **state)
{
  size_t size = 0, k = 0;
  lip_status st = LIP_ENOMEM;

  (void)state;
  lip_free(small_file(LIP_F32, &size));
  for (; st != LIP_OK; k++) {
    lip_net *net = NULL;

    lip_alloc_fail_after(k);
    st = lip_net_read("test_onnx_read.bad", &net, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_OK || st == LIP_ENOMEM);
    assert_int_equal(st == LIP_OK, net != NULL);
    lip_net_free(net);
  }
  assert_true(k > 50);
  assert_int_equal(unlink("test_onnx_read.bad"), 0);
}

static void a_missing_file_and_a_folder_are_named(void **state)
{
  lip_net *net = NULL;
  lip_error err;

  (void)state;
  assert_int_equal(lip_net_read("no-such-file.onnx", &net, &err), LIP_EIO);
  assert_non_null(strstr(err.text, "no-such-file.onnx"));
  assert_int_equal(lip_net_read(".", &net, &err), LIP_EINPUT);
  assert_null(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_written_is_read_bit_by_bit),
      cmocka_unit_test(files_of_other_exporters_are_read_or_refused_as_they_should),
      cmocka_unit_test(doubles_that_could_be_floats_stay_doubles),
      cmocka_unit_test(a_file_cut_at_any_length_is_refused),
      cmocka_unit_test(a_file_with_any_bit_or_byte_changed_is_read_or_refused),
      cmocka_unit_test(random_damage_is_read_or_refused),
      cmocka_unit_test(twenty_thousand_nested_graphs_are_refused),
      cmocka_unit_test(millions_of_empty_nodes_are_refused),
      cmocka_unit_test(every_refused_allocation_fails_cleanly),
      cmocka_unit_test(a_missing_file_and_a_folder_are_named),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
