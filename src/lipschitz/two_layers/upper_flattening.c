/* upper_flattening.c - powers, one output, a bounded domain: the operator norm of the flattening.

   The largest eigenvalue of C N (certificate/two_layers/flattening.h) by power iteration, stopped
   when it has settled, and raised by what is left; the proof needs no arrays. Cost: k^2 d, and 2
   k^2 a step. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/two_layers/flattening.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>

enum { MOST_STEPS = 3000 };
static const double SETTLED = 1e-12; /* relative change of the eigenvalue in a step */

static bool applies(const lip_problem *problem)
{
  return problem->claim && lip_flattening_applies(problem->claim);
}

static double largest_eigenvalue(const lip_flattening *form, double *v, double *u,
                                 const lip_control *control)
{
  size_t k = form->k;
  double value = 0, before = -1;

  for (int step = 0; step < MOST_STEPS && !lip_stopped(control); step++) {
    double length = lip_norm(k, v);

    if (!(length > 0) || fabs(value - before) <= SETTLED * value) break;
    for (size_t l = 0; l < k; l++) v[l] /= length;
    lip_dgemv(false, k, k, 1, form->N, k, v, 0, u);
    lip_dgemv(false, k, k, 1, form->C, k, u, 0, v);
    before = value;
    value = lip_norm(k, v);
  }
  return value;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t k = problem->claim->k;
  lip_flattening form = {.k = 0};
  double *v = lip_alloc(2 * k, sizeof *v), value;

  (void)steepest;
  if (!v) FAIL(LIP_ENOMEM, "a vector of %zu neurons", k);
  TRY(lip_flattening_create(problem->claim, &form, err));
  lip_random_normal((lip_stream){0, LIP_FOR_STARTS}, 0, k, v);
  value = largest_eigenvalue(&form, v, v + k, control);
  finding->value = form.factor * sqrt(value);
  finding->found = isfinite(finding->value);
  finding->proof.kind = &lip_proof_flattening;
done:
  lip_flattening_clear(&form);
  lip_free(v);
  return st;
}

const lip_method lip_upper_flattening = {
    "flattening", "two-layer paper, appendix A; theory.md B14: the norm of a flattening", applies,
    run};
