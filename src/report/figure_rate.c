/* figure_rate.c - how far the learning rate, which the paper does not state, moves the measure: the
   cells that were trained at several rates, a bar from the lowest mean to the highest. */
#include "report/figure.h"
#include "report/sensitivity.h"

static void write_csv(FILE *out, const results *all)
{
  const experiment *self = &all->width;

  (void)fputs("d_over_n,n,d,k,sqrt_n_over_k,rates,mean,lowest,highest\n", out);
  for (size_t i = 0; i < self->cells; i++) {
    sensitivity s = sensitivity_of(self, &self->cell[i]);
    const cell *c = &self->cell[i];

    if (s.rates > 1)
      (void)fprintf(out, "%.17g,%zu,%zu,%zu,%.17g,%zu,%.17g,%.17g,%.17g\n",
                    (double)c->d / (double)c->n, c->n, c->d, c->k, laws_of_width[0].value(c),
                    s.rates, c->gradient.mean, s.low, s.high);
  }
}

static void write_script(FILE *out, const results *all)
{
  (void)all;
  (void)fputs("set xlabel '√(n/k)'\n"
              "set ylabel 'largest random gradient'\n"
              "set offsets 0, graph 0.04, graph 0.15, 0\nset xrange [0:*]\nset yrange [0:*]\n"
              "set key top left Left reverse\n"
              "plot ",
              out);
  figure_bars(out, figure_rate.name, "($1 <= 0.1001 ? $5 - 0.03 : NaN)", "points", 7, 0.35,
              INK_BLUE, "d ≤ n/10");
  (void)fputs(", \\\n  ", out);
  figure_bars(out, figure_rate.name, "($1 > 0.1001 ? $5 + 0.03 : NaN)", "points", 5, 0.35, INK_RED,
              "d > n/10");
  (void)fputc('\n', out);
}

static bool wanted(const results *all)
{
  for (size_t i = 0; i < all->width.cells; i++)
    if (sensitivity_of(&all->width, &all->width.cell[i]).rates > 1) return true;
  return false;
}

const figure figure_rate = {"learning-rate", 8.5, 6.4, NULL, wanted, write_csv, write_script};
