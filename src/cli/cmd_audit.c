/* cmd_audit.c - liplaw audit: a network beside data. */
#include "cli/audit_answer.h"

#include "audit/audit_options.h"
#include "base/error.h"
#include "data/read_options.h"

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lip_audit_options own;
  lip_read_options reading = {.limit = 0};
  binding bound[] = {{lip_audit_option_table(), &own}, {lip_read_option_table(), &reading}};
  lip_net *net = NULL;
  lip_dataset *data = NULL;
  lip_audit found = {.n = 0};
  lip_error err = {""};
  lip_status st = LIP_OK;
  const char *path[2];
  int code = cli_parse(self, argc, argv, &common, bound, 2, path, 2, 0);

  if (code >= 0) return code;
  if (common.output) TRY(lip_audit_page_check(common.output, &err));
  TRY(lip_net_read(path[0], &net, &err));
  TRY(lip_dataset_read(path[1], &reading, &data, &err));
  TRY(lip_run_audit(net, data, &own, &found, cli_control(), &err));
  if (common.output) TRY(lip_audit_page(&found, net, data, path[0], path[1], common.output, &err));
done:
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? audit_answer_json(&found, common.output)
                       : audit_answer_text(path[0], path[1], &found, common.output);
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
  return code;
}

const command audit_command = {
    "audit",
    "NET DATA [-o DIR] [--time-limit S] [--points N] [--target L] [--flips ETA | --sigma2 S]",
    "a network beside data: fit, bracket, certified radii, L*, the law, a verdict", run};
