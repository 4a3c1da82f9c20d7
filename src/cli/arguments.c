/* arguments.c - reads a command line into the options tables of a command. */
#include "cli/cli.h"

#include "base/atomic_file.h"
#include "base/error.h"

#include <string.h>
#include <sys/stat.h>

#define FIELD(name) offsetof(common_options, name)

static const lip_option common_rows[] = {
    {"json", 0, LIP_OPT_BOOL, FIELD(json), "false", 0, 0, NULL, "",
     "one JSON object on standard output"},
    {"help", 'h', LIP_OPT_BOOL, FIELD(help), "false", 0, 0, NULL, "", "this text"},
    {"output-file", 'o', LIP_OPT_TEXT, FIELD(output), NULL, 0, 0, NULL, "", "where to write"},
};

/* -o, the last row, belongs to the commands whose usage names it. */
static lip_option_table common_table(const command *self)
{
  size_t count = sizeof common_rows / sizeof *common_rows;

  return (lip_option_table){common_rows, strstr(self->usage, "-o ") ? count : count - 1};
}

static bool required(const lip_option *option)
{
  return !option->initial && option->type != LIP_OPT_TEXT;
}

static void print_help(const command *self, const binding *bindings, size_t count)
{
  (void)printf("usage: liplaw %s %s\n%s\n", self->name, self->usage, self->summary);
  for (size_t i = 0; i <= count; i++) {
    (void)printf(i ? "\n" : "\noptions:\n");
    lip_options_help(i < count ? bindings[i].table : common_table(self), stdout);
  }
}

enum { MAX_TABLES = 8, MAX_ROWS = 64 };

typedef struct reader {
  binding bindings[MAX_TABLES];
  size_t count;
  bool given[MAX_TABLES][MAX_ROWS];
  int argc, at;
  char **argv;
} reader;

/* The row that `name` (of `length` characters) or `letter` stands for, and its struct. */
static const lip_option *find(reader *in, const char *name, size_t length, char letter,
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
      in->given[i][j] = true;
      return row;
    }
  }
  return NULL;
}

static lip_status unknown_option(const reader *in, const char *text, size_t length, lip_error *err)
{
  suggestion near = {text + 2, length, 0, NULL};

  if (text[1] == '-' && length)
    for (size_t i = 0; i < in->count; i++)
      for (size_t j = 0; j < in->bindings[i].table.count; j++)
        cli_suggest(&near, in->bindings[i].table.rows[j].name);
  if (near.name)
    return lip_fail(err, LIP_EOPTION, "there is no option %s; did you mean --%s?", text, near.name);
  return lip_fail(err, LIP_EOPTION, "there is no option %s", text);
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

  if (!is_long && row && text[2]) {
    if (row->type == LIP_OPT_BOOL) return unknown_option(in, text, 0, err);
    value = text + 2;
  }
  if (!row && is_long && !value && strncmp(name, "no-", 3) == 0) {
    row = find(in, name + 3, length - 3, 0, &options);
    if (row && row->type == LIP_OPT_BOOL)
      value = "false";
    else
      row = NULL;
  }
  if (!row) return unknown_option(in, text, length, err);
  if (!value && row->type == LIP_OPT_BOOL) value = "true";
  if (!value && in->at < in->argc) value = in->argv[in->at++];
  if (!value) return lip_fail(err, LIP_EOPTION, "%s needs a value", text);
  return lip_option_set(row, options, value, err);
}

/* What must be given and was not; NULL: nothing. */
static const lip_option *missing(const reader *in)
{
  for (size_t i = 0; i < in->count; i++)
    for (size_t j = 0; j < in->bindings[i].table.count; j++)
      if (required(&in->bindings[i].table.rows[j]) && !in->given[i][j])
        return &in->bindings[i].table.rows[j];
  return NULL;
}

/* Reads all of argv. Returns -1, or the exit status of a usage error that it reported. */
static int read_all(const command *self, reader *in, const common_options *common,
                    const char **positional, size_t capacity, size_t *given)
{
  bool options_end = false;
  lip_error err;

  while (in->at < in->argc) {
    const char *text = in->argv[in->at];

    if (!options_end && strcmp(text, "--") == 0) {
      options_end = true;
      in->at++;
    } else if (!options_end && text[0] == '-' && text[1]) {
      if (read_option(in, &err) != LIP_OK) return cli_usage(self, common, "%s", err.text);
    } else if (!*text) {
      return cli_usage(self, common, "an argument is empty");
    } else if (*given < capacity) {
      positional[(*given)++] = text;
      in->at++;
    } else {
      return cli_usage(self, common, "'%s' is one argument too many", text);
    }
  }
  return -1;
}

int cli_parse(const command *self, int argc, char **argv, common_options *common,
              const binding *bindings, size_t count, const char **positional, size_t capacity,
              size_t optional)
{
  reader in = {.count = count + 1, .argc = argc, .at = 1, .argv = argv};
  const lip_option *absent;
  size_t given = 0;
  int code;

  *common = (common_options){0};
  if (count) memcpy(in.bindings, bindings, count * sizeof *bindings);
  in.bindings[count] = (binding){common_table(self), common};
  for (size_t i = 0; i <= count; i++)
    lip_options_defaults(in.bindings[i].table, in.bindings[i].options);
  for (int i = 1; i < argc; i++)
    common->json |= strcmp(argv[i], "--json") == 0; /* for early errors */
  for (size_t i = 0; i < capacity; i++) positional[i] = NULL;

  code = read_all(self, &in, common, positional, capacity, &given);
  if (code >= 0) return code;
  if (common->help) {
    print_help(self, bindings, count);
    return EXIT_DONE;
  }
  if (given + optional < capacity) return cli_usage(self, common, "an argument is missing");
  absent = missing(&in);
  if (absent && absent->letter && absent->letter != absent->name[0])
    return cli_usage(self, common, "--%s (-%c) is missing: %s", absent->name, absent->letter,
                     absent->meaning);
  if (absent) return cli_usage(self, common, "--%s is missing: %s", absent->name, absent->meaning);
  if (common->output && !*common->output) return cli_usage(self, common, "-o '' names no file");
  return -1;
}

static bool is_same_file(const char *path, const struct stat *other)
{
  struct stat own;

  return stat(path, &own) == 0 && own.st_dev == other->st_dev && own.st_ino == other->st_ino;
}

/* An input may be two files, "IMAGES:LABELS", and a network's list of layers lies beside it. */
lip_status cli_keep_input(const char *output, const char *input, lip_error *err)
{
  struct stat written;
  char part[4096];
  const char *colon = input ? strchr(input, ':') : NULL, *dot = input ? strrchr(input, '.') : NULL;
  bool same;

  if (!output || !input || stat(output, &written) != 0 || !S_ISREG(written.st_mode)) return LIP_OK;
  same = is_same_file(input, &written);
  if (colon) {
    (void)snprintf(part, sizeof part, "%.*s", (int)(colon - input), input);
    same = same || is_same_file(part, &written) || is_same_file(colon + 1, &written);
  }
  if (dot) {
    (void)snprintf(part, sizeof part, "%.*s.arch.json", (int)(dot - input), input);
    same = same || is_same_file(part, &written);
  }
  return same ? lip_fail(err, LIP_EINPUT, "%s: is an input; it is not written over", output)
              : LIP_OK;
}

lip_status cli_check_output(const char *path, lip_error *err)
{
  lip_atomic_file file;
  lip_status st = lip_atomic_open(path, &file, err);

  if (st == LIP_OK) lip_atomic_abandon(&file);
  return st;
}
