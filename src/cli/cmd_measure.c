/* cmd_measure.c - liplaw measure: how steep a network is, between what is attained and what is not
 * exceeded. */
#include "cli/cli.h"

#include "data/read_options.h"
#include "certificate/domain.h"
#include "lipschitz/measure_options.h"

#include <liplaw/measure.h>

#include <math.h>
#include <string.h>

typedef struct own_options {
  const char *data;
} own_options;

static const lip_option own_rows[] = {
    {"data", 0, LIP_OPT_TEXT, offsetof(own_options, data), NULL, 0, 0, NULL, "",
     "a data set: gradients at its points as well"},
};

/* upper / lower; 1 where both are 0. */
static double ratio_of(const lip_measurement *found)
{
  double lower = found->bound[found->lower].value, upper = found->bound[found->upper].value;

  return upper == 0 ? 1 : upper / lower;
}

static const char *const norm_names[] = {"2", "1", "inf"};

static const char *output_name(lip_output output, char *buffer, size_t size)
{
  if (output.kind == LIP_ALL_OUTPUTS)
    (void)snprintf(buffer, size, "all");
  else if (output.kind == LIP_ONE_OUTPUT)
    (void)snprintf(buffer, size, "%zu", output.plus);
  else
    (void)snprintf(buffer, size, "%zu-%zu", output.plus, output.minus);
  return buffer;
}

static const char *side_name(lip_side side)
{
  return side == LIP_LOWER ? "lower" : "upper";
}

static json_t *bounds_json(const lip_measurement *found)
{
  json_t *list = json_array();

  for (size_t i = 0; i < found->bounds; i++) {
    const lip_bound *bound = &found->bound[i];
    json_t *one = json_pack("{s:s, s:s, s:o, s:b, s:o, s:s}", "method", bound->method, "side",
                            side_name(bound->side), "value", cli_number(bound->value), "certified",
                            bound->certified, "error", cli_number(bound->error), "source",
                            bound->source);

    if (json_array_append_new(list, one) != 0) break;
  }
  return list;
}

static json_t *numbers_json(size_t count, const double *numbers)
{
  json_t *list = json_array();

  for (size_t i = 0; i < count; i++)
    if (json_array_append_new(list, cli_number(numbers[i])) != 0) break;
  return list;
}

static int answer_json(const lip_net *net, const lip_measurement *found)
{
  const lip_bound *lower = &found->bound[found->lower], *upper = &found->bound[found->upper];
  char domain[64], output[64];
  json_t *answer = json_pack("{s:o, s:o, s:o, s:b, s:b, s:s, s:s, s:s, s:s, s:s, s:s}", "lower",
                             cli_number(lower->value), "upper", cli_number(upper->value), "ratio",
                             cli_number(ratio_of(found)), "exact", ratio_of(found) <= 1 + 1e-9,
                             "certified", lower->certified && upper->certified, "stopped",
                             found->stopped, "norm", norm_names[found->norm], "domain",
                             lip_domain_format(found->domain, domain, sizeof domain), "output",
                             output_name(found->output, output, sizeof output), "lower_method",
                             lower->method, "upper_method", upper->method);
  json_t *rest = json_pack(
      "{s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "proxy_random", cli_number(found->proxy_random),
      "proxy_data", cli_number(found->proxy_data), "seconds", cli_number(found->seconds), "layers",
      (json_int_t)net->depth, "parameters", (json_int_t)net->parameters, "layer_norms",
      numbers_json(net->depth, found->layer_norm), "bounds", bounds_json(found), "witness",
      numbers_json(lip_net_inputs(net), found->witness));

  if (answer && rest && json_object_update(answer, rest) != 0) {
    json_decref(answer);
    answer = NULL;
  }
  json_decref(rest);
  return cli_answer_json(strcmp(found->stopped, "interrupt") == 0 ? "interrupted" : "ok", answer);
}

static void print_layers(const char *path, const lip_net *net, const lip_measurement *found)
{
  char output[64];

  cli_progress_end();
  (void)printf("%s: %zu parameters, output %s of %zu\n\n%7s %8s %8s  %-12s %12s\n", path,
               net->parameters, output_name(found->output, output, sizeof output),
               lip_net_outputs(net), "layer", "in", "out", "activation", "|W|");
  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    bool top = j + 1 == net->depth && found->output.kind != LIP_ALL_OUTPUTS;

    (void)printf("%7zu %8zu %8zu  %-12s %12.6g\n", j, layer->in, top ? 1 : layer->out,
                 lip_activation_name(layer->activation.kind), found->layer_norm[j]);
  }
}

static int answer_text(const char *path, const lip_net *net, const lip_measurement *found)
{
  const lip_bound *lower = &found->bound[found->lower], *upper = &found->bound[found->upper];
  char domain[64];

  print_layers(path, net, found);
  (void)printf("\n%10s  %-5s  %s\n", "method", "side",
               "Lipschitz constant (estimates: rounding is not counted)");
  for (size_t i = 0; i < found->bounds; i++) {
    const lip_bound *bound = &found->bound[i];

    (void)printf("%10s  %-5s  %.10g", bound->method, side_name(bound->side), bound->value);
    if (bound->error > 1e-10)
      (void)printf("  (approached from below to about %.1g, relative)", bound->error);
    (void)putchar('\n');
  }
  (void)printf("\nlargest gradient norm at random points: %.10g\n", found->proxy_random);
  if (!isnan(found->proxy_data))
    (void)printf("largest gradient norm at the data points: %.10g\n", found->proxy_data);
  (void)printf("on %s: between %.10g (%s) and %.10g (%s), ratio %.4g; %.2f s%s%s\n",
               lip_domain_format(found->domain, domain, sizeof domain), lower->value, lower->method,
               upper->value, upper->method, ratio_of(found), found->seconds,
               strcmp(found->stopped, "done") == 0 ? "" : ", stopped by ",
               strcmp(found->stopped, "done") == 0 ? "" : found->stopped);
  return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  own_options own;
  lip_measure_options options;
  lip_read_options reading;
  binding bound[] = {{{own_rows, sizeof own_rows / sizeof *own_rows}, &own},
                     {lip_measure_option_table(), &options},
                     {lip_read_option_table(), &reading}};
  lip_net *net = NULL;
  lip_dataset *data = NULL;
  lip_measurement found = {.bounds = 0};
  lip_error err = {""};
  lip_status st;
  const char *path;
  int code = cli_parse(self, argc, argv, &common, bound, 3, &path, 1, 0);

  if (code >= 0) return code;
  if (common.output) return cli_usage(self, &common, "-o: measure writes no file");
  options.reading = &reading;
  st = lip_domain_parse(options.domain, &reading, &found.domain, &err);
  if (st == LIP_OK) st = lip_net_read(path, &net, &err);
  if (st == LIP_OK && own.data) st = lip_dataset_read(own.data, &reading, &data, &err);
  if (st == LIP_OK) st = lip_measure(net, data, &options, &found, cli_control(), &err);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(net, &found) : answer_text(path, net, &found);
  lip_measurement_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
  return code;
}

const command measure_command = {
    "measure",
    "NET [--domain space|ball:R|sphere:R] [--data DATA] [--output I] [--random-points T] "
    "[--starts S] [--time-limit S] [--seed S]",
    "how steep a network is: values attained, and values not exceeded", run};
