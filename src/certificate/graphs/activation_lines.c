/* activation_lines.c - straight lines above and below an activation on an interval.

   A slope a is chosen in floating point; what is proved is the offset: the extent of g(t) = psi(t)
   - a t over the interval, in two pieces, left and right of 0, on each of which psi is convex or
   concave (of SiLU and GELU, which bend three times, over cells, from their slopes there). Of a
   convex piece g is largest at an end, and nowhere below its tangent at any point. The slopes: a
   chord on the side where the function bends away from it; where it bends towards the line, the
   tangent at the middle; of an S the tangent through the far end. Of a kink the side that leaves
   the smaller area (Zhang, Weng, Chen, Hsieh, Daniel, "Efficient neural network robustness
   certification with general activation functions", NeurIPS 2018).
   cost  some hundred values of smooth activations, few of others */
#include "certificate/graphs/activation_lines.h"

#include "certificate/slope_range.h"
#include "net/activation.h"

#include <math.h>

enum { HALVINGS = 48, CELLS = 32 };

/* How psi bends left (side -1) and right (+1) of 0: up (1), down (-1). */
static int bend(lip_activation psi, int side)
{
  switch (psi.kind) {
  case LIP_TANH:
  case LIP_SIGMOID:
  case LIP_ERF:
    return -side;
  case LIP_POWER:
    return fmod(psi.slope, 2) == 0 ? 1 : side;
  case LIP_ELU:
    return side > 0 || psi.slope >= 0 ? 1 : -1;
  default:
    return 1; /* softplus, square */
  }
}

/* psi(t) - a t at one t. */
static lip_interval lifted(lip_activation psi, double a, double t)
{
  lip_interval at = lip_interval_of(t);

  return lip_interval_sub(lip_activation_values_on(psi, at),
                          lip_interval_mul(lip_interval_of(a), at));
}

static lip_interval hull(lip_interval s, lip_interval t)
{
  return (lip_interval){fmin(s.low, t.low), fmax(s.high, t.high)};
}

static lip_interval negative(lip_interval t)
{
  return (lip_interval){-t.high, -t.low};
}

/* Where psi' is about a, on a piece on which it rises (bends up) or falls. */
static double place_of_slope(lip_activation psi, double a, lip_interval z, int bends)
{
  for (int i = 0; i < HALVINGS; i++) {
    double p = z.low / 2 + z.high / 2;

    if (bends * (lip_activation_slope(psi, p) - a) < 0)
      z.low = p;
    else
      z.high = p;
  }
  return z.low / 2 + z.high / 2;
}

/* g on a piece. Of one that bends up: at most its larger end; at p it has slope s - a, and is above
   that tangent. Of one that bends down the same of -g. */
static lip_interval extent_of_piece(lip_activation psi, double a, lip_interval z, int bends)
{
  lip_interval ends = hull(lifted(psi, a, z.low), lifted(psi, a, z.high));
  double p = place_of_slope(psi, a, z, bends), least;
  lip_interval at = lifted(psi, a, p);
  lip_interval slope = lip_activation_slopes_on(psi, lip_interval_of(p));

  slope = lip_interval_sub(slope, lip_interval_of(a));
  if (bends < 0) {
    at = negative(at);
    slope = negative(slope);
  }
  least = fmin(0, fmin(lip_mul_down(slope.low, lip_up(z.high - p)),
                       lip_mul_down(-slope.high, lip_up(p - z.low))));
  least = lip_add_down(at.low, least);
  return bends > 0 ? (lip_interval){fmin(least, ends.low), ends.high}
                   : (lip_interval){ends.low, fmax(-least, ends.high)};
}

/* Does it bend more than once, and up between -c and c? 0: no. */
static double bends_up_within(lip_activation psi)
{
  return psi.kind == LIP_SILU ? 2.39935728 : psi.kind == LIP_GELU ? 1.41421356 : 0;
}

/* g over cells of the interval: at the middle of each, and its slopes from there. */
static lip_interval extent_of_cells(lip_activation psi, double a, lip_interval z)
{
  lip_interval result = {INFINITY, -INFINITY}, slope = lip_interval_of(a);

  if (!isfinite(z.high - z.low))
    return lip_interval_sub(lip_activation_values_on(psi, z), lip_interval_mul(slope, z));
  for (int i = 0; i < CELLS; i++) {
    double from = i ? z.low + (z.high - z.low) * ((double)i / CELLS) : z.low;
    double to = i + 1 < CELLS ? z.low + (z.high - z.low) * ((double)(i + 1) / CELLS) : z.high;
    lip_interval cell = {fmin(from, to), fmax(from, to)};
    double p = cell.low / 2 + cell.high / 2;
    lip_interval rise = lip_interval_sub(lip_activation_slopes_on(psi, cell), slope);

    rise = lip_interval_mul(rise, lip_interval_sub(cell, lip_interval_of(p)));
    result = hull(result, lip_interval_add(lifted(psi, a, p), rise));
  }
  return result;
}

static lip_interval extent(lip_activation psi, double a, lip_interval z)
{
  lip_interval result;

  if (lip_activation_is_piecewise_linear(psi)) {
    result = hull(lifted(psi, a, z.low), lifted(psi, a, z.high));
    return z.low < 0 && z.high > 0 ? hull(result, lip_interval_of(0)) : result;
  }
  if (bends_up_within(psi) > 0) return extent_of_cells(psi, a, z);
  if (z.high <= 0) return extent_of_piece(psi, a, z, bend(psi, -1));
  if (z.low >= 0) return extent_of_piece(psi, a, z, bend(psi, 1));
  return hull(extent_of_piece(psi, a, (lip_interval){z.low, 0}, bend(psi, -1)),
              extent_of_piece(psi, a, (lip_interval){0, z.high}, bend(psi, 1)));
}

/* ---- slopes ---- */

static double chord(lip_activation psi, double from, double to)
{
  double slope = (lip_activation_value(psi, to) - lip_activation_value(psi, from)) / (to - from);

  if (fabs(to - from) <=
      1e-8 * fmax(fabs(to), fabs(from))) /* a difference of nothing but rounding */
    slope = lip_activation_slope(psi, from / 2 + to / 2);
  return isfinite(slope) ? slope : 0;
}

/* Of an S (bends towards the line between 0 and `near`, away from it on the other side) the
   slope of the tangent through `far`, or of the chord where it touches beyond `near`. */
static double tangent_through(lip_activation psi, double far, double near)
{
  double in = 0, out = near;

  if (lip_activation_slope(psi, near) >= chord(psi, far, near)) return chord(psi, far, near);
  for (int i = 0; i < HALVINGS; i++) {
    double p = in / 2 + out / 2;

    if (lip_activation_slope(psi, p) >= chord(psi, far, p))
      in = p;
    else
      out = p;
  }
  return chord(psi, far, out);
}

/* Of one kink at 0: the line through it that leaves the smaller area. */
static double side_of_kink(lip_activation psi, lip_interval z)
{
  return lip_activation_slope(psi, z.high > -z.low ? 1 : -1);
}

/* Of a function that bends up between -c and c, and down beyond. */
static double choose_by_cells(lip_activation psi, lip_interval z, int side)
{
  double c = bends_up_within(psi);
  int bends = z.low >= -c && z.high <= c ? 1 : z.high <= -c || z.low >= c ? -1 : 0;

  return bends == side ? lip_activation_slope(psi, z.low / 2 + z.high / 2)
                       : chord(psi, z.low, z.high);
}

/* A slope for the line that psi bends towards (side 1: below where psi bends up), or away from. */
static double choose(lip_activation psi, lip_interval z, bool above)
{
  int left = bend(psi, -1), right = bend(psi, 1), side = above ? -1 : 1;

  if (lip_activation_is_piecewise_linear(psi)) {
    int bends = lip_activation_slope(psi, -1) <= lip_activation_slope(psi, 1) ? 1 : -1;

    return z.low < 0 && z.high > 0 && bends == side ? side_of_kink(psi, z)
                                                    : chord(psi, z.low, z.high);
  }
  if (bends_up_within(psi) > 0) return choose_by_cells(psi, z, side);
  if (z.high <= 0) right = left;
  if (z.low >= 0) left = right;
  if (left == right)
    return left == side ? lip_activation_slope(psi, z.low / 2 + z.high / 2)
                        : chord(psi, z.low, z.high);
  if (psi.kind == LIP_POWER) return chord(psi, z.low, z.high);
  return right == side ? tangent_through(psi, z.low, z.high) : tangent_through(psi, z.high, z.low);
}

void lip_activation_lines(lip_activation psi, lip_interval z, lip_line *below, lip_line *above)
{
  below->slope = choose(psi, z, false);
  above->slope = choose(psi, z, true);
  if (!isfinite(below->slope)) below->slope = 0;
  if (!isfinite(above->slope)) above->slope = 0;
  below->offset = extent(psi, below->slope, z).low;
  above->offset = extent(psi, above->slope, z).high;
}
