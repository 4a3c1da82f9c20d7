/* cmd_report.c - liplaw report: figures, tables and one page from a store. */
#include "cli/cli.h"
#include "cli/report_answer.h"

#include <liplaw/report.h>

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lip_report_result result = {0};
  lip_error err = {""};
  lip_status st;
  const char *store;
  int code = cli_parse(self, argc, argv, &common, NULL, 0, &store, 1, 0);

  if (code >= 0) return code;
  if (!common.output) return cli_usage(self, &common, "-o is missing: the folder to write to");
  st = lip_report(store, common.output, &result, cli_control(), &err);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else if (common.json)
    code = cli_answer_json("ok", report_answer_json(&result, common.output));
  else
    code = report_answer_text(&result, common.output);
  lip_report_clear(&result);
  return code;
}

const command report_command = {"report", "STORE -o DIR",
                                "draws figures, tables and one page from a sweep's store", run};
