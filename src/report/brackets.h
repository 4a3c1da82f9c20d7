/* brackets.h - the certified brackets of an experiment, domain by domain, beside the paper's proxy.
 */
#ifndef LIP_REPORT_BRACKETS_H
#define LIP_REPORT_BRACKETS_H

#include "report/trend.h"

/* In the order of the figures: the unit sphere (tangential; the conjecture's domain), the smallest
   ball around 0 that holds the data, the space. */
enum { BRACKET_DOMAINS = 3 };
extern const char *const bracket_domain_titles[BRACKET_DOMAINS];

/* Of a cell on a domain: means over its kept runs that were measured there; count 0: none were. */
typedef struct cell_bracket {
  size_t count;
  double lower, upper;
} cell_bracket;
cell_bracket bracket_of(const cell *c, size_t domain);

/* Above this upper / lower a bracket does not tell which law its cell follows: it is drawn pale. */
extern const double bracket_resolved;

/* Cells with the same law: their proxies, lower and upper ends against the paper's law. */
typedef struct bracket_set {
  const char *title; /* for the page */
  const law *law;
  bool (*member)(const experiment *self, const cell *c);
} bracket_set;
extern const bracket_set bracket_width_set;                 /* d <= n/10 */
extern const bracket_set bracket_blue_set, bracket_red_set; /* at the largest n */

typedef struct bracket_fit {
  size_t cells, unresolved;
  line_fit proxy, lower, upper; /* means over seeds against the law */
} bracket_fit;
LIP_MUST_CHECK lip_status fit_brackets(const experiment *self, const bracket_set *set,
                                       size_t domain, bracket_fit *fit, lip_error *err);

/* The cells of some sets on a domain: upper over lower end, lower end over proxy, and where the
   brackets resolve nothing. Without cells all but the counts mean nothing. */
typedef struct bracket_widths {
  size_t cells, unresolved, least_d, most_d; /* d: of the unresolved ones */
  double narrowest, widest;
  double least_gain, most_gain;
} bracket_widths;
bracket_widths measure_widths(const experiment *self, const bracket_set *const *sets, size_t count,
                              size_t domain);

/* The conjecture's law on the sphere, network by network: every certified one of the kept runs has
   a constant of at least `least` sqrt(n/k). networks: so many; 0: least means nothing. */
typedef struct proved_law {
  size_t networks;
  double least;
} proved_law;
void add_proved_law(const experiment *self, proved_law *proved);

/* How many kept runs have a bracket on every domain, and for how many of them all are certified. */
void count_brackets(const experiment *self, size_t *measured, size_t *certified);

#endif
