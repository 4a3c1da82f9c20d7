/* study.h - what a study is made of: a sheet of rows, figures, criteria, paragraphs of one page. */
#ifndef LIP_STUDY_STUDY_H
#define LIP_STUDY_STUDY_H

#include <liplaw/study.h>

#include "base/parallel.h"
#include "report/criterion_list.h"
#include "report/drawing.h"
#include "report/html.h"

/* A study under way. */
typedef struct study_run {
  const char *name, *path; /* of the study, and of its folder */
  lip_scale scale;
  const lip_control *control;
  lip_team *team;
  report_folder folder;
  criterion_list criteria;
  FILE *findings; /* what came out: "<li>...</li>" with html(), the page's first screen */
  FILE *body;     /* the page below: "<h2>", "<p>", figures and tables, in the order of writing */
  size_t rows, done;
} study_run;

/* One study a file: NAME.c, a row of the table in study.c. */
typedef struct study {
  const char *name;    /* of the command line */
  const char *summary; /* one line for --help */
  const char *title;   /* of the page: the question */
  const char *lede;    /* what was done, in plain words; HTML */
  lip_status (*run)(study_run *run, lip_error *err);
} study;

extern const study isoperimetry_study, lemmas_study, counterexample_study, generalisation_study,
    tradeoff_study, minimise_study, depth_study, early_stopping_study;

/* True once the caller asked to stop; any thread may ask. */
bool study_stopped(const study_run *run);

/* Rows of numbers that are computed once, in any order, on all threads of the run. A unit of work
   gives `lines` rows of `columns` numbers after its words. */
typedef struct sheet {
  const char *name;   /* tables/NAME.csv; rows/NAME.csv keeps what is finished */
  const char *header; /* all columns, comma-separated: words first, then the numbers */
  size_t units, lines, columns;
  const void *context;
  /* The words of a row, comma-separated, none of them with a comma: together they must tell all
     that the numbers depend on. NULL: there are none. */
  void (*words)(const void *context, size_t unit, size_t line, char *text, size_t size);
  /* The numbers of a unit, lines x columns; by (context, unit) alone, whatever the thread. Long
     ones ask study_stopped, and return LIP_EINTERRUPT. */
  lip_status (*compute)(const study_run *run, const void *context, size_t unit, size_t thread,
                        double *value, lip_error *err);
  double *value; /* out, owned: units x lines x columns */
} sheet;

/* Computes what rows/NAME.csv does not hold yet, and writes tables/NAME.csv.
   return  LIP_OK; what compute returns; LIP_EINTERRUPT; LIP_EIO; LIP_ENOMEM */
LIP_MUST_CHECK lip_status sheet_fill(study_run *run, sheet *self, lip_error *err);
void sheet_clear(sheet *self); /* takes one that was never filled */

/* The numbers of a row. */
const double *sheet_row(const sheet *self, size_t unit, size_t line);

/* Draws the figure, and puts it into the page's body at this place. Between begin and end the
   numbers go to figure->csv, the gnuplot commands to figure->script; nothing may fail there.
   caption  in  plain text */
LIP_MUST_CHECK lip_status study_figure_begin(study_run *run, const char *name, double width,
                                             double height, drawing *figure, lip_error *err);
LIP_MUST_CHECK lip_status study_figure_end(study_run *run, drawing *figure, const char *caption,
                                           lip_error *err);

/* A criterion: value in [low, high], either of which may be infinite. */
#define STUDY_CRITERION(run, err, value, low, high, ...)                                           \
  criterion_list_judge(&(run)->criteria, (err), (value), (low), (high), __VA_ARGS__)

/* Writes index.html from what the run has gathered: study_page.c. */
LIP_MUST_CHECK lip_status study_page_make(const study *self, study_run *run, const char *findings,
                                          const char *body, lip_error *err);

#endif
