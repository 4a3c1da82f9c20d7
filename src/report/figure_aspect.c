/* figure_aspect.c - experiment 2 for every n against d/n: where the flat part of k = n ends. */
#include "report/figure.h"

enum { SIZES = 4 }; /* the largest so many n are drawn */

/* The distinct n that were fitted, largest first; returns how many, at most SIZES. */
static size_t sizes_of(const experiment *self, size_t n[SIZES])
{
  size_t count = 0;

  for (size_t i = self->cells; i > 0 && count < SIZES; i--) {
    const cell *c = &self->cell[i - 1];

    if (cell_is_drawn(self, c) && (count == 0 || n[count - 1] != c->n)) n[count++] = c->n;
  }
  return count;
}

static void write_csv(FILE *out, const results *all)
{
  const experiment *self = &all->dimension;

  (void)fputs("red,n,d,k,d_over_n,kept,mean,lowest,highest\n", out);
  for (int red = 0; red < 2; red++)
    for (size_t i = 0; i < self->cells; i++) {
      const cell *c = &self->cell[i];

      if (cell_is_drawn(self, c) && (red ? is_red(c) : is_blue(c)))
        (void)fprintf(out, "%d,%zu,%zu,%zu,%.17g,%zu,%.17g,%.17g,%.17g\n", red, c->n, c->d, c->k,
                      (double)c->d / (double)c->n, c->gradient.count, c->gradient.mean,
                      c->gradient.low, c->gradient.high);
    }
}

static void write_script(FILE *out, const results *all)
{
  static const int full[SIZES] = {7, 5, 9, 13}, hollow[SIZES] = {6, 4, 8, 12};
  size_t n[SIZES], count = sizes_of(&all->dimension, n);

  (void)fputs("set xlabel 'd/n'\nset ylabel 'largest random gradient'\nset logscale x\n"
              "set xtics ('0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '1' 1)\n"
              "set yrange [0:*]\nset xrange [*:1]\nset key top left Left reverse\n"
              "set arrow 1 from 0.1, graph 0 to 0.1, graph 0.72 nohead dashtype 3 linewidth 1 "
              "linecolor rgb " INK_GREY "\nplot ",
              out);
  for (size_t i = 0; i < 2 * count; i++) {
    bool red = i >= count;
    size_t at = i % count;
    char x[96], title[64];

    (void)snprintf(x, sizeof x, "($1 == %d && $2 == %zu ? $5 : NaN)", red, n[at]);
    (void)snprintf(title, sizeof title, "%s, n = %zu", red ? "k = 10 n/d" : "k = n", n[at]);
    (void)fputs(i ? ", \\\n  " : "", out);
    figure_bars(out, figure_aspect.name, x, "linespoints", at ? hollow[at] : full[at], 0.4,
                red ? INK_RED : INK_BLUE, title);
  }
  (void)fputs("\n", out);
}

static bool wanted(const results *all)
{
  size_t n[SIZES];

  return sizes_of(&all->dimension, n) > 0;
}

const figure figure_aspect = {"figure-aspect", 8.5, 6.8, NULL, wanted, write_csv, write_script};
