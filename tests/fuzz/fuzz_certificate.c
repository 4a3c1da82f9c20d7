/* fuzz_certificate.c - any bytes as a certificate file; and as a network of one input, a claim
   about it and a proposal for each end, which lip_check may call valid only where they are true.

   Check sums and the hash keep most changed files from the checker, so the second use goes past
   them. Networks of one input can be judged here without it: the largest slope over the domain,
   cell by cell between kinks, or from below at many points where the activation is smooth. */
#include "fuzz.h"

#include "base/memory.h"
#include "certificate/certificate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEURONS = 4, OUTPUTS = 2, CENTERS = 3, SAMPLES = 200 };

typedef struct input {
  const uint8_t *bytes;
  size_t left;
} input;

static size_t pick(input *in, size_t choices)
{
  if (!in->left) return 0;
  in->left--;
  return *in->bytes++ % choices;
}

/* Numbers that are likely to matter, or any. */
static double number(input *in)
{
  static const double likely[] = {0,      1,     -1,    0.5,    2,      -2,    3,           0.25,
                                  1e-300, 1e300, 1e-16, 0x1p52, 1e-160, 1e160, 1 + 0x1p-52, 7};
  size_t i = pick(in, 17);
  double value;

  if (i < 16 || in->left < 8) return likely[i % 16];
  memcpy(&value, in->bytes, sizeof value);
  in->bytes += 8;
  in->left -= 8;
  return value;
}

static double weight(input *in)
{
  static const double likely[] = {1, -1, 2, 0.5, -3, 0, 0.1, -0.7};

  return likely[pick(in, 8)];
}

static lip_net *make_net(input *in)
{
  static const lip_activation psi[] = {{LIP_RELU, 0},     {LIP_ABS, 0},    {LIP_LEAKY_RELU, 0.25},
                                       {LIP_IDENTITY, 0}, {LIP_TANH, 0},   {LIP_SIGMOID, 0},
                                       {LIP_SOFTPLUS, 0}, {LIP_SQUARE, 0}, {LIP_POWER, 3}};
  size_t widths[] = {1, 1 + pick(in, NEURONS), 1 + pick(in, OUTPUTS)};
  lip_activation activations[] = {psi[pick(in, 9)], {LIP_IDENTITY, 0}};
  bool biases[] = {pick(in, 2) == 1, false};
  lip_net *net = NULL;

  if (lip_net_create(2, widths, activations, biases, LIP_F64, &net, NULL) != LIP_OK) return NULL;
  for (size_t i = 0; i < net->parameters; i++) net->block[i] = weight(in);
  return net;
}

/* |J(x)|, J being one column. */
static double slope_at(const lip_net *net, const lip_certificate *claim, double x)
{
  const lip_layer *first = &net->layer[0], *last = &net->layer[1];
  double J[OUTPUTS] = {0}, sum = 0, largest = 0, squares = 0;
  size_t m = last->out;

  for (size_t i = 0; i < m; i++)
    for (size_t l = 0; l < first->out; l++)
      J[i] += last->W[i * first->out + l] * first->W[l] *
              lip_activation_slope(first->activation,
                                   first->W[l] * x + (first->b ? first->b[l] : 0));
  if (claim->output.kind != LIP_ALL_OUTPUTS) {
    J[0] = J[claim->output.plus] -
           (claim->output.kind == LIP_OUTPUT_DIFFERENCE ? J[claim->output.minus] : 0);
    m = 1;
  }
  for (size_t i = 0; i < m; i++) {
    sum += fabs(J[i]);
    squares += J[i] * J[i];
    largest = fmax(largest, fabs(J[i]));
  }
  return claim->norm == LIP_NORM_1 ? sum : claim->norm == LIP_NORM_2 ? sqrt(squares) : largest;
}

/* The largest slope on [low, high], at the middles between kinks and ends, and at samples. */
static double slope_on(const lip_net *net, const lip_certificate *claim, double low, double high)
{
  double place[NEURONS + 2], largest = 0;
  size_t count = 0;

  low = fmax(low, -1e6);
  high = fmin(high, 1e6);
  if (!(low < high)) return 0;
  place[count++] = low;
  place[count++] = high;
  for (size_t l = 0; l < net->layer[0].out; l++) {
    double kink = net->layer[0].b ? -net->layer[0].b[l] / net->layer[0].W[l] : 0;

    if (kink > low && kink < high) place[count++] = kink;
  }
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < i; j++)
      largest = fmax(largest, slope_at(net, claim, place[i] / 2 + place[j] / 2));
  for (size_t i = 1; i < SAMPLES; i++)
    largest = fmax(largest, slope_at(net, claim, low + (high - low) * (double)i / SAMPLES));
  return largest;
}

/* The constant on the domain, made larger or smaller on all sides by so little that no kink lies
   between: what is valid lies below the one and above the other, to rounding. */
static double constant(const lip_net *net, const lip_certificate *claim, double grow)
{
  const lip_domain *domain = &claim->domain;
  double largest = 0;

  switch (domain->kind) {
  case LIP_SPACE:
    return slope_on(net, claim, -INFINITY, INFINITY);
  case LIP_BALL:
    return slope_on(net, claim, -domain->radius - grow, domain->radius + grow);
  case LIP_ON_SPHERE: /* two points: no tangent */
    return 0;
  case LIP_BOX:
    return slope_on(net, claim, domain->low - grow, domain->high + grow);
  case LIP_AROUND_DATA:
    for (size_t i = 0; i < domain->count; i++) {
      double center = domain->centers[i];

      largest = fmax(largest, slope_on(net, claim, center - domain->radius - grow,
                                       center + domain->radius + grow));
    }
    return largest;
  }
  return 0;
}

static bool add_arrays(input *in, lip_proof *proof)
{
  static const char *const names[] = {"multipliers",
                                      "ball",
                                      "norms",
                                      "shift",
                                      "multiplier",
                                      "block",
                                      "row_multipliers",
                                      "column_multipliers",
                                      "split",
                                      "tree",
                                      "forms",
                                      "basis",
                                      "coordinates",
                                      "half_planes",
                                      "gram",
                                      "constant",
                                      "farkas"};
  size_t arrays = pick(in, 6);

  for (size_t i = 0; i < arrays; i++) {
    const char *name = names[pick(in, sizeof names / sizeof *names)];
    size_t rank = pick(in, 3), shape[] = {1 + pick(in, 6), 1 + pick(in, 6)};
    double *values;

    if (lip_proof_array(proof, name)) continue; /* no file has an array twice */
    if (lip_proof_add(proof, name, rank, shape, &values, NULL) != LIP_OK) return false;
    for (size_t j = 0; j < proof->item[proof->count - 1].array.count; j++) values[j] = number(in);
  }
  return true;
}

static void make_domain(input *in, lip_domain *domain)
{
  *domain = (lip_domain){.kind = (lip_domain_kind)pick(in, 5)};
  domain->radius = fabs(number(in));
  if (domain->kind == LIP_BOX) {
    domain->low = number(in);
    domain->high = number(in);
  }
  if (domain->kind == LIP_AROUND_DATA) {
    domain->count = 1 + pick(in, CENTERS);
    domain->d = 1;
    domain->centers = lip_alloc(domain->count, sizeof *domain->centers);
    for (size_t i = 0; domain->centers && i < domain->count; i++) domain->centers[i] = weight(in);
  }
}

/* Everything of a certificate but its ends. */
static bool make_claim(input *in, const lip_net *net, lip_certificate *made)
{
  size_t kinds = 0;

  while (lip_proof_kinds[kinds]) kinds++;
  made->proof.kind = lip_proof_kinds[pick(in, kinds)];
  made->output = (lip_output){(lip_output_kind)pick(in, 3), pick(in, 3), pick(in, 3)};
  made->norm = (lip_norm_kind)pick(in, 3);
  make_domain(in, &made->domain);
  made->d = 1 + pick(in, 17) / 16;
  made->x = lip_alloc(made->d, sizeof *made->x);
  made->direction = lip_alloc(made->d, sizeof *made->direction);
  if (!made->x || !made->direction) return false;
  for (size_t i = 0; i < made->d; i++) {
    made->x[i] = number(in);
    made->direction[i] = number(in);
  }
  return lip_network_hash(net, made->network, NULL) == LIP_OK && add_arrays(in, &made->proof);
}

/* fits: the network has such outputs. smooth: the constant is known from below only. */
static void judge(const lip_net *net, const lip_certificate *made, bool fits, bool smooth)
{
  lip_check_result result;
  lip_error err;

  if (lip_check(net, made, &result, NULL, &err) != LIP_OK || !result.valid) return;
  if (!fits) abort();
  if (made->upper < constant(net, made, -1e-9) * (1 - 1e-13) ||
      (!smooth && made->lower > constant(net, made, 1e-9) * (1 + 1e-13) + 1e-300)) {
    (void)fprintf(stderr, "valid, but false: [%.17g, %.17g] (%s), the constant is %.17g\n",
                  made->lower, made->upper, result.proof, constant(net, made, 0));
    abort();
  }
}

static void check_any(input in)
{
  lip_net *net = make_net(&in);
  lip_certificate *made = lip_alloc_zero(1, sizeof *made);

  if (net && made && make_claim(&in, net, made)) {
    lip_output output = made->output;
    size_t m = net->layer[1].out;
    bool fits = output.kind == LIP_ALL_OUTPUTS ||
                (output.plus < m && (output.kind == LIP_ONE_OUTPUT || output.minus < m));
    bool smooth = net->layer[0].activation.kind >= LIP_TANH;
    double truth = fits ? constant(net, made, 0) : 1;

    made->lower = pick(&in, 2) ? 0 : truth * (1 + 1e-8);
    made->upper = truth * (pick(&in, 2) ? 1.5 : 1 - 1e-8);
    if (made->lower > 0) made->upper = fmax(made->upper, 4 * truth);
    if (pick(&in, 4) == 3) made->lower = number(&in);
    if (pick(&in, 4) == 3) made->upper = number(&in);
    judge(net, made, fits, smooth);
  }
  lip_certificate_free(made);
  lip_net_free(net);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  lip_certificate *made = NULL;
  lip_error err;

  if (lip_certificate_parse(bytes, size, "FILE", &made, &err) == LIP_OK &&
      lip_certificate_sane(made, &err) != LIP_OK)
    abort();
  lip_certificate_free(made);
  check_any((input){bytes, size});
  return 0;
}
