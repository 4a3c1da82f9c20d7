/* neuron_range.c - how large a neuron, and its slope, can be on a ball. */
#include "lipschitz/two_layers/neuron_range.h"

#include <math.h>

static double largest_argument(double length, double bias, double radius)
{
  return (length > 0 ? length * radius : 0) + fabs(bias); /* 0 times an infinite radius is 0 */
}

double lip_neuron_slope(lip_activation psi, double length, double bias, double radius)
{
  double lipschitz = lip_activation_lipschitz(psi);

  if (isfinite(lipschitz)) return lipschitz;
  return lip_activation_slope(psi, largest_argument(length, bias, radius)); /* square: 2 |t| */
}

/* Every activation is monotone or even: its largest value is at an end of the range. */
double lip_neuron_value(lip_activation psi, double length, double bias, double radius)
{
  double t = largest_argument(length, bias, radius);

  return fmax(fabs(lip_activation_value(psi, t)), fabs(lip_activation_value(psi, -t)));
}
