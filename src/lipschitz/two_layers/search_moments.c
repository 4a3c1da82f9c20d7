/* search_moments.c - upper ends from moments of degree 4 and 6 in (x, u), for one output where
   there are many more neurons than inputs.

   The sign relaxation lets every neuron choose its sign; here the signs are those of linear forms
   of one x, relaxed to moments of degree 4, then 6 (docs/theory.md). The program's size does not
   grow with k. Source: Lasserre's hierarchy; that only (x, u) are lifted and neurons enter through
   their marginals is ours.

   Cost: of degree 4 the moment matrix has D (D + 1) / 2 + D d + d (d + 1) / 2 rows, D = d + 1: 231
   at d = 10, 861 at d = 20; of degree 6, and 2 in u, 946 at d = 10. Up to a few hundred steps of
   about 10 rows^3 flops and passes over the neurons. Degrees whose matrix has more than MOST_ROWS
   rows are left out. */
#include "lipschitz/method.h"

#include "base/error.h"
#include "base/memory.h"
#include "lipschitz/two_layers/moment_splitting.h"
#include "lipschitz/two_layers/moment_splitting_proof.h"

#include <math.h>

enum { STEPS = 600, EVERY = 20, LEAST_D = 2, MOST_D = 24, MOST_ROWS = 1300 };
static const double STALLED = 3e-4, PASSED_ON = 3e-3; /* relative, of what EVERY steps gain: the
                                                        end; the end where a degree follows */

static bool applies(const lip_problem *problem)
{
  const lip_claim *claim = problem->claim;

  return claim && claim->m == 1 && claim->norm == LIP_NORM_2 &&
         (claim->psi.kind == LIP_RELU || claim->psi.kind == LIP_LEAKY_RELU ||
          claim->psi.kind == LIP_ABS) &&
         claim->d >= LEAST_D && claim->d <= MOST_D && claim->k > 4 * claim->d;
}

/* A proof with room for its arrays. */
static lip_status prepare(const lip_moment_program *p, lip_proof *proof, double *arrays[5],
                          lip_error *err)
{
  static const char *const name[] = {"coordinates", "half_planes", "gram", "multipliers",
                                     "constant"};
  size_t n = p->rows.rows;
  size_t shape[5][2] = {{p->D, p->D},
                        {p->K, lip_half_plane_of(p->rows.degree).grams},
                        {n * (n + 1) / 2},
                        {p->rows.multipliers},
                        {1}};
  lip_status st = LIP_OK;

  proof->kind = &lip_proof_moments;
  for (size_t i = 0; i < 5; i++)
    TRY(lip_proof_add(proof, name[i], i < 2 ? 2 : 1, shape[i], &arrays[i], err));
  for (size_t i = 0; i < p->D * p->D; i++) arrays[0][i] = p->coordinates[i];
done:
  return st;
}

/* Takes the proof into the bracket where it is better: about `bound`, of the scaled J. */
static lip_status offer(const lip_moment_program *p, lip_moment_splitting *s,
                        const lip_claim *claim, lip_bracket *bracket, double *bound, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_proof proof = {0};
  double *arrays[5], value;

  TRY(prepare(p, &proof, arrays, err));
  TRY(lip_moment_splitting_proof(s, arrays[1], arrays[2], arrays[3], arrays[4], bound, err));
  value = lip_claim_unscale_up(claim, *bound);
  if (value < bracket->upper) {
    lip_bracket_take(bracket, value, &proof);
    lip_bracket_tell(bracket);
  }
done:
  lip_proof_clear(&proof);
  return st;
}

/* Moments of degree 2 `degree`, until EVERY steps gain no more than `stalled`. */
static lip_status search(const lip_claim *claim, size_t degree, double stalled,
                         lip_bracket *bracket, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_moment_program *program = NULL;
  lip_moment_splitting *splitting = NULL;
  double bound = INFINITY, best = INFINITY, before = INFINITY;

  st = lip_moment_program_create(claim, degree, &program, err);
  if (st == LIP_ENUMERIC) return LIP_OK; /* no weights, or out of range: nothing to gain here */
  TRY(st);
  TRY(lip_moment_splitting_create(program, &splitting, err));
  for (int step = 1; step <= STEPS && !lip_stopped(control); step++) {
    TRY(lip_moment_splitting_step(splitting, err));
    lip_tell(control, ((double)degree - 2 + (double)step / STEPS) / 2);
    if (step % EVERY != 0) continue;
    TRY(offer(program, splitting, claim, bracket, &bound, err));
    before = best;
    best = fmin(best, bound);
    if (bracket->upper - bracket->lower <= bracket->gap * bracket->upper) break;
    if (best < before && before - best <= stalled * best) break;
    lip_moment_splitting_balance(splitting);
  }
done:
  lip_moment_splitting_free(splitting);
  lip_moment_program_free(program);
  return st;
}

static size_t rows_of(const lip_claim *claim, size_t degree)
{
  size_t rows, multipliers;

  lip_moment_rows_count(claim->d + 1, claim->d, degree, &rows, &multipliers);
  return rows;
}

static lip_status run(const lip_problem *problem, lip_bracket *bracket, const lip_control *control,
                      lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_claim *claim = problem->claim;

  for (size_t degree = 2; degree <= 3 && !lip_stopped(control); degree++) {
    bool more = degree < 3 && rows_of(claim, degree + 1) <= MOST_ROWS;

    if (rows_of(claim, degree) > MOST_ROWS) continue;
    TRY(search(claim, degree, more ? PASSED_ON : STALLED, bracket, control, err));
    if (bracket->upper - bracket->lower <= bracket->gap * bracket->upper) break;
  }
done:
  return st;
}

const lip_search lip_search_moments = {
    "moments", "moments in the point and the direction (theory.md)", applies, run};
