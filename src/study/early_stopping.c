/* early_stopping.c - training below the noise level costs smoothness (theory.md U13, U4).

   A teacher's signs, a share of them flipped, or its values with normal noise; networks after t
   steps of the same training, for t up to the exact fit. Each network is trained from the start: a
   row depends on nothing before it. With F, G, Z the values f(x_i), E(y | x_i), y_i - E(y | x_i)
   over sqrt n, MSE = |G + Z - F|^2, 2 <F, Z> = |Z|^2 + |G - F|^2 - MSE + 2 <G, Z>, so below the
   noise level, MSE <= sigma^2 - eps, <F, Z> >= eps/4 as soon as |Z|^2 >= sigma^2 - eps/6 and <G, Z>
   >= -eps/6. (Lemma 2.1 says eps/3, which holds with another proof: docs/theory.md, U4.) */
#include "study/study.h"

#include "base/error.h"
#include "base/memory.h"

#include <liplaw/measure.h>
#include <liplaw/train.h>

#include <math.h>
#include <string.h>

enum { SEED = 1, LEVELS = 3, MOST_STEPS = 64 };
static const struct {
  lip_label_kind labels;
  double level;
  const char *name;
} trials[LEVELS] = {{LIP_LABELS_NOISE, 0.5, "noise 0.5"},
                    {LIP_LABELS_FLIP, 0.1, "10 % flipped"},
                    {LIP_LABELS_FLIP, 0.2, "20 % flipped"}};

enum {
  OF_MSE,
  OF_ERROR, /* mean of (f - g)^2 on fresh points */
  OF_LOWER,
  OF_UPPER,
  OF_FZ,
  OF_ZZ,
  OF_GZ,
  OF_ROUNDING, /* of the identity above */
  COLUMNS
};
static const char header[] =
    "labels,n,d,k,steps,mse,error on fresh points,lower,upper,<F Z>,|Z|^2,<G Z>,"
    "difference of the identity";

typedef struct plan {
  size_t n, d, k, count, steps[MOST_STEPS];
  lip_dataset *data[LEVELS]; /* n points to train on, then as many to test on */
} plan;

static double noise(size_t level)
{
  const double at = trials[level].level;

  return trials[level].labels == LIP_LABELS_NOISE ? at * at : 4 * at * (1 - at);
}

static lip_status make_plan(lip_scale scale, plan *p, lip_error *err)
{
  static const size_t points[] = {2000, 4000, 10000}, inputs[] = {20, 30, 50};
  static const double last[] = {1000, 2000, 4000};
  lip_status st = LIP_OK;
  double at = 1;

  p->n = points[scale];
  p->d = inputs[scale];
  p->k = points[scale] / 10;
  for (p->count = 0; at < last[scale] * 1.01; at *= 1.2) {
    size_t steps = (size_t)round(at);

    if (p->count == 0 || p->steps[p->count - 1] < steps) p->steps[p->count++] = steps;
  }
  for (size_t i = 0; i < LEVELS; i++) {
    lip_sample_options options;

    lip_sample_defaults(&options);
    options.kind = LIP_GAUSSIAN;
    options.labels = trials[i].labels;
    options.level = trials[i].level;
    options.teacher = LIP_TEACHER_LINEAR;
    options.n = 2 * p->n;
    options.d = p->d;
    options.seed = SEED;
    TRY(lip_sample(&options, &p->data[i], err));
  }
done:
  return st;
}

static void clear_plan(plan *p)
{
  for (size_t i = 0; i < LEVELS; i++) lip_dataset_free(p->data[i]);
}

/* Units: level by level, step by step. */
static size_t level_of(const plan *p, size_t unit)
{
  return unit / p->count;
}

static size_t steps_of(const plan *p, size_t unit)
{
  return p->steps[unit % p->count];
}

static void words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  const plan *p = context;

  (void)line;
  (void)snprintf(text, size, "%s,%zu,%zu,%zu,%zu", trials[level_of(p, unit)].name, p->n, p->d, p->k,
                 steps_of(p, unit));
}

static lip_status train(const plan *p, size_t unit, const lip_control *control, lip_net **net,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *all = p->data[level_of(p, unit)];
  lip_dataset *first = NULL;
  lip_train_options options;
  lip_train_result result;

  TRY(lip_dataset_create(p->n, p->d, 1, &first, err));
  memcpy(first->X, all->X, p->n * p->d * sizeof *first->X);
  memcpy(first->y, all->y, p->n * sizeof *first->y);
  lip_train_defaults(&options);
  options.k = p->k;
  options.eps = 0; /* no stop before */
  options.steps = steps_of(p, unit);
  options.batch_norm = false;
  options.learning_rate = 3e-3;
  options.output_scale = 0.1; /* begins near 0, smooth */
  options.threads = 1;
  TRY(lip_train(first, &options, net, &result, control, err));
done:
  lip_dataset_free(first);
  return st;
}

/* The sums over the points of training, and the error on the others. */
static lip_status find_sums(const plan *p, const lip_dataset *data, const lip_net *net,
                            double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  double *f = lip_alloc(data->n, sizeof *f), mse = 0, fz = 0, zz = 0, gz = 0, gf = 0, fresh = 0;
  double n = (double)p->n;

  if (!f) FAIL(LIP_ENOMEM, "no memory for %zu values", data->n);
  TRY(lip_net_values(net, data->n, data->X, f, err));
  for (size_t i = 0; i < p->n; i++) {
    const double g = data->g[i], z = data->z[i];

    mse += (f[i] - data->y[i]) * (f[i] - data->y[i]) / n;
    fz += f[i] * z / n;
    zz += z * z / n;
    gz += g * z / n;
    gf += (g - f[i]) * (g - f[i]) / n;
  }
  for (size_t i = p->n; i < data->n; i++) fresh += (f[i] - data->g[i]) * (f[i] - data->g[i]);
  value[OF_MSE] = mse;
  value[OF_ERROR] = fresh / (double)(data->n - p->n);
  value[OF_FZ] = fz;
  value[OF_ZZ] = zz;
  value[OF_GZ] = gz;
  value[OF_ROUNDING] = 2 * fz - (zz + gf - mse + 2 * gz);
done:
  lip_free(f);
  return st;
}

static lip_status compute(const study_run *run, const void *context, size_t unit, size_t thread,
                          double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  const plan *p = context;
  lip_net *net = NULL;
  lip_control control = {0};
  lip_measure_options options;
  lip_measurement found = {0};

  (void)thread;
  if (run->control) control = *run->control;
  control.progress = NULL;
  TRY(train(p, unit, &control, &net, err));
  TRY(find_sums(p, p->data[level_of(p, unit)], net, value, err));
  lip_measure_defaults(&options);
  options.search = false;
  options.starts = 2;
  options.time_limit = 1e9;
  TRY(lip_measure(net, NULL, &options, &found, &control, err));
  if (strcmp(found.stopped, "interrupt") == 0) FAIL(LIP_EINTERRUPT, "interrupted");
  value[OF_LOWER] = found.lower;
  value[OF_UPPER] = found.upper;
done:
  lip_measurement_clear(&found);
  lip_net_free(net);
  return st;
}

static const double *row(const plan *p, const sheet *rows, size_t level, size_t step)
{
  return sheet_row(rows, level * p->count + step, 0);
}

/* The last network that is not below the noise level: where to stop. */
static size_t stop_of(const plan *p, const sheet *rows, size_t level)
{
  size_t stop = 0;

  while (stop + 1 < p->count && row(p, rows, level, stop + 1)[OF_MSE] >= noise(level)) stop++;
  return stop;
}

static void write_numbers(FILE *out, const plan *p, const sheet *rows)
{
  (void)fputs("labels,steps,mse,noise level,lower,upper,<F Z>,eps/4,error on fresh points\n", out);
  for (size_t level = 0; level < LEVELS; level++)
    for (size_t i = 0; i < p->count; i++) {
      const double *at = row(p, rows, level, i);

      (void)fprintf(out, "%s,%zu,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", trials[level].name,
                    p->steps[i], at[OF_MSE], noise(level), at[OF_LOWER], at[OF_UPPER], at[OF_FZ],
                    (noise(level) - at[OF_MSE]) / 4, at[OF_ERROR]);
    }
}

static const char *const inks[LEVELS] = {INK_GREEN, INK_BLUE, INK_RED};

static lip_status draw_constants(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  drawing figure;
  FILE *out;

  TRY(study_figure_begin(run, "constants", 17.5, 9, &figure, err));
  out = figure.script;
  write_numbers(figure.csv, p, rows);
  (void)fputs("set logscale y\nset xrange [1.02:-0.02]\nset yrange [1:70]\n"
              "set xlabel 'mean squared error, training goes to the right'\n"
              "set ylabel 'Lipschitz constant'\nset ytics (1, 2, 5, 10, 20, 50)\n"
              "set key top left Left reverse\n",
              out);
  for (size_t level = 0; level < LEVELS; level++) {
    (void)fprintf(out, "set arrow from %.6g,1 to %.6g,70 nohead dashtype 2 linecolor rgb %s\n",
                  noise(level), noise(level), inks[level]);
    (void)fprintf(out, "set label 'σ² = %.2f' at %.6g,60 left offset 0.4,0 textcolor rgb %s\n",
                  noise(level), noise(level), inks[level]);
  }
  (void)fputs("plot ", out);
  for (size_t level = 0; level < LEVELS; level++)
    (void)fprintf(
        out,
        "%s'constants.csv' skip 1 using (strcol(1) eq '%s' ? $3 : NaN):5:(0):($6-$5) with vectors "
        "nohead linewidth 2.5 linecolor rgb %s notitle, \\\n  '' skip 1 using (strcol(1) eq '%s' "
        "? $3 : NaN):6 with linespoints pointtype 7 pointsize 0.4*swell linecolor rgb %s "
        "title '%s'",
        level ? ", \\\n  " : "", trials[level].name, inks[level], trials[level].name, inks[level],
        trials[level].name);
  (void)fputc('\n', out);
  TRY(study_figure_end(
      run, &figure,
      "Certified brackets on the Lipschitz constant along training, against the "
      "error reached. Dashed: the noise level σ². Down to it the network learns the teacher; below "
      "it, labels that the teacher did not give, and the constant grows several times over.",
      err));
done:
  return st;
}

static lip_status draw_steps(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  const size_t level = LEVELS - 1;
  lip_status st = LIP_OK;
  drawing figure;
  FILE *out;

  TRY(study_figure_begin(run, "steps", 17.5, 9, &figure, err));
  out = figure.script;
  write_numbers(figure.csv, p, rows);
  (void)fprintf(out,
                "set logscale x\nset xrange [1:%zu]\nset yrange [0:1.05]\nset key at graph "
                "0.01,0.62 left Left reverse\n"
                "set xlabel 'steps of training, %s'\n"
                "set arrow from %zu,0 to %zu,1.05 nohead dashtype 2 linecolor rgb %s\n"
                "set label 'stop: MSE = σ²' at %zu,1.0 right offset -0.5,0 textcolor rgb %s\n",
                p->steps[p->count - 1], trials[level].name, p->steps[stop_of(p, rows, level)],
                p->steps[stop_of(p, rows, level)], INK_GREY, p->steps[stop_of(p, rows, level)],
                INK_GREY);
  static const struct {
    const char *column, *title, *ink;
    int dash;
  } drawn[] = {{"3", "mean squared error", INK_BLACK, 1},
               {"7", "⟨F,Z⟩, correlation with the noise", INK_RED, 1},
               {"($8 > 0 ? $8 : NaN)", "ε/4, ε = σ² − MSE (Lemma 2.1)", INK_RED, 2},
               {"9", "mean of (f − g)² on fresh points", INK_BLUE, 1}};
  (void)fputs("plot ", out);
  for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
    (void)fprintf(
        out,
        "%s'steps.csv' skip 1 using (strcol(1) eq '%s' ? $2 : NaN):%s with lines linewidth 2 "
        "dashtype %d linecolor rgb %s title '%s'",
        i ? ", \\\n  " : "", trials[level].name, drawn[i].column, drawn[i].dash, drawn[i].ink,
        drawn[i].title);
  (void)fputc('\n', out);
  TRY(study_figure_end(
      run, &figure,
      "The same training by steps. Below the noise level the network's values must correlate with "
      "the noise, by at least a quarter of what the error lies below; the errors on fresh points "
      "are least about where training should stop.",
      err));
done:
  return st;
}

static void write_table(study_run *run, const plan *p, const sheet *rows)
{
  html(run->body, "<div class=\"scroll\"><table>\n<tr><th>labels<th class=\"n\">σ²<th "
                  "class=\"n\">stop after<th class=\"n\">constant there<th class=\"n\">error<th "
                  "class=\"n\">constant at the end<th class=\"n\">error</tr>\n");
  for (size_t level = 0; level < LEVELS; level++) {
    size_t stop = stop_of(p, rows, level);
    const double *at = row(p, rows, level, stop), *end = row(p, rows, level, p->count - 1);

    html(run->body,
         "<tr><td>%s<td class=\"n\">%.2f<td class=\"n\">%zu<td class=\"n\">%.2f to "
         "%.2f<td class=\"n\">%.3f<td class=\"n\">%.2f to %.2f<td class=\"n\">%.3f</tr>\n",
         trials[level].name, noise(level), p->steps[stop], at[OF_LOWER], at[OF_UPPER], at[OF_ERROR],
         end[OF_LOWER], end[OF_UPPER], end[OF_ERROR]);
  }
  html(run->body, "</table></div>\n");
}

static void write_findings(study_run *run, const plan *p, const sheet *rows)
{
  const size_t level = LEVELS - 1, stop = stop_of(p, rows, level);
  const double *at = row(p, rows, level, stop), *end = row(p, rows, level, p->count - 1);

  html(run->findings,
       "<li><b>Labels with %s:</b> training that stops at the noise level, after %zu steps, "
       "has a constant of at most %.2f, and a mean squared error of %.2f against the teacher on "
       "fresh points. Trained on to an error of %.2g it has at least %.2f, and %.2f: %.1f times as "
       "steep.</li>\n",
       trials[level].name, p->steps[stop], at[OF_UPPER], at[OF_ERROR], end[OF_MSE], end[OF_LOWER],
       end[OF_ERROR], end[OF_LOWER] / at[OF_UPPER]);
  html(run->findings,
       "<li><b>Lemma 2.1 is seen at work:</b> below the noise level the correlation ⟨F,Z⟩ with the "
       "noise exceeds ε/4 at every step. (The paper prints ε/3, which its proof does not "
       "give.)</li>\n");
}

static lip_status judge_level(study_run *run, const plan *p, const sheet *rows, size_t level,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t stop = stop_of(p, rows, level), last = p->count - 1;
  const double *at = row(p, rows, level, stop), *end = row(p, rows, level, last);
  double least = INFINITY;

  for (size_t i = stop + 1; i < p->count; i++) {
    const double *here = row(p, rows, level, i);
    double eps = noise(level) - here[OF_MSE];

    if (here[OF_ZZ] < noise(level) - eps / 6 || here[OF_GZ] < -eps / 6) continue;
    least = fmin(least, here[OF_FZ] / (eps / 4));
  }
  TRY(STUDY_CRITERION(run, err, end[OF_LOWER] / at[OF_UPPER], 2, INFINITY,
                      "%s: constant at the end / at the noise level, certified",
                      trials[level].name));
  TRY(STUDY_CRITERION(run, err, end[OF_ERROR] / at[OF_ERROR], 1.2, INFINITY,
                      "%s: error on fresh points, at the end / at the noise level",
                      trials[level].name));
  TRY(STUDY_CRITERION(run, err, least, 1, INFINITY, "%s: least <F,Z> / (ε/4) below the noise level",
                      trials[level].name));
done:
  return st;
}

static lip_status judge(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  lip_status st = LIP_OK;
  double worst = 0;

  for (size_t level = 0; level < LEVELS; level++) TRY(judge_level(run, p, rows, level, err));
  for (size_t unit = 0; unit < rows->units; unit++)
    worst = fmax(worst, fabs(sheet_row(rows, unit, 0)[OF_ROUNDING]));
  TRY(STUDY_CRITERION(run, err, worst, 0, 1e-9,
                      "2 <F,Z> = |Z|^2 + |G − F|^2 − MSE + 2 <G,Z>: largest difference"));
done:
  return st;
}

static lip_status run_early_stopping(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  plan p = {0};
  sheet rows = {.name = "steps",
                .header = header,
                .lines = 1,
                .columns = COLUMNS,
                .context = &p,
                .words = words,
                .compute = compute};

  TRY(make_plan(run->scale, &p, err));
  rows.units = LEVELS * p.count;
  TRY(sheet_fill(run, &rows, err));
  write_findings(run, &p, &rows);
  html(run->body,
       "<h2>The constant along training: %zu points in %zu dimensions, %zu neurons</h2>\n", p.n,
       p.d, p.k);
  TRY(draw_constants(run, &p, &rows, err));
  write_table(run, &p, &rows);
  html(run->body, "<h2>Fitting the noise</h2>\n");
  TRY(draw_steps(run, &p, &rows, err));
  TRY(judge(run, &p, &rows, err));
done:
  sheet_clear(&rows);
  clear_plan(&p);
  return st;
}

const study early_stopping_study = {
    .name = "early-stopping",
    .summary = "training to the noise level and below it: error, constant, correlation with noise",
    .title = "What does training below the noise level cost?",
    .lede =
        "Points in the Gaussian model, labelled by a linear teacher with normal noise, or by "
        "its sign with a share η of the labels flipped: σ² = 4η(1 − η). The universal law says "
        "that networks "
        "whose error is below σ² are steep unless they are large. Here a two-layer ReLU network "
        "is watched as it is trained there.",
    .run = run_early_stopping};
