/* fuzz_idx.c - any bytes as two IDX files: two bytes, the length of the first file, both files. */
#include "fuzz.h"

#include "data/idx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  lip_dataset *data = NULL;
  lip_idx_file images = {.name = "images"}, labels = {.name = "labels"};
  lip_error err;

  if (size < 2) return 0;
  images.bytes = bytes + 2;
  images.size = (size_t)bytes[0] << 8 | bytes[1];
  if (images.size > size - 2) images.size = size - 2;
  labels.bytes = bytes + 2 + images.size;
  labels.size = size - 2 - images.size;
  for (size_t rows = 0; rows < 2; rows++) {
    if (lip_idx_parse(&images, &labels, rows, &data, &err) != LIP_OK) data = NULL;
    lip_dataset_free(data);
    data = NULL;
  }
  return 0;
}
