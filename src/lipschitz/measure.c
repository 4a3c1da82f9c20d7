/* measure.c - runs every method that applies, and keeps the best of each side. */
#include <liplaw/measure.h>

#include "base/error.h"
#include "base/memory.h"
#include "lipschitz/method.h"
#include "lipschitz/watch.h"
#include "linalg/operator_norm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const lip_method *const upper_methods[] = {&lip_upper_path_norm, &lip_upper_product};
static const lip_method *const lower_methods[] = {&lip_lower_random, &lip_lower_data,
                                                  &lip_lower_ascent};
enum {
  UPPERS = sizeof upper_methods / sizeof *upper_methods,
  LOWERS = sizeof lower_methods / sizeof *lower_methods,
};

static lip_status choose_output(const lip_net *net, const char *text, size_t *output,
                                lip_error *err)
{
  size_t outputs = lip_net_outputs(net);
  unsigned long long number = 0;
  char *end = NULL;

  if (!text && outputs > 1)
    return lip_fail(err, LIP_EOPTION, "--output: the network has %zu outputs; choose 0 to %zu",
                    outputs, outputs - 1);
  if (text) number = strtoull(text, &end, 10);
  if (text && (*text < '0' || *text > '9' || *end))
    return lip_fail(err, LIP_EOPTION, "--output: '%s' is not the number of an output", text);
  if (number >= outputs)
    return lip_fail(err, LIP_EOPTION, "--output: %s, but the network has %zu, counted from 0", text,
                    outputs);
  *output = (size_t)number;
  return LIP_OK;
}

static lip_status state_problem(const lip_net *net, const lip_dataset *data,
                                const lip_measure_options *options, lip_problem *problem,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  lip_problem stated = {.net = net,
                        .d = lip_net_inputs(net),
                        .data = data,
                        .random_points = options->random_points,
                        .starts = options->starts,
                        .seed = options->seed};

  TRY(lip_domain_parse(options->domain ? options->domain : "space", &stated.domain, err));
  TRY(choose_output(net, options->output, &stated.output, err));
  if (stated.random_points < 1) FAIL(LIP_EOPTION, "--random-points: 0 is not in [1, 1e9]");
  if (!(options->time_limit >= 0)) FAIL(LIP_EOPTION, "--time-limit: %g s", options->time_limit);
  if (data && data->d != stated.d)
    FAIL(LIP_EINPUT, "the data have %zu inputs, the network takes %zu", data->d, stated.d);
  *problem = stated;
done:
  return st;
}

/* |W_j|_op of every layer; NaN where it was stopped before. */
static lip_status layer_norms(lip_problem *problem, double *norms, const lip_control *control,
                              lip_error *err)
{
  const lip_net *net = problem->net;

  for (size_t j = 0; j < net->depth; j++) norms[j] = NAN;
  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    bool top = j + 1 == net->depth;
    const double *W = top ? lip_problem_output_weights(problem) : layer->W;
    lip_operator_norm norm;
    lip_status st = lip_operator_norm_of(top ? 1 : layer->out, layer->in, W, &norm, control, err);

    if (st == LIP_EINTERRUPT) break;
    if (st != LIP_OK) {
      lip_error_prefix(err, "layer %zu", j);
      return st;
    }
    norms[j] = norm.value;
    problem->layer_norm_error += norm.error;
  }
  problem->layer_norm = norms;
  return LIP_OK;
}

/* Runs one method and appends what it says. A lower bound is the slope at the method's point,
   evaluated here, alone: anyone who evaluates the network there finds the same number. */
static lip_status consult(const lip_method *method, lip_side side, const lip_problem *problem,
                          lip_steepest *steepest, double *point, lip_measurement *result,
                          lip_finding *finding, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double *gradient = NULL;
  lip_bound bound = {method->name, side, 0, false, 0};

  *finding = (lip_finding){.point = point, .proxy = NAN};
  if (!method->applies(problem)) goto done;
  TRY(method->run(problem, steepest, finding, control, err));
  if (!finding->found) goto done;
  bound.certified = finding->certified;
  bound.value = finding->value;
  bound.error = finding->error;
  if (side == LIP_LOWER) {
    gradient = lip_alloc(problem->d, sizeof *gradient);
    if (!gradient) FAIL(LIP_ENOMEM, "a gradient");
    TRY(lip_problem_slopes(problem, 1, point, gradient, &bound.value, err));
  }
  if (!(bound.value >= 0)) FAIL(LIP_ENUMERIC, "%s: the value is %g", method->name, bound.value);
  result->bound[result->bounds++] = bound;
done:
  lip_free(gradient);
  return st;
}

static void tell(const lip_measurement *found, size_t done, const lip_control *control)
{
  char text[128];
  double lower = 0, upper = INFINITY;

  for (size_t i = 0; i < found->bounds; i++) {
    if (found->bound[i].side == LIP_LOWER) lower = fmax(lower, found->bound[i].value);
    if (found->bound[i].side == LIP_UPPER) upper = fmin(upper, found->bound[i].value);
  }
  (void)snprintf(text, sizeof text, "between %.6g and %.6g", lower, upper);
  control->progress(control->context, (double)done / (UPPERS + LOWERS), text);
}

static lip_status run_methods(const lip_problem *problem, lip_steepest *steepest, double *point,
                              lip_measurement *uppers, lip_measurement *result,
                              const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_finding finding;
  double best = -1;

  for (size_t i = 0; i < UPPERS; i++)
    TRY(consult(upper_methods[i], LIP_UPPER, problem, steepest, NULL, uppers, &finding, control,
                err));
  for (size_t i = 0; i < LOWERS; i++) {
    const lip_method *method = lower_methods[i];
    size_t before = result->bounds;

    TRY(consult(method, LIP_LOWER, problem, steepest, point, result, &finding, control, err));
    if (method == &lip_lower_random) result->proxy_random = finding.proxy;
    if (method == &lip_lower_data) result->proxy_data = finding.proxy;
    if (result->bounds > before && result->bound[before].value > best) {
      best = result->bound[before].value;
      result->lower = before;
      memcpy(result->witness, point, problem->d * sizeof *point);
    }
    tell(result, UPPERS + i + 1, control);
  }
  if (uppers->bounds == 0)
    uppers->bound[uppers->bounds++] = (lip_bound){"none", LIP_UPPER, INFINITY, false, 0};
  result->upper = result->bounds;
  for (size_t i = 0; i < uppers->bounds; i++) {
    result->bound[result->bounds] = uppers->bound[i];
    if (uppers->bound[i].value < result->bound[result->upper].value) result->upper = result->bounds;
    result->bounds++;
  }
done:
  return st;
}

lip_status lip_measure(const lip_net *net, const lip_dataset *data,
                       const lip_measure_options *options, lip_measurement *result,
                       const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_problem problem = {0};
  lip_measurement found = {.proxy_random = NAN, .proxy_data = NAN}, uppers = {.bounds = 0};
  lip_steepest steepest = {0};
  double *point = NULL;
  lip_watch watch;

  lip_watch_start(&watch, options->time_limit, control);
  TRY(state_problem(net, data, options, &problem, err));
  found.domain = problem.domain;
  found.output = problem.output;
  found.witness = lip_alloc_zero(problem.d, sizeof *found.witness);
  found.layer_norm = lip_alloc(net->depth, sizeof *found.layer_norm);
  point = lip_alloc(problem.d, sizeof *point);
  if (!found.witness || !found.layer_norm || !point) FAIL(LIP_ENOMEM, "%zu inputs", problem.d);
  TRY(lip_steepest_create(problem.starts, problem.d, &steepest, err));
  TRY(layer_norms(&problem, found.layer_norm, &watch.control, err));
  TRY(run_methods(&problem, &steepest, point, &uppers, &found, &watch.control, err));
  found.seconds = lip_watch_seconds(&watch);
  found.stopped = lip_watch_verdict(&watch);
  *result = found;
  memset(&found, 0, sizeof found);
done:
  lip_measurement_clear(&found);
  lip_steepest_clear(&steepest);
  lip_free(point);
  return st;
}

void lip_measurement_clear(lip_measurement *result)
{
  lip_free(result->witness);
  lip_free(result->layer_norm);
  memset(result, 0, sizeof *result);
}
