/* half_plane.c - even polynomials above y sign(z), by sums of squares on the strip 0 <= z <= 1. */
#include "certificate/two_layers/half_plane.h"

#include "linalg/verified.h"

#include <string.h>

static void list_monomials(lip_half_plane *plane, size_t degree)
{
  size_t at = 3, most_y = degree == 2 ? 4 : 2;

  plane->power[1][0] = 1; /* 1, z, y; then by degree */
  plane->power[LIP_HALF_Y][1] = 1;
  for (size_t total = 2; total <= 2 * degree; total++)
    for (size_t j = 0; j <= total && j <= most_y; j++, at++) {
      plane->power[at][0] = (unsigned char)(total - j);
      plane->power[at][1] = (unsigned char)j;
    }
  plane->monomials = at;
}

/* Where z^i y^j stands. */
static unsigned char place_of(const lip_half_plane *plane, int i, int j)
{
  unsigned char t = 0;

  while (plane->power[t][0] != i || plane->power[t][1] != j) t++;
  return t;
}

static void list_entries(lip_half_plane *plane)
{
  size_t at = 0;

  for (size_t block = 0; block < 2; block++)
    for (size_t i = 0; i < (block == 0 ? plane->S : plane->T); i++)
      for (size_t j = 0; j <= i; j++, at++) {
        const unsigned char *a = block == 0 ? plane->of_S[i] : plane->of_T[i];
        const unsigned char *b = block == 0 ? plane->of_S[j] : plane->of_T[j];

        plane->row[at] = (unsigned char)i;
        plane->column[at] = (unsigned char)j;
        plane->monomial[at] = place_of(plane, a[0] + b[0] + (int)block, a[1] + b[1]);
        plane->less[at] = place_of(plane, a[0] + b[0] + 2 * (int)block, a[1] + b[1]);
      }
  plane->grams = at;
}

lip_half_plane lip_half_plane_of(size_t degree)
{
  static const unsigned char S4[][2] = {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}};
  static const unsigned char S6[][2] = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {0, 1}, {1, 1}, {2, 1}};
  static const unsigned char T6[][2] = {{0, 0}, {1, 0}, {2, 0}, {0, 1}, {1, 1}};
  lip_half_plane plane = {.S = degree == 2 ? 6 : 7, .T = degree == 2 ? 3 : 5};

  memcpy(plane.of_S, degree == 2 ? S4 : S6, 2 * plane.S);
  memcpy(plane.of_T, degree == 2 ? S4 : T6, 2 * plane.T);
  list_monomials(&plane, degree);
  list_entries(&plane);
  return plane;
}

void lip_half_plane_expand(const lip_half_plane *plane, const double *grams,
                           lip_interval *coefficient)
{
  for (size_t t = 0; t < plane->monomials; t++) coefficient[t] = lip_interval_of(0);
  for (size_t e = 0; e < plane->grams; e++) {
    lip_interval *c = &coefficient[plane->monomial[e]], *less = &coefficient[plane->less[e]];
    double value = plane->row[e] == plane->column[e] ? grams[e] : 2 * grams[e];

    *c = lip_interval_add(*c, lip_interval_of(value));
    if (less != c) *less = lip_interval_add(*less, lip_interval_of(-value));
  }
}

static bool is_semidefinite(size_t n, const double *triangle)
{
  double A[LIP_HALF_MOST * LIP_HALF_MOST];

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) A[i * n + j] = A[j * n + i] = *triangle++;
  return lip_certainly_semidefinite(n, A, NULL, NULL);
}

bool lip_half_plane_is_sum_of_squares(const lip_half_plane *plane, const double *grams)
{
  return is_semidefinite(plane->S, grams) &&
         is_semidefinite(plane->T, grams + plane->S * (plane->S + 1) / 2);
}
