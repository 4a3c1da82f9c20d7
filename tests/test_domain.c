/* test_domain.c - domains: their words, and points that are certainly in them. */
#include "data_files.h"

#include "base/random.h"
#include "certificate/domain.h"

#include <float.h>

static lip_domain parsed(const char *text)
{
  lip_domain domain;
  lip_error err = {""};

  if (lip_domain_parse(text, NULL, &domain, &err) != LIP_OK) fail_msg("%s", err.text);
  return domain;
}

static void words_name_domains(void **state)
{
  lip_domain box = parsed("box:-0.5,1e3"), point = parsed("box:2,2");

  (void)state;
  assert_int_equal(parsed("space").kind, LIP_SPACE);
  assert_int_equal(parsed("ball").kind, LIP_BALL);
  assert_true(parsed("ball").radius == 1 && parsed("sphere:0.1").radius == 0.1);
  assert_int_equal(parsed("sphere:2").kind, LIP_ON_SPHERE);
  assert_int_equal(box.kind, LIP_BOX);
  assert_true(box.low == -0.5 && box.high == 1e3 && point.low == 2 && point.high == 2);
}

static void other_words_are_refused_and_change_nothing(void **state)
{
  static const char *const bad[] = {"",          "Space",     "spaces",     "space:1",
                                    "ball:",     "ball:0",    "ball:-1",    "ball:1,",
                                    "ball:nan",  "ball:inf",  "ball:1e101", "sphere:1 ",
                                    "box",       "box:",      "box:1",      "box:1,",
                                    "box:,1",    "box:1,0",   "box:0,inf",  "box:nan,1",
                                    "box:0,1,2", "box:0;1",   "box:0,1x",   "box:0,1e200",
                                    "data",      "data:",     "data:x",     "data:,1",
                                    "data:x,",   "data:x,-1", "data:x,0",   "data:x,y"};

  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    lip_domain domain = {.kind = LIP_BOX, .low = 7};
    lip_error err = {""};

    assert_int_equal(lip_domain_parse(bad[i], NULL, &domain, &err), LIP_EOPTION);
    assert_non_null(strstr(err.text, "--domain"));
    assert_true(domain.kind == LIP_BOX && domain.low == 7);
  }
}

static void what_is_written_is_read_as_the_same(void **state)
{
  static const char *const texts[] = {"space", "ball:0.1", "sphere:3", "ball:0.10000000000000002",
                                      "box:-1,0.3333333333333333"};
  char buffer[128];

  (void)state;
  for (size_t i = 0; i < 5; i++)
    assert_string_equal(lip_domain_format(parsed(texts[i]), buffer, sizeof buffer), texts[i]);
}

static void balls_around_data_take_the_file_before_the_last_comma(void **state)
{
  const lip_read_options first = {.limit = 1};
  char text[300], buffer[128];
  lip_domain domain;
  FILE *file = fopen(in_folder("a,b.csv"), "wb");

  (void)state;
  assert_non_null(file);
  assert_true(fputs("1,2,0\n3,4,1\n", file) >= 0);
  assert_int_equal(fclose(file), 0);
  (void)snprintf(text, sizeof text, "data:%s,0.25", in_folder("a,b.csv"));
  domain = parsed(text);
  assert_int_equal(domain.kind, LIP_AROUND_DATA);
  assert_true(domain.radius == 0.25 && domain.count == 2 && domain.d == 2);
  assert_memory_equal(domain.centers, ((double[]){1, 2, 3, 4}), 4 * sizeof(double));
  assert_non_null(strstr(lip_domain_format(domain, buffer, sizeof buffer), "2 points"));
  lip_domain_clear(&domain);
  assert_null(domain.centers);
  assert_int_equal(lip_domain_parse(text, &first, &domain, NULL), LIP_OK);
  assert_int_equal(domain.count, 1);
  lip_domain_clear(&domain);
  lip_domain_clear(&domain);
  assert_int_equal(lip_domain_parse("data:no-such-file,1", NULL, &domain, NULL), LIP_EIO);
}

static void a_projected_point_is_certainly_inside_and_no_further(void **state)
{
  enum { D = 7 };
  double centers[3 * D], x[D], before[D];
  const double scales[] = {1e-300, 1e-20, 0.1, 1, 10, 1e20, 1e300};
  const double radii[] = {1, 0.1, 1e-100, 1e100, 3};

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, 3 * D, centers);
  for (uint64_t seed = 0; seed < 2000; seed++) {
    double radius = radii[seed / 7 % 5];
    const lip_domain domains[] = {{.kind = LIP_SPACE},
                                  {.kind = LIP_BALL, .radius = radius},
                                  {.kind = LIP_ON_SPHERE, .radius = radius},
                                  {.kind = LIP_BOX, .low = -radius, .high = radius / 3},
                                  {LIP_AROUND_DATA, radius, 0, 0, 3, D, centers}};

    for (size_t k = 0; k < 5; k++) {
      double length = 0;

      lip_random_normal((lip_stream){seed, LIP_FOR_PROBES}, 0, D, x);
      for (size_t i = 0; i < D; i++) x[i] *= scales[seed % 7];
      if (seed % 11 == 0) x[3] = seed % 2 ? NAN : -INFINITY;
      memcpy(before, x, sizeof x);
      lip_domain_project(domains[k], D, x);
      assert_true(lip_domain_contains(domains[k], D, x));
      for (size_t i = 0; i < D; i++) length = hypot(length, x[i]);
      assert_true(length <= lip_domain_radius(domains[k], D) * (1 + 1e-15));
      if (k == 2) assert_true(fabs(length - radius) <= 1e-14 * radius);
      if (seed % 11 == 0 || !lip_domain_contains(domains[k], D, before)) {
        if (k == 1 && seed % 11) assert_true(fabs(length - radius) <= 1e-14 * radius);
        continue;
      }
      if (k != 2) assert_memory_equal(x, before, sizeof x); /* was inside: stays */
    }
  }
}

static void the_radius_holds_the_farthest_point(void **state)
{
  double centers[] = {3, 4, 0, 1};
  lip_domain box = {.kind = LIP_BOX, .low = -3, .high = 2};
  lip_domain near = {LIP_AROUND_DATA, 0.5, 0, 0, 2, 2, centers};

  (void)state;
  assert_true(isinf(lip_domain_radius((lip_domain){.kind = LIP_SPACE}, 3)));
  assert_true(lip_domain_radius((lip_domain){.kind = LIP_BALL, .radius = 2}, 3) == 2);
  assert_true(lip_domain_radius(box, 1) == 3);
  assert_true(lip_domain_radius(box, 4) >= 6 && lip_domain_radius(box, 4) <= 6 * (1 + 1e-15));
  assert_true(lip_domain_radius(near, 2) >= 5.5 && lip_domain_radius(near, 2) <= 5.5 * (1 + 1e-15));
}

static void outputs_are_one_or_a_difference_or_all(void **state)
{
  static const char *const bad[] = {"3", "0-3", "1-1", "-1", "1-", "1-2-0",
                                    "x", "",    "0x1", " 1", "+1", "99999999999999999999999"};
  lip_output output;

  (void)state;
  assert_int_equal(lip_output_parse(NULL, 3, &output, NULL), LIP_OK);
  assert_int_equal(output.kind, LIP_ALL_OUTPUTS);
  assert_int_equal(lip_output_parse("2", 3, &output, NULL), LIP_OK);
  assert_true(output.kind == LIP_ONE_OUTPUT && output.plus == 2);
  assert_int_equal(lip_output_parse("0-2", 3, &output, NULL), LIP_OK);
  assert_true(output.kind == LIP_OUTPUT_DIFFERENCE && output.plus == 0 && output.minus == 2);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(lip_output_parse(bad[i], 3, &output, NULL), LIP_EOPTION);
  assert_string_equal(lip_norm_name(LIP_NORM_2), "2");
  assert_string_equal(lip_norm_name(LIP_NORM_1), "1");
  assert_string_equal(lip_norm_name(LIP_NORM_INF), "inf");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_name_domains),
      cmocka_unit_test(other_words_are_refused_and_change_nothing),
      cmocka_unit_test(what_is_written_is_read_as_the_same),
      cmocka_unit_test(balls_around_data_take_the_file_before_the_last_comma),
      cmocka_unit_test(a_projected_point_is_certainly_inside_and_no_further),
      cmocka_unit_test(the_radius_holds_the_farthest_point),
      cmocka_unit_test(outputs_are_one_or_a_difference_or_all),
  };

  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
