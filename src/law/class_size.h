/* class_size.h - how many functions stand for a class: a finite one, or the net of a class with
   parameters (U7). */
#ifndef LIP_LAW_CLASS_SIZE_H
#define LIP_LAW_CLASS_SIZE_H

#include "law/theorem.h"

typedef struct class_size {
  double log_size; /* natural logarithm of the number of functions */
  double radius;   /* how far, at the points, a network is from the function that stands for it */
  double diameter, ratio; /* of the parameters; diameter J / radius or eps. NaN: not from a net */
  double least_ratio;     /* for which the count of the net is true */
  bool from_log;          /* the logarithm was given */
} class_size;

/* The net of the proof of Theorem 3: p log(60 diam J / eps), or p log where that is given, or
   p bits ln 2. LIP_EOPTION where none or more than one of them is given. */
lip_status class_size_paper(const lip_law_input *in, class_size *size, lip_error *err);

/* Any finite set, with its own radius: log_size, p bits ln 2, p log (radius as given, or 0), or the
   separated set p log(1 + 2 diam J / radius). Where no radius is given, the r that makes
   (room - r) / sqrt(log size) largest is taken; it depends on nothing that was drawn.
   room  in  what the other errors leave of the margin 1 */
lip_status class_size_net(const lip_law_input *in, double room, class_size *size, lip_error *err);

/* What must hold for the size. */
void class_size_assume(const class_size *size, lip_law_result *out);

#endif
