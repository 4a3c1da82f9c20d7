/* cmd_reproduce.c - liplaw reproduce: a paper's experiment, from its plan to the page. */
#include "cli/cli.h"
#include "cli/report_answer.h"

#include "report/folder.h"
#include "report/gnuplot.h"
#include "sweep/sweep_options.h"

#include <liplaw/report.h>
#include <liplaw/sweep.h>

#include <signal.h>

typedef enum scale { QUICK, HALF, PAPER } scale;
static const char *const scale_names[] = {"quick", "half", "paper"};

typedef struct own_options {
  scale scale;
} own_options;

static const lip_option own_rows[] = {
    {"scale", 0, LIP_OPT_CHOICE, offsetof(own_options, scale), "quick", 0, 0, "quick|half|paper",
     "", "3 minutes on two cores, half an hour, or the paper's size"},
};

typedef struct experiment_run {
  const char *name, *scale, *folder;
  lip_sweep_result sweep;
  lip_report_result report;
} experiment_run;

/* Sweeps into FOLDER/store.sqlite, then reports into FOLDER. What is missing for the report is said
   before hours of training. */
static lip_status reproduce(experiment_run *run, const lip_sweep_options *options, lip_error *err)
{
  const char *text = lip_experiment_plan(run->name, run->scale);
  const lip_control *control = cli_control();
  lip_plan *plan = NULL;
  char store[4096];
  lip_status st = gnuplot_check(err);

  if (st == LIP_OK) st = lip_plan_parse(run->name, text, &plan, err);
  if (st == LIP_OK) st = folder_ensure(run->folder, err);
  (void)snprintf(store, sizeof store, "%s/store.sqlite", run->folder);
  if (st == LIP_OK) st = lip_sweep(plan, store, options, &run->sweep, control, err);
  if (st == LIP_OK) st = lip_report(store, run->folder, &run->report, control, err);
  lip_plan_free(plan);
  return st;
}

static int answer_interrupted(const command *self, const common_options *common,
                              const experiment_run *run)
{
  const lip_sweep_result *sweep = &run->sweep;

  cli_progress_end();
  (void)fprintf(stderr, "liplaw %s: interrupted after %zu of %zu networks; call again to go on\n",
                self->name, sweep->done, sweep->runs);
  if (common->json)
    (void)cli_answer_json("interrupted",
                          json_pack("{s:s, s:s, s:I, s:I, s:s}", "name", run->name, "scale",
                                    run->scale, "runs", (json_int_t)sweep->runs, "done",
                                    (json_int_t)sweep->done, "error", "interrupted"));
  return EXIT_AGAIN;
}

static int answer(const common_options *common, const experiment_run *run)
{
  json_t *object;

  cli_progress_end();
  if (!common->json) {
    (void)printf("%s at scale %s: %zu networks, %zu kept, %zu failed, %.0f s\n", run->name,
                 run->scale, run->sweep.done, run->sweep.kept, run->sweep.failed,
                 run->sweep.seconds);
    return report_answer_text(&run->report, run->folder);
  }
  object = report_answer_json(&run->report, run->folder);
  (void)json_object_update_new(
      object,
      json_pack("{s:s, s:s, s:I, s:I, s:I, s:o}", "name", run->name, "scale", run->scale, "runs",
                (json_int_t)run->sweep.runs, "kept", (json_int_t)run->sweep.kept, "failed",
                (json_int_t)run->sweep.failed, "seconds", cli_number(run->sweep.seconds)));
  return cli_answer_json("ok", object);
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  own_options own;
  lip_sweep_options options;
  const binding bindings[] = {{{own_rows, sizeof own_rows / sizeof *own_rows}, &own},
                              {lip_sweep_option_table(), &options}};
  experiment_run made = {0};
  lip_error err = {""};
  lip_status st;
  int code = cli_parse(self, argc, argv, &common, bindings, 2, &made.name, 1, 0);

  if (code >= 0) return code;
  made.scale = scale_names[own.scale];
  made.folder = common.output;
  if (!lip_experiment_plan(made.name, made.scale))
    return cli_usage(self, &common, "NAME: '%s' is none of exp1, exp2, all", made.name);
  if (!made.folder) return cli_usage(self, &common, "-o is missing: the folder to write to");
  (void)signal(SIGXFSZ, SIG_IGN); /* a file-size limit is an error of the write, like a full disk */
  st = reproduce(&made, &options, &err);
  if (st == LIP_EINTERRUPT)
    code = answer_interrupted(self, &common, &made);
  else
    code = st == LIP_OK ? answer(&common, &made) : cli_fail(self, &common, st, &err);
  lip_report_clear(&made.report);
  return code;
}

const command reproduce_command = {"reproduce",
                                   "exp1|exp2|all [--scale quick|half|paper] -o DIR [--workers W]",
                                   "a paper's experiment: plan, sweep, report", run};
