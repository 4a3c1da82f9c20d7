/* figure_forest.c - slope and intercept of every slice (n, d) with their 95 % intervals, and the
   ranges in which criterion (1) wants them. */
#include "report/figure.h"

#include <math.h>

static size_t count_rows(const results *all)
{
  size_t rows = 0;

  for (size_t i = 0; i < all->width_trends.count; i++)
    rows += is_shown_slice(&all->width_trends.trend[i]);
  return rows;
}

static void write_csv(FILE *out, const results *all)
{
  size_t row = count_rows(all);

  (void)fputs(
      "row,n,d,judged,slope,slope_low,slope_high,intercept,intercept_low,intercept_high,r\n", out);
  for (size_t i = 0; i < all->width_trends.count; i++) {
    const trend *slice = &all->width_trends.trend[i];
    const line_fit *fit = &slice->fit[0];

    if (!is_shown_slice(slice)) continue;
    (void)fprintf(out, "%zu,%zu,%zu,%d,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", row--,
                  slice->n, slice->d, is_judged_slice(slice), fit->slope.value, fit->slope.low,
                  fit->slope.high, fit->intercept.value, fit->intercept.low, fit->intercept.high,
                  fit->r);
  }
}

/* One panel: the wanted range as a band, the estimates with their bars; grey where the criterion
   does not speak of the slice. */
static void write_panel(FILE *out, const char *label, range wanted_range, int column,
                        bool with_names)
{
  (void)fprintf(out,
                "set xlabel '%s'\n"
                "set object 1 rectangle from %g, graph 0 to %g, graph 1 behind fillcolor rgb "
                "'#DCEBE3' fillstyle solid noborder\n"
                "set format y '%s'\n",
                label, wanted_range.low, wanted_range.high, with_names ? "%s" : "");
  for (int judged = 1; judged >= 0; judged--)
    (void)fprintf(out,
                  "%s'figure-2-forest.csv' skip 1 using ($4 == %d ? $%d : NaN):1:($%d - $%d):(0) "
                  "with vectors nohead linewidth 1.2 linecolor rgb %s, \\\n"
                  "  '' skip 1 using ($4 == %d ? $%d : NaN):1%s with points pointtype %d pointsize "
                  "0.4*swell linecolor rgb %s%s",
                  judged ? "plot " : "  ", judged, column + 1, column + 2, column + 1,
                  judged ? INK_BLUE : INK_GREY, judged, column,
                  with_names ? ":ytic(sprintf('%d, %d', $2, $3))" : "", judged ? 7 : 6,
                  judged ? INK_BLUE : INK_GREY, judged ? ", \\\n" : "\n");
}

static double height_of(const results *all)
{
  return 2.2 + 0.42 * (double)count_rows(all);
}

static void write_script(FILE *out, const results *all)
{
  (void)fprintf(
      out,
      "set multiplot layout 1,2 margins screen 0.19,0.97,%.4f,%.4f spacing screen 0.06\n"
      "unset key\nset yrange [0.3:%zu.7]\nset ytics scale 0\nset grid ytics xtics\n"
      "set xtics autofreq\n"
      "set label 3 'n, d' at graph -0.06, graph 1 right offset 0,0.8 textcolor rgb '#333333'\n",
      1.4 / height_of(all), 1 - 0.6 / height_of(all), count_rows(all));
  (void)fputs("set xtics 0.5\n", out);
  write_panel(out, "slope", slice_slope, 5, true);
  (void)fputs("unset label 3\nset border 1\nset ytics 1\nset xtics 2\n", out);
  write_panel(out, "intercept", slice_intercept, 8, false);
  (void)fputs("unset multiplot\n", out);
}

static bool wanted(const results *all)
{
  return count_rows(all) > 0;
}

const figure figure_forest = {"figure-2-forest", 8.5,         0, height_of, wanted,
                              write_csv,         write_script};
