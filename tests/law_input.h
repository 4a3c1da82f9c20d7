/* law_input.h - evaluates a theorem from text, for the tests of the laws. */
#ifndef TESTS_LAW_INPUT_H
#define TESTS_LAW_INPUT_H

#include <liplaw/law.h>

#include <stdlib.h>
#include <string.h>

/* "n=1e4 d=1e3": defaults but for these. Returns false where a name is unknown. */
static bool law_read(const char *text, lip_law_input *input)
{
  char copy[256], *rest = copy, *word;

  lip_law_defaults(input);
  (void)snprintf(copy, sizeof copy, "%s", text);
  while ((word = strsep(&rest, " "))) {
    char *equals = strchr(word, '=');
    const lip_quantity *quantity;

    if (!equals) return false;
    *equals = 0;
    quantity = lip_quantity_find(word);
    if (!quantity) return false;
    *lip_quantity_of(quantity, input) = strtod(equals + 1, NULL);
  }
  return true;
}

static lip_law_result law_at(const char *name, const char *text)
{
  lip_law_input input;
  lip_law_result result = {.bound = NAN, .order = NAN};
  lip_error err = {""};
  const lip_law *law = lip_law_find(name);

  if (!law || !law_read(text, &input) || lip_law_evaluate(law, &input, &result, &err) != LIP_OK)
    (void)fprintf(stderr, "%s at %s: %s\n", name, text, err.text);
  return result;
}

static double law_bound(const char *name, const char *text)
{
  return law_at(name, text).bound;
}

/* The value of a constant of a result, NAN where there is none of that name. */
static inline double law_constant_of(const lip_law_result *result, const char *name)
{
  for (size_t i = 0; i < result->constants; i++)
    if (strcmp(result->constant[i].name, name) == 0) return result->constant[i].value;
  return NAN;
}

#endif
