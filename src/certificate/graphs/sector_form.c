/* sector_form.c - the structure of a sector form: blocks, variables, windows, which couplings there
   are.

   cost  a pass over the graph for each block */
#include "certificate/graphs/sector_form.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_parts.h"
#include "net/graph.h"
#include "net/operator.h"

#include <math.h>
#include <string.h>

size_t lip_sector_start(const lip_sector_form *form, size_t b)
{
  const lip_net *net = form->claim->net;

  return b > form->blocks ? net->nodes - 1 : net->node[form->block[b].node].parent[0];
}

bool lip_sector_passes(const lip_sector_form *form, size_t node)
{
  const lip_sector_routes *routes = form->routes;
  const size_t *variable = routes->variable_of[node];

  for (size_t j = 0; j < form->claim->net->node[node].size; j++) {
    if (variable[j] != LIP_NOWHERE) continue;
    if (routes->source_of[node] || routes->slopes->low[node][j] != 0) return true;
  }
  return false;
}

void lip_sector_reach(const lip_sector_form *form, size_t b, bool *reached)
{
  const lip_net *net = form->claim->net;
  size_t start = lip_sector_start(form, b);

  memset(reached, 0, net->nodes * sizeof *reached);
  reached[start] = true;
  for (size_t i = start + 1; i-- > 1;) {
    const lip_node *node = &net->node[i];

    if (!reached[i]) continue;
    if (!lip_node_is_affine(node->kind) && !lip_sector_passes(form, i)) continue;
    for (size_t p = 0; p < node->parents; p++) reached[node->parent[p]] = true;
  }
}

/* ---- entries and windows ---- */

/* The entries of the parent in the window of entry j of a max pool: how many; they are written to
   `member` where that is not NULL. */
static size_t window_of(const lip_node *node, size_t j, size_t *member)
{
  size_t w = j % node->width, h = j / node->width % node->height;
  size_t c = j / (node->width * node->height), count = 0, y, x;

  for (size_t u = 0; u < node->kernel[0]; u++) {
    if (!lip_window_entry(node, 0, node->in_height, h, u, &y)) continue;
    for (size_t v = 0; v < node->kernel[1]; v++) {
      if (!lip_window_entry(node, 1, node->in_width, w, v, &x)) continue;
      if (member) member[count] = (c * node->in_height + y) * node->in_width + x;
      count++;
    }
  }
  return count;
}

/* Which entries of a node are variables. */
static lip_status choose_variables(lip_sector_form *form, size_t i, bool keep, size_t *count,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &form->claim->net->node[i];
  lip_sector_routes *routes = form->routes;
  size_t *variable = routes->variable_of[i] = lip_alloc(node->size, sizeof *variable), next = 0;

  if (!variable) FAIL(LIP_ENOMEM, "%zu neurons", node->size);
  if (node->kind == LIP_NODE_MAX_POOL) {
    routes->source_of[i] = lip_alloc(node->size, sizeof *routes->source_of[i]);
    if (!routes->source_of[i]) FAIL(LIP_ENOMEM, "%zu windows", node->size);
  }
  for (size_t j = 0; j < node->size; j++) {
    bool free_one = true;

    if (node->kind == LIP_NODE_ACTIVATION) {
      double low = routes->slopes->low[i][j], high = routes->slopes->high[i][j];

      free_one = low != high || (keep && low != 0);
      form->bounded = form->bounded && isfinite(low) && isfinite(high);
    } else if (node->kind == LIP_NODE_MAX_POOL) {
      size_t entries = window_of(node, j, NULL);

      free_one = entries > 1;
      routes->source_of[i][j] = LIP_NOWHERE;
      if (entries == 1) (void)window_of(node, j, &routes->source_of[i][j]);
    }
    variable[j] = free_one ? next++ : LIP_NOWHERE;
  }
  *count = next;
done:
  return st;
}

static lip_status take_windows(const lip_node *node, lip_sector_block *block, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t most = node->kernel[0] * node->kernel[1], at = 0;

  block->window = lip_alloc(block->size + 1, sizeof *block->window);
  block->member = lip_alloc(block->size, most * sizeof *block->member);
  if (!block->window || !block->member) FAIL(LIP_ENOMEM, "%zu windows", block->size);
  for (size_t w = 0; w < block->size; w++) {
    block->window[w] = at;
    at += window_of(node, block->entry[w], block->member + at);
  }
  block->window[block->size] = at;
done:
  return st;
}

/* The block of a node with `size` variables. */
static lip_status take_block(lip_sector_form *form, size_t i, size_t size, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_node *node = &form->claim->net->node[i];
  lip_sector_block *block = &form->block[++form->blocks];
  const lip_slope_bounds *slopes = form->routes->slopes;
  size_t next = 0;

  form->routes->block_of[i] = form->blocks;
  *block = (lip_sector_block){.node = i,
                              .size = size,
                              .rows = size,
                              .multipliers = size,
                              .offset = form->order,
                              .first = form->multipliers};
  block->kind = node->kind == LIP_NODE_ACTIVATION ? LIP_SECTOR_SLOPES
                : node->kind == LIP_NODE_SOFTMAX  ? LIP_SECTOR_SOFTMAX
                                                  : LIP_SECTOR_LARGEST;
  if (block->kind == LIP_SECTOR_SOFTMAX) block->multipliers = 1;
  if (block->kind == LIP_SECTOR_LARGEST) block->rows = form->claim->net->node[node->parent[0]].size;
  form->order += size;
  form->multipliers += block->multipliers;
  block->entry = lip_alloc(size, sizeof *block->entry);
  if (!block->entry) FAIL(LIP_ENOMEM, "%zu neurons", size);
  for (size_t j = 0; j < node->size; j++)
    if (form->routes->variable_of[i][j] != LIP_NOWHERE) block->entry[next++] = j;
  if (block->kind == LIP_SECTOR_LARGEST) TRY(take_windows(node, block, err));
  if (block->kind != LIP_SECTOR_SLOPES) goto done;
  block->low = lip_alloc(size, sizeof *block->low);
  block->high = lip_alloc(size, sizeof *block->high);
  if (!block->low || !block->high) FAIL(LIP_ENOMEM, "the slopes of %zu neurons", size);
  for (size_t j = 0; j < size; j++) {
    block->low[j] = slopes->low[i][block->entry[j]];
    block->high[j] = slopes->high[i][block->entry[j]];
  }
done:
  return st;
}

/* Which couplings a block has. */
static lip_status take_couplings(lip_sector_form *form, size_t b, bool *reached, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_block *block = &form->block[b];
  size_t *block_of = form->routes->block_of;

  lip_sector_reach(form, b, reached);
  block->coupling = lip_alloc_zero(b, sizeof *block->coupling);
  if (!block->coupling) FAIL(LIP_ENOMEM, "%zu blocks", b);
  for (size_t i = 0; i < form->claim->net->nodes; i++) {
    if (!reached[i] || block_of[i] == LIP_NOWHERE) continue;
    block->coupling[block->couplings++].from = block_of[i];
    form->bytes += (double)block->rows * (double)form->block[block_of[i]].size * sizeof(double);
  }
done:
  return st;
}

/* ---- the whole ---- */

enum { MOST_EXPONENT = 1 << 20 };

/* slopes  in  NULL: those of the claim's domain */
static lip_status create_routes(lip_sector_form *form, const lip_slope_bounds *slopes,
                                const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t nodes = form->claim->net->nodes;
  lip_sector_routes *routes = form->routes = lip_alloc_zero(1, sizeof *routes);

  if (!routes) FAIL(LIP_ENOMEM, "a sector form");
  routes->block_of = lip_alloc(nodes, sizeof *routes->block_of);
  routes->variable_of = lip_alloc_zero(nodes, sizeof *routes->variable_of);
  routes->source_of = lip_alloc_zero(nodes, sizeof *routes->source_of);
  form->block = lip_alloc_zero(nodes + 2, sizeof *form->block);
  form->exponent = lip_alloc_zero(nodes + 2, sizeof *form->exponent);
  if (!routes->block_of || !routes->variable_of || !routes->source_of || !form->block ||
      !form->exponent)
    FAIL(LIP_ENOMEM, "a form of %zu nodes", nodes);
  for (size_t i = 0; i < nodes; i++) routes->block_of[i] = LIP_NOWHERE;
  if (!slopes) TRY(lip_slope_bounds_create(form->claim, &routes->slopes, control, err));
  if (!slopes) goto done;
  TRY(lip_slope_bounds_room(form->claim->net, &routes->slopes, err));
  for (size_t i = 0; i < nodes; i++) {
    if (!slopes->low[i]) continue;
    memcpy(routes->slopes->low[i], slopes->low[i],
           form->claim->net->node[i].size * sizeof **slopes->low);
    memcpy(routes->slopes->high[i], slopes->high[i],
           form->claim->net->node[i].size * sizeof **slopes->high);
  }
done:
  return st;
}

static lip_status take_blocks(lip_sector_form *form, bool keep, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_net *net = form->claim->net;

  form->bounded = true;
  form->order = form->claim->one_input ? 1 : form->claim->d;
  form->block[0] = (lip_sector_block){.size = form->order};
  if (form->claim->one_input) {
    form->block[0].entry = lip_alloc(1, sizeof *form->block[0].entry);
    if (!form->block[0].entry) FAIL(LIP_ENOMEM, "an input");
    form->block[0].entry[0] = form->claim->input;
  }
  form->routes->block_of[0] = 0;
  for (size_t i = 1; i < net->nodes; i++) {
    size_t count = 0;

    if (lip_node_is_affine(net->node[i].kind)) continue;
    if (net->node[i].kind == LIP_NODE_MAP)
      FAIL(LIP_EINPUT, "%s: a map that is not affine has no sectors", net->node[i].name);
    TRY(choose_variables(form, i, keep, &count, err));
    if (count > 0) TRY(take_block(form, i, count, err));
  }
  form->block[form->blocks + 1] = (lip_sector_block){.node = net->nodes - 1,
                                                     .offset = form->order,
                                                     .rows = form->claim->m,
                                                     .first = form->multipliers};
done:
  return st;
}

static lip_status create(const lip_claim *claim, const lip_slope_bounds *slopes, bool keep,
                         lip_sector_form **form, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *made = lip_alloc_zero(1, sizeof *made);
  bool *reached = NULL;

  if (!made) FAIL(LIP_ENOMEM, "a sector form");
  made->claim = claim;
  TRY(create_routes(made, slopes, control, err));
  TRY(take_blocks(made, keep, err));
  reached = lip_alloc(claim->net->nodes, sizeof *reached);
  if (!reached) FAIL(LIP_ENOMEM, "%zu nodes", claim->net->nodes);
  for (size_t b = 1; b <= made->blocks + 1; b++) TRY(take_couplings(made, b, reached, err));
  *form = made;
  made = NULL;
done:
  lip_free(reached);
  lip_sector_form_free(made);
  return st;
}

lip_status lip_sector_form_create(const lip_claim *claim, bool keep, lip_sector_form **form,
                                  const lip_control *control, lip_error *err)
{
  return create(claim, NULL, keep, form, control, err);
}

lip_status lip_sector_form_create_within(const lip_claim *claim, const lip_slope_bounds *slopes,
                                         bool keep, lip_sector_form **form, lip_error *err)
{
  return create(claim, slopes, keep, form, NULL, err);
}

bool lip_sector_form_rescale(lip_sector_form *form, const int *exponent)
{
  if (exponent[0] != 0) return false;
  for (size_t b = 0; b <= form->blocks + 1; b++)
    if (exponent[b] > MOST_EXPONENT || exponent[b] < -MOST_EXPONENT) return false;
  for (size_t b = 0; b <= form->blocks + 1; b++) form->exponent[b] = exponent[b];
  return true;
}

void lip_sector_form_release(lip_sector_form *form, size_t b)
{
  for (size_t c = 0; c < form->block[b].couplings; c++) {
    lip_free(form->block[b].coupling[c].C);
    lip_free(form->block[b].coupling[c].radius);
    form->block[b].coupling[c].C = form->block[b].coupling[c].radius = NULL;
  }
}

static void free_block(lip_sector_form *form, size_t b)
{
  lip_sector_block *block = &form->block[b];

  if (block->coupling) lip_sector_form_release(form, b);
  lip_free(block->coupling);
  lip_free(block->entry);
  lip_free(block->low);
  lip_free(block->high);
  lip_free(block->window);
  lip_free(block->member);
}

void lip_sector_form_free(lip_sector_form *form)
{
  lip_sector_routes *routes = form ? form->routes : NULL;

  if (!form) return;
  for (size_t b = 0; form->block && b <= form->blocks + 1; b++) free_block(form, b);
  for (size_t i = 0; routes && i < form->claim->net->nodes; i++) {
    if (routes->variable_of) lip_free(routes->variable_of[i]);
    if (routes->source_of) lip_free(routes->source_of[i]);
  }
  if (routes) {
    lip_free(routes->block_of);
    lip_free(routes->variable_of);
    lip_free(routes->source_of);
    lip_slope_bounds_free(routes->slopes);
  }
  lip_free(routes);
  lip_free(form->block);
  lip_free(form->exponent);
  lip_free(form);
}
