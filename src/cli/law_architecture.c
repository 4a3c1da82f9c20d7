/* law_architecture.c - liplaw law architecture: section 3 of the universal law for a network's
   shape: what it counts, and the laws (3.1) and (3.2). */
#include "cli/law_answer.h"
#include "cli/law_more.h"
#include "cli/law_options.h"

#include "base/error.h"
#include "law/architecture_laws.h"
#include "net/graph.h"

#include <math.h>

typedef struct architecture_options {
  const char *of;
} architecture_options;

static const lip_option rows[] = {
    {"of", 0, LIP_OPT_TEXT, offsetof(architecture_options, of), NULL, 0, 0, NULL, "",
     "a description (docs/formats.md), an ONNX network, or weights beside NAME.arch.json"},
};

typedef struct answer {
  const char *file;
  lip_architecture *of;
  architecture_report report;
  bool laws; /* n is given */
  double eps, delta, c;
  lip_law_result law[ARCHITECTURE_LAWS];
} answer;

static size_t laws_there(const answer *out)
{
  return out->laws ? out->report.norms ? ARCHITECTURE_LAWS : ARCHITECTURE_LAWS / 2 : 0;
}

static const char *kind_of(const lip_node *node)
{
  switch (node->kind) {
  case LIP_NODE_CONVOLUTION:
    return "conv2d";
  case LIP_NODE_MAX_POOL:
    return "maxpool2d";
  case LIP_NODE_AVERAGE_POOL:
    return "avgpool2d";
  case LIP_NODE_ACTIVATION:
    return lip_activation_name(node->activation.kind);
  default:
    return lip_node_kind_name(node->kind);
  }
}

static size_t uses_of(const lip_arch_counts *of)
{
  return of->uses > of->bias_uses ? of->uses : of->bias_uses;
}

/* ---- JSON ---- */

static json_t *layers_json(const answer *out)
{
  json_t *list = json_array();

  for (size_t i = 0; i < out->of->nodes; i++) {
    const lip_node *node = &out->of->node[i];
    const lip_arch_counts *of = &out->of->of[i];
    bool layer = of->parameters > 0;
    json_t *one = json_pack("{s:o, s:s, s:[I, I, I], s:I, s:o, s:o, s:o, s:o}", "name",
                            cli_text(node->name), "op", kind_of(node), "shape",
                            (json_int_t)node->channels, (json_int_t)node->height,
                            (json_int_t)node->width, "parameters", (json_int_t)of->parameters,
                            "uses", layer ? json_integer((json_int_t)uses_of(of)) : json_null(),
                            "norm", cli_number(layer ? out->report.norm[i] : NAN), "bias_norm",
                            cli_number(layer ? out->report.bias_norm[i] : NAN), "norm_in_box",
                            cli_number(layer ? out->report.box_norm[i] : NAN));

    if (json_array_append_new(list, one) != 0) break;
  }
  return list;
}

/* Whether the bounds are those of norms that are known. */
static json_t *bounds_json(const lip_architecture_bounds *bounds, bool known)
{
  if (!known) return json_null();
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "product",
                   cli_number(exp(bounds->log_product)), "log10_product",
                   cli_number(bounds->log_product / log(10)), "lipschitz_at_most",
                   cli_number(bounds->lipschitz), "value_at_most", cli_number(bounds->value),
                   "log10_J", cli_number(bounds->log_slope / log(10)), "log10_diameter",
                   cli_number(bounds->log_diameter / log(10)));
}

/* J = B Q R sqrt p as printed. */
static double paper_slope_by_norms(const architecture_report *report)
{
  return report->own.log_product + log((double)report->sizes.multiplicity * report->radius) +
         log((double)report->sizes.parameters) / 2;
}

static int answer_json(const answer *out)
{
  const architecture_report *report = &out->report;
  json_t *laws = json_array();

  for (size_t i = 0; i < laws_there(out); i++)
    if (json_array_append_new(laws, law_object(architecture_law_at(i), NULL, &out->law[i])) != 0)
      break;
  return cli_answer_json(
      "ok",
      json_pack(
          "{s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
          "theorem", "architecture", "file", cli_text(out->file), "inputs",
          (json_int_t)report->sizes.inputs, "outputs", (json_int_t)report->sizes.outputs, "depth",
          (json_int_t)report->sizes.depth, "parameters", (json_int_t)report->sizes.parameters,
          "multiplicity", (json_int_t)report->sizes.multiplicity, "skips", report->sizes.skips,
          "biases", report->sizes.biases, "W", cli_number(report->W), "radius",
          cli_number(report->radius), "log10_J_paper",
          cli_number(report->log_paper_slope / log(10)), "log10_J_paper_norms",
          cli_number(report->norms ? paper_slope_by_norms(report) / log(10) : NAN), "box",
          bounds_json(&report->box, true), "norms", bounds_json(&report->own, report->norms),
          "layers", layers_json(out), "law", laws));
}

/* ---- text ---- */

static void print_layers(const answer *out)
{
  (void)printf("%-24s %-10s %-16s %12s %8s %12s\n", "layer", "", "value", "parameters", "uses",
               "norm");
  for (size_t i = 0; i < out->of->nodes; i++) {
    const lip_node *node = &out->of->node[i];
    const lip_arch_counts *of = &out->of->of[i];
    char shape[64], norm[32] = "";

    (void)snprintf(shape, sizeof shape, "%zu x %zu x %zu", node->channels, node->height,
                   node->width);
    if (node->height == 1 && node->width == 1)
      (void)snprintf(shape, sizeof shape, "%zu", node->channels);
    if (!of->parameters) {
      (void)printf("%-24s %-10s %-16s\n", node->name, kind_of(node), shape);
      continue;
    }
    if (!isnan(out->report.norm[i])) (void)snprintf(norm, sizeof norm, "%.6g", out->report.norm[i]);
    (void)printf("%-24s %-10s %-16s %12zu %8zu %12s\n", node->name, kind_of(node), shape,
                 of->parameters, uses_of(of), norm);
  }
}

static void print_bounds(const char *title, const lip_architecture_bounds *bounds,
                         double log_paper_slope)
{
  (void)printf("\n%s\n", title);
  (void)printf("  %-44s %.6g (10^%.2f)\n", "B(w) as printed", exp(bounds->log_product),
               bounds->log_product / log(10));
  (void)printf("  %-44s %.6g\n", "Lip(f) at most, skips and pools counted", bounds->lipschitz);
  (void)printf("  %-44s 10^%.2f\n", "J as printed", log_paper_slope / log(10));
  (void)printf("  %-44s 10^%.2f\n", "J, skips, biases and sharing counted",
               bounds->log_slope / log(10));
}

static void print_laws(const answer *out)
{
  (void)printf("\neps = %.6g (paper, corrected), delta = %.6g, c = %.6g\n", out->eps, out->delta,
               out->c);
  if (out->report.sizes.outputs > 1)
    (void)printf("The laws are about one output: take these for one of the %zu.\n",
                 out->report.sizes.outputs);
  (void)printf("%-28s %14s\n", "law", "Lip at least");
  for (size_t i = 0; i < laws_there(out); i++)
    (void)printf("%-28s %14.6g  %s\n", architecture_law_at(i)->name, out->law[i].bound,
                 out->law[i].vacuous ? out->law[i].why_vacuous : "");
  if (!out->report.norms)
    (void)printf("(3.2) needs the layers' norms: in the description, or of weights.\n");
}

static int answer_text(const answer *out)
{
  const architecture_report *report = &out->report;
  char title[80];

  cli_progress_end();
  print_layers(out);
  (void)printf(
      "\np = %zu parameters, Q = %zu (uses of one), D = %zu layers, %zu inputs, R = %.6g\n",
      report->sizes.parameters, report->sizes.multiplicity, report->sizes.depth,
      report->sizes.inputs, report->radius);
  (void)snprintf(title, sizeof title, "parameters in [-W, W], W = %.6g", report->W);
  print_bounds(title, &report->box, report->log_paper_slope);
  if (report->norms) print_bounds("norms as above", &report->own, paper_slope_by_norms(report));
  if (out->laws) print_laws(out);
  if (!out->laws)
    (void)puts("\n--n N evaluates the laws (3.1) and (3.2); --json tells all of them.");
  return EXIT_DONE;
}

/* ---- work ---- */

static lip_status evaluate(const char *file, const lip_law_input *input, answer *out,
                           lip_error *err)
{
  lip_status st = LIP_OK;

  if (!file) FAIL(LIP_EOPTION, "--of is missing: a description, a network, or weights");
  out->file = file;
  out->laws = !isnan(input->n);
  out->eps = input->eps;
  out->delta = input->delta;
  out->c = input->c;
  TRY(lip_architecture_read(file, &out->of, cli_control(), err));
  TRY(architecture_report_make(out->of, input, &out->report, err));
  for (size_t i = 0; i < laws_there(out); i++)
    TRY(architecture_law(out->of, &out->report, input, i, &out->law[i], err));
done:
  return st;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  law_texts texts;
  architecture_options own;
  binding bound[] = {{{rows, sizeof rows / sizeof *rows}, &own}, {law_option_table(), &texts}};
  lip_law_input input;
  answer out = {0};
  lip_error err = {""};
  lip_status st;
  const char *name;
  int code = cli_parse(self, argc, argv, &common, bound, 2, &name, 1, 0);

  if (code >= 0) return code;
  st = law_read_quantities(&texts, &input, &err);
  if (st == LIP_OK) st = evaluate(own.of, &input, &out, &err);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(&out) : answer_text(&out);
  architecture_report_clear(&out.report);
  lip_architecture_free(out.of);
  return code;
}

const command law_architecture_command = {
    "law architecture", "--of FILE [--n N] [--d D] [--W W] [--radius R] [--eps E] ...",
    "what section 3 counts of a network's shape, and the laws (3.1) and (3.2) for it", run};
