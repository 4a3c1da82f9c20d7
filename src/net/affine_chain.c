/* affine_chain.c - gathers scales, shifts and matrices into layers. */
#include "net/affine_chain.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { MOST_INSERTED = 1 << 26 };

void lip_chain_clear(lip_affine_chain *chain)
{
  for (size_t j = 0; j < chain->depth; j++) {
    lip_free(chain->layer[j].W);
    lip_free(chain->layer[j].b);
  }
  lip_free(chain->layer);
  lip_free(chain->W);
  lip_free(chain->s);
  lip_free(chain->b);
  *chain = (lip_affine_chain){0};
}

static lip_status make_room(lip_affine_chain *chain, lip_error *err)
{
  size_t room = chain->room ? 2 * chain->room : 8;
  lip_layer *layer;

  if (chain->depth < chain->room) return LIP_OK;
  layer = lip_alloc(room, sizeof *layer);
  if (!layer) return lip_fail(err, LIP_ENOMEM, "no memory for %zu layers", room);
  if (chain->depth) memcpy(layer, chain->layer, chain->depth * sizeof *layer);
  lip_free(chain->layer);
  chain->layer = layer;
  chain->room = room;
  return LIP_OK;
}

lip_status lip_chain_reserve(lip_affine_chain *chain, size_t out, size_t in, lip_error *err)
{
  size_t entries;

  if (__builtin_mul_overflow(out, in, &entries) || entries > MOST_INSERTED - chain->inserted)
    return lip_fail(err, LIP_EINPUT, "it needs a matrix of %zu x %zu, which is too large", out, in);
  chain->inserted += entries;
  return LIP_OK;
}

/* The scales as a diagonal matrix. */
static lip_status make_matrix(lip_affine_chain *chain, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = chain->width;

  TRY(lip_chain_reserve(chain, n, n, err));
  chain->W = lip_alloc_zero(n * n, sizeof *chain->W);
  if (!chain->W) FAIL(LIP_ENOMEM, "no memory for a matrix of %zu x %zu", n, n);
  chain->in = n;
  for (size_t i = 0; i < n; i++) chain->W[i * n + i] = chain->s ? chain->s[i] : 1;
  lip_free(chain->s);
  chain->s = NULL;
done:
  return st;
}

/* Makes the value a finished layer's output. */
static lip_status finish_layer(lip_affine_chain *chain, lip_activation psi, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(make_room(chain, err));
  if (!chain->W && chain->map == LIP_AFFINE) TRY(make_matrix(chain, err));
  chain->layer[chain->depth++] = (lip_layer){.in = chain->in,
                                             .out = chain->width,
                                             .W = chain->W,
                                             .b = chain->b,
                                             .activation = psi,
                                             .map = chain->map,
                                             .scale = chain->map == LIP_AFFINE ? 1 : chain->scale};
  chain->W = chain->b = NULL;
  chain->map = LIP_AFFINE;
done:
  return st;
}

static const lip_activation identity = {LIP_IDENTITY, 0};

lip_status lip_chain_map(lip_affine_chain *chain, lip_map map, size_t out, double *W,
                         lip_error *err)
{
  lip_status st = LIP_OK;

  if (chain->W || chain->s || chain->b || chain->map != LIP_AFFINE)
    TRY(finish_layer(chain, identity, err));
  chain->map = map;
  chain->scale = 1;
  chain->in = chain->width;
  chain->width = out;
  chain->W = W;
  W = NULL;
done:
  lip_free(W);
  return st;
}

/* A map that is not affine takes one scale for all of its values; the least entry takes none, and
   no shift. What it does not take becomes an affine layer. */
static lip_status make_affine(lip_affine_chain *chain, bool takes, lip_error *err)
{
  return chain->map == LIP_AFFINE || takes ? LIP_OK : finish_layer(chain, identity, err);
}

static bool all_equal(size_t count, const double *v)
{
  for (size_t i = 1; i < count; i++)
    if (v[i] != v[0]) return false;
  return true;
}

lip_status lip_chain_product(lip_affine_chain *chain, size_t out, double *W, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t in = chain->width;
  double *b = NULL;

  if (chain->W || chain->map != LIP_AFFINE) TRY(finish_layer(chain, identity, err));
  if (chain->b) { /* W (s o h + t) = (W o s) h + W t */
    b = lip_alloc(out, sizeof *b);
    if (!b) FAIL(LIP_ENOMEM, "no memory for %zu biases", out);
    for (size_t l = 0; l < out; l++) {
      b[l] = 0;
      for (size_t i = 0; i < in; i++) b[l] += W[l * in + i] * chain->b[i];
    }
  }
  for (size_t l = 0; chain->s && l < out; l++)
    for (size_t i = 0; i < in; i++) W[l * in + i] *= chain->s[i];
  lip_free(chain->s);
  lip_free(chain->b);
  chain->s = NULL;
  chain->b = b;
  chain->W = W;
  chain->in = in;
  chain->width = out;
  W = NULL;
done:
  lip_free(W);
  return st;
}

lip_status lip_chain_scale(lip_affine_chain *chain, double *v, lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t l = 0; l < chain->width; l++)
    if (!isfinite(v[l])) FAIL(LIP_EINPUT, "its factor of value %zu is %g", l, v[l]);
  TRY(make_affine(chain, chain->map != LIP_SMALLEST && all_equal(chain->width, v), err));
  for (size_t l = 0; chain->b && l < chain->width; l++) chain->b[l] *= v[l];
  if (chain->map != LIP_AFFINE) {
    chain->scale *= v[0];
  } else if (chain->W) {
    for (size_t l = 0; l < chain->width; l++)
      for (size_t i = 0; i < chain->in; i++) chain->W[l * chain->in + i] *= v[l];
  } else if (chain->s) {
    for (size_t l = 0; l < chain->width; l++) chain->s[l] *= v[l];
  } else {
    chain->s = v;
    v = NULL;
  }
done:
  lip_free(v);
  return st;
}

lip_status lip_chain_shift(lip_affine_chain *chain, double *v, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(make_affine(chain, chain->map != LIP_SMALLEST, err));
  if (!chain->b) {
    chain->b = v;
    return LIP_OK;
  }
  for (size_t l = 0; l < chain->width; l++) chain->b[l] += v[l];
done:
  lip_free(v);
  return st;
}

lip_status lip_chain_activate(lip_affine_chain *chain, lip_activation psi, lip_error *err)
{
  return finish_layer(chain, psi, err);
}

static bool is_float(double value)
{
  return value == (float)value;
}

/* Checks that everything is finite, and lowers the precision's claim where it does not hold. */
static lip_status check_layers(const lip_affine_chain *chain, lip_precision *precision,
                               lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t j = 0; j < chain->depth; j++) {
    const lip_layer *layer = &chain->layer[j];

    if (!is_float(layer->activation.slope) || !is_float(layer->scale)) *precision = LIP_F64;
    if (!isfinite(layer->scale)) FAIL(LIP_ENUMERIC, "layer %zu: its scale is %g", j, layer->scale);
    for (size_t i = 0; layer->W && i < layer->in * layer->out; i++) {
      if (!isfinite(layer->W[i])) FAIL(LIP_ENUMERIC, "layer %zu: a weight is %g", j, layer->W[i]);
      if (!is_float(layer->W[i])) *precision = LIP_F64;
    }
    for (size_t l = 0; layer->b && l < layer->out; l++) {
      if (!isfinite(layer->b[l])) FAIL(LIP_ENUMERIC, "layer %zu: a bias is %g", j, layer->b[l]);
      if (!is_float(layer->b[l])) *precision = LIP_F64;
    }
  }
done:
  return st;
}

lip_status lip_chain_finish(lip_affine_chain *chain, lip_precision precision, lip_net **net,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *widths = NULL;
  lip_activation *activations = NULL;
  bool *biases = NULL;
  lip_map *maps = NULL;

  if (chain->W || chain->s || chain->b || chain->map != LIP_AFFINE || chain->depth == 0)
    TRY(finish_layer(chain, identity, err));
  TRY(check_layers(chain, &precision, err));
  widths = lip_alloc(chain->depth + 1, sizeof *widths);
  activations = lip_alloc(chain->depth, sizeof *activations);
  biases = lip_alloc(chain->depth, sizeof *biases);
  maps = lip_alloc(chain->depth, sizeof *maps);
  if (!widths || !activations || !biases || !maps)
    FAIL(LIP_ENOMEM, "no memory for %zu layers", chain->depth);
  widths[0] = chain->layer[0].in;
  for (size_t j = 0; j < chain->depth; j++) {
    widths[j + 1] = chain->layer[j].out;
    activations[j] = chain->layer[j].activation;
    biases[j] = chain->layer[j].b != NULL;
    maps[j] = chain->layer[j].map;
  }
  TRY(lip_net_create_maps(chain->depth, widths, maps, activations, biases, precision, net, err));
  for (size_t j = 0; j < chain->depth; j++) {
    const lip_layer *from = &chain->layer[j];
    lip_layer *to = &(*net)->layer[j];

    to->scale = from->scale;
    if (from->W) memcpy(to->W, from->W, from->in * from->out * sizeof *to->W);
    if (from->b) memcpy(to->b, from->b, from->out * sizeof *to->b);
  }
done:
  lip_free(widths);
  lip_free(activations);
  lip_free(biases);
  lip_free(maps);
  lip_chain_clear(chain);
  return st;
}
