/* laws.c - the theorems of the law that speak of these data and this network.

   They are about functions with values in [-1, 1] and labels in it. With s a scale:
   signs    h = f / s, cut off at -1 and 1: labels as they are, Lip(h) <= Lip(f) / s
   classes  h = min over b of (f_j - f_b) / s, cut off, for one class j: its labels are +1 in class
   j and -1 elsewhere, and Lip(h) <= max over b of Lip(f_j - f_b) / s, as a minimum of functions has
   at most the largest of their constants values   h = (f - middle) / half the range of the labels
   (docs/theory.md, audits). s is the median margin, where the outputs are no labels themselves. The
   isoperimetry constant is the one that is given, or that the data's file tells, or d lambda_max of
   the points' covariance, which is that of Gaussian points: an estimate. Where there was no time
   for that, theorems that need it are left out: c = 1 would be a guess. */
#include "audit/audit_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "law/required_size.h"
#include "law/told.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the laws are told. */
typedef struct subject {
  lip_dataset data; /* y owned: the labels of h; X borrowed */
  double *h;        /* n, owned */
  double unit;      /* s */
  double steepest;  /* an upper end of Lip(h) */
  bool of_net;      /* h is the network's output, scaled: what is known of two layers holds */
} subject;

static double clip(double t)
{
  return fmax(-1, fmin(1, t));
}

/* The class whose share is nearest to a half. */
static size_t middle_class(const audit_run *run)
{
  size_t best = 0;
  double nearest = INFINITY, n = (double)run->data->n;

  for (size_t c = 0; c < run->found.classes; c++) {
    size_t count = 0;

    for (size_t i = 0; i < run->data->n; i++) count += run->label[i] == c;
    if (count == 0 || !(fabs((double)count / n - 0.5) < nearest)) continue;
    nearest = fabs((double)count / n - 0.5);
    best = c;
  }
  return best;
}

static void of_classes(audit_run *run, subject *of)
{
  lip_audit *found = &run->found;
  size_t j = middle_class(run);

  of->unit = found->scale;
  for (size_t i = 0; i < run->data->n; i++) {
    double least = INFINITY;

    for (size_t b = 0; b < found->classes; b++)
      if (b != j) least = fmin(least, audit_margin(run, run->values + i * run->m, j, b));
    of->h[i] = clip(least / of->unit);
    of->data.y[i] = run->label[i] == j ? 1 : -1;
  }
  for (size_t b = 0; b < found->classes && run->upper; b++)
    if (b != j) of->steepest = fmax(of->steepest, run->upper[j * found->classes + b] / of->unit);
  (void)snprintf(found->law_function, sizeof found->law_function,
                 "output %zu less the largest other one, over the median margin %.4g, cut off at "
                 "-1 and 1: labels +1 in class %zu, -1 elsewhere",
                 j, of->unit, j);
}

static void of_signs(audit_run *run, subject *of)
{
  lip_audit *found = &run->found;

  of->of_net = found->loss < 0.5; /* outputs that are labels; else logits */
  of->unit = of->of_net ? 1 : found->scale;
  for (size_t i = 0; i < run->data->n; i++) {
    of->h[i] = clip(run->values[i] / of->unit);
    of->data.y[i] = run->data->y[i];
  }
  of->steepest = found->space.upper / of->unit;
  (void)snprintf(found->law_function, sizeof found->law_function,
                 of->of_net ? "the output, cut off at -1 and 1"
                            : "the output over the median margin %.4g, cut off at -1 and 1",
                 of->unit);
}

static void of_values(audit_run *run, subject *of)
{
  lip_audit *found = &run->found;
  double low = INFINITY, high = -INFINITY;

  for (size_t i = 0; i < run->data->n; i++) {
    low = fmin(low, run->data->y[i]);
    high = fmax(high, run->data->y[i]);
  }
  of->unit = (high - low) / 2;
  for (size_t i = 0; i < run->data->n; i++) {
    of->h[i] = clip((run->values[i] - low) / of->unit - 1);
    of->data.y[i] = (run->data->y[i] - low) / of->unit - 1;
  }
  of->steepest = found->space.upper / of->unit;
  (void)snprintf(found->law_function, sizeof found->law_function,
                 "the output, with the labels' range [%.4g, %.4g] brought to [-1, 1]", low, high);
}

/* E |y - y'|^2 / 2 of the labels of h, or what is known of the noise. */
static double noise_of(const audit_run *run, const subject *of)
{
  const lip_audit *found = &run->found;
  double sum = 0;

  if (found->task != LIP_TASK_CLASSES && strcmp(found->noise_source, "neighbours") != 0)
    return found->task == LIP_TASK_VALUES ? found->noise_level / (of->unit * of->unit)
                                          : found->noise_level;
  if (strcmp(found->noise_source, "given") == 0 || strcmp(found->noise_source, "flips") == 0)
    return 4 * found->noise_level /
           (double)found->classes; /* m variances of 0 and 1, equal shares */
  for (size_t k = 0; k < run->nears; k++) {
    double apart = of->data.y[run->near[k]] - of->data.y[run->near[run->nears + k]];

    sum += apart * apart / 2;
  }
  return run->nears ? sum / (double)run->nears : NAN;
}

static lip_status state(audit_run *run, subject *of, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = run->data->n;
  lip_audit *found = &run->found;
  double sum = 0;

  of->data = *run->data;
  of->data.m = 1;
  of->data.y = lip_alloc(n, sizeof *of->data.y);
  of->h = lip_alloc(n, sizeof *of->h);
  if (!of->data.y || !of->h) FAIL(LIP_ENOMEM, "%zu labels", n);
  if (found->task == LIP_TASK_CLASSES)
    of_classes(run, of);
  else if (found->task == LIP_TASK_SIGNS)
    of_signs(run, of);
  else
    of_values(run, of);
  for (size_t i = 0; i < n; i++) sum += (of->h[i] - of->data.y[i]) * (of->h[i] - of->data.y[i]);
  found->law_unit = of->unit;
  found->law_error = sum / (double)n;
  found->law_noise = of->data.noise_level = noise_of(run, of);
done:
  return st;
}

/* Dense chains: what section 3 counts. */
static void tell_depth(const audit_run *run, const lip_law *law, lip_law_input *input)
{
  const lip_net *net = run->net;
  double largest = 0;

  if (!lip_law_speaks_of(law, "depth") || !net->layer || net->depth < 2) return;
  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];

    if (layer->map != LIP_AFFINE) return;
    for (size_t i = 0; i < layer->in * layer->out; i++) largest = fmax(largest, fabs(layer->W[i]));
    for (size_t i = 0; layer->b && i < layer->out; i++) largest = fmax(largest, fabs(layer->b[i]));
  }
  input->depth = (double)net->depth;
  input->multiplicity = 1;
  input->radius = run->found.radius;
  input->W = largest;
}

/* Whether c must come from the data's covariance: nobody tells it. */
static bool asks_covariance(const audit_run *run)
{
  return !(run->options->c > 0) && !isfinite(run->data->isoperimetry_c) &&
         strcmp(run->data->kind, "file") == 0;
}

static void tell_points(const audit_run *run, lip_law_input *input, bool *keep_c)
{
  *keep_c = run->options->c > 0 || (asks_covariance(run) && run->found.dimension.known);
  if (run->options->c > 0)
    input->c = run->options->c;
  else if (*keep_c)
    input->c = (double)run->data->d * run->found.dimension.largest_variance;
}

/* Where the c of a law's input comes from. */
static const char *source_of_c(const audit_run *run, const lip_law_input *input)
{
  if (run->options->c > 0) return "given";
  if (asks_covariance(run)) return "d lambda_max of the data's covariance, an estimate";
  return isfinite(run->data->isoperimetry_c) && !input->points_law ? "of the data's law"
                                                                   : "assumed";
}

/* What is known of the points' law where nothing was told. */
static void tell_law(const audit_run *run, lip_law_input *input)
{
  if (run->options->c > 0 || isfinite(run->data->isoperimetry_c) || input->points_law) return;
  input->points_law = "c is d lambda_max of the data's covariance, as Gaussian points have it: an "
                      "estimate; --c tells another";
  input->isoperimetric = LIP_UNKNOWN;
}

/* Whether a law evaluated here would say something of this network and these data. */
static bool is_wanted(const audit_run *run, const lip_law *law)
{
  bool values = run->found.task == LIP_TASK_VALUES;

  if (strncmp(law->name, "conjecture", 10) == 0) return false; /* constants that nobody knows */
  return !values || !(lip_law_speaks_of(law, "fit_error") || lip_law_speaks_of(law, "positive"));
}

static lip_status prepare(audit_run *run, const subject *of, const lip_law *law,
                          lip_law_input *input, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_audit *found = &run->found;
  lip_told told = {.net = of->of_net ? run->net : NULL,
                   .data = &of->data,
                   .name = "the data",
                   .values = of->h,
                   .no_search = true};

  lip_law_defaults(input);
  input->delta = run->options->delta;
  input->p = (double)found->parameters + (found->task == LIP_TASK_CLASSES ? 2 : 0); /* s, j */
  if (of->steepest > 0 && isfinite(of->steepest)) input->L = of->steepest;
  input->eps = found->law_noise - found->law_error;
  if (!(input->eps > 0 && input->eps < 1)) input->eps = NAN;
  if (isfinite(found->l_star)) input->L_star = found->classes ? 2 / found->separation : NAN;
  tell_depth(run, law, input);
  tell_points(run, input, &told.keep_c);
  if (found->task == LIP_TASK_VALUES) {
    input->n = (double)found->n;
    input->d = (double)found->d;
    input->sigma2 = found->law_noise;
  } else {
    TRY(lip_law_tell(&told, law, input, &run->watch.control, err));
  }
  if (run->net->precision == LIP_F32 && lip_law_speaks_of(law, "bits") && isnan(input->W))
    input->bits = 32;
  tell_law(run, input);
done:
  return st;
}

lip_status audit_laws(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  subject of = {.unit = NAN};
  size_t count = 0;
  const lip_law *law;

  found->law_unit = found->law_noise = found->law_error = NAN;
  while (lip_law_at(count)) count++;
  found->law = lip_alloc(count, sizeof *found->law);
  if (!found->law) FAIL(LIP_ENOMEM, "%zu theorems", count);
  if (found->task == LIP_TASK_VALUES && run->m > 1) goto done;
  TRY(state(run, &of, err));
  if (!(of.unit > 0)) { /* right nowhere: there is no margin to measure with */
    found->law_noise = found->law_error = NAN;
    found->law_function[0] = 0;
    goto done;
  }
  audit_begin(run, 0.98, 1, 1, "theorems");
  for (size_t i = 0; (law = lip_law_at(i)); i++) {
    lip_audit_law one = {.law = law, .c = NAN};
    lip_law_input input;
    bool with_c = lip_law_speaks_of(law, "c");

    /* A law that lacks a quantity, or to which these labels do not belong, is left out. */
    if (!is_wanted(run, law)) continue;
    if (with_c && asks_covariance(run) && !found->dimension.known) {
      found->laws_without_c++;
      continue;
    }
    if (prepare(run, &of, law, &input, NULL) != LIP_OK) continue;
    if (with_c) {
      one.c = input.c;
      one.c_from = source_of_c(run, &input);
    }
    if (lip_law_evaluate(law, &input, &one.result, NULL) != LIP_OK) continue;
    if (one.result.kind == LIP_PROBABILITY && !(one.result.bound < 1)) continue; /* says nothing */
    found->law[found->laws++] = one;
  }
  audit_check_settings(run);
done:
  lip_free(of.data.y);
  lip_free(of.h);
  return st;
}
