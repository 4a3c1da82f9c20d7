/* recipe.c - trains or constructs a network, and measures what a study tells of it.

   All constants are those of the unit sphere, tangential gradients, which is where the
   constructions of the two-layer paper live: known exactly for some, bracketed by `measure`
   (certified) for two-layer ReLU networks, and for functions whose constant is known on the whole
   space that is what is told, an upper bound on the sphere's. */
#include "study/recipe.h"

#include "base/error.h"
#include "base/memory.h"

#include <liplaw/law.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1, FLOAT_BITS = 32, DOUBLE_BITS = 64 };

lip_status recipe_data(size_t n, size_t d, lip_dataset **data, lip_error *err)
{
  lip_sample_options options;

  lip_sample_defaults(&options);
  options.kind = LIP_SPHERE;
  options.labels = LIP_LABELS_BALANCED;
  options.n = n;
  options.d = d;
  options.seed = SEED;
  return lip_sample(&options, data, err);
}

double along_the_arc(double slope, double chord)
{
  return slope * chord / (2 * asin(fmin(chord / 2, 1)));
}

double recipe_law(double n, double d, double parameters, double bits, double outliers,
                  double max_error)
{
  lip_law_input input;
  lip_law_result found;

  if (!(max_error < 1)) return 0;
  lip_law_defaults(&input);
  input.n = n;
  input.d = d;
  input.c = d / (d - 2);
  input.p = parameters;
  input.bits = bits;
  input.fit_error = max_error;
  input.outliers = outliers;
  if (lip_law_evaluate(lip_law_find("profile"), &input, &found, NULL) != LIP_OK) return 0;
  return found.bound > 0 ? found.bound : 0;
}

/* Several units run at a time: the sheet alone tells how far it is. */
static lip_control quiet(const study_run *run)
{
  lip_control control = {0};

  if (run->control) control = *run->control;
  control.progress = NULL;
  return control;
}

static int falling(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;

  return (x < y) - (x > y);
}

/* The best of the law over how many points are left out, which it allows to choose after training.
   error  in  n, the largest first */
static double law_of(const recipe_numbers *numbers, const lip_dataset *data, const double *error)
{
  const double n = (double)data->n, d = (double)data->d;
  double best = 0;

  for (size_t j = 0; j <= data->n / 5; j += 1 + j / 4)
    best = fmax(best, recipe_law(n, d, numbers->parameters, numbers->bits, (double)j, error[j]));
  return best;
}

/* What the network makes of the data. */
static lip_status find_fit(const lip_net *net, const lip_dataset *data, recipe_numbers *numbers,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *own = NULL;
  double *errors = lip_alloc(data->n, sizeof *errors);
  lip_pair pair = {.distance = 1};
  double squares = 0, largest = 0, slope;
  size_t count;

  if (!errors) FAIL(LIP_ENOMEM, "no memory for %zu errors", data->n);
  TRY(lip_dataset_create(data->n, data->d, 1, &own, err));
  memcpy(own->X, data->X, data->n * data->d * sizeof *own->X);
  TRY(lip_net_values(net, data->n, data->X, own->y, err));
  for (size_t i = 0; i < data->n; i++) {
    double error = own->y[i] - data->y[i];

    squares += error * error;
    largest = fmax(largest, fabs(error));
    errors[i] = fabs(error);
  }
  numbers->mse = squares / (double)data->n;
  numbers->max_error = largest;
  qsort(errors, data->n, sizeof *errors, falling);
  numbers->law = law_of(numbers, data, errors);
  TRY(lip_smallest_constant(own, 1, &pair, &count, &slope, NULL, err));
  numbers->own = count ? along_the_arc(slope, pair.distance) : 0;
done:
  lip_dataset_free(own);
  lip_free(errors);
  return st;
}

static lip_status bracket(const study_run *run, const lip_net *net, recipe_numbers *numbers,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measure_options options;
  lip_measurement found = {0};
  lip_control control = quiet(run);

  lip_measure_defaults(&options);
  options.domain = "sphere:1";
  options.search = false;
  options.random_points = 1000;
  options.starts = 4;
  options.time_limit = 1e9;
  TRY(lip_measure(net, NULL, &options, &found, &control, err));
  if (strcmp(found.stopped, "interrupt") == 0) FAIL(LIP_EINTERRUPT, "interrupted");
  numbers->lower = found.lower;
  numbers->upper = found.upper;
done:
  lip_measurement_clear(&found);
  return st;
}

static lip_status make_trained(const study_run *run, const recipe *self, const lip_dataset *data,
                               lip_net **net, recipe_numbers *numbers, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_train_options options = self->train;
  lip_train_result result;
  lip_control control = quiet(run);

  options.threads = 1;
  TRY(lip_train(data, &options, net, &result, &control, err));
  numbers->fitted = result.fitted;
  numbers->steps = (double)result.steps;
  numbers->neurons = (double)options.k;
  numbers->parameters = (double)(*net)->parameters;
  numbers->bits = FLOAT_BITS;
  TRY(bracket(run, *net, numbers, err));
done:
  return st;
}

static lip_status make_constructed(const study_run *run, const recipe *self,
                                   const lip_dataset *data, lip_net **net, recipe_numbers *numbers,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  lip_construct_result result;
  lip_control control = quiet(run);

  st = lip_construct(data, &self->construct, net, &result, &control, err);
  if (st == LIP_EINPUT) return LIP_OK; /* it does not apply: no numbers */
  if (st != LIP_OK) return st;
  numbers->fitted = result.max_error < 1e-6;
  numbers->neurons = (double)result.k;
  numbers->parameters = (double)result.parameters;
  numbers->bits = DOUBLE_BITS;
  numbers->lower = numbers->upper = result.lipschitz;
  if (!result.exact) TRY(bracket(run, *net, numbers, err));
  numbers->upper = fmin(numbers->upper, result.lipschitz);
done:
  return st;
}

lip_status recipe_make(const study_run *run, const recipe *self, const lip_dataset *data,
                       recipe_numbers *numbers, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net *net = NULL;
  double *value = (double *)numbers;

  for (size_t i = 0; i < RECIPE_COLUMNS; i++) value[i] = NAN;
  if (self->trained)
    TRY(make_trained(run, self, data, &net, numbers, err));
  else
    TRY(make_constructed(run, self, data, &net, numbers, err));
  if (!net) goto done;
  TRY(find_fit(net, data, numbers, err));
done:
  lip_net_free(net);
  return st;
}
