/* replay.c - feeds every file of a corpus to a fuzzed reader, so that the tests replay what fuzzing
   found. Usage: fuzz_NAME_replay CORPUS_FOLDER */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static int feed(const char *folder, const char *name)
{
  char path[4096];
  FILE *stream;
  long size;
  uint8_t *bytes;
  int failed;

  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  stream = fopen(path, "rb");
  if (!stream || fseek(stream, 0, SEEK_END) != 0 || (size = ftell(stream)) < 0) {
    perror(path);
    return 1;
  }
  rewind(stream);
  bytes = malloc(size ? (size_t)size : 1); /* exact: the sanitizer sees a step over the end */
  failed = !bytes || fread(bytes, 1, (size_t)size, stream) != (size_t)size;
  if (failed)
    perror(path);
  else
    (void)LLVMFuzzerTestOneInput(bytes, (size_t)size);
  free(bytes);
  (void)fclose(stream);
  return failed;
}

int main(int argc, char **argv)
{
  DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
  int failed = 0, files = 0;

  if (!folder) {
    (void)fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (entry->d_name[0] == '.') continue;
    failed |= feed(argv[1], entry->d_name);
    files++;
  }
  (void)closedir(folder);
  (void)printf("%d inputs\n", files);
  return failed || files == 0;
}
