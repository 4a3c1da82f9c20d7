/* starts.c - points of the data from which steep points of the network are looked for.

   At each point x the products G G' of the m gradients are kept: |g_a - g_b|^2 = G_aa - 2 G_ab +
   G_bb, so that the steepest points of every pair of outputs are known for the price of all outputs
   once.
   limits  POINTS points, fewer where m^2 numbers each are too many; none above MOST_OUTPUTS */
#include "audit/starts.h"

#include "base/error.h"
#include "base/memory.h"
#include "linalg/dgemm.h"
#include "net/tape.h"

#include <math.h>
#include <string.h>

enum { POINTS = 200, STEEPEST = 8, MOST_OUTPUTS = 1000 };
static const double NUMBERS = 1 << 22; /* of all products */

struct lip_starts {
  size_t rows, known, d, m;
  double *X, *top;  /* rows x d; STEEPEST x d */
  double *products; /* known x m x m */
  lip_dataset all, some;
};

static lip_status allocate(lip_starts *starts, const lip_dataset *data, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows = data->n < POINTS ? data->n : POINTS, d = data->d;

  starts->d = d;
  starts->X = lip_alloc(rows, d * sizeof *starts->X);
  starts->top = lip_alloc(STEEPEST, d * sizeof *starts->top);
  if (!starts->X || !starts->top) FAIL(LIP_ENOMEM, "%zu points in %zu dimensions", rows, d);
  for (size_t i = 0; i < rows; i++) {
    size_t row = (size_t)((double)i * (double)data->n / (double)rows);

    memcpy(starts->X + i * d, data->X + row * d, d * sizeof *starts->X);
  }
  starts->rows = rows;
  starts->all = (lip_dataset){.n = rows, .d = d, .X = starts->X};
done:
  return st;
}

/* The products of one point after the other, as long as there is time. */
static lip_status find_products(lip_starts *starts, const lip_net *net, const lip_control *control,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  size_t m = starts->m, d = starts->d;
  size_t most = (size_t)fmin((double)starts->rows, NUMBERS / ((double)m * (double)m));
  lip_tape *tape = NULL;
  double *G = lip_alloc(m, d * sizeof *G), *u = lip_alloc_zero(m, sizeof *u);

  starts->products = lip_alloc(most, m * m * sizeof *starts->products);
  if (!G || !u || !starts->products) FAIL(LIP_ENOMEM, "the gradients of %zu outputs", m);
  TRY(lip_tape_create(net, 1, &tape, err));
  for (size_t i = 0; i < most && !(control && control->stop(control->context)); i++) {
    TRY(lip_tape_forward(tape, 1, starts->X + i * d, err));
    for (size_t j = 0; j < m; j++) {
      u[j] = 1;
      TRY(lip_tape_pull(tape, u, G + j * d, err));
      u[j] = 0;
    }
    lip_dgemm(false, true, m, m, d, 1, G, d, G, d, 0, starts->products + i * m * m, m);
    starts->known = i + 1;
  }
done:
  lip_tape_free(tape);
  lip_free(G);
  lip_free(u);
  return st == LIP_ENUMERIC ? LIP_OK : st; /* points where it overflows are no starts */
}

lip_status lip_starts_create(const lip_net *net, const lip_dataset *data, lip_starts **starts,
                             const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_starts *made = lip_alloc_zero(1, sizeof *made);

  if (!made) FAIL(LIP_ENOMEM, "starts");
  made->m = lip_net_outputs(net);
  TRY(allocate(made, data, err));
  if (made->m > 1 && made->m <= MOST_OUTPUTS) TRY(find_products(made, net, control, err));
  *starts = made;
  made = NULL;
done:
  lip_starts_free(made);
  return st;
}

void lip_starts_free(lip_starts *starts)
{
  if (!starts) return;
  lip_free(starts->X);
  lip_free(starts->top);
  lip_free(starts->products);
  lip_free(starts);
}

const lip_dataset *lip_starts_of(lip_starts *starts, size_t a, size_t b)
{
  size_t m = starts->m, d = starts->d, count = 0;
  double slope[STEEPEST];

  if (a == b) return starts->rows > 0 ? &starts->all : NULL;
  for (size_t i = 0; i < starts->known; i++) {
    const double *P = starts->products + i * m * m;
    double square = P[a * m + a] - 2 * P[a * m + b] + P[b * m + b];
    size_t at = count;

    while (at > 0 && square > slope[at - 1]) at--;
    if (at == STEEPEST) continue;
    if (count < STEEPEST) count++;
    memmove(slope + at + 1, slope + at, (count - 1 - at) * sizeof *slope);
    memmove(starts->top + (at + 1) * d, starts->top + at * d,
            (count - 1 - at) * d * sizeof *starts->top);
    slope[at] = square;
    memcpy(starts->top + at * d, starts->X + i * d, d * sizeof *starts->top);
  }
  starts->some = (lip_dataset){.n = count, .d = d, .X = starts->top};
  return count > 0 ? &starts->some : NULL;
}
