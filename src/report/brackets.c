/* brackets.c - the certified brackets of an experiment, domain by domain, beside the paper's proxy.
 */
#include "report/brackets.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

const char *const bracket_domain_titles[BRACKET_DOMAINS] = {"unit sphere, tangential",
                                                            "ball of the data", "whole space"};
const double bracket_resolved = 1.5;

static const struct {
  size_t lower, upper;
} ends[BRACKET_DOMAINS] = {
    {offsetof(lip_run, lower_sphere), offsetof(lip_run, upper_sphere)},
    {offsetof(lip_run, lower_ball), offsetof(lip_run, upper_ball)},
    {offsetof(lip_run, lower), offsetof(lip_run, upper)},
};

static double number_of(const lip_run *run, size_t offset)
{
  double value;

  memcpy(&value, (const char *)run + offset, sizeof value);
  return value;
}

cell_bracket bracket_of(const cell *c, size_t domain)
{
  cell_bracket mean = {0};

  for (size_t i = 0; i < c->attempted; i++) {
    double lower = number_of(c->run[i], ends[domain].lower);
    double upper = number_of(c->run[i], ends[domain].upper);

    if (c->run[i]->status != LIP_RUN_KEPT || !isfinite(lower) || !isfinite(upper)) continue;
    mean.count++;
    mean.lower += lower;
    mean.upper += upper;
  }
  if (mean.count == 0) return mean;
  mean.lower /= (double)mean.count;
  mean.upper /= (double)mean.count;
  return mean;
}

static bool is_tall(const experiment *self, const cell *c) /* d <= n/10 */
{
  (void)self;
  return 10 * c->d <= c->n;
}

static bool is_late_blue(const experiment *self, const cell *c)
{
  return c->n == experiment_largest_n(self) && is_blue(c);
}

static bool is_late_red(const experiment *self, const cell *c)
{
  return c->n == experiment_largest_n(self) && is_red(c);
}

const bracket_set bracket_width_set = {"d <= n/10", &laws_of_width[0], is_tall};
const bracket_set bracket_blue_set = {"k = n", &laws_of_dimension[0], is_late_blue};
const bracket_set bracket_red_set = {"k = 10 n/d", &laws_of_dimension[0], is_late_red};

lip_status fit_brackets(const experiment *self, const bracket_set *set, size_t domain,
                        bracket_fit *fit, lip_error *err)
{
  lip_status st = LIP_OK;
  bracket_fit made = {0};
  double *x = lip_alloc(4 * self->cells, sizeof *x), *proxy, *lower, *upper;

  if (!x) FAIL(LIP_ENOMEM, "no memory to fit %zu cells", self->cells);
  proxy = x + self->cells;
  lower = proxy + self->cells;
  upper = lower + self->cells;
  for (size_t i = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];
    cell_bracket mean = bracket_of(c, domain);

    if (!cell_is_drawn(self, c) || !set->member(self, c) || mean.count == 0) continue;
    x[made.cells] = set->law->value(c);
    proxy[made.cells] = c->gradient.mean;
    lower[made.cells] = mean.lower;
    upper[made.cells++] = mean.upper;
    made.unresolved += mean.upper > bracket_resolved * mean.lower;
  }
  made.proxy = fit_line(x, proxy, made.cells);
  made.lower = fit_line(x, lower, made.cells);
  made.upper = fit_line(x, upper, made.cells);
  *fit = made;
done:
  lip_free(x);
  return st;
}

static bool has_member(const experiment *self, const bracket_set *const *sets, size_t count,
                       const cell *c)
{
  for (size_t i = 0; i < count; i++)
    if (sets[i]->member(self, c)) return true;
  return false;
}

bracket_widths measure_widths(const experiment *self, const bracket_set *const *sets, size_t count,
                              size_t domain)
{
  bracket_widths w = {.least_d = SIZE_MAX, .narrowest = INFINITY, .least_gain = INFINITY};

  for (size_t i = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];
    cell_bracket mean = bracket_of(c, domain);
    double ratio = mean.upper / mean.lower, gain = mean.lower / c->gradient.mean;

    if (!cell_is_drawn(self, c) || mean.count == 0 || !has_member(self, sets, count, c)) continue;
    w.cells++;
    w.narrowest = fmin(w.narrowest, ratio);
    w.widest = fmax(w.widest, ratio);
    w.least_gain = fmin(w.least_gain, gain);
    w.most_gain = fmax(w.most_gain, gain);
    if (ratio <= bracket_resolved) continue;
    w.unresolved++;
    w.least_d = c->d < w.least_d ? c->d : w.least_d;
    w.most_d = c->d > w.most_d ? c->d : w.most_d;
  }
  return w;
}

void add_proved_law(const experiment *self, proved_law *proved)
{
  for (size_t i = 0; i < self->runs; i++) {
    const lip_run *run = self->run[i];
    double c = run->lower_sphere / sqrt((double)run->sample.n / (double)run->train.k);

    if (run->status != LIP_RUN_KEPT || !run->certified || !isfinite(c)) continue;
    proved->least = proved->networks++ > 0 ? fmin(proved->least, c) : c;
  }
}

void count_brackets(const experiment *self, size_t *measured, size_t *certified)
{
  *measured = *certified = 0;
  for (size_t i = 0; i < self->runs; i++) {
    const lip_run *run = self->run[i];
    bool whole = run->status == LIP_RUN_KEPT;

    for (size_t j = 0; j < BRACKET_DOMAINS; j++)
      whole = whole && isfinite(number_of(run, ends[j].upper));
    *measured += whole;
    *certified += whole && run->certified;
  }
}
