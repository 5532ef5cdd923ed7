// What a running subcommand is given, and what all of them do: open the home, be in touch with the server for a
// moment, print.
#pragma once

#include "tui/cli/cli.h"
#include "tui/net/net.h"

enum { CLI_OPTIONS_MAX = 12, CLI_WORDS_MAX = 4, CLI_BRIEF_MS = 1000, CLI_ACT_MS = 2000 };

struct cli_run {
    const struct cli_globals *globals;
    const struct cli_command *command;
    const char *values[CLI_OPTIONS_MAX]; // in the order of command->options; NULL: not given; "" for a flag
    const char *words[CLI_WORDS_MAX];
    int word_count;
    bool json;

    struct model *model;
    struct net *net; // NULL until run_connect()
    struct arena arena;
    struct buf out;     // printed at the end, when the command succeeded or says so itself
    struct list events; // struct model_event, since the beginning
};

// The value of "--days"; NULL when it was not given. The name must be one of the command's.
const char *run_value(const struct cli_run *run, const char *name);
// A whole number within bounds; `absent` when not given. False says what is wrong.
bool run_number(const struct cli_run *run, const char *name, int64_t min, int64_t max, int64_t absent,
                int64_t *ret);

// Says on stderr why it could not be done. Returns CLI_FAILED.
int run_fail(const struct cli_run *run, const struct err *err);

// Opens the home. False says why.
bool run_open(struct cli_run *run);
// Starts the net.
bool run_connect(struct cli_run *run);
// Waits for news until `holds` or `ms` are over; true when it held.
bool run_wait(struct cli_run *run, bool (*holds)(struct cli_run *run, int64_t arg), int64_t arg, int64_t ms);
// Brings the cache up to date if the server can be reached within a moment.
void run_freshen(struct cli_run *run);
// Gives a queued operation a moment to be answered.
enum cli_fate { FATE_QUEUED, FATE_SAVED, FATE_REFUSED };
enum cli_fate run_fate(struct cli_run *run, int64_t n);
// The refusal of operation n, or NULL.
const struct refusal *run_refusal(struct cli_run *run, int64_t n);

bool run_signed_in(struct cli_run *run); // false says so
void run_close(struct cli_run *run);

// --- printing, into run->out ---
void say(struct cli_run *run, const char *format, ...) PRINTF_LIKE(2, 3);
// Other people's text on one line, cleaned; NULL gives nothing.
void say_text(struct cli_run *run, const char *text);
// The same on lines of its own, each indented.
void say_block(struct cli_run *run, const char *indent, const char *text);
// "Mon 30 Nov 2026", "09:00" in the person's zone. In the arena.
const char *day_words(struct cli_run *run, int64_t at);
const char *clock_words(struct cli_run *run, int64_t at);
// Other people's text as a JSON value, cleaned; NULL gives null.
void json_value(struct cli_run *run, const char *text);
// A JSON member of run->out with a comma where it needs one.
void json_text(struct cli_run *run, const char *name, const char *text);
void json_int(struct cli_run *run, const char *name, int64_t value);
void json_bool(struct cli_run *run, const char *name, bool value);
void json_when(struct cli_run *run, const char *name, int64_t at); // ISO
void json_centi(struct cli_run *run, const char *name, int64_t centi);
