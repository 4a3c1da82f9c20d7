/* test_law_proofs.c - what docs/theory.md proves of the laws, tried on random data: every trial may
   refute a bound. Frequencies are compared with the probability that is claimed; where a bound is
   attained (a linear function has the Gaussian profile) from both sides. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/random.h"
#include "law/markov.h"
#include "law/normal_tail.h"
#include "law/random_tensors.h"
#include "law_input.h"
#include "linalg/cholesky.h"
#include "linalg/symmetric_eigen.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static const double pi = 3.14159265358979323846;

static double Phi(double x)
{
  return 0.5 * erfc(-x * sqrt(0.5));
}

/* Random numbers one after the other. */
typedef struct dice {
  lip_stream stream;
  uint64_t at;
} dice;

static dice cast(uint64_t seed)
{
  return (dice){{seed, LIP_FOR_PROBES}, 0};
}

static void normals(dice *from, size_t count, double *out)
{
  lip_random_normal(from->stream, from->at, count, out);
  from->at += count + count % 2;
}

static double coin(dice *from)
{
  uint32_t bits;

  lip_random_bits(from->stream, from->at++, 1, &bits);
  return bits & 1 ? 1 : -1;
}

static double dot(size_t d, const double *a, const double *b)
{
  double sum = 0;

  for (size_t i = 0; i < d; i++) sum += a[i] * b[i];
  return sum;
}

static void on_sphere(dice *from, size_t count, size_t d, double *x)
{
  for (size_t i = 0; i < count; i++) {
    double length;

    normals(from, d, x + i * d);
    length = sqrt(dot(d, x + i * d, x + i * d));
    for (size_t j = 0; j < d; j++) x[i * d + j] /= length;
  }
}

/* Whether `hits` of `trials` may come from a probability of at most p: 4 deviations above. */
static bool at_most(size_t hits, size_t trials, double p)
{
  double mean = p * (double)trials;

  return (double)hits <= mean + 4 * sqrt(mean) + 1;
}

static void normal_logarithms_are_those_of_erfc_and_of_an_independent_table(void **state)
{
  (void)state;
  for (double x = -20; x < 8; x += 0.37)
    assert_near(normal_log(x) / log(Phi(x)), 1, x < 4 ? 1e-12 : 1e-1);
  /* log Phi(-30), log Phi(-100): mpmath */
  assert_near(normal_log(-30) / -454.32124395634318, 1, 1e-14);
  assert_near(normal_log(-100) / -5005.5242086942049, 1, 1e-14);
  assert_near(normal_log(-25.0001) - normal_log(-24.9999), -25.0399 * 2e-4, 1e-7);
}

/* Of all ways to give two sets at Gaussian distance 2 t, the best one is what is claimed. */
static void the_rate_of_separation_is_the_best_of_all_half_spaces(void **state)
{
  (void)state;
  for (double share = 0.1; share < 0.95; share += 0.2) {
    for (double t = 0; t < 6; t += 0.45) {
      double best = 0, rate = separation_rate(share, t);

      for (double a = -2 * t - 9; a < 9; a += 1e-3)
        best = fmax(best, exp(share * log(Phi(a)) + (1 - share) * log(Phi(-2 * t - a))));
      assert_near(exp(-rate) / best, 1, 1e-5);
      /* the Gaussian tail with weights 1/n_+ and 1/n_- gives no more */
      assert_true(rate >= 2 * share * (1 - share) * t * t);
      if (t > 0)
        assert_near(separation_of_class(&(separation){100, share, 0, 100 * rate - 3, exp(-3)}), t,
                    1e-7);
      /* of a mixture: what an imbalance takes is no more than its share */
      assert_true(rate >= (1 - fabs(2 * share - 1)) * separation_rate(0.5, t) - 1e-12);
    }
    assert_near(separation_rate(share, 0), -share * log(share) - (1 - share) * log(1 - share),
                1e-9);
  }
}

/* One function, n points of which j may be wrong: the binomial tail is below the bound, and the
   bound is not far above it. */
static void outliers_are_counted_by_subsets(void **state)
{
  (void)state;
  for (double t = 0.3; t < 3; t += 0.3) {
    double q = Phi(-t), tail = 0, n = 12;

    for (double j = 0; j <= 3; j++) {
      double choose = exp(lgamma(n + 1) - lgamma(j + 1) - lgamma(n - j + 1));
      double proved;

      tail += choose * pow(q, n - j) * pow(1 - q, j);
      /* the delta at which this t is what is proved */
      proved = choose * exp(-(n - j) * fmin(separation_rate((6 - j) / (n - j), t),
                                            separation_rate(6 / (n - j), t)));
      assert_true(tail <= proved * (1 + 1e-12));
      assert_near(separation_of_class(&(separation){n, 0.5, j, 0, proved}), t, 1e-6);
    }
  }
  assert_true(separation_of_class(&(separation){12, 0.5, 6, 0, 0.1}) > 1e300);
}

static double binomial(double n, double j)
{
  return exp(lgamma(n + 1) - lgamma(j + 1) - lgamma(n - j + 1));
}

/* The same for 4 labels +1 and 8 labels -1, and every place a of the two sets: exactly counted. */
static void outliers_of_unequal_labels_are_counted_by_the_worse_side(void **state)
{
  const double up = 4, down = 8;

  (void)state;
  for (double t = 0.4; t < 3; t += 0.5) {
    for (double j = 1; j <= 3; j++) {
      double most = 0, low = -600, high = 20;

      for (double a = -2 * t - 6; a < 6; a += 0.05) {
        double p = Phi(a), q = Phi(-2 * t - a), tail = 0;

        for (double out_up = 0; out_up <= j; out_up++)
          for (double out_down = 0; out_up + out_down <= j; out_down++)
            tail += binomial(up, out_up) * pow(p, up - out_up) * pow(1 - p, out_up) *
                    binomial(down, out_down) * pow(q, down - out_down) * pow(1 - q, out_down);
        most = fmax(most, tail);
      }
      for (int step = 0; step < 60; step++) { /* log delta at which exactly t is proved */
        double middle = 0.5 * (low + high);

        if (separation_of_class(&(separation){12, 4.0 / 12, j, 0, exp(middle)}) < t)
          high = middle;
        else
          low = middle;
      }
      assert_true(most <= exp(high) * (1 + 1e-9));
      assert_near(separation_rate((up - j) / (12 - j), t) * (12 - j), log(binomial(12, j)) - high,
                  1e-6); /* the one with the fewest of the rarer */
    }
  }
}

/* f(x) = L x_1 fits margin 1 with probability Phi(-sqrt(d) / L)^n exactly: counted. */
static void a_linear_function_attains_the_profile_law(void **state)
{
  enum { N = 4, D = 3, TRIALS = 400000 };
  const double L = 2, rate = separation_rate(0.5, sqrt(D) / L);
  double expected = exp(-N * rate) * TRIALS;
  dice from = cast(11);
  size_t hits = 0;

  (void)state;
  for (size_t i = 0; i < TRIALS; i++) {
    double x[N];
    bool fits = true;

    normals(&from, N, x); /* first coordinates, times sqrt(d) */
    for (size_t j = 0; j < N; j++) fits = fits && (j < N / 2 ? 1 : -1) * L * x[j] / sqrt(D) >= 1;
    hits += fits;
  }
  assert_true(fabs((double)hits - expected) < 4 * sqrt(expected));
}

/* Level sets of other 1-Lipschitz functions are no larger, as isoperimetry says. */
static void other_functions_separate_no_better_than_linear_ones(void **state)
{
  enum { D = 6, TRIALS = 100000, FUNCTIONS = 4 };
  static double value[FUNCTIONS][TRIALS];
  double centre[3 * D];
  dice from = cast(12);

  (void)state;
  normals(&from, 3 * D, centre);
  for (size_t i = 0; i < TRIALS; i++) {
    double x[D], near = INFINITY, top = -INFINITY;

    normals(&from, D, x);
    for (size_t l = 0; l < 3; l++) {
      double square = 0;

      for (size_t j = 0; j < D; j++) square += pow(x[j] - centre[l * D + j], 2);
      near = fmin(near, sqrt(square));
    }
    for (size_t j = 0; j < D; j++) top = fmax(top, x[j]);
    value[0][i] = sqrt(dot(D, x, x));
    value[1][i] = near;
    value[2][i] = top;
    value[3][i] = fabs(x[0]);
  }
  for (size_t f = 0; f < FUNCTIONS; f++) {
    for (double low = 0; low < 3; low += 0.25) {
      for (double gap = 0.2; gap < 2; gap += 0.3) {
        double above = 0, below = 0;

        for (size_t i = 0; i < TRIALS; i++) {
          above += value[f][i] >= low + gap;
          below += value[f][i] <= low;
        }
        above /= TRIALS;
        below /= TRIALS;
        if (above < 1e-3 || below < 1e-3) continue;
        for (double share = 0.3; share < 0.8; share += 0.2)
          assert_true(share * log(above) + (1 - share) * log(below) <=
                      -separation_rate(share, gap / 2) + 0.02);
      }
    }
  }
}

/* N steep functions x -> sign(u.x): below one bit per sample nothing fits, at one bit some do. */
static void memorisation_begins_at_one_bit_per_sample(void **state)
{
  enum { N = 8, D = 40, TRIALS = 3000 };
  static double x[N * D], u[256 * D];
  dice from = cast(13);

  (void)state;
  for (int bits = 4; bits <= 8; bits += 4) {
    size_t hits = 0;

    for (size_t trial = 0; trial < TRIALS; trial++) {
      bool any = false;

      normals(&from, N * D, x);
      normals(&from, ((size_t)1 << bits) * D, u);
      for (size_t f = 0; f < (size_t)1 << bits && !any; f++) {
        any = true;
        for (size_t i = 0; i < N && any; i++)
          any = (i < N / 2 ? 1 : -1) * dot(D, u + f * D, x + i * D) > 0;
      }
      hits += any;
    }
    assert_true(at_most(hits, TRIALS, exp2(bits - N)));
    assert_true((double)hits >= (1 - exp(-exp2(bits - N))) * TRIALS * 0.85);
  }
}

/* U5: N random L-Lipschitz functions (linear, and distances from a few points), n = 2000, d = 500:
   the largest correlation with random labels stays below the level of probability 1/2. */
static void a_finite_class_does_not_correlate_more_than_theorem_2_allows(void **state)
{
  enum { N = 2000, D = 500, FUNCTIONS = 1000 };
  const double L = 8;
  double *x = malloc(N * D * sizeof *x), *u = malloc(FUNCTIONS * D * sizeof *u), most = 0;
  double y[N], square[N];
  lip_law_input input;
  lip_law_result result;
  lip_error err;
  dice from = cast(14);

  (void)state;
  assert_non_null(x);
  assert_non_null(u);
  normals(&from, N * D, x);
  on_sphere(&from, FUNCTIONS, D, u);
  for (size_t i = 0; i < N; i++) y[i] = coin(&from);
  for (size_t i = 0; i < N; i++) square[i] = dot(D, x + i * D, x + i * D) / D;
  for (size_t f = 0; f < FUNCTIONS; f++) {
    double sum = 0;

    for (size_t i = 0; i < N; i++) {
      double along = dot(D, u + f * D, x + i * D) / sqrt(D), value;

      value = f % 2 ? L * along : L * (sqrt(fmax(square[i] - 2 * along + 1, 0)) - sqrt(2));
      sum += y[i] * fmax(-1, fmin(1, value));
    }
    most = fmax(most, sum / N);
  }
  free(x);
  free(u);
  assert_true(law_read("n=2000 d=500 L=8 log_size=6.907755278982137 delta=0.5", &input));
  assert_int_equal(
      lip_law_solve(lip_law_find("theorem-2-sharp"), "fit_error", &input, &result, &err), LIP_OK);
  assert_true(most <= 1 - result.solved.fit_error);
  assert_true(most >= 0.15 * (1 - result.solved.fit_error)); /* and not for want of trying */
}

/* E cosh(theta g^2) <= exp(3/2 theta^2 / (1 - 2 theta)): what the sums of squares rest on. */
static void the_moment_generating_function_is_bounded(void **state)
{
  (void)state;
  for (double theta = 1e-4; theta < 0.4999; theta += 1e-3)
    assert_true(log(0.5 * (pow(1 - 2 * theta, -0.5) + pow(1 + 2 * theta, -0.5))) <=
                1.5 * theta * theta / (1 - 2 * theta));
}

static void random_sums_and_matrices_stay_below_their_bounds(void **state)
{
  enum { N = 60, D = 6, TRIALS = 4000 };
  double x[N * D], delta = 0.1, matrix_bound = random_matrix(N, D, delta);
  double first = random_sum(N, D, 1, delta), second = random_sum(N, D, 2, delta);
  double vector = random_vector(N, delta);
  size_t hits[4] = {0};
  dice from = cast(15);

  (void)state;
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double M[D * D] = {0}, sum[D] = {0}, values[D], one = 0, two = 0;

    on_sphere(&from, N, D, x);
    for (size_t i = 0; i < N; i++) {
      double y = coin(&from), s = x[i * D];

      one += y * s;
      two += y * s * s;
      for (size_t a = 0; a < D; a++) {
        sum[a] += y * x[i * D + a];
        for (size_t b = 0; b < D; b++) M[a * D + b] += y * x[i * D + a] * x[i * D + b];
      }
    }
    assert_int_equal(lip_symmetric_eigen(D, M, values, false, NULL), LIP_OK);
    hits[0] += fabs(one) > first;
    hits[1] += fabs(two) > second;
    hits[2] += fmax(-values[0], values[D - 1]) > matrix_bound;
    hits[3] += sqrt(dot(D, sum, sum)) > vector;
  }
  for (size_t i = 0; i < 4; i++) assert_true(at_most(hits[i], TRIALS, delta));
}

/* Theorem 3 (6): the supremum over unit w of |sum y_i ReLU(w.x_i)| on the circle. */
static void the_supremum_over_neurons_is_of_order_root_n(void **state)
{
  enum { N = 40, DIRECTIONS = 180, TRIALS = 1500 };
  double mean = 0;
  size_t hits = 0;
  dice from = cast(16);

  (void)state;
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double x[2 * N], y[N], most = 0;

    on_sphere(&from, N, 2, x);
    for (size_t i = 0; i < N; i++) y[i] = coin(&from);
    for (size_t w = 0; w < DIRECTIONS; w++) {
      double angle = 2 * pi * (double)w / DIRECTIONS, sum = 0;

      for (size_t i = 0; i < N; i++)
        sum += y[i] * fmax(0, cos(angle) * x[2 * i] + sin(angle) * x[2 * i + 1]);
      most = fmax(most, fabs(sum));
    }
    mean += most / TRIALS;
    hits += most > (2 + sqrt(2 * log(1 / 0.5))) * sqrt(N);
  }
  assert_true(mean <= 2 * sqrt(N));
  assert_true(at_most(hits, TRIALS, 0.5));
}

/* Theorem 4: the certificate of the data (2 N / sqrt(N sum of top eigenvalues)) is above the bound
   that is claimed without the data. */
static void certificates_of_rank_k_are_above_theorem_4(void **state)
{
  enum { N = 80, D = 10, K = 3, TRIALS = 1000 };
  double bound = law_bound("theorem-4", "n=80 d=10 k=3 delta=0.1"), mean = 0;
  size_t hits = 0;
  dice from = cast(17);

  (void)state;
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double x[N * D], S[D * D] = {0}, values[D], top = 0;
    size_t side[2][N], count[2] = {0, 0}, pairs;

    normals(&from, N * D, x);
    for (size_t i = 0; i < N; i++) {
      size_t label = coin(&from) > 0;

      side[label][count[label]++] = i;
    }
    pairs = count[0] < count[1] ? count[0] : count[1];
    for (size_t i = 0; i < pairs; i++)
      for (size_t a = 0; a < D; a++)
        for (size_t b = 0; b < D; b++)
          S[a * D + b] += (x[side[0][i] * D + a] - x[side[1][i] * D + a]) *
                          (x[side[0][i] * D + b] - x[side[1][i] * D + b]) / D;
    assert_int_equal(lip_symmetric_eigen(D, S, values, false, NULL), LIP_OK);
    for (size_t j = 0; j < K; j++) top += values[D - 1 - j];
    mean += 2 * (double)pairs / sqrt((double)pairs * top) / TRIALS;
    hits += 2 * (double)pairs / sqrt((double)pairs * top) < bound;
  }
  assert_true(at_most(hits, TRIALS, 0.1));
  assert_true(bound > 0.4 * mean);
}

/* Theorem 1: groups of m Gaussian points; values off the group, and the gradient on the ball. */
static void groups_keep_to_what_theorem_1_proves(void **state)
{
  enum { N = 40, D = 80, M = 2, K = 20, TRIALS = 200 };
  lip_law_result law = law_at("theorem-1", "n=40 d=80 k=20 delta=0.1");
  double off_bound = law.assumption[1].value;
  size_t hits = 0;
  dice from = cast(18);

  (void)state;
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double x[N * D], w[K * D] = {0}, gram[K * K], values[K], off = 0, norm2, probe[D];

    normals(&from, N * D, x);
    for (size_t i = 0; i < N * D; i++) x[i] /= sqrt(D);
    for (size_t l = 0; l < K; l++) {
      double G[M * M], alpha[M];

      for (size_t i = 0; i < M; i++) {
        alpha[i] = 1;
        for (size_t j = 0; j < M; j++)
          G[i * M + j] = dot(D, x + (l * M + i) * D, x + (l * M + j) * D);
      }
      assert_true(lip_cholesky(M, G));
      lip_cholesky_solve(M, G, 1, alpha);
      for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < D; j++) w[l * D + j] += alpha[i] * x[(l * M + i) * D + j];
      for (size_t i = 0; i < N; i++)
        if (i / M != l) off = fmax(off, fabs(dot(D, w + l * D, x + i * D)));
    }
    for (size_t i = 0; i < K; i++)
      for (size_t j = 0; j < K; j++) gram[i * K + j] = dot(D, w + i * D, w + j * D);
    assert_int_equal(lip_symmetric_eigen(K, gram, values, false, NULL), LIP_OK);
    norm2 = values[K - 1];
    hits += off > off_bound || 4 * norm2 > law.bound;
    /* the gradient at points of the sphere, near sums of the w_l too */
    for (size_t t = 0; t < 20; t++) {
      double g[D] = {0}, length;

      normals(&from, D, probe);
      for (size_t l = 0; l < K; l++)
        for (size_t j = 0; j < D; j++) probe[j] += (t % 5 >= l % 5 ? 3 : 0) * w[l * D + j];
      length = sqrt(dot(D, probe, probe));
      for (size_t l = 0; l < K; l++)
        if (dot(D, w + l * D, probe) / length > 0.5)
          for (size_t j = 0; j < D; j++) g[j] += 2 * w[l * D + j];
      assert_true(sqrt(dot(D, g, g)) <= 4 * norm2);
    }
  }
  assert_true(at_most(hits, TRIALS, 0.1));
}

/* A separated set in a disc has at most (1 + 2 D / r)^2 points. */
static void separated_sets_are_counted(void **state)
{
  static double kept[4000][2];
  dice from = cast(19);

  (void)state;
  for (double r = 0.15; r < 2; r *= 1.6) {
    size_t count = 0;

    for (size_t trial = 0; trial < 30000; trial++) {
      double x[2];
      bool apart = true;

      normals(&from, 2, x);
      if (dot(2, x, x) > 1) continue;
      for (size_t i = 0; i < count && apart; i++)
        apart = hypot(x[0] - kept[i][0], x[1] - kept[i][1]) > r;
      if (apart && count < 4000) memcpy(kept[count++], x, sizeof x);
    }
    assert_true((double)count <= pow(1 + 2 * 2 / r, 2));
    assert_true((double)count >= 0.5 / (r * r)); /* a net: discs of radius r cover */
  }
}

/* J of profile-two-layer; and what |a_l| moved inside leaves of the function. */
static void two_layer_networks_move_by_at_most_J(void **state)
{
  enum { K = 7, D = 3, P = K * (D + 1) + 1 };
  lip_law_result law = law_at("profile-two-layer", "n=100 d=3 k=7 norm=5 radius=1.3");
  double J = law_constant_of(&law, "J = sqrt(k (R^2 + 1) + 1)"), most = 0;
  dice from = cast(20);

  (void)state;
  assert_near(law_constant_of(&law, "parameters, k (d + 1) + 1"), P, 0);
  assert_near(law_constant_of(&law, "2^j, the norm's power of 2"), 8, 0);
  assert_near(law_constant_of(&law, "delta at that power"), 0.01 / 20, 1e-15);
  for (size_t trial = 0; trial < 20000; trial++) {
    double u[P], v[P], x[D], value[2], distance = 0, length;

    normals(&from, P, u);
    normals(&from, P, v);
    normals(&from, D, x);
    length = sqrt(dot(D, x, x));
    for (size_t j = 0; j < D; j++) x[j] *= 1.3 / length;
    for (size_t l = 0; l < K; l++) /* the worst case: all neurons on and moved along (x, 1) */
      for (size_t j = 0; trial % 2 && j <= D; j++) {
        u[l * (D + 1) + j] = (j < D ? x[j] : 1);
        v[l * (D + 1) + j] = 1.1 * u[l * (D + 1) + j];
      }
    for (size_t s = 0; s < 2; s++) {
      const double *w = s ? v : u;

      value[s] = w[P - 1];
      for (size_t l = 0; l < K; l++)
        value[s] += (trial % 2 || l % 2 ? 1 : -1) *
                    fmax(0, dot(D, w + l * (D + 1), x) + w[l * (D + 1) + D]);
    }
    for (size_t i = 0; i < P; i++) distance += (u[i] - v[i]) * (u[i] - v[i]);
    most = fmax(most, fabs(value[0] - value[1]) / sqrt(distance));
  }
  assert_true(most <= J * (1 + 1e-12));
  assert_true(most >= 0.9 * J);
}

static void gaussian_points_lie_in_the_ball_of_profile_two_layer(void **state)
{
  enum { N = 50, D = 5, TRIALS = 2000 };
  lip_law_result law = law_at("profile-two-layer", "n=50 d=5 k=2 norm=5 delta=0.2");
  double R = law_constant_of(&law, "R, the points' ball");
  size_t hits = 0;
  dice from = cast(21);

  (void)state;
  for (size_t trial = 0; trial < TRIALS; trial++) {
    bool out = false;

    for (size_t i = 0; i < N; i++) {
      double x[D];

      normals(&from, D, x);
      out = out || sqrt(dot(D, x, x) / D) > R;
    }
    hits += out;
  }
  assert_true(at_most(hits, TRIALS, 0.1));
}

/* max |P'| >= factor |coefficient|, with equality for the integral of a Chebyshev polynomial. */
static void markov_factors_hold_and_are_attained(void **state)
{
  dice from = cast(22);

  (void)state;
  for (int degree = 2; degree <= 7; degree++) {
    for (size_t trial = 0; trial < 300; trial++) {
      double c[8], most = 0;

      normals(&from, 8, c);
      for (double t = -1; t <= 1; t += 1e-3) {
        double slope = 0;

        for (int q = degree; q >= 1; q--) slope = slope * t + q * c[q];
        most = fmax(most, fabs(slope));
      }
      for (int q = 1; q <= degree; q++)
        assert_true(most * 1.001 >= markov_factor(degree, q) * fabs(c[q]));
    }
  }
  /* P' = T_3 = 4 t^3 - 3 t: P = t^4 - (3/2) t^2, max |P'| = 1 */
  assert_near(markov_factor(4, 4) * 1, 1, 1e-14);
  assert_near(markov_factor(4, 2) * 1.5, 1, 1e-14);
}

/* A product of linear forms by half of the signs: Lemma 2 with 2^(p-1) powers. */
static void half_of_the_signs_polarise(void **state)
{
  dice from = cast(23);

  (void)state;
  for (int p = 2; p <= 6; p++) {
    double s[6], product = 1, sum = 0;

    normals(&from, 6, s);
    for (int q = 0; q < p; q++) product *= s[q];
    for (int signs = 0; signs < 1 << (p - 1); signs++) {
      double form = s[0], sign = 1;

      for (int q = 1; q < p; q++) {
        double e = signs >> (q - 1) & 1 ? -1 : 1;

        form += e * s[q];
        sign *= e;
      }
      sum += sign * pow(form, p);
    }
    assert_near(sum / (exp2(p - 1) * tgamma(p + 1)), product, 1e-10 * (1 + fabs(product)));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(normal_logarithms_are_those_of_erfc_and_of_an_independent_table),
      cmocka_unit_test(the_rate_of_separation_is_the_best_of_all_half_spaces),
      cmocka_unit_test(outliers_are_counted_by_subsets),
      cmocka_unit_test(outliers_of_unequal_labels_are_counted_by_the_worse_side),
      cmocka_unit_test(a_linear_function_attains_the_profile_law),
      cmocka_unit_test(other_functions_separate_no_better_than_linear_ones),
      cmocka_unit_test(memorisation_begins_at_one_bit_per_sample),
      cmocka_unit_test(a_finite_class_does_not_correlate_more_than_theorem_2_allows),
      cmocka_unit_test(the_moment_generating_function_is_bounded),
      cmocka_unit_test(random_sums_and_matrices_stay_below_their_bounds),
      cmocka_unit_test(the_supremum_over_neurons_is_of_order_root_n),
      cmocka_unit_test(certificates_of_rank_k_are_above_theorem_4),
      cmocka_unit_test(groups_keep_to_what_theorem_1_proves),
      cmocka_unit_test(separated_sets_are_counted),
      cmocka_unit_test(two_layer_networks_move_by_at_most_J),
      cmocka_unit_test(gaussian_points_lie_in_the_ball_of_profile_two_layer),
      cmocka_unit_test(markov_factors_hold_and_are_attained),
      cmocka_unit_test(half_of_the_signs_polarise),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
