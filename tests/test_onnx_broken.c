/* test_onnx_broken.c - ONNX graphs cut at any length, with bytes changed, with memory refused: one
   line or a network, nothing else. The graphs are those that the fuzzer starts from. */
#include "networks.h"

#include "base/atomic_file.h"
#include "base/memory.h"
#include "net/onnx/read.h"

#include <dirent.h>

static char corpus[1024];

/* Reads a copy of the bytes. */
static lip_status read_copy(const unsigned char *bytes, size_t size, lip_error *err)
{
  lip_net *net = NULL;
  void *copy = lip_alloc(size, 1);
  lip_status st = LIP_ENOMEM;

  if (copy && size > 0) memcpy(copy, bytes, size);
  if (copy) st = lip_onnx_read_bytes(corpus, &copy, size, &net, err);
  if (copy || st == LIP_OK) assert_int_equal(st == LIP_OK, net != NULL);
  lip_net_free(net);
  lip_free(copy);
  return st;
}

static void refuse_or_read(const unsigned char *bytes, size_t size)
{
  lip_error err = {0};

  if (read_copy(bytes, size, &err) == LIP_OK) return;
  assert_true(err.text[0] != 0);
  assert_null(strchr(err.text, '\n'));
}

/* Calls `attack` on every file of the corpus. */
static void for_each_file(void (*attack)(unsigned char *bytes, size_t size))
{
  DIR *listing = opendir(corpus);
  size_t count = 0;

  if (!listing) {
    print_message("skipped: no folder '%s'\n", corpus);
    skip();
  }
  for (struct dirent *at = readdir(listing); at; at = readdir(listing)) {
    char path[2048];
    void *bytes = NULL;
    size_t size = 0;

    if (at->d_name[0] == '.') continue;
    (void)snprintf(path, sizeof path, "%s/%s", corpus, at->d_name);
    assert_int_equal(lip_read_file(path, 1 << 20, &bytes, &size, NULL), LIP_OK);
    attack(bytes, size);
    lip_free(bytes);
    count++;
  }
  assert_int_equal(closedir(listing), 0);
  assert_true(count >= 40);
}

static void cut_at_any_length(unsigned char *bytes, size_t size)
{
  for (size_t length = 0; length < size; length++) refuse_or_read(bytes, length);
}

static void change_every_byte(unsigned char *bytes, size_t size)
{
  static const unsigned char changes[] = {0x01, 0x80, 0xff};

  for (size_t i = 0; i < size; i++)
    for (size_t c = 0; c < sizeof changes; c++) {
      bytes[i] ^= changes[c];
      refuse_or_read(bytes, size);
      bytes[i] ^= changes[c];
    }
}

static void refuse_every_allocation(unsigned char *bytes, size_t size)
{
  lip_status expected = read_copy(bytes, size, NULL), st = LIP_ENOMEM;

  for (size_t k = 0; st == LIP_ENOMEM; k++) {
    lip_alloc_fail_after(k);
    st = read_copy(bytes, size, NULL);
    lip_alloc_fail_after(SIZE_MAX);
  }
  assert_int_equal(st, expected);
}

static void a_graph_cut_at_any_length_is_refused_in_a_line(void **state)
{
  (void)state;
  for_each_file(cut_at_any_length);
}

static void a_graph_with_any_byte_changed_is_read_or_refused(void **state)
{
  (void)state;
  for_each_file(change_every_byte);
}

static void refused_memory_is_a_status_everywhere(void **state)
{
  (void)state;
  for_each_file(refuse_every_allocation);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_graph_cut_at_any_length_is_refused_in_a_line),
      cmocka_unit_test(a_graph_with_any_byte_changed_is_read_or_refused),
      cmocka_unit_test(refused_memory_is_a_status_everywhere),
  };
  const char *source = getenv("LIPLAW_SOURCE");

  (void)snprintf(corpus, sizeof corpus, "%s/tests/fuzz/corpus/onnx", source ? source : ".");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
