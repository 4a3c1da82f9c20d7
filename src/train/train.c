/* train.c - trains a two-layer network by the protocol of the two-layer paper.

   method  Adam on the mean squared error, full batch or random batches, from small random weights;
           after the first step that fits, batch-norm statistics are taken over all points and
           folded into (W, b), the weights rounded to float, and the fit verified in f64: only that
           network counts. If it misses, training goes on.
   source  two-layer paper, section 5; its open choices: theory.md 2.2
   cost    4 n k d flops a step (n: points of the step) */
#include <liplaw/train.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "train/train_options.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>

typedef struct run {
  const lip_dataset *data;
  const lip_train_options *options;
  const lip_control *control;
  lip_trainer trainer;
  bool signs;    /* every label is -1 or +1 */
  bool batches;  /* a step takes a part of the points */
  size_t epoch;  /* which of them: its batches are a permutation of the points */
  size_t next;   /* the first point of the epoch's next batch */
  size_t *order; /* n: the epoch's permutation */
  double *y;     /* n: values of the folded network */
  double loss;   /* over the epoch so far, summed by batches */
  double correct;
  double shown; /* when progress was last reported, s */
  lip_net *net; /* the folded network, once there is one for the present parameters */
  lip_train_result result;
} run;

/* Ranges stand in the options table alone. */
static lip_status check_options(const lip_train_options *options, const lip_dataset *data,
                                lip_error *err)
{
  lip_option_table table = lip_train_option_table();
  lip_train_options copy = *options;
  lip_status st = LIP_OK;
  char text[64];

  if (options->activation < LIP_IDENTITY || options->activation > LIP_SQUARE)
    FAIL(LIP_EOPTION, "--activation: there is no number %d", (int)options->activation);
  for (size_t i = 0; i < table.count; i++)
    TRY(lip_option_set(&table.rows[i], &copy,
                       lip_option_format(&table.rows[i], options, text, sizeof text), err));
  if (options->batch_norm && !options->bias)
    FAIL(LIP_EOPTION, "--no-bias: batch normalisation has a bias; it needs --no-batch-norm");
  if (options->batch_norm && options->batch == 1)
    FAIL(LIP_EOPTION, "--batch: one point has no variance; batch normalisation needs 2");
  if (options->minimise == LIP_MINIMISE_LIPSCHITZ && options->activation == LIP_SQUARE)
    FAIL(LIP_EOPTION, "--minimise lipschitz: the square has no Lipschitz constant");
  if (data->m != 1)
    FAIL(LIP_EINPUT, "training takes one label per point, the data have %zu", data->m);
  if (data->classes)
    FAIL(LIP_EINPUT, "the labels are numbers of classes, not quantities: name those that become +1 "
                     "(--positive)");
done:
  return st;
}

static lip_status start(run *r, lip_error *err)
{
  lip_status st = LIP_OK;
  const lip_dataset *data = r->data;
  const lip_train_options *o = r->options;

  r->batches = o->batch > 0 && o->batch < data->n;
  r->next = data->n;
  r->signs = true;
  for (size_t i = 0; i < data->n; i++) r->signs &= fabs(data->y[i]) == 1.0;
  r->y = lip_alloc(data->n, sizeof *r->y);
  r->order = r->batches ? lip_alloc(data->n, sizeof *r->order) : NULL;
  if (!r->y || (r->batches && !r->order))
    FAIL(LIP_ENOMEM, "workspace of training on %zu points", data->n);
  TRY(lip_trainer_create(o, r->batches ? o->batch : data->n, data->d, &r->trainer, err));
  lip_parameters_draw(&r->trainer.weights, o, r->trainer.team);
  if (!r->batches) lip_points_take(&r->trainer.points, data, NULL, o->batch_norm, r->trainer.team);
  r->result.kernel = r->trainer.loops->name;
done:
  return st;
}

/* The next batch of the epoch's permutation. Points left over at its end wait for the next one. */
static void take_batch(run *r)
{
  const size_t n = r->data->n, batch = r->options->batch;

  if (n - r->next < batch) {
    lip_random_permutation((lip_stream){r->options->seed, LIP_FOR_BATCHES}, r->epoch++, n,
                           r->order);
    r->next = 0;
    r->loss = r->correct = 0;
  }
  lip_points_take(&r->trainer.points, r->data, r->order + r->next, r->options->batch_norm,
                  r->trainer.team);
  r->next += batch;
}

/* The two stop rules. */
static bool fits(const run *r, double loss, double share)
{
  const lip_train_options *o = r->options;

  if (loss <= o->eps && (!r->signs || share == 1.0)) return true;
  return r->signs && o->accuracy > 0 && share >= o->accuracy;
}

/* Whether the folded network should be tried. A full step knows; batches are asked at the end of an
   epoch, whose running numbers lag behind what the network can do by then. */
static bool promising(run *r, const lip_fit *fit)
{
  const lip_train_options *o = r->options;
  const size_t batch = r->trainer.points.n;
  double seen;

  if (!r->batches) return fits(r, fit->loss, (double)fit->correct / (double)r->data->n);
  r->loss += fit->loss * (double)batch;
  r->correct += (double)fit->correct;
  if (r->data->n - r->next >= batch) return false;
  seen = (double)r->next;
  return r->loss / seen <= 4.0 * o->eps ||
         (r->signs && o->accuracy > 0 && r->correct / seen >= o->accuracy - 0.02);
}

enum { ROWS = 1024 }; /* points of a task */

typedef struct evaluation {
  const lip_dataset *data;
  const lip_net *net;
  double *y;
  lip_status *outcome; /* one per task */
  lip_error *error;    /* likewise */
} evaluation;

static void evaluate_task(void *context, size_t task, size_t thread)
{
  const evaluation *e = context;
  size_t first = task * ROWS, rows = e->data->n - first < ROWS ? e->data->n - first : ROWS;

  (void)thread;
  e->outcome[task] = lip_net_values(e->net, rows, e->data->X + first * e->data->d, e->y + first,
                                    &e->error[task]);
}

/* Values of the folded network at all points, in f64. */
static lip_status evaluate(run *r, lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t tasks = (r->data->n + ROWS - 1) / ROWS;
  evaluation e = {.data = r->data, .net = r->net, .y = r->y};

  e.outcome = lip_alloc_zero(tasks, sizeof *e.outcome);
  e.error = lip_alloc_zero(tasks, sizeof *e.error);
  if (!e.outcome || !e.error) FAIL(LIP_ENOMEM, "workspace of evaluating %zu points", r->data->n);
  lip_team_run(r->trainer.team, tasks, evaluate_task, &e);
  for (size_t i = 0; i < tasks; i++)
    if (e.outcome[i] != LIP_OK)
      FAIL(e.outcome[i], "the network after step %zu: %s", r->result.steps, e.error[i].text);
done:
  lip_free(e.outcome);
  lip_free(e.error);
  return st;
}

/* Folds, and says of the folded network what `result` will say. */
static lip_status assess(run *r, lip_error *err)
{
  lip_status st = LIP_OK;
  const size_t n = r->data->n;
  double squares = 0, correct = 0;

  lip_net_free(r->net);
  r->net = NULL;
  TRY(lip_trainer_fold(&r->trainer, r->data, &r->net, err));
  TRY(evaluate(r, err));
  for (size_t i = 0; i < n; i++) {
    double residual = r->y[i] - r->data->y[i];

    squares += residual * residual;
    correct += r->y[i] * r->data->y[i] > 0;
  }
  r->result.loss = squares / (double)n;
  r->result.accuracy = r->signs ? correct / (double)n : (double)NAN;
  r->result.fitted = fits(r, r->result.loss, r->result.accuracy);
  if (!isfinite(r->result.loss))
    FAIL(LIP_ENUMERIC, "training diverged: the loss is %g at step %zu", r->result.loss,
         r->result.steps);
done:
  return st;
}

static void report(run *r, const lip_fit *fit)
{
  const lip_control *control = r->control;
  double now = lip_seconds();
  char text[96];

  if (!control || !control->progress || now - r->shown < 0.1) return;
  r->shown = now;
  (void)snprintf(text, sizeof text, "step %zu of at most %zu, loss %.3g", r->result.steps,
                 r->options->steps, fit->loss);
  control->progress(control->context, (double)r->result.steps / (double)(r->options->steps + 1),
                    text);
}

static lip_status iterate(run *r, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_trainer *t = &r->trainer;
  const lip_control *control = r->control;

  for (;;) {
    lip_fit fit = {0};
    bool last = r->result.steps >= r->options->steps;

    if (control && control->stop && control->stop(control->context))
      FAIL(LIP_EINTERRUPT, "training stopped at step %zu", r->result.steps);
    if (r->batches) take_batch(r);
    TRY(lip_trainer_forward(t, &fit, err));
    if (!isfinite(fit.loss))
      FAIL(LIP_ENUMERIC, "training diverged: the loss is %g at step %zu", fit.loss,
           r->result.steps);
    if (last || promising(r, &fit)) {
      TRY(assess(r, err));
      if (last || r->result.fitted) break;
    }
    report(r, &fit);
    TRY(lip_trainer_backward(t, &fit, err));
    r->result.steps++;
  }
done:
  return st;
}

lip_status lip_train(const lip_dataset *data, const lip_train_options *options, lip_net **net,
                     lip_train_result *result, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  run r = {.data = data, .options = options, .control = control};
  double began = lip_seconds();

  TRY(check_options(options, data, err));
  TRY(start(&r, err));
  TRY(iterate(&r, err));
  r.result.seconds = lip_seconds() - began;
  *net = r.net;
  *result = r.result;
  r.net = NULL;
done:
  lip_net_free(r.net);
  lip_trainer_clear(&r.trainer);
  lip_free(r.order);
  lip_free(r.y);
  return st;
}
