/* sector_partition.c - in which parts the variables of a sector form are eliminated.

   By blocks, a chain of images of h rows costs 7/3 of the cubes of the blocks. Where each image row
   meets only a few rows of the images before it, slabs of rows through all blocks cost less: for h
   slabs and B blocks some (B / h)^2 of it. Which slabs: as many as one of the images has rows. */
#include "certificate/graphs/sector_partition.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_parts.h"
#include "certificate/graphs/sector_sets.h"

#include <math.h>
#include <string.h>

void lip_sector_partition_clear(lip_sector_partition *partition)
{
  lip_free(partition->size);
  lip_free(partition->part);
  lip_free(partition->place);
  lip_free(partition->pattern);
  lip_free(partition->last);
  memset(partition, 0, sizeof *partition);
}

/* ---- images ---- */

/* Height and width of a node's value; of a vector those as which a later node reads it. */
static void image_of(const lip_net *net, size_t node, size_t *height, size_t *width)
{
  *height = net->node[node].height;
  *width = net->node[node].width;
  for (size_t i = node + 1; *height * *width == 1 && i < net->nodes; i++) {
    const lip_node *reader = &net->node[i];

    if (reader->parents != 1 || reader->parent[0] != node || reader->in_height == 0) continue;
    *height = reader->in_height;
    *width = reader->in_width;
  }
}

/* The slab of an entry of a node's value, or `slabs` where that is no image. */
static size_t slab_of(const lip_net *net, size_t node, size_t slabs, size_t entry)
{
  size_t height, width;

  image_of(net, node, &height, &width);
  if (height < slabs) return slabs;
  return entry / width % height * slabs / height;
}

static size_t node_of(const lip_sector_form *form, size_t b)
{
  return b == 0 ? 0 : form->block[b].node;
}

size_t lip_sector_groups(const lip_sector_partition *partition)
{
  return partition->slabs + 1;
}

size_t lip_sector_group(const lip_sector_form *form, const lip_sector_partition *partition,
                        size_t b, bool sums, size_t i)
{
  const lip_sector_block *block = &form->block[b];
  const lip_net *net = form->claim->net;

  if (partition->slabs == 0 || b > form->blocks) return partition->slabs;
  if (block->kind == LIP_SECTOR_LARGEST && !sums)
    return slab_of(net, lip_sector_start(form, b), partition->slabs, i);
  return slab_of(net, block->node, partition->slabs, block->entry[i]);
}

/* ---- parts ---- */

static lip_status create(const lip_sector_form *form, size_t slabs, lip_sector_partition *made,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  size_t most = slabs + form->blocks + 2, *number = NULL, parts = 0;

  *made = (lip_sector_partition){.slabs = slabs, .variables = form->order + form->claim->m};
  made->size = lip_alloc_zero(most, sizeof *made->size);
  made->part = lip_alloc(made->variables, sizeof *made->part);
  made->place = lip_alloc(made->variables, sizeof *made->place);
  number = lip_alloc(most, sizeof *number);
  if (!made->size || !made->part || !made->place || !number)
    FAIL(LIP_ENOMEM, "%zu variables", made->variables);
  for (size_t b = 0; b <= form->blocks + 1; b++) {
    size_t size = b > form->blocks ? form->claim->m : form->block[b].size;

    for (size_t i = 0; i < size; i++) {
      size_t entry = form->block[b].entry ? form->block[b].entry[i] : i, slab = slabs;

      if (slabs > 0 && b <= form->blocks)
        slab = slab_of(form->claim->net, node_of(form, b), slabs, entry);
      made->part[form->block[b].offset + i] = slab < slabs ? slab : slabs + b;
      made->size[slab < slabs ? slab : slabs + b]++;
    }
  }
  for (size_t p = 0; p < most; p++) { /* parts without variables are left out */
    number[p] = parts;
    if (made->size[p] == 0) continue;
    made->size[parts++] = made->size[p];
  }
  made->parts = parts;
  memset(made->size, 0, parts * sizeof *made->size);
  for (size_t v = 0; v < made->variables; v++) {
    made->part[v] = number[made->part[v]];
    made->place[v] = made->size[made->part[v]]++;
  }
  made->pattern = lip_alloc_zero(parts, parts * sizeof *made->pattern);
  made->last = lip_alloc_zero(parts, sizeof *made->last);
  if (!made->pattern || !made->last) FAIL(LIP_ENOMEM, "%zu parts", parts);
done:
  lip_free(number);
  return st;
}

static void meet(lip_sector_partition *made, size_t p, size_t q)
{
  made->pattern[p >= q ? p * made->parts + q : q * made->parts + p] = true;
}

/* What the rows of one coupling meet. seen  in/out  groups x parts */
static void scan(const lip_sector_form *form, lip_sector_partition *made, size_t b, bool sums,
                 const lip_coupling *coupling, bool *seen)
{
  const lip_sector_block *block = &form->block[b], *from = &form->block[coupling->from];
  const size_t *column = made->part + from->offset;
  bool cross = b > form->blocks || block->kind != LIP_SECTOR_LARGEST;

  for (size_t i = 0; i < block->rows; i++) {
    size_t group = lip_sector_group(form, made, b, sums, i);
    size_t own = cross ? made->part[block->offset + i] : 0;

    for (size_t j = 0; j < from->size; j++) {
      if (coupling->C[i * from->size + j] == 0) continue;
      seen[group * made->parts + column[j]] = true;
      made->last[column[j]] = b;
      if (!cross) continue;
      meet(made, own, column[j]);
      if (made->last[own] < b) made->last[own] = b;
    }
  }
}

/* Max pools: a window's variable meets what its entries meet, and these each other: by groups of
   windows. */
static void scan_windows(const lip_sector_form *form, lip_sector_partition *made, size_t b,
                         const lip_coupling *coupling, bool *seen)
{
  const lip_sector_block *block = &form->block[b], *from = &form->block[coupling->from];

  for (size_t w = 0; w < block->size; w++) {
    size_t group = lip_sector_group(form, made, b, true, w), own = made->part[block->offset + w];

    for (size_t l = block->window[w]; l < block->window[w + 1]; l++)
      for (size_t j = 0; j < from->size; j++) {
        size_t part = made->part[from->offset + j];

        if (coupling->C[block->member[l] * from->size + j] == 0) continue;
        seen[group * made->parts + part] = true;
        meet(made, own, part);
        if (made->last[own] < b) made->last[own] = b;
      }
  }
}

static void meet_all(lip_sector_partition *made, bool *seen)
{
  size_t parts = made->parts;

  for (size_t g = 0; g < lip_sector_groups(made); g++)
    for (size_t p = 0; p < parts; p++)
      for (size_t q = 0; seen[g * parts + p] && q < p; q++)
        if (seen[g * parts + q]) meet(made, p, q);
}

/* By the numbers: pattern and last. */
static lip_status look(lip_sector_form *form, lip_sector_partition *made,
                       const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t groups = lip_sector_groups(made);
  bool *seen = lip_alloc(groups, made->parts * sizeof *seen);

  if (!seen) FAIL(LIP_ENOMEM, "%zu parts", made->parts);
  for (size_t b = 1; b <= form->blocks + 1; b++) {
    const lip_sector_block *block = &form->block[b];
    bool windows = b <= form->blocks && block->kind == LIP_SECTOR_LARGEST;

    TRY(lip_sector_form_fill(form, b, control, err));
    memset(seen, 0, groups * made->parts * sizeof *seen);
    for (size_t c = 0; c < block->couplings; c++)
      scan(form, made, b, false, &block->coupling[c], seen);
    if (b <= form->blocks && lip_sector_has_squares(form, b)) meet_all(made, seen);
    if (!windows) continue;
    memset(seen, 0, groups * made->parts * sizeof *seen);
    for (size_t c = 0; c < block->couplings; c++)
      scan_windows(form, made, b, &block->coupling[c], seen);
    meet_all(made, seen);
  }
done:
  lip_free(seen);
  return st;
}

/* By the structure alone: parts are blocks. */
static void suppose(const lip_sector_form *form, lip_sector_partition *made)
{
  for (size_t b = 1; b <= form->blocks + 1; b++) {
    const lip_sector_block *block = &form->block[b];
    bool squares = b <= form->blocks && lip_sector_has_squares(form, b);
    size_t own = made->part[block->offset];

    if (block->couplings > 0) made->last[own] = b;
    for (size_t c = 0; c < block->couplings; c++) {
      size_t part = made->part[form->block[block->coupling[c].from].offset];

      made->last[part] = b;
      meet(made, own, part);
      for (size_t e = 0; squares && e < c; e++)
        meet(made, part, made->part[form->block[block->coupling[e].from].offset]);
    }
  }
}

/* ---- choice ---- */

static void fill_in(size_t n, bool *pattern)
{
  for (size_t k = 0; k < n; k++)
    for (size_t i = k + 1; i < n; i++)
      for (size_t j = k + 1; pattern[i * n + k] && j < i; j++)
        if (pattern[j * n + k]) pattern[i * n + j] = true;
}

void lip_sector_partition_cost(const lip_sector_partition *partition, double *flops, double *room)
{
  size_t n = partition->parts;
  bool *pattern = lip_alloc(n, n * sizeof *pattern);

  *flops = *room = INFINITY;
  if (!pattern) return;
  memcpy(pattern, partition->pattern, n * n * sizeof *pattern);
  fill_in(n, pattern);
  *flops = *room = 0;
  for (size_t k = 0; k < n; k++) {
    double own = (double)partition->size[k], below = 0;

    for (size_t i = k + 1; i < n; i++)
      if (pattern[i * n + k]) below += (double)partition->size[i];
    *flops += own * own * own / 3 + own * own * below + own * below * below;
    *room += own * (own + below);
  }
  lip_free(pattern);
}

lip_status lip_sector_partition_choose(lip_sector_form *form, bool slabs_too,
                                       lip_sector_partition *partition, const lip_control *control,
                                       lip_error *err)
{
  static const double WORTH_IT = 2e7, ROOM = 4e8;
  lip_status st = LIP_OK;
  lip_sector_partition other = {0};
  double flops, room, least;
  size_t before = 0;

  TRY(create(form, 0, partition, err));
  suppose(form, partition);
  lip_sector_partition_cost(partition, &least, &room);
  for (size_t b = 0; slabs_too && least > WORTH_IT && b <= form->blocks; b++) {
    size_t height, width;

    image_of(form->claim->net, node_of(form, b), &height, &width);
    if (height < 4 || height == before) continue;
    before = height;
    lip_sector_partition_clear(&other);
    TRY(create(form, height, &other, err));
    TRY(look(form, &other, control, err));
    lip_sector_partition_cost(&other, &flops, &room);
    if (!(flops < least && room < ROOM)) continue;
    least = flops;
    lip_sector_partition_clear(partition);
    *partition = other;
    other = (lip_sector_partition){0};
  }
done:
  lip_sector_partition_clear(&other);
  return st;
}
