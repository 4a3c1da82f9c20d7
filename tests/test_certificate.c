/* test_certificate.c - the certificate's file: what is written is read, and nothing else is. */
#include "certificates.h"

#include "data/npz.h"

#include <fcntl.h>

static const double centers[] = {0.5, -1, 2, 1e-300, -0.0, 5e300};
static const double witness[] = {1, -0.0, 3e-320}, direction[] = {-2, 1e308, 0};

/* A certificate with a proof of two arrays; what it claims does not matter here. */
static lip_certificate *certificate_of(lip_output output, lip_norm_kind norm, lip_domain domain,
                                       double lower)
{
  lip_net *net = random_net(2, (size_t[]){3, 4, 2}, (lip_activation){LIP_TANH, 0}, true,
                            LIP_IDENTITY, LIP_F64);
  lip_claim *claim = claim_of(net, output, norm, domain);
  lip_certificate *made = NULL;
  lip_proof proof = {.kind = &lip_proof_path_norm};
  double *values;

  assert_int_equal(lip_proof_add(&proof, "multipliers", 2, (size_t[]){2, 4}, &values, NULL),
                   LIP_OK);
  for (size_t i = 0; i < 8; i++) values[i] = 0.1 * (double)i;
  assert_int_equal(lip_proof_add(&proof, "one", 0, NULL, &values, NULL), LIP_OK);
  values[0] = -7;
  assert_int_equal(
      lip_certificate_make(claim, lower, witness, direction, 9.75, &proof, &made, NULL), LIP_OK);
  assert_null(proof.kind);
  assert_int_equal(proof.count, 0);
  lip_claim_free(claim);
  lip_net_free(net);
  return made;
}

static const lip_domain around = {
    .kind = LIP_AROUND_DATA, .radius = 0.25, .count = 2, .d = 3, .centers = (double *)centers};

static lip_certificate *usual(void)
{
  return certificate_of((lip_output){LIP_OUTPUT_DIFFERENCE, 1, 0}, LIP_NORM_INF, around, 0.5);
}

/* The bytes of its file; released with free. */
static unsigned char *bytes_of(const lip_certificate *certificate, size_t *size)
{
  assert_int_equal(lip_certificate_write(certificate, in_folder("made"), NULL), LIP_OK);
  return read_bytes("made", size);
}

/* As the reader sees it: an exact copy, so that the sanitizer sees a step over its end. */
static lip_status parse(const unsigned char *bytes, size_t size, lip_certificate **certificate,
                        lip_error *err)
{
  void *copy = malloc(size ? size : 1);
  lip_status st;

  assert_non_null(copy);
  if (size) memcpy(copy, bytes, size);
  st = lip_certificate_parse(copy, size, "FILE", certificate, err);
  free(copy);
  return st;
}

static void assert_same_array(const lip_array *a, const lip_array *b)
{
  assert_int_equal(a->rank, b->rank);
  assert_int_equal(a->count, b->count);
  if (a->rank) assert_memory_equal(a->shape, b->shape, a->rank * sizeof *a->shape);
  assert_memory_equal(a->values, b->values, a->count * sizeof *a->values);
}

static void assert_same(const lip_certificate *a, const lip_certificate *b)
{
  assert_string_equal(a->network, b->network);
  assert_int_equal(a->output.kind, b->output.kind);
  assert_int_equal(a->output.plus, b->output.plus);
  assert_int_equal(a->output.minus, b->output.minus);
  assert_int_equal(a->norm, b->norm);
  assert_int_equal(a->domain.kind, b->domain.kind);
  assert_true(a->domain.radius == b->domain.radius && a->domain.low == b->domain.low &&
              a->domain.high == b->domain.high);
  assert_int_equal(a->domain.count, b->domain.count);
  assert_int_equal(a->domain.d, b->domain.d);
  if (a->domain.count) assert_memory_equal(a->domain.centers, b->domain.centers, sizeof centers);
  assert_true(a->lower == b->lower && a->upper == b->upper);
  assert_int_equal(a->d, b->d);
  if (a->lower > 0) {
    assert_memory_equal(a->x, b->x, a->d * sizeof *a->x);
    assert_memory_equal(a->direction, b->direction, a->d * sizeof *a->x);
  }
  assert_ptr_equal(a->proof.kind, b->proof.kind);
  assert_int_equal(a->proof.count, b->proof.count);
  for (size_t i = 0; i < a->proof.count; i++) {
    assert_string_equal(a->proof.item[i].name, b->proof.item[i].name);
    assert_same_array(&a->proof.item[i].array, &b->proof.item[i].array);
  }
}

static void every_field_survives_the_file(void **state)
{
  static const lip_output outputs[] = {
      {LIP_ALL_OUTPUTS, 0, 0}, {LIP_ONE_OUTPUT, 1, 0}, {LIP_OUTPUT_DIFFERENCE, 0, 1}};
  const lip_domain domains[] = {whole_space,
                                {.kind = LIP_BALL, .radius = 1e-90},
                                {.kind = LIP_ON_SPHERE, .radius = 3},
                                {.kind = LIP_BOX, .low = -0.5, .high = 0.25},
                                around};

  (void)state;
  for (size_t o = 0; o < 3; o++)
    for (size_t n = 0; n < 3; n++)
      for (size_t s = 0; s < 5; s++)
        for (size_t l = 0; l < 2; l++) {
          lip_norm_kind norm = domains[s].kind == LIP_ON_SPHERE ? LIP_NORM_2 : (lip_norm_kind)n;
          lip_certificate *made = certificate_of(outputs[o], norm, domains[s], l ? 9.75 : 0);
          lip_certificate *back = NULL;
          size_t size, again_size;
          unsigned char *bytes = bytes_of(made, &size), *again;

          assert_int_equal(lip_certificate_read(in_folder("made"), &back, NULL), LIP_OK);
          assert_same(made, back);
          again = bytes_of(back, &again_size);
          assert_int_equal(size, again_size);
          assert_memory_equal(bytes, again, size);
          free(bytes);
          free(again);
          lip_certificate_free(back);
          lip_certificate_free(made);
        }
}

static void numpy_reads_every_array(void **state)
{
  lip_certificate *made = usual();

  (void)state;
  assert_int_equal(lip_certificate_write(made, in_folder("made.npz"), NULL), LIP_OK);
  run_numpy(
      "import numpy as np\n"
      "z = np.load('made.npz', allow_pickle=False)\n"
      "assert list(z) == 'format network output norm domain radius centers lower upper x '\\\n"
      "    'direction proof proof_multipliers proof_one'.split(), list(z)\n"
      "assert str(z['format']) == 'liplaw certificate 1' and len(str(z['network'])) == 64\n"
      "assert [str(z[a]) for a in 'output norm domain proof'.split()] == \\\n"
      "    ['1-0', 'inf', 'data', 'path-norm']\n"
      "assert z['radius'] == 0.25 and z['lower'] == 0.5 and z['upper'] == 9.75\n"
      "assert z['x'].tolist() == [1, 0, 3e-320] and z['centers'].shape == (2, 3)\n"
      "assert z['direction'].tolist() == [-2, 1e308, 0] and z['centers'][1, 2] == 5e300\n"
      "assert z['proof_multipliers'].shape == (2, 4) and z['proof_one'] == -7\n"
      "assert all(z[a].dtype == np.float64 for a in z if z[a].dtype.kind != 'U')\n");
  lip_certificate_free(made);
}

static void every_changed_byte_is_refused(void **state)
{
  lip_certificate *made = usual(), *back = NULL;
  size_t size;
  unsigned char *bytes = bytes_of(made, &size);
  lip_error err;

  (void)state;
  assert_int_equal(parse(bytes, size, &back, NULL), LIP_OK);
  lip_certificate_free(back);
  for (size_t i = 0; i < size; i++)
    for (unsigned change = 1; change < 256; change = change < 128 ? 2 * change : change + 127) {
      bytes[i] ^= (unsigned char)change;
      if (parse(bytes, size, &back, &err) != LIP_EINPUT)
        fail_msg("byte %zu of %zu changed by %02x is accepted", i, size, change);
      assert_memory_equal(err.text, "FILE: ", 6);
      assert_null(strchr(err.text, '\n'));
      bytes[i] ^= (unsigned char)change;
    }
  free(bytes);
  lip_certificate_free(made);
}

static void every_other_length_is_refused(void **state)
{
  lip_certificate *made = usual(), *back = NULL;
  size_t size;
  unsigned char *bytes = bytes_of(made, &size);
  lip_error err;

  (void)state;
  for (size_t i = 0; i < size; i++) assert_int_equal(parse(bytes, i, &back, &err), LIP_EINPUT);
  bytes = realloc(bytes, size + 30);
  assert_non_null(bytes);
  for (size_t more = 1; more <= 30; more++) {
    bytes[size + more - 1] = 0;
    assert_int_equal(parse(bytes, size + more, &back, &err), LIP_EINPUT);
  }
  free(bytes);
  lip_certificate_free(made);
}

static void numpy_cannot_write_one_that_is_taken_for_ours(void **state)
{
  lip_certificate *made = usual(), *back = NULL;
  lip_error err;

  (void)state;
  assert_int_equal(lip_certificate_write(made, in_folder("made.npz"), NULL), LIP_OK);
  run_numpy("import numpy as np\n"
            "z = dict(np.load('made.npz'))\n"
            "np.savez('saved.npz', **z); np.savez_compressed('packed.npz', **z)\n"
            "np.savez_compressed('bomb.npz', **{**z, 'proof_one': np.zeros(10**6)})\n");
  assert_int_equal(lip_certificate_read(in_folder("saved.npz"), &back, &err), LIP_EINPUT);
  assert_non_null(strstr(err.text, "saved.npz: byte"));
  assert_int_equal(lip_certificate_read(in_folder("packed.npz"), &back, &err), LIP_EINPUT);
  assert_int_equal(lip_certificate_read(in_folder("bomb.npz"), &back, &err), LIP_EINPUT);
  assert_non_null(strstr(err.text, "bomb.npz: a certificate is not compressed"));
  lip_certificate_free(made);
}

/* What a file holds, in its order: the certificate x -> 2 relu(3 x) <= 6.5 on the ball. */
typedef struct entry {
  const char *name, *text; /* text: NULL for numbers */
  size_t rank, shape[2];
  double value[3];
} entry;

enum { ENTRIES = 12 };
static const entry good[ENTRIES] = {
    {"format", "liplaw certificate 1", 0, {0}, {0}},
    {"network", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 0, {0}, {0}},
    {"output", "0", 0, {0}, {0}},
    {"norm", "2", 0, {0}, {0}},
    {"domain", "box", 0, {0}, {0}},
    {"box", NULL, 1, {2}, {-1, 1}},
    {"lower", NULL, 0, {0}, {5.5}},
    {"upper", NULL, 0, {0}, {6.5}},
    {"x", NULL, 1, {2}, {1, 2}},
    {"direction", NULL, 1, {2}, {1, 0}},
    {"proof", "path-norm", 0, {0}, {0}},
    {"proof_a", NULL, 2, {1, 2}, {1, 2}},
};

static void write_entries(const entry *entries, size_t count)
{
  lip_npz_writer *out = NULL;

  assert_int_equal(lip_npz_create(in_folder("entries"), &out, NULL), LIP_OK);
  for (size_t i = 0; i < count; i++) {
    const entry *one = &entries[i];

    if (one->text)
      assert_int_equal(lip_npz_add_text(out, one->name, one->text, NULL), LIP_OK);
    else if (one->rank == 9) /* another type */
      assert_int_equal(lip_npz_add_u64(out, one->name, 0, NULL, (uint64_t[]){6}, NULL), LIP_OK);
    else
      assert_int_equal(lip_npz_add_f64(out, one->name, one->rank, one->shape, one->value, NULL),
                       LIP_OK);
  }
  assert_int_equal(lip_npz_commit(out, NULL), LIP_OK);
}

static void assert_refused(const entry *entries, size_t count, const char *cause)
{
  lip_certificate *made = NULL;
  lip_error err = {""};

  write_entries(entries, count);
  assert_int_equal(lip_certificate_read(in_folder("entries"), &made, &err), LIP_EINPUT);
  assert_null(made);
  if (!strstr(err.text, "entries: ") || !strstr(err.text, cause) || strchr(err.text, '\n'))
    fail_msg("'%s' does not say '%s'", err.text, cause);
}

static void what_is_no_certificate_is_refused_by_its_reason(void **state)
{
  static const struct {
    entry with; /* in the place of the one with its name */
    const char *cause;
  } wrong[] = {
      {{"format", "liplaw certificate 2", 0, {0}, {0}}, "format"},
      {{"format", NULL, 0, {0}, {1}}, "format.npy: it is not one text"},
      {{"network", "0123", 0, {0}, {0}}, "'0123' is no SHA-256"},
      {{"network", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeF", 0, {0}, {0}},
       "no SHA-256"},
      {{"output", "all outputs", 0, {0}, {0}}, "'all outputs' is none of all, I, I-J"},
      {{"output", "00", 0, {0}, {0}}, "'00' is none"},
      {{"output", "-1", 0, {0}, {0}}, "'-1' is none"},
      {{"output", "1-", 0, {0}, {0}}, "'1-' is none"},
      {{"output", "99999999999999999999", 0, {0}, {0}}, "is none of"},
      {{"norm", "3", 0, {0}, {0}}, "norm.npy: '3' is not known"},
      {{"domain", "torus", 0, {0}, {0}}, "domain.npy: 'torus' is not known"},
      {{"domain", "ball", 0, {0}, {0}}, "there is no 'radius.npy'"},
      {{"domain", "data", 0, {0}, {0}}, "there is no 'radius.npy'"},
      {{"domain", "space", 0, {0}, {0}}, "byte"}, /* the box is too many */
      {{"box", NULL, 0, {0}, {1}}, "box.npy: 0 dimensions where 1 were expected"},
      {{"box", NULL, 1, {3}, {1, 2, 3}}, "byte"},
      {{"box", NULL, 1, {2}, {1, -1}}, "box: 1 is above -1"},
      {{"box", NULL, 1, {2}, {NAN, 1}}, "box: number 0 is nan"},
      {{"box", NULL, 1, {2}, {0, INFINITY}}, "box: number 1 is inf"},
      {{"lower", NULL, 0, {0}, {NAN}}, "lower: number 0 is nan"},
      {{"lower", NULL, 0, {0}, {-1}}, "not negative"},
      {{"lower", NULL, 0, {0}, {-0.0}}, "not negative"},
      {{"lower", NULL, 0, {0}, {0}}, "byte"}, /* needs no witness, so has none */
      {{"lower", NULL, 1, {1}, {5}}, "lower.npy: 1 dimensions where 0"},
      {{"upper", NULL, 0, {0}, {INFINITY}}, "upper: number 0 is inf"},
      {{"upper", NULL, 0, {0}, {NAN}}, "upper: number 0 is nan"},
      {{"upper", NULL, 9, {0}, {6}}, "byte"}, /* u64 */
      {{"upper", "6.5", 0, {0}, {6}}, "upper.npy"},
      {{"x", NULL, 1, {2}, {NAN, 1}}, "x: number 0 is nan"},
      {{"x", NULL, 1, {1}, {1}}, "x has 1 coordinates and direction 2"},
      {{"x", NULL, 2, {1, 2}, {1, 1}}, "x.npy: 2 dimensions where 1"},
      {{"direction", NULL, 1, {2}, {1, -INFINITY}}, "direction: number 1 is -inf"},
      {{"proof", "belief", 0, {0}, {0}}, "'belief' is no kind of proof"},
      {{"proof", NULL, 0, {0}, {0}}, "proof.npy: it is not one text"},
      {{"proof_a", NULL, 1, {3}, {1, 2, NAN}}, "proof_a: number 2 is nan"},
      {{"proof_a", NULL, 1, {2}, {-INFINITY, 2}}, "proof_a: number 0 is -inf"},
      {{"proof_a", "text", 0, {0}, {0}}, "proof_a.npy: its elements are"},
  };
  lip_certificate *made = NULL;
  entry changed[ENTRIES + 9];

  (void)state;
  write_entries(good, ENTRIES);
  assert_int_equal(lip_certificate_read(in_folder("entries"), &made, NULL), LIP_OK);
  lip_certificate_free(made);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    size_t place = 0;

    memcpy(changed, good, sizeof good);
    while (strcmp(good[place].name, wrong[i].with.name) != 0) place++;
    changed[place] = wrong[i].with;
    assert_refused(changed, ENTRIES, wrong[i].cause);
  }
}

static void arrays_too_few_too_many_or_in_another_order_are_refused(void **state)
{
  entry changed[ENTRIES + 10];
  char name[32];

  (void)state;
  for (size_t i = 0; i + 1 < ENTRIES; i++) { /* the last one is the proof's, and may be missing */
    memcpy(changed, good, i * sizeof *good);
    memcpy(changed + i, good + i + 1, (ENTRIES - i - 1) * sizeof *good);
    (void)snprintf(name, sizeof name, "'%s.npy'", good[i].name);
    assert_refused(changed, ENTRIES - 1, name);
    memcpy(changed, good, sizeof good);
    changed[i] = good[i + 1];
    changed[i + 1] = good[i];
    assert_refused(changed, ENTRIES, "byte");
    memcpy(changed, good, sizeof good);
    changed[ENTRIES] = good[i];
    assert_refused(changed, ENTRIES + 1, "stands there twice");
  }
  memcpy(changed, good, sizeof good);
  for (size_t i = 0; i < 10; i++) changed[ENTRIES + i] = good[ENTRIES - 1];
  changed[ENTRIES].name = "date";
  assert_refused(changed, ENTRIES + 1, "byte");
  changed[ENTRIES].name = "proof_a_name_of_30_letters_abc";
  assert_refused(changed, ENTRIES + 1, "no proof has this array");
  changed[ENTRIES].name = "proof_";
  assert_refused(changed, ENTRIES + 1, "no proof has this array");
  for (size_t i = 0; i < 10; i++)
    changed[ENTRIES + i].name = ((const char *[]){"proof_b", "proof_c", "proof_d", "proof_e",
                                                  "proof_f", "proof_g", "proof_h", "proof_i",
                                                  "proof_j", "proof_k"})[i];
  assert_refused(changed, ENTRIES + 8, "no proof has this array");
  assert_refused(changed, ENTRIES + 10, "more than");
}

static void what_cannot_be_a_certificate_is_not_made(void **state)
{
  static const double ends[][2] = {{-1, 6},  {NAN, 6},      {7, 6},
                                   {5, NAN}, {5, INFINITY}, {INFINITY, INFINITY}};
  const double one = 1, not_one = NAN;
  lip_net *net = six();
  lip_claim *claim = claim_of(net, all_outputs, LIP_NORM_2, whole_space);
  lip_proof proof = {.kind = &lip_proof_path_norm}, none = {.kind = NULL};
  lip_certificate *made = NULL;
  lip_error err;

  (void)state;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    assert_int_equal(
        lip_certificate_make(claim, ends[i][0], &one, &one, ends[i][1], &proof, &made, &err),
        LIP_EINPUT);
  assert_int_equal(lip_certificate_make(claim, 5, &not_one, &one, 6, &proof, &made, &err),
                   LIP_EINPUT);
  assert_int_equal(lip_certificate_make(claim, 5, &one, &one, 6, &none, &made, &err), LIP_EINPUT);
  assert_null(made);
  assert_ptr_equal(proof.kind, &lip_proof_path_norm);
  assert_int_equal(lip_certificate_make(claim, -0.0, NULL, NULL, 6, &proof, &made, NULL), LIP_OK);
  assert_false(signbit(made->lower));
  lip_certificate_free(made);
  lip_claim_free(claim);
  lip_net_free(net);
}

static void a_refused_allocation_is_an_error_and_leaks_nothing(void **state)
{
  lip_certificate *made = usual(), *back = NULL;
  size_t size;
  unsigned char *bytes = bytes_of(made, &size);
  lip_status st = LIP_ENOMEM;

  (void)state;
  for (size_t k = 0; st != LIP_OK; k++) {
    lip_error err = {""};

    assert_true(k < 200);
    lip_alloc_fail_after(k);
    st = lip_certificate_parse(bytes, size, "FILE", &back, &err);
    lip_alloc_fail_after(SIZE_MAX);
    if (st != LIP_OK) assert_int_equal(st, LIP_ENOMEM);
    if (st != LIP_OK) assert_true(err.text[0]);
  }
  lip_certificate_free(back);
  st = LIP_ENOMEM;
  for (size_t k = 0; st != LIP_OK; k++) {
    assert_true(k < 200);
    lip_alloc_fail_after(k);
    st = lip_certificate_write(made, in_folder("memory"), NULL);
    lip_alloc_fail_after(SIZE_MAX);
    if (st != LIP_OK) assert_int_equal(st, LIP_ENOMEM);
  }
  free(bytes);
  lip_certificate_free(made);
}

static void a_full_disk_is_told(void **state)
{
  lip_certificate *made = usual();
  lip_error err = {""};

  (void)state;
  if (access("/dev/full", W_OK) == 0) {
    assert_int_equal(lip_certificate_write(made, "/dev/full", &err), LIP_EIO);
    assert_non_null(strstr(err.text, "No space left"));
  }
  assert_int_equal(lip_certificate_write(made, in_folder("none/file"), &err), LIP_EIO);
  lip_certificate_free(made);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_field_survives_the_file),
      cmocka_unit_test(numpy_reads_every_array),
      cmocka_unit_test(every_changed_byte_is_refused),
      cmocka_unit_test(every_other_length_is_refused),
      cmocka_unit_test(numpy_cannot_write_one_that_is_taken_for_ours),
      cmocka_unit_test(what_is_no_certificate_is_refused_by_its_reason),
      cmocka_unit_test(arrays_too_few_too_many_or_in_another_order_are_refused),
      cmocka_unit_test(what_cannot_be_a_certificate_is_not_made),
      cmocka_unit_test(a_refused_allocation_is_an_error_and_leaks_nothing),
      cmocka_unit_test(a_full_disk_is_told),
  };

  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
