/* page_opening.c - the page's first screen: what was done, how it came out. */
#include "report/page.h"

#include "report/html.h"
#include "report/page_frame.h"

#include <math.h>

static double seconds_of(const experiment *self)
{
  double seconds = 0;

  for (size_t i = 0; i < self->runs; i++)
    if (isfinite(self->run[i]->seconds)) seconds += self->run[i]->seconds;
  return seconds;
}

static void write_tiles(FILE *out, const results *all)
{
  size_t verdicts[3] = {0};
  double seconds = seconds_of(&all->width) + seconds_of(&all->dimension);
  char text[64];

  for (size_t i = 0; i < all->criteria.count; i++) verdicts[all->criteria.criterion[i].verdict]++;
  html(out, "<div class=\"tiles\">\n");
  (void)snprintf(text, sizeof text, "%zu", all->width.runs + all->dimension.runs);
  frame_tile(out, "", text, "networks trained");
  (void)snprintf(text, sizeof text, "%zu", all->width.kept + all->dimension.kept);
  frame_tile(out, "", text, "memorised their labels and were kept");
  (void)snprintf(text, sizeof text, "%zu", verdicts[LIP_PASS]);
  frame_tile(out, "good", text, "criteria met");
  (void)snprintf(text, sizeof text, "%zu", verdicts[LIP_FAIL]);
  frame_tile(out, verdicts[LIP_FAIL] ? "bad" : "", text, "criteria not met");
  (void)snprintf(text, sizeof text, seconds < 7200 ? "%.0f min" : "%.1f h",
                 seconds < 7200 ? seconds / 60 : seconds / 3600);
  frame_tile(out, "", text, "of training and measuring, network by network");
  html(out, "</div>\n");
}

/* Experiment 1 in a few words: the line, and whether it passes through the origin. */
static void write_short_width(FILE *out, const results *all)
{
  const trend *pool = trend_find(&all->width_trends, "all d <= n/10");
  const line_fit *fit = pool ? &pool->fit[0] : NULL;

  if (!fit || isnan(fit->slope.low)) return;
  html(out,
       "<li><b>%s</b> With many more points than dimensions (<var>d</var> ≤ <var>n</var>/10) "
       "the measured gradient is about ",
       fit->slope.low > 0 ? "Smaller networks are steeper." : "There is no clear trend.");
  html_number(out, fit->intercept.value, 1);
  html(out, " + ");
  html_number(out, fit->slope.value, 2);
  html(out, " √(<var>n</var>/<var>k</var>), correlation ");
  html_number(out, fit->r, 2);
  html(out, ".");
  if (fit->intercept.low > 0)
    html(out,
         " The trend is linear, as in the paper, but the line stays well above the origin: the "
         "gradient is not proportional to √(<var>n</var>/<var>k</var>) at these sizes.");
  html(out, "</li>\n");
}

/* Experiment 2 in a few words: the two families at the largest n. */
static void write_short_dimension(FILE *out, const results *all)
{
  const experiment *self = &all->dimension;
  size_t n = experiment_largest_n(self);
  double blue[2], red[2], tenth = (double)n / 10;

  if (!family_span(self, n, is_blue, 25, tenth, blue) ||
      !family_span(self, n, is_red, 25, tenth, red))
    return;
  html(out,
       "<li><b>%s</b> At <var>n</var> = %zu and <var>d</var> from 25 to <var>n</var>/10 the "
       "gradient is ",
       red[0] > blue[0] && red[1] > blue[1]
           ? "With as many neurons as points networks are smoother than with just enough."
           : "More neurons do not make these networks smoother.",
       n);
  html_range(out, blue[0], blue[1], 1);
  html(out, " with <var>k</var> = <var>n</var>, and ");
  html_range(out, red[0], red[1], 1);
  html(out, " with <var>k</var> = 10 <var>n</var>/<var>d</var>.</li>\n");
}

/* The criteria that failed, by name. */
static void write_failures(FILE *out, const results *all)
{
  enum { SHOWN = 4 };
  size_t failures = 0;

  for (size_t i = 0; i < all->criteria.count; i++) {
    const lip_criterion *c = &all->criteria.criterion[i];

    if (c->verdict != LIP_FAIL) continue;
    if (failures++ == 0) html(out, "<li><b>What did not come out as expected.</b> Criterion ");
    if (failures > SHOWN) continue;
    html(out, "%s", failures > 1 ? "; " : "");
    html_math(out, c->name);
    html(out, " (");
    html_number(out, c->value, 2);
    html(out, ", wanted ");
    html_range(out, c->low, c->high, 2);
    html(out, ")");
  }
  if (failures > SHOWN) html(out, "; and %zu more", failures - SHOWN);
  if (failures) html(out, ". <a href=\"#criteria\">All criteria</a></li>\n");
}

void page_opening(page *self)
{
  const results *all = self->all;
  FILE *out = self->out;

  html(out, "<p class=\"kicker\">liplaw · the two-layer experiments, reproduced</p>\n"
            "<h1>Must a network that memorises be steep, if it is small?</h1>\n"
            "<p class=\"lede\">Two-layer networks were trained until they had memorised random "
            "labels, and then asked how steep they had become. The law of robustness "
            "conjectures that with <var>k</var> neurons and <var>n</var> points nothing flatter "
            "than about √(<var>n</var>/<var>k</var>) is possible. This page redraws the figures "
            "that Bubeck, Li and Nagaraj show for it, from networks trained afresh, and says "
            "where they agree with the paper and where they do not.</p>\n");
  write_tiles(out, all);
  if (all->width.kept + all->dimension.kept == 0)
    html(out, "<p><b>No network memorised its labels within its step limit,</b> so there is "
              "nothing to draw.</p>\n");
  if (all->width.pending + all->dimension.pending > 0)
    html(out,
         "<p><b>The sweep is not finished:</b> %zu networks of the plan are still missing "
         "here.</p>\n",
         all->width.pending + all->dimension.pending);
  html(out, "<ul>\n");
  write_short_width(out, all);
  write_short_dimension(out, all);
  page_short_brackets(self);
  write_failures(out, all);
  html(out, "</ul>\n");
}
