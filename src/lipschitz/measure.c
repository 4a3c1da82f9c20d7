/* measure.c - runs every method that applies, and keeps the best of each side. */
#include <liplaw/measure.h>

#include "base/error.h"
#include "base/memory.h"
#include "lipschitz/method.h"
#include "lipschitz/watch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const lip_method *const upper_methods[] = {&lip_upper_path_norm, &lip_upper_product};
static const lip_method *const lower_methods[] = {&lip_lower_random, &lip_lower_data,
                                                  &lip_lower_ascent};
enum {
  UPPERS = sizeof upper_methods / sizeof *upper_methods,
  LOWERS = sizeof lower_methods / sizeof *lower_methods,
};

/* One measurement under way. */
typedef struct inquiry {
  lip_problem problem;
  lip_domain domain; /* owned */
  lip_watch watch;
  lip_steepest steepest;
  double *point, *gradient;      /* d: of the method that is being asked */
  lip_measurement found, uppers; /* all but the upper bounds; those */
} inquiry;

/* Runs one method and appends what it says to `into`. A lower bound is the slope at the method's
   point, evaluated here, alone: anyone who evaluates the network there finds the same number. */
static lip_status consult(inquiry *in, const lip_method *method, lip_side side,
                          lip_measurement *into, lip_finding *finding, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_bound bound = {.method = method->name, .source = method->source, .side = side};

  *finding = (lip_finding){.point = in->point, .proxy = NAN};
  if (!method->applies(&in->problem)) goto done;
  TRY(method->run(&in->problem, &in->steepest, finding, &in->watch.control, err));
  if (!finding->found) goto done;
  bound.value = finding->value;
  bound.error = finding->error;
  if (side == LIP_LOWER)
    TRY(lip_problem_slopes(&in->problem, 1, in->point, in->gradient, &bound.value, err));
  if (!(bound.value >= 0)) FAIL(LIP_ENUMERIC, "%s: the value overflows", method->name);
  into->bound[into->bounds++] = bound;
done:
  return st;
}

static lip_status ask_upper(inquiry *in, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_finding finding;
  lip_measurement *uppers = &in->uppers;

  for (size_t i = 0; i < UPPERS; i++)
    TRY(consult(in, upper_methods[i], LIP_UPPER, uppers, &finding, err));
  if (uppers->bounds == 0)
    uppers->bound[uppers->bounds++] = (lip_bound){
        .method = "none", .source = "no method applies", .side = LIP_UPPER, .value = INFINITY};
  for (size_t i = 1; i < uppers->bounds; i++)
    if (uppers->bound[i].value < uppers->bound[uppers->upper].value) uppers->upper = i;
done:
  return st;
}

static void tell(inquiry *in, size_t asked)
{
  const lip_measurement *found = &in->found, *uppers = &in->uppers;
  double lower = found->bounds > 0 ? found->bound[found->lower].value : 0;

  (void)snprintf(in->watch.text, sizeof in->watch.text, "between %.6g and %.6g", lower,
                 uppers->bound[uppers->upper].value);
  in->watch.from = (double)asked / LOWERS;
  in->watch.to = (double)(asked + 1) / LOWERS;
  lip_tell(&in->watch.control, 0);
}

static lip_status ask_lower(inquiry *in, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_finding finding;
  lip_measurement *found = &in->found;

  for (size_t i = 0; i < LOWERS; i++) {
    const lip_method *method = lower_methods[i];
    size_t at = found->bounds;

    tell(in, i);
    TRY(consult(in, method, LIP_LOWER, found, &finding, err));
    if (method == &lip_lower_random) found->proxy_random = finding.proxy;
    if (method == &lip_lower_data) found->proxy_data = finding.proxy;
    if (found->bounds == at) continue;
    if (at > 0 && found->bound[at].value <= found->bound[found->lower].value) continue;
    found->lower = at;
    memcpy(found->witness, in->point, in->problem.d * sizeof *in->point);
  }
  tell(in, LOWERS);
done:
  return st;
}

/* Appends the upper bounds to the lower ones. */
static void join(lip_measurement *found, const lip_measurement *uppers)
{
  found->upper = found->bounds + uppers->upper;
  memcpy(found->bound + found->bounds, uppers->bound, uppers->bounds * sizeof *uppers->bound);
  found->bounds += uppers->bounds;
}

lip_status lip_measure(const lip_net *net, const lip_dataset *data,
                       const lip_measure_options *options, lip_measurement *result,
                       const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  inquiry in = {.found = {.proxy_random = NAN, .proxy_data = NAN}};
  lip_measurement *found = &in.found;
  size_t d = lip_net_inputs(net);

  lip_watch_start(&in.watch, options->time_limit, control);
  TRY(lip_domain_parse(options->domain ? options->domain : "space", options->reading, &in.domain,
                       err));
  TRY(lip_problem_state(net, data, options, in.domain, &in.problem, err));
  found->domain = in.problem.domain;
  found->output = in.problem.output;
  found->norm = in.problem.norm;
  found->witness = lip_alloc_zero(d, sizeof *found->witness);
  found->layer_norm = lip_alloc(net->depth, sizeof *found->layer_norm);
  in.point = lip_alloc(d, sizeof *in.point);
  in.gradient = lip_alloc(d, sizeof *in.gradient);
  if (!found->witness || !found->layer_norm || !in.point || !in.gradient)
    FAIL(LIP_ENOMEM, "a witness with %zu coordinates", d);
  TRY(lip_steepest_create(in.problem.starts > 0 ? in.problem.starts : 1, d, &in.steepest, err));
  TRY(lip_problem_norms(&in.problem, found->layer_norm, &in.watch.control, err));
  TRY(ask_upper(&in, err));
  TRY(ask_lower(&in, err));
  join(found, &in.uppers);
  found->seconds = lip_watch_seconds(&in.watch);
  found->stopped = lip_watch_verdict(&in.watch);
  *result = *found;
  memset(found, 0, sizeof *found);
done:
  lip_measurement_clear(found);
  lip_steepest_clear(&in.steepest);
  lip_free(in.gradient);
  lip_free(in.point);
  return st;
}

void lip_measurement_clear(lip_measurement *result)
{
  lip_free(result->witness);
  lip_free(result->layer_norm);
  memset(result, 0, sizeof *result);
}
