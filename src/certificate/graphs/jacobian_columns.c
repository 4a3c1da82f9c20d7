/* jacobian_columns.c - sums of the columns of all Jacobians that slopes between their bounds can
   make.

   J = C + sum_i M_i E_i J_zi (jacobian_rows.c), and each J_zi again: a column of J has at most the
   sum of the column of |C| and of through_i |E_i| |J_zi|, where through_i, the column sums of what
   stands before E_i, is complete once every later node has been expanded. From the outputs down:
   node i turns through_i into weights of the rows of J_zi, which are pushed back and added with
   these weights to every `through` before, and to the columns. What is too much work is pushed back
   as one row through |L| and the largest slopes (`open`), and so is what rounding has left behind:
   gamma times the weighted sizes of all coefficients.
   cost  a pass back for each neuron that may switch, and for each output */
#include "certificate/graphs/jacobian_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/interval.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"

#include <math.h>
#include <string.h>

typedef struct column_sums {
  lip_slope_back *back;
  double **through, **open, **plain; /* by node; plain: |L| and largest slopes alone */
  double *block, *weight, *weights;  /* weight: of the rows of what a node reads; as listed */
  size_t *wanted;
  double work, rows; /* flops left; rows pushed so far */
} column_sums;

static lip_status make_room(column_sums *sums, const lip_net *net, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t sum = 0, widest = 0;
  double *at;

  for (size_t i = 0; i < net->nodes; i++) {
    sum += net->node[i].size;
    widest = net->node[i].size > widest ? net->node[i].size : widest;
  }
  sums->through = lip_alloc(3 * net->nodes, sizeof *sums->through);
  sums->block = lip_alloc_zero(3 * sum + 2 * widest, sizeof *sums->block);
  sums->wanted = lip_alloc(widest, sizeof *sums->wanted);
  if (!sums->through || !sums->block || !sums->wanted) FAIL(LIP_ENOMEM, "sums of %zu columns", sum);
  sums->open = sums->through + net->nodes;
  sums->plain = sums->through + 2 * net->nodes;
  at = sums->block;
  for (size_t i = 0; i < net->nodes; i++) {
    sums->through[i] = at;
    sums->open[i] = at + net->node[i].size;
    sums->plain[i] = at + 2 * net->node[i].size;
    at += 3 * net->node[i].size;
  }
  sums->weight = at;
  sums->weights = at + widest;
done:
  return st;
}

/* Adds rows whose coefficients have been pushed, each with its weight (NULL: 1). */
static void add_rows(column_sums *sums, size_t at, size_t count, const double *weights)
{
  const lip_slope_back *back = sums->back;

  for (size_t i = 0; i <= at; i++) {
    size_t size = back->net->node[i].size;

    for (size_t r = 0; back->reached[i] && r < count; r++) {
      const double *row = back->coefficient[i] + r * size;
      double weight = weights ? weights[r] : 1;

      for (size_t j = 0; j < size; j++) {
        sums->through[i][j] += weight * fabs(row[j]);
        sums->open[i][j] += weight * back->underflow;
      }
    }
  }
  sums->rows += (double)count;
}

/* sum over the entries of node i that read entry k of the parent, of |slopes| times `from`. */
typedef struct spread {
  double value;
  double *to;
} spread;

static void add_to(void *context, size_t at)
{
  spread *of = context;

  of->to[at] += of->value;
}

static double largest_but(size_t size, const double *from, size_t j)
{
  double most = 0;

  for (size_t i = 0; i < size; i++)
    if (i != j) most = fmax(most, from[i]);
  return most;
}

/* to += from |E| (radius), or from |D + E| (most), for nonlinear node i. Of softmax column j is at
   most p_j (1 - p_j) (from_j + the largest of the others). */
static void through_slopes(const lip_slope_back *back, size_t i, const double *slope,
                           const double *from, double *to)
{
  const lip_node *node = &back->net->node[i];

  for (size_t j = 0; j < node->size; j++) {
    spread of = {slope[j] * from[j], to};

    if (node->kind == LIP_NODE_SOFTMAX)
      to[j] += slope[j] * (from[j] + largest_but(node->size, from, j));
    else if (slope[j] == 0)
      continue;
    else if (node->kind == LIP_NODE_MAX_POOL)
      lip_pool_candidates(back->values, i, j, add_to, &of);
    else
      to[j] += of.value;
  }
}

/* Rows of the parent of node i, with sums->weight, pushed back; or left open. */
static lip_status expand(column_sums *sums, size_t i, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_back *back = sums->back;
  size_t at = back->net->node[i].parent[0], size = back->net->node[at].size, count = 0, doubles;
  size_t block;
  double cost = lip_slope_back_cost(back, at, &doubles);

  for (size_t j = 0; j < size; j++) {
    if (sums->weight[j] == 0) continue;
    sums->weights[count] = sums->weight[j];
    sums->wanted[count++] = j;
  }
  if ((double)count * cost > sums->work) {
    for (size_t j = 0; j < size; j++) sums->open[at][j] += sums->weight[j];
    goto done;
  }
  sums->work -= (double)count * cost;
  block = lip_jacobian_block(doubles);
  for (size_t w = 0; w < count; w += block) {
    size_t some = count - w < block ? count - w : block;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "stopped");
    TRY(lip_slope_back_place(back, at, some, err));
    for (size_t r = 0; r < some; r++) back->coefficient[at][r * size + sums->wanted[w + r]] = 1;
    TRY(lip_slope_back_push(back, at, some, err));
    add_rows(sums, at, some, sums->weights + w);
  }
done:
  return st;
}

/* Takes node i, before which everything later has been expanded. */
static lip_status take_node(column_sums *sums, size_t i, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_back *back = sums->back;
  const lip_node *node = &back->net->node[i];
  size_t from = node->parent[0];
  const lip_middle *slope = &back->node[i];

  if (lip_node_is_affine(node->kind)) {
    for (size_t j = 0; j < node->size; j++)
      sums->open[i][j] += 2 * back->gamma * sums->through[i][j];
    for (size_t p = 0; p < node->parents; p++) {
      TRY(lip_operator_transpose(back->net, i, p, true, 1, sums->open[i],
                                 sums->open[node->parent[p]], err));
      TRY(lip_operator_transpose(back->net, i, p, true, 1, sums->plain[i],
                                 sums->plain[node->parent[p]], err));
    }
    goto done;
  }
  through_slopes(back, i, slope->most, sums->open[i], sums->open[from]);
  through_slopes(back, i, slope->most, sums->plain[i], sums->plain[from]);
  for (size_t j = 0; j < node->size; j++)
    if (slope->middle[j] != 0)
      sums->open[from][slope->pick[j]] += 2 * back->gamma * fabs(slope->middle[j]) *
                                          sums->through[i][j];
  memset(sums->weight, 0, back->net->node[from].size * sizeof *sums->weight);
  through_slopes(back, i, slope->radius, sums->through[i], sums->weight);
  TRY(expand(sums, i, control, err));
done:
  return st;
}

static lip_status push_outputs(const lip_claim *claim, column_sums *sums, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_back *back = sums->back;
  size_t last = back->net->nodes - 1, doubles, size = back->net->node[last].size, block;
  double cost = lip_slope_back_cost(back, last, &doubles);

  block = lip_jacobian_block(doubles);
  sums->work -= cost * (double)claim->m;
  for (size_t r = 0; r < claim->m; r += block) {
    size_t count = claim->m - r < block ? claim->m - r : block;

    TRY(lip_slope_back_place(back, last, count, err));
    lip_jacobian_outputs(claim, back, r, count);
    for (size_t k = 0; k < count * size; k++)
      sums->plain[last][k % size] += fabs(back->coefficient[last][k]);
    TRY(lip_slope_back_push(back, last, count, err));
    add_rows(sums, last, count, NULL);
  }
done:
  return st;
}

lip_status lip_jacobian_by_columns(const lip_claim *claim, lip_slope_back *back, double work,
                                   double *bound, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = back->net;
  column_sums sums = {.back = back, .work = work};
  double most = 0, more, plain_more;

  TRY(make_room(&sums, net, err));
  TRY(push_outputs(claim, &sums, err));
  for (size_t i = net->nodes; i-- > 1;) TRY(take_node(&sums, i, control, err));
  plain_more = 1 + 4 * (double)net->nodes * back->gamma;
  more = plain_more + 2 * lip_gamma((size_t)sums.rows + 64) * (double)net->nodes;
  for (size_t k = 0; k < claim->d; k++) {
    double found = (sums.through[0][k] + sums.open[0][k]) * more;
    double plain = sums.plain[0][k] * plain_more;

    if (!(found <= plain)) found = plain;
    if (isnan(found)) found = INFINITY;
    most = fmax(most, lip_up(found));
  }
  *bound = most;
done:
  lip_free(sums.through);
  lip_free(sums.block);
  lip_free(sums.wanted);
  return st;
}
