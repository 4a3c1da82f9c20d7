/* witness_long.c - derivatives of a deep graph along a vector, with as many digits as it needs.

   Radii of intervals grow by |L| from node to node, values by much less: after some twenty layers
   doubles know nothing. Here values and derivatives are numbers of DIGITS digits in base B =
   2^beta, beta so small that products of digits, summed over all terms of an affine node, are whole
   numbers below 2^53: the weights, cut into digits as well, go through the operator digit by digit,
   without any rounding (after Ozaki, Ogita, Oishi and Rump, Numerical Algorithms 59, 2012), and
   carries are passed on. What is cut off at the end, and of weights beyond WEIGHT_DIGITS, is in the
   radius. Each node's digits have an exponent of their own, so that nothing overflows or vanishes.

   Where the sign of a neuron is certain its digits are kept, made 0 or negated; everything else is
   enclosed in doubles (other slopes, kinks, largest entries that are in doubt).

   cost    about 60 passes through L
   limits  not on the sphere, no average pools and softmax: there `known` is false */
#include "certificate/graphs/witness_graph.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/slope_range.h"
#include "linalg/vector.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <string.h>

enum { DIGITS = 16, WEIGHT_DIGITS = 6, ROOM = 8, ABOVE = 4, VALUE = 0, CHANGE = 1, ROWS = 2 };
static const double SLOPPY = 1e-14; /* relative: of a number read as a double */

/* Entry j is sum_k digit[k][j] B^(top - k), within +- radius[j] B^top. */
typedef struct lane {
  double *digit, *radius; /* DIGITS x size; size */
  long top;
} lane;

typedef struct work {
  const lip_net *net;
  int beta;
  lane *lane;                 /* nodes x ROWS */
  double *block, *sum, *part; /* of all lanes; (DIGITS + ROOM) x widest; DIGITS x widest */
  double *errors, *weight;    /* widest; the most weights of a node */
  lip_net shallow;            /* the network with `weight` at the node under way */
} work;

static double power(const work *in, long exponent) /* B^exponent; 0 or infinite out of range */
{
  long e = exponent * in->beta;

  return e > 1020 ? INFINITY : e < -1070 ? 0 : ldexp(1, (int)e);
}

static double scaled(const work *in, double x, long exponent) /* x B^exponent */
{
  long e = exponent * in->beta;

  return ldexp(x, e > 4000 ? 4000 : e < -4000 ? -4000 : (int)e);
}

static void work_clear(work *in)
{
  lip_free(in->lane);
  lip_free(in->block);
  lip_free(in->sum);
  lip_free(in->part);
  lip_free(in->errors);
  lip_free(in->weight);
  lip_free(in->shallow.node);
}

static lip_status work_create(const lip_net *net, work *in, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t sizes = 0, widest = 0, weights = 1, terms = 1;
  double *at;

  *in = (work){.net = net, .shallow = *net};
  in->shallow.node = NULL;
  for (size_t i = 0; i < net->nodes; i++) {
    size_t here = i == 0 ? 1 : lip_operator_terms(net, i) * net->node[i].parents;

    sizes += net->node[i].size;
    if (net->node[i].size > widest) widest = net->node[i].size;
    if (net->node[i].weights > weights) weights = net->node[i].weights;
    if (lip_node_is_affine(net->node[i].kind) && here > terms) terms = here;
  }
  in->beta = (int)((51 - ceil(log2((double)terms * WEIGHT_DIGITS))) / 2);
  in->lane = lip_alloc_zero(net->nodes, ROWS * sizeof *in->lane);
  in->block = lip_alloc_zero(sizes, ROWS * (DIGITS + 1) * sizeof *in->block);
  in->sum = lip_alloc(widest, (DIGITS + ROOM) * sizeof *in->sum);
  in->part = lip_alloc(widest, DIGITS * sizeof *in->part);
  in->errors = lip_alloc(widest, sizeof *in->errors);
  in->weight = lip_alloc(weights, 2 * sizeof *in->weight);
  in->shallow.node = lip_alloc(net->nodes, sizeof *in->shallow.node);
  if (!in->lane || !in->block || !in->sum || !in->part || !in->errors || !in->weight ||
      !in->shallow.node)
    FAIL(LIP_ENOMEM, "the digits of %zu values", sizes);
  memcpy(in->shallow.node, net->node, net->nodes * sizeof *net->node);
  at = in->block;
  for (size_t i = 0; i < net->nodes * ROWS; i++) {
    size_t size = net->node[i / ROWS].size;

    in->lane[i] = (lane){at, at + DIGITS * size, 0};
    at += (DIGITS + 1) * size;
  }
done:
  return st;
}

/* ---- numbers as doubles and back ---- */

/* In units of B^top, to SLOPPY, relative. */
static double as_double(const work *in, const lane *from, size_t size, size_t j)
{
  double value = 0, shrink = ldexp(1, -in->beta);

  for (size_t k = DIGITS; k-- > 0;) value = from->digit[k * size + j] + value * shrink;
  return value;
}

/* The interval of an entry, in units of B^top. */
static lip_interval read_entry(const work *in, const lane *from, size_t size, size_t j)
{
  double value = as_double(in, from, size, j);
  double r = lip_up(lip_up(fabs(value) * SLOPPY) + from->radius[j]);

  return lip_interval_add(lip_interval_of(value), (lip_interval){-r, r});
}

/* The same, as it is. */
static lip_interval read_true(const work *in, const lane *from, size_t size, size_t j)
{
  lip_interval t = read_entry(in, from, size, j);

  return (lip_interval){lip_down(scaled(in, t.low, from->top)),
                        lip_up(scaled(in, t.high, from->top))};
}

/* Entry j <- the double x B^unit +- r B^unit, in units of the lane's top, at most B / 2 of them. */
static void write_entry(const work *in, lane *to, size_t size, size_t j, lip_interval t)
{
  double middle = t.low == t.high ? t.low : t.low / 2 + t.high / 2, rest = middle;

  to->radius[j] = t.low == t.high ? 0 : fmax(lip_up(t.high - middle), lip_up(middle - t.low));
  if (!(fabs(middle) <= ldexp(1, in->beta - 1))) {
    to->radius[j] = INFINITY;
    rest = 0;
  }
  for (size_t k = 0; k < DIGITS; k++) {
    double unit = ldexp(1, -(int)k * in->beta), digit = rint(rest / unit);

    to->digit[k * size + j] = digit;
    rest -= digit * unit;
  }
  if (rest != 0) to->radius[j] = lip_up(to->radius[j] + fabs(rest));
}

/* The least top for numbers of that size: below B^(top + 1) / 2. */
static long top_for(const work *in, double largest)
{
  int exponent;

  if (!(largest > 0)) return 0;
  (void)frexp(largest, &exponent);
  return (long)ceil((exponent + 1.0) / in->beta) - 1;
}

static void write_vector(const work *in, lane *to, size_t size, const double *x)
{
  to->top = top_for(in, lip_largest(size, x));
  for (size_t j = 0; j < size; j++)
    write_entry(in, to, size, j, lip_interval_of(scaled(in, x[j], -to->top)));
}

/* ---- affine nodes ---- */

static long larger(long a, long b)
{
  return a > b ? a : b;
}

static bool has_weights(const lip_node *node)
{
  return node->weights > 0;
}

/* Makes the next digit of the weights, at position top - i, from what is left of them. False: none
   is left. */
static bool next_digit(work *in, const lip_node *node, size_t i, long top)
{
  double *rest = in->weight + node->weights;
  bool any = false;

  for (size_t w = 0; w < node->weights; w++) {
    double digit = rint(scaled(in, rest[w], (long)i - top));

    in->weight[w] = digit;
    rest[w] -= scaled(in, digit, top - (long)i);
    any = any || rest[w] != 0;
  }
  return any;
}

/* sum += digits of L_p times those of the parent, at their positions; position q is B^(high - q).
 */
static lip_status add_products(work *in, size_t i, size_t p, int row, long high, long top,
                               bool *left, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &in->net->node[i];
  const lane *from = &in->lane[node->parent[p] * ROWS + (size_t)row];
  size_t digits = has_weights(node) ? WEIGHT_DIGITS : 1;

  *left = has_weights(node);
  if (*left) memcpy(in->weight + node->weights, node->W, node->weights * sizeof *node->W);
  for (size_t a = 0; a < digits && (a == 0 || *left); a++) {
    if (has_weights(node)) *left = next_digit(in, node, a, top);
    memset(in->part, 0, DIGITS * node->size * sizeof *in->part);
    TRY(lip_operator_apply(&in->shallow, i, p, false, DIGITS, from->digit, in->part, err));
    for (size_t k = 0; k < DIGITS; k++) {
      long q = high - (top - (long)a + from->top - (long)k);

      if (q >= DIGITS + ROOM) continue;
      for (size_t j = 0; j < node->size; j++)
        in->sum[(size_t)q * node->size + j] += in->part[k * node->size + j];
    }
  }
done:
  return st;
}

static void add_biases(work *in, const lip_node *node, long high)
{
  size_t share = node->biases > 0 ? node->size / node->biases : 1;

  for (size_t j = 0; node->biases > 0 && j < node->size; j++) {
    double rest = node->b[j / share];

    for (size_t q = 0; q < DIGITS + ROOM && rest != 0; q++) {
      double digit = rint(scaled(in, rest, (long)q - high));

      in->sum[q * node->size + j] += digit;
      rest -= scaled(in, digit, high - (long)q);
    }
  }
}

/* Carries, and the first position that is not empty. */
static size_t carry(work *in, size_t size)
{
  double base = ldexp(1, in->beta);

  for (size_t q = DIGITS + ROOM - 1; q > 0; q--)
    for (size_t j = 0; j < size; j++) {
      double over = rint(in->sum[q * size + j] / base);

      in->sum[q * size + j] -= over * base;
      in->sum[(q - 1) * size + j] += over;
    }
  for (size_t q = 0; q < ROOM; q++)
    if (lip_largest(size, in->sum + q * size) > 0) return q;
  return ROOM;
}

static lip_status affine(work *in, size_t i, int row, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &in->net->node[i];
  lane *to = &in->lane[i * ROWS + (size_t)row];
  size_t size = node->size, terms = lip_operator_terms(in->net, i), first;
  long top = has_weights(node) ? top_for(in, lip_largest(node->weights, node->W)) : 0,
       high = -1000000;
  double many = (double)terms * (double)node->parents * WEIGHT_DIGITS * DIGITS, cut, beyond = 0;
  double g = lip_gamma(2 * (terms + 2) * node->parents);
  bool left = false, any_left = false;

  for (size_t p = 0; p < node->parents; p++)
    high = larger(high, top + in->lane[node->parent[p] * ROWS + (size_t)row].top);
  if (row == VALUE && node->biases > 0)
    high = larger(high, top_for(in, lip_largest(node->biases, node->b)));
  high += ABOVE;
  memset(in->sum, 0, (DIGITS + ROOM) * size * sizeof *in->sum);
  memset(in->errors, 0, size * sizeof *in->errors);
  if (has_weights(node)) in->shallow.node[i].W = in->weight;
  for (size_t p = 0; p < node->parents; p++) {
    TRY(add_products(in, i, p, row, high, top, &left, err));
    any_left = any_left || left;
  }
  if (row == VALUE) add_biases(in, node, high);
  first = carry(in, size);
  to->top = high - (long)first;
  for (size_t p = 0; p < node->parents; p++) { /* |L| r, in units of the new top */
    const lane *from = &in->lane[node->parent[p] * ROWS + (size_t)row];
    size_t count = in->net->node[node->parent[p]].size;

    for (size_t w = 0; w < node->weights; w++)
      in->weight[w] = lip_up(scaled(in, fabs(node->W[w]), -top));
    for (size_t j = 0; j < count; j++)
      in->part[j] = lip_up(scaled(in, from->radius[j], top + from->top - to->top));
    TRY(lip_operator_apply(&in->shallow, i, p, true, 1, in->part, in->errors, err));
    if (any_left) /* what is left of the weights, times the parent's values */
      beyond += (double)terms * power(in, top + from->top + 2 - WEIGHT_DIGITS - to->top);
  }
  /* Digits cut off; products below the last position, of digits of at most B / 2 each. */
  cut = 2 * (power(in, 1 - (long)DIGITS) + beyond +
             many * power(in, (long)first + 2 - (long)DIGITS - (long)ROOM));
  for (size_t j = 0; j < size; j++) {
    for (size_t k = 0; k < DIGITS; k++)
      to->digit[k * size + j] = first + k < DIGITS + ROOM ? in->sum[(first + k) * size + j] : 0;
    to->radius[j] = lip_up(lip_up(in->errors[j] * (1 + 2 * g)) + cut);
  }
done:
  in->shallow.node[i].W = node->W;
  return st;
}

/* ---- nodes that are not affine ---- */

/* to <- sign times from, entry j of the one and k of the other */
static void copy_entry(lane *to, size_t to_size, size_t j, const lane *from, size_t size, size_t k,
                       double sign)
{
  for (size_t t = 0; t < DIGITS; t++) to->digit[t * to_size + j] = sign * from->digit[t * size + k];
  to->radius[j] = sign == 0 ? 0 : from->radius[k];
}

static bool is_straight(lip_activation_kind kind)
{
  return kind == LIP_RELU || kind == LIP_ABS || kind == LIP_LEAKY_RELU;
}

/* On a side of the kink that is certain where digits can be kept; false: they cannot. */
static bool keep_digits(work *in, size_t i, size_t j, lip_interval z)
{
  const lip_node *node = &in->net->node[i];
  lip_activation_kind kind = node->activation.kind;
  size_t parent = node->parent[0];
  double sign = 1;

  if (!is_straight(kind) || !(z.low > 0 || z.high < 0)) return false;
  if (z.high < 0 && kind == LIP_LEAKY_RELU) return false;
  if (z.high < 0) sign = kind == LIP_RELU ? 0 : -1;
  for (size_t row = 0; row < ROWS; row++)
    copy_entry(&in->lane[i * ROWS + row], node->size, j, &in->lane[parent * ROWS + row], node->size,
               j, sign);
  return true;
}

/* False where values have no place in the digits. */
static bool activation(work *in, size_t i)
{
  const lip_node *node = &in->net->node[i];
  size_t parent = node->parent[0], size = node->size;
  const lane *value = &in->lane[parent * ROWS + VALUE], *change = &in->lane[parent * ROWS + CHANGE];
  lane *to = &in->lane[i * ROWS];
  lip_activation psi = node->activation;

  if (!is_straight(psi.kind) && psi.kind != LIP_TANH && psi.kind != LIP_SIGMOID) return false;
  to[VALUE].top = is_straight(psi.kind) ? value->top : 0;
  to[CHANGE].top = change->top;
  for (size_t j = 0; j < size; j++) {
    lip_interval z, slope, v;

    if (keep_digits(in, i, j, read_entry(in, value, size, j))) continue;
    z = read_true(in, value, size, j);
    if (!isfinite(z.low) || !isfinite(z.high)) return false;
    slope = lip_activation_slopes_on(psi, (lip_interval){lip_down(z.low), lip_up(z.high)});
    v = lip_activation_values_on(psi, z);
    v = (lip_interval){lip_down(scaled(in, v.low, -to[VALUE].top)),
                       lip_up(scaled(in, v.high, -to[VALUE].top))};
    write_entry(in, &to[VALUE], size, j, v);
    write_entry(in, &to[CHANGE], size, j, lip_interval_mul(slope, read_entry(in, change, size, j)));
  }
  return true;
}

/* The entry that is certainly the largest of a window; LIP_NOWHERE: none is. */
static size_t winner(const work *in, const lip_node *node, size_t j)
{
  size_t w = j % node->width, h = j / node->width % node->height, y, x, best = LIP_NOWHERE;
  size_t channel = j / (node->width * node->height), size = in->net->node[node->parent[0]].size;
  const lane *value = &in->lane[node->parent[0] * ROWS + VALUE];
  double low = -INFINITY, other = -INFINITY; /* of the best so far; the largest end of the others */

  for (size_t u = 0; u < node->kernel[0]; u++) {
    if (!lip_window_entry(node, 0, node->in_height, h, u, &y)) continue;
    for (size_t v = 0; v < node->kernel[1]; v++) {
      size_t from;
      lip_interval t;

      if (!lip_window_entry(node, 1, node->in_width, w, v, &x)) continue;
      from = (channel * node->in_height + y) * node->in_width + x;
      t = read_entry(in, value, size, from);
      if (t.low > low) {
        if (best != LIP_NOWHERE) other = fmax(other, read_entry(in, value, size, best).high);
        low = t.low;
        best = from;
      } else {
        other = fmax(other, t.high);
      }
    }
  }
  return other < low ? best : LIP_NOWHERE;
}

static lip_interval hull(lip_interval s, lip_interval t)
{
  return (lip_interval){fmin(s.low, t.low), fmax(s.high, t.high)};
}

/* Where it is in doubt which entry is the largest: all that may be it. */
static void doubt(work *in, size_t i, size_t j)
{
  const lip_node *node = &in->net->node[i];
  size_t parent = node->parent[0], size = in->net->node[parent].size, y, x;
  size_t w = j % node->width, h = j / node->width % node->height;
  size_t channel = j / (node->width * node->height);
  const lane *from = &in->lane[parent * ROWS];
  lip_interval value = {-INFINITY, -INFINITY}, change = {INFINITY, -INFINITY};

  for (int pass = 0; pass < 2; pass++)
    for (size_t u = 0; u < node->kernel[0]; u++) {
      if (!lip_window_entry(node, 0, node->in_height, h, u, &y)) continue;
      for (size_t v = 0; v < node->kernel[1]; v++) {
        size_t at = (channel * node->in_height + y) * node->in_width;
        lip_interval t;

        if (!lip_window_entry(node, 1, node->in_width, w, v, &x)) continue;
        t = read_entry(in, &from[VALUE], size, at + x);
        if (pass == 0)
          value = (lip_interval){fmax(value.low, t.low), fmax(value.high, t.high)};
        else if (t.high >= value.low)
          change = hull(change, read_entry(in, &from[CHANGE], size, at + x));
      }
    }
  if (value.low == -INFINITY) value = change = (lip_interval){0, 0}; /* padding alone */
  write_entry(in, &in->lane[i * ROWS + VALUE], node->size, j, value);
  write_entry(in, &in->lane[i * ROWS + CHANGE], node->size, j, change);
}

static void windows(work *in, size_t i)
{
  const lip_node *node = &in->net->node[i];
  size_t parent = node->parent[0], size = in->net->node[parent].size;

  for (size_t row = 0; row < ROWS; row++)
    in->lane[i * ROWS + row].top = in->lane[parent * ROWS + row].top;
  for (size_t j = 0; j < node->size; j++) {
    size_t best = winner(in, node, j);

    if (best == LIP_NOWHERE) doubt(in, i, j);
    for (size_t row = 0; best != LIP_NOWHERE && row < ROWS; row++)
      copy_entry(&in->lane[i * ROWS + row], node->size, j, &in->lane[parent * ROWS + row], size,
                 best, 1);
  }
}

/* ---- */

static bool applies(const lip_claim *claim)
{
  if (claim->domain.kind == LIP_ON_SPHERE) return false;
  for (size_t i = 0; i < claim->net->nodes; i++) {
    lip_node_kind kind = claim->net->node[i].kind;

    if (kind == LIP_NODE_AVERAGE_POOL || kind == LIP_NODE_SOFTMAX || kind == LIP_NODE_MAP)
      return false;
  }
  return true;
}

lip_status lip_witness_graph_along_long(const lip_claim *claim, const double *x, const double *v,
                                        lip_interval *along, bool *known, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = claim->net;
  size_t outputs = lip_net_outputs(net), first = 0;
  work in = {.net = net};
  const lane *last;

  *known = false;
  if (!applies(claim)) return LIP_OK;
  TRY(work_create(net, &in, err));
  write_vector(&in, &in.lane[VALUE], claim->d, x);
  write_vector(&in, &in.lane[CHANGE], claim->d, v);
  for (size_t i = 1; i < net->nodes; i++) {
    lip_node_kind kind = net->node[i].kind;

    if (lip_node_is_affine(kind))
      for (int row = 0; row < ROWS; row++) TRY(affine(&in, i, row, err));
    if (kind == LIP_NODE_ACTIVATION && !activation(&in, i)) goto done;
    if (kind == LIP_NODE_MAX_POOL) windows(&in, i);
  }
  last = &in.lane[(net->nodes - 1) * ROWS + CHANGE];
  if (claim->output.kind != LIP_ALL_OUTPUTS) first = claim->output.plus;
  *known = true;
  for (size_t j = 0; j < claim->m; j++) {
    along[j] = read_true(&in, last, outputs, first + j);
    *known = *known && isfinite(along[j].low) && isfinite(along[j].high);
  }
  if (claim->output.kind == LIP_OUTPUT_DIFFERENCE)
    along[0] = lip_interval_sub(along[0], read_true(&in, last, outputs, claim->output.minus));
done:
  work_clear(&in);
  return st;
}
