/* options.h - the options table: one row per option is the only place for its default, range, unit
   and help. The command line, --help, plan files and the store all read that row. */
#ifndef LIP_BASE_OPTIONS_H
#define LIP_BASE_OPTIONS_H

#include <liplaw/status.h>

#include <stdio.h>

typedef enum lip_option_type {
  LIP_OPT_BOOL,   /* bool; on the command line --name, --no-name, or --name=true|false */
  LIP_OPT_SIZE,   /* size_t; "1e4" is a size */
  LIP_OPT_U64,    /* uint64_t */
  LIP_OPT_F64,    /* double, finite */
  LIP_OPT_CHOICE, /* int-sized enum, by name */
  LIP_OPT_TEXT,   /* const char *, borrowed from the argument; NULL where not given */
} lip_option_type;

typedef struct lip_option {
  const char *name; /* "batch-norm": --batch-norm, and batch-norm = in a plan */
  char letter;      /* 'k': -k; 0: none */
  lip_option_type type;
  size_t offset; /* of the field in the options struct */
  const char
      *initial;     /* the default, as a user would write it; NULL: text not given, or required */
  double low, high; /* closed range of a number */
  const char *choices; /* "gaussian|sphere", in the order of the enum */
  const char *unit;
  const char *meaning;
} lip_option;

typedef struct lip_option_table {
  const lip_option *rows;
  size_t count;
} lip_option_table;

/* Sets every field to its default; fields of required options become 0. */
void lip_options_defaults(lip_option_table table, void *options);

/* Parses text into the field. LIP_EOPTION: "--name: 'text' is not ...". */
LIP_MUST_CHECK lip_status lip_option_set(const lip_option *option, void *options, const char *text,
                                         lip_error *err);

/* Writes the field as text that lip_option_set reads back to the same value. Returns buffer. */
const char *lip_option_format(const lip_option *option, const void *options, char *buffer,
                              size_t size);

/* Do the two structs hold the same value of this option? */
bool lip_option_same(const lip_option *option, const void *a, const void *b);

/* One help line per option. */
void lip_options_help(lip_option_table table, FILE *out);

#endif
