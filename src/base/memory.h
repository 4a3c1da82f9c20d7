/* memory.h - arrays: overflow-checked, aligned to a cache line, released with lip_free. */
#ifndef LIP_BASE_MEMORY_H
#define LIP_BASE_MEMORY_H

#include <stddef.h>

/* count objects of `size` bytes, aligned to 64 bytes, not initialised / all zero. NULL when the
   product overflows or memory is out; never NULL for count 0. */
void *lip_alloc(size_t count, size_t size);
void *lip_alloc_zero(size_t count, size_t size);
void lip_free(void *memory);        /* takes NULL */
char *lip_strdup(const char *text); /* released with lip_free; NULL when memory is out */

/* Tests only: lets the next `successes` allocations succeed and refuses every later one; SIZE_MAX
   ends that. Per thread. */
void lip_alloc_fail_after(size_t successes);

#endif
