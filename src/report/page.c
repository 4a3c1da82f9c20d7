/* page.c - index.html: its frame, and how a figure stands in it. */
#include "report/page.h"

#include "base/error.h"
#include "base/memory.h"
#include "report/html.h"
#include "report/texts.h"

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

lip_status page_make(const results *all, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  page self = {NULL, all, folder, LIP_OK, err};

  TRY(folder_create(folder, "index.html", &self.out, err));
  write_head(self.out);
  page_opening(&self);
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
