/* study.c - the table of studies, and one study from its rows to its page. */
#include "study/study.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "report/gnuplot.h"
#include "report/page_frame.h"

#include <stdlib.h>
#include <string.h>

static const study *const studies[] = {
    &isoperimetry_study, &lemmas_study,   &counterexample_study, &generalisation_study,
    &tradeoff_study,     &minimise_study, &depth_study,          &early_stopping_study};
enum { STUDIES = sizeof studies / sizeof *studies };

const char *lip_study_name(size_t index)
{
  return index < STUDIES ? studies[index]->name : NULL;
}

const char *lip_study_summary(size_t index)
{
  return index < STUDIES ? studies[index]->summary : NULL;
}

void lip_study_clear(lip_study_result *result)
{
  lip_report_clear(&result->report);
  *result = (lip_study_result){0};
}

bool study_stopped(const study_run *run)
{
  return run->control && run->control->stop && run->control->stop(run->control->context);
}

lip_status study_figure_begin(study_run *run, const char *name, double width, double height,
                              drawing *figure, lip_error *err)
{
  if (study_stopped(run)) return lip_fail(err, LIP_EINTERRUPT, "interrupted while drawing");
  return drawing_begin(figure, name, width, height, &run->folder, err);
}

lip_status study_figure_end(study_run *run, drawing *figure, const char *caption, lip_error *err)
{
  lip_status st = drawing_end(figure, err);
  double column = 12; /* cm: above it a figure is as wide as the page allows */

  if (st != LIP_OK) return st;
  return frame_figure(run->body, &run->folder, figure->name,
                      figure->width > column ? "wide" : "column", caption, err);
}

/* What the study wrote goes to the caller: criteria, and the files' names, the page first. */
static lip_status hand_over(study_run *run, lip_report_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  const report_folder *folder = &run->folder;

  out->file = lip_alloc_zero(folder->files, sizeof *out->file);
  if (!out->file) FAIL(LIP_ENOMEM, "no memory for %zu names", folder->files);
  for (size_t i = 0; i < folder->files; i++) {
    out->file[i] = lip_strdup(folder->file[(i + folder->files - 1) % folder->files]);
    if (!out->file[i]) FAIL(LIP_ENOMEM, "no memory for a name");
    out->files++;
  }
  out->criterion = run->criteria.criterion;
  out->criteria = run->criteria.count;
  run->criteria = (criterion_list){0};
done:
  return st;
}

static lip_status run_study(const study *self, study_run *run, lip_report_result *out,
                            lip_error *err)
{
  lip_status st = LIP_OK;
  char *findings = NULL, *body = NULL;
  size_t sizes[2];

  run->findings = open_memstream(&findings, &sizes[0]);
  run->body = open_memstream(&body, &sizes[1]);
  if (!run->findings || !run->body) FAIL(LIP_ENOMEM, "no memory for a page");
  TRY(folder_open(run->path, &run->folder, err));
  TRY(self->run(run, err));
  if (fflush(run->findings) != 0 || fflush(run->body) != 0) FAIL(LIP_ENOMEM, "no memory: the page");
  TRY(study_page_make(self, run, findings, body, err));
  TRY(hand_over(run, out, err));
  TRY(folder_commit(&run->folder, err));
done:
  if (run->findings) (void)fclose(run->findings);
  if (run->body) (void)fclose(run->body);
  free(findings); /* open_memstream's */
  free(body);
  return st;
}

lip_status lip_study(const char *name, lip_scale scale, size_t workers, const char *folder,
                     lip_study_result *result, const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  double began = lip_seconds();
  const study *self = NULL;
  lip_report_result made = {0};
  study_run run = {.name = name, .path = folder, .scale = scale, .control = control};

  for (size_t i = 0; i < STUDIES; i++)
    if (strcmp(studies[i]->name, name) == 0) self = studies[i];
  if (!self) FAIL(LIP_EOPTION, "there is no study '%s'", name);
  TRY(gnuplot_check(err));
  run.team = lip_team_create(workers);
  if (!run.team) FAIL(LIP_ENOMEM, "no threads for the study");
  TRY(run_study(self, &run, &made, err));
done:
  if (control && control->progress) control->progress(control->context, 1, "");
  if (st == LIP_OK || st == LIP_EINTERRUPT) {
    *result = (lip_study_result){made, run.rows, run.done, lip_seconds() - began};
    made = (lip_report_result){0};
  }
  lip_report_clear(&made);
  lip_team_free(run.team);
  folder_release(&run.folder);
  criterion_list_clear(&run.criteria);
  return st;
}
