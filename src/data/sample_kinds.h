/* sample_kinds.h - the distributions that can be sampled, and what is known of each. */
#ifndef LIP_DATA_SAMPLE_KINDS_H
#define LIP_DATA_SAMPLE_KINDS_H

#include <liplaw/dataset.h>

/* What the rows of one sample are drawn with. */
typedef struct lip_drawing {
  const lip_sample_options *options;
  size_t d;
  double *couplings; /* spin glass: d x d, symmetric, zero diagonal; else NULL */
  double *scratch;   /* rotations: d numbers for each thread; else NULL */
  double *energy;    /* spin glass: n x LIP_ENERGIES; NULL: not wanted */
} lip_drawing;

/* Energies of a chain: halfway, a sweep later, at the end; and the share of updates that flipped.
 */
enum { LIP_ENERGIES = 4 };

typedef struct lip_distribution {
  const char *name;
  bool coupled, scratched; /* needs couplings, scratch */
  /* NULL, or lip_distribution_missing. */
  const char *(*missing)(const lip_sample_options *options);
  /* Row `row` into x, d numbers: a function of the seed and the row alone. */
  void (*draw)(const lip_drawing *drawing, size_t row, size_t thread, double *x);
  /* NULL, or lip_distribution_c. */
  double (*isoperimetry)(const lip_sample_options *options);
  const char *source; /* of that constant, or why there is none */
} lip_distribution;

extern const lip_distribution lip_gaussian, lip_cube, lip_hypercube, lip_gaussian_plus,
    lip_log_concave; /* sample_flat.c */
extern const lip_distribution lip_sphere, lip_spheres, lip_rotations,
    lip_stiefel;                              /* sample_manifolds.c */
extern const lip_distribution lip_spin_glass; /* sample_spin_glass.c */

/* By lip_sample_kind. */
extern const lip_distribution *const lip_distributions[LIP_SAMPLE_KINDS];

/* NULL where it exists in d dimensions; else what d must be; static text. */
const char *lip_distribution_missing(const lip_distribution *self,
                                     const lip_sample_options *options);

/* The c of Definition 1.1; NaN where there is none. */
double lip_distribution_c(const lip_distribution *self, const lip_sample_options *options);

/* x <- x / |x| */
void lip_sample_normalise(size_t d, double *x);

/* The symmetric couplings N(0, 1/d) of a spin glass, d x d. */
void lip_spin_couplings(uint64_t seed, size_t d, double *couplings);

/* From the energies of n chains. */
lip_chain lip_chain_of(size_t n, size_t sweeps, const double *energy);

#endif
