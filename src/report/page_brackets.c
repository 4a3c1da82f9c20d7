/* page_brackets.c - the page's words on brackets: how far the proxy is from the true constants, the
   fits of the paper's law to lower and upper ends, and where nothing is resolved. */
#include "report/page.h"

#include "report/brackets.h"
#include "report/html.h"

#include <math.h>

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

/* How wide the brackets are on each domain, and at which d they resolve nothing. */
static void write_widths(page *self, const experiment *part, const bracket_set *const *sets,
                         size_t count)
{
  FILE *out = self->out;

  html(out, "<ul>\n");
  for (size_t domain = 0; domain < BRACKET_DOMAINS; domain++) {
    double narrowest = INFINITY, widest = 0;
    size_t cells = 0, wide = 0, smallest = SIZE_MAX, largest = 0;

    for (size_t i = 0; i < part->cells; i++)
      for (size_t j = 0; j < count; j++) {
        const cell *c = &part->cell[i];
        cell_bracket mean = bracket_of(c, domain);
        double ratio = mean.upper / mean.lower;

        if (!cell_is_drawn(part, c) || !sets[j]->member(part, c) || mean.count == 0) continue;
        cells++;
        narrowest = fmin(narrowest, ratio);
        widest = fmax(widest, ratio);
        if (ratio <= bracket_resolved) continue;
        wide++;
        smallest = c->d < smallest ? c->d : smallest;
        largest = c->d > largest ? c->d : largest;
      }
    if (cells == 0) continue;
    html(out, "<li><b>%s</b>: upper over lower ends, cell by cell, from ",
         bracket_domain_titles[domain]);
    html_number(out, narrowest, 2);
    html(out, " to ");
    html_number(out, widest, 2);
    if (wide > 0)
      html(out,
           ". In %zu of %zu cells (<var>d</var> from %zu to %zu) the bracket is wider than a "
           "factor of %.1f: <b>there the line is unresolved</b>, and the bars are pale",
           wide, cells, smallest, largest, bracket_resolved);
    html(out, ".</li>\n");
  }
  html(out, "</ul>\n");
}

static void write_intro(page *self, const experiment *part)
{
  size_t measured, certified;

  count_brackets(part, &measured, &certified);
  html(self->out,
       "<h3>The true constants</h3>\n<p>The proxy is a largest gradient at random points, neither "
       "a lower nor an upper bound that one could rely on. The true Lipschitz constant of each "
       "network lies in a bracket: below, a point at which the gradient was evaluated in interval "
       "arithmetic; above, a bound proved by multipliers, rounding counted. %zu networks were "
       "bracketed on the unit sphere (tangential gradient, the conjecture's domain), on the "
       "smallest ball that holds the data, and on the whole space; for %zu of them all six ends "
       "are certified.</p>\n",
       measured, certified);
}

void page_width_brackets(page *self)
{
  static const bracket_set *const sets[] = {&bracket_width_set};
  size_t measured, certified;

  count_brackets(&self->all->width, &measured, &certified);
  if (measured == 0) return;
  write_intro(self, &self->all->width);
  page_figure(
      self, "figure-2-brackets", "wide",
      "The cells with d ≤ n/10: bars from the mean lower end to the mean upper end over the "
      "seeds, black points are the paper's proxy.");
  write_fits(self, &self->all->width, sets, 1, "√(n/k)");
  write_widths(self, &self->all->width, sets, 1);
}

void page_dimension_brackets(page *self)
{
  static const bracket_set *const sets[] = {&bracket_blue_set, &bracket_red_set};
  size_t measured, certified;

  count_brackets(&self->all->dimension, &measured, &certified);
  if (measured == 0) return;
  write_intro(self, &self->all->dimension);
  page_figure(
      self, "figure-3-brackets", "wide",
      "The largest n: bars from the mean lower end to the mean upper end over the seeds "
      "(blue k = n, red k = 10 n/d; pale where the bracket is too wide to tell), points are "
      "the paper's proxy.");
  write_fits(self, &self->all->dimension, sets, 2, "√d");
  write_widths(self, &self->all->dimension, sets, 2);
}
