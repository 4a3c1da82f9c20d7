/* texts.h - texts that cmake/Embed.cmake puts into the library. */
#ifndef LIP_REPORT_TEXTS_H
#define LIP_REPORT_TEXTS_H

#include <stddef.h>

typedef struct experiment_plan {
  const char *name, *scale, *text;
} experiment_plan;

/* The plans of the papers' experiments, as they stand in plans/; the last row is all NULL. */
extern const experiment_plan experiment_plans[];

/* page.css */
extern const char page_style[];

#endif
