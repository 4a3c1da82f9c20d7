/* audit.c - a network beside data: runs the parts one after the other within the time.

   Each part may take a share of the time that is left when it begins, and leaves what it could not
   do unknown. What a network and data tell at once comes first, so that a short time limit or an
   interrupt still leaves fit and bracket. */
#include "audit/audit_parts.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double audit_left(const audit_run *run)
{
  return fmax(run->options->time_limit - (lip_seconds() - run->began), 0);
}

bool audit_interrupted(const audit_run *run)
{
  return run->outer && run->outer->stop && run->outer->stop(run->outer->context);
}

void audit_begin(audit_run *run, double from, double to, double share, const char *text)
{
  lip_watch_start(&run->watch, share * audit_left(run), run->outer);
  run->watch.from = from;
  run->watch.to = to;
  (void)snprintf(run->watch.text, sizeof run->watch.text, "%s", text);
  run->watch.control.progress(run->watch.control.context, 0, text);
}

static lip_status run_parts(audit_run *run, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(audit_fit(run, err));
  TRY(audit_brackets(run, err));
  TRY(audit_labels(run, err));
  TRY(audit_dimension(run, err));
  TRY(audit_noise(run, err));
  TRY(audit_classes(run, err));
  TRY(audit_radii(run, err));
  TRY(audit_attack(run, err));
  TRY(audit_local(run, err));
  TRY(audit_curve(run, err));
  TRY(audit_ball(run, err));
  TRY(audit_laws(run, err));
  audit_size(run);
  audit_judge(run);
done:
  return st;
}

/* Parts that had no time for all of their work. */
static bool was_cut(const lip_audit *found)
{
  return (found->attacked && !found->attack_done) || !(found->l_star_points >= found->n) ||
         (found->local && found->local_points < found->points);
}

lip_status lip_run_audit(const lip_net *net, const lip_dataset *data,
                         const lip_audit_options *options, lip_audit *result,
                         const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  audit_run run = {.net = net,
                   .data = data,
                   .options = options,
                   .outer = control,
                   .began = lip_seconds(),
                   .found = {.accuracy = NAN,
                             .scale = NAN,
                             .noise_level = NAN,
                             .noise_neighbours = NAN,
                             .noise_source = "unknown",
                             .l_star = NAN,
                             .separation = NAN,
                             .target = NAN}};

  run.team = lip_team_create(0);
  if (!run.team) FAIL(LIP_ENOMEM, "threads");
  TRY(run_parts(&run, err));
  run.found.seconds = lip_seconds() - run.began;
  run.cut = run.cut || was_cut(&run.found);
  run.found.stopped = audit_interrupted(&run)              ? "interrupt"
                      : run.cut || !(audit_left(&run) > 0) ? "time"
                                                           : "done";
  *result = run.found;
  memset(&run.found, 0, sizeof run.found);
done:
  lip_audit_clear(&run.found);
  lip_starts_free(run.starts);
  lip_free(run.label);
  lip_free(run.values);
  lip_free(run.upper);
  lip_free(run.near);
  lip_free(run.target.y);
  lip_team_free(run.team);
  return st;
}

void lip_audit_clear(lip_audit *result)
{
  lip_free(result->pair);
  lip_free(result->conflict);
  lip_free(result->point);
  lip_free(result->curve);
  lip_free(result->rival);
  lip_free(result->law);
  memset(result, 0, sizeof *result);
}
