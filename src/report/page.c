/* page.c - index.html: its frame, its first screen, and the figures. */
#include "report/page.h"

#include "base/error.h"
#include "base/memory.h"
#include "report/html.h"
#include "report/texts.h"

#include <math.h>
#include <string.h>

static bool was_drawn(const report_folder *folder, const char *name)
{
  for (size_t i = 0; i < folder->files; i++)
    if (strcmp(folder->file[i], name) == 0) return true;
  return false;
}

void page_figure(page *self, const char *name, const char *width, const char *caption)
{
  char file[96], prefix[96];
  char *path = NULL;

  (void)snprintf(file, sizeof file, "figures/%s.svg", name);
  (void)snprintf(prefix, sizeof prefix, "%s-", name);
  if (self->status != LIP_OK || !was_drawn(self->folder, file)) return;
  path = folder_path(self->folder, file);
  html(self->out, "<figure class=\"%s\"><div class=\"plot\">\n", width);
  if (path)
    self->status = html_inline_svg(self->out, path, prefix, self->err);
  else
    self->status = lip_fail(self->err, LIP_ENOMEM, "%s: no memory for its name", file);
  html(self->out,
       "</div>\n<figcaption>%s <a href=\"figures/%s.pdf\">pdf</a>, <a href=\"figures/%s.svg\">"
       "svg</a>, <a href=\"figures/%s.csv\">data</a>, <a href=\"figures/%s.gp\">script</a>"
       "</figcaption></figure>\n",
       caption, name, name, name, name);
  lip_free(path);
}

static void write_head(FILE *out)
{
  html(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<title>The law of robustness, reproduced</title>\n<style>\n");
  (void)fputs(page_style, out);
  html(out, "</style>\n</head>\n<body>\n<main>\n");
}

static void write_tile(FILE *out, const char *kind, const char *number, const char *label)
{
  html(out, "<div class=\"%s\"><b>%s</b>%s</div>\n", kind, number, label);
}

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
  write_tile(out, "", text, "networks trained");
  (void)snprintf(text, sizeof text, "%zu", all->width.kept + all->dimension.kept);
  write_tile(out, "", text, "memorised their labels and were kept");
  (void)snprintf(text, sizeof text, "%zu", verdicts[LIP_PASS]);
  write_tile(out, "good", text, "criteria met");
  (void)snprintf(text, sizeof text, "%zu", verdicts[LIP_FAIL]);
  write_tile(out, verdicts[LIP_FAIL] ? "bad" : "", text, "criteria not met");
  (void)snprintf(text, sizeof text, seconds < 7200 ? "%.0f min" : "%.1f h",
                 seconds < 7200 ? seconds / 60 : seconds / 3600);
  write_tile(out, "", text, "of one core, all networks together");
  html(out, "</div>\n");
}

/* Experiment 1 in two sentences. */
static void write_short_width(FILE *out, const results *all)
{
  const trend *pool = trend_find(&all->width_trends, "all d <= n/10");

  if (!pool) return;
  html(out, "<li><b>Smaller networks are steeper, along a straight line.</b> With many more points "
            "than dimensions (<var>d</var> ≤ <var>n</var>/10) the measured gradient is about ");
  html_number(out, pool->fit[0].intercept.value, 1);
  html(out, " + ");
  html_number(out, pool->fit[0].slope.value, 2);
  html(out, " √(<var>n</var>/<var>k</var>), correlation ");
  html_number(out, pool->fit[0].r, 2);
  html(out, ". The line does not pass through the origin, so the gradient is not proportional to "
            "√(<var>n</var>/<var>k</var>) at these sizes.</li>\n");
}

/* Experiment 2 in two sentences: the largest n and its two families. */
static void write_short_dimension(FILE *out, const results *all)
{
  const experiment *self = &all->dimension;
  double blue[2] = {INFINITY, -INFINITY}, red[2] = {INFINITY, -INFINITY};
  size_t n = self->cells ? self->cell[self->cells - 1].n : 0;

  for (size_t i = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];

    if (c->n != n || !cell_is_drawn(self, c) || 10 * c->d > n || c->d < 25) continue;
    if (is_blue(c)) blue[0] = fmin(blue[0], c->gradient.mean);
    if (is_blue(c)) blue[1] = fmax(blue[1], c->gradient.mean);
    if (is_red(c)) red[0] = fmin(red[0], c->gradient.mean);
    if (is_red(c)) red[1] = fmax(red[1], c->gradient.mean);
  }
  if (!isfinite(blue[0]) || !isfinite(red[0])) return;
  html(out,
       "<li><b>As many neurons as points keep the network smooth; just enough neurons do not."
       "</b> At <var>n</var> = %zu and <var>d</var> up to <var>n</var>/10 the gradient stays "
       "between ",
       n);
  html_range(out, blue[0], blue[1], 1);
  html(out, " with <var>k</var> = <var>n</var>, and lies between ");
  html_range(out, red[0], red[1], 1);
  html(out, " with <var>k</var> = 10 <var>n</var>/<var>d</var>.</li>\n");
}

static void write_opening(FILE *out, const results *all)
{
  html(out, "<p class=\"kicker\">liplaw · the two-layer experiments, reproduced</p>\n"
            "<h1>Must a network that memorises be steep, if it is small?</h1>\n"
            "<p class=\"lede\">Two-layer networks were trained until they had memorised random "
            "labels, and then asked how steep they had become. The law of robustness "
            "conjectures that with <var>k</var> neurons and <var>n</var> points nothing flatter "
            "than about √(<var>n</var>/<var>k</var>) is possible. This page redraws the figures "
            "that Bubeck, Li and Nagaraj show for it, from networks trained afresh, and says "
            "where they agree with the paper and where they do not.</p>\n");
  write_tiles(out, all);
  html(out, "<ul>\n");
  write_short_width(out, all);
  write_short_dimension(out, all);
  html(out, "</ul>\n");
  if (all->width.pending + all->dimension.pending > 0)
    html(out,
         "<p><b>The sweep is not finished:</b> %zu networks of the plan are still missing "
         "here.</p>\n",
         all->width.pending + all->dimension.pending);
  if (all->width.kept + all->dimension.kept == 0)
    html(out, "<p><b>No network memorised its labels within its step limit,</b> so there is "
              "nothing to draw.</p>\n");
}

lip_status page_make(const results *all, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  page self = {NULL, all, folder, LIP_OK, err};

  TRY(folder_create(folder, "index.html", &self.out, err));
  write_head(self.out);
  write_opening(self.out, all);
  if (all->width.kept) page_width(&self);
  if (all->dimension.kept) page_dimension(&self);
  page_criteria(&self);
  page_runs(&self);
  html(self.out, "</main>\n</body>\n</html>\n");
  st = folder_close(folder, self.out, err);
  if (self.status != LIP_OK) st = self.status;
done:
  return st;
}
