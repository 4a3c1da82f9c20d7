/* measure_nets.h - small networks for the tests of measuring, and what is asked of the results. */
#ifndef MEASURE_NETS_H
#define MEASURE_NETS_H

#include "base/random.h"

#include <liplaw/measure.h>

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const lip_activation RELU = {LIP_RELU, 0};

static inline lip_net *make_net(size_t depth, const size_t *widths, const lip_activation *psi,
                                bool biases)
{
  lip_activation activations[8];
  bool has_bias[8];
  lip_net *net = NULL;
  lip_error err = {""};

  for (size_t j = 0; j < depth; j++) {
    activations[j] = j + 1 < depth ? psi[j] : (lip_activation){LIP_IDENTITY, 0};
    has_bias[j] = biases;
  }
  if (lip_net_create(depth, widths, activations, has_bias, LIP_F64, &net, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return net;
}

/* f(x) = a . psi(W x + b) */
static inline lip_net *two_layer(size_t d, size_t k, lip_activation psi, const double *W,
                                 const double *b, const double *a)
{
  lip_net *net = make_net(2, (size_t[]){d, k, 1}, &psi, b != NULL);

  memcpy(net->layer[0].W, W, k * d * sizeof *W);
  if (b) memcpy(net->layer[0].b, b, k * sizeof *b);
  memcpy(net->layer[1].W, a, k * sizeof *a);
  return net;
}

/* Weights and biases N(0, 1), each layer divided by the root of its inputs. */
static inline void randomise(lip_net *net, uint64_t seed)
{
  lip_stream stream = {seed, LIP_FOR_WEIGHTS};
  uint64_t at = 0;

  for (size_t j = 0; j < net->depth; j++) {
    lip_layer *layer = &net->layer[j];
    size_t weights = layer->in * layer->out;

    lip_random_normal(stream, at, weights, layer->W);
    for (size_t i = 0; i < weights; i++) layer->W[i] /= sqrt((double)layer->in);
    at += weights;
    if (layer->b) lip_random_normal(stream, at, layer->out, layer->b);
    at += layer->out;
  }
}

static inline lip_net *random_two_layer(size_t d, size_t k, lip_activation psi, uint64_t seed)
{
  lip_net *net = make_net(2, (size_t[]){d, k, 1}, &psi, true);

  randomise(net, seed);
  return net;
}

static inline lip_measurement measure_seeded(const lip_net *net, const lip_dataset *data,
                                             const char *domain, uint64_t seed)
{
  lip_measure_options options;
  lip_measurement result;
  lip_error err = {""};

  lip_measure_defaults(&options);
  options.domain = domain;
  options.seed = seed;
  options.random_points = 200;
  if (lip_measure(net, data, &options, &result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return result;
}

static inline lip_measurement measure(const lip_net *net, const char *domain)
{
  return measure_seeded(net, NULL, domain, 0);
}

/* NaN where the method did not apply. */
static inline double value_of(const lip_measurement *result, const char *method)
{
  for (size_t i = 0; i < result->bounds; i++)
    if (strcmp(result->bound[i].method, method) == 0) return result->bound[i].value;
  return NAN;
}

static inline double lower_of(const lip_measurement *result)
{
  return result->lower;
}

static inline double upper_of(const lip_measurement *result)
{
  return result->upper;
}

static inline void assert_near(double value, double expected, double relative)
{
  if (!(fabs(value - expected) <= relative * fabs(expected)))
    fail_msg("%.17g is not within %g of %.17g", value, relative, expected);
}

#endif
