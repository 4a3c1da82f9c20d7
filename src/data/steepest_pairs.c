/* steepest_pairs.c - the steepest pairs seen so far: a sorted list that takes new ones. */
#include "data/steepest_pairs.h"

#include <string.h>

static bool before(const lip_pair *a, const lip_pair *b)
{
  if (a->slope != b->slope) return a->slope > b->slope;
  return a->i != b->i ? a->i < b->i : a->j < b->j;
}

void lip_steepest_pairs_add(lip_steepest_pairs *list, lip_pair pair)
{
  size_t low = 0, high = list->count;

  if (!(pair.slope > 0)) return;
  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (before(&list->pair[middle], &pair))
      low = middle + 1;
    else
      high = middle;
  }
  if (low == list->room) return;
  if (list->count < list->room) list->count++;
  memmove(list->pair + low + 1, list->pair + low, (list->count - 1 - low) * sizeof *list->pair);
  list->pair[low] = pair;
}

double lip_steepest_pairs_threshold(const lip_steepest_pairs *list)
{
  return list->count == list->room ? list->pair[list->room - 1].slope : 0;
}
