/* batch_norm.c - folds batch normalisation into the affine map before it. */
#include <liplaw/net.h>

#include <math.h>

void lip_fold_batch_norm(size_t k, size_t d, double *W, double *b, const double *gamma,
                         const double *beta, const double *mean, const double *variance,
                         double epsilon)
{
  for (size_t l = 0; l < k; l++) {
    double scale = gamma[l] / sqrt(variance[l] + epsilon);

    for (size_t i = 0; i < d; i++) W[l * d + i] *= scale;
    b[l] = scale * (b[l] - mean[l]) + beta[l];
  }
}
