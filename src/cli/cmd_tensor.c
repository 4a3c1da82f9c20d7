/* cmd_tensor.c - liplaw tensor: norms of sum y_i x_i^p. */
#include "cli/cli.h"

#include "base/error.h"
#include "data/read_options.h"

#include <liplaw/tensor.h>

typedef struct tensor_options {
  size_t power, starts;
  uint64_t seed;
} tensor_options;

static const lip_option rows[] = {
    {"power", 'p', LIP_OPT_SIZE, offsetof(tensor_options, power), "2", 1, 20, NULL, "",
     "the order p of the tensor"},
    {"starts", 0, LIP_OPT_SIZE, offsetof(tensor_options, starts), "16", 1, 1e6, NULL, "",
     "of the power iteration, from data points and at random, each"},
    {"seed", 0, LIP_OPT_U64, offsetof(tensor_options, seed), "0", 0, 0, NULL, "",
     "of the random starts"},
};

static json_t *ends(const double *pair)
{
  return json_pack("{s:o, s:o}", "lower", cli_number(pair[0]), "upper", cli_number(pair[1]));
}

static int answer_json(const lip_tensor_norms *norms)
{
  json_t *direction = json_array();

  for (size_t a = 0; a < norms->d; a++)
    if (json_array_append_new(direction, cli_number(norms->direction[a])) != 0) break;
  return cli_answer_json(
      "ok",
      json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:o}", "n",
                (json_int_t)norms->n, "d", (json_int_t)norms->d, "power", (json_int_t)norms->power,
                "operator", ends(norms->op), "frobenius", ends(norms->frobenius), "nuclear",
                ends(norms->nuclear), "scale", cli_number(norms->scale), "ratio_lower",
                cli_number(norms->op[0] / norms->scale), "ratio_upper",
                cli_number(norms->op[1] / norms->scale), "operator_method", norms->op_method,
                "nuclear_method", norms->nuclear_method, "direction", direction));
}

static int answer_text(const lip_tensor_norms *norms)
{
  cli_progress_end();
  (void)printf("sum of y_i x_i^%zu over %zu points in %zu dimensions\n", norms->power, norms->n,
               norms->d);
  (void)printf("operator norm   [%.10g, %.10g], the upper end by %s\n", norms->op[0], norms->op[1],
               norms->op_method);
  (void)printf("Frobenius norm  [%.10g, %.10g]\n", norms->frobenius[0], norms->frobenius[1]);
  (void)printf("nuclear norm    [%.10g, %.10g], the upper end by %s\n", norms->nuclear[0],
               norms->nuclear[1], norms->nuclear_method);
  (void)printf("operator norm / sqrt(n / d^%zu) = %.6g to %.6g (Lemma 5: bounded%s)\n",
               norms->power - 1, norms->op[0] / norms->scale, norms->op[1] / norms->scale,
               norms->scale >= 1 ? "" : " for n >= d^(p-1), which these sizes are not");
  return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  tensor_options own;
  lip_read_options reading = {.limit = 0};
  binding bound[] = {{{rows, sizeof rows / sizeof *rows}, &own},
                     {lip_read_option_table(), &reading}};
  lip_dataset *data = NULL;
  lip_tensor_norms norms = {.n = 0};
  lip_error err = {""};
  lip_status st = LIP_OK;
  const char *path;
  int code = cli_parse(self, argc, argv, &common, bound, 2, &path, 1, 0);

  if (code >= 0) return code;
  TRY(lip_dataset_read(path, &reading, &data, &err));
  TRY(lip_tensor_norms_of(data, own.power, own.starts, own.seed, &norms, cli_control(), &err));
done:
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(&norms) : answer_text(&norms);
  lip_tensor_norms_clear(&norms);
  lip_dataset_free(data);
  return code;
}

const command tensor_command = {
    "tensor", "DATA [--power P] [--starts S] [--seed S] [--positive LABELS]",
    "operator, Frobenius and nuclear norm of the tensor that labelled points make", run};
