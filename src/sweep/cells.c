/* cells.c - crosses a block's keys: a recursion over keys, n first, so that the expressions of the
   later ones can be evaluated; at the bottom stands a setting, which becomes a cell. */
#include "sweep/cells.h"

#include "base/error.h"
#include "base/memory.h"
#include "sweep/expression.h"

#include <math.h>
#include <string.h>

enum { MOST_COMBINATIONS = 1000000 };

typedef struct walk {
  const lip_cross *cross;
  lip_plan *plan;
  size_t *combinations; /* where they are only counted; NULL: cells are added */
  lip_scope scope;      /* of what is set so far */
  lip_setting setting;
  bool out; /* a value lies outside its range: what comes below is counted only */
  lip_error *err;
} walk;

static lip_status cross_key(walk *at, size_t i);

/* A guess at the time. A step takes n k (d + 30): products, and elementwise passes worth about 30
   inputs. Networks fit after about 800 sqrt(n / (k d)) steps (theory.md 2.2's protocol, n from 100
   to 2000); gradients at the fresh points and the data are worth about three steps. */
static double cost(const lip_setting *s)
{
  double n = (double)s->sample.n, d = (double)s->sample.d, k = (double)s->train.k;
  double steps = fmin((double)s->train.steps, 10 + 800 * sqrt(n / (k * d)));

  return k * (d + 30) * (n * steps + 3 * (n + (double)s->measure.random_points));
}

static lip_status add_cell(walk *at)
{
  lip_status st = LIP_OK;
  lip_cell cell = {at->setting, NULL, cost(&at->setting), 0};
  lip_error *err = at->err;
  size_t index = 0;

  cell.key = lip_setting_key(&at->setting, &at->plan->knobs);
  if (!cell.key) FAIL(LIP_ENOMEM, "%s: no memory for its cells", at->cross->name);
  TRY(lip_plan_add_cell(at->plan, &cell, &index, err));
  TRY(lip_plan_ask(at->plan, index, err));
done:
  lip_free(cell.key);
  return st;
}

/* All keys are set: a cell, unless something is against it. */
static lip_status finish_setting(walk *at)
{
  const lip_cross *cross = at->cross;
  bool holds = !at->out;

  if (at->combinations) {
    if (++*at->combinations <= MOST_COMBINATIONS) return LIP_OK;
    return lip_fail(at->err, LIP_EINPUT, "%s: has more than %d combinations", cross->name,
                    MOST_COMBINATIONS);
  }
  for (size_t part = 0; part < 2; part++)
    for (size_t i = 0; i < cross->conditions[part] && holds; i++) {
      lip_status st = lip_condition(cross->condition[part][i].text, &at->scope, &holds, at->err);

      if (st != LIP_OK) {
        lip_error_prefix(at->err, "%s:%d: where", cross->name, cross->condition[part][i].line);
        return st;
      }
    }
  if (holds) return add_cell(at);
  at->plan->block[at->plan->blocks - 1].skipped++;
  return LIP_OK;
}

static void show(walk *at, const lip_knob *knob, double value)
{
  static const char *const names[LIP_VARIABLES] = {"n", "d", "k", "seed"};

  for (unsigned i = 0; i < LIP_VARIABLES; i++) {
    if (strcmp(knob->option->name, names[i]) != 0) continue;
    at->scope.value[i] = value;
    at->scope.visible |= 1U << i;
  }
}

/* Goes on with one number; `digits` is its text where that is a plain whole number (a seed may have
   more digits than a double). */
static lip_status with_number(walk *at, size_t i, double value, const char *digits)
{
  const lip_knob *knob = at->cross->key[i]->knob;
  lip_setting outer = at->setting;
  bool outer_out = at->out;
  char text[32];
  lip_status st;

  if (knob->option->type != LIP_OPT_F64) value = round(value);
  (void)snprintf(text, sizeof text, knob->option->type == LIP_OPT_F64 ? "%.17g" : "%.0f", value);
  if (lip_setting_set(&at->setting, knob, digits ? digits : text, NULL) != LIP_OK) at->out = true;
  show(at, knob, value);
  st = cross_key(at, i + 1);
  at->setting = outer;
  at->out = outer_out;
  return st;
}

/* The value of an expression; where the cell is out already, 1 for what cannot be said. */
static lip_status evaluate(walk *at, const lip_plan_key *key, const char *text, double *value)
{
  const char *name = key->knob->option->name;
  lip_status st = lip_expression(text, &at->scope, value, NULL, at->err);

  if (st == LIP_OK && !isfinite(*value)) {
    if (at->out) {
      *value = 1;
      return LIP_OK;
    }
    st = lip_fail(at->err, LIP_EINPUT, "'%.100s' is no finite number at n = %g, d = %g", text,
                  at->scope.value[LIP_VAR_N], at->scope.value[LIP_VAR_D]);
  }
  if (st != LIP_OK) lip_error_prefix(at->err, "%s:%d: %s", at->cross->name, key->line, name);
  return st;
}

static lip_status with_range(walk *at, size_t i, const lip_plan_value *range)
{
  const lip_plan_key *key = at->cross->key[i];
  double first = 0, last = 0, step = 1;
  lip_error *err = at->err;
  lip_status st = LIP_OK;

  TRY(evaluate(at, key, range->first, &first));
  TRY(evaluate(at, key, range->last, &last));
  if (range->step) TRY(evaluate(at, key, range->step, &step));
  if (range->times ? !(step > 1 && first > 0) : !(step > 0))
    FAIL(LIP_EINPUT, "%s:%d: %s: the range %s..%s never ends", at->cross->name, key->line,
         key->knob->option->name, range->first, range->last);
  last += 1e-9 * fabs(last); /* 0.1..0.3 step 0.1 has three values */
  for (size_t j = 0; j <= MOST_COMBINATIONS; j++) {
    double value = range->times ? first * pow(step, (double)j) : first + step * (double)j;

    if (!(value <= last)) break;
    TRY(with_number(at, i, value, NULL));
  }
done:
  return st;
}

static lip_status with_word(walk *at, size_t i, const char *word)
{
  const lip_knob *knob = at->cross->key[i]->knob;
  lip_setting outer = at->setting;
  lip_status st = lip_setting_set(&at->setting, knob, word, at->err);

  if (st == LIP_OK) st = cross_key(at, i + 1);
  at->setting = outer;
  return st;
}

static bool takes_words(const lip_option *option)
{
  return option->type == LIP_OPT_BOOL || option->type == LIP_OPT_CHOICE ||
         option->type == LIP_OPT_TEXT;
}

static lip_status cross_key(walk *at, size_t i)
{
  const lip_plan_key *key = at->cross->key[i];
  lip_status st = LIP_OK;

  if (i == at->cross->keys) return finish_setting(at);
  for (size_t j = 0; j < key->values && st == LIP_OK; j++) {
    const lip_plan_value *value = &key->value[j];

    if (takes_words(key->knob->option)) {
      st = with_word(at, i, value->first);
    } else if (value->last) {
      st = with_range(at, i, value);
    } else {
      bool digits = value->first[strspn(value->first, "0123456789")] == 0;
      double number = 0;

      st = evaluate(at, key, value->first, &number);
      if (st == LIP_OK) st = with_number(at, i, number, digits ? value->first : NULL);
    }
  }
  return st;
}

static lip_status walk_keys(walk *at)
{
  const lip_knob *seed = lip_knob_find(&at->plan->knobs, "seed");

  lip_setting_defaults(&at->setting);
  if (seed) show(at, seed, (double)at->setting.sample.seed); /* conditions may name it unset */
  return cross_key(at, 0);
}

lip_status lip_cross_count(const lip_cross *cross, lip_plan *plan, size_t *combinations,
                           lip_error *err)
{
  walk at = {.cross = cross, .plan = plan, .combinations = combinations, .err = err};

  return walk_keys(&at);
}

lip_status lip_cross_cells(const lip_cross *cross, lip_plan *plan, lip_error *err)
{
  walk at = {.cross = cross, .plan = plan, .err = err};

  return walk_keys(&at);
}
