/* fold.c - the ONNX operators on constants: what exporters leave in a graph to be computed at
   every run, shapes and normalised weights. */
#include "net/onnx/fold.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "net/onnx/shape.h"

#include <math.h>
#include <string.h>

/* ---- one by one ---- */

static bool is(const lip_onnx_call *call, const char *op)
{
  return strcmp(call->node->op_type, op) == 0;
}

static double unary(const char *op, double t)
{
  static const struct {
    const char *name;
    double (*value)(double);
  } functions[] = {{"Sqrt", sqrt},   {"Abs", fabs},  {"Exp", exp},   {"Log", log},
                   {"Floor", floor}, {"Ceil", ceil}, {"Tanh", tanh}, {"Round", nearbyint}};

  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (strcmp(functions[i].name, op) == 0) return functions[i].value(t);
  if (strcmp(op, "Neg") == 0) return -t;
  if (strcmp(op, "Reciprocal") == 0) return 1 / t;
  if (strcmp(op, "Relu") == 0) return t < 0 ? 0 : t;
  if (strcmp(op, "Sign") == 0) return t > 0 ? 1 : t < 0 ? -1 : t;
  return t == 0 ? 1 : 0; /* Not */
}

lip_status lip_onnx_fold_unary(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *from = &call->in[0]->array;
  bool whole = !lip_onnx_array_is_real(from);
  lip_onnx_value made;
  void *memory;

  TRY(lip_onnx_new_constant(call, from, whole, &memory, &made, err));
  for (size_t i = 0; i < from->count; i++) {
    int64_t entry = whole ? lip_onnx_array_integer(from, i) : 0;

    if (entry < -(INT64_C(1) << 53) || entry > INT64_C(1) << 53)
      FAIL(LIP_EINPUT, "its entry %zu is too large, or the number of points", i);
    if (whole)
      ((int64_t *)memory)[i] = (int64_t)unary(call->node->op_type, (double)entry);
    else
      ((double *)memory)[i] = unary(call->node->op_type, lip_onnx_array_real(from, i));
  }
  *call->out[0] = made;
done:
  return st;
}

/* ---- two by two ---- */

static double binary(const char *op, double a, double b)
{
  switch (op[0]) {
  case 'A': /* Add, And */
    return op[1] == 'd' ? a + b : (double)(a != 0 && b != 0);
  case 'S':
    return a - b;
  case 'D':
    return a / b;
  case 'P':
    return pow(a, b);
  case 'E':
    return a == b;
  case 'G': /* Greater, GreaterOrEqual */
    return op[7] ? a >= b : a > b;
  case 'L': /* Less, LessOrEqual */
    return op[4] ? a <= b : a < b;
  case 'O':
    return a != 0 || b != 0;
  default: /* Mul, Max, Min */
    return op[1] == 'u' ? a * b : op[1] == 'a' ? (a > b ? a : b) : a < b ? a : b;
  }
}

static lip_status whole_binary(const lip_onnx_call *call, int64_t a, int64_t b, int64_t *result,
                               lip_error *err)
{
  bool points = a == LIP_ONNX_POINTS || b == LIP_ONNX_POINTS, over = false;

  if (is(call, "Equal")) { /* the number of points is open: it equals none that is asked for */
    *result = a == b;
    return LIP_OK;
  }
  if (points && is(call, "Mul") && (a == 1 || b == 1)) {
    *result = LIP_ONNX_POINTS;
    return LIP_OK;
  }
  if (points) return lip_fail(err, LIP_EINPUT, "it computes with the number of points");
  if (is(call, "Add"))
    over = __builtin_add_overflow(a, b, result);
  else if (is(call, "Sub"))
    over = __builtin_sub_overflow(a, b, result);
  else if (is(call, "Mul"))
    over = __builtin_mul_overflow(a, b, result);
  else if (is(call, "Div") && b != 0 && b != -1)
    *result = a / b;
  else if (is(call, "Div") || is(call, "Pow"))
    over = true;
  else
    *result = (int64_t)binary(call->node->op_type, (double)a, (double)b);
  return over ? lip_fail(err, LIP_EINPUT, "it computes with %lld and %lld", (long long)a,
                         (long long)b)
              : LIP_OK;
}

/* Does the operator say yes or no? */
static bool is_logical(const lip_onnx_call *call)
{
  const char *op = call->node->op_type;

  return strchr("EGLO", op[0]) || is(call, "And");
}

lip_status lip_onnx_fold_binary(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array shape = {0};
  lip_onnx_value a, b, made;
  bool batched, whole = !lip_onnx_array_is_real(&call->in[0]->array);
  void *memory;

  if (call->inputs != 2 || !call->in[1])
    FAIL(LIP_EINPUT, "it has %zu constant inputs instead of 2", call->inputs);
  if (whole == lip_onnx_array_is_real(&call->in[1]->array))
    FAIL(LIP_EINPUT, "its inputs differ in type");
  TRY(lip_onnx_shape_common(2, (const lip_onnx_value *const[]){call->in[0], call->in[1]}, &shape,
                            &batched, err));
  TRY(lip_onnx_shape_spread(call, call->in[0], &shape, false, &a, err));
  TRY(lip_onnx_shape_spread(call, call->in[1], &shape, false, &b, err));
  TRY(lip_onnx_new_constant(call, &shape, whole || is_logical(call), &memory, &made, err));
  for (size_t i = 0; i < shape.count; i++) {
    double result;

    if (whole) {
      TRY(whole_binary(call, lip_onnx_array_integer(&a.array, i),
                       lip_onnx_array_integer(&b.array, i), (int64_t *)memory + i, err));
      continue;
    }
    result = binary(call->node->op_type, lip_onnx_array_real(&a.array, i),
                    lip_onnx_array_real(&b.array, i));
    if (is_logical(call))
      ((int64_t *)memory)[i] = result != 0;
    else
      ((double *)memory)[i] = result;
  }
  *call->out[0] = made;
done:
  return st;
}

lip_status lip_onnx_fold_where(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_array shape = {0};
  lip_onnx_value part[3], made;
  bool batched, whole = !lip_onnx_array_is_real(&call->in[1]->array);
  void *memory;

  if (lip_onnx_array_is_real(&call->in[0]->array) ||
      whole == lip_onnx_array_is_real(&call->in[2]->array))
    FAIL(LIP_EINPUT, "its inputs differ in type");
  TRY(lip_onnx_shape_common(3,
                            (const lip_onnx_value *const[]){call->in[0], call->in[1], call->in[2]},
                            &shape, &batched, err));
  for (size_t i = 0; i < 3; i++)
    TRY(lip_onnx_shape_spread(call, call->in[i], &shape, false, &part[i], err));
  TRY(lip_onnx_new_constant(call, &shape, whole, &memory, &made, err));
  for (size_t i = 0; i < shape.count; i++) {
    const lip_onnx_array *from = &part[lip_onnx_array_integer(&part[0].array, i) ? 1 : 2].array;

    if (whole)
      ((int64_t *)memory)[i] = lip_onnx_array_integer(from, i);
    else
      ((double *)memory)[i] = lip_onnx_array_real(from, i);
  }
  *call->out[0] = made;
done:
  return st;
}

/* ---- products ---- */

/* MatMul of vectors and matrices. */
lip_status lip_onnx_fold_matmul(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_array *a = &call->in[0]->array, *b = &call->in[1]->array;
  size_t m, n, k, dims[2], rank = 0;
  double *A = NULL, *B = NULL;
  lip_onnx_array shape = {0};
  lip_onnx_value made;
  void *memory;

  if (a->rank < 1 || a->rank > 2 || b->rank < 1 || b->rank > 2)
    FAIL(LIP_EINPUT, "it multiplies constants of %zu and %zu dimensions", a->rank, b->rank);
  m = a->rank == 2 ? a->dims[0] : 1;
  k = a->dims[a->rank - 1];
  n = b->rank == 2 ? b->dims[1] : 1;
  if (b->dims[0] != k) FAIL(LIP_EINPUT, "its factors have %zu and %zu numbers", k, b->dims[0]);
  if (a->rank == 2) dims[rank++] = m;
  if (b->rank == 2) dims[rank++] = n;
  TRY(lip_onnx_set_shape(&shape, rank, dims, err));
  TRY(lip_onnx_new_constant(call, &shape, false, &memory, &made, err));
  A = lip_alloc(a->count, sizeof *A);
  B = lip_alloc(b->count, sizeof *B);
  if (!A || !B) FAIL(LIP_ENOMEM, "no memory for %zu numbers", a->count + b->count);
  TRY(lip_onnx_array_values(a, A, err));
  TRY(lip_onnx_array_values(b, B, err));
  lip_dgemm(false, false, m, n, k, 1, A, k, B, n, 0, memory, n);
  *call->out[0] = made;
done:
  lip_free(A);
  lip_free(B);
  return st;
}

/* ---- made of nothing ---- */

lip_status lip_onnx_fold_filled(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  const Onnx__AttributeProto *given = lip_onnx_attribute(call->node, "value");
  lip_onnx_array value = {0}, shape = {0};
  lip_onnx_list list;
  size_t dims[LIP_ONNX_LIST];
  bool whole = false;
  void *memory;

  TRY(lip_onnx_read_list(call, NULL, 0, &list, err));
  for (size_t k = 0; k < list.count; k++) {
    if (list.entry[k] < 1 || list.entry[k] > INT32_MAX)
      FAIL(LIP_EINPUT, "its dimension %zu is %lld", k, (long long)list.entry[k]);
    dims[k] = (size_t)list.entry[k];
  }
  TRY(lip_onnx_set_shape(&shape, list.count, dims, err));
  if (given && given->t) {
    TRY(lip_onnx_array_view(given->t, call->import->folder, &value, err));
    if (value.count != 1) FAIL(LIP_EINPUT, "its value has %zu entries", value.count);
    whole = !lip_onnx_array_is_real(&value);
  }
  TRY(lip_onnx_new_constant(call, &shape, whole, &memory, call->out[0], err));
  for (size_t i = 0; i < shape.count; i++) {
    if (whole)
      ((int64_t *)memory)[i] = lip_onnx_array_integer(&value, 0);
    else
      ((double *)memory)[i] = value.count ? lip_onnx_array_real(&value, 0) : 0;
  }
done:
  lip_onnx_array_clear(&value);
  return st;
}

lip_status lip_onnx_fold_range(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  bool whole = !lip_onnx_array_is_real(&call->in[0]->array);
  double start, limit, step, count;
  lip_onnx_array shape = {0};
  void *memory;

  TRY(lip_onnx_one_number(call, 0, 0, &start, err));
  TRY(lip_onnx_one_number(call, 1, 0, &limit, err));
  TRY(lip_onnx_one_number(call, 2, 1, &step, err));
  count = ceil((limit - start) / step);
  if (!(count >= 1 && count <= INT32_MAX && fabs(start) < 0x1p53 && fabs(limit) < 0x1p53))
    FAIL(LIP_EINPUT, "it ranges from %g to %g in steps of %g", start, limit, step);
  TRY(lip_onnx_set_shape(&shape, 1, (size_t[]){(size_t)count}, err));
  TRY(lip_onnx_new_constant(call, &shape, whole, &memory, call->out[0], err));
  for (size_t i = 0; i < shape.count; i++) {
    if (whole)
      ((int64_t *)memory)[i] = (int64_t)(start + (double)i * step);
    else
      ((double *)memory)[i] = start + (double)i * step;
  }
done:
  return st;
}
