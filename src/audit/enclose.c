/* enclose.c - outputs of a network with their rounding errors bounded.

   Layer by layer, for blocks of points: h is known as a double with an error of at most e. Then
   W h + b, summed in any order, has an error of at most

     |W| (e + g |h|) + g |b|,   g = gamma_(in + 2) = (in + 2) u / (1 - (in + 2) u),   u = 2^-53,

   (Higham, Accuracy and Stability, section 3.1) plus what underflow loses, one smallest number for
   each product. That bound is itself a sum of numbers that are not negative, made a little larger
   than its own rounding. The activation maps the interval about each sum to an enclosure
   (certificate/slope_range.h), which becomes a double with an error again.

   cost    two products with each matrix
   limits  chains of affine layers; intervals are those of the worst case, some 1e-13 wide for
           networks of usual size */
#include "audit/enclose.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/dgemm.h"
#include "linalg/verified.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { BLOCK = 128, MOST_IN = 1 << 20 };

typedef struct workspace {
  double *h, *e, *sum, *z, *error; /* BLOCK x the largest width */
  double *size;                    /* |W| of a layer, of the largest size */
} workspace;

static bool is_chain(const lip_net *net)
{
  if (!net->layer || net->depth == 0) return false;
  for (size_t j = 0; j < net->depth; j++)
    if (net->layer[j].map != LIP_AFFINE || net->layer[j].in > MOST_IN) return false;
  return true;
}

static lip_status prepare(const lip_net *net, workspace *work, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t width = lip_net_inputs(net), weights = 0;

  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];

    if (layer->out > width) width = layer->out;
    if (layer->in * layer->out > weights) weights = layer->in * layer->out;
  }
  work->h = lip_alloc(5 * BLOCK, width * sizeof *work->h);
  work->size = lip_alloc(weights, sizeof *work->size);
  if (!work->h || !work->size) FAIL(LIP_ENOMEM, "a workspace %zu wide", width);
  work->e = work->h + BLOCK * width;
  work->sum = work->e + BLOCK * width;
  work->z = work->sum + BLOCK * width;
  work->error = work->z + BLOCK * width;
done:
  return st;
}

/* z <- W h + b in f64, error <- a bound on what it is off. */
static void affine(const lip_layer *layer, size_t rows, workspace *work)
{
  const size_t in = layer->in, out = layer->out;
  const double gamma = lip_gamma(in + 2), more = 1 + 4 * lip_gamma(in + 8);
  const double lost = (double)(4 * in + 8) * DBL_MIN;

  for (size_t i = 0; i < rows * in; i++) work->sum[i] = work->e[i] + gamma * fabs(work->h[i]);
  for (size_t i = 0; i < in * out; i++) work->size[i] = fabs(layer->W[i]);
  lip_dgemm(false, true, rows, out, in, 1, work->h, in, layer->W, in, 0, work->z, out);
  lip_dgemm(false, true, rows, out, in, 1, work->sum, in, work->size, in, 0, work->error, out);
  for (size_t r = 0; r < rows; r++)
    for (size_t l = 0; l < out; l++) {
      double b = layer->b ? layer->b[l] : 0;

      work->z[r * out + l] += b;
      work->error[r * out + l] = (work->error[r * out + l] + gamma * fabs(b)) * more + lost;
    }
}

static lip_interval about(double z, double error)
{
  return (lip_interval){lip_down(z - error), lip_up(z + error)};
}

/* h, e <- the middle of psi over the intervals, and how far it is from their ends. */
static bool activate(lip_activation psi, size_t count, workspace *work)
{
  bool finite = true;

  for (size_t i = 0; i < count; i++) {
    lip_interval t;
    double middle;

    if (!isfinite(work->z[i]) || !isfinite(work->error[i])) return false;
    t = lip_activation_values_on(psi, about(work->z[i], work->error[i]));
    middle = t.low + (t.high - t.low) / 2;
    work->h[i] = middle;
    work->e[i] = lip_up(fmax(t.high - middle, middle - t.low));
    finite = finite && isfinite(middle) && isfinite(work->e[i]);
  }
  return finite;
}

static lip_status enclose_block(const lip_net *net, size_t rows, const double *X, lip_interval *v,
                                workspace *work, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);

  memcpy(work->h, X, rows * d * sizeof *X);
  memset(work->e, 0, rows * d * sizeof *work->e);
  for (size_t j = 0; j < net->depth; j++) {
    affine(&net->layer[j], rows, work);
    if (!activate(net->layer[j].activation, rows * net->layer[j].out, work))
      FAIL(LIP_ENUMERIC, "layer %zu of the network overflows at a point of the data", j);
  }
  for (size_t i = 0; i < rows * m; i++) v[i] = about(work->h[i], work->e[i]);
done:
  return st;
}

static lip_status take_values(const lip_net *net, size_t rows, const double *X, lip_interval *v,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  size_t m = lip_net_outputs(net);
  double *Y = lip_alloc(rows, m * sizeof *Y);

  if (!Y) FAIL(LIP_ENOMEM, "%zu x %zu outputs", rows, m);
  TRY(lip_net_values(net, rows, X, Y, err));
  for (size_t i = 0; i < rows * m; i++) v[i] = lip_interval_of(Y[i]);
done:
  lip_free(Y);
  return st;
}

lip_status lip_enclose_values(const lip_net *net, size_t rows, const double *X, lip_interval *v,
                              bool *certain, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  workspace work = {.h = NULL};

  *certain = is_chain(net);
  if (!*certain) return take_values(net, rows, X, v, err);
  TRY(prepare(net, &work, err));
  for (size_t first = 0; first < rows; first += BLOCK) {
    size_t count = rows - first < BLOCK ? rows - first : BLOCK;

    TRY(enclose_block(net, count, X + first * d, v + first * m, &work, err));
  }
done:
  lip_free(work.h);
  lip_free(work.size);
  return st;
}
