/* theorem.h - what the files of one theorem each share: the words of a result, and the table. */
#ifndef LIP_LAW_THEOREM_H
#define LIP_LAW_THEOREM_H

#include <liplaw/law.h>

#include "base/error.h"

/* Every theorem; law.c puts them into order. */
extern const lip_law law_theorem_3_paper, law_theorem_3_corrected, law_theorem_3_sharp;

/* Source of what docs/theory.md proves. */
#define DERIVED "derived: docs/theory.md"

/* The statement; later calls replace it. */
void law_says(lip_law_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An assumption that this function cannot decide (LIP_UNKNOWN), or whose answer is known. */
void law_assume(lip_law_result *result, lip_answer holds, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An assumption value >= needed (or value <= needed): unknown where either is NaN. */
void law_at_least(lip_law_result *result, double value, double needed, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void law_at_most(lip_law_result *result, double value, double needed, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A constant; value NAN: unknown. name and source are static text. */
void law_constant(lip_law_result *result, const char *name, double value, const char *source);

#endif
