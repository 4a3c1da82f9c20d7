/* resize.c - the ONNX operators Resize and Upsample, nearest and linear, as the specification
   defines them for operator sets 7 to 20.

   Entry j of a dimension lies at a coordinate x(j) of the dimension before. The nearest entry is
   one of its places; linear is (1 - r) h[i] + r h[i + 1] with i + r = x, one dimension after the
   other, places beyond the ends being those at the ends. */
#include "net/onnx/resize.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/onnx/affine.h"
#include "net/onnx/choose.h"

#include <math.h>
#include <string.h>

/* ---- sizes ---- */

/* One dimension before and after, and the factor between. */
typedef struct stretch {
  size_t from, to;
  double scale;
} stretch;

static lip_status scale_of(lip_onnx_call *call, size_t input, size_t k, double *scale,
                           lip_error *err)
{
  const Onnx__AttributeProto *given = lip_onnx_attribute(call->node, "scales");
  size_t rank = call->in[0]->array.rank, count = given ? given->n_floats : 0;
  const lip_onnx_array *list = NULL;
  lip_status st = LIP_OK;

  if (!given && lip_onnx_has_input(call, input)) {
    TRY(lip_onnx_need_constant(call, input, err));
    list = &call->in[input]->array;
    count = lip_onnx_array_is_real(list) ? list->count : 0;
  }
  if (count != rank) FAIL(LIP_EINPUT, "it has %zu scales for %zu dimensions", count, rank);
  *scale = list ? lip_onnx_array_real(list, k) : (double)given->floats[k];
  if (!(*scale > 0 && *scale < INT32_MAX))
    FAIL(LIP_EINPUT, "it scales dimension %zu by %g", k, *scale);
done:
  return st;
}

static lip_status read_stretch(lip_onnx_call *call, size_t k, stretch *found, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  lip_onnx_list sizes = {0};
  double to;

  found->from = from->array.dims[k];
  if (call->inputs > 3) TRY(lip_onnx_read_sizes(call, 3, &sizes, err));
  if (sizes.given) {
    if (sizes.count != from->array.rank)
      FAIL(LIP_EINPUT, "it has %zu sizes for %zu dimensions", sizes.count, from->array.rank);
    to = sizes.entry[k] == LIP_ONNX_POINTS && k == 0 ? 1 : (double)sizes.entry[k];
    found->scale = to / (double)found->from;
  } else {
    TRY(scale_of(call, call->inputs > 2 ? 2 : 1, k, &found->scale, err));
    to = floor((double)found->from * found->scale +
               1e-5); /* scales are floats: 3 x 0.333... is 1 */
    if (fabs(to / (double)found->from - found->scale) < 1e-6 * found->scale)
      found->scale = to / (double)found->from;
  }
  if (!(to >= 1 && to <= INT32_MAX))
    FAIL(LIP_EINPUT, "it makes %g of %zu numbers", to, found->from);
  found->to = (size_t)to;
  if (from->batched && k == 0 && found->to != 1)
    FAIL(LIP_EINPUT, "it would mix the points of a batch, which the first dimension counts");
done:
  return st;
}

/* ---- coordinates ---- */

typedef enum frame {
  HALF_PIXEL,
  PYTORCH_HALF_PIXEL,
  HALF_PIXEL_SYMMETRIC,
  ASYMMETRIC,
  ALIGN_CORNERS,
  HALF_PIXEL_FOR_NEAREST,
} frame;

static const char *const frame_names[] = {
    "half_pixel", "pytorch_half_pixel", "half_pixel_symmetric",
    "asymmetric", "align_corners",      "tf_half_pixel_for_nn",
};

typedef enum choice { ROUND_PREFER_FLOOR, ROUND_PREFER_CEIL, FLOOR, CEIL } choice;

static const char *const choice_names[] = {"round_prefer_floor", "round_prefer_ceil", "floor",
                                           "ceil"};

/* Which of the names the attribute is; `otherwise` where the node has none. */
static lip_status read_choice(const lip_onnx_call *call, const char *attribute, size_t count,
                              const char *const *names, size_t otherwise, size_t *found,
                              lip_error *err)
{
  *found = otherwise;
  if (!lip_onnx_attribute(call->node, attribute)) return LIP_OK;
  for (*found = 0; *found < count; ++*found)
    if (lip_onnx_text_attribute(call->node, attribute, names[*found], false)) return LIP_OK;
  return lip_fail(err, LIP_EINPUT, "its attribute '%s' is none that is supported", attribute);
}

static double coordinate(frame how, const stretch *along, size_t place)
{
  double j = (double)place, from = (double)along->from, to = (double)along->to;

  switch (how) {
  case PYTORCH_HALF_PIXEL:
    return along->to > 1 ? (j + 0.5) / along->scale - 0.5 : 0;
  case HALF_PIXEL_SYMMETRIC:
    return from / 2 * (1 - to / (along->scale * from)) + (j + 0.5) / along->scale - 0.5;
  case ASYMMETRIC:
    return j / along->scale;
  case ALIGN_CORNERS:
    return along->to > 1 ? j * (from - 1) / (to - 1) : 0;
  case HALF_PIXEL_FOR_NEAREST:
    return (j + 0.5) / along->scale;
  case HALF_PIXEL:
    break;
  }
  return (j + 0.5) / along->scale - 0.5;
}

static size_t clamp_to(double place, size_t size)
{
  return !(place > 0) ? 0 : place >= (double)size ? size - 1 : (size_t)place;
}

static size_t nearest(choice how, double x, size_t size)
{
  double place = how == FLOOR               ? floor(x)
                 : how == CEIL              ? ceil(x)
                 : how == ROUND_PREFER_CEIL ? floor(x + 0.5)
                                            : ceil(x - 0.5);

  return clamp_to(place, size);
}

/* ---- Resize ---- */

static lip_status take_nearest(lip_onnx_call *call, const stretch *along, frame how,
                               choice rounding, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_onnx_value *from = call->in[0];
  size_t dims[LIP_ONNX_RANK], *place[LIP_ONNX_RANK] = {NULL};

  for (size_t k = 0; k < from->array.rank; k++) {
    dims[k] = along[k].to;
    if (along[k].to == along[k].from) continue;
    TRY(lip_onnx_new_places(call, dims[k], &place[k], err));
    for (size_t j = 0; j < dims[k]; j++)
      place[k][j] = nearest(rounding, coordinate(how, &along[k], j), along[k].from);
  }
  TRY(lip_onnx_choose(call, from, dims, place, 0, call->out[0], err));
done:
  lip_onnx_free_places(place);
  return st;
}

/* out <- the entries at floor(x) + side along dimension k, times the part of them. */
static lip_status take_side(lip_onnx_call *call, const lip_onnx_value *from, size_t k,
                            const stretch *along, frame how, size_t side, lip_onnx_value *out,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  size_t dims[LIP_ONNX_RANK], *place[LIP_ONNX_RANK] = {NULL}, inner = 1, count = 1;
  double *parts = NULL;

  memcpy(dims, from->array.dims, sizeof dims);
  dims[k] = along->to;
  TRY(lip_onnx_new_places(call, dims[k], &place[k], err));
  for (size_t j = 0; j < dims[k]; j++)
    place[k][j] = clamp_to(floor(coordinate(how, along, j)) + (double)side, along->from);
  TRY(lip_onnx_choose(call, from, dims, place, 0, out, err));
  for (size_t i = 0; i < out->array.rank; i++) count *= dims[i];
  for (size_t i = k + 1; i < out->array.rank; i++) inner *= dims[i];
  parts = lip_alloc(count, sizeof *parts);
  if (!parts) FAIL(LIP_ENOMEM, "no memory for %zu numbers", count);
  for (size_t i = 0; i < count; i++) {
    double x = coordinate(how, along, i / inner % dims[k]), part = x - floor(x);

    parts[i] = side ? part : 1 - part;
  }
  st = lip_onnx_scale(call, out, parts, NULL, out, err);
  parts = NULL;
done:
  lip_free(parts);
  lip_onnx_free_places(place);
  return st;
}

static lip_status take_linear(lip_onnx_call *call, const stretch *along, frame how, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_onnx_value value = *call->in[0], left, right;

  for (size_t k = 0; k < value.array.rank; k++) {
    if (along[k].to == along[k].from) continue;
    TRY(take_side(call, &value, k, &along[k], how, 0, &left, err));
    TRY(take_side(call, &value, k, &along[k], how, 1, &right, err));
    TRY(lip_onnx_plus(call, &left, &right, 1, &value, err));
  }
  *call->out[0] = value;
done:
  return st;
}

lip_status lip_onnx_resize(lip_onnx_call *call, lip_error *err)
{
  lip_status st = LIP_OK;
  bool older = call->import->opset < 11, linear;
  stretch along[LIP_ONNX_RANK];
  size_t how, rounding;
  int64_t smoothed;

  linear = lip_onnx_text_attribute(call->node, "mode", "linear", false) ||
           lip_onnx_text_attribute(call->node, "mode", "bilinear", false);
  if (!linear && !lip_onnx_text_attribute(call->node, "mode", "nearest", true))
    FAIL(LIP_EINPUT, "its mode is neither nearest nor linear");
  TRY(lip_onnx_int_attribute(call->node, "antialias", 0, &smoothed, err));
  if (smoothed != 0 || lip_onnx_attribute(call->node, "axes"))
    FAIL(LIP_EINPUT, "it has antialias or axes, which are not supported");
  if (!lip_onnx_text_attribute(call->node, "keep_aspect_ratio_policy", "stretch", true))
    FAIL(LIP_EINPUT, "it keeps the aspect ratio, which is not supported");
  TRY(read_choice(call, "coordinate_transformation_mode", sizeof frame_names / sizeof *frame_names,
                  frame_names, older ? ASYMMETRIC : HALF_PIXEL, &how, err));
  TRY(read_choice(call, "nearest_mode", sizeof choice_names / sizeof *choice_names, choice_names,
                  older ? FLOOR : ROUND_PREFER_FLOOR, &rounding, err));
  for (size_t k = 0; k < call->in[0]->array.rank; k++) TRY(read_stretch(call, k, &along[k], err));
  if (linear)
    TRY(take_linear(call, along, (frame)how, err));
  else
    TRY(take_nearest(call, along, (frame)how, (choice)rounding, err));
done:
  return st;
}
