/* evaluate.c - values and gradients of a network, blocked over rows.

   Values: one pass of products forward over a block of rows, Z = H W^T + b, H = psi(Z), between two
   buffers of the network's width. Gradients: the same pass keeps the slopes psi'(Z) of the hidden
   layers, then goes back, D <- (D W) o psi'(Z), from the row of the last matrix that belongs to
   the output asked for (two-layer paper, section 1: grad f = W^T (a o psi'(W x + b)); theory.md
   B1).

   cost    2 parameters flops a row for values, 4 for gradients
   limits  the workspace is at most WORKSPACE bytes, or LEAST_ROWS rows where the network is so wide
 */
#include <liplaw/net.h>

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "net/activation.h"

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

/* Z <- H W^T + b for rows of H (rows x in), Z rows x out. False where an entry is not finite, which
   an activation might hide: ReLU of minus infinity is 0. */
static bool affine(const lip_layer *layer, size_t rows, const double *H, double *Z)
{
  double beta = layer->b ? 1 : 0;

  for (size_t i = 0; layer->b && i < rows; i++)
    memcpy(Z + i * layer->out, layer->b, layer->out * sizeof *Z);
  if (layer->out == 1)
    lip_dgemv(false, rows, layer->in, 1, H, layer->in, layer->W, beta, Z);
  else
    lip_dgemm(false, true, rows, layer->out, layer->in, 1, H, layer->in, layer->W, layer->in, beta,
              Z, layer->out);
  return all_finite(rows * layer->out, Z);
}

lip_status lip_net_values(const lip_net *net, size_t rows, const double *X, double *Y,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  size_t block = block_rows(2 * net->max_width, rows);
  double *even = lip_alloc(block, net->max_width * sizeof *even);
  double *odd = lip_alloc(block, net->max_width * sizeof *odd);

  if (!even || !odd) FAIL(LIP_ENOMEM, "workspace of %zu x %zu values", block, net->max_width);
  for (size_t first = 0; first < rows; first += block) {
    size_t count = rows - first < block ? rows - first : block;
    const double *H = X + first * d;

    for (size_t j = 0; j < net->depth; j++) {
      const lip_layer *layer = &net->layer[j];
      double *Z = j + 1 == net->depth ? Y + first * m : j % 2 ? odd : even;

      if (!affine(layer, count, H, Z))
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
  lip_free(even);
  lip_free(odd);
  return st;
}

/* What the gradients of one block are made with. */
typedef struct workspace {
  size_t rows;
  double *even, *odd; /* rows x max_width each */
  double *slopes;     /* of the hidden layers, one after the other, rows x out each */
  double *last;       /* rows: psi'(z) of the output */
} workspace;

static size_t hidden_width(const lip_net *net)
{
  size_t sum = 0;

  for (size_t j = 0; j + 1 < net->depth; j++) sum += net->layer[j].out;
  return sum;
}

/* Forward: the slopes of every hidden layer, and that of the output. False where a layer is not
   finite. */
static bool slopes_forward(const lip_net *net, size_t output, size_t rows, const double *X,
                           workspace *work)
{
  const lip_layer *top = &net->layer[net->depth - 1];
  const double *H = X;
  double *slopes = work->slopes;

  for (size_t j = 0; j + 1 < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];
    double *Z = j % 2 ? work->odd : work->even;

    if (!affine(layer, rows, H, Z)) return false;
    lip_activation_slopes(layer->activation, rows * layer->out, Z, slopes);
    lip_activation_values(layer->activation, rows * layer->out, Z);
    slopes += rows * layer->out;
    H = Z;
  }
  if (top->activation.kind == LIP_IDENTITY) {
    for (size_t i = 0; i < rows; i++) work->last[i] = 1;
    return true;
  }
  for (size_t i = 0; i < rows; i++) work->last[i] = top->b ? top->b[output] : 0;
  lip_dgemv(false, rows, top->in, 1, H, top->in, top->W + output * top->in, 1, work->last);
  lip_activation_slopes(top->activation, rows, work->last, work->last);
  return true;
}

/* Backward: from the output's row of weights to the inputs. */
static void gradients_backward(const lip_net *net, size_t output, size_t rows, double *G,
                               workspace *work)
{
  const lip_layer *top = &net->layer[net->depth - 1];
  const double *w = top->W + output * top->in;
  const double *slopes = work->slopes + rows * hidden_width(net);
  double *D = net->depth == 1 ? G : work->even;

  for (size_t i = 0; i < rows; i++)
    for (size_t l = 0; l < top->in; l++) D[i * top->in + l] = work->last[i] * w[l];
  for (size_t j = net->depth - 1; j-- > 0;) {
    const lip_layer *layer = &net->layer[j];
    double *next = j == 0 ? G : D == work->even ? work->odd : work->even;

    slopes -= rows * layer->out;
    for (size_t i = 0; i < rows * layer->out; i++) D[i] *= slopes[i];
    lip_dgemm(false, false, rows, layer->in, layer->out, 1, D, layer->out, layer->W, layer->in, 0,
              next, layer->in);
    D = next;
  }
}

lip_status lip_net_gradients(const lip_net *net, size_t output, size_t rows, const double *X,
                             double *G, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), hidden = hidden_width(net);
  size_t block = block_rows(2 * net->max_width + hidden + 1, rows);
  workspace work = {
      .rows = block,
      .even = lip_alloc(block, net->max_width * sizeof *work.even),
      .odd = lip_alloc(block, net->max_width * sizeof *work.odd),
      .slopes = lip_alloc(block, hidden * sizeof *work.slopes),
      .last = lip_alloc(block, sizeof *work.last),
  };

  if (!(output < lip_net_outputs(net)))
    FAIL(LIP_EOPTION, "output %zu: the network has %zu, counted from 0", output,
         lip_net_outputs(net));
  if (!work.even || !work.odd || !work.slopes || !work.last)
    FAIL(LIP_ENOMEM, "workspace of %zu x %zu values", block, 2 * net->max_width + hidden + 1);
  for (size_t first = 0; first < rows; first += block) {
    size_t count = rows - first < block ? rows - first : block;

    bool finite = slopes_forward(net, output, count, X + first * d, &work);

    if (finite) gradients_backward(net, output, count, G + first * d, &work);
    if (!finite || !all_finite(count * d, G + first * d))
      FAIL(LIP_ENUMERIC, "a gradient of the network at points %zu to %zu is not finite", first,
           first + count - 1);
  }
done:
  lip_free(work.even);
  lip_free(work.odd);
  lip_free(work.slopes);
  lip_free(work.last);
  return st;
}
