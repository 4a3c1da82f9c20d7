/* test_law.c - the theorems as calculators: numbers of the papers and of independent arithmetic,
   monotone in every quantity, solved and evaluated back, refusals. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "law_input.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

/* Theorem 3 at the sizes of theory.md: (n, d, p, log), eps = 1/2, delta = 0.01. */
static void theorem_3_has_the_printed_values(void **state)
{
  static const struct {
    const char *at;
    double paper, corrected, sharp;
  } rows[] = {
      {"n=1e4 d=1e3 p=1e4 log=20", 0.0069, 0.0246, 4.827},
      {"n=6e4 d=784 p=2e5 log=40", 0.0024, 0.0084, 1.69},
      {"n=1.4e7 d=2e5 p=1e8 log=100", 0.016, 0.058, 11.8},
  };

  (void)state;
  for (size_t i = 0; i < 3; i++) {
    assert_near(law_bound("theorem-3-paper", rows[i].at) / rows[i].paper, 1, 0.03);
    assert_near(law_bound("theorem-3-corrected", rows[i].at) / rows[i].corrected, 1, 0.004);
    assert_near(law_bound("theorem-3-sharp", rows[i].at) / rows[i].sharp, 1, 0.004);
  }
  assert_near(law_bound("theorem-3-sharp", rows[0].at), 4.827, 5e-4);
}

static void theorem_3_counts_the_net_of_a_box_with_its_true_diameter(void **state)
{
  double net = 100 * log(60 * (2 * 3 * sqrt(100)) * 7 / 0.25), rate = net + log(4 / 0.05);
  double separated = 100 * log(1 + 2 * 60 * 7 / 0.1) + log(4 / 0.05);
  double margin = 1 - 0.1 - 0.2 - sqrt(2 * log(4 / 0.05) / 5000);

  (void)state;
  assert_near(law_bound("theorem-3-paper", "n=5000 d=400 p=100 W=3 J=7 eps=0.25 delta=0.05 c=4"),
              0.25 / (512 * 2) * sqrt(5000 * 400 / rate), 1e-13);
  assert_near(
      law_bound("theorem-3-paper", "n=5000 d=400 p=100 diam=60 J=7 eps=0.25 delta=0.05 c=4"),
      0.25 / (512 * 2) * sqrt(5000 * 400 / rate), 1e-13);
  assert_near(law_bound("theorem-3-sharp",
                        "n=5000 d=400 p=100 W=3 J=7 delta=0.05 c=4 fit_error=0.2 net_radius=0.1"),
              margin * sqrt(5000 * 400 / (8 * separated)), 1e-12);
  /* no radius of the net is better than the one that is chosen */
  for (double r = 1e-4; r < 0.9; r *= 1.3) {
    char at[128];

    (void)snprintf(at, sizeof at, "n=5000 d=400 p=100 W=3 J=7 net_radius=%.17g", r);
    assert_true(law_bound("theorem-3-sharp", at) <=
                law_bound("theorem-3-sharp", "n=5000 d=400 p=100 W=3 J=7") * (1 + 1e-9));
  }
}

static void the_condition_on_mixtures_needs_the_printed_number_of_points(void **state)
{
  /* 8^4 * 10 * log(8000) / 0.25 = 1.47e6 */
  lip_law_result few = law_at("theorem-3-paper", "n=1.46e6 d=100 p=10 log=5 mixture=10"),
                 many = law_at("theorem-3-paper", "n=1.48e6 d=100 p=10 log=5 mixture=10 sigma2=1");

  (void)state;
  assert_int_equal(few.assumption[0].holds, LIP_NO);
  assert_int_equal(few.holds, LIP_NO);
  assert_true(few.vacuous);
  assert_int_equal(many.assumption[0].holds, LIP_YES);
  assert_int_equal(many.assumption[1].holds, LIP_YES);
  assert_int_equal(law_at("theorem-3-paper", "n=1e9 d=100 p=10 log=5 sigma2=0.4").holds, LIP_NO);
}

static void theorem_2_adds_its_two_terms(void **state)
{
  const char *at = "n=20000 d=500 L=3 log_size=7 eps=0.5 c=1 mixture=2";
  double labels = 8 * exp(-20000 * 0.25 / 1024);

  (void)state;
  assert_near(law_bound("theorem-2-paper", at) /
                  (labels + 2 * exp(7 - 0.25 * 20000 * 500 / (4096 * 9))),
              1, 1e-12);
  assert_near(law_bound("theorem-2", at) / (labels + 2 * exp(7 - 0.25 * 20000 * 500 / (5184 * 9))),
              1, 1e-12);
  /* quantised: |F| = 2^(bits p) */
  assert_near(law_bound("theorem-2", "n=20000 d=500 L=3 p=5 bits=2") /
                  law_bound("theorem-2", "n=20000 d=500 L=3 log_size=6.931471805599453"),
              1, 1e-12);
  assert_near(law_bound("lemma-2.1", "n=4000 eps=0.5") / (2 * exp(-4000 * 0.25 / 512)), 1, 1e-13);
  assert_true(law_bound("theorem-2-sharp", "n=20000 d=500 L=0.1 log_size=7") > 0);
}

/* The formulas of theory.md worked out again, or put back into the inequality that they solve. */
static void derived_bounds_are_what_their_proofs_say(void **state)
{
  double t = law_bound("lemma-5", "n=4000 d=64 degree=2 delta=0.02"), least = INFINITY, m, h, g, w;
  lip_law_result result;

  (void)state;
  assert_near(2 * 64 * exp(-t * t / 2 / (4000.0 / 64 + t / 3)) / 0.02, 1, 1e-10);
  assert_near(law_bound("lemma-5", "n=1e6 d=1e5 degree=2"),
              8.0 / 7 * (sqrt(6e6 * (1e5 * log(33) + log(200))) + 2 * (1e5 * log(33) + log(200))) /
                  1e5,
              1e-9);
  assert_near(law_bound("net", "p=10 J=3 diam=4 eps=0.3"), 10 * log(1 + 2 * 4 * 3 / 0.05), 1e-11);
  assert_near(law_bound("lemma-4", "n=100 d=10 degree=1 delta=0.02"), sqrt(2 * 100 * log(100) / 10),
              1e-12);
  assert_near(law_bound("lemma-4", "n=100 d=10 degree=2 delta=0.02"),
              (sqrt(600 * log(100)) + 2 * log(100)) / 10, 1e-12);
  /* The constant is that of the function, p |T|_op, not |T|_op. */
  result = law_at("theorem-5", "n=4000 d=64 degree=2 delta=0.02");
  assert_near(result.bound, 2 * 4000 / (64 * t), 1e-12);
  assert_near(law_constant_of(&result, "|T|_op at least"), 4000 / (64 * t), 1e-12);
  result = law_at("theorem-7", "n=4000 d=64 k=7 delta=0.02");
  assert_near(result.bound, 2 * 4000 / (7 * t), 1e-12);
  assert_near(law_constant_of(&result, "|T|_op at least"), 4000 / (7 * t), 1e-12);

  /* P(some |x_i| > R) <= n exp(-d (R - 1)^2 / 2) = delta / 2 */
  result = law_at("profile-two-layer", "n=300 d=40 k=3 norm=7 delta=0.02");
  assert_near(300 * exp(-40 * pow(law_constant_of(&result, "R, the points' ball") - 1, 2) / 2),
              0.01, 1e-12);

  /* Theorem 1: m = 2, delta / 4 = 0.025 each */
  m = 2;
  h = 79 - 2 * sqrt(79 * log(20 / 0.025));
  g = 80 - 2 * sqrt(80 * log(20 / 0.025));
  w = m * 80 / h * pow(sqrt(20) + sqrt(80) + sqrt(2 * log(40)), 2) / g;
  result = law_at("theorem-1", "n=40 d=80 k=20 delta=0.1");
  assert_near(result.bound / (4 * w), 1, 1e-12);
  assert_near(result.assumption[1].value, sqrt(m * 80 / h * 2 * log(20 * 40 / 0.025) / 80), 1e-12);

  /* Theorem 2 sharp: the best split of the margin between labels and class */
  for (double s = 0; s < 0.7; s += 1e-4)
    least = fmin(least, 4 * exp(-300 * s * s / 2) +
                            exp(9 - 300 * 50 * (0.7 - s) * (0.7 - s) / (2 * 1.5 * 36)));
  assert_near(law_bound("theorem-2-sharp",
                        "n=300 d=50 L=6 c=1.5 mixture=2 fit_error=0.2 net_radius=0.1 log_size=9") /
                  least,
              1, 1e-5);
  assert_near(law_bound("theorem-2-sharp", "n=300 d=50 L=6 c=1.5 fit_error=0.3 positive=0.2 "
                                           "log_size=9"),
              exp(9 - 0.49 * 50 * 2 * 60 * 240 / (300 * 1.5 * 36)), 1e-12);
  assert_near(law_bound("theorem-3-sharp", "n=300 d=50 p=3 log=3 c=1.5 fit_error=0.3 positive=0.2"),
              0.7 * 0.8 * sqrt(300 * 50 / (3 * (9 + log(400)))), 1e-12);
  assert_near(law_bound("theorem-3-sharp", "n=300 d=50 p=3 log=3 c=1.5 mixture=4"),
              (1 - sqrt(2 * (4 * log(2) + log(200)) / 300)) * sqrt(300 * 50 / (3 * (9 + log(400)))),
              1e-12);
}

/* The table of brackets.md: L / sqrt(d) by bits per sample, and what a Gaussian tail gives. */
static void the_profile_law_has_the_printed_table(void **state)
{
  static const double bits[] = {1.5, 2, 3, 5, 8, 32},
                      profile[] = {2.66, 1.48, 0.87, 0.54, 0.38, 0.16},
                      chernoff[] = {0.69, 0.60, 0.49, 0.38, 0.30, 0.15};

  (void)state;
  for (size_t i = 0; i < 6; i++) {
    char at[128];
    lip_law_result result;

    (void)snprintf(at, sizeof at, "n=1e7 d=1 p=1e7 bits=%g", bits[i]);
    result = law_at("profile", at);
    assert_near(result.bound, profile[i], 0.0052);
    assert_near(law_constant_of(&result, "the same by a Gaussian tail (sharp)"), chernoff[i],
                0.0052);
    assert_near(law_constant_of(&result, "bits per sample"), bits[i], 1e-5);
  }
  assert_true(law_bound("profile", "n=1e7 d=1 p=1e7 bits=0.99") > 1e300);
  assert_true(law_bound("profile", "n=1e7 d=1 p=1e7 bits=1.01") < 1e3);
  assert_true(law_at("profile", "n=100 d=5 p=10 bits=32 fit_error=1.2").vacuous);
}

static void polynomial_networks_have_the_printed_factors(void **state)
{
  static const struct {
    const char *at;
    size_t count;
    double factor[6];
  } rows[] = {
      {"n=1000 d=5 degree=2", 2, {1, 2}},
      {"n=1000 d=5 degree=3", 3, {1, 2, 3.0 / 2}},
      {"n=1000 d=5 degree=4", 4, {1, 2.0 / 3, 3.0 / 2, 1}},
      {"n=1e5 d=5 degree=6", 6, {1, 2.0 / 5, 3.0 / 8, 1.0 / 5, 5.0 / 8, 3.0 / 8}},
  };

  (void)state;
  for (size_t i = 0; i < 4; i++) {
    lip_law_result result = law_at("theorem-6", rows[i].at);

    for (size_t q = 1; q <= rows[i].count; q++) {
      char name[40];

      (void)snprintf(name, sizeof name, "Markov factor of order %zu", q);
      assert_near(law_constant_of(&result, name), rows[i].factor[q - 1], 1e-13);
    }
  }
}

static void the_two_layer_paper_has_its_formulas(void **state)
{
  lip_law_result result = law_at("theorem-4", "n=600 d=60 k=1");

  (void)state;
  assert_near(law_constant_of(&result, "sqrt(2 d/k) / (1 + sqrt(d/N)), typical"), 7.57, 0.005);
  assert_true(result.bound > 6 && result.bound < 7.57);
  assert_near(law_at("conjecture-1", "n=2000 k=20").order, 10, 1e-13);
  assert_true(isnan(law_at("conjecture-1", "n=2000 k=20").bound));
  assert_non_null(strstr(law_at("conjecture-1", "n=2000 d=50 k=20").says, "infeasible"));
  assert_non_null(strstr(law_at("conjecture-1", "n=2000 d=500 k=300").says, "undercomplete"));
  assert_non_null(strstr(law_at("conjecture-1", "n=2000 d=50 k=200").says, "optimal size"));
  assert_non_null(strstr(law_at("conjecture-1", "n=20000 d=50 k=6000").says, "intermediate"));
  assert_non_null(strstr(law_at("conjecture-1", "n=2000 d=50 k=2000").says, "optimal smoothness"));
  assert_non_null(strstr(law_at("conjecture-1", "n=2000 d=50 k=30000").says, "saturated"));
  assert_int_equal(law_at("conjecture-2", "n=2000 d=50 k=20").holds, LIP_NO);
  assert_near(law_bound("two-layer-theorem-3-lower", "n=900 k=9 delta=0.01"),
              10 / (2 + sqrt(2 * log(100))), 1e-13);
  assert_near(law_bound("lemma-1", "degree=3 norm=2.5"), 7.5, 0);
  assert_near(law_bound("lemma-2", "d=5 degree=3"), 200, 1e-9);
  assert_near(law_bound("lemma-3", "d=5 degree=3 norm=2"), 50, 1e-9);
  assert_near(law_bound("proposition-1.2", "subgaussian=1.4427"), 25.97, 0.005);
  /* (1e4, 1e3): m <= 13, 51 adaptive */
  assert_non_null(strstr(law_at("theorem-1", "n=1e4 d=1e3 k=1000").assumption[2].text, "13.39"));
  assert_non_null(strstr(law_at("theorem-1", "n=1e4 d=1e3 k=1000").assumption[2].text, "51.49"));
}

/* Where each law is tried: no term is negligible, no bound is at its trivial end. */
static const struct {
  const char *law, *at;
} bases[] = {
    {"conjecture-1", "n=2000 d=50 k=300"},
    {"conjecture-2", "n=2000 d=50 k=300"},
    {"two-layer-theorem-1", "n=20000 d=5000 k=10000"},
    {"two-layer-theorem-2", "n=400 d=512 degree=2"},
    {"two-layer-theorem-3-upper", "product=7"},
    {"two-layer-theorem-3-lower", "n=900 k=9 product=20"},
    {"two-layer-theorem-4", "n=600 d=60 k=5"},
    {"two-layer-theorem-5", "n=4000 d=64 degree=2"},
    {"two-layer-theorem-6", "n=4000 d=64 degree=2"},
    {"two-layer-theorem-7", "n=1000 d=64 k=5"},
    {"two-layer-lemma-1", "degree=3 norm=2"},
    {"two-layer-lemma-2", "d=7 degree=3"},
    {"two-layer-lemma-3", "d=7 degree=3 norm=2"},
    {"two-layer-lemma-4", "n=4000 d=64 degree=2"},
    {"two-layer-lemma-5", "n=4000 d=64 degree=2"},
    {"proposition-1.2", "subgaussian=1.5"},
    {"lemma-2.1", "n=9000 eps=0.5"},
    {"theorem-2-paper", "n=12000 d=500 L=4.6 p=10 bits=2"},
    {"theorem-2-corrected", "n=12000 d=500 L=4.1 p=10 bits=2"},
    {"theorem-2-sharp", "n=500 d=50 L=15 p=10 bits=2 fit_error=0.1"},
    {"theorem-3-paper", "n=1e5 d=1e3 p=100 log=20"},
    {"theorem-3-corrected", "n=1e5 d=1e3 p=100 log=20"},
    {"theorem-3-sharp", "n=1e4 d=1e3 p=100 log=20 fit_error=0.1"},
    {"net", "p=10 J=3 W=2"},
    {"profile", "n=1000 d=100 p=300 bits=8 fit_error=0.1"},
    {"profile-two-layer", "n=10000 d=500 k=20 norm=40 fit_error=0.1"},
    {"deep-3.1-paper", "n=1e6 d=1e3 p=100 depth=3 multiplicity=7 radius=1 W=2"},
    {"deep-3.1-corrected", "n=1e6 d=1e3 p=100 depth=3 multiplicity=7 radius=1 W=2"},
    {"deep-3.1-sharp", "n=1e4 d=1e3 p=100 depth=3 multiplicity=7 radius=1 W=2 fit_error=0.1"},
    {"deep-3.2-paper", "n=1e6 d=1e3 p=100 depth=3 multiplicity=7 radius=1 W=2 product=9"},
    {"deep-3.2-corrected", "n=1e6 d=1e3 p=100 depth=3 multiplicity=7 radius=1 W=2 product=9"},
    {"deep-3.2-sharp",
     "n=1e4 d=1e3 p=100 depth=3 multiplicity=7 radius=1 W=2 product=9 fit_error=0.1"},
    {"radius-ceiling", "n=1e4 d=1e3 p=100 log=20"},
    {"poincare", "n=1e4 d=1e3 p=1000 log=20 fit_error=0.1"},
    {"caps-gradient", "n=1000 d=50 threshold=0.9"},
    {"rademacher", "n=1e5 d=200 L=2 p=10 bits=8"},
    {"generalisation", "n=1e5 d=200 L=2 p=10 bits=8 loss_bound=1"},
    {"projection", "n=1000 d=500 p=1e5"},
    {"memorisation", "n=1000 d=50"},
};

static double bound_of(const lip_law *law, const lip_law_input *input)
{
  lip_law_result result;
  lip_error err = {""};

  if (lip_law_evaluate(law, input, &result, &err) != LIP_OK) {
    (void)fprintf(stderr, "%s: %s\n", law->name, err.text);
    return NAN;
  }
  return isnan(result.bound) ? result.order : result.bound;
}

/* -1, 0 or 1 as the bound must move with the quantity, by what the statement says. */
static int direction(const lip_law *law, const char *name)
{
  if (strcmp(law->name, "net") == 0)
    return strcmp(name, "eps") == 0 || strcmp(name, "net_radius") == 0 ? -1 : 1;
  bool upper = strstr("two-layer-theorem-1 two-layer-theorem-2 two-layer-lemma-4 two-layer-lemma-5 "
                      "conjecture-2 caps-gradient projection memorisation",
                      law->name) != NULL;
  bool probability = strcmp(law->target, "delta") == 0;
  bool ceiling = strstr("radius-ceiling rademacher generalisation", law->name) != NULL;
  int sign = probability || ceiling ? -1 : 1;

  if (strcmp(name, "n") == 0) return upper ? 1 : sign;
  if (strcmp(name, "k") == 0) return -1;
  if (strcmp(name, "p") == 0 || strcmp(name, "bits") == 0 || strcmp(name, "log") == 0 ||
      strcmp(name, "log_size") == 0 || strcmp(name, "fit_error") == 0 || strcmp(name, "c") == 0)
    return -sign;
  if (strcmp(name, "L") == 0) return 1;
  if (strcmp(name, "eps") == 0) return sign;
  if (strcmp(name, "delta") == 0) return upper || ceiling ? -1 : 1;
  if (strcmp(name, "product") == 0 && strncmp(law->name, "deep", 4) == 0) return -1;
  if (strcmp(name, "depth") == 0 || strcmp(name, "W") == 0) return -1;
  if (strcmp(name, "norm") == 0) return strncmp(law->name, "profile", 7) == 0 ? -1 : 1;
  if (strcmp(name, "subgaussian") == 0 || strcmp(name, "product") == 0) return 1;
  return 0;
}

/* theorem-3-lower compares the product with its bound but does not use it */
static bool enters(const lip_law *law, const char *name)
{
  return !(strcmp(law->name, "two-layer-theorem-3-lower") == 0 && strcmp(name, "product") == 0) &&
         !(strncmp(law->name, "conjecture", 10) == 0 && strcmp(name, "d") == 0);
}

static void every_law_is_monotone_in_what_it_uses(void **state)
{
  static const double steps[] = {1.01, 1.1, 1.2};

  (void)state;
  for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
    const lip_law *law = lip_law_find(bases[i].law);
    lip_law_input input;

    assert_non_null(law);
    assert_true(law_read(bases[i].at, &input));
    for (size_t j = 0; lip_quantity_at(j); j++) {
      const lip_quantity *quantity = lip_quantity_at(j);
      double *value = lip_quantity_of(quantity, &input), kept = *value, before;
      int sign = direction(law, quantity->name);
      char words[256], word[64];

      (void)snprintf(words, sizeof words, " %s %s ", law->needs, law->may);
      if (isnan(kept) || sign == 0 || !enters(law, quantity->name)) continue;
      (void)snprintf(word, sizeof word, " %s ", quantity->name);
      if (!strstr(words, word)) continue;
      before = bound_of(law, &input);
      for (size_t s = 0; s < 3; s++) {
        double after;

        *value = kept * steps[s];
        after = bound_of(law, &input);
        if (!(sign * (after - before) >= 0))
          (void)fprintf(stderr, "%s %s: %g then %g\n", law->name, quantity->name, before, after);
        assert_true(sign * (after - before) >= 0);
        before = after;
      }
      *value = kept;
    }
  }
}

/* Each word of a list, one after the other. */
static const char *next_word(const char **at, char *word)
{
  size_t length = strcspn(*at, " ");

  if (!length) return NULL;
  (void)snprintf(word, 40, "%.*s", (int)length, *at);
  *at += length + strspn(*at + length, " ");
  return word;
}

static void what_is_solved_for_gives_the_bound_back(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
    const lip_law *law = lip_law_find(bases[i].law);
    const char *at = law->solves;
    char word[40];

    while (next_word(&at, word)) {
      const lip_quantity *unknown = lip_quantity_find(word),
                         *target = lip_quantity_find(law->target);
      lip_law_input input;
      lip_law_result result;
      lip_error err = {""};
      double kept, bound;

      assert_true(law_read(bases[i].at, &input));
      kept = *lip_quantity_of(unknown, &input);
      if (isnan(kept) || kept == 0) continue; /* another way to give the class */
      bound = bound_of(law, &input);
      *lip_quantity_of(unknown, &input) = NAN;
      *lip_quantity_of(target, &input) = bound;
      if (lip_law_solve(law, word, &input, &result, &err) != LIP_OK)
        (void)fprintf(stderr, "%s %s: %s\n", law->name, word, err.text);
      assert_int_equal(lip_law_solve(law, word, &input, &result, &err), LIP_OK);
      assert_near((isnan(result.bound) ? result.order : result.bound) / bound, 1, 1e-9);
      if (strcmp(law->name, "profile-two-layer") == 0 && strcmp(word, "norm") == 0)
        continue; /* all norms up to the next power of 2 have the same bound */
      if (!(fabs(*lip_quantity_of(unknown, &result.solved) / kept - 1) < 1e-8))
        (void)fprintf(stderr, "%s %s: %.17g, not %.17g\n", law->name, word,
                      *lip_quantity_of(unknown, &result.solved), kept);
      assert_near(*lip_quantity_of(unknown, &result.solved) / kept, 1, 1e-8);
    }
  }
}

static void the_table_names_quantities_and_no_law_is_left_untried(void **state)
{
  size_t count = 0;

  (void)state;
  for (; lip_law_at(count); count++) {
    const lip_law *law = lip_law_at(count);
    const char *lists[] = {law->needs, law->may, law->solves, law->target};
    char word[40];

    for (size_t j = 0; j < 4; j++)
      for (const char *at = lists[j]; next_word(&at, word);) {
        if (!lip_quantity_find(word)) (void)fprintf(stderr, "%s names %s\n", law->name, word);
        assert_non_null(lip_quantity_find(word));
      }
    assert_ptr_equal(lip_law_find(law->name), law);
  }
  for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
    lip_law_result result = law_at(bases[i].law, bases[i].at);

    assert_true(result.assumptions + 1 < LIP_LAW_ASSUMPTIONS);
    assert_true(result.constants + 1 < LIP_LAW_CONSTANTS);
    assert_true(strlen(result.says) + 1 < sizeof result.says);
    for (size_t j = 0; j < result.assumptions; j++)
      assert_true(strlen(result.assumption[j].text) + 1 < sizeof result.assumption[j].text);
  }
  assert_true(count >= sizeof bases / sizeof *bases);
  assert_null(lip_law_find("theorem-9"));
  assert_null(lip_law_find(""));
  assert_string_equal(lip_law_find("theorem-7")->name, "two-layer-theorem-7");
  assert_string_equal(lip_law_find("theorem-3")->name, "theorem-3-corrected");
}

static void refuses(const char *name, const char *at, const char *text)
{
  lip_law_input input;
  lip_law_result result;
  lip_error err = {""};

  assert_true(law_read(at, &input));
  assert_int_equal(lip_law_evaluate(lip_law_find(name), &input, &result, &err), LIP_EOPTION);
  if (!strstr(err.text, text)) (void)fprintf(stderr, "%s at %s: %s\n", name, at, err.text);
  assert_non_null(strstr(err.text, text));
}

static void what_is_out_of_range_or_missing_is_named(void **state)
{
  (void)state;
  refuses("theorem-3", "n=1e4 d=1e3 p=1e4 log=20 eps=1", "eps = 1 must be above 0 and below 1");
  refuses("theorem-3", "n=1e4 d=1e3 p=1e4 log=20 delta=0", "delta = 0 must be above 0");
  refuses("theorem-3", "n=-5 d=1e3 p=1e4 log=20", "n = -5 must be at least 1");
  refuses("theorem-3", "n=inf d=1e3 p=1e4 log=20", "n = inf must be at least 1 and finite");
  refuses("theorem-3", "d=1e3 p=1e4 log=20", "needs n: points");
  refuses("theorem-3", "n=1e4 d=1e3 p=1e4", "size of the class is missing");
  refuses("theorem-3", "n=1e4 d=1e3 p=1e4 log=20 bits=8", "given twice");
  refuses("theorem-3", "n=1e4 d=1e3 p=1e4 W=3", "J is missing");
  refuses("theorem-3", "n=1e4 d=1e3 p=1e4 J=3", "J needs one of W and diam");
  refuses("theorem-3-sharp", "n=1e4 d=1e3 log=20", "p is missing");
  refuses("theorem-3-sharp", "n=1e4 d=1e3 p=9 W=3 J=1 net_radius=0", "a radius above 0");
  refuses("theorem-3-sharp", "n=1e4 d=1e3 p=9 log=2 positive=0.5 mixture=2", "not for a mixture");
  refuses("theorem-3", "n=1e4 d=1e3 p=9 log=2 mixture=2.5", "mixture = 2.5 must be a whole number");
  refuses("theorem-5", "n=1e4 d=1e3 degree=2.5", "degree = 2.5 must be a whole number");
  refuses("profile-two-layer", "n=10 d=10 k=1 norm=2 fit_error=1", "must be below 1");
}

static void what_has_no_solution_says_why(void **state)
{
  const lip_law *law = lip_law_find("theorem-3-sharp");
  lip_law_input input;
  lip_law_result result;
  lip_error err = {""};

  (void)state;
  assert_true(law_read("n=1e4 d=1e3 log=20 fit_error=0.99 L=5", &input));
  assert_int_equal(lip_law_solve(law, "p", &input, &result, &err), LIP_EOPTION);
  assert_non_null(strstr(err.text, "no p gives L = 5"));
  assert_int_equal(lip_law_solve(law, "sigma2", &input, &result, &err), LIP_EOPTION);
  assert_non_null(strstr(err.text, "can be solved for"));
  assert_int_equal(lip_law_solve(law, "nonsense", &input, &result, &err), LIP_EOPTION);
  assert_true(law_read("n=1e4 d=1e3 log=20", &input));
  assert_int_equal(lip_law_solve(law, "p", &input, &result, &err), LIP_EOPTION);
  assert_non_null(strstr(err.text, "L is missing"));
}

static void a_bound_below_what_every_fit_has_is_vacuous(void **state)
{
  (void)state;
  assert_false(law_at("theorem-3-sharp", "n=1e4 d=1e3 p=1e4 log=20").vacuous);
  assert_false(law_at("theorem-3-sharp", "n=1e4 d=1e3 p=1e4 log=20 L_star=4.8").vacuous);
  assert_true(law_at("theorem-3-sharp", "n=1e4 d=1e3 p=1e4 log=20 L_star=4.9").vacuous);
  assert_true(law_at("theorem-3-sharp", "n=1e4 d=1e3 p=1e7 log=20").vacuous);
  assert_true(law_at("theorem-2", "n=100 d=10 L=5 log_size=9").vacuous);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(theorem_3_has_the_printed_values),
      cmocka_unit_test(theorem_3_counts_the_net_of_a_box_with_its_true_diameter),
      cmocka_unit_test(the_condition_on_mixtures_needs_the_printed_number_of_points),
      cmocka_unit_test(theorem_2_adds_its_two_terms),
      cmocka_unit_test(derived_bounds_are_what_their_proofs_say),
      cmocka_unit_test(the_profile_law_has_the_printed_table),
      cmocka_unit_test(polynomial_networks_have_the_printed_factors),
      cmocka_unit_test(the_two_layer_paper_has_its_formulas),
      cmocka_unit_test(every_law_is_monotone_in_what_it_uses),
      cmocka_unit_test(what_is_solved_for_gives_the_bound_back),
      cmocka_unit_test(the_table_names_quantities_and_no_law_is_left_untried),
      cmocka_unit_test(what_is_out_of_range_or_missing_is_named),
      cmocka_unit_test(what_has_no_solution_says_why),
      cmocka_unit_test(a_bound_below_what_every_fit_has_is_vacuous),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
