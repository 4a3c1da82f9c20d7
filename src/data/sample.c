/* sample.c - draws a data set: points of a distribution or of a mixture, then their labels.

   Counter-based random numbers: no row depends on n, nor on which thread draws it. A mixture's
   component is chosen for each point by a uniform draw; its points are those that the component's
   kind has there, moved by the component's center. */
#include "data/sample.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "data/sample_kinds.h"
#include "data/sample_labels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK_DRAWS = 1 << 15, TEAM_DRAWS = 1 << 20, MOST_COMPONENTS = 100 };

const lip_distribution *const lip_distributions[LIP_SAMPLE_KINDS] = {
    [LIP_GAUSSIAN] = &lip_gaussian,
    [LIP_SPHERE] = &lip_sphere,
    [LIP_CUBE] = &lip_cube,
    [LIP_HYPERCUBE] = &lip_hypercube,
    [LIP_GAUSSIAN_PLUS] = &lip_gaussian_plus,
    [LIP_LOG_CONCAVE] = &lip_log_concave,
    [LIP_SPIN_GLASS] = &lip_spin_glass,
    [LIP_SPHERES] = &lip_spheres,
    [LIP_ROTATIONS] = &lip_rotations,
    [LIP_STIEFEL] = &lip_stiefel,
};

const char *lip_distribution_missing(const lip_distribution *self,
                                     const lip_sample_options *options)
{
  return self->missing ? self->missing(options) : NULL;
}

double lip_distribution_c(const lip_distribution *self, const lip_sample_options *options)
{
  return self->isoperimetry ? self->isoperimetry(options) : NAN;
}

/* What a sample is drawn from; one component unless it is a mixture. */
typedef struct source {
  const lip_distribution *component[MOST_COMPONENTS];
  size_t components;
  double *centers; /* components x d, owned; NULL: one component about 0 */
  lip_drawing drawing;
  double *X;
  size_t block; /* rows per task */
} source;

static void source_clear(source *from)
{
  lip_free(from->centers);
  lip_free(from->drawing.couplings);
  lip_free(from->drawing.scratch);
  lip_free(from->drawing.energy);
}

/* The component that point `row` belongs to. */
static size_t component_of(const source *from, size_t row)
{
  lip_stream stream = {from->drawing.options->seed, LIP_FOR_COMPONENTS};
  double chance;

  if (from->components == 1) return 0;
  lip_random_uniform(stream, row, 1, &chance);
  return (size_t)(chance * (double)from->components);
}

static void draw_rows(void *context, size_t task, size_t thread)
{
  const source *from = context;
  size_t d = from->drawing.d, first = task * from->block;
  size_t last = first + from->block < from->drawing.options->n ? first + from->block
                                                               : from->drawing.options->n;

  for (size_t i = first; i < last; i++) {
    size_t which = component_of(from, i);
    double *x = from->X + i * d;

    from->component[which]->draw(&from->drawing, i, thread, x);
    for (size_t j = 0; from->centers && j < d; j++) x[j] += from->centers[which * d + j];
  }
}

static void draw_points(lip_team *team, source *from)
{
  size_t tasks;

  from->block = BLOCK_DRAWS / from->drawing.d + 1;
  tasks = (from->drawing.options->n + from->block - 1) / from->block;
  if (team) {
    lip_team_run(team, tasks, draw_rows, from);
  } else {
    for (size_t task = 0; task < tasks; task++) draw_rows(from, task, 0);
  }
}

/* The kinds of a mixture's further components, "sphere,cube". */
static lip_status read_mixture(const char *text, source *from, lip_error *err)
{
  while (text) {
    size_t length = strcspn(text, ","), kind = 0;

    while (kind < LIP_SAMPLE_KINDS && (strlen(lip_distributions[kind]->name) != length ||
                                       memcmp(lip_distributions[kind]->name, text, length) != 0))
      kind++;
    if (kind == LIP_SAMPLE_KINDS)
      return lip_fail(err, LIP_EOPTION, "--mixture: there is no distribution '%.*s'", (int)length,
                      text);
    if (from->components == MOST_COMPONENTS)
      return lip_fail(err, LIP_EOPTION, "--mixture: more than %d components", MOST_COMPONENTS);
    from->component[from->components++] = lip_distributions[kind];
    text = text[length] ? text + length + 1 : NULL;
  }
  return LIP_OK;
}

static lip_status check(const lip_sample_options *options, lip_error *err)
{
  if (options->n < 1 || options->d < 1)
    return lip_fail(err, LIP_EOPTION, "n = %zu and d = %zu: both must be at least 1", options->n,
                    options->d);
  if ((size_t)options->kind >= LIP_SAMPLE_KINDS)
    return lip_fail(err, LIP_EOPTION, "there is no data of kind %d", (int)options->kind);
  if ((size_t)options->labels > LIP_LABELS_NOISE)
    return lip_fail(err, LIP_EOPTION, "there are no labels of kind %d", (int)options->labels);
  if ((size_t)options->teacher > LIP_TEACHER_NETWORK)
    return lip_fail(err, LIP_EOPTION, "there is no teacher of kind %d", (int)options->teacher);
  if (options->labels == LIP_LABELS_FLIP && !(options->level >= 0 && options->level <= 0.5))
    return lip_fail(err, LIP_EOPTION, "--labels: flip=%g is not in [0, 0.5]", options->level);
  if (options->labels == LIP_LABELS_NOISE && !(options->level >= 0 && options->level <= 1e100))
    return lip_fail(err, LIP_EOPTION, "--labels: noise=%g is not in [0, 1e100]", options->level);
  return LIP_OK;
}

/* What one component needs of the options, and the room it draws with. */
static lip_status prepare(const lip_distribution *component, size_t threads, source *from,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  lip_drawing *drawing = &from->drawing;
  const lip_sample_options *options = drawing->options;
  const char *missing = lip_distribution_missing(component, options);
  size_t d = options->d;

  if (missing) FAIL(LIP_EOPTION, "%s in %zu dimensions: %s", component->name, d, missing);
  if (component->coupled && !drawing->couplings) {
    if (!(options->beta >= 0 && options->beta < 0.25) || options->sweeps < 4)
      FAIL(LIP_EOPTION, "spin-glass: beta = %g is not in [0, 0.25), or %zu sweeps are not 4",
           options->beta, options->sweeps);
    drawing->couplings = lip_alloc(d, d * sizeof *drawing->couplings);
    drawing->energy = lip_alloc_zero(options->n, LIP_ENERGIES * sizeof *drawing->energy);
    if (!drawing->couplings || !drawing->energy) FAIL(LIP_ENOMEM, "the couplings of %zu spins", d);
    lip_spin_couplings(options->seed, d, drawing->couplings);
  }
  if (component->scratched && !drawing->scratch) {
    drawing->scratch = lip_alloc(threads, d * sizeof *drawing->scratch);
    if (!drawing->scratch) FAIL(LIP_ENOMEM, "rotations of %zu numbers", d);
  }
done:
  return st;
}

/* Centers of length `spread` in uniform directions. */
static lip_status place_centers(source *from, lip_error *err)
{
  const lip_sample_options *options = from->drawing.options;
  lip_stream stream = {options->seed, LIP_FOR_COMPONENTS};
  size_t d = options->d;

  from->centers = lip_alloc(from->components, d * sizeof *from->centers);
  if (!from->centers)
    return lip_fail(err, LIP_ENOMEM, "%zu centers in %zu dimensions", from->components, d);
  lip_random_normal(stream, 0, from->components * d, from->centers);
  for (size_t i = 0; i < from->components; i++) {
    lip_sample_normalise(d, from->centers + i * d);
    for (size_t j = 0; j < d; j++) from->centers[i * d + j] *= options->spread;
  }
  return LIP_OK;
}

/* The worst constant of the components, and its source. */
static void tell_isoperimetry(const source *from, lip_dataset *data)
{
  data->isoperimetry_c = 0;
  for (size_t i = 0; i < from->components && !isnan(data->isoperimetry_c); i++) {
    const lip_distribution *component = from->component[i];
    double c = lip_distribution_c(component, from->drawing.options);

    if (isnan(c) || c > data->isoperimetry_c) {
      data->isoperimetry_c = c;
      data->isoperimetry_source = component->source;
    }
  }
}

lip_status lip_sample_on(lip_team *team, const lip_sample_options *options, lip_dataset **data,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *made = NULL;
  source from = {.components = 1, .drawing = {.options = options, .d = options->d}};

  TRY(check(options, err));
  from.component[0] = lip_distributions[options->kind];
  if (options->mixture) TRY(read_mixture(options->mixture, &from, err));
  for (size_t i = 0; i < from.components; i++)
    TRY(prepare(from.component[i], team ? lip_team_size(team) : 1, &from, err));
  if (from.components > 1) TRY(place_centers(&from, err));
  TRY(lip_dataset_create(options->n, options->d, 1, &made, err));
  from.X = made->X;
  draw_points(team, &from);
  TRY(lip_sample_labels(options, made, err));
  (void)snprintf(made->kind, sizeof made->kind, "%s", from.component[0]->name);
  if (from.components > 1) (void)snprintf(made->kind, sizeof made->kind, "mixture");
  made->seed = options->seed;
  made->components = from.components;
  tell_isoperimetry(&from, made);
  if (from.drawing.energy)
    made->chain = lip_chain_of(options->n, options->sweeps, from.drawing.energy);
  *data = made;
  made = NULL;
done:
  source_clear(&from);
  lip_dataset_free(made);
  return st;
}

lip_status lip_sample(const lip_sample_options *options, lip_dataset **data, lip_error *err)
{
  /* Without memory for a team the caller draws alone. */
  bool large = options->n > 0 && options->d > TEAM_DRAWS / options->n;
  lip_team *team = large || options->kind == LIP_SPIN_GLASS ? lip_team_create(0) : NULL;
  lip_status st = lip_sample_on(team, options, data, err);

  lip_team_free(team);
  return st;
}
