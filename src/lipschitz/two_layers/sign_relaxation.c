/* sign_relaxation.c - coordinate ascent on unit vectors for the sign relaxation.

   With C = U U', the program max tr(C X), X >= 0, X_ll = 1 has the value max |U' V|^2 over V with
   unit rows of sqrt(2n) entries (Burer and Monteiro); far fewer suffice in practice, since the
   solution's rank is 2 to 8. The best v_l for the others fixed is the direction of
   g_l - C_ll v_l, g = C V ("mixing method", Wang, Chang and Kolter, arXiv 1706.00476): one sweep
   costs n^2 columns of V, or 2 n d columns with G = U' V kept up to date. At a fixed point
   lambda_l = |g_l| solves the dual (sign_relaxation_dual.c), so the gap is known; where it stays
   open, V gets more columns.
   The nodes of a search have an ascent of their own (pattern_signs.c): they are small, many, warm
   and asked for one number, so that there all columns, plain sweeps and one factorisation are
   best; this one is for a single relaxation of up to thousands of rows, with few columns,
   over-relaxation and C that may not fit in memory.
   Limits: linear convergence. */
#include "lipschitz/two_layers/sign_relaxation_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "linalg/eight_columns.h"
#include "linalg/vector.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { EIGHT = 8, MOST_COLUMNS = LIP_SIGN_COLUMNS, MOST_SWEEPS = 5000, MOST_DENSE = 1300 };
static const double COARSE = 3e-3; /* settled so far it is asked whether the bound is good enough */
static const double MOST_OVER = 0.85;       /* nearer to 1 it turns in circles */
static const double SMALLEST_SHARE = 1e-11; /* of one lambda in their sum, times n */

lip_status lip_sign_relaxation_create(size_t most, size_t d, bool products,
                                      lip_sign_relaxation **relaxation, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sign_relaxation *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "a sign relaxation");
  *made = (lip_sign_relaxation){.most = most, .d = d, .columns = EIGHT};
  made->loops = lip_eight_columns_best();
  made->order = products ? most : d;
  made->kept = lip_alloc(most, MOST_COLUMNS * sizeof *made->kept);
  made->V = lip_alloc(most, MOST_COLUMNS * sizeof *made->V);
  made->G = lip_alloc(products ? 1 : d, MOST_COLUMNS * sizeof *made->G);
  made->root = lip_alloc(most, sizeof *made->root);
  made->part = lip_alloc(most, sizeof *made->part);
  if (!made->kept || !made->V || !made->G || !made->root || !made->part)
    FAIL(LIP_ENOMEM, "the sign relaxation of %zu neurons", most);
  if (made->order <= MOST_DENSE) {
    made->K = lip_alloc(made->order, made->order * sizeof *made->K);
    made->factor = lip_alloc(made->order, made->order * sizeof *made->factor);
    made->band = lip_alloc(products ? 1 : LIP_SIGN_BAND, d * sizeof *made->band);
    if (!made->K || !made->factor || !made->band)
      FAIL(LIP_ENOMEM, "the sign relaxation of %zu neurons", most);
  }
  *relaxation = made;
  made = NULL;
done:
  lip_sign_relaxation_free(made);
  return st;
}

void lip_sign_relaxation_free(lip_sign_relaxation *relaxation)
{
  if (!relaxation) return;
  lip_free(relaxation->kept);
  lip_free(relaxation->V);
  lip_free(relaxation->G);
  lip_free(relaxation->root);
  lip_free(relaxation->part);
  lip_free(relaxation->K);
  lip_free(relaxation->factor);
  lip_free(relaxation->band);
  lip_free(relaxation);
}

/* g <- row l of C V */
static void product_row(const lip_sign_relaxation *s, const lip_sign_rows *rows, size_t l,
                        double *g)
{
  const double *w = rows->products ? rows->products + l * rows->n : lip_sign_row(rows, l);
  const double *X = rows->products ? s->V : s->G;
  size_t count = rows->products ? rows->n : rows->d;
  double scale = rows->products ? 1 : lip_sign_scale(rows, l);

  for (size_t q = 0; q < s->columns; q += EIGHT)
    s->loops->combine(count, w, X + q, s->columns, g + q);
  if (scale != 1)
    for (size_t q = 0; q < s->columns; q++) g[q] *= scale;
}

/* v_l <- v; G follows. */
static void replace_row(lip_sign_relaxation *s, const lip_sign_rows *rows, size_t l,
                        const double *v)
{
  double *old = s->V + l * s->columns, change[MOST_COLUMNS], scale = lip_sign_scale(rows, l);

  for (size_t q = 0; q < s->columns; q++) change[q] = scale * (v[q] - old[q]);
  if (!rows->products)
    for (size_t q = 0; q < s->columns; q += EIGHT)
      s->loops->spread(rows->d, lip_sign_row(rows, l), change + q, s->G + q, s->columns);
  memcpy(old, v, s->columns * sizeof *v);
}

/* G <- U' V, and |U' V|^2. */
static double attained(lip_sign_relaxation *s, const lip_sign_rows *rows)
{
  double g[MOST_COLUMNS], sum = 0;

  if (!rows->products) {
    memset(s->G, 0, rows->d * s->columns * sizeof *s->G);
    for (size_t l = 0; l < rows->n; l++) {
      double *v = s->V + l * s->columns, zero[MOST_COLUMNS] = {0};

      memcpy(g, v, s->columns * sizeof *g);
      memcpy(v, zero, s->columns * sizeof *v);
      replace_row(s, rows, l, g);
    }
  }
  for (size_t l = 0; l < rows->n; l++) {
    product_row(s, rows, l, g);
    sum += lip_dot(s->columns, g, s->V + l * s->columns);
  }
  return sum;
}

/* Every row of V once, beyond the best place by `over` times the way there (over-relaxation: still
   an ascent, since below 1 the value there is above the old one); lambda_l as seen on the way.
   grown   out  by how much |U' V|^2 grew
   return       by how much it would have grown without going beyond, had each row been alone */
static double sweep(lip_sign_relaxation *s, const lip_sign_rows *rows, double over, double *lambda,
                    double *grown)
{
  double potential = 0;

  *grown = 0;

  for (size_t l = 0; l < rows->n; l++) {
    double g[MOST_COLUMNS], *v = s->V + l * s->columns, square = 0, along = 0, length, cosine, norm;

    product_row(s, rows, l, g);
    for (size_t q = 0; q < s->columns; q++) {
      g[q] -= rows->squares[l] * v[q];
      square += g[q] * g[q];
      along += g[q] * v[q];
    }
    length = sqrt(square);
    lambda[l] = length + rows->squares[l];
    if (!(length > 0)) continue;
    cosine = along / length;
    norm = sqrt(1 + 2 * over * (1 + over) * (1 - cosine));
    if (!(norm > 0.1)) continue; /* never, but for rounding */
    potential += 2 * length * (1 - cosine);
    *grown += 2 * length * ((1 + over - over * cosine) / norm - cosine);
    for (size_t q = 0; q < s->columns; q++)
      g[q] = ((1 + over) / length * g[q] - over * v[q]) / norm;
    replace_row(s, rows, l, g);
  }
  return potential;
}

/* Makes lambda positive with sum 1. */
static void normalise(size_t n, double *lambda)
{
  double sum = 0, least, total = 0;

  for (size_t l = 0; l < n; l++) sum += lambda[l];
  least = sum > 0 ? SMALLEST_SHARE * sum / (double)n : 1;
  for (size_t l = 0; l < n; l++) {
    lambda[l] = fmax(lambda[l], least);
    total += lambda[l];
  }
  for (size_t l = 0; l < n; l++) lambda[l] /= total;
}

/* The main axis of U' V, by power iteration on V' C V. */
static void main_axis(lip_sign_relaxation *s, const lip_sign_rows *rows, double *direction)
{
  double z[MOST_COLUMNS], length;

  for (size_t q = 0; q < s->columns; q++) z[q] = s->V[q];
  for (int step = 0; step < 30; step++) {
    double g[MOST_COLUMNS], next[MOST_COLUMNS] = {0};

    for (size_t l = 0; l < rows->n; l++) {
      product_row(s, rows, l, g);
      lip_add_multiple(s->columns, lip_dot(s->columns, s->V + l * s->columns, z), g, next);
    }
    length = lip_norm(s->columns, next);
    if (!(length > 0)) break;
    for (size_t q = 0; q < s->columns; q++) z[q] = next[q] / length;
  }
  memset(direction, 0, rows->d * sizeof *direction);
  for (size_t l = 0; l < rows->n; l++)
    lip_add_multiple(rows->d,
                     lip_sign_scale(rows, l) * lip_dot(s->columns, s->V + l * s->columns, z),
                     lip_sign_row(rows, l), direction);
  length = lip_norm(rows->d, direction);
  if (lip_dot(rows->d, direction, rows->first) < 0) length = -length;
  for (size_t i = 0; i < rows->d && length != 0; i++) direction[i] /= length;
}

static bool stopped(const lip_control *control)
{
  return control && control->stop && control->stop(control->context);
}

static void begin(lip_sign_relaxation *s, const lip_sign_rows *rows, const size_t *name, bool warm)
{
  if (!warm) {
    s->columns = EIGHT;
    s->over = 0;
    lip_random_normal((lip_stream){1, LIP_FOR_STARTS}, 0, s->most * MOST_COLUMNS, s->kept);
    for (size_t l = 0; l < s->most; l++) {
      double *v = s->kept + l * MOST_COLUMNS, length = lip_norm(EIGHT, v);

      for (size_t q = 0; q < MOST_COLUMNS; q++) v[q] = q < EIGHT ? v[q] / length : 0;
    }
  }
  for (size_t l = 0; l < rows->n; l++)
    memcpy(s->V + l * s->columns, s->kept + name[l] * MOST_COLUMNS, s->columns * sizeof *s->V);
}

static void keep(lip_sign_relaxation *s, size_t n, const size_t *name)
{
  for (size_t l = 0; l < n; l++) {
    double *to = s->kept + name[l] * MOST_COLUMNS;

    memset(to, 0, MOST_COLUMNS * sizeof *to);
    memcpy(to, s->V + l * s->columns, s->columns * sizeof *to);
  }
}

/* Sweeps until the attained value is settled to a fraction `settled` of itself. The over-relaxation
   w = 1 + over is best where the growth falls by (w - 1)^2 a sweep (Young); where it falls more
   slowly, w goes up. The last sweep is a plain one, after which lambda is at its best. */
static void ascend(lip_sign_relaxation *s, const lip_sign_rows *rows, double settled,
                   double *lambda, double *square, double enough, const lip_control *control)
{
  double grown, first = 0;

  for (int round = 0; round < MOST_SWEEPS; round++) {
    double potential = sweep(s, rows, s->over, lambda, &grown);

    *square += grown;
    if (round % 5 == 0) first = potential;
    if (round % 5 == 4) {
      double fall = sqrt(sqrt(potential / first)); /* a sweep */

      if (s->over == 0)
        s->over = 0.3;
      else if (fall > s->over * s->over)
        s->over = fmin(MOST_OVER, 1 - 0.7 * (1 - s->over));
    }
    if ((round >= 1 && potential <= settled * *square) || *square > enough || stopped(control))
      break;
  }
  for (int plain = 0; plain < 2; plain++) {
    (void)sweep(s, rows, 0, lambda, &grown);
    *square += grown;
  }
}

static void add_columns(lip_sign_relaxation *s, const lip_sign_rows *rows)
{
  size_t fewer = s->columns, more = 2 * fewer;

  for (size_t l = rows->n; l-- > 0;) { /* from the end: the rows move apart in place */
    double *v = s->V + l * more, length;

    memmove(v, s->V + l * fewer, fewer * sizeof *v);
    for (size_t q = fewer; q < more; q++) v[q] = 1e-2 * sin((double)(l * 7 + q * 13 + 1));
    length = lip_norm(more, v);
    for (size_t q = 0; q < more; q++) v[q] /= length;
  }
  s->columns = more;
}

/* By which factor to settle further: the gap falls like the root of what is left to gain. `reached`
   is the gap wanted over the one that was found, 0 where it is not known. */
static double tighter(double reached)
{
  return reached > 0 ? fmin(0.3, fmax(1e-3, 0.5 * reached * reached)) : 0.1;
}

lip_status lip_sign_relaxation_solve(lip_sign_relaxation *s, const lip_sign_rows *rows,
                                     const size_t *name, lip_sign_goal goal, bool warm,
                                     double *lambda, double *value, double *direction,
                                     const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double square, bound = INFINITY, enough = goal.above * goal.above,
                 below = goal.below * goal.below * (1 - 2e-9), /* room for the proof's rounding */
      settled = below > 0 ? fmax(COARSE, 0.3 * goal.accuracy) : 0.3 * goal.accuracy;
  bool last = false;

  begin(s, rows, name, warm);
  square = attained(s, rows);
  for (int round = 0; !last; round++) {
    double wanted;

    ascend(s, rows, settled, lambda, &square, enough, control);
    normalise(rows->n, lambda);
    if (!(square > 0)) square = DBL_MIN;
    wanted = square * (1 + 2 * goal.accuracy);
    if (below > wanted) wanted = below;
    last = square > enough || stopped(control) || settled < 1e-16;
    TRY(lip_sign_relaxation_dual(s, rows, lambda, square, wanted, last, &bound, err));
    if (bound <= wanted) break;
    if (settled < 1e-3 * goal.accuracy && s->columns < MOST_COLUMNS && round > 2)
      add_columns(s, rows);
    else
      settled *= tighter((wanted / square - 1) / (bound / square - 1));
    square = attained(s, rows);
  }
  keep(s, rows->n, name);
  if (direction) main_axis(s, rows, direction);
  *value = sqrt(bound);
done:
  return st;
}
