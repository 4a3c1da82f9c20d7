/* evaluate.c - values and gradients of a network, blocked over rows.

   Values: one pass of products forward over a block of rows, Z = H W^T + b, H = psi(Z), between two
   buffers of the network's width. Gradients: the same pass keeps the slopes psi'(Z) of the hidden
   layers, then goes back, D <- (D W) o psi'(Z), from the row of the last matrix that belongs to
   the output asked for (two-layer paper, section 1: grad f = W^T (a o psi'(W x + b)); theory.md
   B1). Layers with another map than the affine one (maps.c) need their inputs again on the way
   back: these are kept too. Networks that are no chains of layers go through tapes (tape.h).

   cost    2 parameters flops a row for values, 4 for gradients
   limits  the workspace is at most WORKSPACE bytes, or LEAST_ROWS rows where the network is so wide
 */
#include <liplaw/net.h>

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "net/activation.h"
#include "net/maps.h"
#include "net/tape.h"

#include <math.h>
#include <string.h>

enum { WORKSPACE = 32 << 20, LEAST_ROWS = 16, MOST_ROWS = 1024 };

/* Rows of a block that needs `width` doubles a row. */
static size_t block_rows(size_t width, size_t rows)
{
  size_t fit = WORKSPACE / sizeof(double) / width;

  if (fit < LEAST_ROWS) fit = LEAST_ROWS;
  if (fit > MOST_ROWS) fit = MOST_ROWS;
  return rows < fit ? rows : fit;
}

static bool all_finite(size_t count, const double *values)
{
  double sum = 0;

  for (size_t i = 0; i < count; i++) sum += 0 * values[i]; /* 0 unless one is infinite or NaN */
  return sum == 0;
}

/* Z <- the map of H, rows x out. False where an entry is not finite, which an activation might
   hide: ReLU of minus infinity is 0. */
static bool forward(const lip_layer *layer, size_t rows, const double *H, double *Z,
                    lip_maps_work *maps)
{
  lip_map_values(layer, rows, H, Z, maps);
  return all_finite(rows * layer->out, Z);
}

/* Numbers a row that the maps which are not affine take beside the layers' own. */
static size_t maps_width(const lip_net *net, bool gradients)
{
  size_t width = 0;

  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    size_t more = layer->in + (gradients ? layer->out : 0);

    if (layer->map == LIP_DISTANCE && more > width) width = more;
  }
  return width;
}

static lip_status chain_values(const lip_net *net, size_t rows, const double *X, double *Y,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  size_t block = block_rows(2 * net->max_width + maps_width(net, false), rows);
  lip_maps_work maps = {0};
  double *even = lip_alloc(block, net->max_width * sizeof *even);
  double *odd = lip_alloc(block, net->max_width * sizeof *odd);

  if (!even || !odd) FAIL(LIP_ENOMEM, "workspace of %zu x %zu values", block, net->max_width);
  TRY(lip_maps_prepare(net, block, false, &maps, err));
  for (size_t first = 0; first < rows; first += block) {
    size_t count = rows - first < block ? rows - first : block;
    const double *H = X + first * d;

    for (size_t j = 0; j < net->depth; j++) {
      const lip_layer *layer = &net->layer[j];
      double *Z = j + 1 == net->depth ? Y + first * m : j % 2 ? odd : even;

      if (!forward(layer, count, H, Z, &maps))
        FAIL(LIP_ENUMERIC, "layer %zu of the network at points %zu to %zu is not finite", j, first,
             first + count - 1);
      lip_activation_values(layer->activation, count * layer->out, Z);
      H = Z;
    }
    if (!all_finite(count * m, Y + first * m))
      FAIL(LIP_ENUMERIC, "an output of the network at points %zu to %zu is not finite", first,
           first + count - 1);
  }
done:
  lip_maps_clear(&maps);
  lip_free(even);
  lip_free(odd);
  return st;
}

/* What the gradients of one block are made with. */
typedef struct workspace {
  double *even, *odd; /* rows x max_width each */
  double *slopes;     /* of the hidden layers, one after the other, rows x out each */
  double *inputs;     /* of the layers above the first that are not affine, rows x in each */
  double *last;       /* rows: psi'(z) of the output */
  lip_maps_work maps;
} workspace;

static size_t hidden_width(const lip_net *net)
{
  size_t sum = 0;

  for (size_t j = 0; j + 1 < net->depth; j++) sum += net->layer[j].out;
  return sum;
}

static bool keeps_input(const lip_net *net, size_t j)
{
  return j > 0 && net->layer[j].map != LIP_AFFINE;
}

static size_t kept_width(const lip_net *net)
{
  size_t sum = 0;

  for (size_t j = 0; j < net->depth; j++) sum += keeps_input(net, j) ? net->layer[j].in : 0;
  return sum;
}

/* work->last <- psi'(z) of one output of the top layer, from its input H. */
static void slope_of_output(const lip_net *net, size_t output, size_t rows, const double *H,
                            double *Z, workspace *work)
{
  const lip_layer *top = &net->layer[net->depth - 1];

  if (top->activation.kind == LIP_IDENTITY) {
    for (size_t i = 0; i < rows; i++) work->last[i] = 1;
    return;
  }
  if (top->map == LIP_AFFINE) {
    for (size_t i = 0; i < rows; i++) work->last[i] = top->b ? top->b[output] : 0;
    lip_dgemv(false, rows, top->in, 1, H, top->in, top->W + output * top->in, 1, work->last);
  } else {
    lip_map_values(top, rows, H, Z, &work->maps);
    for (size_t i = 0; i < rows; i++) work->last[i] = Z[i * top->out + output];
  }
  lip_activation_slopes(top->activation, rows, work->last, work->last);
}

/* Forward: the slopes of every hidden layer, and that of the output; the inputs that are kept.
   False where a layer is not finite. */
static bool slopes_forward(const lip_net *net, size_t output, size_t rows, const double *X,
                           workspace *work)
{
  const double *H = X;
  double *slopes = work->slopes, *inputs = work->inputs;

  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    double *Z = j % 2 ? work->odd : work->even;

    if (keeps_input(net, j)) {
      memcpy(inputs, H, rows * layer->in * sizeof *inputs);
      inputs += rows * layer->in;
    }
    if (j + 1 == net->depth) {
      slope_of_output(net, output, rows, H, Z, work);
      break;
    }
    if (!forward(layer, rows, H, Z, &work->maps)) return false;
    lip_activation_slopes(layer->activation, rows * layer->out, Z, slopes);
    lip_activation_values(layer->activation, rows * layer->out, Z);
    slopes += rows * layer->out;
    H = Z;
  }
  return true;
}

/* D <- the gradient of the output by the top layer's input. */
static void top_backward(const lip_net *net, size_t output, size_t rows, const double *H, double *D,
                         workspace *work)
{
  const lip_layer *top = &net->layer[net->depth - 1];
  double *Z = D == work->even ? work->odd : work->even;

  if (top->map == LIP_AFFINE) {
    const double *w = top->W + output * top->in;

    for (size_t i = 0; i < rows; i++)
      for (size_t l = 0; l < top->in; l++) D[i * top->in + l] = work->last[i] * w[l];
    return;
  }
  memset(Z, 0, rows * top->out * sizeof *Z);
  for (size_t i = 0; i < rows; i++) Z[i * top->out + output] = work->last[i];
  lip_map_backward(top, rows, H, Z, D, &work->maps);
}

/* Backward: from the output to the inputs. */
static void gradients_backward(const lip_net *net, size_t output, size_t rows, const double *X,
                               double *G, workspace *work)
{
  const double *slopes = work->slopes + rows * hidden_width(net);
  const double *inputs = work->inputs + rows * kept_width(net);
  double *D = NULL;

  for (size_t j = net->depth; j-- > 0;) {
    const lip_layer *layer = &net->layer[j];
    double *next = j == 0 ? G : D == work->even ? work->odd : work->even;
    const double *H = X;

    if (keeps_input(net, j)) {
      inputs -= rows * layer->in;
      H = inputs;
    }
    if (j + 1 == net->depth) {
      top_backward(net, output, rows, H, next, work);
    } else {
      slopes -= rows * layer->out;
      for (size_t i = 0; i < rows * layer->out; i++) D[i] *= slopes[i];
      lip_map_backward(layer, rows, H, D, next, &work->maps);
    }
    D = next;
  }
}

static lip_status chain_gradients(const lip_net *net, size_t output, size_t rows, const double *X,
                                  double *G, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), hidden = hidden_width(net), kept = kept_width(net);
  size_t width = 2 * net->max_width + hidden + kept + maps_width(net, true) + 1;
  size_t block = block_rows(width, rows);
  workspace work = {
      .even = lip_alloc(block, net->max_width * sizeof *work.even),
      .odd = lip_alloc(block, net->max_width * sizeof *work.odd),
      .slopes = lip_alloc(block, hidden * sizeof *work.slopes),
      .inputs = lip_alloc(block, kept * sizeof *work.inputs),
      .last = lip_alloc(block, sizeof *work.last),
  };

  if (!work.even || !work.odd || !work.slopes || !work.inputs || !work.last)
    FAIL(LIP_ENOMEM, "workspace of %zu x %zu values", block, width);
  TRY(lip_maps_prepare(net, block, true, &work.maps, err));
  for (size_t first = 0; first < rows; first += block) {
    size_t count = rows - first < block ? rows - first : block;

    bool finite = slopes_forward(net, output, count, X + first * d, &work);

    if (finite) gradients_backward(net, output, count, X + first * d, G + first * d, &work);
    if (!finite || !all_finite(count * d, G + first * d))
      FAIL(LIP_ENUMERIC, "a gradient of the network at points %zu to %zu is not finite", first,
           first + count - 1);
  }
done:
  lip_maps_clear(&work.maps);
  lip_free(work.even);
  lip_free(work.odd);
  lip_free(work.slopes);
  lip_free(work.inputs);
  lip_free(work.last);
  return st;
}

lip_status lip_net_values(const lip_net *net, size_t rows, const double *X, double *Y,
                          lip_error *err)
{
  return net->layer ? chain_values(net, rows, X, Y, err) : lip_tape_values(net, rows, X, Y, err);
}

lip_status lip_net_gradients(const lip_net *net, size_t output, size_t rows, const double *X,
                             double *G, lip_error *err)
{
  if (!(output < lip_net_outputs(net)))
    return lip_fail(err, LIP_EOPTION, "output %zu: the network has %zu, counted from 0", output,
                    lip_net_outputs(net));
  return net->layer ? chain_gradients(net, output, rows, X, G, err)
                    : lip_tape_gradients(net, output, rows, X, G, err);
}
