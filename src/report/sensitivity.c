/* sensitivity.c - how far the learning rate moves the measure. */
#include "report/sensitivity.h"

#include <math.h>

sensitivity sensitivity_of(const experiment *self, const cell *c)
{
  sensitivity out = {0, INFINITY, -INFINITY};

  if (!cell_is_drawn(self, c)) return out;
  for (size_t i = 0; i < self->cells; i++) {
    const cell *other = &self->cell[i];

    if (other->n != c->n || other->d != c->d || other->k != c->k || other->eps != c->eps ||
        other->gradient.count == 0)
      continue;
    out.rates++;
    out.low = fmin(out.low, other->gradient.mean);
    out.high = fmax(out.high, other->gradient.mean);
  }
  return out;
}

double sensitivity_largest(const experiment *self)
{
  double largest = NAN;

  for (size_t i = 0; i < self->cells; i++) {
    sensitivity s = sensitivity_of(self, &self->cell[i]);

    if (s.rates > 1) largest = fmax(largest, (s.high - s.low) / self->cell[i].gradient.mean);
  }
  return largest;
}
