/* sector_numbers.c - the entries of the matrix of a sector form: the second pass of
   sector_matrix.c. */
#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_assembly.h"
#include "linalg/dgemm.h"

#include <string.h>

/* Adds to one entry of the matrix. */
static lip_status add_entry(lip_sector_assembly *a, size_t t, size_t v, double value,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_partition *parts = &a->partition;
  double *block;

  if (parts->part[t] < parts->part[v]) {
    size_t swap = t;

    t = v;
    v = swap;
  }
  TRY(lip_block_matrix_at(a->matrix, parts->part[t], parts->part[v], &block, err));
  if (parts->part[t] == parts->part[v] && parts->place[t] < parts->place[v])
    block[parts->place[v] * parts->size[parts->part[t]] + parts->place[t]] += value;
  else
    block[parts->place[t] * parts->size[parts->part[v]] + parts->place[v]] += value;
done:
  return st;
}

lip_status lip_sector_add_cross(lip_sector_assembly *a, const lip_sector_set *set, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t offset = a->form->block[set->target].offset;

  for (size_t c = 0; c < set->couplings; c++) {
    const lip_coupling *coupling = &set->coupling[c];
    const lip_sector_block *from = &a->form->block[coupling->from];

    for (size_t i = 0; i < set->rows; i++) {
      double factor = set->cross[i] * a->scale[offset + i];

      for (size_t j = 0; j < from->size; j++) {
        double entry = coupling->C[i * from->size + j];

        if (entry == 0) continue;
        TRY(add_entry(a, offset + i, from->offset + j,
                      factor * (entry * a->scale[from->offset + j]), err));
      }
    }
  }
done:
  return st;
}

/* Some rows of R, scaled, part by part: left with q, right without.
   touched  out  by part: is there anything? */
static void gather(lip_sector_assembly *a, const lip_sector_set *set, size_t count,
                   const size_t *row, bool *touched)
{
  const lip_sector_partition *parts = &a->partition;

  memset(touched, 0, parts->parts * sizeof *touched);
  for (int pass = 0; pass < 2; pass++) /* first what is touched, then the numbers */
    for (size_t c = 0; c < set->couplings; c++) {
      const lip_sector_block *from = &a->form->block[set->coupling[c].from];

      for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < from->size; j++) {
          size_t v = from->offset + j, part = parts->part[v], width = parts->size[part];
          size_t at = LIP_SECTOR_SLICE * a->start[part] + i * width + parts->place[v];
          double entry = set->coupling[c].C[row[i] * from->size + j];

          if (entry == 0) continue;
          if (!touched[part]) {
            touched[part] = true;
            memset(a->left + LIP_SECTOR_SLICE * a->start[part], 0, count * width * sizeof *a->left);
            memset(a->right + LIP_SECTOR_SLICE * a->start[part], 0,
                   count * width * sizeof *a->right);
          }
          if (pass == 0) continue;
          a->right[at] = entry * a->scale[v];
          a->left[at] = set->q[row[i]] * a->right[at];
        }
    }
}

/* sum q_i R_i' R_i over some rows. */
static lip_status add_rows(lip_sector_assembly *a, const lip_sector_set *set, size_t count,
                           const size_t *row, bool *touched, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_partition *parts = &a->partition;

  gather(a, set, count, row, touched);
  for (size_t p = 0; p < parts->parts; p++)
    for (size_t q = 0; touched[p] && q <= p; q++) {
      double *block;

      if (!touched[q]) continue;
      TRY(lip_block_matrix_at(a->matrix, p, q, &block, err));
      lip_dgemm(true, false, parts->size[p], parts->size[q], count, 1,
                a->left + LIP_SECTOR_SLICE * a->start[p], parts->size[p],
                a->right + LIP_SECTOR_SLICE * a->start[q], parts->size[q], 1, block,
                parts->size[q]);
    }
done:
  return st;
}

lip_status lip_sector_add_squares(lip_sector_assembly *a, const lip_sector_set *set, size_t b,
                                  bool sums, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t row[LIP_SECTOR_SLICE], groups = lip_sector_groups(&a->partition);
  bool *touched = lip_alloc(a->partition.parts, sizeof *touched);

  if (!touched) FAIL(LIP_ENOMEM, "%zu parts", a->partition.parts);
  for (size_t group = 0; group < groups; group++) {
    size_t count = 0;

    for (size_t i = 0; i < set->rows; i++) {
      if (lip_sector_group(a->form, &a->partition, b, sums, i) != group) continue;
      row[count++] = i;
      if (count < LIP_SECTOR_SLICE) continue;
      TRY(add_rows(a, set, count, row, touched, err));
      count = 0;
    }
    if (count > 0) TRY(add_rows(a, set, count, row, touched, err));
  }
done:
  lip_free(touched);
  return st;
}
