#include "tui/cli/acts.h"

#include <string.h>

bool run_find(struct cli_run *run, const char *id_or_code, struct consultation_detail *ret)
{
    struct err err;
    if (model_consultation(run->model, id_or_code, &run->arena, ret))
        return true;
    err_set(&err, ERR_NOT_FOUND, "there is no consultation %.64s here", id_or_code);
    run_fail(run, &err);
    return false;
}

bool run_consultant(struct cli_run *run, const char *who, const char **ret_id)
{
    struct list consultants = { 0 };
    struct err err;
    int matches = 0;
    model_consultants(run->model, &run->arena, &consultants);
    for (size_t i = 0; i < consultants.count; i++) {
        const struct row_consultant *row = LIST_AT(&consultants, struct row_consultant, i);
        bool exact = strcmp(row->id, who) == 0 || (row->code != NULL && strcasecmp(row->code, who) == 0) ||
                     (row->name != NULL && strcasecmp(row->name, who) == 0);
        bool part = row->name != NULL && strcasestr(row->name, who) != NULL;
        if (exact || part) {
            *ret_id = row->id;
            matches = exact ? 1 : matches + 1;
        }
        if (exact)
            break;
    }
    if (matches == 1)
        return true;
    err_set(&err, ERR_NOT_FOUND,
            matches == 0 ? "there is no consultant %.60s" : "more than one consultant is called %.60s", who);
    run_fail(run, &err);
    return false;
}

int run_tell(struct cli_run *run, int64_t n, const char *code)
{
    static const char *const words[] = {
        [FATE_QUEUED] = "queued", [FATE_SAVED] = "saved", [FATE_REFUSED] = "refused"
    };
    enum cli_fate fate = run_fate(run, n);
    const struct refusal *refusal = fate == FATE_REFUSED ? run_refusal(run, n) : NULL;
    if (run->json) {
        say(run, "{");
        json_text(run, "status", words[fate]);
        json_text(run, "consultation", code);
        if (refusal != NULL)
            json_text(run, "message", refusal->message);
        say(run, "}\n");
    } else {
        say(run, "%s", words[fate]);
        if (refusal != NULL) {
            say(run, ": ");
            say_text(run, refusal->message);
        }
        say(run, "\n");
    }
    return fate == FATE_REFUSED ? CLI_REFUSED : CLI_OK;
}
