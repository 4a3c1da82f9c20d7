/* told.c - quantities of a law that a network and a data set tell. */
#include "law/told.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool lip_law_speaks_of(const lip_law *law, const char *name)
{
  const char *lists[] = {law->needs, law->may};
  size_t length = strlen(name);

  for (size_t i = 0; i < 2; i++)
    for (const char *at = lists[i]; (at = strstr(at, name)); at += length)
      if ((at == lists[i] || at[-1] == ' ') && (!at[length] || at[length] == ' ')) return true;
  return false;
}

static void fill(double *value, double known)
{
  if (isnan(*value)) *value = known;
}

/* The constant of the isoperimetric profile, docs/theory.md: of spheres in R^m the curvature's
   m/(m-2), where the file's m/(m-1) is that of a logarithmic Sobolev inequality. NaN: unknown. */
static double profile_constant(const lip_dataset *data)
{
  static const char *const same[] = {"gaussian", "cube", "log-concave", "rotations", "stiefel"};
  double c = data->isoperimetry_c;

  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    if (strcmp(data->kind, same[i]) == 0) return c;
  if (strcmp(data->kind, "sphere") != 0 && strcmp(data->kind, "spheres") != 0) return NAN;
  return c < 2 ? c / (2 - c) : NAN;
}

/* c of the points' law, and what the file says of it. A c that is given is kept. */
static void tell_isoperimetry(const lip_law *law, const lip_dataset *data, bool keep_c,
                              lip_law_input *input)
{
  bool profile = strncmp(law->name, "profile", 7) == 0;
  double c = profile ? profile_constant(data) : data->isoperimetry_c;
  bool mixed = strcmp(data->kind, "mixture") == 0;

  if (strcmp(data->kind, "hypercube") == 0 || strcmp(data->kind, "spin-glass") == 0) {
    input->points_law =
        keep_c ? "the data's law is isoperimetric with the c that is given: with none that does "
                 "not grow with d"
               : "the data's law is isoperimetric: a hypercube's and a spin glass's are not, with "
                 "any c that does not grow with d";
    input->isoperimetric = keep_c ? LIP_UNKNOWN : LIP_NO;
  } else if (mixed && !(input->mixture > 1)) {
    input->points_law = "the data are drawn from a mixture, whose components --mixture must count: "
                        "a mixture itself is not isoperimetric";
  } else if (isnan(c) && !keep_c) {
    input->points_law = profile && isfinite(data->isoperimetry_c)
                            ? "the data file tells no constant of the isoperimetric profile of its "
                              "law: c = 1 is assumed; --c tells another"
                            : "the data file does not tell whether its points' law is "
                              "isoperimetric: c = 1 is assumed; --c tells another";
  }
  if (!keep_c && isfinite(c)) input->c = c;
  if (strcmp(data->kind, "sphere") == 0 && lip_law_speaks_of(law, "radius"))
    fill(&input->radius, 1);
}

static lip_status of_data(const lip_told *told, const lip_law *law, lip_law_input *input,
                          const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = told->data;
  const char *path = told->name;
  size_t count = 0, positive = 0;
  double constant;

  if (data->m != 1) FAIL(LIP_EINPUT, "%s: has %zu labels a point, not one", path, data->m);
  for (size_t i = 0; i < data->n; i++) {
    if (fabs(data->y[i]) != 1)
      FAIL(LIP_EINPUT, "%s: the label of point %zu is %.6g, neither -1 nor +1", path, i,
           data->y[i]);
    positive += data->y[i] > 0;
  }
  fill(&input->n, (double)data->n);
  fill(&input->d, (double)data->d);
  fill(&input->sigma2, data->noise_level);
  tell_isoperimetry(law, data, told->keep_c, input);
  if (lip_law_speaks_of(law, "positive") && !(input->mixture > 1) && positive && positive < data->n)
    fill(&input->positive, (double)positive / (double)data->n);
  if (lip_law_speaks_of(law, "L_star") && isnan(input->L_star) && !told->no_search) {
    TRY(lip_smallest_constant(data, 0, NULL, &count, &constant, control, err));
    if (isfinite(constant)) input->L_star = constant;
  }
done:
  return st;
}

/* V^2 = sum of a_l^2 (|w_l|^2 + b_l^2), and the output bias: the norm once |a_l| is moved inside.
 */
static double two_layer_norm(const lip_net *net)
{
  const lip_layer *first = &net->layer[0], *last = &net->layer[1];
  double sum = last->b ? last->b[0] * last->b[0] : 0;

  for (size_t l = 0; l < first->out; l++) {
    double own = first->b ? first->b[l] * first->b[l] : 0;

    for (size_t j = 0; j < first->in; j++)
      own += first->W[l * first->in + j] * first->W[l * first->in + j];
    sum += last->W[l] * last->W[l] * own;
  }
  return sqrt(sum) * (1 + 1e-9); /* no rounding makes it too small */
}

static void of_net(const lip_net *net, const lip_law *law, lip_law_input *input)
{
  bool two = net->depth == 2 && net->layer[0].map == LIP_AFFINE && net->layer[1].map == LIP_AFFINE;

  fill(&input->d, (double)lip_net_inputs(net));
  fill(&input->p, (double)net->parameters);
  if (two) fill(&input->k, (double)net->layer[0].out);
  if (strcmp(law->name, "profile-two-layer") == 0 && two &&
      net->layer[0].activation.kind == LIP_RELU && net->layer[1].activation.kind == LIP_IDENTITY)
    fill(&input->norm, two_layer_norm(net));
  if (net->precision == LIP_F32 && lip_law_speaks_of(law, "bits") && isnan(input->log) &&
      isnan(input->log_size) && isnan(input->J) && isnan(input->W) && isnan(input->diam))
    fill(&input->bits, 32);
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* All numbers of outliers hold at once: the best one is taken. */
static lip_status best_outliers(const lip_law *law, size_t n, const double *margin,
                                lip_law_input *input, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_law_input best = *input;
  lip_law_result result;
  double most = -1;

  for (size_t j = 0; 10 * j <= n; j += 1 + j / 32) {
    input->outliers = (double)j;
    input->fit_error = fmax(1 - margin[j], 0);
    if (!(input->fit_error < 1)) continue; /* a point on the wrong side */
    TRY(lip_law_evaluate(law, input, &result, err));
    if (!(result.bound > most)) continue;
    most = result.bound;
    best = *input;
  }
  if (most < 0) FAIL(LIP_EINPUT, "the network has more than a tenth of the signs wrong");
  *input = best;
done:
  return st;
}

/* values  in  f(x_i) */
static lip_status of_both(const lip_told *told, const lip_law *law, lip_law_input *input,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = told->data;
  double *margin = lip_alloc(data->n, sizeof *margin), error = 0;

  if (!margin) FAIL(LIP_ENOMEM, "no memory for %zu outputs", data->n);
  for (size_t i = 0; i < data->n; i++) {
    error = fmax(error, fabs(told->values[i] - data->y[i]));
    margin[i] = told->values[i] * data->y[i];
  }
  qsort(margin, data->n, sizeof *margin, ascending);
  if (told->keep_error) goto done;
  if (lip_law_speaks_of(law, "outliers") && isnan(input->outliers) && !(input->mixture > 1))
    TRY(best_outliers(law, data->n, margin, input, err));
  else if (lip_law_speaks_of(law, "fit_error"))
    input->fit_error = error;
done:
  lip_free(margin);
  return st;
}

lip_status lip_law_tell(const lip_told *told, const lip_law *law, lip_law_input *input,
                        const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;

  if (told->data) TRY(of_data(told, law, input, control, err));
  if (told->net) of_net(told->net, law, input);
  if (told->values) TRY(of_both(told, law, input, err));
done:
  return st;
}
