/* elementwise_generic.c - the passes of a training step for any CPU; its compiler flags are set in
   src/CMakeLists.txt. */
#define LIP_ELEMENTWISE      lip_elementwise_generic
#define LIP_ELEMENTWISE_NAME "generic"
#define LIP_VECTOR_BYTES     16
#include "train/elementwise_loops.h"
