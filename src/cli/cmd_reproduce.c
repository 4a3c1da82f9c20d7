/* cmd_reproduce.c - liplaw reproduce: a paper's experiment from its plan to the page, or a study.
 */
#include "cli/cli.h"
#include "cli/report_answer.h"

#include "report/folder.h"
#include "report/gnuplot.h"
#include "sweep/sweep_options.h"

#include <liplaw/report.h>
#include <liplaw/study.h>
#include <liplaw/sweep.h>

#include <string.h>

static const char *const scale_names[] = {
    [LIP_QUICK] = "quick", [LIP_HALF] = "half", [LIP_PAPER] = "paper"};

typedef struct own_options {
  lip_scale scale;
} own_options;

static const lip_option own_rows[] = {
    {"scale", 0, LIP_OPT_CHOICE, offsetof(own_options, scale), "quick", 0, 0, "quick|half|paper",
     "",
     "exp1, exp2, all: 3 minutes on two cores, half an hour, or the paper's size; studies: seconds "
     "to many minutes"},
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

static bool is_study(const char *name)
{
  for (size_t i = 0; lip_study_name(i); i++)
    if (strcmp(lip_study_name(i), name) == 0) return true;
  return false;
}

static int study_interrupted(const command *self, const common_options *common, const char *name,
                             const char *scale, const lip_study_result *made)
{
  cli_progress_end();
  (void)fprintf(stderr, "liplaw %s: interrupted after %zu of %zu rows; call again to go on\n",
                self->name, made->done, made->rows);
  if (common->json)
    (void)cli_answer_json("interrupted",
                          json_pack("{s:s, s:s, s:I, s:I, s:s}", "name", name, "scale", scale,
                                    "rows", (json_int_t)made->rows, "done", (json_int_t)made->done,
                                    "error", "interrupted"));
  return EXIT_AGAIN;
}

static int study_answer(const common_options *common, const char *name, const char *scale,
                        const lip_study_result *made)
{
  json_t *object;

  if (!common->json) {
    cli_progress_end();
    (void)printf("%s at scale %s: %zu rows, %.1f s\n", name, scale, made->rows, made->seconds);
    return report_answer_text(&made->report, common->output);
  }
  object = report_answer_json(&made->report, common->output);
  (void)json_object_update_new(object, json_pack("{s:s, s:s, s:I, s:o}", "name", name, "scale",
                                                 scale, "rows", (json_int_t)made->rows, "seconds",
                                                 cli_number(made->seconds)));
  return cli_answer_json("ok", object);
}

static int run_study(const command *self, const common_options *common, const char *name,
                     lip_scale scale, const lip_sweep_options *options)
{
  lip_study_result made = {0};
  lip_error err = {""};
  lip_status st = lip_study(name, scale, options->workers, common->output, &made, cli_control(),
                            &err);
  int code;

  if (st == LIP_EINTERRUPT)
    code = study_interrupted(self, common, name, scale_names[scale], &made);
  else if (st == LIP_OK)
    code = study_answer(common, name, scale_names[scale], &made);
  else
    code = cli_fail(self, common, st, &err);
  lip_study_clear(&made);
  return code;
}

/* "exp1, exp2, all" and the studies. */
static void list_names(char *text, size_t size)
{
  (void)snprintf(text, size, "exp1, exp2, all");
  for (size_t i = 0; lip_study_name(i); i++)
    (void)snprintf(text + strlen(text), size - strlen(text), ", %s", lip_study_name(i));
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
  char names[512];
  int code = cli_parse(self, argc, argv, &common, bindings, 2, &made.name, 1, 0);

  if (code >= 0) return code;
  made.scale = scale_names[own.scale];
  made.folder = common.output;
  list_names(names, sizeof names);
  if (!lip_experiment_plan(made.name, made.scale) && !is_study(made.name))
    return cli_usage(self, &common, "NAME: '%s' is none of %s", made.name, names);
  if (!made.folder) return cli_usage(self, &common, "-o is missing: the folder to write to");
  if (is_study(made.name)) return run_study(self, &common, made.name, own.scale, &options);
  st = reproduce(&made, &options, &err);
  if (st == LIP_EINTERRUPT)
    code = answer_interrupted(self, &common, &made);
  else
    code = st == LIP_OK ? answer(&common, &made) : cli_fail(self, &common, st, &err);
  lip_report_clear(&made.report);
  return code;
}

const command reproduce_command = {
    "reproduce", "exp1|exp2|all|STUDY [--scale quick|half|paper] -o DIR [--workers W]",
    "an experiment of the papers: exp1, exp2, all, or a study", run};
