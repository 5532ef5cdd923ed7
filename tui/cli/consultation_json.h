// A consultation as the command line prints it in JSON: the row's fields with times as ISO, and how it stands here.
#pragma once

#include "tui/cli/run.h"

// Appends one object to run->out, with a comma where it needs one.
void consultation_json(struct cli_run *run, const struct consultation *consultation);
// Its state in one word: the stage for whoever booked it, else the status.
const char *consultation_word(const struct consultation *consultation);
// Its members only.
void consultation_members(struct cli_run *run, const struct consultation *consultation);
