// The command line: every subcommand of `serenity`, one constant entry each.
#pragma once

#include "shared/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct cli_globals {
    const char *server; // --server or SERENITY_SERVER; NULL: the one signed in to last
    const char *home;   // --home or SERENITY_HOME; NULL: the default folder
};

enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,  // it could not be done; the reason is on stderr
    CLI_USAGE = 2,   // the command line is wrong
    CLI_WAITS = 3,   // sync: something still waits
    CLI_REFUSED = 4, // the server refused something; it says what
};

struct cli_run; // tui/cli/run.h

struct cli_option {
    const char *name;    // "--days"
    const char *metavar; // "N"; NULL for a flag
    const char *help;
};

struct cli_command {
    const char *name;                 // "agenda"
    const char *words;                // "CODE": what stands behind it without a dash; NULL for nothing
    int word_count;                   // how many of them it needs
    const char *help;                 // one sentence
    const struct cli_option *options; // ends with a NULL name; --json and --help belong to every command
    int (*run)(struct cli_run *run);
};

// Every command, sorted by name; ends with a NULL name.
extern const struct cli_command cli_commands[];

// NULL when there is none of that name.
const struct cli_command *cli_command_find(const char *name);
// The text of `serenity --help`: globals and one line a command.
void cli_print_help(struct buf *out);
// Runs a subcommand: argv[0] is its name. Returns an exit code (enum cli_exit).
int cli_main(const struct cli_globals *globals, int argc, char **argv);
