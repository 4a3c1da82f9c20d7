/* setting.c - the options of sample, train and measure as one list. */
#include "sweep/setting.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/sample_options.h"
#include "lipschitz/measure_options.h"
#include "train/train_options.h"

#include <string.h>

static bool is_knob(const lip_knobs *so_far, const char *name)
{
  static const char *const fixed[] = {"threads", "time-limit", "output", "norm", "gap", "search"};

  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
    if (strcmp(name, fixed[i]) == 0) return false;
  return !lip_knob_find(so_far, name);
}

void lip_knobs_all(lip_knobs *knobs)
{
  const struct {
    lip_option_table table;
    size_t offset;
  } parts[] = {
      {lip_sample_option_table(), offsetof(lip_setting, sample)},
      {lip_train_option_table(), offsetof(lip_setting, train)},
      {lip_measure_option_table(), offsetof(lip_setting, measure)},
  };

  knobs->count = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    for (size_t j = 0; j < parts[i].table.count && knobs->count < LIP_MAX_KNOBS; j++)
      if (is_knob(knobs, parts[i].table.rows[j].name))
        knobs->knob[knobs->count++] = (lip_knob){&parts[i].table.rows[j], parts[i].offset};
}

const lip_knob *lip_knob_find(const lip_knobs *knobs, const char *name)
{
  for (size_t i = 0; i < knobs->count; i++)
    if (strcmp(knobs->knob[i].option->name, name) == 0) return &knobs->knob[i];
  return NULL;
}

void lip_setting_defaults(lip_setting *setting)
{
  memset(setting, 0, sizeof *setting);
  lip_sample_defaults(&setting->sample);
  lip_train_defaults(&setting->train);
  lip_measure_defaults(&setting->measure);
  setting->train.threads = 1;
  setting->measure.search = false;
  setting->measure.time_limit = 1e9; /* a result that depends on the clock could not be repeated */
}

lip_status lip_setting_set(lip_setting *setting, const lip_knob *knob, const char *text,
                           lip_error *err)
{
  lip_status st = lip_option_set(knob->option, (char *)setting + knob->offset, text, err);
  lip_domain domain = {.kind = LIP_SPACE};

  if (st == LIP_OK && strcmp(knob->option->name, "domain") == 0)
    st = lip_domain_parse(text, NULL, &domain, err);
  lip_domain_clear(&domain);
  if (st == LIP_OK && strcmp(knob->option->name, "seed") == 0) {
    setting->train.seed = setting->sample.seed;
    setting->measure.seed = setting->sample.seed;
  }
  return st;
}

const void *lip_setting_field(const lip_setting *setting, const lip_knob *knob)
{
  return (const char *)setting + knob->offset + knob->option->offset;
}

char *lip_setting_key(const lip_setting *setting, const lip_knobs *knobs)
{
  char key[64 * LIP_MAX_KNOBS], value[256];
  size_t used = 0;

  key[0] = 0;
  for (size_t i = 0; i < knobs->count && used < sizeof key; i++) {
    const lip_knob *knob = &knobs->knob[i];
    const char *text = lip_option_format(knob->option, (const char *)setting + knob->offset, value,
                                         sizeof value);

    used += (size_t)snprintf(key + used, sizeof key - used, "%s%s=%s", i ? " " : "",
                             knob->option->name, text);
  }
  return lip_strdup(key);
}

uint64_t lip_key_hash(const char *key)
{
  uint64_t hash = 0xcbf29ce484222325U;

  for (; *key; key++) hash = (hash ^ (unsigned char)*key) * 0x100000001b3U;
  return hash;
}
