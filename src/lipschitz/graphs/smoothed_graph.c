/* smoothed_graph.c - a graph whose kinks are smoothed: its slopes at many points, and which way
   they grow.

   J = sum over paths of products of weights and slopes s_l, so the derivative of u'J v by x is the
   sum over neurons of (adjoint of y_l) (tangent of z_l) s_l'(z_l) dz_l/dx: a pull of u, a push of v
   = the pull's direction, and a second pull that takes in these products at every neuron. Max pools
   keep the entry that is largest. Slopes that bend smoothly are taken at z / T and softmax at
   e^{z / T}, T = 1 + the width: what is saturated is seen from afar, and T -> 1 gives the network's
   own second derivative. Of softmax with p its value, J = diag(p) - p p' and u'Jv changes with z by
   J c / T, c_j = u_j v_j - u_j p.v - v_j p.u. All rows together are products of matrices.
   Cost: forward and three derivative passes a row. */
#include "lipschitz/graphs/smoothed_graph.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"
#include "net/activation.h"
#include "net/graph.h"
#include "net/operator.h"

#include <math.h>
#include <string.h>

static const double FURTHER = 3;
static const double BESIDE = 1e-4; /* for the differences of slopes that bend smoothly */

struct lip_smoothed_graph {
  const lip_problem *problem;
  const lip_net *net;
  size_t capacity, rows, m;             /* m: outputs of the network */
  double **value, **adjoint, **tangent; /* by node: capacity x size */
  double **slope, **rise;               /* of activations; slope: of softmax the smoothed p */
  size_t **largest;                     /* of max pools: which entry of the parent */
  double *unit;                         /* nodes x capacity: a row's typical argument */
  double *u;                            /* capacity x m */
  double *block;
  size_t *index;
};

static bool known(lip_node_kind kind)
{
  return kind == LIP_NODE_INPUT || lip_node_is_affine(kind) || kind == LIP_NODE_ACTIVATION ||
         kind == LIP_NODE_MAX_POOL || kind == LIP_NODE_SOFTMAX;
}

/* How many arrays of a row's values a node has. */
static size_t arrays_of(lip_node_kind kind)
{
  return kind == LIP_NODE_ACTIVATION ? 5 : kind == LIP_NODE_SOFTMAX ? 4 : 3;
}

bool lip_smoothed_graph_applies(const lip_problem *problem)
{
  const lip_net *net = problem->net;

  for (size_t i = 0; i < net->nodes; i++)
    if (!known(net->node[i].kind)) return false;
  return true;
}

bool lip_smoothed_graph_bends(const lip_problem *problem)
{
  const lip_net *net = problem->net;

  for (size_t i = 0; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    if (node->kind == LIP_NODE_SOFTMAX) return true;
    if (node->kind == LIP_NODE_ACTIVATION && !lip_activation_is_piecewise_linear(node->activation))
      return true;
  }
  return false;
}

double lip_smoothed_graph_numbers(const lip_problem *problem)
{
  double numbers = 0;

  for (size_t i = 0; i < problem->net->nodes; i++) {
    const lip_node *node = &problem->net->node[i];

    numbers += (double)(arrays_of(node->kind) + 1) * (double)node->size;
  }
  return numbers;
}

static void hand_out(lip_smoothed_graph *graph)
{
  double *at = graph->block;
  size_t *index = graph->index, rows = graph->capacity;

  for (size_t i = 0; i < graph->net->nodes; i++) {
    size_t count = rows * graph->net->node[i].size;

    graph->value[i] = at;
    graph->adjoint[i] = at + count;
    graph->tangent[i] = at + 2 * count;
    if (arrays_of(graph->net->node[i].kind) > 3) graph->slope[i] = at + 3 * count;
    if (arrays_of(graph->net->node[i].kind) > 4) graph->rise[i] = at + 4 * count;
    at += arrays_of(graph->net->node[i].kind) * count;
    if (graph->net->node[i].kind == LIP_NODE_MAX_POOL) {
      graph->largest[i] = index;
      index += count;
    }
  }
}

lip_status lip_smoothed_graph_create(const lip_problem *problem, size_t rows,
                                     lip_smoothed_graph **graph, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_smoothed_graph *made = lip_alloc_zero(1, sizeof *made);
  size_t nodes = problem->net->nodes, numbers = 0, pooled = 0;

  if (!made) FAIL(LIP_ENOMEM, "a smoothed network");
  made->problem = problem;
  made->net = problem->net;
  made->capacity = rows;
  made->m = lip_net_outputs(problem->net);
  for (size_t i = 0; i < nodes; i++) {
    const lip_node *node = &problem->net->node[i];

    numbers += arrays_of(node->kind) * rows * node->size;
    pooled += node->kind == LIP_NODE_MAX_POOL ? rows * node->size : 0;
  }
  made->value = lip_alloc_zero(nodes, 5 * sizeof *made->value);
  made->largest = lip_alloc_zero(nodes, sizeof *made->largest);
  made->unit = lip_alloc_zero(nodes, rows * sizeof *made->unit);
  made->u = lip_alloc_zero(rows, made->m * sizeof *made->u);
  made->block = lip_alloc(numbers, sizeof *made->block);
  made->index = lip_alloc(pooled, sizeof *made->index);
  if (!made->value || !made->largest || !made->unit || !made->u || !made->block || !made->index)
    FAIL(LIP_ENOMEM, "a smoothed network at %zu points", rows);
  made->adjoint = made->value + nodes;
  made->tangent = made->adjoint + nodes;
  made->slope = made->tangent + nodes;
  made->rise = made->slope + nodes;
  hand_out(made);
  *graph = made;
  made = NULL;
done:
  lip_smoothed_graph_free(made);
  return st;
}

void lip_smoothed_graph_free(lip_smoothed_graph *graph)
{
  if (!graph) return;
  lip_free(graph->value);
  lip_free(graph->largest);
  lip_free(graph->unit);
  lip_free(graph->u);
  lip_free(graph->block);
  lip_free(graph->index);
  lip_free(graph);
}

/* The largest entry of each window of one row; the first of equals. */
static void pool_row(const lip_node *node, const double *from, double *to, size_t *which)
{
  size_t places = node->in_height * node->in_width, y, x, out = 0;

  for (size_t c = 0; c < node->channels; c++)
    for (size_t h = 0; h < node->height; h++)
      for (size_t w = 0; w < node->width; w++, out++) {
        to[out] = -INFINITY;
        which[out] = c * places;
        for (size_t u = 0; u < node->kernel[0]; u++)
          for (size_t v = 0; v < node->kernel[1]; v++) {
            size_t at;

            if (!lip_window_entry(node, 0, node->in_height, h, u, &y)) continue;
            if (!lip_window_entry(node, 1, node->in_width, w, v, &x)) continue;
            at = c * places + y * node->in_width + x;
            if (from[at] > to[out]) to[out] = from[at], which[out] = at;
          }
      }
}

static double typical_size(size_t count, const double *z)
{
  double sum = 0;

  for (size_t i = 0; i < count; i++) sum += fabs(z[i]);
  return sum > 0 && isfinite(sum) ? sum / (double)count : 1;
}

/* to <- softmax of z / T. */
static void soften(size_t count, double T, const double *z, double *to)
{
  double top = z[0], sum = 0;

  for (size_t j = 1; j < count; j++) top = fmax(top, z[j]);
  for (size_t j = 0; j < count; j++) sum += to[j] = exp((z[j] - top) / T);
  for (size_t j = 0; j < count; j++) to[j] /= sum;
}

/* Softmax does not change with a common part of its arguments; it is seen from further away than
   single neurons, as all of its arguments have to meet. */
static double typical_difference(size_t count, const double *z)
{
  double mean = 0, sum = 0;

  for (size_t j = 0; j < count; j++) mean += z[j] / (double)count;
  for (size_t j = 0; j < count; j++) sum += fabs(z[j] - mean);
  return isfinite(sum) ? FURTHER * sum / (double)count : 1;
}

lip_status lip_smoothed_graph_forward(lip_smoothed_graph *graph, size_t rows, const double *X,
                                      bool typical, lip_error *err)
{
  lip_status st = LIP_OK;

  graph->rows = rows;
  for (size_t i = 0; i < graph->net->nodes; i++) {
    const lip_node *node = &graph->net->node[i];
    size_t count = rows * node->size;
    double *value = graph->value[i], sum = 0;

    if (node->kind == LIP_NODE_INPUT) {
      memcpy(value, X, count * sizeof *value);
    } else if (node->kind == LIP_NODE_ACTIVATION) {
      memcpy(value, graph->value[node->parent[0]], count * sizeof *value);
      for (size_t r = 0; typical && r < rows; r++)
        graph->unit[i * graph->capacity + r] = typical_size(node->size, value + r * node->size);
      lip_activation_values(node->activation, count, value);
    } else if (node->kind == LIP_NODE_SOFTMAX) {
      const double *z = graph->value[node->parent[0]];

      for (size_t r = 0; typical && r < rows; r++)
        graph->unit[i * graph->capacity + r] = typical_difference(node->size, z + r * node->size);
      for (size_t r = 0; r < rows; r++)
        soften(node->size, 1, z + r * node->size, value + r * node->size);
    } else if (node->kind == LIP_NODE_MAX_POOL) {
      size_t in = graph->net->node[node->parent[0]].size;

      for (size_t r = 0; r < rows; r++)
        pool_row(node, graph->value[node->parent[0]] + r * in, value + r * node->size,
                 graph->largest[i] + r * node->size);
    } else {
      lip_operator_constant(graph->net, i, rows, value);
      for (size_t p = 0; p < node->parents; p++)
        TRY(lip_operator_apply(graph->net, i, p, false, rows, graph->value[node->parent[p]], value,
                               err));
    }
    for (size_t j = 0; j < count; j++) sum += fabs(value[j]);
    if (!isfinite(sum)) FAIL(LIP_ENUMERIC, "a value of node %zu is not finite", i);
  }
done:
  return st;
}

/* slope and rise of one row of an activation node. */
static void smooth(lip_activation psi, double w, size_t count, const double *z, double *slope,
                   double *rise)
{
  double left = lip_activation_slope(psi, -1), right = lip_activation_slope(psi, 1);
  double half = 0.5 * (right - left), middle = 0.5 * (left + right), T = 1;

  if (lip_activation_is_piecewise_linear(psi)) {
    for (size_t i = 0; i < count; i++) {
      double q = 1 / (w + fabs(z[i]));

      slope[i] = middle + half * z[i] * q;
      rise[i] = half * w * q * q;
    }
    return;
  }
  if (isfinite(lip_activation_lipschitz(psi))) T = 1 + w;
  for (size_t i = 0; i < count; i++) {
    double at = z[i] / T;

    slope[i] = lip_activation_slope(psi, at);
    rise[i] = (lip_activation_slope(psi, at + BESIDE) - lip_activation_slope(psi, at - BESIDE)) /
              (2 * BESIDE * T);
  }
}

static void smooth_node(lip_smoothed_graph *graph, size_t at, double width)
{
  const lip_node *node = &graph->net->node[at];

  for (size_t r = 0; r < graph->rows; r++) {
    const double *z = graph->value[node->parent[0]] + r * node->size;
    double w = width * graph->unit[at * graph->capacity + r];

    if (node->kind == LIP_NODE_SOFTMAX)
      soften(node->size, 1 + w, z, graph->slope[at] + r * node->size);
    else
      smooth(node->activation, w, node->size, z, graph->slope[at] + r * node->size,
             graph->rise[at] + r * node->size);
  }
}

/* to += (diag(p) - p p') v */
static void add_softmax_change(size_t count, const double *p, const double *v, double *to)
{
  double mean = lip_dot(count, p, v);

  for (size_t j = 0; j < count; j++) to[j] += p[j] * (v[j] - mean);
}

/* to += J from on all rows; with `rises` also what u'Jv changes by at this node. */
static void pull_softmax(const lip_smoothed_graph *graph, size_t i, double width, bool rises,
                         const double *from, double *to)
{
  const double *moves = rises ? graph->value[i] : graph->slope[i];
  size_t n = graph->net->node[i].size, parent = graph->net->node[i].parent[0];

  for (size_t r = 0; r < graph->rows; r++) {
    const double *p = graph->slope[i] + r * n, *u = graph->adjoint[i] + r * n;
    const double *v = graph->tangent[parent] + r * n;
    double T = 1 + width * graph->unit[i * graph->capacity + r], pu, pv, mean = 0;

    add_softmax_change(n, moves + r * n, from + r * n, to + r * n);
    if (!rises) continue;
    pu = lip_dot(n, p, u);
    pv = lip_dot(n, p, v);
    for (size_t j = 0; j < n; j++) mean += p[j] * (u[j] * v[j] - u[j] * pv - v[j] * pu);
    for (size_t j = 0; j < n; j++)
      to[r * n + j] += p[j] * (u[j] * v[j] - u[j] * pv - v[j] * pu - mean) / T;
  }
}

/* to += slopes of the network itself times from: how values, which are not smoothed, move. */
static void pull_values(const lip_smoothed_graph *graph, size_t i, const double *from, double *to)
{
  const lip_node *node = &graph->net->node[i];
  const double *z = graph->value[node->parent[0]];
  double left = lip_activation_slope(node->activation, -1);
  double right = lip_activation_slope(node->activation, 1);
  bool bent = lip_activation_is_piecewise_linear(node->activation);

  for (size_t j = 0; j < graph->rows * node->size; j++)
    to[j] += from[j] * (!bent      ? lip_activation_slope(node->activation, z[j])
                        : z[j] > 0 ? right
                                   : left);
}

/* From the adjoints of the last node to those of all others. With `rises`, at every neuron
   (adjoint) (tangent) rise is added where its argument is; else adjoints are kept for that. */
static lip_status pull(lip_smoothed_graph *graph, double **adjoint, double width, bool rises,
                       lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = graph->net;

  for (size_t i = 0; i + 1 < net->nodes; i++)
    memset(adjoint[i], 0, graph->rows * net->node[i].size * sizeof **adjoint);
  for (size_t i = net->nodes; i-- > 1;) {
    const lip_node *node = &net->node[i];
    size_t count = graph->rows * node->size, from = node->parent[0];

    if (node->kind == LIP_NODE_ACTIVATION) {
      if (rises)
        pull_values(graph, i, adjoint[i], adjoint[from]);
      else
        for (size_t j = 0; j < count; j++) adjoint[from][j] += adjoint[i][j] * graph->slope[i][j];
      for (size_t j = 0; rises && j < count; j++)
        adjoint[from][j] += graph->adjoint[i][j] * graph->tangent[from][j] * graph->rise[i][j];
    } else if (node->kind == LIP_NODE_SOFTMAX) {
      pull_softmax(graph, i, width, rises, adjoint[i], adjoint[from]);
    } else if (node->kind == LIP_NODE_MAX_POOL) {
      for (size_t j = 0; j < count; j++)
        adjoint[from][j / node->size * net->node[from].size + graph->largest[i][j]] +=
            adjoint[i][j];
    } else {
      for (size_t p = 0; p < node->parents; p++)
        TRY(lip_operator_transpose(net, i, p, false, graph->rows, adjoint[i],
                                   adjoint[node->parent[p]], err));
    }
  }
done:
  return st;
}

/* From the tangents of the input to those of all nodes. */
static lip_status push(lip_smoothed_graph *graph, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = graph->net;
  double **tangent = graph->tangent;

  for (size_t i = 1; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];
    size_t count = graph->rows * node->size, from = node->parent[0];

    if (node->kind == LIP_NODE_ACTIVATION) {
      for (size_t j = 0; j < count; j++) tangent[i][j] = tangent[from][j] * graph->slope[i][j];
    } else if (node->kind == LIP_NODE_SOFTMAX) {
      memset(tangent[i], 0, count * sizeof **tangent);
      for (size_t r = 0; r < count; r += node->size)
        add_softmax_change(node->size, graph->slope[i] + r, tangent[from] + r, tangent[i] + r);
    } else if (node->kind == LIP_NODE_MAX_POOL) {
      for (size_t j = 0; j < count; j++)
        tangent[i][j] = tangent[from][j / node->size * net->node[from].size + graph->largest[i][j]];
    } else {
      memset(tangent[i], 0, count * sizeof **tangent);
      for (size_t p = 0; p < node->parents; p++)
        TRY(lip_operator_apply(net, i, p, false, graph->rows, tangent[node->parent[p]], tangent[i],
                               err));
    }
  }
done:
  return st;
}

/* v <- of length 1 in `norm`, with g.v the dual length of g; returns that. */
static double align(lip_norm_kind norm, size_t n, const double *g, double *v)
{
  double length = norm == LIP_NORM_2 ? lip_norm(n, g) : 0;
  size_t best = 0;

  for (size_t i = 0; i < n; i++) {
    if (norm == LIP_NORM_2) v[i] = length > 0 ? g[i] / length : 0;
    if (norm == LIP_NORM_INF) v[i] = g[i] < 0 ? -1 : 1, length += fabs(g[i]);
    if (norm == LIP_NORM_1) {
      v[i] = 0;
      if (fabs(g[i]) > fabs(g[best])) best = i;
    }
  }
  if (norm == LIP_NORM_1) {
    v[best] = g[best] < 0 ? -1 : 1;
    length = fabs(g[best]);
  }
  return length;
}

/* Most of one output against another one, unlike from row to row. */
static void begin_row(size_t m, size_t row, double *u)
{
  for (size_t j = 0; j < m; j++) u[j] = 0.1 / sqrt((double)m);
  u[row % m] += 1;
  if (m > 1) u[(row % m + 1 + row / m % (m - 1)) % m] -= 1;
}

/* The vectors u of the outputs asked for. */
static void begin_outputs(lip_smoothed_graph *graph, bool anew)
{
  lip_output output = graph->problem->output;
  size_t last = graph->net->nodes - 1, m = graph->m;

  for (size_t r = 0; r < graph->rows; r++) {
    double *u = graph->u + r * m;

    if (output.kind == LIP_ALL_OUTPUTS) {
      if (anew) begin_row(m, r, u);
    } else {
      memset(u, 0, m * sizeof *u);
      u[output.plus] = 1;
      if (output.kind == LIP_OUTPUT_DIFFERENCE) u[output.minus] = -1;
    }
  }
  memcpy(graph->adjoint[last], graph->u, graph->rows * m * sizeof *graph->u);
}

/* u <- the vector of dual length 1 that makes u.(J v) largest. */
static void improve_outputs(lip_smoothed_graph *graph)
{
  lip_norm_kind norm = graph->problem->norm;
  lip_norm_kind dual = norm == LIP_NORM_1 ? LIP_NORM_INF : norm == LIP_NORM_INF ? LIP_NORM_1 : norm;
  size_t last = graph->net->nodes - 1, m = graph->m;

  if (graph->problem->output.kind != LIP_ALL_OUTPUTS) return;
  for (size_t r = 0; r < graph->rows; r++)
    (void)align(dual, m, graph->tangent[last] + r * m, graph->u + r * m);
}

lip_status lip_smoothed_graph_rise(lip_smoothed_graph *graph, double width, bool anew, double *UP,
                                   double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t nodes = graph->net->nodes, d = graph->problem->d, rows = graph->rows;
  size_t last = graph->net->node[nodes - 1].size;
  double **second = NULL, *block = NULL;
  size_t numbers = 0;

  for (size_t i = 0; i < nodes; i++) {
    numbers += rows * graph->net->node[i].size;
    if (graph->slope[i]) smooth_node(graph, i, width);
  }
  second = lip_alloc(nodes, sizeof *second);
  block = lip_alloc(numbers, sizeof *block);
  if (!second || !block) FAIL(LIP_ENOMEM, "adjoints at %zu points", rows);
  numbers = 0;
  for (size_t i = 0; i < nodes; i++) {
    second[i] = block + numbers;
    numbers += rows * graph->net->node[i].size;
  }
  begin_outputs(graph, anew);
  TRY(pull(graph, graph->adjoint, width, false, err));
  for (size_t r = 0; r < rows; r++)
    value[r] = align(graph->problem->norm, d, graph->adjoint[0] + r * d, graph->tangent[0] + r * d);
  TRY(push(graph, err));
  improve_outputs(graph);
  memset(second[nodes - 1], 0, rows * last * sizeof **second);
  TRY(pull(graph, second, width, true, err));
  memcpy(UP, second[0], rows * d * sizeof *UP);
done:
  lip_free(second);
  lip_free(block);
  return st;
}
