/* figure.c - what all figures of a report share: when they are drawn, and their bars. */
#include "report/figure.h"

#include "base/error.h"

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
  lip_status st = LIP_OK;
  double height = self->height_of ? self->height_of(all) : self->height;
  drawing made;

  if (!self->wanted(all)) return LIP_OK;
  TRY(drawing_begin(&made, self->name, self->width, height, folder, err));
  self->write_csv(made.csv, all);
  self->write_script(made.script, all);
  TRY(drawing_end(&made, err));
done:
  return st;
}
