/* tradeoff.c - size against smoothness: every construction, trained networks and the proved limits
   on one picture, about the same data (theory.md 2.5, B4 to B8, B22, U14). */
#include "study/tradeoff.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

static recipe *add(tradeoff_plan *p, const char *name, size_t size)
{
  recipe *r = &p->recipe[p->count++];

  memset(r, 0, sizeof *r);
  r->series = name;
  r->size = size;
  lip_train_defaults(&r->train);
  lip_construct_defaults(&r->construct);
  return r;
}

static void add_trained(tradeoff_plan *p, const char *name, lip_minimise minimise, size_t most)
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

static void add_constructed(tradeoff_plan *p)
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

static lip_status make_plan(lip_scale scale, tradeoff_plan *p, lip_error *err)
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
  const tradeoff_plan *p = context;

  (void)line;
  (void)snprintf(text, size, "%zu,%zu,%s,%zu", p->n, p->d, p->recipe[unit].series,
                 p->recipe[unit].size);
}

static lip_status compute(const study_run *run, const void *context, size_t unit, size_t thread,
                          double *value, lip_error *err)
{
  const tradeoff_plan *p = context;

  (void)thread;
  return recipe_make(run, &p->recipe[unit], p->data, (recipe_numbers *)value, err);
}

const recipe_numbers *tradeoff_row(const sheet *rows, size_t unit)
{
  return (const recipe_numbers *)sheet_row(rows, unit, 0);
}

bool tradeoff_shown(const recipe_numbers *at)
{
  return at->fitted == 1;
}

double tradeoff_conjecture(const tradeoff_plan *p, double parameters)
{
  return sqrt((double)p->n * (double)p->d / parameters);
}

const recipe_numbers *tradeoff_first(const tradeoff_plan *p, const sheet *rows, const char *name,
                                     double least)
{
  const recipe_numbers *best = NULL;

  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = tradeoff_row(rows, unit);

    if (strcmp(p->recipe[unit].series, name) != 0 || !tradeoff_shown(at) || at->parameters < least)
      continue;
    if (!best || at->parameters < best->parameters) best = at;
  }
  return best;
}

const recipe_numbers *tradeoff_last(const tradeoff_plan *p, const sheet *rows, const char *name)
{
  const recipe_numbers *best = NULL;

  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = tradeoff_row(rows, unit);

    if (strcmp(p->recipe[unit].series, name) == 0 && tradeoff_shown(at) &&
        (!best || at->parameters >= best->parameters))
      best = at;
  }
  return best;
}

/* The least value of upper / what must lie below it, over the rows of networks. */
static double least_ratio(const tradeoff_plan *p, const sheet *rows, bool law)
{
  double least = INFINITY;

  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = tradeoff_row(rows, unit);
    double below = law ? at->law : at->own;

    if (isfinite(at->upper) && below > 0) least = fmin(least, at->upper / below);
  }
  return least;
}

/* Of constant / sqrt(n d / p), or of constant / (n / k), over a series where what is left of d or
   the neurons is enough. */
static void range(const tradeoff_plan *p, const sheet *rows, const char *name, size_t least_size,
                  double *low, double *high)
{
  *low = INFINITY;
  *high = -INFINITY;
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = tradeoff_row(rows, unit);
    double ratio = at->upper / tradeoff_conjecture(p, at->parameters);

    if (strcmp(p->recipe[unit].series, name) != 0 || !tradeoff_shown(at)) continue;
    if (p->recipe[unit].size < least_size) continue;
    *low = fmin(*low, ratio);
    *high = fmax(*high, ratio);
  }
}

/* The slope of log lower against log k over the groups of fixed threshold, by their ends. */
static double groups_exponent(const tradeoff_plan *p, const sheet *rows)
{
  const recipe_numbers *few = tradeoff_first(p, rows, "groups", 0),
                       *many = tradeoff_last(p, rows, "groups");

  if (!few || few == many) return NAN;
  return log(few->lower / many->lower) / log(many->neurons / few->neurons);
}

static lip_status judge(study_run *run, const tradeoff_plan *p, const sheet *rows, lip_error *err)
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
          p->recipe[unit].size == p->recipe[other].size &&
          tradeoff_shown(tradeoff_row(rows, unit)) && tradeoff_shown(tradeoff_row(rows, other))) {
        gain = fmin(gain, tradeoff_row(rows, other)->lower / tradeoff_row(rows, unit)->upper);
        fair++;
      }
  TRY(STUDY_CRITERION(run, err, fair ? gain : NAN, 1.2, INFINITY,
                      "least gain of minimising: certified lower end of plain / upper end"));
done:
  return st;
}

static void write_findings(study_run *run, const tradeoff_plan *p, const sheet *rows)
{
  const recipe_numbers *plain = tradeoff_last(p, rows, "plain");
  const recipe_numbers *smooth = tradeoff_last(p, rows, "minimised");
  const recipe_numbers *caps = tradeoff_last(p, rows, "caps");
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
static void write_refusals(study_run *run, const tradeoff_plan *p, const sheet *rows)
{
  html(run->body, "<h2>What does not apply here, and why</h2>\n<ul>\n");
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe *r = &p->recipe[unit];
    lip_construct_result result;
    lip_net *net = NULL;
    lip_error why = {""};

    if (tradeoff_shown(tradeoff_row(rows, unit))) continue;
    if (r->trained)
      html(run->body,
           "<li>%s, %zu neurons: no fit within %zu steps, which takes every sign and an error of "
           "0.02; the error is %.3g</li>\n",
           r->series, r->size, r->train.steps, tradeoff_row(rows, unit)->mse);
    else if (lip_construct(p->data, &r->construct, &net, &result, run->control, &why) != LIP_OK)
      html(run->body, "<li>%s</li>\n", why.text);
    lip_net_free(net);
  }
  html(run->body, "</ul>\n");
}

static void write_table(study_run *run, const tradeoff_plan *p, const sheet *rows)
{
  html(run->body, "<h2>The numbers</h2>\n<p>Size: neurons of trained networks, points a neuron of "
                  "groups, coordinates kept of projected tents; caps 1 have the optimised "
                  "threshold. Law: what no network of so many bits can beat that fits so "
                  "well.</p>\n<div class=\"scroll\"><table>\n<tr><th>network<th "
                  "class=\"n\">size<th class=\"n\">parameters<th class=\"n\">lower<th "
                  "class=\"n\">upper<th class=\"n\">upper / √(nd/p)<th class=\"n\">mse<th "
                  "class=\"n\">law</tr>\n");
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = tradeoff_row(rows, unit);

    if (!tradeoff_shown(at)) continue;
    html(run->body,
         "<tr><td>%s<td class=\"n\">%zu<td class=\"n\">%.0f<td class=\"n\">%.4g<td "
         "class=\"n\">%.4g<td class=\"n\">%.2f<td class=\"n\">%.2g<td class=\"n\">%.2f</tr>\n",
         p->recipe[unit].series, p->recipe[unit].size, at->parameters, at->lower, at->upper,
         at->upper / tradeoff_conjecture(p, at->parameters), at->mse, at->law);
  }
  html(run->body, "</table></div>\n");
}

static lip_status run_tradeoff(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  tradeoff_plan *p = lip_alloc_zero(1, sizeof *p);
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
  TRY(tradeoff_draw(run, p, &rows, err));
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
