/* cmd_sample.c - liplaw sample: draws a data set and writes it. */
#include "cli/cli.h"

#include "data/sample_options.h"

#include <liplaw/dataset.h>

static int answer(const common_options *common, const lip_dataset *data)
{
  if (common->json)
    return cli_answer_json(
        "ok", json_pack("{s:o, s:s, s:I, s:I, s:o, s:o, s:o}", "path", cli_text(common->output),
                        "kind", data->kind, "n", (json_int_t)data->n, "d", (json_int_t)data->d,
                        "seed", cli_whole(data->seed), "noise_level", cli_number(data->noise_level),
                        "isoperimetry_c", cli_number(data->isoperimetry_c)));
  (void)printf("%s: %zu points in %zu dimensions, kind %s, seed %llu\n"
               "noise level %.6g, isoperimetry constant c = %.6g\n",
               common->output, data->n, data->d, data->kind, (unsigned long long)data->seed,
               data->noise_level, data->isoperimetry_c);
  return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lip_sample_options options;
  lip_option_table table = lip_sample_option_table();
  /* KIND, the first row, is an argument here. */
  binding bound = {{table.rows + 1, table.count - 1}, &options};
  lip_dataset *data = NULL;
  lip_error err = {""};
  lip_status st;
  const char *kind;
  int code = cli_parse(self, argc, argv, &common, &bound, 1, &kind, 1, 0);

  if (code >= 0) return code;
  if (lip_option_set(&table.rows[0], &options, kind, NULL) != LIP_OK)
    return cli_usage(self, &common, "KIND: '%s' is none of %s", kind, table.rows[0].choices);
  if (options.n == 0) return cli_usage(self, &common, "--n is missing: how many points");
  if (options.d == 0) return cli_usage(self, &common, "--d is missing: in how many dimensions");
  if (!common.output) return cli_usage(self, &common, "-o is missing: the .npz file to write");
  st = lip_sample(&options, &data, &err);
  if (st == LIP_OK) st = lip_dataset_write(data, common.output, &err);
  code = st == LIP_OK ? answer(&common, data) : cli_fail(self, &common, st, &err);
  lip_dataset_free(data);
  return code;
}

const command sample_command = {"sample",
                                "KIND --n N --d D [--labels random|balanced] [--seed S] -o X.npz",
                                "draws a data set: gaussian or sphere", run};
