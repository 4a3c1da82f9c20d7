/* small_constant.h - the constant of a small network by whichever means applies. */
#ifndef LIP_TESTS_SMALL_CONSTANT_H
#define LIP_TESTS_SMALL_CONSTANT_H

#include "small_branches.h"
#include "small_cells.h"

typedef struct small_effort {
  size_t points, branches;
} small_effort;

static inline small_bounds small_constant(const small_question *question, small_effort effort)
{
  lip_activation psi = question->net->layer[0].activation;
  small_bounds found;
  double low = small_sampled(question, 1, effort.points);

  if (question->domain.kind == LIP_ON_SPHERE && lip_net_inputs(question->net) == 1)
    return (small_bounds){0, 0, true}; /* two points */
  if (small_has_branches(question))
    found = small_by_branches(question, effort.branches);
  else if (question->domain.kind != LIP_ON_SPHERE && small_is_piecewise(psi))
    found = small_by_cells(question);
  else
    found = (small_bounds){low, INFINITY, false};
  if (low > found.high * (1 + 1e-12)) abort(); /* the oracle contradicts itself */
  found.low = fmax(found.low, low);
  return found;
}

#endif
