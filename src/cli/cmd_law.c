/* cmd_law.c - liplaw law: the theorems as calculators. */
#include "cli/cli.h"

#include "cli/law_answer.h"
#include "cli/law_batch.h"
#include "cli/law_files.h"

#include "base/error.h"

#include <liplaw/law.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every quantity is an option; texts, since most have no default. */
typedef struct law_options {
#define OPTION_FIELD(name, option, range, meaning) const char *name;
  LIP_QUANTITY_LIST(OPTION_FIELD)
#undef OPTION_FIELD
  const char *mode, *solve, *batch, *net, *data;
} law_options;

static const lip_option rows[] = {
#define OPTION_ROW(name, option, range, meaning)                                                   \
  {option, 0, LIP_OPT_TEXT, offsetof(law_options, name), NULL, 0, 0, NULL, "", meaning},
    LIP_QUANTITY_LIST(OPTION_ROW)
#undef OPTION_ROW
        {"mode", 0, LIP_OPT_TEXT, offsetof(law_options, mode), NULL, 0, 0, NULL, "",
         "of theorems that have several: paper, corrected or sharp"},
    {"solve", 0, LIP_OPT_TEXT, offsetof(law_options, solve), NULL, 0, 0, NULL, "",
     "finds this quantity, so that the bound becomes --L, or --delta for a probability"},
    {"batch", 0, LIP_OPT_TEXT, offsetof(law_options, batch), NULL, 0, 0, NULL, "",
     "evaluates every row of this CSV file, whose header names quantities"},
    {"net", 0, LIP_OPT_TEXT, offsetof(law_options, net), NULL, 0, 0, NULL, "",
     "takes k, p, bits and norm from this network where they are not given"},
    {"data", 0, LIP_OPT_TEXT, offsetof(law_options, data), NULL, 0, 0, NULL, "",
     "takes n, d, positive and L-star from this data set; with --net also fit-error and outliers"},
};

static lip_status read_quantities(const law_options *own, lip_law_input *input, lip_error *err)
{
  const lip_quantity *quantity;

  lip_law_defaults(input);
  for (size_t i = 0; (quantity = lip_quantity_at(i)); i++) {
    const char *text = *(const char *const *)(const void *)((const char *)own + rows[i].offset);
    char *end;

    if (!text) continue;
    *lip_quantity_of(quantity, input) = strtod(text, &end);
    if (end == text || *end || isnan(*lip_quantity_of(quantity, input)))
      return lip_fail(err, LIP_EOPTION, "--%s: '%s' is not a number", quantity->option, text);
  }
  return LIP_OK;
}

/* NAME, or NAME-MODE. */
static lip_status find(const char *name, const char *mode, const lip_law **law, lip_error *err)
{
  suggestion near = {name, strlen(name), 0, NULL};
  char full[80];

  (void)snprintf(full, sizeof full, "%s%s%s", name, mode ? "-" : "", mode ? mode : "");
  *law = lip_law_find(full);
  if (*law) return LIP_OK;
  if (mode && lip_law_find(name))
    return lip_fail(err, LIP_EOPTION, "%s has no mode '%s'", name, mode);
  for (size_t i = 0; lip_law_at(i); i++) {
    const char *known = lip_law_at(i)->name;

    cli_suggest(&near, known);
    if (strncmp(known, "two-layer-", 10) == 0) cli_suggest(&near, known + 10);
  }
  if (near.name)
    return lip_fail(err, LIP_EOPTION, "there is no law '%s'; did you mean '%s'?", name, near.name);
  return lip_fail(err, LIP_EOPTION, "there is no law '%s', see 'liplaw law'", name);
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  law_options own;
  binding bound = {{rows, sizeof rows / sizeof *rows}, &own};
  const lip_law *law = NULL;
  lip_law_input input;
  lip_law_result result;
  lip_error err = {""};
  lip_status st = LIP_OK;
  const char *name;
  int code = cli_parse(self, argc, argv, &common, &bound, 1, &name, 1, 1);

  if (code >= 0) return code;
  if (!name) return common.json ? law_list_json() : law_list_text();
  TRY(find(name, own.mode, &law, &err));
  TRY(read_quantities(&own, &input, &err));
  if (own.net || own.data) TRY(law_read_files(own.net, own.data, own.fit_error, law, &input, &err));
  if (own.batch) {
    TRY(law_batch(own.batch, law, own.solve, &input, common.json, &err));
    return EXIT_DONE;
  }
  TRY(own.solve ? lip_law_solve(law, own.solve, &input, &result, &err)
                : lip_law_evaluate(law, &input, &result, &err));
done:
  if (st != LIP_OK) return cli_fail(self, &common, st, &err);
  return common.json ? law_answer_json(law, own.solve, &result)
                     : law_answer_text(law, own.solve, &result);
}

const command law_command = {
    "law",
    "[NAME] [--n N] [--d D] [--p P] ... [--solve QUANTITY --L L] [--net NET] [--data DATA] "
    "[--batch FILE.csv]",
    "a theorem as a calculator: its assumptions, constants and bound; without NAME, the list", run};
