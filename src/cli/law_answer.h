/* law_answer.h - what liplaw law says: the list of theorems, one result as text or JSON. */
#ifndef LIP_CLI_LAW_ANSWER_H
#define LIP_CLI_LAW_ANSWER_H

#include "cli/cli.h"

#include <liplaw/law.h>

/* Each prints and returns the exit status. solved: the quantity that was looked for, or NULL. */
int law_list_text(void);
int law_list_json(void);
int law_answer_text(const lip_law *law, const char *solved, const lip_law_result *result);
int law_answer_json(const lip_law *law, const char *solved, const lip_law_result *result);

/* The object of one result, for law_answer_json and for each row of a batch. */
json_t *law_object(const lip_law *law, const char *solved, const lip_law_result *result);

/* "at least", "at most", ...: which side the bound is on. */
const char *law_kind(const lip_law_result *result);

#endif
