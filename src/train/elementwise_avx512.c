/* elementwise_avx512.c - the passes of a training step for CPUs with AVX-512 F, VL, BW and DQ; its
   compiler flags are set in src/CMakeLists.txt. */
#define LIP_ELEMENTWISE      lip_elementwise_avx512
#define LIP_ELEMENTWISE_NAME "avx512"
#define LIP_VECTOR_BYTES     64
#include "train/elementwise_loops.h"
