/* cmd_evaluate.c - liplaw evaluate: outputs and gradients of a network at the points of a data set.
 */
#include "cli/cli.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/npz.h"
#include "data/read_options.h"
#include "linalg/vector.h"

#include <liplaw/certificate.h>

#include <math.h>
#include <string.h>

typedef struct evaluate_options {
  bool gradient;
  const char *output;
  lip_precision precision;
} evaluate_options;

static const lip_option rows[] = {
    {"gradient", 0, LIP_OPT_BOOL, offsetof(evaluate_options, gradient), "false", 0, 0, NULL, "",
     "write gradients too, as g: n x d, or n x outputs x d"},
    {"output", 0, LIP_OPT_TEXT, offsetof(evaluate_options, output), NULL, 0, 0, NULL, "",
     "I: this output only, counted from 0; I-J: f_I - f_J"},
    {"precision", 0, LIP_OPT_CHOICE, offsetof(evaluate_options, precision), "f64", 0, 0, "f32|f64",
     "", "of the numbers computed with; weights and points are rounded to f32 first"},
};

/* The outputs asked for, how many they are: all of the network's, or one; how they are computed. */
typedef struct selection {
  lip_output output;
  size_t count;
  lip_precision precision;
} selection;

/* What is written, and what is said about it. */
typedef struct evaluation {
  double *y, *g; /* n x count, n x count x d; g may be NULL; owned */
  double loss, accuracy;
  double steepest; /* the largest length of a gradient; NaN where there are none */
  size_t where;    /* at which point */
} evaluation;

/* Y <- the outputs at the points, n x m, in f32. */
static lip_status values_in_single(const lip_net *net, const lip_dataset *data, double *Y,
                                   lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = data->n * lip_net_outputs(net);
  float *x = lip_alloc(data->n, data->d * sizeof *x), *y = lip_alloc(count, sizeof *y);

  if (!x || !y) FAIL(LIP_ENOMEM, "no memory for %zu points in f32", data->n);
  for (size_t i = 0; i < data->n * data->d; i++) x[i] = (float)data->X[i];
  TRY(lip_net_values_f32(net, data->n, x, y, err));
  for (size_t i = 0; i < count; i++) Y[i] = (double)y[i];
done:
  lip_free(x);
  lip_free(y);
  return st;
}

static lip_status gradients_in_single(const lip_net *net, size_t output, const lip_dataset *data,
                                      double *G, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = data->n * data->d;
  float *x = lip_alloc(count, sizeof *x), *g = lip_alloc(count, sizeof *g);

  if (!x || !g) FAIL(LIP_ENOMEM, "no memory for %zu points in f32", data->n);
  for (size_t i = 0; i < count; i++) x[i] = (float)data->X[i];
  TRY(lip_net_gradients_f32(net, output, data->n, x, g, err));
  for (size_t i = 0; i < count; i++) G[i] = (double)g[i];
done:
  lip_free(x);
  lip_free(g);
  return st;
}

static lip_status values_of(const lip_net *net, lip_precision precision, const lip_dataset *data,
                            double *Y, lip_error *err)
{
  return precision == LIP_F32 ? values_in_single(net, data, Y, err)
                              : lip_net_values(net, data->n, data->X, Y, err);
}

static lip_status gradients_of(const lip_net *net, lip_precision precision, size_t output,
                               const lip_dataset *data, double *G, lip_error *err)
{
  return precision == LIP_F32 ? gradients_in_single(net, output, data, G, err)
                              : lip_net_gradients(net, output, data->n, data->X, G, err);
}

/* y  out  n x count, from all outputs Y (n x m) */
static void select_values(lip_output output, size_t n, size_t m, const double *Y, double *y)
{
  if (output.kind == LIP_ALL_OUTPUTS) {
    memcpy(y, Y, n * m * sizeof *y);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    y[i] = Y[i * m + output.plus];
    if (output.kind == LIP_OUTPUT_DIFFERENCE) y[i] -= Y[i * m + output.minus];
  }
}

/* g  out  n x count x d */
static lip_status gradients(const lip_net *net, const lip_dataset *data, const selection *chosen,
                            double *g, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = data->n, d = data->d;
  lip_output output = chosen->output;
  bool direct = chosen->count == 1, difference = output.kind == LIP_OUTPUT_DIFFERENCE;
  double *one = NULL;

  if (!direct || difference) {
    one = lip_alloc(n, d * sizeof *one);
    if (!one) FAIL(LIP_ENOMEM, "no memory for %zu x %zu gradients", n, d);
  }
  if (direct) TRY(gradients_of(net, chosen->precision, output.plus, data, g, err));
  if (direct && difference) {
    TRY(gradients_of(net, chosen->precision, output.minus, data, one, err));
    for (size_t i = 0; i < n * d; i++) g[i] -= one[i];
  }
  for (size_t o = 0; !direct && o < chosen->count; o++) {
    TRY(gradients_of(net, chosen->precision, o, data, one, err));
    for (size_t i = 0; i < n; i++)
      for (size_t k = 0; k < d; k++) g[(i * chosen->count + o) * d + k] = one[i * d + k];
  }
done:
  lip_free(one);
  return st;
}

/* Mean over the points of |f(x_i) - y_i|^2; NaN where the labels are of another shape. */
static double loss(const lip_dataset *data, size_t count, const double *y)
{
  double sum = 0;

  if (data->m != count) return NAN;
  for (size_t i = 0; i < data->n * count; i++) sum += (y[i] - data->y[i]) * (y[i] - data->y[i]);
  return sum / (double)data->n;
}

static size_t largest(size_t count, const double *values)
{
  size_t best = 0;

  for (size_t o = 1; o < count; o++)
    if (values[o] > values[best]) best = o;
  return best;
}

/* The number of the first class: 0 where the labels are 0, ..., count - 1, or 1 where they are 1,
   ..., count, as the audit reads them; -1 where they are no classes. */
static double first_class(const lip_dataset *data, size_t count)
{
  double least = INFINITY, most = -INFINITY;

  for (size_t i = 0; i < data->n; i++) {
    if (data->y[i] != floor(data->y[i])) return -1;
    least = fmin(least, data->y[i]);
    most = fmax(most, data->y[i]);
  }
  if (least >= 0 && most < (double)count) return 0;
  return least >= 1 && most <= (double)count ? 1 : -1;
}

/* Share of right signs for one output and labels -1 and +1; share of points whose largest output is
   that of their class for several, with classes counted from 0 or from 1; NaN for all other labels.
 */
static double accuracy(const lip_dataset *data, size_t count, const double *y)
{
  size_t right = 0;
  double first;

  if (data->m != 1) return NAN;
  first = count == 1 ? 0 : first_class(data, count);
  if (first < 0) return NAN;
  for (size_t i = 0; i < data->n; i++) {
    double label = data->y[i];

    if (count == 1) {
      if (fabs(label) != 1) return NAN;
      right += label * y[i] > 0;
    } else {
      right += largest(count, y + i * count) == (size_t)(label - first);
    }
  }
  return (double)right / (double)data->n;
}

/* The longest of the gradients g, n x count x d. */
static void find_steepest(size_t n, size_t count, size_t d, evaluation *result)
{
  for (size_t i = 0; i < n * count; i++) {
    double length = lip_norm(d, result->g + i * d);

    if (length <= result->steepest) continue;
    result->steepest = length;
    result->where = i / count;
  }
}

static lip_status evaluate(const lip_net *net, const lip_dataset *data, const selection *chosen,
                           bool gradient, evaluation *result, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t n = data->n, m = lip_net_outputs(net), row;
  double *Y = lip_alloc(n, m * sizeof *Y);

  result->y = lip_alloc(n, chosen->count * sizeof *result->y);
  if (!Y || !result->y) FAIL(LIP_ENOMEM, "no memory for %zu x %zu outputs", n, m);
  TRY(values_of(net, chosen->precision, data, Y, err));
  select_values(chosen->output, n, m, Y, result->y);
  result->loss = loss(data, chosen->count, result->y);
  result->accuracy = accuracy(data, chosen->count, result->y);
  result->steepest = NAN;
  if (!gradient) goto done;
  if (__builtin_mul_overflow(chosen->count, data->d * sizeof *result->g, &row)) row = SIZE_MAX;
  result->g = lip_alloc(n, row);
  if (!result->g)
    FAIL(LIP_ENOMEM, "no memory for %zu x %zu x %zu gradients", n, chosen->count, data->d);
  TRY(gradients(net, data, chosen, result->g, err));
  find_steepest(n, chosen->count, data->d, result);
done:
  lip_free(Y);
  return st;
}

static lip_status write_npz(const char *path, const lip_dataset *data, const selection *chosen,
                            const evaluation *result, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_npz_writer *writer = NULL;
  size_t shape[] = {data->n, chosen->count, data->d};
  size_t single[] = {data->n, data->d};
  bool one = chosen->count == 1;

  TRY(lip_npz_create(path, &writer, err));
  TRY(lip_npz_add_f64(writer, "y", 2, shape, result->y, err));
  if (result->g)
    TRY(lip_npz_add_f64(writer, "g", one ? 2 : 3, one ? single : shape, result->g, err));
  st = lip_npz_commit(writer, err);
  writer = NULL;
done:
  lip_npz_abandon(writer);
  return st;
}

static int answer(const common_options *common, const lip_dataset *data, const selection *chosen,
                  const evaluation *result)
{
  if (common->json)
    return cli_answer_json(
        "ok",
        json_pack("{s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "path", cli_text(common->output),
                  "n", (json_int_t)data->n, "inputs", (json_int_t)data->d, "outputs",
                  (json_int_t)chosen->count, "labels", (json_int_t)data->m, "loss",
                  cli_number(result->loss), "accuracy", cli_number(result->accuracy),
                  "largest_gradient", cli_number(result->steepest), "largest_gradient_point",
                  result->g ? json_integer((json_int_t)result->where) : json_null()));
  cli_progress_end();
  (void)printf("%s: %zu point%s, %zu input%s, %zu output%s\n", common->output, data->n,
               data->n == 1 ? "" : "s", data->d, data->d == 1 ? "" : "s", chosen->count,
               chosen->count == 1 ? "" : "s");
  if (!isnan(result->loss)) (void)printf("loss %.6g\n", result->loss);
  if (!isnan(result->accuracy)) (void)printf("accuracy %.6g\n", result->accuracy);
  if (data->m == 1 && chosen->count > 1 && first_class(data, chosen->count) == 1)
    (void)printf("(labels counted from 1: the label 1 is the output 0)\n");
  if (data->m == 0) (void)printf("no labels: neither loss nor accuracy\n");
  if (data->m > 0 && isnan(result->loss) && isnan(result->accuracy))
    (void)printf("neither loss nor accuracy: the labels are neither values of the outputs nor "
                 "numbers of classes\n");
  if (result->g)
    (void)printf("largest gradient %.6g, at point %zu\n", result->steepest, result->where);
  return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  evaluate_options own;
  lip_read_options reading = {.limit = 0};
  binding bound[] = {{{rows, sizeof rows / sizeof *rows}, &own},
                     {lip_read_option_table(), &reading}};
  const char *path[2];
  lip_net *net = NULL;
  lip_dataset *data = NULL;
  selection chosen = {0};
  evaluation result = {0};
  lip_error error = {""}, *err = &error;
  lip_status st = LIP_OK;
  int code = cli_parse(self, argc, argv, &common, bound, 2, path, 2, 0);

  if (code >= 0) return code;
  if (!common.output) return cli_usage(self, &common, "-o is missing: the .npz file to write");
  TRY(cli_keep_input(common.output, path[0], err));
  TRY(cli_keep_input(common.output, path[1], err));
  TRY(lip_net_read(path[0], &net, err));
  TRY(lip_output_parse(own.output, lip_net_outputs(net), &chosen.output, err));
  reading.unlabelled = lip_net_inputs(net); /* points are all it asks for */
  chosen.precision = own.precision;
  chosen.count = chosen.output.kind == LIP_ALL_OUTPUTS ? lip_net_outputs(net) : 1;
  TRY(lip_dataset_read(path[1], &reading, &data, err));
  if (data->d != lip_net_inputs(net))
    FAIL(LIP_EINPUT, "%s has %zu columns of data, %s takes %zu inputs", path[1], data->d, path[0],
         lip_net_inputs(net));
  TRY(evaluate(net, data, &chosen, own.gradient, &result, err));
  TRY(write_npz(common.output, data, &chosen, &result, err));
done:
  if (st == LIP_ENUMERIC) lip_error_prefix(err, "%s", path[0]);
  code = st == LIP_OK ? answer(&common, data, &chosen, &result) : cli_fail(self, &common, st, err);
  lip_free(result.y);
  lip_free(result.g);
  lip_net_free(net);
  lip_dataset_free(data);
  return code;
}

const command evaluate_command = {
    "evaluate", "NET DATA [--gradient] [--output I|I-J] [--precision f32] -o Y.npz",
    "computes outputs and gradients of a network", run};
