/* value_lines.c - bounds of values by linear bounds pushed back to the input.

   v_t <= sum_n Lambda_n . v_n + c holds with Lambda = the row of a node t that is asked for, and
   keeps holding when a node is replaced by its parents, last one first: an affine node exactly
   (Lambda_p += L_p' Lambda_n), an activation by the line above it where its coefficient is positive
   and the line below it where negative. At the input the largest value over the region remains
   (Zhang et al., CROWN, NeurIPS 2018; Singh, Gehr, Puschel, Vechev, DeepPoly, POPL 2019).

   Rounding: the computed Lambda are exact numbers of a bound that is off by what computing them was
   off, at most gamma sum_n |Lambda_n| . S_n with S_n = sum_p |L_p| M_p + |b_n|, M the largest sizes
   of values (for activations |slope| M + |offset|): one vector for each node and one dot product
   for each row. Underflow: the smallest number times M for each rounding.
   cost  each row a pass backward through what it depends on */
#include "certificate/graphs/value_lines_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <math.h>
#include <string.h>

void lip_value_lines_free(value_lines *lines)
{
  if (!lines) return;
  for (size_t i = 0;
       lines->sizes && lines->below && lines->above && lines->pick && i < lines->net->nodes; i++) {
    lip_free(lines->sizes[i]);
    lip_free(lines->below[i]);
    lip_free(lines->above[i]);
    lip_free(lines->pick[i]);
  }
  lip_free(lines->sizes);
  lip_free(lines->below);
  lip_free(lines->above);
  lip_free(lines->pick);
  lip_free(lines->cut);
  lip_free(lines->unknown);
  lip_free(lines->tightened);
  lip_free(lines->reached);
  lip_free(lines->coefficient);
  lip_free(lines->room);
  lip_free(lines);
}

/* At most so many roundings stand between a product and the coefficient it ends in. */
static size_t most_terms(const lip_net *net)
{
  size_t most = 0;

  for (size_t i = 0; i < net->nodes; i++) {
    size_t terms = 0;

    for (size_t n = i + 1; n < net->nodes; n++)
      for (size_t p = 0; p < net->node[n].parents; p++)
        if (net->node[n].parent[p] == i) {
          bool pool = net->node[n].kind == LIP_NODE_MAX_POOL; /* one entry in many windows */

          terms += pool ? net->node[n].kernel[0] * net->node[n].kernel[1]
                        : lip_operator_terms_transposed(net, n);
        }
    if (terms > most) most = terms;
  }
  return most;
}

static lip_status room_of_node(value_lines *lines, size_t i, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &lines->net->node[i];
  bool affine = lip_node_is_affine(node->kind);

  lines->sizes[i] = lip_alloc_zero(node->size, sizeof **lines->sizes);
  if (!affine) lines->below[i] = lip_alloc(node->size, sizeof **lines->below);
  if (!affine) lines->above[i] = lip_alloc(node->size, sizeof **lines->above);
  if (!affine) lines->pick[i] = lip_alloc(node->size, sizeof **lines->pick);
  if (!lines->sizes[i] || (!affine && (!lines->below[i] || !lines->above[i] || !lines->pick[i])))
    FAIL(LIP_ENOMEM, "lines about %zu values", node->size);
done:
  return st;
}

lip_status lip_value_lines_create(const lip_net *net, value_lines **lines, lip_error *err)
{
  lip_status st = LIP_OK;
  value_lines *made = lip_alloc_zero(1, sizeof *made);
  size_t widest = 0;

  if (!made) FAIL(LIP_ENOMEM, "lines about values");
  made->net = net;
  made->sizes = lip_alloc_zero(net->nodes, sizeof *made->sizes);
  made->below = lip_alloc_zero(net->nodes, sizeof *made->below);
  made->above = lip_alloc_zero(net->nodes, sizeof *made->above);
  made->pick = lip_alloc_zero(net->nodes, sizeof *made->pick);
  made->cut = lip_alloc_zero(net->nodes, sizeof *made->cut);
  made->unknown = lip_alloc_zero(net->nodes, sizeof *made->unknown);
  made->tightened = lip_alloc_zero(net->nodes, sizeof *made->tightened);
  made->reached = lip_alloc_zero(net->nodes, sizeof *made->reached);
  made->coefficient = lip_alloc_zero(net->nodes, sizeof *made->coefficient);
  if (!made->sizes || !made->below || !made->above || !made->pick || !made->cut || !made->unknown ||
      !made->tightened || !made->reached || !made->coefficient)
    FAIL(LIP_ENOMEM, "lines about %zu nodes", net->nodes);
  for (size_t i = 0; i < net->nodes; i++) {
    TRY(room_of_node(made, i, err));
    widest = net->node[i].size > widest ? net->node[i].size : widest;
  }
  made->largest_terms = (double)most_terms(net);
  made->gamma = lip_gamma(most_terms(net) + widest + 4 * net->nodes + 64);
  *lines = made;
  made = NULL;
done:
  lip_value_lines_free(made);
  return st;
}

void lip_value_lines_start(value_lines *lines, const lip_value_bounds *bounds, double work)
{
  size_t nodes = lines->net->nodes;

  lines->work = work;
  memset(lines->cut, 0, nodes * sizeof *lines->cut);
  memset(lines->unknown, 0, nodes * sizeof *lines->unknown);
  memset(lines->tightened, 0, nodes * sizeof *lines->tightened);
  for (size_t j = 0; j < lines->net->node[0].size; j++)
    if (!isfinite(bounds->high[0][j] - bounds->low[0][j])) lines->unknown[0] = true;
}

/* ---- lines of one node ---- */

static lip_status sizes_of_affine(value_lines *lines, const lip_value_bounds *bounds, size_t i,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &lines->net->node[i];
  double *S = lines->sizes[i], *M = NULL;

  lip_operator_constant(lines->net, i, 1, S);
  for (size_t j = 0; j < node->size; j++) S[j] = fabs(S[j]);
  for (size_t p = 0; p < node->parents; p++) {
    size_t from = node->parent[p], size = lines->net->node[from].size;

    lip_free(M);
    M = lip_alloc(size, sizeof *M);
    if (!M) FAIL(LIP_ENOMEM, "the sizes of %zu values", size);
    for (size_t j = 0; j < size; j++) {
      M[j] = lip_value_size(bounds, from, j);
      if (!isfinite(M[j])) M[j] = DBL_MAX; /* to be seen as unknown below */
    }
    TRY(lip_operator_apply(lines->net, i, p, true, 1, M, S, err));
  }
done:
  lip_free(M);
  return st;
}

/* The lines y = 0 t + its bounds: they hold whatever t is. */
static void lines_of_bounds(lip_interval y, lip_line *below, lip_line *above)
{
  *below = (lip_line){0, y.low};
  *above = (lip_line){0, y.high};
}

static void lines_of_activation(value_lines *lines, const lip_value_bounds *bounds, size_t i)
{
  const lip_node *node = &lines->net->node[i];
  size_t from = node->parent[0];

  for (size_t j = 0; j < node->size; j++) {
    lip_interval z = {bounds->low[from][j], bounds->high[from][j]};
    lip_interval y = {bounds->low[i][j], bounds->high[i][j]};

    lines->pick[i][j] = j;
    if (!isfinite(z.high - z.low)) lines->cut[i] = true;
    if (isfinite(z.high - z.low))
      lip_activation_lines(node->activation, z, &lines->below[i][j], &lines->above[i][j]);
    else
      lines_of_bounds(y, &lines->below[i][j], &lines->above[i][j]);
    if (!isfinite(lines->below[i][j].offset) || !isfinite(lines->above[i][j].offset))
      lines_of_bounds(y, &lines->below[i][j], &lines->above[i][j]);
  }
  for (size_t j = 0; lines->cut[i] && j < node->size; j++)
    lines_of_bounds((lip_interval){bounds->low[i][j], bounds->high[i][j]}, &lines->below[i][j],
                    &lines->above[i][j]);
}

/* The entry with the largest lower bound is below; it is above as well where no other entry can be
   larger, else the largest of all bounds is. */
static void lines_of_window(value_lines *lines, const lip_value_bounds *bounds, size_t i, size_t j)
{
  const lip_node *node = &lines->net->node[i];
  size_t from = node->parent[0], best = LIP_NOWHERE, places = node->height * node->width, y, x;
  size_t c = j / places, h = j / node->width % node->height, w = j % node->width;
  double others = -INFINITY; /* the largest upper bound but that of `best` */

  for (size_t u = 0; u < node->kernel[0]; u++)
    for (size_t v = 0; v < node->kernel[1]; v++) {
      size_t at;

      if (!lip_window_entry(node, 0, node->in_height, h, u, &y) ||
          !lip_window_entry(node, 1, node->in_width, w, v, &x))
        continue;
      at = (c * node->in_height + y) * node->in_width + x;
      if (best == LIP_NOWHERE || bounds->low[from][at] > bounds->low[from][best]) {
        if (best != LIP_NOWHERE) others = fmax(others, bounds->high[from][best]);
        best = at;
      } else {
        others = fmax(others, bounds->high[from][at]);
      }
    }
  lines->pick[i][j] = best == LIP_NOWHERE ? 0 : best;
  lines_of_bounds((lip_interval){bounds->low[i][j], bounds->high[i][j]}, &lines->below[i][j],
                  &lines->above[i][j]);
  if (best == LIP_NOWHERE) return;
  lines->below[i][j] = (lip_line){1, 0};
  if (bounds->low[from][best] >= others) lines->above[i][j] = (lip_line){1, 0};
}

static void sizes_of_lines(value_lines *lines, const lip_value_bounds *bounds, size_t i)
{
  for (size_t j = 0; j < lines->net->node[i].size; j++) {
    lip_line below = lines->below[i][j], above = lines->above[i][j];
    double slope = fmax(fabs(below.slope), fabs(above.slope));
    double size = slope > 0
                      ? lip_value_size(bounds, lines->net->node[i].parent[0], lines->pick[i][j])
                      : 0;

    lines->sizes[i][j] = slope * size + fmax(fabs(below.offset), fabs(above.offset));
  }
}

lip_status lip_value_lines_add(value_lines *lines, const lip_value_bounds *bounds, size_t i,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &lines->net->node[i];

  if (lip_node_is_affine(node->kind)) {
    TRY(sizes_of_affine(lines, bounds, i, err));
  } else {
    for (size_t j = 0; j < node->size; j++) {
      lines->pick[i][j] = 0;
      lines_of_bounds((lip_interval){bounds->low[i][j], bounds->high[i][j]}, &lines->below[i][j],
                      &lines->above[i][j]);
    }
    lines->cut[i] = node->kind == LIP_NODE_SOFTMAX;
    if (node->kind == LIP_NODE_ACTIVATION) lines_of_activation(lines, bounds, i);
    for (size_t j = 0; node->kind == LIP_NODE_MAX_POOL && j < node->size; j++)
      lines_of_window(lines, bounds, i, j);
    sizes_of_lines(lines, bounds, i);
  }
  for (size_t j = 0; j < node->size; j++)
    if (!isfinite(lines->sizes[i][j]) || !isfinite(lip_value_size(bounds, i, j)))
      lines->unknown[i] = true;
done:
  return st;
}
