// credits, book

#include "tui/cli/acts.h"
#include "tui/cli/commands.h"
#include "tui/cli/run.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

// --- for which organisation ------------------------------------------------------------------------------------------------

// By id, code or name. False says what is wrong.
static bool choose_organization(struct cli_run *run)
{
    const char *which = run_value(run, "--organisation");
    struct list all = { 0 };
    struct err err;
    if (which == NULL)
        return true;
    model_organizations(run->model, &run->arena, &all);
    for (size_t i = 0; i < all.count; i++) {
        const struct row_organization *row = LIST_AT(&all, struct row_organization, i);
        if (strcmp(row->id, which) == 0 || (row->code != NULL && strcasecmp(row->code, which) == 0) ||
            (row->name != NULL && strcasecmp(row->name, which) == 0)) {
            model_choose_organization(run->model, row->id);
            return true;
        }
    }
    err_set(&err, ERR_NOT_FOUND, "you belong to no organisation called %.60s", which);
    run_fail(run, &err);
    return false;
}

// --- credits ---------------------------------------------------------------------------------------------------------------

static void lot_json(struct cli_run *run, const struct lot_view *lot)
{
    const struct row_lot *row = &lot->row;
    json_add_comma(&run->out);
    say(run, "{");
    json_text(run, "id", row->id);
    json_text(run, "packageId", row->packageId);
    json_text(run, "packageName", row->packageName);
    json_int(run, "minutesPerCredit", row->minutesPerCredit);
    json_int(run, "totalMinutes", row->total);
    json_int(run, "freeMinutes", row->free);
    json_int(run, "reservedMinutes", row->reserved);
    json_int(run, "consumedMinutes", row->consumed);
    json_int(run, "expiredMinutes", row->expired);
    json_bool(run, "freeTrial", row->freeTrial);
    json_when(run, "purchasedAt", row->purchasedAt);
    json_when(run, "expiresAt", row->expiresAt);
    json_bool(run, "usable", lot->usable);
    say(run, "}");
}

static void credits_json(struct cli_run *run, const struct credit_summary *credits, const struct list *lots)
{
    struct row_organization of;
    bool known = model_organization(run->model, &run->arena, &of);
    say(run, "{");
    json_text(run, "organizationId", known ? of.id : NULL);
    json_text(run, "organizationName", known ? of.name : NULL);
    json_centi(run, "free", credits->free);
    json_centi(run, "reserved", credits->reserved);
    json_centi(run, "pending", credits->pending);
    json_int(run, "trialMinutes", credits->trial_minutes);
    json_when(run, "nextExpiry", credits->next_expiry);
    json_add_key(&run->out, "lots");
    say(run, "[");
    for (size_t i = 0; i < lots->count; i++)
        lot_json(run, LIST_AT(lots, struct lot_view, i));
    say(run, "]}\n");
}

static void lot_text(struct cli_run *run, const struct lot_view *lot)
{
    char free[32], total[32];
    const struct row_lot *row = &lot->row;
    say(run, "  ");
    say_text(run, row->packageName);
    say(run, "  %lld min  %s of %s left  %s %s\n", (long long)row->minutesPerCredit,
        credits_format(row->free, row->minutesPerCredit, free, sizeof free),
        credits_format(row->total, row->minutesPerCredit, total, sizeof total),
        lot->usable ? "expires" : "expired", day_words(run, row->expiresAt));
}

static void credits_text(struct cli_run *run, const struct credit_summary *credits, const struct list *lots)
{
    char free[32], reserved[32], pending[32];
    say(run, "%s free  %s reserved", centi_format(credits->free, free, sizeof free),
        centi_format(credits->reserved, reserved, sizeof reserved));
    if (credits->pending > 0)
        say(run, "  (%s not confirmed yet)", centi_format(credits->pending, pending, sizeof pending));
    if (credits->trial_minutes > 0)
        say(run, "  free trial of %lld min", (long long)credits->trial_minutes);
    say(run, "\n");
    for (size_t i = 0; i < lots->count; i++)
        lot_text(run, LIST_AT(lots, struct lot_view, i));
}

int cli_credits(struct cli_run *run)
{
    struct credit_summary credits;
    struct list lots = { 0 };
    if (!run_open(run) || !run_signed_in(run))
        return CLI_FAILED;
    run_freshen(run);
    if (!choose_organization(run))
        return CLI_FAILED;
    model_credits(run->model, &credits);
    model_lots(run->model, &run->arena, &lots);
    (run->json ? credits_json : credits_text)(run, &credits, &lots);
    return CLI_OK;
}

// --- book ------------------------------------------------------------------------------------------------------------------

// "2026-12-02T10:00" is the person's own wall clock; with Z or an offset it is that instant.
static bool read_start(struct cli_run *run, int64_t *ret)
{
    const char *text = run_value(run, "--start");
    int64_t wall;
    if (text != NULL && civil_parse_iso(text, ret))
        return true;
    size_t length = text != NULL ? strlen(text) : 0;
    const char *seconds = length == strlen("2026-12-02T10:00") ? ":00Z" : "Z";
    if (text != NULL && civil_parse_iso(arena_printf(&run->arena, "%s%s", text, seconds), &wall)) {
        *ret = zone_to_utc(model_zone(run->model), wall);
        return true;
    }
    fputs("serenity book: --start takes a time such as 2026-12-02T10:00\n", stderr);
    return false;
}

static int tell_booking(struct cli_run *run, const struct id *id, int64_t n)
{
    static const char *const words[] = {
        [FATE_QUEUED] = "queued", [FATE_SAVED] = "booked", [FATE_REFUSED] = "refused"
    };
    struct consultation_detail detail;
    enum cli_fate fate = run_fate(run, n);
    const struct refusal *refusal = fate == FATE_REFUSED ? run_refusal(run, n) : NULL;
    bool known = model_consultation(run->model, id->text, &run->arena, &detail);
    const char *code = known ? detail.head.row.code : NULL;
    if (run->json) {
        say(run, "{");
        json_text(run, "status", words[fate]);
        json_text(run, "id", id->text);
        json_text(run, "code", code);
        if (known) {
            json_text(run, "stage", booking_stage_words[consultation_stage(&detail.head)]);
            json_int(run, "minutes", detail.head.row.minutes);
        }
        if (refusal != NULL)
            json_text(run, "message", refusal->message);
        say(run, "}\n");
        return fate == FATE_REFUSED ? CLI_REFUSED : CLI_OK;
    }
    say(run, "%s", words[fate]);
    if (code != NULL && *code != '\0')
        say(run, " %s", code);
    say(run, "%s", refusal != NULL ? ": " : "");
    say_text(run, refusal != NULL ? refusal->message : NULL);
    say(run, "\n");
    for (size_t i = 0; refusal != NULL && i < refusal->alternatives.count; i++) {
        const struct slot *slot = LIST_AT(&refusal->alternatives, struct slot, i);
        say(run, "  free: %s %s\n", day_words(run, slot->start), clock_words(run, slot->start));
    }
    return fate == FATE_REFUSED ? CLI_REFUSED : CLI_OK;
}

int cli_book(struct cli_run *run)
{
    struct err err;
    struct id id;
    int64_t minutes, n;
    bool trial = run_value(run, "--free-trial") != NULL;
    struct args_book args = {
        .purpose = run_value(run, "--purpose"),
        .notes = run_value(run, "--notes"),
        .useCredits = !trial,
        .has_useCredits = true,
        .useFreeTrialCredit = trial,
    };
    if (!run_number(run, "--minutes", 15, 480, trial ? 15 : 60, &minutes))
        return CLI_USAGE;
    if (!run_open(run) || !run_signed_in(run))
        return CLI_FAILED;
    run_freshen(run);
    if (!read_start(run, &args.schedule.scheduledStart))
        return CLI_USAGE;
    if (!choose_organization(run))
        return CLI_FAILED;
    args.schedule.scheduledEnd = args.schedule.scheduledStart + minutes * MINUTE_MS;
    args.schedule.timezone = zone_name(model_zone(run->model));
    const char *who = run_value(run, "--consultant");
    if (who != NULL && !run_consultant(run, who, &args.consultantId))
        return CLI_FAILED;
    if (!model_book(run->model, &args, &id, &n, &err))
        return run_fail(run, &err);
    return tell_booking(run, &id, n);
}
