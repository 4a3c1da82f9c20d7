/* lower_data.c - the largest gradient norm at the data points.

   As a proxy: at all of them. As a lower bound: at those in the domain; on the sphere those that
   are as good as on it (rounded data), moved onto it. Cost: n
   gradients, and one more for each of these. */
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

/* moved <- x moved into the domain. True where x was in it: it stays where it is, or almost so on
   the sphere, where a point up to rounding counts as on it. */
static bool is_inside(lip_domain domain, size_t d, const double *x, double *moved)
{
  memcpy(moved, x, d * sizeof *moved);
  lip_domain_project(domain, d, moved);
  if (domain.kind == LIP_ON_SPHERE)
    return fabs(lip_norm(d, x) - domain.radius) <= ON_SPHERE * domain.radius;
  return memcmp(moved, x, d * sizeof *moved) == 0;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d, n = problem->data->n, done = 0;
  size_t block = lip_problem_block_rows(problem, n);
  double *G = lip_alloc(block, d * sizeof *G), *inside = lip_alloc(block, d * sizeof *inside);
  double *slopes = lip_alloc(block, sizeof *slopes), proxy = 0;
  lip_problem anywhere = *problem;

  anywhere.domain = (lip_domain){.kind = LIP_SPACE};
  if (!G || !inside || !slopes) FAIL(LIP_ENOMEM, "%zu data points in %zu dimensions", block, d);
  while (done < n && !lip_stopped(control)) {
    size_t rows = n - done < block ? n - done : block;
    const double *X = problem->data->X + done * d;

    size_t found = 0;

    TRY(lip_problem_slopes(&anywhere, rows, X, G, slopes, err));
    for (size_t i = 0; i < rows; i++) {
      proxy = fmax(proxy, slopes[i]);
      if (is_inside(problem->domain, d, X + i * d, inside + found * d)) found++;
    }
    if (found > 0) TRY(lip_problem_slopes(problem, found, inside, G, slopes, err));
    for (size_t i = 0; i < found; i++)
      lip_finding_offer(finding, steepest, slopes[i], inside + i * d);
    done += rows;
    lip_tell(control, (double)done / (double)n);
  }
  finding->proxy = done == n ? proxy : NAN;
done:
  lip_free(slopes);
  lip_free(inside);
  lip_free(G);
  return st;
}

const lip_method lip_lower_data = {"data", "theory.md B3: gradients at the data points", applies,
                                   run};
