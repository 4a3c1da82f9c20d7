/* lower_random.c - the papers' proxy: the largest gradient norm at fresh random points.

   T points z ~ N(0, I/d), section 5 of the two-layer paper (theory.md B3, 2.1): their largest
   gradient norm is the proxy, whatever the domain. As a lower bound on another domain the same
   draws are moved into it: z / |z| is uniform on the unit sphere, a radius R u^(1/d) with u uniform
   makes it uniform in the ball, the normal distribution function of each entry in a box; for graphs
   on the space also times sqrt(d). Cost: T gradients, twice that on other domains than the space.
 */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/vector.h"
#include "certificate/domain.h"

#include <math.h>

static bool applies(const lip_problem *problem)
{
  (void)problem;
  return true;
}

static void draw(const lip_problem *problem, size_t first, size_t rows, double *Z)
{
  size_t d = problem->d;

  lip_random_normal((lip_stream){problem->seed, LIP_FOR_PROBES}, (uint64_t)first * d, rows * d, Z);
  for (size_t i = 0; i < rows * d; i++) Z[i] /= sqrt((double)d);
}

/* Row i of Z becomes a uniform point of the ball, of the sphere, of the box, or of one of the balls
   around data, by turns. */
static void move_into_domain(const lip_problem *problem, size_t first, size_t rows, double *Z)
{
  size_t d = problem->d;
  lip_domain domain = problem->domain;
  lip_domain sphere = {.kind = LIP_ON_SPHERE, .radius = domain.radius};

  for (size_t i = 0; i < rows; i++) {
    double *z = Z + i * d, u;

    if (domain.kind == LIP_BOX) {
      for (size_t j = 0; j < d; j++) {
        u = 0.5 * erfc(-z[j] * sqrt(0.5 * (double)d)); /* z_j is N(0, 1/d) */
        z[j] = domain.low + u * (domain.high - domain.low);
      }
      lip_domain_project(domain, d, z);
      continue;
    }
    if (domain.kind != LIP_ON_SPHERE) {
      lip_random_uniform((lip_stream){problem->seed, LIP_FOR_PROBES}, first + i, 1, &u);
      sphere.radius = domain.radius * pow(u, 1 / (double)d);
    }
    lip_domain_project(sphere, d, z);
    if (domain.kind != LIP_AROUND_DATA) continue;
    lip_add_multiple(d, 1, domain.centers + (first + i) % domain.count * d, z);
    lip_domain_project(domain, d, z);
  }
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = problem->d, done = 0, points = problem->random_points;
  size_t block = lip_problem_block_rows(problem, points);
  double *Z = lip_alloc(block, d * sizeof *Z), *G = lip_alloc(block, d * sizeof *G);
  double *slopes = lip_alloc(block, sizeof *slopes), proxy = 0;
  lip_problem anywhere = *problem;

  anywhere.domain = (lip_domain){.kind = LIP_SPACE};
  if (!Z || !G || !slopes) FAIL(LIP_ENOMEM, "%zu random points in %zu dimensions", block, d);
  while (done < points && !(done > 0 && lip_stopped(control))) {
    size_t rows = points - done < block ? points - done : block;

    draw(problem, done, rows, Z);
    TRY(lip_problem_slopes(&anywhere, rows, Z, G, slopes, err));
    for (size_t i = 0; i < rows; i++) proxy = fmax(proxy, slopes[i]);
    if (problem->domain.kind != LIP_SPACE) {
      move_into_domain(problem, done, rows, Z);
      TRY(lip_problem_slopes(problem, rows, Z, G, slopes, err));
    }
    for (size_t i = 0; i < rows; i++) lip_finding_offer(finding, steepest, slopes[i], Z + i * d);
    if (problem->deep && problem->domain.kind == LIP_SPACE && !lip_stopped(control)) {
      for (size_t i = 0; i < rows * d; i++) Z[i] *= sqrt((double)d); /* N(0, I) */
      TRY(lip_problem_slopes(problem, rows, Z, G, slopes, err));
      for (size_t i = 0; i < rows; i++) lip_finding_offer(finding, steepest, slopes[i], Z + i * d);
    }
    done += rows;
    lip_tell(control, (double)done / (double)points);
  }
  finding->proxy = done == points ? proxy : NAN;
done:
  lip_free(slopes);
  lip_free(G);
  lip_free(Z);
  return st;
}

const lip_method lip_lower_random = {"random", "two-layer paper, section 5: random points", applies,
                                     run};
