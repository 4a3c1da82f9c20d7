/* cmd_construct.c - liplaw construct: the explicit network of a theorem. */
#include "cli/cli.h"

#include "construct/construct_options.h"
#include "data/read_options.h"

#include <liplaw/construct.h>

#include <math.h>

static int answer_json(const common_options *common, const char *kind, const lip_dataset *data,
                       const lip_construct_result *result)
{
  json_t *answer = json_pack(
      "{s:o, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "path", cli_text(common->output), "kind",
      kind, "n", (json_int_t)data->n, "d", (json_int_t)data->d, "k", (json_int_t)result->k,
      "parameters", (json_int_t)result->parameters, "max_error", cli_number(result->max_error),
      "rms_error", cli_number(result->rms_error), "fitted", cli_number(result->fitted));
  json_t *rest = json_pack("{s:o, s:b, s:s, s:s, s:o, s:s}", "lipschitz_predicted",
                           cli_number(result->lipschitz), "exact", result->exact, "domain",
                           result->domain, "source", result->source, "threshold",
                           cli_number(result->threshold), "note", result->note);

  if (answer && rest && json_object_update(answer, rest) != 0) {
    json_decref(answer);
    answer = NULL;
  }
  json_decref(rest);
  return cli_answer_json("ok", answer);
}

static int answer_text(const common_options *common, const char *kind, const lip_dataset *data,
                       const lip_construct_result *result)
{
  cli_progress_end();
  (void)printf("%s: %s, %zu inputs, %zu neuron%s, %zu parameters\n", common->output, kind, data->d,
               result->k, result->k == 1 ? "" : "s", result->parameters);
  (void)printf("%zu points: largest error %.3g, root mean square %.3g", data->n, result->max_error,
               result->rms_error);
  if (!isnan(result->fitted)) (void)printf(", %.4g %% of the signs right", 100 * result->fitted);
  (void)printf("\nLipschitz constant %s %.10g on %s\n  %s\n",
               result->exact ? "=" : "<=", result->lipschitz, result->domain, result->source);
  if (!isnan(result->threshold)) (void)printf("threshold %.10g\n", result->threshold);
  if (result->note[0]) (void)printf("%s\n", result->note);
  return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lip_construct_options options;
  lip_read_options reading = {.limit = 0};
  lip_option_table table = lip_construct_option_table();
  /* KIND, the first row, is an argument here. */
  binding bound[] = {{{table.rows + 1, table.count - 1}, &options},
                     {lip_read_option_table(), &reading}};
  lip_dataset *data = NULL;
  lip_net *net = NULL;
  lip_construct_result result = {0};
  lip_error err = {""};
  lip_status st;
  const char *arguments[2]; /* KIND DATA */
  int code = cli_parse(self, argc, argv, &common, bound, 2, arguments, 2, 0);

  if (code >= 0) return code;
  if (lip_option_set(&table.rows[0], &options, arguments[0], NULL) != LIP_OK)
    return cli_usage(self, &common, "KIND: '%s' is none of %s", arguments[0],
                     table.rows[0].choices);
  if (!common.output) return cli_usage(self, &common, "-o is missing: the .onnx file to write");
  st = lip_construct_check_options(&options, &err);
  if (st == LIP_OK) st = cli_keep_input(common.output, arguments[1], &err);
  if (st == LIP_OK) st = cli_check_output(common.output, &err);
  if (st == LIP_OK) st = lip_dataset_read(arguments[1], &reading, &data, &err);
  if (st == LIP_OK) st = lip_construct(data, &options, &net, &result, cli_control(), &err);
  if (st == LIP_OK) st = lip_net_write(net, common.output, &err);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(&common, arguments[0], data, &result)
                       : answer_text(&common, arguments[0], data, &result);
  lip_net_free(net);
  lip_dataset_free(data);
  return code;
}

const command construct_command = {
    "construct",
    "linear|caps|groups|tensor|baum|mcshane|rbf|projected|counterexample DATA [--normalise]\n"
    "       [options of the kind] -o NET.onnx",
    "builds the explicit network of a theorem, with its constant", run};
