/* audit_answer.h - what liplaw audit says: text and JSON. */
#ifndef LIP_CLI_AUDIT_ANSWER_H
#define LIP_CLI_AUDIT_ANSWER_H

#include "cli/cli.h"

#include <liplaw/audit.h>

/* Each prints and returns the exit status. folder: of the page; NULL: none was made. */
int audit_answer_json(const lip_audit *found, const char *folder);
int audit_answer_text(const char *net, const char *data, const lip_audit *found,
                      const char *folder);

#endif
