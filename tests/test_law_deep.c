/* test_law_deep.c - (3.1) and (3.2) against the formulas written out, over depths that overflow
   them; the same for architectures, with norms of trained weights rounded up. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/memory.h"
#include "law/architecture_laws.h"
#include "law_input.h"
#include "net/architecture.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

#define AT "n=1e6 d=1e3 p=5000 multiplicity=7 radius=1.5 W=2 eps=0.25 delta=0.05"

static double through_theorem_3(double factor, double J)
{
  double diameter = 2 * 2 * sqrt(5000), size = 5000 * log(60 * diameter * J / 0.25);

  return 0.25 / factor * sqrt(1e9 / (size + log(4 / 0.05)));
}

static void the_formulas_are_those_of_the_paper_and_of_the_proof(void **state)
{
  double others = pow(2 * sqrt(5000 * 7 / 2.0), 2); /* D = 3 */

  (void)state;
  assert_near(law_bound("deep-3.1-paper", AT " depth=3") /
                  through_theorem_3(512, 1.5 * pow(2.0 * 7 * 5000, 3)),
              1, 1e-12);
  assert_near(law_bound("deep-3.1", AT " depth=3") /
                  through_theorem_3(144, 1.5 * sqrt(7 * 3) * others),
              1, 1e-12);
  assert_near(law_bound("deep-3.1", AT " depth=1") / through_theorem_3(144, 1.5 * sqrt(7)), 1,
              1e-12);
  assert_near(law_bound("deep-3.2-paper", AT " depth=3 product=40") /
                  through_theorem_3(512, 40 * 7 * 1.5 * sqrt(5000)),
              1, 1e-12);
  assert_near(law_bound("deep-3.2", AT " depth=3 product=40") /
                  through_theorem_3(144, 40 * 1.5 * sqrt(21)),
              1, 1e-12);
  /* sharp: what Theorem 3 gives for this J and box, the net's radius being the best one */
  assert_near(
      law_bound("deep-3.2-sharp", AT " depth=3 product=40") /
          law_bound("theorem-3-sharp", "n=1e6 d=1e3 p=5000 W=2 J=274.9545416973504 delta=0.05"),
      1, 1e-6);
}

/* At fixed p, (3.1) falls with the depth like 1 / sqrt D, (3.2) hardly. */
static void depth_costs_3_1_a_root_and_3_2_a_logarithm(void **state)
{
  static const char *const modes[] = {"paper", "corrected", "sharp"};

  (void)state;
  for (size_t m = 0; m < 3; m++) {
    double before[2] = {INFINITY, INFINITY}, first[2] = {0, 0};

    for (double depth = 2; depth <= 1024; depth *= 2) {
      for (size_t form = 0; form < 2; form++) {
        char name[40], at[160];
        double bound;

        (void)snprintf(name, sizeof name, "deep-3.%zu-%s", form + 1, modes[m]);
        (void)snprintf(at, sizeof at,
                       "n=6e4 d=784 p=2e5 multiplicity=784 radius=1 W=1 product=1e3 depth=%g",
                       depth);
        bound = law_bound(name, at);
        assert_true(isfinite(bound) && bound > 0 && bound <= before[form]);
        if (depth == 4) first[form] = bound;
        before[form] = bound;
      }
    }
    assert_near(before[0] / first[0] * sqrt(1024 / 4.0), m == 0 ? 1.13 : 1.3, 0.2);
    assert_true(before[1] / first[1] > 0.85);
  }
}

static lip_architecture *example(const char *name)
{
  char path[512];
  lip_architecture *of = NULL;

  (void)snprintf(path, sizeof path, "%s/examples/architectures/%s", getenv("LIPLAW_SOURCE"), name);
  assert_int_equal(lip_architecture_read(path, &of, NULL, NULL), LIP_OK);
  return of;
}

static lip_law_result architecture_at(const lip_architecture *of, const char *text, size_t which)
{
  lip_law_input input;
  architecture_report report;
  lip_law_result result = {.bound = NAN};

  assert_true(law_read(text, &input));
  assert_int_equal(architecture_report_make(of, &input, &report, NULL), LIP_OK);
  assert_int_equal(architecture_law(of, &report, &input, which, &result, NULL), LIP_OK);
  architecture_report_clear(&report);
  return result;
}

static void madrys_network_goes_through_theorem_3(void **state)
{
  lip_architecture *of = example("madry-mnist-4.json");
  double p = 206954, J = 2 * pow(784 * p, 4), diameter = 2 * sqrt(p);
  lip_law_result paper = architecture_at(of, "n=6e4 radius=2", 0);

  (void)state;
  assert_near(paper.bound /
                  (0.5 / 512 * sqrt(6e4 * 784 / (p * log(60 * diameter * J / 0.5) + log(400)))),
              1, 1e-12);
  assert_int_equal(paper.holds, LIP_NO); /* biases */
  assert_near(paper.bound / law_bound("deep-3.1-paper", "n=6e4 d=784 p=206954 depth=4 radius=2 "
                                                        "multiplicity=784 W=1"),
              1, 1e-12);
  /* every mode that is proved says more than the printed one, the profile most */
  for (size_t which = 1; which < ARCHITECTURE_LAWS / 2; which++)
    assert_true(architecture_at(of, "n=6e4 radius=2", which).bound >
                architecture_at(of, "n=6e4 radius=2", which - 1).bound);
  lip_architecture_free(of);
}

/* Weights 0.3 in a network 3-2-1 without biases: |W_1| = 0.3 sqrt 6 < 1, |W_2| = 3 sqrt 2 -> 8. */
static void measured_norms_are_rounded_up_and_delta_is_shared(void **state)
{
  const size_t widths[] = {3, 2, 1};
  const lip_activation activations[] = {{LIP_RELU, 0}, {LIP_IDENTITY, 0}};
  lip_net *net;
  lip_architecture *of;
  lip_law_result result;
  double J = 2 * sqrt(64 + 1), diameter = 2 * sqrt(2 * 1 + 1 * 64), radius, log_net;

  (void)state;
  assert_int_equal(
      lip_net_create(2, widths, activations, (const bool[]){false, false}, LIP_F64, &net, NULL),
      LIP_OK);
  for (size_t i = 0; i < 6; i++) net->layer[0].W[i] = 0.3;
  for (size_t i = 0; i < 2; i++) net->layer[1].W[i] = 3;
  assert_int_equal(lip_architecture_of_net(net, &of, NULL), LIP_OK);
  assert_int_equal(lip_architecture_measure(of, NULL, NULL), LIP_OK);
  result = architecture_at(of, "n=1e4 d=50 radius=2 delta=0.02", 6);
  radius = law_constant_of(&result, "net radius");
  log_net = log1p(2 * J * diameter / radius);
  /* shares 1 / (1 * 2) and 1 / (4 * 5) */
  assert_near(law_constant_of(&result, "log of the share of delta"), -log(40), 1e-12);
  assert_near(result.bound / ((1 - radius - sqrt(2 * log(4 * 40 / 0.02) / 1e4)) *
                              sqrt(1e4 * 50 / (2 * (8 * log_net + log(4 * 40 / 0.02))))),
              1, 1e-12);
  lip_architecture_free(of); /* and with it the network */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_formulas_are_those_of_the_paper_and_of_the_proof),
      cmocka_unit_test(depth_costs_3_1_a_root_and_3_2_a_logarithm),
      cmocka_unit_test(madrys_network_goes_through_theorem_3),
      cmocka_unit_test(measured_norms_are_rounded_up_and_delta_is_shared),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
