/* depth_family.c - networks with D layers whose constants are exponentially below the product of
   their norms.

   turning   W_j = u_j v_j', u_j and v_j unit vectors with nonnegative entries, v_j . u_(j-1) = 1/2.
             Every layer's values lie on the ray of u_j, where ReLU is the identity:
             f(x) = (v_2 . u_1) ... (v_D . u_(D-1)) max(v_1 . x, 0), and Lip = 2^-(D-1) exactly,
   while every norm is 1 linear    Lip = |W_D ... W_1|_op, the product scaled after every factor
   ReLU      Lip >= the largest gradient at random points: it is sampled, no more
   B = max over i of prod over j != i of |W_j|_op (universal law, section 3, errata 4: of networks
   without skips). */
#include "study/depth_family.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"
#include "linalg/operator_norm.h"

#include <math.h>
#include <string.h>

enum { SEED = 1, POINTS = 2000 };

const char *const depth_family_names[DEPTH_FAMILIES] = {[DEPTH_ROTATION] = "orthogonal",
                                                        [DEPTH_TURNING] = "turning lines (ReLU)",
                                                        [DEPTH_SQUEEZE] = "squeeze and turn",
                                                        [DEPTH_LINEAR] = "Gaussian (linear)",
                                                        [DEPTH_RELU] = "Gaussian (ReLU)"};

static const double degree = M_PI / 180;

/* A' = rotation by the angle, after diag(1, squeeze). */
static void turn(double *A, double angle, double squeeze)
{
  A[0] = cos(angle);
  A[1] = -sin(angle) * squeeze;
  A[2] = sin(angle);
  A[3] = cos(angle) * squeeze;
}

/* u_j at 75 degrees, v_j at 15: both in the quadrant, 60 degrees apart. */
static void turning_line(double *A)
{
  const double u[] = {cos(75 * degree), sin(75 * degree)};
  const double v[] = {cos(15 * degree), sin(15 * degree)};

  for (size_t i = 0; i < 4; i++) A[i] = u[i / 2] * v[i % 2];
}

static void fill_layer(depth_family family, size_t j, lip_layer *layer, size_t *drawn)
{
  const size_t count = layer->in * layer->out;
  double scale = sqrt((family == DEPTH_RELU ? 2.0 : 1.0) / (double)layer->in);

  if (family == DEPTH_LINEAR || family == DEPTH_RELU) {
    lip_random_normal((lip_stream){SEED, LIP_FOR_WEIGHTS}, *drawn, count, layer->W);
    *drawn += count + count % 2;
    for (size_t i = 0; i < count; i++) layer->W[i] *= scale;
  } else if (layer->out == 1) { /* the last layer: along the first axis */
    memset(layer->W, 0, count * sizeof *layer->W);
    layer->W[0] = 1;
    if (family == DEPTH_TURNING) layer->W[0] = cos(15 * degree), layer->W[1] = sin(15 * degree);
  } else if (family == DEPTH_TURNING) {
    turning_line(layer->W);
  } else {
    turn(layer->W, (family == DEPTH_ROTATION ? 7 : 30) * degree * (1 + (double)(j % 2)),
         family == DEPTH_ROTATION ? 1 : 0.5);
  }
}

lip_status depth_network(depth_family family, size_t depth, size_t width, lip_net **net,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  const bool relu = family == DEPTH_TURNING || family == DEPTH_RELU;
  size_t *widths = lip_alloc(depth + 1, sizeof *widths), drawn = 0;
  lip_activation *activations = lip_alloc(depth, sizeof *activations);
  bool *biases = lip_alloc_zero(depth, sizeof *biases);

  if (!widths || !activations || !biases) FAIL(LIP_ENOMEM, "no memory for %zu layers", depth);
  if (family != DEPTH_LINEAR && family != DEPTH_RELU) width = 2;
  for (size_t j = 0; j <= depth; j++) widths[j] = j < depth ? width : 1;
  for (size_t j = 0; j < depth; j++)
    activations[j] = (lip_activation){relu && j + 1 < depth ? LIP_RELU : LIP_IDENTITY, 0};
  TRY(lip_net_create(depth, widths, activations, biases, LIP_F64, net, err));
  for (size_t j = 0; j < depth; j++) fill_layer(family, j, &(*net)->layer[j], &drawn);
done:
  lip_free(widths);
  lip_free(activations);
  lip_free(biases);
  return st;
}

static lip_status log_norm(size_t m, size_t n, const double *A, double *value,
                           const lip_control *control, lip_error *err)
{
  lip_operator_norm norm;
  lip_status st = lip_operator_norm_of(m, n, A, &norm, control, err);

  if (st == LIP_OK) *value = log(norm.value);
  return st;
}

/* log |W_D ... W_1|_op: the product row of the last layer, scaled to length 1 after every factor.
 */
static lip_status product_norm(const lip_net *net, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t width = net->max_width > lip_net_inputs(net) ? net->max_width : lip_net_inputs(net);
  double *row = lip_alloc_zero(2 * width, sizeof *row), *next = row + width;

  if (!row) FAIL(LIP_ENOMEM, "no memory for a row");
  row[0] = 1;
  *value = 0;
  for (size_t j = net->depth; j-- > 0;) {
    const lip_layer *layer = &net->layer[j];
    double squares = 0, length;

    lip_dgemv(true, layer->out, layer->in, 1, layer->W, layer->in, row, 0, next);
    for (size_t i = 0; i < layer->in; i++) squares += next[i] * next[i];
    length = sqrt(squares);
    *value += log(length);
    for (size_t i = 0; i < layer->in; i++) row[i] = next[i] / length;
  }
done:
  lip_free(row);
  return st;
}

/* log of the largest |grad f| at random points. */
static lip_status sampled_slope(const lip_net *net, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t d = lip_net_inputs(net);
  double *X = lip_alloc(2 * POINTS * d, sizeof *X), *G = X + POINTS * d, largest = 0;

  if (!X) FAIL(LIP_ENOMEM, "no memory for %d points", POINTS);
  lip_random_normal((lip_stream){SEED, LIP_FOR_PROBES}, 0, POINTS * d, X);
  TRY(lip_net_gradients(net, 0, POINTS, X, G, err));
  for (size_t i = 0; i < POINTS; i++) {
    double squares = 0;

    for (size_t j = 0; j < d; j++) squares += G[i * d + j] * G[i * d + j];
    largest = fmax(largest, squares);
  }
  *value = 0.5 * log(largest);
done:
  lip_free(X);
  return st;
}

lip_status depth_measure(depth_family family, const lip_net *net, depth_gap *gap,
                         const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double sum = 0, least = INFINITY;

  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    double norm = 0;

    TRY(log_norm(layer->out, layer->in, layer->W, &norm, control, err));
    sum += norm;
    least = fmin(least, norm);
  }
  gap->log_product = sum - fmin(least, 0); /* the factor left out is one below 1, or none */
  if (family == DEPTH_RELU) {
    TRY(sampled_slope(net, &gap->log_lower, err));
    gap->log_upper = sum;
  } else if (family == DEPTH_TURNING) {
    gap->log_lower = gap->log_upper = -(double)(net->depth - 1) * log(2);
  } else {
    TRY(product_norm(net, &gap->log_lower, err));
    gap->log_upper = gap->log_lower;
  }
done:
  return st;
}
