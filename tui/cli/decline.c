// decline

#include "tui/cli/acts.h"
#include "tui/cli/commands.h"

#include <stdio.h>

int cli_decline(struct cli_run *run)
{
    struct consultation_detail detail;
    struct err err;
    int64_t n;
    const char *reason = run_value(run, "--reason");
    if (reason == NULL || *reason == '\0') {
        fputs("serenity decline: --reason TEXT is needed\n", stderr);
        return CLI_USAGE;
    }
    if (!run_open(run) || !run_signed_in(run))
        return CLI_FAILED;
    run_freshen(run);
    if (!run_find(run, run->words[0], &detail))
        return CLI_FAILED;
    if (!model_decline(run->model, detail.head.row.id, reason, &n, &err))
        return run_fail(run, &err);
    return run_tell(run, n, detail.head.row.code);
}
