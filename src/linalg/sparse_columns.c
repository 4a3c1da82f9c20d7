/* sparse_columns.c - rows of entries times sixteen vectors at once, compiled for three instruction
   sets; the choice is made when the program runs. */
#include "linalg/sparse_columns.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdint.h>
#include <string.h>

typedef double eight __attribute__((vector_size(64)));
#define INLINE static inline __attribute__((always_inline))

INLINE void apply_on(const lip_sparse *C, const double *Y, double *Z)
{
  for (size_t i = 0; i < C->rows; i++) {
    eight sum[2] = {{0}};

    for (size_t e = C->start[i]; e < C->start[i + 1]; e++) {
      const eight *y = (const eight *)(Y + (size_t)C->column[e] * LIP_COLUMNS);

      sum[0] += C->value[e] * y[0];
      sum[1] += C->value[e] * y[1];
    }
    memcpy(Z + i * LIP_COLUMNS, sum, sizeof sum);
  }
}

INLINE void transpose_on(const lip_sparse *C, const double *Z, double *Y)
{
  for (size_t i = 0; i < C->rows; i++) {
    eight z[2];

    memcpy(z, Z + i * LIP_COLUMNS, sizeof z);
    for (size_t e = C->start[i]; e < C->start[i + 1]; e++) {
      eight *y = (eight *)(Y + (size_t)C->column[e] * LIP_COLUMNS);

      y[0] += C->value[e] * z[0];
      y[1] += C->value[e] * z[1];
    }
  }
}

#define LOOPS(name, target)                                                                        \
  target static void apply_##name(const lip_sparse *C, const double *Y, double *Z)                 \
  {                                                                                                \
    apply_on(C, Y, Z);                                                                             \
  }                                                                                                \
  target static void transpose_##name(const lip_sparse *C, const double *Z, double *Y)             \
  {                                                                                                \
    transpose_on(C, Z, Y);                                                                         \
  }

LOOPS(plain, )
#if defined(__x86_64__)
LOOPS(avx2, __attribute__((target("avx2,fma"))))
LOOPS(avx512, __attribute__((target("avx512f,fma"))))
#endif

void lip_sparse_apply(const lip_sparse *C, const double *Y, double *Z)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    apply_avx512(C, Y, Z);
    return;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    apply_avx2(C, Y, Z);
    return;
  }
#endif
  apply_plain(C, Y, Z);
}

void lip_sparse_transpose(const lip_sparse *C, const double *Z, double *Y)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    transpose_avx512(C, Z, Y);
    return;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    transpose_avx2(C, Z, Y);
    return;
  }
#endif
  transpose_plain(C, Z, Y);
}

/* ---- making one ---- */

lip_status lip_sparse_create(size_t rows, lip_sparse *made, lip_error *err)
{
  *made = (lip_sparse){.rows = rows};
  made->start = lip_alloc_zero(rows + 1, sizeof *made->start);
  return made->start ? LIP_OK : lip_fail(err, LIP_ENOMEM, "%zu rows", rows);
}

void lip_sparse_clear(lip_sparse *sparse)
{
  lip_free(sparse->start);
  lip_free(sparse->column);
  lip_free(sparse->value);
  memset(sparse, 0, sizeof *sparse);
}

static lip_status grow(lip_sparse *sparse, size_t least, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t room = sparse->room + sparse->room / 2, old = sparse->room;
  uint32_t *column = NULL;
  double *value = NULL;

  if (least <= sparse->room) return LIP_OK;
  if (room < least) room = least;
  column = lip_alloc(room, sizeof *column);
  value = lip_alloc(room, sizeof *value);
  if (!column || !value) FAIL(LIP_ENOMEM, "%zu entries", room);
  if (old > 0) {
    memcpy(column, sparse->column, old * sizeof *column);
    memcpy(value, sparse->value, old * sizeof *value);
  }
  lip_free(sparse->column);
  lip_free(sparse->value);
  sparse->column = column;
  sparse->value = value;
  sparse->room = room;
  column = NULL;
  value = NULL;
done:
  lip_free(column);
  lip_free(value);
  return st;
}

lip_status lip_sparse_append(lip_sparse *sparse, size_t i, size_t first, size_t count,
                             const double *numbers, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t more = 0, at = sparse->start[i + 1] > 0 ? sparse->start[i + 1] : sparse->start[i];

  for (size_t j = 0; j < count; j++) more += numbers[j] != 0;
  if (first + count > UINT32_MAX) FAIL(LIP_ENOMEM, "%zu columns", first + count);
  TRY(grow(sparse, at + more, err));
  for (size_t j = 0; j < count; j++) {
    if (numbers[j] == 0) continue;
    sparse->column[at] = (uint32_t)(first + j);
    sparse->value[at++] = numbers[j];
  }
  sparse->start[i + 1] = at;
done:
  return st;
}
