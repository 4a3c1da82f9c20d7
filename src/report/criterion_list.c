/* criterion_list.c - criteria as they are judged, one after the other. */
#include "report/criterion_list.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void criterion_list_clear(criterion_list *list)
{
  lip_free(list->criterion);
  *list = (criterion_list){0};
}

static lip_criterion *append(criterion_list *list)
{
  if (list->count == list->room) {
    size_t room = 2 * list->room + 16;
    lip_criterion *moved = lip_alloc(room, sizeof *moved);

    if (!moved) return NULL;
    if (list->count) memcpy(moved, list->criterion, list->count * sizeof *moved);
    lip_free(list->criterion);
    list->criterion = moved;
    list->room = room;
  }
  return &list->criterion[list->count++];
}

lip_status criterion_list_judge(criterion_list *list, lip_error *err, double value, double low,
                                double high, const char *format, ...)
{
  lip_status st = LIP_OK;
  lip_criterion *made = append(list);
  va_list args;

  if (!made) FAIL(LIP_ENOMEM, "no memory for criterion %zu", list->count);
  *made = (lip_criterion){.value = value, .low = low, .high = high};
  made->verdict = value >= low && value <= high ? LIP_PASS : LIP_FAIL;
  va_start(args, format);
  (void)vsnprintf(made->name, sizeof made->name, format, args);
  va_end(args);
done:
  return st;
}

void criterion_list_withhold(criterion_list *list, const char *format, ...)
{
  lip_criterion *last = &list->criterion[list->count - 1];
  va_list args;

  last->verdict = LIP_NO_VERDICT;
  va_start(args, format);
  (void)vsnprintf(last->reason, sizeof last->reason, format, args);
  va_end(args);
}
