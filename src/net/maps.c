/* maps.c - the maps of layers: affine, distances from centers, lengths of groups, the least entry.

   Distances are made in tiles of centers, |h - w|^2 = |h|^2 + |w|^2 - 2 h.w by products of matrices
   about a common shift, the mean of the centers. That form cancels: its error is at most
   2 gamma_(in + 2) (|h|^2 + |w|^2), so it is kept only where it comes out at least a quarter of
   |h|^2 + |w|^2, and what is nearer, or where squares would overflow or underflow, is computed
   again from the differences. A point at a center has distance exactly 0.

   cost    2 rows in out flops for distances, and 3 in for each pair computed again
   limits  data in narrow clusters are all computed again, at the speed of plain loops */
#include "net/maps.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { CENTERS = 128, FEW_ROWS = 4 };

/* Squares in between neither overflow nor lose digits on the way. */
static const double SMALLEST_SQUARE = 0x1p-900, LARGEST_SQUARE = 0x1p1000;

/* Of |h|^2 + |w|^2: nearer ones are computed from the differences; and where gradients do so. */
static const double KEPT_SHARE = 0.25, KEPT_SHARE_BACKWARD = 0x1p-12;

const char *lip_map_name(lip_map map)
{
  static const char *const names[] = {"affine", "distance", "groups", "smallest"};

  return names[map];
}

lip_status lip_net_require_affine(const lip_net *net, const char *who, lip_error *err)
{
  static const struct {
    const char *what, *operator, * node;
  } maps[] = {{"", "", ""},
              {"distances from centers", "ReduceL2", "length"},
              {"lengths of groups", "ReduceL2", "length"},
              {"a least entry", "ReduceMin", "least"}};

  for (size_t j = 0; j < net->depth; j++) {
    lip_map map = net->layer[j].map;

    if (map != LIP_AFFINE)
      return lip_fail(err, LIP_EINPUT,
                      "layer %zu of the network (%s; node '%s%zu' where liplaw wrote it) takes %s: "
                      "%s reads affine layers; the constant is known by construction: "
                      "lipschitz_predicted of `liplaw construct`",
                      j, maps[map].operator, maps[map].node, j, maps[map].what, who);
  }
  return LIP_OK;
}

lip_status lip_maps_prepare(const lip_net *net, size_t block, bool gradients, lip_maps_work *work,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  size_t in = 0, out = 0;

  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];

    if (layer->map == LIP_DISTANCE && layer->in > in) in = layer->in;
    if (layer->map == LIP_DISTANCE && layer->out > out) out = layer->out;
  }
  *work = (lip_maps_work){0};
  if (in == 0) return LIP_OK;
  work->shift = lip_alloc(in, sizeof *work->shift);
  work->rows = lip_alloc(block, in * sizeof *work->rows);
  work->centers = lip_alloc(CENTERS, in * sizeof *work->centers);
  work->row_square = lip_alloc(block, sizeof *work->row_square);
  work->center_square = lip_alloc(CENTERS, sizeof *work->center_square);
  work->difference = lip_alloc(in, sizeof *work->difference);
  if (gradients) work->distance = lip_alloc(block, out * sizeof *work->distance);
  if (!work->shift || !work->rows || !work->centers || !work->row_square || !work->center_square ||
      !work->difference || (gradients && !work->distance))
    FAIL(LIP_ENOMEM, "workspace for the distances of %zu x %zu numbers", block, in);
done:
  if (st != LIP_OK) lip_maps_clear(work);
  return st;
}

void lip_maps_clear(lip_maps_work *work)
{
  lip_free(work->shift);
  lip_free(work->rows);
  lip_free(work->centers);
  lip_free(work->row_square);
  lip_free(work->center_square);
  lip_free(work->difference);
  lip_free(work->distance);
  *work = (lip_maps_work){0};
}

/* Z <- H W^T + b for rows of H (rows x in), Z rows x out. */
static void affine(const lip_layer *layer, size_t rows, const double *H, double *Z)
{
  double beta = layer->b ? 1 : 0;

  for (size_t i = 0; layer->b && i < rows; i++)
    memcpy(Z + i * layer->out, layer->b, layer->out * sizeof *Z);
  if (layer->out == 1)
    lip_dgemv(false, rows, layer->in, 1, H, layer->in, layer->W, beta, Z);
  else
    lip_dgemm(false, true, rows, layer->out, layer->in, 1, H, layer->in, layer->W, layer->in, beta,
              Z, layer->out);
}

/* |x - y|: the squares of the differences, or where these overflow or underflow their norm. */
static double distance(size_t n, const double *x, const double *y, double *difference)
{
  double sum[8] = {0}, square = 0;
  size_t i = 0;

  for (; i + 8 <= n; i += 8)
    for (size_t lane = 0; lane < 8; lane++) {
      double t = x[i + lane] - y[i + lane];

      sum[lane] += t * t;
    }
  for (; i < n; i++) square += (x[i] - y[i]) * (x[i] - y[i]);
  square += ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
  if (square > SMALLEST_SQUARE && square < LARGEST_SQUARE) return sqrt(square);
  for (i = 0; i < n; i++) difference[i] = x[i] - y[i];
  return lip_norm(n, difference);
}

static void find_shift(const lip_layer *layer, double *shift)
{
  double share = 1 / (double)layer->out;

  memset(shift, 0, layer->in * sizeof *shift);
  for (size_t j = 0; j < layer->out; j++)
    lip_add_multiple(layer->in, share, layer->W + j * layer->in, shift);
  for (size_t i = 0; i < layer->in; i++)
    if (!isfinite(shift[i])) shift[i] = 0;
}

/* shifted <- A - shift, square <- the squared length of each row. */
static void shift_rows(size_t rows, size_t in, const double *A, const double *shift,
                       double *shifted, double *square)
{
  for (size_t r = 0; r < rows; r++) {
    double *to = shifted + r * in;

    for (size_t i = 0; i < in; i++) to[i] = A[r * in + i] - shift[i];
    square[r] = lip_dot(in, to, to);
  }
}

/* R <- the distances of the rows of H from all centers, rows x out. */
static void distances(const lip_layer *layer, size_t rows, const double *H, double *R,
                      lip_maps_work *work)
{
  size_t in = layer->in, out = layer->out;
  bool products = rows >= FEW_ROWS;

  if (products) {
    find_shift(layer, work->shift);
    shift_rows(rows, in, H, work->shift, work->rows, work->row_square);
  }
  for (size_t first = 0; first < out; first += CENTERS) {
    size_t count = out - first < CENTERS ? out - first : CENTERS;
    const double *W = layer->W + first * in;

    if (products) {
      shift_rows(count, in, W, work->shift, work->centers, work->center_square);
      lip_dgemm(false, true, rows, count, in, -2, work->rows, in, work->centers, in, 0, R + first,
                out);
    }
    for (size_t r = 0; r < rows; r++) {
      double *to = R + r * out + first;

      for (size_t c = 0; c < count; c++) {
        double sum = products ? work->row_square[r] + work->center_square[c] : 0;
        double square = products ? sum + to[c] : -1;

        if (sum > SMALLEST_SQUARE && sum < LARGEST_SQUARE && square >= KEPT_SHARE * sum)
          to[c] = sqrt(square);
        else
          to[c] = distance(in, H + r * in, W + c * in, work->difference);
      }
    }
  }
}

static void scale_and_shift(const lip_layer *layer, size_t rows, double *Z)
{
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < layer->out; j++) {
      double *z = &Z[r * layer->out + j];

      *z = layer->scale * *z + (layer->b ? layer->b[j] : 0);
    }
}

/* The index of the first least entry; of a NaN where there is one. */
static size_t least(size_t count, const double *h)
{
  size_t best = 0;

  for (size_t i = 1; i < count && !isnan(h[best]); i++)
    if (!(h[i] >= h[best])) best = i;
  return best;
}

void lip_map_values(const lip_layer *layer, size_t rows, const double *H, double *Z,
                    lip_maps_work *work)
{
  size_t in = layer->in, out = layer->out, size = in / out;

  switch (layer->map) {
  case LIP_AFFINE:
    affine(layer, rows, H, Z);
    break;
  case LIP_DISTANCE:
    distances(layer, rows, H, Z, work);
    scale_and_shift(layer, rows, Z);
    break;
  case LIP_GROUPS:
    for (size_t j = 0; j < rows * out; j++) Z[j] = lip_norm(size, H + j * size);
    scale_and_shift(layer, rows, Z);
    break;
  case LIP_SMALLEST:
    for (size_t r = 0; r < rows; r++) Z[r] = H[r * in + least(in, H + r * in)];
    break;
  }
}

/* sum_j c_j (h - w_j), c_j = D_j scale / |h - w_j|: by products where the center is not near, so
   that nothing cancels, and one by one where it is. */
static void distances_backward(const lip_layer *layer, size_t rows, const double *H, double *D,
                               double *next, lip_maps_work *work)
{
  size_t in = layer->in, out = layer->out;
  double *R = work->distance;

  distances(layer, rows, H, R, work);
  for (size_t r = 0; r < rows; r++) {
    const double *h = H + r * in;
    double *to = next + r * in, all = 0, length = lip_norm(in, h);

    memset(to, 0, in * sizeof *to);
    for (size_t j = 0; j < out; j++) {
      const double *w = layer->W + j * in;
      double c = D[r * out + j], radius = R[r * out + j];

      D[r * out + j] = 0;
      if (c == 0 || radius == 0) continue;
      c *= layer->scale;
      if (radius * radius >= KEPT_SHARE_BACKWARD * length * length && length < 0x1p400 &&
          radius > 0x1p-400) {
        D[r * out + j] = -c / radius;
        all += c / radius;
        continue;
      }
      for (size_t i = 0; i < in; i++) to[i] += c * ((h[i] - w[i]) / radius);
    }
    lip_add_multiple(in, all, h, to);
  }
  lip_dgemm(false, false, rows, in, out, 1, D, out, layer->W, in, 1, next, in);
}

void lip_map_backward(const lip_layer *layer, size_t rows, const double *H, double *D, double *next,
                      lip_maps_work *work)
{
  size_t in = layer->in, out = layer->out, size = in / out;

  switch (layer->map) {
  case LIP_AFFINE:
    lip_dgemm(false, false, rows, in, out, 1, D, out, layer->W, in, 0, next, in);
    break;
  case LIP_DISTANCE:
    distances_backward(layer, rows, H, D, next, work);
    break;
  case LIP_GROUPS:
    for (size_t j = 0; j < rows * out; j++) {
      double length = lip_norm(size, H + j * size), c = layer->scale * D[j];

      for (size_t i = 0; i < size; i++)
        next[j * size + i] = length > 0 ? c * (H[j * size + i] / length) : 0;
    }
    break;
  case LIP_SMALLEST:
    memset(next, 0, rows * in * sizeof *next);
    for (size_t r = 0; r < rows; r++) next[r * in + least(in, H + r * in)] = D[r];
    break;
  }
}
