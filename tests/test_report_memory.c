/* test_report_memory.c - a report for which memory runs out, at every point, leaves nothing. */
#include "base/memory.h"
#include "sweep/store_write.h"

#include <liplaw/report.h>

#include <dirent.h>
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

static char folder[] = "/tmp/liplaw-report-XXXXXX";
static char store_path[64], page_path[64];

/* Rows of a plan that no network of it fitted: a page without figures, so that gnuplot is called
   once, for its version. */
static void make_store(void)
{
  static const char text[] =
      "n = 20, 30\nd = 10\nk = 2, 4\n[exp1]\neps = 0.02\n[exp2]\neps = 0.1\n";
  lip_plan *plan;
  lip_store *store;

  assert_int_equal(lip_plan_parse("plan", text, &plan, NULL), LIP_OK);
  assert_int_equal(lip_store_open(store_path, &store, NULL), LIP_OK);
  assert_int_equal(lip_store_add_plan(store, plan, NULL), LIP_OK);
  for (size_t i = 0; i < plan->cells; i++) {
    const lip_setting *setting = &plan->cell[i].setting;
    lip_run run = {.key = plan->cell[i].key,
                   .domain = (char[]){"space"},
                   .sample = setting->sample,
                   .train = setting->train,
                   .measure = setting->measure,
                   .status = LIP_RUN_UNFITTED,
                   .loss = 0.5,
                   .sign_accuracy = 0.9,
                   .max_random_gradient = 1,
                   .max_data_gradient = 1,
                   .lower = 1,
                   .path_norm = 3,
                   .product = 4,
                   .l_star = 2};

    assert_int_equal(lip_store_add_run(store, &run, NULL), LIP_OK);
  }
  lip_store_close(store);
  lip_plan_free(plan);
}

static size_t files_in(const char *path)
{
  size_t files = 0;
  DIR *listing = opendir(path);
  struct dirent *entry;

  if (!listing) return 0;
  while ((entry = readdir(listing)) != NULL)
    files += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
  (void)closedir(listing);
  return files;
}

static void out_of_memory_anywhere_is_said_and_leaves_no_file(void **state)
{
  size_t refused = 0;
  lip_status st;

  (void)state;
  if (system("gnuplot --version >/dev/null 2>&1") != 0) skip();
  make_store();
  do {
    lip_report_result result = {0};
    lip_error err = {""};

    lip_alloc_fail_after(refused++);
    st = lip_report(store_path, page_path, &result, NULL, &err);
    lip_alloc_fail_after(SIZE_MAX);
    if (st == LIP_OK) {
      assert_true(result.files >= 5 && result.criteria >= 5);
      lip_report_clear(&result);
      break;
    }
    assert_int_equal(st, LIP_ENOMEM);
    assert_true(err.text[0] != 0 && strchr(err.text, '\n') == NULL);
    assert_int_equal(result.files, 0);
    assert_int_equal(files_in(page_path), 0);
  } while (refused < 5000);
  assert_int_equal(st, LIP_OK);
  assert_true(refused > 20);
  assert_int_equal(files_in(page_path), 3); /* index.html, figures, tables */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_of_memory_anywhere_is_said_and_leaves_no_file),
  };
  int failed;

  if (!mkdtemp(folder)) return 1;
  (void)snprintf(store_path, sizeof store_path, "%s/store", folder);
  (void)snprintf(page_path, sizeof page_path, "%s/page", folder);
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  {
    char command[128];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    failed += system(command) != 0;
  }
  return failed;
}
