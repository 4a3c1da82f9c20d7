/* pattern_bound.c - the semidefinite bound of one node of the search over patterns.

   J = A diag(c) W + A diag(r) diag(t) W over |t_l| <= 1, c and r the middles and half widths of the
   node's box: for one output the sign relaxation of |t_0 m + sum t_l v_l|^2, m = W'diag(c)a,
   v_l = r_l a_l w_l (pattern_signs.h); for several that of pattern_outputs.h. Both need inner
   products only, and start from the parent's rows. Their y are slope_box.h's multipliers:
   tau_l = value r_l^2 / y_l, where y_l is about e_l (for one output, y_l / a_l^2). */
#include "lipschitz/two_layers/pattern_bound_parts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/vector.h"

#include <math.h>

static void measure(lip_pattern_bound *bound, const double *low, const double *high)
{
  for (size_t l = 0; l < bound->k; l++) {
    bound->half[l] = high[l] / 2 - low[l] / 2;
    bound->middle[l] = high[l] / 2 + low[l] / 2;
    bound->weight[l] = 0;
    for (size_t i = 0; i < bound->m; i++) {
      double a = bound->claim->A[i * bound->k + l];

      bound->weight[l] += a * a;
    }
  }
}

lip_status lip_pattern_bound_create(const lip_claim *claim, const double *gram, const double *low,
                                    const double *high, lip_pattern_bound **bound, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_pattern_bound *made = lip_alloc_zero(1, sizeof *made);
  size_t k = claim->k, m = claim->m;

  if (!made) FAIL(LIP_ENOMEM, "bounds of patterns");
  *made = (lip_pattern_bound){.claim = claim, .gram = gram, .k = k, .m = m};
  made->half = lip_alloc(k + 1, 7 * sizeof *made->half);
  made->p = lip_alloc(k, 2 * m * sizeof *made->p);
  made->square = lip_alloc(m + 1, m * sizeof *made->square);
  made->neuron = lip_alloc(k + 1, sizeof *made->neuron);
  made->G = lip_alloc(m > 1 ? k + 1 : 1, (k + 1) * sizeof *made->G);
  if (!made->half || !made->p || !made->square || !made->neuron || !made->G)
    FAIL(LIP_ENOMEM, "bounds of patterns of %zu neurons", k);
  made->middle = made->half + k + 1;
  made->at = made->middle + k + 1;
  made->weight = made->at + k + 1;
  made->along = made->weight + k + 1;
  made->t = made->along + k + 1;
  made->h = made->t + k + 1;
  made->Kp = made->p + k * m;
  made->values = made->square + m * m;
  measure(made, low, high);
  if (m == 1)
    TRY(lip_pattern_signs_create(k + 1, &made->signs, err));
  else
    TRY(lip_pattern_outputs_create(k, m, &made->outputs, err));
  *bound = made;
  made = NULL;
done:
  lip_pattern_bound_free(made);
  return st;
}

void lip_pattern_bound_free(lip_pattern_bound *bound)
{
  if (!bound) return;
  lip_free(bound->half);
  lip_free(bound->p);
  lip_free(bound->square);
  lip_free(bound->neuron);
  lip_free(bound->G);
  lip_pattern_signs_free(bound->signs);
  lip_pattern_outputs_free(bound->outputs);
  lip_free(bound);
}

size_t lip_pattern_bound_rows(const lip_pattern_bound *bound)
{
  return (bound->k + bound->m) * lip_pattern_bound_stride(bound);
}

bool lip_pattern_bound_matters(const lip_pattern_bound *bound, size_t l)
{
  double half = bound->half[l];

  return half > 0 && half * half * bound->weight[l] * bound->gram[l * bound->k + l] > 0;
}

static void pose_signs(lip_pattern_bound *bound)
{
  size_t k = bound->k, n = bound->free + 1;
  const double *a = bound->claim->A;
  double *G = bound->signs->G;

  bound->signs->n = n;
  G[0] = fmax(lip_dot(k, bound->p, bound->Kp), 0);
  for (size_t i = 1; i < n; i++) {
    size_t l = bound->neuron[i - 1];
    double scale = bound->half[l] * a[l];

    G[i] = G[i * n] = scale * bound->Kp[l];
    for (size_t j = 1; j < n; j++) {
      size_t other = bound->neuron[j - 1];

      G[i * n + j] = scale * (bound->half[other] * a[other]) * bound->gram[l * k + other];
    }
  }
}

static void pose_outputs(lip_pattern_bound *bound)
{
  size_t k = bound->k, m = bound->m, rows = m + bound->free;
  double *G = bound->outputs->G;

  bound->outputs->n = bound->free;
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++)
      G[i * rows + j] = lip_dot(k, bound->p + i * k, bound->Kp + j * k);
  for (size_t r = 0; r < bound->free; r++) {
    size_t l = bound->neuron[r];

    for (size_t i = 0; i < m; i++) {
      G[i * rows + m + r] = G[(m + r) * rows + i] = bound->half[l] * bound->Kp[i * k + l];
      bound->outputs->a[r * m + i] = bound->claim->A[i * k + l];
    }
    for (size_t s = 0; s < bound->free; s++) {
      size_t other = bound->neuron[s];

      G[(m + r) * rows + m + s] = bound->half[l] * bound->half[other] * bound->gram[l * k + other];
    }
  }
}

/* States the relaxation of a node. */
static void pose(lip_pattern_bound *bound, const signed char *ends)
{
  bound->free = 0;
  for (size_t l = 0; l < bound->k; l++) {
    bound->at[l] = bound->middle[l] + ends[l] * bound->half[l];
    if (ends[l] == 0 && lip_pattern_bound_matters(bound, l)) bound->neuron[bound->free++] = l;
  }
  lip_pattern_bound_multiply(bound);
  if (bound->signs)
    pose_signs(bound);
  else
    pose_outputs(bound);
}

/* V from the rows kept by the parent, m of them not about a neuron; or anew. */
static void load(lip_pattern_bound *bound, const float *rows)
{
  size_t stride = lip_pattern_bound_stride(bound), m = bound->m;
  double *V = lip_pattern_bound_V(bound);
  float largest = 0;

  for (size_t i = 0; i < m * stride; i++) largest = fmaxf(largest, fabsf(rows[i]));
  if (!(largest > 0)) {
    if (bound->signs) lip_pattern_signs_start(bound->signs, 1);
    if (bound->outputs) lip_pattern_outputs_start(bound->outputs, 1);
    return;
  }
  for (size_t i = 0; i < m + bound->free; i++) {
    const float *from = rows + (i < m ? i : m + bound->neuron[i - m]) * stride;

    for (size_t c = 0; c < stride; c++) V[i * stride + c] = from[c];
  }
}

static void keep(const lip_pattern_bound *bound, float *rows)
{
  size_t stride = lip_pattern_bound_stride(bound), m = bound->m;
  const double *V = lip_pattern_bound_V(bound);

  for (size_t i = 0; i < m + bound->free; i++) {
    float *to = rows + (i < m ? i : m + bound->neuron[i - m]) * stride;

    for (size_t c = 0; c < stride; c++) to[c] = (float)V[i * stride + c];
  }
}

/* tau_l = value r_l^2 / y_l. For one output the share of m in the sum stays above 1e-11, so that
   the test's 1 - sum lambda is certainly positive. */
static void take_multipliers(const lip_pattern_bound *bound, double value, double *tau)
{
  if (bound->signs) {
    const double *y = bound->signs->y;

    value = 0;
    for (size_t r = 0; r < bound->free; r++) value += y[r + 1];
    value += fmax(y[0], 1e-11 * value);
  }
  for (size_t r = 0; r < bound->free; r++) {
    size_t l = bound->neuron[r];
    double half = bound->half[l];

    if (bound->signs)
      tau[l] = half * half * bound->weight[l] * (value / bound->signs->y[r + 1]);
    else
      tau[l] = half * half * (value / bound->outputs->y[r]);
  }
}

/* What the relaxation says of free row r: how likely each end is (the cosine), and how much
   is at stake. */
static double lean(lip_pattern_bound *bound, size_t r, double *stake)
{
  size_t stride = lip_pattern_bound_stride(bound);
  const double *v = lip_pattern_bound_V(bound) + (bound->m + r) * stride;
  double *q, squares;

  if (bound->signs) {
    *stake = bound->signs->y[r + 1];
    return lip_dot(stride, lip_pattern_bound_V(bound), v);
  }
  q = bound->outputs->row;
  lip_pattern_outputs_seen(bound->outputs, r, q);
  squares = lip_dot(stride, q, q);
  *stake = bound->outputs->y[r] * squares;
  return squares > 0 ? lip_dot(stride, q, v) / squares : 0;
}

/* The neuron with most at stake and least decided; and the ends that the relaxation leans to. */
static void choose_split(lip_pattern_bound *bound, lip_node_bound *node, signed char *t)
{
  double best = -1, stake;

  node->pick = bound->k;
  for (size_t r = 0; r < bound->free; r++) {
    double cosine = lean(bound, r, &stake), score = stake * fmax(1 - cosine * cosine, 1e-9);

    t[bound->neuron[r]] = cosine >= 0 ? 1 : -1;
    if (!(score > best)) continue;
    best = score;
    node->pick = bound->neuron[r];
    node->likely_high = cosine > 0;
  }
}

lip_status lip_pattern_bound_node(lip_pattern_bound *bound, const signed char *ends, float *rows,
                                  double below, double above, double known, size_t effort,
                                  double *tau, lip_node_bound *node, signed char *t, double *value,
                                  const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double primal, factor, most;

  pose(bound, ends);
  *node = (lip_node_bound){.value = known, .pick = bound->k};
  if (bound->free == 0) {
    TRY(lip_pattern_bound_value(bound, ends, t, value, err));
    node->value = *value;
    node->proved = node->value <= below;
    goto done;
  }
  load(bound, rows);
  node->proved = bound->signs
                     ? lip_pattern_signs_solve(bound->signs, below, above, effort, &primal, control)
                     : lip_pattern_outputs_solve(bound->outputs, below, above, effort, &primal,
                                                 control);
  if (node->proved) {
    node->value = below;
  } else {
    most = isfinite(known) ? known / primal : 1e4;
    factor = bound->signs ? lip_pattern_signs_bound(bound->signs, primal, most, control)
                          : lip_pattern_outputs_bound(bound->outputs, primal, most, control);
    if (isfinite(factor)) node->value = primal * factor;
  }
  if (node->proved || node->value < known) take_multipliers(bound, node->value, tau);
  choose_split(bound, node, t);
  keep(bound, rows);
  TRY(lip_pattern_bound_climb(bound, ends, t, value, err));
done:
  return st;
}
