/* problem.c - what is measured: one output of a network on a domain; and the slope at a point. */
#include "lipschitz/problem.h"

#include "base/error.h"
#include "certificate/domain.h"
#include "linalg/operator_norm.h"

#include <math.h>
#include <stdlib.h>

/* Of a block of rows: a tenth of a second or so, some megabytes, and enough rows for the products
   to be worth it. */
static const double WEIGHTS_A_BLOCK = 1e9, NUMBERS_A_BLOCK = 1 << 20, FEWEST_ROWS = 32;

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

lip_status lip_problem_state(const lip_net *net, const lip_dataset *data,
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

  TRY(lip_domain_parse(options->domain ? options->domain : "space", NULL, &stated.domain, err));
  TRY(choose_output(net, options->output, &stated.output, err));
  if (stated.random_points < 1) FAIL(LIP_EOPTION, "--random-points: 0 is not in [1, 1e9]");
  if (!(options->time_limit >= 0)) FAIL(LIP_EOPTION, "--time-limit: %g s", options->time_limit);
  if (data && data->d != stated.d)
    FAIL(LIP_EINPUT, "the data have %zu inputs, the network takes %zu", data->d, stated.d);
  *problem = stated;
done:
  return st;
}

bool lip_problem_is_two_layer(const lip_problem *problem)
{
  return problem->net->depth == 2 && problem->net->layer[1].activation.kind == LIP_IDENTITY;
}

const double *lip_problem_output_weights(const lip_problem *problem)
{
  const lip_layer *last = &problem->net->layer[problem->net->depth - 1];

  return last->W + problem->output * last->in;
}

bool lip_problem_slope_is_bounded(const lip_problem *problem)
{
  bool bounded = true;

  for (size_t j = 0; j < problem->net->depth; j++)
    bounded = bounded && isfinite(lip_activation_lipschitz(problem->net->layer[j].activation));
  return bounded || isfinite(lip_domain_radius(problem->domain));
}

double lip_problem_weights(const lip_problem *problem)
{
  double weights = 0;

  for (size_t j = 0; j < problem->net->depth; j++)
    weights += (double)problem->net->layer[j].in * (double)problem->net->layer[j].out;
  return weights;
}

size_t lip_problem_block_rows(const lip_problem *problem, size_t rows)
{
  double block = fmin(WEIGHTS_A_BLOCK / lip_problem_weights(problem),
                      NUMBERS_A_BLOCK / (double)problem->d);

  return (size_t)fmin((double)rows, fmax(block, FEWEST_ROWS));
}

lip_status lip_problem_slopes(const lip_problem *problem, size_t rows, const double *X, double *G,
                              double *slopes, lip_error *err)
{
  lip_status st = lip_net_gradients(problem->net, problem->output, rows, X, G, err);

  if (st != LIP_OK) return st;
  for (size_t i = 0; i < rows; i++) {
    double slope = lip_domain_slope(problem->domain, problem->d, X + i * problem->d,
                                    G + i * problem->d);

    slopes[i] = isfinite(slope) ? slope : -1;
  }
  return LIP_OK;
}

lip_status lip_problem_norms(lip_problem *problem, double *norms, const lip_control *control,
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
