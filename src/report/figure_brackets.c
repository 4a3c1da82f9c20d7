/* figure_brackets.c - the true constants behind Figures 2 and 3: for every cell and each of three
   domains a bar from the lower end of the bracket to the upper one, beside the paper's proxy. */
#include "report/figure.h"

#include "report/brackets.h"

#include <math.h>

static const char *const panel_titles[BRACKET_DOMAINS] = {"sphere (tangential)", "data''s ball",
                                                          "space"};

/* As in the other figures, and the same for brackets that resolve nothing. */
#define BAR_BLUE      "#0072B2"
#define BAR_PALE_BLUE "#B5D5E8"
#define BAR_RED       "#D55E00"
#define BAR_PALE_RED  "#F3CDB0"

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

/* The top of the axis: above every lower end and every bracket that is resolved. A pale bar that
   goes higher is cut there: in small dimensions upper ends would squeeze all else to the ground. */
static double top_of(const experiment *self, const bracket_set *const *sets, size_t count)
{
  double top = 0;

  for (size_t i = 0; i < self->cells; i++)
    for (size_t j = 0; j < count * BRACKET_DOMAINS; j++) {
      const cell *c = &self->cell[i];
      cell_bracket mean = bracket_of(c, j % BRACKET_DOMAINS);

      if (!cell_is_drawn(self, c) || mean.count == 0 || !sets[j / BRACKET_DOMAINS]->member(self, c))
        continue;
      top = fmax(top, fmax(mean.lower, c->gradient.mean));
      if (mean.upper <= bracket_resolved * mean.lower) top = fmax(top, mean.upper);
    }
  return 1.3 * top; /* room for the key */
}

static double widest_of(const experiment *self, const bracket_set *const *sets, size_t count)
{
  double widest = 0;

  for (size_t i = 0; i < self->cells; i++)
    for (size_t j = 0; j < count; j++)
      if (cell_is_drawn(self, &self->cell[i]) && sets[j]->member(self, &self->cell[i]))
        widest = fmax(widest, sets[j]->law->value(&self->cell[i]));
  return widest;
}

/* How a family is drawn. */
typedef struct look {
  const char *ink, *pale, *title; /* title: of its bars */
  const char *aside; /* in half widths of a bar: bars of one abscissa stand side by side */
  const char *key;   /* where nothing is drawn */
} look;

/* One family in one panel: pale bars, full bars, their ends (of an exact bracket nothing else is
   seen), the proxies. */
static void write_family(FILE *out, const char *name, size_t domain, size_t family, const look *how,
                         const char *proxy)
{
  const char *inks[] = {how->pale, how->ink};

  for (int resolved = 0; resolved < 2; resolved++) {
    (void)fprintf(out,
                  "'%s.csv' skip 1 using (here(%zu, %zu, %d) + half*%s):9:(0):(($10 > top ? top : "
                  "$10) - $9) with vectors nohead linewidth 1.6*swell linecolor rgb '%s' title "
                  "'%s', \\\n  ",
                  name, domain, family, resolved, how->aside, inks[resolved],
                  resolved ? how->title : "");
    for (int end = 9; end <= 10; end++)
      (void)fprintf(out,
                    "'' skip 1 using (here(%zu, %zu, %d) + half*(%s - 0.8)):%d:(1.6*half):(0) with "
                    "vectors nohead linewidth 0.8*swell linecolor rgb '%s' notitle, \\\n  ",
                    domain, family, resolved, how->aside, end, inks[resolved]);
  }
  (void)fprintf(out,
                "'' skip 1 using ($1 == %zu && $2 == %zu ? $6 + half*%s : NaN):8 with points "
                "pointtype 6 pointsize 0.35*swell linewidth 1.5 linecolor rgb '%s' title '%s'",
                domain, family, how->aside, how->ink, proxy);
}

static void write_panels(FILE *out, const char *name, const char *x, double widest, double top,
                         const look *looks, size_t families)
{
  (void)fprintf(
      out,
      "set multiplot layout 1,%d margins screen 0.07,0.99,0.17,0.92 spacing screen 0.03\n"
      "top = %.3g\nhalf = %.3g\nset xrange [0:*]\nset yrange [0:top]\n"
      "set key top %s Left reverse\n"
      "here(domain, family, resolved) = (column(1) == domain && column(2) == family && \\\n"
      "  column(11) == resolved) ? column(6) : NaN\n"
      "set offsets 0, graph 0.04, 0, 0\nset xlabel '%s' offset 0,0.4\n",
      (int)BRACKET_DOMAINS, top, 0.011 * widest, looks->key, x);
  for (size_t domain = 0; domain < BRACKET_DOMAINS; domain++) {
    (void)fprintf(out, "set title '%s' offset 0,-0.6\nset ylabel '%s'\nset format y '%s'\n%splot ",
                  panel_titles[domain], domain == 0 ? "Lipschitz constant" : "",
                  domain == 0 ? "%g" : "", domain == 0 ? "" : "unset key\n");
    for (size_t family = 0; family < families; family++) {
      write_family(out, name, domain, family, &looks[family], family == 0 ? "proxy" : "");
      (void)fputs(family + 1 < families ? ", \\\n  " : "\n", out);
    }
  }
  (void)fputs("unset multiplot\nset key\n", out);
}

static const bracket_set *const width_sets[] = {&bracket_width_set};
static const bracket_set *const dimension_sets[] = {&bracket_blue_set, &bracket_red_set};

static const look all_bars = {BAR_BLUE, BAR_PALE_BLUE, "bracket", "(20*$4/$3 - 1)", "left"};
static const look families[] = {{BAR_BLUE, BAR_PALE_BLUE, "k = n", "(-1)", "center"},
                                {BAR_RED, BAR_PALE_RED, "k = 10 n/d", "1", "center"}};

static void write_width_csv(FILE *out, const results *all)
{
  write_header(out, "sqrt_n_over_k");
  write_rows(out, &all->width, &bracket_width_set, 0);
}

static void write_width_script(FILE *out, const results *all)
{
  const experiment *self = &all->width;

  write_panels(out, figure_width_brackets.name, "√(n/k)", widest_of(self, width_sets, 1),
               top_of(self, width_sets, 1), &all_bars, 1);
}

static bool width_wanted(const results *all)
{
  return top_of(&all->width, width_sets, 1) > 0;
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
  const experiment *self = &all->dimension;

  write_panels(out, figure_dimension_brackets.name, "√d", widest_of(self, dimension_sets, 2),
               top_of(self, dimension_sets, 2), families, 2);
}

static bool dimension_wanted(const results *all)
{
  return top_of(&all->dimension, dimension_sets, 2) > 0;
}

const figure figure_dimension_brackets = {
    "figure-3-brackets",   17.5, 7, NULL, dimension_wanted, write_dimension_csv,
    write_dimension_script};
