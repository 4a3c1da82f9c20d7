/* sector_spare.c - multipliers that a proof with rounding accepts. */
#include "lipschitz/graphs/sector_spare.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/graphs/sector_matrix.h"

#include <math.h>
#include <string.h>

lip_status lip_sector_spare(lip_sector_form *form, double *multipliers, double *value, bool *proved,
                            const lip_control *control, lip_error *err)
{
  static const double LEAST = 2e-11, MOST = 1e-3, STEP = 32;
  lip_status st = LIP_OK;
  lip_sector_verdict verdict;
  double *raised = lip_alloc(form->multipliers, sizeof *raised);

  *proved = false;
  if (!raised) FAIL(LIP_ENOMEM, "%zu multipliers", form->multipliers);
  for (double spare = LEAST; !*proved && spare <= MOST; spare *= STEP) {
    double L = *value * sqrt(1 + spare);

    for (size_t i = 0; i < form->multipliers; i++) raised[i] = multipliers[i] * (1 + spare);
    TRY(lip_sector_definite(form, raised, L, &verdict, control, err));
    if (!verdict.proved) {
      spare = fmax(spare, fmin(verdict.given, MOST / STEP));
      continue;
    }
    *proved = true;
    *value = L;
    memcpy(multipliers, raised, form->multipliers * sizeof *raised);
  }
done:
  lip_free(raised);
  return st;
}
