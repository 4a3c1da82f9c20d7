/* node_norm.c - the operator norms of affine nodes, rounding counted.

   Sums of sizes are |L| 1 and |L|' 1, through the operator (net/operator.h). The norm 2 is at most
   sqrt(|L|_1 |L|_inf) (Schur), of matrices also their Frobenius norm; a smaller one is proved by
   n^2 I - X >= 0, X = L L' or L'L (gram.h), of large convolutions from their symbol
   (symbol_norm.h). */
#include "certificate/graphs/node_norm.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/gram.h"
#include "certificate/graphs/symbol_norm.h"
#include "linalg/interval.h"
#include "linalg/vector.h"
#include "linalg/verified.h"
#include "net/operator.h"

#include <float.h>
#include <string.h>

enum { MOST_GRAM = 4500, MOST_GRAM_OF_WINDOWS = 2600 };
/* Beyond these norms products of scaled weights may underflow by more than gram.c's cushion. */
static const double LEAST = 1e-250, MOST = 1e250;

static size_t in_size(const lip_net *net, size_t node)
{
  return net->node[net->node[node].parent[0]].size;
}

/* ---- sums of sizes ---- */

/* sums <- |L| x, or |L|' x, from above.  x  >= 0 */
static lip_status sizes_up(const lip_net *net, size_t node, bool transposed, const double *x,
                           double *sums, lip_error *err)
{
  size_t terms = transposed ? lip_operator_terms_transposed(net, node)
                            : lip_operator_terms(net, node);
  size_t count = transposed ? in_size(net, node) : net->node[node].size;
  double factor = 1 + 2 * lip_gamma(terms + 2), tiny = (double)terms * 2 * DBL_TRUE_MIN;
  lip_status st;

  memset(sums, 0, count * sizeof *sums);
  st = transposed ? lip_operator_transpose(net, node, 0, true, 1, x, sums, err)
                  : lip_operator_apply(net, node, 0, true, 1, x, sums, err);
  for (size_t i = 0; st == LIP_OK && i < count; i++)
    sums[i] = lip_up(lip_up(sums[i] * factor) + tiny);
  return st;
}

/* The largest sum of sizes in a row (inf) or a column (1). */
static lip_status largest_sum(const lip_net *net, size_t node, bool columns, double *value,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  size_t in = in_size(net, node), out = net->node[node].size;
  double *ones = lip_alloc(columns ? out : in, sizeof *ones);
  double *sums = lip_alloc(columns ? in : out, sizeof *sums);

  if (!ones || !sums) FAIL(LIP_ENOMEM, "sums of %zu entries", in + out);
  for (size_t i = 0; i < (columns ? out : in); i++) ones[i] = 1;
  TRY(sizes_up(net, node, columns, ones, sums, err));
  *value = lip_largest(columns ? in : out, sums);
done:
  lip_free(ones);
  lip_free(sums);
  return st;
}

/* The root of the largest number of times that an entry is selected. */
static lip_status selection_norm(const lip_net *net, size_t node, double *value, lip_error *err)
{
  size_t in = in_size(net, node), most = 0;
  const lip_node *at = &net->node[node];
  size_t *times = lip_alloc_zero(in, sizeof *times);

  if (!times) return lip_fail(err, LIP_ENOMEM, "%zu counts", in);
  for (size_t j = 0; j < at->size; j++)
    if (at->index[j] != LIP_NOWHERE && ++times[at->index[j]] > most) most++;
  lip_free(times);
  *value = most <= 1 ? (double)most : lip_sqrt_up((double)most);
  return LIP_OK;
}

lip_status lip_node_norm_up(const lip_net *net, size_t node, lip_norm_kind norm, double *value,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *at = &net->node[node];
  double rows, columns;

  if (at->kind == LIP_NODE_SCALE) {
    *value = lip_largest(at->weights, at->W);
  } else if (norm != LIP_NORM_2) {
    TRY(largest_sum(net, node, norm == LIP_NORM_1, value, err));
  } else if (at->kind == LIP_NODE_SELECT) {
    TRY(selection_norm(net, node, value, err));
  } else {
    TRY(largest_sum(net, node, false, &rows, err));
    TRY(largest_sum(net, node, true, &columns, err));
    *value = lip_mul_up(lip_sqrt_up(rows), lip_sqrt_up(columns));
    if (at->kind == LIP_NODE_LINEAR)
      *value = fmin(*value, lip_interval_norm(at->weights, at->W).high);
  }
done:
  return st;
}

/* ---- tests ---- */

/* n^2 I - X >= 0, all of it scaled to a norm of about 1. */
static lip_status gram_is_below(const lip_net *net, size_t node, double norm, bool *proved,
                                const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = lip_gram_order(net, node);
  double *X = NULL, *slack = lip_alloc(n, sizeof *slack), least;
  int exponent;

  *proved = false;
  (void)frexp(norm, &exponent);
  least = ldexp(norm, -exponent); /* in [1/2, 1) */
  if (!(norm > LEAST && norm < MOST)) goto done;
  X = lip_alloc(n, n * sizeof *X);
  if (!X || !slack) FAIL(LIP_ENOMEM, "a matrix of order %zu", n);
  TRY(lip_gram(net, node, exponent, X, slack, control, err));
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < i; j++) X[i * n + j] = -X[i * n + j];
    X[i * n + i] = lip_add_down(lip_mul_down(least, least), -X[i * n + i]);
  }
  *proved = lip_certainly_semidefinite(n, X, slack, NULL);
done:
  lip_free(slack);
  lip_free(X);
  return st;
}

lip_norm_test lip_node_norm_test(const lip_net *net, size_t node)
{
  size_t n = lip_gram_order(net, node);

  switch (net->node[node].kind) {
  case LIP_NODE_LINEAR:
    return n <= MOST_GRAM ? LIP_NORM_BY_GRAM : LIP_NORM_KNOWN;
  case LIP_NODE_CONVOLUTION:
    return n <= MOST_GRAM_OF_WINDOWS ? LIP_NORM_BY_GRAM : LIP_NORM_BY_SYMBOL;
  case LIP_NODE_AVERAGE_POOL:
    return n <= MOST_GRAM_OF_WINDOWS ? LIP_NORM_BY_GRAM : LIP_NORM_KNOWN;
  default:
    return LIP_NORM_KNOWN;
  }
}

lip_status lip_node_norm_is_below(const lip_net *net, size_t node, double norm, bool *proved,
                                  const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_symbol *symbol = NULL;

  *proved = false;
  switch (lip_node_norm_test(net, node)) {
  case LIP_NORM_BY_GRAM:
    return gram_is_below(net, node, norm, proved, control, err);
  case LIP_NORM_BY_SYMBOL:
    TRY(lip_symbol_create(&net->node[node], &symbol, err));
    if (symbol) TRY(lip_symbol_is_below(symbol, norm, proved, control, err));
    break;
  case LIP_NORM_KNOWN:
    break;
  }
done:
  lip_symbol_free(symbol);
  return st;
}

/* What the test by the Gram matrix needs above the norm, relative, by its own bounds. */
static double spare_for_gram(const lip_net *net, size_t node, double estimate, double known)
{
  double n = (double)lip_gram_order(net, node), ratio = known / estimate;
  double roundings = n <= 64 ? n + 2 : 2 * (72 + n / 64);
  size_t terms = lip_operator_terms(net, node) + lip_operator_terms_transposed(net, node) + 4;

  return 2 * (n * roundings * DBL_EPSILON + lip_gamma(2 * terms) * ratio * ratio);
}

lip_status lip_node_norm_settle(const lip_net *net, size_t node, double estimate, double *norm,
                                const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_symbol *symbol = NULL;
  bool gram = lip_node_norm_test(net, node) == LIP_NORM_BY_GRAM, proved = false;
  double spare = gram ? spare_for_gram(net, node, estimate, *norm) : 1e-9;

  if (lip_node_norm_test(net, node) == LIP_NORM_KNOWN || !(estimate > 0)) goto done;
  if (!gram) {
    TRY(lip_symbol_create(&net->node[node], &symbol, err));
    if (!symbol) goto done;
    st = lip_symbol_estimate(symbol, &estimate, control, err);
    if (st == LIP_ENUMERIC) { /* eigenvalues that do not converge: what is known stays */
      st = LIP_OK;
      goto done;
    }
    TRY(st);
  }
  for (; !proved && spare < 1e-2; spare *= 32) {
    double tried = estimate * (1 + spare);

    if (!(tried < *norm)) break;
    if (symbol)
      TRY(lip_symbol_is_below(symbol, tried, &proved, control, err));
    else
      TRY(gram_is_below(net, node, tried, &proved, control, err));
    if (proved) *norm = tried;
  }
done:
  lip_symbol_free(symbol);
  return st;
}
