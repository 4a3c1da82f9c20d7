/* npy.h - the header of numpy's array format. */
#ifndef LIP_DATA_NPY_H
#define LIP_DATA_NPY_H

#include "data/source.h"

enum { LIP_NPY_MAX_RANK = 8 };

typedef struct lip_npy {
  char kind;   /* 'f', 'i', 'u', 'b' (bool) or 'U' (text) */
  size_t item; /* bytes of an element: 1, 2, 4 or 8; of a text 4 for each letter */
  bool big_endian;
  bool fortran_order;
  size_t rank, shape[LIP_NPY_MAX_RANK];
  size_t count; /* of elements */
} lip_npy;

/* Reads the header, versions 1.0, 2.0 and 3.0, and leaves the source at the first element. Elements
   are floats of 4 or 8 bytes, integers of 1 to 8 bytes, bools, or texts; anything else is refused.
   count * item does not overflow. */
LIP_MUST_CHECK lip_status lip_npy_header(lip_source *source, lip_npy *header, lip_error *err);

#endif
