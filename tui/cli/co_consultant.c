// co-consultant

#include "tui/cli/acts.h"
#include "tui/cli/commands.h"

#include <string.h>

// "me" is whoever is signed in: so one leaves a session.
static bool whom(struct cli_run *run, const char **ret_id)
{
    struct row_me me;
    struct err err;
    if (strcmp(run->words[1], "me") != 0)
        return run_consultant(run, run->words[1], ret_id);
    if (model_me(run->model, &run->arena, &me) && me.consultantId != NULL) {
        *ret_id = me.consultantId;
        return true;
    }
    err_set(&err, ERR_NOT_FOUND, "you are no consultant");
    run_fail(run, &err);
    return false;
}

int cli_co_consultant(struct cli_run *run)
{
    struct consultation_detail detail;
    const char *who;
    struct err err;
    int64_t n;
    bool removes = run_value(run, "--remove") != NULL;
    if (!run_open(run) || !run_signed_in(run))
        return CLI_FAILED;
    run_freshen(run);
    if (!run_find(run, run->words[0], &detail) || !whom(run, &who))
        return CLI_FAILED;
    const char *id = detail.head.row.id;
    if (!(removes ? model_remove_co_consultant : model_add_co_consultant)(run->model, id, who, &n, &err))
        return run_fail(run, &err);
    return run_tell(run, n, detail.head.row.code);
}
