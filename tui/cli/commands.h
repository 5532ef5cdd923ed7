// The functions behind the table of commands. Each returns an exit code (enum cli_exit).
#pragma once

#include "tui/cli/cli.h"

int cli_agenda(struct cli_run *run);
int cli_book(struct cli_run *run);
int cli_changes(struct cli_run *run);
int cli_co_consultant(struct cli_run *run);
int cli_completions(struct cli_run *run);
int cli_credits(struct cli_run *run);
int cli_decline(struct cli_run *run);
int cli_login(struct cli_run *run);
int cli_logout(struct cli_run *run);
int cli_note(struct cli_run *run);
int cli_show(struct cli_run *run);
int cli_status(struct cli_run *run);
int cli_sync(struct cli_run *run);
