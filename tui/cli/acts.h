// What commands that do something have in common: whom and what they are about, and what became of it.
#pragma once

#include "tui/cli/run.h"

// By id or code. False says that there is none here.
bool run_find(struct cli_run *run, const char *id_or_code, struct consultation_detail *ret);
// By id, code or name. False says what is wrong.
bool run_consultant(struct cli_run *run, const char *who, const char **ret_id);
// Gives operation n a moment and prints "saved", "queued" or "refused: why". code: of its consultation. An exit code.
int run_tell(struct cli_run *run, int64_t n, const char *code);
