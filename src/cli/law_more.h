/* law_more.h - what liplaw law does besides single theorems. */
#ifndef LIP_CLI_LAW_MORE_H
#define LIP_CLI_LAW_MORE_H

#include "cli/cli.h"

/* Named "law NAME". */
extern const command law_architecture_command, law_estimate_command;

#endif
