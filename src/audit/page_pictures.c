/* page_pictures.c - points that are pictures, drawn as rows of small rectangles. */
#include "audit/page_parts.h"

#include <math.h>

enum { LEAST_SIDE = 6, MOST_SIDE = 64 };

bool audit_picture_shape(const lip_net *net, size_t d, size_t *channels, size_t *height,
                         size_t *width)
{
  const lip_node *input = &net->node[0];
  size_t side = (size_t)lround(sqrt((double)d));

  *channels = input->channels;
  *height = input->height;
  *width = input->width;
  if (*height < 2 || *width < 2) {
    *channels = 1;
    *height = *width = side;
    if (side * side != d) return false;
  }
  return (*channels == 1 || *channels == 3) && *height >= LEAST_SIDE && *width >= LEAST_SIDE &&
         *height <= MOST_SIDE && *width <= MOST_SIDE;
}

static int shade(double x, double low, double high)
{
  double t = high > low ? (x - low) / (high - low) : 0;

  return (int)lround(255 * fmax(0, fmin(1, t)));
}

/* One rectangle for each run of equal shades in a row. */
void audit_picture(FILE *out, const double *x, size_t channels, size_t height, size_t width,
                   double low, double high, size_t size)
{
  size_t plane = height * width;

  (void)fprintf(
      out,
      "<svg style=\"margin-right:3px\" width=\"%zu\" height=\"%zu\" viewBox=\"0 0 %zu %zu\" "
      "shape-rendering=\"crispEdges\"><rect width=\"%zu\" height=\"%zu\"/>",
      size, size * height / width, width, height, width, height);
  for (size_t r = 0; r < height; r++)
    for (size_t c = 0, next; c < width; c = next) {
      int rgb[3];

      for (size_t k = 0; k < 3; k++)
        rgb[k] = shade(x[(channels == 3 ? k * plane : 0) + r * width + c], low, high);
      for (next = c + 1; next < width; next++) {
        bool same = true;

        for (size_t k = 0; k < channels; k++)
          same = same && shade(x[k * plane + r * width + next], low, high) == rgb[k];
        if (!same) break;
      }
      if (rgb[0] + rgb[1] + rgb[2] > 0)
        (void)fprintf(out,
                      "<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"1\" "
                      "fill=\"#%02x%02x%02x\"/>",
                      c, r, next - c, rgb[0], rgb[1], rgb[2]);
    }
  (void)fputs("</svg>", out);
}
