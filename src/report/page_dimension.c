/* page_dimension.c - the page's section on experiment 2: Figures 1 and 3, and d/n. */
#include "report/page.h"

#include "report/html.h"

#include <math.h>
#include <string.h>

static void write_expected(page *self, size_t n)
{
  enum { PAPER_N = 10000 };
  FILE *out = self->out;

  html(out,
       "<h2>Figures 1 and 3: the gradient against √<var>d</var></h2>\n"
       "<p>Two extremes. With <var>k</var> = <var>n</var> neurons (“optimal smoothness”, blue) "
       "the law allows a gradient that does not depend on <var>d</var>. With <var>k</var> = 10 "
       "<var>n</var>/<var>d</var> (“optimal size”, red: barely enough to memorise) it asks for "
       "√(<var>d</var>/10) or more. Here ε = %g. Figure 1 of the paper is the same plot as "
       "Figure 3.</p>\n"
       "<div class=\"says\"><p><b>Expected.</b> At <var>n</var> = 10,000 the paper sees a "
       "“roughly constant” gradient for blue and “a linear dependence” on √<var>d</var> for "
       "red.",
       self->all->dimension.eps);
  if (n != PAPER_N)
    html(out,
         " At this scale <var>n</var> = %zu stands in its place, so that <var>d</var> reaches "
         "the same share of <var>n</var> much earlier.",
         n);
  html(out, "</p></div>\n");
}

static void write_seen(page *self, size_t n)
{
  const experiment *part = &self->all->dimension;
  FILE *out = self->out;
  char name[64];
  const trend *red;
  double flat[2], late[2], tenth = (double)n / 10;

  (void)snprintf(name, sizeof name, "k = 10 n/d, n = %zu, n/10 <= d <= n/2", n);
  red = trend_find(&self->all->dimension_trends, name);
  html(out, "<div class=\"says\"><p><b>Seen.</b> At <var>n</var> = %zu ", n);
  if (family_span(part, n, is_blue, 25, tenth, flat)) {
    html(out, "blue is ");
    html_range(out, flat[0], flat[1], 1);
    html(out, " for 25 ≤ <var>d</var> ≤ <var>n</var>/10. ");
  }
  if (family_span(part, n, is_blue, tenth * 1.001, (double)n, late)) {
    html(out, "Beyond, it %s ", late[1] > 1.25 * flat[1] ? "climbs to" : "reaches");
    html_number(out, late[1], 1);
    html(out, ": with so many dimensions the points are nearly separated by a plane already, and "
              "a network near that plane is as steep as the plane, however many neurons it has. ");
  }
  if (red && red->cells > 2) {
    html(out, "Red grows by ");
    html_number(out, red->fit[0].slope.value, 2);
    html(out,
         " per unit of √<var>d</var> between <var>n</var>/10 and <var>n</var>/2 (correlation ");
    html_number(out, red->fit[0].r, 3);
    html(out, ").");
  }
  html(out, "</p></div>\n");
}

/* Red against blue at d = n/10, for every n. */
static void write_ratios(page *self)
{
  const experiment *part = &self->all->dimension;
  FILE *out = self->out;
  bool begun = false;

  for (size_t i = 0; i < part->cells; i++) {
    size_t n = part->cell[i].n;
    const cell *blue = experiment_find(part, n, n / 10, n, part->eps, part->rate);
    const cell *red = experiment_find(part, n, n / 10, 100, part->eps, part->rate);

    if ((i > 0 && part->cell[i - 1].n == n) || n % 10 || !blue || !red || !blue->gradient.count ||
        !red->gradient.count)
      continue;
    if (!begun)
      html(out,
           "<h3>The gap at <var>d</var> = <var>n</var>/10</h3>\n<p>The law says that the gap "
           "between the two families widens with <var>n</var>.</p>\n<div class=\"scroll\">"
           "<table>\n<tr><th class=\"n\">n<th class=\"n\">d<th class=\"n\">k = n<th class=\"n\">"
           "k = 100<th class=\"n\">ratio<th class=\"n\">seeds</tr>\n");
    begun = true;
    html(out,
         "<tr><td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%.2f<td class=\"n\">%.2f"
         "<td class=\"n\">%.2f<td class=\"n\">%zu, %zu</tr>\n",
         n, n / 10, blue->gradient.mean, red->gradient.mean,
         red->gradient.mean / blue->gradient.mean, blue->gradient.count, red->gradient.count);
  }
  if (begun) html(out, "</table></div>\n");
}

static void write_rival_row(FILE *out, const trend *t)
{
  double best = t->fit[trend_best_law(t)].aic;

  html(out, "<tr><td>");
  html_math(out, t->name);
  html(out, "<td class=\"n\">%zu", t->cells);
  for (size_t i = 0; i < LAWS; i++) {
    double above = t->fit[i].aic - best;

    html(out, "<td class=\"n%s\">", above <= 0 ? " best" : "");
    html_number(out, above, 1);
  }
  html(out, "<td class=\"n\">");
  html_number(out, t->power.slope.value, 2);
  html(out, " <span class=\"soft\">[");
  html_number(out, t->power.slope.low, 2);
  html(out, ", ");
  html_number(out, t->power.slope.high, 2);
  html(out, "]</span></tr>\n");
}

static void write_rivals(page *self)
{
  const trend_list *list = &self->all->dimension_trends;
  FILE *out = self->out;

  html(out, "<h3>Rival laws for red</h3>\n<p>AIC differences to the best law of the row, and the "
            "exponent of a power of <var>d</var>: the linear law in √<var>d</var> would be ½ if it "
            "passed through the origin.</p>\n<div class=\"scroll\"><table>\n<tr><th>cells"
            "<th class=\"n\">number");
  for (size_t i = 0; i < LAWS; i++) html(out, "<th class=\"n\">%s", laws_of_dimension[i].title);
  html(out, "<th class=\"n\">exponent</tr>\n");
  for (size_t i = 0; i < list->count; i++)
    if (strstr(list->trend[i].name, "10 n/d") && list->trend[i].cells > 2)
      write_rival_row(out, &list->trend[i]);
  html(out, "</table></div>\n");
}

void page_dimension(page *self)
{
  size_t n = experiment_largest_n(&self->all->dimension);

  write_expected(self, n);
  page_figure(self, "figures-1-and-3", "column",
              "Figures 1 and 3. Points are means over seeds, bars reach from the lowest seed to "
              "the highest; the dashed line is fitted to red between d = n/10 and d = n/2.");
  write_seen(self, n);
  page_figure(self, "figure-aspect", "column",
              "The same measure against d/n, for every n: blue is flat only while d is small "
              "against n.");
  write_ratios(self);
  write_rivals(self);
  page_dimension_brackets(self);
}
