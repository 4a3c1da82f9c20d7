/* tables.h - the csv tables of a report. */
#ifndef LIP_REPORT_TABLES_H
#define LIP_REPORT_TABLES_H

#include "report/folder.h"
#include "report/results.h"

/* tables/runs.csv (all rows of the store), cells.csv (means over seeds, kept and attempted),
   fits.csv (every law of every slice and pool, AIC, exponents), criteria.csv. Numbers carry 17
   digits; what does not exist is empty. */
LIP_MUST_CHECK lip_status tables_make(const char *store, const results *all, report_folder *folder,
                                      lip_error *err);

const char *verdict_name(lip_verdict verdict); /* "pass", "fail", "none" */

#endif
