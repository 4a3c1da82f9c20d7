/* network_hash.c - the SHA-256 (FIPS 180-4, by libcrypto) of a network's content, laid out as
   docs/formats.md says: a title, the number of layers, and for each layer the activation's name and
   slope, the sizes, the weights and the biases, all numbers in 8 bytes, little-endian. A map that
   is not affine comes before the activation's name, its scale after the slope.

   What is no chain of layers has another title, and for each node its kind, parents and shape, and
   what the kind needs. */
#include "certificate/network_hash.h"

#include "base/error.h"
#include "net/activation.h"
#include "net/graph.h"
#include "net/maps.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>

static const char title[] = "liplaw network 1\n", graph_title[] = "liplaw graph 1\n";

enum { BLOCK = 1024 };

/* libcrypto's functions say 1 for success; what fails here is memory. */
typedef struct digest {
  EVP_MD_CTX *context;
  bool failed;
} digest;

static void add_bytes(digest *out, const void *bytes, size_t size)
{
  if (EVP_DigestUpdate(out->context, bytes, size) != 1) out->failed = true;
}

static void put_bits(unsigned char *out, uint64_t bits)
{
  for (size_t i = 0; i < 8; i++) out[i] = (unsigned char)(bits >> (8 * i));
}

static void add_size(digest *out, uint64_t size)
{
  unsigned char bytes[8];

  put_bits(bytes, size);
  add_bytes(out, bytes, sizeof bytes);
}

/* NULL: zeros. Adding 0 turns -0 into 0 and changes no other number. */
static void add_numbers(digest *out, size_t count, const double *values)
{
  unsigned char bytes[BLOCK * 8];

  for (size_t done = 0; done < count;) {
    size_t some = count - done < BLOCK ? count - done : BLOCK;

    for (size_t i = 0; i < some; i++) {
      double value = values ? values[done + i] + 0.0 : 0.0;
      uint64_t bits;

      memcpy(&bits, &value, sizeof bits);
      put_bits(bytes + 8 * i, bits);
    }
    add_bytes(out, bytes, 8 * some);
    done += some;
  }
}

static void add_text(digest *out, const char *text)
{
  add_bytes(out, text, strlen(text));
}

/* Name, a line feed, and the parameter; one that the activation does not use counts as 0. */
static void add_activation(digest *out, lip_activation psi)
{
  double slope = lip_activation_has_parameter(psi.kind) ? psi.slope : 0;

  add_text(out, lip_activation_name(psi.kind));
  add_text(out, "\n");
  add_numbers(out, 1, &slope);
}

static void add_layer(digest *out, const lip_layer *layer)
{
  if (layer->map != LIP_AFFINE) {
    add_text(out, lip_map_name(layer->map));
    add_text(out, " ");
  }
  add_activation(out, layer->activation);
  if (layer->map != LIP_AFFINE) add_numbers(out, 1, &layer->scale);
  add_size(out, layer->out);
  add_size(out, layer->in);
  if (layer->W) add_numbers(out, layer->out * layer->in, layer->W);
  add_numbers(out, layer->out, layer->b);
}

/* ---- graphs ---- */

static void add_windows(digest *out, const lip_node *node)
{
  const size_t sizes[] = {node->in_channels, node->in_height, node->in_width,  node->kernel[0],
                          node->kernel[1],   node->stride[0], node->stride[1], node->dilation[0],
                          node->dilation[1], node->before[0], node->before[1], node->after[0],
                          node->after[1],    node->groups};

  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) add_size(out, sizes[i]);
}

/* One number for each entry of the value: those given, each for as many entries as share it. */
static void add_entries(digest *out, const lip_node *node, size_t count, const double *values)
{
  size_t share = count > 0 ? node->size / count : 1;

  if (count == 0) {
    add_numbers(out, node->size, NULL);
    return;
  }
  if (share == 1) {
    add_numbers(out, count, values);
    return;
  }
  for (size_t j = 0; j < node->size; j++) add_numbers(out, 1, values + j / share);
}

static void add_node(digest *out, const lip_node *node)
{
  add_text(out, lip_node_kind_name(node->kind));
  add_text(out, "\n");
  add_size(out, node->parents);
  for (size_t p = 0; p < node->parents; p++) add_size(out, node->parent[p]);
  add_size(out, node->channels);
  add_size(out, node->height);
  add_size(out, node->width);
  switch (node->kind) {
  case LIP_NODE_CONVOLUTION:
    add_windows(out, node);
    add_numbers(out, node->weights, node->W);
    add_numbers(out, node->channels, node->b);
    break;
  case LIP_NODE_LINEAR:
    add_numbers(out, node->weights, node->W);
    add_numbers(out, node->channels, node->b);
    break;
  case LIP_NODE_SCALE:
    add_entries(out, node, node->weights, node->W);
    add_entries(out, node, node->biases, node->b);
    break;
  case LIP_NODE_SELECT:
    for (size_t j = 0; j < node->size; j++) add_size(out, node->index[j]);
    add_entries(out, node, node->biases, node->b);
    break;
  case LIP_NODE_AVERAGE_POOL:
  case LIP_NODE_MAX_POOL:
    add_windows(out, node);
    add_size(out, node->kind == LIP_NODE_AVERAGE_POOL && node->counts_padding);
    break;
  case LIP_NODE_ACTIVATION:
    add_activation(out, node->activation);
    break;
  default: /* kind, parents and shape say it all */
    break;
  }
}

lip_status lip_network_hash(const lip_net *net, char hash[LIP_HASH_TEXT], lip_error *err)
{
  lip_status st = LIP_OK;
  digest out = {.context = EVP_MD_CTX_new()};
  unsigned char sum[EVP_MAX_MD_SIZE];

  if (!out.context || EVP_DigestInit_ex(out.context, EVP_sha256(), NULL) != 1)
    FAIL(LIP_ENOMEM, "no memory for the network's hash");
  add_text(&out, net->depth > 0 ? title : graph_title);
  add_size(&out, net->depth > 0 ? net->depth : net->nodes);
  for (size_t j = 0; j < net->depth; j++) add_layer(&out, &net->layer[j]);
  for (size_t i = 0; net->depth == 0 && i < net->nodes; i++) add_node(&out, &net->node[i]);
  if (EVP_DigestFinal_ex(out.context, sum, NULL) != 1 || out.failed)
    FAIL(LIP_ENOMEM, "no memory for the network's hash");
  for (size_t i = 0; i < (LIP_HASH_TEXT - 1) / 2; i++)
    (void)snprintf(hash + 2 * i, 3, "%02x", sum[i]);
done:
  EVP_MD_CTX_free(out.context);
  return st;
}
