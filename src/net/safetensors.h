/* safetensors.h - the tensors of a safetensors file that stands in memory. */
#ifndef LIP_NET_SAFETENSORS_H
#define LIP_NET_SAFETENSORS_H

#include "data/npz.h"

/* The format (huggingface.co/docs/safetensors): 8 bytes, little-endian, the length of a header in
   JSON; the header names each tensor with its dtype, shape and place among the bytes after it. */
typedef struct lip_safetensors lip_safetensors;

/* Do the bytes begin as such a file of `size` bytes does? `begin` holds at least 9, or all. */
bool lip_safetensors_begin(const void *begin, size_t held, uint64_t size);

/* The bytes are borrowed.
   return  LIP_OK; LIP_EINPUT; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_safetensors_open(const void *bytes, size_t size,
                                               lip_safetensors **file, lip_error *err);
void lip_safetensors_close(lip_safetensors *file); /* takes NULL */

/* F64, F32, F16 and BF16, exactly; NaN and infinities too.
   return  LIP_OK; LIP_EINPUT where there is no such tensor, of another type, empty, or its shape
   and place disagree; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_safetensors_read(const lip_safetensors *file, const char *name,
                                               lip_array *array, lip_error *err);

#endif
