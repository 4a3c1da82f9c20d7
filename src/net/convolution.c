/* convolution.c - a convolution over two axes as a linear map, zero-padded.

   y_(o, r, s) = sum over c, u, v of K_(o, c, u, v) x_(c, r stride + u - padding, ...), and its
   transpose; both walk over the same places. */
#include "net/convolution.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/largest_eigenvalue.h"

#include <math.h>
#include <string.h>

/* The places [first, last) of `out` at which offset u of the kernel meets an entry. */
static void meeting(size_t in, size_t out, size_t stride, size_t padding, size_t u, size_t *first,
                    size_t *last)
{
  *first = u >= padding ? 0 : (padding - u + stride - 1) / stride;
  *last = in + padding > u ? (in + padding - u - 1) / stride + 1 : 0;
  if (*last > out) *last = out;
  if (*first > *last) *first = *last;
}

size_t lip_convolution_meets(size_t in, size_t out, size_t stride, size_t padding, size_t u)
{
  size_t first, last;

  meeting(in, out, stride, padding, u, &first, &last);
  return last - first;
}

/* One entry K_(o, c, u, v) at all its places: y += entry x, or x += entry y. */
static void walk(const lip_arch_node *at, size_t u, size_t v, double entry, double *x, double *y,
                 bool transposed)
{
  size_t top, bottom, left, right;

  meeting(at->in_height, at->height, at->stride[0], at->padding[0], u, &top, &bottom);
  meeting(at->in_width, at->width, at->stride[1], at->padding[1], v, &left, &right);
  for (size_t r = top; r < bottom; r++) {
    double *row = x + (r * at->stride[0] + u - at->padding[0]) * at->in_width;
    double *out = y + r * at->width;

    for (size_t s = left; s < right; s++) {
      size_t column = s * at->stride[1] + v - at->padding[1];

      if (transposed)
        row[column] += entry * out[s];
      else
        out[s] += entry * row[column];
    }
  }
}

static void walk_all(const lip_arch_node *at, double *x, double *y, bool transposed)
{
  size_t area = at->kernel[0] * at->kernel[1];

  for (size_t o = 0; o < at->channels; o++)
    for (size_t c = 0; c < at->in_channels; c++)
      for (size_t k = 0; k < area; k++)
        walk(at, k / at->kernel[1], k % at->kernel[1], at->W[(o * at->in_channels + c) * area + k],
             x + c * at->in_height * at->in_width, y + o * at->height * at->width, transposed);
}

void lip_convolve(const lip_arch_node *node, const double *x, double *y)
{
  memset(y, 0, node->channels * node->height * node->width * sizeof *y);
  walk_all(node, (double *)(uintptr_t)x, y, false); /* x is read only */
}

void lip_convolve_transposed(const lip_arch_node *node, const double *y, double *x)
{
  memset(x, 0, node->in_channels * node->in_height * node->in_width * sizeof *x);
  walk_all(node, x, (double *)(uintptr_t)y, true); /* y is read only */
}

typedef struct gram {
  const lip_arch_node *node;
  double *y;
} gram;

static void apply_gram(void *context, const double *x, double *out)
{
  gram *at = context;

  lip_convolve(at->node, x, at->y);
  lip_convolve_transposed(at->node, at->y, out);
}

lip_status lip_convolution_norm(const lip_arch_node *node, double *norm, const lip_control *control,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  size_t in = node->in_channels * node->in_height * node->in_width;
  size_t out = node->channels * node->height * node->width;
  gram at = {node, lip_alloc(out, sizeof *at.y)};
  double *vector = lip_alloc_zero(in, sizeof *vector);
  lip_eigenvalue found;

  if (!at.y || !vector) FAIL(LIP_ENOMEM, "a convolution's norm of %zu inputs", in);
  TRY(lip_largest_eigenvalue(in, apply_gram, &at, 1e-12, vector, &found, control, err));
  *norm = sqrt(fmax(found.value + found.error, 0));
done:
  lip_free(at.y);
  lip_free(vector);
  return st;
}
