/* solve.c - the value of one quantity at which a theorem's bound becomes its target.

   The bounds are monotone in each quantity where they are finite; a logarithmic grid finds the
   first change of sign of bound - target, bisection halves it to the last bits. Cost: about 500
   evaluations. Limits: values from 1e-12 to 1e30, and log sizes up to that. */
#include "law/theorem.h"

#include <math.h>
#include <string.h>

enum { GRID = 421, HALVINGS = 80 };

typedef struct search {
  const lip_law *law;
  const lip_quantity *unknown;
  lip_law_input input;
  double target;
} search;

/* bound - target at a value; NaN where there is no bound. */
static double excess(search *at, double value, lip_law_result *result, lip_error *err)
{
  double bound;

  *lip_quantity_of(at->unknown, &at->input) = value;
  if (lip_law_evaluate(at->law, &at->input, result, err) != LIP_OK) return NAN;
  bound = isnan(result->bound) ? result->order : result->bound;
  return bound - at->target;
}

/* Point i of the grid: logarithmic; of a fraction, in its odds. */
static double grid(lip_range range, int i)
{
  double share = (double)i / (GRID - 1), odds;

  switch (range) {
  case LIP_COUNT:
    return pow(10, 30 * share);
  case LIP_POSITIVE:
    return pow(10, -12 + 42 * share);
  case LIP_NOT_NEGATIVE:
    return i == 0 ? 0 : pow(10, -12 + 42 * share);
  case LIP_FRACTION:
    odds = pow(10, -15 + 30 * share);
    return odds / (1 + odds);
  }
  return NAN;
}

/* Halves [low, high], where the excess changes its sign; ends where neighbours are left. At a jump
   the side is taken on which an upper bound is below the target, not above. */
static double bisect(search *at, double low, double high, bool rises, lip_law_result *result)
{
  for (int step = 0; step < HALVINGS; step++) {
    double middle = low + 0.5 * (high - low), value;

    if (!(middle > low && middle < high)) break;
    value = excess(at, middle, result, NULL);
    if (value == 0) return middle;
    if ((value > 0) == rises)
      high = middle;
    else
      low = middle;
  }
  if (excess(at, high, result, NULL) > 1e-9 * at->target && result->kind == LIP_LIPSCHITZ_AT_MOST)
    return low;
  return high;
}

static bool may_solve(const lip_law *law, const char *name)
{
  size_t length = strlen(name);

  for (const char *at = law->solves; *at;) {
    size_t word = strcspn(at, " ");

    if (word == length && memcmp(at, name, length) == 0) return true;
    at += word + strspn(at + word, " ");
  }
  return false;
}

/* Between which values the bound lay, for the line that says that there is none. */
typedef struct extent {
  double low, high;
  lip_error why; /* of the last value without a bound */
} extent;

static lip_status no_value(const search *at, const extent *seen, lip_error *err)
{
  const char *name = at->unknown->option;

  if (seen->low > seen->high)
    return lip_fail(err, LIP_EOPTION, "solve %s: %s", name, seen->why.text);
  return lip_fail(err, LIP_EOPTION,
                  "no %s gives %s = %.6g: for any value the bound is between %.6g and %.6g", name,
                  at->law->target, at->target, seen->low + at->target, seen->high + at->target);
}

lip_status lip_law_solve(const lip_law *law, const char *unknown, const lip_law_input *input,
                         lip_law_result *result, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_quantity *target = lip_quantity_find(law->target);
  search at = {.law = law, .unknown = lip_quantity_find(unknown), .input = *input};
  extent seen = {INFINITY, -INFINITY, {""}};
  lip_law_result made;
  double before = NAN, left = NAN, root = NAN;

  if (!at.unknown || !may_solve(law, at.unknown->name))
    FAIL(LIP_EOPTION, "%s can be solved for: %s; not for %s", law->name,
         *law->solves ? law->solves : "nothing", unknown);
  at.target = *lip_quantity_of(target, &at.input);
  if (!(at.target > 0 && isfinite(at.target)))
    FAIL(LIP_EOPTION, "%s is missing: the %s that the bound shall become", target->option,
         target->meaning);
  for (int i = 0; i < GRID && isnan(root); i++) {
    double value = grid(at.unknown->range, i), now = excess(&at, value, &made, &seen.why);

    if (isnan(now)) continue;
    seen.low = fmin(seen.low, now);
    seen.high = fmax(seen.high, now);
    if (now == 0)
      root = value;
    else if (!isnan(before) && (before > 0) != (now > 0))
      root = bisect(&at, left, value, now > 0, &made);
    before = now;
    left = value;
  }
  if (isnan(root)) {
    st = no_value(&at, &seen, err);
    goto done;
  }
  *lip_quantity_of(at.unknown, &at.input) = root;
  TRY(lip_law_evaluate(law, &at.input, result, err));
done:
  return st;
}
