/* operators.c - the table of the ONNX operators that are read. */
#include "net/onnx/operators.h"

#include "net/onnx/activations.h"
#include "net/onnx/affine.h"
#include "net/onnx/extremes.h"
#include "net/onnx/fold.h"
#include "net/onnx/joins.h"
#include "net/onnx/maps.h"
#include "net/onnx/moves.h"
#include "net/onnx/rearrange.h"
#include "net/onnx/reduce.h"
#include "net/onnx/resize.h"
#include "net/onnx/views.h"
#include "net/onnx/windows.h"

#include <string.h>

static const lip_onnx_operator operators[] = {
    /* affine maps */
    {"Gemm", 2, 3, lip_onnx_gemm, NULL},
    {"MatMul", 2, 2, lip_onnx_matmul, lip_onnx_fold_matmul},
    {"Add", 2, 2, lip_onnx_add, lip_onnx_fold_binary},
    {"Sum", 1, LIP_ONNX_MANY, lip_onnx_sum, NULL},
    {"Mean", 1, LIP_ONNX_MANY, lip_onnx_mean, NULL},
    {"Sub", 2, 2, lip_onnx_sub, lip_onnx_fold_binary},
    {"Mul", 2, 2, lip_onnx_mul, lip_onnx_fold_binary},
    {"Div", 2, 2, lip_onnx_div, lip_onnx_fold_binary},
    {"Neg", 1, 1, lip_onnx_neg, lip_onnx_fold_unary},
    {"BatchNormalization", 5, 5, lip_onnx_batch_norm, NULL},
    {"Conv", 2, 3, lip_onnx_conv, NULL},
    {"ConvTranspose", 2, 3, lip_onnx_conv_transpose, NULL},
    {"AveragePool", 1, 1, lip_onnx_average_pool, NULL},
    {"GlobalAveragePool", 1, 1, lip_onnx_global_average_pool, NULL},
    {"ReduceMean", 1, 2, lip_onnx_reduce_mean, lip_onnx_reduce_constant},
    {"ReduceSum", 1, 2, lip_onnx_reduce_sum, lip_onnx_reduce_constant},
    /* maps that are not affine */
    {"Relu", 1, 1, lip_onnx_relu, lip_onnx_fold_unary},
    {"LeakyRelu", 1, 1, lip_onnx_leaky_relu, NULL},
    {"PRelu", 2, 2, lip_onnx_prelu, NULL},
    {"Elu", 1, 1, lip_onnx_elu, NULL},
    {"Selu", 1, 1, lip_onnx_selu, NULL},
    {"Celu", 1, 1, lip_onnx_celu, NULL},
    {"Abs", 1, 1, lip_onnx_abs, lip_onnx_fold_unary},
    {"Tanh", 1, 1, lip_onnx_tanh, lip_onnx_fold_unary},
    {"Softplus", 1, 1, lip_onnx_softplus, NULL},
    {"Sigmoid", 1, 1, lip_onnx_sigmoid, NULL},
    {"Erf", 1, 1, lip_onnx_erf, NULL},
    {"Gelu", 1, 1, lip_onnx_gelu, NULL},
    {"Pow", 2, 2, lip_onnx_pow, lip_onnx_fold_binary},
    {"Clip", 1, 3, lip_onnx_clip, NULL},
    {"HardSigmoid", 1, 1, lip_onnx_hard_sigmoid, NULL},
    {"Shrink", 1, 1, lip_onnx_shrink, NULL},
    {"Max", 1, LIP_ONNX_MANY, lip_onnx_max, lip_onnx_fold_binary},
    {"Min", 1, LIP_ONNX_MANY, lip_onnx_min, lip_onnx_fold_binary},
    {"Softmax", 1, 1, lip_onnx_softmax, NULL},
    {"MaxPool", 1, 1, lip_onnx_max_pool, NULL},
    {"GlobalMaxPool", 1, 1, lip_onnx_global_max_pool, NULL},
    {"ReduceMax", 1, 2, lip_onnx_reduce_max, lip_onnx_reduce_constant},
    {"ReduceL2", 1, 2, lip_onnx_reduce_l2, lip_onnx_reduce_constant},
    {"ReduceMin", 1, 2, lip_onnx_reduce_min, lip_onnx_reduce_constant},
    /* shapes and moves */
    {"Identity", 1, 1, lip_onnx_identity, lip_onnx_identity},
    {"Dropout", 1, 3, lip_onnx_identity, lip_onnx_identity},
    {"Cast", 1, 1, lip_onnx_cast, lip_onnx_cast},
    {"Flatten", 1, 1, lip_onnx_flatten, lip_onnx_flatten},
    {"Reshape", 1, 2, lip_onnx_reshape_to, lip_onnx_reshape_to},
    {"Transpose", 1, 1, lip_onnx_transpose, lip_onnx_transpose},
    {"Squeeze", 1, 2, lip_onnx_squeeze, lip_onnx_squeeze},
    {"Unsqueeze", 1, 2, lip_onnx_unsqueeze, lip_onnx_unsqueeze},
    {"Pad", 1, 4, lip_onnx_pad, lip_onnx_pad},
    {"Slice", 1, 5, lip_onnx_slice, lip_onnx_slice},
    {"Gather", 2, 2, lip_onnx_gather, lip_onnx_gather},
    {"Split", 1, 2, lip_onnx_split, lip_onnx_split},
    {"Concat", 1, LIP_ONNX_MANY, lip_onnx_concat, lip_onnx_concat},
    {"Expand", 2, 2, lip_onnx_expand, lip_onnx_expand},
    {"Tile", 2, 2, lip_onnx_tile, lip_onnx_tile},
    {"Upsample", 1, 2, lip_onnx_resize, NULL},
    {"Resize", 1, 4, lip_onnx_resize, NULL},
    {"DepthToSpace", 1, 1, lip_onnx_depth_to_space, lip_onnx_depth_to_space},
    {"SpaceToDepth", 1, 1, lip_onnx_space_to_depth, lip_onnx_space_to_depth},
    {"Shape", 1, 1, lip_onnx_shape_of, lip_onnx_shape_of},
    {"Size", 1, 1, lip_onnx_size_of, lip_onnx_size_of},
    /* of constants only */
    {"Sqrt", 1, 1, NULL, lip_onnx_fold_unary},
    {"Exp", 1, 1, NULL, lip_onnx_fold_unary},
    {"Log", 1, 1, NULL, lip_onnx_fold_unary},
    {"Reciprocal", 1, 1, NULL, lip_onnx_fold_unary},
    {"Floor", 1, 1, NULL, lip_onnx_fold_unary},
    {"Ceil", 1, 1, NULL, lip_onnx_fold_unary},
    {"Round", 1, 1, NULL, lip_onnx_fold_unary},
    {"Sign", 1, 1, NULL, lip_onnx_fold_unary},
    {"Not", 1, 1, NULL, lip_onnx_fold_unary},
    {"Equal", 2, 2, NULL, lip_onnx_fold_binary},
    {"Greater", 2, 2, NULL, lip_onnx_fold_binary},
    {"GreaterOrEqual", 2, 2, NULL, lip_onnx_fold_binary},
    {"Less", 2, 2, NULL, lip_onnx_fold_binary},
    {"LessOrEqual", 2, 2, NULL, lip_onnx_fold_binary},
    {"And", 2, 2, NULL, lip_onnx_fold_binary},
    {"Or", 2, 2, NULL, lip_onnx_fold_binary},
    {"ReduceProd", 1, 2, NULL, lip_onnx_reduce_constant},
    {"ReduceSumSquare", 1, 2, NULL, lip_onnx_reduce_constant},
    {"Where", 3, 3, NULL, lip_onnx_fold_where},
    {"ConstantOfShape", 1, 1, NULL, lip_onnx_fold_filled},
    {"Range", 3, 3, NULL, lip_onnx_fold_range},
};

const lip_onnx_operator *lip_onnx_operator_find(const char *name)
{
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (strcmp(operators[i].name, name) == 0) return &operators[i];
  return NULL;
}
