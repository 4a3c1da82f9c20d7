/* constructed.h - data, constructions and slopes for the tests of liplaw construct. */
#ifndef LIP_TESTS_CONSTRUCTED_H
#define LIP_TESTS_CONSTRUCTED_H

#include <liplaw/construct.h>
#include <liplaw/measure.h>

#include "base/random.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* What a construction made; released with clear_built. */
typedef struct built {
  lip_net *net;
  lip_construct_result result;
} built;

static inline void clear_built(built *made)
{
  lip_net_free(made->net);
  made->net = NULL;
}

static inline lip_dataset *sampled(lip_sample_kind kind, lip_label_kind labels, size_t n, size_t d,
                                   uint64_t seed)
{
  lip_sample_options options;
  lip_dataset *data = NULL;

  lip_sample_defaults(&options);
  options.kind = kind;
  options.labels = labels;
  options.n = n;
  options.d = d;
  options.seed = seed;
  assert_int_equal(lip_sample(&options, &data, NULL), LIP_OK);
  return data;
}

static inline lip_dataset *given(size_t n, size_t d, const double *X, const double *y)
{
  lip_dataset *data = NULL;

  assert_int_equal(lip_dataset_create(n, d, 1, &data, NULL), LIP_OK);
  memcpy(data->X, X, n * d * sizeof *X);
  memcpy(data->y, y, n * sizeof *y);
  return data;
}

static inline lip_construct_options options_of(lip_construct_kind kind)
{
  lip_construct_options options;

  lip_construct_defaults(&options);
  options.kind = kind;
  return options;
}

static inline built construct(const lip_dataset *data, const lip_construct_options *options)
{
  built made = {0};
  lip_error err = {""};

  if (lip_construct(data, options, &made.net, &made.result, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return made;
}

/* The same with the network alone returned. */
static inline lip_net *network_of(const lip_dataset *data, const lip_construct_options *options,
                                  lip_construct_result *result)
{
  built made = construct(data, options);

  *result = made.result;
  return made.net;
}

/* f(x) of one output. */
static inline double value(const lip_net *net, const double *x)
{
  double y;

  assert_int_equal(lip_net_values(net, 1, x, &y, NULL), LIP_OK);
  return y;
}

/* The line says all the parts, NULL-ended. */
static inline void refuses(const lip_dataset *data, const lip_construct_options *options,
                           lip_status status, ...)
{
  built made = {0};
  lip_error err = {""};
  va_list parts;
  const char *part;

  assert_int_equal(lip_construct(data, options, &made.net, &made.result, NULL, &err), status);
  assert_null(made.net);
  va_start(parts, status);
  while ((part = va_arg(parts, const char *)))
    if (!strstr(err.text, part)) fail_msg("no '%s' in: %s", part, err.text);
  va_end(parts);
}

/* |grad f(x)|, of its tangential part where x is a point of the unit sphere. */
static inline double slope_at(const lip_net *net, const double *x, bool sphere)
{
  size_t d = lip_net_inputs(net);
  double *g = malloc(d * sizeof *g), slope;

  assert_non_null(g);
  assert_int_equal(lip_net_gradients(net, 0, 1, x, g, NULL), LIP_OK);
  if (sphere) lip_add_multiple(d, -lip_dot(d, g, x), x, g);
  slope = lip_norm(d, g);
  free(g);
  return slope;
}

/* The largest tangential slope at so many random points of the unit sphere. */
static inline double sampled_slope(const lip_net *net, size_t count, uint64_t seed)
{
  size_t d = lip_net_inputs(net);
  double *x = malloc(d * sizeof *x), largest = 0;

  assert_non_null(x);
  for (size_t s = 0; s < count; s++) {
    double length;

    lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, s * d, d, x);
    length = lip_norm(d, x);
    for (size_t j = 0; j < d; j++) x[j] /= length;
    largest = fmax(largest, slope_at(net, x, true));
  }
  free(x);
  return largest;
}

/* The ends of the bracket that liplaw measure finds in a few seconds. */
static inline void bracket(const lip_net *net, const char *domain, double *lower, double *upper)
{
  lip_measure_options options;
  lip_measurement found;

  lip_measure_defaults(&options);
  options.domain = domain;
  options.time_limit = 5;
  assert_int_equal(lip_measure(net, NULL, &options, &found, NULL, NULL), LIP_OK);
  *lower = found.lower;
  *upper = found.upper;
  lip_measurement_clear(&found);
}

#endif
