/* regroup.c - mends groups by exchanging points (theory.md B7: "greedy regrouping").

   A group whose neuron sees too much at point j gives away the member nearest to j: for j itself
   where the labels agree, which then is off the group no more, else for a random point of the same
   label. The exchange stays if the excesses of the two neurons sum to less than before.
   cost    4 n d flops a try */
#include "construct/grouping.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "construct/min_norm.h"
#include "linalg/dgemm.h"
#include "linalg/vector.h"

#include <math.h>
#include <string.h>

enum { TRIES = 24 }; /* for a group */

typedef struct mending {
  const lip_construct_job *job;
  lip_grouping *groups;
  double limit;
  lip_min_norm room;
  double *W; /* 2 x d: of the two groups after the exchange */
  double *Z; /* 2 x n: their values */
  uint64_t draws;
} mending;

static double excess(const mending *in, double largest)
{
  return largest > in->limit ? largest - in->limit : 0;
}

/* A number below count. */
static size_t draw(mending *in, size_t count)
{
  double u;

  lip_random_uniform((lip_stream){in->job->options->seed, LIP_FOR_STARTS}, in->draws++, 1, &u);
  return (size_t)(u * (double)count);
}

/* Where in `point` the member of group l stands that is nearest to point j. */
static size_t nearest_member(const mending *in, size_t l, size_t j)
{
  const lip_grouping *groups = in->groups;
  const double *X = groups->data->X;
  size_t d = groups->data->d, best = groups->start[l];
  double largest = -INFINITY;

  for (size_t p = groups->start[l]; p < groups->start[l + 1]; p++) {
    double g = lip_dot(d, X + groups->point[p] * d, X + j * d);

    if (!(g > largest)) continue;
    largest = g;
    best = p;
  }
  return best;
}

/* A random place of another group of the same label; `place` itself where there is none. */
static size_t other_place(mending *in, size_t place)
{
  const lip_grouping *groups = in->groups;
  const double *y = groups->data->y;
  size_t l = groups->group[groups->point[place]];

  for (int attempt = 0; attempt < TRIES; attempt++) {
    size_t other = draw(in, groups->data->n), point = groups->point[other];

    if (groups->group[point] != l && y[point] == y[groups->point[place]]) return other;
  }
  return place;
}

/* Where in `point` this point stands. */
static size_t place_of(const lip_grouping *groups, size_t point)
{
  size_t p = groups->start[groups->group[point]];

  while (groups->point[p] != point) p++;
  return p;
}

static void exchange(lip_grouping *groups, size_t p, size_t q)
{
  size_t i = groups->point[p], j = groups->point[q], l = groups->group[i];

  groups->point[p] = j;
  groups->point[q] = i;
  groups->group[i] = groups->group[j];
  groups->group[j] = l;
}

static bool neuron(mending *in, size_t l, double *w)
{
  const lip_grouping *groups = in->groups;

  in->room.count = 0;
  for (size_t p = groups->start[l]; p < groups->start[l + 1]; p++)
    if (!lip_min_norm_add(&in->room, groups->data->X + groups->point[p] * groups->data->d))
      return false;
  lip_min_norm_solve(&in->room, w);
  return true;
}

static double largest_off(const lip_grouping *groups, size_t l, const double *z, size_t *where)
{
  double largest = -INFINITY;

  for (size_t j = 0; j < groups->data->n; j++)
    if (groups->group[j] != l && z[j] > largest) {
      largest = z[j];
      *where = j;
    }
  return largest;
}

/* Exchanges places p and q if that lowers the excess of their groups. */
static bool try_exchange(mending *in, size_t p, size_t q)
{
  lip_grouping *groups = in->groups;
  size_t d = groups->data->d, n = groups->data->n;
  size_t pair[2] = {groups->group[groups->point[p]], groups->group[groups->point[q]]}, where[2];
  double largest[2], before = 0, after = 0;
  bool better;

  exchange(groups, p, q);
  better = neuron(in, pair[0], in->W) && neuron(in, pair[1], in->W + d);
  if (better) lip_dgemm(false, true, 2, n, d, 1, in->W, d, groups->data->X, d, 0, in->Z, n);
  for (int s = 0; better && s < 2; s++) {
    largest[s] = largest_off(groups, pair[s], in->Z + (size_t)s * n, &where[s]);
    before += excess(in, groups->largest[pair[s]]);
    after += excess(in, largest[s]);
  }
  if (!better || !(after < before)) {
    exchange(groups, p, q);
    return false;
  }
  for (int s = 0; s < 2; s++) {
    memcpy(groups->W + pair[s] * d, in->W + (size_t)s * d, d * sizeof *in->W);
    groups->largest[pair[s]] = largest[s];
    groups->where[pair[s]] = where[s];
  }
  return true;
}

/* One try for group l. */
static bool mend(mending *in, size_t l)
{
  lip_grouping *groups = in->groups;
  const double *y = groups->data->y;
  size_t j = groups->where[l], p = nearest_member(in, l, j), q;

  if (y[j] == y[groups->point[p]] && groups->start[l + 1] - groups->start[l] > 1 &&
      try_exchange(in, p, place_of(groups, j)))
    return true;
  q = other_place(in, p);
  return q != p && try_exchange(in, p, q);
}

lip_status lip_regroup(const lip_construct_job *job, double limit, double budget,
                       lip_grouping *groups, size_t *swaps, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = job->data->n, d = job->data->d;
  double left = budget / (8 * (double)n * (double)d);
  mending in = {.job = job,
                .groups = groups,
                .limit = limit,
                .W = lip_alloc(2, d * sizeof *in.W),
                .Z = lip_alloc(2, n * sizeof *in.Z)};

  *swaps = 0;
  if (!lip_min_norm_create(d, groups->m, &in.room) || !in.W || !in.Z)
    FAIL(LIP_ENOMEM, "no memory to exchange points between groups");
  for (size_t l = 0; l < groups->k; l++)
    for (int attempt = 0; attempt < TRIES && groups->largest[l] > limit && left > 0; attempt++) {
      if (lip_construct_stopped(job)) FAIL(LIP_EINTERRUPT, "interrupted");
      *swaps += mend(&in, l);
      left--;
    }
done:
  lip_min_norm_clear(&in.room);
  lip_free(in.W);
  lip_free(in.Z);
  return st;
}
