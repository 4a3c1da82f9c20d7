/* random.c - counter-based random numbers (Philox 4x32-10 of Random123; Salmon et al., SC 2011). */
#include "base/random.h"

#include <math.h>
#include <string.h>

#include <Random123/philox.h>

/* Counter layout: 64 bits of position, 32 bits of kind, 32 bits of purpose; key: the seed. */
enum kind { BITS, UNIFORM, NORMAL, PERMUTATION };

static philox4x32_ctr_t block(lip_stream stream, enum kind kind, uint64_t position)
{
  philox4x32_ctr_t counter = {
      {(uint32_t)position, (uint32_t)(position >> 32), (uint32_t)kind, stream.purpose}};
  philox4x32_key_t key = {{(uint32_t)stream.seed, (uint32_t)(stream.seed >> 32)}};

  return philox4x32(counter, key);
}

/* The middle of one of 2^53 equal parts of (0, 1): never 0 or 1 but for the last, which rounds. */
static double open_unit(uint32_t high, uint32_t low)
{
  uint64_t bits = ((uint64_t)high << 21) ^ (low >> 11);

  return fmin(((double)bits + 0.5) * 0x1p-53, 1.0 - 0x1p-53);
}

/* Two uniforms, or by Box and Muller two normals, from one block. */
static void pair(lip_stream stream, enum kind kind, uint64_t position, double out[2])
{
  philox4x32_ctr_t bits = block(stream, kind, position);
  double u = open_unit(bits.v[0], bits.v[1]);
  double v = open_unit(bits.v[2], bits.v[3]);

  if (kind == NORMAL) {
    double radius = sqrt(-2.0 * log(u));
    double angle = 2.0 * 3.14159265358979323846 * v;

    u = radius * cos(angle);
    v = radius * sin(angle);
  }
  out[0] = u;
  out[1] = v;
}

static void fill(lip_stream stream, enum kind kind, uint64_t first, size_t count, double *out)
{
  double two[2];

  for (size_t i = 0; i < count;) {
    uint64_t draw = first + i;

    pair(stream, kind, draw / 2, two);
    out[i++] = two[draw % 2];
    if (draw % 2 == 0 && i < count) out[i++] = two[1];
  }
}

void lip_random_bits(lip_stream stream, uint64_t first, size_t count, uint32_t *out)
{
  for (size_t i = 0; i < count;) {
    uint64_t draw = first + i;
    philox4x32_ctr_t bits = block(stream, BITS, draw / 4);

    for (size_t lane = draw % 4; lane < 4 && i < count; lane++) out[i++] = bits.v[lane];
  }
}

void lip_random_uniform(lip_stream stream, uint64_t first, size_t count, double *out)
{
  fill(stream, UNIFORM, first, count, out);
}

void lip_random_normal(lip_stream stream, uint64_t first, size_t count, double *out)
{
  fill(stream, NORMAL, first, count, out);
}

void lip_random_permutation(lip_stream stream, uint64_t which, size_t count, size_t *out)
{
  /* Fisher and Yates. Position: `which` above, the step below. A 53-bit uniform chooses the
     partner; its bias is below count / 2^53. */
  for (size_t i = 0; i < count; i++) out[i] = i;
  for (size_t i = count; i > 1; i--) {
    philox4x32_ctr_t bits = block(stream, PERMUTATION, (which << 32) | (uint32_t)i);
    size_t j = (size_t)(open_unit(bits.v[0], bits.v[1]) * (double)i);
    size_t swap = out[i - 1];

    out[i - 1] = out[j];
    out[j] = swap;
  }
}
