/* tradeoff.c - size against smoothness: every construction, trained networks and the proved limits
   on one picture, about the same data (theory.md 2.5, B4 to B8, B22, U14). */
#include "study/recipe.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { MOST = 96 };

typedef struct plan {
  size_t n, d;
  lip_dataset *data;
  double least, least_on_sphere; /* L* of the whole space, and along arcs */
  recipe recipe[MOST];
  size_t count;
} plan;

/* The series, in the order of the legend. */
typedef struct series {
  const char *name, *ink;
  int shape;
  bool line;
} series;

static const series all_series[] = {
    {"groups", INK_ORANGE, 11, false}, {"adaptive", INK_ORANGE, 10, false},
    {"plain", INK_RED, 7, true},       {"minimised", INK_BLUE, 5, true},
    {"projected", INK_GREEN, 9, true}, {"tensor", INK_PURPLE, 13, false},
    {"caps", INK_BLACK, 4, false},     {"mcshane", INK_BLACK, 6, false}};
enum { SERIES = sizeof all_series / sizeof *all_series };

static recipe *add(plan *p, const char *name, size_t size)
{
  recipe *r = &p->recipe[p->count++];

  memset(r, 0, sizeof *r);
  r->series = name;
  r->size = size;
  lip_train_defaults(&r->train);
  lip_construct_defaults(&r->construct);
  return r;
}

static void add_trained(plan *p, const char *name, lip_minimise minimise, size_t most)
{
  static const size_t widths[] = {4, 6, 10, 18, 30, 55, 100, 180, 300, 550, 1000, 3000, 10000};

  for (size_t i = 0; i < sizeof widths / sizeof *widths && widths[i] <= most; i++) {
    recipe *r;

    if (2 * widths[i] * p->d < p->n) continue; /* too few numbers for the labels' bits */
    r = add(p, name, widths[i]);
    r->trained = true;
    r->train.k = widths[i];
    r->train.minimise = minimise;
  }
}

static void add_constructed(plan *p)
{
  static const size_t groups[] = {2, 3, 4, 5, 6, 8, 10, 12}, adaptive[] = {12, 18, 24, 30};
  static const double kept[] = {1,    0.6,  0.4,   0.28, 0.2,   0.14,  0.1,
                                0.07, 0.05, 0.036, 0.03, 0.022, 0.016, 0.012};

  add(p, "mcshane", 0)->construct.kind = LIP_CONSTRUCT_MCSHANE;
  add(p, "caps", 0)->construct.kind = LIP_CONSTRUCT_CAPS;
  add(p, "caps", 1)->construct.kind = LIP_CONSTRUCT_CAPS;
  p->recipe[p->count - 1].construct.optimise = true;
  add(p, "tensor", 2)->construct.kind = LIP_CONSTRUCT_TENSOR;
  p->recipe[p->count - 1].construct.power = 2;
  p->recipe[p->count - 1].construct.exact = true;
  add(p, "baum", 0)->construct.kind = LIP_CONSTRUCT_BAUM;
  add(p, "linear", 0)->construct.kind = LIP_CONSTRUCT_LINEAR;
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    recipe *r = add(p, "groups", groups[i]);

    r->construct.kind = LIP_CONSTRUCT_GROUPS;
    r->construct.group = groups[i];
  }
  for (size_t i = 0; i < sizeof adaptive / sizeof *adaptive; i++) {
    recipe *r = add(p, "adaptive", adaptive[i]);

    r->construct.kind = LIP_CONSTRUCT_GROUPS;
    r->construct.group = adaptive[i];
    r->construct.adaptive = true;
  }
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    recipe *r = add(p, "projected", (size_t)fmax(round(kept[i] * (double)p->d), 1));

    r->construct.kind = LIP_CONSTRUCT_PROJECTED;
    r->construct.dimensions = r->size;
  }
}

static lip_status make_plan(lip_scale scale, plan *p, lip_error *err)
{
  static const size_t points[] = {1000, 2000, 10000}, inputs[] = {500, 500, 1000};
  static const size_t widest_plain[] = {1000, 3000, 10000}, widest_minimised[] = {550, 1000, 1000};
  lip_status st = LIP_OK;
  lip_pair pair;
  size_t count;

  p->n = points[scale];
  p->d = inputs[scale];
  TRY(recipe_data(p->n, p->d, &p->data, err));
  TRY(lip_smallest_constant(p->data, 1, &pair, &count, &p->least, NULL, err));
  p->least_on_sphere = along_the_arc(p->least, pair.distance);
  add_trained(p, "minimised", LIP_MINIMISE_LIPSCHITZ, widest_minimised[scale]);
  add_trained(p, "plain", LIP_MINIMISE_NOTHING, widest_plain[scale]);
  add_constructed(p);
done:
  return st;
}

static void words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  const plan *p = context;

  (void)line;
  (void)snprintf(text, size, "%zu,%zu,%s,%zu", p->n, p->d, p->recipe[unit].series,
                 p->recipe[unit].size);
}

static lip_status compute(const study_run *run, const void *context, size_t unit, size_t thread,
                          double *value, lip_error *err)
{
  const plan *p = context;

  (void)thread;
  return recipe_make(run, &p->recipe[unit], p->data, (recipe_numbers *)value, err);
}

static const recipe_numbers *row(const sheet *rows, size_t unit)
{
  return (const recipe_numbers *)sheet_row(rows, unit, 0);
}

static bool shown(const recipe_numbers *at)
{
  return at->fitted == 1;
}

static double conjecture(const plan *p, double parameters)
{
  return sqrt((double)p->n * (double)p->d / parameters);
}

/* What nothing reaches: L* on the sphere, and the law of networks of 32-bit numbers. */
static double limit(const plan *p, double parameters)
{
  return fmax(p->least_on_sphere, recipe_law((double)p->n, (double)p->d, parameters, 32, 0, 0));
}

/* The picture's ends: parameters per point, and per number of the data; its top. */
#define LEFT  0.5
#define RIGHT 4.0
enum { TOP = 300, GRID = 160 };

static void write_numbers(FILE *out, const plan *p, const sheet *rows)
{
  const double right = RIGHT * (double)p->n * (double)p->d;

  (void)fputs("series,size,parameters,lower,upper,conjecture,law,limit\n", out);
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = row(rows, unit);

    if (shown(at))
      (void)fprintf(out, "%s,%zu,%.17g,%.17g,%.17g,,,\n", p->recipe[unit].series,
                    p->recipe[unit].size, at->parameters, at->lower, at->upper);
  }
  for (size_t i = 0; i <= GRID; i++) {
    double first = LEFT * (double)p->n;
    double at = first * pow(right / first, (double)i / GRID);

    (void)fprintf(out, "limits,,%.17g,,,%.17g,%.17g,%.17g\n", at,
                  conjecture(p, at) > limit(p, at) ? conjecture(p, at) : 0,
                  recipe_law((double)p->n, (double)p->d, at, 32, 0, 0), limit(p, at));
  }
}

/* The row of a series with the fewest parameters, but at least so many. */
static const recipe_numbers *first_of(const plan *p, const sheet *rows, const char *name,
                                      double least)
{
  const recipe_numbers *best = NULL;

  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = row(rows, unit);

    if (strcmp(p->recipe[unit].series, name) != 0 || !shown(at) || at->parameters < least) continue;
    if (!best || at->parameters < best->parameters) best = at;
  }
  return best;
}

/* And the one with the most. */
static const recipe_numbers *last_of(const plan *p, const sheet *rows, const char *name)
{
  const recipe_numbers *best = NULL;

  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = row(rows, unit);

    if (strcmp(p->recipe[unit].series, name) == 0 && shown(at) &&
        (!best || at->parameters >= best->parameters))
      best = at;
  }
  return best;
}

static void label(FILE *out, const char *text, double x, double y, const char *place,
                  const char *ink)
{
  (void)fprintf(out, "set label '%s' at %.4g,%.4g %s textcolor rgb %s\n", text, x, y, place, ink);
}

/* Names beside the curves, in their colours. */
static void write_names(FILE *out, const plan *p, const sheet *rows)
{
  static const struct {
    const char *series, *text, *place, *ink;
    size_t after; /* at the first network with at least so many parameters a point */
  } names[] = {
      {"plain", "trained: Adam, batch norm", "right offset -0.8,0.6", INK_RED, 0},
      {"minimised", "bound minimised", "left offset 0.7,0.7", INK_BLUE, 5},
      {"projected", "tents of projected points", "left offset -3.5,1", INK_GREEN, 0},
      {"groups", "groups of m points a neuron", "left offset 0,0.8", INK_ORANGE, 60},
      {"tensor", "tensor, p = 2", "left offset 1,0.2", INK_PURPLE, 0},
      {"caps", "caps at 0.9", "left offset 1,0.1", INK_BLACK, 0},
      {"mcshane", "McShane = tents", "left offset 1,0.4", INK_BLACK, 0},
  };
  const recipe_numbers *best = NULL;

  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const recipe_numbers *at = first_of(p, rows, names[i].series, (double)(names[i].after * p->n));

    if (at) label(out, names[i].text, at->parameters, at->upper, names[i].place, names[i].ink);
  }
  for (size_t unit = 0; unit < p->count; unit++)
    if (strcmp(p->recipe[unit].series, "caps") == 0 && p->recipe[unit].construct.optimise)
      best = row(rows, unit);
  if (best && shown(best))
    label(out, "caps, optimised", best->parameters, best->upper, "left offset 1,0", INK_BLACK);
}

static void write_limits(FILE *out, const plan *p, const sheet *rows)
{
  const double n = (double)p->n, d = (double)p->d, first = LEFT * n;
  const recipe_numbers *baum = first_of(p, rows, "baum", 0);
  char text[128];

  label(out, "conjectured optimum √(n/k) ≈ √(nd/p)", 1.1 * first, conjecture(p, 1.1 * first),
        "left offset 0,-1.1 rotate by -23", INK_BLACK);
  (void)snprintf(text, sizeof text, "L* = %.2f: no function through the data is smoother",
                 p->least_on_sphere);
  label(out, text, 0.9 * RIGHT * n * d, p->least_on_sphere, "right offset 0,-0.7 front", INK_BLACK);
  label(out, "proved: no network of p 32-bit numbers", 1.1 * first, 1.12, "left front", INK_BLACK);
  if (!baum) return;
  (void)snprintf(text, sizeof text, "↑ Baum''s %.0f neurons: %.0f", baum->neurons, baum->upper);
  label(out, text, baum->parameters, 0.9 * TOP, "center", INK_BLACK);
}

static void write_series(FILE *out, const series *s, bool last)
{
  char of[160];

  (void)snprintf(of, sizeof of, "(strcol(1) eq '%s' ? $3 : NaN)", s->name);
  if (s->line)
    (void)fprintf(out,
                  "  '' skip 1 using %s:5 with lines linewidth 1.2 linecolor rgb %s notitle, \\\n",
                  of, s->ink);
  (void)fprintf(out,
                "  '' skip 1 using %s:4:(0):($5-$4) with vectors nohead linewidth 2.5 "
                "linecolor rgb %s notitle, \\\n",
                of, s->ink);
  (void)fprintf(out,
                "  '' skip 1 using %s:5 with points pointtype %d pointsize 0.6*swell "
                "linecolor rgb %s notitle%s\n",
                of, s->shape, s->ink, last ? "" : ", \\");
}

static lip_status draw(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  drawing figure;
  FILE *out;

  TRY(study_figure_begin(run, "tradeoff", 17.5, 11.5, &figure, err));
  out = figure.script;
  write_numbers(figure.csv, p, rows);
  (void)fprintf(out,
                "set logscale xy\nset xrange [%.6g:%.6g]\nset yrange [1:%d]\nunset key\n"
                "set xlabel 'parameters p'\nset ylabel 'Lipschitz constant on the sphere'\n"
                "set x2range [%.6g:%.6g]\nset logscale x2\nset x2tics nomirror out scale 0.6\n"
                "set x2label 'neurons k of a two-layer network'\nset format x2 '%%g'\n"
                "set format x '10^{%%T}'\nset format y '%%g'\n"
                "set ytics (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300)\n",
                LEFT * (double)p->n, RIGHT * (double)p->n * (double)p->d, TOP,
                LEFT * (double)p->n / (double)(p->d + 2),
                RIGHT * (double)p->n * (double)p->d / (double)(p->d + 2));
  write_names(out, p, rows);
  write_limits(out, p, rows);
  (void)fputs("plot 'tradeoff.csv' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):8 with "
              "filledcurves y1=1 fillcolor rgb '#EDEDED' notitle, \\\n"
              "  '' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):8 with lines linewidth 1.5 "
              "linecolor rgb " INK_GREY " notitle, \\\n"
              "  '' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):($6 > 1 ? $6 : NaN) with lines "
              "linewidth 1.2 dashtype 2 linecolor rgb " INK_BLACK " notitle, \\\n",
              out);
  for (size_t i = 0; i < SERIES; i++) write_series(out, &all_series[i], i + 1 == SERIES);
  TRY(study_figure_end(
      run, &figure,
      "Every network fits the same data, trained ones with every sign right and a mean squared "
      "error of at most 0.02. Bars are certified brackets, from witness to proof; "
      "points without a bar are constants known exactly, from the papers' constructions. Dashed: "
      "the conjectured optimum. Grey: what no network can reach, proved: L*, which no function can "
      "beat, and on the left the isoperimetric-profile law for networks stored in p numbers of 32 "
      "bits.",
      err));
done:
  return st;
}

/* The least value of upper / what must lie below it, over the rows of networks. */
static double least_ratio(const plan *p, const sheet *rows, bool law)
{
  double least = INFINITY;

  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = row(rows, unit);
    double below = law ? at->law : at->own;

    if (isfinite(at->upper) && below > 0) least = fmin(least, at->upper / below);
  }
  return least;
}

/* Of constant / sqrt(n d / p), or of constant / (n / k), over a series where what is left of d or
   the neurons is enough. */
static void range(const plan *p, const sheet *rows, const char *name, size_t least_size,
                  double *low, double *high)
{
  *low = INFINITY;
  *high = -INFINITY;
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = row(rows, unit);
    double ratio = at->upper / conjecture(p, at->parameters);

    if (strcmp(p->recipe[unit].series, name) != 0 || !shown(at)) continue;
    if (p->recipe[unit].size < least_size) continue;
    *low = fmin(*low, ratio);
    *high = fmax(*high, ratio);
  }
}

/* The slope of log lower against log k over the groups of fixed threshold, by their ends. */
static double groups_exponent(const plan *p, const sheet *rows)
{
  const recipe_numbers *few = first_of(p, rows, "groups", 0), *many = last_of(p, rows, "groups");

  if (!few || few == many) return NAN;
  return log(few->lower / many->lower) / log(many->neurons / few->neurons);
}

static lip_status judge(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  double low, high, gain = INFINITY;
  size_t fair = 0;

  TRY(STUDY_CRITERION(run, err, least_ratio(p, rows, false), 1 - 1e-9, INFINITY,
                      "least constant / largest slope between the network's own outputs"));
  TRY(STUDY_CRITERION(run, err, least_ratio(p, rows, true), 1, INFINITY,
                      "least constant / the law for as many bits and such a fit"));
  range(p, rows, "projected", p->d / 10, &low, &high);
  TRY(STUDY_CRITERION(run, err, low, 1.36, 2.76,
                      "projected to d/10 or more coordinates: least constant / √(nd/p)"));
  TRY(STUDY_CRITERION(run, err, high, 1.36, 2.76,
                      "projected to d/10 or more coordinates: largest constant / √(nd/p)"));
  TRY(STUDY_CRITERION(run, err, groups_exponent(p, rows), 0.8, 1.3,
                      "groups: exponent of the constant's lower end in n/k"));
  range(p, rows, "tensor", 0, &low, &high);
  TRY(STUDY_CRITERION(run, err, low, 3.6, 4.8, "tensor: constant / √(n/k)"));
  range(p, rows, "minimised", 0, &low, &high);
  TRY(STUDY_CRITERION(run, err, low, 1, 2,
                      "trained with the bound minimised: nearest to the conjecture, / √(n/k)"));
  for (size_t unit = 0; unit < p->count; unit++)
    for (size_t other = 0; other < p->count; other++)
      if (strcmp(p->recipe[unit].series, "minimised") == 0 &&
          strcmp(p->recipe[other].series, "plain") == 0 &&
          p->recipe[unit].size == p->recipe[other].size && shown(row(rows, unit)) &&
          shown(row(rows, other))) {
        gain = fmin(gain, row(rows, other)->lower / row(rows, unit)->upper);
        fair++;
      }
  TRY(STUDY_CRITERION(run, err, fair ? gain : NAN, 1.2, INFINITY,
                      "least gain of minimising: certified lower end of plain / upper end"));
done:
  return st;
}

static void write_findings(study_run *run, const plan *p, const sheet *rows)
{
  const recipe_numbers *plain = last_of(p, rows, "plain");
  const recipe_numbers *smooth = last_of(p, rows, "minimised");
  const recipe_numbers *caps = last_of(p, rows, "caps");
  double low = 0, high = 0;

  range(p, rows, "minimised", 0, &low, &high);
  if (smooth && plain)
    html(run->findings,
         "<li><b>Plain training leaves most of the smoothness on the table.</b> With %.0f neurons "
         "it ends at %.1f, certified; the same protocol with the bound minimised ends at %.1f with "
         "%.0f neurons. The least that any function needs is %.2f.</li>\n",
         plain->neurons, plain->lower, smooth->upper, smooth->neurons, p->least_on_sphere);
  html(run->findings,
       "<li><b>Trained so, two-layer networks come within a factor of %.2f of the conjectured "
       "√(n/k)</b> where that factor is least, and never below it. Nothing on the picture lies "
       "below the conjecture's curve with constant 1.</li>\n",
       low);
  range(p, rows, "projected", p->d / 10, &low, &high);
  html(run->findings,
       "<li><b>The projected construction is the whole curve:</b> %.2f to %.2f times √(nd/p) as "
       "long as d/10 coordinates are kept.",
       low, high);
  if (caps) html(run->findings, " Caps reach %.2f with one neuron a point.", caps->upper);
  html(run->findings, "</li>\n");
}

/* A construction that does not apply says why, in its own words. */
static void write_refusals(study_run *run, const plan *p, const sheet *rows)
{
  html(run->body, "<h2>What does not apply here, and why</h2>\n<ul>\n");
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe *r = &p->recipe[unit];
    lip_construct_result result;
    lip_net *net = NULL;
    lip_error why = {""};

    if (shown(row(rows, unit))) continue;
    if (r->trained)
      html(run->body,
           "<li>%s, %zu neurons: no fit within %zu steps, which takes every sign and an error of "
           "0.02; the error is %.3g</li>\n",
           r->series, r->size, r->train.steps, row(rows, unit)->mse);
    else if (lip_construct(p->data, &r->construct, &net, &result, run->control, &why) != LIP_OK)
      html(run->body, "<li>%s</li>\n", why.text);
    lip_net_free(net);
  }
  html(run->body, "</ul>\n");
}

static void write_table(study_run *run, const plan *p, const sheet *rows)
{
  html(run->body, "<h2>The numbers</h2>\n<p>Size: neurons of trained networks, points a neuron of "
                  "groups, coordinates kept of projected tents; caps 1 have the optimised "
                  "threshold. Law: what no network of so many bits can beat that fits so "
                  "well.</p>\n<div class=\"scroll\"><table>\n<tr><th>network<th "
                  "class=\"n\">size<th class=\"n\">parameters<th class=\"n\">lower<th "
                  "class=\"n\">upper<th class=\"n\">upper / √(nd/p)<th class=\"n\">mse<th "
                  "class=\"n\">law</tr>\n");
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = row(rows, unit);

    if (!shown(at)) continue;
    html(run->body,
         "<tr><td>%s<td class=\"n\">%zu<td class=\"n\">%.0f<td class=\"n\">%.4g<td "
         "class=\"n\">%.4g<td class=\"n\">%.2f<td class=\"n\">%.2g<td class=\"n\">%.2f</tr>\n",
         p->recipe[unit].series, p->recipe[unit].size, at->parameters, at->lower, at->upper,
         at->upper / conjecture(p, at->parameters), at->mse, at->law);
  }
  html(run->body, "</table></div>\n");
}

static lip_status run_tradeoff(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  plan *p = lip_alloc_zero(1, sizeof *p);
  sheet rows = {.name = "networks",
                .header = "n,d,series,size," RECIPE_HEADER,
                .lines = 1,
                .columns = RECIPE_COLUMNS,
                .context = p,
                .words = words,
                .compute = compute};

  if (!p) FAIL(LIP_ENOMEM, "no memory for a plan");
  TRY(make_plan(run->scale, p, err));
  rows.units = p->count;
  TRY(sheet_fill(run, &rows, err));
  write_findings(run, p, &rows);
  html(run->body, "<h2>Size against smoothness: %zu points in %zu dimensions</h2>\n", p->n, p->d);
  TRY(draw(run, p, &rows, err));
  write_table(run, p, &rows);
  write_refusals(run, p, &rows);
  TRY(judge(run, p, &rows, err));
done:
  sheet_clear(&rows);
  if (p) lip_dataset_free(p->data);
  lip_free(p);
  return st;
}

const study tradeoff_study = {
    .name = "tradeoff",
    .summary = "Lipschitz constant against size: constructions, trained networks, proved limits",
    .title = "How smooth can a network of p parameters be?",
    .lede =
        "Points on the unit sphere with random labels ±1, and networks that fit them all: every "
        "construction of the papers that applies, trained networks with certified brackets, "
        "the conjectured optimum, and the limits that are proved. All constants are those of "
        "the sphere (along arcs).",
    .run = run_tradeoff};
