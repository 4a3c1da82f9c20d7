/* memory.c - arrays: overflow-checked, aligned to a cache line. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

static _Thread_local size_t allowed = SIZE_MAX;

void lip_alloc_fail_after(size_t successes)
{
  allowed = successes;
}

void *lip_alloc(size_t count, size_t size)
{
  size_t bytes;

  if (allowed != SIZE_MAX) {
    if (allowed == 0) return NULL;
    allowed--;
  }
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX - ALIGNMENT) return NULL;
  bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return aligned_alloc(ALIGNMENT, bytes ? bytes : ALIGNMENT);
}

void *lip_alloc_zero(size_t count, size_t size)
{
  void *memory = lip_alloc(count, size);

  if (memory) memset(memory, 0, count * size);
  return memory;
}

void lip_free(void *memory)
{
  free(memory);
}

char *lip_strdup(const char *text)
{
  size_t size = strlen(text) + 1;
  char *copy = lip_alloc(size, 1);

  if (copy) memcpy(copy, text, size);
  return copy;
}
