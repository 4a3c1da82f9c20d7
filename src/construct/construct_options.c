/* construct_options.c - the options of constructing, one row each. */
#include "construct/construct_options.h"

#include <liplaw/construct.h>

#include "base/error.h"

#include <string.h>

#define FIELD(name) offsetof(lip_construct_options, name)

static const lip_option rows[] = {
    {"kind", 0, LIP_OPT_CHOICE, FIELD(kind), "linear", 0, 0,
     "linear|caps|groups|tensor|baum|mcshane|rbf|projected|counterexample", "",
     "which theorem's network"},
    {"normalise", 0, LIP_OPT_BOOL, FIELD(normalise), "false", 0, 0, NULL, "",
     "divide every point by its length first; the network fits those points"},
    {"threshold", 0, LIP_OPT_F64, FIELD(threshold), "0", 0, 1, NULL, "",
     "caps: of x_i.x; groups: of w_l.x, with --adaptive the largest allowed; 0: the theorem's"},
    {"optimise", 0, LIP_OPT_BOOL, FIELD(optimise), "false", 0, 0, NULL, "",
     "caps: the threshold at which the two nearest caps touch"},
    {"group", 'm', LIP_OPT_SIZE, FIELD(group), "0", 0, 1e9, NULL, "",
     "groups, baum: points per neuron or hyperplane; 0: as many as possible"},
    {"adaptive", 0, LIP_OPT_BOOL, FIELD(adaptive), "false", 0, 0, NULL, "",
     "groups: each neuron's own threshold, its largest value off its group"},
    {"power", 'p', LIP_OPT_SIZE, FIELD(power), "2", 1, 64, NULL, "", "tensor: p of (x_i.x)^p"},
    {"exact", 0, LIP_OPT_BOOL, FIELD(exact), "false", 0, 0, NULL, "",
     "tensor: solve for an exact fit"},
    {"implicit", 0, LIP_OPT_BOOL, FIELD(implicit), "false", 0, 0, NULL, "",
     "tensor: n neurons (x_i.x)^p"},
    {"dimensions", 0, LIP_OPT_SIZE, FIELD(dimensions), "0", 0, 1e9, NULL, "",
     "projected: how many coordinates are kept"},
    {"cells", 0, LIP_OPT_SIZE, FIELD(cells), "0", 0, 64, NULL, "",
     "counterexample: coordinates that cut the space, up to 17; 0: all of up to 4, else 2^cells >= "
     "100 n"},
    {"tries", 0, LIP_OPT_SIZE, FIELD(tries), "1e6", 1, 1e15, NULL, "",
     "counterexample: parameters tried beyond 4 coordinates"},
    {"seed", 0, LIP_OPT_U64, FIELD(seed), "0", 0, 0, NULL, "", "of every random choice"},
};

/* Which options belong to which kinds alone; the others belong to all. */
static const struct {
  const char *name;
  unsigned kinds; /* bits, by lip_construct_kind */
} owners[] = {
    {"threshold", 1U << LIP_CONSTRUCT_CAPS | 1U << LIP_CONSTRUCT_GROUPS},
    {"optimise", 1U << LIP_CONSTRUCT_CAPS},
    {"group", 1U << LIP_CONSTRUCT_GROUPS | 1U << LIP_CONSTRUCT_BAUM},
    {"adaptive", 1U << LIP_CONSTRUCT_GROUPS},
    {"power", 1U << LIP_CONSTRUCT_TENSOR},
    {"exact", 1U << LIP_CONSTRUCT_TENSOR},
    {"implicit", 1U << LIP_CONSTRUCT_TENSOR},
    {"dimensions", 1U << LIP_CONSTRUCT_PROJECTED},
    {"cells", 1U << LIP_CONSTRUCT_COUNTEREXAMPLE},
    {"tries", 1U << LIP_CONSTRUCT_COUNTEREXAMPLE},
};

lip_option_table lip_construct_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

void lip_construct_defaults(lip_construct_options *options)
{
  lip_options_defaults(lip_construct_option_table(), options);
}

/* Whether the option stands at its default, or belongs to the kind. */
static bool fits(const lip_option *row, const lip_construct_options *options,
                 const lip_construct_options *initial)
{
  for (size_t o = 0; o < sizeof owners / sizeof *owners; o++)
    if (strcmp(owners[o].name, row->name) == 0 && !(owners[o].kinds >> options->kind & 1))
      return lip_option_same(row, options, initial);
  return true;
}

lip_status lip_construct_check_options(const lip_construct_options *options, lip_error *err)
{
  lip_construct_options initial;
  char kind[32];

  lip_construct_defaults(&initial);
  for (size_t r = 1; r < sizeof rows / sizeof *rows; r++)
    if (!fits(&rows[r], options, &initial))
      return lip_fail(err, LIP_EOPTION, "%s has no --%s",
                      lip_option_format(&rows[0], options, kind, sizeof kind), rows[r].name);
  if (options->optimise && options->threshold > 0)
    return lip_fail(err, LIP_EOPTION, "--optimise chooses the threshold, --threshold gives one");
  return LIP_OK;
}
