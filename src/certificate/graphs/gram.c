/* gram.c - L L' or L'L of an affine node, of the smaller order, with what it may be off by.

   Matrices by one product. Of a convolution the entry of two places (channel o at p, o' at p') is
   the sum of G[o, u; o', u'] over all offsets u, u' of the kernel by which p and p' meet the same
   entry of the other side, G the products of the kernel's entries summed over the other side's
   channels: one product of a small matrix, and sums. Everything else in blocks of unit rows that go
   through the operator and back.

   However they are added up, an entry is a sum of the same products, at most t + t' of them one
   after the other, so that it is off by at most gamma (|L| |L|')_ij (Higham, Accuracy and
   Stability, 3.1), and the sums |L| (|L|' 1) bound the matrix of errors. */
#include "certificate/graphs/gram.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/round.h"
#include "linalg/verified.h"
#include "net/operator.h"

#include <float.h>
#include <string.h>

enum { BLOCK = 32, MOST_PRODUCTS = 3000 };
static const double CUSHION = 1e-50; /* of products that underflow, L scaled to a norm of about 1 */

static size_t in_size(const lip_net *net, size_t node)
{
  return net->node[net->node[node].parent[0]].size;
}

size_t lip_gram_order(const lip_net *net, size_t node)
{
  size_t in = in_size(net, node), out = net->node[node].size;

  return in < out ? in : out;
}

/* L L', not L'L. */
static bool is_wide(const lip_net *net, size_t node)
{
  return net->node[node].size <= in_size(net, node);
}

/* ---- matrices ---- */

static lip_status matrix_gram(const lip_net *net, size_t node, int exponent, double *X,
                              lip_error *err)
{
  const lip_node *at = &net->node[node];
  size_t in = in_size(net, node), out = at->size;
  double *W = lip_alloc(at->weights, sizeof *W);

  if (!W) return lip_fail(err, LIP_ENOMEM, "a matrix of %zu x %zu", out, in);
  for (size_t i = 0; i < at->weights; i++) W[i] = ldexp(at->W[i], -exponent);
  if (is_wide(net, node))
    lip_dsyrk(false, out, in, 1, W, in, 0, X, out);
  else
    lip_dsyrk(true, in, out, 1, W, in, 0, X, in);
  lip_free(W);
  return LIP_OK;
}

/* ---- convolutions ---- */

/* Along an axis: how often, and by which offsets, place a meets the entry of the other side that
   place a + reach - b meets, b = 0, ..., 2 reach. */
typedef struct axis {
  size_t places, reach, most; /* most: the kernel's size */
  size_t *count, *pair;       /* places x (2 reach + 1); that, x most x 2: offsets of a and b */
} axis;

static void axis_clear(axis *along)
{
  lip_free(along->count);
  lip_free(along->pair);
}

/* Does place a meet, by offset u, an entry of the other side? Which one: *entry. */
static bool meets(const lip_node *node, size_t which, bool wide, size_t a, size_t u, size_t *entry)
{
  size_t in = which == 0 ? node->in_height : node->in_width;
  size_t out = which == 0 ? node->height : node->width, from;

  if (wide) return lip_window_entry(node, which, in, a, u, entry);
  from = a + node->before[which];
  if (from < u * node->dilation[which]) return false;
  from -= u * node->dilation[which];
  *entry = from / node->stride[which];
  return from % node->stride[which] == 0 && *entry < out;
}

static lip_status axis_create(const lip_node *node, size_t which, bool wide, axis *along,
                              lip_error *err)
{
  size_t kernel = node->kernel[which], span = (kernel - 1) * node->dilation[which], steps;

  along->most = kernel;
  along->places = which == 0 ? (wide ? node->height : node->in_height)
                             : (wide ? node->width : node->in_width);
  along->reach = wide ? span / node->stride[which] : span;
  if (along->reach >= along->places) along->reach = along->places - 1;
  steps = 2 * along->reach + 1;
  along->count = lip_alloc_zero(along->places, steps * sizeof *along->count);
  along->pair = lip_alloc(along->places, steps * kernel * 2 * sizeof *along->pair);
  if (!along->count || !along->pair)
    return lip_fail(err, LIP_ENOMEM, "%zu places of a window", along->places);
  for (size_t a = 0; a < along->places; a++)
    for (size_t t = 0; t < steps; t++) {
      size_t b = a + along->reach - t, at = a * steps + t, here, there;

      if (a + along->reach < t || b >= along->places) continue;
      for (size_t u = 0; u < kernel; u++)
        for (size_t v = 0; v < kernel; v++)
          if (meets(node, which, wide, a, u, &here) && meets(node, which, wide, b, v, &there) &&
              here == there) {
            along->pair[(at * kernel + along->count[at]) * 2] = u;
            along->pair[(at * kernel + along->count[at]++) * 2 + 1] = v;
          }
    }
  return LIP_OK;
}

/* G of a group: (channels x kernel)^2, channels of the smaller side. */
static lip_status kernel_products(const lip_node *node, bool wide, size_t group, int exponent,
                                  double *G, lip_error *err)
{
  size_t outs = node->channels / node->groups, ins = node->in_channels / node->groups;
  size_t kernel = node->kernel[0] * node->kernel[1];
  size_t rows = (wide ? outs : ins) * kernel, sums = wide ? ins : outs;
  double *R = lip_alloc(rows, sums * sizeof *R);

  if (!R) return lip_fail(err, LIP_ENOMEM, "%zu x %zu weights", rows, sums);
  for (size_t o = 0; o < outs; o++)
    for (size_t i = 0; i < ins; i++)
      for (size_t u = 0; u < kernel; u++) {
        double w = ldexp(node->W[((group * outs + o) * ins + i) * kernel + u], -exponent);

        R[((wide ? o : i) * kernel + u) * sums + (wide ? i : o)] = w;
      }
  lip_dgemm(false, true, rows, rows, sums, 1, R, sums, R, sums, 0, G, rows);
  lip_free(R);
  return LIP_OK;
}

/* One pair of channels of a group.  G  kernel x kernel in rows of `stride`;  X  at the first entry
   of both channels, rows of n */
static void add_pair(const axis *rows, const axis *columns, const double *G, size_t stride,
                     double *X, size_t n)
{
  size_t down = 2 * rows->reach + 1, across = 2 * columns->reach + 1;

  for (size_t h = 0; h < rows->places; h++)
    for (size_t s = 0; s < down; s++) {
      size_t vertical = rows->count[h * down + s];
      const size_t *p = rows->pair + (h * down + s) * rows->most * 2;

      for (size_t w = 0; vertical > 0 && w < columns->places; w++)
        for (size_t t = 0; t < across; t++) {
          size_t horizontal = columns->count[w * across + t];
          const size_t *q = columns->pair + (w * across + t) * columns->most * 2;
          double sum = 0;

          if (horizontal == 0) continue;
          for (size_t i = 0; i < vertical; i++)
            for (size_t j = 0; j < horizontal; j++)
              sum += G[(p[2 * i] * columns->most + q[2 * j]) * stride +
                       p[2 * i + 1] * columns->most + q[2 * j + 1]];
          X[(h * columns->places + w) * n + (h + rows->reach - s) * columns->places + w +
            columns->reach - t] = sum;
        }
    }
}

static lip_status window_gram(const lip_net *net, size_t node, int exponent, double *X,
                              const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *at = &net->node[node];
  bool wide = is_wide(net, node);
  size_t n = lip_gram_order(net, node), kernel = at->kernel[0] * at->kernel[1];
  size_t channels = (wide ? at->channels : at->in_channels) / at->groups, side = channels * kernel;
  axis rows = {0}, columns = {0};
  double *G = lip_alloc(side, side * sizeof *G);
  size_t places;

  if (!G) FAIL(LIP_ENOMEM, "products of %zu weights", side);
  TRY(axis_create(at, 0, wide, &rows, err));
  TRY(axis_create(at, 1, wide, &columns, err));
  places = rows.places * columns.places;
  memset(X, 0, n * n * sizeof *X);
  for (size_t g = 0; g < at->groups; g++) {
    TRY(kernel_products(at, wide, g, exponent, G, err));
    for (size_t a = 0; a < channels; a++) {
      if (control && control->stop && control->stop(control->context))
        FAIL(LIP_EINTERRUPT, "interrupted");
      for (size_t b = 0; b <= a; b++)
        add_pair(&rows, &columns, G + (a * side + b) * kernel, side,
                 X + (g * channels + a) * places * n + (g * channels + b) * places, n);
    }
  }
done:
  axis_clear(&rows);
  axis_clear(&columns);
  lip_free(G);
  return st;
}

/* ---- through the operator ---- */

/* Rows first, ..., first + count - 1.  middle  scratch, count x the longer side */
static lip_status some_rows(const lip_net *net, size_t node, int exponent, size_t first,
                            size_t count, double *middle, double *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  bool wide = is_wide(net, node);
  size_t n = lip_gram_order(net, node);
  size_t longer = wide ? in_size(net, node) : net->node[node].size;

  memset(rows, 0, count * n * sizeof *rows);
  memset(middle, 0, count * longer * sizeof *middle);
  for (size_t r = 0; r < count; r++) rows[r * n + first + r] = ldexp(1, -exponent);
  TRY(wide ? lip_operator_transpose(net, node, 0, false, count, rows, middle, err)
           : lip_operator_apply(net, node, 0, false, count, rows, middle, err));
  for (size_t i = 0; i < count * longer; i++) middle[i] = ldexp(middle[i], -exponent);
  memset(rows, 0, count * n * sizeof *rows);
  TRY(wide ? lip_operator_apply(net, node, 0, false, count, middle, rows, err)
           : lip_operator_transpose(net, node, 0, false, count, middle, rows, err));
done:
  return st;
}

static lip_status operator_gram(const lip_net *net, size_t node, int exponent, double *X,
                                const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = lip_gram_order(net, node), in = in_size(net, node), out = net->node[node].size;
  double *middle = lip_alloc(in > out ? in : out, BLOCK * sizeof *middle);

  if (!middle) FAIL(LIP_ENOMEM, "%zu rows", (size_t)BLOCK);
  for (size_t i = 0; i < n; i += BLOCK) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    TRY(some_rows(net, node, exponent, i, n - i < BLOCK ? n - i : BLOCK, middle, X + i * n, err));
  }
done:
  lip_free(middle);
  return st;
}

/* ---- errors ---- */

/* to <- 2^-e |L| from, or 2^-e |L|' from, from above. */
static lip_status sizes_up(const lip_net *net, size_t node, bool transposed, int exponent,
                           const double *from, double *to, lip_error *err)
{
  size_t terms = transposed ? lip_operator_terms_transposed(net, node)
                            : lip_operator_terms(net, node);
  size_t count = transposed ? in_size(net, node) : net->node[node].size;
  lip_status st;

  memset(to, 0, count * sizeof *to);
  st = transposed ? lip_operator_transpose(net, node, 0, true, 1, from, to, err)
                  : lip_operator_apply(net, node, 0, true, 1, from, to, err);
  for (size_t i = 0; st == LIP_OK && i < count; i++)
    to[i] = lip_up(ldexp(to[i] * (1 + 2 * lip_gamma(terms + 2)), -exponent));
  return st;
}

static lip_status error_sums(const lip_net *net, size_t node, int exponent, double *slack,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  bool wide = is_wide(net, node);
  size_t n = lip_gram_order(net, node), in = in_size(net, node), out = net->node[node].size;
  size_t terms = lip_operator_terms(net, node) + lip_operator_terms_transposed(net, node) + 4;
  double *ones = lip_alloc(in + out, sizeof *ones), *middle = ones + n;

  if (!ones) FAIL(LIP_ENOMEM, "sums of %zu entries", in + out);
  for (size_t i = 0; i < n; i++) ones[i] = 1;
  TRY(sizes_up(net, node, wide, exponent, ones, middle, err));
  TRY(sizes_up(net, node, !wide, exponent, middle, slack, err));
  for (size_t i = 0; i < n; i++)
    slack[i] = lip_add_up(lip_mul_up(lip_gamma(2 * terms), slack[i]), CUSHION);
done:
  lip_free(ones);
  return st;
}

lip_status lip_gram(const lip_net *net, size_t node, int exponent, double *X, double *slack,
                    const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *at = &net->node[node];
  size_t channels = is_wide(net, node) ? at->channels : at->in_channels;
  double products = (double)(channels / at->groups) * (double)(at->kernel[0] * at->kernel[1]);

  TRY(error_sums(net, node, exponent, slack, err));
  if (at->kind == LIP_NODE_LINEAR)
    TRY(matrix_gram(net, node, exponent, X, err));
  else if (at->kind == LIP_NODE_CONVOLUTION && products <= MOST_PRODUCTS)
    TRY(window_gram(net, node, exponent, X, control, err));
  else
    TRY(operator_gram(net, node, exponent, X, control, err));
done:
  return st;
}
