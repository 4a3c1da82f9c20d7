/* test_options.c - the options tables: every row is sound, and every value that a row can hold
   survives being written as text and read again. */
#include "base/options.h"
#include "data/read_options.h"
#include "data/sample_options.h"
#include "lipschitz/measure_options.h"
#include "sweep/sweep_options.h"
#include "train/train_options.h"

#include <liplaw/dataset.h>
#include <liplaw/measure.h>
#include <liplaw/sweep.h>
#include <liplaw/train.h>

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static lip_option_table table_at(size_t i)
{
  lip_option_table (*const tables[])(void) = {lip_sample_option_table, lip_read_option_table,
                                              lip_train_option_table, lip_measure_option_table,
                                              lip_sweep_option_table};

  return i < sizeof tables / sizeof *tables ? tables[i]() : (lip_option_table){NULL, 0};
}

static bool is_required(const lip_option *row)
{
  return !row->initial && row->type != LIP_OPT_TEXT;
}

typedef union struct_room {
  lip_train_options train;
  lip_read_options read;
  lip_sample_options sample;
  lip_measure_options measure;
  lip_sweep_options sweep;
  unsigned char bytes[1024];
} struct_room;

static void every_default_lies_within_its_own_range(void **state)
{
  (void)state;
  for (size_t t = 0; table_at(t).rows; t++) {
    for (size_t i = 0; i < table_at(t).count; i++) {
      const lip_option *row = &table_at(t).rows[i];
      struct_room room;
      lip_error err = {""};

      if (row->initial && lip_option_set(row, &room, row->initial, &err) != LIP_OK)
        fail_msg("%s", err.text);
    }
  }
}

static void every_row_says_what_it_means(void **state)
{
  (void)state;
  for (size_t t = 0; table_at(t).rows; t++) {
    for (size_t i = 0; i < table_at(t).count; i++) {
      const lip_option *row = &table_at(t).rows[i];

      if (!*row->name || !row->meaning || !*row->meaning || !row->unit ||
          (row->type == LIP_OPT_CHOICE) != (row->choices != NULL))
        fail_msg("--%s has no meaning, unit or choices", row->name);
      if ((row->type == LIP_OPT_SIZE || row->type == LIP_OPT_F64) && !(row->low < row->high))
        fail_msg("--%s has no range", row->name);
    }
  }
}

static void no_name_and_no_letter_stands_twice_in_a_table(void **state)
{
  (void)state;
  for (size_t t = 0; table_at(t).rows; t++) {
    lip_option_table table = table_at(t);

    for (size_t i = 0; i < table.count; i++) {
      for (size_t j = 0; table.rows[i].letter && j < i; j++)
        assert_int_not_equal(table.rows[i].letter, table.rows[j].letter);
    }
  }
}

/* A default that was forgotten would leave the sentinel. */
static void defaults_reach_every_field(void **state)
{
  (void)state;
  for (size_t t = 0; table_at(t).rows; t++) {
    struct_room first, second;
    char one[64], two[64];

    memset(&first, 0xA5, sizeof first);
    memset(&second, 0x5A, sizeof second);
    lip_options_defaults(table_at(t), &first);
    lip_options_defaults(table_at(t), &second);
    for (size_t i = 0; i < table_at(t).count; i++) {
      const lip_option *row = &table_at(t).rows[i];

      lip_option_format(row, &first, one, sizeof one);
      lip_option_format(row, &second, two, sizeof two);
      assert_string_equal(one, two);
      if (is_required(row)) assert_string_equal(one, row->type == LIP_OPT_CHOICE ? one : "0");
    }
  }
}

static void every_default_and_every_choice_is_read_back_as_written(void **state)
{
  (void)state;
  for (size_t t = 0; table_at(t).rows; t++) {
    struct_room room;

    lip_options_defaults(table_at(t), &room);
    for (size_t i = 0; i < table_at(t).count; i++) {
      const lip_option *row = &table_at(t).rows[i];
      char text[64], again[64];

      if (!row->initial) continue;
      lip_option_format(row, &room, text, sizeof text);
      assert_int_equal(lip_option_set(row, &room, text, NULL), LIP_OK);
      assert_string_equal(lip_option_format(row, &room, again, sizeof again), text);
      for (const char *at = row->choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
        (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(at, "|"), at);
        assert_int_equal(lip_option_set(row, &room, text, NULL), LIP_OK);
        assert_string_equal(lip_option_format(row, &room, again, sizeof again), text);
      }
    }
  }
}

typedef struct sample_fields {
  bool flag;
  size_t size;
  uint64_t number;
  double real;
  int choice;
  const char *text;
} fields;

#define FIELD(name) offsetof(fields, name)
static const lip_option flag = {"flag", 0, LIP_OPT_BOOL, FIELD(flag), "false", 0, 0, NULL, "", "a"};
static const lip_option size = {"size", 0, LIP_OPT_SIZE, FIELD(size), "1", 1, 1e7, NULL, "", "a"};
static const lip_option number = {"number", 0,  LIP_OPT_U64, FIELD(number), "0", 0, 0,
                                  NULL,     "", "a"};
static const lip_option real = {"real", 0, LIP_OPT_F64, FIELD(real), "0", -1, 1e300, NULL, "", "a"};
static const lip_option choice = {
    "choice", 0, LIP_OPT_CHOICE, FIELD(choice), "ab", 0, 0, "ab|abc|c", "", "a"};
static const lip_option text_row = {"text", 0, LIP_OPT_TEXT, FIELD(text), NULL, 0, 0, NULL, "", ""};

static lip_status set(const lip_option *row, fields *out, const char *text)
{
  return lip_option_set(row, out, text, NULL);
}

static void numbers_are_read_as_written(void **state)
{
  fields f = {0};

  (void)state;
  assert_int_equal(set(&size, &f, "1e4"), LIP_OK);
  assert_int_equal(f.size, 10000);
  assert_int_equal(set(&number, &f, "18446744073709551615"), LIP_OK);
  assert_true(f.number == UINT64_MAX);
  assert_int_equal(set(&number, &f, "1e4"), LIP_OK);
  assert_true(f.number == 10000);
  assert_int_equal(set(&real, &f, "-0.25"), LIP_OK);
  assert_true(f.real == -0.25);
  assert_int_equal(set(&choice, &f, "abc"), LIP_OK);
  assert_int_equal(f.choice, 1);
  assert_int_equal(set(&flag, &f, "true"), LIP_OK);
  assert_true(f.flag);
}

static void what_is_no_value_is_refused_and_changes_nothing(void **state)
{
  const struct {
    const lip_option *row;
    const char *text;
  } refused[] = {
      {&size, ""},       {&size, "nan"},      {&size, "inf"},
      {&size, "-1"},     {&size, "0"},        {&size, "2.5"},
      {&size, "12x"},    {&size, "1e8"},      {&size, "9007199254740993"},
      {&number, ""},     {&number, "-1"},     {&number, "18446744073709551616"},
      {&number, "nan"},  {&number, "0.5"},    {&number, "7 "},
      {&real, ""},       {&real, "nan"},      {&real, "-nan"},
      {&real, "inf"},    {&real, "1e999"},    {&real, "-1.5"},
      {&real, "0.1,"},   {&choice, ""},       {&choice, "a"},
      {&choice, "abcd"}, {&choice, "ab|abc"}, {&flag, "yes"},
      {&flag, ""},
  };

  (void)state;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    fields f = {.flag = true, .size = 3, .number = 3, .real = 3, .choice = 2}, before = f;
    lip_error err = {""};
    char start[64];

    if (lip_option_set(refused[i].row, &f, refused[i].text, &err) != LIP_EOPTION)
      fail_msg("--%s accepted '%s'", refused[i].row->name, refused[i].text);
    assert_true(f.flag == before.flag && f.size == before.size && f.number == before.number &&
                f.real == before.real && f.choice == before.choice);
    (void)snprintf(start, sizeof start, "--%s: ", refused[i].row->name);
    assert_memory_equal(err.text, start, strlen(start));
  }
}

/* Doubles of every size, and their neighbours. */
static void a_real_number_survives_being_written(void **state)
{
  static const double values[] = {0.1, 1.0 / 3, 1e-300, 4e-324, 0.02, 123456789.123456789, 1e22};

  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    for (int step = -1; step <= 1; step++) {
      fields f = {.real = step ? nextafter(values[i], step * 1e300) : values[i]};
      double before = f.real;
      char text[64];

      lip_option_format(&real, &f, text, sizeof text);
      f.real = 7;
      if (before < -1) continue;
      assert_int_equal(set(&real, &f, text), LIP_OK);
      assert_true(f.real == before);
    }
  }
}

static void the_help_names_every_option_once(void **state)
{
  (void)state;
  for (size_t t = 0; table_at(t).rows; t++) {
    char help[8192] = "";
    FILE *stream = fmemopen(help, sizeof help - 1, "w");
    size_t lines = 0;

    assert_non_null(stream);
    lip_options_help(table_at(t), stream);
    (void)fclose(stream);
    for (const char *at = help; *at; at++) lines += *at == '\n';
    assert_int_equal(lines, table_at(t).count);
    for (size_t i = 0; i < table_at(t).count; i++) {
      const lip_option *row = &table_at(t).rows[i];
      char name[64];

      (void)snprintf(name, sizeof name, "--%s", row->name);
      assert_non_null(strstr(help, name));
      assert_non_null(strstr(help, row->meaning));
    }
  }
}

static void a_text_is_borrowed_and_absent_until_given(void **state)
{
  const char *given = "28x28";
  fields f = {.text = given};
  char text[64];

  (void)state;
  lip_options_defaults((lip_option_table){&text_row, 1}, &f);
  assert_null(f.text);
  assert_string_equal(lip_option_format(&text_row, &f, text, sizeof text), "");
  assert_int_equal(set(&text_row, &f, given), LIP_OK);
  assert_ptr_equal(f.text, given);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_default_lies_within_its_own_range),
      cmocka_unit_test(every_row_says_what_it_means),
      cmocka_unit_test(no_name_and_no_letter_stands_twice_in_a_table),
      cmocka_unit_test(defaults_reach_every_field),
      cmocka_unit_test(every_default_and_every_choice_is_read_back_as_written),
      cmocka_unit_test(numbers_are_read_as_written),
      cmocka_unit_test(what_is_no_value_is_refused_and_changes_nothing),
      cmocka_unit_test(a_real_number_survives_being_written),
      cmocka_unit_test(the_help_names_every_option_once),
      cmocka_unit_test(a_text_is_borrowed_and_absent_until_given),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
