/* law_estimate.c - liplaw law estimate: section 1.1 of the universal law, how many parameters
   smooth fits of these data need. */
#include "cli/law_more.h"

#include "base/error.h"
#include "data/dimensions.h"
#include "data/read_options.h"
#include "law/required_size.h"

#include <liplaw/dataset.h>

#include <math.h>

typedef enum classes_choice { CLASSES_AUTO, CLASSES_YES, CLASSES_NO } classes_choice;

typedef struct estimate_options {
  const char *data;
  double n, d, d_eff, low, high, p, L;
  size_t neighbours;
  classes_choice classes;
} estimate_options;

/* 0: not given. */
static const lip_option rows[] = {
    {"data", 0, LIP_OPT_TEXT, offsetof(estimate_options, data), NULL, 0, 0, NULL, "",
     "estimates the effective dimension of this data set"},
    {"n", 0, LIP_OPT_F64, offsetof(estimate_options, n), "0", 0, 1e30, NULL, "",
     "points; 0: those of the data"},
    {"d", 0, LIP_OPT_F64, offsetof(estimate_options, d), "0", 0, 1e30, NULL, "",
     "dimension of a point, the effective one where no other is given"},
    {"d-eff", 0, LIP_OPT_F64, offsetof(estimate_options, d_eff), "0", 0, 1e30, NULL, "",
     "effective dimension"},
    {"d-eff-low", 0, LIP_OPT_F64, offsetof(estimate_options, low), "0", 0, 1e30, NULL, "",
     "the least that it may be"},
    {"d-eff-high", 0, LIP_OPT_F64, offsetof(estimate_options, high), "0", 0, 1e30, NULL, "",
     "the largest that it may be"},
    {"p", 0, LIP_OPT_F64, offsetof(estimate_options, p), "0", 0, 1e30, NULL, "",
     "parameters: tells where they stand"},
    {"L", 0, LIP_OPT_F64, offsetof(estimate_options, L), "1", 1e-12, 1e12, NULL, "",
     "Lipschitz constant that is wanted, in units where E |x|^2 = 1"},
    {"neighbours", 0, LIP_OPT_SIZE, offsetof(estimate_options, neighbours), "10000", 0, 1e9, NULL,
     "", "points that are compared for the two-neighbour dimension; 0: all"},
    {"classes", 0, LIP_OPT_CHOICE, offsetof(estimate_options, classes), "auto", 0, 0, "auto|yes|no",
     "", "estimates within each class too; auto: where labels are words, or IDX"},
};

typedef struct answer {
  const char *file; /* NULL: no data */
  double n, d, p;
  double least, largest; /* effective dimensions */
  lip_dimensions found;
  required_size size;
} answer;

/* ---- data ---- */

static lip_status estimate_data(const estimate_options *own, const lip_read_options *reading,
                                answer *out, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *data = NULL;
  lip_team *team = NULL;
  bool classes;

  TRY(lip_dataset_read(own->data, reading, &data, err));
  team = lip_team_create(0);
  if (!team) FAIL(LIP_ENOMEM, "threads");
  out->file = own->data;
  if (!(out->n > 0)) out->n = (double)data->n;
  out->d = (double)data->d;
  classes = own->classes == CLASSES_YES || (own->classes == CLASSES_AUTO && data->classes);
  TRY(lip_find_dimensions(team, data, own->neighbours, classes, &out->found, cli_control(), err));
  if (isnan(out->found.whole.effective)) FAIL(LIP_EINPUT, "%s: all points are equal", own->data);
  out->least = out->found.least;
  out->largest = out->found.largest;
done:
  lip_team_free(team);
  lip_dataset_free(data);
  return st;
}

static lip_status estimate(const estimate_options *own, const lip_read_options *reading,
                           answer *out, lip_error *err)
{
  lip_status st = LIP_OK;
  bool given = own->low > 0 || own->high > 0;

  *out = (answer){.n = own->n, .d = own->d, .least = INFINITY, .largest = 0};
  out->p = own->p > 0 ? own->p : NAN;
  if (given && own->d_eff > 0)
    FAIL(LIP_EOPTION, "--d-eff, or --d-eff-low and --d-eff-high, not both");
  if (given && !(own->low > 0 && own->high > 0))
    FAIL(LIP_EOPTION, "--d-eff-low and --d-eff-high come together");
  if (own->low > own->high)
    FAIL(LIP_EOPTION, "--d-eff-low = %.15g is above --d-eff-high = %.15g", own->low, own->high);
  if (own->data) TRY(estimate_data(own, reading, out, err));
  if (given) {
    out->least = own->low;
    out->largest = own->high;
  } else if (own->d_eff > 0 || !own->data) {
    out->least = out->largest = own->d_eff > 0 ? own->d_eff : own->d;
  }
  if (!(out->largest > 0))
    FAIL(LIP_EOPTION, "the dimension is missing: --data, --d-eff, --d-eff-low and -high, or --d");
  if (!(out->n >= 1)) FAIL(LIP_EOPTION, "--n is missing: points, at least 1");
  if (out->d > 0 && out->largest > out->d)
    FAIL(LIP_EOPTION, "an effective dimension of %.15g is above d = %.15g", out->largest, out->d);
  out->size = required_size_of(out->n, out->least, out->largest, own->L, out->p);
done:
  return st;
}

/* ---- JSON ---- */

static json_t *dimension_json(const lip_dimension *found)
{
  return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "points", (json_int_t)found->points,
                   "mean_square", cli_number(found->mean_square), "lambda_max",
                   cli_number(found->largest), "d_eff", cli_number(found->effective),
                   "effective_rank", cli_number(found->effective_rank), "participation_ratio",
                   cli_number(found->participation));
}

static json_t *data_json(const answer *out)
{
  json_t *classes = json_array();

  for (size_t c = 0; c < out->found.classes; c++)
    if (json_array_append_new(classes, dimension_json(&out->found.of_class[c])) != 0) break;
  return json_pack("{s:o, s:o, s:o, s:{s:I, s:o, s:o}}", "file", cli_text(out->file), "whole",
                   dimension_json(&out->found.whole), "classes", classes, "two_nearest", "points",
                   (json_int_t)out->found.neighbours.points, "dimension",
                   cli_number(out->found.neighbours.dimension), "likelihood",
                   cli_number(out->found.neighbours.likelihood));
}

static const char *position(const answer *out)
{
  static const char *const words[] = {"unknown", "below", "inside", "above"};

  return words[out->size.position];
}

static int answer_json(const answer *out)
{
  const required_size *size = &out->size;
  json_t *caveats = json_array();

  for (size_t i = 0; required_size_caveat(i); i++)
    if (json_array_append_new(caveats, json_string(required_size_caveat(i))) != 0) break;
  return cli_answer_json(
      "ok",
      json_pack(
          "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
          "theorem", "estimate", "source", "universal law (Bubeck, Sellke), section 1.1", "n",
          cli_number(out->n), "d", cli_number(out->d > 0 ? out->d : NAN), "d_eff_low",
          cli_number(out->least), "d_eff_high", cli_number(out->largest), "p_low",
          cli_number(size->low), "p_high", cli_number(size->high), "order_low", size->order_low,
          "order_high", size->order_high, "p_classical", cli_number(size->classical), "p",
          cli_number(out->p), "position",
          size->position == SIZE_UNKNOWN ? json_null() : json_string(position(out)),
          "lipschitz_order_low", cli_number(size->smoothest), "lipschitz_order_high",
          cli_number(size->steepest), "data", out->file ? data_json(out) : json_null(), "caveats",
          caveats));
}

/* ---- text ---- */

static void print_dimension(const char *name, const lip_dimension *found)
{
  (void)printf("  %-14s %9zu %12.5g %12.5g %14.5g %14.5g\n", name, found->points, found->largest,
               found->effective, found->effective_rank, found->participation);
}

static void print_data(const answer *out)
{
  (void)printf("%s\n  %-14s %9s %12s %12s %14s %14s\n", out->file, "", "points", "lambda_max",
               "d_eff", "effective rank", "participation");
  print_dimension("whole", &out->found.whole);
  for (size_t c = 0; c < out->found.classes; c++) {
    char name[32];

    (void)snprintf(name, sizeof name, "class %zu", c);
    print_dimension(name, &out->found.of_class[c]);
  }
  (void)printf("  two nearest neighbours of %zu points: dimension %.4g (by likelihood %.4g)\n\n",
               out->found.neighbours.points, out->found.neighbours.dimension,
               out->found.neighbours.likelihood);
}

static int answer_text(const answer *out, double L)
{
  const required_size *size = &out->size;

  cli_progress_end();
  if (out->file) print_data(out);
  (void)printf("n = %.6g points, effective dimension %.4g", out->n, out->least);
  if (out->least < out->largest) (void)printf(" to %.4g", out->largest);
  (void)printf("\nThe law asks of networks with a constant of %.4g for about %.3g", L, size->low);
  if (out->least < out->largest) (void)printf(" to %.3g", size->high);
  (void)printf(" parameters, 10^%d", size->order_low);
  if (size->order_low < size->order_high) (void)printf(" to 10^%d", size->order_high);
  (void)printf(";\nas many as equations would be %.3g.\n", size->classical);
  if (!isnan(out->p) && out->least < out->largest)
    (void)printf("p = %.6g is %s %.3g to %.3g: sqrt(n d_eff / p) = %.4g to %.4g.\n", out->p,
                 position(out), size->low, size->high, size->smoothest, size->steepest);
  else if (!isnan(out->p))
    (void)printf("p = %.6g is %s %.3g: sqrt(n d_eff / p) = %.4g.\n", out->p,
                 size->position == SIZE_INSIDE ? "just" : position(out), size->low,
                 size->smoothest);
  (void)puts("\nBefore it is quoted:");
  for (size_t i = 0; required_size_caveat(i); i++) (void)printf("- %s.\n", required_size_caveat(i));
  return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  estimate_options own;
  lip_read_options reading = {.limit = 0};
  binding bound[] = {{{rows, sizeof rows / sizeof *rows}, &own},
                     {lip_read_option_table(), &reading}};
  answer out = {0};
  lip_error err = {""};
  lip_status st;
  const char *name;
  int code = cli_parse(self, argc, argv, &common, bound, 2, &name, 1, 0);

  if (code >= 0) return code;
  st = estimate(&own, &reading, &out, &err);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(&out) : answer_text(&out, own.L);
  lip_dimensions_clear(&out.found);
  return code;
}

const command law_estimate_command = {
    "law estimate", "--data DATA | --n N --d-eff-low A --d-eff-high B [--p P] [--L L]",
    "how many parameters smooth fits need: n times the effective dimension", run};
