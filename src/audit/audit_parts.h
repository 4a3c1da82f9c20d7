/* audit_parts.h - what the parts of an audit share: one audit under way. */
#ifndef LIP_AUDIT_AUDIT_PARTS_H
#define LIP_AUDIT_AUDIT_PARTS_H

#include <liplaw/audit.h>

#include "audit/starts.h"
#include "base/parallel.h"
#include "lipschitz/watch.h"

typedef struct audit_run {
  const lip_net *net;
  const lip_dataset *data;
  const lip_audit_options *options;
  const lip_control *outer;
  double began; /* s */
  lip_team *team;
  lip_watch watch;     /* of the part under way */
  lip_starts *starts;  /* owned: points of the data for lower ends; NULL before */
  bool cut;            /* a part or a bracket had less time than it could have used */
  size_t m;            /* outputs */
  size_t *label;       /* n, owned: the class; of signs 0 for -1 and 1 for +1; NULL for values */
  double *values;      /* n x m, owned: f(x_i), in f64 */
  double *upper;       /* classes x classes, owned: of the function that tells them apart */
  size_t *near, nears; /* 2 x nears, owned: rows, and the row that is nearest to each */
  lip_dataset target;  /* the data with the labels that L* is for; y owned, X borrowed */
  lip_audit found;
} audit_run;

/* A part begins: it may take this share of the time that is left, and is told by this word. */
void audit_begin(audit_run *run, double from, double to, double share, const char *text);
double audit_left(const audit_run *run); /* s, at least 0 */
bool audit_interrupted(const audit_run *run);

/* The parts, in the order in which they run; each leaves what it finds in run->found, and what it
   could not do in its time unknown. */
LIP_MUST_CHECK lip_status audit_fit(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_brackets(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_ball(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_classes(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_labels(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_dimension(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_noise(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_radii(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_local(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_attack(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_curve(audit_run *run, lip_error *err);
LIP_MUST_CHECK lip_status audit_laws(audit_run *run, lip_error *err);
void audit_check_settings(audit_run *run); /* of the laws that were evaluated */
void audit_size(audit_run *run);
void audit_judge(audit_run *run);

/* How far outputs v of a point are on the side of class a against class b. */
double audit_margin(const audit_run *run, const double *v, size_t a, size_t b);

#endif
