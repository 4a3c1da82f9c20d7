/* liplaw/dataset.h - labelled points: sample them, read and write them, and their smallest
 * constant. */
#ifndef LIPLAW_DATASET_H
#define LIPLAW_DATASET_H

#include <liplaw/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is known of Markov chains, one for each point, that were stopped after `sweeps` passes over
   all coordinates; sweeps = 0: there were none. The energies of all chains are compared: halfway,
   a sweep later, and at the end. Estimates, NaN for fewer than 3 points. */
typedef struct lip_chain {
  size_t sweeps;
  double flip_rate;       /* share of the updates that changed a coordinate */
  double autocorrelation; /* time in sweeps, (1 + r) / (1 - r), r the correlation over one sweep */
  double remaining;       /* correlation of halfway and end: near 0 when chains have forgotten */
  double drift;           /* mean energy at the end less halfway, in standard errors */
} lip_chain;

/* n points in d dimensions with m labels each. Everything is finite, n, d and m are at least 1;
   where lip_read_options.unlabelled allows it m may be 0, and y is NULL then. `kind` is "gaussian",
   "sphere", ... for a sampled set, also where an .npz that was read tells it (with noise_level and
   isoperimetry_c), and "file" for any other that was read, and for one whose points were shifted or
   scaled. */
typedef struct lip_dataset {
  size_t n, d, m;
  double *X; /* n x d, row-major, owned */
  double *y; /* n x m, row-major, owned */
  char kind[32];
  uint64_t seed;         /* 0 where it was read from a file */
  double noise_level;    /* E Var(y | x), in label units squared; NaN where unknown */
  double isoperimetry_c; /* two-layer and universal papers, Definition 1.1; of each component of a
                            mixture; NaN where unknown, or where there is none */
  const char
      *isoperimetry_source; /* where that constant comes from, or why there is none; static */
  size_t components;        /* of the mixture that was sampled; 1: none */
  double *g, *z;            /* n each, owned: E(y | x_i) and y_i less that; NULL where unknown */
  lip_chain chain;          /* of the Markov chains that drew the points */
  char words[160]; /* labels that were words: which number each has, as in "cat 0, dog 1"; empty:
                      there were none, or more than fit */
  bool classes;    /* y holds numbers of classes (from words, or from IDX labels), not quantities */
} lip_dataset;

/* An unfilled data set (X, y not initialised); released with lip_dataset_free, which takes NULL.
   return  LIP_OK; LIP_EINPUT where n, d or m is 0; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_dataset_create(size_t n, size_t d, size_t m,
                                                        lip_dataset **data, lip_error *err);
LIP_PUBLIC void lip_dataset_free(lip_dataset *data);

/* The distributions of section 1.3 of the universal law, with E |x|^2 about 1; docs/theory.md (U1)
   says which are isoperimetric, with which constant, and why. */
typedef enum lip_sample_kind {
  LIP_GAUSSIAN,      /* x_i iid N(0, I/d) */
  LIP_SPHERE,        /* x_i iid uniform on the unit sphere */
  LIP_CUBE,          /* uniform on the solid cube of diameter 1 about 0 */
  LIP_HYPERCUBE,     /* uniform on {-1/sqrt d, 1/sqrt d}^d: not isoperimetric */
  LIP_GAUSSIAN_PLUS, /* N(0, I/d) plus an independent vector of length `radius` / sqrt d */
  LIP_LOG_CONCAVE,   /* density ~ exp(-sum t_i^2/2 + quartic t_i^4/4), t = sqrt(d) x */
  LIP_SPIN_GLASS,    /* spins / sqrt d of a Sherrington-Kirkpatrick glass at inverse temperature
                        `beta`, by Glauber dynamics: not isoperimetric in this norm */
  LIP_SPHERES,       /* product of `factors` spheres of equal size */
  LIP_ROTATIONS,     /* SO(m) / sqrt m, d = m^2: uniform (Haar) */
  LIP_STIEFEL,       /* `factors` orthonormal vectors in R^(d / factors), over sqrt(factors) */
} lip_sample_kind;

enum { LIP_SAMPLE_KINDS = LIP_STIEFEL + 1 };

typedef enum lip_label_kind {
  LIP_LABELS_RANDOM,   /* y_i iid uniform in {-1, +1}, independent of x */
  LIP_LABELS_BALANCED, /* the same, conditioned on as many +1 as -1 (one more +1 where n is odd) */
  LIP_LABELS_FLIP,     /* the sign of the teacher, flipped with probability `level`;
                          g = (1 - 2 level) sign, noise level 4 level (1 - level) */
  LIP_LABELS_NOISE,    /* the teacher plus N(0, level^2); g = teacher, noise level level^2 */
} lip_label_kind;

/* Teachers h with values in [-1, 1], drawn from the seed. */
typedef enum lip_teacher {
  LIP_TEACHER_LINEAR,  /* sqrt(d) u.x / 2, clipped; u uniform on the unit sphere */
  LIP_TEACHER_NETWORK, /* tanh of a random network with 10 ReLU neurons */
} lip_teacher;

typedef struct lip_sample_options {
  lip_sample_kind kind;
  lip_label_kind labels;
  size_t n, d;
  uint64_t seed;
  double level; /* of flips, in [0, 1/2], or of additive noise, >= 0 */
  lip_teacher teacher;
  size_t factors;               /* of spheres and Stiefel; at least 1 */
  double radius, quartic, beta; /* as above; >= 0, beta < 1/4 (high temperature) */
  size_t sweeps;                /* of a spin glass */
  const char
      *mixture;  /* kinds of further components, comma-separated, borrowed; NULL: no mixture */
  double spread; /* length of the components' centers, whose directions are uniform */
} lip_sample_options;

/* Samples (theory.md B2, U1). Counter-based: the bytes depend on the options alone, on no number of
   threads; row i does not depend on n (balanced labels do). Every option has a default but n and d.
   return  LIP_OK; LIP_EOPTION, also where the kind does not exist in d dimensions; LIP_ENOMEM */
LIP_PUBLIC void lip_sample_defaults(lip_sample_options *options);
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_sample(const lip_sample_options *options,
                                                lip_dataset **data, lip_error *err);

/* How a file is read. */
typedef struct lip_read_options {
  const char
      *positive;     /* "1,3,5": those class labels become +1, all others -1; NULL: as they are */
  const char *mean;  /* a number, or one per input, comma-separated: subtracted; NULL: 0 */
  const char *scale; /* a number, or one per input: divided by, after the mean; NULL: 1 */
  const char *transpose; /* "28x28": every input is read as that matrix and transposed; NULL: no */
  size_t limit;          /* the first `limit` points only; 0: all */
  size_t
      unlabelled; /* points of so many inputs need no labels: y may be missing in an archive, and
                     text of so many columns has no label in its last one; 0: labels are needed */
} lip_read_options;

/* Reads a data set, recognised by content: an .npz archive with X (n x d) and y (n or n x m), text
   with comma-separated columns (last column the label; a header and word labels allowed: words are
   numbered in the order of their first appearance), or "IMAGES:LABELS", two IDX files, gzipped or
   not, bytes divided by 255.
   options  in   may be NULL
   return        LIP_OK; LIP_EIO; LIP_EINPUT with file, place and cause; LIP_EOPTION; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_dataset_read(const char *path,
                                                      const lip_read_options *options,
                                                      lip_dataset **data, lip_error *err);

/* Replaces class labels by one-hot vectors: y becomes n x m, m the number of different labels, and
   row i is 1 at the rank of its label among them, 0 elsewhere.
   return  LIP_OK; LIP_EINPUT where a point has more than one label, or the labels more than 1000
           different values; LIP_ENOMEM; the data are unchanged on failure */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_dataset_one_hot(lip_dataset *data, lip_error *err);

/* Writes X, y (and kind, seed, what is known of the distribution) as an .npz that numpy opens. The
   file appears whole or not at all.
   return  LIP_OK; LIP_EIO; LIP_ENOMEM */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_dataset_write(const lip_dataset *data, const char *path,
                                                       lip_error *err);

/* One pair of points of a data set, and the slope |y_i - y_j| / |x_i - x_j| between them, i < j. */
typedef struct lip_pair {
  size_t i, j;
  double distance, slope;
} lip_pair;

/* L* = max over i < j of |y_i - y_j| / |x_i - x_j|: the smallest Lipschitz constant (l2) of any
   function through the data (McShane, Kirszbraun; theory.md B24). Infinite where equal points have
   different labels.
   value     out  L*; 0 where n = 1 or all labels are equal
   pairs     out  room for `capacity` pairs, may be NULL if capacity is 0: the steepest, steepest
                  first, equal slopes by (i, j)
   count     out  how many were written: at most capacity; only pairs with a positive slope
   cost           O(n^2 (d + m)) time as blocked matrix products, no n x n memory
   accuracy       each slope is computed from the differences, to a few ulps; no pair is missed by
                  the cancellation of the product form */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_smallest_constant(const lip_dataset *data, size_t capacity,
                                                           lip_pair *pairs, size_t *count,
                                                           double *value,
                                                           const lip_control *control,
                                                           lip_error *err);

#ifdef __cplusplus
}
#endif
#endif
