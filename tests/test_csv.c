/* test_csv.c - text with comma-separated columns: what is read, and what is refused where. */
#include "base/memory.h"
#include "data/csv.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lip_status parse(const char *text, size_t size, size_t rows, lip_dataset **data,
                        lip_words *words, lip_error *err)
{
  /* An exact copy, so that the sanitizer sees a step over its end. */
  char *copy = malloc(size ? size : 1);
  lip_status st;

  assert_non_null(copy);
  if (size) memcpy(copy, text, size);
  st = lip_csv_parse(copy, size, rows, 0, data, words, err);
  free(copy);
  return st;
}

/* The text gives these n x (d + 1) numbers, the label last. */
static void gives(const char *text, size_t n, size_t d, const double *expected)
{
  lip_dataset *data = NULL;
  lip_words words = {0};
  lip_error err = {""};

  if (parse(text, strlen(text), 0, &data, &words, &err) != LIP_OK)
    fail_msg("'%s': %s", text, err.text);
  assert_int_equal(data->n, n);
  assert_int_equal(data->d, d);
  assert_int_equal(data->m, 1);
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < d; k++) assert_true(data->X[i * d + k] == expected[i * (d + 1) + k]);
    assert_true(data->y[i] == expected[i * (d + 1) + d]);
  }
  lip_words_clear(&words);
  lip_dataset_free(data);
}

#define GIVES(text, n, d, ...) gives(text, n, d, (const double[]){__VA_ARGS__})

static void numbers_stand_in_lines_with_the_label_last(void **state)
{
  (void)state;
  GIVES("1,2,3\n-4.5,5e-3,+6\n", 2, 2, 1, 2, 3, -4.5, 0.005, 6);
  GIVES("1,2", 1, 1, 1, 2);
  GIVES(" 1 ,\t2 , 3\n", 1, 2, 1, 2, 3);
  GIVES("1e308,4.9406564584124654e-324,0\n", 1, 2, 1e308, 0x1p-1074, 0);
}

static void line_ends_may_be_crlf_and_empty_lines_may_end_the_text(void **state)
{
  (void)state;
  GIVES("1,2\r\n3,4\r\n", 2, 1, 1, 2, 3, 4);
  GIVES("1,2\n3,4", 2, 1, 1, 2, 3, 4);
  GIVES("1,2\n3,4\n\n\r\n  \n", 2, 1, 1, 2, 3, 4);
}

static void a_byte_order_mark_does_not_count(void **state)
{
  (void)state;
  GIVES("\xef\xbb\xbf"
        "1,2\n",
        1, 1, 1, 2);
}

static void a_first_line_without_a_number_among_the_inputs_is_a_header(void **state)
{
  (void)state;
  GIVES("a,b,label\n1,2,3\n", 1, 2, 1, 2, 3);
  GIVES(",b,label\n1,2,3\n", 1, 2, 1, 2, 3); /* the index column of pandas */
  GIVES("\"a, b\",c,0\n1,2,3\n", 1, 2, 1, 2, 3);
  GIVES("# one,two,y\n1,2,3\n", 1, 2, 1, 2, 3);
}

static void quotes_hold_commas_quotes_and_line_breaks(void **state)
{
  lip_dataset *data = NULL;
  lip_words words = {0};
  const char *text = "x,y\n1,\"a,b\"\n\"2\",\"say \"\"yes\"\"\"\n3 , \"two\nlines\" \n";

  (void)state;
  assert_int_equal(parse(text, strlen(text), 0, &data, &words, NULL), LIP_OK);
  assert_int_equal(data->n, 3);
  assert_int_equal(words.count, 3);
  assert_string_equal(words.word[0], "a,b");
  assert_string_equal(words.word[1], "say \"yes\"");
  assert_string_equal(words.word[2], "two\nlines");
  assert_true(data->X[0] == 1 && data->X[1] == 2 && data->X[2] == 3);
  lip_words_clear(&words);
  lip_dataset_free(data);
}

static void words_are_numbered_in_the_order_of_their_first_appearance(void **state)
{
  (void)state;
  GIVES("1,dog\n2,cat\n3,dog\n4,ant\n5,cat\n", 5, 1, 1, 0, 2, 1, 3, 0, 4, 2, 5, 1);
}

static void a_thousand_different_words_keep_their_numbers(void **state)
{
  char *text = malloc(64000);
  size_t used = 0;
  lip_dataset *data = NULL;
  lip_words words = {0};

  (void)state;
  assert_non_null(text);
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 1000; i++)
      used += (size_t)snprintf(text + used, 64000 - used, "%d,word%d\n", i, i * 7919 % 1000);
  assert_int_equal(parse(text, used, 0, &data, &words, NULL), LIP_OK);
  for (size_t i = 0; i < 2000; i++) assert_true(data->y[i] == (double)(i % 1000));
  lip_words_clear(&words);
  lip_dataset_free(data);
  free(text);
}

static void the_first_points_alone_are_read(void **state)
{
  lip_dataset *data = NULL;
  lip_words words = {0};
  const char *text = "h,y\n1,2\n3,4\n5,6\nnot,,read\n";

  (void)state;
  assert_int_equal(parse(text, strlen(text), 3, &data, &words, NULL), LIP_OK);
  assert_int_equal(data->n, 3);
  assert_true(data->X[2] == 5 && data->y[2] == 6);
  lip_words_clear(&words);
  lip_dataset_free(data);
}

static void refuse_bytes(const char *text, size_t size, const char *cause)
{
  lip_dataset *data = NULL;
  lip_words words = {0};
  lip_error err = {""};
  lip_status st = parse(text, size, 0, &data, &words, &err);

  if (st != LIP_EINPUT || !strstr(err.text, cause))
    fail_msg("'%s' gives status %d, '%s', not '%s'", text, (int)st, err.text, cause);
  assert_null(data);
  lip_words_clear(&words);
}

static void refuse(const char *text, const char *cause)
{
  refuse_bytes(text, strlen(text), cause);
}

static void what_is_wrong_is_named_with_line_and_column(void **state)
{
  (void)state;
  refuse("", "no line");
  refuse("\n\n", "no line");
  refuse("1\n2\n", "line 1: there is no comma");
  refuse("a,b\n", "no line behind the header");
  refuse("1,2,3\n4,5\n", "line 2 has 2 columns, but the first line has 3");
  refuse("1,2,3\n4,5,6,7,8\n", "line 2 has 5 columns, but the first line has 3");
  refuse("a,b,c\n4,5\n", "line 2 has 2 columns");
  refuse("1,2,3\n4,,6\n", "line 2, column 2: the value is missing");
  refuse("1,2,3\n4,5,\n", "line 2, column 3: the value is missing");
  refuse("1,a\n2,\n", "line 2, column 2: the value is missing");
  refuse("1,2\n\n3,4\n", "line 2 is empty");
  refuse("1,2,3\n4,NA,6\n", "line 2, column 2: 'NA' is not a number");
  refuse("1,?,3\n4,5,6\n", "line 1, column 2: '?' is not a number");
  refuse("1,2\n3,nan\n", "line 2, column 2: 'nan' is not finite");
  refuse("1,2\n-inf,3\n", "line 2, column 1: '-inf' is not finite");
  refuse("1,2\n1e999,3\n", "line 2, column 1: '1e999' is not finite");
  refuse("1,2\n3 4,5\n", "line 2, column 1: '3 4' is not a number");
  refuse("1,2\n3,cat\n", "line 2, column 2: 'cat' is not a number");
  refuse("1,cat\n3,2\n", "line 2, column 2: '2' is a number, but the labels above are words");
  refuse("1,2\n\"3,4\n", "line 2, column 1: the quote is not closed");
  refuse("1,2\n\"3\"4,5\n", "line 2, column 1: text follows the closing quote");
  refuse("x,y\n1,\"a\nb\"\n2,c,3\n", "line 4 has 3 columns"); /* a quoted line break counts */
  refuse("1;2\n3;4\n", "line 1: there is no comma");
}

static void a_field_of_any_length_is_refused_not_cut(void **state)
{
  char text[4096];

  (void)state;
  memset(text, '1', sizeof text);
  memcpy(text + sizeof text - 3, ",2\n", 3);
  refuse_bytes(text, sizeof text, "line 1, column 1: more than 511 characters");
  text[0] = '"';
  refuse_bytes(text, sizeof text, "line 1, column 1: more than 511 characters");
}

/* A first line of many columns, then many short lines: no memory for columns x lines is taken. */
static void short_lines_take_no_memory_before_they_are_refused(void **state)
{
  size_t size = 4000000; /* a million columns, two million lines: 16 TB */
  char *text = malloc(size);

  (void)state;
  assert_non_null(text);
  for (size_t i = 0; i < size; i++) text[i] = i < size / 2 ? ",1"[i % 2] : '\n';
  text[0] = '1';
  text[size - 1] = '1';
  refuse_bytes(text, size, "line 2 is empty");
  free(text);
}

static void a_point_is_a_point_in_every_language(void **state)
{
  const char *languages[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ru_RU.UTF-8"};

  (void)state;
  for (size_t i = 0; i < 4; i++)
    if (setlocale(LC_ALL, languages[i])) break;
  GIVES("1.5,2.25\n", 1, 1, 1.5, 2.25);
  (void)setlocale(LC_ALL, "C");
}

static void every_allocation_may_be_refused(void **state)
{
  const char *text = "x,y\n1,a\n2,b\n";
  size_t k = 0;

  (void)state;
  for (;; k++) {
    lip_dataset *data = NULL;
    lip_words words = {0};
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_csv_parse(text, strlen(text), 0, 0, &data, &words, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    lip_words_clear(&words);
    lip_dataset_free(data);
    if (st == LIP_OK) break;
    assert_int_equal(st, LIP_ENOMEM);
    assert_null(data);
  }
  assert_int_equal(k, 7); /* the set, X, y; the table of words twice; two words */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_stand_in_lines_with_the_label_last),
      cmocka_unit_test(line_ends_may_be_crlf_and_empty_lines_may_end_the_text),
      cmocka_unit_test(a_byte_order_mark_does_not_count),
      cmocka_unit_test(a_first_line_without_a_number_among_the_inputs_is_a_header),
      cmocka_unit_test(quotes_hold_commas_quotes_and_line_breaks),
      cmocka_unit_test(words_are_numbered_in_the_order_of_their_first_appearance),
      cmocka_unit_test(a_thousand_different_words_keep_their_numbers),
      cmocka_unit_test(the_first_points_alone_are_read),
      cmocka_unit_test(what_is_wrong_is_named_with_line_and_column),
      cmocka_unit_test(a_field_of_any_length_is_refused_not_cut),
      cmocka_unit_test(short_lines_take_no_memory_before_they_are_refused),
      cmocka_unit_test(a_point_is_a_point_in_every_language),
      cmocka_unit_test(every_allocation_may_be_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
