/* gates.c - products of a value with a gate of itself.

   With the constants p, q, s that stand at the nodes before and after,
     p h q sigmoid(s h)    = (p q / s) silu(s h)
     p h q (1 + erf(s h))  = (2 p q / t) gelu(t h),  t = sqrt(2) s
   where PyTorch writes sqrt(2) as a float, whose t is not 1. */
#include "net/onnx/gates.h"

#include "base/error.h"
#include "net/onnx/activations.h"
#include "net/onnx/affine.h"

#include <math.h>

enum { LONGEST = 16 }; /* scales in a row */

/* A value seen from a node before it: factor h + shift. */
typedef struct sight {
  size_t node;
  double factor, shift;
} sight;

/* Is it one number for all? */
static bool is_uniform(size_t count, const double *v)
{
  for (size_t i = 1; i < count; i++)
    if (v[i] != v[0]) return false;
  return count > 0;
}

/* From the node itself, and from the one before each scale of one number for all. */
static size_t look_back(const lip_graph *graph, size_t node, sight seen[LONGEST])
{
  size_t count = 1;

  seen[0] = (sight){node, 1, 0};
  while (count < LONGEST) {
    const lip_node *at = &graph->node[seen[count - 1].node];
    sight from = seen[count - 1];

    if (at->kind != LIP_NODE_SCALE || !is_uniform(at->weights, at->W) ||
        (at->biases > 0 && !is_uniform(at->biases, at->b)))
      break;
    if (at->biases > 0) from.shift += from.factor * at->b[0];
    from.factor *= at->W[0];
    from.node = at->parent[0];
    seen[count++] = from;
  }
  return count;
}

/* A node h with value = p h and argument = s h. */
static bool find_common(const lip_graph *graph, size_t value, size_t argument, size_t *node,
                        double *p, double *s)
{
  sight a[LONGEST], b[LONGEST];
  size_t as = look_back(graph, value, a), bs = look_back(graph, argument, b);

  for (size_t i = 0; i < as; i++)
    for (size_t j = 0; j < bs; j++)
      if (a[i].node == b[j].node && a[i].shift == 0 && b[j].shift == 0 && b[j].factor != 0) {
        *node = a[i].node;
        *p = a[i].factor;
        *s = b[j].factor;
        return true;
      }
  return false;
}

static bool same_places(const lip_onnx_value *one, const lip_onnx_value *two)
{
  if (one->array.rank != two->array.rank) return false;
  for (size_t k = 0; k < one->array.rank; k++)
    if (one->array.dims[k] != two->array.dims[k] || one->strides[k] != two->strides[k])
      return false;
  return true;
}

/* gate: q sigmoid(s h) or q (1 + erf(s h)); value: p h. */
static lip_status fuse(lip_onnx_call *call, const lip_onnx_value *value, const lip_onnx_value *gate,
                       lip_onnx_value *out, bool *found, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_graph *graph = &call->import->graph;
  sight seen[LONGEST], last;
  const lip_node *bent;
  double p, s, t;
  bool normal;
  lip_onnx_value at = *value;

  last = seen[look_back(graph, gate->node, seen) - 1];
  bent = &graph->node[last.node];
  normal = bent->kind == LIP_NODE_ACTIVATION && bent->activation.kind == LIP_ERF;
  if (bent->kind != LIP_NODE_ACTIVATION || (!normal && bent->activation.kind != LIP_SIGMOID) ||
      last.shift != (normal ? last.factor : 0) ||
      !find_common(graph, value->node, bent->parent[0], &at.node, &p, &s))
    goto done;
  t = normal ? 1.41421356237309504880 * s : s;
  TRY(lip_onnx_scale_all(call, &at, t, 0, &at, err));
  TRY(lip_onnx_activate(call, &at, normal ? LIP_GELU : LIP_SILU, 0, &at, err));
  TRY(lip_onnx_scale_all(call, &at, (normal ? 2 : 1) * p * last.factor / t, 0, out, err));
  *found = true;
done:
  return st;
}

lip_status lip_onnx_gate(lip_onnx_call *call, const lip_onnx_value *one, const lip_onnx_value *two,
                         lip_onnx_value *out, bool *found, lip_error *err)
{
  lip_status st = LIP_OK;

  *found = false;
  if (!same_places(one, two)) goto done;
  TRY(fuse(call, one, two, out, found, err));
  if (!*found) TRY(fuse(call, two, one, out, found, err));
done:
  return st;
}
