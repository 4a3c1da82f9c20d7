/* liplaw/dataset.h - labelled points: sample them, read and write them, and their smallest
 * constant. */
#ifndef LIPLAW_DATASET_H
#define LIPLAW_DATASET_H

#include <liplaw/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n points in d dimensions with m labels each. Everything is finite, n, d and m are at least 1.
   `kind` is "gaussian", "sphere", ... for a sampled set and "file" for one that was read. */
typedef struct lip_dataset {
  size_t n, d, m;
  double *X; /* n x d, row-major, owned */
  double *y; /* n x m, row-major, owned */
  char kind[32];
  uint64_t seed;         /* 0 where it was read from a file */
  double noise_level;    /* E Var(y | x), in label units squared; NaN where unknown */
  double isoperimetry_c; /* two-layer and universal papers, Definition 1.1; NaN where unknown */
  bool classes; /* y holds numbers of classes (from words, or from IDX labels), not quantities */
} lip_dataset;

/* An unfilled data set (X, y not initialised); released with lip_dataset_free, which takes NULL. */
LIP_PUBLIC LIP_MUST_CHECK lip_status lip_dataset_create(size_t n, size_t d, size_t m,
                                                        lip_dataset **data, lip_error *err);
LIP_PUBLIC void lip_dataset_free(lip_dataset *data);

typedef enum lip_sample_kind {
  LIP_GAUSSIAN, /* x_i iid N(0, I/d) */
  LIP_SPHERE,   /* x_i iid uniform on the unit sphere */
} lip_sample_kind;

typedef enum lip_label_kind {
  LIP_LABELS_RANDOM,   /* y_i iid uniform in {-1, +1}, independent of x */
  LIP_LABELS_BALANCED, /* the same, conditioned on as many +1 as -1 (one more +1 where n is odd) */
} lip_label_kind;

typedef struct lip_sample_options {
  lip_sample_kind kind;
  lip_label_kind labels;
  size_t n, d;
  uint64_t seed;
} lip_sample_options;

/* The generic data of the two-layer paper, section 1 (theory.md B2). Counter-based: the bytes
   depend on the options alone, on no number of threads; row i does not depend on n. */
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

/* Writes X, y (and kind, seed) as an .npz that numpy opens. The file appears whole or not at all.
 */
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
