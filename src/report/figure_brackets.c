/* figure_brackets.c - the true constants behind Figures 2 and 3: for every cell and each of three
   domains a bar from the lower end of the bracket to the upper one, beside the paper's proxy. */
#include "report/figure.h"

#include "report/brackets.h"

#include <math.h>

static const char *const panel_titles[BRACKET_DOMAINS] = {"sphere (tangential)", "data''s ball",
                                                          "space"};

/* Family 0 and 1 are drawn in two colours: of experiment 2 blue and red, of experiment 1 all are 0.
   A bracket that resolves nothing is pale. */
static void write_rows(FILE *out, const experiment *self, const bracket_set *set, size_t family)
{
  for (size_t domain = 0; domain < BRACKET_DOMAINS; domain++)
    for (size_t i = 0; i < self->cells; i++) {
      const cell *c = &self->cell[i];
      cell_bracket mean = bracket_of(c, domain);

      if (!cell_is_drawn(self, c) || !set->member(self, c) || mean.count == 0) continue;
      (void)fprintf(out, "%zu,%zu,%zu,%zu,%zu,%.17g,%zu,%.17g,%.17g,%.17g,%d\n", domain, family,
                    c->n, c->d, c->k, set->law->value(c), mean.count, c->gradient.mean, mean.lower,
                    mean.upper, mean.upper <= bracket_resolved * mean.lower);
    }
}

static void write_header(FILE *out, const char *abscissa)
{
  (void)fprintf(out, "domain,family,n,d,k,%s,kept,proxy,lower,upper,resolved\n", abscissa);
}

static double highest_of(const experiment *self, const bracket_set *const *sets, size_t count)
{
  double highest = 0;

  for (size_t i = 0; i < self->cells; i++)
    for (size_t j = 0; j < count * BRACKET_DOMAINS; j++) {
      cell_bracket mean = bracket_of(&self->cell[i], j % BRACKET_DOMAINS);

      if (cell_is_drawn(self, &self->cell[i]) && mean.count > 0 &&
          sets[j / BRACKET_DOMAINS]->member(self, &self->cell[i]))
        highest = fmax(highest, mean.upper);
    }
  return highest;
}

/* One family in one panel: pale bars, full bars, the proxies. */
static void write_family(FILE *out, const char *name, size_t domain, size_t family, const char *ink,
                         const char *title)
{
  static const char *const inks[] = {INK_LIGHT, NULL};

  for (int resolved = 0; resolved < 2; resolved++)
    (void)fprintf(out,
                  "'%s.csv' skip 1 using ($1 == %zu && $2 == %zu && $11 == %d ? $6 : "
                  "NaN):9:(0):($10 - $9) with vectors nohead linewidth 1.6 linecolor rgb %s "
                  "notitle, \\\n  ",
                  name, domain, family, resolved, inks[resolved] ? inks[resolved] : ink);
  (void)fprintf(out,
                "'' skip 1 using ($1 == %zu && $2 == %zu ? $6 : NaN):8 with points pointtype 7 "
                "pointsize 0.3*swell linecolor rgb %s title '%s'",
                domain, family, family ? INK_RED : "'black'", title);
}

static void write_panels(FILE *out, const char *name, const char *x, double highest, bool two)
{
  (void)fprintf(out,
                "set multiplot layout 1,%d margins screen 0.06,0.99,0.17,0.93 spacing screen 0.02\n"
                "set xrange [0:*]\nset yrange [0:%.3g]\nset key top left Left reverse\n"
                "set offsets 0, graph 0.04, 0, 0\nset xlabel '%s' offset 0,0.4\n",
                (int)BRACKET_DOMAINS, 1.12 * highest, x);
  for (size_t domain = 0; domain < BRACKET_DOMAINS; domain++) {
    (void)fprintf(out, "set title '%s' offset 0,-0.6\nset ylabel '%s'\nset format y '%s'\nplot ",
                  panel_titles[domain], domain == 0 ? "Lipschitz constant" : "",
                  domain == 0 ? "%g" : "");
    write_family(out, name, domain, 0, INK_BLUE, two ? "k = n" : "proxy");
    if (two) {
      (void)fputs(", \\\n  ", out);
      write_family(out, name, domain, 1, INK_RED, "k = 10 n/d");
    }
    (void)fputc('\n', out);
  }
  (void)fputs("unset multiplot\n", out);
}

static const bracket_set *const width_sets[] = {&bracket_width_set};
static const bracket_set *const dimension_sets[] = {&bracket_blue_set, &bracket_red_set};

static void write_width_csv(FILE *out, const results *all)
{
  write_header(out, "sqrt_n_over_k");
  write_rows(out, &all->width, &bracket_width_set, 0);
}

static void write_width_script(FILE *out, const results *all)
{
  write_panels(out, figure_width_brackets.name, "√(n/k)", highest_of(&all->width, width_sets, 1),
               false);
}

static bool width_wanted(const results *all)
{
  return highest_of(&all->width, width_sets, 1) > 0;
}

const figure figure_width_brackets = {
    "figure-2-brackets", 17.5, 7, NULL, width_wanted, write_width_csv, write_width_script};

static void write_dimension_csv(FILE *out, const results *all)
{
  write_header(out, "sqrt_d");
  write_rows(out, &all->dimension, &bracket_blue_set, 0);
  write_rows(out, &all->dimension, &bracket_red_set, 1);
}

static void write_dimension_script(FILE *out, const results *all)
{
  write_panels(out, figure_dimension_brackets.name, "√d",
               highest_of(&all->dimension, dimension_sets, 2), true);
}

static bool dimension_wanted(const results *all)
{
  return highest_of(&all->dimension, dimension_sets, 2) > 0;
}

const figure figure_dimension_brackets = {
    "figure-3-brackets",   17.5, 7, NULL, dimension_wanted, write_dimension_csv,
    write_dimension_script};
