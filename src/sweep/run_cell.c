/* run_cell.c - one network of a sweep: sample, L*, train, measure, row. */
#include "sweep/run_cell.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

double lip_cell_memory(const lip_cell *cell)
{
  double n = (double)cell->setting.sample.n, d = (double)cell->setting.sample.d;
  double k = (double)cell->setting.train.k, batch = (double)cell->setting.train.batch;
  double rows = batch > 0 ? fmin(batch, n) : n;

  /* The data in f64, the trainer's copy and activations in f32, weights with Adam's two moments and
     the gradient, the network in f64; blocks of fixed size. */
  return 8 * n * d + 4 * (rows * k + rows * d + 4 * k * d) + 8 * k * d + 64e6;
}

void lip_describe_machine(char *text, size_t size)
{
  char line[256], model[256] = "unknown processor";
  FILE *info = fopen("/proc/cpuinfo", "r");

  while (info && fgets(line, sizeof line, info)) {
    const char *colon = strchr(line, ':');

    if (strncmp(line, "model name", 10) != 0 || !colon) continue;
    (void)snprintf(model, sizeof model, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
    break;
  }
  if (info) (void)fclose(info);
  (void)snprintf(text, size, "%.80s, %zu cores", model, lip_cores());
}

static void now(char *text, size_t size)
{
  time_t seconds = time(NULL);
  struct tm utc;

  text[0] = 0;
  if (gmtime_r(&seconds, &utc)) (void)strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static lip_status start_row(const lip_cell *cell, const lip_bench *bench, lip_run *run,
                            lip_error *err)
{
  *run = (lip_run){.sample = cell->setting.sample,
                   .train = cell->setting.train,
                   .measure = cell->setting.measure,
                   .loss = NAN,
                   .sign_accuracy = NAN,
                   .max_random_gradient = NAN,
                   .max_data_gradient = NAN,
                   .lower = NAN,
                   .upper = NAN,
                   .data_radius = NAN,
                   .lower_ball = NAN,
                   .upper_ball = NAN,
                   .lower_sphere = NAN,
                   .upper_sphere = NAN,
                   .path_norm = NAN,
                   .product = NAN,
                   .l_star = NAN,
                   .seconds_train = NAN,
                   .seconds_measure = NAN};
  (void)snprintf(run->machine, sizeof run->machine, "%s", bench->machine);
  (void)snprintf(run->version, sizeof run->version, "%s", lip_version());
  (void)snprintf(run->blas_kernel, sizeof run->blas_kernel, "%s", lip_blas_kernel());
  run->key = lip_strdup(cell->key);
  return run->key ? LIP_OK : lip_fail(err, LIP_ENOMEM, "no memory for a row");
}

static lip_status keep_network(const lip_net *net, const lip_bench *bench, const char *key,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  size_t size = strlen(bench->keep) + 32;
  char *path = lip_alloc(size, 1);

  if (!path) FAIL(LIP_ENOMEM, "%s: no memory for a name in it", bench->keep);
  (void)snprintf(path, size, "%s/%016llx.onnx", bench->keep, (unsigned long long)lip_key_hash(key));
  TRY(lip_net_write(net, path, err));
done:
  lip_free(path);
  return st;
}

static lip_status train(const lip_dataset *data, const lip_bench *bench, lip_run *run,
                        lip_net **net, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_train_result result;

  TRY(lip_train(data, &run->train, net, &result, control, err));
  run->parameters = (*net)->parameters;
  run->steps_taken = result.steps;
  run->loss = result.loss;
  run->sign_accuracy = result.accuracy;
  run->fitted = result.fitted;
  run->status = result.fitted ? LIP_RUN_KEPT : LIP_RUN_UNFITTED;
  run->seconds_train = result.seconds;
  (void)snprintf(run->kernel, sizeof run->kernel, "%s", result.kernel ? result.kernel : "");
  if (bench->keep) TRY(keep_network(*net, bench, run->key, err));
done:
  return st;
}

/* The bracket on one domain, or LIP_EINTERRUPT. */
static lip_status bracket(const lip_net *net, const lip_dataset *data,
                          const lip_measure_options *options, lip_measurement *found,
                          const lip_control *control, lip_error *err)
{
  lip_status st = lip_measure(net, data, options, found, control, err);

  if (st == LIP_OK && strcmp(found->stopped, "interrupt") == 0)
    st = lip_fail(err, LIP_EINTERRUPT, "interrupted while measuring");
  return st;
}

/* The brackets on the data's ball and on the unit sphere, from the one on the space. */
static lip_status measure_inner_domains(const lip_net *net, const lip_dataset *data,
                                        const lip_measurement *space, lip_run *run,
                                        const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measure_options options = run->measure;
  lip_measurement ball = {0}, sphere = {0};
  char domain[64];

  run->data_radius = 0;
  for (size_t i = 0; i < data->n; i++)
    run->data_radius = fmax(run->data_radius, lip_norm(data->d, data->X + i * data->d));
  (void)snprintf(domain, sizeof domain, "ball:%.17g", run->data_radius);
  options.domain = domain;
  options.wider = space;
  TRY(bracket(net, data, &options, &ball, control, err));
  options.domain = "sphere:1";
  TRY(bracket(net, data, &options, &sphere, control, err));
  run->lower_ball = ball.lower;
  run->upper_ball = ball.upper;
  run->lower_sphere = sphere.lower;
  run->upper_sphere = sphere.upper;
  run->certified = run->certified && ball.certified && sphere.certified;
done:
  lip_measurement_clear(&ball);
  lip_measurement_clear(&sphere);
  return st;
}

static lip_status measure(const lip_net *net, const lip_dataset *data, lip_run *run,
                          const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double begin = lip_seconds();
  lip_measurement found = {0};

  TRY(bracket(net, data, &run->measure, &found, control, err));
  run->max_random_gradient = found.proxy_random;
  run->max_data_gradient = found.proxy_data;
  run->lower = found.lower;
  run->upper = found.upper;
  run->certified = found.certified;
  (void)snprintf(run->lower_method, sizeof run->lower_method, "%s", found.lower_method);
  (void)snprintf(run->upper_method, sizeof run->upper_method, "%s", found.upper_method);
  for (size_t i = 0; i < found.bounds; i++) {
    if (strcmp(found.bound[i].method, "path-norm") == 0) run->path_norm = found.bound[i].value;
    if (strcmp(found.bound[i].method, "product") == 0) run->product = found.bound[i].value;
  }
  if (run->fitted && strcmp(run->measure.domain, "space") == 0)
    TRY(measure_inner_domains(net, data, &found, run, control, err));
  run->seconds_measure = lip_seconds() - begin;
done:
  lip_measurement_clear(&found);
  return st;
}

/* What stops at a network is its own result; what it met outside of it is not. */
static bool is_own_failure(lip_status st)
{
  return st == LIP_ENUMERIC || st == LIP_EINPUT || st == LIP_EOPTION;
}

lip_status lip_run_cell(const lip_cell *cell, const lip_bench *bench, lip_run *run,
                        const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double begin = lip_seconds();
  lip_dataset *data = NULL;
  lip_net *net = NULL;
  lip_error cause = {""};

  st = start_row(cell, bench, run, &cause);
  if (st == LIP_OK) st = lip_sample(&run->sample, &data, &cause);
  if (st == LIP_OK)
    st = lip_smallest_of(bench->smallest, &run->sample, data, &run->l_star, control, &cause);
  if (st == LIP_OK) st = train(data, bench, run, &net, control, &cause);
  if (st == LIP_OK) st = measure(net, data, run, control, &cause);
  if (is_own_failure(st)) {
    run->status = LIP_RUN_FAILED;
    (void)snprintf(run->error, sizeof run->error, "%s",
                   cause.text[0] ? cause.text : lip_status_text(st));
    st = LIP_OK;
  } else if (st != LIP_OK) {
    (void)lip_fail(err, st, "%s", cause.text);
  }
  run->seconds = lip_seconds() - begin;
  now(run->finished, sizeof run->finished);
  lip_net_free(net);
  lip_dataset_free(data);
  return st;
}
