/* zip.h - finds a member of a zip file that stands in memory. */
#ifndef LIP_DATA_ZIP_H
#define LIP_DATA_ZIP_H

#include "data/source.h"

typedef struct lip_zip_member {
  lip_packing packing;
  const unsigned char *bytes; /* packed, inside the file */
  size_t packed, size;        /* bytes of the member, packed and not */
  uint32_t crc;               /* of the member, not packed */
} lip_zip_member;

/* Calls seen() for every member in the order of the directory; `name` is borrowed and not ended by
   a 0 byte. Stops at the first status that is not LIP_OK and returns it. */
LIP_MUST_CHECK lip_status lip_zip_each(const void *bytes, size_t size,
                                       lip_status (*seen)(void *context, const char *name,
                                                          size_t length,
                                                          const lip_zip_member *member,
                                                          lip_error *err),
                                       void *context, lip_error *err);

/* Stored and deflated members, zip64 or not; neither encrypted nor on several disks. A name that
   stands there twice is refused.
   return  LIP_OK; LIP_EINPUT, naming the byte where the file is damaged or the missing member */
LIP_MUST_CHECK lip_status lip_zip_find(const void *bytes, size_t size, const char *name,
                                       lip_zip_member *member, lip_error *err);

#endif
