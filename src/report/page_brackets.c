/* page_brackets.c - the page's words on brackets: how far the proxy is from the true constants, the
   fits of the paper's law to lower and upper ends, and where nothing is resolved. */
#include "report/page.h"

#include "report/brackets.h"
#include "report/html.h"

#include <math.h>

static const bracket_set *const width_sets[] = {&bracket_width_set};
static const bracket_set *const dimension_sets[] = {&bracket_blue_set, &bracket_red_set};

static void write_fit_cells(FILE *out, const line_fit *fit)
{
  html(out, "<td class=\"n\">");
  html_number(out, fit->intercept.value, 1);
  html(out, " + ");
  html_number(out, fit->slope.value, 2);
  if (!isnan(fit->slope.low)) {
    html(out, " <span class=\"soft\">[");
    html_number(out, fit->slope.low, 2);
    html(out, ", ");
    html_number(out, fit->slope.high, 2);
    html(out, "]</span>");
  }
  html(out, "<td class=\"n\">");
  html_number(out, fit->r, 2);
}

static void write_fit_row(page *self, const experiment *part, const bracket_set *set, size_t domain)
{
  bracket_fit fit;
  const line_fit *ends[3] = {&fit.proxy, &fit.lower, &fit.upper};

  if (self->status != LIP_OK) return;
  self->status = fit_brackets(part, set, domain, &fit, self->err);
  if (self->status != LIP_OK || fit.cells == 0) return;
  html(self->out, "<tr><td>%s<td>", bracket_domain_titles[domain]);
  html_math(self->out, set->title);
  html(self->out, "<td class=\"n\">%zu", fit.cells);
  for (size_t i = 0; i < 3; i++) write_fit_cells(self->out, ends[i]);
  html(self->out, "<td class=\"n\">%zu</tr>\n", fit.unresolved);
}

static void write_fits(page *self, const experiment *part, const bracket_set *const *sets,
                       size_t count, const char *abscissa)
{
  html(self->out,
       "<div class=\"scroll\"><table>\n<tr><th>domain<th>cells<th class=\"n\">number<th "
       "class=\"n\">proxy: a + b %s<th class=\"n\">r<th class=\"n\">lower ends<th class=\"n\">r"
       "<th class=\"n\">upper ends<th class=\"n\">r<th class=\"n\">unresolved</tr>\n",
       abscissa);
  for (size_t domain = 0; domain < BRACKET_DOMAINS; domain++)
    for (size_t i = 0; i < count; i++) write_fit_row(self, part, sets[i], domain);
  html(self->out, "</table></div>\n");
}

/* How wide the brackets are on each domain, how far the proxy is below them, and at which d they
   resolve nothing. */
static void write_widths(page *self, const experiment *part, const bracket_set *const *sets,
                         size_t count)
{
  FILE *out = self->out;

  html(out, "<ul>\n");
  for (size_t domain = 0; domain < BRACKET_DOMAINS; domain++) {
    bracket_widths w = measure_widths(part, sets, count, domain);

    if (w.cells == 0) continue;
    html(out, "<li><b>%s</b>: cell by cell, the lower end is ", bracket_domain_titles[domain]);
    html_number(out, w.least_gain, 2);
    html(out, " to ");
    html_number(out, w.most_gain, 2);
    html(out, " times the proxy, and the upper end ");
    html_number(out, w.narrowest, 2);
    html(out, " to ");
    html_number(out, w.widest, 2);
    html(out, " times the lower one");
    if (w.unresolved > 0) {
      html(out,
           ". In %zu of %zu cells (<var>d</var> from %zu to %zu) the bracket is wider than a "
           "factor of ",
           w.unresolved, w.cells, w.least_d, w.most_d);
      html_number(out, bracket_resolved, 1);
      html(out, ": <b>there the line is unresolved</b>, and the bars are pale");
    }
    html(out, ".</li>\n");
  }
  html(out, "</ul>\n");
}

static void write_unresolved(FILE *out, const experiment *part)
{
  bracket_widths w = measure_widths(part, dimension_sets, 2, 0);

  if (w.unresolved == 0) return;
  html(out,
       " In experiment 2 the line is unresolved at <var>d</var> from %zu to %zu: in %zu of %zu "
       "cells the upper end is more than ",
       w.least_d, w.most_d, w.unresolved, w.cells);
  html_number(out, bracket_resolved, 1);
  html(out, " times the lower one.");
}

static void write_slope(FILE *out, const estimate *slope)
{
  html_number(out, slope->value, 2);
  html(out, " (");
  html_range(out, slope->low, slope->high, 2);
  html(out, ")");
}

/* What both ends of the brackets say about the slope against sqrt(n/k). */
static const char *headline(const bracket_fit *fit)
{
  const estimate *lower = &fit->lower.slope, *upper = &fit->upper.slope;

  if (lower->low > 0 && upper->low > 0) return "The true constants rise with √(n/k), too.";
  if (fmax(lower->high, upper->high) < fit->proxy.slope.low)
    return "The true constants rise less with √(n/k) than the gradients at random points, if at "
           "all.";
  return "Whether the true constants rise with √(n/k) is not resolved.";
}

void page_short_brackets(page *self)
{
  FILE *out = self->out;
  proved_law proved = {0, 0};
  bracket_fit fit;

  add_proved_law(&self->all->width, &proved);
  add_proved_law(&self->all->dimension, &proved);
  if (proved.networks == 0 || self->status != LIP_OK) return;
  self->status = fit_brackets(&self->all->width, &bracket_width_set, 0, &fit, self->err);
  if (self->status != LIP_OK) return;
  html(out,
       "<li><b>%s</b> On the unit sphere, the conjecture's domain, each of %zu networks "
       "provably has a constant of at least ",
       headline(&fit), proved.networks);
  html_number(out, proved.least, 1);
  html(out, " √(<var>n</var>/<var>k</var>)");
  if (!isnan(fit.lower.slope.low) && !isnan(fit.upper.slope.low)) {
    html(out, "; for <var>d</var> ≤ <var>n</var>/10 the slope against √(<var>n</var>/<var>k</var>) "
              "is ");
    write_slope(out, &fit.lower.slope);
    html(out, " for the proved lower ends, ");
    write_slope(out, &fit.upper.slope);
    html(out, " for the upper ones, and ");
    write_slope(out, &fit.proxy.slope);
    html(out, " for the gradients at random points");
  }
  html(out, ".");
  write_unresolved(out, &self->all->dimension);
  html(out, "</li>\n");
}

static void write_intro(page *self, const experiment *part)
{
  size_t measured, certified;

  count_brackets(part, &measured, &certified);
  html(self->out,
       "<h3>The true constants</h3>\n<p>The proxy is the largest gradient at random points: the "
       "network is somewhere at least so steep, and may be steeper elsewhere. Its true Lipschitz "
       "constant lies in a bracket: below, the gradient at a point that was searched for, "
       "evaluated in interval arithmetic; above, a bound proved by multipliers, rounding counted. "
       "%zu networks were bracketed on the unit sphere (tangential gradient, the conjecture's "
       "domain), on the smallest ball around 0 that holds the data, and on the whole space; for "
       "%zu of them all six ends are certified.</p>\n",
       measured, certified);
}

void page_width_brackets(page *self)
{
  size_t measured, certified;

  count_brackets(&self->all->width, &measured, &certified);
  if (measured == 0) return;
  write_intro(self, &self->all->width);
  page_figure(
      self, "figure-2-brackets", "wide",
      "The cells with d ≤ n/10: a bar from the mean lower end to the mean upper end over the "
      "seeds, a circle at the mean of the paper's proxy; at one √(n/k), from left to right by d/n. "
      "Pale where the bracket is too wide to tell.");
  write_fits(self, &self->all->width, width_sets, 1, "√(n/k)");
  write_widths(self, &self->all->width, width_sets, 1);
}

void page_dimension_brackets(page *self)
{
  size_t measured, certified;

  count_brackets(&self->all->dimension, &measured, &certified);
  if (measured == 0) return;
  write_intro(self, &self->all->dimension);
  page_figure(
      self, "figure-3-brackets", "wide",
      "The largest n: a bar from the mean lower end to the mean upper end over the seeds, a circle "
      "at the mean of the paper's proxy; blue k = n, red k = 10 n/d, side by side. A bar without "
      "length is exact; a pale one is too wide to tell, and where it meets the frame it goes on.");
  write_fits(self, &self->all->dimension, dimension_sets, 2, "√d");
  write_widths(self, &self->all->dimension, dimension_sets, 2);
}
