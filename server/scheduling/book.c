// consultation.book (specification, client journey 3.1 and 3.2): everything is checked in the transaction that inserts
// (RULES 9, TRAPS 1, 2, 4, 5).
#include "server/clients/clients.h"
#include "server/scheduling/announce.h"
#include "server/scheduling/assign.h"
#include "server/scheduling/audience.h"
#include "server/scheduling/notes.h"
#include "server/scheduling/view.h"

#include <string.h>

enum { TRIAL_MINUTES = 15 };

static bool may_book(struct op_ctx *ctx, const struct args_book *args, bool *ret_admin,
                     const char **ret_client_id)
{
    const struct actor *actor = &ctx->actor;
    bool admin = actor->system || (actor->roles & ROLE_ADMIN) != 0;
    const char *client_id = args->clientId != NULL ? args->clientId : actor->client_id;
    if (client_id == NULL)
        return err_field(ctx->err, "clientId", "Name the client who gets the session.");
    if (!admin && !actor_has_client(actor, client_id))
        return err_set(ctx->err, ERR_NOT_FOUND, "There is no such client.");
    if (!admin && !actor->verified)
        return err_set(ctx->err, ERR_NOT_VERIFIED, "Verify your e-mail address before you book.");
    *ret_admin = admin;
    *ret_client_id = client_id;
    return true;
}

static bool check_payment(struct op_ctx *ctx, const struct args_book *args)
{
    int64_t minutes = (args->schedule.scheduledEnd - args->schedule.scheduledStart) / MINUTE_MS;
    if (args->useFreeTrialCredit && args->has_useCredits && args->useCredits)
        return err_field(ctx->err, "useFreeTrialCredit",
                         "A session is paid by credits or by the free trial, not both.");
    if (!args->useFreeTrialCredit && args->has_useCredits && !args->useCredits)
        return err_field(ctx->err, "useCredits", "Sessions are paid by credits or by the free trial.");
    if (args->useFreeTrialCredit && minutes != TRIAL_MINUTES)
        return err_field(ctx->err, "schedule.scheduledEnd", "A free trial lasts exactly %d minutes.",
                         TRIAL_MINUTES);
    return true;
}

static bool client_in_good_standing(struct op_ctx *ctx, const char *client_id, struct client *ret)
{
    if (!client_get(ctx, client_id, ret))
        return false;
    return strcmp(ret->status, "active") == 0 ||
           err_set(ctx->err, ERR_FORBIDDEN, "This account is %s; bookings are closed until that is settled.",
                   ret->status);
}

// The how-manieth session of that day; cheaper in two small statements than in one that returns a row.
static bool next_number(struct op_ctx *ctx, civil_day day, int64_t *ret_number)
{
    int64_t changes = 0;
    if (!db_run(ctx->db, "UPDATE consultation_code SET last = last + 1 WHERE tenant = $1 AND day = $2",
                DB_ARGS(db_text(ctx->actor.tenant), db_int(day)), &changes, ctx->err))
        return false;
    if (changes == 0 &&
        !db_run(ctx->db, "INSERT INTO consultation_code (tenant, day, last) VALUES ($1, $2, 1)",
                DB_ARGS(db_text(ctx->actor.tenant), db_int(day)), NULL, ctx->err))
        return false;
    return db_one_int(ctx->db, "SELECT last FROM consultation_code WHERE tenant = $1 AND day = $2",
                      DB_ARGS(db_text(ctx->actor.tenant), db_int(day)), ret_number, NULL, ctx->err);
}

// CONS-20251230-001, by the consultant's local day of the session.
static bool next_code(struct op_ctx *ctx, const struct zone *zone, int64_t start, const char **ret_code)
{
    civil_day day = zone_day_at(zone, start);
    struct civil date = civil_from_ms((int64_t)day * DAY_MS);
    int64_t number = 0;
    if (!next_number(ctx, day, &number))
        return false;
    *ret_code = arena_printf(ctx->arena, "CONS-%04d%02d%02d-%03lld", date.year, date.month, date.day,
                             (long long)number);
    return true;
}

static const char *type_of(const struct args_book *args, const struct credit_quote *quote)
{
    if (args->type != NULL)
        return args->type;
    return args->useFreeTrialCredit ? "free_trial" : quote->category;
}

// What is known before anything is paid.
static struct consultation draft(struct op_ctx *ctx, const struct args_book *args,
                                 const struct client *client, const struct assignment *assignment)
{
    const struct row_consultant *consultant = &assignment->consultant;
    const struct list nobody = { 0 };
    return (struct consultation){
        .id = op_id_or_new(ctx, args->id),
        .audience = consultation_audience(ctx, client->id, consultant->userId, &nobody),
        .client_id = client->id,
        .client_name = client->organization_name,
        .contact_name = client->contact_name,
        .contact_title = client->contact_title,
        .consultant_id = consultant->id,
        .consultant_name = consultant->name,
        .starts_at = args->schedule.scheduledStart,
        .ends_at = args->schedule.scheduledEnd,
        .buffer = calendar_buffer(&assignment->calendar, args->schedule.scheduledStart),
        .timezone = args->schedule.timezone == NULL ? consultant->timezone : args->schedule.timezone,
        .status = BOOKING_SCHEDULED,
        .free_trial = args->useFreeTrialCredit,
        .rate_type = args->useFreeTrialCredit ? "complimentary" : "included_in_retainer",
        .purpose = args->purpose,
        .objectives = "[]",
        .booked_at = ctx->now,
        .booked_by = ctx->actor.user_id,
        .assignment_reason = assignment->reason,
    };
}

static bool pay(struct op_ctx *ctx, const struct args_book *args, struct consultation *c)
{
    struct credit_use use = consultation_credit_use(c);
    struct credit_quote quote;
    if (!credits_reserve(ctx, &use, (c->ends_at - c->starts_at) / MINUTE_MS, c->free_trial, &quote))
        return false;
    c->type = type_of(args, &quote);
    c->package_id = quote.package_id;
    c->package_name = quote.package_name;
    c->minutes = quote.minutes;
    c->minutes_per_credit = quote.minutes_per_credit;
    c->estimated_cost = quote.cost;
    c->currency = quote.currency;
    return true;
}

// What the client says with the booking is the beginning of their note.
static bool write_note(struct op_ctx *ctx, const struct consultation *c, const char *text,
                       struct children *children)
{
    struct note_write write = { .kind = NOTE_CLIENT, .text = text };
    bool merged = false;
    if (text == NULL || text[0] == '\0')
        return true;
    children->notes[NOTE_CLIENT] = (struct child_note){ .rev = c->rev, .text = text };
    return note_write(ctx, c, &write, &merged);
}

static bool write_down(struct op_ctx *ctx, struct consultation *c, const char *client_email,
                       const char *notes)
{
    static const char *const reason = "Initial booking";
    struct children children = { 0 };
    struct parties parties;
    *LIST_ADD(&children.history, ctx->arena, struct child_history) =
        (struct child_history){ c->status, ctx->now, ctx->actor.user_id, reason };
    return consultation_insert(ctx, c) && consultation_add_history(ctx, c, reason) &&
           write_note(ctx, c, notes, &children) && parties_of_client(ctx, c, client_email, &parties) &&
           announce(ctx, NEWS_BOOKED, c, &parties, NULL) &&
           view_reply(ctx, c, ROLE_CLIENT, &parties, &children);
}

static bool run_book(struct op_ctx *ctx, const void *in)
{
    const struct args_book *args = in;
    struct wish wish = { .start = args->schedule.scheduledStart, .end = args->schedule.scheduledEnd };
    struct client client;
    struct booking_policy policy;
    struct assignment assignment;
    if (!may_book(ctx, args, &wish.by_admin, &wish.client_id) || !wish_check_schedule(ctx, &args->schedule) ||
        !check_payment(ctx, args) || (args->id != NULL && !consultation_check_new_id(ctx, args->id)) ||
        !client_in_good_standing(ctx, wish.client_id, &client) || !policy_get(ctx, &policy))
        return false;
    bool assigned = args->consultantId != NULL
                        ? assignment_given(ctx, &wish, args->consultantId, &policy, &assignment)
                        : assignment_any(ctx, &wish, args->purpose, args->type, &policy, &assignment);
    if (!assigned || !wish_check_client(ctx, &wish, args->consultantId, &policy))
        return false;
    struct consultation c = draft(ctx, args, &client, &assignment);
    ctx->target = c.id;
    return next_code(ctx, assignment.calendar.zone, c.starts_at, &c.code) && pay(ctx, args, &c) &&
           write_down(ctx, &c, client.primary_email, args->notes);
}

const struct op op_run_consultation_book = {
    .spec = &op_consultation_book,
    .run = run_book,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
