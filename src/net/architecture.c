/* architecture.c - an architecture being built: shapes, and how often each parameter is used. */
#include "net/architecture.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/convolution.h"

#include <math.h>
#include <string.h>

static const size_t most = (size_t)1 << 53;    /* of numbers: doubles count them */
static const size_t longest = (size_t)1 << 20; /* axis that a kernel slides along */

size_t lip_arch_node_size(const lip_arch_node *node)
{
  return node->channels * node->height * node->width;
}

void lip_arch_node_clear(lip_arch_node *node)
{
  lip_free(node->parent);
  lip_free(node->W);
  lip_free(node->b);
}

void lip_architecture_free(lip_architecture *architecture)
{
  if (!architecture) return;
  for (size_t i = 0; i < architecture->nodes; i++) lip_arch_node_clear(&architecture->node[i]);
  lip_free(architecture->node);
  lip_free(architecture);
}

/* The value that the parents make together: concatenated along channels, or added. */
static lip_status join(const lip_architecture *of, lip_arch_node *node, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t i = 0; i < node->parents; i++) {
    const lip_arch_node *parent = &of->node[node->parent[i]];
    bool same = parent->height == node->in_height && parent->width == node->in_width;

    if (i == 0) {
      node->in_channels = parent->channels;
      node->in_height = parent->height;
      node->in_width = parent->width;
    } else if (node->kind == LIP_ARCH_ADD) {
      if (!same || parent->channels != node->in_channels)
        FAIL(LIP_EINPUT, "it adds values of different shapes");
    } else {
      if (!same) FAIL(LIP_EINPUT, "it joins values of different heights or widths; flatten first");
      node->in_channels += parent->channels;
    }
  }
done:
  return st;
}

/* Along one axis: how many places, and of them, those that one entry meets at most. */
static lip_status slide(size_t in, size_t kernel, size_t stride, size_t padding, size_t *out,
                        lip_error *err)
{
  if (kernel < 1 || stride < 1) return lip_fail(err, LIP_EINPUT, "a kernel or stride of 0");
  if (padding >= kernel)
    return lip_fail(err, LIP_EINPUT, "a padding of %zu for a kernel of %zu", padding, kernel);
  if (in > longest || kernel > longest)
    return lip_fail(err, LIP_EINPUT, "an axis of %zu entries is longer than %zu", in, longest);
  if (in + 2 * padding < kernel)
    return lip_fail(err, LIP_EINPUT, "a kernel of %zu for %zu entries", kernel, in + 2 * padding);
  *out = (in + 2 * padding - kernel) / stride + 1;
  return LIP_OK;
}

/* At how many places one of `in` entries is used at most. */
static size_t coverage(size_t in, size_t out, size_t kernel, size_t stride, size_t padding)
{
  size_t largest = 0;

  for (size_t i = 0; i < in; i++) {
    size_t at = i + padding; /* r stride <= at < r stride + kernel */
    size_t last = at / stride, first = at < kernel ? 0 : (at - kernel) / stride + 1;

    if (last >= out) last = out - 1;
    if (last + 1 > first && last + 1 - first > largest) largest = last + 1 - first;
  }
  return largest;
}

/* Whether at some place the whole kernel meets entries. */
static bool whole(size_t in, size_t out, size_t kernel, size_t stride, size_t padding)
{
  size_t first = (padding + stride - 1) / stride;

  return first < out && first * stride + kernel <= in + padding;
}

static void count_convolution(lip_arch_node *node)
{
  size_t across[2] = {0, 0}, covered[2], in[2] = {node->in_height, node->in_width};
  size_t out[2] = {node->height, node->width};

  node->whole_kernel = true;
  for (int axis = 0; axis < 2; axis++) {
    size_t kernel = node->kernel[axis], stride = node->stride[axis], padding = node->padding[axis];

    for (size_t u = 0; u < kernel; u++) {
      size_t meets = lip_convolution_meets(in[axis], out[axis], stride, padding, u);

      if (meets > across[axis]) across[axis] = meets;
    }
    covered[axis] = coverage(in[axis], out[axis], kernel, stride, padding);
    node->whole_kernel = node->whole_kernel && whole(in[axis], out[axis], kernel, stride, padding);
  }
  node->uses = across[0] * across[1];
  node->bias_uses = node->bias ? out[0] * out[1] : 0;
  node->fan_in = node->in_channels * node->kernel[0] * node->kernel[1];
  node->fan_out = node->channels * covered[0] * covered[1];
  node->parameters = node->channels * (node->fan_in + node->bias);
}

static void count_linear(lip_arch_node *node)
{
  node->uses = 1;
  node->bias_uses = node->bias;
  node->fan_in = node->in_channels;
  node->fan_out = node->channels;
  node->parameters = node->channels * (node->in_channels + node->bias);
  node->whole_kernel = true;
}

/* Shapes of convolutions and pools. */
static lip_status slide_window(lip_arch_node *node, lip_error *err)
{
  lip_status st = LIP_OK;

  if (node->kind != LIP_ARCH_CONVOLUTION) node->channels = node->in_channels;
  TRY(slide(node->in_height, node->kernel[0], node->stride[0], node->padding[0], &node->height,
            err));
  TRY(slide(node->in_width, node->kernel[1], node->stride[1], node->padding[1], &node->width, err));
  if (node->kind == LIP_ARCH_CONVOLUTION) {
    count_convolution(node);
  } else { /* of pools: at how many places an entry is used */
    node->fan_out = coverage(node->in_height, node->height, node->kernel[0], node->stride[0],
                             node->padding[0]) *
                    coverage(node->in_width, node->width, node->kernel[1], node->stride[1],
                             node->padding[1]);
    if (node->kind == LIP_ARCH_AVERAGE_POOL && (node->padding[0] || node->padding[1]))
      FAIL(LIP_EINPUT, "means of padded windows are not read");
  }
done:
  return st;
}

static lip_status shape(lip_arch_node *node, lip_error *err)
{
  switch (node->kind) {
  case LIP_ARCH_CONVOLUTION:
  case LIP_ARCH_MAX_POOL:
  case LIP_ARCH_AVERAGE_POOL:
    return slide_window(node, err);
  case LIP_ARCH_LINEAR:
    if (node->in_height != 1 || node->in_width != 1)
      return lip_fail(err, LIP_EINPUT, "its input is %zu x %zu x %zu; flatten comes first",
                      node->in_channels, node->in_height, node->in_width);
    node->height = node->width = 1;
    count_linear(node);
    return LIP_OK;
  case LIP_ARCH_FLATTEN:
    node->channels = node->in_channels * node->in_height * node->in_width;
    node->height = node->width = 1;
    return LIP_OK;
  default:
    node->channels = node->in_channels;
    node->height = node->in_height;
    node->width = node->in_width;
    return LIP_OK;
  }
}

/* Whether all counts of the node stay numbers that a double holds. */
static bool countable(const lip_arch_node *node)
{
  double size = (double)node->channels * (double)node->height * (double)node->width;
  double weights = (double)node->channels * ((double)node->in_channels + 1) *
                   (double)(node->kernel[0] ? node->kernel[0] : 1) *
                   (double)(node->kernel[1] ? node->kernel[1] : 1);

  return size >= 1 && size <= (double)most && weights <= (double)most;
}

lip_status lip_architecture_add(lip_architecture *architecture, lip_arch_node *node, lip_error *err)
{
  lip_status st = LIP_OK;

  if (architecture->nodes == architecture->room) {
    size_t room = 2 * architecture->room + 16;
    lip_arch_node *more = lip_alloc(room, sizeof *more);

    if (!more) FAIL(LIP_ENOMEM, "an architecture of %zu nodes", room);
    if (architecture->nodes) memcpy(more, architecture->node, architecture->nodes * sizeof *more);
    lip_free(architecture->node);
    architecture->node = more;
    architecture->room = room;
  }
  if (node->kind != LIP_ARCH_INPUT) {
    TRY(join(architecture, node, err));
    TRY(shape(node, err));
  }
  if (!countable(node)) FAIL(LIP_EINPUT, "its sizes are 0 or above 2^53");
  architecture->node[architecture->nodes++] = *node;
  return LIP_OK;
done:
  lip_arch_node_clear(node);
  return st;
}

lip_architecture_sizes lip_architecture_count(const lip_architecture *architecture)
{
  lip_architecture_sizes sizes = {
      .inputs = lip_arch_node_size(&architecture->node[0]),
      .outputs = lip_arch_node_size(&architecture->node[architecture->nodes - 1]),
      .multiplicity = 1,
      .activation = 1};

  for (size_t i = 1; i < architecture->nodes; i++) {
    const lip_arch_node *node = &architecture->node[i];

    sizes.parameters += node->parameters;
    sizes.depth += node->kind == LIP_ARCH_LINEAR || node->kind == LIP_ARCH_CONVOLUTION;
    if (node->uses > sizes.multiplicity) sizes.multiplicity = node->uses;
    if (node->bias_uses > sizes.multiplicity) sizes.multiplicity = node->bias_uses;
    sizes.biases = sizes.biases || node->bias;
    sizes.skips = sizes.skips || node->parents != 1 || node->parent[0] + 1 != i;
    if (node->kind == LIP_ARCH_ACTIVATION)
      sizes.activation = fmax(sizes.activation, lip_activation_lipschitz(node->activation));
  }
  return sizes;
}
