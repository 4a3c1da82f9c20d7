/* page_runs.c - the page's account of what was trained, what was kept, and on what machine. */
#include "report/page.h"

#include "report/html.h"

#include <math.h>
#include <string.h>

static void write_cell_name(FILE *out, const cell *c)
{
  html(out, "(%zu, %zu, %zu)", c->n, c->d, c->k);
}

/* Kept and attempted for every n. */
static void write_totals(FILE *out, const experiment *self, const char *title)
{
  html(out,
       "<h3>%s</h3>\n<div class=\"scroll\"><table>\n<tr><th class=\"n\">n<th class=\"n\">cells"
       "<th class=\"n\">networks<th class=\"n\">kept<th class=\"n\">not fitted<th class=\"n\">"
       "failed</tr>\n",
       title);
  for (size_t first = 0, next; first < self->cells; first = next) {
    size_t attempted = 0, kept = 0, failed = 0;

    for (next = first; next < self->cells && self->cell[next].n == self->cell[first].n; next++) {
      attempted += self->cell[next].attempted;
      kept += self->cell[next].kept;
      failed += self->cell[next].failed;
    }
    html(out,
         "<tr><td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%zu"
         "<td class=\"n\">%zu<td class=\"n\">%zu</tr>\n",
         self->cell[first].n, next - first, attempted, kept, attempted - kept - failed, failed);
  }
  html(out, "</table></div>\n");
}

/* The cells of which some seeds were not kept, or none was. */
static void write_unfitted(FILE *out, const experiment *self)
{
  size_t never = 0, partly = 0;

  for (size_t i = 0; i < self->cells; i++) {
    never += self->cell[i].kept == 0;
    partly += self->cell[i].kept > 0 && self->cell[i].kept < self->cell[i].attempted;
  }
  html(out, "<p>");
  if (never == 0) html(out, "Every cell was fitted by at least one seed. ");
  if (never) html(out, "Never fitted within the step limit, as (n, d, k): ");
  for (size_t i = 0, put = 0; i < self->cells; i++) {
    if (self->cell[i].kept) continue;
    html(out, "%s", put++ ? ", " : "");
    write_cell_name(out, &self->cell[i]);
  }
  if (never) html(out, ". ");
  if (partly) html(out, "Fitted by some seeds only: ");
  for (size_t i = 0, put = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];

    if (c->kept == 0 || c->kept == c->attempted) continue;
    html(out, "%s", put++ ? ", " : "");
    write_cell_name(out, c);
    html(out, " %zu of %zu", c->kept, c->attempted);
  }
  if (partly) html(out, ". ");
  if (self->skipped)
    html(out, "%zu combinations were left out by the plan's own conditions.", self->skipped);
  html(out, "</p>\n");
}

static void write_cells(FILE *out, const experiment *self)
{
  html(out,
       "<details><summary>All %zu cells</summary>\n<div class=\"scroll\"><table>\n"
       "<tr><th class=\"n\">n<th class=\"n\">d<th class=\"n\">k<th class=\"n\">learning rate"
       "<th class=\"n\">kept / attempted<th class=\"n\">gradient<th class=\"n\">± sd"
       "<th class=\"n\">steps</tr>\n",
       self->cells);
  for (size_t i = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];

    html(out,
         "<tr><td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%zu<td class=\"n\">%g"
         "<td class=\"n%s\">%zu / %zu<td class=\"n\">",
         c->n, c->d, c->k, c->rate, c->kept < c->attempted ? " out" : "", c->kept, c->attempted);
    html_number(out, c->gradient.mean, 2);
    html(out, "<td class=\"n\">");
    html_number(out, c->gradient.sd, 2);
    html(out, "<td class=\"n\">");
    html_number(out, c->steps.mean, 0);
    html(out, "</tr>\n");
  }
  html(out, "</table></div></details>\n");
}

static void write_part(FILE *out, const experiment *self, const char *title)
{
  if (self->runs == 0) return;
  write_totals(out, self, title);
  write_unfitted(out, self);
  write_cells(out, self);
}

/* The first run, and the last to finish, of both experiments. */
static const lip_run *span_of(const results *all, const char **first, const char **last)
{
  const experiment *parts[] = {&all->width, &all->dimension};
  const lip_run *any = NULL;

  *first = "9";
  *last = "";
  for (int p = 0; p < 2; p++)
    for (size_t i = 0; i < parts[p]->runs; i++) {
      const lip_run *run = parts[p]->run[i];

      if (!any) any = run;
      if (strcmp(run->finished, *first) < 0) *first = run->finished;
      if (strcmp(run->finished, *last) > 0) *last = run->finished;
    }
  return any;
}

static void write_machine(FILE *out, const results *all)
{
  const char *first, *last;
  const lip_run *run = span_of(all, &first, &last);

  if (!run) return;
  html(out,
       "<h2>How it was made</h2>\n<p>Full batches, Adam with learning rate %g, batch "
       "normalisation folded into the weights before anything is measured; the fit is "
       "verified again on the folded network, and only such networks are kept. Initial "
       "weights are uniform in ±1/√(inputs). A network that does not fit within its step "
       "limit is counted and not drawn.</p>\n",
       run->train.learning_rate);
  html(out,
       "<div class=\"scroll\"><table>\n<tr><td>machine<td>%s</tr>\n<tr><td>liplaw<td>%s</tr>\n"
       "<tr><td>instruction set<td>%s</tr>\n<tr><td>OpenBLAS kernel<td>%s</tr>\n"
       "<tr><td>networks finished<td>%s to %s</tr>\n</table></div>\n",
       run->machine, run->version, run->kernel, run->blas_kernel, first, last);
}

static void write_files(page *self)
{
  html(self->out, "<p>Tables: ");
  for (size_t i = 0, put = 0; i < self->folder->files; i++) {
    const char *name = self->folder->file[i];

    if (strncmp(name, "tables/", 7) != 0) continue;
    html(self->out, "%s<a href=\"%s\">%s</a>", put++ ? ", " : "", name, name + 7);
  }
  html(self->out, ".</p>\n");
}

void page_runs(page *self)
{
  html(self->out, "<h2>What was kept</h2>\n<p>A cell is one (n, d, k) at one learning rate; its "
                  "networks differ in the seed of data and weights.</p>\n");
  write_part(self->out, &self->all->width, "Experiment 1");
  write_part(self->out, &self->all->dimension, "Experiment 2");
  write_machine(self->out, self->all);
  write_files(self);
  html(self->out,
       "<footer>Made by liplaw from its store of results alone. Source: S. Bubeck, Y. Li, "
       "D. Nagaraj, “A law of robustness for two-layers neural networks”, section 5."
       "</footer>\n");
}
