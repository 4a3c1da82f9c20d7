/* sample_labels.c - labels: fair coins, or a teacher with flips or additive noise (theory.md B2,
   U3). What is expected, g(x_i) = E(y | x_i), and the rest, z_i = y_i - g(x_i), stand in the data.

   Label i is made of random bit i, uniform or normal draw i of its stream: of no other point. */
#include "data/sample_labels.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "data/sample_kinds.h"
#include "linalg/vector.h"

#include <math.h>

enum { TEACHER_NEURONS = 10 };

static void random_labels(lip_stream stream, size_t n, double *y)
{
  uint32_t bits[1024];

  for (size_t first = 0; first < n; first += 1024) {
    size_t count = n - first < 1024 ? n - first : 1024;

    lip_random_bits(stream, first, count, bits);
    for (size_t i = 0; i < count; i++) y[first + i] = bits[i] & 1 ? 1.0 : -1.0;
  }
}

static lip_status balanced_labels(lip_stream stream, size_t n, double *y, lip_error *err)
{
  size_t *order = lip_alloc(n, sizeof *order);

  if (!order) return lip_fail(err, LIP_ENOMEM, "no memory to balance %zu labels", n);
  lip_random_permutation(stream, 0, n, order);
  for (size_t i = 0; i < n; i++) y[order[i]] = i < (n + 1) / 2 ? 1.0 : -1.0;
  lip_free(order);
  return LIP_OK;
}

/* The teacher's weights: u of the linear one; rows w_l of the network, |w_l| = 1, signs a_l. */
static void draw_teacher(const lip_sample_options *options, double *weights, double *signs)
{
  lip_stream stream = {options->seed, LIP_FOR_TEACHER};
  size_t d = options->d, rows = options->teacher == LIP_TEACHER_NETWORK ? TEACHER_NEURONS : 1;

  lip_random_normal(stream, 0, rows * d, weights);
  for (size_t l = 0; l < rows; l++) lip_sample_normalise(d, weights + l * d);
  random_labels(stream, TEACHER_NEURONS, signs);
}

static double teach(const lip_sample_options *options, const double *weights, const double *signs,
                    const double *x)
{
  size_t d = options->d;
  double scale = sqrt((double)d), sum = 0;

  if (options->teacher == LIP_TEACHER_LINEAR)
    return fmax(-1, fmin(1, scale * lip_dot(d, weights, x) / 2));
  for (size_t l = 0; l < TEACHER_NEURONS; l++)
    sum += signs[l] * fmax(0, scale * lip_dot(d, weights + l * d, x));
  return tanh(sum / sqrt(TEACHER_NEURONS));
}

/* From the teacher's values in g: what is expected of the label, and the label. */
static void flip(const lip_sample_options *options, lip_dataset *data)
{
  lip_stream stream = {options->seed, LIP_FOR_NOISE};

  for (size_t i = 0; i < data->n; i++) {
    double sign = data->g[i] >= 0 ? 1 : -1, chance;

    lip_random_uniform(stream, i, 1, &chance);
    data->g[i] = (1 - 2 * options->level) * sign;
    data->y[i] = chance < options->level ? -sign : sign;
  }
  data->noise_level = 4 * options->level * (1 - options->level);
}

static void add_noise(const lip_sample_options *options, lip_dataset *data)
{
  lip_stream stream = {options->seed, LIP_FOR_NOISE};

  lip_random_normal(stream, 0, data->n, data->y);
  for (size_t i = 0; i < data->n; i++) data->y[i] = data->g[i] + options->level * data->y[i];
  data->noise_level = options->level * options->level;
}

static lip_status taught_labels(const lip_sample_options *options, lip_dataset *data,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  double signs[TEACHER_NEURONS], *weights = lip_alloc(TEACHER_NEURONS * data->d, sizeof *weights);

  if (!weights) FAIL(LIP_ENOMEM, "a teacher of %zu inputs", data->d);
  draw_teacher(options, weights, signs);
  for (size_t i = 0; i < data->n; i++)
    data->g[i] = teach(options, weights, signs, data->X + i * data->d);
  if (options->labels == LIP_LABELS_FLIP)
    flip(options, data);
  else
    add_noise(options, data);
done:
  lip_free(weights);
  return st;
}

lip_status lip_sample_labels(const lip_sample_options *options, lip_dataset *data, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_stream stream = {options->seed, LIP_FOR_LABELS};
  /* The labels do not depend on x: E Var(y | x) = 1 - (E y)^2. */
  double mean = options->labels == LIP_LABELS_BALANCED && data->n % 2 ? 1 / (double)data->n : 0;

  data->g = lip_alloc(data->n, sizeof *data->g);
  data->z = lip_alloc(data->n, sizeof *data->z);
  if (!data->g || !data->z) FAIL(LIP_ENOMEM, "%zu labels", data->n);
  if (options->labels == LIP_LABELS_FLIP || options->labels == LIP_LABELS_NOISE) {
    TRY(taught_labels(options, data, err));
  } else {
    if (options->labels == LIP_LABELS_BALANCED)
      TRY(balanced_labels(stream, data->n, data->y, err));
    else
      random_labels(stream, data->n, data->y);
    for (size_t i = 0; i < data->n; i++) data->g[i] = mean;
    data->noise_level = 1 - mean * mean;
  }
  for (size_t i = 0; i < data->n; i++) data->z[i] = data->y[i] - data->g[i];
done:
  return st;
}
