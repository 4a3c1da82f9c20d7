/* size.c - section 1.1 of the universal law: how many parameters smooth fits of these data need. */
#include "audit/audit_parts.h"

#include "law/required_size.h"

#include <math.h>

void audit_size(audit_run *run)
{
  static const char *const words[] = {"unknown", "below", "inside", "above"};
  lip_audit *found = &run->found;
  required_size size;

  found->law_p_low = found->law_p_high = NAN;
  found->size_position = "unknown";
  if (!found->dimension.known) return;
  size = required_size_of((double)found->n, found->dimension.least, found->dimension.largest, 1,
                          (double)found->parameters);
  found->law_p_low = size.low;
  found->law_p_high = size.high;
  found->size_position = words[size.position];
}
