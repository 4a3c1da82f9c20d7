/* minimise.c - the lowest certified constant that training reaches at each width: `train --minimise
   lipschitz` against plain training, the conjecture and the constructions (theory.md B4). */
#include "study/recipe.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { MOST = 128, MOST_WIDTHS = 16, PLAIN = 2 };

typedef struct variant {
  bool batch_norm;
  double weight; /* 0: plain training */
  double learning_rate;
} variant;

static const variant variants[] = {{true, 0, 1e-3},   {false, 0, 1e-3},   {true, 0.05, 1e-3},
                                   {true, 0.2, 1e-3}, {false, 0.2, 3e-3}, {false, 0.8, 3e-3}};
enum { VARIANTS = sizeof variants / sizeof *variants };

typedef struct plan {
  size_t n, d, widths, width[MOST_WIDTHS];
  lip_dataset *data;
  double least_on_sphere;
  recipe recipe[MOST]; /* widths x VARIANTS, then the constructions */
  size_t count;
} plan;

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

static void add_width(plan *p, size_t k, size_t steps)
{
  p->width[p->widths++] = k;
  for (size_t i = 0; i < VARIANTS; i++) {
    recipe *r = add(p, "trained", k);

    r->trained = true;
    r->train.k = k;
    r->train.steps = steps;
    r->train.batch_norm = variants[i].batch_norm;
    r->train.learning_rate = variants[i].learning_rate;
    if (variants[i].weight > 0) r->train.minimise = LIP_MINIMISE_LIPSCHITZ;
    if (variants[i].weight > 0) r->train.weight = variants[i].weight;
  }
}

static lip_status make_plan(lip_scale scale, plan *p, lip_error *err)
{
  static const size_t points[] = {500, 1000, 2000}, inputs[] = {50, 100, 200};
  static const size_t steps[] = {4000, 8000, 16000};
  static const double per_point[] = {0.02, 0.03, 0.05, 0.1, 0.2, 0.4, 1};
  lip_status st = LIP_OK;
  lip_pair pair;
  size_t count;
  double least;

  p->n = points[scale];
  p->d = inputs[scale];
  TRY(recipe_data(p->n, p->d, &p->data, err));
  TRY(lip_smallest_constant(p->data, 1, &pair, &count, &least, NULL, err));
  p->least_on_sphere = along_the_arc(least, pair.distance);
  for (size_t i = 0; i < sizeof per_point / sizeof *per_point; i++)
    add_width(p, (size_t)round(per_point[i] * (double)p->n), steps[scale]);
  add(p, "caps", 0)->construct.kind = LIP_CONSTRUCT_CAPS;
  p->recipe[p->count - 1].construct.optimise = true;
  add(p, "tensor", 2)->construct.kind = LIP_CONSTRUCT_TENSOR;
  p->recipe[p->count - 1].construct.exact = true;
done:
  return st;
}

static void words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  const plan *p = context;
  const recipe *r = &p->recipe[unit];

  (void)line;
  if (!r->trained) {
    (void)snprintf(text, size, "%zu,%zu,%s,%zu,,,,", p->n, p->d, r->series, r->size);
    return;
  }
  (void)snprintf(text, size, "%zu,%zu,trained,%zu,%s,%g,%g,%zu", p->n, p->d, r->size,
                 r->train.batch_norm ? "yes" : "no",
                 r->train.minimise == LIP_MINIMISE_LIPSCHITZ ? r->train.weight : 0,
                 r->train.learning_rate, r->train.steps);
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

/* The fitted network of a width with the lowest proved constant, plain or minimised; or NULL. */
static const recipe_numbers *best_of(const sheet *rows, size_t width, bool minimised)
{
  const recipe_numbers *best = NULL;

  for (size_t i = minimised ? PLAIN : 0; i < (minimised ? VARIANTS : PLAIN); i++) {
    const recipe_numbers *at = row(rows, width * VARIANTS + i);

    if (at->fitted == 1 && (!best || at->upper < best->upper)) best = at;
  }
  return best;
}

static double conjecture(const plan *p, double k)
{
  return sqrt((double)p->n / k);
}

static void write_numbers(FILE *out, const plan *p, const sheet *rows)
{
  (void)fputs("series,neurons,lower,upper\n", out);
  for (size_t unit = 0; unit < p->count; unit++) {
    const recipe_numbers *at = row(rows, unit);
    const char *name = p->recipe[unit].series;

    if (p->recipe[unit].trained) name = unit % VARIANTS < PLAIN ? "plain" : "tried";
    if (at->fitted == 1)
      (void)fprintf(out, "%s,%.17g,%.17g,%.17g\n", name, at->neurons, at->lower, at->upper);
  }
  for (size_t width = 0; width < p->widths; width++) {
    const recipe_numbers *at = best_of(rows, width, true);

    if (at) (void)fprintf(out, "lowest,%.17g,%.17g,%.17g\n", at->neurons, at->lower, at->upper);
  }
}

static void label(FILE *out, const char *text, double x, double y, const char *place,
                  const char *ink)
{
  (void)fprintf(out, "set label '%s' at %.4g,%.4g %s textcolor rgb %s\n", text, x, y, place, ink);
}

static void write_labels(FILE *out, const plan *p, const sheet *rows)
{
  static const char *const beside[] = {"caps, optimised", "tensor, p = 2"};
  size_t last = p->widths - 1, middle = p->widths / 2;
  const recipe_numbers *plain = best_of(rows, last, false), *low = best_of(rows, middle, true);
  char text[96];

  if (plain)
    label(out, "plain training", plain->neurons, plain->upper, "right offset 1,2.4", INK_RED);
  if (low)
    label(out, "bound minimised, lowest of four", low->neurons, low->upper, "left offset -9,-1.9",
          INK_BLUE);
  for (size_t i = 0; i < 2; i++) {
    const recipe_numbers *at = row(rows, p->widths * VARIANTS + i);

    if (at->fitted == 1)
      label(out, beside[i], at->neurons, at->upper,
            i == 0 ? "right offset -1,0" : "left offset 1,0", INK_BLACK);
  }
  label(out, "√(n/k)", (double)p->width[0], conjecture(p, (double)p->width[0]),
        "left offset 0,-1.2", INK_BLACK);
  (void)snprintf(text, sizeof text, "L* = %.2f", p->least_on_sphere);
  label(out, text, (double)p->width[0], p->least_on_sphere, "left offset 0,-0.7 front", INK_BLACK);
}

static lip_status draw(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  drawing figure;
  FILE *out;

  TRY(study_figure_begin(run, "minimise", 17.5, 10, &figure, err));
  out = figure.script;
  write_numbers(figure.csv, p, rows);
  (void)fprintf(out,
                "set logscale xy\nset xrange [%.4g:%.4g]\nset yrange [1:60]\nunset key\n"
                "set xlabel 'neurons k'\nset ylabel 'Lipschitz constant on the sphere'\n"
                "set ytics (1, 2, 3, 5, 10, 20, 30, 50)\n",
                0.8 * (double)p->width[0], 1.3 * (double)p->n);
  write_labels(out, p, rows);
  (void)fprintf(out,
                "plot %.6g with filledcurves y1=1 fillcolor rgb '#EDEDED' notitle, \\\n"
                "  %.6g with lines linewidth 1.5 linecolor rgb " INK_GREY " notitle, \\\n"
                "  sqrt(%zu/x) with lines linewidth 1.2 dashtype 2 linecolor rgb " INK_BLACK
                " notitle",
                p->least_on_sphere, p->least_on_sphere, p->n);
  static const struct {
    const char *name, *ink;
    int shape;
    bool bar, line;
  } drawn[] = {{"tried", INK_SKY, 4, false, false},
               {"plain", INK_RED, 7, true, false},
               {"lowest", INK_BLUE, 5, true, true},
               {"caps", INK_BLACK, 4, false, false},
               {"tensor", INK_BLACK, 12, false, false}};
  for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
    if (drawn[i].bar)
      (void)fprintf(out,
                    ", \\\n  'minimise.csv' skip 1 using (strcol(1) eq '%s' ? $2 : "
                    "NaN):3:(0):($4-$3) with vectors nohead linewidth 2.5 linecolor rgb %s notitle",
                    drawn[i].name, drawn[i].ink);
    (void)fprintf(out,
                  ", \\\n  'minimise.csv' skip 1 using (strcol(1) eq '%s' ? $2 : NaN):4 with "
                  "%s pointtype %d pointsize 0.6*swell linecolor rgb %s notitle",
                  drawn[i].name, drawn[i].line ? "linespoints" : "points", drawn[i].shape,
                  drawn[i].ink);
  }
  (void)fputc('\n', out);
  TRY(study_figure_end(
      run, &figure,
      "The certified constant of networks that fit the same data, against their width. Red: plain "
      "training, with and without batch normalisation. Blue: the bound minimised, in four ways "
      "(light), and the lowest of them; bars from witness to proof. Black: constructions with "
      "their "
      "known constants. Dashed: the conjectured optimum √(n/k). Grey: below L*.",
      err));
done:
  return st;
}

static void write_table(study_run *run, const plan *p, const sheet *rows)
{
  html(
      run->body,
      "<div class=\"scroll\"><table>\n<tr><th class=\"n\">neurons<th class=\"n\">√(n/k)<th "
      "class=\"n\">plain<th class=\"n\">minimised, lower<th class=\"n\">upper<th class=\"n\">upper "
      "/ √(n/k)<th class=\"n\">gain</tr>\n");
  for (size_t width = 0; width < p->widths; width++) {
    const recipe_numbers *plain = best_of(rows, width, false), *low = best_of(rows, width, true);
    double of = conjecture(p, (double)p->width[width]);

    html(run->body, "<tr><td class=\"n\">%zu<td class=\"n\">%.2f<td class=\"n\">", p->width[width],
         of);
    html_number(run->body, plain ? plain->upper : (double)NAN, 2);
    html(run->body, "<td class=\"n\">");
    html_number(run->body, low ? low->lower : (double)NAN, 2);
    html(run->body, "<td class=\"n\">");
    html_number(run->body, low ? low->upper : (double)NAN, 2);
    html(run->body, "<td class=\"n\">");
    html_number(run->body, low ? low->upper / of : (double)NAN, 2);
    html(run->body, "<td class=\"n\">");
    html_number(run->body, low && plain ? plain->lower / low->upper : (double)NAN, 2);
    html(run->body, "</tr>\n");
  }
  html(run->body, "</table></div>\n");
}

static lip_status judge(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  double gain = INFINITY, near = INFINITY, below = INFINITY, order = INFINITY, before = INFINITY;

  for (size_t width = 0; width < p->widths; width++) {
    const recipe_numbers *plain = best_of(rows, width, false), *low = best_of(rows, width, true);

    if (!low) continue;
    near = fmin(near, low->upper / conjecture(p, (double)p->width[width]));
    if (isfinite(before)) order = fmin(order, before / low->lower);
    before = low->upper;
    if (plain && p->width[width] >= 2 * p->n / p->d) gain = fmin(gain, plain->lower / low->upper);
  }
  for (size_t unit = 0; unit < p->count; unit++)
    if (isfinite(row(rows, unit)->upper))
      below = fmin(below, row(rows, unit)->upper / row(rows, unit)->own);
  TRY(STUDY_CRITERION(
      run, err, gain, 1.25, INFINITY,
      "k ≥ 2n/d: least gain, certified lower end of plain / upper end of minimised"));
  TRY(STUDY_CRITERION(run, err, near, 1, 2.5, "nearest to the conjecture: constant / √(n/k)"));
  TRY(STUDY_CRITERION(run, err, order, 0.95, INFINITY,
                      "more neurons are smoother: least ratio from a width to the next"));
  TRY(STUDY_CRITERION(run, err, below, 1 - 1e-9, INFINITY,
                      "least constant / largest slope between the network's own outputs"));
done:
  return st;
}

static void write_findings(study_run *run, const plan *p, const sheet *rows)
{
  size_t last = p->widths - 1;
  const recipe_numbers *plain = best_of(rows, last, false), *low = best_of(rows, last, true);
  double near = INFINITY;
  size_t at = 0;

  for (size_t width = 0; width < p->widths; width++) {
    const recipe_numbers *found = best_of(rows, width, true);
    double ratio = found ? found->upper / conjecture(p, (double)p->width[width]) : INFINITY;

    if (ratio < near) {
      near = ratio;
      at = p->width[width];
    }
  }
  if (plain && low)
    html(run->findings,
         "<li><b>At k = n = %zu</b> plain training ends at %.2f or more, minimising at %.2f or "
         "less, both certified; L* is %.2f.</li>\n",
         p->n, plain->lower, low->upper, p->least_on_sphere);
  if (at > 0)
    html(run->findings,
         "<li><b>Nearest to the conjectured √(n/k)</b> is k = %zu, with %.2f times as much; with "
         "more neurons the constants fall more slowly than the conjecture.</li>\n",
         at, near);
}

static lip_status run_minimise(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  plan *p = lip_alloc_zero(1, sizeof *p);
  sheet rows = {.name = "networks",
                .header = "n,d,series,size,batch norm,weight,learning rate,steps at "
                          "most," RECIPE_HEADER,
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
  html(run->body, "<h2>%zu points in %zu dimensions</h2>\n", p->n, p->d);
  TRY(draw(run, p, &rows, err));
  write_table(run, p, &rows);
  TRY(judge(run, p, &rows, err));
done:
  sheet_clear(&rows);
  if (p) lip_dataset_free(p->data);
  lip_free(p);
  return st;
}

const study minimise_study = {
    .name = "minimise",
    .summary = "the lowest certified constant that training reaches at each width",
    .title = "How smooth can training make a network of k neurons?",
    .lede = "Two-layer ReLU networks that fit random labels on the unit sphere, trained as usual, "
            "and trained with the certified Lipschitz bound beside the error (<code>liplaw train "
            "--minimise lipschitz</code>), whose weight falls until the network fits.",
    .run = run_minimise};
