/* sample_spin_glass.c - the Sherrington-Kirkpatrick spin glass at high temperature: weight of spins
   s in {-1, 1}^d proportional to exp(beta sum over i < j of J_ij s_i s_j), J_ij ~ N(0, 1/d).

   Each point is the end of a chain of its own: `sweeps` passes of Glauber dynamics (every spin in
   turn drawn anew given the others) from uniform spins. For beta < 1/4 the dynamics forgets its
   start in O(log d) sweeps (Bauerschmidt and Bodineau 2019; Eldan, Koehler and Zeitouni 2020); the
   energies of the chains show whether it did.
   Cost: 2 d^2 flops a sweep and point. */
#include "data/sample_kinds.h"

#include "base/random.h"
#include "linalg/vector.h"

#include <math.h>

void lip_spin_couplings(uint64_t seed, size_t d, double *couplings)
{
  lip_stream stream = {seed, LIP_FOR_CHAINS};
  double shrink = 1 / sqrt((double)d);

  lip_random_normal(stream, 0, d * d, couplings);
  for (size_t i = 0; i < d; i++) {
    couplings[i * d + i] = 0;
    for (size_t j = 0; j < i; j++)
      couplings[j * d + i] = couplings[i * d + j] = couplings[i * d + j] * shrink;
  }
}

/* - sum over i < j of J_ij s_i s_j, per spin */
static double energy_of(const lip_drawing *drawing, const double *s)
{
  size_t d = drawing->d;
  double sum = 0;

  for (size_t i = 0; i < d; i++) sum += s[i] * lip_dot(d, drawing->couplings + i * d, s);
  return -sum / (2 * (double)d);
}

/* One pass over the spins; returns how many changed. */
static size_t sweep(const lip_drawing *drawing, size_t row, size_t number, double *s)
{
  size_t d = drawing->d, flips = 0;
  lip_stream stream = {drawing->options->seed, LIP_FOR_CHAINS};
  uint64_t place = ((uint64_t)row * drawing->options->sweeps + number) * d;
  double chance[128];

  for (size_t i = 0; i < d; i++) {
    double field = lip_dot(d, drawing->couplings + i * d, s), spin;

    if (i % 128 == 0) lip_random_uniform(stream, place + i, d - i < 128 ? d - i : 128, chance);
    spin = chance[i % 128] < 1 / (1 + exp(-2 * drawing->options->beta * field)) ? 1 : -1;
    flips += spin != s[i];
    s[i] = spin;
  }
  return flips;
}

static void draw(const lip_drawing *drawing, size_t row, size_t thread, double *x)
{
  size_t d = drawing->d, sweeps = drawing->options->sweeps, flips = 0;
  double shrink = 1 / sqrt((double)d);
  double *energy = drawing->energy ? drawing->energy + row * LIP_ENERGIES : NULL;

  lip_hypercube.draw(drawing, row, thread, x);
  for (size_t j = 0; j < d; j++) x[j] = x[j] > 0 ? 1 : -1;
  for (size_t number = 0; number < sweeps; number++) {
    flips += sweep(drawing, row, number, x);
    if (energy && number == sweeps / 2) energy[0] = energy_of(drawing, x);
    if (energy && number == sweeps / 2 + 1) energy[1] = energy_of(drawing, x);
  }
  if (energy) {
    energy[2] = energy_of(drawing, x);
    energy[3] = (double)flips / ((double)sweeps * (double)d);
  }
  for (size_t j = 0; j < d; j++) x[j] *= shrink;
}

const lip_distribution lip_spin_glass = {
    .name = "spin-glass",
    .coupled = true,
    .draw = draw,
    .source =
        "none in the Euclidean norm: at beta = 0 this is the discrete hypercube, and the known "
        "inequality (Bauerschmidt, Bodineau 2019) is for the Glauber dynamics"};

static double correlation(size_t n, const double *energy, size_t a, size_t b)
{
  double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;

  for (size_t i = 0; i < n; i++) {
    mean_a += energy[i * LIP_ENERGIES + a] / (double)n;
    mean_b += energy[i * LIP_ENERGIES + b] / (double)n;
  }
  for (size_t i = 0; i < n; i++) {
    double u = energy[i * LIP_ENERGIES + a] - mean_a, v = energy[i * LIP_ENERGIES + b] - mean_b;

    aa += u * u;
    bb += v * v;
    ab += u * v;
  }
  return ab / sqrt(aa * bb);
}

lip_chain lip_chain_of(size_t n, size_t sweeps, const double *energy)
{
  lip_chain chain = {.sweeps = sweeps, .autocorrelation = NAN, .remaining = NAN, .drift = NAN};
  double mean = 0, squares = 0, r;

  for (size_t i = 0; i < n; i++) chain.flip_rate += energy[i * LIP_ENERGIES + 3] / (double)n;
  if (n < 3) return chain;
  r = correlation(n, energy, 0, 1);
  chain.autocorrelation = (1 + r) / (1 - r);
  chain.remaining = correlation(n, energy, 0, 2);
  for (size_t i = 0; i < n; i++)
    mean += (energy[i * LIP_ENERGIES + 2] - energy[i * LIP_ENERGIES]) / (double)n;
  for (size_t i = 0; i < n; i++) {
    double change = energy[i * LIP_ENERGIES + 2] - energy[i * LIP_ENERGIES] - mean;

    squares += change * change;
  }
  chain.drift = mean / sqrt(squares / ((double)n * (double)(n - 1)));
  return chain;
}
