/* maps.h - what layers make of their inputs before the activation: values, and gradients backward.
 */
#ifndef LIP_NET_MAPS_H
#define LIP_NET_MAPS_H

#include <liplaw/net.h>

/* Scratch of the maps that are not affine; zeroed where all are. */
typedef struct lip_maps_work {
  double *shift, *rows, *centers; /* in; block x in; CENTERS x in: the same, shifted */
  double *row_square, *center_square;
  double *difference; /* in */
  double *distance;   /* block x out, where gradients are taken */
} lip_maps_work;

/* For blocks of at most `block` rows. return  LIP_OK; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_maps_prepare(const lip_net *net, size_t block, bool gradients,
                                           lip_maps_work *work, lip_error *err);
void lip_maps_clear(lip_maps_work *work);

/* Z <- map of H.  H  in  rows x in;  Z  out  rows x out */
void lip_map_values(const lip_layer *layer, size_t rows, const double *H, double *Z,
                    lip_maps_work *work);

/* next <- D times the map's Jacobian at H, for the maps that are not affine.
   D  in  rows x out, overwritten;  next  out  rows x in */
void lip_map_backward(const lip_layer *layer, size_t rows, const double *H, double *D, double *next,
                      lip_maps_work *work);

/* "affine", "distance", "groups", "smallest"; static text. */
const char *lip_map_name(lip_map map);

/* For what reads affine layers only: LIP_EINPUT, naming the first layer that is not affine, what
   `who` cannot do with it, and where its constant is known from. */
LIP_MUST_CHECK lip_status lip_net_require_affine(const lip_net *net, const char *who,
                                                 lip_error *err);

#endif
