/* figure_slices.c - one panel per judged slice (n, d): the cells' means against sqrt(n/k) and the
   line fitted to them. */
#include "report/figure.h"

enum { MOST_COLUMNS = 4 };

static void write_csv(FILE *out, const results *all)
{
  const experiment *self = &all->width;

  (void)fputs("slice,n,d,k,sqrt_n_over_k,kept,mean,lowest,highest\n", out);
  for (size_t i = 0, index = 0; i < all->width_trends.count; i++) {
    const trend *slice = &all->width_trends.trend[i];

    if (!is_judged_slice(slice)) continue;
    for (size_t j = 0; j < self->cells; j++) {
      const cell *c = &self->cell[j];

      if (c->n == slice->n && c->d == slice->d && cell_is_drawn(self, c))
        (void)fprintf(out, "%zu,%zu,%zu,%zu,%.17g,%zu,%.17g,%.17g,%.17g\n", index, c->n, c->d, c->k,
                      laws_of_width[0].value(c), c->gradient.count, c->gradient.mean,
                      c->gradient.low, c->gradient.high);
    }
    index++;
  }
}

/* How many panels; their common frame. */
static size_t measure(const results *all, double *right, double *top)
{
  size_t panels = 0;

  *right = *top = 0;
  for (size_t i = 0; i < all->width_trends.count; i++) {
    const trend *slice = &all->width_trends.trend[i];
    double end = slice->fit[0].intercept.value + slice->fit[0].slope.value * slice->to;

    if (!is_judged_slice(slice)) continue;
    panels++;
    if (slice->to > *right) *right = slice->to;
    if (end > *top) *top = end;
  }
  return panels;
}

static size_t columns_of(size_t panels)
{
  return panels < MOST_COLUMNS ? panels : MOST_COLUMNS;
}

/* One panel; the outer ones carry the labels of the axes. */
static void write_panel(FILE *out, const trend *slice, size_t index, bool left, bool bottom)
{
  const line_fit *fit = &slice->fit[0];
  char x[64];

  (void)fprintf(out, "set xlabel '%s' offset 0,0.4\n", bottom ? "√(n/k)" : "");
  (void)fprintf(out, "set format x '%s'\n", bottom ? "%g" : "");
  (void)fprintf(out, "set ylabel '%s'\nset format y '%s'\n", left ? "largest random gradient" : "",
                left ? "%g" : "");
  (void)fprintf(out,
                "set label 1 'n = %zu, d = %zu' at graph 0.05, graph 0.93 textcolor rgb '#333333'\n"
                "set label 2 '%.1f + %.2f √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb "
                "'#333333'\n",
                slice->n, slice->d, fit->intercept.value, fit->slope.value);
  (void)snprintf(x, sizeof x, "($1 == %zu ? $5 : NaN)", index);
  (void)fprintf(out,
                "plot sample [%.17g:%.17g] %.17g + %.17g*x with lines linewidth 1.5 linecolor rgb "
                "'black', \\\n  ",
                slice->from, slice->to, fit->intercept.value, fit->slope.value);
  figure_bars(out, figure_slices.name, x, "points", 7, 0.35, INK_BLUE, "");
  (void)fputc('\n', out);
}

static double height_of(const results *all)
{
  double right, top;
  size_t panels = measure(all, &right, &top);

  return 1.6 + 4.2 * (double)((panels + MOST_COLUMNS - 1) / MOST_COLUMNS);
}

static void write_script(FILE *out, const results *all)
{
  double right, top, height = height_of(all);
  size_t panels = measure(all, &right, &top), columns = columns_of(panels), index = 0;

  (void)fprintf(out,
                "set multiplot layout %zu,%zu margins screen 0.075,0.99,%.4f,%.4f spacing screen "
                "0.02,%.4f\nset xrange [0:%.3g]\nset yrange [0:%.3g]\nunset key\nset xtics 2\n",
                (panels + columns - 1) / columns, columns, 1.3 / height, 1 - 0.25 / height,
                0.45 / height, right * 1.05, top * 1.25);
  for (size_t i = 0; i < all->width_trends.count; i++) {
    const trend *slice = &all->width_trends.trend[i];

    if (!is_judged_slice(slice)) continue;
    write_panel(out, slice, index, index % columns == 0, index + columns >= panels);
    index++;
  }
  (void)fputs("unset multiplot\n", out);
}

static bool wanted(const results *all)
{
  double right, top;

  return measure(all, &right, &top) > 0;
}

const figure figure_slices = {"figure-2-slices", 17.5,        0, height_of, wanted,
                              write_csv,         write_script};
