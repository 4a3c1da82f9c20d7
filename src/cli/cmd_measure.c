/* cmd_measure.c - liplaw measure: the bracket of a network, and its certificate. */
#include "cli/cli.h"
#include "cli/unbounded.h"

#include "base/error.h"
#include "certificate/certificate.h"
#include "certificate/claim.h"
#include "data/read_options.h"
#include "lipschitz/measure_options.h"
#include "net/graph.h"

#include <liplaw/measure.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_options {
  const char *data, *certificate;
} own_options;

static const lip_option own_rows[] = {
    {"data", 0, LIP_OPT_TEXT, offsetof(own_options, data), NULL, 0, 0, NULL, "",
     "a data set: gradients at its points as well"},
    {"certificate", 0, LIP_OPT_TEXT, offsetof(own_options, certificate), NULL, 0, 0, NULL, "",
     "writes what proves the bracket, for liplaw check"},
};

/* upper / lower; 1 where both are 0. */
static double ratio_of(const lip_measurement *found)
{
  return found->upper == 0 ? 1 : found->upper / found->lower;
}

static bool is_exact(const lip_measurement *found)
{
  return found->certified && ratio_of(found) <= 1 + 1e-9;
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
    json_t *one = json_pack("{s:s, s:s, s:o, s:o, s:s}", "method", bound->method, "side",
                            side_name(bound->side), "value", cli_number(bound->value), "error",
                            cli_number(bound->error), "source", bound->source);

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

/* How much of the gap is the relaxation, and how much is patterns that no point has. */
static json_t *gap_json(const lip_measurement *found)
{
  return json_pack("{s:o, s:o, s:o, s:o}", "relaxed", cli_number(found->relaxed), "pattern",
                   cli_number(found->pattern), "relaxation",
                   cli_number(found->relaxed / found->pattern), "patterns_without_a_point",
                   cli_number(found->pattern / found->lower));
}

/* Why no certificate was written where one was asked for; NULL: it was, or none was asked for. */
static const char *why_no_certificate(const lip_measurement *found, const char *certificate)
{
  if (!certificate || found->certified) return NULL;
  if (found->infinite) return "the constant is infinite";
  return "the bracket could not be proved";
}

static const char *operation(const lip_node *node)
{
  return node->kind == LIP_NODE_ACTIVATION ? lip_activation_name(node->activation.kind)
                                           : lip_node_kind_name(node->kind);
}

static json_t *nodes_json(const lip_net *net, const lip_measurement *found)
{
  json_t *list = json_array();

  for (size_t i = 0; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];
    json_t *parents = json_array(), *one;

    for (size_t p = 0; p < node->parents; p++)
      if (json_array_append_new(parents, json_integer((json_int_t)node->parent[p])) != 0) break;
    one = json_pack("{s:s, s:o, s:o, s:[I, I, I], s:I, s:o}", "operation", operation(node), "name",
                    cli_text(node->name), "parents", parents, "shape", (json_int_t)node->channels,
                    (json_int_t)node->height, (json_int_t)node->width, "parameters",
                    (json_int_t)(node->weights + node->biases), "constant",
                    cli_number(found->node_norm[i]));
    if (json_array_append_new(list, one) != 0) break;
  }
  return list;
}

/* Layers: nodes with weights. */
static size_t count_layers(const lip_net *net)
{
  size_t count = 0;

  for (size_t i = 0; i < net->nodes; i++)
    count += net->node[i].kind == LIP_NODE_LINEAR || net->node[i].kind == LIP_NODE_CONVOLUTION;
  return net->depth > 0 ? net->depth : count;
}

/* Null where every slope has a bound. */
static json_t *unbounded_json(const lip_net *net, const lip_measurement *found)
{
  size_t node = cli_unbounded_node(net, found);

  return node == LIP_NOWHERE ? json_null() : json_integer((json_int_t)node);
}

static int answer_json(const lip_net *net, const lip_measurement *found, const char *certificate,
                       const char *error)
{
  char output[64];
  size_t d = lip_net_inputs(net);
  bool interrupted = strcmp(found->stopped, "interrupt") == 0;
  json_t *answer = json_pack(
      "{s:o, s:o, s:o, s:b, s:b, s:b, s:s, s:s, s:o, s:s, s:s, s:s}", "lower",
      cli_number(found->lower), "upper", cli_number(found->upper), "ratio",
      cli_number(ratio_of(found)), "exact", is_exact(found), "certified", found->certified,
      "infinite", found->infinite, "stopped", found->stopped, "norm", lip_norm_name(found->norm),
      "domain", cli_text(found->domain_text), "output",
      lip_output_format(found->output, output, sizeof output), "lower_method", found->lower_method,
      "upper_method", found->upper_method);
  json_t *rest = json_pack(
      "{s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "unbounded_node",
      unbounded_json(net, found), "proxy_random", cli_number(found->proxy_random), "proxy_data",
      cli_number(found->proxy_data), "seconds", cli_number(found->seconds), "layers",
      (json_int_t)count_layers(net), "parameters", (json_int_t)net->parameters, "certificate",
      found->certified && certificate ? cli_text(certificate) : json_null(), "gap", gap_json(found),
      "layer_norms", numbers_json(net->depth, found->layer_norm), "nodes", nodes_json(net, found),
      "bounds", bounds_json(found), "witness", numbers_json(d, found->witness), "direction",
      found->direction ? numbers_json(d, found->direction) : json_null());

  if (answer && rest && json_object_update(answer, rest) != 0) {
    json_decref(answer);
    answer = NULL;
  }
  json_decref(rest);
  if (answer && error) (void)json_object_set_new(answer, "error", cli_text(error));
  return cli_answer_json(error ? "failed" : interrupted ? "interrupted" : "ok", answer);
}

/* 13 digits, not above a lower end and not below an upper one. */
static const char *outward(double value, lip_side side, char *text, size_t size)
{
  double toward = side == LIP_LOWER ? -1 : 1;

  (void)snprintf(text, size, "%.13g", value);
  if (isfinite(value) && toward * (strtod(text, NULL) - value) < 0)
    (void)snprintf(text, size, "%.13g", value + toward * pow(10, floor(log10(fabs(value))) - 12));
  return text;
}

/* What most people look for: a line for the bracket, and one that says how it was found. */
static void print_bracket(const lip_net *net, const lip_measurement *found)
{
  char low[32], high[32], text[256];
  double relaxation = found->relaxed / found->pattern, patterns = found->pattern / found->lower;

  (void)printf("%s bracket, norm %s, on %s: [%s, %s]\n",
               found->certified ? "certified" : "estimated", lip_norm_name(found->norm),
               found->domain_text, outward(found->lower, LIP_LOWER, low, sizeof low),
               outward(found->upper, LIP_UPPER, high, sizeof high));
  if (found->infinite)
    (void)printf("the constant is infinite%s", cli_unbounded(net, found, text, sizeof text));
  else if (isinf(found->upper))
    (void)printf("no bound from above is known%s; lower end by %s",
                 cli_unbounded(net, found, text, sizeof text), found->lower_method);
  else
    (void)printf("ratio %.6g%s; lower end by %s, upper end by %s", ratio_of(found),
                 is_exact(found) ? ", exact" : "", found->lower_method, found->upper_method);
  if (strcmp(found->stopped, "time") == 0) (void)printf("; stopped by the time limit");
  if (strcmp(found->stopped, "interrupt") == 0) (void)printf("; interrupted");
  (void)printf("; %.2f s\n", found->seconds);
  if (isfinite(relaxation) && isfinite(patterns) && ratio_of(found) > 1 + 1e-6)
    (void)printf(
        "of the ratio, about %.4g is the relaxation, %.4g patterns that no point was found "
        "to have\n",
        relaxation, patterns);
}

/* "3", "2,3", "2,3,...": the nodes whose values a node takes. */
static const char *parents_text(const lip_node *node, char *text, size_t size)
{
  size_t used = 0;

  text[0] = 0;
  for (size_t p = 0; p < node->parents && used + 24 < size; p++)
    used += (size_t)snprintf(text + used, size - used, "%s%zu", p > 0 ? "," : "", node->parent[p]);
  if (used + 24 >= size) (void)snprintf(text + used, size - used, ",...");
  return text;
}

/* Every node, so that nothing of a file can be dropped unseen. */
static void print_nodes(const lip_net *net, const lip_measurement *found)
{
  char shape[64], from[40];

  (void)printf("\n%4s  %-16s %-22s %-8s %15s %10s %14s\n", "node", "operation", "name", "of",
               "value", "parameters", "constant");
  for (size_t i = 0; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    (void)snprintf(shape, sizeof shape, "%zu x %zu x %zu", node->channels, node->height,
                   node->width);
    if (node->height * node->width == 1) (void)snprintf(shape, sizeof shape, "%zu", node->size);
    (void)printf("%4zu  %-16s %-22.22s %-8s %15s ", i, operation(node), node->name,
                 parents_text(node, from, sizeof from), shape);
    if (node->weights + node->biases > 0)
      (void)printf("%10zu ", node->weights + node->biases);
    else
      (void)printf("%10s ", "-");
    if (isnan(found->node_norm[i]))
      (void)printf("%14s\n", "-");
    else
      (void)printf("%14.6g\n", found->node_norm[i]);
  }
}

static void print_bounds(const lip_measurement *found)
{
  (void)printf("\n%-15s  %-5s  %16s  (rounding is not counted)\n", "method", "side", "estimate");
  for (size_t i = 0; i < found->bounds; i++) {
    const lip_bound *bound = &found->bound[i];

    (void)printf("%-15s  %-5s  %16.10g", bound->method, side_name(bound->side), bound->value);
    if (bound->error > 1e-10)
      (void)printf("  (approached from below to about %.1g, relative)", bound->error);
    (void)putchar('\n');
  }
  (void)printf("\nlargest gradient norm at random points of the space: ");
  if (isnan(found->proxy_random))
    (void)printf("not known, stopped before\n");
  else
    (void)printf("%.10g\n", found->proxy_random);
  if (!isnan(found->proxy_data))
    (void)printf("largest gradient norm at the data points: %.10g\n", found->proxy_data);
}

static int answer_text(const char *path, const lip_net *net, const lip_measurement *found,
                       const char *certificate)
{
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  char output[64];

  cli_progress_end();
  (void)printf("%s: %zu input%s, %zu output%s, %zu parameters", path, d, d == 1 ? "" : "s", m,
               m == 1 ? "" : "s", net->parameters);
  if (found->output.kind != LIP_ALL_OUTPUTS)
    (void)printf("; of output %s", lip_output_format(found->output, output, sizeof output));
  (void)putchar('\n');
  print_bracket(net, found);
  if (certificate && found->certified)
    (void)printf("certificate: %s; liplaw check %s %s proves it again\n", certificate, path,
                 certificate);
  print_nodes(net, found);
  print_bounds(found);
  return EXIT_DONE;
}

/* The file of "data:FILE,R" is an input too. */
static lip_status keep_centers(const char *output, const char *domain, lip_error *err)
{
  char file[4096];
  const char *comma = strrchr(domain, ',');

  if (strncmp(domain, "data:", 5) != 0 || !comma) return LIP_OK;
  (void)snprintf(file, sizeof file, "%.*s", (int)(comma - domain) - 5, domain + 5);
  return cli_keep_input(output, file, err);
}

/* That nobody takes --mean for a part of the network. */
static void warn_of_no_data(const lip_read_options *reading, const char *data, const char *domain)
{
  bool asked = reading->positive || reading->mean || reading->scale || reading->transpose ||
               reading->limit > 0;

  if (asked && !data && strncmp(domain, "data:", 5) != 0)
    (void)fprintf(stderr, "liplaw measure: the options of data sets change nothing: they act on "
                          "data, never on the network, and there are no data\n");
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  own_options own;
  lip_measure_options options = {.wider = NULL};
  lip_read_options reading = {.limit = 0};
  binding bound[] = {{{own_rows, sizeof own_rows / sizeof *own_rows}, &own},
                     {lip_measure_option_table(), &options},
                     {lip_read_option_table(), &reading}};
  lip_net *net = NULL;
  lip_dataset *data = NULL;
  lip_measurement found = {.bounds = 0};
  lip_error err = {""},
            unwritten = {""}; /* of the certificate: what was measured is told all the same */
  lip_status st = LIP_OK;
  const char *path, *cause, *missing;
  int code = cli_parse(self, argc, argv, &common, bound, 3, &path, 1, 0);

  if (code >= 0) return code;
  if (common.output)
    return cli_usage(self, &common, "-o: measure writes no file but --certificate");
  options.reading = &reading;
  warn_of_no_data(&reading, own.data, options.domain);
  st = cli_keep_input(own.certificate, path, &err);
  if (st == LIP_OK) st = cli_keep_input(own.certificate, own.data, &err);
  if (st == LIP_OK) st = keep_centers(own.certificate, options.domain, &err);
  if (st == LIP_OK && own.certificate) st = cli_check_output(own.certificate, &err);
  if (st == LIP_OK) st = lip_net_read(path, &net, &err);
  if (st == LIP_OK) reading.unlabelled = lip_net_inputs(net); /* points are all it asks for */
  if (st == LIP_OK && own.data) st = lip_dataset_read(own.data, &reading, &data, &err);
  if (st == LIP_OK) st = lip_measure(net, data, &options, &found, cli_control(), &err);
  cause = st == LIP_OK ? why_no_certificate(&found, own.certificate) : NULL;
  if (cause)
    (void)snprintf(unwritten.text, sizeof unwritten.text, "%s: not written: %s", own.certificate,
                   cause);
  else if (st == LIP_OK && own.certificate)
    (void)(lip_certificate_write(found.certificate, own.certificate, &unwritten) == LIP_OK);
  missing = unwritten.text[0] ? unwritten.text : NULL;
  if (st == LIP_ENUMERIC) lip_error_prefix(&err, "%s", path);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(net, &found, missing ? NULL : own.certificate, missing)
                       : answer_text(path, net, &found, missing ? NULL : own.certificate);
  if (missing) {
    (void)fprintf(stderr, "liplaw measure: %s\n", missing);
    code = EXIT_BAD;
  }
  lip_measurement_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
  return code;
}

const command measure_command = {
    "measure",
    "NET [--domain space|ball[:R]|sphere[:R]|box:LO,HI|data:FILE,R] [--norm 2|1|inf] [--output "
    "I|I-J] "
    "[--gap G] [--time-limit S] [--no-search] [--certificate F] [--data DATA] [--seed S]",
    "the bracket of a network's Lipschitz constant: a witness below, a certificate above", run};
