/* pattern_nets.h - networks for the tests of the search over patterns, and their constants by brute
   force: over all patterns, or over all cells, without a linear program. */
#ifndef LIP_TESTS_PATTERN_NETS_H
#define LIP_TESTS_PATTERN_NETS_H

#include "networks.h"
#include "proofs.h"

#include "base/memory.h"
#include "certificate/witness.h"
#include "linalg/symmetric_eigen.h"
#include "linalg/vector.h"
#include "lipschitz/method.h"

/* A network, the claim on all its outputs, and the bracket that a search leaves. */
typedef struct subject {
  lip_net *net;
  lip_claim *claim;
  lip_problem problem;
  lip_bracket bracket;
} subject;

static inline lip_net *network(size_t d, size_t k, size_t m, lip_activation psi)
{
  lip_net *net = NULL;
  lip_activation activations[] = {psi, {LIP_IDENTITY, 0}};

  assert_int_equal(lip_net_create(2, (size_t[]){d, k, m}, activations, (bool[]){true, true},
                                  LIP_F64, &net, NULL),
                   LIP_OK);
  return net;
}

static inline lip_net *normal_network(size_t d, size_t k, size_t m, lip_activation psi,
                                      uint64_t seed)
{
  lip_net *net = network(d, k, m, psi);

  lip_random_normal((lip_stream){seed, LIP_FOR_WEIGHTS}, 0, net->parameters, net->block);
  return net;
}

/* Takes the network. */
static inline subject subject_of(lip_net *net, lip_domain domain)
{
  subject s = {.net = net};
  lip_error err = {""};

  if (lip_claim_create(net, (lip_output){LIP_ALL_OUTPUTS, 0, 0}, LIP_NORM_2, domain, &s.claim,
                       &err) != LIP_OK)
    fail_msg("%s", err.text);
  s.problem = (lip_problem){.net = net,
                            .claim = s.claim,
                            .d = s.claim->d,
                            .m = s.claim->m,
                            .domain = domain,
                            .output = s.claim->output};
  s.bracket = (lip_bracket){.upper = INFINITY, .gap = 1e-9};
  s.bracket.point = lip_alloc_zero(s.claim->d, sizeof *s.bracket.point);
  return s;
}

static inline void subject_clear(subject *s)
{
  lip_proof_clear(&s->bracket.proof);
  lip_free(s->bracket.point);
  lip_claim_free(s->claim);
  lip_net_free(s->net);
}

static inline void search(subject *s, const lip_control *control)
{
  lip_error err = {""};

  assert_true(lip_search_patterns.applies(&s->problem));
  if (lip_search_patterns.run(&s->problem, &s->bracket, control, &err) != LIP_OK)
    fail_msg("%s", err.text);
}

/* Is the bracket what it says: a witness below, a proof above? */
static inline void assert_proved(const subject *s)
{
  double lower = 0;

  assert_int_equal(lip_witness_slope(s->claim, s->bracket.point, NULL, &lower, NULL, NULL), LIP_OK);
  if (!(lower >= s->bracket.lower * (1 - 1e-12)))
    fail_msg("a witness of %.17g proves %.17g", s->bracket.lower, lower);
  if (!s->bracket.proof.kind)
    fail_msg("no proof: [%.17g, %.17g]", s->bracket.lower, s->bracket.upper);
  if (!proves(s->claim, &s->bracket.proof, s->bracket.upper * (1 + 1e-11)))
    fail_msg("%.17g is not proved", s->bracket.upper);
}

static inline void assert_exact(const subject *s, double value)
{
  if (!(s->bracket.lower <= value * (1 + 1e-12) && value <= s->bracket.upper * (1 + 1e-12) &&
        s->bracket.upper - s->bracket.lower <= 1.1e-9 * s->bracket.upper))
    fail_msg("[%.17g, %.17g] instead of %.17g", s->bracket.lower, s->bracket.upper, value);
}

/* |A diag(s) W| of the network. */
static inline double norm_at_slopes(const lip_net *net, const double *s)
{
  size_t d = net->layer[0].in, k = net->layer[0].out, m = net->layer[1].out;
  double *J = lip_alloc_zero(m, d * sizeof *J), *square = lip_alloc(m, m * sizeof *square);
  double *values = lip_alloc(m, sizeof *values), value;

  for (size_t i = 0; i < m; i++)
    for (size_t l = 0; l < k; l++)
      lip_add_multiple(d, net->layer[1].W[i * k + l] * s[l], net->layer[0].W + l * d, J + i * d);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++) square[i * m + j] = lip_dot(d, J + i * d, J + j * d);
  assert_int_equal(lip_symmetric_eigen(m, square, values, false, NULL), LIP_OK);
  value = sqrt(fmax(values[m - 1], 0));
  lip_free(J);
  lip_free(square);
  lip_free(values);
  return value;
}

static inline double norm_at(const lip_net *net, const double *x)
{
  size_t d = net->layer[0].in, k = net->layer[0].out;
  double *s = lip_alloc(k, sizeof *s), value;

  for (size_t l = 0; l < k; l++)
    s[l] = lip_activation_slope(net->layer[0].activation,
                                lip_dot(d, net->layer[0].W + l * d, x) + net->layer[0].b[l]);
  value = norm_at_slopes(net, s);
  lip_free(s);
  return value;
}

/* The largest |A diag(s) W| over all 2^k choices of s_l among two numbers. */
static inline double largest_over_patterns(const lip_net *net, double low, double high)
{
  size_t k = net->layer[0].out;
  double *s = lip_alloc(k, sizeof *s), largest = 0;

  for (size_t pattern = 0; pattern < (size_t)1 << k; pattern++) {
    for (size_t l = 0; l < k; l++) s[l] = pattern >> l & 1 ? high : low;
    largest = fmax(largest, norm_at_slopes(net, s));
  }
  lip_free(s);
  return largest;
}

/* Solves the d x d system rows x = right by elimination; false where it is singular. */
static inline bool solve_system(size_t d, double *rows, double *right)
{
  for (size_t c = 0; c < d; c++) {
    size_t at = c;

    for (size_t i = c + 1; i < d; i++)
      if (fabs(rows[i * d + c]) > fabs(rows[at * d + c])) at = i;
    if (fabs(rows[at * d + c]) < 1e-12) return false;
    for (size_t j = 0; j < d; j++) {
      double swap = rows[c * d + j];

      rows[c * d + j] = rows[at * d + j], rows[at * d + j] = swap;
    }
    double swap = right[c];

    right[c] = right[at], right[at] = swap;
    for (size_t i = 0; i < d; i++) {
      double factor = i == c ? 0 : rows[i * d + c] / rows[c * d + c];

      for (size_t j = 0; j < d; j++) rows[i * d + j] -= factor * rows[c * d + j];
      right[i] -= factor * right[c];
    }
  }
  for (size_t i = 0; i < d; i++) right[i] /= rows[i * d + i];
  return true;
}

/* The largest |J| over the cells of the whole space, weights in general position, k >= d <= 4:
   every cell has a vertex, where d hyperplanes meet; around it lie 2^d of them. */
static inline double largest_over_cells(const lip_net *net)
{
  size_t d = net->layer[0].in, k = net->layer[0].out;
  const double *W = net->layer[0].W, *b = net->layer[0].b;
  double largest = 0;

  for (size_t subset = 0; subset < (size_t)1 << k; subset++) {
    size_t chosen[4], count = 0;

    for (size_t l = 0; l < k; l++)
      if (subset >> l & 1) {
        if (count < d) chosen[count] = l;
        count++;
      }
    if (count != d) continue;
    for (size_t sides = 0; sides < (size_t)1 << d; sides++) {
      double rows[16], x[4];

      for (size_t i = 0; i < d; i++) {
        memcpy(rows + i * d, W + chosen[i] * d, d * sizeof *rows);
        x[i] = (sides >> i & 1 ? 1e-7 : -1e-7) - b[chosen[i]];
      }
      if (solve_system(d, rows, x)) largest = fmax(largest, norm_at(net, x));
    }
  }
  return largest;
}

#endif
