/* report_answer.h - what report and reproduce say of a report. */
#ifndef LIP_CLI_REPORT_ANSWER_H
#define LIP_CLI_REPORT_ANSWER_H

#include <liplaw/report.h>

#include <jansson.h>

/* {"criteria": [{name, value, range: [low, high], low, high, pass, reason}], "files": [...]}, paths
 * with the folder. */
json_t *report_answer_json(const lip_report_result *result, const char *folder);

/* One line per criterion, a sum, and the path of the page. Returns the exit status. */
int report_answer_text(const lip_report_result *result, const char *folder);

#endif
