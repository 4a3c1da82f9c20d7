/* plans.h - the plans of the papers' experiments, as they stand in plans/. */
#ifndef LIP_REPORT_PLANS_H
#define LIP_REPORT_PLANS_H

#include <stddef.h>

typedef struct experiment_plan {
  const char *name, *scale, *text;
} experiment_plan;

/* Generated at build time by cmake/Plans.cmake; the last row is all NULL. */
extern const experiment_plan experiment_plans[];

#endif
