/* gnuplot.h - runs the program gnuplot. */
#ifndef LIP_REPORT_GNUPLOT_H
#define LIP_REPORT_GNUPLOT_H

#include <liplaw/status.h>

/* LIP_EIO with the package to install where gnuplot is missing. */
LIP_MUST_CHECK lip_status gnuplot_check(lip_error *err);

/* Runs `gnuplot script` in a folder. LIP_EIO with gnuplot's own words where it fails. */
LIP_MUST_CHECK lip_status gnuplot_run(const char *folder, const char *script, lip_error *err);

#endif
