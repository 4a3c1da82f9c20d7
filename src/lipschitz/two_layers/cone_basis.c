/* cone_basis.c - the basis whose orthants a search over cones begins with.

   Q of the radial isotropic position times a rotation, scaled to largest entry in [1/2, 1). With
   biases all columns but the first lie in s = 0, so that no cone crosses it; otherwise the rotation
   is random: no column lies on a hyperplane. Where more neurons than inputs have bias 0, they meet
   in the line of s, which then is the first column: cones around it are refined in angle only. */
#include "lipschitz/two_layers/cone_basis.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "lipschitz/two_layers/isotropic.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { SQUARE = LIP_CONE_DIMENSIONS * LIP_CONE_DIMENSIONS };

lip_status lip_cone_basis(const lip_claim *claim, uint64_t seed, double *basis, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t D = lip_cones_dimension(claim), d = claim->d, through = 0;
  int exponent;
  double *H = lip_alloc(claim->k, D * sizeof *H);
  double Q[SQUARE], turn[SQUARE];

  if (!H) FAIL(LIP_ENOMEM, "a copy of %zu x %zu weights", claim->k, D);
  for (size_t l = 0; l < claim->k; l++) {
    memcpy(H + l * D, claim->W_true + l * d, d * sizeof *H);
    if (D > d) H[l * D + d] = claim->b[l];
    through += claim->b[l] == 0;
  }
  TRY(lip_isotropic_position(claim->k, D, H, Q, NULL, err));
  lip_random_normal((lip_stream){seed, LIP_FOR_STARTS}, 0, D * D, turn);
  if (D > d) memcpy(turn, Q + d * D, D * sizeof *turn); /* the normal of s = 0 */
  for (size_t i = 0; i < D; i++) {                      /* Gram-Schmidt */
    double *row = turn + i * D, length;

    for (size_t j = 0; j < 2 * i; j++) /* twice, against rounding */
      lip_add_multiple(D, -lip_dot(D, row, turn + j % i * D), turn + j % i * D, row);
    length = lip_norm(D, row);
    for (size_t j = 0; j < D; j++) row[j] /= length;
    for (size_t r = 0; r < D; r++) basis[r * D + i] = lip_dot(D, Q + r * D, row);
  }
  for (size_t i = 1; i < D && D > d; i++) basis[d * D + i] = 0;
  for (size_t r = 0; r < d && D > d && through > d; r++) basis[r * D] = 0;
  (void)frexp(lip_largest(D * D, basis), &exponent);
  for (size_t i = 0; i < D * D; i++) basis[i] = ldexp(basis[i], -exponent);
done:
  lip_free(H);
  return st;
}
