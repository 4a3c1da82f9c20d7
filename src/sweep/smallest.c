/* smallest.c - L* of the data sets of a sweep: a list under one lock. */
#include "sweep/smallest.h"

#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <string.h>

typedef struct entry {
  lip_sample_options sample;
  bool known; /* false: a worker is at it */
  double value;
  struct entry *next;
} entry;

struct lip_smallest {
  pthread_mutex_t lock;
  pthread_cond_t change;
  entry *first;
};

lip_status lip_smallest_create(lip_smallest **table, lip_error *err)
{
  lip_smallest *made = lip_alloc_zero(1, sizeof *made);

  if (!made) return lip_fail(err, LIP_ENOMEM, "no memory for the table of L*");
  (void)pthread_mutex_init(&made->lock, NULL);
  (void)pthread_cond_init(&made->change, NULL);
  *table = made;
  return LIP_OK;
}

void lip_smallest_free(lip_smallest *table)
{
  entry *next;

  if (!table) return;
  for (entry *at = table->first; at; at = next) {
    next = at->next;
    lip_free(at);
  }
  (void)pthread_cond_destroy(&table->change);
  (void)pthread_mutex_destroy(&table->lock);
  lip_free(table);
}

static bool same(const lip_sample_options *a, const lip_sample_options *b)
{
  return a->kind == b->kind && a->labels == b->labels && a->n == b->n && a->d == b->d &&
         a->seed == b->seed;
}

static entry *find(const lip_smallest *table, const lip_sample_options *sample)
{
  entry *at = table->first;

  while (at && !same(&at->sample, sample)) at = at->next;
  return at;
}

static entry *add(lip_smallest *table, const lip_sample_options *sample)
{
  entry *made = lip_alloc(1, sizeof *made);

  if (!made) return NULL;
  *made = (entry){*sample, false, 0, table->first};
  table->first = made;
  return made;
}

static void drop(lip_smallest *table, entry *gone)
{
  entry **at = &table->first;

  while (*at != gone) at = &(*at)->next;
  *at = gone->next;
  lip_free(gone);
}

lip_status lip_smallest_know(lip_smallest *table, const lip_sample_options *sample, double value,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  entry *at;

  (void)pthread_mutex_lock(&table->lock);
  at = find(table, sample);
  if (!at) at = add(table, sample);
  if (!at) FAIL(LIP_ENOMEM, "no memory for the table of L*");
  at->known = true;
  at->value = value;
done:
  (void)pthread_mutex_unlock(&table->lock);
  return st;
}

/* Computes the value outside the lock; the entry is `sample`'s and stays, or is dropped on failure:
   then the next one that asks tries again. */
static lip_status compute(lip_smallest *table, entry *mine, const lip_dataset *data,
                          const lip_control *control, lip_error *err)
{
  double found = 0;
  size_t pairs = 0;
  lip_status st;

  (void)pthread_mutex_unlock(&table->lock);
  st = lip_smallest_constant(data, 0, NULL, &pairs, &found, control, err);
  (void)pthread_mutex_lock(&table->lock);
  if (st == LIP_OK) {
    mine->known = true;
    mine->value = found;
  } else {
    drop(table, mine);
  }
  (void)pthread_cond_broadcast(&table->change);
  return st;
}

lip_status lip_smallest_of(lip_smallest *table, const lip_sample_options *sample,
                           const lip_dataset *data, double *value, const lip_control *control,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  entry *at;

  (void)pthread_mutex_lock(&table->lock);
  for (at = find(table, sample); at && !at->known; at = find(table, sample))
    (void)pthread_cond_wait(&table->change, &table->lock);
  if (!at) {
    at = add(table, sample);
    if (!at) FAIL(LIP_ENOMEM, "no memory for the table of L*");
    TRY(compute(table, at, data, control, err));
  }
  *value = at->value;
done:
  (void)pthread_mutex_unlock(&table->lock);
  return st;
}
