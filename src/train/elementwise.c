/* elementwise.c - chooses the instruction set of the elementwise passes when the program runs. */
#include "train/elementwise.h"

#include <stdbool.h>
#include <string.h>

extern const lip_elementwise lip_elementwise_generic;
#ifdef LIP_X86
extern const lip_elementwise lip_elementwise_avx2, lip_elementwise_avx512;

static bool has_avx512(void)
{
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}

static bool has_avx2(void)
{
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

const lip_elementwise *lip_elementwise_best(void)
{
#ifdef LIP_X86
  if (has_avx512()) return &lip_elementwise_avx512;
  if (has_avx2()) return &lip_elementwise_avx2;
#endif
  return &lip_elementwise_generic;
}

const lip_elementwise *lip_elementwise_named(const char *name)
{
#ifdef LIP_X86
  if (strcmp(name, "avx512") == 0) return has_avx512() ? &lip_elementwise_avx512 : NULL;
  if (strcmp(name, "avx2") == 0) return has_avx2() ? &lip_elementwise_avx2 : NULL;
#endif
  return strcmp(name, "generic") == 0 ? &lip_elementwise_generic : NULL;
}
