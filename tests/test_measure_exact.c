/* test_measure_exact.c - the ascent against all activation patterns that have a point.

   In d = 1, 2, 3 dimensions every cell of the arrangement of the hyperplanes w_l.x + b_l = 0 (in
   general position, at least d of them) has a vertex, where d of them meet; so the patterns are
   those of the other neurons at a vertex, with all 2^d choices for the d. */
#include "measure_nets.h"

#include <stdio.h>

typedef struct patterns {
  const lip_net *net;
  size_t d, k;
  bool on[64];
  double steepest; /* of the gradients at all patterns so far */
} patterns;

/* |sum_l a_l psi'(+-) w_l| with the signs of p->on. */
static void take_pattern(patterns *p)
{
  const lip_layer *hidden = &p->net->layer[0];
  double square = 0;

  for (size_t i = 0; i < p->d; i++) {
    double sum = 0;

    for (size_t l = 0; l < p->k; l++)
      sum += p->net->layer[1].W[l] * hidden->W[l * p->d + i] *
             lip_activation_slope(hidden->activation, p->on[l] ? 1 : -1);
    square += sum * sum;
  }
  p->steepest = fmax(p->steepest, sqrt(square));
}

static double determinant(size_t d, double M[3][3])
{
  if (d == 1) return M[0][0];
  if (d == 2) return M[0][0] * M[1][1] - M[0][1] * M[1][0];
  return M[0][0] * (M[1][1] * M[2][2] - M[1][2] * M[2][1]) -
         M[0][1] * (M[1][0] * M[2][2] - M[1][2] * M[2][0]) +
         M[0][2] * (M[1][0] * M[2][1] - M[1][1] * M[2][0]);
}

/* The patterns around the point where the hyperplanes of `chosen` meet (Cramer's rule). */
static void take_vertex(patterns *p, const size_t *chosen)
{
  const lip_layer *hidden = &p->net->layer[0];
  size_t d = p->d;
  double x[3], M[3][3], whole;

  for (size_t i = 0; i < d; i++) memcpy(M[i], hidden->W + chosen[i] * d, d * sizeof(double));
  whole = determinant(d, M);
  for (size_t j = 0; j < d; j++) {
    for (size_t i = 0; i < d; i++) M[i][j] = -hidden->b[chosen[i]];
    x[j] = determinant(d, M) / whole;
    for (size_t i = 0; i < d; i++) M[i][j] = hidden->W[chosen[i] * d + j];
  }
  for (size_t l = 0; l < p->k; l++) {
    double z = hidden->b[l];

    for (size_t i = 0; i < d; i++) z += hidden->W[l * d + i] * x[i];
    p->on[l] = z > 0;
  }
  for (size_t choice = 0; choice < (size_t)1 << d; choice++) {
    for (size_t i = 0; i < d; i++) p->on[chosen[i]] = (choice >> i & 1) != 0;
    take_pattern(p);
  }
}

/* The largest gradient norm over the whole space. */
static double steepest_cell(const lip_net *net)
{
  patterns p = {.net = net, .d = net->layer[0].in, .k = net->layer[0].out};
  size_t at[3];

  for (at[0] = 0; at[0] < p.k; at[0]++) {
    if (p.d == 1) take_vertex(&p, at);
    for (at[1] = at[0] + 1; p.d > 1 && at[1] < p.k; at[1]++) {
      if (p.d == 2) take_vertex(&p, at);
      for (at[2] = at[1] + 1; p.d > 2 && at[2] < p.k; at[2]++) take_vertex(&p, at);
    }
  }
  return p.steepest;
}

/* How many of `nets` networks the ascent brings to the largest value; it must never exceed it. */
static size_t solved(size_t d, size_t k, lip_activation psi, size_t nets)
{
  size_t count = 0;
  double worst = 1;

  for (size_t seed = 0; seed < nets; seed++) {
    lip_net *net = random_two_layer(d, k, psi, seed);
    double exact = steepest_cell(net);
    lip_measurement r = measure(net, "space");

    assert_true(lower_of(&r) <= exact * (1 + 1e-12));
    assert_true(upper_of(&r) >= exact * (1 - 1e-12));
    count += lower_of(&r) >= exact * (1 - 1e-12);
    worst = fmin(worst, lower_of(&r) / exact);
    lip_measurement_clear(&r);
    lip_net_free(net);
  }
  print_message("d = %zu, k = %zu, %s: %zu of %zu solved, worst %.4f\n", d, k,
                lip_activation_name(psi.kind), count, nets, worst);
  return count;
}

static void on_a_line_the_ascent_finds_the_steepest_piece(void **state)
{
  (void)state;
  assert_int_equal(solved(1, 1, RELU, 20), 20);
  assert_int_equal(solved(1, 7, RELU, 40), 40);
  assert_int_equal(solved(1, 30, RELU, 30), 30);
  assert_int_equal(solved(1, 30, (lip_activation){LIP_ABS, 0}, 30), 30);
  assert_int_equal(solved(1, 30, (lip_activation){LIP_LEAKY_RELU, -0.3}, 30), 30);
}

static void in_the_plane_the_ascent_finds_nearly_always_the_steepest_cell(void **state)
{
  (void)state;
  assert_true(solved(2, 4, RELU, 30) >= 28);
  assert_true(solved(2, 12, RELU, 30) >= 28);
  assert_true(solved(2, 20, (lip_activation){LIP_ABS, 0}, 20) >= 18);
}

static void in_three_dimensions_the_ascent_finds_mostly_the_steepest_cell(void **state)
{
  (void)state;
  assert_true(solved(3, 6, RELU, 20) >= 17);
  assert_true(solved(3, 16, RELU, 20) >= 17);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(on_a_line_the_ascent_finds_the_steepest_piece),
      cmocka_unit_test(in_the_plane_the_ascent_finds_nearly_always_the_steepest_cell),
      cmocka_unit_test(in_three_dimensions_the_ascent_finds_mostly_the_steepest_cell),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
