/* test_slope_box.c - the semidefinite test against all corners of the box. */
#include "certificate/two_layers/slope_box.h"

#include "base/memory.h"
#include "base/random.h"
#include "linalg/dgemm.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

enum { MOST = 10 }; /* neurons, inputs, outputs */

/* A net of one hidden layer whose numbers are set here, and its claim. */
typedef struct subject {
  lip_net *net;
  lip_claim *claim;
  lip_slope_box *box;
  double low[MOST], high[MOST], tau[MOST];
} subject;

static void make_net(subject *s, size_t d, size_t k, size_t m)
{
  const size_t widths[3] = {d, k, m};
  const lip_activation psi[2] = {{LIP_RELU, 0}, {LIP_IDENTITY, 0}};
  const bool bias[2] = {false, false};

  *s = (subject){.claim = NULL};
  assert_int_equal(lip_net_create(2, widths, psi, bias, LIP_F64, &s->net, NULL), LIP_OK);
}

static void make_claim(subject *s)
{
  lip_claim_free(s->claim);
  lip_slope_box_free(s->box);
  assert_int_equal(lip_claim_create(s->net, (lip_output){LIP_ALL_OUTPUTS, 0, 0}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &s->claim, NULL),
                   LIP_OK);
  assert_int_equal(lip_slope_box_create(s->claim, &s->box, NULL), LIP_OK);
}

static void release(subject *s)
{
  lip_slope_box_free(s->box);
  lip_claim_free(s->claim);
  lip_net_free(s->net);
}

static bool proves(subject *s, double upper)
{
  bool proved = true;

  assert_int_equal(lip_slope_box_test(s->box, s->low, s->high, s->tau, upper, &proved, NULL, NULL),
                   LIP_OK);
  return proved;
}

/* Normal numbers, or small whole ones, from a stream that goes on. */
static uint64_t drawn;

static double normal(void)
{
  double x;

  lip_random_normal((lip_stream){7, LIP_FOR_WEIGHTS}, drawn++, 1, &x);
  return x;
}

static size_t whole(size_t below)
{
  double x = fabs(normal()) * 1e6;

  return (size_t)x % below;
}

/* |A diag(s) W|_op in long double, by Jacobi's method on the smaller Gram matrix. */
static long double norm_at(const subject *s, const double *slopes)
{
  size_t d = s->claim->d, k = s->claim->k, m = s->claim->m;
  const double *A = s->net->layer[1].W, *W = s->net->layer[0].W;
  long double J[MOST][MOST] = {{0}}, G[MOST][MOST] = {{0}}, largest = 0;

  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < d; j++)
      for (size_t l = 0; l < k; l++)
        J[i][j] += (long double)A[i * k + l] * slopes[l] * W[l * d + j];
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++)
      for (size_t c = 0; c < d; c++) G[i][j] += J[i][c] * J[j][c];
  for (int sweep = 0; sweep < 30; sweep++)
    for (size_t p = 0; p < m; p++)
      for (size_t q = p + 1; q < m; q++) {
        long double angle = 0.5L * atan2l(2 * G[p][q], G[q][q] - G[p][p]);
        long double c = cosl(angle), t = sinl(angle);

        for (size_t i = 0; i < m; i++) {
          long double x = G[i][p], y = G[i][q];

          G[i][p] = c * x - t * y;
          G[i][q] = t * x + c * y;
        }
        for (size_t i = 0; i < m; i++) {
          long double x = G[p][i], y = G[q][i];

          G[p][i] = c * x - t * y;
          G[q][i] = t * x + c * y;
        }
      }
  for (size_t i = 0; i < m; i++) largest = fmaxl(largest, G[i][i]);
  return sqrtl(largest);
}

static long double largest_corner(const subject *s)
{
  size_t k = s->claim->k;
  long double largest = 0;

  for (size_t pattern = 0; pattern < (size_t)1 << k; pattern++) {
    double slopes[MOST];

    for (size_t l = 0; l < k; l++) slopes[l] = pattern >> l & 1 ? s->high[l] : s->low[l];
    largest = fmaxl(largest, norm_at(s, slopes));
  }
  return largest;
}

/* Multipliers that would be the best if all v_l were parallel: lambda_l in the ratio of the
   r_l |A_l| |w_l|. */
static void choose_multipliers(subject *s, double slack)
{
  const lip_claim *claim = s->claim;
  size_t d = claim->d, k = claim->k, m = claim->m;
  long double size[MOST], total = 0, M = 0;

  for (size_t l = 0; l < k; l++) {
    long double a = 0, w = 0;

    for (size_t i = 0; i < m; i++) a += (long double)claim->A[i * k + l] * claim->A[i * k + l];
    for (size_t i = 0; i < d; i++) w += (long double)claim->W[l * d + i] * claim->W[l * d + i];
    size[l] = 0.5L * (s->high[l] - s->low[l]) * sqrtl(a * w);
    total += size[l];
    s->tau[l] = (double)a;
  }
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < d; j++) {
      long double sum = 0;

      for (size_t l = 0; l < k; l++)
        sum += 0.5L * (s->high[l] + s->low[l]) * claim->A[i * k + l] * claim->W[l * d + j];
      M += sum * sum;
    }
  total += sqrtl(M);
  for (size_t l = 0; l < k; l++) {
    long double r = 0.5L * (s->high[l] - s->low[l]);

    s->tau[l] = size[l] > 0 ? (double)(slack * r * r * s->tau[l] * total / size[l]) : 1;
  }
}

/* The smallest number that is proved, between low (not) and high (proved). */
static double smallest_proved(subject *s, double low, double high)
{
  assert_false(proves(s, low));
  while (high - low > 2e-16 * high) {
    double middle = 0.5 * (low + high);

    if (middle <= low || middle >= high) break;
    if (proves(s, middle))
      high = middle;
    else
      low = middle;
  }
  return high;
}

static void two_relu_of_three_x_has_the_constant_six(void **state)
{
  subject s;

  (void)state;
  make_net(&s, 1, 1, 1);
  s.net->layer[0].W[0] = 3;
  s.net->layer[1].W[0] = 2;
  s.high[0] = 1;
  s.tau[0] = 0.25;
  make_claim(&s);
  assert_false(proves(&s, nextafter(6, 0)));
  assert_true(proves(&s, 6 * (1 + 4e-16)));
  assert_false(proves(&s, NAN));
  assert_false(proves(&s, -6));
  release(&s);
}

/* With one input all v_l are parallel, and the relaxation is exact. Whole numbers over 2^20 make
   the largest sum exact in long double. */
static void with_one_input_the_bound_is_the_constant(void **state)
{
  (void)state;
  for (int round = 0; round < 300; round++) {
    size_t k = 2 + whole(MOST - 2);
    long double exact;
    subject s;
    double bound;

    make_net(&s, 1, k, 1);
    for (size_t l = 0; l < k; l++) {
      s.net->layer[0].W[l] = (double)(1 + whole(1000000)) * (normal() > 0 ? 1 : -1);
      s.net->layer[1].W[l] = (double)(1 + whole(1000));
      s.low[l] = round % 3 == 0 && whole(3) == 0 ? 1 : 0;
      s.high[l] = 1;
    }
    make_claim(&s);
    choose_multipliers(&s, 1);
    exact = largest_corner(&s);
    bound = smallest_proved(&s, nextafter((double)(exact * (1 - 1e-18L)), 0), (double)exact * 1.01);
    if (!(bound >= exact && bound <= exact * (1 + 1e-12L)))
      fail_msg("round %d, k = %zu: %.17g for %.20Lg", round, k, bound, exact);
    release(&s);
  }
}

/* Sizes of neurons, outputs and slopes apart by any powers of two. */
static void no_corner_is_above_what_is_proved(void **state)
{
  size_t tight = 0;

  (void)state;
  for (int round = 0; round < 1500; round++) {
    size_t k = 1 + whole(8), d = 1 + whole(6), m = 1 + whole(4);
    int scale = round % 2 == 0 ? 0 : (int)whole(900) - 450;
    long double largest;
    subject s;
    double bound, margin;
    bool proved;

    make_net(&s, d, k, m);
    for (size_t i = 0; i < k * d; i++) s.net->layer[0].W[i] = ldexp(normal(), scale);
    for (size_t i = 0; i < m * k; i++) s.net->layer[1].W[i] = ldexp(normal(), -scale / 2);
    for (size_t l = 0; l < k; l++) {
      int own = round % 3 == 0 ? (int)whole(300) - 150 : 0;

      s.low[l] = round % 5 == 0 ? -1 : round % 5 == 1 ? 0.01 : 0;
      s.high[l] = whole(4) == 0 ? s.low[l] : 1;
      if (whole(8) == 0) own = -400;
      for (size_t j = 0; j < d; j++) s.net->layer[0].W[l * d + j] *= ldexp(1, own);
      for (size_t i = 0; i < m; i++)
        s.net->layer[1].W[i * k + l] *= whole(20) == 0 ? 0 : ldexp(1, own < -200 ? 0 : -own);
    }
    make_claim(&s);
    choose_multipliers(&s, m == 1 ? 1 + 1e-7 : 2);
    largest = largest_corner(&s);
    if (largest == 0) {
      assert_true(proves(&s, 0));
      release(&s);
      continue;
    }
    assert_false(proves(&s, (double)(largest * (1 - 1e-15L))));
    bound = smallest_proved(&s, (double)(largest * (1 - 1e-15L)), (double)largest * 1e6);
    if (!(bound >= largest * (1 - 1e-18L))) fail_msg("%.20g proved, %.20Lg", bound, largest);
    if (bound <= largest * (1 + 1e-6L)) tight++;
    assert_int_equal(lip_slope_box_test(s.box, s.low, s.high, s.tau, bound, &proved, &margin, NULL),
                     LIP_OK);
    assert_true(proved);
    if (!(margin < 1e-6))
      fail_msg("round %d: margin %g, k %zu d %zu m %zu", round, margin, k, d, m);
    assert_true(proves(&s, bound * (1 + 2 * margin)));
    release(&s);
  }
  assert_true(tight > 100);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_relu_of_three_x_has_the_constant_six),
      cmocka_unit_test(with_one_input_the_bound_is_the_constant),
      cmocka_unit_test(no_corner_is_above_what_is_proved),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
