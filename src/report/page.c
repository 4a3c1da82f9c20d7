/* page.c - index.html: its parts, and the figures in it. */
#include "report/page.h"

#include "base/error.h"
#include "report/html.h"
#include "report/page_frame.h"

void page_figure(page *self, const char *name, const char *width, const char *caption)
{
  if (self->status == LIP_OK)
    self->status = frame_figure(self->out, self->folder, name, width, caption, self->err);
}

lip_status page_make(const results *all, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  page self = {NULL, all, folder, LIP_OK, err};

  TRY(folder_create(folder, "index.html", &self.out, err));
  frame_begin(self.out, "The law of robustness, reproduced");
  page_opening(&self);
  if (all->width.kept) page_width(&self);
  if (all->dimension.kept) page_dimension(&self);
  page_criteria(&self);
  page_runs(&self);
  frame_end(self.out);
  st = folder_close(folder, self.out, err);
  if (self.status != LIP_OK) st = self.status;
done:
  return st;
}
