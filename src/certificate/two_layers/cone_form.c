/* cone_form.c - the sign relaxation of one output in few dimensions, with multipliers from a form.

   For a few inputs the multipliers of all neurons come from one d x d form S, so that a proof keeps
   d (d + 1) / 2 numbers instead of one for each neuron, and cones near each other can share them.
   Every S gives a valid bound: only lambda > 0 is used. Four neurons at a time, d known to the
   compiler; the order of the sums is the same on every machine. */
#include "certificate/two_layers/cones.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/round.h"
#include "linalg/verified.h"

#include <string.h>

/* Two compilations, chosen at run time: of a static function, since the choice of a global one
   would be a symbol of the library. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__)
#define FOR_EACH_MACHINE __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_MACHINE
#endif

enum { LANES = 4, N = LIP_CONE_DIMENSIONS };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

static const double SMALLEST = 1e-280; /* of lambda^2 */

lip_status lip_cone_sum_create(const lip_cones *cones, lip_cone_sum *sum, lip_error *err)
{
  size_t padded = cones->padded;

  *sum = (lip_cone_sum){.v = lip_alloc(padded, cones->d * sizeof(double)),
                        .lambda = lip_alloc(padded, sizeof(double)),
                        .neuron = lip_alloc(padded, sizeof *sum->neuron)};
  if (sum->v && sum->lambda && sum->neuron) return LIP_OK;
  lip_cone_sum_clear(sum);
  return lip_fail(err, LIP_ENOMEM, "the free neurons of a cone");
}

void lip_cone_sum_clear(lip_cone_sum *sum)
{
  lip_free(sum->v);
  lip_free(sum->lambda);
  lip_free(sum->neuron);
  *sum = (lip_cone_sum){0};
}

void lip_cone_sum_make(const lip_cones *cones, const uint64_t *above, const uint64_t *below,
                       lip_cone_sum *sum)
{
  size_t d = cones->d, free = 0;
  double fixed[N] = {0};

  memcpy(fixed, cones->base, d * sizeof *fixed);
  for (size_t word = 0; word < cones->words; word++) {
    uint64_t moving = cones->moving[word];

    for (uint64_t up = moving & above[word]; up; up &= up - 1) {
      const double *v = cones->v + (word * 64 + (size_t)__builtin_ctzll(up)) * d;

      for (size_t i = 0; i < d; i++) fixed[i] += v[i];
    }
    for (uint64_t down = moving & below[word] & ~above[word]; down; down &= down - 1) {
      const double *v = cones->v + (word * 64 + (size_t)__builtin_ctzll(down)) * d;

      for (size_t i = 0; i < d; i++) fixed[i] -= v[i];
    }
    for (uint64_t rest = moving & ~(above[word] | below[word]); rest; rest &= rest - 1) {
      size_t l = word * 64 + (size_t)__builtin_ctzll(rest);

      for (size_t i = 0; i < d; i++) sum->v[i * cones->padded + free] = cones->v[l * d + i];
      sum->neuron[free++] = (unsigned)l;
    }
  }
  sum->free = free;
  for (; free % LANES; free++)
    for (size_t i = 0; i < d; i++) sum->v[i * cones->padded + free] = 0;
  memcpy(sum->fixed, fixed, sizeof fixed);
}

static inline __attribute__((always_inline)) double form(size_t d, size_t padded, lip_cone_sum *sum,
                                                         const double *S, double *matrix)
{
  lanes total = {0}, cells[N * (N + 1) / 2] = {0};
  double all, q = 0, lambda;

  for (size_t t = 0; t < sum->free; t += LANES) {
    lanes v[N], square = {0}, root;
    const double *s = S;

    for (size_t i = 0; i < d; i++) v[i] = *(const lanes *)(sum->v + i * padded + t);
    for (size_t i = 0; i < d; i++) {
      lanes row = {0};

      for (size_t j = 0; j < i; j++) row += *s++ * v[j];
      square += v[i] * (row + row + *s++ * v[i]);
    }
    for (size_t lane = 0; lane < LANES; lane++)
      root[lane] = sqrt(square[lane] > SMALLEST ? square[lane] : SMALLEST);
    *(lanes *)(sum->lambda + t) = root;
    total += root;
    root = 1 / root;
    for (size_t i = 0, c = 0; i < d; i++)
      for (size_t j = 0; j <= i; j++) cells[c++] += v[i] * root * v[j];
  }
  for (size_t i = 0, c = 0; i < d; i++) {
    double row = 0;

    for (size_t j = 0; j < i; j++) row += S[c++] * sum->fixed[j];
    q += sum->fixed[i] * (2 * row + S[c++] * sum->fixed[i]);
  }
  lambda = sqrt(q > SMALLEST ? q : SMALLEST);
  all = ((total[0] + total[1]) + (total[2] + total[3])) + lambda;
  for (size_t i = 0, c = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++, c++)
      matrix[i * d + j] = matrix[j * d + i] = ((cells[c][0] + cells[c][1]) +
                                               (cells[c][2] + cells[c][3])) +
                                              sum->fixed[i] / lambda * sum->fixed[j];
  return all;
}

/* A copy of the loops for each d: a fifth of the time less than one for all. */
FOR_EACH_MACHINE static double form_of(const lip_cones *cones, lip_cone_sum *sum, const double *S,
                                       double *matrix)
{
  size_t padded = cones->padded;

  switch (cones->d) {
  case 1:
    return form(1, padded, sum, S, matrix);
  case 2:
    return form(2, padded, sum, S, matrix);
  case 3:
    return form(3, padded, sum, S, matrix);
  case 4:
    return form(4, padded, sum, S, matrix);
  case 5:
    return form(5, padded, sum, S, matrix);
  case 6:
    return form(6, padded, sum, S, matrix);
  case 7:
    return form(7, padded, sum, S, matrix);
  default:
    return form(8, padded, sum, S, matrix);
  }
}

double lip_cone_form(const lip_cones *cones, lip_cone_sum *sum, const double *S, double *matrix)
{
  return form_of(cones, sum, S, matrix);
}

/* upper^2 / total - N > 0, with errors: of an entry of N at most gamma sum |v_i v_j| / lambda,
   which as a matrix is at most gamma trace(N). */
bool lip_cone_form_proves(const lip_cones *cones, lip_cone_sum *sum, const double *S, double upper)
{
  size_t d = cones->d;
  double H[N * N], slack[N], trace = 0, level;
  double total = lip_cone_form(cones, sum, S, H), gamma = lip_gamma(sum->free + 12);
  double left = lip_down(upper - cones->error);

  if (!(left > 0)) return false;
  level = lip_div_down(lip_mul_down(left, left), lip_up(total * (1 + 2 * gamma)));
  for (size_t i = 0; i < d; i++) trace += H[i * d + i];
  for (size_t i = 0; i < d; i++) {
    for (size_t j = 0; j < d; j++) H[i * d + j] = -H[i * d + j];
    H[i * d + i] += level;
    slack[i] = 1.01 * gamma * (trace + level) + 0x1p-900;
  }
  return lip_certainly_semidefinite(d, H, slack, NULL);
}
