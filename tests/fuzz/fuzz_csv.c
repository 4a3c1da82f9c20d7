/* fuzz_csv.c - any bytes as comma-separated text. */
#include "fuzz.h"

#include "data/csv.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  for (size_t rows = 0; rows < 3;
       rows++) { /* the last time points of 2 inputs may have no labels */
    lip_dataset *data = NULL;
    lip_words words = {0};
    lip_error err;

    if (lip_csv_parse(bytes, size, rows % 2, rows > 1 ? 2 : 0, &data, &words, &err) == LIP_OK) {
      for (size_t i = 0; i < data->n * data->d; i++)
        if (!isfinite(data->X[i])) abort();
      if ((data->m == 0) != !data->y) abort();
      for (size_t i = 0; i < data->n * data->m; i++)
        if (words.count && !(data->y[i] < (double)words.count)) abort();
    }
    lip_words_clear(&words);
    lip_dataset_free(data);
  }
  return 0;
}
