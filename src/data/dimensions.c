/* dimensions.c - how many dimensions a data set has: by its covariance, by its neighbours, and by
   the covariance of each class. */
#include "data/dimensions.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/equal_rows.h"

#include <math.h>

enum { MAX_CLASSES = 1000 };

static void widen(lip_dimensions *found, double d, double dimension)
{
  if (isnan(dimension)) return;
  dimension = fmax(fmin(dimension, d), 1);
  found->least = fmin(found->least, dimension);
  found->largest = fmax(found->largest, dimension);
}

/* Within each class: the components of a mixture. */
static lip_status of_classes(lip_team *team, const lip_dataset *data, double scale,
                             lip_dimensions *found, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t *number = lip_alloc(data->n, sizeof *number), *member = lip_alloc(data->n, sizeof *member);
  size_t classes = 0;

  if (!number || !member) FAIL(LIP_ENOMEM, "classes of %zu points", data->n);
  if (data->m != 1) FAIL(LIP_EINPUT, "every point has %zu labels, not one class", data->m);
  TRY(lip_number_rows(data->y, data->n, 1, number, err));
  for (size_t i = 0; i < data->n; i++)
    if (number[i] >= classes) classes = number[i] + 1;
  if (classes > MAX_CLASSES)
    FAIL(LIP_EINPUT, "the labels have %zu different values, too many for classes", classes);
  found->of_class = lip_alloc_zero(classes, sizeof *found->of_class);
  if (!found->of_class) FAIL(LIP_ENOMEM, "%zu classes", classes);
  found->classes = classes;
  for (size_t c = 0; c < classes; c++) {
    size_t count = 0;

    for (size_t i = 0; i < data->n; i++)
      if (number[i] == c) member[count++] = i;
    TRY(lip_effective_dimension(team, data->X, data->d, member, count, scale, &found->of_class[c],
                                control, err));
    widen(found, (double)data->d, found->of_class[c].effective);
  }
done:
  lip_free(number);
  lip_free(member);
  return st;
}

lip_status lip_find_dimensions(lip_team *team, const lip_dataset *data, size_t most, bool classes,
                               lip_dimensions *found, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double d = (double)data->d, scale = lip_mean_square(data->X, data->n, data->d);
  lip_dimensions made = {.least = INFINITY};

  TRY(lip_effective_dimension(team, data->X, data->d, NULL, data->n, scale, &made.whole, control,
                              err));
  TRY(lip_two_nearest_dimension(team, data->X, data->n, data->d, most, &made.neighbours, control,
                                err));
  widen(&made, d, made.whole.effective);
  widen(&made, d, made.whole.effective_rank);
  widen(&made, d, made.whole.participation);
  widen(&made, d, made.neighbours.dimension);
  if (classes) TRY(of_classes(team, data, scale, &made, control, err));
  *found = made;
  made.of_class = NULL;
done:
  lip_dimensions_clear(&made);
  return st;
}

void lip_dimensions_clear(lip_dimensions *found)
{
  lip_free(found->of_class);
  found->of_class = NULL;
}
