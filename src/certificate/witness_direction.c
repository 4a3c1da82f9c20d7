/* witness_direction.c - derivatives of a graph at a point in floating point: for the choice of a
   direction, of which any will do.

   Gradients are pulled back through the graph one after the other. Where there are too many of
   them: v <- J'(J v), from a sum of them with random signs on. */
#include "certificate/graphs/witness_graph.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "certificate/domain.h"
#include "linalg/vector.h"
#include "net/tape.h"

#include <string.h>

enum { STEPS = 100 };
static const double SETTLED = 1e-12; /* relative, between two steps */

/* A tape at the point that x means: on the sphere radius x / |x|. */
static lip_status tape_at(const lip_claim *claim, const double *x, lip_tape **tape, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = claim->d;
  double length = lip_norm(d, x), *y = lip_alloc(d, sizeof *y);

  if (!y) FAIL(LIP_ENOMEM, "a point with %zu coordinates", d);
  memcpy(y, x, d * sizeof *y);
  if (claim->domain.kind == LIP_ON_SPHERE && length > 0)
    for (size_t i = 0; i < d; i++) y[i] = x[i] / length * claim->domain.radius;
  TRY(lip_tape_create(claim->net, 1, tape, err));
  TRY(lip_tape_forward(*tape, 1, y, err));
done:
  lip_free(y);
  return st;
}

lip_status lip_witness_graph_jacobian(const lip_claim *claim, const double *x, double *G,
                                      lip_error *err)
{
  lip_status st = LIP_OK;
  size_t outputs = lip_net_outputs(claim->net);
  lip_output asked = claim->output;
  lip_tape *tape = NULL;
  double *u = lip_alloc(outputs, sizeof *u);

  memset(G, 0, claim->m * claim->d * sizeof *G);
  if (!u) FAIL(LIP_ENOMEM, "%zu outputs", outputs);
  TRY(tape_at(claim, x, &tape, err));
  for (size_t j = 0; j < claim->m; j++) {
    memset(u, 0, outputs * sizeof *u);
    u[asked.kind == LIP_ALL_OUTPUTS ? j : asked.plus] = 1;
    if (asked.kind == LIP_OUTPUT_DIFFERENCE) u[asked.minus] = -1;
    TRY(lip_tape_pull(tape, u, G + j * claim->d, err));
  }
done:
  if (st == LIP_ENUMERIC) st = LIP_OK;
  lip_tape_free(tape);
  lip_free(u);
  return st;
}

lip_status lip_witness_graph_push(const lip_claim *claim, const double *x, const double *v,
                                  double *along, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t outputs = lip_net_outputs(claim->net);
  lip_output asked = claim->output;
  lip_tape *tape = NULL;
  double *u = lip_alloc_zero(outputs, sizeof *u);
  double *tangent = lip_alloc(claim->d, sizeof *tangent);

  memset(along, 0, claim->m * sizeof *along);
  if (!u || !tangent) FAIL(LIP_ENOMEM, "%zu outputs", outputs);
  memcpy(tangent, v, claim->d * sizeof *v);
  lip_domain_tangential(claim->domain, claim->d, x, tangent);
  TRY(tape_at(claim, x, &tape, err));
  TRY(lip_tape_push(tape, tangent, u, err));
  memcpy(along, asked.kind == LIP_ALL_OUTPUTS ? u : u + asked.plus, claim->m * sizeof *along);
  if (asked.kind == LIP_OUTPUT_DIFFERENCE) along[0] -= u[asked.minus];
done:
  if (st == LIP_ENUMERIC) st = LIP_OK;
  lip_tape_free(tape);
  lip_free(tangent);
  lip_free(u);
  return st;
}

/* A length of 1; false where there is none. */
static bool make_unit(size_t d, double *v)
{
  double largest = lip_largest(d, v), length;

  if (!(largest > 0) || isinf(largest)) return false;
  for (size_t i = 0; i < d; i++) v[i] /= largest;
  length = lip_norm(d, v);
  for (size_t i = 0; i < d; i++) v[i] /= length;
  return true;
}

lip_status lip_witness_graph_direction(const lip_claim *claim, const double *x, double *v,
                                       lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = claim->d, outputs = lip_net_outputs(claim->net);
  lip_tape *tape = NULL;
  double *u = lip_alloc(outputs, sizeof *u), before = 0, size;

  memset(v, 0, d * sizeof *v);
  if (!u) FAIL(LIP_ENOMEM, "%zu outputs", outputs);
  TRY(tape_at(claim, x, &tape, err));
  lip_random_normal((lip_stream){0, LIP_FOR_PROBES}, 0, outputs, u);
  for (int step = 0; step < STEPS; step++) {
    TRY(lip_tape_pull(tape, u, v, err));
    lip_domain_tangential(claim->domain, d, x, v);
    if (!make_unit(d, v)) break;
    TRY(lip_tape_push(tape, v, u, err));
    size = lip_norm(outputs, u);
    if (!(size > before * (1 + SETTLED)) || isinf(size)) break;
    before = size;
  }
done:
  if (st == LIP_ENUMERIC) st = LIP_OK; /* what overflows has no direction */
  lip_tape_free(tape);
  lip_free(u);
  return st;
}
