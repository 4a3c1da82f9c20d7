/* limits.c - runs every limit in both forms, measures the network, and compares. */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "data/equal_rows.h"
#include "law/limits_options.h"
#include "linalg/ky_fan.h"

#include <liplaw/measure.h>

#include <float.h>
#include <stdio.h>
#include <string.h>

static const lip_limit_kind *const kinds[] = {
    &lip_limit_l_star,     &lip_limit_rank,     &lip_limit_quadratic, &lip_limit_power,
    &lip_limit_polynomial, &lip_limit_rigidity, &lip_limit_path_norm, &lip_limit_product};

enum { KINDS = sizeof kinds / sizeof *kinds };

static const double ESTIMATE = 1e-6; /* relative, of an upper end that is not proved */

typedef struct inquiry {
  lip_limit_job job;
  lip_domain domain; /* owned */
  bool *inside;
  lip_interval *f, *labels;
  lip_interval *on; /* values on the sphere; NULL for other domains */
} inquiry;

static void inquiry_clear(inquiry *in)
{
  lip_domain_clear(&in->domain);
  lip_free(in->inside);
  lip_free(in->f);
  lip_free(in->on);
  lip_free(in->labels);
}

/* The number of different lines through the rows of W that are not zero. */
static lip_status count_directions(const lip_layer *layer, size_t *count, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = layer->out, d = layer->in, *number = lip_alloc(k + 1, sizeof *number);
  double *W = lip_alloc_zero(k + 1, d * sizeof *W); /* the last row stays 0 */

  *count = 0;
  if (!number || !W) FAIL(LIP_ENOMEM, "%zu rows", k);
  for (size_t l = 0; l < k; l++) {
    const double *w = layer->W + l * d;
    double sign = 0;

    for (size_t i = 0; i < d && sign == 0; i++) sign = (w[i] > 0) - (w[i] < 0);
    for (size_t i = 0; i < d; i++) W[l * d + i] = sign < 0 ? -w[i] : w[i];
  }
  TRY(lip_number_rows(W, k + 1, d, number, err));
  for (size_t l = 0; l <= k; l++)
    if (number[l] > *count) *count = number[l]; /* numbers from 0, one of them of the zero row */
done:
  lip_free(number);
  lip_free(W);
  return st;
}

static lip_status describe_class(const lip_net *net, const lip_limits_options *options,
                                 lip_limit_class *class, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_layer *first = net ? &net->layer[0] : NULL;

  *class = (lip_limit_class){.k = options->k, .neurons = options->k};
  if (!net) goto done;
  *class = (lip_limit_class){.known = true};
  if (first->map == LIP_AFFINE) TRY(count_directions(first, &class->k, err));
  if (net->depth != 2 || first->map != LIP_AFFINE || net->layer[1].map != LIP_AFFINE ||
      net->layer[1].activation.kind != LIP_IDENTITY)
    goto done;
  class->two_layer = true;
  class->psi = first->activation;
  class->neurons = first->out;
  for (size_t l = 0; first->b && l < first->out; l++) class->biased |= first->b[l] != 0;
done:
  return st;
}

/* The smallest ball about 0 that certainly holds all points. */
static lip_domain data_ball(const lip_dataset *data)
{
  lip_domain ball = {.kind = LIP_BALL, .radius = DBL_MIN};

  for (size_t i = 0; i < data->n; i++)
    ball.radius = fmax(ball.radius, lip_interval_norm(data->d, data->X + i * data->d).high);
  return ball;
}

static lip_status prepare(const lip_net *net, const lip_dataset *data,
                          const lip_limits_options *options, inquiry *in,
                          const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_limit_job *job = &in->job;
  size_t m = net ? lip_net_outputs(net) : data->m;

  *job = (lip_limit_job){.data = data, .net = net, .options = options, .n = data->n, .d = data->d};
  job->X = data->X;
  if (net && lip_net_inputs(net) != data->d)
    FAIL(LIP_EINPUT, "the points have %zu coordinates, the network takes %zu", data->d,
         lip_net_inputs(net));
  if (options->domain)
    TRY(lip_domain_parse(options->domain, options->reading, &in->domain, err));
  else
    in->domain = data_ball(data);
  if (in->domain.kind == LIP_AROUND_DATA && in->domain.d != data->d)
    FAIL(LIP_EINPUT, "the domain's points have %zu coordinates, the data %zu", in->domain.d,
         data->d);
  job->domain = in->domain;
  in->inside = lip_alloc(data->n, sizeof *in->inside);
  in->f = lip_alloc(data->n, m * sizeof *in->f);
  in->labels = lip_alloc(data->n, data->m * sizeof *in->labels);
  if (!in->inside || !in->f || !in->labels) FAIL(LIP_ENOMEM, "values of %zu points", data->n);
  job->inside = in->inside;
  for (size_t i = 0; i < data->n; i++) {
    in->inside[i] = lip_domain_contains(in->domain, data->d, data->X + i * data->d);
    if (in->inside[i])
      job->radius = fmax(job->radius, lip_interval_norm(data->d, data->X + i * data->d).high);
  }
  for (size_t i = 0; i < data->n * data->m; i++) in->labels[i] = lip_interval_of(data->y[i]);
  TRY(describe_class(net, options, &job->class, err));
  if (!net) goto done;
  TRY(lip_limit_values(net, data->n, data->X, 0, in->f, control, err));
  if (in->domain.kind != LIP_ON_SPHERE) goto done;
  in->on = lip_alloc(data->n, m * sizeof *in->on);
  if (!in->on) FAIL(LIP_ENOMEM, "values of %zu points", data->n);
  TRY(lip_limit_values(net, data->n, data->X, in->domain.radius, in->on, control, err));
done:
  return st;
}

/* The bracket. A network that measure does not read has none, and why stands in the result. */
static lip_status bracket(const lip_net *net, const lip_dataset *data,
                          const lip_limits_options *options, const inquiry *in, lip_limits *result,
                          const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measure_options measuring;
  lip_measurement found = {.bounds = 0};
  lip_error cause = {""};
  char domain[64];

  lip_measure_defaults(&measuring);
  measuring.domain = options->domain;
  if (!measuring.domain) {
    (void)snprintf(domain, sizeof domain, "ball:%.17g", in->domain.radius);
    measuring.domain = domain;
  }
  measuring.reading = options->reading;
  measuring.search = options->search;
  measuring.time_limit = options->time_limit;
  measuring.gap = 1e-6;
  st = lip_measure(net, data, &measuring, &found, control, &cause);
  if (st == LIP_EINPUT || st == LIP_ENUMERIC) {
    (void)snprintf(result->why_no_bracket, sizeof result->why_no_bracket, "%.255s", cause.text);
    st = LIP_OK;
    goto done;
  }
  if (st != LIP_OK) FAIL(st, "%s", cause.text);
  result->lower = found.lower;
  result->upper = found.upper;
  result->certified = found.certified;
  result->lower_method = found.lower_method;
  result->upper_method = found.upper_method;
done:
  lip_measurement_clear(&found);
  return st;
}

/* Asks one kind for both forms. */
static lip_status ask(inquiry *in, const lip_limit_kind *kind, lip_limits *result, bool *within,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_limit *limit = &result->limit[result->limits];
  lip_limit_finding of_net = {.value = NAN}, of_labels = {.value = NAN};
  lip_limit_job job = in->job;

  *limit = (lip_limit){.name = kind->name, .source = kind->source, .family = kind->family};
  limit->of = kind->of;
  limit->value = limit->for_exact_fit = limit->lower = limit->upper = NAN;
  if (job.net) {
    job.f = in->f;
    job.on = in->on ? in->on : in->f;
    job.m = lip_net_outputs(job.net);
    TRY(kind->run(&job, &of_net, control, err));
  }
  job.net = NULL;
  job.f = job.on = in->labels;
  job.m = job.data->m;
  TRY(kind->run(&job, &of_labels, control, err));
  limit->value = of_net.value;
  limit->for_exact_fit = of_labels.value;
  if (of_labels.family) limit->family = of_labels.family;
  *within = of_net.within;
  memcpy(limit->domain, in->job.net ? of_net.domain : of_labels.domain, sizeof limit->domain);
  memcpy(limit->note, in->job.net ? of_net.note : of_labels.note, sizeof limit->note);
  memcpy(limit->why_not, of_net.why_not, sizeof limit->why_not);
  memcpy(limit->why_not_exact, of_labels.why_not, sizeof limit->why_not_exact);
  if (result->limits == 0) {
    memcpy(result->pair, of_net.pair, sizeof of_net.pair);
    memcpy(result->label_pair, of_labels.pair, sizeof of_labels.pair);
    result->pairs = of_net.pairs;
    result->label_pairs = of_labels.pairs;
  }
  result->limits++;
done:
  return st;
}

/* sum |a_l| |w_l| and |a| |W|_op of a network of two layers and one output, rounded up. */
static lip_status norms_up(const lip_net *net, double *path_norm, double *product, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = net->layer[0].out, d = net->layer[0].in;
  const double *W = net->layer[0].W, *a = net->layer[1].W;
  lip_moment_matrix moment = {.d = 0};
  double *ones = lip_alloc(k, sizeof *ones), sum = 0, square;

  if (!ones) FAIL(LIP_ENOMEM, "%zu weights", k);
  for (size_t l = 0; l < k; l++) {
    ones[l] = 1;
    sum = lip_add_up(sum, lip_mul_up(fabs(a[l]), lip_interval_norm(d, W + l * d).high));
  }
  TRY(lip_moment_matrix_create(k, d, W, ones, 0, &moment, err));
  TRY(lip_ky_fan_up(&moment, 1, false, &square, err));
  *path_norm = sum;
  *product = lip_mul_up(lip_interval_norm(k, a).high, lip_sqrt_up(square));
done:
  lip_moment_matrix_clear(&moment);
  lip_free(ones);
  return st;
}

static lip_status hold(lip_limit *limit, double lower, double upper, double slack, const char *of,
                       const char *by, lip_error *err)
{
  limit->compared = true;
  limit->lower = lower;
  limit->upper = upper;
  if (limit->value <= upper * (1 + slack)) return LIP_OK;
  return lip_fail(
      err, LIP_ENUMERIC,
      "the limit %s says at least %.17g%s%s, but %s is at most %.17g (%s): one of them is "
      "a mistake of liplaw",
      limit->name, limit->value, limit->domain[0] ? " on " : "", limit->domain, of, upper, by);
}

/* A limit above what it limits is a mistake of ours. */
static lip_status compare(const lip_net *net, lip_limits *result, lip_limit *limit, bool within,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  double slack = result->certified ? 0 : ESTIMATE, path_norm = NAN, product = NAN;
  char of[96];

  if (isnan(limit->value)) goto done;
  if (limit->of == LIP_LIMITS_CONSTANT) {
    if (!within || isnan(result->lower)) goto done;
    (void)snprintf(of, sizeof of, "the constant on %s", result->domain);
    TRY(hold(limit, result->lower, result->upper, slack, of, result->upper_method, err));
    goto done;
  }
  TRY(norms_up(net, &path_norm, &product, err));
  if (limit->of == LIP_LIMITS_PATH_NORM)
    TRY(hold(limit, NAN, path_norm, 0, "sum |a| |w|", "the weights", err));
  else
    TRY(hold(limit, NAN, product, 0, "|a| |W|", "the weights", err));
done:
  return st;
}

lip_status lip_find_limits(const lip_net *net, const lip_dataset *data,
                           const lip_limits_options *options, lip_limits *result,
                           const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  inquiry in = {.inside = NULL};
  lip_limits made = {.n = data->n, .d = data->d, .lower = NAN, .upper = INFINITY};
  bool within[LIP_MAX_LIMITS];
  size_t i, j;

  made.lower_method = made.upper_method = "none";
  TRY(prepare(net, data, options, &in, control, err));
  made.k = in.job.class.k;
  (void)lip_domain_format(in.domain, made.domain, sizeof made.domain);
  for (size_t l = 0; l < KINDS; l++)
    TRY(ask(&in, kinds[l], &made, &within[made.limits], control, err));
  TRY(lip_find_contradiction(data, &i, &j, err));
  if (j > 0) lip_contradict(&made, net != NULL, i, j);
  if (net) TRY(bracket(net, data, options, &in, &made, control, err));
  for (size_t l = 0; l < made.limits; l++) TRY(compare(net, &made, &made.limit[l], within[l], err));
  *result = made;
done:
  inquiry_clear(&in);
  return st;
}
