/* claim_memory.c - bounds of values and slopes on a claim's domain, found once.

   Several methods and their proofs ask for the same bounds. Copies of a claim may have another
   domain: what is kept says for which one it holds. */
#include "certificate/graphs/claim_memory.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>

struct claim_memory {
  lip_domain domain; /* whose bounds these are */
  const lip_net *net;
  lip_value_bounds *values; /* NULL: not found yet */
  lip_slope_bounds *slopes;
  bool has_bound; /* of Jacobians, for this function and norm */
  double bound;
  lip_output output;
  lip_norm_kind norm;
};

claim_memory *lip_claim_memory_create(void)
{
  return lip_alloc_zero(1, sizeof(claim_memory));
}

static void forget(claim_memory *memory)
{
  lip_value_bounds_free(memory->values);
  lip_slope_bounds_free(memory->slopes);
  *memory = (claim_memory){.values = NULL};
}

void lip_claim_memory_free(claim_memory *memory)
{
  if (!memory) return;
  forget(memory);
  lip_free(memory);
}

static bool is_same(lip_domain a, lip_domain b)
{
  return a.kind == b.kind && a.radius == b.radius && a.low == b.low && a.high == b.high &&
         a.count == b.count && a.d == b.d && a.centers == b.centers;
}

/* What is kept for this claim. */
static claim_memory *of_claim(const lip_claim *claim)
{
  claim_memory *memory = claim->memory;

  if (memory->net != claim->net || !is_same(memory->domain, claim->domain)) {
    forget(memory);
    memory->net = claim->net;
    memory->domain = claim->domain;
  }
  return memory;
}

lip_status lip_claim_values(const lip_claim *claim, const lip_value_bounds **values,
                            const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  claim_memory *memory = of_claim(claim);
  lip_value_bounds *found = NULL;
  double *ends = NULL;
  lip_region region;

  if (!memory->values) {
    ends = lip_alloc(3 * claim->d, sizeof *ends);
    if (!ends) FAIL(LIP_ENOMEM, "the ends of a box");
    region = lip_claim_region(claim, LIP_NOWHERE, ends);
    TRY(lip_value_bounds_create(claim->net, &found, err));
    TRY(lip_value_bounds_find(found, &region, LIP_SLOPE_WORK, control, err));
    memory->values = found;
    found = NULL;
  }
  *values = memory->values;
done:
  lip_value_bounds_free(found);
  lip_free(ends);
  return st;
}

const lip_slope_bounds *lip_claim_slopes_kept(const lip_claim *claim)
{
  return of_claim(claim)->slopes;
}

void lip_claim_keep_slopes(const lip_claim *claim, lip_slope_bounds *slopes)
{
  claim_memory *memory = of_claim(claim);

  lip_slope_bounds_free(memory->slopes);
  memory->slopes = slopes;
}

double lip_claim_bound_kept(const lip_claim *claim)
{
  const claim_memory *memory = of_claim(claim);
  bool same = memory->norm == claim->norm && memory->output.kind == claim->output.kind &&
              memory->output.plus == claim->output.plus &&
              memory->output.minus == claim->output.minus;

  return memory->has_bound && same ? memory->bound : NAN;
}

void lip_claim_keep_bound(const lip_claim *claim, double bound)
{
  claim_memory *memory = of_claim(claim);

  memory->has_bound = true;
  memory->bound = bound;
  memory->output = claim->output;
  memory->norm = claim->norm;
}
