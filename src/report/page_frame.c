/* page_frame.c - what every page is made of: head and end, tiles, figures, rows of criteria. */
#include "report/page_frame.h"

#include "base/error.h"
#include "base/memory.h"
#include "report/html.h"
#include "report/texts.h"

#include <string.h>

static const char *const words[] = {
    [LIP_FAIL] = "fail", [LIP_PASS] = "pass", [LIP_NO_VERDICT] = "none"};

void frame_begin(FILE *out, const char *title)
{
  html(out,
       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
       "<title>%s</title>\n<style>\n",
       title);
  (void)fputs(page_style, out);
  html(out, "</style>\n</head>\n<body>\n<main>\n");
}

void frame_end(FILE *out)
{
  html(out, "</main>\n</body>\n</html>\n");
}

void frame_tile(FILE *out, const char *kind, const char *number, const char *label)
{
  html(out, "<div class=\"%s\"><b>%s</b>%s</div>\n", kind, number, label);
}

static bool was_drawn(const report_folder *folder, const char *name)
{
  for (size_t i = 0; i < folder->files; i++)
    if (strcmp(folder->file[i], name) == 0) return true;
  return false;
}

lip_status frame_figure(FILE *out, const report_folder *folder, const char *name, const char *width,
                        const char *caption, lip_error *err)
{
  lip_status st = LIP_OK;
  char file[96], prefix[96];
  char *path = NULL;

  (void)snprintf(file, sizeof file, "figures/%s.svg", name);
  (void)snprintf(prefix, sizeof prefix, "%s-", name);
  if (!was_drawn(folder, file)) return LIP_OK;
  path = folder_path(folder, file);
  if (!path) FAIL(LIP_ENOMEM, "%s: no memory for its name", file);
  html(out, "<figure class=\"%s\"><div class=\"plot\">\n", width);
  TRY(html_inline_svg(out, path, prefix, err));
  html(out,
       "</div>\n<figcaption>%s <a href=\"figures/%s.pdf\">pdf</a>, <a href=\"figures/%s.svg\">"
       "svg</a>, <a href=\"figures/%s.csv\">data</a>, <a href=\"figures/%s.gp\">script</a>"
       "</figcaption></figure>\n",
       caption, name, name, name, name);
done:
  lip_free(path);
  return st;
}

void frame_verdict(FILE *out, const lip_criterion *c)
{
  html(out, "<span class=\"verdict %s\">%s</span>", words[c->verdict], words[c->verdict]);
}

void frame_criterion(FILE *out, const char *name, const lip_criterion *c)
{
  html(out, "<tr><td>");
  html_math(out, name);
  html(out, "<td class=\"n%s\">", c->verdict == LIP_FAIL ? " out" : "");
  html_number(out, c->value, 3);
  html(out, "<td class=\"n\">");
  html_range(out, c->low, c->high, 2);
  html(out, "<td>");
  frame_verdict(out, c);
  if (c->reason[0]) {
    html(out, " <span class=\"soft\">");
    html_math(out, c->reason);
    html(out, "</span>");
  }
  html(out, "</tr>\n");
}
