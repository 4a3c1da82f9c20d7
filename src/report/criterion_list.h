/* criterion_list.h - criteria as they are judged, one after the other. */
#ifndef LIP_REPORT_CRITERION_LIST_H
#define LIP_REPORT_CRITERION_LIST_H

#include <liplaw/report.h>

typedef struct criterion_list {
  lip_criterion *criterion; /* owned */
  size_t count, room;
} criterion_list;
void criterion_list_clear(criterion_list *list);

/* Appends a criterion and judges it: a value that is not a number fails. */
LIP_MUST_CHECK lip_status criterion_list_judge(criterion_list *list, lip_error *err, double value,
                                               double low, double high, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Takes the verdict of the last criterion back. */
void criterion_list_withhold(criterion_list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
