/* recipe.h - a network of a study: trained or constructed, its constant on the unit sphere, its
   fit, and the least constant that its own outputs allow. */
#ifndef LIP_STUDY_RECIPE_H
#define LIP_STUDY_RECIPE_H

#include "study/study.h"

#include <liplaw/construct.h>
#include <liplaw/measure.h>
#include <liplaw/train.h>

typedef struct recipe {
  const char *series; /* "trained", "projected", ...: what a figure joins by a line; static text */
  size_t size;        /* what varies within the series: neurons, points per neuron, coordinates */
  bool trained;       /* by `train`; else by `construct` */
  lip_train_options train;
  lip_construct_options construct;
} recipe;

/* A row; all NaN where the construction does not apply. */
typedef struct recipe_numbers {
  double parameters, neurons;
  double fitted;         /* 1: by the rule that training or construction promises; else 0 */
  double mse, max_error; /* of f(x_i) - y_i */
  double lower, upper;   /* the constant on the unit sphere, tangential; certified where
                            measured, equal where known exactly */
  double own;            /* the largest slope between its outputs, along arcs: below `upper` */
  double bits;           /* of each stored number */
  double law;            /* no network of so many bits that fits so well has less */
  double steps;          /* of training */
} recipe_numbers;

enum { RECIPE_COLUMNS = sizeof(recipe_numbers) / sizeof(double) };
#define RECIPE_HEADER "parameters,neurons,fitted,mse,max error,lower,upper,own slope,bits,law,steps"

/* Balanced labels on uniform points of the unit sphere; the study's data. */
LIP_MUST_CHECK lip_status recipe_data(size_t n, size_t d, lip_dataset **data, lip_error *err);

/* Trains or constructs on these data, on the calling thread, and measures. A network that does not
   fit has its numbers; a construction that does not apply has none. */
LIP_MUST_CHECK lip_status recipe_make(const study_run *run, const recipe *self,
                                      const lip_dataset *data, recipe_numbers *numbers,
                                      lip_error *err);

/* The profile law (liplaw law profile) on the sphere, delta = 0.01: no network of `parameters`
   numbers of `bits` bits each that fits n points but `outliers` with errors up to max_error has
   less; 0 where it says nothing. */
double recipe_law(double n, double d, double parameters, double bits, double outliers,
                  double max_error);

/* The least constant on the sphere, along arcs, of a function that takes values so far apart at
   points at this distance: the law L* of one pair. */
double along_the_arc(double slope, double chord);

#endif
