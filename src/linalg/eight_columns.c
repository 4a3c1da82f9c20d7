/* eight_columns.c - one loop each, compiled for three instruction sets; the choice is made when the
   program runs. Contraction to fused multiply-add is allowed in this file (src/CMakeLists.txt). */
#include "linalg/eight_columns.h"

#include <string.h>

typedef double eight __attribute__((vector_size(64)));
#define INLINE static inline __attribute__((always_inline))

INLINE void combine_on(size_t count, const double *w, const double *X, size_t stride, double *out)
{
  eight sum[4] = {{0}}; /* four, to hide the latency of the addition */
  size_t i = 0;

  for (; i + 4 <= count; i += 4)
    for (size_t j = 0; j < 4; j++) sum[j] += w[i + j] * *(const eight *)(X + (i + j) * stride);
  for (; i < count; i++) sum[0] += w[i] * *(const eight *)(X + i * stride);
  sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  memcpy(out, &sum[0], sizeof sum[0]);
}

INLINE void spread_on(size_t count, const double *w, const double *delta, double *X, size_t stride)
{
  eight by;

  memcpy(&by, delta, sizeof by);
  for (size_t i = 0; i < count; i++) *(eight *)(X + i * stride) += w[i] * by;
}

#define LOOPS(name, target)                                                                        \
  target static void combine_##name(size_t count, const double *w, const double *X, size_t stride, \
                                    double *out)                                                   \
  {                                                                                                \
    combine_on(count, w, X, stride, out);                                                          \
  }                                                                                                \
  target static void spread_##name(size_t count, const double *w, const double *delta, double *X,  \
                                   size_t stride)                                                  \
  {                                                                                                \
    spread_on(count, w, delta, X, stride);                                                         \
  }                                                                                                \
  const lip_eight_columns lip_eight_columns_##name = {combine_##name, spread_##name}

LOOPS(plain, );
#if defined(__x86_64__)
extern const lip_eight_columns lip_eight_columns_avx2, lip_eight_columns_avx512;
LOOPS(avx2, __attribute__((target("avx2,fma"))));
LOOPS(avx512, __attribute__((target("avx512f,fma"))));
#endif

const lip_eight_columns *lip_eight_columns_best(void)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return &lip_eight_columns_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return &lip_eight_columns_avx2;
#endif
  return &lip_eight_columns_plain;
}
