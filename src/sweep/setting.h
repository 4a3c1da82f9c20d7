/* setting.h - everything that decides one network and its row: the options of sample, train and
   measure together, as plans and the store see them. */
#ifndef LIP_SWEEP_SETTING_H
#define LIP_SWEEP_SETTING_H

#include "base/options.h"

#include <liplaw/dataset.h>
#include <liplaw/measure.h>
#include <liplaw/train.h>

typedef struct lip_setting {
  lip_sample_options sample;
  lip_train_options train; /* one thread */
  lip_measure_options measure;
} lip_setting;

/* The options that a plan may set, in the order of the tables: `seed` once, none that changes no
   result (threads, time limit) or has one meaning only (which output). */
typedef struct lip_knob {
  const lip_option *option;
  size_t offset; /* of its options struct in lip_setting */
} lip_knob;

enum { LIP_MAX_KNOBS = 48 };

typedef struct lip_knobs {
  lip_knob knob[LIP_MAX_KNOBS];
  size_t count;
} lip_knobs;

void lip_knobs_all(lip_knobs *knobs);
const lip_knob *lip_knob_find(const lip_knobs *knobs, const char *name); /* NULL: none */

/* Defaults of all three; n, d and k are 0. */
void lip_setting_defaults(lip_setting *setting);

/* Parses text into the option; `seed` sets all three. Text options keep pointing at `text`. */
LIP_MUST_CHECK lip_status lip_setting_set(lip_setting *setting, const lip_knob *knob,
                                          const char *text, lip_error *err);

/* Where the option's value is. */
const void *lip_setting_field(const lip_setting *setting, const lip_knob *knob);

/* "kind=gaussian n=500 ...": every knob, in order. Equal settings have equal keys and the other way
   round. NULL when memory is out; lip_free. */
char *lip_setting_key(const lip_setting *setting, const lip_knobs *knobs);

/* A 64-bit hash of a key (FNV-1a), for tables and file names. */
uint64_t lip_key_hash(const char *key);

#endif
