/* criteria.c - what a reproduction of the two-layer paper's experiments must show. */
#include "report/criteria.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* theory.md 2.4. */
static const double slice_r = 0.95;
const range slice_slope = {0.6, 1.3}, slice_intercept = {5, 9};
static const double pool_r = 0.85;
static const struct {
  size_t n;
  double low, high;
} ratio_range[] = {{1000, 1.15, 1.3}, {2000, 1.3, 1.5}};
static const double blue_spread = 0.25;
static const double red_r = 0.95, red_slope[2] = {0.7, 1.2};
enum { SLICE_CELLS = 5, BLUE_CELLS = 2, RED_CELLS = 3 };

bool is_judged_slice(const trend *slice)
{
  return slice->n && 10 * slice->d <= slice->n && slice->cells >= SLICE_CELLS;
}

bool is_shown_slice(const trend *slice)
{
  return slice->n && 5 * slice->d <= slice->n && slice->cells >= SLICE_CELLS;
}

static lip_status judge_slice(const trend *slice, criterion_list *list, lip_error *err)
{
  const line_fit *fit = &slice->fit[0];
  lip_status st = LIP_OK;

  TRY(criterion_list_judge(list, err, fit->r, slice_r, 1,
                           "(1) slice %s: correlation with sqrt(n/k)", slice->name));
  TRY(criterion_list_judge(list, err, fit->slope.value, slice_slope.low, slice_slope.high,
                           "(1) slice %s: slope against sqrt(n/k)", slice->name));
  TRY(criterion_list_judge(list, err, fit->intercept.value, slice_intercept.low,
                           slice_intercept.high, "(1) slice %s: intercept", slice->name));
done:
  return st;
}

lip_status criteria_of_width(const trend_list *trends, criterion_list *list, lip_error *err)
{
  const trend *pool = trend_find(trends, "all d <= n/10");
  lip_status st = LIP_OK;
  size_t judged = 0;

  for (size_t i = 0; i < trends->count; i++) {
    const trend *slice = &trends->trend[i];

    if (!is_judged_slice(slice)) continue;
    TRY(judge_slice(slice, list, err));
    judged++;
  }
  if (judged == 0) {
    TRY(criterion_list_judge(list, err, NAN, slice_r, 1, "(1) slices: correlation with sqrt(n/k)"));
    criterion_list_withhold(list, "no (n, d) with d <= n/10 has %d values of k that were fitted",
                            SLICE_CELLS);
  }
  TRY(criterion_list_judge(list, err, pool ? pool->fit[0].r : NAN, pool_r, 1,
                           "(2) all d <= n/10 together: correlation with sqrt(n/k)"));
  if (!pool) criterion_list_withhold(list, "no network with d <= n/10 was fitted");
done:
  return st;
}

/* Red over blue at d = n/10; NaN where one of them is missing. */
static double ratio_at(const experiment *self, size_t n)
{
  const cell *blue = experiment_find(self, n, n / 10, n, self->eps, self->rate);
  const cell *red = experiment_find(self, n, n / 10, 100, self->eps, self->rate);

  if (n % 10 || !blue || !red) return NAN;
  return red->gradient.mean / blue->gradient.mean;
}

static lip_status judge_ratio(const experiment *self, criterion_list *list, lip_error *err)
{
  lip_status st = LIP_OK;
  double growth = INFINITY, before = NAN;
  size_t ratios = 0;

  for (size_t i = 0; i < sizeof ratio_range / sizeof *ratio_range; i++) {
    size_t n = ratio_range[i].n;
    double ratio = ratio_at(self, n);

    TRY(criterion_list_judge(list, err, ratio, ratio_range[i].low, ratio_range[i].high,
                             "(3) red / blue at d = n/10, n = %zu", n));
    if (isnan(ratio))
      criterion_list_withhold(list, "n = %zu, d = %zu has no fitted pair of networks", n, n / 10);
  }
  for (size_t i = 0; i < self->cells; i++) {
    size_t n = self->cell[i].n;
    double ratio = ratio_at(self, n);

    if ((i > 0 && self->cell[i - 1].n == n) || isnan(ratio)) continue;
    if (ratios++ > 0) growth = fmin(growth, ratio - before);
    before = ratio;
  }
  TRY(criterion_list_judge(list, err, ratios > 1 ? growth : NAN, 0, INFINITY,
                           "(3) red / blue at d = n/10: least growth from one n to the next"));
  if (ratios < 2)
    criterion_list_withhold(list, "fewer than two n have a fitted pair of networks at d = n/10");
done:
  return st;
}

/* The largest relative distance of a blue cell from the mean of them all. */
static double spread_of(const experiment *self, size_t n, size_t *cells)
{
  double sum = 0, spread = 0;

  *cells = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < self->cells; i++) {
      const cell *c = &self->cell[i];

      if (c->n != n || !is_blue(c) || !cell_is_drawn(self, c) || c->d < 25 || 10 * c->d > n)
        continue;
      if (pass == 0) {
        sum += c->gradient.mean;
        ++*cells;
      } else {
        spread = fmax(spread, fabs(c->gradient.mean * (double)*cells / sum - 1));
      }
    }
  }
  return *cells ? spread : NAN;
}

static lip_status judge_blue(const experiment *self, size_t n, criterion_list *list, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t cells;
  double spread = spread_of(self, n, &cells);

  TRY(criterion_list_judge(
      list, err, spread, 0, blue_spread,
      "(4) blue (k = n), n = %zu: largest distance from its mean for 25 <= d <= n/10", n));
  if (cells < BLUE_CELLS)
    criterion_list_withhold(list, "fewer than %d such cells were fitted", BLUE_CELLS);
done:
  return st;
}

static lip_status judge_red(size_t n, const trend_list *trends, criterion_list *list,
                            lip_error *err)
{
  char name[sizeof trends->trend->name];
  const trend *red;
  lip_status st = LIP_OK;
  double r, slope;

  (void)snprintf(name, sizeof name, "k = 10 n/d, n = %zu, n/10 <= d <= n/2", n);
  red = trend_find(trends, name);
  r = red ? red->fit[0].r : NAN;
  slope = red ? red->fit[0].slope.value : NAN;
  TRY(criterion_list_judge(
      list, err, r, red_r, 1,
      "(5) red (k = 10 n/d), n = %zu: correlation with sqrt(d), n/10 <= d <= n/2", n));
  if (!red || red->cells < RED_CELLS)
    criterion_list_withhold(list, "fewer than %d such cells were fitted", RED_CELLS);
  TRY(criterion_list_judge(list, err, slope, red_slope[0], red_slope[1],
                           "(5) red (k = 10 n/d), n = %zu: slope against sqrt(d), n/10 <= d <= n/2",
                           n));
  if (!red || red->cells < RED_CELLS)
    criterion_list_withhold(list, "fewer than %d such cells were fitted", RED_CELLS);
done:
  return st;
}

lip_status criteria_of_dimension(const experiment *self, const trend_list *trends,
                                 criterion_list *list, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(judge_ratio(self, list, err));
  for (size_t i = 0; i < self->cells; i++)
    if (i == 0 || self->cell[i - 1].n != self->cell[i].n)
      TRY(judge_blue(self, self->cell[i].n, list, err));
  for (size_t i = 0; i < self->cells; i++)
    if (i == 0 || self->cell[i - 1].n != self->cell[i].n)
      TRY(judge_red(self->cell[i].n, trends, list, err));
done:
  return st;
}
