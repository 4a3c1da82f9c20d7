/* drawing.c - the four files of a figure: the frame of its script, the drawing. */
#include "report/drawing.h"

#include "base/error.h"
#include "base/memory.h"
#include "report/gnuplot.h"

enum { NAME_SIZE = 96 };

/* The svg has 60 units per cm; its lines and points are swollen to look as in the pdf. */
static void write_frame_begin(const char *name, double width, double height, FILE *out)
{
  (void)fprintf(out, "# %s.gp - 'gnuplot %s.gp' draws %s.svg and %s.pdf from %s.csv.\n", name, name,
                name, name, name);
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
                60 * width, 60 * height);
  (void)fputs("} else {\n", out);
  (void)fprintf(out, "set terminal pdfcairo size %.3gcm,%.3gcm font 'Helvetica,11'\nswell = 1\n",
                width, height);
  (void)fprintf(out, "}\nset output '%s.'.format\n", name);
}

static void write_frame_end(FILE *out)
{
  (void)fputs("unset output\n}\n", out);
}

lip_status drawing_begin(drawing *self, const char *name, double width, double height,
                         report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  char file[NAME_SIZE];

  *self = (drawing){.name = name, .width = width, .folder = folder};
  (void)snprintf(file, sizeof file, "figures/%s.csv", name);
  TRY(folder_create(folder, file, &self->csv, err));
  (void)snprintf(file, sizeof file, "figures/%s.gp", name);
  TRY(folder_create(folder, file, &self->script, err));
  write_frame_begin(name, width, height, self->script);
done:
  if (st != LIP_OK && self->csv) (void)fclose(self->csv);
  return st;
}

lip_status drawing_end(drawing *self, lip_error *err)
{
  static const char *const drawn[] = {"svg", "pdf"};
  lip_status st, closed;
  char name[NAME_SIZE];
  char *figures = NULL, *path = NULL;

  write_frame_end(self->script);
  st = folder_close(self->folder, self->csv, err);
  closed = folder_close(self->folder, self->script, err);
  if (st == LIP_OK) st = closed;
  if (st != LIP_OK) return st;
  for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
    (void)snprintf(name, sizeof name, "figures/%s.%s", self->name, drawn[i]);
    lip_free(path);
    path = folder_add(self->folder, name);
    if (!path) FAIL(LIP_ENOMEM, "%s: no memory for its name", name);
  }
  figures = folder_path(self->folder, "figures");
  if (!figures) FAIL(LIP_ENOMEM, "%s: no memory for its name", self->name);
  (void)snprintf(name, sizeof name, "%s.gp", self->name);
  TRY(gnuplot_run(figures, name, err));
done:
  lip_free(figures);
  lip_free(path);
  return st;
}
