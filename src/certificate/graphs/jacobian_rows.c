/* jacobian_rows.c - lengths of the rows of all Jacobians that slopes between their bounds can make.

   Node by node, forward: rows of what a nonlinear node reads, J_z, are pushed back to the input
   through the middle slopes, J_z = C + sum_i M_i E_i J_zi over the nonlinear nodes i before it, so
   that |row of J_z| <= |row of C| + sum_i |row of M_i| . t_i, where t_i bounds the rows of E_i J_zi
   by those of J_zi, which are known already (radius times them). Never above |L| times the bounds
   of the parents, which is taken where a push is too much work. In the norm 2 the last rows C_out
   are taken together: |J| <= |C_out| + |(what each row has beside it)|.

   Rounding: gamma |Lambda_n| . S_n, S_n = |L_n| b_p (slope_back.h), b the bounds of the rows.
   cost  a pass back for each neuron that may switch, and for each output */
#include "certificate/graphs/jacobian_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "linalg/interval.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_GRAM = 1024 };

typedef struct row_bounds {
  lip_slope_back *back;
  bool euclidean;
  double **length; /* by node: bounds of the rows' lengths */
  double **left;   /* by nonlinear node: of the rows of E J of the parent */
  double **sizes;  /* S_n */
  bool *refined;
  double *block;
  double work, unit; /* flops left; what underflow may add to a row */
} row_bounds;

static lip_status make_room(row_bounds *rows, const lip_net *net, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t sum = 0;
  double *at;

  for (size_t i = 0; i < net->nodes; i++) sum += net->node[i].size;
  rows->length = lip_alloc(3 * net->nodes, sizeof *rows->length);
  rows->refined = lip_alloc_zero(net->nodes, sizeof *rows->refined);
  rows->block = lip_alloc_zero(3 * sum, sizeof *rows->block);
  if (!rows->length || !rows->refined || !rows->block) FAIL(LIP_ENOMEM, "lengths of %zu rows", sum);
  rows->left = rows->length + net->nodes;
  rows->sizes = rows->length + 2 * net->nodes;
  at = rows->block;
  for (size_t i = 0; i < net->nodes; i++) {
    rows->length[i] = at;
    rows->left[i] = at + net->node[i].size;
    rows->sizes[i] = at + 2 * net->node[i].size;
    at += 3 * net->node[i].size;
  }
done:
  return st;
}

/* ---- one node ---- */

static lip_status affine(row_bounds *rows, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = rows->back->net;
  const lip_node *node = &net->node[i];
  double more = 1 + 2 * lip_gamma(lip_operator_terms(net, i) + 8);
  double least = 8 * (double)lip_operator_terms(net, i) * DBL_TRUE_MIN;

  memset(rows->sizes[i], 0, node->size * sizeof **rows->sizes);
  for (size_t p = 0; p < node->parents; p++)
    TRY(lip_operator_apply(net, i, p, true, 1, rows->length[node->parent[p]], rows->sizes[i], err));
  for (size_t j = 0; j < node->size; j++) {
    rows->sizes[i][j] = rows->sizes[i][j] * more + least;
    rows->length[i][j] = rows->sizes[i][j];
  }
done:
  return st;
}

typedef struct longest {
  const double *length;
  double value;
} longest;

static void take_longest(void *context, size_t at)
{
  longest *of = context;

  of->value = fmax(of->value, of->length[at]);
}

/* Row i of diag(p) - p p' times J: p_i ((1 - p_i) J_i - sum over others of p_j J_j), so at most
   p_i (1 - p_i) (|J_i| + the largest of the others). */
static void softmax(row_bounds *rows, size_t i)
{
  const lip_node *node = &rows->back->net->node[i];
  const double *length = rows->length[node->parent[0]];
  double most = 0;

  for (size_t j = 0; j < node->size; j++) most = fmax(most, length[j]);
  for (size_t j = 0; j < node->size; j++)
    rows->left[i][j] = lip_up(rows->back->node[i].radius[j] * lip_up(length[j] + most));
}

static void nonlinear(row_bounds *rows, size_t i)
{
  const lip_node *node = &rows->back->net->node[i];
  const lip_middle *slope = &rows->back->node[i];
  const double *length = rows->length[node->parent[0]];

  if (node->kind == LIP_NODE_SOFTMAX) softmax(rows, i);
  for (size_t j = 0; j < node->size; j++) {
    double at = length[slope->pick[j]];

    if (node->kind == LIP_NODE_MAX_POOL) {
      longest of = {length, 0};

      lip_pool_candidates(rows->back->values, i, j, take_longest, &of);
      rows->left[i][j] = slope->radius[j] > 0 ? of.value : 0;
      rows->length[i][j] = of.value;
    } else if (node->kind == LIP_NODE_ACTIVATION) {
      rows->left[i][j] = slope->radius[j] > 0 ? lip_mul_up(slope->radius[j], at) : 0;
      rows->length[i][j] = slope->most[j] > 0 ? lip_mul_up(slope->most[j], at) : 0;
    } else {
      rows->length[i][j] = rows->left[i][j];
    }
    rows->sizes[i][j] = rows->left[i][j] +
                        (slope->middle[j] != 0 ? fabs(slope->middle[j]) * at : 0);
  }
}

/* ---- rows of one node, pushed ---- */

/* What row r has beside C: sum |M_i| . t_i, and rounding. */
static double beside(const row_bounds *rows, size_t r)
{
  const lip_slope_back *back = rows->back;
  double sum = 0, rounding = 0;

  for (size_t i = 0; i < back->net->nodes; i++) {
    size_t size = back->net->node[i].size;
    const double *row;

    if (!back->reached[i]) continue;
    row = back->coefficient[i] + r * size;
    for (size_t j = 0; j < size; j++) {
      if (row[j] == 0) continue;
      sum += fabs(row[j]) * rows->left[i][j];
      rounding += fabs(row[j]) * rows->sizes[i][j];
    }
  }
  return lip_up(sum * (1 + 2 * back->gamma) + 2 * back->gamma * rounding + rows->unit);
}

/* |row of C|, without what floating point made of C: that is in `beside`. */
static double length_of(const row_bounds *rows, const double *row)
{
  size_t d = rows->back->net->node[0].size;
  double sum = 0;

  if (rows->euclidean) return lip_interval_norm(d, row).high;
  for (size_t k = 0; k < d; k++) sum += fabs(row[k]);
  return lip_up(sum * (1 + 2 * rows->back->gamma));
}

static lip_status refine_some(row_bounds *rows, size_t at, size_t count, const size_t *wanted,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_back *back = rows->back;
  size_t size = back->net->node[at].size, d = back->net->node[0].size;

  TRY(lip_slope_back_place(back, at, count, err));
  for (size_t w = 0; w < count; w++) back->coefficient[at][w * size + wanted[w]] = 1;
  TRY(lip_slope_back_push(back, at, count, err));
  for (size_t w = 0; w < count; w++) {
    double *length = &rows->length[at][wanted[w]];
    double found = lip_add_up(length_of(rows, back->coefficient[0] + w * d), beside(rows, w));

    if (found < *length) *length = found;
  }
done:
  return st;
}

typedef struct marks {
  bool *wanted;
} marks;

static void mark(void *context, size_t at)
{
  ((marks *)context)->wanted[at] = true;
}

/* Which entries of its parent leave something open in node i. */
static size_t choose_wanted(const row_bounds *rows, size_t i, size_t *wanted, bool *is_wanted)
{
  const lip_node *node = &rows->back->net->node[i];
  size_t in = rows->back->net->node[node->parent[0]].size, count = 0;
  marks at = {is_wanted};

  memset(is_wanted, 0, in * sizeof *is_wanted);
  for (size_t j = 0; j < node->size; j++) {
    if (rows->back->node[i].radius[j] == 0) continue;
    if (node->kind == LIP_NODE_MAX_POOL)
      lip_pool_candidates(rows->back->values, i, j, mark, &at);
    else
      is_wanted[j] = true;
  }
  for (size_t j = 0; j < in; j++)
    if (is_wanted[j] && isfinite(rows->length[node->parent[0]][j])) wanted[count++] = j;
  return count;
}

/* The rows of what nonlinear node i reads. */
static lip_status refine(row_bounds *rows, size_t i, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_back *back = rows->back;
  size_t at = back->net->node[i].parent[0], size = back->net->node[at].size, doubles, block, count;
  size_t *wanted = lip_alloc(size, sizeof *wanted);
  bool *is_wanted = lip_alloc(size, sizeof *is_wanted);
  double cost;

  if (!wanted || !is_wanted) FAIL(LIP_ENOMEM, "a list of %zu rows", size);
  if (at == 0 || rows->refined[at]) goto done;
  count = choose_wanted(rows, i, wanted, is_wanted);
  cost = lip_slope_back_cost(back, at, &doubles);
  if ((double)count * cost > rows->work) goto done;
  rows->work -= (double)count * cost;
  rows->refined[at] = true;
  block = lip_jacobian_block(doubles);
  for (size_t w = 0; w < count; w += block) {
    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "stopped");
    TRY(refine_some(rows, at, count - w < block ? count - w : block, wanted + w, err));
  }
done:
  lip_free(wanted);
  lip_free(is_wanted);
  return st;
}

/* ---- the outputs ---- */

/* |V|_2 of a matrix of which every entry is exact; infinite where no test proves anything better
   than its rows do. */
static lip_status spectral(size_t rows, size_t n, const double *V, double *norm, lip_error *err)
{
  lip_status st = LIP_OK;
  bool wide = rows <= n;
  size_t order = wide ? rows : n, length = wide ? n : rows;
  double largest = lip_largest(rows * n, V), squares = 0, value;
  double *X = NULL, *G = NULL, *values = NULL, *U = NULL;
  int exponent;

  *norm = largest > 0 ? INFINITY : 0;
  if (!(largest > 0) || !isfinite(largest) || order > MOST_GRAM) goto done;
  U = lip_alloc(rows * n, sizeof *U);
  G = lip_alloc(order, order * sizeof *G);
  X = lip_alloc(order, order * sizeof *X);
  values = lip_alloc(2 * order, sizeof *values);
  if (!U || !G || !X || !values) FAIL(LIP_ENOMEM, "a matrix of order %zu", order);
  (void)frexp(largest, &exponent);
  for (size_t k = 0; k < rows * n; k++) {
    U[k] = ldexp(V[k], -exponent); /* what underflows is below 1e-300 of the largest */
    squares += U[k] * U[k];
  }
  lip_dgemm(!wide, wide, order, order, length, 1, U, n, U, n, 0, G, order);
  memcpy(X, G, order * order * sizeof *X);
  st = lip_symmetric_eigen(order, X, values, false, err);
  if (st == LIP_ENUMERIC) {
    st = LIP_OK;
    goto done;
  }
  TRY(st);
  value = fmax(values[order - 1], largest > 0 ? 0.25 : 0);
  for (double spare = 1e-13; spare < 1e-3; spare *= 16) {
    double claimed = value * (1 + spare);
    double slack = lip_gamma(length + 16) * squares * (1 + 1e-9) + 1e-290;

    for (size_t i = 0; i < order; i++) {
      for (size_t j = 0; j < i; j++) X[i * order + j] = -G[i * order + j];
      X[i * order + i] = lip_add_down(claimed, -G[i * order + i]);
      values[i] = slack;
    }
    if (!lip_certainly_semidefinite(order, X, values, NULL)) continue;
    *norm = lip_up(ldexp(lip_sqrt_up(claimed), exponent));
    *norm = lip_up(*norm * (1 + 1e-15));
    break;
  }
done:
  lip_free(U);
  lip_free(G);
  lip_free(X);
  lip_free(values);
  return st;
}

/* What the rows of the function say together. */
typedef struct output_rows {
  double *C;                     /* norm 2 of several: m x d, the pushed rows */
  double most, squares, besides; /* of the rows' bounds; of what they have beside C */
} output_rows;

/* Rows first .. first + count - 1, whose coefficients are at the input. */
static void take_outputs(row_bounds *rows, size_t first, size_t count, output_rows *out)
{
  lip_slope_back *back = rows->back;
  size_t last = back->net->nodes - 1, size = back->net->node[last].size;
  size_t d = back->net->node[0].size;

  for (size_t r = 0; r < count; r++) {
    const double *row = back->coefficient[last] + r * size, *C = back->coefficient[0] + r * d;
    double more = beside(rows, r), found = lip_add_up(length_of(rows, C), more), plain = 0;

    for (size_t j = 0; j < size; j++) /* one entry or two of size 1 */
      if (row[j] != 0) plain = lip_add_up(plain, rows->length[last][j]);
    if (!(found <= plain)) found = plain;
    out->most = fmax(out->most, found);
    out->squares = lip_add_up(out->squares, lip_mul_up(found, found));
    out->besides = lip_add_up(out->besides, lip_mul_up(more, more));
    if (out->C) memcpy(out->C + (first + r) * d, C, d * sizeof *C);
  }
}

/* The rows of the function, and the constant from them. */
static lip_status finish(const lip_claim *claim, row_bounds *rows, double *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_back *back = rows->back;
  size_t m = claim->m, last = back->net->nodes - 1, d = claim->d, doubles, block;
  bool together = rows->euclidean && m > 1;
  output_rows out = {NULL, 0, 0, 0};
  double norm;

  (void)lip_slope_back_cost(back, last, &doubles);
  block = lip_jacobian_block(doubles);
  if (together) out.C = lip_alloc(m, d * sizeof *out.C);
  if (together && !out.C) FAIL(LIP_ENOMEM, "a Jacobian of %zu x %zu", m, d);
  for (size_t r = 0; r < m; r += block) {
    size_t count = m - r < block ? m - r : block;

    TRY(lip_slope_back_place(back, last, count, err));
    lip_jacobian_outputs(claim, back, r, count);
    TRY(lip_slope_back_push(back, last, count, err));
    take_outputs(rows, r, count, &out);
  }
  *bound = together ? lip_sqrt_up(out.squares) : out.most;
  if (together) {
    TRY(spectral(m, d, out.C, &norm, err));
    *bound = fmin(*bound, lip_add_up(norm, lip_sqrt_up(out.besides)));
  }
  if (isnan(*bound)) *bound = INFINITY;
done:
  lip_free(out.C);
  return st;
}

/* Underflow of coefficients, each entry times the row it stands for. */
static void count_underflow(row_bounds *rows, size_t i)
{
  for (size_t j = 0; j < rows->back->net->node[i].size; j++)
    rows->unit += rows->back->underflow * rows->length[i][j] + 8 * DBL_TRUE_MIN;
}

lip_status lip_jacobian_by_rows(const lip_claim *claim, lip_slope_back *back, bool euclidean,
                                double work, double *bound, const lip_control *control,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = back->net;
  row_bounds rows = {.back = back, .euclidean = euclidean};
  size_t doubles;

  TRY(make_room(&rows, net, err));
  rows.work = work - (double)claim->m * lip_slope_back_cost(back, net->nodes - 1, &doubles);
  for (size_t j = 0; j < net->node[0].size; j++) rows.length[0][j] = rows.sizes[0][j] = 1;
  for (size_t i = 0; i < net->nodes; i++) {
    bool affine_node = i == 0 || lip_node_is_affine(net->node[i].kind);

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "stopped");
    if (i > 0 && affine_node) TRY(affine(&rows, i, err));
    if (!affine_node) TRY(refine(&rows, i, control, err));
    if (!affine_node) nonlinear(&rows, i);
    count_underflow(&rows, i);
  }
  TRY(finish(claim, &rows, bound, err));
done:
  lip_free(rows.length);
  lip_free(rows.refined);
  lip_free(rows.block);
  return st;
}
