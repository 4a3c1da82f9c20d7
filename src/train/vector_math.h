/* vector_math.h - one register of floats, and the activations on it.

   Only the files elementwise_*.c include this: each defines LIP_VECTOR_BYTES, the size of a
   register of the instruction set that it is compiled for. */
#ifndef LIP_TRAIN_VECTOR_MATH_H
#define LIP_TRAIN_VECTOR_MATH_H

#include <liplaw/net.h>

#include <string.h>

enum { LANES = LIP_VECTOR_BYTES / 4 };
typedef float vec __attribute__((vector_size(LIP_VECTOR_BYTES)));
typedef int32_t lanes
    __attribute__((vector_size(LIP_VECTOR_BYTES))); /* of masks: -1 where true, else 0 */

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *at)
{
  vec v;

  memcpy(&v, at, sizeof v);
  return v;
}

INLINE void store(float *at, vec v)
{
  memcpy(at, &v, sizeof v);
}

INLINE vec all(float x)
{
  return x - (vec){0};
}

INLINE vec where(lanes mask, vec a) /* a where true, else 0 */
{
  return (vec)((lanes)a & mask);
}

INLINE vec choose(lanes mask, vec a, vec b)
{
  return (vec)(((lanes)a & mask) | ((lanes)b & ~mask));
}

INLINE vec magnitude(vec x)
{
  return (vec)((lanes)x & 0x7fffffff);
}

/* The sum of all lanes, as a tree. */
INLINE float total(vec v)
{
  float part[LANES];

  store(part, v);
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) part[i] += part[i + width];
  return part[0];
}

/* Splits x in [-87, 87] as m ln 2 + f, |f| <= ln 2 / 2, and returns e^f - 1, relative error below
   2e-8 (Taylor's series to f^7), with 2^m in *power. */
INLINE vec reduced_exp(vec x, vec *power)
{
  const float shift = 0x1.8p23F; /* x + shift rounds x to a whole number */
  vec rounded = x * 0x1.715476p0F + shift;
  lanes m = ((lanes)rounded & 0x7fffff) - 0x400000;
  vec whole = rounded - shift;
  vec f = (x - whole * 0x1.62e400p-1F) - whole * 0x1.7f7d1cp-20F; /* ln 2 in two parts */
  vec p = f * (1.0F / 5040) + 1.0F / 720;

  p = p * f + 1.0F / 120;
  p = p * f + 1.0F / 24;
  p = p * f + 1.0F / 6;
  p = p * f + 0.5F;
  *power = (vec)((m + 127) << 23);
  return f + f * f * p;
}

/* tanh |x| = t / (t + 2), t = e^(2|x|) - 1; 1 in f32 from |x| = 9.1 on. */
INLINE vec vector_tanh(vec x)
{
  vec size = magnitude(x), power, t;

  size = choose(size > 10.0F, all(10.0F), size); /* NaN stays NaN */
  t = reduced_exp(size + size, &power);
  t = t * power + (power - 1.0F);
  t = t / (t + 2.0F);
  return (vec)((lanes)t | ((lanes)x & ~0x7fffffff));
}

/* e^-|x|, at least e^-87. */
INLINE vec decay(vec x)
{
  vec size = magnitude(x), power, t;

  size = choose(size > 87.0F, all(87.0F), size);
  t = reduced_exp(-size, &power);
  return t * power + power;
}

/* log(1 + e^x) = max(x, 0) + log(1 + e), e = e^-|x|; log(1 + e) = 2 atanh(s), s = e / (2 + e) in
   (0, 1/3], by its series to s^15. */
INLINE vec vector_softplus(vec x)
{
  vec e = decay(x);
  vec s = e / (e + 2.0F);
  vec q = s * s;
  vec p = q * (2.0F / 15) + 2.0F / 13;

  p = p * q + 2.0F / 11;
  p = p * q + 2.0F / 9;
  p = p * q + 2.0F / 7;
  p = p * q + 2.0F / 5;
  p = p * q + 2.0F / 3;
  return where(x > 0.0F, x) + (s * 2.0F + s * q * p);
}

/* Its slope 1 / (1 + e^-x). */
INLINE vec vector_sigmoid(vec x)
{
  vec e = decay(x);

  return choose(x > 0.0F, all(1.0F), e) / (e + 1.0F);
}

INLINE vec value(lip_activation_kind kind, float slope, vec u)
{
  switch (kind) {
  case LIP_RELU:
    return where(~(u <= 0.0F), u); /* NaN stays NaN: a training that diverges must be seen */
  case LIP_LEAKY_RELU:
    return choose(u > 0.0F, u, u * slope);
  case LIP_ABS:
    return magnitude(u);
  case LIP_TANH:
    return vector_tanh(u);
  case LIP_SOFTPLUS:
    return vector_softplus(u);
  case LIP_SQUARE:
    return u * u;
  case LIP_IDENTITY:
  case LIP_SIGMOID: /* these are read and measured, not trained */
  case LIP_POWER:
  case LIP_ELU:
  case LIP_ERF:
  case LIP_SILU:
  case LIP_GELU:
    break;
  }
  return u;
}

/* r psi'(u); `h` is psi(u), which only tanh reads. */
INLINE vec times_slope(lip_activation_kind kind, float slope, vec r, vec u, vec h)
{
  switch (kind) {
  case LIP_RELU:
    return where(~(u <= 0.0F), r);
  case LIP_LEAKY_RELU:
    return choose(u > 0.0F, r, r * slope);
  case LIP_ABS:
    return choose(u > 0.0F, r, -r);
  case LIP_TANH:
    return r - r * h * h;
  case LIP_SOFTPLUS:
    return r * vector_sigmoid(u);
  case LIP_SQUARE:
    return r * (u + u);
  case LIP_IDENTITY:
  case LIP_SIGMOID:
  case LIP_POWER:
  case LIP_ELU:
  case LIP_ERF:
  case LIP_SILU:
  case LIP_GELU:
    break;
  }
  return r;
}

#endif
