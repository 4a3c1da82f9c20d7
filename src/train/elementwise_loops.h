/* elementwise_loops.h - the loops of elementwise.h, compiled once per instruction set: the file
   that includes this defines LIP_ELEMENTWISE, the table's identifier, LIP_ELEMENTWISE_NAME and
   LIP_VECTOR_BYTES.

   Neurons go through in groups of GROUP, so that y or r is loaded once for all of them. */
#include "train/elementwise.h"
#include "train/vector_math.h"

enum { GROUP = 4 };

static float sum_squares(size_t n, const float *z)
{
  vec sum[4] = {all(0), all(0), all(0), all(0)};
  size_t i = 0;

  for (; i + 4 * LANES <= n; i += 4 * LANES)
    for (size_t j = 0; j < 4; j++) {
      vec v = load(z + i + j * LANES);

      sum[j] += v * v;
    }
  for (; i < n; i += LANES) sum[0] += load(z + i) * load(z + i);
  return total((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

INLINE void outputs_of_group(lip_activation_kind kind, size_t group, const lip_rows *in,
                             size_t first, const float *a, float *y)
{
  vec scale[GROUP], shift[GROUP], weight[GROUP];
  const float *z[GROUP];

  for (size_t j = 0; j < group; j++) {
    scale[j] = all(in->scale[first + j]);
    shift[j] = all(in->shift[first + j]);
    weight[j] = all(a[first + j]);
    z[j] = in->Z + (first + j) * in->stride;
  }
  for (size_t i = 0; i < in->n; i += LANES) {
    vec sum = load(y + i);

    for (size_t j = 0; j < group; j++)
      sum += weight[j] * value(kind, in->slope, load(z[j] + i) * scale[j] + shift[j]);
    store(y + i, sum);
  }
}

/* psi(u) = share * u psi'(u) for the activations that are homogeneous: their sum of values follows
   from the sums of slopes. 0 for the others. */
INLINE float homogeneous_share(lip_activation_kind kind)
{
  return kind == LIP_TANH || kind == LIP_SOFTPLUS ? 0.0F : kind == LIP_SQUARE ? 0.5F : 1.0F;
}

INLINE void slopes_of_group(lip_activation_kind kind, size_t group, const lip_rows *in,
                            size_t first, const float *r, float *by_value, float *by_slope,
                            float *by_slope_z)
{
  const float share = homogeneous_share(kind);
  vec scale[GROUP], shift[GROUP], values[GROUP], slopes[GROUP], moments[GROUP];
  const float *z[GROUP];

  for (size_t j = 0; j < group; j++) {
    scale[j] = all(in->scale[first + j]);
    shift[j] = all(in->shift[first + j]);
    values[j] = slopes[j] = moments[j] = all(0);
    z[j] = in->Z + (first + j) * in->stride;
  }
  for (size_t i = 0; i < in->n; i += LANES) {
    vec residual = load(r + i);

    for (size_t j = 0; j < group; j++) {
      vec at = load(z[j] + i);
      vec u = at * scale[j] + shift[j];
      vec h = share > 0 ? u : value(kind, in->slope, u);
      vec g = times_slope(kind, in->slope, residual, u, h);

      slopes[j] += g;
      moments[j] += g * at;
      if (!(share > 0)) values[j] += residual * h;
    }
  }
  for (size_t j = 0; j < group; j++) {
    float slope = total(slopes[j]), moment = total(moments[j]);

    by_slope[first + j] = slope;
    by_slope_z[first + j] = moment;
    by_value[first + j] = share > 0 ? share * (in->scale[first + j] * moment +
                                               in->shift[first + j] * slope)
                                    : total(values[j]);
  }
}

INLINE void gradient_of_group(lip_activation_kind kind, size_t group, const lip_rows *in,
                              size_t first, const float *r, const float *p, const float *q)
{
  vec scale[GROUP], shift[GROUP], by_slope[GROUP], by_z[GROUP];
  float *z[GROUP];

  for (size_t j = 0; j < group; j++) {
    scale[j] = all(in->scale[first + j]);
    shift[j] = all(in->shift[first + j]);
    by_slope[j] = all(p[first + j]);
    by_z[j] = all(q[first + j]);
    z[j] = in->Z + (first + j) * in->stride;
  }
  for (size_t i = 0; i < in->n; i += LANES) {
    vec residual = load(r + i);

    for (size_t j = 0; j < group; j++) {
      vec at = load(z[j] + i);
      vec u = at * scale[j] + shift[j];
      vec h = kind == LIP_TANH ? value(kind, in->slope, u) : u;
      vec g = times_slope(kind, in->slope, residual, u, h);

      store(z[j] + i, g * by_slope[j] + at * by_z[j]);
    }
  }
}

/* Calls GROUP_CALL(kind, group, first) for all rows, with kind and group constants, so that every
   activation has loops of its own. */
#define IN_GROUPS(kind, GROUP_CALL)                                                                \
  do {                                                                                             \
    size_t first = 0;                                                                              \
    for (; first + GROUP <= in->rows; first += GROUP) GROUP_CALL(kind, GROUP, first);              \
    for (; first < in->rows; first++) GROUP_CALL(kind, 1, first);                                  \
  } while (0)

#define FOR_THE_ACTIVATION(GROUP_CALL)                                                             \
  switch (in->kind) {                                                                              \
  case LIP_IDENTITY:                                                                               \
    IN_GROUPS(LIP_IDENTITY, GROUP_CALL);                                                           \
    break;                                                                                         \
  case LIP_RELU:                                                                                   \
    IN_GROUPS(LIP_RELU, GROUP_CALL);                                                               \
    break;                                                                                         \
  case LIP_LEAKY_RELU:                                                                             \
    IN_GROUPS(LIP_LEAKY_RELU, GROUP_CALL);                                                         \
    break;                                                                                         \
  case LIP_ABS:                                                                                    \
    IN_GROUPS(LIP_ABS, GROUP_CALL);                                                                \
    break;                                                                                         \
  case LIP_TANH:                                                                                   \
    IN_GROUPS(LIP_TANH, GROUP_CALL);                                                               \
    break;                                                                                         \
  case LIP_SOFTPLUS:                                                                               \
    IN_GROUPS(LIP_SOFTPLUS, GROUP_CALL);                                                           \
    break;                                                                                         \
  case LIP_SQUARE:                                                                                 \
    IN_GROUPS(LIP_SQUARE, GROUP_CALL);                                                             \
    break;                                                                                         \
  case LIP_SIGMOID: /* not trained: train.c refuses them */                                        \
  case LIP_POWER:                                                                                  \
  case LIP_ELU:                                                                                    \
  case LIP_ERF:                                                                                    \
  case LIP_SILU:                                                                                   \
  case LIP_GELU:                                                                                   \
    break;                                                                                         \
  }

static void add_outputs(const lip_rows *in, const float *a, float *y)
{
#define CALL(kind, group, first) outputs_of_group(kind, group, in, first, a, y)
  FOR_THE_ACTIVATION(CALL)
#undef CALL
}

static void sum_slopes(const lip_rows *in, const float *r, float *by_value, float *by_slope,
                       float *by_slope_z)
{
#define CALL(kind, group, first)                                                                   \
  slopes_of_group(kind, group, in, first, r, by_value, by_slope, by_slope_z)
  FOR_THE_ACTIVATION(CALL)
#undef CALL
}

static void to_gradient(const lip_rows *in, const float *r, const float *p, const float *q)
{
#define CALL(kind, group, first) gradient_of_group(kind, group, in, first, r, p, q)
  FOR_THE_ACTIVATION(CALL)
#undef CALL
}

static void adam(size_t count, const lip_adam *with, const float *restrict g, float *restrict w,
                 float *restrict m, float *restrict v)
{
  const lip_adam s = *with;
  const float rest1 = 1.0F - s.beta1, rest2 = 1.0F - s.beta2;

  for (size_t i = 0; i < count; i++) {
    float first = s.beta1 * m[i] + rest1 * g[i];
    float second = s.beta2 * v[i] + rest2 * g[i] * g[i];

    m[i] = first;
    v[i] = second;
    w[i] -= s.rate * first / (__builtin_sqrtf(second) * s.root + s.epsilon);
  }
}

extern const lip_elementwise LIP_ELEMENTWISE;
const lip_elementwise LIP_ELEMENTWISE = {
    LIP_ELEMENTWISE_NAME, sum_squares, add_outputs, sum_slopes, to_gradient, adam,
};
