/* sensitivity.h - how far the learning rate moves the measure. */
#ifndef LIP_REPORT_SENSITIVITY_H
#define LIP_REPORT_SENSITIVITY_H

#include "report/experiment.h"

/* The means of one (n, d, k) over all learning rates that fitted it. */
typedef struct sensitivity {
  size_t rates; /* 0: the cell is no main cell, or was not fitted */
  double low, high;
} sensitivity;

sensitivity sensitivity_of(const experiment *self, const cell *c);

/* The largest (high - low) / main mean over all cells with several rates; NaN where none has. */
double sensitivity_largest(const experiment *self);

#endif
