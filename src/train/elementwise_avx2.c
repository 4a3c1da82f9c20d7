/* elementwise_avx2.c - the passes of a training step for CPUs with AVX2 and FMA; its compiler flags
   are set in src/CMakeLists.txt. */
#define LIP_ELEMENTWISE      lip_elementwise_avx2
#define LIP_ELEMENTWISE_NAME "avx2"
#define LIP_VECTOR_BYTES     32
#include "train/elementwise_loops.h"
