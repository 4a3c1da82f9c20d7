/* local.c - radii from what the network can do near each point, where constants of the whole space
   give little.

   On the ball of radius r about x the differences f_y - f_b are bounded from below by linear bounds
   pushed back to the input, rounding counted (certificate/graphs/value_bounds.h; Zhang et al.,
   CROWN, NeurIPS 2018). Where all of them are above 0 the class holds on that ball. r is found by
   halving between what is known and what the attack broke.

   cost    for each ball a pass back for each neuron that may switch on it, TESTS balls a point
   limits  networks of at most MOST_OUTPUTS outputs; points are taken as long as there is time */
#include "audit/audit_parts.h"

#include "audit/differences.h"
#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/value_bounds.h"

#include <math.h>
#include <stdatomic.h>

enum { MOST_OUTPUTS = 32, TESTS = 5, GROUP = 8 };

static const double WORK = 2e9; /* flops for one ball */

typedef struct inspection {
  audit_run *run;
  lip_net *differences;
  lip_value_bounds **bounds; /* one a thread */
  atomic_int status;
  atomic_bool stop;
  atomic_size_t done;
  size_t tasks;
} inspection;

/* Does the class hold on the ball? */
static lip_status test_ball(inspection *in, const lip_audit_point *point, double radius,
                            size_t thread, bool *holds)
{
  const audit_run *run = in->run;
  lip_value_bounds *bounds = in->bounds[thread];
  lip_region region = {.center = run->data->X + point->row * run->data->d, .radius = radius};
  size_t last = in->differences->nodes - 1, own = run->label[point->row], m = run->m;
  const lip_control *control = thread == 0 ? &run->watch.control : NULL;
  lip_status st = lip_value_bounds_find(bounds, &region, WORK, control, NULL);

  *holds = false;
  if (st != LIP_OK) return st;
  if (run->found.task == LIP_TASK_SIGNS) {
    *holds = own == 1 ? bounds->low[last][0] > 0 : bounds->high[last][0] < 0;
    return st;
  }
  for (size_t b = 0; b < m; b++) {
    double margin;

    if (b == own) continue;
    margin = own < b ? bounds->low[last][lip_difference_index(m, own, b)]
                     : -bounds->high[last][lip_difference_index(m, b, own)];
    if (!(margin > 0)) return st;
  }
  *holds = true;
  return st;
}

/* share  in/out  of the attack's distance: where to look first, from one point to the next */
static lip_status search_radius(inspection *in, lip_audit_point *point, size_t thread,
                                double *share)
{
  lip_status st = LIP_OK;
  double high = isfinite(point->broken) ? point->broken : fmax(4096 * point->radius, 1);
  double low = in->run->found.radii_certified ? point->radius : 0, radius = *share * high;
  double top = high;
  bool holds;

  for (size_t t = 0; t < TESTS && high > 1.15 * low; t++) {
    if (radius <= low || radius >= high) radius = low > 0 ? sqrt(low * high) : high / 4;
    st = test_ball(in, point, radius, thread, &holds);
    if (st == LIP_EINTERRUPT) atomic_store(&in->stop, true);
    if (st != LIP_OK) break;
    if (holds) {
      low = point->local = fmax(radius, point->local);
      radius *= 1.5;
    } else {
      high = radius;
      radius /= 2;
    }
  }
  if (point->local > 0 && point->local < top) *share = point->local / top;
  return st == LIP_EINTERRUPT ? LIP_OK : st;
}

static void inspect_task(void *context, size_t task, size_t thread)
{
  inspection *in = context;
  audit_run *run = in->run;
  const lip_control *control = &run->watch.control;
  double share = 0.25;
  lip_status st = LIP_OK;

  /* Every tasks-th point, so that those that are left out for lack of time are anywhere. */
  for (size_t k = task; k < run->found.points && st == LIP_OK; k += in->tasks) {
    if (thread == 0 && control->stop(control->context)) atomic_store(&in->stop, true);
    if (atomic_load(&in->stop)) return;
    if (run->found.point[k].right) st = search_radius(in, &run->found.point[k], thread, &share);
    run->found.point[k].near = st == LIP_OK && !atomic_load(&in->stop);
    (void)atomic_fetch_add(&in->done, 1);
    if (thread == 0)
      control->progress(control->context,
                        (double)atomic_load(&in->done) / (double)run->found.points, "");
  }
  if (st != LIP_OK) atomic_store(&in->status, (int)st);
}

/* A broken point within a proved radius would refute the bounds. */
static lip_status confront(const audit_run *run, lip_error *err)
{
  const lip_audit *found = &run->found;

  for (size_t k = 0; k < found->points; k++)
    if (found->point[k].broken < found->point[k].local)
      return lip_fail(err, LIP_ENUMERIC,
                      "point %zu: the class changes at a distance of %.17g, within the proved "
                      "radius %.17g",
                      found->point[k].row, found->point[k].broken, found->point[k].local);
  return LIP_OK;
}

lip_status audit_local(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t threads = lip_team_size(run->team);
  inspection in = {.run = run, .tasks = (found->points + GROUP - 1) / GROUP};

  for (size_t k = 0; k < found->points; k++)
    found->point[k].local = found->radii_certified ? found->point[k].radius : 0;
  if (!found->points || !run->options->local || run->m > MOST_OUTPUTS || audit_interrupted(run))
    return LIP_OK;
  TRY(lip_output_differences(run->net, &in.differences, err));
  if (!in.differences) goto done;
  in.bounds = lip_alloc_zero(threads, sizeof *in.bounds);
  if (!in.bounds) FAIL(LIP_ENOMEM, "%zu threads", threads);
  for (size_t t = 0; t < threads; t++)
    TRY(lip_value_bounds_create(in.differences, &in.bounds[t], err));
  audit_begin(run, 0.75, 0.9, 0.7, "radii near the points");
  found->local = true;
  lip_team_run(run->team, in.tasks, inspect_task, &in);
  if (atomic_load(&in.status) != LIP_OK)
    FAIL((lip_status)atomic_load(&in.status), "radii near the points: out of memory");
  for (size_t k = 0; k < found->points; k++) found->local_points += found->point[k].near;
  TRY(confront(run, err));
done:
  for (size_t t = 0; in.bounds && t < threads; t++) lip_value_bounds_free(in.bounds[t]);
  lip_free(in.bounds);
  lip_net_free(in.differences);
  return st;
}
