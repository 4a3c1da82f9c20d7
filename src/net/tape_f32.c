/* tape_f32.c - the values of every node and derivatives, in single precision. */
#include "base/error.h"
#include "base/memory.h"
#include "net/tape.h"

/* The network's numbers, rounded to floats: W and b of each node, one after the other. */
static lip_status take_numbers(const lip_net *net, float **W, float **b, float **block,
                               lip_error *err)
{
  size_t total = 0;
  float *at;

  for (size_t i = 0; i < net->nodes; i++) total += net->node[i].weights + net->node[i].biases;
  *block = at = lip_alloc(total, sizeof *at);
  if (!at) return lip_fail(err, LIP_ENOMEM, "a copy of %zu weights", total);
  for (size_t i = 0; i < net->nodes; i++) {
    const lip_node *node = &net->node[i];

    W[i] = at;
    for (size_t j = 0; j < node->weights; j++) *at++ = (float)node->W[j];
    b[i] = at;
    for (size_t j = 0; j < node->biases; j++) *at++ = (float)node->b[j];
  }
  return LIP_OK;
}

#define REAL       float
#define TAPE(name) lip_f32_##name
#define MULTIPLY(tape, i, p, transposed, fresh, from, to, err)                                     \
  lip_operator_multiply_f32((tape)->net, i, p, (tape)->W[i], transposed, fresh, (tape)->rows,      \
                            from, to, err)
#include "net/tape_loops.h"

lip_status lip_net_values_f32(const lip_net *net, size_t rows, const float *X, float *Y,
                              lip_error *err)
{
  return lip_f32_tape_values(net, rows, X, Y, err);
}

lip_status lip_net_gradients_f32(const lip_net *net, size_t output, size_t rows, const float *X,
                                 float *G, lip_error *err)
{
  if (!(output < lip_net_outputs(net)))
    return lip_fail(err, LIP_EOPTION, "output %zu: the network has %zu, counted from 0", output,
                    lip_net_outputs(net));
  return lip_f32_tape_gradients(net, output, rows, X, G, err);
}
