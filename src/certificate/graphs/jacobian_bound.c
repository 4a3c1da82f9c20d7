/* jacobian_bound.c - norms of all Jacobians that slopes between their bounds can make.

   Bounds of the values (value_bounds.h), slopes from them, and then rows (norms inf and 2) or
   columns (norm 1); in the norm 2 of several outputs also sqrt(|J|_1 |J|_inf). Around data each
   ball by itself, as long as the flops for all of them last; else all balls at once, in the box
   about them. */
#include "certificate/graphs/jacobian_bound.h"

#include "base/error.h"
#include "certificate/graphs/claim_memory.h"
#include "certificate/graphs/jacobian_parts.h"
#include "linalg/interval.h"

#include <math.h>

static const double JACOBIAN_WORK = 3e10; /* flops; of the norm 2 for three passes */
enum { ROOM = 4 << 20, MOST_ROWS = 512 };

void lip_jacobian_outputs(const lip_claim *claim, lip_slope_back *back, size_t first, size_t count)
{
  size_t last = back->net->nodes - 1, size = back->net->node[last].size;

  for (size_t r = 0; r < count; r++) {
    double *row = back->coefficient[last] + r * size;

    row[claim->output.kind == LIP_ALL_OUTPUTS ? first + r : claim->output.plus] = 1;
    if (claim->output.kind == LIP_OUTPUT_DIFFERENCE) row[claim->output.minus] = -1;
  }
}

size_t lip_jacobian_block(size_t doubles)
{
  size_t rows = ROOM / doubles;

  return rows < 1 ? 1 : rows > MOST_ROWS ? MOST_ROWS : rows;
}

/* On the region whose values are known. */
static lip_status of_region(const lip_claim *claim, lip_slope_back *back,
                            const lip_value_bounds *values, double work, double *bound,
                            const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double rows, columns;

  lip_slope_back_set(back, values);
  if (claim->norm == LIP_NORM_2) work /= 3;
  if (claim->norm == LIP_NORM_1) {
    TRY(lip_jacobian_by_columns(claim, back, work, bound, control, err));
    goto done;
  }
  TRY(lip_jacobian_by_rows(claim, back, claim->norm == LIP_NORM_2, work, bound, control, err));
  if (claim->norm == LIP_NORM_INF) goto done;
  TRY(lip_jacobian_by_rows(claim, back, false, work, &rows, control, err));
  TRY(lip_jacobian_by_columns(claim, back, work, &columns, control, err));
  rows = lip_sqrt_up(lip_mul_up(rows, columns));
  if (rows < *bound) *bound = rows;
done:
  return st;
}

/* Ball by ball. */
static lip_status of_balls(const lip_claim *claim, lip_slope_back *back, size_t balls,
                           double *bound, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_value_bounds *values = NULL;
  double found, part = 1 / (double)balls;

  *bound = 0;
  TRY(lip_value_bounds_create(claim->net, &values, err));
  for (size_t ball = 0; ball < balls && isfinite(*bound); ball++) {
    lip_region region = lip_claim_region(claim, ball, NULL);

    TRY(lip_value_bounds_find(values, &region, part * LIP_SLOPE_WORK, control, err));
    TRY(of_region(claim, back, values, part * JACOBIAN_WORK, &found, control, err));
    *bound = fmax(*bound, found);
  }
done:
  lip_value_bounds_free(values);
  return st;
}

lip_status lip_jacobian_bound(const lip_claim *claim, double *bound, const lip_control *control,
                              lip_error *err)
{
  lip_status st = LIP_OK;
  size_t balls = lip_claim_regions(claim);
  const lip_value_bounds *values;
  lip_slope_back *back = NULL;
  double found = lip_claim_bound_kept(claim);

  if (!isnan(found)) {
    *bound = found;
    goto done;
  }
  TRY(lip_slope_back_create(claim->net, &back, err));
  if (balls > 1) {
    TRY(of_balls(claim, back, balls, &found, control, err));
  } else {
    TRY(lip_claim_values(claim, &values, control, err));
    TRY(of_region(claim, back, values, JACOBIAN_WORK, &found, control, err));
  }
  lip_claim_keep_bound(claim, found);
  *bound = found;
done:
  lip_slope_back_free(back);
  return st;
}
