/* plan.c - from a plan's text to its distinct cells. */
#include "sweep/plan.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"
#include "sweep/cells.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_PLAN = 1 << 20 }; /* bytes of text */

/* Room for one more: the array, twice as large where it is full. NULL when memory is out. */
static void *grow(void *array, size_t used, size_t *room, size_t size)
{
  size_t larger = *room ? 2 * *room : 64;
  void *copy;

  if (used < *room) return array;
  copy = lip_alloc(larger, size);
  if (!copy) return NULL;
  if (used) memcpy(copy, array, used * size);
  lip_free(array);
  *room = larger;
  return copy;
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t *slot_of(const lip_plan *plan, const char *key)
{
  size_t at = (size_t)lip_key_hash(key);

  for (;; at++) {
    size_t *slot = &plan->slot[at & (plan->slots - 1)];

    if (!*slot || strcmp(plan->cell[*slot - 1].key, key) == 0) return slot;
  }
}

size_t lip_plan_find(const lip_plan *plan, const char *key)
{
  size_t found = plan->slots ? *slot_of(plan, key) : 0;

  return found ? found - 1 : plan->cells;
}

/* At most half of the slots are in use. */
static bool grow_slots(lip_plan *plan)
{
  size_t slots = plan->slots ? 2 * plan->slots : 256;
  size_t *fresh;

  if (2 * (plan->cells + 1) <= plan->slots) return true;
  fresh = lip_alloc_zero(slots, sizeof *fresh);
  if (!fresh) return false;
  lip_free(plan->slot);
  plan->slot = fresh;
  plan->slots = slots;
  for (size_t i = 0; i < plan->cells; i++) *slot_of(plan, plan->cell[i].key) = i + 1;
  return true;
}

lip_status lip_plan_add_cell(lip_plan *plan, const lip_cell *cell, size_t *index, lip_error *err)
{
  size_t *slot;
  lip_cell *cells;
  char *key;

  if (!grow_slots(plan)) return lip_fail(err, LIP_ENOMEM, "no memory for the plan's cells");
  slot = slot_of(plan, cell->key);
  if (!*slot) {
    key = lip_strdup(cell->key);
    cells = key ? grow(plan->cell, plan->cells, &plan->room, sizeof *cells) : NULL;
    if (!cells) {
      lip_free(key);
      return lip_fail(err, LIP_ENOMEM, "no memory for the plan's cells");
    }
    plan->cell = cells;
    plan->cell[plan->cells] = *cell;
    plan->cell[plan->cells].key = key;
    *slot = ++plan->cells;
  }
  *index = *slot - 1;
  return LIP_OK;
}

lip_status lip_plan_ask(lip_plan *plan, size_t index, lip_error *err)
{
  lip_plan_block *block = &plan->block[plan->blocks - 1];
  size_t *cells;

  if (plan->cell[index].asked == plan->blocks) return LIP_OK;
  cells = grow(block->cell, block->cells, &block->room, sizeof *cells);
  if (!cells) return lip_fail(err, LIP_ENOMEM, "no memory for the plan's cells");
  block->cell = cells;
  block->cell[block->cells++] = index;
  plan->cell[index].asked = plan->blocks;
  return LIP_OK;
}

/* The key as the block has it, else as all blocks share it; NULL: it keeps its default. */
static const lip_plan_key *find_key(const lip_plan_section *own, const lip_plan_section *shared,
                                    const lip_knob *knob)
{
  for (size_t i = 0; i < own->keys; i++)
    if (own->key[i].knob == knob) return &own->key[i];
  for (size_t i = 0; i < shared->keys; i++)
    if (shared->key[i].knob == knob) return &shared->key[i];
  return NULL;
}

static bool is_first(const char *name)
{
  return strcmp(name, "n") == 0 || strcmp(name, "d") == 0;
}

/* What a section crosses: n, d, then the others in the order of the tables. */
static lip_status collect_keys(const lip_plan *plan, const char *name, const lip_plan_lines *lines,
                               size_t section, lip_cross *cross, lip_error *err)
{
  static const char *const needed[] = {"n", "d", "k"};
  const lip_plan_section *shared = &lines->section[0], *own = &lines->section[section];

  *cross = (lip_cross){.name = name,
                       .condition = {shared->condition, own->condition},
                       .conditions = {shared->conditions, section ? own->conditions : 0}};
  for (size_t i = 0; i < 3; i++) {
    const lip_plan_key *key = find_key(own, shared, lip_knob_find(&plan->knobs, needed[i]));

    if (!key)
      return lip_fail(err, LIP_EINPUT, "%s: block %s says nothing of %s", name,
                      section ? own->name : "all", needed[i]);
    if (is_first(needed[i])) cross->key[cross->keys++] = key;
  }
  for (size_t i = 0; i < plan->knobs.count; i++) {
    const lip_knob *knob = &plan->knobs.knob[i];
    const lip_plan_key *key = find_key(own, shared, knob);

    if (key && !is_first(knob->option->name)) cross->key[cross->keys++] = key;
  }
  return LIP_OK;
}

static lip_status cross_blocks(lip_plan *plan, const char *name, const lip_plan_lines *lines,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  size_t first = lines->sections > 1 ? 1 : 0, combinations = 0;
  lip_cross cross;

  for (size_t i = first; i < lines->sections; i++) {
    TRY(collect_keys(plan, name, lines, i, &cross, err));
    TRY(lip_cross_count(&cross, plan, &combinations, err));
  }
  for (size_t i = first; i < lines->sections; i++) {
    lip_plan_block *block = &plan->block[plan->blocks++];

    (void)snprintf(block->name, sizeof block->name, "%s", i ? lines->section[i].name : "all");
    TRY(collect_keys(plan, name, lines, i, &cross, err));
    TRY(lip_cross_cells(&cross, plan, err));
  }
done:
  return st;
}

/* qsort has no context: what it compares stands in the elements. */
typedef struct ranked {
  double cost;
  const char *key;
  size_t cell;
} ranked;

static int by_cost(const void *left, const void *right)
{
  const ranked *a = left, *b = right;

  if (a->cost > b->cost) return -1;
  if (a->cost < b->cost) return 1;
  return strcmp(a->key, b->key);
}

static lip_status order_cells(lip_plan *plan, lip_error *err)
{
  lip_status st = LIP_OK;
  ranked *rank = lip_alloc(plan->cells, sizeof *rank);

  plan->order = lip_alloc(plan->cells, sizeof *plan->order);
  if (!rank || !plan->order) FAIL(LIP_ENOMEM, "no memory for the plan's cells");
  for (size_t i = 0; i < plan->cells; i++)
    rank[i] = (ranked){plan->cell[i].cost, plan->cell[i].key, i};
  qsort(rank, plan->cells, sizeof *rank, by_cost);
  for (size_t i = 0; i < plan->cells; i++) plan->order[i] = rank[i].cell;
done:
  lip_free(rank);
  return st;
}

lip_status lip_plan_parse(const char *name, const char *text, lip_plan **plan, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_plan *made = lip_alloc_zero(1, sizeof *made);
  lip_plan_lines lines = {0};

  if (!made) FAIL(LIP_ENOMEM, "%s: no memory for the plan", name);
  lip_knobs_all(&made->knobs);
  TRY(lip_plan_lines_read(name, text, &made->knobs, &lines, err));
  /* Words of the plan stay where the lines are: the plan takes that memory over. */
  made->words = lines.memory;
  lines.memory = NULL;
  made->text = lip_strdup(text);
  made->block = lip_alloc_zero(lines.sections, sizeof *made->block);
  if (!made->text || !made->block) FAIL(LIP_ENOMEM, "%s: no memory for the plan", name);
  TRY(cross_blocks(made, name, &lines, err));
  TRY(order_cells(made, err));
  *plan = made;
  made = NULL;
done:
  lip_plan_lines_clear(&lines);
  lip_plan_free(made);
  return st;
}

lip_status lip_plan_read(const char *path, lip_plan **plan, lip_error *err)
{
  lip_status st = LIP_OK;
  void *text = NULL;
  size_t size = 0;

  TRY(lip_read_file(path, LARGEST_PLAN, &text, &size, err));
  if (strlen(text) != size) FAIL(LIP_EINPUT, "%s: is no text: it holds a zero byte", path);
  TRY(lip_plan_parse(path, text, plan, err));
done:
  lip_free(text);
  return st;
}

void lip_plan_free(lip_plan *plan)
{
  if (!plan) return;
  for (size_t i = 0; i < plan->cells; i++) lip_free(plan->cell[i].key);
  for (size_t i = 0; i < plan->blocks; i++) lip_free(plan->block[i].cell);
  lip_free(plan->cell);
  lip_free(plan->order);
  lip_free(plan->slot);
  lip_free(plan->block);
  lip_free(plan->text);
  lip_free(plan->words);
  lip_free(plan);
}

size_t lip_plan_cells(const lip_plan *plan)
{
  return plan->cells;
}

size_t lip_plan_skipped(const lip_plan *plan)
{
  size_t skipped = 0;

  for (size_t i = 0; i < plan->blocks; i++) skipped += plan->block[i].skipped;
  return skipped;
}

double lip_plan_step_flops(const lip_plan *plan)
{
  double flops = 0;

  for (size_t i = 0; i < plan->cells; i++) {
    const lip_setting *s = &plan->cell[i].setting;
    size_t rows = s->train.batch && s->train.batch < s->sample.n ? s->train.batch : s->sample.n;

    flops += 4.0 * (double)rows * (double)s->train.k * (double)s->sample.d;
  }
  return flops;
}
