/* sector_rows.c - the couplings of a block: rows of the identity pushed back through the affine
   nodes, with error bounds.

   Where a row of the identity meets one operator only, what comes out are that operator's own
   numbers: exact. Otherwise every entry is off by at most gamma_r times the same product with the
   sizes of all numbers in their place, r the most roundings that a term goes through; the sizes are
   computed alike, so gamma_(2 r + 2) times what was computed is enough. Underflow: a product that
   falls below the normal numbers is off by at most DBL_TRUE_MIN, which is covered by sizes that are
   DBL_MIN larger.

   cost  rows times that of the operators, twice where there is rounding */
#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_parts.h"
#include "linalg/round.h"
#include "linalg/verified.h"
#include "net/graph.h"
#include "net/operator.h"
#include "net/operator_row.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double WORKSPACE = 64 << 20;
enum { FEW_ENTRIES = 8 };

/* What can be said of the rows at a node before any number is known. */
typedef struct roundings {
  size_t count;   /* the most that a term of an entry has gone through */
  size_t entries; /* of a row that are not zero, at most */
  bool units;     /* they are 1 or -1 */
  bool arrived;
} roundings;

typedef struct push {
  const lip_sector_form *form;
  size_t b, start, rows; /* rows: in a part */
  bool *reached, inexact;
  roundings *state;
  double **value, **sizes; /* by node, rows x its size; sizes: where inexact */
  double *block;           /* owned: all of them */
} push;

static void push_clear(push *p)
{
  lip_free(p->reached);
  lip_free(p->state);
  lip_free(p->value);
  lip_free(p->sizes);
  lip_free(p->block);
}

static void arrive(roundings *at, roundings more)
{
  if (!at->arrived) {
    *at = more;
    at->arrived = true;
    return;
  }
  at->count = (at->count > more.count ? at->count : more.count) + 1;
  at->entries = at->entries > SIZE_MAX - more.entries ? SIZE_MAX : at->entries + more.entries;
  at->units = false;
}

static bool moves_only(lip_node_kind kind)
{
  return kind == LIP_NODE_SELECT || kind == LIP_NODE_CONCAT || kind == LIP_NODE_ADD;
}

/* The rows at the parent of an affine node, from those at the node. */
static roundings through(const lip_net *net, size_t i, roundings at)
{
  size_t terms = lip_operator_terms_transposed(net, i);
  lip_node_kind kind = net->node[i].kind;

  if (at.entries < terms) terms = at.entries;
  if (moves_only(kind)) {
    at.count += kind == LIP_NODE_SELECT ? terms - 1 : 0;
    at.units = at.units && at.entries == 1;
    return at;
  }
  at.count += (at.units && at.entries == 1 ? 0 : terms) + (kind == LIP_NODE_AVERAGE_POOL);
  at.units = false;
  if (kind != LIP_NODE_SCALE) at.entries = SIZE_MAX;
  return at;
}

static void count_roundings(push *p)
{
  const lip_net *net = p->form->claim->net;
  bool difference = p->b > p->form->blocks && p->form->claim->output.kind == LIP_OUTPUT_DIFFERENCE;

  p->state[p->start] = (roundings){.entries = difference ? 2 : 1, .units = true, .arrived = true};
  for (size_t i = p->start + 1; i-- > 0;) {
    const lip_node *node = &net->node[i];
    roundings known = p->state[i];

    if (!p->reached[i]) continue;
    if (p->form->routes->block_of[i] != LIP_NOWHERE && known.count > 0) p->inexact = true;
    if (lip_node_is_affine(node->kind)) {
      for (size_t q = 0; q < node->parents; q++)
        arrive(&p->state[node->parent[q]], through(net, i, known));
    } else if (i > 0 && lip_sector_passes(p->form, i)) {
      known.count++;
      known.units = false;
      if (node->kind == LIP_NODE_MAX_POOL) known.count += node->kernel[0] * node->kernel[1];
      arrive(&p->state[node->parent[0]], known);
    }
  }
}

static lip_status push_create(const lip_sector_form *form, size_t b, push *p, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = form->claim->net;
  size_t sizes = 0, arrays;
  double fit;
  double *at;

  *p = (push){.form = form, .b = b, .start = lip_sector_start(form, b)};
  p->reached = lip_alloc(net->nodes, sizeof *p->reached);
  p->state = lip_alloc_zero(net->nodes, sizeof *p->state);
  p->value = lip_alloc_zero(net->nodes, sizeof *p->value);
  p->sizes = lip_alloc_zero(net->nodes, sizeof *p->sizes);
  if (!p->reached || !p->state || !p->value || !p->sizes) FAIL(LIP_ENOMEM, "%zu nodes", net->nodes);
  lip_sector_reach(form, b, p->reached);
  count_roundings(p);
  for (size_t i = 0; i < net->nodes; i++) sizes += p->reached[i] ? net->node[i].size : 0;
  arrays = p->inexact ? 2 : 1;
  fit = WORKSPACE / (sizeof(double) * (double)sizes * (double)arrays);
  p->rows = fit < 1 ? 1 : fit > 1024 ? 1024 : (size_t)fit;
  if (p->rows > form->block[b].rows) p->rows = form->block[b].rows;
  at = p->block = lip_alloc(p->rows * arrays, sizes * sizeof *p->block);
  if (!at) FAIL(LIP_ENOMEM, "%zu rows of a network's values", p->rows);
  for (size_t i = 0; i < net->nodes; i++) {
    if (!p->reached[i]) continue;
    p->value[i] = at;
    at += p->rows * net->node[i].size;
    if (!p->inexact) continue;
    p->sizes[i] = at;
    at += p->rows * net->node[i].size;
  }
done:
  return st;
}

/* Rows first, ..., first + count - 1 of the identity, or of the outputs asked for. */
static void begin(const push *p, size_t first, size_t count)
{
  const lip_net *net = p->form->claim->net;
  const lip_sector_block *block = &p->form->block[p->b];
  lip_output output = p->form->claim->output;
  size_t size = net->node[p->start].size;
  bool outputs = p->b > p->form->blocks;

  for (size_t i = 0; i < net->nodes; i++) {
    if (!p->reached[i]) continue;
    memset(p->value[i], 0, count * net->node[i].size * sizeof **p->value);
    if (p->inexact) memset(p->sizes[i], 0, count * net->node[i].size * sizeof **p->sizes);
  }
  for (size_t r = 0; r < count; r++) {
    size_t at = first + r;
    double *row = p->value[p->start] + r * size;

    if (!outputs && block->kind != LIP_SECTOR_LARGEST) at = block->entry[at];
    if (outputs && output.kind != LIP_ALL_OUTPUTS) at = output.plus;
    row[at] = 1;
    if (outputs && output.kind == LIP_OUTPUT_DIFFERENCE) row[output.minus] = -1;
    if (!p->inexact) continue;
    for (size_t j = 0; j < size; j++) p->sizes[p->start][r * size + j] = fabs(row[j]);
  }
}

/* On through the entries whose slope is known. */
static void pass(const push *p, size_t i, size_t count, const double *from, double *to,
                 bool absolute)
{
  const lip_net *net = p->form->claim->net;
  const lip_sector_routes *routes = p->form->routes;
  size_t size = net->node[i].size, in = net->node[net->node[i].parent[0]].size;

  for (size_t j = 0; j < size; j++) {
    size_t source = routes->source_of[i] ? routes->source_of[i][j] : j;
    double slope = routes->source_of[i]     ? 1
                   : routes->slopes->low[i] ? routes->slopes->low[i][j]
                                            : 0;

    if (routes->variable_of[i][j] != LIP_NOWHERE || source == LIP_NOWHERE || slope == 0) continue;
    if (absolute) slope = fabs(slope);
    for (size_t r = 0; r < count; r++) to[r * in + source] += slope * from[r * size + j];
  }
}

/* Makes sizes larger by what underflow may have lost. */
static void add_underflow(const push *p, size_t node, size_t terms, size_t count)
{
  double more = 4 * (double)terms * DBL_MIN;

  for (size_t j = 0; j < count * p->form->claim->net->node[node].size; j++)
    p->sizes[node][j] += more;
}

/* X += L_q' Y of affine node i; one entry after the other where rows have few. */
static lip_status transpose(const push *p, size_t i, size_t q, bool absolute, size_t count,
                            const double *Y, double *X, lip_error *err)
{
  const lip_net *net = p->form->claim->net;
  const lip_node *node = &net->node[i];
  size_t size = node->size, in = net->node[node->parent[q]].size;
  bool dense = node->kind == LIP_NODE_LINEAR || node->kind == LIP_NODE_CONVOLUTION;

  if (dense && p->state[i].entries > FEW_ENTRIES)
    return lip_operator_transpose(net, i, q, absolute, count, Y, X, err);
  for (size_t r = 0; r < count; r++)
    for (size_t j = 0; j < size; j++)
      if (Y[r * size + j] != 0)
        lip_operator_add_row(net, i, q, absolute, j, Y[r * size + j], X + r * in);
  return LIP_OK;
}

static lip_status step(const push *p, size_t i, size_t count, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = p->form->claim->net;
  const lip_node *node = &net->node[i];

  for (size_t q = 0; lip_node_is_affine(node->kind) && q < node->parents; q++) {
    size_t parent = node->parent[q];

    TRY(transpose(p, i, q, false, count, p->value[i], p->value[parent], err));
    if (!p->inexact) continue;
    TRY(transpose(p, i, q, true, count, p->sizes[i], p->sizes[parent], err));
    if (!moves_only(node->kind))
      add_underflow(p, parent, lip_operator_terms_transposed(net, i), count);
  }
  if (lip_node_is_affine(node->kind) || !lip_sector_passes(p->form, i)) goto done;
  pass(p, i, count, p->value[i], p->value[node->parent[0]], false);
  if (!p->inexact) goto done;
  pass(p, i, count, p->sizes[i], p->sizes[node->parent[0]], true);
  add_underflow(p, node->parent[0], 1, count);
done:
  return st;
}

/* Rows at node i are rows of C. */
static lip_status collect(const push *p, size_t i, size_t first, size_t count,
                          lip_coupling *coupling, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_sector_block *from = &p->form->block[coupling->from];
  size_t size = p->form->claim->net->node[i].size;
  size_t doubled = 2 * p->state[i].count + 2;
  double relative = p->state[i].count > 0 ? lip_gamma(doubled) : 0, sum = 0;

  for (size_t r = 0; r < count; r++)
    for (size_t j = 0; j < from->size; j++) {
      size_t at = r * size + (from->entry ? from->entry[j] : j), to = (first + r) * from->size + j;

      coupling->C[to] = p->value[i][at];
      sum += 0 * coupling->C[to];
      if (!coupling->radius) continue;
      coupling->radius[to] = relative > 0 ? lip_mul_up(relative, p->sizes[i][at]) : 0;
      sum += 0 * coupling->radius[to];
    }
  if (!(sum == 0)) FAIL(LIP_ENUMERIC, "a product of weights overflows");
done:
  return st;
}

static lip_status make_room(const push *p, lip_sector_block *block, lip_error *err)
{
  for (size_t c = 0; c < block->couplings; c++) {
    lip_coupling *coupling = &block->coupling[c];
    size_t size = p->form->block[coupling->from].size;
    size_t node = coupling->from == 0 ? 0 : p->form->block[coupling->from].node;

    coupling->C = lip_alloc(block->rows, size * sizeof *coupling->C);
    if (p->state[node].count > 0)
      coupling->radius = lip_alloc(block->rows, size * sizeof *coupling->radius);
    if (!coupling->C || (p->state[node].count > 0 && !coupling->radius))
      return lip_fail(err, LIP_ENOMEM, "a matrix of %zu x %zu", block->rows, size);
  }
  return LIP_OK;
}

lip_status lip_sector_fill_raw(lip_sector_form *form, size_t b, const lip_control *control,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_block *block = &form->block[b];
  push p;

  TRY(push_create(form, b, &p, err));
  TRY(make_room(&p, block, err));
  for (size_t first = 0; first < block->rows; first += p.rows) {
    size_t count = block->rows - first < p.rows ? block->rows - first : p.rows;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "interrupted");
    begin(&p, first, count);
    for (size_t i = p.start + 1; i-- > 0;) {
      size_t from = form->routes->block_of[i];

      if (!p.reached[i]) continue;
      for (size_t c = 0; from != LIP_NOWHERE && c < block->couplings; c++)
        if (block->coupling[c].from == from)
          TRY(collect(&p, i, first, count, &block->coupling[c], err));
      if (i > 0) TRY(step(&p, i, count, err));
    }
  }
done:
  if (st != LIP_OK) lip_sector_form_release(form, b);
  push_clear(&p);
  return st;
}

/* Powers of two leave every digit, but where numbers fall below the normal ones. */
lip_status lip_sector_scale(lip_sector_form *form, size_t b, lip_coupling *coupling, int by,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = form->block[b].rows * form->block[coupling->from].size;

  if (by == 0) goto done;
  for (size_t j = 0; j < count; j++) {
    double scaled = ldexp(coupling->C[j], by);

    if (isinf(scaled)) FAIL(LIP_ENUMERIC, "a scaled product of weights overflows");
    if (coupling->radius) {
      double radius = ldexp(coupling->radius[j], by);

      coupling->radius[j] = ldexp(radius, -by) >= coupling->radius[j] ? radius : lip_up(radius);
    }
    if (ldexp(scaled, -by) != coupling->C[j]) {
      if (!coupling->radius) coupling->radius = lip_alloc_zero(count, sizeof *coupling->radius);
      if (!coupling->radius) FAIL(LIP_ENOMEM, "%zu radii", count);
      coupling->radius[j] = lip_add_up(coupling->radius[j], DBL_TRUE_MIN);
    }
    coupling->C[j] = scaled;
  }
done:
  return st;
}

lip_status lip_sector_form_fill(lip_sector_form *form, size_t b, const lip_control *control,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_block *block = &form->block[b];

  if (block->couplings == 0 || block->coupling[0].C) goto done;
  TRY(lip_sector_fill_raw(form, b, control, err));
  for (size_t c = 0; c < block->couplings; c++)
    TRY(lip_sector_scale(form, b, &block->coupling[c],
                         form->exponent[block->coupling[c].from] - form->exponent[b], err));
done:
  if (st != LIP_OK) lip_sector_form_release(form, b);
  return st;
}

lip_status lip_sector_form_fill_all(lip_sector_form *form, const lip_control *control,
                                    lip_error *err)
{
  lip_status st = LIP_OK;

  for (size_t b = 1; b <= form->blocks + 1; b++) TRY(lip_sector_form_fill(form, b, control, err));
done:
  return st;
}
