/* page_criteria.c - the page's table of criteria: every value, range and verdict. */
#include "report/page.h"

#include "report/html.h"
#include "report/page_frame.h"

#include <math.h>
#include <string.h>

static const char *const meanings[] = {
    "In every slice (n, d) with d ≤ n/10, the gradient lies on a line against √(n/k).",
    "So do all cells with d ≤ n/10 together.",
    "At d = n/10, red lies above blue, and the more so the larger n.",
    "Blue hardly depends on d while 25 ≤ d ≤ n/10.",
    "Red is linear in √d for n/10 ≤ d ≤ n/2.",
};

/* Criterion (1) judges three numbers of each slice: one row a slice, the ranges in the heading. */
enum { PER_SLICE = 3 };

static bool is_slice(const lip_criterion *c)
{
  return strncmp(c->name, "(1) slice ", 10) == 0;
}

static void write_slice(FILE *out, const lip_criterion *c)
{
  const char *name = c->name + 10;

  char label[64];

  (void)snprintf(label, sizeof label, "%.*s", (int)strcspn(name, ":"), name);
  html(out, "<tr><td>%s", label);
  for (size_t i = 0; i < PER_SLICE; i++) {
    html(out, "<td class=\"n%s\">", c[i].verdict == LIP_FAIL ? " out" : "");
    html_number(out, c[i].value, 3);
    html(out, "<td>");
    frame_verdict(out, &c[i]);
  }
  html(out, "</tr>\n");
}

static void write_slices(FILE *out, const criterion_list *list)
{
  static const char *const titles[PER_SLICE] = {"correlation", "slope", "intercept"};
  size_t first = 0;

  while (first < list->count && !is_slice(&list->criterion[first])) first++;
  if (first == list->count) return;
  html(out, "<div class=\"scroll\"><table>\n<tr><th>slice");
  for (size_t i = 0; i < PER_SLICE; i++) {
    html(out, "<th class=\"n\">%s<th>", titles[i]);
    html_range(out, list->criterion[first + i].low, list->criterion[first + i].high, 2);
  }
  html(out, "</tr>\n");
  for (size_t i = first; i < list->count && is_slice(&list->criterion[i]); i += PER_SLICE)
    write_slice(out, &list->criterion[i]);
  html(out, "</table></div>\n");
}

static void write_rows(FILE *out, const criterion_list *list, size_t number)
{
  html(out, "<div class=\"scroll\"><table>\n<tr><th>criterion<th class=\"n\">value"
            "<th class=\"n\">wanted<th>verdict</tr>\n");
  for (size_t i = 0; i < list->count; i++)
    if (list->criterion[i].name[1] == (char)('0' + number))
      frame_criterion(out, list->criterion[i].name + 4,
                      &list->criterion[i]); /* the heading has "(1)" */
  html(out, "</table></div>\n");
}

/* All of one number, "(1)" to "(5)". */
static void write_group(FILE *out, const criterion_list *list, size_t number)
{
  size_t met = 0, judged = 0, slices = 0, rows = 0;

  for (size_t i = 0; i < list->count; i++) {
    const lip_criterion *c = &list->criterion[i];

    if (c->name[1] != (char)('0' + number)) continue;
    rows++;
    slices += is_slice(c);
    met += c->verdict == LIP_PASS;
    judged += c->verdict != LIP_NO_VERDICT;
  }
  if (rows == 0) return;
  html(out, "<h3>(%zu) %s</h3>\n", number, meanings[number - 1]);
  if (judged > 1) html(out, "<p class=\"soft\">%zu of %zu are met.</p>\n", met, judged);
  if (slices)
    write_slices(out, list);
  else
    write_rows(out, list, number);
}

void page_criteria(page *self)
{
  if (self->all->criteria.count == 0) return;
  html(self->out, "<h2 id=\"criteria\">The criteria</h2>\n<p>What a reproduction must show was "
                  "fixed, with its ranges, before the experiments ran at the paper's size. A "
                  "criterion that is not met is a result like any other. All of them judge means "
                  "over seeds.</p>\n");
  for (size_t number = 1; number <= sizeof meanings / sizeof *meanings; number++)
    write_group(self->out, &self->all->criteria, number);
}
