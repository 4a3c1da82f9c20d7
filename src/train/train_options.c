/* train_options.c - the options of training, one row each (defaults: theory.md 2.2). */
#include "train/train_options.h"

#include <liplaw/train.h>

#define FIELD(name) offsetof(lip_train_options, name)

static const lip_option rows[] = {
    {"k", 'k', LIP_OPT_SIZE, FIELD(k), NULL, 1, 1e7, NULL, "", "hidden neurons"},
    {"eps", 0, LIP_OPT_F64, FIELD(eps), "0.02", 0, 1e300, NULL, "",
     "fitted when the mean squared error is at most this and every sign is right"},
    {"accuracy", 0, LIP_OPT_F64, FIELD(accuracy), "0", 0, 1, NULL, "",
     "fitted also when this share of the signs is right; 0: off"},
    {"steps", 0, LIP_OPT_SIZE, FIELD(steps), "4000", 0, 1e9, NULL, "", "give up after so many"},
    {"batch", 0, LIP_OPT_SIZE, FIELD(batch), "0", 0, 1e9, NULL, "", "points per step; 0: all"},
    {"seed", 0, LIP_OPT_U64, FIELD(seed), "0", 0, 0, NULL, "", "of initial weights and batches"},
    {"activation", 0, LIP_OPT_CHOICE, FIELD(activation), "relu", 0, 0,
     "identity|relu|leaky-relu|abs|tanh|softplus|square", "", "of the hidden layer"},
    {"slope", 0, LIP_OPT_F64, FIELD(slope), "0.01", -1, 1, NULL, "", "of leaky ReLU below 0"},
    {"batch-norm", 0, LIP_OPT_BOOL, FIELD(batch_norm), "true", 0, 0, NULL, "",
     "normalise before the activation"},
    {"bias", 0, LIP_OPT_BOOL, FIELD(bias), "true", 0, 0, NULL, "",
     "biases; without them no batch norm either"},
    {"lr", 0, LIP_OPT_F64, FIELD(learning_rate), "1e-3", 0, 1e3, NULL, "", "Adam's learning rate"},
    {"beta1", 0, LIP_OPT_F64, FIELD(beta1), "0.9", 0, 0.999999, NULL, "", "Adam's first decay"},
    {"beta2", 0, LIP_OPT_F64, FIELD(beta2), "0.999", 0, 0.99999999, NULL, "",
     "Adam's second decay"},
    {"adam-eps", 0, LIP_OPT_F64, FIELD(adam_epsilon), "1e-8", 1e-30, 1, NULL, "", "Adam's epsilon"},
    {"bn-eps", 0, LIP_OPT_F64, FIELD(batch_norm_epsilon), "1e-5", 1e-12, 1, NULL, "",
     "batch normalisation's epsilon"},
    {"output-scale", 0, LIP_OPT_F64, FIELD(output_scale), "1", 0, 1e6, NULL, "",
     "factor on the initial output weights"},
    {"minimise", 0, LIP_OPT_CHOICE, FIELD(minimise), "nothing", 0, 0, "nothing|lipschitz", "",
     "beside the error: the upper bound on the Lipschitz constant that measure proves"},
    {"weight", 0, LIP_OPT_F64, FIELD(weight), "0.2", 0, 1e6, NULL, "",
     "of what is minimised beside the error, at the first step; at the last: a 10,000th of it"},
    {"threads", 0, LIP_OPT_SIZE, FIELD(threads), "0", 0, 1024, NULL, "", "0: all cores"},
};

lip_option_table lip_train_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

void lip_train_defaults(lip_train_options *options)
{
  lip_options_defaults(lip_train_option_table(), options);
}
