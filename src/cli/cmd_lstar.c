/* cmd_lstar.c - liplaw lstar: the smallest Lipschitz constant of any function through the data. */
#include "cli/cli.h"

#include "base/memory.h"
#include "data/read_options.h"

#include <liplaw/dataset.h>

#include <math.h>

typedef struct lstar_options {
  size_t pairs;
} lstar_options;

static const lip_option rows[] = {
    {"pairs", 0, LIP_OPT_SIZE, offsetof(lstar_options, pairs), "10", 0, 1e5, NULL, "",
     "how many of the steepest pairs are shown"},
};

static json_t *labels(const lip_dataset *data, size_t i)
{
  json_t *list;

  if (data->m == 1) return cli_number(data->y[i]);
  list = json_array();
  for (size_t l = 0; l < data->m; l++)
    if (json_array_append_new(list, cli_number(data->y[i * data->m + l])) != 0) break;
  return list;
}

static int answer_json(const lip_dataset *data, const lip_pair *pairs, size_t count, double value)
{
  json_t *list = json_array();

  for (size_t k = 0; k < count; k++) {
    const lip_pair *pair = &pairs[k];
    json_t *one = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "i", (json_int_t)pair->i, "j",
                            (json_int_t)pair->j, "distance", cli_number(pair->distance), "slope",
                            cli_number(pair->slope), "y_i", labels(data, pair->i), "y_j",
                            labels(data, pair->j));

    if (json_array_append_new(list, one) != 0) break;
  }
  return cli_answer_json("ok", json_pack("{s:I, s:I, s:I, s:o, s:o}", "n", (json_int_t)data->n, "d",
                                         (json_int_t)data->d, "labels", (json_int_t)data->m,
                                         "l_star", cli_number(value), "pairs", list));
}

static void print_labels(const lip_dataset *data, size_t i)
{
  for (size_t l = 0; l < data->m; l++)
    (void)printf("%s%.6g", l ? " " : "", data->y[i * data->m + l]);
}

static int answer_text(const lip_dataset *data, const lip_pair *pairs, size_t count, double value)
{
  (void)printf("%zu points in %zu dimensions\n", data->n, data->d);
  if (isinf(value))
    (void)printf("L* = inf: equal points have different labels, no function fits\n");
  else
    (void)printf("L* = %.10g: no function through the data is smoother, and one attains it\n",
                 value);
  if (count) (void)printf("\n%10s %10s %14s %14s  labels\n", "i", "j", "distance", "slope");
  for (size_t k = 0; k < count; k++) {
    (void)printf("%10zu %10zu %14.7g %14.7g  ", pairs[k].i, pairs[k].j, pairs[k].distance,
                 pairs[k].slope);
    print_labels(data, pairs[k].i);
    (void)printf(" | ");
    print_labels(data, pairs[k].j);
    (void)putchar('\n');
  }
  return ferror(stdout) || fflush(stdout) != 0 ? EXIT_BAD : EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lstar_options own;
  lip_read_options reading;
  binding bound[] = {{{rows, sizeof rows / sizeof *rows}, &own},
                     {lip_read_option_table(), &reading}};
  lip_dataset *data = NULL;
  lip_pair *pairs = NULL;
  size_t count = 0;
  double value = 0;
  lip_error err = {""};
  lip_status st;
  const char *path;
  int code = cli_parse(self, argc, argv, &common, bound, 2, &path, 1, 0);

  if (code >= 0) return code;
  st = lip_dataset_read(path, &reading, &data, &err);
  if (st == LIP_OK) {
    pairs = lip_alloc(own.pairs, sizeof *pairs);
    st = pairs ? LIP_OK : LIP_ENOMEM;
  }
  if (st == LIP_OK)
    st = lip_smallest_constant(data, own.pairs, pairs, &count, &value, cli_control(), &err);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(data, pairs, count, value)
                       : answer_text(data, pairs, count, value);
  lip_free(pairs);
  lip_dataset_free(data);
  return code;
}

const command lstar_command = {
    "lstar", "DATA [--pairs P] [--positive LABELS] [--mean M] [--scale S] [--limit N]",
    "the smallest Lipschitz constant of any function through the data, and its pairs", run};
