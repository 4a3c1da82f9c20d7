/* law.c - the table of theorems, the quantities they speak of, and what every evaluation has in
   common: ranges, what is missing, whether all assumptions hold, whether the bound says anything.
 */
#include "law/theorem.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const lip_law *const laws[] = {
    &law_conjecture_1,
    &law_conjecture_2,
    &law_two_layer_1,
    &law_two_layer_2,
    &law_two_layer_3_upper,
    &law_two_layer_3_lower,
    &law_two_layer_4,
    &law_two_layer_5,
    &law_two_layer_6,
    &law_two_layer_7,
    &law_lemma_1,
    &law_lemma_2,
    &law_lemma_3,
    &law_lemma_4,
    &law_lemma_5,
    &law_proposition_1_2,
    &law_lemma_2_1,
    &law_theorem_2_paper,
    &law_theorem_2_corrected,
    &law_theorem_2_sharp,
    &law_theorem_3_paper,
    &law_theorem_3_corrected,
    &law_theorem_3_sharp,
    &law_net,
    &law_profile,
    &law_profile_two_layer,
    &law_deep_3_1_paper,
    &law_deep_3_1_corrected,
    &law_deep_3_1_sharp,
    &law_deep_3_2_paper,
    &law_deep_3_2_corrected,
    &law_deep_3_2_sharp,
    &law_radius_ceiling,
    &law_poincare,
    &law_caps_gradient,
    &law_rademacher,
    &law_generalisation,
    &law_projection,
    &law_memorisation,
};

static const lip_quantity quantities[] = {
#define QUANTITY(name, option, range, meaning)                                                     \
  {#name, option, meaning, range, offsetof(lip_law_input, name)},
    LIP_QUANTITY_LIST(QUANTITY)
#undef QUANTITY
};

const lip_law *lip_law_at(size_t index)
{
  return index < sizeof laws / sizeof *laws ? laws[index] : NULL;
}

/* The law whose name is the three parts put together. */
static const lip_law *find(const char *prefix, const char *name, const char *suffix)
{
  size_t before = strlen(prefix), length = strlen(name);

  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    const char *known = laws[i]->name;

    if (strncmp(known, prefix, before) == 0 && strncmp(known + before, name, length) == 0 &&
        strcmp(known + before + length, suffix) == 0)
      return laws[i];
  }
  return NULL;
}

const lip_law *lip_law_find(const char *name)
{
  const lip_law *law = find("", name, "");

  if (!law) law = find("", name, "-corrected");
  return law ? law : find("two-layer-", name, "");
}

const lip_quantity *lip_quantity_at(size_t index)
{
  return index < sizeof quantities / sizeof *quantities ? &quantities[index] : NULL;
}

const lip_quantity *lip_quantity_find(const char *name)
{
  for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
    if (strcmp(quantities[i].name, name) == 0 || strcmp(quantities[i].option, name) == 0)
      return &quantities[i];
  return NULL;
}

double *lip_quantity_of(const lip_quantity *quantity, lip_law_input *input)
{
  return (double *)(void *)((char *)input + quantity->offset);
}

static double value_of(const lip_quantity *quantity, const lip_law_input *input)
{
  return *(const double *)(const void *)((const char *)input + quantity->offset);
}

void lip_law_defaults(lip_law_input *input)
{
  for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
    *lip_quantity_of(&quantities[i], input) = NAN;
  input->eps = 0.5;
  input->delta = 0.01;
  input->c = 1;
  input->mixture = 1;
  input->fit_error = 0;
  input->points_law = NULL;
  input->isoperimetric = LIP_UNKNOWN;
}

static lip_status check_range(const lip_quantity *quantity, double value, lip_error *err)
{
  static const char *const words[] = {
      [LIP_COUNT] = "at least 1",
      [LIP_POSITIVE] = "above 0",
      [LIP_NOT_NEGATIVE] = "at least 0",
      [LIP_FRACTION] = "above 0 and below 1",
  };
  bool inside = isfinite(value);

  switch (quantity->range) {
  case LIP_COUNT:
    inside = inside && value >= 1;
    break;
  case LIP_POSITIVE:
    inside = inside && value > 0;
    break;
  case LIP_NOT_NEGATIVE:
    inside = inside && value >= 0;
    break;
  case LIP_FRACTION:
    inside = inside && value > 0 && value < 1;
    break;
  }
  if (inside) return LIP_OK;
  return lip_fail(err, LIP_EOPTION, "%s = %.15g must be %s and finite: %s", quantity->option, value,
                  words[quantity->range], quantity->meaning);
}

/* Whether `name` stands among the words of `list`. */
static bool lists(const char *list, const char *name)
{
  size_t length = strlen(name);

  for (const char *at = list; *at;) {
    size_t word = strcspn(at, " ");

    if (word == length && memcmp(at, name, length) == 0) return true;
    at += word + strspn(at + word, " ");
  }
  return false;
}

lip_status law_check(const lip_law *law, const lip_law_input *input, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++) {
    double value = value_of(&quantities[i], input);

    if (!isnan(value))
      TRY(check_range(&quantities[i], value, err));
    else if (lists(law->needs, quantities[i].name))
      FAIL(LIP_EOPTION, "%s needs %s: %s", law->name, quantities[i].option, quantities[i].meaning);
  }
  if (!isnan(input->mixture)) TRY(law_whole(input->mixture, "mixture", err));
done:
  return st;
}

static lip_answer all_hold(const lip_law_result *result)
{
  lip_answer all = LIP_YES;

  for (size_t i = 0; i < result->assumptions; i++) {
    if (result->assumption[i].holds == LIP_NO) return LIP_NO;
    if (result->assumption[i].holds == LIP_UNKNOWN) all = LIP_UNKNOWN;
  }
  return all;
}

static void call_vacuous(lip_law_result *result, const char *why)
{
  if (result->vacuous) return;
  result->vacuous = true;
  (void)snprintf(result->why_vacuous, sizeof result->why_vacuous, "%s", why);
}

/* A lower bound says something where it is above what holds for every function that fits. */
static void judge_lower(const lip_law_input *input, lip_law_result *result)
{
  char why[160];
  double bound = result->bound;

  if (bound <= 0) call_vacuous(result, "a Lipschitz constant is at least 0 anyway");
  if (bound <= input->L_star) {
    (void)snprintf(why, sizeof why, "not above L* = %.6g, which holds for every function that fits",
                   input->L_star);
    call_vacuous(result, why);
  }
  if (isnan(input->L_star) && bound <= 1)
    call_vacuous(result, "not above 1, the least slope from a label -1 to a label +1 in the unit "
                         "ball; --L-star compares with more");
}

void law_judge(const lip_law_input *input, lip_law_result *result)
{
  result->holds = all_hold(result);
  if (result->kind == LIP_PROBABILITY && result->bound >= 1)
    call_vacuous(result, "a probability is at most 1 anyway");
  if (result->kind == LIP_LIPSCHITZ_AT_LEAST && !isnan(result->bound)) judge_lower(input, result);
  if (result->holds == LIP_NO) call_vacuous(result, "an assumption fails");
}

lip_status lip_law_evaluate(const lip_law *law, const lip_law_input *input, lip_law_result *result,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_law_result made = {.bound = NAN, .order = NAN};

  TRY(law_check(law, input, err));
  made.solved = *input;
  TRY(law->evaluate(input, &made, err));
  if (input->points_law && (lists(law->needs, "c") || lists(law->may, "c")))
    law_assume(&made, input->isoperimetric, "%s", input->points_law);
  if (isnan(made.bound) && isnan(made.order))
    FAIL(LIP_ENUMERIC, "%s: the bound is not a number for these values", law->name);
  if (made.kind == LIP_PROBABILITY) made.bound = fmax(made.bound, DBL_MIN); /* 0 would be false */
  law_judge(input, &made);
  *result = made;
done:
  return st;
}
