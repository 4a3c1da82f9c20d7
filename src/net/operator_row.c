/* operator_row.c - single rows of the linear part of an affine node. */
#include "net/operator_row.h"

#include "net/operator.h"

#include <math.h>

static void add_linear(const lip_node *node, size_t in, bool absolute, size_t j, double v,
                       double *x)
{
  const double *row = node->W + j * in;

  for (size_t i = 0; i < in; i++) x[i] += v * (absolute ? fabs(row[i]) : row[i]);
}

static void add_convolution(const lip_node *node, bool absolute, size_t j, double v, double *x)
{
  size_t w = j % node->width, h = j / node->width % node->height;
  size_t o = j / (node->width * node->height), row, column;
  size_t each = node->in_channels / node->groups, places = node->in_height * node->in_width;
  size_t first = o / (node->channels / node->groups) * each;
  size_t taps = node->kernel[0] * node->kernel[1];

  for (size_t s = 0; s < node->kernel[0]; s++) {
    if (!lip_window_entry(node, 0, node->in_height, h, s, &row)) continue;
    for (size_t t = 0; t < node->kernel[1]; t++) {
      if (!lip_window_entry(node, 1, node->in_width, w, t, &column)) continue;
      for (size_t i = 0; i < each; i++) {
        double c = node->W[(o * each + i) * taps + s * node->kernel[1] + t];

        x[(first + i) * places + row * node->in_width + column] += v * (absolute ? fabs(c) : c);
      }
    }
  }
}

static void add_pool(const lip_node *node, size_t j, double v, double *x)
{
  size_t w = j % node->width, h = j / node->width % node->height;
  size_t c = j / (node->width * node->height), row, column, count = 0;
  bool all = node->counts_padding;

  for (int adds = all; adds < 2; adds++) {
    double share = 1 / (double)(all ? node->kernel[0] * node->kernel[1] : count);

    for (size_t s = 0; s < node->kernel[0]; s++)
      for (size_t t = 0; t < node->kernel[1]; t++) {
        if (!lip_window_entry(node, 0, node->in_height, h, s, &row)) continue;
        if (!lip_window_entry(node, 1, node->in_width, w, t, &column)) continue;
        if (adds)
          x[(c * node->in_height + row) * node->in_width + column] += v * share;
        else
          count++;
      }
  }
}

/* The parent's numbers stand from some entry on in the value. */
static void add_shifted(const lip_net *net, const lip_node *node, size_t p, size_t j, double v,
                        double *x)
{
  size_t first = 0;

  if (node->kind == LIP_NODE_CONCAT)
    for (size_t q = 0; q < p; q++) first += net->node[node->parent[q]].size;
  if (j >= first && j - first < net->node[node->parent[p]].size) x[j - first] += v;
}

void lip_operator_add_row(const lip_net *net, size_t at, size_t p, bool absolute, size_t j,
                          double v, double *x)
{
  const lip_node *node = &net->node[at];
  double c;

  switch (node->kind) {
  case LIP_NODE_LINEAR:
    add_linear(node, net->node[node->parent[p]].size, absolute, j, v, x);
    break;
  case LIP_NODE_CONVOLUTION:
    add_convolution(node, absolute, j, v, x);
    break;
  case LIP_NODE_SCALE:
    c = node->W[node->weights == node->size ? j : j / (node->height * node->width)];
    x[j] += v * (absolute ? fabs(c) : c);
    break;
  case LIP_NODE_SELECT:
    if (node->index[j] != LIP_NOWHERE) x[node->index[j]] += v;
    break;
  case LIP_NODE_AVERAGE_POOL:
    add_pool(node, j, v, x);
    break;
  default:
    add_shifted(net, node, p, j, v, x);
  }
}
