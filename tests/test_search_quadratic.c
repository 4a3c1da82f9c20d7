/* test_search_quadratic.c - square activations: both ends by eigenvalues, against known forms and
   against sampled points. */
#include "measure_nets.h"
#include "proofs.h"

#include <stdio.h>

static const lip_activation SQUARE = {LIP_SQUARE, 0};

static lip_measurement measured(const lip_net *net, const char *domain)
{
  lip_measurement r = measure(net, domain);

  assert_true(r.certified);
  assert_true(strcmp(r.upper_method, "eigenvalues") == 0 || r.stopped[0] == 'g');
  assert_true(r.lower <= r.upper);
  if (!(r.upper <= r.lower * (1 + 1e-9)))
    fail_msg("%s %s: %.17g %.17g, %s", domain, r.upper_method, r.lower, r.upper, r.stopped);
  return r;
}

/* f(x) = x'Mx + linear part, M with eigenvalues 3, 1, 0.5, -2 along the columns of a reflection. */
static lip_net *reflected(double scale)
{
  static const double u[4] = {0.5, -0.5, 0.1, 0.7}; /* |u| = 1 */
  double W[16];

  for (size_t l = 0; l < 4; l++)
    for (size_t i = 0; i < 4; i++) W[4 * l + i] = scale * ((l == i) - 2 * u[l] * u[i]);
  return two_layer(4, 4, SQUARE, W, NULL, (double[]){3, 1, 0.5, -2});
}

static void a_form_has_its_spread_on_the_sphere_and_twice_its_norm_on_the_ball(void **state)
{
  (void)state;
  for (int e = -60; e <= 60; e += 30) {
    double scale = ldexp(1, e);
    lip_net *net = reflected(scale);
    lip_measurement r = measured(net, "sphere:1"); /* lambda_max - lambda_min */

    assert_near(r.upper, 5 * scale * scale, 1e-10);
    lip_measurement_clear(&r);
    r = measured(net, "ball:0.5"); /* 2 |M| R */
    assert_near(r.upper, 3 * scale * scale, 1e-10);
    lip_measurement_clear(&r);
    lip_net_free(net);
  }
}

/* The steepest of many points, refined by going where the gradient (a convex function's, on the
   ball) points; on the sphere by small random steps. */
static double sampled(const lip_net *net, lip_domain_kind kind, double radius)
{
  enum { D = 3, TRIES = 400, STEPS = 300 };
  double best = 0;
  uint64_t at = 0;

  for (size_t i = 0; i < TRIES; i++) {
    double x[D], y[D], g[D], here = 0;

    lip_random_normal((lip_stream){9, LIP_FOR_PROBES}, at, D, x);
    at += D;
    for (size_t step = 0; step < STEPS; step++) {
      double length = 0, along = 0, slope = 0, noise = pow(0.97, (double)step);

      lip_random_normal((lip_stream){9, LIP_FOR_PROBES}, at, D, y);
      at += D;
      for (size_t j = 0; j < D; j++) y[j] = x[j] + (step ? noise * radius * y[j] : 0);
      for (size_t j = 0; j < D; j++) length += y[j] * y[j];
      for (size_t j = 0; j < D; j++) y[j] *= radius / sqrt(length);
      if (lip_net_gradients(net, 0, 1, y, g, NULL) != LIP_OK) fail();
      for (size_t j = 0; j < D; j++) along += y[j] * g[j] / (radius * radius);
      for (size_t j = 0; j < D; j++) {
        double part = g[j] - (kind == LIP_ON_SPHERE ? along * y[j] : 0);

        slope += part * part;
      }
      if (step && slope <= here) continue;
      here = slope;
      memcpy(x, y, sizeof x);
    }
    best = fmax(best, here);
  }
  return sqrt(best);
}

static void random_forms_with_biases_are_exact(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 12; seed++) {
    lip_net *net = random_two_layer(3, 1 + seed % 6, SQUARE, seed);
    bool ball = seed % 2;
    double radius = 0.3 + 0.4 * (double)(seed % 5);
    double best = sampled(net, ball ? LIP_BALL : LIP_ON_SPHERE, radius);
    char domain[64];
    lip_measurement r;

    for (size_t l = 0; l < net->layer[0].out; l++)
      if (l % 2) net->layer[1].W[l] *= -3;
    best = sampled(net, ball ? LIP_BALL : LIP_ON_SPHERE, radius);
    (void)snprintf(domain, sizeof domain, "%s:%.17g", ball ? "ball" : "sphere", radius);
    r = measured(net, domain);
    assert_true(best <= r.upper * (1 + 1e-12));
    assert_true(best >= r.lower * (1 - 1e-3)); /* the search above is a poor one */
    lip_measurement_clear(&r);
    lip_net_free(net);
  }
}

static void a_tampered_multiplier_proves_nothing_too_low(void **state)
{
  lip_net *net = reflected(1);
  lip_domain ball = {.kind = LIP_BALL, .radius = 1};
  lip_output output = {.kind = LIP_ONE_OUTPUT};
  lip_claim *claim = NULL;
  lip_proof proof = {.kind = &lip_proof_quadratic};
  double *shift, *multiplier;

  (void)state;
  assert_int_equal(lip_claim_create(net, output, LIP_NORM_2, ball, &claim, NULL), LIP_OK);
  assert_int_equal(lip_proof_add(&proof, "shift", 1, (size_t[]){1}, &shift, NULL), LIP_OK);
  assert_int_equal(lip_proof_add(&proof, "multiplier", 1, (size_t[]){1}, &multiplier, NULL),
                   LIP_OK);
  for (double mu = 0; mu < 3; mu = mu < 1e-6 ? 1e-6 : mu * 1.1) {
    *multiplier = mu;
    assert_false(proves(claim, &proof, nextafter(6, 0)));
  }
  *multiplier = NAN;
  assert_false(proves(claim, &proof, 7));
  *multiplier = ldexp(9 * (1 + 1e-9), -2 * (claim->A_exponent + 2 * claim->W_exponent));
  assert_true(proves(claim, &proof, 6 * (1 + 1e-8)));
  *shift = 0.5; /* a shift is for the sphere only */
  assert_false(proves(claim, &proof, 7));
  lip_proof_clear(&proof);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_form_has_its_spread_on_the_sphere_and_twice_its_norm_on_the_ball),
      cmocka_unit_test(random_forms_with_biases_are_exact),
      cmocka_unit_test(a_tampered_multiplier_proves_nothing_too_low),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
