/* page_index.c - index.html of an audit: the question and the answer first, then what is known and
   how sure it is, the figures, and the tables. */
#include "audit/page_parts.h"

#include "base/error.h"
#include "report/html.h"
#include "report/page_frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_PAIRS = 10, PICTURE = 72 };

static const char *const sureness[] = {"proved", "assumed", "computed", "estimate"};
static const char *const kinds[] = {"pass", "none", "none", "none"};

/* What stands after the last slash; of "IMAGES:LABELS" of the first. */
static void file_name(const char *path, char *name, size_t size)
{
  int length = (int)strcspn(path, ":");
  const char *start = path + length;

  while (start > path && start[-1] != '/') start--;
  (void)snprintf(name, size, "%.*s", (int)(path + length - start), start);
}

static void write_tiles(FILE *out, const lip_audit *found)
{
  static const char *const words[] = {"impossible", "not excluded", "achieved"};
  static const char *const good[] = {"bad", "", "good"};
  char text[64];

  html(out, "<div class=\"tiles\">\n");
  frame_tile(out, good[found->verdict], words[found->verdict], "verdict");
  if (found->classes) {
    (void)snprintf(text, sizeof text, "%.2f %%", 100 * found->accuracy);
    frame_tile(out, "", text, "of the points right");
  } else {
    (void)snprintf(text, sizeof text, "%.4g", found->loss);
    frame_tile(out, "", text, "mean squared error");
  }
  if (found->space.known) {
    if (found->space.infinite)
      (void)snprintf(text, sizeof text, "infinite");
    else
      (void)snprintf(text, sizeof text, "%.4g – %.4g", found->space.lower, found->space.upper);
    frame_tile(out, "", text,
               found->space.certified || found->space.infinite ? "Lipschitz constant, proved"
                                                               : "Lipschitz constant, estimated");
  }
  if (!isnan(found->l_star)) {
    (void)snprintf(text, sizeof text, "%.4g", found->l_star);
    frame_tile(out, "", text, "L*: what the labels themselves force");
  }
  html(out, "</div>\n");
}

static void write_sentences(FILE *out, const lip_audit *found)
{
  html(out, "<h2 id=\"found\">What was found, and how sure it is</h2>\n<div class=\"scroll\">"
            "<table>\n");
  for (size_t k = 0; k < found->sentences; k++) {
    const lip_audit_sentence *s = &found->sentence[k];

    html(out, "<tr><td><span class=\"verdict %s\">%s</span><td>%s</tr>\n", kinds[s->sureness],
         sureness[s->sureness], s->text);
  }
  html(out,
       "</table></div>\n<p class=\"soft\">Proved: rounding counted. Assumed: a theorem, if its "
       "assumptions hold, which cannot all be checked here. Computed: in double precision, "
       "rounding not counted. Estimate: by search or statistics.</p>\n");
}

static void bracket_row(FILE *out, const char *name, const lip_audit_bracket *b)
{
  if (!b->known) return;
  html(out, "<tr><td>%s<td class=\"n\">%.8g<td class=\"n\">%.8g<td>%s<td>%s, %s</tr>\n", name,
       b->lower, b->upper,
       b->infinite    ? "infinite, proved"
       : b->certified ? "certified"
                      : "estimated",
       b->lower_method, b->upper_method);
}

static lip_status write_constants(FILE *out, const lip_audit *found, const report_folder *folder,
                                  lip_error *err)
{
  lip_status st = LIP_OK;
  char name[64];

  html(out, "<h2 id=\"constants\">The Lipschitz constants</h2>\n<div class=\"scroll\"><table>\n"
            "<tr><th>where<th class=\"n\">at least<th class=\"n\">at most<th>"
            "<th>methods</tr>\n");
  bracket_row(out, "whole space", &found->space);
  (void)snprintf(name, sizeof name, "ball of radius %.4g about 0", found->radius);
  bracket_row(out, name, &found->ball);
  html(out, "</table></div>\n");
  if (found->task == LIP_TASK_CLASSES) {
    html(out,
         "<p>A point of class a keeps its class against class b as far as the margin "
         "<var>f</var><sub>a</sub> − <var>f</var><sub>b</sub> over the constant of that "
         "difference reaches. %zu of the %zu pairs of classes have an upper end of their "
         "own%s.</p>\n",
         found->pairs_measured, found->pairs_all,
         found->pairs_measured < found->pairs_all ? "; the others have √2 times that of all outputs"
                                                  : "");
  }
  TRY(frame_figure(out, folder, "pairs", "column",
                   "Upper ends of the constants of differences of two outputs, pair by pair, on "
                   "the whole space.",
                   err));
done:
  return st;
}

static void write_curve(FILE *out, const lip_audit *found)
{
  double points = (double)found->points;

  html(out, "<details><summary>The same as a table</summary><table>\n<tr><th class=\"n\">radius"
            "<th class=\"n\">constants<th class=\"n\">near each point<th class=\"n\">attack<th "
            "class=\"n\">any classifier</tr>\n");
  for (size_t k = 0; k < found->curve_points; k++) {
    const lip_audit_radius *row = &found->curve[k];

    html(out, "<tr><td class=\"n\">%.4g", row->radius);
    if (found->space.infinite)
      html(out, "<td class=\"n\">–");
    else
      html(out, "<td class=\"n\">%.2f %%", 100 * (double)row->certified / points);
    if (found->local_points)
      html(out, "<td class=\"n\">%.2f %%", 100 * (double)row->local / (double)found->points);
    else
      html(out, "<td class=\"n\">–");
    if (found->attacked)
      html(out, "<td class=\"n\">%.2f %%", 100 * (double)row->attacked / points);
    else
      html(out, "<td class=\"n\">–");
    html(out, "<td class=\"n\">%.2f %%</tr>\n", 100 * (double)row->possible / points);
  }
  html(out, "</table></details>\n");
}

static const char *reach_of_constants(const lip_audit *found)
{
  if (found->space.infinite)
    return "The constant on the whole space is infinite, so that margins over it tell nothing; "
           "bounds of the network near each point prove at least so many";
  return found->radii_certified
             ? "Margins over Lipschitz constants prove at least so many; bounds of the network "
               "near "
               "each point prove more"
             : "Margins over Lipschitz constants would give at least so many; bounds of the "
               "network near each point prove more";
}

static lip_status write_radii(FILE *out, const lip_audit *found, const report_folder *folder,
                              lip_error *err)
{
  lip_status st = LIP_OK;

  if (!found->points || !(found->accuracy > 0)) return LIP_OK;
  html(out,
       "<h2 id=\"radii\">How far an answer can be trusted</h2>\n<p>Of %zu%s points: how many are "
       "answered rightly at every input nearer than <var>r</var>. %s, as far as there was time: "
       "for %zu of the points. An attack shows inputs where the answer changes, so that "
       "the truth lies in the "
       "shaded band%s. Points with different labels that are near to each other leave no "
       "classifier more than the dashed line.</p>\n",
       found->points, found->points < found->n ? " randomly chosen" : "", reach_of_constants(found),
       found->local_points,
       found->attacked && !found->attack_done ? " (the attack was stopped early)" : "");
  TRY(frame_figure(out, folder, "certified-accuracy", "wide",
                   "Share of the points whose class holds at every distance below r.", err));
  write_curve(out, found);
  TRY(frame_figure(out, folder, "radii", "column",
                   "The points one by one: radius against the distance at which the attack found "
                   "another class. No proved radius can lie above the line.",
                   err));
done:
  return st;
}

/* The points of a conflict, side by side. */
static void write_pictures(FILE *out, const lip_audit *found, const lip_net *net,
                           const lip_dataset *data)
{
  size_t channels, height, width;

  if (!audit_picture_shape(net, data->d, &channels, &height, &width)) return;
  html(out, "<p>");
  for (size_t k = 0; k < found->conflicts && k < SHOWN_PAIRS; k++) {
    const size_t rows[] = {found->conflict[k].i, found->conflict[k].j};
    double low = INFINITY, high = -INFINITY;

    for (size_t s = 0; s < 2; s++)
      for (size_t j = 0; j < data->d; j++) {
        low = fmin(low, data->X[rows[s] * data->d + j]);
        high = fmax(high, data->X[rows[s] * data->d + j]);
      }
    html(out, "<span style=\"display:inline-block;margin:0 1rem 0.8rem 0;line-height:1.2\">");
    for (size_t s = 0; s < 2; s++)
      audit_picture(out, data->X + rows[s] * data->d, channels, height, width, low, high, PICTURE);
    html(out, "<br><span class=\"soft\" style=\"font-size:0.8rem\">%.6g and %.6g</span></span>\n",
         found->conflict[k].label_i, found->conflict[k].label_j);
  }
  html(out, "</p>\n");
}

static void write_conflicts(FILE *out, const lip_audit *found, const lip_net *net,
                            const lip_dataset *data)
{
  if (!found->conflicts) return;
  html(out,
       "<h2 id=\"labels\">Which labels stand in the way</h2>\n<p>No function through %s is "
       "smoother than L* = %.6g: these pairs of points are near to each other and have different "
       "labels. Where one of the two labels is wrong, correcting it lowers L*.</p>\n",
       found->l_star_points < found->n ? "a part of the data" : "all labels", found->l_star);
  write_pictures(out, found, net, data);
  html(out,
       "<div class=\"scroll\"><table>\n<tr><th class=\"n\">rows<th class=\"n\">labels"
       "<th class=\"n\">distance<th class=\"n\">slope<th>%s</tr>\n",
       found->classes ? "the network" : "");
  for (size_t k = 0; k < found->conflicts && k < 3 * SHOWN_PAIRS; k++) {
    const lip_audit_conflict *c = &found->conflict[k];

    html(out,
         "<tr><td class=\"n\">%zu, %zu<td class=\"n\">%.6g, %.6g<td class=\"n\">%.5g"
         "<td class=\"n\">%.6g<td>%s</tr>\n",
         c->i, c->j, c->label_i, c->label_j, c->distance, c->slope,
         !found->classes            ? ""
         : c->right_i && c->right_j ? "is right at both"
         : c->right_i               ? "is wrong at the second"
         : c->right_j               ? "is wrong at the first"
                                    : "is wrong at both");
  }
  html(out, "</table></div>\n");
}

static void write_laws(FILE *out, const lip_audit *found)
{
  static const char *const holds[] = {"fail", "hold", "cannot be checked"};

  if (!found->laws) return;
  html(out,
       "<h2 id=\"law\">What the law of robustness says</h2>\n<p>Theorems that have all they need, "
       "of this function: %s. Noise level of its labels: %.4g; mean squared error: %.4g.</p>\n"
       "<div class=\"scroll\"><table>\n<tr><th>theorem<th class=\"n\">bound<th>assumptions"
       "<th>statement</tr>\n",
       found->law_function, found->law_noise, found->law_error);
  for (size_t k = 0; k < found->laws; k++) {
    const lip_law_result *r = &found->law[k].result;

    html(out, "<tr><td>%s<td class=\"n\">", found->law[k].law->name);
    if (isfinite(r->bound))
      html(out, "%.4g", r->bound);
    else
      html_number(out, r->bound, 0);
    html(out, "<td>%s<td>%s%s%s</tr>\n", holds[r->holds], r->says,
         r->vacuous ? ". This says nothing here: " : "", r->vacuous ? r->why_vacuous : "");
  }
  html(out, "</table></div>\n");
}

static void write_data(FILE *out, const lip_audit *found)
{
  const lip_audit_dimension *d = &found->dimension;

  html(out,
       "<h2 id=\"data\">The data</h2>\n<p>%zu point%s of %zu number%s; labels: %s. Noise level ",
       found->n, found->n == 1 ? "" : "s", found->d, found->d == 1 ? "" : "s", found->labels);
  if (isnan(found->noise_level))
    html(out, "unknown.");
  else
    html(out, "%.4g (%s%s).", found->noise_level, found->noise_source,
         found->task == LIP_TASK_CLASSES
             ? ", of one-hot labels; theorems use that of the labels -1 and +1 below"
             : "");
  if (d->known)
    html(out,
         " Effective dimension: %.4g by the covariance's largest eigenvalue, %.4g as effective "
         "rank, %.4g by participation, %.4g by two nearest neighbours.",
         d->effective, d->effective_rank, d->participation, d->two_nearest);
  html(out, "</p>\n");
}

static void write_footer(FILE *out, const report_folder *folder)
{
  html(out, "<footer>Made by <code>liplaw audit</code>. Tables:");
  for (size_t i = 0; i < folder->files; i++)
    if (strncmp(folder->file[i], "tables/", 7) == 0)
      html(out, " <a href=\"%s\">%s</a>", folder->file[i], folder->file[i] + 7);
  html(out, "</footer>\n");
}

lip_status audit_index(const lip_audit *found, const lip_net *net, const lip_dataset *data,
                       const char *net_name, const char *data_name, report_folder *folder,
                       lip_error *err)
{
  lip_status st = LIP_OK;
  FILE *out = NULL;
  char first[256], second[256];

  file_name(net_name, first, sizeof first);
  file_name(data_name, second, sizeof second);
  TRY(folder_create(folder, "index.html", &out, err));
  frame_begin(out, "Audit");
  html(out, "<p class=\"kicker\">liplaw audit</p>\n<h1>%s on %s</h1>\n<p class=\"lede\">%s</p>\n",
       first, second, found->question);
  write_tiles(out, found);
  write_sentences(out, found);
  TRY(write_radii(out, found, folder, err));
  TRY(write_constants(out, found, folder, err));
  write_conflicts(out, found, net, data);
  write_laws(out, found);
  write_data(out, found);
  write_footer(out, folder);
  frame_end(out);
  st = folder_close(folder, out, err);
  out = NULL;
done:
  if (out) (void)fclose(out);
  return st;
}
