/* test_files.c - files that appear whole or not at all, and what an error says. */
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* An empty folder for one test; the process works in it. */
static int enter_folder(void **state)
{
  char name[] = "files-XXXXXX";

  if (!mkdtemp(name)) return -1;
  *state = realpath(name, NULL);
  return *state && chdir(*state) == 0 ? 0 : -1;
}

static size_t entries(void)
{
  DIR *folder = opendir(".");
  size_t count = 0;

  assert_non_null(folder);
  for (struct dirent *one; (one = readdir(folder)) != NULL;)
    count += strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0;
  (void)closedir(folder);
  return count;
}

static int leave_folder(void **state)
{
  DIR *folder = opendir(".");
  int failed = 0;

  for (struct dirent *one; folder && (one = readdir(folder)) != NULL;)
    if (one->d_name[0] != '.' && unlink(one->d_name) != 0) failed |= rmdir(one->d_name);
  if (folder) (void)closedir(folder);
  failed |= chdir("..") != 0 || rmdir(*state) != 0;
  free(*state);
  return failed;
}

static void assert_content(const char *path, const char *expected)
{
  void *content = NULL;
  size_t size = 0;

  assert_int_equal(lip_read_file(path, 1000, &content, &size, NULL), LIP_OK);
  assert_string_equal(content, expected);
  assert_int_equal(size, strlen(expected));
  lip_free(content);
}

static void a_file_appears_at_commit_and_not_before(void **state)
{
  lip_atomic_file file;

  (void)state;
  assert_int_equal(lip_atomic_open("a", &file, NULL), LIP_OK);
  assert_true(fputs("whole", file.stream) >= 0);
  assert_int_not_equal(access("a", F_OK), 0);
  assert_int_equal(lip_atomic_commit(&file, NULL), LIP_OK);
  assert_content("a", "whole");
  assert_int_equal(entries(), 1);
}

static void an_abandoned_file_leaves_the_old_one_and_nothing_else(void **state)
{
  lip_atomic_file file;

  (void)state;
  assert_int_equal(lip_write_file("a", "old", 3, NULL), LIP_OK);
  assert_int_equal(lip_atomic_open("a", &file, NULL), LIP_OK);
  assert_true(fputs("new", file.stream) >= 0);
  lip_atomic_abandon(&file);
  lip_atomic_abandon(&file);
  assert_content("a", "old");
  assert_int_equal(entries(), 1);
}

static void two_writers_of_one_file_do_not_mix(void **state)
{
  lip_atomic_file one, two;

  (void)state;
  assert_int_equal(lip_atomic_open("a", &one, NULL), LIP_OK);
  assert_int_equal(lip_atomic_open("a", &two, NULL), LIP_OK);
  assert_true(fputs("first", one.stream) >= 0 && fputs("second", two.stream) >= 0);
  assert_int_equal(lip_atomic_commit(&two, NULL), LIP_OK);
  assert_int_equal(lip_atomic_commit(&one, NULL), LIP_OK);
  assert_content("a", "first");
  assert_int_equal(entries(), 1);
}

static void a_file_has_the_permissions_that_the_umask_leaves(void **state)
{
  mode_t before = umask(027);
  struct stat info;

  (void)state;
  assert_int_equal(lip_write_file("a", "", 0, NULL), LIP_OK);
  (void)umask(before);
  assert_int_equal(stat("a", &info), 0);
  assert_int_equal(info.st_mode & 0777, 0640);
}

static void a_link_is_followed_and_stays_a_link(void **state)
{
  struct stat info;

  (void)state;
  assert_int_equal(lip_write_file("target", "old", 3, NULL), LIP_OK);
  assert_int_equal(symlink("target", "link"), 0);
  assert_int_equal(lip_write_file("link", "new", 3, NULL), LIP_OK);
  assert_int_equal(lstat("link", &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_content("target", "new");
}

/* Never with a device of the machine: should this fail, it would be gone. */
static void a_pipe_stays_a_pipe(void **state)
{
  struct stat info;
  char read_back[8] = "";
  int reader;

  (void)state;
  assert_int_equal(mkfifo("pipe", 0666), 0);
  reader = open("pipe", O_RDONLY | O_NONBLOCK);
  assert_true(reader >= 0);
  assert_int_equal(lip_write_file("pipe", "through", 7, NULL), LIP_OK);
  assert_int_equal(stat("pipe", &info), 0);
  assert_true(S_ISFIFO(info.st_mode));
  assert_int_equal(read(reader, read_back, 7), 7);
  assert_string_equal(read_back, "through");
  assert_int_equal(entries(), 1);
  (void)close(reader);
}

static void a_disk_that_is_full_is_reported_and_leaves_nothing(void **state)
{
  const struct rlimit none = {0, RLIM_INFINITY};
  struct rlimit before;
  lip_error err = {""};

  (void)state;
  assert_int_equal(lip_write_file("a", "old", 3, NULL), LIP_OK);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  (void)signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
  assert_int_equal(lip_write_file("a", "new", 3, &err), LIP_EIO);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_string_equal(err.text, "a: cannot be written: File too large");
  assert_content("a", "old");
  assert_int_equal(entries(), 1);
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
  lip_error err = {""};

  (void)state;
  assert_int_equal(mkdir("folder", 0777), 0);
  assert_int_equal(lip_write_file("folder", "", 0, &err), LIP_EIO);
  assert_string_equal(err.text, "folder: is a folder");
  assert_int_equal(lip_write_file("none/a", "", 0, &err), LIP_EIO);
  assert_string_equal(err.text, "none/a: cannot be created: No such file or directory");
  assert_int_equal(lip_write_file("", "", 0, &err), LIP_EIO);
  assert_int_equal(entries(), 1);
}

static void reading_refuses_what_is_missing_too_large_or_no_file(void **state)
{
  void *content = state; /* must stay as it is */
  size_t size = 77;
  lip_error err = {""};

  assert_int_equal(lip_read_file("none", 10, &content, &size, &err), LIP_EIO);
  assert_string_equal(err.text, "none: cannot be opened: No such file or directory");
  assert_int_equal(lip_read_file(".", 10, &content, &size, &err), LIP_EINPUT);
  assert_int_equal(mkfifo("pipe", 0666), 0);
  assert_int_equal(lip_read_file("pipe", 10, &content, &size, &err), LIP_EINPUT);
  assert_int_equal(lip_write_file("a", "12345678901", 11, NULL), LIP_OK);
  assert_int_equal(lip_read_file("a", 10, &content, &size, &err), LIP_EINPUT);
  assert_string_equal(err.text, "a: has 11 bytes, more than 10");
  assert_ptr_equal(content, state);
  assert_int_equal(size, 77);
}

static void every_refused_allocation_is_reported_and_leaves_nothing(void **state)
{
  lip_status st = LIP_ENOMEM;

  (void)state;
  for (size_t k = 0; st == LIP_ENOMEM && k < 10; k++) {
    lip_alloc_fail_after(k);
    st = lip_write_file("a", "x", 1, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    assert_int_equal(entries(), st == LIP_OK);
    assert_true(k > 0 || st == LIP_ENOMEM);
  }
  assert_int_equal(st, LIP_OK);
}

static void a_prefix_goes_before_the_cause_and_nothing_overflows(void **state)
{
  lip_error err = {""};
  char long_text[2000];

  (void)state;
  assert_int_equal(lip_fail(&err, LIP_EINPUT, "row %d is cut", 7), LIP_EINPUT);
  lip_error_prefix(&err, "%s", "data.csv");
  assert_string_equal(err.text, "data.csv: row 7 is cut");
  memset(long_text, 'x', sizeof long_text - 1);
  long_text[sizeof long_text - 1] = 0;
  lip_error_prefix(&err, "%s", long_text);
  assert_int_equal(strlen(err.text), sizeof err.text - 1);
  assert_int_equal(lip_fail(NULL, LIP_EIO, "nobody asks"), LIP_EIO);
  lip_error_prefix(NULL, "nobody asks");
}

static void every_status_has_a_text_of_its_own(void **state)
{
  (void)state;
  for (int i = LIP_OK; i <= LIP_EINTERRUPT; i++)
    for (int j = LIP_OK; j < i; j++)
      assert_string_not_equal(lip_status_text((lip_status)i), lip_status_text((lip_status)j));
  assert_string_equal(lip_status_text((lip_status)99), "unknown status");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
  const struct CMUnitTest tests[] = {
      IN_FOLDER(a_file_appears_at_commit_and_not_before),
      IN_FOLDER(an_abandoned_file_leaves_the_old_one_and_nothing_else),
      IN_FOLDER(two_writers_of_one_file_do_not_mix),
      IN_FOLDER(a_file_has_the_permissions_that_the_umask_leaves),
      IN_FOLDER(a_link_is_followed_and_stays_a_link),
      IN_FOLDER(a_pipe_stays_a_pipe),
      IN_FOLDER(a_disk_that_is_full_is_reported_and_leaves_nothing),
      IN_FOLDER(a_place_that_cannot_be_written_is_named),
      IN_FOLDER(reading_refuses_what_is_missing_too_large_or_no_file),
      IN_FOLDER(every_refused_allocation_is_reported_and_leaves_nothing),
      cmocka_unit_test(a_prefix_goes_before_the_cause_and_nothing_overflows),
      cmocka_unit_test(every_status_has_a_text_of_its_own),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
