/* brackets.c - the brackets: of all outputs, on the space and on the data's ball, and of the
   function that tells one class from another, for each pair.

   For classes a and b that is f_a - f_b, whose constant is at most sqrt 2 times that of all
   outputs, as |u_a - u_b| <= sqrt 2 |u|. With many classes the time goes first to the pairs that
   matter: those of a label and its runner-up. */
#include "audit/audit_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/round.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  SHOWN = 496, /* pairs of up to 32 classes are all told */
  TRIES = 3
};

/* from  in  where lower ends start, beside random points; NULL: nowhere */
static lip_status measure(audit_run *run, const char *domain, const char *output, double limit,
                          const lip_dataset *from, lip_measurement *found, lip_error *err)
{
  lip_measure_options options;
  lip_status st;

  lip_measure_defaults(&options);
  options.domain = domain;
  options.output = output;
  options.time_limit = fmax(limit, 0);
  options.random_points = output ? 100 : 1000;
  st = lip_measure(run->net, from, &options, found, &run->watch.control, err);
  run->cut = run->cut || (st == LIP_OK && strcmp(found->stopped, "time") == 0);
  return st;
}

static void keep(const lip_measurement *from, lip_audit_bracket *to)
{
  *to = (lip_audit_bracket){.known = true,
                            .lower = from->lower,
                            .upper = from->upper,
                            .certified = from->certified,
                            .infinite = from->infinite,
                            .lower_method = from->lower_method,
                            .upper_method = from->upper_method,
                            .stopped = from->stopped,
                            .seconds = from->seconds};
  (void)snprintf(to->domain, sizeof to->domain, "%.60s", from->domain_text);
  if (!from->certified)
    (void)snprintf(to->why, sizeof to->why, "%s",
                   from->infinite ? "the constant is infinite"
                                  : "an estimate: no proof for this network");
}

lip_status audit_brackets(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement space = {.bounds = 0};

  audit_begin(run, 0.02, 0.3, 0.25, "bracket on the space");
  TRY(lip_starts_create(run->net, run->data, &run->starts, &run->watch.control, err));
  TRY(measure(run, "space", NULL, run->watch.limit - lip_watch_seconds(&run->watch),
              lip_starts_of(run->starts, 0, 0), &space, err));
  keep(&space, &run->found.space);
done:
  lip_measurement_clear(&space);
  return st;
}

/* The ball is part of the space: its lower end is one there, the space's upper end one here. */
static void compare(lip_audit_bracket *space, lip_audit_bracket *ball)
{
  if (!space->known || space->certified != ball->certified) return;
  if (space->upper < ball->upper) {
    ball->upper = space->upper;
    ball->upper_method = space->upper_method;
  }
  if (ball->lower > space->lower) {
    space->lower = ball->lower;
    space->lower_method = ball->lower_method;
  }
}

lip_status audit_ball(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement ball = {.bounds = 0};
  char domain[64];

  if (audit_interrupted(run) || !(run->found.radius >= 1e-100 && run->found.radius <= 1e100))
    return LIP_OK;
  audit_begin(run, 0.9, 0.98, 0.7, "bracket on the data's ball");
  (void)snprintf(domain, sizeof domain, "ball:%.17g", run->found.radius);
  TRY(measure(run, domain, NULL, run->watch.limit, lip_starts_of(run->starts, 0, 0), &ball, err));
  keep(&ball, &run->found.ball);
  compare(&run->found.space, &run->found.ball);
done:
  lip_measurement_clear(&ball);
  return st;
}

/* A pair of classes, and for how many points one of them is the runner-up of the other. */
typedef struct rivals {
  size_t a, b, points;
} rivals;

static int by_points(const void *left, const void *right)
{
  const rivals *x = left, *y = right;

  if (x->points != y->points) return x->points < y->points ? 1 : -1;
  if (x->a != y->a) return x->a > y->a ? 1 : -1;
  return (x->b > y->b) - (x->b < y->b);
}

static void count_rivals(const audit_run *run, size_t classes, size_t *count)
{
  for (size_t i = 0; i < run->data->n; i++) {
    const double *v = run->values + i * run->m;
    size_t own = run->label[i], rival = own ? 0 : 1;

    for (size_t b = 0; b < classes; b++)
      if (b != own && v[b] > v[rival]) rival = b;
    count[own < rival ? own * classes + rival : rival * classes + own]++;
  }
}

static lip_status order_pairs(const audit_run *run, rivals *list, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t classes = run->found.classes, at = 0;
  size_t *count = lip_alloc_zero(classes * classes, sizeof *count);

  if (!count) FAIL(LIP_ENOMEM, "%zu classes", classes);
  count_rivals(run, classes, count);
  for (size_t a = 0; a < classes; a++)
    for (size_t b = a + 1; b < classes; b++) list[at++] = (rivals){a, b, count[a * classes + b]};
  qsort(list, at, sizeof *list, by_points);
done:
  lip_free(count);
  return st;
}

static void set_upper(audit_run *run, size_t a, size_t b, double upper)
{
  run->upper[a * run->found.classes + b] = upper;
  run->upper[b * run->found.classes + a] = upper;
}

/* From the bracket of all outputs. */
static lip_audit_classes from_whole(const audit_run *run, size_t a, size_t b)
{
  const lip_audit_bracket *space = &run->found.space;
  bool signs = run->found.task == LIP_TASK_SIGNS;

  return (lip_audit_classes){.a = a,
                             .b = b,
                             .lower = signs ? space->lower : 0,
                             .upper = signs ? space->upper
                                            : lip_mul_up(lip_sqrt_up(2), space->upper),
                             .certified = space->certified,
                             .upper_method = signs ? space->upper_method : "whole"};
}

/* Whether the second is the better one: a proved end before one that is not. */
static bool is_better(const lip_audit_classes *first, const lip_measurement *second)
{
  if (first->certified != second->certified) return second->certified;
  return second->upper < first->upper;
}

static lip_status measure_pair(audit_run *run, double limit, lip_audit_classes *pair,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement found = {.bounds = 0};
  char output[64];

  (void)snprintf(output, sizeof output, "%zu-%zu", pair->a, pair->b);
  TRY(measure(run, "space", output, limit, lip_starts_of(run->starts, pair->a, pair->b), &found,
              err));
  if (found.certified || !pair->certified) pair->lower = found.lower;
  if (is_better(pair, &found)) {
    pair->upper = found.upper;
    pair->certified = found.certified;
    pair->upper_method = found.upper_method;
  }
done:
  lip_measurement_clear(&found);
  return st;
}

/* How long the next pair may take: an equal share of the time; but where three pairs in a row came
   to nothing better than the bracket of all outputs, shares are too small, and one pair gets a
   third of what is left; where that is too little too, no time is better spent elsewhere. */
static double pair_limit(double left, size_t pairs, size_t misses)
{
  if (misses < TRIES) return left / (double)pairs;
  return misses == TRIES ? left / 3 : 0;
}

static lip_status measure_pairs(audit_run *run, const rivals *list, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t misses = 0, all = found->pairs_all;
  bool asked = found->task == LIP_TASK_CLASSES && !found->space.infinite;

  for (size_t k = 0; k < all; k++) {
    lip_audit_classes pair = from_whole(run, list[k].a, list[k].b);
    double left = run->watch.limit - lip_watch_seconds(&run->watch);
    double limit = pair_limit(left, all - k, misses);
    bool measured = asked && limit > 0 && !audit_interrupted(run);

    if (measured) {
      TRY(measure_pair(run, limit, &pair, err));
      misses = strcmp(pair.upper_method, "whole") == 0 ? misses + 1 : 0;
    }
    set_upper(run, pair.a, pair.b, pair.upper);
    found->pairs_measured += asked && strcmp(pair.upper_method, "whole") != 0;
    if (measured || all <= SHOWN) found->pair[found->pairs++] = pair;
  }
done:
  return st;
}

lip_status audit_classes(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_audit *found = &run->found;
  size_t classes = found->classes, all = classes * (classes - (classes > 0)) / 2;
  rivals *list = NULL;

  if (!classes || !found->space.known) return LIP_OK;
  found->pairs_all = all;
  list = lip_alloc(all, sizeof *list);
  run->upper = lip_alloc_zero(classes * classes, sizeof *run->upper);
  found->pair = lip_alloc(all, sizeof *found->pair);
  if (!list || !run->upper || !found->pair) FAIL(LIP_ENOMEM, "%zu pairs of classes", all);
  if (found->task == LIP_TASK_SIGNS)
    *list = (rivals){0, 1, 0};
  else
    TRY(order_pairs(run, list, err));
  audit_begin(run, 0.45, 0.6, 0.3, "brackets of pairs of classes");
  TRY(measure_pairs(run, list, err));
done:
  lip_free(list);
  return st;
}
