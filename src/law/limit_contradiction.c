/* limit_contradiction.c - equal points with labels that differ: no function fits.

   Equal rows are found by sorting; then every limit of exact fits that applies is infinite, and
   that of any function (the first one) applies on every domain. cost  O(n log n) comparisons of
   points */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/equal_rows.h"

#include <stdio.h>
#include <string.h>

lip_status lip_find_contradiction(const lip_dataset *data, size_t *i, size_t *j, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t m = data->m, *number = lip_alloc(data->n, sizeof *number);
  size_t *first = lip_alloc(data->n, sizeof *first);

  *i = *j = 0;
  if (!number || !first) FAIL(LIP_ENOMEM, "%zu points", data->n);
  TRY(lip_number_rows(data->X, data->n, data->d, number, err));
  for (size_t at = data->n; at-- > 0;) first[number[at]] = at;
  for (size_t at = 0; at < data->n && *j == 0; at++)
    for (size_t l = 0; l < m; l++)
      if (data->y[at * m + l] != data->y[first[number[at]] * m + l]) {
        *i = first[number[at]];
        *j = at;
      }
done:
  lip_free(number);
  lip_free(first);
  return st;
}

void lip_contradict(lip_limits *result, bool net, size_t i, size_t j)
{
  lip_limit *any = &result->limit[0];
  size_t used;

  for (size_t l = 0; l < result->limits; l++) {
    lip_limit *limit = &result->limit[l];

    if (isnan(limit->for_exact_fit) && l > 0) continue;
    limit->for_exact_fit = INFINITY;
    limit->why_not_exact[0] = 0;
    if (!net) (void)snprintf(limit->note, sizeof limit->note, "no function fits");
  }
  if (!any->domain[0]) memcpy(any->domain, result->domain, sizeof any->domain);
  any->family = lip_limit_l_star.family;
  used = net ? strlen(any->note) : 0;
  (void)snprintf(any->note + used, sizeof any->note - used,
                 "%sno function fits: points %zu and %zu are equal, their labels are not",
                 used ? "; " : "", i, j);
  if (result->label_pairs > 0 && isinf(result->label_pair[0].slope)) return;
  result->label_pair[0] = (lip_limit_pair){i, j, 0, INFINITY};
  result->label_pairs = 1;
}
