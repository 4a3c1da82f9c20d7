/* liplaw/study.h - studies: experiments whose numbers are computed directly rather than swept. */
#ifndef LIPLAW_STUDY_H
#define LIPLAW_STUDY_H

#include <liplaw/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds on two cores; minutes; many minutes. */
typedef enum lip_scale { LIP_QUICK, LIP_HALF, LIP_PAPER } lip_scale;

/* Name and summary of the study with that index; NULL from the last one on. Static text. */
LIP_PUBLIC const char *lip_study_name(size_t index);
LIP_PUBLIC const char *lip_study_summary(size_t index);

/* What was computed and written. */
typedef struct lip_study_result {
  lip_report_result report;
  size_t rows, done; /* of the sheets that were begun; done: rows that stand in the folder, earlier
                        calls included */
  double seconds;    /* of this call */
} lip_study_result;
LIP_PUBLIC void lip_study_clear(lip_study_result *result);

/* Computes a study and writes figures, tables and index.html into `folder`, as lip_report does.
   Every row is appended to FOLDER/rows/SHEET.csv as it ends, so that the next call goes on where
   this one was stopped; rows made with other settings are dropped. Needs the program gnuplot.
   workers  in   threads; 0: all cores
   result   out  filled on LIP_OK and LIP_EINTERRUPT; released with lip_study_clear
   return        LIP_OK, whatever the verdicts; LIP_EOPTION: there is no such study; LIP_EIO;
                 LIP_EINTERRUPT: call again to go on; LIP_ENOMEM; LIP_ENUMERIC */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_study(const char *name, lip_scale scale, size_t workers,
                                               const char *folder, lip_study_result *result,
                                               const lip_control *control, lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
