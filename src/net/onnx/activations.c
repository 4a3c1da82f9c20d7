/* activations.c - the ONNX operators that are activations, as the specification defines them
   for operator sets 7 to 20. */
#include "net/onnx/activations.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/affine.h"
#include "net/onnx/operators.h"
#include "net/onnx/shape.h"

#include <math.h>

lip_status lip_onnx_activate(lip_onnx_call *call, const lip_onnx_value *from,
                             lip_activation_kind kind, double slope, lip_onnx_value *out,
                             lip_error *err)
{
  lip_node node = {.kind = LIP_NODE_ACTIVATION, .activation = {kind, slope}};
  lip_onnx_value made = *from;
  lip_status st = lip_onnx_emit(call, from->node, &node, &made.node, err);

  if (st == LIP_OK) *out = made;
  return st;
}

#define ACTIVATION(function, kind)                                                                 \
  lip_status function(lip_onnx_call *call, lip_error *err)                                         \
  {                                                                                                \
    return lip_onnx_activate(call, call->in[0], kind, 0, call->out[0], err);                       \
  }
ACTIVATION(lip_onnx_relu, LIP_RELU)
ACTIVATION(lip_onnx_abs, LIP_ABS)
ACTIVATION(lip_onnx_tanh, LIP_TANH)
ACTIVATION(lip_onnx_softplus, LIP_SOFTPLUS)
ACTIVATION(lip_onnx_sigmoid, LIP_SIGMOID)
ACTIVATION(lip_onnx_erf, LIP_ERF)

lip_status lip_onnx_gelu(lip_onnx_call *call, lip_error *err)
{
  if (!lip_onnx_text_attribute(call->node, "approximate", "none", true))
    return lip_fail(
        err, LIP_EINPUT,
        "its attribute 'approximate' is not none: only the exact function is supported");
  return lip_onnx_activate(call, call->in[0], LIP_GELU, 0, call->out[0], err);
}

lip_status lip_onnx_leaky_relu(lip_onnx_call *call, lip_error *err)
{
  double alpha;
  lip_status st = lip_onnx_float_attribute(call->node, "alpha", 0.01F, &alpha, err);

  return st == LIP_OK
             ? lip_onnx_activate(call, call->in[0], LIP_LEAKY_RELU, alpha, call->out[0], err)
             : st;
}

lip_status lip_onnx_elu(lip_onnx_call *call, lip_error *err)
{
  double alpha;
  lip_status st = lip_onnx_float_attribute(call->node, "alpha", 1, &alpha, err);

  return st == LIP_OK ? lip_onnx_activate(call, call->in[0], LIP_ELU, alpha, call->out[0], err)
                      : st;
}

/* gamma elu(h). */
lip_status lip_onnx_selu(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  double alpha, gamma;
  lip_onnx_value bent;

  TRY(lip_onnx_float_attribute(call->node, "alpha", 1.67326319217681884765625F, &alpha, err));
  TRY(lip_onnx_float_attribute(call->node, "gamma", 1.05070102214813232421875F, &gamma, err));
  TRY(lip_onnx_activate(call, call->in[0], LIP_ELU, alpha, &bent, err));
  TRY(lip_onnx_scale_all(call, &bent, gamma, 0, call->out[0], err));
done:
  return st;
}

/* alpha elu(h / alpha), elu with 1. */
lip_status lip_onnx_celu(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  double alpha;
  lip_onnx_value value;

  TRY(lip_onnx_float_attribute(call->node, "alpha", 1, &alpha, err));
  if (!(alpha > 0)) FAIL(LIP_EINPUT, "its alpha is %g", alpha);
  TRY(lip_onnx_scale_all(call, call->in[0], 1 / alpha, 0, &value, err));
  TRY(lip_onnx_activate(call, &value, LIP_ELU, 1, &value, err));
  TRY(lip_onnx_scale_all(call, &value, alpha, 0, call->out[0], err));
done:
  return st;
}

/* s h + (1 - s) relu(h), for slopes s that differ. Takes `slopes` over. */
static lip_status bend_by_slopes(lip_onnx_call *call, double *slopes, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  lip_onnx_value straight, bent;
  double *rest = lip_alloc(from->array.count, sizeof *rest);

  if (!rest) FAIL(LIP_ENOMEM, "no memory for %zu slopes", from->array.count);
  for (size_t i = 0; i < from->array.count; i++) rest[i] = 1 - slopes[i];
  st = lip_onnx_scale(call, from, slopes, NULL, &straight, err);
  slopes = NULL;
  if (st != LIP_OK) goto done;
  TRY(lip_onnx_activate(call, from, LIP_RELU, 0, &bent, err));
  st = lip_onnx_scale(call, &bent, rest, NULL, &bent, err);
  rest = NULL;
  if (st != LIP_OK) goto done;
  TRY(lip_onnx_plus(call, &straight, &bent, 1, call->out[0], err));
done:
  lip_free(slopes);
  lip_free(rest);
  return st;
}

/* Input 1, a constant that broadcasts to the value, one number for each of the value's. */
static lip_status second_input(lip_onnx_call *call, double **values, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array shape = {0};
  bool batched;

  if (call->in[0]->constant)
    FAIL(LIP_EINPUT, "its first input is constant: only its second one may be");
  TRY(lip_onnx_need_constant(call, 1, err));
  TRY(lip_onnx_shape_common(2, (const lip_onnx_value *const[]){call->in[0], call->in[1]}, &shape,
                            &batched, err));
  if (shape.count != call->in[0]->array.count || shape.rank != call->in[0]->array.rank)
    FAIL(LIP_EINPUT, "its second input has more numbers than its first");
  TRY(lip_onnx_shape_align(&call->in[1]->array, call->in[0], values, err));
done:
  return st;
}

/* PRelu; with one slope for all it is how a slope that is no float is written. */
lip_status lip_onnx_prelu(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  double *slopes = NULL;
  bool alike = true;

  TRY(second_input(call, &slopes, err));
  for (size_t i = 1; i < call->in[0]->array.count; i++) alike = alike && slopes[i] == slopes[0];
  if (alike) {
    TRY(lip_onnx_activate(call, call->in[0], LIP_LEAKY_RELU, slopes[0], call->out[0], err));
    goto done;
  }
  st = bend_by_slopes(call, slopes, err);
  slopes = NULL;
done:
  lip_free(slopes);
  return st;
}

/* Pow with one whole exponent for all. */
lip_status lip_onnx_pow(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  double *p = NULL, whole = 0;

  if (!call->in[0]->constant && call->in[1]->constant && call->in[1]->array.count == 1) {
    TRY(lip_onnx_one_number(call, 1, 0, &whole, err)); /* may be of integers */
  } else {
    TRY(second_input(call, &p, err));
    whole = p[0];
    for (size_t i = 1; i < call->in[0]->array.count; i++)
      if (p[i] != whole) FAIL(LIP_EINPUT, "its exponents differ between neurons");
  }
  if (!(whole >= 1 && whole <= LIP_MOST_POWER && whole == floor(whole)))
    FAIL(LIP_EINPUT, "its exponent %g is no whole number from 1 to %d", whole, LIP_MOST_POWER);
  TRY(lip_onnx_activate(call, call->in[0], LIP_POWER, whole, call->out[0], err));
done:
  lip_free(p);
  return st;
}

/* A bound of Clip: an attribute in operator sets up to 10, input i from 11 on. */
static lip_status read_bound(lip_onnx_call *call, const char *name, size_t i, double otherwise,
                             double *bound, lip_error *err)
{
  if (!lip_onnx_attribute(call->node, name))
    return lip_onnx_one_number(call, i, otherwise, bound, err);
  return lip_onnx_float_attribute(call->node, name, 0, bound, err);
}

/* To [low, high]: low + relu(h - low), then high - relu(high - .), where the bounds are not those
   of all floats. */
static lip_status clip(lip_onnx_call *call, lip_onnx_value value, double low, double high,
                       lip_error *err)
{
  lip_status st = LIP_OK;
  static const double largest = 3.4e38; /* of floats; exporters write it for no bound */

  if (!(low <= high)) FAIL(LIP_EINPUT, "it clips to [%g, %g]", low, high);
  if (low > -largest) {
    TRY(lip_onnx_scale_all(call, &value, 1, -low, &value, err));
    TRY(lip_onnx_activate(call, &value, LIP_RELU, 0, &value, err));
    if (!(high < largest)) TRY(lip_onnx_scale_all(call, &value, 1, low, &value, err));
  }
  if (high < largest) { /* what is clipped below already stands `low` too low */
    TRY(lip_onnx_scale_all(call, &value, -1, low > -largest ? high - low : high, &value, err));
    TRY(lip_onnx_activate(call, &value, LIP_RELU, 0, &value, err));
    TRY(lip_onnx_scale_all(call, &value, -1, high, &value, err));
  }
  *call->out[0] = value;
done:
  return st;
}

lip_status lip_onnx_clip(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  double low, high;

  TRY(lip_onnx_need_constant(call, 1, err));
  TRY(lip_onnx_need_constant(call, 2, err));
  TRY(read_bound(call, "min", 1, -INFINITY, &low, err));
  TRY(read_bound(call, "max", 2, INFINITY, &high, err));
  TRY(clip(call, *call->in[0], low, high, err));
done:
  return st;
}

/* alpha h + beta, to [0, 1]. */
lip_status lip_onnx_hard_sigmoid(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  double alpha, beta;
  lip_onnx_value value;

  TRY(lip_onnx_float_attribute(call->node, "alpha", 0.2F, &alpha, err));
  TRY(lip_onnx_float_attribute(call->node, "beta", 0.5F, &beta, err));
  TRY(lip_onnx_scale_all(call, call->in[0], alpha, beta, &value, err));
  TRY(clip(call, value, 0, 1, err));
done:
  return st;
}

/* Towards 0 by lambd where lambd = bias: relu(h - lambd) - relu(-h - lambd); else it jumps. */
lip_status lip_onnx_shrink(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  double bias, threshold;
  lip_onnx_value above, below;

  TRY(lip_onnx_float_attribute(call->node, "bias", 0, &bias, err));
  TRY(lip_onnx_float_attribute(call->node, "lambd", 0.5F, &threshold, err));
  if (bias != threshold || !(threshold >= 0))
    FAIL(LIP_EINPUT, "%s", lip_onnx_why_refused("Shrink"));
  TRY(lip_onnx_scale_all(call, call->in[0], 1, -threshold, &above, err));
  TRY(lip_onnx_activate(call, &above, LIP_RELU, 0, &above, err));
  TRY(lip_onnx_scale_all(call, call->in[0], -1, -threshold, &below, err));
  TRY(lip_onnx_activate(call, &below, LIP_RELU, 0, &below, err));
  TRY(lip_onnx_plus(call, &above, &below, -1, call->out[0], err));
done:
  return st;
}
