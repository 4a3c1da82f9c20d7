/* half_plane.c - even quartics above y sign(z), by sums of squares on the half plane z >= 0. */
#include "certificate/half_plane.h"

#include "linalg/verified.h"

/* By degree, z first. */
const unsigned char lip_half_plane_power[LIP_HALF_MONOMIALS][2] = {
    {0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}, {3, 0}, {2, 1},
    {1, 2}, {0, 3}, {4, 0}, {3, 1}, {2, 2}, {1, 3}, {0, 4}};

/* Entry e of the lower triangles: row, column; of S, or (from 21) of T. */
static void place(size_t entry, size_t *row, size_t *column)
{
  if (entry >= 21) entry -= 21;
  *row = 0;
  while (entry > *row) {
    (*row)++;
    entry -= *row;
  }
  *column = entry;
}

bool lip_half_plane_off_diagonal(size_t entry)
{
  size_t row, column;

  place(entry, &row, &column);
  return row != column;
}

size_t lip_half_plane_monomial(size_t entry)
{
  size_t row, column;
  unsigned i, j, degree;

  place(entry, &row, &column);
  i = (unsigned)lip_half_plane_power[row][0] + lip_half_plane_power[column][0] + (entry >= 21);
  j = (unsigned)lip_half_plane_power[row][1] + lip_half_plane_power[column][1];
  degree = i + j;
  return degree * (degree + 1) / 2 + j;
}

void lip_half_plane_expand(const double *grams, lip_interval *coefficient)
{
  for (size_t t = 0; t < LIP_HALF_MONOMIALS; t++) coefficient[t] = lip_interval_of(0);
  for (size_t e = 0; e < LIP_HALF_GRAMS; e++) {
    lip_interval *c = &coefficient[lip_half_plane_monomial(e)];

    *c = lip_interval_add(
        *c, lip_interval_of(lip_half_plane_off_diagonal(e) ? 2 * grams[e] : grams[e]));
  }
}

bool lip_half_plane_is_sum_of_squares(const double *grams)
{
  double S[LIP_HALF_S * LIP_HALF_S] = {0}, T[LIP_HALF_T * LIP_HALF_T] = {0};

  for (size_t e = 0; e < LIP_HALF_GRAMS; e++) {
    size_t row, column;

    place(e, &row, &column);
    if (e < 21)
      S[row * LIP_HALF_S + column] = S[column * LIP_HALF_S + row] = grams[e];
    else
      T[row * LIP_HALF_T + column] = T[column * LIP_HALF_T + row] = grams[e];
  }
  return lip_certainly_semidefinite(LIP_HALF_S, S, NULL, NULL) &&
         lip_certainly_semidefinite(LIP_HALF_T, T, NULL, NULL);
}
