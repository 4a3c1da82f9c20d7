/* lower_data.c - the largest gradient norm at the data points.

   As a proxy: at all of them. As a lower bound: at those in the domain; on the sphere those that
   are as good as on it (rounded data), moved onto it. Cost: n gradients. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"
#include "certificate/domain.h"

#include <math.h>
#include <string.h>

static const double ON_SPHERE = 1e-6; /* relative distance: above the rounding of f32 data */

static bool applies(const lip_problem *problem)
{
  return problem->data != NULL;
}

/* A point on the sphere up to rounding counts as on it. */
static bool is_inside(lip_domain domain, size_t d, const double *x)
{
  double length = lip_norm(d, x);

  if (domain.kind == LIP_ON_SPHERE)
    return fabs(length - domain.radius) <= ON_SPHERE * domain.radius;
  return length <= lip_domain_radius(domain);
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d, n = problem->data->n, done = 0;
  size_t block = lip_problem_block_rows(problem, n);
  double *G = lip_alloc(block, d * sizeof *G), *x = lip_alloc(d, sizeof *x);
  double *slopes = lip_alloc(block, sizeof *slopes), proxy = 0;

  if (!G || !x || !slopes) FAIL(LIP_ENOMEM, "%zu data points in %zu dimensions", block, d);
  while (done < n && !lip_stopped(control)) {
    size_t rows = n - done < block ? n - done : block;
    const double *X = problem->data->X + done * d;

    TRY(lip_problem_slopes(problem, rows, X, G, slopes, err));
    for (size_t i = 0; i < rows; i++) {
      proxy = fmax(proxy, lip_norm(d, G + i * d));
      if (!is_inside(problem->domain, d, X + i * d)) continue;
      memcpy(x, X + i * d, d * sizeof *x);
      lip_domain_project(problem->domain, d, x);
      lip_finding_offer(finding, steepest, slopes[i], x);
    }
    done += rows;
    lip_tell(control, (double)done / (double)n);
  }
  finding->proxy = done == n ? proxy : NAN;
done:
  lip_free(slopes);
  lip_free(x);
  lip_free(G);
  return st;
}

const lip_method lip_lower_data = {"data", "theory.md B3: gradients at the data points", applies,
                                   run};
