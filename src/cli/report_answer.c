/* report_answer.c - what report and reproduce say of a report. */
#include "cli/report_answer.h"

#include "cli/cli.h"

#include <math.h>

static json_t *criterion_json(const lip_criterion *c)
{
  json_t *pass = c->verdict == LIP_NO_VERDICT ? json_null() : json_boolean(c->verdict == LIP_PASS);

  return json_pack("{s:s, s:o, s:[o, o], s:o, s:o, s:o, s:o}", "name", c->name, "value",
                   cli_number(c->value), "range", cli_number(c->low), cli_number(c->high), "low",
                   cli_number(c->low), "high", cli_number(c->high), "pass", pass, "reason",
                   c->reason[0] ? json_string(c->reason) : json_null());
}

json_t *report_answer_json(const lip_report_result *result, const char *folder)
{
  json_t *criteria = json_array(), *files = json_array();
  char path[4096];

  for (size_t i = 0; i < result->criteria; i++)
    (void)json_array_append_new(criteria, criterion_json(&result->criterion[i]));
  for (size_t i = 0; i < result->files; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, result->file[i]);
    (void)json_array_append_new(files, cli_text(path));
  }
  return json_pack("{s:o, s:o}", "criteria", criteria, "files", files);
}

static void print_criterion(const lip_criterion *c)
{
  static const char *const words[] = {
      [LIP_FAIL] = "FAIL", [LIP_PASS] = "pass", [LIP_NO_VERDICT] = "none"};

  (void)printf("%s  %s: ", words[c->verdict], c->name);
  if (c->verdict == LIP_NO_VERDICT)
    (void)printf("%s\n", c->reason);
  else if (isinf(c->high))
    (void)printf("%.3g, wanted above %.3g\n", c->value, c->low);
  else if (isinf(c->low))
    (void)printf("%.3g, wanted below %.3g\n", c->value, c->high);
  else
    (void)printf("%.3g, wanted %.3g to %.3g\n", c->value, c->low, c->high);
}

int report_answer_text(const lip_report_result *result, const char *folder)
{
  size_t verdicts[3] = {0};

  cli_progress_end();
  for (size_t i = 0; i < result->criteria; i++) {
    print_criterion(&result->criterion[i]);
    verdicts[result->criterion[i].verdict]++;
  }
  (void)printf("%zu of %zu criteria are met, %zu are not, %zu have no verdict at this size\n",
               verdicts[LIP_PASS], result->criteria, verdicts[LIP_FAIL], verdicts[LIP_NO_VERDICT]);
  (void)printf("%s/%s\n", folder, result->files ? result->file[0] : "index.html");
  return EXIT_DONE;
}
