/* test_sector_tied.c - multipliers of large forms by a first-order method: what it is made of, and
   that what it proposes is proved. */
#include "graph_nets.h"

#include "certificate/claim.h"
#include "certificate/graphs/sector_matrix.h"
#include "certificate/proof.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"
#include "linalg/pencil.h"
#include "linalg/symmetric_eigen.h"
#include "lipschitz/graphs/sector_balance.h"
#include "lipschitz/graphs/sector_closed.h"
#include "lipschitz/graphs/sector_tied.h"

enum { K = LIP_COLUMNS };

static lip_claim *claim_of(const lip_net *net)
{
  lip_claim *claim = NULL;
  lip_error err = {""};
  lip_output output = {.kind = LIP_ALL_OUTPUTS};

  if (lip_claim_create(net, output, LIP_NORM_2, (lip_domain){.kind = LIP_SPACE}, &claim, &err) !=
      LIP_OK)
    fail_msg("%s", err.text);
  return claim;
}

static lip_sector_form *form_of(const lip_claim *claim)
{
  lip_sector_form *form = NULL;
  lip_error err = {""};

  if (lip_sector_form_create(claim, false, &form, NULL, &err) != LIP_OK ||
      lip_sector_balance(form, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return form;
}

static lip_sector_operator *operator_of(lip_sector_form *form)
{
  lip_sector_operator *op = NULL;
  lip_error err = {""};

  if (lip_sector_operator_create(form, &op, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return op;
}

static double *normal_numbers(uint64_t seed, size_t count)
{
  double *values = lip_alloc(count, sizeof *values);

  assert_non_null(values);
  lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, count, values);
  return values;
}

/* Images, three convolutions, a skip, a pool, and a vector at the end. */
static lip_net *image_net(uint64_t seed, lip_activation_kind psi)
{
  builder make = start_graph(seed, 1, 8, 8);
  size_t first = put_activation(&make, put_convolution(&make, 0, 4, window_of(3, 1, 1)), psi);
  size_t second = put_activation(&make, put_convolution(&make, first, 4, window_of(3, 1, 1)), psi);
  size_t third = put_convolution(&make, second, 4, window_of(3, 1, 1)), joined;

  joined = put_many(&make, LIP_NODE_ADD, 2, (size_t[]){first, third});
  joined = put_activation(&make, joined, psi);
  joined = put_pool(&make, joined, LIP_NODE_MAX_POOL, window_of(2, 2, 0));
  joined = put_activation(&make, put_linear(&make, joined, 12), psi);
  return finish_graph(&make, put_linear(&make, joined, 3));
}

/* y'My = -|D y|^2 - sum lambda (constraint). */
static void assert_products_fit(lip_net *net)
{
  lip_claim *claim = claim_of(net);
  lip_sector_form *form = form_of(claim);
  lip_sector_operator *op = operator_of(form);
  double *lambda = normal_numbers(1, form->multipliers), *Y = normal_numbers(2, form->order * K);
  double *MY = lip_alloc(form->order, K * sizeof *MY);
  double *values = lip_alloc(form->multipliers, K * sizeof *values);
  double *outputs = lip_alloc(claim->m, K * sizeof *outputs);

  lip_sector_operator_apply(op, lambda, Y, MY);
  lip_sector_operator_constraints(op, Y, values);
  lip_sparse_apply(&op->rows[form->blocks + 1], Y, outputs);
  for (size_t j = 0; j < K; j++) {
    double product = 0, sum = 0, size = 0;

    for (size_t i = 0; i < form->order; i++) product += Y[i * K + j] * MY[i * K + j];
    for (size_t i = 0; i < form->multipliers; i++) {
      sum -= lambda[i] * values[i * K + j];
      size += fabs(lambda[i] * values[i * K + j]);
    }
    for (size_t i = 0; i < claim->m; i++) sum -= outputs[i * K + j] * outputs[i * K + j];
    assert_true(fabs(product - sum) <= 1e-12 * (size + fabs(sum)));
  }
  lip_free(lambda);
  lip_free(Y);
  lip_free(MY);
  lip_free(values);
  lip_free(outputs);
  lip_sector_operator_free(op);
  lip_sector_form_free(form);
  lip_claim_free(claim);
  lip_net_free(net);
}

static void products_with_vectors_are_those_of_the_constraints(void **state)
{
  (void)state;
  assert_products_fit(image_net(1, LIP_RELU));
  assert_products_fit(image_net(2, LIP_LEAKY_RELU));
  assert_products_fit(tangled_net(3, LIP_TANH, LIP_NODE_SOFTMAX));
  assert_products_fit(tangled_net(4, LIP_ABS, LIP_NODE_MAX_POOL));
}

/* ---- the pencil ---- */

enum { ORDER = 90, INPUTS = 20 };

static void multiply(void *context, const double *Y, double *MY)
{
  lip_dgemm(false, false, ORDER, K, ORDER, 1, context, ORDER, Y, K, 0, MY, K);
}

static void the_pencil_finds_the_largest_eigenvalues(void **state)
{
  double *B = normal_numbers(5, ORDER * ORDER), *M = lip_alloc_zero(ORDER, ORDER * sizeof *M);
  double diagonal[ORDER], values[INPUTS], S[INPUTS * INPUTS], A[ORDER * ORDER];
  size_t n = ORDER - INPUTS;
  double *X = lip_alloc(INPUTS, n * sizeof *X);
  lip_pencil pencil = {.n = ORDER, .d = INPUTS, .map = multiply, .context = M};
  lip_pencil_values found;
  lip_pencil_work *work = NULL;
  lip_error err = {""};

  (void)state;
  lip_dgemm(false, true, ORDER, ORDER, ORDER, 1, B, ORDER, B, ORDER, 0, M, ORDER);
  for (size_t i = 0; i < ORDER; i++) {
    M[i * (ORDER + 1)] += i < INPUTS ? -1000 : 5;
    if (i >= INPUTS) diagonal[i - INPUTS] = M[i * (ORDER + 1)];
  }
  /* rho: of -(M_00 - M_0y M_yy^-1 M_y0) */
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) A[i * n + j] = M[(INPUTS + i) * ORDER + INPUTS + j];
  for (size_t i = 0; i < INPUTS; i++) memcpy(X + i * n, M + i * ORDER + INPUTS, n * sizeof *X);
  assert_true(lip_cholesky(n, A));
  lip_cholesky_whiten(n, A, INPUTS, X);
  for (size_t i = 0; i < INPUTS; i++)
    for (size_t j = 0; j < INPUTS; j++) S[i * INPUTS + j] = -M[i * ORDER + j];
  lip_dgemm(false, true, INPUTS, INPUTS, n, 1, X, n, X, n, 1, S, INPUTS);
  assert_int_equal(lip_symmetric_eigen(INPUTS, S, values, false, &err), LIP_OK);

  assert_int_equal(lip_pencil_work_create(ORDER, &work, &err), LIP_OK);
  assert_int_equal(
      lip_pencil_largest(&pencil, diagonal, 1000, 1e-10, 500, work, &found, NULL, &err), LIP_OK);
  assert_true(found.definite);
  for (size_t j = 0; j < 3; j++)
    assert_true(fabs(found.rho[j] - values[INPUTS - 1 - j]) <= 1e-6 * fabs(values[INPUTS - 1]));
  M[ORDER * ORDER - 1] = -1; /* a direction without inputs */
  assert_int_equal(
      lip_pencil_largest(&pencil, diagonal, 1000, 1e-10, 500, work, &found, NULL, &err), LIP_OK);
  assert_false(found.definite);
  lip_pencil_work_free(work);
  lip_free(B);
  lip_free(M);
  lip_free(X);
}

/* ---- what is proposed ---- */

typedef struct proposal {
  lip_claim *claim;
  lip_sector_form *form;
  double *multipliers, value; /* scaled */
} proposal;

static proposal propose(const lip_net *net)
{
  proposal made = {.claim = claim_of(net)};
  lip_sector_operator *op;
  lip_error err = {""};

  made.form = form_of(made.claim);
  made.multipliers = lip_alloc(made.form->multipliers, sizeof *made.multipliers);
  op = operator_of(made.form);
  if (lip_sector_tied(op, 60, made.multipliers, &made.value, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  lip_sector_operator_free(op);
  return made;
}

static void forget(proposal *made)
{
  lip_free(made->multipliers);
  lip_sector_form_free(made->form);
  lip_claim_free(made->claim);
}

static bool proves(proposal *made, double L)
{
  lip_sector_verdict verdict;
  lip_error err = {""};

  if (lip_sector_definite(made->form, made->multipliers, L, &verdict, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  return verdict.proved;
}

static void proposals_are_proved_and_no_smaller_ones(void **state)
{
  static const lip_activation_kind kinds[] = {LIP_RELU, LIP_LEAKY_RELU, LIP_TANH, LIP_ABS};

  (void)state;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    lip_net *net = image_net(10 + i, kinds[i]);
    proposal made = propose(net);

    for (size_t j = 0; j < made.form->multipliers; j++) made.multipliers[j] *= 1 + 1e-6;
    assert_true(proves(&made, made.value * (1 + 1e-3)));
    assert_false(proves(&made, made.value * (1 - 1e-2)));
    for (size_t j = 0; j < made.form->block[2].size; j++)
      made.multipliers[made.form->block[2].first + j] *= 0.2;
    assert_false(proves(&made, made.value * (1 + 1e-3)));
    forget(&made);
    lip_net_free(net);
  }
}

static double steepest(const lip_net *net, uint64_t seed)
{
  enum { POINTS = 200 };
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  double *X = normal_numbers(seed, POINTS * d), *G = lip_alloc(POINTS * d, sizeof *G), most = 0;
  lip_error err = {""};

  for (size_t o = 0; o < m; o++) {
    assert_int_equal(lip_net_gradients(net, o, POINTS, X, G, &err), LIP_OK);
    for (size_t i = 0; i < POINTS; i++) {
      double square = 0;

      for (size_t j = 0; j < d; j++) square += G[i * d + j] * G[i * d + j];
      most = fmax(most, sqrt(square));
    }
  }
  lip_free(X);
  lip_free(G);
  return most;
}

static void bounds_lie_between_slopes_and_the_closed_form(void **state)
{
  (void)state;
  for (uint64_t seed = 20; seed < 24; seed++) {
    lip_net *net = image_net(seed, LIP_RELU);
    proposal made = propose(net);
    double *closed = lip_alloc(made.form->multipliers, sizeof *closed), value;
    lip_error err = {""};

    assert_int_equal(lip_sector_closed(made.form, 0, closed, &value, NULL, &err), LIP_OK);
    assert_true(made.value <= 0.95 * value);
    assert_true(ldexp(made.value, made.form->exponent[made.form->blocks + 1]) >=
                steepest(net, seed));
    lip_free(closed);
    forget(&made);
    lip_net_free(net);
  }
}

/* f(x) = 2 relu(relu(3 x_1)), and relus of hardly any slope. */
static void one_neuron_has_the_product_of_its_weights(void **state)
{
  static const size_t sizes[] = {40, 30, 20, 1};
  builder make = start_graph(1, sizes[0], 1, 1);
  size_t at = 0;
  lip_net *net;
  proposal made;

  (void)state;
  for (size_t j = 1; j < 4; j++) {
    at = put_linear(&make, at, sizes[j]);
    for (size_t i = 0; i < sizes[j] * sizes[j - 1]; i++) make.graph.node[at].W[i] *= 1e-9;
    make.graph.node[at].W[0] = j == 1 ? 3 : j == 2 ? 1 : 2;
    if (j < 3) at = put_activation(&make, at, LIP_RELU);
  }
  net = finish_graph(&make, at);
  made = propose(net);
  made.value = ldexp(made.value, made.form->exponent[made.form->blocks + 1]);
  assert_true(made.value > 6 * (1 - 1e-3) && made.value < 6 * (1 + 1e-2));
  forget(&made);
  lip_net_free(net);
}

static bool at_once(void *context)
{
  (void)context;
  return true;
}

static void stops_and_refused_memory_are_no_crash(void **state)
{
  lip_net *net = image_net(30, LIP_RELU);
  lip_claim *claim = claim_of(net);
  lip_sector_form *form = form_of(claim);
  double *multipliers = lip_alloc(form->multipliers, sizeof *multipliers), value = 0;
  lip_control control = {.stop = at_once};
  lip_sector_operator *op = operator_of(form);
  lip_error err = {""};

  (void)state;
  assert_int_equal(lip_sector_tied(op, 60, multipliers, &value, &control, &err), LIP_OK);
  for (size_t k = 0; k < 12; k++) {
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_sector_tied(op, 0.05, multipliers, &value, NULL, &err);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_ENOMEM || st == LIP_OK);
  }
  lip_sector_operator_free(op);
  for (size_t k = 0; k < 20; k++) {
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_sector_operator_create(form, &op, NULL, &err);
    lip_alloc_fail_after(SIZE_MAX);
    assert_true(st == LIP_ENOMEM || st == LIP_OK);
    if (st == LIP_OK) lip_sector_operator_free(op);
  }
  lip_free(multipliers);
  lip_sector_form_free(form);
  lip_claim_free(claim);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_with_vectors_are_those_of_the_constraints),
      cmocka_unit_test(the_pencil_finds_the_largest_eigenvalues),
      cmocka_unit_test(proposals_are_proved_and_no_smaller_ones),
      cmocka_unit_test(bounds_lie_between_slopes_and_the_closed_form),
      cmocka_unit_test(one_neuron_has_the_product_of_its_weights),
      cmocka_unit_test(stops_and_refused_memory_are_no_crash),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
