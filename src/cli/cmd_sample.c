/* cmd_sample.c - liplaw sample: draws a data set and writes it. */
#include "cli/cli.h"

#include "data/sample_options.h"

#include <liplaw/dataset.h>

#include <string.h>

typedef struct own_options {
  const char *labels;
} own_options;

static const lip_option own_rows[] = {
    {"labels", 0, LIP_OPT_TEXT, offsetof(own_options, labels), "random", 0, 0, NULL, "",
     "random, balanced, flip=ETA or noise=S: coins, or a teacher's with flips or noise"},
};

/* Options that shape some distributions only. */
static const struct shape_use {
  const char *option;
  lip_sample_kind kind[2];
} shape_uses[] = {
    {"factors", {LIP_SPHERES, LIP_STIEFEL}},
    {"radius", {LIP_GAUSSIAN_PLUS, LIP_GAUSSIAN_PLUS}},
    {"quartic", {LIP_LOG_CONCAVE, LIP_LOG_CONCAVE}},
    {"beta", {LIP_SPIN_GLASS, LIP_SPIN_GLASS}},
    {"sweeps", {LIP_SPIN_GLASS, LIP_SPIN_GLASS}},
};

static bool is_changed(const lip_sample_options *options, const char *name)
{
  lip_option_table table = lip_sample_shape_table();
  lip_sample_options initial;

  lip_sample_defaults(&initial);
  for (size_t i = 0; i < table.count; i++)
    if (strcmp(table.rows[i].name, name) == 0)
      return !lip_option_same(&table.rows[i], options, &initial);
  return false;
}

/* The first option that was given and shapes nothing here; NULL: none. In a mixture every one may.
 */
static const char *idle_option(const lip_sample_options *options)
{
  bool taught = options->labels == LIP_LABELS_FLIP || options->labels == LIP_LABELS_NOISE;

  if (!taught && is_changed(options, "teacher")) return "teacher";
  if (!options->mixture && is_changed(options, "spread")) return "spread";
  for (size_t i = 0; !options->mixture && i < sizeof shape_uses / sizeof *shape_uses; i++)
    if (options->kind != shape_uses[i].kind[0] && options->kind != shape_uses[i].kind[1] &&
        is_changed(options, shape_uses[i].option))
      return shape_uses[i].option;
  return NULL;
}

static json_t *chain_json(const lip_chain *chain)
{
  if (chain->sweeps == 0) return json_null();
  return json_pack("{s:I, s:o, s:o, s:o, s:o}", "sweeps", (json_int_t)chain->sweeps, "flip_rate",
                   cli_number(chain->flip_rate), "autocorrelation",
                   cli_number(chain->autocorrelation), "remaining", cli_number(chain->remaining),
                   "drift", cli_number(chain->drift));
}

static int answer(const common_options *common, const lip_dataset *data)
{
  const lip_chain *chain = &data->chain;

  if (common->json)
    return cli_answer_json(
        "ok",
        json_pack("{s:o, s:s, s:I, s:I, s:o, s:o, s:o, s:s, s:I, s:o}", "path",
                  cli_text(common->output), "kind", data->kind, "n", (json_int_t)data->n, "d",
                  (json_int_t)data->d, "seed", cli_whole(data->seed), "noise_level",
                  cli_number(data->noise_level), "isoperimetry_c", cli_number(data->isoperimetry_c),
                  "isoperimetry_source", data->isoperimetry_source, "components",
                  (json_int_t)data->components, "chain", chain_json(chain)));
  (void)printf("%s: %zu points in %zu dimensions, kind %s, seed %llu\nnoise level %.6g, ",
               common->output, data->n, data->d, data->kind, (unsigned long long)data->seed,
               data->noise_level);
  if (data->isoperimetry_c > 0)
    (void)printf("isoperimetry constant c = %.6g", data->isoperimetry_c);
  else
    (void)printf("not isoperimetric");
  (void)printf(" (%s%s)\n", data->components > 1 ? "of each component: " : "",
               data->isoperimetry_source);
  if (chain->sweeps > 0)
    (void)printf(
        "chains of %zu sweeps: %.3g of the updates flip, autocorrelation time %.3g sweeps, "
        "correlation of halfway and end %.3g, drift %.2g standard errors\n",
        chain->sweeps, chain->flip_rate, chain->autocorrelation, chain->remaining, chain->drift);
  return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lip_sample_options options;
  own_options own;
  lip_option_table table = lip_sample_option_table();
  /* KIND, the first row, is an argument here, and labels, the second, have a number with them. */
  binding bound[] = {{{own_rows, sizeof own_rows / sizeof *own_rows}, &own},
                     {{table.rows + 2, table.count - 2}, &options},
                     {lip_sample_shape_table(), &options}};
  lip_dataset *data = NULL;
  lip_error err = {""};
  lip_status st;
  const char *kind, *idle;
  int code = cli_parse(self, argc, argv, &common, bound, 3, &kind, 1, 0);

  if (code >= 0) return code;
  if (lip_option_set(&table.rows[0], &options, kind, NULL) != LIP_OK)
    return cli_usage(self, &common, "KIND: '%s' is none of %s", kind, table.rows[0].choices);
  if (options.n == 0) return cli_usage(self, &common, "--n is missing: how many points");
  if (options.d == 0) return cli_usage(self, &common, "--d is missing: in how many dimensions");
  if (!common.output) return cli_usage(self, &common, "-o is missing: the .npz file to write");
  st = lip_labels_parse(own.labels, &options, &err);
  idle = st == LIP_OK ? idle_option(&options) : NULL;
  if (idle)
    return cli_usage(self, &common, "%s with labels %s has no --%s", kind, own.labels, idle);
  if (st == LIP_OK) st = lip_sample(&options, &data, &err);
  if (st == LIP_OK) st = lip_dataset_write(data, common.output, &err);
  code = st == LIP_OK ? answer(&common, data) : cli_fail(self, &common, st, &err);
  lip_dataset_free(data);
  return code;
}

const command sample_command = {
    "sample",
    "gaussian|sphere|cube|hypercube|gaussian-plus|log-concave|spin-glass|spheres|rotations|stiefel "
    "--n N --d D [--labels random|balanced|flip=ETA|noise=S] [--mixture KINDS] [--seed S] "
    "-o X.npz",
    "draws a data set: gaussian, sphere, cube, ... with random or taught labels", run};
