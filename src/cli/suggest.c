/* suggest.c - "did you mean": the known name nearest to a mistyped one. */
#include "cli/cli.h"

#include <string.h>

enum { LONGEST = 31 };

static size_t least(size_t a, size_t b, size_t c)
{
  size_t ab = a < b ? a : b;

  return ab < c ? ab : c;
}

/* How many letters must be inserted, deleted, replaced, or swapped with the next, to get from a to
   b (optimal string alignment; both at most LONGEST long). */
static size_t edits(const char *a, size_t m, const char *b, size_t n)
{
  size_t cost[LONGEST + 1][LONGEST + 1];

  for (size_t i = 0; i <= m; i++) cost[i][0] = i;
  for (size_t j = 0; j <= n; j++) cost[0][j] = j;
  for (size_t i = 1; i <= m; i++) {
    for (size_t j = 1; j <= n; j++) {
      cost[i][j] = least(cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                         cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1, cost[i][j]);
    }
  }
  return cost[m][n];
}

void cli_suggest(suggestion *best, const char *known)
{
  size_t m = best->length, n = strlen(known), distance;

  if (m > LONGEST || n > LONGEST) return;
  distance = edits(best->typed, m, known, n);
  if (strncmp(known, best->typed, m) == 0) distance = 1; /* a beginning counts as one slip */
  if (distance > 1 + n / 4 || distance >= n) return;
  if (best->name && distance >= best->distance) return;
  best->name = known;
  best->distance = distance;
}
