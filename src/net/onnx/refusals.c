/* refusals.c - why networks with some ONNX operators are refused, in words for who exported them.
 */
#include "net/onnx/operators.h"

#include <string.h>

static const char jumps[] =
    "it jumps, so that a network with it has no Lipschitz constant in general";
static const char steep[] =
    "its slope grows beyond all bounds, so that a network with it has no Lipschitz constant in "
    "general";
static const char normalises[] = "it divides each point by a size of its own, of which no useful "
                                 "bound of the slope is known here "
                                 "(batch normalisation, with stored statistics, is supported)";
static const char recurrent[] = "recurrent networks, loops and branches are not supported";
static const char quantised[] =
    "it rounds, so that a network with it has no Lipschitz constant; export the network before it "
    "is quantised";

static const struct {
  const char *name, *why;
} reasons[] = {
    {"ArgMax", jumps},
    {"ArgMin", jumps},
    {"Ceil", jumps},
    {"Equal", jumps},
    {"Floor", jumps},
    {"Greater", jumps},
    {"GreaterOrEqual", jumps},
    {"Hardmax", jumps},
    {"IsInf", jumps},
    {"IsNaN", jumps},
    {"Less", jumps},
    {"LessOrEqual", jumps},
    {"Mod", jumps},
    {"NonMaxSuppression", jumps},
    {"NonZero", jumps},
    {"Not", jumps},
    {"OneHot", jumps},
    {"Round", jumps},
    {"Shrink", jumps},
    {"Sign", jumps},
    {"ThresholdedRelu", jumps},
    {"Where", jumps},
    {"Cosh", steep},
    {"Exp", steep},
    {"Log", steep},
    {"Reciprocal", steep},
    {"ReduceProd", steep},
    {"ReduceSumSquare", steep},
    {"Sinh", steep},
    {"Sqrt", steep},
    {"Tan", steep},
    {"GroupNormalization", normalises},
    {"InstanceNormalization", normalises},
    {"LayerNormalization", normalises},
    {"LpNormalization", normalises},
    {"LRN", normalises},
    {"MeanVarianceNormalization", normalises},
    {"GRU", recurrent},
    {"If", recurrent},
    {"Loop", recurrent},
    {"LSTM", recurrent},
    {"RNN", recurrent},
    {"Scan", recurrent},
    {"ConvInteger", quantised},
    {"DequantizeLinear", quantised},
    {"DynamicQuantizeLinear", quantised},
    {"MatMulInteger", quantised},
    {"QLinearConv", quantised},
    {"QLinearMatMul", quantised},
    {"QuantizeLinear", quantised},
};

const char *lip_onnx_why_refused(const char *name)
{
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (strcmp(reasons[i].name, name) == 0) return reasons[i].why;
  return NULL;
}
