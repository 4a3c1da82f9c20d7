/* architecture_laws.c - universal law, section 3, for an architecture: (3.1) with parameters in a
   box, (3.2) with bounded norms; as printed, and with skip connections, biases, pools and shared
   weights counted.

   The class must be fixed before the data are drawn: norms that are measured from a trained network
   are rounded up to powers of 2, 2^s with s >= 0, and the class of those powers takes the share 1 /
   ((s+1)(s+2)) of delta for each number that is rounded. Source: Bubeck, Sellke, section 3 (U8, U9,
   U10); proved in docs/theory.md. */
#include "law/architecture_laws.h"

#include "base/error.h"
#include "base/memory.h"
#include "law/deep.h"
#include "linalg/vector.h"
#include "net/architecture.h"

#include <math.h>
#include <string.h>

/* The least power 2^s >= value, s >= 0; adds its share of delta. */
static double round_up(double value, double *log_share)
{
  double s = value > 1 ? ceil(log2(value)) : 0;

  *log_share += log((s + 1) * (s + 2));
  return exp2(s);
}

static double largest_weight(const lip_architecture *of)
{
  double largest = 0;

  for (size_t i = 1; i < of->nodes; i++) {
    const lip_node *node = &of->node[i];

    if (!lip_node_is_layer(node)) continue;
    if (node->W) largest = fmax(largest, lip_largest(node->weights, node->W));
    if (node->b) largest = fmax(largest, lip_largest(node->biases, node->b));
  }
  return largest;
}

/* The norms of (3.2), and whether all are known. A bias whose norm is not given has that of the
 * box.
 */
static void find_norms(const lip_architecture *of, architecture_report *report)
{
  report->norms = true;
  for (size_t i = 1; i < of->nodes; i++) {
    const lip_arch_counts *counts = &of->of[i];

    if (!lip_node_is_layer(&of->node[i])) continue;
    report->norm[i] = counts->norm;
    report->bias_norm[i] = isnan(counts->bias_norm) ? report->box_bias[i] : counts->bias_norm;
    report->norms = report->norms && !isnan(counts->norm);
    report->weights = report->weights || of->node[i].W;
  }
}

static void choose_ball(const lip_law_input *in, architecture_report *report)
{
  double d = isnan(in->d) ? (double)report->sizes.inputs : in->d;

  report->radius = in->radius;
  if (isnan(in->radius))
    report->radius = isnan(in->n) ? 1 : 1 + sqrt(2 * log(2 * in->n / in->delta) / d);
}

lip_status architecture_report_make(const lip_architecture *of, const lip_law_input *in,
                                    architecture_report *report, lip_error *err)
{
  lip_status st = LIP_OK;
  double *all = lip_alloc_zero(4 * of->nodes, sizeof *all), share = 0;

  *report = (architecture_report){.sizes = lip_architecture_count(of), .box_norm = all};
  if (!all) FAIL(LIP_ENOMEM, "norms of %zu nodes", of->nodes);
  report->box_bias = all + of->nodes;
  report->norm = all + 2 * of->nodes;
  report->bias_norm = all + 3 * of->nodes;
  TRY(law_check(&(const lip_law){.name = "architecture", .needs = ""}, in, err));
  choose_ball(in, report);
  report->W = in->W;
  if (isnan(in->W)) report->W = round_up(largest_weight(of), &share);
  lip_architecture_box(of, report->W, report->box_norm, report->box_bias);
  find_norms(of, report);
  report->log_paper_slope = log(report->radius) +
                            (double)report->sizes.depth *
                                log(report->W * (double)report->sizes.multiplicity *
                                    (double)report->sizes.parameters);
  TRY(lip_architecture_bound(of, report->box_norm, report->box_bias, report->radius, &report->box,
                             err));
  if (report->norms)
    TRY(lip_architecture_bound(of, report->norm, report->bias_norm, report->radius, &report->own,
                               err));
  if (report->weights && isnan(in->W)) report->log_share = share;
done:
  return st;
}

void architecture_report_clear(architecture_report *report)
{
  lip_free(report->box_norm);
}

/* The class of (3.2): norms as given, or rounded up where they are measured. */
static lip_status norms_of_class(const lip_architecture *of, const architecture_report *report,
                                 lip_architecture_bounds *bounds, double *log_share, lip_error *err)
{
  lip_status st = LIP_OK;
  double *norm = lip_alloc_zero(2 * of->nodes, sizeof *norm), *bias = norm + of->nodes;

  if (!norm) FAIL(LIP_ENOMEM, "norms of %zu nodes", of->nodes);
  memcpy(norm, report->norm, of->nodes * sizeof *norm);
  memcpy(bias, report->bias_norm, of->nodes * sizeof *bias);
  *log_share = 0;
  for (size_t i = 1; report->weights && i < of->nodes; i++) {
    if (!lip_node_is_layer(&of->node[i])) continue;
    norm[i] = round_up(norm[i], log_share);
    if (of->of[i].bias) bias[i] = round_up(bias[i], log_share);
  }
  st = lip_architecture_bound(of, norm, bias, report->radius, bounds, err);
done:
  lip_free(norm);
  return st;
}

#define FORM(name, title, says, noise)                                                             \
  {                                                                                                \
    name, title, "universal law (Bubeck, Sellke), section 3, " says,                               \
        noise ? "n delta c mixture eps" : "n delta c mixture fit_error", "", "", "L", NULL         \
  }

static const lip_law forms[ARCHITECTURE_LAWS] = {
    FORM("architecture-3.1-paper", "J = R (W Q p)^D", "(3.1), Lemma 3.1", true),
    FORM("architecture-3.1-corrected", "J of the box, 144", "(3.1); constants " DERIVED, true),
    FORM("architecture-3.1-sharp", "J of the box, exact fits", "(3.1); form " DERIVED, false),
    FORM("architecture-3.1-profile", "J of the box, profile law", "(3.1); form " DERIVED, false),
    FORM("architecture-3.2-paper", "J = B Q R sqrt p", "(3.2), Lemma 3.1", true),
    FORM("architecture-3.2-corrected", "J of the norms, 144", "(3.2); constants " DERIVED, true),
    FORM("architecture-3.2-sharp", "J of the norms, exact fits", "(3.2); form " DERIVED, false),
    FORM("architecture-3.2-profile", "J of the norms, profile law", "(3.2); form " DERIVED, false),
};

/* The theorems that they go through, (3.1) and (3.2) alike. */
static const lip_law *const theorems[ARCHITECTURE_LAWS / 2] = {
    &law_theorem_3_paper, &law_theorem_3_corrected, &law_theorem_3_sharp, &law_profile};

/* How the class depends on its parameters in law `which`. */
static lip_status describe(const lip_architecture *of, const architecture_report *report,
                           size_t which, deep_class *at, double *log_share, lip_error *err)
{
  lip_status st = LIP_OK;
  bool by_norms = which >= ARCHITECTURE_LAWS / 2, paper = which % (ARCHITECTURE_LAWS / 2) == 0;
  double p = (double)report->sizes.parameters, box = log(2 * report->W) + log(p) / 2;
  lip_architecture_bounds bounds = report->box;

  *log_share = report->log_share;
  if (by_norms) TRY(norms_of_class(of, report, &bounds, log_share, err));
  *at = (deep_class){bounds.log_slope, by_norms ? bounds.log_diameter : box};
  if (!paper) goto done;
  at->log_diameter = box;
  at->log_slope = by_norms ? bounds.log_product + log(report->radius) + log(p) / 2 +
                                 log((double)report->sizes.multiplicity)
                           : report->log_paper_slope;
done:
  return st;
}

static void assume(const architecture_report *report, const lip_law_input *in, size_t which,
                   double log_share, lip_law_result *result)
{
  bool paper = which % (ARCHITECTURE_LAWS / 2) == 0;

  law_assume(result, LIP_UNKNOWN,
             isnan(in->radius) ? "points N(0, I/d), for |x| <= R = %.6g"
                               : "|x| <= R = %.6g for all points",
             report->radius);
  if (report->sizes.outputs > 1)
    law_assume(result, LIP_UNKNOWN, "f is one of the %zu outputs, or a combination of length 1",
               report->sizes.outputs);
  if (paper && (report->sizes.skips || report->sizes.biases || report->sizes.activation > 1))
    law_assume(result, LIP_NO, "no%s%s%s, which Lemma 3.1's proof leaves out",
               report->sizes.skips ? " skip connections" : "",
               report->sizes.biases ? " biases" : "",
               report->sizes.activation > 1 ? " activations steeper than 1" : "");
  if (!paper && log_share > 0)
    law_constant(result, "log of the share of delta", -log_share,
                 "rounded up to powers of 2; " DERIVED);
}

const lip_law *architecture_law_at(size_t which)
{
  return &forms[which];
}

lip_status architecture_law(const lip_architecture *of, const architecture_report *report,
                            const lip_law_input *in, size_t which, lip_law_result *result,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_law_input at = *in;
  lip_law_result made = {.bound = NAN, .order = NAN};
  deep_class class;
  double log_share;

  at.p = (double)report->sizes.parameters;
  at.W = at.J = at.diam = at.log = at.bits = at.log_size = at.outliers = NAN;
  at.radius = report->radius;
  if (isnan(at.d)) at.d = (double)report->sizes.inputs;
  TRY(law_check(&forms[which], &at, err));
  if (which >= ARCHITECTURE_LAWS / 2 && !report->norms)
    FAIL(LIP_EOPTION, "%s needs the layers' norms: in the description, or of weights",
         forms[which].name);
  TRY(describe(of, report, which, &class, &log_share, err));
  if (isnan(in->radius)) at.delta /= 2;
  if (which % (ARCHITECTURE_LAWS / 2) != 0) at.delta *= exp(-log_share);
  TRY(deep_law(theorems[which % (ARCHITECTURE_LAWS / 2)], &at, &class, &made, err));
  assume(report, in, which, log_share, &made);
  law_judge(&at, &made);
  *result = made;
done:
  return st;
}
