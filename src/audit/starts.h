/* starts.h - points of the data from which steep points of the network are looked for. */
#ifndef LIP_AUDIT_STARTS_H
#define LIP_AUDIT_STARTS_H

#include <liplaw/dataset.h>
#include <liplaw/net.h>

typedef struct lip_starts lip_starts;

/* A subset of the data, spread evenly, with all gradients there.
   data  in  at least one point
   cost      a pass forward and one back for each output and point; as far as control allows */
LIP_MUST_CHECK lip_status lip_starts_create(const lip_net *net, const lip_dataset *data,
                                            lip_starts **starts, const lip_control *control,
                                            lip_error *err);
void lip_starts_free(lip_starts *starts); /* takes NULL */

/* The points of the subset at which f_a - f_b is steepest, the steepest first; a = b: the whole
   subset. Borrowed until the next call; NULL where there are none. */
const lip_dataset *lip_starts_of(lip_starts *starts, size_t a, size_t b);

#endif
