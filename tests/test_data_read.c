/* test_data_read.c - data sets from files: recognised by content, and what the options do. */
#include "data_files.h"

#include "base/memory.h"
#include "data/dataset_read.h"
#include "data/npz.h"

#include <signal.h>
#include <sys/resource.h>

static lip_dataset *read_text(const char *text, const lip_read_options *options)
{
  lip_dataset *data = NULL;
  lip_error err = {""};

  write_bytes("data", text, strlen(text));
  if (lip_dataset_read(in_folder("data"), options, &data, &err) != LIP_OK) fail_msg("%s", err.text);
  return data;
}

static void refuse(const char *path, const lip_read_options *options, lip_status status,
                   const char *cause)
{
  lip_dataset *data = NULL;
  lip_error err = {""};
  lip_status st = lip_dataset_read(path, options, &data, &err);

  if (st != status || !strstr(err.text, cause))
    fail_msg("%s: status %d, '%s' instead of %d, '%s'", path, (int)st, err.text, (int)status,
             cause);
  assert_null(strchr(err.text, '\n'));
  assert_null(data);
}

static void refuse_text(const char *text, const lip_read_options *options, lip_status status,
                        const char *cause)
{
  write_bytes("data", text, strlen(text));
  refuse(in_folder("data"), options, status, cause);
}

static void expect(const lip_dataset *data, const double *X, const double *y)
{
  assert_memory_equal(data->X, X, data->n * data->d * sizeof *X);
  if (data->m) assert_memory_equal(data->y, y, data->n * data->m * sizeof *y);
}

static void a_sample_is_written_and_read_again(void **state)
{
  lip_sample_options options = {
      .kind = LIP_SPHERE, .labels = LIP_LABELS_RANDOM, .n = 17, .d = 4, .seed = 99};
  lip_dataset *data = NULL, *again = NULL;

  (void)state;
  assert_int_equal(lip_sample(&options, &data, NULL), LIP_OK);
  assert_int_equal(lip_dataset_write(data, in_folder("sample"), NULL), LIP_OK);
  assert_int_equal(lip_dataset_read(in_folder("sample"), NULL, &again, NULL), LIP_OK);
  assert_int_equal(again->n, 17);
  assert_int_equal(again->d, 4);
  assert_int_equal(again->m, 1);
  assert_string_equal(again->kind, data->kind); /* the file tells its law */
  assert_true(again->noise_level == data->noise_level);
  assert_true(again->isoperimetry_c == data->isoperimetry_c);
  expect(again, data->X, data->y);
  lip_dataset_free(data);
  lip_dataset_free(again);
}

static void several_labels_are_written_and_read_again(void **state)
{
  lip_dataset *data = NULL, *again = NULL;
  lip_read_options first_two = {.limit = 2};

  (void)state;
  assert_int_equal(lip_dataset_create(3, 2, 4, &data, NULL), LIP_OK);
  for (size_t i = 0; i < 6; i++) data->X[i] = (double)i;
  for (size_t i = 0; i < 12; i++) data->y[i] = -(double)i;
  assert_int_equal(lip_dataset_write(data, in_folder("three"), NULL), LIP_OK);
  assert_int_equal(lip_dataset_read(in_folder("three"), &first_two, &again, NULL), LIP_OK);
  assert_int_equal(again->n, 2);
  assert_int_equal(again->m, 4);
  expect(again, data->X, data->y);
  lip_dataset_free(data);
  lip_dataset_free(again);
}

static void the_content_tells_what_a_file_is(void **state)
{
  (void)state;
  refuse(in_folder("nothing"), NULL, LIP_EIO, "nothing: cannot be opened");
  refuse(folder, NULL, LIP_EINPUT, "not a regular file");
  refuse_text("", NULL, LIP_EINPUT, "data: the file is empty");
  refuse_text("\x93NUMPY", NULL, LIP_EINPUT, "single array");
  refuse_text("\x1f\x8b", NULL, LIP_EINPUT, "IMAGES:LABELS");
  refuse_text("PK\3\4 and no more", NULL, LIP_EINPUT, "zip file");
  write_bytes("data", "\0\0\x08\3", 4);
  refuse(in_folder("data"), NULL, LIP_EINPUT, "IMAGES:LABELS");
  write_bytes("data", "1,2\n3,\0\n", 8);
  refuse(in_folder("data"), NULL, LIP_EINPUT, "byte 6 is 0");
  lip_dataset_free(read_text("1,2\n", NULL)); /* whatever its name */
}

static void two_names_with_a_colon_are_images_and_labels(void **state)
{
  static const char images[] = "\0\0\x08\2\0\0\0\2\0\0\0\3\0\x33\xff\xff\0\0";
  static const char labels[] = "\0\0\x08\1\0\0\0\2\7\3";
  char path[600];
  lip_dataset *data = NULL;
  lip_read_options sevens = {.positive = "7", .limit = 1};

  (void)state;
  write_bytes("a b", images, sizeof images - 1);
  write_bytes("labels", labels, sizeof labels - 1);
  (void)snprintf(path, sizeof path, "%s:%s", in_folder("a b"), in_folder("labels"));
  assert_int_equal(lip_dataset_read(path, NULL, &data, NULL), LIP_OK);
  expect(data, (double[]){0, 0.2, 1, 1, 0, 0}, (double[]){7, 3});
  assert_true(data->classes);
  lip_dataset_free(data);
  assert_int_equal(lip_dataset_read(path, &sevens, &data, NULL), LIP_OK);
  expect(data, (double[]){0, 0.2, 1}, (double[]){1});
  assert_false(data->classes);
  lip_dataset_free(data);
  (void)snprintf(path, sizeof path, "%s:%s", in_folder("a b"), in_folder("none"));
  refuse(path, NULL, LIP_EIO, "none: cannot be opened");
  refuse("none:none", NULL, LIP_EIO, "none: cannot be opened");
  write_bytes("with:colon", "1,2\n", 4);
  assert_int_equal(lip_dataset_read(in_folder("with:colon"), NULL, &data, NULL), LIP_OK);
  lip_dataset_free(data);
}

static void class_labels_become_plus_and_minus_one(void **state)
{
  lip_read_options options = {.positive = "1, 3"};
  lip_dataset *data = read_text("0,1\n0,2\n0,3\n0,10\n", &options);

  (void)state;
  expect(data, (double[]){0, 0, 0, 0}, (double[]){1, -1, 1, -1});
  lip_dataset_free(data);
  options.positive = "cat,ant";
  data = read_text("0,dog\n0,ant\n0,dog\n0,cat\n", &options);
  expect(data, (double[]){0, 0, 0, 0}, (double[]){-1, 1, -1, 1});
  lip_dataset_free(data);
}

static void a_class_label_that_never_occurs_is_named(void **state)
{
  (void)state;
  refuse_text("0,1\n0,2\n", &(lip_read_options){.positive = "1,5"}, LIP_EOPTION, "'5'");
  refuse_text("0,1\n0,2\n", &(lip_read_options){.positive = "one"}, LIP_EOPTION, "'one'");
  refuse_text("0,1\n0,2\n", &(lip_read_options){.positive = ""}, LIP_EOPTION, "''");
  refuse_text("0,1\n0,2\n", &(lip_read_options){.positive = "1,"}, LIP_EOPTION, "''");
  refuse_text("0,a\n0,b\n", &(lip_read_options){.positive = "0"}, LIP_EOPTION, "'0'");
}

static void points_may_come_without_labels_where_that_is_allowed(void **state)
{
  static const double X[] = {1, 2, 3, 4, 5, 6};
  lip_read_options two = {.unlabelled = 2}, three = {.unlabelled = 3}, one = {.unlabelled = 1};
  lip_read_options mapped = {.unlabelled = 2, .positive = "1"};
  lip_npz_writer *writer = NULL;
  lip_dataset *data = read_text("1,2\n3,4\n5,6\n", &two);

  (void)state;
  assert_int_equal(data->n, 3);
  assert_int_equal(data->d, 2);
  assert_int_equal(data->m, 0);
  assert_null(data->y);
  expect(data, X, NULL);
  lip_dataset_free(data);
  data = read_text("1,2\n3,4\n5,6\n", &three); /* the last column is a label */
  expect(data, (double[]){1, 3, 5}, (double[]){2, 4, 6});
  lip_dataset_free(data);
  data = read_text("1\n2\n", &one);
  expect(data, (double[]){1, 2}, NULL);
  lip_dataset_free(data);
  data = read_text("depth\n1\n2\n", &one); /* a header */
  assert_int_equal(data->n, 2);
  lip_dataset_free(data);
  refuse_text("1,2\n3,cat\n", &two, LIP_EINPUT, "line 2, column 2: 'cat' is not a number");
  refuse_text("1,2\n3,4\n", &mapped, LIP_EOPTION, "--positive needs one label");
  assert_int_equal(lip_npz_create(in_folder("bare"), &writer, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(writer, "X", 2, (size_t[]){3, 2}, X, NULL), LIP_OK);
  assert_int_equal(lip_npz_commit(writer, NULL), LIP_OK);
  refuse(in_folder("bare"), NULL, LIP_EINPUT, "there is no 'y.npy'");
  assert_int_equal(lip_dataset_read(in_folder("bare"), &two, &data, NULL), LIP_OK);
  assert_int_equal(data->m, 0);
  expect(data, X, NULL);
  lip_dataset_free(data);
}

static void mean_and_scale_act_on_the_inputs(void **state)
{
  lip_read_options options = {.mean = "1", .scale = "2,4"};
  lip_dataset *data = read_text("1,2,9\n3,4,8\n", &options);

  (void)state;
  expect(data, (double[]){0, 0.25, 1, 0.75}, (double[]){9, 8});
  lip_dataset_free(data);
  refuse_text("1,2,9\n", &(lip_read_options){.mean = "1,2,3"}, LIP_EOPTION,
              "--mean: 3 numbers for 2 inputs");
  refuse_text("1,2,9\n", &(lip_read_options){.mean = "1,x"}, LIP_EOPTION, "--mean: 'x'");
  refuse_text("1,2,9\n", &(lip_read_options){.mean = "nan"}, LIP_EOPTION, "--mean: 'nan'");
  refuse_text("1,2,9\n", &(lip_read_options){.scale = "1,0"}, LIP_EOPTION, "--scale: 0");
  refuse_text("1,2e300,9\n", &(lip_read_options){.scale = "1e-300"}, LIP_EINPUT, "X[0, 1] is inf");
}

static void a_point_is_transposed_as_a_matrix(void **state)
{
  lip_read_options options = {.transpose = "2x3", .mean = "1,0,0,0,0,0"};
  lip_dataset *data = read_text("1,2,3,4,5,6,0\n", &options);

  (void)state;
  expect(data, (double[]){0, 4, 2, 5, 3, 6}, (double[]){0});
  lip_dataset_free(data);
  for (const char *const *text = (const char *const[]){"3x3", "6", "x6", "2x", "2x3x1", "-2x-3",
                                                       "0x0", "9223372036854775809x2", NULL};
       *text; text++)
    refuse_text("1,2,3,4,5,6,0\n", &(lip_read_options){.transpose = *text}, LIP_EOPTION,
                "--transpose: ");
}

static void nan_and_infinity_are_refused_with_row_and_column(void **state)
{
  lip_dataset *data = NULL;

  (void)state;
  assert_int_equal(lip_dataset_create(2, 3, 2, &data, NULL), LIP_OK);
  for (size_t i = 0; i < 6; i++) data->X[i] = 0;
  for (size_t i = 0; i < 4; i++) data->y[i] = 0;
  data->X[5] = NAN;
  assert_int_equal(lip_dataset_write(data, in_folder("x"), NULL), LIP_OK);
  refuse(in_folder("x"), NULL, LIP_EINPUT, "X[1, 2] is nan");
  data->X[5] = 0;
  data->y[2] = -INFINITY;
  assert_int_equal(lip_dataset_write(data, in_folder("x"), NULL), LIP_OK);
  refuse(in_folder("x"), NULL, LIP_EINPUT, "y[1, 0] is -inf");
  lip_dataset_free(data);
}

static void arrays_that_do_not_belong_together_are_refused(void **state)
{
  (void)state;
  run_numpy("import numpy as np\n"
            "x = np.zeros((3, 2))\n"
            "np.savez('line', X=np.zeros(3), y=np.zeros(3))\n"
            "np.savez('rows', X=x, y=np.zeros(4)); np.savez('alone', X=x)\n"
            "np.savez('number', X=x, y=1.0); np.savez('deep', X=x, y=np.zeros((3, 1, 1)))\n");
  refuse(in_folder("line.npz"), NULL, LIP_EINPUT, "X.npy: its shape is (3)");
  refuse(in_folder("rows.npz"), NULL, LIP_EINPUT, "y.npy: its shape is (4)");
  refuse(in_folder("alone.npz"), NULL, LIP_EINPUT, "there is no 'y.npy'");
  refuse(in_folder("number.npz"), NULL, LIP_EINPUT, "y.npy: its shape is ()");
  refuse(in_folder("deep.npz"), NULL, LIP_EINPUT, "y.npy: its shape is (3 x 1 x 1)");
}

static void classes_become_one_hot_vectors(void **state)
{
  lip_dataset *data = read_text("0,7\n0,-1\n0,7\n0,9\n", NULL);
  lip_error err;

  (void)state;
  assert_int_equal(lip_dataset_one_hot(data, &err), LIP_OK);
  assert_int_equal(data->m, 3);
  expect(data, (double[]){0, 0, 0, 0}, (double[]){0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1});
  assert_int_equal(lip_dataset_one_hot(data, &err), LIP_EINPUT);
  lip_dataset_free(data);
  assert_int_equal(lip_dataset_create(1001, 1, 1, &data, NULL), LIP_OK);
  for (size_t i = 0; i < 1001; i++) data->y[i] = (double)i;
  assert_int_equal(lip_dataset_one_hot(data, &err), LIP_EINPUT);
  assert_int_equal(data->m, 1);
  lip_dataset_free(data);
}

static void every_allocation_may_be_refused(void **state)
{
  static const lip_read_options options = {
      .positive = "a", .mean = "1", .scale = "1", .transpose = "1x2"};
  size_t k = 0;

  (void)state;
  write_bytes("data", "1,2,a\n3,4,b\n", 12);
  for (;; k++) {
    lip_dataset *data = NULL;
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_dataset_read(in_folder("data"), &options, &data, NULL);
    if (st == LIP_OK) st = lip_dataset_one_hot(data, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    lip_dataset_free(data);
    if (st == LIP_OK) break;
    assert_int_equal(st, LIP_ENOMEM);
  }
  assert_true(k > 10);
}

static void a_full_disk_leaves_no_file(void **state)
{
  lip_sample_options options = {
      .kind = LIP_GAUSSIAN, .labels = LIP_LABELS_RANDOM, .n = 1000, .d = 100, .seed = 0};
  struct rlimit before, small;
  lip_dataset *data = NULL;
  lip_error err = {""};
  lip_status st;

  (void)state;
  empty_folder();
  assert_int_equal(lip_sample(&options, &data, NULL), LIP_OK);
  (void)signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit fails as on a full disk */
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 100000;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  st = lip_dataset_write(data, in_folder("full.npz"), &err);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_int_equal(st, LIP_EIO);
  assert_non_null(strstr(err.text, "full.npz"));
  assert_int_equal(files_in_folder(), 0);
  assert_int_equal(lip_dataset_write(data, "/nowhere/x.npz", &err), LIP_EIO);
  lip_dataset_free(data);
}

/* The UCI digits and MNIST, where they are there; the expected sums are numpy's. */
static void real_data_are_read(void **state)
{
  const char *root = getenv("LIPLAW_TESTDATA");
  char path[1024];
  lip_dataset *data = NULL;
  lip_read_options odd = {.positive = "1,3,5,7,9"};
  double plus = 0;

  (void)state;
  (void)snprintf(path, sizeof path, "%s/data/digits/optdigits.tra", root ? root : "");
  if (access(path, R_OK) != 0) {
    print_message("LIPLAW_TESTDATA is absent: skipped\n");
    skip();
  }
  assert_int_equal(lip_dataset_read(path, &odd, &data, NULL), LIP_OK);
  assert_int_equal(data->n, 3823);
  assert_int_equal(data->d, 64);
  for (size_t i = 0; i < data->n; i++) plus += data->y[i] > 0;
  assert_true(plus == 389 + 389 + 376 + 387 + 382); /* optdigits.names: examples of each digit */
  lip_dataset_free(data);
  (void)snprintf(path, sizeof path,
                 "%s/data/mnist/t10k-images-idx3-ubyte.gz:%s/data/mnist/t10k-labels-idx1-ubyte.gz",
                 root, root);
  assert_int_equal(lip_dataset_read(path, NULL, &data, NULL), LIP_OK);
  assert_int_equal(data->n, 10000);
  assert_int_equal(data->d, 784);
  assert_true(data->y[0] == 7 && data->y[1] == 2 && data->y[2] == 1);
  lip_dataset_free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sample_is_written_and_read_again),
      cmocka_unit_test(several_labels_are_written_and_read_again),
      cmocka_unit_test(the_content_tells_what_a_file_is),
      cmocka_unit_test(two_names_with_a_colon_are_images_and_labels),
      cmocka_unit_test(class_labels_become_plus_and_minus_one),
      cmocka_unit_test(a_class_label_that_never_occurs_is_named),
      cmocka_unit_test(points_may_come_without_labels_where_that_is_allowed),
      cmocka_unit_test(mean_and_scale_act_on_the_inputs),
      cmocka_unit_test(a_point_is_transposed_as_a_matrix),
      cmocka_unit_test(nan_and_infinity_are_refused_with_row_and_column),
      cmocka_unit_test(arrays_that_do_not_belong_together_are_refused),
      cmocka_unit_test(classes_become_one_hot_vectors),
      cmocka_unit_test(every_allocation_may_be_refused),
      cmocka_unit_test(a_full_disk_leaves_no_file),
      cmocka_unit_test(real_data_are_read),
  };

  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
