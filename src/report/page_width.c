/* page_width.c - the page's section on experiment 1: Figure 2, its slices, its rivals. */
#include "report/page.h"

#include "report/html.h"
#include "report/sensitivity.h"

#include <math.h>

static void write_interval(FILE *out, estimate e, int decimals)
{
  html_number(out, e.value, decimals);
  if (isnan(e.low)) return;
  html(out, " <span class=\"soft\">[");
  html_number(out, e.low, decimals);
  html(out, ", ");
  html_number(out, e.high, decimals);
  html(out, "]</span>");
}

static void write_expected(page *self)
{
  const lip_run *run = self->all->width.run[0];

  html(self->out,
       "<h2>Figure 2: the gradient against √(<var>n</var>/<var>k</var>)</h2>\n"
       "<p>For each triple (<var>n</var>, <var>d</var>, <var>k</var>), <var>n</var> points are "
       "drawn from N(0, I/<var>d</var>) with random labels ±1, and a network of <var>k</var> ReLU "
       "neurons with batch normalisation is trained by Adam until its mean squared error is at "
       "most ε = %g and every sign is right. Its steepness is the paper's “maximum random "
       "gradient”: the largest |∇f(<var>z</var>)| over %zu fresh points.</p>\n"
       "<div class=\"says\"><p><b>Expected.</b> The paper shows 906 networks and reads off “a "
       "linear trend” against √(<var>n</var>/<var>k</var>). It states no slope, no intercept, no "
       "learning rate and no number of seeds.</p></div>\n",
       self->all->width.eps, run->measure.random_points);
}

static void write_exponent(FILE *out, const trend *pool)
{
  html(out, " As a power law the gradient grows like (<var>n</var>/<var>k</var>) to the power ");
  write_interval(out, pool->power.slope, 2);
  if (pool->power.slope.high < 0.5)
    html(out, ", clearly less than the ½ of a proportional law");
  else if (pool->power.slope.low > 0.5)
    html(out, ", clearly more than the ½ of a proportional law");
  html(out, ".");
}

static void write_seen(page *self)
{
  FILE *out = self->out;
  const trend *pool = trend_find(&self->all->width_trends, "all d <= n/10");
  const trend *everything = trend_find(&self->all->width_trends, "all");

  html(out, "<div class=\"says\"><p><b>Seen.</b> ");
  if (pool) {
    const line_fit *fit = &pool->fit[0];

    html(out, "Over the %zu cells with <var>d</var> ≤ <var>n</var>/10 the means over seeds follow ",
         pool->cells);
    write_interval(out, fit->intercept, 1);
    html(out, " + ");
    write_interval(out, fit->slope, 2);
    html(out, " √(<var>n</var>/<var>k</var>), correlation ");
    html_number(out, fit->r, 2);
    html(out, ". From the widest network to the narrowest the line rises from ");
    html_number(out, fit->intercept.value + fit->slope.value * pool->from, 1);
    html(out, " to ");
    html_number(out, fit->intercept.value + fit->slope.value * pool->to, 1);
    html(out, "%s",
         fit->intercept.value > fit->slope.value * (pool->to - pool->from)
             ? ": the greater part of the steepness does not depend on the width."
             : ".");
    write_exponent(out, pool);
  }
  if (pool && everything && everything->fit[0].r < pool->fit[0].r) {
    html(out, " With all <var>d</var> up to <var>n</var> the correlation falls to ");
    html_number(out, everything->fit[0].r, 2);
    html(out, ": the colours lie above one another, because the gradient also grows with "
              "<var>d</var>/<var>n</var>.");
  }
  html(out, "</p></div>\n");
}

static void write_slices(page *self)
{
  const trend_list *list = &self->all->width_trends;
  FILE *out = self->out;
  size_t rows = 0;

  for (size_t i = 0; i < list->count; i++) rows += is_shown_slice(&list->trend[i]);
  if (rows == 0) return;
  html(out, "<h3>One line for each (<var>n</var>, <var>d</var>)</h3>\n<p>Lines are fitted by least "
            "squares to the means over seeds of each <var>k</var>; brackets hold 95 %% confidence "
            "intervals, the exponent is that of a power of <var>n</var>/<var>k</var>, and the last "
            "column names the law with the lowest AIC.</p>\n"
            "<div class=\"scroll\"><table>\n<tr><th class=\"n\">n<th class=\"n\">d<th class=\"n\">"
            "widths<th class=\"n\">r<th class=\"n\">slope<th class=\"n\">intercept"
            "<th class=\"n\">exponent<th>best law</tr>\n");
  for (size_t i = 0; i < list->count; i++) {
    const trend *t = &list->trend[i];

    if (!is_shown_slice(t)) continue;
    html(out, "<tr><td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">", t->n,
         t->d, t->cells);
    html_number(out, t->fit[0].r, 3);
    html(out, "<td class=\"n\">");
    write_interval(out, t->fit[0].slope, 2);
    html(out, "<td class=\"n\">");
    write_interval(out, t->fit[0].intercept, 1);
    html(out, "<td class=\"n\">");
    write_interval(out, t->power.slope, 2);
    html(out, "<td>%s</tr>\n", t->laws[trend_best_law(t)].title);
  }
  html(out, "</table></div>\n");
}

/* How often each law has the lowest AIC among the listed slices. */
static void write_wins(FILE *out, const trend_list *list)
{
  size_t wins[LAWS] = {0}, slices = 0;

  for (size_t i = 0; i < list->count; i++) {
    if (!is_shown_slice(&list->trend[i])) continue;
    wins[trend_best_law(&list->trend[i])]++;
    slices++;
  }
  if (slices == 0) return;
  html(out,
       "<p>Slice by slice, √(<var>n</var>/<var>k</var>) is the best of the laws in %zu of %zu "
       "slices, log(<var>n</var>/<var>k</var>) in %zu and the fourth root in %zu.</p>\n",
       wins[0], slices, wins[1], wins[2]);
}

static void write_rivals(page *self)
{
  static const char *const pools[] = {"all d <= n/10", "all d <= n/5", "all"};
  static const char *const titles[] = {"d ≤ n/10", "d ≤ n/5", "all d"};
  const trend_list *list = &self->all->width_trends;
  FILE *out = self->out;

  html(out, "<h3>Rival laws</h3>\n<p>The same cells against other functions of the size. AIC "
            "differences are to the best law of the column: 0 is the best, above 10 there is "
            "nothing to be said for a law.</p>\n"
            "<div class=\"scroll\"><table>\n<tr><th>law");
  for (size_t i = 0; i < 3; i++)
    if (trend_find(list, pools[i]))
      html(out, "<th class=\"n\">r, %s<th class=\"n\">ΔAIC", titles[i]);
  html(out, "</tr>\n");
  for (size_t j = 0; j < LAWS; j++) {
    html(out, "<tr><td>%s", laws_of_width[j].title);
    for (size_t i = 0; i < 3; i++) {
      const trend *t = trend_find(list, pools[i]);
      double above = t ? t->fit[j].aic - t->fit[trend_best_law(t)].aic : NAN;

      if (!t) continue;
      html(out, "<td class=\"n\">");
      html_number(out, t->fit[j].r, 3);
      html(out, "<td class=\"n%s\">", above <= 0 ? " best" : "");
      html_number(out, above, 1);
    }
    html(out, "</tr>\n");
  }
  html(out, "</table></div>\n");
  write_wins(out, list);
}

static void write_rate(page *self)
{
  double largest = sensitivity_largest(&self->all->width);

  if (isnan(largest)) return;
  html(self->out,
       "<h3>What the paper leaves open: the learning rate</h3>\n<p>Some cells were "
       "trained at other learning rates than %g as well. The mean gradient of a cell "
       "moves by at most %.0f %% between them.</p>\n",
       self->all->width.rate, 100 * largest);
  page_figure(self, "learning-rate", "column",
              "Points are the means at the main learning rate; bars reach from the lowest mean to "
              "the highest over the learning rates tried.");
}

static void write_optimum(page *self)
{
  html(self->out, "<h3>Trained against best possible</h3>\n<p>L* is the smallest Lipschitz "
                  "constant that any function through the data can have; it is computed exactly "
                  "from pairs of points. Training does not look for the flattest network, and "
                  "does not find it.</p>\n");
  page_figure(self, "figure-optimum", "column",
              "Every fitted cell, as a multiple of L*. The true Lipschitz constant of a network "
              "lies between the steepest gradient found and the path norm. All three are "
              "estimates, computed without counting rounding.");
}

void page_width(page *self)
{
  write_expected(self);
  page_figure(self, "figure-2", "column",
              "Figure 2. Every kept network; the colour is d/n. The line is fitted to the means "
              "over seeds of the cells with d ≤ n/10.");
  write_seen(self);
  page_figure(self, "figure-2-closeup", "column",
              "The same without the networks of d above n/5: the range that the paper's own figure "
              "shows.");
  page_figure(self, "figure-2-slices", "wide",
              "The slices that criterion (1) speaks of. Points are means over seeds, bars reach "
              "from the lowest seed to the highest, lines are the fits.");
  write_slices(self);
  page_figure(self, "figure-2-forest", "column",
              "Slope and intercept of every slice with 95 % confidence intervals. The bands are "
              "the ranges of criterion (1); hollow points (d above n/10) are shown without a "
              "verdict.");
  write_rivals(self);
  write_rate(self);
  write_optimum(self);
  page_width_brackets(self);
}
