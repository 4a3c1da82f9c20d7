/* fuzz_safetensors.c - any bytes as a safetensors file with a tensor "w". */
#include "fuzz.h"

#include "base/memory.h"
#include "net/safetensors.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  lip_safetensors *file = NULL;
  lip_array array = {0};
  lip_error err;

  if (lip_safetensors_open(bytes, size, &file, &err) != LIP_OK) return 0;
  if (lip_safetensors_read(file, "w", &array, &err) == LIP_OK) {
    double sum = 0;

    for (size_t i = 0; i < array.count; i++) sum += array.values[i];
    if (array.rank > 8 || array.count > size || (sum > 0 && sum < 0)) abort();
  }
  lip_free(array.values);
  lip_safetensors_close(file);
  return 0;
}
