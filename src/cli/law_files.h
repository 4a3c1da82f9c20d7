/* law_files.h - quantities of a law that a network and a data set tell. */
#ifndef LIP_CLI_LAW_FILES_H
#define LIP_CLI_LAW_FILES_H

#include "cli/law_options.h"

#include <liplaw/law.h>

/* lip_law_tell (law/told.h) of a network, data, or both: paths, either may be NULL; what is given
   is kept. return  also LIP_EINPUT where the network has several outputs; what reading and
   evaluating return
 */
LIP_MUST_CHECK lip_status law_read_files(const char *net, const char *data, const law_texts *given,
                                         const lip_law *law, lip_law_input *input, lip_error *err);

#endif
