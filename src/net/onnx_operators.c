/* onnx_operators.c - the table of the ONNX operators that are read; here those that are
   activations, or only change shapes. */
#include "net/onnx_operators.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx_affine.h"
#include "net/onnx_maps.h"

#include <math.h>
#include <string.h>

/* ---- activations ---- */

static lip_status activate(lip_onnx_import *import, lip_activation_kind kind, double slope,
                           lip_error *err)
{
  return lip_chain_activate(&import->chain, (lip_activation){kind, slope}, err);
}

#define ACTIVATION(function, kind)                                                                 \
  static lip_status function(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,      \
                             lip_error *err)                                                       \
  {                                                                                                \
    (void)node;                                                                                    \
    (void)at;                                                                                      \
    return activate(import, kind, 0, err);                                                         \
  }
ACTIVATION(apply_relu, LIP_RELU)
ACTIVATION(apply_abs, LIP_ABS)
ACTIVATION(apply_tanh, LIP_TANH)
ACTIVATION(apply_softplus, LIP_SOFTPLUS)
ACTIVATION(apply_sigmoid, LIP_SIGMOID)

static lip_status apply_leaky_relu(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                                   lip_error *err)
{
  double alpha;
  lip_status st = lip_onnx_float_attribute(node, "alpha", 0.01F, &alpha, err);

  (void)at;
  return st == LIP_OK ? activate(import, LIP_LEAKY_RELU, alpha, err) : st;
}

static lip_status apply_elu(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                            lip_error *err)
{
  double alpha;
  lip_status st = lip_onnx_float_attribute(node, "alpha", 1, &alpha, err);

  (void)at;
  return st == LIP_OK ? activate(import, LIP_ELU, alpha, err) : st;
}

/* PRelu with one slope for all: that is how a slope that is no float is written. */
static lip_status apply_prelu(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  double *slopes = NULL;

  TRY(lip_onnx_value_first(at, err));
  TRY(lip_onnx_vector_input(import, node, 1, &slopes, err));
  for (size_t i = 1; i < import->chain.width; i++)
    if (slopes[i] != slopes[0]) FAIL(LIP_EINPUT, "its slopes differ between neurons");
  TRY(activate(import, LIP_LEAKY_RELU, slopes[0], err));
done:
  lip_free(slopes);
  return st;
}

/* Pow with one whole exponent for all. */
static lip_status apply_pow(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  double *p = NULL;

  TRY(lip_onnx_value_first(at, err));
  TRY(lip_onnx_vector_input(import, node, 1, &p, err));
  for (size_t i = 1; i < import->chain.width; i++)
    if (p[i] != p[0]) FAIL(LIP_EINPUT, "its exponents differ between neurons");
  if (!(p[0] >= 1 && p[0] <= LIP_MOST_POWER && p[0] == floor(p[0])))
    FAIL(LIP_EINPUT, "its exponent %g is no whole number from 1 to %d", p[0], LIP_MOST_POWER);
  TRY(activate(import, LIP_POWER, p[0], err));
done:
  lip_free(p);
  return st;
}

/* ---- shapes ---- */

static lip_status apply_identity(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                                 lip_error *err)
{
  (void)import;
  (void)node;
  (void)at;
  (void)err;
  return LIP_OK;
}

static lip_status apply_flatten(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t axis;

  (void)at;
  TRY(lip_onnx_int_attribute(node, "axis", 1, &axis, err));
  TRY(lip_onnx_shape_flatten(&import->shape, axis, err));
done:
  return st;
}

static lip_status apply_reshape(lip_onnx_import *import, const Onnx__NodeProto *node, size_t at,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  int64_t allowzero;
  lip_onnx_array target;

  TRY(lip_onnx_value_first(at, err));
  TRY(lip_onnx_int_attribute(node, "allowzero", 0, &allowzero, err));
  if (allowzero != 0) FAIL(LIP_EINPUT, "allowzero is not read");
  TRY(lip_onnx_constant_input(import, node, 1, &target, err));
  TRY(lip_onnx_shape_reshape(&import->shape, &target, err));
done:
  return st;
}

const lip_onnx_operator *lip_onnx_operator_find(const char *name)
{
  static const lip_onnx_operator operators[] = {
      {"Gemm", 2, 3, lip_onnx_gemm},
      {"MatMul", 2, 2, lip_onnx_matmul},
      {"Add", 2, 2, lip_onnx_add},
      {"Sub", 2, 2, lip_onnx_sub},
      {"Mul", 2, 2, lip_onnx_mul},
      {"Div", 2, 2, lip_onnx_div},
      {"BatchNormalization", 5, 5, lip_onnx_batch_norm},
      {"Relu", 1, 1, apply_relu},
      {"LeakyRelu", 1, 1, apply_leaky_relu},
      {"Elu", 1, 1, apply_elu},
      {"PRelu", 2, 2, apply_prelu},
      {"Abs", 1, 1, apply_abs},
      {"Tanh", 1, 1, apply_tanh},
      {"Softplus", 1, 1, apply_softplus},
      {"Sigmoid", 1, 1, apply_sigmoid},
      {"Pow", 2, 2, apply_pow},
      {"Identity", 1, 1, apply_identity},
      {"Flatten", 1, 1, apply_flatten},
      {"Reshape", 2, 2, apply_reshape},
      {"Unsqueeze", 1, 2, lip_onnx_unsqueeze},
      {"ReduceL2", 1, 2, lip_onnx_reduce_l2},
      {"ReduceMin", 1, 2, lip_onnx_reduce_min},
  };

  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (strcmp(operators[i].name, name) == 0) return &operators[i];
  return NULL;
}
