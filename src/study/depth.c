/* depth.c - depth in the law: its terms as D grows at fixed p, and how far the product of norms can
   lie above the Lipschitz constant (universal law, section 3; theory.md U8, U9, U10). */
#include "study/depth_family.h"
#include "study/study.h"

#include "base/error.h"
#include "base/memory.h"

#include <liplaw/law.h>

#include <math.h>
#include <string.h>

static const size_t depths[] = {2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};
enum { DEPTHS = sizeof depths / sizeof *depths };

/* The laws at p parameters, all norms 1. */
static const char *const laws[] = {"deep-3.1-paper",     "deep-3.2-paper", "deep-3.1-corrected",
                                   "deep-3.2-corrected", "deep-3.1-sharp", "deep-3.2-sharp"};
enum { LAWS = sizeof laws / sizeof *laws, BY_DEPTH = LAWS - 2, BY_PRODUCT = LAWS - 1 };
static const double points = 1e6, inputs = 1e3, parameters = 1e6;

typedef struct plan {
  size_t width[3]; /* of the Gaussian families; the others need 2 */
  size_t widths;
} plan;

enum { OF_PRODUCT, OF_LOWER, OF_UPPER, OF_LEAST_GAP, OF_LARGEST_GAP, GAP_COLUMNS };

/* Units: the families of width 2, then each Gaussian one at each width. */
static void unit_of(const plan *p, size_t unit, depth_family *family, size_t *width)
{
  size_t gaussian = unit < DEPTH_LINEAR ? 0 : unit - DEPTH_LINEAR;

  *family = unit < DEPTH_LINEAR         ? (depth_family)unit
            : gaussian / p->widths == 0 ? DEPTH_LINEAR
                                        : DEPTH_RELU;
  *width = unit < DEPTH_LINEAR ? 2 : p->width[gaussian % p->widths];
}

static size_t unit_at(const plan *p, depth_family family, size_t width)
{
  return family < DEPTH_LINEAR ? (size_t)family
                               : DEPTH_LINEAR + (size_t)(family - DEPTH_LINEAR) * p->widths + width;
}

static void gap_words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  depth_family family;
  size_t width;

  unit_of(context, unit, &family, &width);
  (void)snprintf(text, size, "%s,%zu,%zu", depth_family_names[family], width, depths[line]);
}

static lip_status compute_gaps(const study_run *run, const void *context, size_t unit,
                               size_t thread, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  depth_family family;
  size_t width;
  lip_net *net = NULL;
  lip_control control = {0};

  (void)thread;
  if (run->control) control = *run->control;
  control.progress = NULL;
  unit_of(context, unit, &family, &width);
  for (size_t i = 0; i < DEPTHS; i++) {
    double *row = value + i * GAP_COLUMNS, depth = (double)depths[i];
    depth_gap gap;

    if (study_stopped(run)) FAIL(LIP_EINTERRUPT, "interrupted");
    lip_net_free(net);
    net = NULL;
    TRY(depth_network(family, depths[i], width, &net, err));
    TRY(depth_measure(family, net, &gap, &control, err));
    row[OF_PRODUCT] = gap.log_product;
    row[OF_LOWER] = gap.log_lower;
    row[OF_UPPER] = gap.log_upper;
    row[OF_LEAST_GAP] = (gap.log_product - gap.log_upper) / depth;
    row[OF_LARGEST_GAP] = (gap.log_product - gap.log_lower) / depth;
  }
done:
  lip_net_free(net);
  return st;
}

static void law_words(const void *context, size_t unit, size_t line, char *text, size_t size)
{
  (void)context;
  (void)line;
  (void)snprintf(text, size, "%zu", depths[unit]);
}

/* The width of D layers, D - 1 of them hidden and equally wide, that takes p parameters. */
static double width_at(double depth)
{
  double a = depth - 2, b = inputs + 1;

  return a > 0 ? (sqrt(b * b + 4 * a * parameters) - b) / (2 * a) : parameters / b;
}

static lip_status compute_laws(const study_run *run, const void *context, size_t unit,
                               size_t thread, double *value, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_law_input input;

  (void)run;
  (void)context;
  (void)thread;
  lip_law_defaults(&input);
  input.n = points;
  input.d = inputs;
  input.p = parameters;
  input.depth = (double)depths[unit];
  input.multiplicity = input.radius = input.W = input.product = 1;
  value[0] = width_at(input.depth);
  for (size_t i = 0; i < LAWS; i++) {
    lip_law_result found;

    TRY(lip_law_evaluate(lip_law_find(laws[i]), &input, &found, err));
    value[1 + i] = found.bound;
  }
done:
  return st;
}

static lip_status draw_laws(study_run *run, const sheet *rows, lip_error *err)
{
  static const char *const titles[] = {"(3.1), as printed", "(3.2), as printed", "(3.1), corrected",
                                       "(3.2), corrected",  "(3.1), sharp",      "(3.2), sharp"};
  lip_status st = LIP_OK;
  drawing figure;

  TRY(study_figure_begin(run, "laws", 12, 8, &figure, err));
  (void)fputs("depth", figure.csv);
  for (size_t i = 0; i < LAWS; i++) (void)fprintf(figure.csv, ",%s", laws[i]);
  for (size_t unit = 0; unit < DEPTHS; unit++) {
    (void)fprintf(figure.csv, "\n%zu", depths[unit]);
    for (size_t i = 0; i < LAWS; i++)
      (void)fprintf(figure.csv, ",%.17g", sheet_row(rows, unit, 0)[1 + i]);
  }
  (void)fputs("\n", figure.csv);
  (void)fputs(
      "set logscale xy\nset xrange [1.8:72]\nset yrange [0.0005:20]\n"
      "set rmargin 16\nset xlabel 'depth D, at fixed p'\nset ylabel 'Lipschitz constant at least'\n"
      "set xtics (2, 4, 8, 16, 32, 64)\nset format y '%g'\nunset key\n",
      figure.script);
  for (size_t i = 0; i < LAWS; i++)
    (void)fprintf(figure.script, "set label '%s' at 70,%.4g left offset 0,%s textcolor rgb %s\n",
                  titles[i], sheet_row(rows, DEPTHS - 1, 0)[1 + i],
                  i == 1   ? "0.3"
                  : i == 2 ? "-0.4"
                           : "0",
                  i % 2 ? INK_BLUE : INK_RED);
  (void)fputs("plot ", figure.script);
  for (size_t i = 0; i < LAWS; i++)
    (void)fprintf(figure.script,
                  "%s'laws.csv' skip 1 using 1:%zu with linespoints pointtype %d pointsize "
                  "0.45*swell linewidth 1.2 linecolor rgb %s notitle",
                  i ? ", \\\n  " : "", 2 + i, i % 2 ? 5 : 7, i % 2 ? INK_BLUE : INK_RED);
  (void)fputc('\n', figure.script);
  TRY(study_figure_end(run, &figure,
                       "What the law demands of networks of 10⁶ parameters that fit 10⁶ points in "
                       "1000 dimensions. By the size of the parameters (3.1, red) the demand falls "
                       "as D grows; by the product of norms (3.2, blue; here 1) it does not.",
                       err));
done:
  return st;
}

static lip_status draw_gaps(study_run *run, const plan *p, const sheet *rows, lip_error *err)
{
  static const struct {
    const char *ink;
    int shape;
  } drawn[DEPTH_FAMILIES] = {
      {INK_GREY, 4}, {INK_RED, 7}, {INK_ORANGE, 9}, {INK_GREEN, 5}, {INK_BLUE, 13}};
  lip_status st = LIP_OK;
  drawing figure;

  TRY(study_figure_begin(run, "gaps", 17.5, 9, &figure, err));
  (void)fputs("family,width,depth,log B,log lower,log upper,log(B/Lip)/D\n", figure.csv);
  for (size_t unit = 0; unit < rows->units; unit++)
    for (size_t i = 0; i < DEPTHS; i++) {
      const double *row = sheet_row(rows, unit, i);
      depth_family family;
      size_t width;

      unit_of(p, unit, &family, &width);
      (void)fprintf(figure.csv, "%s,%zu,%zu,%.17g,%.17g,%.17g,%.17g\n", depth_family_names[family],
                    width, depths[i], row[OF_PRODUCT], row[OF_LOWER], row[OF_UPPER],
                    row[OF_LARGEST_GAP]);
    }
  (void)fputs("set logscale x\nset xrange [1.8:72]\nset yrange [-0.05:1.1]\n"
              "set xlabel 'depth D'\nset ylabel 'log(B / Lip) / D'\n"
              "set xtics (2, 4, 8, 16, 32, 64)\nset key outside right center Left reverse\n"
              "set label 'log 2' at 2,0.72 left textcolor rgb " INK_RED "\n"
              "plot log(2) with lines linewidth 1 dashtype 2 linecolor rgb " INK_RED " notitle",
              figure.script);
  for (size_t unit = 0; unit < rows->units; unit++) {
    depth_family family;
    size_t width;

    unit_of(p, unit, &family, &width);
    (void)fprintf(figure.script,
                  ", \\\n  'gaps.csv' skip 1 using (strcol(1) eq '%s' && $2 == %zu ? $3 : NaN):7 "
                  "with linespoints pointtype %d pointsize %.2f*swell linewidth 1.2 linecolor rgb "
                  "%s title '%s%s%.0d'",
                  depth_family_names[family], width, drawn[family].shape,
                  family < DEPTH_LINEAR ? 0.6
                                        : 0.35 + 0.2 * (double)((unit - DEPTH_LINEAR) % p->widths),
                  drawn[family].ink, depth_family_names[family],
                  family < DEPTH_LINEAR ? "" : ", width ", family < DEPTH_LINEAR ? 0 : (int)width);
  }
  (void)fputc('\n', figure.script);
  TRY(study_figure_end(
      run, &figure,
      "How much the product of the layers' norms overstates the Lipschitz constant, a layer: a "
      "value above 0 that stays is an exponential gap. The constant is known exactly but for the "
      "Gaussian ReLU networks (blue), where it is sampled: their gap is at most this.",
      err));
done:
  return st;
}

static lip_status judge(study_run *run, const plan *p, const sheet *gaps, const sheet *law_rows,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t last = DEPTHS - 1;
  const double *turning = sheet_row(gaps, DEPTH_TURNING, last);
  const double *squeeze = sheet_row(gaps, DEPTH_SQUEEZE, last);
  const double *first_law = sheet_row(law_rows, 0, 0), *last_law = sheet_row(law_rows, last, 0);
  double most = 0, ends = log((double)depths[last] / (double)depths[1]);

  for (size_t i = 0; i < DEPTHS; i++)
    most = fmax(most, fabs(sheet_row(gaps, DEPTH_ROTATION, i)[OF_LARGEST_GAP]));
  TRY(STUDY_CRITERION(run, err, most, -1, 1e-9, "orthogonal layers: largest log(B/Lip)/D"));
  TRY(STUDY_CRITERION(run, err, turning[OF_LEAST_GAP] * 64 / 63, log(2) - 1e-6, log(2) + 1e-6,
                      "turning lines (ReLU), D = 64: log(B/Lip)/(D − 1), exactly log 2"));
  TRY(STUDY_CRITERION(run, err, squeeze[OF_LEAST_GAP], 0.1, log(2),
                      "squeeze and turn, D = 64: log(B/Lip)/D"));
  TRY(STUDY_CRITERION(
      run, err, sheet_row(gaps, unit_at(p, DEPTH_LINEAR, p->widths - 1), last)[OF_LEAST_GAP], 0.5,
      0.9, "Gaussian, linear, widest, D = 64: log(B/Lip)/D, log 2 in the limit"));
  TRY(STUDY_CRITERION(run, err,
                      log(last_law[1 + BY_DEPTH] / sheet_row(law_rows, 1, 0)[1 + BY_DEPTH]) / ends,
                      -0.6, -0.3, "(3.1), sharp: exponent in D from 3 to 64 at fixed p"));
  TRY(STUDY_CRITERION(run, err, last_law[1 + BY_PRODUCT] / first_law[1 + BY_PRODUCT], 0.9, 1.1,
                      "(3.2), sharp, B = 1: value at D = 64 / at D = 2"));
done:
  return st;
}

static void write_findings(study_run *run, const plan *p, const sheet *gaps, const sheet *law_rows)
{
  const size_t last = DEPTHS - 1;
  const double *relu = sheet_row(gaps, unit_at(p, DEPTH_RELU, p->widths - 1), last);
  const double *from = sheet_row(law_rows, 0, 0), *to = sheet_row(law_rows, last, 0);

  html(run->findings,
       "<li><b>An exponential gap, explicitly.</b> ReLU layers u<sub>j</sub> v<sub>j</sub><sup>T</"
       "sup> with nonnegative unit vectors and v<sub>j+1</sub> · u<sub>j</sub> = 1/2 have norm 1 "
       "each, so B = 1, while the network is 2<sup>−(D−1)</sup> max(v<sub>1</sub> · x, 0): at "
       "D = 64 its constant is %.2g.</li>\n",
       exp(sheet_row(gaps, DEPTH_TURNING, last)[OF_LOWER]));
  html(run->findings,
       "<li><b>Random layers have one, too:</b> for Gaussian linear layers log(B/Lip)/D is %.2f at "
       "D = 64, near log 2 = 0.69. For Gaussian ReLU layers, whose constant is only sampled, it is "
       "at most %.2f.</li>\n",
       sheet_row(gaps, unit_at(p, DEPTH_LINEAR, p->widths - 1), last)[OF_LEAST_GAP],
       relu[OF_LARGEST_GAP]);
  html(
      run->findings,
      "<li><b>At fixed p</b> the sharp law by the size of the parameters falls from %.2f to %.2f "
      "between D = 2 and 64; by the product of norms, held at 1, it goes from %.2f to %.2f.</li>\n",
      from[1 + BY_DEPTH], to[1 + BY_DEPTH], from[1 + BY_PRODUCT], to[1 + BY_PRODUCT]);
}

static void make_plan(lip_scale scale, plan *p)
{
  static const size_t widths[][3] = {{16, 64, 128}, {16, 64, 256}, {16, 128, 1024}};

  p->widths = 3;
  memcpy(p->width, widths[scale], sizeof p->width);
}

static lip_status run_depth(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;
  plan p;
  sheet gaps = {.name = "gaps",
                .header = "family,width,depth,log B,log lower,log upper,least log(B/Lip)/D,largest "
                          "log(B/Lip)/D",
                .lines = DEPTHS,
                .columns = GAP_COLUMNS,
                .context = &p,
                .words = gap_words,
                .compute = compute_gaps};
  sheet law_rows = {.name = "laws",
                    .header = "depth,width,deep-3.1-paper,deep-3.2-paper,deep-3.1-corrected,"
                              "deep-3.2-corrected,deep-3.1-sharp,deep-3.2-sharp",
                    .units = DEPTHS,
                    .lines = 1,
                    .columns = 1 + LAWS,
                    .words = law_words,
                    .compute = compute_laws};

  make_plan(run->scale, &p);
  gaps.units = DEPTH_LINEAR + 2 * p.widths;
  TRY(sheet_fill(run, &gaps, err));
  TRY(sheet_fill(run, &law_rows, err));
  write_findings(run, &p, &gaps, &law_rows);
  html(run->body, "<h2>The product of norms, and the constant</h2>\n");
  TRY(draw_gaps(run, &p, &gaps, err));
  html(run->body, "<h2>The law's terms at fixed size</h2>\n");
  TRY(draw_laws(run, &law_rows, err));
  TRY(judge(run, &p, &gaps, &law_rows, err));
done:
  sheet_clear(&gaps);
  sheet_clear(&law_rows);
  return st;
}

const study depth_study = {
    .name = "depth",
    .summary = "the law's terms as depth grows, and how far the product of norms overstates Lip",
    .title = "What does depth do to the law?",
    .lede =
        "The universal law's section 3 bounds how fast a deep network moves with its parameters "
        "by B, the product of its layers' norms, and knows no network whose constant is "
        "exponentially below B. Here are five families, four of them with constants known "
        "exactly, and the law's two forms at fixed <var>p</var>.",
    .run = run_depth};
