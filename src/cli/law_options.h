/* law_options.h - every quantity of the laws as an option. */
#ifndef LIP_CLI_LAW_OPTIONS_H
#define LIP_CLI_LAW_OPTIONS_H

#include "cli/cli.h"

#include <liplaw/law.h>

/* Texts, since most have no default. */
typedef struct law_texts {
#define LAW_TEXT(name, option, range, meaning) const char *name;
  LIP_QUANTITY_LIST(LAW_TEXT)
#undef LAW_TEXT
} law_texts;

/* Over law_texts. */
lip_option_table law_option_table(void);

/* The defaults of the laws, and what is given. return  LIP_OK; LIP_EOPTION naming the option */
LIP_MUST_CHECK lip_status law_read_quantities(const law_texts *texts, lip_law_input *input,
                                              lip_error *err);

#endif
