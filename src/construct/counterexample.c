/* counterexample.c - one real parameter that fits: why the universal law needs bounded weights.

   The slabs |x_i| < w, w = 1 / (100 d^(3/2)), i <= c, cut the space into 2^c cells, one for each
   sign pattern. Labels of cells, extended as McShane does and cut at 1,

     f_l(x) = min(1, min over cells (g_l(cell) + |x - cell| / w)),

   have the constant 1/w = 100 d^(3/2) exactly, as some cell has the label -1 (two cells that differ
   in one sign are 2 w apart, and beside a cell only its own term counts); 0 where none has. The
   single parameter is the number l of the labelling: real parameters between whole ones
   interpolate, and a -> f_a is 2-Lipschitz (universal law, Theorem 4; theory.md U15, erratum 7).
   The squared distance from a cell is the sum over i of max(0, w - sign_i x_i)^2: hinges, groups,
   the least entry.
   With c <= 4 all 2^(2^c) labellings are tried; beyond, labels are bits of a counter-based
   generator and `tries` parameters are tried: n points in different cells take 2^n on average
   (after 2^n n ln 2 or so all of their labellings appear, Remark 4.2).

   cost    2^(2^c) 2^c, or tries n / 32 random numbers; 2 c^2 2^c numbers of network
   limits  a random labelling fits 3/4 of n points with probability at most e^(-n/8) (Hoeffding) */
#include "construct/counterexample.h"

#include "construct/construction.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>

enum { EXHAUSTIVE = 4, MOST_CELLS = 17, LANES = 32, PER_POINT = 100 };

/* Where the points are, and the best parameter. */
typedef struct fit {
  size_t coordinates, cells, outside; /* outside: points in no slab */
  double constant, width;             /* 100 d^(3/2), and half the width of a slab */
  uint64_t seed;
  size_t *cell;   /* of each point outside of slabs; owned */
  bool *positive; /* its label; owned */
  uint64_t parameter;
  size_t fitted, tried;
} fit;

/* How many coordinates cut the space. */
static lip_status count_coordinates(const lip_construct_job *job, size_t *coordinates,
                                    lip_error *err)
{
  lip_status st = LIP_OK;
  size_t c = job->options->cells, d = job->data->d, n = job->data->n;
  double tries = (double)job->options->tries;

  if (c == 0 && d <= EXHAUSTIVE) c = d;
  if (c == 0)
    for (c = EXHAUSTIVE + 1; c < 64 && (double)PER_POINT * (double)n > ldexp(1, (int)c);) c++;
  if (c > d && job->options->cells == 0)
    FAIL(LIP_EINPUT,
         "counterexample needs 2^d >= %d n (Theorem 4): %zu points need %zu coordinates, the data "
         "have %zu; --cells takes fewer",
         PER_POINT, n, c, d);
  if (c > d) FAIL(LIP_EOPTION, "--cells: %zu coordinates of %zu", c, d);
  if (c > EXHAUSTIVE && tries * exp(-(double)n / 8) < 1e-3)
    FAIL(LIP_EINPUT,
         "%zu points are too many for %zu labellings: each fits 3/4 of the points with probability "
         "at most e^%.4g (Hoeffding); fewer points, or more --tries",
         n, job->options->tries, -(double)n / 8);
  if (c > MOST_CELLS)
    FAIL(LIP_EINPUT, "%zu coordinates cut the space into 2^%zu cells, a network has 2^%d at most",
         c, c, MOST_CELLS);
  *coordinates = c;
done:
  return st;
}

static void locate(const lip_dataset *data, fit *found)
{
  for (size_t i = 0; i < data->n; i++) {
    const double *x = data->X + i * data->d;
    size_t cell = 0;
    bool slab = false;

    for (size_t k = 0; k < found->coordinates; k++) {
      slab = slab || fabs(x[k]) < found->width;
      cell |= (size_t)(x[k] > 0) << k;
    }
    if (slab) continue;
    found->cell[found->outside] = cell;
    found->positive[found->outside++] = data->y[i] > 0;
  }
}

/* All labellings: bit c of the parameter is the label of cell c. */
static void try_all(fit *found)
{
  size_t votes[2][1 << EXHAUSTIVE] = {{0}}; /* points of each label in each cell */
  uint64_t all = (uint64_t)1 << found->cells;

  for (size_t i = 0; i < found->outside; i++) votes[found->positive[i]][found->cell[i]]++;
  for (uint64_t l = 0; l < all; l++) {
    size_t right = 0;

    for (size_t c = 0; c < found->cells; c++) right += votes[l >> c & 1][c];
    if (l > 0 && right <= found->fitted) continue;
    found->fitted = right;
    found->parameter = l;
  }
  found->tried = (size_t)all;
}

/* The labels of a cell by the parameters LANES b, ..., LANES b + LANES - 1, as bits. */
static uint32_t hashed_labels(const fit *found, uint64_t b, size_t cell)
{
  uint32_t bits;

  lip_random_bits((lip_stream){found->seed, LIP_FOR_LABELLINGS}, b * found->cells + cell, 1, &bits);
  return bits;
}

static void try_block(fit *found, uint64_t b, size_t lanes)
{
  size_t right[LANES] = {0};

  for (size_t i = 0; i < found->outside; i++) {
    uint32_t bits = hashed_labels(found, b, found->cell[i]);

    if (!found->positive[i]) bits = ~bits;
    for (size_t lane = 0; lane < LANES; lane++) right[lane] += bits >> lane & 1;
  }
  for (size_t lane = 0; lane < lanes; lane++) {
    if (b + lane > 0 && right[lane] <= found->fitted) continue;
    found->fitted = right[lane];
    found->parameter = b * LANES + lane;
  }
}

/* Parameters in order, until all points are fitted that any labelling could fit. */
static lip_status try_hashed(const lip_construct_job *job, fit *found, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t tries = job->options->tries, reachable = 0;
  size_t *votes = lip_alloc_zero(2 * found->cells, sizeof *votes);

  if (!votes) FAIL(LIP_ENOMEM, "no memory for %zu cells", found->cells);
  for (size_t i = 0; i < found->outside; i++) votes[2 * found->cell[i] + found->positive[i]]++;
  for (size_t c = 0; c < found->cells; c++)
    reachable += votes[2 * c] > votes[2 * c + 1] ? votes[2 * c] : votes[2 * c + 1];
  for (uint64_t b = 0; b * LANES < tries; b++) {
    size_t left = tries - (size_t)b * LANES, lanes = left < LANES ? left : LANES;

    if (b % 1024 == 0 && lip_construct_stopped(job))
      FAIL(LIP_EINTERRUPT, "interrupted after %zu parameters", found->tried);
    try_block(found, b, lanes);
    found->tried += lanes;
    if (found->fitted == reachable) break;
  }
  if (4 * found->fitted < 3 * job->data->n)
    FAIL(LIP_EINPUT,
         "the best of %zu parameters fits %zu of %zu points, fewer than the 3/4 of Theorem 4 (%zu "
         "lie "
         "in slabs): more --tries, or fewer points",
         found->tried, found->fitted, job->data->n, job->data->n - found->outside);
done:
  lip_free(votes);
  return st;
}

/* Layers: hinges w - x_i, w + x_i; those of each cell beside each other, and zeros for the cut at
   1; their lengths; the least. */
static lip_status create(size_t d, const fit *found, lip_net **net, lip_error *err)
{
  size_t c = found->coordinates, groups = found->cells + 1;
  lip_status st = lip_net_create_maps(
      4, (const size_t[]){d, 2 * c, groups * c, groups, 1},
      (const lip_map[]){LIP_AFFINE, LIP_AFFINE, LIP_GROUPS, LIP_SMALLEST},
      (const lip_activation[]){
          {LIP_RELU, 0}, {LIP_IDENTITY, 0}, {LIP_IDENTITY, 0}, {LIP_IDENTITY, 0}},
      (const bool[]){true, false, true, false}, LIP_F64, net, err);
  lip_layer *layer;

  if (st != LIP_OK) return st;
  layer = (*net)->layer;
  for (size_t i = 0; i < c; i++) {
    layer[0].W[2 * i * d + i] = -1;
    layer[0].W[(2 * i + 1) * d + i] = 1;
    layer[0].b[2 * i] = layer[0].b[2 * i + 1] = found->width;
  }
  for (size_t cell = 0; cell < found->cells; cell++)
    for (size_t i = 0; i < c; i++)
      layer[1].W[(cell * c + i) * 2 * c + 2 * i + (cell >> i & 1 ? 0 : 1)] = 1;
  return LIP_OK;
}

/* The cells' labels by the parameter; false where none is -1. */
static bool label_cells(const fit *found, lip_net *net)
{
  lip_layer *groups = &net->layer[2];
  uint64_t l = found->parameter;
  bool negative = false;

  for (size_t c = 0; c < found->cells; c++) {
    bool label = found->coordinates <= EXHAUSTIVE
                     ? l >> c & 1
                     : hashed_labels(found, l / LANES, c) >> l % LANES & 1;

    groups->b[c] = label ? 1 : -1;
    negative = negative || !label;
  }
  groups->b[found->cells] = 1;
  groups->scale = found->constant;
  return negative;
}

static fit cut(size_t d, size_t coordinates, uint64_t seed)
{
  double constant = 100 * (double)d * sqrt((double)d);

  return (fit){.coordinates = coordinates,
               .cells = (size_t)1 << coordinates,
               .constant = constant,
               .width = nextafter(1 / constant, 1),
               .seed = seed};
}

lip_status lip_counterexample_network(size_t d, size_t coordinates, uint64_t seed,
                                      uint64_t parameter, lip_net **net, double *constant,
                                      lip_error *err)
{
  lip_status st = LIP_OK;
  fit chosen;

  if (coordinates < 1 || coordinates > d || coordinates > MOST_CELLS)
    FAIL(LIP_EINPUT, "%zu of %zu coordinates cannot cut the space, 1 to %d can", coordinates, d,
         MOST_CELLS);
  chosen = cut(d, coordinates, seed);
  if (coordinates <= EXHAUSTIVE && parameter >> chosen.cells)
    FAIL(LIP_EINPUT, "there is no labelling %llu of %zu cells", (unsigned long long)parameter,
         chosen.cells);
  chosen.parameter = parameter;
  TRY(create(d, &chosen, net, err));
  *constant = label_cells(&chosen, *net) ? chosen.constant : 0;
done:
  return st;
}

static lip_status build(const lip_construct_job *job, lip_net **net, lip_construct_result *result,
                        lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = job->data->n, d = job->data->d, coordinates = 0;
  fit found = {0};

  TRY(count_coordinates(job, &coordinates, err));
  found = cut(d, coordinates, job->options->seed);
  found.cell = lip_alloc(n, sizeof *found.cell);
  found.positive = lip_alloc(n, sizeof *found.positive);
  if (!found.cell || !found.positive) FAIL(LIP_ENOMEM, "no memory for %zu points", n);
  locate(job->data, &found);
  if (found.coordinates <= EXHAUSTIVE)
    try_all(&found);
  else
    TRY(try_hashed(job, &found, err));
  TRY(create(d, &found, net, err));
  result->lipschitz = label_cells(&found, *net) ? found.constant : 0;
  result->k = found.cells;
  result->parameters = 1;
  result->exact = true;
  result->domain = "space";
  result->source = "universal law, Theorem 4 (U15): 100 d^(3/2) between cells of different labels";
  (void)snprintf(result->note, sizeof result->note,
                 "parameter %llu of %zu tried; %zu cells, %zu of %zu points in slabs, %zu fitted "
                 "outside%s",
                 (unsigned long long)found.parameter, found.tried, found.cells, n - found.outside,
                 n, found.fitted,
                 PER_POINT * n > found.cells ? "; Theorem 4 asks for 100 n cells" : "");
done:
  lip_free(found.cell);
  lip_free(found.positive);
  return st;
}

const lip_construction lip_counterexample_construction = {
    .name = "counterexample", .signs = true, .tolerance = INFINITY, .build = build};
