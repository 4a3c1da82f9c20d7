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

/* Completes the file, which appears whole or not at all, and releases the writer either way. */
LIP_MUST_CHECK lip_status lip_npz_commit(lip_npz_writer *writer, lip_error *err);

/* Drops what was written and releases the writer; takes NULL. */
void lip_npz_abandon(lip_npz_writer *writer);

/* Tests only: members and offsets above so many bytes are written as zip64 (2^32 - 2). */
void lip_npz_zip64_above(lip_npz_writer *writer, uint64_t bytes);

#endif
