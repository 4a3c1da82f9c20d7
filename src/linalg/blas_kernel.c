/* blas_kernel.c - which kernels OpenBLAS uses, and on how many threads.

   OpenBLAS chooses its kernels as it is loaded, by a list of CPU models. A model that is newer than
   the library gets those of 2004 (Prescott), a fifth of the speed, though it has all that later
   kernels need. There a program lets OpenBLAS choose again, from the CPU's features. It knows one
   way to be told: the environment variable OPENBLAS_CORETYPE, which stands for as long as that call
   takes. Where the user has set it, the user has chosen. */
#include "linalg/dgemm.h"

#include <cblas.h>

#include <stdlib.h>
#include <string.h>

/* Exported by OpenBLAS built for many CPUs, in no header of its. */
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

const char *lip_blas_kernel(void)
{
  return openblas_get_corename();
}

#if defined(__x86_64__)
/* The newest kernel of OpenBLAS 0.3 that this CPU can run; NULL: its own choice stands. */
static const char *better_kernel(void)
{
  if (strcmp(openblas_get_corename(), "Prescott") != 0) return NULL;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return "SkylakeX";
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "Haswell" : NULL;
}
#else
static const char *better_kernel(void)
{
  return NULL;
}
#endif

static void choose_kernel_again(void)
{
  static const char variable[] = "OPENBLAS_CORETYPE";
  const char *kernel = getenv(variable) ? NULL : better_kernel();

  if (!kernel || !gotoblas_dynamic_init || !gotoblas_dynamic_quit) return;
  if (setenv(variable, kernel, 0) != 0) return;
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  (void)unsetenv(variable);
}

void lip_blas_single_thread(void)
{
  openblas_set_num_threads(1);
  choose_kernel_again();
}
