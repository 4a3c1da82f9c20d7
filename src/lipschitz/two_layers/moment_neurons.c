/* moment_neurons.c - the even moments of all neurons, from moments in (x, u), and the adjoint.

   mu[z^i y^j |x|^2m] is a contraction of the moments of degree i + j that are left when m traces
   over x are taken: those, as a matrix of monomials of one kind and degree against a few of
   another, times both powers of the forms. Monomials are in the order of moment_rows.h, in which
   those of degree m + 1 are, for each variable in turn, that variable times the first ones of
   degree m: so powers are made anew, for a few neurons at a time.
   Cost: at degree 4 about 2 K (D^4 / 6 + 2 D^3 d / 6 + D^2 d^2 / 4 + ...) flops, at degree 6
   2 K (D^5 (D + d) / 120 + D^4 d^2 / 48 + ...). */
#include "lipschitz/two_layers/moment_neurons.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"

#include <string.h>

enum { AT_ONCE = 128, MOST_POWER = 5 };

/* Monomials of degree `degree` in x or in u. */
typedef struct side {
  bool of_u;
  size_t degree, count;
} side;

/* A moment z^i y^j of level t, where t traces are taken: left times right. */
typedef struct term {
  size_t level;
  side left, right;
  uint32_t *place; /* left x right: of the products among the monomials of the level */
  double *matrix;  /* left x right */
} term;

struct lip_moment_neurons {
  size_t D, d, K, degree, terms, levels, widest;
  double *h, *v; /* D x K, d x K */
  term term[LIP_MOST_EVEN];
  size_t monomials[LIP_MOST_ROW_DEGREE]; /* of each level */
  double *level[LIP_MOST_ROW_DEGREE];    /* the moments left; [0] is not used */
  uint32_t *trace[LIP_MOST_ROW_DEGREE];  /* monomials x D: what adds up to them, a level above */
  double *power[2][MOST_POWER + 1];      /* of x and of u: monomials x AT_ONCE; [][0] is not used */
  double *orders[2][MOST_POWER + 1];
  double *half; /* widest right side x AT_ONCE */
};

void lip_moment_neurons_free(lip_moment_neurons *s)
{
  if (!s) return;
  for (size_t t = 0; t < s->terms; t++) {
    lip_free(s->term[t].place);
    lip_free(s->term[t].matrix);
  }
  for (size_t t = 0; t < s->levels; t++) {
    lip_free(s->level[t]);
    lip_free(s->trace[t]);
  }
  for (size_t u = 0; u < 2; u++)
    for (size_t m = 0; m <= MOST_POWER; m++) {
      lip_free(s->power[u][m]);
      lip_free(s->orders[u][m]);
    }
  lip_free(s->half);
  lip_free(s->h);
  lip_free(s->v);
  lip_free(s);
}

/* Powers up to `degree`, and their orders. */
static lip_status need_power(lip_moment_neurons *s, bool of_u, size_t degree, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = of_u ? s->d : s->D;

  for (size_t m = 1; m <= degree; m++) {
    uint16_t variable[MOST_POWER] = {0};
    size_t count = lip_moment_count(n, m);

    if (s->power[of_u][m]) continue;
    s->power[of_u][m] = lip_alloc(count, AT_ONCE * sizeof(double));
    s->orders[of_u][m] = lip_alloc(count, sizeof(double));
    if (!s->power[of_u][m] || !s->orders[of_u][m]) FAIL(LIP_ENOMEM, "powers of forms");
    do s->orders[of_u][m][lip_moment_place_of(m, variable)] = lip_moment_orders(m, variable);
    while (lip_moment_next(m, variable, n));
  }
done:
  return st;
}

/* How z^i y^j is written: with few monomials on the right. */
static void split(size_t i, size_t j, side *left, side *right)
{
  *left = (side){.degree = i};
  *right = (side){.of_u = true, .degree = j};
  if (j == 0) {
    *left = (side){.degree = i - 1};
    *right = (side){.degree = 1};
  } else if (i == 0) {
    *left = (side){.of_u = true, .degree = j - 1};
    *right = (side){.of_u = true, .degree = 1};
  } else if (j > i) {
    *left = (side){.of_u = true, .degree = j};
    *right = (side){.degree = i};
  }
}

static lip_status set_term(lip_moment_neurons *s, size_t t, unsigned i, unsigned j, lip_error *err)
{
  lip_status st = LIP_OK;
  term *a = &s->term[t];
  uint16_t left[2 * LIP_MOST_ROW_DEGREE] = {0}, right[2 * LIP_MOST_ROW_DEGREE] = {0};

  a->level = s->degree - (i + j) / 2;
  split(i, j, &a->left, &a->right);
  TRY(need_power(s, a->left.of_u, a->left.degree, err));
  TRY(need_power(s, a->right.of_u, a->right.degree, err));
  a->left.count = lip_moment_count(a->left.of_u ? s->d : s->D, a->left.degree);
  a->right.count = lip_moment_count(a->right.of_u ? s->d : s->D, a->right.degree);
  if (a->right.count > s->widest) s->widest = a->right.count;
  a->place = lip_alloc(a->left.count, a->right.count * sizeof *a->place);
  a->matrix = lip_alloc(a->left.count, a->right.count * sizeof *a->matrix);
  if (!a->place || !a->matrix) FAIL(LIP_ENOMEM, "moments of neurons");
  do {
    size_t row = lip_moment_place_of(a->left.degree, left);

    memset(right, 0, sizeof right);
    do {
      size_t column = lip_moment_place_of(a->right.degree, right), m = 0;
      uint16_t both[2 * LIP_MOST_ROW_DEGREE];

      for (size_t f = 0; f < a->left.degree; f++)
        both[m++] = (uint16_t)(left[f] + (a->left.of_u ? s->D : 0));
      for (size_t f = 0; f < a->right.degree; f++)
        both[m++] = (uint16_t)(right[f] + (a->right.of_u ? s->D : 0));
      a->place[row * a->right.count + column] = (uint32_t)lip_moment_place_of(m, both);
    } while (lip_moment_next(a->right.degree, right, a->right.of_u ? s->d : s->D));
  } while (lip_moment_next(a->left.degree, left, a->left.of_u ? s->d : s->D));
done:
  return st;
}

static lip_status set_level(lip_moment_neurons *s, size_t t, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t degree = 2 * (s->degree - t);
  uint16_t variable[2 * LIP_MOST_ROW_DEGREE] = {0}, both[2 * LIP_MOST_ROW_DEGREE];

  s->monomials[t] = lip_moment_count(s->D + s->d, degree);
  if (t == 0) return LIP_OK;
  s->level[t] = lip_alloc(s->monomials[t], sizeof *s->level[t]);
  s->trace[t] = lip_alloc(s->monomials[t], s->D * sizeof *s->trace[t]);
  if (!s->level[t] || !s->trace[t]) FAIL(LIP_ENOMEM, "%zu moments", s->monomials[t]);
  do {
    size_t at = lip_moment_place_of(degree, variable);

    for (size_t i = 0; i < s->D; i++) {
      memcpy(both, variable, degree * sizeof *both);
      both[degree] = both[degree + 1] = (uint16_t)i;
      s->trace[t][at * s->D + i] = (uint32_t)lip_moment_place_of(degree + 2, both);
    }
  } while (lip_moment_next(degree, variable, s->D + s->d));
done:
  return st;
}

lip_status lip_moment_neurons_create(const lip_moment_rows *rows, size_t K, const double *h,
                                     const double *v, lip_moment_neurons **neurons, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_neurons *s = lip_alloc_zero(1, sizeof *s);

  if (!s) FAIL(LIP_ENOMEM, "neurons");
  s->D = rows->D;
  s->d = rows->d;
  s->K = K;
  s->degree = s->levels = rows->degree;
  s->terms = lip_moment_even_count(rows);
  s->h = lip_alloc(K, s->D * sizeof *s->h);
  s->v = lip_alloc(K, s->d * sizeof *s->v);
  if (!s->h || !s->v) FAIL(LIP_ENOMEM, "%zu hyperplanes", K);
  for (size_t l = 0; l < K; l++) {
    for (size_t i = 0; i < s->D; i++) s->h[i * K + l] = h[l * s->D + i];
    for (size_t i = 0; i < s->d; i++) s->v[i * K + l] = v[l * s->d + i];
  }
  for (size_t t = 0; t < s->levels; t++) TRY(set_level(s, t, err));
  for (size_t t = 0; t < s->terms; t++) {
    unsigned i, j;

    lip_moment_even_power(rows, t, &i, &j);
    TRY(set_term(s, t, i, j, err));
  }
  s->half = lip_alloc(s->widest, AT_ONCE * sizeof *s->half);
  if (!s->half) FAIL(LIP_ENOMEM, "workspace");
  *neurons = s;
  s = NULL;
done:
  lip_moment_neurons_free(s);
  return st;
}

/* The powers of the forms of neurons first .. first + count - 1. */
static void write_powers(lip_moment_neurons *s, size_t first, size_t count)
{
  for (size_t u = 0; u < 2; u++) {
    size_t n = u ? s->d : s->D;
    const double *forms = (u ? s->v : s->h) + first;

    for (size_t i = 0; i < n; i++)
      memcpy(s->power[u][1] + i * AT_ONCE, forms + i * s->K, count * sizeof *forms);
    for (size_t m = 2; m <= MOST_POWER && s->power[u][m]; m++) {
      double *out = s->power[u][m];

      for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < lip_moment_count(i + 1, m - 1); t++, out += AT_ONCE) {
          const double *form = s->power[u][1] + i * AT_ONCE,
                       *low = s->power[u][m - 1] + t * AT_ONCE;

          for (size_t l = 0; l < count; l++) out[l] = form[l] * low[l];
        }
    }
  }
}

void lip_moment_neurons_contract(lip_moment_neurons *s, const double *mu, double *out)
{
  for (size_t t = 1; t < s->levels; t++) {
    const double *above = t == 1 ? mu : s->level[t - 1];

    for (size_t m = 0; m < s->monomials[t]; m++) {
      double sum = 0;

      for (size_t i = 0; i < s->D; i++) sum += above[s->trace[t][m * s->D + i]];
      s->level[t][m] = sum;
    }
  }
  for (size_t t = 0; t < s->terms; t++) {
    const term *a = &s->term[t];
    const double *from = a->level == 0 ? mu : s->level[a->level];
    const double *left = s->orders[a->left.of_u][a->left.degree],
                 *right = s->orders[a->right.of_u][a->right.degree];

    for (size_t i = 0, at = 0; i < a->left.count; i++)
      for (size_t j = 0; j < a->right.count; j++, at++)
        a->matrix[at] = left[i] * right[j] * from[a->place[at]];
  }
  for (size_t first = 0; first < s->K; first += AT_ONCE) {
    size_t count = s->K - first < AT_ONCE ? s->K - first : AT_ONCE;

    write_powers(s, first, count);
    for (size_t t = 0; t < s->terms; t++) {
      const term *a = &s->term[t];
      const double *right = s->power[a->right.of_u][a->right.degree];
      double sum[AT_ONCE] = {0};

      lip_dgemm(true, false, a->right.count, count, a->left.count, 1, a->matrix, a->right.count,
                s->power[a->left.of_u][a->left.degree], AT_ONCE, 0, s->half, AT_ONCE);
      for (size_t j = 0; j < a->right.count; j++)
        for (size_t l = 0; l < count; l++)
          sum[l] += s->half[j * AT_ONCE + l] * right[j * AT_ONCE + l];
      for (size_t l = 0; l < count; l++) out[(first + l) * LIP_MOST_EVEN + t] = sum[l];
    }
  }
}

/* Matrices of all terms: the sum over neurons of coefficient times left times right powers. */
static void gather_matrices(lip_moment_neurons *s, const double *coefficient)
{
  for (size_t first = 0; first < s->K; first += AT_ONCE) {
    size_t count = s->K - first < AT_ONCE ? s->K - first : AT_ONCE;

    write_powers(s, first, count);
    for (size_t t = 0; t < s->terms; t++) {
      const term *a = &s->term[t];
      const double *right = s->power[a->right.of_u][a->right.degree];

      for (size_t j = 0; j < a->right.count; j++)
        for (size_t l = 0; l < count; l++)
          s->half[j * AT_ONCE + l] = coefficient[(first + l) * LIP_MOST_EVEN + t] *
                                     right[j * AT_ONCE + l];
      lip_dgemm(false, true, a->left.count, a->right.count, count, 1,
                s->power[a->left.of_u][a->left.degree], AT_ONCE, s->half, AT_ONCE, first > 0,
                a->matrix, a->right.count);
    }
  }
}

void lip_moment_neurons_gather(lip_moment_neurons *s, const double *coefficient, double *g)
{
  memset(g, 0, s->monomials[0] * sizeof *g);
  for (size_t t = 1; t < s->levels; t++)
    memset(s->level[t], 0, s->monomials[t] * sizeof *s->level[t]);
  gather_matrices(s, coefficient);
  for (size_t t = 0; t < s->terms; t++) {
    const term *a = &s->term[t];
    double *into = a->level == 0 ? g : s->level[a->level];
    const double *left = s->orders[a->left.of_u][a->left.degree],
                 *right = s->orders[a->right.of_u][a->right.degree];

    for (size_t i = 0, at = 0; i < a->left.count; i++)
      for (size_t j = 0; j < a->right.count; j++, at++)
        into[a->place[at]] += left[i] * right[j] * a->matrix[at];
  }
  for (size_t t = s->levels - 1; t > 0; t--) {
    double *above = t == 1 ? g : s->level[t - 1];

    for (size_t m = 0; m < s->monomials[t]; m++)
      for (size_t i = 0; i < s->D; i++) above[s->trace[t][m * s->D + i]] += s->level[t][m];
  }
}
