/* law_batch.h - evaluates a theorem for every row of a CSV file. */
#ifndef LIP_CLI_LAW_BATCH_H
#define LIP_CLI_LAW_BATCH_H

#include "cli/cli.h"

#include <liplaw/law.h>

/* Prints CSV, or with json one object with `rows`. The header names quantities (by field or
   option); an empty cell leaves the value of `input`. solve   quantity that is looked for in every
   row, or NULL return  LIP_OK; LIP_EINPUT with file and line, nothing printed */
LIP_MUST_CHECK lip_status law_batch(const char *path, const lip_law *law, const char *solve,
                                    const lip_law_input *input, bool json, lip_error *err);

#endif
