/* law_files.h - quantities of a law that a network and a data set tell. */
#ifndef LIP_CLI_LAW_FILES_H
#define LIP_CLI_LAW_FILES_H

#include "cli/law_options.h"

#include <liplaw/law.h>

/* Fills what is NaN in `input` and what the law speaks of. Of data: n, d, positive, L_star;
   and, where an .npz tells them, sigma2, and c of its law (of its isoperimetric profile for the
   profile laws), or what is not known of it, as an assumption. Of a network: k, p, bits (32 of f32
   weights, where nothing else counts the class), and the norm of profile-two-layer. Of both:
   fit_error, and outliers where the law has them: the number of points, at most a tenth, at which
   the bound is largest. net, data   paths, either may be NULL given       fit_error and c are kept
   where they are given return      LIP_OK; LIP_EINPUT where labels are not -1 and +1 or the network
   has several outputs; what reading, evaluating and lip_law_evaluate return */
LIP_MUST_CHECK lip_status law_read_files(const char *net, const char *data, const law_texts *given,
                                         const lip_law *law, lip_law_input *input, lip_error *err);

#endif
