/* test_sectors_completion.c - completions of greatest determinant over a pattern of blocks. */
#include "graph_nets.h"

#include "lipschitz/graphs/sectors_completion.h"
#include "linalg/cholesky.h"
#include "linalg/dgemm.h"

/* A ReLU chain of `depth` layers; `skip`: its first layer also enters the last one, which makes
   the cliques of three blocks. */
static lip_net *chain_net(size_t depth, bool skip)
{
  builder make = start_graph(3, 4, 1, 1);
  size_t at = 0, first = 0;

  for (size_t j = 0; j < depth; j++) {
    at = put_activation(&make, put_linear(&make, at, 4 + j % 2), LIP_RELU);
    if (j == 0) first = at;
  }
  if (skip) at = put_many(&make, LIP_NODE_CONCAT, 2, (size_t[]){first, at});
  return finish_graph(&make, put_linear(&make, at, 3));
}

typedef struct example {
  lip_net *net;
  lip_claim *claim;
  lip_sector_form *form;
  lip_sectors_program *program;
  lip_sectors_matrix *pattern;
  lip_sectors_completion *completion;
  size_t n;
  double *X; /* n x n: positive definite */
} example;

static example start(size_t depth, bool skip)
{
  example in = {.net = chain_net(depth, skip)};
  lip_output all = {.kind = LIP_ALL_OUTPUTS};
  double *A;

  assert_int_equal(
      lip_claim_create(in.net, all, LIP_NORM_2, (lip_domain){.kind = LIP_SPACE}, &in.claim, NULL),
      LIP_OK);
  in.claim->deep = true;
  assert_int_equal(lip_sector_form_create(in.claim, false, &in.form, NULL, NULL), LIP_OK);
  assert_int_equal(lip_sectors_program_create(in.form, &in.program, NULL, NULL), LIP_OK);
  assert_int_equal(lip_sectors_matrix_create(in.program, &in.pattern, NULL), LIP_OK);
  assert_int_equal(lip_sectors_completion_create(in.pattern, &in.completion, NULL), LIP_OK);
  in.n = in.program->order;
  in.X = lip_alloc(in.n, in.n * sizeof *in.X);
  A = lip_alloc(in.n, in.n * sizeof *A);
  lip_random_normal((lip_stream){7, LIP_FOR_POINTS}, 0, in.n * in.n, A);
  lip_dgemm(false, true, in.n, in.n, in.n, 1, A, in.n, A, in.n, 0, in.X, in.n);
  for (size_t i = 0; i < in.n; i++) in.X[i * in.n + i] += 0.1;
  lip_free(A);
  return in;
}

static void end(example *in)
{
  lip_free(in->X);
  lip_sectors_completion_free(in->completion);
  lip_sectors_matrix_free(in->pattern);
  lip_sectors_program_free(in->program);
  lip_sector_form_free(in->form);
  lip_claim_free(in->claim);
  lip_net_free(in->net);
}

static bool on_pattern(const example *in, size_t i, size_t j)
{
  size_t count = in->program->blocks + 1, a = 0, b = 0;

  while (a + 1 < count && in->program->block[a + 1].offset <= i) a++;
  while (b + 1 < count && in->program->block[b + 1].offset <= j) b++;
  return in->pattern->at[(a < b ? a : b) * count + (a < b ? b : a)] != NULL;
}

static double *copy(const example *in)
{
  double *Y = lip_alloc(in->n, in->n * sizeof *Y);

  memcpy(Y, in->X, in->n * in->n * sizeof *Y);
  return Y;
}

static void the_pattern_stays_and_the_inverse_has_it(void **state)
{
  (void)state;
  for (int skip = 0; skip < 2; skip++) {
    example in = start(6, skip);
    double *Y = copy(&in), *inverse, *factor, largest = 0;
    size_t off = 0;

    assert_true(lip_sectors_complete(in.completion, Y));
    inverse = lip_alloc(in.n, in.n * sizeof *inverse);
    memcpy(inverse, Y, in.n * in.n * sizeof *Y);
    assert_true(lip_cholesky(in.n, inverse));
    factor = copy(&in);
    assert_true(lip_cholesky(in.n, factor));
    assert_true(lip_cholesky_logdet(in.n, inverse) > lip_cholesky_logdet(in.n, factor));
    lip_cholesky_inverse(in.n, inverse);
    for (size_t i = 0; i < in.n * in.n; i++) largest = fmax(largest, fabs(inverse[i]));
    for (size_t i = 0; i < in.n; i++)
      for (size_t j = 0; j < in.n; j++) {
        assert_true(fabs(Y[i * in.n + j] - Y[j * in.n + i]) == 0);
        if (on_pattern(&in, i, j))
          assert_true(Y[i * in.n + j] == in.X[i * in.n + j]);
        else {
          assert_true(fabs(inverse[i * in.n + j]) < 1e-10 * largest);
          off++;
        }
      }
    assert_true(off > 100);
    lip_free(factor);
    lip_free(inverse);
    lip_free(Y);
    end(&in);
  }
}

static void products_by_factors_are_products(void **state)
{
  (void)state;
  for (size_t depth = 1; depth < 12; depth += 5)
    for (int skip = 0; skip < 2; skip++) {
      example in = start(depth, skip);
      double *E = copy(&in), *F = copy(&in), *G = copy(&in), *Y = copy(&in);
      size_t n = in.n;

      lip_random_normal((lip_stream){8, LIP_FOR_POINTS}, 0, n * n, E);
      assert_true(lip_sectors_complete(in.completion, Y));
      lip_sectors_completion_times(in.completion, Y, E, F);
      lip_dgemm(false, false, n, n, n, 1, Y, n, E, n, 0, G, n);
      for (size_t i = 0; i < n * n; i++) assert_true(fabs(F[i] - G[i]) < 1e-9 * (double)(n * n));
      memcpy(F, in.X, n * n * sizeof *F);
      lip_sectors_pattern_product(in.completion, 2, Y, E, F);
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          assert_true(on_pattern(&in, i, j) ? fabs(F[i * n + j] - G[i * n + j] - G[j * n + i]) <
                                                  1e-9 * (double)(n * n)
                                            : F[i * n + j] == in.X[i * n + j]);
      lip_free(E);
      lip_free(F);
      lip_free(G);
      lip_free(Y);
      end(&in);
    }
}

/* X + a dX has a completion exactly where its cliques are definite: what lies off the pattern says
   nothing, one clique that is not definite everything. */
static void a_completion_exists_where_all_cliques_are_definite(void **state)
{
  example in = start(6, false);
  double *d = lip_alloc_zero(in.n, in.n * sizeof *d);

  (void)state;
  for (size_t i = 0; i < in.n; i++)
    for (size_t j = 0; j < in.n; j++)
      if (!on_pattern(&in, i, j)) d[i * in.n + j] = 1e6;
  assert_true(lip_sectors_completable(in.completion, in.X, 1, d));
  for (size_t i = 0; i < in.n; i++) {
    size_t at = i * (in.n + 1);

    d[at] = -in.X[at];
    assert_true(lip_sectors_completable(in.completion, in.X, 1e-9, d));
    assert_false(lip_sectors_completable(in.completion, in.X, 1, d));
    d[at] = 0;
  }
  lip_free(d);
  end(&in);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_pattern_stays_and_the_inverse_has_it),
      cmocka_unit_test(products_by_factors_are_products),
      cmocka_unit_test(a_completion_exists_where_all_cliques_are_definite)};

  return cmocka_run_group_tests(tests, NULL, NULL);
}
