/* test_multipliers.c - tests of multipliers for the semidefinite test: the checker proves the
   value that they are said to prove, and it is above every corner of the box. */
#include "networks.h"

#include "base/memory.h"
#include "certificate/claim.h"
#include "certificate/two_layers/slope_box.h"
#include "linalg/eight_columns.h"
#include "linalg/symmetric_eigen.h"
#include "lipschitz/two_layers/multipliers.h"

static void assert_near(double x, double y, double relative)
{
  assert_true(fabs(x - y) <= relative * fmax(fabs(x), fabs(y)));
}

static const lip_multipliers_goal precise = {1e-9, 0, INFINITY};

/* A network with weights given, as the claim on all its outputs on the space. */
typedef struct subject {
  lip_net *net;
  lip_claim *claim;
  lip_multipliers *solver;
  double *low, *high, *tau, *direction;
} subject;

static subject subject_of(size_t d, size_t k, size_t m, uint64_t seed)
{
  const lip_activation relu[] = {{LIP_RELU, 0}, {LIP_IDENTITY, 0}};
  const bool bias[] = {true, true};
  const size_t widths[] = {d, k, m};
  subject s = {.low = lip_alloc(k, 8),
               .high = lip_alloc(k, 8),
               .tau = lip_alloc(k, 8),
               .direction = lip_alloc(d, 8)};

  assert_int_equal(lip_net_create(2, widths, relu, bias, LIP_F64, &s.net, NULL), LIP_OK);
  lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, s.net->parameters, s.net->block);
  for (size_t l = 0; l < k; l++) s.low[l] = 0, s.high[l] = 1;
  return s;
}

static void open_subject(subject *s)
{
  assert_int_equal(lip_claim_create(s->net, (lip_output){LIP_ALL_OUTPUTS, 0, 0}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &s->claim, NULL),
                   LIP_OK);
  assert_int_equal(lip_multipliers_create(s->claim, &s->solver, NULL), LIP_OK);
}

static void close_subject(subject *s)
{
  lip_multipliers_free(s->solver);
  lip_claim_free(s->claim);
  lip_net_free(s->net);
  lip_free(s->low);
  lip_free(s->high);
  lip_free(s->tau);
  lip_free(s->direction);
}

/* |A diag(s) W| about the claim's scaled matrices, by the eigenvalues of J J'. */
static double norm_at(const lip_claim *claim, const double *slopes)
{
  size_t m = claim->m, d = claim->d, k = claim->k;
  double *J = lip_alloc_zero(m, d * 8), *JJ = lip_alloc(m, m * 8), *values = lip_alloc(m, 8), top;

  for (size_t j = 0; j < m; j++)
    for (size_t l = 0; l < k; l++)
      for (size_t i = 0; i < d; i++)
        J[j * d + i] += claim->A[j * k + l] * slopes[l] * claim->W[l * d + i];
  for (size_t j = 0; j < m; j++)
    for (size_t h = 0; h < m; h++) {
      JJ[j * m + h] = 0;
      for (size_t i = 0; i < d; i++) JJ[j * m + h] += J[j * d + i] * J[h * d + i];
    }
  assert_int_equal(lip_symmetric_eigen(m, JJ, values, false, NULL), LIP_OK);
  top = values[m - 1];
  lip_free(J);
  lip_free(JJ);
  lip_free(values);
  return sqrt(fmax(top, 0));
}

/* The largest over the corners of the box, about the network. */
static double over_corners(const subject *s)
{
  size_t k = s->claim->k;
  double *slopes = lip_alloc(k, 8), best = 0;

  for (size_t corner = 0; corner < (size_t)1 << k; corner++) {
    for (size_t l = 0; l < k; l++) slopes[l] = corner >> l & 1 ? s->high[l] : s->low[l];
    best = fmax(best, norm_at(s->claim, slopes));
  }
  lip_free(slopes);
  return ldexp(best, s->claim->W_exponent + s->claim->A_exponent);
}

/* Does the checker's test prove this bound? */
static bool proves(const subject *s, double upper)
{
  lip_slope_box *box = NULL;
  bool proved = false;

  assert_int_equal(lip_slope_box_create(s->claim, &box, NULL), LIP_OK);
  assert_int_equal(lip_slope_box_test(box, s->low, s->high, s->tau, upper, &proved, NULL, NULL),
                   LIP_OK);
  lip_slope_box_free(box);
  return proved;
}

static double find(subject *s, lip_multipliers_goal goal, bool warm)
{
  double value = -1;

  assert_int_equal(lip_multipliers_find(s->solver, s->low, s->high, goal, warm, s->tau, &value,
                                        s->direction, NULL, NULL),
                   LIP_OK);
  return value;
}

/* What is asked of every answer. */
static double checked(subject *s, lip_multipliers_goal goal, bool warm)
{
  double value = find(s, goal, warm);

  assert_true(value >= 0 && isfinite(value));
  for (size_t l = 0; l < s->claim->k; l++) assert_true(s->tau[l] > 0 && isfinite(s->tau[l]));
  if (value > 0) assert_true(proves(s, value * (1 + 1e-8)));
  if (s->claim->k <= 12) assert_true(value >= over_corners(s) * (1 - 1e-12));
  return value;
}

static void the_value_is_above_every_corner_and_proved_by_the_multipliers(void **state)
{
  const size_t shapes[][3] = {{1, 1, 1}, {3, 2, 1},  {2, 5, 1}, {6, 10, 1}, {12, 6, 1},
                              {1, 1, 2}, {4, 3, 2},  {3, 8, 3}, {5, 10, 4}, {20, 7, 10},
                              {2, 9, 5}, {40, 9, 1}, {1, 9, 1}, {1, 6, 3},  {30, 60, 1}};

  (void)state;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (uint64_t seed = 0; seed < 5; seed++) {
      subject s = subject_of(shapes[i][0], shapes[i][1], shapes[i][2], seed);

      open_subject(&s);
      checked(&s, precise, false);
      close_subject(&s);
    }
}

static void one_neuron_has_its_slope_times_its_weights(void **state) /* 2 relu(3x) - 0: 6 */
{
  subject s = subject_of(1, 1, 1, 0);

  (void)state;
  s.net->layer[0].W[0] = 3;
  s.net->layer[1].W[0] = 2;
  open_subject(&s);
  assert_near(checked(&s, precise, false), 6, 1e-8);
  close_subject(&s);
}

/* abs: slopes in [-1, 1], so that M is zero. */
static void a_middle_of_zero_is_no_obstacle(void **state)
{
  (void)state;
  for (size_t m = 1; m <= 3; m += 2) {
    subject s = subject_of(4, 6, m, 3);

    for (size_t l = 0; l < 6; l++) s.low[l] = -1;
    open_subject(&s);
    checked(&s, precise, false);
    close_subject(&s);
  }
}

static void weights_of_zero_and_fixed_neurons_do_not_matter(void **state)
{
  (void)state;
  for (size_t m = 1; m <= 3; m += 2) {
    subject s = subject_of(5, 8, m, 4);
    double with, without;

    for (size_t i = 0; i < 5; i++) s.net->layer[0].W[2 * 5 + i] = 0;
    for (size_t j = 0; j < m; j++) s.net->layer[1].W[j * 8 + 4] = 0;
    open_subject(&s);
    with = checked(&s, precise, false);
    s.low[2] = s.high[2] = 1;
    s.low[4] = s.high[4] = 0.5;
    without = checked(&s, precise, false);
    assert_near(with, without, 1e-8);
    for (size_t l = 0; l < 8; l++) s.low[l] = s.high[l];
    assert_near(checked(&s, precise, false), over_corners(&s), 1e-9);
    for (size_t l = 0; l < 8; l++) s.low[l] = s.high[l] = 0;
    assert_true(checked(&s, precise, false) == 0);
    close_subject(&s);
  }
}

static void scales_go_through(void **state)
{
  const double factors[] = {1e-150, 1e150, 1e-8};

  (void)state;
  for (size_t m = 1; m <= 3; m += 2)
    for (size_t i = 0; i < 3; i++) {
      subject s = subject_of(5, 8, m, 4), t = subject_of(5, 8, m, 4);

      for (size_t j = 0; j < 40; j++) t.net->layer[0].W[j] *= factors[i];
      open_subject(&s);
      open_subject(&t);
      assert_near(checked(&s, precise, false), checked(&t, precise, false) / factors[i], 1e-8);
      close_subject(&s);
      close_subject(&t);
    }
}

static void a_pair_that_cancels_and_a_pair_of_equals_are_bounded(void **state)
{
  (void)state;
  for (size_t m = 1; m <= 3; m += 2) {
    subject s = subject_of(5, 8, m, 6);
    double *W = s.net->layer[0].W, *A = s.net->layer[1].W;

    memcpy(W + 5, W, 5 * sizeof *W);
    memcpy(W + 15, W + 10, 5 * sizeof *W);
    for (size_t j = 0; j < m; j++) A[j * 8 + 1] = -A[j * 8], A[j * 8 + 3] = A[j * 8 + 2];
    open_subject(&s);
    checked(&s, precise, false);
    close_subject(&s);
  }
}

static void a_warm_start_gives_the_same_value(void **state)
{
  (void)state;
  for (size_t m = 1; m <= 3; m += 2) {
    subject s = subject_of(9, 10, m, 8), cold = subject_of(9, 10, m, 8);

    open_subject(&s);
    open_subject(&cold);
    checked(&s, precise, false);
    for (size_t l = 0; l < 6; l++) {
      double warm;

      s.low[l] = s.high[l] = cold.low[l] = cold.high[l] = (double)(l % 2);
      warm = checked(&s, precise, true);
      assert_near(warm, checked(&cold, precise, false), 1e-8);
    }
    close_subject(&s);
    close_subject(&cold);
  }
}

static void a_bound_that_is_good_enough_ends_the_search_and_one_out_of_reach_too(void **state)
{
  (void)state;
  for (size_t m = 1; m <= 3; m += 2) {
    subject s = subject_of(9, 40, m, 9);
    double best, value;

    open_subject(&s);
    best = checked(&s, precise, false);
    value = checked(&s, (lip_multipliers_goal){1e-9, 1.1 * best, INFINITY}, false);
    assert_true(value < 1.1 * best && value >= best * (1 - 1e-8));
    value = checked(&s, (lip_multipliers_goal){1e-9, 0, 0.5 * best}, false);
    assert_true(value >= best * (1 - 1e-8));
    close_subject(&s);
  }
}

static void one_neuron_far_above_the_others_is_bounded_sharply(void **state)
{
  (void)state;
  for (size_t m = 1; m <= 3; m += 2) {
    subject s = subject_of(5, 8, m, 10);

    for (size_t i = 0; i < 5; i++) s.net->layer[0].W[15 + i] *= 1e9;
    open_subject(&s);
    assert_near(checked(&s, precise, false), over_corners(&s), 1e-6);
    close_subject(&s);
  }
}

/* More than Newton's method takes: the same value within the accuracy asked, from one neuron less
 * on. */
static void several_outputs_of_many_neurons_are_bounded_by_the_ascent(void **state)
{
  subject many = subject_of(6, 701, 2, 11), fewer = subject_of(6, 700, 2, 11);
  double upper;

  (void)state;
  memcpy(fewer.net->layer[0].W, many.net->layer[0].W, (size_t)700 * 6 * 8);
  for (size_t j = 0; j < 2; j++) {
    memcpy(fewer.net->layer[1].W + j * 700, many.net->layer[1].W + j * 701, (size_t)700 * 8);
    many.net->layer[1].W[j * 701 + 700] = 0;
  }
  open_subject(&many);
  open_subject(&fewer);
  upper = checked(&many, (lip_multipliers_goal){1e-3, 0, INFINITY}, false);
  assert_near(upper, find(&fewer, (lip_multipliers_goal){1e-3, 0, INFINITY}, false), 3e-3);
  close_subject(&many);
  close_subject(&fewer);
}

static void the_loops_of_this_machine_agree_with_the_plain_ones(void **state)
{
  const lip_eight_columns *best = lip_eight_columns_best();
  double *X = lip_alloc(37 * 16, 8), *Y = lip_alloc(37 * 16, 8), w[37], delta[8], one[8], two[8];

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_WEIGHTS}, 0, (size_t)37 * 16, X);
  lip_random_normal((lip_stream){2, LIP_FOR_WEIGHTS}, 0, 37, w);
  lip_random_normal((lip_stream){3, LIP_FOR_WEIGHTS}, 0, 8, delta);
  memcpy(Y, X, (size_t)37 * 16 * 8);
  for (size_t count = 0; count <= 37; count++) {
    best->combine(count, w, X, 16, one);
    lip_eight_columns_plain.combine(count, w, Y, 16, two);
    for (size_t q = 0; q < 8; q++) assert_true(fabs(one[q] - two[q]) < 1e-12);
    best->spread(count, w, delta, X, 16);
    lip_eight_columns_plain.spread(count, w, delta, Y, 16);
    for (size_t i = 0; i < (size_t)37 * 16; i++) assert_true(fabs(X[i] - Y[i]) < 1e-12);
  }
  lip_free(X);
  lip_free(Y);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_value_is_above_every_corner_and_proved_by_the_multipliers),
      cmocka_unit_test(one_neuron_has_its_slope_times_its_weights),
      cmocka_unit_test(a_middle_of_zero_is_no_obstacle),
      cmocka_unit_test(weights_of_zero_and_fixed_neurons_do_not_matter),
      cmocka_unit_test(scales_go_through),
      cmocka_unit_test(a_pair_that_cancels_and_a_pair_of_equals_are_bounded),
      cmocka_unit_test(a_warm_start_gives_the_same_value),
      cmocka_unit_test(a_bound_that_is_good_enough_ends_the_search_and_one_out_of_reach_too),
      cmocka_unit_test(one_neuron_far_above_the_others_is_bounded_sharply),
      cmocka_unit_test(several_outputs_of_many_neurons_are_bounded_by_the_ascent),
      cmocka_unit_test(the_loops_of_this_machine_agree_with_the_plain_ones),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
