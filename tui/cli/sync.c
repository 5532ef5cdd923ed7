// sync, changes

#include "tui/cli/commands.h"
#include "tui/cli/run.h"

#include <stdlib.h>
#include <string.h>

// Up to date with nothing left to send.
static bool all_done(struct cli_run *run, int64_t arg)
{
    struct connection connection;
    struct outbox_counts counts;
    (void)arg;
    model_connection(run->model, &connection);
    model_outbox_counts(run->model, &counts);
    bool said = connection.state == LINK_ONLINE || connection.state == LINK_TOO_OLD;
    return connection.state == LINK_SIGNED_OUT || (said && counts.waiting == 0);
}

static void about(struct cli_run *run, const char *name, const char *code, const char *consultation_id)
{
    say(run, "%s", name);
    if (code != NULL || consultation_id != NULL)
        say(run, " ");
    say_text(run, code != NULL ? code : consultation_id);
}

static void refusal_text(struct cli_run *run, const struct refusal *refusal)
{
    say(run, "refused %lld: ", (long long)refusal->n);
    about(run, refusal->name, refusal->code, refusal->consultation_id);
    say(run, " - %s: ", err_name(refusal->reason));
    say_text(run, refusal->message);
    say(run, "\n");
    for (size_t i = 0; i < refusal->alternatives.count; i++) {
        const struct slot *slot = LIST_AT(&refusal->alternatives, struct slot, i);
        say(run, "  free: %s %s-%s\n", day_words(run, slot->start), clock_words(run, slot->start),
            clock_words(run, slot->end));
    }
    say_block(run, "  | ", refusal->text);
}

static void refusal_json(struct cli_run *run, const struct refusal *refusal)
{
    json_add_comma(&run->out);
    say(run, "{");
    json_int(run, "n", refusal->n);
    json_text(run, "operation", refusal->name);
    json_text(run, "consultationId", refusal->consultation_id);
    json_text(run, "consultation", refusal->code);
    json_text(run, "code", err_name(refusal->reason));
    json_text(run, "message", refusal->message);
    json_text(run, "field", refusal->field[0] != '\0' ? refusal->field : NULL);
    json_text(run, "text", refusal->text);
    if (refusal->because_of != 0)
        json_int(run, "becauseOf", refusal->because_of);
    json_add_key(&run->out, "alternatives");
    say(run, "[");
    for (size_t i = 0; i < refusal->alternatives.count; i++) {
        const struct slot *slot = LIST_AT(&refusal->alternatives, struct slot, i);
        json_add_comma(&run->out);
        say(run, "{");
        json_when(run, "start", slot->start);
        json_when(run, "end", slot->end);
        say(run, "}");
    }
    say(run, "]}");
}

static void waiting_text(struct cli_run *run, const struct waiting *waiting)
{
    say(run, "waiting %lld: ", (long long)waiting->n);
    about(run, waiting->name, waiting->code, waiting->consultation_id);
    say(run, "%s\n", waiting->sent ? " (sent, no answer yet)" : "");
}

static void waiting_json(struct cli_run *run, const struct waiting *waiting)
{
    json_add_comma(&run->out);
    say(run, "{");
    json_int(run, "n", waiting->n);
    json_text(run, "operation", waiting->name);
    json_text(run, "consultationId", waiting->consultation_id);
    json_text(run, "consultation", waiting->code);
    json_when(run, "at", waiting->at);
    json_bool(run, "sent", waiting->sent);
    say(run, "}");
}

static void changes_text(struct cli_run *run, const struct list *waiting, const struct list *refused)
{
    for (size_t i = 0; i < waiting->count; i++)
        waiting_text(run, LIST_AT(waiting, struct waiting, i));
    for (size_t i = 0; i < refused->count; i++)
        refusal_text(run, LIST_AT(refused, struct refusal, i));
    if (waiting->count == 0)
        say(run, "nothing waits\n");
}

static void changes_json(struct cli_run *run, const struct list *waiting, const struct list *refused)
{
    struct connection connection;
    model_connection(run->model, &connection);
    say(run, "{");
    json_bool(run, "online", connection.state == LINK_ONLINE);
    json_add_key(&run->out, "waiting");
    say(run, "[");
    for (size_t i = 0; i < waiting->count; i++)
        waiting_json(run, LIST_AT(waiting, struct waiting, i));
    say(run, "]");
    json_add_key(&run->out, "refused");
    say(run, "[");
    for (size_t i = 0; i < refused->count; i++)
        refusal_json(run, LIST_AT(refused, struct refusal, i));
    say(run, "]}\n");
}

// Says what waits and what was refused; the exit code of it.
static int report(struct cli_run *run)
{
    struct list waiting = { 0 }, refused = { 0 };
    model_waiting(run->model, &run->arena, &waiting);
    model_refusals(run->model, &run->arena, &refused);
    (run->json ? changes_json : changes_text)(run, &waiting, &refused);
    return waiting.count > 0 ? CLI_WAITS : refused.count > 0 ? CLI_REFUSED : CLI_OK;
}

int cli_sync(struct cli_run *run)
{
    int64_t seconds;
    if (!run_number(run, "--wait", 0, 3600, 10, &seconds))
        return CLI_USAGE;
    if (!run_open(run) || !run_signed_in(run) || !run_connect(run))
        return CLI_FAILED;
    struct connection connection;
    bool done = run_wait(run, all_done, 0, seconds * SECOND_MS);
    model_connection(run->model, &connection);
    if (connection.state == LINK_SIGNED_OUT) {
        struct err err;
        err_set(&err, ERR_UNAUTHENTICATED, "the session is over; sign in again, what waits is kept");
        return run_fail(run, &err);
    }
    bool too_old = connection.state == LINK_TOO_OLD;
    if ((!done || too_old) && connection.state != LINK_ONLINE && !run->json) {
        say(run, too_old ? "too old: " : "offline: ");
        say_text(run, connection.why[0] != '\0' ? connection.why : "the server did not answer");
        say(run, "\n");
    }
    return report(run);
}

static bool refusal_number(const struct cli_run *run, const char *option, int64_t *ret)
{
    return run_number(run, option, 1, INT64_MAX, 0, ret);
}

// The booking of refusal n, at the nearest time that was free.
static bool take_nearest(struct cli_run *run, int64_t n, int64_t *ret_n, struct err *err)
{
    const struct refusal *refusal = run_refusal(run, n);
    if (refusal == NULL || refusal->alternatives.count == 0)
        return err_set(err, ERR_NOT_FOUND,
                       "there is no refused booking of that number with free times near it");
    int64_t start = LIST_AT(&refusal->alternatives, struct slot, 0)->start;
    return model_refusal_resend_at(run->model, n, start, ret_n, err);
}

int cli_changes(struct cli_run *run)
{
    struct err err;
    int64_t discard, resend, take;
    if (!refusal_number(run, "--discard", &discard) || !refusal_number(run, "--resend", &resend) ||
        !refusal_number(run, "--take", &take))
        return CLI_USAGE;
    if (!run_open(run))
        return CLI_FAILED;
    if (discard != 0 && !model_refusal_discard(run->model, discard, &err))
        return run_fail(run, &err);
    int64_t n = 0;
    if (resend != 0 && !model_refusal_resend(run->model, resend, &n, &err))
        return run_fail(run, &err);
    if (take != 0 && !take_nearest(run, take, &n, &err))
        return run_fail(run, &err);
    if (n != 0)
        run_fate(run, n);
    int status = report(run);
    return status == CLI_WAITS ? CLI_OK : status;
}
