/* study_page.c - the page of a study: its question, what came out, figures, criteria, files. */
#include "study/study.h"

#include "base/error.h"
#include "report/page_frame.h"

#include <string.h>

static const char *const scale_names[] = {
    [LIP_QUICK] = "quick", [LIP_HALF] = "half", [LIP_PAPER] = "paper"};

static void write_tiles(FILE *out, const study_run *run)
{
  size_t verdicts[3] = {0};
  char text[64];

  for (size_t i = 0; i < run->criteria.count; i++) verdicts[run->criteria.criterion[i].verdict]++;
  html(out, "<div class=\"tiles\">\n");
  (void)snprintf(text, sizeof text, "%zu", run->rows);
  frame_tile(out, "", text, "rows computed");
  (void)snprintf(text, sizeof text, "%zu", verdicts[LIP_PASS]);
  frame_tile(out, "good", text, "criteria met");
  (void)snprintf(text, sizeof text, "%zu", verdicts[LIP_FAIL]);
  frame_tile(out, verdicts[LIP_FAIL] ? "bad" : "", text, "criteria not met");
  frame_tile(out, "", scale_names[run->scale], "scale");
  html(out, "</div>\n");
}

static void write_criteria(FILE *out, const study_run *run)
{
  if (run->criteria.count == 0) return;
  html(out, "<h2 id=\"criteria\">The criteria</h2>\n<p>What must come out was fixed with its "
            "ranges beforehand. A criterion that is not met is a result like any other.</p>\n"
            "<div class=\"scroll\"><table>\n<tr><th>criterion<th class=\"n\">value"
            "<th class=\"n\">wanted<th>verdict</tr>\n");
  for (size_t i = 0; i < run->criteria.count; i++)
    frame_criterion(out, run->criteria.criterion[i].name, &run->criteria.criterion[i]);
  html(out, "</table></div>\n");
}

static void write_files(FILE *out, const study *self, const study_run *run)
{
  html(out,
       "<footer>Made by <code>liplaw reproduce %s --scale %s</code>: the same numbers on every "
       "machine and any number of threads. Tables: ",
       self->name, scale_names[run->scale]);
  for (size_t i = 0, tables = 0; i < run->folder.files; i++) {
    const char *name = run->folder.file[i];

    if (strncmp(name, "tables/", 7) != 0) continue;
    html(out, "%s<a href=\"%s\">%s</a>", tables++ ? ", " : "", name, name + 7);
  }
  html(out, ".</footer>\n");
}

lip_status study_page_make(const study *self, study_run *run, const char *findings,
                           const char *body, lip_error *err)
{
  lip_status st = LIP_OK;
  FILE *out = NULL;

  TRY(folder_create(&run->folder, "index.html", &out, err));
  frame_begin(out, self->title);
  html(out, "<p class=\"kicker\">liplaw · %s</p>\n<h1>%s</h1>\n", self->name, self->title);
  (void)fprintf(out, "<p class=\"lede\">%s</p>\n", self->lede);
  write_tiles(out, run);
  (void)fprintf(out, "<ul>\n%s</ul>\n%s", findings, body);
  write_criteria(out, run);
  write_files(out, self, run);
  frame_end(out);
  TRY(folder_close(&run->folder, out, err));
done:
  return st;
}
