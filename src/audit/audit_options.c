/* audit_options.c - the options of an audit, one row each. */
#include "audit/audit_options.h"

#include <liplaw/audit.h>

#define FIELD(name) offsetof(lip_audit_options, name)

static const lip_option rows[] = {
    {"time-limit", 0, LIP_OPT_F64, FIELD(time_limit), "60", 0, 1e9, NULL, "s",
     "for all parts together; what is known by then is the result"},
    {"points", 0, LIP_OPT_SIZE, FIELD(points), "1000", 0, 1e15, NULL, "",
     "whose certified and attacked accuracy is told: a subset drawn from the seed; 0: all"},
    {"attack-steps", 0, LIP_OPT_SIZE, FIELD(attack_steps), "20", 0, 1e6, NULL, "",
     "of projected gradient descent, for every start and radius; 0: no attack"},
    {"attack-starts", 0, LIP_OPT_SIZE, FIELD(attack_starts), "3", 1, 1e6, NULL, "",
     "of the attack: the point, and random ones about it"},
    {"local", 0, LIP_OPT_BOOL, FIELD(local), "true", 0, 0, NULL, "",
     "radii from bounds of the network near each point as well, as far as there is time"},
    {"pairs", 0, LIP_OPT_SIZE, FIELD(pairs), "10", 0, 1e6, NULL, "",
     "of points whose labels stand in the way of a smaller constant: how many are told"},
    {"seed", 0, LIP_OPT_U64, FIELD(seed), "0", 0, 0, NULL, "",
     "of the subset, and of the attack's starts"},
    {"target", 0, LIP_OPT_F64, FIELD(target), "0", 0, 1e300, NULL, "",
     "the Lipschitz constant that is wanted, in units of the labels; 0: L*, the smallest of any "
     "function through the data"},
    {"sigma2", 0, LIP_OPT_F64, FIELD(sigma2), "-1", -1, 1e300, NULL, "",
     "noise level E Var(y | x), where it is known; below 0: it is not"},
    {"flips", 0, LIP_OPT_F64, FIELD(flips), "-1", -1, 1, NULL, "",
     "share of the labels that are wrong at random, where it is known; below 0: it is not"},
    {"c", 0, LIP_OPT_F64, FIELD(c), "0", 0, 1e300, NULL, "",
     "isoperimetry constant of the points' law (Definition 1.1); 0: as the data tell"},
    {"delta", 0, LIP_OPT_F64, FIELD(delta), "0.01", 1e-300, 0.999999, NULL, "",
     "probability of failure in the theorems"},
};

lip_option_table lip_audit_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

void lip_audit_defaults(lip_audit_options *options)
{
  lip_options_defaults(lip_audit_option_table(), options);
}
