/* cmd_sweep.c - liplaw sweep: runs a plan; continues where it stopped. */
#include "cli/cli.h"

#include "sweep/sweep_options.h"

#include <liplaw/sweep.h>

typedef struct own_options {
  bool dry_run;
} own_options;

static const lip_option own_rows[] = {
    {"dry-run", 0, LIP_OPT_BOOL, offsetof(own_options, dry_run), "false", 0, 0, NULL, "",
     "only say what the plan asks for"},
};

static int answer_dry_run(const common_options *common, const lip_plan *plan)
{
  size_t runs = lip_plan_cells(plan), skipped = lip_plan_skipped(plan);
  double flops = lip_plan_step_flops(plan);

  if (common->json)
    return cli_answer_json("ok", json_pack("{s:I,s:I,s:o}", "runs", (json_int_t)runs, "skipped",
                                           (json_int_t)skipped, "step_flops", cli_number(flops)));
  (void)printf("%zu networks, %zu combinations skipped\n"
               "%.3g floating-point operations for one training step of each\n",
               runs, skipped, flops);
  return EXIT_DONE;
}

static int answer(const command *self, const common_options *common, lip_status st,
                  const lip_sweep_result *result, const lip_error *err)
{
  bool interrupted = st == LIP_EINTERRUPT;

  if (st != LIP_OK && !interrupted) return cli_fail(self, common, st, err);
  cli_progress_end();
  if (interrupted) (void)fprintf(stderr, "liplaw %s: %s\n", self->name, err->text);
  if (common->json) {
    json_t *object = json_pack("{s:I,s:I,s:I,s:I,s:I,s:o}", "runs", (json_int_t)result->runs,
                               "done", (json_int_t)result->done, "failed",
                               (json_int_t)result->failed, "kept", (json_int_t)result->kept,
                               "skipped", (json_int_t)result->skipped, "seconds",
                               cli_number(result->seconds));

    if (interrupted) (void)json_object_set_new(object, "error", cli_text(err->text));
    if (cli_answer_json(interrupted ? "interrupted" : "ok", object) != EXIT_DONE) return EXIT_BAD;
  } else {
    (void)printf("%zu of %zu networks done, %zu kept, %zu failed; %zu combinations skipped; "
                 "%.1f s\n",
                 result->done, result->runs, result->kept, result->failed, result->skipped,
                 result->seconds);
  }
  return interrupted ? EXIT_AGAIN : EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  own_options own;
  lip_sweep_options options;
  const binding bindings[] = {{lip_sweep_option_table(), &options},
                              {{own_rows, sizeof own_rows / sizeof *own_rows}, &own}};
  const char *path;
  lip_plan *plan = NULL;
  lip_sweep_result result = {0};
  lip_error err = {""};
  lip_status st;
  int code = cli_parse(self, argc, argv, &common, bindings, 2, &path, 1, 0);

  if (code >= 0) return code;
  if (!common.output && !own.dry_run) return cli_usage(self, &common, "-o STORE is missing");
  st = lip_plan_read(path, &plan, &err);
  if (st == LIP_OK && own.dry_run) {
    code = answer_dry_run(&common, plan);
  } else {
    if (st == LIP_OK) st = lip_sweep(plan, common.output, &options, &result, cli_control(), &err);
    code = answer(self, &common, st, &result, &err);
  }
  lip_plan_free(plan);
  return code;
}

const command sweep_command = {"sweep", "PLAN -o STORE [--workers W] [--keep DIR] [--dry-run]",
                               "runs a plan of trainings; continues where it stopped", run};
