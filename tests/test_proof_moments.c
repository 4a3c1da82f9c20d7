/* test_proof_moments.c - the verifier of moment proofs refuses what is not proved. */
#include "moment_proofs.h"
#include "proofs.h"

#include "linalg/dgemm.h"

static const lip_activation relu = {LIP_RELU, 0};

static bool proves_it(const moment_case *c, double upper)
{
  return proves(c->claim, &c->bracket.proof, upper);
}

static double *values_of(moment_case *c, const char *name, size_t *count)
{
  const lip_array *array = lip_proof_array(&c->bracket.proof, name);

  assert_non_null(array);
  *count = array->count;
  return array->values;
}

static void a_smaller_claim_is_refused(void **state)
{
  moment_case c = search_moments(random_two_layers(3, 14, relu, true));

  (void)state;
  assert_true(c.proved && proves_it(&c, c.upper));
  assert_true(proves_it(&c, c.upper * (1 + 1e-9)));
  assert_false(proves_it(&c, c.bracket.upper * (1 - 1e-9)));
  assert_false(proves_it(&c, 0));
  assert_false(proves_it(&c, NAN));
  moment_case_clear(&c);
}

/* Whatever is changed in the arrays, no claim below the true constant is ever proved, and the claim
   itself only where the change does not matter. */
static void changed_numbers_never_prove_too_little(void **state)
{
  static const char *const name[] = {"coordinates", "half_planes", "gram", "multipliers",
                                     "constant"};
  moment_case c = search_moments(random_two_layers(2, 9, relu, true));
  double least = sampled_slope(c.net, 20000) * (1 - 1e-9);

  (void)state;
  for (size_t a = 0; a < 5; a++) {
    size_t count;
    double *values = values_of(&c, name[a], &count);

    for (size_t i = 0; i < count; i++) {
      const double kept = values[i], wrong[] = {0, -kept, 2 * kept, kept + 1, -1e30, 1e-3 + kept};

      for (size_t t = 0; t < sizeof wrong / sizeof *wrong; t++) {
        values[i] = wrong[t];
        assert_false(proves_it(&c, least));
      }
      values[i] = NAN;
      assert_false(proves_it(&c, 1e300));
      values[i] = INFINITY;
      assert_false(proves_it(&c, 1e300));
      values[i] = kept;
    }
  }
  assert_true(proves_it(&c, c.upper));
  moment_case_clear(&c);
}

static void a_gram_matrix_that_is_not_semidefinite_is_refused(void **state)
{
  moment_case c = search_moments(random_two_layers(2, 9, relu, true));
  size_t count;
  double *Q = values_of(&c, "gram", &count), *grams = values_of(&c, "half_planes", &count), kept;

  (void)state;
  kept = Q[0];
  Q[0] = -1;
  assert_false(proves_it(&c, 1e9));
  Q[0] = kept;
  kept = grams[0]; /* neuron 0: the sum of the middles */
  grams[0] = -1e-3;
  assert_false(proves_it(&c, 1e9));
  grams[0] = kept;
  kept = grams[27 + 21]; /* T of neuron 1 */
  grams[27 + 21] = -1e-3;
  assert_false(proves_it(&c, 1e9));
  grams[27 + 21] = kept;
  assert_true(proves_it(&c, c.upper));
  moment_case_clear(&c);
}

static void singular_coordinates_are_refused(void **state)
{
  moment_case c = search_moments(random_two_layers(2, 9, relu, true));
  size_t count;
  double *B = values_of(&c, "coordinates", &count);

  (void)state;
  memcpy(B + 3, B, 3 * sizeof *B);
  assert_false(proves_it(&c, 1e9));
  memset(B, 0, 9 * sizeof *B);
  assert_false(proves_it(&c, 1e9));
  moment_case_clear(&c);
}

static void arrays_of_another_shape_or_number_are_refused(void **state)
{
  (void)state;
  for (size_t i = 0; i < 5; i++) {
    moment_case c = search_moments(random_two_layers(2, 9, relu, true));
    lip_array *array = &c.bracket.proof.item[i].array;

    array->count--;
    array->shape[array->rank - 1]--;
    assert_false(proves_it(&c, 1e9));
    array->count++;
    array->shape[array->rank - 1]++;
    assert_true(proves_it(&c, c.upper));
    c.bracket.proof.item[i].name[0] = 'x';
    assert_false(proves_it(&c, 1e9));
    moment_case_clear(&c);
  }
}

static void a_proof_for_another_network_proves_nothing_about_this_one(void **state)
{
  moment_case c = search_moments(random_two_layers(2, 9, relu, true));
  double least;

  (void)state;
  for (size_t i = 0; i < 18; i++) c.net->layer[0].W[i] = (i % 5 == 0 ? -1 : 1) * (0.1 + (double)i);
  lip_claim_free(c.claim);
  assert_int_equal(lip_claim_create(c.net, (lip_output){LIP_ONE_OUTPUT, 0, 0}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &c.claim, NULL),
                   LIP_OK);
  least = sampled_slope(c.net, 20000) * (1 - 1e-9);
  assert_false(proves_it(&c, least));
  moment_case_clear(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_smaller_claim_is_refused),
      cmocka_unit_test(changed_numbers_never_prove_too_little),
      cmocka_unit_test(a_gram_matrix_that_is_not_semidefinite_is_refused),
      cmocka_unit_test(singular_coordinates_are_refused),
      cmocka_unit_test(arrays_of_another_shape_or_number_are_refused),
      cmocka_unit_test(a_proof_for_another_network_proves_nothing_about_this_one),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
