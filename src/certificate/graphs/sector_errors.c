/* sector_errors.c - how far off the entries of the matrix of a sector form may be: the first pass
   of sector_matrix.c. */
#include "certificate/graphs/sector_assembly.h"
#include "linalg/verified.h"

#include <math.h>
#include <string.h>

static const double LARGEST_ENTRY = 0x1p500, LARGEST_COLUMN = 0x1p100;

static bool measure_squares(lip_sector_assembly *a, const lip_sector_set *set,
                            const lip_coupling *coupling, double *p_sum, double *rho_sum)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  const double *scale = a->scale + from->offset;
  double *p = a->p + from->offset, *rho = a->rho + from->offset;
  double *diagonal = a->diagonal + from->offset;

  memset(p, 0, from->size * sizeof *p);
  memset(rho, 0, from->size * sizeof *rho);
  for (size_t i = 0; i < set->rows; i++) {
    double q = set->q[i], size = fabs(q);

    for (size_t j = 0; j < from->size; j++) {
      double entry = coupling->C[i * from->size + j] * scale[j];

      p[j] += size * entry * entry;
      diagonal[j] += q * entry * entry + size * entry * entry * 1e-9;
      if (!coupling->radius) continue;
      entry = coupling->radius[i * from->size + j] * scale[j];
      rho[j] += size * entry * entry;
    }
  }
  for (size_t j = 0; j < from->size; j++) {
    p[j] = sqrt(p[j]) * (1 + 1e-9);
    rho[j] = rho[j] > 0 || coupling->radius ? sqrt(rho[j]) * (1 + 1e-9) + 0x1p-500 : 0;
    if (!(p[j] <= LARGEST_COLUMN && rho[j] <= LARGEST_COLUMN)) return false;
    *p_sum += p[j];
    *rho_sum += rho[j];
  }
  return true;
}

static void measure_cross(lip_sector_assembly *a, const lip_sector_set *set,
                          const lip_coupling *coupling)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  const double *scale = a->scale + from->offset;
  double *slack = a->slack + from->offset, *own = a->slack + a->form->block[set->target].offset;
  double rounding = lip_gamma(lip_block_matrix_roundings(a->matrix) + 12);

  for (size_t i = 0; i < set->rows; i++) {
    double factor = fabs(set->cross[i]) * a->scale[a->form->block[set->target].offset + i], sum = 0;

    for (size_t j = 0; j < from->size; j++) {
      double error = rounding * fabs(coupling->C[i * from->size + j]) * scale[j];

      if (coupling->radius) error += coupling->radius[i * from->size + j] * scale[j] * (1 + 1e-9);
      error *= factor * (1 + 1e-9);
      slack[j] += error;
      sum += error;
    }
    own[i] += sum * (1 + 1e-9);
  }
}

static bool entries_in_range(const lip_sector_assembly *a, const lip_sector_set *set,
                             const lip_coupling *coupling)
{
  const lip_sector_block *from = &a->form->block[coupling->from];
  double largest = 0, sum = 0;

  for (size_t i = 0; i < set->rows; i++)
    for (size_t j = 0; j < from->size; j++) {
      double entry = fabs(coupling->C[i * from->size + j]) * a->scale[from->offset + j];

      largest = entry > largest ? entry : largest;
      sum += 0 * entry;
    }
  return largest <= LARGEST_ENTRY && sum == 0;
}

bool lip_sector_measure(lip_sector_assembly *a, const lip_sector_set *set)
{
  double gamma = lip_gamma(LIP_SECTOR_SLICE + lip_block_matrix_roundings(a->matrix) + 16);
  double p_sum = 0, rho_sum = 0;

  for (size_t c = 0; c < set->couplings; c++) {
    if (!entries_in_range(a, set, &set->coupling[c])) return false;
    if (set->squares && !measure_squares(a, set, &set->coupling[c], &p_sum, &rho_sum)) return false;
    if (set->cross) measure_cross(a, set, &set->coupling[c]);
  }
  for (size_t c = 0; set->squares && c < set->couplings; c++) {
    const lip_sector_block *from = &a->form->block[set->coupling[c].from];

    for (size_t j = from->offset; j < from->offset + from->size; j++) {
      double error = (gamma * a->p[j] + a->rho[j]) * (p_sum + rho_sum) + a->p[j] * rho_sum;

      a->slack[j] += error * (1 + 1e-9);
    }
  }
  return true;
}
