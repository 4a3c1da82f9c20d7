/* test_report_html.c - templates, escaping, numbers, figures inlined; plans in the library. */
#include "report/html.h"

#include "base/atomic_file.h"

#include <liplaw/report.h>
#include <liplaw/sweep.h>

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *text;
static size_t length;

static FILE *begin(void)
{
  free(text);
  text = NULL;
  return open_memstream(&text, &length);
}

static void end(FILE *out, const char *expected)
{
  assert_int_equal(fclose(out), 0);
  assert_string_equal(text, expected);
}

static void arguments_are_escaped_and_templates_are_not(void **state)
{
  FILE *out = begin();

  (void)state;
  html(out, "<b>%s</b>", "a < b & \"c\" > 'd'");
  end(out, "<b>a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;</b>");
  out = begin();
  html_math(out, "d <= n/10 & sqrt(n/k) <b>");
  end(out, "d ≤ n/10 &amp; √(n/k) &lt;b&gt;");
}

static void conversions_are_those_of_printf(void **state)
{
  FILE *out = begin();

  (void)state;
  html(out, "%zu|%5d|%.3f|%g|%s|100 %%|%c|%-4d|%08.2f", (size_t)7, -3, 1.5, 1e-3, "x", 'y', 5,
       3.14159);
  end(out, "7|   -3|1.500|0.001|x|100 %|y|5   |00003.14");
}

static void numbers_that_do_not_exist_are_dashes_and_zero_has_no_sign(void **state)
{
  FILE *out = begin();

  (void)state;
  html_number(out, NAN, 2);
  html_number(out, INFINITY, 2);
  html_number(out, -INFINITY, 2);
  html_number(out, -0.001, 2);
  html_number(out, -1.25, 1);
  end(out, "–∞−∞0.00−1.2");
  out = begin();
  html_range(out, 0.5, 2, 1);
  html_range(out, 0, INFINITY, 1);
  end(out, "0.5 to 2.0above 0.0");
}

static void ids_of_an_inlined_figure_get_its_prefix(void **state)
{
  static const char svg[] = "<?xml version='1.0'?><!DOCTYPE x>\n<svg a='1'><g id='p'/><g id=\"q\"/>"
                            "<use xlink:href='#p'/><use href=\"#q\" fill='url(#q)'/></svg>\n";
  char path[] = "/tmp/liplaw-svg-XXXXXX";
  int descriptor = mkstemp(path);
  FILE *out = begin();

  (void)state;
  assert_true(descriptor >= 0);
  (void)close(descriptor);
  assert_int_equal(lip_write_file(path, svg, sizeof svg - 1, NULL), LIP_OK);
  assert_int_equal(html_inline_svg(out, path, "f-", NULL), LIP_OK);
  end(out, "<svg a='1'><g id='f-p'/><g id=\"f-q\"/><use xlink:href='#f-p'/>"
           "<use href=\"#f-q\" fill='url(#f-q)'/></svg>\n");
  assert_int_equal(lip_write_file(path, svg, sizeof svg - 9, NULL), LIP_OK);
  out = begin();
  assert_int_equal(html_inline_svg(out, path, "f-", NULL), LIP_EINPUT); /* cut */
  (void)fclose(out);
  (void)unlink(path);
}

static size_t cells_of(const char *name, const char *scale)
{
  const char *plan_text = lip_experiment_plan(name, scale);
  lip_plan *plan = NULL;
  lip_error err = {""};
  size_t cells;

  assert_non_null(plan_text);
  if (lip_plan_parse(name, plan_text, &plan, &err) != LIP_OK) fail_msg("%s", err.text);
  cells = lip_plan_cells(plan);
  lip_plan_free(plan);
  return cells;
}

static void every_experiment_has_a_plan_of_the_promised_size(void **state)
{
  static const char *const scales[] = {"quick", "half", "paper"};

  (void)state;
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(cells_of("all", scales[i]),
                     cells_of("exp1", scales[i]) + cells_of("exp2", scales[i]));
  assert_true(cells_of("exp1", "quick") >= 100);
  assert_true(cells_of("exp1", "paper") >= 906);
  assert_null(lip_experiment_plan("exp3", "quick"));
  assert_null(lip_experiment_plan("exp1", "huge"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arguments_are_escaped_and_templates_are_not),
      cmocka_unit_test(conversions_are_those_of_printf),
      cmocka_unit_test(numbers_that_do_not_exist_are_dashes_and_zero_has_no_sign),
      cmocka_unit_test(ids_of_an_inlined_figure_get_its_prefix),
      cmocka_unit_test(every_experiment_has_a_plan_of_the_promised_size),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);

  free(text);
  return failed;
}
