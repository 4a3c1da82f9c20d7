/* audit_answer.c - what liplaw audit says, as JSON. */
#include "cli/audit_answer.h"

#include "cli/law_answer.h"

#include <math.h>
#include <string.h>

static const char *const verdicts[] = {"impossible", "not_excluded", "achieved"};
static const char *const tasks[] = {"values", "signs", "classes"};
static const char *const sureness[] = {"proved", "assumed", "computed", "estimate"};

static json_t *bracket_json(const lip_audit_bracket *b)
{
  if (!b->known) return json_null();
  return json_pack("{s:o, s:o, s:b, s:b, s:s, s:s, s:s, s:s, s:o}", "lower", cli_number(b->lower),
                   "upper", cli_number(b->upper), "certified", b->certified, "infinite",
                   b->infinite, "domain", b->domain, "lower_method", b->lower_method,
                   "upper_method", b->upper_method, "stopped", b->stopped, "seconds",
                   cli_number(b->seconds));
}

static json_t *classes_json(const lip_audit *found)
{
  json_t *list = json_array();

  for (size_t k = 0; k < found->pairs; k++) {
    const lip_audit_classes *pair = &found->pair[k];

    if (json_array_append_new(list,
                              json_pack("{s:I, s:I, s:o, s:o, s:b, s:s}", "a", (json_int_t)pair->a,
                                        "b", (json_int_t)pair->b, "lower", cli_number(pair->lower),
                                        "upper", cli_number(pair->upper), "certified",
                                        pair->certified, "upper_method", pair->upper_method)) != 0)
      break;
  }
  return list;
}

/* Numbers of classes and signs are whole. */
static json_t *label_json(const lip_audit *found, double label)
{
  bool whole = found->task != LIP_TASK_VALUES && label == floor(label) && fabs(label) < 1e15;

  return whole ? json_integer((json_int_t)label) : cli_number(label);
}

static json_t *conflicts_json(const lip_audit *found)
{
  json_t *list = json_array();

  for (size_t k = 0; k < found->conflicts; k++) {
    const lip_audit_conflict *c = &found->conflict[k];

    if (json_array_append_new(
            list,
            json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:b}", "i", (json_int_t)c->i, "j",
                      (json_int_t)c->j, "label_i", label_json(found, c->label_i), "label_j",
                      label_json(found, c->label_j), "distance", cli_number(c->distance), "slope",
                      cli_number(c->slope), "right_i", c->right_i, "right_j", c->right_j)) != 0)
      break;
  }
  return list;
}

static json_t *curve_json(const lip_audit *found)
{
  json_t *list = json_array();
  double points = (double)found->points;

  for (size_t k = 0; k < found->curve_points; k++) {
    const lip_audit_radius *row = &found->curve[k];

    if (json_array_append_new(
            list,
            json_pack(
                "{s:o, s:o, s:o, s:o, s:o}", "radius", cli_number(row->radius), "certified",
                cli_number(found->space.infinite ? NAN : (double)row->certified / points), "local",
                found->local_points ? cli_number((double)row->local / points) : json_null(),
                "attacked", cli_number(found->attacked ? (double)row->attacked / points : NAN),
                "possible", cli_number((double)row->possible / points))) != 0)
      break;
  }
  return list;
}

static json_t *laws_json(const lip_audit *found)
{
  json_t *list = json_array();

  for (size_t k = 0; k < found->laws; k++)
    if (json_array_append_new(list, law_object(found->law[k].law, NULL, &found->law[k].result)) !=
        0)
      break;
  return list;
}

static json_t *sentences_json(const lip_audit *found)
{
  json_t *list = json_array();

  for (size_t k = 0; k < found->sentences; k++)
    if (json_array_append_new(list, json_pack("{s:s, s:o}", "sureness",
                                              sureness[found->sentence[k].sureness], "text",
                                              cli_text(found->sentence[k].text))) != 0)
      break;
  return list;
}

static json_t *dimension_json(const lip_audit_dimension *d)
{
  if (!d->known) return json_null();
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "d_eff", cli_number(d->effective),
                   "effective_rank", cli_number(d->effective_rank), "participation_ratio",
                   cli_number(d->participation), "two_nearest", cli_number(d->two_nearest), "least",
                   cli_number(d->least), "largest", cli_number(d->largest));
}

static json_t *fit_json(const lip_audit *found)
{
  return json_pack("{s:I, s:I, s:I, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "n",
                   (json_int_t)found->n, "d", (json_int_t)found->d, "outputs",
                   (json_int_t)found->outputs, "parameters", (json_int_t)found->parameters, "task",
                   tasks[found->task], "labels", found->labels, "loss", cli_number(found->loss),
                   "accuracy", cli_number(found->accuracy), "largest_error",
                   cli_number(found->largest_error), "margin", cli_number(found->scale),
                   "noise_level", cli_number(found->noise_level), "noise_neighbours",
                   cli_number(found->noise_neighbours), "noise_source", found->noise_source);
}

static json_t *bounds_json(const lip_audit *found)
{
  const lip_audit_bracket *space = &found->space;

  return json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:o, s:o}", "lower",
                   cli_number(space->known ? space->lower : NAN), "upper",
                   cli_number(space->known ? space->upper : NAN), "certified",
                   space->known && space->certified, "space", bracket_json(space), "ball",
                   bracket_json(&found->ball), "radius", cli_number(found->radius), "pairs",
                   classes_json(found), "pairs_all", (json_int_t)found->pairs_all, "l_star",
                   cli_number(found->l_star), "l_star_points", (json_int_t)found->l_star_points,
                   "separation", cli_number(found->separation), "conflicts", conflicts_json(found));
}

static json_t *verdict_json(const lip_audit *found, const char *folder)
{
  return json_pack(
      "{s:o, s:I, s:b, s:b, s:b, s:b, s:I, s:o, s:s, s:o, s:o, s:o, s:{s:o, s:o, s:s}, s:o, "
      "s:o, s:s, s:s, s:o, s:o, s:o, s:s}",
      "certified_accuracy", curve_json(found), "points", (json_int_t)found->points,
      "accuracy_certified", found->radii_certified, "attacked", found->attacked, "attack_done",
      found->attack_done, "local", found->local, "local_points", (json_int_t)found->local_points,
      "law", laws_json(found), "law_function", found->law_function, "law_unit",
      cli_number(found->law_unit), "law_noise_level", cli_number(found->law_noise), "law_loss",
      cli_number(found->law_error), "required_p", "low", cli_number(found->law_p_low), "high",
      cli_number(found->law_p_high), "position", found->size_position, "d_eff",
      dimension_json(&found->dimension), "target", cli_number(found->target), "question",
      found->question, "verdict", verdicts[found->verdict], "explanation", sentences_json(found),
      "page", folder ? cli_text(folder) : json_null(), "seconds", cli_number(found->seconds),
      "stopped", found->stopped);
}

int audit_answer_json(const lip_audit *found, const char *folder)
{
  json_t *answer = fit_json(found), *bounds = bounds_json(found),
         *verdict = verdict_json(found, folder);
  bool whole = answer && bounds && verdict && json_object_update(answer, bounds) == 0 &&
               json_object_update(answer, verdict) == 0;

  json_decref(bounds);
  json_decref(verdict);
  if (!whole) {
    json_decref(answer);
    answer = NULL;
  }
  return cli_answer_json(strcmp(found->stopped, "interrupt") == 0 ? "interrupted" : "ok", answer);
}
