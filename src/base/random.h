/* random.h - counter-based random numbers (Philox 4x32-10, Random123): draw i of a stream is a pure
   function of (seed, purpose, i), so that results depend on no order and on no number of threads.
 */
#ifndef LIP_BASE_RANDOM_H
#define LIP_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* What a stream is for; streams of one seed with different purposes are independent. The numbers
   are part of the file formats: never change one, only add. */
typedef enum lip_purpose {
  LIP_FOR_POINTS = 1,
  LIP_FOR_LABELS = 2,
  LIP_FOR_WEIGHTS = 3,
  LIP_FOR_BATCHES = 4,
  LIP_FOR_PROBES = 5,     /* the fresh points at which gradients are taken */
  LIP_FOR_STARTS = 6,     /* of ascents and iterations */
  LIP_FOR_LABELLINGS = 7, /* of the counterexample's cells */
  LIP_FOR_TEACHER = 8,
  LIP_FOR_NOISE = 9,       /* of labels */
  LIP_FOR_COMPONENTS = 10, /* of mixtures: centers, and which point belongs to which */
  LIP_FOR_CHAINS = 11,     /* couplings and updates of Markov chains */
  LIP_FOR_SHIFTS = 12,     /* vectors added to points */
} lip_purpose;

typedef struct lip_stream {
  uint64_t seed;
  uint32_t purpose;
} lip_stream;

/* Fills out[0 .. count) with draws first, first + 1, ... of the stream. */
void lip_random_bits(lip_stream stream, uint64_t first, size_t count, uint32_t *out);
void lip_random_uniform(lip_stream stream, uint64_t first, size_t count,
                        double *out); /* in (0, 1), 53 bits */
void lip_random_normal(lip_stream stream, uint64_t first, size_t count,
                       double *out); /* N(0, 1), Box-Muller */

/* A random permutation of 0 .. count - 1: the same for the same (stream, which). */
void lip_random_permutation(lip_stream stream, uint64_t which, size_t count, size_t *out);

#endif
