/* operator.c - products with the linear parts of nodes: dense matrices by BLAS, windows and moves
   by loops.

   Every kind but the dense one is a list of terms y_j += c x_i; for each kind one function walks
   over them, and both directions, with c or |c|, are what is done at each.

   cost  two flops for each term and row */
#include "net/operator.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"

#include <math.h>

bool lip_window_entry(const lip_node *node, size_t axis, size_t in, size_t out, size_t u,
                      size_t *entry)
{
  size_t at = out * node->stride[axis] + u * node->dilation[axis];

  if (at < node->before[axis] || at - node->before[axis] >= in) return false;
  *entry = at - node->before[axis];
  return true;
}

/* Rows of numbers and what is done with them: to[j] += c from[i], or the other way round. */
typedef struct product {
  size_t rows, in, out;
  const double *from;
  double *to;
  bool transposed, absolute;
} product;

static void term(const product *with, size_t j, size_t i, double c)
{
  if (with->absolute) c = fabs(c);
  for (size_t r = 0; r < with->rows; r++) {
    if (with->transposed)
      with->to[r * with->in + i] += c * with->from[r * with->out + j];
    else
      with->to[r * with->out + j] += c * with->from[r * with->in + i];
  }
}

static void convolution_terms(const lip_node *node, const product *with)
{
  size_t per_group = node->in_channels / node->groups, outs = node->channels / node->groups;
  size_t in_places = node->in_height * node->in_width, y, x;

  for (size_t o = 0; o < node->channels; o++)
    for (size_t i = 0; i < per_group; i++)
      for (size_t u = 0; u < node->kernel[0]; u++)
        for (size_t v = 0; v < node->kernel[1]; v++) {
          double c = node->W[((o * per_group + i) * node->kernel[0] + u) * node->kernel[1] + v];
          size_t channel = o / outs * per_group + i;

          for (size_t h = 0; h < node->height; h++) {
            if (!lip_window_entry(node, 0, node->in_height, h, u, &y)) continue;
            for (size_t w = 0; w < node->width; w++)
              if (lip_window_entry(node, 1, node->in_width, w, v, &x))
                term(with, (o * node->height + h) * node->width + w,
                     channel * in_places + y * node->in_width + x, c);
          }
        }
}

/* Entries of the input that a window meets. */
static size_t window_size(const lip_node *node, size_t h, size_t w)
{
  size_t rows = 0, columns = 0, entry;

  if (node->counts_padding) return node->kernel[0] * node->kernel[1];
  for (size_t u = 0; u < node->kernel[0]; u++)
    rows += lip_window_entry(node, 0, node->in_height, h, u, &entry);
  for (size_t v = 0; v < node->kernel[1]; v++)
    columns += lip_window_entry(node, 1, node->in_width, w, v, &entry);
  return rows * columns;
}

static void pool_terms(const lip_node *node, const product *with)
{
  size_t in_places = node->in_height * node->in_width, y, x;

  for (size_t c = 0; c < node->channels; c++)
    for (size_t h = 0; h < node->height; h++)
      for (size_t w = 0; w < node->width; w++) {
        double share = 1 / (double)window_size(node, h, w);

        for (size_t u = 0; u < node->kernel[0]; u++) {
          if (!lip_window_entry(node, 0, node->in_height, h, u, &y)) continue;
          for (size_t v = 0; v < node->kernel[1]; v++)
            if (lip_window_entry(node, 1, node->in_width, w, v, &x))
              term(with, (c * node->height + h) * node->width + w,
                   c * in_places + y * node->in_width + x, share);
        }
      }
}

/* The parent's numbers stand from `first` on in the value. */
static void shifted_terms(const product *with, size_t first)
{
  for (size_t i = 0; i < with->in; i++) term(with, first + i, i, 1);
}

static size_t first_of_parent(const lip_net *net, const lip_node *node, size_t p)
{
  size_t first = 0;

  if (node->kind == LIP_NODE_CONCAT)
    for (size_t q = 0; q < p; q++) first += net->node[node->parent[q]].size;
  return first;
}

static lip_status dense(const lip_node *node, const product *with, lip_error *err)
{
  lip_status st = LIP_OK;
  double *sizes = with->absolute ? lip_alloc(node->weights, sizeof *sizes) : NULL;
  const double *W = with->absolute ? sizes : node->W;

  if (with->absolute) {
    if (!sizes) FAIL(LIP_ENOMEM, "a matrix of %zu x %zu", with->out, with->in);
    for (size_t i = 0; i < node->weights; i++) sizes[i] = fabs(node->W[i]);
  }
  if (with->transposed)
    lip_dgemm(false, false, with->rows, with->in, with->out, 1, with->from, with->out, W, with->in,
              1, with->to, with->in);
  else
    lip_dgemm(false, true, with->rows, with->out, with->in, 1, with->from, with->in, W, with->in, 1,
              with->to, with->out);
done:
  lip_free(sizes);
  return st;
}

static lip_status multiply(const lip_net *net, size_t at, size_t p, product with, lip_error *err)
{
  const lip_node *node = &net->node[at];

  with.in = net->node[node->parent[p]].size;
  with.out = node->size;
  switch (node->kind) {
  case LIP_NODE_LINEAR:
    return dense(node, &with, err);
  case LIP_NODE_CONVOLUTION:
    convolution_terms(node, &with);
    return LIP_OK;
  case LIP_NODE_SCALE:
    for (size_t j = 0; j < node->size; j++)
      term(&with, j, j,
           node->W[node->weights == node->size ? j : j / (node->height * node->width)]);
    return LIP_OK;
  case LIP_NODE_SELECT:
    for (size_t j = 0; j < node->size; j++)
      if (node->index[j] != LIP_NOWHERE) term(&with, j, node->index[j], 1);
    return LIP_OK;
  case LIP_NODE_AVERAGE_POOL:
    pool_terms(node, &with);
    return LIP_OK;
  case LIP_NODE_CONCAT:
  case LIP_NODE_ADD:
    shifted_terms(&with, first_of_parent(net, node, p));
    return LIP_OK;
  default:
    return lip_fail(err, LIP_EINPUT, "node %zu (%s) is not affine", at, node->name);
  }
}

lip_status lip_operator_apply(const lip_net *net, size_t node, size_t p, bool absolute, size_t rows,
                              const double *X, double *Y, lip_error *err)
{
  return multiply(net, node, p, (product){.rows = rows, .from = X, .to = Y, .absolute = absolute},
                  err);
}

lip_status lip_operator_transpose(const lip_net *net, size_t node, size_t p, bool absolute,
                                  size_t rows, const double *Y, double *X, lip_error *err)
{
  return multiply(
      net, node, p,
      (product){.rows = rows, .from = Y, .to = X, .transposed = true, .absolute = absolute}, err);
}

void lip_operator_constant(const lip_net *net, size_t at, size_t rows, double *Y)
{
  const lip_node *node = &net->node[at];
  size_t places = node->biases > 0 && node->biases < node->size ? node->size / node->biases : 1;

  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < node->size; j++)
      Y[r * node->size + j] = node->biases > 0 ? node->b[j / places] : 0;
}

size_t lip_operator_terms(const lip_net *net, size_t at)
{
  const lip_node *node = &net->node[at];
  size_t windows = node->kernel[0] * node->kernel[1];

  switch (node->kind) {
  case LIP_NODE_LINEAR:
    return net->node[node->parent[0]].size + 1;
  case LIP_NODE_CONVOLUTION:
    return node->in_channels / node->groups * windows + 1;
  case LIP_NODE_AVERAGE_POOL:
    return windows + 2; /* the share is rounded too */
  case LIP_NODE_ADD:
    return node->parents;
  default:
    return 2;
  }
}

size_t lip_operator_terms_transposed(const lip_net *net, size_t at)
{
  const lip_node *node = &net->node[at];
  size_t windows = node->kernel[0] * node->kernel[1];

  switch (node->kind) {
  case LIP_NODE_LINEAR:
    return node->size;
  case LIP_NODE_CONVOLUTION:
    return node->channels / node->groups * windows;
  case LIP_NODE_AVERAGE_POOL:
    return windows + 1;
  case LIP_NODE_SELECT:
    return node->size; /* one entry may be selected often */
  default:
    return 1;
  }
}
