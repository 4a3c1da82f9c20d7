/* problem.c - what is measured: a function of a network, a norm, a domain; the slope at a point. */
#include "lipschitz/problem.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/domain.h"
#include "linalg/operator_norm.h"
#include "linalg/vector.h"
#include "lipschitz/jacobian_norm.h"
#include "net/graph.h"
#include "net/maps.h"
#include "net/operator.h"
#include "net/tape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of a block of rows: a tenth of a second or so, some megabytes, and enough rows for the products
   to be worth it. */
static const double WEIGHTS_A_BLOCK = 1e9, NUMBERS_A_BLOCK = 1 << 20, FEWEST_ROWS = 32;

lip_status lip_problem_state(const lip_net *net, const lip_dataset *data,
                             const lip_measure_options *options, lip_domain domain,
                             lip_problem *problem, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_problem stated = {.net = net,
                        .norm = (lip_norm_kind)options->norm,
                        .d = lip_net_inputs(net),
                        .m = 1,
                        .domain = domain,
                        .data = data,
                        .random_points = options->random_points,
                        .starts = options->starts,
                        .seed = options->seed,
                        .time_limit = options->time_limit};

  TRY(lip_net_require_affine(net, "measure", err));
  TRY(lip_output_parse(options->output, lip_net_outputs(net), &stated.output, err));
  if (stated.output.kind == LIP_ALL_OUTPUTS) stated.m = lip_net_outputs(net);
  if (domain.kind == LIP_ON_SPHERE && stated.norm != LIP_NORM_2)
    FAIL(LIP_EOPTION, "--norm: on the sphere the constant is for arc length: norm 2 only");
  if (stated.random_points < 1) FAIL(LIP_EOPTION, "--random-points: 0 is not in [1, 1e9]");
  if (!(options->time_limit >= 0)) FAIL(LIP_EOPTION, "--time-limit: %g s", options->time_limit);
  if (!(options->gap >= 0)) FAIL(LIP_EOPTION, "--gap: %g", options->gap);
  if (domain.kind == LIP_AROUND_DATA && domain.d != stated.d)
    FAIL(LIP_EINPUT, "the domain's points have %zu inputs, the network takes %zu", domain.d,
         stated.d);
  if (data && data->d != stated.d)
    FAIL(LIP_EINPUT, "the data have %zu inputs, the network takes %zu", data->d, stated.d);
  *problem = stated;
done:
  return st;
}

const lip_claim *lip_problem_claim(const lip_problem *problem)
{
  return problem->claim ? problem->claim : problem->deep;
}

bool lip_problem_is_two_layer(const lip_problem *problem)
{
  return lip_claim_is_two_layer(problem->net);
}

void lip_problem_output_rows(const lip_problem *problem, double *A)
{
  const lip_layer *last = &problem->net->layer[problem->net->depth - 1];
  size_t in = last->in, plus = problem->output.plus, minus = problem->output.minus;

  if (problem->output.kind == LIP_ALL_OUTPUTS) {
    memcpy(A, last->W, last->out * in * sizeof *A);
    return;
  }
  memcpy(A, last->W + plus * in, in * sizeof *A);
  if (problem->output.kind == LIP_OUTPUT_DIFFERENCE)
    for (size_t l = 0; l < in; l++) A[l] -= last->W[minus * in + l];
}

bool lip_problem_slope_is_bounded(const lip_problem *problem)
{
  const lip_net *net = problem->net;
  bool bounded = true;

  for (size_t i = 0; i < net->nodes; i++)
    if (net->node[i].kind == LIP_NODE_ACTIVATION)
      bounded = bounded && isfinite(lip_activation_lipschitz(net->node[i].activation));
  return bounded || isfinite(lip_domain_radius(problem->domain, problem->d));
}

double lip_problem_weights(const lip_problem *problem)
{
  const lip_net *net = problem->net;
  double weights = 0;

  for (size_t i = 1; i < net->nodes; i++) {
    bool sums = net->node[i].kind == LIP_NODE_LINEAR || net->node[i].kind == LIP_NODE_CONVOLUTION;

    weights += (double)net->node[i].size * (sums ? (double)lip_operator_terms(net, i) - 1 : 1);
  }
  if (problem->deep) return weights * (double)problem->m; /* a difference is pulled back as one */
  return weights * (problem->output.kind == LIP_OUTPUT_DIFFERENCE ? 2 : (double)problem->m);
}

size_t lip_problem_block_rows(const lip_problem *problem, size_t rows)
{
  double block = fmin(WEIGHTS_A_BLOCK / lip_problem_weights(problem),
                      NUMBERS_A_BLOCK / (double)(problem->d * problem->m));

  return (size_t)fmin((double)rows, fmax(block, FEWEST_ROWS));
}

static bool has_squares(double largest)
{
  return largest > 1e-120 && largest < 1e120;
}

/* |v - c x| with c = v.x / |x|^2, whatever the size of v: powers of two are taken out first. */
static double tangential_length(size_t d, const double *x, const double *v)
{
  double largest = lip_largest(d, v), farthest = lip_largest(d, x);
  double along = 0, square = 0;
  int e, f;

  if (!(largest > 0) || !(farthest > 0) || !isfinite(largest) || !isfinite(farthest))
    return largest;
  (void)frexp(largest, &e);
  (void)frexp(farthest, &f);
  for (size_t i = 0; i < d; i++) {
    along += ldexp(x[i], -f) * ldexp(v[i], -e);
    square += ldexp(x[i], -f) * ldexp(x[i], -f);
  }
  along /= square;
  square = 0;
  for (size_t i = 0; i < d; i++) {
    double part = ldexp(v[i], -e) - along * ldexp(x[i], -f);

    square += part * part;
  }
  return ldexp(sqrt(square), e);
}

double lip_problem_length(const lip_problem *problem, const double *x, const double *v)
{
  if (problem->domain.kind == LIP_ON_SPHERE)
    return has_squares(lip_largest(problem->d, v)) && has_squares(lip_largest(problem->d, x))
               ? lip_domain_slope(problem->domain, problem->d, x, v)
               : tangential_length(problem->d, x, v);
  return lip_dual_length(problem->norm, problem->d, v);
}

/* G <- gradients of f_plus - f_minus.  other  scratch, rows x d */
static lip_status gradients_of_difference(const lip_problem *problem, size_t rows, const double *X,
                                          double *G, double *other, lip_error *err)
{
  lip_status st = lip_net_gradients(problem->net, problem->output.plus, rows, X, G, err);

  if (st != LIP_OK) return st;
  st = lip_net_gradients(problem->net, problem->output.minus, rows, X, other, err);
  for (size_t i = 0; st == LIP_OK && i < rows * problem->d; i++) G[i] -= other[i];
  return st;
}

/* One row: from the m gradients there to the g that is as long as the Jacobian.
   J  in/out  m x d, m >= 2;  P  scratch, m x d;  u  scratch, m */
static lip_status steepest_combination(const lip_problem *problem, const double *x, double *J,
                                       double *P, double *u, double *g, lip_error *err)
{
  size_t d = problem->d, m = problem->m;
  double value;
  lip_status st;

  memcpy(P, J, m * d * sizeof *P);
  for (size_t j = 0; j < m; j++) lip_domain_tangential(problem->domain, d, x, P + j * d);
  st = lip_jacobian_norm(problem->norm, m, d, P, u, g, &value, err);
  if (st != LIP_OK) return st;
  memset(g, 0, d * sizeof *g);
  for (size_t j = 0; j < m; j++) lip_add_multiple(d, u[j], J + j * d, g);
  return LIP_OK;
}

/* The gradients of all functions asked for, through one pass forward.
   all  out  m x rows x d */
static lip_status pull_all(const lip_problem *problem, size_t rows, const double *X, double *all,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = problem->net;
  size_t d = problem->d, outputs = lip_net_outputs(net), block = lip_tape_rows(net, rows);
  lip_output asked = problem->output;
  lip_tape *tape = NULL;
  double *U = lip_alloc(block, outputs * sizeof *U);

  if (!U) FAIL(LIP_ENOMEM, "%zu outputs at %zu points", outputs, block);
  TRY(lip_tape_create(net, block, &tape, err));
  for (size_t done = 0; done < rows; done += block) {
    size_t some = rows - done < block ? rows - done : block;

    TRY(lip_tape_forward(tape, some, X + done * d, err));
    for (size_t j = 0; j < problem->m; j++) {
      memset(U, 0, some * outputs * sizeof *U);
      for (size_t i = 0; i < some; i++) {
        U[i * outputs + (asked.kind == LIP_ALL_OUTPUTS ? j : asked.plus)] = 1;
        if (asked.kind == LIP_OUTPUT_DIFFERENCE) U[i * outputs + asked.minus] = -1;
      }
      TRY(lip_tape_pull(tape, U, all + (j * rows + done) * d, err));
    }
  }
done:
  lip_tape_free(tape);
  lip_free(U);
  return st;
}

/* G for several outputs.  all  scratch, m x rows x d, then twice m x d, then m */
static lip_status gradients_of_all(const lip_problem *problem, size_t rows, const double *X,
                                   double *G, double *all, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d, m = problem->m;
  double *J = all + m * rows * d, *P = J + m * d, *u = P + m * d;

  if (problem->deep)
    TRY(pull_all(problem, rows, X, all, err));
  else
    for (size_t j = 0; j < m; j++)
      TRY(lip_net_gradients(problem->net, j, rows, X, all + j * rows * d, err));
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < m; j++) memcpy(J + j * d, all + (j * rows + i) * d, d * sizeof *J);
    TRY(steepest_combination(problem, X + i * d, J, P, u, G + i * d, err));
  }
done:
  return st;
}

lip_status lip_problem_slopes(const lip_problem *problem, size_t rows, const double *X, double *G,
                              double *slopes, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d, m = problem->m, numbers = 0;
  double *scratch = NULL;

  if (problem->output.kind == LIP_OUTPUT_DIFFERENCE) numbers = rows * d;
  if (m > 1) numbers = m * (rows + 2) * d + m;
  if (numbers > 0) {
    scratch = lip_alloc(numbers, sizeof *scratch);
    if (!scratch) FAIL(LIP_ENOMEM, "the gradients of %zu outputs at %zu points", m, rows);
  }
  if (m > 1)
    TRY(gradients_of_all(problem, rows, X, G, scratch, err));
  else if (problem->deep)
    TRY(pull_all(problem, rows, X, G, err));
  else if (scratch)
    TRY(gradients_of_difference(problem, rows, X, G, scratch, err));
  else
    TRY(lip_net_gradients(problem->net, problem->output.plus, rows, X, G, err));
  for (size_t i = 0; i < rows; i++) {
    double slope = lip_problem_length(problem, X + i * d, G + i * d);

    slopes[i] = isfinite(slope) ? slope : -1;
  }
done:
  lip_free(scratch);
  return st;
}

lip_status lip_problem_norms(lip_problem *problem, double *norms, const lip_control *control,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = problem->net;
  double *A;

  if (net->depth == 0) return LIP_OK;
  A = lip_alloc(problem->m, net->layer[net->depth - 1].in * sizeof *A);
  for (size_t j = 0; j < net->depth; j++) norms[j] = NAN;
  if (!A) FAIL(LIP_ENOMEM, "%zu rows of the last layer", problem->m);
  lip_problem_output_rows(problem, A);
  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    bool top = j + 1 == net->depth;
    lip_operator_norm norm;

    st = lip_operator_norm_of(top ? problem->m : layer->out, layer->in, top ? A : layer->W, &norm,
                              control, err);
    if (st == LIP_EINTERRUPT) break;
    if (st != LIP_OK) {
      lip_error_prefix(err, "layer %zu", j);
      goto done;
    }
    norms[j] = norm.value;
    problem->layer_norm_error += norm.error;
  }
  st = LIP_OK;
  problem->layer_norm = norms;
done:
  lip_free(A);
  return st;
}
