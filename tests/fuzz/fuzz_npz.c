/* fuzz_npz.c - any bytes as an .npz archive with X and y. */
#include "fuzz.h"

#include "base/memory.h"
#include "data/dataset_read.h"
#include "data/npz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  static const lip_read_options options = {.positive = "1", .scale = "2", .limit = 2};
  lip_dataset *data = NULL;
  lip_array array = {0};
  lip_error err;

  if (lip_npz_read(bytes, size, "X", 0, &array, &err) == LIP_OK) {
    double sum = 0;

    for (size_t i = 0; i < array.count; i++) sum += array.values[i];
    if (array.rank > 8 || (sum > 0 && sum < 0)) abort();
  }
  lip_free(array.values);
  if (size >= 2 && bytes[0] == 'P' && bytes[1] == 'K') {
    if (lip_dataset_parse(bytes, size, NULL, &data, &err) != LIP_OK) data = NULL;
    lip_dataset_free(data);
    data = NULL;
    if (lip_dataset_parse(bytes, size, &options, &data, &err) != LIP_OK) data = NULL;
    lip_dataset_free(data);
  }
  return 0;
}
