/* audit_text.c - what liplaw audit says, as text. */
#include "cli/audit_answer.h"

#include <math.h>
#include <string.h>

static const char *const marks[] = {"[proved]", "[assumed]", "[computed]", "[estimate]"};

static void print_verdict(const lip_audit *found)
{
  static const char *const words[] = {"impossible", "not excluded", "achieved"};

  (void)printf("\n%s\nverdict: %s\n\n", found->question, words[found->verdict]);
  for (size_t k = 0; k < found->sentences; k++)
    (void)printf("%-11s %s\n", marks[found->sentence[k].sureness], found->sentence[k].text);
  (void)puts("\n[proved]: rounding counted. [assumed]: a theorem, if its assumptions hold. "
             "[computed]: in double\nprecision, rounding not counted. [estimate]: by search or "
             "statistics.");
}

/* Ten digits, which round by less than what is given away here: the ends stay proved. */
static void print_bracket(const char *name, const lip_audit_bracket *b)
{
  if (!b->known)
    (void)printf("  %-22s not known, stopped before\n", name);
  else
    (void)printf("  %-22s [%.10g, %.10g]  %s\n", name, b->lower * (1 - 1e-9), b->upper * (1 + 1e-9),
                 b->infinite    ? "infinite"
                 : b->certified ? "certified"
                                : "estimated");
}

static void print_pairs(const lip_audit *found)
{
  const lip_audit_classes *least = NULL, *most = NULL;

  if (found->task != LIP_TASK_CLASSES || !found->pairs || found->space.infinite) return;
  for (size_t k = 0; k < found->pairs; k++) {
    const lip_audit_classes *pair = &found->pair[k];

    if (!least || pair->upper < least->upper) least = pair;
    if (!most || pair->upper > most->upper) most = pair;
  }
  (void)printf("  pairs of classes       upper ends from %.6g (%zu-%zu) to %.6g (%zu-%zu)\n",
               least->upper, least->a, least->b, most->upper, most->a, most->b);
  (void)printf("                         %zu of %zu have one of their own%s\n",
               found->pairs_measured, found->pairs_all,
               found->pairs_measured < found->pairs_all
                   ? ", the others sqrt(2) times that of all outputs"
                   : "");
}

static void print_conflicts(const lip_audit *found)
{
  if (!found->conflicts) return;
  (void)printf("\nlabels that stand in the way%s\n  %8s %8s %10s %10s %12s %12s  %s\n",
               found->l_star_points < found->n ? " (in a subset of the points)" : "", "i", "j",
               "label i", "label j", "distance", "slope", found->classes ? "network" : "");
  for (size_t k = 0; k < found->conflicts; k++) {
    const lip_audit_conflict *c = &found->conflict[k];

    (void)printf("  %8zu %8zu %10.6g %10.6g %12.6g %12.6g  %s\n", c->i, c->j, c->label_i,
                 c->label_j, c->distance, c->slope,
                 !found->classes            ? ""
                 : c->right_i && c->right_j ? "right at both"
                 : c->right_i               ? "wrong at j"
                 : c->right_j               ? "wrong at i"
                                            : "wrong at both");
  }
}

static void print_curve(const lip_audit *found)
{
  double points = (double)found->points;

  if (!found->curve_points || !(found->accuracy > 0)) return;
  (void)printf("\nshare of %zu point%s whose class holds within a radius (l2)\n  %10s %12s %12s "
               "%12s %12s\n",
               found->points, found->points == 1 ? "" : "s", "radius",
               found->radii_certified || found->space.infinite ? "constants" : "constants?",
               "near bounds", "attack", "any at all");
  for (size_t k = 0; k < found->curve_points; k++) {
    const lip_audit_radius *row = &found->curve[k];

    (void)printf("  %10.4g ", row->radius);
    if (found->space.infinite)
      (void)printf("%12s ", "-");
    else
      (void)printf("%11.2f%% ", 100 * (double)row->certified / points);
    if (found->local_points)
      (void)printf("%11.2f%% ", 100 * (double)row->local / points);
    else
      (void)printf("%12s ", "-");
    if (found->attacked)
      (void)printf("%11.2f%% ", 100 * (double)row->attacked / points);
    else
      (void)printf("%12s ", "-");
    (void)printf("%11.2f%%\n", 100 * (double)row->possible / points);
  }
  (void)printf(
      "  constants: margin over Lipschitz constant, %s; near bounds: proved by that or by "
      "bounds\n  about each point; attack: at most so many; any at all: at most so many for "
      "any classifier\n",
      found->space.infinite    ? "which is infinite"
      : found->radii_certified ? "proved"
                               : "an estimate");
  if (found->local && found->local_points < found->points)
    (void)printf(
        "  (there was time for bounds about %zu point%s; the others count with their constants)\n",
        found->local_points, found->local_points == 1 ? "" : "s");
  if (found->attacked && !found->attack_done)
    (void)puts("  (the attack was stopped by the time limit or an interrupt)");
}

static void print_laws(const lip_audit *found)
{
  static const char *const holds[] = {"fails", "holds", "open"};
  static const char *const kinds[] = {"at least", "at most", "probability", "number"};

  if (!found->laws) return;
  (void)printf("\ntheorems, of %s; noise level of its labels %.4g, mean squared error %.4g\n  "
               "%-26s %-12s %12s  %-12s %s\n",
               found->law_function, found->law_noise, found->law_error, "theorem", "", "bound",
               "assumptions", "");
  for (size_t k = 0; k < found->laws; k++) {
    const lip_law_result *r = &found->law[k].result;
    char bound[32];

    (void)snprintf(bound, sizeof bound, isnan(r->bound) ? "unknown" : "%.6g", r->bound);
    (void)printf("  %-26s %-12s %12s  %-12s %s\n", found->law[k].law->name, kinds[r->kind], bound,
                 holds[r->holds], r->vacuous ? "says nothing here" : "");
  }
  (void)puts("  liplaw law NAME tells assumptions and constants of a theorem.");
}

int audit_answer_text(const char *net, const char *data, const lip_audit *found, const char *folder)
{
  cli_progress_end();
  (void)printf("%s: %zu input%s, %zu output%s, %zu parameter%s; %s: %zu point%s\nlabels: %s\n", net,
               found->d, found->d == 1 ? "" : "s", found->outputs, found->outputs == 1 ? "" : "s",
               found->parameters, found->parameters == 1 ? "" : "s", data, found->n,
               found->n == 1 ? "" : "s", found->labels);
  print_verdict(found);
  (void)puts("\nLipschitz constant (l2)");
  print_bracket("whole space", &found->space);
  print_bracket("ball of the data", &found->ball);
  print_pairs(found);
  if (!isnan(found->l_star))
    (void)printf("  %-22s %.10g%s\n", "L* of the data", found->l_star,
                 found->l_star_points < found->n ? " at least, by a subset" : "");
  (void)printf("\nloss %.6g, noise level ", found->loss);
  if (isnan(found->noise_level))
    (void)printf("unknown");
  else
    (void)printf("%.4g (%s%s)", found->noise_level, found->noise_source,
                 found->task == LIP_TASK_CLASSES ? ", of one-hot labels" : "");
  if (strcmp(found->noise_source, "neighbours") != 0 && !isnan(found->noise_neighbours))
    (void)printf("; nearest neighbours alone would say %.4g, which is not used",
                 found->noise_neighbours);
  (void)puts("");
  if (found->dimension.known)
    (void)printf("effective dimension %.4g (covariance), %.4g (effective rank), %.4g "
                 "(participation), %.4g (two neighbours)\n",
                 found->dimension.effective, found->dimension.effective_rank,
                 found->dimension.participation, found->dimension.two_nearest);
  print_curve(found);
  print_conflicts(found);
  print_laws(found);
  if (folder) (void)printf("\npage: %s/index.html\n", folder);
  (void)printf("\n%.1f s%s\n", found->seconds,
               strcmp(found->stopped, "time") == 0        ? "; more time could have told more"
               : strcmp(found->stopped, "interrupt") == 0 ? "; interrupted"
                                                          : "");
  return EXIT_DONE;
}
