/* page_parts.h - the parts of an audit's page: figures, tables, pictures of points. */
#ifndef LIP_AUDIT_PAGE_PARTS_H
#define LIP_AUDIT_PAGE_PARTS_H

#include <liplaw/audit.h>

#include "report/folder.h"

/* figures/certified-accuracy, radii, pairs: those for which there is something to draw. */
LIP_MUST_CHECK lip_status audit_figures(const lip_audit *found, report_folder *folder,
                                        lip_error *err);

/* tables/points.csv, certified-accuracy.csv, pairs.csv, conflicts.csv, law.csv, explanation.csv. */
LIP_MUST_CHECK lip_status audit_tables(const lip_audit *found, report_folder *folder,
                                       lip_error *err);

/* The shape of points that are pictures: as the network reads them, or square ones in one channel.
   False where they are none. */
bool audit_picture_shape(const lip_net *net, size_t d, size_t *channels, size_t *height,
                         size_t *width);

/* Writes an svg element of that point, `size` pixels wide: the numbers from `low` to `high` become
   black to white, of three channels red, green, blue. */
void audit_picture(FILE *out, const double *x, size_t channels, size_t height, size_t width,
                   double low, double high, size_t size);

/* index.html */
LIP_MUST_CHECK lip_status audit_index(const lip_audit *found, const lip_net *net,
                                      const lip_dataset *data, const char *net_name,
                                      const char *data_name, report_folder *folder, lip_error *err);

#endif
