/* page_frame.h - what every page is made of: head and end, tiles, figures, rows of criteria. */
#ifndef LIP_REPORT_PAGE_FRAME_H
#define LIP_REPORT_PAGE_FRAME_H

#include <liplaw/report.h>

#include "report/folder.h"

/* From the document's first line to the opened main part, style sheet included; and its end. */
void frame_begin(FILE *out, const char *title);
void frame_end(FILE *out);

/* A number with a label, between html(out, "<div class=\"tiles\">") and its end.
   kind  in  "", "good" or "bad" */
void frame_tile(FILE *out, const char *kind, const char *number, const char *label);

/* The figure of that name, drawn into the page; nothing where the folder has none.
   width    in  the class "column" or "wide"
   caption  in  plain text */
LIP_MUST_CHECK lip_status frame_figure(FILE *out, const report_folder *folder, const char *name,
                                       const char *width, const char *caption, lip_error *err);

void frame_verdict(FILE *out, const lip_criterion *c);

/* A row of a table with the columns criterion, value, wanted, verdict. */
void frame_criterion(FILE *out, const char *name, const lip_criterion *c);

#endif
