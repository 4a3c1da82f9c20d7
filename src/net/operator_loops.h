/* operator_loops.h - products with the linear parts of nodes, in one precision: the file that
   includes this defines REAL and GEMM, which is C <- A B + beta C as lip_sgemm.

   Convolutions by columns: the windows of some places, of several rows together, become the columns
   of a matrix (im2col), so that all of them are one product with the kernels; its transpose adds
   the columns back. Convolutions of few kernels a group walk over shifted rows of the image
   instead. `fresh` products are written, others added.

   cost    two flops for each term and row
   limits  the workspace is about COLUMNS numbers, or one row of places */
#include "base/error.h"
#include "base/memory.h"
#include "net/operator.h"

#include <string.h>

enum {
  COLUMNS = 1 << 17,  /* numbers of windows that are multiplied at once: they stay in the cache */
  PLACES = 1 << 9,    /* columns that make a product large enough */
  FEWEST_KERNELS = 4, /* of a group, for products to be worth their columns */
};

/* Rows of numbers and what is done with them: to <- L from, or L' from. */
typedef struct product {
  size_t rows, in, out; /* sizes of the parent's value and of the node's */
  const REAL *from;
  REAL *to;
  const REAL *W; /* of the node, or their sizes */
  bool transposed, fresh;
} product;

/* ---- windows ---- */

/* The places [first, last) of `out` at which offset u of the kernel meets an entry. */
static void meeting(const lip_node *node, size_t axis, size_t in, size_t out, size_t u,
                    size_t *first, size_t *last)
{
  size_t stride = node->stride[axis], before = node->before[axis], at = u * node->dilation[axis];

  *first = at >= before ? 0 : (before - at + stride - 1) / stride;
  *last = in + before > at ? (in + before - at - 1) / stride + 1 : 0;
  if (*last > out) *last = out;
  if (*first > *last) *first = *last;
}

/* One offset (u, v) of the windows: where it meets entries, and the entry at places [0, 0]. */
typedef struct offset {
  size_t top, bottom, left, right; /* places */
} offset;

static offset offset_of(const lip_node *node, size_t u, size_t v)
{
  offset at;

  meeting(node, 0, node->in_height, node->height, u, &at.top, &at.bottom);
  meeting(node, 1, node->in_width, node->width, v, &at.left, &at.right);
  return at;
}

/* The entry's row or column that place `out` meets at offset u; it is known to meet one. */
static size_t met(const lip_node *node, size_t axis, size_t out, size_t u)
{
  return out * node->stride[axis] + u * node->dilation[axis] - node->before[axis];
}

/* y[s] += c x[s step] */
static void add_strided(size_t count, REAL c, const REAL *restrict x, size_t step, REAL *restrict y)
{
  if (step == 1)
    for (size_t s = 0; s < count; s++) y[s] += c * x[s];
  else
    for (size_t s = 0; s < count; s++) y[s] += c * x[s * step];
}

/* x[s step] += c y[s] */
static void add_back(size_t count, REAL c, const REAL *restrict y, REAL *restrict x, size_t step)
{
  if (step == 1)
    for (size_t s = 0; s < count; s++) x[s] += c * y[s];
  else
    for (size_t s = 0; s < count; s++) x[s * step] += c * y[s];
}

/* ---- convolutions by columns ---- */

/* The columns of places in rows [h0, h1), of `channels` channels of one image, side by side:
   columns  out  channels * kernel x (h1 - h0) * width, rows `stride` apart */
static void gather(const lip_node *node, size_t channels, const REAL *image, size_t h0, size_t h1,
                   REAL *columns, size_t stride)
{
  size_t places = node->in_height * node->in_width, step = node->stride[1], width = node->width;

  for (size_t i = 0; i < channels; i++)
    for (size_t u = 0; u < node->kernel[0]; u++)
      for (size_t v = 0; v < node->kernel[1]; v++, columns += stride) {
        offset at = offset_of(node, u, v);

        for (size_t h = h0; h < h1; h++) {
          REAL *to = columns + (h - h0) * width;
          const REAL *from;

          if (h < at.top || h >= at.bottom || at.left == at.right) {
            memset(to, 0, width * sizeof *to);
            continue;
          }
          from = image + i * places + met(node, 0, h, u) * node->in_width +
                 met(node, 1, at.left, v);
          for (size_t w = 0; w < at.left; w++) to[w] = 0;
          if (step == 1)
            memcpy(to + at.left, from, (at.right - at.left) * sizeof *to);
          else
            for (size_t w = at.left; w < at.right; w++) to[w] = from[(w - at.left) * step];
          for (size_t w = at.right; w < width; w++) to[w] = 0;
        }
      }
}

/* The transpose: the columns are added to the image. */
static void scatter(const lip_node *node, size_t channels, const REAL *columns, size_t stride,
                    size_t h0, size_t h1, REAL *image)
{
  size_t places = node->in_height * node->in_width;

  for (size_t i = 0; i < channels; i++)
    for (size_t u = 0; u < node->kernel[0]; u++)
      for (size_t v = 0; v < node->kernel[1]; v++, columns += stride) {
        offset at = offset_of(node, u, v);

        if (at.left == at.right) continue;
        for (size_t h = at.top > h0 ? at.top : h0; h < h1 && h < at.bottom; h++)
          add_back(at.right - at.left, 1, columns + (h - h0) * node->width + at.left,
                   image + i * places + met(node, 0, h, u) * node->in_width +
                       met(node, 1, at.left, v),
                   node->stride[1]);
      }
}

/* How a convolution is cut: `batch` rows of points by `height` rows of places. */
typedef struct cut {
  size_t taken, kernels, window; /* channels that a group takes and makes; taken x kernel */
  size_t batch, height;
  REAL *columns, *values; /* window x batch * height * width; kernels x the same */
} cut;

static lip_status make_cut(const lip_node *node, size_t rows, cut *made, lip_error *err)
{
  size_t column;

  made->taken = node->in_channels / node->groups;
  made->kernels = node->channels / node->groups;
  made->window = made->taken * node->kernel[0] * node->kernel[1];
  column = made->window > made->kernels ? made->window : made->kernels;
  made->height = COLUMNS / column / node->width;
  if (made->height < 1) made->height = 1;
  if (made->height > node->height) made->height = node->height;
  made->batch = 1;
  if (made->height == node->height) {
    size_t places = node->height * node->width;

    made->batch = PLACES / places;
    if (made->batch > COLUMNS / column / places) made->batch = COLUMNS / column / places;
    if (made->batch > rows) made->batch = rows;
    if (made->batch < 1) made->batch = 1;
  }
  column = made->batch * made->height * node->width;
  made->columns = lip_alloc(made->window, column * sizeof *made->columns);
  made->values = lip_alloc(made->kernels, column * sizeof *made->values);
  return made->columns && made->values
             ? LIP_OK
             : lip_fail(err, LIP_ENOMEM, "windows of %zu x %zu numbers", made->window, column);
}

/* Values of rows of places, kernels x count * (h1 - h0) * width, from where they stand in the rows
   of points, or back to there. */
static void move_values(const lip_node *node, const product *with, const cut *by, size_t group,
                        size_t first, size_t count, size_t h0, size_t h1, bool back)
{
  size_t each = (h1 - h0) * node->width;

  for (size_t k = 0; k < by->kernels; k++)
    for (size_t r = 0; r < count; r++) {
      REAL *value = by->values + (k * count + r) * each;
      size_t at = (first + r) * with->out +
                  ((group * by->kernels + k) * node->height + h0) * node->width;

      if (!back)
        memcpy(value, with->from + at, each * sizeof *value);
      else if (with->fresh)
        memcpy(with->to + at, value, each * sizeof *value);
      else
        add_strided(each, 1, value, 1, with->to + at);
    }
}

/* `count` rows of points from `first` on, rows of places [h0, h1), one group. */
static lip_status convolve_part(const lip_node *node, const product *with, const cut *by,
                                size_t group, size_t first, size_t count, size_t h0, size_t h1,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  size_t each = (h1 - h0) * node->width, all = count * each, K = by->window;
  size_t image = group * by->taken * node->in_height * node->in_width;
  const REAL *W = with->W + group * by->kernels * K;

  if (with->transposed) {
    move_values(node, with, by, group, first, count, h0, h1, false);
    TRY(GEMM(true, false, K, all, by->kernels, W, K, by->values, all, 0, by->columns, all, err));
    for (size_t r = 0; r < count; r++)
      scatter(node, by->taken, by->columns + r * each, all, h0, h1,
              with->to + (first + r) * with->in + image);
  } else {
    for (size_t r = 0; r < count; r++)
      gather(node, by->taken, with->from + (first + r) * with->in + image, h0, h1,
             by->columns + r * each, all);
    TRY(GEMM(false, false, by->kernels, all, K, W, K, by->columns, all, 0, by->values, all, err));
    move_values(node, with, by, group, first, count, h0, h1, true);
  }
done:
  return st;
}

static lip_status convolve_columns(const lip_node *node, const product *with, lip_error *err)
{
  lip_status st = LIP_OK;
  cut by = {0};

  TRY(make_cut(node, with->rows, &by, err));
  for (size_t first = 0; first < with->rows; first += by.batch) {
    size_t count = with->rows - first < by.batch ? with->rows - first : by.batch;

    for (size_t g = 0; g < node->groups; g++)
      for (size_t h = 0; h < node->height; h += by.height) {
        size_t end = h + by.height < node->height ? h + by.height : node->height;

        TRY(convolve_part(node, with, &by, g, first, count, h, end, err));
      }
  }
done:
  lip_free(by.columns);
  lip_free(by.values);
  return st;
}

/* ---- convolutions by shifted rows ---- */

static void convolve_channel(const lip_node *node, const product *with, const REAL *kernel,
                             size_t image, size_t value, size_t r)
{
  for (size_t u = 0; u < node->kernel[0]; u++)
    for (size_t v = 0; v < node->kernel[1]; v++) {
      offset at = offset_of(node, u, v);
      REAL c = kernel[u * node->kernel[1] + v];

      for (size_t h = at.top; h < at.bottom && at.left < at.right; h++) {
        size_t x = r * with->in + image + met(node, 0, h, u) * node->in_width +
                   met(node, 1, at.left, v);
        size_t y = r * with->out + value + h * node->width + at.left;

        if (with->transposed)
          add_back(at.right - at.left, c, with->from + y, with->to + x, node->stride[1]);
        else
          add_strided(at.right - at.left, c, with->from + x, node->stride[1], with->to + y);
      }
    }
}

static void convolve_directly(const lip_node *node, const product *with)
{
  size_t taken = node->in_channels / node->groups, kernels = node->channels / node->groups;
  size_t area = node->kernel[0] * node->kernel[1];

  for (size_t r = 0; r < with->rows; r++)
    for (size_t o = 0; o < node->channels; o++)
      for (size_t i = 0; i < taken; i++)
        convolve_channel(node, with, with->W + (o * taken + i) * area,
                         (o / kernels * taken + i) * node->in_height * node->in_width,
                         o * node->height * node->width, r);
}

/* ---- means of windows ---- */

/* How many entries of the input place `out` meets along an axis. */
static size_t entries_met(const lip_node *node, size_t axis, size_t in, size_t out)
{
  size_t count = 0, entry;

  for (size_t u = 0; u < node->kernel[axis]; u++)
    count += lip_window_entry(node, axis, in, out, u, &entry);
  return count;
}

static void average_channel(const lip_node *node, const product *with, const REAL *share,
                            size_t image, size_t value)
{
  for (size_t u = 0; u < node->kernel[0]; u++)
    for (size_t v = 0; v < node->kernel[1]; v++) {
      offset at = offset_of(node, u, v);

      for (size_t h = at.top; h < at.bottom && at.left < at.right; h++) {
        size_t x = image + met(node, 0, h, u) * node->in_width + met(node, 1, at.left, v);
        size_t y = value + h * node->width, step = node->stride[1];

        for (size_t w = at.left; w < at.right; w++, x += step) {
          REAL c = share[h * node->width + w];

          if (with->transposed)
            with->to[x] += c * with->from[y + w];
          else
            with->to[y + w] += c * with->from[x];
        }
      }
    }
}

static lip_status average(const lip_node *node, const product *with, lip_error *err)
{
  size_t places = node->height * node->width, in_places = node->in_height * node->in_width;
  REAL *share = lip_alloc(places, sizeof *share);

  if (!share) return lip_fail(err, LIP_ENOMEM, "%zu windows", places);
  for (size_t h = 0; h < node->height; h++)
    for (size_t w = 0; w < node->width; w++)
      share[h * node->width + w] = 1 / (REAL)(node->counts_padding
                                                  ? node->kernel[0] * node->kernel[1]
                                                  : entries_met(node, 0, node->in_height, h) *
                                                        entries_met(node, 1, node->in_width, w));
  for (size_t r = 0; r < with->rows; r++)
    for (size_t c = 0; c < node->channels; c++)
      average_channel(node, with, share, r * with->in + c * in_places, r * with->out + c * places);
  lip_free(share);
  return LIP_OK;
}

/* ---- the others ---- */

static lip_status dense(const product *with, lip_error *err)
{
  REAL beta = with->fresh ? 0 : 1;

  if (with->transposed)
    return GEMM(false, false, with->rows, with->in, with->out, with->from, with->out, with->W,
                with->in, beta, with->to, with->in, err);
  return GEMM(false, true, with->rows, with->out, with->in, with->from, with->in, with->W, with->in,
              beta, with->to, with->out, err);
}

static void scale(const lip_node *node, const product *with)
{
  size_t each = node->size / node->weights; /* entries of one factor, its own transpose */

  for (size_t r = 0; r < with->rows; r++)
    for (size_t l = 0; l < node->weights; l++) {
      const REAL *from = with->from + r * node->size + l * each;
      REAL *to = with->to + r * node->size + l * each, c = with->W[l];

      if (with->fresh)
        for (size_t s = 0; s < each; s++) to[s] = c * from[s];
      else
        add_strided(each, c, from, 1, to);
    }
}

static void pick(const lip_node *node, const product *with)
{
  for (size_t r = 0; r < with->rows; r++) {
    size_t x = r * with->in, y = r * with->out;

    for (size_t j = 0; j < node->size; j++) {
      if (node->index[j] == LIP_NOWHERE) continue;
      if (with->transposed)
        with->to[x + node->index[j]] += with->from[y + j];
      else
        with->to[y + j] += with->from[x + node->index[j]];
    }
  }
}

/* The parent's numbers stand from `first` on in the value. */
static void shift(const product *with, size_t first)
{
  for (size_t r = 0; r < with->rows; r++) {
    size_t x = r * with->in, y = r * with->out + first;
    const REAL *from = with->from + (with->transposed ? y : x);
    REAL *to = with->to + (with->transposed ? x : y);

    if (with->fresh)
      memcpy(to, from, with->in * sizeof *to);
    else
      add_strided(with->in, 1, from, 1, to);
  }
}

static size_t first_of_parent(const lip_net *net, const lip_node *node, size_t p)
{
  size_t first = 0;

  if (node->kind == LIP_NODE_CONCAT)
    for (size_t q = 0; q < p; q++) first += net->node[node->parent[q]].size;
  return first;
}

/* Does the kind's product write every entry itself where it is fresh? */
static bool writes_all(const lip_node *node, bool transposed)
{
  if (node->kind == LIP_NODE_LINEAR || node->kind == LIP_NODE_SCALE || node->kind == LIP_NODE_ADD ||
      (node->kind == LIP_NODE_CONCAT && transposed))
    return true;
  return node->kind == LIP_NODE_CONVOLUTION && !transposed &&
         node->channels / node->groups >= FEWEST_KERNELS;
}

/* with  in  all but the sizes */
static lip_status multiply(const lip_net *net, size_t at, size_t p, product with, lip_error *err)
{
  const lip_node *node = &net->node[at];

  with.in = net->node[node->parent[p]].size;
  with.out = node->size;
  if (with.fresh && !writes_all(node, with.transposed))
    memset(with.to, 0, with.rows * (with.transposed ? with.in : with.out) * sizeof *with.to);
  switch (node->kind) {
  case LIP_NODE_LINEAR:
    return dense(&with, err);
  case LIP_NODE_CONVOLUTION:
    if (node->channels / node->groups >= FEWEST_KERNELS) return convolve_columns(node, &with, err);
    convolve_directly(node, &with);
    return LIP_OK;
  case LIP_NODE_SCALE:
    scale(node, &with);
    return LIP_OK;
  case LIP_NODE_SELECT:
    pick(node, &with);
    return LIP_OK;
  case LIP_NODE_AVERAGE_POOL:
    return average(node, &with, err);
  case LIP_NODE_CONCAT:
  case LIP_NODE_ADD:
    shift(&with, first_of_parent(net, node, p));
    return LIP_OK;
  default:
    return lip_fail(err, LIP_EINPUT, "node %zu (%s) is not affine", at, node->name);
  }
}
