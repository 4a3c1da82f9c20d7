/* drawing.h - the four files of a figure: a csv of what is drawn, gnuplot's script, svg and pdf. */
#ifndef LIP_REPORT_DRAWING_H
#define LIP_REPORT_DRAWING_H

#include "report/folder.h"

/* A figure under way, below figures/. Between begin and end the caller writes the numbers, with a
   header line, and the script's settings and plot commands; the frame around them is the same for
   all figures. */
typedef struct drawing {
  const char *name; /* of its four files; borrowed */
  double width;     /* cm */
  FILE *csv, *script;
  report_folder *folder;
} drawing;

/* width, height: cm; 8.5 is a column, 17.5 a page. */
LIP_MUST_CHECK lip_status drawing_begin(drawing *self, const char *name, double width,
                                        double height, report_folder *folder, lip_error *err);

/* Closes csv and script, and draws svg and pdf. */
LIP_MUST_CHECK lip_status drawing_end(drawing *self, lip_error *err);

/* The colours of every figure, safe for colour-blind readers (Okabe and Ito). */
#define INK_BLUE   "'#0072B2'"
#define INK_RED    "'#D55E00'"
#define INK_GREEN  "'#009E73'"
#define INK_ORANGE "'#E69F00'"
#define INK_SKY    "'#56B4E9'"
#define INK_PURPLE "'#CC79A7'"
#define INK_BLACK  "'#222222'"
#define INK_GREY   "'#7F7F7F'"
#define INK_LIGHT  "'#C9C9C9'"

#endif
