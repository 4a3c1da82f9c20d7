/* figure_optimum.c - how much steeper than necessary a trained network is: three measures of its
   Lipschitz constant over L*, the smallest constant of any function through the data. */
#include "report/figure.h"

static bool is_shown(const experiment *self, const cell *c)
{
  return cell_is_drawn(self, c) && c->optimum.mean > 0;
}

static void write_csv(FILE *out, const results *all)
{
  const experiment *self = &all->width;

  (void)fputs("n,d,k,sqrt_n_over_k,l_star,random_over_l_star,lower_over_l_star,"
              "path_norm_over_l_star\n",
              out);
  for (size_t i = 0; i < self->cells; i++) {
    const cell *c = &self->cell[i];
    double optimum = c->optimum.mean;

    if (is_shown(self, c))
      (void)fprintf(out, "%zu,%zu,%zu,%.17g,%.17g,%.17g,%.17g,%.17g\n", c->n, c->d, c->k,
                    laws_of_width[0].value(c), optimum, c->gradient.mean / optimum,
                    c->lower.mean / optimum, c->path_norm.mean / optimum);
  }
}

static void write_script(FILE *out, const results *all)
{
  (void)all;
  (void)fputs(
      "set xlabel '√(n/k)'\nset ylabel 'constant of the network / L*'\n"
      "set logscale y\nset xrange [0.6:*]\nset yrange [0.8:5000]\n"
      "set key top right\n"
      "set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead linewidth 1.5 "
      "linecolor rgb 'black'\n"
      "set label 1 'L*: no function is flatter' at graph 0.98, first 1 right offset 0,0.6\n"
      "plot 'figure-optimum.csv' skip 1 using 4:8 with points pointtype 9 pointsize 0.4*swell "
      "linecolor rgb " INK_LIGHT " title 'path norm (above)', \\\n"
      "  '' skip 1 using 4:7 with points pointtype 7 pointsize 0.3*swell linecolor rgb " INK_GREEN
      " title 'steepest found (below)', \\\n"
      "  '' skip 1 using 4:6 with points pointtype 6 pointsize 0.3*swell linecolor rgb " INK_BLUE
      " title 'largest random gradient'\n",
      out);
}

static bool wanted(const results *all)
{
  for (size_t i = 0; i < all->width.cells; i++)
    if (is_shown(&all->width, &all->width.cell[i])) return true;
  return false;
}

const figure figure_optimum = {"figure-optimum", 8.5, 6.8, NULL, wanted, write_csv, write_script};
