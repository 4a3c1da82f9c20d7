/* groups.c - m points of equal labels per neuron: f(x) = sum_l y_l ReLU(w_l.x - theta_l) / (1 -
   theta_l), w_l shortest with w_l.x_i = 1 on its group.

   Fits where w_l.x_j <= theta_l for every point off the group: theta = 1/2 (two-layer paper,
   Theorem 1 and appendix C; theory.md B7), or each neuron's own largest value off its group. About
   m <= d / (1 + 8 ln n) points allow the first, d / (1 + 2 ln n) the second [D]. Where a few
   neurons see too much, their groups exchange points; without a size given, the largest is sought
   by bisection.
   constant  bounded by which neurons can be active together (active_bound.c)
   cost      2 n k d flops for each size tried, 2 k^2 d for the bound */
#include "construct/construction.h"

#include "base/error.h"
#include "base/memory.h"
#include "construct/active_bound.h"
#include "construct/grouping.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double theorems_threshold = 0.5, highest_adaptive = 0.99, budget = 4e10;

/* More than this share of the neurons seeing too much is not mended by exchanging points. */
static const double mendable = 0.2;

static double limit_of(const lip_construct_options *options)
{
  if (options->threshold > 0) return options->threshold;
  return options->adaptive ? highest_adaptive : theorems_threshold;
}

/* What the formula allows. */
static double formula(const lip_construct_job *job)
{
  double factor = job->options->adaptive ? 2 : 8;

  return (double)job->data->d / (1 + factor * log((double)job->data->n));
}

static size_t too_large(const lip_grouping *groups, double limit)
{
  size_t count = 0;

  for (size_t l = 0; l < groups->k; l++) count += groups->largest[l] > limit;
  return count;
}

/* Groups of m points, mended where few see too much. */
static lip_status try_size(const lip_construct_job *job, size_t m, lip_grouping *groups,
                           size_t *swaps, lip_error *err)
{
  lip_status st = LIP_OK;
  double limit = limit_of(job->options);
  size_t bad;

  *swaps = 0;
  TRY(lip_group_points(job, m, groups, err));
  bad = too_large(groups, limit);
  if (bad > 0 && (double)bad <= 1 + mendable * (double)groups->k)
    TRY(lip_regroup(job, limit, budget, groups, swaps, err));
done:
  return st;
}

static lip_status refuse(const lip_construct_job *job, const lip_grouping *groups, lip_error *err)
{
  size_t l = lip_worst_group(groups), bad = too_large(groups, limit_of(job->options));

  return lip_fail(err, LIP_EINPUT,
                  "groups need w_l.x_j <= %.6g off the group: %zu of %zu neurons exceed it; neuron "
                  "%zu (%zu points, the first is %zu) has %.6g at point %zu; %zu points in %zu "
                  "dimensions allow about %.3g per neuron%s",
                  limit_of(job->options), bad, groups->k, l,
                  groups->start[l + 1] - groups->start[l], groups->point[groups->start[l]],
                  groups->largest[l], groups->where[l], job->data->n, job->data->d,
                  fmax(formula(job), 1), job->options->adaptive ? "" : ", --adaptive more");
}

/* The largest size that works, by bisection between one that does and one that does not; where
   none does, the groups of one point. */
static lip_status find_size(const lip_construct_job *job, lip_grouping *groups, size_t *swaps,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  size_t most = job->data->n < job->data->d ? job->data->n : job->data->d;
  size_t works = 0, fails = most + 1, m = (size_t)fmax(formula(job), 1), exchanged;
  double limit = limit_of(job->options);

  if (m > most) m = most;
  while (works + 1 < fails) {
    lip_grouping tried = {0};

    st = try_size(job, m, &tried, &exchanged, err);
    if (st != LIP_OK && (st != LIP_EINPUT || m == 1)) {
      lip_grouping_clear(&tried);
      goto done;
    }
    if (st == LIP_OK && (m == 1 || too_large(&tried, limit) == 0)) {
      lip_grouping_clear(groups);
      *groups = tried;
      *swaps = exchanged;
      works = m;
      if (too_large(groups, limit) > 0) break;
    } else {
      lip_grouping_clear(&tried);
      fails = m;
    }
    m = fails > most ? works + works / 4 + 1 : works + (fails - works) / 2;
    if (m > most) m = most;
  }
  st = LIP_OK;
done:
  return st;
}

static lip_status fill(const lip_construct_job *job, const lip_grouping *groups, double *theta,
                       lip_net **net, lip_error *err)
{
  const lip_dataset *data = job->data;
  lip_status st = lip_two_layers(data->d, groups->k, (lip_activation){LIP_RELU, 0}, true, false,
                                 net, err);

  if (st != LIP_OK) return st;
  memcpy((*net)->layer[0].W, groups->W, groups->k * data->d * sizeof *groups->W);
  for (size_t l = 0; l < groups->k; l++) {
    double label = data->y[groups->point[groups->start[l]]];

    theta[l] = job->options->adaptive ? fmax(groups->largest[l], 0) : limit_of(job->options);
    (*net)->layer[0].b[l] = -theta[l];
    (*net)->layer[1].W[l] = label / (1 - theta[l]);
  }
  return LIP_OK;
}

static void tell(const lip_grouping *groups, const lip_active_bound *bound, size_t swaps,
                 lip_construct_result *result)
{
  char exchanged[48] = "", seen[48] = "";
  double largest = groups->largest[lip_worst_group(groups)];

  if (swaps > 0) (void)snprintf(exchanged, sizeof exchanged, ", %zu exchanges of points", swaps);
  if (isfinite(largest))
    (void)snprintf(seen, sizeof seen, "; largest value off a group %.4g", largest);
  (void)snprintf(result->note, sizeof result->note,
                 "at most %zu point%s per neuron%s%s; at most %zu neuron%s active together%s",
                 groups->m, groups->m == 1 ? "" : "s", exchanged, seen, bound->most,
                 bound->most == 1 ? "" : "s",
                 bound->exact ? "" : "; 'liplaw measure --domain sphere:1' may be sharper");
}

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  size_t m = job->options->group, swaps = 0;
  lip_grouping groups = {0};
  lip_active_bound bound;
  lip_net *made = NULL;
  double *theta = NULL;

  if (!(limit_of(job->options) <= 1 - 1e-9))
    FAIL(LIP_EOPTION, "--threshold: groups need one below 1");
  if (m > job->data->d)
    FAIL(LIP_EINPUT, "--group: %zu points in %zu dimensions: no neuron is 1 on more than d points",
         m, job->data->d);
  if (m > 0)
    TRY(try_size(job, m < job->data->n ? m : job->data->n, &groups, &swaps, err));
  else
    TRY(find_size(job, &groups, &swaps, err));
  if (too_large(&groups, limit_of(job->options)) > 0) TRY(refuse(job, &groups, err));
  theta = lip_alloc(groups.k, sizeof *theta);
  if (!theta) FAIL(LIP_ENOMEM, "no memory for %zu thresholds", groups.k);
  TRY(fill(job, &groups, theta, &made, err));
  TRY(lip_bound_active(
      job, &(lip_thresholded){groups.k, job->data->d, made->layer[0].W, theta, made->layer[1].W},
      &bound, err));
  result->k = groups.k;
  result->lipschitz = bound.value;
  result->exact = bound.exact;
  result->domain = "sphere:1";
  result->source = "two-layer paper, Theorem 1 and appendix C (B7); neurons active together [D]";
  result->threshold = 0;
  for (size_t l = 0; l < groups.k; l++) result->threshold = fmax(result->threshold, theta[l]);
  tell(&groups, &bound, swaps, result);
  *net = made;
  made = NULL;
done:
  lip_net_free(made);
  lip_free(theta);
  lip_grouping_clear(&groups);
  return st;
}

const lip_construction lip_groups_construction = {.name = "groups",
                                                  .sphere = true,
                                                  .signs = true,
                                                  .distinct = true,
                                                  .tolerance = 1e-8,
                                                  .build = build};
