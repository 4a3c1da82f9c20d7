/* cmd_law.c - liplaw law: the theorems as calculators. */
#include "cli/cli.h"

#include "cli/law_answer.h"
#include "cli/law_batch.h"
#include "cli/law_files.h"
#include "cli/law_more.h"
#include "cli/law_options.h"

#include "base/error.h"

#include <liplaw/law.h>

#include <string.h>

typedef struct law_options {
  const char *mode, *solve, *batch, *net, *data;
} law_options;

static const lip_option rows[] = {
    {"mode", 0, LIP_OPT_TEXT, offsetof(law_options, mode), NULL, 0, 0, NULL, "",
     "of theorems that have several: paper, corrected or sharp"},
    {"solve", 0, LIP_OPT_TEXT, offsetof(law_options, solve), NULL, 0, 0, NULL, "",
     "finds this quantity, so that the bound becomes --L, or --delta for a probability"},
    {"batch", 0, LIP_OPT_TEXT, offsetof(law_options, batch), NULL, 0, 0, NULL, "",
     "evaluates every row of this CSV file, whose header names quantities"},
    {"net", 0, LIP_OPT_TEXT, offsetof(law_options, net), NULL, 0, 0, NULL, "",
     "takes k, p, bits and norm from this network where they are not given"},
    {"data", 0, LIP_OPT_TEXT, offsetof(law_options, data), NULL, 0, 0, NULL, "",
     "takes n, d, positive and L-star from this data set, c and sigma2 where it tells them; with "
     "--net also fit-error and outliers"},
};

/* What liplaw law does besides single theorems: each has options of its own. */
static const command *const more[] = {&law_architecture_command, &law_estimate_command};

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
  for (size_t j = 0; j < sizeof more / sizeof *more; j++)
    cli_suggest(&near, more[j]->name + sizeof "law");
  if (near.name)
    return lip_fail(err, LIP_EOPTION, "there is no law '%s'; did you mean '%s'?", name, near.name);
  return lip_fail(err, LIP_EOPTION, "there is no law '%s', see 'liplaw law'", name);
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  law_options own;
  law_texts texts;
  binding bound[] = {{law_option_table(), &texts}, {{rows, sizeof rows / sizeof *rows}, &own}};
  const lip_law *law = NULL;
  lip_law_input input;
  lip_law_result result;
  lip_error err = {""};
  lip_status st = LIP_OK;
  const char *name;
  int code;

  for (int i = 1; i < argc; i++)
    for (size_t j = 0; j < sizeof more / sizeof *more; j++)
      if (strcmp(argv[i], more[j]->name + sizeof "law") == 0)
        return more[j]->run(more[j], argc, argv);
  code = cli_parse(self, argc, argv, &common, bound, 2, &name, 1, 1);

  if (code >= 0) return code;
  if (!name) return common.json ? law_list_json() : law_list_text();
  TRY(find(name, own.mode, &law, &err));
  TRY(law_read_quantities(&texts, &input, &err));
  if (own.net || own.data) TRY(law_read_files(own.net, own.data, &texts, law, &input, &err));
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
