/* npz.h - numpy's archive of arrays: a zip file whose members NAME.npy hold one array each. */
#ifndef LIP_DATA_NPZ_H
#define LIP_DATA_NPZ_H

#include <liplaw/status.h>

/* An archive being written. Its bytes depend on what is added alone (no dates). */
typedef struct lip_npz_writer lip_npz_writer;

LIP_MUST_CHECK lip_status lip_npz_create(const char *path, lip_npz_writer **writer, lip_error *err);

/* Adds an array. name: without ".npy", in ASCII, once each; rank 0 (one number) to 8; values are
   row-major and are not needed after the call. */
LIP_MUST_CHECK lip_status lip_npz_add_f64(lip_npz_writer *writer, const char *name, size_t rank,
                                          const size_t *shape, const double *values,
                                          lip_error *err);
LIP_MUST_CHECK lip_status lip_npz_add_u64(lip_npz_writer *writer, const char *name, size_t rank,
                                          const size_t *shape, const uint64_t *values,
                                          lip_error *err);
/* A string (ASCII, not empty), as numpy's array of rank 0. */
LIP_MUST_CHECK lip_status lip_npz_add_text(lip_npz_writer *writer, const char *name,
                                           const char *text, lip_error *err);

/* An archive that is compared instead of written: with the `size` bytes, which are borrowed. What
   is added must come out as these bytes; lip_npz_commit says LIP_EINPUT and the first byte that
   differs where it does not. `path` serves messages only. */
LIP_MUST_CHECK lip_status lip_npz_compare(const char *path, const void *bytes, size_t size,
                                          lip_npz_writer **writer, lip_error *err);

/* Completes the file, which appears whole or not at all, and releases the writer either way. */
LIP_MUST_CHECK lip_status lip_npz_commit(lip_npz_writer *writer, lip_error *err);

/* Drops what was written and releases the writer; takes NULL. */
void lip_npz_abandon(lip_npz_writer *writer);

/* Tests only: members and offsets above so many bytes are written as zip64 (2^32 - 2). */
void lip_npz_zip64_above(lip_npz_writer *writer, uint64_t bytes);

/* An array that was read. */
typedef struct lip_array {
  size_t rank, shape[8];
  size_t count;   /* of values, at least 1 */
  double *values; /* row-major, owned: released with lip_free */
} lip_array;

/* Reads an array of an archive that stands in memory: numbers of any kind in lip_npy_header, stored
   or deflated, in C or Fortran order. A number that no double equals is refused; NaN and
   infinities are not.
   rows    in   only the first so many along the first axis; 0: all
   return       LIP_OK; LIP_EINPUT naming the member, the place and the cause; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_npz_read(const void *bytes, size_t size, const char *name,
                                       size_t rows, lip_array *array, lip_error *err);

/* Reads a text of rank 0: numpy's U, little-endian or big, of 1 to room - 1 letters of ASCII. */
LIP_MUST_CHECK lip_status lip_npz_read_text(const void *bytes, size_t size, const char *name,
                                            char *text, size_t room, lip_error *err);

/* Is there a member NAME.npy? Also where it stands there twice, or cannot be read. */
bool lip_npz_holds(const void *bytes, size_t size, const char *name);

enum { LIP_NPZ_NAME = 64 };

/* The names of the arrays, in the order of the archive's directory, without ".npy"; each at most 63
   bytes.
   name    out  `capacity` names; more arrays than that are refused
   total   out  bytes of all members, unpacked */
LIP_MUST_CHECK lip_status lip_npz_list(const void *bytes, size_t size, size_t capacity,
                                       char (*name)[LIP_NPZ_NAME], size_t *count, uint64_t *total,
                                       lip_error *err);

#endif
