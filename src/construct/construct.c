/* construct.c - networks by theorem: checks what a construction needs of the data, builds, and
   verifies the fit with the network's own values. */
#include <liplaw/construct.h>

#include "base/error.h"
#include "base/memory.h"
#include "construct/construction.h"
#include "data/equal_rows.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

/* By lip_construct_kind. */
static const lip_construction *const kinds[] = {
    [LIP_CONSTRUCT_LINEAR] = &lip_linear_construction,
    [LIP_CONSTRUCT_CAPS] = &lip_caps_construction,
    [LIP_CONSTRUCT_GROUPS] = &lip_groups_construction,
    [LIP_CONSTRUCT_TENSOR] = &lip_tensor_construction,
    [LIP_CONSTRUCT_BAUM] = &lip_baum_construction,
    [LIP_CONSTRUCT_MCSHANE] = &lip_mcshane_construction,
    [LIP_CONSTRUCT_RBF] = &lip_rbf_construction,
    [LIP_CONSTRUCT_PROJECTED] = &lip_projected_construction,
    [LIP_CONSTRUCT_COUNTEREXAMPLE] = &lip_counterexample_construction,
};

static const double length_tolerance = 1e-12;

bool lip_construct_stopped(const lip_construct_job *job)
{
  return job->control && job->control->stop && job->control->stop(job->control->context);
}

lip_status lip_two_layers(size_t d, size_t k, lip_activation psi, bool bias, bool output_bias,
                          lip_net **net, lip_error *err)
{
  return lip_net_create(2, (const size_t[]){d, k, 1},
                        (const lip_activation[]){psi, {LIP_IDENTITY, 0}},
                        (const bool[]){bias, output_bias}, LIP_F64, net, err);
}

/* data of its own: the points divided by their lengths */
static lip_status normalised(const lip_dataset *data, lip_dataset **made, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *copy = NULL;

  TRY(lip_dataset_create(data->n, data->d, data->m, &copy, err));
  memcpy(copy->y, data->y, data->n * data->m * sizeof *data->y);
  for (size_t i = 0; i < data->n; i++) {
    const double *x = data->X + i * data->d;
    double length = lip_norm(data->d, x);

    if (!(length > 0)) FAIL(LIP_EINPUT, "point %zu is 0: it has no direction to normalise", i);
    for (size_t j = 0; j < data->d; j++) copy->X[i * data->d + j] = x[j] / length;
  }
  copy->classes = data->classes;
  *made = copy;
  copy = NULL;
done:
  lip_dataset_free(copy);
  return st;
}

static lip_status check_labels(const lip_construction *kind, const lip_dataset *data,
                               lip_error *err)
{
  if (data->m != 1)
    return lip_fail(err, LIP_EINPUT, "%s takes one label per point, the data have %zu", kind->name,
                    data->m);
  if (data->classes)
    return lip_fail(err, LIP_EINPUT,
                    "the labels are names of classes: --positive turns them into +1 and -1");
  for (size_t i = 0; kind->signs && i < data->n; i++)
    if (fabs(data->y[i]) != 1)
      return lip_fail(err, LIP_EINPUT,
                      "%s needs labels -1 and +1: point %zu has %g; --positive turns class labels "
                      "into them",
                      kind->name, i, data->y[i]);
  return LIP_OK;
}

static lip_status check_lengths(const lip_construction *kind, const lip_dataset *data,
                                lip_error *err)
{
  size_t worst = 0, off = 0;
  double largest = 0;

  if (!kind->sphere) return LIP_OK;
  if (data->d < 2)
    return lip_fail(err, LIP_EINPUT, "%s needs at least 2 dimensions: it lives on a sphere",
                    kind->name);
  for (size_t i = 0; i < data->n; i++) {
    double away = fabs(lip_norm(data->d, data->X + i * data->d) - 1);

    if (away <= length_tolerance) continue;
    off++;
    if (!(away <= largest)) {
      largest = away;
      worst = i;
    }
  }
  if (off == 0) return LIP_OK;
  return lip_fail(err, LIP_EINPUT,
                  "%s needs points of length 1: %zu of %zu are not, point %zu has %.10g; "
                  "--normalise divides each by its length",
                  kind->name, off, data->n, worst, lip_norm(data->d, data->X + worst * data->d));
}

lip_status lip_refuse_equal_points(const lip_dataset *data, bool always, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *number = lip_alloc(data->n, sizeof *number), *first = lip_alloc(data->n, sizeof *first);

  if (!number || !first) FAIL(LIP_ENOMEM, "no memory to compare %zu points", data->n);
  TRY(lip_number_rows(data->X, data->n, data->d, number, err));
  for (size_t i = 0; i < data->n; i++) first[i] = SIZE_MAX;
  for (size_t i = 0; i < data->n; i++) {
    size_t *seen = &first[number[i]];

    if (*seen == SIZE_MAX) *seen = i;
    if (data->y[i] != data->y[*seen])
      FAIL(LIP_EINPUT, "points %zu and %zu are equal and have labels %g and %g: no function fits",
           *seen, i, data->y[*seen], data->y[i]);
    if (always && *seen != i)
      FAIL(LIP_EINPUT, "points %zu and %zu are equal: this construction needs different points",
           *seen, i);
  }
done:
  lip_free(number);
  lip_free(first);
  return st;
}

/* A block of rows whose values one task computes. */
enum { ROWS = 512 };

typedef struct values_job {
  const lip_net *net;
  const lip_dataset *data;
  double *f;
  lip_status *status; /* one per task */
} values_job;

static void values_of_block(void *context, size_t task, size_t thread)
{
  values_job *job = context;
  size_t first = task * ROWS, left = job->data->n - first;

  (void)thread;
  job->status[task] = lip_net_values(job->net, left < ROWS ? left : ROWS,
                                     job->data->X + first * job->data->d, job->f + first, NULL);
}

/* f  out  n: the network at the points */
static lip_status values(const lip_construct_job *job, const lip_net *net, double *f,
                         lip_error *err)
{
  size_t tasks = (job->data->n + ROWS - 1) / ROWS;
  values_job work = {net, job->data, f, lip_alloc(tasks, sizeof *work.status)};
  lip_status st = LIP_OK;

  if (!work.status) FAIL(LIP_ENOMEM, "no memory for %zu blocks", tasks);
  lip_team_run(job->team, tasks, values_of_block, &work);
  for (size_t t = 0; t < tasks; t++)
    if (work.status[t] != LIP_OK)
      FAIL(work.status[t], "the network at points from %zu on: %s", t * ROWS,
           lip_status_text(work.status[t]));
done:
  lip_free(work.status);
  return st;
}

static lip_status verify(const lip_construction *kind, const lip_construct_job *job,
                         const lip_net *net, lip_construct_result *result, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  double *f = lip_alloc(data->n, sizeof *f), sum = 0, largest = 0;
  size_t worst = 0, right = 0;
  bool signs = true;

  if (!f) FAIL(LIP_ENOMEM, "no memory for %zu values", data->n);
  TRY(values(job, net, f, err));
  for (size_t i = 0; i < data->n; i++) {
    double error = fabs(f[i] - data->y[i]);

    sum += error * error;
    right += f[i] * data->y[i] > 0;
    signs = signs && fabs(data->y[i]) == 1;
    largest = fmax(largest, fabs(data->y[i]));
    if (error <= result->max_error) continue;
    result->max_error = error;
    worst = i;
  }
  result->rms_error = sqrt(sum / (double)data->n);
  result->fitted = signs ? (double)right / (double)data->n : NAN;
  if (!(result->max_error <= kind->tolerance * largest))
    FAIL(LIP_ENUMERIC, "the network misses point %zu by %.3g: too ill-conditioned for doubles",
         worst, result->max_error);
done:
  lip_free(f);
  return st;
}

lip_status lip_construct(const lip_dataset *data, const lip_construct_options *options,
                         lip_net **net, lip_construct_result *result, const lip_control *control,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  lip_construct_job job = {data, options, NULL, control};
  lip_construct_result found = {.threshold = NAN, .lipschitz = NAN};
  const lip_construction *kind = NULL;
  lip_dataset *copy = NULL;
  lip_net *made = NULL;

  if ((size_t)options->kind < sizeof kinds / sizeof *kinds) kind = kinds[options->kind];
  if (!kind) FAIL(LIP_EOPTION, "there is no construction of this kind");
  TRY(check_labels(kind, data, err));
  if (options->normalise) {
    TRY(normalised(data, &copy, err));
    job.data = copy;
  }
  TRY(check_lengths(kind, job.data, err));
  TRY(lip_refuse_equal_points(job.data, kind->distinct, err));
  job.team = lip_team_create(0);
  if (!job.team) FAIL(LIP_ENOMEM, "no memory for the threads");
  TRY(kind->build(&job, &made, &found, err));
  if (found.parameters == 0) found.parameters = made->parameters;
  TRY(verify(kind, &job, made, &found, err));
  *net = made;
  *result = found;
  made = NULL;
done:
  lip_net_free(made);
  lip_team_free(job.team);
  lip_dataset_free(copy);
  return st;
}
