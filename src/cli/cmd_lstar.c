/* cmd_lstar.c - liplaw lstar: the smallest Lipschitz constant of any function through the data. */
#include "cli/cli.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/read_options.h"

#include <liplaw/dataset.h>

#include <math.h>
#include <string.h>

typedef enum classes_choice { CLASSES_AUTO, CLASSES_YES, CLASSES_NO } classes_choice;

typedef struct lstar_options {
  size_t pairs;
  classes_choice classes;
} lstar_options;

static const lip_option rows[] = {
    {"pairs", 0, LIP_OPT_SIZE, offsetof(lstar_options, pairs), "10", 0, 1e5, NULL, "",
     "how many of the steepest pairs are shown"},
    {"classes", 0, LIP_OPT_CHOICE, offsetof(lstar_options, classes), "auto", 0, 0, "auto|yes|no",
     "", "labels are classes, compared as one-hot vectors; auto: words and IDX labels are"},
};

typedef struct result {
  lip_dataset *data;
  double *shown; /* n x width: the labels as they were read */
  size_t width;
  bool one_hot;
  lip_pair *pairs;
  size_t count;
  double value;
} result;

static json_t *labels(const result *out, size_t i)
{
  json_t *list;

  if (out->width == 1) return cli_number(out->shown[i]);
  list = json_array();
  for (size_t l = 0; l < out->width; l++)
    if (json_array_append_new(list, cli_number(out->shown[i * out->width + l])) != 0) break;
  return list;
}

static int answer_json(const result *out)
{
  json_t *list = json_array();

  for (size_t k = 0; k < out->count; k++) {
    const lip_pair *pair = &out->pairs[k];
    json_t *one = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "i", (json_int_t)pair->i, "j",
                            (json_int_t)pair->j, "distance", cli_number(pair->distance), "slope",
                            cli_number(pair->slope), "y_i", labels(out, pair->i), "y_j",
                            labels(out, pair->j));

    if (json_array_append_new(list, one) != 0) break;
  }
  return cli_answer_json(
      "ok", json_pack("{s:I, s:I, s:I, s:b, s:o, s:o}", "n", (json_int_t)out->data->n, "d",
                      (json_int_t)out->data->d, "labels", (json_int_t)out->data->m, "one_hot",
                      out->one_hot, "l_star", cli_number(out->value), "pairs", list));
}

static void print_labels(const result *out, size_t i)
{
  for (size_t l = 0; l < out->width; l++)
    (void)printf("%s%.6g", l ? " " : "", out->shown[i * out->width + l]);
}

static int answer_text(const result *out)
{
  cli_progress_end();
  (void)printf("%zu points in %zu dimensions", out->data->n, out->data->d);
  if (out->one_hot) (void)printf(", %zu classes as one-hot vectors", out->data->m);
  if (isinf(out->value))
    (void)printf("\nL* = inf: equal points have different labels, no function fits\n");
  else
    (void)printf("\nL* = %.10g: no function through the data is smoother, and one attains it\n",
                 out->value);
  if (out->count) (void)printf("\n%10s %10s %14s %14s  labels\n", "i", "j", "distance", "slope");
  for (size_t k = 0; k < out->count; k++) {
    const lip_pair *pair = &out->pairs[k];

    (void)printf("%10zu %10zu %14.7g %14.7g  ", pair->i, pair->j, pair->distance, pair->slope);
    print_labels(out, pair->i);
    (void)printf(" | ");
    print_labels(out, pair->j);
    (void)putchar('\n');
  }
  return EXIT_DONE;
}

static lip_status find(const char *path, const lip_read_options *reading, const lstar_options *own,
                       result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_control *control = cli_control();
  size_t bytes;

  TRY(lip_dataset_read(path, reading, &out->data, err));
  out->width = out->data->m;
  out->one_hot = own->classes == CLASSES_YES ||
                 (own->classes == CLASSES_AUTO && out->data->classes);
  bytes = out->data->n * out->width * sizeof *out->shown;
  out->shown = lip_alloc(bytes, 1);
  out->pairs = lip_alloc(own->pairs, sizeof *out->pairs);
  if (!out->shown || !out->pairs) FAIL(LIP_ENOMEM, "no memory for %zu pairs", own->pairs);
  memcpy(out->shown, out->data->y, bytes);
  if (out->one_hot) TRY(lip_dataset_one_hot(out->data, err));
  TRY(lip_smallest_constant(out->data, own->pairs, out->pairs, &out->count, &out->value, control,
                            err));
done:
  return st;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lstar_options own;
  lip_read_options reading = {.limit = 0};
  binding bound[] = {{{rows, sizeof rows / sizeof *rows}, &own},
                     {lip_read_option_table(), &reading}};
  result out = {0};
  lip_error err = {""};
  lip_status st;
  const char *path;
  int code = cli_parse(self, argc, argv, &common, bound, 2, &path, 1, 0);

  if (code >= 0) return code;
  st = find(path, &reading, &own, &out, &err);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(&out) : answer_text(&out);
  lip_free(out.pairs);
  lip_free(out.shown);
  lip_dataset_free(out.data);
  return code;
}

const command lstar_command = {
    "lstar", "DATA [--pairs P] [--positive LABELS] [--mean M] [--scale S] [--limit N]",
    "the smallest Lipschitz constant of any function through the data, and its pairs", run};
