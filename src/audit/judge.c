/* judge.c - the verdict, and what was found in plain sentences, each with how sure it is.

   The question is whether a function can fit these labels as this network does with the constant T
   that is wanted. Of classes and signs that is a radius: labels of one-hot vectors with constant T
   keep their class within 1 / (sqrt 2 T), labels -1 and +1 within 1 / T (docs/theory.md, audits).
   So, of the points that were examined,

     achieved      this network certifiably keeps that radius at every point where it is right
     impossible    pairs of points with different labels, no point in two of them, are so near that
                   no classifier whatever keeps it at as many points; or a theorem whose assumptions
                   all hold asks for a larger constant
     not excluded  neither

   Of values: achieved where the bracket's upper end is at most T; impossible where two labels, less
   this network's own errors there, are too far apart for T. */
#include "audit/audit_parts.h"

#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Relative: what radii may lack by rounding, and still be called the wanted ones. */
#define ROUNDING 1e-9

/* The value with so many digits, not above it or not below it: what a proved sentence prints. */
static double rounded(double value, int digits, bool up)
{
  char text[40];
  double shown;

  if (!isfinite(value) || value == 0) return value;
  (void)snprintf(text, sizeof text, "%.*g", digits, value);
  shown = strtod(text, NULL);
  if (up ? shown < value : shown > value)
    shown += (up ? 1 : -1) * pow(10, floor(log10(fabs(value))) - digits + 1);
  return shown;
}

static void say(lip_audit *found, lip_sureness sureness, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(lip_audit *found, lip_sureness sureness, const char *format, ...)
{
  lip_audit_sentence *next = &found->sentence[found->sentences];
  va_list arguments;

  if (found->sentences == LIP_AUDIT_SENTENCES) return;
  next->sureness = sureness;
  va_start(arguments, format);
  (void)vsnprintf(next->text, sizeof next->text, format, arguments);
  va_end(arguments);
  found->sentences++;
}

static const char *plural(size_t count)
{
  return count == 1 ? "" : "s";
}

/* ---- what was found ---- */

static void say_fit(lip_audit *found)
{
  if (found->task == LIP_TASK_VALUES) {
    say(found, LIP_COMPUTED,
        "The network's mean squared error at the %zu point%s is %.4g, its largest error %.4g.",
        found->n, plural(found->n), found->loss, found->largest_error);
    return;
  }
  if (found->accuracy > 0)
    say(found, LIP_COMPUTED,
        "The network is right at %.2f %% of the %zu point%s; where it is, the median margin is "
        "%.4g.",
        100 * found->accuracy, found->n, plural(found->n), found->scale);
  else
    say(found, LIP_COMPUTED, "The network is right at none of the %zu point%s.", found->n,
        plural(found->n));
  if (found->accuracy <= 0.15 + 0.85 / (double)found->classes)
    say(found, LIP_COMPUTED,
        "That is no better than guessing: perhaps the inputs are not what the network expects "
        "(--mean, --scale, --transpose), or the labels are in another order.");
}

static void say_bracket(lip_audit *found)
{
  const lip_audit_bracket *b = &found->space;

  if (!b->known) return;
  if (b->infinite)
    say(found, LIP_PROVED, "The Lipschitz constant on the whole space is infinite.");
  else if (b->certified)
    say(found, LIP_PROVED,
        "The Lipschitz constant of the network on the whole space lies between %.6g and %.6g (l2).",
        rounded(b->lower, 6, false), rounded(b->upper, 6, true));
  else
    say(found, LIP_ESTIMATED,
        "The Lipschitz constant of the network on the whole space lies between %.6g and %.6g (l2); "
        "there is no proof of that for this network.",
        rounded(b->lower, 6, false), rounded(b->upper, 6, true));
  b = &found->ball;
  if (b->known && isfinite(b->upper))
    say(found, b->certified ? LIP_PROVED : LIP_ESTIMATED,
        "On the ball of radius %.4g about 0, the smallest that holds all points, it lies between "
        "%.6g and %.6g.",
        found->radius, rounded(b->lower, 6, false), rounded(b->upper, 6, true));
}

static void say_optimum(lip_audit *found)
{
  const lip_audit_conflict *pair = found->conflict;
  const char *of = found->l_star_points < found->n ? "at least " : "which is ";

  if (isnan(found->l_star)) return;
  if (isinf(found->l_star)) {
    say(found, LIP_PROVED,
        "No function fits all labels: points %zu and %zu are equal and have different labels.",
        pair->i, pair->j);
    return;
  }
  if (!found->conflicts) return;
  say(found, LIP_COMPUTED,
      "The smoothest function through all labels has the constant L*, %s%.6g; points %zu and %zu, "
      "%.4g apart, stand in the way of a smaller one.",
      of, found->l_star, pair->i, pair->j, pair->distance);
  if (found->task == LIP_TASK_VALUES && found->space.known && found->l_star > 0)
    say(found, found->space.certified ? LIP_PROVED : LIP_ESTIMATED,
        "The network is %.4g to %.4g times as steep as L*%s.", found->space.lower / found->l_star,
        found->space.upper / found->l_star,
        found->largest_error > 0 ? " (which is for exact fits)" : "");
}

static size_t right_points(const lip_audit *found)
{
  size_t right = 0;

  for (size_t k = 0; k < found->points; k++) right += found->point[k].right;
  return right;
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static double radius_of(const lip_audit_point *point)
{
  return point->radius;
}

static double local_of(const lip_audit_point *point)
{
  return point->local;
}

static double broken_of(const lip_audit_point *point)
{
  return point->broken;
}

/* The distance within which half of the points that are right, or more, keep their class; or do
   not, as the attack shows. NaN when memory is out. */
static double median_of(const lip_audit *found, double (*which)(const lip_audit_point *point))
{
  double *values = lip_alloc(found->points, sizeof *values), median = NAN;
  size_t count = 0;

  for (size_t k = 0; values && k < found->points; k++)
    if (found->point[k].right && (found->point[k].near || which != local_of))
      values[count++] = which(&found->point[k]);
  if (count > 0) {
    qsort(values, count, sizeof *values, ascending);
    median = values[count / 2];
  }
  lip_free(values);
  return median;
}

static void say_attack(lip_audit *found)
{
  double broken = median_of(found, broken_of);

  if (!found->attacked) return;
  if (isfinite(broken))
    say(found, found->margins_certified ? LIP_PROVED : LIP_COMPUTED,
        "An attack changes the class of half of those that are right within %.4g; the truth lies "
        "between the "
        "two%s.",
        rounded(broken, 4, true), found->attack_done ? "" : " (it was stopped early)");
  else
    say(found, LIP_COMPUTED,
        "An attack changes the class of fewer than half of those that are right%s.",
        found->attack_done ? "" : "; it was stopped early");
}

static void say_radii(lip_audit *found)
{
  size_t right = right_points(found);
  double radius = median_of(found, radius_of), local = median_of(found, local_of);

  if (!found->points) return;
  if (found->points < found->n)
    say(found, LIP_COMPUTED,
        "Radii and attack are of %zu of the points, drawn at random; the network is right at %zu "
        "of "
        "them.",
        found->points, right);
  if (!right) return;
  if (!found->space.infinite)
    say(found, found->radii_certified ? LIP_PROVED : LIP_ESTIMATED,
        "By the constants, half of those that are right keep their class within a distance of "
        "%.4g%s.",
        rounded(radius, 4, false), found->radii_certified ? "" : ", if the constants are right");
  if (found->local_points && found->local_points < found->points)
    say(found, LIP_PROVED,
        "By bounds of the network near each point, half of those that are right do within %.4g (of "
        "%zu "
        "point%s: there was no time for more).",
        rounded(local, 4, false), found->local_points, plural(found->local_points));
  else if (found->local_points && found->space.infinite)
    say(found, LIP_PROVED,
        "By bounds of the network near each point, half of those that are right keep their class "
        "within a distance of %.4g; its constant, which is infinite, tells none.",
        rounded(local, 4, false));
  else if (found->local_points && local > radius)
    say(found, LIP_PROVED, "By bounds of the network near each point, half of them do within %.4g.",
        rounded(local, 4, false));
  say_attack(found);
}

static const lip_audit_law *strongest(const lip_audit *found)
{
  const lip_audit_law *best = NULL;

  for (size_t i = 0; i < found->laws; i++) {
    const lip_law_result *r = &found->law[i].result;

    if (r->kind != LIP_LIPSCHITZ_AT_LEAST || r->vacuous || r->holds == LIP_NO) continue;
    if (!isfinite(r->bound) || (best && r->bound <= best->result.bound)) continue;
    best = &found->law[i];
  }
  return best;
}

static void say_strongest(lip_audit *found, const lip_audit_law *best)
{
  char with[96] = "";

  if (best->c_from)
    (void)snprintf(with, sizeof with, ", with c = %.4g (%s),", best->c, best->c_from);
  say(found, LIP_ASSUMED,
      "By %s%s a network of this size that fits so well has a constant of at least %.4g (of %s).",
      best->law->name, with, best->result.bound, found->law_function);
}

static void say_law(lip_audit *found)
{
  const lip_audit_law *best = strongest(found);

  if (!isnan(found->law_noise) && !(found->law_error < found->law_noise))
    say(found, LIP_ESTIMATED,
        "The network does not fit below the noise level (mean squared error %.4g, noise %.4g, of "
        "labels -1 to +1): theorems about such fits say nothing of it.",
        found->law_error, found->law_noise);
  if (best)
    say_strongest(found, best);
  else if (found->laws && !found->laws_without_c)
    say(found, LIP_ASSUMED,
        "None of the theorems that apply asks for a larger constant of a network of this size than "
        "the labels do themselves.");
  if (found->laws_without_c)
    say(found, LIP_ASSUMED,
        "Theorems that need the isoperimetry constant c of the points' law are left out: %s; --c "
        "tells it.",
        found->dimension.no_time ? "there was no time to estimate it from the data's covariance"
                                 : "the data's covariance tells none");
  if (!isnan(found->law_p_low))
    say(found, LIP_ESTIMATED,
        "Section 1.1 of the universal law asks for about %.2g to %.2g parameters for a smooth fit "
        "of these points; this network has %zu, which is %s that range.",
        found->law_p_low, found->law_p_high, found->parameters, found->size_position);
}

/* ---- the verdict ---- */

static double wanted_radius(const lip_audit *found)
{
  double factor = found->task == LIP_TASK_CLASSES ? 1.41421356237309515 : 1;

  return 1 / (factor * found->target);
}

static void decide_classes(lip_audit *found)
{
  double radius = wanted_radius(found);
  lip_audit_radius at = lip_audit_at(found, radius * (1 - ROUNDING));
  size_t right = right_points(found), certified = 0, possible = at.possible;

  for (size_t k = 0; k < found->points; k++)
    certified += found->point[k].right && found->point[k].local >= radius * (1 - ROUNDING);
  (void)snprintf(
      found->question, sizeof found->question,
      "Can a classifier be right at as many of these %zu point%s as this network, and keep "
      "the class at all inputs nearer than %.4g to each of them? (That is what a "
      "Lipschitz constant of %.6g gives, on labels %s.)",
      found->points, plural(found->points), radius, found->target,
      found->task == LIP_TASK_CLASSES ? "as one-hot vectors" : "-1 and +1");
  if (right && certified == right) {
    found->verdict = LIP_AUDIT_ACHIEVED;
    found->verdict_sureness = LIP_PROVED;
    say(found, LIP_PROVED, "Achieved: this network does, at all %zu of them.", right);
  } else if (possible < right) {
    found->verdict = LIP_AUDIT_IMPOSSIBLE;
    found->verdict_sureness = LIP_PROVED;
    say(found, LIP_PROVED,
        "Impossible: pairs of different labels are so near that no classifier, however large, "
        "keeps it at more than %zu of the %zu point%s; this network is right at %zu.",
        possible, found->points, plural(found->points), right);
  } else {
    say(found, LIP_PROVED,
        "This network keeps that distance at %zu at least of the %zu point%s where it is right.",
        certified, right, plural(right));
  }
}

static void decide_values(lip_audit *found)
{
  (void)snprintf(found->question, sizeof found->question,
                 "Can a function that is as near to the labels as this network have a Lipschitz "
                 "constant of at most %.6g?",
                 found->target);
  if (found->space.known && found->space.certified && found->space.upper <= found->target) {
    found->verdict = LIP_AUDIT_ACHIEVED;
    found->verdict_sureness = LIP_PROVED;
    say(found, LIP_PROVED, "Achieved: this network's constant is at most %.6g.",
        rounded(found->space.upper, 6, true));
  }
  for (size_t k = 0; k < found->conflicts; k++) {
    const lip_audit_conflict *pair = &found->conflict[k];
    double least = (pair->slope * pair->distance - 2 * found->largest_error) / pair->distance;

    if (!(least * (1 - 1e-9) > found->target) || found->verdict == LIP_AUDIT_ACHIEVED) continue;
    found->verdict = LIP_AUDIT_IMPOSSIBLE;
    found->verdict_sureness = LIP_PROVED;
    say(found, LIP_PROVED,
        "Impossible: points %zu and %zu force a slope of %.6g on every function whose errors are "
        "as small as this network's.",
        pair->i, pair->j, least);
    return;
  }
}

/* A theorem may exclude what data alone do not. */
static void decide_by_law(lip_audit *found)
{
  const lip_audit_law *best = strongest(found);
  double factor = found->task == LIP_TASK_CLASSES ? 1.41421356237309515 : 1;
  double wanted = factor * found->target / (found->task == LIP_TASK_VALUES ? found->law_unit : 1);

  if (found->verdict != LIP_AUDIT_NOT_EXCLUDED || !best || !(best->result.bound > wanted)) return;
  if (best->result.holds == LIP_YES) {
    found->verdict = LIP_AUDIT_IMPOSSIBLE;
    found->verdict_sureness = LIP_ASSUMED;
    say(found, LIP_ASSUMED,
        "Impossible for networks of %zu parameters, with the theorem's probability: %s asks for a "
        "constant of %.4g.",
        found->parameters, best->law->name, best->result.bound);
  } else {
    say(found, LIP_ASSUMED,
        "If all assumptions of %s hold, it is impossible for networks of %zu parameters: it asks "
        "for a constant of %.4g.",
        best->law->name, found->parameters, best->result.bound);
  }
}

void audit_judge(audit_run *run)
{
  lip_audit *found = &run->found;

  found->target = run->options->target > 0 ? run->options->target : found->l_star;
  found->verdict = LIP_AUDIT_NOT_EXCLUDED;
  found->verdict_sureness = LIP_PROVED;
  say_fit(found);
  say_bracket(found);
  say_optimum(found);
  say_radii(found);
  say_law(found);
  if (isinf(found->target)) {
    (void)snprintf(found->question, sizeof found->question, "Can any function fit all labels?");
    found->verdict = LIP_AUDIT_IMPOSSIBLE;
    return;
  }
  if (!(found->target > 0)) {
    (void)snprintf(found->question, sizeof found->question, "There is no question: %s.",
                   isnan(found->target) ? "L* is not known, and no --target was given"
                                        : "all labels are equal");
    return;
  }
  if (found->classes && !right_points(found)) {
    (void)snprintf(found->question, sizeof found->question,
                   "There is no question: the network is right at none of the points%s.",
                   found->points < found->n ? " that were drawn" : "");
    return;
  }
  if (found->classes)
    decide_classes(found);
  else
    decide_values(found);
  decide_by_law(found);
  if (found->verdict == LIP_AUDIT_NOT_EXCLUDED)
    say(found, LIP_COMPUTED,
        "Not excluded: nothing that was found shows that it is possible or impossible.");
}
