/* network_hash.c - the SHA-256 (FIPS 180-4, by libcrypto) of a network's content, laid out as
   docs/formats.md says: a title, the number of layers, and for each layer the activation's name and
   slope, the sizes, the weights and the biases, all numbers in 8 bytes, little-endian. A map that
   is not affine comes before the activation's name, its scale after the slope. */
#include "certificate/network_hash.h"

#include "base/error.h"
#include "net/maps.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>

static const char title[] = "liplaw network 1\n";

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

static void add_layer(digest *out, const lip_layer *layer)
{
  lip_activation psi = layer->activation;
  const char *name = lip_activation_name(psi.kind);
  double slope = psi.kind == LIP_LEAKY_RELU || psi.kind == LIP_POWER ? psi.slope : 0;

  if (layer->map != LIP_AFFINE) {
    const char *map = lip_map_name(layer->map);

    add_bytes(out, map, strlen(map));
    add_bytes(out, " ", 1);
  }
  add_bytes(out, name, strlen(name));
  add_bytes(out, "\n", 1);
  add_numbers(out, 1, &slope);
  if (layer->map != LIP_AFFINE) add_numbers(out, 1, &layer->scale);
  add_size(out, layer->out);
  add_size(out, layer->in);
  if (layer->W) add_numbers(out, layer->out * layer->in, layer->W);
  add_numbers(out, layer->out, layer->b);
}

lip_status lip_network_hash(const lip_net *net, char hash[LIP_HASH_TEXT], lip_error *err)
{
  lip_status st = LIP_OK;
  digest out = {.context = EVP_MD_CTX_new()};
  unsigned char sum[EVP_MAX_MD_SIZE];

  if (!out.context || EVP_DigestInit_ex(out.context, EVP_sha256(), NULL) != 1)
    FAIL(LIP_ENOMEM, "no memory for the network's hash");
  add_bytes(&out, title, strlen(title));
  add_size(&out, net->depth);
  for (size_t j = 0; j < net->depth; j++) add_layer(&out, &net->layer[j]);
  if (EVP_DigestFinal_ex(out.context, sum, NULL) != 1 || out.failed)
    FAIL(LIP_ENOMEM, "no memory for the network's hash");
  for (size_t i = 0; i < (LIP_HASH_TEXT - 1) / 2; i++)
    (void)snprintf(hash + 2 * i, 3, "%02x", sum[i]);
done:
  EVP_MD_CTX_free(out.context);
  return st;
}
