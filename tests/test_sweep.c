/* test_sweep.c - sweeps and stores as the library's callers and the report see them. */
#include "base/memory.h"
#include "sweep/store.h"

#include <liplaw/sweep.h>

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/liplaw-sweep-XXXXXX";
static char store[64], copy[64], csv[64];

static const char plan_text[] =
    "n = 40, 30\nd = 12\nk = 10, n\nseed = 7\nrandom-points = 20\n"
    "starts = 1\n[wide]\neps = 0.3\n[both]\neps = 0.3, 1e-9\nsteps = 300\n"
    "where = k < n\n[none]\nwhere = k < 0";

static int make_folder(void **state)
{
  (void)state;
  if (!mkdtemp(folder)) return -1;
  (void)snprintf(store, sizeof store, "%s/store.db", folder);
  (void)snprintf(copy, sizeof copy, "%s/copy.db", folder);
  (void)snprintf(csv, sizeof csv, "%s/rows.csv", folder);
  return 0;
}

static int remove_folder(void **state)
{
  (void)state;
  (void)unlink(store);
  (void)unlink(copy);
  (void)unlink(csv);
  return rmdir(folder);
}

static lip_sweep_result run_plan(const char *text, const char *path, size_t workers)
{
  lip_plan *plan = NULL;
  lip_sweep_options options;
  lip_sweep_result result;
  lip_error err = {""};

  lip_sweep_defaults(&options);
  options.workers = workers;
  if (lip_plan_parse("plan", text, &plan, &err) != LIP_OK) fail_msg("%s", err.text);
  if (lip_sweep(plan, path, &options, &result, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  lip_plan_free(plan);
  return result;
}

static void a_sweep_counts_what_it_did(void **state)
{
  lip_sweep_result result = run_plan(plan_text, store, 2);

  (void)state;
  assert_int_equal(result.runs, 8); /* wide: 2 n x 2 k; both: other steps, 2 n x 2 eps at k = 10 */
  assert_int_equal(result.done, 8);
  assert_int_equal(result.failed, 0);
  assert_int_equal(result.kept, 6);    /* eps = 1e-9 is out of reach in 300 steps */
  assert_int_equal(result.skipped, 8); /* both: k = n, 2 n x 2 eps; none: 4 */
}

static void blocks_say_what_was_asked_and_what_is_done(void **state)
{
  static const struct {
    const char *name;
    size_t cells, skipped;
  } want[] = {{"wide", 4, 0}, {"both", 4, 4}, {"none", 0, 4}};
  lip_store_block *blocks = NULL;
  size_t count = 0;

  (void)state;
  assert_int_equal(lip_store_blocks(store, &blocks, &count, NULL), LIP_OK);
  assert_int_equal(count, 3);
  for (size_t i = 0; i < 3; i++) {
    assert_string_equal(blocks[i].name, want[i].name);
    assert_int_equal(blocks[i].cells, want[i].cells);
    assert_int_equal(blocks[i].done, want[i].cells);
    assert_int_equal(blocks[i].skipped, want[i].skipped);
  }
  lip_free(blocks);
}

static void rows_come_sorted_and_by_block(void **state)
{
  lip_run *runs = NULL;
  size_t count = 0;

  (void)state;
  assert_int_equal(lip_store_runs(store, "wide", &runs, &count, NULL), LIP_OK);
  assert_int_equal(count, 4);
  assert_int_equal(runs[0].sample.n, 30);
  assert_int_equal(runs[0].train.k, 10);
  assert_int_equal(runs[1].train.k, 30);
  assert_int_equal(runs[2].sample.n, 40);
  assert_int_equal(runs[3].train.k, 40);
  lip_runs_free(runs, count);
  assert_int_equal(lip_store_runs(store, "both", &runs, &count, NULL), LIP_OK);
  assert_int_equal(count, 4);
  assert_true(runs[0].train.eps == 1e-9);
  assert_int_equal(runs[0].status, LIP_RUN_UNFITTED);
  assert_int_equal(runs[0].steps_taken, 300);
  assert_int_equal(runs[1].status, LIP_RUN_KEPT);
  lip_runs_free(runs, count);
  assert_int_equal(lip_store_runs(store, "no such block", &runs, &count, NULL), LIP_OK);
  assert_int_equal(count, 0);
  lip_runs_free(runs, count);
  assert_int_equal(lip_store_runs(store, NULL, &runs, &count, NULL), LIP_OK);
  assert_int_equal(count, 8);
  lip_runs_free(runs, count);
}

static double largest_norm(const lip_dataset *data)
{
  double largest = 0;

  for (size_t i = 0; i < data->n; i++) {
    double squares = 0;

    for (size_t j = 0; j < data->d; j++)
      squares += data->X[i * data->d + j] * data->X[i * data->d + j];
    largest = fmax(largest, sqrt(squares));
  }
  return largest;
}

/* The bracket on a domain inside of the space, from the one on the space; its certificate is
   checked again, from nothing but the network. */
static void compare_inner(const lip_run *run, const lip_net *net, const lip_dataset *data,
                          const char *domain, const lip_measurement *space, double lower,
                          double upper)
{
  lip_measure_options options = run->measure;
  lip_measurement found;
  lip_check_result checked;

  options.domain = domain;
  options.wider = space;
  assert_int_equal(lip_measure(net, data, &options, &found, NULL, NULL), LIP_OK);
  assert_true(found.certified);
  assert_true(lower == found.lower && upper == found.upper);
  assert_true(lower <= upper && upper <= run->upper);
  assert_int_equal(lip_check(net, found.certificate, &checked, NULL, NULL), LIP_OK);
  assert_true(checked.valid);
  lip_measurement_clear(&found);
}

/* Networks that did not fit are not measured inside. */
static void compare_inner_domains(const lip_run *run, const lip_net *net, const lip_dataset *data,
                                  const lip_measurement *space)
{
  char ball[64];

  assert_true(space->certified);
  assert_int_equal(run->certified, true);
  if (run->status != LIP_RUN_KEPT) {
    assert_true(isnan(run->lower_ball) && isnan(run->upper_ball) && isnan(run->data_radius) &&
                isnan(run->lower_sphere) && isnan(run->upper_sphere));
    return;
  }
  assert_true(fabs(run->data_radius - largest_norm(data)) <= 1e-14 * run->data_radius);
  (void)snprintf(ball, sizeof ball, "ball:%.17g", run->data_radius);
  compare_inner(run, net, data, ball, space, run->lower_ball, run->upper_ball);
  compare_inner(run, net, data, "sphere:1", space, run->lower_sphere, run->upper_sphere);
}

/* What a row says is what the library says to the row's options, to the last bit. */
static void a_row_can_be_run_again_alone(void **state)
{
  lip_run *runs = NULL;
  size_t count = 0, pairs = 0;

  (void)state;
  assert_int_equal(lip_store_runs(store, NULL, &runs, &count, NULL), LIP_OK);
  for (size_t i = 0; i < count; i++) {
    const lip_run *run = &runs[i];
    lip_dataset *data = NULL;
    lip_net *net = NULL;
    lip_train_result trained;
    lip_measurement measured;
    double smallest = 0;

    assert_int_equal(lip_sample(&run->sample, &data, NULL), LIP_OK);
    assert_int_equal(lip_train(data, &run->train, &net, &trained, NULL, NULL), LIP_OK);
    assert_int_equal(lip_measure(net, data, &run->measure, &measured, NULL, NULL), LIP_OK);
    assert_int_equal(lip_smallest_constant(data, 0, NULL, &pairs, &smallest, NULL, NULL), LIP_OK);
    assert_int_equal(run->parameters, run->train.k * (run->sample.d + 2) + 1);
    assert_int_equal(run->steps_taken, trained.steps);
    assert_int_equal(run->fitted, trained.fitted);
    assert_true(run->loss == trained.loss);
    assert_true(run->sign_accuracy == trained.accuracy);
    assert_true(run->max_random_gradient == measured.proxy_random);
    assert_true(run->max_data_gradient == measured.proxy_data);
    assert_true(run->lower == measured.lower);
    assert_true(run->upper == measured.upper);
    assert_string_equal(run->lower_method, measured.lower_method);
    assert_string_equal(run->upper_method, measured.upper_method);
    compare_inner_domains(run, net, data, &measured);
    assert_true(run->l_star == smallest);
    assert_true(run->path_norm >= run->lower);
    assert_true(run->product >= run->lower);
    assert_true(run->seconds >= run->seconds_train);
    assert_int_equal(strlen(run->finished), 20);
    assert_string_equal(run->version, lip_version());
    assert_true(strlen(run->kernel) > 0 && strlen(run->blas_kernel) > 0 &&
                strlen(run->machine) > 0);
    lip_measurement_clear(&measured);
    lip_net_free(net);
    lip_dataset_free(data);
  }
  lip_runs_free(runs, count);
}

static char *read_text(const char *path)
{
  static char text[1 << 16];
  FILE *file = fopen(path, "r");
  size_t size;

  assert_non_null(file);
  size = fread(text, 1, sizeof text - 1, file);
  (void)fclose(file);
  text[size] = 0;
  return text;
}

static void equal_sweeps_write_equal_csv(void **state)
{
  char *first;

  (void)state;
  assert_int_equal(lip_store_write_csv(store, NULL, false, csv, NULL), LIP_OK);
  first = strdup(read_text(csv));
  (void)run_plan(plan_text, copy, 1);
  assert_int_equal(lip_store_write_csv(copy, NULL, false, csv, NULL), LIP_OK);
  assert_string_equal(first, read_text(csv));
  assert_null(strstr(first, "seconds"));
  assert_int_equal(strncmp(first, "key,status,error,kind,", 22), 0);
  free(first);
  assert_int_equal(lip_store_write_csv(copy, "wide", true, csv, NULL), LIP_OK);
  assert_non_null(strstr(read_text(csv), ",seconds,"));
}

typedef struct watch {
  size_t asked, calls;
  double last;
} watch;

static bool stop_at_once(void *context)
{
  ((watch *)context)->asked++;
  return true;
}

static void note_progress(void *context, double done, const char *text)
{
  watch *w = context;

  assert_true(done >= w->last && done <= 1);
  assert_non_null(strstr(text, " done, "));
  w->last = done;
  w->calls++;
}

static void a_stop_says_so_and_the_next_call_goes_on(void **state)
{
  watch w = {0, 0, 0};
  lip_control control = {stop_at_once, NULL, &w};
  lip_sweep_result result;
  lip_plan *plan = NULL;
  lip_error err = {""};

  (void)state;
  (void)unlink(copy);
  assert_int_equal(lip_plan_parse("plan", plan_text, &plan, NULL), LIP_OK);
  assert_int_equal(lip_sweep(plan, copy, NULL, &result, &control, &err), LIP_EINTERRUPT);
  assert_int_equal(result.runs, 8);
  assert_int_equal(result.done, 0);
  assert_non_null(strstr(err.text, "0 of 8"));
  control = (lip_control){NULL, note_progress, &w};
  assert_int_equal(lip_sweep(plan, copy, NULL, &result, &control, &err), LIP_OK);
  assert_int_equal(result.done, 8);
  assert_true(w.asked > 0 && w.calls > 0);
  assert_true(w.last == 1);
  lip_plan_free(plan);
}

static void what_is_no_store_is_refused_by_readers(void **state)
{
  lip_run *runs = NULL;
  lip_store_block *blocks = NULL;
  size_t count = 42;
  lip_error err = {""};

  (void)state;
  assert_int_equal(lip_store_runs("/no/such/store", NULL, &runs, &count, &err), LIP_EIO);
  assert_int_equal(lip_store_blocks(csv, &blocks, &count, &err), LIP_EINPUT);
  assert_int_equal(strncmp(err.text, csv, strlen(csv)), 0);
  assert_int_equal(lip_store_runs(csv, NULL, &runs, &count, &err), LIP_EINPUT);
  assert_int_equal(count, 42);
}

static void every_allocation_of_a_reader_may_fail(void **state)
{
  lip_status st = LIP_ENOMEM;
  size_t allowed = 0;

  (void)state;
  for (; st == LIP_ENOMEM; allowed++) {
    lip_run *runs = NULL;
    size_t count = 0;

    lip_alloc_fail_after(allowed);
    st = lip_store_runs(store, "wide", &runs, &count, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    if (st == LIP_OK) lip_runs_free(runs, count);
  }
  assert_int_equal(st, LIP_OK);
  assert_true(allowed > 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sweep_counts_what_it_did),
      cmocka_unit_test(blocks_say_what_was_asked_and_what_is_done),
      cmocka_unit_test(rows_come_sorted_and_by_block),
      cmocka_unit_test(a_row_can_be_run_again_alone),
      cmocka_unit_test(equal_sweeps_write_equal_csv),
      cmocka_unit_test(a_stop_says_so_and_the_next_call_goes_on),
      cmocka_unit_test(what_is_no_store_is_refused_by_readers),
      cmocka_unit_test(every_allocation_of_a_reader_may_fail),
  };

  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
