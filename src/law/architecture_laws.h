/* architecture_laws.h - universal law, section 3, for an architecture. */
#ifndef LIP_LAW_ARCHITECTURE_LAWS_H
#define LIP_LAW_ARCHITECTURE_LAWS_H

#include <liplaw/architecture.h>
#include <liplaw/law.h>

enum { ARCHITECTURE_LAWS = 8 }; /* (3.1), (3.2) as paper, corrected, sharp, profile */

/* What is known before the laws: norms by layer and what follows from them. NaN: unknown. */
typedef struct architecture_report {
  lip_architecture_sizes sizes;
  bool weights;     /* they are known, not only the sizes */
  double W, radius; /* of the box, at least 1 where weights are known; of the ball of points */
  double *box_norm, *box_bias, *norm, *bias_norm; /* per node, owned: in the box; in (3.2) */
  bool norms;                                     /* those of (3.2) are known */
  lip_architecture_bounds box,
      own;                /* with parameters in the box; with the measured or given norms */
  double log_paper_slope; /* of J = R (W Q p)^D */
  double log_share;       /* of delta, that rounding up norms to powers of 2 costs */
} architecture_report;

/* in  W (NaN: 1, or what covers the weights), radius (NaN: 1 + sqrt(2 log(2n/delta) / d), which
   holds for Gaussian points but for probability delta/2; 1 where there is no n), n, d, delta return
   LIP_OK; LIP_ENUMERIC; LIP_ENOMEM; the report is to be cleared either way */
LIP_MUST_CHECK lip_status architecture_report_make(const lip_architecture *of,
                                                   const lip_law_input *in,
                                                   architecture_report *report, lip_error *err);
void architecture_report_clear(architecture_report *report);

/* Law `which` of ARCHITECTURE_LAWS: its name and source; the second half needs report->norms. */
const lip_law *architecture_law_at(size_t which);

/* in  n; the rest as in Theorem 3, p and the size of the class apart
   return  LIP_OK; LIP_EOPTION; LIP_ENUMERIC; LIP_ENOMEM */
LIP_MUST_CHECK lip_status architecture_law(const lip_architecture *of,
                                           const architecture_report *report,
                                           const lip_law_input *in, size_t which,
                                           lip_law_result *result, lip_error *err);

#endif
