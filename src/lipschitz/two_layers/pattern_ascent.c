/* pattern_ascent.c - the loop around the coordinate ascents of pattern_signs.c and
   pattern_outputs.c.

   Multipliers are tested (a Cholesky factorisation) where the value plus what a geometric series
   would still add promises that they do, and then every fourth of the sweeps so far. The least
   factor is found by bisection of its logarithm. */
#include "lipschitz/two_layers/pattern_ascent.h"

#include "linalg/eight_columns.h"

#include <math.h>

bool lip_pattern_ascend(const lip_pattern_relaxation *kind, void *relax, double below, double above,
                        size_t sweeps, double *value, const lip_control *control)
{
  double grown = INFINITY;
  size_t next = 2;

  for (size_t s = 0; s < sweeps; s++) {
    double last = *value, before = grown, ahead;

    if (!kind->sweep(relax, value, control)) return false;
    grown = *value - last;
    if (*value > above || (*value > below && grown < 1e-7 * *value)) return false;
    if (s + 1 < next || *value > below) continue;
    ahead = grown < before ? grown * grown / (before - grown) : INFINITY;
    if (*value + ahead > below && s + 1 < sweeps && grown > 1e-15 * below) continue;
    if (kind->proves(relax, *value, below / *value, control)) {
      kind->scale(relax, *value, below / *value);
      return true;
    }
    if (!(grown > 1e-15 * below)) return false;
    next = s + 2 + s / 4;
  }
  return false;
}

double lip_pattern_least_factor(const lip_pattern_relaxation *kind, void *relax, double value,
                                double most, const lip_control *control)
{
  double low = 0, high = most - 1; /* of the factor less 1 */

  for (int i = 0; i < 40 && high > 1e-12 && low < 0.9 * high; i++) {
    double middle = low > 0 ? sqrt(low * high) : high / 8;

    if (kind->proves(relax, value, 1 + middle, control))
      high = middle;
    else
      low = middle;
  }
  kind->scale(relax, value, 1 + high);
  return 1 + high;
}

void lip_pattern_pull(size_t rows, const double *w, const double *V, size_t stride, double *g)
{
  const lip_eight_columns *loops = lip_eight_columns_best();

  for (size_t c = 0; c < stride; c += 8) loops->combine(rows, w, V + c, stride, g + c);
}
