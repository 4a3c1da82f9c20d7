/* test_check.c - lip_check: what is true and proved is valid, everything else is refused with a
   reason, one unit in the last place included. */
#include "certificates.h"

#include <float.h>

static lip_check_result check(const lip_net *net, const lip_certificate *certificate)
{
  lip_check_result result = {.valid = true};
  lip_error err = {""};

  if (lip_check(net, certificate, &result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  assert_true(result.lower == certificate->lower && result.upper == certificate->upper);
  assert_true(result.seconds >= 0);
  assert_ptr_equal(result.proof, certificate->proof.kind->name);
  if (result.valid != !result.reason[0]) fail_msg("valid %d: '%s'", result.valid, result.reason);
  return result;
}

static void assert_valid(const lip_net *net, const lip_certificate *certificate)
{
  lip_check_result result = check(net, certificate);

  if (!result.valid) fail_msg("%s", result.reason);
}

static void assert_refuted(const lip_net *net, const lip_certificate *certificate,
                           const char *reason)
{
  lip_check_result result = check(net, certificate);

  if (result.valid) fail_msg("valid, but should be refused: %s", reason);
  if (!strstr(result.reason, reason)) fail_msg("'%s' does not say '%s'", result.reason, reason);
}

static void what_is_proved_is_valid(void **state)
{
  lip_net *net = six();
  lip_certificate *made = six_within(6 * (1 - 4 * DBL_EPSILON), 6 * (1 + 8 * DBL_EPSILON));

  (void)state;
  assert_valid(net, made);
  made->upper = 1e300;
  assert_valid(net, made);
  made->lower = DBL_TRUE_MIN;
  assert_valid(net, made);
  made->lower = 0;
  assert_valid(net, made);
  lip_certificate_free(made);
  lip_net_free(net);
}

static void a_claim_false_by_one_unit_in_the_last_place_is_refused(void **state)
{
  lip_net *net = six();
  lip_certificate *made = six_within(5, 7);

  (void)state;
  assert_valid(net, made);
  made->upper = nextafter(6, 0);
  assert_refuted(net, made, "the upper end 5.9999999999999991 is not proved (path-norm): ");
  made->upper = 7;
  made->lower = nextafter(6, 7);
  assert_refuted(net, made, "the lower end 6.0000000000000009 is not attained");
  made->lower = 5;
  made->upper = nextafter(5, 0);
  assert_refuted(net, made, "the lower end 5 is above the upper end 4.9999999999999991");
  made->upper = -7;
  made->lower = -8;
  assert_refuted(net, made, "a constant is not negative");
  made->lower = 5;
  made->upper = INFINITY;
  assert_refuted(net, made, "upper: number 0 is inf");
  lip_certificate_free(made);
  lip_net_free(net);
}

/* The same at scales where products of weights overflow or underflow. */
static void scales_change_nothing(void **state)
{
  static const double scales[] = {1e-150, 1e150, 1e-300, 1e300};

  (void)state;
  for (size_t i = 0; i < 4; i++) {
    lip_net *net = six();
    lip_certificate *made = six_within(5, 7);

    net->layer[0].W[0] *= scales[i];
    net->layer[1].W[0] *= i == 2 ? 1e-20 : 1;
    assert_int_equal(lip_network_hash(net, made->network, NULL), LIP_OK);
    if (i == 2) { /* 6e-320: a subnormal constant */
      made->lower = 5.9e-320;
      made->upper = 6.2e-320;
      assert_valid(net, made);
      made->upper = 5.9e-320;
    } else {
      made->lower = 5.999 * scales[i];
      made->upper = 6.001 * scales[i];
      assert_valid(net, made);
      made->upper = nextafter(6 * scales[i], 0) * (1 - DBL_EPSILON);
    }
    assert_refuted(net, made, "the upper end");
    lip_certificate_free(made);
    lip_net_free(net);
  }
}

static void a_certificate_of_another_network_is_refused(void **state)
{
  lip_net *net = six();
  lip_certificate *made = six_within(5, 7);

  (void)state;
  net->layer[0].W[0] = nextafter(3, 4);
  assert_refuted(net, made, "the certificate is for another network");
  net->layer[0].W[0] = 3;
  net->layer[0].activation.kind = LIP_ABS; /* whose constant is 6 as well */
  assert_refuted(net, made, "the certificate is for another network");
  lip_certificate_free(made);
  lip_net_free(net);
}

static void a_witness_that_proves_nothing_is_refused(void **state)
{
  lip_net *net = six();
  lip_certificate *made = six_within(5, 7);

  (void)state;
  made->x[0] = -1; /* slope 0 */
  assert_refuted(net, made, "is not attained");
  made->x[0] = 0; /* the kink */
  assert_refuted(net, made, "is not attained");
  made->x[0] = NAN;
  assert_refuted(net, made, "x: number 0 is nan");
  made->x[0] = 1;
  made->direction[0] = 0;
  assert_refuted(net, made, "all its coordinates are 0");
  made->direction[0] = NAN;
  assert_refuted(net, made, "direction: number 0 is nan");
  made->direction[0] = -1e-300;
  assert_valid(net, made);
  made->d = 0;
  assert_refuted(net, made, "the witness has 0 coordinates, the network takes 1");
  made->d = 1;
  made->domain = (lip_domain){.kind = LIP_BALL, .radius = 1};
  made->x[0] = nextafter(1, 2);
  assert_refuted(net, made, "the witness is not certainly in the domain");
  made->x[0] = 0.5;
  assert_valid(net, made);
  made->domain = (lip_domain){.kind = LIP_BOX, .low = -1, .high = 0.25};
  assert_refuted(net, made, "the witness is not certainly in the domain");
  made->x[0] = 0.25;
  assert_valid(net, made);
  made->domain.high = nextafter(0.25, 0);
  assert_refuted(net, made, "the witness is not certainly in the domain");
  lip_certificate_free(made);
  lip_net_free(net);
}

/* On the sphere of dimension 0 nothing is tangential. */
static void the_wrong_domain_is_refused(void **state)
{
  double center[] = {-3, 5};
  lip_net *net = six();
  lip_certificate *made = six_within(5, 7);

  (void)state;
  made->domain = (lip_domain){.kind = LIP_ON_SPHERE, .radius = 1};
  assert_refuted(net, made, "is not attained");
  made->norm = LIP_NORM_1;
  assert_refuted(net, made, "the claim does not fit the network: on the sphere");
  made->domain = (lip_domain){
      .kind = LIP_AROUND_DATA, .radius = 0.5, .count = 1, .d = 1, .centers = center};
  assert_refuted(net, made, "the witness is not certainly in the domain");
  made->domain.count = 2;
  made->domain.centers = center;
  made->x[0] = 5.25;
  assert_valid(net, made);
  made->domain.count = 1;
  made->domain.d = 2;
  assert_refuted(net, made, "the claim does not fit the network");
  made->domain = whole_space;
  lip_certificate_free(made);
  lip_net_free(net);
}

/* (relu(3 x), relu(4 y)): every output has its own constant; of both it is 4, of the difference
   5. */
static void the_wrong_output_is_refused(void **state)
{
  static const struct {
    lip_output output;
    double constant;
  } cases[] = {{{LIP_ONE_OUTPUT, 0, 0}, 3},
               {{LIP_ONE_OUTPUT, 1, 0}, 4},
               {{LIP_OUTPUT_DIFFERENCE, 0, 1}, 5},
               {{LIP_OUTPUT_DIFFERENCE, 1, 0}, 5}};
  static const double x[] = {1, 1}, directions[4][2] = {{1, 0}, {0, 1}, {3, -4}, {-3, 4}};
  lip_net *net = NULL;

  (void)state;
  assert_int_equal(lip_net_create(2, (size_t[]){2, 2, 2},
                                  (lip_activation[]){{LIP_RELU, 0}, {LIP_IDENTITY, 0}},
                                  (bool[]){false, false}, LIP_F64, &net, NULL),
                   LIP_OK);
  net->layer[0].W[0] = 3;
  net->layer[0].W[3] = 4;
  net->layer[1].W[0] = net->layer[1].W[3] = 1;
  for (size_t i = 0; i < 4; i++) {
    lip_claim *claim = claim_of(net, cases[i].output, LIP_NORM_2, whole_space);
    lip_proof proof = {.kind = &lip_proof_path_norm};
    lip_certificate *made = NULL;

    assert_int_equal(lip_certificate_make(claim, cases[i].constant * (1 - 1e-12), x, directions[i],
                                          7.01, &proof, &made, NULL),
                     LIP_OK);
    assert_valid(net, made);
    for (size_t j = 0; j < 4; j++) {
      made->output = cases[j].output;
      if (cases[j].constant < cases[i].constant) assert_refuted(net, made, "is not attained");
    }
    made->output = (lip_output){LIP_ONE_OUTPUT, 2, 0};
    assert_refuted(net, made, "the claim does not fit the network: there is no output 2");
    made->output = (lip_output){LIP_OUTPUT_DIFFERENCE, 0, SIZE_MAX};
    assert_refuted(net, made, "the claim does not fit the network: there is no output");
    lip_certificate_free(made);
    lip_claim_free(claim);
  }
  lip_net_free(net);
}

static void a_proof_for_two_layers_says_nothing_about_three(void **state)
{
  lip_net *net = random_net(3, (size_t[]){1, 2, 2, 1}, (lip_activation){LIP_RELU, 0}, true,
                            LIP_IDENTITY, LIP_F64);
  lip_certificate *made = six_within(5, 7);

  (void)state;
  assert_refuted(net, made, "another network");
  assert_int_equal(lip_network_hash(net, made->network, NULL), LIP_OK);
  made->lower = 0;
  assert_refuted(net, made, "a proof for networks of two layers");
  lip_certificate_free(made);
  lip_net_free(net);
}

static void the_constant_of_a_constant_is_0(void **state)
{
  lip_net *net = six();
  lip_certificate *made = six_within(0, 0);

  (void)state;
  assert_refuted(net, made, "the upper end 0 is not proved");
  net->layer[1].W[0] = 0;
  assert_int_equal(lip_network_hash(net, made->network, NULL), LIP_OK);
  assert_valid(net, made);
  lip_certificate_free(made);
  lip_net_free(net);
}

static void what_is_in_a_file_is_checked_as_what_is_in_memory(void **state)
{
  lip_net *net = six(), *back_net = NULL;
  lip_certificate *made = six_within(5.5, 6.5), *back = NULL;

  (void)state;
  assert_int_equal(lip_net_write(net, in_folder("net.onnx"), NULL), LIP_OK);
  assert_int_equal(lip_net_read(in_folder("net.onnx"), &back_net, NULL), LIP_OK);
  assert_int_equal(lip_certificate_write(made, in_folder("certificate"), NULL), LIP_OK);
  assert_int_equal(lip_certificate_read(in_folder("certificate"), &back, NULL), LIP_OK);
  assert_valid(back_net, back);
  lip_certificate_free(back);
  lip_certificate_free(made);
  lip_net_free(back_net);
  lip_net_free(net);
}

static void a_refused_allocation_is_an_error_and_no_verdict(void **state)
{
  lip_net *net = six();
  lip_certificate *made = six_within(5, 7);
  lip_status st = LIP_ENOMEM;

  (void)state;
  for (size_t k = 0; st != LIP_OK; k++) {
    lip_check_result result = {.lower = 17};
    lip_error err = {""};

    assert_true(k < 200);
    lip_alloc_fail_after(k);
    st = lip_check(net, made, &result, NULL, &err);
    lip_alloc_fail_after(SIZE_MAX);
    if (st == LIP_OK) continue;
    assert_int_equal(st, LIP_ENOMEM);
    assert_true(err.text[0] && result.lower == 17 && !result.valid);
  }
  lip_certificate_free(made);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_proved_is_valid),
      cmocka_unit_test(a_claim_false_by_one_unit_in_the_last_place_is_refused),
      cmocka_unit_test(scales_change_nothing),
      cmocka_unit_test(a_certificate_of_another_network_is_refused),
      cmocka_unit_test(a_witness_that_proves_nothing_is_refused),
      cmocka_unit_test(the_wrong_domain_is_refused),
      cmocka_unit_test(the_wrong_output_is_refused),
      cmocka_unit_test(a_proof_for_two_layers_says_nothing_about_three),
      cmocka_unit_test(the_constant_of_a_constant_is_0),
      cmocka_unit_test(what_is_in_a_file_is_checked_as_what_is_in_memory),
      cmocka_unit_test(a_refused_allocation_is_an_error_and_no_verdict),
  };

  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
