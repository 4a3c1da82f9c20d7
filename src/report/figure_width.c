/* figure_width.c - Figure 2: the largest random gradient of every kept network against sqrt(n/k);
   and the close-up on d <= n/5, the range of the paper's own axis. */
#include "report/figure.h"

#include <math.h>

/* Wide aspects first, so that the networks with many points per dimension, which the paper's law is
   about, are drawn on top. */
static void write_points(FILE *out, const experiment *self, double highest)
{
  static const double bound[] = {HUGE_VAL, 0.5, 0.2, 0.1, 0};

  (void)fputs("n,d,k,seed,sqrt_n_over_k,d_over_n,max_random_gradient\n", out);
  for (size_t band = 0; band + 1 < sizeof bound / sizeof *bound; band++)
    for (size_t i = 0; i < self->cells; i++) {
      const cell *c = &self->cell[i];
      double aspect = (double)c->d / (double)c->n;

      if (!cell_is_drawn(self, c) || aspect > highest * (1 + 1e-9) || aspect > bound[band] ||
          aspect <= bound[band + 1])
        continue;
      for (size_t j = 0; j < c->attempted; j++)
        if (c->run[j]->status == LIP_RUN_KEPT)
          (void)fprintf(out, "%zu,%zu,%zu,%llu,%.17g,%.17g,%.17g\n", c->n, c->d, c->k,
                        (unsigned long long)c->run[j]->train.seed, laws_of_width[0].value(c),
                        aspect, c->run[j]->max_random_gradient);
    }
}

static void write_plot(FILE *out, const char *name, const trend *pool, double size)
{
  (void)fputs(
      "set xlabel '√(n/k)'\n"
      "set ylabel 'largest random gradient  max_t |∇f(z_t)|'\n"
      "set offsets 0, graph 0.04, 0, 0\nset xrange [0:*]\n"
      "set yrange [0:*]\n"
      "set key top left Left reverse\n"
      "set palette defined (0 '#0D0887', 1 '#6A00A8', 2 '#B12A90', 3 '#E16462', 4 '#FCA636')\n"
      "set logscale cb\n"
      "set cbrange [0.025:1]\n"
      "set cbtics ('0.025' 0.025, '0.05' 0.05, '0.1' 0.1, '0.2' 0.2, '0.5' 0.5, '1' 1) scale 0.4\n"
      "set cblabel 'd/n' offset -0.5,0\n"
      "set colorbox user origin graph 1.03, graph 0.08 size graph 0.035, graph 0.84\n"
      "set rmargin at screen 0.80\n",
      out);
  (void)fprintf(
      out,
      "plot '%s.csv' skip 1 using 5:7:6 with points pointtype 7 pointsize %.2f*swell palette "
      "notitle",
      name, size);
  if (pool && isfinite(pool->fit[0].slope.value)) /* one cell makes no line */
    (void)fprintf(out,
                  ", \\\n  [%.17g:%.17g] %.17g + %.17g*x with lines linewidth 2 linecolor rgb "
                  "'black' title 'd ≤ n/10:  %.1f + %.2f √(n/k)'",
                  pool->from, pool->to, pool->fit[0].intercept.value, pool->fit[0].slope.value,
                  pool->fit[0].intercept.value, pool->fit[0].slope.value);
  (void)fputc('\n', out);
}

static bool has_points(const results *all, double lowest, double highest)
{
  for (size_t i = 0; i < all->width.cells; i++) {
    const cell *c = &all->width.cell[i];
    double aspect = (double)c->d / (double)c->n;

    if (cell_is_drawn(&all->width, c) && aspect > lowest && aspect <= highest) return true;
  }
  return false;
}

static void write_csv(FILE *out, const results *all)
{
  write_points(out, &all->width, HUGE_VAL);
}

static void write_script(FILE *out, const results *all)
{
  write_plot(out, figure_width.name, trend_find(&all->width_trends, "all d <= n/10"), 0.28);
}

static bool wanted(const results *all)
{
  return has_points(all, 0, HUGE_VAL);
}

const figure figure_width = {"figure-2", 8.5, 6.8, NULL, wanted, write_csv, write_script};

static const double close = 0.2; /* d <= n/5 */

static void write_close_csv(FILE *out, const results *all)
{
  write_points(out, &all->width, close);
}

static void write_close_script(FILE *out, const results *all)
{
  write_plot(out, figure_closeup.name, trend_find(&all->width_trends, "all d <= n/10"), 0.32);
}

/* Not where it would repeat the whole figure. */
static bool close_wanted(const results *all)
{
  return has_points(all, 0, close) && has_points(all, close, HUGE_VAL);
}

const figure figure_closeup = {"figure-2-closeup", 8.5, 6.8, NULL, close_wanted, write_close_csv,
                               write_close_script};
