/* test_npz.c - archives of arrays: numpy reads ours, we read numpy's, damage is refused. */
#include "data_files.h"

#include "base/memory.h"
#include "data/npz.h"

#include <sys/resource.h>
#include <signal.h>

/* The archive that most tests use: a 3 x 5 array of f64, a text and a 64-bit number. */
static const double values[15] = {0.5, -1, 2, 1e-300, 4, 5e300, 6, 7, 8, 9, 0, 11, 12, 13, 0.1};

static void write_archive(const char *name, uint64_t zip64_above)
{
  lip_npz_writer *out = NULL;
  uint64_t big = UINT64_MAX;

  assert_int_equal(lip_npz_create(in_folder(name), &out, NULL), LIP_OK);
  if (zip64_above) lip_npz_zip64_above(out, zip64_above);
  assert_int_equal(lip_npz_add_f64(out, "X", 2, (size_t[]){3, 5}, values, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_text(out, "kind", "gaussian", NULL), LIP_OK);
  assert_int_equal(lip_npz_add_u64(out, "seed", 0, NULL, &big, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(out, "line", 1, (size_t[]){15}, values, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(out, "cube", 3, (size_t[]){1, 3, 5}, values, NULL), LIP_OK);
  assert_int_equal(lip_npz_commit(out, NULL), LIP_OK);
}

static lip_status read_array(const void *bytes, size_t size, const char *name, size_t rows,
                             lip_array *array, lip_error *err)
{
  /* An exact copy, so that the sanitizer sees a step over its end. */
  void *copy = malloc(size ? size : 1);
  lip_status st;

  assert_non_null(copy);
  if (size) memcpy(copy, bytes, size);
  st = lip_npz_read(copy, size, name, rows, array, err);
  free(copy);
  return st;
}

static void assert_is_archive(const char *name)
{
  size_t size;
  unsigned char *bytes = read_bytes(name, &size);
  lip_array array = {0};

  assert_int_equal(read_array(bytes, size, "X", 0, &array, NULL), LIP_OK);
  assert_int_equal(array.rank, 2);
  assert_int_equal(array.shape[0], 3);
  assert_int_equal(array.shape[1], 5);
  assert_memory_equal(array.values, values, sizeof values);
  lip_free(array.values);
  assert_int_equal(read_array(bytes, size, "cube", 0, &array, NULL), LIP_OK);
  assert_int_equal(array.rank, 3);
  assert_memory_equal(array.values, values, sizeof values);
  lip_free(array.values);
  free(bytes);
}

static void what_is_written_is_read_again(void **state)
{
  (void)state;
  write_archive("round.npz", 0);
  assert_is_archive("round.npz");
}

static void zip64_records_hold_what_32_bits_do_not(void **state)
{
  (void)state;
  for (uint64_t above = 1; above < 2000; above = above * 3) {
    write_archive("wide.npz", above);
    assert_is_archive("wide.npz");
  }
}

static void numpy_opens_what_is_written(void **state)
{
  (void)state;
  write_archive("a.npz", 0);
  write_archive("b.npz", 1);
  write_archive("c.npz", 300);
  run_numpy("import numpy as np, zipfile\n"
            "v = [0.5,-1,2,1e-300,4,5e300,6,7,8,9,0,11,12,13,0.1]\n"
            "for name in 'abc':\n"
            "    assert zipfile.ZipFile(name + '.npz').testzip() is None\n"
            "    z = np.load(name + '.npz', allow_pickle=False)\n"
            "    assert sorted(z) == ['X', 'cube', 'kind', 'line', 'seed']\n"
            "    assert z['X'].dtype == np.float64 and z['X'].shape == (3, 5)\n"
            "    assert z['X'].ravel().tolist() == v and z['cube'].shape == (1, 3, 5)\n"
            "    assert z['line'].shape == (15,) and z['line'].tolist() == v\n"
            "    assert z['seed'] == 2**64 - 1 and z['seed'].shape == ()\n"
            "    assert str(z['kind']) == 'gaussian' and z['kind'].shape == ()\n");
}

static void equal_arrays_make_equal_bytes(void **state)
{
  size_t a_size, b_size;
  unsigned char *a, *b;

  (void)state;
  write_archive("a.npz", 0);
  write_archive("b.npz", 0);
  a = read_bytes("a.npz", &a_size);
  b = read_bytes("b.npz", &b_size);
  assert_int_equal(a_size, b_size);
  assert_memory_equal(a, b, a_size);
  free(a);
  free(b);
}

/* numpy writes a[i, j] = (i + 1) * (2 j - 3) (its absolute value without signs, its truth as a
   bool), in every type, byte order and memory order, compressed and not, in versions 1, 2, 3. */
static void numbers_of_every_type_and_order_are_read(void **state)
{
  static const char *const types[] = {"<f4", ">f4", "<f8", ">f8", "|i1", "<i2", ">i2",
                                      "<i4", ">i4", "<i8", ">i8", "|u1", "<u2", ">u2",
                                      "<u4", ">u4", "<u8", ">u8", "|b1"};
  size_t size, files = 0;

  (void)state;
  run_numpy("import numpy as np, zipfile, io\n"
            "n = 0\n"
            "for t in '<f4 >f4 <f8 >f8 |i1 <i2 >i2 <i4 >i4 <i8 >i8 |u1 <u2 >u2 <u4 >u4 <u8 >u8 "
            "|b1'.split():\n"
            "    a = np.array([[(i + 1) * (2 * j - 3) for j in range(7)] for i in range(4)])\n"
            "    a = abs(a) if t[1] in 'ub' else a\n"
            "    for order in 'CF':\n"
            "        b = np.array(a, dtype=t, order=order)\n"
            "        np.savez('%d.npz' % n, X=b); np.savez_compressed('%d.npz' % (n + 1), X=b)\n"
            "        for v in (1, 2, 3):\n"
            "            with zipfile.ZipFile('%d.npz' % (n + 1 + v), 'w') as z:\n"
            "                f = io.BytesIO()\n"
            "                np.lib.format.write_array(f, b, (v, 0))\n"
            "                z.writestr('X.npy', f.getvalue())\n"
            "        n += 5\n");
  for (size_t t = 0; t < sizeof types / sizeof *types; t++)
    for (size_t file = 0; file < 10; file++, files++) {
      char name[32];
      unsigned char *bytes;
      lip_array array = {0};

      (void)snprintf(name, sizeof name, "%zu.npz", files);
      bytes = read_bytes(name, &size);
      assert_int_equal(read_array(bytes, size, "X", 0, &array, NULL), LIP_OK);
      assert_int_equal(array.shape[0], 4);
      assert_int_equal(array.shape[1], 7);
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 7; j++) {
          double expected = (i + 1) * (2 * j - 3);

          if (types[t][1] == 'u') expected = fabs(expected);
          if (types[t][1] == 'b') expected = 1;
          assert_true(array.values[i * 7 + j] == expected);
        }
      lip_free(array.values);
      free(bytes);
    }
}

static void the_first_rows_alone_are_kept_in_both_orders(void **state)
{
  (void)state;
  run_numpy("import numpy as np\n"
            "a = np.arange(2 * 3000 * 3.).reshape(3000, 2, 3)\n"
            "np.savez_compressed('c.npz', X=a); np.savez('f.npz', X=np.asfortranarray(a))\n");
  for (const char *name = "cf"; *name; name++) {
    char file[] = {*name, '.', 'n', 'p', 'z', 0};
    size_t size;
    unsigned char *bytes = read_bytes(file, &size);
    lip_array array = {0};

    assert_int_equal(read_array(bytes, size, "X", 1234, &array, NULL), LIP_OK);
    assert_int_equal(array.shape[0], 1234);
    assert_int_equal(array.count, 1234 * 6);
    for (size_t i = 0; i < array.count; i++) assert_true(array.values[i] == (double)i);
    lip_free(array.values);
    free(bytes);
  }
}

static void refuse(const char *name, const char *cause)
{
  size_t size;
  unsigned char *bytes = read_bytes(name, &size);
  lip_array array = {0};
  lip_error err = {""};

  assert_int_equal(read_array(bytes, size, "X", 0, &array, &err), LIP_EINPUT);
  if (!strstr(err.text, cause)) fail_msg("%s: '%s' does not say '%s'", name, err.text, cause);
  assert_null(strchr(err.text, '\n'));
  free(bytes);
}

static void what_is_no_array_of_numbers_is_refused_by_its_reason(void **state)
{
  (void)state;
  run_numpy(
      "import numpy as np, zipfile\n"
      "np.savez('half.npz', X=np.zeros(3, 'f2')); np.savez('complex.npz', X=np.zeros(3, 'c8'))\n"
      "np.savez('word.npz', X=np.array(['a'])); np.savez('other.npz', Y=np.zeros(3))\n"
      "np.savez('record.npz', X=np.zeros(3, 'f4,f4')); np.savez('empty.npz', X=np.zeros((0, 4)))\n"
      "np.savez('big.npz', X=np.array([1, 2**53 + 1])); np.savez('rank.npz', X=np.zeros([1] * 9))\n"
      "np.savez('object.npz', X=np.array([None]))\n"
      "def raw(name, data, method=0):\n"
      "    with zipfile.ZipFile(name, 'w', method) as z: z.writestr('X.npy', data)\n"
      "def npy(text): return b'\\x93NUMPY\\x01\\x00' + len(text).to_bytes(2, 'little') + text\n"
      "raw('text.npz', b'hello, this is no array')\n"
      "raw('version.npz', b'\\x93NUMPY\\x09\\x00' + bytes(100))\n"
      "raw('bzip.npz', b'x' * 1000, 12)\n"
      "h = \"{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }\\n\"\n"
      "raw('rows.npz', npy((h % 10**18).encode()) + bytes(80))\n"
      "raw('overflow.npz', npy((h % 2**64).encode()) + bytes(80))\n"
      "raw('product.npz', npy((h % '4294967296, 4294967296').encode()) + bytes(80))\n"
      "raw('short.npz', npy((h % 11).encode()) + bytes(80))\n"
      "raw('long.npz', npy((h % 9).encode()) + bytes(80))\n"
      "raw('twice.npz', npy(b\"{'shape': (1,), 'shape': (1,), 'descr': '<f8'}\") + bytes(8))\n"
      "raw('open.npz', npy(b\"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)\") + "
      "bytes(8))\n"
      "raw('sign.npz', npy((h % -1).encode()) + bytes(80))\n"
      "raw('header.npz', b'\\x93NUMPY\\x02\\x00' + b'\\xff\\xff\\xff\\x7f' + bytes(80))\n"
      "with zipfile.ZipFile('two.npz', 'w') as z:\n"
      "    import warnings; warnings.simplefilter('ignore')\n"
      "    z.writestr('X.npy', b'a'); z.writestr('X.npy', b'b')\n");
  refuse("half.npz", "'<f2'");
  refuse("complex.npz", "'<c8'");
  refuse("word.npz", "'<U1'");
  refuse("other.npz", "there is no 'X.npy'");
  refuse("record.npz", "records");
  refuse("empty.npz", "empty");
  refuse("big.npz", "element 1");
  refuse("rank.npz", "more than 8 dimensions");
  refuse("object.npz", "'|O'");
  refuse("text.npz", "not an array");
  refuse("version.npz", "version 9.0");
  refuse("bzip.npz", "zip method 12");
  refuse("rows.npz", "needs 8000000000000000000 bytes, but 80 are there");
  refuse("overflow.npz", "below 2^64");
  refuse("product.npz", "overflows");
  refuse("short.npz", "needs 88 bytes, but 80");
  refuse("long.npz", "needs 72 bytes, but 80");
  refuse("twice.npz", "'shape' too many");
  refuse("open.npz", "expected '}'");
  refuse("sign.npz", "expected a size");
  refuse("header.npz", "2147483647 bytes, too many");
  refuse("two.npz", "twice");
}

static void texts_and_the_list_of_arrays_are_read(void **state)
{
  size_t size, count = 0;
  uint64_t total = 0;
  unsigned char *bytes;
  char text[10], name[5][LIP_NPZ_NAME];
  lip_error err;

  (void)state;
  write_archive("list.npz", 0);
  bytes = read_bytes("list.npz", &size);
  assert_int_equal(lip_npz_list(bytes, size, 5, name, &count, &total, NULL), LIP_OK);
  assert_int_equal(count, 5);
  assert_string_equal(name[0], "X");
  assert_string_equal(name[4], "cube");
  assert_in_range(total, 3 * 15 * 8 + 8 + 8 * 4 + 5 * 64, size);
  assert_int_equal(lip_npz_list(bytes, size, 4, name, &count, &total, &err), LIP_EINPUT);
  assert_int_equal(lip_npz_read_text(bytes, size, "kind", text, 9, NULL), LIP_OK);
  assert_string_equal(text, "gaussian");
  assert_int_equal(lip_npz_read_text(bytes, size, "kind", text, 8, &err), LIP_EINPUT);
  assert_int_equal(lip_npz_read_text(bytes, size, "X", text, 9, &err), LIP_EINPUT);
  assert_int_equal(lip_npz_read_text(bytes, size, "none", text, 9, &err), LIP_EINPUT);
  free(bytes);
  run_numpy("import numpy as np\n"
            "np.savez('big.npz', kind=np.array('letters', '>U7'))\n"
            "np.savez('greek.npz', kind=np.array('\\u03b1\\u03b2'))\n"
            "np.savez('two.npz', kind=np.array(['a', 'b']))\n"
            "np.savez('short.npz', kind=np.array('ab', 'U5'))\n");
  for (const char *const *file = (const char *const[]){"greek.npz", "two.npz", "short.npz", NULL};
       *file; file++) {
    bytes = read_bytes(*file, &size);
    assert_int_equal(lip_npz_read_text(bytes, size, "kind", text, 10, &err), LIP_EINPUT);
    free(bytes);
  }
  bytes = read_bytes("big.npz", &size);
  assert_int_equal(lip_npz_read_text(bytes, size, "kind", text, 10, NULL), LIP_OK);
  assert_string_equal(text, "letters");
  free(bytes);
}

static lip_status compare(const unsigned char *bytes, size_t size)
{
  lip_npz_writer *out = NULL;
  uint64_t big = UINT64_MAX;

  assert_int_equal(lip_npz_compare("compared", bytes, size, &out, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(out, "X", 2, (size_t[]){3, 5}, values, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_text(out, "kind", "gaussian", NULL), LIP_OK);
  assert_int_equal(lip_npz_add_u64(out, "seed", 0, NULL, &big, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(out, "line", 1, (size_t[]){15}, values, NULL), LIP_OK);
  assert_int_equal(lip_npz_add_f64(out, "cube", 3, (size_t[]){1, 3, 5}, values, NULL), LIP_OK);
  return lip_npz_commit(out, NULL);
}

static void a_comparison_sees_every_other_byte_and_length(void **state)
{
  size_t size;
  unsigned char *bytes;

  (void)state;
  write_archive("same.npz", 0);
  bytes = read_bytes("same.npz", &size);
  assert_int_equal(compare(bytes, size), LIP_OK);
  for (size_t i = 0; i < size; i++) {
    bytes[i] ^= 1;
    assert_int_equal(compare(bytes, size), LIP_EINPUT);
    bytes[i] ^= 1;
    assert_int_equal(compare(bytes, i), LIP_EINPUT);
  }
  bytes = realloc(bytes, size + 1);
  assert_non_null(bytes);
  bytes[size] = 0;
  assert_int_equal(compare(bytes, size + 1), LIP_EINPUT);
  free(bytes);
}

/* 2 GB of zeros in 2 MB: the header says 10 numbers, and no more is unpacked. */
static void a_bomb_is_not_unpacked(void **state)
{
  (void)state;
  run_numpy("import zipfile\n"
            "h = b\"{'descr': '<f8', 'fortran_order': False, 'shape': (10,), }\\n\"\n"
            "with zipfile.ZipFile('bomb.npz', 'w', 8) as z:\n"
            "    with z.open('X.npy', 'w') as f:\n"
            "        f.write(b'\\x93NUMPY\\x01\\x00' + len(h).to_bytes(2, 'little') + h)\n"
            "        for i in range(64): f.write(bytes(1 << 20))\n"
            "b = open('bomb.npz', 'rb').read()\n"
            "n = 80 + 10 + len(h); size = (10 + len(h) + (64 << 20)).to_bytes(4, 'little')\n"
            "open('liar.npz', 'wb').write(b.replace(size, n.to_bytes(4, 'little')))\n"
            "open('boast.npz', 'wb').write(b.replace(size, (2**31).to_bytes(4, 'little')))\n");
  refuse("bomb.npz", "needs 80 bytes");
  refuse("liar.npz", "after the expected"); /* the directory claims 80 bytes too */
  refuse("boast.npz", "cannot come from");
}

static void an_archive_cut_anywhere_is_refused(void **state)
{
  size_t size;
  unsigned char *bytes;
  lip_array array = {0};
  lip_error err;

  (void)state;
  write_archive("whole.npz", 200);
  bytes = read_bytes("whole.npz", &size);
  for (size_t cut = 0; cut < size; cut++)
    assert_int_equal(read_array(bytes, cut, "X", 0, &array, &err), LIP_EINPUT);
  free(bytes);
}

/* What a changed byte leaves readable is what was written: a date, an attribute, another member. */
static void no_changed_byte_changes_a_number(void **state)
{
  (void)state;
  for (uint64_t above = 0; above <= 200; above += 200) {
    size_t size, refused = 0;
    unsigned char *bytes;

    write_archive("whole.npz", above);
    bytes = read_bytes("whole.npz", &size);
    for (size_t at = 0; at < size; at++)
      for (unsigned flip = 1; flip < 256; flip *= 4) {
        lip_array array = {0};

        bytes[at] ^= (unsigned char)flip;
        if (read_array(bytes, size, "X", 0, &array, NULL) == LIP_OK) {
          assert_int_equal(array.count, 15);
          assert_memory_equal(array.values, values, sizeof values);
        } else {
          refused++;
        }
        lip_free(array.values);
        bytes[at] ^= (unsigned char)flip;
      }
    assert_true(refused > 4 * sizeof values); /* each byte of the numbers, four times */
    free(bytes);
  }
}

static void every_allocation_may_be_refused(void **state)
{
  size_t size, k = 0;
  unsigned char *bytes;

  (void)state;
  for (;; k++) {
    lip_npz_writer *out = NULL;
    lip_status st;

    empty_folder();
    lip_alloc_fail_after(k);
    st = lip_npz_create(in_folder("refused.npz"), &out, NULL);
    if (st == LIP_OK) st = lip_npz_add_text(out, "kind", "text", NULL);
    if (st == LIP_OK) {
      st = lip_npz_commit(out, NULL);
      out = NULL;
    }
    lip_npz_abandon(out);
    lip_alloc_fail_after(SIZE_MAX);
    if (st == LIP_OK) break;
    assert_int_equal(st, LIP_ENOMEM);
    assert_int_equal(files_in_folder(), 0);
  }
  assert_true(k >= 4);
  run_numpy("import numpy as np\nnp.savez_compressed('packed.npz', X=np.zeros((3, 4)))\n");
  bytes = read_bytes("packed.npz", &size);
  for (k = 0;; k++) {
    lip_array array = {0};
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_npz_read(bytes, size, "X", 0, &array, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    lip_free(array.values);
    if (st == LIP_OK) break;
    assert_int_equal(st, LIP_ENOMEM);
  }
  assert_int_equal(k, 3); /* zlib's state and window, the values */
  free(bytes);
}

static void a_full_disk_leaves_no_file(void **state)
{
  struct rlimit before, small;
  lip_npz_writer *out = NULL;
  double *many = lip_alloc_zero(100000, sizeof *many);
  lip_error err = {""};
  lip_status st;

  (void)state;
  empty_folder();
  (void)signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit fails as on a full disk */
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 200000;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  st = lip_npz_create(in_folder("full.npz"), &out, &err);
  if (st == LIP_OK) st = lip_npz_add_f64(out, "X", 1, (size_t[]){100000}, many, &err);
  if (st == LIP_OK) {
    st = lip_npz_commit(out, &err);
    out = NULL;
  }
  lip_npz_abandon(out);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_int_equal(st, LIP_EIO);
  assert_non_null(strstr(err.text, "full.npz"));
  assert_int_equal(files_in_folder(), 0);
  lip_free(many);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read_again),
      cmocka_unit_test(zip64_records_hold_what_32_bits_do_not),
      cmocka_unit_test(numpy_opens_what_is_written),
      cmocka_unit_test(equal_arrays_make_equal_bytes),
      cmocka_unit_test(numbers_of_every_type_and_order_are_read),
      cmocka_unit_test(the_first_rows_alone_are_kept_in_both_orders),
      cmocka_unit_test(what_is_no_array_of_numbers_is_refused_by_its_reason),
      cmocka_unit_test(texts_and_the_list_of_arrays_are_read),
      cmocka_unit_test(a_comparison_sees_every_other_byte_and_length),
      cmocka_unit_test(a_bomb_is_not_unpacked),
      cmocka_unit_test(an_archive_cut_anywhere_is_refused),
      cmocka_unit_test(no_changed_byte_changes_a_number),
      cmocka_unit_test(every_allocation_may_be_refused),
      cmocka_unit_test(a_full_disk_leaves_no_file),
  };

  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
