/* bench_train.c - times training steps and bare products on request, one request a line.

   open N D K THREADS   makes points, a network and a team; answers with the kernel's name
   step COUNT           COUNT steps from fresh weights, after two unmeasured ones: seconds per step
   product COUNT        the step's two products alone, Z = W X^T and Z X, by the fastest of several
                        ways to call lip_sgemm on each: seconds for both
   close
   Requests come from compare.py, which takes turns between this program and PyTorch. */
#include "base/clock.h"
#include "base/memory.h"
#include "linalg/sgemm.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct bench {
  lip_train_options options;
  lip_dataset *data;
  lip_trainer trainer;
  bool ways_known;
  size_t way[2]; /* the fastest way of calling the forward and the backward product */
} bench;

static void check(lip_status st, const lip_error *err)
{
  if (st == LIP_OK) return;
  (void)fprintf(stderr, "bench_train: %s\n", err->text);
  exit(1);
}

static void shut(bench *b)
{
  lip_trainer_clear(&b->trainer);
  lip_dataset_free(b->data);
  *b = (bench){0};
}

static void set_up(bench *b, size_t n, size_t d, size_t k, size_t threads)
{
  lip_sample_options sample;
  lip_error err = {""};

  shut(b);
  lip_sample_defaults(&sample);
  sample.n = n;
  sample.d = d;
  lip_train_defaults(&b->options);
  b->options.k = k;
  b->options.threads = threads;
  check(lip_sample(&sample, &b->data, &err), &err);
  check(lip_trainer_create(&b->options, n, d, &b->trainer, &err), &err);
  lip_points_take(&b->trainer.points, b->data, NULL, true, b->trainer.team);
  (void)printf("%s\n", b->trainer.loops->name);
}

static void one_step(bench *b)
{
  lip_fit fit;
  lip_error err = {""};

  check(lip_trainer_forward(&b->trainer, &fit, &err), &err);
  check(lip_trainer_backward(&b->trainer, &fit, &err), &err);
}

static void start_again(bench *b)
{
  lip_trainer *t = &b->trainer;

  lip_parameters_draw(&t->weights, &b->options, t->team);
  memset(t->first.block, 0, t->first.count * sizeof(float));
  memset(t->second.block, 0, t->second.count * sizeof(float));
  t->updates = 0;
  one_step(b);
  one_step(b);
}

static double time_steps(bench *b, size_t count)
{
  double began;

  start_again(b);
  began = lip_seconds();
  for (size_t i = 0; i < count; i++) one_step(b);
  return (lip_seconds() - began) / (double)count;
}

/* A product cut into blocks of `block` neurons; `transposed`: with the copy of X that makes the
   library pack it. */
typedef struct product {
  lip_trainer *t;
  size_t block;
  bool backward, transposed;
  float *out; /* k x d */
} product;

static void product_task(void *context, size_t task, size_t thread)
{
  const product *p = context;
  const lip_points *x = &p->t->points;
  const lip_parameters *w = &p->t->weights;
  size_t first = task * p->block, count = w->k - first < p->block ? w->k - first : p->block;
  float *Z = p->t->Z + first * x->stride;
  const float *B = p->backward != p->transposed ? x->X : x->transpose;
  size_t ldb = p->backward != p->transposed ? x->d : x->stride;
  lip_error err = {""};

  (void)thread;
  if (p->backward)
    check(lip_sgemm(false, p->transposed, count, x->d, x->padded, Z, x->stride, B, ldb, 0,
                    p->out + first * x->d, x->d, &err),
          &err);
  else
    check(lip_sgemm(false, p->transposed, count, x->padded, x->d, w->W + first * x->d, x->d, B, ldb,
                    0, Z, x->stride, &err),
          &err);
}

enum { WAYS = 8 };

/* Way `way` of calling a product: four sizes of blocks, with and without packing. */
static product product_of(bench *b, bool backward, size_t way, float *out)
{
  const size_t share = (b->options.k + b->options.threads - 1) / b->options.threads;
  const size_t blocks[WAYS / 2] = {48, b->trainer.block, 192, share};
  size_t block = blocks[way / 2] < share ? blocks[way / 2] : share;

  return (product){&b->trainer, block, backward, way % 2 == 1, out};
}

static double time_product(bench *b, const product *p, size_t count)
{
  const size_t tasks = (b->options.k + p->block - 1) / p->block;
  product copy = *p;
  double began;

  lip_team_run(b->trainer.team, tasks, product_task, &copy);
  began = lip_seconds();
  for (size_t i = 0; i < count; i++) lip_team_run(b->trainer.team, tasks, product_task, &copy);
  return (lip_seconds() - began) / (double)count;
}

/* The fastest way: found at the first request, kept for the later ones. */
static double time_fastest(bench *b, bool backward, size_t count, float *out)
{
  product p = product_of(b, backward, b->way[backward], out);
  double fastest = 1e300;

  if (b->ways_known) return time_product(b, &p, count);
  for (size_t way = 0; way < WAYS; way++) {
    double seconds;

    p = product_of(b, backward, way, out);
    seconds = time_product(b, &p, count);
    if (seconds >= fastest) continue;
    fastest = seconds;
    b->way[backward] = way;
  }
  return fastest;
}

static double time_products(bench *b, size_t count)
{
  const size_t k = b->options.k, d = b->trainer.points.d;
  float *out = lip_alloc(k * d, sizeof *out);
  double seconds;

  if (!out) exit(1);
  start_again(b); /* Z holds a gradient now, as in a step */
  seconds = time_fastest(b, true, count, out);
  seconds += time_fastest(b, false, count, out);
  b->ways_known = true;
  lip_free(out);
  return seconds;
}

int main(void)
{
  static bench b;
  char line[256];

  while (fgets(line, sizeof line, stdin)) {
    size_t n, d, k, threads, count;

    if (sscanf(line, "open %zu %zu %zu %zu", &n, &d, &k, &threads) == 4)
      set_up(&b, n, d, k, threads);
    else if (sscanf(line, "step %zu", &count) == 1 && b.data && count > 0)
      (void)printf("%.9g\n", time_steps(&b, count));
    else if (sscanf(line, "product %zu", &count) == 1 && b.data && count > 0)
      (void)printf("%.9g\n", time_products(&b, count));
    else if (strcmp(line, "close\n") == 0)
      (void)printf("closed\n"), shut(&b);
    else
      return 2;
    (void)fflush(stdout);
  }
  shut(&b);
  return 0;
}
