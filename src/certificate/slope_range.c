/* slope_range.c - between which slopes each neuron of a claim stays, rounding counted.

   Arguments: w.x + b over a ball around c is w.c + b +- radius |w|; over a box every term is at one
   of its ends. The slopes over them: activation_range.c. */
#include "certificate/slope_range.h"

#include <math.h>

/* ---- arguments ---- */

static bool is_zero(size_t n, const double *w)
{
  for (size_t i = 0; i < n; i++)
    if (w[i] != 0) return false;
  return true;
}

/* w.x over the box, low <= x_i <= high. */
static lip_interval over_box(const lip_claim *claim, const double *w)
{
  lip_interval sum = {0, 0};

  for (size_t i = 0; i < claim->d; i += 64) {
    size_t count = claim->d - i < 64 ? claim->d - i : 64;
    double least[64], most[64];

    for (size_t j = 0; j < count; j++) {
      bool positive = w[i + j] > 0;

      least[j] = positive ? claim->domain.low : claim->domain.high;
      most[j] = positive ? claim->domain.high : claim->domain.low;
    }
    sum = lip_interval_add(sum, (lip_interval){lip_interval_dot(count, w + i, least).low,
                                               lip_interval_dot(count, w + i, most).high});
  }
  return sum;
}

static lip_interval argument(const lip_claim *claim, size_t ball, size_t l)
{
  size_t d = claim->d;
  const double *w = claim->W_true + l * d;
  lip_interval sum = {0, 0}, reach = {0, 0};

  if (is_zero(d, w)) return lip_interval_of(claim->b[l]);
  switch (claim->domain.kind) {
  case LIP_SPACE:
    return (lip_interval){-INFINITY, INFINITY};
  case LIP_BOX:
    sum = over_box(claim, w);
    break;
  case LIP_AROUND_DATA:
    sum = lip_interval_dot(d, w, claim->domain.centers + ball * d);
    /* fall through */
  case LIP_BALL:
  case LIP_ON_SPHERE:
    reach.high = lip_mul_up(lip_interval_norm(d, w).high, claim->domain.radius);
    reach.low = -reach.high;
    break;
  }
  return lip_interval_add(lip_interval_add(sum, reach), lip_interval_of(claim->b[l]));
}

void lip_claim_arguments(const lip_claim *claim, size_t ball, lip_interval *z)
{
  for (size_t l = 0; l < claim->k; l++) z[l] = argument(claim, ball, l);
}

void lip_claim_slopes(const lip_claim *claim, size_t ball, double *low, double *high)
{
  for (size_t l = 0; l < claim->k; l++) {
    lip_interval s = lip_activation_slopes_on(claim->psi, argument(claim, ball, l));

    low[l] = s.low;
    high[l] = s.high;
  }
}

void lip_claim_all_slopes(const lip_claim *claim, double *low, double *high)
{
  size_t balls = claim->domain.kind == LIP_AROUND_DATA ? claim->domain.count : 1;

  for (size_t l = 0; l < claim->k; l++) {
    low[l] = INFINITY;
    high[l] = -INFINITY;
    for (size_t ball = 0; ball < balls; ball++) {
      lip_interval s = lip_activation_slopes_on(claim->psi, argument(claim, ball, l));

      low[l] = fmin(low[l], s.low);
      high[l] = fmax(high[l], s.high);
    }
  }
}
