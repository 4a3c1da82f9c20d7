/* moment_proofs.h - networks, claims and proofs by moments for tests. */
#ifndef LIP_TESTS_MOMENT_PROOFS_H
#define LIP_TESTS_MOMENT_PROOFS_H

#include "networks.h"

#include "base/memory.h"
#include "lipschitz/method.h"

typedef struct moment_case {
  lip_net *net;
  lip_claim *claim;
  lip_bracket bracket; /* what the search leaves */
  double upper;        /* settled */
  bool proved;
} moment_case;

/* Runs the search on a network, which the case owns from now on, and settles its proof. */
static inline moment_case search_moments(lip_net *net)
{
  moment_case c = {.net = net, .bracket = {.upper = INFINITY}};
  lip_problem problem;

  assert_int_equal(lip_claim_create(net, (lip_output){LIP_ONE_OUTPUT, 0, 0}, LIP_NORM_2,
                                    (lip_domain){.kind = LIP_SPACE}, &c.claim, NULL),
                   LIP_OK);
  problem = (lip_problem){.net = net, .claim = c.claim, .d = c.claim->d, .m = 1};
  assert_int_equal(lip_search_moments.run(&problem, &c.bracket, NULL, NULL), LIP_OK);
  assert_ptr_equal(c.bracket.proof.kind, &lip_proof_moments);
  assert_int_equal(
      lip_proof_settle(c.claim, &c.bracket.proof, c.bracket.upper, &c.upper, &c.proved, NULL, NULL),
      LIP_OK);
  return c;
}

static inline void moment_case_clear(moment_case *c)
{
  lip_proof_clear(&c->bracket.proof);
  lip_claim_free(c->claim);
  lip_net_free(c->net);
}

static inline lip_net *random_two_layers(size_t d, size_t k, lip_activation psi, bool bias)
{
  return random_net(2, (size_t[]){d, k, 1}, psi, bias, LIP_IDENTITY, LIP_F64);
}

/* The largest gradient at `points` random points, in all directions and at all distances. */
static inline double sampled_slope(const lip_net *net, size_t points)
{
  size_t d = lip_net_inputs(net);
  double *X = lip_alloc(points, d * sizeof *X), *G = lip_alloc(points, d * sizeof *G), most = 0;

  assert_true(X && G);
  lip_random_normal((lip_stream){17, LIP_FOR_WEIGHTS}, 0, points * d, X);
  for (size_t i = 0; i < points; i++)
    for (size_t j = 0; j < d; j++) X[i * d + j] *= 3 * pow(10, (double)(i % 7) - 3);
  assert_int_equal(lip_net_gradients(net, 0, points, X, G, NULL), LIP_OK);
  for (size_t i = 0; i < points; i++) {
    double square = 0;

    for (size_t j = 0; j < d; j++) square += G[i * d + j] * G[i * d + j];
    most = fmax(most, sqrt(square));
  }
  lip_free(X);
  lip_free(G);
  return most;
}

#endif
