/* cone_nets.h - networks of few inputs whose constant is found from all cells, for tests of cones.
 */
#ifndef LIP_TESTS_CONE_NETS_H
#define LIP_TESTS_CONE_NETS_H

#include "measure_nets.h"
#include "proofs.h"

#include "base/memory.h"
#include "certificate/claim.h"
#include "lipschitz/method.h"
#include "net/activation.h"

enum { MOST_CELL_D = 6, MOST_CELL_K = 80 };

/* Homogeneous rows [w_l, b_l]; D = d + 1 where there are biases. */
static inline size_t homogeneous(const lip_net *net, double *H)
{
  const lip_layer *hidden = &net->layer[0];
  size_t d = hidden->in, D = d + (hidden->b != NULL);

  for (size_t l = 0; l < hidden->out; l++) {
    memcpy(H + l * D, hidden->W + l * d, d * sizeof *H);
    if (hidden->b) H[l * D + d] = hidden->b[l];
  }
  return D;
}

/* A vector normal to D - 1 rows, by elimination with full pivots; false where they are dependent.
 */
static inline bool normal_of(size_t D, const double *H, const size_t *rows, double *ray)
{
  double M[MOST_CELL_D][MOST_CELL_D] = {{0}};
  size_t column[MOST_CELL_D];

  for (size_t j = 0; j < D; j++) column[j] = j;
  for (size_t i = 0; i + 1 < D; i++)
    for (size_t j = 0; j < D; j++) M[i][j] = H[rows[i] * D + j];
  for (size_t c = 0; c + 1 < D; c++) {
    size_t p = c, q = c;

    for (size_t i = c; i + 1 < D; i++)
      for (size_t j = c; j < D; j++)
        if (fabs(M[i][j]) > fabs(M[p][q])) p = i, q = j;
    if (!(fabs(M[p][q]) > 1e-12)) return false;
    for (size_t j = 0; j < D; j++) {
      double t = M[c][j];

      M[c][j] = M[p][j];
      M[p][j] = t;
    }
    for (size_t i = 0; i + 1 < D; i++) {
      double t = M[i][c];

      M[i][c] = M[i][q];
      M[i][q] = t;
    }
    size_t t = column[c];
    column[c] = column[q];
    column[q] = t;
    for (size_t i = 0; i + 1 < D; i++) {
      double factor = M[i][c] / M[c][c];

      for (size_t j = c; j < D && i != c; j++) M[i][j] -= factor * M[c][j];
    }
  }
  for (size_t c = 0; c + 1 < D; c++) ray[column[c]] = -M[c][D - 1] / M[c][c];
  ray[column[D - 1]] = 1;
  return true;
}

/* The largest |gradient| over all cells, for hyperplanes in general position: around a ray in which
   D - 1 of them meet all of their signs occur, and every cell has such a ray (with s > 0, where
   there are biases). k >= D. */
static inline double steepest_cell(const lip_net *net)
{
  static double H[MOST_CELL_K * MOST_CELL_D];
  const lip_layer *hidden = &net->layer[0];
  size_t k = hidden->out, d = hidden->in, D = homogeneous(net, H), rows[MOST_CELL_D];
  double largest = 0;

  for (size_t i = 0; i + 1 < D; i++) rows[i] = i;
  for (;;) {
    double ray[MOST_CELL_D];

    for (int side = -1; side <= 1 && normal_of(D, H, rows, ray); side += 2) {
      if (D > d && !(side * ray[d] > 0)) continue;
      for (size_t signs = 0; signs < (size_t)1 << (D - 1); signs++) {
        double g[MOST_CELL_D] = {0}, square = 0;

        for (size_t l = 0; l < k; l++) {
          double z = 0;

          for (size_t j = 0; j < D; j++) z += side * ray[j] * H[l * D + j];
          for (size_t i = 0; i + 1 < D; i++)
            if (rows[i] == l) z = signs >> i & 1 ? 1 : -1;
          for (size_t j = 0; j < d; j++)
            g[j] += net->layer[1].W[l] * lip_activation_slope(hidden->activation, z) *
                    hidden->W[l * d + j];
        }
        for (size_t j = 0; j < d; j++) square += g[j] * g[j];
        largest = fmax(largest, sqrt(square));
      }
    }
    size_t i = D - 1;
    while (i > 0 && rows[i - 1] == k - (D - 1) + i - 1) i--; /* the next choice of D - 1 rows */
    if (i == 0) return largest;
    rows[i - 1]++;
    for (; i + 1 < D; i++) rows[i] = rows[i - 1] + 1;
  }
}

/* A search on one claim. */
typedef struct cone_run {
  lip_claim *claim;
  lip_problem problem;
  lip_bracket bracket;
} cone_run;

static inline void begin_cones(cone_run *run, const lip_net *net, lip_domain domain)
{
  lip_output output = {LIP_ONE_OUTPUT, 0, 0};
  lip_error err;
  double *g = lip_alloc(net->layer[0].in, sizeof *g);

  memset(run, 0, sizeof *run);
  if (lip_claim_create(net, output, LIP_NORM_2, domain, &run->claim, &err) != LIP_OK)
    fail_msg("%s", err.text);
  run->problem = (lip_problem){.net = net,
                               .claim = run->claim,
                               .output = output,
                               .norm = LIP_NORM_2,
                               .d = run->claim->d,
                               .m = 1,
                               .domain = domain,
                               .seed = 1};
  run->bracket = (lip_bracket){
      .point = lip_alloc_zero(run->claim->d, sizeof(double)), .upper = INFINITY, .gap = 1e-9};
  for (size_t i = 0; i < run->claim->d; i++) run->bracket.point[i] = 0.1 + 0.7 * (double)i;
  assert_int_equal(
      lip_problem_slopes(&run->problem, 1, run->bracket.point, g, &run->bracket.lower, NULL),
      LIP_OK);
  lip_free(g);
}

static inline void end_cones(cone_run *run)
{
  lip_free(run->bracket.point);
  lip_proof_clear(&run->bracket.proof);
  lip_claim_free(run->claim);
}

/* Runs the search to its end. */
static inline void run_cones(cone_run *run, const lip_net *net)
{
  lip_error err;

  begin_cones(run, net, (lip_domain){.kind = LIP_SPACE});
  assert_true(lip_search_cones.applies(&run->problem));
  if (lip_search_cones.run(&run->problem, &run->bracket, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
}

static inline bool proved_at(const cone_run *run, double upper)
{
  return proves(run->claim, &run->bracket.proof, upper);
}

#endif
