/* theorem.h - what the files of one theorem each share: the words of a result, and the table. */
#ifndef LIP_LAW_THEOREM_H
#define LIP_LAW_THEOREM_H

#include <liplaw/law.h>

#include "base/error.h"

/* Every theorem; law.c puts them into order. */
extern const lip_law law_conjecture_1, law_conjecture_2;
extern const lip_law law_two_layer_1, law_two_layer_2, law_two_layer_3_upper, law_two_layer_3_lower,
    law_two_layer_4, law_two_layer_5, law_two_layer_6, law_two_layer_7;
extern const lip_law law_lemma_1, law_lemma_2, law_lemma_3, law_lemma_4, law_lemma_5;
extern const lip_law law_proposition_1_2, law_lemma_2_1;
extern const lip_law law_theorem_2_paper, law_theorem_2_corrected, law_theorem_2_sharp;
extern const lip_law law_theorem_3_paper, law_theorem_3_corrected, law_theorem_3_sharp;
extern const lip_law law_net;
extern const lip_law law_profile, law_profile_two_layer;
extern const lip_law law_deep_3_1_paper, law_deep_3_1_corrected, law_deep_3_1_sharp,
    law_deep_3_2_paper, law_deep_3_2_corrected, law_deep_3_2_sharp;
extern const lip_law law_radius_ceiling, law_poincare, law_caps_gradient, law_rademacher,
    law_generalisation, law_projection, law_memorisation;

/* What every evaluation has in common: ranges and what is missing; then whether all assumptions
   hold, and whether the bound says anything. */
LIP_MUST_CHECK lip_status law_check(const lip_law *law, const lip_law_input *input, lip_error *err);
void law_judge(const lip_law_input *input, lip_law_result *result);

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

/* LIP_EOPTION unless the quantity is whole. */
LIP_MUST_CHECK lip_status law_whole(double value, const char *option, lip_error *err);

/* A constant; value NAN: unknown. name and source are static text. */
void law_constant(lip_law_result *result, const char *name, double value, const char *source);

#endif
