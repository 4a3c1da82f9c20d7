/* test_upper_sectors.c - the best multipliers of a sector form. */
#include "graph_nets.h"

#include "lipschitz/graphs/sector_balance.h"
#include "lipschitz/graphs/sector_closed.h"
#include "lipschitz/graphs/sectors.h"
#include "linalg/dgemm.h"
#include "linalg/operator_norm.h"
#include "lipschitz/method.h"
#include "net/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const lip_output all_outputs = {.kind = LIP_ALL_OUTPUTS};

static lip_claim *claim_on(const lip_net *net, lip_output output, lip_domain domain)
{
  lip_claim *claim = NULL;
  lip_error err = {""};

  if (lip_claim_create(net, output, LIP_NORM_2, domain, &claim, &err) != LIP_OK)
    fail_msg("%s", err.text);
  claim->deep = true;
  return claim;
}

static lip_claim *claim_of(const lip_net *net, lip_output output)
{
  return claim_on(net, output, (lip_domain){.kind = LIP_SPACE});
}

/* What the method proposes, with its proof; what the proof proves. */
static double proved_by(const lip_method *method, const lip_claim *claim)
{
  lip_problem problem = {.net = claim->net,
                         .deep = claim,
                         .norm = LIP_NORM_2,
                         .d = claim->d,
                         .m = claim->m,
                         .domain = claim->domain,
                         .output = claim->output};
  lip_finding finding = {.proxy = NAN};
  lip_error err = {""};
  double upper = INFINITY;
  bool proved = false;

  if (method->run(&problem, NULL, &finding, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  assert_true(finding.found);
  assert_int_equal(
      lip_proof_settle(claim, &finding.proof, finding.value, &upper, &proved, NULL, NULL), LIP_OK);
  assert_true(proved);
  assert_true(upper <= finding.value * (1 + 1e-7));
  lip_proof_clear(&finding.proof);
  return upper;
}

static double proved_value(const lip_claim *claim)
{
  return proved_by(&lip_upper_sectors, claim);
}

static double value_of(const lip_net *net)
{
  lip_claim *claim = claim_of(net, all_outputs);
  double value = proved_value(claim);

  lip_claim_free(claim);
  return value;
}

/* ---- values ---- */

/* Widths, ended by 0; weights |normal| or normal. */
static lip_net *chain(uint64_t seed, const size_t *widths, bool nonnegative)
{
  builder make = start_graph(seed, widths[0], 1, 1);
  size_t at = 0;

  for (size_t j = 1; widths[j]; j++) {
    at = put_linear(&make, at, widths[j]);
    for (size_t i = 0; nonnegative && i < make.graph.node[at].weights; i++)
      make.graph.node[at].W[i] = fabs(make.graph.node[at].W[i]);
    if (widths[j + 1]) at = put_activation(&make, at, LIP_RELU);
  }
  return finish_graph(&make, at);
}

static void nonnegative_weights_give_the_norm_of_the_product(void **state)
{
  lip_net *net = chain(5, (size_t[]){3, 9, 11, 8, 2, 0}, true);
  double one[64], two[64], value;
  lip_operator_norm norm;

  (void)state;
  memcpy(one, net->layer[0].W, 27 * sizeof *one);
  for (size_t j = 1; j < net->depth; j++) {
    lip_dgemm(false, false, net->layer[j].out, 3, net->layer[j].in, 1, net->layer[j].W,
              net->layer[j].in, one, 3, 0, two, 3);
    memcpy(one, two, 3 * net->layer[j].out * sizeof *one);
  }
  assert_int_equal(lip_operator_norm_of(2, 3, one, &norm, NULL, NULL), LIP_OK);
  value = value_of(net);
  assert_true(fabs(value / norm.value - 1) < 1e-9);
  lip_net_free(net);
}

/* (W - (-W)) relu: |W x| for one row, by two neurons that a skip joins with x: x + relu(2x) has
   slopes 1 and 3; the relaxation is exact for one neuron. */
static void one_neuron_beside_a_skip_is_exact(void **state)
{
  builder make = start_graph(1, 1, 1, 1);
  size_t hidden = put_linear(&make, 0, 1), joined;
  lip_net *net;

  (void)state;
  make.graph.node[hidden].W[0] = 2;
  hidden = put_activation(&make, hidden, LIP_RELU);
  joined = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){0, hidden});
  net = finish_graph(&make, joined);
  assert_true(fabs(value_of(net) - 3) < 1e-8);
  lip_net_free(net);
}

/* ---- graphs ---- */

/* The largest norm of the Jacobian at some points. */
static double steepest_point(const lip_net *net)
{
  enum { POINTS = 40 };
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  double *X = lip_alloc(POINTS, d * sizeof *X), *J = lip_alloc(m, POINTS * d * sizeof *J);
  double *one = lip_alloc(m, d * sizeof *one), most = 0;

  lip_random_normal((lip_stream){8, LIP_FOR_PROBES}, 0, POINTS * d, X);
  for (size_t i = 0; i < m; i++)
    assert_int_equal(lip_net_gradients(net, i, POINTS, X, J + i * POINTS * d, NULL), LIP_OK);
  for (size_t p = 0; p < POINTS; p++) {
    lip_operator_norm norm;

    for (size_t i = 0; i < m; i++) memcpy(one + i * d, J + (i * POINTS + p) * d, d * sizeof *one);
    assert_int_equal(lip_operator_norm_of(m, d, one, &norm, NULL, NULL), LIP_OK);
    most = fmax(most, norm.value);
  }
  lip_free(X);
  lip_free(J);
  lip_free(one);
  return most;
}

/* What the multipliers in closed form prove. */
static double closed_value(const lip_claim *claim)
{
  lip_sector_form *form = NULL;
  double *multipliers, value;

  assert_int_equal(lip_sector_form_create(claim, false, &form, NULL, NULL), LIP_OK);
  assert_int_equal(lip_sector_balance(form, NULL, NULL), LIP_OK);
  multipliers = lip_alloc(form->multipliers, sizeof *multipliers);
  assert_int_equal(lip_sector_closed(form, 0, multipliers, &value, NULL, NULL), LIP_OK);
  value = ldexp(value, form->exponent[form->blocks + 1]);
  lip_free(multipliers);
  lip_sector_form_free(form);
  return value;
}

static void bounds_of_graphs_lie_between_slopes_and_closed_forms(void **state)
{
  const lip_activation_kind kinds[] = {LIP_RELU,    LIP_TANH, LIP_ABS,  LIP_LEAKY_RELU,
                                       LIP_SIGMOID, LIP_SILU, LIP_GELU, LIP_ERF};

  (void)state;
  for (size_t i = 0; i < 5; i++) {
    lip_net *net = tangled_net(20 + i, kinds[i], i % 2 ? LIP_NODE_SOFTMAX : LIP_NODE_LINEAR);
    lip_claim *claim = claim_of(net, all_outputs);
    double value = proved_value(claim), closed = closed_value(claim);

    assert_true(steepest_point(net) <= value);
    assert_true(value <= closed * (1 + 1e-9));
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

static void small_domains_have_smaller_bounds(void **state)
{
  lip_net *net = tangled_net(31, LIP_TANH, LIP_NODE_LINEAR);
  lip_claim *space = claim_of(net, all_outputs);
  lip_claim *ball = claim_on(net, all_outputs, (lip_domain){.kind = LIP_BALL, .radius = 0.1});

  (void)state;
  assert_true(proved_value(ball) < 0.999 * proved_value(space));
  lip_claim_free(space);
  lip_claim_free(ball);
  lip_net_free(net);
}

/* Steep neurons far from their bends have slopes that are known up to 1e-16, or up to 1e-200. */
static void slopes_in_tiny_intervals_lose_no_bound(void **state)
{
  const lip_activation_kind kinds[] = {LIP_GELU, LIP_SILU, LIP_TANH};
  const double radii[] = {3, 1, 0.5, 0.2, 0.05};

  (void)state;
  for (size_t k = 0; k < 3; k++) {
    builder make = start_graph(40 + k, 3, 1, 1);
    size_t at = put_activation(&make, put_linear(&make, 0, 9), kinds[k]);
    lip_net *net;
    double last[2] = {INFINITY, INFINITY};

    at = put_activation(&make, put_linear(&make, at, 7), kinds[k]);
    net = finish_graph(&make, put_linear(&make, at, 2));
    for (size_t i = 0; i < net->nodes; i++) {
      for (size_t j = 0; j < net->node[i].weights; j++) net->node[i].W[j] *= 300;
      for (size_t j = 0; j < net->node[i].biases; j++) net->node[i].b[j] *= 300;
    }
    for (size_t i = 0; i < sizeof radii / sizeof *radii; i++) {
      lip_domain ball = {.kind = LIP_BALL, .radius = radii[i]};
      lip_claim *claim = claim_on(net, all_outputs, ball);
      double now[2] = {proved_value(claim), proved_by(&lip_upper_sectors_closed, claim)};

      assert_true(now[0] <= 1.05 * last[0] && now[1] <= 1.05 * last[1]);
      assert_true(now[0] <= now[1] * (1 + 1e-4));
      memcpy(last, now, sizeof last);
      lip_claim_free(claim);
    }
    lip_net_free(net);
  }
}

/* Layer by layer times 2^e, the next one times 2^-e; and all of it times 2^-70. */
static void scales_of_layers_do_not_matter(void **state)
{
  lip_net *net = chain(9, (size_t[]){6, 14, 12, 10, 3, 0}, false);
  double before = value_of(net), after;

  (void)state;
  for (size_t j = 0; j < net->depth; j++)
    for (size_t i = 0; i < net->layer[j].in * net->layer[j].out; i++)
      net->layer[j].W[i] = ldexp(net->layer[j].W[i], j == 0 ? 200 : j == 2 ? -270 : 0);
  after = ldexp(value_of(net), 70);
  assert_true(fabs(after / before - 1) < 1e-8);
  lip_net_free(net);
}

/* Hidden neurons in another order, inputs and outputs turned: the same bound. */
static void order_and_turns_do_not_matter(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 6; seed++) {
    lip_net *net = chain(seed, (size_t[]){3, 7, 6, 5, 2, 0}, false);
    lip_layer *first = &net->layer[0], *second = &net->layer[1], *last = &net->layer[3];
    double value = value_of(net), c = cos(0.7), sn = sin(0.7), held;

    for (size_t i = 0; i + 1 < first->out; i += 2)
      for (size_t j = 0; j < first->in; j++) {
        held = first->W[i * first->in + j];
        first->W[i * first->in + j] = first->W[(i + 1) * first->in + j];
        first->W[(i + 1) * first->in + j] = held;
      }
    for (size_t i = 0; i < second->out; i++)
      for (size_t j = 0; j + 1 < second->in; j += 2) {
        held = second->W[i * second->in + j];
        second->W[i * second->in + j] = second->W[i * second->in + j + 1];
        second->W[i * second->in + j + 1] = held;
      }
    for (size_t i = 0; i < first->out; i++) {
      double *row = first->W + i * first->in;

      held = c * row[0] + sn * row[2];
      row[2] = c * row[2] - sn * row[0];
      row[0] = held;
    }
    for (size_t j = 0; j < last->in; j++) {
      held = c * last->W[j] + sn * last->W[last->in + j];
      last->W[last->in + j] = c * last->W[last->in + j] - sn * last->W[j];
      last->W[j] = held;
    }
    assert_true(fabs(value_of(net) / value - 1) < 1e-7);
    lip_net_free(net);
  }
}

static void dead_neurons_and_outputs_are_harmless(void **state)
{
  lip_net *net = chain(10, (size_t[]){4, 8, 8, 8, 2, 0}, false), *same;
  double before = value_of(net), after;

  (void)state;
  lip_net_free(net);
  net = chain(10, (size_t[]){4, 8, 8, 8, 2, 0}, false);
  for (size_t i = 0; i < 8; i++) {
    net->layer[1].W[3 * 8 + i] = 0; /* no input */
    net->layer[2].W[i * 8 + 5] = 0; /* no output */
  }
  after = value_of(net);
  assert_true(after > 0 && after < 3 * before);
  same = net;
  for (size_t i = 0; i < 8; i++) same->layer[2].W[i * 8 + 3] = 0; /* nor does it matter */
  assert_true(fabs(value_of(same) / after - 1) < 1e-8);
  lip_net_free(net);
}

/* ---- published values ---- */

static void published_values_are_met(void **state)
{
  static const struct {
    const char *name;
    int output;
    double value;
  } cases[] = {
      {"digits_fnn3_seed0", 7, 9.7286139},         {"digits_fnn3_seed1", 7, 9.79178633},
      {"digits_fnn3_seed2", 7, 8.92956692},        {"digits_fnn3_seed3", 7, 7.7538967},
      {"digits_fnn3_seed4", 7, 8.70276008},        {"glipsdp_hidden_d4_w16", -1, 0.5770962059},
      {"glipsdp_hidden_d8_w16", -1, 0.1846373042}, {"lipsdp_random", -1, 36.48222959637795}};
  const char *data = getenv("LIPLAW_TESTDATA");

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char path[512];
    lip_net *net = NULL;
    lip_claim *claim;
    double value;

    (void)snprintf(path, sizeof path, "%s/weights/%s.npz", data ? data : ".", cases[i].name);
    if (!data || access(path, R_OK) != 0) {
      print_message("%s is not there\n", path);
      skip();
    }
    assert_int_equal(lip_net_read(path, &net, NULL), LIP_OK);
    claim = claim_of(net, cases[i].output < 0
                              ? all_outputs
                              : (lip_output){LIP_ONE_OUTPUT, (size_t)cases[i].output, 0});
    value = proved_value(claim);
    assert_true(fabs(value / cases[i].value - 1) < 3e-8);
    lip_claim_free(claim);
    lip_net_free(net);
  }
}

/* ---- time ---- */

typedef struct patience {
  int left;
} patience;

static bool runs_out(void *context)
{
  patience *at = context;

  return at->left-- <= 0;
}

static void more_time_gives_no_worse_value(void **state)
{
  lip_net *net = chain(12, (size_t[]){6, 20, 20, 20, 3, 0}, false);
  lip_claim *claim = claim_of(net, all_outputs);
  lip_sector_form *form = NULL;
  lip_sectors_program *program = NULL;
  lip_sectors_solver *solver = NULL;
  double lambda[60], before = INFINITY;

  (void)state;
  assert_int_equal(lip_sector_form_create(claim, false, &form, NULL, NULL), LIP_OK);
  assert_int_equal(lip_sector_balance(form, NULL, NULL), LIP_OK);
  assert_int_equal(lip_sectors_program_create(form, &program, NULL, NULL), LIP_OK);
  assert_int_equal(lip_sectors_solver_create(program, &solver, NULL), LIP_OK);
  for (int time = 0; time < 120; time += 5) {
    patience left = {time};
    lip_control control = {.stop = runs_out, .context = &left};
    lip_sectors_answer answer;
    lip_status st = lip_sectors_solve(solver, (lip_sectors_goal){1e-8, 0, INFINITY}, false, lambda,
                                      &answer, &control, NULL);

    if (st == LIP_EINTERRUPT) continue; /* it had nothing yet */
    assert_int_equal(st, LIP_OK);
    assert_true(answer.found);
    assert_true(answer.rho <= before * (1 + 1e-8));
    assert_true(answer.least <= answer.rho);
    before = answer.rho;
  }
  assert_true(isfinite(before));
  lip_sectors_solver_free(solver);
  lip_sectors_program_free(program);
  lip_sector_form_free(form);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nonnegative_weights_give_the_norm_of_the_product),
      cmocka_unit_test(one_neuron_beside_a_skip_is_exact),
      cmocka_unit_test(bounds_of_graphs_lie_between_slopes_and_closed_forms),
      cmocka_unit_test(small_domains_have_smaller_bounds),
      cmocka_unit_test(slopes_in_tiny_intervals_lose_no_bound),
      cmocka_unit_test(scales_of_layers_do_not_matter),
      cmocka_unit_test(order_and_turns_do_not_matter),
      cmocka_unit_test(dead_neurons_and_outputs_are_harmless),
      cmocka_unit_test(published_values_are_met),
      cmocka_unit_test(more_time_gives_no_worse_value),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
