/* law_answer.c - what liplaw law says: the list of theorems, one result as text or JSON. */
#include "cli/law_answer.h"

#include <math.h>
#include <string.h>

/* Whether the law counts a class, in one of several ways. */
static bool counts_class(const lip_law *law)
{
  return strstr(law->may, "bits") && strstr(law->may, "W") && strstr(law->may, "J");
}

int law_list_text(void)
{
  const lip_law *law;

  for (size_t i = 0; (law = lip_law_at(i)); i++)
    (void)printf("%-26s %s\n%-26s needs %s%s\n", law->name, law->title, "", law->needs,
                 counts_class(law) ? "; and the class: log, or bits, or W and J" : "");
  (void)puts("\nliplaw law NAME --n 1e4 --d 1e3 ... evaluates one; --solve p --L 5 finds the p at "
             "which its bound is 5.");
  (void)puts(
      "liplaw law architecture --of FILE counts a network's shape; liplaw law estimate --data "
      "DATA says how\nmany parameters smooth fits of the data need.");
  return EXIT_DONE;
}

int law_list_json(void)
{
  json_t *list = json_array();
  const lip_law *law;

  for (size_t i = 0; (law = lip_law_at(i)); i++)
    if (json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "name",
                                              law->name, "title", law->title, "source", law->source,
                                              "needs", law->needs, "may", law->may, "solves",
                                              law->solves, "target", law->target)) != 0)
      break;
  return cli_answer_json("ok", json_pack("{s:o}", "theorems", list));
}

const char *law_kind(const lip_law_result *result)
{
  static const char *const words[] = {
      [LIP_LIPSCHITZ_AT_LEAST] = "lipschitz_at_least",
      [LIP_LIPSCHITZ_AT_MOST] = "lipschitz_at_most",
      [LIP_PROBABILITY] = "probability_at_most",
      [LIP_NUMBER] = "number",
  };

  return words[result->kind];
}

static json_t *answer_json(lip_answer answer)
{
  return answer == LIP_UNKNOWN ? json_null() : json_boolean(answer == LIP_YES);
}

static json_t *assumptions(const lip_law_result *result)
{
  json_t *list = json_array();

  for (size_t i = 0; i < result->assumptions; i++) {
    const lip_assumption *one = &result->assumption[i];

    if (json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "text", cli_text(one->text),
                                              "holds", answer_json(one->holds), "value",
                                              cli_number(one->value), "needed",
                                              cli_number(one->needed))) != 0)
      break;
  }
  return list;
}

static json_t *constants(const lip_law_result *result)
{
  json_t *list = json_array();

  for (size_t i = 0; i < result->constants; i++) {
    const lip_constant *one = &result->constant[i];

    if (json_array_append_new(list, json_pack("{s:s, s:o, s:s}", "name", one->name, "value",
                                              cli_number(one->value), "source", one->source)) != 0)
      break;
  }
  return list;
}

/* The quantities that the theorem was evaluated at. */
static json_t *quantities(const lip_law_result *result)
{
  json_t *object = json_object();
  lip_law_input at = result->solved;
  const lip_quantity *quantity;

  for (size_t i = 0; (quantity = lip_quantity_at(i)); i++) {
    double value = *lip_quantity_of(quantity, &at);

    if (!isnan(value) && json_object_set_new(object, quantity->name, cli_number(value)) != 0) break;
  }
  return object;
}

json_t *law_object(const lip_law *law, const char *solved, const lip_law_result *result)
{
  json_t *object = json_pack(
      "{s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:b, s:o, s:s, s:o}", "theorem", law->name,
      "assumptions", assumptions(result), "holds", answer_json(result->holds), "bound",
      cli_number(result->bound), "order", cli_number(result->order), "kind", law_kind(result),
      "says", result->says, "constants", constants(result), "vacuous", result->vacuous,
      "why_vacuous", result->vacuous ? json_string(result->why_vacuous) : json_null(), "source",
      law->source, "quantities", quantities(result));
  const lip_quantity *quantity = solved ? lip_quantity_find(solved) : NULL;
  lip_law_input at = result->solved;

  if (object && quantity)
    (void)json_object_set_new(
        object, "solved",
        json_pack("{s:o}", quantity->name, cli_number(*lip_quantity_of(quantity, &at))));
  return object;
}

int law_answer_json(const lip_law *law, const char *solved, const lip_law_result *result)
{
  return cli_answer_json("ok", law_object(law, solved, result));
}

static void print_assumption(const lip_assumption *one)
{
  static const char *const words[] = {"no", "yes", "unknown"};

  (void)printf("  %-8s %s", words[one->holds], one->text);
  if (!isnan(one->value)) (void)printf(" (%.6g", one->value);
  if (!isnan(one->value) && !isnan(one->needed)) (void)printf(" against %.6g", one->needed);
  (void)puts(isnan(one->value) ? "" : ")");
}

static void print_bound(const lip_law_result *result)
{
  static const char *const words[] = {
      [LIP_LIPSCHITZ_AT_LEAST] = "Lipschitz constant at least",
      [LIP_LIPSCHITZ_AT_MOST] = "Lipschitz constant at most",
      [LIP_PROBABILITY] = "probability at most",
      [LIP_NUMBER] = "value",
  };

  if (isnan(result->bound))
    (void)printf("%s: a constant that no paper names, times %.10g\n", words[result->kind],
                 result->order);
  else
    (void)printf("%s: %.10g\n", words[result->kind], result->bound);
}

/* The value found, and on which side of it the bound is larger. */
static void print_solved(const lip_law *law, const lip_quantity *quantity,
                         const lip_law_result *result)
{
  lip_law_input at = result->solved;
  double *value = lip_quantity_of(quantity, &at), found = *value;
  bool order = isnan(result->bound);
  lip_law_result next;

  (void)printf("%s = %.10g", quantity->option, found);
  *value = found + 0.01 * (quantity->range == LIP_FRACTION ? found * (1 - found) : found);
  if (lip_law_evaluate(law, &at, &next, NULL) == LIP_OK)
    (void)printf(": with %s %s the bound is larger",
                 (order ? next.order > result->order : next.bound > result->bound) ? "more"
                                                                                   : "less",
                 quantity->option);
  (void)putchar('\n');
}

int law_answer_text(const lip_law *law, const char *solved, const lip_law_result *result)
{
  const lip_quantity *quantity = solved ? lip_quantity_find(solved) : NULL;

  (void)printf("%s: %s\n\n", law->name, law->source);
  if (quantity) print_solved(law, quantity, result);
  print_bound(result);
  (void)printf("%s.\n", result->says);
  if (result->vacuous) (void)printf("This says nothing here: %s.\n", result->why_vacuous);
  (void)printf("\nassumptions\n");
  for (size_t i = 0; i < result->assumptions; i++) print_assumption(&result->assumption[i]);
  if (result->constants) (void)printf("\nconstants\n");
  for (size_t i = 0; i < result->constants; i++) {
    const lip_constant *one = &result->constant[i];

    if (isnan(one->value))
      (void)printf("  %-36s unknown: %s\n", one->name, one->source);
    else
      (void)printf("  %-36s %.10g (%s)\n", one->name, one->value, one->source);
  }
  return EXIT_DONE;
}
