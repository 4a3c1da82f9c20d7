/* tensor.c - the tensor network f(x) = sum_i alpha_i (x_i.x)^p, with alpha = y or an exact fit.

   One neuron t^p per point, or as many as its tensor needs: for p = 2 the eigenvectors of M = sum
   alpha_i x_i x_i', k = d, for other powers the polarisation formula (two-layer paper, Theorem 2
   and Lemma 2; theory.md B8, B16). On the unit sphere x'Mx has the constant l_max - l_min, about 4
   sqrt(n/k) for random labels (tangential gradients: a multiple of the identity counts nothing).
   cost    n d^2 for p = 2; tensor_weights.c, polarised.c and tensor_constant.c for the rest */
#include "construct/construction.h"

#include "base/error.h"
#include "base/memory.h"
#include "construct/moment.h"
#include "construct/tensor_parts.h"
#include "linalg/dgemm.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Eigenvalues below this, relative to the largest, are rounding. */
static const double negligible = 1e-15;

lip_activation lip_power_activation(size_t p)
{
  if (p == 1) return (lip_activation){LIP_IDENTITY, 0};
  if (p == 2) return (lip_activation){LIP_SQUARE, 0};
  return (lip_activation){LIP_POWER, (double)p};
}

static lip_status implicit(const lip_construct_job *job, const double *alpha, lip_net **net,
                           lip_error *err)
{
  const lip_dataset *data = job->data;
  lip_status st = lip_two_layers(data->d, data->n, lip_power_activation(job->options->power), false,
                                 false, net, err);

  if (st != LIP_OK) return st;
  memcpy((*net)->layer[0].W, data->X, data->n * data->d * sizeof *data->X);
  memcpy((*net)->layer[1].W, alpha, data->n * sizeof *alpha);
  return LIP_OK;
}

/* Neurons from the eigenvectors of M (rows) whose eigenvalues are not 0. */
static lip_status eigenvectors(size_t d, const double *M, const double *values, lip_net **net,
                               lip_error *err)
{
  double floor = negligible * (double)d * fmax(fabs(values[0]), fabs(values[d - 1]));
  size_t k = 0, at = 0;
  lip_status st;

  for (size_t l = 0; l < d; l++) k += fabs(values[l]) > floor;
  st = lip_two_layers(d, k ? k : 1, lip_power_activation(2), false, false, net, err);
  for (size_t l = 0; st == LIP_OK && l < d; l++) {
    if (!(fabs(values[l]) > floor)) continue;
    memcpy((*net)->layer[0].W + at * d, M + l * d, d * sizeof *M);
    (*net)->layer[1].W[at++] = values[l];
  }
  return st;
}

static lip_status quadratic(const lip_construct_job *job, const double *alpha, lip_net **net,
                            lip_construct_result *result, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t d = data->d;
  double *M = lip_alloc(d, d * sizeof *M), *values = lip_alloc(d, sizeof *values);

  if (!M || !values) FAIL(LIP_ENOMEM, "no memory for a %zu x %zu matrix", d, d);
  TRY(lip_moment(job, data->n, d, data->X, alpha, M, err));
  TRY(lip_symmetric_eigen(d, M, values, true, err));
  result->lipschitz = values[d - 1] - values[0];
  result->exact = true;
  result->source = "two-layer paper, Theorem 2 (B8): l_max - l_min of sum alpha_i x_i x_i'";
  if (job->options->implicit)
    TRY(implicit(job, alpha, net, err));
  else
    TRY(eigenvectors(d, M, values, net, err));
done:
  lip_free(M);
  lip_free(values);
  return st;
}

static lip_status linear(const lip_construct_job *job, const double *alpha, lip_net **net,
                         lip_construct_result *result, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  double *w = lip_alloc(data->d, sizeof *w);

  if (!w) FAIL(LIP_ENOMEM, "no memory for %zu weights", data->d);
  lip_dgemv(true, data->n, data->d, 1, data->X, data->d, alpha, 0, w);
  result->lipschitz = lip_norm(data->d, w);
  result->exact = true;
  result->source = "the length of sum alpha_i x_i";
  if (job->options->implicit) {
    TRY(implicit(job, alpha, net, err));
    goto done;
  }
  TRY(lip_two_layers(data->d, 1, lip_power_activation(1), false, false, net, err));
  memcpy((*net)->layer[0].W, w, data->d * sizeof *w);
  (*net)->layer[1].W[0] = 1;
done:
  lip_free(w);
  return st;
}

static lip_status higher(const lip_construct_job *job, const double *alpha, lip_net **net,
                         lip_construct_result *result, lip_error *err)
{
  lip_status st = job->options->implicit ? implicit(job, alpha, net, err)
                                         : lip_polarised_neurons(job, alpha, net, err);

  if (st == LIP_OK) st = lip_tensor_constant(job, alpha, &result->lipschitz, &result->source, err);
  return st;
}

static void tell(const lip_construct_job *job, lip_construct_result *result)
{
  size_t p = job->options->power;
  double n = (double)job->data->n, d = (double)job->data->d, k = (double)result->k;
  char error[96] = "";

  if (p != 2) {
    (void)snprintf(result->note, sizeof result->note, "constant / sqrt(n/k) = %.4g%s",
                   result->lipschitz / sqrt(n / k),
                   p == 1 ? "" : "; 'liplaw measure --domain sphere:1' brackets it");
    return;
  }
  if (!job->options->exact)
    (void)snprintf(error, sizeof error,
                   "; error expected for generic points and balanced labels: sqrt(2n)/d = %.4g",
                   sqrt(2 * n) / d);
  (void)snprintf(result->note, sizeof result->note,
                 "constant / sqrt(n/d) = %.4g, about 4 for alpha = y and generic data%s",
                 result->lipschitz / sqrt(n / d), error);
}

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = job->data;
  size_t p = job->options->power;
  lip_net *made = NULL;
  double *alpha = lip_alloc(data->n, sizeof *alpha);

  if (!alpha) FAIL(LIP_ENOMEM, "no memory for %zu weights", data->n);
  if (job->options->exact) {
    TRY(lip_refuse_equal_points(data, true, err));
    TRY(lip_tensor_weights(job, alpha, err));
  } else {
    memcpy(alpha, data->y, data->n * sizeof *alpha);
  }
  if (p == 1)
    TRY(linear(job, alpha, &made, result, err));
  else if (p == 2)
    TRY(quadratic(job, alpha, &made, result, err));
  else
    TRY(higher(job, alpha, &made, result, err));
  result->k = made->layer[0].out;
  result->domain = "sphere:1";
  tell(job, result);
  *net = made;
  made = NULL;
done:
  lip_net_free(made);
  lip_free(alpha);
  return st;
}

/* An approximation; of an exact fit the residual is checked where its weights are found. */
const lip_construction lip_tensor_construction = {
    .name = "tensor", .sphere = true, .tolerance = INFINITY, .build = build};
