/* small_networks.h - random small networks with questions about them, odd ones mixed in: scales
   from 1e-8 to 1e8, zero weights, equal, opposite and parallel neurons, huge biases, one that
   dominates.
 */
#ifndef LIP_TESTS_SMALL_NETWORKS_H
#define LIP_TESTS_SMALL_NETWORKS_H

#include <liplaw/certificate.h>
#include <liplaw/measure.h>
#include <liplaw/net.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_K = 12, SMALL_D = 6, SMALL_M = 3, SMALL_CENTERS = 3 };

/* What is asked: the constant of these outputs of `net`, in this norm, on this domain. */
typedef struct small_question {
  lip_net *net; /* owned */
  lip_output output;
  lip_norm_kind norm;
  lip_domain domain; /* its centers are the array below */
  double centers[SMALL_CENTERS * SMALL_D];
} small_question;

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014). */
static inline uint64_t small_bits(uint64_t *state)
{
  uint64_t z = *state += 0x9e3779b97f4a7c15;

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/* In [0, 1). */
static inline double small_uniform(uint64_t *state)
{
  return (double)(small_bits(state) >> 11) * 0x1p-53;
}

static inline size_t small_pick(uint64_t *state, size_t choices)
{
  return (size_t)(small_bits(state) % choices);
}

static inline double small_normal(uint64_t *state)
{
  double sum = -6;

  for (int i = 0; i < 12; i++) sum += small_uniform(state);
  return sum;
}

/* 1 mostly, else between 1e-8 and 1e8. */
static inline double small_scale(uint64_t *state)
{
  return small_pick(state, 2) ? 1 : pow(10, 16 * small_uniform(state) - 8);
}

static inline lip_activation small_activation(uint64_t *state)
{
  static const lip_activation psi[] = {
      {LIP_RELU, 0},        {LIP_RELU, 0},       {LIP_LEAKY_RELU, 0.1}, {LIP_LEAKY_RELU, -0.5},
      {LIP_LEAKY_RELU, -1}, {LIP_LEAKY_RELU, 3}, {LIP_LEAKY_RELU, 1},   {LIP_ABS, 0},
      {LIP_ABS, 0},         {LIP_TANH, 0},       {LIP_SIGMOID, 0},      {LIP_SOFTPLUS, 0},
      {LIP_IDENTITY, 0},    {LIP_SQUARE, 0},     {LIP_SQUARE, 0},       {LIP_POWER, 1},
      {LIP_POWER, 2},       {LIP_POWER, 3},      {LIP_POWER, 4},        {LIP_POWER, 5}};

  return psi[small_pick(state, sizeof psi / sizeof *psi)];
}

/* Neuron `to` becomes related to neuron `from`. */
static inline void small_relate(const lip_net *net, size_t from, size_t to, uint64_t *state)
{
  const lip_layer *first = &net->layer[0], *last = &net->layer[1];
  size_t kind = small_pick(state, 6);
  double factor = kind == 1 || kind == 4 ? -1 : kind == 2 ? 2 : 1;

  for (size_t i = 0; i < first->in; i++)
    first->W[to * first->in + i] = factor * first->W[from * first->in + i];
  if (first->b && kind != 3) first->b[to] = factor * first->b[from];
  if (first->b && kind == 5) first->b[to] = nextafter(first->b[from], INFINITY);
  for (size_t j = 0; kind >= 4 && j < last->out; j++)
    last->W[j * last->in + to] = -last->W[j * last->in + from];
}

static inline void small_spoil(const lip_net *net, uint64_t *state)
{
  const lip_layer *first = &net->layer[0], *last = &net->layer[1];
  size_t k = first->out, d = first->in, l = small_pick(state, k);
  double factor = small_scale(state);

  switch (small_pick(state, 8)) {
  case 0:
    for (size_t i = 0; i < d; i++) first->W[l * d + i] = 0;
    break;
  case 1:
    for (size_t j = 0; j < last->out; j++) last->W[j * k + l] = 0;
    break;
  case 2:
  case 3:
    for (size_t i = 0; i < 1 + k / 3; i++) small_relate(net, l, small_pick(state, k), state);
    break;
  case 4:
    if (first->b) first->b[l] *= 1e8;
    break;
  case 5:
    for (size_t i = 0; i < d; i++) first->W[l * d + i] *= factor;
    if (first->b && small_pick(state, 2)) first->b[l] *= factor;
    break;
  case 6:
    for (size_t i = 0; i < k * d; i++) first->W[i] = rint(first->W[i]);
    for (size_t i = 0; first->b && i < k; i++) first->b[i] = rint(first->b[i]);
    for (size_t i = 0; i < k * last->out; i++) last->W[i] = rint(last->W[i]);
    break;
  default:
    for (size_t i = 0; i < k; i++)
      if (small_pick(state, 2)) first->W[i * d + small_pick(state, d)] = 0;
  }
}

static inline lip_net *small_network(uint64_t *state)
{
  size_t k = 1 + small_pick(state, SMALL_K), d = 1 + small_pick(state, SMALL_D);
  size_t m = small_pick(state, 2) ? 1 : 1 + small_pick(state, SMALL_M);
  lip_activation psi[] = {small_activation(state), {LIP_IDENTITY, 0}};
  bool biases[] = {small_pick(state, 3) > 0, small_pick(state, 2) > 0};
  double hidden = small_scale(state), last = small_scale(state), bias = small_scale(state);
  lip_net *net = NULL;

  if (lip_net_create(2, (size_t[]){d, k, m}, psi, biases, LIP_F64, &net, NULL) != LIP_OK) abort();
  if (small_pick(state, 2)) bias = hidden; /* kinks where the inputs are */
  for (size_t i = 0; i < net->parameters; i++) net->block[i] = small_normal(state);
  for (size_t i = 0; i < k * d; i++) net->layer[0].W[i] *= hidden;
  for (size_t i = 0; net->layer[0].b && i < k; i++) net->layer[0].b[i] *= bias;
  for (size_t i = 0; i < m * k; i++) net->layer[1].W[i] *= last;
  for (size_t i = small_pick(state, 4); i > 0 && i < 3; i--) small_spoil(net, state);
  return net;
}

static inline lip_domain small_domain(const lip_net *net, double *centers, uint64_t *state)
{
  bool space = isfinite(lip_activation_lipschitz(net->layer[0].activation));
  lip_domain domain = {
      .kind = (lip_domain_kind)(space ? small_pick(state, 5) : 1 + small_pick(state, 4))};
  double size = small_pick(state, 3) ? 1 : small_scale(state);

  if (space && small_pick(state, 3) == 0) domain.kind = LIP_SPACE;
  if (domain.kind == LIP_BALL || domain.kind == LIP_ON_SPHERE || domain.kind == LIP_AROUND_DATA)
    domain.radius = size * (0.1 + 2 * small_uniform(state));
  if (domain.kind == LIP_BOX) {
    domain.low = size * small_normal(state);
    domain.high = domain.low + size * (0.1 + 2 * small_uniform(state));
  }
  if (domain.kind == LIP_AROUND_DATA) {
    domain.count = 1 + small_pick(state, SMALL_CENTERS);
    domain.d = lip_net_inputs(net);
    domain.centers = centers;
    for (size_t i = 0; i < domain.count * domain.d; i++)
      centers[i] = 2 * size * small_normal(state);
  }
  return domain;
}

static inline lip_output small_output(const lip_net *net, uint64_t *state)
{
  size_t m = lip_net_outputs(net);
  lip_output output = {.kind = (lip_output_kind)small_pick(state, m > 1 ? 3 : 2)};

  if (output.kind != LIP_ALL_OUTPUTS) output.plus = small_pick(state, m);
  if (output.kind == LIP_OUTPUT_DIFFERENCE)
    output.minus = (output.plus + 1 + small_pick(state, m - 1)) % m;
  return output;
}

/* Released with small_question_free; must not be copied (the domain points into it). */
static inline void small_question_make(uint64_t seed, small_question *question)
{
  uint64_t state = seed * 0x2545f4914f6cdd1d + 1;

  *question = (small_question){.net = small_network(&state)};
  question->domain = small_domain(question->net, question->centers, &state);
  question->output = small_output(question->net, &state);
  if (question->domain.kind != LIP_ON_SPHERE && small_pick(&state, 3) == 0)
    question->norm = (lip_norm_kind)(1 + small_pick(&state, 2));
}

static inline void small_question_free(small_question *question)
{
  lip_net_free(question->net);
}

/* As lip_measure_options wants it. The centers go to the file `path`. */
static inline void small_domain_text(const small_question *question, const char *path, char *text,
                                     size_t size)
{
  const lip_domain *domain = &question->domain;
  FILE *file;

  switch (domain->kind) {
  case LIP_SPACE:
    (void)snprintf(text, size, "space");
    break;
  case LIP_BALL:
    (void)snprintf(text, size, "ball:%.17g", domain->radius);
    break;
  case LIP_ON_SPHERE:
    (void)snprintf(text, size, "sphere:%.17g", domain->radius);
    break;
  case LIP_BOX:
    (void)snprintf(text, size, "box:%.17g,%.17g", domain->low, domain->high);
    break;
  case LIP_AROUND_DATA:
    (void)snprintf(text, size, "data:%s,%.17g", path, domain->radius);
    file = fopen(path, "w");
    if (!file) abort();
    for (size_t i = 0; i < domain->count; i++) {
      for (size_t j = 0; j < domain->d; j++)
        (void)fprintf(file, "%.17g,", domain->centers[i * domain->d + j]);
      (void)fprintf(file, "0\n");
    }
    if (fclose(file)) abort();
  }
}

static inline void small_output_text(lip_output output, char *text, size_t size)
{
  if (output.kind == LIP_ONE_OUTPUT) (void)snprintf(text, size, "%zu", output.plus);
  if (output.kind == LIP_OUTPUT_DIFFERENCE)
    (void)snprintf(text, size, "%zu-%zu", output.plus, output.minus);
}

/* A question as options of lip_measure, which point into this: it is not to be copied. */
typedef struct small_asked {
  lip_measure_options options;
  char domain[300], output[30];
} small_asked;

/* centers  the file for the domain's centers */
static inline void small_ask(const small_question *question, const char *centers,
                             small_asked *asked)
{
  asked->output[0] = 0;
  small_domain_text(question, centers, asked->domain, sizeof asked->domain);
  small_output_text(question->output, asked->output, sizeof asked->output);
  lip_measure_defaults(&asked->options);
  asked->options.domain = asked->domain;
  asked->options.output = asked->output[0] ? asked->output : NULL;
  asked->options.norm = (int)question->norm;
}

#endif
