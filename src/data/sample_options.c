/* sample_options.c - the options of sampling, one row each. */
#include "data/sample_options.h"

#include "base/error.h"

#include <liplaw/dataset.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name) offsetof(lip_sample_options, name)

static const lip_option rows[] = {
    {"kind", 0, LIP_OPT_CHOICE, FIELD(kind), "gaussian", 0, 0,
     "gaussian|sphere|cube|hypercube|gaussian-plus|log-concave|spin-glass|spheres|rotations|"
     "stiefel",
     "", "the distribution of x: N(0, I/d), uniform on the unit sphere, ..."},
    {"labels", 0, LIP_OPT_CHOICE, FIELD(labels), "random", 0, 0, "random|balanced", "",
     "+1 and -1 by fair coins, or as many +1 as -1"},
    {"n", 'n', LIP_OPT_SIZE, FIELD(n), NULL, 1, 1e12, NULL, "", "points"},
    {"d", 'd', LIP_OPT_SIZE, FIELD(d), NULL, 1, 1e12, NULL, "", "dimension of a point"},
    {"seed", 0, LIP_OPT_U64, FIELD(seed), "0", 0, 0, NULL, "", "of the points and the labels"},
};

static const lip_option shape[] = {
    {"teacher", 0, LIP_OPT_CHOICE, FIELD(teacher), "linear", 0, 0, "linear|network", "",
     "whose sign is flipped, or to which noise is added"},
    {"factors", 0, LIP_OPT_SIZE, FIELD(factors), "2", 1, 1e6, NULL, "",
     "spheres of the product, vectors of stiefel"},
    {"radius", 0, LIP_OPT_F64, FIELD(radius), "0.5", 0, 10, NULL, "",
     "gaussian-plus: length of the added vector, in units of 1/sqrt(d)"},
    {"quartic", 0, LIP_OPT_F64, FIELD(quartic), "1", 0, 1e6, NULL, "",
     "log-concave: weight of t^4/4 beside t^2/2"},
    {"beta", 0, LIP_OPT_F64, FIELD(beta), "0.2", 0, 0.2499999, NULL, "",
     "spin-glass: inverse temperature"},
    {"sweeps", 0, LIP_OPT_SIZE, FIELD(sweeps), "50", 4, 1e6, NULL, "",
     "spin-glass: passes of each chain"},
    {"mixture", 0, LIP_OPT_TEXT, FIELD(mixture), NULL, 0, 0, NULL, "",
     "kinds of further components, comma-separated"},
    {"spread", 0, LIP_OPT_F64, FIELD(spread), "1", 0, 1e100, NULL, "",
     "length of the components' centers"},
};

lip_option_table lip_sample_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

lip_option_table lip_sample_shape_table(void)
{
  return (lip_option_table){shape, sizeof shape / sizeof *shape};
}

void lip_sample_defaults(lip_sample_options *options)
{
  *options = (lip_sample_options){.level = 0};
  lip_options_defaults(lip_sample_option_table(), options);
  lip_options_defaults(lip_sample_shape_table(), options);
}

lip_status lip_labels_parse(const char *text, void *into, lip_error *err)
{
  lip_sample_options *options = into;
  const char *number = strchr(text, '=');
  char *end = NULL;
  double level = number ? strtod(number + 1, &end) : 0;
  bool is_number = number && end != number + 1 && !*end && isfinite(level) && level >= 0;

  if (strcmp(text, "random") == 0) {
    options->labels = LIP_LABELS_RANDOM;
  } else if (strcmp(text, "balanced") == 0) {
    options->labels = LIP_LABELS_BALANCED;
  } else if (strncmp(text, "flip=", 5) == 0 && is_number && level <= 0.5) {
    options->labels = LIP_LABELS_FLIP;
  } else if (strncmp(text, "noise=", 6) == 0 && is_number && level <= 1e100) {
    options->labels = LIP_LABELS_NOISE;
  } else {
    return lip_fail(err, LIP_EOPTION,
                    "--labels: '%s' is none of random, balanced, flip=ETA (0 <= ETA <= 0.5), "
                    "noise=S (S >= 0)",
                    text);
  }
  options->level = level;
  return LIP_OK;
}
