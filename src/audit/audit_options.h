/* audit_options.h - the options of an audit, one row each. */
#ifndef LIP_AUDIT_AUDIT_OPTIONS_H
#define LIP_AUDIT_AUDIT_OPTIONS_H

#include "base/options.h"

/* Over lip_audit_options. */
lip_option_table lip_audit_option_table(void);

#endif
