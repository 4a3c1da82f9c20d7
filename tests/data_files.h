/* data_files.h - for the tests of readers and writers: a folder of their own, and numpy. */
#ifndef DATA_FILES_H
#define DATA_FILES_H

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "data-test-XXXXXX";

/* The name of a file in the folder; static text, good until the fourth call after. */
static inline const char *in_folder(const char *name)
{
  static char text[4][256];
  static size_t turn;

  turn = (turn + 1) % 4;
  (void)snprintf(text[turn], sizeof text[turn], "%s/%s", folder, name);
  return text[turn];
}

static inline int make_folder(void **state)
{
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static inline size_t files_in_folder(void)
{
  size_t count = 0;
  DIR *listing = opendir(folder);

  assert_non_null(listing);
  for (struct dirent *entry; (entry = readdir(listing));) count += entry->d_name[0] != '.';
  (void)closedir(listing);
  return count;
}

static inline void empty_folder(void)
{
  DIR *listing = opendir(folder);

  assert_non_null(listing);
  for (struct dirent *entry; (entry = readdir(listing));)
    if (entry->d_name[0] != '.') assert_int_equal(unlink(in_folder(entry->d_name)), 0);
  (void)closedir(listing);
}

static inline int remove_folder(void **state)
{
  (void)state;
  empty_folder();
  return rmdir(folder);
}

static inline void write_bytes(const char *name, const void *bytes, size_t size)
{
  FILE *stream = fopen(in_folder(name), "wb");

  assert_non_null(stream);
  assert_int_equal(fwrite(bytes, 1, size, stream), size);
  assert_int_equal(fclose(stream), 0);
}

/* The whole file; released with free. */
static inline unsigned char *read_bytes(const char *name, size_t *size)
{
  FILE *stream = fopen(in_folder(name), "rb");
  unsigned char *bytes;

  assert_non_null(stream);
  assert_int_equal(fseek(stream, 0, SEEK_END), 0);
  *size = (size_t)ftell(stream);
  rewind(stream);
  bytes = malloc(*size + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, *size, stream), *size);
  assert_int_equal(fclose(stream), 0);
  return bytes;
}

/* Runs a Python program with numpy, in the folder; skips the test where there is no numpy. */
static inline void run_numpy(const char *program)
{
  static int have = -1;
  char command[64];
  FILE *stream;

  if (have < 0) have = system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") == 0;
  if (!have) {
    print_message("/usr/bin/python3 with numpy is missing: skipped\n");
    skip();
  }
  (void)snprintf(command, sizeof command, "cd %s && /usr/bin/python3 -", folder);
  stream = popen(command, "w");
  assert_non_null(stream);
  assert_true(fputs(program, stream) >= 0);
  assert_int_equal(pclose(stream), 0);
}

#endif
