/* test_plan.c - plans: expressions, conditions, crossing, and what is refused. */
#include "base/memory.h"
#include "sweep/expression.h"
#include "sweep/plan.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const lip_scope everything = {{100, 8, 25, 3}, (1U << LIP_VARIABLES) - 1};

static void expressions_follow_the_rules_of_arithmetic(void **state)
{
  static const struct {
    const char *text;
    double value;
  } cases[] = {
      {"1 + 2*3", 7},  {"(1 + 2)*3", 9},     {"2^3^2", 512},       {"-2^2", -4},
      {"2^-1", 0.5},   {"8/4/2", 1},         {"7 - 2 - 1", 4},     {"10*n/d", 125},
      {"n-d", 92},     {"sqrt(n)", 10},      {"min(n, d, 3) ", 3}, {"max(1,n/k)", 4},
      {"- - +5", 5},   {".5e1", 5},          {"1e-2", 0.01},       {"1e3", 1000},
      {"  seed*2", 6}, {"max(-1,-(2))", -1}, {"log(1)", 0},        {"((((n))))", 100},
      {"2*-3", -6},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value = NAN;
    lip_error err = {""};

    if (lip_expression(cases[i].text, &everything, &value, NULL, &err) != LIP_OK)
      fail_msg("%s", err.text);
    if (value != cases[i].value) fail_msg("%s gives %g", cases[i].text, value);
  }
}

static void an_expression_says_what_it_spoke_of(void **state)
{
  double value;
  unsigned used = 0;

  (void)state;
  assert_int_equal(lip_expression("10*n/min(d, 3)", &everything, &value, &used, NULL), LIP_OK);
  assert_int_equal(used, 1U << LIP_VAR_N | 1U << LIP_VAR_D);
  assert_int_equal(lip_expression("7", &everything, &value, &used, NULL), LIP_OK);
  assert_int_equal(used, 0);
}

static void broken_expressions_are_refused_and_change_nothing(void **state)
{
  static const char *const broken[] = {
      "",          "n +",    "(n",    "n)",   "2n",  "n d",    "m",   "sqrt n",
      "sqrt()",    "log(2",  "1..2",  "0x10", "inf", "nan",    "1,2", "min(1,",
      "sqrt(1,2)", "n ** 2", "n % 2", "1e",   "N",   "n <= 3",
  };

  (void)state;
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    double value = 42;
    lip_error err = {""};

    if (lip_expression(broken[i], &everything, &value, NULL, &err) == LIP_OK)
      fail_msg("'%s' was taken for %g", broken[i], value);
    assert_true(value == 42);
    assert_true(err.text[0] != 0);
  }
}

static void deep_nesting_is_refused_not_a_crash(void **state)
{
  enum { DEPTH = 200000 };
  char *text = malloc(DEPTH + 1);
  double value;

  (void)state;
  assert_non_null(text);
  memset(text, '(', DEPTH);
  text[DEPTH] = 0;
  assert_int_equal(lip_expression(text, &everything, &value, NULL, NULL), LIP_EINPUT);
  memset(text, '-', DEPTH);
  assert_int_equal(lip_expression(text, &everything, &value, NULL, NULL), LIP_EINPUT);
  free(text);
}

static void conditions_chain_and_nan_fails_them(void **state)
{
  static const struct {
    const char *text;
    bool holds;
  } cases[] = {
      {"k <= n", true},       {"k < 25", false},       {"k*d >= 2*n", true},    {"d != 8", false},
      {"10 <= k <= n", true}, {"10 <= k < 20", false}, {"n == 100", true},      {"n/k > d", false},
      {"log(-1) < 1", false}, {"log(-1) >= 1", false}, {"log(-1) != 1", false},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bool holds = !cases[i].holds;

    assert_int_equal(lip_condition(cases[i].text, &everything, &holds, NULL), LIP_OK);
    if (holds != cases[i].holds) fail_msg("%s", cases[i].text);
  }
}

/* A plan that must be read. */
static lip_plan *read_plan(const char *text)
{
  lip_plan *plan = NULL;
  lip_error err = {""};

  if (lip_plan_parse("p", text, &plan, &err) != LIP_OK) fail_msg("%s", err.text);
  return plan;
}

/* "n d k seed" of all cells, as the plan names them. */
static void expect_cells(const char *text, size_t cells, const size_t (*want)[4], size_t skipped)
{
  lip_plan *plan = read_plan(text);

  assert_int_equal(lip_plan_skipped(plan), skipped);
  assert_int_equal(lip_plan_cells(plan), cells);
  for (size_t i = 0; i < cells; i++) {
    const lip_setting *s = &plan->cell[i].setting;

    assert_int_equal(s->sample.n, want[i][0]);
    assert_int_equal(s->sample.d, want[i][1]);
    assert_int_equal(s->train.k, want[i][2]);
    assert_int_equal(s->sample.seed, want[i][3]);
  }
  lip_plan_free(plan);
}

static void lines_are_crossed_and_expressions_see_n_and_d(void **state)
{
  static const size_t want[][4] = {{100, 10, 100, 0}, {100, 10, 10, 0}, {100, 50, 20, 0},
                                   {100, 50, 10, 0},  {30, 3, 100, 0},  {30, 3, 10, 0},
                                   {30, 50, 6, 0},    {30, 50, 10, 0}};

  (void)state;
  expect_cells("k = 10*n/d, 10 # a comment\n\n n = 100 , 30\r\nd = n/10, 50", 8, want, 0);
}

static void values_round_to_the_nearest_whole_number(void **state)
{
  /* 10*10/8 = 12.5 -> 13; 10*10/7 = 14.28...; 10*10/6 = 16.67 */
  static const size_t want[][4] = {{10, 8, 13, 0}, {10, 7, 14, 0}, {10, 6, 17, 0}};

  (void)state;
  expect_cells("n = 10\nd = 8, 7, 6\nk = 10*n/d", 3, want, 0);
}

static void ranges_count_step_and_multiply(void **state)
{
  static const size_t seeds[][4] = {{9, 2, 1, 0}, {9, 2, 1, 1}, {9, 2, 1, 2}};
  static const size_t steps[][4] = {{9, 2, 1, 0}, {9, 2, 5, 0}, {9, 2, 9, 0}};
  static const size_t times[][4] = {
      {100, 2, 10, 0}, {100, 2, 20, 0}, {100, 2, 40, 0}, {100, 2, 80, 0}, {100, 2, 7, 0}};

  (void)state;
  expect_cells("n = 9\nd = 2\nk = 1\nseed = 0..2", 3, seeds, 0);
  expect_cells("n = 9\nd = 2\nk = 1..n step 4", 3, steps, 0);
  expect_cells("n = 100\nd = 2\nk = 10..n times 2, 7", 5, times, 0);
}

static void a_fractional_range_reaches_its_end(void **state)
{
  lip_plan *plan = read_plan("n = 9\nd = 2\nk = 1\neps = 0.1..0.3 step 0.1");

  (void)state;
  assert_int_equal(lip_plan_cells(plan), 3);
  assert_true(fabs(plan->cell[2].setting.train.eps - 0.3) < 1e-15);
  lip_plan_free(plan);
}

static void impossible_cells_are_skipped_and_counted(void **state)
{
  static const size_t want[][4] = {{10, 2, 3, 0}, {10, 2, 1, 0}};
  static const size_t far[][4] = {{10, 2, 1, 0}};

  (void)state;
  /* k = 0.4 rounds to 0; n = 0 and n = -5 take both k with them */
  expect_cells("n = 0, 10, -5\nd = 2\nk = 3, 0, 0.4, 0.6", 2, want, 10);
  expect_cells("n = 10\nd = 2\nk = 1, 1e30", 1, far, 1);
}

static void conditions_leave_cells_out(void **state)
{
  static const size_t want[][4] = {{10, 2, 5, 0}, {10, 2, 6, 0}, {10, 4, 5, 0}, {10, 4, 6, 0}};
  static const size_t seeds[][4] = {{10, 2, 5, 0}, {10, 2, 6, 0}, {10, 2, 6, 1}};

  (void)state;
  expect_cells(
      "n = 10\nd = 2, 4, 6\nk = 4..7\nwhere = k*d >= n, k < 7\nwhere = d < 5\nwhere = k >= 5", 4,
      want, 8);
  expect_cells("n = 10\nd = 2\nk = 5, 6\nseed = 0, 1\nwhere = seed < k - 4", 3, seeds, 1);
}

static void a_condition_can_compare_for_equality(void **state)
{
  static const size_t want[][4] = {{10, 2, 10, 0}};

  (void)state;
  expect_cells("n = 10\nd = 2\nk = 5, 10\nwhere = k == n", 1, want, 1);
}

static void equal_cells_are_one_cell_in_both_blocks(void **state)
{
  lip_plan *plan = read_plan("n = 100\nd = 10, 20\n[blue]\nk = n, 100\n[red]\nk = 10*n/d");

  (void)state;
  assert_int_equal(lip_plan_cells(plan), 3); /* d = 10: k = 100 twice over */
  assert_int_equal(plan->blocks, 2);
  assert_string_equal(plan->block[0].name, "blue");
  assert_int_equal(plan->block[0].cells, 2);
  assert_string_equal(plan->block[1].name, "red");
  assert_int_equal(plan->block[1].cells, 2);
  assert_int_equal(plan->block[1].cell[0], plan->block[0].cell[0]);
  assert_int_equal(lip_plan_skipped(plan), 0);
  lip_plan_free(plan);
}

static void a_block_replaces_shared_keys_and_adds_conditions(void **state)
{
  static const size_t want[][4] = {{10, 2, 3, 0}, {10, 2, 7, 0}, {20, 2, 9, 0}};

  (void)state;
  expect_cells("n = 10\nd = 2\nk = 3, 7\nwhere = k < n\n[a]\n[b]\nn = 20\nk = 9, 30\n[c]\n"
               "where = k > 5",
               3, want, 2);
}

static void one_seed_serves_sample_train_and_measure(void **state)
{
  lip_plan *plan = read_plan("n = 10\nd = 2\nk = 3\nseed = 18446744073709551615");
  const lip_setting *s = &plan->cell[0].setting;

  (void)state;
  assert_true(s->sample.seed == UINT64_MAX);
  assert_true(s->train.seed == UINT64_MAX);
  assert_true(s->measure.seed == UINT64_MAX);
  assert_int_equal(s->train.threads, 1);
  lip_plan_free(plan);
}

static void words_set_choices_and_flags(void **state)
{
  lip_plan *plan = read_plan("n=10\nd=2\nk=3\nkind = sphere\nbatch-norm = false, true\n"
                             "activation = tanh\ndomain = sphere:2\nlr = 1e-3, 3*10^-4");
  const lip_setting *s = &plan->cell[0].setting;

  (void)state;
  assert_int_equal(lip_plan_cells(plan), 4);
  assert_int_equal(s->sample.kind, LIP_SPHERE);
  assert_int_equal(s->train.activation, LIP_TANH);
  assert_string_equal(s->measure.domain, "sphere:2");
  assert_true(s->train.learning_rate == 1e-3);
  lip_plan_free(plan);
}

static void the_most_expensive_cell_comes_first(void **state)
{
  lip_plan *plan = read_plan("n = 10, 1000, 100\nd = 5, 50\nk = 3\nseed = 0, 1");

  (void)state;
  for (size_t i = 1; i < plan->cells; i++) {
    const lip_cell *a = &plan->cell[plan->order[i - 1]], *b = &plan->cell[plan->order[i]];

    assert_true(a->cost > b->cost || (a->cost == b->cost && strcmp(a->key, b->key) < 0));
  }
  assert_int_equal(plan->cell[plan->order[0]].setting.sample.n, 1000);
  lip_plan_free(plan);
}

static void step_flops_are_four_n_k_d_each(void **state)
{
  lip_plan *plan = read_plan("n = 10, 20\nd = 3\nk = 5");

  (void)state;
  assert_true(lip_plan_step_flops(plan) == 4.0 * 3 * 5 * (10 + 20));
  lip_plan_free(plan);
}

static void many_cells_are_found_by_their_keys(void **state)
{
  lip_plan *plan = read_plan("n = 10\nd = 2\nk = 1..100\nseed = 1..50");

  (void)state;
  assert_int_equal(lip_plan_cells(plan), 5000);
  for (size_t i = 0; i < plan->cells; i++)
    assert_int_equal(lip_plan_find(plan, plan->cell[i].key), i);
  assert_int_equal(lip_plan_find(plan, "k=1"), plan->cells);
  lip_plan_free(plan);
}

static void bad_plans_are_refused_with_line_and_cause(void **state)
{
  static const struct {
    const char *text, *error; /* the error must begin so */
  } cases[] = {
      {"n = 10\nwidth = 3", "p:2: there is no key 'width'"},
      {"n = 10\nd =\nk = 1", "p:2: d: a value is missing"},
      {"n = 10,,20", "p:1: n: a value is missing"},
      {"n = 10,", "p:1: n: a value is missing"},
      {"n = 10\nd = 2\nk = 1\nn = 20", "p:4: n was given on line 1 already"},
      {"n = 10\nd = 2\nk = n/(d-2)", "p:3: k: 'n/(d-2)' is no finite number at n = 10, d = 2"},
      {"n = 10\nd = 1/0\nk = n", "p:2: d: '1/0' is no finite number"},
      {"n = 10\nd = 2\nk = log(-n)", "p:3: k: 'log(-n)' is no finite number"},
      {"n = 10\nd = 2\nk = 1\nseed = 1..1e9", "p: has more than 1000000 combinations"},
      {"n = 1..1000\nd = 1..1000\nk = 1..1000", "p: has more than 1000000 combinations"},
      {"n = 10\nd = 2\nk = 5..n step 0", "p:3: k: the range 5..n never ends"},
      {"n = 10\nd = 2\nk = 5..n times 1", "p:3: k: the range 5..n never ends"},
      {"n = d\nd = 2\nk = 1", "p:1: n: 'd' may not speak of d"},
      {"n = 10\nd = k\nk = 1", "p:2: d: 'k' may not speak of k"},
      {"n = 10\nd = 2\n", "p: block all says nothing of k"},
      {"[a]\nn = 10\nd = 2\nk = 1\n[b]\nn = 3", "p: block b says nothing of d"},
      {"", "p: block all says nothing of n"},
      {"[a]\n[b]\n[a]", "p:3: block a began on line 1 already"},
      {"[a b]", "p:1: a block begins with [name]"},
      {"[", "p:1: a block begins with [name]"},
      {"[]", "p:1: a block begins with [name]"},
      {"hello", "p:1: 'hello' is neither key = value nor [block]"},
      {"kind = cone", "p:1: kind: 'cone' is none of gaussian|sphere"},
      {"batch-norm = maybe", "p:1: batch-norm: 'maybe' is neither true nor false"},
      {"eps = -1", "p:1: eps: '-1' is not in [0, 1e+300]"},
      {"eps = small", "p:1: eps: 'small': there is no 'small'"},
      {"domain = torus", "p:1: domain: 'torus'"},
      {"threads = 4", "p:1: there is no key 'threads'"},
      {"where = k", "p:1: where: 'k' compares nothing"},
      {"where = k <= m", "p:1: where: 'k <= m': there is no 'm'"},
      {"where =", "p:1: where: a value is missing"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lip_plan *plan = NULL;
    lip_error err = {""};
    lip_status st = lip_plan_parse("p", cases[i].text, &plan, &err);

    if (st != LIP_EINPUT) fail_msg("'%s': %s", cases[i].text, lip_status_text(st));
    assert_null(plan);
    if (strncmp(err.text, cases[i].error, strlen(cases[i].error)) != 0)
      fail_msg("'%s': %s", cases[i].text, err.text);
  }
}

static void every_allocation_may_fail(void **state)
{
  static const char text[] = "n = 10, 20\nd = 2\nk = 1..100\n[a]\nwhere = k < n\n[b]\nseed = 1";
  size_t allowed = 0;
  lip_status st = LIP_ENOMEM;

  (void)state;
  for (; st == LIP_ENOMEM; allowed++) {
    lip_plan *plan = NULL;
    lip_error err = {""};

    lip_alloc_fail_after(allowed);
    st = lip_plan_parse("p", text, &plan, &err);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true((plan != NULL) == (st == LIP_OK));
    assert_true((err.text[0] != 0) == (st != LIP_OK));
    lip_plan_free(plan);
  }
  assert_int_equal(st, LIP_OK);
  assert_true(allowed > 10);
}

static void a_key_names_every_option_and_reads_back(void **state)
{
  lip_plan *plan = read_plan("n = 10\nd = 2\nk = 3\neps = 1/3\nseed = 4\nkind = sphere");
  const lip_cell *cell = &plan->cell[0];
  lip_setting again;
  char *key, *words = strdup(cell->key);

  (void)state;
  lip_setting_defaults(&again);
  assert_non_null(words);
  for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
    char *value = strchr(word, '=');

    *value++ = 0;
    assert_int_equal(lip_setting_set(&again, lip_knob_find(&plan->knobs, word), value, NULL),
                     LIP_OK);
    if (strcmp(word, "eps") == 0) assert_true(again.train.eps == 1.0 / 3);
  }
  key = lip_setting_key(&again, &plan->knobs);
  assert_string_equal(key, cell->key);
  lip_free(key);
  free(words); /* the setting's texts point into it */
  lip_plan_free(plan);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(expressions_follow_the_rules_of_arithmetic),
      cmocka_unit_test(an_expression_says_what_it_spoke_of),
      cmocka_unit_test(broken_expressions_are_refused_and_change_nothing),
      cmocka_unit_test(deep_nesting_is_refused_not_a_crash),
      cmocka_unit_test(conditions_chain_and_nan_fails_them),
      cmocka_unit_test(lines_are_crossed_and_expressions_see_n_and_d),
      cmocka_unit_test(values_round_to_the_nearest_whole_number),
      cmocka_unit_test(ranges_count_step_and_multiply),
      cmocka_unit_test(a_fractional_range_reaches_its_end),
      cmocka_unit_test(impossible_cells_are_skipped_and_counted),
      cmocka_unit_test(conditions_leave_cells_out),
      cmocka_unit_test(a_condition_can_compare_for_equality),
      cmocka_unit_test(equal_cells_are_one_cell_in_both_blocks),
      cmocka_unit_test(a_block_replaces_shared_keys_and_adds_conditions),
      cmocka_unit_test(one_seed_serves_sample_train_and_measure),
      cmocka_unit_test(words_set_choices_and_flags),
      cmocka_unit_test(the_most_expensive_cell_comes_first),
      cmocka_unit_test(step_flops_are_four_n_k_d_each),
      cmocka_unit_test(many_cells_are_found_by_their_keys),
      cmocka_unit_test(bad_plans_are_refused_with_line_and_cause),
      cmocka_unit_test(every_allocation_may_fail),
      cmocka_unit_test(a_key_names_every_option_and_reads_back),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
