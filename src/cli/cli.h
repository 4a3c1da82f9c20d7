/* cli.h - what the commands share: arguments, the answer (text or JSON), signals and progress. */
#ifndef LIP_CLI_H
#define LIP_CLI_H

#include "base/options.h"

#include <jansson.h>

/* Exit statuses (design contract). */
enum { EXIT_DONE = 0, EXIT_BAD = 1, EXIT_USAGE = 2, EXIT_AGAIN = 75 };

typedef struct command {
  const char *name, *usage, *summary;
  int (*run)(const struct command *self, int argc, char **argv); /* argv[0] is the command's name */
} command;

extern const command sample_command, train_command, construct_command, evaluate_command,
    measure_command, check_command, lstar_command, law_command, sweep_command, report_command,
    reproduce_command, certify_command, tensor_command, audit_command, refute_command;

/* An options table and the struct that it fills. A command has a few of them. */
typedef struct binding {
  lip_option_table table;
  void *options;
} binding;

/* Options every command has. */
typedef struct common_options {
  bool json, help;
  const char *output; /* -o */
} common_options;

/* Sets all bindings to their defaults, then reads argv. Options may stand anywhere; "--" ends them.
   An option without a default that is no text must be given.
   positional  out  room for `capacity`; exactly `capacity` must be given, unless `optional` of the
                    last ones are left out (then NULL)
   return           -1: go on; otherwise the exit status to return at once (help printed, or usage
                    error reported: text on standard error, and a JSON object where --json was
   given) */
int cli_parse(const command *self, int argc, char **argv, common_options *common,
              const binding *bindings, size_t count, const char **positional, size_t capacity,
              size_t optional);

/* LIP_EINPUT where output is the same file as an input, or as one that belongs to it. Either may be
   NULL. */
LIP_MUST_CHECK lip_status cli_keep_input(const char *output, const char *input, lip_error *err);

/* Whether a file could be written at path: asked before work that takes long. */
LIP_MUST_CHECK lip_status cli_check_output(const char *path, lip_error *err);

/* Reports a failure: one line on standard error, with --json also {"status": "failed", "error":
   ...}. Returns the exit status: EXIT_USAGE for LIP_EOPTION, EXIT_AGAIN never, EXIT_BAD otherwise.
 */
int cli_fail(const command *self, const common_options *common, lip_status status,
             const lip_error *err);

/* A usage error of the command's own: as cli_fail with LIP_EOPTION, with a hint at --help. */
int cli_usage(const command *self, const common_options *common, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Text for JSON, whatever its bytes: what is not UTF-8 (a file may be named so) becomes '?'. */
json_t *cli_text(const char *text);

/* Prints the answer with "status" as its first key, 17 digits, and takes the object. Returns
   EXIT_DONE, or EXIT_BAD when memory is out. status: "ok", "interrupted", ... That standard output
   cannot be written is noticed by main, for text and JSON alike. */
int cli_answer_json(const char *status, json_t *answer);

/* A number for JSON: null for NaN, "inf" / "-inf" for the infinite. */
json_t *cli_number(double value);

/* A whole number for JSON; a string of digits from 2^63 on, which JSON readers would round. */
json_t *cli_whole(uint64_t value);

/* The nearest known name to a mistyped one: offer the known ones one by one; `name` stays NULL when
   none is near. */
typedef struct suggestion {
  const char *typed;
  size_t length, distance;
  const char *name;
} suggestion;
void cli_suggest(suggestion *best, const char *known);

/* SIGINT and SIGTERM ask the work under way to stop (control.stop turns true), a second one kills.
   Progress goes to standard error, on a terminal only, as one line that is overwritten. */
const lip_control *cli_control(void);
bool cli_interrupted(void);

/* Clears the progress line. Every answer begins with it: cli_answer_json and cli_fail call it, text
   is the command's own. */
void cli_progress_end(void);

#endif
