/* test_onnx_write.c - networks as ONNX: the checker of python3-onnx accepts them, an independent
   numpy evaluation gives the same outputs. */
#include "networks.h"

#include "base/memory.h"

#include <unistd.h>

enum { ROWS = 30, D = 6, M = 2 };

static void write_doubles(const char *path, size_t count, const double *values)
{
  FILE *file = fopen(path, "wb");

  assert_non_null(file);
  assert_int_equal(fwrite(values, sizeof *values, count, file), count);
  assert_int_equal(fclose(file), 0);
}

static void read_doubles(const char *path, size_t count, double *values)
{
  FILE *file = fopen(path, "rb");

  assert_non_null(file);
  assert_int_equal(fread(values, sizeof *values, count, file), count);
  assert_int_equal(fgetc(file), EOF);
  assert_int_equal(fclose(file), 0);
}

/* Every activation, with and without biases, float and double; 0.3 is no float. */
static lip_net *variant_net(size_t variant)
{
  size_t widths[] = {D, 9, 7, M};
  lip_activation psi = {kinds[variant / 4], 0.3};

  return random_net(3, widths, psi, variant & 2, variant % 3 ? LIP_IDENTITY : psi.kind,
                    variant & 1 ? LIP_F64 : LIP_F32);
}

static void an_independent_reader_computes_the_same_outputs(void **state)
{
  const char *source = getenv("LIPLAW_SOURCE");
  char path[64], line[1024];
  double X[ROWS * D], Y[ROWS * M], theirs[ROWS * M];

  (void)state;
  if (!source || system("/usr/bin/python3 -c 'import onnx, numpy' 2> /dev/null") != 0) {
    print_message("skipped: python3-onnx is missing\n");
    skip();
  }
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, ROWS * D, X);
  for (size_t i = 0; i < ROWS * D; i++) X[i] = (float)X[i];
  assert_int_equal(system("rm -rf test_onnx_write && mkdir test_onnx_write"), 0);
  for (size_t variant = 0; variant < 4 * KINDS; variant++) {
    lip_net *net = variant_net(variant);

    (void)snprintf(path, sizeof path, "test_onnx_write/%zu.onnx", variant);
    assert_int_equal(lip_net_write(net, path, NULL), LIP_OK);
    (void)snprintf(path, sizeof path, "test_onnx_write/%zu.x", variant);
    write_doubles(path, ROWS * D, X);
    lip_net_free(net);
  }
  (void)snprintf(line, sizeof line,
                 "/usr/bin/python3 -B '%s/tests/evaluate_onnx.py' test_onnx_write", source);
  assert_int_equal(system(line), 0);
  for (size_t variant = 0; variant < 4 * KINDS; variant++) {
    lip_net *net = variant_net(variant);
    double largest = 0, error = 0, tolerance = net->precision == LIP_F32 ? 1e-5 : 1e-12;

    (void)snprintf(path, sizeof path, "test_onnx_write/%zu.y", variant);
    read_doubles(path, ROWS * M, theirs);
    assert_int_equal(lip_net_values(net, ROWS, X, Y, NULL), LIP_OK);
    for (size_t i = 0; i < ROWS * M; i++) {
      largest = fmax(largest, fabs(Y[i]));
      error = fmax(error, fabs(Y[i] - theirs[i]));
    }
    assert_true(error <= tolerance * largest);
    lip_net_free(net);
  }
  assert_int_equal(system("rm -r test_onnx_write"), 0);
}

static void the_same_network_gives_the_same_bytes(void **state)
{
  size_t widths[] = {5, 40, 1};
  lip_net *net = random_net(2, widths, (lip_activation){LIP_RELU, 0}, true, LIP_IDENTITY, LIP_F32);

  (void)state;
  assert_int_equal(lip_net_write(net, "test_onnx_write.1", NULL), LIP_OK);
  assert_int_equal(lip_net_write(net, "test_onnx_write.2", NULL), LIP_OK);
  assert_int_equal(system("cmp test_onnx_write.1 test_onnx_write.2"), 0);
  assert_int_equal(system("rm test_onnx_write.1 test_onnx_write.2"), 0);
  lip_net_free(net);
}

static void a_number_that_the_file_cannot_hold_is_refused(void **state)
{
  size_t widths[] = {2, 3, 1};
  lip_net *net = random_net(2, widths, (lip_activation){LIP_LEAKY_RELU, 0.5}, true, LIP_IDENTITY,
                            LIP_F32);
  const char *path = "test_onnx_write.onnx";
  double kept = net->layer[0].b[2];

  (void)state;
  net->layer[0].b[2] = NAN;
  assert_int_equal(lip_net_write(net, path, NULL), LIP_ENUMERIC);
  net->layer[0].b[2] = 0.1;
  assert_int_equal(lip_net_write(net, path, NULL), LIP_EINPUT);
  net->layer[0].b[2] = kept;
  net->layer[0].activation.slope = 0.1;
  assert_int_equal(lip_net_write(net, path, NULL), LIP_EINPUT);
  net->precision = LIP_F64;
  net->layer[0].activation.slope = INFINITY;
  assert_int_equal(lip_net_write(net, path, NULL), LIP_EINPUT);
  assert_int_not_equal(access(path, F_OK), 0);
  lip_net_free(net);
}

/* 2^29 floats make a file of 2 GB and a bit. No one may look at the weights: there are none. */
static void a_file_above_two_gigabytes_is_refused_with_its_size(void **state)
{
  size_t widths[] = {1, 1};
  lip_net *net = random_net(1, widths, (lip_activation){0}, false, LIP_IDENTITY, LIP_F32);
  lip_error err;

  (void)state;
  net->layer[0].in = 1 << 15;
  net->layer[0].out = 1 << 14;
  assert_int_equal(lip_net_write(net, "test_onnx_write.onnx", &err), LIP_EINPUT);
  assert_non_null(
      strstr(err.text, "would have 2147483")); /* 4 * 2^29 = 2147483648, and the messages */
  assert_int_not_equal(access("test_onnx_write.onnx", F_OK), 0);
  lip_net_free(net);
}

static void every_refused_allocation_leaves_no_file(void **state)
{
  lip_net *net = variant_net(2);
  lip_status st = LIP_ENOMEM;
  size_t k = 0;

  (void)state;
  for (; st != LIP_OK; k++) {
    assert_int_not_equal(access("test_onnx_write.onnx", F_OK), 0);
    lip_alloc_fail_after(k);
    st = lip_net_write(net, "test_onnx_write.onnx", NULL);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_OK || st == LIP_ENOMEM);
  }
  assert_true(k > 4);
  assert_int_equal(unlink("test_onnx_write.onnx"), 0);
  lip_net_free(net);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
  size_t widths[] = {1, 1};
  lip_net *net = random_net(1, widths, (lip_activation){0}, true, LIP_IDENTITY, LIP_F32);
  lip_error err;

  (void)state;
  assert_int_equal(lip_net_write(net, "no-such-folder/net.onnx", &err), LIP_EIO);
  assert_non_null(strstr(err.text, "no-such-folder/net.onnx"));
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_independent_reader_computes_the_same_outputs),
      cmocka_unit_test(the_same_network_gives_the_same_bytes),
      cmocka_unit_test(a_number_that_the_file_cannot_hold_is_refused),
      cmocka_unit_test(a_file_above_two_gigabytes_is_refused_with_its_size),
      cmocka_unit_test(every_refused_allocation_leaves_no_file),
      cmocka_unit_test(a_folder_that_is_not_there_is_named),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
