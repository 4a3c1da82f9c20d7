/* arguments.c - reads a command line into the options tables of a command. */
#include "cli/cli.h"

#include <string.h>

#define FIELD(name) offsetof(common_options, name)

static const lip_option common_rows[] = {
    {"json", 0, LIP_OPT_BOOL, FIELD(json), "false", 0, 0, NULL, "",
     "one JSON object on standard output"},
    {"help", 'h', LIP_OPT_BOOL, FIELD(help), "false", 0, 0, NULL, "", "this text"},
    {"output-file", 'o', LIP_OPT_TEXT, FIELD(output), NULL, 0, 0, NULL, "", "where to write"},
};
static const lip_option_table common_table = {common_rows,
                                              sizeof common_rows / sizeof *common_rows};

static void print_help(const command *self, const binding *bindings, size_t count)
{
  (void)printf("usage: liplaw %s %s\n%s\n\noptions:\n", self->name, self->usage, self->summary);
  for (size_t i = 0; i < count; i++) lip_options_help(bindings[i].table, stdout);
  lip_options_help(common_table, stdout);
}

typedef struct reader {
  const binding *bindings;
  size_t count;
  int argc, at;
  char **argv;
} reader;

/* The row that `name` (of `length` characters) or `letter` stands for, and its struct. */
static const lip_option *find(const reader *in, const char *name, size_t length, char letter,
                              void **options)
{
  for (size_t i = 0; i < in->count; i++) {
    lip_option_table table = in->bindings[i].table;

    for (size_t j = 0; j < table.count; j++) {
      const lip_option *row = &table.rows[j];
      bool hit = name ? strlen(row->name) == length && memcmp(row->name, name, length) == 0
                      : row->letter == letter;

      if (!hit) continue;
      *options = in->bindings[i].options;
      return row;
    }
  }
  return NULL;
}

/* Reads the option at argv[at]: --name VALUE, --name=VALUE, --flag, --no-flag, -k VALUE. */
static lip_status read_option(reader *in, lip_error *err)
{
  const char *text = in->argv[in->at++];
  bool is_long = text[1] == '-';
  const char *name = is_long ? text + 2 : NULL;
  const char *equals = is_long ? strchr(text, '=') : NULL;
  const char *value = equals ? equals + 1 : NULL;
  size_t length = is_long ? (equals ? (size_t)(equals - name) : strlen(name)) : 0;
  void *options = NULL;
  const lip_option *row = find(in, name, length, text[1], &options);

  if (!is_long && row && text[2]) value = text + 2;
  if (!row && is_long && !value && strncmp(name, "no-", 3) == 0) {
    row = find(in, name + 3, length - 3, 0, &options);
    if (row && row->type == LIP_OPT_BOOL)
      value = "false";
    else
      row = NULL;
  }
  if (!row) {
    (void)snprintf(err->text, sizeof err->text, "there is no option %s", text);
    return LIP_EOPTION;
  }
  if (!value && row->type == LIP_OPT_BOOL) value = "true";
  if (!value && in->at < in->argc) value = in->argv[in->at++];
  if (!value) {
    (void)snprintf(err->text, sizeof err->text, "%s needs a value", text);
    return LIP_EOPTION;
  }
  return lip_option_set(row, options, value, err);
}

int cli_parse(const command *self, int argc, char **argv, common_options *common,
              const binding *bindings, size_t count, const char **positional, size_t capacity,
              size_t optional)
{
  binding all[8];
  reader in = {all, count + 1, argc, 1, argv};
  bool options_end = false;
  size_t given = 0;
  lip_error err;

  memcpy(all, bindings, count * sizeof *bindings);
  all[count] = (binding){common_table, common};
  for (size_t i = 0; i <= count; i++) lip_options_defaults(all[i].table, all[i].options);
  for (int i = 1; i < argc; i++)
    common->json |= strcmp(argv[i], "--json") == 0; /* for early errors */
  for (size_t i = 0; i < capacity; i++) positional[i] = NULL;

  while (in.at < argc) {
    const char *text = argv[in.at];

    if (!options_end && strcmp(text, "--") == 0) {
      options_end = true;
      in.at++;
    } else if (!options_end && text[0] == '-' && text[1]) {
      if (read_option(&in, &err) != LIP_OK) return cli_usage(self, common, "%s", err.text);
    } else if (given < capacity) {
      positional[given++] = text;
      in.at++;
    } else {
      return cli_usage(self, common, "'%s' is one argument too many", text);
    }
  }
  if (common->help) {
    print_help(self, bindings, count);
    return EXIT_DONE;
  }
  if (given + optional < capacity) return cli_usage(self, common, "an argument is missing");
  return -1;
}
