/* page.h - index.html: one page that opens offline and says in words what came out. */
#ifndef LIP_REPORT_PAGE_H
#define LIP_REPORT_PAGE_H

#include "report/folder.h"
#include "report/results.h"

/* Writes index.html; the figures that lie in the folder are drawn into it. */
LIP_MUST_CHECK lip_status page_make(const results *all, report_folder *folder, lip_error *err);

/* One page under way; its sections are written in this order. */
typedef struct page {
  FILE *out;
  const results *all;
  const report_folder *folder;
  lip_status status; /* of the first thing that failed */
  lip_error *err;
} page;

void page_opening(page *self);            /* the first screen: page_opening.c */
void page_width(page *self);              /* experiment 1: page_width.c */
void page_dimension(page *self);          /* experiment 2: page_dimension.c */
void page_width_brackets(page *self);     /* the true constants behind Figure 2, */
void page_dimension_brackets(page *self); /* and behind Figure 3: page_brackets.c */
void page_short_brackets(page *self);     /* what they say about the conjecture, for the opening */
void page_criteria(page *self);           /* page_criteria.c */
void page_runs(page *self);               /* what was kept and what was not; how: page_runs.c */

/* The figure of that name, unless it was not drawn. width: the class "column" or "wide". */
void page_figure(page *self, const char *name, const char *width, const char *caption);

#endif
