/* cmd_train.c - liplaw train: trains a two-layer network on a data set and writes it. */
#include "cli/cli.h"

#include "data/read_options.h"
#include "train/train_options.h"

#include <liplaw/dataset.h>
#include <liplaw/train.h>

#include <math.h>
#include <string.h>

/* The options that shaped the network, as the table names them. */
static json_t *options_object(const lip_train_options *options)
{
  lip_option_table table = lip_train_option_table();
  json_t *object = json_object();
  char text[64];

  for (size_t i = 0; i < table.count; i++) {
    const lip_option *row = &table.rows[i];
    const char *value = lip_option_format(row, options, text, sizeof text);
    json_t *entry = json_string(value);

    if (row->type != LIP_OPT_CHOICE) {
      json_t *parsed = json_loads(value, JSON_DECODE_ANY, NULL); /* a number, true or false */

      if (parsed) {
        json_decref(entry);
        entry = parsed;
      }
    }
    (void)json_object_set_new(object, row->name, entry);
  }
  return object;
}

static int answer(const common_options *common, const lip_dataset *data,
                  const lip_train_options *options, const lip_net *net,
                  const lip_train_result *result)
{
  cli_progress_end();
  if (common->json)
    return cli_answer_json(
        "ok",
        json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:b, s:o, s:s, s:s, s:o}", "path",
                  cli_text(common->output), "n", (json_int_t)data->n, "d", (json_int_t)data->d, "k",
                  (json_int_t)options->k, "parameters", (json_int_t)net->parameters, "steps",
                  (json_int_t)result->steps, "loss", cli_number(result->loss), "accuracy",
                  cli_number(result->accuracy), "fitted", (int)result->fitted, "seconds",
                  cli_number(result->seconds), "kernel", result->kernel, "activation",
                  lip_activation_name(options->activation), "options", options_object(options)));
  (void)printf("%s: %zu inputs, %zu neurons (%s), %zu parameters\n"
               "%s after %zu steps, %.3g s (%s)\n"
               "loss %.6g on %zu points",
               common->output, data->d, options->k, lip_activation_name(options->activation),
               net->parameters, result->fitted ? "fitted" : "NOT fitted", result->steps,
               result->seconds, result->kernel, result->loss, data->n);
  if (!isnan(result->accuracy))
    (void)printf(", %.2f %% of the signs right", 100 * result->accuracy);
  (void)putchar('\n');
  return EXIT_DONE;
}

/* --no-bias alone asks for no batch normalisation either; together with --batch-norm it is a
   contradiction, which lip_train refuses. */
static void settle_bias(lip_train_options *options, int argc, char **argv)
{
  if (options->bias) return;
  for (int i = 1; i < argc; i++)
    if (strncmp(argv[i], "--batch-norm", strlen("--batch-norm")) == 0) return;
  options->batch_norm = false;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lip_train_options options;
  lip_read_options reading = {.limit = 0};
  const binding bound[] = {{lip_train_option_table(), &options},
                           {lip_read_option_table(), &reading}};
  lip_dataset *data = NULL;
  lip_net *net = NULL;
  lip_train_result result = {0};
  lip_error err = {""};
  lip_status st;
  const char *path;
  int code = cli_parse(self, argc, argv, &common, bound, 2, &path, 1, 0);

  if (code >= 0) return code;
  if (!common.output) return cli_usage(self, &common, "-o is missing: the .onnx file to write");
  settle_bias(&options, argc, argv);
  st = cli_keep_input(common.output, path, &err);
  if (st == LIP_OK) st = cli_check_output(common.output, &err);
  if (st == LIP_OK) st = lip_dataset_read(path, &reading, &data, &err);
  if (st == LIP_OK) st = lip_train(data, &options, &net, &result, cli_control(), &err);
  if (st == LIP_OK) st = lip_net_write(net, common.output, &err);
  code = st == LIP_OK ? answer(&common, data, &options, net, &result)
                      : cli_fail(self, &common, st, &err);
  lip_net_free(net);
  lip_dataset_free(data);
  return code;
}

const command train_command = {
    "train", "DATA -k K [--eps E] [--accuracy A] [--steps T] [--batch B] [--seed S] -o NET.onnx",
    "trains a two-layer network until it fits", run};
