/* upper_product.c - the product of two layers' operator norms: Theorem 3 of the two-layer paper.

   Lip(f) <= |a| |W|_op Lip(psi) (two-layer paper, Theorem 3 (5)). Where Lip(psi) is infinite
   (square), the largest slope on the neurons' ranges takes its place, with |h_j| <= r_j carried
   from layer to layer. The norms are those of the problem, made once. Cost: one pass over the
   weights. */
#include "lipschitz/method.h"

#include "certificate/domain.h"
#include "lipschitz/two_layers/neuron_range.h"
#include "linalg/vector.h"

#include <math.h>

static bool applies(const lip_problem *problem)
{
  return problem->claim && problem->norm == LIP_NORM_2 && lip_problem_slope_is_bounded(problem);
}

/* The largest slope of neurons first .. last - 1 for inputs |h| <= radius, and the radius of their
   values. */
static double slope_of_layer(const lip_layer *layer, size_t first, size_t last, double *radius)
{
  double slope = 0, squares = 0;

  for (size_t l = first; l < last; l++) {
    double length = lip_norm(layer->in, layer->W + l * layer->in);
    double bias = layer->b ? layer->b[l] : 0;
    double value = lip_neuron_value(layer->activation, length, bias, *radius);

    slope = fmax(slope, lip_neuron_slope(layer->activation, length, bias, *radius));
    squares += value * value;
  }
  *radius = sqrt(squares);
  return slope;
}

/* The norms of the claim's scaled matrices, raised by more than the iteration may miss,
   and by what makes their own test definite. */
static lip_status propose(const lip_problem *problem, lip_finding *finding, lip_error *err)
{
  const lip_claim *claim = problem->claim;
  double spare = 1 + 1e-9 + 2 * problem->layer_norm_error, *norms;
  lip_status st = lip_proof_add(&finding->proof, "norms", 1, (size_t[]){2}, &norms, err);

  if (st != LIP_OK) return st;
  finding->proof.kind = &lip_proof_product;
  norms[0] = ldexp(problem->layer_norm[1], -claim->A_exponent) * spare;
  norms[1] = ldexp(problem->layer_norm[0], -claim->W_exponent) * spare;
  return LIP_OK;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  double radius = lip_domain_radius(problem->domain, problem->d), product = 1;

  (void)steepest, (void)control, (void)err;
  for (size_t j = 0; j < problem->net->depth; j++) {
    const lip_layer *layer = &problem->net->layer[j];
    bool one = j + 1 == problem->net->depth && problem->output.kind != LIP_ALL_OUTPUTS;
    size_t first = one ? problem->output.plus : 0, last = one ? first + 1 : layer->out;

    if (isnan(problem->layer_norm[j])) return LIP_OK; /* stopped before it was known */
    if (problem->layer_norm[j] == 0) product = 0;
    if (product > 0)
      product *= problem->layer_norm[j] * slope_of_layer(layer, first, last, &radius);
  }
  finding->found = true;
  finding->value = product;
  finding->error = problem->layer_norm_error;
  return propose(problem, finding, err);
}

const lip_method lip_upper_product = {
    "product", "two-layer paper, Theorem 3 (5): product of operator norms", applies, run};
