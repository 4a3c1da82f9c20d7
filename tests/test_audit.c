/* test_audit.c - audits: radii that no point refutes, attacks that are real, verdicts known by
   hand. */
#include "graph_nets.h"
#include "measure_nets.h"

#include <liplaw/audit.h>

#include "audit/differences.h"
#include "audit/enclose.h"
#include "audit/matching.h"
#include "audit/starts.h"
#include "linalg/dgemm.h"

#include <stdlib.h>

static lip_dataset *points_of(size_t n, size_t d, size_t m, const double *X, const double *y)
{
  lip_dataset *data = NULL;

  assert_int_equal(lip_dataset_create(n, d, m, &data, NULL), LIP_OK);
  memcpy(data->X, X, n * d * sizeof *X);
  memcpy(data->y, y, n * m * sizeof *y);
  return data;
}

static lip_audit_options quick(void)
{
  lip_audit_options options;

  lip_audit_defaults(&options);
  options.time_limit = 5;
  return options;
}

static lip_audit audited(const lip_net *net, const lip_dataset *data,
                         const lip_audit_options *options)
{
  lip_audit found;
  lip_error err = {""};

  if (lip_run_audit(net, data, options, &found, NULL, &err) != LIP_OK) fail_msg("%s", err.text);
  return found;
}

/* Normal points; the labels are the network's own classes, but for every seventh. */
static lip_dataset *classified(const lip_net *net, size_t n, uint64_t seed)
{
  size_t d = lip_net_inputs(net), m = lip_net_outputs(net);
  lip_dataset *data = NULL;
  double *Y = malloc(n * m * sizeof *Y);

  assert_non_null(Y);
  assert_int_equal(lip_dataset_create(n, d, 1, &data, NULL), LIP_OK);
  lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, n * d, data->X);
  assert_int_equal(lip_net_values(net, n, data->X, Y, NULL), LIP_OK);
  for (size_t i = 0; i < n; i++) {
    size_t best = 0;

    for (size_t j = 1; j < m; j++)
      if (Y[i * m + j] > Y[i * m + best]) best = j;
    data->y[i] = m == 1 ? (Y[i] > 0 ? 1 : -1) : (double)(i % 7 ? best : (best + 1) % m);
  }
  free(Y);
  return data;
}

static lip_net *random_chain(size_t depth, const size_t *widths, uint64_t seed)
{
  const lip_activation psi[] = {{LIP_RELU, 0}, {LIP_RELU, 0}, {LIP_RELU, 0}};
  lip_net *net = make_net(depth, widths, psi, true);

  randomise(net, seed);
  return net;
}

/* The lower end of each pair of classes is no flatter than f_a - f_b is at a point of the data. */
static void pairs_are_as_steep_as_at_the_data(void **state)
{
  size_t widths[] = {20, 30, 30, 3};
  lip_net *net = random_chain(3, widths, 5);
  lip_dataset *data = classified(net, 40, 6);
  lip_audit_options options = quick();
  lip_audit found;
  double ga[20], gb[20];

  (void)state;
  for (size_t i = 0; i < 40 * 20; i++) data->X[i] *= 3;
  options.time_limit = 20;
  options.attack_steps = 0;
  options.local = false;
  found = audited(net, data, &options);
  assert_int_equal(found.pairs, 3);
  for (size_t k = 0; k < found.pairs; k++)
    for (size_t i = 0; i < data->n; i++) {
      const double *x = data->X + i * 20;
      double square = 0;

      assert_int_equal(lip_net_gradients(net, found.pair[k].a, 1, x, ga, NULL), LIP_OK);
      assert_int_equal(lip_net_gradients(net, found.pair[k].b, 1, x, gb, NULL), LIP_OK);
      for (size_t j = 0; j < 20; j++) square += (ga[j] - gb[j]) * (ga[j] - gb[j]);
      assert_true(found.pair[k].lower >= sqrt(square) * (1 - 1e-9));
    }
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
}

/* The steepest points of a pair come first, whatever the number of points. */
static void starts_are_in_the_order_of_their_slopes(void **state)
{
  size_t widths[] = {6, 20, 20, 4};
  lip_net *net = random_chain(3, widths, 9);

  (void)state;
  for (size_t n = 1; n < 40; n += 6) {
    lip_dataset *data = classified(net, n, 6);
    const lip_dataset *from;
    lip_starts *starts;
    double last = INFINITY, ga[6], gb[6];

    assert_int_equal(lip_starts_create(net, data, &starts, NULL, NULL), LIP_OK);
    assert_int_equal(lip_starts_of(starts, 0, 0)->n, n);
    from = lip_starts_of(starts, 3, 1);
    assert_int_equal(from->n, n < 8 ? n : 8);
    for (size_t i = 0; i < from->n; i++) {
      double square = 0;

      assert_int_equal(lip_net_gradients(net, 3, 1, from->X + i * 6, ga, NULL), LIP_OK);
      assert_int_equal(lip_net_gradients(net, 1, 1, from->X + i * 6, gb, NULL), LIP_OK);
      for (size_t j = 0; j < 6; j++) square += (ga[j] - gb[j]) * (ga[j] - gb[j]);
      assert_true(square <= last * (1 + 1e-12));
      last = square;
    }
    lip_starts_free(starts);
    lip_dataset_free(data);
  }
  lip_net_free(net);
}

/* ---- radii and attack ---- */

/* The least distance from x of a point of another class on rays in the plane: true from above. */
static double nearest_other(const lip_net *net, const double *x, size_t class, double reach)
{
  enum { RAYS = 720, STEPS = 400 };
  size_t m = lip_net_outputs(net);
  double *X = malloc(STEPS * 2 * sizeof *X), *Y = malloc(STEPS * m * sizeof *Y), nearest = INFINITY;

  assert_true(X && Y);
  for (size_t ray = 0; ray < RAYS; ray++) {
    double angle = 2 * 3.14159265358979 * (double)ray / RAYS;

    for (size_t s = 0; s < STEPS; s++) {
      X[2 * s] = x[0] + reach * (double)(s + 1) / STEPS * cos(angle);
      X[2 * s + 1] = x[1] + reach * (double)(s + 1) / STEPS * sin(angle);
    }
    assert_int_equal(lip_net_values(net, STEPS, X, Y, NULL), LIP_OK);
    for (size_t s = 0; s < STEPS; s++) {
      bool other = m == 1 ? (class ? Y[s] < 0 : Y[s] > 0) : false;

      for (size_t j = 0; j < m; j++) other = other || (m > 1 && Y[s * m + j] > Y[s * m + class]);
      if (other) nearest = fmin(nearest, reach * (double)(s + 1) / STEPS);
    }
  }
  free(X);
  free(Y);
  return nearest;
}

/* Radii stay below what a search of the whole plane finds, and the attack is not much above. */
static void search_plane(const lip_net *net, uint64_t seed, size_t *near, size_t *right)
{
  lip_dataset *data = classified(net, 40, seed);
  lip_audit_options options = quick();
  lip_audit found = audited(net, data, &options);

  assert_true(found.margins_certified && found.radii_certified);
  assert_true(found.attack_done && found.local_points == found.points);
  assert_int_equal(found.points, 40);
  for (size_t k = 0; k < found.points; k++) {
    const lip_audit_point *p = &found.point[k];
    size_t class = lip_net_outputs(net) == 1 ? data->y[p->row] > 0 : (size_t)data->y[p->row];
    double other;

    if (!p->right) continue;
    ++*right;
    other = nearest_other(net, data->X + 2 * p->row, class, isinf(p->broken) ? 9 : 1.2 * p->broken);
    assert_true(p->radius <= other && p->radius <= p->broken);
    assert_true(p->radius <= p->local && p->local <= other && p->local <= p->broken);
    if (p->broken <= 1.05 * other || (isinf(p->broken) && isinf(other))) ++*near;
  }

  lip_audit_clear(&found);
  lip_dataset_free(data);
}

static void no_point_within_a_certified_radius_has_another_class(void **state)
{
  size_t near = 0, right = 0;

  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    lip_net *three = random_chain(2, (size_t[]){2, 12, 3}, seed);
    lip_net *deep = random_chain(3, (size_t[]){2, 8, 8, 4}, seed);
    lip_net *one = random_chain(2, (size_t[]){2, 10, 1}, seed);

    search_plane(three, seed, &near, &right);
    search_plane(deep, seed, &near, &right);
    search_plane(one, seed, &near, &right);
    lip_net_free(three);
    lip_net_free(deep);
    lip_net_free(one);
  }
  assert_true(100 * near >= 90 * right); /* the attack finds nearly the nearest, mostly */
}

/* Radii scale with the inputs, and not with the outputs. */
static void radii_do_not_depend_on_the_units_of_the_outputs(void **state)
{
  const double factors[] = {1e-100, 1e100};
  lip_net *net = random_chain(2, (size_t[]){3, 8, 3}, 9);
  lip_dataset *data = classified(net, 30, 9);
  lip_audit_options options = quick();
  lip_audit plain = audited(net, data, &options);

  (void)state;
  for (size_t f = 0; f < 2; f++) {
    lip_layer *last = &net->layer[1];
    lip_audit found;

    for (size_t i = 0; i < last->in * last->out; i++) last->W[i] *= factors[f];
    for (size_t i = 0; i < last->out; i++) last->b[i] *= factors[f];
    found = audited(net, data, &options);
    for (size_t k = 0; k < found.points; k++)
      assert_true(fabs(found.point[k].radius - plain.point[k].radius) <=
                  1e-6 * plain.point[k].radius);
    lip_audit_clear(&found);
    for (size_t i = 0; i < last->in * last->out; i++) last->W[i] /= factors[f];
    for (size_t i = 0; i < last->out; i++) last->b[i] /= factors[f];
  }
  lip_audit_clear(&plain);
  lip_dataset_free(data);
  lip_net_free(net);
}

/* f = (x, 0): at x the margin is |x| and the constant 1, the boundary at 0. */
static void a_line_has_the_radii_of_its_points(void **state)
{
  const double X[] = {3, -2, 0.5, -0.25, 1}, y[] = {0, 1, 0, 1, 1};
  lip_net *net = make_net(1, (size_t[]){1, 2}, NULL, false);
  lip_dataset *data = points_of(5, 1, 1, X, y);
  lip_audit_options options = quick();
  lip_audit found;

  (void)state;
  net->layer[0].W[0] = 1;
  net->layer[0].W[1] = 0;
  found = audited(net, data, &options);
  assert_true(found.accuracy == 0.8 && found.task == LIP_TASK_CLASSES && found.scale == 2);
  for (size_t k = 0; k < 4; k++) {
    const lip_audit_point *p = &found.point[k];

    assert_true(p->right && p->radius <= fabs(X[k]) && p->radius > fabs(X[k]) * (1 - 1e-9));
    assert_true(p->broken >= p->radius && p->broken < fabs(X[k]) * 1.01);
  }
  assert_true(!found.point[4].right && found.point[4].radius == 0 && found.point[4].broken == 0);
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
}

/* ---- outputs enclosed ---- */

/* A chain's outputs in long double, whose errors are 2^-11 of those in double. */
static void exact_outputs(const lip_net *net, const double *x, long double *out)
{
  long double h[64], z[64];

  for (size_t i = 0; i < lip_net_inputs(net); i++) h[i] = x[i];
  for (size_t j = 0; j < net->depth; j++) {
    const lip_layer *layer = &net->layer[j];

    for (size_t l = 0; l < layer->out; l++) {
      z[l] = layer->b ? layer->b[l] : 0;
      for (size_t i = 0; i < layer->in; i++)
        z[l] += (long double)layer->W[l * layer->in + i] * h[i];
    }
    for (size_t l = 0; l < layer->out; l++)
      h[l] = layer->activation.kind == LIP_RELU && z[l] < 0 ? 0 : z[l];
  }
  for (size_t l = 0; l < lip_net_outputs(net); l++) out[l] = h[l];
}

static void enclosures_hold_the_outputs(void **state)
{
  lip_net *net = random_chain(3, (size_t[]){20, 30, 30, 4}, 5);
  double X[50 * 20];
  lip_interval v[50 * 4];
  long double out[4];
  bool certain;

  (void)state;
  lip_random_normal((lip_stream){1, LIP_FOR_POINTS}, 0, 50 * 20, X);
  for (size_t i = 0; i < 50 * 20; i++) X[i] *= 1e8 * (double)(i % 3); /* cancels in the layers */
  assert_int_equal(lip_enclose_values(net, 50, X, v, &certain, NULL), LIP_OK);
  assert_true(certain);
  for (size_t r = 0; r < 50; r++) {
    exact_outputs(net, X + 20 * r, out);
    for (size_t j = 0; j < 4; j++) {
      assert_true(v[4 * r + j].low <= out[j] && out[j] <= v[4 * r + j].high);
      assert_true(v[4 * r + j].high - v[4 * r + j].low < 1e-3); /* of numbers up to some 1e9 */
    }
  }
  lip_net_free(net);
}

/* 1e16 + 1 - 1e16 = 1, which a sum in double precision may lose. */
static void an_enclosure_holds_what_rounding_loses(void **state)
{
  lip_net *net = make_net(1, (size_t[]){3, 2}, NULL, false);
  const double X[] = {1e16, 1, -1e16};
  lip_interval v[2];
  bool certain;

  (void)state;
  for (size_t i = 0; i < 3; i++) net->layer[0].W[i] = 1;
  assert_int_equal(lip_enclose_values(net, 1, X, v, &certain, NULL), LIP_OK);
  assert_true(v[0].low <= 1 && 1 <= v[0].high && v[1].low <= 0 && 0 <= v[1].high);
  lip_net_free(net);
}

static void graphs_are_enclosed_as_they_are_evaluated(void **state)
{
  const lip_activation_kind psi[] = {LIP_RELU, LIP_TANH, LIP_LEAKY_RELU, LIP_SIGMOID};
  double X[20 * 72], Y[20 * 3];
  lip_interval v[20 * 3];
  bool certain;

  (void)state;
  lip_random_normal((lip_stream){2, LIP_FOR_POINTS}, 0, 20 * 72, X);
  for (size_t k = 0; k < 8; k++) {
    lip_net *net = tangled_net(k, psi[k % 4], k < 4 ? LIP_NODE_LINEAR : LIP_NODE_SOFTMAX);

    assert_int_equal(lip_net_values(net, 20, X, Y, NULL), LIP_OK);
    assert_int_equal(lip_enclose_values(net, 20, X, v, &certain, NULL), LIP_OK);
    assert_true(certain);
    for (size_t i = 0; i < 60; i++) {
      assert_true(v[i].low <= Y[i] && Y[i] <= v[i].high);
      assert_true(v[i].high - v[i].low < 1e-11);
    }
    lip_net_free(net);
  }
}

/* (f_a - f_b) over a < b; a softmax keeps the order of the outputs. */
static void differences_are_those_of_the_outputs(void **state)
{
  double X[20 * 72], Y[20 * 3], D[20 * 3];

  (void)state;
  lip_random_normal((lip_stream){6, LIP_FOR_POINTS}, 0, 20 * 72, X);
  for (size_t k = 0; k < 2; k++) {
    lip_net *net = tangled_net(7, LIP_RELU, k ? LIP_NODE_SOFTMAX : LIP_NODE_LINEAR), *made = NULL;

    assert_int_equal(lip_output_differences(net, &made, NULL), LIP_OK);
    assert_int_equal(lip_net_outputs(made), 3);
    assert_int_equal(lip_net_values(net, 20, X, Y, NULL), LIP_OK);
    assert_int_equal(lip_net_values(made, 20, X, D, NULL), LIP_OK);
    for (size_t r = 0; r < 20; r++)
      for (size_t a = 0; a < 3; a++)
        for (size_t b = a + 1; b < 3; b++) {
          double y = Y[3 * r + a] - Y[3 * r + b], d = D[3 * r + lip_difference_index(3, a, b)];

          assert_true(k ? (y > 0) == (d > 0) : fabs(y - d) < 1e-12);
        }
    lip_net_free(made);
    lip_net_free(net);
  }
}

static void a_graph_is_audited(void **state)
{
  lip_net *net = tangled_net(3, LIP_RELU, LIP_NODE_LINEAR);
  lip_dataset *data = classified(net, 30, 4);
  lip_audit_options options = quick();
  lip_audit found;

  (void)state;
  options.time_limit = 3;
  found = audited(net, data, &options);
  assert_true(found.margins_certified && found.attacked);
  for (size_t k = 0; k < found.points; k++)
    assert_true(!found.radii_certified || found.point[k].radius <= found.point[k].broken);
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
}

/* ---- what no classifier can do ---- */

static void pairs_of_different_labels_limit_every_classifier(void **state)
{
  const double X[] = {0, 1, 10, 13, 13.5};
  const size_t label[] = {0, 1, 0, 1, 1};
  lip_audit_point points[5];
  lip_audit found = {.points = 5, .point = points};

  (void)state;
  for (size_t k = 0; k < 5; k++)
    points[k] = (lip_audit_point){.row = k, .right = true, .radius = 9, .broken = 9};
  assert_int_equal(lip_match_rivals(X, 1, 5, points, label, &found.rival, &found.rivals, NULL),
                   LIP_OK);
  assert_true(found.rivals == 2);
  assert_true(found.rival[0] >= 1 && found.rival[0] < 1 + 1e-12);
  assert_true(found.rival[1] >= 3 && found.rival[1] < 3 + 1e-12);
  assert_int_equal(lip_audit_at(&found, 0.5).possible, 5); /* the open balls touch */
  assert_int_equal(lip_audit_at(&found, 0.6).possible, 4);
  assert_int_equal(lip_audit_at(&found, 1.4).possible, 4);
  assert_int_equal(lip_audit_at(&found, 1.6).possible, 3);
  lip_free(found.rival);
}

/* Every pair of the matching is one of different labels, and no point is in two: so at every radius
   a brute-force count of the least number of points to give up is not below it. */
static void a_matching_never_takes_more_than_must_go(void **state)
{
  enum { N = 12 };

  (void)state;
  for (uint64_t seed = 0; seed < 40; seed++) {
    double X[2 * N], *distance = NULL;
    size_t label[N], pairs = 0;
    lip_audit_point points[N];

    lip_random_normal((lip_stream){seed, LIP_FOR_POINTS}, 0, 2 * N, X);
    for (size_t k = 0; k < N; k++) {
      label[k] = (size_t)(seed + k * k) % 3;
      points[k] = (lip_audit_point){.row = k};
    }
    assert_int_equal(lip_match_rivals(X, 2, N, points, label, &distance, &pairs, NULL), LIP_OK);
    for (double r = 0.05; r < 2; r *= 1.5) {
      size_t most = 0, taken = 0;

      for (size_t set = 0; set < 1u << N; set++) { /* the points that keep the radius */
        size_t count = 0;
        bool fits = true;

        for (size_t i = 0; i < N && fits; i++)
          for (size_t j = 0; j < i && fits; j++)
            fits = !(set >> i & 1) || !(set >> j & 1) || label[i] == label[j] ||
                   hypot(X[2 * i] - X[2 * j], X[2 * i + 1] - X[2 * j + 1]) >= 2 * r;
        for (size_t i = 0; i < N; i++) count += set >> i & 1;
        if (fits && count > most) most = count;
      }
      for (size_t k = 0; k < pairs && distance[k] < 2 * r; k++) taken++;
      assert_true(N - taken >= most);
    }
    lip_free(distance);
  }
}

/* ---- labels, noise, verdict ---- */

/* One-hot vectors, and classes counted from 1, say the same as classes counted from 0. */
static void labels_may_be_written_in_three_ways(void **state)
{
  lip_net *net = random_chain(2, (size_t[]){2, 6, 3}, 3);
  lip_dataset *data = classified(net, 30, 3), *from_one, *hot;
  lip_audit_options options = quick();
  lip_audit found[3];
  double y[30], vectors[90] = {0};

  (void)state;
  for (size_t i = 0; i < 30; i++) {
    y[i] = data->y[i] + 1;
    vectors[3 * i + (size_t)data->y[i]] = 1;
  }
  from_one = points_of(30, 2, 1, data->X, y);
  hot = points_of(30, 2, 3, data->X, vectors);
  found[0] = audited(net, data, &options);
  found[1] = audited(net, from_one, &options);
  found[2] = audited(net, hot, &options);
  for (size_t v = 1; v < 3; v++) {
    assert_true(found[v].task == LIP_TASK_CLASSES && found[v].accuracy == found[0].accuracy);
    assert_true(found[v].l_star == found[0].l_star && found[v].loss == found[0].loss);
    for (size_t k = 0; k < 30; k++)
      assert_true(found[v].point[k].radius == found[0].point[k].radius);
  }
  for (size_t v = 0; v < 3; v++) lip_audit_clear(&found[v]);
  lip_dataset_free(data);
  lip_dataset_free(from_one);
  lip_dataset_free(hot);
  lip_net_free(net);
}

static void labels_that_are_no_classes_are_refused(void **state)
{
  const double X[] = {0, 0, 1, 1}, half[] = {0, 0.5}, high[] = {0, 7};
  lip_net *net = random_chain(2, (size_t[]){2, 4, 3}, 1);
  lip_dataset *one = points_of(2, 2, 1, X, half), *two = points_of(2, 2, 1, X, high);
  lip_audit_options options = quick();
  lip_audit found;
  lip_error err;

  (void)state;
  assert_int_equal(lip_run_audit(net, one, &options, &found, NULL, &err), LIP_EINPUT);
  assert_non_null(strstr(err.text, "point 1 is 0.5"));
  assert_int_equal(lip_run_audit(net, two, &options, &found, NULL, &err), LIP_EINPUT);
  assert_non_null(strstr(err.text, "from 0 to 7"));
  lip_dataset_free(one);
  lip_dataset_free(two);
  lip_net_free(net);
}

/* f(x) = x, labels -1 and +1 at -1 and 1: L* = 1, and f has exactly that. */
static void verdicts_are_those_of_a_line(void **state)
{
  const double X[] = {-1, 1}, y[] = {-1, 1};
  lip_net *net = make_net(1, (size_t[]){1, 1}, NULL, false);
  lip_dataset *data = points_of(2, 1, 1, X, y);
  lip_audit_options options = quick();
  lip_audit found;

  (void)state;
  net->layer[0].W[0] = 1;
  found = audited(net, data, &options);
  assert_true(found.l_star == 1 && found.separation == 2 && found.loss == 0);
  assert_int_equal(found.verdict, LIP_AUDIT_ACHIEVED);
  lip_audit_clear(&found);
  options.target = 0.99;
  found = audited(net, data, &options);
  assert_int_equal(found.verdict, LIP_AUDIT_IMPOSSIBLE);
  assert_int_equal(found.verdict_sureness, LIP_PROVED);
  lip_audit_clear(&found);
  net->layer[0].W[0] = 1;
  data->X[0] = -0.5; /* now f is steeper than it must be at one point, and L* = 4/3 */
  options.target = 0;
  found = audited(net, data, &options);
  assert_true(fabs(found.l_star - 4.0 / 3) < 1e-14);
  assert_int_equal(found.verdict, LIP_AUDIT_NOT_EXCLUDED);
  lip_audit_clear(&found);
  data->X[0] = 1; /* equal points */
  found = audited(net, data, &options);
  assert_true(isinf(found.l_star));
  assert_int_equal(found.verdict, LIP_AUDIT_IMPOSSIBLE);
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
}

/* y = 3 x at three points, f = 2 x: errors up to 2, constants 3 and 2. */
static void values_have_verdicts_too(void **state)
{
  const double X[] = {0, 1, 2}, y[] = {0, 3, 6};
  lip_net *net = make_net(1, (size_t[]){1, 1}, NULL, false);
  lip_dataset *data = points_of(3, 1, 1, X, y);
  lip_audit_options options = quick();
  lip_audit found;

  (void)state;
  net->layer[0].W[0] = 2;
  found = audited(net, data, &options);
  assert_true(found.task == LIP_TASK_VALUES && isnan(found.accuracy) && found.points == 0);
  assert_true(found.largest_error == 2 && fabs(found.loss - 5.0 / 3) < 1e-14 && found.l_star == 3);
  assert_int_equal(found.verdict, LIP_AUDIT_ACHIEVED);
  lip_audit_clear(&found);
  options.target = 0.5; /* 6 less twice the error over 2 is 1 */
  found = audited(net, data, &options);
  assert_int_equal(found.verdict, LIP_AUDIT_IMPOSSIBLE);
  lip_audit_clear(&found);
  options.target = 1.5;
  found = audited(net, data, &options);
  assert_int_equal(found.verdict, LIP_AUDIT_NOT_EXCLUDED);
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
}

static void noise_levels_follow_from_flips(void **state)
{
  lip_net *net = random_chain(2, (size_t[]){2, 6, 3}, 3),
          *one = random_chain(2, (size_t[]){2, 6, 1}, 3);
  lip_dataset *data = classified(net, 30, 3), *signs = classified(one, 30, 3);
  lip_audit_options options = quick();
  lip_audit found;

  (void)state;
  options.flips = 0.1;
  found = audited(net, data, &options);
  assert_true(fabs(found.noise_level - (1 - 0.81 - 0.01 / 2)) < 1e-15);
  assert_string_equal(found.noise_source, "flips");
  lip_audit_clear(&found);
  found = audited(one, signs, &options);
  assert_true(fabs(found.noise_level - 0.36) < 1e-15);
  lip_audit_clear(&found);
  options.sigma2 = 0.5;
  found = audited(one, signs, &options);
  assert_true(found.noise_level == 0.5);
  assert_string_equal(found.noise_source, "given");
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_dataset_free(signs);
  lip_net_free(net);
  lip_net_free(one);
}

/* ---- what is not known is not said ---- */

static const char *sentence_with(const lip_audit *found, const char *text)
{
  for (size_t k = 0; k < found->sentences; k++)
    if (strstr(found->sentence[k].text, text)) return found->sentence[k].text;
  return NULL;
}

/* Signs in 50 dimensions and a network that fits them: theorem-3-sharp speaks of it. */
static void no_isoperimetry_constant_is_made_up(void **state)
{
  lip_net *net = random_chain(2, (size_t[]){50, 4, 1}, 5);
  lip_dataset *data = classified(net, 300, 5);
  lip_audit_options options = quick();
  lip_audit found;

  (void)state;
  options.attack_steps = 0;
  options.local = false;
  options.time_limit = 0; /* no time for the covariance */
  found = audited(net, data, &options);
  assert_false(found.dimension.known);
  assert_true(found.dimension.no_time && found.laws_without_c > 0);
  for (size_t k = 0; k < found.laws; k++) assert_true(isnan(found.law[k].c));
  assert_non_null(sentence_with(&found, "there was no time to estimate it"));
  assert_null(sentence_with(&found, "a constant of at least"));
  lip_audit_clear(&found);
  options.c = 2; /* given */
  found = audited(net, data, &options);
  assert_int_equal(found.laws_without_c, 0);
  for (size_t k = 0; k < found.laws; k++)
    assert_true(isnan(found.law[k].c) ||
                (found.law[k].c == 2 && strcmp(found.law[k].c_from, "given") == 0));
  lip_audit_clear(&found);
  options.c = 0;
  options.time_limit = 5;
  found = audited(net, data, &options);
  assert_true(found.dimension.known && found.laws_without_c == 0);
  for (size_t k = 0; k < found.laws; k++)
    assert_true(isnan(found.law[k].c) || found.law[k].c == 50 * found.dimension.largest_variance);
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
}

static void a_network_that_is_right_nowhere_has_no_margin(void **state)
{
  lip_net *net = random_chain(2, (size_t[]){2, 6, 3}, 3);
  lip_dataset *data = classified(net, 30, 3);
  lip_audit_options options = quick();
  double *Y = malloc(90 * sizeof *Y);
  lip_audit found;

  (void)state;
  assert_non_null(Y);
  assert_int_equal(lip_net_values(net, 30, data->X, Y, NULL), LIP_OK);
  for (size_t i = 0; i < 30; i++) { /* the class of a smallest output */
    const double *v = Y + 3 * i;

    data->y[i] = v[0] < v[1] ? (v[0] < v[2] ? 0 : 2) : v[1] < v[2] ? 1 : 2;
  }
  options.target = 1;
  found = audited(net, data, &options);
  assert_true(found.accuracy == 0 && isnan(found.scale) && isnan(found.law_error));
  assert_int_equal(found.laws, 0);
  assert_non_null(sentence_with(&found, "right at none of the 30 points."));
  for (size_t k = 0; k < found.sentences; k++) {
    assert_null(strstr(found.sentence[k].text, "nan"));
    assert_null(strstr(found.sentence[k].text, "of the 0 point"));
  }
  assert_non_null(strstr(found.question, "right at none"));
  assert_string_equal(found.law_function, "");
  lip_audit_clear(&found);
  free(Y);
  lip_dataset_free(data);
  lip_net_free(net);
}

static void an_infinite_constant_tells_no_radius(void **state)
{
  lip_net *net = random_two_layer(3, 7, (lip_activation){LIP_SQUARE, 0}, 1);
  lip_dataset *data = classified(net, 30, 3);
  lip_audit_options options = quick();
  lip_audit found;

  (void)state;
  found = audited(net, data, &options);
  assert_true(found.space.infinite && found.accuracy > 0.5);
  assert_null(sentence_with(&found, "By the constants"));
  assert_null(sentence_with(&found, "if the constants are right"));
  for (size_t k = 0; k < found.points; k++) assert_true(found.point[k].radius == 0);
  lip_audit_clear(&found);
  lip_dataset_free(data);
  lip_net_free(net);
}

/* ---- interrupted, out of time, out of memory ---- */

typedef struct patience {
  size_t asked, most;
} patience;

static bool stop_after(void *context)
{
  patience *left = context;

  return ++left->asked > left->most;
}

static void an_interrupted_audit_tells_what_is_known(void **state)
{
  lip_net *net = random_chain(2, (size_t[]){4, 20, 3}, 2);
  lip_dataset *data = classified(net, 50, 2);
  lip_audit_options options = quick();

  (void)state;
  for (size_t most = 0; most < 3000; most = most * 3 + 1) {
    patience left = {0, most};
    lip_control control = {stop_after, NULL, &left};
    lip_audit found;

    assert_int_equal(lip_run_audit(net, data, &options, &found, &control, NULL), LIP_OK);
    assert_true(found.accuracy > 0.5 && found.space.known);
    assert_string_equal(found.stopped, left.asked > most ? "interrupt" : "done");
    for (size_t k = 0; k < found.points; k++)
      assert_true(found.point[k].radius <= found.point[k].broken || !found.radii_certified);
    lip_audit_clear(&found);
  }
  lip_dataset_free(data);
  lip_net_free(net);
}

static void a_refused_allocation_is_told_and_leaks_nothing(void **state)
{
  lip_net *net = random_chain(2, (size_t[]){2, 4, 2}, 2);
  lip_dataset *data = classified(net, 12, 2);
  lip_audit_options options = quick();
  size_t refused = 0;

  (void)state;
  options.attack_steps = 2;
  for (size_t k = 0; k < 4000; k += 1 + k / 7) {
    lip_audit found;
    lip_status st;

    lip_alloc_fail_after(k);
    st = lip_run_audit(net, data, &options, &found, NULL, NULL);
    lip_alloc_fail_after(SIZE_MAX);
    if (st == LIP_OK) {
      lip_audit_clear(&found);
    } else {
      assert_int_equal(st, LIP_ENOMEM);
      refused++;
    }
  }
  assert_true(refused > 5);
  lip_dataset_free(data);
  lip_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pairs_are_as_steep_as_at_the_data),
      cmocka_unit_test(starts_are_in_the_order_of_their_slopes),
      cmocka_unit_test(no_point_within_a_certified_radius_has_another_class),
      cmocka_unit_test(radii_do_not_depend_on_the_units_of_the_outputs),
      cmocka_unit_test(a_line_has_the_radii_of_its_points),
      cmocka_unit_test(enclosures_hold_the_outputs),
      cmocka_unit_test(an_enclosure_holds_what_rounding_loses),
      cmocka_unit_test(graphs_are_enclosed_as_they_are_evaluated),
      cmocka_unit_test(differences_are_those_of_the_outputs),
      cmocka_unit_test(a_graph_is_audited),
      cmocka_unit_test(pairs_of_different_labels_limit_every_classifier),
      cmocka_unit_test(a_matching_never_takes_more_than_must_go),
      cmocka_unit_test(labels_may_be_written_in_three_ways),
      cmocka_unit_test(labels_that_are_no_classes_are_refused),
      cmocka_unit_test(verdicts_are_those_of_a_line),
      cmocka_unit_test(values_have_verdicts_too),
      cmocka_unit_test(noise_levels_follow_from_flips),
      cmocka_unit_test(no_isoperimetry_constant_is_made_up),
      cmocka_unit_test(a_network_that_is_right_nowhere_has_no_margin),
      cmocka_unit_test(an_infinite_constant_tells_no_radius),
      cmocka_unit_test(an_interrupted_audit_tells_what_is_known),
      cmocka_unit_test(a_refused_allocation_is_told_and_leaks_nothing),
  };

  lip_blas_single_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
