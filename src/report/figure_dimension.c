/* figure_dimension.c - Figures 1 and 3: the largest random gradient against sqrt(d) at the largest
   n, k = n in blue and k = 10 n/d in red. */
#include "report/figure.h"

#include <math.h>

static void write_csv(FILE *out, const results *all)
{
  const experiment *self = &all->dimension;

  (void)fputs("red,n,d,k,sqrt_d,kept,mean,lowest,highest\n", out);
  for (int red = 0; red < 2; red++)
    for (size_t i = 0; i < self->cells; i++) {
      const cell *c = &self->cell[i];

      if (c->n == experiment_largest_n(self) && cell_is_drawn(self, c) &&
          (red ? is_red(c) : is_blue(c)))
        (void)fprintf(out, "%d,%zu,%zu,%zu,%.17g,%zu,%.17g,%.17g,%.17g\n", red, c->n, c->d, c->k,
                      sqrt((double)c->d), c->gradient.count, c->gradient.mean, c->gradient.low,
                      c->gradient.high);
    }
}

static void write_script(FILE *out, const results *all)
{
  size_t n = experiment_largest_n(&all->dimension);
  char name[64], title[64];
  const trend *red;

  (void)snprintf(name, sizeof name, "k = 10 n/d, n = %zu, n/10 <= d <= n/2", n);
  red = trend_find(&all->dimension_trends, name);
  (void)fprintf(
      out,
      "set xlabel '√d'\nset ylabel 'largest random gradient  max_t |∇f(z_t)|'\n"
      "set offsets 0, graph 0.04, 0, 0\nset xrange [0:*]\nset yrange [0:*]\nset key top "
      "left Left reverse\n"
      "set arrow 1 from %.17g, graph 0 to %.17g, graph 0.76 nohead dashtype 3 linewidth 1 "
      "linecolor rgb " INK_GREY "\n"
      "set label 1 'd = n/10' at %.17g, graph 0.05 offset 0.5,0 textcolor rgb " INK_GREY "\n",
      sqrt((double)n / 10), sqrt((double)n / 10), sqrt((double)n / 10));
  (void)fputs("plot ", out);
  if (red && red->cells > 2)
    (void)fprintf(out,
                  "sample [%.17g:%.17g] %.17g + %.17g*x with lines linewidth 1.2 dashtype 2 "
                  "linecolor rgb " INK_RED " title '%.2f √d %s %.1f', \\\n  ",
                  red->from, red->to, red->fit[0].intercept.value, red->fit[0].slope.value,
                  red->fit[0].slope.value, red->fit[0].intercept.value < 0 ? "−" : "+",
                  fabs(red->fit[0].intercept.value));
  (void)snprintf(title, sizeof title, "k = n = %zu", n);
  figure_bars(out, figure_dimension.name, "($1 == 1 ? $5 : NaN)", "points", 5, 0.5, INK_RED,
              "k = 10 n/d");
  (void)fputs(", \\\n  ", out);
  figure_bars(out, figure_dimension.name, "($1 == 0 ? $5 : NaN)", "points", 7, 0.4, INK_BLUE,
              title);
  (void)fputc('\n', out);
}

static bool wanted(const results *all)
{
  return experiment_largest_n(&all->dimension) > 0;
}

const figure figure_dimension = {"figures-1-and-3", 8.5,         6.8, NULL, wanted,
                                 write_csv,         write_script};
