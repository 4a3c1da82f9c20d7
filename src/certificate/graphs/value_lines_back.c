/* value_lines_back.c - rows pushed back to the input through lines: what value_lines.c says at its
   head. */
#include "certificate/graphs/value_lines_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/activation.h"
#include "net/graph.h"
#include "net/operator.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { ROOM = 4 << 20, MOST_ROWS = 512 }; /* doubles of coefficients at once; rows */

/* Rows under way: `constant` and `weight` (of rounding) by row. */
typedef struct rows_back {
  size_t rows;
  double *constant, *weight;
} rows_back;

static void take_constants(const rows_back *back, size_t size, const double *coefficient,
                           const double *constant, const double *sizes)
{
  for (size_t r = 0; r < back->rows; r++) {
    const double *row = coefficient + r * size;
    double sum = 0, weight = 0;

    for (size_t j = 0; j < size; j++) {
      sum += row[j] * constant[j];
      weight += fabs(row[j]) * sizes[j];
    }
    back->constant[r] += sum;
    back->weight[r] += weight;
  }
}

static lip_status back_through_affine(value_lines *lines, size_t i, const rows_back *back,
                                      lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &lines->net->node[i];
  double *constant = lip_alloc(node->size, sizeof *constant);

  if (!constant) FAIL(LIP_ENOMEM, "%zu constants", node->size);
  lip_operator_constant(lines->net, i, 1, constant);
  take_constants(back, node->size, lines->coefficient[i], constant, lines->sizes[i]);
  for (size_t p = 0; p < node->parents; p++)
    TRY(lip_operator_transpose(lines->net, i, p, false, back->rows, lines->coefficient[i],
                               lines->coefficient[node->parent[p]], err));
done:
  lip_free(constant);
  return st;
}

static void back_through_lines(value_lines *lines, size_t i, const rows_back *back)
{
  const lip_node *node = &lines->net->node[i];
  size_t from = node->parent[0], in = lines->net->node[from].size;

  for (size_t r = 0; r < back->rows; r++) {
    const double *row = lines->coefficient[i] + r * node->size;
    double *to = lines->cut[i] ? NULL : lines->coefficient[from] + r * in;
    double sum = 0, weight = 0;

    for (size_t j = 0; j < node->size; j++) {
      const lip_line *line = row[j] >= 0 ? &lines->above[i][j] : &lines->below[i][j];

      sum += row[j] * line->offset;
      weight += fabs(row[j]) * lines->sizes[i][j];
      if (to) to[lines->pick[i][j]] += row[j] * line->slope;
    }
    back->constant[r] += sum;
    back->weight[r] += weight;
  }
}

/* The largest value of row . x over the region, about: what rounding may take is in *weight. */
static double largest_over(const lip_region *region, size_t d, const double *row, double *weight)
{
  double ball = INFINITY, box = INFINITY;

  if (isfinite(region->radius)) {
    double length = lip_interval_norm(d, row).high;

    ball = length * region->radius;
    *weight += ball;
    for (size_t k = 0; region->center && k < d; k++) {
      ball += row[k] * region->center[k];
      *weight += fabs(row[k] * region->center[k]);
    }
  }
  if (region->low && region->high) {
    box = 0;
    for (size_t k = 0; k < d; k++) {
      double end = row[k] > 0 ? region->high[k] : region->low[k];

      if (row[k] == 0) continue;
      box += row[k] * end;
      *weight += fabs(row[k] * end);
    }
  }
  return fmin(ball, box);
}

/* Which nodes a row of `at` depends on; false where one of them is unknown. Adds the flops. */
static bool reach(value_lines *lines, size_t at, double *flops, size_t *sizes)
{
  const lip_net *net = lines->net;
  bool known = true;

  memset(lines->reached, 0, net->nodes * sizeof *lines->reached);
  lines->reached[at] = true;
  *flops = 0;
  *sizes = 0;
  for (size_t i = at + 1; i-- > 0;) {
    const lip_node *node = &net->node[i];
    double each = node->kind == LIP_NODE_CONVOLUTION ? (double)(node->height * node->width) : 1;

    if (!lines->reached[i]) continue;
    known = known && !lines->unknown[i];
    *sizes += node->size;
    *flops += 2 * (double)node->weights * each + 8 * (double)node->size;
    for (size_t p = 0; !lines->cut[i] && p < node->parents; p++)
      lines->reached[node->parent[p]] = true;
  }
  return known;
}

/* What underflow may take: the smallest number for each rounding, times what it meets. */
static double underflow_of(const value_lines *lines, const lip_value_bounds *bounds, size_t at)
{
  double sum = 0;

  for (size_t i = 0; i <= at; i++)
    for (size_t j = 0; lines->reached[i] && j < lines->net->node[i].size; j++)
      sum += 8 + 4 * lines->largest_terms * lip_value_size(bounds, i, j);
  return sum * DBL_TRUE_MIN;
}

static lip_status place_coefficients(value_lines *lines, size_t at, size_t rows, size_t sizes,
                                     lip_error *err)
{
  lip_status st = LIP_OK;
  size_t first = 0;

  if (lines->room_size < rows * sizes) {
    lip_free(lines->room);
    lines->room_size = 0;
    lines->room = lip_alloc(rows, sizes * sizeof *lines->room);
    if (!lines->room) FAIL(LIP_ENOMEM, "coefficients of %zu x %zu values", rows, sizes);
    lines->room_size = rows * sizes;
  }
  memset(lines->room, 0, rows * sizes * sizeof *lines->room);
  for (size_t i = 0; i <= at; i++) {
    if (!lines->reached[i]) continue;
    lines->coefficient[i] = lines->room + first;
    first += rows * lines->net->node[i].size;
  }
done:
  return st;
}

/* Pushes the rows in coefficient[at] back and leaves upper bounds in back->constant. */
static lip_status push_back(value_lines *lines, const lip_value_bounds *bounds,
                            const lip_region *region, size_t at, const rows_back *back,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lines->net->node[0].size;
  double underflow = underflow_of(lines, bounds, at);

  for (size_t r = 0; r < back->rows; r++) back->constant[r] = back->weight[r] = 0;
  for (size_t i = at + 1; i-- > 1;) {
    if (!lines->reached[i]) continue;
    if (lip_node_is_affine(lines->net->node[i].kind))
      TRY(back_through_affine(lines, i, back, err));
    else
      back_through_lines(lines, i, back);
  }
  for (size_t r = 0; r < back->rows; r++) {
    double most = 0;

    if (lines->reached[0])
      most = largest_over(region, d, lines->coefficient[0] + r * d, &back->weight[r]);
    back->constant[r] = lip_up(back->constant[r] + most +
                               2 * lines->gamma * (back->weight[r] + fabs(most)) + underflow);
  }
done:
  return st;
}

/* Rows e_j and -e_j for the entries first .. last - 1 of `wanted`. */
static lip_status tighten_some(value_lines *lines, lip_value_bounds *bounds,
                               const lip_region *region, size_t at, size_t count,
                               const size_t *wanted, const rows_back *back, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t size = lines->net->node[at].size;

  for (size_t w = 0; w < count; w++) {
    lines->coefficient[at][2 * w * size + wanted[w]] = 1;
    lines->coefficient[at][(2 * w + 1) * size + wanted[w]] = -1;
  }
  TRY(push_back(lines, bounds, region, at, back, err));
  for (size_t w = 0; w < count; w++) {
    double high = back->constant[2 * w], low = -back->constant[2 * w + 1];

    if (isfinite(high)) bounds->high[at][wanted[w]] = fmin(bounds->high[at][wanted[w]], high);
    if (isfinite(low)) bounds->low[at][wanted[w]] = fmax(bounds->low[at][wanted[w]], low);
  }
done:
  return st;
}

static size_t choose_wanted(const value_lines *lines, const lip_value_bounds *bounds, size_t at,
                            size_t user, size_t *wanted)
{
  const lip_net *net = lines->net;
  bool kink = user != LIP_NOWHERE && net->node[user].kind == LIP_NODE_ACTIVATION &&
              lip_activation_is_piecewise_linear(net->node[user].activation);
  size_t count = 0;

  for (size_t j = 0; j < net->node[at].size; j++)
    if (!kink || (bounds->low[at][j] < 0 && bounds->high[at][j] > 0)) wanted[count++] = j;
  return count;
}

lip_status lip_value_lines_tighten(value_lines *lines, lip_value_bounds *bounds,
                                   const lip_region *region, size_t at, size_t user,
                                   const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *wanted = lip_alloc(lines->net->node[at].size, sizeof *wanted), count, sizes, block;
  double flops, constants[2 * MOST_ROWS];

  if (!wanted) FAIL(LIP_ENOMEM, "a list of %zu values", lines->net->node[at].size);
  if (at == 0 || lines->tightened[at] || !reach(lines, at, &flops, &sizes)) goto done;
  count = choose_wanted(lines, bounds, at, user, wanted);
  if (2 * (double)count * flops > lines->work) goto done;
  lines->work -= 2 * (double)count * flops;
  lines->tightened[at] = true;
  block = ROOM / sizes < 2 ? 1 : ROOM / sizes / 2;
  if (block > MOST_ROWS / 2) block = MOST_ROWS / 2;
  for (size_t w = 0; w < count; w += block) {
    size_t some = count - w < block ? count - w : block;
    rows_back back = {2 * some, constants, constants + MOST_ROWS};

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "stopped");
    TRY(place_coefficients(lines, at, 2 * some, sizes, err));
    TRY(tighten_some(lines, bounds, region, at, some, wanted + w, &back, err));
  }
done:
  lip_free(wanted);
  return st;
}
