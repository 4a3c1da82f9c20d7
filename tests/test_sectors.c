/* test_sectors.c - the sector form of a graph and what it proves. */
#include "graph_nets.h"

#include "certificate/claim.h"
#include "certificate/proof.h"
#include "certificate/sector_form.h"
#include "certificate/sector_matrix.h"
#include "linalg/dgemm.h"
#include "lipschitz/sector_balance.h"
#include "net/tape.h"

static const lip_output all_outputs = {.kind = LIP_ALL_OUTPUTS};

static lip_claim *claim_of(const lip_net *net, lip_output output)
{
  lip_claim *claim = NULL;
  lip_error err = {""};

  if (lip_claim_create(net, output, LIP_NORM_2, (lip_domain){.kind = LIP_SPACE}, &claim, &err) !=
      LIP_OK)
    fail_msg("%s", err.text);
  return claim;
}

static lip_sector_form *form_of(const lip_claim *claim, bool keep, bool balance)
{
  lip_sector_form *form = NULL;
  lip_error err = {""};

  if (lip_sector_form_create(claim, keep, &form, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  if (balance && lip_sector_balance(form, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  if (lip_sector_form_fill_all(form, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return form;
}

/* The entries of a node's values that are the variables of a block, second point minus first one,
   scaled. */
static void difference(const lip_sector_form *form, const lip_tape *tape, size_t b, size_t node,
                       size_t count, const size_t *entry, double *to)
{
  size_t size = form->claim->net->node[node].size;
  const double *values = lip_tape_value(tape, node);

  for (size_t j = 0; j < count; j++) {
    size_t at = entry ? entry[j] : j;

    to[j] = ldexp(values[size + at] - values[at], -form->exponent[b]);
  }
}

/* z_b = sum C_ba y_a for differences between any two points. */
static void assert_couplings_hold(const lip_net *net, lip_output output, bool keep, bool balance)
{
  lip_claim *claim = claim_of(net, output);
  lip_sector_form *form = form_of(claim, keep, balance);
  lip_tape *tape = NULL;
  size_t d = claim->d;
  double *X = lip_alloc(2, d * sizeof *X), *y = lip_alloc(form->order, sizeof *y);

  lip_random_normal((lip_stream){5, LIP_FOR_PROBES}, 0, 2 * d, X);
  assert_int_equal(lip_tape_create(net, 2, &tape, NULL), LIP_OK);
  assert_int_equal(lip_tape_forward(tape, 2, X, NULL), LIP_OK);
  for (size_t b = 0; b <= form->blocks; b++)
    difference(form, tape, b, form->block[b].node, form->block[b].size, form->block[b].entry,
               y + form->block[b].offset);
  for (size_t b = 1; b <= form->blocks + 1; b++) {
    const lip_sector_block *block = &form->block[b];
    double *z = lip_alloc_zero(block->rows, sizeof *z), *wanted = lip_alloc(block->rows, sizeof *z);
    bool last = b > form->blocks;
    size_t node = last ? net->nodes - 1 : net->node[block->node].parent[0];

    if (last && output.kind != LIP_ALL_OUTPUTS) {
      size_t entry[2] = {output.plus, output.minus};
      double both[2];

      difference(form, tape, b, node, 2, entry, both);
      wanted[0] = both[0] - (output.kind == LIP_OUTPUT_DIFFERENCE ? both[1] : 0);
    } else
      difference(form, tape, b, node, block->rows,
                 block->kind == LIP_SECTOR_LARGEST || last ? NULL : block->entry, wanted);
    for (size_t c = 0; c < block->couplings; c++)
      lip_dgemv(false, block->rows, form->block[block->coupling[c].from].size, 1,
                block->coupling[c].C, form->block[block->coupling[c].from].size,
                y + form->block[block->coupling[c].from].offset, 1, z);
    for (size_t i = 0; i < block->rows; i++) assert_true(fabs(z[i] - wanted[i]) < 1e-12);
    lip_free(z);
    lip_free(wanted);
  }
  lip_free(X);
  lip_free(y);
  lip_tape_free(tape);
  lip_sector_form_free(form);
  lip_claim_free(claim);
}

static void couplings_are_those_of_the_network(void **state)
{
  lip_net *net = tangled_net(3, LIP_RELU, LIP_NODE_LINEAR);
  lip_net *soft = tangled_net(4, LIP_TANH, LIP_NODE_SOFTMAX);

  (void)state;
  assert_couplings_hold(net, all_outputs, false, false);
  assert_couplings_hold(net, all_outputs, true, true);
  assert_couplings_hold(net, (lip_output){LIP_ONE_OUTPUT, 2, 0}, false, true);
  assert_couplings_hold(soft, (lip_output){LIP_OUTPUT_DIFFERENCE, 0, 2}, false, true);
  lip_net_free(net);
  lip_net_free(soft);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(couplings_are_those_of_the_network),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
