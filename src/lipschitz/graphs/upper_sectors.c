/* upper_sectors.c - the semidefinite bound over a graph with the best multipliers.

   LipSDP-Neuron (Fazlyab, Robey, Hassani, Morari and Pappas, 2019) for any graph of sectors, by the
   interior-point method of sectors.h, then spared (sector_spare.h) so that the proof of
   certificate/proofs/sectors.c holds. Cost: some 20 to 60 steps of order^2 times the width of the
   graph's layers (6 order^3 where all of them meet); above MOST_BYTES or MOST_ORDER it does not
   apply. */
#include "lipschitz/method.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "lipschitz/graphs/sector_balance.h"
#include "lipschitz/graphs/sector_proposal.h"
#include "lipschitz/graphs/sector_spare.h"
#include "lipschitz/graphs/sectors.h"

#include <math.h>
#include <string.h>

static const double MOST_BYTES = 5e9;
static const double SHARE = 0.65;          /* of the time limit */
static const double FLOPS_A_SECOND = 3e10; /* roughly */
static const double NEAR_ENOUGH = 1e-10, WELL_MET = 1e-4;
enum { MOST_ORDER = 6000, MOST_MULTIPLIERS = 5000, LEAST_STEPS = 12 };

/* A share of the time, so that the lower end has its own. */
typedef struct share {
  double end;
  const lip_control *all;
} share;

static bool is_over(void *context)
{
  const share *time = context;

  return lip_seconds() > time->end || lip_stopped(time->all);
}

/* How near to the best rho: all digits where they cost little. */
static double accuracy_of(const lip_sectors_program *program)
{
  return program->order > 1500 ? 1e-5 : program->order > 600 ? 1e-7 : 1e-9;
}

/* The program; NULL with LIP_OK: it is too large or unbounded. */
static lip_status create_program(lip_sector_form *form, double seconds,
                                 lip_sectors_program **program, const lip_control *control,
                                 lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sectors_program *made = NULL;

  if (!form->bounded || form->multipliers == 0 || form->multipliers > MOST_MULTIPLIERS) goto done;
  if (form->bytes > MOST_BYTES) goto done;
  TRY(lip_sector_balance(form, control, err));
  TRY(lip_sectors_program_create(form, &made, control, err));
  if (made->order > MOST_ORDER || lip_sectors_solver_bytes(made) > MOST_BYTES) goto done;
  if (LEAST_STEPS * lip_sectors_step_flops(made) > FLOPS_A_SECOND * seconds) goto done;
  *program = made;
  made = NULL;
done:
  lip_sectors_program_free(made);
  return st;
}

/* The best value that a proof with rounding accepts: of the last points of the search, those that
   are so near to the border that they must be spared much are worse than earlier ones.
   multipliers  out  the form's;  value  out  scaled */
static lip_status spare(const lip_sectors_program *program, const lip_sectors_solver *solver,
                        lip_sector_form *form, double *lambda, double *multipliers, double *value,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  double *own = lip_alloc(form->multipliers, sizeof *own), rho;

  if (!own) FAIL(LIP_ENOMEM, "%zu multipliers", form->multipliers);
  for (size_t i = 0; lip_sectors_earlier(solver, i, lambda, &rho); i++) {
    double least = sqrt(rho);
    bool proved;

    if (least >= *value * (1 - NEAR_ENOUGH)) break;
    lip_sectors_program_multipliers(program, form, lambda, own);
    TRY(lip_sector_spare(form, own, &least, &proved, NULL, err));
    if (!proved || least >= *value) continue;
    *value = least;
    memcpy(multipliers, own, form->multipliers * sizeof *own);
  }
done:
  lip_free(own);
  return st;
}

/* One search. multipliers, value  in/out  the best so far; met  out  the proof accepts about what
   was found */
static lip_status search(lip_sector_form *form, const lip_sectors_program *program,
                         double *multipliers, double *value, bool *met, const lip_control *control,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sectors_goal goal = {accuracy_of(program), 0, INFINITY};
  lip_sectors_answer answer;
  lip_sectors_solver *solver = NULL;
  double *lambda = lip_alloc(program->groups, sizeof *lambda);

  *met = false;
  if (!lambda) FAIL(LIP_ENOMEM, "%zu multipliers", program->groups);
  TRY(lip_sectors_solver_create(program, &solver, err));
  TRY(lip_sectors_solve(solver, goal, false, lambda, &answer, control, err));
  if (!answer.found) goto done;
  TRY(spare(program, solver, form, lambda, multipliers, value, err));
  *met = *value <= sqrt(answer.rho) * (1 + WELL_MET);
done:
  lip_sectors_solver_free(solver);
  lip_free(lambda);
  return st;
}

/* Where slopes that are all but known spoil the search, once more with those wider.
   multipliers  out  the form's;  value  out  scaled, what they prove; infinite: nothing */
static lip_status solve(lip_sector_form *form, lip_sectors_program *program, double *multipliers,
                        double *value, const lip_control *control, lip_error *err)
{
  static const double SHARES[] = {1e-6, 3e-4};
  lip_status st = LIP_OK;
  bool met = false;

  *value = INFINITY;
  for (size_t i = 0; i < sizeof SHARES / sizeof *SHARES && !met; i++) {
    bool wider = lip_sectors_program_widen(program, SHARES[i]);

    if (i > 0 && (!wider || lip_stopped(control))) break;
    TRY(search(form, program, multipliers, value, &met, control, err));
  }
done:
  return st;
}

static lip_status run(const lip_problem *problem, lip_steepest *steepest, lip_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_sector_form *form = NULL;
  lip_sectors_program *program = NULL;
  lip_proof proof = {.kind = NULL};
  double *multipliers, value;
  share time = {INFINITY, control};
  lip_control limited = {.stop = is_over, .context = &time};

  (void)steepest;
  if (problem->time_limit > 0) time.end = lip_seconds() + SHARE * problem->time_limit;
  TRY(lip_sector_form_create(problem->deep, false, &form, control, err));
  TRY(create_program(form, problem->time_limit > 0 ? SHARE * problem->time_limit : INFINITY,
                     &program, control, err));
  if (!program) goto done;
  TRY(lip_sector_proof_start(form, &proof, &multipliers, err));
  TRY(solve(form, program, multipliers, &value, &limited, err));
  if (!isfinite(value)) goto done;
  finding->found = true;
  finding->value = ldexp(value, form->exponent[form->blocks + 1]);
  finding->proof = proof;
  proof = (lip_proof){.kind = NULL};
done:
  if (st == LIP_EINTERRUPT || st == LIP_ENUMERIC) st = LIP_OK; /* nothing to say */
  lip_proof_clear(&proof);
  lip_sectors_program_free(program);
  lip_sector_form_free(form);
  return st;
}

const lip_method lip_upper_sectors = {
    "semidefinite-sectors",
    "LipSDP-Neuron over a graph, multipliers by an interior-point method (arXiv 1906.04893)",
    lip_sector_methods_apply, run};
