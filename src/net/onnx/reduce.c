/* reduce.c - reductions over fixed axes: of the network's values as pools over a dimension
   that holds all of the axes, of constants by walking over them. */
#include "net/onnx/reduce.h"

#include "base/error.h"
#include "net/onnx/affine.h"

#include <math.h>
#include <string.h>

/* Which dimensions go, how the others come first, and the shape of the result. */
typedef struct reduction {
  bool gone[LIP_ONNX_RANK];
  size_t turn[LIP_ONNX_RANK]; /* first the kept dimensions, then the others */
  size_t kept, reduced;       /* how many entries both kinds have */
  lip_onnx_array shape;
} reduction;

static lip_status plan(lip_onnx_call *call, reduction *plan, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t rank = from->array.rank, dims[LIP_ONNX_RANK], left = 0, place = 0;
  lip_onnx_list axes;
  int64_t keep, noop;

  memset(plan, 0, sizeof *plan);
  TRY(lip_onnx_read_list(call, "axes", 1, &axes, err));
  TRY(lip_onnx_int_attribute(call->node, "keepdims", 1, &keep, err));
  TRY(lip_onnx_int_attribute(call->node, "noop_with_empty_axes", 0, &noop, err));
  if (!axes.given && from->batched)
    FAIL(LIP_EINPUT,
         "without axes it would mix the points of a batch, which the first dimension counts");
  if (!axes.given && noop != 0) FAIL(LIP_EINPUT, "it has no axes");
  TRY(lip_onnx_axes(&axes, rank, from->batched, plan->gone, err));
  plan->kept = plan->reduced = 1;
  for (size_t k = 0; k < rank; k++) {
    if (plan->gone[k])
      plan->reduced *= from->array.dims[k];
    else
      plan->kept *= from->array.dims[k];
    if (!plan->gone[k]) plan->turn[place++] = k;
    if (!plan->gone[k] || keep != 0) dims[left++] = plan->gone[k] ? 1 : from->array.dims[k];
  }
  for (size_t k = 0; k < rank; k++)
    if (plan->gone[k]) plan->turn[place++] = k;
  TRY(lip_onnx_set_shape(&plan->shape, left, dims, err));
done:
  return st;
}

static lip_status pool(lip_onnx_call *call, lip_node_kind kind, bool sum, lip_error *err)
{
  lip_status st = LIP_OK;
  reduction how;
  lip_onnx_value value;
  lip_node node = {.kind = kind, .kernel = {1, 1}, .in_height = 1};
  size_t at;

  TRY(plan(call, &how, err));
  TRY(lip_onnx_turn(call, call->in[0], how.turn, &value, err));
  TRY(lip_onnx_order(call, &value, &value, err));
  at = value.node;
  if (how.reduced > 1) {
    node.in_channels = how.kept;
    node.in_width = node.kernel[1] = how.reduced;
    TRY(lip_onnx_emit(call, value.node, &node, &at, err));
  }
  lip_onnx_of_node(&how.shape, value.batched, at, &value);
  if (sum) TRY(lip_onnx_scale_all(call, &value, (double)how.reduced, 0, &value, err));
  *call->out[0] = value;
done:
  return st;
}

lip_status lip_onnx_reduce_mean(lip_onnx_call *call, lip_error *err)
{
  return pool(call, LIP_NODE_AVERAGE_POOL, false, err);
}

lip_status lip_onnx_reduce_sum(lip_onnx_call *call, lip_error *err)
{
  return pool(call, LIP_NODE_AVERAGE_POOL, true, err);
}

lip_status lip_onnx_reduce_max(lip_onnx_call *call, lip_error *err)
{
  return pool(call, LIP_NODE_MAX_POOL, false, err);
}

/* ---- constants ---- */

/* One entry more in a running result. */
static double combine(const char *op, double result, double entry)
{
  if (strcmp(op, "ReduceProd") == 0) return result * entry;
  if (strcmp(op, "ReduceMax") == 0) return entry > result ? entry : result;
  if (strcmp(op, "ReduceMin") == 0) return entry < result ? entry : result;
  if (strcmp(op, "ReduceL2") == 0 || strcmp(op, "ReduceSumSquare") == 0)
    return result + entry * entry;
  return result + entry;
}

static double beginning(const char *op)
{
  if (strcmp(op, "ReduceProd") == 0) return 1;
  if (strcmp(op, "ReduceMax") == 0) return -INFINITY;
  return strcmp(op, "ReduceMin") == 0 ? INFINITY : 0;
}

static double entry_of(const lip_onnx_array *array, size_t i)
{
  return lip_onnx_array_is_real(array) ? lip_onnx_array_real(array, i)
                                       : (double)lip_onnx_array_integer(array, i);
}

lip_status lip_onnx_reduce_constant(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const char *op = call->node->op_type;
  reduction how;
  lip_onnx_value value, made;
  bool whole = !lip_onnx_array_is_real(&call->in[0]->array);
  void *memory;

  TRY(plan(call, &how, err));
  TRY(lip_onnx_turn(call, call->in[0], how.turn, &value, err));
  TRY(lip_onnx_new_constant(call, &how.shape, whole, &memory, &made, err));
  for (size_t i = 0; i < how.kept; i++) {
    double result = beginning(op);

    for (size_t j = 0; j < how.reduced; j++)
      result = combine(op, result, entry_of(&value.array, i * how.reduced + j));
    if (strcmp(op, "ReduceMean") == 0) result /= (double)how.reduced;
    if (strcmp(op, "ReduceL2") == 0) result = sqrt(result);
    if (whole && !(fabs(result) <= 0x1p53))
      FAIL(LIP_EINPUT, "it makes the integer %g: too large, or the number of points", result);
    if (whole)
      ((int64_t *)memory)[i] = (int64_t)result;
    else
      ((double *)memory)[i] = result;
  }
  *call->out[0] = made;
done:
  return st;
}
