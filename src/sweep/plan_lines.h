/* plan_lines.h - the text of a plan as blocks of keys, values and conditions. */
#ifndef LIP_SWEEP_PLAN_LINES_H
#define LIP_SWEEP_PLAN_LINES_H

#include "sweep/setting.h"

/* One value, or a range: first, first + step, ... or first, first * step, ... up to last. */
typedef struct lip_plan_value {
  char *first; /* an expression, or a word; the range's others are NULL where it is a value */
  char *last, *step;
  bool times;
} lip_plan_value;

typedef struct lip_plan_key {
  const lip_knob *knob;
  int line;
  lip_plan_value *value;
  size_t values;
} lip_plan_key;

typedef struct lip_plan_condition {
  char *text;
  int line;
} lip_plan_condition;

/* Keys and conditions of a block; section 0 holds what stands before the first block. */
typedef struct lip_plan_section {
  char name[64];
  int line;
  lip_plan_key key[LIP_MAX_KNOBS];
  size_t keys;
  lip_plan_condition *condition;
  size_t conditions;
} lip_plan_section;

typedef struct lip_plan_lines {
  char *memory;              /* owned: the text, cut into the pieces that the others point to */
  lip_plan_section *section; /* owned, as all values and conditions of the sections */
  size_t sections;
  lip_plan_value *value;
  lip_plan_condition *condition;
} lip_plan_lines;

/* name  in  the file, for error texts; every expression has been read once, so that what is left to
              fail later are values. */
LIP_MUST_CHECK lip_status lip_plan_lines_read(const char *name, const char *text,
                                              const lip_knobs *knobs, lip_plan_lines *lines,
                                              lip_error *err);
void lip_plan_lines_clear(lip_plan_lines *lines);

#endif
