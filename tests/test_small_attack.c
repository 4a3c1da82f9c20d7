/* test_small_attack.c - what lip_check calls valid is true: certificates of small networks with
   their ends moved past the truth and their proofs, witnesses, domains, norms, outputs and networks
   changed at random, judged by the constant that small_constant.h finds by other means.
   Usage: test_small_attack [CHANGES] */
#include "small_constant.h"

#include "base/memory.h"
#include "certificate/certificate.h"
#include "linalg/dgemm.h"

#include <liplaw/measure.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

enum { CHANGES_EACH = 60, KINDS = 16 };
static const double ROUNDING = 1e-15; /* of the constant that is compared with */
static size_t changes = 3000;

typedef struct attack {
  small_question question;
  small_bounds truth;
  const lip_certificate *honest;
  uint64_t state;
  size_t accepted[KINDS], tried[KINDS];
} attack;

static double *copied(size_t count, const double *values)
{
  double *copy;

  if (!values) return NULL;
  copy = lip_alloc(count, sizeof *copy);
  assert_non_null(copy);
  memcpy(copy, values, count * sizeof *copy);
  return copy;
}

static lip_certificate *copy_of(const lip_certificate *from)
{
  lip_certificate *copy = lip_alloc(1, sizeof *copy);

  assert_non_null(copy);
  *copy = *from;
  copy->domain.centers = copied(from->domain.count * from->domain.d, from->domain.centers);
  copy->x = copied(from->d, from->x);
  copy->direction = copied(from->d, from->direction);
  for (size_t i = 0; i < from->proof.count; i++)
    copy->proof.item[i].array.values = copied(from->proof.item[i].array.count,
                                              from->proof.item[i].array.values);
  return copy;
}

static double odd_number(uint64_t *state)
{
  static const double odd[] = {0,       -0.0,   1,      -1,  2,    0.5, 3,    1e300, -1e300, 1e-310,
                               -1e-310, 1e-300, 0x1p53, 1.5, 0.25, -2,  1e16, 1e-16, 1e8,    1e-8};

  return odd[small_pick(state, sizeof odd / sizeof *odd)];
}

static void change_number(double *value, uint64_t *state)
{
  switch (small_pick(state, 7)) {
  case 0:
    *value *= 1 + (small_uniform(state) - 0.5) * pow(10, -14 * small_uniform(state));
    break;
  case 1:
    *value *= pow(10, 4 * small_uniform(state) - 2);
    break;
  case 2:
    *value = -*value;
    break;
  case 3:
    *value += 1 - 2 * (double)small_pick(state, 2);
    break;
  case 4:
    *value = nextafter(*value, small_pick(state, 2) ? INFINITY : -INFINITY);
    break;
  default:
    *value = odd_number(state);
  }
  if (!isfinite(*value)) *value = 1;
}

/* The array's leading size follows where its numbers grow fewer. */
static void change_array(lip_array *array, uint64_t *state)
{
  size_t n = array->count, i = small_pick(state, n), j = small_pick(state, n), row;
  double factor = pow(10, 6 * small_uniform(state) - 3), swap = array->values[i];

  switch (small_pick(state, 8)) {
  case 0:
    array->values[i] = array->values[j], array->values[j] = swap;
    break;
  case 1:
    for (size_t l = 0; l < n; l++) array->values[l] *= factor;
    break;
  case 2:
    for (size_t l = 0; l < n; l++) array->values[l] *= 1 + 1e-3 * small_normal(state);
    break;
  case 3: /* drop the last row */
    row = array->rank > 0 ? n / array->shape[0] : n;
    if (n <= row) break;
    array->count -= row, array->shape[0]--;
    break;
  case 4: /* drop one in the middle */
    if (array->rank != 1 || n < 2) break;
    memmove(array->values + i, array->values + i + 1, (n - i - 1) * sizeof *array->values);
    array->count--, array->shape[0]--;
    break;
  default:
    change_number(&array->values[i], state);
  }
  for (size_t l = 0; l < array->count; l++)
    if (!isfinite(array->values[l])) array->values[l] = 1;
}

static void change_proof(lip_proof *proof, uint64_t *state)
{
  size_t count = proof->count, kinds = 0;

  while (lip_proof_kinds[kinds]) kinds++;
  if (count > 0 && small_pick(state, 20) > 0)
    change_array(&proof->item[small_pick(state, count)].array, state);
  else if (count > 0 && small_pick(state, 4) == 0)
    lip_free(proof->item[--proof->count].array.values);
  else
    proof->kind = lip_proof_kinds[small_pick(state, kinds)];
}

static void change_witness(lip_certificate *made, uint64_t *state)
{
  size_t i;

  if (!made->x) return;
  i = small_pick(state, made->d);
  change_number(small_pick(state, 2) ? &made->x[i] : &made->direction[i], state);
}

/* Another question with the same certificate. */
static void change_question(small_question *q, lip_certificate *made, uint64_t *state)
{
  lip_domain *domain = &made->domain;
  double factor = small_pick(state, 2) ? 1 + 0.3 * small_uniform(state)
                                       : pow(10, small_normal(state));

  switch (small_pick(state, 4)) {
  case 0:
    made->output = small_output(q->net, state);
    break;
  case 1:
    made->norm = (lip_norm_kind)small_pick(state, 3);
    break;
  case 2:
    if (domain->kind == LIP_BOX)
      domain->high = domain->low + (domain->high - domain->low) * factor;
    else if (domain->kind != LIP_SPACE)
      domain->radius *= factor;
    if (domain->centers && small_pick(state, 2)) domain->centers[0] *= factor;
    break;
  default:
    q->net->block[small_pick(state, q->net->parameters)] *= factor;
    assert_int_equal(lip_network_hash(q->net, made->network, NULL), LIP_OK);
  }
  q->output = made->output;
  q->norm = made->norm;
  q->domain = *domain;
}

/* The ends go past the truth, or stay. */
static void move_ends(lip_certificate *made, small_bounds truth, uint64_t *state)
{
  double little = pow(10, -1 - 13 * small_uniform(state));

  switch (small_pick(state, 4)) {
  case 0:
    if (!isfinite(truth.high)) break;
    made->lower = truth.high * (1 + little);
    made->upper = fmax(made->upper, made->lower * 2);
    break;
  case 1:
    break;
  default:
    made->upper = truth.low * (1 - little);
    made->lower = small_pick(state, 2) ? 0 : fmin(made->lower, made->upper);
  }
}

static size_t kind_index(const lip_proof_kind *kind)
{
  size_t i = 0;

  while (lip_proof_kinds[i] && lip_proof_kinds[i] != kind) i++;
  return i;
}

static void judge(attack *a, const small_question *q, const lip_certificate *made,
                  small_bounds truth, uint64_t seed)
{
  lip_check_result result;
  lip_error err = {""};
  lip_status st = lip_check(q->net, made, &result, NULL, &err);

  a->tried[kind_index(made->proof.kind)]++;
  if (st != LIP_OK) fail_msg("network %llu: %s", (unsigned long long)seed, err.text);
  if (!result.valid) return;
  a->accepted[kind_index(made->proof.kind)]++;
  if (!(made->upper >= truth.low * (1 - ROUNDING)) || !(made->lower <= truth.high * (1 + ROUNDING)))
    fail_msg("network %llu: [%.17g, %.17g] is called valid (%s), the constant is in [%.17g, %.17g]",
             (unsigned long long)seed, made->lower, made->upper, result.proof, truth.low,
             truth.high);
}

static void attack_once(attack *a, uint64_t seed)
{
  lip_certificate *made = copy_of(a->honest);
  small_question q = a->question;
  small_bounds truth = a->truth;
  bool other = small_pick(&a->state, 12) == 0;
  double *block = copied(q.net->parameters, q.net->block);

  if (other) {
    change_question(&q, made, &a->state);
    if (q.domain.kind == LIP_ON_SPHERE && q.norm != LIP_NORM_2)
      truth = (small_bounds){INFINITY, -1, false}; /* there is no such claim */
    else
      truth = small_constant(&q, (small_effort){100, 300});
  }
  if (!other || small_pick(&a->state, 2)) move_ends(made, truth, &a->state);
  for (size_t i = small_pick(&a->state, 4); i > 0; i--) change_proof(&made->proof, &a->state);
  if (small_pick(&a->state, 6) == 0) change_witness(made, &a->state);
  judge(a, &q, made, truth, seed);
  memcpy(q.net->block, block, q.net->parameters * sizeof *block);
  lip_free(block);
  lip_certificate_free(made);
}

static bool measured(const small_question *q, const char *file, uint64_t seed,
                     lip_measurement *found)
{
  small_asked asked;
  lip_error err = {""};

  small_ask(q, file, &asked);
  asked.options.random_points = 20;
  asked.options.search = seed % 4 != 0;
  asked.options.time_limit = 5;
  if (lip_measure(q->net, NULL, &asked.options, found, NULL, &err) != LIP_OK)
    fail_msg("network %llu: %s", (unsigned long long)seed, err.text);
  return found->certified;
}

static void what_is_called_valid_is_true(void **state)
{
  char file[] = "/tmp/liplaw-centers-XXXXXX.csv";
  int handle = mkstemps(file, 4);
  attack a = {.state = 1};
  size_t kinds = 0;

  (void)state;
  assert_true(handle >= 0);
  (void)close(handle);
  for (uint64_t seed = 100000, done = 0; done < changes; seed++) {
    lip_measurement found;

    small_question_make(seed, &a.question);
    if (measured(&a.question, file, seed, &found)) {
      a.honest = found.certificate;
      a.truth = small_constant(&a.question, (small_effort){200, 2000});
      for (size_t i = 0; i < CHANGES_EACH; i++, done++) attack_once(&a, seed);
    }
    lip_measurement_clear(&found);
    small_question_free(&a.question);
  }
  (void)remove(file);
  for (; lip_proof_kinds[kinds]; kinds++)
    print_message("%s: %zu changed, %zu of them valid\n", lip_proof_kinds[kinds]->name,
                  a.tried[kinds], a.accepted[kinds]);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_called_valid_is_true)};

  lip_blas_single_thread();
  if (argc > 1) changes = strtoul(argv[1], NULL, 10);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
