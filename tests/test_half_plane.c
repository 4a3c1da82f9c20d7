/* test_half_plane.c - polynomials of sums of squares on the strip have the values that they should.
 */
#include "certificate/two_layers/half_plane.h"

#include "networks.h"

#include "linalg/dgemm.h"

static double power(double x, unsigned exponent)
{
  return exponent == 0 ? 1 : x * power(x, exponent - 1);
}

/* v'Av, A a triangle over monomials in z and y */
static double form(size_t n, unsigned char (*of)[2], const double *triangle, double z, double y)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      sum += (i == j ? 1 : 2) * *triangle++ * power(z, of[i][0]) * power(y, of[i][1]) *
             power(z, of[j][0]) * power(y, of[j][1]);
  return sum;
}

static void the_expansion_has_the_value_of_the_sums_of_squares(void **state)
{
  (void)state;
  for (size_t degree = 2; degree <= 3; degree++) {
    lip_half_plane plane = lip_half_plane_of(degree);
    lip_interval coefficient[LIP_HALF_MONOMIALS];
    double grams[LIP_HALF_GRAMS], at[2];

    for (uint64_t trial = 0; trial < 100; trial++) {
      double value = 0, wanted;

      lip_random_normal((lip_stream){trial, LIP_FOR_WEIGHTS}, 0, plane.grams, grams);
      lip_random_normal((lip_stream){trial, LIP_FOR_POINTS}, 0, 2, at);
      lip_half_plane_expand(&plane, grams, coefficient);
      for (size_t t = 0; t < plane.monomials; t++)
        value += (coefficient[t].low / 2 + coefficient[t].high / 2) *
                 power(at[0], plane.power[t][0]) * power(at[1], plane.power[t][1]);
      wanted = form(plane.S, plane.of_S, grams, at[0], at[1]) +
               at[0] * (1 - at[0]) *
                   form(plane.T, plane.of_T, grams + plane.S * (plane.S + 1) / 2, at[0], at[1]);
      assert_true(fabs(value - wanted) <= 1e-10 * (1 + fabs(wanted)));
    }
  }
}

static void both_matrices_have_to_be_semidefinite(void **state)
{
  (void)state;
  for (size_t degree = 2; degree <= 3; degree++) {
    lip_half_plane plane = lip_half_plane_of(degree);
    double grams[LIP_HALF_GRAMS] = {0};

    for (size_t e = 0; e < plane.grams; e++) grams[e] = plane.row[e] == plane.column[e];
    assert_true(lip_half_plane_is_sum_of_squares(&plane, grams));
    for (size_t e = 0; e < plane.grams; e++) {
      double kept = grams[e];

      grams[e] = kept == 1 ? -1e-9 : 1.001;
      assert_false(lip_half_plane_is_sum_of_squares(&plane, grams));
      grams[e] = kept;
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_expansion_has_the_value_of_the_sums_of_squares),
      cmocka_unit_test(both_matrices_have_to_be_semidefinite),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
