/* figure.h - the figures of a report. */
#ifndef LIP_REPORT_FIGURE_H
#define LIP_REPORT_FIGURE_H

#include "report/drawing.h"
#include "report/results.h"

typedef struct figure {
  const char *name;                                 /* of its four files, below figures/ */
  double width, height;                             /* cm; 8.5 is a column, 17.5 a page */
  double (*height_of)(const results *all);          /* in place of height; NULL: height holds */
  bool (*wanted)(const results *all);               /* is there anything to draw? */
  void (*write_csv)(FILE *out, const results *);    /* with a header line */
  void (*write_script)(FILE *out, const results *); /* settings and plot commands; the frame around
                                                       them is the same for all figures */
} figure;

/* One file each: figure_NAME.c. */
extern const figure figure_width, figure_closeup, figure_slices, figure_forest, figure_rate,
    figure_dimension, figure_aspect, figure_optimum, figure_width_brackets,
    figure_dimension_brackets;

/* Writes csv and script, and draws svg and pdf. Nothing happens where it is not wanted. */
LIP_MUST_CHECK lip_status figure_make(const figure *self, const results *all, report_folder *folder,
                                      lip_error *err);

/* Two elements of a plot command: bars from column 8 to column 9, and on them points at column 7.
   (Not gnuplot's errorbars: its pdf blots out what lies under their points.)
   x      in  an expression, "($1 == 0 ? $5 : NaN)": NaN leaves a row out
   style  in  "points" or "linespoints"
   ink    in  one of the colours below */
void figure_bars(FILE *out, const char *name, const char *x, const char *style, int point_type,
                 double point_size, const char *ink, const char *title);

#endif
