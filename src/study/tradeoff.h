/* tradeoff.h - what the study tradeoff.c and its figure share. */
#ifndef LIP_STUDY_TRADEOFF_H
#define LIP_STUDY_TRADEOFF_H

#include "study/recipe.h"

enum { TRADEOFF_MOST = 96 };

typedef struct tradeoff_plan {
  size_t n, d;
  lip_dataset *data;
  double least, least_on_sphere; /* L* of the whole space, and along arcs */
  recipe recipe[TRADEOFF_MOST];
  size_t count;
} tradeoff_plan;

/* Row `unit` of the sheet, and whether its network fits. */
const recipe_numbers *tradeoff_row(const sheet *rows, size_t unit);
bool tradeoff_shown(const recipe_numbers *at);

/* sqrt(n d / p), which is sqrt(n/k) for two layers. */
double tradeoff_conjecture(const tradeoff_plan *p, double parameters);

/* The row of a series with the fewest parameters, but at least so many; and the one with the most.
   NULL where nothing of it fits. */
const recipe_numbers *tradeoff_first(const tradeoff_plan *p, const sheet *rows, const char *name,
                                     double least);
const recipe_numbers *tradeoff_last(const tradeoff_plan *p, const sheet *rows, const char *name);

/* The picture: tradeoff_figure.c. */
LIP_MUST_CHECK lip_status tradeoff_draw(study_run *run, const tradeoff_plan *p, const sheet *rows,
                                        lip_error *err);

#endif
