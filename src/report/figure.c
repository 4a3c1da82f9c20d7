/* figure.c - what all figures share: their files, the frame of their scripts, the drawing. */
#include "report/figure.h"

#include "base/error.h"
#include "base/memory.h"
#include "report/gnuplot.h"

#include <string.h>

enum { NAME_SIZE = 96 };

/* The svg has 60 units per cm; its lines and points are swollen to look as in the pdf. */
static void write_frame_begin(const figure *self, double height, FILE *out)
{
  (void)fprintf(out, "# %s.gp - 'gnuplot %s.gp' draws %s.svg and %s.pdf from %s.csv.\n", self->name,
                self->name, self->name, self->name, self->name);
  (void)fputs("set encoding utf8\n"
              "set datafile separator comma\n"
              "set border 3 linewidth 0.7 linecolor rgb '#333333'\n"
              "set tics nomirror out scale 0.6 textcolor rgb '#333333'\n"
              "set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'\n"
              "set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'\n"
              "do for [format in \"svg pdf\"] {\n"
              "if (format eq \"svg\") {\n",
              out);
  (void)fprintf(out,
                "set terminal svg size %.0f,%.0f background rgb 'white' linewidth 1.5 "
                "font 'Helvetica,15'\nswell = 1.4\n",
                60 * self->width, 60 * height);
  (void)fputs("} else {\n", out);
  (void)fprintf(out, "set terminal pdfcairo size %.3gcm,%.3gcm font 'Helvetica,11'\nswell = 1\n",
                self->width, height);
  (void)fprintf(out, "}\nset output '%s.'.format\n", self->name);
}

static void write_frame_end(FILE *out)
{
  (void)fputs("unset output\n}\n", out);
}

void figure_bars(FILE *out, const char *name, const char *x, const char *style, int point_type,
                 double point_size, const char *ink, const char *title)
{
  (void)fprintf(
      out,
      "'%s.csv' skip 1 using %s:8:(0):($9 - $8) with vectors nohead linewidth 1.2 "
      "linecolor rgb %s notitle, \\\n"
      "  '' skip 1 using %s:7 with %s pointtype %d pointsize %.2f*swell linewidth 1 linecolor "
      "rgb %s title '%s'",
      name, x, ink, x, style, point_type, point_size, ink, title);
}

lip_status figure_make(const figure *self, const results *all, report_folder *folder,
                       lip_error *err)
{
  static const char *const drawn[] = {"svg", "pdf"};
  lip_status st = LIP_OK;
  char name[NAME_SIZE], script[NAME_SIZE];
  char *figures = NULL, *path = NULL;
  FILE *out = NULL;

  if (!self->wanted(all)) return LIP_OK;
  (void)snprintf(name, sizeof name, "figures/%s.csv", self->name);
  TRY(folder_create(folder, name, &out, err));
  self->write_csv(out, all);
  TRY(folder_close(folder, out, err));
  (void)snprintf(name, sizeof name, "figures/%s.gp", self->name);
  TRY(folder_create(folder, name, &out, err));
  write_frame_begin(self, self->height_of ? self->height_of(all) : self->height, out);
  self->write_script(out, all);
  write_frame_end(out);
  TRY(folder_close(folder, out, err));

  for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
    (void)snprintf(name, sizeof name, "figures/%s.%s", self->name, drawn[i]);
    lip_free(path);
    path = folder_add(folder, name);
    if (!path) FAIL(LIP_ENOMEM, "%s: no memory for its name", name);
  }
  figures = folder_path(folder, "figures");
  if (!figures) FAIL(LIP_ENOMEM, "%s: no memory for its name", self->name);
  (void)snprintf(script, sizeof script, "%s.gp", self->name);
  TRY(gnuplot_run(figures, script, err));
done:
  lip_free(figures);
  lip_free(path);
  return st;
}
