/* measure.c - runs every method that applies, searches on while the ends are apart, and proves the
   best of each side.

   Upper methods first, then lower ones, each starting from what was found before; then the
   searches, which work on both sides; all of that in floating point, as proposals. What is told as
   certified is what settle.h then proves. What the proofs leave of the time of a deep network goes
   to steep points once more, as their proof takes next to none.
 */
#include <liplaw/measure.h>

#include "base/error.h"
#include "base/memory.h"
#include "certificate/certificate.h"
#include "certificate/domain.h"
#include "lipschitz/infinite.h"
#include "lipschitz/graphs/node_norms.h"
#include "certificate/graphs/slope_bounds.h"
#include "lipschitz/settle.h"
#include "lipschitz/sure_slope.h"
#include "lipschitz/watch.h"
#include "lipschitz/wider.h"
#include "linalg/round.h"
#include "net/balanced_form.h"
#include "net/two_layer_form.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const lip_method *const upper_methods[] = {
    &lip_upper_path_norm,     &lip_upper_product,
    &lip_upper_graph_product, &lip_upper_interval_jacobian,
    &lip_upper_semidefinite,  &lip_upper_flattening,
    &lip_upper_bilinear,      &lip_upper_sectors_closed,
    &lip_upper_sectors_tied,  &lip_upper_chain,
    &lip_upper_norm_2,
};
/* Long ones, after the lower methods. */
static const lip_method *const later_upper_methods[] = {&lip_upper_sectors,
                                                        &lip_upper_norm_2_parts};
static const lip_method *const lower_methods[] = {
    &lip_lower_random, &lip_lower_data,  &lip_lower_patterns, &lip_lower_smoothed,
    &lip_lower_ascent, &lip_lower_cells, &lip_lower_power,
};
static const lip_search *const searches[] = {
    &lip_search_quadratic, &lip_search_patterns, &lip_search_bilinear, &lip_search_cones,
    &lip_search_regions,   &lip_search_points,   &lip_search_moments,  &lip_search_sectors};
enum {
  UPPERS = sizeof upper_methods / sizeof *upper_methods,
  LATER_UPPERS = sizeof later_upper_methods / sizeof *later_upper_methods,
  LOWERS = sizeof lower_methods / sizeof *lower_methods,
  SEARCHES = sizeof searches / sizeof *searches,
};

/* Of graphs: the share of the time limit for methods and searches, what is left is for proofs; and
   how much of what is left of that one upper method, lower method, search may take. */
static const double SMALL = 1e5, METHODS_SMALL = 0.95, METHODS = 0.75; /* SMALL: weights */
static const double METHODS_LATER = 0.9; /* of later upper methods: their proofs are short */
static const double SLOPES = 0.8, UPPER = 0.6, LOWER = 0.3, LATER = 0.75, SEARCH = 0.7;
static const double LAST = 0.95; /* where steep points end for good */

/* One measurement under way. */
typedef struct inquiry {
  lip_problem problem;
  lip_domain domain; /* owned */
  bool last;         /* methods are over, proofs are made: what is left is for steep points */
  lip_claim *claim;  /* owned */
  lip_watch watch;
  lip_steepest steepest;
  double *point, *gradient; /* d; d: of the method that is being asked */
  lip_proposals proposals;
  const double *claimed; /* a constant to be judged; NULL: none */
  double scaled_claim;   /* the same about the form that is measured */
  lip_measurement found;
} inquiry;

static void tell(inquiry *in, double from, double to)
{
  const lip_measurement *found = &in->found;

  (void)snprintf(in->watch.text, sizeof in->watch.text, "between %.6g and %.6g, gap %.2g %%",
                 found->lower, found->upper, 100 * (1 - found->lower / found->upper));
  in->watch.from = from;
  in->watch.to = to;
  lip_tell(&in->watch.control, 0);
}

static void give_slice(inquiry *in, double share, double methods)
{
  if (in->problem.deep) {
    if (lip_problem_weights(&in->problem) < SMALL) methods = METHODS_SMALL;
    if (in->last) methods = LAST;
    lip_watch_slice(&in->watch, share, methods * in->watch.limit);
  }
}

/* Appends what a method says, or replaces what it said before, and keeps it if it is the best of
   its side. */
static void note(lip_measurement *found, const lip_bound *bound)
{
  size_t at = 0;

  while (at < found->bounds &&
         (found->bound[at].side != bound->side || found->bound[at].method != bound->method))
    at++;
  found->bound[at] = *bound;
  if (at == found->bounds) found->bounds++;
  if (bound->side == LIP_UPPER && bound->value < found->upper) {
    found->upper = bound->value;
    found->upper_method = bound->method;
  }
  if (bound->side == LIP_LOWER && (bound->value > found->lower || !found->lower_method)) {
    found->lower = bound->value;
    found->lower_method = bound->method;
  }
}

static lip_status ask_upper(inquiry *in, const lip_method *method, double share, double methods,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_finding finding = {.proxy = NAN};
  lip_bound bound = {.method = method->name, .source = method->source, .side = LIP_UPPER};

  if (!method->applies(&in->problem)) goto done;
  give_slice(in, share, methods);
  TRY(method->run(&in->problem, &in->steepest, &finding, &in->watch.control, err));
  if (!finding.found) goto done;
  if (!(finding.value >= 0)) FAIL(LIP_ENUMERIC, "%s: the value overflows", method->name);
  bound.value = finding.value;
  bound.error = finding.error;
  if (method == &lip_upper_semidefinite) in->found.relaxed = finding.value;
  note(&in->found, &bound);
  lip_proposals_take(&in->proposals, finding.value, method->name, &finding.proof, finding.proved);
done:
  lip_proof_clear(&finding.proof);
  return st;
}

/* A lower bound is the slope at the method's point, evaluated here, alone: anyone who evaluates the
   network there finds the same number. At a kink it is that of a point beside it. */
static lip_status slope_at_point(inquiry *in, double *slope, lip_error *err)
{
  lip_status st = lip_problem_slopes(&in->problem, 1, in->point, in->gradient, slope, err);

  return st == LIP_OK ? lip_sure_slope(&in->problem, in->point, slope, err) : st;
}

static lip_status ask_lower(inquiry *in, const lip_method *method, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_finding finding = {.point = in->point, .proxy = NAN, .pattern = NAN};
  lip_bound bound = {.method = method->name, .source = method->source, .side = LIP_LOWER};
  lip_measurement *found = &in->found;

  if (!method->applies(&in->problem)) goto done;
  give_slice(in, LOWER, METHODS);
  TRY(method->run(&in->problem, &in->steepest, &finding, &in->watch.control, err));
  if (method == &lip_lower_patterns) found->pattern = finding.pattern;
  if (method == &lip_lower_random) found->proxy_random = finding.proxy;
  if (method == &lip_lower_data) found->proxy_data = finding.proxy;
  if (!finding.found) goto done;
  TRY(slope_at_point(in, &bound.value, err));
  if (!(bound.value >= 0)) FAIL(LIP_ENUMERIC, "%s: the value overflows", method->name);
  if (bound.value > found->lower || !found->lower_method)
    memcpy(found->witness, in->point, in->problem.d * sizeof *in->point);
  note(found, &bound);
done:
  return st;
}

/* Whether the ends say already if the constant is at most the claim; with room for what proofs give
   away. An upper end counts if something may prove it. */
static bool is_decided(const inquiry *in)
{
  if (!in->claimed) return false;
  if (in->found.lower_method && in->found.lower * (1 - 1e-9) > *in->claimed) return true;
  for (size_t i = 0; i < in->proposals.count; i++)
    if (in->proposals.item[i].value * (1 + 1e-7) <= *in->claimed) return true;
  return false;
}

static void watch_search(void *context, const lip_bracket *bracket)
{
  inquiry *in = context;

  if (in->claimed && (bracket->lower * (1 - 1e-9) > *in->claimed ||
                      (bracket->proof.kind && bracket->upper * (1 + 1e-7) <= *in->claimed)))
    in->watch.enough = true;

  in->found.lower = fmax(in->found.lower, bracket->lower);
  in->found.upper = fmin(in->found.upper, bracket->upper);
  tell(in, in->watch.from, in->watch.to);
}

static bool is_closed(const lip_measurement *found, double gap)
{
  return isfinite(found->upper) && found->upper - found->lower <= gap * found->upper;
}

/* What a search found is one bound of each side that it improved. */
static lip_status search(inquiry *in, const lip_search *method, double share, double gap,
                         lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement *found = &in->found;
  double lower = found->lower, upper = found->upper;
  lip_bracket bracket = {.lower = lower,
                         .point = in->point,
                         .upper = upper,
                         .gap = gap,
                         .improved = watch_search,
                         .context = in};
  lip_bound bound = {.method = method->name, .source = method->source};

  if (!method->applies(&in->problem)) goto done;
  memcpy(in->point, found->witness, in->problem.d * sizeof *in->point);
  give_slice(in, share, METHODS);
  TRY(method->run(&in->problem, &bracket, &in->watch.control, err));
  found->lower = lower;
  found->upper = upper;
  if (bracket.lower > lower) {
    bound.side = LIP_LOWER;
    TRY(slope_at_point(in, &bound.value, err));
    lip_steepest_offer(&in->steepest, bound.value, in->point);
    if (bound.value > lower) memcpy(found->witness, in->point, in->problem.d * sizeof *in->point);
    note(found, &bound);
  }
  if (bracket.upper < upper && bracket.proof.kind) {
    bound.side = LIP_UPPER;
    bound.value = bracket.upper;
    note(found, &bound);
    lip_proposals_take(&in->proposals, bracket.upper, method->name, &bracket.proof, false);
  }
done:
  lip_proof_clear(&bracket.proof);
  return st;
}

/* Replaces the ends by proved ones, where both can be proved. */
static lip_status prove(inquiry *in, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement *found = &in->found;
  double limit = in->watch.limit;
  lip_watch watch;

  tell(in, 0.99, 1);
  /* Where there is no other way, proofs of graphs get as much again as was left to them. */
  lip_watch_start(&watch, fmax(limit - lip_watch_seconds(&in->watch), (1 - METHODS) * limit), NULL);
  TRY(lip_settle(in->claim, &in->steepest, &in->proposals, &found->certificate, &found->lower,
                 &found->upper, &found->upper_method, found->witness, &found->direction,
                 in->problem.deep ? &watch.control : NULL, err));
  found->certified = found->certificate != NULL;
done:
  return st;
}

/* The proof of the upper end stays; that of the lower end is made again. */
static lip_status prove_lower_again(inquiry *in, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement *found = &in->found;
  lip_certificate *made = NULL;
  double *direction = NULL, lower = 0, upper = 0;

  lip_proposals_clear(&in->proposals);
  lip_proposals_take(&in->proposals, found->upper, found->upper_method, &found->certificate->proof,
                     true);
  TRY(lip_settle(in->claim, &in->steepest, &in->proposals, &made, &lower, &upper,
                 &found->upper_method, found->witness, &direction, NULL, err));
  lip_certificate_free(found->certificate);
  lip_free(found->direction);
  found->certificate = made;
  found->direction = direction;
  found->lower = lower;
done:
  return st;
}

/* Where methods were cut off before their end. */
static lip_status climb_on(inquiry *in, const lip_measure_options *options, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement *found = &in->found;
  lip_watch *watch = &in->watch;
  double lower = found->lower;

  if (!in->problem.deep || !options->search || !lip_problem_slope_is_bounded(&in->problem))
    return LIP_OK;
  if (strcmp(found->stopped, "time") != 0 || !found->certified || is_closed(found, options->gap) ||
      is_decided(in) || !(lip_watch_seconds(watch) < LAST * watch->limit))
    return LIP_OK;
  in->problem.seed = ~in->problem.seed; /* not the random numbers of before again */
  in->last = true;
  TRY(search(in, &lip_search_points, 1, options->gap, err));
  if (found->lower > lower) TRY(prove_lower_again(in, err));
  found->stopped = lip_watch_verdict(watch);
done:
  return st;
}

/* The methods at the proxies' points, far from the steepest ones. */
static bool gives_proxies(const lip_method *method)
{
  return method == &lip_lower_random || method == &lip_lower_data;
}

/* What is known on a wider domain: its proxies, its witness, and its upper end where that is all
   that the upper methods could find here. */
static lip_status ask_wider(inquiry *in, const lip_measurement *wider, bool *upper_taken,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement *found = &in->found;
  lip_bound bound = {.method = "wider", .source = "the bracket on a domain that contains this one"};

  found->proxy_random = wider->proxy_random;
  found->proxy_data = wider->proxy_data;
  TRY(lip_wider_witness(&in->problem, wider, in->point, &bound.value, err));
  TRY(lip_sure_slope(&in->problem, in->point, &bound.value, err));
  if (bound.value >= 0) {
    bound.side = LIP_LOWER;
    lip_steepest_offer(&in->steepest, bound.value, in->point);
    memcpy(found->witness, in->point, in->problem.d * sizeof *in->point);
    note(found, &bound);
  }
  TRY(lip_wider_upper(&in->problem, wider, &in->proposals, upper_taken, err));
  if (*upper_taken) {
    bound.side = LIP_UPPER;
    bound.value = wider->upper;
    note(found, &bound);
    found->relaxed = wider->relaxed;
  }
done:
  return st;
}

/* Does a search from `first` on apply? */
static bool search_follows(const inquiry *in, size_t first)
{
  for (size_t i = first; i < SEARCHES; i++)
    if (searches[i]->applies(&in->problem)) return true;
  return false;
}

/* The long upper methods: all the time that is left where no search follows. */
static lip_status ask_later(inquiry *in, bool searched, lip_error *err)
{
  lip_status st = LIP_OK;
  bool follows = searched && search_follows(in, 0);

  for (size_t i = 0; i < LATER_UPPERS && !is_decided(in); i++)
    TRY(ask_upper(in, later_upper_methods[i], follows ? LATER : 1, METHODS_LATER, err));
done:
  return st;
}

/* The slopes on the domain, once for all methods; those that find them not kept give up by
   themselves. */
static lip_status find_slopes(inquiry *in, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_slope_bounds *slopes = NULL;

  if (!in->problem.deep) return LIP_OK;
  give_slice(in, SLOPES, METHODS);
  st = lip_slope_bounds_create(in->claim, &slopes, &in->watch.control, err);
  lip_slope_bounds_free(slopes);
  return st == LIP_EINTERRUPT ? LIP_OK : st;
}

static lip_status ask(inquiry *in, const lip_measure_options *options, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t asked = 0, all = LOWERS + (options->search ? SEARCHES : 0);
  bool upper_taken = false;
  /* Climbs would run away until slopes overflow, or are nothing but rounding. */
  bool endless = !lip_problem_slope_is_bounded(&in->problem);

  if (options->wider) TRY(ask_wider(in, options->wider, &upper_taken, err));
  if (!upper_taken) TRY(find_slopes(in, err));
  for (size_t i = 0; i < UPPERS && !upper_taken && !is_decided(in); i++)
    TRY(ask_upper(in, upper_methods[i], UPPER, METHODS, err));
  TRY(lip_constant_is_infinite(in->claim, &in->found.infinite, err));
  for (size_t i = 0; i < LOWERS; i++, asked++) {
    if (options->wider && gives_proxies(lower_methods[i])) continue;
    if (endless && !gives_proxies(lower_methods[i])) continue;
    if (in->found.lower_method && is_decided(in)) break;
    tell(in, (double)asked / (double)all, (double)(asked + 1) / (double)all);
    TRY(ask_lower(in, lower_methods[i], err));
  }
  if (!upper_taken) TRY(ask_later(in, options->search && !endless, err));
  for (size_t i = 0; options->search && !endless && i < SEARCHES; i++, asked++) {
    give_slice(in, SEARCH, METHODS);
    if (is_closed(&in->found, options->gap) || is_decided(in) || lip_stopped(&in->watch.control))
      break;
    tell(in, (double)asked / (double)all, (double)(asked + 1) / (double)all);
    TRY(search(in, searches[i], search_follows(in, i + 1) ? SEARCH : 1, options->gap, err));
  }
  /* A pattern counts neurons that keep their sign on the domain, the relaxation does not. */
  if (in->found.pattern > in->found.relaxed) in->found.pattern = in->found.relaxed;
  in->found.stopped = lip_watch_verdict(&in->watch);
  if (strcmp(in->found.stopped, "done") == 0 && is_closed(&in->found, options->gap))
    in->found.stopped = "gap";
  if (strcmp(in->found.stopped, "done") == 0 && is_decided(in)) in->found.stopped = "claim";
done:
  return st;
}

static lip_status prepare(inquiry *in, const lip_net *net, const lip_dataset *data,
                          const lip_measure_options *options, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net);
  lip_measurement *found = &in->found;

  TRY(lip_domain_parse(options->domain ? options->domain : "space", options->reading, &in->domain,
                       err));
  TRY(lip_problem_state(net, data, options, in->domain, &in->problem, err));
  TRY(lip_claim_create(net, in->problem.output, in->problem.norm, in->domain, &in->claim, err));
  in->problem.claim = in->claim->deep ? NULL : in->claim;
  in->problem.deep = in->claim->deep ? in->claim : NULL;
  found->output = in->problem.output;
  found->norm = in->problem.norm;
  found->domain = in->domain;
  found->domain.centers = NULL;
  if (in->domain.kind == LIP_AROUND_DATA)
    (void)snprintf(found->domain_text, sizeof found->domain_text, "%s", options->domain);
  else
    (void)lip_domain_format(in->domain, found->domain_text, sizeof found->domain_text);
  found->witness = lip_alloc_zero(d, sizeof *found->witness);
  found->layer_norm = lip_alloc(net->depth, sizeof *found->layer_norm);
  in->point = lip_alloc(d, sizeof *in->point);
  in->gradient = lip_alloc(d, sizeof *in->gradient);
  if (!found->witness || !found->layer_norm || !in->point || !in->gradient)
    FAIL(LIP_ENOMEM, "a witness with %zu coordinates", d);
  TRY(lip_steepest_create(in->problem.starts > 0 ? in->problem.starts : 1, d, &in->steepest, err));
  TRY(lip_problem_norms(&in->problem, found->layer_norm, &in->watch.control, err));
done:
  return st;
}

/* From numbers about the form that was measured to those about net = 2^exponent form. */
static lip_status rescale(inquiry *in, const lip_net *net, int exponent, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_measurement *found = &in->found;
  lip_problem problem = in->problem;
  double *numbers[] = {&found->relaxed, &found->pattern, &found->proxy_random, &found->proxy_data};
  bool scaled = false;

  found->lower = lip_ldexp_down(found->lower, exponent);
  found->upper = lip_ldexp_up(found->upper, exponent);
  for (size_t i = 0; i < found->bounds; i++)
    found->bound[i].value = ldexp(found->bound[i].value, exponent);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    *numbers[i] = ldexp(*numbers[i], exponent);
  if (found->certificate)
    TRY(lip_certificate_scale(found->certificate, net, exponent, &scaled, err));
  if (!scaled) {
    lip_certificate_free(found->certificate);
    found->certificate = NULL;
    found->certified = false;
  }
  problem.net = net;
  TRY(lip_problem_norms(&problem, found->layer_norm, &in->watch.control, err));
done:
  return st;
}

/* What is not known yet of the nodes of the network as it was given. */
static lip_status tabulate(inquiry *in, const lip_net *net, lip_error *err)
{
  const double *layer = in->found.layer_norm;
  double *norms = in->found.node_norm;

  for (size_t i = 1, j = 0; net == in->problem.net && in->problem.claim && i < net->nodes; i++)
    if (net->node[i].kind == LIP_NODE_LINEAR && j < 2 && in->problem.norm == LIP_NORM_2)
      norms[i] = layer[j++];
  in->watch.slice = INFINITY;
  return lip_node_norms(net, in->problem.norm, norms, &in->watch.control, err);
}

lip_status lip_measure(const lip_net *net, const lip_dataset *data,
                       const lip_measure_options *options, lip_measurement *result,
                       const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net *form = NULL, *balanced = NULL;
  const lip_net *measured;
  int exponent = 0;
  inquiry in = {.found = {.proxy_random = NAN,
                          .proxy_data = NAN,
                          .relaxed = NAN,
                          .pattern = NAN,
                          .upper = INFINITY,
                          .upper_method = "none"}};

  lip_watch_start(&in.watch, options->time_limit, control);
  TRY(lip_two_layer_form(net, &form, err)); /* what is known of two layers holds for it too */
  measured = form ? form : net;
  if (!lip_claim_is_two_layer(measured))
    TRY(lip_balanced_form(measured, &balanced, &exponent, err));
  if (balanced) measured = balanced;
  if (options->claim) {
    in.scaled_claim = lip_ldexp_down(*options->claim, -exponent);
    in.claimed = &in.scaled_claim;
  }
  in.found.node_norm = lip_alloc(net->nodes, sizeof *in.found.node_norm);
  if (!in.found.node_norm) FAIL(LIP_ENOMEM, "the norms of %zu nodes", net->nodes);
  for (size_t i = 0; i < net->nodes; i++) in.found.node_norm[i] = NAN;
  TRY(prepare(&in, measured, data, options, err));
  if (measured == net) in.problem.node_norm = in.found.node_norm;
  TRY(ask(&in, options, err));
  TRY(prove(&in, err));
  TRY(climb_on(&in, options, err));
  if (balanced) TRY(rescale(&in, net, exponent, err));
  TRY(tabulate(&in, net, err));
  in.found.seconds = lip_watch_seconds(&in.watch);
  *result = in.found;
  memset(&in.found, 0, sizeof in.found);
done:
  lip_measurement_clear(&in.found);
  lip_proposals_clear(&in.proposals);
  lip_steepest_clear(&in.steepest);
  lip_claim_free(in.claim);
  lip_domain_clear(&in.domain);
  lip_net_free(form);
  lip_net_free(balanced);
  lip_free(in.gradient);
  lip_free(in.point);
  return st;
}

void lip_measurement_clear(lip_measurement *result)
{
  lip_certificate_free(result->certificate);
  lip_free(result->witness);
  lip_free(result->direction);
  lip_free(result->layer_norm);
  lip_free(result->node_norm);
  memset(result, 0, sizeof *result);
}
